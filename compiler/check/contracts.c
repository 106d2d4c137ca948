/* Contracts: what each block says that it reads against what it reads. */
#include "check/checker.h"
#include "check/order.h"
#include "fix/fixes.h"

#include <string.h>

/* ---- `in` ---- */

typedef struct Contract {
  Compiler *compiler;
  int block;
  NameMap listable;        /* inputs, policies and outputs */
  bool *listed;            /* by slot */
  const Term **first_read; /* by slot: where the block first reads it */
  bool unknown;            /* a name in the list is */
  int unlisted;            /* the only slot that is read and not listed, or -1 */
} Contract;

static void note_read(void *context, const Term *term) {
  Contract *contract = context;
  const Slot *slot = &contract->compiler->program.slots[term->index];
  if (slot->role == ROLE_COLUMN || slot->block == contract->block) return;
  if (!contract->first_read[term->index]) contract->first_read[term->index] = term;
}

static bool is_listable(const Slot *slot) {
  return slot->role == ROLE_INPUT || slot->role == ROLE_POLICY ||
         slot->role == ROLE_DRAW || slot->role == ROLE_OUT;
}

static void suggest_value(Contract *contract, hermes_diagnostic *d, const char *name) {
  const Program *program = &contract->compiler->program;
  const char *names[MAX_SLOTS];
  size_t count = 0;
  for (int i = 0; i < program->slot_count; i++)
    if (is_listable(&program->slots[i])) names[count++] = program->slots[i].name;
  suggest(contract->compiler, d, name, names, count);
}

static void explain_unlistable(const Contract *contract, hermes_diagnostic *d, const char *name) {
  const Program *program = &contract->compiler->program;
  for (int i = 0; i < program->table_count; i++)
    if (strcmp(program->tables[i].name, name) == 0)
      hermes_diagnostic_note(d, "`%s` is a table: tables need no listing", name);
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == ROLE_LET && program->slots[i].block == contract->block &&
        strcmp(program->slots[i].name, name) == 0)
      hermes_diagnostic_note(d, "`%s` is a `let` of this block: what is its own needs no listing",
                             name);
}

/* What is deleted with a name of a list: the comma too, or the whole statement of a list of one. */
static Span listed_span(const Statement *contract, Span name) {
  const NameList *n = contract->names, *previous = NULL;
  for (; n->next && n->name.span.start != name.start; n = n->next) previous = n;
  if (n->next) return (Span){name.start, n->next->name.span.start, name.source};
  return previous ? (Span){previous->name.span.end, name.end, name.source} : contract->span;
}

static void offer_unlisted(const Contract *contract, hermes_diagnostic *d, Span span) {
  if (contract->unlisted >= 0)
    offer_fix(d, span, contract->compiler->program.slots[contract->unlisted].name,
              "what the block reads");
}

/* A name of the list that does no good there: in place of it, the one that the block reads. */
static void offer_listed(const Contract *contract, hermes_diagnostic *d, Span span) {
  if (contract->compiler->diagnostics.errors > HERMES_DIAGNOSTICS_KEPT)
    return; /* nobody reads it */
  const Block *block = &contract->compiler->program.blocks[contract->block];
  offer_unlisted(contract, d, span);
  offer_fix(d, listed_span(block->contract, span), "", "taken out of the list");
}

static void report_unread(const Contract *contract, int slot, Span span) {
  const Program *program = &contract->compiler->program;
  const Block *block = &program->blocks[contract->block];
  bool own = program->slots[slot].block == contract->block;
  hermes_diagnostic *d =
      report(contract->compiler, HB0503, span, "block `%s` does not read `%s`%s", block->name,
             program->slots[slot].name, own ? ": it is its own output" : "");
  offer_listed(contract, d, span);
}

