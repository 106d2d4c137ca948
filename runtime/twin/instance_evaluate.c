/* Candidates: numbers for all policies -> KPIs. */
#include "twin/instance.h"

#include <math.h>
#include <string.h>

int instance_check_candidate(hermes_twin *twin, const double *candidate, size_t number) {
  const hermes_description *d = twin->description;
  for (size_t i = 0; i < d->policy_count; i++) {
    const hermes_slot *slot = &d->slots[d->policies[i]];
    size_t elements = instance_elements(twin, d->policies[i]);
    if (slot->kind != HERMES_REAL) /* a real number out of range harms nothing */
      for (size_t e = 0; e < elements; e++)
        if (!isnan(candidate[e]) && !instance_can_hold(twin, slot, candidate[e]))
          return instance_fail(twin, "candidate %zu: policy `%s` has no value number %s", number,
                               slot->name, instance_number(candidate[e]).text);
    candidate += elements;
  }
  return HERMES_OK;
}

/* Into the frame's arrays; false where a default is wanted of policies that have none. */
static bool write_policies(hermes_twin *twin, const double *candidate) {
  const hermes_description *d = twin->description;
  const double *standard = twin->base->standard;
  bool defaults = false;
  for (size_t i = 0; i < d->policy_count; i++) {
    const hermes_slot *slot = &d->slots[d->policies[i]];
    size_t elements = instance_elements(twin, d->policies[i]);
    void *array = twin->slot[d->policies[i]];
    for (size_t e = 0; e < elements; e++, candidate++, standard++) {
      defaults |= isnan(*candidate);
      instance_put(slot, array, e, isnan(*candidate) ? *standard : *candidate);
    }
  }
  return !defaults || !twin->base->fault[HERMES_POLICIES].code;
}

static bool is_concluded(const hermes_slot *slot) {
  return slot->stage & HERMES_STAGE_MEAN;
}

bool instance_check_kpis(const hermes_twin *twin, const hermes_frame *frame, bool concluded,
                         hermes_outcome *outcome) {
  const hermes_description *d = twin->description;
  for (size_t i = 0; i < d->kpi_count; i++) {
    const hermes_slot *slot = &d->slots[d->kpis[i]];
    if (is_concluded(slot) != concluded) continue;
    if (slot->kind != HERMES_REAL || isfinite(*(const double *)frame->slot[d->kpis[i]])) continue;
    instance_not_finite(twin, frame, d->kpis[i], outcome);
    return false;
  }
  for (size_t i = 0; i < d->constraint_count; i++) {
    int bound = d->constraints[i].bound;
    if (is_concluded(&d->slots[bound]) != concluded) continue;
    if (d->slots[bound].kind != HERMES_REAL || !isnan(*(const double *)frame->slot[bound]))
      continue;
    instance_not_finite(twin, frame, bound, outcome);
    return false;
  }
  return true;
}

/* The fault of a step that every candidate shares, or NULL. */
static const hermes_fault *shared_fault(const hermes_twin *twin, bool needs_defaults) {
  const hermes_fault *fault = twin->base->fault;
  if (fault[HERMES_INPUTS].code) return &fault[HERMES_INPUTS];
  if (needs_defaults && fault[HERMES_POLICIES].code) return &fault[HERMES_POLICIES];
  return fault[HERMES_PREPARE].code ? &fault[HERMES_PREPARE] : NULL;
}

static int compute(const hermes_twin *twin, hermes_frame *frame, hermes_step step) {
  return twin->model->compute(twin->model->context, frame, step);
}

const hermes_fault *instance_decide(hermes_twin *twin, const double *candidate) {
  bool written = write_policies(twin, candidate);
  const hermes_fault *fault = shared_fault(twin, !written);
  twin->frame.fault = (hermes_fault){0};
  if (fault) return fault;
  return compute(twin, &twin->frame, HERMES_DECIDE) ? &twin->frame.fault : NULL;
}

static void copy_samples(const hermes_twin *twin, const hermes_frame *frame) {
  const hermes_description *d = twin->description;
  for (size_t i = 0; i < d->slot_count; i++) {
    int of = d->slots[i].mean_of;
    if (of < 0) continue;
    double *mean = frame->slot[i];
    const void *sample = frame->slot[of];
    size_t elements = instance_elements(twin, of);
    for (size_t e = 0; e < elements; e++)
      mean[e] = d->slots[of].kind == HERMES_REAL ? ((const double *)sample)[e]
                                                 : ((const int32_t *)sample)[e];
  }
}

int instance_complete(const hermes_twin *twin, hermes_frame *frame, hermes_step first) {
  frame->draw = 0;
  for (hermes_step step = first; step < HERMES_CONCLUDE; step++)
    if (compute(twin, frame, step)) return 1;
  copy_samples(twin, frame);
  return compute(twin, frame, HERMES_CONCLUDE);
}

/* What the first draw alone reaches is kept from candidate to candidate. */
static int draw_first(hermes_twin *twin) {
  if (twin->drawn) return 0;
  twin->frame.draw = 0;
  if (compute(twin, &twin->frame, HERMES_DRAW)) return 1;
  twin->drawn = true;
  return 0;
}

void instance_evaluate_one(hermes_twin *twin, const double *candidate, hermes_outcome *outcome) {
  hermes_frame *frame = &twin->frame;
  *outcome = (hermes_outcome){.status = HERMES_OK};
  if (candidate != twin->held)
    memcpy(twin->held, candidate, twin->candidate_size * sizeof *candidate);
  twin->evaluated = true;
  twin->stale = false;
  const hermes_fault *fault = instance_decide(twin, candidate);
  if (fault) frame->fault = *fault;
  twin->faulted = fault || draw_first(twin) || instance_complete(twin, frame, HERMES_EVALUATE);
  if (twin->faulted)
    instance_invalid(twin, frame, outcome);
  else if (instance_check_kpis(twin, frame, false, outcome))
    instance_check_kpis(twin, frame, true, outcome);
  twin->outcome = *outcome;
}

