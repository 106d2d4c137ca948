/* Program -> steps.
 *
 * Every definition becomes a step; so does each hidden slot that its lowering asks for, right
 * before it. Terms are copied: the program itself stays as it was checked, for the interpreter.
 */
#include "lower/lower.h"
#include "check/order.h"

#include <string.h>

/* ---- nests ---- */

Nest nest_inside(const Nest *nest, const Loop *loops, int count) {
  Nest inside = *nest;
  for (int i = 0; i < count; i++) {
    inside.running |= variable_bit(inside.count);
    inside.table[inside.count++] = loops[i].table;
  }
  return inside;
}

Nest nest_of_hidden(const Hidden *hidden) {
  Nest nest = {.count = hidden->rank, .time = -1, .running = variable_bit(hidden->rank) - 1};
  for (int i = 0; i < hidden->rank; i++) {
    nest.table[i] = hidden->nest->table[hidden->variables[i]];
    if (hidden->variables[i] == hidden->nest->time) nest.time = i;
  }
  return nest;
}

static Nest nest_of_slot(const Lowering *l, const Slot *slot) {
  bool along = slot->component && l->program->component_time[slot->component] >= 0;
  Nest nest = {.count = slot->rank, .time = along ? slot->along : -1};
  for (int i = 0; i < slot->rank; i++) {
    nest.table[i] = slot->index[i];
    nest.running |= variable_bit(i);
  }
  return nest;
}

/* ---- when ---- */

When when_computed(const Lowering *l, const Term *term) {
  bool inside = l->component && term_reads_component(l->program, term, l->component);
  return (When){term_stage(l->program, term), inside ? l->component : 0};
}

When when_step(const Lowering *l, const Step *step) {
  const Term *const terms[] = {step->value, step->key, step->filter};
  When when = {0};
  for (int i = 0; i < 3; i++) {
    When one = when_computed(l, terms[i]);
    when.stage |= one.stage;
    if (one.component) when.component = one.component;
  }
  return when;
}

/* ---- steps ---- */

/* Index variables of a term, those of its loops included. */
static int variable_count(const Term *term) {
  int count = 0;
  if (!term) return 0;
  if (term->kind == TERM_VARIABLE) count = term->index + 1;
  for (int i = 0; i < term->loop_count; i++)
    if (term->loops[i].variable >= count) count = term->loops[i].variable + 1;
  for (int i = 0; i < term_part_count(term); i++) {
    int part = variable_count(term_part(term, i));
    if (part > count) count = part;
  }
  return count;
}

static int step_variables(const Slot *slot, const Step *step) {
  const Term *const terms[] = {step->value, step->key, step->filter};
  int count = slot->rank + step->scan_count;
  for (int i = 0; i < 3; i++)
    if (variable_count(terms[i]) > count) count = variable_count(terms[i]);
  return count;
}

static void add_step(Lowering *l, Step step) {
  const Slot *slot = &l->program->slots[step.slot];
  step.component = slot->component;
  step.step = step_of(slot->stage);
  step.variable_count = step_variables(slot, &step);
  l->compiler->steps.items[l->compiler->steps.count++] = step;
}

/* ---- hidden slots ---- */

static bool holds_index(const Slot *slot, const int *tables, int count) {
  bool taken[MAX_RANK] = {false};
  for (int i = 0; i < count; i++) {
    int k = 0;
    while (k < slot->rank && (taken[k] || slot->index[k] != tables[i])) k++;
    if (k == slot->rank) return false;
    taken[k] = true;
  }
  return true;
}

/* Sizes are not known here. A matrix is what link-level models are made of; an array over three
 * tables must not be larger than one that the program has anyway. */
static bool is_affordable(const Lowering *l, const int *tables, int count) {
  if (count <= 2) return true;
  for (int i = 0; i < l->program->slot_count; i++)
    if (holds_index(&l->program->slots[i], tables, count)) return true;
  return false;
}

bool hidden_begin(Lowering *l, const Nest *nest, Variables variables, Hidden *hidden) {
  int tables[MAX_RANK];
  *hidden = (Hidden){.nest = nest, .renaming = {.arena = l->arena}};
  for (int v = 0; v < nest->count; v++) {
    if (!(variables & variable_bit(v))) continue;
    if (hidden->rank == MAX_RANK) return false;
    tables[hidden->rank] = nest->table[v];
    hidden->variables[hidden->rank] = v;
    hidden->renaming.variable[v] =
        new_variable(l->arena, hidden->rank++, nest->table[v], (Span){0});
  }
  hidden->renaming.next = hidden->rank;
  return l->program->slot_count + l->reserved < MAX_SLOTS && is_affordable(l, tables, hidden->rank);
}

static bool scans_equal(const Step *a, const Step *b) {
  if (a->scan_count != b->scan_count || a->grouped != b->grouped) return false;
  for (int i = 0; i < a->scan_count; i++)
    if (a->scan[i].table != b->scan[i].table) return false;
  return true;
}

static bool slots_alike(const Slot *a, const Slot *b) {
  return a->role == b->role && a->type.kind == b->type.kind && a->rank == b->rank &&
         memcmp(a->index, b->index, sizeof(int) * (size_t)a->rank) == 0;
}

/* The hidden slot that already holds this, or -1. */
static int find_hidden(const Lowering *l, const Slot *slot, const Step *step) {
  for (int i = 0; i < l->compiler->steps.count; i++) {
    const Step *other = &l->compiler->steps.items[i];
    if (other->kind == step->kind && slots_alike(&l->program->slots[other->slot], slot) &&
        scans_equal(other, step) && term_equal(other->value, step->value) &&
        term_equal(other->key, step->key) && term_equal(other->filter, step->filter))
      return other->slot;
  }
  return -1;
}

