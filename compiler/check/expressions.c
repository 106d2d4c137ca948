/* Expressions to terms: each name found, each operator typed, each literal made coherent. */
#include "check/checker.h"
#include "check/references.h"
#include "fix/repairs.h"

#include <math.h>
#include <string.h>

static const char *const spellings[] = {
#define OPERATOR(id, spelling, arity) spelling,
#include "syntax/operators.def"
#undef OPERATOR
};

const char *operator_spelling(Operator op) {
  return op < OP_COUNT ? spellings[op] : "";
}

/* ---- making terms ---- */

Term *term_new(Checker *checker, TermKind kind, Type type, Span span, int arg_count) {
  Arena *arena = &checker->compiler->arena;
  Term *term = ARENA_NEW(arena, Term);
  term->kind = kind;
  term->type = type;
  term->span = span;
  term->arg_count = arg_count;
  term->args = arg_count ? ARENA_ARRAY(arena, Term *, arg_count) : NULL;
  if (++checker->term_count == MAX_TERMS)
    report(checker->compiler, HB0016, span, "this blueprint has more than %d terms", MAX_TERMS);
  return term;
}

Term *term_number(Checker *checker, double number, Type type, Span span) {
  Term *term = term_new(checker, TERM_NUMBER, type, span, 0);
  term->number = number;
  return term;
}

Term *term_error(Checker *checker, Span span) {
  return term_new(checker, TERM_NUMBER, type_error, span, 0);
}

/* A unary operator where b is NULL. */
Term *term_apply(Checker *checker, Operator op, Type type, Span span, Term *a, Term *b) {
  Term *term = term_new(checker, TERM_APPLY, type, span, b ? 2 : 1);
  term->op = op;
  term->args[0] = a;
  if (b) term->args[1] = b;
  return term;
}

static bool fold(Operator op, double a, double b, double *value) {
  switch (op) {
  case OP_NEGATE: *value = -a; return true;
  case OP_ADD: *value = a + b; return true;
  case OP_SUBTRACT: *value = a - b; return true;
  case OP_MULTIPLY: *value = a * b; return true;
  case OP_DIVIDE: *value = a / b; return true;
  case OP_POWER: *value = pow(a, b); return true;
  default: return false;
  }
}

bool term_constant(const Term *term, double *value) {
  double a, b = 0;
  if (term->kind == TERM_NUMBER) return *value = term->number, true;
  if (term->kind != TERM_APPLY || !term_constant(term->args[0], &a)) return false;
  if (term->arg_count > 1 && !term_constant(term->args[1], &b)) return false;
  return fold(term->op, a, b, value);
}

/* ---- slots ---- */

static const char *what_slot(const Slot *slot) {
  static const char *const words[] = {"column", "input", "policy", "draw",  "output", "let",
                                      "KPI",    "bound", "value",  "value", "value"};
  return words[slot->role];
}

static const char *article_of(const Slot *slot) {
  return slot->role == ROLE_OUT || slot->role == ROLE_INPUT ? "an" : "a";
}

