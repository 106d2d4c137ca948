/* The reference semantics: a walk over the typed tree, in double precision.
 *
 * What this file computes is what a blueprint means; generated code must agree to the last bit. So
 * it is written to be read, not to be fast: no term is moved, shared or kept, and every operation
 * stands in the order of the text.
 */
#include "check/order.h"

#include <hermes/compute.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Functions may call functions, each with terms of its own depth; so what the parser allows in one
 * expression does not yet bound the machine's stack. This does: a program beyond it gets no
 * interpreter. */
enum { MAX_RECURSION = 10000 };

typedef struct Interpreter {
  hermes_model model; /* first: the caller's pointer is this struct's */
  const Compiler *compiler;
  char *description;
  size_t most_locals; /* alive at once, over the deepest nest of calls */
} Interpreter;

/* One run over a frame: nothing else changes while terms are evaluated. */
typedef struct Evaluation {
  const Program *program;
  const hermes_frame *now, *before; /* the same one outside of an expect */
  size_t row[MAX_VARIABLES];        /* of each index variable */
  double *stack;                    /* of all calls under way */
  double *locals;                   /* of the function being evaluated */
  double *free;                     /* the next call's */
  hermes_fault_code fault;          /* once set, values mean nothing any more */
  int slot;                         /* whose value is being computed */
  double residual;                  /* of a solve that does not converge */
} Evaluation;

static double evaluate(Evaluation *e, const Term *term);

static bool holds(Evaluation *e, const Term *condition) {
  return evaluate(e, condition) != 0 && !e->fault;
}

static bool passes(Evaluation *e, const Term *filter) {
  return !filter || holds(e, filter);
}

static void *allocated(void *memory) {
  if (memory) return memory;
  fputs("hermesc: out of memory\n", stderr);
  abort();
}

/* ---- arrays ---- */

static bool is_real(const Slot *slot) {
  return slot->type.kind == TYPE_REAL;
}

static double load(const Evaluation *e, const hermes_frame *frame, int slot, size_t element) {
  const void *array = frame->slot[slot];
  if (is_real(&e->program->slots[slot])) return ((const double *)array)[element];
  return ((const int32_t *)array)[element];
}

static void store(const Evaluation *e, void *array, int slot, size_t element, double value) {
  if (is_real(&e->program->slots[slot]))
    ((double *)array)[element] = value;
  else
    ((int32_t *)array)[element] = (int32_t)value;
}

/* The element, given one row after the other. An array may hold the last instants of a time alone
 * (check/windows.c), each in the place of one that is not needed any more. */
static size_t with_row(const Evaluation *e, int which, int index, size_t element, size_t row) {
  const Slot *slot = &e->program->slots[which];
  bool window = slot->window && index == slot->along;
  size_t rows = window ? e->now->window[which] : e->now->rows[slot->index[index]];
  return element * rows + (window ? row % rows : row);
}

/* The element at the rows that the terms give; 0 after a fault, where the slot may have none. */
static size_t element_at(Evaluation *e, int which, Term *const *rows) {
  size_t element = 0;
  for (int i = 0; i < e->program->slots[which].rank; i++) {
    double row = evaluate(e, rows[i]);
    if (e->fault) return 0;
    element = with_row(e, which, i, element, (size_t)row);
  }
  return element;
}

/* ---- loops: every nest runs in row-major order, the last loop fastest ---- */

/* Goes to the first combination of rows; false where there is none. */
static bool first_rows(Evaluation *e, const Loop *loops, int count) {
  for (int i = 0; i < count; i++) {
    if (e->now->rows[loops[i].table] == 0) return false;
    e->row[loops[i].variable] = 0;
  }
  return true;
}

/* Goes to the next combination; false after the last. */
static bool next_rows(Evaluation *e, const Loop *loops, int count) {
  for (int i = count; i-- > 0;) {
    size_t *row = &e->row[loops[i].variable];
    if (++*row < e->now->rows[loops[i].table]) return true;
    *row = 0;
  }
  return false;
}

/* ---- operators and scalar functions ---- */

