/* The ground under every target: libFuzzer's entry, the time limit, and what all of them check. */
#include "fuzz.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Processor time for one input, sanitized: a released build is several times as fast, so that no
 * few kilobytes take it a second. A busy machine does not change it, as it does libFuzzer's own
 * -timeout, which is for what never ends. */
enum { SECONDS_FOR_ONE = 4 };

void must(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "\nFINDING: it does not hold that %s\n", what);
  abort();
}

/* ---- streams ---- */

void sink_open(Sink *sink) {
  *sink = (Sink){0};
  sink->out = open_memstream(&sink->text, &sink->size);
  must(sink->out != NULL, "there is memory for a stream");
}

void sink_close(Sink *sink) {
  fclose(sink->out);
  sink->out = NULL;
}

void sink_free(Sink *sink) {
  free(sink->text);
  *sink = (Sink){0};
}

/* ---- diagnostics ---- */

static void check_text(const hermes_diagnostics *list) {
  Sink sink;
  sink_open(&sink);
  hermes_diagnostics_print(list, sink.out, false, 0);
  sink_close(&sink);
  bool plain = true;
  for (size_t i = 0; i < sink.size; i++)
    plain &= sink.text[i] == '\n' || (unsigned char)sink.text[i] >= ' ';
  must(plain, "no control character reaches a terminal");
  must(list->count == 0 || sink.size > 0, "a diagnostic is shown");
  sink_free(&sink);
}

/* Takes over the document. */
static void check_document(char *text, const char *what) {
  cJSON *document = text ? cJSON_Parse(text) : NULL;
  must(document != NULL, what);
  cJSON_Delete(document);
  free(text);
}

void check_diagnostics(const hermes_diagnostics *list) {
  for (size_t i = 0; i < list->count; i++) {
    const hermes_code_info *info = hermes_code_of(list->items[i].code);
    must(info->category != HERMES_COMPILER_BUG, "the compiler finds no fault in itself");
  }
  check_text(list);
}

void check_documents(const hermes_diagnostics *list) {
  check_document(hermes_diagnostics_json(list), "diagnostics are a JSON document");
  check_document(hermes_diagnostics_sarif(list, "fuzz", "0", NULL), "SARIF is a JSON document");
}

/* ---- files ---- */

const char *fuzz_directory(void) {
  static char directory[256];
  const char *room = getenv("TMPDIR");
  if (*directory) return directory;
  snprintf(directory, sizeof directory, "%s/hermes-fuzz-XXXXXX", room ? room : "/tmp");
  must(mkdtemp(directory) != NULL, "a directory can be made");
  return directory;
}

const char *fuzz_path(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", fuzz_directory(), name);
  return path;
}

void fuzz_write(const char *name, const char *text, size_t size) {
  FILE *file = fopen(fuzz_path(name), "wb");
  must(file != NULL && fwrite(text, 1, size, file) == size && fclose(file) == 0,
       "a file can be written");
}

/* ---- libFuzzer ---- */

static double processor_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  double start = processor_seconds();
  fuzz_one(size ? (const char *)data : "", size);
  must(processor_seconds() - start < SECONDS_FOR_ONE, "one input is done in SECONDS_FOR_ONE");
  return 0;
}
