/* All tables of a description: files -> arrays in coherent units.
 *
 * A table may refer to any other, so the keys of all come first, and the values in a second pass
 * over the same text. Tables with several indices, which are the large ones, are read in one pass,
 * one file at a time.
 */
#include "data/data.h"

#include <hermes/compute.h>
#include <hermes/numeric.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct loader {
  data_tables *to;
  const hermes_description *description;
  data_source *sources; /* each file once */
  size_t source_count;
  int *source_of; /* of each table; -1: it is made */
  int directory;
  uint64_t file_limit;
  size_t *guess; /* of each index: the row last found */
  hermes_diagnostics *problems;
  size_t first_problem, errors_before;
} loader;

static bool report_memory(hermes_diagnostics *problems) {
  hermes_place nowhere = {0};
  hermes_report(problems, HB0735, &nowhere, "no memory left to read the tables");
  return false;
}

static bool has_rows(const hermes_description *d, size_t table) {
  return hermes_table_has_rows(&d->tables[table], (int)table);
}

/* ---- sources ---- */

static bool is_npy(const char *name) {
  size_t length = strlen(name);
  return length > 4 && !strcmp(name + length - 4, ".npy");
}

static data_source *source_of(loader *l, size_t table) {
  return &l->sources[l->source_of[table]];
}

/* Tables that name the same file share its source. */
static void list_sources(loader *l) {
  for (size_t i = 0; i < l->description->table_count; i++) {
    const char *name = hermes_table_file(&l->description->tables[i]);
    size_t s = 0;
    l->source_of[i] = -1;
    if (!name) continue;
    while (s < l->source_count && strcmp(l->sources[s].name, name))
      s++;
    if (s == l->source_count) l->sources[l->source_count++].name = name;
    l->source_of[i] = (int)s;
    l->sources[s].tables_left++;
  }
}

/* Reads the file unless that was done, or has failed. */
static bool open_source(loader *l, data_source *source) {
  if (source->text || source->problems) return source->text && !data_source_full(source);
  data_source_read(l->directory, source, l->file_limit, l->problems);
  if (source->text && !is_npy(source->name) && !data_check_text(source, l->problems))
    data_source_free(source);
  return source->text;
}

static void leave_source(data_source *source) {
  if (--source->tables_left == 0) data_source_free(source);
}

/* ---- first pass: the keys of the rows ---- */

/* Keys are printed: nothing in them may steer a terminal or break a table. */
static bool has_control(const char *key, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)key[i] < ' ' || key[i] == 0x7F ||
        (i + 1 < length && key[i] == '\xC2' && (unsigned char)key[i + 1] < 0xA0))
      return true;
  return false;
}

static bool take_key(csv_reader *csv, const csv_field *field, data_keys *keys) {
  size_t length;
  const char *key = csv_text(csv, field, &length);
  if (length == 0)
    data_report(csv->source, csv->problems, HB0721, field->line, field->column, "an empty key");
  else if (has_control(key, length))
    data_report(csv->source, csv->problems, HB0737, field->line, field->column,
                "key `%s` holds a line break, a tab or another control character",
                data_show(key, length).text);
  keys_added added = keys_add(keys, key, length);
  if (added == KEYS_FULL)
    data_report(csv->source, csv->problems, HB0705, field->line, field->column,
                "more rows or longer keys than a table, or the memory, can hold");
  if (added == KEYS_TWICE && length)
    data_report(csv->source, csv->problems, HB0717, field->line, field->column,
                "key `%s` stands twice: it is that of row %ld, too", data_show(key, length).text,
                keys_find(keys, key, length, keys->count) + 1);
  return added != KEYS_FULL;
}

static void collect_from(loader *l, size_t table, csv_reader *csv) {
  const hermes_table *of = &l->description->tables[table];
  data_keys *keys = &l->to->keys[table];
  data_layout layout;
  if (!layout_keys(&layout, l->description, of, csv)) return;
  size_t problems = csv->source->problems;
  while (csv_next(csv, layout.fields) && take_key(csv, &csv->fields[layout.key[0]], keys)) {
  }
  keys->incomplete = csv->lost || !keys->count || csv->source->problems > problems;
  l->to->rows[table] = keys->count;
  if (!keys->count && !csv->source->problems)
    data_report(csv->source, l->problems, HB0716, 0, 0, "table `%s` has no rows in `%s`", of->name,
                csv->source->name);
}

static void read_pattern(loader *l, size_t table) {
  data_source *source = source_of(l, table);
  if (open_source(l, source)) msi_read(&l->to->pattern[table], source, l->problems);
}