/* clang-format off */
static double negate(double x) { return -x; }
static double negation(double x) { return x == 0; }
static double add(double a, double b) { return a + b; }
static double subtract(double a, double b) { return a - b; }
static double multiply(double a, double b) { return a * b; }
static double divide(double a, double b) { return a / b; }
static double less(double a, double b) { return a < b; }
static double less_equal(double a, double b) { return a <= b; }
static double greater(double a, double b) { return a > b; }
static double greater_equal(double a, double b) { return a >= b; }
static double equal(double a, double b) { return a == b; }
static double not_equal(double a, double b) { return a != b; }
/* clang-format on */

/* The right side is not looked at where the left one decides: it may be a reduction over
 * nothing. */
static double conjunction(Evaluation *e, const Term *term) {
  return holds(e, term->args[0]) && holds(e, term->args[1]);
}

static double disjunction(Evaluation *e, const Term *term) {
  return holds(e, term->args[0]) || (!e->fault && holds(e, term->args[1]));
}

/* Written exponents that have an exact form use it: libraries differ in how they round pow. */
static double power(Evaluation *e, const Term *term) {
  const Term *exponent = term->args[1];
  double x = evaluate(e, term->args[0]);
  if (exponent->kind != TERM_NUMBER) return pow(x, evaluate(e, exponent));
  if (exponent->number == 2) return x * x;
  if (exponent->number == 0.5) return sqrt(x);
  if (exponent->number == 1) return x;
  if (exponent->number == -1) return 1 / x;
  return pow(x, exponent->number);
}

/* One of the three forms is set. */
typedef struct Application {
  double (*one)(double);
  double (*two)(double, double);
  double (*lazy)(Evaluation *, const Term *); /* evaluates what it needs of its operands */
} Application;

static const Application APPLICATIONS[OP_COUNT] = {
    [OP_NEGATE] = {.one = negate},
    [OP_NOT] = {.one = negation},
    [OP_ADD] = {.two = add},
    [OP_SUBTRACT] = {.two = subtract},
    [OP_MULTIPLY] = {.two = multiply},
    [OP_DIVIDE] = {.two = divide},
    [OP_POWER] = {.lazy = power},
    [OP_LESS] = {.two = less},
    [OP_LESS_EQUAL] = {.two = less_equal},
    [OP_GREATER] = {.two = greater},
    [OP_GREATER_EQUAL] = {.two = greater_equal},
    [OP_EQUAL] = {.two = equal},
    [OP_NOT_EQUAL] = {.two = not_equal},
    [OP_AND] = {.lazy = conjunction},
    [OP_OR] = {.lazy = disjunction},
    [OP_MIN] = {.two = hermes_min},
    [OP_MAX] = {.two = hermes_max},
    [OP_ABS] = {.one = fabs},
    [OP_SQRT] = {.one = sqrt},
    [OP_EXP] = {.one = exp},
    [OP_LOG] = {.one = log},
    [OP_LOG10] = {.one = log10},
    [OP_LOG2] = {.one = log2},
    [OP_FLOOR] = {.one = floor},
    [OP_CEIL] = {.one = ceil},
    [OP_ROUND] = {.one = hermes_round},
    [OP_SIGN] = {.one = hermes_sign},
    [OP_SIN] = {.one = sin},
    [OP_COS] = {.one = cos},
    [OP_TAN] = {.one = tan},
    [OP_ASIN] = {.one = asin},
    [OP_ACOS] = {.one = acos},
    [OP_ATAN] = {.one = atan},
    [OP_BESSEL_J1] = {.one = j1},
    [OP_BESSEL_I0_SCALED] = {.one = hermes_bessel_i0_scaled},
    [OP_LOG_GAMMA] = {.one = hermes_log_gamma},
    [OP_GAMMA_P] = {.two = hermes_gamma_p},
    [OP_MARCUM_P] = {.two = hermes_marcum_p},
    [OP_ATAN2] = {.two = atan2},
    [OP_HYPOT] = {.two = hypot},
    [OP_MOD] = {.two = hermes_mod},
    [OP_LIN] = {.one = hermes_lin},
    [OP_DB] = {.one = hermes_db},
    [OP_LIN_FIELD] = {.one = hermes_lin_field},
    [OP_DB_FIELD] = {.one = hermes_db_field},
};

static double apply(Evaluation *e, const Term *term) {
  const Application *application = &APPLICATIONS[term->op];
  if (application->lazy) return application->lazy(e, term);
  double left = evaluate(e, term->args[0]);
  return application->one ? application->one(left)
                          : application->two(left, evaluate(e, term->args[1]));
}

