/* Reading prompts, and filling them. */
#include "prompt/prompt.h"

#include "native/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PROMPT_BYTES = 64 << 10, MOST_MATERIAL_BYTES = 256 << 10 };

typedef struct Reading {
  Session *session;
  const char *path;
  Prompt *prompt;
  int version;
} Reading;

static bool complain(Reading *reading, const char *what) {
  hermes_report(&reading->session->diagnostics, HB0930, NULL, "`%s`: %s", reading->path, what);
  return false;
}

/* ---- front matter ---- */

static void read_inputs(Arena *arena, Prompt *prompt, const char *text) {
  char *names = arena_copy(arena, text, strlen(text)), *rest = NULL;
  for (char *name = strtok_r(names, ", ", &rest); name && prompt->input_count < MOST_INPUTS;
       name = strtok_r(NULL, ", ", &rest))
    prompt->inputs[prompt->input_count++] = name;
}

static bool read_setting(Reading *reading, const char *name, const char *value) {
  Prompt *prompt = reading->prompt;
  if (strcmp(name, "role") == 0)
    return strcmp(value, prompt->role) == 0 || complain(reading, "its role is not its name");
  if (strcmp(name, "version") == 0)
    reading->version = atoi(value);
  else if (strcmp(name, "temperature") == 0)
    prompt->temperature = strtod(value, NULL);
  else if (strcmp(name, "max_tokens") == 0)
    prompt->max_tokens = strtol(value, NULL, 10);
  else if (strcmp(name, "inputs") == 0)
    read_inputs(&reading->session->arena, prompt, value);
  else
    return complain(reading, arena_format(&reading->session->arena, "unknown setting `%s`", name));
  return true;
}

/* Reads up to the closing ---, and leaves `*text` behind it. */
static bool read_front_matter(Reading *reading, char **text) {
  char *line = *text;
  if (strncmp(line, "---\n", 4) != 0) return complain(reading, "it has no front matter");
  for (line += 4; *line; line++) {
    if (strncmp(line, "---\n", 4) == 0) {
      *text = line + 4;
      return true;
    }
    char *end = line + strcspn(line, "\n"), *colon = memchr(line, ':', (size_t)(end - line));
    if (!colon || !*end) break;
    *colon = *end = '\0';
    if (!read_setting(reading, line, colon + 1 + strspn(colon + 1, " "))) return false;
    line = end;
  }
  return complain(reading, "its front matter has no end");
}

/* ---- the parts ---- */

static char *trimmed(char *text) {
  text += strspn(text, " \n");
  size_t length = strlen(text);
  while (length && strchr(" \n", text[length - 1])) text[--length] = '\0';
  return text;
}

static bool split_parts(Reading *reading, char *text) {
  static const char system[] = "# system\n", user[] = "\n# user\n";
  char *at = trimmed(text), *second = strstr(at, user);
  if (strncmp(at, system, sizeof system - 1) != 0 || !second)
    return complain(reading, "it lacks `# system` or `# user`");
  *second = '\0';
  reading->prompt->system = trimmed(at + sizeof system - 1);
  reading->prompt->user = trimmed(second + sizeof user - 1);
  return true;
}

static bool read_prompt(Reading *reading, char *text) {
  Prompt *prompt = reading->prompt;
  if (!read_front_matter(reading, &text) || !split_parts(reading, text)) return false;
  if (reading->version < 1 || prompt->max_tokens < 1)
    return complain(reading, "it lacks `version` or `max_tokens`");
  prompt->label = arena_format(&reading->session->arena, "%s %d", prompt->role, reading->version);
  return true;
}

const Prompt *prompt_read(Session *session, const char *role) {
  Arena *arena = &session->arena;
  Reading reading = {session, arena_format(arena, "%s/%s.md", session->prompts, role),
                     ARENA_NEW(arena, Prompt), 0};
  Bytes bytes;
  reading.prompt->role = arena_copy(arena, role, strlen(role));
  if (!file_read(AT_FDCWD, reading.path, MOST_PROMPT_BYTES, &bytes)) {
    complain(&reading, strerror(errno));
    return NULL;
  }
  char *text = arena_copy(arena, (const char *)bytes.data, bytes.size);
  free(bytes.data);
  return read_prompt(&reading, text) ? reading.prompt : NULL;
}

/* ---- filling ---- */

static bool is_plain(unsigned char byte) {
  return byte >= 0x20 ? byte != 0x7F : byte == '\n' || byte == '\t';
}

