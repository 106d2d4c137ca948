/* One child, from fork to its last byte.
 *
 *   ready ─► fork ─► filter through a pipe ─► what went wrong before exec, through another
 *                                        └─► output, a deadline ─► the group is killed ─► reaped
 */
#define _GNU_SOURCE /* pipe2 */
#include "confine/child.h"
#include "confine/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  READ_BYTES = 1 << 16,
  MOST_RESTS = 16, /* reads of what a pipe still holds */
  WATCH_MILLISECONDS = 20,
  STOP_MILLISECONDS = 500,
  STANDARD_FILES = 3,
  EXIT_NOT_RUN = 127,
};

typedef enum Hurdle { /* what a child does before it is somebody else's */
                      HURDLE_GROUP,
                      HURDLE_FILES,
                      HURDLE_DIRECTORY,
                      HURDLE_LIMITS,
                      HURDLE_LANDLOCK,
                      HURDLE_SECCOMP,
                      HURDLE_EXEC,
} Hurdle;

static const char *const hurdle_texts[] = {
    [HURDLE_GROUP] = "cannot begin a group of its own",
    [HURDLE_FILES] = "cannot take its input and output",
    [HURDLE_DIRECTORY] = "cannot enter its directory",
    [HURDLE_LIMITS] = "cannot be limited",
    [HURDLE_LANDLOCK] = "what cannot be confined does not run: Landlock",
    [HURDLE_SECCOMP] = "what cannot be confined does not run: seccomp",
    [HURDLE_EXEC] = "cannot be run",
};

typedef struct Failure {
  Hurdle hurdle;
  int reason; /* errno */
} Failure;

typedef struct Pipe {
  int read, write;
} Pipe;

typedef struct Kept { /* of one output */
  char *text;         /* malloc'ed; room for the guard's `output`, as far as it is used */
  size_t length, room;
} Kept;

typedef struct Run {
  const Guard *guard;
  const char *program;
  char *const *argv, *const *environment;
  hermes_fence fence;
  bool fenced;
  Pipe out, err, failure, filter;
  pid_t parent, process;
  double begin;
  Kept kept_out, kept_err;
} Run;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- the child, between fork and exec: only what is safe in a signal handler ---- */

_Noreturn static void give_up(const Run *run, Hurdle hurdle) {
  Failure failure = {hurdle, errno};
  ssize_t written = write(run->failure.write, &failure, sizeof failure);
  _exit(written == (ssize_t)sizeof failure ? EXIT_NOT_RUN : EXIT_NOT_RUN - 1);
}

/* Dies with its parent, and hears nothing of the terminal. */
static bool begin_group(const Run *run) {
  sigset_t none;
  sigemptyset(&none);
  for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
  return sigprocmask(SIG_SETMASK, &none, NULL) == 0 && setpgid(0, 0) == 0 &&
         prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == run->parent;
}

/* All others close when it is run. */
static void close_others(void) {
  if (syscall(SYS_close_range, STANDARD_FILES, ~0u, CLOSE_RANGE_CLOEXEC) == 0) return;
  long most = sysconf(_SC_OPEN_MAX);
  for (int i = STANDARD_FILES; i < most; i++) fcntl(i, F_SETFD, FD_CLOEXEC);
}

static bool take_files(const Run *run) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(run->out.write, STDOUT_FILENO) < 0 ||
      dup2(run->err.write, STDERR_FILENO) < 0)
    return false;
  close_others();
  return true;
}

static bool enter_fence(const Run *run) {
  if (!run->fenced) return !run->guard->strict;
#ifdef __SANITIZE_ADDRESS__ /* looks at its own maps and environment when it starts */
  hermes_fence_leave(&run->fence, "/proc/self", HERMES_MAY_READ | HERMES_MAY_LIST);
#endif
  return hermes_fence_enter(&run->fence) || !run->guard->strict;
}

_Noreturn static void become(const Run *run) {
  const Guard *guard = run->guard;
  close(run->filter.write);
  if (!begin_group(run)) give_up(run, HURDLE_GROUP);
  if (!take_files(run)) give_up(run, HURDLE_FILES);
  if (guard->directory && chdir(guard->directory) != 0) give_up(run, HURDLE_DIRECTORY);
  if (!limits_enter(guard, run->program)) give_up(run, HURDLE_LIMITS);
  if (!enter_fence(run)) give_up(run, HURDLE_LANDLOCK);
  if (!filter_enter(run->filter.read) && guard->strict) give_up(run, HURDLE_SECCOMP);
  execve(run->program, run->argv, run->environment);
  give_up(run, HURDLE_EXEC);
}

