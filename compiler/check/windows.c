/* Windows: of values along a time that nobody else reads, the instants that are still needed are
 * kept, and not all.
 *
 * A walk is a component that goes along a time: all its members at the first instant, then all at
 * the next. What a walk alone reads, at its own instant or some steps back, needs as many instants
 * as the farthest look reaches, and one. Values that only prepare a walk's or sum them up instant
 * by instant stand in no cycle, and would need all of them: they join the walk where that makes a
 * window of an array.
 */
#include "check/order.h"
#include "check/terms.h"

/* One read of a value in the definition of another. */
typedef struct Edge {
  int reader, read;
  const Term *term; /* NULL: at no one instant */
} Edge;

typedef struct Walk {
  Compiler *compiler;
  Program *program;
  Edge *edges; /* by reader: those of slot i begin at first[i] */
  int *first;
  int component, time;
  /* by slot: */
  int *along;    /* which index is the time, where just one is; else -1 */
  bool *outside; /* the range of a parameter is about it */
  bool *inside;  /* it is of the walk, */
  bool *joined;  /* and was of no component before */
  bool *after;   /* it is computed from the walk, and not of it */
  bool *barred;  /* it reads members at other instants than its own, or what comes after the walk */
  bool *near;    /* it reads a member */
  bool *read;    /* some slot reads it, */
  bool *escapes; /* from outside of the walk, or at other instants than the reader's own */
} Walk;

/* ---- what is read ---- */

typedef struct Gathering {
  const Program *program;
  Edge *edges; /* NULL: they are only counted */
  int reader, count;
} Gathering;

/* A mean over draws stands for all of what it is the mean of. */
static void add_edge(void *context, const Term *term) {
  Gathering *g = context;
  const Slot *slot = &g->program->slots[term->index];
  bool mean = slot->role == ROLE_MEAN;
  if (g->edges)
    g->edges[g->count] = (Edge){g->reader, mean ? slot->mean_of : term->index, mean ? NULL : term};
  g->count++;
}

static void each_read(Gathering *g, int *first) {
  g->count = 0;
  for (int i = 0; i < g->program->slot_count; i++) {
    g->reader = i;
    if (first) first[i] = g->count;
    if (g->program->slots[i].role != ROLE_COLUMN)
      each_slot(g->program->slots[i].value, add_edge, g);
  }
}

static void gather_edges(Walk *w) {
  Gathering g = {.program = w->program};
  each_read(&g, NULL);
  w->edges = g.edges = ARENA_ARRAY(&w->compiler->arena, Edge, g.count + 1);
  each_read(&g, w->first);
  w->first[w->program->slot_count] = g.count;
}

static void mark(void *context, const Term *term) {
  ((bool *)context)[term->index] = true;
}

/* The blueprint's own expects are looked at only where all instants are kept. */
static void find_outside(Walk *w) {
  for (int i = 0; i < w->program->expect_count; i++) {
    const Expect *expect = &w->program->expects[i];
    for (int k = 0; expect->is_range && k < expect->assert_count; k++) {
      each_slot(expect->asserts[k].left, mark, w->outside);
      each_slot(expect->asserts[k].filter, mark, w->outside);
    }
  }
}

static int find_along(const Slot *slot, int time) {
  int along = -1;
  for (int i = 0; i < slot->rank; i++) {
    if (slot->index[i] != time) continue;
    if (along >= 0) return -1;
    along = i;
  }
  return along;
}

/* At the reader's own instant, or at one before it? */
static bool is_in_time(const Walk *w, const Edge *edge) {
  int along = w->along[edge->read], own = w->along[edge->reader];
  if (!edge->term || along < 0 || own < 0) return false;
  for (int i = 0; i < edge->term->arg_count; i++)
    if (i != along && term_is_earlier(edge->term->args[i])) return false;
  const Term *at = edge->term->args[along];
  if (term_is_earlier(at)) at = at->args[0];
  return at->kind == TERM_VARIABLE && at->index == own;
}

static int steps_back(const Walk *w, const Edge *edge) {
  const Term *at = edge->term->args[w->along[edge->read]];
  return term_is_earlier(at) ? (int)at->args[1]->number : 0;
}

