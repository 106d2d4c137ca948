/* Markdown as GitHub renders it: tables, ```math, ```mermaid. */
#include "doc/doc.h"

#include <string.h>

static const char *const parts[][2] = {
#define PART(id, html_before, html_after, markdown_before, markdown_after)                         \
  [PART_##id] = {markdown_before, markdown_after},
#include "doc/doc_parts.def"
#undef PART
};

static void begin(Page *page, const char *title) {
  (void)page;
  (void)title;
}

static void end(Page *page) {
  (void)page;
}

/* What Markdown gives a meaning, wherever it stands: those in `entities` no backslash undoes
 * everywhere. A line is never begun by text that starts a list, because no text of a
 * blueprint is more than one line. */
static void write_text(Page *page, const char *text) {
  static const char *const entities[128] = {
      ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['@'] = "&#64;"};
  const char *start = text;
  for (Glyph glyph; *text != '\0'; text += glyph.bytes) {
    glyph = glyph_at(text);
    bool ascii = glyph.bytes == 1 && glyph.text[1] == '\0';
    bool marks = strchr("\\`*_{}[]|$~#!^", *text) != NULL;
    bool begins = page->fresh && text == start && strchr("-+=.)0123456789", *text) != NULL;
    bool address = strncmp(text, "://", 3) == 0 || strncmp(text, "www.", 4) == 0;
    if (ascii && entities[(int)*text] != NULL)
      page_raw(page, entities[(int)*text]);
    else if (address)
      fprintf(page->out, "&#%d;", *text); /* no link that nobody wrote as one */
    else if (ascii && begins)
      fprintf(page->out, "&#%d;", *text);
    else
      fprintf(page->out, "%s%s", ascii && marks ? "\\" : "", glyph.text);
  }
}

/* A fence longer than any within. */
static int longest_run(const char *text, char c) {
  int longest = 0;
  for (int run = 0; *text != '\0'; text++) {
    run = *text == c ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}

static void write_run(Page *page, char c, int count) {
  while (count-- > 0) fputc(c, page->out);
}

static void write_code(Page *page, const char *code) {
  const char *text = clean_text(page->arena, code);
  int fence = longest_run(text, '`') + 1;
  const char *room = fence > 1 ? " " : "";
  write_run(page, '`', fence);
  page_raw(page, room);
  page_raw(page, text);
  page_raw(page, room);
  write_run(page, '`', fence);
}

/* Headings have no anchors that could be relied on. */
static void write_link(Page *page, const char *id, const char *code) {
  (void)id;
  write_code(page, code);
}

/* A page of Markdown gets its contents from where it is shown. */
static void write_contents(Page *page, const char *id, const char *text) {
  (void)page;
  (void)id;
  (void)text;
}

static void write_fenced(Page *page, const char *kind, const char *text) {
  int fence = longest_run(text, '`') + 1 > 3 ? longest_run(text, '`') + 1 : 3;
  write_run(page, '`', fence);
  fprintf(page->out, "%s\n%s\n", kind, text);
  write_run(page, '`', fence);
  page_raw(page, "\n\n");
}

static void write_source(Page *page, Span span, const Document *document, const Uses *uses) {
  uint32_t *offsets;
  (void)document;
  (void)uses;
  write_fenced(page, "hermes", source_code(page->compiler, span, &offsets));
}

static void write_formula(Page *page, const Math *math) {
  page_raw(page, "```math\n");
  write_latex(page, math);
  page_raw(page, "\n```\n\n");
}

static const struct {
  FlowSight key;
  const char *words;
} legend[] = {
    {SIGHT_ONCE, "blue: computed once per twin"},
    {SIGHT_POLICY, "orange: computed for each policy"},
    {SIGHT_OTHER, "violet: computed for each draw or step"},
    {SIGHT_OPERATIONAL, "double sides: operational, where a decision enters"},
    {SIGHT_DECISION, "dark: a policy"},
    {SIGHT_TABLE, "cylinder: a table"},
    {SIGHT_INPUT, "slanted: inputs"},
    {SIGHT_DRAW, "slanted the other way: draws"},
    {SIGHT_KPI, "rounded: KPIs, \u25B2 to maximize, \u25BC to minimize"},
};

static void write_legend(Page *page, unsigned shown) {
  const char *before = "";
  for (size_t i = 0; i < sizeof legend / sizeof *legend; i++) {
    if ((shown & 1u << legend[i].key) == 0) continue;
    fprintf(page->out, "%s%s", before, legend[i].words);
    before = "; ";
  }
  page_raw(page, "\n\n");
}

static void write_picture(Page *page, const Flow *flow) {
  page_raw(page, "```mermaid\n");
  write_mermaid(page, flow);
  page_raw(page, "```\n\n");
  write_legend(page, flow_shows(flow));
}

const PageForm markdown_form = {
    .parts = parts,
    .rule = " --- |",
    .begin = begin,
    .end = end,
    .text = write_text,
    .code = write_code,
    .link = write_link,
    .contents = write_contents,
    .source = write_source,
    .formula = write_formula,
    .picture = write_picture,
};
