/* run: one decision, its KPIs and verdicts, and the arrays asked for. */
#include "twin/commands.h"

#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An array that --show asks for. */
typedef struct shown {
  int slot;
  char *name; /* as asked for */
  double *numbers;
} shown;

typedef struct report {
  twin_session *session;
  twin_scenario scenario;
  twin_result result;
  shown *shown;
  size_t shown_count;
} report;

static bool is_valid(const report *r) {
  return r->result.outcome.status == HERMES_OK;
}

/* ---- --show ------------------------------------------------------------------------------- */

/* Everything that has a name of its own; columns are named with their table. */
static const hermes_role showable[] = {HERMES_OUT, HERMES_LET, HERMES_DRAWN, HERMES_POLICY, HERMES_INPUT,
                                       HERMES_KPI};
enum { SHOWABLE = sizeof showable / sizeof *showable };

static int find_column(const hermes_description *d, const char *name) {
  for (size_t i = 0; i < d->slot_count; i++) {
    const hermes_slot *slot = &d->slots[i];
    if (slot->role != HERMES_COLUMN) continue;
    const char *table = d->tables[slot->table].name;
    size_t length = strlen(table);
    if (!strncmp(name, table, length) && name[length] == '.' &&
        !strcmp(name + length + 1, slot->name))
      return (int)i;
  }
  return -1;
}

static int find_shown(const hermes_description *d, const char *name) {
  int slot = find_column(d, name);
  for (size_t i = 0; slot < 0 && i < SHOWABLE; i++)
    slot = hermes_description_slot(d, showable[i], name);
  return slot;
}

static bool is_showable(const hermes_slot *slot) {
  for (size_t i = 0; i < SHOWABLE; i++)
    if (slot->role == showable[i]) return true;
  return false;
}

static void complain_of_shown(twin_session *s, const char *name) {
  const hermes_description *d = s->description;
  const char **names = twin_allocate(d->slot_count, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < d->slot_count; i++)
    if (is_showable(&d->slots[i])) names[count++] = d->slots[i].name;
  hermes_diagnostic *complaint =
      hermes_report(&s->problems, HB0819, NULL, "there is no value `%s` to show", DATA_SHOW(name));
  twin_suggest(complaint, name, names, count);
  int column = hermes_description_slot(d, HERMES_COLUMN, name);
  if (column >= 0)
    hermes_diagnostic_note(complaint, "a column is named with its table: %s.%s",
                           d->tables[d->slots[column].table].name, name);
  free(names);
}

static bool same_index(const hermes_slot *a, const hermes_slot *b) {
  return a->index.rank == b->index.rank &&
         !memcmp(a->index.table, b->index.table, a->index.rank * sizeof *a->index.table);
}

/* One CSV file is one table: its rows have one index. */
static bool check_csv_index(const report *r) {
  twin_session *s = r->session;
  const hermes_slot *slots = s->description->slots;
  if (s->options.format != TWIN_CSV) return true;
  for (size_t i = 1; i < r->shown_count; i++) {
    if (same_index(&slots[r->shown[0].slot], &slots[r->shown[i].slot])) continue;
    char *a = twin_slot_text(s, &slots[r->shown[0].slot]);
    char *b = twin_slot_text(s, &slots[r->shown[i].slot]);
    hermes_diagnostic *d = hermes_report(
        &s->problems, HB0820, NULL, "`%s` and `%s` cannot share the rows of one CSV file", a, b);
    hermes_diagnostic_note(d, "run once for each of them, or use --format json");
    free(a);
    free(b);
    return false;
  }
  return true;
}

static bool is_shown(const report *r, int slot) {
  for (size_t i = 0; i < r->shown_count; i++)
    if (r->shown[i].slot == slot) return true;
  return false;
}

/* What is asked for twice is shown once. */
static bool find_all_shown(report *r) {
  const twin_list *names = &r->session->options.show;
  r->shown = twin_allocate(names->count, sizeof *r->shown);
  bool good = true;
  for (size_t i = 0; i < names->count; i++) {
    int slot = find_shown(r->session->description, names->items[i]);
    if (slot < 0) complain_of_shown(r->session, names->items[i]);
    good &= slot >= 0;
    if (slot >= 0 && !is_shown(r, slot))
      r->shown[r->shown_count++] = (shown){slot, twin_print("%s", names->items[i]), NULL};
  }
  return good && check_csv_index(r);
}

