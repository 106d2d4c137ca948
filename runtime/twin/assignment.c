/* One value to some elements of a policy or an input: names, keys, units and domains are checked
 * here, once for --set, policy files, inputs.json and candidates.
 */
#include "twin/commands.h"

#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- names -------------------------------------------------------------------------------- */

/* The slots that a text may name. */
static size_t nameable(const hermes_description *d, unsigned names, int *slots) {
  size_t count = 0;
  for (size_t i = 0; names & TWIN_POLICIES && i < d->policy_count; i++)
    slots[count++] = d->policies[i];
  for (size_t i = 0; names & TWIN_INPUTS && i < d->input_count; i++) slots[count++] = d->inputs[i];
  return count;
}

static const char *what_may_be_named(unsigned names) {
  if (names == TWIN_INPUTS) return "input";
  return names == TWIN_POLICIES ? "policy" : "policy or input";
}

static bool is_computed(const hermes_description *d, const char *name) {
  static const hermes_role computed[] = {HERMES_OUT, HERMES_LET, HERMES_KPI, HERMES_COLUMN};
  for (size_t i = 0; i < sizeof computed / sizeof *computed; i++)
    if (hermes_description_slot(d, computed[i], name) >= 0) return true;
  return false;
}

/* Why a name is not among those that may stand here. */
static twin_complaint complain_of_name(twin_session *session, const char *name, unsigned names) {
  const hermes_description *d = session->description;
  hermes_diagnostics *list = &session->problems;
  if (hermes_description_slot(d, HERMES_INPUT, name) >= 0)
    return hermes_report(list, HB0817, NULL, "`%s` is an input; only policies stand here", name);
  if (hermes_description_slot(d, HERMES_POLICY, name) >= 0)
    return hermes_report(list, HB0817, NULL, "`%s` is a policy; only inputs stand here", name);
  if (is_computed(d, name))
    return hermes_report(list, HB0810, NULL, "`%s` is computed or read from data, not decided",
                         name);
  return hermes_report(list, HB0810, NULL, "`%s` is no %s of %s", DATA_SHOW(name),
                       what_may_be_named(names), d->blueprint);
}

twin_complaint twin_find_slot(twin_session *session, const char *name, unsigned names, int *slot) {
  const hermes_description *d = session->description;
  int *slots = twin_allocate(d->slot_count, sizeof *slots);
  const char **words = twin_allocate(d->slot_count, sizeof *words);
  size_t count = nameable(d, names, slots);
  twin_complaint complaint = NULL;
  *slot = -1;
  for (size_t i = 0; i < count; i++) {
    words[i] = d->slots[slots[i]].name;
    if (strcmp(words[i], name) == 0) *slot = slots[i];
  }
  if (*slot < 0) {
    complaint = complain_of_name(session, name, names);
    twin_suggest(complaint, name, words, count);
  }
  free(words);
  free(slots);
  return complaint;
}

/* ---- keys --------------------------------------------------------------------------------- */

twin_complaint twin_complain_of_key(twin_session *session, int table, const char *key) {
  size_t rows = twin_rows(session, table);
  const char **keys = twin_allocate(rows, sizeof *keys);
  for (size_t i = 0; i < rows; i++) keys[i] = session->door->key(session->twin, table, i);
  twin_complaint complaint =
      hermes_report(&session->problems, HB0811, NULL, "there is no %s `%s`",
                    session->description->tables[table].name, DATA_SHOW(key));
  twin_suggest(complaint, key, keys, rows);
  free(keys);
  return complaint;
}

twin_complaint twin_narrow(twin_session *session, twin_assignment *target, size_t axis,
                           const char *key) {
  const hermes_slot *slot = &session->description->slots[target->slot];
  if (axis >= slot->index.rank) {
    char *form = twin_slot_text(session, slot);
    twin_complaint complaint = hermes_report(&session->problems, HB0815, NULL,
                                             "`%s` has no index for `%s`", form, DATA_SHOW(key));
    free(form);
    return complaint;
  }
  int table = slot->index.table[axis];
  long row = session->door->find(session->twin, table, key);
  if (row < 0) return twin_complain_of_key(session, table, key);
  target->count /= twin_rows(session, table);
  target->first += (size_t)row * target->count;
  return NULL;
}

/* ---- domains ------------------------------------------------------------------------------ */

static bool is_nearly(double number, double exact) {
  return fabs(number - exact) <= TWIN_TOLERANCE * fmax(fabs(number), fabs(exact));
}

