/* Lists of diagnostics. Every string in a diagnostic is its own copy, except the texts and file
 * names of places. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <hermes/diagnostics.h>

/* The one place where running out of memory ends the program: there is no way left to say anything
 * else. */
static void *or_abort(void *memory) {
  if (memory) return memory;
  fputs("hermes: out of memory while reporting a problem\n", stderr);
  abort();
}

__attribute__((format(printf, 1, 0))) static char *formatted(const char *format, va_list list) {
  va_list again;
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, list);
  size_t size = length < 0 ? 1 : (size_t)length + 1;
  char *text = or_abort(calloc(size, 1));
  if (length > 0) vsnprintf(text, size, format, again);
  va_end(again);
  return text;
}

void hermes_fix_free(hermes_fix *fix) {
  free(fix->title);
  for (size_t i = 0; i < fix->edit_count; i++)
    free(fix->edits[i].text);
  *fix = (hermes_fix){0};
}

/* Frees what a diagnostic owns, and leaves it empty. */
static void clear(hermes_diagnostic *d) {
  free(d->message);
  free(d->file_copy);
  free(d->place_label);
  for (size_t i = 0; i < d->label_count; i++)
    free(d->labels[i].message);
  free(d->expected);
  free(d->actual);
  free(d->candidates);
  free(d->rule);
  for (size_t i = 0; i < d->note_count; i++)
    free(d->notes[i]);
  for (size_t i = 0; i < d->fix_count; i++)
    hermes_fix_free(&d->fixes[i]);
  free(d->fixes);
  *d = (hermes_diagnostic){0};
}

/* Room for one more. The element behind the last that is kept is the scratch for those that are
 * not. */
static void grow(hermes_diagnostics *list) {
  size_t capacity = list->capacity ? 2 * list->capacity : 8;
  if (capacity > HERMES_DIAGNOSTICS_KEPT) capacity = HERMES_DIAGNOSTICS_KEPT + 1;
  list->items = or_abort(realloc(list->items, capacity * sizeof *list->items));
  memset(list->items + list->capacity, 0, (capacity - list->capacity) * sizeof *list->items);
  list->capacity = capacity;
}

static hermes_diagnostic *append(hermes_diagnostics *list) {
  if (list->count == list->capacity) grow(list);
  hermes_diagnostic *d = &list->items[list->count];
  if (list->count < HERMES_DIAGNOSTICS_KEPT)
    list->count++;
  else
    clear(d);
  return d;
}

hermes_diagnostic *hermes_report(hermes_diagnostics *list, hermes_code code,
                                 const hermes_place *place, const char *format, ...) {
  hermes_diagnostic *d = append(list);
  d->code = code;
  d->severity = list->warnings_are_errors ? HERMES_ERROR : hermes_code_of(code)->severity;
  if (place) d->place = *place;
  va_list arguments;
  va_start(arguments, format);
  d->message = formatted(format, arguments);
  va_end(arguments);
  if (d->severity == HERMES_ERROR)
    list->errors++;
  else
    list->warnings++;
  return d;
}

__attribute__((format(printf, 2, 0))) static void add_note(hermes_diagnostic *d, const char *format,
                                                           va_list list) {
  if (d->note_count < HERMES_NOTES) d->notes[d->note_count++] = formatted(format, list);
}

void hermes_diagnostic_label(hermes_diagnostic *d, const hermes_place *place, const char *format,
                             ...) {
  va_list arguments;
  va_start(arguments, format);
  if (!place || !place->file) {
    add_note(d, format, arguments); /* nowhere to draw it, but still worth saying */
  } else if (d->label_count < HERMES_LABELS) {
    d->labels[d->label_count++] = (hermes_label){*place, formatted(format, arguments)};
  }
  va_end(arguments);
}

void hermes_diagnostic_note(hermes_diagnostic *d, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  add_note(d, format, arguments);
  va_end(arguments);
}

hermes_fix *hermes_diagnostic_fix(hermes_diagnostic *d, const char *format, ...) {
  if (d->fix_count == HERMES_FIXES) return NULL;
  if (!d->fixes) d->fixes = or_abort(calloc(HERMES_FIXES, sizeof *d->fixes));
  va_list arguments;
  va_start(arguments, format);
  hermes_fix *fix = &d->fixes[d->fix_count++];
  *fix = (hermes_fix){.title = formatted(format, arguments)};
  va_end(arguments);
  return fix;
}

void hermes_fix_edit(hermes_fix *fix, size_t start, size_t end, const char *format, ...) {
  if (!fix || fix->edit_count == HERMES_EDITS) return;
  va_list arguments;
  va_start(arguments, format);
  fix->edits[fix->edit_count++] = (hermes_edit){start, end, formatted(format, arguments)};
  va_end(arguments);
}

void hermes_diagnostic_fact(char **fact, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = formatted(format, arguments); /* before freeing: an argument may be the old fact */
  va_end(arguments);
  free(*fact);
  *fact = text;
}

void hermes_diagnostics_free(hermes_diagnostics *list) {
  for (size_t i = 0; i < list->capacity; i++)
    clear(&list->items[i]);
  free(list->items);
  *list = (hermes_diagnostics){.warnings_are_errors = list->warnings_are_errors};
}
