/* The header of a CSV file against the columns that a blueprint declares. */
#include "data/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A field of the header: tx_power[dBm]. */
typedef struct heading {
  const char *name, *unit; /* not terminated; unit NULL: none */
  size_t name_length, unit_length;
} heading;

static void trim_end(const char *text, size_t *length) {
  while (*length && (text[*length - 1] == ' ' || text[*length - 1] == '\t')) --*length;
}

/* False where a bracket does not close at the end. */
static bool read_heading(const csv_field *field, heading *h) {
  const char *open = memchr(field->text, '[', field->length);
  *h = (heading){.name = field->text, .name_length = field->length};
  if (!open) return true;
  h->name_length = (size_t)(open - field->text);
  trim_end(h->name, &h->name_length);
  h->unit = open + 1;
  h->unit_length = field->length - (size_t)(h->unit - field->text);
  return h->unit_length > 0 && h->unit[--h->unit_length] == ']';
}

static bool is_heading(const csv_field *field, const char *name) {
  heading h;
  read_heading(field, &h);
  return h.name_length == strlen(name) && !memcmp(h.name, name, h.name_length);
}

/* The first field from `from` on that bears a name, or SIZE_MAX. */
static size_t find_heading(const csv_reader *csv, const char *name, size_t from) {
  for (size_t i = from; i < csv->count; i++)
    if (is_heading(&csv->fields[i], name)) return i;
  return SIZE_MAX;
}

/* ---- what is missing ---- */

/* Copies of the names in a header; free_names frees them. */
static char **header_names(const csv_reader *csv) {
  char **names = calloc(csv->count + 1, sizeof *names);
  for (size_t i = 0; names && i < csv->count; i++) {
    heading h;
    read_heading(&csv->fields[i], &h);
    names[i] = strndup(h.name, h.name_length);
    if (!names[i]) break;
  }
  return names;
}

static void free_names(char **names) {
  for (size_t i = 0; names && names[i]; i++) free(names[i]);
  free(names);
}

static size_t count_names(char **names) {
  size_t count = 0;
  while (names && names[count]) count++;
  return count;
}

/* Says which columns there are, and which of them may be meant. */
static void suggest_heading(const csv_reader *csv, const char *name, hermes_diagnostic *d) {
  enum { LISTED = 12 };
  char list[512] = "";
  char **names = header_names(csv);
  size_t count = count_names(names), used = 0;
  for (size_t i = 0; i < count && i < LISTED && used < sizeof list; i++)
    used += (size_t)snprintf(list + used, sizeof list - used, i ? ", %s" : "%s",
                             data_show(names[i], strlen(names[i])).text);
  if (count > LISTED && used < sizeof list) snprintf(list + used, sizeof list - used, ", ...");
  hermes_diagnostic_fact(&d->candidates, "%s", list);
  const char *nearest = hermes_nearest(name, (const char *const *)names, count);
  if (nearest) hermes_diagnostic_note(d, "help: did you mean `%s`?", nearest);
  free_names(names);
}

static hermes_diagnostic *report_missing(csv_reader *csv, const char *name, const char *what) {
  hermes_diagnostic *d = data_report(csv->source, csv->problems, HB0710, csv->record_line, 0,
                                     "`%s` has no column `%s`%s", csv->source->name, name, what);
  suggest_heading(csv, name, d);
  return d;
}

/* ---- keys ---- */

static bool is_indexed_twice(const hermes_index *index) {
  for (size_t i = 0; i < index->rank; i++)
    for (size_t j = 0; j < i; j++)
      if (index->table[i] == index->table[j]) return true;
  return false;
}

static bool find_keys(data_layout *layout, csv_reader *csv) {
  const hermes_index *index = &layout->table->index;
  bool found = true;
  for (size_t i = 0; i < index->rank; i++) {
    const char *name = layout->description->tables[index->table[i]].name;
    layout->key[i] = find_heading(csv, name, 0);
    if (layout->key[i] != SIZE_MAX) continue;
    report_missing(csv, name, ", which holds the keys of an index");
    found = false;
  }
  return found;
}

/* Keys stand under the names of their tables; of a table indexed by one other twice, in the first columns. */
bool layout_keys(data_layout *layout, const hermes_description *description,
                 const hermes_table *table, csv_reader *csv) {
  *layout = (data_layout){.description = description, .table = table, .fields = csv->count};
  size_t rank = table->index.rank;
  if (rank == 1) {
    size_t named = find_heading(csv, table->name, 0);
    layout->key[0] = named == SIZE_MAX ? 0 : named;
    return true;
  }
  if (!is_indexed_twice(&table->index)) return find_keys(layout, csv);
  for (size_t i = 0; i < rank; i++) layout->key[i] = i;
  if (csv->count >= rank) return true;
  data_report(csv->source, csv->problems, HB0710, csv->record_line, 0,
              "`%s` has %zu columns; the first %zu hold the keys", csv->source->name, csv->count,
              rank);
  return false;
}

/* ---- columns ---- */

static bool report_heading(csv_reader *csv, const csv_field *field, hermes_code code,
                           const char *what, const char *name) {
  data_report(csv->source, csv->problems, code, field->line, field->column, "column `%s` %s", name,
              what);
  return false;
}

