/* The question's goal in the twin's blueprint. A model named it: its words are looked up and its
 * bounds read as numbers, so that nothing but a goal comes into the text. */
#include "ask/ask.h"

#include <stdlib.h>
#include <string.h>

static bool names_kpi(const Question *question, const char *name) {
  const cJSON *number, *slots = field(question->description, "slots");
  cJSON_ArrayForEach(number, field(question->description, "kpis")) {
    if (strcmp(text_of(element_at(slots, number), "name"), name) == 0) return true;
  }
  return false;
}

/* "2 Mbit/s", "-90.5 dBm", "95 %": a number, and at most one word behind it. */
static bool is_bound(const char *text) {
  static const char others[] = "/*^.%()-"; /* of units, besides letters and digits */
  char *unit;
  if (!strchr("+-.0123456789", *text)) return false;
  strtod(text, &unit);
  if (unit == text) return false;
  for (unit += strspn(unit, " "); *unit; unit++) {
    unsigned char byte = (unsigned char)*unit;
    bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
    bool digit = byte >= '0' && byte <= '9';
    if (!letter && !digit && byte < 0x80 && !strchr(others, byte)) return false;
  }
  return true;
}

static const char *constraints_text(const Question *question, const cJSON *constraints,
                                    const char **problem) {
  const char *text = "", *between = " subject to ";
  const cJSON *item;
  cJSON_ArrayForEach(item, constraints) {
    const char *kpi = text_of(item, "kpi"), *bound = text_of(item, "bound");
    if (!names_kpi(question, kpi))
      *problem = "a constraint names no KPI of the twin";
    else if (!is_bound(bound))
      *problem = "the bound of a constraint is a number and its unit: 2 Mbit/s";
    else if (cJSON_GetArraySize(constraints) > MOST_CONSTRAINTS)
      *problem =
          arena_format(question->arena, "a question has at most %d constraints", MOST_CONSTRAINTS);
    if (*problem) return NULL;
    text = arena_format(question->arena, "%s%s%s %s %s", text, between, kpi,
                        text_of(item, "relation"), bound);
    between = ", ";
  }
  return text;
}

const char *goal_text(const Question *question, const cJSON *intent, const char **problem) {
  const cJSON *objective = field(intent, "objective");
  const char *direction = text_of(objective, "direction"), *kpi = text_of(objective, "kpi");
  *problem = NULL;
  if (strcmp(direction, "minimize") != 0 && strcmp(direction, "maximize") != 0)
    *problem = "`direction` of the objective is `minimize` or `maximize`";
  else if (!names_kpi(question, kpi))
    *problem = "the objective names no KPI of the twin";
  if (*problem) return NULL;
  const char *constraints = constraints_text(question, field(intent, "constraints"), problem);
  return constraints ? arena_format(question->arena, "goal %s %s%s;\n", direction, kpi, constraints)
                     : NULL;
}

const char *with_goal(const Question *question, const char *goal) {
  Compiler compiler;
  size_t start = strlen(question->blueprint), end = start;
  compiler_init(&compiler, question->session->stdlib);
  check_blueprint_text(&compiler, "blueprint.hbp", question->blueprint, start);
  for (const Decl *decl = compiler.trees[0] ? compiler.trees[0]->decls : NULL; decl;
       decl = decl->next)
    if (decl->kind == DECL_GOAL) {
      start = decl->span.start;
      end = decl->span.end;
    }
  compiler_free(&compiler);
  return arena_format(question->arena, "%.*s\n%s%s", (int)start, question->blueprint, goal,
                      question->blueprint + end);
}
