/* JSON description -> structs.
 *
 * The reader keeps the first mistake and goes on with harmless values: no function below returns a
 * status, and hermes_description_parse looks once, at the end. What passes is safe to use as
 * indices without further checks.
 */
#include <hermes/description.h>

#include <cjson/cJSON.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that a description owns, in one chain that is freed at once. */
typedef struct piece {
  struct piece *next;
  max_align_t data[];
} piece;

typedef struct parsed {
  hermes_description description; /* first: the caller's pointer is this struct's */
  piece *pieces;
} parsed;

typedef struct reader {
  parsed *to;
  const char *list; /* where we are, for messages: "slots" */
  size_t item;
  char *error;
  size_t error_size;
  bool failed;
} reader;

typedef struct name_value {
  const char *name;
  int value;
} name_value;

static const name_value ROLES[] = {
    {"column", HERMES_COLUMN}, {"input", HERMES_INPUT},   {"policy", HERMES_POLICY},
    {"draw", HERMES_DRAWN},    {"sample", HERMES_SAMPLE}, {"mean", HERMES_MEAN},
    {"out", HERMES_OUT},       {"let", HERMES_LET},       {"kpi", HERMES_KPI},
    {"bound", HERMES_BOUND},   {"hidden", HERMES_HIDDEN}, {NULL, 0}};
static const name_value KINDS[] = {{"real", HERMES_REAL},
                                   {"bool", HERMES_BOOL},
                                   {"enum", HERMES_ENUM},
                                   {"ref", HERMES_REF},
                                   {NULL, 0}};
static const name_value STAGES[] = {{"draw", HERMES_STAGE_DRAW},
                                    {"time", HERMES_STAGE_TIME},
                                    {"policy", HERMES_STAGE_POLICY},
                                    {"mean", HERMES_STAGE_MEAN},
                                    {NULL, 0}};

__attribute__((format(printf, 2, 3))) static void fail(reader *r, const char *format, ...) {
  if (r->failed) return;
  r->failed = true;
  if (!r->error_size) return;
  int used =
      snprintf(r->error, r->error_size, "the description is unusable: %s[%zu]: ", r->list, r->item);
  va_list arguments;
  va_start(arguments, format);
  if (used >= 0 && (size_t)used < r->error_size)
    vsnprintf(r->error + used, r->error_size - (size_t)used, format, arguments);
  va_end(arguments);
}

/* Zeroed memory that lives as long as the description; NULL after a failure, and for nothing. */
static void *take(reader *r, size_t count, size_t size) {
  if (r->failed || count == 0) return NULL;
  piece *p = count > SIZE_MAX / 2 / size ? NULL : calloc(1, sizeof *p + count * size);
  if (!p) {
    fail(r, "out of memory");
    return NULL;
  }
  p->next = r->to->pieces;
  r->to->pieces = p;
  return p->data;
}

static const char *keep(reader *r, const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = take(r, size, 1);
  return copy ? memcpy(copy, text, size) : "";
}

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_or(reader *r, const cJSON *object, const char *name, const char *absent) {
  const cJSON *value = member(object, name);
  if (!value || cJSON_IsNull(value)) return absent;
  if (cJSON_IsString(value)) return keep(r, value->valuestring);
  fail(r, "`%s` is no text", name);
  return absent;
}

static const char *text(reader *r, const cJSON *object, const char *name) {
  const char *value = text_or(r, object, name, NULL);
  if (value) return value;
  fail(r, "`%s` is missing", name);
  return "";
}

static bool flag(reader *r, const cJSON *object, const char *name) {
  const cJSON *value = member(object, name);
  if (value && !cJSON_IsBool(value)) fail(r, "`%s` is neither true nor false", name);
  return cJSON_IsTrue(value);
}

/* A number; `true` counts as 1, as a boolean column's default does. `absent` also for null. */
static double number_or(reader *r, const cJSON *object, const char *name, double absent) {
  const cJSON *value = member(object, name);
  if (!value || cJSON_IsNull(value)) return absent;
  if (cJSON_IsBool(value)) return cJSON_IsTrue(value);
  if (cJSON_IsNumber(value)) return value->valuedouble;
  fail(r, "`%s` is no number", name);
  return absent;
}