static bool read_all_shown(report *r) {
  for (size_t i = 0; i < r->shown_count; i++)
    if (!(r->shown[i].numbers = twin_read(r->session, r->shown[i].slot))) return false;
  return true;
}

static void free_report(report *r) {
  for (size_t i = 0; i < r->shown_count; i++) {
    free(r->shown[i].name);
    free(r->shown[i].numbers);
  }
  free(r->shown);
  twin_result_free(&r->result);
  twin_scenario_free(&r->scenario);
}

static const hermes_slot *slot_of(const report *r, size_t shown_number) {
  return &r->session->description->slots[r->shown[shown_number].slot];
}

/* ---- for people --------------------------------------------------------------------------- */

/* "± 1.3", of a KPI that depends on draws and whose interval is known. */
static char *width_text(const report *r, size_t number) {
  double half = twin_spread(r->session, &r->result, number).half_width;
  if (!twin_varies(twin_kpi(r->session, number)) || isnan(half)) return twin_print("%s", "");
  char text[TWIN_NUMBER];
  hermes_decimal_text(half, 2, text);
  return twin_print("\u00b1 %s", text);
}

static const char INTERVALS[] = ", with the 95 % confidence intervals of the means";

static void print_kpis(const report *r, FILE *out) {
  const hermes_description *d = r->session->description;
  twin_grid grid = twin_grid_new(5);
  grid.align[1] = grid.align[2] = TWIN_POINT;
  for (size_t i = 0; i < d->kpi_count; i++) {
    const hermes_slot *kpi = twin_kpi(r->session, i);
    char buffer[TWIN_NUMBER];
    twin_grid_cell(&grid, "%s", kpi->name);
    twin_grid_cell(&grid, "%s", twin_value_text(r->session, kpi, r->result.kpis[i], buffer));
    twin_grid_keep(&grid, width_text(r, i));
    twin_grid_cell(&grid, "%s", strcmp(kpi->unit, "1") ? kpi->unit : "");
    twin_grid_cell(&grid, "%s", kpi->doc);
  }
  twin_grid_print(&grid, out, "");
  twin_grid_free(&grid);
}

/* "with confidence 95 %: 95.8 is needed", or "" */
static char *needed_text(const report *r, size_t number) {
  const hermes_constraint *c = &r->session->description->constraints[number];
  char share[TWIN_NUMBER], needed[TWIN_NUMBER];
  if (c->confidence <= 0) return twin_print("%s", "");
  twin_number_short(100 * c->confidence, share);
  twin_number_short(r->result.needed[number], needed);
  return twin_print("with confidence %s %%: %s is needed", share, needed);
}

