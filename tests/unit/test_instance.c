/* runtime/twin: a twin over a model written by hand. The names of the tests are the rules.
 *
 * The model: cells with a power, users with a measured level of every cell. Policies: a gain for
 * each cell, which cells sleep, a mode and a preferred cell. A user is served by the best cell that
 * is awake; KPIs are the mean level (counting `mode` times 1 dB on top) and the share of users
 * above a threshold, an input.
 */
#include "temporary.h"

#include <hermes/twin.h>

#include <math.h>
#include <pthread.h>

enum { CELL, UE, PATH };
enum {
  TX_POWER,
  RSRP,
  THRESHOLD,
  BIAS,
  OFFSET,
  SLEEP,
  MODE,
  PREFERRED,
  GAIN,
  RX,
  SERVER,
  MEAN,
  COVERAGE,
  CELLS,
  BOUND
};
enum { STRONGER, THRESHOLDS, FACT, ALL_ASLEEP, PAIRS };

static const char DESCRIPTION[] =
    "{'abi': 3, 'blueprint': {'name': 'by_hand'},"
    " 'tables': ["
    "  {'name': 'cell', 'source': 'cells.csv', 'index': [0], 'columns': [0]},"
    "  {'name': 'ue', 'source': 'ues.csv', 'index': [1], 'columns': []},"
    "  {'name': 'path', 'source': 'rsrp.csv', 'index': [1, 0], 'columns': [1]}],"
    " 'slots': ["
    "  {'name': 'tx_power', 'role': 'column', 'kind': 'real', 'unit': 'dBW', 'index': [0], "
    "'table': 0},"
    "  {'name': 'rsrp', 'role': 'column', 'kind': 'real', 'unit': 'dBm', 'index': [1, 0], 'table': "
    "2},"
    "  {'name': 'threshold', 'role': 'input', 'kind': 'real', 'unit': 'dBm', 'index': [], "
    "'required': true},"
    "  {'name': 'bias', 'role': 'input', 'kind': 'real', 'unit': 'dB', 'index': [0]},"
    "  {'name': 'offset', 'role': 'policy', 'kind': 'real', 'unit': 'dB', 'index': [0]},"
    "  {'name': 'sleep', 'role': 'policy', 'kind': 'bool', 'index': [0]},"
    "  {'name': 'mode', 'role': 'policy', 'kind': 'enum', 'labels': ['low', 'high'], 'index': []},"
    "  {'name': 'preferred', 'role': 'policy', 'kind': 'ref', 'refers': 0, 'index': []},"
    "  {'name': 'gain', 'role': 'out', 'kind': 'real', 'unit': 'dBm', 'index': [1, 0], 'stage': "
    "[]},"
    "  {'name': 'rx', 'role': 'out', 'kind': 'real', 'unit': 'dBm', 'index': [1, 0], 'stage': "
    "['policy']},"
    "  {'name': 'server', 'role': 'out', 'kind': 'ref', 'refers': 0, 'index': [1], 'stage': "
    "['policy']},"
    "  {'name': 'mean', 'role': 'kpi', 'kind': 'real', 'unit': 'dBW', 'index': [], 'stage': "
    "['policy'], 'line': 50},"
    "  {'name': 'coverage', 'role': 'kpi', 'kind': 'real', 'unit': '%', 'index': [], 'stage': "
    "['policy']},"
    "  {'name': 'cells', 'role': 'kpi', 'kind': 'real', 'unit': '1', 'index': [], 'stage': []},"
    "  {'name': 'bound', 'role': 'bound', 'kind': 'real', 'unit': '%', 'index': [], 'stage': []}],"
    " 'inputs': [2, 3], 'policies': [4, 5, 6, 7], 'kpis': [11, 12, 13],"
    " 'goal': {'objectives': [{'kpi': 0, 'direction': 'maximize'}],"
    "          'constraints': [{'kpi': 1, 'relation': '>=', 'bound': 14}]},"
    " 'expects': ["
    "  {'variables': ['c'], 'index': [0], 'varies': true, 'asserts': ["
    "    {'relation': '>=', 'kind': 'real', 'unit': 'dBW', 'variables': ['u'], 'index': [1]}]},"
    "  {'variables': [], 'index': [], 'varies': true, 'varies_input': true, 'asserts': ["
    "    {'relation': '<=', 'kind': 'real', 'unit': '%', 'variables': [], 'index': []}]},"
    "  {'variables': ['u'], 'index': [1], 'varies': false, 'asserts': ["
    "    {'relation': '', 'kind': 'bool', 'variables': [], 'index': []}]},"
    "  {'variables': ['c'], 'index': [0], 'varies': true, 'asserts': ["
    "    {'relation': '', 'kind': 'bool', 'variables': [], 'index': []}]},"
    "  {'variables': ['u', 'v'], 'index': [1, 1], 'varies': false, 'asserts': ["
    "    {'relation': '', 'kind': 'bool', 'variables': [], 'index': []}]}],"
    " 'work': [{'slot': 9, 'operations': 10, 'index': [1, 0]}]}";

