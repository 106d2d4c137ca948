/* One call of a chat until it is answered, and the chat that it belongs to: chat.c numbers, replays
 * and records calls; live.c asks them. */
#ifndef HERMES_CALL_H
#define HERMES_CALL_H

#include "client/chat.h"
#include "client/purse.h"
#include "client/request.h"
#include "client/transfer.h"

typedef enum CallState { CALL_WAITING, CALL_FLYING, CALL_OVER } CallState;

typedef struct Call {
  Question question;
  ChatReply *reply;
  long ordinal;
  char sha256[SHA256_TEXT];
  CallState state;
  bool held; /* the purse holds what it may need */
  Hold hold;
  double began, due; /* of the clock; due: not before */
  Attempt *attempt;  /* flying */
} Call;

/* How many calls of a role there were. */
typedef struct Ordinals {
  const char *role;
  long next;
  struct Ordinals *others;
} Ordinals;

struct Chat {
  Arena *arena;  /* of all replies */
  Arena scratch; /* of one chat_all */
  const Configuration *configuration;
  Trace *trace;
  Cassette *cassette;
  bool live;
  hermes_diagnostics *diagnostics;
  ChatManner manner;
  Wire *wire; /* of a live one */
  Ordinals *ordinals;
  Purse purse;
  Usage usage;
  long replayed;
  unsigned refused; /* Refused: by this server */
  uint64_t chance;
};

/* Asks those that are not over, until they are. `answered` is called for each, as it comes. */
void ask_live(Chat *chat, Call *calls, int count, void (*answered)(Chat *chat, Call *call));
/* Texts of a status and a problem. */
void reply_problem(ChatReply *reply, ChatStatus status, const char *problem);
bool chat_is_stopped(const Chat *chat);

/* One line that tells what is on its way (progress.c); cleared where nothing is. */
void show_progress(const Chat *chat, const Call *calls, int count);
void clear_progress(const Chat *chat);

#endif