static void print_constraints(const report *r, FILE *out) {
  const hermes_description *d = r->session->description;
  twin_grid grid = twin_grid_new(7);
  grid.align[2] = grid.align[4] = TWIN_POINT;
  for (size_t i = 0; i < d->constraint_count; i++) {
    const hermes_constraint *c = &d->constraints[i];
    const hermes_slot *kpi = twin_kpi(r->session, (size_t)c->kpi);
    double value = r->result.kpis[c->kpi], bound = r->result.bounds[i];
    bool met = twin_satisfied(c->relation, value, r->result.needed[i]);
    char a[TWIN_NUMBER], b[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
    twin_grid_cell(&grid, "%s", met ? "met" : "MISSED");
    twin_grid_cell(&grid, "%s", kpi->name);
    twin_grid_cell(&grid, "%s", twin_value_text(r->session, kpi, value, a));
    twin_grid_cell(&grid, "%s", c->relation);
    twin_grid_cell(&grid, "%s", twin_value_text(r->session, kpi, bound, b));
    twin_grid_cell(&grid, "%s", twin_unit_behind(kpi, unit) + (*unit == ' '));
    twin_grid_keep(&grid, needed_text(r, i));
  }
  if (d->constraint_count) fputs("\nconstraints\n", out);
  twin_grid_print(&grid, out, "  ");
  twin_grid_free(&grid);
}

/* Header cell of a value column: sinr[dB]. */
static char *column_name(const report *r, size_t number) {
  const hermes_slot *slot = slot_of(r, number);
  if (slot->kind != HERMES_REAL || !strcmp(slot->unit, "1"))
    return twin_print("%s", r->shown[number].name);
  return twin_print("%s[%s]", r->shown[number].name, slot->unit);
}

/* Names of the index columns; where a table indexes twice, numbered: cell, cell2. */
static char *index_column(const report *r, const hermes_index *index, size_t axis) {
  const char *name = r->session->description->tables[index->table[axis]].name;
  size_t before = 0;
  for (size_t a = 0; a < axis; a++) before += index->table[a] == index->table[axis];
  return before ? twin_print("%s%zu", name, before + 1) : twin_print("%s", name);
}

static void add_heads(const report *r, twin_grid *grid, const size_t *members, size_t count) {
  const hermes_index *index = &slot_of(r, members[0])->index;
  for (size_t a = 0; a < index->rank; a++) twin_grid_keep(grid, index_column(r, index, a));
  for (size_t m = 0; m < count; m++) {
    bool is_real = slot_of(r, members[m])->kind == HERMES_REAL;
    grid->align[index->rank + m] = is_real ? TWIN_POINT : TWIN_LEFT;
    twin_grid_keep(grid, column_name(r, members[m]));
  }
}

static void add_row(const report *r, twin_grid *grid, const size_t *members, size_t count,
                    size_t element) {
  const hermes_index *index = &slot_of(r, members[0])->index;
  size_t row[HERMES_MAX_RANK];
  char text[TWIN_NUMBER];
  twin_row_of(r->session, index, element, row);
  for (size_t a = 0; a < index->rank; a++)
    twin_grid_cell(grid, "%s", twin_key(r->session, index, a, row[a]));
  for (size_t m = 0; m < count; m++)
    twin_grid_cell(grid, "%s",
                   twin_value_text(r->session, slot_of(r, members[m]),
                                   r->shown[members[m]].numbers[element], text));
}

/* Arrays of one index, side by side. */
static void print_block(const report *r, FILE *out, const size_t *members, size_t count) {
  const hermes_index *index = &slot_of(r, members[0])->index;
  twin_grid grid = twin_grid_new(index->rank + count);
  add_heads(r, &grid, members, count);
  size_t elements = twin_elements(r->session, index);
  for (size_t e = 0; e < elements; e++) add_row(r, &grid, members, count, e);
  putc('\n', out);
  twin_grid_print(&grid, out, "");
  twin_grid_free(&grid);
}

/* Numbers of the shown arrays whose index is that of `first` and which were not printed before. */
static size_t group_with(const report *r, size_t first, size_t *members) {
  size_t count = 0;
  for (size_t i = 0; i < first; i++)
    if (same_index(slot_of(r, i), slot_of(r, first))) return 0;
  for (size_t i = first; i < r->shown_count; i++)
    if (same_index(slot_of(r, i), slot_of(r, first))) members[count++] = i;
  return count;
}

static void print_arrays(const report *r, FILE *out) {
  size_t *members = twin_allocate(r->shown_count, sizeof *members);
  for (size_t i = 0; i < r->shown_count; i++) {
    size_t count = group_with(r, i, members);
    if (count) print_block(r, out, members, count);
  }
  free(members);
}

static void print_table(const report *r, FILE *out) {
  if (!is_valid(r)) {
    fprintf(out, "invalid: %s\n", r->result.outcome.reason);
    return;
  }
  print_kpis(r, out);
  twin_print_draws(r->session, out, INTERVALS);
  print_constraints(r, out);
  print_arrays(r, out);
}

/* ---- JSON --------------------------------------------------------------------------------- */

/* Of a KPI that depends on draws; null where it is not known. */
static void put_spread(const report *r, twin_json *json, size_t number) {
  if (!twin_varies(twin_kpi(r->session, number))) return;
  hermes_spread spread = twin_spread(r->session, &r->result, number);
  double value = r->result.kpis[number];
  twin_json_number(json, "stddev", spread.deviation);
  twin_json_number(json, "ci95_low", value - spread.half_width);
  twin_json_number(json, "ci95_high", value + spread.half_width);
}

static void put_kpis(const report *r, twin_json *json) {
  const hermes_description *d = r->session->description;
  if (!is_valid(r)) {
    twin_json_null(json, "kpis");
    return;
  }
  twin_json_open(json, "kpis", '{');
  for (size_t i = 0; i < d->kpi_count; i++) {
    const hermes_slot *kpi = twin_kpi(r->session, i);
    twin_json_open_flat(json, kpi->name, '{');
    twin_json_value(r->session, json, "value", kpi, r->result.kpis[i]);
    twin_json_text(json, "unit", kpi->unit);
    put_spread(r, json, i);
    twin_json_close(json, '}');
  }
  twin_json_close(json, '}');
}

static void put_constraint(const report *r, twin_json *json, size_t number) {
  const hermes_constraint *c = &r->session->description->constraints[number];
  const hermes_slot *kpi = twin_kpi(r->session, (size_t)c->kpi);
  double value = r->result.kpis[c->kpi], bound = r->result.bounds[number];
  twin_json_open_flat(json, NULL, '{');
  twin_json_text(json, "kpi", kpi->name);
  twin_json_text(json, "relation", c->relation);
  twin_json_number(json, "bound", bound);
  twin_json_number(json, "value", value);
  twin_json_text(json, "unit", kpi->unit);
  if (c->confidence > 0) {
    twin_json_number(json, "confidence", c->confidence);
    twin_json_number(json, "needed", r->result.needed[number]);
  }
  twin_json_truth(json, "satisfied",
                  twin_satisfied(c->relation, value, r->result.needed[number]));
  twin_json_close(json, '}');
}

static void put_constraints(const report *r, twin_json *json) {
  twin_json_open(json, "constraints", '[');
  for (size_t i = 0; is_valid(r) && i < r->session->description->constraint_count; i++)
    put_constraint(r, json, i);
  twin_json_close(json, ']');
  if (!is_valid(r))
    twin_json_null(json, "feasible");
  else
    twin_json_truth(json, "feasible", twin_feasible(r->session, r->result.kpis, r->result.needed));
}

static void put_array(const report *r, twin_json *json, size_t number) {
  const hermes_slot *slot = slot_of(r, number);
  twin_json_open(json, r->shown[number].name, '{');
  if (slot->kind == HERMES_REAL) twin_json_text(json, "unit", slot->unit);
  twin_json_open_flat(json, "index", '[');
  for (size_t a = 0; a < slot->index.rank; a++)
    twin_json_text(json, NULL, r->session->description->tables[slot->index.table[a]].name);
  twin_json_close(json, ']');
  twin_json_array(r->session, json, "values", slot, r->shown[number].numbers);
  twin_json_close(json, '}');
}

static void put_arrays(const report *r, twin_json *json) {
  if (!r->shown_count || !is_valid(r)) return;
  twin_json_open(json, "arrays", '{');
  for (size_t i = 0; i < r->shown_count; i++) put_array(r, json, i);
  twin_json_close(json, '}');
}

static void print_json(const report *r, FILE *out) {
  twin_json json = twin_json_begin(out);
  twin_json_text(&json, "blueprint", r->session->description->blueprint);
  if (!is_valid(r)) twin_json_text(&json, "invalid", r->result.outcome.reason);
  put_kpis(r, &json);
  put_constraints(r, &json);
  twin_json_draws(r->session, &json);
  twin_json_policy(r->session, &json, "policy", r->scenario.candidate, r->scenario.standard);
  twin_json_inputs(r->session, &json, &r->scenario);
  put_arrays(r, &json);
  twin_json_provenance(r->session, &json);
  twin_json_end(&json);
}

/* ---- CSV ---------------------------------------------------------------------------------- */

static void print_spread(const report *r, FILE *out, size_t number) {
  if (!twin_draws(r->session)) return;
  hermes_spread spread = twin_spread(r->session, &r->result, number);
  double value = r->result.kpis[number];
  double fields[] = {spread.deviation, value - spread.half_width, value + spread.half_width};
  bool known = twin_varies(twin_kpi(r->session, number)) && !isnan(spread.half_width);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    char text[TWIN_NUMBER];
    twin_number_exact(fields[i], text);
    twin_csv_field(out, false, known ? text : "");
  }
}

