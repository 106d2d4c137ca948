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
  while (*length && (text[*length - 1] == ' ' || text[*length - 1] == '\t'))
    --*length;
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

static bool report_heading(csv_reader *csv, const csv_field *field, hermes_code code,
                           const char *what, const char *name) {
  data_report(csv->source, csv->problems, code, field->line, field->column, "column `%s`: %s", name,
              what);
  return false;
}

/* ---- what is missing ---- */

/* Names of a header that a missing one may have been meant to be. */
typedef struct names {
  char **items;
  size_t count;
} names;

static void free_names(names *n) {
  for (size_t i = 0; i < n->count; i++)
    free(n->items[i]);
  free(n->items);
}

static void add_name(names *n, const csv_field *field) {
  heading h;
  read_heading(field, &h);
  n->items[n->count] = strndup(h.name, h.name_length);
  n->count += n->items[n->count] != NULL;
}

/* "azimuth, note, ..." */
static void list_names(const names *n, char *list, size_t size) {
  enum { LISTED = 12 };
  size_t used = 0;
  list[0] = '\0';
  for (size_t i = 0; i < n->count && i < LISTED && used < size; i++)
    used += (size_t)snprintf(list + used, size - used, i ? ", %s" : "%s",
                             data_show(n->items[i], strlen(n->items[i])).text);
  if (n->count > LISTED && used < size) snprintf(list + used, size - used, ", ...");
}

/* "tx_power (dBm)" for tx_power, as spreadsheets have it. */
static const char *with_unit_behind(const names *n, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < n->count; i++)
    if (!strncmp(n->items[i], name, length) && n->items[i][length] &&
        strchr(" (", n->items[i][length]))
      return n->items[i];
  return NULL;
}

/* Names the nearest column, or else all. */
static void suggest_name(const names *n, const char *name, hermes_diagnostic *d) {
  char list[512];
  const char *nearest = with_unit_behind(n, name);
  if (nearest) hermes_diagnostic_note(d, "a unit stands in brackets: `%s[...]`", name);
  if (!nearest) nearest = hermes_nearest(name, (const char *const *)n->items, n->count);
  list_names(n, list, sizeof list);
  if (nearest)
    hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  else if (n->count)
    hermes_diagnostic_note(d, "undeclared columns of the file: %s", list);
}

static hermes_diagnostic *report_missing(csv_reader *csv, const char *name, const char *what) {
  return data_report(csv->source, csv->problems, HB0710, csv->record_line, 0,
                     "`%s` has no column `%s`%s", csv->source->name, name, what);
}

/* ---- keys ---- */

static bool is_indexed_twice(const hermes_index *index) {
  for (size_t i = 0; i < index->rank; i++)
    for (size_t j = 0; j < i; j++)
      if (index->table[i] == index->table[j]) return true;
  return false;
}

static void report_missing_key(csv_reader *csv, const char *name) {
  names all = {calloc(csv->count + 1, sizeof *all.items), 0};
  for (size_t i = 0; all.items && i < csv->count; i++)
    add_name(&all, &csv->fields[i]);
  suggest_name(&all, name, report_missing(csv, name, ", which holds the keys of an index"));
  free_names(&all);
}

static bool is_once(csv_reader *csv, const char *name, size_t field) {
  size_t again = find_heading(csv, name, field + 1);
  if (again == SIZE_MAX) return true;
  return report_heading(csv, &csv->fields[again], HB0711, "it stands in the header twice", name);
}

static bool find_keys(data_layout *layout, csv_reader *csv) {
  const hermes_index *index = &layout->table->index;
  bool found = true;
  for (size_t i = 0; i < index->rank; i++) {
    const char *name = layout->description->tables[index->table[i]].name;
    layout->key[i] = find_heading(csv, name, 0);
    if (layout->key[i] == SIZE_MAX) report_missing_key(csv, name);
    found &= layout->key[i] != SIZE_MAX && is_once(csv, name, layout->key[i]);
  }
  return found;
}

/* Keys stand under the names of their tables; of a table indexed by one other twice, in the first
 * columns. */
bool layout_keys(data_layout *layout, const hermes_description *description,
                 const hermes_table *table, csv_reader *csv) {
  *layout = (data_layout){.description = description, .table = table, .fields = csv->count};
  size_t rank = table->index.rank;
  if (rank == 1) {
    size_t named = find_heading(csv, table->name, 0);
    layout->key[0] = named == SIZE_MAX ? 0 : named;
    return named == SIZE_MAX || is_once(csv, table->name, named);
  }
  if (!is_indexed_twice(&table->index)) return find_keys(layout, csv);
  for (size_t i = 0; i < rank; i++)
    layout->key[i] = i;
  if (csv->count >= rank) return true;
  data_report(csv->source, csv->problems, HB0710, csv->record_line, 0,
              "`%s` has %zu columns; the first %zu hold the keys", csv->source->name, csv->count,
              rank);
  return false;
}

