/* compare: two decisions side by side, KPI by KPI. */
#include "twin/commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One of the two sides. */
typedef struct side {
  const char *name; /* of its file; NULL: the defaults */
  twin_scenario scenario;
  twin_result result;
} side;

typedef struct report {
  twin_session *session;
  side before, after;
} report;

/* What lies between two values of one KPI. */
typedef struct change {
  const char *unit;
  double difference;
  bool relative_known;
  double relative; /* 0.1: a tenth more */
  double half_width; /* of the 95 % interval of the difference; NaN: none */
} change;

static const char *name_of(const side *s) {
  return s->name ? s->name : "defaults";
}

static bool is_valid(const side *s) {
  return s->result.outcome.status == HERMES_OK;
}

static bool both_valid(const report *r) {
  return is_valid(&r->before) && is_valid(&r->after);
}

static change change_of(const hermes_slot *kpi, double before, double after) {
  double factor;
  change c = {.unit = hermes_unit_difference(kpi->unit, &kpi->measure, &factor)};
  c.difference = (after - before) * factor;
  c.relative_known = kpi->measure.scale == HERMES_LINEAR && before != 0;
  if (c.relative_known) c.relative = (after - before) / fabs(before);
  return c;
}

/* Draw by draw: both sides saw the same chances, so that what they share cancels. */
static double half_width_of(const report *r, size_t kpi) {
  size_t draws = r->session->door->draws(r->session->twin);
  size_t kpis = r->session->description->kpi_count;
  if (!twin_varies(twin_kpi(r->session, kpi)) || !both_valid(r)) return NAN;
  double *differences = twin_allocate(draws, sizeof *differences);
  for (size_t i = 0; i < draws; i++)
    differences[i] =
        r->after.result.draws[i * kpis + kpi] - r->before.result.draws[i * kpis + kpi];
  double half = hermes_spread_of(differences, draws, 1, TWIN_CONFIDENCE).half_width;
  free(differences);
  return half;
}

static change change_of_kpi(const report *r, size_t kpi) {
  double before = r->before.result.kpis[kpi], after = r->after.result.kpis[kpi], factor;
  change c = change_of(twin_kpi(r->session, kpi), before, after);
  hermes_unit_difference(twin_kpi(r->session, kpi)->unit, &twin_kpi(r->session, kpi)->measure, &factor);
  c.half_width = half_width_of(r, kpi) * factor;
  return c;
}

static bool satisfied(const report *r, const side *s, size_t number) {
  const hermes_constraint *c = &r->session->description->constraints[number];
  return twin_satisfied(c->relation, s->result.kpis[c->kpi], s->result.needed[number]);
}

static bool feasible(const report *r, const side *s) {
  return twin_feasible(r->session, s->result.kpis, s->result.needed);
}

/* ---- for people --------------------------------------------------------------------------- */

static void add_signed(twin_grid *grid, double number, const char *behind) {
  char text[TWIN_NUMBER];
  twin_number_short(number, text);
  twin_grid_cell(grid, "%s%s%s", number > 0 ? "+" : "", text, behind);
}

static void add_kpi(const report *r, twin_grid *grid, size_t number) {
  const hermes_slot *kpi = twin_kpi(r->session, number);
  change c = change_of_kpi(r, number);
  char text[TWIN_NUMBER];
  twin_grid_cell(grid, "%s", kpi->name);
  twin_grid_cell(grid, "%s", twin_value_text(r->session, kpi, r->before.result.kpis[number], text));
  twin_grid_cell(grid, "%s", twin_value_text(r->session, kpi, r->after.result.kpis[number], text));
  twin_grid_cell(grid, "%s", strcmp(kpi->unit, "1") ? kpi->unit : "");
  add_signed(grid, c.difference, "");
  char half[TWIN_NUMBER];
  hermes_decimal_text(c.half_width, 2, half);
  twin_grid_cell(grid, isnan(c.half_width) ? "%s" : "\u00b1 %s", isnan(c.half_width) ? "" : half);
  twin_grid_cell(grid, "%s", strcmp(c.unit, "1") ? c.unit : "");
  if (c.relative_known)
    add_signed(grid, 100 * c.relative, " %");
  else
    twin_grid_cell(grid, "%s", "");
}

