/* Habits of other languages that have a shape: where one is met, it is reported once, its fix is
 * made from the tokens around it, and the parser is pushed what was meant, or something of the same
 * shape, so that the rest of the statement is read. This file: operators and choices. */
#include "syntax/habits.h"

#include <string.h>

static const char *const choice_rule = "a choice reads `if c then a else b`";

static const char *shown(const Driver *driver, Span span) {
  const Source *source = driver->parser.compiler->sources[span.source];
  return arena_format(&driver->parser.compiler->arena, "%.*s", (int)(span.end - span.start),
                      source->text + span.start);
}

hermes_diagnostic *refuse(Driver *driver, Span span, const char *rule) {
  bool sign = driver->parser.current->kind == TOKEN_UNKNOWN && *shown(driver, span) == '?';
  hermes_diagnostic *d = report(
      driver->parser.compiler, sign ? HB0104 : HB0101, span,
      sign ? "`%s` has no meaning in a blueprint" : "`%s` cannot stand here", shown(driver, span));
  if (rule) state_rule(d, rule);
  return d;
}

/* Reads the token as another one, which says exactly the same. */
static bool read_as(Driver *driver, Token *token, int kind) {
  token->as = kind;
  push(driver, kind, token);
  return true;
}

/* Reads it as another one that takes the same operands, but says something else. */
static bool read_like(Driver *driver, Token *token, int kind) {
  driver->parser.failed = true;
  return read_as(driver, token, kind);
}

/* ---- choices ---- */

/* Does a whole expression stand between these two, so that a choice needs no parentheses? */
static bool stands_alone(const Driver *driver, const Token *first, const Token *behind) {
  const Token *before = first > driver->first ? first - 1 : NULL;
  const Token *open = innermost(driver);
  int left = !before ? 0 : before->as ? before->as : before->kind;
  bool in_list = open && (open->kind == '(' || open->kind == '[');
  bool begins = left == '=' || left == '(' || left == '[' || left == TOKEN_THEN ||
                (before && before->kind == TOKEN_ELSE) || left == TOKEN_KW_RETURN ||
                left == TOKEN_KW_ASSERT || (left == ',' && in_list);
  bool ends = behind->kind == ';' || behind->kind == ')' || behind->kind == ']' ||
              behind->kind == TOKEN_STRING || behind->kind == TOKEN_ELSE ||
              (behind->kind == ',' && in_list) || (behind->kind == TOKEN_FOR && in_list);
  return begins && ends;
}

static void offer_choice(Driver *driver, hermes_diagnostic *d, Span span, const char *condition,
                         const char *yes, const char *no, bool alone) {
  offer_fix(d, span,
            arena_format(&driver->parser.compiler->arena,
                         alone ? "if %s then %s else %s" : "(if %s then %s else %s)", condition,
                         yes, no),
            "as a choice");
}

/* `first` .. `middle` .. `second` .. : the three parts of a choice of another language. */
static void offer_three_parts(Driver *driver, hermes_diagnostic *d, const Token *middle,
                              const Token *second, bool condition_first) {
  const Token *first = operand_before(driver, middle, LEVEL_CHOICE);
  const Token *end = behind_operand(second + 1, LEVEL_CHOICE);
  if (!first || !end) return;
  const char *a = text_between(driver, first, middle);
  const char *b = text_between(driver, middle + 1, second);
  const char *c = text_between(driver, second + 1, end);
  offer_choice(driver, d, span_between(first, end), condition_first ? a : b,
               condition_first ? b : a, c, stands_alone(driver, first, end));
}

/* a if c else b */
static bool mend_python_choice(Driver *driver, Token *token) {
  if (!is_operand(token - 1) || expects(driver, TOKEN_IF)) return false;
  Token *other = (Token *)behind_operand(token + 1, LEVEL_TEST);
  if (!other || other->kind != TOKEN_ELSE) return false;
  offer_three_parts(driver, refuse(driver, token->span, choice_rule), token, other, false);
  other->as = TOKEN_AND;
  return read_like(driver, token, TOKEN_AND);
}

