/* JSON-RPC 2.0, and the methods of the protocol. */
#include "mcp/mcp.h"

#include <math.h>
#include <string.h>

/* What a request may be answered with in place of a result. */
enum {
  PARSE_ERROR = -32700,
  INVALID_REQUEST = -32600,
  METHOD_NOT_FOUND = -32601,
  INVALID_PARAMS = -32602,
  UNSUPPORTED_VERSION = -32022, /* of the dialect without a handshake */
};

enum { LIST_MILLISECONDS = 3600 * 1000 }; /* for which the tools stay what they are */

static const double largest_id =
    9007199254740992; /* 2^53: whole numbers beyond are not told apart */

static const char *const handshakes[] = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
static const char with_batches[] = "2025-03-26";
static const char stateless[] = "2026-07-28";

#define META "io.modelcontextprotocol/"

static const char instructions[] =
    "Hermes compiles blueprints, texts that model a cellular network, to native digital twins, and "
    "runs them on tables of data. Begin with `primer`, the language on a few pages; `library` "
    "looks "
    "up radio models. Write a blueprint, `check` it, `fix` what has one mending, then `run`, "
    "`test` "
    "or `rank` it on a directory of tables. Errors come with their rule and with candidates; "
    "`explain` tells the story of a code. Paths are relative to the directory that is served.";

typedef struct Request {
  const cJSON *params; /* an object, or NULL */
  bool stateless;      /* it says itself what it speaks */
  int error;           /* 0: none */
  const char *message;
  cJSON *data; /* of the error, or NULL */
} Request;

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static cJSON *fail(Request *request, int error, const char *message) {
  request->error = error;
  request->message = message;
  return NULL;
}

/* ---- who is there ---- */

static cJSON *implementation(void) {
  cJSON *info = cJSON_CreateObject();
  cJSON_AddStringToObject(info, "name", "hermes");
  cJSON_AddStringToObject(info, "title", "Hermes: blueprints to network twins");
  cJSON_AddStringToObject(info, "version", HERMES_VERSION);
  return info;
}

static cJSON *capabilities(void) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddObjectToObject(object, "tools");
  return object;
}

static const char *known_handshake(const char *version) {
  for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++)
    if (strcmp(handshakes[i], version) == 0) return handshakes[i];
  return handshakes[0];
}

static cJSON *initialize(Server *server, Request *request) {
  const cJSON *version = member(request->params, "protocolVersion");
  if (!cJSON_IsString(version))
    return fail(request, INVALID_PARAMS, "`protocolVersion` is a string, such as \"2025-11-25\"");
  server->version = known_handshake(version->valuestring);
  cJSON *result = cJSON_CreateObject();
  cJSON_AddStringToObject(result, "protocolVersion", server->version);
  cJSON_AddItemToObject(result, "capabilities", capabilities());
  cJSON_AddItemToObject(result, "serverInfo", implementation());
  cJSON_AddStringToObject(result, "instructions", instructions);
  return result;
}

static cJSON *supported(void) {
  cJSON *list = cJSON_CreateArray();
  cJSON_AddItemToArray(list, cJSON_CreateString(stateless));
  return list;
}

/* The same for every client, and for as long as this server runs. */
static void add_lifetime(cJSON *result) {
  cJSON_AddNumberToObject(result, "ttlMs", LIST_MILLISECONDS);
  cJSON_AddStringToObject(result, "cacheScope", "public");
}

static cJSON *discover(Server *server, Request *request) {
  (void)server, (void)request;
  cJSON *result = cJSON_CreateObject();
  cJSON_AddItemToObject(result, "supportedVersions", supported());
  cJSON_AddItemToObject(result, "capabilities", capabilities());
  cJSON_AddStringToObject(result, "instructions", instructions);
  add_lifetime(result);
  return result;
}

static cJSON *ping(Server *server, Request *request) {
  (void)server, (void)request;
  return cJSON_CreateObject();
}

/* ---- tools ---- */

static cJSON *list_tools(Server *server, Request *request) {
  (void)server;
  if (member(request->params, "cursor"))
    return fail(request, INVALID_PARAMS, "there is no such cursor: the list has one page");
  cJSON *result = cJSON_CreateObject();
  cJSON_AddItemToObject(result, "tools", tools_list());
  if (request->stateless) add_lifetime(result);
  return result;
}

