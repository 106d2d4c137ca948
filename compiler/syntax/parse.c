/* Tokens to tree: pushes each token into the grammar, and decides what only the context can tell:
 * whether a word is a keyword, and whether a `;` was forgotten at the end of a line. */
#include "syntax/habits.h"

#include <string.h>

typedef struct Keyword {
  const char *spelling;
  int token;
} Keyword;

static const Keyword keywords[] = {
#define KEYWORD(token, spelling, meaning) {spelling, TOKEN_##token},
#include "syntax/keywords.def"
#undef KEYWORD
};

int keyword_token(const char *text) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(keywords[i].spelling, text) == 0) return keywords[i].token;
  return 0;
}

/* ---- the driver ---- */

bool expects(const Driver *driver, int kind) {
  return blueprint_expects(driver->state, kind);
}

const Token *innermost(const Driver *driver) {
  return driver->open_count > 0 && driver->open_count <= MAX_OPEN
             ? driver->open[driver->open_count - 1]
             : NULL;
}

int closing_of(const Token *open) {
  return open->kind == '(' ? ')' : open->kind == '[' ? ']' : '}';
}

/* A `;` ends what is in parentheses or brackets, a `}` also its brace. */
void track_brackets(Driver *driver, const Token *token) {
  if (token->kind == '(' || token->kind == '[' || token->kind == '{') {
    const Token *previous = driver->parser.previous;
    if (driver->open_count < MAX_OPEN) {
      driver->open[driver->open_count] = token;
      driver->is_set[driver->open_count] =
          previous && (previous->kind == TOKEN_IN || previous->kind == ':');
    }
    driver->open_count++;
  }
  bool ends = token->kind == ';' || token->kind == '}';
  if (ends) driver->recovering = false;
  const Token *open;
  while (ends && (open = innermost(driver)) && open->kind != '{') driver->open_count--;
  open = innermost(driver);
  bool closes = open && token->kind == closing_of(open);
  if ((closes || (!open && token->kind == '}')) && driver->open_count > 0) driver->open_count--;
}

/* ---- what the grammar reports ---- */

static const char *shown(const Parser *parser, Span span) {
  if (parser->current && parser->current->kind == 0) return "the end of the file";
  const Source *source = parser->compiler->sources[span.source];
  size_t length = span.end - span.start;
  if (length > 40)
    for (length = 40; ((unsigned char)source->text[span.start + length] & 0xC0) == 0x80;) length--;
  return arena_format(&parser->compiler->arena, "`%.*s`", (int)length, source->text + span.start);
}

static Span behind(const Token *token) {
  return (Span){token->span.end, token->span.end, token->span.source};
}

/* A body of several lines is closed on a line of its own. */
static const char *closing_brace(const Driver *driver, const Token *open) {
  const Source *source = driver->parser.compiler->sources[open->span.source];
  const char *text = source->text, *line = text + open->span.start;
  uint32_t end = driver->parser.previous->span.end;
  if (!memchr(line, '\n', end - open->span.start)) return " }";
  while (line > text && line[-1] != '\n') line--;
  return arena_format(&driver->parser.compiler->arena, "\n%.*s}", (int)strspn(line, " \t"), line);
}

/* A `;`, a brace or the end where a bracket is still to be closed; `for` behind an open index, `=`
 * behind an open set. */
static bool report_unclosed(const Driver *driver, Span span) {
  const Token *token = driver->parser.current, *open = innermost(driver);
  bool inner = open && (((token->kind == TOKEN_FOR || token->kind == ':') && open->kind == '[') ||
                        (token->kind == '=' && open->kind == '{'));
  if (token->kind != ';' && token->kind != '}' && token->kind != 0 && !inner) return false;
  if (!open || !expects(driver, closing_of(open))) return false;
  Compiler *compiler = driver->parser.compiler;
  hermes_diagnostic *d = report(compiler, HB0101, span, "a `%c` is missing before %s",
                                closing_of(open), shown(&driver->parser, span));
  report_label(compiler, d, open->span, "opened here");
  offer_fix(d, behind(driver->parser.previous),
            open->kind == '('   ? ")"
            : open->kind == '[' ? "]"
            : inner             ? "}"
                                : closing_brace(driver, open),
            "closed here");
  return true;
}

