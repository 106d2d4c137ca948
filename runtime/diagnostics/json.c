/* Diagnostics as JSON, for programs. What is not known is left out; labels, candidates and notes
 * are always there. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "place.h"

static const char *const SEVERITIES[] = {[HERMES_ERROR] = "error", [HERMES_WARNING] = "warning"};
static const char *const CATEGORIES[] = {
    [HERMES_USER_CODE] = "user_code",       [HERMES_DATA] = "data",
    [HERMES_OPTIONS] = "options",           [HERMES_ENVIRONMENT] = "environment",
    [HERMES_COMPILER_BUG] = "compiler_bug",
};

/* Makes text valid UTF-8 in place: a byte that belongs to no character becomes `?`. */
static void make_valid(char *text) {
  for (size_t length = strlen(text); length > 0;) {
    hermes_character c = hermes_character_at(text, length);
    if (!c.valid) *text = '?';
    text += c.bytes;
    length -= c.bytes;
  }
}

cJSON *hermes_json_string(const char *text, size_t length) {
  char *copy = strndup(text, length);
  if (!copy) return NULL;
  make_valid(copy);
  cJSON *string = cJSON_CreateString(copy);
  free(copy);
  return string;
}

void hermes_json_add(cJSON *object, const char *key, const char *text) {
  if (text && *text) cJSON_AddItemToObject(object, key, hermes_json_string(text, strlen(text)));
}

static void add_number(cJSON *object, const char *key, size_t number) {
  if (number > 0) cJSON_AddNumberToObject(object, key, (double)number);
}

static void add_place(hermes_finder *finder, cJSON *object, const hermes_place *place) {
  if (!place->file) return;
  hermes_spot spot = hermes_spot_of(finder, place);
  hermes_json_add(object, "file", place->file);
  add_number(object, "line", spot.line);
  add_number(object, "column", spot.column);
  add_number(object, "end_line", spot.end_line);
  add_number(object, "end_column", spot.end_column);
  if (!place->text) return;
  cJSON_AddNumberToObject(object, "start", (double)place->start);
  cJSON_AddNumberToObject(object, "end", (double)place->end);
}

static void add_labels(hermes_finder *finder, cJSON *object, const hermes_diagnostic *d) {
  cJSON *labels = cJSON_AddArrayToObject(object, "labels");
  for (size_t i = 0; i < d->label_count; i++) {
    cJSON *label = cJSON_CreateObject();
    add_place(finder, label, &d->labels[i].place);
    hermes_json_add(label, "message", d->labels[i].message);
    cJSON_AddItemToArray(labels, label);
  }
}

void hermes_json_candidates(cJSON *object, const char *names) {
  cJSON *candidates = cJSON_AddArrayToObject(object, "candidates");
  for (names = names ? names : ""; *names;) {
    size_t length = strcspn(names, ",");
    if (length > 0) cJSON_AddItemToArray(candidates, hermes_json_string(names, length));
    names += length;
    names += strspn(names, ", ");
  }
}

void hermes_json_notes(cJSON *object, const hermes_diagnostic *d) {
  cJSON *notes = cJSON_AddArrayToObject(object, "notes");
  for (size_t i = 0; i < d->note_count; i++) {
    cJSON_AddItemToArray(notes, hermes_json_string(d->notes[i], strlen(d->notes[i])));
  }
}

static cJSON *edits_of(const hermes_fix *fix) {
  cJSON *edits = cJSON_CreateArray();
  for (size_t i = 0; i < fix->edit_count; i++) {
    cJSON *edit = cJSON_CreateObject();
    cJSON_AddNumberToObject(edit, "start", (double)fix->edits[i].start);
    cJSON_AddNumberToObject(edit, "end", (double)fix->edits[i].end);
    cJSON_AddStringToObject(edit, "text", fix->edits[i].text);
    cJSON_AddItemToArray(edits, edit);
  }
  return edits;
}

static void add_fixes(cJSON *object, const hermes_diagnostic *d) {
  cJSON *fixes = cJSON_AddArrayToObject(object, "fixes");
  for (size_t i = 0; i < d->fix_count; i++) {
    cJSON *fix = cJSON_CreateObject();
    hermes_json_add(fix, "title", d->fixes[i].title);
    cJSON_AddBoolToObject(fix, "verified", d->fixes[i].verified);
    cJSON_AddItemToObject(fix, "edits", edits_of(&d->fixes[i]));
    cJSON_AddItemToArray(fixes, fix);
  }
}

static cJSON *diagnostic_of(hermes_finder *finder, const hermes_diagnostic *d) {
  const hermes_code_info *info = hermes_code_of(d->code);
  cJSON *object = cJSON_CreateObject();
  hermes_json_add(object, "code", info->name);
  hermes_json_add(object, "severity", SEVERITIES[d->severity]);
  hermes_json_add(object, "category", CATEGORIES[info->category]);
  hermes_json_add(object, "message", d->message);
  add_place(finder, object, &d->place);
  hermes_json_add(object, "label", d->place_label);
  add_labels(finder, object, d);
  hermes_json_add(object, "expected", d->expected);
  hermes_json_add(object, "actual", d->actual);
  hermes_json_candidates(object, d->candidates);
  hermes_json_add(object, "rule", d->rule ? d->rule : info->rule);
  hermes_json_notes(object, d);
  add_fixes(object, d);
  return object;
}

char *hermes_diagnostics_json(const hermes_diagnostics *list) {
  cJSON *array = cJSON_CreateArray();
  hermes_finder finder = {0};
  for (size_t i = 0; i < list->count; i++) {
    cJSON_AddItemToArray(array, diagnostic_of(&finder, &list->items[i]));
  }
  char *text = cJSON_PrintUnformatted(array);
  cJSON_Delete(array);
  return text;
}
