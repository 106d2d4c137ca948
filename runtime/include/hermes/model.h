/* What a compiled blueprint is to the runtime: a description, and the functions that compute.
 *
 * `hermesc` emits one of these in C for a native twin; `hermesc interpret` builds one over the
 * typed tree. All else (reading data, candidates, batches, commands) is written once, above this
 * line, for both.
 *
 * Storage. Every column, input, policy and computed value is a slot: one dense array in row-major
 * order over its index sets (a scalar has one element), of double (kind real, in coherent units) or
 * int32_t (bool 0/1, enumeration ordinal, row number of a reference). Slots are numbered as in the
 * description.
 */
#ifndef HERMES_MODEL_H
#define HERMES_MODEL_H

#include <stddef.h>
#include <stdint.h>

enum { HERMES_ABI = 3, HERMES_MAX_RANK = 4, HERMES_SUM_BLOCK = 1024 };

/* What may make a candidate invalid while it is computed. */
typedef enum hermes_fault_code {
  HERMES_NO_FAULT,
  HERMES_EMPTY_REDUCTION, /* a reduction over nothing, without a default and without a neutral value
                           */
  HERMES_NOT_FINITE,      /* a KPI that is infinite or no number */
  HERMES_NO_MEMORY,       /* no room for what a percentile or a grouped sum works on */
  HERMES_NOT_CONVERGED,   /* a `solve` that is further from its definition than its tolerance, after
                             all its iterations, or that is no finite number away from it */
  HERMES_NO_DISTRIBUTION, /* a draw, of whose distribution a parameter is out of its bounds */
} hermes_fault_code;

typedef struct hermes_fault {
  hermes_fault_code code;
  int32_t slot;                /* the value being computed */
  int32_t line;                /* in the blueprint */
  size_t row[HERMES_MAX_RANK]; /* the element of the slot */
  double residual;             /* not converged: how far that element is; coherent units */
} hermes_fault;

/* The arrays of one evaluation. */
typedef struct hermes_frame {
  const size_t *rows; /* number of rows of each table, by its number in the description (0 for a
                         two-index table) */
  void *const *slot;  /* the array of each slot */
  const size_t *window; /* of each slot that has a window: how many instants its array holds. The
                           instant t stands where the remainder of t by that number points */
  const uint64_t *const *key; /* of each table: a number for the key of each row; read by draws */
  uint64_t seed, draw;        /* which of all worlds this one is */
  struct hermes_fields *fields; /* what fields are made of, kept from place to place; or NULL */
  hermes_fault fault;         /* set by whoever returns non-zero */
} hermes_frame;

/* The steps of a computation. What a value depends on decides in which it is computed: the data and
 * inputs alone, or also the draws, or the policies, or both. */
typedef enum hermes_step {
  HERMES_INPUTS,   /* tables -> the default of every input that has one */
  HERMES_POLICIES, /* tables, inputs -> the default of every policy */
  HERMES_PREPARE,  /* what neither a draw nor a policy reaches; once per twin */
  HERMES_DRAW,     /* what draws reach, and no policy; needs PREPARE, and anew for each draw */
  HERMES_DECIDE,   /* what policies reach, and no draw; needs PREPARE, and anew for each candidate */
  HERMES_EVALUATE, /* what both reach; needs DRAW and DECIDE, and anew for each draw of each candidate */
  HERMES_CONCLUDE, /* what means over draws reach; needs them, and DECIDE */
  HERMES_STEPS
} hermes_step;

/* One comparison of an `expect`, over all rows that it was made for. */
typedef struct hermes_verdict {
  size_t checked, failed;
  double left, right,
      excess; /* of the row that violates most, or else comes closest; coherent units */
  size_t row[HERMES_MAX_RANK]; /* that row, over the assert's own `for` */
  size_t at[HERMES_MAX_RANK];  /* the row of the expect's `for` where it was found; set by the
                                  runtime */
} hermes_verdict;

typedef struct hermes_model {
  uint32_t abi;                     /* HERMES_ABI */
  const unsigned char *description; /* JSON, see docs/description.md; not terminated */
  size_t description_size;
  void *context; /* handed to every function below; NULL in generated code */

  /* Runs one step. Returns 0, or 1 with frame->fault set. */
  int (*compute)(void *context, hermes_frame *frame, hermes_step step);

  /* Applies the `vary`s of one expect at one row of its `for` to the policies and inputs in
   * `frame`. Returns 1, or 0 where the expect's filter leaves this row out, or -1 with frame->fault
   * set. `before` is the evaluated, unvaried frame: the filter, the varied row and the amount are
   * those of it. */
  int (*vary)(void *context, int expect, const size_t *row, const hermes_frame *before,
              hermes_frame *frame);

  /* Makes the comparisons of one expect at one row, each into its own verdict (in order of
   * `assert`s). Returns 0, or 1 with frame->fault set. A fault of `vary` or `assess` is of no slot:
   * its slot is -1, its line the expect's or the assert's, its row the expect's. */
  int (*assess)(void *context, int expect, const size_t *row, const hermes_frame *before,
                hermes_frame *frame, hermes_verdict *verdicts);
} hermes_model;

#endif
