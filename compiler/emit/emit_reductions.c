/* Reductions -> loops in C: the same operations, in the same order, as interpret.c. */
#include "emit/emit.h"

/* ---- loops ---- */

void emit_loop(Emitter *e, int variable, int table) {
  emit_begin(e);
  emit_text(e, "for (size_t v%d = 0; v%d < n%d; v%d++)", variable, variable, table, variable);
  emit_open(e);
}

void emit_blocks(Emitter *e, const Loop *loop) {
  int v = loop->variable, n = loop->table;
  emit_begin(e);
  emit_text(e, "for (size_t i%d = 0; i%d < n%d; i%d += HERMES_SUM_BLOCK)", v, v, n, v);
  emit_open(e);
  emit_line(e, "const size_t e%d = i%d + HERMES_SUM_BLOCK < n%d ? i%d + HERMES_SUM_BLOCK : n%d;", v,
            v, n, v, n);
}

void emit_rows_of_block(Emitter *e, const Loop *loop) {
  int v = loop->variable;
  emit_begin(e);
  emit_text(e, "for (size_t v%d = i%d; v%d < e%d; v%d++)", v, v, v, v, v);
  emit_open(e);
}

int emit_filter(Emitter *e, const Term *filter) {
  if (!filter) return 0;
  emit_statements(e, filter);
  emit_begin(e);
  emit_text(e, "if (");
  emit_value(e, filter, IN_LIST);
  emit_text(e, ")");
  emit_open(e);
  return 1;
}

void emit_closes(Emitter *e, int count) {
  while (count-- > 0) emit_close(e);
}

/* ---- what each reduction keeps, takes and gives; its value becomes t<t> ---- */

static int scratch_of(const Emitter *e, const Term *term) {
  const Scratch *scratch = e->scratch;
  while (scratch->percentile != term) scratch = scratch->next;
  return scratch->number;
}

static void keep_condition(Emitter *e, const Term *term, int t) {
  (void)term;
  emit_line(e, "size_t c%d = 0;", t);
}

static void keep_best(Emitter *e, const Term *term, int t) {
  (void)term;
  emit_line(e, "double q%d = 0.0;", t);
}

static void keep_share(Emitter *e, const Term *term, int t) {
  emit_statements(e, term->args[0]);
  emit_assigned(e, term->args[0], "const double h%d = ", t);
}

static void take_sum(Emitter *e, const Term *term, int t) {
  emit_assigned(e, term->body, "p%d += ", t);
}

static void take_product(Emitter *e, const Term *term, int t) {
  emit_assigned(e, term->body, "t%d *= ", t);
}

static void take_extreme(Emitter *e, const Term *term, int t, const char *function) {
  emit_assigned(e, term->body, "const double x%d = ", t);
  emit_line(e, "t%d = k%d ? %s(t%d, x%d) : x%d;", t, t, function, t, t, t);
}

static void take_min(Emitter *e, const Term *term, int t) {
  take_extreme(e, term, t, "hermes_min");
}

static void take_max(Emitter *e, const Term *term, int t) {
  take_extreme(e, term, t, "hermes_max");
}

/* The first row keeps a tie; a NaN gives way to any number. */
static void take_best(Emitter *e, const Term *term, int t, char better) {
  emit_assigned(e, term->body, "const double x%d = ", t);
  emit_begin(e);
  emit_text(e, "if (!k%d || x%d %c q%d || (q%d != q%d && x%d == x%d))", t, t, better, t, t, t, t,
            t);
  emit_open(e);
  emit_line(e, "q%d = x%d;", t, t);
  emit_line(e, "t%d = v%d;", t, term->loops[0].variable);
  emit_close(e);
}

static void take_argmax(Emitter *e, const Term *term, int t) {
  take_best(e, term, t, '>');
}

static void take_argmin(Emitter *e, const Term *term, int t) {
  take_best(e, term, t, '<');
}

static void take_condition(Emitter *e, const Term *term, int t) {
  emit_assigned(e, term->body, "c%d += ", t);
}

static void take_truth(Emitter *e, const Term *term, int t) {
  emit_assigned(e, term->body, "t%d = ", t);
}

static void take_value(Emitter *e, const Term *term, int t) {
  emit_assigned(e, term->body, "w%d[k%d] = ", scratch_of(e, term), t);
}

static void give_mean(Emitter *e, const Term *term, int t) {
  (void)term;
  emit_line(e, "t%d /= (double)k%d;", t, t);
}

static void give_count(Emitter *e, const Term *term, int t) {
  (void)term;
  emit_line(e, "t%d = (double)c%d;", t, t);
}

static void give_share(Emitter *e, const Term *term, int t) {
  (void)term;
  emit_line(e, "t%d = (double)c%d / (double)k%d;", t, t, t);
}

static void give_percentile(Emitter *e, const Term *term, int t) {
  emit_line(e, "t%d = hermes_percentile(w%d, k%d, h%d);", t, scratch_of(e, term), t, t);
}

typedef void Part(Emitter *e, const Term *term, int t);