/* ---- the model ---- */

/* What a test may ask of the model; its context. */
typedef struct wishes {
  int prepared; /* how often PREPARE ran */
  bool fault_in_prepare, fault_in_policies;
  unsigned char visited[64][64];
} wishes;

static double *reals(const hermes_frame *f, int slot) {
  return f->slot[slot];
}

static int32_t *integers(const hermes_frame *f, int slot) {
  return f->slot[slot];
}

static int fault(hermes_frame *f, int slot, size_t row, int line) {
  f->fault =
      (hermes_fault){.code = HERMES_EMPTY_REDUCTION, .slot = slot, .line = line, .row = {row}};
  return 1;
}

static int defaults(const wishes *w, hermes_frame *f) {
  size_t cells = f->rows[CELL];
  for (size_t c = 0; c < cells; c++) {
    reals(f, OFFSET)[c] = 0.25;
    integers(f, SLEEP)[c] = 0;
  }
  *integers(f, MODE) = 1;
  *integers(f, PREFERRED) = (int32_t)cells - 1;
  return w->fault_in_policies ? fault(f, OFFSET, 0, 7) : 0;
}

static int prepare(wishes *w, hermes_frame *f) {
  size_t cells = f->rows[CELL];
  w->prepared++;
  if (w->fault_in_prepare) return fault(f, GAIN, 1, 30);
  for (size_t i = 0; i < f->rows[UE] * cells; i++)
    reals(f, GAIN)[i] =
        reals(f, RSRP)[i] - reals(f, TX_POWER)[i % cells] + reals(f, BIAS)[i % cells];
  *reals(f, CELLS) = (double)cells;
  *reals(f, BOUND) = 0.5;
  return 0;
}

static int serve(hermes_frame *f, size_t u) {
  size_t cells = f->rows[CELL];
  long best = -1;
  for (size_t c = 0; c < cells; c++) {
    double *rx = reals(f, RX) + u * cells;
    rx[c] = reals(f, GAIN)[u * cells + c] + reals(f, TX_POWER)[c] + reals(f, OFFSET)[c];
    if (!integers(f, SLEEP)[c] && (best < 0 || rx[c] > rx[best])) best = (long)c;
  }
  if (best < 0) return fault(f, SERVER, u, 42);
  integers(f, SERVER)[u] = (int32_t)best;
  return 0;
}

static int evaluate(hermes_frame *f) {
  size_t cells = f->rows[CELL], ues = f->rows[UE];
  double sum = 0, covered = 0;
  for (size_t u = 0; u < ues; u++) {
    if (serve(f, u)) return 1;
    double level = reals(f, RX)[u * cells + (size_t)integers(f, SERVER)[u]];
    sum += level;
    covered += level >= *reals(f, THRESHOLD);
  }
  *reals(f, MEAN) = sum / (double)ues + *integers(f, MODE);
  *reals(f, COVERAGE) = covered / (double)ues;
  return 0;
}

static int compute(void *context, hermes_frame *f, hermes_step step) {
  switch (step) {
  case HERMES_INPUTS:
    for (size_t c = 0; c < f->rows[CELL]; c++)
      reals(f, BIAS)[c] = 0;
    return 0;
  case HERMES_POLICIES:
    return defaults(context, f);
  case HERMES_PREPARE:
    return prepare(context, f);
  case HERMES_EVALUATE:
    return evaluate(f);
  default:
    return 0;
  }
}

static int vary(void *context, int expect, const size_t *row, const hermes_frame *before,
                hermes_frame *f) {
  (void)context, (void)before;
  if (expect == STRONGER) {
    if (row[0] == 1) return 0; /* its filter */
    reals(f, OFFSET)[row[0]] += 3;
  }
  if (expect == THRESHOLDS) *reals(f, THRESHOLD) -= 10, reals(f, BIAS)[0] += 100;
  if (expect == ALL_ASLEEP && row[0] == 2)
    for (size_t c = 0; c < f->rows[CELL]; c++)
      integers(f, SLEEP)[c] = 1;
  return 1;
}

