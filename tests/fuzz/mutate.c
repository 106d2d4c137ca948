/* Mutations of blueprints, token by token: what libFuzzer changes byte by byte seldom gets past the
 * parser. Half of all inputs are changed here, the others by libFuzzer with its dictionary. */
#include "syntax/syntax.h"

#include <stdlib.h>
#include <string.h>

/* Tokens with the blanks and comments before them; the last one is what follows all tokens. */
typedef struct Words {
  const char *text;
  size_t *ends; /* of each */
  int *kinds;
  size_t count;
} Words;

/* A run of words. */
typedef struct Run {
  const char *text;
  size_t size;
} Run;

static Words words_of(const uint8_t *data, size_t size) {
  Words words = {.text = (const char *)data};
  size_t start;
  void *scanner = lex_open(words.text, size);
  words.ends = calloc(size + 1, sizeof *words.ends);
  words.kinds = calloc(size + 1, sizeof *words.kinds);
  if (!scanner || !words.ends || !words.kinds) abort();
  while ((words.kinds[words.count] = lex_token(scanner, &start, &words.ends[words.count])) != 0)
    words.count++;
  words.ends[words.count++] = size;
  lex_close(scanner);
  return words;
}

static void words_free(Words *words) {
  free(words->ends);
  free(words->kinds);
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static size_t begin_of(const Words *words, size_t word) {
  return word > 0 ? words->ends[smaller(word, words->count) - 1] : 0;
}

static Run run_of(const Words *words, size_t first, size_t count) {
  size_t start = begin_of(words, first),
         end = begin_of(words, smaller(first, words->count) + count);
  return (Run){words->text + start, end - start};
}

/* ---- a new text, of pieces ---- */

typedef struct Builder {
  char *text;
  size_t size, most;
} Builder;

/* What does not fit is cut. */
static void add(Builder *b, Run run) {
  size_t size = smaller(run.size, b->most - b->size);
  memcpy(b->text + b->size, run.text, size);
  b->size += size;
}

/* `words` with a run of them replaced by others. */
static void replace(Builder *b, const Words *words, size_t first, size_t count, Run by) {
  add(b, run_of(words, 0, first));
  add(b, by);
  add(b, run_of(words, first + count, words->count));
}

/* ---- mutations ---- */

static uint32_t draw(uint32_t *state, size_t below) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return below > 0 ? (uint32_t)(*state % below) : 0;
}

/* Mostly one, seldom many. */
static size_t draw_length(uint32_t *state) {
  static const size_t lengths[] = {1, 1, 1, 1, 2, 2, 3, 5, 10, 40};
  return lengths[draw(state, sizeof lengths / sizeof *lengths)];
}

/* Another token of the same kind: a name for a name, a number for a number. */
static size_t draw_alike(uint32_t *state, const Words *words, int kind) {
  enum { TRIES = 64 };
  size_t found = draw(state, words->count);
  for (int i = 0; i < TRIES && words->kinds[found] != kind; i++) found = draw(state, words->count);
  return found;
}

static Run draw_run(uint32_t *state, const Words *words) {
  return run_of(words, draw(state, words->count), draw_length(state));
}

typedef enum Mutation { DELETE, REPEAT, MOVE, ALIKE, OTHER, MUTATIONS } Mutation;

/* `from` is where new pieces come from: the same text, or another one. */
static void mutate(Builder *b, uint32_t *state, const Words *words, const Words *from) {
  size_t at = draw(state, words->count), length = draw_length(state);
  switch ((Mutation)draw(state, MUTATIONS)) {
  case DELETE: replace(b, words, at, length, (Run){"", 0}); break;
  case REPEAT: replace(b, words, at, 0, run_of(words, at, length)); break;
  case MOVE: replace(b, words, at, 0, draw_run(state, from)); break;
  case ALIKE:
    replace(b, words, at, 1, run_of(from, draw_alike(state, from, words->kinds[at]), 1));
    break;
  default: replace(b, words, at, length, draw_run(state, from)); break;
  }
}

/* ---- libFuzzer ---- */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
                                 size_t two_size, uint8_t *out, size_t most, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  uint32_t state = seed * 2654435761u | 1;
  if (size == 0 || draw(&state, 2) == 0) return LLVMFuzzerMutate(data, size, most);
  Builder b = {malloc(most), 0, most};
  Words words = words_of(data, size);
  if (!b.text) abort();
  mutate(&b, &state, &words, &words);
  memcpy(data, b.text, b.size);
  words_free(&words);
  free(b.text);
  return b.size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
                                 size_t two_size, uint8_t *out, size_t most, unsigned seed) {
  uint32_t state = seed * 2654435761u | 1;
  Builder b = {(char *)out, 0, most};
  Words words = words_of(one, one_size), others = words_of(two, two_size);
  mutate(&b, &state, &words, &others);
  words_free(&words);
  words_free(&others);
  return b.size;
}
