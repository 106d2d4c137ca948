/* Reading hermesc's command line. Parsing, checks, suggestions and --help all derive from the two
 * tables below. */
#include "options.h"
#include "doc/doc.h"
#include "pages/generate.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { ERRORS_SHOWN = 5, MOST_ERRORS_SHOWN = 1000000, HELP_COLUMN = 26 };

/* ---- the commands, each once ---- */

static const struct {
  const char *name;
  const char *usage;
  const char *summary;
  int least, most; /* words behind it, of those that read no blueprint */
} commands[] = {
    [COMMAND_BUILD] = {"build", "hermesc [OPTION...] BLUEPRINT [-o FILE]",
                       "make a twin of a blueprint; what is meant where no command is named", 0, 0},
    [COMMAND_CHECK] = {"check", "hermesc check [OPTION...] BLUEPRINT",
                       "is a blueprint sound: names, units, contracts, cycles", 0, 0},
    [COMMAND_INTERPRET] =
        {"interpret", "hermesc interpret [OPTION...] BLUEPRINT [TWIN-COMMAND] [TWIN-OPTION...]",
         "do what the twin would, without compiling it", 0, 0},
    [COMMAND_FORMAT] = {"fmt", "hermesc fmt [--check] [OPTION...] BLUEPRINT...",
                        "lay blueprints out as all blueprints are", 0, 0},
    [COMMAND_FIX] = {"fix", "hermesc fix [--dry-run] [OPTION...] BLUEPRINT",
                     "apply the fixes that were verified, where each is the only one", 0, 0},
    [COMMAND_EXPLAIN] = {"explain", "hermesc explain [CODE]",
                         "tell what a diagnostic means and how to mend it; no code: list all", 0,
                         1},
    [COMMAND_GENERATE] = {"generate", "hermesc generate man|bash|zsh|fish|vim|textmate [TWIN]",
                          "write a manual page or completions, of hermesc or of a twin; highlighting", 1, 2},
    [COMMAND_DOCUMENT] = {"doc", "hermesc doc [--format=FORMAT] [-o FILE] [OPTION...] BLUEPRINT",
                          "write the documentation of a blueprint: picture, formulas, units", 0, 0},
    [COMMAND_GRAMMAR] = {"grammar", "hermesc grammar [--format=FORMAT]",
                         "write the language's grammar, for programs that constrain a model's text",
                         0, 0},
    [COMMAND_NEXT] = {"next", "hermesc next [--format=FORMAT] BLUEPRINT:OFFSET|:LINE:COLUMN",
                      "which keywords, names and units may follow at a place", 0, 0},
    [COMMAND_PRIMER] = {"primer", "hermesc primer [MODULE]",
                        "write the language on a few pages, for a model's prompt or a person; of a "
                        "module of the library, its functions",
                        0, 1},
    [COMMAND_LSP] = {"lsp", "hermesc lsp", "serve an editor: the Language Server Protocol", 0, 0},
    [COMMAND_PRINT] = {NULL, "hermesc --print=FORM [OPTION...] BLUEPRINT", /* never a word */
                       NULL, 0, 0},
};

enum {
  IN_BUILD = 1 << COMMAND_BUILD,
  IN_PRINT = 1 << COMMAND_PRINT,
  IN_FORMAT = 1 << COMMAND_FORMAT,
  IN_DOCUMENT = 1 << COMMAND_DOCUMENT,
  IN_FIX = 1 << COMMAND_FIX,
  IN_GRAMMAR = 1 << COMMAND_GRAMMAR,
  IN_NEXT = 1 << COMMAND_NEXT,
  IN_LSP = 1 << COMMAND_LSP,
  /* that read a blueprint */
  IN_ALL = IN_BUILD | IN_PRINT | IN_FORMAT | IN_FIX | IN_DOCUMENT | IN_NEXT | 1 << COMMAND_CHECK |
           1 << COMMAND_INTERPRET,
  IN_EVERY = IN_ALL | 1 << COMMAND_EXPLAIN | 1 << COMMAND_GENERATE | IN_GRAMMAR | IN_LSP |
             1 << COMMAND_PRIMER,
};