/* Of a misspelt keyword, those that might stand here. */
static void suggest_keyword(const Driver *driver, hermes_diagnostic *d) {
  const char *names[sizeof keywords / sizeof *keywords];
  size_t count = 0;
  if (driver->parser.current->kind != TOKEN_NAME) return;
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (expects(driver, keywords[i].token)) names[count++] = keywords[i].spelling;
  const char *nearest = hermes_nearest(driver->parser.current->text, names, count);
  if (!nearest) return;
  hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  offer_fix(d, driver->parser.current->span, nearest, "the keyword that is meant");
}

static void state_expected(Parser *parser, hermes_diagnostic *d, const char *const *expected,
                           int count) {
  if (count == 0) return;
  const char *list = expected[0];
  for (int i = 1; i < count; i++)
    list = arena_format(&parser->compiler->arena, "%s%s%s", list, i + 1 == count ? " or " : ", ",
                        expected[i]);
  hermes_diagnostic_fact(&d->expected, "%s", list);
}

/* What only the parser's state tells about a slip. */
static const char *state_hint(const Driver *driver) {
  const Token *token = driver->parser.current, *previous = driver->parser.previous;
  const hermes_unit_system *units = &driver->parser.compiler->units;
  if (expects(driver, TOKEN_ELSE)) return "`if` has a value either way: `if c then a else b`";
  if (expects(driver, TOKEN_THEN)) return "a choice reads `if c then a else b`";
  if (token->kind == TOKEN_EQUAL && expects(driver, '=')) return "a definition has one `=`";
  if (token->kind == TOKEN_AND && expects(driver, ',') && expects(driver, ';'))
    return "constraints are separated by commas";
  if (token->kind == '=' && expects(driver, ':'))
    return "a definition reads `name : TYPE = value;`";
  if (token->kind == ':' && expects(driver, '=') && expects(driver, '['))
    return token[1].kind == '=' ? "a `let` reads `let name = value;`"
                                : "a `let` takes the type of its value";
  if ((token->kind == ')' || token->kind == ']' || token->kind == '}') && !innermost(driver))
    return "nothing is open here that it could close";
  if (token->kind == TOKEN_NAME && previous && previous->kind == TOKEN_NAME &&
      expects(driver, ':') && hermes_unit_symbol(units, previous->text, strlen(previous->text)))
    return "the name stands before its type: `name : TYPE`";
  if (token->kind == TOKEN_NAME && token[1].kind != 0 && token[2].kind == '=' &&
      expects(driver, TOKEN_KW_LET))
    return "a value is defined once, and does not change: `let b = a + 1;`";
  if (token->kind == TOKEN_NAME && token[1].kind == '=' && expects(driver, TOKEN_KW_LET))
    return "a value of a block is defined by `out x : TYPE = ...;` or `let x = ...;`";
  return NULL;
}

static void offer_by_state(const Driver *driver, hermes_diagnostic *d) {
  const Token *token = driver->parser.current;
  bool closes = token->kind == ')' || token->kind == ']' || token->kind == '}';
  if (token->kind == TOKEN_EQUAL && expects(driver, '='))
    offer_fix(d, token->span, "=", "as a definition");
  if (closes && !innermost(driver)) offer_fix(d, token->span, "", "left out");
}

void syntax_error(Parser *parser, Span span, const char *const *expected, int count) {
  Driver *driver = (Driver *)parser;
  const Token *token = parser->current, *previous = parser->previous;
  parser->failed = driver->recovering = true;
  if (token->wrong || (previous && previous->wrong) || report_unclosed(driver, span)) return;
  hermes_diagnostic *d =
      report(parser->compiler, HB0101, span, "%s cannot stand here", shown(parser, span));
  state_expected(parser, d, expected, count);
  suggest_keyword(driver, d);
  const char *said = state_hint(driver);
  if (said)
    state_rule(d, said);
  else
    explain_token(d, token, driver->first);
  offer_by_state(driver, d);
}

void syntax_too_deep(Parser *parser, Span span) {
  report(parser->compiler, HB0010, span, "this is nested deeper than %d levels", MAX_DEPTH);
  parser->failed = parser->tree->too_deep = true;
}

/* ---- pushing ---- */

void push(Driver *driver, int kind, const Token *token) {
  BLUEPRINT_STYPE value = {.token = token};
  Span span = token->span;
  if (driver->over) return;
  int status = blueprint_push_parse(driver->state, kind, &value, &span, &driver->parser);
  driver->over = status != YYPUSH_MORE;
}

