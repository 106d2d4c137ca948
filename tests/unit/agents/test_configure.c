/* A configuration is taken as it is written, or refused with what is wrong. */
#include "temporary.h"

#include "client/configure.h"

#include <math.h>
#include <sys/stat.h>

static const char *const variables[] = {"HERMES_BASE_URL", "HERMES_API_KEY", "HERMES_MODEL",
                                        "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL"};

typedef struct Read {
  Arena arena;
  hermes_diagnostics diagnostics;
  Configuration configuration;
  bool done;
} Read;

/* Reads `text` as a file, or no file where it is NULL. */
static void read_text(Read *read, const temporary *t, const char *text) {
  *read = (Read){0};
  char path[256];
  temporary_path(t, "config.json", path);
  if (text) write_text(t, "config.json", text);
  char *kept = arena_copy(&read->arena, path, strlen(path));
  read->done =
      configure(&read->arena, text ? kept : NULL, &read->configuration, &read->diagnostics);
}

static void free_read(Read *read) {
  hermes_diagnostics_free(&read->diagnostics);
  arena_free(&read->arena);
}

static int setup(void **state) {
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
  if (temporary_setup(state) != 0) return -1;
  return setenv("XDG_CONFIG_HOME", ((temporary *)*state)->directory, 1);
}

static void defaults_hold_where_nothing_is_said(void **state) {
  Read read;
  read_text(&read, *state, NULL);
  assert_true(read.done);
  assert_null(read.configuration.base_url);
  assert_int_equal(read.configuration.repairs, 3);
  assert_int_equal(read.configuration.max_calls, 200);
  assert_true(isnan(read.configuration.price_input));
  assert_true(read.configuration.stream);
  free_read(&read);
}

static void every_kind_is_taken(void **state) {
  Read read;
  read_text(
      &read, *state,
      "{\"base_url\": \"https://a.example/v1\", \"coarse\": 5, \"stall\": 1.5, \"stream\": "
      "false, \"price_input\": 1, \"price_output\": 2, \"max_cost\": 3, \"roles\": {\"coder\": "
      "{\"model\": \"m\", \"temperature\": 0}, \"fine\": {\"max_tokens\": 9}}}\n");
  assert_true(read.done);
  assert_int_equal(read.diagnostics.count, 0);
  const Configuration *c = &read.configuration;
  assert_string_equal(c->base_url, "https://a.example/v1");
  assert_true(c->coarse == 5 && c->stall == 1.5 && !c->stream && c->max_cost == 3);
  assert_int_equal(c->role_count, 2);
  assert_string_equal(role_setting(c, "coder")->model, "m");
  assert_true(role_setting(c, "coder")->temperature == 0);
  assert_true(isnan(role_setting(c, "fine")->temperature));
  assert_int_equal(role_setting(c, "fine")->max_tokens, 9);
  assert_null(role_setting(c, "editor"));
  free_read(&read);
}

