/* The parts that the documents of several commands share. */
#include "twin/commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void twin_json_value(const twin_session *session, twin_json *json, const char *key,
                     const hermes_slot *slot, double number) {
  char buffer[TWIN_NUMBER];
  if (slot->kind == HERMES_REAL || isnan(number))
    twin_json_number(json, key, number);
  else if (slot->kind == HERMES_BOOL)
    twin_json_truth(json, key, number != 0);
  else
    twin_json_text(json, key, twin_value_exact(session, slot, number, buffer));
}

void twin_json_provenance(const twin_session *session, twin_json *json) {
  twin_json_open_flat(json, "provenance", '{');
  twin_json_text(json, "hermes", session->description->hermes);
  twin_json_text(json, "runtime", HERMES_VERSION);
  twin_json_text(json, "file", session->description->blueprint_file);
  twin_json_text(json, "sha256", session->description->sha256);
  if (session->options.data) twin_json_text(json, "data", session->options.data);
  twin_json_close(json, '}');
}

/* ---- arrays ------------------------------------------------------------------------------- */

/* The elements below one row of the outer indices, as one object per index. */
static const double *put_axis(const twin_session *session, twin_json *json, const char *key,
                              const hermes_slot *slot, size_t axis, const double *numbers) {
  if (axis == slot->index.rank) {
    twin_json_value(session, json, key, slot, *numbers);
    return numbers + 1;
  }
  bool innermost = axis + 1 == slot->index.rank && axis > 0;
  if (innermost)
    twin_json_open_flat(json, key, '{');
  else
    twin_json_open(json, key, '{');
  for (size_t row = 0; row < twin_rows(session, slot->index.table[axis]); row++)
    numbers = put_axis(session, json, twin_key(session, &slot->index, axis, row), slot, axis + 1,
                       numbers);
  twin_json_close(json, '}');
  return numbers;
}

void twin_json_array(const twin_session *session, twin_json *json, const char *key,
                     const hermes_slot *slot, const double *numbers) {
  put_axis(session, json, key, slot, 0, numbers);
}

static void put_input(const twin_session *session, twin_json *json, const hermes_slot *slot,
                      const double *numbers) {
  if (slot->index.rank)
    twin_json_open(json, slot->name, '{');
  else
    twin_json_open_flat(json, slot->name, '{');
  twin_json_array(session, json, slot->index.rank ? "values" : "value", slot, numbers);
  if (slot->kind == HERMES_REAL) twin_json_text(json, "unit", slot->unit);
  twin_json_close(json, '}');
}

void twin_json_inputs(const twin_session *session, twin_json *json, const twin_scenario *scenario) {
  const hermes_description *d = session->description;
  const double *numbers = scenario->inputs;
  twin_json_open(json, "inputs", '{');
  for (size_t i = 0; i < d->input_count; i++) {
    const hermes_slot *slot = &d->slots[d->inputs[i]];
    put_input(session, json, slot, numbers);
    numbers += twin_elements(session, &slot->index);
  }
  twin_json_close(json, '}');
}

/* ---- policies ----------------------------------------------------------------------------- */

static bool differs(const double *a, const double *b, size_t count) {
  return memcmp(a, b, count * sizeof *a) != 0;
}

/* Only rows beneath which something differs are opened. */
static void put_changes(const twin_session *session, twin_json *json, const char *key,
                        const hermes_slot *slot, size_t axis, size_t count, const double *candidate,
                        const double *standard) {
  if (!differs(candidate, standard, count)) return;
  if (axis == slot->index.rank) {
    twin_json_value(session, json, key, slot, *candidate);
    return;
  }
  size_t rows = twin_rows(session, slot->index.table[axis]), below = count / rows;
  twin_json_open(json, key, '{');
  for (size_t row = 0; row < rows; row++)
    put_changes(session, json, twin_key(session, &slot->index, axis, row), slot, axis + 1, below,
                candidate + row * below, standard + row * below);
  twin_json_close(json, '}');
}

void twin_json_policy(const twin_session *session, twin_json *json, const char *key,
                      const double *candidate, const double *standard) {
  const hermes_description *d = session->description;
  twin_json_open_flat(json, key, '{');
  for (size_t i = 0; i < d->policy_count; i++) {
    const hermes_slot *slot = &d->slots[d->policies[i]];
    size_t offset = session->door->candidate_offset(session->twin, d->policies[i]);
    put_changes(session, json, slot->name, slot, 0, twin_elements(session, &slot->index),
                candidate + offset, standard + offset);
  }
  twin_json_close(json, '}');
}
