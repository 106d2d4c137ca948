/* The rules of the grammar, read back from what bison reported of it when hermesc was built
 * (cmake/rules.cmake): one alternative in each line, its symbols separated by tabs. A terminal
 * bears its alias: "`table`" is spelt so, "a name" is a class. */
#include "grammar/grammar.h"
#include "syntax/syntax.h"

#include <string.h>

extern const unsigned char grammar_rules[]; /* terminated */

/* ---- symbols ---- */

/* The terminals that stand for many texts. */
static const struct {
  const char *alias, *name;
  unsigned first, last;
} classes[] = {
    {"\"a name\"", "NAME", AS_WORD, AS_WORD},
    {"\"a number\"", "NUMBER", AS_WORD, AS_WORD},
    {"\"a quantity\"", "QUANTITY", AS_WORD, AS_WORD | AS_SIGN}, /* 5 m, 5 % */
    {"\"a string\"", "STRING", AS_SIGN, AS_SIGN},
};

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Of a terminal that is spelt in one way: "`for`". */
static Symbol spelt(Arena *arena, const char *alias) {
  size_t quotes = strlen("\"`");
  const char *name = arena_copy(arena, alias + quotes, strlen(alias) - 2 * quotes);
  bool word = is_letter(*name);
  unsigned edge = word ? AS_WORD : AS_SIGN;
  return (Symbol){name, word ? SYMBOL_WORD : SYMBOL_SIGN, false, edge, edge};
}

static Symbol symbol_of(Arena *arena, const char *text) {
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (strcmp(classes[i].alias, text) == 0)
      return (Symbol){classes[i].name, SYMBOL_CLASS, false, classes[i].first, classes[i].last};
  return *text == '"' ? spelt(arena, text) : (Symbol){.name = text, .kind = SYMBOL_RULE};
}

static int find_symbol(Rules *rules, const char *text) {
  Symbol symbol = symbol_of(&rules->arena, text);
  for (int i = 0; i < rules->symbol_count; i++)
    if (rules->symbols[i].kind == symbol.kind && strcmp(rules->symbols[i].name, symbol.name) == 0)
      return i;
  rules->symbols[rules->symbol_count] = symbol;
  return rules->symbol_count++;
}

/* ---- alternatives ---- */

static const char *next_word(Arena *arena, const char **at) {
  size_t length = strcspn(*at, "\t\n");
  const char *word = arena_copy(arena, *at, length);
  *at += length;
  return word;
}

static void read_line(Rules *rules, const char *line) {
  Alternative *alternative = &rules->alternatives[rules->alternative_count];
  *alternative = (Alternative){.left = find_symbol(rules, next_word(&rules->arena, &line))};
  while (*line == '\t' && alternative->count < MOST_SYMBOLS) {
    line++;
    alternative->right[alternative->count++] = find_symbol(rules, next_word(&rules->arena, &line));
  }
  rules->alternative_count++;
}

/* Bison's own first rule, and what is only there to go on behind an error. */
static bool is_wanted(const char *line, size_t length) {
  static const char mends[] = "\terror\t";
  for (size_t i = 0; i + sizeof mends - 1 <= length; i++)
    if (memcmp(line + i, mends, sizeof mends - 1) == 0) return false;
  return *line != '$';
}

static void read_rules(Rules *rules) {
  const char *line = (const char *)grammar_rules;
  size_t most = strlen(line); /* of anything: enough, and small */
  rules->symbols = ARENA_ARRAY(&rules->arena, Symbol, most);
  rules->alternatives = ARENA_ARRAY(&rules->arena, Alternative, most);
  for (size_t length; *line != '\0'; line += length + 1) {
    length = strcspn(line, "\n");
    if (is_wanted(line, length)) read_line(rules, line);
  }
}

/* ---- what follows from them ---- */

/* What the alternative adds to what is known of its left side. Reads it from either end: `step` is
 * 1 or -1. */
static unsigned edges_of(const Rules *rules, const Alternative *alternative, int step) {
  unsigned edges = 0;
  for (int i = step > 0 ? 0 : alternative->count - 1; i >= 0 && i < alternative->count; i += step) {
    const Symbol *symbol = &rules->symbols[alternative->right[i]];
    edges |= step > 0 ? symbol->first : symbol->last;
    if (!symbol->nullable) break;
  }
  return edges;
}

static bool may_be_empty(const Rules *rules, const Alternative *alternative) {
  for (int i = 0; i < alternative->count; i++)
    if (!rules->symbols[alternative->right[i]].nullable) return false;
  return true;
}

static bool learn(const Rules *rules, const Alternative *alternative) {
  Symbol *left = &rules->symbols[alternative->left], before = *left;
  left->nullable |= may_be_empty(rules, alternative);
  left->first |= edges_of(rules, alternative, 1);
  left->last |= edges_of(rules, alternative, -1);
  return left->nullable != before.nullable || left->first != before.first ||
         left->last != before.last;
}

static void learn_all(const Rules *rules) {
  for (bool more = true; more;) {
    more = false;
    for (int i = 0; i < rules->alternative_count; i++)
      more |= learn(rules, &rules->alternatives[i]);
  }
}

/* ---- words ---- */

static WordList list_words(Rules *rules, const char *const *others) {
  int count = 0, more = 0;
  while (others[more] != NULL) more++;
  const char **words = ARENA_ARRAY(&rules->arena, const char *, rules->symbol_count + more + 1);
  for (int i = 0; i < rules->symbol_count; i++) {
    const Symbol *symbol = &rules->symbols[i];
    if (symbol->kind == SYMBOL_WORD && keyword_token(symbol->name) == 0)
      words[count++] = symbol->name;
  }
  for (int i = 0; i < more; i++) words[count++] = others[i];
  return words;
}

WordList reserved_words(Rules *rules) {
  static const char *const none[] = {NULL};
  return list_words(rules, none);
}

WordList words_not_units(Rules *rules) {
  return list_words(rules, words_behind_numbers);
}

void write_grammar(GrammarFormat format, FILE *out) {
  static void (*const writers[])(Rules *, FILE *) = {
      [GRAMMAR_GBNF] = write_gbnf, [GRAMMAR_LARK] = write_lark};
  Rules rules = {0};
  read_rules(&rules);
  learn_all(&rules);
  writers[format](&rules, out);
  arena_free(&rules.arena);
}
