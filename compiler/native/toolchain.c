/* Where hermesc finds what it needs: its library, its headers, its modules, and a C compiler.
 *
 * Nothing is known by an absolute path: hermesc asks where it stands itself. The build tree has the
 * same layout as an installed one (cmake/install.cmake), so one rule serves both, and either may be
 * moved.
 */
#include "native/build.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define LIBRARY "/lib/libhermes.a"
#define HEADER "/include/hermes/model.h"
#define STDLIB "/share/hermes/stdlib"
#define EXECUTABLE "/proc/self/exe"

/* What hermesc was built with, by compiler/CMakeLists.txt. */
static const char default_cc[] = HERMES_CC;
static const char tree_flags[] = HERMES_CC_FLAGS;
static const char libraries[] = HERMES_LIBRARIES;

/* Rounding must be that of the interpreter: no contraction, no -ffast-math. errno is never read. */
static const char language_flags[] = "-std=c11 -O2 -ffp-contract=off -fno-math-errno";

/* ---- the prefix ---- */

static const char *const needed[] = {LIBRARY, HEADER, STDLIB};

static bool is_home(Arena *arena, const char *directory) {
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (access(arena_format(arena, "%s%s", directory, needed[i]), R_OK) != 0) return false;
  return true;
}

static const char *executable_directory(Arena *arena) {
  char path[PATH_MAX];
  ssize_t length = readlink(EXECUTABLE, path, sizeof path - 1);
  if (length <= 0) return NULL;
  path[length] = '\0';
  char *slash = strrchr(path, '/');
  return slash == NULL ? NULL : arena_copy(arena, path, (size_t)(slash - path));
}

const char *toolchain_home(Arena *arena) {
  /* Of the executable's directory: the build tree itself, and the prefix above bin/ or tests/. */
  static const char *const above[] = {"", "/.."};
  const char *told = getenv("HERMES_HOME");
  if (told != NULL && *told != '\0') return is_home(arena, told) ? told : NULL;
  const char *directory = executable_directory(arena);
  if (directory == NULL) return NULL;
  for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
    const char *home = arena_format(arena, "%s%s", directory, above[i]);
    if (is_home(arena, home)) return home;
  }
  return NULL;
}

const char *toolchain_stdlib(Arena *arena, const char *home) {
  return arena_format(arena, "%s%s", home, STDLIB);
}

/* ---- words ---- */

void words_add(Arena *arena, Words *words, const char *word) {
  if (words->count + 1 >= words->capacity) {
    size_t capacity = words->capacity == 0 ? 32 : 2 * words->capacity;
    const char **items = ARENA_ARRAY(arena, const char *, capacity);
    if (words->count > 0) memcpy(items, words->items, words->count * sizeof *items);
    words->items = items;
    words->capacity = capacity;
  }
  words->items[words->count++] = word;
}

void words_split(Arena *arena, Words *words, const char *text) {
  static const char blanks[] = " \t\n";
  for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
    size_t length = strcspn(text, blanks);
    words_add(arena, words, arena_copy(arena, text, length));
    text += length;
  }
}

/* ---- the C compiler ---- */

/* $CC may hold several words (`ccache gcc`). The compiler found at build time may be gone by now.
 */
static void add_compiler(Arena *arena, Words *words) {
  const char *cc = getenv("CC");
  if (cc != NULL) words_split(arena, words, cc);
  if (words->count > 0) return;
  words_add(arena, words, access(default_cc, X_OK) == 0 ? default_cc : "cc");
}

Words toolchain_command(Arena *arena, const char *home, const char *source, const char *output,
                        bool link) {
  Words words = {0};
  add_compiler(arena, &words);
  words_split(arena, &words, language_flags);
  words_split(arena, &words, tree_flags);
  if (!link) words_add(arena, &words, "-c");
  words_add(arena, &words, "-I");
  words_add(arena, &words, arena_format(arena, "%s/include", home));
  words_add(arena, &words, "-o");
  words_add(arena, &words, output);
  words_add(arena, &words, source);
  if (!link) return words;
  words_add(arena, &words, arena_format(arena, "%s%s", home, LIBRARY));
  words_split(arena, &words, libraries);
  return words;
}

/* ---- identity ---- */

/* A file's content changes no further once its inode, size and both times are known. */
static bool identify_file(const char *path, FILE *out) {
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  fprintf(out, "file %s %lld %lld.%09ld %lld.%09ld %llu\n", path, (long long)status.st_size,
          (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
          (long long)status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
          (unsigned long long)status.st_ino);
  return true;
}

/* As execvp finds it. */
static void identify_program(Arena *arena, const char *word, FILE *out) {
  const char *path = getenv("PATH");
  fprintf(out, "word %s\n", word);
  if (*word == '-') return;
  if (strchr(word, '/') != NULL || path == NULL) {
    identify_file(word, out);
    return;
  }
  while (*path != '\0') {
    size_t length = strcspn(path, ":");
    const char *candidate = arena_format(arena, "%.*s/%s", (int)length, path, word);
    if (access(candidate, X_OK) == 0 && identify_file(candidate, out)) return;
    path += length;
    path += *path == ':';
  }
}

void toolchain_identify(Arena *arena, const char *home, FILE *out) {
  struct utsname machine;
  Words compiler = {0};
  add_compiler(arena, &compiler);
  fprintf(out, "hermes %s\n", HERMES_VERSION);
  fprintf(out, "machine %s\n", uname(&machine) == 0 ? machine.machine : "");
  fprintf(out, "flags %s %s %s\n", language_flags, tree_flags, libraries);
  identify_file(EXECUTABLE, out);
  identify_file(arena_format(arena, "%s%s", home, LIBRARY), out);
  for (size_t i = 0; i < compiler.count; i++)
    identify_program(arena, compiler.items[i], out);
}
