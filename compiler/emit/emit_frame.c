/* What stands around the body of a generated function: declarations, scratch memory, ways out. */
#include "emit/emit.h"

#include <string.h>

/* ---- what it reads ---- */

Reads reads_new(Emitter *e) {
  return (Reads){
      .slots = ARENA_ARRAY(&e->arena, bool, e->program->slot_count + 1),
      .before = ARENA_ARRAY(&e->arena, bool, e->program->slot_count + 1),
      .windows = ARENA_ARRAY(&e->arena, bool, e->program->slot_count + 1),
      .tables = ARENA_ARRAY(&e->arena, bool, e->program->table_count + 1),
      .keys = ARENA_ARRAY(&e->arena, bool, e->program->table_count + 1),
  };
}

/* An element's number takes all strides but the outermost. */
void read_strides(const Emitter *e, Reads *reads, int slot) {
  const Slot *of = &e->program->slots[slot];
  bool window = in_window(e, slot);
  reads->windows[slot] = window;
  for (int i = 1; i < of->rank; i++) reads->tables[of->index[i]] |= !window || i != of->along;
}

void read_loops(Reads *reads, const Loop *loops, int count) {
  for (int i = 0; i < count; i++) reads->tables[loops[i].table] = true;
}

void read_term(const Emitter *e, Reads *reads, const Term *term) {
  if (!term) return;
  if (term->kind == TERM_VARIABLE) reads->variables |= variable_bit(term->index);
  if (term->kind == TERM_SLOT) {
    (term->before || e->unvaried ? reads->before : reads->slots)[term->index] = true;
    read_strides(e, reads, term->index);
  }
  read_loops(reads, term->loops, term->loop_count);
  for (int i = 0; i < term->key_count; i++) reads->keys[term->args[i]->type.table] = true;
  for (int i = 0; i < term_part_count(term); i++) read_term(e, reads, term_part(term, i));
}

/* ---- scratch memory ---- */

static Scratch *scratch_new(Emitter *e) {
  Scratch *scratch = ARENA_NEW(&e->arena, Scratch);
  scratch->number = e->scratch ? e->scratch->number + 1 : 0;
  scratch->next = e->scratch;
  e->scratch = scratch;
  e->allocates = true;
  return scratch;
}

void need_scratch(Emitter *e, const Term *term) {
  if (!term) return;
  if (term->kind == TERM_REDUCE && term->reduction == REDUCE_PERCENTILE) {
    Scratch *scratch = scratch_new(e);
    scratch->percentile = term;
    scratch->loop_count = term->loop_count;
    memcpy(scratch->loops, term->loops, sizeof scratch->loops);
  }
  for (int i = 0; i < term_part_count(term); i++) need_scratch(e, term_part(term, i));
}

void need_group_scratch(Emitter *e, int table) {
  Scratch *scratch = scratch_new(e);
  scratch->loop_count = 1;
  scratch->loops[0].table = table;
}

/* One number more than is needed: malloc of nothing may return NULL. */
static void declare_scratch(Emitter *e, const Scratch *scratch) {
  emit_begin(e);
  emit_text(e, "double *restrict w%d = malloc((", scratch->number);
  for (int i = 0; i < scratch->loop_count; i++)
    emit_text(e, "n%d%s", scratch->loops[i].table, i + 1 < scratch->loop_count ? " * " : "");
  emit_text(e, " + 1) * sizeof(double));\n");
}

/* Before any element, so the fault has no row. */
static void check_scratch(Emitter *e) {
  const char *rows = e->rows;
  e->rows = "{0}";
  emit_begin(e);
  emit_text(e, "if (");
  for (const Scratch *scratch = e->scratch; scratch; scratch = scratch->next)
    emit_text(e, "!w%d%s", scratch->number, scratch->next ? " || " : ")");
  emit_open(e);
  emit_fault(e, "HERMES_NO_MEMORY");
  emit_close(e);
  e->rows = rows;
}

static void emit_scratch(Emitter *e) {
  if (!e->scratch) return;
  emit_line(e, "int status;");
  for (const Scratch *scratch = e->scratch; scratch; scratch = scratch->next)
    declare_scratch(e, scratch);
  check_scratch(e);
}

/* ---- in and out ---- */

const char *rows_text(Emitter *e, const char *name, int rank) {
  const char *text = rank == 0 ? "{0}" : "{";
  for (int i = 0; i < rank; i++)
    text = arena_format(&e->arena, "%s%s%d%s", text, name, i, i + 1 < rank ? ", " : "}");
  return text;
}

void emit_enter(Emitter *e, int slot, Span place, const char *rows) {
  e->temporaries = 0;
  e->bound = NULL;
  e->scratch = NULL;
  e->unvaried = false;
  e->component = 0;
  e->slot = slot;
  e->line = line_of(e->compiler, place);
  e->rows = rows;
}

static void declare_rows(Emitter *e, const Reads *reads) {
  for (int i = 0; i < e->program->table_count; i++)
    if (reads->tables[i]) emit_line(e, "const size_t n%d = frame->rows[%d];", i, i);
  for (int i = 0; i < e->program->table_count; i++)
    if (reads->keys[i]) emit_line(e, "const uint64_t *const r%d = frame->key[%d];", i, i);
}

static void declare_slots(Emitter *e, const bool *slots, char name, const char *frame) {
  for (int i = 0; i < e->program->slot_count; i++)
    if (slots[i])
      emit_line(e, "const %s *restrict %c%d = %s->slot[%d];", c_storage(&e->program->slots[i].type),
                name, i, frame, i);
}

void emit_declarations(Emitter *e, const Reads *reads) {
  declare_rows(e, reads);
  declare_slots(e, reads->slots, 's', "frame");
  declare_slots(e, reads->before, 'b', "before");
  for (int i = 0; i < e->program->slot_count; i++)
    if (reads->windows[i]) emit_line(e, "const size_t o%d = frame->window[%d];", i, i);
  emit_scratch(e);
}

void emit_exit(Emitter *e, const char *status) {
  if (!e->scratch) {
    emit_line(e, "return %s;", status);
  } else {
    emit_line(e, "status = %s;", status);
    emit_text(e, "done:\n");
    for (const Scratch *scratch = e->scratch; scratch; scratch = scratch->next)
      emit_line(e, "free(w%d);", scratch->number);
    emit_line(e, "return status;");
  }
  emit_close(e);
}