/* ---- the options, each once ---- */

typedef enum OptionKind {
  OPTION_FLAG,     /* bool */
  OPTION_TEXT,     /* const char * */
  OPTION_MAY_TEXT, /* const char *; "" where the value is left out */
  OPTION_CHOICE,   /* int: which of the choices */
  OPTION_NUMBER,   /* long */
} OptionKind;

typedef struct Option {
  const char *name, *letter; /* "--output", "-o" or NULL */
  OptionKind kind;
  const char *value; /* its name in the help */
  const char *const *choices;
  size_t field;      /* of Settings */
  unsigned commands; /* that know it */
  const char *help;  /* lines */
} Option;

static const char *const forms[] = {"tokens", "ast", "types", "stages", "ir", "c", NULL};
static const char *const formats[] = {"text", "json", "sarif", NULL};
static const char *const texts[] = {"text", "json", NULL};
static const char *const pages[] = {"markdown", "html", NULL};
static const char *const notations[] = {"gbnf", "lark", NULL};
static const char *const colours[] = {"auto", "always", "never", NULL};

#define FIELD(name) offsetof(Settings, name)

static const Option options[] = {
    {"--output", "-o", OPTION_TEXT, "FILE", NULL, FIELD(output), IN_BUILD | IN_DOCUMENT,
     "the twin to write; without it, the blueprint's name\nwithout .hbp, in the current directory. "
     "Of doc, the\npage to write; without it, standard output"},
    {"--format", NULL, OPTION_CHOICE, "FORMAT", pages, FIELD(doc_format), IN_DOCUMENT,
     "of documentation; without it html where FILE ends\nin .html, and markdown elsewhere"},
    {"--format", NULL, OPTION_CHOICE, "FORMAT", notations, FIELD(grammar_format), IN_GRAMMAR,
     "of the grammar: gbnf for llama.cpp and its kin, lark\nfor Python"},
    {"--format", NULL, OPTION_CHOICE, "FORMAT", texts, FIELD(next_format), IN_NEXT,
     "of next; json: one document"},
    {"--keep", NULL, OPTION_MAY_TEXT, "FILE", NULL, FIELD(keep), IN_BUILD,
     "keep the generated C, in FILE or beside the twin"},
    {"--no-cache", NULL, OPTION_FLAG, NULL, NULL, FIELD(no_cache), IN_BUILD,
     "build anew, and do not keep the result for next time"},
    {"--verbose", NULL, OPTION_FLAG, NULL, NULL, FIELD(verbose), IN_BUILD,
     "say what is run and what comes from the cache"},
    {"--print", NULL, OPTION_CHOICE, "FORM", forms, FIELD(form), IN_PRINT,
     "show the blueprint in one of its intermediate forms"},
    {"--check", NULL, OPTION_FLAG, NULL, NULL, FIELD(only_check), IN_FORMAT,
     "write nothing, name the files that are not formatted"},
    {"--dry-run", NULL, OPTION_FLAG, NULL, NULL, FIELD(dry_run), IN_FIX,
     "tell what would be mended, and write nothing"},
    {"--stdio", NULL, OPTION_FLAG, NULL, NULL, FIELD(stdio), IN_LSP,
     "of lsp: over standard input and output, as always"},
    {"--werror", NULL, OPTION_FLAG, NULL, NULL, FIELD(werror), IN_ALL & ~IN_NEXT,
     "warnings are errors"},
    {"--error-format", NULL, OPTION_CHOICE, "FORMAT", formats, FIELD(error_format), IN_EVERY,
     "json, sarif: one document on standard output, whatever\n"
     "happens, instead of text on standard error"},
    {"--error-limit", NULL, OPTION_NUMBER, "N", NULL, FIELD(error_limit), IN_EVERY,
     "errors shown as text (default 5; 0: all)"},
    {"--color", NULL, OPTION_CHOICE, "WHEN", colours, FIELD(colour), IN_EVERY,
     "colour in the text"},
    {"--version", NULL, OPTION_FLAG, NULL, NULL, FIELD(version), IN_EVERY, "show the version"},
    {"--help", "-h", OPTION_FLAG, NULL, NULL, FIELD(help), IN_EVERY, "show this"},
};

