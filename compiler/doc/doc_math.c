/* Expressions as people write mathematics: sums with their sets below, fractions, cases. Brackets
 * are set where the notation needs them, whatever brackets the code has. */
#include "doc/doc.h"

#include <string.h>

enum {
  MAX_FORMULA_BYTES = 2000, /* of code; beyond it nobody reads a formula */
  MAX_NESTING = 7,          /* of fractions and the like */
};
static const double widest_line = 44;  /* of a formula, in em */
static const double widest_table = 52; /* with cases, whose conditions stand apart */

static const Program *program_of(const Notation *n) {
  return &n->compiler->program;
}

/* ---- making ---- */

static Math *math_new(Notation *n, MathKind kind, const char *text) {
  Math *math = ARENA_NEW(n->arena, Math);
  math->kind = kind;
  math->text = text;
  return math;
}

static Math *math_of(Notation *n, MathKind kind, Math *a, Math *b, Math *c) {
  Math *math = math_new(n, kind, "");
  math->parts = a;
  if (a != NULL) a->next = b;
  if (b != NULL) b->next = c;
  return math;
}

static void add_part(Math *row, Math *part) {
  Math **tail = &row->parts;
  while (*tail != NULL) tail = &(*tail)->next;
  *tail = part;
}

static Math *row_new(Notation *n) {
  return math_new(n, MATH_ROW, "");
}

static Math *words(Notation *n, const char *text) {
  return math_new(n, MATH_WORDS, text);
}

static Math *sign(Notation *n, const char *text) {
  return math_new(n, MATH_OPERATOR, text);
}

static Math *mark(Notation *n, const char *text) {
  return math_new(n, MATH_MARK, text);
}

static Math *fenced(Notation *n, const char *brackets, Math *inside) {
  Math *math = math_new(n, MATH_FENCED, brackets);
  math->parts = inside;
  return math;
}

static Math *name_of_text(Notation *n, MathKind kind, const char *text) {
  return math_new(n, kind, clean_text(n->arena, text));
}

static Math *given(Notation *n, const char *text) {
  return name_of_text(n, MATH_GIVEN, text);
}

static Math *joined(Notation *n, Math *a, const char *operator_text, Math *b) {
  return math_of(n, MATH_ROW, a, sign(n, operator_text), b);
}

/* ---- how tightly a form binds ---- */

typedef enum Level {
  LEVEL_CASES,
  LEVEL_OR,
  LEVEL_AND,
  LEVEL_NOT,
  LEVEL_COMPARISON,
  LEVEL_SUM,
  LEVEL_NEGATIVE,
  LEVEL_REDUCTION, /* reaches as far to the right as products do */
  LEVEL_PRODUCT,
  LEVEL_QUANTITY,
  LEVEL_POWER,
  LEVEL_ATOM,
} Level;

static const Level operator_levels[OP_COUNT] = {
    [OP_NEGATE] = LEVEL_NEGATIVE,
    [OP_NOT] = LEVEL_NOT,
    [OP_ADD] = LEVEL_SUM,
    [OP_SUBTRACT] = LEVEL_SUM,
    [OP_MULTIPLY] = LEVEL_PRODUCT,
    [OP_DIVIDE] = LEVEL_PRODUCT,
    [OP_POWER] = LEVEL_POWER,
    [OP_LESS] = LEVEL_COMPARISON,
    [OP_LESS_EQUAL] = LEVEL_COMPARISON,
    [OP_GREATER] = LEVEL_COMPARISON,
    [OP_GREATER_EQUAL] = LEVEL_COMPARISON,
    [OP_EQUAL] = LEVEL_COMPARISON,
    [OP_NOT_EQUAL] = LEVEL_COMPARISON,
    [OP_AND] = LEVEL_AND,
    [OP_OR] = LEVEL_OR,
};

static const Expr *bare(const Expr *expr) {
  while (expr->kind == EXPR_PAREN) expr = expr->left;
  return expr;
}

static const char *called(const Expr *expr) {
  return expr->left != NULL && expr->left->kind == EXPR_NAME ? expr->left->name.text : "";
}

static bool is_text(const char *text, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(text, list[i]) == 0) return true;
  return false;
}
#define IS_ONE_OF(text, list) is_text(text, list, sizeof(list) / sizeof *(list))

static Level call_level(const Expr *expr) {
  static const char *const powers[] = {"exp"};
  static const char *const fences[] = {"count"};
  if (IS_ONE_OF(called(expr), fences)) return LEVEL_ATOM;
  if (expr->fors != NULL) return LEVEL_REDUCTION;
  if (strcmp(called(expr), "mod") == 0) return LEVEL_PRODUCT;
  return IS_ONE_OF(called(expr), powers) ? LEVEL_POWER : LEVEL_ATOM;
}

