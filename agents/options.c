/* Reading hermes's command line. Parsing, checks, help, the manual page and completions all derive
 * from the two tables below. */
#include "options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { HELP_COLUMN = 25, MOST_NUMBER = 1000000 };

/* ---- the commands, each once ---- */

static const char *const repository_words[] = {"add", "list", "search", "show", "remove", NULL};
static const char *const trace_words[] = {"show", NULL};
static const char *const form_words[] = {"man", "bash", "zsh", "fish", NULL};

static const hermes_manual_command commands[COMMANDS] = {
    [COMMAND_DESIGN] = {"design", "design TASK|@FILE --data DIR -o DIR [OPTION...]",
                        "from a task in words to a validated twin", NULL, NULL, NULL},
    [COMMAND_ASK] = {"ask", "ask DIR QUESTION [OPTION...]",
                     "answer a question with a twin: candidates, evaluated and ranked", NULL, NULL,
                     NULL},
    [COMMAND_PROFILE] = {"profile", "profile --data DIR [OPTION...]",
                         "show what agents are told of a directory of tables", NULL, NULL, NULL},
    [COMMAND_BENCH] = {"bench", "bench [TASK...] [--replay | --refresh | --live] [OPTION...]",
                       "measure the agents: the paper's table, from recorded or live replies", NULL,
                       NULL, NULL},
    [COMMAND_REPOSITORY] = {"repository", "repository add|list|search|show|remove [WORD...]",
                            "keep proven blueprints, and find them again", NULL, repository_words,
                            NULL},
    [COMMAND_TRACE] = {"trace", "trace show FILE",
                       "read the record of a run: calls, gates, decisions, costs", NULL,
                       trace_words, NULL},
    [COMMAND_MCP] = {"mcp", "mcp", "serve other agents: the Model Context Protocol", NULL, NULL,
                     NULL},
    [COMMAND_DOCTOR] = {"doctor", "doctor [OPTION...]",
                        "tell what this machine can hold generated programs to, and what is set",
                        NULL, NULL, NULL},
    [COMMAND_GENERATE] = {"generate", "generate man|bash|zsh|fish",
                          "write the manual page or completions", NULL, form_words, NULL},
};

static const struct {
  int least, most;
} words_behind[COMMANDS] = {
    [COMMAND_DESIGN] = {1, 1},
    [COMMAND_ASK] = {2, 2},
    [COMMAND_PROFILE] = {0, 0},
    [COMMAND_BENCH] = {0, MOST_WORDS},
    [COMMAND_REPOSITORY] = {1, MOST_WORDS},
    [COMMAND_TRACE] = {2, 2},
    [COMMAND_MCP] = {0, 0},
    [COMMAND_DOCTOR] = {0, 0},
    [COMMAND_GENERATE] = {1, 1},
};

/* ---- the options, each once ---- */

enum {
  IN_DESIGN = 1 << COMMAND_DESIGN,
  IN_ASK = 1 << COMMAND_ASK,
  IN_PROFILE = 1 << COMMAND_PROFILE,
  IN_BENCH = 1 << COMMAND_BENCH,
  IN_REPOSITORY = 1 << COMMAND_REPOSITORY,
  IN_TRACE = 1 << COMMAND_TRACE,
  IN_DOCTOR = 1 << COMMAND_DOCTOR,
  IN_MCP = 1 << COMMAND_MCP,
  IN_TALKING = IN_DESIGN | IN_ASK | IN_BENCH, /* those that speak to a model */
  IN_ALL = (1 << COMMANDS) - 1,
};

typedef enum OptionKind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER } OptionKind;

#define FIELD(name) offsetof(Settings, name)

/* One option of the manual, and where its value goes. */
typedef struct Option {
  OptionKind kind;
  size_t field; /* of Settings */
  hermes_manual_option shown;
} Option;

