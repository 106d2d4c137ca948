/* Time: instants as an index set, looks at earlier ones, and what a value is before there are any.
 */
#include "check/checker.h"
#include "check/references.h"
#include "check/terms.h"
#include "fix/repairs.h"

#include <math.h>
#include <string.h>

/* ---- time slot in 0 h ..< 24 h step 15 min; ---- */

static Type time_type(void) {
  hermes_unit second = hermes_source_unit("s");
  return type_real(second.scale, second.dimension);
}

/* The unit of a literal, as it is written: that in which instants are shown. */
static const char *written_unit(Checker *checker, const Expr *expr) {
  while (expr->kind == EXPR_UNARY || expr->kind == EXPR_PAREN) expr = expr->left;
  if (expr->kind != EXPR_QUANTITY) return "s";
  const char *text = source_text(checker, expr->span);
  text += strspn(text, "0123456789.");
  const char *exponent = text + strspn(text, "eE");
  size_t sign = strspn(exponent, "+-"), digits = strspn(exponent + sign, "0123456789");
  if (exponent > text && digits > 0) text = exponent + sign + digits;
  return text + strspn(text, " \t");
}

static bool read_end(Scope *scope, const Expr *expr, const char *unit, const char *what,
                     double *coherent) {
  Type type = time_type();
  return check_constant(scope, expr, &type, unit, NULL, what, coherent);
}

static void refuse_instants(Checker *checker, Span span, const char *why) {
  report(checker->compiler, HB0523, span, "%s", why);
}

/* How many steps there are from the low end to the high one. */
static void count_instants(Checker *checker, const DomainExpr *written, double high, Time *time) {
  double steps = (high - time->low) / time->step;
  double count = written->open ? ceil(steps - 1e-9) : floor(steps + 1e-9) + 1;
  if (time->step <= 0)
    refuse_instants(checker, written->step->span, "the step of a `time` is positive");
  else if (!(count >= 1))
    refuse_instants(checker, written->span,
                    "this `time` has no instants: it ends before it begins");
  else if (count > MAX_INSTANTS)
    refuse_instants(checker, written->span,
                    arena_format(&checker->compiler->arena, "this `time` has more than %d instants",
                                 MAX_INSTANTS));
  else
    time->count = (int)count;
}

static void read_instants(Checker *checker, const DomainExpr *written, const char *unit,
                          Time *time) {
  Scope scope = scope_new(checker, IN_CONSTANT, 0);
  double high;
  if (!written->step) {
    refuse_instants(checker, written->span, "a `time` has a step: `0 h ..< 24 h step 15 min`");
    return;
  }
  if (read_end(&scope, written->low, unit, "the first instant of a `time`", &time->low) &&
      read_end(&scope, written->high, unit, "the end of a `time`", &high) &&
      read_end(&scope, written->step, unit, "the step of a `time`", &time->step))
    count_instants(checker, written, high, time);
}

void declare_time(Checker *checker, const Decl *decl, int table, Slot *instants) {
  Table *of = &checker->program->tables[table];
  of->time.count = 1; /* where its range is wrong: it is a time all the same */
  instants->table = table;
  instants->type = time_type();
  instants->unit_text = written_unit(checker, decl->instants->low);
  if (!hermes_unit_parse(&checker->compiler->units, instants->unit_text,
                         strlen(instants->unit_text), &instants->unit, NULL, 0) ||
      instants->unit.scale != HERMES_LINEAR ||
      !hermes_dimension_equal(&instants->unit.dimension, &instants->type.dimension)) {
    instants->unit_text = "s";
    instants->unit = hermes_source_unit("s");
  }
  instants->rank = 1;
  instants->index[0] = table;
  instants->doc = "of the time";
  of->first_column = (int)(instants - checker->program->slots);
  of->column_count = 1;
  read_instants(checker, decl->instants, instants->unit_text, &of->time);
}

static bool is_time(const Checker *checker, int table) {
  return table >= 0 && checker->program->tables[table].time.count > 0;
}

/* ---- t - 1 ---- */

static Term *refuse_look(Scope *scope, const Expr *arg, const char *why) {
  report(scope->checker->compiler, HB0524, arg->span, "%s", why);
  return term_error(scope->checker, arg->span);
}

static Term *refuse_other_index(Scope *scope, const Expr *arg) {
  Term *term =
      refuse_look(scope, arg, "only an `out`, `let` or `solve` looks back, from its own index");
  hermes_diagnostic *d = last_error(scope->checker);
  if (d)
    hermes_diagnostic_note(d,
                           "`out y[%s in ...] : ... = x[%s - 1] initially ...;` can be read here",
                           arg->left->name.text, arg->left->name.text);
  return term;
}

static Term *earlier(Scope *scope, const Expr *arg, const Bound *bound, int steps) {
  Checker *checker = scope->checker;
  Type row = type_ref(bound->table);
  Term *at = term_new(checker, TERM_VARIABLE, row, arg->left->span, 0);
  at->index = bound->number;
  note_bound(scope, bound, arg->left->span);
  if (steps > scope->back) scope->back = steps;
  scope->looking = bound->number;
  return term_apply(checker, OP_SUBTRACT, row, arg->span, at,
                    term_number(checker, steps, row, arg->right->span));
}

