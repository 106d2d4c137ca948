/* hermes design: from a task in words to a directory with a validated twin.
 *
 *   twin/blueprint.hbp   the model, explained
 *   twin/ndt             the twin
 *   twin/blueprint.html  the model as a page
 *   twin/plan.json       what the Designer planned
 *   twin/tests.json      what each gate found
 *   twin/twin.json       task, data, KPIs, usage: what `hermes ask` begins with
 *   twin/trace.jsonl     the record of the run; also a cassette
 *
 * While a run is under way only the trace and work/ are there; the rest appears at its end. */
#include "client/stop.h"
#include "confine/room.h"
#include "design/chain.h"
#include "design/task.h"
#include "doc/doc.h"
#include "native/build.h"
#include "record/shape.h"
#include "repository/repository.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Design {
  Session *session;
  Arena *arena;
  const char *directory, *trace_path, *work;
  Task task;
  Trace *trace;
  Cassette *cassette;
  Chat *chat;
  int lock; /* the directory; -1: not yet */
  Outcome outcome;
} Design;

static bool complain(Design *design, hermes_code code, const char *what, const char *why) {
  hermes_report(&design->session->diagnostics, code, NULL, "`%s`: %s", what, why);
  return false;
}

static const char *below(Design *design, const char *name) {
  return arena_format(design->arena, "%s/%s", design->directory, name);
}

/* ---- the directory ---- */

static bool holds(const char *directory, const char *name) {
  DIR *stream = opendir(directory);
  bool found = false;
  for (const struct dirent *entry; stream && (entry = readdir(stream)) != NULL;) {
    bool other = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    found |= name ? strcmp(entry->d_name, name) == 0 : other;
  }
  if (stream) closedir(stream);
  return found;
}

/* One design at a time; the lock ends with the program. */
static bool lock_directory(Design *design) {
  design->lock = open(design->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (design->lock < 0) return complain(design, HB0823, design->directory, strerror(errno));
  return flock(design->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK ||
         complain(design, HB0934, design->directory, "another design is under way here");
}

static bool open_directory(Design *design) {
  bool resume = design->session->settings.resume;
  if (mkdir(design->directory, 0777) != 0 && errno != EEXIST)
    return complain(design, HB0823, design->directory, strerror(errno));
  if (!lock_directory(design)) return false;
  if (holds(design->directory, "twin.json"))
    return complain(design, HB0934, design->directory, "a design was finished here");
  if (!resume && holds(design->directory, NULL))
    return complain(design, HB0934, design->directory,
                    "it is not empty; --resume goes on with a design that was stopped");
  if (resume && !holds(design->directory, "trace.jsonl"))
    return complain(design, HB0934, design->directory, "there is no trace.jsonl to go on with");
  room_close(design->work);
  if (mkdir(design->work, 0777) != 0)
    return complain(design, HB0823, design->work, strerror(errno));
  return true;
}

/* ---- the wire ---- */

static void note_start(Design *design) {
  cJSON *fields = cJSON_CreateObject();
  cJSON_AddStringToObject(fields, "hermes", HERMES_VERSION);
  cJSON_AddStringToObject(fields, "command", "design");
  cJSON_AddStringToObject(fields, "task", design->task.words);
  cJSON_AddStringToObject(fields, "data", design->task.data);
  shape_note(fields, &design->session->configuration);
  trace_event(design->trace, "start", fields);
}

static bool open_chat(Design *design) {
  const Settings *settings = &design->session->settings;
  hermes_diagnostics *problems = &design->session->diagnostics;
  const char *from = settings->replay   ? settings->replay
                     : settings->resume ? design->trace_path
                                        : NULL;
  if (from && !(design->cassette = cassette_open(design->arena, from, problems))) return false;
  if (from) shape_take(design->cassette, &design->session->configuration);
  design->trace = trace_open(design->arena, design->trace_path, settings->resume, problems);
  if (!design->trace) return false;
  note_start(design);
  design->chat = chat_open(design->arena, &design->session->configuration, design->trace,
                           design->cassette, !settings->replay, problems);
  if (!design->chat && !settings->resume) unlink(design->trace_path); /* nothing was begun */
  if (!design->chat) return false;
  ChatManner manner = {.exact = settings->exact,
                       .progress = settings->quiet || !isatty(STDERR_FILENO) ? NULL : stderr,
                       .stop = stop_flag()};
  chat_set_manner(design->chat, manner);
  return true;
}

static void close_chat(Design *design) {
  if (design->chat) chat_close(design->chat);
  if (design->cassette) cassette_close(design->cassette);
  if (design->trace) trace_close(design->trace);
}

/* The record is a cassette: --record wants it at another place, too. */
static bool copy_record(Design *design) {
  const char *path = design->session->settings.record;
  Bytes bytes;
  if (!path || !design->trace) return true;
  if (!file_read(AT_FDCWD, design->trace_path, (size_t)1 << 30, &bytes))
    return complain(design, HB0807, design->trace_path, strerror(errno));
  bool good = file_write(AT_FDCWD, path, 0666, &bytes, 1);
  if (!good) complain(design, HB0823, path, strerror(errno));
  free(bytes.data);
  return good;
}

/* ---- what is written ---- */

static cJSON *usage_json(const Usage *usage) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "calls", (double)usage->calls);
  cJSON_AddNumberToObject(object, "failed", (double)usage->failed);
  cJSON_AddNumberToObject(object, "stale", (double)usage->stale);
  cJSON_AddNumberToObject(object, "prompt_tokens", (double)usage->prompt_tokens);
  cJSON_AddNumberToObject(object, "completion_tokens", (double)usage->completion_tokens);
  cJSON_AddNumberToObject(object, "seconds", usage->seconds);
  if (isnan(usage->cost))
    cJSON_AddNullToObject(object, "cost");
  else
    cJSON_AddNumberToObject(object, "cost", usage->cost);
  return object;
}

