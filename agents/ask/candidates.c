/* Candidates of an intent: those that it writes out, all subsets of rows, and all points of a grid
 * that it asks for. */
#include "ask/ask.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CHOSEN = 12 }; /* rows of one subset */

typedef struct Subsets {
  const Question *question;
  const char *policy;
  const cJSON *rows, *at, *set, *base; /* rows: an array of keys */
  int chosen, depth;                   /* depth: which index of the policy the rows are of */
  int rank;
} Subsets;

static const cJSON *field(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static long refuse(const char **problem, const char *why) {
  *problem = why;
  return -1;
}

static void write_candidate(cJSON *policy, FILE *out) {
  char *text = cJSON_PrintUnformatted(policy);
  fprintf(out, "%s\n", text);
  free(text);
}

static void add_label(cJSON *labels, const char *text) {
  cJSON_AddItemToArray(labels, cJSON_CreateString(text));
}

/* ---- subsets ---- */

static const cJSON *find_policy(const Question *question, const char *name) {
  const cJSON *number;
  cJSON_ArrayForEach(number, field(question->description, "policies")) {
    const cJSON *slot = cJSON_GetArrayItem(field(question->description, "slots"), number->valueint);
    if (strcmp(text_of(slot, "name"), name) == 0) return slot;
  }
  return NULL;
}

static bool has_key(const cJSON *keys, const char *key) {
  const cJSON *item;
  cJSON_ArrayForEach(item, keys) if (strcmp(item->valuestring, key) == 0) return true;
  return false;
}

/* The keys of the table that index number `depth` of a policy runs over. */
static const cJSON *keys_at(const Question *question, const cJSON *slot, int depth) {
  const cJSON *number = cJSON_GetArrayItem(field(slot, "index"), depth);
  const cJSON *table =
      cJSON_GetArrayItem(field(question->description, "tables"), number ? number->valueint : -1);
  return field(question->keys, text_of(table, "name"));
}

/* Which index the rows are of: the first whose keys have all of them. */
static int depth_of(const Subsets *subsets, const cJSON *slot) {
  for (int depth = 0; depth < subsets->rank; depth++) {
    const cJSON *keys = keys_at(subsets->question, slot, depth), *row;
    bool all = true;
    cJSON_ArrayForEach(row, subsets->rows) all &= has_key(keys, row->valuestring);
    if (all) return depth;
  }
  return -1;
}

/* The object below which the value of one row stands: its fixed keys before it are made. */
static cJSON *descend(cJSON *object, const char *key) {
  cJSON *next = cJSON_GetObjectItemCaseSensitive(object, key);
  return next ? next : cJSON_AddObjectToObject(object, key);
}

static void set_row(const Subsets *subsets, cJSON *policy, const char *row) {
  cJSON *object = descend(policy, subsets->policy);
  int fixed = 0;
  for (int depth = 0; depth < subsets->rank; depth++) {
    const char *key =
        depth == subsets->depth ? row : cJSON_GetArrayItem(subsets->at, fixed++)->valuestring;
    if (depth + 1 < subsets->rank) {
      object = descend(object, key);
      continue;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddItemToObject(object, key, cJSON_Duplicate(subsets->set, true));
  }
}

static void write_subset(const Subsets *subsets, const int *picked, FILE *out, cJSON *labels) {
  Arena *arena = subsets->question->arena;
  const char *label = "";
  cJSON *policy =
      cJSON_IsObject(subsets->base) ? cJSON_Duplicate(subsets->base, true) : cJSON_CreateObject();
  for (int i = 0; i < subsets->chosen; i++) {
    const char *row = cJSON_GetArrayItem(subsets->rows, picked[i])->valuestring;
    set_row(subsets, policy, row);
    label = arena_format(arena, "%s%s%s", label, i ? ", " : "", row);
  }
  write_candidate(policy, out);
  add_label(labels, label);
  cJSON_Delete(policy);
}

/* The next subset in order; false behind the last. */
static bool advance(int *picked, int chosen, int count) {
  int i = chosen - 1;
  while (i >= 0 && picked[i] == count - chosen + i) i--;
  if (i < 0) return false;
  picked[i]++;
  for (int j = i + 1; j < chosen; j++) picked[j] = picked[j - 1] + 1;
  return true;
}

static double subsets_of(int count, int chosen) {
  double number = 1;
  for (int i = 0; i < chosen; i++) number = number * (count - i) / (i + 1);
  return number;
}

static const char *check_subsets(const Subsets *subsets, const cJSON *slot) {
  Arena *arena = subsets->question->arena;
  int count = cJSON_GetArraySize(subsets->rows);
  if (subsets->depth < 0)
    return arena_format(arena, "`rows` of `enumerate` are not all rows of one index of `%s`",
                        text_of(slot, "name"));
  if (cJSON_GetArraySize(subsets->at) != subsets->rank - 1)
    return arena_format(arena, "`at` must name a key for each other index of `%s`: %d of them",
                        text_of(slot, "name"), subsets->rank - 1);
  if (subsets->chosen < 1 || subsets->chosen > count || subsets->chosen > MOST_CHOSEN)
    return arena_format(arena, "`choose` must be from 1 to %d",
                        count < MOST_CHOSEN ? count : MOST_CHOSEN);
  if (subsets_of(count, subsets->chosen) > MOST_CANDIDATES_ASKED)
    return arena_format(
        arena, "these are %.0f candidates, and at most %d are evaluated: name fewer `rows`",
        subsets_of(count, subsets->chosen), MOST_CANDIDATES_ASKED);
  return NULL;
}

/* The number of rows that hold for an index whose keys are all meant. */
static const cJSON *all_rows(const Question *question, const cJSON *slot, const cJSON *at) {
  int rank = cJSON_GetArraySize(field(slot, "index"));
  for (int depth = 0; depth < rank; depth++) {
    const cJSON *keys = keys_at(question, slot, depth), *fixed;
    bool taken = false;
    cJSON_ArrayForEach(fixed, at) taken |= has_key(keys, fixed->valuestring);
    if (!taken) return keys;
  }
  return NULL;
}

static long write_subsets(const Question *question, const cJSON *enumerate, FILE *out,
                          cJSON *labels, const char **problem) {
  const cJSON *slot = find_policy(question, text_of(enumerate, "policy"));
  if (!slot) return refuse(problem, "`enumerate` names no policy of the twin");
  Subsets subsets = {.question = question,
                     .policy = text_of(enumerate, "policy"),
                     .rows = field(enumerate, "rows"),
                     .at = field(enumerate, "at"),
                     .set = field(enumerate, "set"),
                     .base = field(enumerate, "base"),
                     .chosen = (int)cJSON_GetNumberValue(field(enumerate, "choose")),
                     .rank = cJSON_GetArraySize(field(slot, "index"))};
  if (cJSON_GetArraySize(subsets.rows) == 0) subsets.rows = all_rows(question, slot, subsets.at);
  subsets.depth = depth_of(&subsets, slot);
  *problem = check_subsets(&subsets, slot);
  if (*problem) return -1;
  int picked[MOST_CHOSEN], count = cJSON_GetArraySize(subsets.rows);
  long written = 0;
  for (int i = 0; i < subsets.chosen; i++) picked[i] = i;
  do {
    write_subset(&subsets, picked, out, labels);
    written++;
  } while (advance(picked, subsets.chosen, count));
  return written;
}

/* ---- grids ---- */

enum { MOST_DIMENSIONS = 6, POINTS = 9 /* of a range without steps */, MOST_POINTS = 1000 };

/* One element, or all of a policy, and the values that it takes. */
typedef struct Dimension {
  const char *policy;
  const cJSON *at;
  cJSON *values; /* an array; to be deleted */
} Dimension;

/* The values of a range: by its steps, or evenly. */
static void add_range(cJSON *values, const cJSON *domain) {
  double low = cJSON_GetNumberValue(field(domain, "low"));
  double high = cJSON_GetNumberValue(field(domain, "high"));
  double step = cJSON_GetNumberValue(field(domain, "step"));
  if (!(step > 0)) step = (high - low) / (POINTS - 1);
  for (int i = 0; i < MOST_POINTS && low + i * step <= high + 1e-9 * step; i++)
    cJSON_AddItemToArray(values, cJSON_CreateNumber(low + i * step));
}

/* What a policy may be, by its domain or its kind; empty where that is not said. */
static cJSON *values_of(const cJSON *slot) {
  const cJSON *domain = field(slot, "domain"), *item;
  cJSON *values = cJSON_CreateArray();
  if (strcmp(text_of(slot, "kind"), "bool") == 0) {
    cJSON_AddItemToArray(values, cJSON_CreateFalse());
    cJSON_AddItemToArray(values, cJSON_CreateTrue());
  }
  const cJSON *listed = field(slot, "labels") ? field(slot, "labels") : field(domain, "values");
  cJSON_ArrayForEach(item, listed) cJSON_AddItemToArray(values, cJSON_Duplicate(item, true));
  if (cJSON_IsNumber(field(domain, "low"))) add_range(values, domain);
  return values;
}

static const char *read_dimension(const Question *question, const cJSON *entry,
                                  Dimension *dimension) {
  const cJSON *slot = find_policy(question, text_of(entry, "policy"));
  const cJSON *given = field(entry, "values");
  if (!slot) return "`grid` names no policy of the twin";
  dimension->policy = text_of(entry, "policy");
  dimension->at = field(entry, "at");
  int keys = cJSON_GetArraySize(dimension->at);
  if (keys != 0 && keys != cJSON_GetArraySize(field(slot, "index")))
    return "`at` of `grid` names a key for each index, or none";
  dimension->values =
      cJSON_GetArraySize(given) > 0 ? cJSON_Duplicate(given, true) : values_of(slot);
  return cJSON_GetArraySize(dimension->values) > 0
             ? NULL
             : "`values` of `grid` are empty, and the policy has no range";
}

/* Sets one element of a policy, or the whole of it. */
static void set_at(cJSON *policy, const Dimension *dimension, const cJSON *value) {
  cJSON *object = policy;
  const cJSON *key;
  const char *name = dimension->policy;
  cJSON_ArrayForEach(key, dimension->at) {
    object = descend(object, name);
    name = key->valuestring;
  }
  cJSON_DeleteItemFromObjectCaseSensitive(object, name);
  cJSON_AddItemToObject(object, name, cJSON_Duplicate(value, true));
}

static void write_point(const Question *question, const Dimension *dimensions, int count,
                        long number, FILE *out, cJSON *labels) {
  cJSON *policy = cJSON_CreateObject();
  const char *label = "";
  for (int i = 0; i < count; i++) {
    int size = cJSON_GetArraySize(dimensions[i].values);
    const cJSON *value = cJSON_GetArrayItem(dimensions[i].values, (int)(number % size)), *key;
    number /= size;
    set_at(policy, &dimensions[i], value);
    label = arena_format(question->arena, "%s%s%s", label, i ? ", " : "", dimensions[i].policy);
    cJSON_ArrayForEach(key, dimensions[i].at) label =
        arena_format(question->arena, "%s %s", label, key->valuestring);
    char *text = cJSON_PrintUnformatted(value);
    label = arena_format(question->arena, "%s = %s", label, text);
    free(text);
  }
  write_candidate(policy, out);
  add_label(labels, label);
  cJSON_Delete(policy);
}

static long write_grid(const Question *question, const cJSON *grid, FILE *out, cJSON *labels,
                       const char **problem) {
  Dimension dimensions[MOST_DIMENSIONS] = {0};
  const cJSON *entry;
  int count = 0;
  double points = cJSON_GetArraySize(grid) > 0;
  *problem = cJSON_GetArraySize(grid) > MOST_DIMENSIONS ? "`grid` has too many entries" : NULL;
  cJSON_ArrayForEach(entry, grid) {
    if (*problem) break;
    *problem = read_dimension(question, entry, &dimensions[count++]);
    points *= cJSON_GetArraySize(dimensions[count - 1].values);
  }
  if (!*problem && points > MOST_CANDIDATES_ASKED)
    *problem = arena_format(question->arena, "`grid` has %.0f points, and at most %d are evaluated",
                            points, MOST_CANDIDATES_ASKED);
  for (long i = 0; !*problem && i < (long)points; i++)
    write_point(question, dimensions, count, i, out, labels);
  for (int i = 0; i < count; i++) cJSON_Delete(dimensions[i].values);
  return *problem ? -1 : (long)points;
}

/* ---- all ---- */

long candidates_write(const Question *question, const cJSON *intent, FILE *out, cJSON *labels,
                      const char **problem) {
  const cJSON *candidate, *enumerate = field(intent, "enumerate");
  long count = 1;
  fputs("{}\n", out);
  add_label(labels, "no decision");
  cJSON_ArrayForEach(candidate, field(intent, "candidates")) {
    cJSON *policy = cJSON_Duplicate(field(candidate, "policy"), true);
    write_candidate(policy, out);
    cJSON_Delete(policy);
    add_label(labels, text_of(candidate, "label"));
    count++;
  }
  long subsets = 0, points;
  if (cJSON_IsObject(enumerate)) subsets = write_subsets(question, enumerate, out, labels, problem);
  points = subsets < 0 ? -1 : write_grid(question, field(intent, "grid"), out, labels, problem);
  return points < 0 ? -1 : count + subsets + points;
}
