/* The map of the server for other agents: the Model Context Protocol on standard input and output.
 *
 *   line ─► message, or a batch of them ─► method ─► tool ─► result ─► line
 *   transport.c      protocol.c                      tools.c, paths.c, compile.c, twin.c, shelf.c
 *
 * It speaks two dialects: that of a handshake (`initialize`, versions until 2025-11-25), and the
 * one without (2026-07-28), in which every request says in its `_meta` what it speaks. One message
 * is answered before the next one is read. Nothing but answers comes to standard output.
 *
 * Every file that a client names lies beneath the directory that the server was started in; what a
 * client writes is compiled here, and run under guard (confine/child.h).
 */
#ifndef HERMES_MCP_H
#define HERMES_MCP_H

#include "hermes.h"

#include <signal.h>

enum {
  MOST_LINE_BYTES = 32 << 20, /* of one message */
  MOST_LISTS = 4,             /* of a tool's arguments */
  MOST_BATCH = 64,            /* messages in one line */
  FIXES_VERIFIED = 20,        /* of one call's errors: each costs a check */
};

typedef struct Server {
  Session *session;
  struct Input *in;
  FILE *out;
  const char *root;    /* the directory's real path */
  const char *version; /* of the handshake; NULL: there was none */
  const volatile sig_atomic_t *stop;
} Server;

/* ---- transport.c ---- */

typedef struct Input {
  int file;
  const volatile sig_atomic_t *stop; /* where it is raised, the input is at its end */
  char bytes[1 << 16];
  size_t begin, end; /* of what was read and not yet taken */
} Input;

typedef enum Line { LINE_GOOD, LINE_TOO_LONG, LINE_END } Line;

/* The next line, malloc'ed and terminated; what is too long is read past. */
Line line_read(Input *in, char **line, size_t *length);
/* Writes a message, and deletes it; NULL: nothing. False where nobody reads any more. */
bool line_write(FILE *out, cJSON *message);

/* ---- protocol.c ---- */

/* The answer to a line, or NULL where there is none. */
cJSON *protocol_answer(Server *server, const char *line, size_t length);
/* The answer to a line that is too long. */
cJSON *protocol_too_long(void);

/* ---- tools.c ---- */

/* One call of a tool. It has a compiler of its own, whose diagnostics are the call's: where there
 * are errors among them, the call has failed, and the client is told them. */
typedef struct Call {
  Server *server;
  Compiler compiler;
  const cJSON *arguments; /* checked against the tool's table */
  const char *file;       /* the blueprint's, as messages name it; or NULL */
  const char *room;       /* a directory for the time of the call, or NULL */
  cJSON *result;          /* an object, perhaps raw; or NULL */
  const char *text;       /* for people, in place of the result as text; or NULL */
  const char *remark;     /* besides, or NULL */
} Call;

typedef enum ArgumentKind {
  ARGUMENT_TEXT,
  ARGUMENT_PATH, /* of a file or a directory that is there */
  ARGUMENT_OUTPUT,
  ARGUMENT_NUMBER, /* a whole one */
  ARGUMENT_TRUTH,
  ARGUMENT_OBJECT,
  ARGUMENT_TEXTS,
  ARGUMENT_OBJECTS,
  ARGUMENT_KINDS
} ArgumentKind;

typedef struct Argument {
  const char *name;
  ArgumentKind kind;
  bool needed;
  long least, most; /* of a number */
  const char *about;
} Argument;

typedef struct Tool {
  const char *name, *title, *about;
  const Argument *lists[MOST_LISTS]; /* each ended by one without a name */
  bool changes;                      /* writes a file or the repository */
  void (*run)(Call *call);
} Tool;

/* The list that a client is shown. */
cJSON *tools_list(void);
/* The result of a call, or NULL where there is no such tool. */
cJSON *tools_call(Server *server, const char *name, const cJSON *arguments);
/* The name of the tool that is nearest to a word, or NULL. */
const char *tools_nearest(const char *name);

/* What tools find among their arguments; 0, NULL or false where they are left out. */
const cJSON *argument(const Call *call, const char *name);
const char *argument_text(const Call *call, const char *name);
long argument_number(const Call *call, const char *name, long otherwise);
bool argument_truth(const Call *call, const char *name);
/* A file's path beneath the root, real; NULL, with a diagnostic, where it leads elsewhere. */
const char *argument_path(Call *call, const char *name);
/* The same of one that need not be there yet, in a directory that is. */
const char *argument_output(Call *call, const char *name);
/* How messages name it: relative to the root. */
const char *path_shown(const Call *call, const char *real);

/* Reads and checks the blueprint that the call brings; false with diagnostics. */
bool call_check(Call *call);
/* And it is no module. */
bool call_check_runnable(Call *call);
/* The call's directory, made when it is first asked for; NULL with a diagnostic. */
const char *call_room(Call *call);
/* The document of docs/schema/diagnostics.schema.json. */
cJSON *call_diagnostics(Call *call);

/* ---- the tools: compile.c, twin.c, shelf.c ---- */
void tool_check(Call *call);
void tool_fix(Call *call);
void tool_explain(Call *call);
void tool_compile(Call *call);
void tool_primer(Call *call);
void tool_library(Call *call);
void tool_run(Call *call);
void tool_test(Call *call);
void tool_rank(Call *call);
void tool_search(Call *call);
void tool_show(Call *call);
void tool_add(Call *call);

#endif
