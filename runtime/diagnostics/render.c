/* Diagnostics as text: a headline, excerpts of the source with carets, facts. */
#include <string.h>

#include "place.h"

enum {
  MARKS = 1 + HERMES_LABELS, /* the primary place and every label */
  TAB_STOP = 4,              /* columns in an excerpt */
  EXCERPT_WIDTH = 160,       /* a longer line is shown in part */
  EXCERPT_BEFORE = 60,       /* columns of it that remain before the place */
};

typedef struct printer {
  FILE *out;
  bool colour;
  int gutter; /* digits of the largest line number */
  hermes_severity severity;
  hermes_finder finder;
} printer;

/* One underlined piece of a source line, with what stands beneath it. */
typedef struct mark {
  const hermes_place *place;
  hermes_spot spot;
  const char *label; /* or NULL */
  bool primary;
  bool drawn;
  size_t from, to; /* columns of the excerpt, from 0; never empty */
} mark;

/* The part of a line that an excerpt shows: bytes of the line, between characters. It is found from
 * the place in it, so that a line of megabytes costs no more than a short one. */
typedef struct window {
  size_t first, last;
  size_t shift; /* what "..." before it takes */
} window;

static const char *const SEVERITIES[] = {[HERMES_ERROR] = "error", [HERMES_WARNING] = "warning"};
static const char *const COLOURS[] = {
    [HERMES_ERROR] = "\033[1;31m", [HERMES_WARNING] = "\033[1;33m"};
static const char BLUE[] = "\033[1;34m", BOLD[] = "\033[1m", PLAIN[] = "\033[0m";

static void style(const printer *p, const char *code) {
  if (p->colour) fputs(code, p->out);
}

/* ---- text that may hold anything ---- */

static void put_character(const printer *p, const char *text, hermes_character c) {
  if (c.visible)
    fwrite(text, 1, c.bytes, p->out);
  else
    fputc('?', p->out);
}

/* On one line, whatever it holds. */
static void put_bytes(const printer *p, const char *text, size_t length) {
  while (length > 0) {
    hermes_character c = hermes_character_at(text, length);
    put_character(p, text, c);
    text += c.bytes;
    length -= c.bytes;
  }
}

static void put_text(const printer *p, const char *text) {
  put_bytes(p, text, strlen(text));
}

/* Line by line, those behind the first indented, so that no text can pose as another diagnostic. */
static void put_block(const printer *p, const char *text, int indent) {
  for (;;) {
    size_t length = strcspn(text, "\n");
    put_bytes(p, text, length);
    text += length;
    if (*text++ == '\0') return;
    fprintf(p->out, "\n%*s", indent, "");
  }
}

/* ---- columns ---- */

/* The column behind one that shows the character `c`. */
static size_t next_column(size_t column, char c) {
  return c == '\t' ? (column / TAB_STOP + 1) * TAB_STOP : column + 1;
}

/* Goes on over characters while they fit into `columns`, counted from the byte `from`. */
static size_t go_forward(const hermes_spot *spot, size_t from, size_t columns) {
  size_t at = from, column = 0;
  while (at < spot->line_length) {
    const char *text = spot->line_text + at;
    column = next_column(column, *text);
    if (column > columns) break;
    at += hermes_character_at(text, spot->line_length - at).bytes;
  }
  return at;
}

/* Where the character before `at` begins: what is no character is a byte by itself. */
static size_t character_before(const char *line, size_t at) {
  enum { LONGEST = 4 };
  for (size_t bytes = 2; bytes <= LONGEST && bytes <= at; bytes++) {
    hermes_character c = hermes_character_at(line + at - bytes, bytes);
    if (c.valid && c.bytes == bytes) return at - bytes;
  }
  return at - 1;
}

/* Goes back over as many characters; a tab counts as one that is as wide as tabs are. */
static size_t go_back(const hermes_spot *spot, size_t from, size_t columns) {
  size_t at = from;
  for (size_t column = 0; at > 0 && column < columns;) {
    size_t before = character_before(spot->line_text, at);
    column += spot->line_text[before] == '\t' ? TAB_STOP : 1;
    if (column <= columns) at = before;
  }
  return at;
}

