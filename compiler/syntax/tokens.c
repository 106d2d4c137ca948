/* Source to tokens: what flex finds, with escapes undone, numbers read, and units behind numbers
 * joined to them. */
#include "fix/fixes.h"
#include "syntax/idioms.h"
#include "syntax/lexing.h"

#include "blueprint.tab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hermes_diagnostic *fail(Lexing *lexing, hermes_code code, Span span, const char *message) {
  lexing->failed = true;
  return report(lexing->compiler, code, span, "%s", message);
}

/* ---- one token ---- */

static const char *unescape(Lexing *lexing, const Token *token) {
  size_t length = length_of(token) - 2;
  if (length > MAX_STRING_BYTES) {
    fail(lexing, HB0009, token->span, "this string is longer than 8192 bytes");
    return "";
  }
  char *text = arena_copy(&lexing->compiler->arena, text_at(lexing, token) + 1, length);
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (*from == '\\' && from[1])
      from++, *to++ = *from == 'n' ? '\n' : *from;
    else
      *to++ = *from;
  }
  *to = '\0';
  return text;
}

static void read_number(Lexing *lexing, Token *token) {
  char digits[64];
  size_t length = length_of(token);
  if (length >= sizeof digits) {
    fail(lexing, HB0108, token->span, "this number has more than 63 characters");
    return;
  }
  memcpy(digits, text_at(lexing, token), length);
  digits[length] = '\0';
  if (strspn(digits, "0123456789.eE+-") < length) {
    read_foreign_number(lexing, token);
    return;
  }
  token->number = strtod(digits, NULL);
  if (!isfinite(token->number))
    fail(lexing, HB0108, token->span, "this number is too large for a double");
}

static void read_name(Lexing *lexing, Token *token) {
  if (length_of(token) > MAX_NAME_BYTES)
    fail(lexing, HB0008, token->span, "this name is longer than 128 bytes");
  token->text = arena_copy(&lexing->compiler->arena, text_at(lexing, token), length_of(token));
}

/* Behind a string that was left open, a quote with no word behind it was meant to close that one.
 */
static bool closes_open_string(Lexing *lexing, const Token *token) {
  const char *text = text_at(lexing, token);
  bool follows = lexing->open_string;
  lexing->open_string = !follows || strspn(text, "\";{}=,) \t\r") < length_of(token);
  return !lexing->open_string;
}

static void complete(Lexing *lexing, Token *token) {
  switch (token->kind) {
  case TOKEN_NAME: read_name(lexing, token); break;
  case TOKEN_NUMBER: read_number(lexing, token); break;
  case TOKEN_STRING: token->text = unescape(lexing, token); break;
  case TOKEN_OPEN_STRING:
    if (!closes_open_string(lexing, token))
      fail(lexing, HB0103, token->span, "this string has no closing quote on its line");
    token->kind = TOKEN_STRING;
    token->text = "";
    token->wrong = true;
    break;
  default: break;
  }
}

enum { TOKENS_AROUND = 8 }; /* empty ones on either side: habits are told by their neighbours */

static void append(Lexing *lexing, Token token) {
  if (lexing->tokens->count == lexing->capacity) {
    size_t first = lexing->source->length / 4 + 256; /* seldom too few */
    size_t capacity = lexing->capacity ? lexing->capacity * 2 : first;
    Token *items =
        ARENA_ARRAY(&lexing->compiler->arena, Token, capacity + 2 * TOKENS_AROUND) + TOKENS_AROUND;
    if (lexing->capacity) memcpy(items, lexing->tokens->items, lexing->capacity * sizeof(Token));
    lexing->tokens->items = items;
    lexing->capacity = capacity;
  }
  lexing->tokens->items[lexing->tokens->count++] = token;
}

/* Signs without a meaning are met byte by byte: `&&` is one of them. */
static bool extends_sign(Lexing *lexing, const Token *token) {
  if (lexing->tokens->count == 0) return false;
  Token *last = &lexing->tokens->items[lexing->tokens->count - 1];
  if (token->kind != TOKEN_UNKNOWN || last->kind != TOKEN_UNKNOWN || !touches(last, token) ||
      *text_at(lexing, last) != *text_at(lexing, token) || length_of(token) > 1)
    return false;
  last->span.end = token->span.end;
  return true;
}

