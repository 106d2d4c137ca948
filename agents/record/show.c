/* hermes trace show FILE: how a run went, event after event, and what it came to.
 *
 * The record's texts were written by models and servers: nothing of them goes to a terminal but on
 * one line, without control characters. */
#include "hermes.h"

#include "client/text.h"
#include "record/lines.h"
#include "record/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_TEXT = 160, SHOWN_DIAGNOSTICS = 5 };

/* What the calls of one role, or all, came to. */
typedef struct Total {
  const char *role;
  long calls, failed, replayed, stale, prompt_tokens, completion_tokens;
  double seconds, cost; /* cost: NaN where one is not known */
  struct Total *next;
} Total;

typedef struct Show {
  Arena *arena;
  const cJSON *events;
  Total *roles, whole;
} Show;

/* ---- totals ---- */

static bool is_call(const cJSON *event) {
  return strcmp(text_in(event, "event", ""), "call") == 0;
}

/* A run that goes on puts the calls that it answers from its record there again: they cost once. */
static bool is_again(const Show *show, const cJSON *call) {
  const cJSON *event;
  if (!truth_in(call, "replayed")) return false;
  cJSON_ArrayForEach(event, show->events) {
    if (event == call) return false;
    if (is_call(event) && strcmp(text_in(event, "role", ""), text_in(call, "role", "")) == 0 &&
        number_in(event, "ordinal", -1) == number_in(call, "ordinal", -1))
      return true;
  }
  return false;
}

static Total *total_of(Show *show, const char *role) {
  Total **end = &show->roles;
  for (; *end; end = &(*end)->next)
    if (strcmp((*end)->role, role) == 0) return *end;
  *end = ARENA_NEW(show->arena, Total);
  (*end)->role = role;
  return *end;
}

static void add_call(Total *total, const cJSON *call) {
  total->calls++;
  total->failed += strcmp(text_in(call, "status", "ok"), "ok") != 0;
  total->replayed += truth_in(call, "replayed");
  total->stale += truth_in(call, "stale");
  total->prompt_tokens += (long)fmin(fmax(number_in(call, "prompt_tokens", 0), 0), 1e12);
  total->completion_tokens += (long)fmin(fmax(number_in(call, "completion_tokens", 0), 0), 1e12);
  total->seconds += number_in(call, "took", 0);
  total->cost += number_in(call, "cost", NAN);
}

static void add_up(Show *show) {
  const cJSON *event;
  show->whole.role = "total";
  cJSON_ArrayForEach(event, show->events) {
    if (!is_call(event) || is_again(show, event)) continue;
    add_call(total_of(show, text_in(event, "role", "?")), event);
    add_call(&show->whole, event);
  }
}

/* ---- for people ---- */

static const char *shown(const Show *show, const char *text) {
  return text_excerpt(show->arena, text_clean(show->arena, text, strlen(text), NULL), SHOWN_TEXT);
}

static void print_call(const Show *show, const cJSON *call) {
  printf("%s %g", shown(show, text_in(call, "role", "?")), number_in(call, "ordinal", 0));
  const char *problem = text_in(call, "problem", NULL);
  if (problem)
    printf(": %s", shown(show, problem));
  else
    printf(": %g + %g tokens%s, ended by %s", number_in(call, "prompt_tokens", 0),
           number_in(call, "completion_tokens", 0),
           truth_in(call, "tokens_estimated") ? " (estimated)" : "",
           shown(show, text_in(call, "finish", "?")));
  printf(", %.1f s", number_in(call, "took", 0));
  double cost = number_in(call, "cost", NAN), attempts = number_in(call, "attempts", 1);
  if (isfinite(cost)) printf(", cost %.4g", cost);
  if (attempts > 1) printf(", %g attempts", attempts);
  if (truth_in(call, "replayed"))
    fputs(is_again(show, call) ? ", as before" : ", replayed", stdout);
  if (truth_in(call, "stale")) fputs(", stale", stdout);
  printf("; prompt %s, model %s\n", shown(show, text_in(call, "prompt", "?")),
         shown(show, text_in(call, "model", "?")));
}

static const char *scalar(const Show *show, const cJSON *value) {
  const char *text = cJSON_GetStringValue(value);
  if (text) return shown(show, text);
  if (cJSON_IsBool(value)) return cJSON_IsTrue(value) ? "yes" : "no";
  if (cJSON_IsNumber(value)) return arena_format(show->arena, "%g", value->valuedouble);
  return cJSON_IsNull(value) ? "none" : NULL;
}

static void print_diagnostics(const Show *show, const cJSON *list) {
  const cJSON *item;
  int count = 0;
  cJSON_ArrayForEach(item, list) {
    if (count++ == SHOWN_DIAGNOSTICS) break;
    const char *code = text_in(item, "code", ""), *words = cJSON_GetStringValue(item);
    if (!words) words = text_in(item, "message", "");
    printf("%22s%s%s%s\n", "", shown(show, code), *code ? " " : "", shown(show, words));
  }
  int left = cJSON_GetArraySize(list) - SHOWN_DIAGNOSTICS;
  if (left > 0) printf("%22sand %d more\n", "", left);
}

