/* Rules of the twin's commands: exit codes, streams, documents, files. */
#include "small_twin.h"

#include <cjson/cJSON.h>

/* ---- reading documents ---- */

static cJSON *document(void) {
  char *text = small_read("out");
  cJSON *json = cJSON_Parse(text);
  if (!json) print_message("no JSON:\n%s\n", text);
  assert_non_null(json);
  free(text);
  return json;
}

/* A member along a path of keys, "kpis/weakest/value"; numbers count elements of an array. */
static const cJSON *member(const cJSON *json, const char *path) {
  char key[64];
  while (*path && json) {
    size_t length = strcspn(path, "/");
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, atoi(key))
                               : cJSON_GetObjectItemCaseSensitive(json, key);
    path += length + (path[length] == '/');
  }
  assert_non_null(json);
  return json;
}

static double number(const cJSON *json, const char *path) {
  assert_true(cJSON_IsNumber(member(json, path)));
  return member(json, path)->valuedouble;
}

static const char *text(const cJSON *json, const char *path) {
  assert_true(cJSON_IsString(member(json, path)));
  return member(json, path)->valuestring;
}

static bool truth(const cJSON *json, const char *path) {
  assert_true(cJSON_IsBool(member(json, path)));
  return cJSON_IsTrue(member(json, path));
}

static void assert_file(const char *name, const char *expected) {
  char *held = small_read(name);
  assert_string_equal(held, expected);
  free(held);
}

/* ---- run ---- */

static void run_prints_kpis_with_units_and_verdicts(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data"), HERMES_OK);
  assert_file("out", "weakest  -103  dBm\ncovered    75  %\nenergy    300  W\n"
                     "\nconstraints\n  met  covered  75  >=  50  %\n");
  assert_file("err", "");
}

static void run_is_implied_by_an_option(void **state) {
  (void)state;
  assert_int_equal(CALL("--data", "data", "--format=csv"), HERMES_OK);
  assert_file("out", "kpi,value,unit\nweakest,-103,dBm\ncovered,75,%\nenergy,300,W\n");
}

static void run_writes_one_json_document(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--format", "json"), HERMES_OK);
  cJSON *json = document();
  assert_string_equal(text(json, "blueprint"), "small");
  assert_true(number(json, "kpis/weakest/value") == -103);
  assert_string_equal(text(json, "kpis/covered/unit"), "%");
  assert_true(number(json, "constraints/0/bound") == 50);
  assert_true(truth(json, "constraints/0/satisfied"));
  assert_true(truth(json, "feasible"));
  assert_true(number(json, "inputs/bandwidth/value") == 20);
  assert_string_equal(text(json, "provenance/sha256"), "0123456789abcdef");
  cJSON_Delete(json);
}

static void an_infeasible_decision_is_a_result(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--set", "sleep[c2]=true", "--set",
                        "sleep[\"c,3\"]=true", "--set", "offset[c1]=-6", "--format", "json"),
                   HERMES_OK);
  cJSON *json = document();
  assert_false(truth(json, "feasible"));
  assert_false(truth(json, "constraints/0/satisfied"));
  cJSON_Delete(json);
}

static void an_invalid_decision_exits_1_with_its_reason(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--set", "sleep=true"), HERMES_INVALID);
  assert_true(small_holds("out", "invalid: "));
  assert_true(small_holds("out", "ue u1"));
  assert_int_equal(CALL("run", "--data", "data", "--set", "sleep=true", "--format", "json"),
                   HERMES_INVALID);
  cJSON *json = document();
  assert_true(cJSON_IsNull(member(json, "kpis")));
  assert_true(strlen(text(json, "invalid")) > 0);
  cJSON_Delete(json);
}

/* ---- --show ---- */

static void shown_arrays_are_nested_by_row_key(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--format", "json", "--show", "rx,server",
                        "--show", "bandwidth,path.gain"),
                   HERMES_OK);
  cJSON *json = document();
  assert_string_equal(text(json, "arrays/rx/unit"), "dBm");
  assert_string_equal(text(json, "arrays/rx/index/1"), "cell");
  assert_true(number(json, "arrays/rx/values/u1/c,3") == -104);
  assert_string_equal(text(json, "arrays/server/values/u3"), "c,3");
  assert_true(number(json, "arrays/bandwidth/values") == 20);
  assert_true(number(json, "arrays/path.gain/values/u1/c1") == -120);
  cJSON_Delete(json);
}

