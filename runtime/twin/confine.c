/* Confinement: a command reads what its command line names and writes its output. What it computes
 * was written by someone else, perhaps by a program; so it gives up all other files first, where
 * the kernel can hold it to that (Landlock, Linux 5.13 and later). Elsewhere nothing changes. */
#include "twin/commands.h"

#include <hermes/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  READING = HERMES_MAY_READ | HERMES_MAY_LIST,
  WRITING = HERMES_MAY_WRITE | HERMES_MAY_TRUNCATE,
  REPLACING = WRITING | HERMES_MAY_MAKE | HERMES_MAY_REMOVE, /* beside the output, in its place */
#ifdef __SANITIZE_ADDRESS__ /* looks at the process itself for leaks, at the very end */
  STAYS = READING,
#else
  STAYS = 0,
#endif
};

static void leave_output(const hermes_fence *fence, const char *name) {
  struct stat info;
  if (!name || strcmp(name, "-") == 0) return;
  bool direct = stat(name, &info) == 0 && !S_ISREG(info.st_mode);
  if (direct) {
    hermes_fence_leave(fence, name, WRITING);
    return;
  }
  char *real = realpath(name, NULL); /* through a link: where it leads to */
  char *directory = twin_directory_of(real ? real : name);
  hermes_fence_leave(fence, directory, REPLACING);
  free(directory);
  free(real);
}

static void leave_inputs(const hermes_fence *fence, const twin_options *options) {
  if (options->data) hermes_fence_leave(fence, options->data, READING);
  if (options->policy) hermes_fence_leave(fence, options->policy, READING);
  for (size_t i = 0; i < options->arguments.count; i++)
    hermes_fence_leave(fence, options->arguments.items[i], READING);
}

bool twin_confine(const twin_session *session) {
  hermes_fence fence;
  if (!hermes_fence_open(&fence, STAYS, false)) return false;
  leave_inputs(&fence, &session->options);
  leave_output(&fence, session->options.out);
  return hermes_fence_enter(&fence);
}
