/* Regular files beneath the data directory, read whole.
 *
 * The way to a file is walked component by component, so that no link and no `..` leads out of the
 * directory, even if somebody changes it meanwhile.
 */
#include "data/data.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

hermes_diagnostic *data_report(data_source *source, hermes_diagnostics *problems, hermes_code code,
                               uint32_t line, uint32_t column, const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  hermes_place place = {.file = source->name, .line = line, .column = column};
  hermes_diagnostic *d = hermes_report(problems, code, &place, "%s", message);
  d->file_copy = strdup(source->name); /* problems outlive the description that names the file */
  d->place.file = d->file_copy;
  if (d->severity == HERMES_ERROR && ++source->problems == DATA_PROBLEMS)
    hermes_diagnostic_note(d, "%d problems in this file: what follows was not read", DATA_PROBLEMS);
  return d;
}

data_shown data_show(const char *text, size_t length) {
  data_shown shown = {""};
  size_t kept = length > DATA_SHOWN ? DATA_SHOWN : length;
  if (kept < length)
    while (kept && ((unsigned char)text[kept] & 0xC0) == 0x80)
      kept--;
  memcpy(shown.text, text, kept);
  if (kept < length) memcpy(shown.text + kept, "...", 3);
  for (char *c = shown.text; *c; c++)
    if ((unsigned char)*c < ' ') *c = ' ';
  return shown;
}

/* ---- the way to a file ---- */

typedef struct walk {
  int directory;              /* open; where `rest` begins */
  char rest[DATA_PATH_BYTES]; /* components that remain */
  int links;                  /* followed so far */
  hermes_code code;           /* what went wrong */
  const char *reason;
  bool absent;     /* that there is no file of this name */
  char error[128]; /* what the system says, as a reason */
} walk;

static int refuse(walk *w, hermes_code code, const char *reason) {
  w->code = code;
  w->reason = reason;
  return -1;
}

/* With the error of the last call. */
static int refuse_error(walk *w) {
  bool absent = errno == ENOENT;
  w->absent = absent && !w->links;
  snprintf(w->error, sizeof w->error, "cannot be read: %s", strerror(errno));
  return refuse(w, HB0702,
                w->absent ? "does not exist in the data directory"
                : absent  ? "is a link to what does not exist in the data directory"
                          : w->error);
}

static bool leads_out(const char *path) {
  if (*path == '/') return true;
  for (const char *at = path; *at; at += strcspn(at, "/"), at += *at == '/')
    if (!strncmp(at, "..", 2) && (at[2] == '/' || !at[2])) return true;
  return false;
}

/* Puts the target of the link `name` before what remains of the way. */
static bool follow(walk *w, const char *name) {
  char target[DATA_PATH_BYTES], rest[DATA_PATH_BYTES];
  ssize_t length = readlinkat(w->directory, name, target, sizeof target - 1);
  if (length < 0) return refuse_error(w), false;
  target[length] = '\0';
  if (leads_out(target))
    return refuse(w, HB0703, "passes a link that may lead out of the data directory"), false;
  int size = snprintf(rest, sizeof rest, "%s%s%s", target, *w->rest ? "/" : "", w->rest);
  if (++w->links > DATA_LINKS || size < 0 || (size_t)size >= sizeof rest)
    return refuse(w, HB0703, "passes too many links"), false;
  memcpy(w->rest, rest, sizeof rest);
  return true;
}

/* Takes the first component off what remains. */
static void next_component(walk *w, char *name) {
  size_t length = strcspn(w->rest, "/"), skip = length;
  memcpy(name, w->rest, length);
  name[length] = '\0';
  while (w->rest[skip] == '/')
    skip++;
  memmove(w->rest, w->rest + skip, strlen(w->rest + skip) + 1);
}

/* One step along the way: an open file at its end, 0 where it goes on, -1 on failure. Devices and
 * FIFOs are not even opened; O_NONBLOCK is for a file that becomes one meanwhile. */
static int step(walk *w) {
  char name[DATA_PATH_BYTES];
  struct stat status;
  next_component(w, name);
  if (fstatat(w->directory, name, &status, AT_SYMLINK_NOFOLLOW)) return refuse_error(w);
  if (S_ISLNK(status.st_mode)) return follow(w, name) ? 0 : -1;
  bool last = !*w->rest;
  if (last && !S_ISREG(status.st_mode)) return refuse(w, HB0704, "is no regular file");
  int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int file = openat(w->directory, name, last ? flags : flags | O_DIRECTORY);
  if (file < 0) return refuse_error(w);
  if (last) return file;
  close(w->directory);
  w->directory = file;
  return 0;
}

/* Opens the file at the end of the way; -1 with code and reason. */
static int open_beneath(int directory, const char *path, walk *w) {
  *w = (walk){.directory = -1};
  if (leads_out(path)) return refuse(w, HB0703, "lies outside of the data directory");
  if (strlen(path) >= sizeof w->rest) return refuse(w, HB0703, "has too long a name");
  strcpy(w->rest, path);
  w->directory = fcntl(directory, F_DUPFD_CLOEXEC, 0);
  if (w->directory < 0) return refuse_error(w);
  int file = 0;
  while (!file)
    file = step(w);
  close(w->directory);
  return file;
}

