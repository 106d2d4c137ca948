/* The algebra of types: what sums, products and comparisons of linear, logarithmic and scaled
 * quantities give, and what is said where they give nothing. */
#include "check/checker.h"
#include "check/references.h"
#include "fix/repairs.h"

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

const char *unit_of_type(Compiler *compiler, const Type *type, hermes_unit *unit) {
  const char *text = type_text(compiler, type);
  hermes_unit_parse(&compiler->units, text, strlen(text), unit, NULL, 0);
  return text;
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
  suggest(checker->compiler, d, text, names, count);
}

static bool is_word(const char *text) {
  return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
         strlen(text);
}

static Type read_unit(Checker *checker, const TypeExpr *written, const char *text,
                      hermes_unit *unit) {
  char why[256], nearest[HERMES_UNIT_TEXT];
  Compiler *compiler = checker->compiler;
  char *said = compiler->diagnostics.errors > HERMES_DIAGNOSTICS_KEPT ? NULL : why;
  if (hermes_unit_parse(&compiler->units, text, strlen(text), unit, said, sizeof why))
    return type_real(unit->scale, unit->dimension);
  if (!said) { /* nobody will read it */
    report(compiler, HB0401, written->span, "`%s` is no unit", text);
    return type_error;
  }
  bool word = is_word(text);
  char *asked = strstr(why, "; did you mean `"); /* a candidate is a fact, and no question */
  if (asked) {
    snprintf(nearest, sizeof nearest, "%.*s", (int)strcspn(asked + 16, "`"), asked + 16);
    *asked = '\0';
  }
  hermes_diagnostic *d =
      report(compiler, HB0401, written->span,
             word ? "`%s` is no unit, no table and no other type" : "%s", word ? text : why);
  if (explain_idiom(d, IDIOM_TYPE, text)) return type_error;
  if (asked || hermes_unit_suggest(&compiler->units, text, strlen(text), nearest, sizeof nearest)) {
    hermes_diagnostic_fact(&d->candidates, "%s", nearest);
    if (word) offer_fix(d, written->span, nearest, "the unit that is meant");
  } else
    suggest_type(checker, d, text);
  return type_error;
}

bool is_missing(const TypeExpr *written) {
  return written && !written->labels && written->span.start == written->span.end;
}

