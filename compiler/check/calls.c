/* Calls: built-in functions, reductions over `for`, and the functions of blueprints and modules. */
#include "check/checker.h"
#include "fix/repairs.h"

#include <string.h>

enum { MAX_ARGUMENTS = 16 };

typedef struct Arguments {
  Scope *scope;
  const Expr *call;
  const char *name;
  Term *items[MAX_ARGUMENTS];
  int count;
} Arguments;

/* ---- the tables ---- */

typedef Term *BuiltinRule(Arguments *a, Operator op);
typedef Term *ReductionRule(Arguments *a, Term *reduce);

typedef struct Builtin {
  const char *name;
  int least, most;
  Operator op;
  BuiltinRule *rule;
  const char *signature;
} Builtin;

typedef struct ReductionInfo {
  const char *name;
  Reduction reduction;
  ReductionRule *rule;
  const char *signature;
} ReductionInfo;

#define BUILTIN(name, least, most, op, rule, signature, meaning) static BuiltinRule builtin_##rule;
#define REDUCTION(name, kind, rule, signature, meaning) static ReductionRule reduction_##rule;
#include "check/builtins.def"

static const Builtin builtins[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning)                                   \
  {#name, least, most, OP_##op, builtin_##rule, signature},
#include "check/builtins.def"
};
static const ReductionInfo reductions[] = {
#define REDUCTION(name, kind, rule, signature, meaning)                                            \
  {#name, REDUCE_##kind, reduction_##rule, signature},
#include "check/builtins.def"
};
enum {
  BUILTINS = sizeof builtins / sizeof *builtins,
  REDUCTIONS = sizeof reductions / sizeof *reductions
};

static const Builtin *find_builtin(const char *name) {
  for (int i = 0; i < BUILTINS; i++)
    if (strcmp(builtins[i].name, name) == 0) return &builtins[i];
  return NULL;
}

static const ReductionInfo *find_reduction(const char *name) {
  for (int i = 0; i < REDUCTIONS; i++)
    if (strcmp(reductions[i].name, name) == 0) return &reductions[i];
  return NULL;
}

bool is_builtin(const char *name) {
  return builtin_signature(name) != NULL;
}

const char *builtin_signature(const char *name) {
  const Builtin *builtin = find_builtin(name);
  const ReductionInfo *reduction = find_reduction(name);
  return builtin ? builtin->signature : reduction ? reduction->signature : NULL;
}

/* ---- messages ---- */

/* What the author wrote for another function: lin for db, sum for psum, or either without need. */
static void offer_other_function(Arguments *a, hermes_diagnostic *d, const Term *arg) {
  static const char *const others[][2] = {{"lin", "db"},     {"db", "lin"},   {"psum", "sum"},
                                          {"pmean", "mean"}, {"sum", "psum"}, {"mean", "pmean"},
                                          {"lmean", "mean"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(a->name, others[i][0]) == 0)
      offer_fix(d, a->call->left->span, others[i][1], "the function for what this is");
  bool door = strcmp(a->name, "lin") == 0 || strcmp(a->name, "db") == 0;
  if (!door) {
    offer_without_door(a->scope->checker, d, arg);
    return;
  }
  hermes_fix *fix = hermes_diagnostic_fix(d, "without `%s`", a->name);
  hermes_fix_edit(fix, a->call->span.start, arg->span.start, "%s", "");
  hermes_fix_edit(fix, arg->span.end, a->call->span.end, "%s", "");
}

/* lin(x) of what is linear: x may be declared so by mistake. */
static void offer_level(Arguments *a, hermes_diagnostic *d, const Term *arg) {
  bool linear = arg->type.kind == TYPE_REAL && arg->type.scale == HERMES_LINEAR;
  bool ratio = linear && hermes_dimension_is_one(&arg->type.dimension);
  Type level = type_real(ratio ? HERMES_GAIN : HERMES_LEVEL, arg->type.dimension);
  if (linear && strcmp(a->name, "lin") == 0) offer_declaration(a->scope->checker, d, arg, &level);
}

static Term *refuse(Arguments *a, hermes_code code, const Term *arg, const char *wanted) {
  Checker *checker = a->scope->checker;
  hermes_diagnostic *d = report(checker->compiler, code, arg->span, "`%s` takes %s, and this is %s",
                                a->name, wanted, type_phrase(checker->compiler, &arg->type));
  if (code == HB0412) offer_other_function(a, d, arg);
  if (code == HB0412) offer_level(a, d, arg);
  if (code == HB0409 && is_plain(&arg->type))
    hermes_diagnostic_note(d, "`* 1 rad` or `* 1 deg` makes a number an angle");
  if (code == HB0408 && arg->type.kind == TYPE_REAL && arg->type.scale == HERMES_LINEAR)
    hermes_diagnostic_note(d, "divided by its unit it is one: `x / 1 %s`",
                           type_text(checker->compiler, &arg->type));
  if (code == HB0408 && strcmp(a->name, "log10") == 0)
    hermes_diagnostic_note(d, "`db(x)` is the level of a quantity");
  if (arg->type.kind == TYPE_BOOL && strcmp(a->name, "sum") == 0)
    hermes_diagnostic_note(d, "`count(condition for ...)` says how often a condition holds");
  if (arg->type.kind == TYPE_BOOL && strcmp(a->name, "mean") == 0)
    hermes_diagnostic_note(d, "`share(condition for ...)` says how often a condition holds");
  return term_error(checker, a->call->span);
}

static Term *apply(Arguments *a, Operator op, Type type) {
  return term_apply(a->scope->checker, op, type, a->call->span, a->items[0],
                    a->count > 1 ? a->items[1] : NULL);
}

static Type same_but(Type type, hermes_scale scale) {
  return type_real(scale, type.dimension);
}

/* All arguments of one type? Reports the first that differs. */
static bool alike(Arguments *a) {
  for (int i = 1; i < a->count; i++)
    if (!require_like(a->scope->checker, a->items[i], a->items[0], "this argument")) return false;
  return true;
}

/* ---- lin and db ---- */

static Term *builtin_lin(Arguments *a, Operator op) {
  const Type *type = &a->items[0]->type;
  if (type->kind != TYPE_REAL || type->scale == HERMES_LINEAR)
    return refuse(a, HB0412, a->items[0], "a gain or a level");
  if (type->scale == HERMES_GAIN && !hermes_dimension_is_one(&type->dimension))
    return refuse(a, HB0412, a->items[0], "a whole gain: multiply a gain per something first");
  Type linear = same_but(*type, HERMES_LINEAR);
  if (type->scale == HERMES_POINT) { /* a temperature is kept in K already */
    a->items[0]->type = linear;
    return a->items[0];
  }
  return apply(a, hermes_dimension_is_field(&type->dimension) ? OP_LIN_FIELD : op, linear);
}

static Term *builtin_db(Arguments *a, Operator op) {
  const Type *type = &a->items[0]->type;
  if (type->kind != TYPE_REAL || type->scale != HERMES_LINEAR)
    return refuse(a, HB0412, a->items[0], "a linear quantity");
  bool ratio = hermes_dimension_is_one(&type->dimension);
  return apply(a, hermes_dimension_is_field(&type->dimension) ? OP_DB_FIELD : op,
               same_but(*type, ratio ? HERMES_GAIN : HERMES_LEVEL));
}

static Operator lin_of(const Type *type) {
  return hermes_dimension_is_field(&type->dimension) ? OP_LIN_FIELD : OP_LIN;
}

static Operator db_of(const Type *type) {
  return hermes_dimension_is_field(&type->dimension) ? OP_DB_FIELD : OP_DB;
}

static Term *linear_of(Checker *checker, Term *term) {
  return term_apply(checker, lin_of(&term->type), same_but(term->type, HERMES_LINEAR), term->span,
                    term, NULL);
}

/* ---- scalar functions ---- */

static Term *sum_of_linear(Arguments *a) {
  Checker *checker = a->scope->checker;
  Term *total = linear_of(checker, a->items[0]);
  for (int i = 1; i < a->count; i++)
    total = term_apply(checker, OP_ADD, total->type, a->call->span, total,
                       linear_of(checker, a->items[i]));
  return total;
}

static Term *builtin_power_sum(Arguments *a, Operator op) {
  (void)op;
  Type type = a->items[0]->type;
  if (!is_logarithmic(&type)) return refuse(a, HB0412, a->items[0], "gains or levels");
  if (!alike(a)) return term_error(a->scope->checker, a->call->span);
  return term_apply(a->scope->checker, db_of(&type), type, a->call->span, sum_of_linear(a), NULL);
}

static Term *builtin_power_mean(Arguments *a, Operator op) {
  (void)op;
  Checker *checker = a->scope->checker;
  Type type = a->items[0]->type;
  if (!is_logarithmic(&type)) return refuse(a, HB0412, a->items[0], "gains or levels");
  if (!alike(a)) return term_error(checker, a->call->span);
  Term *total = sum_of_linear(a),
       *count = term_number(checker, a->count, type_number, a->call->span);
  total = term_apply(checker, OP_DIVIDE, total->type, a->call->span, total, count);
  return term_apply(checker, db_of(&type), type, a->call->span, total, NULL);
}

static Term *builtin_extreme(Arguments *a, Operator op) {
  Checker *checker = a->scope->checker;
  if (a->items[0]->type.kind != TYPE_REAL) return refuse(a, HB0301, a->items[0], "numbers");
  if (!alike(a)) return term_error(checker, a->call->span);
  Term *term = a->items[0];
  for (int i = 1; i < a->count; i++) {
    Type type = term->type;
    type.integer &= a->items[i]->type.integer;
    term = term_apply(checker, op, type, a->call->span, term, a->items[i]);
  }
  return term;
}

static bool is_vector(const Type *type) {
  return type->kind == TYPE_REAL && (type->scale == HERMES_LINEAR || type->scale == HERMES_GAIN);
}

static Term *builtin_vector(Arguments *a, Operator op) {
  if (!is_vector(&a->items[0]->type))
    return refuse(a, HB0404, a->items[0], "a linear quantity or a gain");
  return apply(a, op, a->items[0]->type);
}

static Term *builtin_sign(Arguments *a, Operator op) {
  if (!is_vector(&a->items[0]->type))
    return refuse(a, HB0404, a->items[0], "a linear quantity or a gain");
  return apply(a, op, type_number);
}

static bool is_linear(const Type *type) {
  return type->kind == TYPE_REAL && type->scale == HERMES_LINEAR;
}

static Term *builtin_root(Arguments *a, Operator op) {
  hermes_dimension half, one = {0};
  const Type *type = &a->items[0]->type;
  if (!is_linear(type)) return refuse(a, HB0404, a->items[0], "a linear quantity");
  if (!hermes_dimension_multiply(&one, &type->dimension, HERMES_POWER_ONE / 2, &half))
    return refuse(a, HB0410, a->items[0], "a quantity whose unit has a root");
  return apply(a, op, type_real(HERMES_LINEAR, half));
}

static Term *builtin_same_linear(Arguments *a, Operator op) {
  if (!is_linear(&a->items[0]->type)) return refuse(a, HB0404, a->items[0], "linear quantities");
  if (!alike(a)) return term_error(a->scope->checker, a->call->span);
  return apply(a, op, a->items[0]->type);
}

static Term *builtin_plain(Arguments *a, Operator op) {
  for (int i = 0; i < a->count; i++)
    if (!is_plain(&a->items[i]->type)) return refuse(a, HB0408, a->items[i], "a plain number");
  return apply(a, op, type_number);
}

static Type angle(void) {
  hermes_unit unit;
  hermes_unit_lookup(&(hermes_unit_system){0}, "rad", 3, &unit);
  return type_real(HERMES_LINEAR, unit.dimension);
}

static Term *builtin_trigonometric(Arguments *a, Operator op) {
  Type wanted = angle();
  if (!type_equal(&a->items[0]->type, &wanted)) return refuse(a, HB0409, a->items[0], "an angle");
  return apply(a, op, type_number);
}

static Term *builtin_inverse(Arguments *a, Operator op) {
  if (!is_plain(&a->items[0]->type)) return refuse(a, HB0408, a->items[0], "a plain number");
  return apply(a, op, angle());
}

static Term *builtin_direction(Arguments *a, Operator op) {
  if (!is_linear(&a->items[0]->type)) return refuse(a, HB0404, a->items[0], "linear quantities");
  if (!alike(a)) return term_error(a->scope->checker, a->call->span);
  return apply(a, op, angle());
}

/* ---- reductions ---- */

static Term *refuse_logarithms(Arguments *a, const Term *body) {
  Checker *checker = a->scope->checker;
  hermes_diagnostic *d =
      report(checker->compiler, HB0411, body->span, "`%s` over %s has no meaning", a->name,
             body->type.scale == HERMES_LEVEL ? "levels" : "gains");
  hermes_diagnostic_fact(&d->place_label, "%s", type_phrase(checker->compiler, &body->type));
  hermes_diagnostic_note(d, "`p%s(...)` works on the linear values%s", a->name,
                         strcmp(a->name, "mean") == 0 ? ", `lmean(...)` on the dB values" : "");
  Span name = a->call->left->span;
  if (strcmp(a->name, "sum") == 0) {
    offer_fix(d, name, "psum", "total power");
  } else if (strcmp(a->name, "mean") == 0) {
    offer_fix(d, name, "pmean", "mean power");
    offer_fix(d, name, "lmean", "mean of the dB values");
  }
  return term_error(checker, a->call->span);
}

static bool fallback_fits(Arguments *a, Term *reduce, const Type *type) {
  return !reduce->fallback ||
         require_type(a->scope->checker, reduce->fallback, type, "the default");
}

static Term *typed(Arguments *a, Term *reduce, Type type) {
  if (!fallback_fits(a, reduce, &type)) return term_error(a->scope->checker, a->call->span);
  reduce->type = type;
  return reduce;
}

/* Gains add, as they do by `+`: the losses along a path. */
static bool sums_gains(const Term *reduce) {
  return reduce->reduction == REDUCE_SUM && reduce->body->type.kind == TYPE_REAL &&
         reduce->body->type.scale == HERMES_GAIN;
}

static Term *reduction_linear_fold(Arguments *a, Term *reduce) {
  if (sums_gains(reduce)) return typed(a, reduce, reduce->body->type);
  if (is_logarithmic(&reduce->body->type)) return refuse_logarithms(a, reduce->body);
  if (reduce->body->type.kind == TYPE_REAL && reduce->body->type.scale == HERMES_POINT)
    return refuse(a, HB0414, reduce->body, "absolute temperatures, as `lin(t)` gives them");
  if (!is_linear(&reduce->body->type)) return refuse(a, HB0301, reduce->body, "a linear quantity");
  Type type = reduce->body->type;
  type.integer &= reduce->reduction == REDUCE_SUM;
  return typed(a, reduce, type);
}

static Term *reduction_plain_fold(Arguments *a, Term *reduce) {
  if (!is_plain(&reduce->body->type)) return refuse(a, HB0408, reduce->body, "a plain number");
  return typed(a, reduce, reduce->body->type);
}

static Term *reduction_extreme_fold(Arguments *a, Term *reduce) {
  if (reduce->body->type.kind != TYPE_REAL) return refuse(a, HB0301, reduce->body, "a number");
  return typed(a, reduce, reduce->body->type);
}

static Term *reduction_row_fold(Arguments *a, Term *reduce) {
  if (reduce->body->type.kind != TYPE_REAL) return refuse(a, HB0301, reduce->body, "a number");
  if (reduce->loop_count == 1) return typed(a, reduce, type_ref(reduce->loops[0].table));
  report(a->scope->checker->compiler, HB0306, a->call->span,
         "`%s` chooses among the rows of one table: one `for`", a->name);
  return term_error(a->scope->checker, a->call->span);
}

/* Works on the linear values, and gives their logarithm. */
static Term *reduction_power_fold(Arguments *a, Term *reduce) {
  Checker *checker = a->scope->checker;
  Type type = reduce->body->type;
  if (!is_logarithmic(&type)) return refuse(a, HB0412, reduce->body, "gains or levels");
  if (!fallback_fits(a, reduce, &type)) return term_error(checker, a->call->span);
  reduce->type = same_but(type, HERMES_LINEAR);
  reduce->body = linear_of(checker, reduce->body);
  if (reduce->fallback) reduce->fallback = linear_of(checker, reduce->fallback);
  return term_apply(checker, db_of(&type), type, a->call->span, reduce, NULL);
}

static Term *reduction_log_fold(Arguments *a, Term *reduce) {
  if (!is_logarithmic(&reduce->body->type))
    return refuse(a, HB0412, reduce->body, "gains or levels");
  return typed(a, reduce, reduce->body->type);
}

static Term *reduction_condition_number(Arguments *a, Term *reduce) {
  if (reduce->body->type.kind != TYPE_BOOL) return refuse(a, HB0301, reduce->body, "a condition");
  return typed(a, reduce, type_number);
}

static Term *reduction_condition_fold(Arguments *a, Term *reduce) {
  if (reduce->body->type.kind != TYPE_BOOL) return refuse(a, HB0301, reduce->body, "a condition");
  return typed(a, reduce, type_bool);
}

static Term *with_share(Arguments *a, Term *reduce, Term *share) {
  reduce->arg_count = 1;
  reduce->args = ARENA_ARRAY(&a->scope->checker->compiler->arena, Term *, 1);
  reduce->args[0] = share;
  return reduction_extreme_fold(a, reduce);
}

static Term *reduction_median(Arguments *a, Term *reduce) {
  return with_share(a, reduce, term_number(a->scope->checker, 0.5, type_number, a->call->span));
}

static Term *reduction_percentile(Arguments *a, Term *reduce) {
  double share;
  Term *first = a->items[0];
  if (!is_plain(&first->type)) return refuse(a, HB0408, first, "a share such as 5 %");
  if (term_constant(first, &share) && !(share >= 0 && share <= 1)) {
    hermes_diagnostic *d = report(a->scope->checker->compiler, HB0306, first->span,
                                  "a percentile lies in 0 %% .. 100 %%");
    hermes_diagnostic_note(d, "the 5th percentile reads `percentile(5 %%, ...)`");
    if (is_literal(first)) offer_unit(a->scope->checker, d, first, "%");
    return term_error(a->scope->checker, a->call->span);
  }
  return with_share(a, reduce, first);
}

static int written_arguments(const Expr *call) {
  int count = 0;
  for (const Expr *arg = call->args; arg; arg = arg->next) count++;
  return count;
}

static bool is_share(const Expr *expr) {
  return expr->kind == EXPR_NUMBER || (expr->kind == EXPR_QUANTITY && expr->unit.factor == 0.01 &&
                                       hermes_dimension_is_one(&expr->unit.dimension));
}

static bool check_form(Scope *scope, const Expr *call, const ReductionInfo *info) {
  int wanted = info->rule == reduction_percentile ? 2 : 1;
  const Expr *last = call->args ? call->args->next : NULL;
  if (wanted == 2 && last && is_share(last) && !is_share(call->args)) {
    hermes_diagnostic *d =
        report(scope->checker->compiler, HB0306, last->span,
               "`%s` takes its share first: `%s(5 %%, x for ...)`", info->name, info->name);
    const char *text = scope->checker->compiler->sources[last->span.source]->text;
    hermes_fix *fix = hermes_diagnostic_fix(d, "the share first");
    hermes_fix_edit(fix, call->args->span.start, call->args->span.start, "%.*s, ",
                    (int)(last->span.end - last->span.start), text + last->span.start);
    hermes_fix_edit(fix, call->args->span.end, last->span.end, "%s", "");
    return false;
  }
  if (written_arguments(call) == wanted) return true;
  hermes_diagnostic *d =
      report(scope->checker->compiler, HB0306, call->span, "`%s` takes %s before its `for`",
             info->name, wanted == 2 ? "a share and one expression" : "one expression");
  hermes_diagnostic_fact(&d->expected, "%s", info->signature);
  if (wanted == 1 && last && !last->next && find_builtin(info->name))
    offer_wrap(d, (Span){last->span.start, call->span.end, call->span.source},
               arena_format(&scope->checker->compiler->arena, "%s(", info->name), ")",
               "the reduction by itself");
  return false;
}

/* The `for`s bind their variables for the expression and the filter, not for the share or the
 * default. */
static Term *check_reduction(Scope *scope, const Expr *call, const ReductionInfo *info) {
  Checker *checker = scope->checker;
  Arguments a = {.scope = scope, .call = call, .name = info->name};
  if (scope->place == IN_FUNCTION || scope->place == IN_CONSTANT) {
    report(checker->compiler, scope->place == IN_FUNCTION ? HB0311 : HB0310, call->span,
           "a reduction runs over tables, which %s cannot read",
           scope->place == IN_FUNCTION ? "a function" : "a constant");
    return term_error(checker, call->span);
  }
  if (!check_form(scope, call, info)) return term_error(checker, call->span);
  const Expr *body = call->args;
  if (body->next) {
    a.items[a.count++] = check_expr(scope, body, NULL);
    body = body->next;
  }
  Term *reduce = term_new(checker, TERM_REDUCE, type_error, call->span, 0);
  reduce->reduction = info->reduction;
  if (call->fallback) reduce->fallback = check_expr(scope, call->fallback, NULL);
  int outer = scope->bound_count;
  bool good = bind_fors(scope, call->fors, reduce->loops, &reduce->loop_count, call->span);
  if (call->filter) reduce->filter = check_condition(scope, call->filter);
  reduce->body = check_expr(scope, body, NULL);
  scope->bound_count = outer;
  const Term *parts[] = {a.items[0], reduce->fallback, reduce->filter, reduce->body};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    good &= !parts[i] || parts[i]->type.kind != TYPE_ERROR;
  return good ? info->rule(&a, reduce) : term_error(checker, call->span);
}

/* ---- over draws ---- */

static Term *builtin_expectation(Arguments *a, Operator op) {
  (void)op;
  const Type *type = &a->items[0]->type;
  if (type->kind != TYPE_REAL || type->scale != HERMES_LINEAR)
    return refuse(a, HB0412, a->items[0], "a linear quantity");
  return mean_over_draws(a->scope, a->items[0], a->name, a->call->span);
}

static Term *builtin_probability(Arguments *a, Operator op) {
  (void)op;
  if (a->items[0]->type.kind != TYPE_BOOL) return refuse(a, HB0301, a->items[0], "a condition");
  return mean_over_draws(a->scope, a->items[0], a->name, a->call->span);
}

/* ---- dispatch ---- */

static Term *check_builtin(Scope *scope, const Expr *call, const Builtin *builtin,
                           const Type *expected) {
  Checker *checker = scope->checker;
  Arguments a = {.scope = scope, .call = call, .name = builtin->name};
  int written = written_arguments(call);
  if (written < builtin->least || written > builtin->most) {
    bool reduces = find_reduction(builtin->name) != NULL;
    bool several = builtin->most > builtin->least;
    const char *range =
        several ? arena_format(&checker->compiler->arena, "%d to %d", builtin->least, builtin->most)
                : arena_format(&checker->compiler->arena, "%d", builtin->least);
    hermes_diagnostic *d =
        report(checker->compiler, HB0305, call->span, "`%s` takes %s argument%s, and has %d",
               builtin->name, range, builtin->most > 1 ? "s" : "", written);
    hermes_diagnostic_fact(&d->expected, "%s", builtin->signature);
    if (reduces)
      hermes_diagnostic_note(d, "over the rows of a table: `%s(x for r in T)`", builtin->name);
    return term_error(checker, call->span);
  }
  bool good = true;
  for (const Expr *arg = call->args; arg; arg = arg->next) {
    Term *term = check_expr(scope, arg, expected);
    good &= term->type.kind != TYPE_ERROR;
    a.items[a.count++] = term;
  }
  return good ? builtin->rule(&a, builtin->op) : term_error(checker, call->span);
}

/* a.b.c as one name, or text NULL where it is none. */
static Name dotted_name(const Checker *checker, const Expr *expr) {
  if (expr->kind == EXPR_NAME) return expr->name;
  if (expr->kind != EXPR_MEMBER) return (Name){0};
  Name left = dotted_name(checker, expr->left);
  if (!left.text) return left;
  return (Name){arena_format(&checker->compiler->arena, "%s.%s", left.text, expr->name.text),
                expr->span};
}

/* sum(ue.demand): the column of a table stands for all of its rows elsewhere. */
static void offer_table_rows(Scope *scope, hermes_diagnostic *d, const Expr *call) {
  const Expr *column = call->args;
  if (!column || column->next || column->kind != EXPR_MEMBER || column->left->kind != EXPR_NAME)
    return;
  const char *table = column->left->name.text;
  int number = find_bound(scope, table) ? -1 : find_table(scope->checker, table);
  if (number < 0 || scope->checker->program->tables[number].rank != 1) return;
  hermes_fix *fix = hermes_diagnostic_fix(d, "over the rows of `%s`", table);
  const char *row = arena_format(&scope->checker->compiler->arena, "%c", *table);
  if (find_bound(scope, row)) row = arena_format(&scope->checker->compiler->arena, "%s2", row);
  hermes_fix_edit(fix, column->left->span.start, column->left->span.end, "%s", row);
  hermes_fix_edit(fix, column->span.end, column->span.end, " for %s in %s", row, table);
}

static Term *lone_reduction(Scope *scope, const Expr *call, const ReductionInfo *info) {
  hermes_diagnostic *d = report(scope->checker->compiler, HB0306, call->span,
                                "`%s` runs over the rows of a table, and has no `for`", info->name);
  hermes_diagnostic_fact(&d->expected, "%s", info->signature);
  offer_table_rows(scope, d, call);
  return term_error(scope->checker, call->span);
}

static const char *source_of(Scope *scope, const Expr *expr) {
  Compiler *compiler = scope->checker->compiler;
  return arena_copy(&compiler->arena, compiler->sources[expr->span.source]->text + expr->span.start,
                    expr->span.end - expr->span.start);
}

/* What the call of a function of another language is here: pow(x, 2) is x^2. */
static void offer_template(Scope *scope, const Expr *call, Name name) {
  Arena *arena = &scope->checker->compiler->arena;
  const char *dot = strrchr(name.text, '.'), *text = "";
  const char *form = function_template(dot ? dot + 1 : name.text);
  hermes_diagnostic *d = last_error(scope->checker);
  int count = 0, wanted = 0;
  if (!form || !d || call->fors) return;
  const Expr *args[10] = {NULL};
  for (const Expr *arg = call->args; arg && count < 9; arg = arg->next) args[++count] = arg;
  for (; *form; form++) {
    if (*form != '@' && *form != '$') {
      text = arena_format(arena, "%s%c", text, *form);
      continue;
    }
    bool operand = *form == '$';
    const Expr *arg = args[*++form - '0'];
    if (!arg) return;
    bool whole = arg->kind == EXPR_BINARY || arg->kind == EXPR_UNARY || arg->kind == EXPR_IF;
    text = arena_format(arena, operand && whole ? "%s(%s)" : "%s%s", text, source_of(scope, arg));
    if (*form - '0' > wanted) wanted = *form - '0';
  }
  if (wanted == count) offer_fix(d, call->span, text, "as it is written here");
}

/* 2(n + 1), (a)(b), n(n + 1): a product, about which an error was just reported. */
static void offer_product(Scope *scope, const Expr *call) {
  hermes_diagnostic *d = last_error(scope->checker);
  const char *text = scope->checker->compiler->sources[call->span.source]->text;
  Span between = {call->left->span.end, call->left->span.end, call->span.source};
  between.end += (uint32_t)strcspn(text + between.end, "(");
  if (!d || call->fors || !call->args || call->args->next) return;
  state_rule(d, "a product is written `a * b`");
  offer_fix(d, between, " * ", "as a product");
}

/* x(u, c) where x[u, c] was meant, about which an error was just reported. */
static void offer_brackets(Scope *scope, const Expr *call, Name name) {
  const Program *program = scope->checker->program;
  int value = find_value(scope, name.text);
  const Expr *last = call->args, *left = call->left;
  int table = left->kind == EXPR_MEMBER && left->left->kind == EXPR_NAME
                  ? find_table(scope->checker, left->left->name.text)
                  : -1;
  if (table >= 0) value = find_column(scope->checker, table, left->name.text);
  hermes_diagnostic *d = last_error(scope->checker);
  if (value < 0 || !last || call->fors || !d) return;
  if (program->slots[value].rank == 0) {
    offer_product(scope, call);
    return;
  }
  while (last->next) last = last->next;
  hermes_fix *fix = hermes_diagnostic_fix(d, "in brackets");
  hermes_fix_edit(fix, call->left->span.end, call->args->span.start, "[");
  hermes_fix_edit(fix, last->span.end, call->span.end, "]");
}

static Term *check_user_call(Scope *scope, const Expr *call, Name name) {
  int function = find_function(scope, name);
  if (function < 0) {
    offer_brackets(scope, call, name);
    offer_template(scope, call, name);
    return term_error(scope->checker, call->span);
  }
  if (!call->fors) return call_function(scope, call, function);
  report(scope->checker->compiler, HB0306, call->span, "`%s` is a function, and takes no `for`",
         name.text);
  return term_error(scope->checker, call->span);
}

Term *check_call(Scope *scope, const Expr *call, const Type *expected) {
  Checker *checker = scope->checker;
  Name name = dotted_name(checker, call->left);
  if (!name.text) {
    report(checker->compiler, HB0309, call->left->span, "only a function takes `(...)`");
    offer_product(scope, call);
    return term_error(checker, call->span);
  }
  Term *of_time = check_time_call(scope, call, name);
  if (of_time) return of_time;
  const Builtin *builtin = find_builtin(name.text);
  const ReductionInfo *reduction = find_reduction(name.text);
  if (call->fors && reduction) return check_reduction(scope, call, reduction);
  if (call->fors && builtin) {
    report(checker->compiler, HB0306, call->span, "`%s` is no reduction, and takes no `for`",
           name.text);
    return term_error(checker, call->span);
  }
  if (builtin) return check_builtin(scope, call, builtin, expected);
  if (reduction) return lone_reduction(scope, call, reduction);
  return check_user_call(scope, call, name);
}
