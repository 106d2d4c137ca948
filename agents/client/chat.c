/* The calls of a run: each gets its number, is answered from the cassette or by the server
 * (live.c), and goes into the record. */
#include "client/chat.h"

#include "client/call.h"
#include "record/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- opening and closing ---- */

static bool has_model(const Configuration *configuration) {
  for (int i = 0; i < configuration->role_count; i++)
    if (configuration->roles[i].model) return true;
  return configuration->model != NULL;
}

static bool can_ask(const Configuration *configuration, hermes_diagnostics *diagnostics) {
  const char *missing = !configuration->base_url    ? "no server is set to be asked"
                        : !has_model(configuration) ? "no model is set to be asked"
                                                    : NULL;
  if (!missing) return true;
  hermes_diagnostic *d = hermes_report(diagnostics, HB0904, NULL, "%s", missing);
  hermes_diagnostic_note(d,
                         "set HERMES_BASE_URL (as http://127.0.0.1:8080/v1) and HERMES_MODEL, or "
                         "`base_url` and `model` in a configuration; any server that speaks "
                         "OpenAI's /v1/chat/completions will do");
  hermes_diagnostic_note(d, "without a server, a recorded run is shown by --replay FILE");
  return false;
}

static uint64_t seed(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return ((uint64_t)now.tv_nsec << 20 ^ (uint64_t)now.tv_sec ^ (uint64_t)getpid() << 40) | 1;
}

Chat *chat_open(Arena *arena, const Configuration *configuration, Trace *trace, Cassette *cassette,
                bool live, hermes_diagnostics *diagnostics) {
  if (live && !can_ask(configuration, diagnostics)) return NULL;
  Chat *chat = ARENA_NEW(arena, Chat);
  *chat = (Chat){.arena = arena,
                 .configuration = configuration,
                 .trace = trace,
                 .cassette = cassette,
                 .live = live,
                 .diagnostics = diagnostics,
                 .purse.configuration = configuration,
                 .chance = seed()};
  if (!live) return chat;
  chat->wire = wire_open(arena, configuration);
  if (chat->wire) return chat;
  hermes_report(diagnostics, HB0904, NULL, "libcurl cannot be used");
  return NULL;
}

void chat_set_manner(Chat *chat, ChatManner manner) {
  chat->manner = manner;
}

Usage chat_usage(const Chat *chat) {
  return chat->usage;
}

void chat_tell_stale(hermes_diagnostics *diagnostics, long stale, long replayed, const char *mend) {
  if (stale == 0) return;
  hermes_diagnostic *d = hermes_report(
      diagnostics, HB0909, NULL,
      "%ld of %ld replayed calls answer prompts that have changed since they were recorded", stale,
      replayed);
  hermes_diagnostic_note(d, "%s", mend);
}

void chat_close(Chat *chat) {
  if (!chat) return;
  if (!chat->manner.exact && !chat->manner.gathered)
    chat_tell_stale(chat->diagnostics, chat->usage.stale, chat->replayed,
                    "record the run anew, with --record and without --replay");
  wire_close(chat->wire);
  arena_free(&chat->scratch);
}

/* ---- the record ---- */

static const char *const status_words[] = {[CHAT_OK] = "ok",
                                           [CHAT_FAILED] = "failed",
                                           [CHAT_CAPPED] = "capped",
                                           [CHAT_ABSENT] = "absent",
                                           [CHAT_STOPPED] = "stopped"};

static void add_number(cJSON *fields, const char *name, double number) {
  if (isfinite(number)) cJSON_AddNumberToObject(fields, name, number);
}

static void add_text(cJSON *fields, const char *name, const char *text) {
  if (text) cJSON_AddStringToObject(fields, name, text);
}

static void add_reply(cJSON *fields, const ChatReply *reply) {
  add_text(fields, "status", status_words[reply->status]);
  add_text(fields, "reply", reply->text);
  add_text(fields, "finish", reply->finish);
  add_text(fields, "problem", reply->problem);
  add_number(fields, "prompt_tokens", (double)reply->prompt_tokens);
  add_number(fields, "completion_tokens", (double)reply->completion_tokens);
  if (reply->tokens_estimated) cJSON_AddTrueToObject(fields, "tokens_estimated");
  add_number(fields, "cost", reply->cost);
  add_number(fields, "took", round(reply->seconds * 1000) / 1000);
  add_number(fields, "attempts", reply->attempts);
}

