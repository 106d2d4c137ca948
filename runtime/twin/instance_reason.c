/* What made a candidate invalid, in words. */
#include "twin/instance.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

instance_text instance_number(double number) {
  instance_text shown;
  hermes_decimal_text(number, 6, shown.text);
  return shown;
}

__attribute__((format(printf, 3, 4))) static void append(hermes_outcome *outcome, size_t *used,
                                                         const char *format, ...) {
  if (*used >= sizeof outcome->reason) return;
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(outcome->reason + *used, sizeof outcome->reason - *used, format, arguments);
  va_end(arguments);
  if (added > 0) *used += (size_t)added;
}

/* A reason that was cut ends with a whole character. */
static void end_whole(hermes_outcome *outcome, size_t used) {
  if (used < sizeof outcome->reason) return;
  size_t length = strlen(outcome->reason), at = length;
  while (at && ((unsigned char)outcome->reason[at - 1] & 0xC0) == 0x80)
    at--;
  if (at && (unsigned char)outcome->reason[at - 1] >= 0xC0) outcome->reason[at - 1] = '\0';
}

/* " at ue u17, cell c3" */
static void append_row(const hermes_twin *twin, const hermes_index *index, const size_t *row,
                       hermes_outcome *outcome, size_t *used) {
  for (size_t i = 0; i < index->rank; i++) {
    int table = index->table[i];
    if (row[i] >= twin->tables->rows[table]) return;
    const char *key = keys_at(&twin->tables->keys[table], row[i]);
    append(outcome, used, i ? ", %s %s" : " at %s %s", twin->description->tables[table].name,
           data_show(key, strlen(key)).text);
  }
}

/* "nothing to reduce over in `server` at ue u17 (blueprint line 43)" */
static void fault_at(const hermes_twin *twin, const hermes_frame *frame, const char *what,
                     hermes_outcome *outcome) {
  const hermes_fault *fault = &frame->fault;
  size_t used = 0;
  append(outcome, &used, "%s", what);
  if (fault->slot >= 0 && (size_t)fault->slot < twin->description->slot_count) {
    const hermes_slot *slot = &twin->description->slots[fault->slot];
    if (slot->role != HERMES_HIDDEN) append(outcome, &used, " in `%s`", slot->name);
    append_row(twin, &slot->index, fault->row, outcome, &used);
  }
  if (fault->line > 0) append(outcome, &used, " (blueprint line %d)", fault->line);
  end_whole(outcome, used);
}

typedef enum lack { NO_NUMBER, LESS_THAN_ALL, MORE_THAN_ALL } lack;

static lack lack_of(double value) {
  return isnan(value) ? NO_NUMBER : value < 0 ? LESS_THAN_ALL : MORE_THAN_ALL;
}

/* The first element of a slot that lacks a finite value in this way, or SIZE_MAX. Of what may have
 * only its last instants left none is told, so that a reason is the same whether it has. */
static size_t first_lacking(const hermes_twin *twin, const hermes_frame *frame, int number,
                            lack kind) {
  const double *values = frame->slot[number];
  const hermes_slot *slot = &twin->description->slots[number];
  if (slot->kind != HERMES_REAL || slot->along >= 0 || !values) return SIZE_MAX;
  size_t elements = instance_elements(twin, number);
  for (size_t e = 0; e < elements; e++)
    if (!isfinite(values[e]) && lack_of(values[e]) == kind) return e;
  return SIZE_MAX;
}

enum { MOST_STEPS = 64 }; /* back to where a lack began; values of a solve read one another */

/* From a value to the first one that it reads and that lacks the same, and on to where it began. */
static int origin(const hermes_twin *twin, const hermes_frame *frame, int number, lack kind) {
  const hermes_description *d = twin->description;
  for (int steps = 0; steps < MOST_STEPS; steps++) {
    const hermes_slot *slot = &d->slots[number];
    int next = -1;
    for (size_t i = 0; i < slot->read_count && next < 0; i++)
      if (slot->reads[i] != number && first_lacking(twin, frame, slot->reads[i], kind) != SIZE_MAX)
        next = slot->reads[i];
    if (next < 0) break;
    number = next;
  }
  return number;
}

