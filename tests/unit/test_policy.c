/* Rules of decisions and inputs: policy files, --set, inputs.json, candidates. Each is tried
 * through the program, as a user would. */
#include "small_twin.h"

#include "twin/commands.h"

static int run_policy(void **state, const char *policy) {
  small_write(state, "policy.json", policy);
  return CALL("run", "--data", "data", "--policy", "policy.json", "--format", "json");
}

/* The decision that a run reports. */
static void assert_decides(int code, const char *policy) {
  char *expected = twin_print("\"policy\": %s,\n", policy);
  assert_int_equal(code, HERMES_OK);
  assert_true(small_holds("out", expected));
  free(expected);
}

static void assert_refuses(int code, const char *message, const char *place) {
  assert_int_equal(code, HERMES_FAILED);
  assert_true(small_holds("err", message));
  assert_true(small_holds("err", place));
  char *out = small_read("out");
  assert_string_equal(out, "");
  free(out);
}

static int set(const char *assignment) {
  char *copy = strdup(assignment);
  int code = CALL("run", "--data", "data", "--set", copy, "--format", "json");
  free(copy);
  return code;
}

/* ---- what a policy file may say ---- */

static void what_is_not_named_keeps_its_default(void **state) {
  assert_decides(run_policy(state, "{}"), "{}");
  assert_decides(run_policy(state, "{\"offset\": {\"c2\": 2}}"), "{\"offset\": {\"c2\": 2}}");
}

static void a_value_with_a_unit_is_converted(void **state) {
  assert_decides(run_policy(state, "{\"ttt\": \"0.04 s\", \"offset\": {\"c1\": \"-3dB\"}}"),
                 "{\"offset\": {\"c1\": -3}, \"ttt\": 40}");
}

static void a_value_without_a_unit_is_in_the_declared_one(void **state) {
  assert_decides(run_policy(state, "{\"ttt\": 80}"), "{\"ttt\": 80}");
  assert_decides(run_policy(state, "{\"ttt\": \"80\"}"), "{\"ttt\": 80}");
}

static void one_value_stands_for_all_rows_below(void **state) {
  assert_decides(run_policy(state, "{\"offset\": \"-1 dB\"}"),
                 "{\"offset\": {\"c1\": -1, \"c2\": -1, \"c,3\": -1}}");
  assert_decides(run_policy(state, "{\"sleep\": {\"c1\": true}}"),
                 "{\"sleep\": {\"c1\": {\"h1\": true, \"h2\": true}}}");
}

static void truths_labels_and_keys_are_values(void **state) {
  assert_decides(run_policy(state, "{\"sleep\": {\"c2\": {\"h2\": true}}, \"mode\": \"eco\", "
                                   "\"home\": \"c,3\"}"),
                 "{\"sleep\": {\"c2\": {\"h2\": true}}, \"mode\": \"eco\", \"home\": \"c,3\"}");
}

static void a_byte_order_mark_and_escapes_are_let_pass(void **state) {
  assert_decides(run_policy(state, "\xEF\xBB\xBF{\"\\u006fffset\": {\"c1\": \"\\u0031\"}}"),
                 "{\"offset\": {\"c1\": 1}}");
}

static void what_run_reports_is_a_policy_file(void **state) {
  const char *policy = "{\"offset\": {\"c,3\": 2}, \"sleep\": {\"c2\": {\"h1\": true}}, "
                       "\"mode\": \"eco\", \"ttt\": 40}";
  assert_decides(run_policy(state, policy), policy);
}

/* ---- what it may not ---- */

static void an_unknown_name_is_refused_with_the_nearest(void **state) {
  assert_refuses(run_policy(state, "{\"ofset\": 1}"), "offset", "policy.json:1:2");
  assert_refuses(run_policy(state, "{\"weakest\": 1}"), "HB0810", "policy.json:1:2");
}

static void an_unknown_row_is_refused_at_its_key(void **state) {
  assert_refuses(run_policy(state, "{\"offset\":\n {\"c9\": 1}}"), "there is no cell `c9`",
                 "policy.json:2:3");
  assert_refuses(run_policy(state, "{\"home\": \"c9\"}"), "there is no cell `c9`",
                 "policy.json:1:10");
}

