/* What a run uses up, and what it may. */
#include "client/purse.h"

#include <math.h>

enum {
  BYTES_OF_TOKEN = 4,
  SURE_BYTES_OF_TOKEN = 3, /* fewer: what is held must not be too little */
  LEAST_COMPLETION = 64    /* tokens: with fewer left, a call is not worth asking */
};
static const double million = 1e6;

long estimated_tokens(size_t bytes) {
  return (long)((bytes + BYTES_OF_TOKEN - 1) / BYTES_OF_TOKEN);
}

double cost_of(const Configuration *configuration, double prompt_tokens, double completion_tokens) {
  return (prompt_tokens * configuration->price_input +
          completion_tokens * configuration->price_output) /
         million;
}

/* Tokens that a completion may still have, for all caps and behind this prompt. */
static double room_left(const Purse *purse, double prompt) {
  const Configuration *c = purse->configuration;
  double room = INFINITY;
  if (c->max_tokens > 0)
    room = (double)(c->max_tokens - purse->tokens - purse->held.tokens) - prompt;
  if (c->max_cost > 0) {
    double money = c->max_cost - purse->cost - purse->held.cost - cost_of(c, prompt, 0);
    room = fmin(room, c->price_output > 0 ? money / c->price_output * million
                      : money >= 0        ? INFINITY
                                          : -1);
  }
  return room;
}

static bool is_capped(const Purse *purse, double room, long max_tokens) {
  const Configuration *c = purse->configuration;
  if (c->max_calls > 0 && purse->calls >= c->max_calls) return true;
  return room < (double)(max_tokens > 0 ? max_tokens : LEAST_COMPLETION);
}

PurseSays purse_take(Purse *purse, size_t prompt_bytes, long *max_tokens, Hold *hold) {
  double prompt = (double)(prompt_bytes / SURE_BYTES_OF_TOKEN + 1);
  double room = room_left(purse, prompt);
  if (is_capped(purse, room, *max_tokens)) return purse->held.tokens > 0 ? PURSE_WAIT : PURSE_EMPTY;
  if (*max_tokens == 0 && room < 1e9) *max_tokens = (long)room;
  *hold = (Hold){.tokens = (long)prompt + *max_tokens,
                 .cost = cost_of(purse->configuration, prompt, (double)*max_tokens)};
  purse->calls++;
  purse->held.tokens += hold->tokens;
  purse->held.cost += hold->cost;
  return PURSE_OPEN;
}

void purse_pay(Purse *purse, Hold hold, long prompt_tokens, long completion_tokens) {
  purse->held.tokens -= hold.tokens;
  purse->held.cost -= hold.cost;
  purse->tokens += prompt_tokens + completion_tokens;
  purse->cost += cost_of(purse->configuration, (double)prompt_tokens, (double)completion_tokens);
}

const char *purse_reason(Arena *arena, const Purse *purse) {
  const Configuration *c = purse->configuration;
  if (c->max_calls > 0 && purse->calls >= c->max_calls)
    return arena_format(arena, "%ld of %ld calls are used up (`max_calls`)", purse->calls,
                        c->max_calls);
  double of_tokens = c->max_tokens > 0 ? (double)purse->tokens / (double)c->max_tokens : -1;
  if (c->max_cost > 0 && purse->cost / c->max_cost > of_tokens)
    return arena_format(arena, "%.4g of %g are spent, too much to ask on (`max_cost`)", purse->cost,
                        c->max_cost);
  return arena_format(arena, "%ld of %ld tokens are used up, too many to ask on (`max_tokens`)",
                      purse->tokens, c->max_tokens);
}
