/* Decisions and inputs: any bytes as a policy file, as the inputs of the data, as candidates of
 * both kinds, and as words of the command line. What is accepted can be evaluated, and read back
 * from how it is reported. */
#include "blueprint.h"
#include "fuzz.h"

#include "twin/commands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char BLUEPRINT[] =
    "blueprint decisions;"
    "table cell from \"cells.csv\" { tx_power : dBm; }"
    "table hour from \"hours.csv\" { }"
    "input { bandwidth : MHz in {5 MHz, 10 MHz, 20 MHz} = 10 MHz; height[cell] : m = 30 m;"
    "  carriers : int in 1 .. 8 = 2; }"
    "policy { offset[cell] : dB in -6 dB .. 6 dB step 0.5 dB = 0 dB;"
    "  sleep[cell, hour] : bool = false; anchor[hour] : cell = argmax(c.tx_power for c in cell);"
    "  mode : {eco, full} = full; ttt : ms in {40 ms, 80 ms, 160 ms} = 160 ms;"
    "  share : % in 0 % ..< 100 % = 50 %; excess : dB = 0 dB; }"
    "operational block decide {"
    "  out power[c in cell] : dBm = c.tx_power + offset[c] + excess;"
    "  out asleep[c in cell, h in hour] : bool = sleep[c, h];"
    "  out signal[h in hour] : dBm = power[anchor[h]];"
    "  out saving : % = if mode == eco then share else 0 %; out delay : ms = ttt; }"
    "kpi strongest : dBm = max(power[c] for c in cell);"
    "kpi sleeping : 1 = count(asleep[c, h] for c in cell for h in hour);"
    "kpi served : dBm = min(signal[h] for h in hour);"
    "kpi saved : % = saving;"
    "kpi waited : ms = delay;"
    "kpi width : MHz = carriers * bandwidth;"
    "goal maximize strongest subject to sleeping <= 3;";
static const char CELLS[] = "cell,tx_power\nc1,43\nc2,40\n\"c,3\",46\n";
static const char HOURS[] = "hour\nh1\nh2\n";

/* ---- one session for each way in ---- */

static twin_session session_over(const hermes_interface *door) {
  size_t size;
  char error[256];
  const char *json = door->describe(door->model, &size);
  twin_session session = {.door = door};
  session.description =
      hermes_description_parse((const unsigned char *)json, size, error, sizeof error);
  must(session.description != NULL, "the description is understood");
  session.options.data = fuzz_directory();
  return session;
}

static void close_session(twin_session *session, bool good) {
  must(good == (session->problems.errors == 0), "what is refused is reported, and only that");
  check_diagnostics(&session->problems);
  twin_session_close(session);
}

static void check_evaluation(twin_session *session, const double *candidate) {
  twin_result result;
  must(twin_evaluate(session, candidate, &result), "what is accepted can be evaluated");
  twin_result_free(&result);
}

/* ---- a policy file ---- */

static void report_policy(const twin_session *session, const twin_scenario *scenario, Sink *sink) {
  sink_open(sink);
  twin_json json = {.out = sink->out, .first = true}; /* the policy is the whole document */
  twin_json_policy(session, &json, NULL, scenario->candidate, scenario->standard);
  sink_close(sink);
}

/* The decision that a run reports is a policy file of the same decision. */
static void check_report(const hermes_interface *door, const char *report, size_t size,
                         const twin_scenario *scenario) {
  twin_session session = session_over(door);
  twin_scenario again;
  fuzz_write("reported.json", report, size);
  bool good = twin_scenario_open(&session, fuzz_path("reported.json"), &again);
  must(good && again.size == scenario->size, "a reported decision is a policy file");
  must(!memcmp(again.candidate, scenario->candidate, again.size * sizeof *again.candidate),
       "a reported decision reads back as the same");
  twin_scenario_free(&again);
  close_session(&session, good);
}

static void as_policy(const hermes_interface *door, const char *text, size_t size) {
  twin_session session = session_over(door);
  twin_scenario scenario;
  Sink sink;
  fuzz_write("policy.json", text, size);
  bool good = twin_scenario_open(&session, fuzz_path("policy.json"), &scenario);
  if (good) {
    check_evaluation(&session, scenario.candidate);
    report_policy(&session, &scenario, &sink);
    check_report(door, sink.text, sink.size, &scenario);
    sink_free(&sink);
    twin_scenario_free(&scenario);
  }
  close_session(&session, good);
}

/* ---- the other ways in ---- */

static void as_inputs(const hermes_interface *door, const char *text, size_t size) {
  twin_session session = session_over(door);
  twin_scenario scenario;
  fuzz_write("inputs.json", text, size);
  bool good = twin_scenario_open(&session, NULL, &scenario);
  if (good) check_evaluation(&session, scenario.candidate);
  if (good) twin_scenario_free(&scenario);
  close_session(&session, good);
  must(unlink(fuzz_path("inputs.json")) == 0, "a file can be removed");
}

static void as_candidates(const hermes_interface *door, const char *name, const char *text,
                          size_t size) {
  twin_session session = session_over(door);
  twin_scenario scenario;
  twin_candidates candidates;
  fuzz_write(name, text, size);
  must(twin_scenario_open(&session, NULL, &scenario), "the defaults are sound");
  bool good = twin_candidates_read(&session, fuzz_path(name), &scenario, &candidates);
  for (size_t i = 0; good && i < candidates.count; i++)
    check_evaluation(&session, candidates.numbers + i * scenario.size);
  if (good) twin_candidates_free(&candidates);
  twin_scenario_free(&scenario);
  close_session(&session, good);
}

static void as_word(const hermes_interface *door, const char *text, size_t size) {
  twin_session session = session_over(door);
  twin_scenario scenario;
  char *word = strndup(text, size);
  const char *words[] = {word};
  session.options.set = (twin_list){words, 1};
  bool good = twin_scenario_open(&session, NULL, &scenario);
  if (good) check_evaluation(&session, scenario.candidate);
  if (good) twin_scenario_free(&scenario);
  session.options.set = (twin_list){0};
  close_session(&session, good);
  free(word);
}

static bool looks_like_json(const char *text, size_t size) {
  size_t at = 0;
  while (at < size && strchr(" \t\r\n", text[at]) && text[at]) at++;
  return at < size && strchr("{[", text[at]) && text[at];
}

/* Each way in costs a twin: those that would only find that the text is of the other kind are left
 * out. */
void fuzz_one(const char *text, size_t size) {
  const hermes_interface *door = fuzz_twin(BLUEPRINT);
  fuzz_write("cells.csv", CELLS, strlen(CELLS));
  fuzz_write("hours.csv", HOURS, strlen(HOURS));
  as_policy(door, text, size);
  if (looks_like_json(text, size)) {
    as_inputs(door, text, size);
    as_candidates(door, "candidates.jsonl", text, size);
  } else {
    as_candidates(door, "candidates.csv", text, size);
    as_word(door, text, size);
  }
}
