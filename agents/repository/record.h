/* What the commands and the servers of the repository share: entries from blueprints that are
 * sound, and entries as JSON. */
#ifndef HERMES_REPOSITORY_RECORD_H
#define HERMES_REPOSITORY_RECORD_H

#include "hermesc.h"
#include "repository/repository.h"

#include <cjson/cJSON.h>

/* Name, doc and text of a blueprint that was checked and is no module; they live as long as the
 * compiler. */
Entry entry_of(const Compiler *compiler);
/* An entry for programs; with or without its text. */
cJSON *entry_json(const Entry *entry, bool whole);

#endif
