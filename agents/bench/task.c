/* Reading tasks. */
#include "bench/bench.h"

#include "names.h"
#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TASK_BYTES = 4 << 20 };

static bool complain(Session *session, const char *path, const char *why) {
  hermes_report(&session->diagnostics, HB0937, NULL, "`%s`: %s", path, why);
  return false;
}

static const char *read_text(Session *session, const char *directory, const char *name) {
  const char *path = arena_format(&session->arena, "%s/%s", directory, name);
  Bytes bytes;
  if (!file_read(AT_FDCWD, path, TASK_BYTES, &bytes)) {
    complain(session, path, strerror(errno));
    return NULL;
  }
  const char *text = arena_copy(&session->arena, (const char *)bytes.data, bytes.size);
  free(bytes.data);
  return text;
}

static cJSON *read_object(Session *session, const char *directory, const char *name) {
  const char *text = read_text(session, directory, name);
  cJSON *object = text ? cJSON_Parse(text) : NULL;
  if (text && !cJSON_IsObject(object)) complain(session, name, "it is no JSON object");
  if (cJSON_IsObject(object)) return object;
  cJSON_Delete(object);
  return NULL;
}

static const char *keep(Arena *arena, const char *text) {
  return arena_copy(arena, text, strlen(text));
}

static int read_names(Arena *arena, const cJSON *list, const char **names, int count, int most) {
  const cJSON *item;
  cJSON_ArrayForEach(item, list) if (count < most && cJSON_IsString(item)) names[count++] =
      keep(arena, item->valuestring);
  return count;
}

static void read_quantities(Arena *arena, BenchTask *task, const cJSON *list) {
  const cJSON *item;
  cJSON_ArrayForEach(item, list) {
    if (task->quantity_count == MOST_QUANTITIES) break;
    Quantity *quantity = &task->quantities[task->quantity_count];
    quantity->name = keep(arena, text_of(item, "name"));
    quantity->unit = keep(arena, text_of(item, "unit"));
    quantity->relative = number_of(item, "relative");
    quantity->absolute = number_of(item, "absolute");
    task->asked[task->quantity_count++] =
        arena_format(arena, "%s: %s", quantity->name, quantity->unit);
  }
}

static void read_settings(Arena *arena, BenchTask *task, const cJSON *object) {
  if (cJSON_IsTrue(field(object, "default"))) task->policies[task->policy_count++] = "default";
  task->policy_count = read_names(arena, field(object, "policies"), task->policies,
                                  task->policy_count, MOST_POLICIES);
  task->network_count =
      read_names(arena, field(object, "networks"), task->networks, 0, MOST_NETWORKS);
  read_quantities(arena, task, field(object, "quantities"));
}

static bool has_tolerance(const Quantity *quantity) {
  return *quantity->name && (quantity->relative >= 0 || quantity->absolute >= 0);
}

/* Every number that a run is judged by must be there. */
static bool is_whole(Session *session, const BenchTask *task) {
  if (!task->quantity_count || !task->network_count || !task->policy_count)
    return complain(session, task->directory, "it has no quantities, networks or policies");
  for (int quantity = 0; quantity < task->quantity_count; quantity++)
    if (!has_tolerance(&task->quantities[quantity]))
      return complain(session, task->directory, "a quantity has no name or no tolerance");
  for (int network = 0; network < task->network_count; network++)
    for (int policy = 0; policy < task->policy_count; policy++) {
      const char *file = policy_path(&session->arena, task, network, policy);
      if (!file) file = network_path(&session->arena, task, network);
      if (access(file, R_OK) != 0) return complain(session, file, strerror(errno));
      for (int quantity = 0; quantity < task->quantity_count; quantity++)
        if (isnan(truth_of(task, network, policy, quantity)))
          return complain(session, task->directory, "its truth lacks a quantity");
    }
  return true;
}

BenchTask *bench_task(Session *session, const char *directory, const char *name) {
  Arena *arena = &session->arena;
  BenchTask *task = ARENA_NEW(arena, BenchTask);
  task->name = keep(arena, name);
  if (!*name || *name == '.' || strchr(name, '/')) {
    complain(session, name, "there is no task of this name");
    return NULL;
  }
  task->directory = arena_format(arena, "%s/%s", directory, name);
  cJSON *object = read_object(session, task->directory, "task.json");
  if (!object) return NULL;
  read_settings(arena, task, object);
  task->words = read_text(session, task->directory, text_of(object, "words"));
  task->truth = read_object(session, task->directory, "truth.json");
  cJSON_Delete(object);
  if (task->words && task->truth && is_whole(session, task)) return task;
  cJSON_Delete(task->truth);
  return NULL;
}

int bench_tasks(Session *session, const char *directory, const char **names) {
  int found = names_in(&session->arena, directory, "", names, MOST_TASKS), count = 0;
  if (found < 0) complain(session, directory, strerror(errno));
  for (int i = 0; i < found; i++) {
    const char *file = arena_format(&session->arena, "%s/%s/task.json", directory, names[i]);
    if (access(file, R_OK) == 0) names[count++] = names[i];
  }
  if (found >= 0 && count == 0) complain(session, directory, "it holds no task");
  return count;
}

const char *network_path(Arena *arena, const BenchTask *task, int network) {
  return arena_format(arena, "%s/networks/%s", task->directory, task->networks[network]);
}

const char *policy_path(Arena *arena, const BenchTask *task, int network, int policy) {
  const char *name = task->policies[policy];
  if (strcmp(name, "default") == 0) return NULL;
  return arena_format(arena, "%s/%s", network_path(arena, task, network), name);
}

double truth_of(const BenchTask *task, int network, int policy, int quantity) {
  const cJSON *object = task->truth;
  object = field(object, task->networks[network]);
  object = field(object, task->policies[policy]);
  object = field(object, task->quantities[quantity].name);
  return cJSON_IsNumber(object) ? object->valuedouble : NAN;
}
