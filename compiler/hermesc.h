/* The map of the compiler.
 *
 *   source ─► tokens ─► tree ─► program (names, types, units) ─► contracts, cycles ─► stages
 *     stages ─► IR ─► C ─► build
 *            └─► interpreter: the reference semantics
 *
 * Rooms: syntax/ makes the tree, and reads habits of other languages; check/ the program; fix/
 * tries what would mend an error; lower/ and emit/ make C, native/ a program of it; format/ and
 * doc/ write a blueprint anew and explained; editor/ answers while one is typed; pages/ and
 * grammar/ print what the compiler knows of itself. The rest stands here.
 *
 * One Compiler holds one compilation; all that it makes lives in its arena and is freed once. There
 * is no global state. Each pass has its file, and its contract above its function there: what it
 * needs, what it leaves.
 */
#ifndef HERMESC_H
#define HERMESC_H

#include <hermes/diagnostics.h>
#include <hermes/model.h>
#include <hermes/sources.h>
#include <hermes/units.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- limits: each is met by a diagnostic that names it ---- */
enum {
  MAX_SOURCE_BYTES = 4 << 20, /* one file */
  MAX_SOURCES = 64,           /* the blueprint and its modules */
  MAX_TOKENS = 1 << 20,       /* of one file */
  MAX_NAME_BYTES = 128,
  MAX_STRING_BYTES = 8192,    /* one doc string */
  MAX_DEPTH = 200,            /* nesting of an expression */
  MAX_CHAIN = 32,             /* functions that call functions, lets that read lets */
  MAX_RANK = HERMES_MAX_RANK, /* indices of one value */
  MAX_VARIABLES = 32,         /* index variables in one definition */
  MAX_LABELS = 256,           /* of one enumeration */
  MAX_SLOTS = 4096,           /* columns, inputs, policies, values */
  MAX_INSTANCES = 1024,       /* functions after their generic units are known */
  MAX_TERMS = 1 << 20,        /* nodes of the typed tree */
  MAX_INSTANTS = 1 << 20,     /* of a `time` */
  MAX_ITERATIONS = 1000000,   /* that a `solve` may ask for */
  DEFAULT_ITERATIONS = 1000,  /* of one that does not say */
};

/* ---- arena.c: memory ---- */
typedef struct Arena {
  struct ArenaChunk *chunks;
} Arena;
void *arena_alloc(Arena *arena,
                  size_t size); /* zeroed, aligned; aborts with a message when memory is out */
char *arena_copy(Arena *arena, const char *text, size_t length); /* terminated */
char *arena_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(Arena *arena);
#define ARENA_NEW(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc(arena, sizeof(type) * (size_t)(count)))

/* ---- source.c: files and places in them ---- */
typedef struct Span {
  uint32_t start, end; /* byte offsets */
  uint32_t source;     /* number of the source */
} Span;

typedef struct Source {
  const char *path;   /* as the user named it; "<standard input>" */
  const char *module; /* dotted name of an imported module, or NULL for the blueprint */
  char *text;         /* terminated; may not hold NUL otherwise */
  size_t length;
  uint32_t *lines; /* byte offset of each line's beginning */
  size_t line_count;
} Source;

typedef struct Name {
  const char *text;
  Span span;
} Name;

/* Bytes of the character at `text`, or 0 where it is not UTF-8. A terminator stops a cut one. */
int utf8_length(const unsigned char *text);
/* How many of the bytes, behind which a terminator stands, are UTF-8. */
size_t utf8_prefix(const char *text, size_t length);

/* ---- tree.c: what the parser builds ---- */
typedef enum ExprKind {
  EXPR_NUMBER,   /* number */
  EXPR_QUANTITY, /* number with unit; unit_span is the unit's text */
  EXPR_TRUE,
  EXPR_FALSE,
  EXPR_NAME,   /* name */
  EXPR_MEMBER, /* left . name */
  EXPR_INDEX,  /* left [ args ] */
  EXPR_CALL,   /* left ( args [fors [if filter] [, default = fallback]] ) */
  EXPR_UNARY,  /* op left */
  EXPR_BINARY, /* left op right */
  EXPR_IF,     /* if left then right else third */
  EXPR_PAREN,  /* ( left ) */
} ExprKind;

/* Operators of the source language and of the typed tree; their spelling and precedence stand in
 * operators.def. */
