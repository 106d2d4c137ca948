/* Constraints and objectives: which of two candidates is the better one. */
#include "twin/commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const hermes_slot *twin_kpi(const twin_session *session, size_t kpi) {
  return &session->description->slots[session->description->kpis[kpi]];
}

/* ---- constraints -------------------------------------------------------------------------- */

static bool nearly_equal(double a, double b) {
  return fabs(a - b) <= TWIN_TOLERANCE * fmax(fabs(a), fabs(b));
}

bool twin_satisfied(const char *relation, double value, double bound) {
  if (isnan(value) || isnan(bound)) return false;
  bool equal = value == bound || nearly_equal(value, bound);
  switch (relation[0]) {
  case '>': return relation[1] ? (value > bound || equal) : (value > bound && !equal);
  case '<': return relation[1] ? (value < bound || equal) : (value < bound && !equal);
  case '!': return !equal;
  default: return equal;
  }
}

/* By how much of the bound a value falls short of it (negative) or exceeds it. */
static double relative_excess(const hermes_slot *kpi, double value, double bound) {
  bool logarithmic = kpi->measure.scale == HERMES_GAIN || kpi->measure.scale == HERMES_LEVEL;
  if (logarithmic) {
    double decibels = (value - bound) * kpi->measure.factor;
    return pow(10, decibels / (hermes_dimension_is_field(&kpi->measure.dimension) ? 20 : 10)) - 1;
  }
  return (value - bound) / (bound != 0 ? fabs(bound) : 1);
}

double twin_violation(const hermes_slot *kpi, const char *relation, double value, double bound) {
  if (twin_satisfied(relation, value, bound)) return 0;
  double violation = fabs(relative_excess(kpi, value, bound));
  return isnan(violation) ? INFINITY : violation;
}

bool twin_feasible(const twin_session *session, const double *kpis, const double *bounds) {
  const hermes_description *d = session->description;
  for (size_t i = 0; i < d->constraint_count; i++) {
    const hermes_constraint *c = &d->constraints[i];
    if (!twin_satisfied(c->relation, kpis[c->kpi], bounds[i])) return false;
  }
  return true;
}

double twin_total_violation(const twin_session *session, const double *kpis, const double *bounds) {
  const hermes_description *d = session->description;
  double total = 0;
  for (size_t i = 0; i < d->constraint_count; i++) {
    const hermes_constraint *c = &d->constraints[i];
    total +=
        twin_violation(twin_kpi(session, (size_t)c->kpi), c->relation, kpis[c->kpi], bounds[i]);
  }
  return total;
}

const char *twin_standing_name(twin_standing standing) {
  static const char *const names[] = {
      [TWIN_FEASIBLE] = "feasible", [TWIN_INFEASIBLE] = "infeasible", [TWIN_INVALID] = "invalid"};
  return names[standing];
}

/* ---- order -------------------------------------------------------------------------------- */

/* One candidate while it is sorted: its objectives, each turned so that less is better. */
typedef struct contender {
  twin_ranked ranked;
  const double *costs;
  size_t cost_count;
} contender;

static int compare_numbers(double a, double b) {
  return (a > b) - (a < b);
}

static int compare_counts(size_t a, size_t b) {
  return (a > b) - (a < b);
}

static int compare_costs(const contender *a, const contender *b) {
  for (size_t i = 0; i < a->cost_count; i++) {
    int order = compare_numbers(a->costs[i], b->costs[i]);
    if (order) return order;
  }
  return 0;
}

/* Feasible before infeasible before invalid; then by objectives or by violation; then as given. */
static int compare_first(const void *left, const void *right) {
  const contender *a = left, *b = right;
  if (a->ranked.standing != b->ranked.standing)
    return a->ranked.standing < b->ranked.standing ? -1 : 1;
  int order = a->ranked.standing == TWIN_FEASIBLE
                  ? compare_costs(a, b)
                  : compare_numbers(a->ranked.violation, b->ranked.violation);
  return order ? order : compare_counts(a->ranked.candidate, b->ranked.candidate);
}