static void print_kpi_rows(const report *r, FILE *out) {
  fprintf(out, "kpi,value,unit%s\n", twin_draws(r->session) ? ",stddev,ci95_low,ci95_high" : "");
  for (size_t i = 0; i < r->session->description->kpi_count; i++) {
    const hermes_slot *kpi = twin_kpi(r->session, i);
    char buffer[TWIN_NUMBER];
    twin_csv_field(out, true, kpi->name);
    twin_csv_field(out, false, twin_value_exact(r->session, kpi, r->result.kpis[i], buffer));
    twin_csv_field(out, false, kpi->unit);
    print_spread(r, out, i);
    putc('\n', out);
  }
}

static void print_csv_header(const report *r, FILE *out) {
  const hermes_index *index = &slot_of(r, 0)->index;
  for (size_t a = 0; a < index->rank; a++) {
    char *name = index_column(r, index, a);
    twin_csv_field(out, a == 0, name);
    free(name);
  }
  for (size_t i = 0; i < r->shown_count; i++) {
    char *name = column_name(r, i);
    twin_csv_field(out, index->rank + i == 0, name);
    free(name);
  }
  putc('\n', out);
}

static void print_csv_row(const report *r, FILE *out, size_t element) {
  const hermes_index *index = &slot_of(r, 0)->index;
  size_t row[HERMES_MAX_RANK];
  char buffer[TWIN_NUMBER];
  twin_row_of(r->session, index, element, row);
  for (size_t a = 0; a < index->rank; a++)
    twin_csv_field(out, a == 0, twin_key(r->session, index, a, row[a]));
  for (size_t i = 0; i < r->shown_count; i++)
    twin_csv_field(
        out, index->rank + i == 0,
        twin_value_exact(r->session, slot_of(r, i), r->shown[i].numbers[element], buffer));
  putc('\n', out);
}

