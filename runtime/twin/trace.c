/* trace: every block's values for one row, block by block: where a result comes from. */
#include "twin/commands.h"

#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NO_ROW = -1 };

typedef struct report {
  twin_session *session;
  twin_scenario scenario;
  twin_result result;
  long *fixed; /* for each table: the row to explain, or NO_ROW */
} report;

/* One value as the trace sees it: the elements of its array that belong to the fixed rows. */
typedef struct view {
  const hermes_slot *slot;
  double *numbers;  /* all of the array */
  size_t *elements; /* those that belong */
  size_t count;
  hermes_index free;            /* indices that no row fixes */
  size_t axis[HERMES_MAX_RANK]; /* where each of them stands in the slot's index */
  bool touched;                 /* a fixed row is among its indices */
} view;

static bool is_valid(const report *r) {
  return r->result.outcome.status == HERMES_OK;
}

/* ---- --row -------------------------------------------------------------------------------- */

static twin_complaint complain_of_table(const report *r, const char *word) {
  const hermes_description *d = r->session->description;
  const char **names = twin_allocate(d->table_count, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < d->table_count; i++)
    if (hermes_table_has_rows(&d->tables[i], (int)i)) names[count++] = d->tables[i].name;
  twin_complaint complaint = hermes_report(&r->session->problems, HB0828, NULL,
                                           "there is no table `%s` with rows", DATA_SHOW(word));
  twin_suggest(complaint, word, names, count);
  free(names);
  return complaint;
}

static int find_table(const hermes_description *d, const char *name, size_t length) {
  for (size_t i = 0; i < d->table_count; i++)
    if (hermes_table_has_rows(&d->tables[i], (int)i) && strlen(d->tables[i].name) == length &&
        !strncmp(d->tables[i].name, name, length))
      return (int)i;
  return -1;
}

static bool complain(const report *r, twin_complaint complaint) {
  const twin_session *s = r->session;
  const hermes_table *tables = s->description->tables;
  int count = (int)s->description->table_count, table = 0;
  while (table < count && !hermes_table_has_rows(&tables[table], table))
    table++;
  if (table < count)
    hermes_diagnostic_note(complaint, "--row TABLE=KEY, like --row %s=%s", tables[table].name,
                           s->door->key(s->twin, table, 0));
  return false;
}

static bool fix_row(report *r, const char *word) {
  twin_session *s = r->session;
  size_t length = strcspn(word, "=");
  if (!word[length])
    return complain(
        r, hermes_report(&s->problems, HB0828, NULL, "--row %s names no key", DATA_SHOW(word)));
  int table = find_table(s->description, word, length);
  if (table < 0) {
    char *name = twin_print("%.*s", (int)length, word);
    complain(r, complain_of_table(r, name));
    free(name);
    return false;
  }
  if (r->fixed[table] != NO_ROW)
    return complain(r, hermes_report(&s->problems, HB0828, NULL, "two rows of %s",
                                     s->description->tables[table].name));
  r->fixed[table] = s->door->find(s->twin, table, word + length + 1);
  return r->fixed[table] >= 0 || (twin_complain_of_key(s, table, word + length + 1), false);
}

static bool fix_rows(report *r) {
  const hermes_description *d = r->session->description;
  bool good = true;
  r->fixed = twin_allocate(d->table_count, sizeof *r->fixed);
  for (size_t i = 0; i < d->table_count; i++)
    r->fixed[i] = NO_ROW;
  for (size_t i = 0; i < r->session->options.row.count; i++)
    good &= fix_row(r, r->session->options.row.items[i]);
  return good;
}

/* ---- views -------------------------------------------------------------------------------- */

/* A table that indexes twice is fixed once, by its first index; the other one is listed. */
static bool is_fixed(const report *r, const hermes_slot *slot, size_t axis) {
  int table = slot->index.table[axis];
  for (size_t a = 0; a < axis; a++)
    if (slot->index.table[a] == table) return false;
  return r->fixed[table] != NO_ROW;
}

static void find_free_axes(const report *r, view *v) {
  for (size_t a = 0; a < v->slot->index.rank; a++) {
    if (is_fixed(r, v->slot, a)) {
      v->touched = true;
      continue;
    }
    v->axis[v->free.rank] = a;
    v->free.table[v->free.rank++] = v->slot->index.table[a];
  }
}

