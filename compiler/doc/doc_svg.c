/* The picture of the flow, as SVG within a page: boxes laid out in layers, data at the left of what
 * reads it. Colours are the page's; letters are of one width, so that text is known to fit. */
#include "doc/doc.h"

#include <math.h>
#include <stdlib.h>

static const double letter = 0.61;   /* width of a letter of one-width fonts, per size */
static const double margin = 6;      /* around the picture */
static const double source_gap = 26; /* between data and what reads it */
static const double stacked_gap = 7; /* between data of one reader */
static const double arrow = 7, inset = 3;

typedef struct Look {
  const char *class;
  double title_size, size, line, pad_x, pad_y, radius;
  int columns, longest; /* of a line; of a word */
  bool stacked;         /* each word has a line */
} Look;

static const Look looks[] = {
    [FLOW_BLOCK] = {"block", 13, 12, 17, 13, 9, 7, 26, 30, false},
    [FLOW_KPI] = {"kpi", 13, 12, 17, 14, 8, 15, 30, 34, true},
    [FLOW_TABLE] = {"table", 11.5, 11, 14, 8, 5, 1.5, 20, 26, false},
    [FLOW_INPUT] = {"input", 11.5, 11, 14, 9, 5, 9, 18, 26, true},
    [FLOW_DRAW] = {"input", 11.5, 11, 14, 9, 5, 9, 18, 26, true},
    [FLOW_POLICY] = {"policies", 11.5, 11.5, 15, 9, 6, 4, 18, 26, true},
};

typedef struct Box {
  const Look *look;
  const char *title; /* or NULL */
  FlowWord *words;   /* shortened */
  int count;
  int *rows; /* by word: its line below the title */
  int row_count;
  double x, y, width, height;
} Box;

typedef struct Picture {
  Page *page;
  Arena *arena;
  const Flow *flow;
  Layout layout;
  Box *boxes;    /* by node */
  Box **sources; /* by node: by source */
} Picture;

/* ---- boxes around text ---- */

static double text_width(const char *text, double size) {
  return glyph_columns(text) * size * letter;
}

static double word_columns(const FlowWord *word) {
  return glyph_columns(word->text) + glyph_columns(word->note);
}

static void shorten_words(Arena *arena, Box *box, const FlowWord *words) {
  box->words = ARENA_ARRAY(arena, FlowWord, box->count + 1);
  for (int i = 0; i < box->count; i++) {
    box->words[i] = words[i];
    box->words[i].text = short_text(arena, words[i].text, box->look->longest);
    box->words[i].note = short_text(arena, words[i].note, 16);
  }
}

/* Fills lines with words; a word and the comma behind it stay together. */
static void break_lines(Arena *arena, Box *box) {
  double used = 0;
  box->rows = ARENA_ARRAY(arena, int, box->count + 1);
  for (int i = 0; i < box->count; i++) {
    double columns = word_columns(&box->words[i]) + 2;
    bool next = i > 0 && (box->look->stacked || used + columns > box->look->columns + 2);
    if (next) box->row_count++;
    used = next ? columns : used + columns;
    box->rows[i] = box->row_count;
  }
  if (box->count > 0) box->row_count++;
}

static double row_width(const Box *box, int row) {
  double columns = 0;
  for (int i = 0; i < box->count; i++) {
    if (box->rows[i] != row) continue;
    bool comma = !box->look->stacked && i + 1 < box->count;
    bool blank = comma && box->rows[i + 1] == row;
    columns += word_columns(&box->words[i]) + comma + blank;
  }
  return columns * box->look->size * letter;
}

static void measure(Box *box) {
  double width = box->title == NULL ? 0 : text_width(box->title, box->look->title_size);
  for (int row = 0; row < box->row_count; row++) width = fmax(width, row_width(box, row));
  box->width = ceil(width + 2 * box->look->pad_x);
  box->height = box->look->line * ((box->title != NULL) + box->row_count) + 2 * box->look->pad_y;
}

