/* Fixes: what a diagnostic offers is applied in memory and checked again before it is called
 * verified. What does not stand the check is not offered. */
#include "fix/fixes.h"

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

/* Complaints by code and message, sorted: a thousand of them are compared with a thousand. */
typedef struct Complaints {
  uint64_t hashes[HERMES_DIAGNOSTICS_KEPT];
  size_t count;
} Complaints;

static uint64_t hash_complaint(const hermes_diagnostic *d) {
  uint64_t hash = 1469598103934665603u + (uint64_t)d->code;
  for (const char *c = d->message; *c; c++) hash = (hash ^ (unsigned char)*c) * 1099511628211u;
  return hash;
}

static int by_hash(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

static void take_complaints(Complaints *complaints, const hermes_diagnostics *list) {
  complaints->count = list->count;
  for (size_t i = 0; i < list->count; i++) complaints->hashes[i] = hash_complaint(&list->items[i]);
  qsort(complaints->hashes, complaints->count, sizeof *complaints->hashes, by_hash);
}

/* How many come before this hash, or are it. */
static size_t rank_of(const Complaints *complaints, uint64_t hash, bool with_equal) {
  size_t low = 0, high = complaints->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    bool before =
        complaints->hashes[middle] < hash || (with_equal && complaints->hashes[middle] == hash);
    if (before)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static size_t count_like(const Complaints *complaints, const hermes_diagnostic *d) {
  uint64_t hash = hash_complaint(d);
  return rank_of(complaints, hash, true) - rank_of(complaints, hash, false);
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
  Complaints old, new;
  int reached = stage_reached(before);
  take_complaints(&old, before);
  take_complaints(&new, after);
  if (count_like(&new, mended) >= count_like(&old, mended)) return false;
  for (size_t i = 0; i < after->count; i++) {
    const hermes_diagnostic *d = &after->items[i];
    bool known = count_like(&new, d) <= count_like(&old, d);
    if (!known && (stage_of(d) <= reached || touches(d, fix))) return false;
  }
  return true;
}

/* ---- verifying ---- */

/* What a check says once a fix is applied. */
typedef struct Standing {
  bool good; /* its error is gone, and no new one came */
  int stage; /* how far the check came */
  size_t errors;
} Standing;

static Standing standing_of(const Compiler *compiler, const hermes_diagnostic *d,
                            const hermes_fix *fix) {
  const Source *source = compiler->sources[0];
  Compiler again;
  compiler_init(&again, compiler->stdlib);
  again.overlay = compiler->overlay;
  again.diagnostics.warnings_are_errors = compiler->diagnostics.warnings_are_errors;
  size_t length;
  const char *text = fix_apply(&again.arena, source->text, source->length, fix, &length);
  if (text) check_blueprint_text(&again, source->path, text, length);
  Standing standing = {.good =
                           text && is_better(&compiler->diagnostics, &again.diagnostics, d, fix),
                       .stage = stage_reached(&again.diagnostics),
                       .errors = again.diagnostics.errors};
  compiler_free(&again);
  return standing;
}

/* Of two fixes, the better one is that after which the check comes farther, and finds less. */
static int compare_standing(const Standing *a, const Standing *b) {
  if (a->good != b->good) return a->good ? 1 : -1;
  if (a->stage != b->stage) return a->stage > b->stage ? 1 : -1;
  return a->errors < b->errors ? 1 : a->errors > b->errors ? -1 : 0;
}

/* Only the blueprint itself is mended, never a module of the library. */
static bool is_mendable(const Compiler *compiler, const hermes_diagnostic *d) {
  return compiler->source_count > 0 && d->place.text == compiler->sources[0]->text;
}

static bool same_edits(const hermes_fix *a, const hermes_fix *b) {
  bool same = a->edit_count == b->edit_count;
  for (size_t i = 0; same && i < a->edit_count; i++)
    same = a->edits[i].start == b->edits[i].start && a->edits[i].end == b->edits[i].end &&
           strcmp(a->edits[i].text, b->edits[i].text) == 0;
  return same;
}

static bool is_offered(const hermes_diagnostic *d, size_t count, const hermes_fix *fix) {
  for (size_t i = 0; i < count; i++)
    if (same_edits(&d->fixes[i], fix)) return true;
  return false;
}

/* Leaves the fixes that stand, those of them that stand best, each once. */
static void keep_best(const Compiler *compiler, hermes_diagnostic *d) {
  Standing standings[HERMES_FIXES], best = {0};
  for (size_t i = 0; i < d->fix_count; i++) {
    standings[i] = is_mendable(compiler, d) ? standing_of(compiler, d, &d->fixes[i]) : best;
    if (i == 0 || compare_standing(&standings[i], &best) > 0) best = standings[i];
  }
  size_t kept = 0;
  for (size_t i = 0; i < d->fix_count; i++) {
    hermes_fix *fix = &d->fixes[i];
    fix->verified = standings[i].good && compare_standing(&standings[i], &best) == 0;
    if (fix->verified && !is_offered(d, kept, fix))
      d->fixes[kept++] = *fix;
    else
      hermes_fix_free(fix);
  }
  d->fix_count = kept;
}

/* ---- names that exist, and were not meant ---- */

enum {
  MAX_TRIES = 48,       /* names tried for one error */
  MAX_TRYING = 2 << 20, /* bytes checked for all of them, over all errors */
};

static size_t cost_of_check(const Compiler *compiler) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < compiler->source_count; i++) bytes += compiler->sources[i]->length;
  return bytes;
}