static bool is_whole(double *number) {
  double whole = round(*number);
  if (!is_nearly(*number, whole)) return false;
  *number = whole;
  return true;
}

static const char *check_domain(const hermes_slot *slot, double *number) {
  if (!isfinite(*number)) return "is too large";
  if (slot->integer && !is_whole(number)) return "is no whole number";
  if (hermes_domain_holds(&slot->domain, *number)) return NULL;
  if (slot->domain.form == HERMES_SET) return "is not among its values";
  hermes_domain without_steps = slot->domain;
  without_steps.step = 0;
  return hermes_domain_holds(&without_steps, *number) ? "is not on its steps"
                                                      : "is not in its range";
}

static twin_complaint complain_of_value(twin_session *session, hermes_code code,
                                        const hermes_slot *slot, const char *text,
                                        const char *wrong) {
  twin_complaint complaint =
      *text ? hermes_report(&session->problems, code, NULL, "`%s` for `%s` %s", DATA_SHOW(text),
                            slot->name, wrong)
            : hermes_report(&session->problems, code, NULL, "no value for `%s`", slot->name);
  char *domain = twin_domain_text(session, slot);
  if (*domain)
    hermes_diagnostic_fact(&complaint->expected, "%s", domain);
  else
    hermes_diagnostic_fact(&complaint->expected, "a number in %s", slot->unit);
  hermes_diagnostic_fact(&complaint->actual, "%s", DATA_SHOW(text));
  free(domain);
  return complaint;
}

/* ---- values ------------------------------------------------------------------------------- */

static twin_complaint take_number(twin_session *session, const hermes_slot *slot, const char *text,
                                  double number, double *taken) {
  const char *wrong = check_domain(slot, &number);
  *taken = number;
  return wrong ? complain_of_value(session, HB0814, slot, text, wrong) : NULL;
}

/* "dBm: a level of power", "W: power", "dB: a gain" */
static char *measure_text(const char *unit, const hermes_unit *measure) {
  const char *of = hermes_dimension_name(&measure->dimension);
  switch (measure->scale) {
  case HERMES_GAIN: return twin_print("%s: a gain", unit);
  case HERMES_LEVEL: return twin_print("%s: a level%s%s", unit, *of ? " of " : "", of);
  case HERMES_POINT: return twin_print("%s: a point on a scale of %s", unit, of);
  default: return twin_print("%s: %s", unit, *of ? of : "a linear quantity");
  }
}

static void explain_units(twin_complaint complaint, const char *given, const hermes_unit *unit,
                          const hermes_slot *slot) {
  char *expected = measure_text(slot->unit, &slot->measure);
  char *actual = measure_text(given, unit);
  hermes_diagnostic_fact(&complaint->expected, "%s", expected);
  hermes_diagnostic_fact(&complaint->actual, "%s", actual);
  free(expected);
  free(actual);
}

/* A number of one unit in another. Of all numbers that mean the same the shortest: 0.04 s is 40 ms,
 * not 40.00000000000001 ms. */
static double converted(const hermes_unit *from, double given, const hermes_unit *to) {
  if (from->factor == to->factor && from->offset == to->offset) return given;
  char text[TWIN_NUMBER];
  double value = hermes_to_coherent(from, given), number = hermes_from_coherent(to, value), shorter;
  hermes_decimal_text(number, 15, text);
  hermes_decimal(text, strlen(text), &shorter);
  return hermes_to_coherent(to, shorter) == value ? shorter : number;
}

static twin_complaint convert(twin_session *session, const hermes_slot *slot, const char *unit_text,
                              double given, double *number) {
  hermes_unit unit;
  char error[256];
  if (!hermes_unit_parse(&session->description->units, unit_text, strlen(unit_text), &unit, error,
                         sizeof error)) {
    twin_complaint unknown = hermes_report(&session->problems, HB0813, NULL, "%s", error);
    hermes_diagnostic_fact(&unknown->expected, "%s", slot->unit);
    return unknown;
  }
  if (unit.scale == slot->measure.scale &&
      hermes_dimension_equal(&unit.dimension, &slot->measure.dimension)) {
    *number = converted(&unit, given, &slot->measure);
    return NULL;
  }
  twin_complaint complaint =
      hermes_report(&session->problems, HB0813, NULL, "`%s` is in %s, not in `%s`", slot->name,
                    slot->unit, unit_text);
  explain_units(complaint, unit_text, &unit, slot);
  return complaint;
}

