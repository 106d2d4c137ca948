/* A question to a twin: what the model makes of it, the candidates, what the twin says of them, and
 * the answer.
 *
 *   question + description ─► intent (intent.c) ─► goal (goal.c), candidates (candidates.c) ─► the
 *     twin ranks them (ask.c) ─► results ─► answer, whose numbers are looked up in the results
 * (cited.c)
 */
#ifndef HERMES_ASK_H
#define HERMES_ASK_H

#include "prompt/reply.h"

enum {
  MOST_CANDIDATES_ASKED = 20000, /* that one question may come to */
  MOST_CONSTRAINTS = 32,
  KEYS_TOLD = 60, /* of each table, to the model */
};

/* What is asked, on which twin. */
typedef struct Question {
  Session *session;
  Arena *arena;
  Chat *chat;
  const char *words;
  long most; /* candidates that it may come to */
  const char *directory, *data, *program, *blueprint;
  cJSON *description; /* of the twin */
  cJSON *keys;        /* table -> array of its row keys */
  cJSON *baseline;    /* what the twin computes by default */
} Question;

/* The keys of every one-index table of the twin that has a column; false with a problem. */
bool question_keys(Question *question, const char **problem);
/* What the model is told of the twin. */
const char *question_twin(const Question *question);

/* The goal of an intent as a blueprint has it; NULL, and why it is none:
 * "goal minimize energy subject to edge_rate >= 2 Mbit/s;" */
const char *goal_text(const Question *question, const cJSON *intent, const char **problem);
/* The blueprint of the twin with that goal in place of its own. */
const char *with_goal(const Question *question, const char *goal);

/* Writes every candidate of an intent as a line; their number, or -1 with what is wrong. The first
 * is that of no decision. Labels are appended to `labels`. */
long candidates_write(const Question *question, const cJSON *intent, FILE *out, cJSON *labels,
                      const char **problem);

/* The numbers of an answer that stand nowhere among the results, rounded as they are written; ""
 * for none. Digits of names (c3, 800_a) are no numbers. */
const char *not_cited(Arena *arena, const char *answer, const char *results);

#endif
