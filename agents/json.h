/* Reading what stands in JSON, whoever wrote it: what is missing or of another kind is no error. */
#ifndef HERMES_JSON_H
#define HERMES_JSON_H

#include "hermesc.h"

#include <cjson/cJSON.h>
#include <stdio.h>

const cJSON *field(const cJSON *object, const char *name);
/* "" where there is no text of that name. */
const char *text_of(const cJSON *object, const char *name);
/* NaN where there is no number of that name. */
double number_of(const cJSON *object, const char *name);
/* An element by the number that a field holds; NULL where it holds none. */
const cJSON *element_at(const cJSON *array, const cJSON *number);
/* Is it an array of texts? */
bool is_texts(const cJSON *value);

/* All texts of an array in one; in the arena. */
const char *texts_joined(Arena *arena, const cJSON *texts, const char *between);
/* The value as text, in the arena: on many lines, or on one. */
const char *json_text(Arena *arena, const cJSON *value);
const char *json_line(Arena *arena, const cJSON *value);
/* On many lines, to standard output. */
void json_print(const cJSON *value);

#endif
