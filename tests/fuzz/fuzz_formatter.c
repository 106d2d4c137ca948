/* The formatter: what parses is formatted into a text that parses to the same tree, has the same
 * comments, and is not changed by formatting it again. */
#include "fuzz.h"

#include "format/format.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is kept ---- */

/* Between two tokens stand blanks and comments: each comment, without the blanks at its end, on a
 * line of its own. */
static void print_comments_between(const char *text, size_t start, size_t end, FILE *out) {
  for (size_t at = start; at < end; at++) {
    if (text[at] != '#') continue;
    size_t stop = at;
    while (stop < end && text[stop] != '\n') stop++;
    size_t last = stop;
    while (last > at && strchr(" \t\r\f", text[last - 1])) last--;
    fprintf(out, "%.*s\n", (int)(last - at), text + at);
    at = stop;
  }
}

static void print_comments(const Tree *tree, const char *text, FILE *out) {
  size_t end = 0;
  for (size_t i = 0; i < tree->token_count; i++) {
    Span span = tree->tokens[i].span;
    print_comments_between(text, end, span.start, out);
    end = span.end;
  }
}

/* A printed tree without what formatting may change: places of quantities, and blanks. */
static void strip(char *text) {
  char *to = text;
  for (const char *at = text; *at; at++) {
    size_t digits = *at == ' ' ? strspn(at + 1, "0123456789") : 0;
    if (digits && !strncmp(at + 1 + digits, "..", 2)) {
      at += digits + 2;
      at += strspn(at + 1, "0123456789");
    } else if (!strchr(" \t\r\n\f", *at)) {
      *to++ = *at;
    }
  }
  *to = '\0';
}

/* ---- one text ---- */

typedef struct Reading {
  Compiler compiler;
  Sink tree, comments;
  char *formatted; /* NULL: it has errors */
  size_t length;
} Reading;

static void read_forms(Reading *r, uint32_t source) {
  sink_open(&r->tree);
  print_tree(&r->compiler, r->tree.out);
  sink_close(&r->tree);
  strip(r->tree.text);
  sink_open(&r->comments);
  print_comments(r->compiler.trees[source], r->compiler.sources[source]->text, r->comments.out);
  sink_close(&r->comments);
  r->formatted = format_source(&r->compiler, source, &r->length);
}

static void read_text(Reading *r, const char *text, size_t size) {
  uint32_t source;
  *r = (Reading){0};
  compiler_init(&r->compiler, "");
  if (source_take(&r->compiler, "input.hbp", text, size, &source) &&
      parse_source(&r->compiler, source) && r->compiler.diagnostics.errors == 0)
    read_forms(r, source);
  check_diagnostics(&r->compiler.diagnostics);
}

static void reading_free(Reading *r) {
  free(r->formatted);
  sink_free(&r->tree);
  sink_free(&r->comments);
  compiler_free(&r->compiler);
}

void fuzz_one(const char *text, size_t size) {
  Reading first, second;
  read_text(&first, text, size);
  if (first.formatted) {
    read_text(&second, first.formatted, first.length);
    must(second.formatted != NULL, "what is formatted still parses");
    must(!strcmp(first.tree.text, second.tree.text), "formatting keeps the tree");
    must(!strcmp(first.comments.text, second.comments.text), "formatting keeps the comments");
    must(first.length == second.length && !memcmp(first.formatted, second.formatted, first.length),
         "formatting twice changes nothing");
    reading_free(&second);
  }
  reading_free(&first);
}
