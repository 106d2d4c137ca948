/* The repository's file: entries, an index of their words, and one transaction for each change.
 *
 * A rollback journal, not a write-ahead log: changes are rare and small, and one file that may lie
 * on any file system is worth more than readers who never wait. */
#include "repository/repository.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
  SCHEMA = 1,               /* user_version */
  APPLICATION = 0x48524d53, /* "HRMS" */
  PATIENCE = 10000,         /* milliseconds for others that write */
  MOST_BYTES = 64 << 20,    /* of one text */
  MOST_WORDS_SOUGHT = 256,
  MOST_NAMES = 1000, /* compared with a misspelt one */
};

struct Repository {
  Arena *arena;
  hermes_diagnostics *diagnostics;
  const char *path;
  sqlite3 *database;
};

static const char schema[] =
    "CREATE TABLE entry("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  name TEXT NOT NULL, origin TEXT NOT NULL CHECK(origin IN ('human', 'agent')),"
    "  task TEXT NOT NULL, doc TEXT NOT NULL, blueprint TEXT NOT NULL, sha256 TEXT NOT NULL,"
    "  tests TEXT NOT NULL, scores TEXT NOT NULL, provenance TEXT NOT NULL, created TEXT NOT NULL,"
    "  UNIQUE(sha256, task));"
    "CREATE INDEX entry_name ON entry(name);"
    "CREATE VIRTUAL TABLE words USING fts5(name, task, doc, blueprint,"
    "  content='entry', content_rowid='id', tokenize='porter unicode61');";

#define COLUMNS                                                                                    \
  "entry.id, entry.name, entry.origin, entry.task, entry.doc, entry.blueprint, entry.sha256,"      \
  " entry.tests, entry.scores, entry.provenance, entry.created"

/* ---- where it is ---- */

const char *repository_path(Arena *arena, const char *named) {
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (named) return named;
  if (data && *data == '/') return arena_format(arena, "%s/hermes/repository.db", data);
  if (!home || !*home) return NULL;
  return arena_format(arena, "%s/.local/share/hermes/repository.db", home);
}

static bool make_directories(const char *path) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof part) return false;
  memcpy(part, path, length + 1);
  for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(part, 0777) != 0 && errno != EEXIST) return false;
    *slash = '/';
  }
  return true;
}

/* ---- failures ---- */

static hermes_diagnostic *complain(Repository *repository, hermes_code code, const char *what) {
  const hermes_place place = {.file = repository->path};
  return hermes_report(repository->diagnostics, code, &place, "%s", what);
}

/* What SQLite found, in the terms of whoever named the file. */
static bool failed(Repository *repository) {
  int code = sqlite3_errcode(repository->database) & 0xff;
  if (code == SQLITE_NOTADB) {
    complain(repository, HB0914, "the file is no repository");
    return false;
  }
  if (code == SQLITE_READONLY || code == SQLITE_PERM) {
    complain(repository, HB0916, "the repository may be read only");
    return false;
  }
  hermes_diagnostic *d = complain(repository, HB0916, sqlite3_errmsg(repository->database));
  if (code == SQLITE_BUSY)
    hermes_diagnostic_note(d, "another program has been writing for %d s", PATIENCE / 1000);
  return false;
}

/* ---- statements ---- */

static sqlite3_stmt *prepare(Repository *repository, const char *text) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(repository->database, text, -1, &statement, NULL) != SQLITE_OK)
    failed(repository);
  return statement;
}