/* ---- columns ---- */

static const char *scale_name(hermes_scale scale) {
  static const char *const scales[] = {[HERMES_LINEAR] = "a linear quantity",
                                       [HERMES_GAIN] = "a gain",
                                       [HERMES_LEVEL] = "a level",
                                       [HERMES_POINT] = "a temperature with an origin"};
  return scales[scale];
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
    return report_heading(csv, field, HB0713, "a bracket that does not close", slot->name);
  if (!h.unit) return true;
  if (slot->kind != HERMES_REAL)
    return report_heading(csv, field, HB0713, "it holds no numbers, and takes no unit", slot->name);
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

static names undeclared_names(const data_layout *layout, const csv_reader *csv) {
  names n = {calloc(csv->count + 1, sizeof *n.items), 0};
  for (size_t i = 0; n.items && i < csv->count; i++)
    if (!is_declared(layout, i)) add_name(&n, &csv->fields[i]);
  return n;
}

static bool is_sound(csv_reader *csv, data_column *column) {
  return is_once(csv, column->slot->name, column->field) &&
         read_measure(csv, &csv->fields[column->field], column);
}

/* Columns that nobody declared are nobody's business, unless one of them may be the missing one
 * misspelt. Then one warning tells of all columns that took their defaults. */
static void warn_of_defaults(const data_layout *layout, csv_reader *csv, const names *undeclared) {
  char list[512];
  names defaults = {calloc(layout->table->column_count + 1, sizeof *defaults.items), 0};
  for (size_t i = 0; defaults.items && i < layout->table->column_count; i++)
    if (layout->columns[i].field == SIZE_MAX)
      defaults.items[defaults.count++] = strdup(layout->columns[i].slot->name);
  list_names(&defaults, list, sizeof list);
  if (defaults.count && undeclared->count) {
    hermes_diagnostic *d =
        data_report(csv->source, csv->problems, HB0712, csv->record_line, 0,
                    "`%s` has no %s, which take%s default%s", csv->source->name, list,
                    defaults.count > 1 ? "" : "s its", defaults.count > 1 ? "s" : "");
    suggest_name(undeclared, defaults.items[0], d);
  }
  free_names(&defaults);
}

static void report_missing_columns(data_layout *layout, csv_reader *csv, const names *undeclared) {
  for (size_t i = 0; i < layout->table->column_count; i++) {
    const data_column *column = &layout->columns[i];
    if (column->field != SIZE_MAX || column->slot->has_default) continue;
    suggest_name(undeclared, column->slot->name, report_missing(csv, column->slot->name, ""));
    layout->mistakes++;
  }
}

/* A column whose heading is wrong is taken out: its values are passed over, those of the others
 * still looked at. */
static void check_headings(data_layout *layout, csv_reader *csv) {
  for (size_t i = 0; i < layout->table->column_count; i++) {
    data_column *column = &layout->columns[i];
    if (column->field == SIZE_MAX || is_sound(csv, column)) continue;
    column->field = SIZE_MAX;
    layout->mistakes++;
  }
}

static void find_columns(data_layout *layout, csv_reader *csv, const data_keys *keys,
                         void *const *slot) {
  const hermes_description *d = layout->description;
  for (size_t i = 0; i < layout->table->column_count; i++) {
    int number = layout->table->columns[i];
    const hermes_slot *of = &d->slots[number];
    layout->columns[i] = (data_column){.slot = of,
                                       .units = &d->units,
                                       .measure = of->measure,
                                       .declared_measure = true,
                                       .field = find_heading(csv, of->name, 0),
                                       .array = slot[number],
                                       .refers = of->kind == HERMES_REF ? &keys[of->refers] : NULL};
    if (of->kind == HERMES_REF) layout->columns[i].refers_to = d->tables[of->refers].name;
  }
}

bool layout_columns(data_layout *layout, csv_reader *csv, const data_keys *keys,
                    void *const *slot) {
  layout->columns = calloc(layout->table->column_count + 1, sizeof *layout->columns);
  if (!layout->columns) return false;
  find_columns(layout, csv, keys, slot);
  names undeclared = undeclared_names(layout, csv);
  report_missing_columns(layout, csv, &undeclared);
  check_headings(layout, csv);
  if (!layout->mistakes) warn_of_defaults(layout, csv, &undeclared);
  free_names(&undeclared);
  return true;
}

void layout_free(data_layout *layout) {
  free(layout->columns);
  layout->columns = NULL;
}
