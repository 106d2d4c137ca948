/* Steps and function instances -> functions in C. */
#include "check/order.h"
#include "emit/emit.h"

/* ---- steps ---- */

static Term **own_variables(Emitter *e, const Slot *slot) {
  Term **variables = ARENA_ARRAY(&e->arena, Term *, slot->rank + 1);
  for (int i = 0; i < slot->rank; i++)
    variables[i] = new_variable(&e->arena, i, slot->index[i], slot->span);
  return variables;
}

/* The index whose row is a parameter: a component that goes along a time is computed instant after
 * instant. -1: there is none. */
static int instant_index(const Emitter *e, int which) {
  const Slot *slot = &e->program->slots[which];
  return slot->component && e->program->component_time[slot->component] >= 0 ? slot->along : -1;
}

static void enter_step(Emitter *e, int which, int blamed) {
  const Slot *slot = &e->program->slots[which];
  emit_enter(e, blamed, slot->span, rows_text(e, "v", slot->rank));
  e->component = slot->component;
  int instant = instant_index(e, which);
  emit_text(e, "\n/* line %d */\nstatic int step_%d(hermes_frame *frame", e->line, which);
  if (instant >= 0) emit_text(e, ", size_t v%d", instant);
  emit_text(e, ")");
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
static void emit_map(Emitter *e, int which, int blamed, const Term *value) {
  const Slot *slot = &e->program->slots[which];
  enter_step(e, which, blamed);
  need_scratch(e, value);
  Reads reads = reads_new(e);
  read_term(e, &reads, value);
  int instant = instant_index(e, which), loops = 0;
  for (int i = 0; i < slot->rank; i++) reads.tables[slot->index[i]] |= i != instant;
  read_strides(e, &reads, which);
  reads.slots[which] = false; /* of an earlier instant: through the target */
  emit_declarations(e, &reads);
  declare_target(e, which);
  for (int i = 0; i < slot->rank; i++)
    if (i != instant) emit_loop(e, i, slot->index[i]), loops++;
  emit_store(e, which, value);
  emit_closes(e, loops);
  emit_exit(e, "0");
}

void emit_default(Emitter *e, int slot) {
  emit_map(e, slot, slot, e->program->slots[slot].value);
}

/* ---- grouped sums ---- */

/* Opens a loop over the indices that the key does not give; returns how many. */
static int emit_outer_loops(Emitter *e, const Step *step) {
  const Slot *slot = &e->program->slots[step->slot];
  int instant = instant_index(e, step->slot), loops = 0;
  for (int i = 0; i < slot->rank; i++)
    if (i != step->grouped && i != instant) emit_loop(e, i, slot->index[i]), loops++;
  return loops;
}

static void emit_total(Emitter *e, const Step *step) {
  emit_begin(e);
  emit_text(e, "s%d[", step->slot);
  emit_element(e, step->slot, own_variables(e, &e->program->slots[step->slot]));
  emit_text(e, "]");
}

static void open_groups(Emitter *e, const Step *step) {
  emit_loop(e, step->grouped, e->program->slots[step->slot].index[step->grouped]);
}

static void clear_totals(Emitter *e, const Step *step) {
  open_groups(e, step);
  emit_total(e, step);
  emit_text(e, " = 0.0;\n");
  emit_close(e);
}

static void clear_blocks(Emitter *e, const Step *step) {
  open_groups(e, step);
  emit_line(e, "w0[v%d] = 0.0;", step->grouped);
  emit_close(e);
}

static void add_blocks(Emitter *e, const Step *step) {
  open_groups(e, step);
  emit_total(e, step);
  emit_text(e, " += w0[v%d];\n", step->grouped);
  emit_close(e);
}

/* One row of the scan, added to the open block of its group. */
static void emit_scanned(Emitter *e, const Step *step) {
  int open = emit_filter(e, step->filter);
  emit_statements(e, step->value);
  emit_begin(e);
  emit_text(e, "w0[");
  emit_value(e, step->key, IN_LIST);
  emit_text(e, "] += ");
  emit_value(e, step->value, IN_LIST);
  emit_text(e, ";\n");
  emit_closes(e, open);
}

static void emit_scan(Emitter *e, const Step *step) {
  emit_blocks(e, &step->scan[0]);
  clear_blocks(e, step);
  emit_rows_of_block(e, &step->scan[0]);
  for (int i = 1; i < step->scan_count; i++)
    emit_loop(e, step->scan[i].variable, step->scan[i].table);
  emit_scanned(e, step);
  emit_closes(e, step->scan_count);
  add_blocks(e, step);
  emit_close(e);
}

static Reads group_reads(Emitter *e, const Step *step) {
  const Slot *slot = &e->program->slots[step->slot];
  Reads reads = reads_new(e);
  read_term(e, &reads, step->value);
  read_term(e, &reads, step->key);
  read_term(e, &reads, step->filter);
  read_loops(&reads, step->scan, step->scan_count);
  int instant = instant_index(e, step->slot);
  for (int i = 0; i < slot->rank; i++) reads.tables[slot->index[i]] |= i != instant;
  read_strides(e, &reads, step->slot);
  return reads;
}

/* One pass over the scan's loops. Like an ungrouped sum, each group adds up blocks of rows: w0 has
 * the sums of the block that is open. */
static void emit_group(Emitter *e, const Step *step) {
  enter_step(e, step->slot, step->blamed);
  need_group_scratch(e, e->program->slots[step->slot].index[step->grouped]);
  need_scratch(e, step->value);
  need_scratch(e, step->filter);
  Reads reads = group_reads(e, step);
  emit_declarations(e, &reads);
  declare_target(e, step->slot);
  int open = emit_outer_loops(e, step);
  clear_totals(e, step);
  emit_scan(e, step);
  emit_closes(e, open);
  emit_exit(e, "0");
}

void emit_step(Emitter *e, const Step *step) {
  if (step->kind == STEP_GROUP)
    emit_group(e, step);
  else
    emit_map(e, step->slot, step->blamed, step->value);
}

/* ---- components ---- */

static bool is_part(const Step *step, int component, bool starts) {
  return step->component == component && step->starts == starts;
}

static void emit_part(Emitter *e, int component, bool starts) {
  const Steps *steps = &e->compiler->steps;
  emit_begin(e);
  emit_text(e, "static hermes_step_function *const %s[] = {", starts ? "starts" : "pass");
  for (int i = 0; i < steps->count; i++)
    if (is_part(&steps->items[i], component, starts))
      emit_text(e, "step_%d, ", steps->items[i].slot);
  emit_text(e, "0};\n");
}

static const char *index_text(Emitter *e, const Slot *slot) {
  const char *text = slot->rank == 0 ? "{0" : "{";
  for (int i = 0; i < slot->rank; i++)
    text = arena_format(&e->arena, "%s%s%d", text, i ? ", " : "", slot->index[i]);
  return arena_format(&e->arena, "%s}", text);
}

/* An end of a range, as a number in the unit of the type; `otherwise` where there is no range. */
static void emit_end(Emitter *e, const char *name, const Slot *slot, double end,
                     const char *otherwise) {
  emit_text(e, ", .%s = ", name);
  if (slot->domain.present)
    emit_number(e, hermes_to_coherent(&slot->unit, end));
  else
    emit_text(e, "%s", otherwise);
}

static void emit_solve(Emitter *e, int which) {
  const Slot *slot = &e->program->slots[which];
  emit_begin(e);
  emit_text(e, "{.slot = %d, .next = %d, .tolerance = ", which, slot->solve->next);
  emit_number(e, slot->solve->tolerance);
  emit_text(e, ", .damping = ");
  emit_number(e, slot->solve->damping);
  emit_end(e, "low", slot, slot->domain.low, "-__builtin_inf()");
  emit_end(e, "high", slot, slot->domain.high, "__builtin_inf()");
  emit_text(e, ", .line = %d, .rank = %d, .index = %s},\n", line_of(e->compiler, slot->span),
            slot->rank, index_text(e, slot));
}

/* All members at the first instant, then all at the next. */
static void emit_instants(Emitter *e, int component) {
  const Steps *steps = &e->compiler->steps;
  emit_text(e, "\nstatic int solve_%d(hermes_frame *frame)", component);
  emit_open(e);
  emit_begin(e);
  emit_text(e, "for (size_t v = 0; v < frame->rows[%d]; v++)",
            e->program->component_time[component]);
  emit_open(e);
  for (int i = 0; i < steps->count; i++)
    if (steps->items[i].component == component)
      emit_line(e, "if (step_%d(frame, v)) return 1;", steps->items[i].slot);
  emit_close(e);
  emit_line(e, "return 0;");
  emit_close(e);
}

/* The driver of one: the iteration itself is the library's. */
static void emit_solves(Emitter *e, int component) {
  int count = 0;
  emit_text(e, "\nstatic int solve_%d(hermes_frame *frame)", component);
  emit_open(e);
  emit_part(e, component, true);
  emit_part(e, component, false);
  emit_line(e, "static const hermes_solve solves[] = {");
  e->indent++;
  for (int i = 0; i < e->program->order_count; i++) {
    const Slot *slot = &e->program->slots[e->program->order[i]];
    if (slot->component != component || !slot->solve) continue;
    emit_solve(e, e->program->order[i]);
    count++;
  }
  e->indent--;
  emit_line(e, "};");
  emit_line(e, "static const hermes_component component = {starts, pass, solves, %d, %d};", count,
            component_iterations(e->program, component));
  emit_line(e, "return hermes_solve_component(&component, frame);");
  emit_close(e);
}

void emit_component(Emitter *e, int component) {
  if (e->program->component_time[component] >= 0)
    emit_instants(e, component);
  else
    emit_solves(e, component);
}

/* ---- functions ---- */

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
