/* The lines of a record, for those who write it and those who read it. */
#ifndef HERMES_LINES_H
#define HERMES_LINES_H

#include "hermesc.h"

#include <cjson/cJSON.h>

enum { MOST_RECORD_BYTES = 256 << 20 };

/* How many of the bytes are whole lines. */
size_t whole_lines(const char *text, size_t length);
/* `seconds` of the last of these lines, or 0. */
double last_seconds(const char *text, size_t length);
/* All events of a record, an array to be deleted; NULL with a diagnostic. A last line that was cut
 * is left out. */
cJSON *record_read(Arena *arena, const char *path, hermes_diagnostics *diagnostics);
/* The text, or the number, of that name, or what is said otherwise. */
const char *text_in(const cJSON *object, const char *name, const char *otherwise);
double number_in(const cJSON *object, const char *name, double otherwise);
bool truth_in(const cJSON *object, const char *name);

#endif