static void bind(sqlite3_stmt *statement, int place, const char *text) {
  sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

/* Runs a statement that returns nothing, and ends it. */
static bool finish(Repository *repository, sqlite3_stmt *statement) {
  bool done = statement && sqlite3_step(statement) == SQLITE_DONE;
  if (statement && !done) failed(repository);
  sqlite3_finalize(statement);
  return done;
}

static bool execute(Repository *repository, const char *text) {
  return sqlite3_exec(repository->database, text, NULL, NULL, NULL) == SQLITE_OK ||
         failed(repository);
}

/* A change takes its lock when it begins, so that it cannot fail for another's half way. */
static bool begin(Repository *repository) {
  return execute(repository, "BEGIN IMMEDIATE");
}

static bool end(Repository *repository, bool good) {
  if (good && execute(repository, "COMMIT")) return true;
  sqlite3_exec(repository->database, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

static bool read_number(Repository *repository, const char *text, long *number) {
  sqlite3_stmt *statement = prepare(repository, text);
  bool read = statement && sqlite3_step(statement) == SQLITE_ROW;
  if (read) *number = (long)sqlite3_column_int64(statement, 0);
  if (statement && !read) failed(repository);
  sqlite3_finalize(statement);
  return read;
}

/* ---- opening ---- */

/* needs: a transaction, since another program may be making the same file. */
static bool make_schema(Repository *repository) {
  long made = 0;
  if (!read_number(repository, "PRAGMA user_version", &made)) return false;
  return made != 0 ||
         (execute(repository, schema) &&
          execute(repository,
                  arena_format(repository->arena, "PRAGMA application_id = %d", APPLICATION)) &&
          execute(repository, arena_format(repository->arena, "PRAGMA user_version = %d", SCHEMA)));
}

static bool check_schema(Repository *repository, bool create) {
  long version, application, tables;
  if (!read_number(repository, "PRAGMA user_version", &version) ||
      !read_number(repository, "PRAGMA application_id", &application) ||
      !read_number(repository, "SELECT count(*) FROM sqlite_schema", &tables))
    return false;
  if (version == 0 && application == 0 && tables == 0 && create)
    return begin(repository) && end(repository, make_schema(repository));
  if (application != APPLICATION) {
    complain(repository, HB0914, "the file is no repository");
    return false;
  }
  if (version <= SCHEMA) return true;
  complain(repository, HB0915,
           arena_format(repository->arena,
                        "the repository is of version %ld, and this is hermes %s, "
                        "which knows version %d",
                        version, HERMES_VERSION, SCHEMA));
  return false;
}

/* The file may be anybody's: nothing in it runs but what stands here. */
static void distrust(sqlite3 *database) {
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, PATIENCE);
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, MOST_BYTES);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
}

static bool open_file(Repository *repository, bool create) {
  int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
  if (create && !make_directories(repository->path)) {
    hermes_diagnostic *d =
        complain(repository, HB0913, "the repository's directory cannot be made");
    hermes_diagnostic_note(d, "%s", strerror(errno));
    return false;
  }
  if (sqlite3_open_v2(repository->path, &repository->database, flags, NULL) == SQLITE_OK) {
    distrust(repository->database);
    return check_schema(repository, create);
  }
  struct stat info;
  hermes_diagnostic *d = complain(repository, HB0913, "the repository cannot be opened");
  if (stat(repository->path, &info) != 0)
    hermes_diagnostic_note(d, "there is no such file; `hermes repository add` makes one");
  else
    hermes_diagnostic_note(d, "%s",
                           S_ISDIR(info.st_mode) ? "it is a directory"
                                                 : sqlite3_errmsg(repository->database));
  return false;
}

Repository *repository_open(Arena *arena, const char *path, bool create,
                            hermes_diagnostics *diagnostics) {
  Repository *repository = ARENA_NEW(arena, Repository);
  *repository = (Repository){
      .arena = arena, .diagnostics = diagnostics, .path = arena_copy(arena, path, strlen(path))};
  if (open_file(repository, create)) return repository;
  repository_close(repository);
  return NULL;
}

void repository_close(Repository *repository) {
  if (repository) sqlite3_close(repository->database);
}

/* ---- adding ---- */

static const char *hash_of(Arena *arena, const char *text) {
  struct sha256_ctx context;
  uint8_t digest[SHA256_DIGEST_SIZE];
  char *hash = arena_alloc(arena, 2 * sizeof digest + 1);
  sha256_init(&context);
  sha256_update(&context, strlen(text), (const uint8_t *)text);
  sha256_digest(&context, sizeof digest, digest);
  for (size_t i = 0; i < sizeof digest; i++) snprintf(hash + 2 * i, 3, "%02x", digest[i]);
  return hash;
}

static const char *time_now(Arena *arena) {
  time_t now = time(NULL);
  struct tm parts;
  char *text = arena_alloc(arena, sizeof "2026-01-31T12:00:00Z");
  strftime(text, sizeof "2026-01-31T12:00:00Z", "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
  return text;
}

/* The number of one that is replaced stays. */
static const char insertion[] =
    "INSERT INTO entry(name, origin, task, doc, blueprint, sha256, tests, scores, provenance,"
    " created, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULLIF(?11, 0))"
    " ON CONFLICT(id) DO UPDATE SET name = ?1, origin = ?2, doc = ?4, tests = ?7,"
    " scores = ?8, provenance = ?9, created = ?10";

static bool insert(Repository *repository, const Entry *entry) {
  const char *const values[] = {entry->name,       entry->origin, entry->task,  entry->doc,
                                entry->blueprint,  entry->sha256, entry->tests, entry->scores,
                                entry->provenance, entry->created};
  sqlite3_stmt *statement = prepare(repository, insertion);
  for (int i = 0; statement && i < (int)(sizeof values / sizeof *values); i++)
    bind(statement, i + 1, values[i]);
  if (statement)
    sqlite3_bind_int64(statement, (int)(sizeof values / sizeof *values) + 1, entry->id);
  return finish(repository, statement);
}

/* The entry of the same text and task; `*id` is 0 where there is none. */
static bool read_id(Repository *repository, const Entry *entry, long *id) {
  sqlite3_stmt *statement =
      prepare(repository, "SELECT id FROM entry WHERE sha256 = ? AND task = ?");
  if (!statement) return false;
  bind(statement, 1, entry->sha256);
  bind(statement, 2, entry->task);
  int code = sqlite3_step(statement);
  *id = code == SQLITE_ROW ? (long)sqlite3_column_int64(statement, 0) : 0;
  bool read = code == SQLITE_ROW || code == SQLITE_DONE || failed(repository);
  sqlite3_finalize(statement);
  return read;
}

/* The index is told by hand what changes: triggers could be somebody else's, and are not obeyed. */
#define WORDS "name, task, doc, blueprint"
static const char forget_words[] = "INSERT INTO words(words, rowid, " WORDS ")"
                                   " SELECT 'delete', id, " WORDS " FROM entry WHERE id = ?";
static const char learn_words[] =
    "INSERT INTO words(rowid, " WORDS ") SELECT id, " WORDS " FROM entry WHERE id = ?";

static bool execute_on(Repository *repository, const char *text, long id) {
  sqlite3_stmt *statement = prepare(repository, text);
  if (statement) sqlite3_bind_int64(statement, 1, id);
  return finish(repository, statement);
}

static bool replace(Repository *repository, Entry *entry) {
  return read_id(repository, entry, &entry->id) &&
         (entry->id == 0 || execute_on(repository, forget_words, entry->id)) &&
         insert(repository, entry) && read_id(repository, entry, &entry->id) &&
         execute_on(repository, learn_words, entry->id);
}

static void fill(Entry *entry) {
  const char **texts[] = {&entry->name, &entry->task, &entry->doc, &entry->blueprint};
  const char **documents[] = {&entry->tests, &entry->scores, &entry->provenance};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!*texts[i]) *texts[i] = "";
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
    if (!*documents[i]) *documents[i] = "{}";
  if (!entry->origin) entry->origin = "human";
}

bool repository_add(Repository *repository, Entry *entry) {
  fill(entry);
  entry->sha256 = hash_of(repository->arena, entry->blueprint);
  entry->created = time_now(repository->arena);
  return begin(repository) && end(repository, replace(repository, entry));
}

/* ---- finding ---- */

static const char *text_of(Repository *repository, sqlite3_stmt *statement, int column) {
  const char *text = (const char *)sqlite3_column_text(statement, column);
  return arena_copy(repository->arena, text ? text : "",
                    text ? (size_t)sqlite3_column_bytes(statement, column) : 0);
}

static void read_entry(Repository *repository, sqlite3_stmt *statement, Entry *entry) {
  const char **texts[] = {&entry->name,       &entry->origin, &entry->task,  &entry->doc,
                          &entry->blueprint,  &entry->sha256, &entry->tests, &entry->scores,
                          &entry->provenance, &entry->created};
  entry->id = (long)sqlite3_column_int64(statement, 0);
  for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
    *texts[i] = text_of(repository, statement, i + 1);
}

/* Reads what a statement finds, and ends it. */
static int read_entries(Repository *repository, sqlite3_stmt *statement, int most, Entry *entries) {
  int count = 0, code = SQLITE_DONE;
  if (!statement) return 0;
  while (count < most && (code = sqlite3_step(statement)) == SQLITE_ROW)
    read_entry(repository, statement, &entries[count++]);
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    failed(repository);
    count = 0;
  }
  sqlite3_finalize(statement);
  return count;
}

