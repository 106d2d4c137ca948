/* The tools: what they are called, what they take, and what becomes of a call.
 *
 * A call whose arguments make no sense has failed like one whose blueprint does: with diagnostics,
 * which a model can learn from. */
#include "mcp/mcp.h"

#include "client/text.h"
#include "confine/room.h"
#include "fix/fixes.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MOST_SECONDS = 600, MOST_TOP = 1000, MOST_DRAWS = 1000000, MOST_ROWS = 1000000 };

/* ---- what they take ---- */

static const Argument blueprint_arguments[] = {
    {"blueprint", ARGUMENT_TEXT, .about = "the blueprint's text; or name its `file`"},
    {"file", ARGUMENT_PATH, .about = "the blueprint's file, in place of its text"},
    {.name = NULL}};

static const Argument fix_arguments[] = {
    {"write", ARGUMENT_TRUTH, .about = "write the mended text into `file` (default: only show it)"},
    {.name = NULL}};

static const Argument explain_arguments[] = {
    {"code", ARGUMENT_TEXT, .about = "HB0402, or 402; left out: all codes with their titles"},
    {.name = NULL}};

static const Argument compile_arguments[] = {
    {"output", ARGUMENT_OUTPUT, .about = "the program to write; left out: it is built and gone"},
    {.name = NULL}};

static const Argument library_arguments[] = {
    {"module", ARGUMENT_TEXT, .about = "radio.link: all functions of one module"},
    {"words", ARGUMENT_TEXT, .about = "words to look for among all functions: \"path loss rural\""},
    {.name = NULL}};

static const Argument decision_arguments[] = {
    {"data", ARGUMENT_PATH, .needed = true, .about = "the directory with the tables"},
    {"policy", ARGUMENT_OBJECT,
     .about =
         "decisions and inputs: {\"offset\": {\"c3\": \"-3 dB\"}}; others keep their defaults"},
    {"policy_file", ARGUMENT_PATH, .about = "the same from a file"},
    {"set", ARGUMENT_TEXTS, .about = "single decisions: [\"offset[c3]=-3 dB\"]"},
    {"seed", ARGUMENT_NUMBER, .least = 1, .most = LONG_MAX, .about = "of what is left to chance"},
    {"seconds", ARGUMENT_NUMBER, .least = 1, .most = MOST_SECONDS,
     .about = "that the twin may run (default 60)"},
    {.name = NULL}};

static const Argument chance_arguments[] = {
    {"draws", ARGUMENT_NUMBER, .least = 2, .most = MOST_DRAWS,
     .about = "how often chance is drawn anew (default 100)"},
    {.name = NULL}};

static const Argument run_arguments[] = {
    {"show", ARGUMENT_TEXTS, .about = "arrays to show besides the KPIs: [\"sinr\"]"},
    {.name = NULL}};

static const Argument test_arguments[] = {
    {"rows", ARGUMENT_NUMBER, .least = 0, .most = MOST_ROWS,
     .about = "of an expect that varies something: rows to look at (default 256, 0: all)"},
    {.name = NULL}};

static const Argument rank_arguments[] = {
    {"candidates", ARGUMENT_OBJECTS, .about = "policies to be ranked, as `policy`; or name a file"},
    {"candidates_file", ARGUMENT_PATH, .about = "the same from a .jsonl or .csv file"},
    {"top", ARGUMENT_NUMBER, .least = 1, .most = MOST_TOP, .about = "only the best (default 10)"},
    {.name = NULL}};

static const Argument search_arguments[] = {
    {"words", ARGUMENT_TEXT, .needed = true, .about = "the task in words"},
    {"top", ARGUMENT_NUMBER, .least = 1, .most = MOST_TOP, .about = "only the nearest (default 5)"},
    {.name = NULL}};

static const Argument show_arguments[] = {
    {"entry", ARGUMENT_TEXT, .needed = true, .about = "its number, or the name of its blueprint"},
    {.name = NULL}};

static const Argument add_arguments[] = {
    {"task", ARGUMENT_TEXT, .about = "the task that the blueprint solves, in words"},
    {"name", ARGUMENT_TEXT, .about = "in place of the blueprint's own"},
    {.name = NULL}};