static void arrays_of_one_index_share_the_rows_of_a_csv_file(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--format", "csv", "--show", "server,best"),
                   HERMES_OK);
  assert_file("out",
              "ue,server,best[dBm]\nu1,c1,-77\nu2,c2,-85\nu3,\"c,3\",-84\nu4,\"c,3\",-103\n");
  assert_int_equal(CALL("run", "--data", "data", "--format", "csv", "--show", "rx,best"),
                   HERMES_FAILED);
  assert_true(small_holds("err", "HB0820"));
}

static void an_unknown_array_is_refused_with_the_nearest(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--show", "bestt"), HERMES_FAILED);
  assert_true(small_holds("err", "did you mean: best"));
}

/* ---- compare ---- */

static void compare_takes_levels_apart_in_decibels(void **state) {
  small_write(state, "a.json", "{\"offset\": {\"c,3\": 2}, \"mode\": \"eco\"}");
  assert_int_equal(CALL("compare", "--data", "data", "a.json", "--format", "json"), HERMES_OK);
  cJSON *json = document();
  assert_true(cJSON_IsNull(member(json, "before/file")));
  assert_string_equal(text(json, "after/file"), "a.json");
  assert_true(number(json, "kpis/weakest/difference") == 2);
  assert_string_equal(text(json, "kpis/weakest/difference_unit"), "dB");
  assert_true(cJSON_IsNull(member(json, "kpis/weakest/relative_change")));
  assert_string_equal(text(json, "kpis/covered/difference_unit"), "percentage points");
  assert_true(number(json, "kpis/energy/relative_change") == -0.5);
  assert_true(truth(json, "constraints/0/after/satisfied"));
  cJSON_Delete(json);
}

static void compare_keeps_the_inputs_of_its_sides_apart(void **state) {
  small_write(state, "a.json", "{\"bandwidth\": 5}");
  small_write(state, "b.json", "{}");
  assert_int_equal(CALL("compare", "--data", "data", "a.json", "b.json", "--format", "json"),
                   HERMES_OK);
  cJSON *json = document();
  assert_true(number(json, "before/inputs/bandwidth/value") == 5);
  assert_true(number(json, "after/inputs/bandwidth/value") == 20);
  cJSON_Delete(json);
}

static void compare_exits_1_where_a_side_is_invalid(void **state) {
  small_write(state, "a.json", "{\"sleep\": true}");
  assert_int_equal(CALL("compare", "--data", "data", "a.json"), HERMES_INVALID);
  assert_true(small_holds("out", "invalid: a.json: "));
}

/* ---- test ---- */

static void test_prints_the_numbers_behind_a_verdict(void **state) {
  (void)state;
  assert_int_equal(CALL("test", "--data", "data"), HERMES_OK);
  assert_true(small_holds("out", "holds in 12 of 12"));
  assert_true(small_holds("out", "-74 >= -77 dBm, margin 3 dB"));
  assert_true(small_holds("out", "2 of 2 expectations hold"));
}

static void a_failed_expectation_exits_1(void **state) {
  (void)state;
  assert_int_equal(CALL("test", "--data", "data", "--set", "mode=eco", "--format", "json"),
                   HERMES_INVALID);
  cJSON *json = document();
  assert_false(truth(json, "passed"));
  assert_true(truth(json, "expects/0/passed"));
  assert_string_equal(text(json, "expects/0/asserts/0/worst/row/c"), "c1");
  assert_false(truth(json, "expects/1/passed"));
  assert_true(number(json, "expects/1/asserts/0/worst/margin") == -150);
  cJSON_Delete(json);
}

static void a_sample_says_of_how_many_rows(void **state) {
  (void)state;
  assert_int_equal(CALL("test", "--data", "data", "--rows", "2"), HERMES_OK);
  assert_true(small_holds("out", "a sample of 2 of 3 rows"));
}

