/* Reading what a server replies. No reply is trusted: every field may be missing, or of another
 * kind, and every length is bounded. */
#include "client/stream.h"

#include "record/lines.h"

#include <string.h>

enum { SHOWN = 120 }; /* bytes of a reply in a message */

void reading_begin(Reading *reading, Arena *arena, bool events) {
  *reading = (Reading){.arena = arena, .events = events};
  text_add(arena, &reading->content, "", 0);
}

static void fail(Reading *reading, const char *problem) {
  if (!reading->problem) reading->problem = problem;
  reading->done = true;
}

/* ---- documents ---- */

/* Content is a text, or an array of parts of which some have a text. */
static void take_content(Reading *reading, Text *into, const cJSON *content) {
  const char *text = cJSON_GetStringValue(content);
  if (text) text_add(reading->arena, into, text, strlen(text));
  const cJSON *part;
  if (cJSON_IsArray(content)) cJSON_ArrayForEach(part, content) {
      text = text_in(part, "text", "");
      text_add(reading->arena, into, text, strlen(text));
    }
  if (into->length > MOST_REPLY_TEXT)
    fail(reading, arena_format(reading->arena, "the reply is longer than %d bytes, and was ended",
                               MOST_REPLY_TEXT));
}

static bool has_text(const cJSON *message, const char *name) {
  return *text_in(message, name, "") != '\0';
}

static void take_choice(Reading *reading, const cJSON *choice) {
  const cJSON *message = cJSON_GetObjectItemCaseSensitive(choice, "delta");
  if (!message) message = cJSON_GetObjectItemCaseSensitive(choice, "message");
  if (!message) return;
  reading->choices = true;
  take_content(reading, &reading->content, cJSON_GetObjectItemCaseSensitive(message, "content"));
  take_content(reading, &reading->refusal, cJSON_GetObjectItemCaseSensitive(message, "refusal"));
  reading->reasoned |= has_text(message, "reasoning_content") || has_text(message, "reasoning");
}

static void take_finish(Reading *reading, const cJSON *choice) {
  const char *finish = text_in(choice, "finish_reason", NULL);
  if (finish) reading->finish = arena_copy(reading->arena, finish, strlen(finish));
}

static bool is_count(double number) {
  return number >= 0 && number < 1e12;
}

static void take_usage(Reading *reading, const cJSON *usage) {
  double prompt = number_in(usage, "prompt_tokens", -1);
  double completion = number_in(usage, "completion_tokens", -1);
  if (!is_count(prompt) || !is_count(completion)) return;
  reading->prompt_tokens = (long)prompt;
  reading->completion_tokens = (long)completion;
  reading->counted = true;
}

/* {"error": {"message": .., "code": ..}}, {"error": ".."}, {"message": ..}, {"detail": ..} */
static const char *error_in(Arena *arena, const cJSON *document, long *status) {
  const cJSON *error = cJSON_GetObjectItemCaseSensitive(document, "error");
  if (cJSON_IsNull(error)) error = NULL;
  const char *message = error ? cJSON_GetStringValue(error) : text_in(document, "detail", NULL);
  if (!message) message = text_in(error ? error : document, "message", NULL);
  if (!message && !error) return NULL;
  double code = number_in(error, "code", number_in(error, "status", 0));
  *status = code >= 100 && code < 600 ? (long)code : 0;
  if (!message) message = text_in(error, "type", "an error without a message");
  return arena_copy(arena, message, strlen(message));
}

static void take_document(Reading *reading, const cJSON *document) {
  const cJSON *choices = cJSON_GetObjectItemCaseSensitive(document, "choices"), *choice;
  if (!cJSON_IsArray(choices)) {
    reading->error = error_in(reading->arena, document, &reading->error_status);
    if (reading->error) fail(reading, "the server replied with an error");
  }
  const char *model = text_in(document, "model", NULL);
  if (model && !reading->model) reading->model = arena_copy(reading->arena, model, strlen(model));
  cJSON_ArrayForEach(choice, choices) {
    if (number_in(choice, "index", 0) != 0) continue; /* others were not asked for */
    take_choice(reading, choice);
    take_finish(reading, choice);
  }
  take_usage(reading, cJSON_GetObjectItemCaseSensitive(document, "usage"));
}