static bool is_negative(const Notation *n, const Expr *expr) {
  return n->compiler->sources[expr->span.source]->text[expr->span.start] == '-';
}

static Level level_of(const Notation *n, const Expr *expr) {
  expr = bare(expr);
  if (expr->kind == EXPR_UNARY || expr->kind == EXPR_BINARY) return operator_levels[expr->op];
  if (expr->kind == EXPR_CALL) return call_level(expr);
  if (expr->kind == EXPR_IF) return LEVEL_CASES;
  if (expr->kind != EXPR_NUMBER && expr->kind != EXPR_QUANTITY) return LEVEL_ATOM;
  if (is_negative(n, expr)) return LEVEL_NEGATIVE;
  return expr->kind == EXPR_QUANTITY ? LEVEL_QUANTITY : LEVEL_ATOM;
}

static Math *form(Notation *n, const Expr *expr);

static Math *operand(Notation *n, const Expr *expr, Level least) {
  Math *math = form(n, expr);
  return level_of(n, expr) < least ? fenced(n, "()", math) : math;
}

/* The last operand of a sum, and what a reduction is of: cases end there by themselves. */
static Math *last_operand(Notation *n, const Expr *expr, Level least) {
  bool ends = bare(expr)->kind == EXPR_IF && n->script == 0;
  return ends ? form(n, expr) : operand(n, expr, least);
}

/* ---- names ---- */

static bool is_bound(const Notation *n, const char *name) {
  for (int i = 0; i < n->bound_count; i++)
    if (strcmp(n->bound[i], name) == 0) return true;
  return false;
}

Notation notation_new(const Document *document, const Uses *uses) {
  return (Notation){.arena = document->arena, .compiler = document->compiler, .uses = uses};
}

void bind_name(Notation *n, Name name) {
  if (name.text == NULL) return;
  if ((size_t)n->bound_count == sizeof n->bound / sizeof *n->bound) n->bound_count--;
  n->bound[n->bound_count++] = name.text;
}

static bool is_computed(Role role) {
  return role == ROLE_OUT || role == ROLE_LET || role == ROLE_KPI;
}

static Math *value_name(Notation *n, Name name) {
  int slot = used_slot(program_of(n), n->uses, name);
  bool computed =
      is_bound(n, name.text) || (slot >= 0 && is_computed(program_of(n)->slots[slot].role));
  return name_of_text(n, computed ? MATH_COMPUTED : MATH_GIVEN, name.text);
}

/* A column bears its table's name where a value of the blueprint bears the column's. */
static Math *column_above(Notation *n, Name name) {
  const Program *program = program_of(n);
  int slot = used_slot(program, n->uses, name);
  if (slot < 0 || program->slots[slot].role != ROLE_COLUMN) return NULL;
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *other = &program->slots[i];
    if (other->role != ROLE_COLUMN && strcmp(other->name, name.text) == 0)
      return given(n, program->tables[program->slots[slot].table].name);
  }
  return NULL;
}

static Math *with_indices(Notation *n, Math *name, Math *below, Math *above) {
  if (below != NULL && above != NULL) return math_of(n, MATH_SUBSUPER, name, below, above);
  if (below != NULL) return math_of(n, MATH_SUB, name, below, NULL);
  return above == NULL ? name : math_of(n, MATH_SUPER, name, above, NULL);
}

static Math *list(Notation *n, const Expr *items) {
  Math *row = row_new(n);
  for (const Expr *item = items; item != NULL; item = item->next) {
    if (item != items) add_part(row, mark(n, ","));
    add_part(row, form(n, item));
  }
  return row;
}

static Math *script_list(Notation *n, const Expr *items) {
  n->script++;
  Math *row = list(n, items);
  n->script--;
  return row;
}

static bool is_free(const Notation *n, const Expr *expr, const char *name) {
  return expr->kind == EXPR_NAME && !is_bound(n, expr->name.text) &&
         (name == NULL || strcmp(expr->name.text, name) == 0);
}

static bool is_table(const Notation *n, const Expr *expr) {
  if (!is_free(n, expr, NULL)) return false;
  for (int i = 0; i < program_of(n)->table_count; i++)
    if (strcmp(program_of(n)->tables[i].name, expr->name.text) == 0) return true;
  return false;
}

/* before.x, table.column, and a row's column: the row becomes an index. */
static Math *member(Notation *n, const Expr *expr, const Expr *args) {
  Math *below = args == NULL ? NULL : script_list(n, args);
  const Expr *left = bare(expr->left);
  if (is_free(n, left, "before"))
    return with_indices(n, value_name(n, expr->name), below, words(n, "before"));
  if (below == NULL && !is_table(n, left)) {
    n->script++;
    below = form(n, left);
    n->script--;
  }
  return with_indices(n, value_name(n, expr->name), below, column_above(n, expr->name));
}

static Math *member_form(Notation *n, const Expr *expr) {
  return member(n, expr, NULL);
}

