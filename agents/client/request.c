/* What goes out. */
#include "client/request.h"

#include "client/text.h"

#include <math.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

Question question_of(const Configuration *configuration, const ChatRequest *request) {
  const RoleSetting *role = role_setting(configuration, request->role);
  Question question = {.request = request,
                       .model = request->model,
                       .temperature = request->temperature,
                       .max_tokens = request->max_tokens};
  if (!question.model) question.model = role && role->model ? role->model : configuration->model;
  if (role && !isnan(role->temperature)) question.temperature = role->temperature;
  if (role && role->max_tokens > 0) question.max_tokens = role->max_tokens;
  return question;
}

cJSON *request_messages(Arena *arena, const ChatRequest *request) {
  cJSON *messages = cJSON_CreateArray();
  for (int i = 0; i < request->message_count; i++) {
    const Message *message = &request->messages[i];
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "role", message->role);
    cJSON_AddStringToObject(item, "content",
                            text_clean(arena, message->content, strlen(message->content), NULL));
    cJSON_AddItemToArray(messages, item);
  }
  return messages;
}

const char *request_body(Arena *arena, const Question *question, bool stream, unsigned refused) {
  cJSON *body = cJSON_CreateObject();
  cJSON_AddStringToObject(body, "model", question->model);
  cJSON_AddItemToObject(body, "messages", request_messages(arena, question->request));
  if (!isnan(question->temperature) && !(refused & REFUSED_TEMPERATURE))
    cJSON_AddNumberToObject(body, "temperature", question->temperature);
  if (question->max_tokens > 0)
    cJSON_AddNumberToObject(body,
                            refused & REFUSED_MAX_TOKENS ? "max_completion_tokens" : "max_tokens",
                            (double)question->max_tokens);
  if (stream && !(refused & REFUSED_STREAM)) {
    cJSON_AddTrueToObject(body, "stream");
    cJSON_AddTrueToObject(cJSON_AddObjectToObject(body, "stream_options"), "include_usage");
  }
  char *text = cJSON_PrintUnformatted(body);
  const char *copy = arena_copy(arena, text, strlen(text));
  cJSON_free(text);
  cJSON_Delete(body);
  return copy;
}

/* Each text goes in with its terminator, so that no two prompts come to the same bytes. */
void request_hash(const ChatRequest *request, char sha256[SHA256_TEXT]) {
  struct sha256_ctx context;
  sha256_init(&context);
  for (int i = 0; i < request->message_count; i++) {
    const Message *message = &request->messages[i];
    sha256_update(&context, strlen(message->role) + 1, (const uint8_t *)message->role);
    sha256_update(&context, strlen(message->content) + 1, (const uint8_t *)message->content);
  }
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&context, sizeof digest, digest);
  base16_encode_update(sha256, sizeof digest, digest);
  sha256[2 * sizeof digest] = '\0';
}

size_t request_bytes(const ChatRequest *request) {
  size_t bytes = 0;
  for (int i = 0; i < request->message_count; i++)
    bytes += strlen(request->messages[i].role) + strlen(request->messages[i].content);
  return bytes;
}

/* Servers name the parameter that they do not take. */
unsigned refused_by(const char *said, long status, unsigned refused) {
  static const struct {
    const char *word;
    unsigned what;
  } parameters[] = {{"stream", REFUSED_STREAM},
                    {"streaming", REFUSED_STREAM},
                    {"stream_options", REFUSED_STREAM},
                    {"temperature", REFUSED_TEMPERATURE},
                    {"max_tokens", REFUSED_MAX_TOKENS}};
  static const long statuses[] = {200, 400, 405, 406, 415, 422, 501};
  bool refuses = false;
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) refuses |= statuses[i] == status;
  for (size_t i = 0; said && refuses && i < sizeof parameters / sizeof *parameters; i++)
    if (!(refused & parameters[i].what) && text_mentions(said, parameters[i].word))
      return parameters[i].what;
  return 0;
}