bool may_read(Scope *scope, const Slot *slot, Span span) {
  Compiler *compiler = scope->checker->compiler;
  if (scope->place == IN_FUNCTION || scope->place == IN_CONSTANT) {
    report(compiler, scope->place == IN_FUNCTION ? HB0311 : HB0310, span,
           scope->place == IN_FUNCTION
               ? "a function cannot read %s `%s`: hand it over as a parameter"
               : "%s `%s` is not constant",
           what_slot(slot), slot->name);
    return false;
  }
  if (scope->place == IN_INPUT && slot->role != ROLE_COLUMN) {
    hermes_diagnostic *d = report(compiler, HB0310, span,
                                  "the default of an input reads columns only, and `%s` is %s %s",
                                  slot->name, article_of(slot), what_slot(slot));
    hermes_diagnostic_note(d, "what follows from inputs is a `let` or an `out` of a block");
    return false;
  }
  if ((scope->place == IN_DEFAULT || scope->place == IN_START) && slot->role != ROLE_COLUMN &&
      slot->role != ROLE_INPUT) {
    report(compiler, HB0310, span, "%s reads columns and inputs only, and `%s` is %s %s",
           scope->place == IN_START ? "the start of a `solve`" : "the default of a policy",
           slot->name, article_of(slot), what_slot(slot));
    return false;
  }
  if (slot->role == ROLE_POLICY && !scope->policies) {
    hermes_diagnostic *d = report(
        compiler, HB0501, span, "policy `%s` is read outside of an operational block", slot->name);
    hermes_diagnostic_note(d, "let an operational block take it up in an `out`, and read that");
    return false;
  }
  if (slot->role == ROLE_LET && scope->place == IN_DRAW) {
    report(compiler, HB0310, span, "let `%s` is seen in its own block only", slot->name);
    return false;
  }
  if (slot->role == ROLE_KPI && (scope->place == IN_BLOCK || scope->place == IN_DRAW)) {
    report(compiler, HB0510, span, "KPI `%s` is read by a block", slot->name);
    return false;
  }
  return true;
}

static const char *index_pattern(const Checker *checker, const Slot *slot) {
  const char *text = slot->name;
  if (slot->role == ROLE_COLUMN)
    text = arena_format(&checker->compiler->arena, "%s.%s",
                        checker->program->tables[slot->table].name, slot->name);
  for (int i = 0; i < slot->rank; i++)
    text = arena_format(&checker->compiler->arena, "%s%s%s", text, i ? ", " : "[",
                        checker->program->tables[slot->index[i]].name);
  return slot->rank ? arena_format(&checker->compiler->arena, "%s]", text) : text;
}

/* `quiet`: an index before this one was wrong, and that was said; two that are exchanged are one
 * error. */
static Term *check_row(Scope *scope, const Slot *slot, int position, const Expr *arg, bool quiet,
                       const Expr *args, Span span) {
  Compiler *compiler = scope->checker->compiler;
  size_t errors = compiler->diagnostics.errors;
  Term *row = check_earlier(scope, arg, slot->index[position]);
  if (row) return row;
  row = check_expr(scope, arg, NULL);
  bool unknown = compiler->diagnostics.errors > errors && arg->kind == EXPR_NAME;
  if (unknown) offer_variable(scope, last_error(scope->checker), slot->index[position], arg->span);
  if (row->type.kind == TYPE_ERROR || quiet) return row;
  if (row->type.kind == TYPE_REF && row->type.table == slot->index[position]) return row;
  hermes_diagnostic *d =
      report(compiler, HB0302, arg->span, "index %d of `%s` takes a row of `%s`, and this is %s",
             position + 1, slot->name, scope->checker->program->tables[slot->index[position]].name,
             type_phrase(compiler, &row->type));
  report_label(compiler, d, slot->span, "declared as `%s`", index_pattern(scope->checker, slot));
  offer_rows(scope, d, slot, args, span);
  offer_set(scope, d, arg, slot->index[position]);
  return term_error(scope->checker, arg->span);
}

static void explain_array(const Scope *scope, hermes_diagnostic *d, const Slot *slot) {
  const char *table = scope->checker->program->tables[slot->index[0]].name;
  hermes_diagnostic_note(d, "it has one value for each row of `%s`: `%s[x]` is one of them", table,
                         slot->name);
  if (scope->place == IN_KPI)
    hermes_diagnostic_note(d, "a reduction makes one number of all: `mean(%s[x] for x in %s)`",
                           slot->name, table);
}

