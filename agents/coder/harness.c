/* The harness's own checks: order of rows, units of the data, received power, ranges of KPIs. */
#include "coder/harness.h"

#include "coder/twin.h"
#include "coder/variants.h"
#include "confine/room.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double alike = 1e-6; /* relative: the same up to the order of sums */
static const double ties = 1e-2;  /* relative: what a tie that another row wins may change */
static const double raise_db = 1; /* of a power policy */
static const double small_db = 1e-6;

typedef struct Check {
  Session *session;
  const char *program;
  const Task *task;
  const cJSON *run;
  cJSON *description; /* of the twin */
  cJSON *found;
  const char *feedback;
} Check;

/* ---- outcomes ---- */

static void note(Check *check, const char *name, const char *outcome, const char *says) {
  keep_test(check->found, GATE_HARNESS, name, outcome, says);
}

static void fail(Check *check, const char *name, const char *says) {
  note(check, name, "failed", says);
  check->feedback = arena_format(&check->session->arena, "%s%s: %s\n", check->feedback, name, says);
}

static void pass(Check *check, const char *name) {
  note(check, name, "passed", "");
}

static void skip(Check *check, const char *name, const char *why) {
  note(check, name, "skipped", why);
}

/* ---- two runs ---- */

/* The largest relative difference of a KPI, and of which. */
static double difference(const cJSON *a, const cJSON *b, const char **which) {
  const cJSON *kpi;
  double most = 0;
  cJSON_ArrayForEach(kpi, field(a, "kpis")) {
    double left = run_kpi(a, kpi->string), right = run_kpi(b, kpi->string);
    double largest = fmax(fabs(left), fabs(right));
    double now = left == right || largest == 0 ? 0 : fabs(left - right) / largest;
    if (isnan(left) != isnan(right)) now = INFINITY;
    if (now <= most) continue;
    most = now;
    *which = kpi->string;
  }
  return most;
}

/* The KPIs on a changed copy of the data must be those on the data. */
static void same_on(Check *check, const char *name, const char *directory, double tolerance,
                    const char *cause) {
  Arena *arena = &check->session->arena;
  const char *problem, *which = "";
  cJSON *run = twin_run(arena, check->program, directory, NULL, NULL, &problem);
  double most = run ? difference(check->run, run, &which) : INFINITY;
  if (!run)
    fail(check, name, arena_format(arena, "%s, and the twin says: %s", cause, problem));
  else if (most > tolerance)
    fail(check, name,
         arena_format(arena, "%s, and `%s` changes from %.9g to %.9g", cause, which,
                      run_kpi(check->run, which), run_kpi(run, which)));
  else
    note(check, name, "passed", most > alike ? "rows that tie were told apart by their order" : "");
  cJSON_Delete(run);
}

static void check_order(Check *check) {
  static const char name[] = "order of rows";
  const char *why = NULL;
  const char *directory = variant_reversed(check->session, check->task->data, &why);
  if (!directory) {
    skip(check, name, why);
    return;
  }
  same_on(check, name, directory, ties, "the rows of every table stand in reverse order");
  room_close(directory);
}

/* ---- units of the data ---- */

static const struct {
  const char *from, *to;
  double factor, offset;
} conversions[] = {
    {"W", "mW", 1e3, 0},          {"mW", "W", 1e-3, 0},   {"kW", "W", 1e3, 0},
    {"MHz", "kHz", 1e3, 0},       {"GHz", "MHz", 1e3, 0}, {"kHz", "Hz", 1e3, 0},
    {"Mbit/s", "kbit/s", 1e3, 0}, {"m", "km", 1e-3, 0},   {"km", "m", 1e3, 0},
    {"dBm", "dBW", 1, -30},       {"min", "s", 60, 0},    {"h", "min", 60, 0},
};

static bool has_role(const cJSON *slot, const char *role) {
  return strcmp(text_of(slot, "role"), role) == 0;
}

