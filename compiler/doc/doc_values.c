/* What a twin computes: blocks, functions and KPIs; each value as a formula and as its exact code,
 * and when it is computed, and why then. */
#include "doc/doc.h"

#include <string.h>

/* ---- when, and why ---- */

static bool reads_any(const Document *document, int slot) {
  for (int i = 0; i < document->uses[slot].count; i++)
    if (document->uses[slot].items[i].slot >= 0) return true;
  return false;
}

/* From the slot back to the policy that it depends on, value by value. */
static int stage_path(const Document *document, int slot, int *path, int most) {
  int count = 0;
  for (int at = document->program->slots[slot].because; at >= 0 && count < most;
       at = document->program->slots[at].because)
    path[count++] = at;
  return count;
}

static void write_stage(Document *document, int slot) {
  enum { LONGEST = 64 };
  Page *page = document->page;
  unsigned stage = document->program->slots[slot].stage;
  int path[LONGEST], count = stage_path(document, slot, path, LONGEST);
  page_open(page, PART_STAGE, stage_class(stage));
  page_part(page, PART_STAGE_NAME, NULL, stage_words(document->arena, stage));
  if (stage == 0)
    page_text(page, reads_any(document, slot)
                        ? "reads only data and inputs, which no policy changes"
                        : "reads nothing");
  else if (count > 0)
    page_text(page, "because of ");
  for (int i = count - 1; i >= 0 && stage != 0; i--) {
    write_names(document, &path[i], 1);
    if (i > 0) page_text(page, " \u2192 ");
  }
  page_close(page, PART_STAGE);
}

/* ---- a value ---- */

static void write_formula(Document *document, const Math *math) {
  if (math != NULL) document->page->form->formula(document->page, math);
}

static void write_source(Document *document, Span span, const Uses *uses) {
  document->page->form->source(document->page, span, document, uses);
}

static void write_value_body(Document *document, int slot, const Item *item, Span code) {
  Notation notation = notation_new(document, &document->uses[slot]);
  write_formula(document, value_formula(&notation, item, slot));
  if (item->initially != NULL)
    page_part(document->page, PART_NOTE, NULL,
              arena_format(document->arena, "at the first instants: %s",
                           source_line(document->compiler, item->initially->span)));
  write_source(document, code, &document->uses[slot]);
}

static int slot_of(const Document *document, const Item *item) {
  for (int s = 0; s < document->program->slot_count; s++)
    if (document->items[s] == item) return s;
  return -1;
}

/* "solved: start 0.5 tolerance 1e-6" */
static void write_clauses(Document *document, const Clause *clauses) {
  const char *text = "solved:";
  for (; clauses != NULL; clauses = clauses->next)
    text = arena_format(document->arena, "%s %s", text,
                        source_line(document->compiler, clauses->span));
  page_part(document->page, PART_TAG, "let", text);
}

static void write_statement(Document *document, const Statement *statement) {
  Page *page = document->page;
  int slot = slot_of(document, statement->item);
  if (slot < 0) return;
  page_open(page, PART_VALUE, slot_identity(document, slot));
  page_open(page, PART_VALUE_TITLE, NULL);
  page_code(page, item_text(document, statement->item, slot, true));
  if (statement->kind == STATEMENT_LET) page_part(page, PART_TAG, "let", "within the block");
  if (statement->kind == STATEMENT_SOLVE) write_clauses(document, statement->item->clauses);
  page_close(page, PART_VALUE_TITLE);
  write_doc(document, statement->item->doc);
  write_stage(document, slot);
  write_value_body(document, slot, statement->item, statement->span);
  page_close(page, PART_VALUE);
}

/* ---- blocks ---- */

typedef struct SlotList {
  int *items;
  int count;
} SlotList;

/* The slots, in their order, that the values of a block read; or those of it that others do. */
static SlotList block_reads(const Document *document, int block, bool columns) {
  const Program *program = document->program;
  bool *read = ARENA_ARRAY(document->arena, bool, program->slot_count + 1);
  for (int s = 0; s < program->slot_count; s++)
    for (int i = 0; program->slots[s].block == block && i < document->uses[s].count; i++)
      if (document->uses[s].items[i].slot >= 0) read[document->uses[s].items[i].slot] = true;
  SlotList list = {ARENA_ARRAY(document->arena, int, program->slot_count + 1), 0};
  for (int s = 0; s < program->slot_count; s++) {
    bool column = program->slots[s].role == ROLE_COLUMN;
    if (read[s] && column == columns && program->slots[s].block != block)
      list.items[list.count++] = s;
  }
  return list;
}

