/* Dense arrays: a column of every kind, from any bytes as one .npy file. */
#include "blueprint.h"
#include "fuzz.h"

#include <math.h>
#include <string.h>

/* All tables name the one file. As many rows as columns, so that arrays of both orders fit; zeros
 * and ones are sound in every column. */
static const char BLUEPRINT[] =
    "blueprint arrays;"
    "table cell from \"cells.csv\" { }"
    "table gain[cell, cell] from \"array.npy\" { value : dB; }"
    "table level[cell, cell] from \"array.npy\" { value : % in 0 % .. 100 %; }"
    "table whole[cell, cell] from \"array.npy\" { value : int in -8 .. 64; }"
    "table truth[cell, cell] from \"array.npy\" { value : bool; }"
    "table known[cell, cell] from \"array.npy\" { value : dB = 0 dB or missing; }"
    "kpi total : dB = sum(gain.value[a, b] for a in cell for b in cell);"
    "kpi truths : 1 = count(truth.value[a, b] for a in cell for b in cell);";
static const char CELLS[] = "cell\nc1\nc2\n";

/* Ones and zeros are both a number and a truth. */
static void check_kpis(const hermes_interface *door, hermes_twin *twin) {
  double kpis[2] = {NAN, NAN}, none;
  hermes_outcome outcome;
  must(door->evaluate(twin, 1, &none, kpis, NULL, &outcome, NULL) != HERMES_FAILED,
       "sound arrays can be evaluated");
  must(outcome.status != HERMES_OK || fabs(kpis[0] - kpis[1]) < 1e-9,
       "a truth is 0 or 1 as a number");
}

void fuzz_one(const char *text, size_t size) {
  const hermes_interface *door = fuzz_twin(BLUEPRINT);
  hermes_diagnostics problems = {0};
  fuzz_write("cells.csv", CELLS, strlen(CELLS));
  fuzz_write("array.npy", text, size);
  hermes_twin *twin = door->create(door->model, fuzz_directory(), NULL, &problems);
  must((twin != NULL) == (problems.errors == 0), "data are refused with a reason, and only then");
  check_diagnostics(&problems);
  if (twin) {
    check_kpis(door, twin);
    door->destroy(twin);
  }
  hermes_diagnostics_free(&problems);
}
