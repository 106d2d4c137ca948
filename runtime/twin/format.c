/* Numbers, tables for people, CSV and JSON: how a result looks, apart from what it says. */
#include "twin/commands.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ------------------------------------------------------------------------------ */

/* + 0.0 turns a negative zero into zero, which is what people expect to see. */
void twin_number_short(double number, char text[TWIN_NUMBER]) {
  hermes_decimal_text(number + 0.0, 6, text);
}

void twin_number_exact(double number, char text[TWIN_NUMBER]) {
  hermes_decimal_text(number + 0.0, 17, text);
}

/* ---- tables for people -------------------------------------------------------------------- */

twin_grid twin_grid_new(size_t columns) {
  return (twin_grid){.columns = columns, .align = twin_allocate(columns, sizeof(twin_align))};
}

void twin_grid_free(twin_grid *grid) {
  for (size_t i = 0; i < grid->count; i++) free(grid->cells[i]);
  free(grid->cells);
  free(grid->align);
  *grid = (twin_grid){0};
}

static char *print_to_string(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  char *text = twin_allocate((size_t)length + 1, 1);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  return text;
}

char *twin_print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = print_to_string(format, arguments);
  va_end(arguments);
  return text;
}

void twin_grid_keep(twin_grid *grid, char *cell) {
  grid->cells = twin_grow(grid->cells, &grid->capacity, grid->count + 1, sizeof(char *));
  grid->cells[grid->count++] = cell;
}

void twin_grid_cell(twin_grid *grid, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  twin_grid_keep(grid, print_to_string(format, arguments));
  va_end(arguments);
}

/* Columns that a UTF-8 text takes on a screen, near enough: continuation bytes take none. */
static size_t screen_width(const char *text) {
  size_t width = 0;
  for (; *text; text++) width += ((unsigned char)*text & 0xC0) != 0x80;
  return width;
}

static bool looks_like_number(const char *text) {
  if (*text == '-' || *text == '+') text++;
  return *text >= '0' && *text <= '9';
}

/* Columns before the point of a number; all of any other text. */
static size_t width_before_point(const char *text) {
  if (!looks_like_number(text)) return screen_width(text);
  return strcspn(text, ".e");
}

typedef struct measure {
  size_t before, after, width;
} measure;

static void measure_cell(measure *m, twin_align align, const char *text) {
  size_t width = screen_width(text);
  if (align == TWIN_POINT && looks_like_number(text)) {
    size_t before = width_before_point(text), after = width - before;
    if (before > m->before) m->before = before;
    if (after > m->after) m->after = after;
  }
  if (width > m->width) m->width = width;
}

static measure measure_column(const twin_grid *grid, size_t column) {
  measure m = {0};
  for (size_t i = column; i < grid->count; i += grid->columns)
    measure_cell(&m, grid->align[column], grid->cells[i]);
  if (m.before + m.after > m.width) m.width = m.before + m.after;
  return m;
}

/* Blanks before a cell, so that points, right ends or left ends stand below each other. */
static size_t blanks_before(const measure *m, twin_align align, const char *text) {
  if (align == TWIN_LEFT) return 0;
  if (align == TWIN_POINT && looks_like_number(text))
    return m->width - m->after - width_before_point(text);
  return m->width - screen_width(text);
}

static void print_blanks(FILE *out, size_t count) {
  for (size_t i = 0; i < count; i++) putc(' ', out);
}

/* Blanks are owed until something follows them, so that no line ends in blanks. */
static void print_row(const twin_grid *grid, const measure *columns, char *const *cells,
                      FILE *out) {
  size_t owed = 0;
  for (size_t c = 0; c < grid->columns; c++) {
    size_t before = blanks_before(&columns[c], grid->align[c], cells[c]);
    size_t used = 0;
    if (*cells[c]) {
      print_blanks(out, owed + before);
      fputs(cells[c], out);
      owed = 0;
      used = before + screen_width(cells[c]);
    }
    if (columns[c].width) owed += columns[c].width - used + 2; /* an empty one takes no room */
  }
  putc('\n', out);
}

