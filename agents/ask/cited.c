/* Is every number of an answer one of the results? */
#include "ask/ask.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_UNCITED = 40 /* numbers told */ };

/* Where the next number begins that is no part of a name; NULL: none. Sets where it ends. */
static const char *next_number(const char *at, const char *begin, const char **end) {
  for (; *at; at++) {
    bool inside = at > begin && (isalnum((unsigned char)at[-1]) || strchr("_.", at[-1]));
    if (!isdigit((unsigned char)*at) || inside) continue;
    char *stop;
    strtod(at, &stop);
    if (isalpha((unsigned char)*stop) || *stop == '_') { /* a name such as 3gpp */
      at = stop;
      continue;
    }
    *end = stop > at && stop[-1] == '.' ? stop - 1 : stop; /* a full stop behind it */
    return at;
  }
  return NULL;
}

/* Half of the last digit as it is written. */
static double half_digit(const char *text, const char *end) {
  size_t length = (size_t)(end - text), digits = strcspn(text, "eE");
  if (digits > length) digits = length;
  const char *point = memchr(text, '.', digits);
  long decimals = point ? text + digits - point - 1 : 0;
  long exponent = digits < length ? strtol(text + digits + 1, NULL, 10) : 0;
  return 0.5000001 * pow(10, (double)(exponent - decimals));
}

static bool stands_in(double number, double within, const char *results) {
  const char *end;
  for (const char *at = results; (at = next_number(at, results, &end)) != NULL; at = end)
    if (fabs(fabs(strtod(at, NULL)) - number) <= within) return true;
  return false;
}

const char *not_cited(Arena *arena, const char *answer, const char *results) {
  const char *end, *list = "";
  int told = 0;
  for (const char *at = answer; (at = next_number(at, answer, &end)) != NULL; at = end) {
    double number = strtod(at, NULL);
    if (stands_in(number, half_digit(at, end), results)) continue;
    list = arena_format(arena, "%s%s%.*s", list, *list ? ", " : "", (int)(end - at), at);
    if (++told == MOST_UNCITED) return list;
  }
  return list;
}
