/* Where boxes stand, and how edges run between them, after Sugiyama, Tagawa and Toda (1981): cycles
 * are opened, nodes put into layers by longest path, edges cut at layers, crossings reduced by
 * barycentres, and positions found layer by layer. The last step is a least-squares fit under the
 * order and the distances that neighbours keep, solved exactly by pooling adjacent violators, so
 * that no two boxes ever touch. */
#include "doc/doc.h"

#include <math.h>
#include <string.h>

static const double widest_layer = 1080, node_gap = 30, edge_gap = 18, port_gap = 18;
static const double least_rise = 42, most_rise = 96, rise_of_width = 0.13;
enum { SWEEPS = 24, FITS = 160, STARTS = 24, SMALL = 250 };

typedef struct Cell { /* a node, or the place where an edge passes a layer */
  int node, edge;     /* the other is -1 */
  int layer, position;
  double left, right, port;
  double barycentre, x;
  int *ups, *downs; /* links, in the order of their other ends */
  int up_count, down_count;
} Cell;

typedef struct Link { /* of one edge, between neighbouring layers */
  int upper, lower;
  double upper_port, lower_port; /* from the anchors */
} Link;

typedef struct Rows {
  Layout *layout;
  Arena *arena;
  Cell *cells;
  int cell_count;
  Link *links;
  int link_count;
  int **layers, *sizes;
  int layer_count;
  int *best; /* by cell: position in the best order found */
} Rows;

/* ---- cycles and layers ---- */

static int upper_end(const LayoutEdge *edge) {
  return edge->upward ? edge->to : edge->from;
}

static int lower_end(const LayoutEdge *edge) {
  return edge->upward ? edge->from : edge->to;
}

typedef enum Mark { UNSEEN, OPEN, DONE } Mark;

/* An edge back to a node whose visit is open closes a cycle: it will point upwards. */
static void open_cycles(Layout *layout, int node, Mark *marks) {
  marks[node] = OPEN;
  for (int i = 0; i < layout->edge_count; i++) {
    LayoutEdge *edge = &layout->edges[i];
    if (edge->from != node || edge->upward) continue;
    if (marks[edge->to] == OPEN)
      edge->upward = true;
    else if (marks[edge->to] == UNSEEN)
      open_cycles(layout, edge->to, marks);
  }
  marks[node] = DONE;
}

static int lowest_layer(const Layout *layout) {
  int lowest = 0;
  for (int i = 0; i < layout->node_count; i++)
    if (layout->nodes[i].layer > lowest) lowest = layout->nodes[i].layer;
  return lowest;
}

/* Pushes every node below those that lead to it. */
static void settle(Layout *layout) {
  for (bool moved = true; moved;) {
    moved = false;
    for (int i = 0; i < layout->edge_count; i++) {
      int above = layout->nodes[upper_end(&layout->edges[i])].layer;
      LayoutNode *below = &layout->nodes[lower_end(&layout->edges[i])];
      if (below->layer > above) continue;
      below->layer = above + 1;
      moved = true;
    }
  }
}

static void lower_last(Layout *layout) {
  int lowest = lowest_layer(layout);
  for (int i = 0; i < layout->node_count; i++)
    if (layout->nodes[i].last) layout->nodes[i].layer = lowest;
}

/* How far a node may sink; and whether more edges get shorter by that than longer. */
static int slack_of(const Layout *layout, int node, int *balance) {
  int slack = lowest_layer(layout) + 1;
  *balance = 0;
  for (int i = 0; i < layout->edge_count; i++) {
    const LayoutEdge *edge = &layout->edges[i];
    if (lower_end(edge) == node) --*balance;
    if (upper_end(edge) != node) continue;
    ++*balance;
    int room = layout->nodes[lower_end(edge)].layer - layout->nodes[node].layer - 1;
    if (room < slack) slack = room;
  }
  return slack;
}