static twin_complaint real_of_text(twin_session *session, const hermes_slot *slot, const char *text,
                                   double *number) {
  double given;
  text += strspn(text, " \t");
  size_t used = hermes_decimal(text, strlen(text), &given);
  if (!used) return complain_of_value(session, HB0812, slot, text, "is no number");
  const char *rest = text + used + strspn(text + used, " \t");
  twin_complaint complaint = NULL;
  if (*rest) complaint = convert(session, slot, rest, given, &given);
  return complaint ? complaint : take_number(session, slot, text, given, number);
}

static twin_complaint bool_of_text(twin_session *session, const hermes_slot *slot, const char *text,
                                   double *number) {
  static const char *const words[] = {"false", "true", "0", "1", "no", "yes"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcasecmp(text, words[i])) continue; /* spreadsheets write TRUE */
    *number = (double)(i % 2);
    return NULL;
  }
  return complain_of_value(session, HB0812, slot, text, "is neither true nor false");
}

static twin_complaint label_of_text(twin_session *session, const hermes_slot *slot,
                                    const char *text, double *number) {
  for (size_t i = 0; i < slot->label_count; i++) {
    if (strcmp(text, slot->labels[i])) continue;
    *number = (double)i;
    return NULL;
  }
  twin_complaint complaint =
      complain_of_value(session, HB0812, slot, text, "is none of its labels");
  twin_suggest(complaint, text, slot->labels, slot->label_count);
  return complaint;
}

static twin_complaint reference_of_text(twin_session *session, const hermes_slot *slot,
                                        const char *text, double *number) {
  long row = session->door->find(session->twin, slot->refers, text);
  if (row < 0) return twin_complain_of_key(session, slot->refers, text);
  *number = (double)row;
  return NULL;
}

twin_complaint twin_value_of_text(twin_session *session, const hermes_slot *slot, const char *text,
                                  double *number) {
  static twin_complaint (*const read[])(twin_session *, const hermes_slot *, const char *,
                                        double *) = {[HERMES_REAL] = real_of_text,
                                                     [HERMES_BOOL] = bool_of_text,
                                                     [HERMES_ENUM] = label_of_text,
                                                     [HERMES_REF] = reference_of_text};
  return read[slot->kind](session, slot, text, number);
}

twin_complaint twin_value_of_number(twin_session *session, const hermes_slot *slot, double given,
                                    double *number) {
  char text[TWIN_NUMBER];
  twin_number_exact(given, text);
  if (slot->kind == HERMES_REAL) return take_number(session, slot, text, given, number);
  return twin_value_of_text(session, slot, text, number);
}

/* ---- "offset[c3]=-3 dB" ------------------------------------------------------------------- */

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

static twin_span trimmed(twin_span span) {
  const char *bytes = span.text->bytes;
  while (span.start < span.end && is_blank(bytes[span.start])) span.start++;
  while (span.end > span.start && is_blank(bytes[span.end - 1])) span.end--;
  return span;
}

/* The end of what is quoted at `at`: behind its closing quote, or `end` where it is not closed. */
static size_t behind_quotes(const char *bytes, size_t at, size_t end) {
  for (at++; at < end; at++) {
    if (bytes[at] != '"') continue;
    if (at + 1 < end && bytes[at + 1] == '"')
      at++;
    else
      return at + 1;
  }
  return end;
}

/* The first of the given characters that does not stand in quotes, or `end`. */
static size_t find_outside_quotes(twin_span span, const char *wanted) {
  const char *bytes = span.text->bytes;
  size_t at = span.start;
  while (at < span.end && !strchr(wanted, bytes[at]))
    at = bytes[at] == '"' ? behind_quotes(bytes, at, span.end) : at + 1;
  return at;
}

/* A copy of what stands in a span, without quotes around it. */
static char *words_in(twin_span span) {
  span = trimmed(span);
  const char *bytes = span.text->bytes;
  char *copy = twin_allocate(span.end - span.start + 1, 1);
  bool quoted = span.end - span.start >= 2 && bytes[span.start] == '"';
  size_t length = 0;
  for (size_t at = span.start + quoted; at < span.end - quoted; at++) {
    copy[length++] = bytes[at];
    if (quoted && bytes[at] == '"' && bytes[at + 1] == '"') at++;
  }
  return copy;
}

