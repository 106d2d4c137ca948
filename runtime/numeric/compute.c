/* The arithmetic that generated code and the interpreter share: each function is compiled once. */
#include <hermes/compute.h>
#include <math.h>

/* Of the ways to write 10^(x/10), this one is right at whole decades: lin(30) is 1000, lin(-30) is
 * 0.001. There x / 10.0 is exact where x * 0.1 is not, and pow is right where glibc's exp10 (2.36)
 * misses a third of all decades, at no gain in time. */
double hermes_lin(double decibel) {
  return pow(10.0, decibel / 10.0);
}

double hermes_db(double ratio) {
  return 10.0 * log10(ratio);
}

double hermes_lin_field(double decibel) {
  return pow(10.0, decibel / 20.0);
}

double hermes_db_field(double ratio) {
  return 20.0 * log10(ratio);
}

double hermes_sign(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}

double hermes_mod(double a, double b) {
  return a - b * floor(a / b);
}

double hermes_round(double x) {
  return round(x);
}

/* ---- comparisons of an expect ---- */

static const double relative = 1e-12;
static const double decibels = 4.342944819032518e-12; /* 10 log10(1 + 1e-12) */

/* How far rounding alone may move two equal values apart. Infinite sides are exact. */
static double tolerance_of(double left, double right, int logarithmic) {
  if (!isfinite(left) || !isfinite(right)) return 0.0;
  return logarithmic ? decibels : relative * fmax(fabs(left), fabs(right));
}

/* left - right, where two infinities of one sign are equal: zero power is minus infinity in dB. */
static double difference_of(double left, double right) {
  return left == right ? 0.0 : left - right;
}

/* By how much the comparison is missed; negative: by how much it holds. */
static double excess_of(int relation, double within, double left, double right) {
  const double difference = difference_of(left, right);
  switch (relation) {
  case HERMES_LESS:
  case HERMES_LESS_EQUAL: return difference - within;
  case HERMES_GREATER:
  case HERMES_GREATER_EQUAL: return -difference - within;
  case HERMES_EQUAL: return fabs(difference) - within;
  case HERMES_NOT_EQUAL: return within - fabs(difference);
  default: /* a condition */ return left != 0.0 ? 0.0 : 1.0;
  }
}

/* A tolerance makes `==`, `<=` and `>=` easier to meet, and `!=` harder. `<` and `>` have none:
 * what is equal is not less, and that is what they are written to find out. */
static int holds(int relation, double excess, double tolerance) {
  switch (relation) {
  case HERMES_LESS:
  case HERMES_GREATER: return excess < 0.0;
  case HERMES_NOT_EQUAL: return excess < -tolerance;
  case HERMES_CONDITION: return excess == 0.0;
  default: return excess <= tolerance;
  }
}

void hermes_verdict_take(hermes_verdict *verdict, int relation, int logarithmic, double within,
                         double left, double right, const size_t *row, int rank) {
  double excess = excess_of(relation, within, left, right);
  if (isnan(excess)) excess = INFINITY; /* no number violates whatever is said of it */
  if (!holds(relation, excess, tolerance_of(left, right, logarithmic))) verdict->failed++;
  const int first = verdict->checked++ == 0;
  if (!first && excess <= verdict->excess) return;
  verdict->left = left;
  verdict->right = right;
  verdict->excess = excess;
  for (int i = 0; i < HERMES_MAX_RANK; i++) verdict->row[i] = i < rank ? row[i] : 0;
}
