/* Between the files that make a program of the trees: names.c, types.c, expressions.c, calls.c,
 * functions.c, program.c. */
#ifndef HERMESC_CHECKER_H
#define HERMESC_CHECKER_H

#include "hermesc.h"
#include "syntax/idioms.h"

/* ---- names.c: what is declared, and how it is found ---- */

/* A written value (input, policy, out, let, kpi) and how far its definition has been checked. */
typedef enum Progress { UNCHECKED, CHECKING, CHECKED } Progress;

typedef struct Definition { /* beside each slot */
  const Item *item;
  Progress progress;
} Definition;

typedef struct FunctionDecl {
  Decl *decl;
  uint32_t source;
  bool used, active, failed;
} FunctionDecl;

/* Spelling to number, open addressing; several entries may share a spelling. */
typedef struct NameMap {
  struct {
    const char *text;
    int value;
  } * entries;
  size_t capacity, count;
} NameMap;
void map_put(Compiler *compiler, NameMap *map, const char *text, int value);
/* The first value under this spelling, or -1. */
int map_get(const NameMap *map, const char *text);
/* One value after the other, -1 behind the last; *place is 0 before the first. */
int map_next(const NameMap *map, const char *text, size_t *place);

typedef struct Checker {
  Compiler *compiler;
  Program *program;
  Definition *definitions; /* by slot */
  FunctionDecl *functions;
  int function_count;
  NameMap tables, blocks, function_names;
  NameMap values;                         /* all but lets */
  NameMap lets, let_names;                /* by block and name; one of each name */
  NameMap columns, column_names;          /* by table and name; of all tables, by name */
  bool imports[MAX_SOURCES][MAX_SOURCES]; /* [from][module]: are its functions in sight? */
  bool lacks_module[MAX_SOURCES];         /* imports one that could not be read */
  int term_count;
  Term *nothing;                           /* stands for whatever is beyond MAX_TERMS */
  bool slots_exceeded, instances_exceeded; /* said once */
  int open_generics; /* of a function that nothing calls, while it is checked: the last units */
  int chain;         /* lets and functions being checked, each for the sake of the one before */
  const char *links[MAX_CHAIN]; /* their names */
  const Decl *function;         /* whose body is being checked, or NULL */
} Checker;

/* One index variable, or one local of a function, by its name. */
typedef struct Bound {
  const char *name;
  Span span;
  int number;
  int table; /* variable */
  Type type; /* local */
  Span set;  /* variable: where its table is named */
} Bound;

typedef enum Place {
  IN_BLOCK,
  IN_KPI,
  IN_GOAL,
  IN_INPUT,   /* the default of an input */
  IN_DEFAULT, /* the default of a policy */
  IN_START,   /* where a solve begins */
  IN_DRAW,    /* the distribution of a draw */
  IN_CONSTANT,
  IN_FUNCTION,
  IN_EXPECT
} Place;

/* Where an expression stands: what it may see. */
typedef struct Scope {
  Checker *checker;
  Place place;
  int block;       /* its lets are in sight; -1: none */
  bool policies;   /* may be read */
  uint32_t source; /* whose imports are in sight */
  Bound bound[MAX_VARIABLES * 2];
  int bound_count;
  int variable_count; /* numbers given out so far in this definition */
  bool locals;        /* `bound` holds locals of a function, not index variables */
  int own; /* the first of them are those of a block's value: from there it may look back */
  int back, looking; /* steps that it does, at most; 0: none. The variable that it does so along */
} Scope;

Scope scope_new(Checker *checker, Place place, uint32_t source);
/* Binds a variable to the rows of a table (-1: an unknown one, reported), which is named at `set`;
 * returns its number (0 where the limit is passed: reported). */
int bind_variable(Scope *scope, Name name, int table, Span set);
bool bind_local(Scope *scope, Name name, Type type); /* false: too many, reported */
const Bound *find_bound(const Scope *scope, const char *name);
int find_table(const Checker *checker, const char *name);             /* or -1 */
int find_column(const Checker *checker, int table, const char *name); /* slot, or -1 */
int find_value(const Scope *scope,
               const char *name); /* slot, or -1; lets of the scope's block included */