static void take(hermes_verdict *v, double left, double right, double excess, size_t row) {
  if (!v->checked++ || excess > v->excess) {
    v->left = left;
    v->right = right;
    v->excess = excess;
    v->row[0] = row;
  }
  v->failed += excess > 0;
}

static int assess(void *context, int expect, const size_t *row, const hermes_frame *before,
                  hermes_frame *f, hermes_verdict *verdicts) {
  size_t cells = f->rows[CELL];
  if (expect == STRONGER)
    for (size_t u = 0; u < f->rows[UE]; u++) {
      double left = reals(f, RX)[u * cells + row[0]], right = reals(before, RX)[u * cells + row[0]];
      take(verdicts, left, right, right - left, u);
    }
  else if (expect == THRESHOLDS)
    take(verdicts, *reals(before, COVERAGE), *reals(f, COVERAGE),
         *reals(before, COVERAGE) - *reals(f, COVERAGE), 0);
  else if (expect == PAIRS)
    ((wishes *)context)->visited[row[0]][row[1]]++,
        take(verdicts, 1, 0, row[0] == row[1] ? 1 : -1, 0);
  else
    take(verdicts, 1, 0, -1, 0);
  return 0;
}

/* ---- a twin over it ---- */

typedef struct world {
  wishes wishes;
  char description[sizeof DESCRIPTION];
  hermes_model model;
  hermes_interface door;
  hermes_twin *twin;
} world;

static void build(world *w) {
  memcpy(w->description, DESCRIPTION, sizeof DESCRIPTION);
  for (char *c = w->description; *c; c++)
    if (*c == '\'') *c = '"';
  w->model = (hermes_model){.abi = HERMES_ABI,
                            .description = (const unsigned char *)w->description,
                            .description_size = sizeof DESCRIPTION - 1,
                            .context = &w->wishes,
                            .compute = compute,
                            .vary = vary,
                            .assess = assess};
  w->door = hermes_interface_of(&w->model);
}

static void create(world *w, const temporary *t) {
  hermes_diagnostics problems = {0};
  write_text(t, "cells.csv", "cell,tx_power\nc1,10\nc2,10\nc3,13\n");
  write_text(t, "ues.csv", "ue\nu1\nu2\n");
  write_text(t, "rsrp.csv",
             "ue,cell,rsrp\nu1,c1,-80\nu1,c2,-90\nu1,c3,-100\nu2,c1,-95\nu2,c2,-85\nu2,c3,-99\n");
  build(w);
  w->twin = w->door.create(&w->model, t->directory, NULL, &problems);
  hermes_diagnostics_print(&problems, stderr, false, 0);
  assert_non_null(w->twin);
}

static void open_twin(world *w, const temporary *t) {
  memset(w, 0, sizeof *w);
  create(w, t);
  assert_int_equal(w->door.set_input(w->twin, THRESHOLD, 0, -85), HERMES_OK);
}

enum { SIZE = 8 }; /* of a candidate */

static hermes_outcome run(const world *w, const double *candidate, double kpis[3]) {
  hermes_outcome outcome;
  if (w->door.evaluate(w->twin, 1, candidate, kpis, NULL, &outcome, NULL))
    fail_msg("%s", w->door.last_error(w->twin));
  return outcome;
}

/* ---- tables and candidates ---- */

static void rows_and_keys_are_those_of_the_tables(void **state) {
  world w;
  open_twin(&w, *state);
  assert_int_equal(w.door.rows(w.twin, CELL), 3);
  assert_int_equal(w.door.rows(w.twin, PATH), 0);
  assert_int_equal(w.door.rows(w.twin, 99), 0);
  assert_string_equal(w.door.key(w.twin, UE, 1), "u2");
  assert_null(w.door.key(w.twin, UE, 2));
  assert_int_equal(w.door.find(w.twin, CELL, "c3"), 2);
  assert_int_equal(w.door.find(w.twin, CELL, "c4"), -1);
  assert_int_equal(w.door.elements(w.twin, RX), 6);
  assert_int_equal(w.door.elements(w.twin, MEAN), 1);
  assert_int_equal(w.door.candidate_size(w.twin), SIZE);
  assert_int_equal(w.door.candidate_offset(w.twin, MODE), 6);
  size_t size;
  assert_ptr_equal(w.door.describe(&w.model, &size), w.model.description);
  w.door.destroy(w.twin);
}