static bool place(twin_complaint complaint, twin_span span) {
  if (complaint) complaint->place = twin_place(trimmed(span));
  return !complaint;
}

static bool malformed(twin_session *session, twin_span span, const char *what) {
  twin_complaint complaint = hermes_report(&session->problems, HB0815, NULL, "%s", what);
  hermes_diagnostic_note(complaint, "name[key], name[key, key], or name alone for all "
                                    "elements; a key with , ] or = stands in double quotes");
  return place(complaint, span);
}

static bool narrow_by_key(twin_session *session, twin_span key, size_t axis,
                          twin_assignment *target) {
  char *word = words_in(key);
  bool good = *word ? place(twin_narrow(session, target, axis, word), key)
                    : malformed(session, key, "a key is missing");
  free(word);
  return good;
}

/* The keys between the brackets, one for each index from the first on. */
static bool narrow_by_keys(twin_session *session, twin_span keys, twin_assignment *target) {
  for (size_t axis = 0; keys.start <= keys.end; axis++) {
    twin_span key = {keys.text, keys.start, find_outside_quotes(keys, ",")};
    if (!narrow_by_key(session, key, axis, target)) return false;
    keys.start = key.end + 1;
  }
  return true;
}

bool twin_target(twin_session *session, twin_span span, unsigned names, twin_assignment *target) {
  span = trimmed(span);
  twin_span name = {span.text, span.start, find_outside_quotes(span, "[")};
  char *word = words_in(name);
  bool good = place(twin_find_slot(session, word, names, &target->slot), name);
  free(word);
  if (!good) return false;
  target->first = 0;
  target->count = session->door->elements(session->twin, target->slot);
  if (name.end == span.end) return true;
  twin_span keys = {span.text, name.end + 1, span.end};
  keys.end = find_outside_quotes(keys, "]");
  if (keys.end + 1 != span.end) return malformed(session, span, "the brackets do not close here");
  return narrow_by_keys(session, keys, target);
}

bool twin_value(twin_session *session, twin_span span, twin_assignment *target) {
  char *word = words_in(span);
  const hermes_slot *slot = &session->description->slots[target->slot];
  bool good = place(twin_value_of_text(session, slot, word, &target->number), span);
  free(word);
  return good;
}

/* The '=' behind the target: not one inside of brackets or quotes. */
static size_t find_equals(twin_span span) {
  size_t at = find_outside_quotes(span, "[=");
  if (at == span.end || span.text->bytes[at] == '=') return at;
  at = find_outside_quotes((twin_span){span.text, at, span.end}, "]");
  return find_outside_quotes((twin_span){span.text, at, span.end}, "=");
}

static bool assign_option(twin_session *session, const char *argument,
                          twin_assignments *assignments) {
  twin_span all = twin_whole(twin_keep_text(session, "--set", argument));
  size_t equals = find_equals(all);
  if (equals == all.end || equals == all.start)
    return malformed(session, all, "--set takes name=value");
  twin_assignment assignment;
  twin_span name = {all.text, all.start, equals}, value = {all.text, equals + 1, all.end};
  if (!twin_target(session, name, TWIN_INPUTS | TWIN_POLICIES, &assignment) ||
      !twin_value(session, value, &assignment))
    return false;
  twin_assign(assignments, assignment);
  return true;
}

bool twin_assign_options(twin_session *session, twin_assignments *assignments) {
  bool good = true;
  for (size_t i = 0; i < session->options.set.count; i++)
    good &= assign_option(session, session->options.set.items[i], assignments);
  return good;
}

/* ---- assignments -------------------------------------------------------------------------- */

void twin_assign(twin_assignments *assignments, twin_assignment assignment) {
  assignments->items = twin_grow(assignments->items, &assignments->capacity, assignments->count + 1,
                                 sizeof assignment);
  assignments->items[assignments->count++] = assignment;
}

void twin_assignments_free(twin_assignments *assignments) {
  free(assignments->items);
  *assignments = (twin_assignments){0};
}

void twin_decide(const twin_session *session, const twin_assignments *assignments,
                 double *candidate) {
  for (size_t i = 0; i < assignments->count; i++) {
    const twin_assignment *a = &assignments->items[i];
    if (session->description->slots[a->slot].role != HERMES_POLICY) continue;
    double *elements = candidate + session->door->candidate_offset(session->twin, a->slot);
    for (size_t e = 0; e < a->count; e++) elements[a->first + e] = a->number;
  }
}
