/* Memory and work of a twin, estimated from the sizes of its tables before anything is
 * allocated. */
#include "data/data.h"

#include <hermes/numeric.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MEMORY ((uint64_t)8 << 30)
#define DEFAULT_WORK ((uint64_t)1000000000000)
enum { ARRAY_ALIGNMENT = 64, LARGEST_NAMED = 3, TEXT = 256 };

size_t data_elements(const hermes_index *index, const size_t *rows) {
  size_t elements = 1;
  for (size_t i = 0; i < index->rank; i++)
    if (__builtin_mul_overflow(elements, rows[index->table[i]], &elements)) return SIZE_MAX;
  return elements;
}

size_t data_instants(const hermes_slot *slot, const size_t *rows) {
  size_t all = slot->along >= 0 ? rows[slot->index.table[slot->along]] : 0;
  return slot->window && slot->window < all ? slot->window : all;
}

size_t data_stored(const hermes_slot *slot, const size_t *rows) {
  size_t elements = 1;
  for (size_t i = 0; i < slot->index.rank; i++) {
    size_t count = (int)i == slot->along ? data_instants(slot, rows) : rows[slot->index.table[i]];
    if (__builtin_mul_overflow(elements, count, &elements)) return SIZE_MAX;
  }
  return elements;
}

void data_keep_all(hermes_description *description) {
  for (size_t i = 0; i < description->slot_count; i++) description->slots[i].window = 0;
}

static uint64_t slot_bytes(const hermes_slot *slot, const size_t *rows) {
  uint64_t bytes;
  size_t elements = data_stored(slot, rows);
  bool over = __builtin_mul_overflow(elements, data_element_bytes(slot->kind), &bytes);
  return over || elements == SIZE_MAX ? UINT64_MAX : bytes;
}

uint64_t data_memory_limit(const hermes_limits *limits) {
  return limits && limits->memory ? limits->memory : DEFAULT_MEMORY;
}

uint64_t data_work_limit(const hermes_limits *limits) {
  return limits && limits->work ? limits->work : DEFAULT_WORK;
}

uint64_t data_memory(const hermes_description *description, const size_t *rows) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < description->slot_count; i++)
    if (__builtin_add_overflow(bytes, slot_bytes(&description->slots[i], rows), &bytes))
      return UINT64_MAX;
  return bytes;
}

/* "4.2 GiB", in whole tenths, so that no locale has a say. */
static void bytes_text(uint64_t bytes, char *text, size_t size) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  for (uint64_t left = bytes; left >= 1024 && unit + 1 < sizeof units / sizeof *units; left >>= 10)
    unit++;
  if (unit == 0) {
    snprintf(text, size, "%llu bytes", (unsigned long long)bytes);
    return;
  }
  uint64_t one = (uint64_t)1 << 10 * unit;
  snprintf(text, size, "%llu.%llu %s", (unsigned long long)(bytes / one),
           (unsigned long long)(bytes % one / (one / 10 + 1)), units[unit]);
}

/* "`rx` over ue x cell (u x c: 570000 elements), 4.3 MiB" */
static void array_text(const hermes_description *d, const hermes_slot *slot, const size_t *rows,
                       char *text, size_t size) {
  char bytes[64];
  uint64_t need = slot_bytes(slot, rows);
  bytes_text(need, bytes, sizeof bytes);
  size_t used = (size_t)snprintf(text, size, "`%.60s`", slot->name);
  for (size_t i = 0; i < slot->index.rank && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%zu rows of %.40s", i ? " x " : " over ",
                             rows[slot->index.table[i]], d->tables[slot->index.table[i]].name);
  if (used < size)
    snprintf(text + used, size - used, ": %s",
             need == UINT64_MAX ? "more than can be counted" : bytes);
}

/* The largest arrays, largest first, as notes. */
static void name_largest(const hermes_description *d, const size_t *rows, hermes_diagnostic *to) {
  uint64_t below = UINT64_MAX;
  const hermes_slot *last = NULL;
  for (int named = 0; named < LARGEST_NAMED; named++) {
    const hermes_slot *largest = NULL;
    for (size_t i = 0; i < d->slot_count; i++) {
      const hermes_slot *slot = &d->slots[i];
      uint64_t bytes = slot_bytes(slot, rows);
      bool later = bytes < below || (bytes == below && (!last || slot > last));
      if (later && (!largest || bytes > slot_bytes(largest, rows))) largest = slot;
    }
    if (!largest) return;
    char text[TEXT];
    array_text(d, largest, rows, text, sizeof text);
    hermes_diagnostic_note(to, "%s", text);
    below = slot_bytes(largest, rows);
    last = largest;
  }
}

static bool check_memory(const hermes_description *d, const size_t *rows, uint64_t limit,
                         hermes_diagnostics *problems) {
  uint64_t need = data_memory(d, rows);
  if (need <= limit) return true;
  char wanted[64] = "more than can be counted", allowed[64];
  if (need != UINT64_MAX) bytes_text(need, wanted, sizeof wanted);
  bytes_text(limit, allowed, sizeof allowed);
  hermes_place nowhere = {0};
  hermes_diagnostic *report =
      hermes_report(problems, HB0733, &nowhere, "the arrays need %s of memory, and %s are allowed",
                    wanted, allowed);
  name_largest(d, rows, report);
  return false;
}

static double operations(const hermes_work *work, const size_t *rows) {
  double count = work->operations;
  for (size_t i = 0; i < work->index.rank; i++)
    count *= (double)rows[work->index.table[i]];
  return count;
}

static bool check_work(const hermes_description *d, const size_t *rows, uint64_t limit,
                       hermes_diagnostics *problems) {
  double total = 0;
  const hermes_work *largest = NULL;
  for (size_t i = 0; i < d->work_count; i++) {
    total += operations(&d->work[i], rows);
    if (!largest || operations(&d->work[i], rows) > operations(largest, rows))
      largest = &d->work[i];
  }
  if (total <= (double)limit) return true;
  char wanted[HERMES_DECIMAL_TEXT], allowed[HERMES_DECIMAL_TEXT], most[HERMES_DECIMAL_TEXT];
  hermes_decimal_text(total, 3, wanted);
  hermes_decimal_text((double)limit, 3, allowed);
  hermes_decimal_text(operations(largest, rows), 3, most);
  hermes_place nowhere = {0};
  hermes_diagnostic *report =
      hermes_report(problems, HB0734, &nowhere,
                    "one candidate needs about %s operations, and %s are allowed", wanted, allowed);
  if (largest->slot >= 0)
    hermes_diagnostic_note(report, "the most are spent on `%s`: %s", d->slots[largest->slot].name,
                           most);
  return false;
}

bool data_check_limits(const hermes_description *description, const size_t *rows,
                       const hermes_limits *limits, hermes_diagnostics *problems) {
  uint64_t work = data_work_limit(limits);
  bool memory_fits = check_memory(description, rows, data_memory_limit(limits), problems);
  return check_work(description, rows, work, problems) && memory_fits;
}

void *data_array(const hermes_slot *slot, const size_t *rows) {
  size_t bytes = (size_t)slot_bytes(slot, rows);
  if (bytes > SIZE_MAX - ARRAY_ALIGNMENT) return NULL;
  bytes = (bytes + ARRAY_ALIGNMENT) / ARRAY_ALIGNMENT * ARRAY_ALIGNMENT;
  void *array = aligned_alloc(ARRAY_ALIGNMENT, bytes);
  return array ? memset(array, 0, bytes) : NULL;
}