static void a_required_input_must_be_set(void **state) {
  world w;
  memset(&w, 0, sizeof w);
  create(&w, *state);
  double candidate[SIZE], kpis[3];
  hermes_outcome outcome;
  assert_string_equal(w.door.last_error(w.twin), "");
  assert_int_equal(w.door.default_candidate(w.twin, candidate), HERMES_FAILED);
  assert_string_equal(w.door.last_error(w.twin), "inputs without a value: `threshold`");
  assert_int_equal(w.door.evaluate(w.twin, 1, candidate, kpis, NULL, &outcome, NULL), HERMES_FAILED);
  assert_int_equal(w.door.set_input(w.twin, THRESHOLD, 0, -85), HERMES_OK);
  assert_int_equal(w.door.default_candidate(w.twin, candidate), HERMES_OK);
  w.door.destroy(w.twin);
}

static void the_default_candidate_is_in_declared_units(void **state) {
  static const double expected[SIZE] = {0.25, 0.25, 0.25, 0, 0, 0, 1, 2};
  world w;
  double candidate[SIZE];
  open_twin(&w, *state);
  assert_int_equal(w.door.default_candidate(w.twin, candidate), HERMES_OK);
  assert_memory_equal(candidate, expected, sizeof expected);
  w.door.destroy(w.twin);
}

static void kpis_and_bounds_come_in_declared_units(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[6], bounds[2];
  double two[2 * SIZE] = {[SIZE] = 10};
  hermes_outcome outcomes[2];
  open_twin(&w, *state);
  assert_int_equal(run(&w, candidate, kpis).status, HERMES_OK);
  assert_true(kpis[0] == -82.5 - 30 && kpis[1] == 100 && kpis[2] == 3);
  assert_int_equal(w.door.evaluate(w.twin, 2, two, kpis, bounds, outcomes, NULL), HERMES_OK);
  assert_true(kpis[0] == -112.5 && kpis[3] == -77.5 - 30);
  assert_true(bounds[0] == 50 && bounds[1] == 50);
  w.door.destroy(w.twin);
}

static void an_element_that_is_nan_takes_its_default(void **state) {
  world w;
  double standard[SIZE], open[SIZE], kpis[3], same[3];
  open_twin(&w, *state);
  w.door.default_candidate(w.twin, standard);
  for (size_t i = 0; i < SIZE; i++)
    open[i] = NAN;
  run(&w, standard, kpis);
  run(&w, open, same);
  assert_memory_equal(kpis, same, sizeof kpis);
  w.door.destroy(w.twin);
}

static void an_ordinal_out_of_bounds_is_refused(void **state) {
  static const struct {
    size_t element;
    double number;
    const char *name;
  } cases[] = {{3, 2, "sleep"},        {6, 2, "mode"},      {6, -1, "mode"},
               {6, 0.5, "mode"},       {7, 3, "preferred"}, {7, INFINITY, "preferred"},
               {7, 1e300, "preferred"}};
  world w;
  open_twin(&w, *state);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double candidate[SIZE] = {0}, kpis[3];
    hermes_outcome outcome;
    candidate[cases[i].element] = cases[i].number;
    assert_int_equal(w.door.evaluate(w.twin, 1, candidate, kpis, NULL, &outcome, NULL), HERMES_FAILED);
    assert_non_null(strstr(w.door.last_error(w.twin), cases[i].name));
  }
  w.door.destroy(w.twin);
}

/* ---- invalid candidates ---- */

static void an_invalid_candidate_has_a_reason_and_ends_no_batch(void **state) {
  world w;
  double batch[3 * SIZE] = {[SIZE + 3] = 1, [SIZE + 4] = 1, [SIZE + 5] = 1}, kpis[9], bounds[3];
  hermes_outcome outcomes[3];
  open_twin(&w, *state);
  assert_int_equal(w.door.evaluate(w.twin, 3, batch, kpis, bounds, outcomes, NULL), HERMES_OK);
  assert_int_equal(outcomes[1].status, HERMES_INVALID);
  assert_string_equal(
      outcomes[1].reason,
      "nothing to choose from or reduce over in `server` at ue u1 (blueprint line 42)");
  assert_true(isnan(kpis[3]) && isnan(kpis[5]) && isnan(bounds[1]));
  assert_int_equal(outcomes[2].status, HERMES_OK);
  assert_memory_equal(kpis, kpis + 6, 3 * sizeof *kpis);
  w.door.destroy(w.twin);
}

