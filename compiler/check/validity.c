/* Ranges of parameters -> expects: wherever a definition calls a function whose parameter has a
 * range, the argument is expected to lie in it. The twin's `run` looks at these, and warns. They
 * are expects like any other to the passes behind; nothing is computed for them in an evaluation.
 *
 * A function that calls another one answers for the ranges of that: only the calls of definitions
 * are looked at.
 */
#include "check/terms.h"

#include <string.h>

enum { MAX_RANGE_EXPECTS = 512 }; /* what is beyond is not looked at */

/* Where a term stands in its definition: around it, these loops and conditions. */
typedef struct Around {
  Loop loops[MAX_RANK];
  int loop_count;
  bool deep;    /* inside of more loops than an assert has */
  Term *filter; /* or NULL */
} Around;

typedef struct Pass {
  Compiler *compiler;
  Program *program;
  int slot; /* whose definition is walked */
} Pass;

static void walk(Pass *pass, const Term *term, const Around *around);

/* ---- making an expect ---- */

static const char *table_name(const Pass *pass, const Loop *loop) {
  return pass->program->tables[loop->table].name;
}

static Assert bound_assert(const Pass *pass, const Around *around, const Range *range, Term *arg,
                           Operator relation, double bound) {
  Term *right = new_number(&pass->compiler->arena, bound, TYPE_REAL, arg->span);
  right->type = arg->type;
  Assert claim = {.relation = relation,
                  .left = arg,
                  .right = right,
                  .loop_count = around->loop_count,
                  .filter = around->filter,
                  .unit = range->unit,
                  .unit_text = range->unit_text,
                  .span = pass->program->slots[pass->slot].span};
  for (int i = 0; i < around->loop_count; i++) {
    claim.loops[i] = around->loops[i];
    claim.variables[i] = table_name(pass, &around->loops[i]);
  }
  return claim;
}

static const char *parameter_name(const Function *function, int parameter) {
  const Item *item = function->decl->items;
  while (parameter-- > 0) item = item->next;
  return item->name.text;
}

static void add_expect(Pass *pass, const Around *around, const Function *function, int parameter,
                       Term *arg) {
  Arena *arena = &pass->compiler->arena;
  const Range *range = &function->ranges[parameter];
  const Slot *slot = &pass->program->slots[pass->slot];
  if (pass->program->expect_count == MAX_RANGE_EXPECTS || around->deep) return;
  Expect expect = {.is_range = true,
                   .variable_count = slot->variable_count,
                   .assert_count = 2,
                   .asserts = ARENA_ARRAY(arena, Assert, 2),
                   .span = slot->span};
  expect.doc =
      arena_format(arena, "`%s` of `%s` outside of %s, in `%s`",
                   parameter_name(function, parameter), function->name, range->text, slot->name);
  expect.asserts[0] = bound_assert(pass, around, range, arg, OP_GREATER_EQUAL, range->low);
  expect.asserts[1] =
      bound_assert(pass, around, range, arg, range->open ? OP_LESS : OP_LESS_EQUAL, range->high);
  pass->program->expects[pass->program->expect_count++] = expect;
}

/* ---- walking a definition ---- */

static Around under(const Pass *pass, const Around *around, Term *condition, bool holds) {
  Arena *arena = &pass->compiler->arena;
  Around inside = *around;
  if (!holds) condition = new_apply(arena, OP_NOT, TYPE_BOOL, condition, NULL);
  inside.filter = new_conjunction(arena, around->filter, condition);
  return inside;
}

static void walk_call(Pass *pass, const Term *call, const Around *around) {
  const Function *function = &pass->program->functions[call->index];
  for (int i = 0; i < call->arg_count; i++)
    if (function->ranges[i].present) add_expect(pass, around, function, i, call->args[i]);
}

static void walk_reduction(Pass *pass, const Term *term, const Around *around) {
  Around inside = *around;
  for (int i = 0; i < term->loop_count; i++) {
    inside.deep |= inside.loop_count == MAX_RANK;
    if (!inside.deep) inside.loops[inside.loop_count++] = term->loops[i];
  }
  walk(pass, term->filter, &inside);
  if (term->filter) inside = under(pass, &inside, term->filter, true);
  walk(pass, term->body, &inside);
  walk(pass, term->fallback, around);
  for (int i = 0; i < term->arg_count; i++) walk(pass, term->args[i], around);
}

/* The second side of `and`, `or` and a choice is computed under a condition. */
static void walk_guarded(Pass *pass, const Term *term, const Around *around) {
  bool choice = term->kind == TERM_IF, both = term->op == OP_AND;
  Around first = under(pass, around, term->args[0], choice || both);
  walk(pass, term->args[0], around);
  walk(pass, term->args[1], &first);
  if (!choice) return;
  Around second = under(pass, around, term->args[0], false);
  walk(pass, term->args[2], &second);
}

static void walk(Pass *pass, const Term *term, const Around *around) {
  if (!term) return;
  bool logic = term->kind == TERM_APPLY && (term->op == OP_AND || term->op == OP_OR);
  if (term->kind == TERM_CALL) walk_call(pass, term, around);
  if (term->kind == TERM_REDUCE)
    walk_reduction(pass, term, around);
  else if (term->kind == TERM_IF || logic)
    walk_guarded(pass, term, around);
  else
    for (int i = 0; i < term->arg_count; i++) walk(pass, term->args[i], around);
}

static void walk_slot(Pass *pass, int which) {
  const Slot *slot = &pass->program->slots[which];
  Around around = {.loop_count = slot->rank};
  for (int i = 0; i < slot->rank; i++) around.loops[i] = (Loop){i, slot->index[i]};
  pass->slot = which;
  walk(pass, slot->value, &around);
}

static bool has_ranges(const Program *program) {
  for (int i = 0; i < program->function_count; i++)
    for (int p = 0; p < program->functions[i].parameter_count; p++)
      if (program->functions[i].ranges[p].present) return true;
  return false;
}

/* needs: an order of the values, without errors. leaves: an expect behind the blueprint's own for
 * each argument that has a range to lie in. */
void add_range_expects(Compiler *compiler) {
  Program *program = &compiler->program;
  if (compiler->diagnostics.errors > 0 || !has_ranges(program)) return;
  Pass pass = {.compiler = compiler, .program = program};
  size_t own = sizeof *program->expects * (size_t)program->expect_count;
  Expect *expects =
      ARENA_ARRAY(&compiler->arena, Expect, program->expect_count + MAX_RANGE_EXPECTS);
  if (own > 0) memcpy(expects, program->expects, own);
  program->expects = expects;
  for (int i = 0; i < program->order_count; i++) walk_slot(&pass, program->order[i]);
}
