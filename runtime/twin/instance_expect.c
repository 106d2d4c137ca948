/* Expects: the comparisons of the blueprint, from one candidate, at every row or on a sample. */
#include "twin/instance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  SAMPLE_KEY = 0x48425031, /* of the rows that a large sweep looks at: the same for every run */
  SAMPLE_VISITS = 1 << 20, /* rows tried for a sample, where a filter leaves most of them out */
};

/* One expect on its way over the rows. */
typedef struct sweep {
  hermes_twin *twin;
  int number;
  const hermes_expect *expect;
  hermes_frame *after;
  hermes_verdict *verdicts; /* of all rows */
  hermes_verdict *here;     /* of one row */
  size_t checked;
  hermes_outcome *outcome;
} sweep;

/* ---- the second frame ---- */

/* What draws alone reach is the same for the varied candidate. */
static bool is_decided(const hermes_slot *slot) {
  return slot->role == HERMES_MEAN || slot->stage & HERMES_STAGE_MEAN ||
         (instance_is_own(slot) && (slot->stage & INSTANCE_VARIES) != HERMES_STAGE_DRAW);
}

/* Arrays that a varied candidate writes. */
static bool is_varied(const hermes_slot *slot, bool varies_input) {
  return slot->role != HERMES_COLUMN && (varies_input || is_decided(slot));
}

void instance_variation_free(hermes_twin *twin) {
  instance_variation *v = twin->variation;
  if (!v) return;
  for (size_t i = 0; v->own && i < twin->description->slot_count; i++)
    free(v->own[i]);
  free(v->own);
  free(v->slot);
  free(v);
  twin->variation = NULL;
}

static uint64_t variation_bytes(const hermes_twin *twin, bool varies_input) {
  const hermes_description *d = twin->description;
  uint64_t bytes = 0;
  for (size_t i = 0; i < d->slot_count; i++)
    if (is_varied(&d->slots[i], varies_input))
      bytes += instance_bytes(twin, (int)i);
  return bytes;
}

static bool allocate(hermes_twin *twin, instance_variation *v) {
  const hermes_description *d = twin->description;
  v->own = calloc(d->slot_count + 1, sizeof *v->own);
  v->slot = calloc(d->slot_count + 1, sizeof *v->slot);
  for (size_t i = 0; v->own && v->slot && i < d->slot_count; i++) {
    v->slot[i] = twin->slot[i];
    if (!is_varied(&d->slots[i], v->varies_input)) continue;
    v->slot[i] = v->own[i] = data_array(&d->slots[i], twin->tables->rows);
    if (!v->own[i]) return false;
  }
  return v->own && v->slot;
}

/* The frame for varied candidates; NULL, with the twin's error set, where memory is short. */
static hermes_frame *variation_frame(hermes_twin *twin, bool varies_input) {
  if (twin->variation && (twin->variation->varies_input || !varies_input))
    return &twin->variation->frame;
  instance_variation_free(twin);
  uint64_t used = data_memory(twin->description, twin->tables->rows),
           limit = data_memory_limit(&twin->limits);
  if (variation_bytes(twin, varies_input) > limit - used) {
    instance_fail(twin, "an expect needs a second copy of arrays, which exceeds the memory limit");
    return NULL;
  }
  instance_variation *v = twin->variation = calloc(1, sizeof *v);
  if (v) v->varies_input = varies_input;
  if (!v || !allocate(twin, v)) {
    instance_variation_free(twin);
    instance_fail(twin, "no memory left for an expect");
    return NULL;
  }
  v->frame = twin->frame;
  v->frame.slot = v->slot;
  return &v->frame;
}

/* ---- one row ---- */

static void copy_slots(sweep *s, const int *slots, size_t count) {
  const hermes_twin *twin = s->twin;
  for (size_t i = 0; i < count; i++)
    if (s->after->slot[slots[i]] != twin->slot[slots[i]])
      memcpy(s->after->slot[slots[i]], twin->slot[slots[i]], instance_bytes(twin, slots[i]));
}

/* The unvaried candidate once more, for `vary` to change. */
static void copy_candidate(sweep *s) {
  const hermes_description *d = s->twin->description;
  copy_slots(s, d->policies, d->policy_count);
  copy_slots(s, d->inputs, d->input_count);
}

static bool compute(sweep *s, hermes_step first) {
  s->after->fault = (hermes_fault){0};
  if (!instance_complete(s->twin, s->after, first)) return true;
  instance_invalid(s->twin, s->after, s->outcome);
  return false;
}

/* False where the varied candidate is invalid. A frame that has its own prepared values needs them
 * also for an expect that varies no input. */
static bool evaluate_varied(sweep *s) {
  if (!s->expect->varies) return true;
  return compute(s, s->twin->variation->varies_input ? HERMES_PREPARE : HERMES_DECIDE) &&
         instance_check_kpis(s->twin, s->after, false, s->outcome) &&
         instance_check_kpis(s->twin, s->after, true, s->outcome);
}

/* A comparison that meets no number is worse than any that does. */
static bool is_worse(const hermes_verdict *a, const hermes_verdict *b) {
  if (isnan(a->excess) || isnan(b->excess)) return isnan(a->excess) && !isnan(b->excess);
  return a->excess > b->excess;
}