static void a_kpi_that_is_not_finite_makes_a_candidate_invalid(void **state) {
  world w;
  double candidate[SIZE] = {INFINITY, -INFINITY, 0}, kpis[3];
  open_twin(&w, *state);
  hermes_outcome outcome = run(&w, candidate, kpis);
  assert_int_equal(outcome.status, HERMES_INVALID);
  assert_string_equal(outcome.reason, "kpi `mean` is infinite (blueprint line 50)");
  assert_true(isnan(kpis[0]));
  candidate[0] = candidate[2] = -INFINITY;
  assert_string_equal(run(&w, candidate, kpis).reason,
                      "kpi `mean` is minus infinity (blueprint line 50)");
  w.door.destroy(w.twin);
}

static void a_fault_while_preparing_makes_every_candidate_invalid(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[3];
  memset(&w, 0, sizeof w);
  w.wishes.fault_in_prepare = true;
  create(&w, *state);
  w.door.set_input(w.twin, THRESHOLD, 0, -85);
  for (int i = 0; i < 2; i++) {
    hermes_outcome outcome = run(&w, candidate, kpis);
    assert_int_equal(outcome.status, HERMES_INVALID);
    assert_non_null(strstr(outcome.reason, "`gain` at ue u2, cell c1 (blueprint line 30)"));
  }
  double rx[6];
  assert_int_equal(w.door.read(w.twin, RX, rx), HERMES_OK);
  assert_true(isnan(rx[0]));
  w.door.destroy(w.twin);
}

static void a_default_that_faults_harms_only_who_asks_for_it(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[3];
  memset(&w, 0, sizeof w);
  w.wishes.fault_in_policies = true;
  create(&w, *state);
  w.door.set_input(w.twin, THRESHOLD, 0, -85);
  assert_int_equal(w.door.default_candidate(w.twin, candidate), HERMES_FAILED);
  assert_non_null(strstr(w.door.last_error(w.twin), "`offset` at cell c1 (blueprint line 7)"));
  assert_int_equal(run(&w, candidate, kpis).status, HERMES_OK);
  candidate[2] = NAN;
  assert_int_equal(run(&w, candidate, kpis).status, HERMES_INVALID);
  w.door.destroy(w.twin);
}

/* ---- inputs, reading, clones ---- */

static void a_changed_input_is_prepared_for_again(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[3];
  open_twin(&w, *state);
  run(&w, candidate, kpis);
  run(&w, candidate, kpis);
  assert_int_equal(w.wishes.prepared, 1);
  assert_int_equal(w.door.set_input(w.twin, BIAS, 0, 5), HERMES_OK);
  run(&w, candidate, kpis);
  assert_int_equal(w.wishes.prepared, 2);
  assert_true(kpis[0] == -80 - 30);
  assert_int_equal(w.door.set_input(w.twin, THRESHOLD, 0, -50), HERMES_OK);
  run(&w, candidate, kpis);
  assert_true(kpis[1] == 0);
  w.door.destroy(w.twin);
}

static void only_inputs_take_inputs(void **state) {
  world w;
  open_twin(&w, *state);
  assert_int_equal(w.door.set_input(w.twin, OFFSET, 0, 1), HERMES_FAILED);
  assert_int_equal(w.door.set_input(w.twin, -1, 0, 1), HERMES_FAILED);
  assert_int_equal(w.door.set_input(w.twin, BIAS, 3, 1), HERMES_FAILED);
  assert_int_equal(w.door.set_input(w.twin, BIAS, 0, NAN), HERMES_FAILED);
  assert_string_equal(w.door.last_error(w.twin), "input `bias` cannot be nan");
  w.door.destroy(w.twin);
}

static void any_slot_is_read_in_declared_units(void **state) {
  world w;
  double candidate[SIZE] = {1, 2, 3, 0, 1, 0, 1, 2}, kpis[3], numbers[6];
  open_twin(&w, *state);
  assert_int_equal(w.door.read(w.twin, RX, numbers), HERMES_FAILED);
  assert_string_equal(w.door.last_error(w.twin), "no candidate was evaluated yet");
  run(&w, candidate, kpis);
  assert_int_equal(w.door.read(w.twin, TX_POWER, numbers), HERMES_OK);
  assert_true(numbers[2] == 13);
  assert_int_equal(w.door.read(w.twin, RX, numbers), HERMES_OK);
  assert_true(numbers[4] == -83);
  assert_int_equal(w.door.read(w.twin, SERVER, numbers), HERMES_OK);
  assert_true(numbers[0] == 0 && numbers[1] == 0 + (-95 + 1 < -99 + 3 ? 2 : 0));
  assert_int_equal(w.door.read(w.twin, SLEEP, numbers), HERMES_OK);
  assert_true(numbers[1] == 1);
  assert_int_equal(w.door.read(w.twin, GAIN, numbers), HERMES_OK);
  assert_true(numbers[0] == -120);
  assert_int_equal(w.door.read(w.twin, 99, numbers), HERMES_FAILED);
  w.door.destroy(w.twin);
}

