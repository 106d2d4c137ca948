/* What the passes behind the check ask of terms, and how they build new ones (terms.c). */
#ifndef HERMESC_TERMS_H
#define HERMESC_TERMS_H

#include "hermesc.h"

/* ---- questions ---- */

/* The parts of a term: args, then of a reduction filter, body and fallback; a part may be NULL. */
int term_part_count(const Term *term);
Term *term_part(const Term *term, int part);

bool term_is_number(const Term *term, double number);
const char *variate_name(Variate variate);      /* "normal", as in hermes_draw_normal */
bool term_is_neutral(Reduction reduction);    /* has a value over nothing */
bool term_is_special_power(const Term *term); /* x^2, x^0.5, x^1, x^-1: done without pow */

bool term_is_earlier(const Term *term);        /* `t - 1` */
bool term_looks_back(const Term *term);        /* a slot read at `t - 1` */
bool term_can_fault(const Term *term);         /* somewhere in it, or it looks back in time */
bool term_is_costly(const Term *term);         /* holds a transcendental, a call or a reduction */
bool term_is_statements(const Term *term);     /* holds what no C expression can say */
bool term_equal(const Term *a, const Term *b); /* but for spans; NULLs are equal */

unsigned term_stage(const Program *program, const Term *term);
/* Does it read a value of this component? */
bool term_reads_component(const Program *program, const Term *term, int component);

/* A set of index variables, by their number. */
typedef uint32_t Variables;
_Static_assert(MAX_VARIABLES <= 32, "a set of variables is one word");
static inline Variables variable_bit(int variable) {
  return (Variables)1 << variable;
}
Variables loop_variables(const Loop *loops, int count);
Variables term_variables(const Term *term); /* read in it and bound by no loop of its own */

/* ---- building ---- */
Term *copy_term(Arena *arena, const Term *term); /* shallow */
Term *new_number(Arena *arena, double number, TypeKind kind, Span span);
Term *new_variable(Arena *arena, int variable, int table, Span span);
Term *new_slot(Arena *arena, const Program *program, int slot, Span span); /* args unset */
Term *new_apply(Arena *arena, Operator op, TypeKind kind, Term *left, Term *right);
Term *new_conjunction(Arena *arena, Term *left, Term *right); /* either may be NULL: no condition */
Term *new_choice(Arena *arena, Term *condition, Term *first, Term *second);
Term *new_empty(Arena *arena, const Term *reduction);

/* A deep copy with other index variables. Loops in it are numbered from `next` on by depth, so that
 * equal terms become the same numbers, and no variable hides another. */
typedef struct Renaming {
  Arena *arena;
  Term *variable[MAX_VARIABLES]; /* what stands in for each; NULL: it cannot occur */
  int next;
} Renaming;
Term *renamed_term(Renaming *renaming, const Term *term);

#endif
