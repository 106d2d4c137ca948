/* What a run uses up, and what it may: the caps hold for what was used and for what is asked. */
#ifndef HERMES_PURSE_H
#define HERMES_PURSE_H

#include "client/configure.h"

/* What a call may use up at most, as far as can be known before. */
typedef struct Hold {
  long tokens;
  double cost;
} Hold;

typedef struct Purse {
  const Configuration *configuration;
  long calls, tokens; /* used, those in flight among the calls */
  double cost;
  Hold held; /* by calls in flight */
} Purse;

typedef enum PurseSays { PURSE_OPEN, PURSE_WAIT /* for calls in flight */, PURSE_EMPTY } PurseSays;

/* Tokens that so many bytes come to, where nobody counted: about four bytes each. */
long estimated_tokens(size_t bytes);
/* NaN where the prices are not known. */
double cost_of(const Configuration *configuration, double prompt_tokens, double completion_tokens);

/* Takes out what a call may need. Where *max_tokens is 0, and a cap is set on tokens or cost, it
 * becomes what is left. */
PurseSays purse_take(Purse *purse, size_t prompt_bytes, long *max_tokens, Hold *hold);
/* Gives that back, and pays what the call did use. */
void purse_pay(Purse *purse, Hold hold, long prompt_tokens, long completion_tokens);
/* Which cap is reached, in words. */
const char *purse_reason(Arena *arena, const Purse *purse);

#endif
