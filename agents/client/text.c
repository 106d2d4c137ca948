/* Texts that grow, and texts made fit to be shown and recorded. */
#include "client/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { FIRST_ROOM = 256 };

void text_add(Arena *arena, Text *text, const char *bytes, size_t length) {
  if (length + 1 > text->room - text->length) {
    size_t room = text->room ? 2 * text->room : FIRST_ROOM;
    while (room < text->length + length + 1) room *= 2;
    char *wider = arena_alloc(arena, room);
    if (text->length > 0) memcpy(wider, text->bytes, text->length);
    text->bytes = wider;
    text->room = room;
  }
  if (length > 0) memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

/* Bytes at `at` that go as they are: one character, or 0 where it is none. */
static size_t sound(const char *at, const char *end) {
  int length = *at ? utf8_length((const unsigned char *)at) : 0;
  return length > 0 && length <= end - at ? (size_t)length : 0;
}

const char *text_clean(Arena *arena, const char *bytes, size_t length, const char *secret) {
  static const char strange[] = "\xEF\xBF\xBD", hidden[] = "***";
  const char *copy = arena_copy(arena, bytes, length), *end = copy + length;
  size_t hide = secret ? strlen(secret) : 0;
  Text clean = {0};
  text_add(arena, &clean, "", 0);
  for (const char *at = copy; at < end;) {
    bool found = hide > 0 && (size_t)(end - at) >= hide && memcmp(at, secret, hide) == 0;
    size_t step = found ? hide : sound(at, end);
    if (found)
      text_add(arena, &clean, hidden, sizeof hidden - 1);
    else
      text_add(arena, &clean, step ? at : strange, step ? step : sizeof strange - 1);
    at += step ? step : 1;
  }
  return clean.bytes;
}

const char *text_excerpt(Arena *arena, const char *text, size_t most) {
  size_t length = strnlen(text, most);
  bool cut = text[length] != '\0';
  while (cut && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
  char *line = arena_format(arena, "%.*s%s", (int)length, text, cut ? "..." : "");
  for (char *at = line; *at; at++)
    if ((unsigned char)*at < ' ' || *at == 0x7F) *at = ' ';
  return line;
}

static bool is_inside_word(char c) {
  return isalnum((unsigned char)c) != 0;
}

bool text_mentions(const char *text, const char *word) {
  size_t length = strlen(word);
  for (const char *at = text; *at; at++)
    if (strncasecmp(at, word, length) == 0 && (at == text || !is_inside_word(at[-1])) &&
        !is_inside_word(at[length]))
      return true;
  return false;
}
