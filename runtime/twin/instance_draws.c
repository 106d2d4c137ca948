/* Candidates over many draws.
 *
 * What a policy alone reaches is computed once for each candidate, what draws alone reach once for
 * each draw, so both must be kept or done again: candidates are taken as many at a time as memory
 * holds the decided arrays of, and for all of them the draws are gone through once.
 *
 *   for each tile: DECIDE each candidate; for each draw: DRAW, then EVALUATE each; CONCLUDE each
 *
 * Sums run over draws in their order, so that nothing depends on the tile.
 */
#include "twin/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One candidate of a tile. */
typedef struct decided {
  void **slot;    /* arrays of policies and of what they alone reach; NULL for all other slots */
  double *sums;   /* of the samples, mean after mean */
  double *sample; /* of each draw the samples; NULL: they are too many, or nobody asks */
  const hermes_fault *fault; /* before any draw */
  double *kpis, *bounds, *draws; /* where results go; the last two may be NULL */
  hermes_outcome *outcome;
} decided;

typedef struct tile {
  hermes_twin *twin;
  const hermes_description *description;
  decided *items;
  size_t count;
  size_t sum_count; /* elements of all means */
} tile;

static bool is_mean(const hermes_slot *slot) {
  return slot->role == HERMES_MEAN;
}

static bool is_decided(const hermes_slot *slot) {
  return slot->role == HERMES_POLICY || (slot->role != HERMES_COLUMN && slot->role != HERMES_INPUT &&
                                         (slot->stage & INSTANCE_VARIES) == HERMES_STAGE_POLICY);
}

/* ---- memory ---- */

/* More candidates at once save little, and every thread has a tile of its own. */
#define MOST_BYTES ((uint64_t)64 << 20)
/* Each draw's samples are kept, for intervals, where they are not too many. */
#define MOST_KEPT ((uint64_t)64 << 20)

static size_t count_sums(const hermes_twin *twin) {
  const hermes_description *d = twin->description;
  size_t count = 0;
  for (size_t i = 0; i < d->slot_count; i++)
    if (is_mean(&d->slots[i])) count += instance_elements(twin, (int)i);
  return count;
}

static bool keeps_samples(const hermes_twin *twin, bool wanted) {
  uint64_t bytes = (uint64_t)count_sums(twin) * twin->draws * sizeof(double);
  return wanted && bytes > 0 && bytes <= MOST_KEPT;
}

static uint64_t bytes_of_decided(const hermes_twin *twin, bool keeps) {
  const hermes_description *d = twin->description;
  uint64_t bytes = sizeof(decided) + (d->slot_count + 1) * sizeof(void *);
  for (size_t i = 0; i < d->slot_count; i++)
    if (is_decided(&d->slots[i])) bytes += instance_bytes(twin, (int)i);
  return bytes + count_sums(twin) * sizeof(double) * (keeps ? twin->draws + 1 : 1);
}

/* As many candidates as memory is left for; one in any case. */
static size_t tile_size(const hermes_twin *twin, size_t count, bool keeps) {
  uint64_t used = data_memory(twin->description, twin->tables->rows),
           limit = data_memory_limit(&twin->limits), left = limit > used ? limit - used : 0;
  uint64_t room = (left < MOST_BYTES ? left : MOST_BYTES) / bytes_of_decided(twin, keeps);
  return room < 1 ? 1 : room < count ? (size_t)room : count;
}

static void free_tile(tile *t) {
  for (size_t c = 0; t->items && c < t->count; c++) {
    for (size_t i = 0; t->items[c].slot && i < t->description->slot_count; i++)
      free(t->items[c].slot[i]);
    free(t->items[c].slot);
    free(t->items[c].sums);
    free(t->items[c].sample);
  }
  free(t->items);
}

static bool allocate_item(const tile *t, decided *item, bool keeps) {
  const hermes_description *d = t->description;
  item->slot = calloc(d->slot_count + 1, sizeof *item->slot);
  item->sums = calloc(t->sum_count + 1, sizeof *item->sums);
  if (keeps) item->sample = calloc((size_t)t->twin->draws * (t->sum_count + 1), sizeof *item->sample);
  if (!item->slot || !item->sums || (keeps && !item->sample)) return false;
  for (size_t i = 0; i < d->slot_count; i++) {
    if (!is_decided(&d->slots[i])) continue;
    item->slot[i] = data_array(&d->slots[i], t->twin->tables->rows);
    if (!item->slot[i]) return false;
  }
  return true;
}

static bool allocate_tile(tile *t, size_t count, bool keeps) {
  t->sum_count = count_sums(t->twin);
  t->items = calloc(count, sizeof *t->items);
  bool good = t->items != NULL;
  for (; good && t->count < count; t->count++) good = allocate_item(t, &t->items[t->count], keeps);
  return good;
}