Term *term_slot(Scope *scope, int number, const Expr *args, Span span, bool before) {
  Checker *checker = scope->checker;
  const Slot *slot = &checker->program->slots[number];
  int count = 0;
  for (const Expr *arg = args; arg; arg = arg->next) count++;
  if (!may_read(scope, slot, span) || !check_definition(checker, number))
    return term_error(checker, span);
  if (count != slot->rank) {
    hermes_diagnostic *d =
        report(checker->compiler, HB0303, span, "`%s` has %d %s, and is read with %d", slot->name,
               slot->rank, slot->rank == 1 ? "index" : "indices", count);
    hermes_diagnostic_fact(&d->expected, "%s", index_pattern(checker, slot));
    report_label(checker->compiler, d, slot->span, "declared here");
    if (count == 0 && slot->rank == 1) explain_array(scope, d, slot);
    offer_rows(scope, d, slot, args, span);
    return term_error(checker, span);
  }
  Term *term = term_new(checker, TERM_SLOT, slot->type, span, count);
  term->index = number;
  term->before = before;
  bool good = true;
  const Expr *arg = args;
  for (int i = 0; i < count; i++, arg = arg->next) {
    term->args[i] = check_row(scope, slot, i, arg, !good, args, span);
    good &= term->args[i]->type.kind != TYPE_ERROR;
  }
  return good ? term : term_error(checker, span);
}

/* ---- names ---- */

static int label_ordinal(const Type *type, const char *name) {
  if (!type || type->kind != TYPE_ENUM) return -1;
  for (int i = 0; i < type->labels->count; i++)
    if (strcmp(type->labels->names[i], name) == 0) return i;
  return -1;
}

static Term *bound_term(Scope *scope, const Bound *bound, Span span) {
  if (!scope->locals && bound->table < 0) return term_error(scope->checker, span);
  Type type = scope->locals ? bound->type : type_ref(bound->table);
  Term *term = term_new(scope->checker, scope->locals ? TERM_LOCAL : TERM_VARIABLE, type, span, 0);
  term->index = bound->number;
  note_bound(scope, bound, span);
  return term;
}

static Term *unknown_label(Scope *scope, Name name, const Type *expected) {
  hermes_diagnostic *d =
      report(scope->checker->compiler, HB0308, name.span, "`%s` is no label of %s", name.text,
             type_text(scope->checker->compiler, expected));
  suggest(scope->checker->compiler, d, name.text, expected->labels->names,
          (size_t)expected->labels->count);
  return term_error(scope->checker, name.span);
}

static Term *check_name(Scope *scope, const Expr *expr, const Type *expected) {
  Name name = expr->name;
  const Bound *bound = find_bound(scope, name.text);
  if (bound) return bound_term(scope, bound, expr->span);
  int ordinal = label_ordinal(expected, name.text);
  if (ordinal >= 0) {
    note_label(scope->checker, name.span, expected, ordinal);
    return term_number(scope->checker, ordinal, *expected, expr->span);
  }
  int slot = find_value(scope, name.text);
  if (slot >= 0) note_slot(scope->checker, name.span, slot);
  if (slot >= 0) return term_slot(scope, slot, NULL, expr->span, false);
  if (expected && expected->kind == TYPE_ENUM) return unknown_label(scope, name, expected);
  if (expected && expected->kind == TYPE_ERROR) return term_error(scope->checker, expr->span);
  unknown_name(scope, name);
  return term_error(scope->checker, expr->span);
}

/* Could this be understood without knowing the other operand's type? A label cannot. */
static bool stands_alone(const Scope *scope, const Expr *expr) {
  while (expr->kind == EXPR_PAREN) expr = expr->left;
  return expr->kind != EXPR_NAME || find_bound(scope, expr->name.text) ||
         find_value(scope, expr->name.text) >= 0;
}

/* ---- columns: c.tx_power, server[u].bandwidth, path.rsrp[u, c], before.rx[u, c] ---- */

static bool is_before(const Scope *scope, const Expr *expr) {
  return scope->place == IN_EXPECT && expr->kind == EXPR_MEMBER && expr->left->kind == EXPR_NAME &&
         strcmp(expr->left->name.text, "before") == 0;
}

static Term *before_value(Scope *scope, const Expr *member, const Expr *args, Span span) {
  int slot = find_value(scope, member->name.text);
  if (slot >= 0) note_slot(scope->checker, member->name.span, slot);
  if (slot >= 0) return term_slot(scope, slot, args, span, true);
  if (find_bound(scope, member->name.text))
    report(scope->checker->compiler, HB0509, span,
           "columns are what they were: read them without `before.`");
  else
    unknown_name(scope, member->name);
  return term_error(scope->checker, span);
}

