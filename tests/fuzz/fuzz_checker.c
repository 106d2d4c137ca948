/* The checker: any text is refused with diagnostics and verified fixes, or means something, and
 * then becomes every form that `hermesc` prints, C and documentation among them. It can be mended,
 * and completed at any place. */
#include "fuzz.h"

#include "doc/doc.h"
#include "fix/fixes.h"
#include "editor/next.h"

#include <hermes/description.h>
#include <stdlib.h>
#include <string.h>

enum {
  FIXES_VERIFIED = 20, /* as in `hermesc check` */
  SELDOM = 8,          /* what costs more than all else is done with one input of so many */
};

static void check_description(const Compiler *compiler) {
  size_t size;
  char error[512] = "";
  char *json = describe_program(compiler, &size);
  hermes_description *description =
      hermes_description_parse((const unsigned char *)json, size, error, sizeof error);
  if (!description) fprintf(stderr, "%s\n", error);
  must(description != NULL, "a twin understands its description");
  hermes_description_free(description);
  free(json);
}

static void print_checked(Compiler *compiler, FILE *out) {
  print_tree(compiler, out);
  print_types(compiler, out);
  print_stages(compiler, out);
  document_program(compiler, DOC_MARKDOWN, out);
  document_program(compiler, DOC_HTML, out);
}

static void print_lowered(Compiler *compiler, FILE *out) {
  lower_program(compiler);
  must(compiler->diagnostics.errors == 0, "what is checked can be lowered");
  print_steps(compiler, out);
  emit_c(compiler, out);
  check_description(compiler);
}

static void print_all(Compiler *compiler) {
  Sink sink;
  sink_open(&sink);
  print_checked(compiler, sink.out);
  if (!compiler->trees[0]->is_module) print_lowered(compiler, sink.out);
  sink_close(&sink);
  sink_free(&sink);
}

/* A fix that is shown was tried: without its error, and still a text. */
static void check_fixes(const hermes_diagnostics *list) {
  for (size_t i = 0; i < list->count; i++)
    for (size_t f = 0; f < list->items[i].fix_count; f++)
      must(list->items[i].fixes[f].verified, "only verified fixes are shown");
}

static void check_text(const char *text, size_t size) {
  Compiler compiler;
  compiler_init(&compiler, HERMES_STDLIB);
  bool good = check_blueprint_text(&compiler, "input.hbp", text, size);
  must(good == (compiler.diagnostics.errors == 0), "what is refused is reported, and only that");
  verify_fixes(&compiler, FIXES_VERIFIED);
  check_fixes(&compiler.diagnostics);
  if (good) print_all(&compiler);
  check_diagnostics(&compiler.diagnostics);
  if (size % SELDOM == 0) check_documents(&compiler.diagnostics);
  compiler_free(&compiler);
}

static void check_mending(const char *text, size_t size) {
  Compiler compiler;
  Sink sink;
  compiler_init(&compiler, HERMES_STDLIB);
  sink_open(&sink);
  fuzz_write("input.hbp", text, size);
  mend_blueprint(&compiler, fuzz_path("input.hbp"), true, sink.out);
  sink_close(&sink);
  check_diagnostics(&compiler.diagnostics);
  sink_free(&sink);
  compiler_free(&compiler);
}

/* A place that the length gives, between two characters. */
static size_t place_in(const char *text, size_t size) {
  size_t at = size * 7919 % (size + 1);
  while (at > 0 && at < size && ((unsigned char)text[at] & 0xc0) == 0x80) at--;
  return at;
}

static void check_following(const char *text, size_t size) {
  Compiler compiler;
  Following following;
  uint32_t source;
  compiler_init(&compiler, HERMES_STDLIB);
  if (source_take(&compiler, "input.hbp", text, size, &source)) {
    find_following(&compiler, place_in(text, compiler.sources[source]->length), &following);
    must(following.word.start <= following.word.end && following.word.end <= size,
         "the word that is completed stands in the text");
    for (int i = 0; i < following.count; i++)
      must(*following.items[i].text != '\0', "what may follow is something");
  }
  compiler_free(&compiler);
}

void fuzz_one(const char *text, size_t size) {
  check_text(text, size);
  if (size % SELDOM == 1) check_mending(text, size);
  if (size % SELDOM == 2) check_following(text, size);
}