/* ---- help ---- */

static const char purpose[] =
    "A blueprint (.hbp) says what data a model of a cellular network reads, what may be decided,\n"
    "what follows from that, and which KPIs come out. hermesc checks it, its units first of all,\n"
    "and makes a native program of it: a digital twin. `-` is standard input.\n";

static const char examples[] =
    "  hermesc check power_control.hbp              is it sound: names, units, contracts, cycles\n"
    "  hermesc power_control.hbp -o ndt             build the twin\n"
    "  ./ndt --help                                 what a twin can do\n"
    "  ./ndt run --data data                        KPIs from the tables in the directory data/\n"
    "  hermesc interpret power_control.hbp run --data data\n"
    "                                               the same numbers without a C compiler: the\n"
    "                                               reference that every twin is held against\n"
    "  hermesc --print=stages power_control.hbp     what is computed when, and why\n"
    "  hermesc fmt power_control.hbp                lay it out as all blueprints are\n"
    "  hermesc doc -o page.html power_control.hbp   a page to read, with a picture and formulas\n"
    "  hermesc explain HB0402                       the long story of an error\n"
    "  hermesc next power_control.hbp:14:9          what may be written there\n"
    "  hermesc primer                               the language, for the prompt of a model\n"
    "  hermesc primer radio.noise                   the functions of a module of the library\n";

static const char whole_blueprint[] =
    "A whole blueprint, over a table cells.csv with the columns cell and tx_power:\n"
    "\n"
    "  blueprint power \"Transmit power after a change.\";\n"
    "  table cell from \"cells.csv\" { tx_power : dBm; }\n"
    "  policy { offset[cell] : dB in -6 dB .. 6 dB = 0 dB; }\n"
    "  operational block change \"Apply the change.\" {\n"
    "    in  offset;\n"
    "    out power[c in cell] : dBm = c.tx_power + offset[c];\n"
    "  }\n"
    "  kpi total : W = sum(lin(power[c]) for c in cell);\n";

static const char exits[] =
    "0 sound or built, warnings included; 1 errors; 2 a command line that makes no\n"
    "sense. After `interpret`, those of the twin (./ndt --help).\n";

static const char environment[] =
    "CC the C compiler; XDG_CACHE_HOME or else ~/.cache where twins built before are\n"
    "kept (512 MiB at most); TMPDIR for a private directory while building; HERMES_HOME where\n"
    "hermesc is installed, if not where it stands; NO_COLOR no colour.\n";

static void print_option(const Option *option, FILE *out) {
  char left[64];
  const char *equals = option->kind == OPTION_MAY_TEXT ? "[=" : "=";
  snprintf(left, sizeof left, "  %s%s%s%s%s%s", option->letter == NULL ? "" : option->letter,
           option->letter == NULL ? "" : ", ", option->name, option->value == NULL ? "" : equals,
           option->value == NULL ? "" : option->value, option->kind == OPTION_MAY_TEXT ? "]" : "");
  fprintf(out, "%-*s", HELP_COLUMN, left);
  for (const char *line = option->help; *line != '\0'; line += *line == '\n') {
    size_t length = strcspn(line, "\n");
    fprintf(out, "%*s%.*s\n", line == option->help ? 0 : HELP_COLUMN, "", (int)length, line);
    line += length;
  }
  if (option->choices == NULL) return;
  fprintf(out, "%*s%s: %s", HELP_COLUMN, "", option->value, option->choices[0]);
  for (size_t i = 1; option->choices[i] != NULL; i++) fprintf(out, ", %s", option->choices[i]);
  fputc('\n', out);
}

