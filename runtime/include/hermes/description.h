/* The description of a blueprint (docs/description.md) as plain structs.
 *
 * Field names are those of the JSON. Numbers stay in the units that the blueprint declares;
 * `measure` of a real slot says how they become coherent ones. Everything in a description lives
 * until hermes_description_free.
 */
#ifndef HERMES_DESCRIPTION_H
#define HERMES_DESCRIPTION_H

#include <hermes/model.h>
#include <hermes/sources.h>
#include <hermes/units.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum hermes_role {
  HERMES_COLUMN,
  HERMES_INPUT,
  HERMES_POLICY,
  HERMES_DRAWN, /* a draw */
  HERMES_OUT,
  HERMES_LET,
  HERMES_KPI,
  HERMES_BOUND,
  HERMES_SAMPLE, /* what a mean over draws is of, in one draw */
  HERMES_MEAN,
  HERMES_HIDDEN
} hermes_role;

typedef enum hermes_kind { HERMES_REAL, HERMES_BOOL, HERMES_ENUM, HERMES_REF } hermes_kind;

/* The tables over which something runs, outermost first. */
typedef struct hermes_index {
  size_t rank;
  int table[HERMES_MAX_RANK];
} hermes_index;

typedef enum hermes_domain_form { HERMES_ANYTHING, HERMES_RANGE, HERMES_SET } hermes_domain_form;

/* What a column, an input or a policy may be, in declared units. */
typedef struct hermes_domain {
  hermes_domain_form form;
  double low, high; /* a range; an end that is not given is infinite */
  bool open;        /* `high` itself is left out */
  double step;      /* 0: none */
  double *values;   /* a set */
  size_t value_count;
} hermes_domain;

enum {
  HERMES_STAGE_DRAW = 1,
  HERMES_STAGE_TIME = 2,
  HERMES_STAGE_POLICY = 4,
  HERMES_STAGE_MEAN = 8 /* reads a mean over draws */
};

typedef struct hermes_slot {
  const char *name, *doc;
  hermes_role role;
  hermes_kind kind;
  const char *unit;    /* as declared; "1" where kind is not real */
  hermes_unit measure; /* the parsed unit; of dimension 1 where kind is not real */
  hermes_index index;
  int line;
  int table; /* role column: the table it stands in; else -1 */
  bool integer;
  bool required;                /* role input: has no default */
  bool has_default, or_missing; /* has_default of an input, policy or bound: it is a literal */
  double default_number;        /* with has_default: declared unit, 0/1, ordinal */
  const char **labels;          /* kind enum */
  size_t label_count;
  int refers;     /* kind ref: the table whose rows it names; else -1 */
  int block;      /* where it is computed; else -1 */
  int mean_of;    /* role mean: the sample; else -1 */
  unsigned stage; /* HERMES_STAGE_ bits */
  hermes_domain domain;
  int *reads; /* slots that its definition reads */
  size_t read_count;
  bool solved;               /* role out: found by iteration */
  double tolerance, damping; /* of what is solved; a difference in the declared unit */
  int iterations;
  int along;     /* which index is a time that it is computed along; -1 where all instants are needed */
  size_t window; /* how many are needed at once; 0: all of them are kept */
} hermes_slot;

/* What makes the rows of a table that no file holds. */
typedef struct hermes_made {
  const hermes_source *source;
  int of;           /* the table that the source is about, or -1 */
  const char *file; /* that it reads, or NULL */
  int place[2];     /* its columns x and y: slots */
  double *numbers;  /* arguments, in the source's units */
  size_t number_count;
} hermes_made;

/* The instants of a `time`: rows without a file, and their one column. Its unit is theirs. */
typedef struct hermes_time {
  double low, step;
  size_t count;
} hermes_time;

