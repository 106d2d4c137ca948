/* Defaults, and the environment over them. */
#include "client/configure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Configuration defaults = {
    .coarse = 3,
    .candidates = 1,
    .repairs = 3,
    .samples = 2,
    .designs = 1,
    .max_calls = 200,
    .price_input = NAN,
    .price_output = NAN,
    .connect_timeout = 10,
    .timeout = 600,
    .stall = 60,
    .retries = 4,
    .parallel = 4,
    .retry_longest = 60,
    .stream = true,
};

static const char *environment(const char *ours, const char *openai) {
  const char *text = getenv(ours);
  if (!text || !*text) text = getenv(openai);
  return text && *text ? text : NULL;
}

bool configure(Arena *arena, const char *file, Configuration *configuration,
               hermes_diagnostics *diagnostics) {
  (void)arena;
  (void)file;
  (void)diagnostics;
  *configuration = defaults;
  configuration->base_url = environment("HERMES_BASE_URL", "OPENAI_BASE_URL");
  configuration->api_key = environment("HERMES_API_KEY", "OPENAI_API_KEY");
  configuration->model = environment("HERMES_MODEL", "OPENAI_MODEL");
  return true;
}

const RoleSetting *role_setting(const Configuration *configuration, const char *role) {
  for (int i = 0; i < configuration->role_count; i++)
    if (strcmp(configuration->roles[i].role, role) == 0) return &configuration->roles[i];
  return NULL;
}
