/* From a checked program to a native twin.
 *
 * The C compiler is run with a vector of arguments, never through a shell, on a file in a private
 * directory that is gone afterwards. The twin appears by renaming, complete or not at all. What was
 * built before from the same sources by the same tools comes out of the cache.
 */
#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { LOG_LINES = 4, LOG_BYTES = 1 << 20, EXIT_NOT_RUN = 127 };

typedef struct Build {
  Compiler *compiler;
  const BuildOptions *options;
  const char *home;      /* toolchain.c */
  char key[KEY_BYTES];   /* of the cache */
  int cache;             /* directory, or -1 */
  Bytes c;               /* the generated C */
  const char *directory; /* private and temporary, or NULL */
  bool c_stays;          /* in it, for whoever looks into a failure */
  sigset_t signals;      /* mask before */
} Build;

/* ---- saying ---- */

static void say(const Build *build, const char *what, const char *which) {
  if (build->options->verbose) fprintf(stderr, "hermesc: %s %s\n", what, which);
}

static void say_command(const Build *build, const Words *words) {
  if (!build->options->verbose) return;
  fputs("hermesc: run", stderr);
  for (size_t i = 0; i < words->count; i++)
    fprintf(stderr, " %s", words->items[i]);
  fputc('\n', stderr);
}

static hermes_diagnostic *report_path(Compiler *compiler, hermes_code code, const char *path,
                                      const char *reason) {
  hermes_place place = {.file = path};
  return hermes_report(&compiler->diagnostics, code, &place, "cannot write `%s`: %s", path, reason);
}

/* ---- where output may go ---- */

bool may_write(Compiler *compiler, const char *path) {
  struct stat output, source;
  if (stat(path, &output) != 0) return true;
  if (!S_ISREG(output.st_mode)) {
    report_path(compiler, HB0602, path,
                S_ISDIR(output.st_mode) ? "it is a directory" : "it is not a regular file");
    return false;
  }
  for (uint32_t i = 0; i < compiler->source_count; i++) {
    if (stat(compiler->sources[i]->path, &source) != 0) continue;
    if (source.st_dev != output.st_dev || source.st_ino != output.st_ino) continue;
    report_path(compiler, HB0602, path, "it is a source of what is to be written");
    return false;
  }
  return true;
}

static bool write_output(Build *build, const char *path, mode_t mode, Bytes bytes) {
  if (file_write(AT_FDCWD, path, mode, &bytes, 1)) return true;
  report_path(build->compiler, HB0602, path, strerror(errno));
  return false;
}

/* ---- the key ---- */

/* All that a twin is made from. Paths are part of it: the twin's messages name them. */
static void describe_inputs(const Build *build, FILE *out) {
  Compiler *compiler = build->compiler;
  toolchain_identify(&compiler->arena, build->home, out);
  fprintf(out, "sources %s\n", compiler->sha256);
  for (uint32_t i = 0; i < compiler->source_count; i++)
    fprintf(out, "source %zu %s\n", compiler->sources[i]->length, compiler->sources[i]->path);
}

static void compute_key(Build *build) {
  char *text = NULL;
  size_t size = 0;
  uint8_t digest[SHA256_DIGEST_SIZE];
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) return;
  describe_inputs(build, out);
  fclose(out);
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, size, (const uint8_t *)text);
  sha256_digest(&context, sizeof digest, digest);
  free(text);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(build->key + 2 * i, 3, "%02x", digest[i]);
}

static void open_cache(Build *build) {
  const char *why = "--no-cache";
  if (build->options->use_cache) build->cache = cache_open(&build->compiler->arena, &why);
  if (build->cache < 0)
    say(build, "builds without a cache:", why);
  else
    compute_key(build);
}

/* ---- the generated C ---- */

static bool generate(Build *build) {
  char *text = NULL;
  FILE *out = open_memstream(&text, &build->c.size);
  if (out == NULL) return false;
  lower_program(build->compiler);
  if (build->compiler->diagnostics.errors == 0) emit_c(build->compiler, out);
  fclose(out);
  build->c.data = (unsigned char *)text;
  return build->compiler->diagnostics.errors == 0;
}