/* c ? a : b */
static bool mend_ternary(Driver *driver, Token *token) {
  Token *other = (Token *)behind_operand(token + 1, LEVEL_CHOICE);
  hermes_diagnostic *d = refuse(driver, token->span, choice_rule);
  token->wrong = true;
  if (!other || other->kind != ':' || !is_operand(token - 1)) return false;
  token->wrong = false;
  offer_three_parts(driver, d, token, other, true);
  other->as = TOKEN_AND;
  return read_like(driver, token, TOKEN_AND);
}

/* 1 + if c then a else b */
static bool mend_bare_choice(Driver *driver, Token *token) {
  if (is_operand(token - 1) || expects(driver, TOKEN_IF) || !expects(driver, '(')) return false;
  const Token *end = behind_operand(token + 1, LEVEL_CHOICE);
  if (end && end->kind == TOKEN_THEN) end = behind_operand(end + 1, LEVEL_CHOICE);
  if (!end || end->kind != TOKEN_ELSE) return false;
  end = behind_operand(end + 1, LEVEL_CHOICE);
  hermes_diagnostic *d =
      refuse(driver, token->span,
             "inside another expression a choice stands in parentheses: `(if c then a else b)`");
  if (end) offer_wrap(d, span_between(token, end), "(", ")", "in parentheses");
  driver->parser.failed = true;
  if (!end) return false;
  push(driver, TOKEN_FALSE, token);
  driver->skip_to = end;
  return true;
}

/* if (c) a else b, if c: a else: b */
static bool mend_then(Driver *driver, Token *token) {
  const Token *previous = token - 1;
  bool adjacent = is_operand(previous) && begins_operand(token) && token->kind != '-' &&
                  (token->kind != '(' || previous->kind == ')');
  if (token->kind != ':' && !adjacent) return false;
  if (!expects(driver, TOKEN_THEN) || !is_operand(previous) || expects(driver, token->kind))
    return false;
  if (token->kind == ':') {
    offer_fix(refuse(driver, token->span, choice_rule), token->span, " then", "as a choice");
    return read_as(driver, token, TOKEN_THEN);
  }
  Span before = {token->span.start, token->span.start, token->span.source};
  offer_fix(refuse(driver, token->span, choice_rule), before, "then ", "as a choice");
  push(driver, TOKEN_THEN, token);
  push(driver, token->kind, token);
  return true;
}

/* else: b */
static bool mend_colon_behind_else(Driver *driver, Token *token) {
  if (token[-1].kind != TOKEN_ELSE) return false;
  offer_fix(refuse(driver, token->span, choice_rule), token->span, "", "left out");
  return true;
}

/* The `else` or the colon of a choice that was met before. */
static bool mend_rest_of_choice(Driver *driver, Token *token) {
  if (!token->as) return false;
  push(driver, token->as, token);
  return true;
}

/* ---- comparisons ---- */

/* x = y in a condition */
static bool mend_equality(Driver *driver, Token *token) {
  const Token *open = innermost(driver);
  bool in_set = open && open->kind == '{' && open[-1].kind == TOKEN_IN;
  if (!is_operand(token - 1) || in_set || expects(driver, '=') || !expects(driver, TOKEN_EQUAL))
    return false;
  offer_fix(refuse(driver, token->span, "equality is `==`"), token->span,
            as_a_word(driver->parser.compiler, token->span, "=="), "as a comparison");
  return read_as(driver, token, TOKEN_EQUAL);
}

/* => is what is greater or equal, or what a function gives. */
static bool mend_arrow(Driver *driver, Token *token) {
  int meant = expects(driver, TOKEN_ARROW)           ? TOKEN_ARROW
              : expects(driver, TOKEN_GREATER_EQUAL) ? TOKEN_GREATER_EQUAL
                                                     : 0;
  if (!meant) return false;
  bool arrow = meant == TOKEN_ARROW;
  offer_fix(refuse(driver, token->span,
                   arrow ? "what a function gives stands behind `->`" : "write `>=`"),
            token->span, arrow ? "->" : ">=", "as it is written here");
  return read_as(driver, token, meant);
}