static void what_an_invalid_candidate_leaves_depends_on_it_alone(void **state) {
  world w;
  double good[SIZE] = {0}, bad[SIZE] = {[3] = 1, [4] = 1, [5] = 1}, kpis[3], server[2], mean;
  open_twin(&w, *state);
  run(&w, good, kpis);
  run(&w, bad, kpis);
  assert_int_equal(w.door.read(w.twin, SERVER, server), HERMES_OK);
  assert_true(isnan(server[0]) && isnan(server[1]));
  assert_int_equal(w.door.read(w.twin, MEAN, &mean), HERMES_OK);
  assert_true(isnan(mean));
  w.door.destroy(w.twin);
}

static void a_clone_shares_what_no_policy_reaches_and_gives_the_same(void **state) {
  world w;
  double candidate[SIZE] = {3, 1, 2}, kpis[3], same[3];
  hermes_outcome outcome;
  open_twin(&w, *state);
  hermes_twin *other = w.door.clone(w.twin);
  run(&w, candidate, kpis);
  assert_int_equal(w.door.evaluate(other, 1, candidate, same, NULL, &outcome, NULL), HERMES_OK);
  assert_int_equal(w.wishes.prepared, 1);
  assert_memory_equal(kpis, same, sizeof kpis);
  w.door.destroy(w.twin); /* the clone lives on */
  assert_int_equal(w.door.evaluate(other, 1, candidate, same, NULL, &outcome, NULL), HERMES_OK);
  assert_memory_equal(kpis, same, sizeof kpis);
  w.door.destroy(other);
}

static void an_input_of_a_clone_is_its_own(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[3], others[3];
  hermes_outcome outcome;
  open_twin(&w, *state);
  hermes_twin *other = w.door.clone(w.twin);
  assert_int_equal(w.door.set_input(other, BIAS, 0, 5), HERMES_OK);
  w.door.evaluate(other, 1, candidate, others, NULL, &outcome, NULL);
  run(&w, candidate, kpis);
  assert_true(kpis[0] == -112.5 && others[0] == -110 && others[1] == 100);
  w.door.destroy(other);
  w.door.destroy(w.twin);
}

static void clones_made_before_an_input_is_set_work_too(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[3];
  hermes_outcome outcome;
  memset(&w, 0, sizeof w);
  create(&w, *state);
  hermes_twin *other = w.door.clone(w.twin);
  assert_non_null(other);
  w.door.set_input(w.twin, THRESHOLD, 0, -85);
  assert_int_equal(run(&w, candidate, kpis).status, HERMES_OK);
  assert_int_equal(w.door.evaluate(other, 1, candidate, kpis, NULL, &outcome, NULL), HERMES_FAILED);
  w.door.destroy(w.twin);
  w.door.destroy(other);
}

typedef struct job {
  const hermes_interface *door;
  hermes_twin *twin;
  double sum;
} job;

static void *work(void *argument) {
  job *j = argument;
  for (int i = 0; i < 1000; i++) {
    double candidate[SIZE] = {i % 7}, kpis[3];
    hermes_outcome outcome;
    j->door->evaluate(j->twin, 1, candidate, kpis, NULL, &outcome, NULL);
    j->sum += kpis[0];
  }
  return NULL;
}

static void clones_work_in_threads_of_their_own(void **state) {
  world w;
  job jobs[4];
  pthread_t threads[4];
  open_twin(&w, *state);
  for (int i = 0; i < 4; i++)
    jobs[i] = (job){&w.door, i ? w.door.clone(w.twin) : w.twin, 0};
  for (int i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, work, &jobs[i]);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  for (int i = 0; i < 4; i++) {
    assert_true(jobs[i].sum == jobs[0].sum);
    w.door.destroy(jobs[i].twin);
  }
}

/* ---- expects ---- */

typedef struct checked {
  hermes_verdict verdict;
  size_t rows, total, failed_row[HERMES_MAX_RANK];
  hermes_outcome outcome;
} checked;

static checked expect(world *w, int number, const double *candidate, size_t most) {
  checked c;
  memset(&c, 0, sizeof c);
  if (w->door.expect(w->twin, number, candidate, most, &c.verdict, &c.rows, &c.total, &c.outcome,
                     c.failed_row))
    fail_msg("%s", w->door.last_error(w->twin));
  return c;
}

