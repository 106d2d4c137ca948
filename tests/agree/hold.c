/* Holds many blueprints at once: interpreter against native code, in one process.
 *
 * usage: hold WORK JOBS [CFLAG...]
 *
 * JOBS is a file with a line for each blueprint: its name, its path, a seed, and data directories.
 * The models of all are compiled as a twin is, with the flags of the product and then those given,
 * by one call of the C compiler into one library in WORK. Starting processes is what building
 * twins one by one takes longest for.
 *
 * On standard output:
 *   ? NAME            is looked at from here on: whoever dies here dies of it
 *   ! NAME: ...       a mistake: the blueprint is rejected, or both differ
 *   = NAME NUMBER...  done, with the numbers of a pair_tally in order
 * Exit code 0 where the work was done, whatever came out; 2 where C does not compile.
 */
#include "native/build.h"
#include "hermesc.h"
#include "pair.h"

#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

enum { MOST_JOBS = 512, MOST_DATA = 8, LINE_BYTES = 16384 };

typedef struct Job {
  char *name, *path, *data[MOST_DATA];
  uint64_t seed;
  int data_count;
  bool good;                   /* both compilers took it */
  Compiler reference, lowered; /* one each: lowering changes what it works on */
  hermes_model *interpreted;
} Job;

typedef struct Batch {
  Arena arena;
  const char *work, *home, *stdlib;
  Job jobs[MOST_JOBS];
  int count;
} Batch;

static _Noreturn void die(const char *what, const char *which) {
  fprintf(stderr, "hold: %s %s: %s\n", what, which, strerror(errno));
  exit(3);
}

/* ---- jobs ---- */

static void take_job(Batch *batch, char *line) {
  Job *job = &batch->jobs[batch->count++];
  Words words = {0};
  words_split(&batch->arena, &words, line);
  if (words.count < 4 || words.count > 3 + MOST_DATA) die("not a job:", line);
  job->name = (char *)words.items[0];
  job->path = (char *)words.items[1];
  job->seed = strtoull(words.items[2], NULL, 10);
  for (size_t i = 3; i < words.count; i++) job->data[job->data_count++] = (char *)words.items[i];
}

static void read_jobs(Batch *batch, const char *path) {
  char line[LINE_BYTES];
  FILE *in = fopen(path, "r");
  if (!in) die("cannot read", path);
  while (fgets(line, sizeof line, in)) {
    line[strcspn(line, "\n")] = '\0';
    if (batch->count == MOST_JOBS) die("too many jobs in", path);
    take_job(batch, line);
  }
  fclose(in);
}

/* ---- blueprint -> C ---- */

static void complain(const Job *job, const Compiler *compiler) {
  for (size_t i = 0; i < compiler->diagnostics.count; i++) {
    const hermes_diagnostic *d = &compiler->diagnostics.items[i];
    if (d->severity == HERMES_ERROR)
      printf("! %s: rejected: %s: %s\n", job->name, hermes_code_of(d->code)->name, d->message);
  }
}

/* Two models in one library need two names. */
static void write_model(const Batch *batch, const Job *job, int number) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%d.c", batch->work, number);
  FILE *out = fopen(path, "w");
  if (!out) die("cannot write", path);
  fprintf(out, "#define hermes_blueprint model_%d\n#define main main_%d\n", number, number);
  emit_c(&job->lowered, out);
  if (fclose(out)) die("cannot write", path);
}

static void prepare(const Batch *batch, Job *job, int number) {
  printf("? %s\n", job->name);
  fflush(stdout);
  compiler_init(&job->reference, batch->stdlib);
  compiler_init(&job->lowered, batch->stdlib);
  if (!check_blueprint(&job->reference, job->path) || !check_blueprint(&job->lowered, job->path)) {
    complain(job, &job->reference);
    return;
  }
  job->interpreted = interpreter_model(&job->reference);
  if (!job->interpreted) {
    printf("! %s: too deep to be interpreted\n", job->name);
    return;
  }
  lower_program(&job->lowered);
  write_model(batch, job, number);
  job->good = true;
}