static void add_kpis(cJSON *object, const char *name, const cJSON *run) {
  const cJSON *kpis = field(run, "kpis");
  if (kpis) cJSON_AddItemToObject(object, name, cJSON_Duplicate(kpis, true));
}

static cJSON *outcome_json(const Design *design) {
  static const char *const ends[] = {"validated", "missing", "failed"};
  const Outcome *outcome = &design->outcome;
  const Coded *coded = &outcome->coded;
  Usage usage = chat_usage(design->chat);
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "hermes", HERMES_VERSION);
  cJSON_AddStringToObject(object, "outcome", ends[outcome->end]);
  cJSON_AddStringToObject(object, "task", design->task.words);
  cJSON_AddStringToObject(object, "data", design->task.data);
  if (design->task.policy) cJSON_AddStringToObject(object, "policy_file", design->task.policy);
  if (outcome->end != CHAIN_VALIDATED) cJSON_AddStringToObject(object, "says", outcome->says);
  add_kpis(object, "kpis", coded->verdict.run);
  add_kpis(object, "kpis_decided", coded->verdict.decided);
  cJSON_AddNumberToObject(object, "samples", coded->samples);
  cJSON_AddNumberToObject(object, "repairs", coded->repairs);
  cJSON_AddNumberToObject(object, "candidates", coded->candidates);
  cJSON_AddNumberToObject(object, "agreeing", coded->agreeing);
  cJSON_AddBoolToObject(object, "first_compiled", coded->first_compiled);
  cJSON_AddItemToObject(object, "usage", usage_json(&usage));
  return object;
}

static bool write_text(Design *design, const char *name, const char *text) {
  Bytes parts[] = {{(unsigned char *)(uintptr_t)text, strlen(text)}};
  const char *path = below(design, name);
  return file_write(AT_FDCWD, path, 0666, parts, 1) ||
         complain(design, HB0823, path, strerror(errno));
}

static bool write_json(Design *design, const char *name, const cJSON *object) {
  return write_text(design, name, json_text(design->arena, object));
}

static bool write_page(Design *design) {
  Compiler compiler;
  char *text = NULL;
  size_t size;
  compiler_init(&compiler, design->session->stdlib);
  bool good = check_blueprint(&compiler, below(design, "blueprint.hbp"));
  FILE *out = open_memstream(&text, &size);
  if (good) document_program(&compiler, DOC_HTML, out);
  fclose(out);
  good = good && write_text(design, "blueprint.html", text);
  free(text);
  compiler_free(&compiler);
  return good;
}

/* twin.json comes last: with it, the directory is whole. */
static bool write_twin(Design *design, const cJSON *summary) {
  const Outcome *outcome = &design->outcome;
  const Verdict *verdict = &outcome->coded.verdict;
  if (rename(verdict->program, below(design, "ndt")) != 0)
    return complain(design, HB0823, verdict->program, strerror(errno));
  return write_text(design, "blueprint.hbp", verdict->text) && write_page(design) &&
         write_text(design, "plan.json", outcome->plan.text) &&
         write_json(design, "tests.json", verdict->tests) &&
         write_json(design, "twin.json", summary);
}

/* How well it did: what it took, and how many computed the same. */
static const char *scores_text(Design *design) {
  const Coded *coded = &design->outcome.coded;
  return arena_format(design->arena,
                      "{\"samples\": %d, \"repairs\": %d, \"candidates\": %d, \"agreeing\": %d}",
                      coded->samples, coded->repairs, coded->candidates, coded->agreeing);
}

/* What was proven here serves the next task. */
static void remember(Design *design, const cJSON *summary) {
  const Settings *settings = &design->session->settings;
  const Verdict *verdict = &design->outcome.coded.verdict;
  const char *path = repository_path(design->arena, settings->repository);
  if (settings->no_repository || settings->replay || !path) return;
  Repository *repository =
      repository_open(design->arena, path, true, &design->session->diagnostics);
  Entry entry = {.name = text_of(verdict->run, "blueprint"),
                 .origin = "agent",
                 .task = design->task.words,
                 .doc = "",
                 .blueprint = verdict->text,
                 .tests = json_text(design->arena, verdict->tests),
                 .scores = scores_text(design),
                 .provenance = json_text(design->arena, summary)};
  if (!repository) return;
  repository_add(repository, &entry);
  repository_close(repository);
}

