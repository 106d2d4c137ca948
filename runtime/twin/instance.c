/* A twin: its arrays, who shares them, its inputs. */
#include "twin/instance.h"

#include <hermes/compute.h>

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int instance_fail(hermes_twin *twin, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(twin->error, sizeof twin->error, format, arguments);
  va_end(arguments);
  return HERMES_FAILED;
}

static bool is_slot(const hermes_twin *twin, int slot) {
  return slot >= 0 && (size_t)slot < twin->description->slot_count;
}

static const hermes_slot *slot_of(const hermes_twin *twin, int slot) {
  return &twin->description->slots[slot];
}

size_t instance_elements(const hermes_twin *twin, int slot) {
  return is_slot(twin, slot) ? data_elements(&slot_of(twin, slot)->index, twin->tables->rows) : 0;
}

size_t instance_bytes(const hermes_twin *twin, int slot) {
  const hermes_slot *of = slot_of(twin, slot);
  return data_stored(of, twin->tables->rows) * data_element_bytes(of->kind);
}

void instance_row_of(const hermes_twin *twin, const hermes_index *index, size_t element,
                     size_t *row) {
  memset(row, 0, HERMES_MAX_RANK * sizeof *row);
  for (size_t i = index->rank; i-- > 0;) {
    size_t rows = twin->tables->rows[index->table[i]];
    row[i] = element % rows;
    element /= rows;
  }
}

bool instance_is_own(const hermes_slot *slot) {
  return slot->role == HERMES_POLICY || (slot->stage & INSTANCE_VARIES &&
                                         slot->role != HERMES_COLUMN && slot->role != HERMES_INPUT);
}

static bool is_base(const hermes_slot *slot) {
  return slot->role != HERMES_COLUMN && !instance_is_own(slot);
}

/* ---- elements ---- */

double instance_get(const hermes_slot *slot, const void *array, size_t element) {
  if (slot->kind == HERMES_REAL)
    return hermes_written_number(&slot->measure, ((const double *)array)[element]);
  return ((const int32_t *)array)[element];
}

void instance_put(const hermes_slot *slot, void *array, size_t element, double number) {
  if (slot->kind == HERMES_REAL)
    ((double *)array)[element] = hermes_to_coherent(&slot->measure, number);
  else
    ((int32_t *)array)[element] = (int32_t)number;
}

bool instance_can_hold(const hermes_twin *twin, const hermes_slot *slot, double number) {
  if (slot->kind == HERMES_REAL) return isfinite(number);
  size_t bound = slot->kind == HERMES_BOOL   ? 2
                 : slot->kind == HERMES_ENUM ? slot->label_count
                                             : twin->tables->rows[slot->refers];
  return number >= 0 && number < (double)bound && number == floor(number);
}

/* ---- arrays ---- */

static void free_arrays(void **arrays, size_t count) {
  for (size_t i = 0; arrays && i < count; i++)
    free(arrays[i]);
  free(arrays);
}

/* One array for each slot that is wanted; NULL where memory is short. */
static void **allocate_arrays(const data_tables *tables, bool (*wanted)(const hermes_slot *)) {
  const hermes_description *d = tables->description;
  void **arrays = calloc(d->slot_count + 1, sizeof *arrays);
  for (size_t i = 0; arrays && i < d->slot_count; i++) {
    if (!wanted(&d->slots[i])) continue;
    arrays[i] = data_array(&d->slots[i], tables->rows);
    if (arrays[i]) continue;
    free_arrays(arrays, d->slot_count);
    return NULL;
  }
  return arrays;
}

/* ---- the base ---- */

static void free_base(instance_base *base, size_t slots) {
  if (!base || atomic_fetch_sub(&base->users, 1) > 1) return;
  free_arrays(base->slot, slots);
  free(base->given);
  free(base->standard);
  free(base);
}

static instance_base *new_base(const hermes_twin *twin) {
  instance_base *base = calloc(1, sizeof *base);
  if (!base) return NULL;
  atomic_init(&base->users, 1);
  base->slot = allocate_arrays(twin->tables, is_base);
  base->given = calloc(twin->given_size + 1, 1);
  base->standard = calloc(twin->candidate_size + 1, sizeof *base->standard);
  if (base->slot && base->given && base->standard) return base;
  free_base(base, twin->description->slot_count);
  return NULL;
}

void instance_bind(hermes_twin *twin) {
  for (size_t i = 0; i < twin->description->slot_count; i++)
    twin->slot[i] = twin->own[i]          ? twin->own[i]
                    : twin->base->slot[i] ? twin->base->slot[i]
                                          : twin->tables->slot[i];
  twin->frame.rows = twin->tables->rows;
  twin->frame.slot = twin->slot;
  twin->frame.key = (const uint64_t *const *)twin->tables->key;
  twin->frame.window = twin->window;
  twin->frame.seed = hermes_seed(&twin->limits);
}

/* Inputs are all that a base does not compute anew. */
static void copy_inputs(const hermes_twin *twin, instance_base *to, const instance_base *from) {
  const hermes_description *d = twin->description;
  for (size_t i = 0; i < d->input_count; i++) {
    int slot = d->inputs[i];
    memcpy(to->slot[slot], from->slot[slot], instance_bytes(twin, slot));
  }
  memcpy(to->given, from->given, twin->given_size);
  to->fault[HERMES_INPUTS] = from->fault[HERMES_INPUTS];
}

