/* One unit symbol: what blueprints declare, the built-in table, prefixes, and the signs beyond
 * ASCII. */
#include <stdio.h>
#include <string.h>

#include "tables.h"

/* Which prefixes a unit takes. */
enum { NONE = 0, UP = 1, DOWN = 2, BOTH = UP | DOWN };

typedef struct builtin {
  const char *symbol;
  hermes_scale scale;
  int prefixes;
  double factor, offset;
  int quantity;
  const char *meaning;
} builtin;

static const builtin BUILTINS[] = {
#define HERMES_UNIT(symbol, scale, prefixes, factor, offset, quantity, meaning)                    \
  {symbol, HERMES_##scale, prefixes, factor, offset, HERMES_QUANTITY_##quantity, meaning},
#include "units.def"
#undef HERMES_UNIT
};

static const struct prefix {
  char symbol;
  int direction;
  double factor;
} PREFIXES[] = {
    {'k', UP, 1e3},     {'M', UP, 1e6},     {'G', UP, 1e9},     {'T', UP, 1e12},
    {'P', UP, 1e15},    {'E', UP, 1e18},    {'Z', UP, 1e21},    {'Y', UP, 1e24},
    {'m', DOWN, 1e-3},  {'u', DOWN, 1e-6},  {'n', DOWN, 1e-9},  {'p', DOWN, 1e-12},
    {'f', DOWN, 1e-15}, {'a', DOWN, 1e-18}, {'z', DOWN, 1e-21}, {'y', DOWN, 1e-24},
};

/* Signs that people write, and the ASCII in which the table is kept. Two code points each for micro
 * and ohm. */
static const struct sign {
  const char *written, *kept;
} SIGNS[] = {
    {"\u00b5", "u"}, {"\u03bc", "u"}, {"\u03a9", "ohm"}, {"\u2126", "ohm"}, {"\u00b0", "deg"},
};

enum { BUILTIN_COUNT = sizeof BUILTINS / sizeof *BUILTINS };
enum { PREFIX_COUNT = sizeof PREFIXES / sizeof *PREFIXES };
enum { SIGN_COUNT = sizeof SIGNS / sizeof *SIGNS };

static bool is_word(const char *word, const char *text, size_t length) {
  return strlen(word) == length && memcmp(word, text, length) == 0;
}

static const struct sign *sign_at(const char *text, size_t length) {
  for (size_t i = 0; i < SIGN_COUNT; i++) {
    size_t bytes = strlen(SIGNS[i].written);
    if (bytes <= length && memcmp(SIGNS[i].written, text, bytes) == 0) return &SIGNS[i];
  }
  return NULL;
}

/* Writes `text` in ASCII signs to `out` and returns its length, or 0 where it is too long for a
 * symbol. */
static size_t in_ascii(const char *text, size_t length, char out[HERMES_UNIT_TEXT]) {
  size_t used = 0;
  for (size_t i = 0; i < length;) {
    const struct sign *sign = sign_at(text + i, length - i);
    const char *piece = sign ? sign->kept : text + i;
    size_t bytes = sign ? strlen(sign->kept) : 1;
    if (used + bytes >= HERMES_UNIT_TEXT) return 0;
    memcpy(out + used, piece, bytes);
    used += bytes;
    i += sign ? strlen(sign->written) : 1;
  }
  return used;
}

/* The base that a declared name stands for, or -1. */
static int declared_base(const hermes_unit_system *system, const char *text, size_t length) {
  for (size_t i = 0; i < system->declared_count; i++) {
    if (is_word(system->declared[i], text, length)) return HERMES_BUILTIN_BASES + (int)i;
  }
  return -1;
}

/* The built-in symbol of exactly this text that takes prefixes of this direction (0: any). */
static const builtin *find_builtin(const char *text, size_t length, int direction) {
  for (size_t i = 0; i < BUILTIN_COUNT; i++) {
    bool allowed = (BUILTINS[i].prefixes & direction) == direction;
    if (allowed && is_word(BUILTINS[i].symbol, text, length)) return &BUILTINS[i];
  }
  return NULL;
}

static hermes_unit unit_of(const builtin *row, double prefix) {
  return (hermes_unit){
      .dimension = hermes_quantity_dimension(&hermes_quantities[row->quantity]),
      .scale = row->scale,
      .factor = hermes_nearest_decimal(row->factor * prefix),
      .offset = row->offset,
  };
}

/* The whole word goes before a prefix: `min` is a minute, `cd` a candela. */
static bool lookup_builtin(const char *text, size_t length, hermes_unit *unit) {
  const builtin *row = find_builtin(text, length, 0);
  if (row) return *unit = unit_of(row, 1), true;
  for (size_t i = 0; length > 1 && i < PREFIX_COUNT; i++) {
    if (PREFIXES[i].symbol != text[0]) continue;
    row = find_builtin(text + 1, length - 1, PREFIXES[i].direction);
    if (row) return *unit = unit_of(row, PREFIXES[i].factor), true;
  }
  return false;
}

bool hermes_unit_lookup(const hermes_unit_system *system, const char *text, size_t length,
                        hermes_unit *unit) {
  int base = declared_base(system, text, length);
  if (base >= 0) {
    *unit = hermes_unit_one();
    unit->dimension.power[base] = HERMES_POWER_ONE;
    return true;
  }
  char ascii[HERMES_UNIT_TEXT];
  size_t ascii_length = in_ascii(text, length, ascii);
  return ascii_length > 0 && lookup_builtin(ascii, ascii_length, unit);
}

bool hermes_unit_symbol(const hermes_unit_system *system, const char *text, size_t length) {
  hermes_unit ignored;
  return hermes_unit_lookup(system, text, length, &ignored);
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(const char *name) {
  if (!is_letter(name[0])) return false;
  size_t length = 1;
  while (is_letter(name[length]) || (name[length] >= '0' && name[length] <= '9'))
    length++;
  return name[length] == '\0' && length < HERMES_UNIT_TEXT;
}

bool hermes_unit_declare(hermes_unit_system *system, const char *name) {
  bool room = system->declared_count < sizeof system->declared / sizeof *system->declared;
  if (!room || !is_name(name) || hermes_unit_symbol(system, name, strlen(name))) return false;
  memcpy(system->declared[system->declared_count++], name, strlen(name) + 1);
  return true;
}

const char *hermes_base_symbol(const hermes_unit_system *system, int base) {
  if (base < HERMES_BUILTIN_BASES) return hermes_quantities[base].linear;
  size_t declared = (size_t)base - HERMES_BUILTIN_BASES;
  return declared < system->declared_count ? system->declared[declared] : "?";
}

void hermes_unit_each(void (*each)(void *context, const char *symbol, const char *meaning,
                                   bool prefixes),
                      void *context) {
  for (size_t i = 0; i < BUILTIN_COUNT; i++) {
    each(context, BUILTINS[i].symbol, BUILTINS[i].meaning, BUILTINS[i].prefixes != NONE);
  }
}

static void each_prefixed(const builtin *row, void (*each)(void *context, const char *symbol),
                          void *context) {
  for (size_t i = 0; i < PREFIX_COUNT; i++) {
    char symbol[HERMES_UNIT_TEXT];
    if (!(row->prefixes & PREFIXES[i].direction)) continue;
    snprintf(symbol, sizeof symbol, "%c%s", PREFIXES[i].symbol, row->symbol);
    each(context, symbol);
  }
}

void hermes_unit_each_spelling(const hermes_unit_system *system,
                               void (*each)(void *context, const char *symbol), void *context) {
  for (size_t i = 0; i < system->declared_count; i++)
    each(context, system->declared[i]);
  for (size_t i = 0; i < BUILTIN_COUNT; i++) {
    each(context, BUILTINS[i].symbol);
    each_prefixed(&BUILTINS[i], each, context);
  }
}
