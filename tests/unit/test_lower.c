/* Lowering and emission: what the generated C computes is what the interpreter computes, to the
 * last bit; and reductions are grouped, costly terms hoisted, where that is worth it.
 *
 * Programs are built by hand, or at random from a seed, so that nothing here depends on the parser.
 */
#include "check/terms.h"

#include <dlfcn.h>
#include <hermes/compute.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a program that grows ---- */

enum { CELL, UE, HOUR, TABLES };
static const char *const TABLE_NAMES[] = {"cell", "ue", "hour"};

typedef struct World {
  Compiler compiler;
  size_t rows[TABLES];
  uint64_t random;
  bool wild; /* data hold infinities and NaN */
} World;

static uint64_t next_random(World *w) {
  w->random = w->random * 6364136223846793005u + 1442695040888963407u;
  return w->random >> 33;
}

static int pick(World *w, int count) {
  return (int)(next_random(w) % (uint64_t)count);
}

static World *world_new(uint64_t seed) {
  World *w = calloc(1, sizeof *w);
  compiler_init(&w->compiler, "");
  Source *source = ARENA_NEW(&w->compiler.arena, Source);
  source->path = "test.hbp";
  source->text = arena_copy(&w->compiler.arena, "\n\n\n", 3);
  source->length = 3;
  source->lines = ARENA_ARRAY(&w->compiler.arena, uint32_t, 4);
  for (uint32_t i = 0; i < 4; i++) source->lines[i] = i;
  source->line_count = 4;
  w->compiler.sources[w->compiler.source_count++] = source;
  Program *program = &w->compiler.program;
  program->name = "test";
  program->doc = "";
  program->slots = ARENA_ARRAY(&w->compiler.arena, Slot, MAX_SLOTS);
  program->order = ARENA_ARRAY(&w->compiler.arena, int, MAX_SLOTS);
  program->tables = ARENA_ARRAY(&w->compiler.arena, Table, TABLES);
  program->table_count = TABLES;
  for (int i = 0; i < TABLES; i++)
    program->tables[i] =
        (Table){.name = TABLE_NAMES[i], .doc = "", .source = "", .rank = 1, .index = {i}};
  memcpy(w->rows, (size_t[]){5, 2600, 3}, sizeof w->rows);
  w->random = seed;
  return w;
}

static void world_free(World *w) {
  compiler_free(&w->compiler);
  free(w);
}

static Arena *arena(World *w) {
  return &w->compiler.arena;
}

static const Type REAL = {.kind = TYPE_REAL};
static const Type BOOL = {.kind = TYPE_BOOL};

static Type ref_to(int table) {
  return (Type){.kind = TYPE_REF, .table = table};
}

/* The slot gets its number's worth of spans, so that each has another line to be reported at. */
static int add_slot(World *w, Role role, Type type, int rank, const int *index, Term *value) {
  static const Span places[] = {{0, 0, 0}, {1, 1, 0}, {2, 2, 0}};
  Program *program = &w->compiler.program;
  int number = program->slot_count++;
  Slot *slot = &program->slots[number];
  *slot = (Slot){.role = role,
                 .type = type,
                 .rank = rank,
                 .value = value,
                 .table = -1,
                 .block = -1,
                 .doc = "",
                 .unit_text = "1",
                 .unit = hermes_unit_one(),
                 .because = -1};
  slot->name = arena_format(arena(w), "x%d", number);
  slot->span = places[number % 3];
  for (int i = 0; i < rank; i++) {
    slot->index[i] = index[i];
    slot->variables[i] = i;
  }
  slot->variable_count = MAX_VARIABLES;
  if (role == ROLE_POLICY) slot->stage = STAGE_POLICY;
  if (role == ROLE_COLUMN && rank == 1) slot->table = index[0];
  if (role >= ROLE_OUT) {
    slot->stage = term_stage(program, value);
    program->order[program->order_count++] = number;
  }
  return number;
}

/* As stages.c does: what no policy reaches comes first. */
static void split_order(World *w) {
  Program *program = &w->compiler.program;
  int *order = ARENA_ARRAY(arena(w), int, MAX_SLOTS), count = 0;
  for (unsigned stage = 0; stage <= STAGE_POLICY; stage += STAGE_POLICY)
    for (int i = 0; i < program->order_count; i++)
      if (program->slots[program->order[i]].stage == stage) order[count++] = program->order[i];
  program->order = order;
}

/* ---- terms ---- */

static Term *number(World *w, double value) {
  return new_number(arena(w), value, TYPE_REAL, (Span){0});
}

static Term *truth(World *w, bool value) {
  return new_number(arena(w), value, TYPE_BOOL, (Span){0});
}

static Term *variable(World *w, int which, int table) {
  return new_variable(arena(w), which, table, (Span){0});
}

static Term *apply(World *w, Operator op, Term *left, Term *right) {
  bool logical = op == OP_NOT || (op >= OP_LESS && op <= OP_OR);
  return new_apply(arena(w), op, logical ? TYPE_BOOL : TYPE_REAL, left, right);
}

static Term *read_at(World *w, int slot, Term *first, Term *second) {
  Term *term = new_slot(arena(w), &w->compiler.program, slot, (Span){0});
  if (term->arg_count > 0) term->args[0] = first;
  if (term->arg_count > 1) term->args[1] = second;
  return term;
}