/* A whole number below `limit`; the number of a table, slot, ... */
static int ordinal(reader *r, const cJSON *value, const char *name, size_t limit) {
  double number = cJSON_IsNumber(value) ? value->valuedouble : -1;
  if (number >= 0 && number < (double)limit && number == floor(number)) return (int)number;
  fail(r, "`%s` is not a number from 0 to below %zu", name, limit);
  return 0;
}

static int ordinal_or(reader *r, const cJSON *object, const char *name, size_t limit, int absent) {
  const cJSON *value = member(object, name);
  return value && !cJSON_IsNull(value) ? ordinal(r, value, name, limit) : absent;
}

static int line_of(reader *r, const cJSON *object) {
  return ordinal_or(r, object, "line", INT32_MAX, 0);
}

static int choice(reader *r, const cJSON *value, const name_value *choices, const char *name) {
  if (cJSON_IsString(value))
    for (const name_value *c = choices; c->name; c++)
      if (!strcmp(c->name, value->valuestring)) return c->value;
  fail(r, "`%s` is none that is known", name);
  return 0;
}

/* Opens a list for reading: its length, 0 where it is absent. */
static size_t length(reader *r, const cJSON *object, const char *name) {
  const cJSON *list = member(object, name);
  if (list && !cJSON_IsNull(list) && !cJSON_IsArray(list)) fail(r, "`%s` is no list", name);
  return cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
}

static size_t begin(reader *r, const cJSON *object, const char *name) {
  r->list = name;
  r->item = 0;
  return length(r, object, name);
}

static int *ordinals(reader *r, const cJSON *object, const char *name, size_t limit,
                     size_t *count) {
  *count = length(r, object, name);
  int *numbers = take(r, *count, sizeof *numbers);
  if (!numbers) return NULL;
  size_t i = 0;
  for (const cJSON *item = member(object, name)->child; item; item = item->next)
    numbers[i++] = ordinal(r, item, name, limit);
  return numbers;
}

static const char **texts(reader *r, const cJSON *object, const char *name, size_t *count) {
  *count = length(r, object, name);
  const char **list = take(r, *count, sizeof *list);
  if (!list) return NULL;
  size_t i = 0;
  for (const cJSON *item = member(object, name)->child; item; item = item->next) {
    if (!cJSON_IsString(item)) fail(r, "`%s` holds something that is no text", name);
    list[i++] = cJSON_IsString(item) ? keep(r, item->valuestring) : "";
  }
  return list;
}

static hermes_index index_of(reader *r, const cJSON *object) {
  hermes_index index = {0};
  size_t count;
  int *tables = ordinals(r, object, "index", r->to->description.table_count, &count);
  if (count > HERMES_MAX_RANK) fail(r, "more than %d indices", HERMES_MAX_RANK);
  for (size_t i = 0; tables && i < count && i < HERMES_MAX_RANK; i++)
    index.table[index.rank++] = tables[i];
  return index;
}

/* The index of a slot, an expect, an assert: only tables that have rows. */
static hermes_index index_over_rows(reader *r, const cJSON *object) {
  hermes_index index = index_of(r, object);
  for (size_t i = 0; i < index.rank && !r->failed; i++)
    if (!hermes_table_has_rows(&r->to->description.tables[index.table[i]], index.table[i]))
      fail(r, "an index over a table that has no rows of its own");
  return index;
}

static hermes_unit unit_of(reader *r, const char *unit, hermes_kind kind) {
  hermes_unit measure = hermes_unit_one();
  char error[256] = "";
  if (kind == HERMES_REAL && !r->failed &&
      !hermes_unit_parse(&r->to->description.units, unit, strlen(unit), &measure, error,
                         sizeof error))
    fail(r, "%s", error);
  return measure;
}

