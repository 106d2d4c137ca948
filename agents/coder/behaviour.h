/* What blueprints compute on the same inputs: the ground on which the majority is found. */
#ifndef HERMES_BEHAVIOUR_H
#define HERMES_BEHAVIOUR_H

#include "coder/gates.h"

/* KPIs by default, with the task's decisions, and with every policy moved away from its default. */
typedef struct Behaviour {
  cJSON *runs[3]; /* NULL: could not be had */
} Behaviour;

Behaviour behaviour_of(Session *session, const Task *task, const char *program);
void behaviour_free(Behaviour *behaviour);

/* Have two runs the same KPIs, with the same numbers? */
bool runs_alike(const cJSON *a, const cJSON *b);
/* Do two compute the same KPIs, up to the order of sums? */
bool behave_alike(const Behaviour *a, const Behaviour *b);

/* The first of those that most others agree with; `agreeing` counts it, too. */
int majority(const Behaviour *behaviours, int count, int *agreeing);

#endif
