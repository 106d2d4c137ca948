/* Programs built before, by the hash of all that went into them.
 *
 * One file for each key: the program, and behind it a digest over key and program, so that a
 * damaged, cut or renamed file is never taken for what it is not. Files appear by renaming alone,
 * so any number of builds may share the cache. The cache belongs to one user; it is never an error
 * that it cannot be used.
 */
#include "native/build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- the directory ---- */

/* $XDG_CACHE_HOME where it is absolute (the standard says to pass over it otherwise), or ~/.cache.
 */
static const char *user_cache(Arena *arena) {
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (xdg != NULL && *xdg == '/') return xdg;
  return home != NULL && *home == '/' ? arena_format(arena, "%s/.cache", home) : NULL;
}

static void make_directories(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
  }
  mkdir(path, 0700);
}

static bool is_private(int directory) {
  struct stat status;
  return fstat(directory, &status) == 0 && status.st_uid == geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int cache_open(Arena *arena, const char **why) {
  const char *parent = user_cache(arena);
  *why = "neither $XDG_CACHE_HOME nor $HOME says where it is";
  if (parent == NULL) return -1;
  char *path = arena_format(arena, "%s/hermes", parent);
  make_directories(path);
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  *why = arena_format(arena, "%s: %s", path, strerror(errno));
  if (directory < 0) return -1;
  *why = arena_format(arena, "%s belongs to others, or they can write to it", path);
  if (is_private(directory)) return directory;
  close(directory);
  return -1;
}

/* ---- entries ---- */

static void digest_entry(const char *key, const unsigned char *program, size_t size,
                         uint8_t digest[SHA256_DIGEST_SIZE]) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, strlen(key), (const uint8_t *)key);
  sha256_update(&context, size, program);
  sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
}

static bool is_entry_whole(const char *key, Bytes entry) {
  uint8_t digest[SHA256_DIGEST_SIZE];
  if (entry.size <= sizeof digest) return false;
  size_t size = entry.size - sizeof digest;
  digest_entry(key, entry.data, size, digest);
  return memcmp(digest, entry.data + size, sizeof digest) == 0;
}

bool cache_get(int cache, const char *key, Bytes *program) {
  if (!file_read(cache, key, PROGRAM_BYTES, program)) return false;
  if (!is_entry_whole(key, *program)) {
    unlinkat(cache, key, 0);
    free(program->data);
    *program = (Bytes){0};
    return false;
  }
  program->size -= SHA256_DIGEST_SIZE;
  utimensat(cache, key, NULL, 0); /* used now: it goes last */
  return true;
}

/* ---- its bound ---- */

typedef struct Entry {
  char name[KEY_BYTES];
  struct timespec used;
  off_t size;
} Entry;

typedef struct Entries {
  Entry *items;
  size_t count, capacity;
  off_t size;
} Entries;

static bool is_key(const char *name) {
  return strlen(name) == KEY_BYTES - 1 && strspn(name, "0123456789abcdef") == KEY_BYTES - 1;
}

static void add_entry(Entries *entries, const char *name, const struct stat *status) {
  if (entries->count == entries->capacity) {
    size_t capacity = entries->capacity == 0 ? 64 : 2 * entries->capacity;
    Entry *items = realloc(entries->items, capacity * sizeof *items);
    if (items == NULL) return;
    entries->items = items;
    entries->capacity = capacity;
  }
  Entry *entry = &entries->items[entries->count++];
  memcpy(entry->name, name, KEY_BYTES);
  entry->used = status->st_mtim;
  entry->size = status->st_size;
  entries->size += status->st_size;
}

static bool is_stale(const char *name, const struct stat *status) {
  static const char beside[] = ".hermes-"; /* files.c */
  return strncmp(name, beside, sizeof beside - 1) == 0 &&
         status->st_mtim.tv_sec + CACHE_STALE < time(NULL);
}

/* Lists the entries, and removes what a killed build left half written. */
static void list_entries(int cache, Entries *entries) {
  int again = openat(cache, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = again < 0 ? NULL : fdopendir(again);
  if (directory == NULL) {
    if (again >= 0) close(again);
    return;
  }
  for (struct dirent *item; (item = readdir(directory)) != NULL;) {
    struct stat status;
    if (fstatat(cache, item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (is_key(item->d_name))
      add_entry(entries, item->d_name, &status);
    else if (is_stale(item->d_name, &status))
      unlinkat(cache, item->d_name, 0);
  }
  closedir(directory);
}

static int by_use(const void *left, const void *right) {
  const struct timespec *a = &((const Entry *)left)->used, *b = &((const Entry *)right)->used;
  if (a->tv_sec != b->tv_sec) return a->tv_sec < b->tv_sec ? -1 : 1;
  return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

static void keep_within_bound(int cache) {
  Entries entries = {0};
  list_entries(cache, &entries);
  if (entries.size > CACHE_BYTES) qsort(entries.items, entries.count, sizeof(Entry), by_use);
  for (size_t i = 0; i < entries.count && entries.size > CACHE_BYTES; i++) {
    unlinkat(cache, entries.items[i].name, 0);
    entries.size -= entries.items[i].size;
  }
  free(entries.items);
}

void cache_put(int cache, const char *key, Bytes program) {
  uint8_t digest[SHA256_DIGEST_SIZE];
  if (program.size > PROGRAM_BYTES - sizeof digest) return;
  digest_entry(key, program.data, program.size, digest);
  Bytes parts[] = {program, {digest, sizeof digest}};
  if (file_write(cache, key, 0600, parts, 2)) keep_within_bound(cache);
}