static Term *reduce(World *w, Reduction reduction, Term *body, int variable_, int table,
                    Term *filter) {
  Term *term = ARENA_NEW(arena(w), Term);
  bool logical = reduction == REDUCE_ANY || reduction == REDUCE_ALL;
  bool row = reduction == REDUCE_ARGMAX || reduction == REDUCE_ARGMIN;
  term->kind = TERM_REDUCE;
  term->type = logical ? BOOL : row ? ref_to(table) : REAL;
  term->reduction = reduction;
  term->loops[0] = (Loop){variable_, table};
  term->loop_count = 1;
  term->body = body;
  term->filter = filter;
  if (reduction == REDUCE_PERCENTILE) {
    term->args = ARENA_ARRAY(arena(w), Term *, 1);
    term->args[0] = number(w, 0.05);
    term->arg_count = 1;
  }
  return term;
}

/* ---- arrays ---- */

typedef struct Arrays {
  hermes_frame frame;
  void **slot;
  int count;
} Arrays;

static size_t elements(const World *w, const Slot *slot) {
  size_t count = 1;
  for (int i = 0; i < slot->rank; i++) count *= w->rows[slot->index[i]];
  return count;
}

/* Many are alike: ties must come out as the interpreter says. Where data are wild, so must NaN; but
 * they spread until nothing else is left to compare, so most data are tame. */
static double some_number(World *w, bool wild) {
  static const double special[] = {0.0, -0.0, 1e300, INFINITY, -INFINITY, NAN};
  if (wild && pick(w, 40) == 0) return special[pick(w, 6)];
  if (pick(w, 3) == 0) return pick(w, 7) - 3;
  return ldexp((double)next_random(w), -28) - 3.0;
}

static void fill(World *w, const Slot *slot, void *array) {
  bool wild = w->wild && pick(w, 8) == 0;
  for (size_t i = 0; i < elements(w, slot); i++) {
    if (slot->type.kind == TYPE_REAL)
      ((double *)array)[i] = some_number(w, wild);
    else if (slot->type.kind == TYPE_REF)
      ((int32_t *)array)[i] = pick(w, (int)w->rows[slot->type.table]);
    else
      ((int32_t *)array)[i] = pick(w, 2);
  }
}

static Arrays arrays_new(World *w) {
  const Program *program = &w->compiler.program;
  Arrays arrays = {.count = program->slot_count};
  arrays.slot = calloc((size_t)program->slot_count + 1, sizeof *arrays.slot);
  uint64_t seed = w->random;
  w->random = 7;
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    arrays.slot[i] = calloc(elements(w, slot) + 1, sizeof(double));
    if (slot->role <= ROLE_POLICY) fill(w, slot, arrays.slot[i]);
  }
  w->random = seed;
  arrays.frame = (hermes_frame){.rows = w->rows, .slot = arrays.slot};
  return arrays;
}

static void arrays_free(Arrays *arrays) {
  for (int i = 0; i < arrays->count; i++) free(arrays->slot[i]);
  free(arrays->slot);
}

/* ---- the generated twin ---- */

typedef struct Native {
  void *library;
  const hermes_model *model;
} Native;

static const char *source_directory(void) {
  const char *directory = getenv("HERMES_SOURCE");
  return directory ? directory : ".";
}

static void write_c(const Compiler *compiler, const char *path) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  emit_c(compiler, out);
  assert_int_equal(fclose(out), 0);
}

/* Compiled as a twin is, with all warnings, but into a library that this program can open. */
static Native native_new(const Compiler *compiler) {
  char directory[] = "/tmp/hermes-lower-XXXXXX", command[4096], path[64];
  assert_non_null(mkdtemp(directory));
  snprintf(path, sizeof path, "%s/twin.c", directory);
  write_c(compiler, path);
  const char *root = source_directory();
  snprintf(command, sizeof command,
           "%s -std=c11 -O2 -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno -shared -fPIC "
           "-I%s/runtime/include -o %s/twin.so %s %s/runtime/numeric/compute.c "
           "%s/runtime/numeric/percentile.c %s/runtime/numeric/special.c -lgsl -lgslcblas -lm",
           getenv("CC") ? getenv("CC") : "cc", root, directory, path, root, root, root);
  if (system(command) != 0) fail_msg("generated C does not compile: %s", path);
  snprintf(command, sizeof command, "%s/twin.so", directory);
  Native native = {.library = dlopen(command, RTLD_LAZY)};
  if (!native.library) fail_msg("%s", dlerror());
  native.model = dlsym(native.library, "hermes_blueprint");
  assert_non_null(native.model);
  if (!getenv("HERMES_KEEP")) {
    snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
  }
  return native;
}

/* ---- both agree ---- */

static void same_fault(const hermes_fault *a, const hermes_fault *b) {
  assert_int_equal(a->code, b->code);
  assert_int_equal(a->slot, b->slot);
  assert_int_equal(a->line, b->line);
  for (int i = 0; i < HERMES_MAX_RANK; i++) assert_int_equal(a->row[i], b->row[i]);
}

/* All NaN are alike: which of two the processor hands on is not said. */
static bool same_element(const Slot *slot, const void *a, const void *b, size_t i) {
  if (slot->type.kind != TYPE_REAL) return ((const int32_t *)a)[i] == ((const int32_t *)b)[i];
  double x = ((const double *)a)[i], y = ((const double *)b)[i];
  return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}