/* ---- what is said ---- */

static void print_kpis(Arena *arena, const char *title, const cJSON *kpis) {
  const cJSON *kpi;
  if (!kpis) return;
  printf("%s\n", title);
  cJSON_ArrayForEach(kpi, kpis) {
    printf("  %-24s %s %s\n", kpi->string, json_line(arena, field(kpi, "value")),
           text_of(kpi, "unit"));
  }
}

static void print_checks(const cJSON *tests) {
  int passed = 0, skipped = 0;
  const cJSON *test;
  cJSON_ArrayForEach(test, tests) {
    passed += strcmp(text_of(test, "outcome"), "passed") == 0;
    skipped += strcmp(text_of(test, "outcome"), "skipped") == 0;
  }
  printf("%d checks passed, %d did not apply (tests.json)\n", passed, skipped);
  cJSON_ArrayForEach(test, tests) {
    if (strcmp(text_of(test, "outcome"), "noted") == 0) printf("note: %s\n", text_of(test, "says"));
  }
}

static void print_usage_of(const Usage *usage) {
  printf("%ld calls, %ld tokens in, %ld out, %.1f s of replies", usage->calls, usage->prompt_tokens,
         usage->completion_tokens, usage->seconds);
  if (!isnan(usage->cost)) printf(", cost %.4f", usage->cost);
  printf("\n");
}

static void tell(const Design *design, const cJSON *summary) {
  Usage usage = chat_usage(design->chat);
  const Outcome *outcome = &design->outcome;
  if (design->session->settings.json) {
    json_print(summary);
    return;
  }
  if (outcome->end == CHAIN_VALIDATED) {
    printf("A validated twin stands in %s\n", design->directory);
    print_kpis(design->arena, "without any decision", field(summary, "kpis"));
    print_kpis(design->arena, "with the decisions of the policy file",
               field(summary, "kpis_decided"));
    print_checks(outcome->coded.verdict.tests);
  } else {
    printf("%s\n%s\n",
           outcome->end == CHAIN_MISSING ? "This cannot be answered with what is there. Missing:"
                                         : "No twin came out.",
           plain_text(design->arena, outcome->says, strlen(outcome->says)));
  }
  print_usage_of(&usage);
}

/* ---- the run ---- */

static int finish(Design *design) {
  static const int codes[] = {EXIT_DONE, EXIT_MISSING, EXIT_WRONG};
  static const hermes_code reasons[] = {0, HB0931, HB0933};
  ChainEnd end = design->outcome.end;
  cJSON *summary = outcome_json(design);
  bool good = end != CHAIN_VALIDATED || write_twin(design, summary);
  if (good && end == CHAIN_VALIDATED) remember(design, summary);
  if (end != CHAIN_VALIDATED) {
    hermes_diagnostic *d =
        hermes_report(&design->session->diagnostics, reasons[end], NULL,
                      end == CHAIN_MISSING ? "the task cannot be answered with these data"
                                           : "no twin came out; the record is %s",
                      design->trace_path);
    if (end == CHAIN_MISSING)
      hermes_diagnostic_note(d, "once that is added, the same command with --resume goes on");
  }
  if (good) tell(design, summary);
  trace_event(design->trace, "end", summary);
  return good ? codes[end] : EXIT_WRONG;
}

/* In a directory that is open, up to what is written there. */
static int design_twin(Design *design) {
  int code = EXIT_WRONG;
  if (open_chat(design)) {
    Designer designer = {design->session, design->chat, design->trace, &design->task};
    run_chain(&designer, true, design->work, &design->outcome);
    code = *stop_flag() ? EXIT_STOPPED : finish(design);
    outcome_free(&design->outcome);
  }
  close_chat(design);
  room_close(design->work);
  if (!design->chat) rmdir(design->directory); /* where it is empty */
  return copy_record(design) || code != EXIT_DONE ? code : EXIT_WRONG;
}

int run_design(Session *session) {
  const volatile sig_atomic_t *stop = stop_on_signals();
  Design design = {.session = session, .arena = &session->arena, .lock = -1};
  design.directory = session->settings.output;
  design.trace_path = below(&design, "trace.jsonl");
  design.work = below(&design, "work");
  int code = read_task(session, &design.task) && open_directory(&design) ? design_twin(&design)
                                                                         : EXIT_WRONG;
  if (design.lock >= 0) close(design.lock);
  if (*stop && code != EXIT_DONE && !session->settings.quiet)
    fprintf(stderr, "stopped; the same command with --resume goes on\n");
  return *stop && code == EXIT_WRONG ? EXIT_STOPPED : code;
}