/* ---- C -> a library ---- */

static const char *library_path(Batch *batch) {
  return arena_format(&batch->arena, "%s/models.so", batch->work);
}

static const char *source_path(Batch *batch, int number) {
  return arena_format(&batch->arena, "%s/%d.c", batch->work, number);
}

/* The command of the product, but for all sources at once. */
static Words library_command(Batch *batch, char **flags) {
  Arena *arena = &batch->arena;
  const char *output = library_path(batch), *first = "";
  Words product = toolchain_command(arena, batch->home, first, output, false), words = {0};
  for (size_t i = 0; i < product.count; i++)
    if (strcmp(product.items[i], "-c") && product.items[i] != first)
      words_add(arena, &words, product.items[i]);
  words_split(arena, &words, "-shared -fPIC");
  for (; *flags; flags++) words_add(arena, &words, *flags);
  for (int i = 0; i < batch->count; i++)
    if (batch->jobs[i].good) words_add(arena, &words, source_path(batch, i));
  return words;
}

static void run(const Words *words) {
  pid_t child;
  int status;
  errno = posix_spawnp(&child, words->items[0], NULL, NULL, (char **)words->items, environ);
  if (errno || waitpid(child, &status, 0) < 0) die("cannot run", words->items[0]);
  if (status) exit(2);
}

static void *open_library(Batch *batch, char **flags) {
  Words words = library_command(batch, flags);
  fflush(stdout);
  run(&words);
  void *library = dlopen(library_path(batch), RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "hold: %s\n", dlerror());
    exit(3);
  }
  return library;
}

/* ---- both ---- */

static void hold(const Job *job, const hermes_model *native) {
  pair both = {job->name, job->interpreted, native, job->seed};
  pair_tally t = {0};
  printf("? %s\n", job->name);
  fflush(stdout);
  for (int i = 0; i < job->data_count; i++) pair_hold(&both, job->data[i], &t);
  printf("= %s %zu %zu %zu %zu %zu %zu %zu %zu\n", job->name, t.numbers, t.valid, t.invalid, t.sweeps,
         t.failed_asserts, t.refused, t.windows, t.problems);
}

static void hold_all(Batch *batch, void *library) {
  for (int i = 0; i < batch->count; i++) {
    if (!batch->jobs[i].good) continue;
    const char *symbol = arena_format(&batch->arena, "model_%d", i);
    const hermes_model *native = dlsym(library, symbol);
    if (!native) die("no symbol", symbol);
    hold(&batch->jobs[i], native);
  }
}

static void free_jobs(Batch *batch) {
  for (int i = 0; i < batch->count; i++) {
    interpreter_free(batch->jobs[i].interpreted);
    compiler_free(&batch->jobs[i].reference);
    compiler_free(&batch->jobs[i].lowered);
  }
}

static bool any_good(const Batch *batch) {
  for (int i = 0; i < batch->count; i++)
    if (batch->jobs[i].good) return true;
  return false;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fputs("usage: hold WORK JOBS [CFLAG...]\n", stderr);
    return 3;
  }
  Batch *batch = calloc(1, sizeof *batch);
  if (!batch) die("no memory for", "a batch");
  batch->work = argv[1];
  batch->home = toolchain_home(&batch->arena);
  if (!batch->home) die("no library of Hermes near", argv[0]);
  batch->stdlib = toolchain_stdlib(&batch->arena, batch->home);
  read_jobs(batch, argv[2]);
  for (int i = 0; i < batch->count; i++) prepare(batch, &batch->jobs[i], i);
  if (any_good(batch)) {
    void *library = open_library(batch, argv + 3);
    hold_all(batch, library);
    dlclose(library);
  }
  free_jobs(batch);
  arena_free(&batch->arena);
  free(batch);
  return 0;
}
