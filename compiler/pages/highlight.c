/* Highlighting: one list of rules, written once as a TextMate grammar and once for Vim. The words
 * come from keywords.def, builtins.def and the table of units. */
#include "pages/highlight.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- the words ---- */

static const char *const keywords[] = {
#define KEYWORD(token, spelling, meaning) spelling,
#include "syntax/keywords.def"
#undef KEYWORD
};
static const char *const builtins[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning) #name,
#define REDUCTION(name, kind, rule, signature, meaning) #name,
#include "check/builtins.def"
};
/* The lexer's (grammar/blueprint.l): they never name anything. */
static const char *const choices[] = {"if", "then", "else", "for", "in"};
static const char *const connectives[] = {"and", "or", "not"};
static const char *const truths[] = {"true", "false"};
static const char *const types[] = {"bool", "int"};
/* Behind these stands the name that they define. */
static const char *const definers[] = {"blueprint", "module", "unit", "table", "function",
                                       "block",     "kpi",    "out",  "let"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- two dialects of regular expressions ---- */

typedef struct Dialect {
  const char *open;               /* of a group that is not remembered; `)` closes it */
  const char *slash, *percent;    /* as characters */
  const char *begin, *end;        /* of a word */
  const char *no_point;           /* in front: no point stands there */
  const char *not_before, *close; /* around what must not follow */
  const char *before;             /* the same for what must */
  const char *behind;             /* its closing, for what must */
} Dialect;

static const Dialect textmate = {.open = "(?:",
                                 .slash = "/",
                                 .percent = "%",
                                 .begin = "(?<![A-Za-z0-9_])",
                                 .end = "(?![A-Za-z0-9_])",
                                 .no_point = "(?<!\\.)",
                                 .not_before = "(?!",
                                 .close = ")",
                                 .before = "(?=",
                                 .behind = ")"};
static const Dialect vim = {.open = "%(",
                            .slash = "\\/",
                            .percent = "\\%",
                            .begin = "[A-Za-z0-9_]@<!",
                            .end = "[A-Za-z0-9_]@!",
                            .no_point = "\\.@<!",
                            .not_before = "%(",
                            .close = ")@!",
                            .before = "%(",
                            .behind = ")@="};

/* Each of several words once: sum is a function and a reduction. */
static char *any_of(Arena *arena, const Dialect *d, const char *const *words, size_t count) {
  char *text = arena_copy(arena, d->open, strlen(d->open));
  for (size_t i = 0; i < count; i++) {
    bool again = false;
    for (size_t k = 0; k < i; k++) again |= strcmp(words[k], words[i]) == 0;
    if (!again) text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : "|", words[i]);
  }
  return arena_format(arena, "%s)", text);
}

static char *whole_word(Arena *arena, const Dialect *d, const char *const *words, size_t count) {
  return arena_format(arena, "%s%s%s", d->begin, any_of(arena, d, words, count), d->end);
}

/* ---- units ---- */

enum { MAX_SYMBOLS = 256, MAX_PREFIXES = 64 };

typedef struct Symbols {
  Arena *arena;
  char *base[MAX_SYMBOLS];
  char prefixes[MAX_SYMBOLS][MAX_PREFIXES];
  bool written[MAX_SYMBOLS];
  int count;
} Symbols;

/* A symbol comes with its prefixes behind it: Hz, kHz, MHz. */
static void take_symbol(void *context, const char *symbol) {
  Symbols *s = context;
  if (strcmp(symbol, "1") == 0) return; /* a number */
  char *prefixes = s->count > 0 ? s->prefixes[s->count - 1] : NULL;
  if (s->count > 0 && strcmp(symbol + 1, s->base[s->count - 1]) == 0) {
    size_t length = strlen(prefixes);
    if (length + 1 < MAX_PREFIXES) prefixes[length] = *symbol;
  } else if (s->count < MAX_SYMBOLS) {
    s->base[s->count++] = arena_copy(s->arena, symbol, strlen(symbol));
  }
}

/* Those with the same prefixes together: [kMG]?(?:Hz|W). */
static char *symbol_group(Symbols *s, const Dialect *d, int first) {
  const char *prefixes = s->prefixes[first];
  char *text = arena_copy(s->arena, d->open, strlen(d->open));
  for (int i = first; i < s->count; i++) {
    if (s->written[i] || strcmp(s->prefixes[i], prefixes) != 0) continue;
    bool percent = strcmp(s->base[i], "%") == 0;
    text = arena_format(s->arena, "%s%s%s", text, i == first ? "" : "|",
                        percent ? d->percent : s->base[i]);
    s->written[i] = true;
  }
  return *prefixes == '\0' ? arena_format(s->arena, "%s)", text)
                           : arena_format(s->arena, "[%s]?%s)", prefixes, text);
}

