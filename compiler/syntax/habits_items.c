/* Habits in what is declared and handed over: types that are missing or too many, indices in the
 * wrong brackets, arguments with names. */
#include "check/checker.h"
#include "syntax/habits.h"

#include <string.h>

static Arena *arena_of(Driver *driver) {
  return &driver->parser.compiler->arena;
}

static bool is_word(const Token *token, const char *word) {
  return token->kind == TOKEN_NAME && strcmp(token->text, word) == 0;
}

static bool is_unit(const Driver *driver, const Token *from, const Token *behind) {
  const hermes_unit_system *units = &driver->parser.compiler->units;
  hermes_unit unit;
  const char *text = from < behind ? text_between(driver, from, behind) : "";
  return hermes_unit_parse(units, text, strlen(text), &unit, NULL, 0);
}

static bool is_type(const Driver *driver, const Token *token) {
  return is_unit(driver, token, token + 1) || is_word(token, "bool") || is_word(token, "int") ||
         is_word(token, "float") || is_word(token, "double");
}

static const char *const item_rule = "a definition reads `name : TYPE = value;`";
static const char *const let_rule = "a `let` takes the type of its value";

/* ---- types that are missing ---- */

/* A type that the checker fills in: no text stands under its span. */
static void push_missing_type(Driver *driver, const Token *token) {
  Token *type = ARENA_NEW(arena_of(driver), Token);
  type->kind = TOKEN_NAME;
  type->text = "";
  type->span = (Span){token->span.start, token->span.start, token->span.source};
  push(driver, TOKEN_NAME, type);
}

/* a [MHz] = 2 MHz */
static bool mend_unit_in_brackets(Driver *driver, Token *token) {
  const Token *close = token - 1, *open = close;
  while (open > driver->first && open->kind != '[' && open->kind != ';') open--;
  if (close->kind != ']' || open->kind != '[' || !is_unit(driver, open + 1, close)) return false;
  Span brackets = {open[-1].span.end, close->span.end, token->span.source};
  offer_fix(refuse(driver, span_between(open, token), item_rule), brackets,
            arena_format(arena_of(driver), " : %s", text_between(driver, open + 1, close)),
            "as its type");
  driver->parser.failed = true;
  push(driver, ':', token);
  push(driver, TOKEN_NAME, close);
  push(driver, token->kind, token);
  return true;
}

/* name = value, name in low .. high, name : = value; also the := of other languages. */
bool mend_missing_type(Driver *driver, Token *token) {
  bool assigns = token->kind == TOKEN_UNKNOWN, colon = token[-1].kind == ':';
  if (assigns && expects(driver, '=') && !expects(driver, ':')) {
    offer_fix(refuse(driver, token->span, "a `let` reads `let name = value;`"), token->span, "=",
              "as it is written here");
    token->as = '=';
    push(driver, '=', token);
    return true;
  }
  if (!is_operand(token - 1) && !colon) return false;
  bool item = colon ? !expects(driver, '=') && expects(driver, '{') && expects(driver, TOKEN_NAME)
                    : expects(driver, ':') && !expects(driver, token->kind);
  if (!item) return false;
  if (!colon && token->kind == '=' && mend_unit_in_brackets(driver, token)) return true;
  refuse(driver, token->span, item_rule);
  if (!colon) push(driver, ':', token);
  push_missing_type(driver, token);
  if (assigns) token->as = '=';
  push(driver, assigns ? '=' : token->kind, token);
  return true;
}

/* Bytes of the number that a quantity begins with: an `e` without digits is of its unit. */
static size_t number_bytes(const char *text) {
  static const char digits[] = "0123456789";
  size_t length = strspn(text, "0123456789."), sign;
  if (text[length] != 'e' && text[length] != 'E') return length;
  sign = strspn(text + length + 1, "+-");
  size_t exponent = strspn(text + length + 1 + sign, digits);
  return exponent > 0 && sign <= 1 ? length + 1 + sign + exponent : length;
}

/* name : 3 dB */
bool mend_value_as_type(Driver *driver, Token *token) {
  if (token[-1].kind != ':' || !expects(driver, '{') || !expects(driver, TOKEN_NAME)) return false;
  const char *text = driver->parser.compiler->sources[token->span.source]->text;
  uint32_t at = token->span.start + (uint32_t)number_bytes(text + token->span.start);
  at += (uint32_t)strspn(text + at, " ");
  Token *unit = ARENA_NEW(arena_of(driver), Token);
  *unit =
      (Token){.kind = TOKEN_NAME, .text = "", .span = {at, token->span.end, token->span.source}};
  offer_fix(refuse(driver, token->span, item_rule),
            (Span){token->span.start, token->span.start, token->span.source},
            arena_format(arena_of(driver), "%.*s = ", (int)(token->span.end - at), text + at),
            "with its type");
  push(driver, TOKEN_NAME, unit);
  push(driver, '=', token);
  push(driver, TOKEN_QUANTITY, token);
  return true;
}

