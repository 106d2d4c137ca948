/* The commands of a twin, each once, and the way to them. */
#include "twin/commands.h"

#include "data/data.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the table ---------------------------------------------------------------------------- */

static const twin_command table[] = {
    [twin_number_of_run] =
        {"run", "", "evaluate one decision: KPIs, and whether the constraints hold",
         "Reads the tables, applies inputs and decisions, evaluates the blueprint once and prints\n"
         "its KPIs with their units and the verdict on every constraint. What is decided nowhere\n"
         "keeps the blueprint's default. The later of these wins: defaults, inputs.json in the\n"
         "data directory, --policy, --set.\n"
         "\n"
         "A decision that cannot be evaluated (a reduction over nothing, an infinite KPI) is\n"
         "invalid: its reason is printed and the exit code is 1. One that misses a constraint is\n"
         "a result like any other: exit code 0.",
         "run --data data                            # the blueprint's defaults\n"
         "run --data data --set 'offset[c3]=-3 dB'   # one element of a policy\n"
         "run --data data --set 'offset=-1 dB'       # all its elements\n"
         "run --data data --policy policy.json --format json\n"
         "run --data data --show sinr --format csv --out sinr.csv",
         0, 0, true, true, twin_run},
    [twin_number_of_compare] =
        {"compare", "[BEFORE.json] AFTER.json", "two decisions side by side, KPI by KPI",
         "Evaluates two policy files and prints every KPI before and after, and the difference.\n"
         "With one file, the blueprint's defaults are what it is compared with. Two levels (dBm)\n"
         "differ by dB, two shares (%) by percentage points; linear KPIs also get their relative\n"
         "change. --policy and inputs.json hold for both sides, and --set wins on both.",
         "compare --data data policy.json            # against the defaults\n"
         "compare --data data before.json after.json\n"
         "compare --data data a.json b.json --format json",
         1, 2, true, true, twin_compare},
    [twin_number_of_rank] =
        {"rank", "CANDIDATES", "order many decisions by the blueprint's goal",
         "Evaluates every candidate of a file and orders them: first those that meet all\n"
         "constraints, best first (of several objectives: by Pareto front, then by the first);\n"
         "then those that do not, least violation first; last those that are invalid. Ties keep\n"
         "the order of the file.\n"
         "\n"
         "CANDIDATES is a .jsonl file, one policy object per line, or a .csv file with one\n"
         "column per decision: offset[c3], \"sleep[c3,h2]\". Candidates are numbered from 1.",
         "rank --data data candidates.jsonl --top 5\n"
         "rank --data data candidates.csv --format csv --out ranking.csv\n"
         "rank --data data candidates.csv --set 'bandwidth=10 MHz' --threads 4",
         1, 1, true, true, twin_rank},
    [twin_number_of_test] =
        {"test", "", "check what the blueprint expects of itself",
         "Runs every `expect` of the blueprint on these data and this decision, and prints the\n"
         "numbers behind each verdict: the row that comes closest to failing, both sides and the\n"
         "margin. An expect that varies something over many rows looks at a reproducible sample,\n"
         "and says so. A failure exits 1.",
         "test --data data\n"
         "test --data data --rows 0                  # every row, however many\n"
         "test --data data --policy policy.json --format json",
         0, 0, true, true, twin_test},
    [twin_number_of_trace] =
        {"trace", "", "explain a result: every block's values for one row",
         "Evaluates one decision and walks through the blocks in their order, printing what each\n"
         "one computed for the rows asked for. Arrays with a further index list their largest\n"
         "elements for that row; arrays over other tables are summed up.",
         "trace --data data --row ue=u17\n"
         "trace --data data --row ue=u17 --row cell=c3 --policy policy.json\n"
         "trace --data data --row cell=c3 --format json",
         0, 0, true, false, twin_trace},
    [twin_number_of_info] =
        {"info", "", "what this twin reads, decides and computes",
         "Prints the tables that the blueprint reads, its inputs, its policies with what they may\n"
         "be, its blocks, KPIs, goal and expectations. Needs no data.",
         "info\n"
         "info --json                                # the whole description",
         0, 0, false, false, twin_info},
};

const twin_command *twin_command_at(size_t number) {
  return &table[number];
}

/* ---- help --------------------------------------------------------------------------------- */

static void print_overview(FILE *out, const twin_session *s) {
  fprintf(out, "usage: %s COMMAND [OPTIONS]\n\n", s->program);
  if (s->description)
    fprintf(out, "The digital twin `%s`. %s\n\n", s->description->blueprint,
            s->description->blueprint_doc);
  for (size_t i = 0; i < TWIN_COMMAND_COUNT; i++)
    fprintf(out, "  %-9s %s\n", table[i].name, table[i].summary);
  fprintf(out,
          "\n%s help COMMAND explains a command. Exit codes: 0 done, 1 an invalid result or a\n"
          "failed expectation, 2 wrong usage or data.\n",
          s->program);
}

static void print_examples(FILE *out, const twin_session *s, const char *examples) {
  while (*examples) {
    int length = (int)strcspn(examples, "\n");
    fprintf(out, "  %s %.*s\n", s->program, length, examples);
    examples += length + (examples[length] == '\n');
  }
}

/* What stands behind a command in its usage line. */
static const char *data_text(const twin_session *s, const twin_command *c) {
  return c->needs_data && hermes_reads_files(s->description) ? " --data DIR" : "";
}

