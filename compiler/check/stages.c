/* Stages: what each value depends on (binding-time analysis on the lattice of subsets of draw, time
 * and policy), and through which value that came. What depends on nothing is computed once per
 * twin. */
#include "check/order.h"

#include <string.h>

static void infer_term(const Program *program, const Term *term, Slot *slot) {
  if (!term) return;
  if (term->kind == TERM_DRAW) slot->stage |= STAGE_DRAW;
  if (term->kind == TERM_SLOT) {
    const Slot *read = &program->slots[term->index];
    if (read->stage & ~slot->stage)
      slot->because = read->role == ROLE_MEAN ? read->because : term->index;
    slot->stage |= read->stage;
  }
  for (int i = 0; i < term->arg_count; i++) infer_term(program, term->args[i], slot);
  infer_term(program, term->filter, slot);
  infer_term(program, term->body, slot);
  infer_term(program, term->fallback, slot);
}

/* What one value of a component depends on, all of it does: each is computed with the others. */
static void infer_component(const Program *program, const int *members, int count) {
  unsigned stage = 0;
  for (int i = 0; i < count; i++) {
    Slot *slot = &program->slots[members[i]];
    infer_term(program, slot->value, slot);
    stage |= slot->stage;
  }
  int cause = 0;
  while (cause < count && program->slots[members[cause]].stage == 0) cause++;
  for (int i = 0; i < count; i++) {
    Slot *slot = &program->slots[members[i]];
    if (slot->stage == 0 && stage != 0) slot->because = members[cause];
    slot->stage = stage;
  }
}

hermes_step step_of(unsigned stage) {
  static const hermes_step steps[] = {
      [0] = HERMES_PREPARE,
      [STAGE_DRAW] = HERMES_DRAW,
      [STAGE_POLICY] = HERMES_DECIDE,
      [STAGE_DRAW | STAGE_POLICY] = HERMES_EVALUATE,
  };
  return stage & STAGE_MEAN ? HERMES_CONCLUDE : steps[stage & (STAGE_DRAW | STAGE_POLICY)];
}

void sort_by_steps(Compiler *compiler) {
  Program *program = &compiler->program;
  int *order = ARENA_ARRAY(&compiler->arena, int, program->order_count + 1), count = 0;
  for (hermes_step step = HERMES_PREPARE; step < HERMES_STEPS; step++)
    for (int i = 0; i < program->order_count; i++) {
      unsigned stage = program->slots[program->order[i]].stage;
      if (step_of(stage) == step) order[count++] = program->order[i];
    }
  program->order = order;
}

/* A mean over draws depends on what its sample does, but for the draws. The checker made it right
 * behind that. */
static void conclude_mean(Program *program, int sample) {
  Slot *mean = &program->slots[sample + 1];
  mean->stage = (program->slots[sample].stage & ~(unsigned)STAGE_DRAW) | STAGE_MEAN;
  mean->because = program->slots[sample].because;
}

/* There would be two kinds of draws: those that the mean was taken over, and the one at hand. */
static void require_one_kind(Compiler *compiler, const Slot *slot) {
  if (!(slot->stage & STAGE_MEAN) || !(slot->stage & STAGE_DRAW)) return;
  hermes_diagnostic *d = report(compiler, HB0518, slot->span,
                                "`%s` reads a mean over draws, and what is drawn beside it",
                                slot->name);
  hermes_diagnostic_note(d, "what differs from draw to draw stands inside of an `expectation`, too");
}

/* A mean of what is a mean already, be it one of another KPI. */
static void require_sample(Compiler *compiler, const Slot *slot) {
  if (slot->stage & STAGE_MEAN)
    report(compiler, HB0518, slot->span,
           "`%s` is taken over draws once: the inner one is a number already", slot->name);
}

static void require_mean(Compiler *compiler, const Slot *slot) {
  bool reported = slot->role == ROLE_KPI || slot->role == ROLE_BOUND;
  if (!reported || slot->type.kind != TYPE_BOOL || !(slot->stage & STAGE_DRAW)) return;
  hermes_diagnostic *d =
      report(compiler, HB0518, slot->span,
             "%s`%s` is true in some draws and false in others, and has no mean",
             slot->role == ROLE_BOUND ? "the bound of " : "", slot->name);
  hermes_diagnostic_note(d, "`kpi %s : 1 = probability(...);` says how often it is true", slot->name);
}

static void check_means(Compiler *compiler, int number) {
  const Slot *slot = &compiler->program.slots[number];
  if (slot->role == ROLE_SAMPLE) {
    conclude_mean(&compiler->program, number);
    require_sample(compiler, slot);
  } else {
    require_one_kind(compiler, slot);
    require_mean(compiler, slot);
  }
}

/* needs: an order of the values. leaves: stage and because of every slot; the order sorted
 * by steps. */
void infer_stages(Compiler *compiler) {
  Program *program = &compiler->program;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == ROLE_POLICY) program->slots[i].stage = STAGE_POLICY;
  for (int i = 0, size; i < program->order_count; i += size) {
    size = component_size(program, i);
    infer_component(program, program->order + i, size);
    for (int k = i; k < i + size; k++) check_means(compiler, program->order[k]);
  }
  sort_by_steps(compiler);
}