static Math *index_form(Notation *n, const Expr *expr) {
  const Expr *left = bare(expr->left);
  if (left->kind == EXPR_MEMBER) return member(n, left, expr->args);
  return with_indices(n, operand(n, left, LEVEL_ATOM), script_list(n, expr->args), NULL);
}

static Math *name_form(Notation *n, const Expr *expr) {
  return value_name(n, expr->name);
}

/* ---- literals ---- */

static const char *minus_text(Notation *n, const char *text) {
  if (*text == '+') text++;
  return *text == '-' ? arena_format(n->arena, "\u2212%s", text + 1 + strspn(text + 1, " ")) : text;
}

/* 3.0e8 is 3.0 times a power of ten. */
static Math *number_math(Notation *n, const char *text) {
  size_t mantissa = strcspn(text, "eE");
  if (text[mantissa] == '\0') return math_new(n, MATH_NUMBER, minus_text(n, text));
  const char *front = minus_text(n, arena_copy(n->arena, text, mantissa));
  Math *power = math_of(n, MATH_SUPER, math_new(n, MATH_NUMBER, "10"),
                        math_new(n, MATH_NUMBER, minus_text(n, text + mantissa + 1)), NULL);
  if (strcmp(front, "1") == 0) return power;
  return joined(n, math_new(n, MATH_NUMBER, front), "\u22C5", power);
}

static Math *number_form(Notation *n, const Expr *expr) {
  return number_math(n, source_line(n->compiler, expr->span));
}

/* "2" of "2/s", "1/2" of "(1/2)*s"; `text` moves on behind it. */
static const char *unit_power(Notation *n, const char **text) {
  bool bracketed = **text == '(';
  const char *start = *text + bracketed;
  size_t length = strcspn(start, bracketed ? ")" : "/*");
  *text = start + length + (bracketed && start[length] == ')');
  return minus_text(n, arena_copy(n->arena, start, length));
}

static Math *unit_math(Notation *n, const char *text) {
  Math *row = row_new(n);
  while (*text != '\0') {
    size_t length = strcspn(text, "^");
    Math *symbol = words(n, arena_copy(n->arena, text, length));
    text += length;
    if (*text == '^') {
      text++;
      symbol = math_of(n, MATH_SUPER, symbol, math_new(n, MATH_NUMBER, unit_power(n, &text)), NULL);
    }
    add_part(row, symbol);
  }
  return row;
}

/* "-174 dBm/Hz": number, blank, unit; "5 %" and "5%" alike. */
static Math *quantity_form(Notation *n, const Expr *expr) {
  const char *text = source_line(n->compiler, expr->span);
  size_t signs = strspn(text, "+- ");
  size_t digits = signs + strspn(text + signs, "0123456789.");
  size_t exponent = strspn(text + digits, "eE");
  if (exponent == 1 && strspn(text + digits + 1, "+-0123456789") > 0)
    digits += 1 + strspn(text + digits + 1, "+-0123456789");
  const char *unit = text + digits + strspn(text + digits, " ");
  Math *number = number_math(n, arena_copy(n->arena, text, digits));
  return math_of(n, MATH_ROW, number, math_new(n, MATH_GAP, ""), unit_math(n, unit));
}

static Math *true_form(Notation *n, const Expr *expr) {
  (void)expr;
  return words(n, "true");
}

static Math *false_form(Notation *n, const Expr *expr) {
  (void)expr;
  return words(n, "false");
}

/* ---- operators ---- */

static const char *const signs[OP_COUNT] = {
    [OP_ADD] = "+",           [OP_SUBTRACT] = "\u2212",
    [OP_MULTIPLY] = "\u22C5", [OP_DIVIDE] = "/",
    [OP_LESS] = "<",          [OP_LESS_EQUAL] = "\u2264",
    [OP_GREATER] = ">",       [OP_GREATER_EQUAL] = "\u2265",
    [OP_EQUAL] = "=",         [OP_NOT_EQUAL] = "\u2260",
};

static Math *unary_form(Notation *n, const Expr *expr) {
  if (expr->op == OP_NOT)
    return math_of(n, MATH_ROW, words(n, "not "), operand(n, expr->left, LEVEL_NOT), NULL);
  return math_of(n, MATH_ROW, math_new(n, MATH_NUMBER, "\u2212"),
                 operand(n, expr->left, LEVEL_REDUCTION), NULL);
}

static Math *sum_form(Notation *n, const Expr *expr) {
  return joined(n, operand(n, expr->left, LEVEL_SUM), signs[expr->op],
                last_operand(n, expr->right, LEVEL_REDUCTION));
}

/* A product may begin with its sign. */
static Math *first_factor(Notation *n, const Expr *expr) {
  bool negative = level_of(n, expr) == LEVEL_NEGATIVE;
  return operand(n, expr, negative ? LEVEL_NEGATIVE : LEVEL_PRODUCT);
}