/* The table that a member's left side names, or -1. */
static int table_of(const Scope *scope, const Expr *member) {
  if (member->kind != EXPR_MEMBER || member->left->kind != EXPR_NAME) return -1;
  if (find_bound(scope, member->left->name.text) || find_value(scope, member->left->name.text) >= 0)
    return -1;
  return find_table(scope->checker, member->left->name.text);
}

static Term *table_column(Scope *scope, int table, const Expr *member, const Expr *args,
                          Span span) {
  Checker *checker = scope->checker;
  const Table *t = &checker->program->tables[table];
  int slot = find_column(checker, table, member->name.text);
  note_table(checker, member->left->name.span, table);
  if (slot < 0) {
    unknown_column(checker, table, member->name);
    return term_error(checker, span);
  }
  note_slot(checker, member->name.span, slot);
  if (t->rank == 2 && args) return term_slot(scope, slot, args, span, false);
  hermes_diagnostic *d = report(checker->compiler, HB0304, span,
                                "`%s` is a table, and a column is read at a row", t->name);
  if (t->rank == 2)
    hermes_diagnostic_note(d, "read `%s.%s[%c, %c]`, with a row of each index", t->name,
                           member->name.text, checker->program->tables[t->index[0]].name[0],
                           checker->program->tables[t->index[1]].name[0]);
  else if (args && args->kind == EXPR_NAME) {
    hermes_diagnostic_note(d, "read `%s.%s`", args->name.text, member->name.text);
    offer_fix(d, span,
              arena_format(&checker->compiler->arena, "%s.%s", args->name.text, member->name.text),
              "the column of that row");
  } else
    hermes_diagnostic_note(d, "read `x.%s` where `x in %s`", member->name.text, t->name);
  return term_error(checker, span);
}

static bool is_indexed_table(const Scope *scope, const Expr *expr) {
  while (expr->kind == EXPR_INDEX) expr = expr->left;
  return expr->kind == EXPR_NAME && !find_bound(scope, expr->name.text) &&
         find_value(scope, expr->name.text) < 0 && find_table(scope->checker, expr->name.text) >= 0;
}

/* cell[c].power, path[u, c].gain, path[u][c].gain */
static Term *indexed_table(Scope *scope, const Expr *expr) {
  Compiler *compiler = scope->checker->compiler;
  const Expr *rows = expr->left, *name = rows;
  const char *text = "", *source = compiler->sources[expr->span.source]->text;
  while (name->kind == EXPR_INDEX) name = name->left;
  const Table *table =
      &scope->checker->program->tables[find_table(scope->checker, name->name.text)];
  hermes_diagnostic *d = report(compiler, HB0304, expr->span,
                                "`%s` is a table, and a column is read at a row", table->name);
  for (; rows->kind == EXPR_INDEX; rows = rows->left)
    text = arena_format(&compiler->arena, *text ? "%.*s, %s" : "%.*s%s",
                        (int)(rows->span.end - 1 - rows->args->span.start),
                        source + rows->args->span.start, text);
  text = table->rank == 2
             ? arena_format(&compiler->arena, "%s.%s[%s]", table->name, expr->name.text, text)
             : arena_format(&compiler->arena, "%s.%s", text, expr->name.text);
  if (expr->left->kind == EXPR_INDEX) {
    hermes_diagnostic_note(d, "read `%s`", text);
    offer_fix(d, expr->span, text, "the column of that row");
  }
  return term_error(scope->checker, expr->span);
}

