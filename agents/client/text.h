/* Texts that grow, and texts made fit to be shown and recorded. */
#ifndef HERMES_TEXT_H
#define HERMES_TEXT_H

#include "hermesc.h"

typedef struct Text { /* {0} is empty */
  char *bytes;        /* terminated, once something was added */
  size_t length, room;
} Text;

void text_add(Arena *arena, Text *text, const char *bytes, size_t length);

/* The same text in UTF-8: what is none becomes U+FFFD, as does a NUL; and wherever `secret` (NULL:
 * none) stands, *** does. */
const char *text_clean(Arena *arena, const char *bytes, size_t length, const char *secret);
/* Its beginning on one line, for messages: at most `most` bytes, then "...". */
const char *text_excerpt(Arena *arena, const char *text, size_t most);
/* Whether `word` stands there, between other characters than letters and digits; in small letters
 * or capitals. */
bool text_mentions(const char *text, const char *word);

#endif
