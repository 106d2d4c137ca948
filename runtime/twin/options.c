/* The options, each once: reading, checking and help follow from the one table. */
#include "twin/commands.h"

#include "data/data.h"

#include <hermes/manual.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---------------------------------------------------------------------------- */

enum {
  WITH_DATA = twin_in_run | twin_in_compare | twin_in_rank | twin_in_test | twin_in_trace,
  WITH_ARRAYS = twin_in_run,
  SAMPLED = twin_in_run | twin_in_compare | twin_in_rank,
  MANY = twin_in_rank | twin_in_test,
  EVERY = WITH_DATA | twin_in_info,
};

typedef struct option option;
typedef bool take_argument(const option *o, const char *argument, twin_options *options,
                           hermes_diagnostics *problems);

struct option {
  const char *name;
  const char *argument; /* as help names it; NULL: a flag */
  size_t field;         /* of twin_options */
  unsigned commands;
  take_argument *take;
  const char *help; /* lines after the first are indented by who prints them */
};

static take_argument take_flag, take_text, take_list, take_names, take_format, take_count,
    take_positive, take_memory, take_work, take_top, take_seed, take_draws, take_share;

#define OPTION(name, argument, member, commands, take, help)                                       \
  { name, argument, offsetof(twin_options, member), commands, take, help }

static const option table[] = {
    OPTION("--data", "DIR", data, WITH_DATA, take_text,
           "directory with the tables (and perhaps inputs.json)"),
    OPTION("--policy", "FILE", policy, WITH_DATA, take_text,
           "decisions and inputs as JSON: {\"offset\": {\"c3\": \"-3 dB\"}}"),
    OPTION("--set", "NAME=VALUE", set, WITH_DATA, take_list,
           "one decision or input: 'offset[c3]=-3 dB', 'bandwidth=10 MHz';\n"
           "may be repeated; wins over every file"),
    OPTION("--show", "NAME,...", show, WITH_ARRAYS, take_names,
           "print these arrays too, by row: sinr,power or path.rsrp"),
    OPTION("--row", "TABLE=KEY", row, twin_in_trace, take_list,
           "the row to explain: ue=u17; may be repeated for several tables"),
    OPTION("--top", "N", top, twin_in_rank, take_top,
           "only the N best (people are shown 20, programs all)"),
    OPTION("--rows", "N", sweep, twin_in_test, take_count,
           "look at up to N rows of an expect that varies something\n"
           "(default 256, 0: all)"),
    OPTION("--format", "table|json|csv", format, EVERY, take_format,
           "for people, for programs, for spreadsheets"),
    OPTION("--json", NULL, json, twin_in_info, take_flag, "the same as --format json"),
    OPTION("--out", "FILE", out, EVERY, take_text,
           "write there; the file appears when it is complete"),
    OPTION("--threads", "N", threads, MANY, take_positive,
           "threads (default: one per processor); the result is the same"),
    OPTION("--max-memory", "SIZE", limits.memory, WITH_DATA, take_memory,
           "refuse to use more: 500MB, 8GiB (default 8GiB)"),
    OPTION("--max-work", "N", limits.work, WITH_DATA, take_work,
           "refuse more operations per candidate (default 1e12)"),
    OPTION("--draws", "N", draws, SAMPLED, take_draws,
           "take means over N draws of what the blueprint leaves to chance (default 100)"),
    OPTION("--until-ci", "SHARE", until_ci, twin_in_run, take_share,
           "draw until the 95 % interval of every KPI is within SHARE of it: 1%;\n"
           "at most --draws N (here by default 100000)"),
    OPTION("--seed", "N", limits.seed, WITH_DATA, take_seed,
           "of everything that is random, from 1 on (default 1); one seed, one result"),
    OPTION("--quiet", NULL, quiet, EVERY, take_flag, "no warnings, no progress"),
    OPTION("--help", NULL, help, EVERY, take_flag, "this text"),
};
enum { OPTION_COUNT = sizeof table / sizeof *table };

/* ---- taking arguments --------------------------------------------------------------------- */

