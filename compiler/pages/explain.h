/* The long story of every diagnostic: docs/diagnostics.md, as it was when hermesc was built. */
#ifndef HERMESC_EXPLAIN_H
#define HERMESC_EXPLAIN_H

#include <hermes/diagnostics.h>
#include <stdio.h>

/* A code as people write it, `HB0402`, `hb0402` or `402`; HERMES_CODES where there is none such. */
hermes_code explain_find(const char *word);
/* The name of the code that is nearest to a word, or NULL. */
const char *explain_nearest(const char *word);
/* The story of one code as plain text. */
void explain_code(hermes_code code, FILE *out);
/* Every code and its title. */
void explain_codes(FILE *out);

#endif
