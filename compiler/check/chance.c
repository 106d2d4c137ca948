/* Draws: the distribution of a value becomes a term over standard variates, which are functions of
 * seed, draw, name and the keys of the rows.
 *
 * All parameters are ordinary terms: a chance may follow from a distance, a deviation from another
 * draw. What a policy changes, changes the parameters and never the variate, so that candidates are
 * compared on the same chances.
 */
#include "check/checker.h"
#include "check/references.h"
#include "check/terms.h"
#include "fix/fixes.h"
#include "fix/repairs.h"

#include <math.h>
#include <string.h>

enum { MOST_PARAMETERS = 16 };
static const double ROUNDING = 1e-9; /* that a chance which was computed may be above 1 */

typedef struct Drawing {
  Scope *scope;
  const Slot *slot; /* what is drawn */
  int number;       /* its slot */
  const Expr *call;
  const char *name; /* of the distribution */
  Term *items[MOST_PARAMETERS];
  int count;
  Term *allowed; /* what parameters must keep to, where that is known only later; NULL: nothing */
  bool refused;  /* one of them is known not to */
} Drawing;

typedef Term *DistributionRule(Drawing *d);

static bool is_real(const Type *type) {
  return type->kind == TYPE_REAL;
}

static bool is_number_drawn(const Type *type) {
  return is_real(type) && !type->integer;
}

static bool is_linear_drawn(const Type *type) {
  return is_number_drawn(type) && type->scale == HERMES_LINEAR;
}

static bool is_truth(const Type *type) {
  return type->kind == TYPE_BOOL;
}

static bool is_label(const Type *type) {
  return type->kind == TYPE_ENUM || is_plain(type);
}

static bool is_anything(const Type *type) {
  return type->kind != TYPE_ERROR;
}

/* What a distribution draws; the texts end the sentence "`normal` draws ...". */
typedef struct DrawnKind {
  bool (*fits)(const Type *type);
  const char *text;
} DrawnKind;

enum {
  DRAWN_number,
  DRAWN_linear,
  DRAWN_real,
  DRAWN_plain,
  DRAWN_truth,
  DRAWN_label,
  DRAWN_anything
};

static const DrawnKind drawn_kinds[] = {
    [DRAWN_number] = {is_number_drawn, "a number or a quantity"},
    [DRAWN_linear] = {is_linear_drawn, "a linear quantity"},
    [DRAWN_real] = {is_real, "a number or a quantity"},
    [DRAWN_plain] = {is_plain, "a number without a unit"},
    [DRAWN_truth] = {is_truth, "a bool"},
    [DRAWN_label] = {is_label, "a label or a number"},
    [DRAWN_anything] = {is_anything, "anything"},
};

typedef struct Distribution {
  const char *name;
  int least, most;
  const DrawnKind *drawn;
  DistributionRule *rule;
  const char *signature, *meaning;
} Distribution;

#define DISTRIBUTION(name, least, most, drawn, signature, meaning)                                 \
  static DistributionRule draw_##name;
#include "check/distributions.def"
#undef DISTRIBUTION

