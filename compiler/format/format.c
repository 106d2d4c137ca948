/* The formatter: one layout for every blueprint, and nothing changed but blanks. */
#include "format/format.h"
#include "native/build.h"

#include "blueprint.tab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- a source ---- */

static const char *skip_blanks(const char *text) {
  return text + strspn(text, " \t\r\f");
}

/* The same bytes but for the blanks between a number and its unit. */
static bool is_same(const Layout *layout, const Piece *piece, const char *text,
                    const Token *token) {
  const char *a = layout->source->text + piece->start, *end = layout->source->text + piece->end;
  const char *b = text + token->span.start, *other_end = text + token->span.end;
  bool quantity = piece->kind == TOKEN_QUANTITY;
  while (a < end && b < other_end && *a == *b) {
    a = quantity ? skip_blanks(a + 1) : a + 1;
    b = quantity ? skip_blanks(b + 1) : b + 1;
  }
  return piece->kind == token->kind && a >= end && b >= other_end;
}

static bool are_same(const Layout *layout, const char *text, const Tokens *tokens) {
  if (tokens->count != (size_t)layout->count) return false;
  for (size_t i = 0; i + 1 < tokens->count; i++)
    if (!is_same(layout, &layout->pieces[i], text, &tokens->items[i])) return false;
  return true;
}

static bool is_unchanged(const Source *source, const char *text, size_t length) {
  return source->length == length && memcmp(source->text, text, length) == 0;
}

/* Reads the text as it will be read next time. */
static bool says_the_same(const Layout *layout, const char *text, size_t length) {
  Compiler reader;
  Tokens tokens;
  uint32_t source;
  if (is_unchanged(layout->source, text, length)) return true;
  compiler_init(&reader, "");
  bool same = source_take(&reader, layout->source->path, text, length, &source) &&
              tokenize(&reader, source, &tokens) && are_same(layout, text, &tokens);
  compiler_free(&reader);
  return same;
}

char *format_source(Compiler *compiler, uint32_t source, size_t *length) {
  Layout layout = {.compiler = compiler, .source = compiler->sources[source]};
  char *text = NULL;
  FILE *out = open_memstream(&text, length);
  format_pieces(&layout, compiler->trees[source]);
  format_tree(&layout, compiler->trees[source]);
  format_columns(&layout);
  if (out) format_print(&layout, out);
  if (out) fclose(out);
  if (text && says_the_same(&layout, text, *length)) return text;
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

static bool replace_file(const char *path, Formatted formatted) {
  Bytes bytes = {(unsigned char *)formatted.text, formatted.length};
  return file_replace(path, &bytes, 1);
}

/* Does what the command asks for with the text of one file. Returns false where it did not stand
 * there already, and was only to be checked. */
static bool place_text(Compiler *compiler, const Source *source, const char *path, bool check,
                       Formatted formatted, FILE *out) {
  bool same = is_unchanged(source, formatted.text, formatted.length);
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
  if (formatted.text) good = place_text(compiler, one.sources[source], path, check, formatted, out);
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