/* Element number in the array, of element `number` over the free indices. */
static size_t element_of(const report *r, const view *v, size_t number) {
  size_t free_row[HERMES_MAX_RANK], element = 0, next = 0;
  twin_row_of(r->session, &v->free, number, free_row);
  for (size_t a = 0; a < v->slot->index.rank; a++) {
    int table = v->slot->index.table[a];
    bool is_free = next < v->free.rank && v->axis[next] == a;
    size_t row = is_free ? free_row[next++] : (size_t)r->fixed[table];
    element = element * twin_rows(r->session, table) + row;
  }
  return element;
}

/* False where the value cannot be read; nothing is reported then, the trace leaves it out. */
static bool open_view(const report *r, int slot, view *v) {
  twin_session *s = r->session;
  *v = (view){.slot = &s->description->slots[slot]};
  v->numbers = twin_allocate(s->door->elements(s->twin, slot), sizeof *v->numbers);
  if (s->door->read(s->twin, slot, v->numbers) != HERMES_OK) {
    free(v->numbers);
    return false;
  }
  find_free_axes(r, v);
  v->count = twin_elements(s, &v->free);
  v->elements = twin_allocate(v->count, sizeof *v->elements);
  for (size_t i = 0; i < v->count; i++)
    v->elements[i] = element_of(r, v, i);
  return true;
}

static void close_view(view *v) {
  free(v->numbers);
  free(v->elements);
}

static double number_at(const view *v, size_t i) {
  return v->numbers[v->elements[i]];
}

/* ---- the largest elements ------------------------------------------------------------------ */

typedef struct ranked {
  double number;
  size_t position; /* over the free indices */
} ranked;

/* Largest first, what is no number last; equal ones in the order of the table. */
static int compare_ranked(const void *left, const void *right) {
  const ranked *a = left, *b = right;
  if (isnan(a->number) != isnan(b->number)) return isnan(a->number) ? 1 : -1;
  if (a->number != b->number && !isnan(a->number)) return a->number > b->number ? -1 : 1;
  return (a->position > b->position) - (a->position < b->position);
}

/* The elements to list, as positions over the free indices: of numbers and truths the largest
 * first, of labels and keys in the order of the table. Returns their number. */
static size_t choose_elements(const view *v, size_t chosen[TWIN_ELEMENTS]) {
  size_t count = v->count < TWIN_ELEMENTS ? v->count : TWIN_ELEMENTS;
  bool by_size = v->slot->kind == HERMES_REAL || v->slot->kind == HERMES_BOOL;
  ranked *all = twin_allocate(v->count, sizeof *all);
  for (size_t i = 0; i < v->count; i++)
    all[i] = (ranked){by_size ? number_at(v, i) : 0, i};
  qsort(all, v->count, sizeof *all, compare_ranked);
  for (size_t i = 0; i < count; i++)
    chosen[i] = all[i].position;
  free(all);
  return count;
}

