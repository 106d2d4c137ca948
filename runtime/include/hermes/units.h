/* Units of measure: dimensions, logarithmic quantities, and their spelling.
 *
 * One coherent system underlies everything that Hermes computes. Its base of mass is the gram, not
 * the kilogram, so that the coherent unit of power is the milliwatt: a level of power is then kept
 * as the number of dBm that people write, and `lin` and `db` need no reference offset. Every other
 * base is the SI's, the radian for angles, and one base for each counted thing (bit, RE, PRB, and
 * those that a blueprint declares).
 */
#ifndef HERMES_UNITS_H
#define HERMES_UNITS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  HERMES_BASES = 32,         /* base dimensions in one blueprint, built in and declared */
  HERMES_BUILTIN_BASES = 11, /* g m s A K mol cd rad bit RE PRB */
  HERMES_POWER_ONE =
      60, /* exponents are counted in sixtieths: halves, thirds, quarters, fifths are exact */
  HERMES_UNIT_TEXT = 96, /* longest spelling of a unit, with its terminator */
};

/* Product of powers of the bases; exponent i is power[i] / HERMES_POWER_ONE. All zero: dimension 1.
 */
typedef struct hermes_dimension {
  int16_t power[HERMES_BASES];
} hermes_dimension;

typedef enum hermes_scale {
  HERMES_LINEAR, /* an ordinary quantity: m, W/Hz, %, 1 */
  HERMES_GAIN,   /* logarithm of a ratio: dB, dBi, and per something: dB/km. A vector. */
  HERMES_LEVEL,  /* logarithm of a quantity against a reference: dBm, dBm/Hz, dBK. A point. */
  HERMES_POINT,  /* a temperature on a scale with an origin: degC. A point. */
} hermes_scale;

/* What a unit measures, and how a number in it becomes the coherent value: value = factor * number
 * + offset. `dimension` is that of the linear quantity: dBm/Hz has power per frequency, dB/km has
 * 1/length. */
typedef struct hermes_unit {
  hermes_dimension dimension;
  hermes_scale scale;
  double factor;
  double offset;
} hermes_unit;

/* The unit symbols in force: the built-in table plus what one blueprint declares. Starts as {0}. */
typedef struct hermes_unit_system {
  size_t declared_count;
  char declared[HERMES_BASES - HERMES_BUILTIN_BASES][HERMES_UNIT_TEXT];
} hermes_unit_system;

/* Adds a counted unit (`unit user;`). Returns false when the bases are used up, or the name is
 * already a unit symbol or longer than HERMES_UNIT_TEXT - 1 bytes. */
bool hermes_unit_declare(hermes_unit_system *system, const char *name);

/* Is this word (not terminated) one unit symbol, with its prefix if any: MHz, dBm, km, user? */
bool hermes_unit_symbol(const hermes_unit_system *system, const char *text, size_t length);

/* The unit of one symbol. Returns false for an unknown one. */
bool hermes_unit_lookup(const hermes_unit_system *system, const char *text, size_t length,
                        hermes_unit *unit);

/* A whole unit expression: dBm/RE, bit/s/Hz, m^2, m^(1/2), 1/km, %, 1, and dB(X), a level against 1
 * of the linear unit X: dB(m/s). At most HERMES_UNIT_TEXT - 1 bytes, of any value. No spaces
 * inside; blanks around are ignored. On failure returns false and, where `error` is not NULL,
 * writes one sentence there: what is wrong and with which part of the text ("`Mhz` is no unit; did
 * you mean `MHz`?"). */
bool hermes_unit_parse(const hermes_unit_system *system, const char *text, size_t length,
                       hermes_unit *unit, char *error, size_t error_size);

/* unit := a * b^power (power in sixtieths), as unit expressions combine them. `dBm` over `Hz` is a
 * level of power per frequency; `dB` over `km` is a gain per length. Returns false where the
 * combination means nothing (dBm * dBm, dB^2, degC/m, dBd/m, dBV/Hz: half of it a field quantity),
 * or an exponent leaves its range. */
