/* Fixes: what a diagnostic offers is applied in memory and checked again before it is called
 * verified. What does not stand the check is not offered. */
#include "fixes.h"

#include <stdlib.h>
#include <string.h>

/* ---- applying ---- */

static int by_place(const void *a, const void *b) {
  const hermes_edit *left = a, *right = b;
  return left->start < right->start ? -1 : left->start > right->start;
}

/* Edits that overlap, or leave the text, make no sense. */
static bool edits_fit(const hermes_edit *edits, size_t count, size_t length) {
  size_t end = 0;
  for (size_t i = 0; i < count; i++) {
    if (edits[i].start < end || edits[i].end < edits[i].start || edits[i].end > length)
      return false;
    end = edits[i].end;
  }
  return count > 0;
}

char *fix_apply(Arena *arena, const char *text, size_t length, const hermes_fix *fix,
                size_t *new_length) {
  hermes_edit edits[HERMES_EDITS];
  memcpy(edits, fix->edits, sizeof edits);
  qsort(edits, fix->edit_count, sizeof *edits, by_place);
  if (!edits_fit(edits, fix->edit_count, length)) return NULL;
  size_t room = length + 1;
  for (size_t i = 0; i < fix->edit_count; i++) room += strlen(edits[i].text);
  char *fixed = arena_alloc(arena, room), *to = fixed;
  size_t from = 0;
  for (size_t i = 0; i < fix->edit_count; i++) {
    memcpy(to, text + from, edits[i].start - from);
    to += edits[i].start - from;
    to += sprintf(to, "%s", edits[i].text);
    from = edits[i].end;
  }
  memcpy(to, text + from, length - from);
  *new_length = (size_t)(to - fixed) + length - from;
  return fixed;
}

/* ---- comparing two checks ---- */

/* How far a check had come when it reported this: errors of one stage hide those of the next. */
static int stage_of(const hermes_diagnostic *d) {
  if (d->code < HB0201) return 0;
  return d->code == HB0502 || d->code == HB0503 ? 2 : 1;
}

static int stage_reached(const hermes_diagnostics *list) {
  int stage = 2;
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].severity == HERMES_ERROR && stage_of(&list->items[i]) < stage)
      stage = stage_of(&list->items[i]);
  return stage;
}

static bool same_complaint(const hermes_diagnostic *a, const hermes_diagnostic *b) {
  return a->code == b->code && strcmp(a->message, b->message) == 0;
}

static size_t count_like(const hermes_diagnostics *list, const hermes_diagnostic *d) {
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++) count += same_complaint(&list->items[i], d);
  return count;
}

/* Does a diagnostic stand where a fix wrote? Edits before it move the text; the margin is generous,
 * for it only ever refuses. */
static bool touches(const hermes_diagnostic *d, const hermes_fix *fix) {
  for (size_t i = 0; i < fix->edit_count; i++) {
    const hermes_edit *edit = &fix->edits[i];
    size_t written = edit->start + strlen(edit->text) + 1;
    if (d->place.start <= written && d->place.end + 1 >= edit->start) return true;
  }
  return false;
}

/* The error is gone, and what is there now was there before, or was hidden by an earlier stage and
 * lies elsewhere. */
static bool is_better(const hermes_diagnostics *before, const hermes_diagnostics *after,
                      const hermes_diagnostic *mended, const hermes_fix *fix) {
  int reached = stage_reached(before);
  if (count_like(after, mended) >= count_like(before, mended)) return false;
  for (size_t i = 0; i < after->count; i++) {
    const hermes_diagnostic *d = &after->items[i];
    if (count_like(after, d) <= count_like(before, d)) continue;
    if (stage_of(d) <= reached || touches(d, fix)) return false;
  }
  return true;
}

/* ---- verifying ---- */

static bool stands(const Compiler *compiler, const hermes_diagnostic *d, const hermes_fix *fix) {
  const Source *source = compiler->sources[0];
  Compiler again;
  compiler_init(&again, compiler->stdlib);
  again.diagnostics.warnings_are_errors = compiler->diagnostics.warnings_are_errors;
  size_t length;
  const char *text = fix_apply(&again.arena, source->text, source->length, fix, &length);
  if (text) check_blueprint_text(&again, source->path, text, length);
  bool good = text && is_better(&compiler->diagnostics, &again.diagnostics, d, fix);
  compiler_free(&again);
  return good;
}

/* Only the blueprint itself is mended, never a module of the library. */
static bool is_mendable(const Compiler *compiler, const hermes_diagnostic *d) {
  return compiler->source_count > 0 && d->place.text == compiler->sources[0]->text;
}

void verify_fixes_of(const Compiler *compiler, hermes_diagnostic *d) {
  size_t kept = 0;
  for (size_t i = 0; i < d->fix_count; i++) {
    hermes_fix fix = d->fixes[i];
    fix.verified = is_mendable(compiler, d) && stands(compiler, d, &fix);
    if (fix.verified)
      d->fixes[kept++] = fix;
    else
      hermes_fix_free(&fix);
  }
  d->fix_count = kept;
}

/* Each fix costs a check of all sources: of a very large blueprint, few are verified. */
enum { MAX_VERIFYING = 4 << 20 }; /* bytes that may be checked for the sake of fixes */

static size_t cost_of_check(const Compiler *compiler) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < compiler->source_count; i++) bytes += compiler->sources[i]->length;
  return bytes;
}

void verify_fixes(Compiler *compiler, size_t most) {
  size_t seen = 0, cost = cost_of_check(compiler), spent = 0;
  for (size_t i = 0; i < compiler->diagnostics.count; i++) {
    hermes_diagnostic *d = &compiler->diagnostics.items[i];
    bool wanted = (most == 0 || seen < most) && spent + d->fix_count * cost <= MAX_VERIFYING;
    seen += d->severity == HERMES_ERROR;
    if (wanted) spent += d->fix_count * cost;
    if (wanted)
      verify_fixes_of(compiler, d);
    else
      while (d->fix_count > 0) hermes_fix_free(&d->fixes[--d->fix_count]);
  }
}

/* ---- offering ---- */

void offer_fix(hermes_diagnostic *d, Span span, const char *text, const char *title) {
  hermes_fix *fix = hermes_diagnostic_fix(d, "%s", title);
  hermes_fix_edit(fix, span.start, span.end, "%s", text);
}

void offer_wrap(hermes_diagnostic *d, Span span, const char *before, const char *behind,
                const char *title) {
  hermes_fix *fix = hermes_diagnostic_fix(d, "%s", title);
  hermes_fix_edit(fix, span.start, span.start, "%s", before);
  hermes_fix_edit(fix, span.end, span.end, "%s", behind);
}