static void scan(Lexing *lexing, void *scanner) {
  int kind;
  size_t start, end, comment = 0; /* where the last foreign comment ends */
  while ((kind = lex_token(scanner, &start, &end)) != 0) {
    Token token = {.kind = kind, .span = {(uint32_t)start, (uint32_t)end, lexing->number}};
    if (lexing->tokens->count >= MAX_TOKENS) {
      fail(lexing, HB0007, token.span, "this file has more than 1048576 tokens");
      lexing->tokens->cut = true;
      break;
    }
    if (start < comment || is_foreign_comment(lexing, &token, &comment)) continue;
    if (extends_sign(lexing, &token)) continue;
    complete(lexing, &token);
    append(lexing, token);
  }
  uint32_t length = (uint32_t)lexing->source->length;
  append(lexing, (Token){.kind = 0, .span = {length, length, lexing->number}});
}

/* ---- counted units: `unit user;` must be known before literals are read ---- */

static void declare_unit(Lexing *lexing, const Token *name) {
  hermes_unit_system *units = &lexing->compiler->units;
  bool known = hermes_unit_symbol(units, name->text, strlen(name->text));
  if (hermes_unit_declare(units, name->text)) return;
  report(lexing->compiler, HB0405, name->span,
         known ? "`%s` is a unit already"
         : strlen(name->text) < HERMES_UNIT_TEXT
             ? "`%s` is one unit too many: a blueprint declares at most %d"
             : "a unit's name has at most 95 bytes",
         name->text, HERMES_BASES - HERMES_BUILTIN_BASES);
}

static void declare_units(Lexing *lexing) {
  const Token *t = lexing->tokens->items;
  for (size_t i = 0; i + 2 < lexing->tokens->count; i++) {
    bool here = t[i].kind == TOKEN_NAME && strcmp(t[i].text, "unit") == 0 &&
                t[i + 1].kind == TOKEN_NAME &&
                (t[i + 2].kind == ';' || t[i + 2].kind == TOKEN_STRING) &&
                (i == 0 || t[i - 1].kind == ';' || t[i - 1].kind == '}');
    if (!here) continue;
    declare_unit(lexing, &t[i + 1]);
  }
}

/* ---- quantities: a known unit right behind a number, on the same line ---- */

static bool is_unit(const Lexing *lexing, const Token *token) {
  return token->kind == TOKEN_NAME &&
         hermes_unit_symbol(&lexing->compiler->units, text_at(lexing, token), length_of(token));
}

/* Is `kinds` (with n for a whole number) spelt by the tokens from t on, without spaces? */
static bool spells(const Lexing *lexing, const Token *t, const char *kinds) {
  for (; *kinds; kinds++, t++) {
    if (!touches(t - 1, t)) return false;
    if (*kinds == 'n'
            ? t->kind != TOKEN_NUMBER || strspn(text_at(lexing, t), "0123456789") < length_of(t)
            : t->kind != *kinds)
      return false;
  }
  return true;
}

/* How many tokens from t on are an exponent: ^2, ^-2, ^(1/2), ^(-1/2)? */
static size_t exponent_length(const Lexing *lexing, const Token *t) {
  static const char *const forms[] = {"^n", "^-n", "^(n/n)", "^(-n/n)"};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (spells(lexing, t, forms[i])) return strlen(forms[i]);
  return 0;
}

/* The number of tokens from an opening parenthesis to its match, where a unit stands between them
 * without spaces, as in W/(m*K) and dB(m/s); else 0. */
static size_t group_length(const Lexing *lexing, const Token *t) {
  enum { MOST = 32 };
  int open = 0;
  for (size_t i = 0; i < MOST && touches(t + i - 1, t + i); i++) {
    if (t[i].kind == '(') open++;
    if (t[i].kind == ')' && --open == 0) return i + 1;
    bool sign = t[i].kind && strchr("()*/^-", t[i].kind);
    if (t[i].kind > 255 || !sign)
      if (t[i].kind != TOKEN_NUMBER && !is_unit(lexing, &t[i])) return 0;
    if (open == 0) return 0;
  }
  return 0;
}

