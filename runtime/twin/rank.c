/* rank: many decisions, ordered by the blueprint's goal. */
#include "twin/commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct report {
  twin_session *session;
  twin_scenario scenario;
  twin_candidates candidates;
  double *kpis, *bounds; /* one vector per candidate */
  double *needed;        /* bounds, moved where a confidence is asked for */
  hermes_outcome *outcomes;
  twin_ranked *ranked;
  size_t shown;
} report;

/* ---- evaluation --------------------------------------------------------------------------- */

static bool check_goal(twin_session *s) {
  if (s->description->has_goal && s->description->objective_count) return true;
  hermes_diagnostic *d =
      hermes_report(&s->problems, HB0818, NULL, "`%s` has no goal to order candidates by",
                    s->description->blueprint);
  hermes_diagnostic_note(d, "a blueprint says `goal maximize edge_rate subject to "
                            "coverage >= 95 %%;`");
  return false;
}

static void make_room(report *r) {
  const hermes_description *d = r->session->description;
  size_t count = r->candidates.count;
  r->kpis = twin_allocate(count * d->kpi_count, sizeof *r->kpis);
  r->bounds = twin_allocate(count * d->constraint_count, sizeof *r->bounds);
  r->needed = twin_allocate(count * d->constraint_count, sizeof *r->needed);
  r->outcomes = twin_allocate(count, sizeof *r->outcomes);
  r->ranked = twin_allocate(count, sizeof *r->ranked);
}

static bool evaluate_some(hermes_twin *twin, size_t begin, size_t end, void *context) {
  report *r = context;
  const hermes_description *d = r->session->description;
  size_t count = end - begin, draws = r->session->door->draws(twin) * d->kpi_count;
  double *kpis = r->kpis + begin * d->kpi_count, *bounds = r->bounds + begin * d->constraint_count;
  double *samples = twin_has_confidence(r->session)
                        ? twin_allocate(count * draws, sizeof *samples)
                        : NULL;
  int status = r->session->door->evaluate(
      twin, count, r->candidates.numbers + begin * r->scenario.size, kpis, bounds,
      r->outcomes + begin, samples);
  double *needed = r->needed + begin * d->constraint_count;
  memcpy(needed, bounds, count * d->constraint_count * sizeof *needed);
  for (size_t c = 0; samples && c < count; c++)
    twin_needed(r->session, samples + c * draws, bounds + c * d->constraint_count,
                needed + c * d->constraint_count);
  free(samples);
  return status != HERMES_FAILED;
}

static size_t shown_count(const report *r) {
  const twin_options *o = &r->session->options;
  size_t count = r->candidates.count, top = count;
  if (o->has_top)
    top = (size_t)o->top;
  else if (o->format == TWIN_TABLE)
    top = TWIN_TOP;
  return top < count ? top : count;
}

/* Of the one that is offered first; it was chosen for what its models say. */
static bool warn_of_best(report *r) {
  if (r->candidates.count == 0 || r->ranked[0].standing == TWIN_INVALID) return true;
  return twin_warn_outside(r->session,
                           r->candidates.numbers + r->ranked[0].candidate * r->scenario.size);
}

static bool compute(report *r) {
  twin_session *s = r->session;
  if (!check_goal(s) || !twin_scenario_open(s, NULL, &r->scenario) ||
      !twin_candidates_read(s, s->options.arguments.items[0], &r->scenario, &r->candidates))
    return false;
  make_room(r);
  if (!twin_parallel(s, r->candidates.count, TWIN_BATCH, evaluate_some, r, "candidates"))
    return false;
  twin_order(s, r->candidates.count, r->kpis, r->needed, r->outcomes, r->ranked);
  r->shown = shown_count(r);
  return warn_of_best(r);
}

/* ---- what is shown of each ---------------------------------------------------------------- */

static bool has_fronts(const report *r) {
  return r->session->description->objective_count > 1;
}

static const double *kpis_of(const report *r, const twin_ranked *ranked) {
  return r->kpis + ranked->candidate * r->session->description->kpi_count;
}

static size_t count_standing(const report *r, twin_standing standing) {
  size_t count = 0;
  for (size_t i = 0; i < r->candidates.count; i++) count += r->ranked[i].standing == standing;
  return count;
}

/* "misses coverage, energy": the constraints that an infeasible candidate does not meet. */
static char *missed_constraints(const report *r, const twin_ranked *ranked) {
  const hermes_description *d = r->session->description;
  const double *bounds = r->needed + ranked->candidate * d->constraint_count;
  char *text = twin_print("misses");
  size_t missed = 0;
  for (size_t i = 0; i < d->constraint_count; i++) {
    const hermes_constraint *c = &d->constraints[i];
    if (twin_satisfied(c->relation, kpis_of(r, ranked)[c->kpi], bounds[i])) continue;
    char *longer = twin_print("%s%s %s", text, missed++ ? "," : "",
                              twin_kpi(r->session, (size_t)c->kpi)->name);
    free(text);
    text = longer;
  }
  return text;
}

