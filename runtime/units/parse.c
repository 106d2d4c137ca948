/* Unit expressions, by recursive descent:
 *
 *   product := power { ("*" | "/") power }              left to right: bit/s/Hz is (bit/s)/Hz
 *   power   := atom [ "^" ( [-] n | "(" [-] n [ "/" n ] ")" ) ]
 *   atom    := symbol | "dB(" product ")" | "(" product ")"
 *
 * The text may hold any bytes; its length and its nesting are limited.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tables.h"

enum {
  MAX_NESTING = 16,        /* of parentheses */
  MAX_EXPONENT_DIGITS = 3, /* of each number in an exponent */
  MAX_QUOTED = 32,         /* bytes of the text that an error quotes */
};

typedef struct reader {
  const hermes_unit_system *system;
  const char *at, *end;
  int nesting;
  char *error;
  size_t error_size;
} reader;

/* Says why parsing fails; always false, for `return fail(...)`. */
__attribute__((format(printf, 2, 3))) static bool fail(reader *r, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (r->error && r->error_size > 0) vsnprintf(r->error, r->error_size, format, arguments);
  va_end(arguments);
  return false;
}

typedef struct quotation {
  char text[MAX_QUOTED + sizeof "..."];
} quotation;

/* A piece of the text as an error may show it: bounded, whole UTF-8 characters, no control
 * characters. */
static quotation quote(const char *text, size_t length) {
  quotation quoted;
  size_t shown = length > MAX_QUOTED ? MAX_QUOTED : length;
  while (shown > 0 && shown < length && ((unsigned char)text[shown] & 0xc0) == 0x80)
    shown--;
  for (size_t i = 0; i < shown; i++) {
    bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7f;
    quoted.text[i] = control ? '?' : text[i];
  }
  strcpy(quoted.text + shown, shown < length ? "..." : "");
  return quoted;
}

static bool next_is(const reader *r, char c) {
  return r->at < r->end && *r->at == c;
}

static bool accept(reader *r, char c) {
  bool there = next_is(r, c);
  if (there) r->at++;
  return there;
}

/* Letters, digits, `_`, and every byte of a character beyond ASCII. */
static bool is_word_byte(char c) {
  unsigned char byte = (unsigned char)c;
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         byte >= 0x80;
}

/* The length of the word or `%` that begins here; 0 where neither does. */
static size_t word_length(const reader *r) {
  if (next_is(r, '%')) return 1;
  const char *at = r->at;
  while (at < r->end && is_word_byte(*at))
    at++;
  return (size_t)(at - r->at);
}

static bool read_product(reader *r, hermes_unit *unit);

static bool fail_expected(reader *r, const char *expected) {
  if (r->at >= r->end) return fail(r, "%s is missing at the end", expected);
  if (*r->at == ' ' || *r->at == '\t') return fail(r, "a unit has no spaces inside");
  return fail(r, "%s is missing before `%s`", expected,
              quote(r->at, (size_t)(r->end - r->at)).text);
}

/* Everything between the parentheses whose first one has just been read. */
static bool read_nested(reader *r, hermes_unit *unit) {
  if (r->nesting >= MAX_NESTING) return fail(r, "more than %d nested parentheses", MAX_NESTING);
  r->nesting++;
  bool good = read_product(r, unit) && (accept(r, ')') || fail_expected(r, "`)`"));
  r->nesting--;
  return good;
}

/* dB(X), a level against 1 X; `dB` and its parenthesis have been read. */
static bool read_level(reader *r, hermes_unit *unit) {
  hermes_unit reference;
  if (!read_nested(r, &reference)) return false;
  if (reference.scale != HERMES_LINEAR) {
    return fail(r, "`dB(...)` takes a linear unit, the reference of the level");
  }
  if (hermes_dimension_is_one(&reference.dimension)) {
    return fail(r, "a level of a plain ratio is a gain, in `dB`");
  }
  *unit = hermes_unit_level_over(&reference);
  return true;
}

