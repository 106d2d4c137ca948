/* runtime/data: two-index tables from .npy files. */
#include "data/data.h"
#include "temporary.h"

#include <math.h>

/* path over ue and cell, from a dense array; KIND and COLUMNS vary. */
static const char DESCRIPTION[] =
    "{'abi': 3, 'blueprint': {'name': 'test'},"
    " 'tables': [{'name': 'cell', 'source': 'cells.csv', 'index': [0], 'columns': []},"
    "  {'name': 'ue', 'source': 'ues.csv', 'index': [1], 'columns': []},"
    "  {'name': 'path', 'source': 'path.npy', 'index': [1, 0], 'columns': [%s]}],"
    " 'slots': [{'name': 'rsrp', 'role': 'column', 'kind': 'real', 'unit': 'dBW', 'index': [1, 0],"
    "   'table': 2, 'domain': {'high': 1000}},"
    "  {'name': 'seen', 'role': 'column', 'kind': 'bool', 'index': [1, 0], 'table': 2},"
    "  {'name': 'best', 'role': 'column', 'kind': 'ref', 'refers': 0, 'index': [1, 0], 'table': "
    "2}]}";

typedef struct loaded {
  data_tables *tables;
  hermes_diagnostics problems;
} loaded;

static loaded load(const temporary *t, const char *columns) {
  char json[sizeof DESCRIPTION + 64], error[256];
  int used = snprintf(json, sizeof json, DESCRIPTION, columns);
  for (int i = 0; i < used; i++)
    if (json[i] == '\'') json[i] = '"';
  loaded l = {0};
  write_text(t, "cells.csv", "cell\nc1\nc2\n");
  write_text(t, "ues.csv", "ue\nu1\nu2\nu3\n");
  hermes_description *d =
      hermes_description_parse((const unsigned char *)json, (size_t)used, error, sizeof error);
  assert_string_equal(error, "");
  l.tables = data_load(d, t->directory, NULL, &l.problems);
  return l;
}

static void unload(loaded *l) {
  data_free(l->tables);
  hermes_diagnostics_free(&l->problems);
}

/* Writes an array as numpy.save does, with a header of that version. */
static void write_npy(const temporary *t, int version, const char *type, const char *order,
                      const char *shape, const void *data, size_t size) {
  unsigned char bytes[4096] = "\x93NUMPY";
  size_t wide = version > 1 ? 4 : 2;
  char *header = (char *)bytes + 8 + wide;
  int length =
      sprintf(header, "{'descr': %s, 'fortran_order': %s, 'shape': %s, }", type, order, shape);
  while ((8 + (int)wide + length + 1) % 64)
    header[length++] = ' ';
  header[length++] = '\n';
  bytes[6] = (unsigned char)version;
  bytes[8] = (unsigned char)length;
  bytes[9] = (unsigned char)(length >> 8);
  memcpy(header + length, data, size);
  write_bytes(t, "path.npy", bytes, 8 + wide + (size_t)length + size);
}

static void assert_rsrp(const temporary *t, const double *expected) {
  loaded l = load(t, "0");
  if (!l.tables) hermes_diagnostics_print(&l.problems, stderr, false, 0);
  assert_non_null(l.tables);
  for (size_t i = 0; i < 6; i++)
    assert_true(((double *)l.tables->slot[0])[i] == expected[i] + 30); /* dBW to dBm */
  unload(&l);
}

static void assert_problem(const temporary *t, const char *columns, hermes_code code,
                           const char *message) {
  loaded l = load(t, columns);
  bool right = !l.tables && l.problems.count == 1 && l.problems.items[0].code == code &&
               strstr(l.problems.items[0].message, message);
  if (!right) hermes_diagnostics_print(&l.problems, stderr, false, 0);
  assert_true(right);
  unload(&l);
}

static const double ROWS[6] = {1, 2, 3, 4, 5, 6};

static void an_array_stands_in_row_order(void **state) {
  for (int version = 1; version <= 3; version++) {
    write_npy(*state, version, "'<f8'", "False", "(3, 2)", ROWS, sizeof ROWS);
    assert_rsrp(*state, ROWS);
  }
}

static void an_array_in_fortran_order_is_turned(void **state) {
  static const double columns[6] = {1, 3, 5, 2, 4, 6};
  write_npy(*state, 1, "'<f8'", "True", "(3, 2)", columns, sizeof columns);
  assert_rsrp(*state, ROWS);
}

#define ASSERT_TYPE(state, text, type)                                                             \
  do {                                                                                             \
    static const type values[6] = {1, 2, 3, 4, 5, 6};                                              \
    write_npy(state, 1, text, "False", "(3, 2)", values, sizeof values);                           \
    assert_rsrp(state, ROWS);                                                                      \
  } while (0)

static void every_little_endian_number_type_is_read(void **state) {
  ASSERT_TYPE(*state, "'<f4'", float);
  ASSERT_TYPE(*state, "'|i1'", int8_t);
  ASSERT_TYPE(*state, "'<i2'", int16_t);
  ASSERT_TYPE(*state, "'<i4'", int32_t);
  ASSERT_TYPE(*state, "'<i8'", int64_t);
  ASSERT_TYPE(*state, "'|u1'", uint8_t);
  ASSERT_TYPE(*state, "'<u2'", uint16_t);
  ASSERT_TYPE(*state, "'<u4'", uint32_t);
  ASSERT_TYPE(*state, "'<u8'", uint64_t);
}

