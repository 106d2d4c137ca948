/* One compilation, from its first byte to its stages. */
#include "hermesc.h"

#include <nettle/sha2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void compiler_init(Compiler *compiler, const char *stdlib) {
  *compiler = (Compiler){0};
  compiler->stdlib = arena_copy(&compiler->arena, stdlib, strlen(stdlib));
}

void compiler_free(Compiler *compiler) {
  hermes_diagnostics_free(&compiler->diagnostics);
  arena_free(&compiler->arena);
  *compiler = (Compiler){0};
}

/* Messages are formatted here because the runtime's reporting takes no va_list. */
static char *format_message(Compiler *compiler, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  size_t size = length < 0 ? 1 : (size_t)length + 1;
  char *text = arena_alloc(&compiler->arena, size);
  vsnprintf(text, size, format, arguments);
  return text;
}

hermes_diagnostic *report(Compiler *compiler, hermes_code code, Span span, const char *format,
                          ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *message = format_message(compiler, format, arguments);
  va_end(arguments);
  hermes_place place = place_of(compiler, span);
  return hermes_report(&compiler->diagnostics, code, &place, "%s", message);
}

void report_label(Compiler *compiler, hermes_diagnostic *d, Span span, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *message = format_message(compiler, format, arguments);
  va_end(arguments);
  hermes_place place = place_of(compiler, span);
  hermes_diagnostic_label(d, &place, "%s", message);
}

/* Of the texts one behind the other, so that `cat blueprint modules | sha256sum` gives the same. */
static void hash_sources(Compiler *compiler) {
  struct sha256_ctx context;
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_init(&context);
  for (uint32_t i = 0; i < compiler->source_count; i++)
    sha256_update(&context, compiler->sources[i]->length,
                  (const uint8_t *)compiler->sources[i]->text);
  sha256_digest(&context, sizeof digest, digest);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(compiler->sha256 + 2 * i, 3, "%02x", digest[i]);
}

/* The corridor: a blueprint that comes out of the other end means something, and may be lowered or
 * interpreted. */
static bool check_source(Compiler *compiler, uint32_t blueprint) {
  if (!parse_source(compiler, blueprint)) return false;
  if (!load_modules(compiler)) return false;
  hash_sources(compiler);
  bool resolved = resolve_program(compiler); /* cycles are looked for even where it is not */
  if (!check_contracts(compiler) || !resolved) return false;
  infer_stages(compiler);
  add_range_expects(compiler);
  find_windows(compiler);
  return compiler->diagnostics.errors == 0;
}

bool check_blueprint(Compiler *compiler, const char *path) {
  uint32_t blueprint;
  return source_read(compiler, path, NULL, &blueprint) && check_source(compiler, blueprint);
}

bool check_blueprint_text(Compiler *compiler, const char *path, const char *text, size_t length) {
  uint32_t blueprint;
  return source_take(compiler, path, text, length, &blueprint) && check_source(compiler, blueprint);
}

bool check_runnable(Compiler *compiler, const char *path) {
  if (!check_blueprint(compiler, path)) return false;
  const Tree *tree = compiler->trees[0];
  if (!tree->is_module) return true;
  report(compiler, HB0514, tree->name.span, "`%s` is a module, which blueprints import: it makes no twin of its own",
         tree->name.text);
  return false;
}
