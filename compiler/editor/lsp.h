/* The language server, `hermesc lsp`: editors ask it over standard input and output (JSON-RPC 2.0,
 * Language Server Protocol 3.17).
 *
 *   bytes ─► messages          lsp_transport.c
 *   messages ─► answers        lsp.c: one table of methods, and what may be asked when
 *   what editors hold          lsp_documents.c: texts, changed piece by piece
 *   offsets ◄─► lines, columns lsp_positions.c: in UTF-16, or UTF-8 where the editor can
 *   diagnostics, fixes         lsp_diagnostics.c
 *   hover, completion          lsp_hover.c, lsp_completion.c
 *   definitions, symbols       lsp_symbols.c
 *   renaming, formatting       lsp_edits.c
 *
 * Each request compiles the text anew, in an arena that is freed with the answer: that takes
 * milliseconds, and nothing can be out of date.
 */
#ifndef HERMESC_LSP_H
#define HERMESC_LSP_H

#include "check/references.h"

#include <cjson/cJSON.h>

/* ---- texts and places in them ---- */

typedef struct Text {
  const char *bytes;
  size_t length;
  uint32_t *lines; /* where each begins; malloc'ed */
  size_t line_count;
  size_t mark; /* bytes of the byte order mark, which the compiler does not count */
} Text;

typedef struct OpenDocument {
  char *uri, *path; /* path: as messages name it; the URI itself where it is no file's */
  char *bytes;
  Text text;
  double version;
  bool published; /* something is shown of it */
  struct OpenDocument *next;
} OpenDocument;

typedef struct Server {
  FILE *in, *out;
  const char *stdlib;
  char *manual; /* the URI of docs/diagnostics.md, or NULL where it is not at hand */
  OpenDocument *documents;
  Overlay overlay;
  bool utf8;     /* columns count bytes, not units of UTF-16 */
  bool snippets; /* the editor understands them */
  bool initialized, shut_down, over;
  int code; /* to exit with */
} Server;

bool text_open(Text *text, const char *bytes, size_t length); /* false: no memory */
void text_close(Text *text);
/* Places are clamped to the text; an offset counts from behind the byte order mark. */
size_t text_offset(const Server *server, const Text *text, const cJSON *position);
cJSON *text_position(const Server *server, const Text *text, size_t offset);
cJSON *text_range(const Server *server, const Text *text, size_t start, size_t end);

/* A declaration that may begin with a word that is left out begins behind the one before it: the
 * blanks and comments in between are not its own. */
Span without_blanks(const Source *source, Span span);

/* The file that a URI names, or the URI itself; malloc'ed, NULL: no memory. */
char *path_of_uri(const char *uri);

/* ---- transport ---- */

enum { MAX_MESSAGE = 64 << 20 }; /* bytes */

typedef enum Reading { READING_GOOD, READING_BROKEN, READING_TOO_LARGE, READING_END } Reading;

/* The next message's body, malloc'ed and terminated. What makes no sense is read past. */
Reading read_message(FILE *in, char **body, size_t *length);
void write_message(FILE *out, cJSON *message);                  /* and deletes it */
void notify(Server *server, const char *method, cJSON *params); /* takes the params */

/* ---- failures of requests ---- */

enum {
  PARSE_ERROR = -32700,
  INVALID_REQUEST = -32600,
  METHOD_NOT_FOUND = -32601,
  INVALID_PARAMS = -32602,
  NOT_INITIALIZED = -32002,
  REQUEST_FAILED = -32803,
};

typedef struct Failure {
  int code; /* 0: none */
  char message[256];
} Failure;
/* Sets the failure; NULL. */
cJSON *fail_answer(Failure *failure, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- documents ---- */
OpenDocument *find_document(const Server *server, const char *uri);
/* That of params.textDocument, or NULL. */
OpenDocument *document_of(const Server *server, const cJSON *params);
/* The same for a request, which fails where it is NULL. */
OpenDocument *asked_document(const Server *server, const cJSON *params, Failure *failure);
OpenDocument *open_document(Server *server, const char *uri, const char *bytes, double version);
void change_document(Server *server, OpenDocument *document, const cJSON *changes);
void close_document(Server *server, OpenDocument *document);

/* ---- what is known of a document ---- */

/* {"uri", "range"} of a place, in the document or in another file. */
cJSON *location_of(const Server *server, const OpenDocument *document, const Compiler *compiler,
                   const hermes_place *place);

typedef struct Knowledge {
  Compiler compiler;
  Checker checker;
  References references;
  bool known; /* else nothing of the rest but the compiler */
  bool sound; /* without errors: then stages are known, too */
} Knowledge;
void know_document(Server *server, const OpenDocument *document, Knowledge *knowledge);
void forget(Knowledge *knowledge);
/* The same checks, in the same order, as `hermesc check` does. */
void check_document(Server *server, const OpenDocument *document, Compiler *compiler);

/* ---- answers ---- */

/* The result, NULL for null or where it fails. */
typedef cJSON *Answer(Server *server, const cJSON *params, Failure *failure);
Answer answer_hover, answer_completion, answer_definition, answer_references, answer_symbols;
Answer answer_formatting, answer_prepare_rename, answer_rename, answer_code_action;

void publish_diagnostics(Server *server, OpenDocument *document);
/* {"range", "newText"} of a change from one text to another that leaves alone what is the same at
 * both ends; NULL where nothing changes. */
cJSON *edit_between(const Server *server, const Text *text, const char *changed, size_t length);

/* lsp.c: serves until told to exit, or the input ends; the exit code. */
int serve_editor(FILE *in, FILE *out, const char *stdlib);

#endif