static void *field_of(twin_options *options, const option *o) {
  return (char *)options + o->field;
}

static bool bad_argument(const option *o, const char *argument, hermes_diagnostics *problems,
                         const char *expected) {
  hermes_diagnostic *d =
      hermes_report(problems, HB0804, NULL, "%s does not take `%s`", o->name, DATA_SHOW(argument));
  hermes_diagnostic_fact(&d->expected, "%s", expected);
  hermes_diagnostic_fact(&d->actual, "%s", DATA_SHOW(argument));
  return false;
}

static bool take_flag(const option *o, const char *argument, twin_options *options,
                      hermes_diagnostics *problems) {
  (void)argument, (void)problems;
  *(bool *)field_of(options, o) = true;
  return true;
}

static bool take_text(const option *o, const char *argument, twin_options *options,
                      hermes_diagnostics *problems) {
  if (!*argument) return bad_argument(o, argument, problems, o->argument);
  *(const char **)field_of(options, o) = argument;
  return true;
}

static void append(twin_list *list, const char *item) {
  size_t capacity = list->count;
  list->items = twin_grow(list->items, &capacity, list->count + 1, sizeof *list->items);
  list->items[list->count++] = item;
}

static bool take_list(const option *o, const char *argument, twin_options *options,
                      hermes_diagnostics *problems) {
  (void)problems;
  append(field_of(options, o), argument);
  return true;
}

/* "a,b": the copies are freed with the options. */
static bool take_names(const option *o, const char *argument, twin_options *options,
                       hermes_diagnostics *problems) {
  while (true) {
    size_t length = strcspn(argument, ",");
    if (!length) return bad_argument(o, argument, problems, "names with a comma between them");
    append(field_of(options, o), twin_print("%.*s", (int)length, argument));
    if (!argument[length]) return true;
    argument += length + 1;
  }
}

static const char *const formats[] = {
    [TWIN_TABLE] = "table", [TWIN_JSON] = "json", [TWIN_CSV] = "csv", NULL};

static bool take_format(const option *o, const char *argument, twin_options *options,
                        hermes_diagnostics *problems) {
  for (size_t i = 0; formats[i]; i++) {
    if (strcmp(argument, formats[i])) continue;
    *(twin_format *)field_of(options, o) = (twin_format)i;
    return true;
  }
  bad_argument(o, argument, problems, "table, json or csv");
  twin_suggest(&problems->items[problems->count - 1], argument, formats, 3);
  return false;
}

/* A whole number from least to most behind which stands `rest`. */
static bool read_whole(const char *argument, double least, double most, uint64_t *number,
                       const char **rest) {
  double value;
  size_t used = hermes_decimal(argument, strlen(argument), &value);
  *rest = argument + used;
  if (!used || value != floor(value) || value < least || value > most) return false;
  *number = (uint64_t)value;
  return true;
}

static bool take_whole(const option *o, const char *argument, twin_options *options,
                       hermes_diagnostics *problems, double least, double most) {
  const char *rest;
  uint64_t *number = field_of(options, o);
  if (read_whole(argument, least, most, number, &rest) && !*rest) return true;
  char *expected = twin_print("a whole number from %.0f to %.0f", least, most);
  bad_argument(o, argument, problems, expected);
  free(expected);
  return false;
}

static bool take_count(const option *o, const char *argument, twin_options *options,
                       hermes_diagnostics *problems) {
  return take_whole(o, argument, options, problems, 0, 1e15);
}

static bool take_positive(const option *o, const char *argument, twin_options *options,
                          hermes_diagnostics *problems) {
  return take_whole(o, argument, options, problems, 1, TWIN_THREADS);
}

static bool take_top(const option *o, const char *argument, twin_options *options,
                     hermes_diagnostics *problems) {
  options->has_top = true;
  return take_whole(o, argument, options, problems, 1, 1e15);
}

static bool take_work(const option *o, const char *argument, twin_options *options,
                      hermes_diagnostics *problems) {
  return take_whole(o, argument, options, problems, 1, 1e18);
}

