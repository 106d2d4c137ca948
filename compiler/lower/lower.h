/* The map of lowering: lower.c walks over the program and keeps the steps, lower_group.c makes one
 * pass of a reduction that picks out rows, lower_hoist.c moves work to where it is done less often.
 *
 * Both move a term out of a definition into a hidden slot of its own, computed by an earlier step.
 */
#ifndef HERMESC_LOWER_H
#define HERMESC_LOWER_H

#include "check/terms.h"

/* The index variables in scope of a term: 0..count-1, by depth. */
typedef struct Nest {
  int table[MAX_VARIABLES];
  int count;
  int time;          /* the one that the component of the definition goes along; -1: none */
  Variables running; /* those that a loop around the term runs over: all but a group's key */
} Nest;

/* How often something is computed: once per stage that it depends on, and in every pass of the
 * component that it belongs to (0: none). */
typedef struct When {
  unsigned stage;
  int component;
} When;

typedef struct Lowering {
  Compiler *compiler;
  Program *program;
  Arena *arena;
  int owner;     /* slot whose definition is lowered */
  int component; /* of the owner */
  int reserved;  /* slots that solves will need */
  int made;      /* hidden slots made for it */
} Lowering;

/* A hidden slot to be: indexed by these variables of the nest, which become its 0..rank-1. */
typedef struct Hidden {
  const Nest *nest;
  int variables[MAX_RANK];
  int rank;
  Renaming renaming; /* from the nest to the new step */
} Hidden;

/* ---- lower.c ---- */
Nest nest_inside(const Nest *nest, const Loop *loops, int count);
Nest nest_of_hidden(const Hidden *hidden);               /* its indices, all of them running */
When when_computed(const Lowering *l, const Term *term); /* NULL: once */
When when_step(const Lowering *l, const Step *step);
/* false: not to be had, as there are too many indices, or slots, or an array would be too large. */
bool hidden_begin(Lowering *l, const Nest *nest, Variables variables, Hidden *hidden);
/* Adds the step, or finds one that does the same; returns a term that reads its slot. */
Term *hidden_end(Lowering *l, const Hidden *hidden, Step step, const Type *type, Span span);
Term *either_or_empty(Lowering *l, Term *count, const Term *reduction, Term *otherwise);

/* ---- lower_group.c ---- */
Term *grouped(Lowering *l, const Nest *nest, Term *term);

/* ---- lower_hoist.c ---- */
Term *hoisted(Lowering *l, const Nest *nest, Term *term, When when);

#endif