/* A table that can be an index set; reports an unknown one and returns -1. */
int index_set(Checker *checker, Name name);
void unknown_name(const Scope *scope, Name name);
void unknown_column(Checker *checker, int table, Name name);
void suggest(Compiler *compiler, hermes_diagnostic *d, const char *word, const char *const *names,
             size_t count);
/* The spelling under which a name of a certain table or block is mapped. */
const char *scoped_name(Compiler *compiler, int owner, const char *name);

/* Is this the name of a built-in function or reduction? */
bool is_builtin(const char *name);
/* "max(a: any, ...) -> any", of a function or reduction; NULL: it is none. */
const char *builtin_signature(const char *name);

/* ---- types.c: the algebra of units ---- */

extern const Type type_error, type_number, type_bool;
Type type_real(hermes_scale scale, hermes_dimension dimension);
Type type_ref(int table);
bool type_equal(const Type *a, const Type *b);
bool is_plain(const Type *type);       /* a number of dimension 1, linear */
bool is_logarithmic(const Type *type); /* gain or level */
/* "a level of power (dBm)", "a row of cell", "a boolean": for messages. */
/* The unit in which values of a real type are shown, and its text. */
const char *unit_of_type(Compiler *compiler, const Type *type, hermes_unit *unit);
const char *type_phrase(const Compiler *compiler, const Type *type);
/* The factor between two dimensions as text ("RE", "bit"), or NULL where they are equal or no unit
 * spells it. */
const char *factor_between(const Compiler *compiler, const Type *have, const Type *want);

/* The written type. `unit` and `unit_text` are filled for reals. Reports, and gives type_error,
 * where it is none. */
Type read_type(Checker *checker, const TypeExpr *type, hermes_unit *unit, const char **unit_text);
/* Left out, and reported by the parser: it is the type of the value. */
bool is_missing(const TypeExpr *type);

/* The type of `left op right` for + - * / and comparisons, or type_error after a report. */
Type type_of_sum(Checker *checker, const Expr *expr, const Term *left, const Term *right);
Type type_of_product(Checker *checker, const Expr *expr, const Term *left, const Term *right);
Type type_of_power(Checker *checker, const Expr *expr, const Term *left, const Term *right);
bool comparable(Checker *checker, const Expr *expr, const Term *left, const Term *right);
/* Reports unless `term` has the wanted type; `what` names the thing in the message ("`noise`", "the
 * default"). */
bool require_type(Checker *checker, const Term *term, const Type *want, const char *what);
/* The same where the declared unit is known, as written; NULL: it is not. */
bool require_in_unit(Checker *checker, const Term *term, const Type *want, const char *unit,
                     const char *what);
/* The type of another term, in whose unit it would be written. */
bool require_like(Checker *checker, const Term *term, const Term *other, const char *what);
/* The same for what is declared by a written type, which may be the one that is wrong. */
bool require_declared(Checker *checker, const Term *term, const Type *want, const TypeExpr *written,
                      const char *unit, const char *what);

/* ---- expressions.c: expressions to terms ---- */

/* Never NULL: a term of type_error stands for what was reported. `expected` (may be NULL) is where
 * labels are found. */
Term *check_expr(Scope *scope, const Expr *expr, const Type *expected);
Term *check_condition(Scope *scope, const Expr *expr);
Term *term_new(Checker *checker, TermKind kind, Type type, Span span, int arg_count);
Term *term_number(Checker *checker, double number, Type type, Span span);
Term *term_apply(Checker *checker, Operator op, Type type, Span span, Term *a, Term *b);
Term *term_error(Checker *checker, Span span);
Term *term_slot(Scope *scope, int slot, const Expr *args, Span span, bool before);
bool term_constant(const Term *term, double *value);      /* folds numbers and arithmetic */
bool may_read(Scope *scope, const Slot *slot, Span span); /* here; reports why not */
/* Binds the loops of `for`s; returns false where a set is unknown. */
bool bind_fors(Scope *scope, const For *fors, Loop *loops, int *count, Span span);

/* ---- calls.c, functions.c ---- */
Term *check_call(Scope *scope, const Expr *expr, const Type *expected);
Term *call_function(Scope *scope, const Expr *expr, int function);
int find_function(Scope *scope, Name name); /* reports an unknown or ambiguous one; -1 */
void check_unused_functions(Checker *checker);

