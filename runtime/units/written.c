/* Numbers as people would write them. */
#include <hermes/numeric.h>
#include <hermes/units.h>

#include <string.h>

double hermes_written_number(const hermes_unit *unit, double value) {
  double number = hermes_from_coherent(unit, value), rounded = number;
  if (!isfinite(number) || (unit->factor == 1 && unit->offset == 0)) return number;
  char text[HERMES_DECIMAL_TEXT];
  hermes_decimal_text(number, 15, text);
  hermes_decimal(text, strlen(text), &rounded);
  return hermes_to_coherent(unit, rounded) == value ? rounded : number;
}

const char *hermes_unit_difference(const char *unit, const hermes_unit *measure, double *factor) {
  bool point = measure->scale == HERMES_LEVEL || measure->scale == HERMES_POINT;
  *factor = point ? measure->factor : 1;
  if (measure->scale == HERMES_LEVEL) return "dB";
  if (measure->scale == HERMES_POINT) return "K";
  return strcmp(unit, "%") == 0 ? "percentage points" : unit;
}
