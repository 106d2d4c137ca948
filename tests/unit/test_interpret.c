/* The reference semantics, on programs built by hand: no front end stands between the test and the
 * meaning. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hermesc.h"

#include <hermes/compute.h>
#include <hermes/description.h>

/* ---- a bench: tables ue and cell, slots added one by one, terms in the compiler's arena ----- */

enum { UE, CELL, PATH, MOST_SLOTS = 16 };

typedef struct Bench {
  Compiler compiler;
  Source source;
  Slot slots[MOST_SLOTS];
  Table tables[3];
  Function functions[4];
  Expect expect;
  int order[MOST_SLOTS];
  size_t rows[3];
  void *arrays[MOST_SLOTS]; /* of the frame */
  void *others[MOST_SLOTS]; /* of a second frame */
} Bench;

static Type real_type(void) {
  return (Type){.kind = TYPE_REAL, .table = -1};
}

static Type type_of(TypeKind kind) {
  static const char *names[] = {"eco", "full"};
  static const Labels labels = {names, 2};
  return (Type){.kind = kind,
                .labels = kind == TYPE_ENUM ? &labels : NULL,
                .table = kind == TYPE_REF ? CELL : -1};
}

/* A line for every byte, so that a span's line is its start + 1. */
static void give_source(Bench *b) {
  static const uint32_t lines[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                   10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
  b->source = (Source){.path = "somewhere/bench.hbp",
                       .text = (char *)"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
                       .length = 19,
                       .lines = (uint32_t *)lines,
                       .line_count = 20};
  b->compiler.sources[0] = &b->source;
  b->compiler.source_count = 1;
}

static Bench *bench(size_t ues, size_t cells) {
  Bench *b = calloc(1, sizeof *b);
  compiler_init(&b->compiler, "");
  give_source(b);
  b->rows[UE] = ues;
  b->rows[CELL] = cells;
  b->tables[UE] = (Table){.name = "ue", .doc = "", .source = "ues.csv", .rank = 1, .index = {UE}};
  b->tables[CELL] =
      (Table){.name = "cell", .doc = "sites", .source = "cells.csv", .rank = 1, .index = {CELL}};
  b->tables[PATH] =
      (Table){.name = "path", .doc = "", .source = "rsrp.csv", .rank = 2, .index = {UE, CELL}};
  Program *program = &b->compiler.program;
  program->name = "bench";
  program->doc = "what is \"meant\"";
  program->slots = b->slots;
  program->tables = b->tables;
  program->table_count = 3;
  program->functions = b->functions;
  program->order = b->order;
  program->expects = &b->expect;
  return b;
}

static void bench_free(Bench *b) {
  for (int i = 0; i < MOST_SLOTS; i++) {
    free(b->arrays[i]);
    free(b->others[i]);
  }
  compiler_free(&b->compiler);
  free(b);
}

static size_t elements(const Bench *b, const Slot *slot) {
  size_t count = 1;
  for (int i = 0; i < slot->rank; i++) count *= b->rows[slot->index[i]];
  return count;
}

/* Adds a slot over the tables in `index` ("", "u", "c", "uc"); computed ones in the order of their
 * adding. */
static int add_slot(Bench *b, const char *name, Role role, Type type, const char *index,
                    Term *value) {
  Program *program = &b->compiler.program;
  int number = program->slot_count++;
  Slot *slot = &b->slots[number];
  *slot = (Slot){.name = name,
                 .role = role,
                 .type = type,
                 .unit = hermes_unit_one(),
                 .unit_text = "1",
                 .value = value,
                 .table = -1,
                 .block = -1,
                 .doc = "",
                 .because = -1};
  for (; index[slot->rank]; slot->rank++)
    slot->index[slot->rank] = index[slot->rank] == 'u' ? UE : CELL;
  slot->span = (Span){(uint32_t)number, (uint32_t)number + 1, 0};
  if (role == ROLE_COLUMN) slot->table = slot->rank == 2 ? PATH : slot->index[0];
  if (role >= ROLE_OUT) program->order[program->order_count++] = number;
  size_t size = (elements(b, slot) + 1) * sizeof(double);
  b->arrays[number] = calloc(1, size);
  b->others[number] = calloc(1, size);
  return number;
}

static int real_column(Bench *b, const char *index, const double *values) {
  int slot = add_slot(b, "column", ROLE_COLUMN, real_type(), index, NULL);
  memcpy(b->arrays[slot], values, elements(b, &b->slots[slot]) * sizeof *values);
  return slot;
}

/* ---- terms ---------------------------------------------------------------------------------- */

static Term *term_new(Bench *b, TermKind kind, int count, ...) {
  Term *term = ARENA_NEW(&b->compiler.arena, Term);
  term->kind = kind;
  term->type = real_type();
  term->args = ARENA_ARRAY(&b->compiler.arena, Term *, count + 1);
  va_list args;
  va_start(args, count);
  for (int i = 0; i < count; i++) {
    Term *arg = va_arg(args, Term *);
    if (arg) term->args[term->arg_count++] = arg;
  }
  va_end(args);
  return term;
}

static Term *num(Bench *b, double number) {
  Term *term = term_new(b, TERM_NUMBER, 0);
  term->number = number;
  return term;
}

static Term *indexed(Bench *b, TermKind kind, int index, Term *first, Term *second) {
  Term *term = term_new(b, kind, 2, first, second);
  term->index = index;
  return term;
}

static Term *var(Bench *b, int index) {
  return indexed(b, TERM_VARIABLE, index, NULL, NULL);
}
static Term *loc(Bench *b, int index) {
  return indexed(b, TERM_LOCAL, index, NULL, NULL);
}
static Term *at(Bench *b, int slot, Term *i, Term *k) {
  return indexed(b, TERM_SLOT, slot, i, k);
}
static Term *call(Bench *b, int function, Term *x) {
  return indexed(b, TERM_CALL, function, x, NULL);
}

static Term *op(Bench *b, Operator id, Term *left, Term *right) {
  Term *term = term_new(b, TERM_APPLY, 2, left, right);
  term->op = id;
  return term;
}

static Term *choose(Bench *b, Term *condition, Term *first, Term *second) {
  return term_new(b, TERM_IF, 3, condition, first, second);
}

/* A reduction over one table with index variable 8. */
static Term *over(Bench *b, Reduction reduction, int table, Term *body, Term *filter,
                  Term *fallback) {
  Term *term = term_new(b, TERM_REDUCE, 0);
  term->reduction = reduction;
  term->loops[term->loop_count++] = (Loop){8, table};
  term->body = body;
  term->filter = filter;
  term->fallback = fallback;
  return term;
}

static Term *and_over(Term *reduction, int table) { /* a second loop with variable 9 */
  reduction->loops[reduction->loop_count++] = (Loop){9, table};
  return reduction;
}

static Term *nothing(Bench *b) { /* faults when it is evaluated */
  return over(b, REDUCE_MAX, CELL, num(b, 1), num(b, 0), NULL);
}

/* ---- running -------------------------------------------------------------------------------- */

static hermes_frame frame_of(Bench *b) {
  return (hermes_frame){.rows = b->rows, .slot = b->arrays};
}

static int run(Bench *b, hermes_step step, hermes_fault *fault) {
  hermes_model *model = interpreter_model(&b->compiler);
  assert_non_null(model);
  hermes_frame frame = frame_of(b);
  int status = model->compute(model->context, &frame, step);
  if (fault) *fault = frame.fault;
  interpreter_free(model);
  return status;
}

/* The value of a scalar term, which must not fault. */
static double value(Bench *b, Term *term) {
  Program *program = &b->compiler.program;
  int slot = add_slot(b, "value", ROLE_KPI, real_type(), "", term);
  hermes_fault fault;
  if (run(b, HERMES_PREPARE, &fault)) fail_msg("fault %d", (int)fault.code);
  double result = *(double *)b->arrays[slot];
  free(b->arrays[slot]);
  free(b->others[slot]);
  b->arrays[slot] = b->others[slot] = NULL;
  program->slot_count--;
  program->order_count--;
  return result;
}

static void same(double actual, double expected) { /* to the last bit */
  if (memcmp(&actual, &expected, sizeof actual) != 0)
    fail_msg("%.17g is not %.17g", actual, expected);
}

static void faults(Bench *b, Term *term) {
  Program *program = &b->compiler.program;
  int slot = add_slot(b, "value", ROLE_KPI, real_type(), "", term);
  hermes_fault fault;
  assert_int_equal(run(b, HERMES_PREPARE, &fault), 1);
  assert_int_equal(fault.code, HERMES_EMPTY_REDUCTION);
  assert_int_equal(fault.slot, slot);
  free(b->arrays[slot]);
  free(b->others[slot]);
  b->arrays[slot] = b->others[slot] = NULL;
  program->slot_count--;
  program->order_count--;
}

/* ---- scalars -------------------------------------------------------------------------------- */

static void test_operators(void **state) {
  (void)state;
  static const struct {
    Operator id;
    double a, b, result;
  } cases[] = {
      {OP_ADD, 2, 3, 5},        {OP_SUBTRACT, 2, 3, -1},
      {OP_MULTIPLY, 2, 3, 6},   {OP_DIVIDE, 3, 2, 1.5},
      {OP_LESS, 2, 3, 1},       {OP_LESS, 3, 3, 0},
      {OP_LESS_EQUAL, 3, 3, 1}, {OP_GREATER, 3, 2, 1},
      {OP_GREATER, 3, 3, 0},    {OP_GREATER_EQUAL, 2, 3, 0},
      {OP_EQUAL, 3, 3, 1},      {OP_NOT_EQUAL, 3, 3, 0},
      {OP_AND, 1, 0, 0},        {OP_AND, 1, 1, 1},
      {OP_OR, 0, 0, 0},         {OP_OR, 0, 1, 1},
      {OP_MIN, 2, 3, 2},        {OP_MAX, 2, 3, 3},
      {OP_HYPOT, 3, 4, 5},      {OP_MOD, -1, 3, 2},
      {OP_ATAN2, 0, 1, 0},      {OP_POWER, 2, 10, 1024},
      {OP_EQUAL, NAN, NAN, 0},  {OP_NOT_EQUAL, NAN, NAN, 1},
      {OP_GAMMA_P, 2, 0, 0},    {OP_MARCUM_P, 2, INFINITY, 1},
  };
  Bench *b = bench(1, 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    same(value(b, op(b, cases[i].id, num(b, cases[i].a), num(b, cases[i].b))), cases[i].result);
  bench_free(b);
}

static void test_functions(void **state) {
  (void)state;
  static const struct {
    Operator id;
    double x, result;
  } cases[] = {
      {OP_NEGATE, 2, -2},
      {OP_NOT, 1, 0},
      {OP_NOT, 0, 1},
      {OP_ABS, -2, 2},
      {OP_SQRT, 9, 3},
      {OP_EXP, 0, 1},
      {OP_LOG, 1, 0},
      {OP_LOG10, 1000, 3},
      {OP_LOG2, 8, 3},
      {OP_FLOOR, -0.5, -1},
      {OP_CEIL, 0.5, 1},
      {OP_ROUND, 2.5, 3},
      {OP_SIGN, -7, -1},
      {OP_SIN, 0, 0},
      {OP_COS, 0, 1},
      {OP_TAN, 0, 0},
      {OP_ASIN, 0, 0},
      {OP_ACOS, 1, 0},
      {OP_ATAN, 0, 0},
      {OP_LIN, 20, 100},
      {OP_DB, 100, 20},
      {OP_LIN_FIELD, 20, 10},
      {OP_DB_FIELD, 10, 20},
      {OP_DB, 0, -INFINITY},
      {OP_BESSEL_J1, 0, 0},
      {OP_BESSEL_I0_SCALED, 0, 1},
      {OP_LOG_GAMMA, INFINITY, INFINITY},
  };
  Bench *b = bench(1, 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    same(value(b, op(b, cases[i].id, num(b, cases[i].x), NULL)), cases[i].result);
  bench_free(b);
}

/* Every operator has a meaning: none is left out of the table. */
static void test_all_operators(void **state) {
  (void)state;
  static const int arities[] = {
#define OPERATOR(id, spelling, arity) arity,
#include "syntax/operators.def"
#undef OPERATOR
  };
  Bench *b = bench(1, 1);
  for (int id = 0; id < OP_COUNT; id++)
    value(b, op(b, (Operator)id, num(b, 0.5), arities[id] == 2 ? num(b, 0.25) : NULL));
  bench_free(b);
}

static void test_power(void **state) {
  (void)state;
  static const double exponents[] = {2, 0.5, 1, -1, 3};
  double x = 1.1, expected[] = {x * x, sqrt(x), x, 1 / x, pow(x, 3)};
  Bench *b = bench(1, 1);
  for (size_t i = 0; i < 5; i++)
    same(value(b, op(b, OP_POWER, num(b, x), num(b, exponents[i]))), expected[i]);
  same(value(b, op(b, OP_POWER, num(b, x), op(b, OP_ADD, num(b, 1), num(b, 1)))), pow(x, 2));
  bench_free(b);
}

static void test_lazy(void **state) {
  (void)state;
  Bench *b = bench(1, 3);
  same(value(b, op(b, OP_OR, num(b, 1), nothing(b))), 1);
  same(value(b, op(b, OP_AND, num(b, 0), nothing(b))), 0);
  same(value(b, choose(b, num(b, 1), num(b, 7), nothing(b))), 7);
  same(value(b, choose(b, num(b, 0), nothing(b), num(b, 8))), 8);
  faults(b, op(b, OP_OR, num(b, 0), nothing(b)));
  faults(b, op(b, OP_AND, num(b, 1), nothing(b)));
  faults(b, op(b, OP_OR, nothing(b), num(b, 1)));
  faults(b, choose(b, nothing(b), num(b, 1), num(b, 2)));
  Term *fault = term_new(b, TERM_FAULT, 0);
  fault->index = HERMES_EMPTY_REDUCTION;
  faults(b, fault);
  bench_free(b);
}

/* ---- functions ------------------------------------------------------------------------------ */

/* f(x) = let y = x + 1; let z = y * 10; z + x */
static void define_function(Bench *b) {
  Term **lets = ARENA_ARRAY(&b->compiler.arena, Term *, 2);
  lets[0] = op(b, OP_ADD, loc(b, 0), num(b, 1));
  lets[1] = op(b, OP_MULTIPLY, loc(b, 1), num(b, 10));
  b->functions[0] = (Function){.name = "f",
                               .parameter_count = 1,
                               .local_count = 3,
                               .lets = lets,
                               .let_count = 2,
                               .result = op(b, OP_ADD, loc(b, 2), loc(b, 0))};
  b->compiler.program.function_count = 1;
}

static void test_calls(void **state) {
  (void)state;
  Bench *b = bench(1, 1);
  define_function(b);
  same(value(b, call(b, 0, num(b, 2))), 32);
  same(value(b, call(b, 0, call(b, 0, call(b, 0, num(b, 2))))), 3992);
  b->functions[1] =
      (Function){.name = "g",
                 .parameter_count = 1,
                 .local_count = 1,
                 .result = op(b, OP_SUBTRACT, call(b, 0, call(b, 0, loc(b, 0))), loc(b, 0))};
  b->compiler.program.function_count = 2;
  same(value(b, call(b, 1, call(b, 0, num(b, 2)))), 3992 - 32);
  bench_free(b);
}

/* A chain of functions, each a deep term around a call of the one before, is refused before it
 * takes the stack. */
static hermes_model *chain(Bench *b, Function *functions, int count, int depth) {
  for (int i = 0; i < count; i++) {
    Term *term = i ? call(b, i - 1, loc(b, 0)) : loc(b, 0);
    for (int k = 0; k < depth; k++) term = op(b, OP_ADD, num(b, 1), term);
    functions[i] = (Function){.name = "f", .parameter_count = 1, .local_count = 1, .result = term};
  }
  b->compiler.program.functions = functions;
  b->compiler.program.function_count = count;
  add_slot(b, "x", ROLE_KPI, real_type(), "", call(b, count - 1, num(b, 0)));
  return interpreter_model(&b->compiler);
}

static void test_depth(void **state) {
  (void)state;
  static Function functions[100];
  Bench *b = bench(1, 1);
  assert_null(chain(b, functions, 100, 150));
  bench_free(b);
  b = bench(1, 1);
  interpreter_free(chain(b, functions, 50, 190));
  assert_int_equal(run(b, HERMES_PREPARE, NULL), 0);
  same(*(double *)b->arrays[0], 50 * 190);
  bench_free(b);
}

/* ---- reductions ----------------------------------------------------------------------------- */

static double *uneven(size_t count) { /* sums of these depend on their order */
  double *values = malloc(count * sizeof *values);
  for (size_t i = 0; i < count; i++)
    values[i] =
        (i % 2 ? -1.0 : 1.0) * (0.1 + (double)(i * 7919 % 1013)) * pow(10, (double)(i % 17) - 5);
  return values;
}

static double blocked(const double *values, size_t count, size_t stride, size_t skip) {
  double total = 0;
  for (size_t from = 0; from < count; from += HERMES_SUM_BLOCK * stride) {
    double part = 0;
    for (size_t i = from; i < count && i < from + HERMES_SUM_BLOCK * stride; i++)
      if (!skip || i % skip) part += values[i];
    total += part;
  }
  return total;
}

static void test_sum(void **state) {
  (void)state;
  static const size_t counts[] = {1, 1023, 1024, 1025, 2048, 5000};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    Bench *b = bench(counts[i], 1);
    double *values = uneven(counts[i]);
    int x = real_column(b, "u", values);
    Term *odd = op(b, OP_NOT_EQUAL, op(b, OP_MOD, var(b, 8), num(b, 3)), num(b, 0));
    same(value(b, over(b, REDUCE_SUM, UE, at(b, x, var(b, 8), NULL), NULL, NULL)),
         blocked(values, counts[i], 1, 0));
    same(value(b, over(b, REDUCE_SUM, UE, at(b, x, var(b, 8), NULL), odd, NULL)),
         blocked(values, counts[i], 1, 3));
    same(value(b, over(b, REDUCE_MEAN, UE, at(b, x, var(b, 8), NULL), NULL, NULL)),
         blocked(values, counts[i], 1, 0) / (double)counts[i]);
    free(values);
    bench_free(b);
  }
}

/* Blocks are counted over the outermost loop. */
static void test_sum_nested(void **state) {
  (void)state;
  Bench *b = bench(2500, 3);
  double *values = uneven(7500);
  int x = real_column(b, "uc", values);
  Term *sum = over(b, REDUCE_SUM, UE, at(b, x, var(b, 8), var(b, 9)), NULL, NULL);
  same(value(b, and_over(sum, CELL)), blocked(values, 7500, 3, 0));
  free(values);
  bench_free(b);
}

static void test_inner_table_empty(void **state) {
  (void)state;
  Bench *b = bench(5, 0);
  same(value(b, and_over(over(b, REDUCE_SUM, UE, num(b, 1), NULL, NULL), CELL)), 0);
  faults(b, and_over(over(b, REDUCE_MIN, UE, num(b, 1), NULL, NULL), CELL));
  bench_free(b);
}

static Term *reduced(Bench *b, Reduction reduction, int slot, Term *filter) {
  return over(b, reduction, UE, at(b, slot, var(b, 8), NULL), filter, NULL);
}

static Term *after_first(Bench *b) {
  return op(b, OP_GREATER, var(b, 8), num(b, 0));
}

static void test_reductions(void **state) {
  (void)state;
  static const double values[] = {9, 3, 5, 5, 3};
  static const double truths[] = {0, 1, 1, 0, 1};
  Bench *b = bench(5, 1);
  int x = real_column(b, "u", values), t = real_column(b, "u", truths);
  static const struct {
    Reduction reduction;
    bool truth;
    double all, rest;
  } cases[] = {
      {REDUCE_SUM, false, 25, 16},     {REDUCE_PRODUCT, false, 2025, 225},
      {REDUCE_MIN, false, 3, 3},       {REDUCE_MAX, false, 9, 5},
      {REDUCE_ARGMAX, false, 0, 2},    {REDUCE_ARGMIN, false, 1, 1},
      {REDUCE_MEAN, false, 5, 4},      {REDUCE_COUNT, true, 3, 3},
      {REDUCE_SHARE, true, 0.6, 0.75}, {REDUCE_ANY, true, 1, 1},
      {REDUCE_ALL, true, 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int slot = cases[i].truth ? t : x;
    same(value(b, reduced(b, cases[i].reduction, slot, NULL)), cases[i].all);
    same(value(b, reduced(b, cases[i].reduction, slot, after_first(b))), cases[i].rest);
  }
  bench_free(b);
}

static void test_not_a_number(void **state) {
  (void)state;
  static const double some[] = {NAN, 2, NAN, 4, 4}, none[] = {NAN, NAN, NAN, NAN, NAN};
  Bench *b = bench(5, 1);
  int x = real_column(b, "u", some), y = real_column(b, "u", none);
  same(value(b, reduced(b, REDUCE_ARGMAX, x, NULL)), 3);
  same(value(b, reduced(b, REDUCE_ARGMIN, x, NULL)), 1);
  same(value(b, reduced(b, REDUCE_ARGMAX, y, NULL)), 0);
  same(value(b, reduced(b, REDUCE_ARGMIN, y, after_first(b))), 1);
  assert_true(isnan(value(b, reduced(b, REDUCE_MIN, x, NULL))));
  assert_true(isnan(value(b, reduced(b, REDUCE_MAX, x, NULL))));
  bench_free(b);
}

static void test_percentile(void **state) {
  (void)state;
  enum { COUNT = 200 };
  double values[COUNT];
  for (int i = 0; i < COUNT; i++) values[i] = (double)(i * 37 % COUNT);
  Bench *b = bench(COUNT, 1);
  int x = real_column(b, "u", values);
  Term *term = reduced(b, REDUCE_PERCENTILE, x, NULL);
  term->args[term->arg_count++] = num(b, 0.5);
  same(value(b, term), 99.5);
  term->filter = op(b, OP_LESS, at(b, x, var(b, 8), NULL), num(b, 11));
  same(value(b, term), 5);
  term->filter = num(b, 0);
  faults(b, term);
  term->fallback = num(b, -1);
  same(value(b, term), -1);
  bench_free(b);
}

static void test_nothing_accepted(void **state) {
  (void)state;
  static const struct {
    Reduction reduction;
    bool neutral;
    double value;
  } cases[] = {
      {REDUCE_SUM, true, 0},   {REDUCE_COUNT, true, 0},   {REDUCE_PRODUCT, true, 1},
      {REDUCE_ANY, true, 0},   {REDUCE_ALL, true, 1},     {REDUCE_MIN, false, 0},
      {REDUCE_MAX, false, 0},  {REDUCE_ARGMAX, false, 0}, {REDUCE_ARGMIN, false, 0},
      {REDUCE_MEAN, false, 0}, {REDUCE_SHARE, false, 0},
  };
  Bench *b = bench(5, 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Term *filtered = over(b, cases[i].reduction, UE, num(b, 3), num(b, 0), NULL);
    Term *rowless = over(b, cases[i].reduction, CELL, num(b, 3), NULL, NULL);
    if (cases[i].neutral) same(value(b, filtered), cases[i].value);
    if (cases[i].neutral) same(value(b, rowless), cases[i].value);
    if (!cases[i].neutral) faults(b, filtered);
    if (!cases[i].neutral) faults(b, rowless);
    filtered->fallback = num(b, 42);
    same(value(b, filtered), 42);
    filtered->filter = NULL; /* then the fallback is not looked at */
    filtered->fallback = nothing(b);
    value(b, filtered);
  }
  same(value(b, op(b, OP_DB, over(b, REDUCE_SUM, UE, num(b, 1), num(b, 0), NULL), NULL)),
       -INFINITY);
  bench_free(b);
}

/* `any` and `all` look no further than they need, as `or` and `and` do. */
static void test_early(void **state) {
  (void)state;
  Bench *b = bench(5, 2);
  Term *first = op(b, OP_EQUAL, var(b, 8), num(b, 1));
  Term *later = op(b, OP_GREATER, var(b, 8), num(b, 1));
  Term *body = choose(b, later, nothing(b), first);
  same(value(b, over(b, REDUCE_ANY, UE, body, NULL, NULL)), 1);
  same(value(b, over(b, REDUCE_ALL, UE, choose(b, later, nothing(b), num(b, 0)), NULL, NULL)), 0);
  faults(b, over(b, REDUCE_ALL, UE, choose(b, later, nothing(b), num(b, 1)), NULL, NULL));
  faults(b, over(b, REDUCE_SUM, UE, body, NULL, NULL));
  faults(b, over(b, REDUCE_SUM, UE, num(b, 1), body, NULL));
  bench_free(b);
}

/* ---- slots and steps ------------------------------------------------------------------------ */

static void test_arrays(void **state) {
  (void)state;
  static const double gains[] = {1, 2, 3, 9, 9, 5};
  Bench *b = bench(2, 3);
  int gain = real_column(b, "uc", gains);
  Term *best = over(b, REDUCE_ARGMAX, CELL, at(b, gain, var(b, 0), var(b, 8)), NULL, NULL);
  int server = add_slot(b, "server", ROLE_OUT, type_of(TYPE_REF), "u", best);
  int signal = add_slot(b, "signal", ROLE_OUT, real_type(), "u",
                        at(b, gain, var(b, 0), at(b, server, var(b, 0), NULL)));
  Term *serves = op(b, OP_EQUAL, at(b, server, var(b, 1), NULL), var(b, 0));
  int used = add_slot(b, "used", ROLE_LET, type_of(TYPE_BOOL), "cu", serves);
  int turned =
      add_slot(b, "turned", ROLE_LET, real_type(), "cu", at(b, gain, var(b, 1), var(b, 0)));
  assert_int_equal(run(b, HERMES_PREPARE, NULL), 0);
  assert_memory_equal(b->arrays[server], ((int32_t[]){2, 0}), 2 * sizeof(int32_t));
  assert_memory_equal(b->arrays[signal], ((double[]){3, 9}), 2 * sizeof(double));
  assert_memory_equal(b->arrays[used], ((int32_t[]){0, 1, 0, 0, 1, 0}), 6 * sizeof(int32_t));
  assert_memory_equal(b->arrays[turned], ((double[]){1, 9, 2, 9, 3, 5}), 6 * sizeof(double));
  bench_free(b);
}

static void test_steps(void **state) {
  (void)state;
  Bench *b = bench(2, 2);
  int input = add_slot(b, "input", ROLE_INPUT, real_type(), "", num(b, 3));
  int required = add_slot(b, "required", ROLE_INPUT, real_type(), "", NULL);
  int policy = add_slot(b, "policy", ROLE_POLICY, type_of(TYPE_ENUM), "c",
                        op(b, OP_ADD, var(b, 0), num(b, 1)));
  int prepared = add_slot(b, "prepared", ROLE_OUT, real_type(), "",
                          op(b, OP_ADD, at(b, input, NULL, NULL), at(b, required, NULL, NULL)));
  int evaluated =
      add_slot(b, "evaluated", ROLE_OUT, real_type(), "",
               op(b, OP_MULTIPLY, at(b, policy, num(b, 1), NULL), at(b, prepared, NULL, NULL)));
  b->slots[evaluated].stage = STAGE_POLICY;
  *(double *)b->arrays[required] = 4;
  assert_int_equal(run(b, HERMES_INPUTS, NULL), 0);
  same(*(double *)b->arrays[input], 3);
  same(*(double *)b->arrays[required], 4);
  assert_int_equal(((int32_t *)b->arrays[policy])[1], 0);
  assert_int_equal(run(b, HERMES_POLICIES, NULL), 0);
  assert_int_equal(((int32_t *)b->arrays[policy])[1], 2);
  assert_int_equal(run(b, HERMES_PREPARE, NULL), 0);
  same(*(double *)b->arrays[prepared], 7);
  same(*(double *)b->arrays[evaluated], 0);
  assert_int_equal(run(b, HERMES_DECIDE, NULL), 0);
  same(*(double *)b->arrays[evaluated], 14);
  bench_free(b);
}

/* The first element that has no value names itself; nothing behind it is computed. */
static void test_fault(void **state) {
  (void)state;
  Bench *b = bench(2, 3);
  add_slot(b, "before", ROLE_OUT, real_type(), "", num(b, 1));
  Term *here =
      op(b, OP_AND, op(b, OP_EQUAL, var(b, 0), num(b, 1)), op(b, OP_EQUAL, var(b, 1), num(b, 2)));
  int broken =
      add_slot(b, "broken", ROLE_OUT, real_type(), "uc", choose(b, here, nothing(b), num(b, 6)));
  int after = add_slot(b, "after", ROLE_OUT, real_type(), "", num(b, 1));
  hermes_fault fault;
  assert_int_equal(run(b, HERMES_PREPARE, &fault), 1);
  assert_int_equal(fault.code, HERMES_EMPTY_REDUCTION);
  assert_int_equal(fault.slot, broken);
  assert_int_equal(fault.line, broken + 1);
  assert_int_equal(fault.row[0], 1);
  assert_int_equal(fault.row[1], 2);
  same(((double *)b->arrays[broken])[4], 6);
  same(*(double *)b->arrays[after], 0);
  bench_free(b);
}

/* A row number that is none is not followed. */
static void test_fault_in_index(void **state) {
  (void)state;
  Bench *b = bench(2, 0);
  int x = add_slot(b, "x", ROLE_COLUMN, real_type(), "c", NULL);
  faults(b, at(b, x, over(b, REDUCE_ARGMAX, CELL, num(b, 1), NULL, NULL), NULL));
  bench_free(b);
}

/* ---- expects -------------------------------------------------------------------------------- */

/* policy offset[cell], mode; out doubled[cell] = 2 offset. Expect for c in cell (variable 0). */
typedef struct Trial {
  Bench *b;
  int offset, mode, doubled;
  Vary varies[2];
  Assert asserts[2];
  hermes_model *model;
  hermes_frame before, after;
} Trial;

static void set_up(Trial *t) {
  Bench *b = t->b = bench(2, 3);
  t->offset = add_slot(b, "offset", ROLE_POLICY, real_type(), "c", num(b, 0));
  t->mode = add_slot(b, "mode", ROLE_POLICY, type_of(TYPE_ENUM), "", num(b, 0));
  t->doubled = add_slot(b, "doubled", ROLE_OUT, real_type(), "c",
                        op(b, OP_MULTIPLY, num(b, 2), at(b, t->offset, var(b, 0), NULL)));
  b->slots[t->doubled].stage = STAGE_POLICY;
  b->expect = (Expect){.doc = "more is more",
                       .loops = {{0, CELL}},
                       .variables = {"c"},
                       .loop_count = 1,
                       .varies = t->varies,
                       .asserts = t->asserts,
                       .span = {9, 10, 0}};
  b->compiler.program.expect_count = 1;
}

static void begin_trial(Trial *t) {
  Bench *b = t->b;
  t->model = interpreter_model(&b->compiler);
  t->before = (hermes_frame){.rows = b->rows, .slot = b->arrays};
  t->after = (hermes_frame){.rows = b->rows, .slot = b->others};
  for (int i = 0; i < 3; i++) {
    ((double *)b->arrays[t->offset])[i] = ((double *)b->others[t->offset])[i] = i;
    ((double *)b->arrays[t->doubled])[i] = ((double *)b->others[t->doubled])[i] = 2 * i;
  }
}

static void end_trial(Trial *t) {
  interpreter_free(t->model);
  bench_free(t->b);
}

static int vary_row(Trial *t, size_t row) {
  return t->model->vary(t->model->context, 0, &row, &t->before, &t->after);
}

static void test_vary(void **state) {
  (void)state;
  Trial t = {0};
  set_up(&t);
  Bench *b = t.b;
  Term *own = var(b, 0), *three = num(b, 3), *one = num(b, 1);
  t.varies[0] = (Vary){.slot = t.offset, .rows = &own, .by = true, .amount = three};
  t.varies[1] = (Vary){.slot = t.mode, .by = false, .amount = one};
  b->expect.vary_count = 2;
  b->expect.filter = op(b, OP_LESS, at(b, t.offset, var(b, 0), NULL), num(b, 2));
  begin_trial(&t);
  assert_int_equal(vary_row(&t, 1), 1);
  assert_memory_equal(b->others[t.offset], ((double[]){0, 4, 2}), 3 * sizeof(double));
  assert_int_equal(*(int32_t *)b->others[t.mode], 1);
  assert_memory_equal(b->arrays[t.offset], ((double[]){0, 1, 2}), 3 * sizeof(double));
  assert_int_equal(vary_row(&t, 1), 1); /* from `before`'s filter, onto what is in `frame` */
  assert_memory_equal(b->others[t.offset], ((double[]){0, 7, 2}), 3 * sizeof(double));
  assert_int_equal(vary_row(&t, 2), 0);
  assert_memory_equal(b->others[t.offset], ((double[]){0, 7, 2}), 3 * sizeof(double));
  end_trial(&t);
}

static void test_vary_fault(void **state) {
  (void)state;
  for (int where = 0; where < 3; where++) { /* in the filter, the row, the amount */
    Trial t = {0};
    set_up(&t);
    Term *row = where == 1 ? nothing(t.b) : var(t.b, 0);
    t.varies[0] =
        (Vary){.slot = t.offset, .rows = &row, .amount = where == 2 ? nothing(t.b) : num(t.b, 5)};
    t.b->expect.vary_count = 1;
    if (where == 0) t.b->expect.filter = nothing(t.b);
    begin_trial(&t);
    assert_int_equal(vary_row(&t, 2), -1);
    assert_int_equal(t.after.fault.code, HERMES_EMPTY_REDUCTION);
    assert_int_equal(t.after.fault.slot, -1);
    assert_int_equal(t.after.fault.line, 10);
    assert_int_equal(t.after.fault.row[0], 2);
    assert_memory_equal(t.b->others[t.offset], t.b->arrays[t.offset], 3 * sizeof(double));
    end_trial(&t);
  }
}

static int assess_row(Trial *t, size_t row, hermes_verdict *verdicts) {
  return t->model->assess(t->model->context, 0, &row, &t->before, &t->after, verdicts);
}

/* doubled[k] > before.doubled[k] for k in cell if k <= c */
static Assert grows(Trial *t) {
  Bench *b = t->b;
  Term *right = at(b, t->doubled, var(b, 1), NULL);
  right->before = true;
  return (Assert){.relation = OP_GREATER,
                  .left = at(b, t->doubled, var(b, 1), NULL),
                  .right = right,
                  .loops = {{1, CELL}},
                  .variables = {"k"},
                  .loop_count = 1,
                  .filter = op(b, OP_LESS_EQUAL, var(b, 1), var(b, 0)),
                  .span = {10, 11, 0}};
}

static void test_assess(void **state) {
  (void)state;
  Trial t = {0};
  set_up(&t);
  t.asserts[0] = grows(&t);
  t.asserts[1] = (Assert){.relation = OP_COUNT,
                          .left = op(t.b, OP_LESS, var(t.b, 0), num(t.b, 2)),
                          .span = {11, 12, 0}};
  t.b->expect.assert_count = 2;
  begin_trial(&t);
  ((double *)t.b->others[t.doubled])[0] = 5; /* grows from 0; the others stay */
  hermes_verdict verdicts[2] = {{0}};
  assert_int_equal(assess_row(&t, 0, verdicts), 0);
  assert_int_equal(verdicts[0].checked, 1);
  assert_int_equal(verdicts[0].failed, 0);
  assert_int_equal(assess_row(&t, 2, verdicts), 0);
  assert_int_equal(verdicts[0].checked, 4);
  assert_int_equal(verdicts[0].failed, 2);
  assert_int_equal(verdicts[1].checked, 2);
  assert_int_equal(verdicts[1].failed, 1);
  end_trial(&t);
}

static void test_assess_fault(void **state) {
  (void)state;
  Trial t = {0};
  set_up(&t);
  t.asserts[0] = grows(&t);
  t.asserts[0].right = nothing(t.b);
  t.b->expect.assert_count = 1;
  begin_trial(&t);
  hermes_verdict verdict = {0};
  assert_int_equal(assess_row(&t, 1, &verdict), 1);
  assert_int_equal(t.after.fault.slot, -1);
  assert_int_equal(t.after.fault.line, 11);
  assert_int_equal(t.after.fault.row[0], 1);
  assert_int_equal(verdict.checked, 0);
  end_trial(&t);
}

/* ---- description ---------------------------------------------------------------------------- */

static hermes_description *described(Bench *b) {
  size_t size;
  char error[256] = "", *json = describe_program(&b->compiler, &size);
  hermes_description *d =
      hermes_description_parse((const unsigned char *)json, size, error, sizeof error);
  if (!d) fail_msg("%s in %s", error, json);
  free(json);
  return d;
}

static void measure_in(Bench *b, int slot, const char *unit) {
  b->slots[slot].unit_text = unit;
  assert_true(
      hermes_unit_parse(&b->compiler.units, unit, strlen(unit), &b->slots[slot].unit, NULL, 0));
}

static void test_describe_blueprint(void **state) {
  (void)state;
  Bench *b = bench(2, 3);
  Block block = {.name = "set", .doc = "why", .operational = true, .span = {3, 4, 0}};
  b->compiler.program.blocks = &block;
  b->compiler.program.block_count = 1;
  strcpy(b->compiler.sha256, "abc");
  hermes_unit_declare(&b->compiler.units, "user");
  hermes_description *d = described(b);
  assert_int_equal(d->abi, HERMES_ABI);
  assert_true(strlen(d->hermes) > 0);
  assert_string_equal(d->blueprint, "bench");
  assert_string_equal(d->blueprint_doc, "what is \"meant\"");
  assert_string_equal(d->blueprint_file, "bench.hbp");
  assert_string_equal(d->sha256, "abc");
  assert_string_equal(d->units.declared[0], "user");
  assert_int_equal(d->table_count, 3);
  assert_string_equal(d->tables[CELL].source, "cells.csv");
  assert_true(hermes_table_has_rows(&d->tables[CELL], CELL));
  assert_int_equal(d->tables[PATH].index.table[1], CELL);
  assert_string_equal(d->blocks[0].kind, "operational");
  assert_int_equal(d->blocks[0].line, 4);
  assert_false(d->has_goal);
  hermes_description_free(d);
  bench_free(b);
}

static void test_describe_columns(void **state) {
  (void)state;
  Bench *b = bench(2, 3);
  int load = real_column(b, "c", (double[]){0, 0, 0});
  measure_in(b, load, "%");
  b->slots[load].has_default = true;
  b->slots[load].default_number = 0.3;
  b->slots[load].domain = (Domain){.present = true, .low = 0, .high = INFINITY};
  int mode = add_slot(b, "mode", ROLE_COLUMN, type_of(TYPE_ENUM), "c", NULL);
  b->slots[mode].has_default = b->slots[mode].or_missing = true;
  b->slots[mode].default_number = 1;
  int server = add_slot(b, "server", ROLE_COLUMN, type_of(TYPE_REF), "c", NULL);
  b->tables[CELL].column_count = 3;
  hermes_description *d = described(b);
  same(d->slots[load].default_number, 0.3 / 0.01);
  assert_string_equal(d->slots[load].unit, "%");
  assert_int_equal(d->slots[load].domain.form, HERMES_RANGE);
  same(d->slots[load].domain.high, INFINITY);
  assert_false(d->slots[load].or_missing);
  assert_string_equal(d->slots[mode].labels[1], "full");
  assert_true(d->slots[mode].or_missing);
  same(d->slots[mode].default_number, 1);
  assert_int_equal(d->slots[server].refers, CELL);
  assert_false(d->slots[server].has_default);
  hermes_description_free(d);
  bench_free(b);
}

static void test_describe_goal(void **state) {
  (void)state;
  Bench *b = bench(2, 3);
  int given = add_slot(b, "given", ROLE_INPUT, real_type(), "", num(b, 1));
  int asked = add_slot(b, "asked", ROLE_INPUT, real_type(), "", NULL);
  int offset = add_slot(b, "offset", ROLE_POLICY, real_type(), "c", num(b, 1));
  double values[] = {40, 0.1, 0.1 + 0.2};
  b->slots[offset].domain = (Domain){.present = true, .finite = true, .values = values, .count = 3};
  int first = add_slot(b, "first", ROLE_KPI, real_type(), "", num(b, 1));
  int second = add_slot(b, "second", ROLE_KPI, real_type(), "", num(b, 1));
  b->slots[second].stage = STAGE_POLICY;
  int bound = add_slot(b, "", ROLE_BOUND, real_type(), "", num(b, 1));
  Goal *goal = &b->compiler.program.goal;
  goal->present = true;
  goal->objective_count = goal->constraint_count = 1;
  goal->objectives = arena_alloc(&b->compiler.arena, sizeof *goal->objectives);
  goal->constraints = arena_alloc(&b->compiler.arena, sizeof *goal->constraints);
  goal->objectives[0].kpi = second;
  goal->objectives[0].maximize = true;
  goal->constraints[0].kpi = first;
  goal->constraints[0].relation = OP_GREATER_EQUAL;
  goal->constraints[0].bound = bound;
  hermes_description *d = described(b);
  assert_false(d->slots[given].required);
  assert_true(d->slots[asked].required);
  assert_int_equal(d->policies[0], offset);
  same(d->slots[offset].domain.values[2], 0.1 + 0.2);
  assert_int_equal(d->slots[first].stage, 0);
  assert_int_equal(d->slots[second].stage, HERMES_STAGE_POLICY);
  assert_int_equal(d->objectives[0].kpi, 1);
  assert_true(d->objectives[0].maximize);
  assert_int_equal(d->constraints[0].kpi, 0);
  assert_string_equal(d->constraints[0].relation, ">=");
  assert_int_equal(d->constraints[0].bound, bound);
  hermes_description_free(d);
  bench_free(b);
}

static void test_describe_expect(void **state) {
  (void)state;
  Trial t = {0};
  set_up(&t);
  Term *own = var(t.b, 0);
  t.varies[0] = (Vary){.slot = t.offset, .rows = &own, .amount = num(t.b, 5)};
  t.b->expect.vary_count = 1;
  t.asserts[0] = grows(&t);
  t.asserts[0].unit_text = "km";
  assert_true(hermes_unit_parse(&t.b->compiler.units, "km", 2, &t.asserts[0].unit, NULL, 0));
  t.asserts[0].within = 500;
  t.asserts[1] = (Assert){.relation = OP_COUNT, .left = op(t.b, OP_LESS, num(t.b, 1), num(t.b, 2))};
  t.asserts[1].left->type = type_of(TYPE_BOOL);
  t.b->expect.assert_count = 2;
  hermes_description *d = described(t.b);
  assert_true(d->expects[0].varies);
  assert_false(d->expects[0].varies_input);
  assert_int_equal(d->expects[0].line, 10);
  assert_string_equal(d->expects[0].variables[0], "c");
  assert_string_equal(d->expects[0].asserts[0].relation, ">");
  assert_string_equal(d->expects[0].asserts[0].unit, "km");
  assert_string_equal(d->expects[0].asserts[0].variables[0], "k");
  same(d->expects[0].asserts[0].within, 0.5);
  assert_string_equal(d->expects[0].asserts[1].relation, "");
  assert_int_equal(d->expects[0].asserts[1].kind, HERMES_BOOL);
  assert_false(d->expects[0].asserts[1].has_within);
  hermes_description_free(d);
  t.model = NULL;
  end_trial(&t);
}

static void works(const hermes_description *d, int slot, double operations, size_t rank, int outer,
                  int inner) {
  for (size_t i = 0; i < d->work_count; i++) {
    const hermes_work *work = &d->work[i];
    if (work->slot != slot || work->operations != operations || work->index.rank != rank) continue;
    if ((rank < 1 || work->index.table[0] == outer) && (rank < 2 || work->index.table[1] == inner))
      return;
  }
  fail_msg("no work of slot %d with %g operations over %zu tables", slot, operations, rank);
}

static void test_describe_work(void **state) {
  (void)state;
  Bench *b = bench(2, 3);
  define_function(b); /* 3 + 3 + 3 terms */
  int called = add_slot(b, "called", ROLE_OUT, real_type(), "u", call(b, 0, call(b, 0, var(b, 0))));
  Term *sum = over(b, REDUCE_SUM, CELL, op(b, OP_ADD, var(b, 8), num(b, 1)), num(b, 1), num(b, 0));
  int summed = add_slot(b, "summed", ROLE_OUT, real_type(), "u", op(b, OP_NEGATE, sum, NULL));
  int chosen = add_slot(b, "chosen", ROLE_OUT, real_type(), "",
                        choose(b, num(b, 1), num(b, 2), op(b, OP_NEGATE, num(b, 1), NULL)));
  hermes_description *d = described(b);
  works(d, called, 1 + 1 + 1 + 9 + 9, 1, UE, 0);
  works(d, summed, 1 + 1 + 1, 1, UE, 0);
  works(d, summed, 1 + 3 + 1, 2, UE, CELL);
  works(d, chosen, 1 + 1 + 2, 0, 0, 0);
  assert_int_equal(d->work_count, 4);
  hermes_description_free(d);
  bench_free(b);
}

/* A lowered program's work is that of its steps: a grouped sum runs over what it scans, once. */
static void test_describe_steps(void **state) {
  (void)state;
  Bench *b = bench(2, 3);
  int load = add_slot(b, "load", ROLE_OUT, real_type(), "c", num(b, 1));
  int total = add_slot(b, "total", ROLE_HIDDEN, real_type(), "", num(b, 1));
  Step steps[] = {{.kind = STEP_GROUP,
                   .slot = load,
                   .value = num(b, 1),
                   .scan = {{1, UE}},
                   .scan_count = 1,
                   .key = var(b, 1)},
                  {.kind = STEP_MAP, .slot = total, .value = op(b, OP_NEGATE, num(b, 1), NULL)}};
  b->slots[total].unit_text = NULL;
  b->compiler.steps = (Steps){steps, 2};
  hermes_description *d = described(b);
  assert_int_equal(d->work_count, 2);
  works(d, load, 1 + 1 + 1, 1, UE, 0);
  works(d, total, 2, 0, 0, 0);
  assert_int_equal(d->slots[total].role, HERMES_HIDDEN);
  hermes_description_free(d);
  bench_free(b);
}

/* Functions that double their work at each level end as a number, and as a refusal, not as an
 * overflow. */
static void test_describe_explosion(void **state) {
  (void)state;
  enum { COUNT = 1200 };
  static Function functions[COUNT];
  Bench *b = bench(2, 3);
  for (int i = 0; i < COUNT; i++) {
    Term *half = i ? call(b, i - 1, loc(b, 0)) : loc(b, 0);
    functions[i] = (Function){
        .name = "f", .parameter_count = 1, .local_count = 1, .result = op(b, OP_ADD, half, half)};
  }
  b->compiler.program.functions = functions;
  b->compiler.program.function_count = COUNT;
  int x = add_slot(b, "x", ROLE_OUT, real_type(), "u", call(b, COUNT - 1, num(b, 1)));
  hermes_description *d = described(b);
  works(d, x, 1e300, 1, UE, 0);
  hermes_description_free(d);
  bench_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_operators),
      cmocka_unit_test(test_functions),
      cmocka_unit_test(test_all_operators),
      cmocka_unit_test(test_power),
      cmocka_unit_test(test_lazy),
      cmocka_unit_test(test_calls),
      cmocka_unit_test(test_depth),
      cmocka_unit_test(test_sum),
      cmocka_unit_test(test_sum_nested),
      cmocka_unit_test(test_inner_table_empty),
      cmocka_unit_test(test_reductions),
      cmocka_unit_test(test_not_a_number),
      cmocka_unit_test(test_percentile),
      cmocka_unit_test(test_nothing_accepted),
      cmocka_unit_test(test_early),
      cmocka_unit_test(test_arrays),
      cmocka_unit_test(test_steps),
      cmocka_unit_test(test_fault),
      cmocka_unit_test(test_fault_in_index),
      cmocka_unit_test(test_vary),
      cmocka_unit_test(test_vary_fault),
      cmocka_unit_test(test_assess),
      cmocka_unit_test(test_assess_fault),
      cmocka_unit_test(test_describe_blueprint),
      cmocka_unit_test(test_describe_columns),
      cmocka_unit_test(test_describe_goal),
      cmocka_unit_test(test_describe_expect),
      cmocka_unit_test(test_describe_work),
      cmocka_unit_test(test_describe_steps),
      cmocka_unit_test(test_describe_explosion),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
