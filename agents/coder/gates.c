/* One gate after the other. */
#include "coder/gates.h"

#include "coder/behaviour.h"
#include "coder/fit.h"
#include "coder/harness.h"
#include "coder/twin.h"
#include "fix/fixes.h"
#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ERRORS_TOLD = 3, EXPECTS_TOLD = 4, MOST_BLUEPRINT_BYTES = 128 << 10 };

const char *const gate_names[GATES] = {
    [GATE_PARSE] = "parse", [GATE_CHECK] = "check",   [GATE_BUILD] = "build",
    [GATE_RUN] = "run",     [GATE_EXPECT] = "expect", [GATE_HARNESS] = "harness",
    [GATE_FIT] = "fit",
};

typedef struct Judging {
  Designer *designer;
  Arena *arena;
  const Task *task;
  const char *path; /* of the blueprint */
  Verdict *verdict;
} Judging;

void keep_test(cJSON *tests, Gate gate, const char *check, const char *outcome, const char *says) {
  cJSON *test = cJSON_CreateObject();
  cJSON_AddStringToObject(test, "gate", gate_names[gate]);
  cJSON_AddStringToObject(test, "check", check);
  cJSON_AddStringToObject(test, "outcome", outcome);
  if (*says) cJSON_AddStringToObject(test, "says", says);
  cJSON_AddItemToArray(tests, test);
}

static bool fail(Judging *judging, const char *feedback) {
  judging->verdict->feedback = feedback;
  return false;
}

/* ---- parse, check ---- */

/* What the compiler says, root errors first and few: the rest often follows from them. */
static const char *diagnostics_text(Arena *arena, Compiler *compiler) {
  char *text = NULL;
  size_t size;
  verify_fixes(compiler, ERRORS_TOLD);
  FILE *out = open_memstream(&text, &size);
  hermes_diagnostics_print(&compiler->diagnostics, out, false, ERRORS_TOLD);
  fclose(out);
  char *copy = arena_copy(arena, text, size);
  free(text);
  return copy;
}

/* Errors before names are looked at. */
static bool is_of_form(const Compiler *compiler) {
  for (size_t i = 0; i < compiler->diagnostics.count; i++)
    if (compiler->diagnostics.items[i].severity == HERMES_ERROR &&
        strcmp(hermes_code_of(compiler->diagnostics.items[i].code)->name, "HB0200") < 0)
      return false;
  return true;
}

static const Slot *find_kpi(const Program *program, const char *name, size_t length) {
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    if (slot->role == ROLE_KPI && strlen(slot->name) == length &&
        strncmp(slot->name, name, length) == 0)
      return slot;
  }
  return NULL;
}

/* Does the blueprint give every quantity that is asked for, in its unit: "edge_rate: Mbit/s". */
static const char *missing_quantities(Arena *arena, const Compiler *compiler, const Task *task) {
  const char *text = "";
  for (const char *const *asked = task->quantities; asked && *asked; asked++) {
    size_t length = strcspn(*asked, ":");
    const char *unit = *asked + length + strspn(*asked + length, ": ");
    const Slot *slot = find_kpi(&compiler->program, *asked, length);
    if (!slot)
      text = arena_format(arena, "%sThe task asks for a KPI `%.*s`; there is none of that name.\n",
                          text, (int)length, *asked);
    else if (*unit && strcmp(slot_type_text(compiler, slot), unit) != 0)
      text = arena_format(arena, "%sThe KPI `%.*s` must be in %s, not in %s.\n", text, (int)length,
                          *asked, unit, slot_type_text(compiler, slot));
  }
  return text;
}

/* Applies the verified fixes; what they were is part of the record. */
static void mend(Judging *judging, Compiler *compiler) {
  Verdict *verdict = judging->verdict;
  char *text = mend_text(compiler, "blueprint.hbp", verdict->text, NULL, &verdict->fixes);
  if (verdict->fixes > 0) verdict->text = arena_copy(judging->arena, text, strlen(text));
}

