/* What people and LLMs write out of habit from other languages, and how a blueprint says it. Each
 * row is a help line under the error that the habit leads to. */
#include "checker.h"
#include "fixes.h"
#include "syntax.h"

#include "blueprint.tab.h"

#include <string.h>

typedef struct Idiom {
  const char *written;
  const char *said;
  int token; /* signs: what is read in its place, so that the rest of the statement is checked too;
                0: nothing */
  const char *instead; /* what may be put in its place as it stands, or NULL */
} Idiom;

/* Signs without a meaning, the longer before the shorter. */
static const Idiom signs[] = {
    {"&&", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"&", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"||", "conditions are joined by `or`", TOKEN_OR, "or"},
    {"|", "conditions are joined by `or`; a magnitude is `abs(x)`", TOKEN_OR, "or"},
    {"!", "a condition is negated by `not`", TOKEN_NOT, "not "},
    {"?", "a choice reads `if c then a else b`", 0, NULL},
    {"`", "a blueprint stands alone in its file, without Markdown around it", 0, NULL},
    {"'", "strings stand in plain double quotes", 0, NULL},
    {"\u201c", "strings stand in plain double quotes", 0, NULL},
    {"\u201d", "strings stand in plain double quotes", 0, NULL},
    {"\u2018", "strings stand in plain double quotes", 0, NULL},
    {"\u2019", "strings stand in plain double quotes", 0, NULL},
    {"\u00a0", "this is a no-break space: write a plain one", 0, " "},
    {"\u2212", "this is a minus sign of Unicode: write `-`", 0, "-"},
    {"\u2013", "this is a dash: write `-`", 0, "-"},
    {"\u2014", "this is a dash: write `-`", 0, "-"},
    {"\u00d7", "a product is written `*`", 0, "*"},
    {"\u00b7", "a product is written `*`", 0, "*"},
    {"\u00f7", "a quotient is written `/`", 0, "/"},
    {"\u2264", "write `<=`", 0, "<="},
    {"\u2265", "write `>=`", 0, ">="},
    {"\u2260", "write `!=`", 0, "!="},
    {"\u2192", "write `->`", 0, "->"},
    {"\u2026", "a range reads `low .. high`", 0, ".."},
    {"\u00b2", "a square is written `^2`", 0, NULL},
    {"\u00b3", "a cube is written `^3`", 0, NULL},
};

/* Words that begin a declaration or a statement elsewhere. */
static const Idiom beginnings[] = {
    {"block", "a block is `operational` or `functional`: `functional block NAME { ... }`", 0,
     "functional block"},
    {"blueprint", "a file has one header", 0, NULL},
    {"module", "a file has one header", 0, NULL},
    {"def", "a function reads `function f(x: dB) -> dB = 2 * x;`", 0, "function"},
    {"fn", "a function reads `function f(x: dB) -> dB = 2 * x;`", 0, "function"},
    {"func", "a function reads `function f(x: dB) -> dB = 2 * x;`", 0, "function"},
    {"return", "a block gives its values out: `out x : TYPE = ...;`", 0, NULL},
    {"const", "what a user may set is declared in `input { ... }`", 0, NULL},
    {"var", "a value of a block is an `out` or a `let`", 0, NULL},
    {"param",
     "what a user may set is declared in `input { ... }`, what is decided in `policy { ... }`", 0,
     NULL},
    {"parameter",
     "what a user may set is declared in `input { ... }`, what is decided in `policy { ... }`", 0,
     NULL},
    {"struct", "rows of data are declared by `table NAME from \"FILE.csv\" { ... }`", 0, "table"},
    {"data", "rows of data are declared by `table NAME from \"FILE.csv\" { ... }`", 0, "table"},
    {"include", "`import radio.noise;` reads a module of the library", 0, "import"},
    {"use", "`import radio.noise;` reads a module of the library", 0, "import"},
    {"for", "there are no loops: `out x[u in ue] : T = ...;` defines a value for every row", 0,
     NULL},
    {"while", "there are no loops: `out x[u in ue] : T = ...;` defines a value for every row", 0,
     NULL},
    {"objective", "what is wanted is said by `goal maximize KPI subject to KPI >= bound;`", 0,
     NULL},
    {"constraint", "what is wanted is said by `goal maximize KPI subject to KPI >= bound;`", 0,
     NULL},
};

