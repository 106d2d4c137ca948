/* The algebra of types: what sums, products and comparisons of linear, logarithmic and scaled
 * quantities give, and what is said where they give nothing. */
#include "checker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const Type type_error = {.kind = TYPE_ERROR, .table = -1};
const Type type_number = {.kind = TYPE_REAL, .scale = HERMES_LINEAR, .table = -1};
const Type type_bool = {.kind = TYPE_BOOL, .table = -1};

Type type_real(hermes_scale scale, hermes_dimension dimension) {
  return (Type){.kind = TYPE_REAL, .scale = scale, .dimension = dimension, .table = -1};
}

Type type_ref(int table) {
  return (Type){.kind = TYPE_REF, .table = table};
}

static bool labels_equal(const Labels *a, const Labels *b) {
  if (a->count != b->count) return false;
  for (int i = 0; i < a->count; i++)
    if (strcmp(a->names[i], b->names[i]) != 0) return false;
  return true;
}

bool type_equal(const Type *a, const Type *b) {
  if (a->kind != b->kind) return false;
  switch (a->kind) {
  case TYPE_REAL:
    return a->scale == b->scale && hermes_dimension_equal(&a->dimension, &b->dimension);
  case TYPE_ENUM: return labels_equal(a->labels, b->labels);
  case TYPE_REF: return a->table == b->table;
  default: return true;
  }
}

bool is_plain(const Type *type) {
  return type->kind == TYPE_REAL && type->scale == HERMES_LINEAR &&
         hermes_dimension_is_one(&type->dimension);
}

bool is_logarithmic(const Type *type) {
  return type->kind == TYPE_REAL && (type->scale == HERMES_GAIN || type->scale == HERMES_LEVEL);
}

static bool has_error(const Term *a, const Term *b) {
  return a->type.kind == TYPE_ERROR || b->type.kind == TYPE_ERROR;
}

/* ---- spelling ---- */

static const char *labels_text(Arena *arena, const Labels *labels) {
  const char *text = "{";
  for (int i = 0; i < labels->count && i < 8; i++)
    text = arena_format(arena, "%s%s%s", text, i ? ", " : "", labels->names[i]);
  return arena_format(arena, "%s%s}", text, labels->count > 8 ? ", ..." : "");
}

const char *type_text(const Compiler *compiler, const Type *type) {
  Arena *arena = (Arena *)&compiler->arena;
  char unit[HERMES_UNIT_TEXT];
  switch (type->kind) {
  case TYPE_REAL:
    hermes_unit_spell(&compiler->units, &type->dimension, type->scale, unit, sizeof unit);
    return arena_copy(arena, unit, strlen(unit));
  case TYPE_BOOL: return "bool";
  case TYPE_ENUM: return labels_text(arena, type->labels);
  case TYPE_REF:
    return arena_format(arena, "row of %s", compiler->program.tables[type->table].name);
  default: return "?";
  }
}

static const char *real_phrase(const Compiler *compiler, const Type *type) {
  static const char *const scales[] = {"a quantity", "a gain", "a level",
                                       "a temperature on a scale"};
  Arena *arena = (Arena *)&compiler->arena;
  const char *of = hermes_dimension_name(&type->dimension);
  const char *unit = type_text(compiler, type);
  if (is_plain(type)) return "a plain number";
  if (type->scale == HERMES_GAIN || type->scale == HERMES_POINT || !*of)
    return arena_format(arena, "%s (%s)", scales[type->scale], unit);
  if (type->scale == HERMES_LINEAR) return arena_format(arena, "%s (%s)", of, unit);
  return arena_format(arena, "%s of %s (%s)", scales[type->scale], of, unit);
}

const char *type_phrase(const Compiler *compiler, const Type *type) {
  Arena *arena = (Arena *)&compiler->arena;
  switch (type->kind) {
  case TYPE_REAL: return real_phrase(compiler, type);
  case TYPE_BOOL: return "a boolean";
  case TYPE_ENUM: return arena_format(arena, "a label of %s", type_text(compiler, type));
  case TYPE_REF:
    return arena_format(arena, "a row of `%s`", compiler->program.tables[type->table].name);
  default: return "something wrong";
  }
}

const char *factor_between(const Compiler *compiler, const Type *have, const Type *want) {
  hermes_dimension ratio;
  if (have->kind != TYPE_REAL || want->kind != TYPE_REAL) return NULL;
  if (!hermes_dimension_multiply(&want->dimension, &have->dimension, -HERMES_POWER_ONE, &ratio))
    return NULL;
  if (hermes_dimension_is_one(&ratio)) return NULL;
  Type factor = type_real(HERMES_LINEAR, ratio);
  return type_text(compiler, &factor);
}

