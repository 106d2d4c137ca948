/* The map of runtime/twin: what the commands of a twin are made of, file by file.
 *
 * Everything here works through the door of hermes/twin.h, so a native twin and the interpreter
 * share it. A session is one run of the program; it owns all that a command reads or computes.
 */
#ifndef HERMES_TWIN_COMMANDS_H
#define HERMES_TWIN_COMMANDS_H

#include <hermes/description.h>
#include <hermes/diagnostics.h>
#include <hermes/numeric.h>
#include <hermes/twin.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
  TWIN_NUMBER = HERMES_DECIMAL_TEXT, /* longest printed number, with its terminator */
  TWIN_LISTED = 12,                  /* names listed in a message before "..." */
  TWIN_ERRORS_SHOWN = 20,            /* of one run */
  TWIN_THREADS = 1024,               /* most that --threads takes */
  TWIN_BATCH = 64,   /* candidates handed over at once; also the grain of the threads */
  TWIN_TOP = 20,     /* candidates that rank shows to people */
  TWIN_SWEEP = 256,  /* rows of a varying expect that test looks at */
  TWIN_DRAWS = 100,  /* of a blueprint that draws, unless --draws says otherwise */
  TWIN_ELEMENTS = 8, /* elements of an array that trace lists */
};
#define TWIN_FILE_LIMIT ((size_t)1 << 30) /* bytes of a policy or candidates file */
#define TWIN_CONFIDENCE 0.95  /* of the intervals of means over draws */
#define TWIN_TOLERANCE 1e-12 /* relative, of comparisons: two builds may differ by it */

typedef struct twin_session twin_session;

/* ---- main.c: the commands, each once --------------------------------------------------------- */

#define TWIN_COMMANDS(COMMAND)                                                                     \
  COMMAND(run) COMMAND(compare) COMMAND(rank) COMMAND(test) COMMAND(trace) COMMAND(info)

enum {
#define COMMAND(name) twin_number_of_##name,
  TWIN_COMMANDS(COMMAND)
#undef COMMAND
      TWIN_COMMAND_COUNT
};
/* Sets of commands, for the options that they take. */
enum {
#define COMMAND(name) twin_in_##name = 1 << twin_number_of_##name,
  TWIN_COMMANDS(COMMAND)
#undef COMMAND
};

typedef struct twin_command {
  const char *name;
  const char *arguments; /* behind the name in the usage line */
  const char *summary;   /* one line */
  const char *text;      /* what it does, for a reader who has never used it */
  const char *examples;  /* lines, each an argument list and a comment */
  size_t least, most;    /* arguments that are no options */
  bool needs_data, has_csv;
  int (*run)(twin_session *session); /* returns the exit code */
} twin_command;

/* The record of a command; its bit in the sets above is 1 << number. */
const twin_command *twin_command_at(size_t number);

/* ---- options.c: the options, each once ------------------------------------------------------- */

typedef enum twin_format { TWIN_TABLE, TWIN_JSON, TWIN_CSV } twin_format;

typedef struct twin_list {
  const char **items;
  size_t count;
} twin_list;

typedef struct twin_options {
  const char *data, *policy, *out;
  twin_list set, show, row; /* as written, in order */
  twin_list arguments;      /* what is no option */
  twin_format format;
  bool json; /* info --json */
  bool quiet, help;
  bool has_top;
  uint64_t top, threads, sweep;
  uint64_t draws;  /* 0: the default */
  double until_ci; /* a share; 0: not asked for */
  hermes_limits limits;
} twin_options;

/* Reads the words behind the command. False, with the reasons in `problems`, where one is wrong.
 * `reads_files`: tables of the twin do, so that a command needs --data. */
bool twin_options_parse(const twin_command *command, unsigned bit, int count, char **words,
                        bool reads_files, twin_options *options, hermes_diagnostics *problems);
void twin_options_free(twin_options *options);
void twin_options_help(FILE *out, unsigned bit);
/* The same table as hermes/manual.h has it, to be freed. */
struct hermes_manual_option *twin_options_manual(size_t *count);

/* ---- session.c: one run of the program ------------------------------------------------------- */

