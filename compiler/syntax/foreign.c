/* What no blueprint has in its text: comments, quotes, signs, letters and numbers of other
 * languages and of programs that make texts pretty. Each is reported, and read as it was meant. */
#include "fix/fixes.h"
#include "syntax/idioms.h"
#include "syntax/lexing.h"

#include "blueprint.tab.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- comments ---- */

static const char *line_start(const Lexing *lexing, const char *at) {
  while (at > lexing->source->text && at[-1] != '\n') at--;
  return at;
}

static const char *skip_blanks(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\r') at++;
  return at;
}

static bool begins_statement(const Lexing *lexing) {
  const Tokens *tokens = lexing->tokens;
  const Token *previous = tokens->count ? &tokens->items[tokens->count - 1] : NULL;
  return !previous || strchr(";{}", *text_at(lexing, previous));
}

static bool begins_line(const Lexing *lexing, size_t at) {
  const Token *previous = &lexing->tokens->items[lexing->tokens->count - 1];
  return memchr(lexing->source->text + previous->span.end, '\n', at - previous->span.end);
}

/* Behind an operand, two slashes may be a division: before a number, or where the statement goes on
 * to its end in this line. */
static bool divides(const Lexing *lexing, const char *slashes) {
  const Token *previous = &lexing->tokens->items[lexing->tokens->count - 1];
  const char *behind = skip_blanks(slashes + 2);
  size_t rest = strcspn(behind, "\n");
  return *text_at(lexing, previous) != ',' &&
         (isdigit((unsigned char)*behind) || memchr(behind, ';', rest));
}

static bool begins_line_comment(const Lexing *lexing, const Token *token) {
  const char *text = text_at(lexing, token);
  bool slashes = text[0] == '/' && text[1] == '/', statement = begins_statement(lexing);
  if (statement && (slashes || *text == '%' || (text[0] == '-' && text[1] == '-'))) return true;
  if (text[0] == '/' && text[1] == '*') return true; /* never closed */
  return slashes && (begins_line(lexing, token->span.start) || !divides(lexing, text));
}

static void refuse_line_comment(Lexing *lexing, const Token *token) {
  Span sign = token->span;
  if (*text_at(lexing, token) != '%') sign.end = sign.start + 2;
  offer_fix(report(lexing->compiler, HB0101, sign, "a comment begins with `#`"), sign, "#",
            "as a comment");
}

/* One line of a comment, without the stars and blanks that frame it. */
static const char *comment_line(Lexing *lexing, const char *from, const char *end) {
  from = skip_blanks(from);
  while (from < end && *from == '*') from++;
  from = skip_blanks(from);
  while (end > from && strchr(" \t\r*", end[-1])) end--;
  return end > from ? arena_copy(&lexing->compiler->arena, from, (size_t)(end - from)) : "";
}

static const char *add_comment_line(Arena *arena, const char *text, const char *line,
                                    const char *indent) {
  if (!*text) return arena_format(arena, *line ? "# %s" : "#%s", line);
  return arena_format(arena, *line ? "%s\n%s# %s" : "%s\n%s#%s", text, indent, line);
}

/* The lines of a block comment as lines of the language; those at its two ends only if they say
 * something. */
static const char *comment_text(Lexing *lexing, const char *from, const char *end,
                                const char *indent) {
  const char *text = "";
  for (const char *line = from; line < end;) {
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    const char *stop = newline ? newline : end;
    const char *said = comment_line(lexing, line, stop);
    bool framed = (line == from && newline) || !newline;
    if (*said || !framed) text = add_comment_line(&lexing->compiler->arena, text, said, indent);
    line = newline ? newline + 1 : end;
  }
  return *text ? text : "#";
}

/* What follows a block comment on its line goes to a line of its own. */
static void refuse_block_comment(Lexing *lexing, const Token *token) {
  Arena *arena = &lexing->compiler->arena;
  const char *start = text_at(lexing, token), *end = start + length_of(token);
  const char *line = line_start(lexing, start), *first = skip_blanks(line);
  const char *indent = arena_copy(arena, line, (size_t)(first - line));
  const char *text = comment_text(lexing, start + 2, end - 2, indent), *next = skip_blanks(end);
  bool more = *next && *next != '\n' && *next != '#';
  if (more) text = arena_format(arena, "%s\n%s%s", text, indent, first < start ? "  " : "");
  Span sign = {token->span.start, token->span.start + 2, lexing->number};
  Span whole = {token->span.start, token->span.end + (more ? (uint32_t)(next - end) : 0),
                lexing->number};
  offer_fix(report(lexing->compiler, HB0101, sign, "a comment begins with `#`"), whole, text,
            "as a comment");
}

