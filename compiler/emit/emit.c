/* Steps -> C: one file that holds the model of a twin, and its main.
 *
 * Nothing of the blueprint's text gets into it but as numbers: names are made here (emit.h says
 * what they mean), and the description is an array of bytes. So no blueprint can smuggle code or
 * comments into what a C compiler reads.
 */
#include "emit/emit.h"

#include <stdarg.h>
#include <stdlib.h>

/* ---- lines ---- */

void emit_text(Emitter *e, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(e->out, format, arguments);
  va_end(arguments);
}

void emit_begin(Emitter *e) {
  for (int i = 0; i < e->indent; i++) fputs("  ", e->out);
}

void emit_line(Emitter *e, const char *format, ...) {
  va_list arguments;
  emit_begin(e);
  va_start(arguments, format);
  vfprintf(e->out, format, arguments);
  va_end(arguments);
  fputc('\n', e->out);
}

void emit_open(Emitter *e) {
  fputs(" {\n", e->out);
  e->indent++;
}

void emit_close(Emitter *e) {
  e->indent--;
  emit_line(e, "}");
}

/* ---- functions that are called ---- */

static void mark_calls(const Term *term, bool *called) {
  if (!term) return;
  if (term->kind == TERM_CALL) called[term->index] = true;
  for (int i = 0; i < term_part_count(term); i++) mark_calls(term_part(term, i), called);
}

static void mark_expect(const Program *program, const Expect *expect, bool *called) {
  mark_calls(expect->filter, called);
  for (int i = 0; i < expect->vary_count; i++) {
    const Vary *vary = &expect->varies[i];
    mark_calls(vary->amount, called);
    for (int k = 0; k < program->slots[vary->slot].rank; k++) mark_calls(vary->rows[k], called);
  }
  for (int i = 0; i < expect->assert_count; i++) {
    mark_calls(expect->asserts[i].filter, called);
    mark_calls(expect->asserts[i].left, called);
    mark_calls(expect->asserts[i].right, called);
  }
}

static bool has_default(const Slot *slot, Role role) {
  return slot->role == role && slot->value;
}

static void mark_program(const Compiler *compiler, bool *called) {
  const Program *program = &compiler->program;
  for (int i = 0; i < program->slot_count; i++)
    if (has_default(&program->slots[i], ROLE_INPUT) || has_default(&program->slots[i], ROLE_POLICY))
      mark_calls(program->slots[i].value, called);
  for (int i = 0; i < compiler->steps.count; i++) {
    const Step *step = &compiler->steps.items[i];
    mark_calls(step->value, called);
    mark_calls(step->key, called);
    mark_calls(step->filter, called);
  }
  for (int i = 0; i < program->expect_count; i++)
    mark_expect(program, &program->expects[i], called);
}

static void mark_callees(const Function *function, bool *called) {
  mark_calls(function->result, called);
  for (int i = 0; i < function->let_count; i++) mark_calls(function->lets[i], called);
}

/* Callees stand before their callers, so one walk from the end finds all that are needed. */
static void emit_functions(Emitter *e) {
  bool *called = ARENA_ARRAY(&e->arena, bool, e->program->function_count + 1);
  mark_program(e->compiler, called);
  for (int i = e->program->function_count; i-- > 0;)
    if (called[i]) mark_callees(&e->program->functions[i], called);
  for (int i = 0; i < e->program->function_count; i++)
    if (called[i]) emit_function(e, i);
}

/* ---- computing ---- */

static void emit_bodies(Emitter *e) {
  const Program *program = e->program;
  for (int i = 0; i < program->slot_count; i++)
    if (has_default(&program->slots[i], ROLE_INPUT) || has_default(&program->slots[i], ROLE_POLICY))
      emit_default(e, i);
  for (int i = 0; i < e->compiler->steps.count; i++) emit_step(e, &e->compiler->steps.items[i]);
  for (int i = 1; i <= program->component_count; i++) emit_component(e, i);
  for (int i = 0; i < program->expect_count; i++) {
    emit_vary(e, i);
    emit_assess(e, i);
  }
}