static void same_arrays(const World *w, const Arrays *a, const Arrays *b, int slot) {
  const Slot *at = &w->compiler.program.slots[slot];
  for (size_t i = 0; i < elements(w, at); i++)
    if (!same_element(at, a->slot[slot], b->slot[slot], i)) {
      print_term(&w->compiler, at->value, stderr);
      fputs("\n", stderr);
      fail_msg("slot %d differs at element %zu: %.17g, %.17g", slot, i,
               at->type.kind == TYPE_REAL ? ((double *)a->slot[slot])[i] : NAN,
               at->type.kind == TYPE_REAL ? ((double *)b->slot[slot])[i] : NAN);
    }
}

static int compute_all(const hermes_model *model, hermes_frame *frame) {
  for (int step = HERMES_INPUTS; step < HERMES_STEPS; step++)
    if (model->compute(model->context, frame, (hermes_step)step)) return 1;
  return 0;
}

/* Runs the program both ways; returns whether it went well, and compares all that was computed. */
static bool agree(World *w) {
  split_order(w);
  hermes_model *reference = interpreter_model(&w->compiler);
  int count = w->compiler.program.slot_count;
  lower_program(&w->compiler);
  Arrays a = arrays_new(w), b = arrays_new(w);
  Native native = native_new(&w->compiler);
  int failed = compute_all(reference, &a.frame);
  assert_int_equal(compute_all(native.model, &b.frame), failed);
  if (failed)
    same_fault(&a.frame.fault, &b.frame.fault);
  else
    for (int i = 0; i < count; i++) same_arrays(w, &a, &b, i);
  dlclose(native.library);
  interpreter_free(reference);
  arrays_free(&a);
  arrays_free(&b);
  return !failed;
}

/* ---- terms at random ---- */

typedef struct Around { /* index variables in scope */
  int table[MAX_VARIABLES];
  int count;
  int depth;       /* terms above */
  double elements; /* of the loops around */
} Around;

static Term *random_real(World *w, const Around *around);
static Term *random_bool(World *w, const Around *around);

static Around deeper(const Around *around) {
  Around inside = *around;
  inside.depth++;
  return inside;
}

static Term *random_reduction(World *w, const Around *around, Reduction reduction, int first);

static Term *random_row(World *w, const Around *around, int table) {
  bool small = around->elements * (double)w->rows[table] < 40000;
  if (small && around->depth < 4 && pick(w, 16) == 0)
    return random_reduction(w, around, pick(w, 2) ? REDUCE_ARGMAX : REDUCE_ARGMIN, table);
  int candidates[MAX_VARIABLES + MAX_SLOTS], count = 0;
  for (int i = 0; i < around->count; i++)
    if (around->table[i] == table) candidates[count++] = i;
  if (count > 0 && pick(w, 4) > 0) return variable(w, candidates[pick(w, count)], table);
  const Program *program = &w->compiler.program;
  Around inside = deeper(around);
  count = 0;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].type.kind == TYPE_REF && program->slots[i].type.table == table &&
        (around->depth < 6 || program->slots[i].rank == 0))
      candidates[count++] = i;
  assert_int_not_equal(count, 0); /* there is a reference to each table that needs no index */
  int slot = candidates[pick(w, count)];
  Term *rows[2] = {NULL, NULL};
  for (int i = 0; i < program->slots[slot].rank; i++)
    rows[i] = random_row(w, &inside, program->slots[slot].index[i]);
  return read_at(w, slot, rows[0], rows[1]);
}

static Term *random_slot(World *w, const Around *around, TypeKind kind) {
  const Program *program = &w->compiler.program;
  int slot;
  do slot = pick(w, program->slot_count);
  while (program->slots[slot].type.kind != kind);
  Around inside = deeper(around);
  Term *rows[2] = {NULL, NULL};
  for (int i = 0; i < program->slots[slot].rank; i++)
    rows[i] = random_row(w, &inside, program->slots[slot].index[i]);
  return read_at(w, slot, rows[0], rows[1]);
}

/* A filter that may make a group: row == row, and something else. */
static Term *random_filter(World *w, const Around *inside) {
  if (pick(w, 3) == 0) return NULL;
  Term *filter = random_bool(w, inside);
  if (pick(w, 3) == 0) return filter;
  int table = pick(w, TABLES);
  Term *same = apply(w, OP_EQUAL, random_row(w, inside, table), random_row(w, inside, table));
  if (pick(w, 3) == 0) return same;
  return pick(w, 2) ? apply(w, OP_AND, same, filter) : apply(w, OP_AND, filter, same);
}

/* Its first loop runs over that table; -1: any. */
static Term *random_reduction(World *w, const Around *around, Reduction reduction, int first) {
  int loops = 1 + (pick(w, 4) == 0);
  Around inside = deeper(around);
  Term *term = reduce(w, reduction, NULL, 0, 0, NULL);
  for (int i = 0; i < loops; i++) {
    int table = pick(w, TABLES);
    if (inside.elements * (double)w->rows[table] > 40000) table = HOUR;
    if (i == 0 && first >= 0) table = first;
    inside.elements *= (double)w->rows[table];
    term->loops[i] = (Loop){inside.count, table};
    inside.table[inside.count++] = table;
  }
  term->loop_count = loops;
  if (term->type.kind == TYPE_REF) term->type.table = term->loops[0].table;
  bool logical = reduction == REDUCE_ANY || reduction == REDUCE_ALL || reduction == REDUCE_COUNT ||
                 reduction == REDUCE_SHARE;
  term->filter = random_filter(w, &inside);
  term->body = logical ? random_bool(w, &inside) : random_real(w, &inside);
  if (term->type.kind == TYPE_REF)
    term->fallback = random_row(w, around, term->type.table);
  else if (!term_is_neutral(reduction) ? pick(w, 30) > 0 : pick(w, 3) == 0)
    term->fallback = term->type.kind == TYPE_BOOL ? truth(w, pick(w, 2)) : random_real(w, around);
  return term;
}

