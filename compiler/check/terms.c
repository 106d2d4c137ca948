/* Terms as lowering and emission see them: questions about them, and new ones. */
#include "check/terms.h"

#include <assert.h>
#include <string.h>

/* ---- parts ---- */

int term_part_count(const Term *term) {
  return term->arg_count + (term->kind == TERM_REDUCE ? 3 : 0);
}

Term *term_part(const Term *term, int part) {
  if (part < term->arg_count) return term->args[part];
  Term *const own[] = {term->filter, term->body, term->fallback};
  return own[part - term->arg_count];
}

/* Does a property hold of the term or of any part of it? */
static bool holds_somewhere(const Term *term, bool (*property)(const Term *)) {
  if (!term) return false;
  if (property(term)) return true;
  for (int i = 0; i < term_part_count(term); i++)
    if (holds_somewhere(term_part(term, i), property)) return true;
  return false;
}

/* ---- questions ---- */

bool term_is_number(const Term *term, double number) {
  return term->kind == TERM_NUMBER && term->number == number;
}

bool term_is_neutral(Reduction reduction) {
  static const bool neutral[] = {
      [REDUCE_SUM] = true, [REDUCE_PRODUCT] = true, [REDUCE_COUNT] = true,
      [REDUCE_ANY] = true, [REDUCE_ALL] = true,     [REDUCE_PERCENTILE] = false,
  };
  return neutral[reduction];
}

bool term_is_special_power(const Term *term) {
  if (term->kind != TERM_APPLY || term->op != OP_POWER) return false;
  const Term *exponent = term->args[1];
  return term_is_number(exponent, 2) || term_is_number(exponent, 0.5) ||
         term_is_number(exponent, 1) || term_is_number(exponent, -1);
}

/* A row of a time, some steps back. */
const char *variate_name(Variate variate) {
  static const char *const names[] = {
      [VARIATE_UNIFORM] = "uniform",
      [VARIATE_NORMAL] = "normal",
      [VARIATE_EXPONENTIAL] = "exponential",
      [VARIATE_RAYLEIGH] = "rayleigh",
      [VARIATE_GAMMA] = "gamma",
      [VARIATE_POISSON] = "poisson",
      [VARIATE_FIELD] = "field",
  };
  return names[variate];
}

bool term_is_earlier(const Term *term) {
  return term->kind == TERM_APPLY && term->type.kind == TYPE_REF;
}

/* What looks back stands behind the condition that there is something: it stays there. */
bool term_looks_back(const Term *term) {
  for (int i = 0; term->kind == TERM_SLOT && i < term->arg_count; i++)
    if (term_is_earlier(term->args[i])) return true;
  return false;
}

static bool faults_itself(const Term *term) {
  if (term_looks_back(term)) return true;
  if (term->kind == TERM_REDUCE) return !term->fallback && !term_is_neutral(term->reduction);
  return term->kind == TERM_FAULT;
}

bool term_can_fault(const Term *term) {
  return holds_somewhere(term, faults_itself);
}

static bool is_transcendental(Operator op) {
  static const bool transcendental[OP_COUNT] = {
      [OP_POWER] = true,
      [OP_EXP] = true,
      [OP_LOG] = true,
      [OP_LOG10] = true,
      [OP_LOG2] = true,
      [OP_SIN] = true,
      [OP_COS] = true,
      [OP_TAN] = true,
      [OP_ASIN] = true,
      [OP_ACOS] = true,
      [OP_ATAN] = true,
      [OP_ATAN2] = true,
      [OP_HYPOT] = true,
      [OP_LIN] = true,
      [OP_DB] = true,
      [OP_LIN_FIELD] = true,
      [OP_DB_FIELD] = true,
      [OP_BESSEL_J1] = true,
      [OP_BESSEL_I0_SCALED] = true,
      [OP_LOG_GAMMA] = true,
      [OP_GAMMA_P] = true,
      [OP_MARCUM_P] = true,
  };
  return transcendental[op];
}

static bool costs_itself(const Term *term) {
  if (term->kind == TERM_APPLY) return is_transcendental(term->op) && !term_is_special_power(term);
  return term->kind == TERM_CALL || term->kind == TERM_REDUCE || term->kind == TERM_DRAW;
}

bool term_is_costly(const Term *term) {
  return holds_somewhere(term, costs_itself);
}

static bool is_statement(const Term *term) {
  return term->kind == TERM_REDUCE || term->kind == TERM_FAULT;
}

bool term_is_statements(const Term *term) {
  return holds_somewhere(term, is_statement);
}

static bool loops_equal(const Term *a, const Term *b) {
  if (a->loop_count != b->loop_count) return false;
  for (int i = 0; i < a->loop_count; i++)
    if (a->loops[i].variable != b->loops[i].variable || a->loops[i].table != b->loops[i].table)
      return false;
  return true;
}

/* Bits, not values: 0 and -0 are two numbers, a NaN is itself. */
static bool heads_equal(const Term *a, const Term *b) {
  return a->kind == b->kind && a->type.kind == b->type.kind && a->index == b->index &&
         a->before == b->before && a->op == b->op && a->reduction == b->reduction &&
         memcmp(&a->number, &b->number, sizeof a->number) == 0 && a->arg_count == b->arg_count &&
         loops_equal(a, b) && a->variate == b->variate && a->part == b->part &&
         a->key_count == b->key_count;
}

