/* What a value may be. */
#include <hermes/description.h>
#include <hermes/numeric.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TOLERANCE 1e-12     /* relative: what a conversion of units may cost */
#define STEP_TOLERANCE 1e-9 /* of a step: 0.3 is the third step of 0.1 */

static double slack(double a, double b) {
  return TOLERANCE * fmax(fabs(a), fabs(b));
}

static bool in_set(const hermes_domain *domain, double number) {
  for (size_t i = 0; i < domain->value_count; i++)
    if (fabs(number - domain->values[i]) <= slack(number, domain->values[i])) return true;
  return false;
}

static bool on_step(const hermes_domain *domain, double number) {
  if (domain->step == 0) return true;
  double steps = (number - (isfinite(domain->low) ? domain->low : 0)) / domain->step;
  return fabs(steps - round(steps)) <= STEP_TOLERANCE * fmax(1, fabs(steps));
}

static bool in_range(const hermes_domain *domain, double number) {
  if (isfinite(domain->low) && number < domain->low - slack(number, domain->low)) return false;
  if (domain->open && number >= domain->high) return false;
  if (isfinite(domain->high) && number > domain->high + slack(number, domain->high)) return false;
  return on_step(domain, number);
}

bool hermes_domain_holds(const hermes_domain *domain, double number) {
  switch (domain->form) {
  case HERMES_ANYTHING:
    return true;
  case HERMES_SET:
    return in_set(domain, number);
  case HERMES_RANGE:
    return in_range(domain, number);
  }
  return false;
}

/* A text that is being written; what does not fit is cut. */
typedef struct line {
  char *text;
  size_t size, used;
} line;

__attribute__((format(printf, 2, 3))) static void append(line *l, const char *format, ...) {
  if (l->used >= l->size) return;
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(l->text + l->used, l->size - l->used, format, arguments);
  va_end(arguments);
  if (added > 0) l->used += (size_t)added;
}

static void append_number(line *l, double number, const char *unit) {
  char text[HERMES_DECIMAL_TEXT];
  hermes_decimal_text(number, 17, text);
  append(l, strcmp(unit, "1") ? "%s %s" : "%s", text, unit);
}

static void append_range(line *l, const hermes_domain *domain, const char *unit) {
  if (isfinite(domain->low)) append_number(l, domain->low, unit);
  append(l, domain->open ? " ..< " : " .. ");
  if (isfinite(domain->high)) append_number(l, domain->high, unit);
  if (domain->step == 0) return;
  append(l, " step ");
  append_number(l, domain->step, unit);
}

static void append_set(line *l, const hermes_domain *domain, const char *unit) {
  for (size_t i = 0; i < domain->value_count; i++) {
    append(l, i ? ", " : "{");
    append_number(l, domain->values[i], unit);
  }
  append(l, "}");
}

void hermes_domain_text(const hermes_domain *domain, const char *unit, char *text, size_t size) {
  line l = {text, size, 0};
  if (size) text[0] = '\0';
  if (domain->form == HERMES_RANGE) append_range(&l, domain, unit);
  if (domain->form == HERMES_SET) append_set(&l, domain, unit);
}
