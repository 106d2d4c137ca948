/* Listing directories. */
#include "names.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *name, const char *ending) {
  size_t length = strlen(name), cut = strlen(ending);
  return length > cut && strcmp(name + length - cut, ending) == 0;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int names_in(Arena *arena, const char *directory, const char *ending, const char **names,
             int most) {
  DIR *stream = opendir(directory);
  int count = 0;
  if (!stream) return -1;
  for (const struct dirent *entry; count >= 0 && (entry = readdir(stream)) != NULL;) {
    const char *name = entry->d_name;
    if (name[0] == '.' || !ends_with(name, ending)) continue;
    if (count < most)
      names[count++] = arena_copy(arena, name, strlen(name));
    else
      count = -1;
  }
  closedir(stream);
  if (count < 0) errno = E2BIG;
  if (count > 0) qsort(names, (size_t)count, sizeof *names, by_name);
  return count;
}
