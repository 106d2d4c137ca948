/* The driver between tokens and grammar, for the files that push tokens: parse.c, hole.c. */
#ifndef HERMESC_PARSE_H
#define HERMESC_PARSE_H

#include "syntax/syntax.h"

#include "blueprint.tab.h"

enum { MAX_OPEN = 64 }; /* brackets that are remembered */

typedef struct Driver {
  Parser parser; /* first: what the grammar reports finds its driver behind it */
  blueprint_pstate *state;
  const Token *first;
  const Token *open[MAX_OPEN]; /* brackets and braces that are not closed, outermost first */
  bool is_set[MAX_OPEN];       /* the brace of a set of values or labels, not of a body */
  int open_count;
  const Token *skip_to; /* tokens before this one were read as part of something */
  bool habits;          /* of other languages are mended: all tokens stand in one array */
  bool recovering;      /* from an error to the next `;` or `}` */
  bool over;            /* the parser gave up */
} Driver;

/* Makes the tree of a source that the driver's tokens build; false where memory is out, reported.
 */
bool driver_open(Driver *driver, Compiler *compiler, uint32_t source, const Tokens *tokens);
void driver_close(Driver *driver);

bool expects(const Driver *driver, int kind); /* may this token stand next? */
/* The bracket or brace to be closed first, or NULL. */
const Token *innermost(const Driver *driver);
int closing_of(const Token *open);
bool begins_declaration(const Token *token); /* it looks so; the one behind it is looked at, too */
bool begins_statement(const Token *token);
/* On a later line than the token pushed before, or the end. */
bool begins_line(const Driver *driver, const Token *token);

/* Pushes the tokens of a file, its header first, and mends what is missing. */
void push_tokens(Driver *driver, const Token *tokens, size_t count);
void push_token(Driver *driver, const Token *token);

#endif
