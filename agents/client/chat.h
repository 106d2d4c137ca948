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

#include <signal.h>

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

/* How the questions of a run are asked; {0}: as chat_open leaves it. */
typedef struct ChatManner {
  bool exact;     /* of a replay: a prompt that has changed is an error, no warning */
  bool gathered;  /* stale replies are told of by the caller, for many chats at once */
  FILE *progress; /* a terminal, for one line while calls are on their way; NULL: quiet */
  const volatile sig_atomic_t *stop; /* not 0: all calls end at once (client/stop.h); or NULL */
} ChatManner;

/* `cassette`: a recorded trace to answer from (record/trace.h), or NULL. Calls that it lacks are
 * absent, and those whose prompt has changed since are answered all the same, as `stale`. Where the
 * chat is `live`, both are asked of the server, and the cassette is what a run goes on from.
 * `trace` may be NULL. NULL with a diagnostic where a live chat has no server or no model. */
Chat *chat_open(Arena *arena, const Configuration *configuration, Trace *trace, Cassette *cassette,
                bool live, hermes_diagnostics *diagnostics);
void chat_set_manner(Chat *chat, ChatManner manner);
/* Warns of stale replies, how many of how many. */
void chat_close(Chat *chat);
/* That warning. Nothing where none is stale. */
void chat_tell_stale(hermes_diagnostics *diagnostics, long stale, long replayed, const char *mend);

/* Asks all of them side by side; replies in the order of the requests. True where all are CHAT_OK.
 */
bool chat_all(Chat *chat, const ChatRequest *requests, int count, ChatReply *replies);
/* Replayed calls count like those that were asked. */
Usage chat_usage(const Chat *chat);
/* Reports a reply that is none, under the code of its status; nothing of CHAT_OK and CHAT_STOPPED.
 */
void chat_complain(hermes_diagnostics *diagnostics, const ChatRequest *request,
                   const ChatReply *reply);

#endif
