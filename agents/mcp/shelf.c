/* Tools of the repository: search, show, add. Who adds by them is an agent. */
#include "mcp/mcp.h"

#include "repository/record.h"
#include "repository/repository.h"

#include <string.h>
#include <unistd.h>

enum { DEFAULT_TOP = 5 };

static const char *path_of(Call *call) {
  return repository_path(&call->compiler.arena, call->server->session->settings.repository);
}

static Repository *open_repository(Call *call, bool create) {
  const char *path = path_of(call);
  if (!path) {
    hermes_report(&call->compiler.diagnostics, HB0913, NULL,
                  "there is no home to keep a repository in");
    return NULL;
  }
  return repository_open(&call->compiler.arena, path, create, &call->compiler.diagnostics);
}

/* Nothing was kept yet: that is no failure. */
static bool is_there(Call *call) {
  const char *path = path_of(call);
  return path && access(path, F_OK) == 0;
}

void tool_search(Call *call) {
  int most = (int)argument_number(call, "top", DEFAULT_TOP), count = 0;
  Entry *entries = ARENA_ARRAY(&call->compiler.arena, Entry, most);
  if (is_there(call)) {
    Repository *repository = open_repository(call, false);
    if (repository)
      count = repository_search(repository, argument_text(call, "words"), most, entries);
    repository_close(repository);
  }
  call->result = cJSON_CreateObject();
  cJSON *list = cJSON_AddArrayToObject(call->result, "entries");
  for (int i = 0; i < count; i++) cJSON_AddItemToArray(list, entry_json(&entries[i], false));
}

void tool_show(Call *call) {
  Entry entry;
  Repository *repository = open_repository(call, false);
  if (repository && repository_find(repository, argument_text(call, "entry"), &entry))
    call->result = entry_json(&entry, true);
  repository_close(repository);
}

void tool_add(Call *call) {
  if (!call_check_runnable(call)) return;
  Entry entry = entry_of(&call->compiler);
  entry.origin = "agent";
  entry.task = argument_text(call, "task");
  entry.provenance = "{\"by\":\"mcp\"}";
  if (argument(call, "name")) entry.name = argument_text(call, "name");
  Repository *repository = open_repository(call, true);
  if (repository && repository_add(repository, &entry)) call->result = entry_json(&entry, false);
  repository_close(repository);
}
