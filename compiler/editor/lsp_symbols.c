/* Where names are defined and used, and what a document declares. */
#include "editor/lsp.h"

#include <string.h>

/* ---- definition, references ---- */

/* The reference under the cursor, or NULL. */
static const Reference *asked_for(Server *server, const OpenDocument *document, const cJSON *params,
                                  const Knowledge *k) {
  size_t offset =
      text_offset(server, &document->text, cJSON_GetObjectItemCaseSensitive(params, "position"));
  return k->known ? reference_at(&k->references, offset) : NULL;
}

static cJSON *location(const Server *server, const OpenDocument *document, const Knowledge *k,
                       Span span) {
  hermes_place place = place_of(&k->compiler, span);
  return location_of(server, document, &k->compiler, &place);
}

cJSON *answer_definition(Server *server, const cJSON *params, Failure *failure) {
  Knowledge k;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  know_document(server, document, &k);
  const Reference *reference = asked_for(server, document, params, &k);
  cJSON *found = reference != NULL ? location(server, document, &k, reference->definition) : NULL;
  forget(&k);
  return found;
}

cJSON *answer_references(Server *server, const cJSON *params, Failure *failure) {
  Knowledge k;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  const cJSON *context = cJSON_GetObjectItemCaseSensitive(params, "context");
  bool all = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(context, "includeDeclaration"));
  know_document(server, document, &k);
  const Reference *asked = asked_for(server, document, params, &k);
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; asked != NULL && i < k.references.count; i++) {
    const Reference *r = &k.references.items[i];
    bool defines = r->span.start == r->definition.start && r->definition.source == 0;
    if (same_meaning(r, asked) && (all || !defines))
      cJSON_AddItemToArray(list, location(server, document, &k, r->span));
  }
  forget(&k);
  return list;
}

/* ---- symbols ---- */

/* Numbers of the protocol. */
enum {
  SYMBOL_MODULE = 2,
  SYMBOL_NAMESPACE = 3,
  SYMBOL_PROPERTY = 7,
  SYMBOL_FIELD = 8,
  SYMBOL_FUNCTION = 12,
  SYMBOL_VARIABLE = 13,
  SYMBOL_CONSTANT = 14,
  SYMBOL_STRUCT = 23,
  SYMBOL_EVENT = 24,
  SYMBOL_OPERATOR = 25,
};

typedef struct Outline {
  const Server *server;
  const Text *text;
  const Source *source;
} Outline;

static const char *first_word(const Outline *o, Span span, char *word, size_t size) {
  size_t length = strcspn(o->source->text + span.start, " \t\r\n\"{;");
  if (length > span.end - span.start) length = span.end - span.start;
  snprintf(word, size, "%.*s", (int)length, o->source->text + span.start);
  return word;
}

/* A symbol without a name bears that of its keyword; an editor wants some name. */
static cJSON *symbol(const Outline *o, Name name, const char *detail, int kind, Span span,
                     cJSON *list) {
  char word[32];
  bool named = name.text != NULL && *name.text != '\0';
  span = without_blanks(o->source, span);
  Span chosen = named ? name.span : span;
  cJSON *item = cJSON_CreateObject();
  span = span_join(span, chosen);
  if (!named) first_word(o, span, word, sizeof word);
  if (!named) chosen.end = chosen.start + (uint32_t)strlen(word);
  cJSON_AddStringToObject(item, "name", named ? name.text : *word != '\0' ? word : "?");
  if (detail != NULL && *detail != '\0') cJSON_AddStringToObject(item, "detail", detail);
  cJSON_AddNumberToObject(item, "kind", kind);
  cJSON_AddItemToObject(item, "range", text_range(o->server, o->text, span.start, span.end));
  cJSON_AddItemToObject(item, "selectionRange",
                        text_range(o->server, o->text, chosen.start, chosen.end));
  cJSON_AddItemToArray(list, item);
  return item;
}

static void add_item(const Outline *o, const Item *item, int kind, cJSON *list) {
  char type[64] = "";
  if (item->type != NULL)
    snprintf(type, sizeof type, "%.*s", (int)(item->type->span.end - item->type->span.start),
             o->source->text + item->type->span.start);
  symbol(o, item->name, type, kind, item->span, list);
}

static void add_children(const Outline *o, const Decl *decl, int kind, cJSON *parent) {
  cJSON *children = cJSON_AddArrayToObject(parent, "children");
  for (const Item *item = decl->items; item != NULL; item = item->next)
    add_item(o, item, kind, children);
  for (const Statement *s = decl->statements; s != NULL; s = s->next)
    if (s->item)
      add_item(o, s->item, s->kind == STATEMENT_LET ? SYMBOL_VARIABLE : SYMBOL_FIELD, children);
}

static const struct {
  int kind, child;
} shapes[] = {
    [DECL_UNIT] = {SYMBOL_CONSTANT, 0},
    [DECL_TABLE] = {SYMBOL_STRUCT, SYMBOL_FIELD},
    [DECL_INPUT] = {SYMBOL_NAMESPACE, SYMBOL_CONSTANT},
    [DECL_POLICY] = {SYMBOL_NAMESPACE, SYMBOL_PROPERTY},
    [DECL_DRAW] = {SYMBOL_NAMESPACE, SYMBOL_VARIABLE},
    [DECL_FUNCTION] = {SYMBOL_FUNCTION, 0},
    [DECL_BLOCK] = {SYMBOL_MODULE, SYMBOL_FIELD},
    [DECL_KPI] = {SYMBOL_OPERATOR, 0},
    [DECL_GOAL] = {SYMBOL_EVENT, 0},
    [DECL_EXPECT] = {SYMBOL_EVENT, 0},
};

static void add_decl(const Outline *o, const Decl *decl, cJSON *list) {
  if (decl->kind == DECL_ERROR || decl->kind == DECL_IMPORT) return;
  if (decl->kind == DECL_KPI) {
    add_item(o, decl->items, SYMBOL_OPERATOR, list);
    return;
  }
  cJSON *item = symbol(o, decl->name, decl->doc, shapes[decl->kind].kind, decl->span, list);
  if (shapes[decl->kind].child != 0) add_children(o, decl, shapes[decl->kind].child, item);
}

cJSON *answer_symbols(Server *server, const cJSON *params, Failure *failure) {
  Compiler compiler;
  uint32_t source;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  const Text *text = &document->text;
  compiler_init(&compiler, server->stdlib);
  cJSON *list = cJSON_CreateArray();
  if (source_take(&compiler, document->path, text->bytes, text->length, &source)) {
    parse_source(&compiler, source);
    Outline o = {server, text, compiler.sources[source]};
    for (const Decl *decl = compiler.trees[source]->decls; decl != NULL; decl = decl->next)
      add_decl(&o, decl, list);
  }
  compiler_free(&compiler);
  return list;
}