static void an_expect_varies_every_row_that_its_filter_leaves(void **state) {
  world w;
  double candidate[SIZE] = {0}, rx[6];
  open_twin(&w, *state);
  checked c = expect(&w, STRONGER, candidate, 100);
  assert_int_equal(c.outcome.status, HERMES_OK);
  assert_int_equal(c.rows, 2);
  assert_int_equal(c.total, 2);
  assert_int_equal(c.verdict.checked, 4);
  assert_int_equal(c.verdict.failed, 0);
  assert_true(c.verdict.left == -77 - 30 && c.verdict.right == -80 - 30 && c.verdict.excess == -3);
  assert_int_equal(c.verdict.at[0], 0);
  w.door.read(w.twin, RX, rx);
  assert_true(rx[0] == -80); /* the twin holds the candidate, not its variations */
  w.door.destroy(w.twin);
}

static void an_expect_that_varies_an_input_prepares_again(void **state) {
  world w;
  double candidate[SIZE] = {0}, kpis[3];
  open_twin(&w, *state);
  w.door.set_input(w.twin, THRESHOLD, 0, -82);
  checked c = expect(&w, THRESHOLDS, candidate, 100);
  assert_int_equal(c.rows, 1);
  assert_int_equal(w.wishes.prepared, 2);
  assert_true(c.verdict.left == 50 && c.verdict.right == 100 && c.verdict.excess == -50);
  run(&w, candidate, kpis);
  assert_true(kpis[1] == 50);
  c = expect(&w, STRONGER, candidate, 100); /* on the same second frame */
  assert_true(c.verdict.checked == 4 && c.verdict.failed == 0 && c.verdict.excess == -3);
  w.door.destroy(w.twin);
}

static void an_expect_without_vary_states_a_fact(void **state) {
  world w;
  double candidate[SIZE] = {0};
  open_twin(&w, *state);
  checked c = expect(&w, FACT, candidate, 100);
  assert_int_equal(c.rows, 2);
  assert_int_equal(c.verdict.checked, 2);
  w.door.destroy(w.twin);
}

static void an_expect_tells_an_invalid_candidate_from_an_invalid_variation(void **state) {
  world w;
  double good[SIZE] = {0}, bad[SIZE] = {[3] = 1, [4] = 1, [5] = 1};
  open_twin(&w, *state);
  checked c = expect(&w, STRONGER, bad, 100);
  assert_int_equal(c.outcome.status, HERMES_INVALID);
  assert_true(c.failed_row[0] == SIZE_MAX && c.rows == 0);
  c = expect(&w, ALL_ASLEEP, good, 100);
  assert_int_equal(c.outcome.status, HERMES_INVALID);
  assert_non_null(strstr(c.outcome.reason, "`server` at ue u1"));
  assert_int_equal(c.failed_row[0], 2);
  assert_int_equal(c.rows, 2);
  w.door.destroy(w.twin);
}

static void a_large_sweep_is_a_reproducible_sample_without_repetition(void **state) {
  const temporary *t = *state;
  enum { UES = 40, MOST = 100 };
  char ues[1024] = "ue\n", rsrp[8192] = "ue,cell,rsrp\n";
  double candidate[SIZE] = {0};
  static world w, again;
  open_twin(&w, t);
  w.door.destroy(w.twin);
  for (int u = 0; u < UES; u++) {
    sprintf(ues + strlen(ues), "u%d\n", u);
    for (int c = 1; c <= 3; c++)
      sprintf(rsrp + strlen(rsrp), "u%d,c%d,-80\n", u, c);
  }
  write_text(t, "ues.csv", ues);
  write_text(t, "rsrp.csv", rsrp);
  checked first = {0};
  for (int i = 0; i < 2; i++) {
    world *of = i ? &again : &w;
    hermes_diagnostics problems = {0};
    of->wishes = (wishes){0};
    if (i) build(of);
    of->twin = of->door.create(&of->model, t->directory, NULL, &problems);
    of->door.set_input(of->twin, THRESHOLD, 0, -85);
    checked c = expect(of, PAIRS, candidate, MOST);
    if (i == 0) first = c;
    assert_int_equal(c.rows, MOST);
    assert_int_equal(c.total, UES * UES);
    assert_memory_equal(&c.verdict, &first.verdict, sizeof c.verdict);
    of->door.destroy(of->twin);
  }
  assert_memory_equal(w.wishes.visited, again.wishes.visited, sizeof w.wishes.visited);
  size_t visited = 0;
  for (size_t i = 0; i < sizeof w.wishes.visited; i++) {
    assert_in_range(((unsigned char *)w.wishes.visited)[i], 0, 1);
    visited += ((unsigned char *)w.wishes.visited)[i];
  }
  assert_int_equal(visited, MOST);
}

