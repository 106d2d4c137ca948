/* What stands below one another in columns: types, values and comments of lines that follow each
 * other, where that does not tear them apart. */
#include "format/format.h"

#include "blueprint.tab.h"

/* A column is not begun so far behind what stands before it; a comment may. */
static const int most_padding[COLUMNS] = {
    [COLUMN_TYPE] = 14, [COLUMN_VALUE] = 10, [COLUMN_COMMENT] = 40};

/* ---- measures ---- */

int format_space(const Layout *layout, int i) {
  const Piece *piece = &layout->pieces[i];
  if (piece->begins_line || piece->joins_left || piece[-1].joins_right) return 0;
  return (piece->wide ? 2 : 1) + piece->padding;
}

int format_width(const Layout *layout, int first, int last) {
  const Piece *begin = &layout->pieces[first], *end = &layout->pieces[last];
  return end->musts > begin->musts ? LINE_COLUMNS + 1 : end->reach - begin->reach + begin->width;
}

static void measure_reaches(Layout *layout) {
  int reach = 0, musts = 0;
  for (int i = 0; i < layout->count; i++) {
    Piece *piece = &layout->pieces[i];
    piece->reach = reach += format_space(layout, i) + piece->width;
    piece->musts = musts += piece->must_break;
  }
}

/* A break stands in the groups that began before it. */
static void measure_depths(Layout *layout) {
  int lasts[MAX_GROUPS], depth = 0;
  for (int i = 0; i < layout->count; i++) {
    Piece *piece = &layout->pieces[i];
    while (depth > 0 && lasts[depth - 1] < i) depth--;
    piece->depth = depth + 1; /* and in the statement */
    for (const Group *group = piece->groups; group; group = group->next)
      lasts[depth++] = group->end;
  }
}

int format_line_end(const Layout *layout, int i) {
  while (!layout->pieces[i + 1].begins_line) i++;
  return i;
}

/* ---- lines ---- */

/* A statement that stands on one line but for its doc, which may stand below it. */
typedef struct Row {
  int first, last;
  int cells[COLUMNS];  /* piece that begins each column, or 0 */
  int before[COLUMNS]; /* width of what stands before it: to be padded */
  int width;           /* of the line without the doc, padded so far */
  int whole;           /* with the doc */
} Row;

static int end_before_doc(const Layout *layout, int last) {
  int i = last - 1;
  while (layout->pieces[i].kind == TOKEN_STRING) i--;
  return i == last - 1 ? last : i;
}

static Row row_at(const Layout *layout, int first) {
  Row row = {.first = first, .last = format_line_end(layout, first)};
  int indent = layout->pieces[first].indent;
  row.whole = indent + format_width(layout, first, row.last);
  row.width = indent + format_width(layout, first, end_before_doc(layout, row.last));
  for (int i = first; i <= row.last; i++)
    if (layout->pieces[i].column) row.cells[layout->pieces[i].column] = i;
  if (row.cells[COLUMN_TYPE])
    row.before[COLUMN_TYPE] = format_width(layout, first, row.cells[COLUMN_TYPE] - 1);
  if (row.cells[COLUMN_VALUE])
    row.before[COLUMN_VALUE] =
        format_width(layout, row.cells[COLUMN_TYPE], row.cells[COLUMN_VALUE] - 1);
  if (layout->pieces[row.last].behind) row.cells[COLUMN_COMMENT] = row.last;
  return row;
}

/* Does a row stand directly below another one, in the same body? */
static bool follows(const Layout *layout, const Row *row, int first) {
  const Piece *piece = &layout->pieces[first];
  return row->last == first - 1 && !piece->above && !piece->blank &&
         piece->indent == layout->pieces[row->first].indent;
}

/* ---- columns ---- */

typedef struct Extent {
  int least, most; /* of what stands before the cells */
  int rest;        /* the most of what stands behind them */
} Extent;

static Extent extended(Extent extent, const Row *row, Column column) {
  int before = row->before[column], rest = row->width - before;
  if (before < extent.least) extent.least = before;
  if (before > extent.most) extent.most = before;
  if (rest > extent.rest) extent.rest = rest;
  return extent;
}

static bool is_fit(Extent extent, Column column) {
  if (extent.most - extent.least > most_padding[column]) return false;
  return column == COLUMN_COMMENT || extent.most + extent.rest <= LINE_COLUMNS;
}

static void pad(Layout *layout, Row *row, Column column, int width) {
  int padding = width - row->before[column];
  Piece *piece = &layout->pieces[row->cells[column]];
  *(column == COLUMN_COMMENT ? &piece->comment_padding : &piece->padding) = padding;
  row->width += padding;
  row->whole += padding;
}

/* How many rows from this one on have the column, and room for it in one place. Values skip a row
 * that has none; what only some rows have is no column otherwise. */
static int fitting_rows(const Row *rows, int count, Column column, Extent *extent) {
  *extent = (Extent){.least = LINE_COLUMNS};
  for (int i = 0; i < count; i++) {
    if (!rows[i].cells[column] && column == COLUMN_VALUE) continue;
    Extent wider = extended(*extent, &rows[i], column);
    if (!rows[i].cells[column] || !is_fit(wider, column)) return i > 0 ? i : 1;
    *extent = wider;
  }
  return count;
}

/* As far down as it goes; where the next row does not fit in, anew from there. */
static void align(Layout *layout, Row *rows, int count, Column column) {
  while (count > 0) {
    Extent extent;
    int fitting = fitting_rows(rows, count, column, &extent);
    for (int i = 0; i < fitting; i++)
      if (rows[i].cells[column]) pad(layout, &rows[i], column, extent.most);
    if (column == COLUMN_TYPE) align(layout, rows, fitting, COLUMN_VALUE);
    rows += fitting;
    count -= fitting;
  }
}

static void align_rows(Layout *layout, Row *rows, int count) {
  align(layout, rows, count, COLUMN_TYPE);
  for (int i = 0; i < count; i++) {
    rows[i].before[COLUMN_COMMENT] = rows[i].whole;
    if (rows[i].whole > LINE_COLUMNS) rows[i].cells[COLUMN_COMMENT] = 0;
  }
  align(layout, rows, count, COLUMN_COMMENT);
}

void format_columns(Layout *layout) {
  Row *rows = ARENA_ARRAY(&layout->compiler->arena, Row, layout->count);
  int count = 0;
  measure_reaches(layout);
  measure_depths(layout);
  for (int i = 0, last; i < layout->count - 1; i = last + 1) {
    Row row = row_at(layout, i);
    last = row.last;
    bool joins = count > 0 && follows(layout, &rows[count - 1], i);
    if (!joins || row.width > LINE_COLUMNS) {
      align_rows(layout, rows, count);
      count = 0;
    }
    if (row.width <= LINE_COLUMNS) rows[count++] = row;
  }
  align_rows(layout, rows, count);
  measure_reaches(layout); /* padded */
}
