/* Writing the record of a run: each event is one line, put there by one write, so that a run that
 * is stopped or killed leaves whole lines, but perhaps for the last. Going on with a record drops
 * what is left of such a line, and its clock goes on from the last event. */
#include "record/trace.h"

#include "native/build.h"
#include "record/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct Trace {
  const char *path;
  int file;
  double start; /* of the clock, in seconds, when the run began */
  bool broken;  /* a write failed: reported once */
  hermes_diagnostics *diagnostics;
};

static double clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void complain(Trace *trace, const char *why) {
  hermes_diagnostic_note(hermes_report(trace->diagnostics, HB0823,
                                       &(hermes_place){.file = trace->path},
                                       "the record cannot be written: %s", why),
                         "the run cannot be replayed or resumed without its record");
  trace->broken = true;
}

/* Takes what a killed run left of its last line away, and goes on with its clock. */
static bool go_on(Trace *trace) {
  Bytes bytes;
  if (!file_read(AT_FDCWD, trace->path, MOST_RECORD_BYTES, &bytes)) return errno == ENOENT;
  size_t whole = whole_lines((const char *)bytes.data, bytes.size);
  double seconds = last_seconds((const char *)bytes.data, whole);
  free(bytes.data);
  trace->start -= seconds;
  return ftruncate(trace->file, (off_t)whole) == 0;
}

Trace *trace_open(Arena *arena, const char *path, bool append, hermes_diagnostics *diagnostics) {
  Trace *trace = ARENA_NEW(arena, Trace);
  *trace = (Trace){.path = path, .start = clock_now(), .diagnostics = diagnostics};
  int how = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (append ? 0 : O_TRUNC);
  trace->file = open(path, how, 0666);
  if (trace->file >= 0 && (!append || go_on(trace))) return trace;
  complain(trace, strerror(errno));
  if (trace->file >= 0) close(trace->file);
  return NULL;
}

static bool write_all(int file, const char *text, size_t length) {
  while (length > 0) {
    ssize_t put = write(file, text, length);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text += put;
    length -= (size_t)put;
  }
  return true;
}

/* The line of an event: its name and time stand in front of its fields. */
static char *line_of_event(const Trace *trace, const char *event, cJSON *fields) {
  cJSON *line = cJSON_CreateObject();
  cJSON_AddStringToObject(line, "event", event);
  double milliseconds = (clock_now() - trace->start) * 1000;
  cJSON_AddNumberToObject(line, "seconds", (double)(long)milliseconds / 1000);
  while (fields && fields->child) {
    cJSON *field = cJSON_DetachItemViaPointer(fields, fields->child);
    cJSON_AddItemToObject(line, field->string, field);
  }
  char *text = cJSON_PrintUnformatted(line);
  cJSON_Delete(line);
  return text;
}

void trace_event(Trace *trace, const char *event, cJSON *fields) {
  char *text = trace && !trace->broken ? line_of_event(trace, event, fields) : NULL;
  cJSON_Delete(fields);
  if (!text) return;
  size_t length = strlen(text);
  text[length] = '\n'; /* in the place of the terminator: the line goes out by one write */
  if (!write_all(trace->file, text, length + 1)) complain(trace, strerror(errno));
  free(text);
}

void trace_close(Trace *trace) {
  if (!trace) return;
  if (close(trace->file) != 0 && !trace->broken) complain(trace, strerror(errno));
}
