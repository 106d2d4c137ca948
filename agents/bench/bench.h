/* The measure: tasks whose truth is known, three ways to solve them, and what came out.
 *
 * A task is a directory of bench/tasks (bench/README.md). A run solves one task in one column from
 * its first network, and is judged on all of them: it succeeds where every quantity is within its
 * tolerance, for every decision, on every network. */
#ifndef HERMES_BENCH_H
#define HERMES_BENCH_H

#include "design/chain.h"

enum { MOST_QUANTITIES = 32, MOST_NETWORKS = 16, MOST_POLICIES = 16, MOST_TASKS = 64 };

typedef struct Quantity {
  const char *name, *unit;
  double relative, absolute;
} Quantity;

/* ---- task.c ---- */

typedef struct BenchTask {
  const char *name, *directory;
  const char *words;
  Quantity quantities[MOST_QUANTITIES];
  const char *asked[MOST_QUANTITIES + 1]; /* "edge_rate: Mbit/s", ended by NULL */
  int quantity_count;
  const char *networks[MOST_NETWORKS];
  int network_count;
  const char *policies[MOST_POLICIES]; /* names of files beside the tables; "default": none */
  int policy_count;
  cJSON *truth; /* network -> policy -> quantity */
} BenchTask;

/* Reads a task; NULL with a diagnostic. Its truth is to be deleted. */
BenchTask *bench_task(Session *session, const char *directory, const char *name);
/* Names of all tasks, in order; their number, 0 with a diagnostic. */
int bench_tasks(Session *session, const char *directory, const char **names);
const char *network_path(Arena *arena, const BenchTask *task, int network);
/* The file of decisions, or NULL where nothing is decided. */
const char *policy_path(Arena *arena, const BenchTask *task, int network, int policy);
double truth_of(const BenchTask *task, int network, int policy, int quantity);

/* ---- column.c: one run ---- */

typedef enum Column { COLUMN_COT, COLUMN_CODER, COLUMN_HERMES, COLUMNS } Column;
extern const char *const column_names[COLUMNS];

typedef struct BenchRun {
  const char *task, *source; /* source: the cassette, or "live" */
  Column column;
  const char *model;
  bool success,
      compiled; /* compiled: the first reply was a program that runs, or a sound blueprint */
  int repairs;
  int judged, right; /* quantities, over networks and policies */
  const char *says;  /* of a failure: the first thing that was wrong */
  Usage usage;
} BenchRun;

/* Solves a task with an open chat, and judges what came out. `work`: an empty directory. */
void bench_run(Session *session, Chat *chat, Trace *trace, const BenchTask *task, const char *work,
               BenchRun *run);

/* ---- report.c ---- */

/* {"columns": {"cot": {...}}, "runs": [...]}; docs/agents.md tells the keys. */
cJSON *bench_report(const BenchRun *runs, int count);
void bench_print(const cJSON *report, FILE *out);

#endif
