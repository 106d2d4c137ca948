/* The flow of data: blocks and KPIs, what each computes, and which of it which other one reads. */
#include "doc/doc.h"

#include <string.h>

enum {
  MAX_READERS = 300, /* blocks and KPIs; a picture of more says nothing */
  MAX_NODES = 90,
  MAX_EDGES = 500,
  KPIS_TOGETHER = 5,
  MAX_WORDS = 14,  /* in one box */
  MAX_NAMES = 200, /* bytes said of an edge */
};

typedef struct Reader { /* a block or a KPI */
  int block, kpi;       /* the other is -1 */
  int node;
  bool *reads;  /* by slot */
  bool *blocks; /* by block: whether it reads one of its outputs */
} Reader;

typedef struct Drawing {
  const Document *document;
  Reader *readers;
  int reader_count;
  Flow flow;
} Drawing;

/* ---- what is read ---- */

/* A KPI that reads a KPI reads what that one does. */
static void gather(const Document *document, int slot, int block, bool *reads) {
  const Program *program = document->program;
  const Uses *uses = &document->uses[slot];
  for (int i = 0; i < uses->count; i++) {
    int read = uses->items[i].slot;
    if (read < 0 || reads[read]) continue;
    if (block >= 0 && program->slots[read].block == block) continue;
    reads[read] = true;
    if (program->slots[read].role == ROLE_KPI) gather(document, read, block, reads);
  }
}

static Reader *add_reader(Drawing *drawing, int block, int kpi) {
  Reader *reader = &drawing->readers[drawing->reader_count++];
  const Program *program = drawing->document->program;
  Arena *arena = drawing->document->arena;
  *reader = (Reader){block, kpi, -1, ARENA_ARRAY(arena, bool, program->slot_count + 1),
                     ARENA_ARRAY(arena, bool, program->block_count + 1)};
  return reader;
}

static void add_readers(Drawing *drawing) {
  const Document *document = drawing->document;
  const Program *program = document->program;
  for (int b = 0; b < program->block_count; b++) {
    Reader *reader = add_reader(drawing, b, -1);
    for (int s = 0; s < program->slot_count; s++)
      if (program->slots[s].block == b) gather(document, s, b, reader->reads);
  }
  for (int s = 0; s < program->slot_count; s++)
    if (program->slots[s].role == ROLE_KPI)
      gather(document, s, -1, add_reader(drawing, -1, s)->reads);
  for (int i = 0; i < drawing->reader_count; i++)
    for (int s = 0; s < program->slot_count; s++)
      if (drawing->readers[i].reads[s] && program->slots[s].block >= 0)
        drawing->readers[i].blocks[program->slots[s].block] = true;
}

static int reader_total(const Program *program) {
  int total = program->block_count;
  for (int s = 0; s < program->slot_count; s++) total += program->slots[s].role == ROLE_KPI;
  return total;
}

/* ---- nodes ---- */

static FlowWord slot_word(const Document *document, int slot) {
  const Slot *of = &document->program->slots[slot];
  return (FlowWord){clean_text(document->arena, of->name), "", of->stage};
}

/* Whether two KPIs may share a node: they read of the same blocks, and the same data. */
static bool read_alike(const Program *program, const Reader *a, const Reader *b) {
  for (int block = 0; block < program->block_count; block++)
    if (a->blocks[block] != b->blocks[block]) return false;
  for (int s = 0; s < program->slot_count; s++)
    if (program->slots[s].block < 0 && a->reads[s] != b->reads[s]) return false;
  return true;
}

static FlowNode *add_node(Drawing *drawing, FlowKind kind, int room) {
  Flow *flow = &drawing->flow;
  FlowNode *node = &flow->nodes[flow->node_count++];
  *node = (FlowNode){.kind = kind, .words = ARENA_ARRAY(drawing->document->arena, FlowWord, room)};
  return node;
}

static void add_word(FlowNode *node, FlowWord word) {
  node->stage |= word.stage;
  node->words[node->count++] = word;
}

static void add_block(Drawing *drawing, Reader *reader) {
  const Document *document = drawing->document;
  const Program *program = document->program;
  const Block *block = &program->blocks[reader->block];
  reader->node = drawing->flow.node_count;
  FlowNode *node = add_node(drawing, FLOW_BLOCK, program->slot_count);
  node->name = clean_text(document->arena, block->name);
  node->id = arena_format(document->arena, "block-%s", block->name);
  node->doc = read_doc(document->arena, block->doc).meaning;
  node->operational = block->operational;
  for (int s = 0; s < program->slot_count; s++)
    if (program->slots[s].role == ROLE_OUT && program->slots[s].block == reader->block)
      add_word(node, slot_word(document, s));
}

