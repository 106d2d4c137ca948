/* When a call is asked again, and how long to wait before. */
#ifndef HERMES_RETRY_H
#define HERMES_RETRY_H

#include <stdbool.h>
#include <time.h>

/* Whether a server that answers with this status may answer another way if asked again. */
bool retry_helps(long status);

/* Seconds that a Retry-After asks for, in seconds or as a date; NaN where it says neither. */
double retry_after(const char *value, time_t now);

/* Seconds to wait before the next attempt: they double with each that failed (from 1), and `chance`
 * in [0, 1) takes up to half of them away, so that calls do not come back together. What the server
 * asks for (NaN: nothing) counts instead. Never above `longest`. */
double retry_delay(int failed, double asked, double longest, double chance);

#endif