/* Makes the base this twin's own, and to be prepared again. */
static bool change_base(hermes_twin *twin) {
  instance_variation_free(twin);
  twin->evaluated = twin->drawn = false;
  if (atomic_load(&twin->base->users) > 1) {
    instance_base *base = new_base(twin);
    if (!base) return instance_fail(twin, "no memory left for inputs of its own"), false;
    copy_inputs(twin, base, twin->base);
    free_base(twin->base, twin->description->slot_count);
    twin->base = base;
    instance_bind(twin);
  }
  twin->base->prepared = false;
  return true;
}

static void run_step(hermes_twin *twin, hermes_step step) {
  hermes_fault *fault = &twin->base->fault[step];
  *fault = (hermes_fault){0};
  twin->frame.fault = *fault;
  if (!twin->model->compute(twin->model->context, &twin->frame, step)) return;
  *fault = twin->frame.fault;
  if (fault->code == HERMES_NO_FAULT) fault->code = HERMES_EMPTY_REDUCTION;
}

/* The first elements of required inputs that have no value, in words; false where all have one. */
static bool name_missing(const hermes_twin *twin, char *text, size_t size) {
  const hermes_description *d = twin->description;
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < d->input_count; i++) {
    const hermes_slot *slot = &d->slots[d->inputs[i]];
    size_t elements = instance_elements(twin, d->inputs[i]), element = 0;
    const unsigned char *given = twin->base->given + twin->offset[d->inputs[i]];
    while (element < elements && given[element])
      element++;
    if (!slot->required || element == elements || used >= size) continue;
    used += (size_t)snprintf(text + used, size - used, used ? ", `%s`" : "`%s`", slot->name);
    if (slot->index.rank == 1 && used < size)
      used += (size_t)snprintf(text + used, size - used, " (%s %.40s)",
                               d->tables[slot->index.table[0]].name,
                               keys_at(&twin->tables->keys[slot->index.table[0]], element));
  }
  return used > 0;
}

static void keep_standard(hermes_twin *twin) {
  const hermes_description *d = twin->description;
  double *to = twin->base->standard;
  for (size_t i = 0; i < d->policy_count; i++) {
    size_t elements = instance_elements(twin, d->policies[i]);
    for (size_t e = 0; e < elements; e++)
      *to++ = instance_get(&d->slots[d->policies[i]], twin->slot[d->policies[i]], e);
  }
}

int instance_prepare(hermes_twin *twin) {
  char missing[256];
  if (twin->base->prepared) return HERMES_OK;
  if (name_missing(twin, missing, sizeof missing))
    return instance_fail(twin, "inputs without a value: %s", missing);
  if (!change_base(twin)) return HERMES_FAILED;
  run_step(twin, HERMES_POLICIES);
  keep_standard(twin);
  run_step(twin, HERMES_PREPARE);
  twin->base->prepared = true;
  return HERMES_OK;
}

/* ---- creation ---- */

static void destroy(hermes_twin *twin) {
  if (!twin) return;
  size_t slots = twin->description ? twin->description->slot_count : 0;
  instance_variation_free(twin);
  free_base(twin->base, slots);
  free_arrays(twin->own, slots);
  free(twin->slot);
  free(twin->offset);
  free(twin->window);
  free(twin->held);
  hermes_fields_free(twin->frame.fields);
  data_free(twin->tables);
  free(twin);
}

static size_t lay_out(hermes_twin *twin, const int *slots, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    twin->offset[slots[i]] = size;
    size += instance_elements(twin, slots[i]);
  }
  return size;
}

/* A twin over tables, without a base. Takes over the use of `tables`, also on failure. */
static hermes_twin *new_twin(const hermes_model *model, data_tables *tables,
                             const hermes_limits *limits) {
  hermes_twin *twin = calloc(1, sizeof *twin);
  if (!twin) {
    data_free(tables);
    return NULL;
  }
  const hermes_description *d = tables->description;
  *twin = (hermes_twin){.model = model, .tables = tables, .description = d, .draws = 1};
  if (limits) twin->limits = *limits;
  if (d->draw_count) twin->frame.fields = hermes_fields_new();
  twin->own = allocate_arrays(tables, instance_is_own);
  twin->slot = calloc(d->slot_count + 1, sizeof *twin->slot);
  twin->offset = calloc(d->slot_count + 1, sizeof *twin->offset);
  twin->window = calloc(d->slot_count + 1, sizeof *twin->window);
  if (twin->own && twin->slot && twin->offset && twin->window) {
    for (size_t i = 0; i < d->slot_count; i++)
      twin->window[i] = data_instants(&d->slots[i], tables->rows);
    twin->candidate_size = lay_out(twin, d->policies, d->policy_count);
    twin->given_size = lay_out(twin, d->inputs, d->input_count);
    twin->held = calloc(twin->candidate_size + 1, sizeof *twin->held);
  }
  if (twin->held) return twin;
  destroy(twin);
  return NULL;
}