Type read_type(Checker *checker, const TypeExpr *written, hermes_unit *unit,
               const char **unit_text) {
  Compiler *compiler = checker->compiler;
  *unit = hermes_unit_one();
  *unit_text = "";
  if (!written || is_missing(written)) return type_error;
  if (written->labels) return read_labels(checker, written);
  const char *text = arena_copy(&compiler->arena,
                                compiler->sources[written->span.source]->text + written->span.start,
                                written->span.end - written->span.start);
  if (strcmp(text, "bool") == 0) return type_bool;
  int table = find_table(checker, text);
  if (table >= 0 && checker->program->tables[table].rank == 1)
    return note_table(checker, written->span, table), type_ref(table);
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

/* The same, in parentheses where it could not stand beside an operator otherwise. */
static const char *operand_text(const Checker *checker, const Term *term) {
  bool infix = (term->kind == TERM_APPLY && term->op >= OP_NEGATE && term->op <= OP_OR) ||
               term->kind == TERM_IF;
  return arena_format(&checker->compiler->arena, infix ? "(%s)" : "%s",
                      source_text(checker, term->span));
}

/* A number without any unit, not even %. */
static bool is_plain_literal(const Checker *checker, const Term *term) {
  return is_plain(&term->type) && is_literal(term) &&
         strcmp(digits_of(checker, term), source_text(checker, term->span)) == 0;
}

/* 22 * log10(d / 1 m), as people write a number of decibels. */
static bool is_scaled_number(const Term *term) {
  return is_plain(&term->type) && term->kind == TERM_APPLY && term->op == OP_MULTIPLY &&
         is_literal(term->args[0]);
}

/* Does a factor between two dimensions tell what was forgotten? Something counted, or one unit. */
static bool is_telling(const Type *have, const Type *want) {
  enum { FIRST_COUNTED = 7 }; /* rad bit RE PRB, and those of the blueprint */
  hermes_dimension ratio;
  int physical = 0;
  if (!hermes_dimension_multiply(&want->dimension, &have->dimension, -HERMES_POWER_ONE, &ratio))
    return false;
  for (int i = 0; i < FIRST_COUNTED; i++)
    physical += ratio.power[i] == 0 ? 0 : abs(ratio.power[i]) == HERMES_POWER_ONE ? 1 : 2;
  bool counted = false;
  for (int i = FIRST_COUNTED; i < HERMES_BASES; i++) counted |= ratio.power[i] != 0;
  return physical == 0 || (physical == 1 && !counted);
}

static const char *telling_factor(const Checker *checker, const Type *have, const Type *want) {
  return is_telling(have, want) ? factor_between(checker->compiler, have, want) : NULL;
}

static Type not_numbers(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  both_sides(checker, HB0301, expr, left, right,
             arena_format(&checker->compiler->arena, "`%s` takes two numbers",
                          operator_spelling(expr->op)));
  return type_error;
}

/* What a side would be declared as to stand beside the other: alike, a gain beside a level, or the
 * level of what it is. */
static void offer_declared_beside(const Checker *checker, hermes_diagnostic *d, const Expr *expr,
                                  const Term *side, const Term *other) {
  bool sums = expr->op == OP_ADD || expr->op == OP_SUBTRACT;
  Type gain = type_real(HERMES_GAIN, (hermes_dimension){0}),
       level = type_real(HERMES_LEVEL, side->type.dimension);
  if (!sums || other->type.scale != HERMES_LEVEL) offer_declaration(checker, d, side, &other->type);
  if (sums && other->type.scale == HERMES_LEVEL) offer_declaration(checker, d, side, &gain);
  if (sums && is_logarithmic(&other->type) && !hermes_dimension_is_one(&level.dimension))
    offer_declaration(checker, d, side, &level);
}

static void offer_declarations(const Checker *checker, hermes_diagnostic *d, const Expr *expr,
                               const Term *left, const Term *right) {
  offer_declared_beside(checker, d, expr, left, right);
  offer_declared_beside(checker, d, expr, right, left);
}

static Type different_dimensions(Checker *checker, const Expr *expr, const Term *left,
                                 const Term *right, const char *what) {
  hermes_diagnostic *d = both_sides(
      checker, HB0406, expr, left, right,
      arena_format(&checker->compiler->arena, "%s two quantities of different dimensions", what));
  const char *factor = telling_factor(checker, &right->type, &left->type);
  const Term *number = is_literal(left) ? left : is_literal(right) ? right : NULL;
  const Term *other = number == left ? right : left;
  if (number) offer_unit(checker, d, number, unit_like(checker, other));
  offer_declarations(checker, d, expr, left, right);
  if (number && is_plain_literal(checker, number))
    hermes_diagnostic_note(d, "a number carries its unit: here, that of %s",
                           type_phrase(checker->compiler, &other->type));
  else if (factor)
    hermes_diagnostic_note(d, "the sides differ by a factor in %s", factor);
  return type_error;
}

static Type mixed_worlds(Checker *checker, const Expr *expr, const Term *left, const Term *right,
                         const char *what, const char *unit) {
  hermes_diagnostic *d = both_sides(
      checker, HB0403, expr, left, right,
      arena_format(&checker->compiler->arena, "%s a linear and a logarithmic quantity", what));
  const Term *linear = is_logarithmic(&left->type) ? right : left,
             *log = linear == left ? right : left;
  if (is_scaled_number(linear)) {
    hermes_diagnostic_note(d, "a number of decibels carries its unit: `%s dB * ...`",
                           source_text(checker, linear->args[0]->span));
    offer_unit(checker, d, linear->args[0], "dB");
  } else if (is_plain_literal(checker, linear)) {
    hermes_diagnostic_note(d, "a number of decibels carries its unit: `%s %s`",
                           source_text(checker, linear->span), unit);
    offer_unit(checker, d, linear, unit);
  } else {
    hermes_diagnostic_note(d, "`lin(%s)` or `db(%s)` brings both into one world",
                           source_text(checker, log->span), source_text(checker, linear->span));
    offer_other_world(checker, d, log);
    offer_other_world(checker, d, linear);
    offer_declarations(checker, d, expr, left, right);
  }
  return type_error;
}

/* ---- sums ---- */

/* a + b becomes f(a, b): the sign goes with the blanks around it. */
static void offer_mean_or_sum(const Checker *checker, hermes_diagnostic *d, const Expr *expr,
                              const char *function, const char *title) {
  Span a = expr->left->span, b = expr->right->span;
  hermes_fix *fix = hermes_diagnostic_fix(d, "%s: `%s(%s, %s)`", title, function,
                                          source_text(checker, a), source_text(checker, b));
  hermes_fix_edit(fix, a.start, a.start, "%s(", function);
  hermes_fix_edit(fix, a.end, b.start, ", ");
  hermes_fix_edit(fix, b.end, b.end, ")");
}

static Type two_levels(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  hermes_diagnostic *d =
      both_sides(checker, HB0402, expr, left, right, "adding two absolute levels has no meaning");
  const char *a = source_text(checker, left->span), *b = source_text(checker, right->span);
  hermes_diagnostic_note(d, "`psum(%s, %s)` is the total of the linear values", a, b);
  hermes_diagnostic_note(d, "`pmean(%s, %s)` is their linear mean", a, b);
  offer_mean_or_sum(checker, d, expr, "psum", "total power");
  offer_mean_or_sum(checker, d, expr, "pmean", "mean power");
  if (is_literal(left)) offer_unit(checker, d, left, "dB");
  if (is_literal(right)) offer_unit(checker, d, right, "dB");
  offer_declarations(checker, d, expr, left, right);
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
  if (hermes_dimension_is_one(&dimension)) return type_real(HERMES_GAIN, dimension);
  if (hermes_dimension_is_field(a) != hermes_dimension_is_field(&dimension))
    return log_meaningless(checker, expr, left, right,
                           "these levels combine to one with another factor: 20 log10 is of "
                           "root-power quantities, 10 log10 of all others");
  return type_real(HERMES_LEVEL, dimension);
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

static Type gain_per_something(Checker *checker, const Expr *expr, const Term *left,
                               const Term *right) {
  hermes_diagnostic *d = both_sides(checker, HB0406, expr, left, right,
                                    "a level changes by a gain, not by a gain per something");
  hermes_diagnostic_note(
      d, "a gain per something becomes a gain when it is multiplied: `2 dB/km * distance`");
  return type_error;
}

static Type level_and_gain(Checker *checker, const Expr *expr, const Term *left,
                           const Term *right) {
  const Term *gain = left->type.scale == HERMES_GAIN ? left : right;
  if (!hermes_dimension_is_one(&gain->type.dimension))
    return gain_per_something(checker, expr, left, right);
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
  return mixed_worlds(checker, expr, left, right, expr->op == OP_ADD ? "adding" : "subtracting",
                      "dB");
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

static void explain_level_product(Checker *checker, hermes_diagnostic *d, const Expr *expr,
                                  const Term *left, const Term *right) {
  const Term *level = left->type.scale == HERMES_LEVEL ? left : right;
  const Term *other = level == left ? right : left;
  bool divided = expr->op == OP_DIVIDE;
  if (other->type.scale == HERMES_LEVEL && divided)
    hermes_diagnostic_note(d, "the ratio of two levels is their difference: `%s - %s`",
                           operand_text(checker, left), operand_text(checker, right));
  if (other->type.scale == HERMES_LINEAR && (!divided || level == left))
    hermes_diagnostic_note(d, "`%s %s db(%s)` %s what it stands for", operand_text(checker, level),
                           divided ? "-" : "+", source_text(checker, other->span),
                           divided ? "divides" : "multiplies");
  if (is_plain(&other->type) && !is_literal(other) && !divided)
    hermes_diagnostic_note(d, "a filter between two levels reads `x + a * (y - x)`");
}

static Type with_level(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  hermes_diagnostic *d =
      both_sides(checker, HB0404, expr, left, right,
                 expr->op == OP_MULTIPLY ? "multiplying a level has no meaning"
                                         : "dividing with a level has no meaning");
  explain_level_product(checker, d, expr, left, right);
  offer_without_door(checker, d, left);
  offer_without_door(checker, d, right);
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

/* 10 ^ (x / 10), as people make a ratio of decibels. */
static Type ten_to_the_decibels(Checker *checker, const Expr *expr, const Term *left,
                                const Term *right) {
  const Term *level = right->kind == TERM_APPLY && right->op == OP_DIVIDE ? right->args[0] : right;
  hermes_diagnostic *d =
      both_sides(checker, HB0410, expr, left, right, "an exponent is a plain number");
  hermes_diagnostic_note(d, "the linear value is `lin(%s)`", source_text(checker, level->span));
  return type_error;
}

Type type_of_power(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  double exponent;
  hermes_dimension dimension, one = {0};
  if (has_error(left, right)) return type_error;
  if (left->type.kind != TYPE_REAL || right->type.kind != TYPE_REAL)
    return not_numbers(checker, expr, left, right);
  if (is_plain(&left->type) && is_logarithmic(&right->type))
    return ten_to_the_decibels(checker, expr, left, right);
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

/* -110 dB where -110 dBm/RE was meant. */
static void compare_level_and_gain(Checker *checker, const Expr *expr, const Term *left,
                                   const Term *right) {
  const Term *level = left->type.scale == HERMES_LEVEL ? left : right;
  const Term *gain = level == left ? right : left;
  hermes_diagnostic *d =
      both_sides(checker, HB0404, expr, left, right, "comparing a level and a gain has no meaning");
  if (is_literal(gain)) {
    hermes_diagnostic_note(d, "a level carries its reference: `%s %s`", digits_of(checker, gain),
                           type_text(checker->compiler, &level->type));
    offer_unit(checker, d, gain, type_text(checker->compiler, &level->type));
  }
  offer_declarations(checker, d, expr, left, right);
}

static void compare_scales(Checker *checker, const Expr *expr, const Term *left,
                           const Term *right) {
  const Type *a = &left->type, *b = &right->type;
  if (a->scale == b->scale) {
    different_dimensions(checker, expr, left, right, "comparing");
  } else if (a->scale == HERMES_POINT || b->scale == HERMES_POINT) {
    hermes_diagnostic *d = both_sides(checker, HB0414, expr, left, right,
                                      "a temperature on a scale is compared with another one");
    hermes_diagnostic_note(d, "`lin(t)` is the absolute temperature in K");
  } else if (is_logarithmic(a) && is_logarithmic(b)) {
    compare_level_and_gain(checker, expr, left, right);
  } else {
    mixed_worlds(checker, expr, left, right, "comparing",
                 type_text(checker->compiler, is_logarithmic(a) ? a : b));
  }
}

bool comparable(Checker *checker, const Expr *expr, const Term *left, const Term *right) {
  if (has_error(left, right)) return false;
  bool equality = expr->op == OP_EQUAL || expr->op == OP_NOT_EQUAL;
  bool reals = left->type.kind == TYPE_REAL && right->type.kind == TYPE_REAL;
  if (type_equal(&left->type, &right->type) && (reals || equality)) return true;
  if (reals)
    compare_scales(checker, expr, left, right);
  else
    both_sides(checker, HB0301, expr, left, right,
               type_equal(&left->type, &right->type)
                   ? "only numbers have an order; others compare with `==` and `!=`"
                   : "these two cannot be compared");
  return false;
}

/* A plain number where something else is declared. `unit` is the declared one, or NULL. */
static void explain_number(const Checker *checker, hermes_diagnostic *d, const Term *term,
                           const Type *want, const char *unit) {
  if (!unit && is_logarithmic(want)) unit = type_text(checker->compiler, want);
  if (unit) {
    hermes_diagnostic_note(d, "a number carries its unit: `%s %s`",
                           source_text(checker, term->span), unit);
    offer_unit(checker, d, term, unit);
  } else
    hermes_diagnostic_note(d, "a number carries its unit: here, that of %s",
                           type_phrase(checker->compiler, want));
}

static void explain_gain(Checker *checker, hermes_diagnostic *d, const Term *term) {
  bool difference = term->kind == TERM_APPLY && term->op == OP_SUBTRACT &&
                    term->args[0]->type.scale == HERMES_LEVEL &&
                    term->args[1]->type.scale == HERMES_LEVEL;
  for (int i = 0; difference && i < 2; i++)
    report_label(checker->compiler, d, term->args[i]->span, "%s",
                 type_phrase(checker->compiler, &term->args[i]->type));
  if (difference)
    hermes_diagnostic_note(
        d, "the difference of two levels is a gain only where both are counted alike");
  else if (is_literal(term))
    hermes_diagnostic_note(d, "levels differ by a gain: `%s dB`", digits_of(checker, term));
  else
    hermes_diagnostic_note(d, "the difference of two levels is a gain: `%s - reference`",
                           operand_text(checker, term));
}

static void explain_level(const Checker *checker, hermes_diagnostic *d, const Term *term,
                          const char *unit) {
  bool difference = term->kind == TERM_APPLY && term->op == OP_SUBTRACT &&
                    term->args[0]->type.scale == HERMES_LEVEL;
  if (difference)
    hermes_diagnostic_note(d, "the difference of two levels is a gain, in `dB`");
  else if (is_literal(term))
    hermes_diagnostic_note(d, "a level carries its reference: `%s %s`", digits_of(checker, term),
                           unit);
  else
    hermes_diagnostic_note(d, "a level is a gain over its reference: `0 %s + %s`", unit,
                           operand_text(checker, term));
}

/* Between scales: what brings the value to the one that is wanted. */
static bool explain_scale(Checker *checker, hermes_diagnostic *d, const Term *term,
                          const Type *want, const char *unit) {
  const Type *have = &term->type;
  bool same = hermes_dimension_equal(&have->dimension, &want->dimension);
  const char *text = source_text(checker, term->span);
  if (have->scale == HERMES_LEVEL && want->scale == HERMES_GAIN)
    explain_gain(checker, d, term);
  else if (have->scale == HERMES_GAIN && want->scale == HERMES_LEVEL)
    explain_level(checker, d, term, unit ? unit : type_text(checker->compiler, want));
  else if (same && have->scale == HERMES_POINT && is_literal(term))
    hermes_diagnostic_note(d, "a difference of temperatures is in K: `%s K`",
                           digits_of(checker, term));
  else if (same && have->scale == HERMES_LINEAR && want->scale != HERMES_POINT) {
    hermes_diagnostic_note(d, "`db(%s)` makes it logarithmic", text);
    offer_other_world(checker, d, term);
  } else if (same && want->scale == HERMES_LINEAR) {
    hermes_diagnostic_note(d, "`lin(%s)` makes it linear", text);
    offer_other_world(checker, d, term);
  } else
    return false;
  return true;
}

static void explain_units(Checker *checker, hermes_diagnostic *d, const Term *term,
                          const Type *want, const char *unit) {
  const Type *have = &term->type;
  const char *factor = telling_factor(checker, have, want);
  if (is_plain_literal(checker, term))
    explain_number(checker, d, term, want, unit);
  else if (is_scaled_number(term) && want->scale == HERMES_GAIN) {
    hermes_diagnostic_note(d, "a number of decibels carries its unit: `%s dB * ...`",
                           source_text(checker, term->args[0]->span));
    offer_unit(checker, d, term->args[0], "dB");
  } else if (have->scale != want->scale)
    explain_scale(checker, d, term, want, unit);
  else if (is_plain(want))
    hermes_diagnostic_note(d, "divided by its unit it is a plain number: `%s / 1 %s`",
                           operand_text(checker, term), type_text(checker->compiler, have));
  else if (factor && strcmp(factor, "bit") == 0) {
    hermes_diagnostic_note(d, "what is declared counts bits: `* 1 bit` makes it a number of bits");
    bool bracket = *operand_text(checker, term) == '(';
    offer_wrap(d, term->span, bracket ? "(" : "", bracket ? ") * 1 bit" : " * 1 bit",
               "as a number of bits");
  } else if (factor)
    hermes_diagnostic_note(d, "what is declared is the value times %s", factor);
}

bool require_in_unit(Checker *checker, const Term *term, const Type *want, const char *unit,
                     const char *what) {
  if (term->type.kind == TYPE_ERROR || want->kind == TYPE_ERROR) return false;
  if (type_equal(&term->type, want)) return true;
  bool reals = term->type.kind == TYPE_REAL && want->kind == TYPE_REAL;
  Compiler *compiler = checker->compiler;
  hermes_diagnostic *d =
      report(compiler, reals ? HB0407 : HB0301, term->span, "%s should be %s, and is %s", what,
             type_phrase(compiler, want), type_phrase(compiler, &term->type));
  hermes_diagnostic_fact(&d->expected, "%s", reals && unit ? unit : type_text(compiler, want));
  hermes_diagnostic_fact(&d->actual, "%s", type_text(compiler, &term->type));
  if (reals) explain_units(checker, d, term, want, unit);
  if (reals && is_literal(term) && !is_plain_literal(checker, term))
    offer_unit(checker, d, term, unit ? unit : type_text(compiler, want));
  if (reals) offer_declaration(checker, d, term, want);
  return false;
}

bool require_like(Checker *checker, const Term *term, const Term *other, const char *what) {
  if (type_equal(&term->type, &other->type)) return term->type.kind != TYPE_ERROR;
  const char *unit = other->type.kind == TYPE_REAL ? unit_like(checker, other) : NULL;
  return require_in_unit(checker, term, &other->type, unit, what);
}

bool require_declared(Checker *checker, const Term *term, const Type *want, const TypeExpr *written,
                      const char *unit, const char *what) {
  if (require_in_unit(checker, term, want, unit, what)) return true;
  bool known = term->type.kind != TYPE_ERROR && want->kind != TYPE_ERROR;
  const char *factor = known ? telling_factor(checker, &term->type, want) : NULL;
  bool bits = factor && strcmp(factor, "bit") == 0;
  hermes_diagnostic *d = last_error(checker);
  if (d && known && !bits && !is_plain_literal(checker, term))
    offer_type(checker, d, written, term);
  return false;
}

bool require_type(Checker *checker, const Term *term, const Type *want, const char *what) {
  return require_in_unit(checker, term, want, NULL, what);
}