static void booleans_are_read(void **state) {
  static const unsigned char seen[6] = {0, 1, 1, 0, 0, 1};
  write_npy(*state, 1, "'|b1'", "False", "(3, 2)", seen, sizeof seen);
  loaded l = load(*state, "1");
  assert_non_null(l.tables);
  for (size_t i = 0; i < 6; i++)
    assert_int_equal(((int32_t *)l.tables->slot[1])[i], seen[i]);
  unload(&l);
  static const unsigned char two[6] = {0, 1, 2, 0, 0, 1};
  write_npy(*state, 1, "'|u1'", "False", "(3, 2)", two, sizeof two);
  assert_problem(*state, "1", HB0729, "at pair u2, c1");
}

static void the_shape_is_the_tables_rows(void **state) {
  write_npy(*state, 1, "'<f8'", "False", "(2, 3)", ROWS, sizeof ROWS);
  assert_problem(*state, "0", HB0731, "is 2 x 3, but table `path` is 3 x 2");
  write_npy(*state, 1, "'<f8'", "False", "(6,)", ROWS, sizeof ROWS);
  assert_problem(*state, "0", HB0731, "is 6, but");
  write_npy(*state, 1, "'<f8'", "False", "(3, 2, 1)", ROWS, sizeof ROWS);
  assert_problem(*state, "0", HB0731, "is 3 x 2 x 1, but");
  write_npy(*state, 1, "'<f8'", "False", "()", ROWS, sizeof *ROWS);
  assert_problem(*state, "0", HB0731, "is a single number");
}

static void other_element_types_are_refused(void **state) {
  static const char *const types[] = {"'>f8'",          "'<c16'", "'<U3'", "'|O'",
                                      "[('a', '<f8')]", "'<f2'",  "'<f"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    write_npy(*state, 1, types[i], "False", "(3, 2)", ROWS, sizeof ROWS);
    assert_problem(*state, "0", HB0730, "little-endian");
  }
}

static void a_cut_or_long_file_is_refused(void **state) {
  write_npy(*state, 1, "'<f8'", "False", "(3, 2)", ROWS, sizeof ROWS - 1);
  assert_problem(*state, "0", HB0730, "is cut");
  static const double more[7] = {0};
  write_npy(*state, 1, "'<f8'", "False", "(3, 2)", more, sizeof more);
  assert_problem(*state, "0", HB0730, "is cut, or longer");
}

static void a_shape_that_overflows_is_refused(void **state) {
  write_npy(*state, 1, "'<f8'", "False", "(4294967296, 4294967296)", ROWS, sizeof ROWS);
  assert_problem(*state, "0", HB0730, "is cut, or longer");
  write_npy(*state, 1, "'<f8'", "False", "(99999999999999999999, 2)", ROWS, sizeof ROWS);
  assert_problem(*state, "0", HB0730, "no shape");
  write_npy(*state, 1, "'<f8'", "False", "(-3, 2)", ROWS, sizeof ROWS);
  assert_problem(*state, "0", HB0730, "no shape");
}

static void what_is_no_npy_file_is_refused(void **state) {
  static const char *const texts[] = {"",
                                      "u1,c1,3\n",
                                      "\x93NUMPY",
                                      "\x93NUMPY\x01",
                                      "\x93NUMPY\x01\x01\xFF\xFF{}",
                                      "\x93NUMPY\x09\x01\x02\x02{}{}{}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    write_text(*state, "path.npy", texts[i]);
    assert_problem(*state, "0", HB0730, "no .npy file");
  }
}

static void elements_are_checked_and_named_by_their_keys(void **state) {
  static const double nan_at[6] = {0, 0, 0, NAN, 0, 0}, inf_at[6] = {0, -INFINITY, 0, 0, 0, 0};
  static const double out[6] = {0, 0, 0, 0, 0, 1001};
  write_npy(*state, 1, "'<f8'", "False", "(3, 2)", nan_at, sizeof nan_at);
  assert_problem(*state, "0", HB0723, "at pair u2, c2");
  write_npy(*state, 1, "'<f8'", "False", "(3, 2)", inf_at, sizeof inf_at);
  assert_problem(*state, "0", HB0724, "at pair u1, c2");
  write_npy(*state, 1, "'<f8'", "False", "(3, 2)", out, sizeof out);
  assert_problem(*state, "0", HB0726, "at pair u3, c2");
}

static void an_array_holds_one_column_of_numbers(void **state) {
  write_npy(*state, 1, "'<f8'", "False", "(3, 2)", ROWS, sizeof ROWS);
  assert_problem(*state, "0, 1", HB0732, "one column");
  assert_problem(*state, "2", HB0732, "labels or keys");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEMPORARY_TEST(an_array_stands_in_row_order),
      TEMPORARY_TEST(an_array_in_fortran_order_is_turned),
      TEMPORARY_TEST(every_little_endian_number_type_is_read),
      TEMPORARY_TEST(booleans_are_read),
      TEMPORARY_TEST(the_shape_is_the_tables_rows),
      TEMPORARY_TEST(other_element_types_are_refused),
      TEMPORARY_TEST(a_cut_or_long_file_is_refused),
      TEMPORARY_TEST(a_shape_that_overflows_is_refused),
      TEMPORARY_TEST(what_is_no_npy_file_is_refused),
      TEMPORARY_TEST(elements_are_checked_and_named_by_their_keys),
      TEMPORARY_TEST(an_array_holds_one_column_of_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
