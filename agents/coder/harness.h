/* What any twin must pass whatever its author expects of it: the harness's own checks. They rest on
 * the description of the twin and on what it computes, and no agent can edit them. */
#ifndef HERMES_HARNESS_H
#define HERMES_HARNESS_H

#include "coder/gates.h"

/* Appends one object for each check to `found`: {"check", "outcome": "passed" | "failed" |
 * "skipped", "says"}. Returns what the coder is told of those that failed, "" where none did. */
const char *harness_check(Session *session, const char *program, const Task *task, const cJSON *run,
                          cJSON *found);

#endif