static void an_invalid_decision_fails_every_expectation(void **state) {
  (void)state;
  assert_int_equal(CALL("test", "--data", "data", "--set", "sleep=true"), HERMES_INVALID);
  assert_true(small_holds("out", "invalid: "));
}

/* ---- trace ---- */

static void trace_shows_every_block_for_one_row(void **state) {
  (void)state;
  assert_int_equal(CALL("trace", "--data", "data", "--row", "ue=u3", "--format", "json"),
                   HERMES_OK);
  cJSON *json = document();
  assert_string_equal(text(json, "row/ue"), "u3");
  assert_string_equal(text(json, "blocks/3/name"), "received");
  assert_string_equal(text(json, "blocks/3/values/0/elements/0/row/0"), "c,3");
  assert_true(number(json, "blocks/3/values/0/elements/0/value") == -84);
  assert_string_equal(text(json, "blocks/4/values/0/value"), "c,3");
  assert_true(number(json, "blocks/4/values/1/value") == -84);
  cJSON_Delete(json);
}

static void trace_fixes_several_rows_and_sums_up_the_rest(void **state) {
  (void)state;
  assert_int_equal(CALL("trace", "--data", "data", "--row", "ue=u3", "--row", "cell=c1"),
                   HERMES_OK);
  assert_true(small_holds("out", "rx = -97 dBm"));
  assert_int_equal(CALL("trace", "--data", "data"), HERMES_OK);
  assert_true(small_holds("out", "rx = 12 elements: min -117, median -100, max -77 dBm"));
  assert_true(small_holds("out", "server = 4 elements: c,3 2x, c1 1x, c2 1x"));
}

static void trace_shows_how_far_an_invalid_decision_came(void **state) {
  (void)state;
  assert_int_equal(CALL("trace", "--data", "data", "--row", "ue=u1", "--set", "sleep=true"),
                   HERMES_INVALID);
  assert_true(small_holds("out", "cell c1: -77 dBm"));
  assert_true(small_holds("out", "server = not computed"));
}

static void trace_refuses_a_row_that_is_not_there(void **state) {
  (void)state;
  assert_int_equal(CALL("trace", "--data", "data", "--row", "eu=u3"), HERMES_FAILED);
  assert_int_equal(CALL("trace", "--data", "data", "--row", "ue=u9"), HERMES_FAILED);
  assert_int_equal(CALL("trace", "--data", "data", "--row", "path=u9"), HERMES_FAILED);
  assert_int_equal(CALL("trace", "--data", "data", "--row", "ue=u1", "--row", "ue=u2"),
                   HERMES_FAILED);
}

/* ---- info ---- */

static void info_needs_no_data(void **state) {
  (void)state;
  assert_int_equal(CALL("info"), HERMES_OK);
  assert_true(small_holds("out", "-6 dB .. 6 dB step 1 dB"));
  assert_int_equal(CALL("info", "--json"), HERMES_OK);
  cJSON *json = document();
  assert_string_equal(text(json, "blueprint/name"), "small");
  assert_true(number(json, "provenance/interface") == HERMES_ABI);
  cJSON_Delete(json);
}

/* ---- options ---- */

