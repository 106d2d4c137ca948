/* Changes of a whole document: formatting, and renaming, which is checked before it is offered. */
#include "format/format.h"
#include "editor/lsp.h"

#include <stdlib.h>
#include <string.h>

/* ---- formatting ---- */

static bool continues(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

cJSON *edit_between(const Server *server, const Text *text, const char *changed, size_t length) {
  const char *old = text->bytes + text->mark;
  size_t old_length = text->length - text->mark, head = 0, tail = 0;
  size_t shorter = old_length < length ? old_length : length;
  while (head < shorter && old[head] == changed[head]) head++;
  if (head == old_length && head == length) return NULL;
  while (head > 0 && (continues(old[head]) || continues(changed[head]) || old[head - 1] == '\r'))
    head--;
  while (tail < shorter - head && old[old_length - tail - 1] == changed[length - tail - 1]) tail++;
  while (tail > 0 && (continues(old[old_length - tail]) || old[old_length - tail] == '\n')) tail--;
  cJSON *edit = cJSON_CreateObject();
  char *middle = strndup(changed + head, length - tail - head);
  cJSON_AddItemToObject(edit, "range", text_range(server, text, head, old_length - tail));
  cJSON_AddStringToObject(edit, "newText", middle == NULL ? "" : middle);
  free(middle);
  return edit;
}

/* What has errors stays as it is: they are shown already. */
cJSON *answer_formatting(Server *server, const cJSON *params, Failure *failure) {
  Compiler compiler;
  uint32_t source;
  size_t length;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  const Text *text = &document->text;
  cJSON *edits = cJSON_CreateArray(), *edit = NULL;
  compiler_init(&compiler, server->stdlib);
  bool good = source_take(&compiler, document->path, text->bytes, text->length, &source) &&
              parse_source(&compiler, source) && compiler.diagnostics.errors == 0;
  char *formatted = good ? format_source(&compiler, source, &length) : NULL;
  if (formatted != NULL) edit = edit_between(server, text, formatted, length);
  if (edit != NULL) cJSON_AddItemToArray(edits, edit);
  free(formatted);
  compiler_free(&compiler);
  return edits;
}

/* ---- renaming ---- */

static bool is_reserved(const char *name) {
  static const char *const words[] = {"if",  "then", "else",  "and", "or",
                                      "not", "true", "false", "for", "in"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], name) == 0) return true;
  return false;
}

static bool is_name(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  bool begins = *name != '\0' && !(*name >= '0' && *name <= '9');
  return begins && strspn(name, letters) == strlen(name) && strlen(name) <= MAX_NAME_BYTES &&
         !is_reserved(name);
}

/* What may be renamed here, or NULL with the reason. */
static const Reference *renamable(Server *server, const OpenDocument *document, const cJSON *params,
                                  const Knowledge *k, Failure *failure) {
  size_t offset =
      text_offset(server, &document->text, cJSON_GetObjectItemCaseSensitive(params, "position"));
  const Reference *reference = k->known ? reference_at(&k->references, offset) : NULL;
  const char *reason = NULL;
  if (reference == NULL)
    reason = "no name that this blueprint defines stands here";
  else if (reference->meaning == MEANING_LABEL || reference->meaning == MEANING_MODULE)
    reason = "labels and modules are not renamed: data files and other blueprints name them";
  else if (reference->definition.source != 0)
    reason = "it is defined in a module: rename it there";
  else if (!k->sound)
    reason = "the blueprint has errors: while it has, not every use of the name is known";
  if (reason == NULL) return reference;
  fail_answer(failure, REQUEST_FAILED, "%s", reason);
  return NULL;
}

static char *renamed_text(const Knowledge *k, const Reference *renamed, const char *name,
                          size_t *length) {
  char *text = NULL;
  const Source *source = k->compiler.sources[0];
  size_t from = 0;
  FILE *out = open_memstream(&text, length);
  if (out == NULL) return NULL;
  for (size_t i = 0; i < k->references.count; i++) {
    const Reference *r = &k->references.items[i];
    if (!same_meaning(r, renamed)) continue;
    fwrite(source->text + from, 1, r->span.start - from, out);
    fputs(name, out);
    from = r->span.end;
  }
  fwrite(source->text + from, 1, source->length - from, out);
  fclose(out);
  return text;
}