static const Tool tools[] = {
    {"check",
     "Check a blueprint",
     "Tells every error of a blueprint, with its place, what was expected, candidates, the rule "
     "behind it and fixes that were tried and hold.",
     {blueprint_arguments},
     false,
     tool_check},
    {"fix",
     "Mend a blueprint",
     "Applies every fix that is the only one of its error and holds; returns the mended text and "
     "what is left.",
     {blueprint_arguments, fix_arguments},
     true,
     tool_fix},
    {"explain",
     "Explain an error code",
     "The story of one code: what it is about, examples, how to "
     "mend it.",
     {explain_arguments},
     false,
     tool_explain},
    {"compile",
     "Compile a blueprint",
     "Builds the native twin of a blueprint. `run`, `test` and `rank` do so themselves.",
     {blueprint_arguments, compile_arguments},
     true,
     tool_compile},
    {"run",
     "Run a twin",
     "Evaluates one decision on a directory of tables: KPIs with units, and the "
     "verdict on every constraint.",
     {blueprint_arguments, decision_arguments, chance_arguments, run_arguments},
     false,
     tool_run},
    {"test",
     "Test a twin",
     "Runs the expectations that stand in a blueprint, with the numbers "
     "behind every verdict.",
     {blueprint_arguments, decision_arguments, test_arguments},
     false,
     tool_test},
    {"rank",
     "Rank decisions",
     "Orders many decisions by the goal of a blueprint.",
     {blueprint_arguments, decision_arguments, chance_arguments, rank_arguments},
     false,
     tool_rank},
    {"library",
     "Look up radio models",
     "Modules and functions that a blueprint may import: propagation, antennas, noise, links, "
     "traffic, energy.",
     {library_arguments},
     false,
     tool_library},
    {"primer",
     "Learn the language",
     "The language of blueprints on a few pages. Read it first.",
     {NULL},
     false,
     tool_primer},
    {"repository_search",
     "Find proven blueprints",
     "Blueprints that were kept, the nearest to a task first.",
     {search_arguments},
     false,
     tool_search},
    {"repository_show",
     "Show a proven blueprint",
     "The whole text of a blueprint that was kept, and "
     "how it came to be.",
     {show_arguments},
     false,
     tool_show},
    {"repository_add",
     "Keep a blueprint",
     "Keeps a blueprint that is sound, with the task that it solves, for later tasks.",
     {blueprint_arguments, add_arguments},
     true,
     tool_add},
};

/* ---- what a client is shown ---- */

static const struct {
  const char *type, *item; /* item: of an array */
} json_types[ARGUMENT_KINDS] = {
    [ARGUMENT_TEXT] = {"string", NULL},     [ARGUMENT_PATH] = {"string", NULL},
    [ARGUMENT_OUTPUT] = {"string", NULL},   [ARGUMENT_NUMBER] = {"integer", NULL},
    [ARGUMENT_TRUTH] = {"boolean", NULL},   [ARGUMENT_OBJECT] = {"object", NULL},
    [ARGUMENT_TEXTS] = {"array", "string"}, [ARGUMENT_OBJECTS] = {"array", "object"},
};

static void add_property(cJSON *properties, cJSON *required, const Argument *argument) {
  cJSON *property = cJSON_AddObjectToObject(properties, argument->name);
  cJSON_AddStringToObject(property, "type", json_types[argument->kind].type);
  if (json_types[argument->kind].item)
    cJSON_AddStringToObject(cJSON_AddObjectToObject(property, "items"), "type",
                            json_types[argument->kind].item);
  if (argument->kind == ARGUMENT_NUMBER) {
    cJSON_AddNumberToObject(property, "minimum", (double)argument->least);
    if (argument->most < LONG_MAX)
      cJSON_AddNumberToObject(property, "maximum", (double)argument->most);
  }
  cJSON_AddStringToObject(property, "description", argument->about);
  if (argument->needed) cJSON_AddItemToArray(required, cJSON_CreateString(argument->name));
}

static cJSON *input_schema(const Tool *tool) {
  cJSON *schema = cJSON_CreateObject();
  cJSON_AddStringToObject(schema, "type", "object");
  cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
  cJSON *required = cJSON_CreateArray();
  for (size_t i = 0; i < MOST_LISTS && tool->lists[i]; i++)
    for (const Argument *one = tool->lists[i]; one->name; one++)
      add_property(properties, required, one);
  if (cJSON_GetArraySize(required) > 0)
    cJSON_AddItemToObject(schema, "required", required);
  else
    cJSON_Delete(required);
  cJSON_AddBoolToObject(schema, "additionalProperties", false);
  return schema;
}

