/* `hermesc generate`: manual pages and completions, of hermesc itself and of twins; highlighting. */
#ifndef HERMESC_GENERATE_H
#define HERMESC_GENERATE_H

#include "hermesc.h"

/* The forms, ended by NULL: man, bash, zsh, fish; vim, textmate. */
extern const char *const generate_forms[];

/* Writes one form of the manual of the twin of that name, NULL: of hermesc. False, with a
 * diagnostic, where there is no such form or the name is not fit to stand in a script. */
bool generate_manual(Compiler *compiler, const char *form, const char *twin, FILE *out);

#endif