char *plain_text(Arena *arena, const char *text, size_t length) {
  char *copy = arena_copy(arena, text, length);
  for (char *at = copy; *at; at++)
    if (!is_plain((unsigned char)*at)) *at = ' ';
  return copy;
}

/* The text of somebody else, in tags that it cannot close. */
static const char *material(Arena *arena, const char *name, const char *text) {
  size_t length = strlen(text);
  bool cut = length > MOST_MATERIAL_BYTES;
  if (cut) length = MOST_MATERIAL_BYTES;
  char *copy = plain_text(arena, text, length);
  if (cut) copy[utf8_prefix(copy, length)] = '\0';
  for (char *at = copy; (at = strstr(at, "</material")) != NULL;) *at = '(';
  return arena_format(arena, "<material name=\"%s\">\n%s%s\n</material>", name, copy,
                      cut ? "\n(cut here)" : "");
}

static const char *input_text(Arena *arena, const PromptInput *inputs, int count, const char *name,
                              size_t length) {
  for (int i = 0; i < count; i++)
    if (strlen(inputs[i].name) == length && strncmp(inputs[i].name, name, length) == 0)
      return inputs[i].ours ? inputs[i].text : material(arena, inputs[i].name, inputs[i].text);
  return NULL;
}

/* The template with every {{name}} replaced; inputs are not looked into again. */
static const char *fill(Session *session, const Prompt *prompt, const char *template,
                        const PromptInput *inputs, int count) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  const char *at = template, *mark, *end;
  for (; (mark = strstr(at, "{{")) && (end = strstr(mark, "}}")); at = end + 2) {
    size_t length = (size_t)(end - mark - 2);
    const char *value = input_text(&session->arena, inputs, count, mark + 2, length);
    fwrite(at, 1, (size_t)(mark - at), out);
    if (value) fputs(value, out);
    if (!value)
      hermes_report(&session->diagnostics, HB0930, NULL,
                    "the prompt `%s` asks for `%.*s`, which it is not given", prompt->label,
                    (int)length, mark + 2);
  }
  fputs(at, out);
  fclose(out);
  char *copy = arena_copy(&session->arena, text, size);
  free(text);
  return copy;
}

static void check_inputs(Session *session, const Prompt *prompt, const PromptInput *inputs,
                         int count) {
  for (int i = 0; i < prompt->input_count; i++) {
    const char *name = prompt->inputs[i];
    if (!input_text(&session->arena, inputs, count, name, strlen(name)))
      hermes_report(&session->diagnostics, HB0930, NULL, "the prompt `%s` lacks its input `%s`",
                    prompt->label, name);
  }
}

ChatRequest *prompt_fill(Session *session, const Prompt *prompt, const PromptInput *inputs,
                         int count) {
  size_t errors = session->diagnostics.errors;
  check_inputs(session, prompt, inputs, count);
  Message *messages = ARENA_ARRAY(&session->arena, Message, 2);
  messages[0] = (Message){"system", fill(session, prompt, prompt->system, inputs, count)};
  messages[1] = (Message){"user", fill(session, prompt, prompt->user, inputs, count)};
  ChatRequest *request = ARENA_NEW(&session->arena, ChatRequest);
  *request = (ChatRequest){.role = prompt->role,
                           .prompt = prompt->label,
                           .temperature = prompt->temperature,
                           .max_tokens = prompt->max_tokens,
                           .messages = messages,
                           .message_count = 2};
  return session->diagnostics.errors == errors ? request : NULL;
}

ChatRequest *prompt_for(Session *session, const char *role, const PromptInput *inputs, int count) {
  const Prompt *prompt = prompt_read(session, role);
  return prompt ? prompt_fill(session, prompt, inputs, count) : NULL;
}

ChatRequest *prompt_continue(Arena *arena, const ChatRequest *request, const char *reply,
                             const char *answer) {
  ChatRequest *next = ARENA_NEW(arena, ChatRequest);
  Message *messages = ARENA_ARRAY(arena, Message, request->message_count + 2);
  memcpy(messages, request->messages, sizeof *messages * (size_t)request->message_count);
  messages[request->message_count] = (Message){"assistant", reply};
  messages[request->message_count + 1] = (Message){"user", answer};
  *next = *request;
  next->messages = messages;
  next->message_count = request->message_count + 2;
  return next;
}