/* The first column that is read from a file in a unit which has another; the row of conversions. */
static int convertible(const Check *check, const cJSON **column, const cJSON **table) {
  const cJSON *slot;
  cJSON_ArrayForEach(slot, field(check->description, "slots")) {
    if (!has_role(slot, "column")) continue;
    *table = element_at(field(check->description, "tables"), field(slot, "table"));
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
      if (strcmp(conversions[i].from, text_of(slot, "unit")) == 0 &&
          cJSON_IsNull(field(*table, "made"))) {
        *column = slot;
        return (int)i;
      }
  }
  return -1;
}

static void check_units(Check *check) {
  static const char name[] = "units of the data";
  const cJSON *column = NULL, *table = NULL;
  const char *why = "no column has a unit that another is kept for";
  int row = convertible(check, &column, &table);
  const char *directory = NULL;
  if (row >= 0) {
    Conversion conversion = {text_of(table, "source"), text_of(column, "name"), conversions[row].to,
                             conversions[row].factor, conversions[row].offset};
    directory = variant_converted(check->session, check->task->data, &conversion, &why);
  }
  if (!directory) {
    skip(check, name, why);
    return;
  }
  same_on(check, name, directory, alike,
          arena_format(&check->session->arena, "the column `%s` was given in %s in place of %s",
                       text_of(column, "name"), conversions[row].to, conversions[row].from));
  room_close(directory);
}

/* ---- received power ---- */

static bool names(const cJSON *slot, const char *const *words) {
  const char *name = text_of(slot, "name");
  for (; *words; words++)
    if (strstr(name, *words)) return true;
  return false;
}

static bool is_level(const cJSON *slot) {
  return strncmp(text_of(slot, "unit"), "dBm", 3) == 0;
}

/* An array of levels over pairs of rows, by its name what is received. */
static const cJSON *find_received(const cJSON *description) {
  static const char *const words[] = {"rx", "rsrp", "receiv", "signal", NULL};
  const cJSON *slot;
  cJSON_ArrayForEach(slot, field(description, "slots")) {
    if (has_role(slot, "out") && is_level(slot) && cJSON_GetArraySize(field(slot, "index")) == 2 &&
        names(slot, words))
      return slot;
  }
  return NULL;
}

/* A policy in dB or dBm, by its name one of transmit power. */
static const cJSON *find_power(const cJSON *description) {
  static const char *const words[] = {"power", "offset", "tx", "delta", "backoff", NULL};
  const cJSON *slot;
  cJSON_ArrayForEach(slot, field(description, "slots")) {
    if (has_role(slot, "policy") && strncmp(text_of(slot, "unit"), "dB", 2) == 0 &&
        names(slot, words))
      return slot;
  }
  return NULL;
}

/* Where transmit powers stand: an array over one table, by its name. A role or unit that is NULL
 * may be any; an output wins over a column. */
static const cJSON *find_transmitted(const cJSON *description, const char *role, const char *unit) {
  static const char *const words[] = {"power", "tx", "sent", "transmit", NULL};
  const cJSON *slot, *best = NULL;
  cJSON_ArrayForEach(slot, field(description, "slots")) {
    bool may = role ? has_role(slot, role) : has_role(slot, "column") || has_role(slot, "out");
    if (may && (!unit || strcmp(text_of(slot, "unit"), unit) == 0) &&
        cJSON_GetArraySize(field(slot, "index")) == 1 && names(slot, words))
      best = slot;
  }
  return best;
}

/* Units in which nothing is below zero. */
static bool is_amount(const char *unit) {
  static const char *const units[] = {"W",      "kW",     "mW",    "J",     "kJ",       "MJ",
                                      "kWh",    "Wh",     "MWh",   "bit/s", "kbit/s",   "Mbit/s",
                                      "Gbit/s", "J/Mbit", "J/bit", "Hz",    "bit/s/Hz", NULL};
  for (const char *const *known = units; *known; known++)
    if (strcmp(*known, unit) == 0) return true;
  return false;
}

/* Every number of nested objects, in order. */
static size_t flatten(const cJSON *values, double *numbers, size_t room) {
  if (!cJSON_IsObject(values) && !cJSON_IsArray(values)) {
    if (room > 0) numbers[0] = cJSON_IsNumber(values) ? values->valuedouble : NAN;
    return 1;
  }
  size_t count = 0;
  const cJSON *item;
  cJSON_ArrayForEach(item, values) count +=
      flatten(item, numbers + (count < room ? count : room), count < room ? room - count : 0);
  return count;
}

