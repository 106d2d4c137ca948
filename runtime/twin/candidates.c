/* Many decisions from one file: one JSON object per line, or one CSV row each. */
#include "twin/commands.h"

#include "data/data.h"

#include <stdlib.h>
#include <string.h>

/* One file while it is read. */
typedef struct reader {
  twin_session *session;
  const twin_text *text;
  const twin_scenario *scenario;
  twin_candidates *candidates;
} reader;

/* ---- the list ----------------------------------------------------------------------------- */

static bool too_large(const reader *r, size_t count, size_t line) {
  uint64_t limit = data_memory_limit(&r->session->options.limits);
  size_t bytes = r->scenario->size * sizeof(double) + sizeof(size_t);
  if (count <= limit / bytes) return false;
  r->candidates->full = true;
  hermes_place where = {.file = r->text->name, .line = (uint32_t)line};
  hermes_diagnostic *d =
      hermes_report(&r->session->problems, HB0826, &where,
                    "more than %zu candidates of %zu elements", count - 1, r->scenario->size);
  hermes_diagnostic_note(d, "split the file, or allow more by --max-memory");
  return true;
}

/* The decision over which a further candidate is laid; NULL where there is no room. */
static double *add_candidate(const reader *r, size_t line) {
  twin_candidates *c = r->candidates;
  size_t size = r->scenario->size, capacity = c->capacity;
  if (too_large(r, c->count + 1, line)) return NULL;
  c->lines = twin_grow(c->lines, &c->capacity, c->count + 1, sizeof *c->lines);
  c->numbers = twin_grow(c->numbers, &capacity, c->count + 1, (size ? size : 1) * sizeof(double));
  c->lines[c->count] = line;
  double *numbers = c->numbers + c->count++ * size;
  memcpy(numbers, r->scenario->candidate, size * sizeof(double));
  return numbers;
}

static bool decide(const reader *r, size_t line, const twin_assignments *assignments) {
  double *candidate = add_candidate(r, line);
  if (!candidate) return false;
  twin_decide(r->session, assignments, candidate);
  twin_decide(r->session, &r->scenario->commands, candidate); /* --set wins over every file */
  return true;
}

static bool must_stop(const reader *r) {
  return r->candidates->full || r->session->problems.errors >= TWIN_ERRORS_SHOWN;
}

/* ---- JSON lines --------------------------------------------------------------------------- */

static bool is_blank(const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!strchr(" \t\r", bytes[i])) return false;
  return true;
}

/* People write a list, or one object over several lines. */
static void explain_lines(const reader *r, size_t first) {
  hermes_diagnostics *problems = &r->session->problems;
  if (problems->count > first && problems->items[first].code == HB0808)
    hermes_diagnostic_note(&problems->items[first],
                           "candidates stand one to a line, each a whole object: {\"offset\": 1}");
}

static bool take_line(const reader *r, twin_span span, size_t line) {
  twin_assignments assignments = {0};
  size_t problems = r->session->problems.count;
  bool good = twin_assign_json(r->session, span, TWIN_POLICIES, &assignments) &&
              decide(r, line, &assignments);
  explain_lines(r, problems);
  twin_assignments_free(&assignments);
  return good;
}

static bool read_lines(const reader *r) {
  const char *bytes = r->text->bytes;
  bool good = true;
  size_t line = 1;
  for (size_t at = 0; at < r->text->length && !must_stop(r); line++) {
    size_t length = strcspn(bytes + at, "\n");
    if (!is_blank(bytes + at, length))
      good &= take_line(r, (twin_span){r->text, at, at + length}, line);
    at += length + 1;
  }
  return good;
}

/* ---- CSV ---------------------------------------------------------------------------------- */

/* A field as it stands in the file. */
static twin_span span_in_file(const reader *r, const csv_field *field) {
  size_t start = (size_t)(field->text - r->text->bytes);
  return (twin_span){r->text, start, start + field->length};
}

/* A field as it is read: where quotes in it are doubled, a text of its own. */
static twin_span span_of(const reader *r, csv_reader *csv, const csv_field *field) {
  if (!field->doubled) return span_in_file(r, field);
  size_t length;
  const char *text = csv_text(csv, field, &length);
  char *copy = twin_print("%.*s", (int)length, text);
  const twin_text *kept = twin_keep_text(r->session, r->text->name, copy);
  free(copy);
  return twin_whole(kept);
}