static Box box_of(Arena *arena, FlowKind kind, const char *title, const FlowWord *words,
                  int count) {
  Box box = {.look = &looks[kind], .count = count};
  box.title = title == NULL ? NULL : short_text(arena, title, box.look->longest);
  shorten_words(arena, &box, words);
  break_lines(arena, &box);
  measure(&box);
  return box;
}

/* ---- from the flow to a layout ---- */

static double sources_width(const Picture *picture, int node) {
  double width = 0;
  for (int i = 0; i < picture->flow->nodes[node].source_count; i++)
    width = fmax(width, picture->sources[node][i].width);
  return width;
}

static double sources_height(const Picture *picture, int node) {
  double height = 0;
  for (int i = 0; i < picture->flow->nodes[node].source_count; i++)
    height += picture->sources[node][i].height + (i > 0 ? stacked_gap : 0);
  return height;
}

static void make_boxes(Picture *picture, int number) {
  const FlowNode *node = &picture->flow->nodes[number];
  Arena *arena = picture->arena;
  picture->boxes[number] = box_of(arena, node->kind, node->name, node->words, node->count);
  picture->sources[number] = ARENA_ARRAY(arena, Box, node->source_count + 1);
  for (int i = 0; i < node->source_count; i++) {
    const FlowSource *source = &node->sources[i];
    picture->sources[number][i] =
        box_of(arena, source->kind, source->name, source->words, source->count);
  }
}

static LayoutNode layout_node(const Picture *picture, int number) {
  const Box *box = &picture->boxes[number];
  double aside = sources_width(picture, number);
  return (LayoutNode){
      .left = box->width / 2 + (aside > 0 ? aside + source_gap : 0),
      .right = box->width / 2,
      .port = fmax(0, box->width / 2 - 14),
      .height = fmax(box->height, sources_height(picture, number)),
      .inner = box->height,
      .last = picture->flow->nodes[number].kind == FLOW_KPI,
  };
}

static void lay_out(Picture *picture) {
  const Flow *flow = picture->flow;
  Layout *layout = &picture->layout;
  layout->arena = picture->arena;
  layout->node_count = flow->node_count;
  layout->edge_count = flow->edge_count;
  layout->nodes = ARENA_ARRAY(picture->arena, LayoutNode, flow->node_count + 1);
  layout->edges = ARENA_ARRAY(picture->arena, LayoutEdge, flow->edge_count + 1);
  for (int i = 0; i < flow->node_count; i++) layout->nodes[i] = layout_node(picture, i);
  for (int i = 0; i < flow->edge_count; i++)
    layout->edges[i] = (LayoutEdge){.from = flow->edges[i].from, .to = flow->edges[i].to};
  layout_nodes(layout);
}

/* The data of a node stand above each other, left of the box and around its middle. */
static void place_boxes(Picture *picture, int number) {
  const LayoutNode *node = &picture->layout.nodes[number];
  Box *box = &picture->boxes[number];
  box->x = node->x - box->width / 2;
  box->y = node->y + (node->height - box->height) / 2;
  double width = sources_width(picture, number);
  double y = node->y + (node->height - sources_height(picture, number)) / 2;
  for (int i = 0; i < picture->flow->nodes[number].source_count; i++) {
    Box *source = &picture->sources[number][i];
    source->width = width;
    source->x = box->x - source_gap - width;
    source->y = y;
    y += source->height + stacked_gap;
  }
}

/* ---- drawing ---- */

/* Tenths, without a locale's idea of a decimal point. */
static void write_length(Page *page, double length) {
  long tenths = lround(length * 10);
  fprintf(page->out, tenths % 10 == 0 ? "%s%ld" : "%s%ld.%ld", tenths < 0 ? "-" : "",
          labs(tenths) / 10, labs(tenths) % 10);
}

static void write_attribute(Page *page, const char *name, double value) {
  fprintf(page->out, " %s=\"", name);
  write_length(page, value);
  page_raw(page, "\"");
}

