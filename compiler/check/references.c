/* References: see references.h. */
#include "check/references.h"

#include <stdlib.h>
#include <string.h>

/* ---- noting ---- */

static void note(Compiler *compiler, Reference reference) {
  References *list = compiler->references;
  if (!list || reference.span.source != 0) return;
  if (list->count == list->capacity) {
    size_t capacity = list->capacity ? list->capacity * 2 : 256;
    Reference *items = ARENA_ARRAY(&compiler->arena, Reference, capacity);
    if (list->count) memcpy(items, list->items, sizeof *items * list->count);
    list->items = items;
    list->capacity = capacity;
  }
  list->items[list->count++] = reference;
}

void note_slot(Checker *checker, Span span, int slot) {
  const Slot *s = &checker->program->slots[slot];
  note(checker->compiler, (Reference){span, s->span, MEANING_SLOT, slot, s->type});
}

void note_table(Checker *checker, Span span, int table) {
  note(checker->compiler, (Reference){span, checker->program->tables[table].span, MEANING_TABLE,
                                      table, type_ref(table)});
}

void note_block(Checker *checker, int block) {
  Span span = checker->program->blocks[block].span;
  note(checker->compiler, (Reference){span, span, MEANING_BLOCK, block, type_error});
}

void note_function(Checker *checker, Span span, int function) {
  Span definition = checker->functions[function].decl->name.span;
  note(checker->compiler, (Reference){span, definition, MEANING_FUNCTION, function, type_error});
}

void note_bound(const Scope *scope, const Bound *bound, Span span) {
  Type type = scope->locals ? bound->type : bound->table >= 0 ? type_ref(bound->table) : type_error;
  note(scope->checker->compiler,
       (Reference){span, bound->span, scope->locals ? MEANING_LOCAL : MEANING_VARIABLE,
                   bound->number, type});
}

void note_label(Checker *checker, Span span, const Type *type, int ordinal) {
  note(checker->compiler, (Reference){span, span, MEANING_LABEL, ordinal, *type});
}

/* ---- what no expression holds ---- */

static void note_contract(Checker *checker, const Statement *contract) {
  for (const NameList *n = contract->names; n; n = n->next) {
    int slot = map_get(&checker->values, n->name.text);
    if (slot >= 0) note_slot(checker, n->name.span, slot);
  }
}

static void note_import(Compiler *compiler, Name name) {
  for (uint32_t i = 1; i < compiler->source_count; i++)
    if (compiler->sources[i]->module && strcmp(compiler->sources[i]->module, name.text) == 0)
      note(compiler, (Reference){name.span, compiler->trees[i]->name.span, MEANING_MODULE, (int)i,
                                 type_error});
}

static void note_rest(Checker *checker) {
  const Program *program = checker->program;
  for (int i = 0; i < program->block_count; i++)
    if (program->blocks[i].contract) note_contract(checker, program->blocks[i].contract);
  for (const Decl *decl = checker->compiler->trees[0]->decls; decl; decl = decl->next)
    if (decl->kind == DECL_IMPORT) note_import(checker->compiler, decl->name);
}

/* ---- in order ---- */

static int by_place(const void *left, const void *right) {
  const Reference *a = left, *b = right;
  if (a->span.start != b->span.start) return a->span.start < b->span.start ? -1 : 1;
  if (a->span.end != b->span.end) return a->span.end < b->span.end ? -1 : 1;
  return (int)a->meaning - (int)b->meaning;
}

/* A function's body is checked once for each of its instances. */
static void sort(References *list) {
  size_t kept = 0;
  if (list->count > 0) qsort(list->items, list->count, sizeof *list->items, by_place);
  for (size_t i = 0; i < list->count; i++)
    if (kept == 0 || list->items[kept - 1].span.start != list->items[i].span.start)
      list->items[kept++] = list->items[i];
  list->count = kept;
}

const Reference *reference_from(const References *list, size_t offset) {
  size_t low = 0, high = list->count; /* it is low .. high */
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list->items[middle].span.start < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low < list->count ? &list->items[low] : NULL;
}

/* Behind a name is still at it: where two touch, the second one is meant. */
const Reference *reference_at(const References *list, size_t offset) {
  const Reference *from = reference_from(list, offset), *end = list->items + list->count;
  if (from != NULL && from->span.start == offset) return from;
  const Reference *before = from == NULL ? end : from;
  return before > list->items && offset <= before[-1].span.end ? before - 1 : NULL;
}

bool same_meaning(const Reference *a, const Reference *b) {
  return a->meaning == b->meaning && a->definition.source == b->definition.source &&
         a->definition.start == b->definition.start;
}

/* ---- knowing ---- */

/* Every source has a tree that may be walked, be it empty. */
static bool complete_trees(Compiler *compiler) {
  for (uint32_t i = 0; i < compiler->source_count; i++) {
    if (!compiler->trees[i]) {
      compiler->trees[i] = ARENA_NEW(&compiler->arena, Tree);
      compiler->trees[i]->source = i;
      compiler->trees[i]->name = (Name){"", {0, 0, i}};
    }
    if (compiler->trees[i]->too_deep) return false;
  }
  return true;
}

bool know_program(Compiler *compiler, Checker *checker, bool parsed) {
  *checker = (Checker){.compiler = compiler, .program = &compiler->program};
  if (!parsed) parse_source(compiler, 0);
  load_modules(compiler);
  if (!complete_trees(compiler)) return false;
  resolve_names(checker);
  check_contracts(compiler);
  infer_stages(compiler);
  if (!compiler->references) return true;
  note_rest(checker);
  sort(compiler->references);
  return true;
}