/* ---- one candidate in one draw ---- */

static void bind_item(const tile *t, const decided *item) {
  for (size_t i = 0; i < t->description->slot_count; i++)
    if (item->slot[i]) t->twin->slot[i] = item->slot[i];
}

static bool compute(hermes_twin *twin, hermes_step step) {
  twin->frame.fault = (hermes_fault){0};
  return !twin->model->compute(twin->model->context, &twin->frame, step);
}

static void name_draw(const hermes_twin *twin, hermes_outcome *outcome) {
  size_t used = strlen(outcome->reason);
  snprintf(outcome->reason + used, sizeof outcome->reason - used, " (draw %llu)",
           (unsigned long long)twin->frame.draw + 1);
}

static double element(const hermes_slot *slot, const void *array, size_t number) {
  return slot->kind == HERMES_REAL ? ((const double *)array)[number]
                                   : (double)((const int32_t *)array)[number];
}

static void add_samples(const tile *t, decided *item) {
  const hermes_twin *twin = t->twin;
  double *sum = item->sums, *sample = item->sample;
  if (sample) sample += twin->frame.draw * t->sum_count;
  for (size_t i = 0; i < t->description->slot_count; i++) {
    int of = t->description->slots[i].mean_of;
    if (!is_mean(&t->description->slots[i])) continue;
    size_t elements = instance_elements(twin, (int)i);
    for (size_t e = 0; e < elements; e++) {
      double value = element(&t->description->slots[of], twin->slot[of], e);
      if (sample) *sample++ = value;
      *sum++ += value;
    }
  }
}

static double number_of(const hermes_twin *twin, int slot) {
  return instance_get(&twin->description->slots[slot], twin->slot[slot], 0);
}

static bool concludes(const hermes_description *d, int slot) {
  return d->slots[slot].stage & HERMES_STAGE_MEAN;
}

/* What differs between draws is summed up; else each draw's value is that of all. */
static void add_result(const tile *t, int slot, double value, double *to) {
  *to = t->description->slots[slot].stage & HERMES_STAGE_DRAW ? *to + value : value;
}

/* What CONCLUDE does not compute is a mean, too. */
static void add_results(const tile *t, decided *item) {
  const hermes_description *d = t->description;
  const hermes_twin *twin = t->twin;
  for (size_t i = 0; i < d->kpi_count; i++) {
    if (concludes(d, d->kpis[i])) continue;
    double value = number_of(twin, d->kpis[i]);
    add_result(t, d->kpis[i], value, &item->kpis[i]);
    if (item->draws) item->draws[twin->frame.draw * d->kpi_count + i] = value;
  }
  for (size_t i = 0; item->bounds && i < d->constraint_count; i++)
    if (!concludes(d, d->constraints[i].bound))
      add_result(t, d->constraints[i].bound, number_of(twin, d->constraints[i].bound),
                 &item->bounds[i]);
}

static void evaluate_item(const tile *t, decided *item) {
  hermes_twin *twin = t->twin;
  bind_item(t, item);
  if (!compute(twin, HERMES_EVALUATE))
    instance_invalid(twin, &twin->frame, item->outcome);
  else if (instance_check_kpis(twin, &twin->frame, false, item->outcome)) {
    add_samples(t, item);
    add_results(t, item);
    return;
  }
  name_draw(twin, item->outcome);
}

/* ---- all draws ---- */

static void decide_item(const tile *t, decided *item, const double *candidate) {
  hermes_twin *twin = t->twin;
  *item->outcome = (hermes_outcome){.status = HERMES_OK};
  bind_item(t, item);
  const hermes_fault *fault = instance_decide(twin, candidate);
  if (!fault) return;
  twin->frame.fault = *fault;
  instance_invalid(twin, &twin->frame, item->outcome);
}

static void run_draw(const tile *t) {
  hermes_twin *twin = t->twin;
  bool good = compute(twin, HERMES_DRAW);
  hermes_fault fault = twin->frame.fault;
  for (size_t c = 0; c < t->count; c++) {
    hermes_outcome *outcome = t->items[c].outcome;
    if (outcome->status != HERMES_OK) continue;
    if (good) {
      evaluate_item(t, &t->items[c]);
    } else {
      twin->frame.fault = fault;
      instance_invalid(twin, &twin->frame, outcome);
      name_draw(twin, outcome);
    }
  }
}

/* ---- after the draws ---- */

/* Sums, less those of one draw, over the others: means into the frame. */
static void write_means(const tile *t, const decided *item, const double *without, double draws) {
  const double *sum = item->sums;
  for (size_t i = 0; i < t->description->slot_count; i++) {
    if (!is_mean(&t->description->slots[i])) continue;
    size_t elements = instance_elements(t->twin, (int)i);
    double *mean = t->twin->slot[i];
    for (size_t e = 0; e < elements; e++)
      mean[e] = (*sum++ - (without ? *without++ : 0)) / draws;
  }
}

