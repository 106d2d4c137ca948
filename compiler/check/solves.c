/* The clauses of a `solve`: where its iteration starts, how near it must come, in which steps, and
 * when it is given up. */
#include "check/checker.h"

#include <math.h>
#include <string.h>

static const char *const words[CLAUSE_KINDS] = {"start", "tolerance", "damping", "iterations"};

typedef struct Reading {
  Checker *checker;
  Slot *slot;
  const Item *item;
  const Clause *clauses[CLAUSE_KINDS]; /* the first of each kind; NULL: left out */
} Reading;

static hermes_diagnostic *wrong(const Reading *r, Span span, const char *why) {
  return report(r->checker->compiler, HB0521, span, "%s", why);
}

Solve *solve_new(Checker *checker, const Statement *statement) {
  Solve *solve = ARENA_NEW(&checker->compiler->arena, Solve);
  const Item *item = statement->item;
  Span type = item->type ? item->type->span : item->name.span;
  solve->word = statement->span;
  solve->word.end = statement->span.start + (uint32_t)strlen("solve");
  solve->rest = (Span){type.end, item->domain ? item->domain->span.end : type.end, type.source};
  for (const Clause *clause = item->clauses; clause; clause = clause->next)
    solve->rest.end = clause->span.end;
  return solve;
}

/* ---- what can be solved ---- */

static void check_type(const Reading *r) {
  const Type *type = &r->slot->type;
  if (type->kind == TYPE_ERROR || (type->kind == TYPE_REAL && !type->integer)) return;
  hermes_diagnostic *d =
      report(r->checker->compiler, HB0521, r->item->type->span,
             "only a real number is solved, and `%s` is %s", r->slot->name,
             type->integer ? "a whole one" : type_phrase(r->checker->compiler, type));
  hermes_diagnostic_note(d, "a decision follows from what is solved in an `out` of its own");
}

static void check_block(const Reading *r) {
  const Block *block = &r->checker->program->blocks[r->slot->block];
  if (!block->operational) return;
  hermes_diagnostic *d = report(r->checker->compiler, HB0521, r->slot->span,
                                "`%s` is solved in an operational block", r->slot->name);
  report_label(r->checker->compiler, d, block->span, "it takes up decisions");
  hermes_diagnostic_note(d, "a functional block solves: it reads what this one takes up");
}

/* The values stay in the range while they are sought, and so it has both its ends. */
static void check_range(const Reading *r) {
  const DomainExpr *written = r->item->domain;
  if (!written || !(written->values || written->open || written->step)) return;
  wrong(r, written->span,
        written->values ? "what is solved lies in a range, not in a set"
        : written->open ? "the range of what is solved includes its end: `..`"
                        : "the range of what is solved has no step");
}

/* ---- clauses ---- */

static void gather(Reading *r) {
  for (const Clause *clause = r->item->clauses; clause; clause = clause->next) {
    const Clause **first = &r->clauses[clause->kind];
    if (*first) {
      hermes_diagnostic *d = report(r->checker->compiler, HB0521, clause->span, "`%s` stands twice",
                                    words[clause->kind]);
      report_label(r->checker->compiler, d, (*first)->span, "first here");
    } else {
      *first = clause;
    }
  }
}

static const Clause *needed(const Reading *r, ClauseKind kind, const char *why) {
  const Clause *clause = r->clauses[kind];
  if (clause) return clause;
  hermes_diagnostic *d = report(r->checker->compiler, HB0521, r->slot->span,
                                "`solve %s` says no `%s`", r->slot->name, words[kind]);
  hermes_diagnostic_note(d, "%s", why);
  return NULL;
}

static void check_start_range(const Reading *r, double coherent) {
  const Slot *slot = r->slot;
  if (in_domain(&slot->domain, hermes_written_number(&slot->unit, coherent))) return;
  hermes_diagnostic *d =
      wrong(r, r->clauses[CLAUSE_START]->value->span, "the start of a `solve` lies in its range");
  report_label(r->checker->compiler, d, r->item->domain->span, "its range");
}

static void read_start(const Reading *r) {
  const Clause *clause =
      needed(r, CLAUSE_START, "`start V` is where every iteration begins, for every candidate");
  if (!clause) return;
  Slot *slot = r->slot;
  double coherent;
  Scope scope = scope_new(r->checker, IN_START, 0);
  bind_indices(&scope, slot, r->item->indices);
  Term *start = check_expr(&scope, clause->value, &slot->type);
  if (!require_in_unit(r->checker, start, &slot->type, slot->unit_text, "the start of a `solve`"))
    return;
  slot->solve->start = start;
  if (slot->variable_count < scope.variable_count) slot->variable_count = scope.variable_count;
  if (term_constant(start, &coherent)) check_start_range(r, coherent);
}

static void read_tolerance(const Reading *r) {
  const Clause *clause = needed(
      r, CLAUSE_TOLERANCE, "`tolerance V` is how near it must come to what its definition gives");
  if (!clause || r->slot->type.kind != TYPE_REAL) return;
  Scope scope = scope_new(r->checker, IN_CONSTANT, 0);
  Type step = step_type(r->slot->type);
  Solve *solve = r->slot->solve;
  if (check_constant(&scope, clause->value, &step, step_unit(&r->slot->type, r->slot->unit_text),
                     NULL, "the tolerance of a `solve`", &solve->tolerance) &&
      solve->tolerance <= 0)
    wrong(r, clause->value->span, "a tolerance is positive");
}

/* A clause that is a plain number; `standard` where it is left out. */
static double read_number(const Reading *r, ClauseKind kind, double standard, const char *what) {
  const Clause *clause = r->clauses[kind];
  double number = standard;
  Scope scope = scope_new(r->checker, IN_CONSTANT, 0);
  if (clause) check_constant(&scope, clause->value, &type_number, "1", NULL, what, &number);
  return number;
}

static void read_damping(const Reading *r) {
  double damping = read_number(r, CLAUSE_DAMPING, 1, "the damping of a `solve`");
  r->slot->solve->damping = damping;
  if (damping <= 0 || damping > 1)
    wrong(r, r->clauses[CLAUSE_DAMPING]->value->span,
          "the damping of a `solve` is more than 0 and at most 1: 1 takes whole steps");
}

static void read_iterations(const Reading *r) {
  double count =
      read_number(r, CLAUSE_ITERATIONS, DEFAULT_ITERATIONS, "the iterations of a `solve`");
  bool whole = count >= 1 && count <= MAX_ITERATIONS && count == floor(count);
  r->slot->solve->iterations = whole ? (int)count : 1;
  if (!whole)
    report(r->checker->compiler, HB0521, r->clauses[CLAUSE_ITERATIONS]->value->span,
           "the iterations of a `solve` are a whole number from 1 to %d", MAX_ITERATIONS);
}

void check_solve(Checker *checker, Slot *slot, const Item *item) {
  Reading r = {.checker = checker, .slot = slot, .item = item};
  check_type(&r);
  check_block(&r);
  check_range(&r);
  gather(&r);
  read_start(&r);
  read_tolerance(&r);
  read_damping(&r);
  read_iterations(&r);
}