static const Idiom functions[] = {
    {"pow", "a power is written `x ^ y`", 0, NULL},
    {"power", "a power is written `x ^ y`", 0, NULL},
    {"ln", "the natural logarithm is `log(x)`", 0, "log"},
    {"avg", "the mean is `mean(x for r in T)`", 0, "mean"},
    {"average", "the mean is `mean(x for r in T)`", 0, "mean"},
    {"len", "the number of rows is `count(true for r in T)`", 0, NULL},
    {"size", "the number of rows is `count(true for r in T)`", 0, NULL},
    {"fabs", "the magnitude is `abs(x)`", 0, "abs"},
    {"quantile", "order statistics are `percentile(5 %, x for r in T)`", 0, "percentile"},
    {"where", "a choice reads `if c then a else b`", 0, NULL},
    {"ifelse", "a choice reads `if c then a else b`", 0, NULL},
    {"clip", "write `min(max(x, low), high)`", 0, NULL},
    {"clamp", "write `min(max(x, low), high)`", 0, NULL},
    {"radians", "angles carry their unit: `30 deg` may stand wherever an angle is taken", 0, NULL},
    {"degrees", "angles carry their unit: `x / 1 deg` is a number of degrees", 0, NULL},
    {"db2lin", "the linear value is `lin(x)`", 0, "lin"},
    {"dbm2w", "the linear value is `lin(x)`", 0, "lin"},
    {"db_to_linear", "the linear value is `lin(x)`", 0, "lin"},
    {"dbm_to_watt", "the linear value is `lin(x)`", 0, "lin"},
    {"undb", "the linear value is `lin(x)`", 0, "lin"},
    {"lin2db", "the logarithm is `db(x)`", 0, "db"},
    {"linear_to_db", "the logarithm is `db(x)`", 0, "db"},
    {"todb", "the logarithm is `db(x)`", 0, "db"},
};

static const Idiom values[] = {
    {"True", "the boolean is `true`", 0, "true"},
    {"TRUE", "the boolean is `true`", 0, "true"},
    {"False", "the boolean is `false`", 0, "false"},
    {"FALSE", "the boolean is `false`", 0, "false"},
    {"pi", "as a number 3.141592653589793, as an angle `180 deg`", 0, "3.141592653589793"},
    {"inf", "values are finite; `default = ...` says what a reduction over nothing gives", 0, NULL},
    {"nan", "values are finite; `default = ...` says what a reduction over nothing gives", 0, NULL},
    {"None", "values are finite; `default = ...` says what a reduction over nothing gives", 0,
     NULL},
    {"null", "values are finite; `default = ...` says what a reduction over nothing gives", 0,
     NULL},
};

static const Idiom types[] = {
    {"boolean", "what is true or false has the type `bool`", 0, "bool"},
    {"Boolean", "what is true or false has the type `bool`", 0, "bool"},
    {"integer", "whole numbers have the type `int`", 0, "int"},
    {"float", "a plain number has the type `1`, a quantity its unit", 0, "1"},
    {"double", "a plain number has the type `1`, a quantity its unit", 0, "1"},
    {"real", "a plain number has the type `1`, a quantity its unit", 0, "1"},
    {"number", "a plain number has the type `1`, a quantity its unit", 0, "1"},
    {"string", "there is no text: what is one of several is an enumeration, `{low, high}`", 0,
     NULL},
    {"str", "there is no text: what is one of several is an enumeration, `{low, high}`", 0, NULL},
    {"text", "there is no text: what is one of several is an enumeration, `{low, high}`", 0, NULL},
    {"enum", "an enumeration is its labels in braces: `{low, high}`", 0, NULL},
};

#define FIND(table, text) find(table, sizeof(table) / sizeof *(table), text)

static const Idiom *find(const Idiom *idioms, size_t count, const char *text) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(idioms[i].written, text) == 0) return &idioms[i];
  return NULL;
}

/* Says how it is written here, and offers that in the place of the diagnostic. */
static bool explain(hermes_diagnostic *d, const Idiom *idiom) {
  Span place = {(uint32_t)d->place.start, (uint32_t)d->place.end, 0};
  if (!idiom) return false;
  hermes_diagnostic_note(d, "%s", idiom->said);
  if (idiom->instead) offer_fix(d, place, idiom->instead, "as it is written here");
  return true;
}

bool explain_function(hermes_diagnostic *d, const char *name) {
  return explain(d, FIND(functions, name));
}

bool explain_value(hermes_diagnostic *d, const char *name) {
  return explain(d, FIND(values, name));
}

bool explain_type(hermes_diagnostic *d, const char *name) {
  return explain(d, FIND(types, name));
}

static const Idiom *find_sign(const char *text, size_t length) {
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t bytes = strlen(signs[i].written);
    if (bytes <= length && memcmp(signs[i].written, text, bytes) == 0) return &signs[i];
  }
  return NULL;
}

bool is_known_sign(const char *text, size_t length) {
  return find_sign(text, length) != NULL;
}

int explain_sign(hermes_diagnostic *d, const char *text, size_t length) {
  const Idiom *sign = find_sign(text, length);
  if (!sign) return 0;
  if (strlen(sign->written) == length)
    explain(d, sign);
  else
    hermes_diagnostic_note(d, "%s", sign->said);
  return strlen(sign->written) == length ? sign->token : 0;
}