/* ---- reading ---- */

static bool read_fully(int file, char *to, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = read(file, to + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += (size_t)got;
  }
  char more;
  return read(file, &more, 1) == 0;
}

static void read_open(int file, data_source *source, uint64_t limit, hermes_diagnostics *problems) {
  struct stat status;
  if (fstat(file, &status) || !S_ISREG(status.st_mode)) {
    data_report(source, problems, HB0704, 0, 0, "`%s` is no regular file", source->name);
  } else if ((uint64_t)status.st_size > limit) {
    data_report(source, problems, HB0705, 0, 0,
                "`%s` has %llu bytes; the limits of files and memory allow %llu", source->name,
                (unsigned long long)status.st_size, (unsigned long long)limit);
  } else if (!(source->text = malloc((size_t)status.st_size + 1))) {
    data_report(source, problems, HB0735, 0, 0, "no memory left to read `%s`", source->name);
  } else if (!read_fully(file, source->text, (size_t)status.st_size)) {
    data_report(source, problems, HB0702, 0, 0, "`%s` cannot be read, or changes meanwhile",
                source->name);
    data_source_free(source);
  } else {
    source->size = (size_t)status.st_size;
    source->text[source->size] = '\0';
  }
}

/* A file that does not exist may be a slip of the pen: names the nearest that does. */
static void suggest_file(int directory, const data_source *source, hermes_diagnostic *d) {
  enum { NAMES = 256 };
  char *names[NAMES];
  size_t count = 0;
  int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *list = copy < 0 ? NULL : fdopendir(copy);
  if (!list && copy >= 0) close(copy);
  for (struct dirent *entry; list && count < NAMES && (entry = readdir(list));)
    if (entry->d_name[0] != '.' && (names[count] = strdup(entry->d_name))) count++;
  const char *nearest = hermes_nearest(source->name, (const char *const *)names, count);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  for (size_t i = 0; i < count; i++)
    free(names[i]);
  if (list) closedir(list);
}

void data_source_read(int directory, data_source *source, uint64_t limit,
                      hermes_diagnostics *problems) {
  walk w;
  int file = open_beneath(directory, source->name, &w);
  if (file < 0) {
    hermes_diagnostic *d =
        data_report(source, problems, w.code, 0, 0, "`%s` %s", source->name, w.reason);
    if (w.absent) suggest_file(directory, source, d);
    return;
  }
  read_open(file, source, limit < DATA_FILE_BYTES ? limit : DATA_FILE_BYTES, problems);
  close(file);
}

void data_source_free(data_source *source) {
  free(source->text);
  source->text = NULL;
  source->size = 0;
}

/* ---- what text may hold ---- */

/* Bytes of the UTF-8 character at `at`, or 0 where there is none: not overlong, no surrogate, below
 * U+110000. */
static size_t character(const unsigned char *at, size_t left) {
  size_t size = *at < 0x80   ? 1
                : *at < 0xC2 ? 0
                : *at < 0xE0 ? 2
                : *at < 0xF0 ? 3
                : *at < 0xF5 ? 4
                             : 0;
  if (size == 0 || size > left) return 0;
  for (size_t i = 1; i < size; i++)
    if ((at[i] & 0xC0) != 0x80) return 0;
  bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
  bool beyond = (at[0] == 0xED && at[1] >= 0xA0) || (at[0] == 0xF4 && at[1] >= 0x90);
  return overlong || beyond ? 0 : size;
}

static void line_and_column(const char *text, size_t offset, uint32_t *line, uint32_t *column) {
  const char *start = text, *end = text + offset;
  *line = 1;
  for (const char *next; (next = memchr(start, '\n', (size_t)(end - start))); start = next + 1)
    ++*line;
  *column = (uint32_t)(end - start) + 1;
}

/* The first byte that is a NUL or begins no character; `size` where there is none. */
static size_t first_strange(const unsigned char *text, size_t size) {
  const uint64_t high = 0x8080808080808080u, ones = 0x0101010101010101u;
  for (size_t at = 0; at < size;) {
    uint64_t eight;
    while (size - at >= sizeof eight) {
      memcpy(&eight, text + at, sizeof eight);
      if ((eight | (eight - ones)) & high) break; /* a byte beyond ASCII, or a NUL */
      at += sizeof eight;
    }
    size_t step_size = at < size && text[at] ? character(text + at, size - at) : 0;
    if (!step_size) return at;
    at += step_size;
  }
  return size;
}

bool data_check_text(data_source *source, hermes_diagnostics *problems) {
  size_t at = first_strange((const unsigned char *)source->text, source->size);
  if (at >= source->size) return true;
  uint32_t line, column;
  line_and_column(source->text, at, &line, &column);
  bool sixteen = source->size >= 2 &&
                 (!memcmp(source->text, "\xFF\xFE", 2) || !memcmp(source->text, "\xFE\xFF", 2));
  unsigned char byte = (unsigned char)source->text[at];
  hermes_diagnostic *d =
      byte ? data_report(source, problems, HB0707, line, column, "byte 0x%02X is not UTF-8", byte)
           : data_report(source, problems, HB0706, line, column, "a NUL byte");
  if (sixteen) hermes_diagnostic_note(d, "the file is UTF-16; save it as UTF-8");
  return false;
}
