/* info: what a twin reads, decides, computes and expects. Needs no data. */
#include "twin/commands.h"

#include <stdlib.h>
#include <string.h>

static const hermes_slot *slot_at(const twin_session *s, int slot) {
  return &s->description->slots[slot];
}

/* ---- for people --------------------------------------------------------------------------- */

static const char *type_of(const twin_session *s, const hermes_slot *slot) {
  if (slot->kind == HERMES_BOOL) return "bool";
  if (slot->kind == HERMES_REF) return s->description->tables[slot->refers].name;
  if (slot->kind == HERMES_ENUM) return "";
  return slot->unit;
}

/* Four columns: name, type, what it may be, doc. */
static void add_slot(const twin_session *s, twin_grid *grid, const hermes_slot *slot,
                     const char *extra) {
  bool plain = slot->kind == HERMES_BOOL || slot->kind == HERMES_REF;
  char *name = slot->role == HERMES_COLUMN ? twin_print("%s", slot->name) : twin_slot_text(s, slot);
  char *domain = plain ? twin_print("%s", "") : twin_domain_text(s, slot);
  const char *type = type_of(s, slot);
  twin_grid_cell(grid, "%s", name);
  bool bare = slot->integer && strcmp(type, "1") == 0;
  twin_grid_cell(grid, "%s%s", slot->integer ? (bare ? "int" : "int ") : "", bare ? "" : type);
  twin_grid_cell(grid, "%s%s%s", domain, *domain && *extra ? ", " : "", extra);
  twin_grid_cell(grid, "%s", slot->doc);
  free(name);
  free(domain);
}