/* ---- choices of other languages: a if c else b, and with a question mark and a colon ---- */

enum { LONGEST_CHOICE = 200 }; /* tokens looked at on either side */

static bool opens(const Token *token) {
  return token->kind == '(' || token->kind == '[' || token->kind == '{';
}

static bool closes(const Token *token) {
  return token->kind == ')' || token->kind == ']' || token->kind == '}';
}

static bool separates(const Token *token) {
  return token->kind == '=' || token->kind == ',' || token->kind == ';' || token->kind == 0 ||
         token->kind == TOKEN_STRING || token->kind == TOKEN_FOR || token->kind == ':' ||
         token->kind == TOKEN_ELSE;
}

/* The first token of the expression that ends before `at`, or NULL. */
static const Token *expression_before(const Token *at, const Token *first) {
  int depth = 0;
  for (const Token *t = at - 1; t > first && at - t < LONGEST_CHOICE; t--) {
    if (depth == 0 && (opens(t) || separates(t))) return t + 1 < at ? t + 1 : NULL;
    depth += closes(t) - opens(t);
  }
  return NULL;
}

/* The token behind the expression that begins at `at`, or NULL. */
static const Token *behind_expression(const Token *at) {
  int depth = 0;
  for (const Token *t = at; t - at < LONGEST_CHOICE; t++) {
    if (depth == 0 && (closes(t) || separates(t))) return t > at ? t : NULL;
    if (t->kind == 0 || t->kind == TOKEN_UNKNOWN || (depth == 0 && t->kind == TOKEN_IF))
      return NULL;
    depth += opens(t) - closes(t);
  }
  return NULL;
}

static const char *text_between(Compiler *compiler, const Token *from, const Token *behind) {
  const char *text = compiler->sources[from->span.source]->text;
  return arena_copy(&compiler->arena, text + from->span.start,
                    behind[-1].span.end - from->span.start);
}

/* `left` at `middle` `right`, with `second` between the two on the right. */
static void offer_choice(Compiler *compiler, hermes_diagnostic *d, const Token *middle,
                         const Token *first, int second, bool condition_first) {
  const Token *left = expression_before(middle, first);
  const Token *inner = left ? behind_expression(middle + 1) : NULL;
  const Token *end = inner && inner->kind == second ? behind_expression(inner + 1) : NULL;
  if (!end) return;
  const char *a = text_between(compiler, left, middle);
  const char *b = text_between(compiler, middle + 1, inner);
  const char *c = text_between(compiler, inner + 1, end);
  const char *text = arena_format(&compiler->arena, "(if %s then %s else %s)",
                                  condition_first ? a : b, condition_first ? b : a, c);
  offer_fix(d, span_join(left->span, end[-1].span), text, "as a choice");
}

void offer_ternary(Compiler *compiler, hermes_diagnostic *d, const Token *mark,
                   const Token *first) {
  offer_choice(compiler, d, mark, first, ':', true);
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

/* `a < b < c`: what stands in the middle is compared twice. */
static void offer_second_comparison(Compiler *compiler, hermes_diagnostic *d, const Token *token,
                                    const Token *first) {
  const Token *t = token - 1;
  while (t > first && token - t < LONGEST_CHOICE && !is_comparison(t) && !separates(t)) t--;
  if (!is_comparison(t) || t + 1 == token) return;
  Span before = {token->span.start, token->span.start, token->span.source};
  offer_fix(d, before,
            arena_format(&compiler->arena, "and %s ", text_between(compiler, t + 1, token)),
            "as two comparisons");
}

static void offer_token(Compiler *compiler, hermes_diagnostic *d, const Token *token,
                        const Token *first) {
  if (doubled(token - 1, token) && token->kind == '*')
    offer_fix(d, span_join(token[-1].span, token->span), "^", "as a power");
  else if (!is_operand(token - 1))
    return;
  else if (token->kind == TOKEN_IF)
    offer_choice(compiler, d, token, first, TOKEN_ELSE, false);
  else if (token->kind == '=')
    offer_fix(d, token->span, "==", "as a comparison");
  else if (is_comparison(token))
    offer_second_comparison(compiler, d, token, first);
}

void explain_token(Compiler *compiler, hermes_diagnostic *d, const Token *token,
                   const Token *first) {
  const Token *previous = token > first ? token - 1 : NULL;
  if (token->kind == TOKEN_NAME && explain(d, FIND(beginnings, token->text))) return;
  if (!previous) return;
  const char *said = is_operand(previous)
                         ? behind_operand(previous, token, token->kind ? token + 1 : token)
                         : behind_operator(previous, token);
  if (!said) return;
  hermes_diagnostic_note(d, "%s", said);
  offer_token(compiler, d, token, first);
}
