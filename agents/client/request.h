/* What goes out: the body of a request, and the hash by which its prompt is known again. */
#ifndef HERMES_REQUEST_H
#define HERMES_REQUEST_H

#include "client/chat.h"

enum { SHA256_TEXT = 65 };

/* What a server was found not to take. */
typedef enum Refused {
  REFUSED_STREAM = 1,
  REFUSED_TEMPERATURE = 2,
  REFUSED_MAX_TOKENS = 4, /* it wants max_completion_tokens */
} Refused;

/* A request with what the configuration says of its role. */
typedef struct Question {
  const ChatRequest *request;
  const char *model;  /* may be NULL */
  double temperature; /* NaN: not said */
  long max_tokens;    /* 0: not said */
} Question;

Question question_of(const Configuration *configuration, const ChatRequest *request);

/* The body, JSON in the arena. */
const char *request_body(Arena *arena, const Question *question, bool stream, unsigned refused);
/* [{"role": .., "content": ..}, ..] */
cJSON *request_messages(Arena *arena, const ChatRequest *request);
void request_hash(const ChatRequest *request, char sha256[SHA256_TEXT]);
size_t request_bytes(const ChatRequest *request); /* of its messages */

/* What else of a request a server refuses, which says this; 0: nothing known. */
unsigned refused_by(const char *said, long status, unsigned refused);

#endif
