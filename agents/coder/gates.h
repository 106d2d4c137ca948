/* The gates that a blueprint passes on its way to a twin, cheap ones first. The first that it fails
 * says what the coder is told; what it passed is kept as the twin's tests. */
#ifndef HERMES_GATES_H
#define HERMES_GATES_H

#include "design/designer.h"

typedef enum Gate {
  GATE_PARSE,   /* the reply holds a blueprint, and it parses */
  GATE_CHECK,   /* names, types, units, contracts, static ranges; the KPIs asked for */
  GATE_BUILD,   /* a native twin */
  GATE_RUN,     /* on the data: by default, and with the decisions of the task */
  GATE_EXPECT,  /* the blueprint's own expectations */
  GATE_HARNESS, /* what the coder cannot edit (harness.h) */
  GATE_FIT,     /* measurements that no agent saw (fit.h) */
  GATES
} Gate;
extern const char *const gate_names[GATES];

typedef struct Verdict {
  Gate failed;          /* GATES: it passed all */
  bool compiled_raw;    /* sound as it was written, before any fix */
  size_t fixes;         /* verified ones that were applied */
  const char *feedback; /* of a failure: for the coder */
  const char *text;     /* the blueprint as it was judged */
  const char *program;  /* the twin, where it was built */
  cJSON *run, *decided; /* what it computed by default and with the task's decisions; or NULL */
  cJSON *tests;         /* an array: what each gate found */
} Verdict;

/* Adds what a gate found to its tests; `says` may be "". */
void keep_test(cJSON *tests, Gate gate, const char *check, const char *outcome, const char *says);

/* Judges one blueprint; its files are PATH.hbp and PATH. To be freed. */
void judge(Designer *designer, const char *text, const char *path, Verdict *verdict);
void verdict_free(Verdict *verdict);

#endif