static char *verdict_of(const report *r, const twin_ranked *ranked) {
  if (ranked->standing == TWIN_INVALID)
    return twin_print("invalid: %s", r->outcomes[ranked->candidate].reason);
  if (ranked->standing == TWIN_INFEASIBLE) return missed_constraints(r, ranked);
  return twin_print("feasible");
}

static char *kpi_column(const hermes_slot *kpi) {
  return strcmp(kpi->unit, "1") ? twin_print("%s[%s]", kpi->name, kpi->unit)
                                : twin_print("%s", kpi->name);
}

/* ---- for people --------------------------------------------------------------------------- */

static void add_heads(const report *r, twin_grid *grid) {
  size_t column = 0;
  twin_grid_cell(grid, "rank");
  grid->align[column++] = TWIN_RIGHT;
  twin_grid_cell(grid, "candidate");
  grid->align[column++] = TWIN_RIGHT;
  if (has_fronts(r)) twin_grid_cell(grid, "front");
  if (has_fronts(r)) grid->align[column++] = TWIN_RIGHT;
  for (size_t i = 0; i < r->session->description->kpi_count; i++) {
    twin_grid_keep(grid, kpi_column(twin_kpi(r->session, i)));
    grid->align[column++] = TWIN_POINT;
  }
  twin_grid_cell(grid, "%s", "");
}

static void add_candidate(const report *r, twin_grid *grid, size_t place) {
  const twin_ranked *ranked = &r->ranked[place];
  twin_grid_cell(grid, "%zu", place + 1);
  twin_grid_cell(grid, "%zu", ranked->candidate + 1);
  if (has_fronts(r) && ranked->front)
    twin_grid_cell(grid, "%zu", ranked->front);
  else if (has_fronts(r))
    twin_grid_cell(grid, "%s", "");
  for (size_t i = 0; i < r->session->description->kpi_count; i++) {
    char text[TWIN_NUMBER];
    const hermes_slot *kpi = twin_kpi(r->session, i);
    bool known = ranked->standing != TWIN_INVALID;
    twin_grid_cell(grid, "%s",
                   known ? twin_value_text(r->session, kpi, kpis_of(r, ranked)[i], text) : "-");
  }
  twin_grid_keep(grid, verdict_of(r, ranked));
}

