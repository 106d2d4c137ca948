/* The three ways to solve a task: a Python program by chain of thought, the Coder alone, and the
 * whole chain; and what each one's program says of every network. */
#include "bench/bench.h"

#include "client/stop.h"
#include "coder/twin.h"
#include "confine/child.h"
#include "data/profile.h"
#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PYTHON_SECONDS = 60, SAID_BYTES = 400 };
static const size_t python_memory = (size_t)1 << 30, python_output = (size_t)1 << 20;
static const char python[] = "/usr/bin/python3"; /* Debian's: what the guard lets a child read */

const char *const column_names[COLUMNS] = {
    [COLUMN_COT] = "cot", [COLUMN_CODER] = "coder", [COLUMN_HERMES] = "hermes"};

typedef struct Solving {
  Session *session;
  Arena *arena;
  Chat *chat;
  Trace *trace;
  const BenchTask *task;
  const char *work;
  const char *profile; /* of the first network */
  const char *program; /* what came out: a twin, or a Python program */
  BenchRun *run;
} Solving;

/* ---- what a program says ---- */

/* What it says of one network with one file of decisions: quantity -> number; to be deleted. */
typedef cJSON *Answer(Solving *solving, const char *data, const char *policy, const char **problem);

static cJSON *answer_of_twin(Solving *solving, const char *data, const char *policy,
                             const char **problem) {
  cJSON *run = twin_run(solving->arena, solving->program, data, policy, NULL, problem);
  cJSON *numbers = run ? cJSON_CreateObject() : NULL;
  const cJSON *kpi;
  cJSON_ArrayForEach(kpi, field(run, "kpis"))
      cJSON_AddNumberToObject(numbers, kpi->string, run_kpi(run, kpi->string));
  cJSON_Delete(run);
  return numbers;
}

/* The last lines that a program wrote to standard error: where a Python error says what it is. */
static const char *tail(Arena *arena, const char *text) {
  size_t length = strlen(text);
  const char *last = length > SAID_BYTES ? text + length - SAID_BYTES : text;
  return plain_text(arena, last, strlen(last));
}

static const char *problem_of(Solving *solving, const Child *child) {
  if (!child->started) return child->problem;
  if (child->stopped) return "it was stopped";
  if (child->late)
    return arena_format(solving->arena, "the program did not end within %d s", PYTHON_SECONDS);
  return child->exit_code == 0 ? "the program printed no JSON object"
                               : tail(solving->arena, child->err);
}

static cJSON *answer_of_python(Solving *solving, const char *data, const char *policy,
                               const char **problem) {
  const char *none = arena_format(solving->arena, "%s/none.json", solving->work);
  const char *decisions = policy ? policy : none;
  const char *const argv[] = {python, "-I", solving->program, data, decisions, NULL};
  const char *const readable[] = {solving->work, data, decisions, NULL};
  Guard guard = {.readable = readable,
                 .seconds = PYTHON_SECONDS,
                 .memory = python_memory,
                 .output = python_output,
                 .stop = stop_flag(),
                 .strict = true};
  Child child;
  bool good = child_run(solving->arena, argv, &guard, &child);
  cJSON *numbers = good ? cJSON_Parse(child.out) : NULL;
  if (cJSON_IsObject(numbers)) return numbers;
  cJSON_Delete(numbers);
  *problem = problem_of(solving, &child);
  return NULL;
}

/* ---- judging ---- */

static bool is_right(const Quantity *quantity, double number, double truth) {
  double within = fmax(quantity->absolute, quantity->relative * fabs(truth));
  return fabs(number - truth) <= within; /* false of NaN */
}

static void judge_case(Solving *solving, int network, int policy, const cJSON *numbers) {
  const BenchTask *task = solving->task;
  BenchRun *run = solving->run;
  for (int i = 0; i < task->quantity_count; i++) {
    const Quantity *quantity = &task->quantities[i];
    const cJSON *item = field(numbers, quantity->name);
    double number = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    double truth = truth_of(task, network, policy, i);
    bool right = is_right(quantity, number, truth);
    run->judged++;
    run->right += right;
    if (!right && !*run->says)
      run->says =
          arena_format(solving->arena, "%s, %s: %s is %.9g %s, not %.9g", task->networks[network],
                       task->policies[policy], quantity->name, number, quantity->unit, truth);
  }
}