/* A file that was read whole; kept to the end, as diagnostics point into it. */
typedef struct twin_text {
  char *name, *bytes; /* bytes end with a NUL that `length` does not count */
  size_t length;
  struct twin_text *next;
} twin_text;

struct twin_session {
  const hermes_interface *door;
  bool confined;       /* a command gives up all files but its own first */
  const char *program; /* how the user calls it, for usage lines */
  const twin_command *command;
  hermes_description *description;
  twin_options options;
  hermes_diagnostics problems;
  twin_text *texts;
  hermes_twin *twin;
  bool stale; /* the twin holds inputs of a file that the next scenario may not name */
};

/* What one candidate came to, in declared units. */
typedef struct twin_result {
  double *kpis, *bounds;
  double *needed; /* the bounds as the KPIs must keep them: moved where a confidence is asked for */
  double *draws; /* what each KPI is in each draw: [draw * KPIs + kpi] */
  hermes_outcome outcome;
} twin_result;

void twin_session_close(twin_session *session);
void *twin_allocate(size_t count, size_t size); /* zeroed; ends the program where memory is short */
void *twin_grow(void *items, size_t *capacity, size_t count, size_t size);
char *twin_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The whole file, owned by the session, or NULL with a diagnostic. */
const twin_text *twin_read_file(twin_session *session, const char *name);
/* A text that was not read from a file: an argument of the command line. */
const twin_text *twin_keep_text(twin_session *session, const char *name, const char *bytes);

/* One candidate through the door. False, with a diagnostic, where nothing could be computed. */
bool twin_evaluate(twin_session *session, const double *candidate, twin_result *result);
void twin_result_free(twin_result *result);
/* All elements of a slot as the last evaluation left them, to be freed; NULL with a diagnostic. */
double *twin_read(twin_session *session, int slot);

/* ---- chance.c: how many draws, and what they say --------------------------------------------- */

/* Does the blueprint draw anything? */
bool twin_draws(const twin_session *session);
/* Does a KPI depend on it? */
static inline bool twin_varies(const hermes_slot *kpi) {
  return kpi->stage & (HERMES_STAGE_DRAW | HERMES_STAGE_MEAN);
}
/* Tells a new twin how many draws the options want; false with a diagnostic. */
bool twin_choose_draws(twin_session *session);
/* After a result: are more draws wanted? Then the twin takes twice as many from now on. */
bool twin_draw_on(twin_session *session, const twin_result *result);
/* Of a KPI over the draws of a valid result. */
hermes_spread twin_spread(const twin_session *session, const twin_result *result, size_t kpi);
/* Is a bound to be kept with confidence? Then `draws` are needed to say by how much more. */
bool twin_has_confidence(const twin_session *session);
/* Of one candidate: the bounds, each moved by as much as the mean may be wrong at its confidence. */
void twin_needed(const twin_session *session, const double *draws, const double *bounds,
                 double *needed);
/* "draws": 100, "seed": 1; nothing where nothing is drawn. */
struct twin_json;
void twin_json_draws(const twin_session *session, struct twin_json *json);
/* "means over 20 draws of seed 1", and what is behind that; nothing where nothing is drawn. */
void twin_print_draws(const twin_session *session, FILE *out, const char *behind);

/* ---- assignment.c: one value to some elements of a policy or an input ------------------------ */

/* Part of a text that a diagnostic can point at. */
typedef struct twin_span {
  const twin_text *text;
  size_t start, end;
} twin_span;

/* "offset[c3] = -3 dB": elements first .. first + count - 1 of a slot become `number`. Fewer keys
 * than indices name all rows below: "offset" alone is every element. */
typedef struct twin_assignment {
  int slot;
  size_t first, count;
  double number;
} twin_assignment;

typedef struct twin_assignments {
  twin_assignment *items;
  size_t count, capacity;
} twin_assignments;

/* What a text may name. */
typedef enum twin_names { TWIN_INPUTS = 1, TWIN_POLICIES = 2 } twin_names;

/* All functions below that return a diagnostic have reported one whose place is still to be set;
 * NULL where all is well. */
typedef hermes_diagnostic *twin_complaint;

