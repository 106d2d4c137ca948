/* The map of runtime/manual:
 *
 *   words.c   what all forms ask of a manual
 *   page.c    the manual page
 *   bash.c    completions, one file for each shell
 *   zsh.c
 *   fish.c
 */
#ifndef HERMES_RUNTIME_MANUAL_H
#define HERMES_RUNTIME_MANUAL_H

#include <hermes/manual.h>

/* What completes the value of an option. */
typedef enum manual_kind {
  MANUAL_FLAG,
  MANUAL_ANY, /* nothing to offer */
  MANUAL_CHOICE,
  MANUAL_FILE,
  MANUAL_DIRECTORY
} manual_kind;

manual_kind manual_kind_of(const hermes_manual_option *option);

/* One call for each option that a command knows (NULL: where none is named), those of the command
 * line behind it included, each name once. */
typedef void manual_visit(void *context, const hermes_manual_option *option);
void manual_options(const hermes_manual *manual, const hermes_manual_command *command,
                    manual_visit *visit, void *context);
/* The same for a command line that stands behind this one, or NULL: what is not this one's own. */
void manual_rest_options(const hermes_manual *manual, const hermes_manual *rest,
                         manual_visit *visit, void *context);
bool manual_known_everywhere(const hermes_manual *manual, const hermes_manual_option *option);

/* The names of all commands that have one. */
void manual_put_commands(const hermes_manual *manual, const char *between, FILE *out);
void manual_put_words(const char *const *words, FILE *out);
/* A program's name as that of a function: `_hermes_twin`. */
void manual_put_function(const hermes_manual *manual, FILE *out);
/* Lines as one, with a backslash before each of the characters `escaped`, and `'` as `quote`. */
void manual_put_line(const char *text, const char *escaped, const char *quote, FILE *out);

#endif
