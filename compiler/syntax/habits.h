/* Between the driver of the parser (parse.c) and the habits of other languages that it mends
 * (habits*.c, extents.c). */
#ifndef HERMESC_HABITS_H
#define HERMESC_HABITS_H

#include "fix/fixes.h"
#include "syntax/idioms.h"
#include "syntax/parse.h"

/* ---- parse.c ---- */
void push(Driver *driver, int kind, const Token *token);
void track_brackets(Driver *driver, const Token *token);

/* ---- habits.c ---- */
/* needs: a token at which the parser stands. Reports a habit that it begins or is part of, offers
 * the fix, and pushes what was meant instead of it. False: it is none. */
bool mend_habit(Driver *driver, Token *token);
/* Of a token that cannot stand where it does. */
void explain_token(hermes_diagnostic *d, const Token *token, const Token *first);

typedef bool Mend(Driver *driver, Token *token);
Mend mend_list, mend_slice, mend_loop_over_numbers, mend_pair, mend_generators, mend_loops_first,
    mend_late_filter, mend_early_filter, mend_trailing_argument, mend_default_sign,
    mend_default_word, mend_last_comma, mend_domain, mend_set; /* habits_rows.c */
Mend mend_missing_type, mend_value_as_type, mend_bracketed_type, mend_type_first, mend_result_colon,
    mend_typed_let, mend_let_word, mend_bare_definition, mend_bare_result, mend_indices,
    mend_indices_by_for, mend_named_argument; /* habits_items.c */

/* Reports "`%` cannot stand here", with the rule. */
hermes_diagnostic *refuse(Driver *driver, Span span, const char *rule);

/* ---- extents.c: how far expressions reach, by their tokens alone ---- */

/* What an operand of these may hold: all that binds closer. */
typedef enum Level {
  LEVEL_TEST /* a choice in which = may stand for == */,
  LEVEL_CHOICE,
  LEVEL_CONDITION,
  LEVEL_SUM,
  LEVEL_PRODUCT,
  LEVEL_POWER
} Level;

bool is_operand(const Token *token); /* may an operand end here? */
bool begins_operand(const Token *token);
bool is_comparison(const Token *token);
bool opens(const Token *token);
bool closes(const Token *token);
bool adjoins(const Token *a, const Token *b); /* nothing between the two */
/* The bracket that closes this one, or NULL. */
const Token *closing_token(const Token *open);
/* The first token of the operand that ends before `at`; NULL: there is none. */
const Token *operand_before(const Driver *driver, const Token *at, Level level);
/* The token behind the operand that begins at `at`; NULL: there is none. */
const Token *behind_operand(const Token *at, Level level);
/* The source from one token to before another. */
const char *text_between(const Driver *driver, const Token *from, const Token *behind);
Span span_between(const Token *from, const Token *behind);

#endif
