/* The map of documentation: a checked program becomes a page for people.
 *
 *   program ─► sections (doc.c, doc_data.c, doc_values.c, doc_claims.c, doc_glossary.c)
 *                │  parts, text, code, links          doc_page.c ─► doc_markdown.c | doc_html.c
 *                ├─ expression ─► Math (doc_math.c)          ─► LaTeX | MathML (doc_notation.c)
 *                └─ program ─► Flow (doc_flow.c) ─► mermaid | Layout (doc_layout.c) ─► SVG
 *
 * A blueprint may come from anybody: whatever it says reaches a page through page_text, page_code,
 * page_link, page_source, a formula or a picture, and each of those escapes it for its format.
 */
#ifndef HERMESC_DOC_H
#define HERMESC_DOC_H

#include "hermesc.h"

/* ---- doc.c: the page ---- */

typedef enum DocFormat { DOC_MARKDOWN, DOC_HTML } DocFormat;

/* needs: stages inferred; of a module, the program resolved. Does not depend on time or place: the
 * same sources make the same bytes. */
void document_program(Compiler *compiler, DocFormat format, FILE *out);

/* ---- doc_text.c: text of the source ---- */

/* One line of it: blanks collapsed; what cannot be seen, or turns the direction of writing, becomes
 * U+FFFD. */
const char *clean_text(Arena *arena, const char *text);
/* What stands at a span on one line, without comments. */
const char *source_line(const Compiler *compiler, Span span);
/* free_space_loss(d: m, f: GHz) -> dB */
const char *function_signature(const Compiler *compiler, const Decl *function);
/* The same as it was written, its lines moved left by the first one's indentation. `offsets` says
 * for each of its bytes where it stands in the source. */
const char *source_code(const Compiler *compiler, Span span, uint32_t **offsets);

/* The character at `text` for a page, and the bytes that it takes there. */
typedef struct Glyph {
  char text[5];
  int bytes;
  bool wide; /* takes two places of a fixed-width font */
} Glyph;
Glyph glyph_at(const char *text);
double glyph_columns(const char *text); /* places of a fixed-width font */
/* At most `columns` places of it, and an ellipsis where there is more. */
const char *short_text(Arena *arena, const char *text, int columns);

/* A doc string names its source and gives an example by words of its own. */
typedef struct DocText {
  const char *meaning, *source, *example; /* "" where there is none */
} DocText;
DocText read_doc(Arena *arena, const char *doc);

/* ---- doc_uses.c: what definitions read ---- */

typedef struct Use { /* a slot, or an instance of a function; the other is -1 */
  Span span;
  int slot, function;
} Use;

typedef struct Uses {
  Arena *arena;
  Use *items;
  int count, capacity;
} Uses;

void add_use(Uses *uses, Use use);
void add_uses(Uses *uses, const Program *program, const Term *term); /* NULL adds none */
/* The slot or the instance that a written name means, or -1: a variable, a label, a local. */
int used_slot(const Program *program, const Uses *uses, Name name);
int used_function(const Program *program, const Uses *uses, Name name);

/* ---- the document: a program beside what was written of it ---- */

typedef struct Page Page;

typedef struct Document {
  Compiler *compiler;
  const Program *program;
  Arena *arena;
  Page *page;
  const Item **items; /* by slot; NULL: not written (a bound) */
  Uses *uses;         /* by slot */
  bool *reached;      /* by instance of a function: from the blueprint, or from the module */
} Document;

/* What page_link leads to. */
const char *slot_identity(const Document *document, int slot);
const char *function_identity(const Document *document, const Decl *function);
bool is_reached(const Document *document, const Decl *function);
/* "rx[u in ue, c in cell] : dBm/RE", without its type where `typed` is false. */
const char *item_text(const Document *document, const Item *item, int slot, bool typed);
/* As it is written: "dBm/RE", "bool", "{eco, full}", "cell". */
const char *slot_type(const Document *document, int slot);