/* (a / b) / c is a over b times c: one fraction. */
static Math *divisor(Notation *n, const Expr **left, const Expr *right) {
  if (bare(*left)->kind != EXPR_BINARY || bare(*left)->op != OP_DIVIDE) return form(n, right);
  const Expr *inner = bare(*left);
  *left = inner->left;
  return joined(n, operand(n, inner->right, LEVEL_PRODUCT), signs[OP_MULTIPLY],
                operand(n, right, LEVEL_PRODUCT));
}

static Math *quotient_form(Notation *n, const Expr *expr) {
  const Expr *left = expr->left;
  if (n->script > 0)
    return joined(n, first_factor(n, left), "/", operand(n, expr->right, LEVEL_QUANTITY));
  Math *below = divisor(n, &left, expr->right);
  return math_of(n, MATH_FRACTION, form(n, left), below, NULL);
}

static Math *product_form(Notation *n, const Expr *expr) {
  return joined(n, first_factor(n, expr->left), signs[OP_MULTIPLY],
                last_operand(n, expr->right, LEVEL_PRODUCT));
}

static Math *power_form(Notation *n, const Expr *expr) {
  Math *base = operand(n, expr->left, LEVEL_ATOM);
  if (base->kind == MATH_SUBSUPER || base->kind == MATH_SUPER) base = fenced(n, "()", base);
  n->script++;
  Math *exponent = form(n, expr->right);
  n->script--;
  return math_of(n, MATH_SUPER, base, exponent, NULL);
}

static Math *comparison_form(Notation *n, const Expr *expr) {
  return joined(n, operand(n, expr->left, LEVEL_SUM), signs[expr->op],
                operand(n, expr->right, LEVEL_SUM));
}

static Math *logic_form(Notation *n, const Expr *expr) {
  Level level = operator_levels[expr->op];
  const char *word = expr->op == OP_AND ? " and " : " or ";
  return math_of(n, MATH_ROW, operand(n, expr->left, level), words(n, word),
                 operand(n, expr->right, level));
}

static Math *binary_form(Notation *n, const Expr *expr) {
  static Math *(*const forms[OP_COUNT])(Notation *, const Expr *) = {
      [OP_ADD] = sum_form,         [OP_SUBTRACT] = sum_form, [OP_MULTIPLY] = product_form,
      [OP_DIVIDE] = quotient_form, [OP_POWER] = power_form,  [OP_AND] = logic_form,
      [OP_OR] = logic_form,
  };
  return (forms[expr->op] == NULL ? comparison_form : forms[expr->op])(n, expr);
}

/* ---- if ---- */

static Math *case_row(Notation *n, const Expr *value, const Expr *condition) {
  Math *when = words(n, "otherwise");
  if (condition != NULL) when = math_of(n, MATH_ROW, words(n, "if "), form(n, condition), NULL);
  return math_of(n, MATH_ROW, operand(n, value, LEVEL_OR), when, NULL);
}

static Math *inline_if(Notation *n, const Expr *expr) {
  const Expr *parts[] = {expr->left, expr->right, expr->third};
  const char *const before[] = {"if ", " then ", " else "};
  Math *row = row_new(n);
  for (int i = 0; i < 3; i++) {
    add_part(row, words(n, before[i]));
    add_part(row, operand(n, parts[i], LEVEL_OR));
  }
  return row;
}

static Math *if_form(Notation *n, const Expr *expr) {
  if (n->script > 0) return inline_if(n, expr);
  Math *cases = math_new(n, MATH_CASES, "");
  for (; expr->kind == EXPR_IF; expr = bare(expr->third)) {
    add_part(cases, case_row(n, expr->right, expr->left));
    if (bare(expr->third)->kind != EXPR_IF) add_part(cases, case_row(n, expr->third, NULL));
  }
  return cases;
}

/* ---- functions ---- */

static Math *call_of(Notation *n, Math *name, const Expr *args) {
  return math_of(n, MATH_ROW, name, fenced(n, "()", list(n, args)), NULL);
}

static Math *root_form(Notation *n, const Expr *args) {
  return math_of(n, MATH_ROOT, form(n, args), NULL, NULL);
}

static Math *square(Notation *n, const Expr *expr) {
  return math_of(n, MATH_SUPER, operand(n, expr, LEVEL_ATOM), math_new(n, MATH_NUMBER, "2"), NULL);
}

static Math *hypotenuse_form(Notation *n, const Expr *args) {
  return math_of(n, MATH_ROOT, joined(n, square(n, args), "+", square(n, args->next)), NULL, NULL);
}

static Math *exp_form(Notation *n, const Expr *args) {
  n->script++;
  Math *exponent = form(n, args);
  n->script--;
  return math_of(n, MATH_SUPER, name_of_text(n, MATH_COMPUTED, "e"), exponent, NULL);
}

