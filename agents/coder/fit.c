/* Reading measurements, running the twin for what they name, and telling how it deviates. */
#include "coder/fit.h"

#include "coder/twin.h"
#include "data/data.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_MEASUREMENTS = 100000, MOST_QUANTITIES = 64, CONDITIONS = 3, LEAST_FOR_CONDITIONS = 9 };
/* The root mean square of deviations that passes: of logarithmic quantities in dB, of others as a
 * share of what was measured. */
static const double fit_decibels = 1, fit_share = 0.1;

typedef struct Measurement {
  const char *value, *key, *unit;
  double number;
  double twin;      /* what the twin says, in the same unit; NaN: nothing */
  double deviation; /* dB, or a share */
} Measurement;

typedef struct Fitting {
  Session *session;
  Measurement *items;
  size_t count;
  const Measurement *firsts[MOST_QUANTITIES]; /* of each value that is named */
  size_t value_count;
} Fitting;

/* ---- the file ---- */

static const char *take_text(Fitting *fitting, csv_reader *csv, size_t field) {
  size_t length;
  const char *text = csv_text(csv, &csv->fields[field], &length);
  return arena_copy(&fitting->session->arena, text, length);
}

static bool is_header(csv_reader *csv) {
  static const char *const names[] = {"value", "key", "number", "unit"};
  for (size_t i = 0; i < 4; i++)
    if (csv->count != 4 || csv->fields[i].length != strlen(names[i]) ||
        strncmp(csv->fields[i].text, names[i], strlen(names[i])) != 0)
      return false;
  return true;
}

/* False where a value is one too many. */
static bool note_value(Fitting *fitting, const Measurement *item) {
  for (size_t i = 0; i < fitting->value_count; i++)
    if (strcmp(fitting->firsts[i]->value, item->value) == 0) return true;
  if (fitting->value_count == MOST_QUANTITIES) return false;
  fitting->firsts[fitting->value_count++] = item;
  return true;
}

/* What is wrong with a row, the last one that was read; NULL: nothing. */
static const char *wrong_with(Fitting *fitting, const Measurement *item, bool garbled) {
  Arena *arena = &fitting->session->arena;
  if (garbled || !isfinite(item->number))
    return arena_format(arena, "the number of `%s` in row %zu is none", item->value,
                        fitting->count);
  if (!*item->value || strpbrk(item->value, ", "))
    return arena_format(arena, "`%s` in row %zu names no value", item->value, fitting->count);
  if (!note_value(fitting, item))
    return arena_format(arena, "more than %d values are named", MOST_QUANTITIES);
  return fitting->count == MOST_MEASUREMENTS
             ? arena_format(arena, "there are %d measurements or more", MOST_MEASUREMENTS)
             : NULL;
}

static bool read_rows(Fitting *fitting, csv_reader *csv) {
  char *end;
  fitting->items = ARENA_ARRAY(&fitting->session->arena, Measurement, MOST_MEASUREMENTS);
  while (fitting->count < MOST_MEASUREMENTS && csv_next(csv, 4)) {
    Measurement *item = &fitting->items[fitting->count++];
    const char *number = take_text(fitting, csv, 2);
    *item = (Measurement){take_text(fitting, csv, 0),
                          take_text(fitting, csv, 1),
                          take_text(fitting, csv, 3),
                          strtod(number, &end),
                          NAN,
                          NAN};
    const char *wrong = wrong_with(fitting, item, end == number || *end);
    if (!wrong) continue;
    hermes_report(&fitting->session->diagnostics, HB0936, NULL, "%s", wrong);
    return false;
  }
  return csv->lost == 0;
}

static bool read_measurements(Fitting *fitting, const char *path) {
  Arena *arena = &fitting->session->arena;
  hermes_diagnostics *problems = &fitting->session->diagnostics;
  char *directory = dirname(arena_copy(arena, path, strlen(path)));
  data_source source = {.name = basename(arena_copy(arena, path, strlen(path)))};
  int handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  csv_reader csv;
  bool good = false;
  data_source_read(handle, &source, (uint64_t)1 << 30, problems);
  if (source.text && csv_open(&csv, &source, problems)) {
    good = is_header(&csv);
    if (!good)
      hermes_report(problems, HB0936, NULL, "`%s` has not the header value,key,number,unit", path);
    good = good && read_rows(fitting, &csv);
    csv_close(&csv);
  }
  data_source_free(&source);
  if (handle >= 0) close(handle);
  return good;
}

/* ---- what the twin says ---- */

/* "rx,power" of all that are no KPI; NULL where there is none. */
static const char *arrays_of(Fitting *fitting, const cJSON *run) {
  const char *show = NULL;
  for (size_t i = 0; i < fitting->value_count; i++) {
    const char *name = fitting->firsts[i]->value;
    if (field(field(run, "kpis"), name)) continue;
    show = show ? arena_format(&fitting->session->arena, "%s,%s", show, name) : name;
  }
  return show;
}

/* The element that a key like u1/c3 names. */
static double element(Arena *arena, const cJSON *values, const char *key) {
  char *copy = arena_copy(arena, key, strlen(key)), *rest = NULL;
  for (char *part = strtok_r(copy, "/", &rest); part; part = strtok_r(NULL, "/", &rest))
    values = field(values, part);
  return cJSON_IsNumber(values) ? values->valuedouble : NAN;
}

