/* Looking at tables column by column. */
#include "data/profile.h"

#include "data/data.h"
#include "json.h"
#include "names.h"
#include "prompt/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  MOST_FILES = 64,
  MOST_COLUMNS = 256,
  MOST_DISTINCT = 1 << 18, /* values of a column that are told apart */
  SAMPLES = 4,
  MOST_LABELS = 8,   /* a column of so few values is shown whole */
  NOTE_BYTES = 4000, /* of a README beside the tables */
};
static const uint64_t file_bytes = (uint64_t)1 << 30;
static const char note_name[] = "README.md";

typedef struct DataColumn {
  const char *name;
  data_keys values; /* different ones, up to MOST_DISTINCT */
  bool many;        /* more than that */
  size_t missing, numbers, filled;
  double low, high;
  bool repeated; /* some value stands twice */
} DataColumn;

typedef struct DataFile {
  const char *file;
  size_t rows;
  DataColumn *columns;
  size_t count, left_out; /* columns */
} DataFile;

typedef struct Profile {
  Session *session;
  DataFile tables[MOST_FILES];
  size_t count;
  const char *note;
} Profile;

/* ---- reading ---- */

static void look_at_number(DataColumn *column, const char *text, size_t length) {
  char copy[64], *end;
  if (length >= sizeof copy) return;
  memcpy(copy, text, length);
  copy[length] = '\0';
  double number = strtod(copy, &end);
  if (*end || end == copy || !isfinite(number)) return;
  column->low = column->numbers ? fmin(column->low, number) : number;
  column->high = column->numbers ? fmax(column->high, number) : number;
  column->numbers++;
}

static void look_at_field(DataColumn *column, const char *text, size_t length) {
  if (length == 0) {
    column->missing++;
    return;
  }
  column->filled++;
  look_at_number(column, text, length);
  data_keys *values = &column->values;
  if (values->count > 0 && keys_find(values, text, length, 0) >= 0)
    column->repeated = true;
  else if (values->count == MOST_DISTINCT || keys_add(values, text, length) != KEYS_NEW)
    column->many = true;
}

static void read_columns(Profile *profile, DataFile *table, csv_reader *csv) {
  Arena *arena = &profile->session->arena;
  size_t length;
  table->count = csv->count < MOST_COLUMNS ? csv->count : MOST_COLUMNS;
  table->left_out = csv->count - table->count;
  table->columns = ARENA_ARRAY(arena, DataColumn, table->count);
  for (size_t i = 0; i < table->count; i++) {
    const char *text = csv_text(csv, &csv->fields[i], &length);
    table->columns[i].name = arena_copy(arena, text, length);
  }
  size_t fields = csv->count;
  for (; csv_next(csv, fields); table->rows++)
    for (size_t i = 0; i < table->count; i++) {
      const char *text = csv_text(csv, &csv->fields[i], &length);
      look_at_field(&table->columns[i], text, length);
    }
}

static void read_table(Profile *profile, int directory, const char *file) {
  DataFile *table = &profile->tables[profile->count];
  data_source source = {.name = file};
  csv_reader csv;
  hermes_diagnostics *problems = &profile->session->diagnostics;
  data_source_read(directory, &source, file_bytes, problems);
  if (source.text && data_check_text(&source, problems) && csv_open(&csv, &source, problems)) {
    table->file = file;
    read_columns(profile, table, &csv);
    csv_close(&csv);
    profile->count++;
  }
  data_source_free(&source);
}

static void read_note(Profile *profile, int directory, const char *file) {
  data_source source = {.name = file};
  data_source_read(directory, &source, file_bytes, &profile->session->diagnostics);
  if (source.text && data_check_text(&source, &profile->session->diagnostics)) {
    size_t length = source.size < NOTE_BYTES ? source.size : utf8_prefix(source.text, NOTE_BYTES);
    profile->note = arena_copy(&profile->session->arena, source.text, length);
  }
  data_source_free(&source);
}

static bool complain(Profile *profile, const char *path, const char *why) {
  hermes_report(&profile->session->diagnostics, HB0701, NULL, "`%s` %s", path, why);
  return false;
}