/* What holds where nobody says otherwise, where that is known without data. */
static char *default_text(const twin_session *s, const hermes_slot *slot) {
  char number[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
  if (slot->role == HERMES_INPUT && slot->required) return twin_print("must be given");
  if (!slot->has_default) return twin_print("%s", "");
  return twin_print("default %s%s", twin_value_text(s, slot, slot->default_number, number),
                    twin_unit_behind(slot, unit));
}

static void print_slots(const twin_session *s, FILE *out, const char *title, const int *slots,
                        size_t count) {
  twin_grid grid = twin_grid_new(4);
  for (size_t i = 0; i < count; i++) {
    const hermes_slot *slot = slot_at(s, slots[i]);
    char *extra = default_text(s, slot);
    add_slot(s, &grid, slot, extra);
    free(extra);
  }
  if (count) fprintf(out, "\n%s\n", title);
  twin_grid_print(&grid, out, "  ");
  twin_grid_free(&grid);
}

static void print_table_head(const twin_session *s, FILE *out, const hermes_table *t, int number) {
  fprintf(out, "  %s", t->name);
  if (!hermes_table_has_rows(t, number))
    for (size_t a = 0; a < t->index.rank; a++)
      fprintf(out, "%s%s%s", a ? ", " : "[", s->description->tables[t->index.table[a]].name,
              a + 1 == t->index.rank ? "]" : "");
  fprintf(out, " from %s%s%s%s\n", t->source, t->sparse ? ", sparse" : "", *t->doc ? "  " : "",
          t->doc);
}

static void print_tables(const twin_session *s, FILE *out) {
  const hermes_description *d = s->description;
  fputs("\ntables\n", out);
  for (size_t i = 0; i < d->table_count; i++) {
    const hermes_table *t = &d->tables[i];
    print_table_head(s, out, t, (int)i);
    twin_grid grid = twin_grid_new(4);
    for (size_t c = 0; c < t->column_count; c++) {
      const hermes_slot *slot = slot_at(s, t->columns[c]);
      add_slot(s, &grid, slot, slot->has_default ? "may be left out" : "");
    }
    twin_grid_print(&grid, out, "    ");
    twin_grid_free(&grid);
  }
}

static void print_blocks(const twin_session *s, FILE *out) {
  const hermes_description *d = s->description;
  twin_grid grid = twin_grid_new(3);
  for (size_t i = 0; i < d->block_count; i++) {
    twin_grid_cell(&grid, "%s", d->blocks[i].name);
    twin_grid_cell(&grid, "%s", d->blocks[i].kind);
    twin_grid_cell(&grid, "%s", d->blocks[i].doc);
  }
  if (d->block_count) fputs("\nblocks\n", out);
  twin_grid_print(&grid, out, "  ");
  twin_grid_free(&grid);
}

static void print_constraint(const twin_session *s, FILE *out, const hermes_constraint *c) {
  char number[TWIN_NUMBER], unit[HERMES_UNIT_TEXT + 1];
  const hermes_slot *bound = slot_at(s, c->bound);
  fprintf(out, "  subject to %s %s ", twin_kpi(s, (size_t)c->kpi)->name, c->relation);
  if (bound->has_default)
    fprintf(out, "%s%s\n", twin_value_text(s, bound, bound->default_number, number),
            twin_unit_behind(bound, unit));
  else
    fputs("a bound that is computed from data\n", out);
}

static void print_goal(const twin_session *s, FILE *out) {
  const hermes_description *d = s->description;
  if (!d->has_goal) return;
  fputs("\ngoal\n", out);
  for (size_t i = 0; i < d->objective_count; i++)
    fprintf(out, "  %s %s\n", d->objectives[i].maximize ? "maximize" : "minimize",
            twin_kpi(s, (size_t)d->objectives[i].kpi)->name);
  for (size_t i = 0; i < d->constraint_count; i++) print_constraint(s, out, &d->constraints[i]);
}

static void print_expects(const twin_session *s, FILE *out) {
  const hermes_description *d = s->description;
  if (d->expect_count) fputs("\nexpectations\n", out);
  for (size_t i = 0; i < d->expect_count; i++)
    fprintf(out, "  line %d: %s\n", d->expects[i].line, d->expects[i].doc);
}

static void print_units(const twin_session *s, FILE *out) {
  const hermes_unit_system *units = &s->description->units;
  if (!units->declared_count) return;
  fputs("\ncounted units\n ", out);
  for (size_t i = 0; i < units->declared_count; i++) fprintf(out, " %s", units->declared[i]);
  putc('\n', out);
}

static void print_text(const twin_session *s, FILE *out) {
  const hermes_description *d = s->description;
  fprintf(out, "%s  %s\n", d->blueprint, d->blueprint_doc);
  fprintf(out, "from %s, compiled by hermes %s, sha256 %s\n", d->blueprint_file, d->hermes,
          d->sha256);
  print_tables(s, out);
  print_slots(s, out, "inputs", d->inputs, d->input_count);
  print_slots(s, out, "policies", d->policies, d->policy_count);
  print_slots(s, out, "draws", d->draws, d->draw_count);
  print_blocks(s, out);
  print_slots(s, out, "kpis", d->kpis, d->kpi_count);
  print_goal(s, out);
  print_expects(s, out);
  print_units(s, out);
}

/* ---- JSON --------------------------------------------------------------------------------- */

/* The description as it is, with one member more behind its last. */
static void print_json(const twin_session *s, FILE *out) {
  size_t size;
  const char *text = s->door->describe(s->door->model, &size);
  while (size && text[size - 1] != '}') size--;
  size -= size > 0;
  while (size && strchr(" \t\r\n", text[size - 1])) size--;
  fwrite(text, 1, size, out);
  fprintf(out, ",\n  \"provenance\": {\"runtime\": \"%s\", \"interface\": %d}\n}\n", HERMES_VERSION,
          HERMES_ABI);
}

int twin_info(twin_session *session) {
  twin_output output;
  if (!twin_output_open(session, &output)) return HERMES_FAILED;
  if (session->options.format == TWIN_JSON)
    print_json(session, output.out);
  else
    print_text(session, output.out);
  return twin_output_close(session, &output) ? HERMES_OK : HERMES_FAILED;
}