static const Option options[] = {
    {OPTION_TEXT,
     FIELD(data),
     {"--data", NULL, "DIR", false, NULL, IN_DESIGN | IN_PROFILE | IN_ASK,
      "the directory with the tables; of ask: in place of\nthose that the twin was validated on"}},
    {OPTION_TEXT,
     FIELD(output),
     {"--output", "-o", "DIR", false, NULL, IN_DESIGN,
      "where blueprint, twin, tests and record go"}},
    {OPTION_TEXT,
     FIELD(config),
     {"--config", NULL, "FILE", false, NULL, IN_TALKING | IN_DOCTOR,
      "the configuration, in place of\n$XDG_CONFIG_HOME/hermes/config.json"}},
    {OPTION_TEXT,
     FIELD(record),
     {"--record", NULL, "FILE", false, NULL, IN_DESIGN | IN_ASK | IN_BENCH,
      "write every call and reply there: a cassette; of\nbench: a directory, with --live"}},
    {OPTION_TEXT,
     FIELD(replay),
     {"--replay", NULL, "FILE", false, NULL, IN_DESIGN | IN_ASK,
      "answer from a cassette, without a network"}},
    {OPTION_FLAG,
     FIELD(recorded),
     {"--replay", NULL, NULL, false, NULL, IN_BENCH,
      "the recorded runs, without a network (the default)"}},
    {OPTION_TEXT,
     FIELD(cassettes),
     {"--cassettes", NULL, "DIR", false, NULL, IN_BENCH,
      "where they are, in place of bench/cassettes"}},
    {OPTION_FLAG,
     FIELD(exact),
     {"--exact", NULL, NULL, false, NULL, IN_DESIGN | IN_ASK | IN_BENCH,
      "of a replay: a prompt that has changed since is\nan error"}},
    {OPTION_FLAG,
     FIELD(resume),
     {"--resume", NULL, NULL, false, NULL, IN_DESIGN,
      "go on with the run whose record is in the output\ndirectory"}},
    {OPTION_TEXT,
     FIELD(repository),
     {"--repository", NULL, "FILE", false, NULL, IN_DESIGN | IN_REPOSITORY | IN_MCP,
      "the repository of proven blueprints, in place of\n"
      "$XDG_DATA_HOME/hermes/repository.db"}},
    {OPTION_FLAG,
     FIELD(no_repository),
     {"--no-repository", NULL, NULL, false, NULL, IN_DESIGN, "neither read it nor add to it"}},
    {OPTION_TEXT,
     FIELD(held_out),
     {"--held-out", NULL, "FILE", false, NULL, IN_DESIGN,
      "measurements that no agent sees, which the twin\nmust come near: kpi or value, key, "
      "number"}},
    {OPTION_TEXT,
     FIELD(policy),
     {"--policy", NULL, "FILE", false, NULL, IN_DESIGN,
      "decisions that the twin is run with as well"}},
    {OPTION_TEXT,
     FIELD(quantities),
     {"--quantities", NULL, "LIST", false, NULL, IN_DESIGN,
      "KPIs that must come out, with their units:\n\"edge_rate: Mbit/s, energy: kWh\""}},
    {OPTION_NUMBER,
     FIELD(coarse),
     {"--coarse", NULL, "N", false, NULL, IN_DESIGN, "reflections side by side (default 3)"}},
    {OPTION_NUMBER,
     FIELD(candidates),
     {"--candidates", NULL, "N", false, NULL, IN_DESIGN | IN_ASK,
      "blueprints that pass before behaviour decides\n(default 1); of ask: candidates at most"}},
    {OPTION_NUMBER,
     FIELD(repairs),
     {"--repairs", NULL, "N", false, NULL, IN_DESIGN, "repairs of one sample (default 3)"}},
    {OPTION_NUMBER,
     FIELD(samples),
     {"--samples", NULL, "N", false, NULL, IN_DESIGN, "fresh samples (default 2)"}},
    {OPTION_FLAG,
     FIELD(live),
     {"--live", NULL, NULL, false, NULL, IN_BENCH, "ask the configured server"}},
    {OPTION_FLAG,
     FIELD(refresh),
     {"--refresh", NULL, NULL, false, NULL, IN_BENCH,
      "ask the configured server again what has changed\nsince it was recorded, and keep the "
      "replies"}},
    {OPTION_TEXT,
     FIELD(column),
     {"--column", NULL, "NAME", false, NULL, IN_BENCH, "only this one: cot, coder or hermes"}},
    {OPTION_NUMBER,
     FIELD(runs),
     {"--runs", NULL, "N", false, NULL, IN_BENCH,
      "live runs of each task in each column (default 1)"}},
    {OPTION_TEXT,
     FIELD(tasks),
     {"--tasks", NULL, "DIR", false, NULL, IN_BENCH, "the tasks, in place of bench/tasks"}},
    {OPTION_TEXT,
     FIELD(name),
     {"--name", NULL, "NAME", false, NULL, IN_REPOSITORY,
      "of add: in place of the blueprint's name"}},
    {OPTION_TEXT,
     FIELD(task),
     {"--task", NULL, "TEXT", false, NULL, IN_REPOSITORY,
      "of add: the task that it solves, in words"}},
    {OPTION_FLAG,
     FIELD(human),
     {"--human", NULL, NULL, false, NULL, IN_REPOSITORY,
      "of add: designed by a person (the default)"}},
    {OPTION_NUMBER,
     FIELD(top),
     {"--top", NULL, "N", false, NULL, IN_ASK | IN_REPOSITORY, "only the N best"}},
    {OPTION_FLAG,
     FIELD(json),
     {"--json", NULL, NULL, false, NULL, IN_ALL & ~IN_MCP, "one JSON document for programs"}},
    {OPTION_FLAG, FIELD(quiet), {"--quiet", NULL, NULL, false, NULL, IN_TALKING, "no progress"}},
    {OPTION_FLAG,
     FIELD(version),
     {"--version", NULL, NULL, false, NULL, IN_ALL, "show the version"}},
    {OPTION_FLAG, FIELD(help), {"--help", "-h", NULL, false, NULL, IN_ALL, "show this"}},
};

