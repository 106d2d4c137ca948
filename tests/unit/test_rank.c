/* Rules of ranking: which of two candidates comes first. */
#include "small_twin.h"

#include "twin/commands.h"

#include <cjson/cJSON.h>

enum { MOST = 8 };

/* A goal over two KPIs a and b (b may be left out), with the constraint a >= 0. */
typedef struct bench {
  twin_session session;
  hermes_description description;
  hermes_slot slots[3];
  int kpis[2];
  hermes_objective objectives[2];
  hermes_constraint constraint;
  double bounds[MOST];
  hermes_outcome outcomes[MOST];
  twin_ranked ranked[MOST];
} bench;

static void make_bench(bench *b, size_t objectives) {
  *b = (bench){.kpis = {0, 1}, .objectives = {{0, true}, {1, false}}, .constraint = {0, ">=", 2}};
  b->slots[0] = b->slots[1] = (hermes_slot){.name = "kpi", .measure = hermes_unit_one()};
  b->description = (hermes_description){.slots = b->slots,
                                        .slot_count = 3,
                                        .kpis = b->kpis,
                                        .kpi_count = 2,
                                        .has_goal = true,
                                        .objectives = b->objectives,
                                        .objective_count = objectives,
                                        .constraints = &b->constraint,
                                        .constraint_count = 1};
  b->session.description = &b->description;
}

/* Candidates are pairs of a and b; the expected order is of their numbers from 0. */
static void assert_order(bench *b, const double (*kpis)[2], size_t count, const size_t *expected) {
  twin_order(&b->session, count, &kpis[0][0], b->bounds, b->outcomes, b->ranked);
  for (size_t i = 0; i < count; i++) assert_int_equal(b->ranked[i].candidate, expected[i]);
}

static void best_comes_first_and_ties_keep_their_order(void **state) {
  (void)state;
  bench b;
  make_bench(&b, 1);
  const double kpis[][2] = {{1, 0}, {3, 0}, {1, 0}, {2, 0}};
  assert_order(&b, kpis, 4, (size_t[]){1, 3, 0, 2});
}

static void infeasible_ones_follow_by_violation_and_invalid_ones_are_last(void **state) {
  (void)state;
  bench b;
  make_bench(&b, 1);
  const double kpis[][2] = {{NAN, NAN}, {-5, 0}, {-1, 0}, {0, 0}};
  b.outcomes[0].status = HERMES_INVALID;
  assert_order(&b, kpis, 4, (size_t[]){3, 2, 1, 0});
  assert_int_equal(b.ranked[0].standing, TWIN_FEASIBLE);
  assert_int_equal(b.ranked[1].standing, TWIN_INFEASIBLE);
  assert_int_equal(b.ranked[3].standing, TWIN_INVALID);
  assert_true(b.ranked[1].violation == 1);
}

static void several_objectives_make_fronts(void **state) {
  (void)state;
  bench b;
  make_bench(&b, 2);
  /* a is better when high, b when low: 2 and 3 are best at something, 0 beats 1, 4 equals 2. */
  const double kpis[][2] = {{4, 5}, {3, 6}, {5, 5}, {2, 1}, {5, 5}};
  assert_order(&b, kpis, 5, (size_t[]){2, 4, 3, 0, 1});
  const size_t fronts[] = {1, 1, 1, 2, 3};
  for (size_t i = 0; i < 5; i++) assert_int_equal(b.ranked[i].front, fronts[i]);
}

/* ---- fronts of three objectives, against the definition ---- */

enum { CROWD = 300, GOALS = 3 };

static bool beats(const double *a, const double *b) {
  bool better = false;
  for (size_t i = 0; i < GOALS; i++) {
    if (a[i] > b[i]) return false;
    better |= a[i] < b[i];
  }
  return better;
}

/* Peels one front after the other off what is left. */
static void peel(const double (*costs)[GOALS], size_t *front) {
  size_t left = CROWD;
  memset(front, 0, CROWD * sizeof *front);
  for (size_t number = 1; left; number++) {
    bool peeled[CROWD];
    for (size_t i = 0; i < CROWD; i++) {
      peeled[i] = !front[i];
      for (size_t j = 0; j < CROWD && peeled[i]; j++)
        peeled[i] = front[j] || !beats(costs[j], costs[i]);
    }
    for (size_t i = 0; i < CROWD; i++)
      if (peeled[i]) front[i] = number, left--;
  }
}