/* One factor: MHz, dB(m/s), or (m*K) behind a sign. */
static size_t factor_length(const Lexing *lexing, const Token *t, bool first) {
  if (t->kind == '(') return first ? 0 : group_length(lexing, t);
  if (!is_unit(lexing, t)) return 0;
  return 1 + (strcmp(t->text, "dB") == 0 ? group_length(lexing, t + 1) : 0);
}

/* The number of tokens from t on that are one unit; 0 where none begins. */
static size_t unit_length(const Lexing *lexing, const Token *t) {
  if (t->kind == '%') return 1;
  size_t length = factor_length(lexing, t, true);
  while (length > 0) {
    length += exponent_length(lexing, t + length);
    const Token *sign = t + length;
    bool more = (sign->kind == '/' || sign->kind == '*') && touches(sign - 1, sign) &&
                touches(sign, sign + 1);
    size_t next = more ? factor_length(lexing, sign + 1, false) : 0;
    if (next == 0) break;
    length += 1 + next;
  }
  return length;
}

static void join_unit(Lexing *lexing, Token *number, const Token *first, const Token *last) {
  char why[256];
  Span span = span_join(first->span, last->span);
  number->kind = TOKEN_QUANTITY;
  number->span.end = span.end;
  if (!hermes_unit_parse(&lexing->compiler->units, lexing->source->text + span.start,
                         span.end - span.start, &number->unit, why, sizeof why)) {
    report(lexing->compiler, HB0401, span, "%s", why);
    number->unit = (hermes_unit){0};
  }
}

const char *const words_behind_numbers[] = {"step",      "within",    "by",      "to",
                                            "start",     "tolerance", "damping", "iterations",
                                            "initially", "subject",   "with",    NULL};

/* A name behind a number that is no unit can only be a misspelt one, except for the words that may
 * follow there. */
static bool is_misspelt_unit(const Token *token) {
  const char *said, *instead;
  if (token->kind != TOKEN_NAME) return false;
  for (size_t i = 0; words_behind_numbers[i] != NULL; i++)
    if (strcmp(token->text, words_behind_numbers[i]) == 0) return false;
  return !foreign_word(token->text, &said, &instead);
}

/* A misspelt unit and what belongs to it: `Mbits/s`, `m2/s^2`. */
static size_t misspelt_length(const Lexing *lexing, const Token *t) {
  size_t length = 1;
  for (;;) {
    length += exponent_length(lexing, t + length);
    const Token *next = t + length;
    bool more = (next->kind == '/' || next->kind == '*') && touches(next - 1, next) &&
                next[1].kind == TOKEN_NAME && touches(next, next + 1);
    if (!more) return length;
    length += 2;
  }
}

/* Does the word stand elsewhere for itself, so that `2x` is a product? Or is a function called? */
static bool is_known_name(const Lexing *lexing, const Token *name) {
  const Token *t = lexing->tokens->items;
  if (name[1].kind == '(' || name[1].kind == '[' || name[1].kind == '.') return true;
  for (; t->kind != 0 && t->span.start < lexing->source->length; t++)
    if (t != name && t->kind == TOKEN_NAME && strcmp(t->text, name->text) == 0 &&
        (t[1].kind == ':' || t[1].kind == '=' || t[1].kind == '[' || t[1].kind == TOKEN_IN))
      return true;
  return false;
}

/* 1.0f, 100u, 1L */
static bool is_suffix(const char *text) {
  return strlen(text) == strspn(text, "fFuUlLdD") && strlen(text) <= 2;
}

/* The number is understood to have a unit that nothing is known of. */
static size_t refuse_unit(Lexing *lexing, Token *number, const Token *name) {
  size_t length = misspelt_length(lexing, name);
  char nearest[HERMES_UNIT_TEXT];
  hermes_diagnostic *d =
      report(lexing->compiler, HB0401, name->span, "`%s` is no unit", name->text);
  if (is_known_name(lexing, name)) {
    state_rule(d, "a product is written `2 * x`");
    offer_fix(d, (Span){number->span.end, name->span.start, lexing->number}, " * ", "as a product");
  } else if (touches(number, name) && is_suffix(name->text)) {
    state_rule(d, "numbers have no suffix: they are all of one kind");
    offer_fix(d, name->span, "", "left out");
  } else if (lexing->compiler->diagnostics.errors <= HERMES_DIAGNOSTICS_KEPT &&
             hermes_unit_suggest(&lexing->compiler->units, name->text, strlen(name->text), nearest,
                                 sizeof nearest)) {
    hermes_diagnostic_fact(&d->candidates, "%s", nearest);
    offer_fix(d, name->span,
              arena_format(&lexing->compiler->arena, *name->text == '_' ? " %s" : "%s", nearest),
              "the unit that is meant");
  }
  number->kind = TOKEN_QUANTITY;
  number->span.end = name[length - 1].span.end;
  number->unit = (hermes_unit){0};
  return length;
}