void twin_grid_print(const twin_grid *grid, FILE *out, const char *indent) {
  measure *columns = twin_allocate(grid->columns, sizeof *columns);
  for (size_t c = 0; c < grid->columns; c++) columns[c] = measure_column(grid, c);
  for (size_t i = 0; i + grid->columns <= grid->count; i += grid->columns) {
    fputs(indent, out);
    print_row(grid, columns, grid->cells + i, out);
  }
  free(columns);
}

/* ---- CSV ---------------------------------------------------------------------------------- */

void twin_csv_field(FILE *out, bool first, const char *text) {
  if (!first) putc(',', out);
  bool edges = *text && (*text == ' ' || text[strlen(text) - 1] == ' ');
  if (!edges && !strpbrk(text, ",\"\r\n")) {
    fputs(text, out);
    return;
  }
  putc('"', out);
  for (; *text; text++) {
    if (*text == '"') putc('"', out);
    putc(*text, out);
  }
  putc('"', out);
}

/* ---- JSON --------------------------------------------------------------------------------- */

twin_json twin_json_begin(FILE *out) {
  twin_json json = {.out = out, .first = true};
  twin_json_open(&json, NULL, '{');
  return json;
}

void twin_json_end(twin_json *json) {
  twin_json_close(json, '}');
  putc('\n', json->out);
}

static bool is_flat(const twin_json *json) {
  return json->flat && json->depth >= json->flat;
}

static void new_line(const twin_json *json) {
  putc('\n', json->out);
  print_blanks(json->out, 2 * (size_t)json->depth);
}

static void put_escaped(FILE *out, unsigned char c) {
  static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
  const char *found = c ? strchr(plain, c) : NULL;
  if (found)
    fprintf(out, "\\%c", letter[found - plain]);
  else if (c < 0x20 || c == 0x7F)
    fprintf(out, "\\u%04x", c);
  else
    putc(c, out);
}

static void put_text(FILE *out, const char *text) {
  putc('"', out);
  for (; *text; text++) put_escaped(out, (unsigned char)*text);
  putc('"', out);
}

/* What stands before a member: comma, line and key. */
static void begin_member(twin_json *json, const char *key) {
  if (json->depth) {
    if (!json->first) fputs(is_flat(json) ? ", " : ",", json->out);
    if (!is_flat(json)) new_line(json);
  }
  json->first = false;
  if (!key) return;
  put_text(json->out, key);
  fputs(": ", json->out);
}

void twin_json_open(twin_json *json, const char *key, char bracket) {
  begin_member(json, key);
  putc(bracket, json->out);
  json->depth++;
  json->first = true;
}

void twin_json_open_flat(twin_json *json, const char *key, char bracket) {
  twin_json_open(json, key, bracket);
  if (!json->flat) json->flat = json->depth;
}

void twin_json_close(twin_json *json, char bracket) {
  bool flat = is_flat(json), empty = json->first;
  if (json->flat == json->depth) json->flat = 0;
  json->depth--;
  if (!flat && !empty) new_line(json);
  putc(bracket, json->out);
  json->first = false;
}

void twin_json_text(twin_json *json, const char *key, const char *text) {
  begin_member(json, key);
  if (text)
    put_text(json->out, text);
  else
    fputs("null", json->out);
}

void twin_json_number(twin_json *json, const char *key, double number) {
  char text[TWIN_NUMBER] = "null"; /* JSON has no infinity and no NaN */
  if (isfinite(number)) twin_number_exact(number, text);
  begin_member(json, key);
  fputs(text, json->out);
}

void twin_json_truth(twin_json *json, const char *key, bool truth) {
  begin_member(json, key);
  fputs(truth ? "true" : "false", json->out);
}

void twin_json_null(twin_json *json, const char *key) {
  begin_member(json, key);
  fputs("null", json->out);
}
