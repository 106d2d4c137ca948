/* The grammar as GBNF, which llama.cpp and its kin take to constrain what a model writes.
 *
 * GBNF works on characters, knows no recursion to the left, tries all alternatives at once, and
 * never looks ahead. So lists become repetitions; alternatives that begin alike share their
 * beginning; blanks stand between symbols, `ws` where there may be some and `sp` where two words
 * would run into one; and a name is spelt as any word that is not reserved. `not(x)` needs no
 * blank: a rule X-glued is what of X begins with a sign. */
#include "grammar/grammar.h"

#include <string.h>

enum { MOST_PIECES = 64, CHARACTERS = 128, NOWHERE = -1 };

/* The alternatives of a rule as a tree: those that begin alike are one branch. */
typedef struct Node {
  int symbol;
  bool end; /* an alternative ends here */
  struct Node *child, *next;
} Node;

typedef struct Pieces {
  const char *items[MOST_PIECES];
  int count;
} Pieces;

typedef struct RuleText {
  bool wanted;
  const char *text;
} RuleText;

typedef struct Writer {
  const Rules *rules;
  Arena *arena;
  RuleText *texts[2]; /* of each symbol; the second: glued */
} Writer;

/* ---- texts ---- */

static const char *beside(Writer *w, const char *a, const char *b) {
  return *a == '\0' || *b == '\0' ? arena_format(w->arena, "%s%s", a, b)
                                  : arena_format(w->arena, "%s %s", a, b);
}

static void add(Pieces *pieces, const char *text) {
  if (pieces->count < MOST_PIECES) pieces->items[pieces->count++] = text;
}

static const char *join(Writer *w, const Pieces *pieces, const char *between) {
  const char *text = "";
  for (int i = 0; i < pieces->count; i++)
    text = arena_format(w->arena, "%s%s%s", text, i == 0 ? "" : between, pieces->items[i]);
  return text;
}

/* The blank with which all begin is put before them. */
static const char *take_blank(Pieces *pieces) {
  static const char *const blanks[] = {"ws ", "sp "};
  for (size_t b = 0; b < sizeof blanks / sizeof *blanks; b++) {
    int like = 0;
    while (like < pieces->count && strncmp(pieces->items[like], blanks[b], 3) == 0) like++;
    if (like < pieces->count || like < 2) continue;
    for (int i = 0; i < pieces->count; i++) pieces->items[i] += 3;
    return blanks[b];
  }
  return "";
}

/* One of the pieces; with `times` (`?` or `*`) so often. */
static const char *group(Writer *w, Pieces *pieces, const char *times) {
  const char *blank = take_blank(pieces), *text = join(w, pieces, " | ");
  if (pieces->count == 0) return "";
  if (pieces->count > 1) text = arena_format(w->arena, "(%s)", text);
  if (*times == '\0') return arena_format(w->arena, "%s%s", blank, text);
  return *blank == '\0' && pieces->count > 1
             ? arena_format(w->arena, "%s%s", text, times)
             : arena_format(w->arena, "(%s%s)%s", blank, text, times);
}

/* ---- symbols and what stands between them ---- */

static const char *rule_name(Writer *w, const char *name) {
  char *text = arena_copy(w->arena, name, strlen(name));
  for (char *c = text; *c != '\0'; c++)
    if (*c == '_') *c = '-';
  return text;
}

/* Marks the rule as one to be written. */
static const char *mention(Writer *w, int symbol, bool glued) {
  const Symbol *s = &w->rules->symbols[symbol];
  if (s->kind == SYMBOL_CLASS) return s->name;
  if (s->kind != SYMBOL_RULE) return arena_format(w->arena, "\"%s\"", s->name);
  bool part = glued && s->first == (AS_WORD | AS_SIGN);
  w->texts[part][symbol].wanted = true;
  return arena_format(w->arena, "%s%s", rule_name(w, s->name), part ? "-glued" : "");
}

/* The symbol behind what ends in `last`, with the blanks between them; 0: at the beginning. */
static const char *follow(Writer *w, unsigned last, int symbol) {
  unsigned first = w->rules->symbols[symbol].first;
  const char *name = mention(w, symbol, false);
  if (last == 0) return name;
  if ((last & AS_WORD) == 0 || (first & AS_WORD) == 0) return beside(w, "ws", name);
  if (last != AS_WORD || first == AS_WORD) return beside(w, "sp", name);
  return arena_format(w->arena, "(sp %s | %s)", name, mention(w, symbol, true));
}

/* ---- trees of alternatives ---- */

static Node *branch(Writer *w, Node *node, int symbol) {
  Node **at = &node->child;
  while (*at != NULL && (*at)->symbol != symbol) at = &(*at)->next;
  if (*at == NULL) {
    *at = ARENA_NEW(w->arena, Node);
    (*at)->symbol = symbol;
  }
  return *at;
}

static void plant(Writer *w, Node *node, const Alternative *alternative, int from) {
  for (int i = from; i < alternative->count; i++) node = branch(w, node, alternative->right[i]);
  node->end = true;
}

static void add_piece(Writer *w, Pieces *pieces, const Node *node, unsigned last, bool glued);

