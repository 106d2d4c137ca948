/* Finding in a record what was answered before. */
#include "record/lines.h"
#include "record/trace.h"

#include <string.h>

struct Cassette {
  cJSON *events;
};

Cassette *cassette_open(Arena *arena, const char *path, hermes_diagnostics *diagnostics) {
  cJSON *events = record_read(arena, path, diagnostics);
  if (!events) return NULL;
  Cassette *cassette = ARENA_NEW(arena, Cassette);
  cassette->events = events;
  return cassette;
}

/* A call that was asked anew, by a run that went on, stands in the record twice: the last counts.
 */
const cJSON *cassette_find(const Cassette *cassette, const char *role, long ordinal) {
  const cJSON *event, *found = NULL;
  cJSON_ArrayForEach(event, cassette->events) {
    if (strcmp(text_in(event, "event", ""), "call") == 0 &&
        strcmp(text_in(event, "role", ""), role) == 0 &&
        number_in(event, "ordinal", -1) == (double)ordinal)
      found = event;
  }
  return found;
}

const cJSON *cassette_event(const Cassette *cassette, const char *name) {
  const cJSON *event;
  cJSON_ArrayForEach(event, cassette->events) {
    if (strcmp(text_in(event, "event", ""), name) == 0) return event;
  }
  return NULL;
}

void cassette_close(Cassette *cassette) {
  if (cassette) cJSON_Delete(cassette->events);
}
