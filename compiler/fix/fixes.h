/* Ways to mend a blueprint, offered by the passes and verified before they are shown (fixes.c). */
#ifndef HERMESC_FIXES_H
#define HERMESC_FIXES_H

#include "hermesc.h"

/* Offers that the bytes of a span become `text`. To be verified. */
void offer_fix(hermes_diagnostic *d, Span span, const char *text, const char *title);

/* Says what holds instead of what was written: as the rule where the code has none of its own, else
 * as a note. */
void state_rule(hermes_diagnostic *d, const char *rule);

/* The diagnostic of this code that begins at this byte of the blueprint, or NULL. */
hermes_diagnostic *diagnostic_at(Compiler *compiler, hermes_code code, uint32_t start);

/* Offers to put text before and behind a span: lin( ... ). */
void offer_wrap(hermes_diagnostic *d, Span span, const char *before, const char *behind,
                const char *title);

/* A name that might have been meant by the one at `span`; where the contract of the block would
 * have to list it instead, the place there is `listed`, which is empty otherwise. */
typedef struct NameTry {
  Span span, listed;
  const char *name;
} NameTry;

/* For an error without a fix: names in reach of where it stands that nothing reads, or that the
 * block around it lists and does not read (repair_names.c). Their number. */
int names_to_try(const Compiler *compiler, const hermes_diagnostic *d, NameTry *tries,
                 int capacity);

/* The text with a fix applied, terminated; NULL where its edits overlap or leave the text. */
char *fix_apply(Arena *arena, const char *text, size_t length, const hermes_fix *fix,
                size_t *new_length);

/* needs: a check that reported errors. leaves: of the first `most` errors (0: all) only those fixes
 * that were applied and checked again, and whose error is gone without a new one; of the others
 * none. Costs one check for each fix. */
void verify_fixes(Compiler *compiler, size_t most);
/* The same for one diagnostic. */
void verify_fixes_of(Compiler *compiler, hermes_diagnostic *d);

/* Mends the file at `path` (mend.c), says on `out` what it did, and reports what is left. With
 * dry_run nothing is written. Standard input is mended to `out`, and what was done told on standard
 * error. */
void mend_blueprint(Compiler *compiler, const char *path, bool dry_run, FILE *out);

/* The same of a text in memory, which is named `path`: the mended text, in the arena; nothing is
 * reported. What was done is told on `out`, where it is not NULL. Sets how many fixes were
 * applied. */
char *mend_text(Compiler *compiler, const char *path, const char *text, FILE *out, size_t *fixed);

#endif
