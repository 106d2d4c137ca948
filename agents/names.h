/* What a directory holds. */
#ifndef HERMES_NAMES_H
#define HERMES_NAMES_H

#include "hermesc.h"

/* The names that end so, in order, hidden ones left out; in the arena. Their number, at most
 * `most`; -1 with errno, E2BIG where there are more. */
int names_in(Arena *arena, const char *directory, const char *ending, const char **names, int most);

#endif
