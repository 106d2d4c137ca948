/* The table of diagnostic codes. */
#include <hermes/diagnostics.h>

/* The last row answers for a code that is none. */
static const hermes_code_info CODES[HERMES_CODES + 1] = {
#define HERMES_DIAGNOSTIC(code, severity, category, title, rule)                                   \
  {"HB" #code, HERMES_##severity, HERMES_##category, title, rule},
#include <hermes/diagnostics.def>
#undef HERMES_DIAGNOSTIC
    {"HB0000", HERMES_ERROR, HERMES_COMPILER_BUG, "a diagnostic without a code", ""},
};

const hermes_code_info *hermes_code_of(hermes_code code) {
  unsigned row = (unsigned)code;
  return &CODES[row < HERMES_CODES ? row : HERMES_CODES];
}
