/* CSV files: every kind of table and column, from any bytes. The input is the files of a data
 * directory, one behind the other, divided by form feeds; those that it leaves out are empty. */
#include "blueprint.h"
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char BLUEPRINT[] =
    "blueprint tables;"
    "table cell from \"cells.csv\" {"
    "  site : site; tx_power : dBm; layer : {coverage, capacity} = capacity;"
    "  planned : bool = false or missing; antennas : int in 1 .. 64 = 2;"
    "  bandwidth : MHz in {5 MHz, 10 MHz, 20 MHz} = 10 MHz or missing;"
    "  load : % in 0 % ..< 100 % = 50 %; cabinet : degC = 20 degC; }"
    "table site from \"sites.csv\" { height : m in 0 m .. 100 m = 30 m; anchor : cell; }"
    "table path[site, cell] from \"rsrp.csv\" { rsrp : dBm; delay : us = 1 us; }"
    "sparse table relation[cell, cell] from \"relations.csv\" {"
    "  penalty : dB = 0 dB or missing; kind : {none, intra, inter} = none; }"
    "kpi height : m = sum(s.height for s in site);"
    "kpi cells : 1 = count(true for c in cell);"
    "kpi best : dBm = max(path.rsrp[s, c] for s in site for c in cell);"
    "kpi penalty : dB = lmean(relation.penalty[a, b] for a in cell for b in cell);";

static const char *const FILES[] = {"cells.csv", "sites.csv", "rsrp.csv", "relations.csv"};
enum { FILE_COUNT = sizeof FILES / sizeof *FILES };

static void write_files(const char *text, size_t size) {
  const char *end = text + size;
  for (size_t i = 0; i < FILE_COUNT; i++) {
    const char *stop = i + 1 < FILE_COUNT ? memchr(text, '\f', (size_t)(end - text)) : NULL;
    fuzz_write(FILES[i], text, (size_t)((stop ? stop : end) - text));
    text = stop ? stop + 1 : end;
  }
}

/* What was read can be computed with: every row has a key that is found again. */
static void check_tables(const hermes_interface *door, hermes_twin *twin) {
  for (int table = 0; table < 2; table++) {
    must(door->rows(twin, table) > 0, "a table that was read has rows");
    for (size_t row = 0; row < door->rows(twin, table); row++)
      must(door->find(twin, table, door->key(twin, table, row)) == (long)row, "a key is found");
  }
}

static void check_kpis(const hermes_interface *door, hermes_twin *twin) {
  double kpis[4], none;
  hermes_outcome outcome;
  int status = door->evaluate(twin, 1, &none, kpis, NULL, &outcome, NULL);
  must(status != HERMES_FAILED, "sound data can be evaluated");
  must(status != HERMES_OK || outcome.status != HERMES_OK || isfinite(kpis[0]),
       "a KPI of sound data is a number");
}

void fuzz_one(const char *text, size_t size) {
  const hermes_interface *door = fuzz_twin(BLUEPRINT);
  hermes_diagnostics problems = {0};
  write_files(text, size);
  hermes_twin *twin = door->create(door->model, fuzz_directory(), NULL, &problems);
  must((twin != NULL) == (problems.errors == 0), "data are refused with a reason, and only then");
  check_diagnostics(&problems);
  if (twin) {
    check_tables(door, twin);
    check_kpis(door, twin);
    door->destroy(twin);
  }
  hermes_diagnostics_free(&problems);
}