static void read_domain(reader *r, const cJSON *object, hermes_domain *domain) {
  const cJSON *json = member(object, "domain");
  *domain = (hermes_domain){.low = -INFINITY, .high = INFINITY};
  if (!json || cJSON_IsNull(json)) return;
  domain->value_count = length(r, json, "values");
  domain->form = domain->value_count ? HERMES_SET : HERMES_RANGE;
  domain->values = take(r, domain->value_count, sizeof *domain->values);
  size_t i = 0;
  if (domain->values)
    for (const cJSON *item = member(json, "values")->child; item; item = item->next)
      domain->values[i++] = cJSON_IsTrue(item) ? 1 : item->valuedouble;
  domain->low = number_or(r, json, "low", -INFINITY);
  domain->high = number_or(r, json, "high", INFINITY);
  domain->open = flag(r, json, "open");
  domain->step = number_or(r, json, "step", 0);
}

/* Arguments within their ranges: nothing else reaches what makes rows of them. */
static void read_numbers(reader *r, const cJSON *json, hermes_made *made) {
  size_t i = 0;
  made->number_count = length(r, json, "arguments");
  if (made->number_count < (size_t)made->source->least ||
      made->number_count > (size_t)hermes_source_most(made->source))
    fail(r, "`%s` has a wrong number of arguments", made->source->name);
  made->numbers = take(r, made->number_count, sizeof *made->numbers);
  if (!made->numbers) return;
  for (const cJSON *item = member(json, "arguments")->child; item; item = item->next, i++) {
    made->numbers[i] = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    if (!hermes_source_takes(&made->source->arguments[i], made->numbers[i]))
      fail(r, "`%s` of `%s` is out of its range", made->source->arguments[i].name,
           made->source->name);
  }
}

static hermes_time *read_time(reader *r, const cJSON *json) {
  hermes_time *time = json && !cJSON_IsNull(json) ? take(r, 1, sizeof *time) : NULL;
  if (!time) return NULL;
  time->low = number_or(r, json, "low", NAN);
  time->step = number_or(r, json, "step", NAN);
  time->count = (size_t)ordinal(r, member(json, "count"), "count", INT32_MAX);
  if (!isfinite(time->low) || !(time->step > 0) || time->count == 0)
    fail(r, "a time without instants");
  return time;
}

/* Its one column is that of the instants. */
static void check_time(reader *r, const hermes_table *table) {
  const hermes_slot *slots = r->to->description.slots;
  const hermes_unit second = hermes_source_unit("s");
  bool one = table->column_count == 1 && table->index.rank == 1 && !table->made;
  const hermes_slot *slot = one ? &slots[table->columns[0]] : NULL;
  if (!slot || slot->kind != HERMES_REAL || slot->measure.scale != HERMES_LINEAR ||
      !hermes_dimension_equal(&slot->measure.dimension, &second.dimension))
    fail(r, "a time has one column, of its instants");
}

static hermes_made *read_made(reader *r, const cJSON *json) {
  if (!json || cJSON_IsNull(json)) return NULL;
  const hermes_source *source = hermes_source_find(text(r, json, "name"));
  hermes_made *made = source ? take(r, 1, sizeof *made) : NULL;
  if (!made) {
    fail(r, "`made` names no source that is known");
    return NULL;
  }
  made->source = source;
  made->file = source->of_file ? text(r, json, "file") : NULL;
  made->of = ordinal_or(r, json, "table", r->to->description.table_count, -1);
  if (source->of_table != (made->of >= 0))
    fail(r, "`%s` is about a table, or is not", source->name);
  read_numbers(r, json, made);
  return made;
}

static void read_table(reader *r, const cJSON *json, hermes_table *table) {
  table->name = text(r, json, "name");
  table->doc = text_or(r, json, "doc", "");
  table->source = text_or(r, json, "source", "");
  table->made = read_made(r, member(json, "made"));
  table->time = read_time(r, member(json, "time"));
  table->index = index_of(r, json);
  table->sparse = flag(r, json, "sparse");
  size_t slots = r->to->description.slot_count;
  table->columns = ordinals(r, json, "columns", slots, &table->column_count);
  int number = (int)(table - r->to->description.tables);
  if (table->index.rank == 0 || (table->index.rank == 1 && table->index.table[0] != number))
    fail(r, "a table is indexed by itself, or by two or more others");
}

static void read_default(reader *r, const cJSON *json, hermes_slot *slot) {
  const cJSON *value = member(json, "default");
  slot->has_default = value && !cJSON_IsNull(value);
  slot->default_number = number_or(r, json, "default", 0);
  slot->or_missing = flag(r, json, "or_missing");
}