static bool keep_c(Build *build) {
  if (build->options->keep == NULL) return true;
  say(build, "keeps the C in", build->options->keep);
  return write_output(build, build->options->keep, 0666, build->c);
}

/* ---- the private directory ---- */

static const char *path_in(Build *build, const char *name) {
  return arena_format(&build->compiler->arena, "%s/%s", build->directory, name);
}

/* Until it is gone, signals wait: a build that is interrupted leaves nothing behind. The C compiler
 * does not wait: it is sent the same signal by the terminal. */
static void hold_signals(Build *build) {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGTERM);
  sigaddset(&held, SIGHUP);
  sigprocmask(SIG_BLOCK, &held, &build->signals);
}

static bool open_directory(Build *build) {
  const char *parent = getenv("TMPDIR");
  if (parent == NULL || *parent == '\0') parent = "/tmp";
  char *path = arena_format(&build->compiler->arena, "%s/hermesc-XXXXXX", parent);
  hold_signals(build);
  if (mkdtemp(path) != NULL) {
    build->directory = path;
    return true;
  }
  hermes_report(&build->compiler->diagnostics, HB0607, NULL, "cannot make a directory in `%s`: %s",
                parent, strerror(errno));
  return false;
}

static void close_directory(Build *build) {
  static const char *const files[] = {"twin", "twin.o", "empty.c", "log"};
  if (build->directory == NULL) return;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    unlink(path_in(build, files[i]));
  if (build->c_stays) return;
  unlink(path_in(build, "twin.c"));
  rmdir(build->directory);
}

/* ---- running the C compiler ---- */