static void a_value_out_of_its_range_is_refused(void **state) {
  assert_refuses(run_policy(state, "{\"offset\": {\"c1\": 7}}"), "-6 dB .. 6 dB step 1 dB",
                 "policy.json:1:19");
  assert_refuses(run_policy(state, "{\"offset\": {\"c1\": 0.5}}"), "HB0814", "policy.json:1:19");
  assert_refuses(run_policy(state, "{\"ttt\": 50}"), "{40 ms, 80 ms, 160 ms}", "policy.json:1:9");
}

static void a_value_in_the_wrong_unit_is_refused(void **state) {
  assert_refuses(run_policy(state, "{\"offset\": \"3 dBm\"}"), "a level of power",
                 "policy.json:1:12");
  assert_refuses(run_policy(state, "{\"ttt\": \"3 foo\"}"), "HB0813", "policy.json:1:9");
}

static void a_value_of_the_wrong_kind_is_refused(void **state) {
  assert_refuses(run_policy(state, "{\"mode\": \"fulll\"}"), "did you mean: full",
                 "policy.json:1:10");
  assert_refuses(run_policy(state, "{\"sleep\": 2}"), "true or false", "policy.json:1:11");
  assert_refuses(run_policy(state, "{\"offset\": null}"), "HB0812", "policy.json:1:12");
  assert_refuses(run_policy(state, "{\"offset\": [1]}"), "HB0812", "policy.json:1:12");
  assert_refuses(run_policy(state, "{\"mode\": {\"c1\": 1}}"), "HB0815", "policy.json:1:11");
}

static void a_key_that_stands_twice_is_refused(void **state) {
  assert_refuses(run_policy(state, "{\"mode\": \"eco\", \"ttt\": 40, \"mode\": \"full\"}"),
                 "HB0809", "policy.json:1:28");
  assert_refuses(run_policy(state, "{\"offset\": {\"c1\": 1, \"c1\": 1}}"), "HB0809",
                 "policy.json:1:22");
}

static void all_mistakes_are_found_in_one_run(void **state) {
  assert_refuses(run_policy(state, "{\"offset\": {\"c9\": 1, \"c1\": 9}, \"moed\": 1}"), "HB0811",
                 "HB0814");
  assert_true(small_holds("err", "HB0810"));
}

/* ---- JSON ---- */