static cJSON *annotations(const Tool *tool) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "title", tool->title);
  cJSON_AddBoolToObject(object, "readOnlyHint", !tool->changes);
  if (tool->changes) cJSON_AddBoolToObject(object, "destructiveHint", tool->run != tool_add);
  cJSON_AddBoolToObject(object, "idempotentHint", true);
  cJSON_AddBoolToObject(object, "openWorldHint", false);
  return object;
}

cJSON *tools_list(void) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < COUNT(tools); i++) {
    cJSON *tool = cJSON_CreateObject();
    cJSON_AddStringToObject(tool, "name", tools[i].name);
    cJSON_AddStringToObject(tool, "title", tools[i].title);
    cJSON_AddStringToObject(tool, "description", tools[i].about);
    cJSON_AddItemToObject(tool, "inputSchema", input_schema(&tools[i]));
    cJSON_AddItemToObject(tool, "annotations", annotations(&tools[i]));
    cJSON_AddItemToArray(list, tool);
  }
  return list;
}

const char *tools_nearest(const char *name) {
  const char *names[COUNT(tools)];
  for (size_t i = 0; i < COUNT(tools); i++) names[i] = tools[i].name;
  return hermes_nearest(name, names, COUNT(tools));
}

/* ---- checking arguments ---- */

static bool all_of(const cJSON *list, cJSON_bool (*is)(const cJSON *)) {
  const cJSON *item;
  cJSON_ArrayForEach(item, list) if (!is(item)) return false;
  return true;
}

static bool is_whole(const cJSON *value, const Argument *argument) {
  double number = value->valuedouble;
  return number == floor(number) && number >= (double)argument->least &&
         number <= (double)argument->most;
}

static bool fits(const cJSON *value, const Argument *argument) {
  switch (argument->kind) {
  case ARGUMENT_NUMBER: return cJSON_IsNumber(value) && is_whole(value, argument);
  case ARGUMENT_TRUTH: return cJSON_IsBool(value);
  case ARGUMENT_OBJECT: return cJSON_IsObject(value);
  case ARGUMENT_TEXTS: return cJSON_IsArray(value) && all_of(value, cJSON_IsString);
  case ARGUMENT_OBJECTS: return cJSON_IsArray(value) && all_of(value, cJSON_IsObject);
  default: return cJSON_IsString(value) && value->valuestring[0];
  }
}

static const Argument *find_argument(const Tool *tool, const char *name) {
  for (size_t i = 0; i < MOST_LISTS && tool->lists[i]; i++)
    for (const Argument *one = tool->lists[i]; one->name; one++)
      if (strcmp(one->name, name) == 0) return one;
  return NULL;
}

static hermes_diagnostic *complain(Call *call, const char *message) {
  return hermes_report(&call->compiler.diagnostics, HB0919, NULL, "%s", message);
}

static void check_value(Call *call, const Tool *tool, const cJSON *value) {
  const Argument *argument = find_argument(tool, value->string);
  Arena *arena = &call->compiler.arena;
  if (!argument) {
    complain(call, arena_format(arena, "`%s` takes no argument `%s`", tool->name, value->string));
  } else if (!fits(value, argument)) {
    hermes_diagnostic *d =
        complain(call, arena_format(arena, "`%s` does not take this value", argument->name));
    hermes_diagnostic_fact(&d->expected, "%s%s%s", json_types[argument->kind].type,
                           json_types[argument->kind].item ? " of " : "",
                           json_types[argument->kind].item ? json_types[argument->kind].item : "");
    hermes_diagnostic_note(d, "%s", argument->about);
  }
}

static void check_needed(Call *call, const Tool *tool, const Argument *list) {
  for (; list->name; list++)
    if (list->needed && !argument(call, list->name))
      hermes_diagnostic_note(complain(call, arena_format(&call->compiler.arena, "`%s` needs `%s`",
                                                         tool->name, list->name)),
                             "%s", list->about);
}

static void check_blueprint_arguments(Call *call, const Tool *tool) {
  bool text = argument(call, "blueprint"), file = argument(call, "file");
  if (tool->lists[0] != blueprint_arguments || text != file) return;
  complain(call,
           arena_format(&call->compiler.arena, "`%s` needs a `blueprint`, its text, or a `file`%s",
                        tool->name, text ? ", not both" : ""));
}

static bool check_arguments(Call *call, const Tool *tool) {
  const cJSON *value;
  cJSON_ArrayForEach(value, call->arguments) check_value(call, tool, value);
  for (size_t i = 0; i < MOST_LISTS && tool->lists[i]; i++)
    check_needed(call, tool, tool->lists[i]);
  check_blueprint_arguments(call, tool);
  return call->compiler.diagnostics.errors == 0;
}