/* Within a front by the first objective, then as given: the further ones only make the front. */
static int compare_by_front(const void *left, const void *right) {
  const contender *a = left, *b = right;
  int order = compare_counts(a->ranked.front, b->ranked.front);
  if (!order) order = compare_numbers(a->costs[0], b->costs[0]);
  return order ? order : compare_counts(a->ranked.candidate, b->ranked.candidate);
}

/* Nowhere worse and somewhere better. */
static bool dominates(const contender *a, const contender *b) {
  bool better = false;
  for (size_t i = 0; i < a->cost_count; i++) {
    if (a->costs[i] > b->costs[i]) return false;
    if (a->costs[i] < b->costs[i]) better = true;
  }
  return better;
}

/* A front while it grows: its members as a chain from the latest to the first. */
typedef struct front {
  size_t latest;
} front;

enum { NO_MEMBER = 0 }; /* members are numbered from 1 in the chain */

static bool front_dominates(const contender *items, const size_t *previous, size_t latest,
                            const contender *newcomer) {
  /* With two objectives the latest member has the least second cost: it alone decides. */
  bool latest_decides = newcomer->cost_count <= 2;
  for (size_t m = latest; m != NO_MEMBER; m = previous[m]) {
    if (dominates(&items[m - 1], newcomer)) return true;
    if (latest_decides) return false;
  }
  return false;
}

/* The first front none of whose members dominates the newcomer. If one front does not, no later one
 * does (Zhang et al., efficient non-dominated sort, 2015): so a binary search finds it. */
static size_t front_for(const contender *items, const size_t *previous, const front *fronts,
                        size_t front_count, const contender *newcomer) {
  size_t low = 0, high = front_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (front_dominates(items, previous, fronts[middle].latest, newcomer))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* needs: items sorted by costs, so that nobody is dominated by one that comes later. */
static void assign_fronts(contender *items, size_t count) {
  size_t *previous = twin_allocate(count + 1, sizeof *previous);
  front *fronts = twin_allocate(count, sizeof *fronts);
  size_t front_count = 0;
  for (size_t i = 0; i < count; i++) {
    size_t f = front_for(items, previous, fronts, front_count, &items[i]);
    if (f == front_count) front_count++;
    previous[i + 1] = fronts[f].latest;
    fronts[f].latest = i + 1;
    items[i].ranked.front = f + 1;
  }
  free(fronts);
  free(previous);
}

static void fill_costs(const twin_session *session, const double *kpis, double *costs) {
  const hermes_description *d = session->description;
  for (size_t o = 0; o < d->objective_count; o++) {
    double value = kpis[d->objectives[o].kpi];
    costs[o] = d->objectives[o].maximize ? -value : value;
  }
}

static contender contender_of(const twin_session *session, size_t candidate, const double *kpis,
                              const double *bounds, const hermes_outcome *outcome, double *costs) {
  contender c = {{.candidate = candidate}, costs, session->description->objective_count};
  fill_costs(session, kpis, costs);
  if (outcome->status != HERMES_OK) {
    c.ranked.standing = TWIN_INVALID;
  } else if (!twin_feasible(session, kpis, bounds)) {
    c.ranked.standing = TWIN_INFEASIBLE;
    c.ranked.violation = twin_total_violation(session, kpis, bounds);
  }
  return c;
}

static size_t count_feasible(const contender *items, size_t count) {
  size_t feasible = 0;
  while (feasible < count && items[feasible].ranked.standing == TWIN_FEASIBLE) feasible++;
  return feasible;
}

void twin_order(const twin_session *session, size_t count, const double *kpis, const double *bounds,
                const hermes_outcome *outcomes, twin_ranked *ranked) {
  const hermes_description *d = session->description;
  double *costs = twin_allocate(count * d->objective_count, sizeof *costs);
  contender *items = twin_allocate(count, sizeof *items);
  for (size_t i = 0; i < count; i++)
    items[i] = contender_of(session, i, kpis + i * d->kpi_count, bounds + i * d->constraint_count,
                            &outcomes[i], costs + i * d->objective_count);
  qsort(items, count, sizeof *items, compare_first);
  size_t feasible = count_feasible(items, count);
  assign_fronts(items, feasible);
  if (d->objective_count) qsort(items, feasible, sizeof *items, compare_by_front);
  for (size_t i = 0; i < count; i++) ranked[i] = items[i].ranked;
  free(items);
  free(costs);
}
