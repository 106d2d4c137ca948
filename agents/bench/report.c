/* What runs come to: rates with intervals, by column, model and task. */
#include "bench/bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 95 %: the quantile of the normal distribution. */
static const double z = 1.959963984540054;

/* Wilson's interval of a rate, which holds for few runs, too: E. B. Wilson, JASA 22 (1927). */
static void wilson(int successes, int runs, double interval[2]) {
  double n = runs, rate = successes / n, square = z * z;
  double centre = (rate + square / (2 * n)) / (1 + square / n);
  double half = z / (1 + square / n) * sqrt(rate * (1 - rate) / n + square / (4 * n * n));
  interval[0] = fmax(0, centre - half);
  interval[1] = fmin(1, centre + half);
}

typedef struct Sum {
  int runs, successes, compiled, repairs;
  double prompt_tokens, completion_tokens, seconds, cost;
  long stale;
} Sum;

static void add(Sum *sum, const BenchRun *run) {
  sum->runs++;
  sum->successes += run->success;
  sum->compiled += run->compiled;
  sum->repairs += run->repairs;
  sum->prompt_tokens += (double)run->usage.prompt_tokens;
  sum->completion_tokens += (double)run->usage.completion_tokens;
  sum->seconds += run->usage.seconds;
  sum->cost += run->usage.cost;
  sum->stale += run->usage.stale;
}

static void add_number(cJSON *object, const char *name, double number) {
  if (isfinite(number))
    cJSON_AddNumberToObject(object, name, number);
  else
    cJSON_AddNullToObject(object, name);
}

/* Means are of one run. */
static void write_sum(cJSON *object, const Sum *sum) {
  double interval[2], runs = sum->runs;
  wilson(sum->successes, sum->runs, interval);
  cJSON_AddNumberToObject(object, "runs", runs);
  cJSON_AddNumberToObject(object, "successes", sum->successes);
  cJSON_AddNumberToObject(object, "success_rate", sum->successes / runs);
  cJSON_AddItemToObject(object, "interval", cJSON_CreateDoubleArray(interval, 2));
  cJSON_AddNumberToObject(object, "first_compile_rate", sum->compiled / runs);
  cJSON_AddNumberToObject(object, "mean_repairs", sum->repairs / runs);
  cJSON_AddNumberToObject(object, "tokens", (sum->prompt_tokens + sum->completion_tokens) / runs);
  cJSON_AddNumberToObject(object, "prompt_tokens", sum->prompt_tokens / runs);
  cJSON_AddNumberToObject(object, "completion_tokens", sum->completion_tokens / runs);
  cJSON_AddNumberToObject(object, "seconds", sum->seconds / runs);
  add_number(object, "cost", sum->cost / runs);
  cJSON_AddNumberToObject(object, "stale_calls", (double)sum->stale);
}

/* What tells runs apart: NULL ends the list of a column's divisions. */
static const char *task_of(const BenchRun *run) {
  return run->task;
}
static const char *model_of(const BenchRun *run) {
  return run->model;
}

static bool was_before(const BenchRun *runs, int number, Column column,
                       const char *(*name_of)(const BenchRun *)) {
  for (int i = 0; i < number; i++)
    if (runs[i].column == column && strcmp(name_of(&runs[i]), name_of(&runs[number])) == 0)
      return true;
  return false;
}

/* The runs of a column by task or by model. */
static void divide(cJSON *column_object, const char *name, const BenchRun *runs, int count,
                   Column column, const char *(*name_of)(const BenchRun *)) {
  cJSON *object = cJSON_AddObjectToObject(column_object, name);
  for (int i = 0; i < count; i++) {
    if (runs[i].column != column || was_before(runs, i, column, name_of)) continue;
    Sum sum = {0};
    for (int j = i; j < count; j++)
      if (runs[j].column == column && strcmp(name_of(&runs[j]), name_of(&runs[i])) == 0)
        add(&sum, &runs[j]);
    write_sum(cJSON_AddObjectToObject(object, name_of(&runs[i])), &sum);
  }
}

static cJSON *run_json(const BenchRun *run) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "column", column_names[run->column]);
  cJSON_AddStringToObject(object, "task", run->task);
  cJSON_AddStringToObject(object, "source", run->source);
  cJSON_AddStringToObject(object, "model", run->model);
  cJSON_AddBoolToObject(object, "success", run->success);
  cJSON_AddBoolToObject(object, "first_compiled", run->compiled);
  cJSON_AddNumberToObject(object, "repairs", run->repairs);
  cJSON_AddNumberToObject(object, "judged", run->judged);
  cJSON_AddNumberToObject(object, "right", run->right);
  cJSON_AddNumberToObject(object, "calls", (double)run->usage.calls);
  if (!run->success) cJSON_AddStringToObject(object, "says", run->says);
  return object;
}

cJSON *bench_report(const BenchRun *runs, int count) {
  cJSON *report = cJSON_CreateObject(), *columns = cJSON_AddObjectToObject(report, "columns");
  for (Column column = 0; column < COLUMNS; column++) {
    Sum sum = {0};
    for (int i = 0; i < count; i++)
      if (runs[i].column == column) add(&sum, &runs[i]);
    if (sum.runs == 0) continue;
    cJSON *object = cJSON_AddObjectToObject(columns, column_names[column]);
    write_sum(object, &sum);
    divide(object, "tasks", runs, count, column, task_of);
    divide(object, "models", runs, count, column, model_of);
  }
  cJSON *list = cJSON_AddArrayToObject(report, "runs");
  for (int i = 0; i < count; i++) cJSON_AddItemToArray(list, run_json(&runs[i]));
  return report;
}

/* ---- for people ---- */

static void print_row(const char *name, const cJSON *sum, FILE *out) {
  const cJSON *interval = field(sum, "interval");
  fprintf(out, "%-28s %4.0f %6.1f %% %5.1f-%5.1f %% %7.1f %% %7.2f %9.0f %8.0f ", name,
          number_of(sum, "runs"), 100 * number_of(sum, "success_rate"),
          100 * cJSON_GetNumberValue(cJSON_GetArrayItem(interval, 0)),
          100 * cJSON_GetNumberValue(cJSON_GetArrayItem(interval, 1)),
          100 * number_of(sum, "first_compile_rate"), number_of(sum, "mean_repairs"),
          number_of(sum, "tokens"), number_of(sum, "seconds"));
  if (isnan(number_of(sum, "cost")))
    fputs("      -\n", out);
  else
    fprintf(out, "%7.4f\n", number_of(sum, "cost"));
}

static void print_division(const cJSON *column, const char *name, FILE *out) {
  const cJSON *division = field(column, name), *sum;
  char line[64];
  cJSON_ArrayForEach(sum, division) {
    snprintf(line, sizeof line, "  %s", sum->string);
    print_row(line, sum, out);
  }
}

void bench_print(const cJSON *report, FILE *out) {
  const cJSON *column, *run;
  fprintf(out, "%-28s %4s %8s %14s %9s %7s %9s %8s %7s\n", "", "runs", "success", "95 %",
          "compiles", "repairs", "tokens", "seconds", "cost");
  cJSON_ArrayForEach(column, field(report, "columns")) {
    print_row(column->string, column, out);
    print_division(column, "tasks", out);
    print_division(column, "models", out);
  }
  cJSON_ArrayForEach(run, field(report, "runs")) {
    if (cJSON_IsTrue(field(run, "success"))) continue;
    fprintf(out, "failed: %s %s (%s): %.300s\n", text_of(run, "column"), text_of(run, "task"),
            text_of(run, "source"), text_of(run, "says"));
  }
}
