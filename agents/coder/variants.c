/* Writing tables anew, line by line. Tables with quoted fields are left as they are: a field could
 * hold a line break or a separator. */
#include "coder/variants.h"

#include "confine/room.h"
#include "native/build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINES = 4000000, FIELD_BYTES = 256 };
static const size_t file_bytes = (size_t)1 << 30;

/* Writes what becomes of one file's text; false where it cannot be told. */
typedef bool Rewrite(const char *name, char *text, const void *context, FILE *out);

static bool is_table(const char *name) {
  size_t length = strlen(name);
  return length > 4 && strcmp(name + length - 4, ".csv") == 0;
}

/* ---- directories ---- */

static bool copy_file(int from, int to, const char *name, Rewrite *rewrite, const void *context) {
  Bytes bytes;
  char *text = NULL;
  size_t size;
  if (!file_read(from, name, file_bytes, &bytes)) return false;
  char *whole = malloc(bytes.size + 1);
  FILE *out = open_memstream(&text, &size);
  bool good = whole && out;
  if (good) {
    memcpy(whole, bytes.data, bytes.size);
    whole[bytes.size] = '\0';
    good = is_table(name) ? rewrite(name, whole, context, out)
                          : fwrite(whole, 1, bytes.size, out) == bytes.size;
  }
  if (out) fclose(out);
  Bytes parts[] = {{(unsigned char *)text, size}};
  good = good && file_write(to, name, 0600, parts, 1);
  free(text);
  free(whole);
  free(bytes.data);
  return good;
}

static bool copy_files(DIR *stream, int to, Rewrite *rewrite, const void *context) {
  struct stat info;
  for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    bool plain = entry->d_name[0] != '.' &&
                 fstatat(dirfd(stream), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                 S_ISREG(info.st_mode);
    if (plain && !copy_file(dirfd(stream), to, entry->d_name, rewrite, context)) return false;
  }
  return true;
}

static const char *variant(Session *session, const char *directory, Rewrite *rewrite,
                           const void *context, const char **why) {
  DIR *stream = opendir(directory);
  const char *room = stream ? room_open(&session->arena) : NULL;
  int to = room ? open(room, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  bool good = to >= 0 && copy_files(stream, to, rewrite, context);
  *why = to < 0 ? strerror(errno) : "a table has quoted fields, or none of that column";
  if (stream) closedir(stream);
  if (to >= 0) close(to);
  if (!good) room_close(room);
  return good ? room : NULL;
}

/* ---- lines ---- */

/* The lines of a text, each ended in place; comments and blank lines are left out. */
static size_t split(char *text, char **lines, size_t most) {
  size_t count = 0;
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line && count < most;
       line = strtok_r(NULL, "\n", &rest)) {
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r') line[length - 1] = '\0';
    if (*line && *line != '#') lines[count++] = line;
  }
  return count;
}

static bool reverse(const char *name, char *text, const void *context, FILE *out) {
  (void)name;
  (void)context;
  char **lines = strchr(text, '"') ? NULL : malloc(sizeof *lines * MOST_LINES);
  if (!lines) return false;
  size_t count = split(text, lines, MOST_LINES);
  if (count > 0) fprintf(out, "%s\n", lines[0]);
  for (size_t i = count; i-- > 1;) fprintf(out, "%s\n", lines[i]);
  free(lines);
  return count < MOST_LINES;
}

const char *variant_reversed(Session *session, const char *directory, const char **why) {
  return variant(session, directory, reverse, NULL, why);
}

/* ---- columns ---- */

static char separator_of(const char *header) {
  if (strchr(header, ',')) return ',';
  return strchr(header, ';') ? ';' : '\t';
}

/* Where the `number`th field begins, and its length. */
static const char *find_field(const char *line, char separator, int number, size_t *length) {
  const char separators[] = {separator, '\0'};
  for (; number > 0 && *line; number--) {
    line += strcspn(line, separators);
    line += *line == separator;
  }
  *length = strcspn(line, separators);
  return line;
}

/* Which field of the header is the column, without a unit of its own; -1: none. */
static int find_column(const char *header, char separator, const char *column) {
  size_t length;
  for (int i = 0; i < 1024; i++) {
    const char *field = find_field(header, separator, i, &length);
    if (length == strlen(column) && strncmp(field, column, length) == 0) return i;
    if (!field[length]) break;
  }
  return -1;
}

/* A line with one field replaced; a field that is empty or no plain number stays. */
static bool convert_line(const char *line, char separator, int number, const Conversion *conversion,
                         FILE *out) {
  size_t length;
  char *end, copy[FIELD_BYTES];
  const char *field = find_field(line, separator, number, &length);
  if (length >= sizeof copy) return false;
  memcpy(copy, field, length);
  copy[length] = '\0';
  double value = strtod(copy, &end);
  if (end == copy || end[strspn(end, " ")]) return length == 0 && fprintf(out, "%s\n", line) > 0;
  return fprintf(out, "%.*s%.17g%s\n", (int)(field - line), line,
                 value * conversion->factor + conversion->offset, field + length) > 0;
}

static bool convert(const char *name, char *text, const void *context, FILE *out) {
  const Conversion *conversion = context;
  if (strcmp(name, conversion->file) != 0) return fputs(text, out) >= 0;
  char **lines = strchr(text, '"') ? NULL : malloc(sizeof *lines * MOST_LINES);
  size_t count = lines ? split(text, lines, MOST_LINES) : 0, length;
  char separator = count > 0 ? separator_of(lines[0]) : ',';
  int number = count > 0 ? find_column(lines[0], separator, conversion->column) : -1;
  bool good = number >= 0;
  if (good) {
    const char *field = find_field(lines[0], separator, number, &length);
    fprintf(out, "%.*s%s[%s]%s\n", (int)(field - lines[0]), lines[0], conversion->column,
            conversion->to, field + length);
  }
  for (size_t i = 1; i < count && good; i++)
    good = convert_line(lines[i], separator, number, conversion, out);
  free(lines);
  return good;
}

const char *variant_converted(Session *session, const char *directory, const Conversion *conversion,
                              const char **why) {
  return variant(session, directory, convert, conversion, why);
}