static void read_solve(reader *r, const cJSON *object, hermes_slot *slot) {
  const cJSON *json = member(object, "solve");
  slot->solved = json && !cJSON_IsNull(json);
  if (!slot->solved) return;
  slot->tolerance = number_or(r, json, "tolerance", 0);
  slot->damping = number_or(r, json, "damping", 1);
  slot->iterations = ordinal_or(r, json, "iterations", INT32_MAX, 0);
}

static void read_window(reader *r, const cJSON *object, hermes_slot *slot) {
  const cJSON *json = member(object, "window");
  slot->along = -1;
  if (!json || cJSON_IsNull(json)) return;
  slot->along = ordinal_or(r, json, "along", slot->index.rank, -1);
  slot->window = (size_t)ordinal_or(r, json, "instants", INT32_MAX, 0);
  if (slot->along < 0 || slot->window == 0) fail(r, "a window along nothing");
}

static void read_slot(reader *r, const cJSON *json, hermes_slot *slot) {
  const hermes_description *d = &r->to->description;
  slot->name = text(r, json, "name");
  slot->doc = text_or(r, json, "doc", "");
  slot->role = (hermes_role)choice(r, member(json, "role"), ROLES, "role");
  slot->kind = (hermes_kind)choice(r, member(json, "kind"), KINDS, "kind");
  slot->unit = text_or(r, json, "unit", "1");
  slot->measure = unit_of(r, slot->unit, slot->kind);
  slot->index = index_over_rows(r, json);
  slot->line = line_of(r, json);
  slot->table = ordinal_or(r, json, "table", d->table_count, -1);
  slot->integer = flag(r, json, "integer");
  slot->required = flag(r, json, "required");
  read_default(r, json, slot);
  slot->labels = texts(r, json, "labels", &slot->label_count);
  slot->refers = ordinal_or(r, json, "refers", d->table_count, -1);
  slot->mean_of = ordinal_or(r, json, "mean_of", d->slot_count, -1);
  slot->block = ordinal_or(r, json, "block", d->block_count, -1);
  read_domain(r, json, &slot->domain);
  slot->reads = ordinals(r, json, "reads", d->slot_count, &slot->read_count);
  read_solve(r, json, slot);
  read_window(r, json, slot);
  const cJSON *stage;
  cJSON_ArrayForEach(stage, member(json, "stage")) slot->stage |=
      (unsigned)choice(r, stage, STAGES, "stage");
}

/* needs: all tables and slots read. What later code takes for granted about one slot. */
static void check_slot(reader *r, const hermes_slot *slot) {
  const hermes_table *tables = r->to->description.tables;
  if (r->failed) return;
  if (slot->kind == HERMES_ENUM && slot->label_count == 0) fail(r, "an enumeration of nothing");
  if (slot->kind == HERMES_REF && slot->refers < 0) fail(r, "`refers` is missing");
  if (slot->refers >= 0 && !hermes_table_has_rows(&tables[slot->refers], slot->refers))
    fail(r, "a reference to a table that has no rows of its own");
  if ((slot->role == HERMES_MEAN) != (slot->mean_of >= 0)) fail(r, "a mean of nothing");
  if (slot->role == HERMES_COLUMN && slot->table < 0) fail(r, "a column without a table");
  if ((slot->role == HERMES_KPI || slot->role == HERMES_BOUND) && slot->index.rank)
    fail(r, "a %s is a scalar", slot->role == HERMES_KPI ? "kpi" : "bound");
}

static bool same_index(const hermes_index *a, const hermes_index *b) {
  return a->rank == b->rank && !memcmp(a->table, b->table, a->rank * sizeof a->table[0]);
}

/* A column that the other table must have: a length. */
static int place_column(reader *r, const hermes_table *table, const char *name) {
  const hermes_description *d = &r->to->description;
  const hermes_unit metre = hermes_source_unit("m");
  for (size_t i = 0; i < table->column_count && !r->failed; i++) {
    const hermes_slot *slot = &d->slots[table->columns[i]];
    if (!strcmp(slot->name, name) && slot->kind == HERMES_REAL &&
        slot->measure.scale == HERMES_LINEAR &&
        hermes_dimension_equal(&slot->measure.dimension, &metre.dimension))
      return table->columns[i];
  }
  fail(r, "table `%s` has no place `%s`", table->name, name);
  return 0;
}

