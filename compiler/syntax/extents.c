/* How far expressions reach, by their tokens alone: fixes move text about before any tree stands.
 */
#include "syntax/habits.h"

enum { LONGEST_EXPRESSION = 400 }; /* tokens looked at on either side */

bool opens(const Token *token) {
  return token->kind == '(' || token->kind == '[' || token->kind == '{';
}

bool closes(const Token *token) {
  return token->kind == ')' || token->kind == ']' || token->kind == '}';
}

bool adjoins(const Token *a, const Token *b) {
  return a->span.end == b->span.start;
}

bool is_operand(const Token *token) {
  int kind = token->kind;
  return (kind == TOKEN_NAME && token->as == 0) || kind == TOKEN_NUMBER || kind == TOKEN_QUANTITY ||
         kind == TOKEN_TRUE || kind == TOKEN_FALSE || kind == ')' || kind == ']';
}

bool begins_operand(const Token *token) {
  int kind = token->kind;
  return kind == TOKEN_NAME || kind == TOKEN_NUMBER || kind == TOKEN_QUANTITY ||
         kind == TOKEN_TRUE || kind == TOKEN_FALSE || kind == '(' || kind == '-';
}

bool is_comparison(const Token *token) {
  int kind = token->as ? token->as : token->kind;
  return kind == '<' || kind == '>' || kind == TOKEN_LESS_EQUAL || kind == TOKEN_GREATER_EQUAL ||
         kind == TOKEN_EQUAL || kind == TOKEN_NOT_EQUAL;
}

const Token *closing_token(const Token *open) {
  int depth = 0;
  for (const Token *t = open; t->kind != 0 && t - open < LONGEST_EXPRESSION; t++) {
    depth += opens(t) - closes(t);
    if (depth == 0) return t;
    if (t->kind == ';') return NULL;
  }
  return NULL;
}

/* Ends an expression on either side, whatever its level. */
static bool separates(const Token *token) {
  switch (token->kind) {
  case 0:
  case ';':
  case ',':
  case '=':
  case ':':
  case TOKEN_STRING:
  case TOKEN_FOR:
  case TOKEN_IF:
  case TOKEN_THEN:
  case TOKEN_ELSE:
  case TOKEN_RANGE:
  case TOKEN_UNTIL:
  case TOKEN_ARROW:
  case TOKEN_UNKNOWN: return true;
  default: return token->kind == TOKEN_NAME && token->as != 0; /* a keyword */
  }
}

/* Is it an operator that an operand of this level does not hold? */
static bool binds_less(const Token *token, Level level) {
  int kind = token->as ? token->as : token->kind;
  bool logic = kind == TOKEN_AND || kind == TOKEN_OR || kind == TOKEN_NOT || kind == TOKEN_IN;
  if (level >= LEVEL_CONDITION && logic) return true;
  if (level >= LEVEL_SUM && is_comparison(token)) return true;
  if (level >= LEVEL_PRODUCT && (kind == '+' || kind == '-')) return true;
  return level >= LEVEL_POWER && (kind == '*' || kind == '/' || kind == '%');
}

const Token *operand_before(const Driver *driver, const Token *at, Level level) {
  int depth = 0;
  const Token *start = at;
  for (const Token *t = at - 1; t >= driver->first && at - t < LONGEST_EXPRESSION; t--) {
    if (depth == 0 && (opens(t) || separates(t) || t->kind == '}')) break;
    bool sign = t->kind == '-' && t > driver->first && !is_operand(t - 1);
    if (depth == 0 && binds_less(t, level) && !sign) break;
    depth += closes(t) - opens(t);
    start = t;
  }
  return start < at && depth == 0 ? start : NULL;
}

/* A choice of another language inside of the operand has its own else, or its own colon. */
const Token *behind_operand(const Token *at, Level level) {
  int depth = 0, choices = 0;
  for (const Token *t = at; t - at < LONGEST_EXPRESSION; t++) {
    bool choice = level <= LEVEL_CHOICE && depth == 0 &&
                  (t->kind == TOKEN_IF || (t->kind == TOKEN_UNKNOWN && !t->wrong));
    bool other = choices > 0 && (t->kind == TOKEN_ELSE || t->kind == ':');
    bool then = (choices > 0 && t->kind == TOKEN_THEN) || (level == LEVEL_TEST && t->kind == '=');
    bool next =
        t > at && is_operand(t - 1) && begins_operand(t) && t->kind != '-' && t->kind != '(';
    if (depth == 0 && next) return t; /* something was forgotten between the two */
    if (t->kind == 0) return NULL;
    if (depth == 0 && closes(t)) return t > at ? t : NULL;
    if (depth == 0 && separates(t) && !choice && !other && !then) return t > at ? t : NULL;
    if (depth == 0 && binds_less(t, level) && (t->kind != '-' || (t > at && is_operand(t - 1))))
      return t > at ? t : NULL;
    if (depth == 0) choices += choice - other;
    depth += opens(t) - closes(t);
  }
  return NULL;
}

Span span_between(const Token *from, const Token *behind) {
  return (Span){from->span.start, behind[-1].span.end, from->span.source};
}

const char *text_between(const Driver *driver, const Token *from, const Token *behind) {
  Compiler *compiler = driver->parser.compiler;
  Span span = span_between(from, behind);
  return arena_copy(&compiler->arena, compiler->sources[span.source]->text + span.start,
                    span.end - span.start);
}
