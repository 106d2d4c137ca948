/* Tables that a source makes: their rows are counted once the files' keys are known, named once all
 * sizes are within the limits, and filled last, each table behind the one that it is made of. */
#include "data/data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct maker {
  data_tables *to;
  const hermes_description *description;
  const hermes_limits *limits;
  hermes_diagnostics *problems;
} maker;

static hermes_diagnostic *report_made(maker *m, size_t table, hermes_code code, const char *what) {
  hermes_place nowhere = {0};
  const hermes_table *of = &m->description->tables[table];
  return hermes_report(m->problems, code, &nowhere, "table `%s` from %s: %s", of->name, of->source,
                       what);
}

/* needs: the table that it is made of counted. Its keys and places may still be missing. */
static generator generator_of(const maker *m, size_t table) {
  const hermes_made *made = m->description->tables[table].made;
  generator g = {.source = made->source,
                 .table = m->description->tables[table].name,
                 .given = (int)made->number_count,
                 .seed = hermes_seed(m->limits),
                 .rows = m->to->rows[table]};
  g.pattern = &m->to->pattern[table];
  hermes_source_complete(made->source, made->numbers, g.given, g.argument);
  if (made->of < 0) return g;
  g.parents = &m->to->keys[made->of];
  g.parent_count = m->to->rows[made->of];
  g.parent_x = m->to->slot[made->place[0]];
  g.parent_y = m->to->slot[made->place[1]];
  return g;
}

static void count_made(maker *m, size_t table) {
  generator g = generator_of(m, table);
  double count = generate_count(&g), work = count * (double)(g.parent_count + 1);
  bool read = g.parents ? !g.parents->incomplete : !g.source->of_file; /* else it was reported */
  char what[128];
  if (isinf(count)) {
    snprintf(what, sizeof what, "more than %d rows", DATA_MADE_ROWS);
    report_made(m, table, HB0738, what);
  } else if (work > (double)data_work_limit(m->limits)) {
    report_made(m, table, HB0734, "to keep its distances takes more operations than are allowed");
  } else if (count == 0 && read) {
    report_made(m, table, HB0716, "no rows, with this seed");
  } else {
    m->to->rows[table] = (size_t)count;
  }
}

static void name_made(maker *m, size_t table) {
  char key[DATA_FIELD_BYTES + 32];
  generator g = generator_of(m, table);
  for (size_t row = 0; row < g.rows; row++) {
    generate_key(&g, row, key, sizeof key);
    if (keys_add(&m->to->keys[table], key, strlen(key)) == KEYS_NEW) continue;
    report_made(m, table, HB0705, "longer keys than a table, or the memory, can hold");
    return;
  }
}

/* One value of one row; false, reported, where the column does not take it. */
static bool put_made(maker *m, size_t table, int number, size_t row, double value) {
  const hermes_slot *slot = &m->description->slots[number];
  void *array = m->to->slot[number];
  hermes_code code;
  char message[256], what[512];
  if (slot->kind != HERMES_REAL) {
    ((int32_t *)array)[row] = (int32_t)value;
    return true;
  }
  ((double *)array)[row] = value;
  double written = hermes_written_number(&slot->measure, value);
  if (data_value_check(slot, written, value, &code, message, sizeof message)) return true;
  snprintf(what, sizeof what, "%s, at row %s", message,
           DATA_SHOW(keys_at(&m->to->keys[table], row)));
  hermes_diagnostic *d = report_made(m, table, code, what);
  if (code == HB0726) data_value_range(slot, d);
  return false;
}

/* Where the value of a declared column comes from. */
typedef struct origin {
  int value; /* among those of the source; -1: the default holds */
  hermes_unit unit;
} origin;

static origin *find_origins(const maker *m, size_t table) {
  const hermes_table *t = &m->description->tables[table];
  origin *origins = calloc(t->column_count + 1, sizeof *origins);
  for (size_t i = 0; origins && i < t->column_count; i++) {
    const hermes_source_column *column =
        hermes_source_column_find(t->made->source, m->description->slots[t->columns[i]].name);
    bool given = column && (size_t)column->needs <= t->made->number_count;
    origins[i].value = given ? (int)(column - t->made->source->columns) : -1;
    if (given) origins[i].unit = hermes_source_unit(column->unit);
  }
  return origins;
}

static void fill_default(maker *m, int number, size_t rows) {
  data_column column = {.slot = &m->description->slots[number], .array = m->to->slot[number]};
  for (size_t row = 0; row < rows; row++) data_value_default(&column, row);
}

static bool report_no_place(maker *m, size_t table, size_t row) {
  char what[256];
  snprintf(what, sizeof what, "no place was found for row %s in %d tries",
           DATA_SHOW(keys_at(&m->to->keys[table], row)), DATA_TRIES);
  report_made(m, table, HB0739, what);
  return false;
}

static bool fill_row(maker *m, size_t table, const generator *g, const origin *origins,
                     size_t row) {
  const hermes_table *t = &m->description->tables[table];
  double values[HERMES_SOURCE_COLUMNS];
  if (!generate_row(g, row, values)) return report_no_place(m, table, row);
  for (size_t i = 0; i < t->column_count; i++)
    if (origins[i].value >= 0 &&
        !put_made(m, table, t->columns[i], row,
                  hermes_to_coherent(&origins[i].unit, values[origins[i].value])))
      return false;
  return true;
}

static void fill_made(maker *m, size_t table) {
  const hermes_table *t = &m->description->tables[table];
  origin *origins = find_origins(m, table);
  if (!origins) {
    report_made(m, table, HB0735, "no memory left to make it");
    return;
  }
  generator g = generator_of(m, table);
  for (size_t i = 0; i < t->column_count; i++)
    if (origins[i].value < 0) fill_default(m, t->columns[i], g.rows);
  for (size_t row = 0; row < g.rows && fill_row(m, table, &g, origins, row); row++) {
  }
  free(origins);
}

/* ---- all of them ---- */

/* How many tables stand between this one and a table that a file holds, or a source alone makes. */
static size_t depth_of(const hermes_description *d, size_t table) {
  size_t depth = 0;
  for (const hermes_made *made = d->tables[table].made; made && made->of >= 0;
       made = d->tables[made->of].made)
    depth++;
  return depth;
}

/* Does one thing for every table that is made, until one is in error. */
static void each_made(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems,
                      void (*visit)(maker *m, size_t table)) {
  const hermes_description *d = to->description;
  maker m = {to, d, limits, problems};
  size_t visited = 0, errors = problems->errors;
  for (size_t depth = 0; visited < d->table_count; depth++)
    for (size_t i = 0; i < d->table_count; i++) {
      if (depth_of(d, i) != depth) continue;
      visited++;
      if (d->tables[i].made && problems->errors == errors) visit(&m, i);
    }
}

void made_count(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems) {
  each_made(to, limits, problems, count_made);
}

void made_name(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems) {
  each_made(to, limits, problems, name_made);
}

void made_fill(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems) {
  each_made(to, limits, problems, fill_made);
}