bool hermes_unit_combine(const hermes_unit *a, const hermes_unit *b, int power, hermes_unit *unit);

hermes_unit hermes_unit_one(void);

/* Where a unit is a fraction of the coherent one (%, ms, kHz^-1), numbers are divided by the whole
 * number that it is one part of: 95 % is 95 / 100, the double that people mean by 0.95, and 95 *
 * 0.01 is not. */
static inline double hermes_parts(double factor) {
  double parts = 1 / factor, whole = nearbyint(parts);
  return fabs(parts - whole) <= 1e-12 * parts ? whole : parts;
}
static inline double hermes_to_coherent(const hermes_unit *unit, double number) {
  double scaled = unit->factor < 1 ? number / hermes_parts(unit->factor) : number * unit->factor;
  return scaled + unit->offset;
}
static inline double hermes_from_coherent(const hermes_unit *unit, double value) {
  double scaled = value - unit->offset;
  return unit->factor < 1 ? scaled * hermes_parts(unit->factor) : scaled / unit->factor;
}

/* The number that people would write for a coherent value: the one with the fewest digits, from 15
 * on, that becomes this value again. 15 deg is 15, where plain conversion gives 14.999999999999998.
 */
double hermes_written_number(const hermes_unit *unit, double value);

/* The unit in which two values of a unit differ (dBm: dB, %: percentage points) and how many of it
 * one declared unit is. */
const char *hermes_unit_difference(const char *unit, const hermes_unit *measure, double *factor);

bool hermes_dimension_equal(const hermes_dimension *a, const hermes_dimension *b);
bool hermes_dimension_is_one(const hermes_dimension *dimension);
/* out = a * b^power, power in sixtieths; false where an exponent leaves its range or is no multiple
 * of a sixtieth. */
bool hermes_dimension_multiply(const hermes_dimension *a, const hermes_dimension *b, int power,
                               hermes_dimension *out);

/* Root-power quantities (V, A, V/m, A/m, Pa): their levels are 20 log10, all others 10 log10. */
bool hermes_dimension_is_field(const hermes_dimension *dimension);

/* A readable spelling of what is measured, in familiar units: "dBm/RE", "bit/s", "m", "dB", "1",
 * "W/Hz", "kg*m/s^2" as "N". The text parses back to a unit of the same dimension and scale, in SI
 * units: whatever holds a mass has not factor 1 (W has 1000, `dBV` an offset of 60), so parse it
 * before showing a number in it. A level that has no better spelling is dB(...); a level of
 * dimension 1 is a gain, and spelt so. W/Hz is J: levels are spelt dBm/Hz, linear quantities J.
 * Always terminates `text`, and cuts what does not fit (declared names may be long). */
void hermes_unit_spell(const hermes_unit_system *system, const hermes_dimension *dimension,
                       hermes_scale scale, char *text, size_t size);

/* "power", "frequency", "length", "ratio" (dimension 1), "energy or power per frequency", ..., or
 * "" where the dimension has no common name. Static storage. */
const char *hermes_dimension_name(const hermes_dimension *dimension);

/* Calls `each` with every built-in symbol, its meaning ("watt, power") and whether SI prefixes
 * apply: the table of units in the documentation and the candidates for a misspelt one. */
void hermes_unit_each(void (*each)(void *context, const char *symbol, const char *meaning,
                                   bool prefixes),
                      void *context);

/* Calls `each` with every symbol in force, each allowed prefix written out (kHz, MHz, ..., user).
 */
void hermes_unit_each_spelling(const hermes_unit_system *system,
                               void (*each)(void *context, const char *symbol), void *context);

/* The nearest known spelling to an unknown symbol (Mhz -> MHz, Mbps -> Mbit/s, m2 -> m^2), or false
 * where none or several are equally near. The answer may be an expression. */
bool hermes_unit_suggest(const hermes_unit_system *system, const char *text, size_t length,
                         char *out, size_t size);

#endif
