/* What makes the rows of a table that no file holds (`table site from hexagonal(2, 500 m)`): the
 * names, arguments and columns of sources.def. How rows come about is runtime/data/generate.c. */
#ifndef HERMES_SOURCES_H
#define HERMES_SOURCES_H

#include <hermes/units.h>

#include <stdbool.h>
#include <stddef.h>

enum { HERMES_SOURCE_ARGUMENTS = 8, HERMES_SOURCE_COLUMNS = 10 };

typedef struct hermes_source_argument {
  const char *name, *unit;       /* "int": a whole number */
  double least, most, otherwise; /* in the unit */
} hermes_source_argument;

typedef struct hermes_source_column {
  const char *name, *unit; /* "int", "bool", "row": of the source's table */
  int needs;               /* arguments that must be given for it */
  const char *meaning;
} hermes_source_column;

typedef struct hermes_source {
  const char *name, *meaning;
  bool of_table; /* is about the rows of a table, which has columns x and y */
  bool of_file;  /* reads a file beneath the data directory, and has no arguments */
  int least;     /* arguments, its table not counted */
  hermes_source_argument arguments[HERMES_SOURCE_ARGUMENTS]; /* up to one without a name */
  hermes_source_column columns[HERMES_SOURCE_COLUMNS];
} hermes_source;

const hermes_source *hermes_sources(size_t *count);
const hermes_source *hermes_source_find(const char *name); /* or NULL */
int hermes_source_most(const hermes_source *source);       /* arguments */
int hermes_source_column_count(const hermes_source *source);
const hermes_source_column *hermes_source_column_find(const hermes_source *source,
                                                      const char *name); /* or NULL */
/* Is a number, in the argument's unit, within its range, and whole where it must be? */
bool hermes_source_takes(const hermes_source_argument *argument, double number);
/* "drop(T, count: int, isd: m, distance: m [, indoor: %])" */
void hermes_source_signature(const hermes_source *source, char *text, size_t size);

/* What a written unit of the table above measures; of dimension 1 for "int", "bool" and "row". */
hermes_unit hermes_source_unit(const char *unit);
/* The arguments in their units, those that are left out filled in. */
void hermes_source_complete(const hermes_source *source, const double *given, int count,
                            double *complete);
/* Why complete arguments do not go together; NULL where they do. */
const char *hermes_source_complaint(const hermes_source *source, const double *complete);

#endif
