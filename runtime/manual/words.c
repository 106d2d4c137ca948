/* What all forms of a manual are made of. */
#include "manual/manual.h"

#include <string.h>

manual_kind manual_kind_of(const hermes_manual_option *option) {
  if (!option->value) return MANUAL_FLAG;
  if (option->choices) return MANUAL_CHOICE;
  if (strcmp(option->value, "FILE") == 0) return MANUAL_FILE;
  return strcmp(option->value, "DIR") == 0 ? MANUAL_DIRECTORY : MANUAL_ANY;
}

/* The commands behind which another program's words stand. */
static unsigned commands_before(const hermes_manual *manual, const hermes_manual *rest) {
  unsigned commands = 0;
  for (size_t i = 0; i < manual->command_count; i++)
    if (manual->commands[i].rest == rest) commands |= 1u << i;
  return commands;
}

static bool has_option(const hermes_manual *manual, unsigned commands, const char *name) {
  for (size_t i = 0; i < manual->option_count; i++)
    if ((manual->options[i].commands & commands) && strcmp(manual->options[i].name, name) == 0)
      return true;
  return false;
}

void manual_rest_options(const hermes_manual *manual, const hermes_manual *rest,
                         manual_visit *visit, void *context) {
  unsigned commands = commands_before(manual, rest);
  for (size_t i = 0; rest && i < rest->option_count; i++)
    if (!has_option(manual, commands, rest->options[i].name)) visit(context, &rest->options[i]);
}

void manual_options(const hermes_manual *manual, const hermes_manual_command *command,
                    manual_visit *visit, void *context) {
  unsigned bits = command ? 1u << (command - manual->commands) : manual->unnamed;
  for (size_t i = 0; i < manual->option_count; i++)
    if (manual->options[i].commands & bits) visit(context, &manual->options[i]);
  if (command) manual_rest_options(manual, command->rest, visit, context);
}

bool manual_known_everywhere(const hermes_manual *manual, const hermes_manual_option *option) {
  unsigned all = (1u << manual->command_count) - 1;
  return (option->commands & all) == all;
}

void manual_put_commands(const hermes_manual *manual, const char *between, FILE *out) {
  const char *before = "";
  for (size_t i = 0; i < manual->command_count; i++) {
    if (!manual->commands[i].name) continue;
    fprintf(out, "%s%s", before, manual->commands[i].name);
    before = between;
  }
}

void manual_put_words(const char *const *words, FILE *out) {
  for (size_t i = 0; words[i]; i++) fprintf(out, "%s%s", i ? " " : "", words[i]);
}

static bool is_of_names(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void manual_put_function(const hermes_manual *manual, FILE *out) {
  fputc('_', out);
  for (const char *at = manual->program; *at; at++) fputc(is_of_names(*at) ? *at : '_', out);
}

void manual_put_line(const char *text, const char *escaped, const char *quote, FILE *out) {
  for (; *text; text++) {
    if (strchr(escaped, *text)) fputc('\\', out);
    if (*text == '\'')
      fputs(quote, out);
    else
      fputc(*text == '\n' ? ' ' : *text, out);
  }
}