static const Decl *goal_of(const Document *document) {
  const Decl *decl = document->compiler->trees[0]->decls;
  while (decl != NULL && decl->kind != DECL_GOAL) decl = decl->next;
  return decl;
}

/* What the goal wants of a KPI: "max", ">= 95 %". */
static const char *wanted(const Document *document, const char *kpi) {
  static const char *const relations[OP_COUNT] = {
      [OP_LESS] = "<",    [OP_LESS_EQUAL] = "\u2264",
      [OP_GREATER] = ">", [OP_GREATER_EQUAL] = "\u2265",
      [OP_EQUAL] = "=",
  };
  const Decl *goal = goal_of(document);
  const char *text = "";
  for (const Objective *o = goal == NULL ? NULL : goal->objectives; o != NULL; o = o->next)
    if (strcmp(o->kpi.text, kpi) == 0) text = o->maximize ? " \u25B2" : " \u25BC";
  for (const Expr *c = goal == NULL ? NULL : goal->constraints; c != NULL; c = c->next)
    if (strcmp(c->left->name.text, kpi) == 0 && relations[c->op] != NULL)
      text = arena_format(document->arena, "%s %s %s", text, relations[c->op],
                          source_line(document->compiler, c->right->span));
  return text;
}

static int alike_node(const Drawing *drawing, const Reader *reader) {
  for (const Reader *other = drawing->readers; other < reader; other++)
    if (other->kpi >= 0 && drawing->flow.nodes[other->node].count < KPIS_TOGETHER &&
        read_alike(drawing->document->program, other, reader))
      return other->node;
  return -1;
}

static void add_kpi(Drawing *drawing, Reader *reader) {
  reader->node = alike_node(drawing, reader);
  if (reader->node < 0) {
    reader->node = drawing->flow.node_count;
    add_node(drawing, FLOW_KPI, KPIS_TOGETHER);
  }
  FlowWord word = slot_word(drawing->document, reader->kpi);
  word.note = wanted(drawing->document, drawing->document->program->slots[reader->kpi].name);
  add_word(&drawing->flow.nodes[reader->node], word);
}

static void add_nodes(Drawing *drawing) {
  drawing->flow.nodes = ARENA_ARRAY(drawing->document->arena, FlowNode, drawing->reader_count + 1);
  for (int i = 0; i < drawing->reader_count; i++)
    (drawing->readers[i].block >= 0 ? add_block : add_kpi)(drawing, &drawing->readers[i]);
}

/* ---- data that enters ---- */

static FlowSource *add_source(const Document *document, FlowNode *node, FlowKind kind) {
  FlowSource *source = &node->sources[node->source_count++];
  *source = (FlowSource){.kind = kind};
  source->words = ARENA_ARRAY(document->arena, FlowWord, document->program->slot_count + 1);
  return source;
}

static void add_source_of(const Document *document, FlowNode *node, const bool *reads,
                          FlowKind kind, Role role, int table) {
  FlowSource *source = NULL;
  for (int s = 0; s < document->program->slot_count; s++) {
    const Slot *slot = &document->program->slots[s];
    if (!reads[s] || slot->role != role || slot->table != table) continue;
    if (source == NULL) source = add_source(document, node, kind);
    source->words[source->count++] = slot_word(document, s);
  }
  if (source == NULL || table < 0) return;
  const char *name = document->program->tables[table].name;
  source->name = clean_text(document->arena, name);
  source->id = arena_format(document->arena, "table-%s", name);
}

/* needs: the sources of the node not yet made. Of KPIs in one node all read the same. */
static void add_sources(Drawing *drawing, const Reader *reader) {
  const Document *document = drawing->document;
  FlowNode *node = &drawing->flow.nodes[reader->node];
  if (node->sources != NULL) return;
  int tables = document->program->table_count;
  node->sources = ARENA_ARRAY(document->arena, FlowSource, tables + 3);
  add_source_of(document, node, reader->reads, FLOW_POLICY, ROLE_POLICY, -1);
  for (int t = 0; t < tables; t++)
    add_source_of(document, node, reader->reads, FLOW_TABLE, ROLE_COLUMN, t);
  add_source_of(document, node, reader->reads, FLOW_INPUT, ROLE_INPUT, -1);
  add_source_of(document, node, reader->reads, FLOW_DRAW, ROLE_DRAW, -1);
}

