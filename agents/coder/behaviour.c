/* Probing twins, and counting votes. */
#include "coder/behaviour.h"

#include "coder/twin.h"

#include <math.h>
#include <string.h>

enum { MOST_SETTINGS = (MOST_TWIN_WORDS - 2) / 2 };
static const double tolerance = 1e-6; /* relative */

/* Another number than the default that the domain of a policy allows. */
static double moved(const cJSON *slot) {
  const cJSON *domain = field(slot, "domain"), *values = field(domain, "values");
  double start = number_of(slot, "default");
  double high = number_of(domain, "high");
  double low = number_of(domain, "low");
  double step = number_of(domain, "step");
  if (cJSON_IsArray(values))
    return cJSON_GetNumberValue(cJSON_GetArrayItem(values, cJSON_GetArraySize(values) - 1));
  double stride = step > 0 ? step : 1;
  if (isnan(start)) return low;
  return isnan(high) || start + stride < high ? start + stride : low;
}

/* "sleep=true", as --set takes it; NULL where a policy has nothing that could be moved. */
static const char *setting(Arena *arena, const cJSON *slot) {
  const char *name = text_of(slot, "name"), *kind = text_of(slot, "kind");
  const cJSON *labels = field(slot, "labels");
  if (strcmp(kind, "bool") == 0) {
    bool other = !cJSON_IsTrue(field(slot, "default"));
    return arena_format(arena, "%s=%s", name, other ? "true" : "false");
  }
  if (strcmp(kind, "enum") == 0)
    return arena_format(
        arena, "%s=%s", name,
        cJSON_GetStringValue(cJSON_GetArrayItem(labels, cJSON_GetArraySize(labels) - 1)));
  double number = strcmp(kind, "real") == 0 ? moved(slot) : NAN;
  return isnan(number) ? NULL : arena_format(arena, "%s=%.17g", name, number);
}

static cJSON *probe(Session *session, const Task *task, const char *program) {
  const char *words[MOST_TWIN_WORDS + 1] = {"run", "--quiet"}, *problem;
  Arena *arena = &session->arena;
  cJSON *description = twin_description(arena, program, &problem);
  const cJSON *slot;
  int count = 2;
  cJSON_ArrayForEach(slot, field(description, "slots")) {
    const char *text = strcmp(text_of(slot, "role"), "policy") == 0 ? setting(arena, slot) : NULL;
    if (!text || count + 2 > MOST_TWIN_WORDS) continue;
    words[count++] = "--set";
    words[count++] = text;
  }
  cJSON_Delete(description);
  return count > 2 ? twin_answer(arena, program, task->data, NULL, words, &problem) : NULL;
}

Behaviour behaviour_of(Session *session, const Task *task, const char *program) {
  Arena *arena = &session->arena;
  const char *problem;
  Behaviour behaviour = {{twin_run(arena, program, task->data, NULL, NULL, &problem), NULL, NULL}};
  if (task->policy)
    behaviour.runs[1] = twin_run(arena, program, task->data, task->policy, NULL, &problem);
  behaviour.runs[2] = probe(session, task, program);
  return behaviour;
}

void behaviour_free(Behaviour *behaviour) {
  for (int i = 0; i < 3; i++) cJSON_Delete(behaviour->runs[i]);
  *behaviour = (Behaviour){{0}};
}

static bool numbers_alike(double a, double b) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  return a == b || fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

bool runs_alike(const cJSON *a, const cJSON *b) {
  const cJSON *ours = field(a, "kpis"), *theirs = field(b, "kpis"), *kpi;
  if (cJSON_GetArraySize(ours) != cJSON_GetArraySize(theirs)) return false;
  cJSON_ArrayForEach(kpi, ours) {
    if (!field(theirs, kpi->string) ||
        !numbers_alike(run_kpi(a, kpi->string), run_kpi(b, kpi->string)))
      return false;
  }
  return true;
}

bool behave_alike(const Behaviour *a, const Behaviour *b) {
  for (int i = 0; i < 3; i++)
    if (!runs_alike(a->runs[i], b->runs[i])) return false;
  return true;
}

int majority(const Behaviour *behaviours, int count, int *agreeing) {
  int best = 0;
  *agreeing = 0;
  for (int i = 0; i < count; i++) {
    int alike = 0;
    for (int j = 0; j < count; j++) alike += behave_alike(&behaviours[i], &behaviours[j]);
    if (alike <= *agreeing) continue;
    *agreeing = alike;
    best = i;
  }
  return best;
}
