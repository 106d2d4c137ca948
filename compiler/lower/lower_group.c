/* Grouped reductions: sum(x[u] for u in ue if server[u] == c) for every c, in one pass over u.
 *
 * A condition `key == row` in the filter says to which element of an outer variable each row of the
 * loops belongs. So instead of a loop over all rows for each element, one pass adds every row to
 * the element that its key names; the reduction becomes a read of that array. Sums keep their
 * blocks per element, and so their bits.
 */
#include "lower/lower.h"

/* A reduction taken apart. */
typedef struct Group {
  const Nest *nest;
  const Term *reduction;
  int variable;    /* of the nest: the element wanted */
  const Term *key; /* the element to which a row of the loops belongs */
  Term *rest;      /* of the filter, or NULL */
} Group;

/* ---- finding the key ---- */

/* Is it `row == key`, with a variable outside of the loops and a key that changes within? */
static bool is_key(Group *group, const Term *row, const Term *key) {
  const Term *reduction = group->reduction;
  if (row->kind != TERM_VARIABLE || row->index >= group->nest->count) return false;
  if (row->index == group->nest->time) return false; /* its rows are computed one by one */
  if (key->type.kind != TYPE_REF || term_is_statements(key)) return false;
  Variables read = term_variables(key);
  if (!(read & loop_variables(reduction->loops, reduction->loop_count))) return false;
  if (read & variable_bit(row->index)) return false;
  group->variable = row->index;
  group->key = key;
  return true;
}

/* Takes the first key out of a conjunction; what remains of it goes to `rest`. */
static bool take_key(Arena *arena, Group *group, Term *filter, Term **rest) {
  *rest = filter;
  if (filter->kind != TERM_APPLY) return false;
  Term *left = filter->args[0], *right = filter->arg_count > 1 ? filter->args[1] : NULL;
  if (filter->op == OP_EQUAL && (is_key(group, left, right) || is_key(group, right, left))) {
    *rest = NULL;
    return true;
  }
  if (filter->op != OP_AND) return false;
  if (!take_key(arena, group, left, &left) && !take_key(arena, group, right, &right)) return false;
  *rest = new_conjunction(arena, left, right);
  return true;
}

/* ---- the pass ---- */

static Variables outer_variables(const Group *group, const Term *value, const Term *condition) {
  Variables outer = variable_bit(group->nest->count) - 1;
  Variables read = term_variables(value) | term_variables(condition) | term_variables(group->key);
  return (read & outer) | variable_bit(group->variable);
}

static void scan_loops(const Group *group, Hidden *hidden, Step *step) {
  const Term *reduction = group->reduction;
  step->scan_count = reduction->loop_count;
  for (int i = 0; i < reduction->loop_count; i++) {
    const Loop *loop = &reduction->loops[i];
    step->scan[i] = (Loop){hidden->renaming.next++, loop->table};
    hidden->renaming.variable[loop->variable] =
        new_variable(hidden->renaming.arena, step->scan[i].variable, loop->table, reduction->span);
  }
}

static void find_grouped(const Group *group, const Hidden *hidden, Step *step) {
  while (hidden->variables[step->grouped] != group->variable) step->grouped++;
}

/* Inside of the pass run its loops and the indices, but not the one that the key gives. */
static Nest nest_of_pass(const Hidden *hidden, const Step *step) {
  Nest nest = nest_of_hidden(hidden);
  nest.running &= ~variable_bit(step->grouped);
  return nest_inside(&nest, step->scan, step->scan_count);
}

static void hoist_in_pass(Lowering *l, const Hidden *hidden, Step *step) {
  Nest nest = nest_of_pass(hidden, step);
  When when = when_step(l, step);
  step->key = hoisted(l, &nest, step->key, when);
  step->value = hoisted(l, &nest, step->value, when);
  if (step->filter) step->filter = hoisted(l, &nest, step->filter, when);
}

/* The sum of `value` over the rows of each group for which the condition holds, too; NULL: none to
 * be had. */
static Term *pass(Lowering *l, const Group *group, Term *value, Term *condition) {
  static const Type real = {.kind = TYPE_REAL};
  Hidden hidden;
  Step step = {.kind = STEP_GROUP};
  Term *filter = new_conjunction(l->arena, group->rest, condition);
  if (!hidden_begin(l, group->nest, outer_variables(group, value, filter), &hidden)) return NULL;
  scan_loops(group, &hidden, &step);
  find_grouped(group, &hidden, &step);
  step.key = renamed_term(&hidden.renaming, group->key);
  hidden.renaming.variable[group->variable] = step.key;
  step.value = renamed_term(&hidden.renaming, value);
  step.filter = filter ? renamed_term(&hidden.renaming, filter) : NULL;
  hoist_in_pass(l, &hidden, &step);
  return hidden_end(l, &hidden, step, &real, group->reduction->span);
}

