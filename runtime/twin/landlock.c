#define _GNU_SOURCE /* O_PATH */

/* Landlock by its system calls: the C library has no functions for them. */
#include <hermes/landlock.h>

#ifdef __linux__
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As of version 6; older headers know less of it, and older kernels want less. */
typedef struct Attributes {
  uint64_t files, net, scope;
} Attributes;

enum {
  RIGHTS_AT_FIRST = (1 << 13) - 1,
  NET_BIND_AND_CONNECT = 3, /* version 4 */
  SCOPE_ALL = 3,            /* version 6: abstract sockets, signals */
  OF_FILES = HERMES_MAY_EXECUTE | HERMES_MAY_READ | HERMES_MAY_WRITE | HERMES_MAY_TRUNCATE,
};

long hermes_landlock(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : version;
}

bool hermes_fence_open(hermes_fence *fence, uint64_t stays, bool alone) {
  long version = hermes_landlock();
  if (version < 1) return false;
  Attributes taken = {.files = RIGHTS_AT_FIRST};
  size_t size = version < 4   ? offsetof(Attributes, net)
                : version < 6 ? offsetof(Attributes, scope)
                              : sizeof taken;
  if (version >= 2) taken.files |= HERMES_MAY_MOVE;
  if (version >= 3) taken.files |= HERMES_MAY_TRUNCATE;
  taken.files &= ~stays;
  if (alone && version >= 4) taken.net = NET_BIND_AND_CONNECT;
  if (alone && version >= 6) taken.scope = SCOPE_ALL;
  fence->handled = taken.files;
  fence->file = (int)syscall(SYS_landlock_create_ruleset, &taken, size, 0);
  return fence->file >= 0;
}

void hermes_fence_leave(const hermes_fence *fence, const char *path, uint64_t rights) {
  struct stat info;
  int file = open(path, O_PATH | O_CLOEXEC);
  if (file < 0) return; /* whoever opens it will say why */
  if (fstat(file, &info) == 0 && !S_ISDIR(info.st_mode)) rights &= OF_FILES;
  struct landlock_path_beneath_attr rule = {.allowed_access = rights & fence->handled,
                                            .parent_fd = file};
  syscall(SYS_landlock_add_rule, fence->file, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(file);
}

bool hermes_fence_enter(const hermes_fence *fence) {
  bool entered = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                 syscall(SYS_landlock_restrict_self, fence->file, 0) == 0;
  close(fence->file);
  return entered;
}

#else

long hermes_landlock(void) {
  return 0;
}

bool hermes_fence_open(hermes_fence *fence, uint64_t stays, bool alone) {
  (void)fence, (void)stays, (void)alone;
  return false;
}

void hermes_fence_leave(const hermes_fence *fence, const char *path, uint64_t rights) {
  (void)fence, (void)path, (void)rights;
}

bool hermes_fence_enter(const hermes_fence *fence) {
  (void)fence;
  return false;
}

#endif