static void sink_nodes(Layout *layout) {
  for (bool moved = true; moved;) {
    moved = false;
    for (int i = 0; i < layout->node_count; i++) {
      int balance, slack = slack_of(layout, i, &balance);
      if (balance <= 0 || slack <= 0) continue;
      layout->nodes[i].layer += slack;
      moved = true;
    }
  }
}

static double layer_width(const Layout *layout, int layer) {
  double width = 0;
  for (int i = 0; i < layout->node_count; i++) {
    const LayoutNode *node = &layout->nodes[i];
    if (node->layer == layer) width += node->left + node->right + node_gap;
  }
  return width;
}

/* The node of a layer that can best sink: by its room below, and the later the better. */
static int loosest_node(const Layout *layout, int layer) {
  int loosest = -1, most = -1;
  for (int i = 0; i < layout->node_count; i++) {
    int balance, slack = layout->nodes[i].layer == layer ? slack_of(layout, i, &balance) : -1;
    if (slack < most || slack < 0) continue;
    loosest = i;
    most = slack;
  }
  return loosest;
}

/* A picture is as wide as a page: what does not fit into a layer goes to the next. */
static void narrow_layers(Layout *layout) {
  for (int layer = 0; layer <= lowest_layer(layout); layer++)
    while (layer_width(layout, layer) > widest_layer) {
      int node = loosest_node(layout, layer);
      double width = layout->nodes[node].left + layout->nodes[node].right + node_gap;
      if (width == layer_width(layout, layer)) break; /* alone */
      layout->nodes[node].layer++;
      settle(layout);
    }
}

static void find_layers(Layout *layout) {
  Mark *marks = ARENA_ARRAY(layout->arena, Mark, layout->node_count + 1);
  for (int i = 0; i < layout->node_count; i++)
    if (marks[i] == UNSEEN) open_cycles(layout, i, marks);
  settle(layout);
  lower_last(layout);
  sink_nodes(layout);
  narrow_layers(layout);
}

/* ---- cells and links ---- */

static int add_cell(Rows *rows, Cell cell) {
  rows->cells[rows->cell_count] = cell;
  return rows->cell_count++;
}

static void add_link(Rows *rows, int upper, int lower) {
  rows->links[rows->link_count++] = (Link){.upper = upper, .lower = lower};
  rows->cells[upper].down_count++;
  rows->cells[lower].up_count++;
}

static int edge_span(const Layout *layout, const LayoutEdge *edge) {
  return layout->nodes[lower_end(edge)].layer - layout->nodes[upper_end(edge)].layer;
}

static void add_node_cells(Rows *rows) {
  for (int i = 0; i < rows->layout->node_count; i++) {
    const LayoutNode *node = &rows->layout->nodes[i];
    add_cell(rows, (Cell){.node = i,
                          .edge = -1,
                          .layer = node->layer,
                          .left = node->left,
                          .right = node->right,
                          .port = node->port});
  }
}

/* Cell i is node i; behind them, the places where edges pass layers. */
static void add_edge_cells(Rows *rows) {
  for (int i = 0; i < rows->layout->edge_count; i++) {
    const LayoutEdge *edge = &rows->layout->edges[i];
    int upper = upper_end(edge), layer = rows->cells[upper].layer;
    for (int step = edge_span(rows->layout, edge); step > 1; step--) {
      int cell = add_cell(rows, (Cell){.node = -1, .edge = i, .layer = ++layer});
      add_link(rows, upper, cell);
      upper = cell;
    }
    add_link(rows, upper, lower_end(edge));
  }
}

static void gather_links(Rows *rows) {
  for (int i = 0; i < rows->cell_count; i++) {
    Cell *cell = &rows->cells[i];
    cell->ups = ARENA_ARRAY(rows->arena, int, cell->up_count + 1);
    cell->downs = ARENA_ARRAY(rows->arena, int, cell->down_count + 1);
    cell->up_count = cell->down_count = 0;
  }
  for (int i = 0; i < rows->link_count; i++) {
    Cell *upper = &rows->cells[rows->links[i].upper], *lower = &rows->cells[rows->links[i].lower];
    upper->downs[upper->down_count++] = i;
    lower->ups[lower->up_count++] = i;
  }
}

