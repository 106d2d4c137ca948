/* hermesc fix: applies verified fixes, one at a time, until none is left that is the only one of
 * its diagnostic. Where several would do, the author chooses. */
#include "fix/fixes.h"

#include "native/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_ROUNDS = 200,
  MOST_IN_VAIN = 128, /* diagnostics looked at that could not be mended, over all rounds */
};

static const char mark[] = "\xEF\xBB\xBF";

typedef struct Mending {
  Compiler *compiler; /* whose arena holds the texts */
  const char *path;   /* as shown */
  const char *text;
  size_t length;
  size_t fixed, in_vain;
  FILE *out;
} Mending;

static void tell(const Mending *m, const Compiler *round, const hermes_diagnostic *d) {
  const hermes_fix *fix = &d->fixes[0];
  Span span = {(uint32_t)d->place.start, (uint32_t)d->place.end, 0};
  fprintf(m->out, "%s:%d: %s: %s", m->path, line_of(round, span), hermes_code_of(d->code)->name,
          fix->title);
  if (fix->edit_count == 1 && *fix->edits[0].text && !strchr(fix->edits[0].text, '\n'))
    fprintf(m->out, ": %s", fix->edits[0].text);
  fputc('\n', m->out);
}

/* The first diagnostic with exactly one fix that stands. */
static const hermes_diagnostic *next_to_mend(Mending *m, Compiler *round) {
  for (size_t i = 0; i < round->diagnostics.count && m->in_vain < MOST_IN_VAIN; i++) {
    hermes_diagnostic *d = &round->diagnostics.items[i];
    bool offered = d->fix_count > 0;
    verify_fixes_of(round, d);
    if (d->fix_count == 1) return d;
    m->in_vain += offered;
  }
  return NULL;
}

/* One check, and one fix of what it found. False where there is none. */
static bool mend_once(Mending *m) {
  Compiler round;
  compiler_init(&round, m->compiler->stdlib);
  check_blueprint_text(&round, m->path, m->text, m->length);
  const hermes_diagnostic *d = next_to_mend(m, &round);
  char *text = NULL;
  if (d) text = fix_apply(&m->compiler->arena, m->text, m->length, &d->fixes[0], &m->length);
  if (text) {
    if (m->out) tell(m, &round, d);
    m->text = text;
    m->fixed++;
  }
  compiler_free(&round);
  return text != NULL;
}

static bool write_back(Mending *m, const char *path, bool marked) {
  Bytes parts[] = {{(unsigned char *)mark, marked ? sizeof mark - 1 : 0},
                   {(unsigned char *)m->text, m->length}};
  if (file_replace(path, parts, 2)) return true;
  hermes_report(&m->compiler->diagnostics, HB0602, NULL, "cannot write `%s`: %s", path,
                strerror(errno));
  return false;
}

static bool is_marked(const char *path) {
  char head[sizeof mark - 1] = "";
  FILE *file = fopen(path, "rb");
  bool marked = file && fread(head, 1, sizeof head, file) == sizeof head &&
                memcmp(head, mark, sizeof head) == 0;
  if (file) fclose(file);
  return marked;
}

char *mend_text(Compiler *compiler, const char *path, const char *text, FILE *out, size_t *fixed) {
  Mending m = {.compiler = compiler, .path = path, .length = strlen(text), .out = out};
  m.text = arena_copy(&compiler->arena, text, m.length);
  while (m.fixed < MOST_ROUNDS && mend_once(&m)) continue;
  *fixed = m.fixed;
  return arena_copy(&compiler->arena, m.text, m.length);
}

void mend_blueprint(Compiler *compiler, const char *path, bool dry_run, FILE *out) {
  Compiler reader; /* only reads: what is wrong with the text is reported once, at the end */
  uint32_t source;
  bool standard_input = strcmp(path, "-") == 0;
  compiler_init(&reader, compiler->stdlib);
  if (!source_read(&reader, path, NULL, &source)) {
    if (standard_input || source_read(compiler, path, NULL, &source))
      hermes_report(&compiler->diagnostics, HB0001, NULL, "cannot read `%s`", path);
    compiler_free(&reader);
    return;
  }
  Mending m = {.compiler = compiler,
               .path = standard_input ? "<standard input>" : path,
               .length = reader.sources[0]->length,
               .out = standard_input ? stderr : out};
  m.text = arena_copy(&compiler->arena, reader.sources[0]->text, m.length);
  compiler_free(&reader);
  while (m.fixed < MOST_ROUNDS && mend_once(&m)) continue;
  if (standard_input && !dry_run) fwrite(m.text, 1, m.length, out);
  if (!standard_input && !dry_run && m.fixed > 0 && !write_back(&m, path, is_marked(path))) return;
  fprintf(m.out, "%zu fix%s%s\n", m.fixed, m.fixed == 1 ? "" : "es",
          dry_run ? ", not written" : "");
  check_blueprint_text(compiler, m.path, m.text, m.length);
}
