/* Percentiles by selection: a sort of all values would cost more than the network model that made
 * them. */
#include <hermes/compute.h>

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>

static bool holds_nan(const double *values, size_t count) {
  bool nan = false;
  for (size_t i = 0; i < count; i++)
    nan |= isnan(values[i]) != 0;
  return nan;
}

/* needs: the order statistic before `begin` selected, so that all larger values stand from `begin`
 * on. */
static double smallest_from(const double *values, size_t begin, size_t count) {
  double least = values[begin];
  for (size_t i = begin + 1; i < count; i++)
    if (values[i] < least) least = values[i];
  return least;
}

/* Rounds as NumPy does, from the nearer end. Between equal values, infinite ones too, there is only
 * that value; what lies between a finite and an infinite one is infinite. */
static double between(double low, double high, double share) {
  if (low == high || share == 0) return low;
  if (isinf(low) && isinf(high)) return NAN;
  if (isinf(low) || isinf(high)) return isinf(low) ? low : high;
  double difference = high - low;
  return share < 0.5 ? low + difference * share : high - difference * (1 - share);
}

double hermes_percentile(double *values, size_t count, double share) {
  if (count == 0 || isnan(share) || holds_nan(values, count)) return NAN;
  double position = (double)(count - 1) * fmin(fmax(share, 0), 1);
  size_t below = (size_t)position;
  double low = gsl_stats_select(values, 1, count, below);
  if (below + 1 >= count) return low;
  return between(low, smallest_from(values, below + 1, count), position - (double)below);
}
