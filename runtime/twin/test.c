/* test: what the blueprint expects of itself, with the numbers behind every verdict. */
#include "twin/commands.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What one expect came to. */
typedef struct finding {
  hermes_verdict *verdicts; /* one for each assert */
  size_t rows_checked, rows_total;
  size_t failed_row[HERMES_MAX_RANK]; /* where a varied candidate was invalid */
  hermes_outcome outcome;
} finding;

typedef struct report {
  twin_session *session;
  twin_scenario scenario;
  finding *findings;
} report;

static const hermes_expect *expect_at(const report *r, size_t number) {
  return &r->session->description->expects[number];
}

/* ---- verdicts ----------------------------------------------------------------------------- */

static bool is_valid(const finding *f) {
  return f->outcome.status == HERMES_OK;
}

static bool passed(const report *r, size_t number) {
  const finding *f = &r->findings[number];
  bool good = is_valid(f);
  for (size_t a = 0; good && a < expect_at(r, number)->assert_count; a++)
    good = f->verdicts[a].failed == 0;
  return good;
}

static size_t count_passed(const report *r) {
  size_t count = 0;
  for (size_t i = 0; i < r->session->description->expect_count; i++)
    count += passed(r, i);
  return count;
}

/* How far the two sides are from failing, in the unit of their difference; negative: by how much
 * they fail. Two sides that must be equal have what `within` leaves. */
static double margin_of(const hermes_assert *a, const hermes_verdict *v, const char **unit) {
  double factor;
  *unit = hermes_unit_difference(a->unit, &a->measure, &factor);
  double difference = v->left == v->right ? 0 : (v->left - v->right) * factor;
  double within = a->has_within ? a->within : 0;
  switch (a->relation[0]) {
  case '>': return difference + within;
  case '<': return within - difference;
  case '!': return fabs(difference) - within;
  default: return within - fabs(difference);
  }
}

/* A condition has no sides, and what is no number has no margin. */
static bool has_sides(const hermes_assert *a) {
  return *a->relation != '\0';
}

static bool has_margin(const hermes_assert *a) {
  return has_sides(a) && a->kind == HERMES_REAL;
}

/* A side of a comparison is shown like a value of what is compared: a number, a label, a key. */
static hermes_slot side_of(const hermes_assert *a) {
  return (hermes_slot){
      .kind = a->kind, .labels = a->labels, .label_count = a->label_count, .refers = a->refers};
}

/* ---- evaluation --------------------------------------------------------------------------- */

static bool find_some(hermes_twin *twin, size_t begin, size_t end, void *context) {
  report *r = context;
  const twin_session *s = r->session;
  for (size_t i = begin; i < end; i++) {
    finding *f = &r->findings[i];
    /* Only what varies something is evaluated anew for each row; plain facts are checked in all. */
    bool all = !expect_at(r, i)->varies || s->options.sweep == 0;
    size_t most = all ? SIZE_MAX : (size_t)s->options.sweep;
    if (s->door->expect(twin, (int)i, r->scenario.candidate, most, f->verdicts, &f->rows_checked,
                        &f->rows_total, &f->outcome, f->failed_row) == HERMES_FAILED)
      return false;
  }
  return true;
}

static bool compute(report *r) {
  const hermes_description *d = r->session->description;
  if (!twin_scenario_open(r->session, NULL, &r->scenario)) return false;
  r->findings = twin_allocate(d->expect_count, sizeof *r->findings);
  for (size_t i = 0; i < d->expect_count; i++)
    r->findings[i].verdicts = twin_allocate(expect_at(r, i)->assert_count, sizeof(hermes_verdict));
  return twin_parallel(r->session, d->expect_count, 1, find_some, r, "expectations");
}

static void free_report(report *r) {
  for (size_t i = 0; r->findings && i < r->session->description->expect_count; i++)
    free(r->findings[i].verdicts);
  free(r->findings);
  twin_scenario_free(&r->scenario);
}

/* The decision itself is invalid, without anything varied. */
static bool invalid_from_the_start(const finding *f) {
  return f->failed_row[0] == SIZE_MAX;
}

/* "c c3": the row of the expect's own `for` at which a varied candidate was invalid. */
static char *failed_row_text(const report *r, size_t number) {
  const hermes_expect *e = expect_at(r, number);
  if (invalid_from_the_start(&r->findings[number])) return twin_print("%s", "");
  return twin_row_text(r->session, &e->index, e->variables, r->findings[number].failed_row);
}

/* "c c3, u u17": where a verdict's numbers come from, over both `for`s. */
static char *worst_row_text(const report *r, const hermes_expect *e, const hermes_assert *a,
                            const hermes_verdict *v) {
  char *outer = twin_row_text(r->session, &e->index, e->variables, v->at);
  char *inner = twin_row_text(r->session, &a->index, a->variables, v->row);
  char *both = twin_print("%s%s%s", outer, *outer && *inner ? ", " : "", inner);
  free(outer);
  free(inner);
  return both;
}