typedef enum Operator {
#define OPERATOR(id, spelling, arity) OP_##id,
#include "syntax/operators.def"
#undef OPERATOR
  OP_COUNT
} Operator;
const char *operator_spelling(Operator op);

typedef struct For {
  Name variable;
  Name set;
  struct For *next, *last; /* last: in the head of a list, see LIST_APPEND */
} For;

typedef struct Expr {
  ExprKind kind;
  Span span; /* the whole expression */
  Span at;   /* its operator, or its name */
  Operator op;
  double number;
  hermes_unit unit;
  Name name;
  struct Expr *left, *right, *third;
  struct Expr *args; /* linked by next */
  For *fors;
  struct Expr *filter, *fallback;
  struct Expr *certainty; /* of a goal's constraint: with confidence ..; or NULL */
  struct Expr *next, *last;
  int depth; /* of nesting, for MAX_DEPTH */
} Expr;

typedef struct NameList {
  Name name;
  struct NameList *next, *last;
} NameList;

/* A written type: a unit, `bool`, `int`, a table's name, a generic, or labels in braces. */
typedef struct TypeExpr {
  Span span;
  NameList *labels; /* {coverage, capacity}; NULL: the text under `span` */
} TypeExpr;

typedef struct DomainExpr {
  Span span;
  Expr *low, *high, *step; /* a range */
  bool open;               /* ..< */
  Expr *values;            /* {a, b, c}, linked by next */
} DomainExpr;

typedef struct Index { /* [u in ue], or [cell] without a variable */
  Name variable;       /* text NULL: none */
  Name set;
  struct Index *next, *last;
} Index;

/* Of a `solve`: start 0.5 tolerance 1e-6 damping 0.5 iterations 200 */
typedef enum ClauseKind {
  CLAUSE_START,
  CLAUSE_TOLERANCE,
  CLAUSE_DAMPING,
  CLAUSE_ITERATIONS,
  CLAUSE_KINDS
} ClauseKind;

typedef struct Clause {
  ClauseKind kind;
  Span span; /* with its word */
  Expr *value;
  struct Clause *next, *last;
} Clause;

/* name[index] : type in domain = value "doc";  every declaration and definition reads like this. */
typedef struct Item {
  Name name;
  Index *indices;
  TypeExpr *type;
  DomainExpr *domain;
  Clause *clauses; /* of a `solve` */
  Expr *value;
  Expr *initially; /* at the first instants */
  bool or_missing;
  bool is_drawn;   /* name[index] : type ~ value; the value is a call of a distribution */
  const char *doc; /* "" where there is none */
  Span span;
  struct Item *next, *last;
} Item;

typedef enum DeclKind {
  DECL_ERROR,
  DECL_IMPORT,
  DECL_UNIT,
  DECL_TABLE,
  DECL_INPUT,
  DECL_POLICY,
  DECL_DRAW,
  DECL_FUNCTION,
  DECL_BLOCK,
  DECL_KPI,
  DECL_GOAL,
  DECL_EXPECT,
} DeclKind;

typedef enum StatementKind {
  STATEMENT_IN,
  STATEMENT_OUT,
  STATEMENT_SOLVE,
  STATEMENT_LET,
  STATEMENT_RETURN,
  STATEMENT_VARY,
  STATEMENT_ASSERT
} StatementKind;

typedef struct Statement {
  StatementKind kind;
  Span span;
  NameList *names; /* in */
  Item *item;      /* out, solve, let */
  Expr *target;    /* vary */
  bool by;         /* vary ... by, else to */
  Expr *value;     /* return, vary, assert */
  Expr *within;    /* assert */
  For *fors;       /* assert */
  Expr *filter;    /* assert */
  struct Statement *next, *last;
} Statement;

typedef struct Objective {
  bool maximize;
  Name kpi;
  struct Objective *next, *last;
} Objective;

