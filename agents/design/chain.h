/* The whole chain, once: plan, code, and back to the plan where no blueprint passes. */
#ifndef HERMES_CHAIN_H
#define HERMES_CHAIN_H

#include "coder/coder.h"
#include "design/designer.h"

typedef enum ChainEnd { CHAIN_VALIDATED, CHAIN_MISSING, CHAIN_FAILED } ChainEnd;

typedef struct Outcome {
  ChainEnd end;
  Plan plan;        /* text NULL: no Designer took part */
  Coded coded;      /* of CHAIN_VALIDATED and CHAIN_FAILED */
  const char *says; /* what is missing, or how it failed */
} Outcome;

/* `with_designer`: else the Coder works from the task alone. To be freed. */
void run_chain(Designer *designer, bool with_designer, const char *directory, Outcome *outcome);
void outcome_free(Outcome *outcome);

#endif
