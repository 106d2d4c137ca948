/* hermes ask: a question becomes candidates, the twin ranks them, the answer cites its numbers. */
#include "ask/ask.h"

#include "client/stop.h"
#include "coder/twin.h"
#include "confine/room.h"
#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 8, MOST_BLUEPRINT = 4 << 20 };

/* ---- what the model owes ---- */

static const char *const relations[] = {"<=", ">=", "<", ">", NULL};
static const Field constraint[] = {{"kpi", FIELD_TEXT, false, NULL, NULL},
                                   {"relation", FIELD_TEXT, false, relations, NULL},
                                   {"bound", FIELD_TEXT, false, NULL, NULL},
                                   {0}};
static const Field candidate[] = {
    {"label", FIELD_TEXT, false, NULL, NULL}, {"policy", FIELD_OBJECT, false, NULL, NULL}, {0}};
static const Field dimension[] = {{"policy", FIELD_TEXT, false, NULL, NULL},
                                  {"at", FIELD_TEXTS, false, NULL, NULL},
                                  {"values", FIELD_LIST, false, NULL, NULL},
                                  {0}};
static const Field intended[] = {{"understanding", FIELD_TEXT, false, NULL, NULL},
                                 {"objective", FIELD_OBJECT, false, NULL, NULL},
                                 {"constraints", FIELD_OBJECTS, false, NULL, constraint},
                                 {"candidates", FIELD_OBJECTS, false, NULL, candidate},
                                 {"enumerate", FIELD_OBJECT, false, NULL, NULL},
                                 {"grid", FIELD_OBJECTS, true, NULL, dimension},
                                 {"missing", FIELD_TEXTS, false, NULL, NULL},
                                 {0}};

/* One question on its way. */
typedef struct Asking {
  Question question;
  Cassette *cassette;
  Trace *trace;
  ChatRequest *request; /* of the intent */
  cJSON *intent, *ranking, *labels;
  const char *goal; /* in the language of blueprints */
  const char *work; /* temporary directory */
  const char *results, *answer, *uncited;
  bool lacking; /* the twin has not what is asked for */
} Asking;

/* ---- the twin ---- */

static bool complain(Asking *asking, hermes_code code, const char *what, const char *why) {
  hermes_report(&asking->question.session->diagnostics, code, NULL, "%s: %s", what, why);
  return false;
}

/* A file of the twin's directory, whole; NULL, reported. */
static const char *read_file(Asking *asking, const char *name) {
  Question *question = &asking->question;
  Bytes bytes;
  const char *path = arena_format(question->arena, "%s/%s", question->directory, name);
  if (!file_read(AT_FDCWD, path, MOST_BLUEPRINT, &bytes)) {
    complain(asking, HB0935, path, strerror(errno));
    return NULL;
  }
  const char *text = arena_copy(question->arena, (const char *)bytes.data, bytes.size);
  free(bytes.data);
  return text;
}

static bool open_twin(Asking *asking) {
  Question *question = &asking->question;
  const char *summary = read_file(asking, "twin.json"), *problem = "";
  question->blueprint = summary ? read_file(asking, "blueprint.hbp") : NULL;
  if (!question->blueprint) return false;
  cJSON *twin = cJSON_Parse(summary);
  const char *data = question->session->settings.data;
  const char *kept = text_of(twin, "data");
  question->data = data ? data : arena_copy(question->arena, kept, strlen(kept));
  cJSON_Delete(twin);
  if (!*question->data) return complain(asking, HB0935, "twin.json", "it names no data");
  const char *program = arena_format(question->arena, "%s/ndt", question->directory);
  char *whole = realpath(program, NULL);
  if (!whole) return complain(asking, HB0935, program, strerror(errno));
  question->program = arena_copy(question->arena, whole, strlen(whole));
  free(whole);
  question->description = twin_description(question->arena, question->program, &problem);
  if (question->description)
    question->baseline =
        twin_run(question->arena, question->program, question->data, NULL, NULL, &problem);
  return (question->baseline && question_keys(question, &problem)) ||
         complain(asking, HB0938, question->program, problem);
}

/* ---- the intent ---- */

static const char *kpis_text(Arena *arena, const cJSON *kpis) {
  const cJSON *kpi;
  const char *text = "";
  cJSON_ArrayForEach(kpi, kpis) {
    const cJSON *value = field(kpi, "value");
    text = arena_format(arena, "%s%s = %s %s\n", text, kpi->string, json_line(arena, value),
                        text_of(kpi, "unit"));
  }
  return text;
}

static bool ask_intent(Asking *asking) {
  Question *question = &asking->question;
  const char *problem;
  PromptInput inputs[] = {
      {"question", question->words, false},
      {"twin", question_twin(question), false},
      {"baseline", kpis_text(question->arena, field(question->baseline, "kpis")), false}};
  asking->request = prompt_for(question->session, "asker", inputs, 3);
  asking->intent =
      ask_object(question->session, question->chat, asking->request, intended, &problem);
  if (!asking->intent) return complain(asking, HB0932, "asker", problem);
  const char *list = texts_joined(question->arena, field(asking->intent, "missing"), "; ");
  asking->lacking = *list != '\0';
  return !asking->lacking || complain(asking, HB0938, "the twin lacks what is asked for", list);
}