static void record_live(Chat *chat, const Call *call) {
  const ChatRequest *request = call->question.request;
  const char *model = call->reply->model ? call->reply->model : call->question.model;
  cJSON *fields = cJSON_CreateObject();
  add_text(fields, "role", request->role);
  add_number(fields, "ordinal", (double)call->ordinal);
  add_text(fields, "prompt", request->prompt);
  add_text(fields, "sha256", call->sha256);
  add_text(fields, "model", model);
  add_number(fields, "temperature", call->question.temperature);
  if (call->question.max_tokens > 0)
    add_number(fields, "max_tokens", (double)call->question.max_tokens);
  cJSON_AddItemToObject(fields, "messages", request_messages(&chat->scratch, request));
  add_reply(fields, call->reply);
  trace_event(chat->trace, "call", fields);
}

/* A replayed call goes into the record as it stood: its prompt and hash are those that the reply
 * answers. What was asked instead, where the prompt has changed, stands beside it. */
static void record_replayed(Chat *chat, const Call *call, const cJSON *recorded) {
  static const char *const own[] = {"event", "seconds", "replayed", "stale", "asked"};
  cJSON *fields = cJSON_Duplicate(recorded, true);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    cJSON_DeleteItemFromObjectCaseSensitive(fields, own[i]);
  cJSON_AddTrueToObject(fields, "replayed");
  if (call->reply->stale) {
    cJSON_AddTrueToObject(fields, "stale");
    cJSON_AddItemToObject(fields, "asked",
                          request_messages(&chat->scratch, call->question.request));
  }
  trace_event(chat->trace, "call", fields);
}

/* ---- replaying ---- */

static const char *kept(Chat *chat, const cJSON *recorded, const char *name) {
  const char *text = text_in(recorded, name, NULL);
  return text ? arena_copy(chat->arena, text, strlen(text)) : NULL;
}

static ChatStatus recorded_status(const cJSON *recorded) {
  const char *word = text_in(recorded, "status", "ok");
  for (int i = 0; i <= CHAT_CAPPED; i++)
    if (strcmp(status_words[i], word) == 0 && (i != CHAT_OK || text_in(recorded, "reply", NULL)))
      return (ChatStatus)i;
  return CHAT_FAILED;
}

static void take_recorded(Chat *chat, Call *call, const cJSON *recorded) {
  ChatReply *reply = call->reply;
  reply->status = recorded_status(recorded);
  reply->text = reply->status == CHAT_OK ? kept(chat, recorded, "reply") : NULL;
  reply->finish = kept(chat, recorded, "finish");
  reply->model = kept(chat, recorded, "model");
  reply->problem = kept(chat, recorded, "problem");
  if (!reply->problem && reply->status != CHAT_OK)
    reply->problem = "the record has no reply to this call";
  reply->prompt_tokens = (long)fmin(fmax(number_in(recorded, "prompt_tokens", 0), 0), 1e12);
  reply->completion_tokens = (long)fmin(fmax(number_in(recorded, "completion_tokens", 0), 0), 1e12);
  reply->tokens_estimated = truth_in(recorded, "tokens_estimated");
  reply->seconds = number_in(recorded, "took", 0);
  reply->attempts = (int)fmin(fmax(number_in(recorded, "attempts", 1), 0), 1e6);
  reply->cost = number_in(
      recorded, "cost",
      cost_of(chat->configuration, (double)reply->prompt_tokens, (double)reply->completion_tokens));
  reply->replayed = true;
}

static void refuse_stale(Chat *chat, Call *call) {
  reply_problem(call->reply, CHAT_FAILED,
                arena_format(chat->arena,
                             "the prompt of call %ld of the role %s has changed since it was "
                             "recorded",
                             call->ordinal, call->question.request->role));
  call->reply->text = NULL;
  hermes_diagnostic *d = hermes_report(chat->diagnostics, HB0910, NULL, "%s", call->reply->problem);
  hermes_diagnostic_note(d, "record the run anew, with --record and without --replay; or leave "
                            "--exact out");
}

