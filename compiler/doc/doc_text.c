/* Text of a blueprint, made fit for a page: nothing hidden in it, nothing that takes a page apart.
 */
#include "doc/doc.h"

#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* ---- characters ---- */

static uint32_t decode(const char *text, int bytes) {
  static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t code = (unsigned char)text[0] & masks[bytes];
  for (int i = 1; i < bytes; i++) code = code << 6 | ((unsigned char)text[i] & 0x3F);
  return code;
}

/* Controls, and what changes the look of other characters without a look of its own: a reader must
 * see what the compiler saw. Also what XML does not allow. */
static bool is_hidden(uint32_t code) {
  static const uint32_t ranges[][2] = {
      {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x61C, 0x61C},      {0x180E, 0x180E},
      {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},   {0xD800, 0xDFFF},    {0xFE00, 0xFE0F},
      {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFF}, {0x1FFFE, 0x1FFFF}, {0xE0000, 0x10FFFF},
  };
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (code >= ranges[i][0] && code <= ranges[i][1]) return true;
  return false;
}

Glyph glyph_at(const char *text) {
  Glyph glyph = {.bytes = utf8_length((const unsigned char *)text)};
  uint32_t code = glyph.bytes > 0 ? decode(text, glyph.bytes) : 0;
  if (glyph.bytes == 0) glyph.bytes = 1;
  glyph.wide = code >= 0x300;
  if (is_hidden(code))
    memcpy(glyph.text, replacement, sizeof replacement);
  else
    memcpy(glyph.text, text, (size_t)glyph.bytes);
  return glyph;
}

double glyph_columns(const char *text) {
  double columns = 0;
  for (Glyph glyph; *text != '\0'; text += glyph.bytes) {
    glyph = glyph_at(text);
    columns += glyph.wide ? 2 : 1;
  }
  return columns;
}

const char *short_text(Arena *arena, const char *text, int columns) {
  if (glyph_columns(text) <= columns) return text;
  const char *end = text;
  for (double used = 0;;) {
    Glyph glyph = glyph_at(end);
    used += glyph.wide ? 2 : 1;
    if (used > columns - 1) break;
    end += glyph.bytes;
  }
  return arena_format(arena, "%.*s\xE2\x80\xA6", (int)(end - text), text);
}

/* ---- lines ---- */

static bool is_blank(char c) {
  return c != '\0' && strchr(" \t\r\n\f\v", c) != NULL;
}

typedef struct Line {
  char *text;
  size_t length;
} Line;

static void add_glyph(Line *line, const char *text) {
  size_t bytes = strlen(text);
  memcpy(line->text + line->length, text, bytes + 1);
  line->length += bytes;
}

static void add_blank(Line *line) {
  if (line->length > 0 && line->text[line->length - 1] != ' ') add_glyph(line, " ");
}

/* Each byte becomes at most the three of U+FFFD. */
static Line line_new(Arena *arena, size_t length) {
  return (Line){arena_alloc(arena, 3 * length + 1), 0};
}

static const char *line_end(Line *line) {
  while (line->length > 0 && line->text[line->length - 1] == ' ') line->text[--line->length] = '\0';
  return line->text;
}

const char *clean_text(Arena *arena, const char *text) {
  Line line = line_new(arena, strlen(text));
  for (int bytes; *text != '\0'; text += bytes) {
    Glyph glyph = glyph_at(text);
    bytes = glyph.bytes;
    if (is_blank(*text))
      add_blank(&line);
    else
      add_glyph(&line, glyph.text);
  }
  return line_end(&line);
}

/* A comment needs no string to be told from: expressions and types hold none. */
const char *source_line(const Compiler *compiler, Span span) {
  const char *text = compiler->sources[span.source]->text;
  Line line = line_new((Arena *)&compiler->arena, span.end - span.start);
  for (uint32_t at = span.start; at < span.end;) {
    Glyph glyph = glyph_at(text + at);
    if (text[at] == '#') {
      while (at < span.end && text[at] != '\n') at++;
      continue;
    }
    if (is_blank(text[at]))
      add_blank(&line);
    else
      add_glyph(&line, glyph.text);
    at += (uint32_t)glyph.bytes;
  }
  return line_end(&line);
}