/* Each table is made of one that is not made of it. */
static void check_made_of(reader *r, const hermes_table *table) {
  const hermes_table *tables = r->to->description.tables;
  size_t steps = 0;
  for (int of = table->made->of; of >= 0 && !r->failed;
       of = tables[of].made ? tables[of].made->of : -1)
    if (!hermes_table_has_rows(&tables[of], of) || ++steps > r->to->description.table_count)
      fail(r, "it is made of itself, or of a table that has no rows of its own");
}

/* What a column is given, where it is not its default. */
static void check_made_column(reader *r, const hermes_made *made, const hermes_slot *slot) {
  const hermes_source_column *column = hermes_source_column_find(made->source, slot->name);
  if (slot->has_default && (!column || (size_t)column->needs > made->number_count)) return;
  if (!column || (size_t)column->needs > made->number_count) {
    fail(r, "`%s` does not offer `%s`", made->source->name, slot->name);
    return;
  }
  hermes_unit unit = hermes_source_unit(column->unit);
  bool row = !strcmp(column->unit, "row"), truth = !strcmp(column->unit, "bool");
  if (slot->kind != (row     ? HERMES_REF
                     : truth ? HERMES_BOOL
                             : HERMES_REAL) ||
      (row && slot->refers != made->of) ||
      (slot->kind == HERMES_REAL &&
       (slot->measure.scale != unit.scale ||
        !hermes_dimension_equal(&slot->measure.dimension, &unit.dimension))))
    fail(r, "`%s` is not what `%s` offers", slot->name, made->source->name);
}

static void check_made(reader *r, const hermes_table *table) {
  hermes_made *made = table->made;
  const hermes_description *d = &r->to->description;
  if (!hermes_table_has_rows(table, (int)(table - d->tables)))
    fail(r, "a source makes tables with rows of their own");
  check_made_of(r, table);
  for (int i = 0; i < 2 && made->of >= 0 && !r->failed; i++)
    made->place[i] = place_column(r, &d->tables[made->of], i ? "y" : "x");
  for (size_t i = 0; i < table->column_count && !r->failed; i++)
    check_made_column(r, made, &d->slots[table->columns[i]]);
}

static void check_table(reader *r, const hermes_table *table) {
  const hermes_description *d = &r->to->description;
  for (size_t i = 0; i < table->column_count && !r->failed; i++) {
    const hermes_slot *slot = &d->slots[table->columns[i]];
    if (slot->role != HERMES_COLUMN || slot->table != (int)(table - d->tables) ||
        !same_index(&slot->index, &table->index))
      fail(r, "`%s` is not a column of it", slot->name);
  }
  if (table->made && !r->failed) check_made(r, table);
  if (table->time && !r->failed) check_time(r, table);
  for (size_t i = 0; i < table->index.rank && table->index.rank > 1 && !r->failed; i++)
    if (d->tables[table->index.table[i]].index.rank != 1)
      fail(r, "an index over a table that has no rows of its own");
}

static void check_all(reader *r) {
  const hermes_description *d = &r->to->description;
  r->list = "tables";
  for (r->item = 0; r->item < d->table_count && !r->failed; r->item++)
    check_table(r, &d->tables[r->item]);
  r->list = "slots";
  for (r->item = 0; r->item < d->slot_count && !r->failed; r->item++)
    check_slot(r, &d->slots[r->item]);
}

static void read_assert(reader *r, const cJSON *json, hermes_assert *assert) {
  assert->relation = text_or(r, json, "relation", "");
  const cJSON *kind = member(json, "kind");
  assert->kind = kind ? (hermes_kind)choice(r, kind, KINDS, "kind") : HERMES_REAL;
  assert->labels = texts(r, json, "labels", &assert->label_count);
  assert->refers = ordinal_or(r, json, "refers", r->to->description.table_count, -1);
  if (assert->kind == HERMES_REF && assert->refers < 0) fail(r, "rows of no table");
  assert->unit = text_or(r, json, "unit", "1");
  assert->measure = unit_of(r, assert->unit, assert->kind);
  size_t names;
  assert->variables = texts(r, json, "variables", &names);
  assert->index = index_over_rows(r, json);
  if (names != assert->index.rank) fail(r, "variables and index differ in length");
  assert->line = line_of(r, json);
  const cJSON *within = member(json, "within");
  assert->has_within = within && !cJSON_IsNull(within);
  assert->within = number_or(r, json, "within", 0);
}

