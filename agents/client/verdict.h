/* What an attempt came to: a reply, or a problem in words and whether to try again. */
#ifndef HERMES_VERDICT_H
#define HERMES_VERDICT_H

#include "client/transfer.h"

typedef struct Verdict {
  const char *problem; /* NULL: the reading holds a whole reply */
  const char *said;    /* what the server said about it, or NULL */
  bool retry;          /* it may go another way if asked again */
} Verdict;

Verdict verdict_of(Arena *arena, const Configuration *configuration, const Attempt *attempt);

#endif
