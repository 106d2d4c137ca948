/* Tokens and the comments between them become pieces: how each stands to its neighbours on one
 * line, and which of them begin a line whatever happens. */
#include "format/format.h"

#include "blueprint.tab.h"

#include <string.h>

/* ---- text ---- */

static int characters_of(const char *text, int length) {
  int count = 0;
  for (int i = 0; i < length; i++) count += ((unsigned char)text[i] & 0xC0) != 0x80;
  return count;
}

/* Of the number that a quantity begins with: all but its unit and the blanks before that. */
static int number_length(const char *text) {
  size_t length = strspn(text, "0123456789.");
  if (text[length] != 'e' && text[length] != 'E') return (int)length;
  size_t sign = text[length + 1] == '+' || text[length + 1] == '-';
  size_t digits = strspn(text + length + 1 + sign, "0123456789");
  return (int)(digits > 0 ? length + 1 + sign + digits : length);
}

/* One blank stands between a number and its unit. */
static void space_unit(const Layout *layout, Piece *piece) {
  int number = number_length(piece->text);
  int unit = number + (int)strspn(piece->text + number, " \t\r\f");
  if (unit == number + 1 && piece->text[number] == ' ') return;
  piece->text = arena_format(&layout->compiler->arena, "%.*s %.*s", number, piece->text,
                             piece->length - unit, piece->text + unit);
  piece->length += number + 1 - unit;
}

/* ---- neighbours ---- */

static const struct {
  bool left, right;
} joins[] = {
    ['('] = {false, true}, [')'] = {true, false}, ['['] = {true, true},  [']'] = {true, false},
    ['.'] = {true, true},  ['^'] = {true, true},  [','] = {true, false}, [';'] = {true, false},
    ['+'] = {false, true}, ['-'] = {false, true}, /* signs, until the tree says otherwise */
};

static void make_piece(const Layout *layout, Piece *piece, const Token *token) {
  piece->kind = token->kind;
  piece->start = token->span.start;
  piece->end = token->span.end;
  piece->text = layout->source->text + token->span.start;
  piece->length = (int)(token->span.end - token->span.start);
  if (token->kind == TOKEN_QUANTITY) space_unit(layout, piece);
  piece->width = characters_of(piece->text, piece->length);
  if (token->kind < 0 || (size_t)token->kind >= sizeof joins / sizeof *joins) return;
  piece->joins_left = joins[token->kind].left;
  piece->joins_right = joins[token->kind].right;
}

/* ---- comments ---- */

/* A comment that stands before a `;` or a comma stands behind it from now on. */
static int commented_piece(const Layout *layout, int i) {
  while (layout->pieces[i].kind == ';' || layout->pieces[i].kind == ',') i++;
  return i;
}

static void keep_comment(Layout *layout, int i, Comment comment, bool own_line) {
  int at = commented_piece(layout, i);
  Comment *kept = ARENA_NEW(&layout->compiler->arena, Comment);
  *kept = comment;
  if (!own_line && at > 0 && !layout->pieces[at - 1].behind)
    layout->pieces[at - 1].behind = kept;
  else
    LIST_APPEND(Comment, layout->pieces[at].above, kept);
}

static Comment comment_at(const char *text, const char *end) {
  while (end > text && strchr(" \t\r\f", end[-1])) end--;
  return (Comment){.text = text, .length = (int)(end - text)};
}

/* What stands between a piece and the one before it. */
static void read_gap(Layout *layout, int i) {
  Piece *piece = &layout->pieces[i];
  const char *text = layout->source->text, *end = text + piece->start;
  const char *at = i > 0 ? text + piece[-1].end : text;
  int lines = i == 0;
  for (; at < end; at++) {
    if (*at == '\n') lines++;
    if (*at != '#') continue;
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if (!stop) stop = end;
    Comment comment = comment_at(at, stop);
    comment.blank = lines > 1;
    keep_comment(layout, i, comment, lines > 0);
    lines = 0;
    at = stop - 1;
  }
  piece->blank = lines > 1;
}

/* ---- lines ---- */

static bool opens_set(const Piece *brace) {
  int before = brace[-1].kind;
  return before == ':' || before == TOKEN_IN || before == TOKEN_ARROW;
}

/* Says of each brace whether it is a body's, and how those of sets stand to their neighbours. */
static void read_braces(Layout *layout) {
  bool in_set = false;
  for (int i = 1; i < layout->count; i++) {
    Piece *piece = &layout->pieces[i];
    if (piece->kind == '{') in_set = piece->joins_right = opens_set(piece);
    if (piece->kind == '}') piece->joins_left = in_set;
    piece->body = !in_set && (piece->kind == '{' || piece->kind == '}');
    if (piece->kind == '}') in_set = false;
  }
}

static bool ends_body(const Piece *piece) {
  return piece->body && piece->kind == '}';
}

static bool begins_line(const Layout *layout, int i) {
  const Piece *piece = &layout->pieces[i], *before = piece - 1;
  if (i == 0 || piece->kind == 0) return true;
  if (before->body && before->kind == '{')
    return !ends_body(piece) || before->behind || piece->above; /* an empty body: `{ }` */
  return before->body || before->kind == ';';
}

/* A body neither begins nor ends with a blank line. */
static void trim_blank(Layout *layout, int i) {
  Piece *piece = &layout->pieces[i];
  bool first = i == 0 || (piece[-1].body && piece[-1].kind == '{');
  bool last = ends_body(piece) || piece->kind == 0;
  if (first && piece->above) piece->above->blank = false;
  if ((first && !piece->above) || last) piece->blank = false;
}

static void begin_line(Layout *layout, int i, int indent) {
  Piece *piece = &layout->pieces[i];
  piece->begins_line = piece->must_break = true;
  piece->indent = indent;
  trim_blank(layout, i);
  if (piece->kind == TOKEN_IN) piece[1].wide = true; /* `in  a;` above `out b`, `let c` */
}

static void find_lines(Layout *layout) {
  int indent = 0;
  for (int i = 0; i < layout->count; i++) {
    Piece *piece = &layout->pieces[i];
    if (ends_body(piece)) indent -= INDENT;
    if (begins_line(layout, i))
      begin_line(layout, i, indent);
    else
      piece->must_break = piece->above || piece[-1].behind;
    if (piece->body && piece->kind == '{') {
      indent += INDENT;
      piece->may_break = true;
      piece->shift = -INDENT;
    }
  }
}

void format_pieces(Layout *layout, const Tree *tree) {
  layout->count = (int)tree->token_count;
  layout->pieces = ARENA_ARRAY(&layout->compiler->arena, Piece, layout->count);
  for (int i = 0; i < layout->count; i++) make_piece(layout, &layout->pieces[i], &tree->tokens[i]);
  for (int i = 0; i < layout->count; i++) read_gap(layout, i);
  read_braces(layout);
  find_lines(layout);
}
