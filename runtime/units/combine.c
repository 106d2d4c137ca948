/* Products, quotients and powers of units. Only linear units multiply freely; a gain or a level may
 * be taken per something linear, which divides what it measures and moves a level's reference. */
#include <float.h>
#include <math.h>

#include "tables.h"

enum {
  DECIMAL_DIGITS = 10, /* factors of units are decimals of at most so many digits, or none at all */
  EXACT_POWER_OF_TEN = 22, /* the largest that a double holds exactly */
};

static double power_of_ten(int exponent) {
  double power = 1;
  while (exponent-- > 0)
    power *= 10;
  return power;
}

/* A product of factors may be off by an ulp from the decimal that it stands for: 1 / 1e-9 is not
 * 1e9. The way back from the digits rounds only once, because the whole number and the power of ten
 * are exact. */
double hermes_nearest_decimal(double x) {
  double size = fabs(x);
  if (!(size >= DBL_MIN && size <= DBL_MAX)) return x;
  int shift = DECIMAL_DIGITS - 1 - (int)floor(log10(size));
  if (shift > EXACT_POWER_OF_TEN) shift = EXACT_POWER_OF_TEN;
  if (shift < -EXACT_POWER_OF_TEN) return x;
  double scale = power_of_ten(shift < 0 ? -shift : shift);
  double digits = shift < 0 ? size / scale : size * scale;
  double whole = nearbyint(digits);
  if (whole < 1 || fabs(digits - whole) > 4 * DBL_EPSILON * whole) return x;
  return copysign(shift < 0 ? whole * scale : whole / scale, x);
}

static double multiply_factor(double a, double b, int power) {
  double raised = pow(b, (power < 0 ? -power : power) / (double)HERMES_POWER_ONE);
  return hermes_nearest_decimal(power < 0 ? a / raised : a * raised);
}

static double decibels(double factor, int per_decade) {
  return hermes_nearest_decimal(per_decade * log10(factor));
}

hermes_unit hermes_unit_one(void) {
  return (hermes_unit){.scale = HERMES_LINEAR, .factor = 1};
}

static bool is_one(const hermes_unit *unit) {
  return unit->scale == HERMES_LINEAR && unit->factor == 1 &&
         hermes_dimension_is_one(&unit->dimension);
}

hermes_unit hermes_unit_level_over(const hermes_unit *reference) {
  hermes_unit level = *reference;
  level.scale = HERMES_LEVEL;
  level.factor = 1;
  level.offset = decibels(reference->factor, hermes_dimension_per_decade(&reference->dimension));
  return level;
}

typedef const char *combiner(const hermes_unit *a, const hermes_unit *b, int power,
                             hermes_unit *product);

/* Linear by linear, and gain by linear: dB/km. */
static const char *combine_factors(const hermes_unit *a, const hermes_unit *b, int power,
                                   hermes_unit *product) {
  if (a->offset != 0) return "a gain over a reference antenna cannot be taken per something";
  product->factor = multiply_factor(a->factor, b->factor, power);
  bool representable = product->factor >= DBL_MIN && product->factor <= DBL_MAX;
  return representable ? NULL : "its size leaves the range of numbers";
}

/* Level by linear: dBm/MHz is dBm/Hz with its reference 60 dB lower. */
static const char *combine_level(const hermes_unit *a, const hermes_unit *b, int power,
                                 hermes_unit *product) {
  int per_decade = hermes_dimension_per_decade(&a->dimension);
  if (per_decade != hermes_dimension_per_decade(&product->dimension)) {
    return "it mixes a field quantity (20 dB for a factor of ten) with a power quantity (10 dB)";
  }
  double exponent = power / (double)HERMES_POWER_ONE;
  product->offset = hermes_nearest_decimal(a->offset + exponent * decibels(b->factor, per_decade));
  return NULL;
}

static const char *combine_point(const hermes_unit *a, const hermes_unit *b, int power,
                                 hermes_unit *product) {
  (void)a, (void)b, (void)power, (void)product;
  return "a temperature on a scale cannot be taken per something (a difference is in `K`)";
}

/* By the scale of the left side; the right side is linear. */
static combiner *const COMBINERS[] = {
    [HERMES_LINEAR] = combine_factors,
    [HERMES_GAIN] = combine_factors,
    [HERMES_LEVEL] = combine_level,
    [HERMES_POINT] = combine_point,
};

const char *hermes_unit_combine_why(const hermes_unit *a, const hermes_unit *b, int power,
                                    hermes_unit *unit) {
  if (is_one(b)) return *unit = *a, NULL;
  if (is_one(a) && power == HERMES_POWER_ONE) return *unit = *b, NULL;
  if (b->scale != HERMES_LINEAR) {
    return "a logarithmic unit or a temperature scale can only stand first, and has no powers";
  }
  hermes_unit product = *a;
  if (!hermes_dimension_multiply(&a->dimension, &b->dimension, power, &product.dimension)) {
    return "an exponent leaves its range, or is no multiple of 1/60";
  }
  const char *why = COMBINERS[a->scale](a, b, power, &product);
  if (!why) *unit = product;
  return why;
}

bool hermes_unit_combine(const hermes_unit *a, const hermes_unit *b, int power, hermes_unit *unit) {
  return hermes_unit_combine_why(a, b, power, unit) == NULL;
}
