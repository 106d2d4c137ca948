/* Fields, texts and numbers of JSON. */
#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const cJSON *field(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *text_of(const cJSON *object, const char *name) {
  const char *text = cJSON_GetStringValue(field(object, name));
  return text ? text : "";
}

double number_of(const cJSON *object, const char *name) {
  return cJSON_GetNumberValue(field(object, name));
}

const cJSON *element_at(const cJSON *array, const cJSON *number) {
  return cJSON_IsNumber(number) ? cJSON_GetArrayItem(array, number->valueint) : NULL;
}

bool is_texts(const cJSON *value) {
  const cJSON *item;
  if (!cJSON_IsArray(value)) return false;
  cJSON_ArrayForEach(item, value) if (!cJSON_IsString(item)) return false;
  return true;
}

const char *texts_joined(Arena *arena, const cJSON *texts, const char *between) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  const cJSON *item;
  cJSON_ArrayForEach(item, texts) {
    fprintf(out, "%s%s", item == texts->child ? "" : between, item->valuestring);
  }
  fclose(out);
  const char *copy = arena_copy(arena, text, size);
  free(text);
  return copy;
}

/* Takes what cJSON printed. */
static const char *taken(Arena *arena, char *text) {
  const char *copy = text ? arena_copy(arena, text, strlen(text)) : "";
  free(text);
  return copy;
}

const char *json_text(Arena *arena, const cJSON *value) {
  return taken(arena, cJSON_Print(value));
}

const char *json_line(Arena *arena, const cJSON *value) {
  return taken(arena, cJSON_PrintUnformatted(value));
}

void json_print(const cJSON *value) {
  char *text = cJSON_Print(value);
  puts(text);
  free(text);
}
