/* Numerics of the runtime that the language cannot express (percentiles are in compute.h). */
#ifndef HERMES_NUMERIC_H
#define HERMES_NUMERIC_H

#include <stddef.h>
#include <stdint.h>

/* Reads the decimal number at the beginning of a text: sign, digits, point, exponent; rounded
 * correctly, whatever the locale. Returns how many bytes it takes, 0 where none begins there. "inf"
 * and "nan" are no numbers; a number that is too large gives an infinity. */
size_t hermes_decimal(const char *text, size_t length, double *number);

/* A number in at most `digits` (up to 17) significant digits, and fewer where they read back as the
 * same number; whatever the locale: 6, -0.1, 1e+20, inf, nan. */
enum { HERMES_DECIMAL_TEXT = 32 };
void hermes_decimal_text(double number, int digits, char text[HERMES_DECIMAL_TEXT]);

/* Mean and standard deviation of samples (every `stride`-th of an array), and how far the mean of what
 * they were drawn from may lie from theirs: Student's t, two-sided, at a confidence in 0..1. Of fewer
 * than two samples, or where one is no number, deviation and half-width are NaN. */
typedef struct hermes_spread {
  double mean, deviation, half_width;
} hermes_spread;
hermes_spread hermes_spread_of(const double *samples, size_t count, size_t stride,
                               double confidence);

/* Random numbers as functions of a key and a counter (Random123's Philox 4x32-10): the same for any
 * order of calls, number of threads or of ranks. */
uint64_t hermes_random_bits(uint64_t key, uint64_t stream, uint64_t counter);
/* Uniform in [0, 1), of 53 random bits. */
double hermes_random_uniform(uint64_t key, uint64_t stream, uint64_t counter);
/* Two of them; the first is that of hermes_random_uniform. */
void hermes_random_pair(uint64_t key, uint64_t stream, uint64_t counter, double pair[2]);
/* A permutation of 0 .. count - 1: the number at a position. Different positions give different
 * numbers. */
uint64_t hermes_random_order(uint64_t key, uint64_t stream, uint64_t count, uint64_t position);

#endif
