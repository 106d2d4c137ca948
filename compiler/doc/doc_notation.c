/* Formulas in MathML and in LaTeX. */
#include "doc/doc.h"

#include <string.h>

/* ---- MathML ---- */

static const char *const mathml[][2] = {
    [MATH_ROW] = {"<mrow>", "</mrow>"},
    [MATH_COMPUTED] = {"<mi mathvariant=\"normal\" class=\"computed\">", "</mi>"},
    [MATH_GIVEN] = {"<mi mathvariant=\"normal\">", "</mi>"},
    [MATH_NUMBER] = {"<mn>", "</mn>"},
    [MATH_WORDS] = {"<mtext>", "</mtext>"},
    [MATH_OPERATOR] = {"<mo lspace=\"0.25em\" rspace=\"0.25em\">", "</mo>"},
    [MATH_MARK] = {"<mo stretchy=\"false\" lspace=\"0\" rspace=\"0.15em\">", "</mo>"},
    [MATH_BIG] = {"<mo largeop=\"true\" movablelimits=\"false\">", "</mo>"},
    [MATH_FRACTION] = {"<mfrac>", "</mfrac>"},
    [MATH_ROOT] = {"<msqrt>", "</msqrt>"},
    [MATH_SUB] = {"<msub>", "</msub>"},
    [MATH_SUPER] = {"<msup>", "</msup>"},
    [MATH_SUBSUPER] = {"<msubsup>", "</msubsup>"},
    [MATH_CASES] = {"<mrow><mo stretchy=\"true\">{</mo><mtable class=\"cases\" "
                    "displaystyle=\"true\">",
                    "</mtable></mrow>"},
    [MATH_LINES] = {"<mtable class=\"lines\" displaystyle=\"true\">", "</mtable>"},
};

static void mathml_parts(Page *page, const Math *math) {
  page_raw(page, mathml[math->kind][0]);
  for (const Math *part = math->parts; part != NULL; part = part->next) write_mathml(page, part);
  page_raw(page, mathml[math->kind][1]);
}

/* MathML cuts blanks at both ends of a text; a reader's words do not lose them. */
static void mathml_text(Page *page, const Math *math) {
  page_raw(page, mathml[math->kind][0]);
  for (const char *at = math->text; *at != '\0';) {
    size_t length = strcspn(at, " ");
    page_xml(page, arena_copy(page->arena, at, length));
    if (at[length] == ' ') page_raw(page, "\u00A0");
    at += length + (at[length] == ' ');
  }
  page_raw(page, mathml[math->kind][1]);
}

static void mathml_gap(Page *page, const Math *math) {
  page_raw(page, *math->text == '\0' ? "<mspace width=\"0.2em\"/>" : "<mspace width=\"2em\"/>");
}

/* A bracket is the first character of the text, its partner the rest. */
static void mathml_bracket(Page *page, const char *text, int bytes, const char *form) {
  fprintf(page->out, "<mo fence=\"true\" stretchy=\"true\" form=\"%s\" lspace=\"0\" rspace=\"0\">",
          form);
  page_xml(page, arena_copy(page->arena, text, (size_t)bytes));
  page_raw(page, "</mo>");
}

static void mathml_fenced(Page *page, const Math *math) {
  int first = glyph_at(math->text).bytes;
  page_raw(page, "<mrow>");
  mathml_bracket(page, math->text, first, "prefix");
  write_mathml(page, math->parts);
  mathml_bracket(page, math->text + first, first, "postfix");
  page_raw(page, "</mrow>");
}

/* Lines below a sign: each below all that is above it, which every browser centres. */
static void mathml_under(Page *page, const Math *math) {
  const Math *stack = math->parts->next;
  for (const Math *line = stack->parts; line != NULL; line = line->next) page_raw(page, "<munder>");
  write_mathml(page, math->parts);
  for (const Math *line = stack->parts; line != NULL; line = line->next) {
    write_mathml(page, line);
    page_raw(page, "</munder>");
  }
}

