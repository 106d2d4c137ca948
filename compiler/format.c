/* The formatter: one layout for every blueprint, and nothing changed but blanks. */
#include "build.h"
#include "format.h"

#include "blueprint.tab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a source ---- */

/* Tokenizing declares the source's own units, which are declared once. */
static bool read_tokens(Compiler *compiler, uint32_t source, Tokens *tokens) {
  compiler->units = (hermes_unit_system){0};
  return tokenize(compiler, source, tokens);
}

static const char *skip_blanks(const char *text) {
  return text + strspn(text, " \t\r\f");
}

/* The same bytes but for the blanks between a number and its unit. */
static bool is_same(const char *a, const Token *x, const char *b, const Token *y) {
  const char *end = a + x->span.end, *other_end = b + y->span.end;
  bool quantity = x->kind == TOKEN_QUANTITY;
  if (x->kind != y->kind) return false;
  for (a += x->span.start, b += y->span.start; a < end && b < other_end && *a == *b;) {
    a = quantity ? skip_blanks(a + 1) : a + 1;
    b = quantity ? skip_blanks(b + 1) : b + 1;
  }
  return a >= end && b >= other_end;
}

/* Reads the text as it would be read next time. */
static bool says_the_same(Compiler *compiler, const Layout *layout, const char *text,
                          size_t length) {
  Tokens tokens;
  uint32_t number;
  if (!source_take(compiler, layout->source->path, text, length, &number)) return false;
  if (!read_tokens(compiler, number, &tokens)) return false;
  if (tokens.count != (size_t)layout->count) return false;
  for (size_t i = 0; i + 1 < tokens.count; i++)
    if (!is_same(layout->source->text, layout->pieces[i].token, text, &tokens.items[i]))
      return false;
  return true;
}

char *format_source(Compiler *compiler, uint32_t source, size_t *length) {
  Tokens tokens;
  Layout layout = {.compiler = compiler, .source = compiler->sources[source]};
  char *text = NULL;
  FILE *out = open_memstream(&text, length);
  if (!out || !read_tokens(compiler, source, &tokens)) abort();
  format_pieces(&layout, &tokens);
  format_tree(&layout, compiler->trees[source]);
  format_columns(&layout);
  format_print(&layout, out);
  fclose(out);
  if (text && says_the_same(compiler, &layout, text, *length)) return text;
  report(compiler, HB0691, (Span){0, 0, source}, "the formatter would change what this says");
  free(text);
  return NULL;
}

/* ---- files ---- */

typedef struct Formatted {
  char *text; /* malloc'ed; NULL: there are errors */
  size_t length;
} Formatted;

static Formatted format_text(Compiler *compiler, uint32_t source) {
  Formatted formatted = {0};
  if (parse_source(compiler, source) && compiler->diagnostics.errors == 0)
    formatted.text = format_source(compiler, source, &formatted.length);
  return formatted;
}

static bool report_unwritten(Compiler *compiler, const char *path) {
  hermes_place place = {.file = path};
  hermes_report(&compiler->diagnostics, HB0602, &place, "cannot write `%s`: %s", path,
                strerror(errno));
  return false;
}

/* Where the path is a link, the file that it leads to. The umask does not apply to a file that was
 * there before. */
static bool replace_file(const char *path, Formatted formatted) {
  Bytes bytes = {(unsigned char *)formatted.text, formatted.length};
  char *real = realpath(path, NULL);
  struct stat status;
  bool done = real != NULL && access(real, W_OK) == 0 && stat(real, &status) == 0 &&
              file_write(AT_FDCWD, real, status.st_mode & 07777, &bytes, 1) &&
              chmod(real, status.st_mode & 07777) == 0;
  int reason = errno;
  free(real);
  errno = reason;
  return done;
}

/* Does what the command asks for with the text of one file. Returns false where it did not stand
 * there already, and was only to be checked. */
static bool place_text(Compiler *compiler, const Source *source, const char *path, bool check,
                       Formatted formatted, FILE *out) {
  bool same = source->length == formatted.length &&
              memcmp(source->text, formatted.text, formatted.length) == 0;
  if (check && !same)
    fprintf(out, "%s\n", source->path);
  else if (!check && strcmp(path, "-") == 0)
    fwrite(formatted.text, 1, formatted.length, out);
  else if (!check && !same && !replace_file(path, formatted))
    report_unwritten(compiler, path);
  return same || !check;
}

/* What one compiler has to say is said again by the other one, which lives until it is shown. */
static void report_again(Compiler *compiler, const Compiler *one, const char *path) {
  const Source *source = one->source_count > 0 ? one->sources[0] : NULL;
  uint32_t number;
  compiler->source_count = 0;
  compiler->units = (hermes_unit_system){0};
  bool read = source ? source_take(compiler, source->path, source->text, source->length, &number)
                     : source_read(compiler, path, NULL, &number);
  if (read) free(format_text(compiler, number).text);
}

/* Each file has a compiler of its own, so that there may be any number of them. */
static bool format_file(Compiler *compiler, const char *path, bool check, FILE *out) {
  Compiler one;
  uint32_t source;
  bool good = true;
  Formatted formatted = {0};
  compiler_init(&one, "");
  if (source_read(&one, path, NULL, &source)) formatted = format_text(&one, source);
  if (formatted.text)
    good = place_text(compiler, one.sources[source], path, check, formatted, out);
  if (one.diagnostics.count > 0) report_again(compiler, &one, path);
  free(formatted.text);
  compiler_free(&one);
  return good;
}

bool format_files(Compiler *compiler, const FormatOptions *options, FILE *out) {
  bool good = true;
  for (int i = 0; i < options->count; i++)
    good = format_file(compiler, options->paths[i], options->check, out) && good;
  return good;
}
