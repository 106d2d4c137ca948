/* The one door to a twin: everything that drives one (its own commands, search, other programs)
 * goes through here.
 *
 * A twin is created from a data directory, told its inputs, then evaluates candidates: a candidate
 * is one vector of numbers for all policies. All numbers at this door are in the units that the
 * blueprint declares (0 to 100 for %); booleans are 0 and 1, enumerations the ordinal of the label,
 * references the row number.
 *
 * There is no global state: two twins may be used by two threads. Functions that can fail say so in
 * `hermes_twin_error` of their twin.
 */
#ifndef HERMES_TWIN_H
#define HERMES_TWIN_H

#include <hermes/diagnostics.h>
#include <hermes/model.h>

typedef struct hermes_twin hermes_twin;

typedef struct hermes_limits {
  uint64_t memory; /* bytes for all arrays of a twin; 0: the default, 8 GiB */
  uint64_t work;   /* operations for one candidate; 0: the default, 1e12 */
  uint64_t seed;   /* of all that is random in a twin; 0: the default, 1 */
  bool windows;    /* keep of values along a time only the instants that others still need: they
                      cannot be read, and no expect of the blueprint can be looked at */
} hermes_limits;

static inline uint64_t hermes_seed(const hermes_limits *limits) {
  return limits && limits->seed ? limits->seed : 1;
}

enum { HERMES_MOST_DRAWS = 1000000 };

enum { HERMES_OK = 0, HERMES_INVALID = 1, HERMES_FAILED = 2 };

/* What a candidate came to. */
typedef struct hermes_outcome {
  int status;       /* HERMES_OK, or HERMES_INVALID with `reason` */
  char reason[256]; /* "argmax in `server` has nothing to choose from (ue u17)" */
} hermes_outcome;

typedef struct hermes_interface {
  uint32_t abi;
  const hermes_model *model;

  /* The description of the blueprint (docs/description.md): JSON, `size` bytes. */
  const char *(*describe)(const hermes_model *model, size_t *size);

  /* Reads the tables beneath `directory`. On failure returns NULL with the reasons in `problems`.
   * Warnings (a column that fell back to its default) are added to `problems` also on success. */
  hermes_twin *(*create)(const hermes_model *model, const char *directory,
                         const hermes_limits *limits, hermes_diagnostics *problems);
  /* Another twin on the same tables and inputs, for another thread. Shares what no policy reaches,
   * until one of the two sets an input. Each lives as long as it likes. */
  hermes_twin *(*clone)(hermes_twin *twin);
  void (*destroy)(hermes_twin *twin);
  /* What the last call that failed on this twin has to say; "" where none did. */
  const char *(*last_error)(const hermes_twin *twin);

  /* Rows and row keys of a one-index table, by its number in the description. */
  size_t (*rows)(const hermes_twin *twin, int table);
  const char *(*key)(const hermes_twin *twin, int table, size_t row);
  /* The row with that key, or -1. */
  long (*find)(const hermes_twin *twin, int table, const char *key);

  /* Elements of a slot. */
  size_t (*elements)(const hermes_twin *twin, int slot);
  /* Sets one element of an input, before the first evaluation or between two. */
  int (*set_input)(hermes_twin *twin, int slot, size_t element, double number);

  /* Length of a candidate: all policies' elements, in the order of the description. */
  size_t (*candidate_size)(const hermes_twin *twin);
  /* Where a policy's elements begin in a candidate. */
  size_t (*candidate_offset)(const hermes_twin *twin, int slot);
  /* The candidate that the blueprint's defaults make. HERMES_FAILED where a required input was not
   * set. */
  int (*default_candidate)(hermes_twin *twin, double *candidate);

  /* Draws that an evaluation takes its means over: 1 where the blueprint draws nothing, and until
   * set_draws. */
  uint32_t (*draws)(const hermes_twin *twin);
  /* 1 to HERMES_MOST_DRAWS. */
  int (*set_draws)(hermes_twin *twin, uint32_t draws);

  /* Evaluates `count` candidates, one behind the other; writes each one's KPIs (in the order of the
   * description) to `kpis`, its constraints' bounds to `bounds` (may be NULL) and what it came to
   * to `outcomes`. KPIs of an invalid candidate are NaN. Over draws both are means; `draws`
   * (may be NULL) gets what each KPI is in each draw: [(candidate * draws + draw) * KPIs + kpi]. Of a
   * KPI that reads means itself that is the jackknife's part of each draw, NaN where it has none.
   * HERMES_FAILED only where nothing could be computed at all. */
  int (*evaluate)(hermes_twin *twin, size_t count, const double *candidates, double *kpis,
                  double *bounds, hermes_outcome *outcomes, double *draws);

  /* Copies a slot as the last evaluated candidate left it, in the first draw: `elements` numbers. Where that candidate
   * is invalid, what was not computed any more is NaN. HERMES_FAILED for a value that needs a
   * candidate, before there was one. */
  int (*read)(hermes_twin *twin, int slot, double *numbers);

  /* Runs one `expect` from one candidate: at every row of its `for` where there are at most `most`
   * of them, else on a reproducible sample of that many. `verdicts` has one element for each of its
   * asserts; left and right come back in declared units. `rows_checked` and `rows_total` say how
   * many rows were looked at. The outcome is invalid where the candidate itself is, and
   * `failed_row[0]` then SIZE_MAX; where a varied candidate is, its reason is in `outcome` and the
   * row (HERMES_MAX_RANK numbers) in `failed_row`, and no further rows are looked at. Rows that the
   * expect's filter leaves out count neither as checked nor, where they were seen, in the total. */
  int (*expect)(hermes_twin *twin, int expect, const double *candidate, size_t most,
                hermes_verdict *verdicts, size_t *rows_checked, size_t *rows_total,
                hermes_outcome *outcome, size_t *failed_row);
} hermes_interface;

/* The functions above over any model; generated code wraps its own model in this. */
hermes_interface hermes_interface_of(const hermes_model *model);

/* The twin's commands (run, compare, rank, test, trace, info). Returns the exit code. */
int hermes_twin_main(const hermes_interface *interface, int argc, char **argv);
/* The same over a model: the `main` of generated code, which knows nothing of the interface. */
int hermes_twin_start(const hermes_model *model, int argc, char **argv);

#endif
