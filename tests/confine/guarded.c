/* Runs a program under guard, and tells as JSON what became of it.
 *
 * usage: guarded [--readable PATH]... [--writable DIR] [--directory DIR] [--seconds S] [--memory B]
 *                [--file B] [--output B] [--loose] -- PROGRAM [ARGUMENT...] */
#include "confine/child.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_READABLE = 16, EXIT_USAGE = 2 };

typedef struct Words {
  const char *readable[MOST_READABLE + 1];
  int readable_count;
  Guard guard;
} Words;

static bool set(Words *words, const char *option, const char *value) {
  Guard *guard = &words->guard;
  if (strcmp(option, "--readable") == 0 && words->readable_count < MOST_READABLE)
    words->readable[words->readable_count++] = value;
  else if (strcmp(option, "--writable") == 0)
    guard->writable = value;
  else if (strcmp(option, "--directory") == 0)
    guard->directory = value;
  else if (strcmp(option, "--seconds") == 0)
    guard->seconds = strtod(value, NULL);
  else if (strcmp(option, "--memory") == 0)
    guard->memory = strtoul(value, NULL, 10);
  else if (strcmp(option, "--file") == 0)
    guard->file = strtoul(value, NULL, 10);
  else if (strcmp(option, "--output") == 0)
    guard->output = strtoul(value, NULL, 10);
  else
    return false;
  return true;
}

/* The place of the program among the words, or 0. */
static int read_words(int argc, char **argv, Words *words) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0) return i + 1 < argc ? i + 1 : 0;
    if (strcmp(argv[i], "--loose") == 0)
      words->guard.strict = false;
    else if (i + 1 >= argc || !set(words, argv[i], argv[i + 1]))
      return 0;
    else
      i++;
  }
  return 0;
}

static void tell(const Child *child, bool good) {
  cJSON *told = cJSON_CreateObject();
  Layers layers = confinement();
  cJSON_AddBoolToObject(told, "good", good);
  cJSON_AddBoolToObject(told, "started", child->started);
  cJSON_AddNumberToObject(told, "exit_code", child->exit_code);
  cJSON_AddNumberToObject(told, "signal", child->signal);
  cJSON_AddBoolToObject(told, "late", child->late);
  cJSON_AddBoolToObject(told, "cut", child->cut);
  cJSON_AddNumberToObject(told, "seconds", child->seconds);
  cJSON_AddStringToObject(told, "problem", child->problem ? child->problem : "");
  cJSON_AddStringToObject(told, "out", child->out);
  cJSON_AddStringToObject(told, "err", child->err);
  cJSON_AddNumberToObject(told, "landlock", (double)layers.landlock);
  cJSON_AddBoolToObject(told, "seccomp", layers.seccomp);
  char *text = cJSON_Print(told);
  puts(text);
  cJSON_free(text);
  cJSON_Delete(told);
}

int main(int argc, char **argv) {
  Words words = {.guard = {.seconds = 20, .output = 1 << 16, .strict = true}};
  int program = read_words(argc, argv, &words);
  if (program == 0) return EXIT_USAGE;
  words.guard.readable = words.readable;
  Arena arena = {0};
  Child child;
  bool good = child_run(&arena, (const char *const *)&argv[program], &words.guard, &child);
  tell(&child, good);
  arena_free(&arena);
  return 0;
}