static char *unit_symbol(Arena *arena, const Dialect *d) {
  Symbols *s = ARENA_NEW(arena, Symbols);
  s->arena = arena;
  hermes_unit_each_spelling(&(hermes_unit_system){0}, take_symbol, s);
  char *text = arena_copy(arena, d->open, strlen(d->open));
  for (int i = 0, groups = 0; i < s->count; i++)
    if (!s->written[i])
      text = arena_format(arena, "%s%s%s", text, groups++ == 0 ? "" : "|", symbol_group(s, d, i));
  return arena_format(arena, "%s)", text);
}

/* dBm/RE, bit/s/Hz, m^2, W/(m*K) */
static char *unit(Arena *arena, const Dialect *d) {
  char *symbol = unit_symbol(arena, d);
  char *power = arena_format(arena, "%s\\^-?[0-9]+)?", d->open);
  return arena_format(arena, "%s%s%s[%s*]\\(?%s%s\\)?)*%s", symbol, power, d->open, d->slash,
                      symbol, power, d->end);
}

/* ---- the rules ---- */

static const char number[] = "[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
static const char vim_number[] = "[0-9]+%(\\.[0-9]+)?%([eE][+-]?[0-9]+)?";

/* A word of the language that names nothing here: what is defined stands before `:`, `[` and `=`,
 * what is read before `.` and `[`, or behind a point. */
static char *keyword(Arena *arena, const Dialect *d) {
  return arena_format(arena, "%s%s%s[ \\t]*[:.=(\\[]%s", d->no_point,
                      whole_word(arena, d, keywords, COUNT(keywords)), d->not_before, d->close);
}

static char *fallback(Arena *arena, const Dialect *d) {
  return arena_format(arena, "%sdefault%s[ \\t]*\\=%s", d->begin, d->before, d->behind);
}

static char *called(Arena *arena, const Dialect *d) {
  return arena_format(arena, "%s%s%s[ \\t]*\\(%s", d->begin,
                      any_of(arena, d, builtins, COUNT(builtins)), d->before, d->behind);
}

/* ---- TextMate ---- */

static cJSON *add_rule(cJSON *rules, const char *name, const char *match) {
  cJSON *rule = cJSON_CreateObject();
  if (name != NULL) cJSON_AddStringToObject(rule, "name", name);
  cJSON_AddStringToObject(rule, "match", match);
  cJSON_AddItemToArray(rules, rule);
  return rule;
}

static void add_capture(cJSON *rule, const char *number_of, const char *name) {
  cJSON *captures = cJSON_GetObjectItemCaseSensitive(rule, "captures");
  if (captures == NULL) captures = cJSON_AddObjectToObject(rule, "captures");
  cJSON_AddStringToObject(cJSON_AddObjectToObject(captures, number_of), "name", name);
}

static void add_quantities(Arena *arena, cJSON *rules) {
  char *of = unit(arena, &textmate);
  cJSON *quantity = add_rule(
      rules, NULL, arena_format(arena, "%s(%s)(?:[ \\t]*(%s))?", textmate.begin, number, of));
  add_capture(quantity, "1", "constant.numeric.hermes");
  add_capture(quantity, "2", "keyword.other.unit.hermes");
  cJSON *typed = add_rule(rules, NULL,
                          arena_format(arena, "(:|->)[ \\t]*(?:(%s)|(%s))", of,
                                       whole_word(arena, &textmate, types, COUNT(types))));
  add_capture(typed, "1", "punctuation.separator.hermes");
  add_capture(typed, "2", "keyword.other.unit.hermes");
  add_capture(typed, "3", "storage.type.hermes");
}

static void add_words(Arena *arena, cJSON *rules) {
  const Dialect *d = &textmate;
  char *definer = arena_format(arena, "%s(%s)[ \\t]+([A-Za-z_][A-Za-z0-9_.]*)",
                               d->begin, any_of(arena, d, definers, COUNT(definers)));
  cJSON *defined = add_rule(rules, NULL, definer);
  add_capture(defined, "1", "keyword.declaration.hermes");
  add_capture(defined, "2", "entity.name.hermes");
  add_rule(rules, "keyword.control.hermes", whole_word(arena, d, choices, COUNT(choices)));
  add_rule(rules, "keyword.operator.logical.hermes",
           whole_word(arena, d, connectives, COUNT(connectives)));
  add_rule(rules, "constant.language.hermes", whole_word(arena, d, truths, COUNT(truths)));
  add_rule(rules, "support.function.hermes", called(arena, d));
  add_rule(rules, "keyword.other.hermes", fallback(arena, d));
  add_rule(rules, "keyword.other.hermes", keyword(arena, d));
  add_rule(rules, "entity.name.function.hermes",
           arena_format(arena, "%s[A-Za-z_][A-Za-z0-9_]*(?=\\()", d->begin));
  add_rule(rules, "variable.hermes", arena_format(arena, "%s[A-Za-z_][A-Za-z0-9_]*", d->begin));
  add_rule(rules, "keyword.operator.hermes", "\\.\\.<?|->|[=!<>]=|[-+*/^<>=~]");
}