/* In a goal, each constraint has its KPI on the left: low <= k <= high. */
static void offer_two_constraints(Driver *driver, hermes_diagnostic *d, const Token *first,
                                  const Token *relation, const Token *token, const Token *end) {
  static const struct {
    int kind;
    const char *turned;
  } turned[] = {{'<', ">"}, {'>', "<"}, {TOKEN_LESS_EQUAL, ">="}, {TOKEN_GREATER_EQUAL, "<="}};
  for (size_t i = 0; i < sizeof turned / sizeof *turned; i++) {
    if (relation->kind != turned[i].kind) continue;
    const char *kpi = text_between(driver, relation + 1, token);
    offer_fix(d, span_between(first, end),
              arena_format(&driver->parser.compiler->arena, "%s %s %s, %s %s", kpi,
                           turned[i].turned, text_between(driver, first, relation), kpi,
                           text_between(driver, token, end)),
              "as two constraints");
  }
}

/* a < b < c: what stands in the middle is compared twice. */
static bool mend_chain(Driver *driver, Token *token) {
  const Token *middle = is_operand(token - 1) ? operand_before(driver, token, LEVEL_SUM) : NULL;
  const Token *relation = middle && middle > driver->first ? middle - 1 : NULL;
  if (!relation || !is_comparison(relation) || expects(driver, token->kind)) return false;
  const Token *first = operand_before(driver, relation, LEVEL_SUM);
  const Token *end = behind_operand(token + 1, LEVEL_SUM);
  if (!first || !end) return false;
  hermes_diagnostic *d = refuse(driver, token->span, "comparisons do not chain: `a < b and b < c`");
  if (!expects(driver, TOKEN_AND)) {
    offer_two_constraints(driver, d, first, relation, token, end);
    driver->skip_to = end;
    return driver->parser.failed = true;
  }
  Span before = {token->span.start, token->span.start, token->span.source};
  hermes_fix *fix = hermes_diagnostic_fix(d, "as two comparisons");
  bool negated = first > driver->first && (first - 1)->kind == TOKEN_NOT;
  if (negated) hermes_fix_edit(fix, first->span.start, first->span.start, "(");
  hermes_fix_edit(fix, before.start, before.end, "and %s ", text_between(driver, middle, token));
  if (negated) hermes_fix_edit(fix, end[-1].span.end, end[-1].span.end, ")");
  push(driver, TOKEN_AND, token);
  for (const Token *t = middle; t < token; t++) push(driver, t->as ? t->as : t->kind, t);
  driver->parser.failed |= negated;
  push(driver, token->kind, token);
  return true;
}

/* ---- the remainder, and division that rounds down ---- */

/* `sole`: the operands stand alone in the function that is meant. */
static bool mend_division(Driver *driver, Token *token, const char *rule, bool sole) {
  const Token *left = is_operand(token - 1) ? operand_before(driver, token, LEVEL_PRODUCT) : NULL;
  const Token *end = left ? behind_operand(token + 1, LEVEL_POWER) : NULL;
  if (!end || !expects(driver, '/')) return false;
  if (left->kind == '-') left++;
  const char *number = text_between(driver, left, token),
             *divisor = text_between(driver, token + 1, end);
  if (sole && left->kind == '(' && closing_token(left) == token - 1)
    number = text_between(driver, left + 1, token - 1);
  if (sole && token[1].kind == '(' && closing_token(token + 1) == end - 1)
    divisor = text_between(driver, token + 2, end - 1);
  offer_fix(refuse(driver, token->span, rule), span_between(left, end),
            arena_format(&driver->parser.compiler->arena, sole ? "mod(%s, %s)" : "floor(%s / %s)",
                         number, divisor),
            "as a function");
  return read_like(driver, token, '/');
}

static const char *const remainder_rule = "`%` is a unit; the remainder is `mod(a, b)`";

