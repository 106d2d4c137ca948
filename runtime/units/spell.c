/* Dimension -> text, in familiar units. Every spelling is a product of at most one named quantity
 * (W, bit/s, dBm/Hz: the lead) and powers of bases; the shortest such product wins. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tables.h"

/* lead * rest, or rest / lead. */
typedef struct phrase {
  const char *lead; /* "" for none */
  bool under;       /* the lead divides */
  hermes_dimension rest;
} phrase;

typedef struct writer {
  const hermes_unit_system *system;
  char *text;
  size_t size, used;
} writer;

static void put(writer *w, const char *piece) {
  size_t length = strlen(piece), room = w->size - w->used - 1;
  if (length > room) length = room;
  memcpy(w->text + w->used, piece, length);
  w->used += length;
  w->text[w->used] = '\0';
}

static int greatest_common_divisor(int a, int b) {
  return b == 0 ? a : greatest_common_divisor(b, a % b);
}

/* A positive exponent in sixtieths: "", "^2", "^(1/2)". */
static void put_exponent(writer *w, int power) {
  char text[32];
  if (power == HERMES_POWER_ONE) return;
  int common = greatest_common_divisor(power, HERMES_POWER_ONE);
  bool whole = common == HERMES_POWER_ONE;
  if (whole)
    snprintf(text, sizeof text, "^%d", power / common);
  else
    snprintf(text, sizeof text, "^(%d/%d)", power / common, HERMES_POWER_ONE / common);
  put(w, text);
}

/* The bases with powers of one sign (+1 or -1), each behind its operator. */
static void put_bases(writer *w, const hermes_dimension *rest, int sign, const char *operator) {
  for (int i = 0; i < HERMES_BASES; i++) {
    int power = rest->power[i] * sign;
    if (power <= 0) continue;
    if (w->used > 0) put(w, operator);
    put(w, hermes_base_symbol(w->system, i));
    put_exponent(w, power);
  }
}

static void put_phrase(writer *w, const phrase *p) {
  if (!p->under) put(w, p->lead);
  put_bases(w, &p->rest, 1, "*");
  if (w->used == 0) put(w, "1");
  put_bases(w, &p->rest, -1, "/");
  if (p->under) put(w, "/"), put(w, p->lead);
}

/* How long a phrase reads: two for each factor and for a leading "1/", one more where bases
 * multiply the lead, so that bit/s/RE is shorter than Hz/RE*bit. */
static int cost(const phrase *p) {
  bool lead = *p->lead != '\0', lead_above = lead && !p->under;
  int factors = lead, above = 0;
  for (int i = 0; i < HERMES_BASES; i++) {
    factors += p->rest.power[i] != 0;
    above += p->rest.power[i] > 0;
  }
  bool nothing_above = !lead_above && above == 0;
  return 2 * (factors + nothing_above) + (lead_above && above > 0);
}

static void keep_shorter(phrase *best, const phrase *candidate) {
  if (cost(candidate) < cost(best)) *best = *candidate;
}

static phrase shortest_linear(const hermes_dimension *dimension) {
  phrase best = {.lead = "", .rest = *dimension};
  for (int i = 0; i < HERMES_QUANTITIES; i++) {
    const char *lead = hermes_quantities[i].linear;
    hermes_dimension of_lead = hermes_quantity_dimension(&hermes_quantities[i]);
    phrase over = {.lead = lead, .rest = *dimension};
    phrase under = {.lead = lead, .under = true, .rest = *dimension};
    if (hermes_dimension_multiply(dimension, &of_lead, -HERMES_POWER_ONE, &over.rest)) {
      keep_shorter(&best, &over);
    }
    bool one_symbol = strpbrk(lead, "*/^1") == NULL;
    if (one_symbol &&
        hermes_dimension_multiply(dimension, &of_lead, HERMES_POWER_ONE, &under.rest)) {
      keep_shorter(&best, &under);
    }
  }
  return best;
}

/* May a level of `of_lead` be written in front of this rest? Only where the rest divides, and by
 * what the lead itself does not hold: dBm/RE, but dB(m/s), never dBsm/m/s. A field quantity's level
 * stands alone: 20 dB per decade. */
static bool level_leads(const hermes_dimension *of_lead, const hermes_dimension *rest) {
  if (hermes_dimension_is_one(rest)) return true;
  if (hermes_dimension_is_one(of_lead) || hermes_dimension_is_field(of_lead)) return false;
  for (int i = 0; i < HERMES_BASES; i++) {
    if (rest->power[i] > 0 || (rest->power[i] < 0 && of_lead->power[i] != 0)) return false;
  }
  return true;
}

/* Finds dBm, dBm/Hz/RE, ...: false where the level has no better spelling than dB(...). */
static bool shortest_level(const hermes_dimension *dimension, phrase *best) {
  int lowest = INT_MAX;
  for (int i = 0; i < HERMES_QUANTITIES; i++) {
    hermes_dimension of_lead = hermes_quantity_dimension(&hermes_quantities[i]);
    phrase candidate = {.lead = hermes_quantities[i].level, .rest = *dimension};
    if (!candidate.lead) continue;
    bool fits =
        hermes_dimension_multiply(dimension, &of_lead, -HERMES_POWER_ONE, &candidate.rest) &&
        level_leads(&of_lead, &candidate.rest) &&
        hermes_dimension_is_field(dimension) == hermes_dimension_is_field(&of_lead);
    if (!fits || cost(&candidate) >= lowest) continue;
    lowest = cost(&candidate);
    *best = candidate;
  }
  return lowest < INT_MAX;
}

static void spell_linear(writer *w, const hermes_dimension *dimension) {
  phrase shortest = shortest_linear(dimension);
  put_phrase(w, &shortest);
}

static void spell_gain(writer *w, const hermes_dimension *dimension) {
  put_phrase(w, &(phrase){.lead = "dB", .rest = *dimension});
}

static void spell_level(writer *w, const hermes_dimension *dimension) {
  phrase best;
  if (shortest_level(dimension, &best)) {
    put_phrase(w, &best);
    return;
  }
  /* The reference is written first by itself, since a product begins on an empty text. */
  char reference[HERMES_UNIT_TEXT];
  hermes_unit_spell(w->system, dimension, HERMES_LINEAR, reference, sizeof reference);
  put(w, "dB("), put(w, reference), put(w, ")");
}

static void spell_point(writer *w, const hermes_dimension *dimension) {
  (void)dimension; /* only temperature has scales with an origin */
  put(w, "degC");
}

static void (*const SPELLERS[])(writer *w, const hermes_dimension *dimension) = {
    [HERMES_LINEAR] = spell_linear,
    [HERMES_GAIN] = spell_gain,
    [HERMES_LEVEL] = spell_level,
    [HERMES_POINT] = spell_point,
};

void hermes_unit_spell(const hermes_unit_system *system, const hermes_dimension *dimension,
                       hermes_scale scale, char *text, size_t size) {
  if (size == 0) return;
  text[0] = '\0';
  writer w = {.system = system, .text = text, .size = size};
  SPELLERS[scale](&w, dimension);
}