static void write_point(Page *page, const char *command, double x, double y) {
  page_raw(page, command);
  write_length(page, x);
  page_raw(page, " ");
  write_length(page, y);
}

static void draw_rectangle(Page *page, const char *class, const Box *box, double by) {
  fprintf(page->out, "<rect class=\"%s\"", class);
  write_attribute(page, "x", box->x + by);
  write_attribute(page, "y", box->y + by);
  write_attribute(page, "width", box->width - 2 * by);
  write_attribute(page, "height", box->height - 2 * by);
  write_attribute(page, "rx", fmax(0, box->look->radius - by));
  page_raw(page, "/>");
}

static void begin_text(Page *page, const char *class, double x, double y, double size) {
  fprintf(page->out, "<text class=\"%s\"", class);
  write_attribute(page, "x", x);
  write_attribute(page, "y", y);
  write_attribute(page, "font-size", size);
  page_raw(page, ">");
}

static void draw_word(Page *page, const Box *box, int i) {
  bool comma = !box->look->stacked && i + 1 < box->count;
  bool blank = comma && box->rows[i + 1] == box->rows[i];
  fprintf(page->out, "<tspan class=\"%s\">", stage_class(box->words[i].stage));
  page_xml(page, box->words[i].text);
  page_raw(page, "</tspan>");
  if (*box->words[i].note != '\0') {
    page_raw(page, "<tspan class=\"wanted\">");
    page_xml(page, box->words[i].note);
    page_raw(page, "</tspan>");
  }
  page_raw(page, blank ? ", " : comma ? "," : "");
}

static double line_place(const Box *box, int line) {
  return box->y + box->look->pad_y + box->look->line * (line + 0.5) + 0.34 * box->look->size;
}

static void draw_words(Page *page, const Box *box, double x) {
  for (int row = 0; row < box->row_count; row++) {
    begin_text(page, "words", x, line_place(box, row + (box->title != NULL)), box->look->size);
    for (int i = 0; i < box->count; i++)
      if (box->rows[i] == row) draw_word(page, box, i);
    page_raw(page, "</text>");
  }
}

static void draw_text(Page *page, const Box *box) {
  double x = box->x + box->width / 2;
  if (box->title != NULL) {
    begin_text(page, "title", x, line_place(box, 0), box->look->title_size);
    page_xml(page, box->title);
    page_raw(page, "</text>");
  }
  draw_words(page, box, x);
}

static void open_group(Page *page, const char *id, const char *class, const char *stage) {
  if (id != NULL) {
    page_raw(page, "<a href=\"#");
    page_id(page, id);
    page_raw(page, "\">");
  }
  fprintf(page->out, "<g class=\"%s %s\">", class, stage);
}

static void close_group(Page *page, const char *id) {
  page_raw(page, id == NULL ? "</g>\n" : "</g></a>\n");
}

static void draw_hint(Page *page, const char *text) {
  if (*text == '\0') return;
  page_raw(page, "<title>");
  page_xml(page, text);
  page_raw(page, "</title>");
}

static void draw_node(Picture *picture, int number) {
  const FlowNode *node = &picture->flow->nodes[number];
  const char *id = node->id == NULL ? "kpis" : node->id;
  const Box *box = &picture->boxes[number];
  Page *page = picture->page;
  open_group(page, id, box->look->class, stage_class(node->stage));
  draw_hint(page, node->doc == NULL ? "" : node->doc);
  draw_rectangle(page, "box", box, 0);
  if (node->operational) draw_rectangle(page, "inner", box, inset);
  draw_text(page, box);
  close_group(page, id);
}

