#include "pair.h"

#include "twin/instance.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  CANDIDATES = 3,      /* drawn at random, before and after inputs are */
  EXPECT_ROWS = 4,     /* looked at, of one expect from one candidate */
  MOST_WORK = 4000000, /* operations of one candidate: the interpreter takes its time */
  DRAWS = 3,           /* of each candidate, where the blueprint draws */
  PROBLEMS_SHOWN = 6,
};

/* Both twins on one data set, and what is drawn for them. */
typedef struct session {
  const pair *both;
  const char *directory;
  hermes_interface door; /* its functions serve any twin */
  hermes_twin *a, *b;    /* interpreted, native */
  hermes_twin *short_a, *short_b; /* the same with windows, where the blueprint has any; else NULL */
  const hermes_description *description;
  uint64_t drawn; /* random numbers so far */
  pair_tally *tally;
} session;

static void differ(session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differ(session *s, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (s->tally->problems++ < PROBLEMS_SHOWN) {
    printf("! %s with %s: ", s->both->name, s->directory);
    vprintf(format, arguments);
    putchar('\n');
  }
  va_end(arguments);
}

static void *allocated(size_t count, size_t size) {
  void *memory = calloc(count + 1, size);
  if (memory) return memory;
  fputs("out of memory\n", stderr);
  abort();
}

/* ---- comparing ---- */

/* All NaN are alike: which of two the processor hands on is not said. */
static bool same_bits(double x, double y) {
  return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}

static void same_numbers(session *s, const char *what, const double *x, const double *y,
                         size_t count) {
  s->tally->numbers += count;
  for (size_t i = 0; i < count; i++) {
    if (same_bits(x[i], y[i])) continue;
    differ(s, "%s[%zu] is %.17g (%a) interpreted and %.17g (%a) native", what, i, x[i], x[i], y[i],
           y[i]);
    return;
  }
}

static void same_texts(session *s, const char *what, const char *x, const char *y) {
  if (strcmp(x, y)) differ(s, "%s: `%s` interpreted and `%s` native", what, x, y);
}

static void same_statuses(session *s, const char *what, int x, int y) {
  if (x != y) differ(s, "%s: status %d interpreted and %d native", what, x, y);
}

static void same_outcomes(session *s, const char *what, const hermes_outcome *x,
                          const hermes_outcome *y) {
  same_statuses(s, what, x->status, y->status);
  same_texts(s, what, x->reason, y->reason);
}

static bool is_shown(const hermes_slot *slot) {
  return slot->role != HERMES_HIDDEN && slot->role != HERMES_COLUMN;
}

/* In declared units, as the door gives them; after a fault, what was not computed is NaN. */
static void same_slots(session *s) {
  for (size_t i = 0; i < s->description->slot_count; i++) {
    const hermes_slot *slot = &s->description->slots[i];
    if (!is_shown(slot)) continue;
    size_t count = s->door.elements(s->a, (int)i);
    double *x = allocated(count, sizeof *x), *y = allocated(count, sizeof *y);
    same_statuses(s, slot->name, s->door.read(s->a, (int)i, x), s->door.read(s->b, (int)i, y));
    same_numbers(s, slot->name, x, y, count);
    free(x);
    free(y);
  }
}

/* As they lie in the arrays, in coherent units. needs: what was read, as a candidate of draws is
 * computed once more for its readers, and what lies behind a fault is erased for them. */
static void same_arrays(session *s) {
  for (size_t i = 0; i < s->description->slot_count; i++) {
    const hermes_slot *slot = &s->description->slots[i];
    if (!is_shown(slot) || slot->kind != HERMES_REAL) continue;
    same_numbers(s, slot->name, s->a->slot[i], s->b->slot[i], s->door.elements(s->a, (int)i));
  }
}

/* ---- drawing ---- */

static size_t below(session *s, size_t count) {
  return (size_t)(hermes_random_bits(s->both->seed, 1, s->drawn++) % count);
}

static double draw_from_range(session *s, const hermes_slot *slot) {
  const hermes_domain *domain = &slot->domain;
  double low = isfinite(domain->low) ? domain->low : -50;
  double high = isfinite(domain->high) ? domain->high : low + 100;
  double step = domain->step > 0 ? domain->step : slot->integer ? 1 : (high - low) / 16;
  size_t steps = (size_t)((high - low) / step + 1e-9) + !domain->open;
  return steps ? low + step * (double)below(s, steps) : low;
}

static double draw_real(session *s, const hermes_slot *slot) {
  static const double odd[] = {0, -0.0, 0.3, 1e-9, -1, 1e6};
  if (slot->domain.form == HERMES_RANGE) return draw_from_range(s, slot);
  if (slot->domain.form == HERMES_SET)
    return slot->domain.values[below(s, slot->domain.value_count)];
  if (slot->integer) return (double)below(s, 6);
  return below(s, 4) ? (double)below(s, 57) / 4 - 2 : odd[below(s, sizeof odd / sizeof *odd)];
}

/* Any value of the slot's; NaN, which stands for the default, where there is none. */
static double draw(session *s, const hermes_slot *slot) {
  size_t rows = slot->kind == HERMES_REF ? s->door.rows(s->a, slot->refers) : 0;
  switch (slot->kind) {
  case HERMES_BOOL: return (double)below(s, 2);
  case HERMES_ENUM: return (double)below(s, slot->label_count);
  case HERMES_REF: return rows ? (double)below(s, rows) : NAN;
  default: return draw_real(s, slot);
  }
}

/* Some elements keep their default. */
static void draw_candidate(session *s, double *candidate) {
  for (size_t i = 0; i < s->description->policy_count; i++) {
    int slot = s->description->policies[i];
    size_t kept = below(s, 3), elements = s->door.elements(s->a, slot);
    for (size_t e = 0; e < elements; e++)
      *candidate++ = below(s, 3) < kept ? NAN : draw(s, &s->description->slots[slot]);
  }
}

static void draw_inputs(session *s) {
  for (size_t i = 0; i < s->description->input_count; i++) {
    int slot = s->description->inputs[i];
    size_t elements = s->door.elements(s->a, slot);
    for (size_t e = 0; e < elements; e++) {
      double number = draw(s, &s->description->slots[slot]);
      if (below(s, 2) || isnan(number)) continue;
      same_statuses(s, "set_input", s->door.set_input(s->a, slot, e, number),
                    s->door.set_input(s->b, slot, e, number));
      if (s->short_a) s->door.set_input(s->short_a, slot, e, number);
      if (s->short_b) s->door.set_input(s->short_b, slot, e, number);
    }
  }
}

/* ---- candidates ---- */

typedef struct results {
  double *kpis, *bounds;
  hermes_outcome outcome;
} results;

static results evaluate(session *s, hermes_twin *twin, const double *candidate, const char *who) {
  const hermes_description *d = s->description;
  results r = {.kpis = allocated(d->kpi_count, sizeof *r.kpis),
               .bounds = allocated(d->constraint_count, sizeof *r.bounds)};
  if (s->door.evaluate(twin, 1, candidate, r.kpis, r.bounds, &r.outcome, NULL) != HERMES_OK)
    differ(s, "the %s twin does not evaluate: %s", who, s->door.last_error(twin));
  return r;
}

static void results_free(results *r) {
  free(r->kpis);
  free(r->bounds);
}

/* Where only the last instants are kept, all that is left to see is the same. */
static void hold_window(session *s, hermes_twin *twin, const double *candidate, const results *x) {
  if (!twin) return;
  const hermes_description *d = s->description;
  results y = evaluate(s, twin, candidate, "windowed");
  same_outcomes(s, "candidate with windows", &x->outcome, &y.outcome);
  same_numbers(s, "KPI with windows", x->kpis, y.kpis, d->kpi_count);
  same_numbers(s, "bound with windows", x->bounds, y.bounds, d->constraint_count);
  results_free(&y);
}

static void hold_candidate(session *s, const double *candidate) {
  const hermes_description *d = s->description;
  results x = evaluate(s, s->a, candidate, "interpreted");
  results y = evaluate(s, s->b, candidate, "native");
  same_outcomes(s, "candidate", &x.outcome, &y.outcome);
  same_numbers(s, "KPI", x.kpis, y.kpis, d->kpi_count);
  same_numbers(s, "bound", x.bounds, y.bounds, d->constraint_count);
  hold_window(s, s->short_a, candidate, &x);
  hold_window(s, s->short_b, candidate, &x);
  same_slots(s);
  same_arrays(s);
  *(x.outcome.status == HERMES_OK ? &s->tally->valid : &s->tally->invalid) += 1;
  results_free(&x);
  results_free(&y);
}

/* ---- draws ---- */

typedef struct chances {
  double *kpis, *bounds, *draws;
  hermes_outcome *outcomes;
} chances;

/* Of `count` candidates in DRAWS draws: what the door gives, and what each draw was. */
static chances evaluate_draws(session *s, hermes_twin *twin, const double *candidates,
                              size_t count) {
  const hermes_description *d = s->description;
  chances c = {.kpis = allocated(count * d->kpi_count, sizeof *c.kpis),
               .bounds = allocated(count * d->constraint_count, sizeof *c.bounds),
               .draws = allocated(count * DRAWS * d->kpi_count, sizeof *c.draws),
               .outcomes = allocated(count, sizeof *c.outcomes)};
  if (s->door.set_draws(twin, DRAWS) != HERMES_OK ||
      s->door.evaluate(twin, count, candidates, c.kpis, c.bounds, c.outcomes, c.draws) != HERMES_OK)
    differ(s, "draws are not evaluated: %s", s->door.last_error(twin));
  return c;
}

static void chances_free(chances *c) {
  free(c->kpis);
  free(c->bounds);
  free(c->draws);
  free(c->outcomes);
}

static void hold_window_draws(session *s, hermes_twin *twin, const double *candidates, size_t count,
                              const chances *x) {
  if (!twin) return;
  chances y = evaluate_draws(s, twin, candidates, count);
  same_outcomes(s, "draws with windows", x->outcomes, y.outcomes);
  same_numbers(s, "mean with windows", x->kpis, y.kpis, count * s->description->kpi_count);
  chances_free(&y);
  s->door.set_draws(twin, 1);
}

/* Candidates one behind the other, as each draw serves them all; the arrays are those of the last
 * candidate in its first draw. */
static void hold_draws(session *s, const double *candidates, size_t count) {
  const hermes_description *d = s->description;
  chances x = evaluate_draws(s, s->a, candidates, count);
  chances y = evaluate_draws(s, s->b, candidates, count);
  for (size_t i = 0; i < count; i++) {
    same_outcomes(s, "candidate over draws", &x.outcomes[i], &y.outcomes[i]);
    *(x.outcomes[i].status == HERMES_OK ? &s->tally->valid : &s->tally->invalid) += 1;
  }
  same_numbers(s, "mean over draws", x.kpis, y.kpis, count * d->kpi_count);
  same_numbers(s, "bound over draws", x.bounds, y.bounds, count * d->constraint_count);
  same_numbers(s, "KPI in a draw", x.draws, y.draws, count * DRAWS * d->kpi_count);
  hold_window_draws(s, s->short_a, candidates, count, &x);
  hold_window_draws(s, s->short_b, candidates, count, &x);
  same_slots(s);
  same_arrays(s);
  chances_free(&x);
  chances_free(&y);
  s->door.set_draws(s->a, 1);
  s->door.set_draws(s->b, 1);
}

/* ---- expects ---- */

typedef struct sweep {
  hermes_verdict *verdicts;
  size_t checked, total, failed_row[HERMES_MAX_RANK];
  hermes_outcome outcome;
} sweep;

static sweep sweep_of(session *s, hermes_twin *twin, int expect, const double *candidate) {
  sweep w = {.verdicts =
                 allocated(s->description->expects[expect].assert_count, sizeof *w.verdicts)};
  int status = s->door.expect(twin, expect, candidate, EXPECT_ROWS, w.verdicts, &w.checked,
                              &w.total, &w.outcome, w.failed_row);
  if (status != HERMES_OK) differ(s, "an expect is not run: %s", s->door.last_error(twin));
  return w;
}

static void same_rows(session *s, const char *what, const size_t *x, const size_t *y) {
  for (int i = 0; i < HERMES_MAX_RANK; i++)
    if (x[i] != y[i]) differ(s, "%s: row %zu interpreted and %zu native", what, x[i], y[i]);
}

static void same_verdicts(session *s, const hermes_verdict *x, const hermes_verdict *y) {
  same_numbers(s, "side of an assert", (double[]){x->left, x->right, x->excess},
               (double[]){y->left, y->right, y->excess}, 3);
  same_rows(s, "assert", x->row, y->row);
  same_rows(s, "expect", x->at, y->at);
  if (x->checked != y->checked || x->failed != y->failed)
    differ(s, "assert: %zu of %zu fail interpreted and %zu of %zu native", x->failed, x->checked,
           y->failed, y->checked);
  s->tally->failed_asserts += x->failed > 0;
}

static void hold_expects(session *s, const double *candidate) {
  for (size_t i = 0; i < s->description->expect_count; i++) {
    sweep x = sweep_of(s, s->a, (int)i, candidate), y = sweep_of(s, s->b, (int)i, candidate);
    same_outcomes(s, "expect", &x.outcome, &y.outcome);
    same_rows(s, "expect that is invalid", x.failed_row, y.failed_row);
    if (x.checked != y.checked || x.total != y.total)
      differ(s, "expect: %zu of %zu rows interpreted and %zu of %zu native", x.checked, x.total,
             y.checked, y.total);
    for (size_t k = 0; k < s->description->expects[i].assert_count; k++)
      same_verdicts(s, &x.verdicts[k], &y.verdicts[k]);
    s->tally->sweeps++;
    free(x.verdicts);
    free(y.verdicts);
  }
}

/* ---- one data set ---- */

/* More rows than a block of a sum has: what takes time is tried less often. */
static bool is_large(const session *s) {
  for (size_t i = 0; i < s->description->table_count; i++)
    if (s->a->tables->rows[i] > HERMES_SUM_BLOCK) return true;
  return false;
}

/* The default candidate of both; false where there is none, for one reason. */
static bool take_default(session *s, double *candidate, double *other) {
  int x = s->door.default_candidate(s->a, candidate), y = s->door.default_candidate(s->b, other);
  same_statuses(s, "default candidate", x, y);
  if (x == HERMES_OK && y == HERMES_OK)
    same_numbers(s, "default candidate", candidate, other, s->door.candidate_size(s->a));
  else
    same_texts(s, "default candidate", s->door.last_error(s->a), s->door.last_error(s->b));
  return x == HERMES_OK;
}

/* By default, with decisions drawn, through expects, over draws, and by default once more: what one candidate
 * left behind must not show in the next. */
static void hold_candidates(session *s) {
  size_t size = s->door.candidate_size(s->a);
  double *standard = allocated(2 * size, sizeof *standard), *drawn = standard + size;
  bool has_standard = take_default(s, standard, drawn);
  if (has_standard) hold_candidate(s, standard);
  for (int i = is_large(s) ? CANDIDATES - 1 : 0; i < CANDIDATES; i++) {
    draw_candidate(s, drawn);
    hold_candidate(s, drawn);
  }
  if (!is_large(s)) {
    hold_expects(s, has_standard ? standard : drawn);
    if (s->description->draw_count)
      hold_draws(s, has_standard ? standard : drawn, has_standard ? 2 : 1);
    if (has_standard) hold_candidate(s, standard);
  }
  free(standard);
}

static hermes_twin *open_twin(session *s, const hermes_model *model, uint64_t work,
                              hermes_diagnostics *problems) {
  hermes_limits limits = {.work = work};
  return s->door.create(model, s->directory, &limits, problems);
}

/* NULL where the model has no windows. */
static hermes_twin *open_short(session *s, const hermes_model *model) {
  hermes_limits limits = {.windows = true};
  hermes_diagnostics problems = {0};
  hermes_twin *twin = s->door.create(model, s->directory, &limits, &problems);
  bool any = false;
  for (size_t i = 0; twin && i < twin->description->slot_count; i++)
    any |= twin->description->slots[i].window > 0;
  hermes_diagnostics_free(&problems);
  if (!twin) differ(s, "there is no twin with windows");
  s->tally->windows += any;
  if (any || !twin) return twin;
  s->door.destroy(twin);
  return NULL;
}

static void same_problems(session *s, const hermes_diagnostics *x, const hermes_diagnostics *y) {
  char *a = hermes_diagnostics_json(x), *b = hermes_diagnostics_json(y);
  same_texts(s, "data", a, b);
  free(a);
  free(b);
}

/* The estimate of work is that of the blueprint as written: lowering saves, and may do with less.
 */
static void open_both(session *s) {
  hermes_diagnostics x = {0}, y = {0};
  s->a = open_twin(s, s->both->interpreted, MOST_WORK, &x);
  bool too_much = !s->a && x.count && x.items[x.count - 1].code == HB0734;
  if (!too_much) {
    s->b = open_twin(s, s->both->native, 0, &y);
    same_problems(s, &x, &y);
  }
  s->tally->refused += !s->a;
  hermes_diagnostics_free(&x);
  hermes_diagnostics_free(&y);
}

void pair_hold(const pair *both, const char *directory, pair_tally *tally) {
  session s = {.both = both,
               .directory = directory,
               .door = hermes_interface_of(both->interpreted),
               .tally = tally};
  open_both(&s);
  if (s.a && s.b) {
    s.description = s.a->description;
    s.short_a = open_short(&s, both->interpreted);
    s.short_b = open_short(&s, both->native);
    hold_candidates(&s);
    draw_inputs(&s);
    if (!is_large(&s)) hold_candidates(&s);
  }
  if (s.short_a) s.door.destroy(s.short_a);
  if (s.short_b) s.door.destroy(s.short_b);
  if (s.a) s.door.destroy(s.a);
  if (s.b) s.door.destroy(s.b);
}
