/* Parsing around a hole: see hole.h. The tokens in front of it are pushed, bison is asked what may
 * follow, a name is pushed in the place of what is to come, and then the rest. */
#include "editor/hole.h"
#include "syntax/parse.h"

#include <string.h>

const char hole_name[] = "";

typedef struct Halves {
  Compiler *compiler;
  Hole *hole;
  Tokens head, tail; /* what ends before the word, and what begins behind it */
} Halves;

/* ---- the word at the offset ---- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool in_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         ((unsigned char)c & 0x80);
}

/* In `20M` the digits are a number of their own. */
static void find_word(Compiler *compiler, size_t offset, Hole *hole) {
  const Source *source = compiler->sources[0];
  size_t start = offset, end = offset;
  while (start > 0 && in_word(source->text[start - 1])) start--;
  while (start < offset && is_digit(source->text[start])) start++;
  while (start < offset && end < source->length && in_word(source->text[end])) end++;
  hole->word = (Span){(uint32_t)start, (uint32_t)end, 0};
  hole->typed = arena_copy(&compiler->arena, source->text + start, offset - start);
}

/* ---- the two halves ---- */

/* The tokens of the text up to `length`, as if it ended there; the end itself is left out. */
static Tokens tokens_before(Compiler *compiler, size_t length) {
  Source *whole = compiler->sources[0], part = *whole;
  Tokens tokens;
  part.text = arena_copy(&compiler->arena, whole->text, length);
  part.length = length;
  compiler->sources[0] = &part;
  tokenize(compiler, 0, &tokens);
  compiler->sources[0] = whole;
  tokens.count--;
  return tokens;
}

static Tokens tokens_behind(Compiler *compiler, size_t offset) {
  Tokens tokens;
  tokenize(compiler, 0, &tokens);
  while (tokens.count > 1 && tokens.items->span.start < offset) tokens.items++, tokens.count--;
  return tokens;
}

static const Token *last_of(const Tokens *tokens) {
  return tokens->count > 0 ? &tokens->items[tokens->count - 1] : NULL;
}

static bool on_one_line(const Halves *h, const Token *token) {
  const char *text = h->compiler->sources[0]->text + token->span.end;
  return !memchr(text, '\n', h->hole->word.start - token->span.end);
}

/* Comments are no tokens, and a string left open is one that is wrong. */
static void look_behind(Halves *h) {
  const char *text = h->compiler->sources[0]->text;
  const Token *last = last_of(&h->head);
  size_t from = last ? last->span.end : 0, to = h->hole->word.start;
  for (size_t i = from; i < to; i++) {
    if (text[i] == '#') h->hole->in_comment = true;
    if (text[i] == '\n') h->hole->in_comment = false;
  }
  h->hole->in_string = last && last->kind == TOKEN_STRING && last->wrong && last->span.end == to &&
                       on_one_line(h, last);
}

/* How many tokens at the end of the head are the number that a unit here would belong to: `20`, or
 * `20 Mbit` and its sign; 0 where no unit can stand. */
static size_t number_length(const Halves *h) {
  const Token *last = last_of(&h->head);
  if (!last || !on_one_line(h, last)) return 0;
  if (last->kind == TOKEN_NUMBER) return 1;
  bool sign = (last->kind == '/' || last->kind == '*') && h->head.count > 1 &&
              last->span.end == h->hole->word.start;
  return sign && last[-1].kind == TOKEN_QUANTITY && last[-1].span.end == last->span.start ? 2 : 0;
}

/* ---- pushing ---- */

static void push_word(Driver *driver, Arena *arena, int kind, const char *text, Span span) {
  Token *token = ARENA_ARRAY(arena, Token, 2); /* the next one is looked at, too */
  *token =
      (Token){.kind = kind, .span = span, .text = text, .number = 1, .unit = hermes_unit_one()};
  push_token(driver, token);
}

static Span place_of_hole(const Halves *h) {
  return (Span){h->hole->word.start, h->hole->word.start, 0};
}