static bool is_deep(World *w, const Around *around) {
  return around->depth > 5 || around->count > 5 || pick(w, 8) < around->depth;
}

static Term *random_operator(World *w, const Around *around) {
  Operator op;
  do op = (Operator)pick(w, OP_COUNT);
  while (op == OP_NOT || (op >= OP_LESS && op <= OP_OR));
  static const int operands[] = {
#define OPERATOR(id, spelling, arity) arity,
#include "syntax/operators.def"
#undef OPERATOR
  };
  static const double exponents[] = {2, 0.5, 1, -1, 3};
  Term *left = random_real(w, around);
  if (operands[op] == 1) return apply(w, op, left, NULL);
  if (op == OP_POWER && pick(w, 2)) return apply(w, op, left, number(w, exponents[pick(w, 5)]));
  return apply(w, op, left, random_real(w, around));
}

static Term *random_real(World *w, const Around *around) {
  static const Reduction reductions[] = {
      REDUCE_SUM,   REDUCE_PRODUCT, REDUCE_MIN,        REDUCE_MAX, REDUCE_MEAN,
      REDUCE_COUNT, REDUCE_SHARE,   REDUCE_PERCENTILE, REDUCE_SUM, REDUCE_MEAN};
  Around inside = deeper(around);
  if (is_deep(w, around))
    return pick(w, 4) ? random_slot(w, around, TYPE_REAL)
                      : number(w, some_number(w, pick(w, 4) == 0));
  int kind = pick(w, 20);
  if (kind < 11) return random_operator(w, &inside);
  if (kind < 17) return random_reduction(w, around, reductions[pick(w, 10)], -1);
  if (kind < 18) return random_slot(w, around, TYPE_REAL);
  if (kind < 19 && w->compiler.program.function_count > 0) {
    Term *call = number(w, 0);
    call->kind = TERM_CALL;
    call->index = pick(w, w->compiler.program.function_count);
    call->arg_count = w->compiler.program.functions[call->index].parameter_count;
    call->args = ARENA_ARRAY(arena(w), Term *, 2);
    for (int i = 0; i < call->arg_count; i++) call->args[i] = random_real(w, &inside);
    return call;
  }
  return new_choice(arena(w), random_bool(w, &inside), random_real(w, &inside),
                    random_real(w, &inside));
}

static Term *random_bool(World *w, const Around *around) {
  Around inside = deeper(around);
  if (is_deep(w, around))
    return pick(w, 4) ? random_slot(w, around, TYPE_BOOL) : truth(w, pick(w, 2));
  int kind = pick(w, 8);
  if (kind == 0) return random_reduction(w, around, pick(w, 2) ? REDUCE_ANY : REDUCE_ALL, -1);
  if (kind == 1) return apply(w, OP_NOT, random_bool(w, &inside), NULL);
  if (kind < 4) {
    Operator op = pick(w, 2) ? OP_AND : OP_OR;
    return apply(w, op, random_bool(w, &inside), random_bool(w, &inside));
  }
  if (kind == 4) {
    int table = pick(w, TABLES);
    return apply(w, pick(w, 2) ? OP_EQUAL : OP_NOT_EQUAL, random_row(w, &inside, table),
                 random_row(w, &inside, table));
  }
  return apply(w, (Operator)(OP_LESS + pick(w, 6)), random_real(w, &inside),
               random_real(w, &inside));
}

/* ---- tables, policies and functions for all random programs ---- */

static void add_function(World *w, Term *let, Term *result) {
  Program *program = &w->compiler.program;
  if (!program->functions) program->functions = ARENA_ARRAY(arena(w), Function, 8);
  Function *function = &program->functions[program->function_count++];
  *function = (Function){.name = "f",
                         .parameter_count = 2,
                         .local_count = 3,
                         .let_count = 1,
                         .result = result,
                         .type = REAL};
  function->parameters = ARENA_ARRAY(arena(w), Type, 2);
  function->parameters[0] = function->parameters[1] = REAL;
  function->lets = ARENA_ARRAY(arena(w), Term *, 1);
  function->lets[0] = let;
}

static Term *local(World *w, int index) {
  Term *term = number(w, 0);
  term->kind = TERM_LOCAL;
  term->index = index;
  return term;
}

static void add_functions(World *w) {
  add_function(w, apply(w, OP_LOG10, number(w, 3), NULL),
               apply(w, OP_ADD, local(w, 0), local(w, 2)));
  add_function(w, local(w, 1),
               new_choice(arena(w), apply(w, OP_LESS, local(w, 0), local(w, 2)), local(w, 2),
                          apply(w, OP_LIN, local(w, 0), NULL)));
  add_function(w, local(w, 0), apply(w, OP_SIN, number(w, 2), NULL));
}

static void add_data(World *w) {
  static const Role roles[] = {ROLE_COLUMN, ROLE_POLICY};
  for (int r = 0; r < 2; r++) {
    for (int i = 0; i < TABLES; i++) {
      add_slot(w, roles[r] == ROLE_COLUMN ? ROLE_INPUT : roles[r], ref_to(i), 0, NULL, NULL);
      add_slot(w, roles[r], REAL, 1, &i, NULL);
      add_slot(w, roles[r], BOOL, 1, &i, NULL);
      add_slot(w, roles[r], ref_to(i), 1, (int[]){(i + 1) % TABLES}, NULL);
    }
    add_slot(w, roles[r], REAL, 2, (int[]){UE, CELL}, NULL);
    add_slot(w, roles[r], ref_to(CELL), 2, (int[]){UE, HOUR}, NULL);
  }
}