static void fill_layers(Rows *rows) {
  rows->layer_count = lowest_layer(rows->layout) + 1;
  rows->layers = ARENA_ARRAY(rows->arena, int *, rows->layer_count);
  rows->sizes = ARENA_ARRAY(rows->arena, int, rows->layer_count);
  for (int i = 0; i < rows->cell_count; i++) rows->sizes[rows->cells[i].layer]++;
  for (int i = 0; i < rows->layer_count; i++) {
    rows->layers[i] = ARENA_ARRAY(rows->arena, int, rows->sizes[i] + 1);
    rows->sizes[i] = 0;
  }
  for (int i = 0; i < rows->cell_count; i++) {
    Cell *cell = &rows->cells[i];
    cell->position = rows->sizes[cell->layer];
    rows->layers[cell->layer][rows->sizes[cell->layer]++] = i;
  }
}

static Rows rows_of(Layout *layout) {
  Rows rows = {.layout = layout, .arena = layout->arena};
  int length = 1;
  for (int i = 0; i < layout->edge_count; i++) length += edge_span(layout, &layout->edges[i]);
  rows.cells = ARENA_ARRAY(layout->arena, Cell, layout->node_count + length);
  rows.links = ARENA_ARRAY(layout->arena, Link, length);
  rows.best = ARENA_ARRAY(layout->arena, int, layout->node_count + length);
  add_node_cells(&rows);
  add_edge_cells(&rows);
  gather_links(&rows);
  fill_layers(&rows);
  return rows;
}

/* ---- the order within layers ---- */

static int upper_position(const Rows *rows, int link) {
  return rows->cells[rows->links[link].upper].position;
}

static int lower_position(const Rows *rows, int link) {
  return rows->cells[rows->links[link].lower].position;
}

static void find_barycentre(Rows *rows, Cell *cell, bool down) {
  int count = down ? cell->up_count : cell->down_count;
  double sum = 0;
  for (int i = 0; i < count; i++)
    sum += down ? upper_position(rows, cell->ups[i]) : lower_position(rows, cell->downs[i]);
  cell->barycentre = count == 0 ? cell->position : sum / count;
}

/* Insertion sort: stable, and layers are short. */
static void sort_layer(Rows *rows, int layer) {
  int *order = rows->layers[layer];
  for (int i = 1; i < rows->sizes[layer]; i++) {
    int cell = order[i], at = i;
    for (; at > 0 && rows->cells[order[at - 1]].barycentre > rows->cells[cell].barycentre; at--)
      order[at] = order[at - 1];
    order[at] = cell;
  }
  for (int i = 0; i < rows->sizes[layer]; i++) rows->cells[order[i]].position = i;
}

static void sweep(Rows *rows, bool down) {
  for (int step = 1; step < rows->layer_count; step++) {
    int layer = down ? step : rows->layer_count - 1 - step;
    for (int i = 0; i < rows->sizes[layer]; i++)
      find_barycentre(rows, &rows->cells[rows->layers[layer][i]], down);
    sort_layer(rows, layer);
  }
}

/* Crossings among the links of two cells, `first` left of `second`. */
static int crossings_of(const Rows *rows, const Cell *first, const Cell *second) {
  int count = 0;
  for (int i = 0; i < first->up_count; i++)
    for (int j = 0; j < second->up_count; j++)
      count += upper_position(rows, first->ups[i]) > upper_position(rows, second->ups[j]);
  for (int i = 0; i < first->down_count; i++)
    for (int j = 0; j < second->down_count; j++)
      count += lower_position(rows, first->downs[i]) > lower_position(rows, second->downs[j]);
  return count;
}

