/* Decimal text -> double, correctly rounded, whatever the locale. */
#include <hermes/numeric.h>

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly. */
static const double POWER_OF_TEN[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
enum {
  EXACT_POWER = 22,
  DIGITS_KEPT = 19,        /* of the mantissa; 10^19 - 1 fits 64 bits */
  EXPONENT_LIMIT = 100000, /* beyond it a number is 0 or infinite in any case */
  COPY_BYTES = 128,        /* numbers are rarely longer */
};
static const uint64_t EXACT_MANTISSA = (uint64_t)1 << 53;

typedef struct scan {
  const char *at, *end;
  uint64_t mantissa;
  int kept, dropped; /* significant digits in the mantissa, and behind it */
  int64_t exponent;  /* value = mantissa * 10^exponent, but for digits dropped */
  bool any, negative;
} scan;

static void take_digits(scan *s, bool fraction) {
  for (; s->at < s->end && (unsigned char)(*s->at - '0') < 10; s->at++) {
    unsigned digit = (unsigned char)(*s->at - '0');
    s->any = true;
    if (s->kept < DIGITS_KEPT) {
      s->mantissa = s->mantissa * 10 + digit;
      s->kept += s->mantissa != 0; /* leading zeros are not significant */
      s->exponent -= fraction;
    } else {
      s->dropped = 1;
      s->exponent += !fraction;
    }
  }
}

/* "e-3"; what is no exponent ("e", "eV") is left where it stands. */
static void take_exponent(scan *s) {
  const char *at = s->at;
  if (at == s->end || (*at != 'e' && *at != 'E')) return;
  at++;
  bool negative = at < s->end && *at == '-';
  if (at < s->end && (*at == '-' || *at == '+')) at++;
  if (at == s->end || (unsigned char)(*at - '0') >= 10) return;
  int64_t exponent = 0;
  for (; at < s->end && (unsigned char)(*at - '0') < 10; at++)
    if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + (*at - '0');
  s->exponent += negative ? -exponent : exponent;
  s->at = at;
}

/* The C library rounds correctly too, but it needs a terminated text, and the locale of C in this
 * thread. */
static double convert_slowly(const char *text, size_t length) {
  char local[COPY_BYTES], *copy = length < sizeof local ? local : malloc(length + 1);
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  double number = NAN;
  if (copy && c) {
    memcpy(copy, text, length);
    copy[length] = '\0';
    locale_t before = uselocale(c);
    number = strtod(copy, NULL);
    uselocale(before);
  }
  if (c) freelocale(c);
  if (copy != local) free(copy);
  return number;
}

size_t hermes_decimal(const char *text, size_t length, double *number) {
  scan s = {.at = text, .end = text + length};
  if (length && (*text == '-' || *text == '+')) s.negative = *s.at++ == '-';
  take_digits(&s, false);
  if (s.at < s.end && *s.at == '.') {
    s.at++;
    take_digits(&s, true);
  }
  if (!s.any) return 0;
  take_exponent(&s);
  size_t used = (size_t)(s.at - text);
  /* One operation on two exact operands rounds once, so it is the correct rounding. */
  double magnitude;
  if (s.dropped || s.mantissa > EXACT_MANTISSA || s.exponent > EXACT_POWER ||
      s.exponent < -EXACT_POWER)
    magnitude = s.mantissa ? fabs(convert_slowly(text, used)) : 0;
  else if (s.exponent < 0)
    magnitude = (double)s.mantissa / POWER_OF_TEN[-s.exponent];
  else
    magnitude = (double)s.mantissa * POWER_OF_TEN[s.exponent];
  *number = s.negative ? -magnitude : magnitude;
  return used;
}

/* needs: the locale of C in force. 17 digits, a sign, a point and an exponent fit the text. */
static void print(double number, int digits, char text[HERMES_DECIMAL_TEXT]) {
  char wide[512];
  snprintf(wide, sizeof wide, "%.*g", digits, number);
  memcpy(text, wide, HERMES_DECIMAL_TEXT - 1);
  text[HERMES_DECIMAL_TEXT - 1] = '\0';
}

void hermes_decimal_text(double number, int digits, char text[HERMES_DECIMAL_TEXT]) {
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  locale_t before = c ? uselocale(c) : (locale_t)0;
  if (digits > 17) digits = 17;
  if (isnan(number)) number = NAN; /* its sign is an accident */
  int fewer = digits < 15 ? digits : 15; /* as many digits survive any conversion */
  do
    print(number, fewer, text);
  while (fewer++ < digits && strtod(text, NULL) != number && !isnan(number));
  if (c) uselocale(before);
  if (c) freelocale(c);
}
