/* The twin's command line as a manual describes it, from the tables of main.c and options.c. */
#include "twin/commands.h"

#include <hermes/manual.h>

#include <stdlib.h>
#include <string.h>

/* A manual and all that it points to and does not share with the tables. */
typedef struct twin_manual {
  hermes_manual manual;
  hermes_manual_command commands[TWIN_COMMAND_COUNT];
  char *usages[TWIN_COMMAND_COUNT];
  char *examples, *program;
} twin_manual;

static const char text[] =
    "A twin is a native program that hermesc made of a blueprint: a model of how a cellular\n"
    "network behaves. It reads the tables that the blueprint declares, evaluates decisions, and\n"
    "prints the KPIs that come out.\n"
    "\n"
    "Options without a command are those of run. COMMAND --help, or help COMMAND, explains one.\n"
    "What this twin reads, decides and computes, info shows.";
static const char exits[] =
    "0 done, also where constraints are missed; 1 an invalid result or a failed expectation; 2\n"
    "wrong usage or data, or a result that could not be written.";

static hermes_manual_command command_of(const twin_command *c, const char *usage) {
  return (hermes_manual_command){
      .name = c->name, .usage = usage, .summary = c->summary, .text = c->text};
}

static void add_command(twin_manual *m, size_t number) {
  const twin_command *c = twin_command_at(number);
  m->usages[number] = twin_print("%s%s%s%s [OPTIONS]", c->name, c->needs_data ? " --data DIR" : "",
                                 *c->arguments ? " " : "", c->arguments);
  m->commands[number] = command_of(c, m->usages[number]);
}

/* Those of all commands, each line behind the program's name. */
static char *all_examples(const char *program) {
  char *all = twin_print("%s", "");
  for (size_t i = 0; i < TWIN_COMMAND_COUNT; i++)
    for (const char *line = twin_command_at(i)->examples; *line;) {
      int length = (int)strcspn(line, "\n");
      char *longer = twin_print("%s%s %.*s\n", all, program, length, line);
      free(all);
      all = longer;
      line += length + (line[length] == '\n');
    }
  return all;
}

hermes_manual *hermes_twin_manual(const char *program) {
  twin_manual *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  for (size_t i = 0; i < TWIN_COMMAND_COUNT; i++) add_command(m, i);
  m->program = twin_print("%s", program);
  m->examples = all_examples(program);
  m->manual = (hermes_manual){.program = m->program,
                              .version = HERMES_VERSION,
                              .summary = "a digital twin of a cellular network",
                              .text = text,
                              .exits = exits,
                              .see = "hermesc(1)",
                              .examples = m->examples,
                              .files = "*",
                              .commands = m->commands,
                              .command_count = TWIN_COMMAND_COUNT,
                              .unnamed = twin_in_run};
  m->manual.options = twin_options_manual(&m->manual.option_count);
  return &m->manual;
}

void hermes_twin_manual_free(hermes_manual *manual) {
  twin_manual *m = (twin_manual *)manual;
  if (!m) return;
  for (size_t i = 0; i < TWIN_COMMAND_COUNT; i++) free(m->usages[i]);
  free((void *)m->manual.options);
  free(m->examples);
  free(m->program);
  free(m);
}
