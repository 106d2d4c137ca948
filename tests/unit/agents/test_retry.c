/* When a call is asked again, how long to wait, and what a run may use up. */
#include "temporary.h"

#include "client/purse.h"
#include "client/retry.h"

#include <math.h>

static void only_what_may_pass_is_tried_again(void **state) {
  (void)state;
  static const struct {
    long status;
    bool again;
  } cases[] = {{200, false}, {204, false}, {301, false}, {400, false}, {401, false}, {404, false},
               {408, true},  {409, true},  {422, false}, {429, true},  {500, true},  {503, true},
               {529, true},  {599, true},  {600, false}, {0, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_true(retry_helps(cases[i].status) == cases[i].again);
}

static void delays_double_within_their_limits(void **state) {
  (void)state;
  static const double least[] = {0, 0.25, 0.5, 1, 2, 4};
  for (int failed = 1; failed <= 5; failed++) {
    assert_true(retry_delay(failed, NAN, 100, 0) == 2 * least[failed]);
    double shortest = retry_delay(failed, NAN, 100, 0.999999);
    assert_true(shortest >= least[failed] && shortest < 1.01 * least[failed]);
  }
  assert_true(retry_delay(1000, NAN, 60, 0) == 60);
  assert_true(retry_delay(1, 5, 60, 0.5) == 5); /* what the server asks for */
  assert_true(retry_delay(1, 0, 60, 0.5) == 0);
  assert_true(retry_delay(1, 3600, 60, 0.5) == 60);
}

static void retry_after_is_seconds_or_a_date(void **state) {
  (void)state;
  time_t now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */
  assert_true(retry_after("7", now) == 7);
  assert_true(retry_after("1.5", now) == 1.5);
  assert_true(retry_after("-3", now) == 0);
  assert_true(retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now) == 10);
  assert_true(retry_after("Sunday, 06-Nov-94 08:49:47 GMT", now) == 10);
  assert_true(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now) == 0);
  static const char *const nonsense[] = {"", "soon", "inf", "nan", "7 sheep", "1e999"};
  for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
    assert_true(isnan(retry_after(nonsense[i], now)));
}

/* ---- caps ---- */

static const Configuration uncapped = {.price_input = NAN, .price_output = NAN};

static void a_purse_without_caps_is_open(void **state) {
  (void)state;
  Purse purse = {.configuration = &uncapped};
  for (int i = 0; i < 1000; i++) {
    long most = 0;
    Hold hold;
    assert_int_equal(purse_take(&purse, 1 << 20, &most, &hold), PURSE_OPEN);
    assert_int_equal(most, 0);
    purse_pay(&purse, hold, 1 << 18, 1000);
  }
  assert_true(isnan(purse.cost));
}

static void what_is_held_counts(void **state) {
  (void)state;
  Configuration capped = uncapped;
  capped.max_tokens = 1000;
  Purse purse = {.configuration = &capped};
  long most = 600;
  Hold first, second;
  assert_int_equal(purse_take(&purse, 29, &most, &first), PURSE_OPEN);
  assert_int_equal(first.tokens, 610);
  assert_int_equal(purse_take(&purse, 29, &most, &second), PURSE_WAIT);
  purse_pay(&purse, first, 8, 100);
  assert_int_equal(purse_take(&purse, 29, &most, &second), PURSE_OPEN);
  purse_pay(&purse, second, 8, 500);
  assert_int_equal(purse_take(&purse, 29, &most, &second), PURSE_EMPTY);
  assert_int_equal(purse.tokens, 616);
  assert_int_equal(purse.held.tokens, 0);
}

static void what_is_left_is_given(void **state) {
  (void)state;
  Configuration capped = uncapped;
  capped.max_cost = 1;
  capped.price_input = 10;
  capped.price_output = 1000;
  Purse purse = {.configuration = &capped};
  long most = 0;
  Hold hold;
  assert_int_equal(purse_take(&purse, 29999, &most, &hold), PURSE_OPEN);
  assert_int_equal(most, 900); /* 10000 tokens of the prompt cost a tenth */
  purse_pay(&purse, hold, 10000, 900);
  assert_true(fabs(purse.cost - 1) < 1e-9);
  most = 0;
  assert_int_equal(purse_take(&purse, 30, &most, &hold), PURSE_EMPTY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_may_pass_is_tried_again),
      cmocka_unit_test(delays_double_within_their_limits),
      cmocka_unit_test(retry_after_is_seconds_or_a_date),
      cmocka_unit_test(a_purse_without_caps_is_open),
      cmocka_unit_test(what_is_held_counts),
      cmocka_unit_test(what_is_left_is_given),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
