/* Byte offsets -> lines and columns, and which characters of a text may be shown. */
#include <string.h>

#include "place.h"

static bool continues(const char *text, size_t length, size_t at) {
  return at < length && ((unsigned char)text[at] & 0xc0) == 0x80;
}

/* How many bytes a first byte announces, and the smallest code point that needs so many. */
static size_t announced_bytes(unsigned char first, uint32_t *bits, uint32_t *smallest) {
  static const struct form {
    unsigned char mask, pattern;
    uint32_t smallest;
  } FORMS[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
  for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
    if ((first & FORMS[i].mask) != FORMS[i].pattern) continue;
    *bits = first & (unsigned char)~FORMS[i].mask;
    *smallest = FORMS[i].smallest;
    return i + 1;
  }
  return 0;
}

/* Reads one code point; returns its bytes, or 0 where the text holds none. */
static size_t decode(const char *text, size_t length, uint32_t *point) {
  uint32_t smallest = 0;
  size_t bytes = announced_bytes((unsigned char)text[0], point, &smallest);
  for (size_t i = 1; i < bytes; i++) {
    if (!continues(text, length, i)) return 0;
    *point = *point << 6 | ((unsigned char)text[i] & 0x3f);
  }
  bool surrogate = *point >= 0xd800 && *point <= 0xdfff;
  bool sound = bytes > 0 && *point >= smallest && *point <= 0x10ffff && !surrogate;
  return sound ? bytes : 0;
}

/* What must not reach a terminal: controls, and what hides text or turns its direction, so that an
 * excerpt shows the program that is compiled. */
static bool is_visible(uint32_t point) {
  static const uint32_t HIDDEN[][2] = {{0x00, 0x1f},     {0x7f, 0x9f},      {0xad, 0xad},
                                       {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                                       {0xfeff, 0xfeff}, {0xe0000, 0xe007f}};
  for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++) {
    if (point >= HIDDEN[i][0] && point <= HIDDEN[i][1]) return false;
  }
  return true;
}

hermes_character hermes_character_at(const char *text, size_t length) {
  uint32_t point = 0;
  size_t bytes = decode(text, length, &point);
  if (bytes == 0) return (hermes_character){.bytes = 1};
  return (hermes_character){.bytes = bytes, .valid = true, .visible = is_visible(point)};
}

/* Of valid text. */
static size_t count_characters(const char *text, size_t length) {
  size_t count = 0;
  for (size_t at = 0; at < length; at++) count += !continues(text, length, at);
  return count;
}

static size_t line_start(const char *text, size_t at) {
  while (at > 0 && text[at - 1] != '\n') at--;
  return at;
}

/* The line feeds in the first `length` bytes. */
static size_t count_lines(const char *text, size_t length) {
  size_t count = 0;
  const char *end = text + length;
  for (const char *at = text; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++) {
    count++;
  }
  return count;
}

/* Where the line that begins at `start` and holds `at` ends, without its line feed and carriage
 * return. */
static size_t line_end(const char *text, size_t length, size_t start, size_t at) {
  const char *feed = memchr(text + at, '\n', length - at);
  size_t end = feed ? (size_t)(feed - text) : length;
  return end > start && text[end - 1] == '\r' ? end - 1 : end;
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Between where the finder is and `at` lies `between`, of `length` bytes; `ahead` says on which
 * side. */
static void move_finder(hermes_finder *f, size_t at, const char *between, size_t length,
                        bool ahead) {
  size_t feeds = count_lines(between, length);
  if (feeds == 0) {
    size_t characters = count_characters(between, length);
    f->column = ahead ? f->column + characters : f->column - characters;
  } else {
    f->line = ahead ? f->line + feeds : f->line - feeds;
    f->line_start = line_start(f->text, at);
    f->column = 1 + count_characters(f->text + f->line_start, at - f->line_start);
  }
  f->at = at;
}

static void find(hermes_finder *f, const char *text, size_t at) {
  if (f->text != text) *f = (hermes_finder){.text = text, .line = 1, .column = 1};
  if (at >= f->at)
    move_finder(f, at, text + f->at, at - f->at, true);
  else
    move_finder(f, at, text + at, f->at - at, false);
}

static hermes_spot spot_in_text(hermes_finder *f, const hermes_place *place) {
  const char *text = place->text;
  size_t start = smaller(place->start, place->length);
  size_t end = smaller(place->end, place->length);
  if (end < start) end = start;
  find(f, text, start);
  size_t line = f->line_start, length = line_end(text, place->length, line, start) - line;
  hermes_spot spot = {
      .line = f->line,
      .column = f->column,
      .line_text = text + line,
      .line_length = length,
      .from = smaller(start - line, length),
      .to = smaller(end - line, length),
  };
  find(f, text, end);
  spot.end_line = f->line;
  spot.end_column = f->column;
  return spot;
}

hermes_spot hermes_spot_of(hermes_finder *finder, const hermes_place *place) {
  if (place->text) return spot_in_text(finder, place);
  return (hermes_spot){.line = place->line, .column = place->column};
}
