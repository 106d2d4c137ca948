/* The chain of the Designer, role by role. */
#include "design/designer.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 4 };

/* ---- what each role owes ---- */

static const Field named[] = {{"name", FIELD_TEXT, false, NULL, NULL},
                              {"unit", FIELD_TEXT, false, NULL, NULL},
                              {"definition", FIELD_TEXT, false, NULL, NULL},
                              {0}};

static const Field reflection[] = {{"purpose", FIELD_TEXT, false, NULL, NULL},
                                   {"decisions", FIELD_TEXTS, false, NULL, NULL},
                                   {"effects", FIELD_TEXTS, false, NULL, NULL},
                                   {"kpis", FIELD_OBJECTS, false, NULL, named},
                                   {"traps", FIELD_TEXTS, false, NULL, NULL},
                                   {"missing", FIELD_TEXTS, false, NULL, NULL},
                                   {0}};

static const char *const verdicts[] = {"go", "missing", NULL};
static const Field part[] = {
    {"name", FIELD_TEXT, false, NULL, NULL}, {"question", FIELD_TEXT, false, NULL, NULL}, {0}};
static const Field evaluation[] = {
    {"verdict", FIELD_TEXT, false, verdicts, NULL}, {"chosen", FIELD_NUMBER, false, NULL, NULL},
    {"why", FIELD_TEXT, false, NULL, NULL},         {"keep", FIELD_TEXTS, false, NULL, NULL},
    {"reject", FIELD_TEXTS, false, NULL, NULL},     {"parts", FIELD_OBJECTS, false, NULL, part},
    {"missing", FIELD_TEXTS, false, NULL, NULL},    {0}};

static const Field formula[] = {{"name", FIELD_TEXT, false, NULL, NULL},
                                {"formula", FIELD_TEXT, false, NULL, NULL},
                                {"unit", FIELD_TEXT, false, NULL, NULL},
                                {"source", FIELD_TEXT, false, NULL, NULL},
                                {0}};
static const Field detail[] = {{"part", FIELD_TEXT, false, NULL, NULL},
                               {"formulas", FIELD_OBJECTS, false, NULL, formula},
                               {"assumptions", FIELD_TEXTS, false, NULL, NULL},
                               {"checks", FIELD_TEXTS, false, NULL, NULL},
                               {0}};

static const char *const kinds[] = {"operational", "functional", NULL};
static const Field block[] = {
    {"name", FIELD_TEXT, false, NULL, NULL},        {"kind", FIELD_TEXT, false, kinds, NULL},
    {"reason", FIELD_TEXT, false, NULL, NULL},      {"reads", FIELD_TEXTS, false, NULL, NULL},
    {"gives", FIELD_OBJECTS, false, NULL, formula}, {0}};
static const Field planned[] = {
    {"title", FIELD_TEXT, false, NULL, NULL},      {"tables", FIELD_OBJECTS, false, NULL, named},
    {"inputs", FIELD_OBJECTS, false, NULL, named}, {"policies", FIELD_OBJECTS, false, NULL, named},
    {"blocks", FIELD_OBJECTS, false, NULL, block}, {"kpis", FIELD_OBJECTS, false, NULL, named},
    {"expects", FIELD_TEXTS, false, NULL, NULL},   {"assumptions", FIELD_TEXTS, false, NULL, NULL},
    {"changes", FIELD_TEXTS, true, NULL, NULL},    {0}};

/* From where each reflection begins, so that those side by side differ. */
static const char *const angles[] = {
    "Begin with the radio: which levels, gains and powers there are, and what adds up in watts.",
    "Begin with what is decided and asked: which decision changes which quantity, up to the KPIs.",
    "Begin with the data: which table holds what, in which unit, and what is not in them.",
    "Begin with traffic and resources: who needs what, who serves whom, what is shared.",
    "Begin with what goes wrong: units, levels that are added, what is forgotten, edge cases.",
};
enum { ANGLES = sizeof angles / sizeof *angles };

/* ---- inputs ---- */

const char *quantities_text(Arena *arena, const char *const *quantities, const char *kind) {
  const char *text = "";
  for (; quantities && *quantities; quantities++)
    text = arena_format(arena, "%s- %s%s\n", text, kind, *quantities);
  return *text ? text : "as the task says";
}

/* The inputs that every role has, then those of one; their number. */
static int inputs_of(Designer *designer, PromptInput *inputs, const PromptInput *own, int count) {
  const Task *task = designer->task;
  inputs[0] = (PromptInput){"task", task->words, false};
  inputs[1] = (PromptInput){"data", task->profile, false};
  inputs[2] = (PromptInput){"quantities",
                            quantities_text(&designer->session->arena, task->quantities, ""), true};
  for (int i = 0; i < count; i++) inputs[3 + i] = own[i];
  return 3 + count;
}

static ChatRequest *request_of(Designer *designer, const char *role, const PromptInput *own,
                               int count) {
  PromptInput inputs[MOST_INPUTS];
  int all = inputs_of(designer, inputs, own, count);
  return prompt_for(designer->session, role, inputs, all);
}

/* ---- the ends ---- */

static bool end_broken(Designer *designer, Plan *plan, const char *role, const char *problem) {
  plan->end = DESIGN_BROKEN;
  plan->text = arena_format(&designer->session->arena, "%s: %s", role, problem);
  return false;
}