/* Tables in the order of their names, so that one directory has one description. */
static bool read_tables(Profile *profile, const char *path, int directory) {
  Arena *arena = &profile->session->arena;
  const char *names[MOST_FILES];
  int count = names_in(arena, path, ".csv", names, MOST_FILES);
  if (count < 0)
    return complain(profile, path,
                    errno == E2BIG ? arena_format(arena, "holds more than %d tables", MOST_FILES)
                                   : strerror(errno));
  if (count == 0) return complain(profile, path, "holds no table: no .csv file");
  if (faccessat(directory, note_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    read_note(profile, directory, note_name);
  for (int i = 0; i < count; i++) read_table(profile, directory, names[i]);
  return profile->session->diagnostics.errors == 0;
}

static bool read_directory(Profile *profile, const char *path) {
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    return complain(
        profile, path,
        arena_format(&profile->session->arena, "cannot be opened: %s", strerror(errno)));
  bool good = read_tables(profile, path, directory);
  close(directory);
  return good;
}

/* ---- what the columns are ---- */

static bool is_key(const DataColumn *column) {
  return !column->repeated && !column->missing && column->filled > 0;
}

static bool is_number(const DataColumn *column) {
  return column->filled > 0 && column->numbers == column->filled;
}

static bool is_within(const DataColumn *column, const DataColumn *keys) {
  if (column->many || keys->many || column->values.count > keys->values.count) return false;
  for (size_t i = 0; i < column->values.count; i++) {
    const char *value = keys_at(&column->values, i);
    if (keys_find(&keys->values, value, strlen(value), i) < 0) return false;
  }
  return column->values.count > 0;
}

/* Is this the file that the keys in its first column are at home in: `ue` in ues.csv? */
static bool is_home(const DataFile *table) {
  const char *name = table->columns[0].name;
  return strncmp(table->file, name, strlen(name)) == 0;
}

/* The table whose rows the values of a column are, all of them: the first column of a table holds
 * its keys. */
static const DataFile *find_rows(const Profile *profile, const DataFile *table, size_t number) {
  const DataColumn *column = &table->columns[number];
  if (is_number(column)) return NULL;
  for (size_t i = 0; i < profile->count; i++) {
    const DataFile *other = &profile->tables[i];
    bool keyed = (other != table || number > 0) && is_key(&other->columns[0]) && is_home(other);
    if (keyed && is_within(column, &other->columns[0])) return other;
  }
  return NULL;
}

/* A row that two keys name: a value for a user and a cell. */
static bool is_of_pairs(const Profile *profile, const DataFile *table) {
  return table->count > 2 && !is_home(table) && find_rows(profile, table, 0) &&
         find_rows(profile, table, 1);
}

static const char *referred(const Profile *profile, const DataFile *table, size_t number) {
  bool own = number == 0 && is_key(&table->columns[0]) && !is_of_pairs(profile, table);
  const DataFile *rows = own ? NULL : find_rows(profile, table, number);
  return rows ? rows->file : NULL;
}

/* "row": the column alone names a row; "part": two columns do; NULL. */
static const char *key_of(const Profile *profile, const DataFile *table, size_t number) {
  if (is_of_pairs(profile, table)) return number < 2 ? "part" : NULL;
  return number == 0 && is_key(&table->columns[0]) ? "row" : NULL;
}

static const char *kind_of(const DataColumn *column) {
  if (column->filled == 0) return "empty";
  if (is_number(column)) return "number";
  bool truth = !column->many;
  for (size_t i = 0; i < column->values.count && truth; i++) {
    const char *value = keys_at(&column->values, i);
    truth = strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
  }
  return truth ? "true or false" : "text";
}

/* ---- telling ---- */

static void add_samples(cJSON *object, const DataColumn *column) {
  size_t count = column->values.count, most = count <= MOST_LABELS ? count : SAMPLES;
  cJSON *samples = cJSON_AddArrayToObject(object, "samples");
  for (size_t i = 0; i < most; i++) {
    size_t at = most < count ? i * (count - 1) / (most - 1) : i; /* spread over the column */
    const char *value = keys_at(&column->values, at);
    cJSON_AddItemToArray(samples, cJSON_CreateString(DATA_SHOW(value)));
  }
}

static cJSON *column_json(const Profile *profile, const DataFile *table, size_t number) {
  const DataColumn *column = &table->columns[number];
  const char *refers = referred(profile, table, number);
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", column->name);
  cJSON_AddStringToObject(object, "kind", kind_of(column));
  cJSON_AddNumberToObject(object, "distinct", (double)column->values.count);
  if (column->many) cJSON_AddBoolToObject(object, "more", true);
  if (is_number(column)) {
    cJSON_AddNumberToObject(object, "low", column->low);
    cJSON_AddNumberToObject(object, "high", column->high);
  }
  cJSON_AddNumberToObject(object, "missing", (double)column->missing);
  const char *key = key_of(profile, table, number);
  if (key) cJSON_AddStringToObject(object, "key", key);
  if (refers) cJSON_AddStringToObject(object, "refers", refers);
  add_samples(object, column);
  return object;
}

static cJSON *profile_json(const Profile *profile) {
  cJSON *object = cJSON_CreateObject(), *files = cJSON_AddArrayToObject(object, "files");
  for (size_t i = 0; i < profile->count; i++) {
    const DataFile *table = &profile->tables[i];
    cJSON *file = cJSON_CreateObject();
    cJSON_AddStringToObject(file, "file", table->file);
    cJSON_AddNumberToObject(file, "rows", (double)table->rows);
    if (is_of_pairs(profile, table))
      cJSON_AddNumberToObject(
          file, "pairs",
          (double)(find_rows(profile, table, 0)->rows * find_rows(profile, table, 1)->rows));
    if (table->left_out) cJSON_AddNumberToObject(file, "columns_left_out", (double)table->left_out);
    cJSON *columns = cJSON_AddArrayToObject(file, "columns");
    for (size_t j = 0; j < table->count; j++)
      cJSON_AddItemToArray(columns, column_json(profile, table, j));
    cJSON_AddItemToArray(files, file);
  }
  if (profile->note) cJSON_AddStringToObject(object, "note", profile->note);
  return object;
}

static void free_columns(Profile *profile) {
  for (size_t i = 0; i < profile->count; i++)
    for (size_t j = 0; j < profile->tables[i].count; j++)
      keys_free(&profile->tables[i].columns[j].values);
}

cJSON *profile_directory(Session *session, const char *directory) {
  Profile *profile = ARENA_NEW(&session->arena, Profile);
  profile->session = session;
  bool good = read_directory(profile, directory);
  cJSON *object = good ? profile_json(profile) : NULL;
  free_columns(profile);
  return object;
}

/* ---- as text ---- */

static void write_column(const cJSON *column, FILE *out) {
  const cJSON *samples = field(column, "samples"), *sample;
  fprintf(out, "  %s: %s", text_of(column, "name"), text_of(column, "kind"));
  if (!isnan(number_of(column, "low")))
    fprintf(out, " from %g to %g", number_of(column, "low"), number_of(column, "high"));
  fprintf(out, ", %g different", number_of(column, "distinct"));
  if (cJSON_IsTrue(field(column, "more"))) fputs(" and more", out);
  if (number_of(column, "missing") > 0) fprintf(out, ", %g missing", number_of(column, "missing"));
  const char *key = text_of(column, "key");
  if (*key) fputs(strcmp(key, "row") == 0 ? ", key of the row" : ", half of the row's key", out);
  if (*text_of(column, "refers")) fprintf(out, ", names rows of %s", text_of(column, "refers"));
  fputs(": ", out);
  cJSON_ArrayForEach(sample, samples) fprintf(
      out, "%s%s", sample->prev && sample != samples->child ? ", " : "", sample->valuestring);
  fputc('\n', out);
}

const char *profile_text(Arena *arena, const cJSON *profile) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  const cJSON *file, *column;
  cJSON_ArrayForEach(file, field(profile, "files")) {
    fprintf(out, "%s: %g rows", text_of(file, "file"), number_of(file, "rows"));
    if (!isnan(number_of(file, "pairs")))
      fprintf(out, " of %g possible pairs", number_of(file, "pairs"));
    fputc('\n', out);
    cJSON_ArrayForEach(column, field(file, "columns")) write_column(column, out);
    if (field(file, "columns_left_out"))
      fprintf(out, "  and %g columns more\n", number_of(file, "columns_left_out"));
  }
  if (*text_of(profile, "note"))
    fprintf(out, "README.md beside the tables says:\n%s\n", text_of(profile, "note"));
  fclose(out);
  char *copy = arena_copy(arena, text, size);
  free(text);
  return copy;
}

int run_profile(Session *session) {
  cJSON *profile = profile_directory(session, session->settings.data);
  if (!profile) return EXIT_WRONG;
  if (session->settings.json) {
    json_print(profile);
  } else {
    const char *text = profile_text(&session->arena, profile);
    fputs(plain_text(&session->arena, text, strlen(text)), stdout);
  }
  cJSON_Delete(profile);
  return EXIT_DONE;
}
