#define _GNU_SOURCE /* ppoll */

/* Messages: one line of JSON each. */
#include "mcp/mcp.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_BYTES = 1 << 12 };

/* A signal that comes just before the waiting begins must end it all the same: it comes while
 * waiting, or not at all. */
static void wait_for_input(const Input *in) {
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, &before);
  struct pollfd file = {in->file, POLLIN, 0};
  if (!*in->stop) ppoll(&file, 1, NULL, &before);
  sigprocmask(SIG_SETMASK, &before, NULL);
}

static int next_byte(Input *in) {
  if (in->begin == in->end) {
    wait_for_input(in);
    ssize_t got = *in->stop ? 0 : read(in->file, in->bytes, sizeof in->bytes);
    if (got <= 0) return EOF;
    in->begin = 0;
    in->end = (size_t)got;
  }
  return (unsigned char)in->bytes[in->begin++];
}

static Line skip_line(Input *in) {
  int c;
  while ((c = next_byte(in)) != EOF && c != '\n') continue;
  return LINE_TOO_LONG;
}

static bool grow(char **line, size_t *room) {
  size_t wanted = *room ? 2 * *room : FIRST_BYTES;
  char *larger = realloc(*line, wanted);
  if (larger == NULL) return false;
  *line = larger;
  *room = wanted;
  return true;
}

Line line_read(Input *in, char **line, size_t *length) {
  size_t room = 0;
  int c;
  *line = NULL;
  *length = 0;
  while ((c = next_byte(in)) != EOF && c != '\n') {
    bool fits = *length < MOST_LINE_BYTES && (*length + 1 < room || grow(line, &room));
    if (fits)
      (*line)[(*length)++] = (char)c;
    else
      return skip_line(in);
  }
  if (c == EOF && *length == 0) return LINE_END;
  if (room == 0 && !grow(line, &room)) return LINE_TOO_LONG;
  (*line)[*length] = '\0';
  return LINE_GOOD;
}

bool line_write(FILE *out, cJSON *message) {
  if (message == NULL) return true;
  char *text = cJSON_PrintUnformatted(message);
  cJSON_Delete(message);
  if (text) fprintf(out, "%s\n", text);
  cJSON_free(text);
  return text && fflush(out) == 0;
}