static void what_is_wrong_exits_2_and_names_what_is_right(void **state) {
  (void)state;
  static const struct {
    char *words[6];
    const char *said;
  } cases[] = {
      {{"ndt", "rnu"}, "did you mean: run"},
      {{"ndt", "run"}, "--data DIR"},
      {{"ndt", "run", "--dta", "data"}, "did you mean: --data"},
      {{"ndt", "run", "--data"}, "needs a value"},
      {{"ndt", "run", "--data", "data", "--top=3"}, "no option of `run`"},
      {{"ndt", "run", "--data", "data", "--quiet=3"}, "takes no value"},
      {{"ndt", "run", "--data", "data", "--format=jsno"}, "did you mean: json"},
      {{"ndt", "run", "--data", "data", "--max-memory=8XB"}, "8GiB"},
      {{"ndt", "rank", "--data", "data", "--threads=0"}, "whole number"},
      {{"ndt", "rank", "--data", "data"}, "CANDIDATES"},
      {{"ndt", "run", "--data", "data", "more"}, "one word too many"},
      {{"ndt", "run", "--data", "nowhere"}, "HB0701"},
      {{"ndt", "trace", "--data", "data", "--format=csv"}, "HB0825"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *words[7] = {0};
    memcpy(words, cases[i].words, sizeof cases[i].words);
    assert_int_equal(small_call(small_description, words), HERMES_FAILED);
    assert_true(small_holds("err", cases[i].said));
    assert_file("out", "");
  }
}

static void help_teaches_every_command(void **state) {
  (void)state;
  static char *const commands[] = {"run", "compare", "rank", "test", "trace", "info"};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    assert_int_equal(CALL("help", commands[i]), HERMES_OK);
    assert_true(small_holds("out", "examples:"));
    assert_int_equal(CALL(commands[i], "--help"), HERMES_OK);
    assert_true(small_holds("out", "usage: ndt"));
  }
  assert_int_equal(CALL("--help"), HERMES_OK);
  assert_int_equal(CALL("--version"), HERMES_OK);
  assert_true(small_holds("out", "small"));
}

/* ---- files ---- */

static void out_appears_complete_or_not_at_all(void **state) {
  small_write(state, "result.txt", "before");
  assert_int_equal(CALL("run", "--data", "data", "--out", "result.txt", "--set", "offset=9"),
                   HERMES_FAILED);
  assert_file("result.txt", "before");
  assert_int_equal(CALL("run", "--data", "data", "--out", "result.txt", "--format", "csv"),
                   HERMES_OK);
  assert_file("result.txt", "kpi,value,unit\nweakest,-103,dBm\ncovered,75,%\nenergy,300,W\n");
  assert_file("out", "");
  assert_int_equal(system("test -z \"$(ls result.txt.* 2>/dev/null)\""), 0);
}

static void what_cannot_be_written_is_said(void **state) {
  (void)state;
  assert_int_equal(CALL("run", "--data", "data", "--out", "/nowhere/at/all"), HERMES_FAILED);
  assert_true(small_holds("err", "HB0823"));
  if (access("/dev/full", W_OK)) return;
  assert_int_equal(CALL("run", "--data", "data", "--out", "/dev/full"), HERMES_FAILED);
  assert_true(small_holds("err", "HB0823"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SMALL_TEST(run_prints_kpis_with_units_and_verdicts),
      SMALL_TEST(run_is_implied_by_an_option),
      SMALL_TEST(run_writes_one_json_document),
      SMALL_TEST(an_infeasible_decision_is_a_result),
      SMALL_TEST(an_invalid_decision_exits_1_with_its_reason),
      SMALL_TEST(shown_arrays_are_nested_by_row_key),
      SMALL_TEST(arrays_of_one_index_share_the_rows_of_a_csv_file),
      SMALL_TEST(an_unknown_array_is_refused_with_the_nearest),
      SMALL_TEST(compare_takes_levels_apart_in_decibels),
      SMALL_TEST(compare_keeps_the_inputs_of_its_sides_apart),
      SMALL_TEST(compare_exits_1_where_a_side_is_invalid),
      SMALL_TEST(test_prints_the_numbers_behind_a_verdict),
      SMALL_TEST(a_failed_expectation_exits_1),
      SMALL_TEST(a_sample_says_of_how_many_rows),
      SMALL_TEST(an_invalid_decision_fails_every_expectation),
      SMALL_TEST(trace_shows_every_block_for_one_row),
      SMALL_TEST(trace_fixes_several_rows_and_sums_up_the_rest),
      SMALL_TEST(trace_shows_how_far_an_invalid_decision_came),
      SMALL_TEST(trace_refuses_a_row_that_is_not_there),
      SMALL_TEST(info_needs_no_data),
      SMALL_TEST(what_is_wrong_exits_2_and_names_what_is_right),
      SMALL_TEST(help_teaches_every_command),
      SMALL_TEST(out_appears_complete_or_not_at_all),
      SMALL_TEST(what_cannot_be_written_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
