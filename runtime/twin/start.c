/* Where generated code comes in: it knows its model, and nothing of the interface around it. */
#include <hermes/twin.h>

int hermes_twin_start(const hermes_model *model, int argc, char **argv) {
  hermes_interface interface = hermes_interface_of(model);
  return hermes_twin_main(&interface, argc, argv);
}