static void print_command_help(FILE *out, const twin_session *s, size_t number) {
  const twin_command *c = &table[number];
  fprintf(out, "usage: %s %s%s%s%s [OPTIONS]\n\n%s\n\noptions:\n", s->program, c->name,
          data_text(s, c), *c->arguments ? " " : "", c->arguments, c->text);
  twin_options_help(out, 1u << number);
  fputs("\nexamples:\n", out);
  print_examples(out, s, c->examples);
}

/* ---- commands ----------------------------------------------------------------------------- */

static size_t find_command(const char *word) {
  size_t i = 0;
  while (i < TWIN_COMMAND_COUNT && strcmp(table[i].name, word)) i++;
  return i;
}

static int unknown_command(twin_session *s, const char *word) {
  const char *names[TWIN_COMMAND_COUNT];
  for (size_t i = 0; i < TWIN_COMMAND_COUNT; i++) names[i] = table[i].name;
  hermes_diagnostic *d =
      hermes_report(&s->problems, HB0801, NULL, "there is no command `%s`", DATA_SHOW(word));
  twin_suggest(d, word, names, TWIN_COMMAND_COUNT);
  hermes_diagnostic_note(d, "%s --help", s->program);
  return HERMES_FAILED;
}

/* Text that goes to standard output without a command having run. */
static int finish_text(twin_session *s) {
  twin_output output = {.out = stdout};
  return twin_output_close(s, &output) ? HERMES_OK : HERMES_FAILED;
}

static int help_on(twin_session *s, const char *word) {
  size_t number = word ? find_command(word) : TWIN_COMMAND_COUNT;
  if (word && number == TWIN_COMMAND_COUNT) return unknown_command(s, word);
  if (word)
    print_command_help(stdout, s, number);
  else
    print_overview(stdout, s);
  return finish_text(s);
}

static int print_version(twin_session *s) {
  printf("%s %s (hermes %s, compiled by %s, sha256 %.12s)\n", s->program, s->description->blueprint,
         HERMES_VERSION, s->description->hermes, s->description->sha256);
  return finish_text(s);
}

static int run_command(twin_session *s, size_t number, int count, char **words) {
  s->command = &table[number];
  if (!twin_options_parse(s->command, 1u << number, count, words,
                          hermes_reads_files(s->description), &s->options, &s->problems)) {
    fprintf(stderr, "usage: %s %s%s%s%s [OPTIONS]\n", s->program, s->command->name,
            data_text(s, s->command), *s->command->arguments ? " " : "", s->command->arguments);
    return HERMES_FAILED;
  }
  if (s->options.help) return help_on(s, s->command->name);
  if (!twin_output_check(s)) return HERMES_FAILED;
  if (s->confined) twin_confine(s);
  return s->command->run(s);
}

static int no_command(twin_session *s) {
  print_overview(stderr, s);
  return HERMES_FAILED;
}

static int dispatch(twin_session *s, int count, char **words) {
  const char *first = count ? words[0] : NULL;
  if (!first) return no_command(s);
  if (!strcmp(first, "--help") || !strcmp(first, "-h")) return help_on(s, NULL);
  if (!strcmp(first, "--version")) return print_version(s);
  if (!strcmp(first, "help")) return help_on(s, count > 1 ? words[1] : NULL);
  /* Options without a command are those of `run`. */
  if (first[0] == '-') return run_command(s, twin_number_of_run, count, words);
  size_t number = find_command(first);
  if (number == TWIN_COMMAND_COUNT) return unknown_command(s, first);
  return run_command(s, number, count - 1, words + 1);
}

/* ---- the program -------------------------------------------------------------------------- */

static bool read_description(twin_session *s) {
  size_t size = 0;
  char error[256] = "";
  const char *json = s->door->describe(s->door->model, &size);
  if (s->door->abi != HERMES_ABI)
    hermes_report(&s->problems, HB0827, NULL, "a twin of interface %u meets a library of %d",
                  (unsigned)s->door->abi, HERMES_ABI);
  else if (!(s->description =
                 hermes_description_parse((const unsigned char *)json, size, error, sizeof error)))
    hermes_report(&s->problems, HB0827, NULL, "the description of this twin: %s", error);
  return s->description != NULL;
}

/* Warnings, too, unless they are not wanted. */
static void print_problems(const twin_session *s) {
  if (!s->problems.count || (s->options.quiet && !s->problems.errors)) return;
  bool colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
  hermes_diagnostics_print(&s->problems, stderr, colour, TWIN_ERRORS_SHOWN);
}

int twin_main(const hermes_interface *interface, int argc, char **argv, bool confined) {
  twin_session s = {
      .door = interface, .program = argc > 0 && argv[0] ? argv[0] : "ndt", .confined = confined};
  /* A closed pipe is an error to be reported, like a full disk. */
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  sigaction(SIGPIPE, &ignore, &before);

  int code = HERMES_FAILED;
  if (read_description(&s)) code = dispatch(&s, argc > 1 ? argc - 1 : 0, argv + 1);
  print_problems(&s);
  if (s.problems.errors) code = HERMES_FAILED;
  twin_session_close(&s);

  sigaction(SIGPIPE, &before, NULL);
  return code;
}

int hermes_twin_main(const hermes_interface *interface, int argc, char **argv) {
  return twin_main(interface, argc, argv, false); /* the process is the caller's */
}