/* ---- who joins ---- */

static bool reads_walk(const Walk *w, int slot) {
  for (int k = w->first[slot]; k < w->first[slot + 1]; k++)
    if (w->inside[w->edges[k].read] || w->after[w->edges[k].read]) return true;
  return false;
}

/* What one value of a component comes after, all do. */
static void find_after(Walk *w) {
  const Program *program = w->program;
  for (int i = 0; i < program->slot_count; i++) w->after[i] = false;
  for (int i = 0, size; i < program->order_count; i += size) {
    bool after = false;
    size = component_size(program, i);
    for (int k = i; k < i + size; k++)
      after |= !w->inside[program->order[k]] && reads_walk(w, program->order[k]);
    for (int k = i; k < i + size; k++) w->after[program->order[k]] = after;
  }
}

static void look_at_edges(Walk *w) {
  find_after(w);
  for (int i = 0; i < w->program->slot_count; i++)
    w->barred[i] = w->near[i] = w->read[i] = w->escapes[i] = false;
  for (int k = 0; k < w->first[w->program->slot_count]; k++) {
    const Edge *edge = &w->edges[k];
    bool in_time = is_in_time(w, edge);
    w->near[edge->reader] |= w->inside[edge->read];
    w->barred[edge->reader] |= w->inside[edge->read] ? !in_time : w->after[edge->read];
    w->read[edge->read] = true;
    w->escapes[edge->read] |= !w->inside[edge->reader] || !in_time;
  }
}

static bool may_join(const Walk *w, int number, unsigned stage) {
  const Slot *slot = &w->program->slots[number];
  bool kind = slot->role == ROLE_OUT || slot->role == ROLE_LET || slot->role == ROLE_DRAW;
  if (!kind || slot->component || slot->stage != stage || w->along[number] < 0) return false;
  bool feeds = w->read[number] && !w->escapes[number] && !w->outside[number];
  return !w->inside[number] && !w->barred[number] && (w->near[number] || feeds);
}

/* All that can, until nobody else can. */
static void join_all(Walk *w, unsigned stage) {
  for (bool more = true; more;) {
    more = false;
    look_at_edges(w);
    for (int i = 0; i < w->program->slot_count; i++)
      if (may_join(w, i, stage)) w->joined[i] = more = true;
    for (int i = 0; i < w->program->slot_count; i++) w->inside[i] |= w->joined[i];
  }
}

/* ---- windows ---- */

/* needs: look_at_edges, after the last one joined. */
static void measure(Walk *w) {
  Slot *slots = w->program->slots;
  for (int i = 0; i < w->program->slot_count; i++)
    if (w->inside[i]) slots[i].window = w->escapes[i] || w->outside[i] ? 0 : 1;
  for (int k = 0; k < w->first[w->program->slot_count]; k++) {
    const Edge *edge = &w->edges[k];
    Slot *slot = &slots[edge->read];
    if (!w->inside[edge->read] || !slot->window) continue;
    int needed = steps_back(w, edge) + 1;
    if (needed > slot->window) slot->window = needed;
  }
  for (int i = 0; i < w->program->slot_count; i++)
    if (w->inside[i] && slots[i].window >= w->program->tables[w->time].time.count)
      slots[i].window = 0;
}

/* Who joined for nothing leaves: neither is it a window, nor does it read one, nor does anybody
 * read it who stays. */
static void part(Walk *w) {
  const Slot *slots = w->program->slots;
  bool *stays = ARENA_ARRAY(&w->compiler->arena, bool, w->program->slot_count + 1);
  for (bool more = true; more;) {
    more = false;
    for (int k = 0; k < w->first[w->program->slot_count]; k++) {
      const Edge *edge = &w->edges[k];
      if (!w->inside[edge->read] || !w->inside[edge->reader]) continue;
      bool reader = stays[edge->reader] || slots[edge->reader].window || slots[edge->read].window;
      bool read = stays[edge->read] || slots[edge->read].window ||
                  (stays[edge->reader] && w->joined[edge->reader]);
      more |= reader != stays[edge->reader] || read != stays[edge->read];
      stays[edge->reader] = reader;
      stays[edge->read] = read;
    }
  }
  for (int i = 0; i < w->program->slot_count; i++)
    if (w->joined[i] && !stays[i] && !slots[i].window) w->inside[i] = w->joined[i] = false;
}