static hermes_twin *over_tables(const hermes_model *model, data_tables *tables,
                                const hermes_limits *limits) {
  hermes_twin *twin = new_twin(model, tables, limits);
  if (!twin) return NULL;
  twin->base = new_base(twin);
  if (!twin->base) {
    destroy(twin);
    return NULL;
  }
  instance_bind(twin);
  run_step(twin, HERMES_INPUTS);
  return twin;
}

static hermes_twin *create(const hermes_model *model, const char *directory,
                           const hermes_limits *limits, hermes_diagnostics *problems) {
  char error[512];
  hermes_place nowhere = {0};
  if (model->abi != HERMES_ABI) {
    hermes_report(problems, HB0736, &nowhere, "the model's abi is %u, this library's is %d",
                  model->abi, HERMES_ABI);
    return NULL;
  }
  hermes_description *description =
      hermes_description_parse(model->description, model->description_size, error, sizeof error);
  if (!description) {
    hermes_report(problems, HB0736, &nowhere, "%s", error);
    return NULL;
  }
  if (!limits || !limits->windows) data_keep_all(description);
  data_tables *tables = data_load(description, directory, limits, problems);
  hermes_twin *twin = tables ? over_tables(model, tables, limits) : NULL;
  if (tables && !twin)
    hermes_report(problems, HB0735, &nowhere, "no memory left for the twin's arrays");
  return twin;
}

static hermes_twin *clone(hermes_twin *twin) {
  instance_prepare(twin); /* once for both; where an input is missing, each will say so */
  atomic_fetch_add(&twin->tables->users, 1);
  hermes_twin *other = new_twin(twin->model, twin->tables, &twin->limits);
  if (!other) {
    instance_fail(twin, "no memory left for another twin");
    return NULL;
  }
  atomic_fetch_add(&twin->base->users, 1);
  other->base = twin->base;
  other->draws = twin->draws;
  instance_bind(other);
  return other;
}

/* ---- the door ---- */

static const char *describe(const hermes_model *model, size_t *size) {
  *size = model->description_size;
  return (const char *)model->description;
}

static const char *last_error(const hermes_twin *twin) {
  return twin->error;
}

static bool has_keys(const hermes_twin *twin, int table) {
  return table >= 0 && (size_t)table < twin->description->table_count &&
         hermes_table_has_rows(&twin->description->tables[table], table);
}

static size_t rows(const hermes_twin *twin, int table) {
  return has_keys(twin, table) ? twin->tables->rows[table] : 0;
}

static const char *key(const hermes_twin *twin, int table, size_t row) {
  return row < rows(twin, table) ? keys_at(&twin->tables->keys[table], row) : NULL;
}

static long find(const hermes_twin *twin, int table, const char *name) {
  return has_keys(twin, table) ? keys_find(&twin->tables->keys[table], name, strlen(name), 0) : -1;
}

static int set_input(hermes_twin *twin, int slot, size_t element, double number) {
  if (!is_slot(twin, slot) || slot_of(twin, slot)->role != HERMES_INPUT)
    return instance_fail(twin, "slot %d is no input", slot);
  const hermes_slot *input = slot_of(twin, slot);
  if (element >= instance_elements(twin, slot))
    return instance_fail(twin, "input `%s` has no element %zu", input->name, element);
  if (!instance_can_hold(twin, input, number) ||
      (input->kind == HERMES_REAL && !isfinite(hermes_to_coherent(&input->measure, number))))
    return instance_fail(twin, "input `%s` cannot be %s", input->name,
                         instance_number(number).text);
  if (!change_base(twin)) return HERMES_FAILED;
  instance_put(input, twin->base->slot[slot], element, number);
  twin->base->given[twin->offset[slot] + element] = 1;
  return HERMES_OK;
}

static uint32_t draws(const hermes_twin *twin) {
  return twin->draws;
}

static int set_draws(hermes_twin *twin, uint32_t count) {
  if (count < 1 || count > HERMES_MOST_DRAWS)
    return instance_fail(twin, "%u draws are not 1 to %d", count, HERMES_MOST_DRAWS);
  twin->draws = twin->description->draw_count ? count : 1;
  return HERMES_OK;
}

static size_t candidate_size(const hermes_twin *twin) {
  return twin->candidate_size;
}

static size_t candidate_offset(const hermes_twin *twin, int slot) {
  return is_slot(twin, slot) ? twin->offset[slot] : 0;
}

hermes_interface hermes_interface_of(const hermes_model *model) {
  return (hermes_interface){
      .abi = HERMES_ABI,
      .model = model,
      .describe = describe,
      .create = create,
      .clone = clone,
      .destroy = destroy,
      .last_error = last_error,
      .rows = rows,
      .key = key,
      .find = find,
      .elements = instance_elements,
      .set_input = set_input,
      .candidate_size = candidate_size,
      .candidate_offset = candidate_offset,
      .default_candidate = instance_default_candidate,
      .draws = draws,
      .set_draws = set_draws,
      .evaluate = instance_evaluate,
      .read = instance_read,
      .expect = instance_expect,
  };
}
