/* What may follow, shown: lines for people, one document for programs. */
#include "editor/next.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- for people ---- */

static const struct {
  const char *name, *phrase;
} places[] = {
    {"no_name", "no name can stand here"},
    {"new_name", "a name is made up here"},
    {"value", "a value"},
    {"column", "a column"},
    {"table", "the rows of a table"},
    {"type", "a unit or type"},
    {"contract", "what the block reads"},
    {"module", "a module"},
    {"kpi", "a KPI"},
    {"varied", "a policy or an input"},
    {"source", "what makes the rows of a table"},
    {"distribution", "the distribution of a draw"},
    {"unit", "the number's unit, or what follows a number without one"},
    {"comment", "in a comment, anything may follow"},
    {"string", "in a string, anything may follow up to its closing quote"},
};

static const char *phrase_of(const char *place) {
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (strcmp(places[i].name, place) == 0) return places[i].phrase;
  return place;
}

/* Those that have nothing to say of themselves stand on one line. */
static bool is_brief(const Follower *f) {
  return f->kind >= FOLLOWER_NEW_NAME || f->kind == FOLLOWER_UNIT || f->kind == FOLLOWER_MODULE;
}

/* The first sentence says enough here. */
static int first_sentence(const char *doc) {
  const char *end = strstr(doc, ". ");
  return end ? (int)(end - doc) : (int)strlen(doc);
}

static void print_line(const Follower *f, FILE *out) {
  char text[MAX_NAME_BYTES * 4];
  snprintf(text, sizeof text, "%s%s%s%s", f->write ? f->write : f->text,
           f->indices && !f->write ? "[" : "", f->indices && !f->write ? f->indices : "",
           f->indices && !f->write ? "]" : "");
  fprintf(out, "%c %-8s  %-20s", f->fit == FIT_YES ? '*' : ' ', follower_kind_text(f->kind), text);
  if (f->type) fprintf(out, "  %s", f->type);
  if (f->stage) fprintf(out, "  (stage: %s)", f->stage);
  if (f->doc) fprintf(out, "  %.*s", first_sentence(f->doc), f->doc);
  if (f->note) fprintf(out, "; %s", f->note);
  fputc('\n', out);
}

static void print_brief(const Following *following, int kind, Fit fit, FILE *out) {
  enum { WIDTH = 96 };
  int column = 0;
  for (int i = 0; i < following->count; i++) {
    const Follower *f = &following->items[i];
    if ((int)f->kind != kind || (f->fit == FIT_YES) != (fit == FIT_YES)) continue;
    if (column > WIDTH) column = 0, fputc('\n', out);
    column += column == 0 ? fprintf(out, "%c %-8s  %s", fit == FIT_YES ? '*' : ' ',
                                    follower_kind_text(f->kind), f->text)
                          : fprintf(out, "  %s", f->text);
  }
  if (column) fputc('\n', out);
}

void print_following(const Compiler *compiler, const Following *f, size_t offset, FILE *out) {
  Span span = {(uint32_t)offset, (uint32_t)offset, 0};
  fprintf(out, "%s, line %d: %s", compiler->sources[0]->path, line_of(compiler, span),
          phrase_of(f->place));
  if (*f->typed) fprintf(out, "; `%s` is typed", f->typed);
  if (f->wanted) fprintf(out, "; wanted (*): %s", f->wanted);
  fputs(f->unclear ? "; what stands before it is in error\n" : "\n", out);
  for (int i = 0; i < f->count; i++)
    if (!is_brief(&f->items[i])) print_line(&f->items[i], out);
  for (int kind = 0; kind < FOLLOWER_KINDS; kind++) {
    if (!is_brief(&(Follower){.kind = (FollowerKind)kind})) continue;
    print_brief(f, kind, FIT_YES, out);
    print_brief(f, kind, FIT_UNKNOWN, out);
  }
}

/* ---- for programs ---- */

static void add_text(cJSON *object, const char *key, const char *text) {
  if (text) cJSON_AddStringToObject(object, key, text);
}

static cJSON *item_of(const Follower *f) {
  cJSON *item = cJSON_CreateObject();
  add_text(item, "text", f->text);
  add_text(item, "kind", follower_kind_text(f->kind));
  add_text(item, "write", f->write);
  add_text(item, "indices", f->indices);
  add_text(item, "type", f->type);
  add_text(item, "stage", f->stage);
  if (f->fit != FIT_UNKNOWN) cJSON_AddBoolToObject(item, "fits", f->fit == FIT_YES);
  add_text(item, "doc", f->doc);
  add_text(item, "import", f->module);
  add_text(item, "note", f->note);
  return item;
}

void print_following_json(const Compiler *compiler, const Following *f, size_t offset, FILE *out) {
  cJSON *document = cJSON_CreateObject();
  add_text(document, "hermes", HERMES_VERSION);
  add_text(document, "file", compiler->sources[0]->path);
  cJSON_AddNumberToObject(document, "offset", (double)offset);
  cJSON_AddNumberToObject(document, "start", (double)f->word.start);
  cJSON_AddNumberToObject(document, "end", (double)f->word.end);
  add_text(document, "typed", f->typed);
  add_text(document, "place", f->place);
  add_text(document, "wanted", f->wanted);
  cJSON_AddBoolToObject(document, "unclear", f->unclear);
  cJSON *items = cJSON_AddArrayToObject(document, "items");
  for (int i = 0; i < f->count; i++) cJSON_AddItemToArray(items, item_of(&f->items[i]));
  char *text = cJSON_PrintUnformatted(document);
  if (text) fprintf(out, "%s\n", text);
  free(text);
  cJSON_Delete(document);
}
