/* What is evaluated: the tables, the inputs, and the decision, each from its sources in turn.
 *
 * The later wins: the blueprint's defaults, inputs.json in the data directory, --policy, the file
 * of the command, --set.
 */
#include "twin/commands.h"

#include "data/data.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- inputs.json -------------------------------------------------------------------------- */

/* Takes over the text of a file beneath the data directory; NULL with a diagnostic. */
static const twin_text *read_beneath(twin_session *session, int directory, const char *name) {
  data_source source = {.name = name};
  data_source_read(directory, &source, TWIN_FILE_LIMIT, &session->problems);
  bool good = source.text && data_check_text(&source, &session->problems);
  const twin_text *text = good ? twin_keep_text(session, name, source.text) : NULL;
  data_source_free(&source);
  return text;
}

/* Inputs that go with the data; most data directories have none. */
static bool assign_data_inputs(twin_session *session, twin_assignments *assignments) {
  static const char name[] = "inputs.json";
  if (!session->options.data) return true; /* no table is read from a file */
  int directory = open(session->options.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat info;
  if (directory < 0) return true; /* reading the tables has said why */
  bool exists = fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
  const twin_text *text = exists ? read_beneath(session, directory, name) : NULL;
  close(directory);
  if (!exists) return true;
  return text && twin_assign_json(session, twin_whole(text), TWIN_INPUTS, assignments);
}

/* ---- inputs ------------------------------------------------------------------------------- */

static bool cannot(twin_session *session) {
  hermes_report(&session->problems, HB0824, NULL, "%s", session->door->last_error(session->twin));
  return false;
}

static bool set_inputs(twin_session *session, const twin_assignments *assignments) {
  for (size_t i = 0; i < assignments->count; i++) {
    const twin_assignment *a = &assignments->items[i];
    if (session->description->slots[a->slot].role != HERMES_INPUT) continue;
    for (size_t e = 0; e < a->count; e++)
      if (session->door->set_input(session->twin, a->slot, a->first + e, a->number) != HERMES_OK)
        return cannot(session);
  }
  return true;
}

static bool names_inputs(const twin_session *session, const twin_assignments *assignments) {
  for (size_t i = 0; i < assignments->count; i++)
    if (session->description->slots[assignments->items[i].slot].role == HERMES_INPUT) return true;
  return false;
}

/* Elements of an input without a default that no assignment reaches. */
static size_t unset_elements(const twin_session *session, int slot,
                             const twin_assignments *const *sources, size_t count) {
  size_t elements = session->door->elements(session->twin, slot), unset = elements;
  bool *is_set = twin_allocate(elements, sizeof *is_set);
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < sources[s]->count; i++) {
      const twin_assignment *a = &sources[s]->items[i];
      if (a->slot != slot) continue;
      for (size_t e = a->first; e < a->first + a->count; e++) unset -= !is_set[e], is_set[e] = true;
    }
  free(is_set);
  return unset;
}

static bool report_unset(twin_session *session, const hermes_slot *slot) {
  char *form = twin_slot_text(session, slot);
  hermes_diagnostic *d = hermes_report(&session->problems, HB0816, NULL,
                                       "the input `%s` has no default and was not given", form);
  const char *data = session->options.data ? session->options.data : "DIR";
  hermes_diagnostic_note(d, "--set '%s=... %s', or {\"%s\": ...} in %s/inputs.json", slot->name,
                         slot->unit, slot->name, data);
  free(form);
  return false;
}

static bool check_required(twin_session *session, const twin_assignments *const *sources,
                           size_t count) {
  const hermes_description *d = session->description;
  bool good = true;
  for (size_t i = 0; i < d->input_count; i++) {
    const hermes_slot *slot = &d->slots[d->inputs[i]];
    if (slot->required && unset_elements(session, d->inputs[i], sources, count))
      good = report_unset(session, slot);
  }
  return good;
}

/* ---- the scenario ------------------------------------------------------------------------- */

/* The twin over the data; a new one where the one at hand holds inputs of another file. */
static bool open_twin(twin_session *session) {
  const hermes_interface *door = session->door;
  if (session->twin && !session->stale) return true;
  if (session->twin) door->destroy(session->twin);
  session->stale = false;
  if (!session->options.limits.windows) data_keep_all(session->description);
  session->twin = door->create(door->model, session->options.data, &session->options.limits,
                               &session->problems);
  if (!session->twin && !session->problems.errors)
    hermes_report(&session->problems, HB0824, NULL, "the twin could not be made");
  return session->twin && twin_choose_draws(session);
}

/* What holds for all candidates, as the twin has it now. */
static bool read_inputs(twin_session *session, twin_scenario *scenario) {
  const hermes_description *d = session->description;
  for (size_t i = 0; i < d->input_count; i++)
    scenario->input_size += session->door->elements(session->twin, d->inputs[i]);
  double *to = scenario->inputs = twin_allocate(scenario->input_size, sizeof *to);
  for (size_t i = 0; i < d->input_count; i++) {
    if (session->door->read(session->twin, d->inputs[i], to) != HERMES_OK) return cannot(session);
    to += session->door->elements(session->twin, d->inputs[i]);
  }
  return true;
}

static bool make_decision(twin_session *session, const twin_assignments *files,
                          twin_scenario *scenario) {
  size_t size = session->door->candidate_size(session->twin);
  scenario->size = size;
  scenario->standard = twin_allocate(size, sizeof(double));
  scenario->candidate = twin_allocate(size, sizeof(double));
  if (session->door->default_candidate(session->twin, scenario->standard) != HERMES_OK)
    return cannot(session);
  memcpy(scenario->candidate, scenario->standard, size * sizeof(double));
  twin_decide(session, files, scenario->candidate);
  twin_decide(session, &scenario->commands, scenario->candidate);
  return true;
}

/* All that can be wrong is found before anything is set. */
static bool collect(twin_session *session, const char *file, twin_assignments *files,
                    twin_assignments *commands) {
  const unsigned all = TWIN_INPUTS | TWIN_POLICIES;
  bool good = assign_data_inputs(session, files);
  if (session->options.policy)
    good &= twin_assign_file(session, session->options.policy, all, files);
  size_t before = files->count;
  if (file) good &= twin_assign_file(session, file, all, files);
  twin_assignments of_file = {files->items ? files->items + before : NULL, files->count - before,
                              0};
  session->stale = names_inputs(session, &of_file);
  return good & twin_assign_options(session, commands);
}

static bool apply(twin_session *session, const twin_assignments *files, twin_scenario *scenario) {
  const twin_assignments *sources[] = {files, &scenario->commands};
  return check_required(session, sources, 2) && set_inputs(session, files) &&
         set_inputs(session, &scenario->commands) && make_decision(session, files, scenario) &&
         read_inputs(session, scenario);
}

bool twin_scenario_open(twin_session *session, const char *file, twin_scenario *scenario) {
  *scenario = (twin_scenario){0};
  if (!open_twin(session)) return false;
  twin_assignments files = {0};
  bool good =
      collect(session, file, &files, &scenario->commands) && apply(session, &files, scenario);
  twin_assignments_free(&files);
  if (!good) twin_scenario_free(scenario);
  return good;
}

void twin_scenario_free(twin_scenario *scenario) {
  free(scenario->standard);
  free(scenario->candidate);
  free(scenario->inputs);
  twin_assignments_free(&scenario->commands);
  *scenario = (twin_scenario){0};
}