/* "once per twin", "per policy", ..., and a class for its colour: "once", "policy", ... */
const char *stage_words(Arena *arena, unsigned stage);
const char *stage_class(unsigned stage);

/* ---- doc_math.c: expressions as people write mathematics ---- */

typedef enum MathKind {
  MATH_ROW,
  MATH_COMPUTED, /* the name of what is computed: italic */
  MATH_GIVEN,    /* the name of data, an input, a policy, a function, a label: upright */
  MATH_NUMBER,
  MATH_WORDS,    /* units, `if`, `otherwise` */
  MATH_OPERATOR, /* with room on both sides */
  MATH_MARK,     /* a comma, a bracket: without */
  MATH_BIG,      /* a sign of sum or product, with limits */
  MATH_GAP,
  MATH_FENCED, /* text: its two brackets */
  MATH_FRACTION,
  MATH_ROOT,
  MATH_SUB,
  MATH_SUPER,
  MATH_SUBSUPER, /* base, below, above */
  MATH_UNDER,
  MATH_STACK, /* lines below an operator */
  MATH_CASES, /* rows of two: value, condition */
  MATH_LINES, /* of a formula that is too long for one */
} MathKind;

typedef struct Math {
  MathKind kind;
  const char *text;
  struct Math *parts, *next; /* parts are linked by next */
} Math;

/* What the names in an expression mean. */
typedef struct Notation {
  Arena *arena;
  const Compiler *compiler;
  const Uses *uses;
  const char *bound[MAX_VARIABLES * 2]; /* index variables in sight */
  int bound_count;
  int script; /* how deep inside of subscripts and the like: written on one line there */
} Notation;

Notation notation_new(const Document *document, const Uses *uses);
void bind_name(Notation *notation, Name name);
/* Each gives NULL where the formula would be too wide, or the code is easier to read. */
Math *value_formula(Notation *notation, const Item *item, int slot);
Math *function_formula(Notation *notation, const Decl *function, const Expr *value);
Math *local_formula(Notation *notation, const Item *item);
Math *goal_formula(Notation *notation, const Decl *goal);
Math *statement_formula(Notation *notation, const Statement *statement);
Math *scope_formula(Notation *notation, const For *fors, const Expr *filter);

/* ---- doc_notation.c: formulas in the languages of pages ---- */
void write_mathml(Page *page, const Math *math);
void write_latex(Page *page, const Math *math);

/* ---- doc_flow.c: which block reads what of which ---- */

typedef enum FlowKind { FLOW_BLOCK, FLOW_KPI, FLOW_TABLE, FLOW_INPUT, FLOW_DRAW, FLOW_POLICY } FlowKind;

typedef struct FlowWord {  /* one name in a box */
  const char *text, *note; /* what follows it without a link: " >= 95 %" */
  unsigned stage;
} FlowWord;

typedef struct FlowSource { /* data that enters one node */
  FlowKind kind;
  const char *name, *id; /* a table's; else NULL */
  FlowWord *words;
  int count;
} FlowSource;

typedef struct FlowNode {
  FlowKind kind;
  const char *name, *id, *doc; /* a block's; of KPIs NULL */
  bool operational;
  unsigned stage;
  FlowWord *words; /* its outputs, or KPIs that read alike */
  int count;
  FlowSource *sources;
  int source_count;
} FlowNode;

typedef struct FlowEdge {
  int from, to;
  unsigned stage;
  const char *names; /* "rx, server" */
} FlowEdge;

typedef struct Flow {
  FlowNode *nodes;
  int node_count;
  FlowEdge *edges;
  int edge_count;
} Flow;

/* What there is to see in it, for a legend. */
typedef enum FlowSight {
  SIGHT_ONCE,
  SIGHT_POLICY,
  SIGHT_OTHER,
  SIGHT_OPERATIONAL,
  SIGHT_DECISION,
  SIGHT_TABLE,
  SIGHT_INPUT,
  SIGHT_DRAW,
  SIGHT_KPI,
} FlowSight;
unsigned flow_shows(const Flow *flow); /* a bit for each */

