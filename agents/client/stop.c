/* Ctrl-C. The flag is the one global variable there must be: a signal handler sees nothing else. */
#include "client/stop.h"

#include <stddef.h>

static volatile sig_atomic_t stopped;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

const volatile sig_atomic_t *stop_on_signals(void) {
  struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  return &stopped;
}

const volatile sig_atomic_t *stop_flag(void) {
  return &stopped;
}