void highlight_textmate(Arena *arena, FILE *out) {
  cJSON *grammar = cJSON_CreateObject();
  cJSON_AddStringToObject(grammar, "comment",
                          "written by `hermesc generate textmate` from the compiler's own tables");
  cJSON_AddStringToObject(grammar, "name", "Hermes");
  cJSON_AddStringToObject(grammar, "scopeName", "source.hermes");
  cJSON_AddItemToArray(cJSON_AddArrayToObject(grammar, "fileTypes"), cJSON_CreateString("hbp"));
  cJSON *rules = cJSON_AddArrayToObject(grammar, "patterns");
  add_rule(rules, "comment.line.number-sign.hermes", "#.*$");
  add_rule(rules, "string.quoted.double.hermes", "\"(?:[^\"\\\\]|\\\\.)*(?:\"|$)");
  add_quantities(arena, rules);
  add_words(arena, rules);
  char *text = cJSON_Print(grammar);
  if (text != NULL) fprintf(out, "%s\n", text);
  free(text);
  cJSON_Delete(grammar);
}

/* ---- Vim ---- */

static void vim_match(const char *group, const char *match, const char *more, FILE *out) {
  fprintf(out, "syntax match %s /\\v%s/%s\n", group, match, more);
}

/* The last of several rules that match at a place wins, so that the general ones stand first. */
static void vim_words(Arena *arena, FILE *out) {
  const Dialect *d = &vim;
  vim_match("hermesOperator", "\\.\\.\\<?|-\\>|[=!<>]\\=|[-+*\\/^<>=~]", "", out);
  vim_match("hermesFunction", arena_format(arena, "%s[A-Za-z_][A-Za-z0-9_]*\\(@=", d->begin), "",
            out);
  vim_match("hermesKeyword", keyword(arena, d), "", out);
  vim_match("hermesKeyword", fallback(arena, d), "", out);
  vim_match("hermesBuiltin", called(arena, d), "", out);
  vim_match("hermesDeclaration",
            arena_format(arena, "%s%s%s[ \\t]+[A-Za-z_]%s", d->begin,
                         any_of(arena, d, definers, COUNT(definers)), d->before, d->behind),
            " nextgroup=hermesName skipwhite", out);
  vim_match("hermesName", "[A-Za-z_][A-Za-z0-9_.]*", " contained", out);
  vim_match("hermesConditional", whole_word(arena, d, choices, COUNT(choices)), "", out);
  vim_match("hermesLogical", whole_word(arena, d, connectives, COUNT(connectives)), "", out);
  vim_match("hermesBoolean", whole_word(arena, d, truths, COUNT(truths)), "", out);
}

static void vim_quantities(Arena *arena, FILE *out) {
  vim_match("hermesNumber", arena_format(arena, "%s%s", vim.begin, vim_number),
            " nextgroup=hermesUnit skipwhite", out);
  vim_match("hermesColon", ":|-\\>", " nextgroup=hermesUnit,hermesType skipwhite", out);
  vim_match("hermesType", whole_word(arena, &vim, types, COUNT(types)), " contained", out);
  vim_match("hermesUnit", unit(arena, &vim), " contained", out);
}

static void vim_links(FILE *out) {
  static const struct {
    const char *group, *link;
  } links[] = {{"Comment", "Comment"},  {"Todo", "Todo"},        {"String", "String"},
               {"Number", "Number"},    {"Unit", "Special"},     {"Type", "Type"},
               {"Keyword", "Keyword"},  {"Builtin", "Function"}, {"Declaration", "Statement"},
               {"Name", "Identifier"},  {"Boolean", "Boolean"},  {"Conditional", "Conditional"},
               {"Logical", "Operator"}, {"Operator", "Operator"}};
  for (size_t i = 0; i < COUNT(links); i++)
    fprintf(out, "highlight default link hermes%s %s\n", links[i].group, links[i].link);
}

void highlight_vim(Arena *arena, FILE *out) {
  fputs("\" Vim syntax of Hermes blueprints (*.hbp): written by `hermesc generate vim` from the\n"
        "\" compiler's own tables.\n"
        "if exists('b:current_syntax')\n  finish\nendif\n\n",
        out);
  vim_words(arena, out);
  vim_quantities(arena, out);
  fputs("syntax region hermesString start=/\"/ skip=/\\\\./ end=/\"/ end=/$/ oneline\n"
        "syntax keyword hermesTodo TODO FIXME contained\n"
        "syntax match hermesComment /#.*/ contains=hermesTodo,@Spell\n\n",
        out);
  vim_links(out);
  fputs("\nlet b:current_syntax = 'hermes'\n", out);
}