static void add_random_slot(World *w) {
  Around around = {.elements = 1};
  int rank = pick(w, 3);
  for (int i = 0; i < rank; i++) {
    around.table[i] = around.elements * (double)w->rows[UE] > 10000 ? HOUR : pick(w, TABLES);
    around.elements *= (double)w->rows[around.table[i]];
  }
  around.count = rank;
  bool logical = pick(w, 4) == 0;
  Term *value = logical ? random_bool(w, &around) : random_real(w, &around);
  add_slot(w, ROLE_OUT, logical ? BOOL : REAL, rank, around.table, value);
}

static void test_random_programs(void **state) {
  (void)state;
  const char *count = getenv("HERMES_PROGRAMS"), *first = getenv("HERMES_SEED");
  int programs = count ? atoi(count) : 6, well = 0;
  for (int i = 0; i < programs; i++) {
    World *w = world_new((uint64_t)(first ? atoi(first) : 1) + (uint64_t)i);
    w->wild = i % 2;
    add_data(w);
    add_functions(w);
    for (int k = 0; k < 30; k++) add_random_slot(w);
    well += agree(w);
    world_free(w);
  }
  print_message("%d of %d programs without a fault\n", well, programs);
}

/* ---- a small network to look at step by step ---- */

/* Slots of every program below, in this order. */
enum {
  GAIN,   /* column [ue, cell] */
  DEMAND, /* column [ue] */
  POWER,  /* policy [cell] */
  SERVER, /* policy [ue]: cell */
  SITE,   /* column [cell]: hour, for want of a better table */
  ACTIVE, /* column [ue]: bool */
  PEER,   /* policy [cell]: cell */
  GIVEN,
};

static World *network_new(void) {
  static const int ue = UE, cell = CELL, link[] = {UE, CELL};
  World *w = world_new(5);
  add_slot(w, ROLE_COLUMN, REAL, 2, link, NULL);
  add_slot(w, ROLE_COLUMN, REAL, 1, &ue, NULL);
  add_slot(w, ROLE_POLICY, REAL, 1, &cell, NULL);
  add_slot(w, ROLE_POLICY, ref_to(CELL), 1, &ue, NULL);
  add_slot(w, ROLE_COLUMN, ref_to(HOUR), 1, &cell, NULL);
  add_slot(w, ROLE_COLUMN, BOOL, 1, &ue, NULL);
  add_slot(w, ROLE_POLICY, ref_to(CELL), 1, &cell, NULL);
  static const char *const names[] = {"gain", "demand", "power", "server",
                                      "site", "active", "peer"};
  for (int i = 0; i < GIVEN; i++) w->compiler.program.slots[i].name = names[i];
  w->compiler.program.slots[GAIN].table = UE; /* prints as ue.gain */
  return w;
}

static Term *demand(World *w, int u) {
  return read_at(w, DEMAND, variable(w, u, UE), NULL);
}

static Term *server(World *w, int u) {
  return read_at(w, SERVER, variable(w, u, UE), NULL);
}

static Term *gain(World *w, int u, int c) {
  return read_at(w, GAIN, variable(w, u, UE), variable(w, c, CELL));
}

static Term *power(World *w, int c) {
  return read_at(w, POWER, variable(w, c, CELL), NULL);
}

/* server[u] == c */
static Term *served(World *w, int u, int c) {
  return apply(w, OP_EQUAL, server(w, u), variable(w, c, CELL));
}

static int out(World *w, const char *name, int rank, int table, Term *value) {
  int slot = add_slot(w, ROLE_OUT, value->type, rank, &table, value);
  w->compiler.program.slots[slot].name = name;
  return slot;
}

/* Checks the steps as they are printed, and what they compute. Frees the world. */
static void check_steps(World *w, bool goes_well, const char *expected) {
  assert_int_equal(agree(w), goes_well);
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  print_steps(&w->compiler, stream);
  fclose(stream);
  assert_string_equal(text, expected);
  free(text);
  world_free(w);
}

/* ---- grouping ---- */

static void test_sum_of_group(void **state) {
  (void)state;
  World *w = network_new();
  out(w, "load", 1, CELL, reduce(w, REDUCE_SUM, demand(w, 1), 1, UE, served(w, 1, 0)));
  check_steps(
      w, true,
      "decide    s8    load#1[v0 in cell]  +=  ue.demand[v1]  at v0 = server[v1] for v1 in ue\n"
      "decide    s7    load[v0 in cell]  =  load#1[v0]\n");
}

static void test_mean_of_group_counts_too(void **state) {
  (void)state;
  World *w = network_new();
  Term *active = read_at(w, ACTIVE, variable(w, 1, UE), NULL);
  Term *mean =
      reduce(w, REDUCE_MEAN, demand(w, 1), 1, UE, apply(w, OP_AND, active, served(w, 1, 0)));
  out(w, "load", 1, CELL, mean);
  check_steps(
      w, true,
      "decide    s8    load#1[v0 in cell]  +=  ue.demand[v1]  at v0 = server[v1] for v1 in ue"
      " if ue.active[v1]\n"
      "decide    s9    load#2[v0 in cell]  +=  1  at v0 = server[v1] for v1 in ue if "
      "ue.active[v1]\n"
      "decide    s7    load[v0 in cell]  =  (if (load#2[v0] == 0) then invalid else (load#1[v0] /"
      " load#2[v0]))\n");
}

