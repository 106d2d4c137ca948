/* Asking a twin. */
#include "coder/twin.h"

#include "client/stop.h"
#include "confine/child.h"
#include "json.h"

#include <math.h>
#include <string.h>

enum { TWIN_SECONDS = 120, ERROR_BYTES = 3000 };
static const size_t twin_memory = (size_t)6 << 30, twin_output = (size_t)64 << 20;

/* Why there is no document. */
static const char *problem_of(Arena *arena, const Child *child) {
  if (!child->started) return arena_format(arena, "%s", child->problem);
  if (child->stopped) return "it was stopped";
  if (child->late) return arena_format(arena, "the twin did not end within %d s", TWIN_SECONDS);
  if (child->cut) return "the twin printed more than is kept";
  if (child->exit_code < 0) return arena_format(arena, "signal %d ended the twin", child->signal);
  return *child->err ? arena_copy(arena, child->err, strnlen(child->err, ERROR_BYTES))
                     : "the twin printed no document";
}

cJSON *twin_answer(Arena *arena, const char *program, const char *data, const char *file,
                   const char *const *words, const char **problem) {
  const char *argv[MOST_TWIN_WORDS + 8], *readable[] = {data ? data : program, program, file, NULL};
  int count = 0;
  argv[count++] = program;
  while (*words && count < MOST_TWIN_WORDS) argv[count++] = *words++;
  if (data) argv[count++] = "--data";
  if (data) argv[count++] = data;
  argv[count++] = "--format";
  argv[count++] = "json";
  argv[count] = NULL;
  Guard guard = {.readable = readable,
                 .seconds = TWIN_SECONDS,
                 .memory = twin_memory,
                 .output = twin_output,
                 .stop = stop_flag(),
                 .strict = true};
  Arena scratch = {0}; /* what a twin prints may be long: only the document is kept */
  Child child;
  child_run(&scratch, argv, &guard, &child);
  bool whole = child.started && !child.late && !child.cut && !child.stopped;
  cJSON *document = whole ? cJSON_Parse(child.out) : NULL;
  if (!document) *problem = problem_of(arena, &child);
  arena_free(&scratch);
  return document;
}

cJSON *twin_description(Arena *arena, const char *program, const char **problem) {
  static const char *const words[] = {"info", NULL};
  return twin_answer(arena, program, NULL, NULL, words, problem);
}

cJSON *twin_run(Arena *arena, const char *program, const char *data, const char *policy,
                const char *show, const char **problem) {
  const char *words[8] = {"run", "--quiet"};
  int count = 2;
  if (policy) words[count++] = "--policy", words[count++] = policy;
  if (show) words[count++] = "--show", words[count++] = show;
  cJSON *run = twin_answer(arena, program, data, policy, words, problem);
  const char *invalid = cJSON_GetStringValue(field(run, "invalid"));
  if (!invalid) return run;
  *problem = arena_format(arena, "the result is invalid: %s", invalid);
  cJSON_Delete(run);
  return NULL;
}

double run_kpi(const cJSON *run, const char *name) {
  return number_of(field(field(run, "kpis"), name), "value");
}