/* ---- written types ---- */

static Type read_labels(Checker *checker, const TypeExpr *written) {
  Arena *arena = &checker->compiler->arena;
  Labels *labels = ARENA_NEW(arena, Labels);
  for (const NameList *n = written->labels; n; n = n->next) labels->count++;
  if (labels->count > MAX_LABELS) {
    report(checker->compiler, HB0013, written->span, "this enumeration has more than %d labels",
           MAX_LABELS);
    return type_error;
  }
  labels->names = ARENA_ARRAY(arena, const char *, labels->count);
  int count = 0;
  for (const NameList *n = written->labels; n; n = n->next) {
    for (int i = 0; i < count; i++)
      if (strcmp(labels->names[i], n->name.text) == 0)
        report(checker->compiler, HB0202, n->name.span,
               "label `%s` stands twice in this enumeration", n->name.text);
    labels->names[count++] = n->name.text;
  }
  return (Type){.kind = TYPE_ENUM, .labels = labels, .table = -1};
}

/* A word that is no unit may be a misspelt table, or one of the other types. */
static void suggest_type(Checker *checker, hermes_diagnostic *d, const char *text) {
  const char **names =
      ARENA_ARRAY(&checker->compiler->arena, const char *, checker->program->table_count + 2);
  size_t count = 0;
  names[count++] = "bool";
  names[count++] = "int";
  for (int i = 0; i < checker->program->table_count; i++)
    if (checker->program->tables[i].rank == 1) names[count++] = checker->program->tables[i].name;
  suggest(d, text, names, count);
}

static bool is_word(const char *text) {
  return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
         strlen(text);
}

static Type read_unit(Checker *checker, const TypeExpr *written, const char *text,
                      hermes_unit *unit) {
  char why[256], nearest[HERMES_UNIT_TEXT];
  Compiler *compiler = checker->compiler;
  if (hermes_unit_parse(&compiler->units, text, strlen(text), unit, why, sizeof why))
    return type_real(unit->scale, unit->dimension);
  bool word = is_word(text);
  hermes_diagnostic *d =
      report(compiler, HB0401, written->span,
             word ? "`%s` is no unit, no table and no other type" : "%s", word ? text : why);
  if (idiom_of_type(text))
    hermes_diagnostic_note(d, "%s", idiom_of_type(text));
  else if (hermes_unit_suggest(&compiler->units, text, strlen(text), nearest, sizeof nearest))
    hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  else
    suggest_type(checker, d, text);
  return type_error;
}

Type read_type(Checker *checker, const TypeExpr *written, hermes_unit *unit,
               const char **unit_text) {
  Compiler *compiler = checker->compiler;
  *unit = hermes_unit_one();
  *unit_text = "";
  if (!written) return type_error;
  if (written->labels) return read_labels(checker, written);
  const char *text = arena_copy(&compiler->arena,
                                compiler->sources[written->span.source]->text + written->span.start,
                                written->span.end - written->span.start);
  if (strcmp(text, "bool") == 0) return type_bool;
  int table = find_table(checker, text);
  if (table >= 0 && checker->program->tables[table].rank == 1) return type_ref(table);
  bool integer = strcmp(text, "int") == 0;
  *unit_text = integer ? "1" : text;
  Type type = integer ? type_number : read_unit(checker, written, text, unit);
  type.integer = integer;
  return type;
}

/* ---- messages ---- */

static hermes_diagnostic *both_sides(Checker *checker, hermes_code code, const Expr *expr,
                                     const Term *left, const Term *right, const char *message) {
  Compiler *compiler = checker->compiler;
  hermes_diagnostic *d = report(compiler, code, expr->at, "%s", message);
  report_label(compiler, d, left->span, "%s", type_phrase(compiler, &left->type));
  report_label(compiler, d, right->span, "%s", type_phrase(compiler, &right->type));
  return d;
}

static const char *source_text(const Checker *checker, Span span) {
  const Compiler *compiler = checker->compiler;
  int length = (int)(span.end - span.start);
  return arena_format((Arena *)&compiler->arena, "%.*s", length > 200 ? 200 : length,
                      compiler->sources[span.source]->text + span.start);
}