static bool take_seed(const option *o, const char *argument, twin_options *options,
                      hermes_diagnostics *problems) {
  return take_whole(o, argument, options, problems, 1, 1e15);
}

static bool take_draws(const option *o, const char *argument, twin_options *options,
                       hermes_diagnostics *problems) {
  return take_whole(o, argument, options, problems, 1, HERMES_MOST_DRAWS);
}

/* "1%", "0.01" */
static bool take_share(const option *o, const char *argument, twin_options *options,
                       hermes_diagnostics *problems) {
  double number;
  size_t used = hermes_decimal(argument, strlen(argument), &number);
  const char *rest = argument + used + strspn(argument + used, " ");
  if (*rest == '%') number /= 100;
  if (!used || strcmp(rest + (*rest == '%'), "") || !(number > 0 && number < 1))
    return bad_argument(o, argument, problems, "a share such as 1% or 0.01");
  *(double *)field_of(options, o) = number;
  return true;
}

static bool take_memory(const option *o, const char *argument, twin_options *options,
                        hermes_diagnostics *problems) {
  static const struct {
    const char *suffix;
    double bytes;
  } sizes[] = {{"", 1},      {"B", 1},
               {"kB", 1e3},  {"KiB", 1024.0},
               {"MB", 1e6},  {"MiB", 1024.0 * 1024},
               {"GB", 1e9},  {"GiB", 1024.0 * 1024 * 1024},
               {"TB", 1e12}, {"TiB", 1024.0 * 1024 * 1024 * 1024}};
  double number;
  size_t used = hermes_decimal(argument, strlen(argument), &number);
  const char *suffix = argument + used + strspn(argument + used, " ");
  for (size_t i = 0; used && i < sizeof sizes / sizeof *sizes; i++) {
    double bytes = number * sizes[i].bytes;
    if (strcmp(suffix, sizes[i].suffix) || !(bytes >= 1 && bytes < 1e18)) continue;
    *(uint64_t *)field_of(options, o) = (uint64_t)bytes;
    return true;
  }
  return bad_argument(o, argument, problems, "a size such as 500MB or 8GiB");
}

/* ---- the words of a command line ----------------------------------------------------------- */

/* One command line while it is read. */
typedef struct reader {
  const twin_command *command;
  unsigned bit;
  int count, next;
  char **words;
  twin_options *options;
  hermes_diagnostics *problems;
  bool reads_files;
} reader;

static const option *find_option(const char *word, size_t length) {
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (strlen(table[i].name) == length && strncmp(table[i].name, word, length) == 0)
      return &table[i];
  return NULL;
}

static bool unknown_option(const reader *r, const char *word, size_t length) {
  const char *names[OPTION_COUNT];
  size_t count = 0;
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (table[i].commands & r->bit) names[count++] = table[i].name;
  char *name = twin_print("%.*s", (int)length, word);
  bool elsewhere = find_option(word, length) != NULL;
  hermes_diagnostic *d =
      hermes_report(r->problems, HB0802, NULL,
                    elsewhere ? "%s is no option of `%s`" : "there is no option %s for `%s`",
                    DATA_SHOW(name), r->command->name);
  twin_suggest(d, name, names, count);
  free(name);
  return false;
}

static bool wrong_use(const reader *r, const option *o) {
  hermes_report(r->problems, HB0803, NULL,
                o->argument ? "%s needs a value: %s %s" : "%s takes no value", o->name, o->name,
                o->argument ? o->argument : "");
  return false;
}

/* Where a value belongs, the next option says that the value was forgotten. */
static bool names_option(const char *word) {
  return find_option(word, strcspn(word, "=")) != NULL;
}

/* "--name value", "--name=value" or a flag. */
static bool take_option(reader *r, const char *word) {
  size_t length = strcspn(word, "=");
  const option *o = find_option(word, length);
  if (!o || !(o->commands & r->bit)) return unknown_option(r, word, length);
  const char *argument = word[length] ? word + length + 1 : NULL;
  if (!o->argument && argument) return wrong_use(r, o);
  if (o->argument && !argument) {
    if (r->next == r->count || names_option(r->words[r->next])) return wrong_use(r, o);
    argument = r->words[r->next++];
  }
  return o->take(o, argument, r->options, r->problems);
}

