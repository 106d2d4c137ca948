/* Ctrl-C. */
#ifndef HERMES_STOP_H
#define HERMES_STOP_H

#include <signal.h>

/* From now on, SIGINT and SIGTERM raise the flag that is returned; a second one ends the program.
 */
const volatile sig_atomic_t *stop_on_signals(void);
/* The same flag, for those that only look at it. */
const volatile sig_atomic_t *stop_flag(void);

#endif
