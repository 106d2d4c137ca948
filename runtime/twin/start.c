/* Where generated code comes in: it knows its model, and nothing of the interface around it. The
 * process is a twin and nothing else, so it may be confined. */
#include "twin/commands.h"

int hermes_twin_start(const hermes_model *model, int argc, char **argv) {
  hermes_interface interface = hermes_interface_of(model);
  return twin_main(&interface, argc, argv, true);
}