static Math *mod_form(Notation *n, const Expr *args) {
  return math_of(n, MATH_ROW, operand(n, args, LEVEL_PRODUCT), words(n, " mod "),
                 operand(n, args->next, LEVEL_QUANTITY));
}

static Math *magnitude_form(Notation *n, const Expr *args) {
  return fenced(n, "||", form(n, args));
}

static Math *floor_form(Notation *n, const Expr *args) {
  return fenced(n, "\u230A\u230B", form(n, args));
}

static Math *ceiling_form(Notation *n, const Expr *args) {
  return fenced(n, "\u2308\u2309", form(n, args));
}

/* Built-in functions that mathematics writes in a way of its own, or by another name. */
static const struct {
  const char *name;
  Math *(*form)(Notation *, const Expr *args);
  const char *written, *below;
  int arguments;
} known[] = {
    {"sqrt", root_form, NULL, NULL, 1},     {"hypot", hypotenuse_form, NULL, NULL, 2},
    {"exp", exp_form, NULL, NULL, 1},       {"mod", mod_form, NULL, NULL, 2},
    {"abs", magnitude_form, NULL, NULL, 1}, {"floor", floor_form, NULL, NULL, 1},
    {"ceil", ceiling_form, NULL, NULL, 1},  {"log", NULL, "ln", NULL, 1},
    {"log10", NULL, "log", "10", 1},        {"log2", NULL, "log", "2", 1},
    {"sign", NULL, "sgn", NULL, 1},         {"asin", NULL, "arcsin", NULL, 1},
    {"acos", NULL, "arccos", NULL, 1},      {"atan", NULL, "arctan", NULL, 1},
    {"bessel_j1", NULL, "J", "1", 1},
};
enum { KNOWN_COUNT = sizeof known / sizeof *known };

static int argument_count(const Expr *args) {
  int count = 0;
  for (; args != NULL; args = args->next) count++;
  return count;
}

static Math *built_in_form(Notation *n, const Expr *expr, int which) {
  if (known[which].form != NULL) return known[which].form(n, expr->args);
  Math *name = given(n, known[which].written);
  Math *below = known[which].below == NULL ? NULL : math_new(n, MATH_NUMBER, known[which].below);
  return call_of(n, with_indices(n, name, below, NULL), expr->args);
}

/* "radio.noise.thermal_noise" is known by its last name. */
static Math *callee(Notation *n, const Expr *left) {
  left = bare(left);
  bool named = left->kind == EXPR_NAME || left->kind == EXPR_MEMBER;
  return named ? given(n, left->name.text) : operand(n, left, LEVEL_ATOM);
}

static Math *function_form(Notation *n, const Expr *expr) {
  for (int i = 0; i < KNOWN_COUNT; i++)
    if (strcmp(called(expr), known[i].name) == 0 &&
        used_function(program_of(n), n->uses, expr->left->name) < 0 &&
        argument_count(expr->args) == known[i].arguments)
      return built_in_form(n, expr, i);
  return call_of(n, callee(n, expr->left), expr->args);
}

/* ---- reductions ---- */

static Math *membership(Notation *n, const For *loop) {
  return joined(n, name_of_text(n, MATH_COMPUTED, loop->variable.text), "\u2208",
                given(n, loop->set.text));
}

static Math *memberships(Notation *n, const For *fors) {
  Math *row = row_new(n);
  for (const For *loop = fors; loop != NULL; loop = loop->next) {
    if (loop != fors) add_part(row, mark(n, ","));
    add_part(row, membership(n, loop));
  }
  return row;
}

/* `and` between conditions becomes a line each. */
static void add_conditions(Notation *n, Math *stack, const Expr *condition) {
  condition = bare(condition);
  if (condition->kind == EXPR_BINARY && condition->op == OP_AND) {
    add_conditions(n, stack, condition->left);
    add_conditions(n, stack, condition->right);
  } else {
    add_part(stack, operand(n, condition, LEVEL_NOT));
  }
}

static Math *limits(Notation *n, const Expr *expr) {
  Math *stack = math_new(n, MATH_STACK, "");
  n->script++;
  add_part(stack, memberships(n, expr->fors));
  if (expr->filter != NULL) add_conditions(n, stack, expr->filter);
  n->script--;
  return stack;
}

static Math *reduction_sign(Notation *n, const Expr *expr) {
  if (strcmp(called(expr), "sum") == 0) return math_new(n, MATH_BIG, "\u2211");
  if (strcmp(called(expr), "product") == 0) return math_new(n, MATH_BIG, "\u220F");
  Math *name = given(n, called(expr));
  if (expr->args == NULL || expr->args->next == NULL) return name;
  n->script++; /* percentile(5 %, ...) */
  Math *share = form(n, expr->args);
  n->script--;
  return math_of(n, MATH_SUB, name, share, NULL);
}