/* The functions of one step, up to a NULL. */
static void emit_default_list(Emitter *e, const char *step, Role role) {
  emit_line(e, "[%s] = (step *const[]){", step);
  for (int i = 0; i < e->program->slot_count; i++)
    if (has_default(&e->program->slots[i], role)) emit_line(e, "  step_%d,", i);
  emit_line(e, "  NULL},");
}

static void emit_step_list(Emitter *e, const char *name, hermes_step phase) {
  emit_line(e, "[%s] = (step *const[]){", name);
  const Step *steps = e->compiler->steps.items;
  for (int i = 0; i < e->compiler->steps.count; i++) {
    if (steps[i].step != phase) continue;
    if (steps[i].component == 0)
      emit_line(e, "  step_%d,", steps[i].slot);
    else if (i == 0 || steps[i].component != steps[i - 1].component)
      emit_line(e, "  solve_%d,", steps[i].component);
  }
  emit_line(e, "  NULL},");
}

static void emit_compute(Emitter *e) {
  emit_text(e, "\ntypedef int step(hermes_frame *);\n");
  emit_text(e, "static step *const *const steps[] = {\n");
  e->indent++;
  emit_default_list(e, "HERMES_INPUTS", ROLE_INPUT);
  emit_default_list(e, "HERMES_POLICIES", ROLE_POLICY);
  emit_step_list(e, "HERMES_PREPARE", HERMES_PREPARE);
  emit_step_list(e, "HERMES_DRAW", HERMES_DRAW);
  emit_step_list(e, "HERMES_DECIDE", HERMES_DECIDE);
  emit_step_list(e, "HERMES_EVALUATE", HERMES_EVALUATE);
  emit_step_list(e, "HERMES_CONCLUDE", HERMES_CONCLUDE);
  e->indent--;
  emit_text(e, "};\n\n"
               "static int compute(void *context, hermes_frame *frame, hermes_step phase) {\n"
               "  (void)context;\n"
               "  for (step *const *next = steps[phase]; *next; next++)\n"
               "    if ((*next)(frame)) return 1;\n"
               "  return 0;\n"
               "}\n");
}

static void emit_expect_list(Emitter *e, const char *name) {
  for (int i = 0; i < e->program->expect_count; i++) emit_line(e, "  %s_%d,", name, i);
  emit_text(e, "  NULL};\n");
}

static void emit_expects(Emitter *e) {
  emit_text(e, "\ntypedef int vary_one(const size_t *, const hermes_frame *, hermes_frame *);\n"
               "static vary_one *const varies[] = {\n");
  emit_expect_list(e, "vary");
  emit_text(e, "\n"
               "static int vary(void *context, int expect, const size_t *row, const hermes_frame "
               "*before,\n"
               "                hermes_frame *frame) {\n"
               "  (void)context;\n"
               "  return varies[expect](row, before, frame);\n"
               "}\n");
  emit_text(e, "\ntypedef int assess_one(const size_t *, const hermes_frame *, hermes_frame *,\n"
               "                       hermes_verdict *);\n"
               "static assess_one *const assesses[] = {\n");
  emit_expect_list(e, "assess");
  emit_text(e, "\n"
               "static int assess(void *context, int expect, const size_t *row, const hermes_frame "
               "*before,\n"
               "                  hermes_frame *frame, hermes_verdict *verdicts) {\n"
               "  (void)context;\n"
               "  return assesses[expect](row, before, frame, verdicts);\n"
               "}\n");
}

/* ---- the file ---- */

static const char HEAD[] =
    "/* Made by hermesc " HERMES_VERSION " from a blueprint: read and edit that instead.\n"
    " *\n"
    " * sx is the array of slot x, as the description numbers them; bx the same in the\n"
    " * unvaried frame. nx is the number of rows of table x, vx a row, tx the value of a\n"
    " * subterm, fx a function with locals ax. Of ox instants, sx holds the last ones.\n"
    " */\n"
    "#include <hermes/compute.h>\n"
    "\n"
    "/* A blueprint may compare x to x. */\n"
    "#pragma GCC diagnostic ignored \"-Wtautological-compare\"\n"
    "#pragma GCC diagnostic ignored \"-Wint-in-bool-context\"\n";