static bool mend_remainder(Driver *driver, Token *token) {
  return mend_division(driver, token, remainder_rule, true);
}

static bool mend_floor(Driver *driver, Token *token) {
  return mend_division(driver, token, "division that rounds down is `floor(a / b)`", false);
}

/* 7 % 2, where the sign was taken for the unit of the 7 */
static bool mend_literal_remainder(Driver *driver, Token *token) {
  Token *number = token - 1;
  const char *text = driver->parser.compiler->sources[number->span.source]->text;
  bool percent = number->kind == TOKEN_QUANTITY && text[number->span.end - 1] == '%';
  const Token *end = percent && begins_operand(token) && token->kind != '-'
                         ? behind_operand(token, LEVEL_POWER)
                         : NULL;
  if (!end || expects(driver, token->kind) || !expects(driver, '/')) return false;
  Span sign = {number->span.end - 1, number->span.end, number->span.source};
  const char *digits = arena_copy(&driver->parser.compiler->arena, text + number->span.start,
                                  strspn(text + number->span.start, "0123456789.eE"));
  offer_fix(refuse(driver, sign, remainder_rule), span_between(number, end),
            arena_format(&driver->parser.compiler->arena, "mod(%s, %s)", digits,
                         text_between(driver, token, end)),
            "as a function");
  driver->parser.failed = true;
  push(driver, '/', token);
  push(driver, token->kind, token);
  return true;
}

/* ---- x in {a, b} ---- */

/* Each element compared with x, joined; NULL where they are no list of values. */
static const char *compare_each(Driver *driver, const char *x, const Token *open, bool negated) {
  Arena *arena = &driver->parser.compiler->arena;
  const Token *close = closing_token(open), *element = open + 1;
  const char *text = "";
  while (close && element < close) {
    bool quoted = element->kind == TOKEN_STRING;
    const Token *end = quoted ? element + 1 : behind_operand(element, LEVEL_SUM);
    if (!end || (end != close && end->kind != ',')) return NULL;
    const char *value = text_between(driver, element, end);
    if (quoted) value = element->text;
    text = arena_format(arena, "%s%s%s %s %s", text,
                        !*text    ? ""
                        : negated ? " and "
                                  : " or ",
                        x, negated ? "!=" : "==", value);
    element = end == close ? close : end + 1;
  }
  return close && *text ? text : NULL;
}

/* x in low .. high; *end is behind it */
static const char *compare_ends(Driver *driver, const char *x, const Token *low, bool negated,
                                const Token **end) {
  const Token *range = behind_operand(low, LEVEL_SUM);
  bool open = range && range->kind == TOKEN_UNTIL;
  if (!range || (!open && range->kind != TOKEN_RANGE)) return NULL;
  *end = behind_operand(range + 1, LEVEL_SUM);
  if (!*end) return NULL;
  const char *form = negated ? (open ? "%s < %s or %s >= %s" : "%s < %s or %s > %s")
                             : (open ? "%s >= %s and %s < %s" : "%s >= %s and %s <= %s");
  return arena_format(&driver->parser.compiler->arena, form, x, text_between(driver, low, range), x,
                      text_between(driver, range + 1, *end));
}

/* Would what stands beside these comparisons take one of them alone? */
static bool needs_parentheses(const char *text, const Token *left, const Token *end) {
  int before = left[-1].as ? left[-1].as : left[-1].kind;
  bool either = strstr(text, " or "), both = strstr(text, " and ");
  return (before == TOKEN_NOT && (either || both)) ||
         (either && (before == TOKEN_AND || end->kind == TOKEN_AND));
}