/* ---- help ---- */

static const char purpose[] =
    "A chain of agents reads a task in words and a description of the data, writes a blueprint, "
    "and\n"
    "is steered by the compiler's errors until a native twin passes its own expectations and the\n"
    "harness's. What is missing is said; nothing is made up.\n";

static const char examples[] =
    "  hermes doctor                                     is everything in place\n"
    "  hermes profile --data data                        what agents are told of the data\n"
    "  hermes design \"What if capacity carriers sleep at night?\" --data data -o twin\n"
    "  hermes ask twin \"which three cells should sleep at 3 am?\"\n"
    "  hermes trace show twin/trace.jsonl                how it came to be, and what it cost\n"
    "  hermes repository add power_control.hbp --task \"transmit powers\"\n"
    "  hermes bench --json                               the paper's table, from recorded runs\n";

static const char exits[] =
    "0 done; 1 errors; 2 a command line that makes no sense; 3 an honest end: the\n"
    "task or the data lack what is named; 130 stopped by Ctrl-C.\n";

static const char environment[] =
    "HERMES_BASE_URL, HERMES_API_KEY, HERMES_MODEL, or the OPENAI_ names: the server,\n"
    "its key, the model; XDG_CONFIG_HOME, XDG_DATA_HOME where configuration and repository are;\n"
    "HERMES_HOME where Hermes is installed, if not where it stands; NO_COLOR no colour.\n";

static void print_option(const hermes_manual_option *option, FILE *out) {
  char left[64];
  snprintf(left, sizeof left, "  %s%s%s%s%s", option->letter ? option->letter : "",
           option->letter ? ", " : "", option->name, option->value ? "=" : "",
           option->value ? option->value : "");
  fprintf(out, "%-*s", HELP_COLUMN, left);
  for (const char *line = option->help; *line; line += *line == '\n') {
    size_t length = strcspn(line, "\n");
    fprintf(out, "%*s%.*s\n", line == option->help ? 0 : HELP_COLUMN, "", (int)length, line);
    line += length;
  }
}

static void print_options(unsigned mask, FILE *out) {
  fputs("\noptions:\n", out);
  for (size_t i = 0; i < COUNT(options); i++)
    if (options[i].shown.commands & mask) print_option(&options[i].shown, out);
}

static void print_command_usage(Command command, FILE *out) {
  fprintf(out, "usage: hermes %s\n\n%s\n", commands[command].usage, commands[command].summary);
  print_options(1u << command, out);
}