/* ---- reductions ---- */

/* What a reduction has gathered. */
typedef struct Fold {
  double value; /* sum of closed blocks, product, or the best so far */
  double part;  /* sum of the open block */
  size_t block; /* number of the open block */
  size_t best_row;
  size_t accepted; /* elements that passed the filter */
  size_t holding;  /* of them, those whose body is true */
  bool decided;    /* no further element can change the result */
  double share;    /* percentile */
  double *kept;    /* percentile: all accepted values */
  size_t capacity;
} Fold;

static void take_sum(Fold *fold, double x, size_t row) {
  size_t block = row / HERMES_SUM_BLOCK;
  if (block != fold->block) {
    fold->value += fold->part;
    fold->part = 0;
    fold->block = block;
  }
  fold->part += x;
}

static void take_product(Fold *fold, double x, size_t row) {
  (void)row;
  fold->value *= x;
}

static void take_min(Fold *fold, double x, size_t row) {
  (void)row;
  fold->value = fold->accepted ? hermes_min(fold->value, x) : x;
}

static void take_max(Fold *fold, double x, size_t row) {
  (void)row;
  fold->value = fold->accepted ? hermes_max(fold->value, x) : x;
}

/* Ties stay with the first row, as only what is truly better replaces. NaN is the worst. */
static void take_best(Fold *fold, double x, size_t row, bool better) {
  if (fold->accepted && !better && !(isnan(fold->value) && !isnan(x))) return;
  fold->value = x;
  fold->best_row = row;
}

static void take_argmax(Fold *fold, double x, size_t row) {
  take_best(fold, x, row, x > fold->value);
}

static void take_argmin(Fold *fold, double x, size_t row) {
  take_best(fold, x, row, x < fold->value);
}

static void take_condition(Fold *fold, double x, size_t row) {
  (void)row;
  fold->holding += x != 0;
}

/* `any` and `all` are a long `or` and `and`: they, too, stop where the result is known. */
static void take_any(Fold *fold, double x, size_t row) {
  (void)row;
  fold->decided = x != 0;
  fold->value = x != 0;
}

static void take_all(Fold *fold, double x, size_t row) {
  (void)row;
  fold->decided = x == 0;
  fold->value = x != 0;
}

static void take_value(Fold *fold, double x, size_t row) {
  (void)row;
  if (fold->accepted == fold->capacity) {
    fold->capacity = fold->capacity ? 2 * fold->capacity : 64;
    fold->kept = allocated(realloc(fold->kept, fold->capacity * sizeof *fold->kept));
  }
  fold->kept[fold->accepted] = x;
}

/* clang-format off */
static double give_value(Fold *fold) { return fold->value; }
static double give_sum(Fold *fold) { return fold->value + fold->part; }
static double give_mean(Fold *fold) { return give_sum(fold) / (double)fold->accepted; }
static double give_count(Fold *fold) { return (double)fold->holding; }
static double give_share(Fold *fold) { return (double)fold->holding / (double)fold->accepted; }
static double give_row(Fold *fold) { return (double)fold->best_row; }
/* clang-format on */

static double give_percentile(Fold *fold) {
  return hermes_percentile(fold->kept, fold->accepted, fold->share);
}

typedef struct Reducer {
  void (*take)(Fold *, double, size_t); /* one element; the row is the outermost loop's */
  double (*give)(Fold *);
  bool neutral; /* has a value over nothing: */
  double start;
} Reducer;

static const Reducer REDUCERS[] = {
    [REDUCE_SUM] = {take_sum, give_sum, true, 0},
    [REDUCE_PRODUCT] = {take_product, give_value, true, 1},
    [REDUCE_MIN] = {take_min, give_value, false, 0},
    [REDUCE_MAX] = {take_max, give_value, false, 0},
    [REDUCE_ARGMAX] = {take_argmax, give_row, false, 0},
    [REDUCE_ARGMIN] = {take_argmin, give_row, false, 0},
    [REDUCE_MEAN] = {take_sum, give_mean, false, 0},
    [REDUCE_COUNT] = {take_condition, give_count, true, 0},
    [REDUCE_SHARE] = {take_condition, give_share, false, 0},
    [REDUCE_ANY] = {take_any, give_value, true, 0},
    [REDUCE_ALL] = {take_all, give_value, true, 1},
    [REDUCE_PERCENTILE] = {take_value, give_percentile, false, 0},
};