static bool mend_membership(Driver *driver, Token *token) {
  bool negated = token->kind == TOKEN_NOT && token[1].kind == TOKEN_IN;
  const Token *set = token + (negated ? 2 : 1), *end = NULL;
  if (!is_operand(token - 1) || expects(driver, token->kind) ||
      (token->kind == TOKEN_NOT && !negated))
    return false;
  if (!expects(driver, TOKEN_EQUAL) && !expects(driver, TOKEN_AND)) return false;
  const Token *left = operand_before(driver, token, LEVEL_SUM);
  if (!left) return false;
  const char *x = text_between(driver, left, token), *text = NULL;
  if (opens(set) && (text = compare_each(driver, x, set, negated))) end = closing_token(set) + 1;
  if (!text) text = compare_ends(driver, x, set, negated, &end);
  hermes_diagnostic *d = refuse(
      driver, span_between(token, set),
      "whether a value is one of several is `x == a or x == b`, or `x >= low and x <= high`");
  driver->parser.failed = true;
  if (!text || !end) end = opens(set) && closing_token(set) ? closing_token(set) + 1 : set + 1;
  if (text) {
    bool apart = needs_parentheses(text, left, end);
    offer_fix(d, span_between(left, end),
              arena_format(&driver->parser.compiler->arena, apart ? "(%s)" : "%s", text),
              "as comparisons");
  }
  push(driver, TOKEN_EQUAL, token);
  push(driver, TOKEN_FALSE, token);
  driver->skip_to = end;
  return true;
}

/* ---- words and signs ---- */

/* 1,000 */
static bool mend_thousands(Driver *driver, Token *token) {
  const Token *rest = token + 1;
  bool digits = token[-1].kind == TOKEN_NUMBER && adjoins(token - 1, token) &&
                adjoins(token, rest) &&
                (rest->kind == TOKEN_NUMBER || rest->kind == TOKEN_QUANTITY);
  if (!digits || expects(driver, ',')) return false;
  size_t written = strspn(shown(driver, rest->span), "0123456789");
  hermes_diagnostic *d =
      refuse(driver, token->span, "a number has no separators, and a decimal point");
  offer_fix(d, token->span, written == 3 ? "" : ".", written == 3 ? "as a number" : "as its point");
  driver->skip_to = rest + 1;
  return driver->parser.failed = true;
}

/* 1 000 */
static bool mend_spaced_thousands(Driver *driver, Token *token) {
  if (token[-1].kind != TOKEN_NUMBER || strspn(shown(driver, token->span), "0123456789") != 3)
    return false;
  hermes_diagnostic *d = refuse(driver, token->span, "a number has no separators");
  offer_fix(d, (Span){token[-1].span.end, token->span.start, token->span.source}, "",
            "as a number");
  return driver->parser.failed = true;
}

/* AND, is, where, mod, ... */
static bool mend_word(Driver *driver, Token *token) {
  const char *said, *instead;
  int meant = foreign_word(token->text, &said, &instead);
  Token *next = token + 1;
  if (strcmp(token->text, "mod") == 0 && begins_operand(next) && next->kind != '(')
    return mend_remainder(driver, token);
  if (!meant || expects(driver, TOKEN_NAME) || !expects(driver, meant)) return false;
  bool differs = meant == TOKEN_EQUAL && next->kind == TOKEN_NOT;
  Span span = differs ? span_join(token->span, next->span) : token->span;
  offer_fix(refuse(driver, span, differs ? "`!=` is for what differs" : said), span,
            differs ? "!=" : instead, "as it is written here");
  if (differs) driver->skip_to = next + 1;
  if (meant == TOKEN_ELSE && strcmp(instead, "else") != 0) {
    push(driver, TOKEN_ELSE, token);
    meant = TOKEN_IF;
  }
  return read_as(driver, token, differs ? TOKEN_NOT_EQUAL : meant);
}

/* for each u in ue */
static bool mend_each(Driver *driver, Token *token) {
  static const char *const words[] = {"each", "all", "every", "any"};
  if (token[-1].kind != TOKEN_NAME || token[-2].kind != TOKEN_FOR || token[1].kind != TOKEN_IN)
    return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(token[-1].text, words[i]) != 0) continue;
    hermes_diagnostic *d = refuse(driver, token->span, "a loop reads `for u in ue`");
    offer_fix(d, span_between(token - 1, token + 1), token->text, "left out");
    return driver->parser.failed = true;
  }
  return false;
}