twin_complaint twin_find_slot(twin_session *session, const char *name, unsigned names, int *slot);
/* There is no row of that key; names the nearest. */
twin_complaint twin_complain_of_key(twin_session *session, int table, const char *key);
/* Narrows a target by the key of its next index, number `axis`. */
twin_complaint twin_narrow(twin_session *session, twin_assignment *target, size_t axis,
                           const char *key);
/* "-3 dB", "true", "eco", "c3": as a number in the declared unit, checked against the domain. */
twin_complaint twin_value_of_text(twin_session *session, const hermes_slot *slot, const char *text,
                                  double *number);
twin_complaint twin_value_of_number(twin_session *session, const hermes_slot *slot, double given,
                                    double *number);
/* "offset[c3]": false with a diagnostic. `number` is left alone. */
bool twin_target(twin_session *session, twin_span span, unsigned names, twin_assignment *target);
/* The value in a span, for a target; false with a diagnostic. */
bool twin_value(twin_session *session, twin_span span, twin_assignment *target);
/* All --set, in their order; false with diagnostics. */
bool twin_assign_options(twin_session *session, twin_assignments *assignments);

void twin_assign(twin_assignments *assignments, twin_assignment assignment);
void twin_assignments_free(twin_assignments *assignments);
/* Writes the decisions among the assignments into a candidate. */
void twin_decide(const twin_session *session, const twin_assignments *assignments,
                 double *candidate);

/* ---- json.c: JSON with places ---------------------------------------------------------------- */

typedef enum twin_node_kind {
  TWIN_NODE_NULL,
  TWIN_NODE_FALSE,
  TWIN_NODE_TRUE,
  TWIN_NODE_NUMBER,
  TWIN_NODE_TEXT,
  TWIN_NODE_ARRAY,
  TWIN_NODE_OBJECT
} twin_node_kind;

typedef struct twin_node {
  twin_node_kind kind;
  double number;
  const char *text;          /* decoded, of a text */
  const char *key;           /* decoded, of a member of an object; else NULL */
  size_t start, end;         /* where the value stands in the text */
  size_t key_start, key_end; /* where its key does */
  struct twin_node *child, *next;
} twin_node;

typedef struct twin_tree {
  twin_span span;
  twin_node *nodes; /* the first is the document */
  size_t count;
  char *texts;
} twin_tree;

/* The document in a span; false with a diagnostic. */
bool twin_tree_parse(twin_session *session, twin_span span, twin_tree *tree);
void twin_tree_free(twin_tree *tree);
/* The member whose key stands in the object a second time, or NULL. */
const twin_node *twin_node_twice(const twin_node *object);

/* ---- policy.c: decisions and inputs as JSON -------------------------------------------------- */

/* The object {"offset": {"c3": "-3 dB"}} in a span. False with diagnostics. */
bool twin_assign_json(twin_session *session, twin_span span, unsigned names,
                      twin_assignments *assignments);
/* The same from a whole file. */
bool twin_assign_file(twin_session *session, const char *name, unsigned names,
                      twin_assignments *assignments);

/* ---- scenario.c: a twin with its inputs set, and the decision to start from ------------------ */

typedef struct twin_scenario {
  double *standard;  /* what the blueprint's defaults make */
  double *candidate; /* + --policy, the given file, --set */
  size_t size;       /* elements of both */
  double *inputs;    /* all inputs, one behind the other */
  size_t input_size;
  twin_assignments commands; /* the --set: they win over every file */
} twin_scenario;

/* Opens the data, applies inputs.json, --policy, `file` (or NULL) and --set. False with
 * diagnostics. */
bool twin_scenario_open(twin_session *session, const char *file, twin_scenario *scenario);
void twin_scenario_free(twin_scenario *scenario);

/* ---- candidates.c: many decisions ------------------------------------------------------------ */

typedef struct twin_candidates {
  size_t count, capacity;
  double *numbers; /* count vectors of candidate_size */
  size_t *lines;   /* where each stands in the file, from 1 */
  bool full;       /* there is no room for the next one, which was reported */
} twin_candidates;

