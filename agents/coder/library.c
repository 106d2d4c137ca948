/* Ranking the library's functions: a shared word counts the more, the fewer functions have it, and
 * in a name twice. */
#include "coder/library.h"

#include "pages/primer.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FUNCTIONS = 2048, SHORTEST_WORD = 3, WORD_BYTES = 32 };

/* What a function gains by a phrase; words in common come to some 30 at most. */
static const double named = 100, phrased = 10;

typedef struct Candidate {
  const char *module; /* "- `import radio.noise;` Thermal noise: ..." */
  const char *line;
  const char *name; /* of the function */
  double score;
} Candidate;

typedef struct Fit {
  Compiler compiler;
  Candidate candidates[MOST_FUNCTIONS];
  int count;
} Fit;

/* Letters and digits are words apart (tr38901), but a point between digits is left out (38.901). */
static bool goes_on(const char *at, bool digits) {
  if (digits && *at == '.') return isdigit((unsigned char)at[1]);
  return digits ? isdigit((unsigned char)*at) : isalpha((unsigned char)*at);
}

/* The next word of a text in lower case; false at its end. Underscores part words. */
static bool next_word(const char **at, char word[WORD_BYTES]) {
  size_t length = 0;
  while (**at && !isalnum((unsigned char)**at)) ++*at;
  bool digits = isdigit((unsigned char)**at);
  for (; goes_on(*at, digits); ++*at)
    if (length + 1 < WORD_BYTES && **at != '.') word[length++] = (char)tolower((unsigned char)**at);
  word[length] = '\0';
  return length > 0;
}

static int count_words(const char *text) {
  char word[WORD_BYTES];
  int count = 0;
  while (next_word(&text, word)) count++;
  return count;
}

/* Is the word, or what begins like it up to a plural, among those of the text? */
static bool has_word(const char *text, const char *word) {
  char other[WORD_BYTES];
  size_t length = strlen(word);
  if (length > SHORTEST_WORD && word[length - 1] == 's') length--;
  while (next_word(&text, other))
    if (strncmp(other, word, length) == 0 && strlen(other) <= length + 1) return true;
  return false;
}

/* Heads and docs of one module, line by line. */
static void collect(void *context, const char *module, const char *path) {
  Fit *fit = context;
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  (void)path;
  bool good = write_module_primer(&fit->compiler, module, out);
  fclose(out);
  char *page = good ? arena_copy(&fit->compiler.arena, text, size) : NULL, *rest = NULL;
  free(text);
  const char *head = page ? strtok_r(page, "\n", &rest) : NULL, *line;
  while (head && (line = strtok_r(NULL, "\n", &rest)) && fit->count < MOST_FUNCTIONS)
    fit->candidates[fit->count++] =
        (Candidate){head, line, arena_copy(&fit->compiler.arena, line, strcspn(line, "(")), 0};
}

static int functions_with(const Fit *fit, const char *word) {
  int count = 0;
  for (int i = 0; i < fit->count; i++) count += has_word(fit->candidates[i].line, word);
  return count;
}

static bool is_among(char (*words)[WORD_BYTES], int count, const char *word) {
  for (int i = 0; i < count; i++)
    if (strcmp(words[i], word) == 0) return true;
  return false;
}

/* Every word of the text once, with what it adds to each function that has it. */
static void score(Fit *fit, const char *text) {
  enum { MOST_TEXT_WORDS = 1024 };
  char(*seen)[WORD_BYTES] = arena_alloc(&fit->compiler.arena, MOST_TEXT_WORDS * sizeof *seen);
  char word[WORD_BYTES];
  int count = 0;
  while (count < MOST_TEXT_WORDS && next_word(&text, word)) {
    if (strlen(word) < SHORTEST_WORD || is_among(seen, count, word)) continue;
    memcpy(seen[count++], word, WORD_BYTES);
    int with = functions_with(fit, word);
    double weight = with > 0 ? pow(log((double)fit->count / with), 2) : 0;
    for (int i = 0; with > 0 && i < fit->count; i++)
      fit->candidates[i].score += weight * (has_word(fit->candidates[i].line, word) +
                                            has_word(fit->candidates[i].name, word));
  }
}

/* The words of a text in lower case, one blank before and behind each. */
static char *words_of(Arena *arena, const char *text) {
  char word[WORD_BYTES], *all = NULL;
  size_t size;
  FILE *out = open_memstream(&all, &size);
  while (next_word(&text, word)) fprintf(out, " %s ", word);
  fclose(out);
  char *copy = arena_copy(arena, all, size);
  free(all);
  return copy;
}

/* How many times three words of a line follow one another in the text, too: "k T B". */
static int shared_phrases(const char *words, const char *line) {
  char phrase[3][WORD_BYTES] = {""}, sought[4 * WORD_BYTES];
  int count = 0;
  for (int i = 0; next_word(&line, phrase[i % 3]); i++) {
    if (i < 2) continue;
    snprintf(sought, sizeof sought, " %s  %s  %s ", phrase[(i + 1) % 3], phrase[(i + 2) % 3],
             phrase[i % 3]);
    count += strstr(words, sought) != NULL;
  }
  return count;
}

/* A text that says "thermal noise" means thermal_noise. */
static void score_phrases(Fit *fit, const char *text) {
  const char *words = words_of(&fit->compiler.arena, text);
  for (int i = 0; i < fit->count; i++) {
    Candidate *one = &fit->candidates[i];
    bool several = strchr(one->name, '_') != NULL;
    if (several && strstr(words, words_of(&fit->compiler.arena, one->name))) one->score += named;
    one->score += phrased * shared_phrases(words, one->line);
  }
}

static int by_score(const void *a, const void *b) {
  const Candidate *left = a, *right = b;
  if (left->score != right->score) return left->score < right->score ? 1 : -1;
  return strcmp(left->line, right->line);
}

static int by_module(const void *a, const void *b) {
  const Candidate *left = a, *right = b;
  int order = strcmp(left->module, right->module);
  return order ? order : strcmp(left->line, right->line);
}

/* How many of the best have room. */
static int within(const Fit *fit, size_t budget) {
  int count = 0;
  for (size_t used = 0; count < fit->count && fit->candidates[count].score > 0; count++) {
    used += strlen(fit->candidates[count].line) + 1;
    if (used > budget) break;
  }
  return count;
}

const char *library_fit(Session *session, const char *text, size_t budget) {
  Fit *fit = ARENA_NEW(&session->arena, Fit);
  const char *page = "", *module = "";
  compiler_init(&fit->compiler, session->stdlib);
  each_module(&fit->compiler, collect, fit);
  score(fit, text);
  score_phrases(fit, text);
  for (int i = 0; i < fit->count; i++) /* long ones share words by chance */
    fit->candidates[i].score /= sqrt(count_words(fit->candidates[i].line));
  qsort(fit->candidates, (size_t)fit->count, sizeof *fit->candidates, by_score);
  int count = within(fit, budget);
  qsort(fit->candidates, (size_t)count, sizeof *fit->candidates, by_module);
  for (int i = 0; i < count; i++) {
    const Candidate *one = &fit->candidates[i];
    bool again = strcmp(module, one->module) == 0;
    page = arena_format(&session->arena, "%s%s%s%s\n", page, again ? "" : one->module,
                        again ? "" : "\n", one->line);
    module = one->module;
  }
  compiler_free(&fit->compiler);
  return page;
}
