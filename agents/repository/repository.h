/* Proven blueprints and how they came to be: one SQLite file, searched by words.
 *
 * Agents are shown the nearest of them as examples; people add their own models by the same door,
 * marked as `human`. Several programs may use one file at once: each waits for the other a while.
 */
#ifndef HERMES_REPOSITORY_H
#define HERMES_REPOSITORY_H

#include "hermesc.h"

typedef struct Entry {
  long id;
  const char *name;       /* of the blueprint */
  const char *origin;     /* "human" or "agent" */
  const char *task;       /* in words, or "" */
  const char *doc;        /* of the blueprint */
  const char *blueprint;  /* the whole text */
  const char *sha256;     /* of the text */
  const char *tests;      /* JSON: what it passed */
  const char *scores;     /* JSON: how well */
  const char *provenance; /* JSON: who, when, which model, which trace */
  const char *created;    /* "2026-01-31T12:00:00Z" */
} Entry;

typedef struct Repository Repository;

/* The one that is named, or else $XDG_DATA_HOME/hermes/repository.db, or below ~/.local/share; NULL
 * where there is no home. */
const char *repository_path(Arena *arena, const char *named);
/* NULL with a diagnostic. `create`: makes the file and its directories where they are not there. */
Repository *repository_open(Arena *arena, const char *path, bool create,
                            hermes_diagnostics *diagnostics);
void repository_close(Repository *repository); /* NULL: nothing */

/* Adds, or replaces the one of the same sha256 and task; false with a diagnostic. Sets id, sha256,
 * created. Texts that are NULL are stored as "", JSON that is NULL as "{}". */
bool repository_add(Repository *repository, Entry *entry);
/* The `most` nearest to the words, best first; their number. Words are taken as words, not as a
 * query. What they return lives in the arena. Where the file cannot be read: 0, with a diagnostic.
 */
int repository_search(Repository *repository, const char *words, int most, Entry *entries);
/* From the newest on; their number. */
int repository_list(Repository *repository, int most, Entry *entries);
/* By number, or the newest of a name. False, with a diagnostic, where there is none. */
bool repository_find(Repository *repository, const char *id_or_name, Entry *entry);
bool repository_remove(Repository *repository, long id);

#endif
