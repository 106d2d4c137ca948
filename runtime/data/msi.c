/* Patterns of antennas in the MSI (Planet) format. Its lines begin with a word: GAIN with a number,
 * and HORIZONTAL and VERTICAL with how many lines of an angle and a loss follow. The others, and
 * what stands behind these, are about the antenna, and passed over. */
#include "data/data.h"

#include <hermes/numeric.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIPOLE_GAIN 2.15 /* dBi of 0 dBd */
enum { LINE_BYTES = 4 }; /* of the shortest line of a cut: "0 0" and its end */

typedef struct reader {
  data_source *source;
  hermes_diagnostics *problems;
  msi_pattern *pattern;
  bool has_gain;
  size_t vertical_count;
  const char *at;   /* behind the line at hand */
  const char *line; /* what is left of it */
  size_t length;
  uint32_t number;
} reader;

static bool refuse(const reader *r, const char *what) {
  data_report(r->source, r->problems, HB0740, r->number, 0, "%s", what);
  return false;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static bool next_line(reader *r) {
  if (!*r->at) return false;
  r->line = r->at;
  r->length = strcspn(r->at, "\n");
  r->at += r->length + (r->at[r->length] == '\n');
  r->number++;
  return true;
}

/* Takes the next word off the line; its length, 0 at the end. */
static size_t next_word(reader *r, const char **word) {
  while (r->length && is_blank(*r->line)) r->line++, r->length--;
  *word = r->line;
  while (r->length && !is_blank(*r->line)) r->line++, r->length--;
  return (size_t)(r->line - *word);
}

static bool next_number(reader *r, double *number) {
  const char *word;
  size_t length = next_word(r, &word);
  return length && hermes_decimal(word, length, number) == length && isfinite(*number);
}

static bool is_word(const char *word, size_t length, const char *wanted) {
  return length == strlen(wanted) && !strncasecmp(word, wanted, length);
}

/* Without a unit it is in dBd. */
static bool read_gain(reader *r) {
  const char *unit;
  if (!next_number(r, &r->pattern->gain)) return refuse(r, "no number stands behind GAIN");
  size_t length = next_word(r, &unit);
  bool dbi = is_word(unit, length, "dBi");
  if (length && !dbi && !is_word(unit, length, "dBd")) return refuse(r, "GAIN is in dBd or dBi");
  if (!dbi) r->pattern->gain += DIPOLE_GAIN;
  return r->has_gain = true;
}

static bool read_cut(reader *r, double **cut, size_t *count) {
  double lines;
  if (*cut) return refuse(r, "this cut stands twice");
  if (!next_number(r, &lines) || lines != floor(lines) || lines < 1 || lines > DATA_MADE_ROWS)
    return refuse(r, "the number of its lines stands behind the name of a cut");
  *count = (size_t)lines;
  if (*count > r->source->size / LINE_BYTES + 1)
    return refuse(r, "this cut has fewer lines than it says");
  *cut = malloc(2 * *count * sizeof **cut);
  if (!*cut) return refuse(r, "no memory left to read this cut");
  for (size_t i = 0; i < *count; i++) {
    const char *more;
    if (!next_line(r)) return refuse(r, "this cut has fewer lines than it says");
    if (!next_number(r, &(*cut)[i]) || !next_number(r, &(*cut)[*count + i]) || next_word(r, &more))
      return refuse(r, "a line of a cut is an angle and a loss");
  }
  return true;
}

static bool read_line(reader *r) {
  const char *word;
  size_t length = next_word(r, &word);
  if (is_word(word, length, "GAIN")) return read_gain(r);
  if (is_word(word, length, "HORIZONTAL"))
    return read_cut(r, &r->pattern->horizontal, &r->pattern->count);
  if (is_word(word, length, "VERTICAL"))
    return read_cut(r, &r->pattern->vertical, &r->vertical_count);
  return true;
}

static bool is_whole(reader *r) {
  const msi_pattern *p = r->pattern;
  r->number = 0;
  if (!r->has_gain) return refuse(r, "it has no GAIN");
  if (!p->horizontal) return refuse(r, "it has no HORIZONTAL");
  if (!p->vertical) return refuse(r, "it has no VERTICAL");
  for (size_t i = 0; i < p->count; i++)
    if (p->count != r->vertical_count || p->horizontal[i] != p->vertical[i])
      return refuse(r, "its two cuts differ in their angles");
  return true;
}

bool msi_read(msi_pattern *pattern, data_source *source, hermes_diagnostics *problems) {
  reader r = {.source = source, .problems = problems, .pattern = pattern, .at = source->text};
  bool good = true;
  while (good && next_line(&r)) good = read_line(&r);
  if (good && is_whole(&r)) return true;
  msi_free(pattern);
  return false;
}

void msi_free(msi_pattern *pattern) {
  free(pattern->horizontal);
  free(pattern->vertical);
  *pattern = (msi_pattern){0};
}
