/* Rules of how results look: numbers, tables for people, CSV, JSON. */
#include "small_twin.h"

#include "twin/commands.h"

/* ---- what a printer leaves ---- */

static char *text_of(void (*print)(FILE *out)) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  print(out);
  fclose(out);
  return text;
}

static void assert_prints(void (*print)(FILE *out), const char *expected) {
  char *text = text_of(print);
  assert_string_equal(text, expected);
  free(text);
}

/* ---- numbers ---- */

static void people_see_six_digits(void **state) {
  (void)state;
  char text[TWIN_NUMBER];
  twin_number_short(1.0 / 3, text);
  assert_string_equal(text, "0.333333");
  twin_number_short(-0.0, text);
  assert_string_equal(text, "0");
}

static void programs_see_the_fewest_digits_that_read_back(void **state) {
  (void)state;
  const double numbers[] = {0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, -2.5e-7};
  char text[TWIN_NUMBER];
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    twin_number_exact(numbers[i], text);
    assert_true(strtod(text, NULL) == numbers[i]);
  }
  twin_number_exact(0.1, text);
  assert_string_equal(text, "0.1");
}

/* ---- tables ---- */

static void print_points(FILE *out) {
  twin_grid grid = twin_grid_new(3);
  grid.align[1] = TWIN_POINT;
  const char *cells[] = {"kpi", "value", "", "a", "-12.25", "dB", "longer", "100", "%"};
  for (size_t i = 0; i < 9; i++) twin_grid_cell(&grid, "%s", cells[i]);
  twin_grid_print(&grid, out, "  ");
  twin_grid_free(&grid);
}

static void numbers_stand_below_each_other_at_their_points(void **state) {
  (void)state;
  assert_prints(print_points, "  kpi      value\n"
                              "  a       -12.25  dB\n"
                              "  longer  100     %\n");
}

static void print_wide(FILE *out) {
  twin_grid grid = twin_grid_new(2);
  const char *cells[] = {"\xC3\xA4\xC3\xB6", "x", "abc", "y"};
  for (size_t i = 0; i < 4; i++) twin_grid_cell(&grid, "%s", cells[i]);
  twin_grid_print(&grid, out, "");
  twin_grid_free(&grid);
}

static void letters_beyond_ascii_take_one_column(void **state) {
  (void)state;
  assert_prints(print_wide, "\xC3\xA4\xC3\xB6   x\nabc  y\n");
}

/* ---- CSV ---- */

static void print_fields(FILE *out) {
  twin_csv_field(out, true, "plain");
  twin_csv_field(out, false, "c,3");
  twin_csv_field(out, false, "say \"x\"");
  twin_csv_field(out, false, " edge");
  twin_csv_field(out, false, "");
}

static void a_field_is_quoted_where_it_must_be(void **state) {
  (void)state;
  assert_prints(print_fields, "plain,\"c,3\",\"say \"\"x\"\"\",\" edge\",");
}

/* ---- JSON ---- */

static void print_document(FILE *out) {
  twin_json json = twin_json_begin(out);
  twin_json_text(&json, "quote\"", "line\nand \x01");
  twin_json_number(&json, "nan", NAN);
  twin_json_number(&json, "infinite", -INFINITY);
  twin_json_open_flat(&json, "flat", '{');
  twin_json_open(&json, "inner", '[');
  twin_json_number(&json, NULL, 0.1);
  twin_json_truth(&json, NULL, true);
  twin_json_close(&json, ']');
  twin_json_null(&json, "nothing");
  twin_json_close(&json, '}');
  twin_json_open(&json, "empty", '[');
  twin_json_close(&json, ']');
  twin_json_end(&json);
}

static void json_has_no_numbers_that_are_none(void **state) {
  (void)state;
  assert_prints(print_document,
                "{\n  \"quote\\\"\": \"line\\nand \\u0001\",\n  \"nan\": null,\n"
                "  \"infinite\": null,\n"
                "  \"flat\": {\"inner\": [0.1, true], \"nothing\": null},\n  \"empty\": []\n}\n");
}

/* ---- differences ---- */

static const char *difference_of(const char *unit, double *factor) {
  hermes_unit_system system = {0};
  hermes_unit measure;
  assert_true(hermes_unit_parse(&system, unit, strlen(unit), &measure, NULL, 0));
  return hermes_unit_difference(unit, &measure, factor);
}

static void levels_differ_by_decibels_and_shares_by_points(void **state) {
  (void)state;
  double factor;
  assert_string_equal(difference_of("dBm", &factor), "dB");
  assert_string_equal(difference_of("dBW", &factor), "dB");
  assert_true(factor == 1);
  assert_string_equal(difference_of("%", &factor), "percentage points");
  assert_string_equal(difference_of("Mbit/s", &factor), "Mbit/s");
  assert_true(factor == 1);
}

/* ---- satisfaction and violation ---- */

static void a_constraint_allows_what_two_builds_differ_by(void **state) {
  (void)state;
  assert_true(twin_satisfied(">=", 95 - 1e-13, 95));
  assert_false(twin_satisfied(">=", 95 - 1e-9, 95));
  assert_true(twin_satisfied("<=", 3.0000000000000004, 3));
  assert_false(twin_satisfied("<", 3.0000000000000004, 3));
  assert_false(twin_satisfied("<=", NAN, 3));
}

static void a_violation_is_relative_to_its_bound(void **state) {
  (void)state;
  hermes_slot linear = {.measure = {.scale = HERMES_LINEAR, .factor = 1}};
  hermes_slot level = {.measure = {.scale = HERMES_LEVEL, .factor = 1}};
  assert_true(twin_violation(&linear, ">=", 96, 95) == 0);
  assert_true(fabs(twin_violation(&linear, ">=", 50, 100) - 0.5) < 1e-12);
  assert_true(fabs(twin_violation(&linear, "<=", 3, 2) - 0.5) < 1e-12);
  assert_true(fabs(twin_violation(&linear, "<=", 3, 0) - 3) < 1e-12);
  assert_true(fabs(twin_violation(&level, ">=", -120, -110) - 0.9) < 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(people_see_six_digits),
      cmocka_unit_test(programs_see_the_fewest_digits_that_read_back),
      cmocka_unit_test(numbers_stand_below_each_other_at_their_points),
      cmocka_unit_test(letters_beyond_ascii_take_one_column),
      cmocka_unit_test(a_field_is_quoted_where_it_must_be),
      cmocka_unit_test(json_has_no_numbers_that_are_none),
      cmocka_unit_test(levels_differ_by_decibels_and_shares_by_points),
      cmocka_unit_test(a_constraint_allows_what_two_builds_differ_by),
      cmocka_unit_test(a_violation_is_relative_to_its_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
