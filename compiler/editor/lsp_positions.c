/* Places: offsets in bytes for the compiler, lines and columns for editors, whose columns count
 * units of UTF-16 unless they agreed on bytes; and file names, which are URIs for editors. */
#include "editor/lsp.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines: they end in \n, \r\n or \r ---- */

static bool ends_line(const Text *text, size_t at) {
  return text->bytes[at] == '\n' ||
         (text->bytes[at] == '\r' && (at + 1 == text->length || text->bytes[at + 1] != '\n'));
}

bool text_open(Text *text, const char *bytes, size_t length) {
  static const char mark[] = "\xEF\xBB\xBF";
  *text = (Text){.bytes = bytes, .length = length};
  size_t count = 1;
  for (size_t i = 0; i < length; i++) count += ends_line(text, i);
  text->lines = malloc(count * sizeof *text->lines);
  if (text->lines == NULL) return false;
  text->lines[text->line_count++] = 0;
  for (size_t i = 0; i < length; i++)
    if (ends_line(text, i)) text->lines[text->line_count++] = (uint32_t)i + 1;
  if (length >= sizeof mark - 1 && memcmp(bytes, mark, sizeof mark - 1) == 0)
    text->mark = sizeof mark - 1;
  return true;
}

void text_close(Text *text) {
  free(text->lines);
  *text = (Text){0};
}

/* Behind the last character of a line. */
static size_t end_of_line(const Text *text, size_t line) {
  size_t end = line + 1 < text->line_count ? text->lines[line + 1] : text->length;
  while (end > text->lines[line] && strchr("\r\n", text->bytes[end - 1])) end--;
  return end;
}

/* ---- characters ---- */

/* What is no UTF-8 counts as one character for each byte. */
static size_t character_bytes(const Text *text, size_t at) {
  int length = utf8_length((const unsigned char *)text->bytes + at);
  return length == 0 || at + (size_t)length > text->length ? 1 : (size_t)length;
}

static size_t character_width(const Server *server, size_t bytes) {
  return server->utf8 ? bytes : bytes == 4 ? 2 : 1;
}

static double number_in(const cJSON *object, const char *key) {
  const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, key);
  double value = cJSON_IsNumber(number) ? number->valuedouble : 0;
  return value > 0 ? value : 0;
}

size_t text_offset(const Server *server, const Text *text, const cJSON *position) {
  double line = number_in(position, "line"), column = number_in(position, "character");
  if (line >= (double)text->line_count) return text->length - text->mark;
  size_t at = text->lines[(size_t)line], end = end_of_line(text, (size_t)line);
  for (double passed = 0; at < end;) {
    size_t bytes = character_bytes(text, at);
    passed += (double)character_width(server, bytes);
    if (passed > column) break;
    at += bytes;
  }
  return at < text->mark ? 0 : at - text->mark;
}

static size_t line_at(const Text *text, size_t at) {
  size_t low = 0, high = text->line_count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (text->lines[middle] <= at)
      low = middle;
    else
      high = middle;
  }
  return low;
}

cJSON *text_position(const Server *server, const Text *text, size_t offset) {
  size_t at = offset + text->mark < text->length ? offset + text->mark : text->length;
  size_t line = line_at(text, at), column = 0;
  for (size_t i = text->lines[line]; i < at;) {
    size_t bytes = character_bytes(text, i);
    column += character_width(server, bytes);
    i += bytes;
  }
  cJSON *position = cJSON_CreateObject();
  cJSON_AddNumberToObject(position, "line", (double)line);
  cJSON_AddNumberToObject(position, "character", (double)column);
  return position;
}

Span without_blanks(const Source *source, Span span) {
  for (;;) {
    span.start += (uint32_t)strspn(source->text + span.start, " \t\r\n\f");
    if (source->text[span.start] != '#') return span;
    span.start += (uint32_t)strcspn(source->text + span.start, "\n");
  }
}

cJSON *text_range(const Server *server, const Text *text, size_t start, size_t end) {
  cJSON *range = cJSON_CreateObject();
  cJSON_AddItemToObject(range, "start", text_position(server, text, start));
  cJSON_AddItemToObject(range, "end", text_position(server, text, end < start ? start : end));
  return range;
}

/* ---- URIs ---- */

static int hex_digit(char c) {
  static const char digits[] = "0123456789abcdef0123456789ABCDEF";
  const char *at = c == '\0' ? NULL : strchr(digits, c);
  return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* file:///a%20b, also with the name of this machine between the slashes. */
char *path_of_uri(const char *uri) {
  static const char scheme[] = "file://";
  char *path = malloc(strlen(uri) + 1), *to = path;
  if (path == NULL) return NULL;
  if (strncmp(uri, scheme, sizeof scheme - 1) != 0) return strcpy(path, uri);
  for (uri += sizeof scheme - 1; *uri != '\0' && *uri != '/';) uri++;
  while (*uri != '\0') {
    int high = *uri == '%' ? hex_digit(uri[1]) : -1;
    int low = high < 0 ? -1 : hex_digit(uri[2]);
    bool escaped = low >= 0 && high + low > 0;
    *to++ = escaped ? (char)(high * 16 + low) : *uri;
    uri += escaped ? 3 : 1;
  }
  *to = '\0';
  return path;
}
