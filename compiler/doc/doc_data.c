/* What a twin is given: tables, inputs, policies. One list of fields serves all three. */
#include "doc/doc.h"

#include <string.h>

/* ---- who reads a slot ---- */

static bool reads(const Document *document, int reader, int slot) {
  const Uses *uses = &document->uses[reader];
  for (int i = 0; i < uses->count; i++)
    if (uses->items[i].slot == slot) return true;
  return false;
}

/* Each block once, though several of its values read the slot. */
static bool is_first_reader(const Document *document, int reader, int slot) {
  int block = document->program->slots[reader].block;
  if (!reads(document, reader, slot)) return false;
  for (int i = 0; block >= 0 && i < reader; i++)
    if (document->program->slots[i].block == block && reads(document, i, slot)) return false;
  return true;
}

static void link_reader(Document *document, int reader) {
  const Slot *slot = &document->program->slots[reader];
  if (slot->block < 0) {
    page_link(document->page, slot_identity(document, reader), slot->name);
    return;
  }
  const char *block = document->program->blocks[slot->block].name;
  page_link(document->page, arena_format(document->arena, "block-%s", block), block);
}

static void write_readers(Document *document, int slot) {
  bool any = false;
  for (int i = 0; i < document->program->slot_count; i++) {
    if (document->program->slots[i].role == ROLE_BOUND) continue;
    if (!is_first_reader(document, i, slot)) continue;
    if (any) page_text(document->page, ", ");
    link_reader(document, i);
    any = true;
  }
  if (!any) page_text(document->page, "nothing");
}

/* ---- fields ---- */

static bool is_filled(const Document *document, int slot) {
  (void)document;
  (void)slot;
  return true;
}

static void write_name(Document *document, int slot) {
  page_code(document->page, item_text(document, document->items[slot], slot, false));
}

/* A type that is a table leads there. */
static void write_type(Document *document, int number) {
  const Slot *slot = &document->program->slots[number];
  if (slot->type.kind != TYPE_REF) {
    page_code(document->page, slot_type(document, number));
    return;
  }
  const char *table = document->program->tables[slot->type.table].name;
  page_text(document->page, "row of ");
  page_link(document->page, arena_format(document->arena, "table-%s", table), table);
}

static bool has_range(const Document *document, int slot) {
  return document->items[slot]->domain != NULL;
}

static void write_range(Document *document, int slot) {
  if (!has_range(document, slot)) return;
  const char *text = source_line(document->compiler, document->items[slot]->domain->span);
  if (strncmp(text, "in ", 3) == 0) text += 3;
  page_code(document->page, text);
}

static bool has_default(const Document *document, int slot) {
  return document->items[slot]->value != NULL;
}

static bool is_column(const Document *document, int slot) {
  return document->program->slots[slot].role == ROLE_COLUMN;
}

static void write_default(Document *document, int slot) {
  if (has_default(document, slot))
    page_code(document->page, source_line(document->compiler, document->items[slot]->value->span));
  else
    page_text(document->page, is_column(document, slot) ? "\u2013" : "must be given");
  if (document->program->slots[slot].or_missing)
    page_text(document->page, ", also where a field is empty");
}

static bool has_doc(const Document *document, int slot) {
  const char *doc = document->program->slots[slot].doc;
  return doc != NULL && *doc != '\0';
}

static void write_meaning(Document *document, int slot) {
  page_text(document->page, clean_text(document->arena, document->program->slots[slot].doc));
}

static void write_meaning_if_any(Document *document, int slot) {
  if (has_doc(document, slot)) write_meaning(document, slot);
}