/* ---- the parent: before ---- */

/* None of them is one of the standard files, should those be closed here: they would be taken for
 * the child's. */
static bool open_pipe(Pipe *ends) {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) != 0) return false;
  *ends = (Pipe){fcntl(pair[0], F_DUPFD_CLOEXEC, STANDARD_FILES),
                 fcntl(pair[1], F_DUPFD_CLOEXEC, STANDARD_FILES)};
  close(pair[0]);
  close(pair[1]);
  return ends->read >= 0 && ends->write >= 0;
}

static void shut(int *file) {
  if (*file >= 0) close(*file);
  *file = -1;
}

static void shut_all(Run *run) {
  Pipe *const pipes[] = {&run->out, &run->err, &run->failure, &run->filter};
  for (size_t i = 0; i < sizeof pipes / sizeof *pipes; i++) {
    shut(&pipes[i]->read);
    shut(&pipes[i]->write);
  }
  if (run->fenced) shut(&run->fence.file);
}

static char *const *copy_words(Arena *arena, const char *const *argv) {
  size_t count = 0;
  while (argv[count]) count++;
  char **copy = ARENA_ARRAY(arena, char *, count + 1);
  for (size_t i = 0; i < count; i++) copy[i] = arena_copy(arena, argv[i], strlen(argv[i]));
  return copy;
}

static const char *absolute(Arena *arena, const char *path) {
  char *real = path ? realpath(path, NULL) : NULL;
  if (!real) return path;
  path = arena_copy(arena, real, strlen(real));
  free(real);
  return path;
}

static bool prepare(Arena *arena, const char *const *argv, Run *run) {
  run->parent = getpid();
  run->program = program_find(arena, argv[0]);
  if (!run->program) return false;
  run->argv = copy_words(arena, argv);
  run->environment = environment_of(arena, absolute(arena, run->guard->writable));
  run->fenced = fence_for(run->guard, run->program, &run->fence);
  return open_pipe(&run->out) && open_pipe(&run->err) && open_pipe(&run->failure) &&
         open_pipe(&run->filter);
}

/* ---- the parent: between fork and exec ---- */

/* A child that has died already takes no filter: no reason to die of that. */
static void send_filter(Run *run) {
  sigset_t broken, before;
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken, &before);
  filter_write(run->process, run->filter.write);
  shut(&run->filter.write);
  const struct timespec none = {0};
  if (!sigismember(&before, SIGPIPE)) sigtimedwait(&broken, NULL, &none);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Nothing comes where it is run: its end of the pipe closes then. */
static bool read_failure(Run *run, Failure *failure) {
  ssize_t got;
  do got = read(run->failure.read, failure, sizeof *failure);
  while (got < 0 && errno == EINTR);
  return got == (ssize_t)sizeof *failure;
}

static bool start(Arena *arena, Run *run, Child *child) {
  Failure failure;
  run->process = fork();
  if (run->process == 0) become(run);
  if (run->process < 0) {
    child->problem = arena_format(arena, "no process can be started: %s", strerror(errno));
    return false;
  }
  setpgid(run->process, run->process);
  shut(&run->out.write);
  shut(&run->err.write);
  shut(&run->failure.write);
  shut(&run->filter.read);
  send_filter(run);
  if (!read_failure(run, &failure)) return true;
  waitpid(run->process, NULL, 0);
  child->problem = arena_format(arena, "`%s` %s: %s", run->argv[0], hurdle_texts[failure.hurdle],
                                failure.reason ? strerror(failure.reason) : "it is not there");
  return false;
}

/* ---- the parent: while it runs ---- */

static void keep(Run *run, Kept *kept, const char *bytes, size_t count, Child *child) {
  size_t left = run->guard->output - kept->length;
  if (count > left) {
    child->cut = true;
    count = left;
  }
  if (kept->length + count > kept->room) {
    size_t room = kept->room ? 2 * kept->room : READ_BYTES;
    while (room < kept->length + count) room *= 2;
    char *text = realloc(kept->text, room);
    if (!text) {
      child->cut = true;
      return;
    }
    kept->text = text;
    kept->room = room;
  }
  for (size_t i = 0; i < count; i++) kept->text[kept->length++] = bytes[i] ? bytes[i] : '?';
}

