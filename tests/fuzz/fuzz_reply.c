/* What servers say: any bytes as a stream of events, as a document, as the record of a run, and as
 * a configuration. Where the bytes are parted makes no difference, and what is kept of them is
 * UTF-8 without the key. */
#include "fuzz.h"

#include "client/configure.h"
#include "client/stream.h"
#include "record/lines.h"

#include <stdlib.h>
#include <string.h>

static const char secret[] = "KEY";

/* ---- replies ---- */

static void read_in_pieces(Reading *reading, Arena *arena, bool events, const char *text,
                           size_t size, size_t piece) {
  reading_begin(reading, arena, events);
  for (size_t at = 0; at < size && !reading->done; at += piece)
    reading_take(reading, text + at, piece < size - at ? piece : size - at);
  reading_end(reading);
}

static bool same(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const Reading *a, const Reading *b) {
  must(same(a->problem, b->problem), "a reply has the same problem, however it is parted");
  must(same(a->content.bytes, b->content.bytes), "a reply is the same, however it is parted");
  must(same(a->finish, b->finish) && same(a->error, b->error) && a->marked == b->marked,
       "a reply ends the same, however it is parted");
  must(a->prompt_tokens == b->prompt_tokens && a->completion_tokens == b->completion_tokens &&
           a->prompt_tokens >= 0 && a->completion_tokens >= 0,
       "tokens are counted the same, however a reply is parted");
}

static void check_clean(Arena *arena, const Text *content) {
  const char *clean = text_clean(arena, content->bytes, content->length, secret);
  must(utf8_prefix(clean, strlen(clean)) == strlen(clean), "what is kept is UTF-8");
  must(strstr(clean, secret) == NULL, "what is kept does not hold the key");
  const char *line = text_excerpt(arena, clean, 40);
  must(utf8_prefix(line, strlen(line)) == strlen(line), "an excerpt is UTF-8");
  must(strpbrk(line, "\n\r\t\x1B") == NULL && strlen(line) <= 43, "an excerpt is one short line");
}

static void as_reply(bool events, const char *text, size_t size) {
  Arena arena = {0};
  Reading whole, pieces;
  read_in_pieces(&whole, &arena, events, text, size, size + 1);
  for (size_t piece = 1; piece < 12; piece += 5) {
    read_in_pieces(&pieces, &arena, events, text, size, piece);
    check_same(&whole, &pieces);
  }
  check_clean(&arena, &whole.content);
  arena_free(&arena);
}

/* ---- files ---- */

static void as_record(const char *text, size_t size) {
  Arena arena = {0};
  hermes_diagnostics diagnostics = {0};
  fuzz_write("record.jsonl", text, size);
  cJSON *events = record_read(&arena, fuzz_path("record.jsonl"), &diagnostics);
  must((events != NULL) == (diagnostics.errors == 0), "what is refused is reported, and only that");
  cJSON_Delete(events);
  check_diagnostics(&diagnostics);
  hermes_diagnostics_free(&diagnostics);
  arena_free(&arena);
}

static void as_configuration(const char *text, size_t size) {
  Arena arena = {0};
  hermes_diagnostics diagnostics = {0};
  Configuration c;
  fuzz_write("config.json", text, size);
  bool good = configure(&arena, fuzz_path("config.json"), &c, &diagnostics);
  must(good == (diagnostics.errors == 0), "what is refused is reported, and only that");
  must(c.coarse >= 1 && c.coarse <= MOST_BRANCHES && c.parallel >= 1 &&
           c.parallel <= MOST_PARALLEL && c.timeout > 0 && c.role_count <= MOST_ROLES,
       "a configuration is within its limits");
  check_diagnostics(&diagnostics);
  hermes_diagnostics_free(&diagnostics);
  arena_free(&arena);
}

void fuzz_one(const char *text, size_t size) {
  as_reply(true, text, size);
  as_reply(false, text, size);
  as_record(text, size);
  as_configuration(text, size);
}
