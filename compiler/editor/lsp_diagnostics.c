/* What is wrong with a document, as the editor shows it, and the fixes that stand a check. */
#include "fix/fixes.h"
#include "editor/lsp.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- knowing a document ---- */

static void begin(Server *server, Compiler *compiler) {
  compiler_init(compiler, server->stdlib);
  compiler->overlay = &server->overlay;
}

void check_document(Server *server, const OpenDocument *document, Compiler *compiler) {
  begin(server, compiler);
  check_blueprint_text(compiler, document->path, document->text.bytes, document->text.length);
}

void know_document(Server *server, const OpenDocument *document, Knowledge *knowledge) {
  uint32_t source;
  *knowledge = (Knowledge){0};
  Compiler *compiler = &knowledge->compiler;
  begin(server, compiler);
  compiler->references = &knowledge->references;
  bool read =
      source_take(compiler, document->path, document->text.bytes, document->text.length, &source);
  knowledge->known = read && know_program(compiler, &knowledge->checker, false);
  knowledge->sound = knowledge->known && compiler->diagnostics.errors == 0;
}

void forget(Knowledge *knowledge) {
  compiler_free(&knowledge->compiler);
}

/* ---- one diagnostic ---- */

static bool is_own(const Compiler *compiler, const hermes_place *place) {
  return compiler->source_count > 0 && place->text == compiler->sources[0]->text;
}

/* A place in another file is shown at the top of that file, where its text is not at hand. */
static cJSON *range_of(const Server *server, const OpenDocument *document, const Compiler *compiler,
                       const hermes_place *place) {
  Text text;
  if (is_own(compiler, place)) return text_range(server, &document->text, place->start, place->end);
  if (place->text == NULL || !text_open(&text, place->text, place->length))
    return text_range(server, &document->text, 0, 0);
  cJSON *range = text_range(server, &text, place->start, place->end);
  text_close(&text);
  return range;
}

cJSON *location_of(const Server *server, const OpenDocument *document, const Compiler *compiler,
                   const hermes_place *place) {
  bool here = is_own(compiler, place) || place->file == NULL;
  char *real = here ? NULL : realpath(place->file, NULL);
  char *uri = real == NULL ? NULL : hermes_file_uri(real);
  cJSON *location = cJSON_CreateObject();
  cJSON_AddStringToObject(location, "uri", uri == NULL ? document->uri : uri);
  cJSON_AddItemToObject(location, "range", range_of(server, document, compiler, place));
  free(uri);
  free(real);
  return location;
}

static void add_related(const Server *server, const OpenDocument *document,
                        const Compiler *compiler, const hermes_place *place, const char *message,
                        cJSON *list) {
  cJSON *related = cJSON_CreateObject();
  cJSON_AddItemToObject(related, "location", location_of(server, document, compiler, place));
  cJSON_AddStringToObject(related, "message", message);
  cJSON_AddItemToArray(list, related);
}

/* #hb0402-adding-two-absolute-levels, as headings are linked to. */
static void add_story(const Server *server, hermes_code code, cJSON *object) {
  char href[2048];
  const hermes_code_info *info = hermes_code_of(code);
  if (server->manual == NULL) return;
  size_t length = (size_t)snprintf(href, sizeof href, "%s#%s-", server->manual, info->name);
  if (length + strlen(info->title) >= sizeof href) return;
  for (char *c = strrchr(href, '#'); *c != '\0'; c++) *c = (char)tolower((unsigned char)*c);
  for (const char *c = info->title; *c != '\0'; c++)
    if (*c == ' ' || *c == '-' || *c == '_' || isalnum((unsigned char)*c))
      href[length++] = *c == ' ' ? '-' : (char)tolower((unsigned char)*c);
  href[length] = '\0';
  cJSON_AddStringToObject(cJSON_AddObjectToObject(object, "codeDescription"), "href", href);
}

/* All that the text on a terminal says, but for the excerpt. */
static char *message_of(const hermes_diagnostic *d) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) return NULL;
  fputs(d->message, out);
  if (d->place_label != NULL) fprintf(out, " (%s)", d->place_label);
  if (*hermes_code_of(d->code)->rule != '\0')
    fprintf(out, "\nrule: %s", hermes_code_of(d->code)->rule);
  if (d->expected != NULL) fprintf(out, "\nexpected: %s", d->expected);
  if (d->actual != NULL) fprintf(out, "\nactual: %s", d->actual);
  if (d->candidates != NULL) fprintf(out, "\nmeant perhaps: %s", d->candidates);
  for (size_t i = 0; i < d->note_count; i++) fprintf(out, "\nhelp: %s", d->notes[i]);
  fclose(out);
  return text;
}