static long all_crossings(const Rows *rows) {
  long count = 0;
  for (int layer = 0; layer < rows->layer_count; layer++)
    for (int i = 0; i < rows->sizes[layer]; i++)
      for (int j = i + 1; j < rows->sizes[layer]; j++)
        count += crossings_of(rows, &rows->cells[rows->layers[layer][i]],
                              &rows->cells[rows->layers[layer][j]]);
  return count / 2; /* each was met in both of its layers */
}

/* How far links go across, in places: layers are centred above each other. */
static double all_stretch(const Rows *rows) {
  double stretch = 0;
  for (int i = 0; i < rows->link_count; i++) {
    const Cell *upper = &rows->cells[rows->links[i].upper];
    const Cell *lower = &rows->cells[rows->links[i].lower];
    stretch += fabs(upper->position - rows->sizes[upper->layer] / 2.0 -
                    (lower->position - rows->sizes[lower->layer] / 2.0));
  }
  return stretch;
}

/* Of orders with as many crossings, the one with the shorter links. */
static double order_cost(const Rows *rows) {
  return (double)all_crossings(rows) + all_stretch(rows) / (1 + 100.0 * rows->link_count);
}

static bool swap_neighbours(Rows *rows, int layer, int i) {
  int *order = rows->layers[layer];
  Cell *first = &rows->cells[order[i]], *second = &rows->cells[order[i + 1]];
  if (crossings_of(rows, first, second) <= crossings_of(rows, second, first)) return false;
  int kept = order[i];
  order[i] = order[i + 1];
  order[i + 1] = kept;
  first->position = i + 1;
  second->position = i;
  return true;
}

static void swap_all(Rows *rows) {
  for (int round = 0, swaps = 1; swaps > 0 && round < SWEEPS; round++) {
    swaps = 0;
    for (int layer = 0; layer < rows->layer_count; layer++)
      for (int i = 0; i + 1 < rows->sizes[layer]; i++) swaps += swap_neighbours(rows, layer, i);
  }
}

static void keep_order(Rows *rows) {
  for (int i = 0; i < rows->cell_count; i++) rows->best[i] = rows->cells[i].position;
}

static void restore_order(Rows *rows) {
  for (int i = 0; i < rows->cell_count; i++) {
    rows->cells[i].position = rows->best[i];
    rows->layers[rows->cells[i].layer][rows->best[i]] = i;
  }
}

/* Sweeps from the present order on; the least cost so far and now. */
static double improve_order(Rows *rows, double least) {
  for (int i = 0; i < SWEEPS; i++) {
    sweep(rows, i % 2 == 0);
    swap_all(rows);
    double cost = order_cost(rows);
    if (cost >= least) continue;
    least = cost;
    keep_order(rows);
  }
  return least;
}

/* Another order to begin with: by chance, and yet the same for the same picture. */
static void shuffle(Rows *rows, uint32_t *chance) {
  for (int i = 0; i < rows->cell_count; i++) {
    *chance = *chance * 1664525u + 1013904223u;
    rows->cells[i].barycentre = *chance >> 8;
  }
  for (int layer = 0; layer < rows->layer_count; layer++) sort_layer(rows, layer);
}

/* Sweeps end in one of many local optima: a small picture can afford to look for several. */
static void find_order(Rows *rows) {
  uint32_t chance = 1;
  int starts = rows->cell_count <= SMALL ? STARTS : 1;
  keep_order(rows);
  double least = improve_order(rows, order_cost(rows));
  for (int i = 1; i < starts; i++) {
    shuffle(rows, &chance);
    least = improve_order(rows, least);
  }
  restore_order(rows);
}

/* ---- ports: where edges leave a box, in the order of where they go ---- */

static int other_position(const Rows *rows, int link, bool below) {
  return below ? lower_position(rows, link) : upper_position(rows, link);
}

