/* A checked program -> a page: its purpose, how data flow, and then every part, in the order of the
 * blueprint. */
#include "doc/doc.h"

#include <stdlib.h>
#include <string.h>

/* ---- stages ---- */

static const struct {
  unsigned stage;
  const char *name, *words;
} stages[] = {
    {STAGE_POLICY, "policy", "policy"}, {STAGE_DRAW, "draw", "draw"}, {STAGE_TIME, "time", "step"},
    {STAGE_MEAN, "mean", "set of draws"}};

const char *stage_words(Arena *arena, unsigned stage) {
  const char *text = NULL;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    if (stage & stages[i].stage)
      text =
          arena_format(arena, "%s%s", text == NULL ? "per " : arena_format(arena, "%s and ", text),
                       stages[i].words);
  return text == NULL ? "once per twin" : text;
}

const char *stage_class(unsigned stage) {
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    if (stage == stages[i].stage) return stages[i].name;
  return stage == 0 ? "once" : "mixed";
}

/* ---- names and types ---- */

const char *slot_identity(const Document *document, int number) {
  const Slot *slot = &document->program->slots[number];
  const Table *table = slot->role == ROLE_COLUMN ? &document->program->tables[slot->table] : NULL;
  if (table && table->time.count) /* nobody wrote its column */
    return arena_format(document->arena, "table-%s", table->name);
  if (table)
    return arena_format(document->arena, "column-%s-%s", table->name, slot->name);
  if (slot->role == ROLE_LET)
    return arena_format(document->arena, "let-%s-%s", document->program->blocks[slot->block].name,
                        slot->name);
  return arena_format(document->arena, "value-%s", slot->name);
}

const char *function_identity(const Document *document, const Decl *function) {
  const char *module = document->compiler->sources[function->span.source]->module;
  if (module == NULL) return arena_format(document->arena, "function-%s", function->name.text);
  return arena_format(document->arena, "function-%s.%s", module, function->name.text);
}

const char *slot_type(const Document *document, int number) {
  const Slot *slot = &document->program->slots[number];
  if (slot->type.kind == TYPE_REF) return document->program->tables[slot->type.table].name;
  if (slot->type.kind != TYPE_REAL) return type_text(document->compiler, &slot->type);
  if (slot->type.integer) return "int";
  bool written = slot->unit_text != NULL && *slot->unit_text != '\0';
  return written ? slot->unit_text : type_text(document->compiler, &slot->type);
}

static const char *index_text(Arena *arena, const Index *index) {
  if (index->variable.text == NULL) return index->set.text;
  return arena_format(arena, "%s in %s", index->variable.text, index->set.text);
}

const char *item_text(const Document *document, const Item *item, int slot, bool typed) {
  Arena *arena = document->arena;
  const char *text = item->name.text;
  for (const Index *index = item->indices; index != NULL; index = index->next)
    text = arena_format(arena, "%s%s%s%s", text, index == item->indices ? "[" : ", ",
                        index_text(arena, index), index->next == NULL ? "]" : "");
  return typed ? arena_format(arena, "%s : %s", text, slot_type(document, slot)) : text;
}

/* ---- text of doc strings, and lists of names ---- */

static void write_labelled(Document *document, const char *label, const char *text) {
  if (*text == '\0') return;
  page_open(document->page, PART_NOTE, NULL);
  page_part(document->page, PART_LABEL, NULL, label);
  page_text(document->page, text);
  page_close(document->page, PART_NOTE);
}

void write_doc(Document *document, const char *doc) {
  DocText text = read_doc(document->arena, doc);
  if (*text.meaning != '\0') page_part(document->page, PART_REASON, NULL, text.meaning);
  write_labelled(document, "Source", text.source);
  write_labelled(document, "Example", text.example);
}

void write_names(Document *document, const int *slots, int count) {
  const Program *program = document->program;
  for (int i = 0; i < count; i++) {
    const Slot *slot = &program->slots[slots[i]];
    const char *name = slot->name;
    if (i > 0) page_text(document->page, ", ");
    if (slot->role == ROLE_COLUMN)
      name = arena_format(document->arena, "%s.%s", program->tables[slot->table].name, name);
    page_link(document->page, slot_identity(document, slots[i]), name);
  }
}

/* ---- the program beside what was written of it ---- */

static void note_item(Document *document, const Item *item) {
  for (int i = 0; i < document->program->slot_count; i++) {
    Span span = document->program->slots[i].span;
    bool same = span.start == item->name.span.start && span.source == item->name.span.source;
    if (same && document->program->slots[i].role != ROLE_BOUND) document->items[i] = item;
  }
}

