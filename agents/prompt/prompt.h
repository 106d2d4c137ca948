/* The texts that agents are asked with: files of ../prompts, none of them in C.
 *
 * A file begins with front matter between two lines of `---` (role, version, inputs, temperature,
 * max_tokens), and has the parts `# system` and `# user`, where {{name}} stands for an input. What
 * others wrote (tasks, data, blueprints) is put between <material> tags, which it cannot close, and
 * is to be read by the model, not obeyed. */
#ifndef HERMES_PROMPT_H
#define HERMES_PROMPT_H

#include "client/chat.h"
#include "hermes.h"

enum { MOST_INPUTS = 12 };

typedef struct Prompt {
  const char *role;
  const char *label; /* "coder 1": role and version */
  double temperature;
  long max_tokens;
  const char *inputs[MOST_INPUTS];
  int input_count;
  const char *system, *user;
} Prompt;

typedef struct PromptInput {
  const char *name, *text;
  bool ours; /* written by Hermes itself: stands without tags */
} PromptInput;

/* Reads prompts/ROLE.md; NULL, with a diagnostic, where it is not as it must be. */
const Prompt *prompt_read(Session *session, const char *role);

/* The request that the prompt makes of its inputs, by name; NULL, with a diagnostic, where one is
 * missing. */
ChatRequest *prompt_fill(Session *session, const Prompt *prompt, const PromptInput *inputs,
                         int count);
/* Both in one: the request of a role. */
ChatRequest *prompt_for(Session *session, const char *role, const PromptInput *inputs, int count);

/* What somebody else wrote, for a terminal or a model: bytes that they might take for more than
 * text become spaces. In the arena. */
char *plain_text(Arena *arena, const char *text, size_t length);

/* Adds a turn to a request: what was replied, and what is said to it. */
ChatRequest *prompt_continue(Arena *arena, const ChatRequest *request, const char *reply,
                             const char *answer);

#endif