/* How many rows there are of which something holds. */
static Math *count_form(Notation *n, const Expr *expr) {
  Math *row = memberships(n, expr->fors);
  add_part(row, mark(n, " : "));
  add_part(row, operand(n, expr->args, LEVEL_NOT));
  if (expr->filter != NULL) {
    add_part(row, words(n, " and "));
    add_part(row, operand(n, expr->filter, LEVEL_NOT));
  }
  return fenced(n, "||", fenced(n, "{}", row));
}

static Math *inline_reduction(Notation *n, const Expr *expr, const Expr *body) {
  Math *row = math_of(n, MATH_ROW, form(n, body), words(n, " for "), memberships(n, expr->fors));
  if (expr->filter != NULL) {
    add_part(row, words(n, " if "));
    add_part(row, form(n, expr->filter));
  }
  return math_of(n, MATH_ROW, reduction_sign(n, expr), fenced(n, "()", row), NULL);
}

static void add_fallback(Notation *n, Math *row, const Expr *fallback) {
  if (fallback == NULL) return;
  add_part(row, words(n, "  ("));
  add_part(row, operand(n, fallback, LEVEL_OR));
  add_part(row, words(n, " if none)"));
}

static Math *reduction(Notation *n, const Expr *expr) {
  const Expr *body = expr->args;
  if (body == NULL) return call_of(n, callee(n, expr->left), NULL);
  while (body->next != NULL) body = body->next;
  if (strcmp(called(expr), "count") == 0) return count_form(n, expr);
  if (n->script > 0) return inline_reduction(n, expr, body);
  Math *row =
      math_of(n, MATH_ROW, math_of(n, MATH_UNDER, reduction_sign(n, expr), limits(n, expr), NULL),
              math_new(n, MATH_GAP, ""), last_operand(n, body, LEVEL_REDUCTION));
  add_fallback(n, row, expr->fallback);
  return row;
}

static Math *call_form(Notation *n, const Expr *expr) {
  int bound = n->bound_count;
  if (expr->fors == NULL) return function_form(n, expr);
  for (const For *loop = expr->fors; loop != NULL; loop = loop->next) bind_name(n, loop->variable);
  Math *math = reduction(n, expr);
  n->bound_count = bound;
  return math;
}

static Math *paren_form(Notation *n, const Expr *expr) {
  return form(n, bare(expr));
}

static Math *form(Notation *n, const Expr *expr) {
  static Math *(*const forms[])(Notation *, const Expr *) = {
      [EXPR_NUMBER] = number_form, [EXPR_QUANTITY] = quantity_form,
      [EXPR_TRUE] = true_form,     [EXPR_FALSE] = false_form,
      [EXPR_NAME] = name_form,     [EXPR_MEMBER] = member_form,
      [EXPR_INDEX] = index_form,   [EXPR_CALL] = call_form,
      [EXPR_UNARY] = unary_form,   [EXPR_BINARY] = binary_form,
      [EXPR_IF] = if_form,         [EXPR_PAREN] = paren_form,
  };
  return forms[expr->kind](n, expr);
}

/* ---- how wide it is ---- */

static double width_of(const Math *math);

static double text_width(const Math *math) {
  return 0.52 * glyph_columns(math->text);
}

static double sum_width(const Math *math) {
  double width = 0;
  for (const Math *part = math->parts; part != NULL; part = part->next) width += width_of(part);
  return width;
}

/* Of a list; each is asked once, or nested fractions would take forever. */
static double widest_of(const Math *list) {
  double widest = 0;
  for (const Math *part = list; part != NULL; part = part->next) {
    double width = width_of(part);
    if (width > widest) widest = width;
  }
  return widest;
}

static double widest_part(const Math *math) {
  return widest_of(math->parts);
}

static double operator_width(const Math *math) {
  return text_width(math) + 0.55;
}

static double narrow_width(const Math *math) {
  return 0.3 + text_width(math) / 2;
}

static double fenced_width(const Math *math) {
  return 0.9 + sum_width(math);
}

static double script_width(const Math *math) {
  return width_of(math->parts) + 0.72 * widest_of(math->parts->next);
}

static double under_width(const Math *math) {
  double base = width_of(math->parts), below = 0.72 * width_of(math->parts->next);
  return base > below ? base : below;
}

static double cases_width(const Math *math) {
  double values = 0, conditions = 0;
  for (const Math *row = math->parts; row != NULL; row = row->next) {
    double value = width_of(row->parts), condition = width_of(row->parts->next);
    if (value > values) values = value;
    if (condition > conditions) conditions = condition;
  }
  return values + conditions + 2;
}

static double gap_width(const Math *math) {
  (void)math;
  return 0.2;
}