static Term *check_member(Scope *scope, const Expr *expr) {
  Checker *checker = scope->checker;
  if (is_before(scope, expr)) return before_value(scope, expr, NULL, expr->span);
  int table = table_of(scope, expr);
  if (table >= 0) return table_column(scope, table, expr, NULL, expr->span);
  if (is_indexed_table(scope, expr->left)) return indexed_table(scope, expr);
  Term *row = check_expr(scope, expr->left, NULL);
  if (row->type.kind == TYPE_ERROR) return row;
  if (row->type.kind != TYPE_REF) {
    report(checker->compiler, HB0304, expr->left->span,
           "`.%s` reads a column of a row, and this is %s", expr->name.text,
           type_phrase(checker->compiler, &row->type));
    return term_error(checker, expr->span);
  }
  int slot = find_column(checker, row->type.table, expr->name.text);
  if (slot < 0) {
    unknown_column(checker, row->type.table, expr->name);
    offer_row_with(scope, last_error(checker), expr);
    return term_error(checker, expr->span);
  }
  const Slot *column = &checker->program->slots[slot];
  note_slot(checker, expr->name.span, slot);
  if (column->type.kind == TYPE_ERROR || !may_read(scope, column, expr->span))
    return term_error(checker, expr->span);
  Term *term = term_new(checker, TERM_SLOT, column->type, expr->span, 1);
  term->index = slot;
  term->args[0] = row;
  return term;
}

/* x[u][c] */
static void offer_one_pair(hermes_diagnostic *d, const Expr *expr) {
  hermes_diagnostic_note(d, "several indices stand in one pair of brackets: `x[u, c]`");
  offer_fix(d, (Span){expr->left->span.end - 1, expr->args->span.start, expr->span.source}, ", ",
            "in one pair of brackets");
}

/* paht.gain, where no variable, value or table is named so. */
static bool reads_nothing(const Scope *scope, const Expr *member) {
  if (member->kind != EXPR_MEMBER || member->left->kind != EXPR_NAME) return false;
  const char *name = member->left->name.text;
  return !find_bound(scope, name) && find_value(scope, name) < 0 &&
         find_table(scope->checker, name) < 0;
}

/* c[power] */
static void offer_column(Scope *scope, hermes_diagnostic *d, const Expr *expr) {
  const char *text = arena_format(&scope->checker->compiler->arena, "%s.%s", expr->left->name.text,
                                  expr->args->name.text);
  hermes_diagnostic_note(d, "`%s` is a row, and its columns are read with a point: `%s`",
                         expr->left->name.text, text);
  offer_fix(d, expr->span, text, "with a point");
}

/* power[c], gain[u, c] of a table whose column this is; sqrt[n]: the name was just reported. */
static void offer_indexed(Scope *scope, const Expr *expr) {
  Checker *checker = scope->checker;
  int column = map_get(&checker->column_names, expr->left->name.text);
  hermes_diagnostic *d = last_error(checker);
  if (!d) return;
  if (is_builtin(expr->left->name.text)) {
    hermes_fix *fix = hermes_diagnostic_fix(d, "in parentheses");
    hermes_fix_edit(fix, expr->left->span.end, expr->left->span.end + 1, "(");
    hermes_fix_edit(fix, expr->span.end - 1, expr->span.end, ")");
  }
  if (column < 0) return;
  const Table *table = &checker->program->tables[checker->program->slots[column].table];
  if (table->rank == 2)
    offer_fix(d, (Span){expr->left->span.start, expr->left->span.start, expr->span.source},
              arena_format(&checker->compiler->arena, "%s.", table->name), "of its table");
  else if (expr->args->kind == EXPR_NAME)
    offer_fix(d, expr->span,
              arena_format(&checker->compiler->arena, "%s.%s", expr->args->name.text,
                           expr->left->name.text),
              "the column of that row");
}