typedef struct Reducer {
  const char *start; /* value before any element */
  Part *keep, *take,
      *give;             /* what is declared beside the value; one element; the value at the end */
  bool blocks;           /* sums over fixed blocks of rows */
  const char *undecided; /* the loops go on as long as this holds, with the value's number */
} Reducer;

static const Reducer REDUCERS[] = {
    [REDUCE_SUM] = {"0.0", NULL, take_sum, NULL, true, NULL},
    [REDUCE_PRODUCT] = {"1.0", NULL, take_product, NULL, false, NULL},
    [REDUCE_MIN] = {"0.0", NULL, take_min, NULL, false, NULL},
    [REDUCE_MAX] = {"0.0", NULL, take_max, NULL, false, NULL},
    [REDUCE_ARGMAX] = {"0", keep_best, take_argmax, NULL, false, NULL},
    [REDUCE_ARGMIN] = {"0", keep_best, take_argmin, NULL, false, NULL},
    [REDUCE_MEAN] = {"0.0", NULL, take_sum, give_mean, true, NULL},
    [REDUCE_COUNT] = {"0.0", keep_condition, take_condition, give_count, false, NULL},
    [REDUCE_SHARE] = {"0.0", keep_condition, take_condition, give_share, false, NULL},
    [REDUCE_ANY] = {"0", NULL, take_truth, NULL, false, "!t"},
    [REDUCE_ALL] = {"1", NULL, take_truth, NULL, false, "t"},
    [REDUCE_PERCENTILE] = {"0.0", keep_share, take_value, give_percentile, false, NULL},
};

/* ---- the whole reduction ---- */

static bool counts_accepted(const Term *term) {
  return term->fallback || !term_is_neutral(term->reduction);
}

static void emit_take(Emitter *e, const Term *term, int t) {
  emit_statements(e, term->body);
  REDUCERS[term->reduction].take(e, term, t);
  if (counts_accepted(term)) emit_line(e, "k%d++;", t);
}

static void emit_deciding_loop(Emitter *e, const Loop *loop, const char *undecided, int t) {
  int v = loop->variable;
  emit_begin(e);
  emit_text(e, "for (size_t v%d = 0; v%d < n%d && %s%d; v%d++)", v, v, loop->table, undecided, t,
            v);
  emit_open(e);
}

/* Opens all loops; returns how many. */
static int emit_nest(Emitter *e, const Term *term, int t) {
  const Reducer *reducer = &REDUCERS[term->reduction];
  for (int i = 0; i < term->loop_count; i++) {
    if (reducer->blocks && i == 0)
      emit_rows_of_block(e, &term->loops[0]);
    else if (reducer->undecided)
      emit_deciding_loop(e, &term->loops[i], reducer->undecided, t);
    else
      emit_loop(e, term->loops[i].variable, term->loops[i].table);
  }
  return term->loop_count;
}

static void emit_elements(Emitter *e, const Term *term, int t) {
  Binding *outside = e->bound;
  int open = emit_nest(e, term, t);
  open += emit_filter(e, term->filter);
  emit_take(e, term, t);
  emit_closes(e, open);
  e->bound = outside;
}

static void emit_summed_blocks(Emitter *e, const Term *term, int t) {
  emit_blocks(e, &term->loops[0]);
  emit_line(e, "double p%d = 0.0;", t);
  emit_elements(e, term, t);
  emit_line(e, "t%d += p%d;", t, t);
  emit_close(e);
}

static void emit_keep(Emitter *e, const Term *term, int t) {
  const Reducer *reducer = &REDUCERS[term->reduction];
  if (reducer->keep) reducer->keep(e, term, t);
  emit_line(e, "%s t%d = %s;", c_type(&term->type), t, reducer->start);
  if (counts_accepted(term)) emit_line(e, "size_t k%d = 0;", t);
}

static void emit_give(Emitter *e, const Term *term, int t) {
  Part *give = REDUCERS[term->reduction].give;
  if (give) give(e, term, t);
}

/* Nothing was accepted: a fallback that may have statements of its own, or a fault. */
static void emit_over_nothing(Emitter *e, const Term *term, int t) {
  emit_begin(e);
  emit_text(e, "if (!k%d)", t);
  if (term->fallback) {
    emit_branch(e, t, term->fallback);
  } else {
    emit_open(e);
    emit_fault(e, "HERMES_EMPTY_REDUCTION");
    emit_close(e);
  }
}

static void emit_give_or_fallback(Emitter *e, const Term *term, int t) {
  if (counts_accepted(term)) emit_over_nothing(e, term, t);
  if (!term->fallback || !REDUCERS[term->reduction].give) {
    emit_give(e, term, t);
    return;
  }
  emit_begin(e);
  emit_text(e, "else");
  emit_open(e);
  emit_give(e, term, t);
  emit_close(e);
}

void emit_reduction(Emitter *e, const Term *term) {
  int t = e->temporaries++;
  emit_keep(e, term, t);
  if (REDUCERS[term->reduction].blocks)
    emit_summed_blocks(e, term, t);
  else
    emit_elements(e, term, t);
  emit_give_or_fallback(e, term, t);
  emit_bind(e, term, t);
}
