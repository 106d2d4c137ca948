/* What stands under the cursor: its type and unit, its stage and why, and what the blueprint says
 * of it; of words of the language, what they mean. */
#include "editor/lsp.h"
#include "syntax/syntax.h"

#include "blueprint.tab.h"

#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static void say_indices(const Compiler *compiler, const Slot *slot, FILE *out) {
  const Table *tables = compiler->program.tables;
  for (int i = 0; i < slot->rank; i++)
    fprintf(out, "%s%s", i == 0 ? "[" : ", ", tables[slot->index[i]].name);
  if (slot->rank > 0) fputc(']', out);
}

static void say_range(const Domain *domain, const char *unit, FILE *out) {
  fprintf(out, " in %.15g %s %s %.15g %s", domain->low, unit, domain->open ? "..<" : "..",
          domain->high, unit);
  if (domain->step > 0) fprintf(out, " step %.15g", domain->step);
}

static void say_domain(const Domain *domain, const char *unit, FILE *out) {
  if (!domain->present) return;
  if (!domain->finite) {
    say_range(domain, unit, out);
    return;
  }
  for (int i = 0; i < domain->count; i++)
    fprintf(out, "%s%.15g %s", i == 0 ? " in {" : ", ", domain->values[i], unit);
  fputc('}', out);
}

/* "computed once per twin", or how it comes to depend on a decision. */
static void say_stage(const Compiler *compiler, const Slot *slot, FILE *out) {
  const Slot *slots = compiler->program.slots;
  if (slot->role == ROLE_COLUMN || slot->role == ROLE_INPUT || slot->role == ROLE_POLICY) return;
  fprintf(out, "\n\nStage `%s`", stage_text(compiler, slot->stage));
  if (slot->stage == 0) fputs(": computed once, whatever is decided", out);
  if (slot->because >= 0) {
    fputs(": ", out);
    for (const Slot *s = slot; s->because >= 0; s = &slots[s->because])
      fprintf(out, "%s`%s`", s == slot ? "because of " : " ← ", slots[s->because].name);
  }
}

static void say_doc(const char *doc, FILE *out) {
  if (doc != NULL && *doc != '\0') fprintf(out, "\n\n%s", doc);
}

static void say_slot(const Knowledge *k, const Slot *slot, FILE *out) {
  const Compiler *compiler = &k->compiler;
  const Program *program = &compiler->program;
  const char *type = slot->type.kind == TYPE_ERROR ? "?" : slot_type_text(compiler, slot);
  fprintf(out, "```hermes\n%s %s%s%s", role_text(slot->role),
          slot->role == ROLE_COLUMN ? program->tables[slot->table].name : "",
          slot->role == ROLE_COLUMN ? "." : "", slot->name);
  say_indices(compiler, slot, out);
  fprintf(out, " : %s", type);
  say_domain(&slot->domain, type, out);
  fputs("\n```", out);
  if (slot->type.kind == TYPE_REAL) fprintf(out, "\n%s", type_phrase(compiler, &slot->type));
  if (slot->block >= 0) fprintf(out, "\n\nOf block `%s`", program->blocks[slot->block].name);
  if (k->sound) say_stage(compiler, slot, out);
  say_doc(slot->doc, out);
}

/* "time slot in 0 h ..< 24 h step 15 min", "sparse table path[ue, cell] from "gain.csv"" */
static void say_table_head(const Program *program, const Table *table, FILE *out) {
  if (table->time.count) {
    fprintf(out, "time %s in %s", table->name, table->source);
    return;
  }
  fprintf(out, "%stable %s", table->sparse ? "sparse " : "", table->name);
  if (table->rank == 2)
    fprintf(out, "[%s, %s]", program->tables[table->index[0]].name,
            program->tables[table->index[1]].name);
  const char *quote = table->made.source ? "" : "\"";
  fprintf(out, " from %s%s%s", quote, table->source, quote);
}

static void say_table(const Knowledge *k, const Table *table, FILE *out) {
  const Program *program = &k->compiler.program;
  fputs("```hermes\n", out);
  say_table_head(program, table, out);
  fputs("\n```", out);
  for (int i = 0; i < table->column_count && !table->time.count; i++)
    fprintf(out, "%s`%s`", i == 0 ? "\ncolumns " : ", ",
            program->slots[table->first_column + i].name);
  say_doc(table->doc, out);
}

