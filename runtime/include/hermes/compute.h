/* What both the generated code and the interpreter compute with, so that they agree to the last
 * bit. */
#ifndef HERMES_COMPUTE_H
#define HERMES_COMPUTE_H

#include <hermes/model.h>

/* Their results follow from their arguments alone, so that a call may leave a loop. */
#define HERMES_PURE __attribute__((const))

/* lin and db. Written once, because 10^(x/10) can be rounded in more than one way. */
HERMES_PURE double hermes_lin(double decibel);       /* 10^(x/10) */
HERMES_PURE double hermes_db(double ratio);          /* 10 log10 x; of 0: -infinity, below: NaN */
HERMES_PURE double hermes_lin_field(double decibel); /* 10^(x/20) */
HERMES_PURE double hermes_db_field(double ratio);    /* 20 log10 x */

/* min and max keep a NaN from either side, so that it reaches a KPI and makes the candidate
 * invalid. Inline, because they stand in innermost loops. */
static inline double hermes_min(double a, double b) {
  return a < b || a != a ? a : b;
}
static inline double hermes_max(double a, double b) {
  return a > b || a != a ? a : b;
}
static inline double hermes_square(double x) { /* what x^2 is */
  return x * x;
}
/* a - b, where `a` may be a zero that the C compiler sees: gcc 12 makes -x of 0.0 - x wherever it
 * finds that x is never -0, as in 0.0 - fabs(x), and so -0 of 0. Not across a parameter. */
static inline double hermes_difference(double a, double b) {
  return a - b;
}
HERMES_PURE double hermes_sign(double x);
HERMES_PURE double hermes_mod(double a, double b); /* a - b floor(a/b): the sign of b */
HERMES_PURE double hermes_round(double x);         /* half away from zero */

/* Special functions. NaN where an argument is outside of what is said. */
HERMES_PURE double hermes_bessel_i0_scaled(double x);   /* e^-|x| I0(x) */
HERMES_PURE double hermes_log_gamma(double x);          /* ln gamma(x), x > 0 */
HERMES_PURE double hermes_gamma_p(double a, double x);  /* regularised, lower; a > 0, x >= 0 */
HERMES_PURE double hermes_marcum_p(double a, double b); /* 1 - Q1(a, b); a, b >= 0 */

/* ---- solves: values that depend on themselves ---- */

typedef struct hermes_solve {
  int32_t slot;     /* of the values: x */
  int32_t next;     /* of what the definition makes of them: f(x) */
  double tolerance; /* coherent units, as are all numbers here */
  double damping;   /* x moves by this part of f(x) - x in each pass */
  double low, high; /* and stays within */
  int32_t line;     /* in the blueprint */
  int32_t rank;
  int32_t index[HERMES_MAX_RANK]; /* tables */
} hermes_solve;

/* How far x is from f(x); equal infinities are equal. */
HERMES_PURE double hermes_residual(double x, double f);
/* The next x. */
double hermes_relaxed(const hermes_solve *solve, double x, double f);
/* Is the first of two residuals, in tolerances, the greater one? What is no number is greatest. */
HERMES_PURE int hermes_is_further(double a, double b);

/* Values that are computed together. `starts` fill the solves; `pass` computes the other members
 * from them and, last, what their definitions make of them. NULL ends both. */
typedef int hermes_step_function(hermes_frame *);
typedef struct hermes_component {
  hermes_step_function *const *starts, *const *pass;
  const hermes_solve *solves;
  int32_t solve_count, iterations;
} hermes_component;

/* Repeats the pass until every solve is within its tolerance of its definition. Its values are then
 * those that the last pass read, and so all members are consistent. Returns 0, or 1 with
 * frame->fault set. */
int hermes_solve_component(const hermes_component *component, hermes_frame *frame);

/* Type 7 percentile (linear interpolation between order statistics), share in 0..1; reorders
 * `values`. NaN where any value is NaN, or count is 0. */
double hermes_percentile(double *values, size_t count, double share);

/* ---- chance (chance.c): standard variates as functions of seed, draw, name and row keys ---- */

/* Who draws: `stream` stands for the name, `row` for the keys of the row (hermes_row_key over its
 * indices, from 0), `part` tells several variates of one value apart. */
typedef struct hermes_variate {
  const hermes_frame *frame;
  uint64_t stream, row;
  uint32_t part;
} hermes_variate;

static inline uint64_t hermes_mixed(uint64_t x) { /* a permutation (splitmix64's) */
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}
static inline uint64_t hermes_row_key(uint64_t keys, uint64_t key) {
  return hermes_mixed(keys * 0x9E3779B97F4A7C15u + key);
}
uint64_t hermes_text_key(const char *text); /* of a name, or of the key of one row */

double hermes_draw_uniform(hermes_variate who);                   /* in [0, 1) */
double hermes_draw_normal(hermes_variate who);                    /* mean 0, variance 1 */
double hermes_draw_exponential(hermes_variate who);               /* mean 1 */
double hermes_draw_rayleigh(hermes_variate who);                  /* of two normals: sqrt(x^2 + y^2) */
double hermes_draw_gamma(hermes_variate who, double shape);       /* scale 1; NaN unless shape > 0 */
double hermes_draw_poisson(hermes_variate who, double mean);      /* NaN unless mean >= 0 */
/* A Gaussian field of mean 0 and variance 1 at a place, which decorrelates as exp(-distance /
 * length): `row` tells fields apart, and a share `common` (0 to 1) of the variance is that of a field
 * which all rows see. */
typedef struct hermes_fields hermes_fields;
double hermes_draw_field(hermes_variate who, double x, double y, double length, double common);

/* Memory in which fields stay as they were made, so that each is made once for all places: for one
 * thread's frames. NULL where memory is short, and nothing depends on it. */
hermes_fields *hermes_fields_new(void);
void hermes_fields_free(hermes_fields *fields);

/* Takes one comparison of an expect into its verdict. `relation` is one of "<", "<=", ">", ">=",
 * "==", "!=" as relation number 0..5, or 6: `left` is a condition. Tolerance: 1e-12 relative (of a
 * logarithmic quantity: of its linear value), plus `within`. */
enum {
  HERMES_LESS,
  HERMES_LESS_EQUAL,
  HERMES_GREATER,
  HERMES_GREATER_EQUAL,
  HERMES_EQUAL,
  HERMES_NOT_EQUAL,
  HERMES_CONDITION
};
void hermes_verdict_take(hermes_verdict *verdict, int relation, int logarithmic, double within,
                         double left, double right, const size_t *row, int rank);

#endif