/* ---- for people --------------------------------------------------------------------------- */

static void print_sides(const report *r, const hermes_assert *a, const hermes_verdict *v,
                        FILE *out) {
  char left[TWIN_NUMBER], right[TWIN_NUMBER], margin[TWIN_NUMBER];
  const char *unit, *own = strcmp(a->unit, "1") ? a->unit : "";
  hermes_slot side = side_of(a);
  fprintf(out, "%s %s %s%s%s", twin_value_text(r->session, &side, v->left, left), a->relation,
          twin_value_text(r->session, &side, v->right, right), *own ? " " : "", own);
  if (!has_margin(a)) return;
  twin_number_short(margin_of(a, v, &unit), margin);
  fprintf(out, ", margin %s %s", margin, strcmp(unit, "1") ? unit : "");
}

static void print_worst(const report *r, const hermes_expect *e, const hermes_assert *a,
                        const hermes_verdict *v, FILE *out) {
  char *row = worst_row_text(r, e, a, v);
  fprintf(out, "; %s%s%s", v->failed ? "worst" : "closest", *row ? " " : "", row);
  free(row);
  if (!has_sides(a)) return;
  fputs(": ", out);
  print_sides(r, a, v, out);
}

static void print_assert(const report *r, const hermes_expect *e, const hermes_assert *a,
                         const hermes_verdict *v, FILE *out) {
  fprintf(out, "      line %d: ", a->line);
  if (!v->checked)
    fputs("nothing to check", out);
  else if (v->failed)
    fprintf(out, "fails in %zu of %zu", v->failed, v->checked);
  else
    fprintf(out, "holds in %zu of %zu", v->checked, v->checked);
  /* A condition that holds has nothing to show; one that fails has at least a row. */
  if (v->checked && (has_sides(a) || v->failed)) print_worst(r, e, a, v, out);
  putc('\n', out);
}

static void print_sample(const finding *f, FILE *out) {
  if (is_valid(f) && f->rows_checked < f->rows_total)
    fprintf(out, "      a sample of %zu of %zu rows (--rows 0 looks at all)\n", f->rows_checked,
            f->rows_total);
}

static void print_finding(const report *r, size_t number, FILE *out) {
  const hermes_expect *e = expect_at(r, number);
  const finding *f = &r->findings[number];
  fprintf(out, "%s  %s\n", passed(r, number) ? "pass" : "FAIL", *e->doc ? e->doc : "(no text)");
  print_sample(f, out);
  if (!is_valid(f)) {
    char *row = failed_row_text(r, number);
    fprintf(out, "      invalid%s%s: %s\n", *row ? " at " : "", row, f->outcome.reason);
    free(row);
    return;
  }
  for (size_t a = 0; a < e->assert_count; a++)
    print_assert(r, e, &e->asserts[a], &f->verdicts[a], out);
}

