/* Rows that do not fit an index: which ones were meant. */
#include "fix/repairs.h"

#include <string.h>

hermes_diagnostic *last_error(Checker *checker) {
  hermes_diagnostics *list = &checker->compiler->diagnostics;
  hermes_diagnostic *last = list->count > 0 ? &list->items[list->count - 1] : NULL;
  return last && list->count == list->errors + list->warnings && last->severity == HERMES_ERROR
             ? last
             : NULL;
}

/* ---- what is at hand ---- */

/* The table whose row an expression gives, or -1: known without checking it, so that nothing is
 * reported. */
static int table_of_row(const Scope *scope, const Expr *expr) {
  const Program *program = scope->checker->program;
  while (expr->kind == EXPR_PAREN) expr = expr->left;
  const Bound *bound = expr->kind == EXPR_NAME ? find_bound(scope, expr->name.text) : NULL;
  if (bound) return scope->locals ? -1 : bound->table;
  int slot = -1;
  if (expr->kind == EXPR_INDEX && expr->left->kind == EXPR_NAME) expr = expr->left;
  if (expr->kind == EXPR_NAME) slot = find_value(scope, expr->name.text);
  if (expr->kind == EXPR_MEMBER) {
    int table = table_of_row(scope, expr->left);
    slot = table < 0 ? -1 : find_column(scope->checker, table, expr->name.text);
  }
  return slot >= 0 && program->slots[slot].type.kind == TYPE_REF ? program->slots[slot].type.table
                                                                 : -1;
}

/* The name of the only variable over a table, or NULL. */
static const char *sole_variable(const Scope *scope, int table) {
  const char *found = NULL;
  for (int i = 0; i < scope->bound_count && !scope->locals; i++) {
    const Bound *bound = &scope->bound[i];
    if (!bound->name || bound->table != table) continue;
    if (found) return NULL;
    found = bound->name;
  }
  return found;
}

static bool has_variable(const Scope *scope, int table) {
  for (int i = 0; i < scope->bound_count && !scope->locals; i++)
    if (scope->bound[i].table == table) return true;
  return false;
}

/* server, of a table's rows, as it is read here: server[u, h]; or NULL. */
static const char *read_here(const Scope *scope, const Slot *slot) {
  Arena *arena = &scope->checker->compiler->arena;
  const char *text = slot->name;
  for (int i = 0; i < slot->rank; i++) {
    const char *row = sole_variable(scope, slot->index[i]);
    if (!row) return NULL;
    text = arena_format(arena, "%s%s%s", text, i ? ", " : "[", row);
  }
  return slot->rank ? arena_format(arena, "%s]", text) : text;
}

/* The only row of a table at hand: a variable, or else an output that gives one. NULL where there
 * is none, or more than one. */
static const char *sole_row(const Scope *scope, int table) {
  const Program *program = scope->checker->program;
  const char *found = sole_variable(scope, table);
  if (found || has_variable(scope, table)) return found;
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    bool gives = slot->role == ROLE_OUT && slot->type.kind == TYPE_REF && slot->type.table == table;
    const char *text = gives ? read_here(scope, slot) : NULL;
    if (text && found) return NULL;
    if (text) found = text;
  }
  return found;
}

/* ---- a list of indices ---- */

enum { MAX_GIVEN = MAX_RANK + 2 };

typedef struct Given {
  const Expr *expr;
  int table;
  bool used;
} Given;

static int gather(const Scope *scope, const Expr *args, Given *given) {
  int count = 0;
  for (; args && count < MAX_GIVEN; args = args->next)
    given[count++] = (Given){args, table_of_row(scope, args), false};
  return args ? -1 : count;
}

/* What stands there already where it fits; else what stands elsewhere in the list. */
static const Expr *take_given(Given *given, int count, int position, int table) {
  for (int i = 0; i < count; i++) {
    int at = (position + i) % count;
    if (given[at].used || given[at].table != table) continue;
    given[at].used = true;
    return given[at].expr;
  }
  return NULL;
}

static const char *row_text(Scope *scope, Given *given, int count, int position, int table) {
  const Expr *own = position < count && given[position].table == table ? given[position].expr
                    : count > 0 ? take_given(given, count, position, table)
                                : NULL;
  if (!own) return sole_row(scope, table);
  const Source *source = scope->checker->compiler->sources[own->span.source];
  return arena_copy(&scope->checker->compiler->arena, source->text + own->span.start,
                    own->span.end - own->span.start);
}

void offer_rows(Scope *scope, hermes_diagnostic *d, const Slot *slot, const Expr *args, Span span) {
  Arena *arena = &scope->checker->compiler->arena;
  Given given[MAX_GIVEN];
  int count = gather(scope, args, given);
  const char *list = "";
  for (int i = 0; i < slot->rank && i < count; i++)
    given[i].used = given[i].table == slot->index[i];
  for (int i = 0; i < slot->rank; i++) {
    const char *row = count < 0 ? NULL : row_text(scope, given, count, i, slot->index[i]);
    if (!row) return;
    list = arena_format(arena, "%s%s%s", list, i ? ", " : "", row);
  }
  const Expr *last = args;
  while (last && last->next) last = last->next;
  if (!args)
    offer_fix(d, (Span){span.end, span.end, span.source}, arena_format(arena, "[%s]", list),
              "with its indices");
  else if (slot->rank == 0) /* `x[u]` of a value without any */
    offer_fix(d, (Span){args->span.start - 1, span.end, span.source}, "", "without an index");
  else
    offer_fix(d, (Span){args->span.start, last->span.end, span.source}, list,
              "the rows that fit its indices");
}

void offer_variable(Scope *scope, hermes_diagnostic *d, int table, Span span) {
  const char *name = sole_row(scope, table);
  if (d && name) offer_fix(d, span, name, "the row that is meant");
}

void offer_set(Scope *scope, hermes_diagnostic *d, const Expr *row, int table) {
  const Bound *bound = row->kind == EXPR_NAME ? find_bound(scope, row->name.text) : NULL;
  if (!bound || scope->locals || bound->table == table || bound->set.end == 0) return;
  const char *name = scope->checker->program->tables[table].name;
  hermes_fix *fix = hermes_diagnostic_fix(d, "`%s` runs over the rows of `%s`", bound->name, name);
  hermes_fix_edit(fix, bound->set.start, bound->set.end, "%s", name);
}

/* The variable may run over the wrong table: over the only one that has this column instead. */
static void offer_set_with(Scope *scope, hermes_diagnostic *d, const Expr *member) {
  const Program *program = scope->checker->program;
  int found = -1;
  for (int i = 0; i < program->table_count; i++) {
    if (program->tables[i].rank != 1 || find_column(scope->checker, i, member->name.text) < 0)
      continue;
    if (found >= 0) return;
    found = i;
  }
  if (found >= 0) offer_set(scope, d, member->left, found);
}

void offer_row_with(Scope *scope, hermes_diagnostic *d, const Expr *member) {
  const char *found = NULL;
  if (!d) return;
  offer_set_with(scope, d, member);
  for (int i = 0; i < scope->bound_count && !scope->locals; i++) {
    const Bound *bound = &scope->bound[i];
    bool fits = bound->name && bound->table >= 0 &&
                find_column(scope->checker, bound->table, member->name.text) >= 0;
    if (fits && found) return;
    if (fits) found = bound->name;
  }
  if (found) offer_fix(d, member->left->span, found, "the row that has this column");
}