static cJSON *call_tool(Server *server, Request *request) {
  const cJSON *name = member(request->params, "name");
  const cJSON *arguments = member(request->params, "arguments");
  if (!cJSON_IsString(name)) return fail(request, INVALID_PARAMS, "`name` is the name of a tool");
  if (arguments && !cJSON_IsObject(arguments))
    return fail(request, INVALID_PARAMS, "`arguments` is an object");
  cJSON *result = tools_call(server, name->valuestring, arguments);
  if (result) return result;
  const char *nearest = tools_nearest(name->valuestring);
  request->data = cJSON_CreateObject();
  cJSON_AddStringToObject(request->data, "tool", name->valuestring);
  if (nearest) cJSON_AddStringToObject(request->data, "nearest", nearest);
  return fail(request, INVALID_PARAMS, "there is no such tool; `tools/list` names all");
}

/* ---- methods ---- */

enum { BY_HANDSHAKE = 1, BY_ITSELF = 2, BEFORE_ALL = 4 /* needs neither */ };

static const struct {
  const char *name;
  cJSON *(*run)(Server *server, Request *request);
  unsigned dialects;
} methods[] = {
    {"initialize", initialize, BY_HANDSHAKE | BEFORE_ALL},
    {"ping", ping, BY_HANDSHAKE | BEFORE_ALL},
    {"server/discover", discover, BY_ITSELF},
    {"tools/list", list_tools, BY_HANDSHAKE | BY_ITSELF},
    {"tools/call", call_tool, BY_HANDSHAKE | BY_ITSELF},
};

static void reject_version(Request *request, const char *version) {
  request->data = cJSON_CreateObject();
  cJSON_AddItemToObject(request->data, "supported", supported());
  cJSON_AddStringToObject(request->data, "requested", version);
  fail(request, UNSUPPORTED_VERSION, "this version of the protocol is not spoken");
}

/* Which dialect a request is in: its own word counts, then the handshake's. */
static void settle_dialect(const Server *server, Request *request) {
  const cJSON *meta = member(request->params, "_meta");
  const cJSON *version = member(meta, META "protocolVersion");
  if (!version) return;
  if (!cJSON_IsString(version)) {
    fail(request, INVALID_PARAMS, "`_meta` says the version of the protocol as a string");
    return;
  }
  if (server->version && strcmp(version->valuestring, server->version) == 0) return;
  request->stateless = true;
  if (strcmp(version->valuestring, stateless) != 0)
    reject_version(request, version->valuestring);
  else if (!cJSON_IsObject(member(meta, META "clientCapabilities")))
    fail(request, INVALID_PARAMS, "`_meta` lacks " META "clientCapabilities");
}

static cJSON *run_method(Server *server, const char *name, Request *request) {
  size_t i = 0, count = sizeof methods / sizeof *methods;
  while (i < count && strcmp(methods[i].name, name) != 0) i++;
  if (i == count) return fail(request, METHOD_NOT_FOUND, "there is no such method");
  if (request->stateless && !(methods[i].dialects & BY_ITSELF))
    return fail(request, METHOD_NOT_FOUND, "this version of the protocol has no such method");
  bool greeted = request->stateless || (methods[i].dialects & BEFORE_ALL) ||
                 (server->version && methods[i].dialects & BY_HANDSHAKE);
  if (!greeted)
    return fail(request, INVALID_PARAMS,
                "`initialize` comes first; or every request says in its `_meta` what it speaks: "
                "\"" META "protocolVersion\": \"2026-07-28\", and \"" META "clientCapabilities\"");
  return methods[i].run(server, request);
}

/* ---- messages ---- */

/* A large whole number is printed by hand: the library would round it to 15 digits. */
static cJSON *copy_id(const cJSON *id) {
  enum { LONGEST = 32 };
  char digits[LONGEST];
  if (!id) return cJSON_CreateNull();
  if (!cJSON_IsNumber(id) || id->valuedouble != floor(id->valuedouble) ||
      fabs(id->valuedouble) > largest_id)
    return cJSON_Duplicate(id, true);
  snprintf(digits, sizeof digits, "%.0f", id->valuedouble);
  return cJSON_CreateRaw(digits);
}

static cJSON *envelope(const cJSON *id) {
  cJSON *answer = cJSON_CreateObject();
  cJSON_AddStringToObject(answer, "jsonrpc", "2.0");
  cJSON_AddItemToObject(answer, "id", copy_id(id));
  return answer;
}

/* Takes `data`. */
static cJSON *error_answer(const cJSON *id, int code, const char *message, cJSON *data) {
  cJSON *answer = envelope(id), *error = cJSON_AddObjectToObject(answer, "error");
  cJSON_AddNumberToObject(error, "code", code);
  cJSON_AddStringToObject(error, "message", message);
  if (data) cJSON_AddItemToObject(error, "data", data);
  return answer;
}