typedef struct Decl {
  DeclKind kind;
  Span span;
  Name name; /* table, function, block, kpi, unit; dotted module name of an import */
  const char *doc;
  NameList *indices;     /* table */
  const char *file;      /* table: after `from`, or of its source; or NULL */
  Name source;           /* table: what makes its rows; text NULL: a file */
  Expr *arguments;       /* of the source */
  Span source_span;      /* source and arguments, or instants */
  DomainExpr *instants;  /* table: of a `time`, which has no file; NULL: it is none */
  bool sparse;           /* table */
  bool operational;      /* block */
  Item *items;           /* columns, inputs, policies, parameters; a kpi's one item */
  TypeExpr *result;      /* function */
  NameList *generics;    /* function: for any Q */
  Expr *body;            /* function f(...) -> T = body; */
  Statement *statements; /* function, block, expect */
  Objective *objectives; /* goal */
  Expr *constraints;     /* goal: comparisons, linked by next */
  For *fors;             /* expect */
  Expr *filter;          /* expect */
  struct Decl *next, *last;
} Decl;

typedef struct Tree { /* one source */
  uint32_t source;
  const struct Token *tokens; /* what it was made of; the end of the file is the last one */
  size_t token_count;
  bool is_module;
  bool too_deep; /* reported: no pass may walk it */
  Name name;
  const char *doc;
  Decl *decls;
} Tree;

/* ---- the program: names resolved, every expression typed ---- */
typedef enum TypeKind { TYPE_ERROR, TYPE_REAL, TYPE_BOOL, TYPE_ENUM, TYPE_REF } TypeKind;

typedef struct Labels {
  const char **names;
  int count;
} Labels;

typedef struct Type {
  TypeKind kind;
  hermes_scale scale;         /* real */
  hermes_dimension dimension; /* real */
  bool integer;               /* real, declared `int` */
  const Labels *labels; /* enum; two enumerations are one type where their labels are the same */
  int table;            /* ref */
} Type;

/* What a value depends on: a subset. Empty: computed once per twin. */
enum { STAGE_DRAW = 1, STAGE_TIME = 2, STAGE_POLICY = 4, STAGE_MEAN = 8 /* over draws */ };

typedef enum TermKind {
  TERM_NUMBER,   /* number: coherent; also booleans (0, 1), ordinals of labels */
  TERM_VARIABLE, /* row number of index variable `index` */
  TERM_LOCAL,    /* parameter or let `index` of a function */
  TERM_SLOT,     /* slot `index` at rows args[0..]; `before` in an expect: of the unvaried frame */
  TERM_APPLY,    /* op on args: all operators and built-in functions */
  TERM_IF,       /* args[0] then args[1] else args[2] */
  TERM_CALL,     /* function instance `index` on args */
  TERM_REDUCE,   /* reduction over loops */
  TERM_DRAW,     /* a standard variate: of slot `index`, keyed by the rows args[0..key_count); the
                    others are its parameters */
  TERM_FAULT,    /* no value: the fault whose hermes_fault_code `index` is */
} TermKind;

typedef enum Reduction {
  REDUCE_SUM,
  REDUCE_PRODUCT,
  REDUCE_MIN,
  REDUCE_MAX,
  REDUCE_ARGMAX,
  REDUCE_ARGMIN,
  REDUCE_MEAN,
  REDUCE_COUNT, /* of rows where body (a bool) holds */
  REDUCE_SHARE, /* count / rows that pass the filter; nothing passes: empty */
  REDUCE_ANY,
  REDUCE_ALL,
  REDUCE_PERCENTILE, /* args[0] is the share, 0..1; type 7 */
} Reduction;

/* What draws are made of: standard variates (runtime/numeric/chance.c). */
typedef enum Variate {
  VARIATE_UNIFORM, /* in [0, 1) */
  VARIATE_NORMAL,
  VARIATE_EXPONENTIAL, /* of mean 1 */
  VARIATE_RAYLEIGH,    /* of scale 1 */
  VARIATE_GAMMA,       /* of a shape */
  VARIATE_POISSON,     /* of a mean */
  VARIATE_FIELD,       /* at x, y, with a length and a share that all rows have in common */
} Variate;

typedef struct Loop {
  int variable; /* index variable, numbered within one definition */
  int table;
} Loop;

/* Every number is coherent, so a term needs no unit to be computed: units were checked, and
 * literals converted. The built-in functions over levels are already taken apart: psum(a, b) is
 * DB(ADD(LIN a, LIN b)); psum(x for ..) is DB of REDUCE_SUM over LIN x (with a fallback: an IF is
 * not needed, the fallback is LIN of the written one). */
