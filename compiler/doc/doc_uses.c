/* What a definition reads, by where it reads it: so that a written name leads to what it means. */
#include "doc/doc.h"
#include "check/terms.h"

#include <string.h>

void add_use(Uses *uses, Use use) {
  if (uses->count == uses->capacity) {
    int capacity = uses->capacity == 0 ? 8 : 2 * uses->capacity;
    Use *items = ARENA_ARRAY(uses->arena, Use, capacity);
    if (uses->count > 0) memcpy(items, uses->items, sizeof *items * (size_t)uses->count);
    uses->items = items;
    uses->capacity = capacity;
  }
  uses->items[uses->count++] = use;
}

void add_uses(Uses *uses, const Program *program, const Term *term) {
  if (term == NULL) return;
  const Slot *slot = term->kind == TERM_SLOT ? &program->slots[term->index] : NULL;
  if (slot && slot->role == ROLE_MEAN)
    add_uses(uses, program, program->slots[slot->mean_of].value); /* where it was written */
  else if (slot)
    add_use(uses, (Use){term->span, term->index, -1});
  if (term->kind == TERM_CALL) add_use(uses, (Use){term->span, -1, term->index});
  for (int i = 0; i < term_part_count(term); i++) add_uses(uses, program, term_part(term, i));
}

static bool covers(Span outer, Span inner) {
  return outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end;
}

/* Among uses that cover the name, one bears it: others are of what the name is an index of. */
int used_slot(const Program *program, const Uses *uses, Name name) {
  for (int i = 0; i < uses->count; i++) {
    const Use *use = &uses->items[i];
    if (use->slot >= 0 && covers(use->span, name.span) &&
        strcmp(program->slots[use->slot].name, name.text) == 0)
      return use->slot;
  }
  return -1;
}

int used_function(const Program *program, const Uses *uses, Name name) {
  const char *dot = strrchr(name.text, '.');
  const char *last = dot == NULL ? name.text : dot + 1;
  for (int i = 0; i < uses->count; i++) {
    const Use *use = &uses->items[i];
    if (use->function >= 0 && covers(use->span, name.span) &&
        strcmp(program->functions[use->function].name, last) == 0)
      return use->function;
  }
  return -1;
}