static bool same_value(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

/* All elements that belong are one value: nothing is to be listed then. */
static bool is_uniform(const view *v) {
  for (size_t i = 1; i < v->count; i++)
    if (!same_value(number_at(v, i), number_at(v, 0))) return false;
  return v->count > 1;
}

/* ---- summaries ---------------------------------------------------------------------------- */

typedef struct summary {
  double least, median, most;
  size_t count;
} summary;

static int compare_numbers(const void *left, const void *right) {
  const double *a = left, *b = right;
  return (*a > *b) - (*a < *b);
}

/* Of an array of numbers; those that are none are left out. */
static summary summary_of(const view *v) {
  summary s = {NAN, NAN, NAN, 0};
  double *sorted = twin_allocate(v->count, sizeof *sorted);
  for (size_t i = 0; i < v->count; i++)
    if (!isnan(number_at(v, i))) sorted[s.count++] = number_at(v, i);
  qsort(sorted, s.count, sizeof *sorted, compare_numbers);
  if (s.count) {
    double low = sorted[(s.count - 1) / 2], high = sorted[s.count / 2];
    s.least = sorted[0];
    s.most = sorted[s.count - 1];
    s.median = low == high ? low : low + (high - low) / 2;
  }
  free(sorted);
  return s;
}

/* How many values there are to count: truths, labels, or rows of the table referred to. */
static size_t values_of(const report *r, const hermes_slot *slot) {
  if (slot->kind == HERMES_BOOL) return 2;
  return slot->kind == HERMES_ENUM ? slot->label_count : twin_rows(r->session, slot->refers);
}

typedef struct tally {
  double value;
  size_t count;
} tally;

static int compare_tallies(const void *left, const void *right) {
  const tally *a = left, *b = right;
  if (a->count != b->count) return a->count < b->count ? 1 : -1;
  return (a->value > b->value) - (a->value < b->value);
}

/* The values that occur, most frequent first; `count` says how many. To be freed. */
static tally *tallies_of(const report *r, const view *v, size_t *count) {
  size_t values = values_of(r, v->slot);
  tally *all = twin_allocate(values, sizeof *all);
  for (size_t i = 0; i < values; i++)
    all[i].value = (double)i;
  for (size_t i = 0; i < v->count; i++) {
    double number = number_at(v, i);
    if (number >= 0 && number < (double)values) all[(size_t)number].count++;
  }
  qsort(all, values, sizeof *all, compare_tallies);
  *count = 0;
  while (*count < values && all[*count].count)
    ++*count;
  return all;
}

/* ---- sections ------------------------------------------------------------------------------ */

/* A part of the trace: slots of some roles, of one block where that matters. */
typedef struct section {
  const char *name, *kind, *doc;
  int block; /* -1: those of no block */
  unsigned roles;
  bool only_touched; /* leave out what no fixed row indexes */
} section;

enum {
  DATA_ROLES = 1 << HERMES_COLUMN,
  DECISION_ROLES = 1 << HERMES_POLICY,
  INPUT_ROLES = 1 << HERMES_INPUT,
  DRAW_ROLES = 1 << HERMES_DRAWN,
  BLOCK_ROLES = 1 << HERMES_OUT | 1 << HERMES_LET,
  KPI_ROLES = 1 << HERMES_KPI,
};

static bool belongs(const section *part, const hermes_slot *slot) {
  if (!(part->roles & 1u << slot->role)) return false;
  return part->roles != BLOCK_ROLES || slot->block == part->block;
}

typedef struct printer printer;
struct printer {
  const report *report;
  FILE *out;
  twin_json *json;
  void (*begin)(printer *p, const section *part);
  void (*value)(printer *p, const view *v);
  void (*end)(printer *p, const section *part);
};

static void walk_section(printer *p, const section *part) {
  const hermes_description *d = p->report->session->description;
  p->begin(p, part);
  for (size_t i = 0; i < d->slot_count; i++) {
    view v;
    if (!belongs(part, &d->slots[i]) || !open_view(p->report, (int)i, &v)) continue;
    if (v.touched || !part->only_touched) p->value(p, &v);
    close_view(&v);
  }
  p->end(p, part);
}

static void walk(printer *p) {
  static const section before[] = {
      {"data", "tables", "What the tables say of these rows.", -1, DATA_ROLES, true},
      {"inputs", "inputs", "What holds for all.", -1, INPUT_ROLES, false},
      {"decision", "policies", "What is decided.", -1, DECISION_ROLES, false},
      {"draws", "draws", "What chance left, in the first draw.", -1, DRAW_ROLES, true},
  };
  static const section after = {"kpis", "kpis", "What comes out.", -1, KPI_ROLES, false};
  const hermes_description *d = p->report->session->description;
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    if (before[i].roles != DRAW_ROLES || d->draw_count) walk_section(p, &before[i]);
  for (size_t i = 0; i < d->block_count; i++) {
    const hermes_block *b = &d->blocks[i];
    walk_section(p, &(section){b->name, b->kind, b->doc, (int)i, BLOCK_ROLES, false});
  }
  walk_section(p, &after);
}

/* "path.rsrp" for a column, else the name. */
static char *full_name(const report *r, const hermes_slot *slot) {
  if (slot->role != HERMES_COLUMN) return twin_print("%s", slot->name);
  return twin_print("%s.%s", r->session->description->tables[slot->table].name, slot->name);
}

/* ---- for people --------------------------------------------------------------------------- */

/* Of an invalid decision, what stands behind its fault is no number. */
static void print_value(const printer *p, const hermes_slot *slot, double number) {
  if (isnan(number)) {
    fputs("not computed", p->out);
    return;
  }
  char text[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
  fprintf(p->out, "%s%s", twin_value_text(p->report->session, slot, number, text),
          twin_unit_behind(slot, unit));
}

static void print_elements(const printer *p, const view *v) {
  size_t chosen[TWIN_ELEMENTS], count = choose_elements(v, chosen);
  for (size_t i = 0; i < count; i++) {
    size_t row[HERMES_MAX_RANK];
    twin_row_of(p->report->session, &v->free, chosen[i], row);
    char *where = twin_row_text(p->report->session, &v->free, NULL, row);
    fprintf(p->out, "\n      %s: ", where);
    print_value(p, v->slot, number_at(v, chosen[i]));
    free(where);
  }
  if (count < v->count) fprintf(p->out, "\n      ... %zu more", v->count - count);
}

static void print_tallies(const printer *p, const view *v) {
  size_t count;
  tally *all = tallies_of(p->report, v, &count);
  for (size_t i = 0; i < count && i < TWIN_ELEMENTS; i++) {
    fputs(i ? ", " : "", p->out);
    print_value(p, v->slot, all[i].value);
    fprintf(p->out, " %zux", all[i].count);
  }
  if (count > TWIN_ELEMENTS) fprintf(p->out, ", %zu more", count - TWIN_ELEMENTS);
  free(all);
}

static void print_summary(const printer *p, const view *v) {
  if (is_uniform(v)) {
    print_value(p, v->slot, number_at(v, 0));
    fprintf(p->out, ", all %zu elements", v->count);
    return;
  }
  fprintf(p->out, "%zu elements: ", v->count);
  if (v->slot->kind != HERMES_REAL) {
    print_tallies(p, v);
    return;
  }
  summary s = summary_of(v);
  char least[TWIN_NUMBER], median[TWIN_NUMBER], most[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
  twin_number_short(s.least, least);
  twin_number_short(s.median, median);
  twin_number_short(s.most, most);
  fprintf(p->out, "min %s, median %s, max %s%s", least, median, most,
          twin_unit_behind(v->slot, unit));
}

static void begin_text(printer *p, const section *part) {
  bool is_block = part->roles == BLOCK_ROLES;
  fprintf(p->out, "\n%s%s%s%s  %s\n", part->name, is_block ? " (" : "", is_block ? part->kind : "",
          is_block ? ")" : "", part->doc);
}

/* What is solved is as near to its definition as its tolerance says. */
static void print_solve(const printer *p, const hermes_slot *slot) {
  if (!slot->solved || !is_valid(p->report)) return;
  char tolerance[TWIN_NUMBER];
  double factor;
  const char *unit = hermes_unit_difference(slot->unit, &slot->measure, &factor);
  twin_number_short(slot->tolerance * factor, tolerance);
  bool plain = strcmp(unit, "1") == 0;
  fprintf(p->out, "  (solved to %s%s%s)", tolerance, plain ? "" : " ", plain ? "" : unit);
}

static void value_text(printer *p, const view *v) {
  char *name = full_name(p->report, v->slot);
  bool is_list = v->free.rank && v->touched && !is_uniform(v);
  fprintf(p->out, "  %s%s", name, is_list ? "" : " = ");
  if (is_list)
    print_elements(p, v);
  else if (v->free.rank)
    print_summary(p, v);
  else
    print_value(p, v->slot, number_at(v, 0));
  print_solve(p, v->slot);
  putc('\n', p->out);
  free(name);
}

static void end_text(printer *p, const section *part) {
  (void)p, (void)part;
}

static void print_rows(const report *r, FILE *out) {
  const hermes_description *d = r->session->description;
  fputs(d->blueprint, out);
  const char *between = ": ";
  for (size_t i = 0; i < d->table_count; i++) {
    if (r->fixed[i] == NO_ROW) continue;
    fprintf(out, "%s%s %s", between, d->tables[i].name,
            r->session->door->key(r->session->twin, (int)i, (size_t)r->fixed[i]));
    between = ", ";
  }
  putc('\n', out);
}

static void print_table(const report *r, FILE *out) {
  print_rows(r, out);
  if (!is_valid(r)) fprintf(out, "invalid: %s\n", r->result.outcome.reason);
  printer p = {r, out, NULL, begin_text, value_text, end_text};
  walk(&p);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void put_elements(const printer *p, const view *v) {
  size_t chosen[TWIN_ELEMENTS], count = choose_elements(v, chosen);
  twin_json_open(p->json, "elements", '[');
  for (size_t i = 0; i < count; i++) {
    size_t row[HERMES_MAX_RANK];
    twin_row_of(p->report->session, &v->free, chosen[i], row);
    twin_json_open_flat(p->json, NULL, '{');
    twin_json_open(p->json, "row", '[');
    for (size_t a = 0; a < v->free.rank; a++)
      twin_json_text(p->json, NULL, twin_key(p->report->session, &v->free, a, row[a]));
    twin_json_close(p->json, ']');
    twin_json_value(p->report->session, p->json, "value", v->slot, number_at(v, chosen[i]));
    twin_json_close(p->json, '}');
  }
  twin_json_close(p->json, ']');
  twin_json_number(p->json, "more", (double)(v->count - count));
}

static void put_tallies(const printer *p, const view *v) {
  size_t count;
  char text[TWIN_NUMBER];
  tally *all = tallies_of(p->report, v, &count);
  twin_json_open(p->json, "counts", '{');
  for (size_t i = 0; i < count; i++)
    twin_json_number(p->json, twin_value_exact(p->report->session, v->slot, all[i].value, text),
                     (double)all[i].count);
  twin_json_close(p->json, '}');
  free(all);
}

static void put_summary(const printer *p, const view *v) {
  twin_json_open_flat(p->json, "summary", '{');
  twin_json_number(p->json, "elements", (double)v->count);
  if (v->slot->kind == HERMES_REAL) {
    summary s = summary_of(v);
    twin_json_number(p->json, "min", s.least);
    twin_json_number(p->json, "median", s.median);
    twin_json_number(p->json, "max", s.most);
  } else {
    put_tallies(p, v);
  }
  twin_json_close(p->json, '}');
}

static void begin_json(printer *p, const section *part) {
  twin_json_open(p->json, NULL, '{');
  twin_json_text(p->json, "name", part->name);
  twin_json_text(p->json, "kind", part->kind);
  twin_json_text(p->json, "doc", part->doc);
  twin_json_open(p->json, "values", '[');
}

static void put_index(const printer *p, const hermes_index *index) {
  twin_json_open_flat(p->json, "index", '[');
  for (size_t a = 0; a < index->rank; a++)
    twin_json_text(p->json, NULL, p->report->session->description->tables[index->table[a]].name);
  twin_json_close(p->json, ']');
}

static void value_json(printer *p, const view *v) {
  char *name = full_name(p->report, v->slot);
  twin_json_open(p->json, NULL, '{');
  twin_json_text(p->json, "name", name);
  if (v->slot->kind == HERMES_REAL) twin_json_text(p->json, "unit", v->slot->unit);
  if (*v->slot->doc) twin_json_text(p->json, "doc", v->slot->doc);
  if (v->slot->solved) twin_json_number(p->json, "tolerance", v->slot->tolerance);
  if (v->free.rank) put_index(p, &v->free);
  if (!v->free.rank)
    twin_json_value(p->report->session, p->json, "value", v->slot, number_at(v, 0));
  else if (v->touched)
    put_elements(p, v);
  else
    put_summary(p, v);
  twin_json_close(p->json, '}');
  free(name);
}

static void end_json(printer *p, const section *part) {
  (void)part;
  twin_json_close(p->json, ']');
  twin_json_close(p->json, '}');
}

static void put_rows(const report *r, twin_json *json) {
  const hermes_description *d = r->session->description;
  twin_json_open_flat(json, "row", '{');
  for (size_t i = 0; i < d->table_count; i++)
    if (r->fixed[i] != NO_ROW)
      twin_json_text(json, d->tables[i].name,
                     r->session->door->key(r->session->twin, (int)i, (size_t)r->fixed[i]));
  twin_json_close(json, '}');
}

static void print_json(const report *r, FILE *out) {
  twin_json json = twin_json_begin(out);
  twin_json_text(&json, "blueprint", r->session->description->blueprint);
  put_rows(r, &json);
  if (!is_valid(r)) twin_json_text(&json, "invalid", r->result.outcome.reason);
  twin_json_open(&json, "blocks", '[');
  printer p = {r, out, &json, begin_json, value_json, end_json};
  walk(&p);
  twin_json_close(&json, ']');
  twin_json_policy(r->session, &json, "policy", r->scenario.candidate, r->scenario.standard);
  twin_json_provenance(r->session, &json);
  twin_json_end(&json);
}

/* ---- the command -------------------------------------------------------------------------- */

static bool compute(report *r) {
  return twin_scenario_open(r->session, NULL, &r->scenario) && fix_rows(r) &&
         twin_evaluate(r->session, r->scenario.candidate, &r->result);
}

static bool print(const report *r) {
  twin_output output;
  if (!twin_output_open(r->session, &output)) return false;
  if (r->session->options.format == TWIN_JSON)
    print_json(r, output.out);
  else
    print_table(r, output.out);
  return twin_output_close(r->session, &output);
}

int twin_trace(twin_session *session) {
  report r = {.session = session};
  int code = HERMES_FAILED;
  if (compute(&r) && print(&r)) code = is_valid(&r) ? HERMES_OK : HERMES_INVALID;
  if (code == HERMES_INVALID && session->options.format != TWIN_TABLE)
    fprintf(stderr, "invalid: %s\n", r.result.outcome.reason);
  free(r.fixed);
  twin_result_free(&r.result);
  twin_scenario_free(&r.scenario);
  return code;
}
