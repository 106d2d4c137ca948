/* Stages: what each value depends on (binding-time analysis on the lattice of subsets of draw, time
 * and policy), and through which value that came. What depends on nothing is computed once per
 * twin. */
#include "check/order.h"

#include <string.h>

static void infer_term(const Program *program, const Term *term, Slot *slot) {
  if (!term) return;
  if (term->kind == TERM_SLOT) {
    unsigned read = program->slots[term->index].stage;
    if (read & ~slot->stage) slot->because = term->index;
    slot->stage |= read;
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

/* Moves what no policy reaches to the front; each half keeps its order. */
static void split_order(Compiler *compiler) {
  Program *program = &compiler->program;
  int *order = ARENA_ARRAY(&compiler->arena, int, program->order_count + 1), count = 0;
  for (int wanted = 0; wanted < 2; wanted++)
    for (int i = 0; i < program->order_count; i++)
      if (((program->slots[program->order[i]].stage & STAGE_POLICY) != 0) == wanted)
        order[count++] = program->order[i];
  program->order = order;
}

/* needs: an order of the values. leaves: stage and because of every slot; the order with
 * policy-free values first. */
void infer_stages(Compiler *compiler) {
  Program *program = &compiler->program;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == ROLE_POLICY) program->slots[i].stage = STAGE_POLICY;
  for (int i = 0, size; i < program->order_count; i += size) {
    size = component_size(program, i);
    infer_component(program, program->order + i, size);
  }
  split_order(compiler);
}
