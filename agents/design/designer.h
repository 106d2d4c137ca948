/* The Designer: agents that read a task and write a plan, or say what is missing.
 *
 *   coarse generators, side by side ─► evaluator ─► fine generators, one for each part
 *     ─► blueprint editor ─► refiner ─► plan
 */
#ifndef HERMES_DESIGNER_H
#define HERMES_DESIGNER_H

#include "prompt/reply.h"

/* What is asked, and on what. */
typedef struct Task {
  const char *words;
  const char *data;              /* directory of the tables */
  const char *profile;           /* what agents are told of it (data/profile.h) */
  const char *examples;          /* proven blueprints, or "none" */
  const char *policy;            /* file of decisions to run with as well, or NULL */
  const char *held_out;          /* file of measurements, or NULL */
  const char *const *quantities; /* KPIs that must come out, "name: unit", ended by NULL; or NULL */
} Task;

typedef enum DesignEnd {
  DESIGN_PLANNED,
  DESIGN_MISSING, /* the data or the task lack what `text` names */
  DESIGN_BROKEN,  /* the chain broke: `text` says where and why */
} DesignEnd;

typedef struct Plan {
  DesignEnd end;
  const char *text; /* of DESIGN_PLANNED: the plan, JSON as the refiner wrote it */
} Plan;

/* "- kpi edge_rate: Mbit/s" for each; `kind` stands before the name. */
const char *quantities_text(Arena *arena, const char *const *quantities, const char *kind);

/* One run of the chain. */
typedef struct Designer {
  Session *session;
  Chat *chat;
  Trace *trace;
  const Task *task;
} Designer;

void design_plan(Designer *designer, Plan *plan);
/* The plan once more, after no blueprint made of it passed: `failure` says how they failed. */
void design_again(Designer *designer, Plan *plan, const char *failure);

#endif
