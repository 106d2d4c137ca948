/* How long a chain is, kept in its record: a replay must ask what the recorded run asked. */
#ifndef HERMES_SHAPE_H
#define HERMES_SHAPE_H

#include "client/configure.h"
#include "record/trace.h"

/* Adds the numbers of generators, candidates, repairs, samples and designs to a start. */
void shape_note(cJSON *start, const Configuration *configuration);
/* Takes them from the start of a record, where it has them. */
void shape_take(const Cassette *cassette, Configuration *configuration);

#endif
