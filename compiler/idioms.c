/* What people and LLMs write out of habit from other languages, and how a blueprint says it. Each
 * row is a help line under the error that the habit leads to. */
#include "checker.h"
#include "syntax.h"

#include "blueprint.tab.h"

#include <string.h>

typedef struct Idiom {
  const char *written;
  const char *said;
  int token; /* signs: what is read in its place, so that the rest of the statement is checked too;
                0: nothing */
} Idiom;

/* Signs without a meaning, the longer before the shorter. */
static const Idiom signs[] = {
    {"&&", "conditions are joined by `and`", TOKEN_AND},
    {"&", "conditions are joined by `and`", TOKEN_AND},
    {"||", "conditions are joined by `or`", TOKEN_OR},
    {"|", "conditions are joined by `or`; a magnitude is `abs(x)`", TOKEN_OR},
    {"!", "a condition is negated by `not`", TOKEN_NOT},
    {"?", "a choice reads `if c then a else b`", 0},
    {"`", "a blueprint stands alone in its file, without Markdown around it", 0},
    {"'", "strings stand in plain double quotes", 0},
    {"\u201c", "strings stand in plain double quotes", 0},
    {"\u201d", "strings stand in plain double quotes", 0},
    {"\u2018", "strings stand in plain double quotes", 0},
    {"\u2019", "strings stand in plain double quotes", 0},
    {"\u00a0", "this is a no-break space: write a plain one", 0},
    {"\u2212", "this is a minus sign of Unicode: write `-`", 0},
    {"\u2013", "this is a dash: write `-`", 0},
    {"\u2014", "this is a dash: write `-`", 0},
    {"\u00d7", "a product is written `*`", 0},
    {"\u00b7", "a product is written `*`", 0},
    {"\u00f7", "a quotient is written `/`", 0},
    {"\u2264", "write `<=`", 0},
    {"\u2265", "write `>=`", 0},
    {"\u2260", "write `!=`", 0},
    {"\u2192", "write `->`", 0},
    {"\u2026", "a range reads `low .. high`", 0},
    {"\u00b2", "a square is written `^2`", 0},
    {"\u00b3", "a cube is written `^3`", 0},
};

/* Words that begin a declaration or a statement elsewhere. */
static const Idiom beginnings[] = {
    {"block", "a block is `operational` or `functional`: `functional block NAME { ... }`", 0},
    {"blueprint", "a file has one header", 0},
    {"module", "a file has one header", 0},
    {"def", "a function reads `function f(x: dB) -> dB = 2 * x;`", 0},
    {"fn", "a function reads `function f(x: dB) -> dB = 2 * x;`", 0},
    {"func", "a function reads `function f(x: dB) -> dB = 2 * x;`", 0},
    {"return", "a block gives its values out: `out x : TYPE = ...;`", 0},
    {"const", "what a user may set is declared in `input { ... }`", 0},
    {"var", "a value of a block is an `out` or a `let`", 0},
    {"param",
     "what a user may set is declared in `input { ... }`, what is decided in `policy { ... }`", 0},
    {"parameter",
     "what a user may set is declared in `input { ... }`, what is decided in `policy { ... }`", 0},
    {"struct", "rows of data are declared by `table NAME from \"FILE.csv\" { ... }`", 0},
    {"data", "rows of data are declared by `table NAME from \"FILE.csv\" { ... }`", 0},
    {"include", "`import radio.noise;` reads a module of the library", 0},
    {"use", "`import radio.noise;` reads a module of the library", 0},
    {"for", "there are no loops: `out x[u in ue] : T = ...;` defines a value for every row", 0},
    {"while", "there are no loops: `out x[u in ue] : T = ...;` defines a value for every row", 0},
    {"objective", "what is wanted is said by `goal maximize KPI subject to KPI >= bound;`", 0},
    {"constraint", "what is wanted is said by `goal maximize KPI subject to KPI >= bound;`", 0},
};

static const Idiom functions[] = {
    {"pow", "a power is written `x ^ y`", 0},
    {"power", "a power is written `x ^ y`", 0},
    {"ln", "the natural logarithm is `log(x)`", 0},
    {"avg", "the mean is `mean(x for r in T)`", 0},
    {"average", "the mean is `mean(x for r in T)`", 0},
    {"len", "the number of rows is `count(true for r in T)`", 0},
    {"size", "the number of rows is `count(true for r in T)`", 0},
    {"fabs", "the magnitude is `abs(x)`", 0},
    {"quantile", "order statistics are `percentile(5 %, x for r in T)`", 0},
    {"where", "a choice reads `if c then a else b`", 0},
    {"ifelse", "a choice reads `if c then a else b`", 0},
    {"clip", "write `min(max(x, low), high)`", 0},
    {"clamp", "write `min(max(x, low), high)`", 0},
    {"radians", "angles carry their unit: `30 deg` may stand wherever an angle is taken", 0},
    {"degrees", "angles carry their unit: `x / 1 deg` is a number of degrees", 0},
    {"db2lin", "the linear value is `lin(x)`", 0},
    {"dbm2w", "the linear value is `lin(x)`", 0},
    {"db_to_linear", "the linear value is `lin(x)`", 0},
    {"dbm_to_watt", "the linear value is `lin(x)`", 0},
    {"undb", "the linear value is `lin(x)`", 0},
    {"lin2db", "the logarithm is `db(x)`", 0},
    {"linear_to_db", "the logarithm is `db(x)`", 0},
    {"todb", "the logarithm is `db(x)`", 0},
};