void print_usage(const Settings *settings, FILE *out) {
  if (settings->command != COMMANDS) {
    print_command_usage(settings->command, out);
    return;
  }
  fprintf(out, "hermes %s: from a task in words to a validated network twin\n\nusage:\n",
          HERMES_VERSION);
  for (size_t i = 0; i < COMMANDS; i++) fprintf(out, "  hermes %s\n", commands[i].usage);
  fprintf(out, "\n%s\n%s\n`hermes COMMAND --help` lists the options of one command.\n", purpose,
          examples);
  fprintf(out, "\nexit codes: %s\nenvironment: %s", exits, environment);
}

const hermes_manual *options_manual(Arena *arena) {
  hermes_manual_option *shown = ARENA_ARRAY(arena, hermes_manual_option, COUNT(options));
  for (size_t i = 0; i < COUNT(options); i++) shown[i] = options[i].shown;
  hermes_manual *manual = ARENA_NEW(arena, hermes_manual);
  *manual = (hermes_manual){
      .program = "hermes",
      .version = HERMES_VERSION,
      .summary = "from a task in words to a validated network twin",
      .text = purpose,
      .exits = exits,
      .environment = environment,
      .see = "hermesc(1), ndt(1)",
      .examples = examples,
      .files = "*.hbp",
      .commands = commands,
      .command_count = COMMANDS,
      .options = shown,
      .option_count = COUNT(options),
  };
  return manual;
}

/* ---- reading ---- */

typedef struct Reader {
  Arena *arena;
  hermes_diagnostics *diagnostics;
  Settings *settings;
  char **words;
  int count, next;
  bool ended; /* behind -- */
} Reader;

static hermes_diagnostic *complain(Reader *reader, hermes_code code, const char *message) {
  hermes_diagnostic *d = hermes_report(reader->diagnostics, code, NULL, "%s", message);
  if (reader->settings->command != COMMANDS)
    hermes_diagnostic_note(d, "usage: hermes %s", commands[reader->settings->command].usage);
  return d;
}

/* Where two commands have an option of one name, that of the command which is named. */
static size_t find_option(const Settings *settings, const char *word, size_t length) {
  size_t found = COUNT(options);
  for (size_t i = 0; i < COUNT(options); i++) {
    const char *name = options[i].shown.name, *letter = options[i].shown.letter;
    bool here = (strlen(name) == length && strncmp(name, word, length) == 0) ||
                (letter && strlen(letter) == length && strncmp(letter, word, length) == 0);
    if (here && options[i].shown.commands & 1u << settings->command) return i;
    if (here && found == COUNT(options)) found = i;
  }
  return found;
}

static void complain_unknown(Reader *reader, const char *word) {
  const char *names[COUNT(options)];
  size_t count = 0;
  for (size_t i = 0; i < COUNT(options); i++)
    if (reader->settings->command == COMMANDS ||
        options[i].shown.commands & 1u << reader->settings->command)
      names[count++] = options[i].shown.name;
  hermes_diagnostic *d =
      complain(reader, HB0802, arena_format(reader->arena, "unknown option `%s`", word));
  const char *nearest = hermes_nearest(word, names, count);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
}

static void set_value(Reader *reader, size_t option, const char *value) {
  void *field = (char *)reader->settings + options[option].field;
  const char *name = options[option].shown.name;
  if (options[option].kind == OPTION_TEXT) {
    *(const char **)field = value;
    if (!*value) complain(reader, HB0804, arena_format(reader->arena, "`%s` is empty", name));
    return;
  }
  char *end;
  long number = strtol(value, &end, 10);
  bool good = *value >= '0' && *value <= '9' && !*end && number >= 1 && number <= MOST_NUMBER;
  if (good)
    *(long *)field = number;
  else
    hermes_diagnostic_fact(
        &complain(reader, HB0804, arena_format(reader->arena, "`%s` cannot be `%s`", name, value))
             ->expected,
        "a whole number from 1 to %d", MOST_NUMBER);
}

static void set_flag(Reader *reader, size_t option, const char *value) {
  *(bool *)((char *)reader->settings + options[option].field) = true;
  if (value)
    complain(reader, HB0803,
             arena_format(reader->arena, "`%s` takes no value", options[option].shown.name));
}