/* ---- reading arguments ---- */

const cJSON *argument(const Call *call, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(call->arguments, name);
}

const char *argument_text(const Call *call, const char *name) {
  return cJSON_GetStringValue(argument(call, name));
}

long argument_number(const Call *call, const char *name, long otherwise) {
  const cJSON *value = argument(call, name);
  return value ? (long)value->valuedouble : otherwise;
}

bool argument_truth(const Call *call, const char *name) {
  return cJSON_IsTrue(argument(call, name));
}

/* ---- one call ---- */

const char *call_room(Call *call) {
  if (!call->room) call->room = room_open(&call->compiler.arena);
  if (!call->room)
    hermes_report(&call->compiler.diagnostics, HB0607, NULL, "there is no room to work in: %s",
                  strerror(errno));
  return call->room;
}

bool call_check(Call *call) {
  const char *text = argument_text(call, "blueprint");
  if (text) return check_blueprint_text(&call->compiler, "<blueprint>", text, strlen(text));
  const char *path = argument_path(call, "file");
  if (!path) return false;
  call->file = path_shown(call, path);
  return check_blueprint(&call->compiler, call->file);
}

bool call_check_runnable(Call *call) {
  if (!call_check(call)) return false;
  const Tree *tree = call->compiler.trees[0];
  if (!tree->is_module) return true;
  report(&call->compiler, HB0514, tree->name.span, "`%s` is a module: it makes no twin of its own",
         tree->name.text);
  return false;
}

cJSON *call_diagnostics(Call *call) {
  const hermes_diagnostics *list = &call->compiler.diagnostics;
  cJSON *document = cJSON_CreateObject();
  char *items = hermes_diagnostics_json(list);
  cJSON *parsed = items ? cJSON_Parse(items) : NULL;
  free(items);
  cJSON_AddStringToObject(document, "hermes", HERMES_VERSION);
  if (call->file)
    cJSON_AddStringToObject(document, "file", call->file);
  else
    cJSON_AddNullToObject(document, "file");
  cJSON_AddStringToObject(document, "status", list->errors == 0 ? "ok" : "error");
  cJSON_AddNumberToObject(document, "errors", (double)list->errors);
  cJSON_AddNumberToObject(document, "warnings", (double)list->warnings);
  cJSON_AddItemToObject(document, "diagnostics", parsed ? parsed : cJSON_CreateArray());
  return document;
}

static void add_text(cJSON *content, const char *text) {
  cJSON *block = cJSON_CreateObject();
  cJSON_AddStringToObject(block, "type", "text");
  cJSON_AddStringToObject(block, "text", text);
  cJSON_AddItemToArray(content, block);
}

/* The call's result, or its diagnostics, as text and as what it is. */
static cJSON *result_of(Call *call) {
  bool failed = call->compiler.diagnostics.errors > 0;
  Arena *arena = &call->compiler.arena;
  cJSON *structured = failed || !call->result ? call_diagnostics(call) : call->result;
  if (structured != call->result) cJSON_Delete(call->result);
  cJSON *result = cJSON_CreateObject(), *content = cJSON_AddArrayToObject(result, "content");
  char *text = failed || !call->text ? cJSON_PrintUnformatted(structured) : NULL;
  add_text(content, text ? text : call->text ? call->text : "");
  if (call->remark && *call->remark)
    add_text(content, text_clean(arena, call->remark, strlen(call->remark), NULL));
  cJSON_free(text);
  cJSON_AddItemToObject(result, "structuredContent", structured);
  cJSON_AddBoolToObject(result, "isError", failed);
  return result;
}

cJSON *tools_call(Server *server, const char *name, const cJSON *arguments) {
  size_t i = 0;
  while (i < COUNT(tools) && strcmp(tools[i].name, name) != 0) i++;
  if (i == COUNT(tools)) return NULL;
  Call call = {.server = server, .arguments = arguments};
  compiler_init(&call.compiler, server->session->stdlib);
  if (check_arguments(&call, &tools[i])) tools[i].run(&call);
  if (call.compiler.diagnostics.errors > 0) verify_fixes(&call.compiler, FIXES_VERIFIED);
  cJSON *result = result_of(&call);
  room_close(call.room);
  compiler_free(&call.compiler);
  return result;
}