static bool open_at_hole(Halves *h, Driver *driver, size_t dropped) {
  if (!driver_open(driver, h->compiler, 0, &h->head)) return false;
  push_tokens(driver, h->head.items, h->head.count - dropped);
  return true;
}

static void push_hole(Halves *h, Driver *driver) {
  push_word(driver, &h->compiler->arena, TOKEN_NAME, hole_name, place_of_hole(h));
}

static bool ask(Halves *h) {
  Driver driver;
  Hole *hole = h->hole;
  if (!open_at_hole(h, &driver, 0)) return false;
  hole->following_count = blueprint_following(driver.state, hole->following, MAX_FOLLOWING);
  hole->unclear = driver.recovering;
  hole->takes_name = expects(&driver, TOKEN_NAME);
  driver_close(&driver);
  return true;
}

/* Missing braces at the end of the file, so that what stands in them is kept. */
static void close_and_end(Halves *h, Driver *driver, const Token *end) {
  for (const Token *open; (open = innermost(driver)) && open->kind == '{' && expects(driver, '}');)
    push_word(driver, &h->compiler->arena, '}', "", end->span);
  push_token(driver, end);
}

static void push_rest(Halves *h, Driver *driver, const Token *rest) {
  for (; rest->kind != 0; rest++) push_token(driver, rest);
  close_and_end(h, driver, rest);
}

/* ---- the shortest road to the end of the statement ---- */

/* What is pushed first of what may stand next. A name stands for any expression. */
static const int roads[] = {';',          TOKEN_NAME,       TOKEN_THEN,
                            TOKEN_ELSE,   TOKEN_IN,         ':',
                            '=',          TOKEN_RANGE,      '{',
                            TOKEN_STRING, TOKEN_ARROW,      TOKEN_KW_FROM,
                            TOKEN_KW_TO,  TOKEN_KW_BY,      TOKEN_KW_TABLE,
                            TOKEN_NUMBER, TOKEN_KW_BLOCK,   TOKEN_KW_ANY,
                            '(',          TOKEN_KW_MAXIMIZE};

static int next_on_road(const Driver *driver) {
  const Token *open = innermost(driver);
  if (open && open->kind != '{' && expects(driver, closing_of(open))) return closing_of(open);
  if (open && open->kind == '{' && expects(driver, '}') && !expects(driver, ';')) return '}';
  for (size_t i = 0; i < sizeof roads / sizeof *roads; i++)
    if (expects(driver, roads[i])) return roads[i];
  return 0;
}

/* Ends with a `;`, or a `}` of the statement's own. */
static void complete_statement(Halves *h, Driver *driver, int depth) {
  enum { LONGEST = 2 * MAX_OPEN };
  for (int i = 0; i < LONGEST && !driver->over; i++) {
    int kind = next_on_road(driver);
    if (kind == 0 || (kind == '}' && driver->open_count <= depth)) return;
    push_word(driver, &h->compiler->arena, kind, "", place_of_hole(h));
    if ((kind == ';' || kind == '}') && driver->open_count <= depth) return;
  }
}

/* Where the next statement or declaration begins in the text behind the hole. */
static const Token *next_statement(const Driver *driver, const Token *token) {
  const char *text = driver->parser.compiler->sources[0]->text;
  int open = 0;
  for (;; token++) {
    if (token->kind == 0 || (token->kind == '}' && open == 0)) return token;
    if (token->kind == ';' && open == 0) return token + 1;
    bool starts = token->span.start == 0 || strchr("\n \t", text[token->span.start - 1]);
    if (starts && (begins_declaration(token) || begins_statement(token))) return token;
    open += (token->kind == '{') - (token->kind == '}');
  }
}

static int body_depth(const Driver *driver) {
  int depth = driver->open_count > MAX_OPEN ? MAX_OPEN : driver->open_count;
  while (depth > 0 && (driver->open[depth - 1]->kind != '{' || driver->is_set[depth - 1])) depth--;
  return depth;
}