/* name : [MHz] */
bool mend_bracketed_type(Driver *driver, Token *token) {
  const Token *close = closing_token(token);
  if (token[-1].kind != ':' || !close || !is_unit(driver, token + 1, close) ||
      !expects(driver, '{') || expects(driver, '['))
    return false;
  hermes_fix *fix =
      hermes_diagnostic_fix(refuse(driver, token->span, item_rule), "without brackets");
  hermes_fix_edit(fix, token->span.start, token[1].span.start, "%s", "");
  hermes_fix_edit(fix, close[-1].span.end, close->span.end, "%s", "");
  ((Token *)close)->as = READ_AS_NOTHING;
  return true;
}

/* dB name = value; f(dB x) */
bool mend_type_first(Driver *driver, Token *token) {
  const Token *type = token - 1;
  if (type->kind != TOKEN_NAME || !is_type(driver, type) || expects(driver, TOKEN_NAME))
    return false;
  const Token *before = type - 1;
  bool let = before->as == TOKEN_KW_LET, item = !let && expects(driver, ':');
  bool begins = before->as == TOKEN_KW_KPI || before->as == TOKEN_KW_OUT ||
                strchr(";{}(,", before->kind < 128 ? before->kind : ' ');
  if (let ? !expects(driver, '=') : !item || !begins) return false;
  hermes_diagnostic *d = refuse(driver, token->span,
                                item ? "the name stands before its type: `name : TYPE`" : let_rule);
  bool parameter = innermost(driver) && innermost(driver)->kind == '(';
  const char *form = !item ? "%s" : parameter ? "%s: %s" : "%s : %s";
  offer_fix(d, span_between(type, token + 1),
            arena_format(arena_of(driver), form, token->text, type->text),
            item ? "the name first" : "without a type");
  driver->parser.failed = true;
  if (!item) return true;
  push(driver, ':', token);
  push(driver, TOKEN_NAME, type);
  return true;
}

/* function f(x: dB): dB */
bool mend_result_colon(Driver *driver, Token *token) {
  if (token[-1].kind != ')' || !expects(driver, TOKEN_ARROW)) return false;
  offer_fix(refuse(driver, token->span, "what a function gives stands behind `->`"),
            (Span){token[-1].span.end, token->span.end, token->span.source}, " ->",
            "as it is written here");
  token->as = TOKEN_ARROW;
  push(driver, TOKEN_ARROW, token);
  return true;
}

/* ---- lets, and words that begin a statement ---- */

/* let name : TYPE = value */
bool mend_typed_let(Driver *driver, Token *token) {
  const Token *end = token + 1;
  if (!is_operand(token - 1) || expects(driver, ':') || !expects(driver, '=')) return false;
  if (!expects(driver, '[') && token[-1].kind != ']' && !expects(driver, TOKEN_KW_LET) &&
      token[-1].kind != TOKEN_NAME)
    return false;
  while (end->kind != '=' && end->kind != ';' && end->kind != 0) end++;
  if (end->kind != '=' || end == token + 1) return false;
  hermes_diagnostic *d = refuse(driver, token->span, let_rule);
  offer_fix(d, (Span){token[-1].span.end, end[-1].span.end, token->span.source}, "",
            "without a type");
  driver->parser.let_type = ARENA_NEW(arena_of(driver), TypeExpr);
  driver->parser.let_type->span = span_between(token, end);
  driver->skip_to = end;
  return true;
}

/* let mut name */
bool mend_let_word(Driver *driver, Token *token) {
  static const char *const words[] = {"mut", "const", "var"};
  if (token[-1].as != TOKEN_NAME && token[-1].kind != TOKEN_NAME) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!is_word(token - 1, words[i]) || !expects(driver, '=') || expects(driver, TOKEN_NAME))
      continue;
    hermes_diagnostic *d =
        refuse(driver, token->span, "a value is defined once, and does not change");
    offer_fix(d, span_between(token - 1, token + 1), token->text, "left out");
    return driver->parser.failed = true;
  }
  return false;
}

