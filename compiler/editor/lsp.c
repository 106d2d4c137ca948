/* The language server: what may be asked when, and who answers. See lsp.h. */
#include "editor/lsp.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

cJSON *fail_answer(Failure *failure, int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  failure->code = code;
  vsnprintf(failure->message, sizeof failure->message, format, arguments);
  va_end(arguments);
  return NULL;
}

/* ---- the beginning and the end ---- */

static const cJSON *member(const cJSON *object, const char *const *path) {
  for (; *path != NULL; path++) object = cJSON_GetObjectItemCaseSensitive(object, *path);
  return object;
}

static void read_abilities(Server *server, const cJSON *params) {
  static const char *const encodings[] = {"capabilities", "general", "positionEncodings", NULL};
  static const char *const snippets[] = {"capabilities",   "textDocument",   "completion",
                                         "completionItem", "snippetSupport", NULL};
  const cJSON *encoding;
  cJSON_ArrayForEach(encoding, member(params, encodings)) {
    if (cJSON_IsString(encoding) && strcmp(encoding->valuestring, "utf-8") == 0)
      server->utf8 = true;
  }
  server->snippets = cJSON_IsTrue(member(params, snippets));
}

/* What stands in the answer to `initialize`, but for the encoding. */
static const char abilities[] =
    "{\"textDocumentSync\":{\"openClose\":true,\"change\":2},\"hoverProvider\":true,"
    "\"completionProvider\":{\"triggerCharacters\":[\".\"]},\"definitionProvider\":true,"
    "\"referencesProvider\":true,\"documentSymbolProvider\":true,"
    "\"documentFormattingProvider\":true,\"renameProvider\":{\"prepareProvider\":true},"
    "\"codeActionProvider\":{\"codeActionKinds\":[\"quickfix\"]}}";

static cJSON *answer_initialize(Server *server, const cJSON *params, Failure *failure) {
  if (server->initialized)
    return fail_answer(failure, INVALID_REQUEST, "it is initialized already");
  read_abilities(server, params);
  server->initialized = true;
  cJSON *result = cJSON_CreateObject(), *own = cJSON_Parse(abilities);
  cJSON_AddStringToObject(own, "positionEncoding", server->utf8 ? "utf-8" : "utf-16");
  cJSON_AddItemToObject(result, "capabilities", own);
  cJSON *info = cJSON_AddObjectToObject(result, "serverInfo");
  cJSON_AddStringToObject(info, "name", "hermesc");
  cJSON_AddStringToObject(info, "version", HERMES_VERSION);
  return result;
}

static cJSON *answer_shutdown(Server *server, const cJSON *params, Failure *failure) {
  (void)params, (void)failure;
  server->shut_down = true;
  return NULL;
}

/* ---- documents come and go ---- */

static bool is_module_of_library(const Server *server, const OpenDocument *document) {
  size_t length = strlen(server->stdlib);
  char *library = realpath(server->stdlib, NULL);
  if (library != NULL) length = strlen(library);
  bool is = length > 0 &&
            strncmp(document->path, library == NULL ? server->stdlib : library, length) == 0;
  free(library);
  return is;
}

/* A changed module may mend or break what imports it. */
static void publish(Server *server, OpenDocument *changed) {
  bool all = is_module_of_library(server, changed);
  for (OpenDocument *document = server->documents; document != NULL; document = document->next)
    if (all || document == changed) publish_diagnostics(server, document);
}

static void did_open(Server *server, const cJSON *params) {
  const cJSON *given = cJSON_GetObjectItemCaseSensitive(params, "textDocument");
  const cJSON *uri = cJSON_GetObjectItemCaseSensitive(given, "uri");
  const cJSON *text = cJSON_GetObjectItemCaseSensitive(given, "text");
  const cJSON *version = cJSON_GetObjectItemCaseSensitive(given, "version");
  if (!cJSON_IsString(uri) || !cJSON_IsString(text)) return;
  OpenDocument *document = open_document(server, uri->valuestring, text->valuestring,
                                         cJSON_IsNumber(version) ? version->valuedouble : 0);
  if (document != NULL) publish(server, document);
}

static void did_change(Server *server, const cJSON *params) {
  const cJSON *given = cJSON_GetObjectItemCaseSensitive(params, "textDocument");
  const cJSON *version = cJSON_GetObjectItemCaseSensitive(given, "version");
  OpenDocument *document = document_of(server, params);
  if (document == NULL) return;
  if (cJSON_IsNumber(version)) document->version = version->valuedouble;
  change_document(server, document, cJSON_GetObjectItemCaseSensitive(params, "contentChanges"));
  publish(server, document);
}

static void did_close(Server *server, const cJSON *params) {
  OpenDocument *document = document_of(server, params);
  if (document == NULL) return;
  cJSON *none = cJSON_CreateObject();
  cJSON_AddStringToObject(none, "uri", document->uri);
  cJSON_AddArrayToObject(none, "diagnostics");
  notify(server, "textDocument/publishDiagnostics", none);
  close_document(server, document);
}

