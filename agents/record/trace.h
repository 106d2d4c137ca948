/* The record of a run: JSON lines, one event each, written as they happen.
 *
 * {"event": "start", "time": "2026-01-31T12:00:00Z", "hermes": "0.1.0", "command": "design", ...}
 * {"event": "call", "seconds": 3.2, "role": "coder", "ordinal": 0, "prompt": "coder 1",
 *  "sha256": ..., "model": ..., "temperature": 0.2, "messages": [...], "reply": "...",
 *  "finish": "stop", "prompt_tokens": 5123, "completion_tokens": 812, "attempts": 1}
 * {"event": "gate", ...}, {"event": "decision", ...}, {"event": "end", ...}
 *
 * `seconds` counts from the start. A trace is also a cassette: its calls answer the same calls of a
 * later run, which is how a run is replayed without a network, and resumed after it was stopped.
 * Keys and passwords never come here.
 */
#ifndef HERMES_TRACE_H
#define HERMES_TRACE_H

#include "hermesc.h"

#include <cjson/cJSON.h>

typedef struct Trace Trace;
typedef struct Cassette Cassette;

/* Begins a new file, or goes on with one; NULL with a diagnostic. */
Trace *trace_open(Arena *arena, const char *path, bool append, hermes_diagnostics *diagnostics);
/* Takes `fields`, an object or NULL; a NULL trace drops them. */
void trace_event(Trace *trace, const char *event, cJSON *fields);
void trace_close(Trace *trace);

/* The calls of a trace; NULL with a diagnostic. A last line that was cut is left out. */
Cassette *cassette_open(Arena *arena, const char *path, hermes_diagnostics *diagnostics);
/* The recorded call, or NULL. `sha256` is of the request's messages; the call's own is beside it.
 */
const cJSON *cassette_find(const Cassette *cassette, const char *role, long ordinal);
/* The first event of that name, or NULL. */
const cJSON *cassette_event(const Cassette *cassette, const char *event);
void cassette_close(Cassette *cassette);

#endif