bool term_equal(const Term *a, const Term *b) {
  if (!a || !b) return a == b;
  if (!heads_equal(a, b)) return false;
  for (int i = 0; i < term_part_count(a); i++)
    if (!term_equal(term_part(a, i), term_part(b, i))) return false;
  return true;
}

unsigned term_stage(const Program *program, const Term *term) {
  if (!term) return 0;
  unsigned stage = term->kind == TERM_SLOT   ? program->slots[term->index].stage
                   : term->kind == TERM_DRAW ? STAGE_DRAW
                                             : 0;
  for (int i = 0; i < term_part_count(term); i++) stage |= term_stage(program, term_part(term, i));
  return stage;
}

bool term_reads_component(const Program *program, const Term *term, int component) {
  if (!term) return false;
  if (term->kind == TERM_SLOT && program->slots[term->index].component == component) return true;
  for (int i = 0; i < term_part_count(term); i++)
    if (term_reads_component(program, term_part(term, i), component)) return true;
  return false;
}

Variables loop_variables(const Loop *loops, int count) {
  Variables set = 0;
  for (int i = 0; i < count; i++) set |= variable_bit(loops[i].variable);
  return set;
}

/* No loop hides a variable that is read outside of it: numbers are given by depth. */
Variables term_variables(const Term *term) {
  if (!term) return 0;
  if (term->kind == TERM_VARIABLE) return variable_bit(term->index);
  Variables set = 0;
  for (int i = 0; i < term_part_count(term); i++) set |= term_variables(term_part(term, i));
  return set & ~loop_variables(term->loops, term->loop_count);
}

/* ---- building ---- */

static Term *blank_term(Arena *arena, TermKind kind, TypeKind type, Span span) {
  Term *term = ARENA_NEW(arena, Term);
  term->kind = kind;
  term->type.kind = type;
  term->span = span;
  return term;
}

static Term *with_args(Arena *arena, Term *term, Term *const *args, int count) {
  term->args = ARENA_ARRAY(arena, Term *, count);
  for (int i = 0; i < count; i++) term->args[i] = args[i];
  term->arg_count = count;
  return term;
}

Term *copy_term(Arena *arena, const Term *term) {
  Term *copy = ARENA_NEW(arena, Term);
  *copy = *term;
  return with_args(arena, copy, term->args, term->arg_count);
}

Term *new_number(Arena *arena, double number, TypeKind kind, Span span) {
  Term *term = blank_term(arena, TERM_NUMBER, kind, span);
  term->number = number;
  return term;
}

Term *new_variable(Arena *arena, int variable, int table, Span span) {
  Term *term = blank_term(arena, TERM_VARIABLE, TYPE_REF, span);
  term->type.table = table;
  term->index = variable;
  return term;
}

Term *new_slot(Arena *arena, const Program *program, int slot, Span span) {
  Term *term = blank_term(arena, TERM_SLOT, TYPE_REAL, span);
  term->type = program->slots[slot].type;
  term->index = slot;
  term->arg_count = program->slots[slot].rank;
  term->args = ARENA_ARRAY(arena, Term *, term->arg_count);
  return term;
}

Term *new_apply(Arena *arena, Operator op, TypeKind kind, Term *left, Term *right) {
  Term *term = blank_term(arena, TERM_APPLY, kind, left->span);
  term->op = op;
  return with_args(arena, term, (Term *[]){left, right}, right ? 2 : 1);
}

Term *new_conjunction(Arena *arena, Term *left, Term *right) {
  return left && right ? new_apply(arena, OP_AND, TYPE_BOOL, left, right) : left ? left : right;
}

Term *new_choice(Arena *arena, Term *condition, Term *first, Term *second) {
  Term *term = blank_term(arena, TERM_IF, TYPE_REAL, condition->span);
  term->type = second->type;
  return with_args(arena, term, (Term *[]){condition, first, second}, 3);
}

Term *new_empty(Arena *arena, const Term *reduction) {
  Term *term = blank_term(arena, TERM_FAULT, TYPE_REAL, reduction->span);
  term->type = reduction->type;
  term->index = HERMES_EMPTY_REDUCTION;
  return term;
}

/* ---- renaming ---- */

static Term *renamed_or_none(Renaming *renaming, const Term *term) {
  return term ? renamed_term(renaming, term) : NULL;
}

static Term *renamed_variable(Renaming *renaming, const Term *term) {
  const Term *other = renaming->variable[term->index];
  assert(other);
  Term *copy = copy_term(renaming->arena, other);
  copy->span = term->span;
  return copy;
}

/* Filter and body are inside of the loops; the fallback and the args are not. */
static void rename_inside(Renaming *renaming, Term *copy) {
  Renaming inside = *renaming;
  for (int i = 0; i < copy->loop_count; i++) {
    Loop *loop = &copy->loops[i];
    assert(inside.next < MAX_VARIABLES);
    inside.variable[loop->variable] =
        new_variable(renaming->arena, inside.next, loop->table, copy->span);
    loop->variable = inside.next++;
  }
  copy->filter = renamed_or_none(&inside, copy->filter);
  copy->body = renamed_or_none(&inside, copy->body);
}

Term *renamed_term(Renaming *renaming, const Term *term) {
  if (term->kind == TERM_VARIABLE) return renamed_variable(renaming, term);
  Term *copy = copy_term(renaming->arena, term);
  for (int i = 0; i < copy->arg_count; i++) copy->args[i] = renamed_term(renaming, copy->args[i]);
  copy->fallback = renamed_or_none(renaming, copy->fallback);
  if (copy->kind == TERM_REDUCE) rename_inside(renaming, copy);
  return copy;
}
