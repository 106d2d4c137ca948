/* Pieces to text: whether each group fits on its line, and whether each break ends one. */
#include "format/format.h"

#include <limits.h>

typedef struct Open { /* a group that the piece at hand stands in */
  int last, indent;
  bool broken, filled;
} Open;

typedef struct Printer {
  const Layout *layout;
  FILE *out;
  Open open[MAX_GROUPS]; /* innermost last; the first one is the statement */
  int open_count;
  int column;
  bool begun;
} Printer;

static const Piece *piece_at(const Printer *printer, int i) {
  return &printer->layout->pieces[i];
}

/* ---- writing ---- */

static void write_blanks(Printer *printer, int count) {
  for (int i = 0; i < count; i++) putc(' ', printer->out);
  printer->column += count;
}

static void write_text(Printer *printer, const char *text, int length, int width) {
  fwrite(text, 1, (size_t)length, printer->out);
  printer->column += width;
}

static void start_line(Printer *printer, bool blank, int indent) {
  if (printer->begun) fputs(blank ? "\n\n" : "\n", printer->out);
  printer->begun = true;
  printer->column = 0;
  write_blanks(printer, indent);
}

static void write_above(Printer *printer, const Piece *piece, int indent) {
  for (const Comment *comment = piece->above; comment; comment = comment->next) {
    start_line(printer, comment->blank && piece->begins_line, indent);
    write_text(printer, comment->text, comment->length, 0);
  }
}

static void write_behind(Printer *printer, const Piece *piece) {
  if (!piece->behind) return;
  write_blanks(printer, COMMENT_SPACE + piece->comment_padding);
  write_text(printer, piece->behind->text, piece->behind->length, 0);
}

/* ---- does it fit? ---- */

/* The last piece before the next break that stands in at most `depth` groups. */
static int before_break(const Printer *printer, int i, int depth) {
  const Piece *next = piece_at(printer, i + 1);
  for (; !((next->may_break || next->must_break) && next->depth <= depth); next++) i++;
  return i;
}

/* With what follows it up to the next break around it. */
static bool group_fits(const Printer *printer, int first, int last) {
  int width = format_width(printer->layout, first, last);
  int rest = before_break(printer, last, printer->open_count);
  return printer->column + width + piece_at(printer, rest)->reach -
             piece_at(printer, last)->reach <=
         LINE_COLUMNS;
}

static bool part_fits(const Printer *printer, int i) {
  int last = before_break(printer, i, piece_at(printer, i)->depth);
  return printer->column + format_space(printer->layout, i) +
             format_width(printer->layout, i, last) <=
         LINE_COLUMNS;
}

static bool ends_line(const Printer *printer, int i) {
  const Piece *piece = piece_at(printer, i);
  const Open *group = &printer->open[printer->open_count - 1];
  if (piece->must_break) return true;
  if (!piece->may_break || !group->broken) return false;
  return !group->filled || !part_fits(printer, i);
}

/* ---- pieces ---- */

static void open_groups(Printer *printer, int i) {
  for (const Group *group = piece_at(printer, i)->groups; group; group = group->next) {
    const Open *around = &printer->open[printer->open_count - 1];
    printer->open[printer->open_count] =
        (Open){.last = group->end,
               .indent = around->indent + group->nest,
               .broken = around->broken && !group_fits(printer, i, group->end),
               .filled = group->filled};
    printer->open_count++;
  }
}

static void begin_statement(Printer *printer, int i) {
  const Piece *piece = piece_at(printer, i);
  bool ends_body = piece->body && piece->kind == '}';
  write_above(printer, piece, piece->indent + (ends_body ? INDENT : 0));
  start_line(printer, piece->blank, piece->indent);
  int width = format_width(printer->layout, i, format_line_end(printer->layout, i));
  printer->open[0] = (Open){.last = INT_MAX,
                            .indent = piece->indent + INDENT,
                            .broken = piece->indent + width > LINE_COLUMNS};
  printer->open_count = 1;
}

static void continue_statement(Printer *printer, int i) {
  const Piece *piece = piece_at(printer, i);
  while (printer->open[printer->open_count - 1].last < i) printer->open_count--;
  if (ends_line(printer, i)) {
    int indent = printer->open[printer->open_count - 1].indent;
    write_above(printer, piece, indent);
    start_line(printer, false, indent + piece->shift);
  } else {
    write_blanks(printer, format_space(printer->layout, i));
  }
}

static void print_piece(Printer *printer, int i) {
  const Piece *piece = piece_at(printer, i);
  if (piece->begins_line)
    begin_statement(printer, i);
  else
    continue_statement(printer, i);
  open_groups(printer, i);
  write_text(printer, piece->text, piece->length, piece->width);
  write_behind(printer, piece);
}

void format_print(const Layout *layout, FILE *out) {
  Printer printer = {.layout = layout, .out = out};
  for (int i = 0; i < layout->count - 1; i++) print_piece(&printer, i);
  write_above(&printer, &layout->pieces[layout->count - 1], 0);
  putc('\n', out);
}