void print_help(FILE *out) {
  fprintf(out,
          "hermesc %s: compiles blueprints of cellular networks into digital twins\n\nusage:\n",
          HERMES_VERSION);
  for (size_t i = 0; i < COUNT(commands); i++) fprintf(out, "  %s\n", commands[i].usage);
  fprintf(out, "\n%s\n%s\n%s\noptions:\n", purpose, examples, whole_blueprint);
  for (size_t i = 0; i < COUNT(options); i++) print_option(&options[i], out);
  fprintf(out, "\nexit codes: %s\nenvironment: %s", exits, environment);
}

/* ---- reading ---- */

typedef struct Reader {
  Compiler *compiler;
  Settings *settings;
  char **words;
  int count, next;
  bool command_given, options_ended;
  bool seen[COUNT(options)];
} Reader;

static hermes_diagnostic *complain(Reader *reader, const char *message) {
  return hermes_report(&reader->compiler->diagnostics, HB0601, NULL, "%s", message);
}

static char *list_names(Arena *arena, const char *const *names, size_t count) {
  char *list = arena_copy(arena, "", 0);
  for (size_t i = 0; i < count; i++)
    list = arena_format(arena, "%s%s%s", list, i == 0 ? "" : ", ", names[i]);
  return list;
}

/* Adds what would have been valid, and what was probably meant. */
static void suggest(Reader *reader, hermes_diagnostic *d, const char *word,
                    const char *const *names, size_t count) {
  const char *nearest = hermes_nearest(word, names, count);
  if (nearest != NULL) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  hermes_diagnostic_fact(&d->expected, "one of %s",
                         list_names(&reader->compiler->arena, names, count));
}

static void complain_unknown(Reader *reader, const char *name) {
  const char *names[COUNT(options)];
  size_t count = 0;
  for (size_t i = 0; i < COUNT(options); i++)
    if (count == 0 || strcmp(names[count - 1], options[i].name) != 0)
      names[count++] = options[i].name; /* those of one name stand together */
  hermes_diagnostic *d =
      complain(reader, arena_format(&reader->compiler->arena, "unknown option `%s`", name));
  suggest(reader, d, name, names, count);
}

static bool set_flag(Reader *reader, const Option *option, const char *value, void *field) {
  if (value != NULL) {
    complain(reader, arena_format(&reader->compiler->arena, "`%s` takes no value", option->name));
    return false;
  }
  *(bool *)field = true;
  return true;
}

static bool set_text(Reader *reader, const Option *option, const char *value, void *field) {
  if (*value == '\0') {
    complain(reader, arena_format(&reader->compiler->arena, "`%s` names no file", option->name));
    return false;
  }
  *(const char **)field = value;
  return true;
}

static bool set_text_or_none(Reader *reader, const Option *option, const char *value, void *field) {
  if (value != NULL) return set_text(reader, option, value, field);
  *(const char **)field = "";
  return true;
}

static bool set_choice(Reader *reader, const Option *option, const char *value, void *field) {
  size_t count = 0;
  for (; option->choices[count] != NULL; count++)
    if (strcmp(option->choices[count], value) == 0) {
      *(int *)field = (int)count;
      return true;
    }
  hermes_diagnostic *d = complain(
      reader, arena_format(&reader->compiler->arena, "`%s` cannot be `%s`", option->name, value));
  suggest(reader, d, value, option->choices, count);
  return false;
}

static bool set_number(Reader *reader, const Option *option, const char *value, void *field) {
  char *end;
  long number = strtol(value, &end, 10);
  if (*value >= '0' && *value <= '9' && *end == '\0' && number <= MOST_ERRORS_SHOWN) {
    *(long *)field = number;
    return true;
  }
  hermes_diagnostic *d = complain(
      reader, arena_format(&reader->compiler->arena, "`%s` cannot be `%s`", option->name, value));
  hermes_diagnostic_fact(&d->expected, "a whole number from 0 to %d", MOST_ERRORS_SHOWN);
  return false;
}

static bool (*const setters[])(Reader *, const Option *, const char *, void *) = {
    [OPTION_FLAG] = set_flag,
    [OPTION_TEXT] = set_text,
    [OPTION_MAY_TEXT] = set_text_or_none,
    [OPTION_CHOICE] = set_choice,
    [OPTION_NUMBER] = set_number,
};

