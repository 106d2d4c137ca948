/* Tables that no file holds: what makes their rows (hermes/sources.def), of which arguments, and
 * whether it offers the columns that are declared. */
#include "check/references.h"
#include "fix/repairs.h"

#include <string.h>

enum { SIGNATURE = 256 };

/* One table while its source is read. */
typedef struct Reading {
  Checker *checker;
  const Decl *decl;
  Table *table;
  const hermes_source *source;
  const char *signature;
} Reading;

static Arena *arena_of(const Reading *r) {
  return &r->checker->compiler->arena;
}

const char *source_text_of(Checker *checker, const Decl *table) {
  Compiler *compiler = checker->compiler;
  Span span = table->source_span;
  char *text = arena_copy(&compiler->arena, compiler->sources[span.source]->text + span.start,
                          span.end - span.start);
  char *to = text;
  for (const char *c = text; *c; c++) {
    bool blank = strchr(" \t\r\n", *c) != NULL;
    if (!blank || to[-1] != ' ') *to++ = blank ? ' ' : *c;
  }
  *to = '\0';
  return text;
}

/* ---- which source ---- */

static void unknown_source(Checker *checker, const Decl *decl) {
  Name name = decl->source;
  size_t count;
  const hermes_source *sources = hermes_sources(&count);
  const char **names = ARENA_ARRAY(&checker->compiler->arena, const char *, count);
  for (size_t i = 0; i < count; i++) names[i] = sources[i].name;
  hermes_diagnostic *d = report(checker->compiler, HB0213, name.span,
                                "there is no source of rows named `%s`", name.text);
  suggest(checker->compiler, d, name.text, names, count);
  const char *list = "";
  for (size_t i = 0; i < count; i++)
    list = arena_format(&checker->compiler->arena, "%s%s%s", list, i ? ", " : "", names[i]);
  hermes_diagnostic_fact(&d->expected, "%s", list);
  if (decl->file)
    offer_fix(d, decl->source_span,
              arena_format(&checker->compiler->arena, "\"%s\"", decl->file),
              "a file stands by itself");
}

static bool find_source(Reading *r) {
  r->source = hermes_source_find(r->decl->source.text);
  if (!r->source) {
    unknown_source(r->checker, r->decl);
    return false;
  }
  char *signature = arena_alloc(arena_of(r), SIGNATURE);
  hermes_source_signature(r->source, signature, SIGNATURE);
  r->signature = signature;
  if (!r->decl->indices && !r->decl->sparse) return true;
  report(r->checker->compiler, HB0512, r->decl->name.span,
         "`%s` makes a table that has rows of its own, and no index", r->source->name);
  return false;
}

/* ---- its arguments ---- */

static int written_count(const Reading *r) {
  int count = 0;
  for (const Expr *arg = r->decl->arguments; arg; arg = arg->next) count++;
  return count;
}

static bool check_count(const Reading *r) {
  int of = r->source->of_table, least = r->source->least + of;
  int most = hermes_source_most(r->source) + of, written = written_count(r);
  if (written >= least && written <= most) return true;
  const char *range = arena_format(arena_of(r), most > least ? "%d to %d" : "%d", least, most);
  hermes_diagnostic *d = report(r->checker->compiler, HB0305, r->decl->source_span,
                                "`%s` takes %s argument%s, and has %d", r->source->name, range,
                                most > 1 ? "s" : "", written);
  hermes_diagnostic_fact(&d->expected, "%s", r->signature);
  return false;
}

static hermes_diagnostic *refuse(const Reading *r, Span span, const char *what) {
  hermes_diagnostic *d = report(r->checker->compiler, HB0515, span, "%s", what);
  hermes_diagnostic_note(d, "%s", r->signature);
  return d;
}

/* Does the table say where its rows are? */
static bool has_place(const Reading *r, int table, const char *name) {
  const hermes_unit metre = hermes_source_unit("m");
  int column = find_column(r->checker, table, name);
  const Type *type = column < 0 ? &type_bool : &r->checker->program->slots[column].type;
  return type->kind == TYPE_ERROR || (type->kind == TYPE_REAL && type->scale == HERMES_LINEAR &&
                                      hermes_dimension_equal(&type->dimension, &metre.dimension));
}