/* ---- is the hole in the tree? ---- */

/* What was reported from the hole to the end of its statement tells whether it was kept: bison
 * drops what it cannot read. The token behind the statement may show that it had not ended. */
static bool reads_on(Halves *h, Driver *driver, const Token *rest) {
  size_t errors = h->compiler->diagnostics.errors;
  const Token *end = next_statement(driver, rest);
  bool ends = end->kind != 0 || (end > rest && end[-1].kind == ';');
  for (; rest < end; rest++) push_token(driver, rest);
  if (end->kind != 0 && !driver->recovering) push_token(driver, end++);
  bool good = ends && !driver->recovering && h->compiler->diagnostics.errors == errors;
  push_rest(h, driver, end);
  return good;
}

static bool parse_from(Halves *h, size_t dropped, const Token *rest) {
  Driver driver;
  if (!open_at_hole(h, &driver, dropped)) return false;
  push_hole(h, &driver);
  bool good = reads_on(h, &driver, rest);
  driver_close(&driver);
  return good;
}

static bool parse_whole(Halves *h, size_t dropped) {
  return parse_from(h, dropped, h->tail.items);
}

/* Behind the bracket that closes this one, or where it is not closed in this statement. */
static const Token *behind_brackets(const Token *token) {
  int open = 0;
  for (;; token++) {
    if (token->kind == 0 || token->kind == ';' || token->kind == '{') return token;
    open += (token->kind == '(' || token->kind == '[') - (token->kind == ')' || token->kind == ']');
    if (open == 0) return token + 1;
  }
}

/* Behind rx[u, server[u]], c.tx_power, lin(x) or 20 MHz. */
static const Token *behind_operand(const Token *token) {
  bool operand =
      token->kind == TOKEN_NAME || token->kind == TOKEN_NUMBER || token->kind == TOKEN_QUANTITY;
  if (operand) token++;
  while (operand && (token->kind == '(' || token->kind == '[' ||
                     (token->kind == '.' && token[1].kind == TOKEN_NAME)))
    token = token->kind == '.' ? token + 2 : behind_brackets(token);
  return token;
}

/* An operand behind the hole may be what is to be replaced: a diagnostic points at its beginning.
 */
static bool parse_instead(Halves *h, size_t dropped) {
  const Token *rest = behind_operand(h->tail.items);
  return rest > h->tail.items && parse_from(h, dropped, rest);
}

static bool parse_completed(Halves *h, size_t dropped) {
  Driver driver;
  if (!open_at_hole(h, &driver, dropped)) return false;
  int depth = body_depth(&driver);
  push_hole(h, &driver);
  complete_statement(h, &driver, depth);
  bool good = !driver.over && !driver.recovering;
  push_rest(h, &driver, next_statement(&driver, h->tail.items));
  driver_close(&driver);
  return good;
}

/* A tree without the hole, for what else there is to know. */
static bool parse_without(Halves *h) {
  Driver driver;
  if (!open_at_hole(h, &driver, 0)) return false;
  push_rest(h, &driver, h->tail.items);
  driver_close(&driver);
  return true;
}

bool parse_around(Compiler *compiler, size_t offset, Hole *hole) {
  *hole = (Hole){0};
  find_word(compiler, offset, hole);
  Halves h = {.compiler = compiler, .hole = hole};
  h.tail = tokens_behind(compiler, hole->word.end);
  h.head = tokens_before(compiler, hole->word.start);
  if (h.head.cut || h.tail.cut) return false;
  look_behind(&h);
  if (!ask(&h)) return false;
  size_t number = number_length(&h);
  bool outside = !hole->in_comment && !hole->in_string;
  hole->takes_unit = number > 0 && outside;
  hole->in_tree =
      outside && (hole->takes_name || hole->takes_unit) &&
      (parse_whole(&h, number) || parse_instead(&h, number) || parse_completed(&h, number));
  if (!hole->in_tree && !parse_without(&h)) return false;
  return !compiler->trees[0]->too_deep;
}