static void note_items(Document *document) {
  for (const Decl *decl = document->compiler->trees[0]->decls; decl != NULL; decl = decl->next) {
    if (decl->kind == DECL_FUNCTION) continue;
    for (const Item *item = decl->items; item != NULL; item = item->next) note_item(document, item);
    for (const Statement *s = decl->statements; s != NULL; s = s->next)
      if (s->item != NULL) note_item(document, s->item);
  }
}

/* A sample has no name of its own: what it reads is read by the KPI that it stands in. */
static void note_uses(Document *document) {
  for (int i = 0; i < document->program->slot_count; i++) {
    document->uses[i].arena = document->arena;
    const Slot *slot = &document->program->slots[i];
    if (slot->role == ROLE_SAMPLE) continue;
    add_uses(&document->uses[i], document->program, slot->value);
    if (slot->solve) add_uses(&document->uses[i], document->program, slot->solve->start);
  }
}

/* ---- which functions are reached ---- */

static void reach_term(Document *document, const Term *term);

static void reach_function(Document *document, int instance) {
  const Function *function = &document->program->functions[instance];
  if (document->reached[instance]) return;
  document->reached[instance] = true;
  for (int i = 0; i < function->let_count; i++) reach_term(document, function->lets[i]);
  reach_term(document, function->result);
}

static void reach_term(Document *document, const Term *term) {
  Uses uses = {.arena = document->arena};
  add_uses(&uses, document->program, term);
  for (int i = 0; i < uses.count; i++)
    if (uses.items[i].function >= 0) reach_function(document, uses.items[i].function);
}

bool is_reached(const Document *document, const Decl *function) {
  for (int i = 0; i < document->program->function_count; i++)
    if (document->reached[i] && document->program->functions[i].decl == function) return true;
  return false;
}

static void reach_expect(Document *document, const Expect *expect) {
  reach_term(document, expect->filter);
  for (int i = 0; i < expect->vary_count; i++) reach_term(document, expect->varies[i].amount);
  for (int i = 0; i < expect->assert_count; i++) {
    reach_term(document, expect->asserts[i].left);
    reach_term(document, expect->asserts[i].right);
    reach_term(document, expect->asserts[i].filter);
  }
}

static void reach_all(Document *document) {
  const Program *program = document->program;
  for (int i = 0; i < program->function_count; i++)
    if (program->functions[i].decl->span.source == 0) reach_function(document, i);
  for (int i = 0; i < program->slot_count; i++) reach_term(document, program->slots[i].value);
  for (int i = 0; i < program->expect_count; i++) reach_expect(document, &program->expects[i]);
}

/* ---- the head of the page ---- */

static int count_items(const Item *item) {
  int count = 0;
  for (; item != NULL; item = item->next) count++;
  return count;
}

/* Declarations of a kind, or what stands in them. */
static int count_declared(const Document *document, DeclKind kind, bool items) {
  int count = 0;
  for (const Decl *d = document->compiler->trees[0]->decls; d != NULL; d = d->next)
    if (d->kind == kind) count += items ? count_items(d->items) : 1;
  return count;
}

static const struct {
  const char *id, *one, *many;
  DeclKind kind;
  bool items;
} contents[] = {
    {"tables", "table", "tables", DECL_TABLE, false},
    {"inputs", "input", "inputs", DECL_INPUT, true},
    {"policies", "policy", "policies", DECL_POLICY, true},
    {"draws", "draw", "draws", DECL_DRAW, true},
    {"blocks", "block", "blocks", DECL_BLOCK, false},
    {"functions", "function", "functions", DECL_FUNCTION, false},
    {"kpis", "KPI", "KPIs", DECL_KPI, false},
    {"expectations", "expectation", "expectations", DECL_EXPECT, false},
};

/* What there is of each kind, in one line that leads to the sections. */
static void write_contents(Document *document) {
  page_open(document->page, PART_CONTENTS, NULL);
  for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
    int count = count_declared(document, contents[i].kind, contents[i].items);
    const char *word = count == 1 ? contents[i].one : contents[i].many;
    const char *text = arena_format(document->arena, "%d %s", count, word);
    if (count > 0) document->page->form->contents(document->page, contents[i].id, text);
  }
  page_close(document->page, PART_CONTENTS);
}

static void write_header(Document *document) {
  const Tree *tree = document->compiler->trees[0];
  Page *page = document->page;
  page_open(page, PART_HEADER, NULL);
  page_part(page, PART_KICKER, NULL, tree->is_module ? "Hermes module" : "Hermes blueprint");
  page_part(page, PART_TITLE, NULL, clean_text(document->arena, tree->name.text));
  DocText text = read_doc(document->arena, tree->doc);
  if (*text.meaning != '\0') page_part(page, PART_LEAD, NULL, text.meaning);
  write_labelled(document, "Source", text.source);
  write_contents(document);
  page_close(page, PART_HEADER);
}