/* An array of a run; its numbers in the arena. */
static double *array_of(Arena *arena, const cJSON *run, const char *name, size_t *count) {
  const cJSON *values = field(field(field(run, "arrays"), name), "values");
  *count = flatten(values, NULL, 0);
  double *numbers = ARENA_ARRAY(arena, double, *count);
  flatten(values, numbers, *count);
  return numbers;
}

/* A power that all decisions raise by 1 dB: nothing received falls, or rises by more. */
static void compare_received(Check *check, const char *name, const cJSON *before,
                             const cJSON *after) {
  Arena *arena = &check->session->arena;
  size_t count, other;
  double *low = array_of(arena, before, name, &count), *high = array_of(arena, after, name, &other);
  for (size_t i = 0; i < count && count == other; i++) {
    double rise = high[i] - low[i];
    if (isnan(rise) || (rise >= -small_db && rise <= raise_db + small_db)) continue;
    fail(check, "received power",
         arena_format(arena,
                      "all transmit powers rise by %g dB, and one element of `%s` changes "
                      "from %.9g to %.9g: it must rise by at most as much, and never fall",
                      raise_db, name, low[i], high[i]));
    return;
  }
  pass(check, "received power");
}

/* The value of a decision that is 1 dB above its default, as --set takes it; NULL: out of range. */
static const char *raised(Arena *arena, const cJSON *slot) {
  const cJSON *domain = field(slot, "domain"), *start = field(slot, "default");
  if (!cJSON_IsNumber(start)) return NULL;
  double value = start->valuedouble + raise_db;
  const cJSON *high = field(domain, "high"), *step = field(domain, "step");
  bool steps = cJSON_IsNumber(step) && step->valuedouble > 0 &&
               fabs(remainder(raise_db, step->valuedouble)) > small_db;
  if (steps || (cJSON_IsObject(domain) && (!cJSON_IsNumber(high) || value > high->valuedouble)))
    return NULL;
  return arena_format(arena, "%s=%.17g %s", text_of(slot, "name"), value, text_of(slot, "unit"));
}

/* The run with a decision raised; NULL, and why. */
static cJSON *run_decided(Check *check, const char *show, const char **why) {
  Arena *arena = &check->session->arena;
  const cJSON *power = find_power(check->description);
  const char *setting = power ? raised(arena, power) : NULL;
  const char *const words[] = {"run", "--quiet", "--show", show, "--set", setting, NULL};
  *why = "no decision on power that could rise by 1 dB, and no such column";
  return setting ? twin_answer(arena, check->program, check->task->data, NULL, words, why) : NULL;
}

/* The run on data whose transmit powers are raised; NULL, and why. */
static cJSON *run_raised(Check *check, const char *show, const char **why) {
  const cJSON *column = find_transmitted(check->description, "column", NULL);
  if (!column) return NULL;
  const cJSON *table = element_at(field(check->description, "tables"), field(column, "table"));
  const char *unit = text_of(column, "unit");
  bool level = is_level(column);
  if (!level && !is_amount(unit)) return NULL;
  Conversion conversion = {text_of(table, "source"), text_of(column, "name"), unit,
                           level ? 1 : pow(10, raise_db / 10), level ? raise_db : 0};
  const char *directory = variant_converted(check->session, check->task->data, &conversion, why);
  if (!directory) return NULL;
  cJSON *run = twin_run(&check->session->arena, check->program, directory, NULL, show, why);
  room_close(directory);
  return run;
}

static void check_received(Check *check) {
  static const char name[] = "received power";
  const cJSON *received = find_received(check->description);
  const char *why = "no array is received power by its name";
  if (!received) {
    skip(check, name, why);
    return;
  }
  const char *which = text_of(received, "name");
  cJSON *before =
      twin_run(&check->session->arena, check->program, check->task->data, NULL, which, &why);
  cJSON *after = before ? run_decided(check, which, &why) : NULL;
  if (before && !after) after = run_raised(check, which, &why);
  if (after)
    compare_received(check, which, before, after);
  else
    skip(check, name, why);
  cJSON_Delete(before);
  cJSON_Delete(after);
}