/* NOT c.on, where the word was taken for a name */
static bool mend_prefix(Driver *driver, Token *token) {
  bool negates = strcmp(token->text, "NOT") == 0 || strcmp(token->text, "Not") == 0;
  if (!negates || !begins_operand(token + 1) || !expects(driver, TOKEN_NOT)) return false;
  offer_fix(refuse(driver, token->span, "a condition is negated by `not`"), token->span, "not",
            "as it is written here");
  return read_as(driver, token, TOKEN_NOT);
}

/* ~c.on */
static bool mend_tilde(Driver *driver, Token *token) {
  if (!expects(driver, TOKEN_NOT)) return false;
  offer_fix(refuse(driver, token->span, "a condition is negated by `not`"), token->span,
            as_a_word(driver->parser.compiler, token->span, "not"), "as it is written here");
  return read_as(driver, token, TOKEN_NOT);
}

/* c.layer == "coverage" */
static bool mend_quoted_label(Driver *driver, Token *token) {
  const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (expects(driver, TOKEN_STRING) || !expects(driver, TOKEN_NAME) || is_operand(token - 1) ||
      !*token->text || strspn(token->text, letters) < strlen(token->text))
    return false;
  offer_fix(refuse(driver, token->span, "a label stands without quotes"), token->span, token->text,
            "without quotes");
  return read_as(driver, token, TOKEN_NAME);
}

/* c->power, cell::power */
static bool mend_member(Driver *driver, Token *token) {
  if (!is_operand(token - 1) || !expects(driver, '.') || token[1].kind != TOKEN_NAME) return false;
  offer_fix(refuse(driver, token->span, "a column is read with a point: `c.tx_power`"), token->span,
            ".", "as it is written here");
  return read_as(driver, token, '.');
}

/* ---- all habits ---- */

static bool mend_open_sign(Driver *driver, Token *token) {
  static const struct {
    const char *sign;
    Mend *mend;
  } open[] = {{"?", mend_ternary},
              {"//", mend_floor},
              {"=>", mend_arrow},
              {"::", mend_member},
              {":=", mend_missing_type}};
  const char *sign = shown(driver, token->span);
  if (token->wrong) return false;
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    if (strcmp(sign, open[i].sign) == 0 && open[i].mend(driver, token)) return true;
  if (!token->wrong) refuse(driver, token->span, NULL);
  token->wrong = driver->parser.failed = true;
  return false;
}

enum { ANY_OPERAND = -1, ANY_COMPARISON = -2 };

static const struct {
  int kind;
  Mend *mend;
} habits[] = {
    {TOKEN_ELSE, mend_rest_of_choice},
    {':', mend_rest_of_choice},
    {TOKEN_UNKNOWN, mend_open_sign},
    {TOKEN_IF, mend_python_choice},
    {TOKEN_IF, mend_early_filter},
    {TOKEN_IF, mend_bare_choice},
    {'=', mend_named_argument},
    {'=', mend_missing_type},
    {TOKEN_IN, mend_missing_type},
    {'=', mend_equality},
    {ANY_COMPARISON, mend_chain},
    {'%', mend_remainder},
    {TOKEN_IN, mend_membership},
    {TOKEN_NOT, mend_membership},
    {TOKEN_ARROW, mend_member},
    {'~', mend_tilde},
    {TOKEN_STRING, mend_quoted_label},
    {':', mend_colon_behind_else},
    {':', mend_then},
    {':', mend_default_sign},
    {':', mend_result_colon},
    {':', mend_slice},
    {':', mend_indices},
    {':', mend_named_argument},
    {':', mend_set},
    {':', mend_typed_let},
    {'*', mend_slice},
    {TOKEN_RANGE, mend_slice},
    {TOKEN_RANGE, mend_set},
    {',', mend_thousands},
    {TOKEN_NUMBER, mend_spaced_thousands},
    {TOKEN_QUANTITY, mend_spaced_thousands},
    {',', mend_generators},
    {',', mend_set},
    {':', mend_generators},
    {TOKEN_AND, mend_generators},
    {TOKEN_FOR, mend_late_filter},
    {TOKEN_FOR, mend_loops_first},
    {'(', mend_pair},
    {TOKEN_FOR, mend_indices_by_for},
    {TOKEN_ELSE, mend_default_word},
    {')', mend_last_comma},
    {']', mend_last_comma},
    {'[', mend_bracketed_type},
    {'[', mend_domain},
    {'(', mend_domain},
    {'[', mend_loop_over_numbers},
    {'[', mend_indices},
    {'(', mend_indices},
    {'[', mend_list},
    {'{', mend_list},
    {TOKEN_QUANTITY, mend_value_as_type},
    {TOKEN_NUMBER, mend_loop_over_numbers},
    {TOKEN_NAME, mend_loop_over_numbers},
    {TOKEN_NAME, mend_domain},
    {TOKEN_NAME, mend_default_word},
    {TOKEN_NAME, mend_let_word},
    {TOKEN_NAME, mend_type_first},
    {TOKEN_NAME, mend_bare_definition},
    {ANY_OPERAND, mend_bare_result},
    {TOKEN_NAME, mend_prefix},
    {TOKEN_NAME, mend_each},
    {TOKEN_NAME, mend_word},
    {ANY_OPERAND, mend_default_sign},
    {ANY_OPERAND, mend_trailing_argument},
    {ANY_OPERAND, mend_then},
    {ANY_OPERAND, mend_literal_remainder},
};

