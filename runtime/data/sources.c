/* The table of sources, and what follows from it alone. */
#include <hermes/sources.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ALONE, OF_TABLE, OF_FILE };

static const hermes_source sources[] = {
#define ARGUMENT(name, unit, least, most, otherwise) {name, unit, least, most, otherwise},
#define COLUMN(name, unit, needs, meaning) {name, unit, needs, meaning},
#define SOURCE(name, rule, of, least, arguments, columns, meaning)                                 \
  {#name, meaning, of == OF_TABLE, of == OF_FILE, least, {arguments}, {columns}},
#include <hermes/sources.def>
};
enum { SOURCES = sizeof sources / sizeof *sources };

const hermes_source *hermes_sources(size_t *count) {
  *count = SOURCES;
  return sources;
}

const hermes_source *hermes_source_find(const char *name) {
  for (size_t i = 0; i < SOURCES; i++)
    if (!strcmp(sources[i].name, name)) return &sources[i];
  return NULL;
}

int hermes_source_most(const hermes_source *source) {
  int count = 0;
  while (count < HERMES_SOURCE_ARGUMENTS && source->arguments[count].name) count++;
  return count;
}

int hermes_source_column_count(const hermes_source *source) {
  int count = 0;
  while (count < HERMES_SOURCE_COLUMNS && source->columns[count].name) count++;
  return count;
}

const hermes_source_column *hermes_source_column_find(const hermes_source *source,
                                                      const char *name) {
  for (int i = 0; i < hermes_source_column_count(source); i++)
    if (!strcmp(source->columns[i].name, name)) return &source->columns[i];
  return NULL;
}

bool hermes_source_takes(const hermes_source_argument *argument, double number) {
  bool whole = !strcmp(argument->unit, "int");
  return number >= argument->least && number <= argument->most &&
         (!whole || number == floor(number));
}

hermes_unit hermes_source_unit(const char *unit) {
  hermes_unit measure;
  bool known = hermes_unit_parse(&(hermes_unit_system){0}, unit, strlen(unit), &measure, NULL, 0);
  return known ? measure : hermes_unit_one();
}

void hermes_source_complete(const hermes_source *source, const double *given, int count,
                            double *complete) {
  int most = hermes_source_most(source);
  for (int i = 0; i < most; i++)
    complete[i] = i < count ? given[i] : source->arguments[i].otherwise;
}

/* ---- arguments that do not go together ---- */

static const char *hall_complaint(const double *argument) {
  double spacing = argument[4];
  if ((argument[2] - 1) * spacing > argument[0])
    return "the columns of access points are longer than the hall";
  if ((argument[3] - 1) * spacing > argument[1])
    return "the rows of access points are wider than the hall";
  return NULL;
}

static const char *drop_complaint(const double *argument) {
  if (argument[2] < argument[1] / 2) return NULL;
  return "the distance that is kept is less than half of `isd`";
}

static const char *clustered_complaint(const double *argument) {
  if (argument[2] + argument[4] < argument[1] / 2) return NULL;
  return "the distance that is kept and the radius of a hotspot are together less than half of "
         "`isd`";
}

static const struct {
  const char *source;
  const char *(*find)(const double *argument);
} complaints[] = {
    {"hall", hall_complaint}, {"drop", drop_complaint}, {"clustered", clustered_complaint}};

const char *hermes_source_complaint(const hermes_source *source, const double *complete) {
  for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
    if (!strcmp(complaints[i].source, source->name)) return complaints[i].find(complete);
  return NULL;
}

/* ---- its signature ---- */

typedef struct line {
  char *text;
  size_t size, used;
} line;

__attribute__((format(printf, 2, 3))) static void append(line *l, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int added =
      l->used < l->size ? vsnprintf(l->text + l->used, l->size - l->used, format, arguments) : 0;
  va_end(arguments);
  if (added > 0) l->used += (size_t)added;
}

void hermes_source_signature(const hermes_source *source, char *text, size_t size) {
  line l = {text, size, 0};
  int most = hermes_source_most(source);
  append(&l, "%s(%s", source->name, source->of_table ? "T" : source->of_file ? "\"FILE\"" : "");
  for (int i = 0; i < most; i++) {
    bool first = i == 0 && !source->of_table;
    const char *before = i >= source->least ? first ? "[" : " [, " : first ? "" : ", ";
    append(&l, "%s%s: %s", before, source->arguments[i].name, source->arguments[i].unit);
  }
  for (int i = source->least; i < most; i++) append(&l, "]");
  append(&l, ")");
}