typedef struct Term {
  TermKind kind;
  Type type;
  Span span;
  double number;
  int index;
  bool before;
  Operator op;
  Reduction reduction;
  Loop loops[MAX_RANK]; /* reduce: outermost first */
  int loop_count;
  struct Term *filter, *body, *fallback; /* reduce; filter and fallback may be NULL */
  struct Term **args;
  int arg_count;
  Variate variate; /* draw */
  int part;        /* draw: tells several variates of one value apart */
  int key_count;   /* draw */
} Term;

typedef enum Role {
  ROLE_COLUMN,
  ROLE_INPUT,
  ROLE_POLICY,
  ROLE_DRAW,
  ROLE_OUT,
  ROLE_LET,
  ROLE_KPI,
  ROLE_BOUND,
  ROLE_SAMPLE, /* what an expectation or a probability is of, in one draw */
  ROLE_MEAN,   /* its mean over the draws */
  ROLE_HIDDEN
} Role;

typedef struct Domain {
  bool present;
  bool finite;            /* values[0..count), else low..high step */
  double low, high, step; /* in the declared unit; step 0: none */
  bool open;
  double *values;
  int count;
} Domain;

/* How a value that depends on itself is found (solves.c). Coherent numbers. */
typedef struct Solve {
  Term *start; /* reads columns and inputs only */
  double tolerance, damping;
  int iterations;
  int next;        /* lowering: the slot of what its definition makes of it */
  Span word, rest; /* `solve`; what stands between its type and its definition */
} Solve;

typedef struct Slot {
  const char *name;
  Role role;
  Type type;
  hermes_unit unit; /* real: as declared (lets: as inferred) */
  const char *unit_text;
  int rank;
  int index[MAX_RANK];     /* tables */
  int variables[MAX_RANK]; /* index variables of the definition that run over `index`; always
                              0..rank-1 */
  int variable_count;      /* index variables in the whole definition, reductions included */
  Domain domain;
  Term *value;           /* definition, default of an input or policy; NULL: none */
  bool has_default;      /* column */
  double default_number; /* column: coherent */
  bool or_missing;       /* column */
  int table;             /* column: its table, else -1 */
  int block;             /* out, let: its block, else -1 */
  Solve *solve;          /* out: written as a `solve`; NULL: it is not */
  int component;         /* order.c: of the values computed together; 0: of none */
  int along;             /* of a component that goes along a time: which index that is */
  int window;            /* of the same: how many instants of it are needed at once; 0: all */
  const char *doc;
  Span span;      /* of its name */
  unsigned stage; /* stages.c */
  int because;    /* stages.c: the slot through which the stage came, or -1 */
  int mean_of;    /* mean: the sample that it is of; else -1 */
} Slot;

/* What makes the rows of a table that no file holds. */
typedef struct Made {
  const hermes_source *source;             /* NULL: a file */
  int of;                                  /* the table that the source is about, or -1 */
  const char *file;                        /* that the source reads, or NULL */
  double numbers[HERMES_SOURCE_ARGUMENTS]; /* in the source's units */
  int number_count;
} Made;

/* The instants of a `time`. Coherent numbers. */
typedef struct Time {
  double low, step;
  int count; /* 0: it is no time */
} Time;

typedef struct Table {
  const char *name, *doc;
  const char *source; /* its file's name, or how it is made: "hexagonal(2, 500 m)" */
  Made made;
  Time time; /* its only column is that of its instants */
  int rank;  /* 1 or 2 */
  int index[2];
  bool sparse;
  int first_column, column_count; /* slots, contiguous */
  Span span;
} Table;

typedef struct Block {
  const char *name, *doc;
  bool operational;
  Span span;
  Statement *contract; /* its `in`, or NULL */
} Block;

/* For which values of a parameter a function is known to hold; coherent numbers. */
typedef struct Range {
  bool present, open; /* open: `high` itself is outside */
  double low, high;
  hermes_unit unit; /* as declared */
  const char *unit_text;
  const char *text; /* as written: "10 m .. 5 km" */
} Range;

/* A function for one binding of its generic units. Locals are numbered: parameters, then lets. */
typedef struct Function {
  const char *name;
  Decl *decl;
  Type *parameters;
  Range *ranges; /* by parameter */
  int parameter_count;
  int local_count;
  Term **lets; /* local parameter_count + i */
  int let_count;
  Term *result;
  Type type;
} Function;

