/* What a program's command line takes, as data, and what is made of it: a manual page, and
 * completions for three shells.
 *
 * A program fills this in from the tables by which it reads its own command line, so that none of
 * them can lag behind. Texts are lines; an empty line stands between two paragraphs.
 */
#ifndef HERMES_MANUAL_H
#define HERMES_MANUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct hermes_manual hermes_manual;

typedef struct hermes_manual_option {
  const char *name, *letter;  /* "--output"; "-o" or NULL */
  const char *value;          /* what help calls it: FILE and DIR complete so; NULL: a flag */
  bool may_miss;              /* --keep[=FILE] */
  const char *const *choices; /* all values, ended by NULL; or NULL */
  unsigned commands;          /* that know it: 1 << number */
  const char *help;
} hermes_manual_option;

typedef struct hermes_manual_command {
  const char *name;          /* NULL: no word stands for it */
  const char *usage;         /* all that stands behind the program's name */
  const char *summary;       /* one line */
  const char *text;          /* more, or NULL */
  const char *const *words;  /* what may stand behind it, ended by NULL; NULL: files */
  const hermes_manual *rest; /* behind a file follows the command line of this program; or NULL */
} hermes_manual_command;

struct hermes_manual {
  const char *program, *version;
  const char *summary;                          /* one line */
  const char *text, *exits, *environment, *see; /* each may be NULL */
  const char *examples;                         /* lines, shown as they are */
  const char *files;                            /* "*.hbp": the files that commands take */
  const hermes_manual_command *commands;
  size_t command_count;
  unsigned unnamed; /* the commands that are meant where none is named: 1 << number */
  const hermes_manual_option *options;
  size_t option_count;
};

typedef void hermes_manual_form(const hermes_manual *manual, FILE *out);
hermes_manual_form hermes_manual_page; /* troff, for man */
hermes_manual_form hermes_manual_bash, hermes_manual_zsh, hermes_manual_fish;

/* The command line of a twin, which is called `program`; NULL out of memory. */
hermes_manual *hermes_twin_manual(const char *program);
void hermes_twin_manual_free(hermes_manual *manual);

#endif