static void print_table(const report *r, FILE *out) {
  size_t count = r->session->description->expect_count;
  if (!count) {
    fprintf(out, "%s expects nothing: it has no `expect`\n", r->session->description->blueprint);
    return;
  }
  for (size_t i = 0; i < count; i++)
    print_finding(r, i, out);
  fprintf(out, "\n%zu of %zu expectations hold", count_passed(r), count);
  if (twin_draws(r->session))
    fprintf(out, ", in the first draw of seed %llu (--seed tries others)",
            (unsigned long long)hermes_seed(&r->session->options.limits));
  putc('\n', out);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void put_keys(const report *r, twin_json *json, const hermes_index *index,
                     const char *const *names, const size_t *row) {
  for (size_t a = 0; a < index->rank; a++)
    twin_json_text(json, names[a], twin_key(r->session, index, a, row[a]));
}

static void put_side(const report *r, twin_json *json, const char *key, const hermes_assert *a,
                     double number) {
  hermes_slot side = side_of(a);
  twin_json_value(r->session, json, key, &side, number);
}

static void put_worst(const report *r, twin_json *json, const hermes_expect *e,
                      const hermes_assert *a, const hermes_verdict *v) {
  const char *unit;
  twin_json_open_flat(json, "worst", '{');
  twin_json_open(json, "row", '{');
  put_keys(r, json, &e->index, e->variables, v->at);
  put_keys(r, json, &a->index, a->variables, v->row);
  twin_json_close(json, '}');
  if (has_sides(a)) {
    put_side(r, json, "left", a, v->left);
    put_side(r, json, "right", a, v->right);
    twin_json_text(json, "unit", a->unit);
  }
  if (has_margin(a)) {
    twin_json_number(json, "margin", margin_of(a, v, &unit));
    twin_json_text(json, "margin_unit", unit);
  }
  twin_json_close(json, '}');
}

static void put_assert(const report *r, twin_json *json, const hermes_expect *e,
                       const hermes_assert *a, const hermes_verdict *v) {
  twin_json_open(json, NULL, '{');
  twin_json_number(json, "line", a->line);
  twin_json_text(json, "relation", has_sides(a) ? a->relation : NULL);
  twin_json_number(json, "checked", (double)v->checked);
  twin_json_number(json, "failed", (double)v->failed);
  if (v->checked)
    put_worst(r, json, e, a, v);
  else
    twin_json_null(json, "worst");
  twin_json_close(json, '}');
}

static void put_invalid(const report *r, twin_json *json, size_t number) {
  const hermes_expect *e = expect_at(r, number);
  const finding *f = &r->findings[number];
  twin_json_text(json, "invalid", f->outcome.reason);
  if (invalid_from_the_start(f)) return;
  twin_json_open_flat(json, "invalid_row", '{');
  put_keys(r, json, &e->index, e->variables, f->failed_row);
  twin_json_close(json, '}');
}

static void put_finding(const report *r, twin_json *json, size_t number) {
  const hermes_expect *e = expect_at(r, number);
  const finding *f = &r->findings[number];
  twin_json_open(json, NULL, '{');
  twin_json_text(json, "doc", e->doc);
  twin_json_number(json, "line", e->line);
  twin_json_truth(json, "passed", passed(r, number));
  twin_json_number(json, "rows_checked", (double)f->rows_checked);
  twin_json_number(json, "rows_total", (double)f->rows_total);
  if (!is_valid(f)) put_invalid(r, json, number);
  twin_json_open(json, "asserts", '[');
  for (size_t a = 0; is_valid(f) && a < e->assert_count; a++)
    put_assert(r, json, e, &e->asserts[a], &f->verdicts[a]);
  twin_json_close(json, ']');
  twin_json_close(json, '}');
}

static void print_json(const report *r, FILE *out) {
  size_t count = r->session->description->expect_count;
  twin_json json = twin_json_begin(out);
  twin_json_text(&json, "blueprint", r->session->description->blueprint);
  twin_json_truth(&json, "passed", count_passed(r) == count);
  twin_json_open(&json, "expects", '[');
  for (size_t i = 0; i < count; i++)
    put_finding(r, &json, i);
  twin_json_close(&json, ']');
  if (twin_draws(r->session))
    twin_json_number(&json, "seed", (double)hermes_seed(&r->session->options.limits));
  twin_json_policy(r->session, &json, "policy", r->scenario.candidate, r->scenario.standard);
  twin_json_inputs(r->session, &json, &r->scenario);
  twin_json_provenance(r->session, &json);
  twin_json_end(&json);
}

/* ---- CSV ---------------------------------------------------------------------------------- */

static void put_number_field(FILE *out, bool known, double number) {
  char text[TWIN_NUMBER] = "";
  if (known) twin_number_exact(number, text);
  twin_csv_field(out, false, text);
}

static void put_assert_row(const report *r, FILE *out, size_t number, size_t which) {
  const hermes_expect *e = expect_at(r, number);
  const hermes_assert *a = &e->asserts[which];
  const hermes_verdict *v = &r->findings[number].verdicts[which];
  bool known = is_valid(&r->findings[number]) && v->checked;
  const char *unit;
  double margin = margin_of(a, v, &unit);
  char *row = known ? worst_row_text(r, e, a, v) : twin_print("%s", "");
  twin_csv_field(out, true, e->doc);
  fprintf(out, ",%d,%s,%zu,%zu", a->line, known && !v->failed ? "true" : "false", v->checked,
          v->failed);
  twin_csv_field(out, false, row);
  put_number_field(out, known && has_sides(a), v->left);
  twin_csv_field(out, false, a->relation);
  put_number_field(out, known && has_sides(a), v->right);
  twin_csv_field(out, false, has_sides(a) ? a->unit : "");
  put_number_field(out, known && has_margin(a), margin);
  twin_csv_field(out, false, has_margin(a) ? unit : "");
  twin_csv_field(out, false, r->findings[number].outcome.reason);
  putc('\n', out);
  free(row);
}

static void print_csv(const report *r, FILE *out) {
  fputs("expect,line,passed,checked,failed,row,left,relation,right,unit,margin,margin_unit,"
        "reason\n",
        out);
  for (size_t i = 0; i < r->session->description->expect_count; i++)
    for (size_t a = 0; a < expect_at(r, i)->assert_count; a++)
      put_assert_row(r, out, i, a);
}

/* ---- the command -------------------------------------------------------------------------- */

static bool print(const report *r) {
  static void (*const form[])(const report *, FILE *) = {
      [TWIN_TABLE] = print_table, [TWIN_JSON] = print_json, [TWIN_CSV] = print_csv};
  twin_output output;
  if (!twin_output_open(r->session, &output)) return false;
  form[r->session->options.format](r, output.out);
  return twin_output_close(r->session, &output);
}

int twin_test(twin_session *session) {
  report r = {.session = session};
  int code = HERMES_FAILED;
  if (compute(&r) && print(&r))
    code = count_passed(&r) == session->description->expect_count ? HERMES_OK : HERMES_INVALID;
  free_report(&r);
  return code;
}
