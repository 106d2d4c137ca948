/* Where a result goes: standard output, or a file that appears only when it is complete. */
#include "twin/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool cannot_write(twin_session *session, const char *name, int error) {
  hermes_report(&session->problems, HB0823, NULL, "cannot write %s: %s",
                name ? name : "to standard output", strerror(error));
  return false;
}

/* A pipe, a terminal or /dev/null is written directly: it must not be replaced by a file. */
static bool must_write_directly(const char *name) {
  struct stat info;
  return stat(name, &info) == 0 && !S_ISREG(info.st_mode);
}

/* The directory of a file's name. */
char *twin_directory_of(const char *name) {
  const char *slash = strrchr(name, '/');
  if (!slash) return twin_print(".");
  return slash == name ? twin_print("/") : twin_print("%.*s", (int)(slash - name), name);
}

bool twin_output_check(twin_session *session) {
  const char *name = session->options.out;
  if (!name || strcmp(name, "-") == 0 || must_write_directly(name)) return true;
  char *directory = twin_directory_of(name);
  bool good = access(directory, W_OK | X_OK) == 0 || cannot_write(session, name, errno);
  free(directory);
  return good;
}

enum { MOST_NAMES = 100 }; /* tried for the file beside the output */

/* Open for writing only, unlike what mkstemp opens: a confined twin reads nothing there. */
static int open_new(twin_output *output) {
  int file = -1;
  for (int i = 0; file < 0 && i < MOST_NAMES && (i == 0 || errno == EEXIST); i++) {
    free(output->temporary);
    output->temporary = twin_print("%s.%ld-%d", output->name, (long)getpid(), i);
    file = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  return file;
}

static FILE *open_beside(twin_output *output) {
  int file = open_new(output);
  if (file >= 0) return fdopen(file, "w");
  free(output->temporary);
  output->temporary = NULL;
  return NULL;
}

/* Through a link the file that it names is replaced, not the link. */
static char *final_name(const char *name) {
  char *real = realpath(name, NULL);
  return real ? real : twin_print("%s", name);
}

bool twin_output_open(twin_session *session, twin_output *output) {
  const char *name = session->options.out;
  *output = (twin_output){.out = stdout};
  if (!name || strcmp(name, "-") == 0) return true;
  output->name = final_name(name);
  output->out = must_write_directly(name) ? fopen(name, "w") : open_beside(output);
  if (output->out) return true;
  cannot_write(session, name, errno);
  free(output->name);
  return false;
}

/* Errors of writing show up at the latest when the last bytes leave the buffer. */
static int close_error(FILE *out) {
  int error = fflush(out) ? errno : 0; /* of what failed before, too: its bytes are still there */
  if (!error && ferror(out)) error = EIO;
  if (out != stdout && fclose(out) && !error) error = errno;
  return error;
}

bool twin_output_close(twin_session *session, twin_output *output) {
  int error = close_error(output->out);
  if (!error && output->temporary && rename(output->temporary, output->name)) error = errno;
  if (error && output->temporary) unlink(output->temporary);
  if (error) cannot_write(session, output->name, error);
  free(output->temporary);
  free(output->name);
  return !error;
}