static const Idiom values[] = {
    {"True", "the boolean is `true`", 0},
    {"TRUE", "the boolean is `true`", 0},
    {"False", "the boolean is `false`", 0},
    {"FALSE", "the boolean is `false`", 0},
    {"pi", "as a number 3.141592653589793, as an angle `180 deg`", 0},
    {"inf", "values are finite; `default = ...` says what a reduction over nothing gives", 0},
    {"nan", "values are finite; `default = ...` says what a reduction over nothing gives", 0},
    {"None", "values are finite; `default = ...` says what a reduction over nothing gives", 0},
    {"null", "values are finite; `default = ...` says what a reduction over nothing gives", 0},
};

static const Idiom types[] = {
    {"boolean", "what is true or false has the type `bool`", 0},
    {"Boolean", "what is true or false has the type `bool`", 0},
    {"integer", "whole numbers have the type `int`", 0},
    {"float", "a plain number has the type `1`, a quantity its unit", 0},
    {"double", "a plain number has the type `1`, a quantity its unit", 0},
    {"real", "a plain number has the type `1`, a quantity its unit", 0},
    {"number", "a plain number has the type `1`, a quantity its unit", 0},
    {"string", "there is no text: what is one of several is an enumeration, `{low, high}`", 0},
    {"str", "there is no text: what is one of several is an enumeration, `{low, high}`", 0},
    {"text", "there is no text: what is one of several is an enumeration, `{low, high}`", 0},
    {"enum", "an enumeration is its labels in braces: `{low, high}`", 0},
};

#define FIND(table, text) find(table, sizeof(table) / sizeof *(table), text)

static const char *find(const Idiom *idioms, size_t count, const char *text) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(idioms[i].written, text) == 0) return idioms[i].said;
  return NULL;
}

const char *idiom_of_function(const char *name) {
  return FIND(functions, name);
}

const char *idiom_of_value(const char *name) {
  return FIND(values, name);
}

const char *idiom_of_type(const char *name) {
  return FIND(types, name);
}

const char *idiom_of_sign(const char *text, size_t length, int *token) {
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t bytes = strlen(signs[i].written);
    if (bytes > length || memcmp(signs[i].written, text, bytes) != 0) continue;
    *token = bytes == length ? signs[i].token : 0;
    return signs[i].said;
  }
  *token = 0;
  return NULL;
}

/* ---- in the middle of a statement ---- */

static bool is_operand(const Token *token) {
  int kind = token->kind;
  return kind == TOKEN_NAME || kind == TOKEN_NUMBER || kind == TOKEN_QUANTITY ||
         kind == TOKEN_TRUE || kind == TOKEN_FALSE || kind == ')' || kind == ']';
}

static bool is_comparison(const Token *token) {
  int kind = token->kind;
  return kind == '<' || kind == '>' || kind == TOKEN_LESS_EQUAL || kind == TOKEN_GREATER_EQUAL ||
         kind == TOKEN_EQUAL || kind == TOKEN_NOT_EQUAL;
}

static bool doubled(const Token *a, const Token *b) {
  return a->kind == b->kind && a->span.end == b->span.start;
}

/* Where an operand might go on or end. */
static const char *behind_operand(const Token *previous, const Token *token, const Token *next) {
  if (token->kind == TOKEN_IF) return "a choice reads `if c then a else b`";
  if (token->kind == ',' && previous->kind == TOKEN_NUMBER && next->kind == TOKEN_NUMBER)
    return "a number has no separators";
  if (token->kind == '%') return "`%` is a unit; the remainder is `mod(a, b)`";
  if (token->kind == TOKEN_FOR)
    return "filters stand behind all `for`s: `f(x for a in A for b in B if condition)`";
  if (token->kind == '=') return "equality is `==`";
  if (token->kind == ':' && next->kind == '=') return "a definition reads `name : TYPE = value;`";
  if (is_comparison(token)) return "comparisons do not chain: `a < b and b < c`";
  if (token->kind == TOKEN_ELSE && previous->kind != 0)
    return "a choice reads `if c then a else b`";
  return NULL;
}

static const char *behind_operator(const Token *previous, const Token *token) {
  if (doubled(previous, token) && token->kind == '*') return "a power is written `^`";
  if (previous->kind == '/' && (token->kind == '/' || token->kind == '*'))
    return "a comment begins with `#`; division that rounds down is `floor(a / b)`";
  if (token->kind == TOKEN_IF)
    return "inside another expression a choice stands in parentheses: `(if c then a else b)`";
  if (token->kind == TOKEN_FOR) return "a reduction reads `f(expr for x in T if condition)`";
  if (previous->kind == TOKEN_IN && token->kind == '[')
    return "a range reads `low .. high`, a set of values `{a, b}`";
  if (token->kind == '[') return "there are no lists: a reduction reads `f(expr for x in T)`";
  if (previous->kind == TOKEN_RANGE && token->kind == '.') return "a range reads `low .. high`";
  return NULL;
}

const char *idiom_of_token(const Token *previous, const Token *token, const Token *next) {
  const char *said = token->kind == TOKEN_NAME ? FIND(beginnings, token->text) : NULL;
  if (said || !previous) return said;
  return is_operand(previous) ? behind_operand(previous, token, next)
                              : behind_operator(previous, token);
}