static void take_element(Evaluation *e, const Term *term, Fold *fold) {
  if (!passes(e, term->filter)) return;
  double x = evaluate(e, term->body);
  if (e->fault) return;
  REDUCERS[term->reduction].take(fold, x, e->row[term->loops[0].variable]);
  fold->accepted++;
}

/* The value of a reduction that accepted nothing. */
static double over_nothing(Evaluation *e, const Term *term) {
  const Reducer *reducer = &REDUCERS[term->reduction];
  if (term->fallback) return evaluate(e, term->fallback);
  if (!reducer->neutral) e->fault = HERMES_EMPTY_REDUCTION;
  return reducer->start;
}

static double reduce(Evaluation *e, const Term *term) {
  Fold fold = {.value = REDUCERS[term->reduction].start};
  if (term->arg_count) fold.share = evaluate(e, term->args[0]);
  bool more = !e->fault && first_rows(e, term->loops, term->loop_count);
  while (more) {
    take_element(e, term, &fold);
    more = !e->fault && !fold.decided && next_rows(e, term->loops, term->loop_count);
  }
  double value = 0;
  if (!e->fault)
    value = fold.accepted ? REDUCERS[term->reduction].give(&fold) : over_nothing(e, term);
  free(fold.kept);
  return value;
}

/* ---- terms ---- */

static double number(Evaluation *e, const Term *term) {
  (void)e;
  return term->number;
}

static double variable(Evaluation *e, const Term *term) {
  return (double)e->row[term->index];
}

static double local(Evaluation *e, const Term *term) {
  return e->locals[term->index];
}

static double slot_element(Evaluation *e, const Term *term) {
  size_t element = element_at(e, term->index, term->args);
  if (e->fault) return 0;
  return load(e, term->before ? e->before : e->now, term->index, element);
}

static double choice(Evaluation *e, const Term *term) {
  bool first = holds(e, term->args[0]);
  return e->fault ? 0 : evaluate(e, term->args[first ? 1 : 2]);
}

/* Arguments are evaluated among the caller's locals; the callee's are taken first, as an argument
 * may call, too. */
static double call(Evaluation *e, const Term *term) {
  const Function *function = &e->program->functions[term->index];
  double *mine = e->locals, *locals = e->free;
  e->free += function->local_count;
  for (int i = 0; i < term->arg_count; i++)
    locals[i] = evaluate(e, term->args[i]);
  e->locals = locals;
  for (int i = 0; i < function->let_count; i++)
    locals[function->parameter_count + i] = evaluate(e, function->lets[i]);
  double result = evaluate(e, function->result);
  e->locals = mine;
  e->free = locals;
  return result;
}

/* ---- chance ---- */

/* Who draws: the name of the value, and the keys of its rows. */
static hermes_variate variate_of(Evaluation *e, const Term *term) {
  hermes_variate who = {.frame = e->now, .part = (uint32_t)term->part};
  who.stream = hermes_text_key(e->program->slots[term->index].name);
  for (int i = 0; i < term->key_count; i++) {
    size_t row = (size_t)evaluate(e, term->args[i]);
    if (!e->fault) who.row = hermes_row_key(who.row, e->now->key[term->args[i]->type.table][row]);
  }
  return who;
}

static double draw(Evaluation *e, const Term *term) {
  hermes_variate who = variate_of(e, term);
  double p[4] = {0};
  for (int i = term->key_count; i < term->arg_count; i++)
    p[i - term->key_count] = evaluate(e, term->args[i]);
  if (e->fault) return 0;
  switch (term->variate) {
  case VARIATE_UNIFORM: return hermes_draw_uniform(who);
  case VARIATE_NORMAL: return hermes_draw_normal(who);
  case VARIATE_EXPONENTIAL: return hermes_draw_exponential(who);
  case VARIATE_RAYLEIGH: return hermes_draw_rayleigh(who);
  case VARIATE_GAMMA: return hermes_draw_gamma(who, p[0]);
  case VARIATE_POISSON: return hermes_draw_poisson(who, p[0]);
  case VARIATE_FIELD: return hermes_draw_field(who, p[0], p[1], p[2], p[3]);
  }
  return 0;
}

