/* Giving up files, for good: Landlock, where the kernel has it (Linux 5.13 and later).
 *
 * What a fence does not leave is forbidden to this thread, and to all that it starts, once it is
 * entered. What Landlock does not know stays as it was: above all chmod, and looking whether a file
 * is there. */
#ifndef HERMES_LANDLOCK_H
#define HERMES_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel's own numbers. */
enum {
  HERMES_MAY_EXECUTE = 1 << 0,
  HERMES_MAY_WRITE = 1 << 1, /* files that are there */
  HERMES_MAY_READ = 1 << 2,
  HERMES_MAY_LIST = 1 << 3,
  HERMES_MAY_REMOVE_DIRECTORIES = 1 << 4,
  HERMES_MAY_REMOVE = 1 << 5,
  HERMES_MAY_MAKE_DIRECTORIES = 1 << 7,
  HERMES_MAY_MAKE = 1 << 8,
  HERMES_MAY_MOVE = 1 << 13,     /* version 2: from one directory to another */
  HERMES_MAY_TRUNCATE = 1 << 14, /* version 3 */
};

typedef struct hermes_fence {
  int file;         /* closed when it is entered */
  uint64_t handled; /* rights that are gone where they are not left */
} hermes_fence;

/* The version that this kernel has; 0: none. */
long hermes_landlock(void);
/* Takes all rights that this kernel can take, but `stays`. With `alone`, TCP and signals to others,
 * too. */
bool hermes_fence_open(hermes_fence *fence, uint64_t stays, bool alone);
/* Leaves the rights at a file, or beneath a directory; a path that is not there is left out. From
 * here on no memory is asked for: a child may call it between fork and exec. */
void hermes_fence_leave(const hermes_fence *fence, const char *path, uint64_t rights);
bool hermes_fence_enter(const hermes_fence *fence);

#endif