static bool needs_value(const Option *option) {
  return option->kind != OPTION_FLAG && option->kind != OPTION_MAY_TEXT;
}

static void set_option(Reader *reader, const Option *option, const char *value) {
  reader->seen[option - options] = true;
  if (value == NULL && needs_value(option)) {
    if (reader->next == reader->count) {
      complain(reader, arena_format(&reader->compiler->arena, "`%s` needs a value: %s=%s",
                                    option->name, option->name, option->value));
      return;
    }
    value = reader->words[reader->next++];
  }
  setters[option->kind](reader, option, value, (char *)reader->settings + option->field);
}

static bool reads_blueprint(Command command) {
  return (IN_ALL & 1u << command) != 0;
}

/* Where two commands have an option of one name, that of the command which is named. */
static const Option *find_long_option(const Reader *reader, const char *word, size_t length) {
  const Option *found = NULL;
  for (const Option *option = options; option < options + COUNT(options); option++) {
    bool here = strlen(option->name) == length && strncmp(option->name, word, length) == 0;
    if (here && (option->commands & 1u << reader->settings->command) != 0) return option;
    if (here && found == NULL) found = option;
  }
  return found;
}

/* The option that a word begins with; its value where the word holds one. */
static const Option *find_option(const Reader *reader, const char *word, const char **value) {
  size_t length = strcspn(word, "=");
  *value = word[length] == '=' ? word + length + 1 : NULL;
  const Option *option = find_long_option(reader, word, length);
  if (option != NULL) return option;
  *value = word[1] != '\0' && word[2] != '\0' ? word + 2 : NULL;
  for (size_t i = 0; i < COUNT(options); i++)
    if (options[i].letter != NULL && strncmp(options[i].letter, word, 2) == 0) return &options[i];
  return NULL;
}

static void read_option(Reader *reader, const char *word) {
  const char *value;
  const Option *option = find_option(reader, word, &value);
  if (option == NULL)
    complain_unknown(reader, arena_copy(&reader->compiler->arena, word, strcspn(word, "=")));
  else
    set_option(reader, option, value);
}

static bool read_command(Reader *reader, const char *word) {
  if (reader->command_given || reader->settings->path != NULL) return false;
  for (size_t i = 0; i < COUNT(commands); i++)
    if (commands[i].name != NULL && strcmp(commands[i].name, word) == 0) {
      reader->settings->command = (Command)i;
      return reader->command_given = true;
    }
  return false;
}

static const char *nearest_command(const char *word) {
  const char *names[COUNT(commands)];
  size_t count = 0;
  for (size_t i = 0; i < COUNT(commands); i++)
    if (commands[i].name != NULL) names[count++] = commands[i].name;
  return hermes_nearest(word, names, count);
}

/* What stands behind a command that reads no blueprint. */
static void read_plain(Reader *reader, const char *word) {
  Settings *settings = reader->settings;
  if (settings->word_count < commands[settings->command].most)
    settings->words[settings->word_count++] = word;
  else
    complain(reader, arena_format(&reader->compiler->arena, "one word too many: `%s`", word));
}

static void read_file(Reader *reader, const char *word) {
  Settings *settings = reader->settings;
  if (settings->files == NULL)
    settings->files = ARENA_ARRAY(&reader->compiler->arena, const char *, reader->count);
  settings->files[settings->file_count++] = word;
  settings->path = settings->files[0];
}

static void read_blueprint(Reader *reader, const char *word) {
  Settings *settings = reader->settings;
  if (settings->command == COMMAND_FORMAT) {
    read_file(reader, word);
    return;
  }
  if (settings->path != NULL) {
    hermes_diagnostic *d =
        complain(reader, arena_format(&reader->compiler->arena, "one word too many: `%s`", word));
    const char *meant = nearest_command(settings->path);
    if (meant != NULL)
      hermes_diagnostic_fact(&d->candidates, "hermesc %s %s", meant, word);
    else
      hermes_diagnostic_note(d, "the blueprint is `%s`; there can be one", settings->path);
    return;
  }
  settings->path = word;
  if (settings->command != COMMAND_INTERPRET) return;
  settings->rest = reader->words + reader->next;
  settings->rest_count = reader->count - reader->next;
  reader->next = reader->count;
}