static void print_goal(const report *r, FILE *out) {
  const hermes_description *d = r->session->description;
  for (size_t i = 0; i < d->objective_count; i++)
    fprintf(out, "%s%s %s", i ? ", " : "", d->objectives[i].maximize ? "maximize" : "minimize",
            twin_kpi(r->session, (size_t)d->objectives[i].kpi)->name);
  /* A bound may depend on the decision; shown is that of the best. */
  const double *bounds = r->bounds + r->ranked[0].candidate * d->constraint_count;
  for (size_t i = 0; i < d->constraint_count; i++) {
    const hermes_constraint *c = &d->constraints[i];
    const hermes_slot *kpi = twin_kpi(r->session, (size_t)c->kpi);
    char text[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
    twin_number_short(bounds[i], text);
    fprintf(out, "%s%s %s %s%s", i ? ", " : " subject to ", kpi->name, c->relation, text,
            twin_unit_behind(kpi, unit));
  }
  putc('\n', out);
}

static void print_table(const report *r, FILE *out) {
  twin_grid grid = twin_grid_new(3 + has_fronts(r) + r->session->description->kpi_count);
  add_heads(r, &grid);
  for (size_t i = 0; i < r->shown; i++) add_candidate(r, &grid, i);
  twin_grid_print(&grid, out, "");
  twin_grid_free(&grid);
  size_t more = r->candidates.count - r->shown;
  if (more) fprintf(out, "... %zu more (--top %zu shows all)\n", more, r->candidates.count);
  twin_print_draws(r->session, out, "");
  fprintf(out, "\n%zu candidates: %zu feasible, %zu infeasible, %zu invalid\n", r->candidates.count,
          count_standing(r, TWIN_FEASIBLE), count_standing(r, TWIN_INFEASIBLE),
          count_standing(r, TWIN_INVALID));
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void put_goal(const report *r, twin_json *json) {
  const hermes_description *d = r->session->description;
  twin_json_open(json, "objectives", '[');
  for (size_t i = 0; i < d->objective_count; i++) {
    const hermes_slot *kpi = twin_kpi(r->session, (size_t)d->objectives[i].kpi);
    twin_json_open_flat(json, NULL, '{');
    twin_json_text(json, "kpi", kpi->name);
    twin_json_text(json, "direction", d->objectives[i].maximize ? "maximize" : "minimize");
    twin_json_close(json, '}');
  }
  twin_json_close(json, ']');
  twin_json_open_flat(json, "units", '{');
  for (size_t i = 0; i < d->kpi_count; i++)
    twin_json_text(json, twin_kpi(r->session, i)->name, twin_kpi(r->session, i)->unit);
  twin_json_close(json, '}');
}

static void put_kpis(const report *r, twin_json *json, const twin_ranked *ranked) {
  if (ranked->standing == TWIN_INVALID) {
    twin_json_null(json, "kpis");
    return;
  }
  twin_json_open(json, "kpis", '{');
  for (size_t i = 0; i < r->session->description->kpi_count; i++)
    twin_json_number(json, twin_kpi(r->session, i)->name, kpis_of(r, ranked)[i]);
  twin_json_close(json, '}');
}

static void put_candidate(const report *r, twin_json *json, size_t place) {
  const twin_ranked *ranked = &r->ranked[place];
  size_t number = ranked->candidate;
  twin_json_open_flat(json, NULL, '{');
  twin_json_number(json, "rank", (double)(place + 1));
  twin_json_number(json, "candidate", (double)(number + 1));
  twin_json_number(json, "line", (double)r->candidates.lines[number]);
  twin_json_text(json, "standing", twin_standing_name(ranked->standing));
  if (has_fronts(r) && ranked->front) twin_json_number(json, "front", (double)ranked->front);
  if (ranked->standing == TWIN_INFEASIBLE) twin_json_number(json, "violation", ranked->violation);
  if (ranked->standing == TWIN_INVALID) twin_json_text(json, "reason", r->outcomes[number].reason);
  put_kpis(r, json, ranked);
  twin_json_policy(r->session, json, "policy", r->candidates.numbers + number * r->scenario.size,
                   r->scenario.standard);
  twin_json_close(json, '}');
}

static void print_json(const report *r, FILE *out) {
  twin_json json = twin_json_begin(out);
  twin_json_text(&json, "blueprint", r->session->description->blueprint);
  put_goal(r, &json);
  twin_json_draws(r->session, &json);
  twin_json_number(&json, "candidates", (double)r->candidates.count);
  for (twin_standing s = TWIN_FEASIBLE; s <= TWIN_INVALID; s++)
    twin_json_number(&json, twin_standing_name(s), (double)count_standing(r, s));
  twin_json_open(&json, "ranking", '[');
  for (size_t i = 0; i < r->shown; i++) put_candidate(r, &json, i);
  twin_json_close(&json, ']');
  twin_json_inputs(r->session, &json, &r->scenario);
  twin_json_provenance(r->session, &json);
  twin_json_end(&json);
}

/* ---- CSV ---------------------------------------------------------------------------------- */

static void put_heads(const report *r, FILE *out) {
  fprintf(out, "rank,candidate,line,standing,%sviolation", has_fronts(r) ? "front," : "");
  for (size_t i = 0; i < r->session->description->kpi_count; i++) {
    char *name = kpi_column(twin_kpi(r->session, i));
    twin_csv_field(out, false, name);
    free(name);
  }
  fputs(",reason\n", out);
}

static void put_row(const report *r, FILE *out, size_t place) {
  const twin_ranked *ranked = &r->ranked[place];
  bool invalid = ranked->standing == TWIN_INVALID;
  char text[TWIN_NUMBER];
  fprintf(out, "%zu,%zu,%zu,%s,", place + 1, ranked->candidate + 1,
          r->candidates.lines[ranked->candidate], twin_standing_name(ranked->standing));
  if (has_fronts(r) && ranked->front) fprintf(out, "%zu", ranked->front);
  if (has_fronts(r)) putc(',', out);
  twin_number_exact(ranked->violation, text);
  fputs(invalid ? "" : text, out);
  for (size_t i = 0; i < r->session->description->kpi_count; i++) {
    twin_number_exact(kpis_of(r, ranked)[i], text);
    twin_csv_field(out, false, invalid ? "" : text);
  }
  twin_csv_field(out, false, invalid ? r->outcomes[ranked->candidate].reason : "");
  putc('\n', out);
}

static void print_csv(const report *r, FILE *out) {
  put_heads(r, out);
  for (size_t i = 0; i < r->shown; i++) put_row(r, out, i);
}

/* ---- the command -------------------------------------------------------------------------- */

static void print_table_with_goal(const report *r, FILE *out) {
  print_goal(r, out);
  putc('\n', out);
  print_table(r, out);
}

static bool print(const report *r) {
  static void (*const form[])(const report *, FILE *) = {
      [TWIN_TABLE] = print_table_with_goal, [TWIN_JSON] = print_json, [TWIN_CSV] = print_csv};
  twin_output output;
  if (!twin_output_open(r->session, &output)) return false;
  form[r->session->options.format](r, output.out);
  return twin_output_close(r->session, &output);
}

int twin_rank(twin_session *session) {
  report r = {.session = session};
  session->options.limits.windows = true;
  int code = compute(&r) && print(&r) ? HERMES_OK : HERMES_FAILED;
  free(r.kpis);
  free(r.bounds);
  free(r.needed);
  free(r.outcomes);
  free(r.ranked);
  twin_candidates_free(&r.candidates);
  twin_scenario_free(&r.scenario);
  return code;
}