static const char *file_name(const Document *document) {
  const char *path = document->compiler->sources[0]->path;
  const char *slash = strrchr(path, '/');
  return clean_text(document->arena, slash == NULL ? path : slash + 1);
}

static void write_footer(Document *document) {
  page_open(document->page, PART_FOOTER, NULL);
  page_open(document->page, PART_NOTE, NULL);
  page_text(document->page, "Generated by hermesc " HERMES_VERSION " from ");
  page_code(document->page, file_name(document));
  page_text(document->page, arena_format(document->arena, ", SHA-256 %.16s\u2026 with its modules.",
                                         document->compiler->sha256));
  page_close(document->page, PART_NOTE);
  page_close(document->page, PART_FOOTER);
}

/* ---- the picture ---- */

static void write_flow(Document *document) {
  Flow flow = flow_of(document);
  Page *page = document->page;
  if (flow_is_drawable(&flow)) {
    page->form->picture(page, &flow);
    return;
  }
  page_part(page, PART_PARAGRAPH, NULL, "There is too much in this blueprint for one picture.");
}

/* ---- the order of the sections ---- */

static bool is_declared(const Document *document, DeclKind kind) {
  return count_declared(document, kind, false) > 0;
}

static bool has_flow(const Document *document) {
  return is_declared(document, DECL_BLOCK) || is_declared(document, DECL_KPI);
}
static bool has_tables(const Document *document) {
  return is_declared(document, DECL_TABLE);
}
static bool has_inputs(const Document *document) {
  return is_declared(document, DECL_INPUT);
}
static bool has_policies(const Document *document) {
  return is_declared(document, DECL_POLICY);
}
static bool has_draws(const Document *document) {
  return is_declared(document, DECL_DRAW);
}
static bool has_blocks(const Document *document) {
  return is_declared(document, DECL_BLOCK);
}
static bool has_kpis(const Document *document) {
  return is_declared(document, DECL_KPI);
}
static bool has_goal(const Document *document) {
  return is_declared(document, DECL_GOAL);
}
static bool has_expectations(const Document *document) {
  return is_declared(document, DECL_EXPECT);
}
static bool has_functions(const Document *document) {
  if (is_declared(document, DECL_FUNCTION)) return true;
  for (int i = 0; i < document->program->function_count; i++)
    if (document->reached[i]) return true;
  return false;
}
static bool always(const Document *document) {
  (void)document;
  return true;
}

static const struct {
  const char *id, *title;
  bool (*present)(const Document *);
  void (*write)(Document *);
} sections[] = {
    {"flow", "Data flow", has_flow, write_flow},
    {"tables", "Tables", has_tables, write_tables},
    {"inputs", "Inputs", has_inputs, write_inputs},
    {"policies", "Policies", has_policies, write_policies},
    {"draws", "Draws", has_draws, write_draws},
    {"blocks", "Blocks", has_blocks, write_blocks},
    {"functions", "Functions", has_functions, write_functions},
    {"kpis", "KPIs", has_kpis, write_kpis},
    {"goal", "Goal", has_goal, write_goal},
    {"expectations", "Expectations", has_expectations, write_expectations},
    {"units", "Units", always, write_units},
    {"notation", "Notation", always, write_notation},
};

static void write_sections(Document *document) {
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
    if (!sections[i].present(document)) continue;
    page_open(document->page, PART_SECTION, sections[i].id);
    page_part(document->page, PART_SECTION_TITLE, NULL, sections[i].title);
    sections[i].write(document);
    page_close(document->page, PART_SECTION);
  }
}

static const PageForm *const page_forms[] = {
    [DOC_MARKDOWN] = &markdown_form, [DOC_HTML] = &html_form};

void document_program(Compiler *compiler, DocFormat format, FILE *out) {
  Arena *arena = &compiler->arena;
  const Program *program = &compiler->program;
  Page page = {.compiler = compiler, .arena = arena, .out = out, .form = page_forms[format]};
  Document document = {
      .compiler = compiler,
      .program = program,
      .arena = arena,
      .page = &page,
      .items = ARENA_ARRAY(arena, const Item *, program->slot_count + 1),
      .uses = ARENA_ARRAY(arena, Uses, program->slot_count + 1),
      .reached = ARENA_ARRAY(arena, bool, program->function_count + 1),
  };
  note_items(&document);
  note_uses(&document);
  reach_all(&document);
  page.form->begin(&page, clean_text(arena, program->name));
  write_header(&document);
  write_sections(&document);
  write_footer(&document);
  page.form->end(&page);
}
