/* Completions for bash. `=` ends a word there: `--format=js` comes as three words. */
#include "manual/manual.h"

#include <string.h>

/* Which option's value is being written, with a `=` where one stands before it; which command was
 * named. */
static const char beginning[] =
    "() {\n"
    "  local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} command='' i\n"
    "  if [ \"$word\" = = ]; then\n"
    "    word='' option=$option=\n"
    "  elif [ \"$option\" = = ]; then\n"
    "    option=${COMP_WORDS[COMP_CWORD - 2]}=\n"
    "  fi\n"
    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "    case ${COMP_WORDS[i]} in\n"
    "      ";
static const char behind_commands[] = ")\n"
                                      "        command=${COMP_WORDS[i]}\n"
                                      "        break\n"
                                      "        ;;\n"
                                      "    esac\n"
                                      "  done\n"
                                      "  COMPREPLY=()\n";
static const char offer_options[] =
    "  if [[ $word == -* ]]; then\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
    "    return\n"
    "  fi\n"
    "  mapfile -t COMPREPLY < <(\n"
    "    compgen -W \"$plain\" -- \"$word\"\n";

/* ---- values of options ---- */

typedef struct Values {
  const char *command; /* behind which the options stand: `*` any */
  FILE *out;
} Values;

static void put_names(const Values *v, const hermes_manual_option *o) {
  fputs("    ", v->out);
  if (o->letter) fprintf(v->out, "%s:%s | ", v->command, o->letter);
  if (!o->may_miss) fprintf(v->out, "%s:%s | ", v->command, o->name);
  fprintf(v->out, "%s:%s=)\n", v->command, o->name);
}

static void put_offer(const hermes_manual_option *o, FILE *out) {
  manual_kind kind = manual_kind_of(o);
  if (kind == MANUAL_ANY) return;
  fputs("      mapfile -t COMPREPLY < <(compgen ", out);
  if (kind == MANUAL_CHOICE) {
    fputs("-W '", out);
    manual_put_words(o->choices, out);
    fputs("'", out);
  } else {
    fputs(kind == MANUAL_FILE ? "-f" : "-d", out);
  }
  fputs(" -- \"$word\")\n", out);
}

static void put_value(void *context, const hermes_manual_option *o) {
  const Values *v = context;
  if (manual_kind_of(o) == MANUAL_FLAG) return;
  put_names(v, o);
  put_offer(o, v->out);
  fputs("      return\n      ;;\n", v->out);
}

static bool is_shared(const hermes_manual *m, const hermes_manual_option *option) {
  for (size_t i = 0; i < m->option_count; i++)
    if (&m->options[i] != option && strcmp(m->options[i].name, option->name) == 0) return true;
  return false;
}

/* Of an option that commands share by name only, the value behind each command; of any other,
 * whatever command was named. */
static void put_own_value(const hermes_manual *m, const hermes_manual_option *o, FILE *out) {
  if (!is_shared(m, o)) {
    put_value(&(Values){"*", out}, o);
    return;
  }
  for (size_t i = 0; i < m->command_count; i++)
    if (m->commands[i].name && (o->commands & 1u << i) != 0)
      put_value(&(Values){m->commands[i].name, out}, o);
}

/* Another program's options come first: one of the same name may mean something else there. */
static void put_values(const hermes_manual *m, FILE *out) {
  fputs("  case $command:$option in\n", out);
  for (size_t i = 0; i < m->command_count; i++)
    if (m->commands[i].rest)
      manual_rest_options(m, m->commands[i].rest, put_value, &(Values){m->commands[i].name, out});
  for (size_t i = 0; i < m->option_count; i++) put_own_value(m, &m->options[i], out);
  fputs("  esac\n", out);
}

/* ---- what a command takes ---- */

static void put_option(void *context, const hermes_manual_option *o) {
  fprintf(context, " %s", o->name);
  if (o->letter) fprintf(context, " %s", o->letter);
}

/* Where no command is named, one may be. */
static void put_plain(const hermes_manual *m, const hermes_manual_command *c, FILE *out) {
  if (!c) manual_put_commands(m, " ", out);
  if (c && c->words) manual_put_words(c->words, out);
  if (c && c->rest) manual_put_commands(c->rest, " ", out);
}

static void put_command(const hermes_manual *m, const hermes_manual_command *c, FILE *out) {
  fprintf(out, "    %s)\n      options='", c ? c->name : "*");
  manual_options(m, c, put_option, out);
  fputs("' plain='", out);
  put_plain(m, c, out);
  bool files = c ? !c->words : m->unnamed != 0;
  fprintf(out, "' files=%s\n      ;;\n", files ? "yes" : "");
}

static void put_commands(const hermes_manual *m, FILE *out) {
  fputs("  local options plain files\n  case $command in\n", out);
  for (size_t i = 0; i < m->command_count; i++)
    if (m->commands[i].name) put_command(m, &m->commands[i], out);
  put_command(m, NULL, out);
  fputs("  esac\n", out);
}

void hermes_manual_bash(const hermes_manual *m, FILE *out) {
  fprintf(out, "# bash completion for %s %s, made from its own tables\n", m->program, m->version);
  manual_put_function(m, out);
  fputs(beginning, out);
  manual_put_commands(m, " | ", out);
  fputs(behind_commands, out);
  put_values(m, out);
  put_commands(m, out);
  fprintf(out,
          "%s"
          "    [ -z \"$files\" ] || compgen -f -X '!%s' -- \"$word\"\n"
          "    [ -z \"$files\" ] || compgen -d -- \"$word\"\n"
          "  )\n"
          "}\n"
          "complete -o filenames -F ",
          offer_options, m->files);
  manual_put_function(m, out);
  fprintf(out, " %s\n", m->program);
}
