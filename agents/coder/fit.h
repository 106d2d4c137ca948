/* Measurements that no agent saw, held against what a twin computes. */
#ifndef HERMES_FIT_H
#define HERMES_FIT_H

#include "coder/gates.h"

/* The file: `value,key,number,unit` in each row; `value` names a KPI (then `key` is empty) or an
 * array of the twin, whose row `key` names (`u1` or `u1/c3`). The worst relative deviation may be
 * FIT_MOST. Appends what it found; returns the residuals by quantity and condition for the coder,
 * "" where all is near. */
const char *fit_check(Session *session, const char *program, const Task *task, cJSON *found);

/* Can the file be used? False with a diagnostic: to be asked before any agent is. */
bool fit_usable(Session *session, const char *path);

#endif