static void wrong_files_are_refused(void **state) {
  static const struct {
    const char *text;
    hermes_code code;
    const char *told; /* somewhere in the diagnostic */
  } cases[] = {
      {"", HB0901, "no JSON"},
      {"[]", HB0901, "no JSON object"},
      {"{\"coarse\": 3} x", HB0901, "behind"},
      {"{\"coarse\" 3}", HB0901, "no JSON"},
      {"{\"coarce\": 3}", HB0902, "coarse"},
      {"{\"coarse\": 3, \"coarse\": 4}", HB0902, "twice"},
      {"{\"roles\": {\"coder\": {\"modell\": \"m\"}}}", HB0902, "model"},
      {"{\"roles\": {\"coder\": {\"coarse\": 3}}}", HB0902, "coarse"},
      {"{\"coarse\": 0}", HB0903, "from 1 to 16"},
      {"{\"coarse\": 2.5}", HB0903, "whole number"},
      {"{\"coarse\": \"3\"}", HB0903, "a text"},
      {"{\"coarse\": null}", HB0903, "null"},
      {"{\"stream\": 1}", HB0903, "true or false"},
      {"{\"model\": \"\"}", HB0903, "not empty"},
      {"{\"roles\": []}", HB0903, "an object"},
      {"{\"roles\": {\"coder\": 3}}", HB0903, "an object"},
      {"{\"timeout\": -1}", HB0903, "-1"},
      {"{\"timeout\": 1e999}", HB0903, "from 0.01"},
      {"{\"max_cost\": 1, \"price_input\": 1}", HB0903, "price_output"},
      {"{\"base_url\": \"ftp://a\"}", HB0903, "http://"},
      {"{\"base_url\": \"http://\"}", HB0903, "http://"},
      {"{\"base_url\": \"http://me:pass@a/v1\"}", HB0903, "password"},
      {"{\"base_url\": \"http://a/v1?x=1\"}", HB0903, "?"},
      {"{\"base_url\": \"http://a b\"}", HB0903, "http://"},
      {"{\"api_key\": \"a\\r\\nX-Evil: 1\"}", HB0903, "ASCII"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Read read;
    read_text(&read, *state, cases[i].text);
    char *told = hermes_diagnostics_json(&read.diagnostics);
    bool right = !read.done && read.diagnostics.errors == 1 &&
                 read.diagnostics.items[read.diagnostics.count - 1].code == cases[i].code &&
                 strstr(told, cases[i].told);
    if (!right) print_message("%s\n%s\n", cases[i].text, told);
    assert_true(right);
    free(told);
    free_read(&read);
  }
}

static void no_message_shows_a_secret(void **state) {
  static const char *const texts[] = {
      "{\"api_key\": \"SECRET\", \"coarce\": \"SECRET\", \"coarse\": \"SECRET\"}",
      "{\"api_key\": \"SECRET\" \"x\"}", "{\"api_key\": [\"SECRET\"]}",
      "{\"api_key\": \"SE CRET\", \"base_url\": \"http://me:SECRET@a/v1\"}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    Read read;
    read_text(&read, *state, texts[i]);
    assert_false(read.done);
    FILE *out = tmpfile();
    hermes_diagnostics_print(&read.diagnostics, out, false, 0);
    rewind(out);
    char told[8192];
    told[fread(told, 1, sizeof told - 1, out)] = '\0';
    fclose(out);
    assert_non_null(strstr(told, "error"));
    assert_null(strstr(told, "CRET"));
    free_read(&read);
  }
}

static void a_default_file_is_found(void **state) {
  temporary *t = *state;
  char path[256];
  temporary_path(t, "hermes", path);
  assert_int_equal(mkdir(path, 0700), 0);
  write_text(t, "hermes/config.json", "{\"model\": \"there\"}");
  Read read;
  read_text(&read, t, NULL);
  assert_true(read.done);
  assert_string_equal(read.configuration.model, "there");
  free_read(&read);
}

static void a_named_file_must_be_there(void **state) {
  (void)state;
  Read read = {0};
  assert_false(
      configure(&read.arena, "/nowhere/config.json", &read.configuration, &read.diagnostics));
  assert_int_equal(read.diagnostics.items[0].code, HB0901);
  free_read(&read);
}

static void the_environment_counts_and_is_cleared(void **state) {
  setenv("HERMES_API_KEY", "ours", 1);
  setenv("OPENAI_API_KEY", "theirs", 1);
  setenv("OPENAI_MODEL", "theirs", 1);
  Read read;
  read_text(&read, *state, "{\"api_key\": \"of the file\"}");
  assert_string_equal(read.configuration.api_key, "ours");
  assert_string_equal(read.configuration.model, "theirs");
  assert_null(getenv("HERMES_API_KEY"));
  assert_null(getenv("OPENAI_API_KEY"));
  free_read(&read);
}

static void a_key_in_the_clear_is_warned_of(void **state) {
  static const struct {
    const char *url;
    bool warns;
  } cases[] = {{"http://models.example/v1", true},    {"http://localhost.example/v1", true},
               {"http://127.0.0.1.example/v1", true}, {"https://models.example/v1", false},
               {"http://localhost:8080/v1", false},   {"http://127.0.0.1/v1", false},
               {"http://[::1]:8080", false},          {"http://localhost", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    setenv("HERMES_API_KEY", "key", 1);
    setenv("HERMES_BASE_URL", cases[i].url, 1);
    Read read;
    read_text(&read, *state, NULL);
    assert_true(read.done);
    assert_int_equal(read.diagnostics.warnings, cases[i].warns);
    free_read(&read);
  }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, temporary_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(defaults_hold_where_nothing_is_said),
      TEST(every_kind_is_taken),
      TEST(wrong_files_are_refused),
      TEST(no_message_shows_a_secret),
      TEST(a_default_file_is_found),
      TEST(a_named_file_must_be_there),
      TEST(the_environment_counts_and_is_cleared),
      TEST(a_key_in_the_clear_is_warned_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
