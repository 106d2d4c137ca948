#define _GNU_SOURCE /* O_PATH */

/* Confinement: a command reads what its command line names and writes its output. What it computes
 * was written by someone else, perhaps by a program; so it gives up all other files first, where
 * the kernel can hold it to that (Landlock, Linux 5.13 and later). Elsewhere nothing changes. */
#include "twin/commands.h"

#ifdef __linux__
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights that came with later versions of the interface, which older headers do not name. */
enum {
  ACCESS_REFER = 1 << 13,    /* version 2 */
  ACCESS_TRUNCATE = 1 << 14, /* version 3 */
};

enum {
  WRITING = LANDLOCK_ACCESS_FS_WRITE_FILE,
  REPLACING = WRITING | LANDLOCK_ACCESS_FS_MAKE_REG |
              LANDLOCK_ACCESS_FS_REMOVE_FILE, /* beside the output, and in its place */
};

/* All that this kernel can forbid. */
static __u64 all_rights(long version) {
  __u64 rights = (1 << 13) - 1;
  if (version >= 2) rights |= ACCESS_REFER;
  if (version >= 3) rights |= ACCESS_TRUNCATE;
#ifdef __SANITIZE_ADDRESS__ /* looks at the process itself for leaks, at the very end */
  rights &= ~(__u64)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
#endif
  return rights;
}

/* Leaves the rights beneath a path, or of a file, of those that are taken otherwise. */
static void leave(int ruleset, const char *path, __u64 rights) {
  const __u64 of_files = LANDLOCK_ACCESS_FS_READ_FILE | WRITING | ACCESS_TRUNCATE;
  struct stat info;
  int file = open(path, O_PATH | O_CLOEXEC);
  if (file < 0) return; /* whoever opens it will say why */
  if (fstat(file, &info) == 0 && !S_ISDIR(info.st_mode)) rights &= of_files;
  struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = file};
  syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(file);
}

static void leave_output(int ruleset, const char *name, __u64 rights) {
  struct stat info;
  if (!name || strcmp(name, "-") == 0) return;
  bool direct = stat(name, &info) == 0 && !S_ISREG(info.st_mode);
  if (direct) {
    leave(ruleset, name, (WRITING | ACCESS_TRUNCATE) & rights);
    return;
  }
  char *real = realpath(name, NULL); /* through a link: where it leads to */
  char *directory = twin_directory_of(real ? real : name);
  leave(ruleset, directory, (REPLACING | ACCESS_TRUNCATE) & rights);
  free(directory);
  free(real);
}

static void leave_inputs(int ruleset, const twin_options *options, __u64 rights) {
  const __u64 reading = (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR) & rights;
  if (options->data) leave(ruleset, options->data, reading);
  if (options->policy) leave(ruleset, options->policy, reading);
  for (size_t i = 0; i < options->arguments.count; i++)
    leave(ruleset, options->arguments.items[i], reading);
}

bool twin_confine(const twin_session *session) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  struct landlock_ruleset_attr attributes = {.handled_access_fs = all_rights(version)};
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes,
                             sizeof attributes.handled_access_fs, 0);
  if (ruleset < 0) return false;
  leave_inputs(ruleset, &session->options, attributes.handled_access_fs);
  leave_output(ruleset, session->options.out, attributes.handled_access_fs);
  bool confined = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                  syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  close(ruleset);
  return confined;
}

#else

bool twin_confine(const twin_session *session) {
  (void)session;
  return false;
}

#endif
