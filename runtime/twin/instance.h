/* The map of a twin as data: tables, what no policy reaches, what each candidate leaves.
 *
 *   instance.c           creation, clones, inputs, the interface
 *   instance_evaluate.c  candidates, in one draw
 *   instance_draws.c     candidates, over many draws
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
  hermes_fault fault[HERMES_DRAW]; /* of each step before a candidate's own */
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
  size_t *window;     /* of each slot that is computed along a time: instants that its array holds */
  hermes_frame frame; /* over `slot` */
  size_t *offset;     /* where a policy begins in a candidate, an input in base->given; by slot */
  size_t candidate_size, given_size;
  instance_variation *variation; /* made by the first expect that varies */
  double *held;                  /* the candidate that was evaluated last, */
  hermes_outcome outcome;        /* and what it came to */
  bool evaluated;                /* one was; `frame` holds it */
  bool stale;                    /* one was, over many draws; `frame` is to hold it */
  bool faulted;                  /* and did not come to its end: frame.fault says why */
  hermes_limits limits;
  uint32_t draws; /* that an evaluation takes its means over */
  bool drawn;     /* `frame` holds what the first draw alone reaches */
  char error[512];
};

/* ---- instance.c ---- */

int instance_fail(hermes_twin *twin, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What makes a value one of a candidate or a draw, and not of the twin. */
enum { INSTANCE_VARIES = HERMES_STAGE_DRAW | HERMES_STAGE_POLICY | HERMES_STAGE_MEAN };
/* Depends on the policy or on draws, or is a policy? */
bool instance_is_own(const hermes_slot *slot);
/* Points the frame at the arrays as they are now. */
void instance_bind(hermes_twin *twin);
/* Runs POLICIES and PREPARE where that was not done since an input changed; HERMES_FAILED where a
 * required input is not set. What faults stays in base->fault. */
int instance_prepare(hermes_twin *twin);
size_t instance_elements(const hermes_twin *twin, int slot);
/* Of its array: fewer where that is a window of a time. */
size_t instance_bytes(const hermes_twin *twin, int slot);
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
                      double *bounds, hermes_outcome *outcomes, double *draws);
int instance_read(hermes_twin *twin, int slot, double *numbers);
/* The same candidate again is not computed again: several expects are looked at from one. */
void instance_hold(hermes_twin *twin, const double *candidate, hermes_outcome *outcome);
/* HERMES_FAILED, with the twin's error set, where a candidate holds an ordinal out of bounds. */
int instance_check_candidate(hermes_twin *twin, const double *candidate, size_t number);
/* Evaluates one candidate into the twin's frame. */
void instance_evaluate_one(hermes_twin *twin, const double *candidate, hermes_outcome *outcome);
/* Writes the candidate into the frame and computes what follows from it alone; NULL, or why it
 * cannot go on. */
const hermes_fault *instance_decide(hermes_twin *twin, const double *candidate);
/* From this step to the last one, in the first draw, of which the means are then its own values. 0,
 * or 1 with frame->fault set. */
int instance_complete(const hermes_twin *twin, hermes_frame *frame, hermes_step first);
/* Is every KPI finite, of those that means over draws reach or of the others? Else the outcome says
 * which is not. */
bool instance_check_kpis(const hermes_twin *twin, const hermes_frame *frame, bool concluded,
                         hermes_outcome *outcome);

/* ---- instance_draws.c ---- */

/* Means over twin->draws draws; `draws`, where it is not NULL, gets what each KPI is in each of
 * them: [(candidate * draws + draw) * KPIs + kpi]. needs: prepared, candidates checked. */
int instance_evaluate_draws(hermes_twin *twin, size_t count, const double *candidates, double *kpis,
                            double *bounds, hermes_outcome *outcomes, double *draws);

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
