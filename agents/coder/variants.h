/* Copies of a directory of tables that say the same in another way. */
#ifndef HERMES_VARIANTS_H
#define HERMES_VARIANTS_H

#include "hermes.h"

/* number * factor + offset, in the unit `to`. */
typedef struct Conversion {
  const char *file, *column, *to;
  double factor, offset;
} Conversion;

/* A temporary directory, to be removed; NULL, and why not. Files that are no CSV are copied. */
char *variant_reversed(Session *session, const char *directory, const char **why);
/* One column in another unit, which its header names. */
char *variant_converted(Session *session, const char *directory, const Conversion *conversion,
                        const char **why);
void variant_remove(char *directory);

#endif
