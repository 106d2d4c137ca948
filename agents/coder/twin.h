/* A twin that somebody wrote, asked under guard; its answers are the JSON documents of
 * docs/schema. */
#ifndef HERMES_CODER_TWIN_H
#define HERMES_CODER_TWIN_H

#include "hermes.h"

enum { MOST_TWIN_WORDS = 12 };

/* Runs a command of a twin with --format json. `data` is its directory of tables, `file` one more
 * file that it may read; each may be NULL. The document, to be deleted; NULL with what went wrong.
 */
cJSON *twin_answer(Arena *arena, const char *program, const char *data, const char *file,
                   const char *const *words, const char **problem);

/* What the twin is: docs/description.md. */
cJSON *twin_description(Arena *arena, const char *program, const char **problem);
/* Its KPIs by default, or with a file of decisions; and arrays, "rx,power", or NULL. A decision
 * that is invalid is a problem. */
cJSON *twin_run(Arena *arena, const char *program, const char *data, const char *policy,
                const char *show, const char **problem);

/* The value of a KPI of a run, NaN where it has none. */
double run_kpi(const cJSON *run, const char *name);

#endif