static void mathml_rows(Page *page, const Math *math) {
  page_raw(page, mathml[math->kind][0]);
  for (const Math *row = math->parts; row != NULL; row = row->next) {
    const Math *cell = math->kind == MATH_CASES ? row->parts : NULL;
    page_raw(page, "<mtr><mtd>");
    write_mathml(page, cell == NULL ? row : cell);
    if (cell != NULL) {
      page_raw(page, "</mtd><mtd>");
      write_mathml(page, cell->next);
    }
    page_raw(page, "</mtd></mtr>");
  }
  page_raw(page, mathml[math->kind][1]);
}

void write_mathml(Page *page, const Math *math) {
  static void (*const writers[])(Page *, const Math *) = {
      [MATH_ROW] = mathml_parts,     [MATH_COMPUTED] = mathml_text,  [MATH_GIVEN] = mathml_text,
      [MATH_NUMBER] = mathml_text,   [MATH_WORDS] = mathml_text,     [MATH_OPERATOR] = mathml_text,
      [MATH_MARK] = mathml_text,     [MATH_BIG] = mathml_text,       [MATH_GAP] = mathml_gap,
      [MATH_FENCED] = mathml_fenced, [MATH_FRACTION] = mathml_parts, [MATH_ROOT] = mathml_parts,
      [MATH_SUB] = mathml_parts,     [MATH_SUPER] = mathml_parts,    [MATH_SUBSUPER] = mathml_parts,
      [MATH_UNDER] = mathml_under,   [MATH_CASES] = mathml_rows,     [MATH_LINES] = mathml_rows,
  };
  writers[math->kind](page, math);
}

/* ---- LaTeX, of the kind that GitHub takes ---- */

static void latex_text(Page *page, const char *text) {
  static const char *const escapes[128] = {
      ['_'] = "\\_", ['%'] = "\\%", ['#'] = "\\#", ['$'] = "\\$", ['&'] = "\\&", ['{'] = "\\{",
      ['}'] = "\\}", ['~'] = " ",   ['^'] = " ",   ['\\'] = " ",  ['`'] = "'",
  };
  for (Glyph glyph; *text != '\0'; text += glyph.bytes) {
    glyph = glyph_at(text);
    const char *escape = glyph.bytes == 1 ? escapes[*text & 0x7F] : NULL;
    bool minus = strcmp(glyph.text, "\u2212") == 0;
    page_raw(page, minus ? "-" : escape == NULL ? glyph.text : escape);
  }
}

static const char *latex_sign(const char *text) {
  static const char *const signs[][2] = {
      {"\u21D4", "\\Leftrightarrow "},
      {"\u00B1", "\\pm "},
      {"\u22C5", "\\cdot "},
      {"\u2264", "\\le "},
      {"\u2265", "\\ge "},
      {"\u2260", "\\ne "},
      {"\u2208", "\\in "},
      {"\u2211", "\\sum\\limits"},
      {"\u220F", "\\prod\\limits"},
      {"{", "\\{"},
      {"}", "\\}"},
      {"\u230A", "\\lfloor "},
      {"\u230B", "\\rfloor "},
      {"\u2308", "\\lceil "},
      {"\u2309", "\\rceil "},
      {"<", "\\lt "},
      {">", "\\gt "},
      {",", ", "},
  };
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (strcmp(signs[i][0], text) == 0) return signs[i][1];
  return text;
}

static const char *const latex[][2] = {
    [MATH_COMPUTED] = {"\\mathit{", "}"},
    [MATH_GIVEN] = {"\\mathrm{", "}"},
    [MATH_WORDS] = {"\\text{", "}"},
    [MATH_NUMBER] = {"{", "}"},
    [MATH_ROOT] = {"\\sqrt{", "}"},
    [MATH_ROW] = {"", ""},
    [MATH_STACK] = {"\\substack{", "}"},
    [MATH_CASES] = {"\\begin{cases}", "\\end{cases}"},
    [MATH_LINES] = {"\\begin{aligned}", "\\end{aligned}"},
};