/* ---- sources.c: tables that no file holds ---- */
/* How a table is made, as it is written, on one line. */
const char *source_text_of(Checker *checker, const Decl *table);
/* needs: all tables and columns declared. Reads the sources of tables and their arguments, and
 * holds the columns against what the sources offer. */
void check_sources(Checker *checker);

/* ---- chance.c ---- */
/* The term of a draw, whose slot has its type and indices. */
Term *check_draw(Scope *scope, int slot, const Expr *value);
/* Its mean over the draws, in a KPI; `name` is the function that was called. */
Term *mean_over_draws(Scope *scope, Term *value, const char *name, Span span);
/* Distributions by name: "normal(mean: T, deviation: D)" and what it means, or NULL; does it draw
 * what has that type? And their names, up to a NULL. */
const char *distribution_signature(const char *name);
const char *distribution_meaning(const char *name);
bool distribution_fits(const char *name, const Type *type);
const char *distribution_name(int number);
/* Of the parameter at this position, where that type is drawn; type_error where it may be others. */
Type distribution_parameter(const char *name, int position, const Type *drawn);

/* ---- program.c ---- */
/* A finite constant of a type; false, reported, where it is none. `unit` is that of `type` as it is
 * written, `written` the type where it is declared by one, `what` the thing in messages. */
bool check_constant(Scope *scope, const Expr *expr, const Type *type, const char *unit,
                    const TypeExpr *written, const char *what, double *coherent);
/* A value that no source declares; NULL where there are too many, reported. */
Slot *add_made_slot(Checker *checker, Name name, Role role);
/* The range of a function's parameter, which stands in `source`; reports what is wrong with it. */
Range read_parameter_range(Checker *checker, uint32_t source, const Item *item);
/* Checks the definition of a slot if it was not yet; a let has its type afterwards. False: it
 * depends on itself. */
bool check_definition(Checker *checker, int slot);
bool too_long_chain(Checker *checker, Span span); /* reports; false */
/* What a definition's value may see: its block, and its indices bound. */
Scope definition_scope(Checker *checker, const Slot *slot, const Item *item);
/* The type of a step between two values: levels differ by gains, temperatures by K. Its unit is the
 * values' own otherwise. */
Type step_type(Type type);
const char *step_unit(const Type *type, const char *unit);
/* A finite constant of a type, whose unit is written so; reports what else it is. `written`: where
 * the type is declared, or NULL. */
bool check_constant(Scope *scope, const Expr *expr, const Type *type, const char *unit,
                    const TypeExpr *written, const char *what, double *coherent);
/* Is a number, in the declared unit, in the domain? */
bool in_domain(const Domain *domain, double number);
/* Binds the indices of a slot as its declaration writes them. */
void bind_indices(Scope *scope, const Slot *slot, const Index *indices);
/* resolve_program with the names that it knows left in the checker: {.compiler, .program} to begin
 * with. */
void resolve_names(Checker *checker);
/* Of a `let` with a type, which the parser reported: without it, unless the value has another. */
void check_let_type(Checker *checker, const Item *item, const Term *value);
/* "a -> b -> a": the links of the chain from this name (its pointer) on, and back to it. */
const char *chain_from(Checker *checker, const char *name);

/* ---- times.c ---- */
/* Reads the instants of a `time`, whose column they become: it must be the last slot. */
void declare_time(Checker *checker, const Decl *decl, int table, Slot *instants);
/* `t - 1` as an index over a time; NULL: it is not written so. */
Term *check_earlier(Scope *scope, const Expr *arg, int table);
/* The value of a definition that was just checked, with what it is at the first instants. */
Term *check_initially(Scope *scope, const Slot *slot, const Item *item);
/* instant(t), step(slot); NULL: it is neither. */
Term *check_time_call(Scope *scope, const Expr *call, Name name);

/* ---- solves.c ---- */
Solve *solve_new(Checker *checker, const Statement *statement);
/* Reads the clauses of a solve. */
void check_solve(Checker *checker, Slot *slot, const Item *item);

#endif
