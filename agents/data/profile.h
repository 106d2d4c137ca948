/* What agents are told of a directory of tables: files, columns, kinds, ranges, which columns are
 * keys and which refer to keys elsewhere, a few samples. They see no more rows than that. */
#ifndef HERMES_PROFILE_H
#define HERMES_PROFILE_H

#include "hermes.h"

/* The description as JSON, to be deleted: {"files": [{"file", "rows", "pairs", "columns": [{"name", "kind",
 * "distinct", "low", "high", "samples", "missing", "key": "row" or "part", "refers"}]}], "notes"}.
 * NULL with diagnostics where the directory cannot be read or holds no table. */
cJSON *profile_directory(Session *session, const char *directory);
/* The same on a few lines, for prompts and people; in the arena. */
const char *profile_text(Arena *arena, const cJSON *profile);

#endif