/* Any other event: its plain fields on one line, and its lists below. */
static void print_fields(const Show *show, const cJSON *event) {
  static const char *const said[] = {"event", "seconds"};
  const cJSON *field;
  const char *before = "";
  cJSON_ArrayForEach(field, event) {
    const char *value = scalar(show, field);
    if (!value || strcmp(field->string, said[0]) == 0 || strcmp(field->string, said[1]) == 0)
      continue;
    printf("%s%s %s", before, shown(show, field->string), value);
    before = ", ";
  }
  putchar('\n');
  cJSON_ArrayForEach(field, event) {
    if (cJSON_IsArray(field)) print_diagnostics(show, field);
  }
}

static void print_event(const Show *show, const cJSON *event) {
  const char *name = shown(show, text_in(event, "event", ""));
  printf("%8.1f s  %-9s  ", number_in(event, "seconds", 0), name);
  (is_call(event) ? print_call : print_fields)(show, event);
}

static void print_total(const Show *show, const Total *total) {
  printf("%-12s %5ld %6ld %8ld %9ld %9ld %9.1f  ", shown(show, total->role), total->calls,
         total->failed, total->replayed, total->prompt_tokens, total->completion_tokens,
         total->seconds);
  if (isnan(total->cost))
    puts("not known");
  else
    printf("%.4g\n", total->cost);
}

static void print_all(const Show *show) {
  const cJSON *event, *last = NULL;
  cJSON_ArrayForEach(event, show->events) {
    print_event(show, event);
    last = event;
  }
  if (show->whole.calls > 0) {
    printf("\n%-12s %5s %6s %8s %9s %9s %9s  %s\n", "role", "calls", "failed", "replayed",
           "tokens in", "out", "seconds", "cost");
    for (const Total *total = show->roles; total; total = total->next) print_total(show, total);
    print_total(show, &show->whole);
  }
  if (strcmp(text_in(last, "event", ""), "end") != 0)
    puts("\nThe run has not ended: it was stopped, or is still on its way.");
}

/* ---- for programs ---- */

static void add_number(cJSON *object, const char *name, double number) {
  cJSON_AddItemToObject(object, name,
                        isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

static cJSON *total_json(const Total *total) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "role", total->role);
  const struct {
    const char *name;
    double number;
  } fields[] = {{"calls", (double)total->calls},
                {"failed", (double)total->failed},
                {"replayed", (double)total->replayed},
                {"stale", (double)total->stale},
                {"prompt_tokens", (double)total->prompt_tokens},
                {"completion_tokens", (double)total->completion_tokens},
                {"seconds", total->seconds},
                {"cost", total->cost}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    add_number(object, fields[i].name, fields[i].number);
  return object;
}

/* The events, without what was said: that stands in the record. */
static cJSON *events_json(const Show *show) {
  cJSON *events = cJSON_CreateArray();
  const cJSON *event;
  cJSON_ArrayForEach(event, show->events) {
    cJSON *copy = cJSON_Duplicate(event, true);
    if (is_call(event)) {
      cJSON_DeleteItemFromObjectCaseSensitive(copy, "messages");
      cJSON_DeleteItemFromObjectCaseSensitive(copy, "reply");
    }
    cJSON_AddItemToArray(events, copy);
  }
  return events;
}

static void print_json(const Show *show) {
  cJSON *document = cJSON_CreateObject(), *roles = cJSON_CreateArray();
  const cJSON *last = cJSON_GetArrayItem(show->events, cJSON_GetArraySize(show->events) - 1);
  bool ended = strcmp(text_in(last, "event", ""), "end") == 0;
  for (const Total *total = show->roles; total; total = total->next)
    cJSON_AddItemToArray(roles, total_json(total));
  cJSON_AddBoolToObject(document, "ended", ended);
  cJSON_AddItemToObject(document, "total", total_json(&show->whole));
  cJSON_AddItemToObject(document, "roles", roles);
  cJSON_AddItemToObject(document, "events", events_json(show));
  char *text = cJSON_PrintUnformatted(document);
  puts(text);
  cJSON_free(text);
  cJSON_Delete(document);
}

int run_trace(Session *session) {
  const Settings *settings = &session->settings;
  if (strcmp(settings->words[0], "show") != 0) {
    hermes_report(&session->diagnostics, HB0804, NULL, "there is no `hermes trace %s`",
                  settings->words[0]);
    return EXIT_COMMAND;
  }
  cJSON *events = record_read(&session->arena, settings->words[1], &session->diagnostics);
  if (!events) return EXIT_WRONG;
  Show show = {.arena = &session->arena, .events = events};
  add_up(&show);
  (settings->json ? print_json : print_all)(&show);
  cJSON_Delete(events);
  return EXIT_DONE;
}
