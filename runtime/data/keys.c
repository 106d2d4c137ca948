/* The keys of a table's rows: one text for all of them, and a hash over it. */
#include "data/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  NEAREST_AMONG = 100000, /* keys compared with a misspelt one */
  KEYS_LISTED = 8,        /* where none is near */
};

uint64_t keys_hash(uint64_t from, const char *key, size_t length) {
  uint64_t h =
      from ^ 0xCBF29CE484222325u; /* FNV-1a, then mixed: keys differ in their last digits */
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)key[i]) * 0x100000001B3u;
  return h ^ h >> 29;
}

const char *keys_at(const data_keys *keys, size_t row) {
  return keys->text + keys->begin[row];
}

static bool is_key(const data_keys *keys, size_t row, const char *key, size_t length) {
  const char *at = keys_at(keys, row);
  size_t room = keys->size - keys->begin[row];
  return length < room && at[length] == '\0' && !memcmp(at, key, length);
}

/* The bucket where a key stands, or that it would take. */
static size_t bucket_of(const data_keys *keys, const char *key, size_t length) {
  size_t mask = keys->buckets - 1, at = keys_hash(0, key, length) & mask;
  while (keys->bucket[at] && !is_key(keys, keys->bucket[at] - 1, key, length)) at = (at + 1) & mask;
  return at;
}

static bool grow_rows(data_keys *keys) {
  size_t capacity = keys->capacity ? 2 * keys->capacity : 64;
  uint32_t *begin = realloc(keys->begin, capacity * sizeof *begin);
  if (begin) keys->begin = begin;
  uint32_t *bucket = begin ? calloc(2 * capacity, sizeof *bucket) : NULL;
  if (!bucket) return false;
  free(keys->bucket);
  keys->bucket = bucket;
  keys->buckets = 2 * capacity;
  keys->capacity = capacity;
  for (size_t row = 0; row < keys->count; row++) {
    const char *key = keys_at(keys, row);
    size_t at = bucket_of(keys, key, strlen(key));
    if (!bucket[at]) bucket[at] = (uint32_t)row + 1;
  }
  return true;
}

static bool grow_text(data_keys *keys, size_t length) {
  size_t room = keys->room ? 2 * keys->room : 1024;
  while (room < keys->size + length) room *= 2;
  char *text = room - 1 > UINT32_MAX ? NULL : realloc(keys->text, room);
  if (!text) return false;
  keys->text = text;
  keys->room = room;
  return true;
}

keys_added keys_add(data_keys *keys, const char *key, size_t length) {
  if (keys->count == DATA_ROWS) return KEYS_FULL;
  if (keys->count == keys->capacity && !grow_rows(keys)) return KEYS_FULL;
  if (keys->size + length + 1 > keys->room && !grow_text(keys, length + 1)) return KEYS_FULL;
  size_t at = bucket_of(keys, key, length);
  keys->begin[keys->count] = (uint32_t)keys->size;
  memcpy(keys->text + keys->size, key, length);
  keys->text[keys->size + length] = '\0';
  keys->size += length + 1;
  keys->count++;
  if (keys->bucket[at]) return KEYS_TWICE;
  keys->bucket[at] = (uint32_t)keys->count;
  return KEYS_NEW;
}

long keys_find(const data_keys *keys, const char *key, size_t length, size_t guess) {
  if (!keys->count) return -1;
  if (guess < keys->count && is_key(keys, guess, key, length)) return (long)guess;
  size_t next = guess + 1 < keys->count ? guess + 1 : 0;
  if (is_key(keys, next, key, length)) return (long)next;
  long row = (long)keys->bucket[bucket_of(keys, key, length)] - 1;
  return row < 0 && keys->time ? times_find(keys, key, length) : row;
}

/* "its keys are s1, s2, ..." */
static void list_keys(const char *const *names, size_t count, hermes_diagnostic *d) {
  char list[KEYS_LISTED * (DATA_SHOWN + 8)] = "";
  size_t used = 0;
  for (size_t i = 0; i < count && i < KEYS_LISTED; i++)
    used += (size_t)snprintf(list + used, sizeof list - used, i ? ", %s" : "%s",
                             data_show(names[i], strlen(names[i])).text);
  hermes_diagnostic_note(d, "its keys are %s%s", list, count > KEYS_LISTED ? ", ..." : "");
}

void keys_suggest(const data_keys *keys, const char *key, size_t length, hermes_diagnostic *d) {
  size_t count = keys->count < NEAREST_AMONG ? keys->count : NEAREST_AMONG;
  const char **names = malloc((count ? count : 1) * sizeof *names);
  char *word = strndup(key, length);
  for (size_t row = 0; names && row < count; row++) names[row] = keys_at(keys, row);
  const char *nearest = names && word ? hermes_nearest(word, names, count) : NULL;
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  if (!nearest && names) list_keys(names, count, d);
  free(names);
  free(word);
}

void keys_free(data_keys *keys) {
  free(keys->text);
  free(keys->begin);
  free(keys->bucket);
  *keys = (data_keys){0};
}