static void collect_keys(loader *l, size_t table) {
  const hermes_made *made = l->description->tables[table].made;
  if (made && made->file) read_pattern(l, table);
  if (!has_rows(l->description, table) || made || l->description->tables[table].time) return;
  data_source *source = source_of(l, table);
  l->to->keys[table].incomplete = true; /* until they are read */
  if (!open_source(l, source)) return;
  if (is_npy(source->name)) {
    data_report(source, l->problems, HB0732, 0, 0, "table `%s` needs keys, which `%s` cannot hold",
                l->description->tables[table].name, source->name);
    return;
  }
  csv_reader csv;
  if (csv_open(&csv, source, l->problems)) collect_from(l, table, &csv);
  csv_close(&csv);
  source->layout_reported = true;
}

/* ---- second pass: the values ---- */

static void read_columns(data_layout *layout, csv_reader *csv, size_t element) {
  for (size_t i = 0; i < layout->table->column_count; i++)
    if (layout->columns[i].field != SIZE_MAX)
      data_value_read(&layout->columns[i], csv, &csv->fields[layout->columns[i].field], element);
}

static void fill_defaults(data_layout *layout, size_t element) {
  for (size_t i = 0; i < layout->table->column_count; i++)
    data_value_default(&layout->columns[i], element);
}

/* Columns that are not in the file at all. */
static void fill_absent(data_layout *layout, size_t elements) {
  for (size_t i = 0; i < layout->table->column_count; i++)
    if (layout->columns[i].field == SIZE_MAX)
      for (size_t e = 0; e < elements; e++)
        data_value_default(&layout->columns[i], e);
}

static void fill_rows(loader *l, size_t table, csv_reader *csv, data_layout *layout) {
  size_t rows = l->to->rows[table];
  for (size_t row = 0; row < rows && csv_next(csv, layout->fields); row++)
    read_columns(layout, csv, row);
  fill_absent(layout, rows);
}

/* ---- tables with several indices: one line for each pair ---- */

static bool report_key(loader *l, csv_reader *csv, const csv_field *field, int table) {
  size_t length;
  const char *key = csv_text(csv, field, &length), *name = l->description->tables[table].name;
  if (length == 0) {
    data_report(csv->source, l->problems, HB0721, field->line, field->column,
                "an empty key of `%s`", name);
  } else if (!l->to->keys[table].incomplete) {
    hermes_diagnostic *d = data_report(csv->source, l->problems, HB0718, field->line, field->column,
                                       "`%s` is no key of `%s`", data_show(key, length).text, name);
    keys_suggest(&l->to->keys[table], key, length, d);
  }
  return false;
}

/* The element that a line's keys name. */
static bool find_element(loader *l, csv_reader *csv, const data_layout *layout, size_t *element) {
  const hermes_index *index = &layout->table->index;
  bool found = true;
  *element = 0;
  for (size_t i = 0; i < index->rank; i++) {
    const csv_field *field = &csv->fields[layout->key[i]];
    size_t length;
    const char *key = csv_text(csv, field, &length);
    long row = keys_find(&l->to->keys[index->table[i]], key, length, l->guess[i]);
    if (row < 0)
      found = report_key(l, csv, field, index->table[i]);
    else
      l->guess[i] = (size_t)row;
    *element = *element * l->to->rows[index->table[i]] + l->guess[i];
  }
  return found;
}

/* "u17, c3" */
static void pair_text(const loader *l, const hermes_index *index, size_t element, char *text,
                      size_t size) {
  size_t row[HERMES_MAX_RANK], used = 0;
  for (size_t i = index->rank; i-- > 0;) {
    row[i] = element % l->to->rows[index->table[i]];
    element /= l->to->rows[index->table[i]];
  }
  text[0] = '\0';
  for (size_t i = 0; i < index->rank && used < size; i++) {
    const char *key = keys_at(&l->to->keys[index->table[i]], row[i]);
    used += (size_t)snprintf(text + used, size - used, i ? ", %s" : "%s",
                             data_show(key, strlen(key)).text);
  }
}

static bool has_all_keys(const loader *l, const hermes_index *index) {
  bool all = true;
  for (size_t i = 0; i < index->rank; i++)
    all &= !l->to->keys[index->table[i]].incomplete;
  return all;
}

static bool is_seen(const unsigned char *seen, size_t element) {
  return seen[element / 8] >> element % 8 & 1;
}

