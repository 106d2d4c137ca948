/* The rows of sources that are no files: grids, halls, random points. See hermes/sources.def. */
#include "data/data.h"

#include <hermes/numeric.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846
#define HEIGHT_OF_FLOOR 3.0
#define HEIGHT_ABOVE_FLOOR 1.5

typedef struct point {
  double x, y;
} point;

/* ---- random numbers ---- */

/* Those of one row, or of a hotspot: each use has a place of its own among the counters. */
typedef struct draws {
  uint64_t seed, stream, counter;
} draws;

enum { /* uses of a random number; a point takes two for each try, before all of these */
       DRAW_TRIES = 1 << 24,
       DRAW_INDOOR = DRAW_TRIES,
       DRAW_FLOORS,
       DRAW_FLOOR,
       DRAW_CLUSTERED,
       DRAW_HOTSPOT,
};

/* `of` is the row of the other table that this belongs to, SIZE_MAX: none. */
static draws draws_of(const generator *g, const char *what, size_t of, size_t number) {
  uint64_t stream = keys_hash(0, g->table, strlen(g->table));
  if (of != SIZE_MAX) {
    const char *key = keys_at(g->parents, of);
    stream = keys_hash(stream, key, strlen(key));
  }
  return (draws){g->seed, keys_hash(stream, what, strlen(what)), (uint64_t)number << 32};
}

static double draw(const draws *d, uint64_t use) {
  return hermes_random_uniform(d->seed, d->stream, d->counter + use);
}

/* ---- points ---- */

/* Multiples of half an inter-site distance along y, of sqrt(3)/2 times it along x: to the six
 * neighbours, at 30 deg, 90 deg, ... */
static const int neighbour[6][2] = {{1, 1}, {0, 2}, {-1, 1}, {-1, -1}, {0, -2}, {1, -1}};

/* Ring by ring, each from 30 deg on, counterclockwise. */
static point hexagonal_site(double isd, size_t site) {
  size_t ring = (size_t)((sqrt(9 + 12 * (double)site) - 3) / 6);
  while (3 * ring * (ring + 1) < site) ring++;
  if (!ring) return (point){0, 0};
  size_t behind = site - 3 * ring * (ring - 1) - 1, side = behind / ring;
  long r = (long)ring, along = (long)(behind % ring);
  const int *corner = neighbour[side], *on = neighbour[(side + 2) % 6];
  return (point){(double)(r * corner[0] + along * on[0]) * (sqrt(3) / 2) * isd,
                 (double)(r * corner[1] + along * on[1]) * isd / 2};
}

/* The hexagon of a site: points that are nearer to it than to its neighbours. */
static bool in_hexagon(point p, double isd) {
  return fabs(p.y) <= isd / 2 && fabs(p.x) * (sqrt(3) / 2) + fabs(p.y) / 2 <= isd / 2;
}

/* Uniform in the rectangle around a hexagon. */
static point around_hexagon(const draws *d, uint64_t attempt, double isd) {
  return (point){(2 * draw(d, 2 * attempt) - 1) * isd / sqrt(3),
                 (draw(d, 2 * attempt + 1) - 0.5) * isd};
}

static point in_disc(const draws *d, uint64_t attempt, point centre, double radius) {
  double distance = radius * sqrt(draw(d, 2 * attempt)), angle = 2 * PI * draw(d, 2 * attempt + 1);
  return (point){centre.x + distance * cos(angle), centre.y + distance * sin(angle)};
}

/* Is a point, seen from a row of the other table, at least so far from all of its rows? Its own is
 * asked first: it is the nearest one. */
static bool keeps_distance(const generator *g, size_t of, point p, double distance) {
  if (hypot(p.x, p.y) < distance) return false;
  double x = g->parent_x[of] + p.x, y = g->parent_y[of] + p.y;
  for (size_t i = 0; i < g->parent_count; i++)
    if (hypot(x - g->parent_x[i], y - g->parent_y[i]) < distance) return false;
  return true;
}

/* ---- columns that several sources have ---- */

static void put_point(double *values, double x, double y) {
  values[0] = x;
  values[1] = y;
}

/* Uniform over first .. last. */
static double whole(const draws *d, uint64_t use, int first, double last) {
  return first + fmin(floor(draw(d, use) * (last - first + 1)), last - first);
}

/* indoor, floors, floor, height */
static void put_indoors(double *values, const draws *d, double share) {
  bool indoor = 100 * draw(d, DRAW_INDOOR) < share;
  values[0] = indoor;
  values[1] = indoor ? whole(d, DRAW_FLOORS, 4, 8) : 1;
  values[2] = indoor ? whole(d, DRAW_FLOOR, 1, values[1]) : 1;
  values[3] = HEIGHT_OF_FLOOR * (values[2] - 1) + HEIGHT_ABOVE_FLOOR;
}

/* In degrees, of `number` sectors that are turned evenly: in -180 ..< 180. */
static double sector_azimuth(double first, size_t sector, double number) {
  double turned = first + 360 * (double)sector / number;
  return turned - 360 * floor((turned + 180) / 360);
}