static void draw_source(Picture *picture, const FlowSource *source, const Box *box,
                        const Box *reader) {
  static const char *const ids[] = {
      [FLOW_INPUT] = "inputs",
      [FLOW_DRAW] = "draws",
      [FLOW_POLICY] = "policies",
      [FLOW_TABLE] = "tables"};
  const char *id = source->id == NULL ? ids[source->kind] : source->id;
  Page *page = picture->page;
  double from = box->x + box->width, to = reader->x, middle = (from + to - arrow) / 2;
  double y = box->y + box->height / 2;
  double end = fmin(fmax(y, reader->y + 10), reader->y + reader->height - 10);
  open_group(page, id, box->look->class, source->kind == FLOW_POLICY ? "policy" : "data");
  draw_rectangle(page, "box", box, 0);
  draw_text(page, box);
  write_point(page, "<path class=\"edge\" d=\"M", from, y);
  write_point(page, "C", middle, y);
  write_point(page, " ", middle, end);
  write_point(page, " ", to - arrow + 1, end);
  write_point(page, "\"/><path class=\"head\" d=\"M", to, end);
  fprintf(page->out, "l-%g -4v8z\"/>", arrow);
  close_group(page, id);
}

static void draw_run(Page *page, const LayoutRun *above, const LayoutRun *run, double bottom) {
  double end = fmin(run->top, bottom), middle = (above->bottom + end) / 2;
  write_point(page, "C", above->x, middle);
  write_point(page, " ", run->x, middle);
  write_point(page, " ", run->x, end);
  if (bottom > end) write_point(page, "L", run->x, bottom);
}

/* The arrow's head takes the last part of a line's way; an edge of a cycle points up. */
static void draw_edge(Picture *picture, int number) {
  const FlowEdge *flow = &picture->flow->edges[number];
  const LayoutEdge *edge = &picture->layout.edges[number];
  const LayoutRun *runs = edge->runs, *last = &runs[edge->run_count - 1];
  Page *page = picture->page;
  double first = runs[0].top + (edge->upward ? arrow - 1 : 0);
  fprintf(page->out, "<g class=\"flow %s\">", stage_class(flow->stage));
  draw_hint(page, flow->names);
  write_point(page, "<path class=\"edge\" d=\"M", runs[0].x, first);
  if (runs[0].bottom > first) write_point(page, "L", runs[0].x, runs[0].bottom);
  for (int i = 1; i < edge->run_count; i++)
    draw_run(page, &runs[i - 1], &runs[i],
             &runs[i] == last && !edge->upward ? last->bottom - arrow + 1 : runs[i].bottom);
  write_point(page, "\"/><path class=\"head\" d=\"M", edge->upward ? runs[0].x : last->x,
              edge->upward ? runs[0].top : last->bottom);
  fprintf(page->out, "l-4 %s%gh8z\"/></g>\n", edge->upward ? "" : "-", arrow);
}

static void open_picture(Page *page, const Layout *layout) {
  page_raw(page, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"group\" "
                 "aria-label=\"Which block reads what of which\"");
  write_attribute(page, "width", layout->width + 2 * margin);
  write_attribute(page, "height", layout->height + 2 * margin);
  page_raw(page, " viewBox=\"");
  write_point(page, "", -margin, -margin);
  write_point(page, " ", layout->width + 2 * margin, layout->height + 2 * margin);
  page_raw(page, "\">\n");
}

/* Boxes over edges: where a line must pass close by, the name stays readable. */
void write_svg(Page *page, const Flow *flow) {
  Picture picture = {.page = page, .arena = page->arena, .flow = flow};
  picture.boxes = ARENA_ARRAY(page->arena, Box, flow->node_count + 1);
  picture.sources = ARENA_ARRAY(page->arena, Box *, flow->node_count + 1);
  for (int i = 0; i < flow->node_count; i++) make_boxes(&picture, i);
  lay_out(&picture);
  for (int i = 0; i < flow->node_count; i++) place_boxes(&picture, i);
  open_picture(page, &picture.layout);
  for (int i = 0; i < flow->edge_count; i++) draw_edge(&picture, i);
  for (int i = 0; i < flow->node_count; i++) {
    const FlowNode *node = &flow->nodes[i];
    for (int s = 0; s < node->source_count; s++)
      draw_source(&picture, &node->sources[s], &picture.sources[i][s], &picture.boxes[i]);
    draw_node(&picture, i);
  }
  page_raw(page, "</svg>\n");
}