/* No user has that demand: the mean over nothing is a fault, reported as ever. */
static void test_empty_group_faults(void **state) {
  (void)state;
  World *w = network_new();
  Term *huge = apply(w, OP_EQUAL, demand(w, 1), number(w, 12345.678));
  out(w, "load", 1, CELL,
      reduce(w, REDUCE_MEAN, demand(w, 1), 1, UE, apply(w, OP_AND, served(w, 1, 0), huge)));
  assert_false(agree(w));
  assert_int_equal(w->compiler.steps.count, 3);
  world_free(w);
}

/* max(sum(demand[u] for u in ue if server[u] == c) for c in cell) */
static void test_key_of_an_outer_reduction(void **state) {
  (void)state;
  World *w = network_new();
  Term *load = reduce(w, REDUCE_SUM, demand(w, 1), 1, UE, served(w, 1, 0));
  Term *highest = reduce(w, REDUCE_MAX, load, 0, CELL, NULL);
  highest->fallback = number(w, 0);
  out(w, "highest", 0, 0, highest);
  check_steps(
      w, true,
      "decide    s8    highest#1[v0 in cell]  +=  ue.demand[v1]  at v0 = server[v1] for v1 in ue\n"
      "decide    s7    highest  =  max(highest#1[v0] for v0 in cell, default = 0)\n");
}

/* rest[c] = sum(demand[u] for u in ue if server[u] == d), with d = peer[c] within a count over d */
static void test_outer_variables_become_loops(void **state) {
  (void)state;
  World *w = network_new();
  Term *body = apply(w, OP_MULTIPLY, gain(w, 2, 0), gain(w, 2, 1));
  Term *inner = reduce(w, REDUCE_SUM, body, 2, UE, served(w, 2, 1));
  out(w, "pairs", 1, CELL, reduce(w, REDUCE_SUM, inner, 1, CELL, NULL));
  check_steps(w, true,
              "decide    s8    pairs#1[v0 in cell, v1 in cell]  +=  (ue.gain[v2, v0] * ue.gain[v2,"
              " server[v2]])  at v1 = server[v2] for v2 in ue\n"
              "decide    s7    pairs[v0 in cell]  =  sum(pairs#1[v0, v1] for v1 in cell)\n");
}

/* Groups within groups: of each hour, the cells whose site is there; of each cell, its users. */
static void test_nested_groups(void **state) {
  (void)state;
  World *w = network_new();
  Term *load = reduce(w, REDUCE_SUM, demand(w, 2), 2, UE, served(w, 2, 1));
  Term *site = read_at(w, SITE, variable(w, 1, CELL), NULL);
  Term *here = apply(w, OP_EQUAL, variable(w, 0, HOUR), site);
  out(w, "total", 1, HOUR, reduce(w, REDUCE_SUM, load, 1, CELL, here));
  check_steps(
      w, true,
      "decide    s8    total#1[v0 in cell]  +=  ue.demand[v1]  at v0 = server[v1] for v1 in ue\n"
      "decide    s9    total#2[v0 in hour]  +=  total#1[v1]  at v0 = cell.site[v1] for v1 in cell\n"
      "decide    s7    total[v0 in hour]  =  total#2[v0]\n");
}

static void test_truth_of_groups(void **state) {
  (void)state;
  static const Reduction reductions[] = {REDUCE_ANY, REDUCE_ALL, REDUCE_COUNT, REDUCE_SHARE};
  World *w = network_new();
  for (int i = 0; i < 8; i++) {
    Term *positive = apply(w, OP_GREATER, demand(w, 1), number(w, 0));
    Term *term = reduce(w, reductions[i / 2], positive, 1, UE, served(w, 1, 0));
    if (i % 2) term->fallback = term->type.kind == TYPE_BOOL ? truth(w, false) : number(w, -1);
    out(w, "x", 1, CELL, term);
  }
  assert_true(agree(w));
  int groups = 0;
  for (int i = 0; i < w->compiler.steps.count; i++)
    groups += w->compiler.steps.items[i].kind == STEP_GROUP;
  assert_int_equal(groups, 3); /* those that hold, those that do not, all: shared by the eight */
  world_free(w);
}

/* A body that may fault would be met at rows that the reduction as written never looks at. */
static void test_no_group_of_what_may_fault(void **state) {
  (void)state;
  World *w = network_new();
  Term *mean = reduce(w, REDUCE_MEAN, gain(w, 1, 2), 2, CELL,
                      apply(w, OP_LESS, gain(w, 1, 2), number(w, -2.999)));
  out(w, "load", 1, CELL, reduce(w, REDUCE_SUM, mean, 1, UE, served(w, 1, 0)));
  agree(w);
  for (int i = 0; i < w->compiler.steps.count; i++)
    assert_int_equal(w->compiler.steps.items[i].kind, STEP_MAP);
  world_free(w);
}

/* ---- hoisting ---- */

