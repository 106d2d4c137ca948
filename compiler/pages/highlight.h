/* Highlighting for editors, made from the tables of words by which blueprints are read. */
#ifndef HERMESC_HIGHLIGHT_H
#define HERMESC_HIGHLIGHT_H

#include "hermesc.h"

/* editors/vscode/syntaxes/hermes.tmLanguage.json: matches only, none of which spans lines. */
void highlight_textmate(Arena *arena, FILE *out);
/* editors/vim/syntax/hermes.vim */
void highlight_vim(Arena *arena, FILE *out);

#endif
