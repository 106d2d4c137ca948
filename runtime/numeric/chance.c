/* Standard variates.
 *
 * Each is a function of who draws it, and of nothing else: no generator has a state. Philox's key
 * is made of seed and name, its stream of the row's keys, its counter of draw, part and number, so
 * that adding a row or another draw changes no other number.
 */
#include <hermes/compute.h>
#include <hermes/numeric.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double turn = 6.283185307179586; /* 2 pi */

uint64_t hermes_text_key(const char *text) {
  uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */
  for (; *text; text++)
    hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
  return hermes_mixed(hash);
}

/* Pairs of uniforms, one after the other. */
typedef struct Source {
  uint64_t key, stream, counter;
} Source;

static Source source_of(hermes_variate who) {
  return (Source){.key = hermes_mixed(who.frame->seed + 0x9E3779B97F4A7C15u) ^ who.stream,
                  .stream = who.row,
                  .counter = who.frame->draw << 32 | (uint64_t)who.part << 24};
}

static void next_pair(Source *source, double pair[2]) {
  hermes_random_pair(source->key, source->stream, source->counter++, pair);
}

static double next_uniform(Source *source) {
  double pair[2];
  next_pair(source, pair);
  return pair[0];
}

/* Box and Muller's; 1 - u lies in (0, 1]. */
static double next_normal(Source *source) {
  double pair[2];
  next_pair(source, pair);
  return sqrt(-2 * log1p(-pair[0])) * cos(turn * pair[1]);
}

double hermes_draw_uniform(hermes_variate who) {
  Source source = source_of(who);
  return next_uniform(&source);
}

double hermes_draw_normal(hermes_variate who) {
  Source source = source_of(who);
  return next_normal(&source);
}

double hermes_draw_exponential(hermes_variate who) {
  Source source = source_of(who);
  return -log1p(-next_uniform(&source));
}

double hermes_draw_rayleigh(hermes_variate who) {
  Source source = source_of(who);
  return sqrt(-2 * log1p(-next_uniform(&source)));
}

/* ---- by rejection: each attempt takes the next numbers ---- */

enum { MOST_ATTEMPTS = 1 << 16 }; /* no source of uniforms comes near it; parts do not meet */

/* Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000), for
 * shapes from 1 on. */
static double gamma_from_one(Source *source, double shape) {
  double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    double x = next_normal(source), u = next_uniform(source), v = 1 + c * x;
    v = v * v * v;
    if (v > 0 && log1p(-u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
  return NAN;
}

/* A shape below 1 is drawn as one above it, times u^(1/shape). */
double hermes_draw_gamma(hermes_variate who, double shape) {
  Source source = source_of(who);
  if (!(shape > 0) || isinf(shape)) return NAN;
  if (shape >= 1) return gamma_from_one(&source, shape);
  double u = next_uniform(&source);
  return gamma_from_one(&source, shape + 1) * exp(log1p(-u) / shape);
}

/* One uniform, walked up from 0: what lies below it is P(0), P(1), .. */
static double poisson_by_inversion(Source *source, double mean) {
  double u = next_uniform(source), chance = exp(-mean), below = chance, count = 0;
  while (u >= below && chance > 0) {
    chance *= mean / ++count;
    below += chance;
  }
  return count;
}

/* From this mean on Stirling's formula is right to 1e-9, and the plain one loses the probability in
 * rounding: its terms are great, and cancel. */
static const double LARGE_MEAN = 1e8;

static double log_poisson(double count, double mean) {
  if (mean < LARGE_MEAN) return count * log(mean) - mean - lgamma(count + 1);
  double apart = (count - mean) / mean;
  return mean * (apart - (1 + apart) * log1p(apart)) - log(turn * count) / 2;
}

/* Hoermann, "The transformed rejection method for generating Poisson random variables", Insurance:
 * Mathematics and Economics 12 (1993), algorithm PTRS: for means from 10 on. */
static double poisson_by_rejection(Source *source, double mean) {
  double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
  double bound = 0.9277 - 3.6224 / (b - 2), inverse = 1.1239 + 1.1328 / (b - 3.4);
  for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    double pair[2];
    next_pair(source, pair);
    double u = pair[0] - 0.5, v = 1 - pair[1], close = 0.5 - fabs(u);
    double count = floor((2 * a / close + b) * u + mean + 0.43);
    if (close >= 0.07 && v <= bound) return count;
    if (count < 0 || (close < 0.013 && v > close)) continue;
    if (log(v * inverse / (a / (close * close) + b)) <= log_poisson(count, mean)) return count;
  }
  return NAN;
}

double hermes_draw_poisson(hermes_variate who, double mean) {
  Source source = source_of(who);
  if (!(mean >= 0) || mean > 0x1p52) return NAN; /* beyond it not every count is a double */
  return mean < 10 ? poisson_by_inversion(&source, mean) : poisson_by_rejection(&source, mean);
}

/* ---- fields ---- */

/* A sum of plane waves whose wave numbers follow the spectrum of exp(-distance / length) in the
 * plane, (1 + (k length)^2)^(-3/2): its radial distribution is inverted in closed form. 64 of them
 * are Gaussian to a kurtosis of 3 - 3 / 128. */
enum { WAVES = 64, KEPT_FIELDS = 1024 };

typedef struct Field {
  Source source; /* who drew it, before the first number */
  bool made;
  double x[WAVES], y[WAVES], phase[WAVES]; /* of the waves, in units of 1 / length */
} Field;

struct hermes_fields {
  Field field[KEPT_FIELDS];
};

hermes_fields *hermes_fields_new(void) {
  return calloc(1, sizeof(hermes_fields));
}

void hermes_fields_free(hermes_fields *fields) {
  free(fields);
}

static void make_field(Field *field, Source source) {
  double pair[2];
  field->source = source;
  field->made = true;
  for (int wave = 0; wave < WAVES; wave++) {
    next_pair(&source, pair);
    double rest = 1 - pair[0], number = sqrt(1 / (rest * rest) - 1), angle = turn * pair[1];
    field->x[wave] = number * cos(angle);
    field->y[wave] = number * sin(angle);
    field->phase[wave] = turn * next_uniform(&source);
  }
}

static bool is_of(const Field *field, Source source) {
  return field->made && field->source.key == source.key && field->source.stream == source.stream &&
         field->source.counter == source.counter;
}

/* Each has one place in the memory: what stood there before is made again when it is asked for. */
static const Field *field_of(hermes_fields *fields, Field *aside, Source source) {
  uint64_t place = hermes_mixed(source.key ^ hermes_row_key(source.stream, source.counter));
  Field *field = fields ? &fields->field[place % KEPT_FIELDS] : aside;
  if (!is_of(field, source)) make_field(field, source);
  return field;
}

static double field_at(hermes_fields *fields, Source source, double x, double y) {
  Field aside = {.made = false};
  const Field *field = field_of(fields, &aside, source);
  double sum = 0;
  for (int wave = 0; wave < WAVES; wave++)
    sum += cos(field->x[wave] * x + field->y[wave] * y + field->phase[wave]);
  return sum * sqrt(2.0 / WAVES);
}

double hermes_draw_field(hermes_variate who, double x, double y, double length, double common) {
  if (!(common >= 0 && common <= 1) || !(length > 0)) return NAN;
  hermes_fields *fields = who.frame->fields;
  Source own = source_of(who), shared = own;
  shared.stream = 0;
  shared.key = ~own.key;
  double value = common < 1 ? sqrt(1 - common) * field_at(fields, own, x / length, y / length) : 0;
  if (common > 0) value += sqrt(common) * field_at(fields, shared, x / length, y / length);
  return value;
}