static bool read_table(Reading *r, const Expr *arg) {
  if (arg->kind != EXPR_NAME) {
    refuse(r, arg->span,
           arena_format(arena_of(r), "the first argument of `%s` is the name of a table",
                        r->source->name));
    return false;
  }
  int table = index_set(r->checker, arg->name);
  if (table < 0) return false;
  r->table->made.of = table;
  const char *lacking = !has_place(r, table, "x") ? "x" : !has_place(r, table, "y") ? "y" : NULL;
  if (!lacking) return true;
  hermes_diagnostic *d = refuse(
      r, arg->span,
      arena_format(arena_of(r), "`%s` says nowhere where its rows are: it has no length `%s`",
                   arg->name.text, lacking));
  hermes_diagnostic_fact(&d->expected, "columns `x : m` and `y : m` of `%s`", arg->name.text);
  return false;
}

static const char *bound_text(const Reading *r, const hermes_source_argument *a, double bound) {
  const char *unit = strcmp(a->unit, "int") == 0 ? "" : a->unit;
  return arena_format(arena_of(r), "%.12g%s%s", bound, *unit ? " " : "", unit);
}

static bool read_number(Reading *r, Scope *scope, const Expr *arg, int number) {
  const hermes_source_argument *a = &r->source->arguments[number];
  bool whole = strcmp(a->unit, "int") == 0;
  hermes_unit unit = hermes_source_unit(a->unit);
  Type type = type_real(unit.scale, unit.dimension);
  double coherent;
  const char *what = arena_format(arena_of(r), "`%s` of `%s`", a->name, r->source->name);
  if (!check_constant(scope, arg, &type, whole ? "1" : a->unit, NULL, what, &coherent)) {
    hermes_diagnostic *d = last_error(r->checker);
    if (d) hermes_diagnostic_note(d, "%s", r->signature);
    return false;
  }
  double value = hermes_written_number(&unit, coherent);
  r->table->made.numbers[number] = value;
  if (hermes_source_takes(a, value)) return true;
  hermes_diagnostic *d =
      refuse(r, arg->span,
             arena_format(arena_of(r),
                          value >= a->least && value <= a->most ? "%s is a whole number"
                                                                : "%s is out of its range",
                          what));
  hermes_diagnostic_fact(&d->expected, "%s .. %s", bound_text(r, a, a->least),
                         bound_text(r, a, a->most));
  return false;
}

/* A source is about a file, or it is not. */
static bool read_file(Reading *r) {
  r->table->made.file = r->decl->file;
  if (r->source->of_file == (r->decl->file != NULL)) return true;
  refuse(r, r->decl->source_span,
         arena_format(arena_of(r),
                      r->decl->file ? "`%s` reads no file"
                                    : "the argument of `%s` is the name of a file in quotes",
                      r->source->name));
  return false;
}

static bool read_arguments(Reading *r) {
  const Expr *arg = r->decl->arguments;
  Scope scope = scope_new(r->checker, IN_CONSTANT, 0);
  bool good = true;
  if (r->source->of_table) good = read_table(r, arg), arg = arg->next;
  int number = 0;
  for (; arg; arg = arg->next) good &= read_number(r, &scope, arg, number++);
  r->table->made.number_count = number;
  if (!good) return false;
  double complete[HERMES_SOURCE_ARGUMENTS];
  hermes_source_complete(r->source, r->table->made.numbers, number, complete);
  const char *complaint = hermes_source_complaint(r->source, complete);
  if (complaint) refuse(r, r->decl->source_span, complaint);
  return !complaint;
}

/* ---- its columns ---- */

/* A column's type as it would be declared. */
static const char *offered_type(const Reading *r, const hermes_source_column *column) {
  if (strcmp(column->unit, "row") != 0) return column->unit;
  int of = r->table->made.of;
  return of < 0 ? "" : r->checker->program->tables[of].name;
}

/* "x : m, y : m, site : site": those that these arguments give. */
static const char *offered_text(const Reading *r) {
  const char *text = "";
  for (int i = 0; i < hermes_source_column_count(r->source); i++) {
    const hermes_source_column *column = &r->source->columns[i];
    if (column->needs > r->table->made.number_count) continue;
    text = arena_format(arena_of(r), "%s%s%s : %s", text, *text ? ", " : "", column->name,
                        offered_type(r, column));
  }
  return text;
}

