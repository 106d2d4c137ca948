/* Values that depend on themselves: iterated from their start until each is within its tolerance of
 * what its definition makes of it. */
#include <hermes/compute.h>

#include <math.h>

double hermes_residual(double x, double f) {
  return x == f ? 0.0 : fabs(f - x);
}

double hermes_relaxed(const hermes_solve *solve, double x, double f) {
  if (x == f) return x;
  double next = x + solve->damping * (f - x);
  return next < solve->low ? solve->low : next > solve->high ? solve->high : next;
}

int hermes_is_further(double a, double b) {
  return a > b || (isnan(a) && !isnan(b));
}

/* The value that is furthest from its definition, in tolerances. */
typedef struct furthest {
  double tolerances, residual;
  const hermes_solve *solve;
  size_t element;
} furthest;

static size_t elements_of(const hermes_solve *solve, const hermes_frame *frame) {
  size_t count = 1;
  for (int i = 0; i < solve->rank; i++)
    count *= frame->rows[solve->index[i]];
  return count;
}

/* Ties stay with the first. */
static void measure(const hermes_solve *solve, const hermes_frame *frame, furthest *worst) {
  const double *x = frame->slot[solve->slot], *f = frame->slot[solve->next];
  for (size_t e = 0, count = elements_of(solve, frame); e < count; e++) {
    double residual = hermes_residual(x[e], f[e]), tolerances = residual / solve->tolerance;
    if (!hermes_is_further(tolerances, worst->tolerances)) continue;
    *worst = (furthest){tolerances, residual, solve, e};
  }
}

static void relax(const hermes_solve *solve, const hermes_frame *frame) {
  double *x = frame->slot[solve->slot];
  const double *f = frame->slot[solve->next];
  for (size_t e = 0, count = elements_of(solve, frame); e < count; e++)
    x[e] = hermes_relaxed(solve, x[e], f[e]);
}

static int not_converged(const furthest *worst, hermes_frame *frame) {
  const hermes_solve *solve = worst->solve;
  frame->fault =
      (hermes_fault){HERMES_NOT_CONVERGED, solve->slot, solve->line, {0}, worst->residual};
  size_t element = worst->element;
  for (int i = solve->rank; i-- > 0;) {
    size_t rows = frame->rows[solve->index[i]];
    frame->fault.row[i] = element % rows;
    element /= rows;
  }
  return 1;
}

static int run(hermes_step_function *const *steps, hermes_frame *frame) {
  for (; *steps; steps++)
    if ((*steps)(frame)) return 1;
  return 0;
}

int hermes_solve_component(const hermes_component *component, hermes_frame *frame) {
  if (run(component->starts, frame)) return 1;
  for (int passes = 1;; passes++) {
    furthest worst = {0};
    if (run(component->pass, frame)) return 1;
    for (int i = 0; i < component->solve_count; i++)
      measure(&component->solves[i], frame, &worst);
    if (worst.tolerances <= 1) return 0;
    if (passes == component->iterations || !isfinite(worst.residual))
      return not_converged(&worst, frame);
    for (int i = 0; i < component->solve_count; i++)
      relax(&component->solves[i], frame);
  }
}