/* ---- edges ---- */

static FlowEdge *edge_between(Flow *flow, int from, int to) {
  for (int i = 0; i < flow->edge_count; i++)
    if (flow->edges[i].from == from && flow->edges[i].to == to) return &flow->edges[i];
  FlowEdge *edge = &flow->edges[flow->edge_count++];
  *edge = (FlowEdge){.from = from, .to = to, .names = ""};
  return edge;
}

static bool is_named(const FlowEdge *edge, const char *name) {
  size_t length = strlen(name);
  for (const char *at = edge->names; (at = strstr(at, name)) != NULL; at += length)
    if ((at == edge->names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ','))
      return true;
  return false;
}

static void add_edges(Drawing *drawing, const Reader *reader) {
  const Document *document = drawing->document;
  for (int s = 0; s < document->program->slot_count; s++) {
    const Slot *slot = &document->program->slots[s];
    if (!reader->reads[s] || slot->role != ROLE_OUT || slot->block < 0) continue;
    FlowEdge *edge = edge_between(&drawing->flow, slot->block, reader->node);
    const char *name = clean_text(document->arena, slot->name);
    edge->stage |= slot->stage;
    if (strlen(edge->names) < MAX_NAMES && !is_named(edge, name))
      edge->names = arena_format(document->arena, "%s%s%s", edge->names,
                                 *edge->names == '\0' ? "" : ", ", name);
  }
}

/* ---- the whole ---- */

/* What is too much for a box is counted. */
static void crop_words(const Document *document, FlowWord *words, int *count) {
  if (*count <= MAX_WORDS) return;
  const char *rest = arena_format(document->arena, "%d more", *count - MAX_WORDS + 1);
  *count = MAX_WORDS;
  words[MAX_WORDS - 1] = (FlowWord){rest, "", words[MAX_WORDS - 1].stage};
}

static void crop_nodes(Drawing *drawing) {
  for (int i = 0; i < drawing->flow.node_count; i++) {
    FlowNode *node = &drawing->flow.nodes[i];
    crop_words(drawing->document, node->words, &node->count);
    for (int s = 0; s < node->source_count; s++)
      crop_words(drawing->document, node->sources[s].words, &node->sources[s].count);
  }
}

/* needs: uses of every slot. A program of more than MAX_READERS blocks and KPIs has no flow. Nodes
 * are the blocks, then the KPIs, in the order of the blueprint: node i is block i. */
Flow flow_of(const Document *document) {
  Drawing drawing = {.document = document};
  int total = reader_total(document->program);
  if (total > MAX_READERS) return drawing.flow;
  drawing.readers = ARENA_ARRAY(document->arena, Reader, total + 1);
  add_readers(&drawing);
  add_nodes(&drawing);
  drawing.flow.edges = ARENA_ARRAY(document->arena, FlowEdge, total * total + 1);
  for (int i = 0; i < drawing.reader_count; i++) {
    add_sources(&drawing, &drawing.readers[i]);
    add_edges(&drawing, &drawing.readers[i]);
  }
  crop_nodes(&drawing);
  return drawing.flow;
}

bool flow_is_drawable(const Flow *flow) {
  return flow->node_count > 0 && flow->node_count <= MAX_NODES && flow->edge_count <= MAX_EDGES;
}

static FlowSight stage_sight(unsigned stage) {
  return stage == 0 ? SIGHT_ONCE : stage == STAGE_POLICY ? SIGHT_POLICY : SIGHT_OTHER;
}

static unsigned node_shows(const FlowNode *node) {
  static const FlowSight kinds[] = {
      [FLOW_TABLE] = SIGHT_TABLE,
      [FLOW_INPUT] = SIGHT_INPUT,
      [FLOW_DRAW] = SIGHT_DRAW,
      [FLOW_POLICY] = SIGHT_DECISION};
  unsigned shown = 1u << stage_sight(node->stage);
  for (int i = 0; i < node->count; i++) shown |= 1u << stage_sight(node->words[i].stage);
  if (node->operational) shown |= 1u << SIGHT_OPERATIONAL;
  if (node->kind == FLOW_KPI) shown |= 1u << SIGHT_KPI;
  for (int i = 0; i < node->source_count; i++) shown |= 1u << kinds[node->sources[i].kind];
  return shown;
}

