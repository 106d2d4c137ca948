/* Special functions that fading needs: GSL's and the C library's, kept from all arguments at which
 * GSL would end the program, and the Marcum function, which neither has. */
#include <hermes/compute.h>

#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

double hermes_bessel_i0_scaled(double x) {
  return gsl_sf_bessel_I0_scaled(x);
}

double hermes_log_gamma(double x) {
  if (!(x > 0)) return NAN;
  return isinf(x) ? x : gsl_sf_lngamma(x);
}

/* From this shape on a gamma distribution is normal to 1e-8, and GSL's powers overflow. */
static const double NORMAL_SHAPE = 1e15;

static double normal_below(double deviations) {
  return erfc(-deviations / sqrt(2)) / 2;
}

double hermes_gamma_p(double a, double x) {
  if (!(a > 0) || !(x >= 0) || (isinf(a) && isinf(x))) return NAN;
  if (isinf(a) || isinf(x)) return isinf(x);
  if (a > NORMAL_SHAPE) return normal_below(x / sqrt(a) - sqrt(a));
  return fmin(fmax(gsl_sf_gamma_inc_P(a, x), 0), 1); /* near 0 and 1 it rounds beyond them */
}

/* ---- Marcum ---- */

enum {
  FAR = 9,       /* standard deviations behind which nothing is left that counts */
  MARGIN = 40,   /* and more of them where counts are small, and so not normal */
  LARGE = 10000, /* an amplitude from here on is normal to 1e-8, and would take long to add up */
  FAIRLY_LARGE = 50,
};
static const double LEAST = 1e-290; /* of what is multiplied up to the next probability */

static double poisson(double count, double mean) {
  return exp(count * log(mean) - mean - hermes_log_gamma(count + 1));
}

static double next_poisson(double probability, double count, double mean) {
  return probability > LEAST ? probability * mean / count : poisson(count, mean);
}

/* A Rician amplitude is at most b as often as a Poisson count of mean b^2/2 exceeds one of a^2/2.
 * All terms are positive, so that small results keep their digits; and dividing by what both counts
 * came to takes away the error of their first probabilities. */
static double counts_exceed(double mean, double other) {
  double least = fmin(mean, other), most = fmax(mean, other);
  double first = fmax(0, floor(least - FAR * sqrt(least) - MARGIN));
  double last = ceil(most + FAR * sqrt(most) + MARGIN);
  double here = poisson(first, mean), there = poisson(first, other);
  double all = 0, below = 0, exceeding = 0;
  for (double count = first; count <= last; count++) {
    exceeding += here * below;
    all += here;
    below += there;
    here = next_poisson(here, count + 1, mean);
    there = next_poisson(there, count + 1, other);
  }
  return fmin(1, exceeding / (all * below));
}

double hermes_marcum_p(double a, double b) {
  if (!(a >= 0) || !(b >= 0) || (isinf(a) && isinf(b))) return NAN;
  double mean = b * b / 2, other = a * a / 2; /* 0 of what is small, too */
  if (mean == 0 || isinf(a)) return 0;
  if (isinf(b)) return 1;
  if (other == 0) return -expm1(-mean);
  if (a > LARGE || (a > FAIRLY_LARGE && fabs(b - a) > FAR)) return normal_below(b - a - 0.5 / a);
  return b - a > MARGIN ? 1 : counts_exceed(mean, other);
}
