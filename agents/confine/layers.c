#define _GNU_SOURCE /* dl_iterate_phdr */
/* What a child sees of the machine: files, an environment, and how much of everything. */
#include "confine/layers.h"

#include <errno.h>
#include <link.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHILDREN_PATH "/usr/local/bin:/usr/bin:/bin"

enum { MOST_FILES = 256, MOST_TASKS = 4096, SPARE_SECONDS = 1 };

/* ---- the program ---- */

static bool may_run(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return false;
  if (S_ISREG(info.st_mode) && access(path, X_OK) == 0) return true;
  errno = EACCES;
  return false;
}

static const char *find_on_path(Arena *arena, const char *name) {
  for (const char *place = CHILDREN_PATH; *place; place += *place == ':') {
    size_t length = strcspn(place, ":");
    const char *path = arena_format(arena, "%.*s/%s", (int)length, place, name);
    if (may_run(path)) return path;
    place += length;
  }
  errno = ENOENT;
  return NULL;
}

const char *program_find(Arena *arena, const char *word) {
  const char *path = strchr(word, '/') ? word : find_on_path(arena, word);
  if (!path || !may_run(path)) return NULL;
  char *real = realpath(path, NULL);
  const char *copy = real ? arena_copy(arena, real, strlen(real)) : NULL;
  free(real);
  return copy;
}

/* ---- the environment ---- */

static const char *const everywhere[] = {
    "PATH=" CHILDREN_PATH,
    "LANG=C.UTF-8",
    "LC_ALL=C.UTF-8",
    "HOME=/nonexistent",
#ifdef __SANITIZE_ADDRESS__ /* twins are, too: no ptrace for leaks, no limits of their own */
    "ASAN_OPTIONS=detect_leaks=0:disable_coredump=0",
#endif
};

char **environment_of(Arena *arena, const char *writable) {
  size_t count = sizeof everywhere / sizeof *everywhere;
  char **environment = ARENA_ARRAY(arena, char *, count + 2);
  for (size_t i = 0; i < count; i++)
    environment[i] = arena_copy(arena, everywhere[i], strlen(everywhere[i]));
  if (writable) environment[count] = arena_format(arena, "TMPDIR=%s", writable);
  return environment;
}

/* ---- files ---- */

enum {
  READING = HERMES_MAY_READ | HERMES_MAY_LIST,
  RUNNING = HERMES_MAY_READ | HERMES_MAY_EXECUTE,
  /* No links and no devices: whoever reads there afterwards must not be led elsewhere. */
  OWNING = READING | HERMES_MAY_WRITE | HERMES_MAY_TRUNCATE | HERMES_MAY_MAKE | HERMES_MAY_REMOVE |
           HERMES_MAY_MAKE_DIRECTORIES | HERMES_MAY_REMOVE_DIRECTORIES | HERMES_MAY_MOVE,
};

static const struct {
  const char *path;
  uint64_t rights;
} system_files[] = {
    {"/usr", READING},
    {"/bin", READING},
    {"/lib", READING},
    {"/lib64", READING},
    {"/etc/ld.so.cache", READING},
    {"/dev/null", READING | HERMES_MAY_WRITE | HERMES_MAY_TRUNCATE},
    {"/dev/urandom", READING},
};

/* The dynamic loader is run by the kernel in the program's stead. Ours is everybody's. */
static int leave_loader(struct dl_phdr_info *object, size_t size, void *fence) {
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    if (object->dlpi_phdr[i].p_type != PT_INTERP) continue;
    uintptr_t name = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
    hermes_fence_leave(fence, (const char *)name, RUNNING);
  }
  return 1; /* the first object is the program itself */
}

bool fence_for(const Guard *guard, const char *program, hermes_fence *fence) {
  if (!hermes_fence_open(fence, 0, true)) return false;
  for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++)
    hermes_fence_leave(fence, system_files[i].path, system_files[i].rights);
  for (const char *const *path = guard->readable; path && *path; path++)
    hermes_fence_leave(fence, *path, READING);
  if (guard->writable) hermes_fence_leave(fence, guard->writable, OWNING);
  hermes_fence_leave(fence, program, RUNNING);
  dl_iterate_phdr(leave_loader, fence);
  return true;
}

/* ---- how much ---- */

static bool limit(int what, rlim_t soft, rlim_t hard) {
  struct rlimit now, limit = {soft, hard};
  if (getrlimit(what, &now) != 0) return false;
  if (limit.rlim_max > now.rlim_max) limit.rlim_max = now.rlim_max;
  if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
  return setrlimit(what, &limit) == 0;
}

/* A sanitized program maps terabytes that it never uses: of those, only the system's programs are
 * held to their memory. */
static bool memory_counts(const char *program) {
#ifdef __SANITIZE_ADDRESS__
  return strncmp(program, "/usr/", 5) == 0;
#else
  (void)program;
  return true;
#endif
}

/* The processor's seconds are those of all threads together, so that the clock decides; they are
 * the last word where the clock's keeper is gone. */
static bool limit_seconds(double seconds) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  double total = ceil(seconds) * (double)(processors > 0 ? processors : 1) + SPARE_SECONDS;
  return limit(RLIMIT_CPU, (rlim_t)total, (rlim_t)total + SPARE_SECONDS);
}

bool limits_enter(const Guard *guard, const char *program) {
  return (guard->seconds <= 0 || limit_seconds(guard->seconds)) &&
         (guard->memory == 0 || !memory_counts(program) ||
          limit(RLIMIT_AS, guard->memory, guard->memory)) &&
         (guard->file == 0 || limit(RLIMIT_FSIZE, guard->file, guard->file)) &&
         limit(RLIMIT_NOFILE, MOST_FILES, MOST_FILES) &&
         limit(RLIMIT_NPROC, MOST_TASKS, MOST_TASKS) && limit(RLIMIT_CORE, 0, 0);
}

Layers confinement(void) {
  return (Layers){.landlock = hermes_landlock(), .seccomp = filter_available()};
}