bool is_foreign_comment(Lexing *lexing, const Token *token, size_t *end) {
  if (token->kind == TOKEN_FOREIGN_COMMENT) {
    refuse_block_comment(lexing, token);
    *end = token->span.end;
    return true;
  }
  if (!begins_line_comment(lexing, token)) return false;
  refuse_line_comment(lexing, token);
  *end = token->span.start + strcspn(text_at(lexing, token), "\n");
  return true;
}

/* ---- numbers ---- */

/* 0x1F and 0b101, or decimal digits without what separates them. */
static const char *decimal(Lexing *lexing, const char *text, size_t length) {
  Arena *arena = &lexing->compiler->arena;
  bool hexadecimal = text[1] == 'x' || text[1] == 'X', binary = text[1] == 'b' || text[1] == 'B';
  if (hexadecimal || binary)
    return arena_format(
        arena, "%llu",
        strtoull(arena_copy(arena, text + 2, length - 2), NULL, hexadecimal ? 16 : 2));
  char *digits = arena_copy(arena, text, length), *to = digits;
  for (const char *from = digits; *from; from++)
    if (*from != '_' && *from != '\'') *to++ = *from;
  *to = '\0';
  return digits;
}

void read_foreign_number(Lexing *lexing, Token *token) {
  const char *text = text_at(lexing, token), *digits = decimal(lexing, text, length_of(token));
  bool quoted = memchr(text, '\'', length_of(token)); /* else: a number and what is no unit */
  hermes_diagnostic *d = report(lexing->compiler, quoted ? HB0104 : HB0401, token->span,
                                "`%.*s` is no number", (int)length_of(token), text);
  hermes_diagnostic_fact(&d->rule, "a number is decimal, and has no separators");
  offer_fix(d, token->span, digits, "as it is written here");
  token->kind = TOKEN_NUMBER;
  token->number = strtod(digits, NULL);
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

/* Signs of the language itself make a foreign one: `**`, `<>`. */
static bool is_made_of_signs(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!strchr("*/<>=~^.:", text[i])) return false;
  return true;
}

static void refuse_sign(Lexing *lexing, Token *token, Span span) {
  const char *text = lexing->source->text + span.start;
  size_t length = span.end - span.start;
  bool fence = *text == '`'; /* Markdown's: what it opens, another one closes */
  token->kind = TOKEN_UNKNOWN;
  if (is_left_to_parser(text, length)) return;
  token->wrong = true;
  if (fence && is_reported(lexing, "`")) {
    lexing->failed = true;
    return;
  }
  hermes_code code = is_made_of_signs(text, length) ? HB0101 : HB0104;
  hermes_diagnostic *d =
      fence ? report(lexing->compiler, code, span, "this has no meaning in a blueprint")
            : report(lexing->compiler, code, span, "`%.*s` has no meaning in a blueprint",
                     (int)length, text);
  int meant = explain_sign(lexing->compiler, d, span);
  if (meant) token->kind = meant;
  lexing->failed |= !meant;
}

/* Behind a comparison, what stands in quotes is meant for a label. */
static bool is_quoted_label(const Token *token, const Token *first, size_t length) {
  return length == 1 && token > first &&
         (token[-1].kind == TOKEN_EQUAL || token[-1].kind == TOKEN_NOT_EQUAL ||
          token[-1].kind == '=' || token[-1].kind == '{');
}

static const char *in_double_quotes(Lexing *lexing, const char *from, const char *end) {
  char *text = arena_alloc(&lexing->compiler->arena, 2 * (size_t)(end - from) + 1), *to = text;
  for (; from < end; from++) {
    if (*from == '"' && from[-1] != '\\') *to++ = '\\';
    *to++ = *from;
  }
  return text;
}

static void refuse_quotes(Lexing *lexing, Token *token, const Token *last, bool label) {
  size_t mark = quote_at(text_at(lexing, token)), end = last->span.end;
  size_t closing = lexing->source->text[end - 1] == '\'' ? 1 : 3;
  token->span = span_join(token->span, last->span);
  const char *inside = text_at(lexing, token) + mark;
  const char *behind = lexing->source->text + end - closing;
  hermes_diagnostic *d =
      report(lexing->compiler, HB0104, token->span,
             label ? "a label stands without quotes" : "strings stand in plain double quotes");
  token->kind = label ? TOKEN_NAME : TOKEN_STRING;
  token->text = arena_copy(&lexing->compiler->arena, inside, (size_t)(behind - inside));
  hermes_fix *fix = hermes_diagnostic_fix(d, label ? "without quotes" : "in double quotes");
  if (label)
    hermes_fix_edit(fix, token->span.start, end, "%s", token->text);
  else
    hermes_fix_edit(fix, token->span.start, end, "\"%s\"",
                    in_double_quotes(lexing, inside, behind));
}