/* sum(lin(gain[u, c]) * power[c] for c in cell): the matrix is prepared once for all policies. */
static void test_prepared_matrix(void **state) {
  (void)state;
  World *w = network_new();
  Term *linear = apply(w, OP_LIN, gain(w, 0, 1), NULL);
  out(w, "rx", 1, UE,
      reduce(w, REDUCE_SUM, apply(w, OP_MULTIPLY, linear, power(w, 1)), 1, CELL, NULL));
  check_steps(w, true,
              "prepare   s8    rx#1[v0 in ue, v1 in cell]  =  lin(ue.gain[v0, v1])\n"
              "decide    s7    rx[v0 in ue]  =  sum((rx#1[v0, v1] * power[v1]) for v1 in cell)\n");
}

/* lin(power[c]) does not change with u: it is computed for each cell, not for each link. */
static void test_invariant_of_a_loop(void **state) {
  (void)state;
  World *w = network_new();
  Term *linear = apply(w, OP_LIN, power(w, 1), NULL);
  out(w, "rx", 1, UE,
      reduce(w, REDUCE_SUM, apply(w, OP_MULTIPLY, gain(w, 0, 1), linear), 1, CELL, NULL));
  check_steps(
      w, true,
      "decide    s8    rx#1[v0 in cell]  =  lin(power[v0])\n"
      "decide    s7    rx[v0 in ue]  =  sum((ue.gain[v0, v1] * rx#1[v1]) for v1 in cell)\n");
}

/* demand[u] / max(demand[w] for w in ue): one maximum, and a fault where there is no user. */
static void test_normalised_by_a_reduction(void **state) {
  (void)state;
  World *w = network_new();
  Term *highest = reduce(w, REDUCE_MAX, demand(w, 1), 1, UE, NULL);
  out(w, "share", 1, UE, apply(w, OP_DIVIDE, demand(w, 0), highest));
  check_steps(w, true,
              "prepare   s8    share#1  =  count(true for v0 in ue)\n"
              "prepare   s9    share#2  =  max(ue.demand[v0] for v0 in ue, default = 0)\n"
              "prepare   s7    share[v0 in ue]  =  (ue.demand[v0] / (if (share#1 == 0) then invalid"
              " else share#2))\n");
}

static void test_fault_stays_behind_its_guard(void **state) {
  (void)state;
  for (int guarded = 0; guarded < 2; guarded++) {
    World *w = network_new();
    Term *never = apply(w, OP_EQUAL, demand(w, 1), number(w, 12345.678));
    Term *mean = reduce(w, REDUCE_MEAN, demand(w, 1), 1, UE, never);
    Term *guard = apply(w, OP_EQUAL, demand(w, 0), number(w, guarded ? 12345.678 : 1));
    out(w, "x", 1, UE, new_choice(arena(w), guard, mean, number(w, 2)));
    assert_int_equal(agree(w), guarded);
    assert_int_equal(w->compiler.steps.count, 3);
    world_free(w);
  }
}

static void test_equal_terms_are_shared(void **state) {
  (void)state;
  World *w = network_new();
  for (int i = 0; i < 2; i++) {
    Term *linear = apply(w, OP_LIN, gain(w, 0, 1 + i), NULL);
    Term *product = apply(w, OP_MULTIPLY, linear, power(w, 1 + i));
    out(w, i ? "b" : "a", 1, UE,
        reduce(w, i ? REDUCE_MAX : REDUCE_SUM, product, 1 + i, CELL, NULL));
  }
  check_steps(w, true,
              "prepare   s9    a#1[v0 in ue, v1 in cell]  =  lin(ue.gain[v0, v1])\n"
              "decide    s7    a[v0 in ue]  =  sum((a#1[v0, v1] * power[v1]) for v1 in cell)\n"
              "decide    s8    b[v0 in ue]  =  max((a#1[v0, v1] * power[v1]) for v1 in cell)\n");
}

/* x^2 is a product; an array for it would cost more than it saves. */
static void test_cheap_terms_stay(void **state) {
  (void)state;
  World *w = network_new();
  Term *square = apply(w, OP_POWER, demand(w, 0), number(w, 2));
  out(w, "x", 1, UE, apply(w, OP_ADD, square, read_at(w, POWER, server(w, 0), NULL)));
  check_steps(w, true,
              "decide    s7    x[v0 in ue]  =  ((ue.demand[v0] ^ 2) + power[server[v0]])\n");
}

/* Inside of a group, work that does not change with the scan moves, too, and so does its stage. */
static void test_hoisting_out_of_a_group(void **state) {
  (void)state;
  World *w = network_new();
  Term *body =
      apply(w, OP_ADD, apply(w, OP_LIN, demand(w, 1), NULL), apply(w, OP_LIN, power(w, 0), NULL));
  out(w, "load", 1, CELL, reduce(w, REDUCE_SUM, body, 1, UE, served(w, 1, 0)));
  check_steps(w, true,
              "prepare   s8    load#1[v0 in ue]  =  lin(ue.demand[v0])\n"
              "decide    s9    load#2[v0 in cell]  +=  (load#1[v1] + lin(power[server[v1]]))"
              "  at v0 = server[v1] for v1 in ue\n"
              "decide    s7    load[v0 in cell]  =  load#2[v0]\n");
}

/* ---- expects ---- */

/* expect for c in cell if power[c] < 1e6 {
 *   vary power[c] by 3;  vary server[first user] to c;
 *   assert rx[u] >= before.rx[u] for u in ue if gain[u, c] > -2;
 *   assert sum(rx[u] for u in ue) <= 10;
 *   assert load[c] > -1;  (a condition) } */