static void say_block(const Block *block, FILE *out) {
  fprintf(out, "```hermes\n%s block %s\n```\n%s", block->operational ? "operational" : "functional",
          block->name, block->operational ? "decisions enter here" : "computes from other values");
  say_doc(block->doc, out);
}

static void say_function(const Knowledge *k, const FunctionDecl *function, FILE *out) {
  const Decl *decl = function->decl;
  const Source *source = k->compiler.sources[decl->span.source];
  uint32_t from = decl->name.span.start, to = decl->result->span.end;
  fprintf(out, "```hermes\nfunction %.*s", (int)(to > from ? to - from : 0), source->text + from);
  for (const NameList *n = decl->generics; n != NULL; n = n->next)
    fprintf(out, "%s%s", n == decl->generics ? " for any " : ", ", n->name.text);
  fputs("\n```", out);
  if (source->module != NULL) fprintf(out, "\nof module `%s`", source->module);
  say_doc(decl->doc, out);
}

static void say_typed(const Knowledge *k, const char *what, Span span, const Type *type,
                      FILE *out) {
  const char *text = k->compiler.sources[0]->text + span.start;
  fprintf(out, "```hermes\n%.*s : %s\n```\n%s", (int)(span.end - span.start), text,
          type->kind == TYPE_ERROR ? "?" : type_text(&k->compiler, type), what);
}

static void say_module(const Tree *tree, FILE *out) {
  fprintf(out, "```hermes\nmodule %s\n```", tree->name.text);
  say_doc(tree->doc, out);
}

static void say_reference(const Knowledge *k, const Reference *r, FILE *out) {
  const Program *program = &k->compiler.program;
  switch (r->meaning) {
  case MEANING_SLOT: say_slot(k, &program->slots[r->number], out); break;
  case MEANING_VARIABLE: say_typed(k, "index variable", r->span, &r->type, out); break;
  case MEANING_LOCAL: say_typed(k, "of this function", r->span, &r->type, out); break;
  case MEANING_TABLE: say_table(k, &program->tables[r->number], out); break;
  case MEANING_BLOCK: say_block(&program->blocks[r->number], out); break;
  case MEANING_FUNCTION: say_function(k, &k->checker.functions[r->number], out); break;
  case MEANING_LABEL: say_typed(k, "label of an enumeration", r->span, &r->type, out); break;
  case MEANING_MODULE: say_module(k->compiler.trees[r->number], out); break;
  }
}

/* ---- words of the language ---- */

static const struct {
  const char *word, *head, *meaning;
} words[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning) {#name, signature, meaning},
#define REDUCTION(name, kind, rule, signature, meaning) {#name, signature, meaning},
#include "check/builtins.def"
#define KEYWORD(token, spelling, meaning) {spelling, spelling, meaning},
#include "syntax/keywords.def"
#undef KEYWORD
    {"if", "if c then a else b", "a choice, which has a value either way; in reductions, a filter"},
    {"then", "if c then a else b", "what the choice is where the condition holds"},
    {"else", "if c then a else b", "what the choice is where the condition does not hold"},
    {"and", "a and b", "both conditions hold"},
    {"or", "a or b", "one of the conditions holds"},
    {"not", "not a", "the condition does not hold"},
    {"true", "true", "the condition that holds"},
    {"false", "false", "the condition that does not hold"},
    {"for", "for x in table", "runs over the rows of a table"},
    {"in", "in", "of a range, of rows, or of what a block reads"},
    {"bool", "bool", "the type of conditions: true or false"},
    {"int", "int", "the type of whole numbers"},
    {"before", "before.x", "in an expectation: a value as it was before `vary`"},
};

static bool say_word(const char *word, bool called, FILE *out) {
  bool said = false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    bool function = strchr(words[i].head, '(') != NULL;
    if (strcmp(words[i].word, word) != 0 || function != called) continue;
    fprintf(out, "%s```hermes\n%s\n```\n%s", said ? "\n\n" : "", words[i].head, words[i].meaning);
    said = true;
  }
  return said;
}

/* What makes the rows of a table: behind `from`. */
static bool say_source(const char *word, FILE *out) {
  enum { SIGNATURE = 256 };
  char signature[SIGNATURE];
  const hermes_source *source = hermes_source_find(word);
  if (source == NULL) return false;
  hermes_source_signature(source, signature, SIGNATURE);
  fprintf(out, "```hermes\n%s\n```\n%s\n\nOffers the columns", signature, source->meaning);
  for (int i = 0; i < hermes_source_column_count(source); i++)
    fprintf(out, "\n- `%s : %s` %s", source->columns[i].name, source->columns[i].unit,
            source->columns[i].meaning);
  return true;
}

