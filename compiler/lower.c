/* Program -> steps. */
#include "terms.h"

/* A definition's own indices are its variables 0, 1, ..; loops inside are numbered by depth. */
static Term *canonical(Arena *arena, const Slot *slot) {
  Renaming renaming = {.arena = arena, .next = slot->rank};
  for (int i = 0; i < slot->rank; i++)
    renaming.variable[i] = new_variable(arena, i, slot->index[i], slot->span);
  return renamed_term(&renaming, slot->value);
}

static void lower_slot(Compiler *compiler, int which) {
  const Slot *slot = &compiler->program.slots[which];
  compiler->steps.items[compiler->steps.count++] = (Step){
      .kind = STEP_MAP,
      .step = slot->stage & STAGE_POLICY ? HERMES_EVALUATE : HERMES_PREPARE,
      .slot = which,
      .variable_count = slot->variable_count,
      .value = canonical(&compiler->arena, slot),
  };
}

void lower_program(Compiler *compiler) {
  const Program *program = &compiler->program;
  compiler->steps = (Steps){ARENA_ARRAY(&compiler->arena, Step, MAX_SLOTS), 0};
  for (int i = 0; i < program->order_count; i++) lower_slot(compiler, program->order[i]);
}
