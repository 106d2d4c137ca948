/* Hoisting: a costly term is computed where it is computed least often.
 *
 * Three things make a term move out of its step into a hidden slot, over the variables that it
 * reads: policies or draws that reach the step do not reach it (then it is computed in an earlier
 * step, once for all of them); it reads no value of the component that the step is a pass of (then
 * it is computed once before all passes); or it does not change with every loop around it (then it
 * is computed once per element that matters). It may move only where it cannot fault, because it
 * may stand behind an `if` that guards it.
 */
#include "lower/lower.h"

static bool is_worth_moving(Lowering *l, const Nest *nest, const Term *term, When when) {
  if (!term_is_costly(term)) return false;
  When own = when_computed(l, term);
  bool earlier = step_of(own.stage) != step_of(when.stage);
  bool outside = nest->time < 0 && when.component && !own.component; /* along a time, it is once */
  bool less_often = term_variables(term) != nest->running;
  return earlier || outside || less_often;
}

/* NULL: not to be had. */
static Term *moved(Lowering *l, const Nest *nest, const Term *term) {
  Hidden hidden;
  if (!hidden_begin(l, nest, term_variables(term), &hidden)) return NULL;
  Step step = {.kind = STEP_MAP, .value = renamed_term(&hidden.renaming, term)};
  Nest own = nest_of_hidden(&hidden);
  step.value = hoisted(l, &own, step.value, when_computed(l, term));
  return hidden_end(l, &hidden, step, &term->type, term->span);
}

/* ---- reductions that fault over nothing ---- */

/* Such a fault must stay where it is. The reduction itself moves, with any fallback, and beside it
 * the number of its elements, by which the step sees whether there is a value. */
static bool faults_only_over_nothing(const Term *term) {
  if (term->kind != TERM_REDUCE || term->fallback || term_can_fault(term->body)) return false;
  if (term->filter && term_can_fault(term->filter)) return false;
  return term->arg_count == 0 || !term_can_fault(term->args[0]);
}

static Term *count_of_elements(Lowering *l, const Term *reduction) {
  Term *count = copy_term(l->arena, reduction);
  count->reduction = REDUCE_COUNT;
  count->type = (Type){.kind = TYPE_REAL};
  count->arg_count = 0;
  count->body = new_number(l->arena, 1, TYPE_BOOL, reduction->span);
  return count;
}

static Term *moved_with_count(Lowering *l, const Nest *nest, const Term *term) {
  Term *total = copy_term(l->arena, term);
  total->fallback = new_number(l->arena, 0, term->type.kind, term->span);
  Term *rows = moved(l, nest, count_of_elements(l, term));
  Term *value = rows ? moved(l, nest, total) : NULL;
  return value ? either_or_empty(l, rows, term, value) : NULL;
}

/* ---- the walk ---- */

static Term *hoisted_or_none(Lowering *l, const Nest *nest, Term *term, When when) {
  return term ? hoisted(l, nest, term, when) : NULL;
}

static void hoist_parts(Lowering *l, const Nest *nest, Term *term, When when) {
  for (int i = 0; i < term->arg_count; i++) term->args[i] = hoisted(l, nest, term->args[i], when);
  term->fallback = hoisted_or_none(l, nest, term->fallback, when);
  if (term->kind != TERM_REDUCE) return;
  Nest inside = nest_inside(nest, term->loops, term->loop_count);
  term->filter = hoisted_or_none(l, &inside, term->filter, when);
  term->body = hoisted(l, &inside, term->body, when);
}

/* From the outside in, so that what moves is as large as can be. */
Term *hoisted(Lowering *l, const Nest *nest, Term *term, When when) {
  Term *read = NULL;
  if (is_worth_moving(l, nest, term, when)) {
    if (!term_can_fault(term))
      read = moved(l, nest, term);
    else if (faults_only_over_nothing(term))
      read = moved_with_count(l, nest, term);
  }
  if (read) return read;
  hoist_parts(l, nest, term, when);
  return term;
}