static Type not_numbers(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  both_sides(checker, HB0301, expr, left, right,
             arena_format(&checker->compiler->arena, "`%s` takes two numbers",
                          operator_spelling(expr->op)));
  return type_error;
}

static Type different_dimensions(Checker *checker, const Expr *expr, const Term *left,
                                 const Term *right, const char *what) {
  hermes_diagnostic *d = both_sides(
      checker, HB0406, expr, left, right,
      arena_format(&checker->compiler->arena, "%s two quantities of different dimensions", what));
  const char *factor = factor_between(checker->compiler, &right->type, &left->type);
  if (factor) hermes_diagnostic_note(d, "the sides differ by a factor in %s", factor);
  return type_error;
}

static Type mixed_worlds(Checker *checker, const Expr *expr, const Term *left, const Term *right,
                         const char *what) {
  hermes_diagnostic *d = both_sides(
      checker, HB0403, expr, left, right,
      arena_format(&checker->compiler->arena, "%s a linear and a logarithmic quantity", what));
  const Term *linear = is_logarithmic(&left->type) ? right : left,
             *log = linear == left ? right : left;
  if (is_plain(&linear->type) && linear->kind == TERM_APPLY && linear->op == OP_MULTIPLY &&
      linear->args[0]->kind == TERM_NUMBER)
    hermes_diagnostic_note(d, "a number of decibels carries its unit: `%s dB * ...`",
                           source_text(checker, linear->args[0]->span));
  else if (linear->kind == TERM_NUMBER && is_plain(&linear->type))
    hermes_diagnostic_note(d, "a number of decibels carries its unit: `%s dB`",
                           source_text(checker, linear->span));
  else
    hermes_diagnostic_note(d, "`lin(%s)` or `db(%s)` brings both into one world",
                           source_text(checker, log->span), source_text(checker, linear->span));
  return type_error;
}

/* ---- sums ---- */

static Type two_levels(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  hermes_diagnostic *d =
      both_sides(checker, HB0402, expr, left, right, "adding two absolute levels has no meaning");
  const char *a = source_text(checker, left->span), *b = source_text(checker, right->span);
  hermes_diagnostic_note(d, "`psum(%s, %s)` is the total of the linear values", a, b);
  hermes_diagnostic_note(d, "`pmean(%s, %s)` is their linear mean", a, b);
  return type_error;
}

static Type log_meaningless(Checker *checker, const Expr *expr, const Term *left, const Term *right,
                            const char *message) {
  both_sides(checker, HB0404, expr, left, right, message);
  return type_error;
}

/* level[W/Hz] + level[Hz] -> level[W]: dimensions multiply, or divide. */
static Type combine_levels(Checker *checker, const Expr *expr, const Term *left,
                           const Term *right) {
  hermes_dimension dimension;
  const hermes_dimension *a = &left->type.dimension, *b = &right->type.dimension;
  if (hermes_dimension_is_field(a) != hermes_dimension_is_field(b))
    return log_meaningless(checker, expr, left, right,
                           "levels of power and of root-power quantities do not combine");
  int power = expr->op == OP_ADD ? HERMES_POWER_ONE : -HERMES_POWER_ONE;
  if (!hermes_dimension_multiply(a, b, power, &dimension))
    return log_meaningless(checker, expr, left, right,
                           "the dimensions of these levels have no product");
  return type_real(hermes_dimension_is_one(&dimension) ? HERMES_GAIN : HERMES_LEVEL, dimension);
}

static Type level_and_level(Checker *checker, const Expr *expr, const Term *left,
                            const Term *right) {
  bool same = hermes_dimension_equal(&left->type.dimension, &right->type.dimension);
  if (expr->op == OP_ADD && same) return two_levels(checker, expr, left, right);
  if (same) return type_real(HERMES_GAIN, (hermes_dimension){0});
  return combine_levels(checker, expr, left, right);
}

static Type same_kind(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (hermes_dimension_equal(&left->type.dimension, &right->type.dimension)) {
    Type type = left->type;
    type.integer = left->type.integer && right->type.integer;
    return type;
  }
  return different_dimensions(checker, expr, left, right,
                              expr->op == OP_ADD ? "adding" : "subtracting");
}

static Type level_and_gain(Checker *checker, const Expr *expr, const Term *left,
                           const Term *right) {
  const Term *gain = left->type.scale == HERMES_GAIN ? left : right;
  if (!hermes_dimension_is_one(&gain->type.dimension))
    return different_dimensions(checker, expr, left, right,
                                "adding a level and a gain per something:");
  if (expr->op == OP_SUBTRACT && gain == left)
    return log_meaningless(checker, expr, left, right, "a gain minus a level has no meaning");
  return type_real(HERMES_LEVEL, (gain == left ? right : left)->type.dimension);
}