static void check_listed(Contract *contract, const NameList *name) {
  Compiler *compiler = contract->compiler;
  int slot = map_get(&contract->listable, name->name.text);
  if (slot < 0) {
    hermes_diagnostic *d =
        report(compiler, HB0201, name->name.span, "there is no input, policy, draw or output named `%s`",
               name->name.text);
    contract->unknown = true;
    if (compiler->diagnostics.errors > HERMES_DIAGNOSTICS_KEPT) return;
    suggest_value(contract, d, name->name.text);
    offer_unlisted(contract, d, name->name.span);
    explain_unlistable(contract, d, name->name.text);
    return;
  }
  if (contract->listed[slot])
    offer_listed(contract,
                 report(compiler, HB0202, name->name.span, "`%s` is listed twice", name->name.text),
                 name->name.span);
  else if (!contract->first_read[slot])
    report_unread(contract, slot, name->name.span);
  contract->listed[slot] = true;
}

static Span end_of_list(const Statement *contract) {
  const NameList *last = contract->names;
  while (last->next) last = last->next;
  return (Span){last->name.span.end, last->name.span.end, last->name.span.source};
}

static void check_unlisted(Contract *contract, const Block *block) {
  Compiler *compiler = contract->compiler;
  for (int i = 0; i < compiler->program.slot_count; i++) {
    if (!contract->first_read[i] || contract->listed[i]) continue;
    const char *name = compiler->program.slots[i].name;
    hermes_diagnostic *d =
        report(compiler, HB0502, contract->first_read[i]->span,
               "block `%s` reads `%s`, which its `in` does not list", block->name, name);
    report_label(compiler, d, block->contract->span, "add `%s` here", name);
    offer_fix(d, end_of_list(block->contract), arena_format(&compiler->arena, ", %s", name),
              "listed");
  }
}

/* Which slot is the only one that the block reads and does not list? */
static int sole_unlisted(const Contract *contract, const Statement *in) {
  int count = contract->compiler->program.slot_count, found = -1;
  bool *listed = ARENA_ARRAY(&contract->compiler->arena, bool, count + 1);
  for (const NameList *n = in->names; n; n = n->next) {
    int slot = map_get(&contract->listable, n->name.text);
    if (slot >= 0) listed[slot] = true;
  }
  for (int i = 0; i < count; i++) {
    if (!contract->first_read[i] || listed[i]) continue;
    if (found >= 0) return -1;
    found = i;
  }
  return found;
}

static void check_contract(Contract *contract, int number) {
  const Program *program = &contract->compiler->program;
  const Block *block = &program->blocks[number];
  if (!block->contract) return;
  contract->block = number;
  contract->unknown = false;
  memset(contract->listed, 0, sizeof *contract->listed * (size_t)program->slot_count);
  memset(contract->first_read, 0, sizeof *contract->first_read * (size_t)program->slot_count);
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    if (slot->block != number) continue;
    if (slot->solve) each_slot(slot->solve->start, note_read, contract);
    each_slot(slot->value, note_read, contract);
  }
  contract->unlisted = sole_unlisted(contract, block->contract);
  for (const NameList *n = block->contract->names; n; n = n->next) check_listed(contract, n);
  if (!contract->unknown) check_unlisted(contract, block); /* else it may be what was meant */
}

static void check_each_contract(Compiler *compiler) {
  const Program *program = &compiler->program;
  size_t count = (size_t)program->slot_count + 1;
  Contract contract = {.compiler = compiler,
                       .listed = ARENA_ARRAY(&compiler->arena, bool, count),
                       .first_read = ARENA_ARRAY(&compiler->arena, const Term *, count)};
  for (int i = 0; i < program->slot_count; i++)
    if (is_listable(&program->slots[i]))
      map_put(compiler, &contract.listable, program->slots[i].name, i);
  for (int i = 0; i < program->block_count; i++) check_contract(&contract, i);
}

/* ---- the pass ---- */

/* needs: names resolved, every term typed. leaves: contracts true, and program->order: each
 * computed value after what it reads. Where errors were found before, a block's reads are known in
 * part only: cycles among them are real, but nothing is said of contracts. */
bool check_contracts(Compiler *compiler) {
  if (compiler->diagnostics.errors == 0) check_each_contract(compiler);
  order_values(compiler);
  return compiler->diagnostics.errors == 0;
}