bool begins_line(const Driver *driver, const Token *token) {
  const Token *previous = driver->parser.previous;
  if (!previous) return false;
  const char *text = driver->parser.compiler->sources[token->span.source]->text;
  return token->kind == 0 ||
         memchr(text + previous->span.end, '\n', token->span.start - previous->span.end);
}

/* The kind under which a token is pushed: a word is a keyword only where that keyword may stand. */
static int kind_of(const Driver *driver, const Token *token) {
  if (token->as > 0) return token->as;
  if (token->kind != TOKEN_NAME) return token->kind;
  int keyword = keyword_token(token->text);
  return keyword && expects(driver, keyword) ? keyword : TOKEN_NAME;
}

/* ---- mending: what is missing is said, and then read as if it stood there ---- */

static bool is_one_of(const Token *token, const char *const *words, size_t count) {
  for (size_t i = 0; i < count && token->kind == TOKEN_NAME; i++)
    if (strcmp(words[i], token->text) == 0) return true;
  return false;
}

bool begins_declaration(const Token *token) {
  static const char *const words[] = {"import",      "unit",       "sparse", "table",
                                      "input",       "policy",     "kpi",    "function",
                                      "operational", "functional", "goal",   "expect"};
  return is_one_of(token, words, sizeof words / sizeof *words) && token[1].kind != ':' &&
         token[1].kind != '[';
}

bool begins_statement(const Token *token) {
  static const char *const words[] = {"out", "let", "return", "vary", "assert"};
  return is_one_of(token, words, sizeof words / sizeof *words) && token[1].kind == TOKEN_NAME;
}

/* Is this the brace that ends a body, and not a set of values? */
static bool ends_body(const Driver *driver, const Token *token) {
  int i = driver->open_count - 1;
  if (token->kind != '}' || !innermost(driver)) return token->kind == '}';
  while (i > 0 && driver->open[i]->kind != '{') i--;
  return !driver->is_set[i];
}

/* Where a broken statement without its `;` ends all the same. */
static bool ends_recovery(const Driver *driver, const Token *token) {
  bool begins = begins_declaration(token) || begins_statement(token);
  return ends_body(driver, token) || (begins && begins_line(driver, token));
}

/* Inside of parentheses, brackets, or a set of values: a comma is at home there. */
static bool in_list(const Driver *driver) {
  const Token *open = innermost(driver);
  return open && (open->kind != '{' || driver->is_set[driver->open_count - 1]);
}

/* A token at the start of a line that does not fit, where a `;` would have: the `;` was forgotten.
 * A comma in its place was meant as one. Returns true where it stands for the token. */
static bool mend_semicolon(Driver *driver, const Token *token) {
  const Token *previous = driver->parser.previous;
  bool comma =
      token->kind == ',' && token[1].kind == TOKEN_NAME && !driver->recovering && !in_list(driver);
  bool here = driver->recovering ? ends_recovery(driver, token)
                                 : begins_line(driver, token) || token->kind == '}' || comma;
  if (!here || expects(driver, kind_of(driver, token)) || !expects(driver, ';')) return false;
  Compiler *compiler = driver->parser.compiler;
  if (driver->recovering || previous->wrong)
    driver->parser.failed = true; /* a string swallowed it, or what is wrong was said */
  else if (comma)
    offer_fix(
        report(compiler, HB0102, token->span, "a `;` is missing here: a `,` ends no declaration"),
        token->span, ";", "in its place");
  else
    offer_fix(report(compiler, HB0102, behind(previous), "a `;` is missing here"), behind(previous),
              ";", "put here");
  push(driver, ';', previous);
  track_brackets(driver, &(Token){.kind = ';'});
  return comma;
}

/* A declaration inside another one: its `}` was forgotten. */
static void mend_brace(Driver *driver, const Token *token) {
  const Token *open = innermost(driver);
  bool here = open && open->kind == '{' && begins_line(driver, token) &&
              begins_declaration(token) && expects(driver, '}');
  if (!here) return;
  hermes_diagnostic *d = report(driver->parser.compiler, HB0101, behind(driver->parser.previous),
                                "a `}` is missing here");
  report_label(driver->parser.compiler, d, open->span, "opened here");
  offer_fix(d, behind(driver->parser.previous), closing_brace(driver, open), "closed here");
  push(driver, '}', driver->parser.previous);
  track_brackets(driver, &(Token){.kind = '}'});
}

