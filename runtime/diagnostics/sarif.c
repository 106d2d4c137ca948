/* Diagnostics as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), which editors and
 * code hosts read. Every code is a rule; lines and columns stand beside byte offsets, as few
 * readers know the latter. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "place.h"

static const char *const LEVELS[] = {[HERMES_ERROR] = "error", [HERMES_WARNING] = "warning"};

/* {"text": ...}: a message, as SARIF has it. */
static void add_text(cJSON *object, const char *key, const char *text) {
  if (text && *text) hermes_json_add(cJSON_AddObjectToObject(object, key), "text", text);
}

/* ---- places ---- */

char *hermes_file_uri(const char *file) {
  static const char scheme[] = "file://", hex[] = "0123456789ABCDEF";
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  char *uri = malloc(sizeof scheme + 3 * strlen(file)), *to = uri;
  if (!uri) return NULL;
  if (*file == '/') to += strlen(strcpy(to, scheme));
  for (; *file; file++) {
    unsigned char byte = (unsigned char)*file;
    if (strchr(plain, *file)) {
      *to++ = *file;
    } else {
      *to++ = '%', *to++ = hex[byte >> 4], *to++ = hex[byte & 15];
    }
  }
  *to = '\0';
  return uri;
}

static void add_uri(cJSON *location, const char *file) {
  char *uri = hermes_file_uri(file);
  if (uri) cJSON_AddStringToObject(location, "uri", uri);
  free(uri);
}

static void add_artifact(cJSON *object, const hermes_place *place) {
  add_uri(cJSON_AddObjectToObject(object, "artifactLocation"), place->file);
}

static void add_count(cJSON *region, const char *key, size_t number) {
  if (number > 0) cJSON_AddNumberToObject(region, key, (double)number);
}

static void add_region(hermes_finder *finder, cJSON *object, const char *key,
                       const hermes_place *place) {
  hermes_spot spot = hermes_spot_of(finder, place);
  if (spot.line == 0) return;
  cJSON *region = cJSON_AddObjectToObject(object, key);
  add_count(region, "startLine", spot.line);
  add_count(region, "startColumn", spot.column);
  add_count(region, "endLine", spot.end_line);
  add_count(region, "endColumn", spot.end_column);
  if (!place->text) return;
  cJSON_AddNumberToObject(region, "byteOffset", (double)place->start);
  cJSON_AddNumberToObject(region, "byteLength", (double)(place->end - place->start));
}

static cJSON *location_of(hermes_finder *finder, const hermes_place *place, const char *message) {
  cJSON *location = cJSON_CreateObject();
  cJSON *physical = cJSON_AddObjectToObject(location, "physicalLocation");
  add_artifact(physical, place);
  add_region(finder, physical, "region", place);
  add_text(location, "message", message);
  return location;
}

static void add_related(hermes_finder *finder, cJSON *result, const hermes_diagnostic *d) {
  cJSON *related = d->label_count ? cJSON_AddArrayToObject(result, "relatedLocations") : NULL;
  for (size_t i = 0; i < d->label_count; i++) {
    cJSON *location = location_of(finder, &d->labels[i].place, d->labels[i].message);
    cJSON_AddNumberToObject(location, "id", (double)i);
    cJSON_AddItemToArray(related, location);
  }
}

/* ---- fixes ---- */

static cJSON *replacement_of(hermes_finder *finder, const hermes_place *place,
                             const hermes_edit *edit) {
  cJSON *replacement = cJSON_CreateObject();
  hermes_place deleted = *place;
  deleted.start = edit->start;
  deleted.end = edit->end;
  add_region(finder, replacement, "deletedRegion", &deleted);
  cJSON *content = cJSON_AddObjectToObject(replacement, "insertedContent");
  cJSON_AddItemToObject(content, "text", hermes_json_string(edit->text, strlen(edit->text)));
  return replacement;
}

static cJSON *fix_of(hermes_finder *finder, const hermes_diagnostic *d, const hermes_fix *fix) {
  cJSON *object = cJSON_CreateObject(), *change = cJSON_CreateObject();
  add_text(object, "description", fix->title);
  add_artifact(change, &d->place);
  cJSON *replacements = cJSON_AddArrayToObject(change, "replacements");
  for (size_t i = 0; i < fix->edit_count; i++)
    cJSON_AddItemToArray(replacements, replacement_of(finder, &d->place, &fix->edits[i]));
  cJSON_AddItemToArray(cJSON_AddArrayToObject(object, "artifactChanges"), change);
  cJSON_AddBoolToObject(cJSON_AddObjectToObject(object, "properties"), "verified", fix->verified);
  return object;
}