static const Distribution distributions[] = {
#define DISTRIBUTION(name, least, most, drawn, signature, meaning)                                 \
  {#name, least, most, &drawn_kinds[DRAWN_##drawn], draw_##name, signature, meaning},
#include "check/distributions.def"
#undef DISTRIBUTION
};
enum { DISTRIBUTIONS = sizeof distributions / sizeof *distributions };

static const Distribution *find_distribution(const char *name) {
  for (int i = 0; i < DISTRIBUTIONS; i++)
    if (strcmp(distributions[i].name, name) == 0) return &distributions[i];
  return NULL;
}

const char *distribution_signature(const char *name) {
  const Distribution *found = find_distribution(name);
  return found ? found->signature : NULL;
}

const char *distribution_meaning(const char *name) {
  const Distribution *found = find_distribution(name);
  return found ? found->meaning : NULL;
}

const char *distribution_name(int number) {
  return number < DISTRIBUTIONS ? distributions[number].name : NULL;
}

bool distribution_fits(const char *name, const Type *type) {
  const Distribution *found = find_distribution(name);
  return found && found->drawn->fits(type);
}

/* Its type stands in the signature behind a colon; the last one holds for all further ones. */
Type distribution_parameter(const char *name, int position, const Type *drawn) {
  const Distribution *found = find_distribution(name);
  const char *at = NULL;
  if (found)
    for (const char *next = strchr(found->signature, ':'); next && position-- >= 0;
         next = strchr(next + 1, ':'))
      at = next + 2;
  if (!at) return type_error;
  return *at == 'T' || strncmp(at, "lin", 3) == 0 ? *drawn
         : *at == 'D'                             ? step_type(*drawn)
         : *at == '1'                             ? type_number
                                                  : type_error;
}

/* ---- terms ---- */

static Checker *checker_of(const Drawing *d) {
  return d->scope->checker;
}

static Term *variable_term(const Drawing *d, int variable, int table) {
  Term *term = term_new(checker_of(d), TERM_VARIABLE, type_ref(table), d->call->span, 0);
  term->index = variable;
  return term;
}

/* A standard variate keyed by these rows, with parameters behind them. */
static Term *variate_of(const Drawing *d, Variate variate, int part, Term *const *keys,
                        int key_count, Term *const *parameters, int parameter_count) {
  Term *term =
      term_new(checker_of(d), TERM_DRAW, type_number, d->call->span, key_count + parameter_count);
  term->index = d->number;
  term->variate = variate;
  term->part = part;
  term->key_count = key_count;
  for (int i = 0; i < key_count; i++) term->args[i] = keys[i];
  for (int i = 0; i < parameter_count; i++) term->args[key_count + i] = parameters[i];
  return term;
}

/* Keyed by all indices of what is drawn. */
static Term *variate(const Drawing *d, Variate which, int part, Term *parameter) {
  Term *keys[MAX_RANK];
  for (int i = 0; i < d->slot->rank; i++) keys[i] = variable_term(d, i, d->slot->index[i]);
  return variate_of(d, which, part, keys, d->slot->rank, &parameter, parameter != NULL);
}

static Term *applied(const Drawing *d, Operator op, Type type, Term *a, Term *b) {
  return term_apply(checker_of(d), op, type, d->call->span, a, b);
}

static Term *scaled(const Drawing *d, Type type, Term *factor, Term *standard) {
  return applied(d, OP_MULTIPLY, type, factor, standard);
}

static Term *number_term(const Drawing *d, double number) {
  return term_number(checker_of(d), number, type_number, d->call->span);
}

/* ---- what parameters must be ---- */

static const char *parameter_text(const Drawing *d, const char *what) {
  return arena_format(&checker_of(d)->compiler->arena, "the %s of `%s`", what, d->name);
}

static bool is_value(const Drawing *d, int item, const char *what) {
  return require_in_unit(checker_of(d), d->items[item], &d->slot->type, d->slot->unit_text,
                         parameter_text(d, what));
}

static bool is_difference(const Drawing *d, int item, const char *what) {
  Type type = step_type(d->slot->type);
  return require_type(checker_of(d), d->items[item], &type, parameter_text(d, what));
}

static bool is_number(const Drawing *d, int item, const char *what) {
  return require_type(checker_of(d), d->items[item], &type_number, parameter_text(d, what));
}

/* Does the distribution draw what the slot is? */
static bool draws(const Drawing *d, bool fits, const char *what) {
  if (d->slot->type.kind == TYPE_ERROR) return false;
  if (!fits)
    report(checker_of(d)->compiler, HB0517, d->call->left->span, "`%s` draws %s, and `%s` is %s",
           d->name, what, d->slot->name, type_phrase(checker_of(d)->compiler, &d->slot->type));
  return fits;
}

/* ---- bounds of parameters ---- */

/* A parameter that is written as a number, in coherent units. */
static bool is_written(const Term *term, double *number) {
  bool negative = term->kind == TERM_APPLY && term->op == OP_NEGATE;
  if (negative) term = term->args[0];
  if (term->kind != TERM_NUMBER) return false;
  *number = negative ? -term->number : term->number;
  return true;
}

/* What is known now is not looked at in every draw. */
static void require_that(Drawing *d, bool known, bool holds, Operator op, Term *a, Term *b,
                         const char *what) {
  if (!known) {
    Term *condition = applied(d, op, type_bool, a, b);
    d->allowed = d->allowed ? applied(d, OP_AND, type_bool, d->allowed, condition) : condition;
  } else if (!holds) {
    hermes_diagnostic *problem = report(checker_of(d)->compiler, HB0527, a->span, "%s", what);
    hermes_diagnostic_fact(&problem->actual, "%.*s", (int)(d->call->span.end - d->call->span.start),
                           source_text(checker_of(d), d->call->span));
    d->refused = true;
  }
}

static const char *bound_text(const Drawing *d, const char *what, const char *bound) {
  return arena_format(&checker_of(d)->compiler->arena, "%s must %s", parameter_text(d, what), bound);
}

static Term *number_like(const Drawing *d, const Term *term, double number) {
  return term_number(checker_of(d), number, term->type, term->span);
}

static void at_least_zero(Drawing *d, int item, const char *what) {
  Term *term = d->items[item];
  double x = 0;
  bool known = is_written(term, &x);
  require_that(d, known, x >= 0, OP_GREATER_EQUAL, term, number_like(d, term, 0),
               bound_text(d, what, "not be negative"));
}

static void above_zero(Drawing *d, int item, const char *what) {
  Term *term = d->items[item];
  double x = 0;
  bool known = is_written(term, &x);
  require_that(d, known, x > 0, OP_GREATER, term, number_like(d, term, 0),
               bound_text(d, what, "be above 0"));
}

static void at_most_one(Drawing *d, int item, const char *what) {
  Term *term = d->items[item];
  double x = 0;
  bool known = is_written(term, &x);
  require_that(d, known, x <= 1, OP_LESS_EQUAL, term, number_like(d, term, 1 + ROUNDING),
               bound_text(d, what, "be at most 1"));
}

static void in_order(Drawing *d, Term *low, Term *high) {
  double a = 0, b = 0;
  bool known = is_written(low, &a) && is_written(high, &b);
  require_that(d, known, a <= b, OP_LESS_EQUAL, low, high,
               d->slot->type.integer ? "no whole number lies between the ends of `uniform`"
                                     : "the low end of `uniform` must not be above the high one");
}

/* The value where all parameters keep to their bounds; else the candidate is invalid. */
static Term *guarded(Drawing *d, Term *value) {
  if (!value || d->refused) return NULL;
  if (!d->allowed) return value;
  Term *fault = term_new(checker_of(d), TERM_FAULT, value->type, d->call->span, 0);
  fault->index = HERMES_NO_DISTRIBUTION;
  Term *choice = term_new(checker_of(d), TERM_IF, value->type, d->call->span, 3);
  choice->args[0] = d->allowed;
  choice->args[1] = value;
  choice->args[2] = fault;
  return choice;
}

/* ---- the distributions, of a type that fits: NULL where something was reported ---- */

static Term *draw_normal(Drawing *d) {
  if (!is_value(d, 0, "mean") || !is_difference(d, 1, "deviation")) return NULL;
  at_least_zero(d, 1, "deviation");
  Term *spread =
      scaled(d, step_type(d->slot->type), d->items[1], variate(d, VARIATE_NORMAL, 0, NULL));
  return applied(d, OP_ADD, d->slot->type, d->items[0], spread);
}

static Term *draw_lognormal(Drawing *d) {
  if (!is_value(d, 0, "median") || !is_number(d, 1, "spread")) return NULL;
  at_least_zero(d, 0, "median");
  at_least_zero(d, 1, "spread");
  Term *exponent = scaled(d, type_number, d->items[1], variate(d, VARIATE_NORMAL, 0, NULL));
  return scaled(d, d->slot->type, d->items[0], applied(d, OP_EXP, type_number, exponent, NULL));
}

/* The next whole number from an end inwards. */
static Term *whole(const Drawing *d, Term *end, Operator inwards) {
  double x;
  if (!is_written(end, &x)) return applied(d, inwards, d->slot->type, end, NULL);
  return number_like(d, end, inwards == OP_CEIL ? ceil(x) : floor(x));
}

/* Of an `int`, the whole numbers between the ends are values, these included. */
static Term *draw_uniform(Drawing *d) {
  Type type = d->slot->type, step = step_type(type);
  if (!is_value(d, 0, "low end") || !is_value(d, 1, "high end")) return NULL;
  Term *low = type.integer ? whole(d, d->items[0], OP_CEIL) : d->items[0];
  Term *high = type.integer ? whole(d, d->items[1], OP_FLOOR) : d->items[1];
  in_order(d, low, high);
  Term *width = applied(d, OP_SUBTRACT, step, high, low);
  if (type.integer) width = applied(d, OP_ADD, step, width, number_term(d, 1));
  Term *value = applied(d, OP_ADD, type, low,
                        scaled(d, step, width, variate(d, VARIATE_UNIFORM, 0, NULL)));
  return type.integer ? applied(d, OP_FLOOR, type, value, NULL) : value;
}

static Term *draw_exponential(Drawing *d) {
  if (!is_value(d, 0, "mean")) return NULL;
  at_least_zero(d, 0, "mean");
  return scaled(d, d->slot->type, d->items[0], variate(d, VARIATE_EXPONENTIAL, 0, NULL));
}

static Term *draw_poisson(Drawing *d) {
  if (!is_number(d, 0, "mean")) return NULL;
  at_least_zero(d, 0, "mean");
  return variate(d, VARIATE_POISSON, 0, d->items[0]);
}

static Term *draw_bernoulli(Drawing *d) {
  if (!is_number(d, 0, "chance")) return NULL;
  at_least_zero(d, 0, "chance");
  at_most_one(d, 0, "chance");
  return applied(d, OP_LESS, type_bool, variate(d, VARIATE_UNIFORM, 0, NULL), d->items[0]);
}

static Term *draw_gamma(Drawing *d) {
  if (!is_number(d, 0, "shape") || !is_value(d, 1, "scale")) return NULL;
  above_zero(d, 0, "shape");
  at_least_zero(d, 1, "scale");
  return scaled(d, d->slot->type, d->items[1], variate(d, VARIATE_GAMMA, 0, d->items[0]));
}

static Term *draw_rayleigh(Drawing *d) {
  if (!is_value(d, 0, "scale")) return NULL;
  at_least_zero(d, 0, "scale");
  return scaled(d, d->slot->type, d->items[0], variate(d, VARIATE_RAYLEIGH, 0, NULL));
}

static Term *draw_rician(Drawing *d) {
  Type type = d->slot->type;
  if (!is_value(d, 0, "direct part") || !is_value(d, 1, "scale")) return NULL;
  at_least_zero(d, 0, "direct part");
  at_least_zero(d, 1, "scale");
  Term *along = applied(d, OP_ADD, type, d->items[0],
                        scaled(d, type, d->items[1], variate(d, VARIATE_NORMAL, 0, NULL)));
  return applied(d, OP_HYPOT, type, along,
                 scaled(d, type, d->items[1], variate(d, VARIATE_NORMAL, 1, NULL)));
}

/* ---- one of several ---- */

/* values[i] where the variate lies below bounds[i], the last one otherwise. */
static Term *chosen(const Drawing *d, Term *which, Term *const *bounds, Term *const *values,
                    int count) {
  Term *value = values[count - 1];
  for (int i = count - 1; i-- > 0;) {
    Term *choice = term_new(checker_of(d), TERM_IF, d->slot->type, d->call->span, 3);
    choice->args[0] = applied(d, OP_LESS, type_bool, which, bounds[i]);
    choice->args[1] = values[i];
    choice->args[2] = value;
    value = choice;
  }
  return value;
}

static bool has_labels(const Drawing *d) {
  const Type *type = &d->slot->type;
  if (type->kind != TYPE_ENUM || type->labels->count == d->count) return true;
  report(checker_of(d)->compiler, HB0305, d->call->span,
         "`discrete` has %d weights, and `%s` %d labels", d->count, d->slot->name,
         type->labels->count);
  return false;
}

static void some_weight(Drawing *d, Term *all) {
  double sum = 0, x = 0;
  bool known = true;
  for (int i = 0; i < d->count; i++) {
    known &= is_written(d->items[i], &x);
    sum += x;
  }
  require_that(d, known, sum > 0, OP_GREATER, all, number_term(d, 0),
               "the weights of `discrete` must not all be 0");
}

static Term *draw_discrete(Drawing *d) {
  Type type = d->slot->type;
  Term *bounds[MOST_PARAMETERS] = {NULL}, *values[MOST_PARAMETERS];
  if (!has_labels(d)) return NULL;
  for (int i = 0; i < d->count; i++) {
    if (!is_number(d, i, "weight")) return NULL;
    at_least_zero(d, i, "weight");
    bounds[i] = i ? applied(d, OP_ADD, type_number, bounds[i - 1], d->items[i]) : d->items[0];
    values[i] = term_number(checker_of(d), i, type, d->call->span);
  }
  Term *all = bounds[d->count - 1];
  if (!d->refused) some_weight(d, all);
  Term *which = scaled(d, type_number, all, variate(d, VARIATE_UNIFORM, 0, NULL));
  return chosen(d, which, bounds, values, d->count);
}

static Term *pick_value(Drawing *d) {
  Term *bounds[MOST_PARAMETERS];
  for (int i = 0; i < d->count; i++) {
    if (!is_value(d, i, "value")) return NULL;
    bounds[i] = number_term(d, i + 1);
  }
  Term *which =
      scaled(d, type_number, number_term(d, d->count), variate(d, VARIATE_UNIFORM, 0, NULL));
  return chosen(d, which, bounds, d->items, d->count);
}

/* A race: each row finishes after an exponential time divided by its weight, so that the first one
 * is a row with a chance in proportion to it, and further rows change no other row's time. */
static Term *race(Drawing *d, Term *reduce, Term *weight) {
  Term *keys[MAX_RANK + 1];
  for (int i = 0; i < d->slot->rank; i++) keys[i] = variable_term(d, i, d->slot->index[i]);
  keys[d->slot->rank] = variable_term(d, reduce->loops[0].variable, reduce->loops[0].table);
  Term *time = variate_of(d, VARIATE_EXPONENTIAL, 0, keys, d->slot->rank + 1, NULL, 0);
  Term *takes_part = applied(d, OP_GREATER, type_bool, weight,
                             term_number(checker_of(d), 0, weight->type, weight->span));
  reduce->type = d->slot->type;
  reduce->reduction = REDUCE_ARGMIN;
  reduce->body = applied(d, OP_DIVIDE, type_number, time, weight);
  reduce->filter =
      reduce->filter ? applied(d, OP_AND, type_bool, reduce->filter, takes_part) : takes_part;
  return reduce;
}

static Term *pick_row(Drawing *d) {
  Scope *scope = d->scope;
  const Expr *call = d->call;
  Term *reduce = term_new(checker_of(d), TERM_REDUCE, type_error, call->span, 0);
  int outer = scope->bound_count;
  bool good = bind_fors(scope, call->fors, reduce->loops, &reduce->loop_count, call->span);
  if (call->filter) reduce->filter = check_condition(scope, call->filter);
  Term *weight = check_expr(scope, call->args, NULL);
  scope->bound_count = outer;
  if (!good || weight->type.kind == TYPE_ERROR ||
      (reduce->filter && reduce->filter->type.kind == TYPE_ERROR))
    return NULL;
  bool row = d->slot->type.kind == TYPE_REF && reduce->loop_count == 1 &&
             d->slot->type.table == reduce->loops[0].table;
  const char *table = checker_of(d)->program->tables[reduce->loops[0].table].name;
  if (!draws(d, row, arena_format(&checker_of(d)->compiler->arena, "a row of `%s`", table)))
    return NULL;
  if (weight->type.kind != TYPE_REAL || weight->type.scale != HERMES_LINEAR) {
    hermes_diagnostic *problem = report(checker_of(d)->compiler, HB0517, weight->span,
                                        "a weight is a linear quantity, and this is %s",
                                        type_phrase(checker_of(d)->compiler, &weight->type));
    if (is_logarithmic(&weight->type))
      offer_wrap(problem, call->args->span, "lin(", ")", "its linear value");
    return NULL;
  }
  return race(d, reduce, weight);
}

static Term *draw_pick(Drawing *d) {
  return d->call->fors ? pick_row(d) : pick_value(d);
}

/* ---- fields ---- */

static bool is_place(const Drawing *d) {
  static const char *const what[] = {"x", "y", "length"};
  const Type *type = &d->items[2]->type;
  if (type->kind != TYPE_REAL || type->scale != HERMES_LINEAR) {
    report(checker_of(d)->compiler, HB0517, d->items[2]->span,
           "a place is given by lengths, and this is %s",
           type_phrase(checker_of(d)->compiler, type));
    return false;
  }
  for (int i = 3; i < 5; i++)
    if (!require_type(checker_of(d), d->items[i], type, parameter_text(d, what[i - 2])))
      return false;
  return true;
}

/* Rows that the place depends on are where one field is looked at; the others have fields of their
 * own. */
static Term *draw_field(Drawing *d) {
  Term *keys[MAX_RANK];
  int count = 0;
  if (!is_value(d, 0, "mean") || !is_difference(d, 1, "deviation") || !is_place(d) ||
      (d->count > 5 && !is_number(d, 5, "common share")))
    return NULL;
  at_least_zero(d, 1, "deviation");
  above_zero(d, 4, "length");
  if (d->count > 5) {
    at_least_zero(d, 5, "common share");
    at_most_one(d, 5, "common share");
  }
  Term *parameters[] = {d->items[2], d->items[3], d->items[4],
                        d->count > 5 ? d->items[5] : number_term(d, 0)};
  Variables place = term_variables(d->items[2]) | term_variables(d->items[3]);
  for (int i = 0; i < d->slot->rank; i++)
    if (!(place & variable_bit(i))) keys[count++] = variable_term(d, i, d->slot->index[i]);
  Term *standard = variate_of(d, VARIATE_FIELD, 0, keys, count, parameters, 4);
  return applied(d, OP_ADD, d->slot->type, d->items[0],
                 scaled(d, step_type(d->slot->type), d->items[1], standard));
}

/* ---- the pass ---- */

/* Other languages' names for the same. */
static void offer_name(hermes_diagnostic *d, Name name) {
  static const char *const others[][2] = {{"gauss", "normal"},       {"gaussian", "normal"},
                                          {"norm", "normal"},        {"expon", "exponential"},
                                          {"choice", "pick"},        {"categorical", "discrete"},
                                          {"binomial", "bernoulli"}, {"rice", "rician"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(others[i][0], name.text) == 0)
      offer_fix(d, name.span, others[i][1], "as it is called here");
}

static const Distribution *named_distribution(Checker *checker, const Expr *value) {
  const char *names[DISTRIBUTIONS];
  const Distribution *found = NULL;
  bool call = value->kind == EXPR_CALL && value->left->kind == EXPR_NAME;
  if (call) found = find_distribution(value->left->name.text);
  if (found) return found;
  hermes_diagnostic *d =
      report(checker->compiler, HB0517, call ? value->left->span : value->span,
             call ? "there is no distribution `%s`"
                  : "a draw follows a distribution: `x : dB ~ normal(0 dB, 6 dB)`",
             call ? value->left->name.text : "");
  for (int i = 0; i < DISTRIBUTIONS; i++) names[i] = distributions[i].name;
  if (call) offer_name(d, value->left->name);
  if (call) suggest(checker->compiler, d, value->left->name.text, names, DISTRIBUTIONS);
  return NULL;
}

static bool count_fits(Checker *checker, const Expr *call, const Distribution *of) {
  int written = 0;
  for (const Expr *arg = call->args; arg; arg = arg->next) written++;
  bool clause = !call->fors || (strcmp(of->name, "pick") == 0 && written == 1);
  if (clause && written >= of->least && written <= of->most) return true;
  hermes_diagnostic *d = report(checker->compiler, HB0305, call->span,
                                clause ? "`%s` has %d parameter%s" : "`%s` takes no `for`",
                                of->name, written, written == 1 ? "" : "s");
  hermes_diagnostic_fact(&d->expected, "%s", of->signature);
  return false;
}

Term *check_draw(Scope *scope, int number, const Expr *value) {
  Checker *checker = scope->checker;
  const Slot *slot = &checker->program->slots[number];
  const Distribution *of = named_distribution(checker, value);
  Drawing d = {.scope = scope, .slot = slot, .number = number, .call = value};
  bool good = of && count_fits(checker, value, of);
  for (const Expr *arg = good && !value->fors ? value->args : NULL; arg; arg = arg->next) {
    Term *term = check_expr(scope, arg, &slot->type);
    good &= term->type.kind != TYPE_ERROR;
    d.items[d.count++] = term;
  }
  if (!good) return term_error(checker, value->span);
  d.name = of->name;
  Term *term = draws(&d, of->drawn->fits(&slot->type), of->drawn->text) ? of->rule(&d) : NULL;
  term = guarded(&d, term);
  return term ? term : term_error(checker, value->span);
}

/* ---- means over draws ---- */

static void take_unit_of_type(Checker *checker, Slot *slot) {
  if (slot->type.kind == TYPE_REAL)
    slot->unit_text = unit_of_type(checker->compiler, &slot->type, &slot->unit);
}

static int table_of_variable(const Scope *scope, int variable) {
  for (int i = 0; i < scope->bound_count; i++)
    if (scope->bound[i].number == variable) return scope->bound[i].table;
  return -1;
}

/* The slots of a sample and of its mean, over these index variables; the sample's number or -1. */
static int add_sample(Scope *scope, Term *value, Name name, Variables variables) {
  Checker *checker = scope->checker;
  Renaming renaming = {.arena = &checker->compiler->arena};
  Slot *sample = add_made_slot(checker, name, ROLE_SAMPLE);
  Slot *mean = sample ? add_made_slot(checker, name, ROLE_MEAN) : NULL;
  if (!mean) return -1;
  for (int v = 0; v < MAX_VARIABLES; v++) {
    if (!(variables & variable_bit(v))) continue;
    int table = table_of_variable(scope, v);
    renaming.variable[v] =
        new_variable(&checker->compiler->arena, sample->rank, table, value->span);
    sample->index[sample->rank] = mean->index[sample->rank] = table;
    sample->rank = ++mean->rank;
  }
  renaming.next = sample->rank;
  sample->value = renamed_term(&renaming, value);
  sample->variable_count = scope->variable_count;
  sample->type = value->type;
  mean->type = value->type.kind == TYPE_BOOL ? type_number : value->type;
  mean->mean_of = (int)(sample - checker->program->slots);
  take_unit_of_type(checker, sample);
  take_unit_of_type(checker, mean);
  return mean->mean_of;
}

static int count_variables(Variables set) {
  int count = 0;
  for (; set; set &= set - 1) count++;
  return count;
}

Term *mean_over_draws(Scope *scope, Term *value, const char *name, Span span) {
  Checker *checker = scope->checker;
  Variables variables = term_variables(value);
  const char *problem = scope->place != IN_KPI ? "stands in the definition of a KPI"
                        : count_variables(variables) > MAX_RANK ? "has too many indices"
                                                                : NULL;
  if (problem) {
    report(checker->compiler, HB0518, span, "`%s` %s", name, problem);
    return term_error(checker, span);
  }
  int sample = add_sample(scope, value, (Name){name, span}, variables);
  if (sample < 0) return term_error(checker, span);
  const Slot *mean = &checker->program->slots[sample + 1];
  Term *read = term_new(checker, TERM_SLOT, mean->type, span, mean->rank);
  read->index = sample + 1;
  for (int v = 0, i = 0; v < MAX_VARIABLES; v++)
    if (variables & variable_bit(v)) {
      read->args[i] = term_new(checker, TERM_VARIABLE, type_ref(mean->index[i]), span, 0);
      read->args[i++]->index = v;
    }
  return read;
}
