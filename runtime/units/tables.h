/* The map of runtime/units: the tables behind hermes/units.h, and who knows what.
 *
 *   dimension.c  products of powers of the bases, and the quantities that they stand for
 * (quantities.def) symbol.c     one unit symbol: the built-in table (units.def), prefixes, declared
 * units combine.c    products, quotients and powers of units, linear and logarithmic parse.c unit
 * expressions spell.c      dimension -> text suggest.c    what an unknown symbol was meant to be
 */
#ifndef HERMES_UNITS_TABLES_H
#define HERMES_UNITS_TABLES_H

#include <hermes/units.h>

/* ---- dimension.c ---- */

typedef struct hermes_quantity {
  const char *name;
  const char *linear; /* how an ordinary quantity is spelt */
  const char *level;  /* how a level of it is spelt, or NULL */
  int per_decade;     /* dB for a factor of ten: 10, or 20 for a field quantity */
  int8_t power[HERMES_BUILTIN_BASES];
} hermes_quantity;

enum {
#define HERMES_QUANTITY(id, ...) HERMES_QUANTITY_##id,
#include "quantities.def"
#undef HERMES_QUANTITY
  HERMES_QUANTITIES
};

extern const hermes_quantity hermes_quantities[HERMES_QUANTITIES];

hermes_dimension hermes_quantity_dimension(const hermes_quantity *quantity);
/* How many dB a factor of ten is worth in a level of this dimension: 10 or 20. */
int hermes_dimension_per_decade(const hermes_dimension *dimension);

/* ---- symbol.c ---- */

/* Spells a base as it stands in a product: kg for the gram, a declared unit by its name. */
const char *hermes_base_symbol(const hermes_unit_system *system, int base);

/* ---- combine.c ---- */

/* The nearest double to the short decimal that x stands for but for rounding; x itself where there
 * is none. */
double hermes_nearest_decimal(double x);

/* hermes_unit_combine with its reason: NULL where it succeeds, else a static sentence. */
const char *hermes_unit_combine_why(const hermes_unit *a, const hermes_unit *b, int power,
                                    hermes_unit *unit);
/* The level against 1 of this linear unit: dB(m/s), dB(uV/m). */
hermes_unit hermes_unit_level_over(const hermes_unit *reference);

#endif
