/* hermes bench: runs from cassettes, or live, and the table of what came out. */
#include "bench/bench.h"

#include "client/stop.h"
#include "confine/room.h"
#include "names.h"
#include "record/shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_RUNS = 4096 };
static const char default_tasks[] = "bench/tasks", default_cassettes[] = "bench/cassettes";

typedef struct Bench {
  Session *session;
  Arena *arena;
  const char *tasks, *cassettes;
  BenchRun *runs;
  int count;
  const volatile sig_atomic_t *stop;
} Bench;

static bool complain(Bench *bench, const char *what, const char *why) {
  hermes_report(&bench->session->diagnostics, HB0937, NULL, "`%s`: %s", what, why);
  return false;
}

/* ---- one run ---- */

static void tell_progress(const Bench *bench, const BenchRun *run) {
  const Settings *settings = &bench->session->settings;
  if (settings->quiet || !isatty(STDERR_FILENO)) return;
  fprintf(stderr, "%s %s (%s): %s\n", column_names[run->column], run->task, run->source,
          run->success ? "right" : "wrong");
}

/* Runs a task with a chat that is open, and closes it. */
static bool run_with(Bench *bench, Chat *chat, Trace *trace, BenchRun run, bool exact) {
  if (bench->count == MOST_RUNS) return complain(bench, run.source, "these are too many runs");
  const BenchTask *task = bench_task(bench->session, bench->tasks, run.task);
  const char *work = task ? room_open(bench->arena) : NULL;
  ChatManner manner = {.exact = exact, .gathered = true, .stop = bench->stop};
  if (work) {
    chat_set_manner(chat, manner);
    bench_run(bench->session, chat, trace, task, work, &run);
    bench->runs[bench->count++] = run;
    tell_progress(bench, &run);
  }
  if (task && !work) complain(bench, "a temporary directory", strerror(errno));
  room_close(work);
  if (task) cJSON_Delete(task->truth);
  return work != NULL;
}

/* ---- from cassettes ---- */

static bool find_column(const char *name, Column *column) {
  for (int i = 0; i < COLUMNS; i++)
    if (strcmp(column_names[i], name) == 0) {
      *column = (Column)i;
      return true;
    }
  return false;
}

static bool is_wanted(const Bench *bench, const BenchRun *run) {
  const Settings *settings = &bench->session->settings;
  if (settings->column && strcmp(settings->column, column_names[run->column]) != 0) return false;
  for (int i = 0; i < settings->word_count; i++)
    if (strcmp(settings->words[i], run->task) == 0) return true;
  return settings->word_count == 0;
}

static const char *plain(Arena *arena, const char *text) {
  return plain_text(arena, text, strlen(text));
}

/* What a cassette is of; false where its beginning does not say. */
static bool read_start(Bench *bench, const Cassette *cassette, const char *path, BenchRun *run) {
  const cJSON *start = cassette_event(cassette, "start");
  *run = (BenchRun){.task = plain(bench->arena, text_of(start, "task")),
                    .model = plain(bench->arena, text_of(start, "model")),
                    .source = path};
  if (!find_column(text_of(start, "column"), &run->column))
    return complain(bench, path, "its start names no column");
  shape_take(cassette, &bench->session->configuration);
  return true;
}

static void note_start(Bench *bench, Trace *trace, const BenchRun *run) {
  cJSON *fields = cJSON_CreateObject();
  cJSON_AddStringToObject(fields, "hermes", HERMES_VERSION);
  cJSON_AddStringToObject(fields, "command", "bench");
  cJSON_AddStringToObject(fields, "column", column_names[run->column]);
  cJSON_AddStringToObject(fields, "task", run->task);
  cJSON_AddStringToObject(fields, "model", run->model);
  shape_note(fields, &bench->session->configuration);
  trace_event(trace, "start", fields);
}

static Trace *begin_record(Bench *bench, const char *path, const BenchRun *run) {
  Trace *trace = trace_open(bench->arena, path, false, &bench->session->diagnostics);
  if (trace) note_start(bench, trace, run);
  return trace;
}

/* A run from its record. With --refresh, calls whose prompts have changed are asked anew, and the
 * record of that takes the place of the old one. */
static bool run_again(Bench *bench, const char *path, Cassette *cassette, BenchRun run) {
  Session *session = bench->session;
  const char *part = arena_format(bench->arena, "%s.part", path);
  bool refresh = session->settings.refresh;
  Trace *trace = refresh ? begin_record(bench, part, &run) : NULL;
  if (refresh && !trace) return false;
  Chat *chat = chat_open(bench->arena, &session->configuration, trace, cassette, refresh,
                         &session->diagnostics);
  bool good = chat && run_with(bench, chat, trace, run, session->settings.exact);
  if (chat) chat_close(chat);
  if (trace) trace_close(trace);
  if (refresh && good && !*bench->stop && rename(part, path) != 0)
    good = complain(bench, path, strerror(errno));
  return good;
}

static bool replay(Bench *bench, const char *path) {
  Session *session = bench->session;
  Configuration before = session->configuration;
  Cassette *cassette = cassette_open(bench->arena, path, &session->diagnostics);
  BenchRun run;
  bool good = cassette && read_start(bench, cassette, path, &run);
  if (good && is_wanted(bench, &run)) good = run_again(bench, path, cassette, run);
  if (cassette) cassette_close(cassette);
  session->configuration = before;
  return good;
}