/* The jackknife: of a KPI that is concluded, a draw's part is by how much it would differ without
 * that draw. Of a plain mean it is the draw's own value. */
static void conclude_draws(const tile *t, const decided *item) {
  const hermes_description *d = t->description;
  hermes_twin *twin = t->twin;
  double draws = twin->draws;
  for (uint32_t draw = 0; draw < twin->draws; draw++) {
    double *to = item->draws + (size_t)draw * d->kpi_count;
    bool able = item->sample && draws > 1;
    if (able) write_means(t, item, item->sample + draw * t->sum_count, draws - 1);
    able = able && compute(twin, HERMES_CONCLUDE);
    for (size_t i = 0; i < d->kpi_count; i++)
      if (concludes(d, d->kpis[i]))
        to[i] = able ? draws * item->kpis[i] - (draws - 1) * number_of(twin, d->kpis[i]) : NAN;
  }
}

static void take_result(const tile *t, int slot, double *to) {
  unsigned stage = t->description->slots[slot].stage;
  if (stage & HERMES_STAGE_MEAN) *to = number_of(t->twin, slot);
  if (stage & HERMES_STAGE_DRAW) *to /= t->twin->draws;
}

static void take_results(const tile *t, decided *item) {
  const hermes_description *d = t->description;
  for (size_t i = 0; i < d->kpi_count; i++) take_result(t, d->kpis[i], &item->kpis[i]);
  for (size_t i = 0; item->bounds && i < d->constraint_count; i++)
    take_result(t, d->constraints[i].bound, &item->bounds[i]);
}

static void conclude_item(const tile *t, decided *item) {
  hermes_twin *twin = t->twin;
  if (item->outcome->status == HERMES_OK) {
    bind_item(t, item);
    write_means(t, item, NULL, twin->draws);
    if (!compute(twin, HERMES_CONCLUDE))
      instance_invalid(twin, &twin->frame, item->outcome);
    else
      instance_check_kpis(twin, &twin->frame, true, item->outcome);
  }
  const hermes_description *d = t->description;
  if (item->outcome->status == HERMES_OK) {
    take_results(t, item);
    if (item->draws) conclude_draws(t, item);
    return;
  }
  for (size_t i = 0; i < d->kpi_count; i++) item->kpis[i] = NAN;
  for (size_t i = 0; item->bounds && i < d->constraint_count; i++) item->bounds[i] = NAN;
  for (size_t i = 0; item->draws && i < d->kpi_count * twin->draws; i++) item->draws[i] = NAN;
}

/* ---- the whole ---- */

static void evaluate_tile(tile *t, const double *candidates) {
  hermes_twin *twin = t->twin;
  for (size_t c = 0; c < t->count; c++)
    decide_item(t, &t->items[c], candidates + c * twin->candidate_size);
  for (twin->frame.draw = 0; twin->frame.draw < twin->draws; twin->frame.draw++) run_draw(t);
  for (size_t c = 0; c < t->count; c++) conclude_item(t, &t->items[c]);
  twin->frame.draw = 0;
}

static void aim(tile *t, size_t first, double *kpis, double *bounds, double *draws,
                hermes_outcome *outcomes) {
  const hermes_description *d = t->description;
  for (size_t c = 0; c < t->count; c++) {
    decided *item = &t->items[c];
    size_t number = first + c;
    item->kpis = kpis + number * d->kpi_count;
    item->bounds = bounds ? bounds + number * d->constraint_count : NULL;
    item->draws = draws ? draws + number * d->kpi_count * t->twin->draws : NULL;
    item->outcome = outcomes + number;
    memset(item->kpis, 0, d->kpi_count * sizeof *item->kpis);
    if (item->bounds) memset(item->bounds, 0, d->constraint_count * sizeof *item->bounds);
  }
}

int instance_evaluate_draws(hermes_twin *twin, size_t count, const double *candidates, double *kpis,
                            double *bounds, hermes_outcome *outcomes, double *draws) {
  bool keeps = keeps_samples(twin, draws != NULL);
  size_t size = tile_size(twin, count, keeps);
  bool good = true;
  for (size_t first = 0; good && first < count; first += size) {
    tile t = {.twin = twin, .description = twin->description};
    good = allocate_tile(&t, count - first < size ? count - first : size, keeps);
    if (good) {
      aim(&t, first, kpis, bounds, draws, outcomes);
      evaluate_tile(&t, candidates + first * twin->candidate_size);
    }
    free_tile(&t);
  }
  instance_bind(twin);
  return good ? HERMES_OK : instance_fail(twin, "no memory left for candidates");
}
