#define _GNU_SOURCE /* nftw */
#include "confine/room.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPEN_DIRECTORIES = 16 };

const char *room_open(Arena *arena) {
  const char *parent = getenv("TMPDIR");
  if (!parent || !*parent) parent = "/tmp";
  char *path = arena_format(arena, "%s/hermes-XXXXXX", parent);
  if (!mkdtemp(path)) return NULL;
  char *real = realpath(path, NULL); /* programs run elsewhere read it, too */
  const char *room = real ? arena_copy(arena, real, strlen(real)) : path;
  free(real);
  return room;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  remove(path);
  return 0; /* what cannot be removed keeps nothing else */
}

void room_close(const char *room) {
  if (room) nftw(room, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
}
