/* Copies of a directory of tables that say the same in another way. */
#ifndef HERMES_VARIANTS_H
#define HERMES_VARIANTS_H

#include "hermes.h"

/* number * factor + offset, in the unit `to`. */
typedef struct Conversion {
  const char *file, *column, *to;
  double factor, offset;
} Conversion;

/* A room to be closed (confine/room.h); NULL, and why not. Files that are no CSV are copied. */
const char *variant_reversed(Session *session, const char *directory, const char **why);
/* One column in another unit, which its header names. */
const char *variant_converted(Session *session, const char *directory, const Conversion *conversion,
                              const char **why);

#endif
