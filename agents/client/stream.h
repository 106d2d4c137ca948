/* Reading what a server replies to /v1/chat/completions: server-sent events, whose bytes may be
 * parted anywhere, or one JSON document. */
#ifndef HERMES_STREAM_H
#define HERMES_STREAM_H

#include "client/text.h"

enum {
  MOST_REPLY_BYTES = 64 << 20, /* of one reply, on the wire */
  MOST_REPLY_TEXT = 4 << 20,   /* of its content */
  MOST_EVENT_BYTES = 4 << 20,  /* of one event, or of a document */
};

typedef struct Reading {
  Arena *arena;
  bool events; /* server-sent; else a document */
  /* what came */
  Text content, refusal;
  const char *finish, *model;            /* NULL: not said */
  long prompt_tokens, completion_tokens; /* where `counted` */
  bool counted;
  bool choices;  /* it had the form of a chat's reply */
  bool reasoned; /* it thought, besides its content */
  bool done;     /* nothing that counts comes any more */
  /* what went wrong: in words, or NULL */
  const char *problem;
  const char *error; /* the server's own words, or NULL */
  long error_status; /* that it names beside them, or 0 */
  /* on the way */
  size_t bytes;
  Text line, data; /* a line and an event that have not ended */
  bool marked;     /* it ended with [DONE] */
  bool after_return;
} Reading;

void reading_begin(Reading *reading, Arena *arena, bool events);
/* False where no more is wanted: it is done, or there is a problem. */
bool reading_take(Reading *reading, const char *bytes, size_t length);
/* Behind the last byte. */
void reading_end(Reading *reading);
/* The message of {"error": ..} in any of its forms, or NULL. */
const char *reading_error(Arena *arena, const char *body, size_t length, long *status);

#endif
