/* Models used outside of their range: what `run` warns of. */
#include "twin/commands.h"

#include <stdlib.h>
#include <string.h>

/* The assert that fails in most rows; NULL where both hold. */
static const hermes_verdict *worst_of(const hermes_verdict verdicts[2], size_t *failed) {
  const hermes_verdict *worst = verdicts[1].failed > verdicts[0].failed ? &verdicts[1] : verdicts;
  *failed = verdicts[0].failed + verdicts[1].failed;
  return *failed ? worst : NULL;
}

static void warn(twin_session *session, const hermes_expect *expect, const hermes_verdict *worst,
                 size_t failed) {
  const hermes_assert *claim = &expect->asserts[0];
  hermes_place place = {
      .file = session->description->blueprint_file, .line = (uint32_t)expect->line, .column = 1};
  hermes_diagnostic *d = hermes_report(&session->problems, HB0829, &place, "%s: %zu of %zu",
                                       expect->doc, failed, worst->checked);
  const char *unit = strcmp(claim->unit, "1") ? claim->unit : "";
  char number[TWIN_NUMBER];
  twin_number_short(worst->left, number);
  char *row = twin_row_text(session, &claim->index, claim->variables, worst->row);
  hermes_diagnostic_fact(&d->actual, "%s%s%s%s%s", number, *unit ? " " : "", unit,
                         *row ? " at " : "", row);
  free(row);
}

static bool look_at(twin_session *session, size_t number, const double *candidate) {
  const hermes_expect *expect = &session->description->expects[number];
  hermes_verdict verdicts[2];
  hermes_outcome outcome;
  size_t rows, total, row[HERMES_MAX_RANK], failed = 0;
  if (session->door->expect(session->twin, (int)number, candidate, SIZE_MAX, verdicts, &rows,
                            &total, &outcome, row) == HERMES_FAILED) {
    hermes_report(&session->problems, HB0824, NULL, "%s", session->door->last_error(session->twin));
    return false;
  }
  const hermes_verdict *worst = outcome.status == HERMES_OK ? worst_of(verdicts, &failed) : NULL;
  if (worst) warn(session, expect, worst, failed);
  return true;
}

bool twin_warn_outside(twin_session *session, const double *candidate) {
  const hermes_description *d = session->description;
  for (size_t i = 0; i < d->range_count; i++)
    if (!look_at(session, d->expect_count + i, candidate)) return false;
  return true;
}
