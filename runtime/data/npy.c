/* Arrays as numpy.save writes them (NEP 1): magic, version, a header that is a Python dictionary,
 * the elements. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "elements are copied from little-endian files as they stand"
#endif

static bool fail(data_source *source, hermes_diagnostics *problems, const char *what) {
  data_report(source, problems, HB0730, 0, 0, "`%s` %s", source->name, what);
  return false;
}

/* The header as a text, and where the elements begin. NULL where it is no .npy file. */
static char *header_of(const data_source *source, size_t *begin) {
  const unsigned char *bytes = (const unsigned char *)source->text;
  if (source->size < 10 || memcmp(bytes, "\x93NUMPY", 6) || bytes[6] < 1 || bytes[6] > 3)
    return NULL;
  size_t wide = bytes[6] > 1 ? 4 : 2, length = 0;
  if (source->size < 8 + wide) return NULL;
  for (size_t i = wide; i-- > 0;)
    length = length << 8 | bytes[8 + i];
  if (length > DATA_NPY_HEADER_BYTES || length > source->size - 8 - wide) return NULL;
  *begin = 8 + wide + length;
  return strndup(source->text + 8 + wide, length);
}

/* What stands behind 'name': in the dictionary. */
static const char *entry(const char *header, const char *name) {
  const char *at = strstr(header, name);
  if (!at) return NULL;
  at += strlen(name);
  at += strspn(at, " ");
  if (*at++ != ':') return NULL;
  return at + strspn(at, " ");
}

/* '<f8': byte order, kind, bytes of one element. */
static bool read_element_type(const char *at, npy_array *array) {
  static const char *const widths[] = {"f48", "i1248", "u1248", "b1"};
  if (!at || *at++ != '\'' || !strchr("<|", *at) || !*at++) return false;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    if (at[0] == widths[i][0] && at[1] && strchr(widths[i] + 1, at[1]) && at[2] == '\'') {
      array->kind = at[0];
      array->width = (size_t)(at[1] - '0');
      return true;
    }
  return false;
}

/* (57, 57): as many numbers as there are indices at most. */
static bool read_shape(const char *at, npy_array *array) {
  if (!at || *at++ != '(') return false;
  for (at += strspn(at, " "); *at != ')'; at += strspn(at, " ,")) {
    if (*at < '0' || *at > '9' || array->rank == HERMES_MAX_RANK) return false;
    size_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++)
      if (__builtin_mul_overflow(number, 10, &number) ||
          __builtin_add_overflow(number, (size_t)(*at - '0'), &number))
        return false;
    array->shape[array->rank++] = number;
  }
  return true;
}

static bool read_order(const char *at, npy_array *array) {
  array->fortran = at && !strncmp(at, "True", 4);
  return array->fortran || (at && !strncmp(at, "False", 5));
}

/* The elements fill the rest of the file, to the byte. */
static bool check_size(const npy_array *array, size_t bytes) {
  size_t expected = array->width;
  for (size_t i = 0; i < array->rank; i++)
    if (__builtin_mul_overflow(expected, array->shape[i], &expected)) return false;
  return expected == bytes;
}

bool npy_open(npy_array *array, data_source *source, hermes_diagnostics *problems) {
  *array = (npy_array){0};
  size_t begin = 0;
  char *header = header_of(source, &begin);
  if (!header) return fail(source, problems, "is no .npy file of version 1, 2 or 3");
  bool sound = false;
  if (!read_element_type(entry(header, "'descr'"), array))
    fail(source, problems,
         "does not hold little-endian floats or integers (f4, f8, i1 to i8, u1 to u8, b1)");
  else if (!read_order(entry(header, "'fortran_order'"), array))
    fail(source, problems, "does not say whether it is in Fortran order");
  else if (!read_shape(entry(header, "'shape'"), array))
    fail(source, problems, "has no shape of at most 4 numbers");
  else if (!check_size(array, source->size - begin))
    fail(source, problems, "is cut, or longer than its shape says");
  else
    sound = true;
  free(header);
  array->data = source->text + begin;
  return sound;
}

/* One function per element type: the bytes at `at` may have any alignment. */
#define ELEMENT(name, type)                                                                        \
  static double name(const char *at) {                                                             \
    type value;                                                                                    \
    memcpy(&value, at, sizeof value);                                                              \
    return (double)value;                                                                          \
  }
ELEMENT(from_f4, float)
ELEMENT(from_f8, double)
ELEMENT(from_i1, int8_t)
ELEMENT(from_i2, int16_t)
ELEMENT(from_i4, int32_t)
ELEMENT(from_i8, int64_t)
ELEMENT(from_u1, uint8_t)
ELEMENT(from_u2, uint16_t)
ELEMENT(from_u4, uint32_t)
ELEMENT(from_u8, uint64_t)

static const struct element_type {
  char kind;
  size_t width;
  double (*read)(const char *at);
} ELEMENT_TYPES[] = {{'f', 8, from_f8}, {'f', 4, from_f4}, {'i', 4, from_i4}, {'i', 8, from_i8},
                     {'i', 2, from_i2}, {'i', 1, from_i1}, {'u', 4, from_u4}, {'u', 8, from_u8},
                     {'u', 2, from_u2}, {'u', 1, from_u1}, {'b', 1, from_u1}};

double npy_element(const npy_array *array, size_t element) {
  const struct element_type *type = ELEMENT_TYPES;
  while (type->kind != array->kind || type->width != array->width)
    type++;
  return type->read(array->data + element * array->width);
}