static Term *check_index(Scope *scope, const Expr *expr) {
  Checker *checker = scope->checker;
  if (is_before(scope, expr->left)) return before_value(scope, expr->left, expr->args, expr->span);
  int table = table_of(scope, expr->left);
  if (table >= 0) return table_column(scope, table, expr->left, expr->args, expr->span);
  if (expr->left->kind == EXPR_NAME && !find_bound(scope, expr->left->name.text)) {
    int slot = find_value(scope, expr->left->name.text);
    if (slot >= 0) note_slot(checker, expr->left->name.span, slot);
    if (slot >= 0) return term_slot(scope, slot, expr->args, expr->span, false);
    unknown_name(scope, expr->left->name);
    offer_indexed(scope, expr);
    return term_error(checker, expr->span);
  }
  if (reads_nothing(scope, expr->left)) {
    unknown_name(scope, expr->left->left->name);
    return term_error(checker, expr->span);
  }
  hermes_diagnostic *d =
      report(checker->compiler, HB0309, expr->left->span,
             "only a value with indices, or a column of a table with two indices, takes `[...]`");
  if (expr->left->kind == EXPR_INDEX)
    offer_one_pair(d, expr);
  else if (expr->left->kind == EXPR_NAME && expr->args->kind == EXPR_NAME && !scope->locals)
    offer_column(scope, d, expr);
  return term_error(checker, expr->span);
}

/* ---- literals and operators ---- */

static Term *check_quantity(Scope *scope, const Expr *expr, double sign) {
  if (expr->unit.factor == 0) return term_error(scope->checker, expr->span);
  Type type = type_real(expr->unit.scale, expr->unit.dimension);
  return term_number(scope->checker, hermes_to_coherent(&expr->unit, sign * expr->number), type,
                     expr->span);
}

/* A sign before a literal belongs to it: -174 dBm is a level. */
static Term *check_negated(Scope *scope, const Expr *expr) {
  Checker *checker = scope->checker;
  if (expr->left->kind == EXPR_QUANTITY) {
    Term *literal = check_quantity(scope, expr->left, -1);
    literal->span = expr->span;
    return literal;
  }
  if (expr->left->kind == EXPR_NUMBER)
    return term_number(checker, -expr->left->number, type_number, expr->span);
  Term *term = check_expr(scope, expr->left, NULL);
  if (term->type.kind == TYPE_ERROR) return term;
  if (term->type.kind != TYPE_REAL || term->type.scale == HERMES_LEVEL ||
      term->type.scale == HERMES_POINT) {
    report(checker->compiler, term->type.kind == TYPE_REAL ? HB0404 : HB0301, expr->at,
           "`-` has no meaning before %s", type_phrase(checker->compiler, &term->type));
    return term_error(checker, expr->span);
  }
  return term_apply(checker, OP_NEGATE, term->type, expr->span, term, NULL);
}

Term *check_condition(Scope *scope, const Expr *expr) {
  Term *term = check_expr(scope, expr, NULL);
  if (term->type.kind == TYPE_ERROR || term->type.kind == TYPE_BOOL) return term;
  report(scope->checker->compiler, HB0301, expr->span, "a condition is a boolean, and this is %s",
         type_phrase(scope->checker->compiler, &term->type));
  return term_error(scope->checker, expr->span);
}

static Term *check_unary(Scope *scope, const Expr *expr) {
  if (expr->op == OP_NEGATE) return check_negated(scope, expr);
  Term *term = check_condition(scope, expr->left);
  if (term->type.kind == TYPE_ERROR) return term;
  return term_apply(scope->checker, OP_NOT, type_bool, expr->span, term, NULL);
}

static Term *check_logic(Scope *scope, const Expr *expr) {
  Term *left = check_condition(scope, expr->left), *right = check_condition(scope, expr->right);
  if (left->type.kind == TYPE_ERROR || right->type.kind == TYPE_ERROR)
    return term_error(scope->checker, expr->span);
  return term_apply(scope->checker, expr->op, type_bool, expr->span, left, right);
}

/* Each side may be a label, which the other side's type explains. */
static Term *check_comparison(Scope *scope, const Expr *expr) {
  Term *left, *right;
  if (!stands_alone(scope, expr->left)) {
    right = check_expr(scope, expr->right, NULL);
    if (right->type.kind == TYPE_ERROR) return right; /* the other side hangs on it */
    left = check_expr(scope, expr->left, &right->type);
  } else {
    left = check_expr(scope, expr->left, NULL);
    right = check_expr(scope, expr->right, &left->type);
  }
  if (!comparable(scope->checker, expr, left, right)) return term_error(scope->checker, expr->span);
  return term_apply(scope->checker, expr->op, type_bool, expr->span, left, right);
}

