/* Work over many threads whose result does not depend on their number.
 *
 * Items are handed out in the order of their numbers, a grain at a time; each thread has a twin of
 * its own and writes to places of its own. The caller's thread works too and says how far all are;
 * then it waits without spinning.
 */
#include "twin/commands.h"

#include "data/data.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef struct shared_work {
  size_t count, grain;
  twin_work *work;
  void *context;
  atomic_size_t next, done;
  atomic_bool failed;
} shared_work;

typedef struct worker {
  pthread_t thread;
  hermes_twin *twin;
  shared_work *shared;
  bool started;
} worker;

typedef struct progress {
  const char *what; /* NULL: say nothing */
  struct timespec last;
  bool shown;
} progress;

static double seconds_since(const struct timespec *then) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static void show_progress(progress *p, size_t done, size_t count) {
  if (!p->what || seconds_since(&p->last) < 0.2) return;
  fprintf(stderr, "\r\033[K%s %zu of %zu", p->what, done, count);
  clock_gettime(CLOCK_MONOTONIC, &p->last);
  p->shown = true;
}

static void clear_progress(const progress *p) {
  if (p->shown) fputs("\r\033[K", stderr);
}

/* Takes the next grain until nothing is left. */
static void take_work(hermes_twin *twin, shared_work *s, progress *p) {
  while (!atomic_load(&s->failed)) {
    size_t begin = atomic_fetch_add(&s->next, s->grain);
    if (begin >= s->count) return;
    size_t end = s->count - begin < s->grain ? s->count : begin + s->grain;
    if (!s->work(twin, begin, end, s->context)) atomic_store(&s->failed, true);
    size_t done = atomic_fetch_add(&s->done, end - begin) + (end - begin);
    if (p) show_progress(p, done, s->count);
  }
}

static void *run_worker(void *argument) {
  worker *w = argument;
  take_work(w->twin, w->shared, NULL);
  return NULL;
}

/* Every thread has arrays of its own for what is computed: as many as --max-memory holds. */
static size_t threads_that_fit(const twin_session *session) {
  const hermes_description *d = session->description;
  size_t *rows = twin_allocate(d->table_count, sizeof *rows);
  for (size_t i = 0; i < d->table_count; i++)
    if (hermes_table_has_rows(&d->tables[i], (int)i)) rows[i] = twin_rows(session, (int)i);
  uint64_t limit = data_memory_limit(&session->options.limits), one = data_memory(d, rows), own = 1;
  for (size_t i = 0; i < d->slot_count; i++)
    if (d->slots[i].role != HERMES_COLUMN && d->slots[i].role != HERMES_INPUT)
      own += data_stored(&d->slots[i], rows) * data_element_bytes(d->slots[i].kind);
  free(rows);
  return 1 + (one < limit ? (size_t)((limit - one) / own) : 0);
}

static size_t thread_count(const twin_session *session, size_t parts) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  size_t threads = session->options.threads ? (size_t)session->options.threads
                                            : (size_t)(online > 0 ? online : 1);
  if (threads > TWIN_THREADS) threads = TWIN_THREADS;
  if (threads > 1 && threads > threads_that_fit(session)) threads = threads_that_fit(session);
  return threads < parts ? threads : (parts ? parts : 1);
}

/* A thread or twin that cannot be had is no failure: the others do its share. */
static void start_workers(twin_session *session, worker *workers, size_t count,
                          shared_work *shared) {
  for (size_t i = 0; i < count; i++) {
    workers[i].shared = shared;
    workers[i].twin = session->door->clone(session->twin);
  }
  for (size_t i = 0; i < count; i++)
    workers[i].started =
        workers[i].twin && !pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]);
}

static void report_failure(twin_session *session, const char *error) {
  if (!error || !*error) return;
  hermes_report(&session->problems, HB0824, NULL, "%s", error);
}

static void join_workers(twin_session *session, worker *workers, size_t count,
                         const shared_work *shared) {
  for (size_t i = 0; i < count; i++)
    if (workers[i].started) pthread_join(workers[i].thread, NULL);
  bool failed = atomic_load(&shared->failed);
  for (size_t i = 0; i < count; i++) {
    if (!workers[i].twin) continue;
    if (failed) report_failure(session, session->door->last_error(workers[i].twin));
    session->door->destroy(workers[i].twin);
  }
}

bool twin_parallel(twin_session *session, size_t count, size_t grain, twin_work *work,
                   void *context, const char *what) {
  shared_work shared = {.count = count, .grain = grain, .work = work, .context = context};
  progress p = {.what = !session->options.quiet && isatty(STDERR_FILENO) ? what : NULL};
  size_t helpers = thread_count(session, (count + grain - 1) / grain) - 1;
  worker *workers = twin_allocate(helpers, sizeof *workers);
  start_workers(session, workers, helpers, &shared);
  take_work(session->twin, &shared, &p);
  join_workers(session, workers, helpers, &shared);
  clear_progress(&p);
  free(workers);
  if (!atomic_load(&shared.failed)) return true;
  report_failure(session, session->door->last_error(session->twin));
  if (!session->problems.errors)
    hermes_report(&session->problems, HB0824, NULL, "the twin could not evaluate");
  return false;
}