/* `};`: the `;` does no harm once it is said. */
static bool mend_extra_semicolon(Driver *driver, const Token *token) {
  const Token *previous = driver->parser.previous;
  bool twice = previous && previous->kind == ';';
  bool here = token->kind == ';' && previous && (previous->kind == '}' || twice) &&
              !driver->recovering && !expects(driver, ';') &&
              (expects(driver, TOKEN_KW_KPI) || expects(driver, '}'));
  if (here)
    offer_fix(report(driver->parser.compiler, HB0101, token->span,
                     twice ? "one `;` is enough" : "there is no `;` behind a `}`"),
              token->span, "", "left out");
  return here;
}

/* A file that begins with something else is read as if it had its header. Returns true where a
 * misspelt word stands for `blueprint`. */
static bool mend_header(Driver *driver, const Token *first) {
  static const char *const words[] = {"blueprint", "module"};
  int keyword = first->kind == TOKEN_NAME ? keyword_token(first->text) : 0;
  if (keyword == TOKEN_KW_BLUEPRINT || keyword == TOKEN_KW_MODULE) return false;
  const char *meant =
      keyword || first->kind != TOKEN_NAME ? NULL : hermes_nearest(first->text, words, 2);
  Token name = {.kind = TOKEN_NAME, .span = first->span, .text = ""};
  driver->parser.failed = true;
  if (!first->wrong) {
    hermes_diagnostic *d = report(driver->parser.compiler, HB0101, first->span,
                                  "a file begins with `blueprint NAME \"what it models\";`");
    if (meant) {
      hermes_diagnostic_fact(&d->candidates, "%s", meant);
      offer_fix(d, first->span, meant, "the keyword that is meant");
    }
  }
  push(driver, TOKEN_KW_BLUEPRINT, first);
  if (meant) return true;
  push(driver, TOKEN_NAME, &name);
  push(driver, ';', first);
  return false;
}

/* At the start of a line, a word or a bracket may just as well begin the next statement. */
static bool may_go_on(const Driver *driver, const Token *token) {
  bool begins = token->kind == TOKEN_NAME || token->kind == TOKEN_IN || token->kind == '(' ||
                token->kind == '[' || token->kind == '{';
  return !begins || !begins_line(driver, token) || !expects(driver, ';');
}

void push_token(Driver *driver, const Token *token) {
  driver->parser.current = token;
  if (token < driver->skip_to || token->as == READ_AS_NOTHING) return;
  bool mended = driver->habits && may_go_on(driver, token) && mend_habit(driver, (Token *)token);
  if (!mended) {
    mended = mend_semicolon(driver, token) || mend_extra_semicolon(driver, token);
    if (!mended) mend_brace(driver, token);
    int kind = kind_of(driver, token);
    if (kind != token->kind) ((Token *)token)->as = kind;
    if (!mended) push(driver, kind, token);
    track_brackets(driver, token);
  }
  driver->parser.previous = token;
}

bool driver_open(Driver *driver, Compiler *compiler, uint32_t source, const Tokens *tokens) {
  Tree *tree = ARENA_NEW(&compiler->arena, Tree);
  tree->source = source;
  tree->tokens = tokens->items;
  tree->token_count = tokens->count;
  tree->name = (Name){"", {0, 0, source}};
  compiler->trees[source] = tree;
  *driver = (Driver){.parser = {.compiler = compiler, .tree = tree}, .first = tokens->items};
  if (tokens->cut) return false;
  driver->state = blueprint_pstate_new();
  if (!driver->state) report(compiler, HB0735, (Span){0, 0, source}, "no memory for the parser");
  return driver->state;
}

void driver_close(Driver *driver) {
  blueprint_pstate_delete(driver->state);
}

void push_tokens(Driver *driver, const Token *tokens, size_t count) {
  size_t first = count > 0 && mend_header(driver, &tokens[0]) ? 1 : 0;
  for (size_t i = first; i < count; i++) push_token(driver, &tokens[i]);
}

/* needs: the source read. leaves: compiler->trees[source], complete where the result is true; what
 * is missing mended, and every syntax error between two `;` or declarations reported otherwise. */
bool parse_source(Compiler *compiler, uint32_t source) {
  Tokens tokens;
  Driver driver;
  bool good = tokenize(compiler, source, &tokens);
  if (!driver_open(&driver, compiler, source, &tokens)) return false;
  driver.habits = true;
  push_tokens(&driver, tokens.items, tokens.count);
  driver_close(&driver);
  return good && !driver.parser.failed;
}
