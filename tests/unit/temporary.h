/* A data directory for one test. */
#ifndef TESTS_TEMPORARY_H
#define TESTS_TEMPORARY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct temporary {
  char directory[64];
} temporary;

static inline int temporary_setup(void **state) {
  temporary *t = calloc(1, sizeof *t);
  strcpy(t->directory, "/tmp/hermes-test-XXXXXX");
  *state = t;
  return mkdtemp(t->directory) ? 0 : -1;
}

static inline int temporary_teardown(void **state) {
  temporary *t = *state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", t->directory);
  int status = system(command);
  free(t);
  return status;
}

static inline void temporary_path(const temporary *t, const char *name, char path[256]) {
  snprintf(path, 256, "%s/%s", t->directory, name);
}

static inline void write_bytes(const temporary *t, const char *name, const void *bytes,
                               size_t size) {
  char path[256];
  temporary_path(t, name, path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
}

static inline void write_text(const temporary *t, const char *name, const char *text) {
  write_bytes(t, name, text, strlen(text));
}

#define TEMPORARY_TEST(test)                                                                       \
  cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)

#endif
