/* The map of building: what hermesc needs around it, how a twin is made, and what was made before.
 *
 *   checked program ─► key ─► cache ──────────────────────────────► the twin, renamed into place
 *                       └─ not there ─► C ─► cc + libhermes.a ─► cache ─┘
 */
#ifndef HERMESC_BUILD_H
#define HERMESC_BUILD_H

#include "hermesc.h"

#include <sys/types.h>

enum {
  CACHE_BYTES = 512 << 20,  /* all programs kept; the longest unused go first */
  PROGRAM_BYTES = 64 << 20, /* one program that is kept */
  CACHE_STALE = 3600,       /* seconds after which a file half written belongs to nobody */
  KEY_BYTES = 65,           /* SHA-256 in hexadecimal, with its terminator */
};

typedef struct Bytes {
  unsigned char *data; /* malloc'ed */
  size_t size;
} Bytes;

/* Words of a command line, as execvp takes them. */
typedef struct Words {
  const char **items; /* ends with NULL */
  size_t count, capacity;
} Words;

/* ---- toolchain.c: where things are -------------------------------------------------------- */

/* The prefix below which hermesc finds lib/, include/ and share/hermes/stdlib, or NULL:
 * $HERMES_HOME, or a directory found from where the executable stands. */
const char *toolchain_home(Arena *arena);
const char *toolchain_stdlib(Arena *arena, const char *home);

void words_add(Arena *arena, Words *words, const char *word);
void words_split(Arena *arena, Words *words, const char *text); /* at blanks */

/* The command line that makes `output` from `source`, or an object where `link` is false. */
Words toolchain_command(Arena *arena, const char *home, const char *source, const char *output,
                        bool link);
/* Says whatever the result depends on besides the blueprint: versions, tools, flags, libraries. */
void toolchain_identify(Arena *arena, const char *home, FILE *out);

/* ---- cache.c: programs built before ------------------------------------------------------- */

/* The cache's directory, or -1 where there is none to be used, and why. Close it. */
int cache_open(Arena *arena, const char **why);
/* The program kept under this key; false where there is none, or it is not what was put there. */
bool cache_get(int cache, const char *key, Bytes *program);
/* Keeps a program, where that can be done. */
void cache_put(int cache, const char *key, Bytes program);

/* ---- files.c: whole files ----------------------------------------------------------------- */

/* All bytes of a regular file of at most `limit`, below `directory` (or AT_FDCWD); errno. */
bool file_read(int directory, const char *path, size_t limit, Bytes *bytes);
/* Writes beside `path` and renames, so that nobody ever sees half of it; errno. */
bool file_write(int directory, const char *path, mode_t mode, const Bytes *parts, size_t count);
/* The same for a file that is there: where the path is a link, the file that it leads to. Its mode
 * stays; one that may not be written is left as it is. */
bool file_replace(const char *path, const Bytes *parts, size_t count);

/* ---- build.c: where output may go --------------------------------------------------------- */

/* Reports what is in the way: renaming would replace a device or a pipe by a file, and the
 * blueprint by what is made of it. */
bool may_write(Compiler *compiler, const char *path);

#endif
