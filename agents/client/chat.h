/* A chat with a model behind any server that speaks OpenAI's /v1/chat/completions.
 *
 * Several requests are asked side by side over one multi handle; each is retried where that may
 * help, and comes back as a reply or as a problem in words: a bad reply is an error of that call,
 * never of the program. The caps of the configuration hold over all calls of one chat.
 *
 * Every call gets the ordinal of its role, in the order of asking: (role, ordinal) names it in
 * traces and cassettes, however the wire reorders them.
 */
#ifndef HERMES_CHAT_H
#define HERMES_CHAT_H

#include "client/configure.h"
#include "record/trace.h"

typedef struct Message {
  const char *role; /* "system", "user", "assistant" */
  const char *content;
} Message;

typedef struct ChatRequest {
  const char *role;   /* of the chain: "coder" */
  const char *prompt; /* its name and version: "coder 1" */
  const char *model;  /* NULL: the role's, or the configuration's */
  double temperature; /* what the prompt asks for; a RoleSetting wins */
  long max_tokens;
  const Message *messages;
  int message_count;
} ChatRequest;

typedef enum ChatStatus {
  CHAT_OK,
  CHAT_FAILED,  /* the wire, the server, or a reply that is none: see problem */
  CHAT_CAPPED,  /* not asked: a cap is reached */
  CHAT_ABSENT,  /* a replay that has no such call, with no server to ask instead */
  CHAT_STOPPED, /* Ctrl-C */
} ChatStatus;

typedef struct ChatReply {
  ChatStatus status;
  const char *text;    /* of CHAT_OK; in the arena */
  const char *finish;  /* "stop", "length", ... */
  const char *problem; /* in words, with what to do */
  const char *model;   /* that answered */
  long prompt_tokens, completion_tokens;
  bool tokens_estimated; /* the server did not say */
  double seconds, cost;  /* cost: NaN where prices are not known */
  int attempts;
  bool replayed, stale; /* from a cassette; whose prompt has changed since */
} ChatReply;

typedef struct Usage {
  long calls, failed, stale, prompt_tokens, completion_tokens;
  double seconds, cost;
} Usage;

typedef struct Chat Chat;

/* `cassette`: a recorded trace to answer from (record/cassette.h), or NULL; calls that it lacks are
 * asked of the server where `live`, and absent otherwise. `trace` may be NULL. */
Chat *chat_open(Arena *arena, const Configuration *configuration, Trace *trace, Cassette *cassette,
                bool live, hermes_diagnostics *diagnostics);
void chat_close(Chat *chat);

/* Asks all of them side by side; replies in the order of the requests. True where all are CHAT_OK.
 */
bool chat_all(Chat *chat, const ChatRequest *requests, int count, ChatReply *replies);
Usage chat_usage(const Chat *chat);

#endif