/* Reads a .csv or .jsonl file over the scenario's decision. False with diagnostics. */
bool twin_candidates_read(twin_session *session, const char *name, const twin_scenario *scenario,
                          twin_candidates *candidates);
void twin_candidates_free(twin_candidates *candidates);

/* ---- parallel.c: work split by number, never by chance --------------------------------------- */

/* Does items begin .. end - 1 on a twin of its own; false where it cannot go on. */
typedef bool twin_work(hermes_twin *twin, size_t begin, size_t end, void *context);

/* Runs `work` over `count` items, `grain` at a time, on --threads threads. Says how far it is on a
 * terminal. False, with a diagnostic, where a part could not be done. */
bool twin_parallel(twin_session *session, size_t count, size_t grain, twin_work *work,
                   void *context, const char *what);

/* ---- goal.c: constraints, objectives, fronts ------------------------------------------------- */

const hermes_slot *twin_kpi(const twin_session *session, size_t kpi); /* position in kpis */
bool twin_satisfied(const char *relation, double value, double bound);
bool twin_feasible(const twin_session *session, const double *kpis, const double *bounds);
/* How far a value misses its bound, relative to it; of a logarithmic one, its linear value. */
double twin_violation(const hermes_slot *kpi, const char *relation, double value, double bound);
double twin_total_violation(const twin_session *session, const double *kpis, const double *bounds);

typedef enum twin_standing { TWIN_FEASIBLE, TWIN_INFEASIBLE, TWIN_INVALID } twin_standing;
const char *twin_standing_name(twin_standing standing);

typedef struct twin_ranked {
  size_t candidate; /* number, from 0 */
  twin_standing standing;
  size_t front;     /* from 1, among the feasible; 0 for others */
  double violation; /* total, relative */
} twin_ranked;

/* Order of `count` candidates, best first. `kpis` and `bounds` stand one vector behind the other.
 * Ties keep the order in which they came. */
void twin_order(const twin_session *session, size_t count, const double *kpis, const double *bounds,
                const hermes_outcome *outcomes, twin_ranked *ranked);

/* ---- values.c: how values, rows and differences are shown ------------------------------------ */

/* The text of one value without its unit: 6 digits, true, eco, c3. May use `buffer`. */
const char *twin_value_text(const twin_session *session, const hermes_slot *slot, double number,
                            char buffer[TWIN_NUMBER]);
/* The same with all digits, for programs. */
const char *twin_value_exact(const twin_session *session, const hermes_slot *slot, double number,
                             char buffer[TWIN_NUMBER]);
/* " dB", or "" where there is no unit to speak of. */
const char *twin_unit_behind(const hermes_slot *slot, char buffer[HERMES_UNIT_TEXT + 1]);

size_t twin_rows(const twin_session *session, int table);
size_t twin_elements(const twin_session *session, const hermes_index *index);
/* Rows of element number `element` of an array over `index`, and back. */
void twin_row_of(const twin_session *session, const hermes_index *index, size_t element,
                 size_t *row);
const char *twin_key(const twin_session *session, const hermes_index *index, size_t axis,
                     size_t row);
/* "ue u17, cell c3": a row in words, to be freed. `names` NULL: the names of the tables. */
char *twin_row_text(const twin_session *session, const hermes_index *index,
                    const char *const *names, const size_t *row);
/* "offset[cell]" */
char *twin_slot_text(const twin_session *session, const hermes_slot *slot);

/* What a slot may be: "-6 dB .. 6 dB step 1 dB", "{eco, full}", "true, false", "a row of cell", or
 * "" where anything goes. To be freed. */
char *twin_domain_text(const twin_session *session, const hermes_slot *slot);

/* ---- format.c: numbers, tables for people, CSV, JSON ----------------------------------------- */

/* Six significant digits; the fewest digits that read back as the same number. */
void twin_number_short(double number, char text[TWIN_NUMBER]);
void twin_number_exact(double number, char text[TWIN_NUMBER]);

/* A table for people: cells row by row, columns aligned, numbers at their points. */
typedef enum twin_align { TWIN_LEFT, TWIN_RIGHT, TWIN_POINT } twin_align;
typedef struct twin_grid {
  size_t columns, count, capacity;
  twin_align *align; /* one for each column; TWIN_LEFT at first */
  char **cells;
} twin_grid;