static const char *scale_name(hermes_scale scale) {
  static const char *const names[] = {[HERMES_LINEAR] = "a linear quantity",
                                      [HERMES_GAIN] = "a gain",
                                      [HERMES_LEVEL] = "a level",
                                      [HERMES_POINT] = "a temperature with an origin"};
  return names[scale];
}

static bool report_measure(csv_reader *csv, const csv_field *field, const data_column *column,
                           const heading *h, const hermes_unit *unit) {
  const hermes_slot *slot = column->slot;
  data_shown shown = data_show(h->unit, h->unit_length);
  hermes_diagnostic *d =
      data_report(csv->source, csv->problems, HB0714, field->line, field->column,
                  "`%s` does not measure what `%s` does", shown.text, slot->name);
  hermes_diagnostic_fact(&d->expected, "%s (%s)", slot->unit, scale_name(slot->measure.scale));
  hermes_diagnostic_fact(&d->actual, "%s (%s)", shown.text, scale_name(unit->scale));
  return false;
}

/* The unit of the numbers beneath a heading: its own, else the declared one. */
static bool read_measure(csv_reader *csv, const csv_field *field, data_column *column) {
  const hermes_slot *slot = column->slot;
  heading h;
  if (!read_heading(field, &h))
    return report_heading(csv, field, HB0713, "has a bracket that does not close", slot->name);
  if (!h.unit) return true;
  if (slot->kind != HERMES_REAL)
    return report_heading(csv, field, HB0713, "holds no numbers, and takes no unit", slot->name);
  hermes_unit unit;
  char error[256] = "";
  if (!hermes_unit_parse(column->units, h.unit, h.unit_length, &unit, error, sizeof error))
    return report_heading(csv, field, HB0715, error, slot->name);
  if (unit.scale != slot->measure.scale ||
      !hermes_dimension_equal(&unit.dimension, &slot->measure.dimension))
    return report_measure(csv, field, column, &h, &unit);
  column->declared_measure =
      unit.factor == slot->measure.factor && unit.offset == slot->measure.offset;
  column->measure = unit;
  return true;
}

/* Does a field hold something that the blueprint declares? */
static bool is_declared(const data_layout *layout, size_t field) {
  for (size_t i = 0; i < layout->table->index.rank; i++)
    if (layout->key[i] == field) return true;
  for (size_t i = 0; i < layout->table->column_count; i++)
    if (layout->columns[i].field == field) return true;
  return false;
}

/* Columns that nobody declared are nobody's business, unless one of them may be the missing one misspelt. */
static void warn_of_default(const data_layout *layout, csv_reader *csv, const data_column *column) {
  size_t ignored = 0;
  for (size_t i = 0; i < csv->count; i++) ignored += !is_declared(layout, i);
  if (!ignored) return;
  const char *name = column->slot->name;
  hermes_diagnostic *d = data_report(csv->source, csv->problems, HB0712, csv->record_line, 0,
                                     "`%s` has no column `%s`, which takes its default; %zu "
                                     "column%s not declared",
                                     csv->source->name, name, ignored, ignored == 1 ? " is" : "s are");
  suggest_heading(csv, name, d);
}

static bool is_sound(csv_reader *csv, data_column *column, size_t field) {
  const char *name = column->slot->name;
  size_t again = find_heading(csv, name, field + 1);
  if (again == SIZE_MAX) return read_measure(csv, &csv->fields[field], column);
  return report_heading(csv, &csv->fields[again], HB0711, "stands in the header twice", name);
}

/* False, reported, where a column cannot be read; its field then stays SIZE_MAX, so that its values are passed over
 * and those of other columns are still looked at. */
static bool find_column(csv_reader *csv, data_column *column) {
  const char *name = column->slot->name;
  column->field = SIZE_MAX;
  size_t field = find_heading(csv, name, 0);
  if (field == SIZE_MAX) {
    if (!column->slot->has_default) report_missing(csv, name, "");
    return column->slot->has_default;
  }
  if (!is_sound(csv, column, field)) return false;
  column->field = field;
  return true;
}

bool layout_columns(data_layout *layout, csv_reader *csv, const data_keys *keys, void *const *slot) {
  const hermes_table *table = layout->table;
  const hermes_description *d = layout->description;
  layout->columns = calloc(table->column_count + 1, sizeof *layout->columns);
  for (size_t i = 0; layout->columns && i < table->column_count; i++) {
    data_column *column = &layout->columns[i];
    const hermes_slot *of = &d->slots[table->columns[i]];
    *column = (data_column){.slot = of, .units = &d->units, .measure = of->measure,
                            .declared_measure = true, .array = slot[table->columns[i]]};
    if (of->kind == HERMES_REF) column->refers = &keys[of->refers];
    if (!find_column(csv, column)) layout->mistakes++;
  }
  for (size_t i = 0; layout->columns && !layout->mistakes && i < table->column_count; i++)
    if (layout->columns[i].field == SIZE_MAX) warn_of_default(layout, csv, &layout->columns[i]);
  return layout->columns;
}

void layout_free(data_layout *layout) {
  free(layout->columns);
  layout->columns = NULL;
}
