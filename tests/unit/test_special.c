/* runtime/numeric/special.c: limits, identities, and that no argument ends the program. */
#include <hermes/compute.h>
#include <hermes/numeric.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double a, double b, double relative) {
  if (!(fabs(a - b) <= relative * fabs(b))) fail_msg("%.17g is not %.17g", a, b);
}

static void assert_probability(double p, double a, double b) {
  if (!(p >= 0 && p <= 1)) fail_msg("%g of %g and %g", p, a, b);
}

/* Published values: Abramowitz and Stegun, tables 6.1, 9.8 and 26.7. */
static void values_are_those_of_tables(void **state) {
  (void)state;
  assert_near(hermes_bessel_i0_scaled(1), 0.4657596077, 1e-9);
  assert_near(hermes_bessel_i0_scaled(5), 0.1835408126, 1e-9);
  assert_near(hermes_log_gamma(0.5), log(sqrt(acos(-1))), 1e-14);
  assert_near(hermes_log_gamma(1.5), -0.1207822376, 1e-9);
  assert_near(hermes_gamma_p(0.5, 0.5), 0.68269, 1e-5);
  assert_near(hermes_gamma_p(2, 1), 0.26424, 1e-5);
}

static void a_shape_of_one_is_the_exponential_distribution(void **state) {
  (void)state;
  for (double x = 1e-20; x < 700; x *= 3) {
    assert_near(hermes_gamma_p(1, x), -expm1(-x), 1e-13);
    assert_near(hermes_marcum_p(0, sqrt(2 * x)), -expm1(-x), 1e-13);
    assert_near(hermes_marcum_p(1e-9, sqrt(2 * x)), -expm1(-x), 1e-13);
  }
}

/* Q1(a, a) = (1 + e^-a^2 I0(a^2)) / 2, in every way in which it is computed. */
static void an_amplitude_meets_its_peak_as_the_identity_says(void **state) {
  (void)state;
  for (double a = 0.01; a < 1e6; a *= 1.3)
    assert_near(hermes_marcum_p(a, a), (1 - hermes_bessel_i0_scaled(a * a)) / 2, 2e-8);
  for (double a = 0.01; a < 9000; a *= 1.3)
    assert_near(hermes_marcum_p(a, a), (1 - hermes_bessel_i0_scaled(a * a)) / 2, 1e-11);
}

static void probabilities_rise_and_join_where_the_way_changes(void **state) {
  (void)state;
  for (double a = 0.5; a < 2e4; a *= 1.7) {
    double last = 0;
    for (double b = fmax(0, a - 12); b < a + 12; b += 0.05) {
      double p = hermes_marcum_p(a, b);
      assert_true(p >= last - 1e-13);
      assert_true(p <= last + 0.05);
      last = p;
    }
  }
}

static void outside_there_is_no_number(void **state) {
  (void)state;
  assert_true(isnan(hermes_log_gamma(0)) && isnan(hermes_log_gamma(-1.5)));
  assert_true(isnan(hermes_gamma_p(0, 1)) && isnan(hermes_gamma_p(1, -1)));
  assert_true(isnan(hermes_marcum_p(-1, 1)) && isnan(hermes_marcum_p(1, -1)));
  assert_true(isnan(hermes_gamma_p(INFINITY, INFINITY)));
  assert_true(isnan(hermes_marcum_p(INFINITY, INFINITY)));
  assert_true(isnan(hermes_bessel_i0_scaled(NAN)) && isnan(hermes_log_gamma(NAN)));
  assert_true(isnan(hermes_gamma_p(1, NAN)) && isnan(hermes_gamma_p(NAN, 1)));
  assert_true(isnan(hermes_marcum_p(1, NAN)) && isnan(hermes_marcum_p(NAN, 1)));
}

static void at_the_ends_there_are_limits(void **state) {
  (void)state;
  assert_true(hermes_bessel_i0_scaled(0) == 1 && hermes_bessel_i0_scaled(INFINITY) == 0);
  assert_true(isinf(hermes_log_gamma(INFINITY)));
  assert_true(hermes_gamma_p(3, 0) == 0 && hermes_gamma_p(3, INFINITY) == 1);
  assert_true(hermes_gamma_p(INFINITY, 3) == 0);
  assert_true(hermes_marcum_p(3, 0) == 0 && hermes_marcum_p(3, INFINITY) == 1);
  assert_true(hermes_marcum_p(INFINITY, 3) == 0 && hermes_marcum_p(1e200, 1e200) == 0.5);
  /* their squares are less than any number */
  assert_near(hermes_marcum_p(1e-300, 1), -expm1(-0.5), 1e-15);
  assert_true(hermes_marcum_p(1, 1e-200) == 0 && hermes_marcum_p(1e-200, 1e-200) == 0);
}

/* GSL ends the program where it meets an error. */
static void no_argument_ends_the_program(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 200000; i++) {
    double scale = i % 3 == 0 ? 300 : i % 3 == 1 ? 12 : 2;
    double a = pow(10, scale * (2 * hermes_random_uniform(5, 1, i) - 1));
    double other = pow(10, scale * (2 * hermes_random_uniform(5, 2, i) - 1));
    double near = a * (1 + 1e-3 * (hermes_random_uniform(5, 3, i) - 0.5));
    double b = i % 2 ? near : other;
    assert_probability(hermes_gamma_p(a, b), a, b);
    if (i % 8 == 0) assert_probability(hermes_marcum_p(a, b), a, b);
    assert_probability(hermes_bessel_i0_scaled(a), a, 0);
    assert_false(isnan(hermes_log_gamma(a)));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_tables),
      cmocka_unit_test(a_shape_of_one_is_the_exponential_distribution),
      cmocka_unit_test(an_amplitude_meets_its_peak_as_the_identity_says),
      cmocka_unit_test(probabilities_rise_and_join_where_the_way_changes),
      cmocka_unit_test(outside_there_is_no_number),
      cmocka_unit_test(at_the_ends_there_are_limits),
      cmocka_unit_test(no_argument_ends_the_program),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
