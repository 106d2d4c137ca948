/* Completions for fish: one line for each command, and one for each option. */
#include "manual/manual.h"

static const char QUOTE[] = "\\'";

typedef struct Form {
  const hermes_manual *manual;
  const hermes_manual_command
      *behind; /* the command behind which another program's options stand */
  FILE *out;
} Form;

static void put_quoted(const char *text, FILE *out) {
  fputc('\'', out);
  manual_put_line(text, "\\", QUOTE, out);
  fputc('\'', out);
}

/* ---- when something is offered ---- */

static void put_unnamed(const hermes_manual *m, FILE *out) {
  fputs("not __fish_seen_subcommand_from ", out);
  manual_put_commands(m, " ", out);
}

/* Behind the commands of a set, and before any where the set holds what is meant without one. */
static void put_condition(const hermes_manual *m, unsigned commands, FILE *out) {
  fputs(" -n '", out);
  const char *before = "__fish_seen_subcommand_from ";
  for (size_t i = 0; i < m->command_count; i++) {
    if (!(commands & 1u << i) || !m->commands[i].name) continue;
    fprintf(out, "%s%s", before, m->commands[i].name);
    before = " ";
  }
  if (commands & m->unnamed && *before == ' ') fputs("; or ", out);
  if (commands & m->unnamed) put_unnamed(m, out);
  fputc('\'', out);
}

/* ---- options ---- */

static void put_value(const hermes_manual_option *o, FILE *out) {
  static const char *const takes[] = {[MANUAL_FLAG] = "",
                                      [MANUAL_ANY] = " -x",
                                      [MANUAL_CHOICE] = " -x -a '",
                                      [MANUAL_FILE] = " -r -F",
                                      [MANUAL_DIRECTORY] =
                                          " -x -a '(__fish_complete_directories)'"};
  manual_kind kind = manual_kind_of(o);
  if (o->may_miss) return;
  fputs(takes[kind], out);
  if (kind != MANUAL_CHOICE) return;
  manual_put_words(o->choices, out);
  fputc('\'', out);
}

static void put_option(void *context, const hermes_manual_option *o) {
  const Form *f = context;
  fprintf(f->out, "complete -c %s", f->manual->program);
  if (f->behind)
    put_condition(f->manual, 1u << (f->behind - f->manual->commands), f->out);
  else if (!manual_known_everywhere(f->manual, o))
    put_condition(f->manual, o->commands, f->out);
  fprintf(f->out, " -l %s", o->name + 2);
  if (o->letter) fprintf(f->out, " -s %s", o->letter + 1);
  put_value(o, f->out);
  fputs(" -d ", f->out);
  put_quoted(o->help, f->out);
  fputc('\n', f->out);
}

/* ---- commands ---- */

static void put_words(const hermes_manual *m, const hermes_manual_command *c, FILE *out) {
  fprintf(out, "complete -c %s -n '__fish_seen_subcommand_from %s' %s-a '", m->program, c->name,
          c->words ? "-f " : "");
  if (c->words) manual_put_words(c->words, out);
  if (c->rest) manual_put_commands(c->rest, " ", out);
  fputs("'\n", out);
}

static void put_command(const hermes_manual *m, const hermes_manual_command *c, FILE *out) {
  fprintf(out, "complete -c %s -n '", m->program);
  put_unnamed(m, out);
  fprintf(out, "' -a %s -d ", c->name);
  put_quoted(c->summary, out);
  fputc('\n', out);
  if (c->words || c->rest) put_words(m, c, out);
}

static void put_rest(const hermes_manual *m, const hermes_manual_command *c, FILE *out) {
  Form f = {m, c, out};
  manual_rest_options(m, c->rest, put_option, &f);
}

void hermes_manual_fish(const hermes_manual *m, FILE *out) {
  Form own = {m, NULL, out};
  fprintf(out, "# fish completion for %s %s, made from its own tables\n", m->program, m->version);
  for (size_t i = 0; i < m->command_count; i++)
    if (m->commands[i].name) put_command(m, &m->commands[i], out);
  for (size_t i = 0; i < m->option_count; i++) put_option(&own, &m->options[i]);
  for (size_t i = 0; i < m->command_count; i++) put_rest(m, &m->commands[i], out);
}
