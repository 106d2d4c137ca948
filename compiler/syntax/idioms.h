/* Habits of other languages: what people and LLMs write out of them, and how a blueprint says it
 * (idioms.c). Those that have a shape are mended while parsing (driver.h). */
#ifndef HERMESC_IDIOMS_H
#define HERMESC_IDIOMS_H

#include "hermesc.h"

typedef enum IdiomKind {
  IDIOM_SIGN,
  IDIOM_WORD,      /* an operator or keyword */
  IDIOM_BEGINNING, /* begins a declaration or a statement elsewhere */
  IDIOM_FUNCTION,
  IDIOM_VALUE,
  IDIOM_TYPE,
} IdiomKind;

/* Adds to a diagnostic how a blueprint says it, and offers that as a fix where it can. False:
 * nothing is known of this spelling. */
bool explain_idiom(hermes_diagnostic *d, IdiomKind kind, const char *text);

bool is_known_sign(const char *text, size_t length); /* does it begin with one? */
/* A sign whose meaning hangs on its place. */
bool is_left_to_parser(const char *text, size_t length);
/* The same of the sign under `span`. Returns the token that is read in its place, or 0. */
int explain_sign(Compiler *compiler, hermes_diagnostic *d, Span span);
/* What is written here in the place of a sign, or NULL. */
const char *sign_instead(const char *text, size_t length);
/* With the blanks that a word needs between what stands around the span. */
const char *as_a_word(Compiler *compiler, Span span, const char *text);

/* The token that a word of another language stands for, or 0. */
int foreign_word(const char *text, const char **said, const char **instead);
/* What stands for a call of this function: with @1 or $1 for its first argument, $ in parentheses
 * where it is more than one operand. NULL: nothing does. */
const char *function_template(const char *name);

#endif
