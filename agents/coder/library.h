/* Which functions of the library fit a text. */
#ifndef HERMES_LIBRARY_H
#define HERMES_LIBRARY_H

#include "hermes.h"

/* Heads and docs of the functions whose words the text shares most, by module, with the imports
 * that they need; at most `budget` bytes. In the session's arena. */
const char *library_fit(Session *session, const char *text, size_t budget);

#endif