static double fault(Evaluation *e, const Term *term) {
  e->fault = (hermes_fault_code)term->index;
  return 0;
}

static double (*const FORMS[])(Evaluation *, const Term *) = {
    [TERM_NUMBER] = number,     [TERM_VARIABLE] = variable, [TERM_LOCAL] = local,
    [TERM_SLOT] = slot_element, [TERM_APPLY] = apply,       [TERM_IF] = choice,
    [TERM_CALL] = call,         [TERM_REDUCE] = reduce,     [TERM_FAULT] = fault,
    [TERM_DRAW] = draw,
};

static double evaluate(Evaluation *e, const Term *term) {
  return FORMS[term->kind](e, term);
}

static Evaluation begin(const Interpreter *interpreter, const hermes_frame *now,
                        const hermes_frame *before) {
  Evaluation e = {.program = &interpreter->compiler->program, .now = now, .before = before};
  e.stack = allocated(malloc((interpreter->most_locals + 1) * sizeof *e.stack));
  e.locals = e.free = e.stack;
  return e;
}

/* ---- the steps of a computation ---- */

/* Computes a term for every element of a slot; where a fault is met, the rows stay there. */
static void compute_elements(Evaluation *e, int which, const Term *term, void *array) {
  const Slot *slot = &e->program->slots[which];
  Loop loops[MAX_RANK] = {{0}};
  for (int i = 0; i < slot->rank; i++)
    loops[i] = (Loop){i, slot->index[i]};
  e->slot = which;
  size_t element = 0;
  bool more = first_rows(e, loops, slot->rank);
  while (more) {
    double value = evaluate(e, term);
    if (e->fault) return;
    store(e, array, which, element++, value);
    more = next_rows(e, loops, slot->rank);
  }
}

static void compute_slot(Evaluation *e, int which) {
  compute_elements(e, which, e->program->slots[which].value, e->now->slot[which]);
}

/* ---- components: values that depend on themselves through a solve ---- */

/* One solve of a component, and beside its values x what its definition makes of them: f(x). */
typedef struct Solving {
  hermes_solve how;
  double *x, *next;
  size_t count;
} Solving;

static Solving solving_new(const Evaluation *e, int which) {
  const Slot *slot = &e->program->slots[which];
  const Domain *domain = &slot->domain;
  Solving s = {.x = e->now->slot[which], .count = 1};
  s.how = (hermes_solve){.slot = which,
                         .tolerance = slot->solve->tolerance,
                         .damping = slot->solve->damping,
                         .low = -INFINITY,
                         .high = INFINITY};
  if (domain->present) s.how.low = hermes_to_coherent(&slot->unit, domain->low);
  if (domain->present) s.how.high = hermes_to_coherent(&slot->unit, domain->high);
  for (int i = 0; i < slot->rank; i++)
    s.count *= e->now->rows[slot->index[i]];
  s.next = allocated(malloc((s.count + 1) * sizeof *s.next));
  return s;
}

/* Goes to the rows of an element. */
static void stand_at(Evaluation *e, int which, size_t element) {
  const Slot *slot = &e->program->slots[which];
  e->slot = which;
  for (int i = slot->rank; i-- > 0;) {
    e->row[i] = element % e->now->rows[slot->index[i]];
    element /= e->now->rows[slot->index[i]];
  }
}

/* The greatest of all distances |f(x) - x|, in tolerances, the first of equal ones; where it is,
 * and what it measures. */
static double furthest(Evaluation *e, const Solving *solves, int count) {
  double most = 0;
  e->residual = 0;
  for (int i = 0; i < count; i++)
    for (size_t k = 0; k < solves[i].count; k++) {
      double residual = hermes_residual(solves[i].x[k], solves[i].next[k]);
      double tolerances = residual / solves[i].how.tolerance;
      if (!hermes_is_further(tolerances, most)) continue;
      most = tolerances;
      e->residual = residual;
      stand_at(e, solves[i].how.slot, k);
    }
  return most;
}

/* All members but the solves stand before them: from x they are computed as any value is. Then each
 * solve's definition is, into f(x). */
