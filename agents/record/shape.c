/* The numbers of a chain, by name. */
#include "record/shape.h"

#include <stddef.h>

static const struct {
  const char *name;
  size_t field; /* of Configuration */
} shape[] = {
    {"coarse", offsetof(Configuration, coarse)},
    {"candidates", offsetof(Configuration, candidates)},
    {"repairs", offsetof(Configuration, repairs)},
    {"samples", offsetof(Configuration, samples)},
    {"designs", offsetof(Configuration, designs)},
};

void shape_note(cJSON *start, const Configuration *configuration) {
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
    cJSON_AddNumberToObject(start, shape[i].name,
                            (double)*(const long *)((const char *)configuration + shape[i].field));
}

void shape_take(const Cassette *cassette, Configuration *configuration) {
  const cJSON *start = cassette_event(cassette, "start");
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(start, shape[i].name);
    bool good =
        cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= MOST_BRANCHES;
    if (good) *(long *)((char *)configuration + shape[i].field) = (long)item->valuedouble;
  }
}