int repository_list(Repository *repository, int most, Entry *entries) {
  sqlite3_stmt *statement =
      prepare(repository, "SELECT " COLUMNS " FROM entry ORDER BY created DESC, id DESC LIMIT ?");
  if (statement) sqlite3_bind_int(statement, 1, most);
  return read_entries(repository, statement, most, entries);
}

/* As the index sees words; what it finds in a word that is not ASCII is its business. */
static bool in_word(char c) {
  return (unsigned char)c >= 0x80 || isalnum((unsigned char)c);
}

/* Each word in quotes, any of them: what has a meaning in a query has none here. */
static const char *query_of(Arena *arena, const char *words) {
  char *query = arena_alloc(arena, 7 * strlen(words) + 1), *end = query;
  for (int count = 0; *words && count < MOST_WORDS_SOUGHT; words++) {
    if (!in_word(*words)) continue;
    if (count++ > 0) end = stpcpy(end, " OR ");
    *end++ = '"';
    while (in_word(*words)) *end++ = *words++;
    *end++ = '"';
    if (!*words) break;
  }
  return query;
}

int repository_search(Repository *repository, const char *words, int most, Entry *entries) {
  const char *query = query_of(repository->arena, words);
  if (!*query) return 0;
  sqlite3_stmt *statement =
      prepare(repository, "SELECT " COLUMNS " FROM words JOIN entry ON entry.id = words.rowid"
                          " WHERE words MATCH ? ORDER BY bm25(words, 4, 4, 2, 1), entry.id DESC"
                          " LIMIT ?");
  if (statement) {
    bind(statement, 1, query);
    sqlite3_bind_int(statement, 2, most);
  }
  return read_entries(repository, statement, most, entries);
}