twin_grid twin_grid_new(size_t columns);
void twin_grid_cell(twin_grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
void twin_grid_keep(twin_grid *grid, char *cell); /* a cell that the grid frees */
void twin_grid_print(const twin_grid *grid, FILE *out, const char *indent);
void twin_grid_free(twin_grid *grid);

/* One field, quoted where it must be; with a comma before it unless it is the first. */
void twin_csv_field(FILE *out, bool first, const char *text);

/* Writes one JSON document, member by member. `key` is NULL inside an array. */
typedef struct twin_json {
  FILE *out;
  int depth;
  int flat;   /* from this depth on everything stands in one line; 0: nothing does */
  bool first; /* nothing stands in the current object or array yet */
} twin_json;

twin_json twin_json_begin(FILE *out);
void twin_json_end(twin_json *json);
void twin_json_open(twin_json *json, const char *key, char bracket);
void twin_json_open_flat(twin_json *json, const char *key, char bracket);
void twin_json_close(twin_json *json, char bracket);
void twin_json_text(twin_json *json, const char *key, const char *text); /* NULL: null */
void twin_json_number(twin_json *json, const char *key, double number);  /* not finite: null */
void twin_json_truth(twin_json *json, const char *key, bool truth);
void twin_json_null(twin_json *json, const char *key);

/* ---- report.c: the parts that several commands' documents share ------------------------------ */

void twin_json_value(const twin_session *session, twin_json *json, const char *key,
                     const hermes_slot *slot, double number);
void twin_json_provenance(const twin_session *session, twin_json *json);
void twin_json_inputs(const twin_session *session, twin_json *json, const twin_scenario *scenario);
/* What of a candidate differs from the defaults, in the form of a policy file. */
void twin_json_policy(const twin_session *session, twin_json *json, const char *key,
                      const double *candidate, const double *standard);
/* An array as objects nested by row key; a scalar as itself. */
void twin_json_array(const twin_session *session, twin_json *json, const char *key,
                     const hermes_slot *slot, const double *numbers);

/* ---- output.c: where the result goes --------------------------------------------------------- */

/* --out: written beside its name and renamed when complete. */
typedef struct twin_output {
  FILE *out;
  char *name;      /* what it becomes; NULL for standard output */
  char *temporary; /* what it is called until then; NULL where it is written directly */
} twin_output;

/* Could a file be made where --out wants it? Asked before long work; false with a diagnostic. */
bool twin_output_check(twin_session *session);
char *twin_directory_of(const char *name); /* of a file's name; allocated */

/* main.c: hermes_twin_main; `confined`: in a process that may give up what it does not need. */
int twin_main(const hermes_interface *interface, int argc, char **argv, bool confined);

/* confine.c: gives up every file that the options do not name. False where the kernel cannot hold
 * the process to that. Before any thread is started: it holds for those to come. */
bool twin_confine(const twin_session *session);

/* validity.c: reports a warning for each function that a valid candidate uses outside of the ranges
 * of its parameters. False where it could not be looked at; the reason is in the twin's error. */
bool twin_warn_outside(twin_session *session, const double *candidate);
bool twin_output_open(twin_session *session, twin_output *output);
/* Completes the file, or removes it where something went wrong. False with a diagnostic. */
bool twin_output_close(twin_session *session, twin_output *output);

/* ---- diagnostics ----------------------------------------------------------------------------- */

hermes_place twin_place(twin_span span);
twin_span twin_whole(const twin_text *text);
/* "a, b, c, ..." of the names, to be freed. */
char *twin_names_listed(const char *const *names, size_t count);
/* Adds the nearest of the valid names, and all of them, to a diagnostic. */
void twin_suggest(hermes_diagnostic *d, const char *word, const char *const *names, size_t count);

/* ---- the commands, one file each ------------------------------------------------------------- */

#define COMMAND(name) int twin_##name(twin_session *session);
TWIN_COMMANDS(COMMAND)
#undef COMMAND

#endif