static void do_exit(Server *server, const cJSON *params) {
  (void)params;
  server->over = true;
  server->code = server->shut_down ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What is unknown, and needs no answer, is passed over. */
static const struct {
  const char *method;
  void (*take)(Server *server, const cJSON *params);
} notifications[] = {
    {"textDocument/didOpen", did_open},
    {"textDocument/didChange", did_change},
    {"textDocument/didClose", did_close},
};

static const struct {
  const char *method;
  Answer *answer;
} requests[] = {
    {"initialize", answer_initialize},
    {"shutdown", answer_shutdown},
    {"textDocument/hover", answer_hover},
    {"textDocument/completion", answer_completion},
    {"textDocument/definition", answer_definition},
    {"textDocument/references", answer_references},
    {"textDocument/documentSymbol", answer_symbols},
    {"textDocument/formatting", answer_formatting},
    {"textDocument/prepareRename", answer_prepare_rename},
    {"textDocument/rename", answer_rename},
    {"textDocument/codeAction", answer_code_action},
};

/* ---- messages ---- */

static void respond(Server *server, const cJSON *id, cJSON *result, const Failure *failure) {
  cJSON *message = cJSON_CreateObject();
  cJSON_AddStringToObject(message, "jsonrpc", "2.0");
  cJSON_AddItemToObject(message, "id", id == NULL ? cJSON_CreateNull() : cJSON_Duplicate(id, true));
  if (failure->code != 0) {
    cJSON *error = cJSON_AddObjectToObject(message, "error");
    cJSON_AddNumberToObject(error, "code", failure->code);
    cJSON_AddStringToObject(error, "message", failure->message);
    cJSON_Delete(result);
  } else {
    cJSON_AddItemToObject(message, "result", result == NULL ? cJSON_CreateNull() : result);
  }
  write_message(server->out, message);
}

static cJSON *answer(Server *server, const char *method, const cJSON *params, Failure *failure) {
  bool first = strcmp(method, "initialize") == 0;
  if (server->shut_down) return fail_answer(failure, INVALID_REQUEST, "it is shut down");
  if (!server->initialized && !first)
    return fail_answer(failure, NOT_INITIALIZED, "`initialize` comes first");
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
    if (strcmp(requests[i].method, method) == 0) return requests[i].answer(server, params, failure);
  return fail_answer(failure, METHOD_NOT_FOUND, "there is no method `%.100s`", method);
}

static void take_notification(Server *server, const char *method, const cJSON *params) {
  if (strcmp(method, "exit") == 0) do_exit(server, params);
  if (!server->initialized || server->shut_down) return;
  for (size_t i = 0; i < sizeof notifications / sizeof *notifications; i++)
    if (strcmp(notifications[i].method, method) == 0) notifications[i].take(server, params);
}

/* An object with a method and an id is a request, without an id a notification; without a method
 * it answers a request, and this server makes none. */
static void take_message(Server *server, const cJSON *message) {
  Failure failure = {0};
  const cJSON *method = cJSON_GetObjectItemCaseSensitive(message, "method");
  const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
  const cJSON *params = cJSON_GetObjectItemCaseSensitive(message, "params");
  bool good_id = cJSON_IsString(id) || cJSON_IsNumber(id);
  if (!cJSON_IsObject(message) || (!cJSON_IsString(method) && (method != NULL || id == NULL)) ||
      (id != NULL && method != NULL && !good_id)) {
    fail_answer(&failure, INVALID_REQUEST, "this is no message of JSON-RPC");
    respond(server, good_id ? id : NULL, NULL, &failure);
  } else if (method != NULL && id != NULL) {
    cJSON *result = answer(server, method->valuestring, params, &failure);
    respond(server, id, result, &failure);
  } else if (method != NULL) {
    take_notification(server, method->valuestring, params);
  }
}

static void take_body(Server *server, const char *body, size_t length) {
  Failure failure = {0};
  const char *end = NULL;
  cJSON *message = utf8_prefix(body, length) == length
                       ? cJSON_ParseWithLengthOpts(body, length, &end, false)
                       : NULL;
  bool whole = message != NULL && strspn(end, " \t\r\n") == (size_t)(body + length - end);
  if (whole) {
    take_message(server, message);
  } else {
    fail_answer(&failure, PARSE_ERROR, "this is no JSON");
    respond(server, NULL, NULL, &failure);
  }
  cJSON_Delete(message);
}

static void refuse_message(Server *server, Reading reading) {
  Failure failure = {0};
  if (reading == READING_BROKEN)
    fail_answer(&failure, PARSE_ERROR, "a message begins with `Content-Length: N`");
  else
    fail_answer(&failure, INVALID_REQUEST, "a message has at most %d bytes", MAX_MESSAGE);
  respond(server, NULL, NULL, &failure);
}

/* ---- serving ---- */

/* Both names lead to one file. */
static bool same_file(const char *a, const char *b) {
  char *real = realpath(a, NULL);
  bool same = strcmp(real == NULL ? a : real, b) == 0;
  free(real);
  return same;
}

/* A module that is open in the editor is what it shows. */
static const char *find_open(void *context, const char *path, size_t *length) {
  const Server *server = context;
  for (const OpenDocument *document = server->documents; document != NULL;
       document = document->next)
    if (same_file(path, document->path)) {
      *length = document->text.length;
      return document->text.bytes;
    }
  return NULL;
}

/* The page stands beside the library in a tree of sources. */
static char *find_manual(const char *stdlib) {
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/../docs/diagnostics.md", stdlib);
  char *real = length > 0 && (size_t)length < sizeof path ? realpath(path, NULL) : NULL;
  char *uri = real == NULL ? NULL : hermes_file_uri(real);
  free(real);
  return uri;
}

int serve_editor(FILE *in, FILE *out, const char *stdlib) {
  Server server = {.in = in, .out = out, .stdlib = stdlib, .code = EXIT_FAILURE};
  server.overlay = (Overlay){find_open, &server};
  server.manual = find_manual(stdlib);
  while (!server.over) {
    char *body;
    size_t length;
    Reading reading = read_message(in, &body, &length);
    if (reading == READING_END) break; /* without `exit`: the editor is gone */
    if (reading == READING_GOOD)
      take_body(&server, body, length);
    else
      refuse_message(&server, reading);
    free(body);
  }
  while (server.documents != NULL) close_document(&server, server.documents);
  free(server.manual);
  return server.code;
}
