/* `hermes doctor`: is everything in place, and what does this machine hold generated programs to?
 *
 * Nothing is believed: a twin is built and run, and programs under guard try what they must not. */
#include "hermes.h"

#include "confine/child.h"
#include "confine/room.h"
#include "native/build.h"
#include "repository/repository.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  NAME_COLUMN = 14,
  TRIAL_SECONDS = 20,
  TRIAL_MEMORY = 1 << 30,
  TRIAL_OUTPUT = 1 << 16,
};
static const double short_time = 0.3; /* seconds that an endless program is left */

typedef enum State { STATE_OK, STATE_ABSENT, STATE_MISSING } State;

static const char *const state_texts[] = {
    [STATE_OK] = "ok", [STATE_ABSENT] = "absent", [STATE_MISSING] = "MISSING"};

/* What was found: in words, and what to do where it is not as it should be. */
typedef struct Finding {
  State state;
  const char *text, *mend;
} Finding;

typedef struct Doctor {
  Session *session;
  Arena *arena;
  const char *room;    /* to try things in; or NULL */
  bool configured;     /* the configuration can be used, */
  const char *problem; /* or what is wrong with it */
} Doctor;

static Finding found(const char *text) {
  return (Finding){STATE_OK, text, NULL};
}

static Finding missing(const char *text, const char *mend) {
  return (Finding){STATE_MISSING, text, mend};
}

static Finding absent(const char *text, const char *mend) {
  return (Finding){STATE_ABSENT, text, mend};
}

static long count_files(Arena *arena, const char *directory, const char *pattern) {
  glob_t files;
  long count = 0;
  if (glob(arena_format(arena, "%s/%s", directory, pattern), 0, NULL, &files) == 0)
    count = (long)files.gl_pathc;
  globfree(&files);
  return count;
}

static const char *first_message(Arena *arena, const hermes_diagnostics *problems) {
  if (problems->count == 0) return "nobody knows why";
  return arena_copy(arena, problems->items[0].message, strlen(problems->items[0].message));
}

/* ---- the compiler ---- */

static void count_module(void *count, const char *module, const char *path) {
  (void)module, (void)path;
  ++*(long *)count;
}

static Finding look_for_library(const Doctor *doctor) {
  Compiler compiler;
  long modules = 0;
  compiler_init(&compiler, doctor->session->stdlib);
  each_module(&compiler, count_module, &modules);
  compiler_free(&compiler);
  if (modules == 0) return missing("no modules", "install Hermes whole, or set HERMES_HOME");
  return found(arena_format(doctor->arena, "%ld modules below %s", modules, doctor->session->home));
}

static bool run_trial(const Doctor *doctor, const char *twin, Child *child) {
  const char *const argv[] = {twin, "run", "--data", doctor->room, "--format", "csv", NULL};
  const char *const readable[] = {doctor->room, NULL};
  const Guard guard = {.readable = readable,
                       .seconds = TRIAL_SECONDS,
                       .memory = TRIAL_MEMORY,
                       .output = TRIAL_OUTPUT,
                       .strict = true};
  return child_run(doctor->arena, argv, &guard, child);
}

static const char trial[] = "blueprint trial; kpi answer : 1 = 6 * 7;\n";

static Finding try_compiler(const Doctor *doctor) {
  Compiler compiler;
  Child child;
  if (!doctor->room) return missing("no directory to try it in", "set TMPDIR to one");
  const char *twin = arena_format(doctor->arena, "%s/ndt", doctor->room);
  const BuildOptions options = {.output = twin};
  compiler_init(&compiler, doctor->session->stdlib);
  bool built = check_blueprint_text(&compiler, "trial.hbp", trial, sizeof trial - 1) &&
               build_twin(&compiler, &options);
  const char *problem = built ? NULL : first_message(doctor->arena, &compiler.diagnostics);
  compiler_free(&compiler);
  if (!built) return missing(problem, "install a C compiler, or name one by CC");
  if (run_trial(doctor, twin, &child) && strstr(child.out, "42"))
    return found(arena_format(doctor->arena, "a twin is built, and runs under guard in %.0f ms",
                              1000 * child.seconds));
  return missing("a twin is built, and does not run under guard",
                 child.started ? child.err : child.problem);
}