static void read_expect(reader *r, const cJSON *json, hermes_expect *expect) {
  expect->doc = text_or(r, json, "doc", "");
  expect->line = line_of(r, json);
  size_t names;
  expect->variables = texts(r, json, "variables", &names);
  expect->index = index_over_rows(r, json);
  if (names != expect->index.rank) fail(r, "variables and index differ in length");
  expect->is_range = flag(r, json, "range");
  expect->varies = flag(r, json, "varies");
  expect->varies_input = flag(r, json, "varies_input");
  expect->assert_count = length(r, json, "asserts");
  expect->asserts = take(r, expect->assert_count, sizeof *expect->asserts);
  size_t i = 0;
  const cJSON *item;
  if (expect->asserts)
    cJSON_ArrayForEach(item, member(json, "asserts")) read_assert(r, item, &expect->asserts[i++]);
}

static void read_block(reader *r, const cJSON *json, hermes_block *block) {
  block->name = text(r, json, "name");
  block->kind = text_or(r, json, "kind", "");
  block->doc = text_or(r, json, "doc", "");
  block->line = line_of(r, json);
}

static void read_objective(reader *r, const cJSON *json, hermes_objective *objective) {
  static const name_value directions[] = {{"maximize", 1}, {"minimize", 0}, {NULL, 0}};
  objective->kpi = ordinal(r, member(json, "kpi"), "kpi", r->to->description.kpi_count);
  objective->maximize = choice(r, member(json, "direction"), directions, "direction");
}

static void read_constraint(reader *r, const cJSON *json, hermes_constraint *constraint) {
  const hermes_description *d = &r->to->description;
  constraint->kpi = ordinal(r, member(json, "kpi"), "kpi", d->kpi_count);
  constraint->relation = text(r, json, "relation");
  constraint->confidence = number_or(r, json, "confidence", 0);
  constraint->bound = ordinal(r, member(json, "bound"), "bound", d->slot_count);
  if (!r->failed && d->slots[constraint->bound].index.rank) fail(r, "a bound is a scalar");
}

static void read_work(reader *r, const cJSON *json, hermes_work *work) {
  work->slot = ordinal_or(r, json, "slot", r->to->description.slot_count, -1);
  work->operations = number_or(r, json, "operations", 0);
  work->index.table = ordinals(r, json, "index", r->to->description.table_count, &work->index.rank);
}

/* Reads a list of objects into an array whose length is known. */
#define READ_LIST(r, json, name, array, count, read_item)                                          \
  do {                                                                                             \
    const cJSON *item_;                                                                            \
    begin((r), (json), (name));                                                                    \
    (array) = take((r), (count), sizeof *(array));                                                 \
    if ((array)) cJSON_ArrayForEach(item_, member((json), (name))) {                               \
        read_item((r), item_, &(array)[(r)->item]);                                                \
        (r)->item++;                                                                               \
      }                                                                                            \
  } while (0)

static void read_blueprint(reader *r, const cJSON *json) {
  hermes_description *d = &r->to->description;
  r->list = "blueprint";
  d->abi = ordinal(r, member(json, "abi"), "abi", INT32_MAX);
  if (d->abi != HERMES_ABI && !r->failed)
    fail(r, "its abi is %d, this library's is %d", d->abi, HERMES_ABI);
  d->hermes = text_or(r, json, "hermes", "");
  const cJSON *blueprint = member(json, "blueprint");
  d->blueprint = text(r, blueprint, "name");
  d->blueprint_doc = text_or(r, blueprint, "doc", "");
  d->blueprint_file = text_or(r, blueprint, "file", "");
  d->sha256 = text_or(r, blueprint, "sha256", "");
  size_t count;
  const char **units = texts(r, blueprint, "units", &count);
  for (size_t i = 0; units && i < count; i++)
    if (!hermes_unit_declare(&d->units, units[i])) fail(r, "`%s` cannot be a unit", units[i]);
}

