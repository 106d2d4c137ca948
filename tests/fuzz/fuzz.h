/* What the fuzz targets share (fuzz.c). Each target is one file with one fuzz_one(), which takes
 * any bytes through a reader as the programs do, and says by must() what holds of all of them. */
#ifndef HERMES_FUZZ_H
#define HERMES_FUZZ_H

#include <hermes/diagnostics.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The target. `text` is not terminated. */
void fuzz_one(const char *text, size_t size);

/* Ends the run with a finding where what always holds does not. */
void must(bool holds, const char *what);

/* A stream into memory, for what is printed. */
typedef struct Sink {
  FILE *out;
  char *text;
  size_t size;
} Sink;
void sink_open(Sink *sink);
void sink_close(Sink *sink); /* leaves the text, which ends with a NUL */
void sink_free(Sink *sink);

/* Diagnostics are said as text: none of them is the project's own fault, and nothing drives a
 * terminal. */
void check_diagnostics(const hermes_diagnostics *list);
/* And as JSON and SARIF. */
void check_documents(const hermes_diagnostics *list);

/* ---- for the targets that read files ---- */

/* A directory of this process, made when it is first asked for: the place to write files in. */
const char *fuzz_directory(void);
/* The path of a file in it; valid until the next call. */
const char *fuzz_path(const char *name);
void fuzz_write(const char *name, const char *text, size_t size);

#endif
