/* `hermesc grammar`: which texts parse as blueprints, in the notations of other programs. All that
 * is written derives from the rules of grammar/blueprint.y, as bison reports them. */
#ifndef HERMESC_GRAMMAR_H
#define HERMESC_GRAMMAR_H

#include "hermesc.h"

typedef enum GrammarFormat { GRAMMAR_GBNF, GRAMMAR_LARK } GrammarFormat;
void write_grammar(GrammarFormat format, FILE *out);

/* ---- grammar.c: the rules ---- */

typedef enum SymbolKind {
  SYMBOL_RULE,
  SYMBOL_WORD,  /* spelt in letters: reserved words and keywords */
  SYMBOL_SIGN,  /* spelt in signs */
  SYMBOL_CLASS, /* names, numbers, quantities, strings */
} SymbolKind;

/* What texts of a symbol begin or end with. Two letters or digits in a row are one word. */
enum { AS_WORD = 1, AS_SIGN = 2 };

typedef struct Symbol {
  const char *name; /* of a rule or class: the grammar's; else the spelling */
  SymbolKind kind;
  bool nullable;
  unsigned first, last;
} Symbol;

enum { MOST_SYMBOLS = 16 }; /* of one alternative */

typedef struct Alternative {
  int left; /* of whose alternatives it is one */
  int right[MOST_SYMBOLS];
  int count;
} Alternative;

/* Without the alternatives that only mend errors. The first symbol is what a file is. */
typedef struct Rules {
  Arena arena;
  Symbol *symbols;
  int symbol_count;
  Alternative *alternatives;
  int alternative_count;
} Rules;

/* Ended by NULL. */
typedef const char *const *WordList;
/* Words that are never names. */
WordList reserved_words(Rules *rules);
/* Words that are no unit behind a number: those, and what may follow a number. */
WordList words_not_units(Rules *rules);

void write_gbnf(Rules *rules, FILE *out); /* grammar_gbnf.c */
void write_lark(Rules *rules, FILE *out); /* grammar_lark.c */

#endif