static bool is_option(const char *word) {
  return word[0] == '-' && word[1] != '\0';
}

static bool take_words(reader *r) {
  bool good = true, only_arguments = false;
  while (r->next < r->count) {
    const char *word = r->words[r->next++];
    if (!only_arguments && strcmp(word, "--") == 0)
      only_arguments = true;
    else if (!only_arguments && strcmp(word, "-h") == 0)
      r->options->help = true;
    else if (!only_arguments && is_option(word))
      good &= take_option(r, word);
    else
      append(&r->options->arguments, word);
  }
  return good;
}

/* ---- what must be there ------------------------------------------------------------------- */

static bool wrong_count(const reader *r) {
  const twin_command *c = r->command;
  size_t count = r->options->arguments.count;
  if (count < c->least)
    hermes_report(r->problems, HB0805, NULL, "%s needs %s", c->name, c->arguments);
  else
    hermes_report(r->problems, HB0805, NULL, "`%s` is one word too many for %s",
                  DATA_SHOW(r->options->arguments.items[c->most]), c->name);
  return false;
}

static bool no_csv(const reader *r) {
  hermes_report(r->problems, HB0825, NULL, "%s has no CSV form; it prints a table or json",
                r->command->name);
  return false;
}

static bool check_complete(const reader *r) {
  bool good = true;
  size_t count = r->options->arguments.count;
  if (count < r->command->least || count > r->command->most) good = wrong_count(r);
  if (r->options->format == TWIN_CSV && !r->command->has_csv) good = no_csv(r);
  if (!r->command->needs_data || !r->reads_files || r->options->data) return good;
  hermes_diagnostic *d =
      hermes_report(r->problems, HB0806, NULL, "%s needs --data DIR", r->command->name);
  hermes_diagnostic_note(d, "DIR is the directory with the tables; `info` lists them");
  return false;
}

bool twin_options_parse(const twin_command *command, unsigned bit, int count, char **words,
                        bool reads_files, twin_options *options, hermes_diagnostics *problems) {
  *options = (twin_options){.sweep = TWIN_SWEEP};
  reader r = {command, bit, count, 0, words, options, problems, reads_files};
  bool good = take_words(&r);
  if (options->json) options->format = TWIN_JSON;
  return good && (options->help || check_complete(&r));
}

void twin_options_free(twin_options *options) {
  for (size_t i = 0; i < options->show.count; i++) free((char *)options->show.items[i]);
  free(options->show.items);
  free(options->set.items);
  free(options->row.items);
  free(options->arguments.items);
  *options = (twin_options){0};
}

/* ---- help --------------------------------------------------------------------------------- */

enum { HELP_COLUMN = 28 };

static void print_help_of(FILE *out, const option *o) {
  const char *line = o->help;
  int used = fprintf(out, "  %s %s", o->name, o->argument ? o->argument : "");
  while (line) {
    const char *next = strchr(line, '\n');
    int length = next ? (int)(next - line) : (int)strlen(line);
    fprintf(out, "%*s%.*s\n", used < HELP_COLUMN ? HELP_COLUMN - used : 1, "", length, line);
    line = next ? next + 1 : NULL;
    used = 0;
  }
}

void twin_options_help(FILE *out, unsigned bit) {
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (table[i].commands & bit) print_help_of(out, &table[i]);
}

/* ---- for a manual ------------------------------------------------------------------------- */

struct hermes_manual_option *twin_options_manual(size_t *count) {
  hermes_manual_option *options = twin_allocate(OPTION_COUNT, sizeof *options);
  for (size_t i = 0; i < OPTION_COUNT; i++)
    options[i] = (hermes_manual_option){
        .name = table[i].name,
        .value = table[i].argument,
        .choices = table[i].take == take_format ? formats : NULL,
        .commands = table[i].commands,
        .help = table[i].help,
    };
  *count = OPTION_COUNT;
  return options;
}