/* name = value; name : TYPE = value; float name = value; in a block or a function */
bool mend_bare_definition(Driver *driver, Token *token) {
  static const char *const rule =
      "a value of a block is defined by `out x : TYPE = ...;` or `let x = ...;`";
  const Token *next = token + 1;
  if (next->kind != '=' && next->kind != ':' && next->kind != '[' && next->kind != TOKEN_NAME &&
      next->kind != TOKEN_UNKNOWN)
    return false;
  if (!expects(driver, TOKEN_KW_LET) || keyword_token(token->text) == TOKEN_KW_LET) return false;
  if (next->kind == '[' && closing_token(next)) next = closing_token(next) + 1;
  bool typed = next->kind == TOKEN_NAME && next[1].kind == '=' && is_type(driver, token);
  bool out = next->kind == ':' && expects(driver, TOKEN_KW_OUT);
  if (!typed && next->kind != '=' && next->kind != ':' && next->kind != TOKEN_UNKNOWN) return false;
  Span before = {token->span.start, token->span.start, token->span.source};
  hermes_diagnostic *d = refuse(driver, token->span, rule);
  offer_fix(d, typed ? token->span : before,
            typed ? "let"
            : out ? "out "
                  : "let ",
            "as a definition");
  push(driver, out ? TOKEN_KW_OUT : TOKEN_KW_LET, token);
  if (!typed) push(driver, TOKEN_NAME, token);
  return true;
}

/* { x * 2; } as the body of a function */
bool mend_bare_result(Driver *driver, Token *token) {
  if ((token[-1].kind != ';' && token[-1].kind != '{') ||
      keyword_token(token->text ? token->text : "") == TOKEN_KW_RETURN ||
      !expects(driver, TOKEN_KW_RETURN))
    return false;
  const Token *end = behind_operand(token, LEVEL_CHOICE);
  if (!end || (end->kind != ';' && end->kind != '}')) return false;
  Span before = {token->span.start, token->span.start, token->span.source};
  offer_fix(refuse(driver, token->span, "a body in braces ends in `return value;`"), before,
            "return ", "as the result");
  push(driver, TOKEN_KW_RETURN, token);
  push(driver, token->kind, token);
  track_brackets(driver, token);
  return true;
}

/* ---- indices of a definition ---- */

/* x[u in ue][c in cell], x(u in ue), x[u : ue] */
bool mend_indices(Driver *driver, Token *token) {
  static const char *const rule = "the indices of a value stand in one pair of brackets: "
                                  "`x[u in ue, c in cell]`";
  const Token *previous = token - 1;
  if (token->kind == ':') {
    if (previous->kind != TOKEN_NAME || !expects(driver, TOKEN_IN) || expects(driver, ':'))
      return false;
    offer_fix(refuse(driver, token->span, "an index reads `u in ue`"),
              (Span){previous->span.end, token[1].span.start, token->span.source}, " in ",
              "as an index");
    token->as = TOKEN_IN;
    push(driver, TOKEN_IN, token);
    return true;
  }
  Token *close = (Token *)closing_token(token);
  if (!close || !expects(driver, ':') || expects(driver, token->kind)) return false;
  if (token->kind == '(' && previous->kind == TOKEN_NAME && expects(driver, '[')) {
    hermes_fix *fix = hermes_diagnostic_fix(refuse(driver, token->span, rule), "in brackets");
    hermes_fix_edit(fix, token->span.start, token->span.end, "[");
    hermes_fix_edit(fix, close->span.start, close->span.end, "]");
    push(driver, '[', token);
    close->as = ']';
    return true;
  }
  if (token->kind != '[' || previous->kind != ']') return false;
  offer_fix(refuse(driver, token->span, rule),
            (Span){previous->span.start, token->span.end, token->span.source}, ", ",
            "in one pair of brackets");
  driver->skip_to = close + 1;
  return driver->parser.failed = true;
}

/* out x for u in ue : T = ... */
bool mend_indices_by_for(Driver *driver, Token *token) {
  const Token *end = token;
  const char *text = "";
  if (token[-1].kind != TOKEN_NAME || !expects(driver, ':') || !expects(driver, '[')) return false;
  for (; end->kind == TOKEN_FOR && end[2].kind == TOKEN_IN; end += 4)
    text = arena_format(arena_of(driver), "%s%s%s in %s", text, *text ? ", " : "", end[1].text,
                        end[3].text);
  if (end == token) return false;
  offer_fix(
      refuse(driver, token->span, "an index stands in brackets behind the name: `x[u in ue]`"),
      (Span){token[-1].span.end, end[-1].span.end, token->span.source},
      arena_format(arena_of(driver), "[%s]", text), "as an index");
  driver->skip_to = end;
  return driver->parser.failed = true;
}