void instance_hold(hermes_twin *twin, const double *candidate, hermes_outcome *outcome) {
  size_t bytes = twin->candidate_size * sizeof *candidate;
  if (twin->evaluated && memcmp(twin->held, candidate, bytes) == 0)
    *outcome = twin->outcome;
  else
    instance_evaluate_one(twin, candidate, outcome);
}

/* The KPIs, or the bounds, of the candidate that the frame holds. */
static void collect(const hermes_twin *twin, int slot, bool valid, double *to) {
  *to = valid ? instance_get(&twin->description->slots[slot], twin->slot[slot], 0) : NAN;
}

static void evaluate_each(hermes_twin *twin, size_t count, const double *candidates, double *kpis,
                          double *bounds, hermes_outcome *outcomes) {
  const hermes_description *d = twin->description;
  for (size_t c = 0; c < count; c++) {
    instance_evaluate_one(twin, candidates + c * twin->candidate_size, &outcomes[c]);
    bool valid = outcomes[c].status == HERMES_OK;
    for (size_t i = 0; i < d->kpi_count; i++)
      collect(twin, d->kpis[i], valid, kpis++);
    for (size_t i = 0; bounds && i < d->constraint_count; i++)
      collect(twin, d->constraints[i].bound, valid, bounds++);
  }
}

/* The last candidate of many draws is computed in the first one when its values are read. */
int instance_evaluate(hermes_twin *twin, size_t count, const double *candidates, double *kpis,
                      double *bounds, hermes_outcome *outcomes, double *draws) {
  size_t size = twin->candidate_size;
  if (instance_prepare(twin)) return HERMES_FAILED;
  for (size_t c = 0; c < count; c++)
    if (instance_check_candidate(twin, candidates + c * size, c)) return HERMES_FAILED;
  if (!twin->description->draw_count) {
    evaluate_each(twin, count, candidates, kpis, bounds, outcomes);
    if (draws) memcpy(draws, kpis, count * twin->description->kpi_count * sizeof *kpis);
    return HERMES_OK;
  }
  twin->evaluated = twin->drawn = false;
  if (count > 0) memcpy(twin->held, candidates + (count - 1) * size, size * sizeof *candidates);
  twin->stale = count > 0;
  return instance_evaluate_draws(twin, count, candidates, kpis, bounds, outcomes, draws);
}

int instance_default_candidate(hermes_twin *twin, double *candidate) {
  if (instance_prepare(twin)) return HERMES_FAILED;
  const hermes_fault *fault = twin->base->fault;
  if (fault[HERMES_INPUTS].code || fault[HERMES_POLICIES].code) {
    hermes_outcome outcome;
    hermes_frame frame = twin->frame;
    frame.fault = fault[fault[HERMES_INPUTS].code ? HERMES_INPUTS : HERMES_POLICIES];
    instance_invalid(twin, &frame, &outcome);
    return instance_fail(twin, "the policies' defaults cannot be computed: %s", outcome.reason);
  }
  memcpy(candidate, twin->base->standard, twin->candidate_size * sizeof *candidate);
  return HERMES_OK;
}

/* ---- reading ---- */

/* A candidate that faulted left, behind the fault, what the one before it had computed. All of it
 * is erased and the candidate computed once more, so that what is read depends on the candidate
 * alone. */
static void erase_behind_fault(hermes_twin *twin) {
  const hermes_description *d = twin->description;
  hermes_fault fault = twin->frame.fault;
  for (size_t i = 0; i < d->slot_count; i++)
    if (instance_is_own(&d->slots[i]) && d->slots[i].role != HERMES_POLICY)
      memset(twin->slot[i], 0xFF, instance_bytes(twin, (int)i)); /* NaN, and -1 */
  if (!shared_fault(twin, false) && !compute(twin, &twin->frame, HERMES_DECIDE) &&
      !compute(twin, &twin->frame, HERMES_DRAW))
    instance_complete(twin, &twin->frame, HERMES_EVALUATE);
  twin->drawn = false;
  twin->frame.fault = fault;
  twin->faulted = false;
}

/* The last candidate of many draws, in the first one. */
static void hold_again(hermes_twin *twin) {
  hermes_outcome outcome;
  instance_evaluate_one(twin, twin->held, &outcome);
}

int instance_read(hermes_twin *twin, int number, double *numbers) {
  const hermes_description *d = twin->description;
  if (number < 0 || (size_t)number >= d->slot_count)
    return instance_fail(twin, "there is no slot %d", number);
  const hermes_slot *slot = &d->slots[number];
  if (slot->window)
    return instance_fail(twin, "of `%s`, only the last instants are kept", slot->name);
  if (slot->role != HERMES_COLUMN && instance_prepare(twin)) return HERMES_FAILED;
  if (instance_is_own(slot) && twin->stale) hold_again(twin);
  if (instance_is_own(slot) && !twin->evaluated)
    return instance_fail(twin, "no candidate was evaluated yet");
  if (instance_is_own(slot) && twin->faulted) erase_behind_fault(twin);
  size_t elements = instance_elements(twin, number);
  for (size_t e = 0; e < elements; e++) {
    numbers[e] = instance_get(slot, twin->slot[number], e);
    if (slot->kind != HERMES_REAL && numbers[e] < 0) numbers[e] = NAN;
  }
  return HERMES_OK;
}
