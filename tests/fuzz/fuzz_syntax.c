/* Lexer and parser: any bytes become tokens in order and a tree, or errors with places. */
#include "fuzz.h"

#include "syntax/syntax.h"

/* One behind the other, within the text, each of some bytes; the last one is the end. */
static void check_tokens(const Tree *tree, size_t size) {
  uint32_t end = 0;
  for (size_t i = 0; i < tree->token_count; i++) {
    Span span = tree->tokens[i].span;
    bool last = i + 1 == tree->token_count;
    must(span.start >= end && span.end <= size, "tokens stand one behind the other in the text");
    must(last || span.start < span.end, "a token has bytes");
    end = span.end;
  }
}

static void print_forms(const Compiler *compiler, uint32_t source) {
  Sink sink;
  sink_open(&sink);
  print_tokens(compiler, source, sink.out);
  print_tree(compiler, sink.out);
  sink_close(&sink);
  must(sink.size > 0, "a tree is printed");
  sink_free(&sink);
}

void fuzz_one(const char *text, size_t size) {
  Compiler compiler;
  uint32_t source;
  compiler_init(&compiler, "");
  bool good = source_take(&compiler, "input.hbp", text, size, &source);
  good = good && parse_source(&compiler, source);
  must(good || compiler.diagnostics.errors > 0, "what is not parsed is reported");
  if (good) {
    check_tokens(compiler.trees[source], size);
    print_forms(&compiler, source);
  }
  check_diagnostics(&compiler.diagnostics);
  compiler_free(&compiler);
}
