/* Expects -> functions in C: what each varies, and what it compares. */
#include "emit/emit.h"

/* The parameters of both functions; any of them may turn out not to be needed. */
static void enter_expect(Emitter *e, const char *name, int which, const char *more) {
  const Expect *expect = &e->program->expects[which];
  const char *row = expect->loop_count > 0 ? "{row[0]" : "{0";
  for (int i = 1; i < expect->loop_count; i++) row = arena_format(&e->arena, "%s, row[%d]", row, i);
  emit_enter(e, -1, expect->span, arena_format(&e->arena, "%s}", row));
  emit_text(e,
            "\n/* line %d */\nstatic int %s_%d(const size_t *row, const hermes_frame *before,\n"
            "    hermes_frame *frame%s)",
            e->line, name, which, more);
  emit_open(e);
  emit_line(e, "(void)row, (void)before, (void)frame;");
}

static void declare_expect(Emitter *e, const Expect *expect, const Reads *reads) {
  for (int i = 0; i < expect->loop_count; i++)
    if (reads->variables & variable_bit(i)) emit_line(e, "const size_t v%d = row[%d];", i, i);
  emit_declarations(e, reads);
}

/* ---- vary: everything is read as it was before ---- */

static void each_vary_term(Emitter *e, const Expect *expect, Reads *reads) {
  read_term(e, reads, expect->filter);
  need_scratch(e, expect->filter);
  for (int i = 0; i < expect->vary_count; i++) {
    const Vary *vary = &expect->varies[i];
    const Slot *slot = &e->program->slots[vary->slot];
    read_strides(e, reads, vary->slot);
    read_term(e, reads, vary->amount);
    need_scratch(e, vary->amount);
    for (int k = 0; k < slot->rank; k++) read_term(e, reads, vary->rows[k]);
    for (int k = 0; k < slot->rank; k++) need_scratch(e, vary->rows[k]);
  }
}

static void emit_expect_filter(Emitter *e, const Term *filter) {
  if (!filter) return;
  emit_statements(e, filter);
  emit_begin(e);
  emit_text(e, "if (!");
  emit_value(e, filter, IN_PRIMARY);
  emit_text(e, ")");
  emit_open(e);
  emit_leave(e, "0");
  emit_close(e);
}

static void emit_one_vary(Emitter *e, const Vary *vary) {
  const Slot *slot = &e->program->slots[vary->slot];
  bool is_row = slot->type.kind == TYPE_REF;
  for (int k = 0; k < slot->rank; k++) emit_statements(e, vary->rows[k]);
  emit_statements(e, vary->amount);
  emit_begin(e);
  emit_text(e, "((%s *)frame->slot[%d])[", c_storage(&slot->type), vary->slot);
  emit_element(e, vary->slot, vary->rows);
  emit_text(e, "] %s= %s", vary->by ? "+" : "", is_row ? "(int32_t)" : "");
  emit_value(e, vary->amount, is_row ? IN_PRIMARY : IN_LIST);
  emit_text(e, ";\n");
}

void emit_vary(Emitter *e, int which) {
  const Expect *expect = &e->program->expects[which];
  enter_expect(e, "vary", which, "");
  e->unvaried = true;
  Reads reads = reads_new(e);
  each_vary_term(e, expect, &reads);
  declare_expect(e, expect, &reads);
  emit_expect_filter(e, expect->filter);
  for (int i = 0; i < expect->vary_count; i++) emit_one_vary(e, &expect->varies[i]);
  emit_exit(e, "1");
}

/* ---- assess ---- */

static const char *relation_name(Operator relation) {
  static const char *const names[OP_COUNT] = {
      [OP_LESS] = "HERMES_LESS",       [OP_LESS_EQUAL] = "HERMES_LESS_EQUAL",
      [OP_GREATER] = "HERMES_GREATER", [OP_GREATER_EQUAL] = "HERMES_GREATER_EQUAL",
      [OP_EQUAL] = "HERMES_EQUAL",     [OP_NOT_EQUAL] = "HERMES_NOT_EQUAL",
  };
  return relation == OP_COUNT ? "HERMES_CONDITION" : names[relation];
}

static bool is_logarithmic(const Type *type) {
  return type->kind == TYPE_REAL && (type->scale == HERMES_GAIN || type->scale == HERMES_LEVEL);
}

static void each_assert_term(Emitter *e, const Expect *expect, Reads *reads) {
  for (int i = 0; i < expect->assert_count; i++) {
    const Assert *claim = &expect->asserts[i];
    const Term *const terms[] = {claim->filter, claim->left, claim->right};
    read_loops(reads, claim->loops, claim->loop_count);
    for (int k = 0; k < 3; k++) read_term(e, reads, terms[k]);
    for (int k = 0; k < 3; k++) need_scratch(e, terms[k]);
  }
}

static void emit_side(Emitter *e, const Term *side) {
  emit_text(e, ", ");
  if (side)
    emit_value(e, side, IN_LIST);
  else
    emit_text(e, "0.0");
}

static void emit_verdict(Emitter *e, const Assert *claim, int number) {
  emit_begin(e);
  emit_text(e, "hermes_verdict_take(&verdicts[%d], %s, %d, ", number,
            relation_name(claim->relation), is_logarithmic(&claim->left->type));
  emit_number(e, claim->within);
  emit_side(e, claim->left);
  emit_side(e, claim->right);
  emit_text(e, claim->loop_count > 0 ? ", (const size_t[]){" : ", NULL, 0);\n");
  for (int i = 0; i < claim->loop_count; i++)
    emit_text(e, "v%d%s", claim->loops[i].variable, i + 1 < claim->loop_count ? ", " : "}, ");
  if (claim->loop_count > 0) emit_text(e, "%d);\n", claim->loop_count);
}

/* At every row of its loops that passes the filter. */
static void emit_assert(Emitter *e, const Assert *claim, int number) {
  Binding *outside = e->bound;
  e->line = line_of(e->compiler, claim->span);
  emit_begin(e);
  emit_text(e, "/* line %d */", e->line);
  emit_open(e);
  for (int i = 0; i < claim->loop_count; i++)
    emit_loop(e, claim->loops[i].variable, claim->loops[i].table);
  int open = 1 + claim->loop_count + emit_filter(e, claim->filter);
  emit_statements(e, claim->left);
  if (claim->right) emit_statements(e, claim->right);
  emit_verdict(e, claim, number);
  emit_closes(e, open);
  e->bound = outside;
}

void emit_assess(Emitter *e, int which) {
  const Expect *expect = &e->program->expects[which];
  enter_expect(e, "assess", which, ", hermes_verdict *verdicts");
  Reads reads = reads_new(e);
  each_assert_term(e, expect, &reads);
  emit_line(e, "(void)verdicts;");
  declare_expect(e, expect, &reads);
  for (int i = 0; i < expect->assert_count; i++) emit_assert(e, &expect->asserts[i], i);
  emit_exit(e, "0");
}
