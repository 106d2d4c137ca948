/* What is wanted of a network, and what physics says of its model: goal and expectations. */
#include "doc/doc.h"

#include <string.h>

static void write_formula(Document *document, const Math *math) {
  if (math != NULL) document->page->form->formula(document->page, math);
}

/* ---- the goal ---- */

static void add_kpi(const Document *document, Name name, Uses *uses) {
  const Program *program = document->program;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == ROLE_KPI && strcmp(program->slots[i].name, name.text) == 0)
      add_use(uses, (Use){name.span, i, -1});
}

static Uses goal_uses(const Document *document, const Decl *goal) {
  Uses uses = {.arena = document->arena};
  for (const Objective *aim = goal->objectives; aim != NULL; aim = aim->next)
    add_kpi(document, aim->kpi, &uses);
  for (const Expr *bound = goal->constraints; bound != NULL; bound = bound->next)
    add_kpi(document, bound->left->name, &uses);
  return uses;
}

void write_goal(Document *document) {
  for (const Decl *d = document->compiler->trees[0]->decls; d != NULL; d = d->next) {
    if (d->kind != DECL_GOAL) continue;
    Uses uses = goal_uses(document, d);
    Notation notation = notation_new(document, &uses);
    write_doc(document, d->doc);
    write_formula(document, goal_formula(&notation, d));
    document->page->form->source(document->page, d->span, document, &uses);
  }
}

/* ---- expectations ---- */

/* The names of what is varied, which no term reads. */
static void add_targets(const Document *document, const Decl *decl, Uses *uses) {
  const Program *program = document->program;
  for (const Statement *s = decl->statements; s != NULL; s = s->next) {
    if (s->kind != STATEMENT_VARY) continue;
    const Expr *name = s->target->kind == EXPR_INDEX ? s->target->left : s->target;
    for (int i = 0; i < program->slot_count; i++)
      if ((program->slots[i].role == ROLE_POLICY || program->slots[i].role == ROLE_INPUT) &&
          strcmp(program->slots[i].name, name->name.text) == 0)
        add_use(uses, (Use){name->span, i, -1});
  }
}

static Uses expect_uses(const Document *document, const Expect *expect) {
  Uses uses = {.arena = document->arena};
  add_uses(&uses, document->program, expect->filter);
  for (int i = 0; i < expect->vary_count; i++) {
    const Vary *vary = &expect->varies[i];
    add_uses(&uses, document->program, vary->amount);
    for (int r = 0; r < document->program->slots[vary->slot].rank && vary->rows != NULL; r++)
      add_uses(&uses, document->program, vary->rows[r]);
  }
  for (int i = 0; i < expect->assert_count; i++) {
    add_uses(&uses, document->program, expect->asserts[i].left);
    add_uses(&uses, document->program, expect->asserts[i].right);
    add_uses(&uses, document->program, expect->asserts[i].filter);
  }
  return uses;
}

static void write_claims(Document *document, const Decl *decl, const Uses *uses) {
  Notation notation = notation_new(document, uses);
  page_open(document->page, PART_CLAIMS, NULL);
  if (decl->fors != NULL)
    write_formula(document, scope_formula(&notation, decl->fors, decl->filter));
  for (const Statement *s = decl->statements; s != NULL; s = s->next)
    write_formula(document, statement_formula(&notation, s));
  page_close(document->page, PART_CLAIMS);
}

/* What it states is its name: nothing else in a blueprint refers to it. */
static void write_expectation(Document *document, const Decl *decl, const Expect *expect,
                              int number) {
  Page *page = document->page;
  Uses uses = expect_uses(document, expect);
  add_targets(document, decl, &uses);
  page_open(page, PART_CARD, arena_format(document->arena, "expectation-%d", number));
  page_part(page, PART_CARD_TITLE, NULL, clean_text(document->arena, decl->doc));
  write_claims(document, decl, &uses);
  page->form->source(page, decl->span, document, &uses);
  page_close(page, PART_CARD);
}

/* Expectations of the program stand in the order of their declarations. */
void write_expectations(Document *document) {
  int number = 0;
  page_part(
      document->page, PART_PARAGRAPH, NULL,
      "Physics that must hold on any data: a twin's own tests. \u201Cbefore\u201D is what was so "
      "without the change.");
  for (const Decl *d = document->compiler->trees[0]->decls; d != NULL; d = d->next) {
    if (d->kind != DECL_EXPECT || number == document->program->expect_count) continue;
    write_expectation(document, d, &document->program->expects[number], number + 1);
    number++;
  }
}