/* The column of a byte of the window, from 0. */
static size_t column_of(const hermes_spot *spot, const window *shown, size_t byte) {
  size_t column = 0;
  for (size_t at = shown->first; at < byte;) {
    const char *text = spot->line_text + at;
    column = next_column(column, *text);
    at += hermes_character_at(text, byte - at).bytes;
  }
  return column;
}

/* Where the line ends soon, more of it is shown before the place. */
static window window_around(const hermes_spot *spot) {
  size_t end = spot->line_length;
  if (go_forward(spot, 0, EXCERPT_WIDTH) == end) return (window){.last = end};
  size_t first = go_back(spot, spot->from, EXCERPT_BEFORE);
  size_t of_end = go_back(spot, end, EXCERPT_WIDTH);
  if (of_end < first) first = of_end;
  return (window){first, go_forward(spot, first, EXCERPT_WIDTH), first > 0 ? strlen("...") : 0};
}

/* Finds the columns of a mark in an excerpt; false where it begins outside. */
static bool fit(mark *m, const window *shown) {
  if (m->spot.from < shown->first || m->spot.from > shown->last) return false;
  size_t to = m->spot.to < shown->last ? m->spot.to : shown->last;
  m->from = column_of(&m->spot, shown, m->spot.from) + shown->shift;
  m->to = column_of(&m->spot, shown, to) + shown->shift;
  if (m->to <= m->from) m->to = m->from + 1;
  return true;
}

/* ---- one excerpt ---- */

static void put_gutter(const printer *p, size_t line) {
  style(p, BLUE);
  if (line > 0)
    fprintf(p->out, "%*zu |", p->gutter, line);
  else
    fprintf(p->out, "%*s |", p->gutter, "");
  style(p, PLAIN);
}

static void put_source(const printer *p, const hermes_spot *spot, const window *shown) {
  put_gutter(p, spot->line);
  if (spot->line_length > 0) fputc(' ', p->out);
  if (shown->first > 0) fputs("...", p->out);
  size_t column = 0;
  for (size_t at = shown->first; at < shown->last;) {
    const char *text = spot->line_text + at;
    hermes_character c = hermes_character_at(text, shown->last - at);
    size_t next = next_column(column, *text);
    if (*text == '\t')
      fprintf(p->out, "%*s", (int)(next - column), "");
    else
      put_character(p, text, c);
    column = next;
    at += c.bytes;
  }
  fputs(shown->last < spot->line_length ? "...\n" : "\n", p->out);
}

/* Goes on to a column of the excerpt. */
static void move_to(const printer *p, size_t *column, size_t target) {
  for (; *column < target; ++*column) fputc(' ', p->out);
}

static void put_label(const printer *p, const mark *m, const char *text) {
  style(p, m->primary ? COLOURS[p->severity] : BLUE);
  put_text(p, text);
  style(p, PLAIN);
}

static void put_underline(const printer *p, const mark *m, size_t *column) {
  move_to(p, column, m->from);
  style(p, m->primary ? COLOURS[p->severity] : BLUE);
  for (; *column < m->to; ++*column) fputc(m->primary ? '^' : '-', p->out);
  style(p, PLAIN);
}

/* The underlines of marks that do not overlap, from left to right; the last one's label stands
 * behind it. */
static void put_underlines(const printer *p, mark *const *row, size_t count) {
  size_t column = 0;
  put_gutter(p, 0);
  fputc(' ', p->out);
  for (size_t i = 0; i < count; i++) put_underline(p, row[i], &column);
  const mark *last = row[count - 1];
  if (last->label) fputc(' ', p->out), put_label(p, last, last->label);
  fputc('\n', p->out);
}

/* Beneath its mark, the label of row[last]; `|` for those to its left that still follow. */
static void put_label_below(const printer *p, mark *const *row, size_t last) {
  size_t column = 0;
  if (!row[last]->label) return;
  put_gutter(p, 0);
  fputc(' ', p->out);
  for (size_t i = 0; i < last; i++) {
    if (!row[i]->label) continue;
    move_to(p, &column, row[i]->from);
    put_label(p, row[i], "|");
    column++;
  }
  move_to(p, &column, row[last]->from);
  put_label(p, row[last], row[last]->label);
  fputc('\n', p->out);
}