/* ---- arguments with names ---- */

enum { MAX_ARGUMENTS = 16 };

typedef struct Argument {
  const Token *name; /* NULL: it has none */
  const Token *from, *behind;
} Argument;

/* "name(a: T, b: T) -> R" of what is called, or NULL. */
static const char *head_of(Driver *driver, const Token *name) {
  for (const Token *t = driver->first; t->kind != 0; t++)
    if (is_word(t, "function") && is_word(t + 1, name->text) && t[2].kind == '(' &&
        closing_token(t + 2))
      return text_between(driver, t + 1, closing_token(t + 2) + 1);
  const char *built_in = builtin_signature(name->text);
  return built_in ? built_in : module_head(driver->parser.compiler, name->text);
}

/* The place of a parameter in a head, or -1. */
static int parameter_place(const char *head, const Token *name) {
  size_t length = strlen(name->text);
  const char *at = strchr(head, '(');
  for (int place = 0; at && *at && *at != ')'; place++) {
    at += 1 + strspn(at + 1, " ");
    if (strncmp(at, name->text, length) == 0 && at[length + strspn(at + length, " ")] == ':')
      return place;
    at += strcspn(at, ",)");
  }
  return -1;
}

static int read_arguments(const Token *open, Argument *arguments) {
  int count = 0;
  const Token *t = open + 1;
  while (count < MAX_ARGUMENTS) {
    bool named = t->kind == TOKEN_NAME && (t[1].kind == '=' || t[1].kind == ':');
    const Token *from = named ? t + 2 : t, *end = behind_operand(from, LEVEL_CHOICE);
    if (!end) return 0;
    arguments[count++] = (Argument){named ? t : NULL, from, end};
    if (end->kind != ',') return count;
    t = end + 1;
  }
  return 0;
}

/* The arguments in the order of the parameters; NULL where a name is unknown or a place is taken
 * twice. */
static const char *in_order(Driver *driver, const char *head, const Argument *arguments,
                            int count) {
  const Argument *placed[MAX_ARGUMENTS] = {NULL};
  const char *text = "";
  for (int i = 0; i < count; i++) {
    int place = arguments[i].name ? parameter_place(head, arguments[i].name) : i;
    if (place < 0 || place >= count || placed[place]) return NULL;
    placed[place] = &arguments[i];
  }
  for (int i = 0; i < count; i++)
    text = arena_format(arena_of(driver), "%s%s%s", text, i ? ", " : "",
                        text_between(driver, placed[i]->from, placed[i]->behind));
  return text;
}

/* f(x = 1, y: 2) */
bool mend_named_argument(Driver *driver, Token *token) {
  const Token *open = innermost(driver), *name = token - 1;
  Argument arguments[MAX_ARGUMENTS];
  bool here = open && open->kind == '(' && name->kind == TOKEN_NAME && name->as == 0 &&
              (name[-1].kind == '(' || name[-1].kind == ',') && open[-1].kind == TOKEN_NAME &&
              !expects(driver, token->kind);
  int count = here ? read_arguments(open, arguments) : 0;
  const char *head = count > 0 ? head_of(driver, open - 1) : NULL;
  bool reduces = count > 0 && builtin_signature(open[-1].text); /* over a condition, perhaps */
  if (count == 0 || (head ? parameter_place(head, name) < 0 : reduces)) return false;
  const char *text = head ? in_order(driver, head, arguments, count) : NULL;
  hermes_diagnostic *d = refuse(driver, span_between(name, token + 1),
                                "arguments stand in the order of the parameters, without names");
  if (head) hermes_diagnostic_fact(&d->expected, "%s", head);
  if (text) {
    Span whole = {open[1].span.start, arguments[count - 1].behind[-1].span.end, token->span.source};
    offer_fix(d, whole, text, "in the order of the parameters");
  }
  for (int i = 0; i < count; i++) {
    if (!arguments[i].name || arguments[i].name <= name) continue;
    ((Token *)arguments[i].name)->as = READ_AS_NOTHING;
    ((Token *)arguments[i].name)[1].as = READ_AS_NOTHING;
  }
  driver->parser.failed = true;
  push(driver, TOKEN_EQUAL, token);
  return true;
}