typedef struct Goal {
  bool present;
  struct {
    int kpi;
    bool maximize;
  } * objectives; /* kpi: slot */
  int objective_count;
  struct {
    int kpi;
    Operator relation;
    int bound;
    double confidence; /* 0: the mean counts */
  } * constraints; /* slots */
  int constraint_count;
  Span span;
} Goal;

typedef struct Vary {
  int slot;    /* a policy or an input */
  Term **rows; /* one per index */
  bool by;
  Term *amount;
} Vary;

typedef struct Assert {
  Operator
      relation; /* OP_LESS ... OP_NOT_EQUAL, or OP_COUNT: `left` is a condition, `right` NULL */
  Term *left, *right;
  double within; /* coherent; 0: none */
  Loop loops[MAX_RANK];
  const char *variables[MAX_RANK];
  int loop_count;
  Term *filter;
  hermes_unit unit; /* to show both sides in */
  const char *unit_text;
  Span span;
} Assert;

typedef struct Expect {
  const char *doc;
  bool is_range; /* made by the compiler: an argument lies in the range of its parameter */
  Loop loops[MAX_RANK];
  const char *variables[MAX_RANK];
  int loop_count;
  int variable_count; /* in the whole expect */
  Term *filter;
  Vary *varies;
  int vary_count;
  Assert *asserts;
  int assert_count;
  Span span;
} Expect;

typedef struct Program {
  const char *name, *doc;
  Slot *slots;
  int slot_count;
  Table *tables;
  int table_count;
  Block *blocks;
  int block_count;
  Function *functions; /* instances, callees before callers */
  int function_count;
  Expect *expects;
  int expect_count;
  Goal goal;
  int *order; /* computed slots (draw, out, let, kpi, bound): in the order of their steps, and each
                 after what it reads; those of one component side by side, its solves last */
  int order_count;
  int component_count;
  int *component_time; /* by component: the table that it goes along, or -1: it has solves */
  int solve_count;
} Program;

/* ---- lowering: loops that compute (ir.c) ---- */
typedef enum StepKind {
  STEP_MAP,   /* for every element of the slot: slot[...] = value */
  STEP_GROUP, /* one pass over `scan`: slot[.., key, ..] += value wherever filter holds; a grouped
                 sum or count */
} StepKind;

typedef struct Step {
  StepKind kind;
  hermes_step step; /* from HERMES_PREPARE on */
  int slot;
  int blamed;    /* the slot that a fault in it is of */
  int component; /* it belongs to: its passes or, with `starts`, what stands before them; 0: none */
  bool starts;
  int variable_count; /* index variables used in this step, the slot's own first */
  Term *value;
  Loop scan[MAX_RANK]; /* group */
  int scan_count;
  int grouped; /* group: position among the slot's indices that `key` gives */
  Term *key;
  Term *filter;
} Step;

typedef struct Steps {
  Step *items;
  int count;
} Steps;

/* ---- one compilation ---- */

/* Texts that stand in the place of files: what an editor has not written yet. */
typedef struct Overlay {
  const char *(*find)(void *context, const char *path, size_t *length); /* NULL: read the file */
  void *context;
} Overlay;

typedef struct Compiler {
  Arena arena;
  struct References *references; /* where names are noted for editors (references.h), or NULL */
  const struct Overlay *overlay; /* texts that stand for files, or NULL */
  hermes_diagnostics diagnostics;
  Source *sources[MAX_SOURCES];
  uint32_t source_count;
  Tree *trees[MAX_SOURCES]; /* of each source; imports after the blueprint */
  hermes_unit_system units;
  size_t suggesting; /* work spent on candidates for misspelt names: it is bounded */
  size_t trying;     /* bytes checked to find names that were not meant: bounded, too */
  Program program;
  Steps steps;
  const char *stdlib; /* directory of the library's modules */
  char sha256[65];    /* of all sources, in the order read */
} Compiler;

void compiler_init(Compiler *compiler, const char *stdlib);
void compiler_free(Compiler *compiler);

