/* "Did you mean": the name at the smallest edit distance. */
#include <string.h>

#include <hermes/diagnostics.h>

enum {
  LONGEST_WORD = 128,   /* bytes; a longer word has no neighbours */
  MOST_STEPS = 20000000 /* bytes compared with bytes, over all names: the help of a message */
};                      /* must not take longer than what it is about */

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool same(char a, char b) {
  return lower(a) == lower(b);
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Insertions, deletions, replacements and exchanges of neighbours that make `b` of `a`, whatever
 * their case (optimal string alignment). Both have at most LONGEST_WORD bytes. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t rows[3][LONGEST_WORD + 1]; /* for the prefixes of `a` of length i - 2, i - 1, i */
  size_t *before = rows[0], *last = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b_length; j++)
    last[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      row[j] = smaller(smaller(row[j - 1], last[j]) + 1, last[j - 1] + !same(a[i - 1], b[j - 1]));
      bool exchanged = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (exchanged) row[j] = smaller(row[j], before[j - 2] + 1);
    }
    size_t *free_row = before;
    before = last, last = row, row = free_row;
  }
  return last[b_length];
}

const char *hermes_nearest(const char *word, const char *const *names, size_t count) {
  const char *nearest = NULL;
  size_t length = strlen(word), farthest = length / 3, steps = 0;
  if (length > LONGEST_WORD) return NULL;
  for (size_t i = 0; i < count && steps <= MOST_STEPS; i++) {
    size_t other = strlen(names[i]);
    if (other > length + farthest || length > other + farthest || other > LONGEST_WORD) continue;
    steps += (length + 1) * (other + 1);
    size_t distance = edit_distance(word, length, names[i], other);
    if (distance > farthest || (nearest && distance == farthest)) continue;
    nearest = names[i];
    farthest = distance;
  }
  return nearest;
}