static bool end_missing(Designer *designer, Plan *plan, const cJSON *judged) {
  Arena *arena = &designer->session->arena;
  plan->end = DESIGN_MISSING;
  plan->text = arena_format(arena, "- %s\n", texts_joined(arena, field(judged, "missing"), "\n- "));
  return false;
}

static void note_decision(Designer *designer, const char *role, const cJSON *object) {
  cJSON *fields = cJSON_CreateObject();
  cJSON_AddStringToObject(fields, "role", role);
  cJSON_AddItemToObject(fields, "says", cJSON_Duplicate(object, true));
  trace_event(designer->trace, "decision", fields);
}

/* ---- the roles ---- */

/* All reflections that came, numbered; NULL where none did. */
static const char *reflect(Designer *designer, Plan *plan) {
  Session *session = designer->session;
  ChatRequest *requests[MOST_BRANCHES] = {0};
  cJSON *objects[MOST_BRANCHES];
  const char *problems[MOST_BRANCHES], *text = "";
  int count = (int)session->configuration.coarse;
  for (int i = 0; i < count; i++) {
    PromptInput own[] = {{"angle", angles[i % ANGLES], true},
                         {"examples", designer->task->examples, false}};
    requests[i] = request_of(designer, "coarse_generator", own, 2);
    if (!requests[i]) {
      end_broken(designer, plan, "coarse_generator", "its prompt cannot be used");
      return NULL;
    }
  }
  int good = ask_objects(session, designer->chat, requests, count, reflection, objects, problems);
  for (int i = 0; i < count; i++) {
    if (objects[i])
      text = arena_format(&session->arena, "%sReflection %d:\n%s\n", text, i + 1,
                          json_text(&session->arena, objects[i]));
    cJSON_Delete(objects[i]);
  }
  if (good == 0) end_broken(designer, plan, "coarse_generator", problems[0]);
  return good == 0 ? NULL : text;
}

static cJSON *evaluate(Designer *designer, const char *reflections, Plan *plan) {
  PromptInput own[] = {{"reflections", reflections, false}};
  const char *problem;
  cJSON *object = ask_object(designer->session, designer->chat,
                             request_of(designer, "evaluator", own, 1), evaluation, &problem);
  if (!object) {
    end_broken(designer, plan, "evaluator", problem);
    return NULL;
  }
  note_decision(designer, "evaluator", object);
  if (strcmp(text_of(object, "verdict"), "missing") != 0) return object;
  if (cJSON_GetArraySize(field(object, "missing")) > 0)
    end_missing(designer, plan, object);
  else
    end_broken(designer, plan, "evaluator", "it says that something is missing, and names nothing");
  cJSON_Delete(object);
  return NULL;
}

/* The details of all parts that the evaluator named; "none" where it named none. */
static const char *refine_parts(Designer *designer, const char *reflections, const cJSON *judged) {
  Session *session = designer->session;
  ChatRequest *requests[MOST_PARTS] = {0};
  cJSON *objects[MOST_PARTS];
  const char *problems[MOST_PARTS], *text = "";
  const cJSON *item;
  int count = 0;
  cJSON_ArrayForEach(item, field(judged, "parts")) {
    PromptInput own[] = {{"reflections", reflections, false},
                         {"evaluation", json_text(&session->arena, judged), false},
                         {"part", text_of(item, "name"), false},
                         {"question", text_of(item, "question"), false}};
    if (count == MOST_PARTS || !(requests[count] = request_of(designer, "fine_generator", own, 4)))
      break;
    count++;
  }
  if (count > 0) ask_objects(session, designer->chat, requests, count, detail, objects, problems);
  for (int i = 0; i < count; i++) {
    if (objects[i])
      text = arena_format(&session->arena, "%s%s\n", text, json_text(&session->arena, objects[i]));
    cJSON_Delete(objects[i]);
  }
  return *text ? text : "none";
}

static bool ask_plan(Designer *designer, const char *role, const PromptInput *own, int count,
                     Plan *plan) {
  const char *problem;
  cJSON *object = ask_object(designer->session, designer->chat,
                             request_of(designer, role, own, count), planned, &problem);
  if (!object) return end_broken(designer, plan, role, problem);
  plan->end = DESIGN_PLANNED;
  plan->text = json_text(&designer->session->arena, object);
  note_decision(designer, role, object);
  cJSON_Delete(object);
  return true;
}

static bool edit(Designer *designer, const char *reflections, const cJSON *judged,
                 const char *details, Plan *plan) {
  PromptInput own[] = {{"reflections", reflections, false},
                       {"evaluation", json_text(&designer->session->arena, judged), false},
                       {"details", details, false}};
  return ask_plan(designer, "blueprint_editor", own, 3, plan);
}

static bool refine(Designer *designer, const char *failure, Plan *plan) {
  PromptInput own[] = {{"plan", plan->text, false}, {"failure", failure, false}};
  return ask_plan(designer, "refiner", own, 2, plan);
}

void design_plan(Designer *designer, Plan *plan) {
  const char *reflections = reflect(designer, plan);
  cJSON *judged = reflections ? evaluate(designer, reflections, plan) : NULL;
  if (!judged) return;
  const char *details = refine_parts(designer, reflections, judged);
  if (edit(designer, reflections, judged, details, plan)) refine(designer, "none yet", plan);
  cJSON_Delete(judged);
}

void design_again(Designer *designer, Plan *plan, const char *failure) {
  refine(designer, failure, plan);
}
