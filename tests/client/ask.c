/* Asks what standard input says, for run.py: a client without a chain.
 *
 * usage: chat-driver [--config=FILE] [--record=FILE] [--append] [--replay=FILE] [--live] [--exact]
 *                    [--progress]
 *
 * in   [[{"role": .., "content": .., "max_tokens": ..}, ...], ...]: each list is asked side by side
 * out  {"replies": [[..], ..], "usage": {..}, "diagnostics": [..], "environment": ".."}, where
 *      `environment` is what a child of this program sees
 */
#include "hermes.h"

#include "client/chat.h"
#include "client/stop.h"
#include "record/lines.h"
#include "record/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Driver {
  Arena arena;
  hermes_diagnostics diagnostics;
  Configuration configuration;
  const char *config, *record, *replay;
  bool append, live, exact, progress;
} Driver;

static bool read_word(Driver *driver, const char *word) {
  const struct {
    const char *name;
    bool *flag;        /* or */
    const char **text; /* behind the name */
  } words[] = {{"--config=", NULL, &driver->config},   {"--record=", NULL, &driver->record},
               {"--replay=", NULL, &driver->replay},   {"--append", &driver->append, NULL},
               {"--live", &driver->live, NULL},        {"--exact", &driver->exact, NULL},
               {"--progress", &driver->progress, NULL}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strncmp(word, words[i].name, strlen(words[i].name)) != 0) continue;
    if (words[i].flag) *words[i].flag = true;
    if (words[i].text) *words[i].text = word + strlen(words[i].name);
    return true;
  }
  return false;
}

static char *read_all(Arena *arena, FILE *in) {
  char *text = arena_alloc(arena, 1 << 20);
  text[fread(text, 1, (1 << 20) - 1, in)] = '\0';
  return text;
}

/* ---- one list of questions ---- */

static void read_request(Arena *arena, const cJSON *item, ChatRequest *request) {
  Message *messages = ARENA_ARRAY(arena, Message, 2);
  messages[0] = (Message){"system", "Be brief."};
  messages[1] = (Message){"user", text_in(item, "content", "hello")};
  *request = (ChatRequest){.role = text_in(item, "role", "coder"),
                           .prompt = "test 1",
                           .model = text_in(item, "model", NULL),
                           .temperature = number_in(item, "temperature", 0.5),
                           .max_tokens = (long)number_in(item, "max_tokens", 0),
                           .messages = messages,
                           .message_count = 2};
}

static void add_number(cJSON *object, const char *name, double number) {
  cJSON_AddItemToObject(object, name,
                        isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

static void add_text(cJSON *object, const char *name, const char *text) {
  if (text) cJSON_AddStringToObject(object, name, text);
}

static cJSON *show_reply(const ChatReply *reply) {
  cJSON *shown = cJSON_CreateObject();
  add_number(shown, "status", reply->status);
  add_text(shown, "text", reply->text);
  add_text(shown, "finish", reply->finish);
  add_text(shown, "problem", reply->problem);
  add_text(shown, "model", reply->model);
  add_number(shown, "prompt_tokens", (double)reply->prompt_tokens);
  add_number(shown, "completion_tokens", (double)reply->completion_tokens);
  add_number(shown, "seconds", reply->seconds);
  add_number(shown, "cost", reply->cost);
  add_number(shown, "attempts", reply->attempts);
  cJSON_AddBoolToObject(shown, "estimated", reply->tokens_estimated);
  cJSON_AddBoolToObject(shown, "replayed", reply->replayed);
  cJSON_AddBoolToObject(shown, "stale", reply->stale);
  return shown;
}

static cJSON *ask(Driver *driver, Chat *chat, const cJSON *items) {
  int count = cJSON_GetArraySize(items);
  ChatRequest *requests = ARENA_ARRAY(&driver->arena, ChatRequest, count + 1);
  ChatReply *replies = ARENA_ARRAY(&driver->arena, ChatReply, count + 1);
  for (int i = 0; i < count; i++)
    read_request(&driver->arena, cJSON_GetArrayItem(items, i), &requests[i]);
  chat_all(chat, requests, count, replies);
  cJSON *shown = cJSON_CreateArray();
  for (int i = 0; i < count; i++) {
    cJSON_AddItemToArray(shown, show_reply(&replies[i]));
    chat_complain(&driver->diagnostics, &requests[i], &replies[i]);
  }
  return shown;
}

static cJSON *show_usage(Usage usage) {
  cJSON *shown = cJSON_CreateObject();
  add_number(shown, "calls", (double)usage.calls);
  add_number(shown, "failed", (double)usage.failed);
  add_number(shown, "stale", (double)usage.stale);
  add_number(shown, "prompt_tokens", (double)usage.prompt_tokens);
  add_number(shown, "completion_tokens", (double)usage.completion_tokens);
  add_number(shown, "cost", usage.cost);
  return shown;
}

/* ---- the whole ---- */

static void converse(Driver *driver, Chat *chat, cJSON *shown) {
  chat_set_manner(chat, (ChatManner){.exact = driver->exact,
                                     .progress = driver->progress ? stderr : NULL,
                                     .stop = stop_on_signals()});
  cJSON *lists = cJSON_Parse(read_all(&driver->arena, stdin)), *replies = cJSON_CreateArray();
  const cJSON *list;
  cJSON_ArrayForEach(list, lists) cJSON_AddItemToArray(replies, ask(driver, chat, list));
  cJSON_Delete(lists);
  cJSON_AddItemToObject(shown, "replies", replies);
  cJSON_AddItemToObject(shown, "usage", show_usage(chat_usage(chat)));
}

static void run(Driver *driver, cJSON *shown) {
  if (!configure(&driver->arena, driver->config, &driver->configuration, &driver->diagnostics))
    return;
  Cassette *cassette = NULL;
  Trace *trace = NULL;
  if (driver->replay &&
      !(cassette = cassette_open(&driver->arena, driver->replay, &driver->diagnostics)))
    return;
  if (driver->record)
    trace = trace_open(&driver->arena, driver->record, driver->append, &driver->diagnostics);
  Chat *chat = chat_open(&driver->arena, &driver->configuration, trace, cassette, driver->live,
                         &driver->diagnostics);
  if (chat) converse(driver, chat, shown);
  chat_close(chat);
  trace_close(trace);
  cassette_close(cassette);
}

static void show_environment(Driver *driver, cJSON *shown) {
  FILE *child = popen("env", "r");
  if (!child) return;
  add_text(shown, "environment", read_all(&driver->arena, child));
  pclose(child);
}

int main(int argc, char **argv) {
  Driver driver = {0};
  for (int i = 1; i < argc; i++)
    if (!read_word(&driver, argv[i])) return EXIT_COMMAND;
  cJSON *shown = cJSON_CreateObject();
  run(&driver, shown);
  show_environment(&driver, shown);
  char *diagnostics = hermes_diagnostics_json(&driver.diagnostics);
  cJSON_AddItemToObject(shown, "diagnostics", cJSON_Parse(diagnostics));
  char *text = cJSON_Print(shown);
  puts(text);
  free(text);
  free(diagnostics);
  cJSON_Delete(shown);
  hermes_diagnostics_free(&driver.diagnostics);
  arena_free(&driver.arena);
  return EXIT_DONE;
}
