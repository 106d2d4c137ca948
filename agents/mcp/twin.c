/* Tools of a twin: run, test, rank. It is built anew, or comes out of the cache, and runs under
 * guard: it reads the data and the files that were named, and nothing else. */
#include "mcp/mcp.h"

#include "client/text.h"
#include "confine/child.h"
#include "native/build.h"
#include "pages/explain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
  DEFAULT_SECONDS = 60,
  DEFAULT_TOP = 10,
  TWIN_OUTPUT = 16 << 20, /* bytes of its document */
  MOST_READABLE = 8,
};
static const size_t twin_memory = (size_t)4 << 30;

typedef struct Twin {
  Call *call;
  Arena *arena;
  const char *program;
  Words words;
  const char *readable[MOST_READABLE]; /* ended by NULL */
  size_t readable_count;
} Twin;

/* ---- the command line ---- */

static void leave(Twin *twin, const char *path) {
  if (twin->readable_count + 1 < MOST_READABLE) twin->readable[twin->readable_count++] = path;
}

/* In one word, so that no value is taken for an option. */
static void add_option(Twin *twin, const char *option, const char *value) {
  words_add(twin->arena, &twin->words, arena_format(twin->arena, "%s=%s", option, value));
}

static void add_number(Twin *twin, const char *name) {
  if (!argument(twin->call, name)) return;
  add_option(twin, arena_format(twin->arena, "--%s", name),
             arena_format(twin->arena, "%ld", argument_number(twin->call, name, 0)));
}

/* What the client wrote as a file of the room, in which the twin runs: its messages name it so. */
static const char *write_file(Twin *twin, const char *name, const char *text) {
  const char *path = arena_format(twin->arena, "%s/%s", twin->call->room, name);
  const Bytes bytes = {(unsigned char *)text, strlen(text)};
  leave(twin, path);
  if (file_write(AT_FDCWD, path, 0600, &bytes, 1)) return name;
  hermes_report(&twin->call->compiler.diagnostics, HB0602, NULL, "cannot write `%s`: %s", name,
                strerror(errno));
  return NULL;
}

static const char *print_json(Twin *twin, const cJSON *value) {
  char *text = cJSON_PrintUnformatted(value);
  const char *copy = text ? arena_copy(twin->arena, text, strlen(text)) : "";
  cJSON_free(text);
  return copy;
}

static const char *given_file(Twin *twin, const char *name) {
  const char *path = argument_path(twin->call, name);
  if (path) leave(twin, path);
  return path;
}

static bool add_policy(Twin *twin) {
  const cJSON *policy = argument(twin->call, "policy");
  const char *file = argument_text(twin->call, "policy_file");
  if (policy && file) {
    hermes_report(&twin->call->compiler.diagnostics, HB0919, NULL,
                  "`policy` or `policy_file`, not both");
    return false;
  }
  if (!policy && !file) return true;
  const char *path = policy ? write_file(twin, "policy.json", print_json(twin, policy))
                            : given_file(twin, "policy_file");
  if (!path) return false;
  add_option(twin, "--policy", path);
  return true;
}

static void add_settings(Twin *twin) {
  const cJSON *item;
  cJSON_ArrayForEach(item, argument(twin->call, "set"))
      add_option(twin, "--set", item->valuestring);
}

static void add_shown(Twin *twin) {
  const cJSON *item;
  cJSON_ArrayForEach(item, argument(twin->call, "show"))
      add_option(twin, "--show", item->valuestring);
}

static bool add_data(Twin *twin) {
  const char *data = given_file(twin, "data");
  if (!data) return false;
  add_option(twin, "--data", data);
  return true;
}

/* ---- building and running ---- */

static bool build(Twin *twin) {
  twin->program = arena_format(twin->arena, "%s/ndt", twin->call->room);
  const BuildOptions options = {.output = twin->program, .use_cache = true};
  return build_twin(&twin->call->compiler, &options);
}

/* "error[HB0810]: ...": its code and its message; HERMES_CODES where it is no headline. */
static hermes_code read_headline(Arena *arena, const char *line, const char **message) {
  const char *bracket = line + strcspn(line, "[\n"), *end = bracket + strcspn(bracket, "]\n");
  bool headline = strncmp(line, "error[", 6) == 0 || strncmp(line, "warning[", 8) == 0;
  if (!headline || strncmp(end, "]: ", 3) != 0) return HERMES_CODES;
  *message = arena_copy(arena, end + 3, strcspn(end + 3, "\n"));
  return explain_find(arena_copy(arena, bracket + 1, (size_t)(end - bracket - 1)));
}

/* Where it is, and what would help; rules and stories come with the code. */
static void note_line(Arena *arena, hermes_diagnostic *d, const char *line, size_t length) {
  static const struct {
    const char *before, *after;
  } kept[] = {{" --> ", "at "}, {"  = help: ", ""}, {"  = did you mean: ", "did you mean: "}};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    size_t size = strlen(kept[i].before);
    if (strncmp(line, kept[i].before, size) == 0)
      hermes_diagnostic_note(d, "%s%s", kept[i].after,
                             arena_copy(arena, line + size, length - size));
  }
}