/* ---- the agents ---- */

static Finding look_for_prompts(const Doctor *doctor) {
  const char *directory = doctor->session->prompts;
  long count = count_files(doctor->arena, directory, "*.md");
  if (count == 0)
    return missing(arena_format(doctor->arena, "none in %s", directory), "install Hermes whole");
  return found(arena_format(doctor->arena, "%ld in %s", count, directory));
}

static Finding look_for_repository(const Doctor *doctor) {
  const char *path = repository_path(doctor->arena, NULL);
  if (!path) return absent("no place for one", "set HOME or XDG_DATA_HOME");
  if (access(path, F_OK) != 0)
    return absent(arena_format(doctor->arena, "%s is not there yet", path),
                  "`hermes repository add` makes it");
  hermes_diagnostics problems = {0};
  Repository *repository = repository_open(doctor->arena, path, false, &problems);
  Finding finding = found(path);
  if (!repository)
    finding = missing(
        arena_copy(doctor->arena, problems.items[0].message, strlen(problems.items[0].message)),
        "move it away, or name another one by --repository");
  repository_close(repository);
  hermes_diagnostics_free(&problems);
  return finding;
}

static Finding look_for_server(const Doctor *doctor) {
  const char *server = doctor->session->configuration.base_url;
  if (!doctor->configured) return missing("the configuration cannot be used", doctor->problem);
  return server ? found(server)
                : absent("none is named: recorded runs only", "set HERMES_BASE_URL");
}

static Finding look_for_model(const Doctor *doctor) {
  const char *model = doctor->session->configuration.model;
  return model ? found(model) : absent("none is named", "set HERMES_MODEL");
}

static Finding look_for_key(const Doctor *doctor) {
  if (doctor->session->configuration.api_key) return found("set; it is never shown");
  return absent("none is set", "set HERMES_API_KEY, where the server wants one");
}

static Finding look_for_python(const Doctor *doctor) {
  const char *const argv[] = {"python3", "-c", "print(6 * 7)", NULL};
  const Guard guard = {.seconds = TRIAL_SECONDS, .output = TRIAL_OUTPUT, .strict = true};
  Child child;
  if (child_run(doctor->arena, argv, &guard, &child) && strcmp(child.out, "42\n") == 0)
    return found("runs under guard");
  return absent(child.problem ? child.problem : "it does not run under guard",
                "install python3: the baseline of `hermes bench --live` runs in it");
}

/* ---- the guard ---- */

static Finding look_for_landlock(const Doctor *doctor) {
  long version = confinement().landlock;
  if (version == 0)
    return missing("not in this kernel: twins of agents do not run here",
                   "run Linux 5.13 or later with Landlock among its `lsm=`");
  return found(arena_format(doctor->arena, "version %ld: files%s%s", version,
                            version >= 4 ? ", TCP" : "", version >= 6 ? ", signals" : ""));
}

static Finding look_for_seccomp(const Doctor *doctor) {
  (void)doctor;
  if (!confinement().seccomp)
    return missing("not in this kernel: twins of agents do not run here",
                   "run a kernel with CONFIG_SECCOMP_FILTER");
  return found("system calls are filtered: no processes, no sockets");
}

/* What a shell tries, in vain. Its last word would be `DONE`. */
static const struct {
  const char *what, *script;
} attempts[] = {
    {"reads a file that it was not given", ": < /etc/passwd && echo DONE"},
    {"writes a file", ": > \"$1/new\" && echo DONE"},
    {"starts a process", "(:) && echo DONE"},
    {"runs another program", "exec /bin/echo DONE"},
    {"sends a signal to its parent", "kill -0 $PPID && echo DONE"},
    {"reads its parent's environment", ": < /proc/$PPID/environ && echo DONE"},
    {"knows a key", "test -n \"$HERMES_API_KEY$OPENAI_API_KEY\" && echo DONE"},
};

static Child run_shell(const Doctor *doctor, const char *script, double seconds) {
  const char *const argv[] = {"sh", "-c", script, "sh", doctor->room, NULL};
  const Guard guard = {.seconds = seconds, .output = TRIAL_OUTPUT, .strict = true};
  Child child;
  child_run(doctor->arena, argv, &guard, &child);
  return child;
}