/* 20 [MHz], 20 (MHz), 20 {MHz}, 20 <MHz>: how many tokens; 0 where no unit stands in brackets. */
static size_t bracketed_length(Lexing *lexing, Token *number, const Token *open) {
  static const char brackets[] = "[](){}<>";
  const char *at = open->kind && open->kind < 128 ? strchr(brackets, open->kind) : NULL;
  size_t length = at && (at - brackets) % 2 == 0 ? unit_length(lexing, open + 1) : 0;
  const Token *close = open + 1 + length;
  if (length == 0 || close->kind != at[1]) return 0;
  hermes_diagnostic *d = report(lexing->compiler, HB0401, span_join(open->span, close->span),
                                "a unit stands behind its number without brackets");
  const char *unit = arena_copy(&lexing->compiler->arena, text_at(lexing, open + 1),
                                close[-1].span.end - open[1].span.start);
  offer_fix(d, (Span){number->span.end, close->span.end, lexing->number},
            arena_format(&lexing->compiler->arena, " %s", unit), "without brackets");
  join_unit(lexing, number, open + 1, close - 1);
  return length + 2;
}

/* Joins in place: tokens only become fewer. */
static void join_units(Lexing *lexing) {
  Token *t = lexing->tokens->items;
  size_t count = lexing->tokens->count, to = 0;
  for (size_t i = 0; i < count; i++) {
    Token token = t[i];
    if (token.kind == TOKEN_NUMBER && i + 1 < count && same_line(lexing, &t[i], &t[i + 1])) {
      size_t length = unit_length(lexing, &t[i + 1]);
      if (length)
        join_unit(lexing, &token, &t[i + 1], &t[i + length]);
      else if ((length = bracketed_length(lexing, &token, &t[i + 1])) > 0)
        ;
      else if (is_misspelt_unit(&t[i + 1]))
        length = refuse_unit(lexing, &token, &t[i + 1]);
      i += length;
    }
    t[to++] = token;
  }
  lexing->tokens->count = to;
}

bool tokenize(Compiler *compiler, uint32_t source, Tokens *tokens) {
  Lexing lexing = {.compiler = compiler,
                   .source = compiler->sources[source],
                   .number = source,
                   .tokens = tokens};
  *tokens = (Tokens){0};
  void *scanner = lex_open(lexing.source->text, lexing.source->length);
  if (!scanner)
    return fail(&lexing, HB0735, (Span){0, 0, source}, "no memory for the scanner"), false;
  scan(&lexing, scanner);
  lex_close(scanner);
  mend_tokens(&lexing);
  declare_units(&lexing);
  join_units(&lexing);
  return !lexing.failed;
}

/* ---- --print=tokens ---- */

void print_tokens(const Compiler *compiler, uint32_t source, FILE *out) {
  Tokens tokens;
  Compiler scratch = *compiler; /* its own diagnostics: printing reports nothing twice */
  scratch.diagnostics = (hermes_diagnostics){0};
  scratch.arena = (Arena){0};
  scratch.units = (hermes_unit_system){0};
  tokenize(&scratch, source, &tokens);
  for (size_t i = 0; i + 1 < tokens.count; i++) {
    const Token *t = &tokens.items[i];
    const char *text = compiler->sources[source]->text + t->span.start;
    const char *kind = t->kind == TOKEN_NAME       ? "name"
                       : t->kind == TOKEN_NUMBER   ? "number"
                       : t->kind == TOKEN_QUANTITY ? "quantity"
                       : t->kind == TOKEN_STRING   ? "string"
                                                   : "symbol";
    fprintf(out, "%6u..%-6u %-8s %.*s\n", t->span.start, t->span.end, kind, (int)length_of(t),
            text);
  }
  hermes_diagnostics_free(&scratch.diagnostics);
  arena_free(&scratch.arena);
}