static void pass(Evaluation *e, const int *members, int others, const Solving *solves, int count) {
  for (int i = 0; i < others && !e->fault; i++)
    compute_slot(e, members[i]);
  for (int i = 0; i < count && !e->fault; i++) {
    int which = solves[i].how.slot;
    compute_elements(e, which, e->program->slots[which].value, solves[i].next);
  }
}

static void relax(const Solving *solve) {
  for (size_t k = 0; k < solve->count; k++)
    solve->x[k] = hermes_relaxed(&solve->how, solve->x[k], solve->next[k]);
}

/* x is what the last pass began with, so that all members agree with one another. */
static void iterate(Evaluation *e, const int *members, int others, const Solving *solves,
                    int count) {
  int iterations = component_iterations(e->program, e->program->slots[members[0]].component);
  for (int passes = 1;; passes++) {
    pass(e, members, others, solves, count);
    if (e->fault || furthest(e, solves, count) <= 1) return;
    if (passes == iterations || !isfinite(e->residual)) e->fault = HERMES_NOT_CONVERGED;
    if (e->fault) return;
    for (int i = 0; i < count; i++)
      relax(&solves[i]);
  }
}

/* Computes one value of a component at one instant of the time that it goes along. */
static void compute_instant(Evaluation *e, int which, int time) {
  const Slot *slot = &e->program->slots[which];
  Loop loops[MAX_RANK] = {{0}};
  int count = 0;
  for (int i = 0; i < slot->rank; i++)
    if (i != slot->along) loops[count++] = (Loop){i, slot->index[i]};
  e->slot = which;
  e->row[slot->along] = (size_t)time;
  bool more = first_rows(e, loops, count);
  while (more) {
    size_t element = 0;
    double value = evaluate(e, slot->value);
    if (e->fault) return;
    for (int i = 0; i < slot->rank; i++)
      element = with_row(e, which, i, element, e->row[i]);
    store(e, e->now->slot[which], which, element, value);
    more = next_rows(e, loops, count);
  }
}

/* Values that depend on one another through earlier instants: all of them at the first one, then
 * all at the next. */
static void compute_along(Evaluation *e, const int *members, int size) {
  int table = e->program->component_time[e->program->slots[members[0]].component];
  for (int time = 0; time < e->program->tables[table].time.count; time++)
    for (int i = 0; i < size && !e->fault; i++)
      compute_instant(e, members[i], time);
}

/* Always from the start, never from the last answer. */
static void compute_solves(Evaluation *e, const int *members, int size) {
  int others = 0;
  while (!e->program->slots[members[others]].solve)
    others++;
  int count = size - others;
  Solving *solves = allocated(calloc((size_t)count, sizeof *solves));
  for (int i = 0; i < count && !e->fault; i++) {
    int which = members[others + i];
    solves[i] = solving_new(e, which);
    compute_elements(e, which, e->program->slots[which].solve->start, solves[i].x);
  }
  if (!e->fault) iterate(e, members, others, solves, count);
  for (int i = 0; i < count; i++)
    free(solves[i].next);
  free(solves);
}

static void compute_component(Evaluation *e, const int *members, int size) {
  int component = e->program->slots[members[0]].component;
  if (e->program->component_time[component] >= 0)
    compute_along(e, members, size);
  else
    compute_solves(e, members, size);
}

static bool belongs(const Slot *slot, hermes_step step) {
  if (step == HERMES_INPUTS) return slot->role == ROLE_INPUT && slot->value;
  if (step == HERMES_POLICIES) return slot->role == ROLE_POLICY && slot->value;
  return step_of(slot->stage) == step;
}

/* Says where it happened: the element of the slot that the variables stand at. */
static void fail_at(const Evaluation *e, hermes_frame *frame, const Compiler *compiler) {
  const Slot *at = &e->program->slots[e->slot];
  double residual = e->fault == HERMES_NOT_CONVERGED ? e->residual : 0;
  frame->fault = (hermes_fault){e->fault, e->slot, line_of(compiler, at->span), {0}, residual};
  for (int i = 0; i < at->rank; i++)
    frame->fault.row[i] = e->row[i];
}