typedef struct hermes_table {
  const char *name, *doc;
  const char *source;       /* the name of its file, or how it is made: "hexagonal(2, 500 m)" */
  struct hermes_made *made; /* NULL: no source makes it */
  hermes_time *time;        /* NULL: it is none */
  hermes_index index;       /* of a one-index table: itself alone */
  bool sparse;
  int *columns; /* slots */
  size_t column_count;
} hermes_table;

typedef struct hermes_block {
  const char *name, *kind, *doc;
  int line;
} hermes_block;

typedef struct hermes_objective {
  int kpi; /* position in kpis */
  bool maximize;
} hermes_objective;

typedef struct hermes_constraint {
  int kpi;              /* position in kpis */
  const char *relation; /* ">=", "<=", ... */
  int bound;            /* slot */
  double confidence;    /* that the mean over draws keeps it; 0: the mean itself does */
} hermes_constraint;

typedef struct hermes_assert {
  const char *relation; /* "": a condition without two sides to show */
  hermes_kind kind;
  const char **labels; /* kind enum */
  size_t label_count;
  int refers; /* kind ref: a table, else -1 */
  const char *unit;
  hermes_unit measure;
  const char **variables; /* index.rank names */
  hermes_index index;
  int line;
  bool has_within;
  double within;
} hermes_assert;

typedef struct hermes_expect {
  const char *doc;
  int line;
  const char **variables; /* index.rank names */
  hermes_index index;
  bool varies, varies_input;
  bool is_range; /* an argument lies in the range of its parameter */
  hermes_assert *asserts;
  size_t assert_count;
} hermes_expect;

typedef struct hermes_work {
  int slot;
  double operations; /* per element of the product of the tables in `index` */
  struct {
    size_t rank; /* loops in loops: more than an array has indices */
    const int *table;
  } index;
} hermes_work;

typedef struct hermes_description {
  int abi;
  const char *hermes; /* version of the compiler */
  const char *blueprint, *blueprint_doc, *blueprint_file, *sha256;
  hermes_unit_system units;
  hermes_table *tables;
  size_t table_count;
  hermes_slot *slots;
  size_t slot_count;
  hermes_block *blocks;
  size_t block_count;
  int *inputs, *policies, *draws, *kpis; /* slots */
  size_t input_count, policy_count, draw_count, kpi_count;
  bool has_goal;
  hermes_objective *objectives;
  size_t objective_count;
  hermes_constraint *constraints;
  size_t constraint_count;
  hermes_expect
      *expects; /* the blueprint's own; behind them those that ranges of parameters make */
  size_t expect_count, range_count;
  hermes_work *work;
  size_t work_count;
} hermes_description;

/* Reads and checks a description: every number of a table or slot in it is within bounds, every
 * unit is one. On failure returns NULL and writes one sentence to `error`. */
hermes_description *hermes_description_parse(const unsigned char *json, size_t size, char *error,
                                             size_t error_size);
void hermes_description_free(hermes_description *description);

/* The slot of that name and role, or -1. */
int hermes_description_slot(const hermes_description *description, hermes_role role,
                            const char *name);

/* Is a number, in the declared unit, in the domain? A relative 1e-12 is let pass, for numbers that
 * were converted. */
bool hermes_domain_holds(const hermes_domain *domain, double number);
/* "-6 dB .. 6 dB step 1 dB", "{40 ms, 80 ms}", "" where anything will do. Always terminates
 * `text`. */
void hermes_domain_text(const hermes_domain *domain, const char *unit, char *text, size_t size);

/* The file that a table is read from, or NULL. */
static inline const char *hermes_table_file(const hermes_table *table) {
  return table->time ? NULL : table->made ? table->made->file : table->source;
}

/* Is any table read from a file? */
bool hermes_reads_files(const hermes_description *description);

/* Is this table indexed by itself alone: one that has rows and keys? */
static inline bool hermes_table_has_rows(const hermes_table *table, int number) {
  return table->index.rank == 1 && table->index.table[0] == number;
}

#endif
