/* Values, rows and differences in words: true, eco, c3, "ue u17", "dB". */
#include "twin/commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ------------------------------------------------------------------------------- */

/* The word for a value that is not a number; NULL for a real one. */
static const char *word_of(const twin_session *session, const hermes_slot *slot, double number) {
  if (slot->kind == HERMES_REAL) return NULL;
  if (isnan(number)) return "none"; /* not computed: the candidate was invalid before */
  if (slot->kind == HERMES_BOOL) return number != 0 ? "true" : "false";
  size_t ordinal = (size_t)number;
  if (slot->kind == HERMES_ENUM)
    return ordinal < slot->label_count ? slot->labels[ordinal] : "none";
  return session->twin && ordinal < twin_rows(session, slot->refers)
             ? session->door->key(session->twin, slot->refers, ordinal)
             : "none";
}

const char *twin_value_text(const twin_session *session, const hermes_slot *slot, double number,
                            char buffer[TWIN_NUMBER]) {
  const char *word = word_of(session, slot, number);
  if (word) return word;
  twin_number_short(number, buffer);
  return buffer;
}

const char *twin_value_exact(const twin_session *session, const hermes_slot *slot, double number,
                             char buffer[TWIN_NUMBER]) {
  const char *word = word_of(session, slot, number);
  if (word) return word;
  twin_number_exact(number, buffer);
  return buffer;
}

const char *twin_unit_behind(const hermes_slot *slot, char buffer[HERMES_UNIT_TEXT + 1]) {
  if (slot->kind != HERMES_REAL || strcmp(slot->unit, "1") == 0) return "";
  snprintf(buffer, HERMES_UNIT_TEXT + 1, " %s", slot->unit);
  return buffer;
}

/* ---- rows --------------------------------------------------------------------------------- */

size_t twin_rows(const twin_session *session, int table) {
  return session->door->rows(session->twin, table);
}

size_t twin_elements(const twin_session *session, const hermes_index *index) {
  size_t elements = 1;
  for (size_t a = 0; a < index->rank; a++)
    elements *= twin_rows(session, index->table[a]);
  return elements;
}

void twin_row_of(const twin_session *session, const hermes_index *index, size_t element,
                 size_t *row) {
  for (size_t a = index->rank; a-- > 0;) {
    size_t rows = twin_rows(session, index->table[a]);
    row[a] = rows ? element % rows : 0;
    element = rows ? element / rows : 0;
  }
}

const char *twin_key(const twin_session *session, const hermes_index *index, size_t axis,
                     size_t row) {
  return session->door->key(session->twin, index->table[axis], row);
}

char *twin_row_text(const twin_session *session, const hermes_index *index,
                    const char *const *names, const size_t *row) {
  char *text = twin_print("%s", "");
  for (size_t a = 0; a < index->rank; a++) {
    const char *name = names ? names[a] : session->description->tables[index->table[a]].name;
    char *longer =
        twin_print("%s%s%s %s", text, a ? ", " : "", name, twin_key(session, index, a, row[a]));
    free(text);
    text = longer;
  }
  return text;
}

char *twin_slot_text(const twin_session *session, const hermes_slot *slot) {
  char *text = twin_print("%s", slot->name);
  for (size_t a = 0; a < slot->index.rank; a++) {
    const char *table = session->description->tables[slot->index.table[a]].name;
    char *longer = twin_print("%s%s%s", text, a ? ", " : "[", table);
    free(text);
    text = longer;
  }
  if (!slot->index.rank) return text;
  char *closed = twin_print("%s]", text);
  free(text);
  return closed;
}

/* ---- domains ------------------------------------------------------------------------------ */

static char *labels_text(const hermes_slot *slot) {
  char *text = twin_print("{%s", slot->label_count ? slot->labels[0] : "");
  for (size_t i = 1; i <= slot->label_count; i++) {
    bool last = i == slot->label_count;
    char *longer = twin_print("%s%s%s", text, last ? "" : ", ", last ? "}" : slot->labels[i]);
    free(text);
    text = longer;
  }
  return text;
}

char *twin_domain_text(const twin_session *session, const hermes_slot *slot) {
  char text[512];
  if (slot->kind == HERMES_BOOL) return twin_print("true or false");
  if (slot->kind == HERMES_ENUM) return labels_text(slot);
  if (slot->kind == HERMES_REF)
    return twin_print("a row of %s", session->description->tables[slot->refers].name);
  hermes_domain_text(&slot->domain, slot->unit, text, sizeof text);
  return twin_print("%s", text);
}