/* Reports at a span; the diagnostic is completed by the caller. */
hermes_diagnostic *report(Compiler *compiler, hermes_code code, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void report_label(Compiler *compiler, hermes_diagnostic *d, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
hermes_place place_of(const Compiler *compiler, Span span);
int line_of(const Compiler *compiler, Span span); /* from 1 */
/* The byte at a line and a column in characters, both from 1; false where there is none. */
bool offset_of(const Source *source, long line, long column, size_t *offset);
Span span_join(Span a, Span b);

/* The passes. Each returns false where it reported an error; the next ones then do not run. */
bool source_read(Compiler *compiler, const char *path, const char *module,
                 uint32_t *source); /* "-": standard input */
/* A source from memory, which is copied. */
bool source_take(Compiler *compiler, const char *path, const char *text, size_t length,
                 uint32_t *source);
bool parse_source(Compiler *compiler, uint32_t source); /* tokens.c, parse.c: source -> tree */
bool load_modules(Compiler *compiler);                  /* modules.c: imports, transitively */
bool module_is_read(const Compiler *compiler, const char *module);
/* The module of the library that defines a function of this name, or NULL. Reads the library. */
const char *module_with(Compiler *compiler, const char *function);
/* Calls `visit` for every module of the library, in no order; its arguments live in the arena. */
void each_module(Compiler *compiler,
                 void (*visit)(void *context, const char *module, const char *path), void *context);
/* Adds the module's name that a misspelt one is nearest to, if any is near. */
void suggest_module(Compiler *compiler, hermes_diagnostic *d, const char *module);
/* "function name(parameters) -> R" of a function of the library, or NULL. */
const char *module_head(Compiler *compiler, const char *function);
bool resolve_program(Compiler *compiler);   /* names.c, types.c, ...: trees -> program */
bool check_contracts(Compiler *compiler);   /* contracts.c, order.c: `in`, cycles -> order */
void infer_stages(Compiler *compiler);      /* stages.c */
hermes_step step_of(unsigned stage);        /* in which a value of that stage is computed */
void add_range_expects(Compiler *compiler); /* validity.c: ranges of parameters -> expects */
void find_windows(Compiler *compiler);      /* windows.c: how much of what goes along a time is kept */
void find_hidden_windows(Compiler *compiler); /* the same of what lowering made */
bool check_blueprint(Compiler *compiler, const char *path); /* all of the above, in order */
/* The same for a text in memory, named `path` in messages. */
bool check_blueprint_text(Compiler *compiler, const char *path, const char *text, size_t length);
bool check_runnable(Compiler *compiler, const char *path); /* and it is no module */

void lower_program(Compiler *compiler); /* lower.c: program -> steps; appends hidden slots */
void emit_c(const Compiler *compiler, FILE *out); /* emit.c */
char *describe_program(const Compiler *compiler,
                       size_t *size); /* describe.c: docs/description.md; malloc'ed */

/* The reference semantics: a model over the typed tree (interpret.c). The compiler must outlive it.
 */
hermes_model *interpreter_model(Compiler *compiler);
void interpreter_free(hermes_model *model);

/* Every intermediate form, for people (print.c). */
void print_tokens(const Compiler *compiler, uint32_t source, FILE *out);
void print_tree(const Compiler *compiler, FILE *out);
void print_types(const Compiler *compiler, FILE *out);
void print_stages(const Compiler *compiler, FILE *out);
void print_steps(const Compiler *compiler, FILE *out);
void print_term(const Compiler *compiler, const Term *term,
                FILE *out); /* one line, fully bracketed */
const char *type_text(const Compiler *compiler,
                      const Type *type); /* "dBm/RE", "bool", "{eco, full}", "row of cell" */
const char *slot_type_text(const Compiler *compiler, const Slot *slot); /* as declared: "int" */
const char *stage_text(const Compiler *compiler, unsigned stage);       /* "twin", "draw+policy" */
const char *role_text(Role role);                                       /* "column", "out" */

/* Building (build.c, cache.c). */
typedef struct BuildOptions {
  const char *output; /* the program to write */
  const char *keep;   /* where to keep the generated C, or NULL */
  bool use_cache;
  bool verbose;
} BuildOptions;
bool build_twin(Compiler *compiler, const BuildOptions *options);

/* Formatting (format.c). Rewrites each file that is not formatted; standard input goes to `out`. */
typedef struct FormatOptions {
  const char *const *paths; /* "-": standard input */
  int count;
  bool check; /* writes no file: each that would change is named on `out` */
} FormatOptions;
bool format_files(Compiler *compiler, const FormatOptions *options, FILE *out);

#endif
