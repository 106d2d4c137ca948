/* Source to tokens: what flex finds, with escapes undone, numbers read, and units behind numbers
 * joined to them. */
#include "fixes.h"
#include "syntax.h"

#include "blueprint.tab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REPORTED = 16 };

typedef struct Lexing {
  Compiler *compiler;
  const Source *source;
  uint32_t number; /* of the source */
  Tokens *tokens;
  size_t capacity;
  bool failed;
  bool open_string;                   /* one was met, and not yet closed */
  const char *reported[MAX_REPORTED]; /* names in other alphabets */
  size_t reported_count;
} Lexing;

static const char *text_at(const Lexing *lexing, const Token *token) {
  return lexing->source->text + token->span.start;
}

static size_t length_of(const Token *token) {
  return token->span.end - token->span.start;
}

static bool same_line(const Lexing *lexing, const Token *a, const Token *b) {
  return !memchr(lexing->source->text + a->span.end, '\n', b->span.start - a->span.end);
}

static bool touches(const Token *a, const Token *b) {
  return a->span.end == b->span.start;
}

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

static void append(Lexing *lexing, Token token) {
  if (lexing->tokens->count == lexing->capacity) {
    size_t first = lexing->source->length / 4 + 256; /* seldom too few */
    size_t capacity = lexing->capacity ? lexing->capacity * 2 : first;
    Token *items = ARENA_ARRAY(&lexing->compiler->arena, Token, capacity);
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
  size_t start, end;
  while ((kind = lex_token(scanner, &start, &end)) != 0) {
    Token token = {.kind = kind, .span = {(uint32_t)start, (uint32_t)end, lexing->number}};
    if (lexing->tokens->count >= MAX_TOKENS) {
      fail(lexing, HB0007, token.span, "this file has more than 1048576 tokens");
      lexing->tokens->cut = true;
      break;
    }
    if (extends_sign(lexing, &token)) continue;
    complete(lexing, &token);
    append(lexing, token);
  }
  uint32_t length = (uint32_t)lexing->source->length;
  append(lexing, (Token){.kind = 0, .span = {length, length, lexing->number}});
}

/* ---- signs and letters that have no meaning, and numbers with half a point ---- */

/* The bytes of the quotation mark, single or curly, at this text; 0 where none stands there. */
static size_t quote_at(const char *text) {
  const unsigned char *byte = (const unsigned char *)text;
  if (*byte == '\'') return 1;
  bool mark = byte[0] == 0xE2 && byte[1] == 0x80 && byte[2] >= 0x98 && byte[2] <= 0x9F;
  return mark ? 3 : 0; /* U+2018 .. U+201F */
}

static bool ends_in_quote(const Lexing *lexing, const Token *token) {
  const char *text = text_at(lexing, token);
  size_t length = length_of(token);
  return text[length - 1] == '\'' || (length >= 3 && quote_at(text + length - 3) == 3);
}

/* How many tokens from t on stand in such quotation marks; 0 where none begin on this line. */
static size_t quoted_length(const Lexing *lexing, const Token *t) {
  bool word = t->kind == TOKEN_NAME || t->kind == TOKEN_UNKNOWN;
  size_t mark = word ? quote_at(text_at(lexing, t)) : 0;
  if (mark == 0) return 0;
  if (length_of(t) > mark && ends_in_quote(lexing, t)) return 1;
  for (size_t n = 1; t[n].kind != 0 && same_line(lexing, &t[n - 1], &t[n]); n++)
    if (t[n].kind != TOKEN_STRING && ends_in_quote(lexing, &t[n])) return n + 1;
  return 0;
}

/* Once for each spelling, of the first few. */
static bool is_reported(Lexing *lexing, const char *name) {
  for (size_t i = 0; i < lexing->reported_count; i++)
    if (strcmp(lexing->reported[i], name) == 0) return true;
  if (lexing->reported_count < MAX_REPORTED) lexing->reported[lexing->reported_count++] = name;
  return false;
}

static void refuse_sign(Lexing *lexing, Token *token, Span span) {
  const char *text = lexing->source->text + span.start;
  size_t length = span.end - span.start;
  bool fence = *text == '`'; /* Markdown's: what it opens, another one closes */
  lexing->failed = true;
  token->kind = TOKEN_UNKNOWN;
  token->wrong = true;
  if (fence && is_reported(lexing, "`")) return;
  hermes_diagnostic *d =
      fence ? report(lexing->compiler, HB0104, span, "this has no meaning in a blueprint")
            : report(lexing->compiler, HB0104, span, "`%.*s` has no meaning in a blueprint",
                     (int)length, text);
  int meant = explain_sign(d, text, length);
  if (meant) token->kind = meant;
  if (*text == '?') offer_ternary(lexing->compiler, d, token, lexing->tokens->items);
}

static void refuse_quotes(Lexing *lexing, Token *token, const Token *last) {
  size_t mark = quote_at(text_at(lexing, token)), end = last->span.end;
  size_t closing = lexing->source->text[end - 1] == '\'' ? 1 : 3;
  token->span = span_join(token->span, last->span);
  token->kind = TOKEN_STRING;
  token->text = "";
  lexing->failed = true;
  hermes_diagnostic *d =
      report(lexing->compiler, HB0104, token->span, "strings stand in plain double quotes");
  hermes_fix *fix = hermes_diagnostic_fix(d, "in double quotes");
  hermes_fix_edit(fix, token->span.start, token->span.start + mark, "\"");
  hermes_fix_edit(fix, end - closing, end, "\"");
}

/* A word may hold any character beyond ASCII, because units do. Elsewhere it is a slip: of the
 * keyboard, or of a program that makes texts pretty. */
static void check_word(Lexing *lexing, Token *token) {
  const char *text = token->text;
  char unit[HERMES_UNIT_TEXT];
  size_t ascii = 0, length = length_of(token);
  while (ascii < length && !((unsigned char)text[ascii] & 0x80)) ascii++;
  if (ascii == length || hermes_unit_symbol(&lexing->compiler->units, text, length)) return;
  for (size_t i = ascii; i < length; i += (size_t)utf8_length((const unsigned char *)text + i)) {
    if (!is_known_sign(text + i, length - i)) continue;
    uint32_t start = token->span.start + (uint32_t)i;
    uint32_t bytes = (uint32_t)utf8_length((const unsigned char *)text + i);
    refuse_sign(lexing, token, (Span){start, start + bytes, lexing->number});
    return;
  }
  if (lexing->reported_count == MAX_REPORTED || is_reported(lexing, text)) return;
  if (hermes_unit_suggest(&lexing->compiler->units, text, length, unit, sizeof unit)) return;
  report(lexing->compiler, HB0104, token->span,
         "names are made of the letters a to z, digits and _");
}

/* `5.` and `.5`: the number is read as it was meant. */
static bool is_half_number(const Lexing *lexing, const Token *first, const Token *t) {
  if (t->kind == TOKEN_NUMBER) return t[1].kind == '.' && touches(t, t + 1);
  bool begins = t->kind == '.' && t[1].kind == TOKEN_NUMBER && touches(t, t + 1);
  return begins &&
         (t == first || !touches(t - 1, t) || strchr("(=+-*/,<>", *text_at(lexing, t - 1)));
}

static void mend_number(Lexing *lexing, Token *number, const Token *second) {
  number->span.end = second->span.end;
  number->kind = TOKEN_NUMBER;
  hermes_diagnostic *d = report(lexing->compiler, HB0101, number->span,
                                "a number has digits on both sides of its point");
  uint32_t zero = *text_at(lexing, number) == '.' ? number->span.start : number->span.end;
  offer_fix(d, (Span){zero, zero, number->span.source}, "0", "with a digit");
  number->number = strtod(text_at(lexing, number), NULL);
}

/* A double slash, or slash and star, at the start of a statement or of a line. */
static bool begins_foreign_comment(const Lexing *lexing, const Token *first, const Token *t) {
  bool sign = t->kind == '/' && (t[1].kind == '/' || t[1].kind == '*') && touches(t, t + 1);
  return sign &&
         (t == first || strchr(";{}", *text_at(lexing, t - 1)) || !same_line(lexing, t - 1, t));
}

/* In place: tokens only become fewer. */
static void mend_tokens(Lexing *lexing) {
  Token *t = lexing->tokens->items;
  size_t count = lexing->tokens->count, to = 0;
  for (size_t i = 0; i < count; i++) {
    Token token = t[i];
    size_t quoted = quoted_length(lexing, &t[i]);
    if (quoted) {
      refuse_quotes(lexing, &token, &t[i + quoted - 1]);
      i += quoted - 1;
    } else if (token.kind == TOKEN_NAME) {
      check_word(lexing, &token);
    } else if (is_half_number(lexing, t, &t[i])) {
      mend_number(lexing, &token, &t[++i]);
    } else if (begins_foreign_comment(lexing, t, &t[i])) {
      Span sign = span_join(token.span, t[i + 1].span);
      offer_fix(report(lexing->compiler, HB0101, sign, "a comment begins with `#`"), sign, "#",
                "as a comment");
      while (t[i + 1].kind != 0 && same_line(lexing, &t[i], &t[i + 1])) i++;
      continue;
    }
    t[to++] = token;
  }
  lexing->tokens->count = to;
  for (size_t i = 0; i < to; i++)
    if (t[i].kind == TOKEN_UNKNOWN && !t[i].wrong) refuse_sign(lexing, &t[i], t[i].span);
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

const char *const words_behind_numbers[] = {"step",      "within",    "by",      "to",   "start",
                                            "tolerance", "initially", "subject", "with", NULL};

/* A name behind a number that is no unit can only be a misspelt one, except for the words that may
 * follow there. */
static bool is_misspelt_unit(const Token *token) {
  if (token->kind != TOKEN_NAME) return false;
  for (size_t i = 0; words_behind_numbers[i] != NULL; i++)
    if (strcmp(token->text, words_behind_numbers[i]) == 0) return false;
  return true;
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

/* The number is understood to have a unit that nothing is known of. */
static size_t refuse_unit(Lexing *lexing, Token *number, const Token *name) {
  size_t length = misspelt_length(lexing, name);
  char nearest[HERMES_UNIT_TEXT];
  hermes_diagnostic *d =
      report(lexing->compiler, HB0401, name->span, "`%s` is no unit", name->text);
  if (lexing->compiler->diagnostics.errors <= HERMES_DIAGNOSTICS_KEPT &&
      hermes_unit_suggest(&lexing->compiler->units, name->text, strlen(name->text), nearest,
                          sizeof nearest)) {
    hermes_diagnostic_fact(&d->candidates, "%s", nearest);
    offer_fix(d, name->span, nearest, "the unit that is meant");
  }
  if (touches(number, name) && (*name->text == '_' || *name->text == 'x'))
    hermes_diagnostic_note(d, "a number is decimal, and has no separators");
  number->kind = TOKEN_QUANTITY;
  number->span.end = name[length - 1].span.end;
  number->unit = (hermes_unit){0};
  return length;
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