static void add_fixes(hermes_finder *finder, cJSON *result, const hermes_diagnostic *d) {
  cJSON *fixes = NULL;
  for (size_t i = 0; d->place.text && i < d->fix_count; i++) {
    if (d->fixes[i].edit_count == 0) continue;
    if (!fixes) fixes = cJSON_AddArrayToObject(result, "fixes");
    cJSON_AddItemToArray(fixes, fix_of(finder, d, &d->fixes[i]));
  }
}

/* ---- results ---- */

static void add_facts(cJSON *result, const hermes_diagnostic *d) {
  cJSON *facts = cJSON_AddObjectToObject(result, "properties");
  hermes_json_add(facts, "expected", d->expected);
  hermes_json_add(facts, "actual", d->actual);
  hermes_json_add(facts, "rule", d->rule);
  hermes_json_candidates(facts, d->candidates);
  hermes_json_notes(facts, d);
}

static cJSON *result_of(hermes_finder *finder, const hermes_diagnostic *d) {
  cJSON *result = cJSON_CreateObject();
  cJSON_AddStringToObject(result, "ruleId", hermes_code_of(d->code)->name);
  cJSON_AddNumberToObject(result, "ruleIndex", d->code);
  cJSON_AddStringToObject(result, "level", LEVELS[d->severity]);
  add_text(result, "message", d->message);
  cJSON *locations = cJSON_AddArrayToObject(result, "locations");
  if (d->place.file)
    cJSON_AddItemToArray(locations, location_of(finder, &d->place, d->place_label));
  add_related(finder, result, d);
  add_fixes(finder, result, d);
  add_facts(result, d);
  return result;
}

/* ---- the document ---- */

static cJSON *rule_of(const hermes_code_info *info) {
  cJSON *rule = cJSON_CreateObject(), *standard;
  char help[64];
  snprintf(help, sizeof help, "hermesc explain %s", info->name);
  cJSON_AddStringToObject(rule, "id", info->name);
  add_text(rule, "shortDescription", info->title);
  add_text(rule, "fullDescription", info->rule);
  add_text(rule, "help", help);
  standard = cJSON_AddObjectToObject(rule, "defaultConfiguration");
  cJSON_AddStringToObject(standard, "level", LEVELS[info->severity]);
  return rule;
}

static void add_tool(cJSON *run, const char *tool, const char *version) {
  cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");
  cJSON_AddStringToObject(driver, "name", tool);
  cJSON_AddStringToObject(driver, "version", version);
  cJSON *rules = cJSON_AddArrayToObject(driver, "rules");
  for (int i = 0; i < HERMES_CODES; i++)
    cJSON_AddItemToArray(rules, rule_of(hermes_code_of((hermes_code)i)));
}

/* The program did its work, also where that was to find errors: unless something around it failed.
 */
static bool has_worked(const hermes_diagnostics *list) {
  for (size_t i = 0; i < list->count; i++) {
    hermes_category category = hermes_code_of(list->items[i].code)->category;
    bool outside = category != HERMES_USER_CODE && category != HERMES_DATA;
    if (outside && list->items[i].severity == HERMES_ERROR) return false;
  }
  return true;
}

static void add_invocation(cJSON *run, const hermes_diagnostics *list) {
  cJSON *invocation = cJSON_CreateObject();
  cJSON_AddBoolToObject(invocation, "executionSuccessful", has_worked(list));
  cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), invocation);
}

static void add_results(cJSON *run, const hermes_diagnostics *list) {
  cJSON *results = cJSON_AddArrayToObject(run, "results");
  hermes_finder finder = {0};
  for (size_t i = 0; i < list->count; i++)
    cJSON_AddItemToArray(results, result_of(&finder, &list->items[i]));
}

static void add_properties(cJSON *run, const hermes_diagnostics *list, const char *form) {
  cJSON *properties = cJSON_AddObjectToObject(run, "properties");
  cJSON_AddNumberToObject(properties, "errors", (double)list->errors);
  cJSON_AddNumberToObject(properties, "warnings", (double)list->warnings);
  if (form) cJSON_AddItemToObject(properties, "form", hermes_json_string(form, strlen(form)));
}

char *hermes_diagnostics_sarif(const hermes_diagnostics *list, const char *tool,
                               const char *version, const char *form) {
  cJSON *document = cJSON_CreateObject(), *run = cJSON_CreateObject();
  cJSON_AddStringToObject(document, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  cJSON_AddStringToObject(document, "version", "2.1.0");
  cJSON_AddItemToArray(cJSON_AddArrayToObject(document, "runs"), run);
  add_tool(run, tool, version);
  add_invocation(run, list);
  cJSON_AddStringToObject(run, "columnKind", "unicodeCodePoints");
  add_results(run, list);
  add_properties(run, list, form);
  char *text = cJSON_PrintUnformatted(document);
  cJSON_Delete(document);
  return text;
}
