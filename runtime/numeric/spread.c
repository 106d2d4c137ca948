/* What samples say of their mean. */
#include <hermes/numeric.h>

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Two passes: the differences from the mean lose no digits. */
hermes_spread hermes_spread_of(const double *samples, size_t count, size_t stride,
                               double confidence) {
  hermes_spread spread = {.mean = 0, .deviation = NAN, .half_width = NAN};
  double squares = 0;
  for (size_t i = 0; i < count; i++) spread.mean += samples[i * stride];
  spread.mean /= (double)count;
  if (count < 2 || isnan(spread.mean)) return spread;
  for (size_t i = 0; i < count; i++) {
    double difference = samples[i * stride] - spread.mean;
    squares += difference * difference;
  }
  spread.deviation = sqrt(squares / (double)(count - 1));
  spread.half_width = spread.deviation / sqrt((double)count) *
                      gsl_cdf_tdist_Pinv(0.5 + confidence / 2, (double)(count - 1));
  return spread;
}