static void read_option(Reader *reader, const char *word) {
  size_t length = strcspn(word, "="), option = find_option(reader->settings, word, length);
  const char *value = word[length] == '=' ? word + length + 1 : NULL;
  if (option == COUNT(options)) {
    complain_unknown(reader, arena_copy(reader->arena, word, length));
    return;
  }
  if (options[option].kind == OPTION_FLAG) {
    set_flag(reader, option, value);
    return;
  }
  if (!value && reader->next < reader->count) value = reader->words[reader->next++];
  if (value)
    set_value(reader, option, value);
  else
    complain(reader, HB0803,
             arena_format(reader->arena, "`%s` needs a value: %s=%s", options[option].shown.name,
                          options[option].shown.name, options[option].shown.value));
}

static void read_command(Reader *reader, const char *word) {
  const char *names[COMMANDS];
  for (size_t i = 0; i < COMMANDS; i++) {
    names[i] = commands[i].name;
    if (strcmp(names[i], word) != 0) continue;
    reader->settings->command = (Command)i;
    return;
  }
  hermes_diagnostic *d =
      complain(reader, HB0801, arena_format(reader->arena, "there is no command `%s`", word));
  const char *nearest = hermes_nearest(word, names, COMMANDS);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  hermes_diagnostic_note(d, "`hermes --help` lists the commands");
  reader->next = reader->count;
}

static void read_word(Reader *reader, const char *word) {
  Settings *settings = reader->settings;
  if (settings->command == COMMANDS)
    read_command(reader, word);
  else if (settings->word_count < words_behind[settings->command].most)
    settings->words[settings->word_count++] = word;
  else
    complain(reader, HB0805, arena_format(reader->arena, "one word too many: `%s`", word));
}

static void check_options(Reader *reader) {
  const Settings *settings = reader->settings;
  for (int i = 1; i < reader->count; i++) {
    const char *word = reader->words[i];
    if (strcmp(word, "--") == 0) break;
    size_t option = find_option(settings, word, strcspn(word, "="));
    if (option == COUNT(options)) continue;
    if (!(options[option].shown.commands & 1u << settings->command))
      complain(reader, HB0802,
               arena_format(reader->arena, "`%s` means nothing with `%s`",
                            options[option].shown.name, commands[settings->command].name));
    if (options[option].kind != OPTION_FLAG && !strchr(word, '=')) i++;
  }
}

static void check_settings(Reader *reader) {
  const Settings *settings = reader->settings;
  if (settings->command == COMMANDS) {
    hermes_diagnostic_note(complain(reader, HB0805, "no command is named"),
                           "`hermes --help` lists the commands");
    return;
  }
  check_options(reader);
  if (settings->word_count < words_behind[settings->command].least)
    complain(reader, HB0805, "a word is missing");
  bool free = settings->command == COMMAND_REPOSITORY; /* words to search for may be any */
  for (int i = 0; i < settings->word_count && !free; i++)
    if (!settings->words[i][strspn(settings->words[i], " \t\n")])
      complain(reader, HB0804, "a word is empty");
  bool needs_data = settings->command == COMMAND_DESIGN || settings->command == COMMAND_PROFILE;
  if (needs_data && !settings->data) complain(reader, HB0806, "`--data DIR` is needed");
  if (settings->command == COMMAND_DESIGN && !settings->output)
    complain(reader, HB0806, "`-o DIR` is needed: where the twin goes");
}

bool read_options(Arena *arena, hermes_diagnostics *diagnostics, int argc, char **argv,
                  Settings *settings) {
  Reader reader = {.arena = arena,
                   .diagnostics = diagnostics,
                   .settings = settings,
                   .words = argv,
                   .count = argc,
                   .next = 1};
  *settings = (Settings){.command = COMMANDS};
  while (reader.next < reader.count) {
    const char *word = reader.words[reader.next++];
    bool plain = reader.ended || word[0] != '-' || !word[1];
    if (!plain && strcmp(word, "--") == 0)
      reader.ended = true;
    else
      (plain ? read_word : read_option)(&reader, word);
  }
  if (diagnostics->errors == 0 && !settings->help && !settings->version) check_settings(&reader);
  return diagnostics->errors == 0;
}
