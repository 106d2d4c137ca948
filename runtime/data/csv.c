/* CSV as people have it: quotes, CRLF, a byte order mark, comments, blank lines, blanks around
 * fields.
 *
 * The text ends with a NUL and, once checked, holds no other: scanning needs no second bound.
 */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

/* Mistakes of layout belong to the file, not to a table: reported when it is read for the first
 * time. */
#define REPORT_LAYOUT(csv, code, line, column, ...)                                                \
  ((csv)->source->layout_reported                                                                  \
       ? (void)0                                                                                   \
       : (void)data_report((csv)->source, (csv)->problems, code, line, column, __VA_ARGS__))

static bool is_blank(const csv_reader *csv, char c) {
  return (c == ' ' || c == '\t') && c != csv->separator;
}

static bool ends_line(char c) {
  return c == '\n' || c == '\r' || c == '\0';
}

static void skip_blanks(csv_reader *csv) {
  while (is_blank(csv, *csv->at))
    csv->at++;
}

static void skip_to_line_end(csv_reader *csv) {
  while (!ends_line(*csv->at))
    csv->at++;
}

/* LF, CRLF or a lone CR. */
static void skip_line_end(csv_reader *csv) {
  if (*csv->at == '\0') return;
  csv->at += csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : 1;
  csv->line_start = csv->at;
  csv->line++;
}

/* Passes over blank lines and comments; false at the end of the file. */
static bool find_record(csv_reader *csv) {
  for (;;) {
    const char *start = csv->at;
    skip_blanks(csv);
    if (*csv->at == '#') skip_to_line_end(csv);
    if (*csv->at == '\0') return false;
    if (!ends_line(*csv->at)) {
      csv->at = start;
      return true;
    }
    skip_line_end(csv);
  }
}

static csv_field *new_field(csv_reader *csv) {
  if (csv->count == csv->capacity) {
    size_t capacity = csv->capacity ? 2 * csv->capacity : 16;
    csv_field *fields = realloc(csv->fields, capacity * sizeof *fields);
    if (!fields) {
      data_report(csv->source, csv->problems, HB0735, csv->line, 0, "no memory left for a line");
      return NULL;
    }
    csv->fields = fields;
    csv->capacity = capacity;
  }
  return &csv->fields[csv->count++];
}

static void take_plain(csv_reader *csv, csv_field *field) {
  const char *at = field->text;
  char separator = csv->separator;
  while (*at != separator && *at != '\n' && *at != '\r' && *at != '\0')
    at++;
  csv->at = at;
  while (at > field->text && is_blank(csv, at[-1]))
    at--;
  field->length =
      at - field->text > DATA_FIELD_BYTES ? DATA_FIELD_BYTES + 1 : (uint32_t)(at - field->text);
}

/* From the opening quote to the separator or line end behind the closing one. */
static bool take_quoted(csv_reader *csv, csv_field *field) {
  const char *at = ++field->text;
  field->quoted = true;
  for (; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
    if (*at == '"') {
      field->doubled = true;
      at++;
    } else if (*at == '\n' || (*at == '\r' && at[1] != '\n')) {
      csv->line_start = at + 1;
      csv->line++;
    }
  }
  csv->at = at;
  if (*at == '\0') {
    REPORT_LAYOUT(csv, HB0708, field->line, field->column, "a quote that is never closed");
    return false;
  }
  field->length =
      at - field->text > DATA_FIELD_BYTES ? DATA_FIELD_BYTES + 1 : (uint32_t)(at - field->text);
  csv->at++;
  skip_blanks(csv);
  if (*csv->at == csv->separator || ends_line(*csv->at)) return true;
  REPORT_LAYOUT(csv, HB0708, csv->line, (uint32_t)(csv->at - csv->line_start) + 1,
                "text goes on behind a closing quote");
  return false;
}

static bool take_field(csv_reader *csv) {
  skip_blanks(csv);
  if (csv->count == DATA_COLUMNS) {
    REPORT_LAYOUT(csv, HB0705, csv->line, 0, "more than %d columns", DATA_COLUMNS);
    return false;
  }
  csv_field *field = new_field(csv);
  if (!field) return false;
  *field = (csv_field){
      .text = csv->at, .line = csv->line, .column = (uint32_t)(csv->at - csv->line_start) + 1};
  if (*csv->at != '"')
    take_plain(csv, field);
  else if (!take_quoted(csv, field))
    return false;
  if (field->length <= DATA_FIELD_BYTES) return true;
  REPORT_LAYOUT(csv, HB0705, field->line, field->column, "a field of more than %d bytes",
                DATA_FIELD_BYTES);
  return false;
}

/* Reads the line at `at`, which is neither blank nor a comment; false where it is unusable. */
static bool read_record(csv_reader *csv) {
  bool sound;
  csv->count = 0;
  csv->record_line = csv->line;
  while ((sound = take_field(csv)) && *csv->at == csv->separator)
    csv->at++;
  if (!sound) skip_to_line_end(csv);
  skip_line_end(csv);
  return sound;
}

/* The header decides: a file whose header has no comma may be separated by semicolons or tabs. */
static char find_separator(const char *header) {
  bool quoted = false;
  char found = ',';
  for (const char *at = header; !ends_line(*at); at++) {
    if (*at == '"') quoted = !quoted;
    if (quoted) continue;
    if (*at == ',') return ',';
    if (found == ',' && (*at == ';' || *at == '\t')) found = *at;
  }
  return found;
}

bool csv_open(csv_reader *csv, data_source *source, hermes_diagnostics *problems) {
  *csv = (csv_reader){.source = source, .problems = problems, .at = source->text, .line = 1};
  csv->separator = ',';
  if (source->size >= 3 && !memcmp(source->text, "\xEF\xBB\xBF", 3)) csv->at += 3;
  csv->line_start = csv->at;
  csv->unquoted = malloc(DATA_FIELD_BYTES + 1);
  if (!csv->unquoted) {
    data_report(source, problems, HB0735, 0, 0, "no memory left to read `%s`", source->name);
    return false;
  }
  if (!find_record(csv)) {
    REPORT_LAYOUT(csv, HB0716, 0, 0, "`%s` is empty: it has no header", source->name);
    return false;
  }
  csv->separator = find_separator(csv->at);
  return read_record(csv);
}

bool csv_next(csv_reader *csv, size_t columns) {
  while (!data_source_full(csv->source) && find_record(csv)) {
    bool sound = read_record(csv);
    if (sound && csv->count == columns) return true;
    csv->lost++;
    if (!sound) continue;
    const csv_field *last = &csv->fields[csv->count > columns ? columns : csv->count - 1];
    REPORT_LAYOUT(csv, HB0709, csv->record_line, last->column,
                  "%zu field%s, but the header has %zu", csv->count, csv->count == 1 ? "" : "s",
                  columns);
  }
  return false;
}

const char *csv_text(csv_reader *csv, const csv_field *field, size_t *length) {
  *length = field->length;
  if (!field->doubled) return field->text;
  size_t used = 0;
  for (size_t i = 0; i < field->length; i++) {
    csv->unquoted[used++] = field->text[i];
    i += field->text[i] == '"';
  }
  csv->unquoted[used] = '\0';
  *length = used;
  return csv->unquoted;
}

void csv_close(csv_reader *csv) {
  free(csv->fields);
  free(csv->unquoted);
  *csv = (csv_reader){0};
}