static void read_pairs(loader *l, csv_reader *csv, data_layout *layout, unsigned char *seen) {
  size_t element;
  while (csv_next(csv, layout->fields)) {
    if (!find_element(l, csv, layout, &element)) continue;
    if (is_seen(seen, element)) {
      char pair[256];
      pair_text(l, &layout->table->index, element, pair, sizeof pair);
      const csv_field *first = &csv->fields[layout->key[0]];
      data_report(csv->source, l->problems, HB0719, first->line, first->column,
                  "pair %s stands twice", pair);
      continue;
    }
    seen[element / 8] |= (unsigned char)(1 << element % 8);
    read_columns(layout, csv, element);
  }
}

static void report_missing_pairs(loader *l, csv_reader *csv, const data_layout *layout,
                                 size_t first, size_t missing, size_t elements) {
  char pair[256];
  pair_text(l, &layout->table->index, first, pair, sizeof pair);
  hermes_diagnostic *d = data_report(
      csv->source, l->problems, HB0720, 0, 0, "`%s` lacks %zu of the %zu pairs of `%s`: %s%s",
      csv->source->name, missing, elements, layout->table->name, pair, missing > 1 ? ", ..." : "");
  hermes_diagnostic_note(d, "a table whose pairs may be missing is declared `sparse`, and its "
                            "columns have defaults");
}

/* Lines that could not be read leave pairs missing, too: these follow from another mistake and are
 * not reported. */
static void fill_missing_pairs(loader *l, csv_reader *csv, data_layout *layout,
                               const unsigned char *seen, size_t elements) {
  bool sparse = layout->table->sparse;
  for (size_t i = 0; i < layout->table->column_count; i++)
    if (!layout->columns[i].slot->has_default) sparse = false;
  size_t missing = 0, first = 0;
  for (size_t e = 0; e < elements; e++) {
    if (is_seen(seen, e)) continue;
    if (sparse)
      fill_defaults(layout, e);
    else if (missing++ == 0)
      first = e;
  }
  if (missing && !csv->source->problems && has_all_keys(l, &layout->table->index))
    report_missing_pairs(l, csv, layout, first, missing, elements);
}

static void fill_pairs(loader *l, size_t table, csv_reader *csv, data_layout *layout) {
  size_t elements = data_elements(&l->description->tables[table].index, l->to->rows);
  unsigned char *seen = calloc(elements / 8 + 1, 1);
  if (!seen) {
    report_memory(l->problems);
    return;
  }
  memset(l->guess, 0, HERMES_MAX_RANK * sizeof *l->guess);
  read_pairs(l, csv, layout, seen);
  fill_absent(layout, elements);
  fill_missing_pairs(l, csv, layout, seen, elements);
  free(seen);
}

static void fill_from_csv(loader *l, size_t table) {
  csv_reader csv;
  data_layout layout = {0};
  data_source *source = source_of(l, table);
  if (csv_open(&csv, source, l->problems) &&
      layout_keys(&layout, l->description, &l->description->tables[table], &csv) &&
      layout_columns(&layout, &csv, l->to->keys, l->to->slot))
    (has_rows(l->description, table) ? fill_rows : fill_pairs)(l, table, &csv, &layout);
  layout_free(&layout);
  csv_close(&csv);
  source->layout_reported = true;
}

/* ---- tables with several indices: one dense array ---- */

/* "3 x 57" */
static void shape_text(const size_t *shape, size_t rank, char *text, size_t size) {
  size_t used = 0;
  snprintf(text, size, "a single number");
  for (size_t i = 0; i < rank && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, i ? " x %zu" : "%zu", shape[i]);
}

static bool check_shape(loader *l, size_t table, const npy_array *array) {
  const hermes_index *index = &l->description->tables[table].index;
  size_t expected[HERMES_MAX_RANK];
  if (!has_all_keys(l, index)) return false; /* which was reported */
  for (size_t i = 0; i < index->rank; i++)
    expected[i] = l->to->rows[index->table[i]];
  if (array->rank == index->rank && !memcmp(array->shape, expected, index->rank * sizeof *expected))
    return true;
  char wanted[128], found[128];
  shape_text(expected, index->rank, wanted, sizeof wanted);
  shape_text(array->shape, array->rank, found, sizeof found);
  data_source *source = source_of(l, table);
  hermes_diagnostic *d =
      data_report(source, l->problems, HB0731, 0, 0, "`%s` is %s, but table `%s` is %s",
                  source->name, found, l->description->tables[table].name, wanted);
  hermes_diagnostic_fact(&d->expected, "%s", wanted);
  hermes_diagnostic_fact(&d->actual, "%s", found);
  return false;
}

static void report_element(loader *l, size_t table, const hermes_slot *slot, size_t element,
                           hermes_code code, const char *message) {
  char pair[256];
  pair_text(l, &l->description->tables[table].index, element, pair, sizeof pair);
  hermes_diagnostic *d =
      data_report(source_of(l, table), l->problems, code, 0, 0, "%s, at pair %s", message, pair);
  if (code == HB0726) data_value_range(slot, d);
}

