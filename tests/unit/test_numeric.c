/* runtime/numeric: decimal text, percentiles, random numbers. */
#include <hermes/compute.h>
#include <hermes/numeric.h>

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double decimal(const char *text, size_t *used) {
  double number = -12345;
  *used = hermes_decimal(text, strlen(text), &number);
  return number;
}

static void assert_same(double a, double b) {
  if (memcmp(&a, &b, sizeof a)) fail_msg("%a is not %a", a, b);
}

/* ---- decimal text ---- */

static void a_decimal_is_rounded_as_the_c_library_does(void **state) {
  static const char *const texts[] = {"0",
                                      "-0",
                                      "1",
                                      "-3.5",
                                      "+7",
                                      ".5",
                                      "5.",
                                      "0.1",
                                      "1e22",
                                      "1e23",
                                      "-97.123456789012345",
                                      "123456789012345678901234567890",
                                      "9007199254740993",
                                      "1.7976931348623157e308",
                                      "4.9e-324",
                                      "2.2250738585072011e-308",
                                      "0.000000000000000000000000000000000000123456789",
                                      "1e-400",
                                      "8.5e-7",
                                      "100000000000000000000000000000000000000000e-40",
                                      "0.30000000000000004440892098500626161694526672363281251"};
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t used;
    double number = decimal(texts[i], &used);
    assert_int_equal(used, strlen(texts[i]));
    assert_same(number, strtod(texts[i], NULL));
  }
}

static void random_decimals_are_rounded_as_the_c_library_does(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 200000; i++) {
    char text[64];
    uint64_t bits = hermes_random_bits(1, 2, i);
    double original;
    memcpy(&original, &bits, sizeof original);
    if (!isfinite(original)) continue;
    snprintf(text, sizeof text, "%.*g", (int)(bits % 20) + 1,
             i % 2 ? original : fmod(original, 1e6));
    size_t used;
    assert_same(decimal(text, &used), strtod(text, NULL));
    assert_int_equal(used, strlen(text));
  }
}

static void what_is_no_decimal_is_left_where_it_stands(void **state) {
  static const struct {
    const char *text;
    size_t used;
  } cases[] = {{"", 0},     {"-", 0},     {".", 0},     {"+.", 0},    {"e5", 0},  {"nan", 0},
               {"inf", 0},  {"-3 dB", 2}, {"3dB", 1},   {"5e", 1},    {"5eV", 1}, {"5e+", 1},
               {"0x10", 1}, {"1.2.3", 3}, {"1,000", 1}, {"1e5e5", 3}, {" 1", 0}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t used;
    decimal(cases[i].text, &used);
    assert_int_equal(used, cases[i].used);
  }
}

static void a_decimal_is_read_only_up_to_its_length(void **state) {
  double number;
  (void)state;
  assert_int_equal(hermes_decimal("12345", 2, &number), 2);
  assert_same(number, 12);
  assert_int_equal(hermes_decimal("1e55", 3, &number), 3);
  assert_same(number, 1e5);
}

static void a_number_too_large_is_infinite(void **state) {
  size_t used;
  (void)state;
  assert_true(isinf(decimal("1e309", &used)));
  assert_true(decimal("-1e999999999999999999999", &used) == -INFINITY);
  assert_same(decimal("0e999999999999", &used), 0);
}

static void no_locale_has_a_say(void **state) {
  (void)state;
  if (!setlocale(LC_ALL, "de_DE.UTF-8")) skip();
  size_t used;
  char text[HERMES_DECIMAL_TEXT];
  assert_same(decimal("1.23456789012345678", &used), 1.23456789012345678);
  hermes_decimal_text(1.5, 6, text);
  assert_string_equal(text, "1.5");
  setlocale(LC_ALL, "C");
}