static void not_offered(const Reading *r, const Item *item) {
  const char *names[HERMES_SOURCE_COLUMNS];
  size_t count = 0;
  for (int i = 0; i < hermes_source_column_count(r->source); i++) {
    const hermes_source_column *column = &r->source->columns[i];
    bool taken =
        find_column(r->checker, (int)(r->table - r->checker->program->tables), column->name) >= 0;
    if (!taken && column->needs <= r->table->made.number_count) names[count++] = column->name;
  }
  hermes_diagnostic *d = report(r->checker->compiler, HB0516, item->name.span,
                                "`%s` offers no column `%s`", r->source->name, item->name.text);
  hermes_diagnostic_fact(&d->expected, "%s", offered_text(r));
  suggest(r->checker->compiler, d, item->name.text, names, count);
  hermes_diagnostic_note(d, "a column of one's own has a default: `%s : ... = ...;`",
                         item->name.text);
}

static void lacks_argument(const Reading *r, const Item *item, const hermes_source_column *column) {
  hermes_diagnostic *d =
      report(r->checker->compiler, HB0516, item->name.span,
             "`%s` offers the column `%s` where its argument `%s` is given", r->source->name,
             item->name.text, r->source->arguments[column->needs - 1].name);
  hermes_diagnostic_note(d, "%s", r->signature);
}

static bool is_offered(const Reading *r, const hermes_source_column *column, const Type *type) {
  bool row = strcmp(column->unit, "row") == 0, truth = strcmp(column->unit, "bool") == 0;
  hermes_unit unit = hermes_source_unit(column->unit);
  Type real = type_real(unit.scale, unit.dimension), reference = type_ref(r->table->made.of);
  if (row && r->table->made.of < 0) return true; /* reported */
  return type_equal(type, row ? &reference : truth ? &type_bool : &real);
}

static void check_column(const Reading *r, const Slot *slot, const Item *item) {
  const hermes_source_column *column = hermes_source_column_find(r->source, slot->name);
  bool given = column && column->needs <= r->table->made.number_count;
  if (!given && item->value) return; /* its default */
  if (!column) {
    not_offered(r, item);
  } else if (!given) {
    lacks_argument(r, item, column);
  } else if (slot->type.kind != TYPE_ERROR && !is_offered(r, column, &slot->type)) {
    const char *type = offered_type(r, column);
    hermes_diagnostic *d = report(r->checker->compiler, HB0516, item->type->span,
                                  "`%s` offers `%s` as `%s`", r->source->name, slot->name, type);
    hermes_diagnostic_fact(&d->expected, "%s", type);
    hermes_diagnostic_fact(&d->actual, "%s", type_text(r->checker->compiler, &slot->type));
    offer_fix(d, item->type->span, type, "the type that is offered");
  }
}

static void check_columns(const Reading *r) {
  const Program *program = r->checker->program;
  for (int i = 0; i < r->table->column_count; i++) {
    int slot = r->table->first_column + i;
    if (program->slots[slot].role == ROLE_COLUMN)
      check_column(r, &program->slots[slot], r->checker->definitions[slot].item);
  }
}

/* ---- all of them ---- */

static void read_source(Checker *checker, const Decl *decl) {
  int number = find_table(checker, decl->name.text);
  Reading r = {.checker = checker, .decl = decl, .table = &checker->program->tables[number]};
  if (r.table->span.start != decl->name.span.start || !find_source(&r)) return;
  r.table->made.source = r.source;
  if (!read_file(&r) || !check_count(&r)) return;
  read_arguments(&r);
  check_columns(&r);
}

/* Is a table made of itself? Then it is so no longer: what follows may walk along. */
static void check_chain(Checker *checker, Table *table) {
  Table *tables = checker->program->tables;
  const char *path = table->name;
  int steps = 0;
  for (int of = table->made.of; of >= 0 && steps <= checker->program->table_count; steps++) {
    path = arena_format(&checker->compiler->arena, "%s -> %s", path, tables[of].name);
    if (&tables[of] == table) {
      report(checker->compiler, HB0504, table->span, "table `%s` is made of itself: %s",
             table->name, path);
      table->made.of = -1;
      return;
    }
    of = tables[of].made.of;
  }
}

void check_sources(Checker *checker) {
  for (const Decl *decl = checker->compiler->trees[0]->decls; decl; decl = decl->next)
    if (decl->kind == DECL_TABLE && decl->source.text) read_source(checker, decl);
  for (int i = 0; i < checker->program->table_count; i++)
    check_chain(checker, &checker->program->tables[i]);
}