static double width_of(const Math *math) {
  static double (*const widths[])(const Math *) = {
      [MATH_ROW] = sum_width,       [MATH_COMPUTED] = text_width,  [MATH_GIVEN] = text_width,
      [MATH_NUMBER] = text_width,   [MATH_WORDS] = text_width,     [MATH_OPERATOR] = operator_width,
      [MATH_MARK] = narrow_width,   [MATH_BIG] = operator_width,   [MATH_GAP] = gap_width,
      [MATH_FENCED] = fenced_width, [MATH_FRACTION] = widest_part, [MATH_ROOT] = fenced_width,
      [MATH_SUB] = script_width,    [MATH_SUPER] = script_width,   [MATH_SUBSUPER] = script_width,
      [MATH_UNDER] = under_width,   [MATH_STACK] = widest_part,    [MATH_CASES] = cases_width,
      [MATH_LINES] = widest_part,
  };
  return widths[math->kind](math);
}

/* ---- whole formulas ---- */

static bool is_chain(const Expr *expr, Level level) {
  expr = bare(expr);
  return expr->kind == EXPR_BINARY && operator_levels[expr->op] == level;
}

static Math *last_part(const Math *math) {
  Math *part = math->parts;
  while (part->next != NULL) part = part->next;
  return part;
}

/* a + b - c: as many operands on a line as fit beside a head of width `room`. */
static void add_lines(Notation *n, Math *lines, const Expr *expr, Level level, double room) {
  expr = bare(expr);
  if (!is_chain(expr, level)) {
    add_part(lines, math_of(n, MATH_ROW, operand(n, expr, level), NULL, NULL));
    return;
  }
  add_lines(n, lines, expr->left, level, room);
  Level least = level == LEVEL_SUM ? LEVEL_REDUCTION : level;
  const char *word = expr->op == OP_AND ? "and " : "or ";
  Math *joint = level == LEVEL_SUM ? sign(n, signs[expr->op]) : words(n, word);
  Math *term = math_of(n, MATH_ROW, joint, last_operand(n, expr->right, least), NULL);
  Math *line = last_part(lines);
  if (room + width_of(line) + width_of(term) <= widest_line)
    add_part(line, term);
  else
    add_part(lines, math_of(n, MATH_ROW, math_new(n, MATH_GAP, "wide"), term, NULL));
}

static Math *broken(Notation *n, Math *head, const Expr *value) {
  static const Level levels[] = {LEVEL_OR, LEVEL_AND, LEVEL_SUM};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    if (!is_chain(value, levels[i])) continue;
    Math *lines = math_new(n, MATH_LINES, "");
    add_lines(n, lines, value, levels[i], head == NULL ? 0 : width_of(head));
    if (head != NULL) {
      head->next = lines->parts->parts;
      lines->parts->parts = head;
    }
    return lines;
  }
  return NULL;
}

static bool holds_cases(const Math *math) {
  if (math->kind == MATH_CASES) return true;
  for (const Math *part = math->parts; part != NULL; part = part->next)
    if (holds_cases(part)) return true;
  return false;
}

/* How many fractions, cases, powers and indices stand within each other. */
static int nesting(const Math *math) {
  int deepest = 0;
  for (const Math *part = math->parts; part != NULL; part = part->next) {
    int depth = nesting(part);
    if (depth > deepest) deepest = depth;
  }
  return deepest + (math->kind >= MATH_FRACTION && math->kind <= MATH_CASES);
}

static bool fits(const Math *math) {
  if (nesting(math) > MAX_NESTING) return false;
  return width_of(math) <= (holds_cases(math) ? widest_table : widest_line);
}

static bool is_too_long(const Expr *expr) {
  return expr->span.end - expr->span.start > MAX_FORMULA_BYTES;
}

/* `head` may be NULL. */
static Math *whole(Notation *n, Math *head, const Expr *value) {
  if (is_too_long(value)) return NULL;
  Math *row = row_new(n);
  if (head != NULL) add_part(row, head);
  add_part(row, form(n, value));
  if (fits(row)) return row;
  if (head != NULL) head->next = NULL;
  Math *lines = broken(n, head, value);
  return lines != NULL && fits(lines) ? lines : NULL;
}

/* A condition that is defined by conditions: not one more `=` among theirs. */
static bool is_condition(const Expr *expr) {
  expr = bare(expr);
  bool operation = expr->kind == EXPR_UNARY || expr->kind == EXPR_BINARY;
  Level level = operation ? operator_levels[expr->op] : LEVEL_ATOM;
  return level >= LEVEL_OR && level <= LEVEL_COMPARISON;
}

static Math *equals(Notation *n, Math *left, const Expr *value) {
  return math_of(n, MATH_ROW, left, sign(n, is_condition(value) ? "\u21D4" : "="), NULL);
}