/* What the twin reported, as if it had been reported here. */
static void repeat_reports(Call *call, const char *text) {
  Arena *arena = &call->compiler.arena;
  hermes_diagnostic *d = NULL;
  const char *message;
  for (const char *line = text; *line; line += *line == '\n') {
    size_t length = strcspn(line, "\n");
    hermes_code code = read_headline(arena, line, &message);
    if (code != HERMES_CODES)
      d = hermes_report(&call->compiler.diagnostics, code, NULL, "%s", message);
    else if (d)
      note_line(arena, d, line, length);
    line += length;
  }
}

/* A twin that says why has said it all; whatever it wrote goes to the client besides. */
static void report_failure(Call *call, const Child *child, const char *what) {
  Arena *arena = &call->compiler.arena;
  size_t before = call->compiler.diagnostics.errors;
  repeat_reports(call, text_clean(arena, child->err, strlen(child->err), NULL));
  if (call->compiler.diagnostics.errors == before)
    hermes_report(&call->compiler.diagnostics, HB0921, NULL, "the twin %s", what);
}

static const char *what_went_wrong(Arena *arena, const Child *child) {
  if (!child->started) return arena_format(arena, "was not run: %s", child->problem);
  if (child->stopped) return "was stopped";
  if (child->late) return "was not done in time; `seconds` gives it more";
  if (child->signal) return arena_format(arena, "was ended by signal %d", child->signal);
  if (child->cut) return "has more to say than is taken: 16 MiB";
  return arena_format(arena, "ended with exit code %d", child->exit_code);
}

/* Numbers stay as they are written: read and printed again, they would lose digits. */
static cJSON *take_document(char *text) {
  cJSON *document = cJSON_Parse(text);
  bool good = cJSON_IsObject(document);
  cJSON_Delete(document);
  cJSON_Minify(text);
  return good ? cJSON_CreateRaw(text) : NULL;
}

/* Its document, whatever it says: a decision that is not valid and an expectation that fails are
 * results. */
static void run_child(Twin *twin) {
  Call *call = twin->call;
  Child child;
  const Guard guard = {.readable = twin->readable,
                       .directory = call->room,
                       .seconds = (double)argument_number(call, "seconds", DEFAULT_SECONDS),
                       .memory = twin_memory,
                       .output = TWIN_OUTPUT,
                       .stop = call->server->stop,
                       .strict = true};
  child_run(twin->arena, twin->words.items, &guard, &child);
  bool whole = child.started && !child.late && !child.cut && !child.stopped && !child.signal;
  call->result = whole && child.exit_code <= 1 ? take_document(child.out) : NULL;
  call->remark = child.err;
  if (!call->result) report_failure(call, &child, what_went_wrong(twin->arena, &child));
}

/* needs: the tool's own words, which `add` adds. */
static void run_twin(Call *call, const char *command, bool (*add)(Twin *twin)) {
  Twin twin = {.call = call, .arena = &call->compiler.arena};
  if (!call_check_runnable(call) || !call_room(call)) return;
  twin.program = arena_format(twin.arena, "%s/ndt", call->room);
  words_add(twin.arena, &twin.words, twin.program);
  words_add(twin.arena, &twin.words, command);
  if (!add_data(&twin) || !add_policy(&twin) || !add(&twin)) return;
  add_settings(&twin);
  add_number(&twin, "seed");
  add_option(&twin, "--format", "json");
  if (build(&twin)) run_child(&twin);
}

/* ---- the tools ---- */

static bool add_run(Twin *twin) {
  add_shown(twin);
  add_number(twin, "draws");
  return true;
}

void tool_run(Call *call) {
  run_twin(call, "run", add_run);
}

static bool add_test(Twin *twin) {
  add_number(twin, "rows");
  return true;
}

void tool_test(Call *call) {
  run_twin(call, "test", add_test);
}

/* One policy in each line. */
static const char *write_candidates(Twin *twin, const cJSON *list) {
  char *text = NULL;
  size_t size = 0;
  const cJSON *item;
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  cJSON_ArrayForEach(item, list) fprintf(out, "%s\n", print_json(twin, item));
  fclose(out);
  const char *path = write_file(twin, "candidates.jsonl", text);
  free(text);
  return path;
}

static bool add_rank(Twin *twin) {
  const cJSON *list = argument(twin->call, "candidates");
  const char *file = argument_text(twin->call, "candidates_file");
  if (!list == !file) {
    hermes_report(&twin->call->compiler.diagnostics, HB0919, NULL,
                  "`rank` needs `candidates` or a `candidates_file`%s", list ? ", not both" : "");
    return false;
  }
  const char *path = list ? write_candidates(twin, list) : given_file(twin, "candidates_file");
  if (!path) return false;
  words_add(twin->arena, &twin->words, path);
  add_option(twin, "--top",
             arena_format(twin->arena, "%ld", argument_number(twin->call, "top", DEFAULT_TOP)));
  add_number(twin, "draws");
  return true;
}

void tool_rank(Call *call) {
  run_twin(call, "rank", add_rank);
}
