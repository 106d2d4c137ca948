/* Units and signs that the page uses, in words. */
#include "doc/doc.h"

#include <string.h>

/* ---- units that are used ---- */

enum { MAX_UNITS = 200 }; /* shown; a page with more has said enough */

typedef struct Units {
  const Document *document;
  const char *texts[MAX_UNITS];
  int count;
} Units;

static void add_unit(Units *units, const char *text) {
  hermes_unit unit;
  const hermes_unit_system *system = &units->document->compiler->units;
  if (text == NULL || *text == '\0' || strcmp(text, "1") == 0) return;
  if (!hermes_unit_parse(system, text, strlen(text), &unit, NULL, 0)) return;
  for (int i = 0; i < units->count; i++)
    if (strcmp(units->texts[i], text) == 0) return;
  if (units->count < MAX_UNITS) units->texts[units->count++] = text;
}

static void add_slot_units(Units *units) {
  const Program *program = units->document->program;
  for (int s = 0; s < program->slot_count; s++)
    if (program->slots[s].type.kind == TYPE_REAL)
      add_unit(units, clean_text(units->document->arena, program->slots[s].unit_text));
}

/* Generic units are no units, and are left out by add_unit. */
static void add_function_units(Units *units) {
  const Document *document = units->document;
  for (int i = 0; i < document->program->function_count; i++) {
    const Decl *function = document->program->functions[i].decl;
    if (!document->reached[i]) continue;
    for (const Item *item = function->items; item != NULL; item = item->next)
      if (item->type != NULL && item->type->labels == NULL)
        add_unit(units, source_line(document->compiler, item->type->span));
    if (function->result != NULL && function->result->labels == NULL)
      add_unit(units, source_line(document->compiler, function->result->span));
  }
}

/* ---- in words ---- */

static const struct {
  char symbol;
  const char *name;
} prefixes[] = {
    {'k', "kilo"},  {'M', "mega"},  {'G', "giga"},  {'T', "tera"},  {'P', "peta"}, {'E', "exa"},
    {'Z', "zetta"}, {'Y', "yotta"}, {'m', "milli"}, {'u', "micro"}, {'n', "nano"}, {'p', "pico"},
    {'f', "femto"}, {'a', "atto"},  {'z', "zepto"}, {'y', "yocto"},
};

typedef struct Search { /* of a symbol in the table of units */
  const char *symbol;
  size_t length;
  const char *meaning;
} Search;

static void match_symbol(void *context, const char *symbol, const char *meaning,
                         bool has_prefixes) {
  Search *search = context;
  (void)has_prefixes;
  if (strlen(symbol) == search->length && memcmp(symbol, search->symbol, search->length) == 0)
    search->meaning = meaning;
}

/* "hertz, frequency" is a hertz. */
static const char *symbol_name(Arena *arena, const char *symbol, size_t length) {
  Search search = {symbol, length, NULL};
  hermes_unit_each(match_symbol, &search);
  if (search.meaning == NULL) return NULL;
  return arena_copy(arena, search.meaning, strcspn(search.meaning, ",;"));
}

static const char *symbol_words(Arena *arena, const char *symbol, size_t length) {
  const char *name = symbol_name(arena, symbol, length);
  for (size_t i = 0; name == NULL && length > 1 && i < sizeof prefixes / sizeof *prefixes; i++) {
    if (prefixes[i].symbol != *symbol) continue;
    const char *whole = symbol_name(arena, symbol + 1, length - 1);
    if (whole != NULL) name = arena_format(arena, "%s%s", prefixes[i].name, whole);
  }
  return name == NULL ? arena_copy(arena, symbol, length) : name; /* declared: its own word */
}

static const char *power_words(Arena *arena, const char *words, const char *power, size_t length) {
  if (length == 1 && *power == '2') return arena_format(arena, "square %s", words);
  if (length == 1 && *power == '3') return arena_format(arena, "cubic %s", words);
  return arena_format(arena, "%s to the power %.*s", words, (int)length, power);
}

/* "Mbit/s/Hz" is a megabit per second per hertz. What is more than a chain of symbols is NULL. */
static const char *unit_words(Arena *arena, const char *unit) {
  const char *words = "", *joint = "";
  for (const char *at = unit; *at != '\0';) {
    size_t length = strcspn(at, "/*^()");
    if (length == 0 || strcspn(at, "()") < strcspn(at, "/*")) return NULL;
    const char *word = symbol_words(arena, at, length);
    at += length;
    if (*at == '^') {
      size_t power = strcspn(at + 1, "/*");
      word = power_words(arena, word, at + 1, power);
      at += 1 + power;
    }
    words = arena_format(arena, "%s%s%s", words, joint, word);
    joint = *at == '/' ? " per " : " ";
    at += *at != '\0';
  }
  return words;
}

