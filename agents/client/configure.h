/* What a run may do, and with which model: defaults, then a file, then the environment, then the
 * command line, each over the one before (configure.c). docs/configuration.md tells users. */
#ifndef HERMES_CONFIGURE_H
#define HERMES_CONFIGURE_H

#include "hermesc.h"

enum { MOST_ROLES = 16, MOST_BRANCHES = 16, MOST_PARALLEL = 64 };

/* What one role asks with, where it differs. */
typedef struct RoleSetting {
  const char *role;
  const char *model;  /* NULL: the configuration's */
  double temperature; /* NaN: the prompt's */
  long max_tokens;    /* 0: the prompt's */
} RoleSetting;

typedef struct Configuration {
  const char *base_url; /* "http://127.0.0.1:8080/v1" */
  const char *api_key;  /* never printed, logged, recorded, or inherited by a child; or NULL */
  const char *model;
  RoleSetting roles[MOST_ROLES];
  int role_count;
  /* the chain */
  long coarse;     /* generators that reflect side by side (3) */
  long candidates; /* blueprints that must pass before their behaviour is compared (1) */
  long repairs;    /* of one sample (3) */
  long samples;    /* fresh ones, for each candidate (2) */
  long designs;    /* times that a failure goes back to the Designer (1) */
  /* caps: what a run may use up; 0: no cap */
  long max_calls, max_tokens;
  double max_cost;
  double price_input, price_output; /* of a million tokens; NaN: not known, and no cost is told */
  /* the wire */
  double connect_timeout, timeout, stall; /* seconds; stall: without a byte */
  long retries, parallel;
  double retry_longest; /* seconds that a Retry-After may ask for */
  bool stream;
} Configuration;

/* leaves: a whole configuration. False with the reasons, where the file or a value makes no sense.
 * `file`: --config, or NULL for $XDG_CONFIG_HOME/hermes/config.json where it is there. HERMES_
 * variables count for more than the file, OPENAI_ ones for less: a key that stands around for
 * another server goes to none that the file names with its own. Then secrets are forgotten. */
bool configure(Arena *arena, const char *file, Configuration *configuration,
               hermes_diagnostics *diagnostics);
/* Sets a count that the command line names, `--coarse 4`; reported where it is out of its limits.
 */
void configure_count(Configuration *configuration, const char *key, long value,
                     hermes_diagnostics *diagnostics);
/* Takes the key out of the environment, so that no child inherits it. */
void forget_secrets(void);

/* Whether an address leads to this machine itself: nobody else can listen on the way. */
bool is_own_machine(const char *url);

/* The setting of a role, or NULL. */
const RoleSetting *role_setting(const Configuration *configuration, const char *role);

#endif
