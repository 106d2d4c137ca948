/* One run of the program: the twin, the files that were read, and what there is to say. */
#include "twin/commands.h"

#include "data/data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ------------------------------------------------------------------------------- */

static void *or_die(void *memory) {
  if (memory) return memory;
  fputs("error: out of memory\n", stderr);
  exit(HERMES_FAILED);
}

void *twin_allocate(size_t count, size_t size) {
  return or_die(calloc(count ? count : 1, size));
}

void *twin_grow(void *items, size_t *capacity, size_t count, size_t size) {
  if (count <= *capacity) return items;
  size_t wanted = *capacity ? *capacity : 8;
  while (wanted < count) wanted *= 2;
  if (wanted > SIZE_MAX / size) return or_die(NULL);
  *capacity = wanted;
  return or_die(realloc(items, wanted * size));
}

/* ---- files -------------------------------------------------------------------------------- */

static const twin_text *keep(twin_session *session, const char *name, char *bytes, size_t length) {
  twin_text *text = twin_allocate(1, sizeof *text);
  *text = (twin_text){twin_print("%s", name), bytes, length, session->texts};
  session->texts = text;
  return text;
}

const twin_text *twin_keep_text(twin_session *session, const char *name, const char *bytes) {
  return keep(session, name, twin_print("%s", bytes), strlen(bytes));
}

/* Reads to the end. NULL with errno set; EFBIG beyond the limit. */
static char *read_stream(FILE *in, size_t *length) {
  char *bytes = NULL;
  size_t capacity = 0, got;
  *length = 0;
  do {
    bytes = twin_grow(bytes, &capacity, *length + 65536, 1);
    got = fread(bytes + *length, 1, 65535, in);
    *length += got;
  } while (got && *length <= TWIN_FILE_LIMIT);
  bytes[*length] = '\0';
  if (!ferror(in) && *length <= TWIN_FILE_LIMIT) return bytes;
  if (!ferror(in)) errno = EFBIG;
  free(bytes);
  return NULL;
}

/* What follows may rely on it: text is UTF-8 without NUL bytes. */
static const twin_text *keep_checked(twin_session *session, const char *name, char *bytes,
                                     size_t length) {
  const twin_text *text = keep(session, name, bytes, length);
  data_source source = {.name = text->name, .text = text->bytes, .size = length};
  return data_check_text(&source, &session->problems) ? text : NULL;
}

const twin_text *twin_read_file(twin_session *session, const char *name) {
  size_t length = 0;
  FILE *in = fopen(name, "rb");
  char *bytes = in ? read_stream(in, &length) : NULL;
  int error = errno;
  if (in) fclose(in);
  if (bytes) return keep_checked(session, name, bytes, length);
  hermes_report(&session->problems, HB0807, NULL, "cannot read %s: %s", name, strerror(error));
  return NULL;
}

static void free_texts(twin_text *text) {
  while (text) {
    twin_text *next = text->next;
    free(text->name);
    free(text->bytes);
    free(text);
    text = next;
  }
}

void twin_session_close(twin_session *session) {
  if (session->twin) session->door->destroy(session->twin);
  hermes_description_free(session->description);
  hermes_diagnostics_free(&session->problems); /* before the texts that it points into */
  free_texts(session->texts);
  twin_options_free(&session->options);
}

/* ---- evaluation --------------------------------------------------------------------------- */

static bool cannot_evaluate(twin_session *session) {
  const char *error = session->door->last_error(session->twin);
  hermes_report(&session->problems, HB0824, NULL, "%s",
                error && *error ? error : "the twin could not evaluate");
  return false;
}

bool twin_evaluate(twin_session *session, const double *candidate, twin_result *result) {
  size_t kpis = session->description->kpi_count;
  *result = (twin_result){
      .kpis = twin_allocate(kpis, sizeof(double)),
      .bounds = twin_allocate(session->description->constraint_count, sizeof(double)),
      .needed = twin_allocate(session->description->constraint_count, sizeof(double)),
      .draws = twin_allocate(kpis * session->door->draws(session->twin), sizeof(double))};
  int status = session->door->evaluate(session->twin, 1, candidate, result->kpis, result->bounds,
                                       &result->outcome, result->draws);
  if (status == HERMES_FAILED) return cannot_evaluate(session);
  twin_needed(session, result->draws, result->bounds, result->needed);
  return true;
}

void twin_result_free(twin_result *result) {
  free(result->kpis);
  free(result->bounds);
  free(result->draws);
  free(result->needed);
  *result = (twin_result){0};
}

double *twin_read(twin_session *session, int slot) {
  size_t elements = session->door->elements(session->twin, slot);
  double *numbers = twin_allocate(elements, sizeof *numbers);
  if (session->door->read(session->twin, slot, numbers) == HERMES_OK) return numbers;
  cannot_evaluate(session);
  free(numbers);
  return NULL;
}

/* ---- diagnostics -------------------------------------------------------------------------- */

hermes_place twin_place(twin_span span) {
  return (hermes_place){.file = span.text->name,
                        .text = span.text->bytes,
                        .length = span.text->length,
                        .start = span.start,
                        .end = span.end};
}

twin_span twin_whole(const twin_text *text) {
  return (twin_span){text, 0, text->length};
}

char *twin_names_listed(const char *const *names, size_t count) {
  char *listed = twin_print("%s", "");
  for (size_t i = 0; i < count && i <= TWIN_LISTED; i++) {
    const char *name = i < TWIN_LISTED ? names[i] : "...";
    char *longer = twin_print("%s%s%s", listed, i ? ", " : "", DATA_SHOW(name));
    free(listed);
    listed = longer;
  }
  return listed;
}

void twin_suggest(hermes_diagnostic *d, const char *word, const char *const *names, size_t count) {
  const char *nearest = hermes_nearest(word, names, count);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  char *listed = twin_names_listed(names, count);
  hermes_diagnostic_note(d, count ? "valid are %s" : "there are none%s", listed);
  free(listed);
}
