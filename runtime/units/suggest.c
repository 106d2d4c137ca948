/* What an unknown unit symbol was meant to be: other names, other case, plurals, a forgotten `^`,
 * one wrong letter. */
#include <stdio.h>
#include <string.h>

#include "tables.h"

/* What people write, in any case, and how it is written here. */
static const struct alias {
  const char *written, *meant;
} ALIASES[] = {
    {"bps", "bit/s"},     {"kbps", "kbit/s"},   {"Mbps", "Mbit/s"},   {"Gbps", "Gbit/s"},
    {"Tbps", "Tbit/s"},   {"b", "bit"},         {"kb", "kbit"},       {"Mb", "Mbit"},
    {"Gb", "Gbit"},       {"bits", "bit"},      {"byte", "B"},        {"bytes", "B"},
    {"octet", "B"},       {"sec", "s"},         {"secs", "s"},        {"second", "s"},
    {"seconds", "s"},     {"msec", "ms"},       {"usec", "us"},       {"minute", "min"},
    {"minutes", "min"},   {"mins", "min"},      {"hour", "h"},        {"hours", "h"},
    {"hr", "h"},          {"hrs", "h"},         {"d", "day"},         {"meter", "m"},
    {"meters", "m"},      {"metre", "m"},       {"metres", "m"},      {"kilometer", "km"},
    {"kilometers", "km"}, {"kilometre", "km"},  {"kilometres", "km"}, {"sqm", "m^2"},
    {"sqkm", "km^2"},     {"kmh", "km/h"},      {"kph", "km/h"},      {"mps", "m/s"},
    {"degree", "deg"},    {"degrees", "deg"},   {"radian", "rad"},    {"radians", "rad"},
    {"celsius", "degC"},  {"kelvin", "K"},      {"kelvins", "K"},     {"watt", "W"},
    {"watts", "W"},       {"milliwatt", "mW"},  {"milliwatts", "mW"}, {"kilowatt", "kW"},
    {"dBmW", "dBm"},      {"decibel", "dB"},    {"decibels", "dB"},   {"joule", "J"},
    {"joules", "J"},      {"volt", "V"},        {"volts", "V"},       {"ampere", "A"},
    {"amperes", "A"},     {"amp", "A"},         {"amps", "A"},        {"hertz", "Hz"},
    {"megahertz", "MHz"}, {"kilohertz", "kHz"}, {"gigahertz", "GHz"}, {"ohms", "ohm"},
    {"percent", "%"},     {"pct", "%"},         {"gram", "g"},        {"grams", "g"},
    {"kilogram", "kg"},   {"kilograms", "kg"},  {"kgs", "kg"},        {"RB", "PRB"},
    {"RBs", "PRB"},       {"neper", "Np"},      {"nepers", "Np"},
};

enum { ALIAS_COUNT = sizeof ALIASES / sizeof *ALIASES };
enum { SHORTEST_MISSPELT = 3 }; /* one wrong letter in two says nothing */

/* The unknown word, and the best answer so far. */
typedef struct hunt {
  const char *text;
  size_t length;
  int best; /* its distance; smaller is nearer */
  int ties; /* answers at that distance */
  char answer[HERMES_UNIT_TEXT];
} hunt;

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* How many letters differ in case, or -1 where the words differ otherwise. */
static int case_distance(const char *text, size_t length, const char *word) {
  int differ = 0;
  if (strlen(word) != length) return -1;
  for (size_t i = 0; i < length; i++) {
    if (lower(text[i]) != lower(word[i])) return -1;
    differ += text[i] != word[i];
  }
  return differ;
}

static void consider(hunt *h, const char *symbol, int distance) {
  if (distance > h->best) return;
  h->ties = distance < h->best ? 1 : h->ties + 1;
  h->best = distance;
  snprintf(h->answer, sizeof h->answer, "%s", symbol);
}

static void consider_case(void *context, const char *symbol) {
  hunt *h = context;
  int distance = case_distance(h->text, h->length, symbol);
  if (distance >= 0) consider(h, symbol, distance);
}

/* Are the words one insertion, deletion, replacement or exchange of neighbours apart? */
static bool one_edit_apart(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t head = 0, tail = 0;
  size_t shorter = a_length < b_length ? a_length : b_length;
  while (head < shorter && a[head] == b[head])
    head++;
  while (tail < shorter - head && a[a_length - 1 - tail] == b[b_length - 1 - tail])
    tail++;
  size_t a_middle = a_length - head - tail, b_middle = b_length - head - tail;
  bool exchanged =
      a_middle == 2 && b_middle == 2 && a[head] == b[head + 1] && a[head + 1] == b[head];
  return exchanged || (a_middle <= 1 && b_middle <= 1);
}

static void consider_edit(void *context, const char *symbol) {
  hunt *h = context;
  if (one_edit_apart(h->text, h->length, symbol, strlen(symbol))) consider(h, symbol, 1);
}

/* Each of these answers in h->answer. */

static bool by_alias(const hermes_unit_system *system, hunt *h) {
  (void)system;
  for (size_t i = 0; i < ALIAS_COUNT; i++) {
    if (case_distance(h->text, h->length, ALIASES[i].written) < 0) continue;
    snprintf(h->answer, sizeof h->answer, "%s", ALIASES[i].meant);
    return true;
  }
  return false;
}

static bool by_case(const hermes_unit_system *system, hunt *h) {
  h->best = HERMES_UNIT_TEXT;
  hermes_unit_each_spelling(system, consider_case, h);
  return h->best < HERMES_UNIT_TEXT && h->ties == 1;
}

static bool by_plural(const hermes_unit_system *system, hunt *h) {
  size_t singular = h->length - 1;
  if (h->length < 3 || h->text[singular] != 's') return false;
  if (!hermes_unit_symbol(system, h->text, singular)) return false;
  snprintf(h->answer, sizeof h->answer, "%.*s", (int)singular, h->text);
  return true;
}

/* m2, km2, m², s3 */
static bool by_power(const hermes_unit_system *system, hunt *h) {
  static const struct ending {
    const char *text;
    char digit;
  } ENDINGS[] = {{"2", '2'}, {"3", '3'}, {"\u00b2", '2'}, {"\u00b3", '3'}};
  for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
    size_t bytes = strlen(ENDINGS[i].text);
    if (h->length <= bytes) continue;
    size_t stem = h->length - bytes;
    if (memcmp(h->text + stem, ENDINGS[i].text, bytes) != 0) continue;
    if (!hermes_unit_symbol(system, h->text, stem)) continue;
    snprintf(h->answer, sizeof h->answer, "%.*s^%c", (int)stem, h->text, ENDINGS[i].digit);
    return true;
  }
  return false;
}

static bool by_edit(const hermes_unit_system *system, hunt *h) {
  if (h->length < SHORTEST_MISSPELT) return false;
  h->best = 1;
  h->ties = 0;
  hermes_unit_each_spelling(system, consider_edit, h);
  return h->ties == 1;
}

bool hermes_unit_suggest(const hermes_unit_system *system, const char *text, size_t length,
                         char *out, size_t size) {
  static bool (*const WAYS[])(const hermes_unit_system *, hunt *) = {
      by_alias, by_case, by_plural, by_power, by_edit,
  };
  hunt h = {.text = text, .length = length};
  if (length == 0 || length >= HERMES_UNIT_TEXT || size == 0) return false;
  for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
    if (!WAYS[i](system, &h)) continue;
    return (size_t)snprintf(out, size, "%s", h.answer) < size;
  }
  return false;
}