static const char *origin(const Document *document, int number) {
  static const char *const words[] = {
      [ROLE_INPUT] = "input", [ROLE_POLICY] = "policy", [ROLE_DRAW] = "draw"};
  const Slot *slot = &document->program->slots[number];
  if (slot->block >= 0) return document->program->blocks[slot->block].name;
  return (size_t)slot->role < sizeof words / sizeof *words && words[slot->role] != NULL
             ? words[slot->role]
             : "";
}

/* "rx, server (association)": what comes from one place stands together. */
static void write_reads(Document *document, SlotList list) {
  for (int i = 0; i < list.count;) {
    int end = i + 1;
    const char *from = origin(document, list.items[i]);
    while (end < list.count && strcmp(origin(document, list.items[end]), from) == 0) end++;
    if (i > 0) page_text(document->page, "; ");
    write_names(document, list.items + i, end - i);
    if (*from != '\0')
      page_text(document->page,
                arena_format(document->arena, " (%s)", clean_text(document->arena, from)));
    i = end;
  }
}

static void write_fact(Document *document, const char *name, SlotList list, bool origins) {
  if (list.count == 0) return;
  page_open(document->page, PART_FACT, NULL);
  page_part(document->page, PART_FACT_NAME, NULL, name);
  page_open(document->page, PART_FACT_TEXT, NULL);
  if (origins)
    write_reads(document, list);
  else
    write_names(document, list.items, list.count);
  page_close(document->page, PART_FACT_TEXT);
  page_close(document->page, PART_FACT);
}

static SlotList block_outputs(const Document *document, int block) {
  const Program *program = document->program;
  SlotList list = {ARENA_ARRAY(document->arena, int, program->slot_count + 1), 0};
  for (int s = 0; s < program->slot_count; s++)
    if (program->slots[s].block == block && program->slots[s].role == ROLE_OUT)
      list.items[list.count++] = s;
  return list;
}

/* The contract as it is kept: `in` says nothing else, and where it is not written it would say
 * this. */
static void write_contract(Document *document, int block) {
  bool written = document->program->blocks[block].contract != NULL;
  page_open(document->page, PART_FACTS, NULL);
  write_fact(document, written ? "Reads" : "Reads, with no contract written",
             block_reads(document, block, false), true);
  write_fact(document, "Data", block_reads(document, block, true), false);
  write_fact(document, "Gives", block_outputs(document, block), false);
  page_close(document->page, PART_FACTS);
}

static int block_number(const Document *document, const Decl *decl) {
  const Program *program = document->program;
  for (int b = 0; b < program->block_count; b++)
    if (strcmp(program->blocks[b].name, decl->name.text) == 0) return b;
  return -1;
}

static void write_block(Document *document, const Decl *decl) {
  Page *page = document->page;
  int block = block_number(document, decl);
  if (block < 0) return;
  page_open(page, PART_CARD, arena_format(document->arena, "block-%s", decl->name.text));
  page_open(page, PART_CARD_TITLE, NULL);
  page_text(page, clean_text(document->arena, decl->name.text));
  page_part(page, PART_TAG, decl->operational ? "operational" : "functional",
            decl->operational ? "operational" : "functional");
  page_close(page, PART_CARD_TITLE);
  write_doc(document, decl->doc);
  write_contract(document, block);
  for (const Statement *s = decl->statements; s != NULL; s = s->next)
    if (s->item != NULL) write_statement(document, s);
  page_close(page, PART_CARD);
}

void write_blocks(Document *document) {
  for (const Decl *d = document->compiler->trees[0]->decls; d != NULL; d = d->next)
    if (d->kind == DECL_BLOCK) write_block(document, d);
}

/* ---- functions ---- */

