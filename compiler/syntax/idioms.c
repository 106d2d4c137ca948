/* What people and LLMs write out of habit from other languages, and how a blueprint says it: signs
 * and words, each with its rule and, where it may stand in their place, what is written here.
 * Habits that have a shape are known to habits.c. */
#include "syntax/idioms.h"
#include "fix/fixes.h"

#include "blueprint.tab.h"

#include <ctype.h>
#include <string.h>

typedef struct Idiom {
  const char *written;
  const char *said;
  int token; /* signs: what is read in its place, so that the rest of the statement is checked too;
                0: nothing */
  const char *instead; /* what may be put in its place as it stands, or NULL. Of a function: with
                          @1 and $1 for its arguments, $ in parentheses where they are sums */
} Idiom;

/* Signs without a meaning, the longer before the shorter. */
static const Idiom signs[] = {
    {"**", "a power is written `^`", '^', "^"},
    {"^^", "a power is written `^`", '^', "^"},
    {"<>", "`!=` is for what differs", TOKEN_NOT_EQUAL, "!="},
    {"=/=", "`!=` is for what differs", TOKEN_NOT_EQUAL, "!="},
    {"~=", "`!=` is for what differs", TOKEN_NOT_EQUAL, "!="},
    {"!==", "`!=` is for what differs", TOKEN_NOT_EQUAL, "!="},
    {"===", "equality is `==`", TOKEN_EQUAL, "=="},
    {"=<", "write `<=`", TOKEN_LESS_EQUAL, "<="},
    {"...", "a range reads `low .. high`", TOKEN_RANGE, ".."},
    {"..=", "a range reads `low .. high`, and includes its end", TOKEN_RANGE, ".."},
    {"&&", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"&", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"||", "conditions are joined by `or`", TOKEN_OR, "or"},
    {"|", "conditions are joined by `or`; a magnitude is `abs(x)`", TOKEN_OR, "or"},
    {"!", "a condition is negated by `not`", TOKEN_NOT, "not"},
    {"`", "a blueprint stands alone in its file, without Markdown around it", 0, NULL},
    {"'", "strings stand in plain double quotes", 0, NULL},
    {"\u201c", "strings stand in plain double quotes", 0, NULL},
    {"\u201d", "strings stand in plain double quotes", 0, NULL},
    {"\u2018", "strings stand in plain double quotes", 0, NULL},
    {"\u2019", "strings stand in plain double quotes", 0, NULL},
    {"\u00a0", "this is a no-break space: write a plain one", 0, " "},
    {"\u202f", "this is a no-break space: write a plain one", 0, " "},
    {"\u2009", "this is a thin space: write a plain one", 0, " "},
    {"\u200b", "this is a space without a width: leave it out", 0, ""},
    {"\ufeff", "this is a space without a width: leave it out", 0, ""},
    {"\u2212", "this is a minus sign of Unicode: write `-`", '-', "-"},
    {"\u2013", "this is a dash: write `-`", '-', "-"},
    {"\u2014", "this is a dash: write `-`", '-', "-"},
    {"\u00d7", "a product is written `*`", '*', "*"},
    {"\u00b7", "a product is written `*`", '*', "*"},
    {"\u22c5", "a product is written `*`", '*', "*"},
    {"\u2217", "a product is written `*`", '*', "*"},
    {"\u00f7", "a quotient is written `/`", '/', "/"},
    {"\u2215", "a quotient is written `/`", '/', "/"},
    {"\u2264", "write `<=`", TOKEN_LESS_EQUAL, "<="},
    {"\u2265", "write `>=`", TOKEN_GREATER_EQUAL, ">="},
    {"\u2260", "write `!=`", TOKEN_NOT_EQUAL, "!="},
    {"\u2227", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"\u2228", "conditions are joined by `or`", TOKEN_OR, "or"},
    {"\u00ac", "a condition is negated by `not`", TOKEN_NOT, "not"},
    {"\u2208", "write `in`", TOKEN_IN, "in"},
    {"\u2192", "write `->`", TOKEN_ARROW, "->"},
    {"\u21d2", "write `->`", TOKEN_ARROW, "->"},
    {"\u2026", "a range reads `low .. high`", TOKEN_RANGE, ".."},
    {"\u2211", "a sum reads `sum(expr for x in T)`", 0, "sum"},
    {"\u220f", "a product reads `product(expr for x in T)`", 0, "product"},
    {"\u221a", "a root is written `sqrt(x)`", 0, "sqrt"},
    {"\u03c0", "as a number 3.141592653589793, as an angle `180 deg`", 0, "3.141592653589793"},
    {"\u00bd", "numbers are decimal", 0, "0.5"},
    {"\u00bc", "numbers are decimal", 0, "0.25"},
    {"\u00b2", "a square is written `^2`", 0, "^2"},
    {"\u00b3", "a cube is written `^3`", 0, "^3"},
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
    {"pow", "a power is written `x ^ y`", 0, "$1^$2"},
    {"power", "a power is written `x ^ y`", 0, "$1^$2"},
    {"ln", "the natural logarithm is `log(x)`", 0, "log"},
    {"avg", "the mean is `mean(x for r in T)`", 0, "mean"},
    {"average", "the mean is `mean(x for r in T)`", 0, "mean"},
    {"len", "the number of rows is `count(true for r in T)`", 0, "count(true for r in @1)"},
    {"size", "the number of rows is `count(true for r in T)`", 0, "count(true for r in @1)"},
    {"fmod", "the remainder is `mod(a, b)`", 0, "mod"},
    {"square", "a square is written `x^2`", 0, "$1^2"},
    {"cbrt", "a root is a power: `x^(1/3)`", 0, "$1^(1/3)"},
    {"log_10", "the decimal logarithm is `log10(x)`", 0, "log10"},
    {"lg", "the decimal logarithm is `log10(x)`", 0, "log10"},
    {"ceiling", "the next whole number above is `ceil(x)`", 0, "ceil"},
    {"arcsin", "the angle with this sine is `asin(x)`", 0, "asin"},
    {"arccos", "the angle with this cosine is `acos(x)`", 0, "acos"},
    {"arctan", "the angle with this tangent is `atan(x)`", 0, "atan"},
    {"arctan2", "the angle of a point is `atan2(y, x)`", 0, "atan2"},
    {"iif", "a choice reads `if c then a else b`", 0, "(if @1 then @2 else @3)"},
    {"select", "a choice reads `if c then a else b`", 0, "(if @1 then @2 else @3)"},
    {"prod", "the product is `product(x for r in T)`", 0, "product"},
    {"exists", "whether a row meets a condition is `any(c for r in T)`", 0, "any"},
    {"forall", "whether all rows meet a condition is `all(c for r in T)`", 0, "all"},
    {"fabs", "the magnitude is `abs(x)`", 0, "abs"},
    {"quantile", "order statistics are `percentile(5 %, x for r in T)`", 0, "percentile"},
    {"where", "a choice reads `if c then a else b`", 0, "(if @1 then @2 else @3)"},
    {"ifelse", "a choice reads `if c then a else b`", 0, "(if @1 then @2 else @3)"},
    {"clip", "write `min(max(x, low), high)`", 0, "min(max(@1, @2), @3)"},
    {"clamp", "write `min(max(x, low), high)`", 0, "min(max(@1, @2), @3)"},
    {"radians", "angles carry their unit: `30 deg` may stand wherever an angle is taken", 0, "@1"},
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

/* Words that are written otherwise here, wherever they may stand. */
static const Idiom words[] = {
    {"AND", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"And", "conditions are joined by `and`", TOKEN_AND, "and"},
    {"OR", "conditions are joined by `or`", TOKEN_OR, "or"},
    {"Or", "conditions are joined by `or`", TOKEN_OR, "or"},
    {"NOT", "a condition is negated by `not`", TOKEN_NOT, "not"},
    {"Not", "a condition is negated by `not`", TOKEN_NOT, "not"},
    {"IF", "a choice reads `if c then a else b`", TOKEN_IF, "if"},
    {"THEN", "a choice reads `if c then a else b`", TOKEN_THEN, "then"},
    {"ELSE", "a choice reads `if c then a else b`", TOKEN_ELSE, "else"},
    {"FOR", "a reduction reads `f(expr for x in T if condition)`", TOKEN_FOR, "for"},
    {"over", "a reduction reads `f(expr for x in T if condition)`", TOKEN_FOR, "for"},
    {"IN", "a reduction reads `f(expr for x in T if condition)`", TOKEN_IN, "in"},
    {"OF", "a reduction reads `f(expr for x in T if condition)`", TOKEN_IN, "in"},
    {"of", "a reduction reads `f(expr for x in T if condition)`", TOKEN_IN, "in"},
    {"where", "a reduction reads `f(expr for x in T if condition)`", TOKEN_IF, "if"},
    {"when", "a reduction reads `f(expr for x in T if condition)`", TOKEN_IF, "if"},
    {"elif", "a choice reads `if c then a else b`", TOKEN_ELSE, "else if"},
    {"elseif", "a choice reads `if c then a else b`", TOKEN_ELSE, "else if"},
    {"elsif", "a choice reads `if c then a else b`", TOKEN_ELSE, "else if"},
    {"mod", "the remainder is `mod(a, b)`", '%', NULL},
    {"is", "equality is `==`", TOKEN_EQUAL, "=="},
    {"to", "a range reads `low .. high`", TOKEN_RANGE, ".."},
    {"by", "the step of a range reads `step d`", TOKEN_KW_STEP, "step"},
    {"var", "a value of a block is an `out` or a `let`", TOKEN_KW_LET, "let"},
    {"val", "a value of a block is an `out` or a `let`", TOKEN_KW_LET, "let"},
    {"const", "a value of a block is an `out` or a `let`", TOKEN_KW_LET, "let"},
    {"output", "what a block gives is an `out`", TOKEN_KW_OUT, "out"},
};

static const struct {
  const Idiom *rows;
  size_t count;
} tables[] = {
#define TABLE(rows)                                                                                \
  { rows, sizeof(rows) / sizeof *(rows) }
    [IDIOM_FUNCTION] = TABLE(functions), [IDIOM_VALUE] = TABLE(values),
    [IDIOM_TYPE] = TABLE(types),         [IDIOM_BEGINNING] = TABLE(beginnings),
    [IDIOM_WORD] = TABLE(words),         [IDIOM_SIGN] = TABLE(signs),
#undef TABLE
};

/* The row whose spelling is that of the text or, of signs, one that it begins with. */
static const Idiom *find(IdiomKind kind, const char *text, size_t length) {
  for (size_t i = 0; i < tables[kind].count; i++) {
    const Idiom *idiom = &tables[kind].rows[i];
    size_t bytes = strlen(idiom->written);
    bool fits = kind == IDIOM_SIGN ? bytes <= length : bytes == length;
    if (fits && memcmp(idiom->written, text, bytes) == 0) return idiom;
  }
  return NULL;
}

static bool is_template(const char *instead) {
  return instead && strpbrk(instead, "@$");
}

/* Says how it is written here, and offers that in the place of the diagnostic. */
static bool explain(hermes_diagnostic *d, const Idiom *idiom) {
  Span place = {(uint32_t)d->place.start, (uint32_t)d->place.end, 0};
  if (!idiom) return false;
  state_rule(d, idiom->said);
  if (idiom->instead && !is_template(idiom->instead))
    offer_fix(d, place, idiom->instead, "as it is written here");
  return true;
}

bool explain_idiom(hermes_diagnostic *d, IdiomKind kind, const char *name) {
  return explain(d, find(kind, name, strlen(name)));
}

/* ---- signs ---- */

bool is_known_sign(const char *text, size_t length) {
  return find(IDIOM_SIGN, text, length) != NULL;
}

const char *sign_instead(const char *text, size_t length) {
  const Idiom *sign = find(IDIOM_SIGN, text, length);
  return sign ? sign->instead : NULL;
}

bool is_left_to_parser(const char *text, size_t length) {
  static const char *const open[] = {"?", "//", "=>", ":=", "::"};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    if (strlen(open[i]) == length && memcmp(open[i], text, length) == 0) return true;
  return false;
}

const char *as_a_word(Compiler *compiler, Span span, const char *text) {
  const Source *source = compiler->sources[span.source];
  bool word = isalpha((unsigned char)*text);
  char before = span.start > 0 ? source->text[span.start - 1] : ' ',
       behind = source->text[span.end];
  bool function =
      strcmp(text, "sum") == 0 || strcmp(text, "product") == 0 || strcmp(text, "sqrt") == 0;
  bool apart = !word || strchr(" \t\r\n([", before);
  bool alone = !word || strchr(" \t\r\n", behind) || (function && behind == '(');
  return arena_format(&compiler->arena, "%s%s%s", apart ? "" : " ", text, alone ? "" : " ");
}

int explain_sign(Compiler *compiler, hermes_diagnostic *d, Span span) {
  size_t length = span.end - span.start;
  const Idiom *sign = find(IDIOM_SIGN, compiler->sources[span.source]->text + span.start, length);
  if (!sign) return 0;
  state_rule(d, sign->said);
  if (strlen(sign->written) < length) return 0;
  if (sign->instead)
    offer_fix(d, span, as_a_word(compiler, span, sign->instead), "as it is written here");
  return sign->token;
}

/* ---- words ---- */

int foreign_word(const char *text, const char **said, const char **instead) {
  const Idiom *word = find(IDIOM_WORD, text, strlen(text));
  if (!word) return 0;
  *said = word->said;
  *instead = word->instead;
  return word->token;
}

const char *function_template(const char *name) {
  const Idiom *function = find(IDIOM_FUNCTION, name, strlen(name));
  return function && is_template(function->instead) ? function->instead : NULL;
}