/* A word in which signs stand that programs and keyboards put there: `length\u00b2`, `load\u2265`.
 * Each sign becomes what is written here. */
static bool mend_word_signs(Lexing *lexing, Token *token, size_t ascii) {
  const char *text = token->text;
  size_t length = length_of(token), bytes;
  hermes_diagnostic *d = NULL;
  hermes_fix *fix = NULL;
  for (size_t i = ascii; i < length; i += bytes) {
    bytes = (size_t)utf8_length((const unsigned char *)text + i);
    if (!is_known_sign(text + i, length - i)) continue;
    uint32_t start = token->span.start + (uint32_t)i;
    Span span = {start, start + (uint32_t)bytes, lexing->number};
    if (!d) {
      refuse_sign(lexing, token, span);
      if (length == bytes) return true;
      d = diagnostic_at(lexing->compiler, HB0104, start);
      fix = d && d->fix_count == 1 ? &d->fixes[0] : NULL;
      if (fix && strncmp(fix->edits[0].text, "sqrt", 4) == 0) { /* of what follows in the word */
        hermes_fix_edit(fix, span.end, span.end, "(");
        hermes_fix_edit(fix, token->span.end, token->span.end, ")");
      }
    } else {
      const char *instead = sign_instead(text + i, bytes);
      if (instead)
        hermes_fix_edit(fix, span.start, span.end, "%s",
                        as_a_word(lexing->compiler, span, instead));
    }
  }
  if (d) token->kind = TOKEN_UNKNOWN, lexing->failed = true; /* it is several tokens */
  return d;
}

/* A word may hold any character beyond ASCII, because units do. Elsewhere it is a slip: of the
 * keyboard, or of a program that makes texts pretty. */
static void check_word(Lexing *lexing, Token *token) {
  const char *text = token->text;
  char unit[HERMES_UNIT_TEXT];
  size_t ascii = 0, length = length_of(token);
  while (ascii < length && !((unsigned char)text[ascii] & 0x80)) ascii++;
  if (ascii == length || hermes_unit_symbol(&lexing->compiler->units, text, length)) return;
  if (mend_word_signs(lexing, token, ascii)) return;
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
  if (second->kind == '.' && second[1].kind == TOKEN_NAME && touches(second, second + 1) &&
      hermes_unit_symbol(&lexing->compiler->units, second[1].text, strlen(second[1].text))) {
    offer_fix(d, second->span, " ", "without its point"); /* 20.MHz */
    return;
  }
  uint32_t zero = *text_at(lexing, number) == '.' ? number->span.start : number->span.end;
  offer_fix(d, (Span){zero, zero, number->span.source}, "0", "with a digit");
  number->number = strtod(text_at(lexing, number), NULL);
}

/* |x|: a bar that no operand precedes, and the next one of its line. */
static bool is_magnitude(Lexing *lexing, const Token *first, Token *bar) {
  Token *other = bar + 1;
  bool single = *text_at(lexing, bar) == '|' && length_of(bar) == 1;
  if (!single || bar == first || !strchr("=(+-*/,<>", *text_at(lexing, bar - 1))) return false;
  while (other->kind != 0 && other->kind != ';' && *text_at(lexing, other) != '|') other++;
  if (other->kind != TOKEN_UNKNOWN || length_of(other) != 1) return false;
  hermes_diagnostic *d =
      report(lexing->compiler, HB0104, bar->span, "`|` has no meaning in a blueprint");
  state_rule(d, "a magnitude is `abs(x)`");
  hermes_fix *fix = hermes_diagnostic_fix(d, "as a function");
  hermes_fix_edit(fix, bar->span.start, bar->span.end, "abs(");
  hermes_fix_edit(fix, other->span.start, other->span.end, ")");
  bar->kind = '(';
  other->kind = ')';
  return true;
}

/* In place: tokens only become fewer. */
void mend_tokens(Lexing *lexing) {
  Token *t = lexing->tokens->items;
  size_t count = lexing->tokens->count, to = 0;
  for (size_t i = 0; i < count; i++) {
    Token token = t[i];
    size_t quoted = quoted_length(lexing, &t[i]);
    if (quoted) {
      refuse_quotes(lexing, &token, &t[i + quoted - 1], is_quoted_label(&t[i], t, quoted));
      i += quoted - 1;
    } else if (token.kind == TOKEN_NAME) {
      check_word(lexing, &token);
    } else if (is_half_number(lexing, t, &t[i])) {
      mend_number(lexing, &token, &t[++i]);
    }
    t[to++] = token;
  }
  lexing->tokens->count = to;
  for (size_t i = 0; i < to; i++)
    if (t[i].kind == TOKEN_UNKNOWN && !t[i].wrong && !is_magnitude(lexing, t, &t[i]))
      refuse_sign(lexing, &t[i], t[i].span);
}