static Type with_point(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  bool add = expr->op == OP_ADD, a = left->type.scale == HERMES_POINT,
       b = right->type.scale == HERMES_POINT;
  bool others =
      (a || left->type.scale == HERMES_LINEAR) && (b || right->type.scale == HERMES_LINEAR);
  bool fits = others && hermes_dimension_equal(&left->type.dimension, &right->type.dimension);
  if (fits && a && b && !add) return type_real(HERMES_LINEAR, left->type.dimension);
  if (fits && a != b && (add || a)) return type_real(HERMES_POINT, left->type.dimension);
  both_sides(checker, HB0414, expr, left, right,
             "this has no meaning for a temperature on a scale");
  return type_error;
}

typedef Type Combine(Checker *checker, const Expr *expr, const Term *left, const Term *right);

static Type add_mixed(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  return mixed_worlds(checker, expr, left, right, expr->op == OP_ADD ? "adding" : "subtracting");
}

/* What + and - do, by the scales of both sides. */
static Combine *const sums[4][4] = {
    [HERMES_LINEAR] = {same_kind, add_mixed, add_mixed, with_point},
    [HERMES_GAIN] = {add_mixed, same_kind, level_and_gain, with_point},
    [HERMES_LEVEL] = {add_mixed, level_and_gain, level_and_level, with_point},
    [HERMES_POINT] = {with_point, with_point, with_point, with_point},
};

Type type_of_sum(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (has_error(left, right)) return type_error;
  if (left->type.kind != TYPE_REAL || right->type.kind != TYPE_REAL)
    return not_numbers(checker, expr, left, right);
  return sums[left->type.scale][right->type.scale](checker, expr, left, right);
}

/* ---- products ---- */

static Type multiply(Checker *checker, const Expr *expr, const Term *left, const Term *right,
                     hermes_scale scale) {
  hermes_dimension dimension;
  int power = expr->op == OP_MULTIPLY ? HERMES_POWER_ONE : -HERMES_POWER_ONE;
  if (!hermes_dimension_multiply(&left->type.dimension, &right->type.dimension, power,
                                 &dimension)) {
    both_sides(checker, HB0410, expr, left, right,
               "the exponents of this product leave the range of units");
    return type_error;
  }
  Type type = type_real(scale, dimension);
  type.integer = expr->op == OP_MULTIPLY && left->type.integer && right->type.integer;
  return type;
}

static Type linear_product(Checker *checker, const Expr *expr, const Term *left,
                           const Term *right) {
  return multiply(checker, expr, left, right, HERMES_LINEAR);
}

static Type scaled_gain(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (expr->op == OP_DIVIDE && right->type.scale == HERMES_GAIN)
    return log_meaningless(checker, expr, left, right, "dividing by a gain has no meaning");
  return multiply(checker, expr, left, right, HERMES_GAIN);
}

static Type gain_and_gain(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (expr->op == OP_DIVIDE) return multiply(checker, expr, left, right, HERMES_LINEAR);
  return log_meaningless(checker, expr, left, right,
                         "multiplying two gains has no meaning: gains add");
}

static Type with_level(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  hermes_diagnostic *d =
      both_sides(checker, HB0404, expr, left, right,
                 expr->op == OP_MULTIPLY ? "multiplying a level has no meaning"
                                         : "dividing with a level has no meaning");
  hermes_diagnostic_note(
      d, "a filter between two levels reads `x + a * (y - x)`; a scaled power `lin(x) * a`");
  return type_error;
}

static Type point_product(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  hermes_diagnostic *d = both_sides(checker, HB0414, expr, left, right,
                                    "this has no meaning for a temperature on a scale");
  hermes_diagnostic_note(d, "`lin(t)` is the absolute temperature in K");
  return type_error;
}

/* What * and / do, by the scales of both sides. */
static Combine *const products[4][4] = {
    [HERMES_LINEAR] = {linear_product, scaled_gain, with_level, point_product},
    [HERMES_GAIN] = {scaled_gain, gain_and_gain, with_level, point_product},
    [HERMES_LEVEL] = {with_level, with_level, with_level, point_product},
    [HERMES_POINT] = {point_product, point_product, point_product, point_product},
};

