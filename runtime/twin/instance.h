/* The map of a twin as data: tables, what no policy reaches, what each candidate leaves.
 *
 *   instance.c           creation, clones, inputs, the interface
 *   instance_evaluate.c  candidates
 *   instance_expect.c    expects
 *   instance_reason.c    what made a candidate invalid, in words
 */
#ifndef HERMES_TWIN_INSTANCE_H
#define HERMES_TWIN_INSTANCE_H

#include "data/data.h"

#include <hermes/numeric.h>
#include <hermes/twin.h>

#include <stdatomic.h>

/* Inputs and all that no policy reaches: shared by a twin and its clones, until one of them sets an
 * input. A base that is shared is never changed. */
typedef struct instance_base {
  atomic_size_t users;
  void **slot;          /* arrays of inputs and prepared values; NULL for all other slots */
  unsigned char *given; /* of each input's elements, one behind the other: was it set? */
  double *standard;     /* the default candidate, in declared units */
  hermes_fault fault[HERMES_EVALUATE]; /* of each step before a candidate's own */
  bool prepared;
} instance_base;

/* A second frame, for candidates that an `expect` varies. */
typedef struct instance_variation {
  void **own;  /* arrays that this frame has for itself; NULL: the twin's */
  void **slot; /* all arrays */
  hermes_frame frame;
  bool varies_input;
} instance_variation;

struct hermes_twin {
  const hermes_model *model;
  const hermes_description *description; /* of tables */
  data_tables *tables;
  instance_base *base;
  void **own;         /* arrays of policies and what depends on them; NULL for all other slots */
  void **slot;        /* every slot's array: the tables', the base's, the twin's own */
  hermes_frame frame; /* over `slot` */
  size_t *offset;     /* where a policy begins in a candidate, an input in base->given; by slot */
  size_t candidate_size, given_size;
  instance_variation *variation; /* made by the first expect that varies */
  double *held;                  /* the candidate that was evaluated last, */
  hermes_outcome outcome;        /* and what it came to */
  bool evaluated;                /* one was; `frame` holds it */
  bool faulted;                  /* and did not come to its end: frame.fault says why */
  hermes_limits limits;
  char error[512];
};

/* ---- instance.c ---- */

int instance_fail(hermes_twin *twin, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Depends on the policy, or is one? */
bool instance_is_own(const hermes_slot *slot);
/* Runs POLICIES and PREPARE where that was not done since an input changed; HERMES_FAILED where a
 * required input is not set. What faults stays in base->fault. */
int instance_prepare(hermes_twin *twin);
size_t instance_elements(const hermes_twin *twin, int slot);
/* needs: every table of the index has rows. leaves: HERMES_MAX_RANK row numbers, 0 beyond the rank.
 */
void instance_row_of(const hermes_twin *twin, const hermes_index *index, size_t element,
                     size_t *row);

/* One element as a number in the declared unit, as people would write it, and back. */
double instance_get(const hermes_slot *slot, const void *array, size_t element);
void instance_put(const hermes_slot *slot, void *array, size_t element, double number);
/* May the number stand in that slot at all: finite, or an ordinal within its bounds? */
bool instance_can_hold(const hermes_twin *twin, const hermes_slot *slot, double number);

/* ---- instance_evaluate.c ---- */

int instance_default_candidate(hermes_twin *twin, double *candidate);
int instance_evaluate(hermes_twin *twin, size_t count, const double *candidates, double *kpis,
                      double *bounds, hermes_outcome *outcomes);
int instance_read(hermes_twin *twin, int slot, double *numbers);
/* The same candidate again is not computed again: several expects are looked at from one. */
void instance_hold(hermes_twin *twin, const double *candidate, hermes_outcome *outcome);
/* HERMES_FAILED, with the twin's error set, where a candidate holds an ordinal out of bounds. */
int instance_check_candidate(hermes_twin *twin, const double *candidate, size_t number);
/* Evaluates one candidate into the twin's frame. */
void instance_evaluate_one(hermes_twin *twin, const double *candidate, hermes_outcome *outcome);
/* After EVALUATE: is every KPI finite? Else the outcome says which is not. */
bool instance_check_kpis(const hermes_twin *twin, const hermes_frame *frame,
                         hermes_outcome *outcome);

/* ---- instance_expect.c ---- */

int instance_expect(hermes_twin *twin, int expect, const double *candidate, size_t most,
                    hermes_verdict *verdicts, size_t *rows_checked, size_t *rows_total,
                    hermes_outcome *outcome, size_t *failed_row);
void instance_variation_free(hermes_twin *twin);

/* ---- instance_reason.c ---- */

typedef struct instance_text {
  char text[HERMES_DECIMAL_TEXT + HERMES_UNIT_TEXT + 1];
} instance_text;
/* A number as messages show it. */
instance_text instance_number(double number);

/* HERMES_INVALID, and in words what happened at frame->fault. */
void instance_invalid(const hermes_twin *twin, const hermes_frame *frame, hermes_outcome *outcome);
void instance_not_finite(const hermes_twin *twin, const hermes_frame *frame, int slot,
                         hermes_outcome *outcome);

#endif