static void merge(hermes_verdict *all, const hermes_verdict *here, const size_t *row) {
  if (!here->checked) return;
  size_t checked = all->checked + here->checked, failed = all->failed + here->failed;
  if (!all->checked || is_worse(here, all)) {
    *all = *here;
    memcpy(all->at, row, sizeof all->at);
  }
  all->checked = checked;
  all->failed = failed;
}

typedef enum row_result { ROW_LEFT_OUT, ROW_CHECKED, ROW_INVALID } row_result;

/* A fault of the expect's own: in its filter, what it varies, or a claim. */
static row_result faulted(sweep *s) {
  instance_invalid(s->twin, s->after, s->outcome);
  return ROW_INVALID;
}

static row_result check_row(sweep *s, const size_t *row) {
  const hermes_model *model = s->twin->model;
  const hermes_frame *before = &s->twin->frame;
  if (s->expect->varies) copy_candidate(s);
  s->after->fault = (hermes_fault){0};
  int takes_part = model->vary(model->context, s->number, row, before, s->after);
  if (takes_part < 0) return faulted(s);
  if (!takes_part) return ROW_LEFT_OUT;
  if (!evaluate_varied(s)) return ROW_INVALID;
  memset(s->here, 0, s->expect->assert_count * sizeof *s->here);
  if (model->assess(model->context, s->number, row, before, s->after, s->here)) return faulted(s);
  for (size_t i = 0; i < s->expect->assert_count; i++)
    merge(&s->verdicts[i], &s->here[i], row);
  s->checked++;
  return ROW_CHECKED;
}

/* ---- all rows ---- */

/* Every row in order where there are at most `most`, else rows in a random order until enough were
 * checked. */
static void check_rows(sweep *s, size_t most, size_t *total, size_t *failed_row) {
  size_t rows = data_elements(&s->expect->index, s->twin->tables->rows), row[HERMES_MAX_RANK];
  bool sampled = rows > most;
  size_t visits = sampled && rows > SAMPLE_VISITS ? SAMPLE_VISITS : rows;
  if (visits < rows && visits < most) visits = most;
  *total = rows;
  for (size_t i = 0; i < visits && s->checked < most; i++) {
    size_t number = sampled ? hermes_random_order(SAMPLE_KEY, (uint64_t)s->number, rows, i) : i;
    instance_row_of(s->twin, &s->expect->index, number, row);
    row_result result = check_row(s, row);
    if (result == ROW_LEFT_OUT) --*total;
    if (result != ROW_INVALID) continue;
    memcpy(failed_row, row, sizeof row);
    return;
  }
}

static void to_declared(const hermes_expect *expect, hermes_verdict *verdicts) {
  for (size_t i = 0; i < expect->assert_count; i++) {
    const hermes_assert *assert = &expect->asserts[i];
    if (assert->kind != HERMES_REAL) continue;
    verdicts[i].left = hermes_written_number(&assert->measure, verdicts[i].left);
    verdicts[i].right = hermes_written_number(&assert->measure, verdicts[i].right);
    verdicts[i].excess /= assert->measure.factor; /* a difference: without the origin */
  }
}

static int sweep_rows(sweep *s, size_t most, size_t *rows_total, size_t *failed_row) {
  const hermes_expect *expect = s->expect;
  s->here = calloc(expect->assert_count + 1, sizeof *s->here);
  s->after = expect->varies ? variation_frame(s->twin, expect->varies_input) : &s->twin->frame;
  if (!s->here) instance_fail(s->twin, "no memory left for an expect");
  bool able = s->here && s->after;
  if (able) check_rows(s, most, rows_total, failed_row);
  if (able) to_declared(expect, s->verdicts);
  free(s->here);
  return able ? HERMES_OK : HERMES_FAILED;
}

int instance_expect(hermes_twin *twin, int number, const double *candidate, size_t most,
                    hermes_verdict *verdicts, size_t *rows_checked, size_t *rows_total,
                    hermes_outcome *outcome, size_t *failed_row) {
  const hermes_description *d = twin->description;
  if (number < 0 || (size_t)number >= d->expect_count + d->range_count)
    return instance_fail(twin, "there is no expect %d", number);
  if ((size_t)number < d->expect_count && twin->limits.windows)
    return instance_fail(twin, "expects are looked at where all instants are kept");
  if (instance_prepare(twin) || instance_check_candidate(twin, candidate, 0)) return HERMES_FAILED;
  const hermes_expect *expect = &d->expects[number];
  for (size_t i = 0; i < expect->assert_count; i++)
    verdicts[i] = (hermes_verdict){0};
  memset(failed_row, 0, HERMES_MAX_RANK * sizeof *failed_row);
  *rows_checked = *rows_total = 0;
  instance_hold(twin, candidate, outcome);
  if (outcome->status != HERMES_OK) {
    failed_row[0] = SIZE_MAX;
    return HERMES_OK;
  }
  sweep s = {
      .twin = twin, .number = number, .expect = expect, .verdicts = verdicts, .outcome = outcome};
  int status = sweep_rows(&s, most, rows_total, failed_row);
  *rows_checked = s.checked;
  return status;
}
