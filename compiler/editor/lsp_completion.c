/* Completion: what next.c finds, as editors want it. Signs and literals are left to the author. */
#include "editor/lsp.h"
#include "editor/next.h"

#include <string.h>

/* Numbers of the protocol. */
static const int kinds[FOLLOWER_KINDS] = {
    [FOLLOWER_ROW] = 6,      /* variable */
    [FOLLOWER_LOCAL] = 6,    /* variable */
    [FOLLOWER_LABEL] = 20,   /* enum member */
    [FOLLOWER_COLUMN] = 5,   /* field */
    [FOLLOWER_INPUT] = 10,   /* property */
    [FOLLOWER_POLICY] = 10,  /* property */
    [FOLLOWER_DRAW] = 6,     /* variable */
    [FOLLOWER_OUT] = 12,     /* value */
    [FOLLOWER_LET] = 12,     /* value */
    [FOLLOWER_KPI] = 12,     /* value */
    [FOLLOWER_TYPE] = 7,     /* class */
    [FOLLOWER_TABLE] = 22,   /* struct */
    [FOLLOWER_MODULE] = 9,   /* module */
    [FOLLOWER_UNIT] = 11,    /* unit */
    [FOLLOWER_FUNCTION] = 3, /* function */
    [FOLLOWER_BUILTIN] = 3,  /* function */
    [FOLLOWER_KEYWORD] = 14, /* keyword */
};

static const char *detail_of(Arena *arena, const Follower *f) {
  const char *indices = f->indices ? arena_format(arena, "[%s] ", f->indices) : "";
  const char *stage = f->stage ? arena_format(arena, ", stage %s", f->stage) : "";
  if (!f->type) return arena_format(arena, "%s%s", follower_kind_text(f->kind), stage);
  return arena_format(arena, "%s%s, %s%s", indices, f->type, follower_kind_text(f->kind), stage);
}

static bool is_function(const Follower *f) {
  return f->kind == FOLLOWER_FUNCTION || f->kind == FOLLOWER_BUILTIN;
}

static const char *text_to_write(const Server *server, Arena *arena, const Follower *f) {
  if (is_function(f) && server->snippets) return arena_format(arena, "%s($1)", f->text);
  return f->write ? f->write : f->text;
}

static void add_documentation(Arena *arena, const Follower *f, cJSON *item) {
  const char *doc = f->doc ? f->doc : "";
  if (!f->doc && !f->note) return;
  cJSON *documentation = cJSON_AddObjectToObject(item, "documentation");
  cJSON_AddStringToObject(documentation, "kind", "markdown");
  cJSON_AddStringToObject(
      documentation, "value",
      f->note ? arena_format(arena, "%s%s*%s*", doc, *doc ? "\n\n" : "", f->note) : doc);
}

/* `import m;` on a line before the first declaration, which may begin behind blanks and comments
 * of the header. */
static void add_import(const Server *server, const OpenDocument *document, Compiler *compiler,
                       const char *module, cJSON *item) {
  const Decl *first = compiler->trees[0]->decls;
  const Source *source = compiler->sources[0];
  if (first == NULL) return;
  Span span = without_blanks(source, first->span);
  cJSON *edit = cJSON_CreateObject();
  cJSON_AddItemToObject(edit, "range", text_range(server, &document->text, span.start, span.start));
  cJSON_AddStringToObject(edit, "newText", arena_format(&compiler->arena, "import %s;\n", module));
  cJSON_AddItemToArray(cJSON_AddArrayToObject(item, "additionalTextEdits"), edit);
}

static cJSON *item_of(const Server *server, const OpenDocument *document, Compiler *compiler,
                      const Following *following, int number) {
  const Follower *f = &following->items[number];
  Arena *arena = &compiler->arena;
  cJSON *item = cJSON_CreateObject(), *edit;
  cJSON_AddStringToObject(item, "label", f->write ? f->write : f->text);
  cJSON_AddNumberToObject(item, "kind", kinds[f->kind]);
  cJSON_AddStringToObject(item, "detail", detail_of(arena, f));
  add_documentation(arena, f, item);
  cJSON_AddStringToObject(item, "filterText", f->text);
  cJSON_AddStringToObject(item, "sortText", arena_format(arena, "%05d", number));
  if (f->fit == FIT_YES) cJSON_AddBoolToObject(item, "preselect", number == 0);
  if (is_function(f) && server->snippets) cJSON_AddNumberToObject(item, "insertTextFormat", 2);
  if (f->module) add_import(server, document, compiler, f->module, item);
  edit = cJSON_AddObjectToObject(item, "textEdit");
  cJSON_AddItemToObject(
      edit, "range",
      text_range(server, &document->text, following->word.start, following->word.end));
  cJSON_AddStringToObject(edit, "newText", text_to_write(server, arena, f));
  return item;
}

/* The list depends on what is typed, because units with a prefix wait for its first letter. */
cJSON *answer_completion(Server *server, const cJSON *params, Failure *failure) {
  Compiler compiler;
  Following following;
  uint32_t source;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  const Text *text = &document->text;
  size_t offset = text_offset(server, text, cJSON_GetObjectItemCaseSensitive(params, "position"));
  compiler_init(&compiler, server->stdlib);
  compiler.overlay = &server->overlay;
  cJSON *list = cJSON_CreateObject();
  cJSON_AddBoolToObject(list, "isIncomplete", true);
  cJSON *items = cJSON_AddArrayToObject(list, "items");
  if (source_take(&compiler, document->path, text->bytes, text->length, &source)) {
    find_following(&compiler, offset, &following);
    for (int i = 0; i < following.count; i++)
      if (kinds[following.items[i].kind] != 0)
        cJSON_AddItemToArray(items, item_of(server, document, &compiler, &following, i));
  }
  compiler_free(&compiler);
  return list;
}
