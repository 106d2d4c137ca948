/* One page of HTML that needs nothing else: no script, no file, no network. */
#include "doc/doc.h"

#include <string.h>

static const char *const parts[][2] = {
#define PART(id, html_before, html_after, markdown_before, markdown_after)                         \
  [PART_##id] = {html_before, html_after},
#include "doc/doc_parts.def"
#undef PART
};

/* The policy is a second wall: should a name or a doc ever come through unescaped, a browser still
 * runs and loads nothing. */
static void begin(Page *page, const char *title) {
  page_raw(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                 "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
  page_xml(page, title);
  page_raw(page, "</title>\n<style>\n");
  page_raw(page, html_style);
  page_raw(page, "</style>\n</head>\n<body>\n<main>\n");
}

static void end(Page *page) {
  page_raw(page, "</main>\n</body>\n</html>\n");
}

static void write_code(Page *page, const char *code) {
  page_raw(page, "<code>");
  page_xml(page, clean_text(page->arena, code));
  page_raw(page, "</code>");
}

static void open_link(Page *page, const char *id) {
  page_raw(page, "<a href=\"#");
  page_id(page, id);
  page_raw(page, "\">");
}

static void write_link(Page *page, const char *id, const char *code) {
  open_link(page, id);
  write_code(page, code);
  page_raw(page, "</a>");
}

static void write_contents(Page *page, const char *id, const char *text) {
  open_link(page, id);
  page_xml(page, text);
  page_raw(page, "</a>\n");
}

enum { MAX_LINKED = 1000 }; /* uses in one definition */

/* ---- code, with its words leading to what they mean ---- */

static bool is_keyword(const char *word) {
  static const char *const words[] = {
      "if",  "then",   "else", "and", "or",   "not",    "true",     "false",  "for",      "in",
      "out", "return", "let",  "kpi", "goal", "expect", "function", "assert", "maximize", "vary",
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], word) == 0) return true;
  return false;
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

static size_t word_length(const char *text) {
  size_t length = 0;
  while (is_letter(text[length]) || (length > 0 && text[length] >= '0' && text[length] <= '9'))
    length++;
  return length;
}

static const char *word_target(const Document *document, const Uses *uses, Name word) {
  const Program *program = document->program;
  int slot = used_slot(program, uses, word);
  if (slot >= 0) return slot_identity(document, slot);
  int function = used_function(program, uses, word);
  return function < 0 ? NULL : function_identity(document, program->functions[function].decl);
}

static void write_word(Page *page, Name word, const Document *document, const Uses *uses) {
  const char *id = word_target(document, uses, word);
  const char *after = id != NULL ? "</a>" : is_keyword(word.text) ? "</b>" : "";
  if (id != NULL)
    open_link(page, id);
  else if (*after != '\0')
    page_raw(page, "<b>");
  page_xml(page, word.text);
  page_raw(page, after);
}

static size_t plain_length(const char *text) {
  if (*text == '"') {
    size_t length = 1;
    while (text[length] != '\0' && text[length] != '"')
      length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
    return length + (text[length] == '"');
  }
  return *text == '#' ? strcspn(text, "\n") : 0;
}

/* Strings and comments: whole, and quieter. */
static void write_plain(Page *page, const char *text, size_t length) {
  page_raw(page, "<i>");
  page_xml(page, arena_copy(page->arena, text, length));
  page_raw(page, "</i>");
}

/* The time that links take grows with words times uses: code that nobody reads has none. */
static void write_source(Page *page, Span span, const Document *document, const Uses *written) {
  static const Uses none = {0};
  const Uses *uses = written->count <= MAX_LINKED ? written : &none;
  uint32_t *offsets;
  const char *code = source_code(page->compiler, span, &offsets);
  page_raw(page, "<pre><code>");
  for (const char *at = code; *at != '\0';) {
    size_t plain = plain_length(at), length = word_length(at);
    uint32_t start = offsets[at - code];
    Name word = {arena_copy(page->arena, at, length),
                 {start, start + (uint32_t)length, span.source}};
    if (plain > 0)
      write_plain(page, at, plain);
    else if (length > 0)
      write_word(page, word, document, uses);
    else
      page_xml(page, arena_copy(page->arena, at, length = 1));
    at += plain > 0 ? plain : length;
  }
  page_raw(page, "</code></pre>\n");
}

/* ---- formulas and pictures ---- */

static const struct {
  FlowSight key;
  const char *class, *words;
} legend[] = {
    {SIGHT_ONCE, "once", "computed once per twin"},
    {SIGHT_POLICY, "policy", "computed for each policy"},
    {SIGHT_OTHER, "mixed", "computed for each draw or step"},
    {SIGHT_OPERATIONAL, "operational", "operational: a decision enters"},
    {SIGHT_DECISION, "policy decision", "policy"},
    {SIGHT_TABLE, "data", "table"},
    {SIGHT_INPUT, "data input", "input"},
    {SIGHT_DRAW, "data input", "draw"},
    {SIGHT_KPI, "policy kpi", "KPI; \u25B2 to maximize, \u25BC to minimize"},
};

static void write_formula(Page *page, const Math *math) {
  page_raw(page, "<div class=\"formula\"><math displaystyle=\"true\">");
  write_mathml(page, math);
  page_raw(page, "</math></div>\n");
}

/* What the picture holds of each kind is said beside it; the rest is not. */
static void write_legend(Page *page, unsigned shown) {
  page_raw(page, "<ul class=\"legend\">\n");
  for (size_t i = 0; i < sizeof legend / sizeof *legend; i++)
    if (shown & 1u << legend[i].key)
      fprintf(page->out, "<li><span class=\"%s\"></span>%s</li>\n", legend[i].class,
              legend[i].words);
  page_raw(page, "</ul>\n");
}

static void write_picture(Page *page, const Flow *flow) {
  page_raw(page, "<div class=\"scroll picture\">\n");
  write_svg(page, flow);
  page_raw(page, "</div>\n");
  write_legend(page, flow_shows(flow));
}

const PageForm html_form = {
    .parts = parts,
    .begin = begin,
    .end = end,
    .text = page_xml,
    .code = write_code,
    .link = write_link,
    .contents = write_contents,
    .source = write_source,
    .formula = write_formula,
    .picture = write_picture,
};
