/* The arithmetic that the interpreter and generated code share, and how an expect compares. */
#include <hermes/compute.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static double decade(int exponent) {
  char text[16];
  snprintf(text, sizeof text, "1e%d", exponent);
  return strtod(text, NULL);
}

/* Up to 1e22, beyond which a decade is no double. */
static void test_whole_decades_are_exact(void **state) {
  (void)state;
  for (int i = -22; i <= 22; i++) {
    assert_true(hermes_lin(10.0 * i) == decade(i));
    assert_true(hermes_db(decade(i)) == 10.0 * i);
    assert_true(hermes_lin_field(20.0 * i) == decade(i));
    assert_true(hermes_db_field(decade(i)) == 20.0 * i);
  }
}

static void test_ends_of_the_logarithm(void **state) {
  (void)state;
  assert_true(hermes_lin(-INFINITY) == 0);
  assert_true(hermes_lin(INFINITY) == INFINITY);
  assert_true(hermes_db(0) == -INFINITY);
  assert_true(isnan(hermes_db(-1)));
  assert_true(isnan(hermes_lin(NAN)));
}

static void test_extremes_keep_a_nan(void **state) {
  (void)state;
  assert_true(hermes_min(1, 2) == 1 && hermes_min(2, 1) == 1);
  assert_true(hermes_max(1, 2) == 2 && hermes_max(2, 1) == 2);
  assert_true(isnan(hermes_min(NAN, 1)) && isnan(hermes_min(1, NAN)));
  assert_true(isnan(hermes_max(NAN, 1)) && isnan(hermes_max(1, NAN)));
  assert_true(hermes_min(-INFINITY, 1) == -INFINITY && hermes_max(-INFINITY, 1) == 1);
}

static void test_signs(void **state) {
  (void)state;
  assert_true(hermes_sign(-3) == -1 && hermes_sign(0) == 0 && hermes_sign(0.1) == 1);
  assert_true(isnan(hermes_sign(NAN)));
  assert_true(hermes_mod(7, 3) == 1 && hermes_mod(-7, 3) == 2 && hermes_mod(7, -3) == -2);
  assert_true(hermes_round(2.5) == 3 && hermes_round(-2.5) == -3 && hermes_round(2.4) == 2);
  assert_true(hermes_square(-3) == 9);
}

/* ---- verdicts ---- */

static int holds(int relation, int logarithmic, double within, double left, double right) {
  hermes_verdict verdict = {0};
  hermes_verdict_take(&verdict, relation, logarithmic, within, left, right, NULL, 0);
  assert_int_equal(verdict.checked, 1);
  return verdict.failed == 0;
}

static int plain(int relation, double left, double right) {
  return holds(relation, 0, 0, left, right);
}

static void test_relations(void **state) {
  (void)state;
  static const struct {
    double left, right;
    int expected[6]; /* <, <=, >, >=, ==, != */
  } cases[] = {
      {1, 2, {1, 1, 0, 0, 0, 1}},         {2, 1, {0, 0, 1, 1, 0, 1}},
      {2, 2, {0, 1, 0, 1, 1, 0}},         {-INFINITY, -INFINITY, {0, 1, 0, 1, 1, 0}},
      {-INFINITY, 5, {1, 1, 0, 0, 0, 1}}, {INFINITY, 5, {0, 0, 1, 1, 0, 1}},
      {NAN, 5, {0, 0, 0, 0, 0, 0}},       {5, NAN, {0, 0, 0, 0, 0, 0}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int relation = HERMES_LESS; relation <= HERMES_NOT_EQUAL; relation++)
      assert_int_equal(plain(relation, cases[i].left, cases[i].right), cases[i].expected[relation]);
  assert_true(plain(HERMES_CONDITION, 1, 0));
  assert_false(plain(HERMES_CONDITION, 0, 0));
}

static void test_rounding_is_tolerated(void **state) {
  (void)state;
  double more = 1e6 * (1 + 5e-13), too_much = 1e6 * (1 + 2e-12);
  assert_true(plain(HERMES_LESS_EQUAL, more, 1e6));
  assert_true(plain(HERMES_GREATER_EQUAL, 1e6, more));
  assert_true(plain(HERMES_EQUAL, more, 1e6));
  assert_false(plain(HERMES_NOT_EQUAL, more, 1e6));
  assert_false(plain(HERMES_LESS, more, 1e6));
  assert_false(plain(HERMES_LESS_EQUAL, too_much, 1e6));
  assert_false(plain(HERMES_EQUAL, too_much, 1e6));
}

/* Of a level, its linear value counts: 4.3e-12 dB, whatever the level is. */
static void test_levels_are_compared_by_their_power(void **state) {
  (void)state;
  assert_true(holds(HERMES_EQUAL, 1, 0, -110, -110 + 4e-12));
  assert_false(holds(HERMES_EQUAL, 1, 0, -110, -110 + 5e-12));
  assert_false(holds(HERMES_EQUAL, 0, 0, 1e-3, 1e-3 + 4e-12));
  assert_true(holds(HERMES_EQUAL, 1, 0, 0, 4e-12));
}

static void test_within(void **state) {
  (void)state;
  assert_true(holds(HERMES_EQUAL, 1, 0.1, -100, -100.1));
  assert_false(holds(HERMES_EQUAL, 1, 0.1, -100, -100.11));
  assert_true(holds(HERMES_LESS_EQUAL, 0, 1, 6, 5));
  assert_false(holds(HERMES_LESS, 0, 1, 6, 5));
  assert_true(holds(HERMES_LESS, 0, 1, 5.9, 5));
}

static void test_the_worst_row_is_kept(void **state) {
  (void)state;
  static const double lefts[] = {1, 4, 7, 7, 2};
  hermes_verdict verdict = {0};
  for (size_t i = 0; i < 5; i++)
    hermes_verdict_take(&verdict, HERMES_LESS_EQUAL, 0, 0, lefts[i], 5, (size_t[]){i, 9}, 2);
  assert_int_equal(verdict.checked, 5);
  assert_int_equal(verdict.failed, 2);
  assert_true(verdict.left == 7 && verdict.right == 5 && verdict.excess == 2);
  assert_int_equal(verdict.row[0], 2); /* the first of the two */
  assert_int_equal(verdict.row[1], 9);
  assert_int_equal(verdict.row[2], 0);
}

static void test_the_closest_row_is_kept_where_all_hold(void **state) {
  (void)state;
  static const double lefts[] = {1, 4, 3};
  hermes_verdict verdict = {0};
  for (size_t i = 0; i < 3; i++)
    hermes_verdict_take(&verdict, HERMES_LESS_EQUAL, 0, 0, lefts[i], 5, &i, 1);
  assert_int_equal(verdict.failed, 0);
  assert_true(verdict.left == 4 && verdict.excess == -1);
  assert_int_equal(verdict.row[0], 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole_decades_are_exact),
      cmocka_unit_test(test_ends_of_the_logarithm),
      cmocka_unit_test(test_extremes_keep_a_nan),
      cmocka_unit_test(test_signs),
      cmocka_unit_test(test_relations),
      cmocka_unit_test(test_rounding_is_tolerated),
      cmocka_unit_test(test_levels_are_compared_by_their_power),
      cmocka_unit_test(test_within),
      cmocka_unit_test(test_the_worst_row_is_kept),
      cmocka_unit_test(test_the_closest_row_is_kept_where_all_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