static cJSON *result_answer(const cJSON *id, const Request *request, cJSON *result) {
  cJSON *answer = envelope(id);
  if (request->stateless) {
    cJSON_AddStringToObject(result, "resultType", "complete");
    cJSON_AddItemToObject(cJSON_AddObjectToObject(result, "_meta"), META "serverInfo",
                          implementation());
  }
  cJSON_AddItemToObject(answer, "result", result);
  return answer;
}

static bool is_id(const cJSON *id) {
  return cJSON_IsString(id) || (cJSON_IsNumber(id) && isfinite(id->valuedouble));
}

static cJSON *answer_request(Server *server, const cJSON *id, const char *method,
                             const cJSON *params) {
  Request request = {.params = params};
  cJSON *result = NULL;
  if (params && !cJSON_IsObject(params))
    fail(&request, INVALID_PARAMS, "`params` is an object");
  else if (strcmp(method, "initialize") != 0)
    settle_dialect(server, &request);
  if (request.error == 0) result = run_method(server, method, &request);
  return request.error == 0 ? result_answer(id, &request, result)
                            : error_answer(id, request.error, request.message, request.data);
}

/* A notification is never answered: not even one that makes no sense. Nor is an answer: nothing is
 * asked here. */
static cJSON *answer_message(Server *server, const cJSON *message) {
  const cJSON *id = member(message, "id"), *method = member(message, "method");
  const cJSON *version = member(message, "jsonrpc");
  if (!cJSON_IsObject(message))
    return error_answer(NULL, INVALID_REQUEST, "a message is an object", NULL);
  if (!method && (member(message, "result") || member(message, "error"))) return NULL;
  if (!id && cJSON_IsString(method)) return NULL;
  if (!id || !is_id(id))
    return error_answer(NULL, INVALID_REQUEST, "a request has an `id`, a string or a number", NULL);
  if (!cJSON_IsString(version) || strcmp(version->valuestring, "2.0") != 0)
    return error_answer(id, INVALID_REQUEST, "`jsonrpc` is \"2.0\"", NULL);
  if (!cJSON_IsString(method))
    return error_answer(id, INVALID_REQUEST, "`method` is a string", NULL);
  return answer_request(server, id, method->valuestring, member(message, "params"));
}

static bool is_handshake(const cJSON *message) {
  const cJSON *method = member(message, "method");
  return cJSON_IsString(method) && strcmp(method->valuestring, "initialize") == 0;
}

/* One version of the protocol has batches; answers come as one, too. */
static cJSON *answer_batch(Server *server, const cJSON *batch) {
  int count = cJSON_GetArraySize(batch);
  const cJSON *message;
  if (!server->version || strcmp(server->version, with_batches) != 0)
    return error_answer(NULL, INVALID_REQUEST, "only protocol version 2025-03-26 has batches",
                        NULL);
  if (count == 0 || count > MOST_BATCH)
    return error_answer(NULL, INVALID_REQUEST, "a batch holds 1 to 64 messages", NULL);
  cJSON *answers = cJSON_CreateArray();
  cJSON_ArrayForEach(message, batch) {
    cJSON *answer = is_handshake(message) && member(message, "id")
                        ? error_answer(is_id(member(message, "id")) ? member(message, "id") : NULL,
                                       INVALID_REQUEST, "`initialize` stands alone", NULL)
                        : answer_message(server, message);
    if (answer) cJSON_AddItemToArray(answers, answer);
  }
  if (cJSON_GetArraySize(answers) > 0) return answers;
  cJSON_Delete(answers);
  return NULL;
}

/* ---- lines ---- */

cJSON *protocol_too_long(void) {
  return error_answer(NULL, INVALID_REQUEST, "a message is one line of at most 32 MiB", NULL);
}

static bool is_blank(const char *line, size_t length) {
  return strspn(line, " \t\r") == length;
}

cJSON *protocol_answer(Server *server, const char *line, size_t length) {
  if (is_blank(line, length)) return NULL;
  bool text = strlen(line) == length && utf8_prefix(line, length) == length;
  cJSON *message = text ? cJSON_ParseWithLengthOpts(line, length + 1, NULL, true) : NULL;
  if (!message)
    return error_answer(NULL, PARSE_ERROR, text ? "this is not JSON" : "this is not UTF-8", NULL);
  cJSON *answer =
      cJSON_IsArray(message) ? answer_batch(server, message) : answer_message(server, message);
  cJSON_Delete(message);
  return answer;
}
