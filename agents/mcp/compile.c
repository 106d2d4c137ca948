/* Tools of the compiler: check, fix, explain, compile, primer, library. */
#include "mcp/mcp.h"

#include "coder/library.h"
#include "fix/fixes.h"
#include "native/build.h"
#include "pages/explain.h"
#include "pages/primer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FOUND_BYTES = 6000 };

static const char text_name[] = "<blueprint>"; /* of one without a file, in messages */

/* ---- pages ---- */

typedef struct Page { /* what is written to `out` becomes a text in the call's arena */
  Call *call;
  FILE *out;
  char *bytes;
  size_t length;
} Page;

static Page page_open(Call *call) {
  Page page = {.call = call};
  return page;
}

/* The stream keeps the addresses of the page, which stays where it is. */
static FILE *page_stream(Page *page) {
  page->out = open_memstream(&page->bytes, &page->length);
  return page->out;
}

static char *page_close(Page *page) {
  if (page->out) fclose(page->out);
  char *text = arena_copy(&page->call->compiler.arena, page->bytes ? page->bytes : "",
                          page->bytes ? page->length : 0);
  free(page->bytes);
  return text;
}

static void give_page(Call *call, char *text) {
  call->text = text;
  call->result = cJSON_CreateObject();
  cJSON_AddStringToObject(call->result, "text", text);
}

/* ---- check and fix ---- */

/* leaves: no result, in whose place the diagnostics stand, warnings as well as errors. */
void tool_check(Call *call) {
  call_check(call);
}

/* The blueprint's text, or NULL. A file is only read, without its mark: what is wrong with it is
 * told once, later. */
static const char *read_text(Call *call) {
  const char *text = argument_text(call, "blueprint"), *path = NULL;
  if (text || !(path = argument_path(call, "file"))) return text;
  Compiler reader;
  uint32_t source;
  call->file = path_shown(call, path);
  compiler_init(&reader, call->compiler.stdlib);
  if (source_read(&reader, call->file, NULL, &source))
    text = arena_copy(&call->compiler.arena, reader.sources[source]->text,
                      reader.sources[source]->length);
  else
    source_read(&call->compiler, call->file, NULL, &source);
  compiler_free(&reader);
  return text;
}

static void write_text(Call *call, const char *text) {
  const Bytes bytes = {(unsigned char *)text, strlen(text)};
  if (!file_replace(call->file, &bytes, 1))
    hermes_report(&call->compiler.diagnostics, HB0602, NULL, "cannot write `%s`: %s", call->file,
                  strerror(errno));
}

/* What is left is a part of the result, and no failure of mending. */
static void tell_mended(Call *call, const char *text, size_t fixed, const char *log) {
  call->result = cJSON_CreateObject();
  cJSON_AddStringToObject(call->result, "blueprint", text);
  cJSON_AddNumberToObject(call->result, "fixed", (double)fixed);
  cJSON_AddStringToObject(call->result, "log", log);
  check_blueprint_text(&call->compiler, call->file ? call->file : text_name, text, strlen(text));
  verify_fixes(&call->compiler, FIXES_VERIFIED);
  cJSON_AddItemToObject(call->result, "left", call_diagnostics(call));
  hermes_diagnostics_free(&call->compiler.diagnostics);
}

void tool_fix(Call *call) {
  const char *text = read_text(call);
  size_t fixed = 0;
  Page page = page_open(call);
  FILE *out = text ? page_stream(&page) : NULL;
  const char *name = call->file ? call->file : text_name;
  const char *mended = out ? mend_text(&call->compiler, name, text, out, &fixed) : NULL;
  const char *log = page_close(&page);
  if (!mended) return;
  tell_mended(call, mended, fixed, log);
  if (argument_truth(call, "write") && call->file && fixed > 0) write_text(call, mended);
}

/* ---- explain ---- */

void tool_explain(Call *call) {
  const char *word = argument_text(call, "code");
  hermes_code code = word ? explain_find(word) : HERMES_CODES;
  if (word && code == HERMES_CODES) {
    hermes_diagnostic *d = hermes_report(&call->compiler.diagnostics, HB0601, NULL,
                                         "there is no diagnostic `%s`", word);
    const char *nearest = explain_nearest(word);
    if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
    return;
  }
  Page page = page_open(call);
  FILE *out = page_stream(&page);
  if (out && word)
    explain_code(code, out);
  else if (out)
    explain_codes(out);
  give_page(call, page_close(&page));
}

/* ---- compile ---- */

void tool_compile(Call *call) {
  const char *named = argument_text(call, "output");
  const char *output = named ? argument_output(call, "output") : call_room(call);
  if (!output || !call_check_runnable(call)) return;
  if (!named) output = arena_format(&call->compiler.arena, "%s/ndt", output);
  const BuildOptions options = {.output = output, .use_cache = true};
  if (!may_write(&call->compiler, output) || !build_twin(&call->compiler, &options)) return;
  call->result = cJSON_CreateObject();
  cJSON_AddStringToObject(call->result, "name", call->compiler.program.name);
  cJSON_AddStringToObject(call->result, "sha256", call->compiler.sha256);
  if (named) cJSON_AddStringToObject(call->result, "output", path_shown(call, output));
  cJSON_AddItemToObject(call->result, "diagnostics", call_diagnostics(call));
}

/* ---- primer and library ---- */

void tool_primer(Call *call) {
  Page page = page_open(call);
  FILE *out = page_stream(&page);
  if (out) write_primer(&call->compiler, out);
  give_page(call, page_close(&page));
}

typedef struct Modules { /* of the library, by name */
  const char *names[MAX_SOURCES * 4];
  size_t count;
} Modules;

static void take_module(void *context, const char *module, const char *path) {
  Modules *modules = context;
  (void)path;
  if (modules->count < sizeof modules->names / sizeof *modules->names)
    modules->names[modules->count++] = module;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static Modules list_modules(Call *call) {
  Modules modules = {.count = 0};
  each_module(&call->compiler, take_module, &modules);
  qsort(modules.names, modules.count, sizeof *modules.names, by_text);
  return modules;
}

/* Its first line imports it, each other one is a function. */
static char *module_page(Call *call, const char *module) {
  Page page = page_open(call);
  FILE *out = page_stream(&page);
  if (out) write_module_primer(&call->compiler, module, out);
  return page_close(&page);
}

static void write_modules(Call *call, FILE *out) {
  Modules modules = list_modules(call);
  for (size_t i = 0; i < modules.count; i++) {
    const char *page = module_page(call, modules.names[i]);
    fprintf(out, "%.*s\n", (int)strcspn(page, "\n"), page);
  }
}

/* By what fits a task: a session of its own, whose memory is gone with the call. */
static void write_found(Call *call, const char *words, FILE *out) {
  Session session = {.stdlib = call->compiler.stdlib};
  const char *page = library_fit(&session, words, FOUND_BYTES);
  fputs(*page ? page : "nothing; without arguments, `library` lists all modules\n", out);
  arena_free(&session.arena);
}

void tool_library(Call *call) {
  const char *module = argument_text(call, "module"), *words = argument_text(call, "words");
  Page page = page_open(call);
  FILE *out = page_stream(&page);
  if (out && module)
    write_module_primer(&call->compiler, module, out);
  else if (out && words)
    write_found(call, words, out);
  else if (out)
    write_modules(call, out);
  char *text = page_close(&page);
  if (call->compiler.diagnostics.errors == 0) give_page(call, text);
}
