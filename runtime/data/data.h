/* The map of runtime/data: how files become arrays, file by file.
 *
 * A load goes: every source is read once; the keys of all one-index tables are collected, so that
 * tables may refer to one another in any order, and the rows of tables without a file counted;
 * sizes are checked against the limits; then every column is filled, in coherent units.
 */
#ifndef HERMES_DATA_DATA_H
#define HERMES_DATA_DATA_H

#include <hermes/description.h>
#include <hermes/diagnostics.h>
#include <hermes/sources.h>
#include <hermes/twin.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  DATA_FIELD_BYTES = 1 << 16, /* longest field of a CSV file */
  DATA_COLUMNS = 1 << 12,     /* most columns of a CSV file */
  DATA_ROWS = INT32_MAX,      /* most rows of a table: a reference is an int32_t */
  DATA_PROBLEMS = 20,         /* of one file, then its reading stops */
  DATA_LINKS = 8,             /* symbolic links followed on the way to one file */
  DATA_PATH_BYTES = 4096,
  DATA_SHOWN = 60, /* bytes of a file's text that a message repeats */
  DATA_NPY_HEADER_BYTES = 1 << 16,
  DATA_MADE_ROWS = 10000000, /* most rows of a table that a source makes */
  DATA_TRIES = 1000,         /* to find a place for one point */
};
#define DATA_FILE_BYTES ((uint64_t)16 << 30) /* largest file, unless the memory limit is lower */

/* ---- source.c: regular files beneath the data directory -------------------------------------- */

/* One file, read whole. Shared by the tables that name it. */
typedef struct data_source {
  const char *name; /* as the blueprint names it */
  char *text;       /* size bytes and a NUL; NULL where it could not be read */
  size_t size;
  size_t tables_left;   /* that have still to be filled from it; then its text is freed */
  size_t problems;      /* reported so far */
  bool layout_reported; /* its lines were looked at once: mistakes of layout are known */
} data_source;

/* Reads the file beneath the open `directory`. On failure reports why and leaves text NULL. */
void data_source_read(int directory, data_source *source, uint64_t limit,
                      hermes_diagnostics *problems);
void data_source_free(data_source *source);

/* Reports a mistake at a place of a source (line 0: the file as a whole). Never NULL. Beyond
 * DATA_PROBLEMS the source is full, and its reader should stop. */