static const char *written_type(const Compiler *compiler, const TypeExpr *type) {
  return type == NULL ? "" : source_line(compiler, type->span);
}

static const char *written_range(const Compiler *compiler, const DomainExpr *range) {
  Arena *arena = (Arena *)&compiler->arena;
  return range == NULL ? "" : arena_format(arena, " in %s", source_line(compiler, range->span));
}

const char *function_signature(const Compiler *compiler, const Decl *function) {
  Arena *arena = (Arena *)&compiler->arena;
  const char *text = arena_format(arena, "%s(", function->name.text);
  for (const Item *item = function->items; item != NULL; item = item->next)
    text = arena_format(arena, "%s%s%s: %s%s", text, item == function->items ? "" : ", ",
                        item->name.text, written_type(compiler, item->type),
                        written_range(compiler, item->domain));
  text = arena_format(arena, "%s) -> %s", text, written_type(compiler, function->result));
  for (const NameList *name = function->generics; name != NULL; name = name->next)
    text = arena_format(arena, "%s%s %s", text, name == function->generics ? " for any" : ",",
                        name->name.text);
  return text;
}

/* ---- code ---- */

static uint32_t indentation(const char *text, uint32_t start) {
  uint32_t line = start;
  while (line > 0 && text[line - 1] != '\n') line--;
  return start - line;
}

static uint32_t skip_indentation(const char *text, uint32_t at, uint32_t end, uint32_t most) {
  for (uint32_t skipped = 0; skipped < most && at < end && text[at] == ' '; skipped++) at++;
  return at;
}

const char *source_code(const Compiler *compiler, Span span, uint32_t **offsets) {
  Arena *arena = (Arena *)&compiler->arena;
  const char *text = compiler->sources[span.source]->text;
  uint32_t indented = indentation(text, span.start);
  Line line = line_new(arena, span.end - span.start);
  *offsets = ARENA_ARRAY(arena, uint32_t, 3 * (span.end - span.start) + 1);
  for (uint32_t at = span.start; at < span.end;) {
    Glyph glyph = glyph_at(text + at);
    for (int i = 0; i < 4; i++)
      if (line.length + (size_t)i < 3 * (size_t)(span.end - span.start))
        (*offsets)[line.length + (size_t)i] = at;
    bool kept = text[at] == '\n' || text[at] == '\t';
    if (text[at] != '\r') add_glyph(&line, kept ? (char[]){text[at], '\0'} : glyph.text);
    at += (uint32_t)glyph.bytes;
    if (text[at - 1] == '\n') at = skip_indentation(text, at, span.end, indented);
  }
  return line.text;
}

/* ---- doc strings ---- */

/* Where a word of its own begins, as sentences do: at the beginning or behind a blank. */
static const char *find_word(const char *text, const char *word) {
  for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
    if (at == text || at[-1] == ' ') return at;
  return NULL;
}

static const char *until(Arena *arena, const char *start, const char *a, const char *b) {
  const char *end = start + strlen(start);
  if (a != NULL && a > start && a < end) end = a;
  if (b != NULL && b > start && b < end) end = b;
  while (end > start && end[-1] == ' ') end--;
  return arena_copy(arena, start, (size_t)(end - start));
}

DocText read_doc(Arena *arena, const char *doc) {
  static const char source_word[] = "Source: ", example_word[] = "Example: ";
  const char *text = clean_text(arena, doc == NULL ? "" : doc);
  const char *source = find_word(text, source_word), *example = find_word(text, example_word);
  DocText parts = {"", "", ""};
  parts.meaning = source == text || example == text ? "" : until(arena, text, source, example);
  if (source != NULL) parts.source = until(arena, source + sizeof source_word - 1, example, NULL);
  if (example != NULL)
    parts.example = until(arena, example + sizeof example_word - 1, source, NULL);
  return parts;
}
