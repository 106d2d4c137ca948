/* Asking the server: what is due starts, where caps and `parallel` let it; what ends is judged, and
 * is answered, or waits for its next attempt. */
#include "client/call.h"
#include "client/retry.h"
#include "client/verdict.h"

#include <math.h>
#include <string.h>

static const double look_up = 0.1; /* seconds: how soon Ctrl-C is seen */

typedef struct Live {
  Chat *chat;
  Call *calls;
  int count;
  void (*answered)(Chat *chat, Call *call);
} Live;

bool chat_is_stopped(const Chat *chat) {
  return chat->manner.stop && *chat->manner.stop;
}

void reply_problem(ChatReply *reply, ChatStatus status, const char *problem) {
  reply->status = status;
  reply->problem = problem;
}

/* xorshift: good enough to keep calls apart. */
static double next_chance(Chat *chat) {
  chat->chance ^= chat->chance << 13;
  chat->chance ^= chat->chance >> 7;
  chat->chance ^= chat->chance << 17;
  return (double)(chat->chance >> 11) * 0x1p-53;
}

/* ---- an end ---- */

static void end_call(Live *live, Call *call) {
  Chat *chat = live->chat;
  ChatReply *reply = call->reply;
  call->state = CALL_OVER;
  reply->seconds = call->began > 0 ? wire_clock() - call->began : 0;
  reply->cost =
      cost_of(chat->configuration, (double)reply->prompt_tokens, (double)reply->completion_tokens);
  if (call->held)
    purse_pay(&chat->purse, call->hold, reply->prompt_tokens, reply->completion_tokens);
  live->answered(chat, call);
}

static void end_badly(Live *live, Call *call, ChatStatus status, const char *problem) {
  reply_problem(call->reply, status, arena_copy(live->chat->arena, problem, strlen(problem)));
  end_call(live, call);
}

/* What an attempt used up is used up, also where it failed on the way. */
static void count_tokens(Call *call, const Attempt *attempt) {
  const Reading *reading = &attempt->reading;
  ChatReply *reply = call->reply;
  if (reading->counted) {
    reply->prompt_tokens += reading->prompt_tokens;
    reply->completion_tokens += reading->completion_tokens;
  } else if (reading->choices) {
    reply->prompt_tokens += estimated_tokens(request_bytes(call->question.request));
    reply->completion_tokens += estimated_tokens(reading->content.length);
    reply->tokens_estimated = true;
  }
}

static const char *keep(const Chat *chat, const char *text, size_t length) {
  return text_clean(chat->arena, text, length, chat->configuration->api_key);
}

static void take_reply(Live *live, Call *call, const Reading *reading) {
  ChatReply *reply = call->reply;
  const char *finish = reading->finish ? reading->finish : "unknown";
  const char *model = reading->model ? reading->model : call->question.model;
  reply->status = CHAT_OK;
  reply->text = keep(live->chat, reading->content.bytes, reading->content.length);
  reply->finish = keep(live->chat, finish, strlen(finish));
  reply->model = keep(live->chat, model, strlen(model));
  end_call(live, call);
}

/* ---- an attempt ---- */

static void wait_for(Call *call, double seconds) {
  call->state = CALL_WAITING;
  call->due = wire_clock() + seconds;
}

/* Whether the call may be asked in another way, without what the server refuses. */
static bool ask_without(Chat *chat, Call *call, const Attempt *attempt, const char *said) {
  unsigned refused = refused_by(said, attempt->status, chat->refused);
  chat->refused |= refused;
  if (refused) wait_for(call, 0);
  return refused != 0;
}

static void judge(Live *live, const Attempt *attempt) {
  Chat *chat = live->chat;
  Call *call = attempt->owner;
  call->attempt = NULL;
  count_tokens(call, attempt);
  Verdict verdict = verdict_of(&chat->scratch, chat->configuration, attempt);
  int failed = call->reply->attempts;
  if (!verdict.problem)
    take_reply(live, call, &attempt->reading);
  else if (ask_without(chat, call, attempt, verdict.said))
    return;
  else if (verdict.retry && failed <= chat->configuration->retries)
    wait_for(call, retry_delay(failed, attempt->retry_after, chat->configuration->retry_longest,
                               next_chance(chat)));
  else
    end_badly(live, call, CHAT_FAILED,
              failed > 1
                  ? arena_format(&chat->scratch, "%s (after %d attempts)", verdict.problem, failed)
                  : verdict.problem);
}

static void start(Live *live, Call *call) {
  Chat *chat = live->chat;
  if (call->began == 0) call->began = wire_clock();
  const char *body =
      request_body(&chat->scratch, &call->question, chat->configuration->stream, chat->refused);
  call->attempt = wire_start(chat->wire, &chat->scratch, body, call);
  call->reply->attempts++;
  call->state = CALL_FLYING;
  if (!call->attempt)
    end_badly(live, call, CHAT_FAILED, "libcurl has no room for another transfer");
}

/* ---- all of them ---- */

/* False where it must wait for others, to see what they leave. */
static bool may_start(Live *live, Call *call) {
  Chat *chat = live->chat;
  if (!call->question.model) {
    end_badly(live, call, CHAT_FAILED,
              arena_format(&chat->scratch, "no model is set for the role %s; see `model`",
                           call->question.request->role));
    return false;
  }
  if (call->held) return true;
  PurseSays says = purse_take(&chat->purse, request_bytes(call->question.request),
                              &call->question.max_tokens, &call->hold);
  if (says == PURSE_EMPTY)
    end_badly(live, call, CHAT_CAPPED, purse_reason(&chat->scratch, &chat->purse));
  call->held = says == PURSE_OPEN;
  return call->held;
}

static int in_state(const Live *live, CallState state) {
  int count = 0;
  for (int i = 0; i < live->count; i++) count += live->calls[i].state == state;
  return count;
}

static void start_due(Live *live) {
  int room = (int)live->chat->configuration->parallel - in_state(live, CALL_FLYING);
  double now = wire_clock();
  for (int i = 0; i < live->count && room > 0; i++) {
    Call *call = &live->calls[i];
    if (call->state != CALL_WAITING || call->due > now || !may_start(live, call)) continue;
    start(live, call);
    room--;
  }
}

static double until_due(const Live *live) {
  double seconds = look_up, now = wire_clock();
  for (int i = 0; i < live->count; i++)
    if (live->calls[i].state == CALL_WAITING && live->calls[i].due > now)
      seconds = fmin(seconds, live->calls[i].due - now);
  return seconds;
}

/* Nothing of them goes into the record: a run that goes on asks them anew. */
static void stop_all(Live *live) {
  for (int i = 0; i < live->count; i++) {
    Call *call = &live->calls[i];
    if (call->state == CALL_OVER) continue;
    if (call->attempt) wire_cancel(live->chat->wire, call->attempt);
    call->attempt = NULL;
    end_badly(live, call, CHAT_STOPPED, "stopped");
  }
}

void ask_live(Chat *chat, Call *calls, int count, void (*answered)(Chat *chat, Call *call)) {
  Live live = {chat, calls, count, answered};
  while (in_state(&live, CALL_OVER) < count) {
    if (chat_is_stopped(chat)) {
      stop_all(&live);
      break;
    }
    start_due(&live);
    if (in_state(&live, CALL_OVER) == count) break;
    show_progress(chat, calls, count);
    Attempt *ended = wire_wait(chat->wire, until_due(&live));
    if (ended) judge(&live, ended);
  }
  clear_progress(chat);
}
