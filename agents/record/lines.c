/* Reading the lines of a record. */
#include "record/lines.h"

#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

size_t whole_lines(const char *text, size_t length) {
  while (length > 0 && text[length - 1] != '\n') length--;
  return length;
}

double last_seconds(const char *text, size_t length) {
  if (length == 0) return 0;
  size_t start = whole_lines(text, length - 1);
  cJSON *line = cJSON_ParseWithLength(text + start, length - start);
  double seconds = number_in(line, "seconds", 0);
  cJSON_Delete(line);
  return seconds;
}

const char *text_in(const cJSON *object, const char *name, const char *otherwise) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  return text ? text : otherwise;
}

double number_in(const cJSON *object, const char *name, double otherwise) {
  const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, name);
  return cJSON_IsNumber(number) ? number->valuedouble : otherwise;
}

bool truth_in(const cJSON *object, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* One line; NULL where it is none of a record. */
static cJSON *read_line(const char *text, size_t length) {
  const char *end;
  cJSON *line = cJSON_ParseWithLengthOpts(text, length, &end, false);
  bool event = text_in(line, "event", NULL) && end + strspn(end, " \t\r\n") >= text + length;
  if (event) return line;
  cJSON_Delete(line);
  return NULL;
}

static bool is_blank(const char *text, size_t length) {
  return strspn(text, " \t\r\n") >= length;
}

/* The number of the line that is none of a record, or 0. */
static uint32_t read_lines(cJSON *events, const char *text, size_t length) {
  uint32_t number = 0;
  for (const char *line = text, *behind; line < text + length; line = behind) {
    const char *end = memchr(line, '\n', (size_t)(text + length - line));
    behind = end ? end + 1 : text + length;
    number++;
    if (is_blank(line, (size_t)(behind - line))) continue;
    cJSON *event = read_line(line, (size_t)(behind - line));
    if (!event && !end) break; /* the last one, cut */
    if (!event) return number;
    cJSON_AddItemToArray(events, event);
  }
  return 0;
}

static cJSON *complain(hermes_diagnostics *diagnostics, const char *path, const char *why,
                       uint32_t line) {
  hermes_diagnostic *d = hermes_report(
      diagnostics, HB0911, &(hermes_place){.file = path, .line = line, .column = 1}, "%s", why);
  hermes_diagnostic_note(d, "records are written by `hermes`: trace.jsonl in the directory of a "
                            "twin, or the file behind --record");
  return NULL;
}

cJSON *record_read(Arena *arena, const char *path, hermes_diagnostics *diagnostics) {
  char *real = realpath(path, NULL);
  Bytes bytes = {0};
  bool read = real && file_read(AT_FDCWD, real, MOST_RECORD_BYTES, &bytes);
  const char *why = strerror(errno);
  free(real);
  if (!read) {
    hermes_report(diagnostics, HB0807, &(hermes_place){.file = path}, "cannot read %s: %s", path,
                  why);
    return NULL;
  }
  char *text = arena_copy(arena, (const char *)bytes.data, bytes.size);
  free(bytes.data);
  cJSON *events = cJSON_CreateArray();
  uint32_t wrong = read_lines(events, text, bytes.size);
  if (wrong == 0 && cJSON_GetArraySize(events) > 0) return events;
  cJSON_Delete(events);
  return complain(diagnostics, path,
                  wrong > 0 ? "this line is no event of a record" : "this record holds no event",
                  wrong);
}