static void fronts_are_what_nobody_left_dominates(void **state) {
  (void)state;
  static double costs[CROWD][GOALS];
  static twin_ranked ranked[CROWD];
  static hermes_outcome outcomes[CROWD];
  static size_t front[CROWD];
  for (size_t i = 0; i < CROWD * GOALS; i++)
    costs[i / GOALS][i % GOALS] = (double)(hermes_random_bits(1, 2, i) % 12);
  hermes_slot slots[GOALS] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  int kpis[GOALS] = {0, 1, 2};
  hermes_objective objectives[GOALS] = {{0, false}, {1, false}, {2, false}};
  hermes_description description = {.slots = slots,
                                    .slot_count = GOALS,
                                    .kpis = kpis,
                                    .kpi_count = GOALS,
                                    .objectives = objectives,
                                    .objective_count = GOALS};
  twin_session session = {.description = &description};
  double bound;
  twin_order(&session, CROWD, &costs[0][0], &bound, outcomes, ranked);
  peel(costs, front);
  for (size_t i = 0; i < CROWD; i++) assert_int_equal(ranked[i].front, front[ranked[i].candidate]);
}

/* ---- through the program ---- */

static void many_candidates(void **state) {
  char *text = calloc(1, 200000);
  size_t used = 0;
  assert_non_null(text);
  for (size_t i = 0; i < 1000; i++)
    used += (size_t)snprintf(text + used, 200000 - used,
                             "{\"offset\": {\"c1\": %d, \"c2\": %d}, \"sleep\": {\"c2\": %s}}\n",
                             (int)(hermes_random_bits(1, 1, i) % 13) - 6,
                             (int)(hermes_random_bits(1, 2, i) % 13) - 6, i % 3 ? "true" : "false");
  small_write(state, "c.jsonl", text);
  free(text);
}

static void any_number_of_threads_gives_the_same_ranking(void **state) {
  many_candidates(state);
  assert_int_equal(CALL("rank", "--data", "data", "c.jsonl", "--format", "json", "--threads", "1"),
                   HERMES_OK);
  char *one = small_read("out");
  assert_int_equal(CALL("rank", "--data", "data", "c.jsonl", "--format", "json", "--threads", "5"),
                   HERMES_OK);
  char *five = small_read("out");
  assert_string_equal(one, five);
  free(one);
  free(five);
}

static void every_candidate_is_evaluated_as_run_does(void **state) {
  many_candidates(state);
  small_write(state, "one.json", "{\"offset\": {\"c1\": -6}, \"sleep\": true}");
  small_write(state, "one.jsonl",
              "{\"offset\": {\"c1\": -6}, \"sleep\": true}\n{\"mode\": \"eco\"}");
  assert_int_equal(CALL("rank", "--data", "data", "one.jsonl", "--format", "json"), HERMES_OK);
  assert_true(small_holds("out", "\"standing\": \"invalid\", \"reason\": "));
  assert_true(
      small_holds("out", "\"kpis\": {\"weakest\": -103, \"covered\": 75, \"energy\": 150}"));
  assert_int_equal(CALL("run", "--data", "data", "--policy", "one.json"), HERMES_INVALID);
  assert_true(small_holds("out", "invalid: "));
}

static void top_limits_what_is_shown_and_counts_the_rest(void **state) {
  many_candidates(state);
  assert_int_equal(CALL("rank", "--data", "data", "c.jsonl", "--top", "3"), HERMES_OK);
  assert_true(small_holds("out", "... 997 more"));
  assert_true(small_holds("out", "1000 candidates: "));
  assert_int_equal(CALL("rank", "--data", "data", "c.jsonl", "--top", "2", "--format", "json"),
                   HERMES_OK);
  char *text = small_read("out");
  cJSON *json = cJSON_Parse(text);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "ranking")), 2);
  cJSON_Delete(json);
  free(text);
}

static void a_blueprint_without_goal_cannot_rank(void **state) {
  const char *goal = strstr(small_description, "\"goal\":{"),
             *behind = strstr(goal, ",\"expects\"");
  char *without =
      twin_print("%.*s\"goal\":null%s", (int)(goal - small_description), small_description, behind);
  small_write(state, "c.jsonl", "{}\n");
  char *words[] = {"ndt", "rank", "--data", "data", "c.jsonl", NULL};
  assert_int_equal(small_call(without, words), HERMES_FAILED);
  assert_true(small_holds("err", "HB0818"));
  free(without);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(best_comes_first_and_ties_keep_their_order),
      cmocka_unit_test(infeasible_ones_follow_by_violation_and_invalid_ones_are_last),
      cmocka_unit_test(several_objectives_make_fronts),
      cmocka_unit_test(fronts_are_what_nobody_left_dominates),
      SMALL_TEST(any_number_of_threads_gives_the_same_ranking),
      SMALL_TEST(every_candidate_is_evaluated_as_run_does),
      SMALL_TEST(top_limits_what_is_shown_and_counts_the_rest),
      SMALL_TEST(a_blueprint_without_goal_cannot_rank),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
