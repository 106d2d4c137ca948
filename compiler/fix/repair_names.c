/* A name that exists, in place of the one that was meant: seen by what the wrong one leads to, and
 * by what nobody reads. Which names could stand where an error stands, for fixes.c to try: what the
 * block around it lists and does not read, or what nothing reads at all. */
#include "check/checker.h"
#include "fix/fixes.h"
#include "syntax/syntax.h"

#include "blueprint.tab.h"

#include <string.h>

/* ---- where the error stands ---- */

static bool holds(Span outer, size_t start, size_t end) {
  return outer.source == 0 && outer.start <= start && end <= outer.end;
}

/* The block or other declaration around a place, or NULL. */
static const Decl *decl_around(const Compiler *compiler, size_t start, size_t end) {
  const Decl *decl = compiler->trees[0] ? compiler->trees[0]->decls : NULL;
  while (decl && !holds(decl->span, start, end)) decl = decl->next;
  return decl;
}

static const Statement *contract_of(const Decl *decl) {
  const Statement *s = decl->kind == DECL_BLOCK ? decl->statements : NULL;
  while (s && s->kind != STATEMENT_IN) s = s->next;
  return s;
}

/* Tokens of the blueprint from `start` to `end`: the first, and behind the last. */
typedef struct Stretch {
  const Token *first, *end;
} Stretch;

static Stretch tokens_between(const Tree *tree, size_t start, size_t end) {
  const Token *token = tree->tokens, *last = token + tree->token_count;
  while (token < last && token->span.start < start) token++;
  Stretch stretch = {token, token};
  while (stretch.end < last && stretch.end->span.end <= end) stretch.end++;
  return stretch;
}

/* How often is it named within a span, but for another one? */
static int times_named(const Tree *tree, Span span, const char *name, Span but) {
  Stretch s = tokens_between(tree, span.start, span.end);
  int count = 0;
  for (const Token *t = s.first; t < s.end; t++)
    count += t->kind == TOKEN_NAME && !holds(but, t->span.start, t->span.end) &&
             strcmp(t->text, name) == 0;
  return count;
}

/* ---- what could stand there ---- */

typedef struct Search {
  const Compiler *compiler;
  const Decl *decl; /* around the error */
  NameTry *tries;
  int count, capacity;
} Search;

static void try_name(Search *search, const Token *token, const char *name) {
  if (strcmp(token->text, name) == 0 || search->count == search->capacity) return;
  for (int i = 0; i < search->count; i++)
    if (search->tries[i].span.start == token->span.start &&
        strcmp(search->tries[i].name, name) == 0)
      return;
  search->tries[search->count++] = (NameTry){.span = token->span, .name = name};
}

static const Name *find_listed(const Statement *contract, const char *name) {
  for (const NameList *n = contract ? contract->names : NULL; n; n = n->next)
    if (strcmp(n->name.text, name) == 0) return &n->name;
  return NULL;
}

/* In the expression and in the contract: the author took one for the other throughout. */
static void try_with_contract(Search *search, const Token *token, const char *name) {
  const Name *listed = find_listed(contract_of(search->decl), token->text);
  int count = search->count;
  if (!listed || listed->span.start == token->span.start) return;
  try_name(search, token, name);
  if (search->count > count) search->tries[count].listed = listed->span;
}

static bool is_own(const Search *search, const Slot *slot) {
  return holds(search->decl->span, slot->span.start, slot->span.end);
}

/* May the declaration read it? */
static bool is_in_reach(const Search *search, const Slot *slot) {
  const Statement *contract = contract_of(search->decl);
  bool listed = find_listed(contract, slot->name) != NULL;
  switch (slot->role) {
  case ROLE_INPUT:
  case ROLE_OUT: return listed || !contract || is_own(search, slot);
  case ROLE_POLICY: return listed || search->decl->kind == DECL_EXPECT;
  case ROLE_LET: return is_own(search, slot);
  case ROLE_KPI: return search->decl->kind == DECL_EXPECT;
  default: return false;
  }
}

/* Is it read nowhere in a span, where it is declared at `declared` or outside? */
static bool is_unread(const Search *search, Span span, const char *name, Span declared) {
  return times_named(search->compiler->trees[0], span, name, declared) == 0;
}

