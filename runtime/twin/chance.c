/* How many draws a run takes, and what they say of its KPIs. */
#include "twin/commands.h"

#include <math.h>
#include <stdlib.h>

enum {
  FIRST_DRAWS = 32,      /* of a run that goes on until its intervals are small */
  UNTIL_DRAWS = 100000,  /* where it gives up, unless --draws says otherwise */
};

bool twin_draws(const twin_session *session) {
  return session->description->draw_count > 0;
}

/* False, with a diagnostic, where draws are asked for of a blueprint that has none. */
static bool check_options(twin_session *session) {
  const twin_options *o = &session->options;
  if (twin_draws(session) || (!o->draws && !o->until_ci)) return true;
  hermes_diagnostic *d = hermes_report(&session->problems, HB0830, NULL,
                                       "`%s` draws nothing: every run of it is the same",
                                       session->description->blueprint);
  hermes_diagnostic_note(d, "without %s, it is evaluated once",
                         o->draws ? "--draws" : "--until-ci");
  return false;
}

static bool set_draws(twin_session *session, uint64_t draws) {
  if (session->door->set_draws(session->twin, (uint32_t)draws) == HERMES_OK) return true;
  hermes_report(&session->problems, HB0824, NULL, "%s", session->door->last_error(session->twin));
  return false;
}

bool twin_choose_draws(twin_session *session) {
  const twin_options *o = &session->options;
  if (!check_options(session)) return false;
  if (!twin_draws(session)) return true;
  if (session->command->run == twin_trace) return true; /* one draw is explained */
  return set_draws(session, o->until_ci ? FIRST_DRAWS : o->draws ? o->draws : TWIN_DRAWS);
}

hermes_spread twin_spread(const twin_session *session, const twin_result *result, size_t kpi) {
  size_t kpis = session->description->kpi_count;
  return hermes_spread_of(result->draws + kpi, session->door->draws(session->twin), kpis,
                          TWIN_CONFIDENCE);
}

/* Is the interval of every KPI that has one as small as --until-ci wants it? Of a logarithmic KPI
 * the linear value counts. */
static bool is_close(const twin_session *session, const twin_result *result) {
  double wanted = session->options.until_ci;
  for (size_t i = 0; i < session->description->kpi_count; i++) {
    const hermes_slot *kpi = twin_kpi(session, i);
    bool logarithmic = kpi->measure.scale == HERMES_GAIN || kpi->measure.scale == HERMES_LEVEL;
    double half = twin_spread(session, result, i).half_width;
    double most = logarithmic ? 10 * log10(1 + wanted) / kpi->measure.factor
                              : wanted * fabs(result->kpis[i]);
    if (half > most) return false;
  }
  return true;
}

bool twin_has_confidence(const twin_session *session) {
  const hermes_description *d = session->description;
  for (size_t i = 0; i < d->constraint_count; i++)
    if (d->constraints[i].confidence > 0) return true;
  return false;
}

void twin_needed(const twin_session *session, const double *draws, const double *bounds,
                 double *needed) {
  const hermes_description *d = session->description;
  uint32_t count = session->door->draws(session->twin);
  for (size_t i = 0; i < d->constraint_count; i++) {
    const hermes_constraint *c = &d->constraints[i];
    needed[i] = bounds[i];
    if (c->confidence <= 0 || !twin_varies(&d->slots[d->kpis[c->kpi]])) continue;
    /* one side at p is both at 2 p - 1 */
    double half = hermes_spread_of(draws + c->kpi, count, d->kpi_count, 2 * c->confidence - 1)
                      .half_width;
    needed[i] += c->relation[0] == '>' ? half : -half;
  }
}

void twin_json_draws(const twin_session *session, twin_json *json) {
  if (!twin_draws(session)) return;
  twin_json_number(json, "draws", session->door->draws(session->twin));
  twin_json_number(json, "seed", (double)hermes_seed(&session->options.limits));
}

void twin_print_draws(const twin_session *session, FILE *out, const char *behind) {
  uint32_t draws = twin_draws(session) ? session->door->draws(session->twin) : 0;
  if (draws == 0) return;
  fprintf(out, "\n%s %u draw%s of seed %llu%s\n", draws > 1 ? "means over" : "values of", draws,
          draws > 1 ? "s" : "", (unsigned long long)hermes_seed(&session->options.limits),
          draws > 1 ? behind : "");
}

/* Draws are doubled: what was drawn before is drawn again, the same. */
bool twin_draw_on(twin_session *session, const twin_result *result) {
  uint64_t draws = session->door->draws(session->twin),
           most = session->options.draws ? session->options.draws : UNTIL_DRAWS;
  if (!session->options.until_ci || result->outcome.status != HERMES_OK) return false;
  if (is_close(session, result)) return false;
  if (draws < most) return set_draws(session, 2 * draws < most ? 2 * draws : most);
  hermes_diagnostic *d =
      hermes_report(&session->problems, HB0831, NULL,
                    "after %llu draws an interval is still wider than --until-ci allows",
                    (unsigned long long)draws);
  hermes_diagnostic_note(d, "--draws N raises the limit");
  return false;
}
