/* Replies are read the same, wherever their bytes are parted. */
#include "temporary.h"

#include "client/stream.h"

typedef struct Case {
  const char *stream, *text;
} Case;

#define DELTA(text) "{\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"" text "\"}}]}"
#define STOP "{\"choices\": [{\"index\": 0, \"delta\": {}, \"finish_reason\": \"stop\"}]}"

static const Case cases[] = {
    {"data: " DELTA("gr\xC3\xB6\xC3\x9F") "\n\ndata: " DELTA("er \xE2\x82\xAC") "\n\ndata: " STOP
                                                                                "\n\ndata: "
                                                                                "[DONE]\n\n",
     "gr\xC3\xB6\xC3\x9F"
     "er \xE2\x82\xAC"},
    {"data: " DELTA("a") "\r\n\r\ndata: " DELTA("b") "\r\n\r\ndata: " STOP "\r\n\r\n", "ab"},
    {"data:" DELTA("a") "\r\rdata:" DELTA("b") "\r\rdata:" STOP "\r\r", "ab"},
    {"data: {\"choices\": [{\"delta\":\r\ndata: {\"content\": \"ab\"}}]}\r\n\r\ndata: " STOP, "ab"},
    {": hello\n\nevent: x\ndata: {\"choices\": [{\"delta\":\ndata: {\"content\": \"ab\"}}]}\nid: "
     "7\n\ndata: " STOP,
     "ab"},
};
enum { CASES = sizeof cases / sizeof *cases };

static void assert_read(const Reading *reading, const char *text) {
  assert_null(reading->problem);
  assert_string_equal(reading->content.bytes, text);
  assert_string_equal(reading->finish, "stop");
}

/* Each piece lies alone in memory, so that reading beyond it is seen. */
static void feed(Reading *reading, const char *bytes, size_t length) {
  char *alone = malloc(length ? length : 1);
  memcpy(alone, bytes, length);
  if (!reading->done) reading_take(reading, alone, length);
  free(alone);
}

static void every_border_is_the_same(void **state) {
  (void)state;
  for (int i = 0; i < CASES; i++)
    for (size_t at = 0, length = strlen(cases[i].stream); at <= length; at++) {
      Arena arena = {0};
      Reading reading;
      reading_begin(&reading, &arena, true);
      feed(&reading, cases[i].stream, at);
      feed(&reading, cases[i].stream + at, length - at);
      reading_end(&reading);
      assert_read(&reading, cases[i].text);
      arena_free(&arena);
    }
}

static void single_bytes_are_the_same(void **state) {
  (void)state;
  for (int i = 0; i < CASES; i++) {
    Arena arena = {0};
    Reading reading;
    reading_begin(&reading, &arena, true);
    for (const char *at = cases[i].stream; *at; at++) feed(&reading, at, 1);
    reading_end(&reading);
    assert_read(&reading, cases[i].text);
    arena_free(&arena);
  }
}

/* A document at each of its lengths: a problem, and never another text. */
static void a_cut_document_is_a_problem(void **state) {
  (void)state;
  static const char document[] = "{\"choices\": [{\"message\": {\"content\": \"ab\"}, "
                                 "\"finish_reason\": \"stop\"}], \"usage\": {\"prompt_tokens\": 1, "
                                 "\"completion_tokens\": 2}}";
  for (size_t length = 0; length < sizeof document; length++) {
    Arena arena = {0};
    Reading reading;
    reading_begin(&reading, &arena, false);
    feed(&reading, document, length);
    reading_end(&reading);
    if (length < sizeof document - 1)
      assert_non_null(reading.problem);
    else
      assert_read(&reading, "ab");
    arena_free(&arena);
  }
}

static void nothing_is_read_behind_the_end(void **state) {
  (void)state;
  Arena arena = {0};
  Reading reading;
  reading_begin(&reading, &arena, true);
  static const char whole[] = "data: " DELTA("a") "\n\ndata: [DONE]\n\ndata: " DELTA("b") "\n\n";
  assert_false(reading_take(&reading, whole, sizeof whole - 1));
  reading_end(&reading);
  assert_string_equal(reading.content.bytes, "a");
  assert_true(reading.marked);
  arena_free(&arena);
}

static void errors_are_found_in_every_form(void **state) {
  (void)state;
  static const struct {
    const char *body, *message;
    long status;
  } forms[] = {{"{\"error\": {\"message\": \"m\", \"code\": 503}}", "m", 503},
               {"{\"error\": {\"message\": \"m\", \"code\": \"busy\"}}", "m", 0},
               {"{\"error\": \"m\"}", "m", 0},
               {"{\"detail\": \"m\"}", "m", 0},
               {"{\"message\": \"m\"}", "m", 0},
               {"{\"error\": {\"type\": \"t\"}}", "t", 0},
               {"{\"error\": {}}", "an error without a message", 0},
               {"{\"error\": null}", NULL, 0},
               {"nonsense", NULL, 0}};
  Arena arena = {0};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    long status = 0;
    const char *found = reading_error(&arena, forms[i].body, strlen(forms[i].body), &status);
    assert_int_equal(status, forms[i].status);
    assert_true(found ? forms[i].message && strcmp(found, forms[i].message) == 0
                      : !forms[i].message);
  }
  arena_free(&arena);
}

static void texts_are_cleaned(void **state) {
  (void)state;
  Arena arena = {0};
  static const struct {
    const char *text, *clean;
  } texts[] = {{"plain", "plain"},
               {"key is KEY, KEYKEY", "key is ***, ******"},
               {"KE", "KE"},
               {"a\xFFz", "a\xEF\xBF\xBDz"},
               {"cut \xE2\x82", "cut \xEF\xBF\xBD\xEF\xBF\xBD"},
               {"\xC3\xA4", "\xC3\xA4"}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_string_equal(text_clean(&arena, texts[i].text, strlen(texts[i].text), "KEY"),
                        texts[i].clean);
  assert_string_equal(text_clean(&arena, "a\0b", 3, NULL), "a\xEF\xBF\xBD"
                                                           "b");
  assert_string_equal(text_excerpt(&arena, "a\x1B[31m\nb", 20), "a [31m b");
  assert_string_equal(text_excerpt(&arena, "gr\xC3\xB6\xC3\x9F", 5), "gr\xC3\xB6...");
  assert_true(text_mentions("Unsupported: 'Stream'", "stream"));
  assert_false(text_mentions("upstream error", "stream"));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_border_is_the_same),
      cmocka_unit_test(single_bytes_are_the_same),
      cmocka_unit_test(a_cut_document_is_a_problem),
      cmocka_unit_test(nothing_is_read_behind_the_end),
      cmocka_unit_test(errors_are_found_in_every_form),
      cmocka_unit_test(texts_are_cleaned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
