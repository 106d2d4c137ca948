/* The text of one field -> one element of a column's array. */
#include "data/data.h"

#include <hermes/numeric.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* One field on its way into one element. */
typedef struct reading {
  data_column *column;
  csv_reader *csv;
  const csv_field *field;
  const char *text;
  size_t length;
  size_t element;
} reading;

#define REPORT(r, code, ...)                                                                       \
  data_report((r)->csv->source, (r)->csv->problems, code, (r)->field->line, (r)->field->column,    \
              __VA_ARGS__)

static void trim(const char **text, size_t *length) {
  while (*length && (**text == ' ' || **text == '\t'))
    ++*text, --*length;
  while (*length && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t'))
    --*length;
}

static void put_real(const data_column *column, size_t element, double value) {
  ((double *)column->array)[element] = value;
}

static void put_integer(const data_column *column, size_t element, long value) {
  ((int32_t *)column->array)[element] = (int32_t)value;
}

void data_value_default(data_column *column, size_t element) {
  const hermes_slot *slot = column->slot;
  if (slot->kind == HERMES_REAL)
    put_real(column, element, hermes_to_coherent(&slot->measure, slot->default_number));
  else
    put_integer(column, element, (long)slot->default_number);
}

/* ---- numbers ---- */

static bool complain(hermes_code *code, hermes_code which, char *message, size_t size,
                     const hermes_slot *slot, double number, const char *what) {
  char text[HERMES_DECIMAL_TEXT];
  hermes_decimal_text(number, 17, text);
  *code = which;
  snprintf(message, size, strcmp(slot->unit, "1") ? "%s %s in `%s` %s" : "%s%.0s in `%s` %s", text,
           slot->unit, slot->name, what);
  return false;
}

bool data_value_check(const hermes_slot *slot, double number, double coherent, hermes_code *code,
                      char *message, size_t size) {
  if (isnan(number)) return complain(code, HB0723, message, size, slot, number, "is not a number");
  if (isinf(number)) return complain(code, HB0724, message, size, slot, number, "is infinite");
  if (!isfinite(coherent))
    return complain(code, HB0725, message, size, slot, number, "is too large");
  if (slot->integer && fabs(number - round(number)) > 1e-12 * fabs(number))
    return complain(code, HB0727, message, size, slot, number, "is not a whole number");
  if (!hermes_domain_holds(&slot->domain, number))
    return complain(code, HB0726, message, size, slot, number, "is outside of its range");
  return true;
}

static bool is_word(const char *text, size_t length, const char *word) {
  return length == strlen(word) && !strncasecmp(text, word, length);
}

static bool report_no_number(reading *r) {
  const char *text = r->text;
  size_t length = r->length;
  data_shown shown = data_show(text, length);
  const char *name = r->column->slot->name;
  if (*text == '-' || *text == '+') text++, length--;
  if (is_word(text, length, "nan"))
    REPORT(r, HB0723, "`%s` in `%s` is not a number", shown.text, name);
  else if (is_word(text, length, "inf") || is_word(text, length, "infinity"))
    REPORT(r, HB0724, "`%s` in `%s` is infinite", shown.text, name);
  else
    REPORT(r, HB0722, "`%s` in `%s` is no number", shown.text, name);
  return false;
}

static bool report_other_measure(reading *r, const char *unit) {
  const hermes_slot *slot = r->column->slot;
  hermes_diagnostic *d =
      REPORT(r, HB0714, "`%s` does not measure what `%s` does", unit, slot->name);
  hermes_diagnostic_fact(&d->expected, "%s", slot->unit);
  hermes_diagnostic_fact(&d->actual, "%s", unit);
  return false;
}

/* The unit behind a number. Files repeat one unit: the last one is remembered. */
static bool read_unit(reading *r, const char *text, size_t length, hermes_unit *unit) {
  data_column *column = r->column;
  if (length == strlen(column->unit_text) && !memcmp(text, column->unit_text, length)) {
    *unit = column->unit_measure;
    return true;
  }
  char error[256] = "";
  bool begins_unit = *text == '%' || (*text | 32) >= 'a' || (unsigned char)*text >= 0x80 ||
                     (length > 2 && !memcmp(text, "1/", 2));
  if (!begins_unit || length >= sizeof column->unit_text) return report_no_number(r);
  if (!hermes_unit_parse(column->units, text, length, unit, error, sizeof error)) {
    hermes_diagnostic *d = REPORT(r, HB0715, "`%s` in `%s`: %s", data_show(r->text, r->length).text,
                                  column->slot->name, error);
    hermes_diagnostic_fact(&d->expected, "%s", column->slot->unit);
    return false;
  }
  memcpy(column->unit_text, text, length);
  column->unit_text[length] = '\0';
  column->unit_measure = *unit;
  return true;
}

static bool same_measure(const hermes_unit *a, const hermes_unit *b) {
  return a->scale == b->scale && hermes_dimension_equal(&a->dimension, &b->dimension);
}

void data_value_range(const hermes_slot *slot, hermes_diagnostic *d) {
  char range[256];
  hermes_domain_text(&slot->domain, slot->unit, range, sizeof range);
  hermes_diagnostic_fact(&d->expected, "%s", range);
}

static bool report_value(reading *r, hermes_code code, const char *message) {
  hermes_diagnostic *d = REPORT(r, code, "%s", message);
  if (code == HB0726) data_value_range(r->column->slot, d);
  return false;
}

static bool read_real(reading *r) {
  data_column *column = r->column;
  trim(&r->text, &r->length);
  double number;
  size_t used = hermes_decimal(r->text, r->length, &number);
  if (!used) return report_no_number(r);
  hermes_unit unit = column->measure;
  bool declared = column->declared_measure;
  if (used < r->length) {
    const char *rest = r->text + used;
    size_t length = r->length - used;
    trim(&rest, &length);
    if (!read_unit(r, rest, length, &unit)) return false;
    if (!same_measure(&unit, &column->slot->measure))
      return report_other_measure(r, column->unit_text);
    declared = false;
  }
  double value = hermes_to_coherent(&unit, number);
  if (!isfinite(value)) {
    REPORT(r, HB0725, "`%s` in `%s` is too large", data_show(r->text, r->length).text,
           column->slot->name);
    return false;
  }
  if (!declared) number = hermes_from_coherent(&column->slot->measure, value);
  hermes_code code;
  char message[256];
  if (!data_value_check(column->slot, number, value, &code, message, sizeof message))
    return report_value(r, code, message);
  put_real(column, r->element, value);
  return true;
}

/* ---- words ---- */

static bool read_bool(reading *r) {
  static const char *const words[] = {"false", "true", "no", "yes", "0", "1"};
  trim(&r->text, &r->length);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (is_word(r->text, r->length, words[i])) {
      put_integer(r->column, r->element, i % 2);
      return true;
    }
  hermes_diagnostic *d = REPORT(r, HB0729, "`%s` in `%s` is neither true nor false",
                                data_show(r->text, r->length).text, r->column->slot->name);
  hermes_diagnostic_fact(&d->expected, "true, false, yes, no, 1, 0");
  return false;
}

static bool report_label(reading *r) {
  const hermes_slot *slot = r->column->slot;
  data_shown shown = data_show(r->text, r->length);
  hermes_diagnostic *d = REPORT(r, HB0728, "`%s` is no label of `%s`", shown.text, slot->name);
  char list[512] = "";
  for (size_t i = 0, used = 0; i < slot->label_count && used < sizeof list; i++)
    used += (size_t)snprintf(list + used, sizeof list - used, i ? ", %s" : "%s", slot->labels[i]);
  hermes_diagnostic_fact(&d->expected, "%s", list);
  const char *nearest = hermes_nearest(shown.text, slot->labels, slot->label_count);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  return false;
}

static bool read_enum(reading *r) {
  const hermes_slot *slot = r->column->slot;
  for (size_t i = 0; i < slot->label_count; i++)
    if (strlen(slot->labels[i]) == r->length && !memcmp(slot->labels[i], r->text, r->length)) {
      put_integer(r->column, r->element, (long)i);
      return true;
    }
  return report_label(r);
}

static bool read_ref(reading *r) {
  data_column *column = r->column;
  long row = keys_find(column->refers, r->text, r->length, column->guess);
  if (row >= 0) {
    column->guess = (size_t)row;
    put_integer(column, r->element, row);
    return true;
  }
  if (column->refers->incomplete) return false; /* follows from a mistake that was reported */
  hermes_diagnostic *d =
      REPORT(r, HB0718, "`%s` in `%s` is no key of table `%s`", data_show(r->text, r->length).text,
             column->slot->name, column->refers_to);
  keys_suggest(column->refers, r->text, r->length, d);
  return false;
}

static bool read_empty(reading *r) {
  const hermes_slot *slot = r->column->slot;
  if (slot->has_default && slot->or_missing) {
    data_value_default(r->column, r->element);
    return true;
  }
  hermes_diagnostic *d = REPORT(r, HB0721, "`%s` is empty", slot->name);
  if (slot->has_default)
    hermes_diagnostic_note(d, "its default fills empty fields when it is declared `or missing`");
  return false;
}

bool data_value_read(data_column *column, csv_reader *csv, const csv_field *field, size_t element) {
  static bool (*const readers[])(reading *) = {[HERMES_REAL] = read_real,
                                               [HERMES_BOOL] = read_bool,
                                               [HERMES_ENUM] = read_enum,
                                               [HERMES_REF] = read_ref};
  reading r = {.column = column, .csv = csv, .field = field, .element = element};
  r.text = csv_text(csv, field, &r.length);
  const char *text = r.text;
  size_t length = r.length;
  trim(&text, &length);
  return length ? readers[column->slot->kind](&r) : read_empty(&r);
}
