/* Order: every value comes after those that it is computed from.
 *
 * Values that depend on one another through a `solve` are one component: a strongly connected part
 * of what reads what. Its members stand side by side, in an order in which each comes after what it
 * reads, but for the solves: those stand last, and are read as they were in the pass before.
 *
 * Values that depend on one another through `t - 1` are a component, too. It is computed instant
 * after instant: all members at the first one, then all at the next. A cycle that passes through
 * neither is an error.
 */
#include "check/order.h"
#include "check/terms.h"

/* What one value reads. Gathered before any is visited, so that the depth of the visit is the
 * length of the chain of values, however deep their expressions are. */
typedef struct Reads {
  Arena *arena;
  const Term **items;
  int count, capacity;
} Reads;

void each_slot(const Term *term, Visit *visit, void *context) {
  if (!term) return;
  if (term->kind == TERM_SLOT) visit(context, term);
  for (int i = 0; i < term->arg_count; i++) each_slot(term->args[i], visit, context);
  each_slot(term->filter, visit, context);
  each_slot(term->body, visit, context);
  each_slot(term->fallback, visit, context);
}

static void gather_read(void *context, const Term *term) {
  Reads *reads = context;
  if (reads->count == reads->capacity) {
    int capacity = reads->capacity ? reads->capacity * 2 : 8;
    const Term **items = ARENA_ARRAY(reads->arena, const Term *, capacity);
    for (int i = 0; i < reads->count; i++) items[i] = reads->items[i];
    reads->items = items;
    reads->capacity = capacity;
  }
  reads->items[reads->count++] = term;
}

static bool is_computed(const Slot *slot) {
  return slot->role != ROLE_COLUMN && slot->role != ROLE_INPUT && slot->role != ROLE_POLICY &&
         slot->role != ROLE_MEAN;
}

/* Who reads a mean over draws comes after what it is the mean of. */
static void read_samples(const Program *program, Reads *reads) {
  for (int i = 0; i < reads->count; i++) {
    const Slot *slot = &program->slots[reads->items[i]->index];
    if (slot->role != ROLE_MEAN) continue;
    Term *sample = copy_term(reads->arena, reads->items[i]);
    sample->index = slot->mean_of;
    reads->items[i] = sample;
  }
}

static Reads *reads_of_all(Compiler *compiler) {
  const Program *program = &compiler->program;
  Reads *reads = ARENA_ARRAY(&compiler->arena, Reads, program->slot_count + 1);
  for (int i = 0; i < program->slot_count; i++) {
    reads[i].arena = &compiler->arena;
    if (!is_computed(&program->slots[i])) continue;
    each_slot(program->slots[i].value, gather_read, &reads[i]);
    read_samples(program, &reads[i]);
  }
  return reads;
}

/* ---- cycles ---- */

typedef enum Mark { UNSEEN, OPEN, DONE } Mark;

typedef struct Ordering {
  Compiler *compiler;
  const Reads *reads; /* by slot */
  Mark *marks;
  int *path;          /* the slots being visited, outermost first */
  const Term **leads; /* by place in path: the term that led there */
  int depth;
  int *order;
  int count;
  bool cyclic;
} Ordering;

enum { MAX_PATH = 12 }; /* values of a cycle that are named */

static void report_cycle(Ordering *ordering, int slot, const Term *read) {
  const Program *program = &ordering->compiler->program;
  int first = ordering->depth;
  while (ordering->path[first - 1] != slot) first--;
  const char *path = program->slots[slot].name;
  for (int i = first; i < ordering->depth && i < first + MAX_PATH; i++)
    path = arena_format(&ordering->compiler->arena, "%s -> %s", path,
                        program->slots[ordering->path[i]].name);
  if (ordering->depth > first + MAX_PATH)
    path = arena_format(&ordering->compiler->arena, "%s -> ... (%d more)", path,
                        ordering->depth - first - MAX_PATH);
  hermes_diagnostic *d = report(ordering->compiler, HB0504, program->slots[slot].span,
                                "`%s` depends on itself: %s -> %s", program->slots[slot].name, path,
                                program->slots[slot].name);
  for (int i = first; i < ordering->depth && i < first + HERMES_LABELS - 1; i++)
    report_label(ordering->compiler, d, ordering->leads[i]->span, "reads `%s`",
                 program->slots[ordering->path[i]].name);
  report_label(ordering->compiler, d, read->span, "reads `%s` again", program->slots[slot].name);
  ordering->cyclic = true;
}

/* A solve is read as it was in the pass before, an earlier instant was computed before: such reads
 * ask for no order. */
