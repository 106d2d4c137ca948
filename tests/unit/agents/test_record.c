/* A record holds whole lines, whatever ended the run that wrote it; and its calls are found again.
 */
#include "temporary.h"

#include "record/lines.h"
#include "record/trace.h"

static Arena arena;
static hermes_diagnostics diagnostics;

static int setup(void **state) {
  arena = (Arena){0};
  diagnostics = (hermes_diagnostics){0};
  return temporary_setup(state);
}

static int teardown(void **state) {
  hermes_diagnostics_free(&diagnostics);
  arena_free(&arena);
  return temporary_teardown(state);
}

static const char *record_path(void **state) {
  char path[256];
  temporary_path(*state, "record.jsonl", path);
  return arena_copy(&arena, path, strlen(path));
}

static void add_event(Trace *trace, const char *event, const char *fields) {
  trace_event(trace, event, fields ? cJSON_Parse(fields) : NULL);
}

static cJSON *read_events(void **state, int count) {
  cJSON *events = record_read(&arena, record_path(state), &diagnostics);
  assert_non_null(events);
  assert_int_equal(cJSON_GetArraySize(events), count);
  return events;
}

static void events_come_back(void **state) {
  Trace *trace = trace_open(&arena, record_path(state), false, &diagnostics);
  add_event(trace, "start", "{\"command\": \"design\", \"n\": 1.5}");
  add_event(trace, "gate", "{\"text\": \"two\\nlines\"}");
  add_event(trace, "end", NULL);
  trace_close(trace);
  cJSON *events = read_events(state, 3);
  assert_string_equal(text_in(events->child, "event", ""), "start");
  assert_true(number_in(events->child, "n", 0) == 1.5);
  assert_string_equal(text_in(events->child->next, "text", ""), "two\nlines");
  cJSON_Delete(events);
  add_event(NULL, "dropped", "{}");
}

static void a_new_record_takes_the_place_of_the_old(void **state) {
  write_text(*state, "record.jsonl", "{\"event\": \"old\"}\n");
  Trace *trace = trace_open(&arena, record_path(state), false, &diagnostics);
  add_event(trace, "new", NULL);
  trace_close(trace);
  cJSON_Delete(read_events(state, 1));
}

static void going_on_drops_what_was_cut_and_keeps_the_clock(void **state) {
  write_text(*state, "record.jsonl",
             "{\"event\": \"start\", \"seconds\": 0}\n{\"event\": \"gate\", \"seconds\": 100}\n"
             "{\"event\": \"call\", \"rol");
  cJSON_Delete(read_events(state, 2));
  Trace *trace = trace_open(&arena, record_path(state), true, &diagnostics);
  add_event(trace, "end", NULL);
  trace_close(trace);
  cJSON *events = read_events(state, 3);
  double seconds = number_in(events->child->next->next, "seconds", 0);
  assert_true(seconds >= 100 && seconds < 160);
  cJSON_Delete(events);
}

static void going_on_with_nothing_begins(void **state) {
  Trace *trace = trace_open(&arena, record_path(state), true, &diagnostics);
  assert_non_null(trace);
  add_event(trace, "start", NULL);
  trace_close(trace);
  cJSON_Delete(read_events(state, 1));
}

static void the_last_call_of_a_number_counts(void **state) {
  write_text(*state, "record.jsonl",
             "{\"event\": \"call\", \"role\": \"coder\", \"ordinal\": 0, \"reply\": \"old\"}\n"
             "{\"event\": \"call\", \"role\": \"coder\", \"ordinal\": 1, \"reply\": \"other\"}\n"
             "{\"event\": \"note\", \"role\": \"coder\", \"ordinal\": 0, \"reply\": \"none\"}\n"
             "{\"event\": \"call\", \"role\": \"coder\", \"ordinal\": 0, \"reply\": \"new\"}\n");
  Cassette *cassette = cassette_open(&arena, record_path(state), &diagnostics);
  assert_string_equal(text_in(cassette_find(cassette, "coder", 0), "reply", ""), "new");
  assert_string_equal(text_in(cassette_find(cassette, "coder", 1), "reply", ""), "other");
  assert_null(cassette_find(cassette, "coder", 2));
  assert_null(cassette_find(cassette, "coarse", 0));
  assert_string_equal(text_in(cassette_event(cassette, "note"), "reply", ""), "none");
  assert_null(cassette_event(cassette, "end"));
  cassette_close(cassette);
}

static void what_is_no_record_is_refused(void **state) {
  static const struct {
    const char *text;
    uint32_t line;
  } cases[] = {{"", 0},
               {"\n\n", 0},
               {"nonsense\n", 1},
               {"{\"event\": \"a\"}\n[]\n{\"event\": \"b\"}\n", 2},
               {"{\"event\": \"a\"}\n{\"kind\": \"b\"}\n", 2},
               {"{\"event\": \"a\"} {\"event\": \"b\"}\n", 1},
               {"{\"event\": 7}\n", 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    write_text(*state, "record.jsonl", cases[i].text);
    assert_null(cassette_open(&arena, record_path(state), &diagnostics));
    assert_int_equal(diagnostics.count, i + 1);
    assert_int_equal(diagnostics.items[i].code, HB0911);
    assert_int_equal(diagnostics.items[i].place.line, cases[i].line);
  }
}

static void a_record_that_cannot_be_written_is_told_once(void **state) {
  (void)state;
  assert_null(trace_open(&arena, "/nowhere/record.jsonl", false, &diagnostics));
  assert_int_equal(diagnostics.count, 1);
  Trace *full = trace_open(&arena, "/dev/full", false, &diagnostics);
  for (int i = 0; i < 3; i++) add_event(full, "gate", NULL);
  trace_close(full);
  assert_int_equal(diagnostics.count, 2);
  assert_int_equal(diagnostics.items[1].code, HB0823);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(events_come_back),
      TEST(a_new_record_takes_the_place_of_the_old),
      TEST(going_on_drops_what_was_cut_and_keeps_the_clock),
      TEST(going_on_with_nothing_begins),
      TEST(the_last_call_of_a_number_counts),
      TEST(what_is_no_record_is_refused),
      TEST(a_record_that_cannot_be_written_is_told_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
