/* Words, data, quantities, decisions, measurements, and what was proven before. */
#include "design/task.h"

#include "coder/fit.h"
#include "data/profile.h"
#include "native/build.h"
#include "repository/repository.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  EXAMPLES = 2,
  EXAMPLE_BYTES = 9000,
  TASK_BYTES = 64 << 10,
  POLICY_BYTES = 64 << 20,
  MOST_QUANTITIES = 64
};

static bool complain(Session *session, hermes_code code, const char *what, const char *why) {
  hermes_report(&session->diagnostics, code, NULL, "`%s`: %s", what, why);
  return false;
}

/* The nearest proven blueprints, whole, as far as they have room. */
static const char *find_examples(Session *session, const char *words) {
  const Settings *settings = &session->settings;
  Arena *arena = &session->arena;
  hermes_diagnostics ignored = {0}; /* what is not there yet is no fault */
  const char *path = repository_path(arena, settings->repository);
  Entry entries[EXAMPLES];
  const char *text = "";
  if (settings->no_repository || !path || access(path, R_OK) != 0) return "none";
  Repository *repository = repository_open(arena, path, false, &ignored);
  int count = repository ? repository_search(repository, words, EXAMPLES, entries) : 0;
  for (int i = 0; i < count; i++)
    if (strlen(text) + strlen(entries[i].blueprint) < EXAMPLE_BYTES)
      text = arena_format(arena, "%sTask: %s\n%s\n", text, entries[i].task, entries[i].blueprint);
  if (repository) repository_close(repository);
  hermes_diagnostics_free(&ignored);
  return *text ? text : "none";
}

static bool find_file(Session *session, const char *path, const char **found) {
  char *whole = path ? realpath(path, NULL) : NULL;
  *found = whole ? arena_copy(&session->arena, whole, strlen(whole)) : NULL;
  free(whole);
  return !path || *found || complain(session, HB0807, path, strerror(errno));
}

/* A file, whole; NULL, reported. */
static const char *read_text(Session *session, const char *path, size_t most) {
  Bytes bytes;
  if (!file_read(AT_FDCWD, path, most, &bytes)) {
    complain(session, HB0807, path, strerror(errno));
    return NULL;
  }
  const char *text = arena_copy(&session->arena, (const char *)bytes.data, bytes.size);
  free(bytes.data);
  return text;
}

/* The words, or @FILE: those of a file. NULL, reported. */
static const char *read_words(Session *session, const char *words) {
  if (*words != '@') return words;
  const char *text = read_text(session, words + 1, TASK_BYTES);
  if (!text || text[strspn(text, " \t\r\n")]) return text;
  complain(session, HB0807, words + 1, "it has no words");
  return NULL;
}

/* Decisions are one object: no agent could mend a file that holds none. */
static bool check_policy(Session *session, const char *path) {
  const char *text = path ? read_text(session, path, POLICY_BYTES) : NULL;
  cJSON *object = text ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
  bool good = !path || cJSON_IsObject(object);
  if (text && !good) complain(session, HB0808, path, "decisions are one JSON object");
  cJSON_Delete(object);
  return good;
}

/* ---- quantities ---- */

static char *trimmed(char *text) {
  text += strspn(text, " \t\n");
  size_t length = strlen(text);
  while (length && strchr(" \t\n", text[length - 1])) text[--length] = '\0';
  return text;
}

/* "edge_rate: Mbit/s", or the name alone. */
static bool is_quantity(const char *text) {
  const char *at = text;
  while (isalnum((unsigned char)*at) || *at == '_') at++;
  return at > text && !isdigit((unsigned char)*text) && (*at == ':' || !*at);
}

/* "edge_rate: Mbit/s, energy: kWh", one by one; NULL, reported. */
static const char *const *read_quantities(Session *session, const char *text) {
  Arena *arena = &session->arena;
  const char **list = ARENA_ARRAY(arena, const char *, MOST_QUANTITIES + 1);
  int count = 0;
  char *rest = NULL, *copy = text ? arena_copy(arena, text, strlen(text)) : NULL;
  for (char *one = copy ? strtok_r(copy, ",", &rest) : NULL; one;
       one = strtok_r(NULL, ",", &rest)) {
    one = trimmed(one);
    if (!is_quantity(one) || count == MOST_QUANTITIES) {
      complain(session, HB0804, "--quantities",
               arena_format(arena, "`%s` is no name with a unit, or one of more than %d", one,
                            MOST_QUANTITIES));
      return NULL;
    }
    list[count++] = one;
  }
  return list;
}

/* ---- all ---- */

bool read_task(Session *session, Task *task) {
  const Settings *settings = &session->settings;
  task->words = read_words(session, settings->words[0]);
  task->quantities = read_quantities(session, settings->quantities);
  cJSON *profile =
      task->words && task->quantities ? profile_directory(session, settings->data) : NULL;
  if (!profile) return false;
  task->profile = profile_text(&session->arena, profile);
  task->examples = find_examples(session, task->words);
  cJSON_Delete(profile);
  return find_file(session, settings->data, &task->data) &&
         find_file(session, settings->policy, &task->policy) &&
         check_policy(session, task->policy) &&
         find_file(session, settings->held_out, &task->held_out) &&
         (!task->held_out || fit_usable(session, task->held_out));
}