static void edit_name(hermes_fix *fix, const NameTry *try) {
  hermes_fix_edit(fix, try->span.start, try->span.end, "%s", try->name);
  if (try->listed.end > 0)
    hermes_fix_edit(fix, try->listed.start, try->listed.end, "%s", try->name);
}

static Standing standing_of_name(const Compiler *compiler, const hermes_diagnostic *d,
                                 const NameTry *try) {
  hermes_fix fix = {0};
  edit_name(&fix, try);
  Standing standing = standing_of(compiler, d, &fix);
  hermes_fix_free(&fix);
  return standing;
}

/* Tries them all: the one that is better than all others and mends the error, or NULL. */
static const NameTry *sole_name(const Compiler *compiler, const hermes_diagnostic *d,
                                const NameTry *tries, int count) {
  const NameTry *found = NULL;
  Standing best = {0};
  for (int i = 0; i < count; i++) {
    Standing standing = standing_of_name(compiler, d, &tries[i]);
    int better = compare_standing(&standing, &best);
    if (better > 0) best = standing;
    if (better >= 0) found = better > 0 ? &tries[i] : NULL;
  }
  return best.good ? found : NULL;
}

static void offer_name(Compiler *compiler, hermes_diagnostic *d) {
  NameTry tries[MAX_TRIES];
  size_t cost = cost_of_check(compiler) + 1, left = MAX_TRYING - compiler->trying;
  int most = (int)(left / cost);
  int count = names_to_try(compiler, d, tries, most < MAX_TRIES ? most : MAX_TRIES);
  compiler->trying += (size_t)count * cost;
  const NameTry *meant = sole_name(compiler, d, tries, count);
  if (!meant) return;
  hermes_fix *fix =
      meant->listed.end == 0
          ? hermes_diagnostic_fix(d, "which fits, and is not read yet")
          : hermes_diagnostic_fix(d, "`%s`, here and in the contract: it fits, and is not read yet",
                                  meant->name);
  edit_name(fix, meant);
  fix->verified = true;
}

enum { MOST_SHOWN = 3 }; /* fixes of one diagnostic that stand equally well */

void verify_fixes_of(Compiler *compiler, hermes_diagnostic *d) {
  keep_best(compiler, d);
  while (d->fix_count > MOST_SHOWN) hermes_fix_free(&d->fixes[--d->fix_count]);
  if (d->fix_count == 0 && d->severity == HERMES_ERROR && is_mendable(compiler, d))
    offer_name(compiler, d);
}

/* Each fix costs a check of all sources: of a very large blueprint, few are verified. */
enum { MAX_VERIFYING = 4 << 20 }; /* bytes that may be checked for the sake of fixes */

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

hermes_diagnostic *diagnostic_at(Compiler *compiler, hermes_code code, uint32_t start) {
  hermes_diagnostics *list = &compiler->diagnostics;
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].code == code && list->items[i].place.start == start) return &list->items[i];
  return NULL;
}

void state_rule(hermes_diagnostic *d, const char *rule) {
  if (*hermes_code_of(d->code)->rule || d->rule)
    hermes_diagnostic_note(d, "%s", rule);
  else
    hermes_diagnostic_fact(&d->rule, "%s", rule);
}

void offer_wrap(hermes_diagnostic *d, Span span, const char *before, const char *behind,
                const char *title) {
  hermes_fix *fix = hermes_diagnostic_fix(d, "%s", title);
  hermes_fix_edit(fix, span.start, span.start, "%s", before);
  hermes_fix_edit(fix, span.end, span.end, "%s", behind);
}
