/* A page is parts within parts, and text. */
#include "doc/doc.h"

#include <string.h>

/* An id or a class: letters, digits and signs that need no escape in any attribute. Other bytes are
 * counted out, so that two names stay two. */
void page_id(Page *page, const char *name) {
  for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
    bool plain = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                 (*at >= 'a' && *at <= 'z') || *at == '-' || *at == '_' || *at == '.';
    if (plain)
      fputc(*at, page->out);
    else
      fprintf(page->out, ":%02x", *at);
  }
}

void page_open(Page *page, PagePart part, const char *name) {
  const char *markup = page->form->parts[part][0];
  const char *place = strchr(markup, '$');
  page->fresh = true;
  if (part == PART_HEAD) page->cells = 0;
  if (part == PART_HEAD_CELL) page->cells++;
  if (place == NULL || name == NULL) {
    page_raw(page, markup);
    return;
  }
  fwrite(markup, 1, (size_t)(place - markup), page->out);
  page_id(page, name);
  page_raw(page, place + 1);
}

void page_close(Page *page, PagePart part) {
  page_raw(page, page->form->parts[part][1]);
  if (part != PART_HEAD || page->form->rule == NULL) return;
  page_raw(page, "|");
  for (int i = 0; i < page->cells; i++) page_raw(page, page->form->rule);
  page_raw(page, "\n");
}

void page_raw(Page *page, const char *markup) {
  fputs(markup, page->out);
}

void page_text(Page *page, const char *text) {
  page->form->text(page, text);
  page->fresh = false;
}

void page_code(Page *page, const char *code) {
  page->form->code(page, code);
  page->fresh = false;
}

void page_link(Page *page, const char *id, const char *code) {
  page->form->link(page, id, code);
  page->fresh = false;
}

void page_part(Page *page, PagePart part, const char *name, const char *text) {
  page_open(page, part, name);
  page_text(page, text);
  page_close(page, part);
}

void page_xml(Page *page, const char *text) {
  static const char *const escapes[128] = {
      ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
  for (Glyph glyph; *text != '\0'; text += glyph.bytes) {
    glyph = glyph_at(text);
    const char *escape = glyph.bytes == 1 ? escapes[*text & 0x7F] : NULL;
    bool kept = *text == '\n' || *text == '\t';
    if (kept)
      fputc(*text, page->out);
    else
      page_raw(page, escape == NULL ? glyph.text : escape);
  }
}
