/* Paths that clients name: beneath the root, wherever links lead. */
#include "mcp/mcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static hermes_diagnostic *complain(Call *call, const char *path, const char *why) {
  return hermes_report(&call->compiler.diagnostics, HB0920, NULL, "`%s` %s", path, why);
}

static bool goes_up(const char *path) {
  for (; *path; path += strcspn(path, "/"), path += *path == '/')
    if (strncmp(path, "..", 2) == 0 && (path[2] == '/' || !path[2])) return true;
  return false;
}

static bool is_beneath(const char *root, const char *path) {
  size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
  return strncmp(root, path, length) == 0 && (path[length] == '/' || !path[length]);
}

/* The path as a whole one. What names the root itself may be absolute. */
static const char *whole_path(Call *call, const char *path) {
  const char *root = call->server->root;
  if (goes_up(path)) {
    complain(call, path, "leads up: `..` is not followed");
    return NULL;
  }
  if (*path != '/') return arena_format(&call->compiler.arena, "%s/%s", root, path);
  if (is_beneath(root, path)) return path;
  complain(call, path, "lies outside of the directory that is served");
  return NULL;
}

static const char *real_path(Call *call, const char *path, const char *whole) {
  char *real = realpath(whole, NULL);
  const char *copy = real ? arena_copy(&call->compiler.arena, real, strlen(real)) : NULL;
  if (!real)
    complain(call, path,
             arena_format(&call->compiler.arena, "cannot be reached: %s", strerror(errno)));
  free(real);
  if (!copy || is_beneath(call->server->root, copy)) return copy;
  complain(call, path, "leads out of the directory that is served");
  return NULL;
}

const char *argument_path(Call *call, const char *name) {
  const char *path = argument_text(call, name);
  const char *whole = path ? whole_path(call, path) : NULL;
  return whole ? real_path(call, path, whole) : NULL;
}

const char *argument_output(Call *call, const char *name) {
  const char *path = argument_text(call, name);
  const char *whole = path ? whole_path(call, path) : NULL;
  if (!whole) return NULL;
  const char *slash = strrchr(whole, '/'), *last = slash + 1;
  if (!*last || strcmp(last, ".") == 0) {
    complain(call, path, "names no file");
    return NULL;
  }
  const char *parent =
      real_path(call, path, arena_copy(&call->compiler.arena, whole, (size_t)(last - whole)));
  if (!parent) return NULL;
  struct stat info;
  const char *output = arena_format(&call->compiler.arena, "%s/%s", parent, last);
  if (lstat(output, &info) != 0 || S_ISREG(info.st_mode)) return output;
  complain(call, path, "is there already, and no regular file");
  return NULL;
}

const char *path_shown(const Call *call, const char *real) {
  const char *root = call->server->root;
  const char *rest = real + (strcmp(root, "/") == 0 ? 0 : strlen(root));
  return *rest == '/' && rest[1] ? rest + 1 : real;
}