static void plain_key(char first, size_t row, char *key, size_t size) {
  snprintf(key, size, "%c%zu", first, row);
}

/* "s4.u17" */
static void child_key(const generator *g, size_t each, char kind, size_t row, char *key,
                      size_t size) {
  snprintf(key, size, "%s.%c%zu", keys_at(g->parents, row / each), kind, row % each);
}

/* ---- hexagonal(rings, isd, sectors, azimuth) ---- */

static double count_hexagonal(const generator *g) {
  double rings = g->argument[0];
  return (3 * rings * (rings + 1) + 1) * g->argument[2];
}

static size_t sectors_of(const generator *g) {
  return (size_t)g->argument[2];
}

static void key_hexagonal(const generator *g, size_t row, char *key, size_t size) {
  size_t sectors = sectors_of(g);
  if (g->given > 2)
    snprintf(key, size, "s%zu.c%zu", row / sectors, row % sectors);
  else
    plain_key('s', row, key, size);
}

static bool row_hexagonal(const generator *g, size_t row, double *values) {
  size_t sectors = sectors_of(g);
  point p = hexagonal_site(g->argument[1], row / sectors);
  put_point(values, p.x, p.y);
  values[2] = (double)(row / sectors);
  values[3] = (double)(row % sectors);
  values[4] = sector_azimuth(g->argument[3], row % sectors, g->argument[2]);
  return true;
}

/* ---- sectors(T, sectors, azimuth) ---- */

static double count_sectors(const generator *g) {
  return (double)g->parent_count * g->argument[0];
}

static void key_sectors(const generator *g, size_t row, char *key, size_t size) {
  child_key(g, (size_t)g->argument[0], 'c', row, key, size);
}

static bool row_sectors(const generator *g, size_t row, double *values) {
  size_t each = (size_t)g->argument[0], site = row / each;
  put_point(values, g->parent_x[site], g->parent_y[site]);
  values[2] = (double)site;
  values[3] = (double)(row % each);
  values[4] = sector_azimuth(g->argument[1], row % each, g->argument[0]);
  return true;
}

/* ---- hall(length, width, columns, rows, spacing) ---- */

static double count_hall(const generator *g) {
  return g->argument[2] * g->argument[3];
}

static void key_hall(const generator *g, size_t row, char *key, size_t size) {
  (void)g;
  plain_key('s', row, key, size);
}

static double in_the_middle(double length, double count, double spacing, size_t number) {
  return length / 2 + ((double)number - (count - 1) / 2) * spacing;
}

static bool row_hall(const generator *g, size_t row, double *values) {
  const double *a = g->argument;
  size_t columns = (size_t)a[2];
  put_point(values, in_the_middle(a[0], a[2], a[4], row % columns),
            in_the_middle(a[1], a[3], a[4], row / columns));
  return true;
}

/* ---- points on a rectangle ---- */

static void put_in_rectangle(const draws *d, double length, double width, double *values) {
  put_point(values, draw(d, 0) * length, draw(d, 1) * width);
}

/* As many as arrivals of rate 1 before the mean: exact for any mean. */
static double count_poisson(const generator *g) {
  double mean = g->argument[0] * 1e-6 * g->argument[1] * g->argument[2], at = 0, count = 0;
  draws d = draws_of(g, "number", SIZE_MAX, 0);
  if (mean > DATA_MADE_ROWS) return INFINITY;
  for (uint64_t i = 0; (at -= log1p(-draw(&d, i))) < mean; i++) count++;
  return count;
}

static void key_poisson(const generator *g, size_t row, char *key, size_t size) {
  (void)g;
  plain_key('p', row, key, size);
}

static bool row_poisson(const generator *g, size_t row, double *values) {
  draws d = draws_of(g, "point", SIZE_MAX, row);
  put_in_rectangle(&d, g->argument[1], g->argument[2], values);
  return true;
}

static double count_uniform(const generator *g) {
  return g->argument[0];
}

static void key_uniform(const generator *g, size_t row, char *key, size_t size) {
  (void)g;
  plain_key('u', row, key, size);
}

static bool row_uniform(const generator *g, size_t row, double *values) {
  draws d = draws_of(g, "point", SIZE_MAX, row);
  put_in_rectangle(&d, g->argument[1], g->argument[2], values);
  put_indoors(values + 2, &d, g->argument[3]);
  return true;
}

/* ---- points in the hexagons of sites ---- */

static double count_drop(const generator *g) {
  return (double)g->parent_count * g->argument[0];
}

static void key_drop(const generator *g, size_t row, char *key, size_t size) {
  child_key(g, (size_t)g->argument[0], 'u', row, key, size);
}

/* A point of the hexagon that keeps its distance from the rows of the other table. */
static bool place_in_hexagon(const generator *g, const draws *d, size_t of, double isd,
                             double distance, point *p) {
  for (uint64_t attempt = 0; attempt < DATA_TRIES; attempt++) {
    *p = around_hexagon(d, attempt, isd);
    if (in_hexagon(*p, isd) && keeps_distance(g, of, *p, distance)) return true;
  }
  return false;
}

