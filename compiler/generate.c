/* Manual pages and completions, made from the tables of options.c and from those of the twin. */
#include "generate.h"
#include "options.h"

#include <hermes/manual.h>

#include <string.h>

const char *const generate_forms[] = {"man", "bash", "zsh", "fish", NULL};
static hermes_manual_form *const writers[] = {hermes_manual_page, hermes_manual_bash,
                                              hermes_manual_zsh, hermes_manual_fish};
enum { FORMS = sizeof writers / sizeof *writers };

static int find_form(Compiler *compiler, const char *word) {
  for (int i = 0; i < FORMS; i++)
    if (strcmp(generate_forms[i], word) == 0) return i;
  hermes_diagnostic *d =
      hermes_report(&compiler->diagnostics, HB0601, NULL, "`generate` cannot make `%s`", word);
  const char *nearest = hermes_nearest(word, generate_forms, FORMS);
  if (nearest != NULL) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  hermes_diagnostic_fact(&d->expected, "one of man, bash, zsh, fish");
  return -1;
}

/* It stands in a script, unquoted. */
static bool is_name(Compiler *compiler, const char *twin) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  if (*twin != '\0' && *twin != '-' && strspn(twin, plain) == strlen(twin)) return true;
  hermes_diagnostic *d = hermes_report(&compiler->diagnostics, HB0601, NULL,
                                       "a twin's program cannot be named `%s` here", twin);
  hermes_diagnostic_fact(&d->expected, "a name of letters, digits, `_`, `-` and `.`");
  return false;
}

static void write_form(Compiler *compiler, int form, const char *twin, FILE *out) {
  hermes_manual *of_twin = hermes_twin_manual(twin == NULL ? "ndt" : twin);
  if (of_twin == NULL)
    hermes_report(&compiler->diagnostics, HB0735, NULL, "no memory left for a manual");
  else
    writers[form](twin != NULL ? of_twin : command_line_manual(&compiler->arena, of_twin), out);
  hermes_twin_manual_free(of_twin);
}

bool generate_manual(Compiler *compiler, const char *form, const char *twin, FILE *out) {
  int number = find_form(compiler, form);
  if (number < 0 || (twin != NULL && !is_name(compiler, twin))) return false;
  write_form(compiler, number, twin, out);
  return compiler->diagnostics.errors == 0;
}