static void visit_slot(Ordering *ordering, int number, const Term *read) {
  const Slot *slot = &ordering->compiler->program.slots[number];
  if (!is_computed(slot) || ordering->marks[number] == DONE ||
      (read && (slot->solve || term_looks_back(read))))
    return;
  if (ordering->marks[number] == OPEN) {
    report_cycle(ordering, number, read);
    return;
  }
  ordering->marks[number] = OPEN;
  ordering->leads[ordering->depth] = read;
  ordering->path[ordering->depth++] = number;
  const Reads *reads = &ordering->reads[number];
  for (int i = 0; i < reads->count; i++)
    visit_slot(ordering, reads->items[i]->index, reads->items[i]);
  ordering->depth--;
  ordering->marks[number] = DONE;
  ordering->order[ordering->count++] = number;
}

/* ---- components (Tarjan) ---- */

typedef struct Components {
  Compiler *compiler;
  const Reads *reads; /* by slot */
  int *places;        /* by slot: its place in an order of what is computed in one pass */
  int *numbers, *low; /* by slot: when it was first seen, from 1; the first that it leads back to */
  bool *waits;        /* by slot: it stands on the stack */
  int *stack, height;
  int seen;
  int *order, count;
} Components;

/* Solves behind what they read of this pass. */
static bool comes_before(const Components *c, int a, int b) {
  const Slot *slots = c->compiler->program.slots;
  bool a_is_solve = slots[a].solve != NULL, b_is_solve = slots[b].solve != NULL;
  return a_is_solve == b_is_solve ? c->places[a] < c->places[b] : b_is_solve;
}

static void sort_members(const Components *c, int *members, int count) {
  for (int i = 1; i < count; i++) {
    int member = members[i], at = i;
    for (; at > 0 && comes_before(c, member, members[at - 1]); at--) members[at] = members[at - 1];
    members[at] = member;
  }
}

static bool reads_itself(const Components *c, int slot) {
  for (int i = 0; i < c->reads[slot].count; i++)
    if (c->reads[slot].items[i]->index == slot) return true;
  return false;
}

static void check_lone_solve(const Components *c, int slot) {
  const Slot *solved = &c->compiler->program.slots[slot];
  if (c->compiler->diagnostics.errors || reads_itself(c, slot)) return;
  hermes_diagnostic *d = report(c->compiler, HB0522, solved->span,
                                "`%s` is solved, but does not depend on itself", solved->name);
  hermes_diagnostic_note(d, "an `out` of the same definition is exact, and is computed once");
  hermes_fix *fix = hermes_diagnostic_fix(d, "as an output");
  hermes_fix_edit(fix, solved->solve->word.start, solved->solve->word.end, "out");
  hermes_fix_edit(fix, solved->solve->rest.start, solved->solve->rest.end, "%s", "");
}

/* ---- along a time ---- */

/* Members of a component, and one of them. */
typedef struct Along {
  Compiler *compiler;
  const Program *program;
  const Reads *reads;
  int component, time;
} Along;

static bool is_member(const Along *a, const Term *read) {
  return a->program->slots[read->index].component == a->component;
}

static void refuse_along(const Along *a, int slot, const char *why, const Term *read) {
  const Slot *of = &a->program->slots[slot];
  hermes_diagnostic *d = report(a->compiler, HB0526, of->span,
                                "`%s` cannot be computed instant after instant: %s", of->name, why);
  if (read) report_label(a->compiler, d, read->span, "here");
}

/* The time of the first look back among the members' reads; -1: there is none. */
static int time_of(const Along *a, const int *members, int count, const Term **look) {
  for (int i = 0; i < count; i++)
    for (int k = 0; k < a->reads[members[i]].count; k++) {
      const Term *read = a->reads[members[i]].items[k];
      for (int n = 0; is_member(a, read) && n < read->arg_count; n++)
        if (term_is_earlier(read->args[n])) return *look = read, read->args[n]->type.table;
    }
  return -1;
}

/* Which of its indices is the time; reports where not just one is. */
static bool find_along(const Along *a, int number) {
  Slot *slot = &((Program *)a->program)->slots[number];
  int count = 0;
  for (int i = 0; i < slot->rank; i++)
    if (slot->index[i] == a->time && count++ == 0) slot->along = i;
  if (count == 1) return true;
  const char *time = a->program->tables[a->time].name;
  refuse_along(a, number,
               arena_format(&a->compiler->arena,
                            count ? "it has two indices over `%s`" : "it has no index over `%s`",
                            time),
               NULL);
  return false;
}

/* At the reader's own instant, or at one before it? A look back along another time is neither. */
static bool is_in_time(const Along *a, const Slot *reader, const Term *read) {
  const Term *at = read->args[a->program->slots[read->index].along];
  for (int i = 0; i < read->arg_count; i++)
    if (term_is_earlier(read->args[i]) && read->args[i]->type.table != a->time) return false;
  if (term_is_earlier(at)) at = at->args[0];
  return at->kind == TERM_VARIABLE && at->index == reader->along;
}

