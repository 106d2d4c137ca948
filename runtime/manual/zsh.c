/* Completions for zsh: a specification of _arguments for each option. */
#include "manual/manual.h"

static const char SPECIAL[] = "[]:\\";
static const char QUOTE[] = "'\\''";

/* ---- options ---- */

static const char *action_of(manual_kind kind) {
  static const char *const actions[] = {[MANUAL_FLAG] = "",
                                        [MANUAL_ANY] = " ",
                                        [MANUAL_CHOICE] = "",
                                        [MANUAL_FILE] = "_files",
                                        [MANUAL_DIRECTORY] = "_files -/"};
  return actions[kind];
}

/* ":FORMAT:(text json)" */
static void put_value(const hermes_manual_option *o, FILE *out) {
  if (!o->value) return;
  fputs(o->may_miss ? "::" : ":", out);
  manual_put_line(o->value, SPECIAL, QUOTE, out);
  fprintf(out, ":%s", action_of(manual_kind_of(o)));
  if (!o->choices) return;
  fputc('(', out);
  manual_put_words(o->choices, out);
  fputc(')', out);
}

/* Behind a long name the value stands after `=` or as a word of its own; one that may miss after
 * `=` only. */
static void put_spelling(const hermes_manual_option *o, const char *name, const char *ending,
                         FILE *out) {
  fprintf(out, "        '*%s%s[", name, ending);
  manual_put_line(o->help, SPECIAL, QUOTE, out);
  fputc(']', out);
  put_value(o, out);
  fputs("'\n", out);
}

static void put_option(void *context, const hermes_manual_option *o) {
  put_spelling(o, o->name, !o->value ? "" : o->may_miss ? "=-" : "=", context);
  if (o->letter) put_spelling(o, o->letter, o->value ? "+" : "", context);
}

/* ---- commands ---- */

static void put_command(const hermes_manual *m, const hermes_manual_command *c, FILE *out) {
  fprintf(out, "    (%s)\n      options=(\n", c ? c->name : "*");
  manual_options(m, c, put_option, out);
  fputs("      )\n", out);
  if (c && c->words) {
    fputs("      plain=(", out);
    manual_put_words(c->words, out);
    fputs(") files=\n", out);
  }
  if (!c && !m->unnamed) fputs("      files=\n", out);
  if (c && c->rest) {
    fputs("      plain=(", out);
    manual_put_commands(c->rest, " ", out);
    fputs(")\n", out);
  }
  fputs("      ;;\n", out);
}

static void put_summaries(const hermes_manual *m, FILE *out) {
  fputs("  local -a commands=(\n", out);
  for (size_t i = 0; i < m->command_count; i++) {
    if (!m->commands[i].name) continue;
    fprintf(out, "    '%s:", m->commands[i].name);
    manual_put_line(m->commands[i].summary, SPECIAL, QUOTE, out);
    fputs("'\n", out);
  }
  fputs("  )\n", out);
}

static void put_words_function(const hermes_manual *m, FILE *out) {
  manual_put_function(m, out);
  fprintf(out,
          "_words() {\n"
          "  [[ -n $verb ]] || _describe -t commands command commands\n"
          "  (( ! $#plain )) || compadd -- $plain\n"
          "  [[ -z $files ]] || _files -g '%s'\n"
          "}\n\n",
          m->files);
}

static void put_verb(const hermes_manual *m, FILE *out) {
  fputs("  local verb= word files=yes\n"
        "  local -a options plain\n"
        "  for word in ${words[2,CURRENT-1]}; do\n"
        "    case $word in\n"
        "      (",
        out);
  manual_put_commands(m, "|", out);
  fputs(") verb=$word; break ;;\n    esac\n  done\n", out);
}

void hermes_manual_zsh(const hermes_manual *m, FILE *out) {
  fprintf(out, "#compdef %s\n# zsh completion for %s %s, made from its own tables\n\n", m->program,
          m->program, m->version);
  put_words_function(m, out);
  manual_put_function(m, out);
  fputs("() {\n", out);
  put_verb(m, out);
  put_summaries(m, out);
  fputs("  case $verb in\n", out);
  for (size_t i = 0; i < m->command_count; i++)
    if (m->commands[i].name) put_command(m, &m->commands[i], out);
  put_command(m, NULL, out);
  fputs("  esac\n  _arguments -S : $options '*: :", out);
  manual_put_function(m, out);
  fputs("_words'\n}\n\n", out);
  manual_put_function(m, out);
  fputs(" \"$@\"\n", out);
}