static void what_is_no_json_is_refused_with_line_and_column(void **state) {
  static const struct {
    const char *text, *place;
  } cases[] = {
      {"", ":1:1"},
      {"{\"offset\": {\"c1\": 1,}}", ":1:21"},
      {"{'offset': 1}", ":1:2"},
      {"{\"offset\" 1}", ":1:11"},
      {"{\n  \"offset\": tru\n}", ":2:13"},
      {"{\"offset\": 01}", ":1:13"},
      {"{\"offset\": +1}", ":1:12"},
      {"{\"offset\": 1.}", ":1:14"},
      {"{\"offset\": \"1}", ":1:15"},
      {"{\"offset\": \"a\nb\"}", ":1:14"},
      {"{\"offset\": \"\\q\"}", ":1:14"},
      {"{\"offset\": \"\\u0000\"}", ":1:19"},
      {"{\"offset\": \"\\ud800\"}", ":1:19"},
      {"{\"offset\": 1} x", ":1:15"},
      {"[1]", ":1:1"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refuses(run_policy(state, cases[i].text), "HB0808", cases[i].place);
}

static void nesting_has_a_limit(void **state) {
  char text[1000];
  memset(text, '[', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  assert_refuses(run_policy(state, text), "HB0808", "too deep");
}

static void bytes_that_are_no_text_are_refused(void **state) {
  assert_refuses(run_policy(state, "{\"offset\": \"\xFF\"}"), "UTF-8", "policy.json:1:13");
}

/* ---- --set ---- */

static void set_names_elements_by_key(void **state) {
  (void)state;
  assert_decides(set("offset[c1]=-3 dB"), "{\"offset\": {\"c1\": -3}}");
  assert_decides(set(" offset [ c2 ] = 1 "), "{\"offset\": {\"c2\": 1}}");
  assert_decides(set("offset[\"c,3\"]=1"), "{\"offset\": {\"c,3\": 1}}");
  assert_decides(set("sleep[c1,h2]=true"), "{\"sleep\": {\"c1\": {\"h2\": true}}}");
  assert_decides(set("sleep[c1]=yes"), "{\"sleep\": {\"c1\": {\"h1\": true, \"h2\": true}}}");
  assert_decides(set("offset=6"), "{\"offset\": {\"c1\": 6, \"c2\": 6, \"c,3\": 6}}");
}

static void set_says_what_is_wrong_and_where(void **state) {
  (void)state;
  assert_refuses(set("offset"), "HB0815", "--set:1:1");
  assert_refuses(set("offset[c1"), "HB0815", "--set:1:1");
  assert_refuses(set("offset[c1]x=3"), "HB0815", "--set:1:1");
  assert_refuses(set("offset[c1,c2]=3"), "HB0815", "--set:1:11");
  assert_refuses(set("offset[c9]=3"), "HB0811", "--set:1:8");
  assert_refuses(set("offset[c1]=nan"), "HB0812", "--set:1:12");
  assert_refuses(set("offset[c1]="), "no value", "--set:1:12");
  assert_refuses(set("bandwidth=1e400"), "HB0814", "--set:1:11");
}

static void set_wins_over_the_policy_file(void **state) {
  small_write(state, "policy.json", "{\"offset\": 1, \"mode\": \"eco\"}");
  assert_decides(CALL("run", "--data", "data", "--set", "offset=2", "--set", "offset[c2]=3",
                      "--policy", "policy.json", "--format", "json"),
                 "{\"offset\": {\"c1\": 2, \"c2\": 3, \"c,3\": 2}, \"mode\": \"eco\"}");
}

/* ---- inputs ---- */

static void assert_bandwidth(int code, const char *text) {
  assert_int_equal(code, HERMES_OK);
  assert_true(small_holds("out", text));
}

static void inputs_come_from_the_data_then_the_policy_then_set(void **state) {
  assert_bandwidth(run_policy(state, "{}"), "\"bandwidth\": {\"value\": 20, \"unit\": \"MHz\"}");
  small_write(state, "data/inputs.json", "{\"bandwidth\": \"7000 kHz\"}");
  assert_bandwidth(run_policy(state, "{}"), "{\"value\": 7, ");
  assert_bandwidth(run_policy(state, "{\"bandwidth\": 8}"), "{\"value\": 8, ");
  assert_bandwidth(CALL("run", "--data", "data", "--policy", "policy.json", "--set",
                        "bandwidth=0.009 GHz", "--format", "json"),
                   "{\"value\": 9, ");
}

static void the_data_hold_inputs_only(void **state) {
  small_write(state, "data/inputs.json", "{\"offset\": 1}");
  assert_refuses(run_policy(state, "{}"), "HB0817", "inputs.json:1:2");
}

static void inputs_of_the_data_are_no_link_out_of_it(void **state) {
  small_write(state, "elsewhere.json", "{}");
  assert_int_equal(symlink("../elsewhere.json", "data/inputs.json"), 0);
  assert_refuses(run_policy(state, "{}"), "HB0703", "inputs.json");
}

/* The description with one part of it replaced, to be freed. */
static char *description_with(const char *part, const char *replacement) {
  const char *at = strstr(small_description, part);
  assert_non_null(at);
  return twin_print("%.*s%s%s", (int)(at - small_description), small_description, replacement,
                    at + strlen(part));
}

static void an_input_without_default_must_be_given(void **state) {
  (void)state;
  char *required = description_with("\"required\":false", "\"required\":true");
  char *without[] = {"ndt", "run", "--data", "data", "--format", "json", NULL};
  char *with[] = {"ndt", "run", "--data", "data", "--set", "bandwidth=5", NULL};
  assert_refuses(small_call(required, without), "HB0816", "bandwidth");
  assert_int_equal(small_call(required, with), HERMES_OK);
  free(required);
}

/* ---- candidates ---- */

static int rank(void **state, const char *name, const char *text) {
  small_write(state, name, text);
  return CALL("rank", "--data", "data", (char *)name, "--format", "json", "--set", "ttt=40");
}

static void a_line_of_json_is_a_candidate_and_blank_lines_are_none(void **state) {
  assert_int_equal(rank(state, "c.jsonl", "{\"offset\": {\"c1\": 1}}\n\n  \r\n{}"), HERMES_OK);
  assert_true(small_holds("out", "\"candidate\": 2, \"line\": 4,"));
  assert_true(small_holds("out", "\"policy\": {\"offset\": {\"c1\": 1}, \"ttt\": 40}}"));
}

static void a_column_of_csv_is_a_decision(void **state) {
  assert_int_equal(rank(state, "c.csv",
                        "offset[c1],\"sleep[c2,h2]\",\"offset[\"\"c,3\"\"]\"\n"
                        "1,true,-2 dB\n# a comment\n0,0,0\n"),
                   HERMES_OK);
  assert_true(small_holds("out", "\"policy\": {\"offset\": {\"c1\": 1, \"c,3\": -2}, "
                                 "\"sleep\": {\"c2\": {\"h2\": true}}, \"ttt\": 40}}"));
  assert_true(small_holds("out", "\"candidate\": 2, \"line\": 4,"));
}

static void a_wrong_candidate_is_refused_with_file_and_line(void **state) {
  assert_refuses(rank(state, "c.jsonl", "{}\n{\"offset\": 9}\n"), "HB0814", "c.jsonl:2:12");
  assert_refuses(rank(state, "c.jsonl", "{}\n{\"offset\": }\n"), "HB0808", "c.jsonl:2:12");
  assert_refuses(rank(state, "c.jsonl", "{\"bandwidth\": 1}\n"), "HB0817", "c.jsonl:1:2");
  assert_refuses(rank(state, "c.csv", "offset[c1]\n1\nx\n"), "HB0812", "c.csv:3:1");
  assert_refuses(rank(state, "c.csv", "offset[c1],mode\n1,\n"), "HB0821", "c.csv:2:3");
  assert_refuses(rank(state, "c.csv", "offset[c1],mode\n1\n"), "HB0709", "c.csv:2");
  assert_refuses(rank(state, "c.csv", "offset[c1],offset\n1,1\n"), "HB0821", "c.csv:1:12");
  assert_refuses(rank(state, "c.csv", "offset[c9]\n1\n"), "HB0811", "c.csv:1:8");
}

static void a_file_without_candidates_is_refused(void **state) {
  assert_refuses(rank(state, "c.jsonl", "\n\n"), "HB0822", "c.jsonl");
  assert_refuses(rank(state, "c.csv", "offset[c1]\n"), "HB0822", "c.csv");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SMALL_TEST(what_is_not_named_keeps_its_default),
      SMALL_TEST(a_value_with_a_unit_is_converted),
      SMALL_TEST(a_value_without_a_unit_is_in_the_declared_one),
      SMALL_TEST(one_value_stands_for_all_rows_below),
      SMALL_TEST(truths_labels_and_keys_are_values),
      SMALL_TEST(a_byte_order_mark_and_escapes_are_let_pass),
      SMALL_TEST(what_run_reports_is_a_policy_file),
      SMALL_TEST(an_unknown_name_is_refused_with_the_nearest),
      SMALL_TEST(an_unknown_row_is_refused_at_its_key),
      SMALL_TEST(a_value_out_of_its_range_is_refused),
      SMALL_TEST(a_value_in_the_wrong_unit_is_refused),
      SMALL_TEST(a_value_of_the_wrong_kind_is_refused),
      SMALL_TEST(a_key_that_stands_twice_is_refused),
      SMALL_TEST(all_mistakes_are_found_in_one_run),
      SMALL_TEST(what_is_no_json_is_refused_with_line_and_column),
      SMALL_TEST(nesting_has_a_limit),
      SMALL_TEST(bytes_that_are_no_text_are_refused),
      SMALL_TEST(set_names_elements_by_key),
      SMALL_TEST(set_says_what_is_wrong_and_where),
      SMALL_TEST(set_wins_over_the_policy_file),
      SMALL_TEST(inputs_come_from_the_data_then_the_policy_then_set),
      SMALL_TEST(the_data_hold_inputs_only),
      SMALL_TEST(inputs_of_the_data_are_no_link_out_of_it),
      SMALL_TEST(an_input_without_default_must_be_given),
      SMALL_TEST(a_line_of_json_is_a_candidate_and_blank_lines_are_none),
      SMALL_TEST(a_column_of_csv_is_a_decision),
      SMALL_TEST(a_wrong_candidate_is_refused_with_file_and_line),
      SMALL_TEST(a_file_without_candidates_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