static void a_number_is_written_in_few_digits_that_read_back(void **state) {
  static const struct {
    double number;
    int digits;
    const char *text;
  } cases[] = {{6, 17, "6"},
               {0.1, 17, "0.1"},
               {-0.1, 6, "-0.1"},
               {1.0 / 3, 6, "0.333333"},
               {1e20, 6, "1e+20"},
               {NAN, 17, "nan"},
               {-INFINITY, 17, "-inf"},
               {0.1 + 0.2, 17, "0.30000000000000004"},
               {-2.2250738585072014e-308, 17, "-2.2250738585072014e-308"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[HERMES_DECIMAL_TEXT];
    hermes_decimal_text(cases[i].number, cases[i].digits, text);
    assert_string_equal(text, cases[i].text);
  }
}

/* ---- percentiles ---- */

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void a_percentile_interpolates_between_order_statistics(void **state) {
  (void)state;
  double values[] = {15, 20, 35, 40, 50};
  assert_same(hermes_percentile(values, 5, 0.4), 29);
  assert_same(hermes_percentile(values, 5, 0), 15);
  assert_same(hermes_percentile(values, 5, 1), 50);
  assert_same(hermes_percentile(values, 5, 0.5), 35);
}

static void a_percentile_is_that_of_the_sorted_values(void **state) {
  enum { MOST = 300 };
  double values[MOST], sorted[MOST];
  (void)state;
  for (size_t count = 1; count < MOST; count++)
    for (size_t kind = 0; kind < 3; kind++) {
      double share = hermes_random_uniform(3, count, kind);
      for (size_t i = 0; i < count; i++) /* without ties, with many, in order */
        sorted[i] = values[i] = kind == 0   ? hermes_random_uniform(4, count, i)
                                : kind == 1 ? (double)(hermes_random_bits(4, count, i) % 5)
                                            : (double)i;
      qsort(sorted, count, sizeof *sorted, ascending);
      double position = share * (double)(count - 1);
      size_t below = (size_t)position, above = below + 1 < count ? below + 1 : below;
      double expected =
          sorted[below] + (sorted[above] - sorted[below]) * (position - (double)below);
      assert_true(fabs(hermes_percentile(values, count, share) - expected) <=
                  1e-12 * (1 + fabs(expected)));
    }
}

static void a_percentile_of_nothing_or_of_nan_is_nan(void **state) {
  double values[] = {1, NAN, 3};
  (void)state;
  assert_true(isnan(hermes_percentile(values, 0, 0.5)));
  assert_true(isnan(hermes_percentile(values, 3, 0.5)));
  assert_true(isnan(hermes_percentile(values, 1, NAN)));
}

static void a_percentile_between_equal_infinities_is_that_infinity(void **state) {
  double low[] = {-INFINITY, 1, -INFINITY, -INFINITY}, high[] = {INFINITY, 1, INFINITY};
  double mixed[] = {-INFINITY, 5};
  (void)state;
  assert_true(hermes_percentile(low, 4, 0.3) == -INFINITY);
  assert_true(hermes_percentile(low, 4, 0.9) == -INFINITY);
  assert_true(hermes_percentile(high, 3, 0.8) == INFINITY);
  assert_true(hermes_percentile(high, 3, 0.3) == INFINITY);
  assert_same(hermes_percentile(mixed, 2, 1), 5);
}

/* ---- random numbers ---- */

static void a_random_number_depends_on_key_stream_and_counter_alone(void **state) {
  (void)state;
  assert_true(hermes_random_bits(1, 2, 3) == hermes_random_bits(1, 2, 3));
  assert_true(hermes_random_bits(1, 2, 3) != hermes_random_bits(1, 2, 4));
  assert_true(hermes_random_bits(1, 2, 3) != hermes_random_bits(1, 3, 3));
  assert_true(hermes_random_bits(1, 2, 3) != hermes_random_bits(2, 2, 3));
}

static void philox_gives_the_known_answers(void **state) {
  (void)state; /* philox4x32-10 of Random123's kat_vectors, counter and key zero: 6627e8d5 e169c58d
                  ... */
  assert_true(hermes_random_bits(0, 0, 0) == 0xE169C58D6627E8D5u);
}

static void uniform_numbers_fill_the_unit_interval(void **state) {
  enum { COUNT = 100000 };
  double sum = 0, squares = 0;
  (void)state;
  for (uint64_t i = 0; i < COUNT; i++) {
    double u = hermes_random_uniform(7, 8, i);
    assert_true(u >= 0 && u < 1);
    sum += u;
    squares += u * u;
  }
  assert_true(fabs(sum / COUNT - 0.5) < 0.005);
  assert_true(fabs(squares / COUNT - 1.0 / 3) < 0.005);
}

static void a_random_order_visits_every_number_once(void **state) {
  static const uint64_t counts[] = {1, 2, 3, 4, 5, 16, 17, 57, 1000, 4096, 10001};
  (void)state;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    bool *seen = calloc(counts[i], sizeof *seen);
    for (uint64_t p = 0; p < counts[i]; p++) {
      uint64_t number = hermes_random_order(9, i, counts[i], p);
      assert_true(number < counts[i]);
      assert_false(seen[number]);
      seen[number] = true;
    }
    free(seen);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_decimal_is_rounded_as_the_c_library_does),
      cmocka_unit_test(random_decimals_are_rounded_as_the_c_library_does),
      cmocka_unit_test(what_is_no_decimal_is_left_where_it_stands),
      cmocka_unit_test(a_decimal_is_read_only_up_to_its_length),
      cmocka_unit_test(a_number_too_large_is_infinite),
      cmocka_unit_test(no_locale_has_a_say),
      cmocka_unit_test(a_number_is_written_in_few_digits_that_read_back),
      cmocka_unit_test(a_percentile_interpolates_between_order_statistics),
      cmocka_unit_test(a_percentile_is_that_of_the_sorted_values),
      cmocka_unit_test(a_percentile_of_nothing_or_of_nan_is_nan),
      cmocka_unit_test(a_percentile_between_equal_infinities_is_that_infinity),
      cmocka_unit_test(a_random_number_depends_on_key_stream_and_counter_alone),
      cmocka_unit_test(philox_gives_the_known_answers),
      cmocka_unit_test(uniform_numbers_fill_the_unit_interval),
      cmocka_unit_test(a_random_order_visits_every_number_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
