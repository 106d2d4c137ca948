/* Reading what a design is asked for. */
#ifndef HERMES_DESIGN_TASK_H
#define HERMES_DESIGN_TASK_H

#include "design/designer.h"

/* The task of a command line. Everything that it names is read once here, so that no model is asked
 * in vain; false, reported, where something cannot be. */
bool read_task(Session *session, Task *task);

#endif