static void sort_links(const Rows *rows, int *links, int count, bool below) {
  for (int i = 1; i < count; i++) {
    int link = links[i], at = i;
    for (; at > 0 && other_position(rows, links[at - 1], below) > other_position(rows, link, below);
         at--)
      links[at] = links[at - 1];
    links[at] = link;
  }
}

static double port_place(const Cell *cell, int i, int count) {
  double gap = count < 2 ? 0 : fmin(port_gap, 2 * cell->port / (count - 1));
  return (i - (count - 1) / 2.0) * gap;
}

static void find_ports(Rows *rows) {
  for (int c = 0; c < rows->cell_count; c++) {
    Cell *cell = &rows->cells[c];
    sort_links(rows, cell->ups, cell->up_count, false);
    sort_links(rows, cell->downs, cell->down_count, true);
    for (int i = 0; i < cell->up_count; i++)
      rows->links[cell->ups[i]].lower_port = port_place(cell, i, cell->up_count);
    for (int i = 0; i < cell->down_count; i++)
      rows->links[cell->downs[i]].upper_port = port_place(cell, i, cell->down_count);
  }
}

/* ---- positions across ---- */

static double distance_between(const Cell *a, const Cell *b) {
  return a->right + b->left + (a->node >= 0 && b->node >= 0 ? node_gap : edge_gap);
}

/* Where a cell would stand if its links were straight, and how much that matters: an edge that
 * passes several layers should do so straight. */
typedef struct Wish {
  double place, weight;
} Wish;

static void add_wish(Wish *wish, const Cell *cell, const Cell *other, double place) {
  double weight = cell->node < 0 && other->node < 0   ? 40
                  : cell->node < 0 || other->node < 0 ? 2
                                                      : 1;
  wish->place += weight * place;
  wish->weight += weight;
}

static Wish wish_of(const Rows *rows, const Cell *cell, bool ups, bool downs) {
  Wish wish = {0, 0};
  for (int i = 0; ups && i < cell->up_count; i++) {
    const Link *link = &rows->links[cell->ups[i]];
    const Cell *other = &rows->cells[link->upper];
    add_wish(&wish, cell, other, other->x + link->upper_port - link->lower_port);
  }
  for (int i = 0; downs && i < cell->down_count; i++) {
    const Link *link = &rows->links[cell->downs[i]];
    const Cell *other = &rows->cells[link->lower];
    add_wish(&wish, cell, other, other->x + link->lower_port - link->upper_port);
  }
  if (wish.weight == 0) return (Wish){cell->x, 0.01};
  return (Wish){wish.place / wish.weight, wish.weight};
}

typedef struct Pool { /* cells that touch: they move as one */
  double sum, weight;
  int count;
} Pool;

static double place_of_pool(const Pool *pool) {
  return pool->sum / pool->weight;
}

/* The places nearest to all wishes, in least squares, that keep order and distances: in terms of
 * place less distances so far, the problem is isotonic regression. */
static void fit_layer(Rows *rows, int layer, bool ups, bool downs) {
  int size = rows->sizes[layer], pools = 0;
  Pool *pool = ARENA_ARRAY(rows->arena, Pool, size + 1);
  double offset = 0;
  for (int i = 0; i < size; i++) {
    const Cell *cell = &rows->cells[rows->layers[layer][i]];
    if (i > 0) offset += distance_between(&rows->cells[rows->layers[layer][i - 1]], cell);
    Wish wish = wish_of(rows, cell, ups, downs);
    pool[pools++] = (Pool){wish.weight * (wish.place - offset), wish.weight, 1};
    for (; pools > 1 && place_of_pool(&pool[pools - 2]) >= place_of_pool(&pool[pools - 1]); pools--)
      pool[pools - 2] = (Pool){pool[pools - 2].sum + pool[pools - 1].sum,
                               pool[pools - 2].weight + pool[pools - 1].weight,
                               pool[pools - 2].count + pool[pools - 1].count};
  }
  offset = 0;
  for (int p = 0, i = 0; p < pools; p++)
    for (int end = i + pool[p].count; i < end; i++) {
      Cell *cell = &rows->cells[rows->layers[layer][i]];
      if (i > 0) offset += distance_between(&rows->cells[rows->layers[layer][i - 1]], cell);
      cell->x = place_of_pool(&pool[p]) + offset;
    }
}