static bool is_meant(int kind, const Token *token) {
  if (kind == ANY_OPERAND) return begins_operand(token);
  if (kind == ANY_COMPARISON) return is_comparison(token);
  return kind == token->kind;
}

/* A keyword that may stand here is meant as one. */
static bool is_keyword_here(const Driver *driver, const Token *token) {
  int keyword = token->kind == TOKEN_NAME && !token->as ? keyword_token(token->text) : 0;
  return keyword && expects(driver, keyword);
}

bool mend_habit(Driver *driver, Token *token) {
  if (driver->recovering || token == driver->first || is_keyword_here(driver, token)) return false;
  for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
    if (is_meant(habits[i].kind, token) && habits[i].mend(driver, token)) return true;
  return false;
}

/* ---- what is only explained ---- */

/* Where an operand might go on or end. */
static const char *rule_behind_operand(const Token *previous, const Token *token,
                                       const Token *next) {
  if (token->kind == TOKEN_IF) return choice_rule;
  if (token->kind == ',' && previous->kind == TOKEN_NUMBER && next->kind == TOKEN_NUMBER)
    return "a number has no separators";
  if (token->kind == '%') return remainder_rule;
  if (token->kind == TOKEN_FOR)
    return "filters stand behind all `for`s: `f(x for a in A for b in B if condition)`";
  if (token->kind == '=') return "equality is `==`";
  if (is_comparison(token)) return "comparisons do not chain: `a < b and b < c`";
  if (token->kind == TOKEN_ELSE && previous->kind != 0) return choice_rule;
  return NULL;
}

static const char *rule_behind_operator(const Token *previous, const Token *token) {
  if (token->kind == TOKEN_IF)
    return "inside another expression a choice stands in parentheses: `(if c then a else b)`";
  if (token->kind == TOKEN_FOR) return "a reduction reads `f(expr for x in T if condition)`";
  if (previous->kind == TOKEN_IN && token->kind == '[')
    return "a range reads `low .. high`, a set of values `{a, b}`";
  if (token->kind == '[') return "there are no lists: a reduction reads `f(expr for x in T)`";
  return NULL;
}

void explain_token(hermes_diagnostic *d, const Token *token, const Token *first) {
  const Token *previous = token > first ? token - 1 : NULL;
  if (token->kind == TOKEN_NAME && explain_idiom(d, IDIOM_BEGINNING, token->text)) return;
  if (!previous) return;
  const char *said = is_operand(previous)
                         ? rule_behind_operand(previous, token, token->kind ? token + 1 : token)
                         : rule_behind_operator(previous, token);
  if (said) state_rule(d, said);
}