static bool overlaps(const mark *a, const mark *b) {
  return a->from < b->to && b->from < a->to;
}

/* Puts a mark where it belongs from left to right; false where it overlaps another. */
static bool insert(mark **row, size_t *count, mark *m) {
  size_t at = *count;
  for (size_t i = 0; i < *count; i++) {
    if (overlaps(row[i], m)) return false;
  }
  for (; at > 0 && row[at - 1]->from > m->from; at--) row[at] = row[at - 1];
  row[at] = m;
  ++*count;
  return true;
}

/* Draws as many marks of this line as fit beside each other; false where none is left to draw. */
static bool put_row(const printer *p, mark *marks, size_t count, const char *line,
                    const window *shown) {
  mark *row[MARKS];
  size_t in_row = 0;
  for (size_t i = 0; i < count; i++) {
    mark *m = &marks[i];
    if (m->drawn || m->spot.line_text != line || !fit(m, shown)) continue;
    m->drawn = insert(row, &in_row, m);
  }
  if (in_row == 0) return false;
  put_underlines(p, row, in_row);
  for (size_t i = in_row - 1; i-- > 0;) put_label_below(p, row, i);
  return true;
}

static void put_location(const printer *p, const mark *m) {
  style(p, BLUE);
  fprintf(p->out, "%*s%s ", p->gutter, "", m->primary ? "-->" : ":::");
  style(p, PLAIN);
  put_text(p, m->place->file);
  if (m->spot.line > 0) fprintf(p->out, ":%zu", m->spot.line);
  if (m->spot.line > 0 && m->spot.column > 0) fprintf(p->out, ":%zu", m->spot.column);
}

/* The excerpt around marks[which], with every other mark on that line. */
static void put_excerpt(const printer *p, mark *marks, size_t count, size_t which) {
  mark *m = &marks[which];
  put_location(p, m);
  if (!m->spot.line_text) {
    if (m->label) fputs(": ", p->out), put_text(p, m->label);
    fputc('\n', p->out);
    m->drawn = true;
    return;
  }
  fputc('\n', p->out);
  window shown = window_around(&m->spot);
  put_source(p, &m->spot, &shown);
  while (put_row(p, marks, count, m->spot.line_text, &shown)) continue;
}

/* ---- one diagnostic ---- */

static mark mark_of(printer *p, const hermes_place *place, const char *label, bool primary) {
  return (mark){.place = place,
                .spot = hermes_spot_of(&p->finder, place),
                .label = label,
                .primary = primary};
}

static size_t collect_marks(printer *p, const hermes_diagnostic *d, mark marks[MARKS]) {
  size_t count = 0;
  if (d->place.file) marks[count++] = mark_of(p, &d->place, d->place_label, true);
  for (size_t i = 0; i < d->label_count; i++) {
    marks[count++] = mark_of(p, &d->labels[i].place, d->labels[i].message, false);
  }
  return count;
}

static int gutter_width(const mark *marks, size_t count) {
  size_t largest = 0;
  int digits = 1;
  for (size_t i = 0; i < count; i++) {
    if (marks[i].spot.line_text && marks[i].spot.line > largest) largest = marks[i].spot.line;
  }
  for (; largest >= 10; largest /= 10) digits++;
  return digits;
}

static void put_headline(const printer *p, const hermes_diagnostic *d) {
  style(p, COLOURS[p->severity]);
  fprintf(p->out, "%s[%s]", SEVERITIES[p->severity], hermes_code_of(d->code)->name);
  style(p, PLAIN);
  style(p, BOLD);
  fputs(": ", p->out);
  put_block(p, d->message, 2);
  style(p, PLAIN);
  fputc('\n', p->out);
}

static void put_fact(const printer *p, const char *name, const char *text) {
  if (!text || !*text) return;
  style(p, BLUE);
  fprintf(p->out, "%*s =", p->gutter, "");
  style(p, PLAIN);
  fprintf(p->out, " %s: ", name);
  put_block(p, text, p->gutter + 5);
  fputc('\n', p->out);
}