static int spawn(Build *build, const Words *words, pid_t *child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, path_in(build, "log"),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &build->signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  /* posix_spawn takes char *const [] for historical reasons; it does not write to the words. */
  int reason = posix_spawnp(child, words->items[0], &files, &attributes,
                            (char *const *)(void *)words->items, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return reason;
}

typedef enum Ending { ENDED_WELL, ENDED_BADLY, WAS_STOPPED, NEVER_RAN } Ending;

static Ending ending_of(int status) {
  if (WIFSIGNALED(status)) return WAS_STOPPED;
  if (WEXITSTATUS(status) == EXIT_NOT_RUN) return NEVER_RAN;
  return WEXITSTATUS(status) == 0 ? ENDED_WELL : ENDED_BADLY;
}

static Ending run(Build *build, const Words *words) {
  pid_t child;
  int status;
  say_command(build, words);
  if (spawn(build, words, &child) != 0) return NEVER_RAN;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return WAS_STOPPED;
  return ending_of(status);
}

static Ending run_cc(Build *build, const char *source, const char *output, bool link) {
  Words words = toolchain_command(&build->compiler->arena, build->home, path_in(build, source),
                                  path_in(build, output), link);
  return run(build, &words);
}

/* ---- when it fails ---- */

/* The lines of the compiler's own messages that say the most. */
static void note_log(Build *build, hermes_diagnostic *d) {
  Bytes log;
  if (!file_read(AT_FDCWD, path_in(build, "log"), LOG_BYTES, &log)) return;
  log.data[log.size] = '\0';
  int noted = 0;
  for (char *save, *line = strtok_r((char *)log.data, "\n", &save);
       line != NULL && noted < LOG_LINES; line = strtok_r(NULL, "\n", &save)) {
    if (strstr(line, "error") == NULL && strstr(line, "undefined") == NULL &&
        strstr(line, "cannot") == NULL)
      continue;
    hermes_diagnostic_note(d, "%.300s", line);
    noted++;
  }
  free(log.data);
}

static hermes_diagnostic *report_nowhere(Build *build, hermes_code code, const char *message) {
  return hermes_report(&build->compiler->diagnostics, code, NULL, "%s", message);
}

static bool compiles_nothing(Build *build) {
  static const char program[] = "int main(void) { return 0; }\n";
  Bytes text = {(unsigned char *)program, sizeof program - 1};
  return file_write(AT_FDCWD, path_in(build, "empty.c"), 0600, &text, 1) &&
         run_cc(build, "empty.c", "twin.o", false) == ENDED_WELL;
}

static const char *compiler_name(Build *build) {
  return toolchain_command(&build->compiler->arena, build->home, "", "", true).items[0];
}

static void report_no_compiler(Build *build) {
  hermes_diagnostic *d = report_nowhere(build, HB0604, "there is no working C compiler");
  hermes_diagnostic_fact(&d->actual, "%s", compiler_name(build));
  hermes_diagnostic_note(d, "install gcc, or set $CC to a C compiler");
}

static void report_own_fault(Build *build) {
  const char *kept = build->options->keep != NULL ? build->options->keep : path_in(build, "twin.c");
  hermes_diagnostic *d = report_nowhere(build, HB0690, "the generated C does not compile");
  note_log(build, d);
  hermes_diagnostic_note(d, "the C is kept in %s", kept);
  hermes_diagnostic_note(d, "this is a fault of hermesc, not of the blueprint: report it");
  build->c_stays = build->options->keep == NULL;
}

/* Whose fault it was is found by compiling again, with less. */
static void report_failure(Build *build, Ending ending) {
  hermes_diagnostic *d;
  if (ending == WAS_STOPPED) {
    d = report_nowhere(build, HB0605, "the C compiler was stopped by a signal");
  } else if (ending == NEVER_RAN || !compiles_nothing(build)) {
    report_no_compiler(build);
  } else if (run_cc(build, "twin.c", "twin.o", false) != ENDED_WELL) {
    report_own_fault(build);
  } else {
    run_cc(build, "twin.c", "twin", true);
    d = report_nowhere(build, HB0606, "the twin cannot be linked");
    note_log(build, d);
  }
}

/* ---- the program ---- */

static bool compile(Build *build, Bytes *program) {
  if (!file_write(AT_FDCWD, path_in(build, "twin.c"), 0600, &build->c, 1)) {
    report_path(build->compiler, HB0602, path_in(build, "twin.c"), strerror(errno));
    return false;
  }
  Ending ending = run_cc(build, "twin.c", "twin", true);
  if (ending == ENDED_WELL && file_read(AT_FDCWD, path_in(build, "twin"), INT_MAX, program))
    return true;
  report_failure(build, ending);
  return false;
}

static bool compile_apart(Build *build, Bytes *program) {
  bool done = open_directory(build) && compile(build, program);
  close_directory(build);
  sigprocmask(SIG_SETMASK, &build->signals, NULL); /* one that waited ends the program here */
  if (done && build->cache >= 0) cache_put(build->cache, build->key, *program);
  return done;
}

static bool obtain(Build *build, Bytes *program) {
  bool kept = build->cache >= 0 && cache_get(build->cache, build->key, program);
  if (build->cache >= 0) say(build, kept ? "takes from the cache" : "builds anew", build->key);
  if (kept && build->options->keep == NULL) return true;
  if (!generate(build) || !keep_c(build)) return false;
  return kept || compile_apart(build, program);
}

static bool find_home(Build *build) {
  build->home = toolchain_home(&build->compiler->arena);
  if (build->home == NULL)
    report_nowhere(build, HB0603, "hermesc cannot find its library, headers and modules");
  return build->home != NULL;
}

/* needs: a checked program. leaves: the twin at options->output. */
bool build_twin(Compiler *compiler, const BuildOptions *options) {
  Build build = {.compiler = compiler, .options = options, .cache = -1};
  Bytes program = {0};
  if (!may_write(compiler, options->output)) return false;
  if (options->keep != NULL && !may_write(compiler, options->keep)) return false;
  if (!find_home(&build)) return false;
  open_cache(&build);
  bool done = obtain(&build, &program) && write_output(&build, options->output, 0777, program);
  if (done) say(&build, "wrote", options->output);
  if (build.cache >= 0) close(build.cache);
  free(build.c.data);
  free(program.data);
  return done;
}