static Finding try_guard(const Doctor *doctor) {
  size_t count = sizeof attempts / sizeof *attempts;
  const char *mend = "do not run what agents write on this machine, and report this";
  Child child = run_shell(doctor, "echo DONE", TRIAL_SECONDS);
  if (!doctor->room || !child.started || !strstr(child.out, "DONE"))
    return missing(child.problem ? child.problem : "no program runs under guard", NULL);
  for (size_t i = 0; i < count; i++) {
    child = run_shell(doctor, attempts[i].script, TRIAL_SECONDS);
    if (!child.started || strstr(child.out, "DONE"))
      return missing(arena_format(doctor->arena, "a program under guard %s", attempts[i].what),
                     mend);
  }
  if (!run_shell(doctor, "while :; do :; done", short_time).late)
    return missing("a program under guard runs for ever", mend);
  return found(arena_format(doctor->arena, "%zu of %zu attempts fail", count + 1, count + 1));
}

/* ---- the whole ---- */

static const struct {
  const char *name;
  Finding (*look)(const Doctor *doctor);
} checks[] = {
    {"library", look_for_library},   {"C compiler", try_compiler},
    {"prompts", look_for_prompts},   {"repository", look_for_repository},
    {"server", look_for_server},     {"model", look_for_model},
    {"key", look_for_key},           {"python3", look_for_python},
    {"Landlock", look_for_landlock}, {"seccomp", look_for_seccomp},
    {"self-test", try_guard},
};
enum { CHECKS = sizeof checks / sizeof *checks };

static void print_findings(const Finding *findings, bool ready) {
  for (size_t i = 0; i < CHECKS; i++) {
    printf("%-9s%-*s%s\n", state_texts[findings[i].state], NAME_COLUMN, checks[i].name,
           findings[i].text);
    if (findings[i].mend) printf("%-9s%-*s%s\n", "", NAME_COLUMN, "", findings[i].mend);
  }
  puts(ready ? "\nall that is needed is there" : "\nsomething that is needed is MISSING");
}

static bool print_json(const Finding *findings, bool ready) {
  static const char *const states[] = {"ok", "absent", "missing"};
  Layers layers = confinement();
  cJSON *document = cJSON_CreateObject();
  cJSON_AddStringToObject(document, "hermes", HERMES_VERSION);
  cJSON_AddBoolToObject(document, "ready", ready);
  cJSON_AddNumberToObject(document, "landlock", (double)layers.landlock);
  cJSON_AddBoolToObject(document, "seccomp", layers.seccomp);
  cJSON *list = cJSON_AddArrayToObject(document, "checks");
  for (size_t i = 0; i < CHECKS; i++) {
    cJSON *check = cJSON_CreateObject();
    cJSON_AddStringToObject(check, "name", checks[i].name);
    cJSON_AddStringToObject(check, "state", states[findings[i].state]);
    cJSON_AddStringToObject(check, "text", findings[i].text);
    if (findings[i].mend) cJSON_AddStringToObject(check, "mend", findings[i].mend);
    cJSON_AddItemToArray(list, check);
  }
  char *text = cJSON_Print(document);
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(document);
  return text != NULL;
}

/* Takes the keys out of the environment, before the first program is run. */
static void read_configuration(Doctor *doctor) {
  Session *session = doctor->session;
  hermes_diagnostics problems = {0};
  doctor->configured =
      configure(doctor->arena, session->settings.config, &session->configuration, &problems);
  if (!doctor->configured) doctor->problem = first_message(doctor->arena, &problems);
  hermes_diagnostics_free(&problems);
}

int run_doctor(Session *session) {
  Doctor doctor = {session, &session->arena, .room = room_open(&session->arena)};
  read_configuration(&doctor);
  Finding findings[CHECKS];
  bool ready = true;
  for (size_t i = 0; i < CHECKS; i++) {
    findings[i] = checks[i].look(&doctor);
    ready &= findings[i].state != STATE_MISSING;
  }
  room_close(doctor.room);
  if (session->settings.json)
    ready &= print_json(findings, ready);
  else
    print_findings(findings, ready);
  return ready ? EXIT_DONE : EXIT_WRONG;
}