static bool is_forgotten(const Search *search, const Slot *slot) {
  const Statement *contract = contract_of(search->decl);
  if (find_listed(contract, slot->name))
    return is_unread(search, search->decl->span, slot->name, contract->span);
  Span all = {0, (uint32_t)search->compiler->sources[0]->length, 0};
  return is_unread(search, all, slot->name, slot->span);
}

static void try_columns(Search *search, const Token *token) {
  const Program *program = &search->compiler->program;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == ROLE_COLUMN && is_forgotten(search, &program->slots[i]))
      try_name(search, token, program->slots[i].name);
}

static void try_values(Search *search, const Token *token) {
  const Program *program = &search->compiler->program;
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    bool reached = is_in_reach(search, slot);
    bool listable = slot->role == ROLE_INPUT || slot->role == ROLE_OUT;
    if ((!reached && !listable) || !is_forgotten(search, slot)) continue;
    if (reached)
      try_name(search, token, slot->name);
    else
      try_with_contract(search, token, slot->name);
  }
}

static void try_local(Search *search, const Token *token, Name local) {
  if (is_unread(search, search->decl->span, local.text, local.span))
    try_name(search, token, local.text);
}

static void try_locals(Search *search, const Token *token) {
  const Decl *decl = search->decl;
  for (const Item *item = decl->items; item; item = item->next)
    try_local(search, token, item->name);
  for (const Statement *s = decl->statements; s; s = s->next)
    if (s->kind == STATEMENT_LET) try_local(search, token, s->item->name);
}

/* In 3 Mbit / s, what is wrong is no name. */
static bool is_unit(const Compiler *compiler, const Token *token) {
  return hermes_unit_symbol(&compiler->units, token->text, strlen(token->text));
}

/* From an index on, back to the name of what is read with it. */
static const Token *reading(const Tree *tree, const Token *token) {
  int depth = 0;
  for (const Token *t = token; t > tree->tokens && t->kind != ';' && t->kind != '{'; t--) {
    depth += (t[-1].kind == ']') - (t[-1].kind == '[');
    if (depth < 0 && t >= tree->tokens + 2 && t[-2].kind == TOKEN_NAME) return t - 2;
  }
  return token;
}

/* The names that an error stands at: at its place, and at its labels. */
static void try_place(Search *search, const hermes_place *place) {
  search->decl = decl_around(search->compiler, place->start, place->end);
  if (!search->decl || place->text != search->compiler->sources[0]->text) return;
  Stretch s = tokens_between(search->compiler->trees[0], place->start, place->end);
  for (const Token *t = reading(search->compiler->trees[0], s.first); t < s.end; t++) {
    if (t->kind != TOKEN_NAME || is_unit(search->compiler, t)) continue;
    if (t > search->compiler->trees[0]->tokens && t[-1].kind == '.')
      try_columns(search, t);
    else if (search->decl->kind == DECL_FUNCTION)
      try_locals(search, t);
    else
      try_values(search, t);
  }
}

enum { MAX_SCANNED = 10000000 }; /* tokens compared with names, to find those that are not read */

/* Errors at what is read, which another name might not lead to. */
static bool is_about_reading(hermes_code code) {
  return code == HB0201 || code == HB0205 || (code >= HB0301 && code <= HB0311) ||
         (code >= HB0402 && code <= HB0414) || code == HB0501 || code == HB0504 || code == HB0509;
}

int names_to_try(const Compiler *compiler, const hermes_diagnostic *d, NameTry *tries,
                 int capacity) {
  Search search = {.compiler = compiler, .tries = tries, .capacity = capacity};
  bool read = compiler->source_count > 0 && compiler->trees[0] && compiler->program.slots;
  if (!read || capacity == 0 || !is_about_reading(d->code)) return 0;
  size_t scanned = compiler->trees[0]->token_count * (size_t)compiler->program.slot_count;
  if (scanned > MAX_SCANNED) return 0;
  try_place(&search, &d->place);
  for (size_t i = 0; i < d->label_count; i++) try_place(&search, &d->labels[i].place);
  return search.count;
}
