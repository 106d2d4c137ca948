/* hermes's command line. One table of commands and one of options say all there is (options.c). */
#ifndef HERMES_OPTIONS_H
#define HERMES_OPTIONS_H

#include "hermesc.h"

#include <hermes/manual.h>

typedef enum Command {
  COMMAND_DESIGN,
  COMMAND_ASK,
  COMMAND_PROFILE,
  COMMAND_BENCH,
  COMMAND_REPOSITORY,
  COMMAND_TRACE,
  COMMAND_MCP,
  COMMAND_DOCTOR,
  COMMAND_GENERATE,
  COMMANDS
} Command;

enum { MOST_WORDS = 64 };

typedef struct Settings {
  Command command;
  const char *words[MOST_WORDS]; /* what stands behind the command */
  int word_count;
  const char *data, *output, *config, *record, *replay, *repository, *held_out, *policy, *quantities;
  const char *cassettes, *tasks, *column, *name, *task;
  long coarse, candidates, repairs, samples, runs,
      top; /* 0: the configuration's, or the command's */
  bool resume, exact, live, recorded, refresh, json, quiet, human, no_repository, help, version;
} Settings;

/* Reads the command line. False, with the reasons, where it makes no sense. */
bool read_options(Arena *arena, hermes_diagnostics *diagnostics, int argc, char **argv,
                  Settings *settings);
/* Of a command, or of the program where none is named. */
void print_usage(const Settings *settings, FILE *out);
/* The same tables for a manual page and for completions. */
const hermes_manual *options_manual(Arena *arena);

#endif
