/* A directory of one's own, below $TMPDIR, which is gone afterwards with all that is in it. */
#ifndef HERMES_ROOM_H
#define HERMES_ROOM_H

#include "hermesc.h"

/* Its path in the arena; NULL with errno. */
const char *room_open(Arena *arena);
/* Links in it are removed, not followed. NULL: nothing. */
void room_close(const char *room);

#endif
