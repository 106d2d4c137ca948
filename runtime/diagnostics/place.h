/* The map of runtime/diagnostics:
 *
 *   codes.c    the table of codes (hermes/diagnostics.def)
 *   report.c   lists of diagnostics, and who owns their strings
 *   place.c    byte offsets -> lines and columns; what of a text may be shown
 *   render.c   text with excerpts and carets
 *   json.c     the same for programs
 *   sarif.c    the same for programs that know SARIF
 *   nearest.c  "did you mean"
 */
#ifndef HERMES_DIAGNOSTICS_PLACE_H
#define HERMES_DIAGNOSTICS_PLACE_H

#include <hermes/diagnostics.h>

/* A place as people count: lines and columns from 1, columns in characters; 0 where unknown. */
typedef struct hermes_spot {
  size_t line, column, end_line, end_column; /* the end is the first character behind the place */
  const char *line_text;                     /* the line it begins in; NULL without a text */
  size_t line_length;
  size_t from, to; /* byte offsets into line_text; `to` stays in the line */
} hermes_spot;

/* What was found last: the next place in that text is found from there, and costs what lies between
 * the two. So a thousand places in one line of megabytes cost about what one does. {0} at first. */
typedef struct hermes_finder {
  const char *text;
  size_t at, line_start; /* bytes */
  size_t line, column;
} hermes_finder;

hermes_spot hermes_spot_of(hermes_finder *finder, const hermes_place *place);

/* One character of UTF-8. A byte that belongs to none is a character by itself, and not valid. */
typedef struct hermes_character {
  size_t bytes;
  bool valid;
  bool visible; /* neither control, nor invisible, nor turning the direction of the text */
} hermes_character;

/* The character that begins at `text`; length > 0. */
hermes_character hermes_character_at(const char *text, size_t length);

/* ---- what both forms for programs are made of (json.c) ---- */

struct cJSON;
/* A JSON string of `length` bytes, `?` for what is not UTF-8; NULL, which the caller need not
 * check, when memory runs out. */
struct cJSON *hermes_json_string(const char *text, size_t length);
/* Nothing is added where the text is NULL or empty. */
void hermes_json_add(struct cJSON *object, const char *key, const char *text);
/* "candidates": "a, b" -> ["a", "b"], and "notes"; always there. */
void hermes_json_candidates(struct cJSON *object, const char *names);
void hermes_json_notes(struct cJSON *object, const hermes_diagnostic *d);

#endif