static void latex_name(Page *page, const Math *math) {
  page_raw(page, latex[math->kind][0]);
  latex_text(page, math->text);
  page_raw(page, latex[math->kind][1]);
}

static void latex_parts(Page *page, const Math *math) {
  page_raw(page, latex[math->kind][0]);
  for (const Math *part = math->parts; part != NULL; part = part->next) write_latex(page, part);
  page_raw(page, latex[math->kind][1]);
}

static void latex_mark(Page *page, const Math *math) {
  const char *known = latex_sign(math->text);
  if (known == math->text)
    latex_text(page, known);
  else
    page_raw(page, known);
}

static void latex_gap(Page *page, const Math *math) {
  page_raw(page, *math->text == '\0' ? "\\," : "\\quad ");
}

static void latex_fenced(Page *page, const Math *math) {
  int first = glyph_at(math->text).bytes;
  fprintf(page->out, "\\left%s", latex_sign(arena_copy(page->arena, math->text, (size_t)first)));
  write_latex(page, math->parts);
  fprintf(page->out, "\\right%s", latex_sign(math->text + first));
}

static void latex_group(Page *page, const char *before, const Math *math) {
  page_raw(page, before);
  page_raw(page, "{");
  write_latex(page, math);
  page_raw(page, "}");
}

static void latex_fraction(Page *page, const Math *math) {
  latex_group(page, "\\frac", math->parts);
  latex_group(page, "", math->parts->next);
}

static void latex_script(Page *page, const Math *math) {
  latex_group(page, "", math->parts);
  latex_group(page, math->kind == MATH_SUPER ? "^" : "_", math->parts->next);
  if (math->kind == MATH_SUBSUPER) latex_group(page, "^", math->parts->next->next);
}

static void latex_under(Page *page, const Math *math) {
  if (math->parts->kind == MATH_BIG) {
    latex_mark(page, math->parts);
    latex_group(page, "_", math->parts->next);
  } else {
    latex_group(page, "\\underset", math->parts->next);
    latex_group(page, "", math->parts);
  }
}

/* One line needs no stack. */
static void latex_rows(Page *page, const Math *math) {
  if (math->kind == MATH_STACK && math->parts->next == NULL) {
    write_latex(page, math->parts);
    return;
  }
  page_raw(page, latex[math->kind][0]);
  for (const Math *row = math->parts; row != NULL; row = row->next) {
    if (row != math->parts) page_raw(page, " \\\\ ");
    if (math->kind == MATH_LINES) page_raw(page, "&");
    write_latex(page, math->kind == MATH_CASES ? row->parts : row);
    if (math->kind != MATH_CASES) continue;
    page_raw(page, " & ");
    write_latex(page, row->parts->next);
  }
  page_raw(page, latex[math->kind][1]);
}

void write_latex(Page *page, const Math *math) {
  static void (*const writers[])(Page *, const Math *) = {
      [MATH_ROW] = latex_parts,         [MATH_COMPUTED] = latex_name,
      [MATH_GIVEN] = latex_name,        [MATH_NUMBER] = latex_name,
      [MATH_WORDS] = latex_name,        [MATH_OPERATOR] = latex_mark,
      [MATH_MARK] = latex_mark,         [MATH_BIG] = latex_mark,
      [MATH_GAP] = latex_gap,           [MATH_FENCED] = latex_fenced,
      [MATH_FRACTION] = latex_fraction, [MATH_ROOT] = latex_parts,
      [MATH_SUB] = latex_script,        [MATH_SUPER] = latex_script,
      [MATH_SUBSUPER] = latex_script,   [MATH_UNDER] = latex_under,
      [MATH_STACK] = latex_rows,        [MATH_CASES] = latex_rows,
      [MATH_LINES] = latex_rows,
  };
  writers[math->kind](page, math);
}
