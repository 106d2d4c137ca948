/* Between the lexer, the parser and their driver: tokens, keywords, and the constructors of the
 * tree. */
#ifndef HERMESC_SYNTAX_H
#define HERMESC_SYNTAX_H

#include "hermesc.h"

enum { READ_AS_NOTHING = -1 };

typedef struct Token {
  int kind; /* a token of grammar/blueprint.y */
  Span span;
  double number;    /* NUMBER, QUANTITY */
  hermes_unit unit; /* QUANTITY; factor 0: the unit is unknown, and was reported */
  const char *text; /* NAME, STRING (unescaped) */
  bool wrong;       /* reported: what it leads to is not reported again */
  int as; /* a kind under which it is read instead of its own: a keyword, or what was meant; 0: none */
} Token;

typedef struct Tokens {
  Token *items;
  size_t count;
  bool cut; /* there are more than the limit: what follows is not known */
} Tokens;

/* What the grammar's actions know: where to build, and what is being built. */
typedef struct Parser {
  Compiler *compiler;
  Tree *tree;
  const Token *current; /* the token being pushed, for the message where it does not fit */
  const Token *previous;
  TypeExpr *let_type; /* of the `let` being read, where one was written: the checker holds it
                               against the value */
  bool failed;
} Parser;

/* tokens.c. needs: the source read. leaves: tokens, with numbers and the units behind them joined
 * into quantities. */
bool tokenize(Compiler *compiler, uint32_t source, Tokens *tokens);
/* tokens.c: words that may follow a number on its line without being a misspelt unit; ends in NULL.
 */
extern const char *const words_behind_numbers[];
/* parse.c: the contextual keyword of this spelling, or 0. */
int keyword_token(const char *text);
const char *keyword_spelling(int kind);

/* parse.c: what the grammar reports. */
void syntax_error(Parser *parser, Span span, const char *const *expected, int count);
void syntax_too_deep(Parser *parser, Span span);

/* blueprint.l: a scanner over a text that must stay alive; NULL when memory is out. */
void *lex_open(const char *text, size_t length);
/* The next token: its kind, 0 at the end, and its bytes. */
int lex_token(void *scanner, size_t *start, size_t *end);
void lex_close(void *scanner);

/* tree.c: constructors, each over the arena. */
Expr *expr_new(Parser *parser, ExprKind kind, Span span);
Expr *expr_literal(Parser *parser, ExprKind kind, Span span, const Token *token);
Expr *expr_name(Parser *parser, Name name);
Expr *expr_unary(Parser *parser, Operator op, Span at, Expr *left, Span span);
Expr *expr_binary(Parser *parser, Operator op, Span at, Expr *left, Expr *right);
Expr *expr_member(Parser *parser, Expr *left, Name name);
Expr *expr_index(Parser *parser, Expr *left, Expr *args, Span span);
Expr *expr_call(Parser *parser, Expr *left, Expr *call, Span span);
Expr *expr_if(Parser *parser, Span span, Expr *condition, Expr *yes, Expr *no);
const char *doc_join(Parser *parser, const char *a, const char *b);

/* Appends to a linked list (through its `next`). The head knows the last one, so that a list of any
 * length takes time in proportion to it. */
#define LIST_APPEND(type, head, item)                                                              \
  do {                                                                                             \
    type *list_item = (item);                                                                      \
    if (head)                                                                                      \
      ((head)->last ? (head)->last : (head))->next = list_item, (head)->last = list_item;          \
    else                                                                                           \
      (head) = list_item;                                                                          \
  } while (0)

#endif
