/* The Coder: from a plan to a blueprint that passes every gate, by repairs, fresh samples, and the
 * majority of what the blueprints that pass compute. */
#ifndef HERMES_CODER_H
#define HERMES_CODER_H

#include "coder/gates.h"

typedef struct Coded {
  bool passed;
  Verdict verdict;          /* of the blueprint that won, or of the one that came farthest */
  int samples, repairs;     /* asked for, over all candidates */
  int candidates, agreeing; /* that passed; that compute what the winner does */
  bool first_compiled;      /* the very first reply was sound as it was written */
} Coded;

/* `plan` may be "none": the Coder alone. Files stand below `directory`, which is there. */
void code(Designer *designer, const char *plan, const char *directory, Coded *coded);

#endif