/* ---- the order ---- */

/* What the walk needs, the walk, what comes after it; else as it was. */
static void rearrange(Walk *w) {
  Program *program = w->program;
  int *order = ARENA_ARRAY(&w->compiler->arena, int, program->order_count + 1), count = 0;
  find_after(w);
  for (int turn = 0; turn < 3; turn++)
    for (int i = 0; i < program->order_count; i++) {
      int slot = program->order[i];
      if (turn == (w->inside[slot] ? 1 : w->after[slot] ? 2 : 0)) order[count++] = slot;
    }
  program->order = order;
  for (int i = 0; i < program->slot_count; i++) {
    if (!w->joined[i]) continue;
    program->slots[i].component = w->component;
    program->slots[i].along = w->along[i];
  }
  sort_by_steps(w->compiler);
}

static void widen(Walk *w) {
  unsigned stage = 0;
  for (int i = 0; i < w->program->slot_count; i++) {
    w->inside[i] = w->program->slots[i].component == w->component;
    w->joined[i] = false;
    w->along[i] = find_along(&w->program->slots[i], w->time);
    if (w->inside[i]) stage = w->program->slots[i].stage;
  }
  join_all(w, stage);
  measure(w);
  part(w);
  rearrange(w);
}

/* needs: stages and ranges inferred. leaves: the window of every slot; in components along a time,
 * what joined them; the order. */
void find_windows(Compiler *compiler) {
  Program *program = &compiler->program;
  Arena *arena = &compiler->arena;
  int count = program->slot_count + 1;
  Walk w = {.compiler = compiler,
            .program = program,
            .first = ARENA_ARRAY(arena, int, count),
            .along = ARENA_ARRAY(arena, int, count),
            .outside = ARENA_ARRAY(arena, bool, count),
            .inside = ARENA_ARRAY(arena, bool, count),
            .joined = ARENA_ARRAY(arena, bool, count),
            .after = ARENA_ARRAY(arena, bool, count),
            .barred = ARENA_ARRAY(arena, bool, count),
            .near = ARENA_ARRAY(arena, bool, count),
            .read = ARENA_ARRAY(arena, bool, count),
            .escapes = ARENA_ARRAY(arena, bool, count)};
  if (compiler->diagnostics.errors || !program->component_count) return;
  gather_edges(&w);
  find_outside(&w);
  for (w.component = 1; w.component <= program->component_count; w.component++) {
    w.time = program->component_time[w.component];
    if (w.time >= 0) widen(&w);
  }
}

/* ---- what lowering made ---- */

typedef struct Hidden {
  Program *program;
  const Step *step; /* whose reads are looked at */
} Hidden;

/* Such values are read at their reader's own instant, or else from outside of the walk. */
static void look_at_hidden(void *context, const Term *term) {
  const Hidden *h = context;
  Slot *slot = &h->program->slots[term->index];
  const Slot *reader = &h->program->slots[h->step->slot];
  if (slot->role != ROLE_HIDDEN || !slot->window) return;
  const Term *at = term->args[slot->along];
  bool near = reader->component == slot->component && at->kind == TERM_VARIABLE;
  if (!near || at->index != reader->along) slot->window = 0;
}

void find_hidden_windows(Compiler *compiler) {
  Program *program = &compiler->program;
  for (int i = 0; i < program->slot_count; i++) {
    Slot *slot = &program->slots[i];
    int time = slot->component ? program->component_time[slot->component] : -1;
    if (slot->role == ROLE_HIDDEN) slot->window = time >= 0 && program->tables[time].time.count > 1;
  }
  for (int i = 0; i < compiler->steps.count; i++) {
    Hidden h = {program, &compiler->steps.items[i]};
    each_slot(h.step->value, look_at_hidden, &h);
    each_slot(h.step->key, look_at_hidden, &h);
    each_slot(h.step->filter, look_at_hidden, &h);
  }
}