static const struct {
  const char *title;
  bool (*filled)(const Document *, int slot); /* a field that no slot fills is left out */
  void (*write)(Document *, int slot);
} fields[] = {
    {"Name", is_filled, write_name},
    {"Unit", is_filled, write_type},
    {"Range", has_range, write_range},
    {"Default", has_default, write_default},
    {"Meaning", has_doc, write_meaning_if_any},
    {"Read by", is_filled, write_readers},
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static void write_heads(Document *document, const bool *shown) {
  page_open(document->page, PART_HEAD, NULL);
  for (int f = 0; f < FIELD_COUNT; f++)
    if (shown[f]) page_part(document->page, PART_HEAD_CELL, NULL, fields[f].title);
  page_close(document->page, PART_HEAD);
}

static void write_row(Document *document, const bool *shown, int slot) {
  page_open(document->page, PART_NAMED_ROW, slot_identity(document, slot));
  for (int f = 0; f < FIELD_COUNT; f++) {
    if (!shown[f]) continue;
    page_open(document->page, PART_CELL, NULL);
    fields[f].write(document, slot);
    page_close(document->page, PART_CELL);
  }
  page_close(document->page, PART_NAMED_ROW);
}

static void write_slots(Document *document, const int *slots, int count) {
  bool shown[FIELD_COUNT] = {false};
  if (count == 0) return;
  for (int i = 0; i < count; i++)
    for (int f = 0; f < FIELD_COUNT; f++) shown[f] |= fields[f].filled(document, slots[i]);
  page_open(document->page, PART_TABLE, NULL);
  write_heads(document, shown);
  for (int i = 0; i < count; i++) write_row(document, shown, slots[i]);
  page_close(document->page, PART_TABLE);
}

/* The slots that one declaration wrote. */
static void write_items(Document *document, const Decl *decl) {
  int *slots = ARENA_ARRAY(document->arena, int, document->program->slot_count + 1), count = 0;
  for (const Item *item = decl->items; item != NULL; item = item->next)
    for (int s = 0; s < document->program->slot_count; s++)
      if (document->items[s] == item) slots[count++] = s;
  write_slots(document, slots, count);
}

/* ---- tables ---- */

static const char *rows_text(const Document *document, const Decl *table) {
  const NameList *index = table->indices;
  if (index == NULL) return arena_format(document->arena, "One row for each %s", table->name.text);
  const char *text = arena_format(document->arena, "One row for each pair of %s", index->name.text);
  for (index = index->next; index != NULL; index = index->next)
    text = arena_format(document->arena, "%s and %s", text, index->name.text);
  return text;
}

static void write_made(Document *document, const Table *table) {
  page_text(document->page, table->time.count ? ", instants of time: " : ", made by ");
  page_code(document->page, table->source);
  if (table->time.count) {
    page_text(document->page, ".");
    return;
  }
  page_text(document->page, arena_format(document->arena, ": %s.", table->made.source->meaning));
}

static void write_file(Document *document, const Decl *table) {
  page_text(document->page, table->sparse ? ", where one is known, in " : ", in ");
  page_code(document->page, table->file);
  page_text(document->page, table->sparse ? ". Others have the defaults." : ".");
}

static void write_source(Document *document, const Decl *decl) {
  const Program *program = &document->compiler->program;
  bool made = decl->source.text != NULL || decl->instants != NULL;
  if (!made) write_file(document, decl);
  for (int i = 0; i < program->table_count && made; i++)
    if (strcmp(program->tables[i].name, decl->name.text) == 0)
      write_made(document, &program->tables[i]);
}

static void write_table(Document *document, const Decl *table) {
  Page *page = document->page;
  page_open(page, PART_CARD, arena_format(document->arena, "table-%s", table->name.text));
  page_part(page, PART_CARD_TITLE, NULL, clean_text(document->arena, table->name.text));
  write_doc(document, table->doc);
  page_open(page, PART_PARAGRAPH, NULL);
  page_text(page, clean_text(document->arena, rows_text(document, table)));
  write_source(document, table);
  page_close(page, PART_PARAGRAPH);
  write_items(document, table);
  page_close(page, PART_CARD);
}

static void write_all(Document *document, DeclKind kind,
                      void (*write)(Document *document, const Decl *decl)) {
  for (const Decl *d = document->compiler->trees[0]->decls; d != NULL; d = d->next)
    if (d->kind == kind) write(document, d);
}

void write_tables(Document *document) {
  write_all(document, DECL_TABLE, write_table);
}

/* ---- inputs and policies ---- */

static void write_group(Document *document, const Decl *decl) {
  write_doc(document, decl->doc);
  write_items(document, decl);
}

void write_inputs(Document *document) {
  page_part(document->page, PART_PARAGRAPH, NULL,
            "What is known and not in a table. Each may be set anew for a run.");
  write_all(document, DECL_INPUT, write_group);
}

void write_draws(Document *document) {
  page_part(document->page, PART_PARAGRAPH, NULL,
            "What no data tells, and how it is distributed. Each draw is another world; seed, name "
            "and row decide the number.");
  write_all(document, DECL_DRAW, write_group);
}

void write_policies(Document *document) {
  page_part(document->page, PART_PARAGRAPH, NULL,
            "What may be decided. The default says what is so today.");
  write_all(document, DECL_POLICY, write_group);
}