static void find_places(Rows *rows) {
  for (int layer = 0; layer < rows->layer_count; layer++) fit_layer(rows, layer, true, false);
  for (int i = 0; i < FITS; i++) {
    bool both = i >= FITS / 2, down = i % 2 == 0;
    for (int step = 0; step < rows->layer_count; step++)
      fit_layer(rows, down ? step : rows->layer_count - 1 - step, both || down, both || !down);
  }
}

/* ---- straightening: what is left of bends after the fit ---- */

typedef struct Room { /* where a cell may move while its neighbours stand */
  double low, high;
} Room;

static Room freedom(const Rows *rows, const Cell *cell) {
  Room room = {-INFINITY, INFINITY};
  const int *order = rows->layers[cell->layer];
  if (cell->position > 0) {
    const Cell *before = &rows->cells[order[cell->position - 1]];
    room.low = before->x + distance_between(before, cell);
  }
  if (cell->position + 1 < rows->sizes[cell->layer]) {
    const Cell *after = &rows->cells[order[cell->position + 1]];
    room.high = after->x - distance_between(cell, after);
  }
  return room;
}

static bool is_within(Room room, double x) {
  return room.low <= x && x <= room.high;
}

/* The longest run of an edge's cells from the first of `link` on that can share one place. */
static int common_freedom(const Rows *rows, const Link *link, int most, Room *room) {
  int count = 0;
  *room = (Room){-INFINITY, INFINITY};
  for (; count < most; count++) {
    Room own = freedom(rows, &rows->cells[link[count].lower]);
    Room both = {fmax(room->low, own.low), fmin(room->high, own.high)};
    if (both.low > both.high) break;
    *room = both;
  }
  return count;
}

static double mean_place(const Rows *rows, const Link *link, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++) sum += rows->cells[link[i].lower].x;
  return sum / count;
}

/* An edge of `span` links passes cells in between: they come to stand below each other, and below
 * or above the port of the box where that can be. */
static void straighten(Rows *rows, const Link *link, int span) {
  for (int i = 0; i < span - 1;) {
    Room room;
    int count = common_freedom(rows, link + i, span - 1 - i, &room);
    if (count == 0) count = 1; /* rounding: it keeps its place */
    const Link *last = &link[span - 1];
    double above = rows->cells[link[i].upper].x + link[i].upper_port;
    double below = rows->cells[last->lower].x + last->lower_port;
    double place = fmin(fmax(mean_place(rows, link + i, count), room.low), room.high);
    if (i + count == span - 1 && is_within(room, below)) place = below;
    if (is_within(room, above)) place = above;
    for (int end = i + count; i < end; i++)
      if (room.low <= room.high) rows->cells[link[i].lower].x = place;
  }
}

static void straighten_edges(Rows *rows) {
  const Link *link = rows->links;
  for (int i = 0; i < rows->layout->edge_count; i++) {
    int span = edge_span(rows->layout, &rows->layout->edges[i]);
    straighten(rows, link, span);
    link += span;
  }
}

/* Moves all so that the leftmost box begins at 0. */
static void move_to_origin(Rows *rows) {
  double left = INFINITY, right = -INFINITY;
  for (int i = 0; i < rows->cell_count; i++) {
    left = fmin(left, rows->cells[i].x - rows->cells[i].left);
    right = fmax(right, rows->cells[i].x + rows->cells[i].right);
  }
  for (int i = 0; i < rows->cell_count; i++) rows->cells[i].x = round(rows->cells[i].x - left);
  rows->layout->width = ceil(right - left) + 1;
}

