/* One form for everything that Hermes has to say: the compiler, the data reader, the twin's
 * commands.
 *
 * A diagnostic has a frozen code from the one table in diagnostics.def, a place, labelled further
 * places, facts (expected, actual, candidates), the rule it rests on, and notes. Messages are lower
 * case without a full stop.
 */
#ifndef HERMES_DIAGNOSTICS_H
#define HERMES_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum hermes_code {
#define HERMES_DIAGNOSTIC(code, severity, category, title, rule) HB##code,
#include <hermes/diagnostics.def>
#undef HERMES_DIAGNOSTIC
  HERMES_CODES
} hermes_code;

typedef enum hermes_severity { HERMES_ERROR, HERMES_WARNING } hermes_severity;
typedef enum hermes_category {
  HERMES_USER_CODE,
  HERMES_DATA,
  HERMES_OPTIONS,
  HERMES_ENVIRONMENT,
  HERMES_COMPILER_BUG
} hermes_category;

typedef struct hermes_code_info {
  const char *name; /* "HB0402" */
  hermes_severity severity;
  hermes_category category;
  const char *title; /* what this code is about, in general */
  const char *rule;  /* the rule behind it, or "" */
} hermes_code_info;

const hermes_code_info *hermes_code_of(hermes_code code);

enum { HERMES_LABELS = 8, HERMES_NOTES = 6, HERMES_FIXES = 12, HERMES_EDITS = 4 };

/* A place in a file. The compiler knows byte offsets of a source that it holds (`text`, `length`);
 * the data reader knows a line and a column. `line` 0 means: the file as a whole. */
typedef struct hermes_place {
  const char *file;      /* as the user named it; NULL: nowhere in particular */
  const char *text;      /* the file's whole text where it is at hand for an excerpt, else NULL */
  size_t length;         /* of text */
  size_t start, end;     /* byte offsets into text, where text is not NULL */
  uint32_t line, column; /* from 1; used where text is NULL */
} hermes_place;

typedef struct hermes_label {
  hermes_place place;
  char *message;
} hermes_label;

/* Bytes start..end of the file that the diagnostic stands in become `text`. */
typedef struct hermes_edit {
  size_t start, end;
  char *text;
} hermes_edit;

/* A way to mend it. `verified`: applied and checked again, the error is gone and no new one came. */
typedef struct hermes_fix {
  char *title; /* "total power" */
  hermes_edit edits[HERMES_EDITS];
  size_t edit_count;
  bool verified;
} hermes_fix;

typedef struct hermes_diagnostic {
  hermes_code code;
  hermes_severity severity; /* the table's, unless --werror raised it */
  char *message;
  hermes_place place;
  char *file_copy;   /* of place.file, where the name would not live long enough; or NULL */
  char *place_label; /* what stands under the primary caret, or NULL */
  hermes_label labels[HERMES_LABELS];
  size_t label_count;
  char *expected, *actual;   /* typed facts, or NULL */
  char *candidates;          /* comma separated names in reach, or NULL */
  char *rule;                /* of this case, where its code has none of its own; or NULL */
  char *notes[HERMES_NOTES]; /* "help: ..." lines */
  size_t note_count;
  hermes_fix *fixes; /* room for HERMES_FIXES from the first one on */
  size_t fix_count;
} hermes_diagnostic;

/* A growing list of diagnostics; {0} is empty. Owns all strings in it. Keeps at most
 * HERMES_DIAGNOSTICS_KEPT and counts the rest. */
enum { HERMES_DIAGNOSTICS_KEPT = 1000 };
typedef struct hermes_diagnostics {
  hermes_diagnostic *items;
  size_t count, capacity;
  size_t errors, warnings; /* also those beyond what is kept */
  bool warnings_are_errors;
} hermes_diagnostics;

/* Appends one and returns it to be completed; never NULL (beyond the limit: a scratch that is not
 * kept). It is valid until the next report. Texts and file names of places are not copied, and must
 * outlive the list. */
hermes_diagnostic *hermes_report(hermes_diagnostics *list, hermes_code code,
                                 const hermes_place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Labels and notes beyond HERMES_LABELS and HERMES_NOTES are left out; a label that is nowhere
 * becomes a note. */
void hermes_diagnostic_label(hermes_diagnostic *d, const hermes_place *place, const char *format,
                             ...) __attribute__((format(printf, 3, 4)));
void hermes_diagnostic_note(hermes_diagnostic *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a fix to be completed by edits; NULL where there is no room for another. */
hermes_fix *hermes_diagnostic_fix(hermes_diagnostic *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds an edit; a fix of more than HERMES_EDITS edits, or NULL, takes none. */
void hermes_fix_edit(hermes_fix *fix, size_t start, size_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void hermes_fix_free(hermes_fix *fix);
/* Sets expected, actual, candidates or rule (the field's address), freeing what stood there. */
void hermes_diagnostic_fact(char **fact, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void hermes_diagnostics_free(hermes_diagnostics *list);

/* Text with excerpts and carets, for people; at most `limit` errors (0: all), then one line that
 * counts the rest. */
void hermes_diagnostics_print(const hermes_diagnostics *list, FILE *out, bool colour, size_t limit);
/* The JSON array of all diagnostics kept, as a new string (free it); "[]" where there is none, NULL
 * out of memory. Keys: code severity category message file line column end_line end_column start
 * end label labels[] expected actual candidates[] rule notes[]; what is not known is left out,
 * arrays are always there. */
char *hermes_diagnostics_json(const hermes_diagnostics *list);
/* One document of SARIF 2.1.0, as a new string. `tool` names the program; `form` is what it shows
 * besides, or NULL. */
char *hermes_diagnostics_sarif(const hermes_diagnostics *list, const char *tool,
                               const char *version, const char *form);

/* A file's name as a URI, as a new string: what is not plain is percent-encoded, an absolute path
 * gets its scheme. NULL: out of memory. */
char *hermes_file_uri(const char *file);

/* Edit distance for "did you mean": the best of `count` names within a third of the word's length,
 * or NULL. */
const char *hermes_nearest(const char *word, const char *const *names, size_t count);

#endif
