/* hermesc's command line. One table of commands and one of options say all there is (options.c). */
#ifndef HERMESC_OPTIONS_H
#define HERMESC_OPTIONS_H

#include "hermesc.h"

#include <hermes/manual.h>

typedef enum Command {
  COMMAND_BUILD,
  COMMAND_CHECK,
  COMMAND_INTERPRET,
  COMMAND_FORMAT,
  COMMAND_FIX,
  COMMAND_EXPLAIN,
  COMMAND_GENERATE,
  COMMAND_DOCUMENT,
  COMMAND_GRAMMAR,
  COMMAND_NEXT,
  COMMAND_PRIMER,
  COMMAND_LSP,
  COMMAND_PRINT
} Command;
typedef enum ErrorFormat { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF } ErrorFormat;
typedef enum Colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } Colour;
typedef enum Form { FORM_TOKENS, FORM_AST, FORM_TYPES, FORM_STAGES, FORM_IR, FORM_C } Form;

/* What the command line asks for. */
typedef struct Settings {
  Command command;
  const char *path; /* the blueprint; "-": standard input */
  char **rest;      /* interpret: all that stands behind the blueprint */
  int rest_count;
  const char **files; /* fmt: all that are named, `path` first */
  int file_count;
  const char *words[2]; /* explain, generate, primer: what stands behind the command */
  int word_count;
  const char *output; /* build: never NULL; doc: NULL or "-" is standard output */
  const char *keep;   /* build: where the C stays, or NULL */
  int form;           /* print: a Form */
  int doc_format;     /* doc: a DocFormat */
  int grammar_format; /* grammar: a GrammarFormat */
  int next_format;    /* next: FORMAT_TEXT or FORMAT_JSON */
  long place[2];      /* next: the numbers behind `path`: an offset, or a line and a column */
  int place_count;
  int error_format; /* an ErrorFormat */
  int colour;       /* a Colour */
  long error_limit; /* 0: all */
  bool dry_run, no_cache, verbose, only_check, stdio, werror, help, version;
} Settings;

/* Reads the command line. False, with the reasons among the compiler's diagnostics, where it makes
 * no sense; the settings then still say in which format to report that. */
bool read_command_line(Compiler *compiler, int argc, char **argv, Settings *settings);
void print_help(FILE *out);
/* The same tables for a manual page and for completions; lives in the arena. */
const hermes_manual *command_line_manual(Arena *arena, const hermes_manual *twin);

#endif