/* ---- positions downwards ---- */

static double layer_height(const Rows *rows, int layer) {
  double height = 0;
  for (int i = 0; i < rows->layout->node_count; i++)
    if (rows->layout->nodes[i].layer == layer) height = fmax(height, rows->layout->nodes[i].height);
  return height;
}

/* The room below a layer: the farther edges go across, the more they get to do so. */
static double rise_below(const Rows *rows, int layer) {
  double widest = 0;
  for (int i = 0; i < rows->link_count; i++) {
    const Link *link = &rows->links[i];
    if (rows->cells[link->upper].layer != layer) continue;
    widest = fmax(widest, fabs(rows->cells[link->upper].x + link->upper_port -
                               rows->cells[link->lower].x - link->lower_port));
  }
  return round(fmin(most_rise, least_rise + rise_of_width * widest));
}

static void add_run(LayoutEdge *edge, double x, double top, double bottom) {
  edge->runs[edge->run_count++] = (LayoutRun){x, top, bottom};
}

typedef struct Band { /* of one layer */
  double top, bottom;
} Band;

static Band *find_bands(Rows *rows) {
  Band *bands = ARENA_ARRAY(rows->arena, Band, rows->layer_count);
  double y = 0;
  for (int i = 0; i < rows->layer_count; i++) {
    bands[i] = (Band){y, y + layer_height(rows, i)};
    rows->layout->height = bands[i].bottom;
    y = bands[i].bottom + rise_below(rows, i);
  }
  return bands;
}

static void place_nodes(Rows *rows, const Band *bands) {
  for (int i = 0; i < rows->layout->node_count; i++) {
    LayoutNode *node = &rows->layout->nodes[i];
    const Band *band = &bands[node->layer];
    node->x = rows->cells[i].x;
    node->y = round(band->top + (band->bottom - band->top - node->height) / 2);
  }
}

static double inner_top(const LayoutNode *node) {
  return node->y + (node->height - node->inner) / 2;
}

/* Links were added edge by edge, from above. */
static void place_edge(Rows *rows, const Band *bands, LayoutEdge *edge, const Link *link) {
  const LayoutNode *upper = &rows->layout->nodes[upper_end(edge)];
  const LayoutNode *lower = &rows->layout->nodes[lower_end(edge)];
  int span = edge_span(rows->layout, edge);
  edge->runs = ARENA_ARRAY(rows->arena, LayoutRun, span + 1);
  add_run(edge, upper->x + link->upper_port, inner_top(upper) + upper->inner,
          bands[upper->layer].bottom);
  for (int i = 1; i < span; i++) {
    const Cell *cell = &rows->cells[link[i].upper];
    add_run(edge, cell->x, bands[cell->layer].top, bands[cell->layer].bottom);
  }
  add_run(edge, lower->x + link[span - 1].lower_port, bands[lower->layer].top, inner_top(lower));
}

static void place_edges(Rows *rows, const Band *bands) {
  const Link *link = rows->links;
  for (int i = 0; i < rows->layout->edge_count; i++) {
    LayoutEdge *edge = &rows->layout->edges[i];
    place_edge(rows, bands, edge, link);
    link += edge_span(rows->layout, edge);
  }
}

/* needs: nodes and edges with all that is given; no edge from a node to itself. leaves: all that is
 * found. */
void layout_nodes(Layout *layout) {
  find_layers(layout);
  Rows rows = rows_of(layout);
  find_order(&rows);
  find_ports(&rows);
  find_places(&rows);
  straighten_edges(&rows);
  straighten_edges(&rows); /* again: the first ones have more room now */
  move_to_origin(&rows);
  const Band *bands = find_bands(&rows);
  place_nodes(&rows, bands);
  place_edges(&rows, bands);
}