/* Of libm under another name, functions whose results the C compiler would compute in advance and
 * round otherwise than the library, and so than the interpreter. The others it may know: they are
 * exact. */
static const char *const PROTOTYPES[OP_COUNT] = {
    [OP_ABS] = "double fabs(double);",
    [OP_SQRT] = "double sqrt(double);",
    [OP_FLOOR] = "double floor(double);",
    [OP_CEIL] = "double ceil(double);",
#define OPAQUE(name, parameters)                                                                   \
  "double m_" name "(" parameters ") __asm__(\"" name "\") __attribute__((const));"
    [OP_POWER] = OPAQUE("pow", "double, double"),
    [OP_EXP] = OPAQUE("exp", "double"),
    [OP_LOG] = OPAQUE("log", "double"),
    [OP_LOG10] = OPAQUE("log10", "double"),
    [OP_LOG2] = OPAQUE("log2", "double"),
    [OP_SIN] = OPAQUE("sin", "double"),
    [OP_COS] = OPAQUE("cos", "double"),
    [OP_TAN] = OPAQUE("tan", "double"),
    [OP_ASIN] = OPAQUE("asin", "double"),
    [OP_ACOS] = OPAQUE("acos", "double"),
    [OP_ATAN] = OPAQUE("atan", "double"),
    [OP_BESSEL_J1] = OPAQUE("j1", "double"),
    [OP_ATAN2] = OPAQUE("atan2", "double, double"),
    [OP_HYPOT] = OPAQUE("hypot", "double, double"),
#undef OPAQUE
};

static void emit_prototypes(Emitter *e) {
  emit_text(e, "\n");
  for (int op = 0; op < OP_COUNT; op++)
    if (e->uses[op] && PROTOTYPES[op]) emit_line(e, "%s", PROTOTYPES[op]);
  if (e->allocates) emit_line(e, "void *malloc(size_t);\nvoid free(void *);");
  emit_line(e, "int hermes_twin_start(const hermes_model *, int, char **);");
}

static void emit_description(Emitter *e) {
  size_t size;
  char *json = describe_program(e->compiler, &size);
  emit_text(e, "\nstatic const unsigned char description[] = {");
  for (size_t i = 0; i < size; i++)
    emit_text(e, "%s%d,", i % 24 == 0 ? "\n  " : "", (unsigned char)json[i]);
  emit_text(e, "\n  0};\n");
  free(json);
}

static void emit_model(Emitter *e) {
  emit_text(e,
            "\n"
            "extern const hermes_model hermes_blueprint;\n"
            "const hermes_model hermes_blueprint = {\n"
            "  .abi = %d,\n"
            "  .description = description,\n"
            "  .description_size = sizeof description - 1,\n"
            "  .compute = compute,\n"
            "  .vary = vary,\n"
            "  .assess = assess,\n"
            "};\n"
            "\n"
            "int main(int argc, char **argv) {\n"
            "  return hermes_twin_start(&hermes_blueprint, argc, argv);\n"
            "}\n",
            HERMES_ABI);
}

/* Which prototypes are needed is known only behind the bodies, so these are written aside first. */
static void emit_file(Emitter *e, FILE *out, FILE *bodies, char **text) {
  e->out = bodies;
  emit_functions(e);
  emit_bodies(e);
  fflush(bodies);
  e->out = out;
  emit_text(e, "%s", HEAD);
  emit_prototypes(e);
  emit_text(e, "%s", *text);
  emit_compute(e);
  emit_expects(e);
  emit_description(e);
  emit_model(e);
}

void emit_c(const Compiler *compiler, FILE *out) {
  Emitter e = {.compiler = compiler, .program = &compiler->program};
  char *text = NULL;
  size_t size = 0;
  FILE *bodies = open_memstream(&text, &size);
  if (!bodies) {
    fputs("hermesc: out of memory\n", stderr);
    abort();
  }
  emit_file(&e, out, bodies, &text);
  fclose(bodies);
  free(text);
  arena_free(&e.arena);
}
