/* One blueprint, interpreted and native, held against one another bit by bit. */
#ifndef HERMES_AGREE_PAIR_H
#define HERMES_AGREE_PAIR_H

#include <hermes/twin.h>

typedef struct pair_tally {
  size_t numbers;                /* compared */
  size_t valid, invalid;         /* candidates */
  size_t sweeps, failed_asserts; /* of expects */
  size_t refused;                /* data sets: too much work, or data that do not fit */
  size_t windows;                /* twins that kept the last instants of something alone */
  size_t problems;               /* differences found */
} pair_tally;

typedef struct pair {
  const char *name; /* of the blueprint, for messages */
  const hermes_model *interpreted, *native;
  uint64_t seed; /* of candidates and inputs */
} pair;

/* Runs both with one data set: by default, with candidates and inputs drawn at random, and through
 * every expect. Each difference is a line `! NAME: ...` on standard output. */
void pair_hold(const pair *both, const char *directory, pair_tally *tally);

#endif