static bool is_call_of(const Expr *expr, const char *name) {
  return expr->kind == EXPR_CALL && expr->left->kind == EXPR_NAME &&
         strcmp(expr->left->name.text, name) == 0;
}

static bool is_ten(const Expr *expr) {
  return expr->kind == EXPR_NUMBER && expr->number == 10;
}

/* 10 * log10(x) or log10(x) * 10, as people write a ratio in decibels by hand. */
static bool is_decibel_idiom(const Expr *expr) {
  const Expr *left = expr->left, *right = expr->right;
  return expr->op == OP_MULTIPLY && ((is_ten(left) && is_call_of(right, "log10")) ||
                                     (is_ten(right) && is_call_of(left, "log10")));
}

static Term *arithmetic(Scope *scope, const Expr *expr, Term *left, Term *right) {
  Checker *checker = scope->checker;
  Type type;
  if (expr->op == OP_POWER)
    type = type_of_power(checker, expr, left, right);
  else if (expr->op == OP_ADD || expr->op == OP_SUBTRACT)
    type = type_of_sum(checker, expr, left, right);
  else
    type = type_of_product(checker, expr, left, right);
  if (type.kind == TYPE_ERROR) return term_error(checker, expr->span);
  return term_apply(checker, expr->op, type, expr->span, left, right);
}

/* 10 * log10(x) becomes db(x): all but the brackets and what they hold goes. */
static void offer_db(hermes_diagnostic *d, const Expr *expr) {
  const Expr *call = is_ten(expr->left) ? expr->right : expr->left;
  hermes_fix *fix = hermes_diagnostic_fix(d, "decibels by `db`");
  hermes_fix_edit(fix, expr->span.start, call->left->span.end, "db");
  if (call->span.end < expr->span.end)
    hermes_fix_edit(fix, call->span.end, expr->span.end, "%s", "");
}

/* 20 * MHz, about whose right side an error was just reported. */
static void offer_quantity(Scope *scope, const Expr *expr, const Expr *unit) {
  const Expr *number = expr->left;
  while (number->kind == EXPR_BINARY && number->op == OP_MULTIPLY) number = number->right;
  if (number->kind == EXPR_UNARY && number->op == OP_NEGATE) number = number->left;
  bool known =
      unit->kind == EXPR_NAME && hermes_unit_symbol(&scope->checker->compiler->units,
                                                    unit->name.text, strlen(unit->name.text));
  hermes_diagnostic *d = last_error(scope->checker);
  if (!known || !d) return;
  Span before = {unit->span.start, unit->span.start, expr->span.source};
  if (unit == expr->right && expr->op == OP_MULTIPLY && number->kind == EXPR_NUMBER)
    offer_fix(d, (Span){number->span.end, unit->span.start, expr->span.source}, " ",
              "the unit behind its number");
  else if (unit == expr->left && expr->op == OP_MULTIPLY && expr->right->kind == EXPR_NUMBER) {
    hermes_fix *fix = hermes_diagnostic_fix(d, "the unit behind its number");
    hermes_fix_edit(fix, unit->span.start, expr->right->span.start, "%s", "");
    hermes_fix_edit(fix, expr->span.end, expr->span.end, " %s", unit->name.text);
  } else if (unit == expr->right && number->kind == EXPR_QUANTITY)
    offer_fix(d, (Span){number->span.end, unit->span.start, expr->span.source},
              operator_spelling(expr->op), "one unit");
  else
    offer_fix(d, before, "1 ", "with a number");
}