static void read_words(Reader *reader) {
  while (reader->next < reader->count) {
    const char *word = reader->words[reader->next++];
    bool plain = reader->options_ended || *word != '-' || word[1] == '\0' || word[1] == ':';
    if (!plain && strcmp(word, "--") == 0)
      reader->options_ended = true;
    else if (!plain)
      read_option(reader, word);
    else if (!read_command(reader, word))
      (reads_blueprint(reader->settings->command) ? read_blueprint : read_plain)(reader, word);
  }
}

/* ---- does it make sense together ---- */

static bool was_seen(const Reader *reader, size_t field) {
  for (size_t i = 0; i < COUNT(options); i++)
    if (options[i].field == field) return reader->seen[i];
  return false;
}

static const char *command_text(const Reader *reader) {
  const char *name = commands[reader->settings->command].name;
  return name == NULL ? "--print" : name;
}

static void check_options(Reader *reader) {
  unsigned command = 1u << reader->settings->command;
  for (size_t i = 0; i < COUNT(options); i++)
    if (reader->seen[i] && (options[i].commands & command) == 0)
      complain(reader, arena_format(&reader->compiler->arena, "`%s` means nothing with `%s`",
                                    options[i].name, command_text(reader)));
}

static void complain_missing(Reader *reader) {
  hermes_diagnostic *d = complain(reader, "no blueprint is named");
  for (size_t i = 0; i < COUNT(commands); i++)
    if (reads_blueprint((Command)i)) hermes_diagnostic_note(d, "usage: %s", commands[i].usage);
}

static void check_words(Reader *reader) {
  const Settings *settings = reader->settings;
  if (settings->word_count < commands[settings->command].least)
    hermes_diagnostic_note(complain(reader, "a word is missing"), "usage: %s",
                           commands[settings->command].usage);
}

/* Like cc, but by the blueprint's own name: power.hbp becomes ./power. */
static void default_output(Reader *reader) {
  static const char suffix[] = ".hbp";
  const char *slash = strrchr(reader->settings->path, '/');
  const char *name = slash == NULL ? reader->settings->path : slash + 1;
  size_t length = strlen(name), cut = sizeof suffix - 1;
  if (length > cut && strcmp(name + length - cut, suffix) == 0)
    reader->settings->output = arena_copy(&reader->compiler->arena, name, length - cut);
  else
    complain(reader, "where the twin goes does not follow from the blueprint's name: say it with "
                     "-o FILE");
}

static void complete_build(Reader *reader) {
  Settings *settings = reader->settings;
  if (settings->output == NULL)
    default_output(reader);
  else if (strcmp(settings->output, "-") == 0)
    complain(reader, "a twin is a program: -o names a file");
  if (settings->output != NULL && settings->keep != NULL && *settings->keep == '\0')
    settings->keep = arena_format(&reader->compiler->arena, "%s.c", settings->output);
}

/* What is to become page.html is meant to be HTML. */
static void complete_document(Reader *reader) {
  static const char suffix[] = ".html";
  Settings *settings = reader->settings;
  size_t cut = sizeof suffix - 1;
  size_t length = settings->output == NULL ? 0 : strlen(settings->output);
  bool html = length > cut && strcmp(settings->output + length - cut, suffix) == 0;
  if (html && !was_seen(reader, FIELD(doc_format))) settings->doc_format = DOC_HTML;
}

/* Cuts the last number off the path: power.hbp:812, power.hbp:14:9. */
static bool cut_number(Reader *reader, long *number) {
  const char *path = reader->settings->path, *colon = strrchr(path, ':');
  char *end;
  if (colon == NULL || colon == path || colon[1] < '0' || colon[1] > '9') return false;
  *number = strtol(colon + 1, &end, 10);
  if (*end != '\0' || *number > MAX_SOURCE_BYTES) return false;
  reader->settings->path = arena_copy(&reader->compiler->arena, path, (size_t)(colon - path));
  return true;
}