/* ---- the twin with the question's goal ---- */

/* Builds it; NULL, and why not. */
static const char *build_with_goal(Asking *asking, const char **problem) {
  Question *question = &asking->question;
  asking->goal = goal_text(question, asking->intent, problem);
  if (!asking->goal) return NULL;
  const char *text = with_goal(question, asking->goal);
  const char *path = arena_format(question->arena, "%s/question.hbp", asking->work);
  const char *program = arena_format(question->arena, "%s/question", asking->work);
  Bytes parts[] = {{(unsigned char *)(uintptr_t)text, strlen(text)}};
  BuildOptions options = {.output = program, .use_cache = true};
  Compiler compiler;
  compiler_init(&compiler, question->session->stdlib);
  bool good = file_write(AT_FDCWD, path, 0600, parts, 1) && check_runnable(&compiler, path) &&
              build_twin(&compiler, &options);
  if (!good)
    *problem = compiler.diagnostics.count > 0
                   ? arena_format(question->arena, "the objective or a constraint: %s",
                                  compiler.diagnostics.items[0].message)
                   : strerror(errno);
  compiler_free(&compiler);
  return good ? program : NULL;
}

static const char *write_candidates(Asking *asking, const char **problem) {
  const char *path = arena_format(asking->question.arena, "%s/candidates.jsonl", asking->work);
  FILE *out = fopen(path, "w");
  *problem = strerror(errno);
  if (!out) return NULL;
  asking->labels = cJSON_CreateArray();
  long count = candidates_write(&asking->question, asking->intent, out, asking->labels, problem);
  return fclose(out) == 0 && count > 0 ? path : NULL;
}

/* Ranks what the intent asks for; false, and why not. */
static bool rank(Asking *asking, const char **problem) {
  Question *question = &asking->question;
  const char *program = build_with_goal(asking, problem);
  const char *path = program ? write_candidates(asking, problem) : NULL;
  const char *const words[] = {"rank", path, "--quiet", NULL};
  if (!path) return false;
  asking->ranking = twin_answer(question->arena, program, question->data, path, words, problem);
  return asking->ranking != NULL;
}

/* Once more, where the first intent cannot be evaluated: with the reason. */
static bool ask_candidates(Asking *asking) {
  Question *question = &asking->question;
  const char *problem = "";
  if (rank(asking, &problem)) return true;
  ChatRequest *next = prompt_continue(
      question->arena, asking->request, json_text(question->arena, asking->intent),
      arena_format(question->arena, "The twin cannot evaluate this: %s\nSend it again, mended.",
                   problem));
  cJSON_Delete(asking->intent);
  cJSON_Delete(asking->labels);
  asking->labels = NULL;
  asking->intent = ask_object(question->session, question->chat, next, intended, &problem);
  return (asking->intent && rank(asking, &problem)) ||
         complain(asking, HB0938, "the candidates cannot be evaluated", problem);
}

/* ---- results ---- */

static const char *label_of(const Asking *asking, const cJSON *entry) {
  const cJSON *number = field(entry, "candidate");
  const char *text =
      cJSON_GetStringValue(cJSON_GetArrayItem(asking->labels, number ? number->valueint - 1 : -1));
  return text ? text : "?";
}

static void write_kpis(const Asking *asking, const cJSON *entry, FILE *out) {
  const cJSON *kpi, *units = field(asking->ranking, "units");
  cJSON_ArrayForEach(kpi, field(entry, "kpis")) {
    double base = run_kpi(asking->question.baseline, kpi->string);
    if (!cJSON_IsNumber(kpi)) continue;
    fprintf(out, "  %s = %.6g %s", kpi->string, kpi->valuedouble, text_of(units, kpi->string));
    if (base != kpi->valuedouble && !isnan(base))
      fprintf(out, " (%+.6g against no decision)", kpi->valuedouble - base);
    fputc('\n', out);
  }
}

static void write_entry(const Asking *asking, const cJSON *entry, FILE *out) {
  fprintf(out, "%g. %s: %s\n", number_of(entry, "rank"), label_of(asking, entry),
          text_of(entry, "standing"));
  write_kpis(asking, entry, out);
}

/* The best, and what no decision comes to. */
static const char *results_text(Asking *asking) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  const cJSON *entry;
  int shown = 0;
  long most = asking->question.session->settings.top;
  fprintf(out, "%g candidates were evaluated, %g of them meet all constraints. %s",
          number_of(asking->ranking, "candidates"), number_of(asking->ranking, "feasible"),
          asking->goal);
  cJSON_ArrayForEach(entry, field(asking->ranking, "ranking")) {
    bool base = number_of(entry, "candidate") == 1;
    if (shown++ < (most ? most : SHOWN) || base) write_entry(asking, entry, out);
  }
  fclose(out);
  char *copy = arena_copy(asking->question.arena, text, size);
  free(text);
  return copy;
}

/* ---- the answer ---- */