static void put_dropped(const generator *g, size_t of, point p, double *values) {
  put_point(values, g->parent_x[of] + p.x, g->parent_y[of] + p.y);
  values[2] = (double)of;
}

static bool row_drop(const generator *g, size_t row, double *values) {
  size_t each = (size_t)g->argument[0], of = row / each;
  draws d = draws_of(g, "point", of, row % each);
  point p;
  if (!place_in_hexagon(g, &d, of, g->argument[1], g->argument[2], &p)) return false;
  put_dropped(g, of, p, values);
  put_indoors(values + 3, &d, g->argument[3]);
  return true;
}

#define count_clustered count_drop
#define key_clustered key_drop

/* A hotspot lies in its hexagon as a whole. */
static bool place_in_hotspot(const generator *g, const draws *d, size_t of, size_t hotspot,
                             point *p) {
  double isd = g->argument[1], distance = g->argument[2], radius = g->argument[4];
  draws of_hotspot = draws_of(g, "hotspot", of, hotspot);
  point centre;
  if (!place_in_hexagon(g, &of_hotspot, of, isd - 2 * radius, distance, &centre)) return false;
  for (uint64_t attempt = 0; attempt < DATA_TRIES; attempt++) {
    *p = in_disc(d, attempt, centre, radius);
    if (keeps_distance(g, of, *p, distance)) return true;
  }
  return false;
}

static bool row_clustered(const generator *g, size_t row, double *values) {
  size_t each = (size_t)g->argument[0], of = row / each;
  draws d = draws_of(g, "point", of, row % each);
  bool clustered = 100 * draw(&d, DRAW_CLUSTERED) < g->argument[5];
  double hotspot = clustered ? whole(&d, DRAW_HOTSPOT, 1, g->argument[3]) : 0;
  point p;
  if (!(clustered ? place_in_hotspot(g, &d, of, (size_t)hotspot, &p)
                  : place_in_hexagon(g, &d, of, g->argument[1], g->argument[2], &p)))
    return false;
  put_dropped(g, of, p, values);
  values[3] = hotspot;
  put_indoors(values + 4, &d, g->argument[6]);
  return true;
}

/* ---- tdl_a(spread) to tdl_e(spread) ---- */

static char profile_of(const generator *g) {
  return g->source->name[strlen("tdl_")];
}

static const data_tap *taps_of(const generator *g, size_t *count) {
  return data_taps(profile_of(g), count);
}

static double count_tdl(const generator *g) {
  size_t count;
  taps_of(g, &count);
  return (double)count;
}

static void key_tdl(const generator *g, size_t row, char *key, size_t size) {
  (void)g;
  plain_key('t', row + 1, key, size);
}

static bool row_tdl(const generator *g, size_t row, double *values) {
  size_t count;
  double total = 0;
  const data_tap *taps = taps_of(g, &count);
  for (size_t i = 0; i < count; i++) total += pow(10, taps[i].power / 10);
  values[0] = taps[row].delay * g->argument[0];
  values[1] = taps[row].power;
  values[2] = taps[row].power - 10 * log10(total);
  values[3] = row == 0 && profile_of(g) >= 'd';
  return true;
}

/* ---- msi("FILE") ---- */

static double count_msi(const generator *g) {
  return (double)g->pattern->count;
}

static void key_msi(const generator *g, size_t row, char *key, size_t size) {
  (void)g;
  plain_key('a', row, key, size);
}

static bool row_msi(const generator *g, size_t row, double *values) {
  const msi_pattern *p = g->pattern;
  values[0] = p->horizontal[row];
  values[1] = p->horizontal[p->count + row];
  values[2] = p->vertical[p->count + row];
  values[3] = p->gain;
  return true;
}

/* ---- all of them ---- */

static const struct {
  const char *source;
  double (*count)(const generator *g);
  void (*key)(const generator *g, size_t row, char *key, size_t size);
  bool (*row)(const generator *g, size_t row, double *values);
} makers[] = {
#define ARGUMENT(name, unit, least, most, otherwise)
#define COLUMN(name, unit, needs, meaning)
#define SOURCE(name, rule, of, least, arguments, columns, meaning)                                 \
  {#name, count_##rule, key_##rule, row_##rule},
#include <hermes/sources.def>
};

static size_t maker_of(const generator *g) {
  size_t count;
  return (size_t)(g->source - hermes_sources(&count));
}

double generate_count(const generator *g) {
  double count = makers[maker_of(g)].count(g);
  return count <= DATA_MADE_ROWS ? count : INFINITY;
}

void generate_key(const generator *g, size_t row, char *key, size_t size) {
  makers[maker_of(g)].key(g, row, key, size);
}

bool generate_row(const generator *g, size_t row, double *values) {
  return makers[maker_of(g)].row(g, row, values);
}
