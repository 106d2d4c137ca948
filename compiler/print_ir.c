/* Steps and terms for people: --print=ir. */
#include "check/terms.h"

#include <math.h>

/* ---- terms: one line, fully bracketed ---- */

static void print_list(const Compiler *compiler, Term *const *terms, int count, FILE *out) {
  for (int i = 0; i < count; i++) {
    if (i > 0) fputs(", ", out);
    print_term(compiler, terms[i], out);
  }
}

static void print_number(const Compiler *compiler, const Term *term, FILE *out) {
  (void)compiler;
  bool is_label = term->type.kind == TYPE_ENUM && term->type.labels;
  if (term->type.kind == TYPE_BOOL)
    fputs(term->number != 0 ? "true" : "false", out);
  else if (is_label)
    fputs(term->type.labels->names[(int)term->number], out);
  else
    fprintf(out, "%.15g", term->number);
}

static void print_variable(const Compiler *compiler, const Term *term, FILE *out) {
  (void)compiler;
  fprintf(out, "v%d", term->index);
}

static void print_local(const Compiler *compiler, const Term *term, FILE *out) {
  (void)compiler;
  fprintf(out, "a%d", term->index);
}

/* A column is known by its table's name and its own. */
static void print_slot_name(const Program *program, int slot, FILE *out) {
  int table = program->slots[slot].role == ROLE_COLUMN ? program->slots[slot].table : -1;
  if (table >= 0) fprintf(out, "%s.", program->tables[table].name);
  fputs(program->slots[slot].name, out);
}

static void print_slot(const Compiler *compiler, const Term *term, FILE *out) {
  if (term->before) fputs("before.", out);
  print_slot_name(&compiler->program, term->index, out);
  if (term->arg_count == 0) return;
  fputs("[", out);
  print_list(compiler, term->args, term->arg_count, out);
  fputs("]", out);
}

static void print_apply(const Compiler *compiler, const Term *term, FILE *out) {
  const char *spelling = operator_spelling(term->op);
  bool infix = term->op <= OP_OR && term->arg_count == 2;
  if (!infix)
    fprintf(out, term->op == OP_NOT ? "%s (" : "%s(", spelling);
  else
    fputs("(", out);
  print_term(compiler, term->args[0], out);
  if (term->arg_count == 2) {
    fprintf(out, infix ? " %s " : ", ", spelling);
    print_term(compiler, term->args[1], out);
  }
  fputs(")", out);
}

static void print_if(const Compiler *compiler, const Term *term, FILE *out) {
  static const char *const words[] = {"(if ", " then ", " else "};
  for (int i = 0; i < 3; i++) {
    fputs(words[i], out);
    print_term(compiler, term->args[i], out);
  }
  fputs(")", out);
}

static void print_call(const Compiler *compiler, const Term *term, FILE *out) {
  fprintf(out, "%s(", compiler->program.functions[term->index].name);
  print_list(compiler, term->args, term->arg_count, out);
  fputs(")", out);
}

static const char *reduction_name(Reduction reduction) {
  static const char *const names[] = {
      [REDUCE_SUM] = "sum",   [REDUCE_PRODUCT] = "product", [REDUCE_MIN] = "min",
      [REDUCE_MAX] = "max",   [REDUCE_ARGMAX] = "argmax",   [REDUCE_ARGMIN] = "argmin",
      [REDUCE_MEAN] = "mean", [REDUCE_COUNT] = "count",     [REDUCE_SHARE] = "share",
      [REDUCE_ANY] = "any",   [REDUCE_ALL] = "all",         [REDUCE_PERCENTILE] = "percentile",
  };
  return names[reduction];
}

static void print_loops(const Program *program, const Loop *loops, int count, FILE *out) {
  for (int i = 0; i < count; i++)
    fprintf(out, " for v%d in %s", loops[i].variable, program->tables[loops[i].table].name);
}

static void print_optional(const Compiler *compiler, const char *words, const Term *term,
                           FILE *out) {
  if (!term) return;
  fputs(words, out);
  print_term(compiler, term, out);
}

static void print_reduce(const Compiler *compiler, const Term *term, FILE *out) {
  fprintf(out, "%s(", reduction_name(term->reduction));
  print_list(compiler, term->args, term->arg_count, out);
  print_optional(compiler, term->arg_count > 0 ? ", " : "", term->body, out);
  print_loops(&compiler->program, term->loops, term->loop_count, out);
  print_optional(compiler, " if ", term->filter, out);
  print_optional(compiler, ", default = ", term->fallback, out);
  fputs(")", out);
}

static void print_empty(const Compiler *compiler, const Term *term, FILE *out) {
  (void)compiler;
  (void)term;
  fputs("invalid", out);
}

static void print_draw(const Compiler *compiler, const Term *term, FILE *out) {
  fprintf(out, "~%s(%s#%d", variate_name(term->variate),
          compiler->program.slots[term->index].name, term->part);
  if (term->arg_count > 0) fputs(", ", out);
  print_list(compiler, term->args, term->arg_count, out);
  fputs(")", out);
}

void print_term(const Compiler *compiler, const Term *term, FILE *out) {
  static void (*const forms[])(const Compiler *, const Term *, FILE *) = {
      [TERM_NUMBER] = print_number, [TERM_VARIABLE] = print_variable, [TERM_LOCAL] = print_local,
      [TERM_SLOT] = print_slot,     [TERM_APPLY] = print_apply,       [TERM_IF] = print_if,
      [TERM_CALL] = print_call,     [TERM_REDUCE] = print_reduce,     [TERM_FAULT] = print_empty,
      [TERM_DRAW] = print_draw,
  };
  forms[term->kind](compiler, term, out);
}

/* ---- steps ---- */

static void print_head(const Compiler *compiler, const Step *step, FILE *out) {
  const Program *program = &compiler->program;
  const Slot *slot = &program->slots[step->slot];
  static const char *const steps[] = {
      [HERMES_PREPARE] = "prepare",   [HERMES_DRAW] = "draw",         [HERMES_DECIDE] = "decide",
      [HERMES_EVALUATE] = "evaluate", [HERMES_CONCLUDE] = "conclude"};
  fprintf(out, "%-8s  s%-4d ", steps[step->step], step->slot);
  if (step->component) fprintf(out, "%s %d  ", step->starts ? "start" : "pass", step->component);
  print_slot_name(program, step->slot, out);
  for (int i = 0; i < slot->rank; i++)
    fprintf(out, "%sv%d in %s%s", i == 0 ? "[" : ", ", i, program->tables[slot->index[i]].name,
            i + 1 == slot->rank ? "]" : "");
}

/* sum[v0 in cell]  +=  load at v0 = server[v1] for v1 in ue if .. */
static void print_group(const Compiler *compiler, const Step *step, FILE *out) {
  fputs("  +=  ", out);
  print_term(compiler, step->value, out);
  fprintf(out, "  at v%d = ", step->grouped);
  print_term(compiler, step->key, out);
  print_loops(&compiler->program, step->scan, step->scan_count, out);
  print_optional(compiler, " if ", step->filter, out);
}

static void print_step(const Compiler *compiler, const Step *step, FILE *out) {
  print_head(compiler, step, out);
  if (step->kind == STEP_GROUP)
    print_group(compiler, step, out);
  else
    print_optional(compiler, "  =  ", step->value, out);
  fputs("\n", out);
}

void print_steps(const Compiler *compiler, FILE *out) {
  for (int i = 0; i < compiler->steps.count; i++)
    print_step(compiler, &compiler->steps.items[i], out);
}