static Math *index_names(Notation *n, const Index *indices) {
  Math *row = row_new(n);
  for (const Index *index = indices; index != NULL; index = index->next) {
    if (index != indices) add_part(row, mark(n, ","));
    Name name = index->variable.text == NULL ? index->set : index->variable;
    add_part(row, name_of_text(n, MATH_COMPUTED, name.text));
  }
  return row;
}

Math *value_formula(Notation *n, const Item *item, int slot) {
  int bound = n->bound_count;
  bool computed = is_computed(program_of(n)->slots[slot].role);
  Math *name = name_of_text(n, computed ? MATH_COMPUTED : MATH_GIVEN, item->name.text);
  Math *below = item->indices == NULL ? NULL : index_names(n, item->indices);
  for (const Index *index = item->indices; index != NULL; index = index->next)
    bind_name(n, index->variable);
  Math *math = whole(n, equals(n, with_indices(n, name, below, NULL), item->value), item->value);
  n->bound_count = bound;
  return math;
}

Math *local_formula(Notation *n, const Item *item) {
  Math *name = name_of_text(n, MATH_COMPUTED, item->name.text);
  return whole(n, equals(n, name, item->value), item->value);
}

Math *function_formula(Notation *n, const Decl *function, const Expr *value) {
  Math *names = row_new(n);
  for (const Item *item = function->items; item != NULL; item = item->next) {
    if (item != function->items) add_part(names, mark(n, ","));
    add_part(names, name_of_text(n, MATH_COMPUTED, item->name.text));
  }
  Math *head = math_of(n, MATH_ROW, given(n, function->name.text), fenced(n, "()", names), NULL);
  return whole(n, equals(n, head, value), value);
}

/* ---- goals and expectations ---- */

static Math *objective(Notation *n, const Objective *aim) {
  return math_of(n, MATH_ROW, words(n, aim->maximize ? "maximize  " : "minimize  "),
                 name_of_text(n, MATH_COMPUTED, aim->kpi.text), NULL);
}

Math *goal_formula(Notation *n, const Decl *goal) {
  Math *lines = math_new(n, MATH_LINES, "");
  for (const Objective *aim = goal->objectives; aim != NULL; aim = aim->next)
    add_part(lines, objective(n, aim));
  for (const Expr *bound = goal->constraints; bound != NULL; bound = bound->next) {
    if (is_too_long(bound)) return NULL;
    add_part(lines, math_of(n, MATH_ROW, words(n, "subject to  "), form(n, bound), NULL));
  }
  return fits(lines) ? lines : NULL;
}

Math *scope_formula(Notation *n, const For *fors, const Expr *filter) {
  Math *row = row_new(n);
  for (const For *loop = fors; loop != NULL; loop = loop->next) bind_name(n, loop->variable);
  if (filter != NULL && is_too_long(filter)) return NULL;
  add_part(row, words(n, "for every  "));
  add_part(row, memberships(n, fors));
  if (filter != NULL) {
    add_part(row, words(n, "  with  "));
    add_part(row, form(n, filter));
  }
  return fits(row) ? row : NULL;
}

static Math *vary_formula(Notation *n, const Statement *s) {
  Math *row = row_new(n);
  add_part(row, words(n, "vary  "));
  add_part(row, form(n, s->target));
  add_part(row, words(n, s->by ? "  by  " : "  to  "));
  bool rises = s->by && level_of(n, s->value) != LEVEL_NEGATIVE;
  if (rises) add_part(row, mark(n, "+"));
  add_part(row, form(n, s->value));
  return fits(row) ? row : NULL;
}

static Math *claim(Notation *n, const Statement *s) {
  Math *row = row_new(n);
  add_part(row, form(n, s->value));
  if (s->within != NULL) {
    add_part(row, sign(n, "\u00B1"));
    add_part(row, operand(n, s->within, LEVEL_SUM));
  }
  return row;
}

static Math *assert_formula(Notation *n, const Statement *s) {
  int bound = n->bound_count;
  Math *scope = s->fors == NULL ? NULL : scope_formula(n, s->fors, s->filter);
  Math *row = is_too_long(s->value) ? NULL : claim(n, s);
  n->bound_count = bound;
  if (row == NULL || (s->fors != NULL && scope == NULL)) return NULL;
  if (scope == NULL) return fits(row) ? row : NULL;
  Math *line = math_of(n, MATH_ROW, row, words(n, "   "), scope);
  if (fits(line)) return line;
  row->next = NULL;
  Math *second = math_of(n, MATH_ROW, math_new(n, MATH_GAP, "wide"), scope, NULL);
  Math *lines = math_of(n, MATH_LINES, row, second, NULL);
  return fits(lines) ? lines : NULL;
}

Math *statement_formula(Notation *n, const Statement *s) {
  if (s->value == NULL || is_too_long(s->value)) return NULL;
  return s->kind == STATEMENT_VARY ? vary_formula(n, s) : assert_formula(n, s);
}