static void print_kpis(const report *r, FILE *out) {
  static const char *const heads[] = {"", "before", "after", "", "difference", "", "", "change"};
  enum { COLUMNS = sizeof heads / sizeof *heads };
  twin_grid grid = twin_grid_new(COLUMNS);
  for (size_t i = 0; i < COLUMNS; i++) {
    grid.align[i] = heads[i][0] ? TWIN_POINT : TWIN_LEFT;
    twin_grid_cell(&grid, "%s", heads[i]);
  }
  for (size_t i = 0; i < r->session->description->kpi_count; i++)
    add_kpi(r, &grid, i);
  twin_grid_print(&grid, out, "");
  twin_grid_free(&grid);
}

static void add_constraint(const report *r, twin_grid *grid, size_t number) {
  const hermes_constraint *c = &r->session->description->constraints[number];
  const hermes_slot *kpi = twin_kpi(r->session, (size_t)c->kpi);
  char text[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
  twin_number_short(r->after.result.bounds[number], text);
  twin_grid_cell(grid, "%s", satisfied(r, &r->before, number) ? "met" : "MISSED");
  twin_grid_cell(grid, "%s", satisfied(r, &r->after, number) ? "met" : "MISSED");
  twin_grid_cell(grid, "%s %s %s%s", kpi->name, c->relation, text, twin_unit_behind(kpi, unit));
}

static void print_constraints(const report *r, FILE *out) {
  size_t count = r->session->description->constraint_count;
  if (!count) return;
  twin_grid grid = twin_grid_new(3);
  twin_grid_cell(&grid, "before");
  twin_grid_cell(&grid, "after");
  twin_grid_cell(&grid, "%s", "");
  for (size_t i = 0; i < count; i++)
    add_constraint(r, &grid, i);
  fputs("\nconstraints\n", out);
  twin_grid_print(&grid, out, "  ");
  twin_grid_free(&grid);
}

static void print_invalid(const side *s, FILE *out) {
  if (!is_valid(s)) fprintf(out, "invalid: %s: %s\n", name_of(s), s->result.outcome.reason);
}

/* A file may hold inputs, too; then not only the decision makes the difference. */
static bool inputs_differ(const report *r) {
  const twin_scenario *a = &r->before.scenario, *b = &r->after.scenario;
  return memcmp(a->inputs, b->inputs, a->input_size * sizeof *a->inputs) != 0;
}

static void print_table(const report *r, FILE *out) {
  fprintf(out, "before: %s\nafter:  %s%s\n\n", name_of(&r->before), name_of(&r->after),
          inputs_differ(r) ? " (with other inputs)" : "");
  print_invalid(&r->before, out);
  print_invalid(&r->after, out);
  if (!both_valid(r)) return;
  print_kpis(r, out);
  print_constraints(r, out);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void put_side(const report *r, twin_json *json, const char *key, const side *s) {
  twin_json_open(json, key, '{');
  twin_json_text(json, "file", s->name);
  twin_json_policy(r->session, json, "policy", s->scenario.candidate, s->scenario.standard);
  twin_json_inputs(r->session, json, &s->scenario);
  if (is_valid(s))
    twin_json_truth(json, "feasible", feasible(r, s));
  else
    twin_json_null(json, "feasible");
  if (!is_valid(s)) twin_json_text(json, "invalid", s->result.outcome.reason);
  twin_json_close(json, '}');
}

static void put_kpi(const report *r, twin_json *json, size_t number) {
  const hermes_slot *kpi = twin_kpi(r->session, number);
  change c = change_of_kpi(r, number);
  twin_json_open_flat(json, kpi->name, '{');
  twin_json_number(json, "before", r->before.result.kpis[number]);
  twin_json_number(json, "after", r->after.result.kpis[number]);
  twin_json_text(json, "unit", kpi->unit);
  twin_json_number(json, "difference", c.difference);
  twin_json_text(json, "difference_unit", c.unit);
  if (twin_varies(kpi)) twin_json_number(json, "difference_ci95_low", c.difference - c.half_width);
  if (twin_varies(kpi)) twin_json_number(json, "difference_ci95_high", c.difference + c.half_width);
  if (c.relative_known)
    twin_json_number(json, "relative_change", c.relative);
  else
    twin_json_null(json, "relative_change");
  twin_json_close(json, '}');
}

static void put_verdict(const report *r, twin_json *json, const char *key, const side *s,
                        size_t number) {
  int kpi = r->session->description->constraints[number].kpi;
  twin_json_open(json, key, '{');
  twin_json_number(json, "value", s->result.kpis[kpi]);
  twin_json_number(json, "bound", s->result.bounds[number]);
  twin_json_truth(json, "satisfied", satisfied(r, s, number));
  twin_json_close(json, '}');
}

static void put_constraint(const report *r, twin_json *json, size_t number) {
  const hermes_constraint *c = &r->session->description->constraints[number];
  const hermes_slot *kpi = twin_kpi(r->session, (size_t)c->kpi);
  twin_json_open_flat(json, NULL, '{');
  twin_json_text(json, "kpi", kpi->name);
  twin_json_text(json, "relation", c->relation);
  twin_json_text(json, "unit", kpi->unit);
  put_verdict(r, json, "before", &r->before, number);
  put_verdict(r, json, "after", &r->after, number);
  twin_json_close(json, '}');
}

static void put_results(const report *r, twin_json *json) {
  const hermes_description *d = r->session->description;
  twin_json_open(json, "kpis", '{');
  for (size_t i = 0; i < d->kpi_count; i++)
    put_kpi(r, json, i);
  twin_json_close(json, '}');
  twin_json_open(json, "constraints", '[');
  for (size_t i = 0; i < d->constraint_count; i++)
    put_constraint(r, json, i);
  twin_json_close(json, ']');
}

static void print_json(const report *r, FILE *out) {
  twin_json json = twin_json_begin(out);
  twin_json_text(&json, "blueprint", r->session->description->blueprint);
  twin_json_draws(r->session, &json);
  put_side(r, &json, "before", &r->before);
  put_side(r, &json, "after", &r->after);
  if (both_valid(r))
    put_results(r, &json);
  else
    twin_json_null(&json, "kpis");
  twin_json_provenance(r->session, &json);
  twin_json_end(&json);
}

/* ---- CSV ---------------------------------------------------------------------------------- */

static void put_number_field(FILE *out, double number) {
  char text[TWIN_NUMBER];
  twin_number_exact(number, text);
  twin_csv_field(out, false, text);
}

static void print_csv(const report *r, FILE *out) {
  if (!both_valid(r)) return;
  fputs("kpi,before,after,unit,difference,difference_unit,relative_change\n", out);
  for (size_t i = 0; i < r->session->description->kpi_count; i++) {
    change c = change_of_kpi(r, i);
    twin_csv_field(out, true, twin_kpi(r->session, i)->name);
    put_number_field(out, r->before.result.kpis[i]);
    put_number_field(out, r->after.result.kpis[i]);
    twin_csv_field(out, false, twin_kpi(r->session, i)->unit);
    put_number_field(out, c.difference);
    twin_csv_field(out, false, c.unit);
    if (c.relative_known)
      put_number_field(out, c.relative);
    else
      twin_csv_field(out, false, "");
    putc('\n', out);
  }
}

/* ---- the command -------------------------------------------------------------------------- */

static bool evaluate_side(twin_session *session, side *s) {
  return twin_scenario_open(session, s->name, &s->scenario) &&
         twin_evaluate(session, s->scenario.candidate, &s->result);
}

static void free_side(side *s) {
  twin_result_free(&s->result);
  twin_scenario_free(&s->scenario);
}

static void report_invalid(const report *r) {
  if (r->session->options.format == TWIN_TABLE) return;
  print_invalid(&r->before, stderr);
  print_invalid(&r->after, stderr);
}

int twin_compare(twin_session *session) {
  static void (*const form[])(const report *, FILE *) = {
      [TWIN_TABLE] = print_table, [TWIN_JSON] = print_json, [TWIN_CSV] = print_csv};
  const twin_list *files = &session->options.arguments;
  report r = {.session = session,
              .before.name = files->count > 1 ? files->items[0] : NULL,
              .after.name = files->items[files->count - 1]};
  twin_output output;
  int code = HERMES_FAILED;
  session->options.limits.windows = true;
  if (evaluate_side(session, &r.before) && evaluate_side(session, &r.after) &&
      (!is_valid(&r.after) || twin_warn_outside(session, r.after.scenario.candidate)) &&
      twin_output_open(session, &output)) {
    form[session->options.format](&r, output.out);
    bool written = twin_output_close(session, &output);
    if (written) code = both_valid(&r) ? HERMES_OK : HERMES_INVALID;
  }
  if (code == HERMES_INVALID) report_invalid(&r);
  free_side(&r.before);
  free_side(&r.after);
  return code;
}