/* Defaults are in the order of their slots, definitions in that of what they read. */
static int compute(void *context, hermes_frame *frame, hermes_step step) {
  const Interpreter *interpreter = context;
  Evaluation e = begin(interpreter, frame, frame);
  bool defaults = step == HERMES_INPUTS || step == HERMES_POLICIES;
  int count = defaults ? e.program->slot_count : e.program->order_count;
  for (int i = 0, size; i < count && !e.fault; i += size) {
    int slot = defaults ? i : e.program->order[i];
    size = defaults ? 1 : component_size(e.program, i);
    if (!belongs(&e.program->slots[slot], step)) continue;
    if (e.program->slots[slot].component)
      compute_component(&e, e.program->order + i, size);
    else
      compute_slot(&e, slot);
  }
  if (e.fault) fail_at(&e, frame, interpreter->compiler);
  free(e.stack);
  return e.fault != HERMES_NO_FAULT;
}

/* ---- expects ---- */

static void enter_expect(Evaluation *e, const Expect *expect, const size_t *row) {
  for (int i = 0; i < expect->loop_count; i++)
    e->row[expect->loops[i].variable] = row[i];
}

/* A fault outside of any slot: the line is the expect's or the assert's, the row the expect's. */
static void fail_in_expect(const Evaluation *e, hermes_frame *frame, const Expect *expect,
                           const size_t *row, int line) {
  frame->fault = (hermes_fault){e->fault, -1, line, {0}, 0};
  for (int i = 0; i < expect->loop_count; i++)
    frame->fault.row[i] = row[i];
}

static void vary_slot(Evaluation *e, const Vary *varied, const hermes_frame *frame) {
  size_t element = element_at(e, varied->slot, varied->rows);
  double amount = e->fault ? 0 : evaluate(e, varied->amount);
  if (e->fault) return;
  double from = varied->by ? load(e, frame, varied->slot, element) : 0;
  store(e, frame->slot[varied->slot], varied->slot, element, varied->by ? from + amount : amount);
}

static int vary(void *context, int which, const size_t *row, const hermes_frame *before,
                hermes_frame *frame) {
  const Interpreter *interpreter = context;
  Evaluation e = begin(interpreter, before, before);
  const Expect *expect = &e.program->expects[which];
  enter_expect(&e, expect, row);
  bool takes_part = passes(&e, expect->filter);
  for (int i = 0; i < expect->vary_count && takes_part && !e.fault; i++)
    vary_slot(&e, &expect->varies[i], frame);
  if (e.fault) fail_in_expect(&e, frame, expect, row, line_of(interpreter->compiler, expect->span));
  free(e.stack);
  return e.fault ? -1 : takes_part;
}

static bool is_logarithmic(const Type *type) {
  return type->kind == TYPE_REAL && (type->scale == HERMES_GAIN || type->scale == HERMES_LEVEL);
}

_Static_assert(OP_NOT_EQUAL - OP_LESS == HERMES_NOT_EQUAL - HERMES_LESS &&
                   HERMES_CONDITION == HERMES_NOT_EQUAL + 1,
               "relations are numbered alike in operators.def and hermes/compute.h");

/* One comparison, at the rows that the variables stand at. */
static void assess_row(Evaluation *e, const Assert *claim, hermes_verdict *verdict) {
  size_t row[HERMES_MAX_RANK] = {0};
  for (int i = 0; i < claim->loop_count; i++)
    row[i] = e->row[claim->loops[i].variable];
  if (!passes(e, claim->filter)) return;
  double left = evaluate(e, claim->left);
  double right = claim->right && !e->fault ? evaluate(e, claim->right) : 0;
  if (e->fault) return;
  bool condition = claim->relation == OP_COUNT;
  hermes_verdict_take(verdict, condition ? HERMES_CONDITION : (int)claim->relation - (int)OP_LESS,
                      is_logarithmic(&claim->left->type), claim->within, left, right, row,
                      claim->loop_count);
}

static void assess_all_rows(Evaluation *e, const Assert *claim, hermes_verdict *verdict) {
  bool more = first_rows(e, claim->loops, claim->loop_count);
  while (more) {
    assess_row(e, claim, verdict);
    more = !e->fault && next_rows(e, claim->loops, claim->loop_count);
  }
}