/* ---- conservation of power ---- */

static double most_of(const double *numbers, size_t count) {
  double most = -INFINITY;
  for (size_t i = 0; i < count; i++)
    if (numbers[i] > most) most = numbers[i];
  return most;
}

/* What a run shows an array as: a column with its table. */
static const char *shown_name(const Check *check, const cJSON *slot) {
  const char *name = text_of(slot, "name");
  if (!has_role(slot, "column")) return name;
  int number = (int)cJSON_GetNumberValue(field(slot, "table"));
  const cJSON *table = cJSON_GetArrayItem(field(check->description, "tables"), number);
  return arena_format(&check->session->arena, "%s.%s", text_of(table, "name"), name);
}

/* No more may arrive anywhere than is sent somewhere. */
static void compare_sent(Check *check, const char *name, const cJSON *received, const cJSON *sent,
                         const cJSON *run) {
  Arena *arena = &check->session->arena;
  size_t count, sent_count;
  double *levels = array_of(arena, run, text_of(received, "name"), &count);
  double *powers = array_of(arena, run, shown_name(check, sent), &sent_count);
  double arrives = most_of(levels, count), leaves = most_of(powers, sent_count);
  if (arrives > leaves + small_db)
    fail(check, name,
         arena_format(arena, "up to %.6g %s arrive, and at most %.6g are sent", arrives,
                      text_of(received, "unit"), leaves));
  else
    pass(check, name);
}

static void check_conservation(Check *check) {
  static const char name[] = "conservation of power";
  Arena *arena = &check->session->arena;
  const cJSON *received = find_received(check->description);
  const cJSON *sent =
      received ? find_transmitted(check->description, NULL, text_of(received, "unit")) : NULL;
  const char *problem;
  if (!sent) {
    skip(check, name, "no two arrays are sent and received power by their names and units");
    return;
  }
  const char *show =
      arena_format(arena, "%s,%s", text_of(received, "name"), shown_name(check, sent));
  cJSON *run = twin_run(arena, check->program, check->task->data, NULL, show, &problem);
  if (run)
    compare_sent(check, name, received, sent, run);
  else
    skip(check, name, problem);
  cJSON_Delete(run);
}

/* ---- ranges of KPIs ---- */

static const char *out_of_range(Arena *arena, const cJSON *kpi) {
  const cJSON *value = field(kpi, "value");
  const char *unit = text_of(kpi, "unit");
  if (cJSON_IsNull(value)) return "is infinite or no number";
  if (!cJSON_IsNumber(value)) return NULL;
  if (is_amount(unit) && value->valuedouble < 0)
    return arena_format(arena, "is %g %s, below zero", value->valuedouble, unit);
  if (strcmp(unit, "dB") == 0 && fabs(value->valuedouble) > 300)
    return arena_format(arena, "is %g dB", value->valuedouble);
  return NULL;
}

static void check_ranges(Check *check) {
  static const char name[] = "ranges of KPIs";
  const cJSON *kpi;
  const char *wrong = "";
  Arena *arena = &check->session->arena;
  cJSON_ArrayForEach(kpi, field(check->run, "kpis")) {
    const char *how = out_of_range(arena, kpi);
    if (how) wrong = arena_format(arena, "%s`%s` %s; ", wrong, kpi->string, how);
  }
  if (*wrong)
    fail(check, name, wrong);
  else
    pass(check, name);
}

const char *harness_check(Session *session, const char *program, const Task *task, const cJSON *run,
                          cJSON *found) {
  static void (*const checks[])(Check *) = {check_ranges, check_order, check_units, check_received,
                                            check_conservation};
  const char *problem;
  Check check = {session, program, task, run, NULL, found, ""};
  check.description = twin_description(&session->arena, program, &problem);
  if (!check.description) return problem;
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) checks[i](&check);
  cJSON_Delete(check.description);
  return check.feedback;
}