static Term *check_binary(Scope *scope, const Expr *expr) {
  if (expr->op == OP_AND || expr->op == OP_OR) return check_logic(scope, expr);
  if (expr->op >= OP_LESS && expr->op <= OP_NOT_EQUAL) return check_comparison(scope, expr);
  size_t errors = scope->checker->compiler->diagnostics.errors;
  bool product = expr->op == OP_MULTIPLY || expr->op == OP_DIVIDE;
  Term *left = check_expr(scope, expr->left, NULL);
  if (product && scope->checker->compiler->diagnostics.errors == errors + 1)
    offer_quantity(scope, expr, expr->left);
  errors = scope->checker->compiler->diagnostics.errors;
  Term *right = check_expr(scope, expr->right, NULL);
  if (product && scope->checker->compiler->diagnostics.errors == errors + 1)
    offer_quantity(scope, expr, expr->right);
  Term *term = arithmetic(scope, expr, left, right);
  if (is_decibel_idiom(expr) && is_plain(&term->type)) {
    hermes_diagnostic *d =
        report(scope->checker->compiler, HB0421, expr->span, "a ratio made decibels by hand");
    hermes_diagnostic_note(d,
                           "`db(...)` of the ratio says the same, and is typed from its argument");
    offer_db(d, expr);
    term->type = type_real(HERMES_GAIN, (hermes_dimension){0});
  }
  return term;
}

static Term *check_if(Scope *scope, const Expr *expr, const Type *expected) {
  Checker *checker = scope->checker;
  Term *condition = check_condition(scope, expr->left);
  bool label_first = !expected && !stands_alone(scope, expr->right);
  Term *no = label_first ? check_expr(scope, expr->third, NULL) : NULL;
  Term *yes = check_expr(scope, expr->right, label_first ? &no->type : expected);
  if (!no) no = check_expr(scope, expr->third, expected ? expected : &yes->type);
  if (condition->type.kind == TYPE_ERROR || yes->type.kind == TYPE_ERROR ||
      no->type.kind == TYPE_ERROR)
    return term_error(checker, expr->span);
  if (!require_like(checker, no, yes, "the `else` side")) return term_error(checker, expr->span);
  Term *term = term_new(checker, TERM_IF, yes->type, expr->span, 3);
  term->args[0] = condition;
  term->args[1] = yes;
  term->args[2] = no;
  return term;
}

Term *check_expr(Scope *scope, const Expr *expr, const Type *expected) {
  Checker *checker = scope->checker;
  if (checker->term_count >= MAX_TERMS) { /* which was said */
    if (!checker->nothing) checker->nothing = term_error(checker, expr->span);
    return checker->nothing;
  }
  switch (expr->kind) {
  case EXPR_NUMBER: return term_number(scope->checker, expr->number, type_number, expr->span);
  case EXPR_QUANTITY: return check_quantity(scope, expr, 1);
  case EXPR_TRUE: return term_number(scope->checker, 1, type_bool, expr->span);
  case EXPR_FALSE: return term_number(scope->checker, 0, type_bool, expr->span);
  case EXPR_NAME: return check_name(scope, expr, expected);
  case EXPR_MEMBER: return check_member(scope, expr);
  case EXPR_INDEX: return check_index(scope, expr);
  case EXPR_CALL: return check_call(scope, expr, expected);
  case EXPR_UNARY: return check_unary(scope, expr);
  case EXPR_BINARY: return check_binary(scope, expr);
  case EXPR_IF: return check_if(scope, expr, expected);
  case EXPR_PAREN: return check_expr(scope, expr->left, expected);
  }
  return term_error(scope->checker, expr->span);
}

bool bind_fors(Scope *scope, const For *fors, Loop *loops, int *count, Span span) {
  *count = 0;
  bool good = true;
  for (; fors; fors = fors->next) {
    int table = index_set(scope->checker, fors->set);
    if (*count >= MAX_RANK) {
      report(scope->checker->compiler, HB0011, span, "more than %d `for`s in one place", MAX_RANK);
      return false;
    }
    good &= table >= 0;
    loops[*count].table = table;
    loops[(*count)++].variable = bind_variable(scope, fors->variable, table, fors->set.span);
  }
  return good;
}
