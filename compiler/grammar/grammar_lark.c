/* The grammar for Lark, a parser generator for Python: the rules as they are, LALR(1), over
 * terminals that its contextual lexer tells apart as hermesc does, by what may stand next. */
#include "grammar/grammar.h"

#include <string.h>

static const char introduction[] =
    "// Blueprints of Hermes " HERMES_VERSION ", for Lark.\n"
    "// Made by `hermesc grammar` from the compiler's own grammar. Parses what hermesc parses, "
    "but\n"
    "// for a word too many behind a unit's power, and the limits of the language, with:\n"
    "// Lark(text, parser=\"lalr\", lexer=\"contextual\")\n"
    "\n"
    "start: source\n";

static const char blanks[] = "%ignore /[ \\t\\r\\n\\f]+/\n"
                             "%ignore /#[^\\n]*/\n";

/* ---- terminals ---- */

#define NO_MORE "(?![A-Za-z0-9_])"
#define SIGNS "[\u00b5\u03bc][A-Za-z]+|[A-Za-z\u00b5\u03bc]?[\u03a9\u2126]|\u00b0C?"
/* The longest that there is, and no point right behind it, unless it begins a range. */
#define NUMBER                                                                                     \
  "[0-9]+(?![0-9])(\\.[0-9]+(?![0-9])|(?!\\.[0-9]))"                                               \
  "([eE][+-]?[0-9]+(?![0-9])|(?![eE][+-]?[0-9]))"

/* if|then|else */
static const char *any_of(Arena *arena, WordList words) {
  const char *text = "";
  for (int i = 0; words[i] != NULL; i++)
    text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : "|", words[i]);
  return text;
}

/* As grammar/blueprint.l has them, and tokens.c: a unit right behind a number, on its line. Of a
 * compound unit, that is the first factor: `/s` behind it parses as a division. */
static void print_classes(Rules *rules, FILE *out) {
  static const char word[] = "(?!(%s)" NO_MORE ")[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_])";
  const char *name =
      arena_format(&rules->arena, word, any_of(&rules->arena, reserved_words(rules)));
  const char *unit =
      arena_format(&rules->arena, word, any_of(&rules->arena, words_not_units(rules)));
  fprintf(out, "\nNAME: /%s|" SIGNS "/\n", name);
  fprintf(out, "NUMBER: /" NUMBER "(?!\\.(?!\\.))/\n");
  fprintf(out, "QUANTITY.2: /" NUMBER "[ \\t\\r\\f]*(%%|" SIGNS "|%s)/\n", unit);
  fprintf(out, "STRING: /\"([^\"\\\\\\n]|\\\\[^\\n])*\"/\n");
}

/* TABLE: a word as a terminal. */
static const char *terminal_name(Arena *arena, const char *word) {
  char *name = arena_copy(arena, word, strlen(word));
  for (char *c = name; *c != '\0'; c++) *c = (char)(*c - 'a' + 'A');
  return name;
}

static void print_words(Rules *rules, FILE *out) {
  for (int i = 0; i < rules->symbol_count; i++) {
    const Symbol *symbol = &rules->symbols[i];
    if (symbol->kind == SYMBOL_WORD)
      fprintf(out, "%s.1: /%s" NO_MORE "/\n", terminal_name(&rules->arena, symbol->name),
              symbol->name);
  }
}

/* ---- rules ---- */

static void print_symbol(Rules *rules, const Symbol *symbol, FILE *out) {
  if (symbol->kind == SYMBOL_SIGN)
    fprintf(out, " \"%s\"", symbol->name);
  else
    fprintf(out, " %s",
            symbol->kind == SYMBOL_WORD ? terminal_name(&rules->arena, symbol->name)
                                        : symbol->name);
}

static void print_alternative(Rules *rules, const Alternative *alternative, FILE *out) {
  for (int i = 0; i < alternative->count; i++)
    print_symbol(rules, &rules->symbols[alternative->right[i]], out);
}

/* The alternatives of a rule stand together. */
static void print_rules(Rules *rules, FILE *out) {
  int last = -1;
  for (int i = 0; i < rules->alternative_count; i++) {
    const Alternative *alternative = &rules->alternatives[i];
    if (alternative->left == last)
      fputs("\n    |", out);
    else
      fprintf(out, "\n%s:", rules->symbols[alternative->left].name);
    print_alternative(rules, alternative, out);
    last = alternative->left;
  }
  fputc('\n', out);
}

void write_lark(Rules *rules, FILE *out) {
  fputs(introduction, out);
  print_rules(rules, out);
  print_classes(rules, out);
  print_words(rules, out);
  fputs(blanks, out);
}