/* Which reference, counted from the first, is the definition of this one; -1: it lies elsewhere. */
static long definition_number(const References *list, const Reference *r) {
  const Reference *found = reference_from(list, r->definition.start);
  bool here =
      r->definition.source == 0 && found != NULL && found->span.start == r->definition.start;
  return here ? (long)(found - list->items) : -1;
}

/* Every name still means what it meant. */
static bool means_the_same(const Knowledge *before, const Knowledge *after) {
  const References *a = &before->references, *b = &after->references;
  if (!after->sound || a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (a->items[i].meaning != b->items[i].meaning ||
        definition_number(a, &a->items[i]) != definition_number(b, &b->items[i]))
      return false;
  return true;
}

/* The reason that is nearest to the point: what the compiler says of the renamed text. */
static void refuse(const Knowledge *after, const char *name, Failure *failure) {
  const hermes_diagnostics *list = &after->compiler.diagnostics;
  if (list->errors > 0)
    fail_answer(failure, REQUEST_FAILED, "`%s` cannot be its name: %s", name,
                list->items[0].message);
  else
    fail_answer(failure, REQUEST_FAILED,
                "`%s` cannot be its name: others would change their meaning", name);
}

static bool stands(Server *server, const OpenDocument *document, const Knowledge *before,
                   const Reference *renamed, const char *name, Failure *failure) {
  Knowledge after;
  size_t length;
  OpenDocument changed = *document;
  char *text = renamed_text(before, renamed, name, &length);
  if (text == NULL) return fail_answer(failure, REQUEST_FAILED, "no memory left"), false;
  changed.text = (Text){.bytes = text, .length = length};
  know_document(server, &changed, &after);
  bool good = means_the_same(before, &after);
  if (!good) refuse(&after, name, failure);
  forget(&after);
  free(text);
  return good;
}

static cJSON *rename_edits(const Server *server, const OpenDocument *document, const Knowledge *k,
                           const Reference *renamed, const char *name) {
  cJSON *answer = cJSON_CreateObject(), *changes = cJSON_AddObjectToObject(answer, "changes");
  cJSON *edits = cJSON_AddArrayToObject(changes, document->uri);
  for (size_t i = 0; i < k->references.count; i++) {
    const Reference *r = &k->references.items[i];
    if (!same_meaning(r, renamed)) continue;
    cJSON *edit = cJSON_CreateObject();
    cJSON_AddItemToObject(edit, "range",
                          text_range(server, &document->text, r->span.start, r->span.end));
    cJSON_AddStringToObject(edit, "newText", name);
    cJSON_AddItemToArray(edits, edit);
  }
  return answer;
}

cJSON *answer_prepare_rename(Server *server, const cJSON *params, Failure *failure) {
  Knowledge k;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  know_document(server, document, &k);
  const Reference *reference = renamable(server, document, params, &k, failure);
  cJSON *range = reference == NULL ? NULL
                                   : text_range(server, &document->text, reference->span.start,
                                                reference->span.end);
  forget(&k);
  return range;
}

cJSON *answer_rename(Server *server, const cJSON *params, Failure *failure) {
  Knowledge k;
  OpenDocument *document = asked_document(server, params, failure);
  const cJSON *name = cJSON_GetObjectItemCaseSensitive(params, "newName");
  if (document == NULL) return NULL;
  if (!cJSON_IsString(name) || !is_name(name->valuestring))
    return fail_answer(
        failure, INVALID_PARAMS,
        "a name is made of the letters a to z, digits and _, and is no reserved word");
  know_document(server, document, &k);
  const Reference *renamed = renamable(server, document, params, &k, failure);
  bool good = renamed != NULL && stands(server, document, &k, renamed, name->valuestring, failure);
  cJSON *answer = good ? rename_edits(server, document, &k, renamed, name->valuestring) : NULL;
  forget(&k);
  return answer;
}