static const char *whole_path(Solving *solving, const char *path) {
  char *whole = path ? realpath(path, NULL) : NULL;
  const char *copy = whole ? arena_copy(solving->arena, whole, strlen(whole)) : NULL;
  free(whole);
  return copy;
}

/* Every network, every decision. */
static void judge_all(Solving *solving, Answer *answer) {
  const BenchTask *task = solving->task;
  BenchRun *run = solving->run;
  for (int network = 0; network < task->network_count; network++)
    for (int policy = 0; policy < task->policy_count; policy++) {
      const char *problem = "";
      const char *data = whole_path(solving, network_path(solving->arena, task, network));
      const char *file = whole_path(solving, policy_path(solving->arena, task, network, policy));
      cJSON *numbers = answer(solving, data, file, &problem);
      if (!numbers && !*run->says)
        run->says = arena_format(solving->arena, "%s, %s: %s", task->networks[network],
                                 task->policies[policy], problem);
      if (network == 0 && policy == 0 && run->column == COLUMN_COT) run->compiled = numbers;
      judge_case(solving, network, policy, numbers);
      cJSON_Delete(numbers);
    }
  run->success = run->judged > 0 && run->right == run->judged;
}

/* ---- chain of thought ---- */

static bool write_file(Solving *solving, const char *name, const char *text) {
  Bytes parts[] = {{(unsigned char *)(uintptr_t)text, strlen(text)}};
  const char *path = arena_format(solving->arena, "%s/%s", solving->work, name);
  if (file_write(AT_FDCWD, path, 0600, parts, 1)) return true;
  solving->run->says = strerror(errno);
  return false;
}

static void solve_by_thought(Solving *solving) {
  const char *problem = "";
  ChatReply reply;
  PromptInput inputs[] = {
      {"task", solving->task->words, false},
      {"data", solving->profile, false},
      {"quantities", quantities_text(solving->arena, solving->task->asked, ""), true}};
  const ChatRequest *request = prompt_for(solving->session, "chain_of_thought", inputs, 3);
  solving->run->says = "its prompt cannot be used";
  if (!request) return;
  bool good = chat_all(solving->chat, request, 1, &reply);
  char *text = good ? reply_block(solving->arena, reply.text, "python", &problem) : NULL;
  solving->run->says = good ? problem : reply.problem;
  if (!text || !write_file(solving, "ndt.py", text) || !write_file(solving, "none.json", "{}\n"))
    return;
  solving->program = arena_format(solving->arena, "%s/ndt.py", solving->work);
  judge_all(solving, answer_of_python);
}

/* ---- blueprints ---- */

static void solve_by_blueprint(Solving *solving) {
  BenchRun *run = solving->run;
  const BenchTask *bench = solving->task;
  int decided = strcmp(bench->policies[0], "default") == 0 && bench->policy_count > 1;
  Task task = {.words = bench->words,
               .data = whole_path(solving, network_path(solving->arena, bench, 0)),
               .profile = solving->profile,
               .examples = "none",
               .policy = whole_path(solving, policy_path(solving->arena, bench, 0, decided)),
               .quantities = bench->asked};
  Designer designer = {solving->session, solving->chat, solving->trace, &task};
  Outcome outcome;
  run_chain(&designer, run->column == COLUMN_HERMES, solving->work, &outcome);
  run->compiled = outcome.coded.first_compiled;
  run->repairs = outcome.coded.repairs;
  run->says = outcome.end == CHAIN_VALIDATED ? "" : outcome.says;
  solving->program = outcome.coded.verdict.program;
  if (outcome.end == CHAIN_VALIDATED) judge_all(solving, answer_of_twin);
  outcome_free(&outcome);
}

static bool look_at_data(Solving *solving) {
  cJSON *profile =
      profile_directory(solving->session, network_path(solving->arena, solving->task, 0));
  if (!profile) return false;
  solving->profile = profile_text(solving->arena, profile);
  cJSON_Delete(profile);
  return true;
}

void bench_run(Session *session, Chat *chat, Trace *trace, const BenchTask *task, const char *work,
               BenchRun *run) {
  Solving solving = {.session = session,
                     .arena = &session->arena,
                     .chat = chat,
                     .trace = trace,
                     .task = task,
                     .work = work,
                     .run = run};
  run->says = "";
  if (look_at_data(&solving))
    (run->column == COLUMN_COT ? solve_by_thought : solve_by_blueprint)(&solving);
  run->usage = chat_usage(chat);
}