static const char *reply_to(Asking *asking, const ChatRequest *request) {
  ChatReply reply;
  if (request && chat_all(asking->question.chat, request, 1, &reply)) return reply.text;
  if (request) chat_complain(&asking->question.session->diagnostics, request, &reply);
  return NULL;
}

/* An answer whose numbers all stand in the results; after a second try, with those that do not. */
static bool ask_answer(Asking *asking) {
  Question *question = &asking->question;
  const char *understanding = text_of(asking->intent, "understanding");
  PromptInput inputs[] = {{"question", question->words, false},
                          {"understanding", understanding, false},
                          {"results", asking->results, false}};
  const char *sources =
      arena_format(question->arena, "%s\n%s\n%s", asking->results, question->words, understanding);
  const ChatRequest *request = prompt_for(question->session, "answerer", inputs, 3);
  asking->answer = reply_to(asking, request);
  if (!asking->answer) return false;
  asking->uncited = not_cited(question->arena, asking->answer, sources);
  if (!*asking->uncited) return true;
  const char *again = reply_to(
      asking,
      prompt_continue(question->arena, request, asking->answer,
                      arena_format(question->arena,
                                   "These numbers stand nowhere in the results: %s. Answer again "
                                   "with numbers from the results only.",
                                   asking->uncited)));
  if (!again) return false;
  asking->answer = again;
  asking->uncited = not_cited(question->arena, again, sources);
  return true;
}

/* ---- what is said ---- */

static void print_json(const Asking *asking) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "question", asking->question.words);
  cJSON_AddStringToObject(object, "answer", asking->answer);
  cJSON_AddBoolToObject(object, "cited", !*asking->uncited);
  cJSON_AddItemToObject(object, "intent", cJSON_Duplicate(asking->intent, true));
  cJSON_AddItemToObject(object, "baseline",
                        cJSON_Duplicate(field(asking->question.baseline, "kpis"), true));
  cJSON_AddItemToObject(object, "labels", cJSON_Duplicate(asking->labels, true));
  cJSON_AddItemToObject(object, "ranking", cJSON_Duplicate(asking->ranking, true));
  json_print(object);
  cJSON_Delete(object);
}

static int tell(Asking *asking) {
  if (asking->question.session->settings.json)
    print_json(asking);
  else
    printf("%s\n\nWhat the twin computed:\n%s",
           plain_text(asking->question.arena, asking->answer, strlen(asking->answer)),
           asking->results);
  if (!*asking->uncited) return EXIT_DONE;
  complain(asking, HB0938, "numbers of the answer that the twin did not compute", asking->uncited);
  return EXIT_WRONG;
}

/* ---- the run ---- */

static int answer(Asking *asking) {
  asking->work = room_open(asking->question.arena);
  if (!asking->work) {
    complain(asking, HB0823, "a temporary directory", strerror(errno));
    return EXIT_WRONG;
  }
  bool good = ask_intent(asking) && ask_candidates(asking);
  if (good) asking->results = results_text(asking);
  good = good && ask_answer(asking);
  int code = good ? tell(asking) : EXIT_WRONG;
  room_close(asking->work);
  return code;
}

static void close_asking(Asking *asking) {
  if (asking->question.chat) chat_close(asking->question.chat);
  if (asking->cassette) cassette_close(asking->cassette);
  if (asking->trace) trace_close(asking->trace);
  cJSON_Delete(asking->intent);
  cJSON_Delete(asking->ranking);
  cJSON_Delete(asking->labels);
  cJSON_Delete(asking->question.description);
  cJSON_Delete(asking->question.keys);
  cJSON_Delete(asking->question.baseline);
}

/* The wire, or the cassette; NULL, reported. */
static Chat *open_chat(Asking *asking) {
  Session *session = asking->question.session;
  const Settings *settings = &session->settings;
  hermes_diagnostics *problems = &session->diagnostics;
  if (settings->replay &&
      !(asking->cassette = cassette_open(&session->arena, settings->replay, problems)))
    return NULL;
  if (settings->record &&
      !(asking->trace = trace_open(&session->arena, settings->record, false, problems)))
    return NULL;
  Chat *chat = chat_open(&session->arena, &session->configuration, asking->trace, asking->cassette,
                         !settings->replay, problems);
  ChatManner manner = {.exact = settings->exact,
                       .progress = settings->quiet || !isatty(STDERR_FILENO) ? NULL : stderr,
                       .stop = stop_flag()};
  if (chat) chat_set_manner(chat, manner);
  return chat;
}

int run_ask(Session *session) {
  const Settings *settings = &session->settings;
  const volatile sig_atomic_t *stop = stop_on_signals();
  Asking asking = {
      .question = {.session = session,
                   .arena = &session->arena,
                   .directory = settings->words[0],
                   .words = settings->words[1],
                   .most = settings->candidates ? settings->candidates : MOST_CANDIDATES_ASKED}};
  int code = EXIT_WRONG;
  if (open_twin(&asking)) asking.question.chat = open_chat(&asking);
  if (asking.question.chat) code = answer(&asking);
  close_asking(&asking);
  if (asking.lacking) code = EXIT_MISSING;
  return *stop && code == EXIT_WRONG ? EXIT_STOPPED : code;
}