const char *reading_error(Arena *arena, const char *body, size_t length, long *status) {
  cJSON *document = cJSON_ParseWithLength(body, length);
  const char *error = error_in(arena, document, status);
  cJSON_Delete(document);
  return error;
}

/* ---- events ---- */

static void take_event(Reading *reading) {
  Text data = reading->data;
  reading->data = (Text){0};
  if (data.length == 0) return;
  if (strcmp(data.bytes, "[DONE]") == 0) {
    reading->marked = reading->done = true;
    return;
  }
  cJSON *document = cJSON_ParseWithLength(data.bytes, data.length);
  if (cJSON_IsObject(document))
    take_document(reading, document);
  else
    fail(reading, arena_format(reading->arena, "an event of the stream is no JSON object: %s",
                               text_excerpt(reading->arena, data.bytes, SHOWN)));
  cJSON_Delete(document);
}

/* One line without its end: a field, a comment, or, empty, the end of an event. */
static void take_line(Reading *reading) {
  Text line = reading->line;
  reading->line.length = 0;
  if (line.length == 0) {
    take_event(reading);
    return;
  }
  static const char field[] = "data:";
  size_t skip = sizeof field - 1;
  if (line.length < skip || memcmp(line.bytes, field, skip) != 0) return;
  if (line.length > skip && line.bytes[skip] == ' ') skip++;
  if (reading->data.length > 0) text_add(reading->arena, &reading->data, "\n", 1);
  text_add(reading->arena, &reading->data, line.bytes + skip, line.length - skip);
}

/* Lines end with a line feed, a carriage return, or both. */
static void take_lines(Reading *reading, const char *at, const char *end) {
  while (at < end && !reading->done) {
    if (reading->after_return && *at == '\n') at++;
    reading->after_return = false;
    const char *stop = at;
    while (stop < end && *stop != '\n' && *stop != '\r') stop++;
    text_add(reading->arena, &reading->line, at, (size_t)(stop - at));
    if (reading->line.length + reading->data.length > MOST_EVENT_BYTES)
      fail(reading, "an event of the stream does not end, and was cut");
    if (stop == end) return;
    reading->after_return = *stop == '\r';
    take_line(reading);
    at = stop + 1;
  }
}

/* ---- both ---- */

bool reading_take(Reading *reading, const char *bytes, size_t length) {
  reading->bytes += length;
  if (reading->bytes > MOST_REPLY_BYTES)
    fail(reading, arena_format(reading->arena, "the reply does not end: it was cut after %d bytes",
                               MOST_REPLY_BYTES));
  else if (reading->events)
    take_lines(reading, bytes, bytes + length);
  else if (reading->data.length + length > MOST_EVENT_BYTES)
    fail(reading, arena_format(reading->arena, "the reply does not end: it was cut after %d bytes",
                               MOST_EVENT_BYTES));
  else
    text_add(reading->arena, &reading->data, bytes, length);
  return !reading->done;
}

static void end_document(Reading *reading) {
  if (reading->data.length == 0) {
    fail(reading, "the reply is empty");
    return;
  }
  cJSON *document = cJSON_ParseWithLength(reading->data.bytes, reading->data.length);
  if (cJSON_IsObject(document))
    take_document(reading, document);
  else
    fail(reading, arena_format(reading->arena, "the reply is no JSON object: %s",
                               text_excerpt(reading->arena, reading->data.bytes, SHOWN)));
  cJSON_Delete(document);
}

/* The end of a stream may lack the empty line behind its last event. */
static void end_events(Reading *reading) {
  if (reading->line.length > 0) take_line(reading);
  if (!reading->done) take_event(reading);
  if (!reading->problem && reading->bytes == 0) fail(reading, "the reply is empty");
}

void reading_end(Reading *reading) {
  if (!reading->problem && !(reading->events && reading->done))
    (reading->events ? end_events : end_document)(reading);
  reading->done = true;
}