static void complete_next(Reader *reader) {
  Settings *settings = reader->settings;
  long last, before;
  if (!cut_number(reader, &last)) {
    complain(reader, "the place is missing: BLUEPRINT:OFFSET in bytes, or BLUEPRINT:LINE:COLUMN");
    return;
  }
  settings->place_count = cut_number(reader, &before) ? 2 : 1;
  settings->place[0] = settings->place_count == 2 ? before : last;
  settings->place[1] = last;
}

static void check_settings(Reader *reader) {
  Settings *settings = reader->settings;
  if (was_seen(reader, FIELD(form)) && settings->command != COMMAND_INTERPRET)
    settings->command = COMMAND_PRINT;
  check_options(reader);
  if (!reads_blueprint(settings->command))
    check_words(reader);
  else if (settings->path == NULL)
    complain_missing(reader);
  else if (settings->command == COMMAND_BUILD)
    complete_build(reader);
  else if (settings->command == COMMAND_DOCUMENT)
    complete_document(reader);
  else if (settings->command == COMMAND_NEXT)
    complete_next(reader);
}

bool read_command_line(Compiler *compiler, int argc, char **argv, Settings *settings) {
  Reader reader = {
      .compiler = compiler, .settings = settings, .words = argv, .count = argc, .next = 1};
  *settings = (Settings){.error_limit = ERRORS_SHOWN};
  read_words(&reader);
  if (compiler->diagnostics.errors == 0 && !settings->help && !settings->version)
    check_settings(&reader);
  return compiler->diagnostics.errors == 0;
}

/* ---- for a manual ---- */

static const char *const *all_codes(Arena *arena) {
  const char **names = ARENA_ARRAY(arena, const char *, HERMES_CODES + 1);
  for (int i = 0; i < HERMES_CODES; i++) names[i] = hermes_code_of((hermes_code)i)->name;
  return names;
}

/* What a usage line says behind the program's name. */
static const char *behind_program(const char *usage) {
  return usage + strcspn(usage, " ") + 1;
}

static hermes_manual_command *manual_commands(Arena *arena, const hermes_manual *twin) {
  hermes_manual_command *all = ARENA_ARRAY(arena, hermes_manual_command, COUNT(commands));
  for (size_t i = 0; i < COUNT(commands); i++)
    all[i] = (hermes_manual_command){.name = commands[i].name,
                                     .usage = behind_program(commands[i].usage),
                                     .summary = commands[i].summary};
  all[COMMAND_EXPLAIN].words = all_codes(arena);
  all[COMMAND_GENERATE].words = generate_forms;
  all[COMMAND_INTERPRET].rest = twin;
  return all;
}

static hermes_manual_option *manual_options(Arena *arena) {
  hermes_manual_option *all = ARENA_ARRAY(arena, hermes_manual_option, COUNT(options));
  for (size_t i = 0; i < COUNT(options); i++)
    all[i] = (hermes_manual_option){.name = options[i].name,
                                    .letter = options[i].letter,
                                    .value = options[i].value,
                                    .may_miss = options[i].kind == OPTION_MAY_TEXT,
                                    .choices = options[i].choices,
                                    .commands = options[i].commands,
                                    .help = options[i].help};
  return all;
}

const hermes_manual *command_line_manual(Arena *arena, const hermes_manual *twin) {
  hermes_manual *manual = ARENA_NEW(arena, hermes_manual);
  *manual = (hermes_manual){.program = "hermesc",
                            .version = HERMES_VERSION,
                            .summary = "compile blueprints of cellular networks into digital twins",
                            .text = purpose,
                            .examples = arena_format(arena, "%s\n%s", examples, whole_blueprint),
                            .exits = exits,
                            .environment = environment,
                            .see = "ndt(1)",
                            .files = "*.hbp",
                            .commands = manual_commands(arena, twin),
                            .command_count = COUNT(commands),
                            .unnamed = IN_BUILD | IN_PRINT,
                            .options = manual_options(arena),
                            .option_count = COUNT(options)};
  return manual;
}