/* What was said of such a copy from problem number `first` on is said of the field in the file. */
static void place_in_file(const reader *r, const csv_field *field, size_t first) {
  hermes_diagnostics *problems = &r->session->problems;
  for (size_t i = first; field->doubled && i < problems->count; i++)
    problems->items[i].place = twin_place(span_in_file(r, field));
}

static bool overlap(const twin_assignment *a, const twin_assignment *b) {
  return a->slot == b->slot && a->first < b->first + b->count && b->first < a->first + a->count;
}

static bool check_twice(const reader *r, const twin_assignment *columns, size_t column,
                        twin_span span) {
  for (size_t i = 0; i < column; i++) {
    if (!overlap(&columns[i], &columns[column])) continue;
    hermes_place where = twin_place(span);
    hermes_report(&r->session->problems, HB0821, &where,
                  "column %zu decides what column %zu decides too", column + 1, i + 1);
    return false;
  }
  return true;
}

static bool take_header(const reader *r, csv_reader *csv, twin_assignment *columns) {
  bool good = true;
  for (size_t i = 0; i < csv->count; i++) {
    twin_span span = span_of(r, csv, &csv->fields[i]);
    size_t problems = r->session->problems.count;
    good &= twin_target(r->session, span, TWIN_POLICIES, &columns[i]) &&
            check_twice(r, columns, i, span);
    place_in_file(r, &csv->fields[i], problems);
  }
  return good;
}

static bool take_field(const reader *r, csv_reader *csv, size_t column, twin_assignment *target) {
  const csv_field *field = &csv->fields[column];
  twin_span span = span_of(r, csv, field);
  size_t problems = r->session->problems.count;
  bool good = span.start < span.end && twin_value(r->session, span, target);
  place_in_file(r, field, problems);
  if (good || span.start < span.end) return good;
  hermes_place where = twin_place(span);
  hermes_diagnostic *d = hermes_report(&r->session->problems, HB0821, &where,
                                       "an empty field in column %zu", column + 1);
  hermes_diagnostic_note(d, "write the value; in a .jsonl file a candidate may name only "
                            "what it changes");
  return false;
}

static bool take_record(const reader *r, csv_reader *csv, twin_assignments *columns) {
  for (size_t i = 0; i < columns->count; i++)
    if (!take_field(r, csv, i, &columns->items[i])) return false;
  return decide(r, csv->record_line, columns);
}

static bool read_records(const reader *r) {
  data_source source = {.name = r->text->name, .text = r->text->bytes, .size = r->text->length};
  csv_reader csv;
  bool good = csv_open(&csv, &source, &r->session->problems);
  twin_assignments columns = {.count = csv.count};
  columns.items = twin_allocate(csv.count, sizeof *columns.items);
  good = good && take_header(r, &csv, columns.items);
  while (good && !must_stop(r) && csv_next(&csv, columns.count)) take_record(r, &csv, &columns);
  twin_assignments_free(&columns);
  csv_close(&csv);
  return good && !r->session->problems.errors;
}

/* ---- the file ----------------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *ending) {
  size_t length = strlen(name), tail = strlen(ending);
  return length >= tail && strcmp(name + length - tail, ending) == 0;
}

/* The name tells; where it does not (a pipe), the first character: no header begins with { or [. */
static bool is_csv(const twin_text *text) {
  if (ends_in(text->name, ".csv")) return true;
  if (ends_in(text->name, ".jsonl") || ends_in(text->name, ".ndjson")) return false;
  const char *first = text->bytes + strspn(text->bytes, " \t\r\n");
  return *first != '{' && *first != '[';
}

bool twin_candidates_read(twin_session *session, const char *name, const twin_scenario *scenario,
                          twin_candidates *candidates) {
  *candidates = (twin_candidates){0};
  const twin_text *text = twin_read_file(session, name);
  if (!text) return false;
  reader r = {session, text, scenario, candidates};
  bool good = is_csv(text) ? read_records(&r) : read_lines(&r);
  if (good && candidates->count) return true;
  hermes_place where = {.file = text->name};
  if (good) hermes_report(&session->problems, HB0822, &where, "there is no candidate in it");
  twin_candidates_free(candidates);
  return false;
}

void twin_candidates_free(twin_candidates *candidates) {
  free(candidates->numbers);
  free(candidates->lines);
  *candidates = (twin_candidates){0};
}