static void append_line(const hermes_slot *slot, hermes_outcome *outcome, size_t *used) {
  if (slot->line > 0) append(outcome, used, " (blueprint line %d)", slot->line);
}

/* ", first `sinr` at ue u17 (blueprint line 43)": where it began, if not here. */
static void append_origin(const hermes_twin *twin, const hermes_frame *frame, int number, lack kind,
                          hermes_outcome *outcome, size_t *used) {
  int first = origin(twin, frame, number, kind);
  if (first == number) return;
  const hermes_slot *slot = &twin->description->slots[first];
  size_t row[HERMES_MAX_RANK];
  instance_row_of(twin, &slot->index, first_lacking(twin, frame, first, kind), row);
  append(outcome, used, ", first `%s`", slot->name);
  append_row(twin, &slot->index, row, outcome, used);
  append_line(slot, outcome, used);
}

/* "0.1 dB": a difference, in the declared unit. */
static instance_text difference_text(const hermes_slot *slot, double difference) {
  instance_text shown;
  char number[HERMES_DECIMAL_TEXT];
  double factor;
  const char *unit = hermes_unit_difference(slot->unit, &slot->measure, &factor);
  bool plain = strcmp(unit, "1") == 0;
  hermes_decimal_text(difference * factor, 6, number);
  snprintf(shown.text, sizeof shown.text, "%s%s%s", number, plain ? "" : " ", plain ? "" : unit);
  return shown;
}

/* "`load` does not converge at cell c2: it is 0.1 from what its definition makes of it, and 1e-06
 * is allowed" */
static void not_converged(const hermes_twin *twin, const hermes_frame *frame,
                          hermes_outcome *outcome) {
  const hermes_fault *fault = &frame->fault;
  const hermes_slot *slot = &twin->description->slots[fault->slot];
  size_t used = 0;
  append(outcome, &used, "`%s` does not converge", slot->name);
  append_row(twin, &slot->index, fault->row, outcome, &used);
  if (isfinite(fault->residual))
    append(outcome, &used, ": it is %s from what its definition makes of it, and %s is allowed",
           difference_text(slot, fault->residual / slot->measure.factor).text,
           difference_text(slot, slot->tolerance).text);
  else
    append(outcome, &used, ": its definition makes %s of it",
           isnan(fault->residual) ? "no number" : "an infinite number");
  append_line(slot, outcome, &used);
  if (isnan(fault->residual)) append_origin(twin, frame, fault->slot, NO_NUMBER, outcome, &used);
  end_whole(outcome, used);
}

void instance_not_finite(const hermes_twin *twin, const hermes_frame *frame, int number,
                         hermes_outcome *outcome) {
  static const char *const lacks[] = {"not a number", "minus infinity", "infinite"};
  const hermes_slot *slot = &twin->description->slots[number];
  const char *role = slot->role == HERMES_KPI     ? "kpi"
                     : slot->role == HERMES_BOUND ? "bound"
                                                  : "value";
  lack kind = lack_of(slot->kind == HERMES_REAL ? *(const double *)frame->slot[number] : 0);
  size_t used = 0;
  outcome->status = HERMES_INVALID;
  append(outcome, &used, "%s `%s` is %s", role, slot->name, lacks[kind]);
  append_line(slot, outcome, &used);
  append_origin(twin, frame, number, kind, outcome, &used);
  end_whole(outcome, used);
}

void instance_invalid(const hermes_twin *twin, const hermes_frame *frame, hermes_outcome *outcome) {
  const hermes_fault *fault = &frame->fault;
  bool known = fault->slot >= 0 && (size_t)fault->slot < twin->description->slot_count;
  outcome->status = HERMES_INVALID;
  if (fault->code == HERMES_NOT_FINITE && known)
    instance_not_finite(twin, frame, fault->slot, outcome);
  else if (fault->code == HERMES_NOT_CONVERGED && known)
    not_converged(twin, frame, outcome);
  else if (fault->code == HERMES_NO_MEMORY)
    snprintf(outcome->reason, sizeof outcome->reason, "out of memory");
  else if (fault->code == HERMES_NO_DISTRIBUTION)
    fault_at(twin, frame, "a distribution whose parameters are out of their bounds", outcome);
  else
    fault_at(twin, frame, "nothing to choose from or reduce over", outcome);
}