static bool check_sound(Judging *judging, Compiler *compiler) {
  Verdict *verdict = judging->verdict;
  if (check_blueprint_text(compiler, "blueprint.hbp", verdict->text, strlen(verdict->text)))
    return true;
  verdict->failed = is_of_form(compiler) ? GATE_CHECK : GATE_PARSE;
  return fail(judging, diagnostics_text(judging->arena, compiler));
}

static bool write_blueprint(Judging *judging) {
  Bytes parts[] = {{(unsigned char *)judging->verdict->text, strlen(judging->verdict->text)}};
  return file_write(AT_FDCWD, judging->path, 0666, parts, 1);
}

static bool gate_check(Judging *judging) {
  Compiler compiler;
  Verdict *verdict = judging->verdict;
  const char *stdlib = judging->designer->session->stdlib;
  if (strlen(verdict->text) > MOST_BLUEPRINT_BYTES) {
    verdict->failed = GATE_PARSE;
    return fail(judging, arena_format(judging->arena, "A blueprint has at most %d bytes.",
                                      MOST_BLUEPRINT_BYTES));
  }
  compiler_init(&compiler, stdlib);
  bool good = verdict->compiled_raw =
      check_blueprint_text(&compiler, "blueprint.hbp", verdict->text, strlen(verdict->text));
  if (!good) {
    mend(judging, &compiler);
    compiler_free(&compiler);
    compiler_init(&compiler, stdlib);
    good = check_sound(judging, &compiler);
  }
  const char *missing = good ? missing_quantities(judging->arena, &compiler, judging->task) : "";
  if (*missing) good = fail(judging, missing);
  compiler_free(&compiler);
  return good;
}

/* ---- build ---- */

static bool gate_build(Judging *judging) {
  Compiler compiler;
  Verdict *verdict = judging->verdict;
  if (!write_blueprint(judging)) return fail(judging, strerror(errno));
  verdict->program = arena_copy(judging->arena, judging->path, strlen(judging->path) - 4);
  BuildOptions options = {.output = verdict->program, .use_cache = true};
  compiler_init(&compiler, judging->designer->session->stdlib);
  bool good = check_runnable(&compiler, judging->path) && build_twin(&compiler, &options);
  if (!good) fail(judging, diagnostics_text(judging->arena, &compiler));
  compiler_free(&compiler);
  return good;
}

/* ---- run ---- */

/* Decisions that change nothing may be right, and may as well not have been modelled. */
static void note_decisions(Judging *judging) {
  const Verdict *verdict = judging->verdict;
  if (!verdict->decided || !runs_alike(verdict->run, verdict->decided)) return;
  keep_test(verdict->tests, GATE_RUN, "decisions of the task", "noted",
            "the decisions of the policy file change no KPI");
}

static bool gate_run(Judging *judging) {
  Verdict *verdict = judging->verdict;
  const Task *task = judging->task;
  const char *problem = "";
  verdict->run = twin_run(judging->arena, verdict->program, task->data, NULL, NULL, &problem);
  if (verdict->run && task->policy)
    verdict->decided =
        twin_run(judging->arena, verdict->program, task->data, task->policy, NULL, &problem);
  note_decisions(judging);
  if (verdict->run && (verdict->decided || !task->policy)) return true;
  return fail(judging, arena_format(judging->arena, "%s the twin said:\n%s",
                                    verdict->run ? "With the decisions of the task"
                                                 : "On the data, without any decision,",
                                    problem));
}

/* ---- expect ---- */

static const char *printed(Arena *arena, const cJSON *item) {
  return item ? json_line(arena, item) : "?";
}

static const char *assert_text(Arena *arena, const cJSON *assert) {
  const cJSON *worst = field(assert, "worst");
  return arena_format(arena,
                      "  the assert in line %g failed in %g of %g rows, worst at %s: left %s, "
                      "right %s %s\n",
                      number_of(assert, "line"), number_of(assert, "failed"),
                      number_of(assert, "checked"), printed(arena, field(worst, "row")),
                      printed(arena, field(worst, "left")), printed(arena, field(worst, "right")),
                      text_of(worst, "unit"));
}

