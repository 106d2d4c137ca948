/* Samples, repairs, and the majority. */
#include "coder/coder.h"

#include "coder/behaviour.h"
#include "coder/library.h"
#include "pages/primer.h"

#include <stdlib.h>
#include <string.h>

enum { LIBRARY_BYTES = 7500, MOST_CANDIDATES = MOST_BRANCHES };

typedef struct Coder {
  Designer *designer;
  Arena *arena;
  const char *plan, *directory;
  ChatRequest *request; /* of a fresh sample */
  Coded *coded;
  int judged; /* blueprints so far */
} Coder;

/* ---- the prompt ---- */

static const char *primer_text(Session *session) {
  Compiler compiler;
  char *text = NULL;
  size_t size;
  compiler_init(&compiler, session->stdlib);
  FILE *out = open_memstream(&text, &size);
  write_primer(&compiler, out);
  fclose(out);
  compiler_free(&compiler);
  char *copy = arena_copy(&session->arena, text, size);
  free(text);
  return copy;
}

static ChatRequest *first_request(Coder *coder) {
  Session *session = coder->designer->session;
  const Task *task = coder->designer->task;
  const char *words = arena_format(coder->arena, "%s\n%s", task->words, coder->plan);
  PromptInput inputs[] = {
      {"primer", primer_text(session), true},
      {"library", library_fit(session, words, LIBRARY_BYTES), true},
      {"task", task->words, false},
      {"data", task->profile, false},
      {"quantities", quantities_text(coder->arena, task->quantities, "kpi "), true},
      {"plan", coder->plan, false},
      {"examples", task->examples, false}};
  return prompt_for(session, "coder", inputs, sizeof inputs / sizeof *inputs);
}

/* What is said to a blueprint that failed: the stage, what was found, the text as it was judged. */
static ChatRequest *repair_request(Coder *coder, const char *reply, const Verdict *verdict) {
  Session *session = coder->designer->session;
  PromptInput inputs[] = {{"stage", gate_names[verdict->failed], true},
                          {"feedback", verdict->feedback, false},
                          {"blueprint", verdict->text, false}};
  ChatRequest *said = prompt_for(session, "coder_repair", inputs, sizeof inputs / sizeof *inputs);
  if (!said) return NULL;
  ChatRequest *next = prompt_continue(coder->arena, coder->request, reply,
                                      said->messages[said->message_count - 1].content);
  next->role = said->role;
  next->prompt = said->prompt;
  next->temperature = said->temperature;
  next->max_tokens = said->max_tokens;
  return next;
}

/* ---- one sample ---- */

/* Judges the blueprint of a reply. */
static void judge_reply(Coder *coder, const char *reply, Verdict *verdict) {
  const char *problem;
  char *text = reply_block(coder->arena, reply, "hermes", &problem);
  const char *path =
      arena_format(coder->arena, "%s/candidate%d", coder->directory, ++coder->judged);
  if (text)
    judge(coder->designer, text, path, verdict);
  else
    *verdict =
        (Verdict){.failed = GATE_PARSE,
                  .text = "",
                  .feedback = arena_format(coder->arena, "Your reply cannot be read: %s.", problem),
                  .tests = cJSON_CreateArray()};
  if (coder->judged == 1 && coder->coded->samples == 1)
    coder->coded->first_compiled = verdict->compiled_raw;
}

/* Asks; false where no reply came, which then is the feedback. */
static bool ask(Coder *coder, const ChatRequest *request, ChatReply *reply, Verdict *verdict) {
  if (request && chat_all(coder->designer->chat, request, 1, reply)) return true;
  verdict->feedback = request ? reply->problem : "its prompt cannot be used";
  return false;
}

/* A fresh sample and its repairs; the verdict on the last blueprint. */
static bool try_sample(Coder *coder, Verdict *verdict) {
  ChatReply reply;
  long repairs = coder->designer->session->configuration.repairs;
  coder->coded->samples++;
  *verdict = (Verdict){.failed = GATE_PARSE, .text = "", .feedback = ""};
  if (!ask(coder, coder->request, &reply, verdict)) return false;
  judge_reply(coder, reply.text, verdict);
  for (long i = 0; i < repairs && verdict->failed != GATES; i++) {
    Verdict next = *verdict;
    coder->coded->repairs++;
    if (!ask(coder, repair_request(coder, reply.text, verdict), &reply, verdict)) return false;
    judge_reply(coder, reply.text, &next);
    verdict_free(verdict);
    *verdict = next;
  }
  return verdict->failed == GATES;
}

/* ---- candidates ---- */

/* Keeps the verdict that came farthest, for the case that none passes. */
static void keep_farthest(Coded *coded, Verdict *verdict) {
  bool farther = !coded->verdict.tests || verdict->failed > coded->verdict.failed;
  if (farther) {
    verdict_free(&coded->verdict);
    coded->verdict = *verdict;
  } else {
    verdict_free(verdict);
  }
}

static bool find_candidate(Coder *coder, Verdict *verdict) {
  long samples = coder->designer->session->configuration.samples;
  for (long i = 0; i < samples; i++) {
    if (try_sample(coder, verdict)) return true;
    keep_farthest(coder->coded, verdict);
  }
  return false;
}

static void note_majority(Coder *coder) {
  cJSON *fields = cJSON_CreateObject();
  cJSON_AddStringToObject(fields, "role", "majority");
  cJSON_AddNumberToObject(fields, "candidates", coder->coded->candidates);
  cJSON_AddNumberToObject(fields, "agreeing", coder->coded->agreeing);
  trace_event(coder->designer->trace, "decision", fields);
}

/* The one that most behave like; the others are forgotten. */
static void choose(Coder *coder, Verdict *passed, int count) {
  Designer *designer = coder->designer;
  Behaviour behaviours[MOST_CANDIDATES];
  for (int i = 0; i < count; i++)
    behaviours[i] = behaviour_of(designer->session, designer->task, passed[i].program);
  int best = majority(behaviours, count, &coder->coded->agreeing);
  for (int i = 0; i < count; i++) {
    behaviour_free(&behaviours[i]);
    if (i != best) verdict_free(&passed[i]);
  }
  verdict_free(&coder->coded->verdict);
  coder->coded->verdict = passed[best];
  if (count > 1) note_majority(coder);
}

void code(Designer *designer, const char *plan, const char *directory, Coded *coded) {
  Verdict passed[MOST_CANDIDATES];
  Coder coder = {.designer = designer,
                 .arena = &designer->session->arena,
                 .plan = plan,
                 .directory = directory,
                 .coded = coded};
  long wanted = designer->session->configuration.candidates;
  coder.request = first_request(&coder);
  for (long i = 0; i < wanted && i < MOST_CANDIDATES; i++)
    coded->candidates += find_candidate(&coder, &passed[coded->candidates]);
  coded->passed = coded->candidates > 0;
  if (coded->passed) choose(&coder, passed, coded->candidates);
}
