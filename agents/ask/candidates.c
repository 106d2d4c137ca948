/* Candidates of an intent: those that it writes out, all subsets of rows, and all points of a grid
 * that it asks for. */
#include "ask/ask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHOSEN = 12 /* rows of one subset */, MOST_RANK = 8 };

typedef struct Subsets {
  const Question *question;
  const char *policy;
  const cJSON *rows, *at, *set, *base; /* rows: an array of keys */
  int chosen, depth;                   /* depth: which index of the policy the rows are of */
  int rank;
} Subsets;

static long refuse(const char **problem, const char *why) {
  *problem = why;
  return -1;
}

static void write_candidate(const cJSON *policy, FILE *out) {
  char *text = cJSON_PrintUnformatted(policy);
  fprintf(out, "%s\n", text);
  free(text);
}

/* On one line: what a model wrote is not taken for a result. */
static void add_label(Arena *arena, cJSON *labels, const char *text) {
  char *line = plain_text(arena, text, strlen(text));
  for (char *at = line; *at; at++)
    if (*at == '\n') *at = ' ';
  cJSON_AddItemToArray(labels, cJSON_CreateString(line));
}

/* ---- subsets ---- */

static const cJSON *find_policy(const Question *question, const char *name) {
  const cJSON *number;
  cJSON_ArrayForEach(number, field(question->description, "policies")) {
    const cJSON *slot = element_at(field(question->description, "slots"), number);
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
  const cJSON *table = element_at(field(question->description, "tables"), number);
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

/* Sets the element that keys name one below the other, or the whole of a policy where there are
 * none; what they stand in is made. False where one value stands there for all elements. */
static bool set_element(cJSON *policy, const char *name, const char *const *keys, int count,
                        const cJSON *value) {
  cJSON *object = policy;
  for (int i = 0; i < count; i++) {
    cJSON *next = cJSON_GetObjectItemCaseSensitive(object, name);
    object = next ? next : cJSON_AddObjectToObject(object, name);
    if (!cJSON_IsObject(object)) return false;
    name = keys[i];
  }
  cJSON_DeleteItemFromObjectCaseSensitive(object, name);
  return cJSON_AddItemToObject(object, name, cJSON_Duplicate(value, true));
}

static const char *overwritten(Arena *arena, const char *policy) {
  return arena_format(arena, "`%s` is given one value for all, and others for single elements",
                      policy);
}

static bool set_row(const Subsets *subsets, cJSON *policy, const char *row) {
  const char *keys[MOST_RANK];
  int fixed = 0;
  for (int depth = 0; depth < subsets->rank; depth++)
    keys[depth] =
        depth == subsets->depth ? row : cJSON_GetArrayItem(subsets->at, fixed++)->valuestring;
  return set_element(policy, subsets->policy, keys, subsets->rank, subsets->set);
}

static bool write_subset(const Subsets *subsets, const int *picked, FILE *out, cJSON *labels) {
  Arena *arena = subsets->question->arena;
  const char *label = "";
  bool good = true;
  cJSON *policy =
      cJSON_IsObject(subsets->base) ? cJSON_Duplicate(subsets->base, true) : cJSON_CreateObject();
  for (int i = 0; i < subsets->chosen; i++) {
    const char *row = cJSON_GetArrayItem(subsets->rows, picked[i])->valuestring;
    good &= set_row(subsets, policy, row);
    label = arena_format(arena, "%s%s%s", label, i ? ", " : "", row);
  }
  write_candidate(policy, out);
  add_label(arena, labels, label);
  cJSON_Delete(policy);
  return good;
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

/* What `enumerate` has, kind by kind. */
static const char *check_enumerate(Arena *arena, const cJSON *enumerate, const cJSON *slot) {
  const cJSON *rows = field(enumerate, "rows"), *at = field(enumerate, "at");
  const cJSON *base = field(enumerate, "base");
  double chosen = number_of(enumerate, "choose");
  int rank = cJSON_GetArraySize(field(slot, "index"));
  if ((rows && !is_texts(rows)) || (at && !is_texts(at)))
    return "`rows` and `at` of `enumerate` are arrays of keys";
  if (!field(enumerate, "set")) return "`set` of `enumerate` is missing";
  if (base && !cJSON_IsNull(base) && !cJSON_IsObject(base))
    return "`base` of `enumerate` is an object, or null";
  if (rank > MOST_RANK) return "a policy of so many indices is not enumerated";
  if (cJSON_GetArraySize(at) != rank - 1)
    return arena_format(arena, "`at` must name a key for each other index of `%s`: %d of them",
                        text_of(slot, "name"), rank - 1);
  if (chosen >= 1 && chosen <= MOST_CHOSEN && chosen == floor(chosen)) return NULL;
  return arena_format(arena, "`choose` must be a whole number from 1 to %d", MOST_CHOSEN);
}

static const char *check_subsets(const Subsets *subsets, const cJSON *slot) {
  Arena *arena = subsets->question->arena;
  int count = cJSON_GetArraySize(subsets->rows);
  if (subsets->depth < 0)
    return arena_format(arena, "`rows` of `enumerate` are not all rows of one index of `%s`",
                        text_of(slot, "name"));
  if (subsets->chosen > count) return arena_format(arena, "`choose` must be from 1 to %d", count);
  return NULL;
}

/* The rows that are meant where none is named: those of the first index that no key of `at` fixes.
 */
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

/* What is enumerated; NULL, or what is wrong with it. */
static const char *read_subsets(const Question *question, const cJSON *enumerate,
                                Subsets *subsets) {
  const cJSON *slot = find_policy(question, text_of(enumerate, "policy"));
  if (!slot) return "`enumerate` names no policy of the twin";
  const char *problem = check_enumerate(question->arena, enumerate, slot);
  if (problem) return problem;
  *subsets = (Subsets){.question = question,
                       .policy = text_of(enumerate, "policy"),
                       .rows = field(enumerate, "rows"),
                       .at = field(enumerate, "at"),
                       .set = field(enumerate, "set"),
                       .base = field(enumerate, "base"),
                       .chosen = field(enumerate, "choose")->valueint,
                       .rank = cJSON_GetArraySize(field(slot, "index"))};
  if (cJSON_GetArraySize(subsets->rows) == 0) subsets->rows = all_rows(question, slot, subsets->at);
  subsets->depth = depth_of(subsets, slot);
  return check_subsets(subsets, slot);
}

static long write_subsets(const Question *question, const cJSON *enumerate, long room, FILE *out,
                          cJSON *labels, const char **problem) {
  Subsets subsets;
  *problem = read_subsets(question, enumerate, &subsets);
  if (*problem) return -1;
  int picked[MOST_CHOSEN], count = cJSON_GetArraySize(subsets.rows);
  long written = 0;
  if (subsets_of(count, subsets.chosen) > (double)room)
    return refuse(problem, arena_format(question->arena,
                                        "these are %.0f candidates, and at most %ld are evaluated: "
                                        "name fewer `rows`",
                                        subsets_of(count, subsets.chosen), room));
  for (int i = 0; i < subsets.chosen; i++) picked[i] = i;
  do {
    if (!write_subset(&subsets, picked, out, labels))
      return refuse(problem, overwritten(question->arena, subsets.policy));
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
  double low = number_of(domain, "low");
  double high = number_of(domain, "high");
  double step = number_of(domain, "step");
  if (!(step > 0)) step = high > low ? (high - low) / (POINTS - 1) : 1;
  if ((high - low) / step > MOST_POINTS) return; /* are to be named */
  for (int i = 0; low + i * step <= high + 1e-9 * step; i++)
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
  if (keys > MOST_RANK || (keys != 0 && keys != cJSON_GetArraySize(field(slot, "index"))))
    return "`at` of `grid` names a key for each index, or none";
  dimension->values =
      cJSON_GetArraySize(given) > 0 ? cJSON_Duplicate(given, true) : values_of(slot);
  return cJSON_GetArraySize(dimension->values) > 0 ? NULL
                                                   : "`values` of `grid` are empty, and the policy "
                                                     "has no range, or one of too many steps";
}

static bool set_at(cJSON *policy, const Dimension *dimension, const cJSON *value) {
  const char *keys[MOST_RANK];
  const cJSON *key;
  int count = 0;
  cJSON_ArrayForEach(key, dimension->at) keys[count++] = key->valuestring;
  return set_element(policy, dimension->policy, keys, count, value);
}

static bool write_point(const Question *question, const Dimension *dimensions, int count,
                        long number, FILE *out, cJSON *labels) {
  cJSON *policy = cJSON_CreateObject();
  const char *label = "";
  bool good = true;
  for (int i = 0; i < count; i++) {
    int size = cJSON_GetArraySize(dimensions[i].values);
    const cJSON *value = cJSON_GetArrayItem(dimensions[i].values, (int)(number % size)), *key;
    number /= size;
    good &= set_at(policy, &dimensions[i], value);
    label = arena_format(question->arena, "%s%s%s", label, i ? ", " : "", dimensions[i].policy);
    cJSON_ArrayForEach(key, dimensions[i].at) label =
        arena_format(question->arena, "%s %s", label, key->valuestring);
    label = arena_format(question->arena, "%s = %s", label, json_line(question->arena, value));
  }
  write_candidate(policy, out);
  add_label(question->arena, labels, label);
  cJSON_Delete(policy);
  return good;
}

static long write_grid(const Question *question, const cJSON *grid, long room, FILE *out,
                       cJSON *labels, const char **problem) {
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
  if (!*problem && points > (double)room)
    *problem = arena_format(question->arena,
                            "`grid` has %.0f points, and at most %ld are evaluated", points, room);
  for (long i = 0; !*problem && i < (long)points; i++)
    if (!write_point(question, dimensions, count, i, out, labels))
      *problem = overwritten(question->arena, dimensions[count - 1].policy);
  for (int i = 0; i < count; i++) cJSON_Delete(dimensions[i].values);
  return *problem ? -1 : (long)points;
}

/* ---- all ---- */

static long write_listed(const Question *question, const cJSON *listed, FILE *out, cJSON *labels,
                         const char **problem) {
  const cJSON *candidate;
  long count = cJSON_GetArraySize(listed);
  if (count > question->most)
    return refuse(problem, arena_format(question->arena,
                                        "these are %ld candidates, and at most %ld are evaluated",
                                        count, question->most));
  cJSON_ArrayForEach(candidate, listed) {
    write_candidate(field(candidate, "policy"), out);
    add_label(question->arena, labels, text_of(candidate, "label"));
  }
  return count;
}

long candidates_write(const Question *question, const cJSON *intent, FILE *out, cJSON *labels,
                      const char **problem) {
  const cJSON *enumerate = field(intent, "enumerate");
  fputs("{}\n", out);
  add_label(question->arena, labels, "no decision");
  long listed = write_listed(question, field(intent, "candidates"), out, labels, problem);
  long subsets = 0, points = 0, room = question->most - listed;
  if (listed >= 0 && cJSON_IsObject(enumerate))
    subsets = write_subsets(question, enumerate, room, out, labels, problem);
  if (listed >= 0 && subsets >= 0)
    points = write_grid(question, field(intent, "grid"), room - subsets, out, labels, problem);
  return listed < 0 || subsets < 0 || points < 0 ? -1 : 1 + listed + subsets + points;
}