/* Named after the definition that first needed it: load#1. */
static Slot hidden_slot(Lowering *l, const Hidden *hidden, const Step *step, const Type *type) {
  const Slot *owner = &l->program->slots[l->owner];
  Slot slot = {.name = "",
               .role = ROLE_HIDDEN,
               .type = *type,
               .unit = hermes_unit_one(),
               .unit_text = "1",
               .rank = hidden->rank,
               .table = -1,
               .block = owner->block,
               .doc = "",
               .span = owner->span,
               .because = -1,
               .mean_of = -1};
  for (int i = 0; i < hidden->rank; i++) {
    slot.index[i] = hidden->nest->table[hidden->variables[i]];
    slot.variables[i] = i;
  }
  When when = when_step(l, step);
  slot.stage = when.stage;
  slot.component = when.component;
  for (int i = 0; i < hidden->rank; i++)
    if (hidden->variables[i] == hidden->nest->time) slot.along = i;
  return slot;
}

static int add_hidden(Lowering *l, Slot slot, Step step) {
  slot.name = arena_format(l->arena, "%s#%d", l->program->slots[l->owner].name, ++l->made);
  slot.value = step.kind == STEP_MAP ? step.value : NULL;
  slot.variable_count = step_variables(&slot, &step);
  step.slot = step.blamed = l->program->slot_count++;
  l->program->slots[step.slot] = slot;
  add_step(l, step);
  return step.slot;
}

Term *hidden_end(Lowering *l, const Hidden *hidden, Step step, const Type *type, Span span) {
  Slot slot = hidden_slot(l, hidden, &step, type);
  int number = find_hidden(l, &slot, &step);
  if (number < 0) number = add_hidden(l, slot, step);
  Term *read = new_slot(l->arena, l->program, number, span);
  for (int i = 0; i < hidden->rank; i++)
    read->args[i] = new_variable(l->arena, hidden->variables[i], slot.index[i], span);
  return read;
}

/* ---- definitions ---- */

/* A definition's own indices are its variables 0, 1, ..; loops inside are numbered by depth. */
static Term *canonical(Lowering *l, const Slot *slot, const Term *term) {
  Renaming renaming = {.arena = l->arena, .next = slot->rank};
  for (int i = 0; i < slot->rank; i++)
    renaming.variable[i] = new_variable(l->arena, i, slot->index[i], slot->span);
  return renamed_term(&renaming, term);
}

/* What the definition of a slot makes goes to `target`: the slot itself, but for a solve's. */
static void lower_slot(Lowering *l, int which, int target) {
  const Slot *slot = &l->program->slots[which];
  Nest nest = nest_of_slot(l, slot);
  l->owner = which;
  l->made = 0;
  l->component = slot->component;
  Term *value = grouped(l, &nest, canonical(l, slot, slot->value));
  value = hoisted(l, &nest, value, (When){slot->stage, slot->component});
  add_step(l, (Step){.kind = STEP_MAP, .slot = target, .blamed = which, .value = value});
}

/* ---- components ---- */

/* Where the definition of a solve puts what it makes of its values: load#next. */
static int add_next(Lowering *l, int solve) {
  Slot slot = l->program->slots[solve];
  slot.name = arena_format(l->arena, "%s#next", slot.name);
  slot.role = ROLE_HIDDEN;
  slot.doc = "";
  slot.solve = NULL;
  slot.value = NULL;
  l->reserved--;
  l->program->slots[l->program->slot_count] = slot;
  return l->program->slots[solve].solve->next = l->program->slot_count++;
}

static void lower_start(Lowering *l, int solve) {
  const Slot *slot = &l->program->slots[solve];
  add_step(l, (Step){.kind = STEP_MAP,
                     .slot = solve,
                     .blamed = solve,
                     .starts = true,
                     .value = canonical(l, slot, slot->solve->start)});
}

/* When a step of a component runs: what it needs is before all passes, then come the starts. */
static int turn_of(const Step *step) {
  return step->component == 0 ? 0 : step->starts ? 1 : 2;
}

static void take_turns(Steps *steps, int first) {
  for (int i = first + 1; i < steps->count; i++) {
    Step step = steps->items[i];
    int at = i;
    for (; at > first && turn_of(&step) < turn_of(&steps->items[at - 1]); at--)
      steps->items[at] = steps->items[at - 1];
    steps->items[at] = step;
  }
}

static void lower_component(Lowering *l, const int *members, int count) {
  int first = l->compiler->steps.count;
  for (int i = 0; i < count; i++)
    if (l->program->slots[members[i]].solve) lower_start(l, members[i]);
  for (int i = 0; i < count; i++) {
    bool solved = l->program->slots[members[i]].solve != NULL;
    lower_slot(l, members[i], solved ? add_next(l, members[i]) : members[i]);
  }
  take_turns(&l->compiler->steps, first);
}

/* needs: stages inferred, and an order that puts what no policy reaches first. leaves: steps in the
 * order in which they must run within each step of a computation, those of a component side by
 * side; the slots that they need beside the program's own, appended to it. */
void lower_program(Compiler *compiler) {
  Lowering l = {.compiler = compiler, .program = &compiler->program, .arena = &compiler->arena};
  compiler->steps = (Steps){ARENA_ARRAY(l.arena, Step, MAX_SLOTS), 0};
  l.reserved = l.program->solve_count;
  for (int i = 0, size; i < l.program->order_count; i += size) {
    const int *members = l.program->order + i;
    size = component_size(l.program, i);
    if (l.program->slots[*members].component)
      lower_component(&l, members, size);
    else
      lower_slot(&l, *members, *members);
  }
  find_hidden_windows(compiler);
}