static bool put(const hermes_slot *slot, void *array, size_t element, double number,
                hermes_code *code, char *message, size_t size) {
  if (slot->kind == HERMES_BOOL) {
    ((int32_t *)array)[element] = number == 1;
    if (number == 0 || number == 1) return true;
    char text[HERMES_DECIMAL_TEXT];
    *code = HB0729;
    hermes_decimal_text(number, 17, text);
    snprintf(message, size, "`%s` in `%s` is neither 0 nor 1", text, slot->name);
    return false;
  }
  double value = hermes_to_coherent(&slot->measure, number);
  ((double *)array)[element] = value;
  return data_value_check(slot, number, value, code, message, size);
}

/* Where an element, in row-major order, stands in the file. */
static size_t place_in_file(const npy_array *array, size_t element) {
  if (!array->fortran) return element;
  size_t place = 0, stride[HERMES_MAX_RANK], size = 1;
  for (size_t i = 0; i < array->rank; i++) {
    stride[i] = size;
    size *= array->shape[i];
  }
  for (size_t i = array->rank; i-- > 0; element /= array->shape[i])
    place += element % array->shape[i] * stride[i];
  return place;
}

static void fill_array(loader *l, size_t table, const npy_array *array) {
  const hermes_table *of = &l->description->tables[table];
  const hermes_slot *slot = &l->description->slots[of->columns[0]];
  void *to = l->to->slot[of->columns[0]];
  size_t elements = data_elements(&of->index, l->to->rows);
  for (size_t e = 0; e < elements && !data_source_full(source_of(l, table)); e++) {
    hermes_code code;
    char message[256];
    double number = npy_element(array, place_in_file(array, e));
    if (!put(slot, to, e, number, &code, message, sizeof message))
      report_element(l, table, slot, e, code, message);
  }
}

static void fill_from_npy(loader *l, size_t table) {
  const hermes_table *of = &l->description->tables[table];
  data_source *source = source_of(l, table);
  npy_array array;
  if (has_rows(l->description, table)) return; /* reported with its keys */
  hermes_kind kind = of->column_count ? l->description->slots[of->columns[0]].kind : HERMES_REF;
  if (of->column_count != 1 || kind == HERMES_ENUM || kind == HERMES_REF)
    data_report(source, l->problems, HB0732, 0, 0,
                "`%s` can hold one column of numbers or booleans, but table `%s` has %s",
                source->name, of->name, of->column_count == 1 ? "labels or keys" : "more or none");
  else if (npy_open(&array, source, l->problems) && check_shape(l, table, &array))
    fill_array(l, table, &array);
}

/* Could the rows that index this table be read? */
static bool is_indexed(const loader *l, size_t table) {
  const hermes_index *index = &l->description->tables[table].index;
  for (size_t i = 0; i < index->rank; i++)
    if (!l->to->rows[index->table[i]]) return false;
  return true;
}

static void fill_table(loader *l, size_t table) {
  if (l->source_of[table] < 0) return;
  data_source *source = source_of(l, table);
  if (!l->description->tables[table].made && is_indexed(l, table) && open_source(l, source))
    (is_npy(source->name) ? fill_from_npy : fill_from_csv)(l, table);
  leave_source(source);
}

/* ---- the whole load ---- */

