/* The texts that the editor holds: what counts is what it shows, not what is written in files. */
#include "editor/lsp.h"

#include <stdlib.h>
#include <string.h>

OpenDocument *find_document(const Server *server, const char *uri) {
  OpenDocument *document = server->documents;
  while (document != NULL && strcmp(document->uri, uri) != 0) document = document->next;
  return document;
}

OpenDocument *document_of(const Server *server, const cJSON *params) {
  const cJSON *named = cJSON_GetObjectItemCaseSensitive(params, "textDocument");
  const cJSON *uri = cJSON_GetObjectItemCaseSensitive(named, "uri");
  return cJSON_IsString(uri) ? find_document(server, uri->valuestring) : NULL;
}

OpenDocument *asked_document(const Server *server, const cJSON *params, Failure *failure) {
  OpenDocument *document = document_of(server, params);
  if (document == NULL) fail_answer(failure, INVALID_PARAMS, "the document is not open");
  return document;
}

/* Takes the bytes. What finds no memory leaves the document as it was. */
static void set_bytes(OpenDocument *document, char *bytes, size_t length) {
  Text text;
  if (bytes == NULL || !text_open(&text, bytes, length)) {
    free(bytes);
    return;
  }
  text_close(&document->text);
  free(document->bytes);
  document->bytes = bytes;
  document->text = text;
}

static void free_document(OpenDocument *document) {
  text_close(&document->text);
  free(document->uri);
  free(document->path);
  free(document->bytes);
  free(document);
}

static OpenDocument *new_document(Server *server, const char *uri) {
  OpenDocument *document = calloc(1, sizeof *document);
  if (document == NULL) return NULL;
  document->uri = strdup(uri);
  document->path = path_of_uri(uri);
  set_bytes(document, strdup(""), 0);
  if (document->uri == NULL || document->path == NULL || document->bytes == NULL) {
    free_document(document);
    return NULL;
  }
  document->next = server->documents;
  return server->documents = document;
}

OpenDocument *open_document(Server *server, const char *uri, const char *bytes, double version) {
  OpenDocument *document = find_document(server, uri);
  if (document == NULL) document = new_document(server, uri);
  if (document == NULL) return NULL;
  set_bytes(document, strdup(bytes), strlen(bytes));
  document->version = version;
  return document;
}

static size_t place_in(const Server *server, const OpenDocument *document, const cJSON *range,
                       const char *key) {
  const cJSON *position = cJSON_GetObjectItemCaseSensitive(range, key);
  return text_offset(server, &document->text, position) + document->text.mark;
}

/* A byte order mark stays where it is. */
static void replace_range(const Server *server, OpenDocument *document, const cJSON *range,
                          const char *with) {
  const Text *text = &document->text;
  size_t start = place_in(server, document, range, "start");
  size_t end = place_in(server, document, range, "end"), length = strlen(with);
  if (end < start) end = start;
  size_t changed = text->length - (end - start) + length;
  char *bytes = malloc(changed + 1);
  if (bytes != NULL) {
    memcpy(bytes, text->bytes, start);
    memcpy(bytes + start, with, length);
    memcpy(bytes + start + length, text->bytes + end, text->length - end + 1);
  }
  set_bytes(document, bytes, changed);
}

void change_document(Server *server, OpenDocument *document, const cJSON *changes) {
  const cJSON *change;
  cJSON_ArrayForEach(change, changes) {
    const cJSON *with = cJSON_GetObjectItemCaseSensitive(change, "text");
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(change, "range");
    if (!cJSON_IsString(with)) continue;
    if (cJSON_IsObject(range))
      replace_range(server, document, range, with->valuestring);
    else
      set_bytes(document, strdup(with->valuestring), strlen(with->valuestring));
  }
}

void close_document(Server *server, OpenDocument *document) {
  OpenDocument **link = &server->documents;
  while (*link != document) link = &(*link)->next;
  *link = document->next;
  free_document(document);
}