/* The records below a directory of columns, in order; their number, -1 with errno. */
static int list_records(Bench *bench, const char **paths) {
  int count = 0;
  for (int column = 0; column < COLUMNS; column++) {
    const char *directory =
        arena_format(bench->arena, "%s/%s", bench->cassettes, column_names[column]);
    int more = names_in(bench->arena, directory, ".jsonl", paths + count, MOST_RUNS - count);
    if (more < 0 && errno == ENOENT) continue;
    if (more < 0) return -1;
    for (int i = count; i < count + more; i++)
      paths[i] = arena_format(bench->arena, "%s/%s", directory, paths[i]);
    count += more;
  }
  return count;
}

static bool replay_all(Bench *bench) {
  const char **paths = ARENA_ARRAY(bench->arena, const char *, MOST_RUNS);
  int count = list_records(bench, paths);
  if (count < 0) return complain(bench, bench->cassettes, strerror(errno));
  if (count == 0) return complain(bench, bench->cassettes, "it holds no record: COLUMN/NAME.jsonl");
  for (int i = 0; i < count && !*bench->stop; i++)
    if (!replay(bench, paths[i])) return false;
  return true;
}

/* ---- live ---- */

/* The first name of its kind that is free: DIR/cot/tilt-1.jsonl, DIR/cot/tilt-2.jsonl, ... */
static const char *free_record(Bench *bench, const BenchRun *run) {
  const char *directory = bench->session->settings.record, *path = NULL;
  mkdir(directory, 0777);
  mkdir(arena_format(bench->arena, "%s/%s", directory, column_names[run->column]), 0777);
  for (int i = 1; !path || access(path, F_OK) == 0; i++)
    path = arena_format(bench->arena, "%s/%s/%s-%d.jsonl", directory, column_names[run->column],
                        run->task, i);
  return path;
}

static bool run_live(Bench *bench, BenchRun run) {
  Session *session = bench->session;
  Trace *trace = NULL;
  run.source = "live";
  run.model = session->configuration.model ? session->configuration.model : "";
  if (session->settings.record) {
    run.source = free_record(bench, &run);
    trace = begin_record(bench, run.source, &run);
    if (!trace) return false;
  }
  Chat *chat =
      chat_open(bench->arena, &session->configuration, trace, NULL, true, &session->diagnostics);
  bool good = chat && run_with(bench, chat, trace, run, false);
  if (chat) chat_close(chat);
  if (trace) trace_close(trace);
  return good;
}

static bool live_all(Bench *bench) {
  const Settings *settings = &bench->session->settings;
  const char *names[MOST_TASKS];
  int count = bench_tasks(bench->session, bench->tasks, names);
  long runs = settings->runs ? settings->runs : 1;
  for (int task = 0; task < count; task++)
    for (Column column = 0; column < COLUMNS; column++) {
      BenchRun run = {.task = names[task], .column = column};
      for (long i = 0; i < runs && is_wanted(bench, &run) && !*bench->stop; i++)
        if (!run_live(bench, run)) return false;
    }
  return count > 0;
}

/* ---- the command ---- */

/* Every task that is named must be there. */
static bool check_names(Bench *bench) {
  const Settings *settings = &bench->session->settings;
  Column column;
  if (settings->column && !find_column(settings->column, &column))
    return complain(bench, settings->column, "there is no such column: cot, coder or hermes");
  for (int i = 0; i < settings->word_count; i++) {
    const BenchTask *task = bench_task(bench->session, bench->tasks, settings->words[i]);
    if (!task) return false;
    cJSON_Delete(task->truth);
  }
  return true;
}

static void tell(const Bench *bench) {
  long stale = 0, calls = 0;
  for (int i = 0; i < bench->count; i++) {
    stale += bench->runs[i].usage.stale;
    calls += bench->runs[i].usage.calls;
  }
  if (!bench->session->settings.exact)
    chat_tell_stale(&bench->session->diagnostics, stale, calls,
                    "`hermes bench --refresh` asks a server anew, and keeps the replies");
  cJSON *report = bench_report(bench->runs, bench->count);
  if (bench->session->settings.json) {
    json_print(report);
  } else {
    bench_print(report, stdout);
  }
  cJSON_Delete(report);
}

int run_bench(Session *session) {
  const Settings *settings = &session->settings;
  Bench bench = {.session = session,
                 .arena = &session->arena,
                 .tasks = settings->tasks ? settings->tasks : default_tasks,
                 .cassettes = settings->cassettes ? settings->cassettes : default_cassettes,
                 .stop = stop_on_signals()};
  bench.runs = ARENA_ARRAY(bench.arena, BenchRun, MOST_RUNS);
  if (settings->live + settings->recorded + settings->refresh > 1) {
    hermes_report(&session->diagnostics, HB0803, NULL,
                  "`--live`, `--replay` and `--refresh` exclude one another");
    return EXIT_COMMAND;
  }
  bool good = check_names(&bench) && (settings->live ? live_all : replay_all)(&bench);
  if (*bench.stop) return EXIT_STOPPED;
  if (good) tell(&bench);
  return good ? EXIT_DONE : EXIT_WRONG;
}