static const char *sequel(Writer *w, const Node *node, unsigned last) {
  Pieces pieces = {0};
  for (const Node *child = node->child; child != NULL; child = child->next)
    add_piece(w, &pieces, child, last, false);
  return group(w, &pieces, node->end ? "?" : "");
}

/* What may be missing at the beginning. Where one thing must follow it, that is written once. */
static void add_optional(Writer *w, Pieces *pieces, const Node *node, bool glued) {
  const Symbol *symbol = &w->rules->symbols[node->symbol];
  const Node *child = node->child;
  bool one = !node->end && child != NULL && child->next == NULL && !glued;
  const char *name = mention(w, node->symbol, glued);
  if (!one) {
    add(pieces, beside(w, name, sequel(w, node, symbol->last)));
    for (; child != NULL; child = child->next) add_piece(w, pieces, child, 0, glued);
    return;
  }
  bool words = (symbol->last & w->rules->symbols[child->symbol].first & AS_WORD) != 0;
  Pieces rest = {0};
  add_piece(w, &rest, child, 0, false);
  add(pieces, arena_format(w->arena, "(%s %s)? %s", name, words ? "sp" : "ws", rest.items[0]));
}

/* One symbol and all that may follow it, behind what ends in `last`. */
static void add_piece(Writer *w, Pieces *pieces, const Node *node, unsigned last, bool glued) {
  const Symbol *symbol = &w->rules->symbols[node->symbol];
  if (glued && (symbol->first & AS_SIGN) == 0) return;
  if (symbol->nullable && last == 0) {
    add_optional(w, pieces, node, glued);
  } else if (symbol->nullable) {
    const char *may = arena_format(w->arena, "(%s)?", follow(w, last, node->symbol));
    add(pieces, beside(w, may, sequel(w, node, last | symbol->last)));
  } else {
    const char *name = glued ? mention(w, node->symbol, true) : follow(w, last, node->symbol);
    add(pieces, beside(w, name, sequel(w, node, symbol->last)));
  }
}

/* ---- rules ---- */

/* A: b | A c  becomes  b (c)*; of a rule that may be empty, what is not empty. */
static const char *rule_text(Writer *w, int symbol, bool glued) {
  Node base = {0}, more = {0};
  Pieces heads = {0}, tails = {0};
  for (int i = 0; i < w->rules->alternative_count; i++) {
    const Alternative *alternative = &w->rules->alternatives[i];
    if (alternative->left != symbol) continue;
    bool repeats = alternative->count > 0 && alternative->right[0] == symbol;
    plant(w, repeats ? &more : &base, alternative, repeats);
  }
  for (const Node *node = base.child; node != NULL; node = node->next)
    add_piece(w, &heads, node, 0, glued);
  for (const Node *node = more.child; node != NULL && base.end; node = node->next)
    add_piece(w, &heads, node, 0, glued);
  for (const Node *node = more.child; node != NULL; node = node->next)
    add_piece(w, &tails, node, w->rules->symbols[symbol].last, false);
  if (tails.count == 0) return join(w, &heads, " |\n  ");
  return beside(w, group(w, &heads, ""), group(w, &tails, "*"));
}

/* Whatever the first rule leads to. */
static void make_rules(Writer *w) {
  for (bool more = true; more;) {
    more = false;
    for (int i = 0; i < 2 * w->rules->symbol_count; i++) {
      RuleText *rule = &w->texts[i % 2][i / 2];
      if (!rule->wanted || rule->text != NULL) continue;
      rule->text = rule_text(w, i / 2, i % 2 == 1);
      more = true;
    }
  }
}

static void print_rules(Writer *w, FILE *out) {
  for (int i = 0; i < 2 * w->rules->symbol_count; i++) {
    const RuleText *rule = &w->texts[i % 2][i / 2];
    if (rule->text == NULL) continue;
    fprintf(out, "%s%s ::= %s\n", rule_name(w, w->rules->symbols[i / 2].name),
            i % 2 == 1 ? "-glued" : "", rule->text);
  }
}

/* ---- numbers and points ---- */

static bool is_spelt(const Rules *rules, int symbol, SymbolKind kind, const char *name) {
  return rules->symbols[symbol].kind == kind && strcmp(rules->symbols[symbol].name, name) == 0;
}

/* x: NUMBER, of an x that a y may be; NULL: there is none. */
static Alternative *number_of(const Rules *rules, int y) {
  for (int i = 0; i < rules->alternative_count; i++) {
    const Alternative *is = &rules->alternatives[i];
    if (is->left != y || is->count != 1) continue;
    for (int j = 0; j < rules->alternative_count; j++) {
      Alternative *of = &rules->alternatives[j];
      if (of->left == is->right[0] && of->count == 1 &&
          is_spelt(rules, of->right[0], SYMBOL_CLASS, "NUMBER"))
        return of;
    }
  }
  return NULL;
}