static bool fail_unknown(reader *r, const char *word, size_t length) {
  char suggestion[HERMES_UNIT_TEXT];
  if (!r->error) return false; /* nobody asks why: looking for a neighbour takes long */
  quotation quoted = quote(word, length);
  if (!hermes_unit_suggest(r->system, word, length, suggestion, sizeof suggestion)) {
    return fail(r, "`%s` is no unit", quoted.text);
  }
  return fail(r, "`%s` is no unit; did you mean `%s`?", quoted.text, suggestion);
}

static bool read_atom(reader *r, hermes_unit *unit) {
  if (accept(r, '(')) return read_nested(r, unit);
  const char *word = r->at;
  size_t length = word_length(r);
  if (length == 0) return fail_expected(r, "a unit");
  r->at += length;
  if (length == 2 && memcmp(word, "dB", 2) == 0 && accept(r, '(')) return read_level(r, unit);
  return hermes_unit_lookup(r->system, word, length, unit) || fail_unknown(r, word, length);
}

static bool read_integer(reader *r, int *number) {
  int digits = 0;
  for (*number = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
    if (++digits > MAX_EXPONENT_DIGITS) return fail(r, "an exponent is too large");
    *number = 10 * *number + (*r->at - '0');
  }
  return digits > 0 || fail_expected(r, "a whole exponent, or one such as `(1/2)`,");
}

/* What stands behind `^`, in sixtieths. */
static bool read_exponent(reader *r, int *power) {
  int numerator, denominator = 1;
  bool parenthesis = accept(r, '(');
  int sign = accept(r, '-') ? -1 : 1;
  if (!read_integer(r, &numerator)) return false;
  if (parenthesis && accept(r, '/') && !read_integer(r, &denominator)) return false;
  if (parenthesis && !accept(r, ')')) return fail_expected(r, "`)`");
  numerator *= sign * HERMES_POWER_ONE;
  if (denominator == 0 || numerator % denominator != 0) {
    return fail(r, "an exponent must be a multiple of 1/60");
  }
  *power = numerator / denominator;
  return true;
}

/* left := left * right^power, or says why not; `from` is where the piece of text at fault begins.
 */
static bool combine(reader *r, const char *from, hermes_unit *left, const hermes_unit *right,
                    int power) {
  const char *why = hermes_unit_combine_why(left, right, power, left);
  if (!why) return true;
  return fail(r, "`%s` means nothing: %s", quote(from, (size_t)(r->at - from)).text, why);
}

static bool read_power(reader *r, hermes_unit *unit) {
  const char *from = r->at;
  hermes_unit base;
  int power = HERMES_POWER_ONE;
  if (!read_atom(r, &base)) return false;
  if (accept(r, '^') && !read_exponent(r, &power)) return false;
  *unit = hermes_unit_one();
  return combine(r, from, unit, &base, power);
}

static bool read_product(reader *r, hermes_unit *unit) {
  const char *from = r->at;
  if (!read_power(r, unit)) return false;
  while (next_is(r, '*') || next_is(r, '/')) {
    int power = *r->at++ == '/' ? -HERMES_POWER_ONE : HERMES_POWER_ONE;
    hermes_unit right;
    if (next_is(r, '*')) return fail(r, "a power of a unit is written `^`");
    if (!read_power(r, &right) || !combine(r, from, unit, &right, power)) return false;
  }
  return true;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool read_end(reader *r) {
  if (r->at == r->end) return true;
  if (is_blank(*r->at)) return fail(r, "a unit has no spaces inside");
  return fail(r, "`%s` does not belong in a unit", quote(r->at, (size_t)(r->end - r->at)).text);
}

bool hermes_unit_parse(const hermes_unit_system *system, const char *text, size_t length,
                       hermes_unit *unit, char *error, size_t error_size) {
  reader r = {
      .system = system, .at = text, .end = text + length, .error = error, .error_size = error_size};
  while (r.at < r.end && is_blank(*r.at))
    r.at++;
  while (r.end > r.at && is_blank(r.end[-1]))
    r.end--;
  if (r.at == r.end) return fail(&r, "a unit is missing");
  if (r.end - r.at >= HERMES_UNIT_TEXT) {
    return fail(&r, "a unit is longer than %d bytes", HERMES_UNIT_TEXT - 1);
  }
  hermes_unit parsed;
  if (!read_product(&r, &parsed) || !read_end(&r)) return false;
  *unit = parsed;
  return true;
}
