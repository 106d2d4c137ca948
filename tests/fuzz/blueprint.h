/* A model of a blueprint that a target holds as text, interpreted: what the readers of data and of
 * decisions are driven by, as in a twin (blueprint.c). */
#ifndef HERMES_FUZZ_BLUEPRINT_H
#define HERMES_FUZZ_BLUEPRINT_H

#include <hermes/twin.h>

/* Of one blueprint in each process; made by the first call, and kept. */
const hermes_interface *fuzz_twin(const char *blueprint);

#endif
