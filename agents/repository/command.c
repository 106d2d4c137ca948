/* `hermes repository`: add, list, search, show and remove, for people and for programs. */
#include "hermes.h"

#include "repository/record.h"
#include "repository/repository.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TOP = 20, MOST_SHOWN = 1000, ID_COLUMN = 6, NAME_COLUMN = 24 };

typedef struct Desk { /* one run of the command */
  Session *session;
  Repository *repository;
  const char *const *words; /* behind the action */
  int word_count;
} Desk;

/* ---- telling ---- */

/* Texts may be anybody's: one line, and nothing that a terminal would obey. */
static void print_plain(const char *text) {
  for (; *text; text++) putchar(iscntrl((unsigned char)*text) ? ' ' : *text);
}

static bool print_document(cJSON *document) {
  char *text = cJSON_Print(document);
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(document);
  return text != NULL;
}

static void print_entry(const Entry *entry) {
  printf("%-*ld%-7s%.10s  %-*s", ID_COLUMN, entry->id, entry->origin, entry->created, NAME_COLUMN,
         entry->name);
  print_plain(*entry->task ? entry->task : entry->doc);
  putchar('\n');
}

static bool print_entries(const Desk *desk, const Entry *entries, int count) {
  if (desk->session->diagnostics.errors > 0) return false;
  if (!desk->session->settings.json) {
    for (int i = 0; i < count; i++) print_entry(&entries[i]);
    return true;
  }
  cJSON *document = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(document, "entries");
  for (int i = 0; i < count; i++) cJSON_AddItemToArray(list, entry_json(&entries[i], false));
  return print_document(document);
}

/* ---- the actions ---- */

static bool store(Desk *desk, const Compiler *compiler) {
  const Settings *settings = &desk->session->settings;
  Entry entry = entry_of(compiler);
  entry.origin = "human";
  entry.task = settings->task;
  if (settings->name) entry.name = settings->name;
  if (!repository_add(desk->repository, &entry)) return false;
  if (settings->json) return print_document(entry_json(&entry, false));
  printf("%ld %s\n", entry.id, entry.name);
  return true;
}

/* The compiler's diagnostics are told at once: their texts end with the compiler. */
static bool add(Desk *desk) {
  Compiler compiler;
  compiler_init(&compiler, desk->session->stdlib);
  bool sound = check_runnable(&compiler, desk->words[0]);
  hermes_diagnostics_print(&compiler.diagnostics, stderr, false, 0);
  bool added = sound && store(desk, &compiler);
  compiler_free(&compiler);
  return added;
}

static int most_of(const Desk *desk) {
  long top = desk->session->settings.top;
  return top == 0 ? DEFAULT_TOP : top < MOST_SHOWN ? (int)top : MOST_SHOWN;
}

static bool list(Desk *desk) {
  int most = desk->session->settings.top ? most_of(desk) : MOST_SHOWN;
  Entry *entries = ARENA_ARRAY(&desk->session->arena, Entry, most);
  int count = repository_list(desk->repository, most, entries);
  return print_entries(desk, entries, count);
}

static bool search(Desk *desk) {
  Arena *arena = &desk->session->arena;
  const char *words = "";
  for (int i = 0; i < desk->word_count; i++)
    words = arena_format(arena, "%s%s ", words, desk->words[i]);
  Entry *entries = ARENA_ARRAY(arena, Entry, most_of(desk));
  int count = repository_search(desk->repository, words, most_of(desk), entries);
  return print_entries(desk, entries, count);
}

static void print_comment(const char *what, const char *text) {
  if (!*text) return;
  printf("# %s: ", what);
  print_plain(text);
  putchar('\n');
}

/* A blueprint that may be compiled as it stands. */
static bool show(Desk *desk) {
  Entry entry;
  if (!repository_find(desk->repository, desk->words[0], &entry)) return false;
  if (desk->session->settings.json) return print_document(entry_json(&entry, true));
  printf("# %ld %s, %s, %s\n", entry.id, entry.name, entry.origin, entry.created);
  print_comment("task", entry.task);
  print_comment("tests", entry.tests);
  print_comment("scores", entry.scores);
  print_comment("provenance", entry.provenance);
  fputs(entry.blueprint, stdout);
  return true;
}

static bool take_away(Desk *desk) {
  Entry entry;
  if (!repository_find(desk->repository, desk->words[0], &entry)) return false;
  if (!repository_remove(desk->repository, entry.id)) return false;
  if (!desk->session->settings.json) return true;
  cJSON *document = cJSON_CreateObject();
  cJSON_AddNumberToObject(document, "removed", (double)entry.id);
  return print_document(document);
}

static const struct {
  const char *name, *behind;
  bool (*run)(Desk *desk);
  int least, most; /* words behind it */
  bool creates;
} actions[] = {
    {"add", "FILE.hbp", add, 1, 1, true},
    {"list", "", list, 0, 0, false},
    {"search", "WORD...", search, 1, MOST_WORDS, false},
    {"show", "NUMBER|NAME", show, 1, 1, false},
    {"remove", "NUMBER|NAME", take_away, 1, 1, false},
};
enum { ACTIONS = sizeof actions / sizeof *actions };

/* ---- the command ---- */

static int find_action(Session *session) {
  const char *names[ACTIONS], *word = session->settings.words[0];
  for (int i = 0; i < ACTIONS; i++) {
    names[i] = actions[i].name;
    if (strcmp(word, names[i]) == 0) return i;
  }
  hermes_diagnostic *d =
      hermes_report(&session->diagnostics, HB0801, NULL, "`repository` does not know `%s`", word);
  const char *nearest = hermes_nearest(word, names, ACTIONS);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  hermes_diagnostic_note(d, "it knows add, list, search, show and remove");
  return ACTIONS;
}

static bool count_words(Session *session, int action) {
  int count = session->settings.word_count - 1;
  if (count >= actions[action].least && count <= actions[action].most) return true;
  hermes_report(&session->diagnostics, HB0805, NULL, "`repository %s` takes %s",
                actions[action].name, *actions[action].behind ? actions[action].behind : "no word");
  return false;
}

static const char *path_of(Session *session) {
  const char *path = repository_path(&session->arena, session->settings.repository);
  if (!path)
    hermes_report(&session->diagnostics, HB0913, NULL,
                  "there is no home to keep a repository in: name one by --repository");
  return path;
}

int run_repository(Session *session) {
  int action = find_action(session);
  if (action == ACTIONS || !count_words(session, action)) return EXIT_COMMAND;
  const char *path = path_of(session);
  Desk desk = {.session = session,
               .words = session->settings.words + 1,
               .word_count = session->settings.word_count - 1};
  if (path)
    desk.repository =
        repository_open(&session->arena, path, actions[action].creates, &session->diagnostics);
  bool done = desk.repository && actions[action].run(&desk);
  repository_close(desk.repository);
  return done ? EXIT_DONE : EXIT_WRONG;
}
