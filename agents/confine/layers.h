/* The layers around a child. What can be made ready is made by the parent, before the fork; what
 * takes hold does so in the child, between fork and exec, where no memory may be asked for. */
#ifndef HERMES_LAYERS_H
#define HERMES_LAYERS_H

#include "confine/child.h"

#include <hermes/landlock.h>
#include <linux/filter.h>
#include <sys/types.h>

enum { MOST_INSTRUCTIONS = 4096 }; /* of a filter; the kernel's own limit */

/* ---- layers.c: files, limits, the environment ---- */

/* Where the program stands: `word` itself, or found on the children's PATH; NULL with errno. */
const char *program_find(Arena *arena, const char *word);
/* The environment of a child; nothing of ours is in it. Ended by NULL. */
char **environment_of(Arena *arena, const char *writable);
/* The fence around what the guard leaves; false where the kernel has none. */
bool fence_for(const Guard *guard, const char *program, hermes_fence *fence);
/* In the child. False with errno. */
bool limits_enter(const Guard *guard, const char *program);

/* ---- filter.c: system calls ---- */

bool filter_available(void);
/* Writes the filter for that process, which it names, into a file; false where there is none. */
bool filter_write(pid_t process, int file);
/* In the child: takes it from a file, until its end. */
bool filter_enter(int file);

#endif
