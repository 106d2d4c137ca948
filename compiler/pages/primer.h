/* `hermesc primer`: the language on a few pages, for those who write their first blueprint. */
#ifndef HERMESC_PRIMER_H
#define HERMESC_PRIMER_H

#include "hermesc.h"

/* Writes it as Markdown. Reads the names of the library's modules. */
void write_primer(Compiler *compiler, FILE *out);

/* The functions of one module of the library; false, with a diagnostic, where there is none of that
 * name. */
bool write_module_primer(Compiler *compiler, const char *name, FILE *out);

#endif