unsigned flow_shows(const Flow *flow) {
  unsigned shown = 0;
  for (int i = 0; i < flow->node_count; i++) shown |= node_shows(&flow->nodes[i]);
  return shown;
}

/* ---- mermaid ---- */

static const char *const mermaid_classes =
    "  classDef once fill:#dbe9f9,stroke:#2f6db5,color:#0e2a4a\n"
    "  classDef policy fill:#fde6d2,stroke:#c25e12,color:#4a2206\n"
    "  classDef other fill:#e9e0fb,stroke:#7147c4,color:#2a1458\n"
    "  classDef data fill:#eef0f3,stroke:#8a94a3,color:#2b333f\n"
    "  classDef decision fill:#c25e12,stroke:#8a3f08,color:#ffffff\n";

/* Text of a label: a name is letters, so that nothing in it ends the label. */
static void mermaid_text(Page *page, const char *text) {
  for (Glyph glyph; *text != '\0'; text += glyph.bytes) {
    glyph = glyph_at(text);
    bool special = glyph.bytes == 1 && strchr("\"#<>&`[]{}()|;\\%*:", *text) != NULL;
    if (special)
      fprintf(page->out, "#%d;", *text);
    else
      page_raw(page, glyph.text);
  }
}

static void mermaid_words(Page *page, const FlowWord *words, int count, const char *between) {
  for (int i = 0; i < count; i++) {
    if (i > 0) page_raw(page, between);
    mermaid_text(page, words[i].text);
    mermaid_text(page, words[i].note);
  }
}

/* How the kinds look: what stands before the label, behind it, and the class. */
static const char *const mermaid_shapes[][3] = {
    [FLOW_BLOCK] = {"[\"", "\"]", NULL},          [FLOW_KPI] = {"([\"", "\"])", NULL},
    [FLOW_TABLE] = {"[(\"", "\")]", "data"},      [FLOW_INPUT] = {"[/\"", "\"/]", "data"},
    [FLOW_POLICY] = {"{{\"", "\"}}", "decision"}, [FLOW_DRAW] = {"[\\\"", "\"\\]", "data"},
};

static const char *mermaid_class(unsigned stage) {
  return stage == 0 ? "once" : stage == STAGE_POLICY ? "policy" : "other";
}

static void mermaid_node(Page *page, const FlowNode *node, int number) {
  const char *const *shape = mermaid_shapes[node->kind];
  bool twice = node->operational; /* a border of two lines */
  fprintf(page->out, "  n%d%s", number, twice ? "[[\"" : shape[0]);
  if (node->name != NULL) {
    page_raw(page, "<b>");
    mermaid_text(page, node->name);
    page_raw(page, "</b><br/>");
  }
  mermaid_words(page, node->words, node->count, node->kind == FLOW_KPI ? "<br/>" : ", ");
  fprintf(page->out, "%s:::%s\n", twice ? "\"]]" : shape[1], mermaid_class(node->stage));
}

static void mermaid_source(Page *page, const FlowSource *source, int node, int number) {
  const char *const *shape = mermaid_shapes[source->kind];
  fprintf(page->out, "  s%d_%d%s", node, number, shape[0]);
  if (source->name != NULL) {
    page_raw(page, "<b>");
    mermaid_text(page, source->name);
    page_raw(page, "</b><br/>");
  }
  mermaid_words(page, source->words, source->count, ", ");
  fprintf(page->out, "%s:::%s %s n%d\n", shape[1], shape[2],
          source->kind == FLOW_POLICY ? "==>" : "-.->", node);
}

void write_mermaid(Page *page, const Flow *flow) {
  page_raw(page, "flowchart TD\n");
  for (int i = 0; i < flow->node_count; i++) {
    mermaid_node(page, &flow->nodes[i], i);
    for (int s = 0; s < flow->nodes[i].source_count; s++)
      mermaid_source(page, &flow->nodes[i].sources[s], i, s);
  }
  for (int i = 0; i < flow->edge_count; i++)
    fprintf(page->out, "  n%d --> n%d\n", flow->edges[i].from, flow->edges[i].to);
  page_raw(page, mermaid_classes);
}
