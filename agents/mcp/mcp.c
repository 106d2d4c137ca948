/* `hermes mcp`: reads messages until there are no more. */
#include "mcp/mcp.h"

#include "client/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Answers go to a descriptor of their own; whatever else writes to standard output, by mistake,
 * writes to standard error. */
static FILE *take_output(void) {
  int own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (own < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return NULL;
  return fdopen(own, "w");
}

static const char *find_root(Session *session) {
  char *root = realpath(".", NULL);
  const char *copy = root ? arena_copy(&session->arena, root, strlen(root)) : NULL;
  free(root);
  return copy;
}

static bool serve_line(Server *server) {
  char *line;
  size_t length;
  Line kind = line_read(server->in, &line, &length);
  bool goes_on = kind != LINE_END && !*server->stop;
  if (goes_on)
    goes_on =
        line_write(server->out, kind == LINE_TOO_LONG ? protocol_too_long()
                                                      : protocol_answer(server, line, length));
  free(line);
  return goes_on;
}

int run_mcp(Session *session) {
  Input in = {.file = STDIN_FILENO, .stop = stop_on_signals()};
  Server server = {.session = session,
                   .in = &in,
                   .out = take_output(),
                   .root = find_root(session),
                   .stop = in.stop};
  if (!server.out || !server.root) {
    hermes_report(&session->diagnostics, HB0918, NULL, "hermes cannot serve here: %s",
                  strerror(errno));
    return EXIT_WRONG;
  }
  while (serve_line(&server)) continue;
  bool written = fclose(server.out) == 0;
  return *server.stop ? EXIT_STOPPED : written ? EXIT_DONE : EXIT_WRONG;
}