/* The slots of one role, in the order of the blueprint. */
static int *slots_of(reader *r, const cJSON *json, const char *name, hermes_role role,
                     size_t *count) {
  const hermes_description *d = &r->to->description;
  r->list = name;
  r->item = 0;
  int *slots = ordinals(r, json, name, d->slot_count, count);
  for (; slots && r->item < *count && !r->failed; r->item++)
    if (d->slots[slots[r->item]].role != role)
      fail(r, "`%s` has another role", d->slots[slots[r->item]].name);
  return slots;
}

static void read_roles(reader *r, const cJSON *json) {
  hermes_description *d = &r->to->description;
  d->inputs = slots_of(r, json, "inputs", HERMES_INPUT, &d->input_count);
  d->policies = slots_of(r, json, "policies", HERMES_POLICY, &d->policy_count);
  d->draws = slots_of(r, json, "draws", HERMES_DRAWN, &d->draw_count);
  d->kpis = slots_of(r, json, "kpis", HERMES_KPI, &d->kpi_count);
}

static void read_goal(reader *r, const cJSON *json) {
  hermes_description *d = &r->to->description;
  const cJSON *goal = member(json, "goal");
  d->has_goal = cJSON_IsObject(goal);
  d->objective_count = begin(r, goal, "objectives");
  READ_LIST(r, goal, "objectives", d->objectives, d->objective_count, read_objective);
  d->constraint_count = begin(r, goal, "constraints");
  READ_LIST(r, goal, "constraints", d->constraints, d->constraint_count, read_constraint);
}

/* Counts come first: the number of a table or slot is checked wherever it is read. */
static void read_description(reader *r, const cJSON *json) {
  hermes_description *d = &r->to->description;
  read_blueprint(r, json);
  d->table_count = begin(r, json, "tables");
  d->slot_count = begin(r, json, "slots");
  d->block_count = begin(r, json, "blocks");
  READ_LIST(r, json, "tables", d->tables, d->table_count, read_table);
  READ_LIST(r, json, "slots", d->slots, d->slot_count, read_slot);
  READ_LIST(r, json, "blocks", d->blocks, d->block_count, read_block);
  check_all(r);
  if (r->failed) return;
  read_roles(r, json);
  read_goal(r, json);
  d->expect_count = begin(r, json, "expects");
  READ_LIST(r, json, "expects", d->expects, d->expect_count, read_expect);
  for (; !r->failed && d->expect_count > 0 && d->expects[d->expect_count - 1].is_range;
       d->expect_count--)
    d->range_count++;
  d->work_count = begin(r, json, "work");
  READ_LIST(r, json, "work", d->work, d->work_count, read_work);
}

hermes_description *hermes_description_parse(const unsigned char *json, size_t size, char *error,
                                             size_t error_size) {
  if (error_size) error[0] = '\0';
  parsed *to = calloc(1, sizeof *to);
  cJSON *document = cJSON_ParseWithLength((const char *)json, size);
  reader r = {.to = to, .list = "document", .error = error, .error_size = error_size};
  if (!to || !cJSON_IsObject(document))
    fail(&r, "%s", to ? "it is no JSON" : "out of memory");
  else
    read_description(&r, document);
  cJSON_Delete(document);
  if (!r.failed) return &to->description;
  if (to) hermes_description_free(&to->description);
  return NULL;
}

void hermes_description_free(hermes_description *description) {
  if (!description) return;
  parsed *owner = (parsed *)description;
  for (piece *p = owner->pieces, *next; p; p = next) {
    next = p->next;
    free(p);
  }
  free(owner);
}

int hermes_description_slot(const hermes_description *description, hermes_role role,
                            const char *name) {
  for (size_t i = 0; i < description->slot_count; i++)
    if (description->slots[i].role == role && !strcmp(description->slots[i].name, name))
      return (int)i;
  return -1;
}

bool hermes_reads_files(const hermes_description *description) {
  for (size_t i = 0; i < description->table_count; i++)
    if (hermes_table_file(&description->tables[i])) return true;
  return false;
}
