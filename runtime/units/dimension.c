/* Dimensions: products of powers of the bases, and the quantities that they stand for. */
#include <string.h>

#include "tables.h"

/* Short names for the bases, as quantities.def writes them. */
enum { G, M, S, A, K, MOL, CD, RAD, BIT, RE, PRB };
_Static_assert(PRB + 1 == HERMES_BUILTIN_BASES, "every built-in base has its short name");

const hermes_quantity hermes_quantities[HERMES_QUANTITIES] = {
#define HERMES_QUANTITY(id, name, linear, level, per_decade, ...)                                  \
  {name, linear, level, per_decade, {__VA_ARGS__}},
#include "quantities.def"
#undef HERMES_QUANTITY
};

bool hermes_dimension_equal(const hermes_dimension *a, const hermes_dimension *b) {
  return memcmp(a->power, b->power, sizeof a->power) == 0;
}

bool hermes_dimension_is_one(const hermes_dimension *dimension) {
  static const hermes_dimension one;
  return hermes_dimension_equal(dimension, &one);
}

bool hermes_dimension_multiply(const hermes_dimension *a, const hermes_dimension *b, int power,
                               hermes_dimension *out) {
  hermes_dimension product; /* `out` may be `a` or `b`, and stays as it was on failure */
  for (int i = 0; i < HERMES_BASES; i++) {
    int64_t raised = (int64_t)b->power[i] * power;
    int64_t sum = a->power[i] + raised / HERMES_POWER_ONE;
    if (raised % HERMES_POWER_ONE != 0 || sum > INT16_MAX || sum < -INT16_MAX) return false;
    product.power[i] = (int16_t)sum;
  }
  *out = product;
  return true;
}

hermes_dimension hermes_quantity_dimension(const hermes_quantity *quantity) {
  hermes_dimension dimension = {{0}};
  for (int i = 0; i < HERMES_BUILTIN_BASES; i++) {
    dimension.power[i] = (int16_t)(quantity->power[i] * HERMES_POWER_ONE);
  }
  return dimension;
}

/* The quantity of exactly this dimension, or NULL. */
static const hermes_quantity *quantity_of(const hermes_dimension *dimension) {
  for (int i = 0; i < HERMES_QUANTITIES; i++) {
    hermes_dimension candidate = hermes_quantity_dimension(&hermes_quantities[i]);
    if (hermes_dimension_equal(dimension, &candidate)) return &hermes_quantities[i];
  }
  return NULL;
}

int hermes_dimension_per_decade(const hermes_dimension *dimension) {
  const hermes_quantity *quantity = quantity_of(dimension);
  return quantity ? quantity->per_decade : 10;
}

bool hermes_dimension_is_field(const hermes_dimension *dimension) {
  return hermes_dimension_per_decade(dimension) == 20;
}

const char *hermes_dimension_name(const hermes_dimension *dimension) {
  const hermes_quantity *quantity = quantity_of(dimension);
  return quantity ? quantity->name : "";
}