static int assess(void *context, int which, const size_t *row, const hermes_frame *before,
                  hermes_frame *frame, hermes_verdict *verdicts) {
  const Interpreter *interpreter = context;
  Evaluation e = begin(interpreter, frame, before);
  const Expect *expect = &e.program->expects[which];
  enter_expect(&e, expect, row);
  for (int i = 0; i < expect->assert_count && !e.fault; i++) {
    const Assert *claim = &expect->asserts[i];
    assess_all_rows(&e, claim, &verdicts[i]);
    if (e.fault)
      fail_in_expect(&e, frame, expect, row, line_of(interpreter->compiler, claim->span));
  }
  free(e.stack);
  return e.fault != HERMES_NO_FAULT;
}

/* ---- what a program needs to be interpreted ---- */

typedef struct Extent {
  size_t depth;  /* of recursion */
  size_t locals; /* alive at once */
} Extent;

static void cover(Extent *whole, Extent part) {
  if (part.depth > whole->depth) whole->depth = part.depth;
  if (part.locals > whole->locals) whole->locals = part.locals;
}

/* `functions` holds the extents of all functions that the term may call. */
static Extent extent_of(const Program *program, const Extent *functions, const Term *term) {
  Extent extent = {0};
  if (!term) return extent;
  for (int i = 0; i < term->arg_count; i++)
    cover(&extent, extent_of(program, functions, term->args[i]));
  cover(&extent, extent_of(program, functions, term->filter));
  cover(&extent, extent_of(program, functions, term->body));
  cover(&extent, extent_of(program, functions, term->fallback));
  if (term->kind == TERM_CALL) {
    cover(&extent, functions[term->index]);
    extent.locals += (size_t)program->functions[term->index].local_count;
  }
  extent.depth++;
  return extent;
}

static Extent function_extent(const Program *program, const Extent *functions,
                              const Function *function) {
  Extent extent = extent_of(program, functions, function->result);
  for (int i = 0; i < function->let_count; i++)
    cover(&extent, extent_of(program, functions, function->lets[i]));
  return extent;
}

static Extent expect_extent(const Program *program, const Extent *functions, const Expect *expect) {
  Extent extent = extent_of(program, functions, expect->filter);
  for (int i = 0; i < expect->vary_count; i++) {
    const Vary *varied = &expect->varies[i];
    cover(&extent, extent_of(program, functions, varied->amount));
    for (int k = 0; k < program->slots[varied->slot].rank; k++)
      cover(&extent, extent_of(program, functions, varied->rows[k]));
  }
  for (int i = 0; i < expect->assert_count; i++) {
    const Assert *claim = &expect->asserts[i];
    cover(&extent, extent_of(program, functions, claim->filter));
    cover(&extent, extent_of(program, functions, claim->left));
    cover(&extent, extent_of(program, functions, claim->right));
  }
  return extent;
}

/* Callees stand before callers, so each function's extent is known when it is asked for. */
static Extent program_extent(const Program *program) {
  Extent *functions = allocated(calloc((size_t)program->function_count + 1, sizeof *functions));
  for (int i = 0; i < program->function_count; i++)
    functions[i] = function_extent(program, functions, &program->functions[i]);
  Extent extent = {0};
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    cover(&extent, extent_of(program, functions, slot->value));
    if (slot->solve) cover(&extent, extent_of(program, functions, slot->solve->start));
  }
  for (int i = 0; i < program->expect_count; i++)
    cover(&extent, expect_extent(program, functions, &program->expects[i]));
  free(functions);
  return extent;
}

/* needs: stages inferred; not lowered. NULL where calls nest deeper than MAX_RECURSION. */
hermes_model *interpreter_model(Compiler *compiler) {
  Extent extent = program_extent(&compiler->program);
  if (extent.depth > MAX_RECURSION) return NULL;
  Interpreter *interpreter = allocated(calloc(1, sizeof *interpreter));
  size_t size;
  interpreter->description = describe_program(compiler, &size);
  interpreter->compiler = compiler;
  interpreter->most_locals = extent.locals;
  interpreter->model = (hermes_model){
      .abi = HERMES_ABI,
      .description = (const unsigned char *)interpreter->description,
      .description_size = size,
      .context = interpreter,
      .compute = compute,
      .vary = vary,
      .assess = assess,
  };
  return &interpreter->model;
}

void interpreter_free(hermes_model *model) {
  if (!model) return;
  Interpreter *interpreter = model->context;
  free(interpreter->description);
  free(interpreter);
}
