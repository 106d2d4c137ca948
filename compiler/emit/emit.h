/* The map of emission: the parts of emit.c, emit_steps.c, emit_reductions.c and emit_terms.c.
 *
 * What the names in generated C mean (x stands for a number):
 *   sx  array of slot x          bx  the same in the unvaried frame (expects)
 *   nx  rows of table x          vx  row of index variable x
 *   rx  keys of the rows of table x
 *   ax  local x of a function    fx  function instance x
 *   tx  value of a subterm       mx  libm's x
 *   ix  first row of a block of rows of vx; ex the row behind its last
 *   ox  instants of slot x that its array holds
 *   wx  memory for a percentile's values, or for the open blocks of a grouped sum
 * and of a reduction whose value becomes tx:
 *   px  sum of the open block    kx  elements accepted
 *   xx  the element's value      cx  elements of which the condition holds
 *   qx  best value so far        hx  share of a percentile
 */
#ifndef HERMESC_EMIT_H
#define HERMESC_EMIT_H

#include "check/terms.h"

/* A subterm whose value stands in t<number>. */
typedef struct Binding {
  const Term *term;
  int number;
  struct Binding *next;
} Binding;

/* Memory that a function gets once per call: for as many numbers as the loops have elements. */
typedef struct Scratch {
  const Term *percentile; /* NULL: the open blocks of a grouped sum */
  Loop loops[MAX_RANK];
  int loop_count;
  int number;
  struct Scratch *next;
} Scratch;

/* What a term reads. */
typedef struct Reads {
  bool *slots, *before; /* by number: in the frame, in the unvaried one */
  bool *windows;        /* by number: instants that the array holds */
  bool *tables, *keys;  /* their number of rows; the keys of these */
  Variables variables;
} Reads;

typedef struct Emitter {
  const Compiler *compiler;
  const Program *program;
  Arena arena; /* of this emission alone */
  FILE *out;
  bool uses[OP_COUNT]; /* operators that need a prototype */
  bool allocates;
  /* of the C function being written */
  int indent;
  int component; /* whose step it is; 0: of none */
  int temporaries;
  Binding *bound;   /* in scope, innermost first */
  Scratch *scratch; /* given back on every way out */
  bool unvaried;    /* reads every slot from the unvaried frame */
  int slot, line;   /* where a fault is reported */
  const char *rows; /* the element at which it is */
} Emitter;

/* emit.c: lines of C */
void emit_text(Emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_line(Emitter *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_begin(Emitter *e); /* the indent of a line that emit_text completes */
void emit_open(Emitter *e);  /* " {" and newline; indents */
void emit_close(Emitter *e); /* "}" */

/* emit_terms.c: `emit_statements` computes what no expression can say; then `emit_value` may stand
 * where an expression may. */
typedef enum Precedence {
  IN_LIST,
  IN_CHOICE,
  IN_LOGIC,
  IN_COMPARISON,
  IN_SUM,
  IN_PRODUCT,
  IN_UNARY,
  IN_PRIMARY
} Precedence;
void emit_statements(Emitter *e, const Term *term);
void emit_value(Emitter *e, const Term *term, Precedence precedence);
void emit_assigned(Emitter *e, const Term *value, const char *format, ...) /* ..value; */
    __attribute__((format(printf, 3, 4)));
void emit_branch(Emitter *e, int number, const Term *term); /* {statements; t<number> = value;} */
void emit_number(Emitter *e, double number);
void emit_element(Emitter *e, int slot, Term *const *rows); /* its number in the array */
bool in_window(const Emitter *e, int slot); /* does its array hold the last instants alone? */
void emit_fault(Emitter *e, const char *code);
void emit_leave(Emitter *e, const char *status);          /* ends the function */
const char *c_type(const Type *type);                     /* of a value */
const char *c_storage(const Type *type);                  /* of an element */
void emit_bind(Emitter *e, const Term *term, int number); /* its value stands in t<number> */

/* emit_reductions.c */
void emit_reduction(Emitter *e, const Term *term);
void emit_loop(Emitter *e, int variable, int table); /* this and the next two open a loop */
void emit_blocks(Emitter *e, const Loop *loop);      /* over blocks of rows */
void emit_rows_of_block(Emitter *e, const Loop *loop);
int emit_filter(Emitter *e, const Term *filter); /* opens an `if`; none for NULL; how many */
void emit_closes(Emitter *e, int count);

/* emit_steps.c: functions of the twin */
void emit_default(Emitter *e, int slot); /* of an input or a policy */
void emit_step(Emitter *e, const Step *step);
void emit_component(Emitter *e, int component); /* behind its steps */
void emit_function(Emitter *e, int function);

/* emit_expects.c */
void emit_vary(Emitter *e, int expect);
void emit_assess(Emitter *e, int expect);

/* emit_frame.c: what stands around the body of a function */
Reads reads_new(Emitter *e);
void read_term(const Emitter *e, Reads *reads, const Term *term); /* may be NULL */
void read_loops(Reads *reads, const Loop *loops, int count);
void read_strides(const Emitter *e, Reads *reads, int slot);
void need_scratch(Emitter *e, const Term *term); /* of the percentiles in a term, or NULL */
void need_group_scratch(Emitter *e, int table);
void emit_enter(Emitter *e, int slot, Span place, const char *rows); /* before all of these */
void emit_declarations(Emitter *e, const Reads *reads);
void emit_exit(Emitter *e, const char *status); /* the end of a function that went well */
const char *rows_text(Emitter *e, const char *name, int rank); /* "{v0, v1}", "{row[0]}" */

#endif
