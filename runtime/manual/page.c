/* The manual page, in troff with the macros of man(7). */
#include "manual/manual.h"

#include <string.h>

/* ---- text ---- */

/* What troff would take for its own. */
static const struct {
  char character;
  const char *written;
} special[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
               {'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"}};

static void put_character(char c, FILE *out) {
  for (size_t i = 0; i < sizeof special / sizeof *special; i++)
    if (special[i].character == c) {
      fputs(special[i].written, out);
      return;
    }
  fputc(c, out);
}

static void put_bytes(const char *text, size_t length, FILE *out) {
  for (size_t i = 0; i < length; i++) put_character(text[i], out);
}

static void put_text(const char *text, FILE *out) {
  put_bytes(text, strlen(text), out);
}

/* A point at the beginning of a line would be a request. */
static void put_line(const char *line, size_t length, FILE *out) {
  if (length > 0 && *line == '.') fputs("\\&", out);
  put_bytes(line, length, out);
  fputc('\n', out);
}

/* Lines, with `between` in the place of an empty one. */
static void put_lines(const char *text, const char *between, FILE *out) {
  while (text && *text) {
    size_t length = strcspn(text, "\n");
    if (length > 0)
      put_line(text, length, out);
    else
      fputs(between, out);
    text += length + (text[length] == '\n');
  }
}

static void put_section(const char *heading, const char *text, FILE *out) {
  if (!text) return;
  fprintf(out, ".SH %s\n", heading);
  put_lines(text, ".PP\n", out);
}

/* ---- parts ---- */

static void put_head(const hermes_manual *m, FILE *out) {
  fputs(".TH ", out);
  for (const char *at = m->program; *at; at++)
    put_character(*at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at, out);
  fprintf(out, " 1 \"\" \"hermes %s\" \"Hermes\"\n.SH NAME\n", m->version);
  put_text(m->program, out);
  fputs(" \\- ", out);
  put_text(m->summary, out);
  fputc('\n', out);
}

static void put_synopsis(const hermes_manual *m, FILE *out) {
  fputs(".SH SYNOPSIS\n.nf\n", out);
  for (size_t i = 0; i < m->command_count; i++) {
    fputs("\\fB", out);
    put_text(m->program, out);
    fputs("\\fR ", out);
    put_line(m->commands[i].usage, strlen(m->commands[i].usage), out);
  }
  fputs(".fi\n", out);
}

static void put_command(const hermes_manual_command *c, FILE *out) {
  if (!c->name) return;
  fprintf(out, ".TP\n.B %s\n", c->name);
  put_line(c->summary, strlen(c->summary), out);
  if (!c->text) return;
  fputs(".sp\n", out);
  put_lines(c->text, ".sp\n", out);
}

static void put_commands(const hermes_manual *m, FILE *out) {
  fputs(".SH COMMANDS\n", out);
  for (size_t i = 0; i < m->command_count; i++) put_command(&m->commands[i], out);
}

static void put_option_head(const hermes_manual_option *o, FILE *out) {
  fputs(".TP\n\\fB", out);
  if (o->letter) put_text(o->letter, out), fputs("\\fR, \\fB", out);
  put_text(o->name, out);
  fputs("\\fR", out);
  if (o->value) {
    fputs(o->may_miss ? "[=\\fI" : "=\\fI", out);
    put_text(o->value, out);
    fputs(o->may_miss ? "\\fR]" : "\\fR", out);
  }
  fputc('\n', out);
}

/* All choices, unless the name of the value lists them. */
static void put_choices(const hermes_manual_option *o, FILE *out) {
  if (!o->choices || strchr(o->value, '|')) return;
  fputs(".br\n", out);
  for (size_t i = 0; o->choices[i]; i++) {
    if (i > 0) fputs(", ", out);
    put_text(o->choices[i], out);
  }
  fputc('\n', out);
}

/* For which commands, unless for all. */
static void put_bounds(const hermes_manual *m, const hermes_manual_option *o, FILE *out) {
  const char *before = ".br\nCommands: ";
  if (manual_known_everywhere(m, o)) return;
  for (size_t i = 0; i < m->command_count; i++) {
    if (!m->commands[i].name || !(o->commands & 1u << i)) continue;
    fprintf(out, "%s%s", before, m->commands[i].name);
    before = ", ";
  }
  if (*before == ',') fputs(".\n", out);
}

static void put_options(const hermes_manual *m, FILE *out) {
  fputs(".SH OPTIONS\n", out);
  for (size_t i = 0; i < m->option_count; i++) {
    const hermes_manual_option *o = &m->options[i];
    put_option_head(o, out);
    put_lines(o->help, "", out);
    put_choices(o, out);
    put_bounds(m, o, out);
  }
}

void hermes_manual_page(const hermes_manual *m, FILE *out) {
  fprintf(out, ".\\\" Made by %s %s from its own tables.\n", m->program, m->version);
  put_head(m, out);
  put_synopsis(m, out);
  put_section("DESCRIPTION", m->text, out);
  put_commands(m, out);
  put_options(m, out);
  if (m->examples) {
    fputs(".SH EXAMPLES\n.nf\n", out);
    put_lines(m->examples, ".sp\n", out);
    fputs(".fi\n", out);
  }
  put_section("EXIT STATUS", m->exits, out);
  put_section("ENVIRONMENT", m->environment, out);
  put_section("SEE ALSO", m->see, out);
}