/* What begins with a y may begin with a number instead, which itself is no y any more. */
static void part_numbers(Rules *rules, int y) {
  Alternative *number = number_of(rules, y);
  int count = rules->alternative_count;
  for (int i = 0; i < count && number != NULL; i++) {
    Alternative copy = rules->alternatives[i];
    if (copy.left == y || copy.count == 0 || copy.right[0] != y) continue;
    copy.right[0] = number->right[0];
    rules->alternatives[rules->alternative_count++] = copy;
  }
  if (number != NULL) number->left = NOWHERE;
}

/* `43.` is no number, and nothing in GBNF keeps a point away from what stands before it. So numbers
 * are kept out of the rule of what a point may follow. None of what is lost has a meaning. */
static void part_numbers_from_points(Rules *rules) {
  for (int i = 0; i < rules->alternative_count; i++) {
    const Alternative *a = &rules->alternatives[i];
    bool point = a->count > 1 && a->right[0] == a->left;
    if (point && is_spelt(rules, a->right[1], SYMBOL_SIGN, ".")) part_numbers(rules, a->left);
  }
}

/* ---- words ---- */

/* The class of all characters of words but those in `left_out`. */
static const char *others(Arena *arena, const bool *left_out, bool first) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  bool in[CHARACTERS + 1] = {false};
  for (const char *c = letters; *c != '\0'; c++) in[(int)*c] = !left_out[(int)*c];
  for (int c = '0'; c <= '9'; c++) in[c] = !first;
  const char *text = "";
  for (int c = 0; c < CHARACTERS; c++) {
    if (!in[c]) continue;
    int end = c;
    while (in[end + 1]) end++;
    text = end > c ? arena_format(arena, "%s%c-%c", text, c, end)
                   : arena_format(arena, "%s%c", text, c);
    c = end;
  }
  return arena_format(arena, "[%s]", text);
}

/* The words that begin with `prefix` and are none of `words`, from behind it on. */
static const char *other_words(Arena *arena, WordList words, const char *prefix) {
  size_t length = strlen(prefix);
  bool goes_on[CHARACTERS] = {false}, more = false;
  for (int i = 0; words[i] != NULL; i++)
    if (strncmp(words[i], prefix, length) == 0) {
      goes_on[(int)words[i][length]] = true;
      more |= words[i][length] != '\0';
    }
  if (!more) return "more+";
  const char *text = arena_format(arena, "%s more*", others(arena, goes_on, length == 0));
  for (int c = 1; c < CHARACTERS; c++)
    if (goes_on[c])
      text = arena_format(arena, "%s | \"%c\" %s", text, c,
                          other_words(arena, words, arena_format(arena, "%s%c", prefix, c)));
  bool may_end = length > 0 && !goes_on['\0'];
  return arena_format(arena, "(%s)%s", text, may_end ? "?" : "");
}

static const char introduction[] =
    "# Blueprints of Hermes " HERMES_VERSION ", for llama.cpp and others that read GBNF.\n"
    "# Made by `hermesc grammar` from the compiler's own grammar. What is written by it parses, "
    "but\n"
    "# for `or missing` with something behind it, a word too many behind a unit's power, and more\n"
    "# than the limits of the language. Of what\n"
    "# parses, it leaves out words that stand right behind a bracket, a quote or a `%`, as in\n"
    "# `x[u]for`: a blank belongs between; and what has no meaning: `5.x`, `5(x)`, `vary 5 by "
    "1`.\n";

/* As grammar/blueprint.l has them, and tokens.c: a unit right behind a number, on its line. Of a
 * compound unit, that is the first factor: `/s` behind it parses as a division. */
static const char classes[] =
    "NUMBER ::= [0-9]+ (\".\" [0-9]+)? ([eE] [+-]? [0-9]+)?\n"
    "QUANTITY ::= NUMBER [ \\t\\r\\x0C]* (unit-word | unit-sign | \"%\")\n"
    "STRING ::= \"\\\"\" ([^\"\\\\\\n] | \"\\\\\" [^\\n])* \"\\\"\"\n"
    "unit-sign ::= [\u00b5\u03bc] [A-Za-z]+ | [A-Za-z\u00b5\u03bc]? [\u03a9\u2126] | \"\u00b0\" "
    "\"C\"?\n"
    "more ::= [A-Za-z0-9_]\n"
    "ws ::= ([ \\t\\r\\n\\x0C] | comment)*\n"
    "sp ::= ([ \\t\\r\\n\\x0C] | comment)+\n"
    "comment ::= \"#\" [^\\n]* \"\\n\"\n";

void write_gbnf(Rules *rules, FILE *out) {
  RuleText *texts = ARENA_ARRAY(&rules->arena, RuleText, 2 * rules->symbol_count);
  part_numbers_from_points(rules);
  Writer w = {
      .rules = rules, .arena = &rules->arena, .texts = {texts, texts + rules->symbol_count}};
  const char *source = mention(&w, 0, false);
  make_rules(&w);
  fprintf(out, "%sroot ::= ws %s ws (\"#\" [^\\n]*)?\n", introduction, source);
  print_rules(&w, out);
  fprintf(out, "NAME ::= %s | unit-sign\n", other_words(w.arena, reserved_words(rules), ""));
  fprintf(out, "unit-word ::= %s\n%s", other_words(w.arena, words_not_units(rules), ""), classes);
}
