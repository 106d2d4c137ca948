/* Files and places in them.
 *
 * A source is read whole, before anything looks at it, and is then known to be a bounded piece of
 * UTF-8 without NUL bytes. Spans are byte offsets; lines and columns are only worked out for what
 * is shown to people.
 */
#include "hermesc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* ---- places ---- */

Span span_join(Span a, Span b) {
  Span joined = a;
  if (b.source != a.source) return joined;
  if (b.start < joined.start) joined.start = b.start;
  if (b.end > joined.end) joined.end = b.end;
  return joined;
}

static const Source *source_of(const Compiler *compiler, Span span) {
  return span.source < compiler->source_count ? compiler->sources[span.source] : NULL;
}

hermes_place place_of(const Compiler *compiler, Span span) {
  const Source *source = source_of(compiler, span);
  if (source == NULL) return (hermes_place){0};
  return (hermes_place){.file = source->path,
                        .text = source->text,
                        .length = source->length,
                        .start = span.start,
                        .end = span.end};
}

int line_of(const Compiler *compiler, Span span) {
  const Source *source = source_of(compiler, span);
  if (source == NULL) return 0;
  size_t low = 0, high = source->line_count; /* the line sought is in low .. high - 1 */
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (source->lines[middle] <= span.start)
      low = middle;
    else
      high = middle;
  }
  return (int)low + 1;
}

bool offset_of(const Source *source, long line, long column, size_t *offset) {
  if (line < 1 || column < 1 || (size_t)line > source->line_count) return false;
  size_t at = source->lines[line - 1];
  while (--column > 0 && at < source->length && source->text[at] != '\n')
    at += (size_t)utf8_length((const unsigned char *)source->text + at);
  *offset = at;
  return column == 0;
}

static void find_lines(Arena *arena, Source *source) {
  size_t count = 1;
  for (size_t i = 0; i < source->length; i++)
    count += source->text[i] == '\n';
  source->lines = ARENA_ARRAY(arena, uint32_t, count);
  source->line_count = 1;
  for (size_t i = 0; i < source->length; i++)
    if (source->text[i] == '\n') source->lines[source->line_count++] = (uint32_t)i + 1;
}

/* ---- the text ---- */