Type type_of_product(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (has_error(left, right)) return type_error;
  if (left->type.kind != TYPE_REAL || right->type.kind != TYPE_REAL)
    return not_numbers(checker, expr, left, right);
  return products[left->type.scale][right->type.scale](checker, expr, left, right);
}

/* ---- powers ---- */

static Type no_power(Checker *checker, const Expr *expr, const Term *left, const Term *right,
                     const char *why) {
  both_sides(checker, HB0410, expr, left, right, why);
  return type_error;
}

Type type_of_power(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  double exponent;
  hermes_dimension dimension, one = {0};
  if (has_error(left, right)) return type_error;
  if (left->type.kind != TYPE_REAL || right->type.kind != TYPE_REAL)
    return not_numbers(checker, expr, left, right);
  if (!is_plain(&right->type))
    return no_power(checker, expr, left, right, "an exponent is a plain number");
  if (left->type.scale != HERMES_LINEAR)
    return no_power(checker, expr, left, right, "only linear quantities are raised to a power");
  if (hermes_dimension_is_one(&left->type.dimension)) return type_number;
  if (!term_constant(right, &exponent))
    return no_power(checker, expr, left, right, "a quantity with a unit needs a constant exponent");
  double sixtieths = exponent * HERMES_POWER_ONE;
  bool exact =
      fabs(sixtieths) <= 100 * HERMES_POWER_ONE && fabs(sixtieths - nearbyint(sixtieths)) < 1e-9;
  if (!exact ||
      !hermes_dimension_multiply(&one, &left->type.dimension, (int)lrint(sixtieths), &dimension))
    return no_power(checker, expr, left, right, "this power of a unit does not exist");
  return type_real(HERMES_LINEAR, dimension);
}

/* ---- comparisons and requirements ---- */

bool comparable(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (has_error(left, right)) return false;
  bool equality = expr->op == OP_EQUAL || expr->op == OP_NOT_EQUAL;
  bool reals = left->type.kind == TYPE_REAL && right->type.kind == TYPE_REAL;
  if (type_equal(&left->type, &right->type) && (reals || equality)) return true;
  if (reals && left->type.scale == right->type.scale)
    different_dimensions(checker, expr, left, right, "comparing");
  else if (reals)
    mixed_worlds(checker, expr, left, right, "comparing");
  else
    both_sides(checker, HB0301, expr, left, right,
               type_equal(&left->type, &right->type)
                   ? "only numbers have an order; others compare with `==` and `!=`"
                   : "these two cannot be compared");
  return false;
}

static void explain_units(Checker *checker, hermes_diagnostic *d, const Term *term,
                          const Type *want) {
  const Type *have = &term->type;
  const char *text = source_text(checker, term->span);
  bool same = hermes_dimension_equal(&have->dimension, &want->dimension);
  const char *factor = factor_between(checker->compiler, have, want);
  if (same && term->kind == TERM_NUMBER && is_plain(have) && want->scale == HERMES_GAIN)
    hermes_diagnostic_note(d, "a number of decibels carries its unit: `%s dB`", text);
  else if (same && have->scale == HERMES_LINEAR && want->scale != HERMES_POINT)
    hermes_diagnostic_note(d, "`db(%s)` makes it logarithmic", text);
  else if (same && want->scale == HERMES_LINEAR)
    hermes_diagnostic_note(d, "`lin(%s)` makes it linear", text);
  else if (have->scale == want->scale && factor && strcmp(factor, "bit") == 0)
    hermes_diagnostic_note(d, "what is declared counts bits: `* 1 bit` makes it a number of bits");
  else if (have->scale == want->scale && factor)
    hermes_diagnostic_note(d, "what is declared is the value times %s", factor);
}

bool require_type(Checker *checker, const Term *term, const Type *want, const char *what) {
  if (term->type.kind == TYPE_ERROR || want->kind == TYPE_ERROR) return false;
  if (type_equal(&term->type, want)) return true;
  bool reals = term->type.kind == TYPE_REAL && want->kind == TYPE_REAL;
  Compiler *compiler = checker->compiler;
  hermes_diagnostic *d =
      report(compiler, reals ? HB0407 : HB0301, term->span, "%s should be %s, and is %s", what,
             type_phrase(compiler, want), type_phrase(compiler, &term->type));
  hermes_diagnostic_fact(&d->expected, "%s", type_text(compiler, want));
  hermes_diagnostic_fact(&d->actual, "%s", type_text(compiler, &term->type));
  if (reals) explain_units(checker, d, term, want);
  return false;
}