hermes_diagnostic *data_report(data_source *source, hermes_diagnostics *problems, hermes_code code,
                               uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
static inline bool data_source_full(const data_source *source) {
  return source->problems >= DATA_PROBLEMS;
}

/* A text of a file in a form fit for a message: at most DATA_SHOWN bytes of it, whole
 * characters. */
typedef struct data_shown {
  char text[DATA_SHOWN + 4];
} data_shown;
data_shown data_show(const char *text, size_t length);
#define DATA_SHOW(whole) data_show(whole, strlen(whole)).text

/* Text is UTF-8 without NUL bytes; reports the first place where it is not. */
bool data_check_text(data_source *source, hermes_diagnostics *problems);

/* ---- csv.c: lines and fields ----------------------------------------------------------------- */

typedef struct csv_field {
  const char *text; /* trimmed, without quotes; in the source, not terminated */
  uint32_t length;
  uint32_t line, column;
  bool quoted, doubled; /* doubled: quotes inside it are still written twice */
} csv_field;

typedef struct csv_reader {
  data_source *source;
  hermes_diagnostics *problems;
  const char *at, *end, *line_start;
  uint32_t line;        /* of `at` */
  uint32_t record_line; /* where the record last read begins */
  char separator;       /* comma; semicolon or tab where the header has these and no comma */
  size_t lost;          /* records that could not be used, which was reported */
  csv_field *fields;    /* of the record last read */
  size_t count, capacity;
  char *unquoted; /* room for one field */
} csv_reader;

/* Reads up to the header, which is the first record. False, with the reasons reported, where there
 * is none. */
bool csv_open(csv_reader *csv, data_source *source, hermes_diagnostics *problems);
/* The next record that has as many fields as the header; false at the end, or when the source is
 * full. Lines that are blank or comments are passed over, lines of another length reported and
 * passed over. */
bool csv_next(csv_reader *csv, size_t columns);
/* The field's text with doubled quotes made single; valid until the next call. Sets the length. */
const char *csv_text(csv_reader *csv, const csv_field *field, size_t *length);
void csv_close(csv_reader *csv);

/* ---- npy.c: dense arrays --------------------------------------------------------------------- */

typedef struct npy_array {
  const char *data; /* in the source, of any alignment */
  char kind;        /* f i u b */
  size_t width;     /* bytes of one element */
  bool fortran;     /* first index fastest */
  size_t rank, shape[HERMES_MAX_RANK];
} npy_array;

bool npy_open(npy_array *array, data_source *source, hermes_diagnostics *problems);
/* Element number `element` in the file's own order. */
double npy_element(const npy_array *array, size_t element);

/* ---- keys.c: the keys of a table's rows ------------------------------------------------------ */

typedef struct data_keys {
  char *text; /* every key with a NUL behind it */
  size_t size, room;
  uint32_t *begin; /* where each row's key begins */
  size_t count, capacity;
  uint32_t *bucket; /* open addressing; row + 1, 0: empty */
  size_t buckets;   /* a power of two, at least twice the count */
  bool incomplete;  /* keys could not be read, or are wrong: an unknown one may be one of them */
  /* of a time: how an instant that is written otherwise is found; NULL */
  const hermes_time *time;
  const hermes_unit *measure;
  const hermes_unit_system *units;
} data_keys;

typedef enum keys_added { KEYS_NEW, KEYS_TWICE, KEYS_FULL } keys_added;

/* Adds the key of row `count`. A key that stands twice is kept, but found as the row that had it
 * first. */
keys_added keys_add(data_keys *keys, const char *key, size_t length);
/* A hash of a text, going on from that of another. */
uint64_t keys_hash(uint64_t from, const char *key, size_t length);
/* The row of a key, or -1. `guess` is tried first: files are mostly in order. */
long keys_find(const data_keys *keys, const char *key, size_t length, size_t guess);
const char *keys_at(const data_keys *keys, size_t row);
/* Adds the key nearest to a misspelt one to a diagnostic, or where none is near the first few. */
void keys_suggest(const data_keys *keys, const char *key, size_t length, hermes_diagnostic *d);
void keys_free(data_keys *keys);

/* ---- value.c: the text of one field -> one number -------------------------------------------- */

/* One declared column as it stands in one file. */
typedef struct data_column {
  const hermes_slot *slot;
  const data_keys *refers; /* kind ref: the keys of the other table */
  const char *refers_to;   /* its name */
  const hermes_unit_system *units;
  hermes_unit measure; /* of a number that stands alone: the header's unit, else the declared one */
  bool declared_measure; /* measure is the declared one */
  size_t field;          /* position in a record; SIZE_MAX: not in the file, its default holds */
  void *array;           /* of double or int32_t */
  size_t guess;          /* kind ref: the row last found */
  char unit_text[HERMES_UNIT_TEXT]; /* the unit last read behind a number, and what it measures */
  hermes_unit unit_measure;
} data_column;

/* Reads one field into one element of a column's array; false where it was reported. */
bool data_value_read(data_column *column, csv_reader *csv, const csv_field *field, size_t element);
/* Takes a number that stands for itself (.npy) into an element; NULL, or what is wrong with it. */
bool data_value_check(const hermes_slot *slot, double number, double coherent, hermes_code *code,
                      char *message, size_t size);
/* Says what a value out of range might have been. */
void data_value_range(const hermes_slot *slot, hermes_diagnostic *d);
/* The column's default, as it is kept in an array. */
void data_value_default(data_column *column, size_t element);

/* ---- header.c: which field of a file is which column ----------------------------------------- */

/* How one table reads from one CSV file. */
typedef struct data_layout {
  const hermes_description *description;
  const hermes_table *table;
  size_t fields;               /* of the header */
  size_t key[HERMES_MAX_RANK]; /* where the key of each index stands */
  data_column *columns;        /* of the table, in its order; owned */
  size_t mistakes;             /* columns that cannot be read */
} data_layout;

/* needs: csv_open. Finds the key fields only; false, reported, where one is missing. */
bool layout_keys(data_layout *layout, const hermes_description *description,
                 const hermes_table *table, csv_reader *csv);
/* needs: layout_keys, and no record read since csv_open. Finds every column and its unit; reports
 * those that cannot be read. False only where memory is short. */
bool layout_columns(data_layout *layout, csv_reader *csv, const data_keys *keys, void *const *slot);
void layout_free(data_layout *layout);

/* ---- msi.c: patterns of antennas ------------------------------------------------------------- */

typedef struct msi_pattern {
  double *horizontal, *vertical; /* of each cut `count` angles in deg, then their losses in dB */
  size_t count;                  /* 0: not read */
  double gain;                   /* dBi */
} msi_pattern;

/* False, with the reasons reported, where the text is no pattern. */
bool msi_read(msi_pattern *pattern, data_source *source, hermes_diagnostics *problems);
void msi_free(msi_pattern *pattern);

/* ---- generate.c: the rows of sources that are no files --------------------------------------- */

/* One table while it is made. Every random number is a function of the seed, the name of the table,
 * the row that it belongs to and a counter: no other row, and no other table, changes it. */
typedef struct generator {
  const hermes_source *source;
  const char *table;                        /* its name */
  double argument[HERMES_SOURCE_ARGUMENTS]; /* complete, in their units */
  int given;                                /* arguments that were written */
  uint64_t seed;
  size_t rows;
  const data_keys *parents; /* the rows that the source is about, and where they are */
  size_t parent_count;
  const double *parent_x, *parent_y;
  const msi_pattern *pattern;
} generator;

/* The number of rows, from the arguments, the seed and parent_count; infinite where there are more
 * than DATA_MADE_ROWS. */
double generate_count(const generator *g);
/* The key of a row, in `size` bytes. */
void generate_key(const generator *g, size_t row, char *key, size_t size);
/* All columns of a row, in the order and the units of the source. False where no place was found
 * for it in DATA_TRIES tries. */
bool generate_row(const generator *g, size_t row, double *values);

/* ---- tables.c: all tables of a description --------------------------------------------------- */

/* What was read: shared by a twin and its clones, never changed. */
typedef struct data_tables {
  atomic_size_t users;
  hermes_description *description; /* owned */
  size_t *rows;                    /* of each table; 0 for one with several indices */
  data_keys *keys;                 /* of each table */
  uint64_t **key;       /* of each table, a number for each key; NULL: nothing is drawn */
  void **slot;          /* the arrays of columns; NULL for all other slots */
  msi_pattern *pattern; /* of each table: what it is made of, if of one */
} data_tables;

/* Owns `description` from here on, also on failure. Returns NULL, with the reasons in problems. */
data_tables *data_load(hermes_description *description, const char *directory,
                       const hermes_limits *limits, hermes_diagnostics *problems);
void data_free(data_tables *tables);

/* ---- taps.c: tapped delay lines of TR 38.901 ------------------------------------------------- */

typedef struct data_tap {
  double delay, power; /* multiples of the rms delay spread; dB */
} data_tap;

/* Of TDL-A to TDL-E, by their letters a to e. */
const data_tap *data_taps(char profile, size_t *count);

/* ---- made.c: tables that a source makes ------------------------------------------------------ */

/* times.c: the rows of a `time`, whose keys are its instants in the unit of its column */
void times_name(data_tables *to, hermes_diagnostics *problems);
void times_fill(data_tables *to);
/* The row of an instant that is written as a number, or with another unit of time; -1: of none. */
long times_find(const data_keys *keys, const char *key, size_t length);

/* needs: the keys of files. Sets the rows of tables that are made. */
void made_count(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems);
/* needs: rows within the limits. Makes their keys. */
void made_name(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems);
/* needs: arrays, and those of files filled without an error. */
void made_fill(data_tables *to, const hermes_limits *limits, hermes_diagnostics *problems);

/* ---- limits.c: sizes, before anything is allocated ------------------------------------------- */

/* Elements of an array; SIZE_MAX where their number overflows. */
size_t data_elements(const hermes_index *index, const size_t *rows);
/* Elements that the array of a slot holds: of a time, where it has a window, the last instants; and
 * how many of these. */
size_t data_stored(const hermes_slot *slot, const size_t *rows);
size_t data_instants(const hermes_slot *slot, const size_t *rows);
/* No slot has a window any more: all instants will be kept. */
void data_keep_all(hermes_description *description);
static inline size_t data_element_bytes(hermes_kind kind) {
  return kind == HERMES_REAL ? sizeof(double) : sizeof(int32_t);
}
uint64_t data_memory_limit(const hermes_limits *limits);
uint64_t data_work_limit(const hermes_limits *limits);
/* Bytes of all arrays of a twin; UINT64_MAX where they overflow. */
uint64_t data_memory(const hermes_description *description, const size_t *rows);
/* False, reported with the largest arrays, where memory or work exceed the limits. */
bool data_check_limits(const hermes_description *description, const size_t *rows,
                       const hermes_limits *limits, hermes_diagnostics *problems);
/* A zeroed, aligned array for a slot; NULL where memory is short. */
void *data_array(const hermes_slot *slot, const size_t *rows);

#endif