/* The twin's number in the unit of the measurement, and how far they lie apart. */
static void compare(Measurement *item, double number, const char *unit) {
  hermes_unit_system none = {0};
  hermes_unit ours, theirs;
  char error[HERMES_UNIT_TEXT];
  if (!hermes_unit_parse(&none, unit, strlen(unit), &ours, error, sizeof error) ||
      !hermes_unit_parse(&none, item->unit, strlen(item->unit), &theirs, error, sizeof error) ||
      ours.scale != theirs.scale || !hermes_dimension_equal(&ours.dimension, &theirs.dimension))
    return;
  item->twin = hermes_from_coherent(&theirs, hermes_to_coherent(&ours, number));
  double difference = item->twin - item->number;
  bool logarithmic = theirs.scale == HERMES_GAIN || theirs.scale == HERMES_LEVEL;
  item->deviation = logarithmic ? difference : difference / fmax(fabs(item->number), 1e-300);
}

static void look_up(Fitting *fitting, const cJSON *run) {
  for (size_t i = 0; i < fitting->count; i++) {
    Measurement *item = &fitting->items[i];
    const cJSON *kpi = field(field(run, "kpis"), item->value);
    const cJSON *array = field(field(run, "arrays"), item->value);
    double number = kpi ? run_kpi(run, item->value)
                        : element(&fitting->session->arena, field(array, "values"), item->key);
    if (!isnan(number)) compare(item, number, text_of(kpi ? kpi : array, "unit"));
  }
}

static bool ask_twin(Fitting *fitting, const char *program, const Task *task,
                     const char **problem) {
  Arena *arena = &fitting->session->arena;
  cJSON *run = twin_run(arena, program, task->data, NULL, NULL, problem);
  const char *show = run ? arrays_of(fitting, run) : NULL;
  if (show) {
    cJSON_Delete(run);
    run = twin_run(arena, program, task->data, NULL, show, problem);
  }
  if (run) look_up(fitting, run);
  cJSON_Delete(run);
  return run != NULL;
}

/* ---- residuals ---- */

static int by_number(const void *a, const void *b) {
  double left = ((const Measurement *)a)->number, right = ((const Measurement *)b)->number;
  return (left > right) - (left < right);
}

/* Mean and root mean square of some deviations. */
static double mean_of(const Measurement *items, size_t count, double *rms) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; i++) {
    sum += items[i].deviation;
    squares += items[i].deviation * items[i].deviation;
  }
  *rms = sqrt(squares / (double)count);
  return sum / (double)count;
}

/* The residuals of low, middle and high measurements apart: a slope says more than a mean. */
static const char *conditions(Arena *arena, Measurement *items, size_t count, const char *text) {
  static const char *const names[CONDITIONS] = {"low", "middle", "high"};
  double rms;
  if (count < LEAST_FOR_CONDITIONS) return text;
  qsort(items, count, sizeof *items, by_number);
  for (size_t i = 0; i < CONDITIONS; i++) {
    size_t from = count * i / CONDITIONS, to = count * (i + 1) / CONDITIONS;
    double mean = mean_of(items + from, to - from, &rms);
    text = arena_format(arena, "%s  where it is %s (%.4g to %.4g): mean %+.3g, rms %.3g\n", text,
                        names[i], items[from].number, items[to - 1].number, mean, rms);
  }
  return text;
}

static bool is_logarithmic(const char *unit) {
  return strncmp(unit, "dB", 2) == 0;
}

/* One quantity: what is told of it where it is far, "" where it is near. */
static const char *judge_quantity(Fitting *fitting, Measurement *items, size_t count,
                                  cJSON *found) {
  Arena *arena = &fitting->session->arena;
  double rms, mean = mean_of(items, count, &rms);
  bool decibels = is_logarithmic(items->unit);
  bool near = rms <= (decibels ? fit_decibels : fit_share);
  const char *text = arena_format(
      arena, "`%s` deviates from %zu measurements: mean %+.3g, rms %.3g (%s; at most %.3g)\n",
      items->value, count, mean, rms, decibels ? "dB" : "as a share of what was measured",
      decibels ? fit_decibels : fit_share);
  keep_test(found, GATE_FIT, items->value, near ? "passed" : "failed", text);
  return near ? "" : conditions(arena, items, count, text);
}

/* The measurements of one quantity, side by side; their number. */
static size_t gather(Fitting *fitting, const char *value, Measurement *items, size_t *lacking) {
  size_t count = 0;
  for (size_t i = 0; i < fitting->count; i++) {
    if (strcmp(fitting->items[i].value, value) != 0) continue;
    if (isnan(fitting->items[i].deviation))
      ++*lacking;
    else
      items[count++] = fitting->items[i];
  }
  return count;
}

static const char *judge_quantities(Fitting *fitting, cJSON *found) {
  Arena *arena = &fitting->session->arena;
  Measurement *items = ARENA_ARRAY(arena, Measurement, fitting->count);
  const char *text = "";
  for (size_t i = 0; i < fitting->value_count; i++) {
    const char *value = fitting->firsts[i]->value;
    size_t lacking = 0, count = gather(fitting, value, items, &lacking);
    if (lacking > 0)
      text = arena_format(arena,
                          "%s`%s` was measured in %zu rows of which the twin says nothing in %s\n",
                          text, value, lacking, fitting->firsts[i]->unit);
    if (count > 0)
      text = arena_format(arena, "%s%s", text, judge_quantity(fitting, items, count, found));
  }
  return text;
}

bool fit_usable(Session *session, const char *path) {
  Fitting fitting = {.session = session};
  return read_measurements(&fitting, path);
}

const char *fit_check(Session *session, const char *program, const Task *task, cJSON *found) {
  Fitting fitting = {.session = session};
  const char *problem = "";
  if (!read_measurements(&fitting, task->held_out)) return "the measurements cannot be read";
  return ask_twin(&fitting, program, task, &problem) ? judge_quantities(&fitting, found) : problem;
}