static void print_csv(const report *r, FILE *out) {
  if (!r->shown_count) {
    print_kpi_rows(r, out);
    return;
  }
  print_csv_header(r, out);
  size_t elements = twin_elements(r->session, &slot_of(r, 0)->index);
  for (size_t e = 0; e < elements; e++) print_csv_row(r, out, e);
}

/* ---- the command -------------------------------------------------------------------------- */

/* Once, or over more and more draws until that is enough. */
static bool evaluate(report *r) {
  bool good = twin_evaluate(r->session, r->scenario.candidate, &r->result);
  while (good && twin_draw_on(r->session, &r->result)) {
    twin_result_free(&r->result);
    good = twin_evaluate(r->session, r->scenario.candidate, &r->result);
  }
  return good;
}

static bool compute(report *r) {
  if (!find_all_shown(r)) return false;
  r->session->options.limits.windows = r->shown_count == 0;
  return twin_scenario_open(r->session, NULL, &r->scenario) && evaluate(r) &&
         (!is_valid(r) ||
          (read_all_shown(r) && twin_warn_outside(r->session, r->scenario.candidate)));
}

static bool print(const report *r) {
  static void (*const form[])(const report *, FILE *) = {
      [TWIN_TABLE] = print_table, [TWIN_JSON] = print_json, [TWIN_CSV] = print_csv};
  twin_output output;
  /* Nothing invalid has rows; its reason goes to standard error. */
  if (r->session->options.format == TWIN_CSV && !is_valid(r)) return true;
  if (!twin_output_open(r->session, &output)) return false;
  form[r->session->options.format](r, output.out);
  return twin_output_close(r->session, &output);
}

int twin_run(twin_session *session) {
  report r = {.session = session};
  int code = HERMES_FAILED;
  if (compute(&r) && print(&r)) code = is_valid(&r) ? HERMES_OK : HERMES_INVALID;
  if (code == HERMES_INVALID && session->options.format != TWIN_TABLE)
    fprintf(stderr, "invalid: %s\n", r.result.outcome.reason);
  free_report(&r);
  return code;
}