/* ---- creation ---- */

static hermes_code creation_fails(const temporary *t, const hermes_limits *limits,
                                  const char *replace, const char *by) {
  world w;
  memset(&w, 0, sizeof w);
  create(&w, t);
  w.door.destroy(w.twin);
  char *at = replace ? strstr(w.description, replace) : NULL;
  if (at) memcpy(at, by, strlen(by));
  hermes_diagnostics problems = {0};
  assert_null(w.door.create(&w.model, t->directory, limits, &problems));
  assert_int_equal(problems.errors, 1);
  hermes_code code = problems.items[0].code;
  hermes_diagnostics_free(&problems);
  return code;
}

static void limits_hold_before_anything_is_computed(void **state) {
  assert_int_equal(creation_fails(*state, &(hermes_limits){.memory = 200}, NULL, NULL), HB0733);
  assert_int_equal(creation_fails(*state, &(hermes_limits){.work = 59}, NULL, NULL), HB0734);
}

static void a_description_that_does_not_fit_is_refused(void **state) {
  static const char *const cases[][2] = {{"\"abi\": 3", "\"abi\": 4"},
                                         {"\"index\": [1, 0]", "\"index\": [1, 7]"},
                                         {"\"unit\": \"dBW\"", "\"unit\": \"dBQ\""},
                                         {"\"kpis\": [11", "\"kpis\": [99"},
                                         {"\"role\": \"input\"", "\"role\": \"ixput\""},
                                         {"{", "["},
                                         {"\"refers\": 0", "\"refers\": 2"},
                                         {"\"table\": 0", "\"table\": 1"},
                                         {"\"kpis\": [11", "\"kpis\": [10"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(creation_fails(*state, NULL, cases[i][0], cases[i][1]), HB0736);
}

static void problems_outlive_what_they_tell_of(void **state) {
  const temporary *t = *state;
  world w;
  memset(&w, 0, sizeof w);
  create(&w, t);
  w.door.destroy(w.twin);
  write_text(t, "cells.csv", "cell\nc1\n");
  hermes_diagnostics problems = {0};
  assert_null(w.door.create(&w.model, t->directory, NULL, &problems));
  assert_string_equal(problems.items[0].place.file, "cells.csv");
  hermes_diagnostics_free(&problems);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEMPORARY_TEST(rows_and_keys_are_those_of_the_tables),
      TEMPORARY_TEST(a_required_input_must_be_set),
      TEMPORARY_TEST(the_default_candidate_is_in_declared_units),
      TEMPORARY_TEST(kpis_and_bounds_come_in_declared_units),
      TEMPORARY_TEST(an_element_that_is_nan_takes_its_default),
      TEMPORARY_TEST(an_ordinal_out_of_bounds_is_refused),
      TEMPORARY_TEST(an_invalid_candidate_has_a_reason_and_ends_no_batch),
      TEMPORARY_TEST(a_kpi_that_is_not_finite_makes_a_candidate_invalid),
      TEMPORARY_TEST(a_fault_while_preparing_makes_every_candidate_invalid),
      TEMPORARY_TEST(a_default_that_faults_harms_only_who_asks_for_it),
      TEMPORARY_TEST(a_changed_input_is_prepared_for_again),
      TEMPORARY_TEST(only_inputs_take_inputs),
      TEMPORARY_TEST(any_slot_is_read_in_declared_units),
      TEMPORARY_TEST(what_an_invalid_candidate_leaves_depends_on_it_alone),
      TEMPORARY_TEST(a_clone_shares_what_no_policy_reaches_and_gives_the_same),
      TEMPORARY_TEST(an_input_of_a_clone_is_its_own),
      TEMPORARY_TEST(clones_made_before_an_input_is_set_work_too),
      TEMPORARY_TEST(clones_work_in_threads_of_their_own),
      TEMPORARY_TEST(an_expect_varies_every_row_that_its_filter_leaves),
      TEMPORARY_TEST(an_expect_that_varies_an_input_prepares_again),
      TEMPORARY_TEST(an_expect_without_vary_states_a_fact),
      TEMPORARY_TEST(an_expect_tells_an_invalid_candidate_from_an_invalid_variation),
      TEMPORARY_TEST(a_large_sweep_is_a_reproducible_sample_without_repetition),
      TEMPORARY_TEST(limits_hold_before_anything_is_computed),
      TEMPORARY_TEST(a_description_that_does_not_fit_is_refused),
      TEMPORARY_TEST(problems_outlive_what_they_tell_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