/* How an expectation failed, with the numbers. */
static const char *expect_text(Arena *arena, const cJSON *expect) {
  const char *text = arena_format(arena, "The expect \"%s\" (line %g) fails.\n",
                                  text_of(expect, "doc"), number_of(expect, "line"));
  const char *invalid = text_of(expect, "invalid");
  const cJSON *assert;
  if (*invalid) text = arena_format(arena, "%s  it cannot be evaluated: %s\n", text, invalid);
  cJSON_ArrayForEach(assert, field(expect, "asserts")) {
    if (number_of(assert, "failed") > 0)
      text = arena_format(arena, "%s%s", text, assert_text(arena, assert));
  }
  return text;
}

static void keep_expects(Judging *judging, const cJSON *document) {
  const cJSON *expect;
  cJSON_ArrayForEach(expect, field(document, "expects")) {
    bool passed = cJSON_IsTrue(field(expect, "passed"));
    keep_test(judging->verdict->tests, GATE_EXPECT, text_of(expect, "doc"),
              passed ? "passed" : "failed", "");
  }
}

static bool gate_expect(Judging *judging) {
  static const char *const words[] = {"test", "--quiet", NULL};
  Arena *arena = judging->arena;
  const char *problem, *text = "";
  const cJSON *expect;
  int told = 0;
  cJSON *document =
      twin_answer(arena, judging->verdict->program, judging->task->data, NULL, words, &problem);
  if (!document) return fail(judging, problem);
  keep_expects(judging, document);
  cJSON_ArrayForEach(expect, field(document, "expects")) {
    if (!cJSON_IsTrue(field(expect, "passed")) && told++ < EXPECTS_TOLD)
      text = arena_format(arena, "%s%s", text, expect_text(arena, expect));
  }
  cJSON_Delete(document);
  return told == 0 || fail(judging, text);
}

/* ---- harness, fit ---- */

static bool gate_harness(Judging *judging) {
  Verdict *verdict = judging->verdict;
  const char *text = harness_check(judging->designer->session, verdict->program, judging->task,
                                   verdict->run, verdict->tests);
  return !*text || fail(judging, text);
}

static bool gate_fit(Judging *judging) {
  if (!judging->task->held_out) return true;
  const char *text = fit_check(judging->designer->session, judging->verdict->program, judging->task,
                               judging->verdict->tests);
  return !*text || fail(judging, text);
}

/* ---- all of them ---- */

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void note(const Judging *judging, Gate gate, bool passed, double seconds) {
  cJSON *fields = cJSON_CreateObject();
  cJSON_AddStringToObject(fields, "gate", gate_names[gate]);
  cJSON_AddBoolToObject(fields, "passed", passed);
  cJSON_AddNumberToObject(fields, "took", seconds);
  if (gate == GATE_CHECK) {
    cJSON_AddBoolToObject(fields, "compiled_raw", judging->verdict->compiled_raw);
    cJSON_AddNumberToObject(fields, "fixes", (double)judging->verdict->fixes);
  }
  if (!passed && judging->verdict->feedback)
    cJSON_AddStringToObject(fields, "says", judging->verdict->feedback);
  trace_event(judging->designer->trace, "gate", fields);
}

void judge(Designer *designer, const char *text, const char *path, Verdict *verdict) {
  static bool (*const gates[])(Judging *) = {
      [GATE_CHECK] = gate_check,   [GATE_BUILD] = gate_build,     [GATE_RUN] = gate_run,
      [GATE_EXPECT] = gate_expect, [GATE_HARNESS] = gate_harness, [GATE_FIT] = gate_fit};
  Arena *arena = &designer->session->arena;
  *verdict = (Verdict){.text = text, .tests = cJSON_CreateArray()};
  Judging judging = {designer, arena, designer->task, arena_format(arena, "%s.hbp", path), verdict};
  for (int gate = GATE_CHECK; gate < GATES; gate++) {
    double begin = now();
    verdict->failed = (Gate)gate;
    bool passed = gates[gate](&judging);
    note(&judging, verdict->failed, passed, now() - begin);
    if (!passed) return;
  }
  verdict->failed = GATES;
}

void verdict_free(Verdict *verdict) {
  cJSON_Delete(verdict->run);
  cJSON_Delete(verdict->decided);
  cJSON_Delete(verdict->tests);
  verdict->run = verdict->decided = verdict->tests = NULL;
}