static cJSON *diagnostic_of(const Server *server, const OpenDocument *document,
                            const Compiler *compiler, const hermes_diagnostic *d) {
  enum { ERROR = 1, WARNING = 2 };
  cJSON *object = cJSON_CreateObject();
  bool own = is_own(compiler, &d->place);
  char *message = message_of(d);
  cJSON_AddItemToObject(object, "range",
                        own ? range_of(server, document, compiler, &d->place)
                            : text_range(server, &document->text, 0, 0));
  cJSON_AddNumberToObject(object, "severity", d->severity == HERMES_ERROR ? ERROR : WARNING);
  cJSON_AddStringToObject(object, "code", hermes_code_of(d->code)->name);
  add_story(server, d->code, object);
  cJSON_AddStringToObject(object, "source", "hermesc");
  cJSON_AddStringToObject(object, "message", message == NULL ? d->message : message);
  free(message);
  cJSON *related = cJSON_AddArrayToObject(object, "relatedInformation");
  if (!own && d->place.text != NULL)
    add_related(server, document, compiler, &d->place, "in this module", related);
  for (size_t i = 0; i < d->label_count; i++)
    add_related(server, document, compiler, &d->labels[i].place, d->labels[i].message, related);
  return object;
}

void publish_diagnostics(Server *server, OpenDocument *document) {
  Compiler compiler;
  check_document(server, document, &compiler);
  cJSON *params = cJSON_CreateObject();
  cJSON_AddStringToObject(params, "uri", document->uri);
  cJSON_AddNumberToObject(params, "version", document->version);
  cJSON *list = cJSON_AddArrayToObject(params, "diagnostics");
  for (size_t i = 0; i < compiler.diagnostics.count; i++)
    cJSON_AddItemToArray(
        list, diagnostic_of(server, document, &compiler, &compiler.diagnostics.items[i]));
  notify(server, "textDocument/publishDiagnostics", params);
  compiler_free(&compiler);
}

/* ---- fixes ---- */

static cJSON *edits_of(const Server *server, const OpenDocument *document, const hermes_fix *fix) {
  cJSON *edits = cJSON_CreateArray();
  for (size_t i = 0; i < fix->edit_count; i++) {
    cJSON *edit = cJSON_CreateObject();
    cJSON_AddItemToObject(
        edit, "range", text_range(server, &document->text, fix->edits[i].start, fix->edits[i].end));
    cJSON_AddStringToObject(edit, "newText", fix->edits[i].text);
    cJSON_AddItemToArray(edits, edit);
  }
  return edits;
}

static cJSON *action_of(const Server *server, const OpenDocument *document,
                        const Compiler *compiler, const hermes_diagnostic *d,
                        const hermes_fix *fix) {
  cJSON *action = cJSON_CreateObject(), *changes;
  char title[512];
  bool shown = fix->edit_count == 1 && *fix->edits[0].text != '\0';
  snprintf(title, sizeof title, "%s%s%.200s", fix->title, shown ? ": " : "",
           shown ? fix->edits[0].text : "");
  cJSON_AddStringToObject(action, "title", title);
  cJSON_AddStringToObject(action, "kind", "quickfix");
  cJSON_AddItemToArray(cJSON_AddArrayToObject(action, "diagnostics"),
                       diagnostic_of(server, document, compiler, d));
  cJSON_AddBoolToObject(action, "isPreferred", d->fix_count == 1);
  changes = cJSON_AddObjectToObject(cJSON_AddObjectToObject(action, "edit"), "changes");
  cJSON_AddItemToObject(changes, document->uri, edits_of(server, document, fix));
  return action;
}

static bool wants_quickfix(const cJSON *params) {
  const cJSON *context = cJSON_GetObjectItemCaseSensitive(params, "context"), *kind;
  const cJSON *only = cJSON_GetObjectItemCaseSensitive(context, "only");
  if (!cJSON_IsArray(only)) return true;
  cJSON_ArrayForEach(kind, only) {
    if (cJSON_IsString(kind) && strcmp(kind->valuestring, "quickfix") == 0) return true;
  }
  return false;
}

cJSON *answer_code_action(Server *server, const cJSON *params, Failure *failure) {
  Compiler compiler;
  OpenDocument *document = asked_document(server, params, failure);
  const cJSON *range = cJSON_GetObjectItemCaseSensitive(params, "range");
  if (document == NULL) return NULL;
  const Text *text = &document->text;
  size_t start = text_offset(server, text, cJSON_GetObjectItemCaseSensitive(range, "start"));
  size_t end = text_offset(server, text, cJSON_GetObjectItemCaseSensitive(range, "end"));
  cJSON *actions = cJSON_CreateArray();
  check_document(server, document, &compiler);
  for (size_t i = 0; i < compiler.diagnostics.count && wants_quickfix(params); i++) {
    hermes_diagnostic *d = &compiler.diagnostics.items[i];
    if (!is_own(&compiler, &d->place) || d->place.start > end || d->place.end < start) continue;
    verify_fixes_of(&compiler, d);
    for (size_t f = 0; f < d->fix_count; f++)
      cJSON_AddItemToArray(actions, action_of(server, document, &compiler, d, &d->fixes[f]));
  }
  compiler_free(&compiler);
  return actions;
}
