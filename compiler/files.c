/* Whole files, read and written at once. */
#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool read_exactly(int file, unsigned char *data, size_t size) {
  while (size > 0) {
    ssize_t got = read(file, data, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    data += got;
    size -= (size_t)got;
  }
  return true;
}

static bool read_open(int file, size_t limit, Bytes *bytes) {
  struct stat status;
  if (fstat(file, &status) != 0) return false;
  errno = EFBIG;
  if (!S_ISREG(status.st_mode) || status.st_size > (off_t)limit) return false;
  bytes->size = (size_t)status.st_size;
  bytes->data = malloc(bytes->size + 1);
  if (bytes->data != NULL && read_exactly(file, bytes->data, bytes->size)) return true;
  free(bytes->data);
  *bytes = (Bytes){0};
  return false;
}

bool file_read(int directory, const char *path, size_t limit, Bytes *bytes) {
  *bytes = (Bytes){0};
  int file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return false;
  bool done = read_open(file, limit, bytes);
  int reason = errno;
  close(file);
  errno = reason;
  return done;
}

static bool write_all(int file, Bytes bytes) {
  while (bytes.size > 0) {
    ssize_t put = write(file, bytes.data, bytes.size);
    if (put < 0 && errno != EINTR) return false;
    if (put < 0) continue;
    bytes.data += put;
    bytes.size -= (size_t)put;
  }
  return true;
}

/* A name beside `path` that no other process uses. open(O_EXCL) settles what chance does not. */
static char *name_beside(const char *path, int attempt) {
  const char *slash = strrchr(path, '/');
  int directory = slash == NULL ? 0 : (int)(slash - path) + 1;
  size_t size = (size_t)directory + 64;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  char *name = malloc(size);
  if (name != NULL)
    snprintf(name, size, "%.*s.hermes-%ld-%lx", directory, path, (long)getpid(),
             (unsigned long)now.tv_nsec + (unsigned long)attempt);
  return name;
}

static int create_beside(int directory, const char *path, mode_t mode, char **name) {
  for (int attempt = 0; attempt < 16; attempt++) {
    *name = name_beside(path, attempt);
    if (*name == NULL) return -1;
    int file = openat(directory, *name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file >= 0) return file;
    int reason = errno;
    free(*name);
    *name = NULL;
    errno = reason;
    if (reason != EEXIST) return -1;
  }
  return -1;
}

bool file_write(int directory, const char *path, mode_t mode, const Bytes *parts, size_t count) {
  char *name = NULL;
  int file = create_beside(directory, path, mode, &name);
  if (file < 0) return false;
  bool done = true;
  for (size_t i = 0; i < count && done; i++)
    done = write_all(file, parts[i]);
  int reason = errno;
  if (close(file) != 0 && done) {
    done = false;
    reason = errno;
  }
  if (done && renameat(directory, name, directory, path) != 0) {
    done = false;
    reason = errno;
  }
  if (!done) unlinkat(directory, name, 0);
  free(name);
  errno = reason;
  return done;
}

/* The umask does not apply to a file that was there before. */
bool file_replace(const char *path, const Bytes *parts, size_t count) {
  char *real = realpath(path, NULL);
  struct stat status;
  bool done = real != NULL && access(real, W_OK) == 0 && stat(real, &status) == 0 &&
              file_write(AT_FDCWD, real, status.st_mode & 07777, parts, count) &&
              chmod(real, status.st_mode & 07777) == 0;
  int reason = errno;
  free(real);
  errno = reason;
  return done;
}