static void check_reads_along(const Along *a, int number) {
  const Reads *reads = &a->reads[number];
  for (int i = 0; i < reads->count; i++) {
    const Term *read = reads->items[i];
    if (!is_member(a, read) || is_in_time(a, &a->program->slots[number], read)) continue;
    refuse_along(a, number,
                 arena_format(&a->compiler->arena, "it reads `%s` at other instants than its own",
                              a->program->slots[read->index].name),
                 read);
    return;
  }
}

/* The time that a component goes along, or -1 where it has solves instead. */
static int check_along(Along *a, const int *members, int count) {
  const Term *look = NULL;
  bool solved = a->program->slots[members[count - 1]].solve != NULL, good = true;
  a->time = time_of(a, members, count, &look);
  if (solved && look)
    refuse_along(a, members[count - 1], "it is solved, and depends on itself one step back, too",
                 look);
  if (solved) return -1;
  for (int i = 0; i < count; i++) good &= find_along(a, members[i]);
  for (int i = 0; i < count && good; i++) check_reads_along(a, members[i]);
  return a->time;
}

/* ---- components ---- */

/* All above `root` on the stack, and itself, are one component where they depend on themselves. */
static void close_component(Components *c, int root) {
  Program *program = &c->compiler->program;
  int first = c->height;
  do c->waits[c->stack[--first]] = false;
  while (c->stack[first] != root);
  int *members = &c->stack[first], count = c->height - first;
  sort_members(c, members, count);
  bool solved = program->slots[members[count - 1]].solve != NULL;
  if (solved && count == 1) check_lone_solve(c, root);
  if (solved || count > 1 || reads_itself(c, root)) {
    int component = ++program->component_count;
    for (int i = 0; i < count; i++) program->slots[members[i]].component = component;
    Along along = {c->compiler, program, c->reads, component, -1};
    program->component_time[component] = check_along(&along, members, count);
  }
  for (int i = 0; i < count; i++) c->order[c->count++] = members[i];
  c->height = first;
}

static void follow(Components *c, int slot) {
  c->numbers[slot] = c->low[slot] = ++c->seen;
  c->stack[c->height++] = slot;
  c->waits[slot] = true;
  for (int i = 0; i < c->reads[slot].count; i++) {
    int read = c->reads[slot].items[i]->index;
    if (!is_computed(&c->compiler->program.slots[read])) continue;
    if (!c->numbers[read]) follow(c, read);
    if (c->waits[read] && c->low[read] < c->low[slot]) c->low[slot] = c->low[read];
  }
  if (c->low[slot] == c->numbers[slot]) close_component(c, slot);
}

static void find_components(Compiler *compiler, const Reads *reads, const int *order) {
  Program *program = &compiler->program;
  Arena *arena = &compiler->arena;
  int count = program->slot_count + 1;
  Components c = {.compiler = compiler,
                  .reads = reads,
                  .places = ARENA_ARRAY(arena, int, count),
                  .numbers = ARENA_ARRAY(arena, int, count),
                  .low = ARENA_ARRAY(arena, int, count),
                  .waits = ARENA_ARRAY(arena, bool, count),
                  .stack = ARENA_ARRAY(arena, int, count),
                  .order = ARENA_ARRAY(arena, int, count)};
  program->component_time = ARENA_ARRAY(arena, int, count + 1);
  for (int i = 0; i < program->order_count; i++) c.places[order[i]] = i;
  for (int i = 0; i < program->slot_count; i++)
    if (is_computed(&program->slots[i]) && !c.numbers[i]) follow(&c, i);
  program->order = c.order;
}

int component_size(const Program *program, int place) {
  int component = program->slots[program->order[place]].component, count = 1;
  while (component && place + count < program->order_count &&
         program->slots[program->order[place + count]].component == component)
    count++;
  return count;
}

int component_iterations(const Program *program, int component) {
  int iterations = MAX_ITERATIONS;
  if (program->component_time[component] >= 0) return 1;
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    bool member = slot->component == component && slot->solve;
    if (member && slot->solve->iterations < iterations) iterations = slot->solve->iterations;
  }
  return iterations;
}

void order_values(Compiler *compiler) {
  Program *program = &compiler->program;
  Arena *arena = &compiler->arena;
  int count = program->slot_count + 1;
  Ordering ordering = {.compiler = compiler,
                       .reads = reads_of_all(compiler),
                       .marks = ARENA_ARRAY(arena, Mark, count),
                       .path = ARENA_ARRAY(arena, int, count),
                       .leads = ARENA_ARRAY(arena, const Term *, count),
                       .order = ARENA_ARRAY(arena, int, count)};
  for (int i = 0; i < program->slot_count; i++) visit_slot(&ordering, i, NULL);
  program->order = ordering.order;
  program->order_count = ordering.count;
  if (!ordering.cyclic) find_components(compiler, ordering.reads, ordering.order);
}
