/* What a model is told of a twin before it turns a question into candidates. */
#include "ask/ask.h"

#include "coder/twin.h"

#include <stdlib.h>
#include <string.h>

static const cJSON *slot_at(const Question *question, const cJSON *number) {
  return element_at(field(question->description, "slots"), number);
}

static const cJSON *table_at(const Question *question, const cJSON *number) {
  return element_at(field(question->description, "tables"), number);
}

/* ---- keys of rows ---- */

static cJSON *keys_of(const cJSON *values) {
  cJSON *keys = cJSON_CreateArray();
  const cJSON *row;
  cJSON_ArrayForEach(row, values) {
    if (row->string) cJSON_AddItemToArray(keys, cJSON_CreateString(row->string));
  }
  return keys;
}

/* Keys are the rows' names in any array over the table: that of its first column. */
static bool read_keys(Question *question, const cJSON *table, const char **problem) {
  const cJSON *first = cJSON_GetArrayItem(field(table, "columns"), 0);
  if (!first || cJSON_GetArraySize(field(table, "index")) != 1) return true;
  const char *column = text_of(slot_at(question, first), "name");
  const char *show = arena_format(question->arena, "%s.%s", text_of(table, "name"), column);
  cJSON *run = twin_run(question->arena, question->program, question->data, NULL, show, problem);
  const cJSON *arrays = field(run, "arrays");
  if (arrays && arrays->child)
    cJSON_AddItemToObject(question->keys, text_of(table, "name"),
                          keys_of(field(arrays->child, "values")));
  cJSON_Delete(run);
  return run != NULL;
}

bool question_keys(Question *question, const char **problem) {
  const cJSON *table;
  question->keys = cJSON_CreateObject();
  cJSON_ArrayForEach(table, field(question->description, "tables")) {
    if (!read_keys(question, table, problem)) return false;
  }
  return true;
}

/* ---- as text ---- */

static void write_keys(const Question *question, FILE *out) {
  const cJSON *table, *key;
  cJSON_ArrayForEach(table, question->keys) {
    int count = cJSON_GetArraySize(table), told = 0;
    fprintf(out, "table %s, %d rows:", table->string, count);
    cJSON_ArrayForEach(key, table) {
      if (told++ < KEYS_TOLD) fprintf(out, " %s", key->valuestring);
    }
    fputs(count > KEYS_TOLD ? " ...\n" : "\n", out);
  }
}

static void write_index(const Question *question, const cJSON *slot, FILE *out) {
  const cJSON *number;
  const char *before = "[";
  cJSON_ArrayForEach(number, field(slot, "index")) {
    fprintf(out, "%s%s", before, text_of(table_at(question, number), "name"));
    before = ", ";
  }
  if (*before == ',') fputs("]", out);
}

static void write_json(const char *before, const cJSON *item, FILE *out) {
  char *text = item && !cJSON_IsNull(item) ? cJSON_PrintUnformatted(item) : NULL;
  if (text) fprintf(out, "%s%s", before, text);
  free(text);
}

static void write_slots(const Question *question, const char *title, const char *list, FILE *out) {
  const cJSON *number;
  cJSON_ArrayForEach(number, field(question->description, list)) {
    const cJSON *slot = slot_at(question, number);
    bool real = strcmp(text_of(slot, "kind"), "real") == 0;
    fprintf(out, "%s %s", title, text_of(slot, "name"));
    write_index(question, slot, out);
    fprintf(out, ": %s", text_of(slot, real ? "unit" : "kind"));
    write_json(" of ", field(slot, "labels"), out);
    write_json(" in ", field(slot, "domain"), out);
    write_json(", default ", field(slot, "default"), out);
    fprintf(out, ": %s\n", text_of(slot, "doc"));
  }
}

const char *question_twin(const Question *question) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  fprintf(out, "%s\n", text_of(field(question->description, "blueprint"), "doc"));
  write_slots(question, "policy", "policies", out);
  write_slots(question, "kpi", "kpis", out);
  write_keys(question, out);
  fclose(out);
  char *copy = arena_copy(question->arena, text, size);
  free(text);
  return copy;
}
