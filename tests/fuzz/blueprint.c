/* One interpreted blueprint, kept as long as the process lives. */
#include "blueprint.h"

#include "fuzz.h"
#include "hermesc.h"

#include <string.h>

const hermes_interface *fuzz_twin(const char *blueprint) {
  static Compiler compiler; /* which the model needs for as long as it is used */
  static hermes_interface door;
  if (door.abi) return &door;
  compiler_init(&compiler, HERMES_STDLIB);
  bool good = check_blueprint_text(&compiler, "fuzz.hbp", blueprint, strlen(blueprint));
  hermes_diagnostics_print(&compiler.diagnostics, stderr, false, 0);
  must(good, "the target's own blueprint is sound");
  hermes_model *model = interpreter_model(&compiler);
  must(model != NULL, "it can be interpreted");
  door = hermes_interface_of(model);
  return &door;
}
