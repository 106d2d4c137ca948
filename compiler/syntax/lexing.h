/* Between the files that make tokens of a source: tokens.c, foreign.c. */
#ifndef HERMESC_LEXING_H
#define HERMESC_LEXING_H

#include "syntax/syntax.h"

#include <string.h>

enum { MAX_REPORTED = 16 };

typedef struct Lexing {
  Compiler *compiler;
  const Source *source;
  uint32_t number; /* of the source */
  Tokens *tokens;
  size_t capacity;
  bool failed;
  bool open_string;                   /* one was met, and not yet closed */
  const char *reported[MAX_REPORTED]; /* names in other alphabets */
  size_t reported_count;
} Lexing;

static inline const char *text_at(const Lexing *lexing, const Token *token) {
  return lexing->source->text + token->span.start;
}

static inline size_t length_of(const Token *token) {
  return token->span.end - token->span.start;
}

static inline bool same_line(const Lexing *lexing, const Token *a, const Token *b) {
  return !memchr(lexing->source->text + a->span.end, '\n', b->span.start - a->span.end);
}

static inline bool touches(const Token *a, const Token *b) {
  return a->span.end == b->span.start;
}

/* foreign.c */

/* Is this the comment of another language? It is reported; *end is where reading goes on. */
bool is_foreign_comment(Lexing *lexing, const Token *token, size_t *end);
/* A number with separators or in another base is read as it was meant. */
void read_foreign_number(Lexing *lexing, Token *token);
/* needs: all tokens. leaves: what is written as nowhere in the language reported, and read as it
 * was meant where that is known. */
void mend_tokens(Lexing *lexing);

#endif