static void put_facts(const printer *p, const hermes_diagnostic *d) {
  put_fact(p, "rule", d->rule ? d->rule : hermes_code_of(d->code)->rule);
  put_fact(p, "expected", d->expected);
  put_fact(p, "actual", d->actual);
  put_fact(p, "did you mean", d->candidates);
  for (size_t i = 0; i < d->note_count; i++) put_fact(p, "help", d->notes[i]);
}

/* One edit is shown as what then stands there; several by what they do together. */
static void put_edit(const printer *p, const hermes_fix *fix) {
  const hermes_edit *edit = &fix->edits[0];
  if (fix->edit_count != 1 || *edit->text == '\0' || strchr(edit->text, '\n')) return;
  bool inserts = edit->start == edit->end;
  fputs(inserts ? "insert `" : "`", p->out);
  put_block(p, edit->text, p->gutter + 5);
  fputs("`, ", p->out);
}

static void put_fixes(const printer *p, const hermes_diagnostic *d) {
  for (size_t i = 0; i < d->fix_count; i++) {
    const hermes_fix *fix = &d->fixes[i];
    style(p, BLUE);
    fprintf(p->out, "%*s =", p->gutter, "");
    style(p, PLAIN);
    fprintf(p->out, " fix %zu%s: ", i + 1, fix->verified ? " (verified)" : "");
    put_edit(p, fix);
    put_block(p, fix->title, p->gutter + 5);
    fputc('\n', p->out);
  }
}

/* Where the long story is told: once for each code of a list. */
static void put_pointer(const printer *p, const hermes_diagnostic *d) {
  char command[64];
  snprintf(command, sizeof command, "hermesc explain %s", hermes_code_of(d->code)->name);
  put_fact(p, "explain", command);
}

static bool is_first_of_code(const hermes_diagnostics *list, size_t number) {
  for (size_t i = 0; i < number; i++) {
    if (list->items[i].code == list->items[number].code) return false;
  }
  return true;
}

static void put_diagnostic(printer *p, const hermes_diagnostic *d) {
  mark marks[MARKS];
  size_t count = collect_marks(p, d, marks);
  p->gutter = gutter_width(marks, count);
  p->severity = d->severity;
  put_headline(p, d);
  for (size_t i = 0; i < count; i++) {
    if (!marks[i].drawn) put_excerpt(p, marks, count, i);
  }
  put_facts(p, d);
  put_fixes(p, d);
}

/* One line where something was not shown: beyond the limit, or beyond what a list keeps. */
static void put_rest(const printer *p, const hermes_diagnostics *list, const size_t shown[2]) {
  const size_t all[] = {[HERMES_ERROR] = list->errors, [HERMES_WARNING] = list->warnings};
  for (hermes_severity s = HERMES_ERROR; s <= HERMES_WARNING; s++) {
    if (shown[s] == all[s]) continue;
    style(p, COLOURS[s]);
    fputs(SEVERITIES[s], p->out);
    style(p, PLAIN);
    fprintf(p->out, ": %zu %ss, %zu shown", all[s], SEVERITIES[s], shown[s]);
    hermes_category about = hermes_code_of(list->items[0].code)->category;
    bool of_twin = about == HERMES_DATA || about == HERMES_OPTIONS; /* which has no such option */
    bool limited = s == HERMES_ERROR && shown[s] < HERMES_DIAGNOSTICS_KEPT && !of_twin;
    fputs(limited ? " (--error-limit 0 shows all)\n" : "\n", p->out);
  }
}

void hermes_diagnostics_print(const hermes_diagnostics *list, FILE *out, bool colour,
                              size_t limit) {
  printer p = {.out = out, .colour = colour};
  size_t shown[2] = {0, 0};
  for (size_t i = 0; i < list->count; i++) {
    const hermes_diagnostic *d = &list->items[i];
    if (d->severity == HERMES_ERROR && limit > 0 && shown[HERMES_ERROR] == limit) continue;
    if (shown[HERMES_ERROR] + shown[HERMES_WARNING] > 0) fputc('\n', out);
    put_diagnostic(&p, d);
    if (is_first_of_code(list, i)) put_pointer(&p, d);
    shown[d->severity]++;
  }
  put_rest(&p, list, shown);
}