Flow flow_of(const Document *document);
void write_mermaid(Page *page, const Flow *flow);
void write_svg(Page *page, const Flow *flow); /* doc_svg.c */
bool flow_is_drawable(const Flow *flow);      /* neither empty nor too large to be read */

/* ---- doc_layout.c: boxes in layers, edges between them, no box on another ---- */

typedef struct LayoutNode {
  double left, right; /* given: how far it reaches to both sides of its anchor */
  double port;        /* given: edges arrive and leave within this distance of the anchor */
  double height;      /* given */
  double inner;       /* given: height of the part where edges end, in the middle of the height */
  bool last;          /* given: a result, below everything that leads to another */
  int layer;          /* found */
  double x, y;        /* found: its anchor; its top */
} LayoutNode;

typedef struct LayoutRun { /* an edge passes one layer straight down */
  double x, top, bottom;
} LayoutRun;

typedef struct LayoutEdge {
  int from, to;
  LayoutRun *runs; /* found: from the upper node to the lower one; curves join them */
  int run_count;
  bool upward; /* found: `from` is the lower one, as cycles need */
} LayoutEdge;

typedef struct Layout {
  Arena *arena;
  LayoutNode *nodes;
  int node_count;
  LayoutEdge *edges;
  int edge_count;
  double width, height; /* found */
} Layout;

void layout_nodes(Layout *layout);

/* ---- doc_page.c: a page being written ---- */

typedef enum PagePart {
#define PART(id, html_before, html_after, markdown_before, markdown_after) PART_##id,
#include "doc/doc_parts.def"
#undef PART
} PagePart;

struct Page {
  const Compiler *compiler;
  Arena *arena;
  FILE *out;
  const struct PageForm *form;
  int cells;  /* of the head of the table that is being written */
  bool fresh; /* nothing stands in the part that was opened last */
};

/* What a format knows beside its parts. */
typedef struct PageForm {
  const char *const (*parts)[2];
  const char *rule; /* what stands below each cell of a table's head, or NULL */
  void (*begin)(Page *page, const char *title), (*end)(Page *page);
  void (*text)(Page *page, const char *text);
  void (*code)(Page *page, const char *code);
  void (*link)(Page *page, const char *id, const char *code);
  void (*contents)(Page *page, const char *id, const char *text); /* leads to a section */
  void (*source)(Page *page, Span span, const Document *document, const Uses *uses);
  void (*formula)(Page *page, const Math *math);
  void (*picture)(Page *page, const Flow *flow);
} PageForm;

extern const PageForm markdown_form, html_form; /* doc_markdown.c, doc_html.c */
extern const char *const html_style;            /* doc_style.c */

/* `name` becomes part of an attribute: an id, or a class. NULL where the part has none. */
void page_open(Page *page, PagePart part, const char *name);
void page_close(Page *page, PagePart part);
void page_raw(Page *page, const char *markup); /* never text of a blueprint */
void page_text(Page *page, const char *text);
void page_code(Page *page, const char *code);
void page_link(Page *page, const char *id, const char *code);
/* A part that holds nothing but text. */
void page_part(Page *page, PagePart part, const char *name, const char *text);
void page_id(Page *page, const char *name);  /* as an id, or a class; the same for the same name */
void page_xml(Page *page, const char *text); /* escaped for HTML and SVG, attributes included */

/* ---- the sections ---- */
void write_tables(Document *document); /* doc_data.c */
void write_inputs(Document *document);
void write_policies(Document *document);
void write_draws(Document *document);
void write_blocks(Document *document); /* doc_values.c */
void write_functions(Document *document);
void write_kpis(Document *document);
void write_goal(Document *document); /* doc_claims.c */
void write_expectations(Document *document);
void write_units(Document *document); /* doc_glossary.c */
void write_notation(Document *document);
/* Of a doc string: the meaning, then where it comes from. Nothing where it is empty. */
void write_doc(Document *document, const char *doc);
void write_names(Document *document, const int *slots, int count);

#endif