Term *check_earlier(Scope *scope, const Expr *arg, int table) {
  bool sum = arg->kind == EXPR_BINARY && (arg->op == OP_SUBTRACT || arg->op == OP_ADD);
  if (!sum || arg->left->kind != EXPR_NAME || scope->locals) return NULL;
  const Bound *bound = find_bound(scope, arg->left->name.text);
  if (!bound || !is_time(scope->checker, bound->table)) return NULL;
  double steps = arg->right->kind == EXPR_NUMBER ? arg->right->number : 0;
  if (table != bound->table)
    return refuse_look(scope, arg, "this index is over another set than the time");
  if (arg->op == OP_ADD) return refuse_look(scope, arg, "a value looks back in time, not forward");
  if (!(steps >= 1 && steps <= MAX_INSTANTS && steps == floor(steps)))
    return refuse_look(scope, arg, "how many steps back is a whole number, written out: `t - 1`");
  if (bound->number >= scope->own) return refuse_other_index(scope, arg);
  if (scope->back && scope->looking != bound->number)
    return refuse_look(scope, arg, "a value looks back along one of its indices");
  return earlier(scope, arg, bound, (int)steps);
}

/* ---- initially ---- */

static Term *is_first(const Scope *scope, Span span) {
  Arena *arena = &scope->checker->compiler->arena;
  int table = scope->bound[scope->looking].table;
  Term *steps = new_number(arena, scope->back, TYPE_REF, span);
  Term *first =
      new_apply(arena, OP_LESS, TYPE_BOOL, new_variable(arena, scope->looking, table, span), steps);
  return first;
}

static Term *without_look(Scope *scope, const Slot *slot, const Item *item) {
  if (item->initially && slot->value->type.kind != TYPE_ERROR) {
    hermes_diagnostic *d =
        report(scope->checker->compiler, HB0525, item->initially->span,
               "`%s` looks back at no instant, and has an `initially`", slot->name);
    hermes_diagnostic_note(d, "`x[t - 1]` is the value one step before");
  }
  return slot->value;
}

Term *check_initially(Scope *scope, const Slot *slot, const Item *item) {
  Checker *checker = scope->checker;
  Term *value = slot->value;
  int back = scope->back;
  if (!back) return without_look(scope, slot, item);
  if (!item->initially) {
    hermes_diagnostic *d =
        report(checker->compiler, HB0525, item->value->span,
               "`%s` looks back in time, and does not say what it is at the first instant%s",
               slot->name, back > 1 ? "s" : "");
    hermes_diagnostic_note(d, "`= ... initially VALUE`, before the doc");
    return value;
  }
  scope->own = 0; /* it looks back no further */
  Term *first = check_expr(scope, item->initially, &value->type);
  if (value->type.kind == TYPE_ERROR || first->type.kind == TYPE_ERROR) return value;
  if (!require_in_unit(checker, first, &value->type, *slot->unit_text ? slot->unit_text : NULL,
                       "the value at the first instants"))
    return value;
  Term *choice =
      new_choice(&checker->compiler->arena, is_first(scope, item->initially->span), first, value);
  choice->type = value->type;
  choice->span = value->span;
  return choice;
}

/* ---- instant(t), step(slot) ---- */

static const Expr *only_argument(const Expr *call) {
  return call->args && !call->args->next && !call->fors ? call->args : NULL;
}

static bool is_own_function(const Scope *scope, const char *name) {
  return map_get(&scope->checker->function_names, name) >= 0;
}

static Term *instant_of(Scope *scope, const Expr *call, const Expr *arg) {
  Checker *checker = scope->checker;
  Term *row = check_expr(scope, arg, NULL);
  if (row->type.kind == TYPE_ERROR) return row;
  if (row->type.kind != TYPE_REF || !is_time(checker, row->type.table)) {
    report(checker->compiler, HB0524, arg->span,
           "`instant` takes a row of a `time`, and this is %s",
           type_phrase(checker->compiler, &row->type));
    return term_error(checker, call->span);
  }
  int slot = checker->program->tables[row->type.table].first_column;
  const Slot *column = &checker->program->slots[slot];
  if (!may_read(scope, column, call->span)) return term_error(checker, call->span);
  Term *term = term_new(checker, TERM_SLOT, column->type, call->span, 1);
  term->index = slot;
  term->args[0] = row;
  return term;
}

/* The name of a time set, where no value or variable bears it. */
static int named_time(const Scope *scope, const Expr *arg) {
  if (arg->kind != EXPR_NAME || find_bound(scope, arg->name.text)) return -1;
  int table =
      find_value(scope, arg->name.text) < 0 ? find_table(scope->checker, arg->name.text) : -1;
  return is_time(scope->checker, table) ? table : -1;
}

static Term *step_of_time(Scope *scope, const Expr *call, const Expr *arg) {
  Checker *checker = scope->checker;
  int table = named_time(scope, arg);
  if (table < 0) {
    report(checker->compiler, HB0524, arg->span, "`step` takes the name of a `time`");
    return term_error(checker, call->span);
  }
  note_table(checker, arg->span, table);
  return term_number(checker, checker->program->tables[table].time.step, time_type(), call->span);
}

Term *check_time_call(Scope *scope, const Expr *call, Name name) {
  const Expr *arg = only_argument(call);
  bool instant = strcmp(name.text, "instant") == 0, step = strcmp(name.text, "step") == 0;
  if (!arg || !(instant || step) || is_own_function(scope, name.text)) return NULL;
  return instant ? instant_of(scope, call, arg) : step_of_time(scope, call, arg);
}
