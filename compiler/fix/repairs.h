/* What may have been meant by a row, a name or a quantity that does not fit: offered beside the
 * error that was just reported, and shown only where it stands the check (fixes.c). Each function
 * knows one kind of slip, and offers nothing where two readings of it tie. */
#ifndef HERMESC_REPAIRS_H
#define HERMESC_REPAIRS_H

#include "check/checker.h"
#include "fix/fixes.h"

/* The diagnostic that was reported last, if it was an error, and is kept; else NULL. */
hermes_diagnostic *last_error(Checker *checker);

/* ---- repair_rows.c ---- */

/* The indices of a value read with too many, too few, or rows of other tables: those that fit in
 * their order, and the only variable in reach for each that is missing. `span`: the whole read. */
void offer_rows(Scope *scope, hermes_diagnostic *d, const Slot *slot, const Expr *args, Span span);
/* The one variable over `table` in reach, in place of what stands at `span`. */
void offer_variable(Scope *scope, hermes_diagnostic *d, int table, Span span);
/* x.column, where the table of x has no such column: the one variable whose table has it. */
void offer_row_with(Scope *scope, hermes_diagnostic *d, const Expr *member);
/* The `for` or index of a variable runs over `table` instead. */
void offer_set(Scope *scope, hermes_diagnostic *d, const Expr *row, int table);

/* ---- repair_types.c ---- */

/* What stands there, on one line, cut where it is long. */
const char *source_text(const Checker *checker, Span span);
/* A number as written, with its sign or without; its digits, and its unit as written or "". */
bool is_literal(const Term *term);
const char *digits_of(const Checker *checker, const Term *literal);
const char *unit_of_literal(const Checker *checker, const Term *literal);
/* The unit in which a quantity like this term is written: as declared, where that is known. */
const char *unit_like(const Checker *checker, const Term *term);

/* Another unit behind a literal, or its first one. */
void offer_unit(const Checker *checker, hermes_diagnostic *d, const Term *literal,
                const char *unit);
/* lin(x) or db(x) becomes x; false where the term is neither. */
bool offer_without_door(const Checker *checker, hermes_diagnostic *d, const Term *term);
/* A linear term becomes logarithmic, or the other way round: a door is put in, or taken away. */
void offer_other_world(const Checker *checker, hermes_diagnostic *d, const Term *term);
/* The type of a value as people would write it: `MHz`, `bool`, `cell`. */
const char *type_of_value(const Checker *checker, const Term *value);
/* A written type becomes that of its value. */
void offer_type(const Checker *checker, hermes_diagnostic *d, const TypeExpr *written,
                const Term *value);
/* The declaration of what a term reads, by itself or in a sum, gets the type `want`: where that
 * says what its numbers are, for only the author knows whether a table holds Hz or MHz. */
void offer_declaration(const Checker *checker, hermes_diagnostic *d, const Term *term,
                       const Type *want);

#endif
