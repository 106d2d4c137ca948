/* Manual pages and completions, made from the tables of options.c and from those of the twin; and
 * highlighting for editors. */
#include "pages/generate.h"
#include "pages/highlight.h"
#include "options.h"

#include <hermes/manual.h>

#include <string.h>

const char *const generate_forms[] = {"man", "bash", "zsh", "fish", "vim", "textmate", NULL};

/* Of a program, or of the language. */
static const struct {
  hermes_manual_form *manual;
  void (*highlight)(Arena *arena, FILE *out);
} writers[] = {
    {hermes_manual_page, NULL}, {hermes_manual_bash, NULL}, {hermes_manual_zsh, NULL},
    {hermes_manual_fish, NULL}, {NULL, highlight_vim},      {NULL, highlight_textmate},
};
enum { FORMS = sizeof writers / sizeof *writers };

static int find_form(Compiler *compiler, const char *word) {
  for (int i = 0; i < FORMS; i++)
    if (strcmp(generate_forms[i], word) == 0) return i;
  hermes_diagnostic *d =
      hermes_report(&compiler->diagnostics, HB0601, NULL, "`generate` cannot make `%s`", word);
  const char *nearest = hermes_nearest(word, generate_forms, FORMS);
  if (nearest != NULL) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  hermes_diagnostic_fact(&d->expected, "one of man, bash, zsh, fish, vim, textmate");
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
    writers[form].manual(twin != NULL ? of_twin : command_line_manual(&compiler->arena, of_twin),
                         out);
  hermes_twin_manual_free(of_twin);
}

bool generate_manual(Compiler *compiler, const char *form, const char *twin, FILE *out) {
  int number = find_form(compiler, form);
  if (number < 0 || (twin != NULL && !is_name(compiler, twin))) return false;
  if (writers[number].manual != NULL)
    write_form(compiler, number, twin, out);
  else if (twin == NULL)
    writers[number].highlight(&compiler->arena, out);
  else
    hermes_report(&compiler->diagnostics, HB0601, NULL,
                  "`generate %s` is about the language, and about no twin", form);
  return compiler->diagnostics.errors == 0;
}