/* Of one instance: all of them read the same names. */
static Uses function_uses(const Document *document, const Decl *decl) {
  const Program *program = document->program;
  Uses uses = {.arena = document->arena};
  for (int i = 0; i < program->function_count; i++) {
    const Function *function = &program->functions[i];
    if (function->decl != decl) continue;
    for (int l = 0; l < function->let_count; l++)
      add_uses(&uses, document->program, function->lets[l]);
    add_uses(&uses, document->program, function->result);
    break;
  }
  return uses;
}

static void bind_locals(Notation *notation, const Decl *function) {
  for (const Item *item = function->items; item != NULL; item = item->next)
    bind_name(notation, item->name);
  for (const Statement *s = function->statements; s != NULL; s = s->next)
    if (s->item != NULL) bind_name(notation, s->item->name);
}

/* The result first, as a paper would have it; then what it is made of. */
static void write_function_formulas(Document *document, const Decl *function, const Uses *uses) {
  Notation notation = notation_new(document, uses);
  bind_locals(&notation, function);
  const Expr *result = function->body;
  for (const Statement *s = function->statements; s != NULL; s = s->next)
    if (s->kind == STATEMENT_RETURN) result = s->value;
  if (result != NULL) write_formula(document, function_formula(&notation, function, result));
  if (function->statements != NULL && function->statements->kind == STATEMENT_LET)
    page_part(document->page, PART_NOTE, NULL, "where");
  for (const Statement *s = function->statements; s != NULL; s = s->next)
    if (s->kind == STATEMENT_LET) write_formula(document, local_formula(&notation, s->item));
}

static void write_function(Document *document, const Decl *function) {
  Page *page = document->page;
  const char *module = document->compiler->sources[function->span.source]->module;
  Uses uses = function_uses(document, function);
  page_open(page, PART_CARD, function_identity(document, function));
  page_open(page, PART_CARD_TITLE, NULL);
  page_text(page, clean_text(document->arena, function->name.text));
  if (module != NULL) page_part(page, PART_TAG, "module", clean_text(document->arena, module));
  page_close(page, PART_CARD_TITLE);
  page_open(page, PART_PARAGRAPH, NULL);
  page_code(page, function_signature(document->compiler, function));
  page_close(page, PART_PARAGRAPH);
  write_doc(document, function->doc);
  write_function_formulas(document, function, &uses);
  write_source(document, function->span, &uses);
  page_close(page, PART_CARD);
}

/* The blueprint's own, then those of modules that it reaches. */
void write_functions(Document *document) {
  for (uint32_t i = 0; i < document->compiler->source_count; i++) {
    const Tree *tree = document->compiler->trees[i];
    for (const Decl *d = tree == NULL ? NULL : tree->decls; d != NULL; d = d->next)
      if (d->kind == DECL_FUNCTION && (i == 0 || is_reached(document, d)))
        write_function(document, d);
  }
}

/* ---- KPIs ---- */

static void write_aim(Document *document, int slot) {
  const Goal *goal = &document->program->goal;
  for (int i = 0; goal->present && i < goal->objective_count; i++)
    if (goal->objectives[i].kpi == slot)
      page_part(document->page, PART_TAG, "aim",
                goal->objectives[i].maximize ? "maximized" : "minimized");
  for (int i = 0; goal->present && i < goal->constraint_count; i++)
    if (goal->constraints[i].kpi == slot) {
      page_part(document->page, PART_TAG, "aim", "bounded");
      return;
    }
}

static void write_kpi(Document *document, const Decl *decl) {
  Page *page = document->page;
  int slot = slot_of(document, decl->items);
  if (slot < 0) return;
  page_open(page, PART_CARD, slot_identity(document, slot));
  page_open(page, PART_CARD_TITLE, NULL);
  page_code(page, item_text(document, decl->items, slot, true));
  write_aim(document, slot);
  page_close(page, PART_CARD_TITLE);
  write_doc(document, decl->items->doc);
  write_stage(document, slot);
  write_value_body(document, slot, decl->items, decl->span);
  page_close(page, PART_CARD);
}

void write_kpis(Document *document) {
  for (const Decl *d = document->compiler->trees[0]->decls; d != NULL; d = d->next)
    if (d->kind == DECL_KPI) write_kpi(document, d);
}
