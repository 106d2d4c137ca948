/* Steps and function instances -> functions in C. */
#include "emit.h"

/* ---- steps --------------------------------------------------------------------------------------- */

static Term **own_variables(Emitter *e, const Slot *slot) {
  Term **variables = ARENA_ARRAY(&e->arena, Term *, slot->rank + 1);
  for (int i = 0; i < slot->rank; i++)
    variables[i] = new_variable(&e->arena, i, slot->index[i], slot->span);
  return variables;
}

static void enter_step(Emitter *e, int which) {
  const Slot *slot = &e->program->slots[which];
  emit_enter(e, which, slot->span, rows_text(e, "v", slot->rank));
  emit_text(e, "\n/* line %d */\nstatic int step_%d(hermes_frame *frame)", e->line, which);
  emit_open(e);
}

static void declare_target(Emitter *e, int which) {
  const Slot *slot = &e->program->slots[which];
  emit_line(e, "%s *restrict s%d = frame->slot[%d];", c_storage(&slot->type), which, which);
}

static void emit_store(Emitter *e, int which, const Term *value) {
  const Slot *slot = &e->program->slots[which];
  emit_statements(e, value);
  emit_begin(e);
  emit_text(e, "s%d[", which);
  emit_element(e, which, own_variables(e, slot));
  emit_text(e, slot->type.kind == TYPE_REF ? "] = (int32_t)" : "] = ");
  emit_value(e, value, slot->type.kind == TYPE_REF ? IN_PRIMARY : IN_LIST);
  emit_text(e, ";\n");
}

/* slot[..] = value at every element, in row-major order */
static void emit_map(Emitter *e, int which, const Term *value) {
  const Slot *slot = &e->program->slots[which];
  enter_step(e, which);
  need_scratch(e, value);
  Reads reads = reads_new(e);
  read_term(e, &reads, value);
  for (int i = 0; i < slot->rank; i++) reads.tables[slot->index[i]] = true;
  emit_declarations(e, &reads);
  declare_target(e, which);
  for (int i = 0; i < slot->rank; i++) emit_loop(e, i, slot->index[i]);
  emit_store(e, which, value);
  emit_closes(e, slot->rank);
  emit_exit(e, "0");
}

void emit_default(Emitter *e, int slot) {
  emit_map(e, slot, e->program->slots[slot].value);
}

void emit_step(Emitter *e, const Step *step) {
  emit_map(e, step->slot, step->value);
}

/* ---- functions ----------------------------------------------------------------------------------- */

static void mark_locals(const Term *term, bool *used) {
  if (term->kind == TERM_LOCAL) used[term->index] = true;
  for (int i = 0; i < term->arg_count; i++) mark_locals(term->args[i], used);
}

/* Lets that nothing reads are left out: they have no effect, and C compilers warn of them. */
static bool *used_locals(Emitter *e, const Function *function) {
  bool *used = ARENA_ARRAY(&e->arena, bool, function->parameter_count + function->let_count + 1);
  mark_locals(function->result, used);
  for (int i = function->let_count; i-- > 0;)
    if (used[function->parameter_count + i]) mark_locals(function->lets[i], used);
  return used;
}

static void emit_parameters(Emitter *e, const Function *function) {
  for (int i = 0; i < function->parameter_count; i++)
    emit_text(e, "%s%s a%d", i > 0 ? ", " : "", c_type(&function->parameters[i]), i);
  if (function->parameter_count == 0) emit_text(e, "void");
}

static void emit_lets(Emitter *e, const Function *function, const bool *used) {
  for (int i = 0; i < function->let_count; i++) {
    int local = function->parameter_count + i;
    const char *type = c_type(&function->lets[i]->type);
    if (used[local]) emit_assigned(e, function->lets[i], "const %s a%d = ", type, local);
  }
}

void emit_function(Emitter *e, int which) {
  const Function *function = &e->program->functions[which];
  const bool *used = used_locals(e, function);
  Span place = function->decl ? function->decl->name.span : (Span){0};
  emit_enter(e, -1, place, "{0}");
  emit_text(e, "\n/* source %u, line %d */\nstatic ", (unsigned)place.source, e->line);
  emit_text(e, "%s f%d(", c_type(&function->type), which);
  emit_parameters(e, function);
  emit_text(e, ")");
  emit_open(e);
  for (int i = 0; i < function->parameter_count; i++)
    if (!used[i]) emit_line(e, "(void)a%d;", i);
  emit_lets(e, function, used);
  emit_assigned(e, function->result, "return ");
  emit_close(e);
}
