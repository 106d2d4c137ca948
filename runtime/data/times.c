/* The rows of a `time`: instants from its low end on, step by step. */
#include "data/data.h"

#include <hermes/numeric.h>

#include <math.h>
#include <string.h>

/* A part of a step by which a written instant may miss: 0.083 h are 5 min. */
static const double slack = 0.01;
enum { KEY_DIGITS = 12 };

static const hermes_slot *column_of(const hermes_description *d, const hermes_table *table) {
  return &d->slots[table->columns[0]];
}

/* In coherent units: each from the low end, so that no rounding adds up. */
static double instant(const hermes_time *time, const hermes_unit *unit, size_t row) {
  hermes_unit difference = *unit;
  difference.offset = 0;
  return hermes_to_coherent(unit, time->low) +
         (double)row * hermes_to_coherent(&difference, time->step);
}

static bool add_key(data_keys *keys, size_t row) {
  char key[HERMES_DECIMAL_TEXT];
  double number = hermes_written_number(keys->measure, instant(keys->time, keys->measure, row));
  hermes_decimal_text(number, KEY_DIGITS, key);
  return keys_add(keys, key, strlen(key)) == KEYS_NEW;
}

static void name_time(data_tables *to, size_t table, hermes_diagnostics *problems) {
  const hermes_table *of = &to->description->tables[table];
  data_keys *keys = &to->keys[table];
  keys->time = of->time;
  keys->measure = &column_of(to->description, of)->measure;
  keys->units = &to->description->units;
  for (size_t row = 0; row < of->time->count; row++)
    if (!add_key(keys, row)) {
      hermes_place nowhere = {0};
      hermes_report(problems, HB0705, &nowhere,
                    "the instants of `%s` cannot be told apart, or are more than memory holds",
                    of->name);
      return;
    }
  to->rows[table] = of->time->count;
}

void times_name(data_tables *to, hermes_diagnostics *problems) {
  for (size_t i = 0; i < to->description->table_count; i++)
    if (to->description->tables[i].time) name_time(to, i, problems);
}

void times_fill(data_tables *to) {
  const hermes_description *d = to->description;
  for (size_t i = 0; i < d->table_count; i++) {
    const hermes_table *table = &d->tables[i];
    if (!table->time) continue;
    double *instants = to->slot[table->columns[0]];
    for (size_t row = 0; row < table->time->count; row++)
      instants[row] = instant(table->time, &column_of(d, table)->measure, row);
  }
}

/* "15 min", "0.25": in coherent units; NaN where it is no time. */
static double read_instant(const data_keys *keys, const char *key, size_t length) {
  double number;
  hermes_unit measure = *keys->measure;
  size_t unit = hermes_decimal(key, length, &number);
  if (unit == 0) return NAN;
  if (unit < length &&
      !hermes_unit_parse(keys->units, key + unit, length - unit, &measure, NULL, 0))
    return NAN;
  bool time = measure.scale == HERMES_LINEAR &&
              hermes_dimension_equal(&measure.dimension, &keys->measure->dimension);
  return time ? hermes_to_coherent(&measure, number) : NAN;
}

long times_find(const data_keys *keys, const char *key, size_t length) {
  double first = instant(keys->time, keys->measure, 0);
  double step = instant(keys->time, keys->measure, 1) - first;
  double row = (read_instant(keys, key, length) - first) / step, nearest = nearbyint(row);
  bool known = fabs(row - nearest) <= slack && nearest >= 0 && nearest < (double)keys->count;
  return known ? (long)nearest : -1;
}