static bool open_directory(loader *l, const char *name) {
  l->directory = open(name ? name : "", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (l->directory >= 0) return true;
  hermes_place nowhere = {0};
  hermes_report(l->problems, HB0701, &nowhere, "data directory `%s` cannot be opened: %s",
                name ? name : "", strerror(errno));
  return false;
}

static bool begin(loader *l) {
  size_t tables = l->description->table_count + 1;
  l->sources = calloc(tables, sizeof *l->sources);
  l->source_of = calloc(tables, sizeof *l->source_of);
  l->guess = calloc(HERMES_MAX_RANK, sizeof *l->guess);
  l->to->rows = calloc(tables, sizeof *l->to->rows);
  l->to->keys = calloc(tables, sizeof *l->to->keys);
  l->to->slot = calloc(l->description->slot_count + 1, sizeof *l->to->slot);
  l->to->pattern = calloc(tables, sizeof *l->to->pattern);
  return (l->sources && l->source_of && l->guess && l->to->rows && l->to->keys && l->to->slot &&
          l->to->pattern) ||
         report_memory(l->problems);
}

static bool allocate_columns(loader *l) {
  for (size_t i = 0; i < l->description->slot_count; i++) {
    const hermes_slot *slot = &l->description->slots[i];
    if (slot->role != HERMES_COLUMN) continue;
    l->to->slot[i] = data_array(slot, l->to->rows);
    if (!l->to->slot[i]) return report_memory(l->problems);
  }
  return true;
}

/* Draws are keyed by the keys of rows, not by their places. */
static bool hash_keys(loader *l) {
  const hermes_description *d = l->description;
  if (!d->draw_count) return true;
  l->to->key = calloc(d->table_count + 1, sizeof *l->to->key);
  for (size_t i = 0; l->to->key && i < d->table_count; i++) {
    if (!has_rows(d, i)) continue;
    uint64_t *key = l->to->key[i] = calloc(l->to->rows[i] + 1, sizeof *key);
    if (!key) return report_memory(l->problems);
    for (size_t row = 0; row < l->to->rows[i]; row++)
      key[row] = hermes_text_key(keys_at(&l->to->keys[i], row));
  }
  return l->to->key || report_memory(l->problems);
}

static void load(loader *l, const char *directory, const hermes_limits *limits) {
  if (!begin(l)) return;
  list_sources(l);
  if (l->source_count && !open_directory(l, directory)) return;
  for (size_t i = 0; i < l->description->table_count; i++)
    collect_keys(l, i);
  times_name(l->to, l->problems);
  made_count(l->to, limits, l->problems);
  if (!data_check_limits(l->description, l->to->rows, limits, l->problems)) return;
  made_name(l->to, limits, l->problems);
  if (!allocate_columns(l)) return;
  times_fill(l->to);
  for (size_t i = 0; i < l->description->table_count; i++)
    fill_table(l, i);
  if (l->problems->errors == l->errors_before) made_fill(l->to, limits, l->problems);
  hash_keys(l);
}

static size_t source_number(const loader *l, const hermes_diagnostic *d) {
  size_t i = 0;
  while (d->place.file && i < l->source_count && strcmp(l->sources[i].name, d->place.file))
    i++;
  return i;
}

static bool stands_before(const loader *l, const hermes_diagnostic *a, const hermes_diagnostic *b) {
  size_t a_source = source_number(l, a), b_source = source_number(l, b);
  if (a_source != b_source) return a_source < b_source;
  if (a->place.line != b->place.line) return a->place.line < b->place.line;
  return a->place.column < b->place.column;
}

/* Two passes found the problems; people read them from the top of each file. Few, so by
 * insertion. */
static void sort_problems(const loader *l) {
  hermes_diagnostic *items = l->problems->items;
  for (size_t i = l->first_problem + 1; i < l->problems->count; i++)
    for (size_t j = i; j > l->first_problem && stands_before(l, &items[j], &items[j - 1]); j--) {
      hermes_diagnostic other = items[j];
      items[j] = items[j - 1];
      items[j - 1] = other;
    }
}

static void end(loader *l) {
  if (l->sources) sort_problems(l);
  for (size_t i = 0; i < l->source_count; i++) data_source_free(&l->sources[i]);
  free(l->sources);
  free(l->source_of);
  free(l->guess);
  if (l->directory >= 0) close(l->directory);
}

data_tables *data_load(hermes_description *description, const char *directory,
                       const hermes_limits *limits, hermes_diagnostics *problems) {
  data_tables *tables = calloc(1, sizeof *tables);
  if (!tables) {
    hermes_description_free(description);
    report_memory(problems);
    return NULL;
  }
  tables->description = description;
  atomic_init(&tables->users, 1);
  loader l = {.to = tables,
              .description = description,
              .directory = -1,
              .problems = problems,
              .file_limit = data_memory_limit(limits),
              .first_problem = problems->count,
              .errors_before = problems->errors};
  load(&l, directory, limits);
  end(&l);
  if (problems->errors == l.errors_before) return tables;
  data_free(tables);
  return NULL;
}

void data_free(data_tables *tables) {
  if (!tables || atomic_fetch_sub(&tables->users, 1) > 1) return;
  for (size_t i = 0; tables->keys && i < tables->description->table_count; i++)
    keys_free(&tables->keys[i]);
  for (size_t i = 0; tables->pattern && i < tables->description->table_count; i++)
    msi_free(&tables->pattern[i]);
  for (size_t i = 0; tables->slot && i < tables->description->slot_count; i++)
    free(tables->slot[i]);
  for (size_t i = 0; tables->key && i < tables->description->table_count; i++)
    free(tables->key[i]);
  free(tables->key);
  free(tables->rows);
  free(tables->keys);
  free(tables->slot);
  free(tables->pattern);
  hermes_description_free(tables->description);
  free(tables);
}
