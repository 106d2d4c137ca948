/* Blocks and objects of replies. */
#include "prompt/reply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- fenced blocks ---- */

/* The beginning of the line behind `at`, or the end of the text. */
static const char *next_line(const char *at) {
  at += strcspn(at, "\n");
  return at + (*at == '\n');
}

static bool is_fence(const char *line) {
  return strncmp(line, "```", 3) == 0;
}

static bool opens(const char *line, const char *language) {
  size_t length = strlen(language);
  return strcspn(line + 3, " \r\n") == length && strncmp(line + 3, language, length) == 0;
}

char *reply_block(Arena *arena, const char *reply, const char *language, const char **problem) {
  const char *begin = NULL, *end = NULL;
  for (const char *line = reply; *line; line = next_line(line)) {
    if (!is_fence(line)) continue;
    const char *inside = next_line(line), *close = inside;
    while (*close && !is_fence(close)) close = next_line(close);
    if (opens(line, language)) {
      begin = inside;
      end = *close ? close : NULL;
    }
    line = close;
    if (!*line) break;
  }
  if (begin && end) return arena_copy(arena, begin, (size_t)(end - begin));
  *problem = begin ? arena_format(arena, "the block ```%s has no end: the reply was cut", language)
                   : arena_format(arena, "there is no block ```%s", language);
  return NULL;
}

/* ---- objects ---- */

static bool is_of_kind(const cJSON *value, FieldKind kind) {
  switch (kind) {
  case FIELD_TEXT: return cJSON_IsString(value) && *value->valuestring;
  case FIELD_TEXTS: return is_texts(value);
  case FIELD_NUMBER: return cJSON_IsNumber(value) && rint(value->valuedouble) == value->valuedouble;
  case FIELD_OBJECTS:
  case FIELD_LIST: return cJSON_IsArray(value);
  case FIELD_OBJECT: return cJSON_IsObject(value) || cJSON_IsNull(value);
  }
  return false;
}

static bool is_choice(const Field *field, const char *text) {
  for (const char *const *choice = field->choices; choice && *choice; choice++)
    if (strcmp(*choice, text) == 0) return true;
  return !field->choices;
}

static const char *check_fields(Arena *arena, const cJSON *object, const Field *fields);

static const char *check_objects(Arena *arena, const cJSON *value, const Field *field) {
  const cJSON *item;
  cJSON_ArrayForEach(item, value) {
    const char *wrong =
        cJSON_IsObject(item) ? check_fields(arena, item, field->inner) : "an element is no object";
    if (wrong) return arena_format(arena, "in `%s`: %s", field->name, wrong);
  }
  return NULL;
}

static const char *check_field(Arena *arena, const cJSON *value, const Field *field) {
  static const char *const wanted[] = {[FIELD_TEXT] = "a text that is not empty",
                                       [FIELD_TEXTS] = "an array of texts",
                                       [FIELD_NUMBER] = "a whole number",
                                       [FIELD_OBJECTS] = "an array of objects",
                                       [FIELD_LIST] = "an array",
                                       [FIELD_OBJECT] = "an object or null"};
  if (!is_of_kind(value, field->kind))
    return arena_format(arena, "`%s` must be %s", field->name, wanted[field->kind]);
  if (field->kind == FIELD_TEXT && !is_choice(field, value->valuestring))
    return arena_format(arena, "`%s` cannot be `%s`", field->name, value->valuestring);
  return field->kind == FIELD_OBJECTS ? check_objects(arena, value, field) : NULL;
}

static bool is_known(const Field *fields, const char *name) {
  for (; fields->name; fields++)
    if (strcmp(fields->name, name) == 0) return true;
  return false;
}

/* What is wrong, or NULL. */
static const char *check_fields(Arena *arena, const cJSON *object, const Field *fields) {
  for (const Field *field = fields; field->name; field++) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, field->name);
    const char *wrong = NULL;
    if (value)
      wrong = check_field(arena, value, field);
    else if (!field->may_miss)
      wrong = arena_format(arena, "`%s` is missing", field->name);
    if (wrong) return wrong;
  }
  for (const cJSON *item = object->child; item; item = item->next)
    if (!is_known(fields, item->string))
      return arena_format(arena, "`%s` is not asked for", item->string);
  return NULL;
}

cJSON *reply_object(Arena *arena, const char *reply, const Field *fields, const char **problem) {
  const char *text = reply_block(arena, reply, "json", problem), *end = NULL;
  if (!text) return NULL;
  cJSON *object = cJSON_ParseWithOpts(text, &end, true);
  if (cJSON_IsObject(object))
    *problem = check_fields(arena, object, fields);
  else
    *problem = object ? "the block is no JSON object" : "the block is no JSON";
  if (!*problem) return object;
  cJSON_Delete(object);
  return NULL;
}

/* ---- asking for objects ---- */

static const char again[] =
    "This reply cannot be read: %s. Send it again, whole, and end it with the one ```json block "
    "that was asked for.";

static cJSON *ask_again(Session *session, Chat *chat, const ChatRequest *request, const char *reply,
                        const Field *fields, const char **problem) {
  Arena *arena = &session->arena;
  ChatReply second;
  ChatRequest *next = prompt_continue(arena, request, reply, arena_format(arena, again, *problem));
  if (chat_all(chat, next, 1, &second)) return reply_object(arena, second.text, fields, problem);
  *problem = second.problem;
  return NULL;
}

int ask_objects(Session *session, Chat *chat, ChatRequest *const *requests, int count,
                const Field *fields, cJSON **objects, const char **problems) {
  ChatRequest asked[MOST_BRANCHES] = {0};
  ChatReply replies[MOST_BRANCHES];
  int good = 0;
  for (int i = 0; i < count; i++) asked[i] = *requests[i];
  chat_all(chat, asked, count, replies);
  for (int i = 0; i < count; i++) {
    objects[i] = NULL;
    problems[i] = replies[i].problem;
    if (replies[i].status != CHAT_OK) continue;
    objects[i] = reply_object(&session->arena, replies[i].text, fields, &problems[i]);
    if (!objects[i])
      objects[i] = ask_again(session, chat, &asked[i], replies[i].text, fields, &problems[i]);
    good += objects[i] != NULL;
  }
  return good;
}

cJSON *ask_object(Session *session, Chat *chat, ChatRequest *request, const Field *fields,
                  const char **problem) {
  cJSON *object = NULL;
  *problem = "its prompt cannot be used";
  if (request) ask_objects(session, chat, &request, 1, fields, &object, problem);
  return object;
}