/* ---- reductions in terms of passes ---- */

static Term *real_number(Lowering *l, const Group *group, double number) {
  return new_number(l->arena, number, TYPE_REAL, group->reduction->span);
}

/* Rows of each group for which the condition holds; NULL: all that pass the filter. */
static Term *count(Lowering *l, const Group *group, Term *condition) {
  bool always = condition && condition->kind == TERM_NUMBER && condition->number != 0;
  return pass(l, group, real_number(l, group, 1), always ? NULL : condition);
}

static Term *compared_to_none(Lowering *l, const Group *group, Operator op, Term *rows) {
  return rows ? new_apply(l->arena, op, TYPE_BOOL, rows, real_number(l, group, 0)) : NULL;
}

static Term *sum_of_group(Lowering *l, const Group *group) {
  return pass(l, group, group->reduction->body, NULL);
}

static Term *count_of_group(Lowering *l, const Group *group) {
  return count(l, group, group->reduction->body);
}

static Term *any_of_group(Lowering *l, const Group *group) {
  return compared_to_none(l, group, OP_GREATER, count_of_group(l, group));
}

static Term *all_of_group(Lowering *l, const Group *group) {
  Term *violation = new_apply(l->arena, OP_NOT, TYPE_BOOL, group->reduction->body, NULL);
  return compared_to_none(l, group, OP_EQUAL, count(l, group, violation));
}

/* What to make of each: over how many rows it is divided is asked only where it is. */
typedef struct Plan {
  Term *(*total)(Lowering *, const Group *); /* NULL: this reduction is not grouped */
  bool divided;
} Plan;

static const Plan PLANS[] = {
    [REDUCE_SUM] = {sum_of_group, false},     [REDUCE_MEAN] = {sum_of_group, true},
    [REDUCE_COUNT] = {count_of_group, false}, [REDUCE_SHARE] = {count_of_group, true},
    [REDUCE_ANY] = {any_of_group, false},     [REDUCE_ALL] = {all_of_group, false},
    [REDUCE_PERCENTILE] = {NULL, false},
};

Term *either_or_empty(Lowering *l, Term *rows, const Term *reduction, Term *otherwise) {
  Term *none = new_apply(l->arena, OP_EQUAL, TYPE_BOOL, rows,
                         new_number(l->arena, 0, TYPE_REAL, reduction->span));
  Term *fallback = reduction->fallback ? reduction->fallback : new_empty(l->arena, reduction);
  return new_choice(l->arena, none, fallback, otherwise);
}

/* A pass that was made in vain stays as a step: that takes a program at its limit of slots. */
static Term *read_group(Lowering *l, const Group *group) {
  const Term *reduction = group->reduction;
  const Plan *plan = &PLANS[reduction->reduction];
  bool needs_rows = plan->divided || reduction->fallback;
  Term *total = plan->total(l, group), *rows = needs_rows ? count(l, group, NULL) : NULL;
  if (!total || (needs_rows && !rows)) return NULL;
  if (plan->divided) total = new_apply(l->arena, OP_DIVIDE, TYPE_REAL, total, rows);
  return needs_rows ? either_or_empty(l, rows, reduction, total) : total;
}

/* ---- the walk ---- */

/* A fault would be met at rows that the reduction as written never looks at. */
static bool find_group(Lowering *l, const Nest *nest, const Term *term, Group *group) {
  if (term->kind != TERM_REDUCE || !term->filter) return false;
  if (!PLANS[term->reduction].total) return false;
  if (term_can_fault(term->body) || term_can_fault(term->filter)) return false;
  *group = (Group){.nest = nest, .reduction = term};
  return take_key(l->arena, group, term->filter, &group->rest);
}

static Term *grouped_or_none(Lowering *l, const Nest *nest, Term *term) {
  return term ? grouped(l, nest, term) : NULL;
}

/* Groups inside of a term first, then the term itself. */
Term *grouped(Lowering *l, const Nest *nest, Term *term) {
  Group group;
  for (int i = 0; i < term->arg_count; i++) term->args[i] = grouped(l, nest, term->args[i]);
  term->fallback = grouped_or_none(l, nest, term->fallback);
  if (term->kind == TERM_REDUCE) {
    Nest inside = nest_inside(nest, term->loops, term->loop_count);
    term->filter = grouped_or_none(l, &inside, term->filter);
    term->body = grouped(l, &inside, term->body);
  }
  if (!find_group(l, nest, term, &group)) return term;
  Term *read = read_group(l, &group);
  return read ? read : term;
}
