/* The ground that the compiler stands on: memory, places in sources. */
#include "hermesc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A compiler holding one source of this text. */
static void open_text(Compiler *compiler, const char *text) {
  char path[] = "/tmp/hermes-test-XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
  close(file);
  uint32_t number = 9;
  compiler_init(compiler, "");
  assert_true(source_read(compiler, path, NULL, &number));
  assert_int_equal(number, 0);
  unlink(path);
}

static void lines_are_those_of_an_editor(void **state) {
  (void)state;
  Compiler compiler;
  open_text(&compiler, "one\ntwo\n\nfour");
  static const struct {
    uint32_t offset;
    int line;
  } cases[] = {{0, 1}, {3, 1}, {4, 2}, {7, 2}, {8, 3}, {9, 4}, {13, 4}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Span span = {.start = cases[i].offset, .end = cases[i].offset};
    assert_int_equal(line_of(&compiler, span), cases[i].line);
  }
  compiler_free(&compiler);
}

static void an_empty_source_has_one_line(void **state) {
  (void)state;
  Compiler compiler;
  open_text(&compiler, "");
  assert_int_equal(compiler.sources[0]->line_count, 1);
  assert_string_equal(compiler.sources[0]->text, "");
  compiler_free(&compiler);
}

static void spans_join_within_one_source(void **state) {
  (void)state;
  Span a = {.start = 4, .end = 6}, b = {.start = 1, .end = 5}, other = {.source = 1, .end = 9};
  Span joined = span_join(a, b);
  assert_int_equal(joined.start, 1);
  assert_int_equal(joined.end, 6);
  assert_int_equal(span_join(a, other).end, 6);
}

static void a_place_of_no_source_is_nowhere(void **state) {
  (void)state;
  Compiler compiler;
  compiler_init(&compiler, "");
  assert_null(place_of(&compiler, (Span){.source = 7}).file);
  assert_int_equal(line_of(&compiler, (Span){.source = 7}), 0);
  compiler_free(&compiler);
}

static void arena_memory_is_zeroed_aligned_and_stays(void **state) {
  (void)state;
  Arena arena = {0};
  char *kept = arena_format(&arena, "%s-%d", "kept", 7);
  static const char zeros[1000];
  for (size_t size = 0; size < sizeof zeros; size++) {
    char *memory = arena_alloc(&arena, size);
    assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
    assert_memory_equal(memory, zeros, size);
    memset(memory, 0xFF, size);
  }
  char *large = arena_alloc(&arena, 3 << 20);
  assert_int_equal(large[(3 << 20) - 1], 0);
  assert_string_equal(kept, "kept-7");
  assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_are_those_of_an_editor),
      cmocka_unit_test(an_empty_source_has_one_line),
      cmocka_unit_test(spans_join_within_one_source),
      cmocka_unit_test(a_place_of_no_source_is_nowhere),
      cmocka_unit_test(arena_memory_is_zeroed_aligned_and_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