/* A name that is near to what was asked for. */
static void suggest_name(Repository *repository, hermes_diagnostic *d, const char *name) {
  const char **names = ARENA_ARRAY(repository->arena, const char *, MOST_NAMES);
  size_t count = 0;
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v2(repository->database, "SELECT DISTINCT name FROM entry", -1, &statement, NULL);
  while (statement && count < MOST_NAMES && sqlite3_step(statement) == SQLITE_ROW)
    names[count++] = text_of(repository, statement, 0);
  sqlite3_finalize(statement);
  const char *nearest = hermes_nearest(name, names, count);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
}

static bool is_number(const char *text) {
  return *text && !text[strspn(text, "0123456789")];
}

bool repository_find(Repository *repository, const char *id_or_name, Entry *entry) {
  bool number = is_number(id_or_name);
  size_t before = repository->diagnostics->errors;
  sqlite3_stmt *statement =
      prepare(repository, number ? "SELECT " COLUMNS " FROM entry WHERE id = CAST(? AS INTEGER)"
                                 : "SELECT " COLUMNS " FROM entry WHERE name = ?"
                                   " ORDER BY created DESC, id DESC LIMIT 1");
  if (statement) bind(statement, 1, id_or_name);
  if (read_entries(repository, statement, 1, entry) == 1) return true;
  if (repository->diagnostics->errors > before) return false;
  hermes_diagnostic *d = complain(
      repository, HB0917, arena_format(repository->arena, "there is no entry `%s`", id_or_name));
  if (!number) suggest_name(repository, d, id_or_name);
  return false;
}

bool repository_remove(Repository *repository, long id) {
  if (!begin(repository)) return false;
  bool done = execute_on(repository, forget_words, id) &&
              execute_on(repository, "DELETE FROM entry WHERE id = ?", id);
  bool there = done && sqlite3_changes(repository->database) > 0;
  if (!end(repository, done)) return false;
  if (!there)
    complain(repository, HB0917, arena_format(repository->arena, "there is no entry %ld", id));
  return there;
}
