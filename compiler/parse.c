/* Tokens to tree: pushes each token into the grammar, and decides what only the context can tell:
 * whether a word is a keyword, and whether a `;` was forgotten at the end of a line. */
#include "syntax.h"

#include "blueprint.tab.h"

#include <string.h>

typedef struct Keyword {
  const char *spelling;
  int token;
} Keyword;

static const Keyword keywords[] = {
#define KEYWORD(token, spelling) {spelling, TOKEN_##token},
#include "keywords.def"
#undef KEYWORD
};

int keyword_token(const char *text) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(keywords[i].spelling, text) == 0) return keywords[i].token;
  return 0;
}

/* ---- what the grammar reports ---- */

static const char *shown(const Parser *parser, Span span) {
  if (parser->current && parser->current->kind == 0) return "the end of the file";
  const Source *source = parser->compiler->sources[span.source];
  int length = (int)(span.end - span.start);
  return arena_format(&parser->compiler->arena, "`%.*s`", length > 40 ? 40 : length,
                      source->text + span.start);
}

void syntax_error(Parser *parser, Span span, const char *const *expected, int count) {
  hermes_diagnostic *d =
      report(parser->compiler, HB0101, span, "%s cannot stand here", shown(parser, span));
  parser->failed = true;
  if (count == 0) return;
  const char *list = expected[0];
  for (int i = 1; i < count; i++)
    list = arena_format(&parser->compiler->arena, "%s%s%s", list, i + 1 == count ? " or " : ", ",
                        expected[i]);
  hermes_diagnostic_fact(&d->expected, "%s", list);
}

void syntax_too_deep(Parser *parser, Span span) {
  report(parser->compiler, HB0010, span, "this is nested deeper than %d levels", MAX_DEPTH);
  parser->failed = true;
}

/* ---- the driver ---- */

typedef struct Driver {
  Parser parser;
  blueprint_pstate *state;
} Driver;

static int push(Driver *driver, int kind, const Token *token) {
  BLUEPRINT_STYPE value = {.token = token};
  Span span = token->span;
  return blueprint_push_parse(driver->state, kind, &value, &span, &driver->parser);
}

static bool begins_line(const Driver *driver, const Token *token) {
  const Token *previous = driver->parser.previous;
  if (!previous) return false;
  const char *text = driver->parser.compiler->sources[token->span.source]->text;
  return token->kind == 0 ||
         memchr(text + previous->span.end, '\n', token->span.start - previous->span.end);
}

/* The kind under which a token is pushed: a word is a keyword only where that keyword may stand. */
static int kind_of(const Driver *driver, const Token *token) {
  if (token->kind != TOKEN_NAME) return token->kind;
  int keyword = keyword_token(token->text);
  return keyword && blueprint_expects(driver->state, keyword) ? keyword : TOKEN_NAME;
}

/* A token at the start of a line that does not fit, where a `;` would have: the `;` was forgotten.
 */
static void mend_semicolon(Driver *driver, const Token *token) {
  if (!begins_line(driver, token) && token->kind != '}') return;
  int kind = kind_of(driver, token);
  if (blueprint_expects(driver->state, kind) || !blueprint_expects(driver->state, ';')) return;
  const Token *previous = driver->parser.previous;
  Span behind = {previous->span.end, previous->span.end, previous->span.source};
  report(driver->parser.compiler, HB0102, behind, "a `;` is missing here");
  driver->parser.failed = true;
  push(driver, ';', previous);
}

static void push_token(Driver *driver, const Token *token) {
  driver->parser.current = token;
  mend_semicolon(driver, token);
  push(driver, kind_of(driver, token), token);
  driver->parser.previous = token;
}

/* needs: the source read. leaves: compiler->trees[source], complete where the result is true; every
 * syntax error between two `;` or declarations reported otherwise. */
bool parse_source(Compiler *compiler, uint32_t source) {
  Tokens tokens;
  bool good = tokenize(compiler, source, &tokens);
  Tree *tree = ARENA_NEW(&compiler->arena, Tree);
  tree->source = source;
  compiler->trees[source] = tree;
  Driver driver = {.parser = {.compiler = compiler, .tree = tree}, .state = blueprint_pstate_new()};
  if (!driver.state)
    return report(compiler, HB0735, (Span){0, 0, source}, "no memory for the parser"), false;
  for (size_t i = 0; i < tokens.count; i++) push_token(&driver, &tokens.items[i]);
  blueprint_pstate_delete(driver.state);
  return good && !driver.parser.failed;
}