static bool say_unit(const Compiler *compiler, const char *text, FILE *out) {
  hermes_unit unit;
  if (!hermes_unit_parse(&compiler->units, text, strlen(text), &unit, NULL, 0)) return false;
  Type type = type_real(unit.scale, unit.dimension);
  fprintf(out, "```hermes\n%s\n```\nunit of %s", text, type_phrase(compiler, &type));
  return true;
}

static bool say_quantity(const Compiler *compiler, const Token *token, FILE *out) {
  const char *text = compiler->sources[0]->text + token->span.start;
  if (token->unit.factor == 0) return false;
  Type type = type_real(token->unit.scale, token->unit.dimension);
  fprintf(out, "```hermes\n%.*s\n```\n%s", (int)(token->span.end - token->span.start), text,
          type_phrase(compiler, &type));
  return true;
}

static const Token *token_at(const Tree *tree, size_t offset) {
  for (size_t i = 0; i + 1 < tree->token_count; i++)
    if (tree->tokens[i].span.start <= offset && offset <= tree->tokens[i].span.end &&
        (tree->tokens[i].text != NULL || tree->tokens[i].kind == TOKEN_QUANTITY ||
         (tree->tokens[i].kind >= TOKEN_IF && tree->tokens[i].kind <= TOKEN_IN)))
      return &tree->tokens[i];
  return NULL;
}

static bool is_behind_from(const Compiler *compiler, const Token *token) {
  const Token *first = compiler->trees[0]->tokens;
  return token > first && token[-1].text != NULL && strcmp(token[-1].text, "from") == 0;
}

/* Behind `~`; some have the name of a function. */
static bool say_distribution(const Compiler *compiler, const Token *token, const char *word,
                             FILE *out) {
  const char *signature = distribution_signature(word);
  bool drawn = token > compiler->trees[0]->tokens && token[-1].kind == '~';
  if (!drawn || signature == NULL) return false;
  fprintf(out,
          "```hermes\n%s\n```\n%s\n\n`T` is the type of what is drawn, `D` that of a difference of "
          "two such values, `lin` a linear quantity",
          signature, distribution_meaning(word));
  return true;
}

static bool say_token(const Compiler *compiler, const Token *token, FILE *out) {
  Span span = token->span;
  char word[MAX_NAME_BYTES + 1];
  if (token->kind == TOKEN_STRING || span.end - span.start > MAX_NAME_BYTES) return false;
  if (token->kind == TOKEN_QUANTITY) return say_quantity(compiler, token, out);
  memcpy(word, compiler->sources[0]->text + span.start, span.end - span.start);
  word[span.end - span.start] = '\0';
  if (is_behind_from(compiler, token) && say_source(word, out)) return true;
  if (say_distribution(compiler, token, word, out)) return true;
  return say_word(word, token[1].kind == '(', out) || say_unit(compiler, word, out);
}

/* ---- the answer ---- */

static cJSON *hover_of(const Server *server, const OpenDocument *document, Span span, char *text) {
  cJSON *hover = cJSON_CreateObject(), *contents = cJSON_AddObjectToObject(hover, "contents");
  cJSON_AddStringToObject(contents, "kind", "markdown");
  cJSON_AddStringToObject(contents, "value", text);
  cJSON_AddItemToObject(hover, "range", text_range(server, &document->text, span.start, span.end));
  return hover;
}

cJSON *answer_hover(Server *server, const cJSON *params, Failure *failure) {
  Knowledge k;
  size_t size;
  char *text = NULL;
  OpenDocument *document = asked_document(server, params, failure);
  if (document == NULL) return NULL;
  size_t offset =
      text_offset(server, &document->text, cJSON_GetObjectItemCaseSensitive(params, "position"));
  know_document(server, document, &k);
  const Reference *reference = k.known ? reference_at(&k.references, offset) : NULL;
  const Token *token = k.known ? token_at(k.compiler.trees[0], offset) : NULL;
  FILE *out = open_memstream(&text, &size);
  bool said = out != NULL && reference != NULL;
  if (said)
    say_reference(&k, reference, out);
  else if (out != NULL && token != NULL)
    said = say_token(&k.compiler, token, out);
  if (out != NULL) fclose(out);
  cJSON *hover =
      said ? hover_of(server, document, reference ? reference->span : token->span, text) : NULL;
  free(text);
  forget(&k);
  return hover;
}