static const char *what_is_measured(const Document *document, const char *text) {
  static const char *const scales[] = {"", "gain", "level", "temperature on a scale"};
  hermes_unit unit;
  hermes_unit_parse(&document->compiler->units, text, strlen(text), &unit, NULL, 0);
  const char *name = hermes_dimension_name(&unit.dimension);
  if (unit.scale == HERMES_LINEAR) return name;
  if (unit.scale != HERMES_LEVEL || *name == '\0') return scales[unit.scale];
  return arena_format(document->arena, "level of %s", name);
}

static const char *declared_doc(const Document *document, const char *unit) {
  for (uint32_t i = 0; i < document->compiler->source_count; i++) {
    const Tree *tree = document->compiler->trees[i];
    for (const Decl *d = tree == NULL ? NULL : tree->decls; d != NULL; d = d->next)
      if (d->kind == DECL_UNIT && strcmp(d->name.text, unit) == 0)
        return *d->doc == '\0' ? "counted, as this blueprint declares"
                               : clean_text(document->arena, d->doc);
  }
  return NULL;
}

static void write_cell(Page *page, const char *text) {
  page_part(page, PART_CELL, NULL, text == NULL ? "" : text);
}

static void write_unit(Document *document, const char *unit) {
  Page *page = document->page;
  const char *declared = declared_doc(document, unit);
  page_open(page, PART_ROW, NULL);
  page_open(page, PART_CELL, NULL);
  page_code(page, unit);
  page_close(page, PART_CELL);
  write_cell(page, declared == NULL ? unit_words(document->arena, unit) : declared);
  write_cell(page, what_is_measured(document, unit));
  page_close(page, PART_ROW);
}

void write_units(Document *document) {
  Units units = {.document = document};
  Page *page = document->page;
  add_slot_units(&units);
  add_function_units(&units);
  page_open(page, PART_TABLE, NULL);
  page_open(page, PART_HEAD, NULL);
  page_part(page, PART_HEAD_CELL, NULL, "Unit");
  page_part(page, PART_HEAD_CELL, NULL, "In words");
  page_part(page, PART_HEAD_CELL, NULL, "Measures");
  page_close(page, PART_HEAD);
  for (int i = 0; i < units.count; i++) write_unit(document, units.texts[i]);
  page_close(page, PART_TABLE);
}

/* ---- signs and words of formulas ---- */

static const struct {
  const char *name, *meaning;
} words[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning) {#name, meaning},
#define REDUCTION(name, kind, rule, signature, meaning) {#name, meaning},
#include "check/builtins.def"
};

static bool names_function(const Expr *expr, const char *name);

static bool list_names(const Expr *list, const char *name) {
  for (; list != NULL; list = list->next)
    if (names_function(list, name)) return true;
  return false;
}

static bool names_function(const Expr *expr, const char *name) {
  if (expr == NULL) return false;
  bool here = expr->kind == EXPR_CALL && expr->left->kind == EXPR_NAME &&
              strcmp(expr->left->name.text, name) == 0;
  return here || names_function(expr->left, name) || names_function(expr->right, name) ||
         names_function(expr->third, name) || list_names(expr->args, name) ||
         names_function(expr->filter, name) || names_function(expr->fallback, name);
}

static bool decl_names(const Decl *decl, const char *name) {
  if (names_function(decl->body, name) || names_function(decl->filter, name)) return true;
  for (const Item *item = decl->items; item != NULL; item = item->next)
    if (names_function(item->value, name)) return true;
  for (const Statement *s = decl->statements; s != NULL; s = s->next)
    if (names_function(s->value, name) || names_function(s->filter, name) ||
        (s->item != NULL && names_function(s->item->value, name)))
      return true;
  return false;
}

/* In the blueprint, or in a function that it reaches. */
static bool is_used(const Document *document, const char *name) {
  for (uint32_t i = 0; i < document->compiler->source_count; i++) {
    const Tree *tree = document->compiler->trees[i];
    for (const Decl *d = tree == NULL ? NULL : tree->decls; d != NULL; d = d->next)
      if ((i == 0 || is_reached(document, d)) && decl_names(d, name)) return true;
  }
  return false;
}

static void write_word(Document *document, const char *name, const char *meaning) {
  page_open(document->page, PART_FACT, NULL);
  page_open(document->page, PART_FACT_NAME, NULL);
  page_code(document->page, name);
  page_close(document->page, PART_FACT_NAME);
  page_part(document->page, PART_FACT_TEXT, NULL, meaning);
  page_close(document->page, PART_FACT);
}

/* Some names are a function and a reduction; they mean the same. */
static bool is_named_before(size_t word) {
  for (size_t i = 0; i < word; i++)
    if (strcmp(words[i].name, words[word].name) == 0) return true;
  return false;
}

void write_notation(Document *document) {
  page_part(
      document->page, PART_PARAGRAPH, NULL,
      "What is computed is written in italics; what is given, data, inputs and policies, is "
      "upright. The rows that a value belongs to stand below it. A formula shows what the code "
      "beside it says; the code is what counts.");
  page_open(document->page, PART_FACTS, NULL);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!is_named_before(i) && is_used(document, words[i].name))
      write_word(document, words[i].name, words[i].meaning);
  page_close(document->page, PART_FACTS);
}