/* What may follow a lead byte, by Unicode 15, table 3-7: neither overlong forms nor surrogates. */
static const struct {
  unsigned char first, last; /* lead byte */
  unsigned char low, high;   /* second byte */
  int length;
} utf8_forms[] = {
    {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static bool continues(const unsigned char *text, int length, unsigned char low,
                      unsigned char high) {
  if (length > 1 && (text[1] < low || text[1] > high)) return false;
  for (int i = 2; i < length; i++)
    if ((text[i] & 0xC0) != 0x80) return false;
  return true;
}

int utf8_length(const unsigned char *text) {
  for (size_t i = 0; i < sizeof utf8_forms / sizeof *utf8_forms; i++)
    if (*text >= utf8_forms[i].first && *text <= utf8_forms[i].last)
      return continues(text, utf8_forms[i].length, utf8_forms[i].low, utf8_forms[i].high)
                 ? utf8_forms[i].length
                 : 0;
  return 0;
}

size_t utf8_prefix(const char *text, size_t length) {
  size_t at = 0;
  for (int bytes = 1; at < length && bytes > 0; at += (size_t)bytes)
    bytes = utf8_length((const unsigned char *)text + at);
  return at;
}

static bool report_byte(Compiler *compiler, uint32_t number, hermes_code code, size_t at,
                        const char *message) {
  Span span = {.start = (uint32_t)at, .end = (uint32_t)at + 1, .source = number};
  hermes_diagnostic *d = report(compiler, code, span, "%s", message);
  hermes_diagnostic_fact(&d->actual, "byte 0x%02X at offset %zu",
                         (unsigned)(unsigned char)compiler->sources[number]->text[at], at);
  return false;
}

static bool check_text(Compiler *compiler, uint32_t number) {
  const Source *source = compiler->sources[number];
  const char *nul = memchr(source->text, '\0', source->length);
  if (nul != NULL)
    return report_byte(compiler, number, HB0004, (size_t)(nul - source->text),
                       "a NUL byte in a blueprint");
  size_t good = utf8_prefix(source->text, source->length);
  return good == source->length || report_byte(compiler, number, HB0005, good, "this is not UTF-8");
}

/* ---- reading ---- */

static bool report_file(Compiler *compiler, const char *path, hermes_code code,
                        const char *reason) {
  hermes_place place = {.file = path};
  hermes_report(&compiler->diagnostics, code, &place, "cannot read `%s`: %s", path, reason);
  return false;
}

static bool report_size(Compiler *compiler, const char *path) {
  hermes_place place = {.file = path};
  hermes_diagnostic *d =
      hermes_report(&compiler->diagnostics, HB0003, &place, "`%s` is too large", path);
  hermes_diagnostic_fact(&d->expected, "at most %d bytes", MAX_SOURCE_BYTES);
  return false;
}

/* Opens without waiting: a FIFO in the file's place must not hang the compiler. */
static int open_source(Compiler *compiler, const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) {
    report_file(compiler, path, HB0001, strerror(errno));
  } else if (!S_ISREG(status.st_mode)) {
    report_file(compiler, path, HB0002,
                S_ISDIR(status.st_mode) ? "it is a directory" : "it is not a regular file");
  } else if (status.st_size > MAX_SOURCE_BYTES) {
    report_size(compiler, path);
  } else {
    return file;
  }
  if (file >= 0) close(file);
  return -1;
}

/* Reads to the end, or to one byte beyond the limit. Returns false with errno set. */
static bool read_all(int file, char *text, size_t *length) {
  *length = 0;
  while (*length <= MAX_SOURCE_BYTES) {
    ssize_t got = read(file, text + *length, MAX_SOURCE_BYTES + 1 - *length);
    if (got == 0) return true;
    if (got > 0)
      *length += (size_t)got;
    else if (errno != EINTR)
      return false;
  }
  return true;
}

/* The text of a source without a byte order mark. */
static void keep_text(Compiler *compiler, Source *source, const char *text, size_t length) {
  size_t skip = sizeof byte_order_mark - 1;
  if (length < skip || memcmp(text, byte_order_mark, skip) != 0) skip = 0;
  source->text = arena_copy(&compiler->arena, text + skip, length - skip);
  source->length = length - skip;
}

static bool read_text(Compiler *compiler, int file, Source *source) {
  char *text = malloc(MAX_SOURCE_BYTES + 1);
  size_t length = 0;
  bool done = false;
  if (text == NULL || !read_all(file, text, &length))
    report_file(compiler, source->path, HB0001, strerror(errno));
  else if (length > MAX_SOURCE_BYTES)
    report_size(compiler, source->path);
  else
    done = true;
  if (done) keep_text(compiler, source, text, length);
  free(text);
  return done;
}

static bool room_for_source(Compiler *compiler, const char *path) {
  if (compiler->source_count < MAX_SOURCES) return true;
  hermes_place place = {.file = path};
  hermes_diagnostic *d =
      hermes_report(&compiler->diagnostics, HB0006, &place, "`%s` is one module too many", path);
  hermes_diagnostic_fact(&d->expected, "at most %d sources", MAX_SOURCES);
  return false;
}

static Source *new_source(Compiler *compiler, const char *path, const char *module) {
  Source *source = ARENA_NEW(&compiler->arena, Source);
  source->path = arena_copy(&compiler->arena, path, strlen(path));
  source->module = module == NULL ? NULL : arena_copy(&compiler->arena, module, strlen(module));
  return source;
}

static bool number_source(Compiler *compiler, Source *source, uint32_t *number) {
  find_lines(&compiler->arena, source);
  *number = compiler->source_count++;
  compiler->sources[*number] = source;
  return check_text(compiler, *number);
}

static bool take_text(Compiler *compiler, const char *path, const char *module, const char *text,
                      size_t length, uint32_t *number) {
  if (length > MAX_SOURCE_BYTES) return report_size(compiler, path);
  Source *source = new_source(compiler, path, module);
  keep_text(compiler, source, text, length);
  return number_source(compiler, source, number);
}

static const char *find_overlay(const Compiler *compiler, const char *path, size_t *length) {
  const Overlay *overlay = compiler->overlay;
  return overlay ? overlay->find(overlay->context, path, length) : NULL;
}

/* needs: nothing. leaves: a numbered source of checked text with its line table. */
bool source_read(Compiler *compiler, const char *path, const char *module, uint32_t *number) {
  bool standard_input = strcmp(path, "-") == 0;
  size_t length;
  const char *text = find_overlay(compiler, path, &length);
  if (!room_for_source(compiler, path)) return false;
  if (text) return take_text(compiler, path, module, text, length, number);
  int file = standard_input ? STDIN_FILENO : open_source(compiler, path);
  if (file < 0) return false;
  Source *source = new_source(compiler, standard_input ? "<standard input>" : path, module);
  bool read = read_text(compiler, file, source);
  if (!standard_input) close(file);
  return read && number_source(compiler, source, number);
}

bool source_take(Compiler *compiler, const char *path, const char *text, size_t length,
                 uint32_t *number) {
  return room_for_source(compiler, path) && take_text(compiler, path, NULL, text, length, number);
}