/* False where there is nothing to be read just now; at the end, the file is shut. */
static bool drain(Run *run, int *file, Kept *kept, Child *child) {
  char bytes[READ_BYTES];
  if (*file < 0) return false;
  ssize_t got = read(*file, bytes, sizeof bytes);
  if (got > 0) {
    keep(run, kept, bytes, (size_t)got, child);
    return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) shut(file);
  return false;
}

static bool has_ended(const Run *run) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)run->process, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

/* How long nothing need happen; without a descriptor for the process, it is looked at; a signal may
 * come just before the waiting begins. */
static int patience(const Run *run, int process) {
  double left = run->guard->seconds > 0 ? run->begin + run->guard->seconds - now() : 3600;
  double milliseconds = ceil(1000 * fmin(fmax(left, 0), 3600));
  if (process < 0) milliseconds = fmin(milliseconds, WATCH_MILLISECONDS);
  if (run->guard->stop) milliseconds = fmin(milliseconds, STOP_MILLISECONDS);
  return (int)milliseconds;
}

static bool must_end(const Run *run, Child *child) {
  child->late = run->guard->seconds > 0 && now() >= run->begin + run->guard->seconds;
  child->stopped = run->guard->stop && *run->guard->stop;
  return child->late || child->stopped;
}

static void watch(Run *run, Child *child) {
  int process = (int)syscall(SYS_pidfd_open, run->process, 0);
  fcntl(run->out.read, F_SETFL, O_NONBLOCK);
  fcntl(run->err.read, F_SETFL, O_NONBLOCK);
  while (!has_ended(run) && !must_end(run, child)) {
    struct pollfd files[] = {
        {run->out.read, POLLIN, 0}, {run->err.read, POLLIN, 0}, {process, POLLIN, 0}};
    poll(files, sizeof files / sizeof *files, patience(run, process));
    drain(run, &run->out.read, &run->kept_out, child);
    drain(run, &run->err.read, &run->kept_err, child);
  }
  if (process >= 0) close(process);
}

/* ---- the parent: afterwards ---- */

static char *finish_output(Arena *arena, Kept *kept) {
  char *text = arena_copy(arena, kept->text ? kept->text : "", kept->length);
  free(kept->text);
  return text;
}

/* What stands in the pipe is still told. Whoever holds it open has been killed, or has left its
 * group, where nothing confines it: more than a pipe holds is not waited for. */
static void drain_rest(Run *run, int *file, Kept *kept, Child *child) {
  for (int i = 0; i < MOST_RESTS && drain(run, file, kept, child); i++) continue;
}

static void finish(Arena *arena, Run *run, Child *child) {
  int status = 0;
  kill(-run->process, SIGKILL); /* not reaped yet, so that the number is still its own */
  while (waitpid(run->process, &status, 0) < 0 && errno == EINTR) continue;
  drain_rest(run, &run->out.read, &run->kept_out, child);
  drain_rest(run, &run->err.read, &run->kept_err, child);
  child->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  child->late |= child->signal == SIGXCPU;
  child->seconds = now() - run->begin;
  child->out = finish_output(arena, &run->kept_out);
  child->err = finish_output(arena, &run->kept_err);
}

bool child_run(Arena *arena, const char *const *argv, const Guard *guard, Child *child) {
  Run run = {.guard = guard,
             .out = {-1, -1},
             .err = {-1, -1},
             .failure = {-1, -1},
             .filter = {-1, -1},
             .begin = now()};
  *child =
      (Child){.exit_code = -1, .out = arena_copy(arena, "", 0), .err = arena_copy(arena, "", 0)};
  if (!prepare(arena, argv, &run))
    child->problem = arena_format(arena, "`%s` cannot be run: %s", argv[0], strerror(errno));
  else if (start(arena, &run, child)) {
    child->started = true;
    watch(&run, child);
    finish(arena, &run, child);
  }
  shut_all(&run);
  return child->started && child->exit_code == 0 && !child->late && !child->stopped;
}