/* True where the cassette answers. A run that goes on asks anew what failed or has changed. */
static bool replay(Chat *chat, Call *call) {
  const cJSON *recorded =
      chat->cassette ? cassette_find(chat->cassette, call->question.request->role, call->ordinal)
                     : NULL;
  if (!recorded) return false;
  bool stale = strcmp(text_in(recorded, "sha256", ""), call->sha256) != 0;
  if (chat->live && (stale || recorded_status(recorded) != CHAT_OK)) return false;
  take_recorded(chat, call, recorded);
  call->reply->stale = stale;
  chat->replayed++;
  if (chat->live) { /* what the run has used up before counts for its caps */
    chat->purse.calls++;
    purse_pay(&chat->purse, (Hold){0}, call->reply->prompt_tokens, call->reply->completion_tokens);
  }
  record_replayed(chat, call, recorded);
  if (stale && chat->manner.exact) refuse_stale(chat, call);
  return true;
}

/* ---- asking ---- */

static long next_ordinal(Chat *chat, const char *role) {
  Ordinals *of_role = chat->ordinals;
  while (of_role && strcmp(of_role->role, role) != 0) of_role = of_role->others;
  if (!of_role) {
    of_role = ARENA_NEW(chat->arena, Ordinals);
    *of_role =
        (Ordinals){.role = arena_copy(chat->arena, role, strlen(role)), .others = chat->ordinals};
    chat->ordinals = of_role;
  }
  return of_role->next++;
}

static void count_usage(Chat *chat, const ChatReply *reply) {
  Usage *usage = &chat->usage;
  if (reply->status == CHAT_CAPPED || reply->status == CHAT_ABSENT) return;
  usage->calls++;
  usage->failed += reply->status != CHAT_OK;
  usage->stale += reply->stale;
  usage->prompt_tokens += reply->prompt_tokens;
  usage->completion_tokens += reply->completion_tokens;
  usage->seconds += reply->seconds;
  usage->cost += reply->cost;
}

static void answered_live(Chat *chat, Call *call) {
  count_usage(chat, call->reply);
  if (call->reply->status != CHAT_STOPPED) record_live(chat, call);
}

/* Answers from the cassette, or says why there is no answer; false where the server is to be asked.
 */
static bool answer_here(Chat *chat, Call *call) {
  if (chat_is_stopped(chat)) {
    reply_problem(call->reply, CHAT_STOPPED, "stopped");
    return true;
  }
  if (replay(chat, call)) {
    count_usage(chat, call->reply);
    return true;
  }
  if (chat->live) return false;
  reply_problem(call->reply, CHAT_ABSENT,
                arena_format(chat->arena, "the record holds no call %ld of the role %s",
                             call->ordinal, call->question.request->role));
  return true;
}

static void begin_call(Chat *chat, Call *call, const ChatRequest *request, ChatReply *reply) {
  *reply = (ChatReply){.cost = NAN};
  *call = (Call){.question = question_of(chat->configuration, request),
                 .reply = reply,
                 .ordinal = next_ordinal(chat, request->role)};
  request_hash(request, call->sha256);
  call->state = answer_here(chat, call) ? CALL_OVER : CALL_WAITING;
}

bool chat_all(Chat *chat, const ChatRequest *requests, int count, ChatReply *replies) {
  Call *calls = ARENA_ARRAY(&chat->scratch, Call, count > 0 ? count : 1);
  for (int i = 0; i < count; i++) begin_call(chat, &calls[i], &requests[i], &replies[i]);
  if (chat->live) ask_live(chat, calls, count, answered_live);
  arena_free(&chat->scratch);
  bool all = true;
  for (int i = 0; i < count; i++) all &= replies[i].status == CHAT_OK;
  return all;
}

void chat_complain(hermes_diagnostics *diagnostics, const ChatRequest *request,
                   const ChatReply *reply) {
  static const hermes_code codes[] = {
      [CHAT_FAILED] = HB0906, [CHAT_CAPPED] = HB0907, [CHAT_ABSENT] = HB0908};
  bool told = reply->status == CHAT_FAILED && reply->stale; /* by refuse_stale */
  if (reply->status == CHAT_OK || reply->status == CHAT_STOPPED || told) return;
  hermes_report(diagnostics, codes[reply->status], NULL, "%s: %s", request->role, reply->problem);
}