static void add_expect(World *w, int rx) {
  Program *program = &w->compiler.program;
  Expect *expect = program->expects = ARENA_NEW(arena(w), Expect);
  program->expect_count = 1;
  *expect = (Expect){.doc = "", .loops = {{0, CELL}}, .loop_count = 1, .variables = {"c"}};
  expect->filter = apply(w, OP_LESS, power(w, 0), number(w, 1e6));
  expect->vary_count = 2;
  expect->varies = ARENA_ARRAY(arena(w), Vary, 2);
  expect->varies[0] = (Vary){POWER, ARENA_ARRAY(arena(w), Term *, 1), true, number(w, 3)};
  expect->varies[0].rows[0] = variable(w, 0, CELL);
  Term *first = reduce(w, REDUCE_ARGMAX, demand(w, 1), 1, UE, NULL);
  expect->varies[1] = (Vary){SERVER, ARENA_ARRAY(arena(w), Term *, 1), false, variable(w, 0, CELL)};
  expect->varies[1].rows[0] = first;
  expect->assert_count = 3;
  Assert *claims = expect->asserts = ARENA_ARRAY(arena(w), Assert, 3);
  Term *left = read_at(w, rx, variable(w, 1, UE), NULL), *right = copy_term(arena(w), left);
  right->before = true;
  claims[0] = (Assert){.relation = OP_GREATER_EQUAL,
                       .left = left,
                       .right = right,
                       .within = 0.5,
                       .loops = {{1, UE}},
                       .loop_count = 1,
                       .variables = {"u"},
                       .unit_text = "1"};
  claims[0].filter = apply(w, OP_GREATER, gain(w, 1, 0), number(w, -2));
  claims[1] = (Assert){.relation = OP_LESS_EQUAL,
                       .right = number(w, 10),
                       .unit_text = "1",
                       .left = reduce(w, REDUCE_SUM, left, 1, UE, NULL)};
  claims[2] = (Assert){.relation = OP_COUNT,
                       .unit_text = "1",
                       .left = apply(w, OP_GREATER, power(w, 0), number(w, -1))};
}

static void same_verdicts(const hermes_verdict *a, const hermes_verdict *b) {
  assert_int_equal(a->checked, b->checked);
  assert_int_equal(a->failed, b->failed);
  assert_true(a->left == b->left || (isnan(a->left) && isnan(b->left)));
  assert_true(a->right == b->right || (isnan(a->right) && isnan(b->right)));
  assert_true(a->excess == b->excess);
  for (int i = 0; i < HERMES_MAX_RANK; i++) assert_int_equal(a->row[i], b->row[i]);
}

typedef struct Trial {
  int takes_part;
  int failed;
  hermes_verdict verdicts[3];
} Trial;

static Trial try_expect(World *w, const hermes_model *model, size_t row) {
  Trial trial = {0};
  Arrays before = arrays_new(w), varied = arrays_new(w);
  assert_int_equal(compute_all(model, &before.frame), 0);
  assert_int_equal(compute_all(model, &varied.frame), 0);
  trial.takes_part = model->vary(model->context, 0, &row, &before.frame, &varied.frame);
  for (int step = HERMES_DECIDE; step < HERMES_STEPS; step++)
    model->compute(model->context, &varied.frame, (hermes_step)step);
  trial.failed =
      model->assess(model->context, 0, &row, &before.frame, &varied.frame, trial.verdicts);
  arrays_free(&before);
  arrays_free(&varied);
  return trial;
}

static void test_expects(void **state) {
  (void)state;
  World *w = network_new();
  Term *rx =
      reduce(w, REDUCE_SUM, apply(w, OP_MULTIPLY, gain(w, 0, 1), power(w, 1)), 1, CELL, NULL);
  add_expect(w, out(w, "rx", 1, UE, rx));
  split_order(w);
  hermes_model *reference = interpreter_model(&w->compiler);
  lower_program(&w->compiler);
  Native native = native_new(&w->compiler);
  for (size_t c = 0; c < w->rows[CELL]; c++) {
    Trial a = try_expect(w, reference, c), b = try_expect(w, native.model, c);
    assert_int_equal(a.takes_part, b.takes_part);
    assert_int_equal(a.failed, b.failed);
    for (int i = 0; i < 3; i++) same_verdicts(&a.verdicts[i], &b.verdicts[i]);
    assert_true(a.verdicts[0].checked > 0);
  }
  dlclose(native.library);
  interpreter_free(reference);
  world_free(w);
}

/* A program of nothing but a description is one, too. */
static void test_empty_program(void **state) {
  (void)state;
  World *w = world_new(1);
  assert_true(agree(w));
  world_free(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sum_of_group),
      cmocka_unit_test(test_mean_of_group_counts_too),
      cmocka_unit_test(test_empty_group_faults),
      cmocka_unit_test(test_key_of_an_outer_reduction),
      cmocka_unit_test(test_outer_variables_become_loops),
      cmocka_unit_test(test_nested_groups),
      cmocka_unit_test(test_truth_of_groups),
      cmocka_unit_test(test_no_group_of_what_may_fault),
      cmocka_unit_test(test_prepared_matrix),
      cmocka_unit_test(test_invariant_of_a_loop),
      cmocka_unit_test(test_normalised_by_a_reduction),
      cmocka_unit_test(test_fault_stays_behind_its_guard),
      cmocka_unit_test(test_equal_terms_are_shared),
      cmocka_unit_test(test_cheap_terms_stay),
      cmocka_unit_test(test_hoisting_out_of_a_group),
      cmocka_unit_test(test_expects),
      cmocka_unit_test(test_empty_program),
      cmocka_unit_test(test_random_programs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
