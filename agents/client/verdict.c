/* What an attempt came to. Every problem says what happened and what the user may do about it. */
#include "client/verdict.h"

#include "client/retry.h"

#include <string.h>
#include <strings.h>

enum { SHOWN = 300 }; /* bytes of the server's words */

static Verdict problem(const char *words, bool retry) {
  return (Verdict){.problem = words, .retry = retry};
}

/* ---- the wire ---- */

static Verdict of_wire(Arena *arena, const Configuration *c, const Attempt *attempt) {
  switch (attempt->end) {
  case WIRE_UNREACHED:
    return problem(arena_format(arena,
                                "%s cannot be reached (%s); is the server running, and is "
                                "`base_url` its address?",
                                c->base_url, attempt->detail),
                   true);
  case WIRE_LATE:
    return problem(
        arena_format(arena, "the reply had not ended after %g s (`timeout`)", c->timeout), false);
  case WIRE_STALLED:
    return problem(
        arena_format(arena, "the reply stopped: no byte came for %g s (`stall`)", c->stall), true);
  case WIRE_OVERFLOW:
    return problem(arena_format(arena,
                                "the headers of the reply are longer than %d bytes; is "
                                "`base_url` the address of a model's server?",
                                MOST_HEADER_BYTES),
                   false);
  default:
    return problem(
        arena_format(arena, "the connection was lost within the reply (%s)", attempt->detail),
        true);
  }
}

/* A server that says how its reply ends has replied, even where the connection then goes astray. */
static bool is_whole(const Attempt *attempt) {
  if (attempt->end == WIRE_WHOLE) return true;
  return attempt->end != WIRE_OVERFLOW && attempt->reading.events && attempt->reading.finish &&
         !attempt->reading.problem;
}

/* ---- the status ---- */

static const struct {
  long from, to;
  const char *words;
} statuses[] = {
    {400, 400, "the server refuses the request"},
    {401, 401, "the server does not take the key; see HERMES_API_KEY, or `api_key`"},
    {402, 402, "the server wants to be paid first"},
    {403, 403, "the key does not allow this; see HERMES_API_KEY, or `api_key`, and `model`"},
    {404, 404,
     "the server knows no such address, or no such model; `base_url` usually ends in /v1"},
    {405, 405, "the server does not answer chats there; `base_url` usually ends in /v1"},
    {408, 408, "the server waited too long for the request"},
    {413, 413, "the prompt is too long for the server"},
    {422, 422, "the server refuses the request"},
    {429, 429, "too many requests, or tokens, in too short a time; `parallel` may be lowered"},
    {300, 399,
     "the server redirects, and the key follows nobody; set `base_url` to where it leads"},
    {500, 599, "the server failed"},
};

static const char *words_of(long status) {
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
    if (status >= statuses[i].from && status <= statuses[i].to) return statuses[i].words;
  return "this is no reply to a chat";
}

/* What the server said, if it is no page for people. */
static const char *said_in(Arena *arena, const Configuration *c, const Attempt *attempt) {
  const Text *body = &attempt->error;
  if (body->length == 0) return attempt->location;
  long ignored;
  const char *said = reading_error(arena, body->bytes, body->length, &ignored);
  if (!said) said = body->bytes[strspn(body->bytes, " \t\r\n")] == '<' ? NULL : body->bytes;
  return said ? text_clean(arena, said, strlen(said), c->api_key) : NULL;
}

static Verdict of_status(Arena *arena, const Configuration *c, const Attempt *attempt) {
  const char *said = said_in(arena, c, attempt);
  const char *shown = said ? text_excerpt(arena, said, SHOWN) : NULL;
  Verdict verdict =
      problem(arena_format(arena, "HTTP %ld: %s%s%s", attempt->status, words_of(attempt->status),
                           shown ? ": " : "", shown ? shown : ""),
              retry_helps(attempt->status));
  verdict.said = said;
  return verdict;
}

/* ---- the reply ---- */

static bool has_kind(const char *type, const char *kind) {
  size_t length = strcspn(type, "; \t"), end = strlen(kind);
  return length >= end && strncasecmp(type + length - end, kind, end) == 0;
}

static bool is_expected_type(const char *type) {
  static const char *const kinds[] = {"application/json", "+json", "text/event-stream"};
  for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
    if (has_kind(type, kinds[i])) return true;
  return !type;
}

static Verdict of_error(Arena *arena, const Configuration *c, const Reading *reading) {
  const char *said = text_clean(arena, reading->error, strlen(reading->error), c->api_key);
  Verdict verdict =
      problem(arena_format(arena, "%s: %s", reading->problem, text_excerpt(arena, said, SHOWN)),
              retry_helps(reading->error_status));
  verdict.said = said;
  return verdict;
}

static const char *emptiness(const Reading *reading) {
  if (reading->finish && strcmp(reading->finish, "length") == 0)
    return "the reply has no text: `max_tokens` were used up before it began";
  if (reading->refusal.length > 0) return "the model declined to answer";
  return reading->reasoned ? "the model thought, and then said nothing" : "the reply has no text";
}

static Verdict of_reply(Arena *arena, const Configuration *c, const Attempt *attempt) {
  const Reading *reading = &attempt->reading;
  if (!is_expected_type(attempt->content_type))
    return problem(arena_format(arena,
                                "the server replied with %s in place of JSON; is `base_url` "
                                "the address of its API? It usually ends in /v1",
                                text_excerpt(arena, attempt->content_type, SHOWN)),
                   false);
  if (reading->error) return of_error(arena, c, reading);
  bool nothing = reading->bytes == 0; /* as where the connection is lost within the headers */
  if (reading->problem) return problem(reading->problem, nothing);
  if (!reading->choices) return problem("the reply is no chat's: it has no choices", false);
  bool ended = !reading->events || reading->finish || reading->marked;
  if (!ended) return problem("the reply was cut: the stream ended before the reply did", true);
  if (reading->content.length == 0) return problem(emptiness(reading), false);
  return (Verdict){0};
}

Verdict verdict_of(Arena *arena, const Configuration *configuration, const Attempt *attempt) {
  if (!is_whole(attempt)) return of_wire(arena, configuration, attempt);
  if (attempt->status != 200) return of_status(arena, configuration, attempt);
  Verdict verdict = of_reply(arena, configuration, attempt);
  if (verdict.problem)
    verdict.problem =
        text_clean(arena, verdict.problem, strlen(verdict.problem), configuration->api_key);
  return verdict;
}
