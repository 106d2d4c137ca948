/* Messages: headers, an empty line, and so many bytes of JSON. */
#include "editor/lsp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_BYTES = 1024 };

/* A line of the head without its end; of a longer one the beginning. False at the end of the input.
 */
static bool read_line(FILE *in, char *line) {
  size_t length = 0;
  int c;
  while ((c = getc(in)) != EOF && c != '\n')
    if (c != '\r' && length + 1 < LINE_BYTES) line[length++] = (char)c;
  line[length] = '\0';
  return c != EOF;
}

/* Of a header that says how long the body is; -1 where it says nothing that can be. */
static long long length_in(const char *line) {
  static const char name[] = "Content-Length:";
  char *end;
  if (strncasecmp(line, name, sizeof name - 1) != 0) return -1;
  const char *number = line + sizeof name - 1 + strspn(line + sizeof name - 1, " \t");
  long long length = *number >= '0' && *number <= '9' ? strtoll(number, &end, 10) : -1;
  return length >= 0 && end[strspn(end, " \t")] == '\0' ? length : -1;
}

/* Reads past empty lines between messages. */
static bool read_head(FILE *in, long long *length) {
  char line[LINE_BYTES];
  bool begun = false;
  *length = -1;
  while (read_line(in, line)) {
    if (*line == '\0' && begun) return true;
    if (*line == '\0') continue;
    begun = true;
    if (*length < 0) *length = length_in(line);
  }
  return false;
}

static Reading skip(FILE *in, long long length) {
  while (length > 0 && getc(in) != EOF) length--;
  return length == 0 ? READING_TOO_LARGE : READING_END;
}

Reading read_message(FILE *in, char **body, size_t *length) {
  long long announced;
  *body = NULL;
  if (!read_head(in, &announced)) return READING_END;
  if (announced < 0) return READING_BROKEN;
  if (announced > MAX_MESSAGE) return skip(in, announced);
  *length = (size_t)announced;
  *body = malloc(*length + 1);
  if (*body == NULL) return skip(in, announced);
  if (fread(*body, 1, *length, in) != *length) {
    free(*body);
    *body = NULL;
    return READING_END;
  }
  (*body)[*length] = '\0';
  return READING_GOOD;
}

void write_message(FILE *out, cJSON *message) {
  char *text = cJSON_PrintUnformatted(message);
  if (text != NULL) fprintf(out, "Content-Length: %zu\r\n\r\n%s", strlen(text), text);
  fflush(out);
  free(text);
  cJSON_Delete(message);
}

void notify(Server *server, const char *method, cJSON *params) {
  cJSON *message = cJSON_CreateObject();
  cJSON_AddStringToObject(message, "jsonrpc", "2.0");
  cJSON_AddStringToObject(message, "method", method);
  cJSON_AddItemToObject(message, "params", params);
  write_message(server->out, message);
}
