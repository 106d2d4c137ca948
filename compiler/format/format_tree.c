/* The tree says where lines may end: which pieces belong together, what is broken before what, and
 * what stands in columns. Each construct of the language has its function here, and its layout is
 * what that function says. */
#include "format/format.h"

#include "blueprint.tab.h"

/* ---- from the tree to pieces ---- */

/* The first piece that begins at this place of the source or behind it. */
static int piece_at(const Layout *layout, uint32_t offset) {
  int low = 0, high = layout->count - 1;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (layout->pieces[middle].start < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int first_of(const Layout *layout, Span span) {
  return piece_at(layout, span.start);
}

static int last_of(const Layout *layout, Span span) {
  return piece_at(layout, span.end) - 1;
}

static bool is(const Layout *layout, int piece, int kind) {
  return layout->pieces[piece].kind == kind;
}

/* The tree leaves out pluses that are signs: those that are not spaced as operators. */
static int begin_of(const Layout *layout, const Expr *expr) {
  int i = first_of(layout, expr->span);
  while (i > 0 && is(layout, i - 1, '+') && layout->pieces[i - 1].joins_right) i--;
  return i;
}

static int end_of(const Layout *layout, const Expr *expr) {
  return last_of(layout, expr->span);
}

static const Expr *last_expr(const Expr *list) {
  while (list->next) list = list->next;
  return list;
}

/* ---- groups and breaks ---- */

static void add_group(Layout *layout, int first, int last, int nest, bool filled) {
  Group *group = ARENA_NEW(&layout->compiler->arena, Group);
  *group = (Group){.end = last, .nest = nest, .filled = filled};
  LIST_APPEND(Group, layout->pieces[first].groups, group);
}

static void add_break(Layout *layout, int piece) {
  layout->pieces[piece].may_break = true;
}

static void set_column(Layout *layout, int piece, Column column) {
  layout->pieces[piece].column = column;
}

static void lay_expr(Layout *layout, const Expr *expr, int nest);

/* Names in brackets, braces, or behind `in`. */
static void lay_names(Layout *layout, const NameList *names) {
  if (!names) return;
  int first = first_of(layout, names->name.span), last = first;
  for (const NameList *name = names->next; name; name = name->next)
    add_break(layout, last = first_of(layout, name->name.span));
  add_group(layout, first, last, INDENT, true);
}

static void lay_list(Layout *layout, const Expr *list) {
  for (const Expr *expr = list; expr; expr = expr->next) {
    if (expr != list) add_break(layout, begin_of(layout, expr));
    lay_expr(layout, expr, INDENT);
  }
}

/* What stands in brackets, comma after comma. */
static void lay_listed(Layout *layout, const Expr *list, bool filled) {
  if (list && list->next)
    add_group(layout, begin_of(layout, list), end_of(layout, last_expr(list)), INDENT, filled);
  lay_list(layout, list);
}

/* ---- expressions ---- */

typedef enum Level { LEVEL_OR = 1, LEVEL_AND, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT } Level;

static const Level levels[OP_COUNT] = {
    [OP_OR] = LEVEL_OR,
    [OP_AND] = LEVEL_AND,
    [OP_LESS] = LEVEL_COMPARE,
    [OP_LESS_EQUAL] = LEVEL_COMPARE,
    [OP_GREATER] = LEVEL_COMPARE,
    [OP_GREATER_EQUAL] = LEVEL_COMPARE,
    [OP_EQUAL] = LEVEL_COMPARE,
    [OP_NOT_EQUAL] = LEVEL_COMPARE,
    [OP_ADD] = LEVEL_SUM,
    [OP_SUBTRACT] = LEVEL_SUM,
    [OP_MULTIPLY] = LEVEL_PRODUCT,
    [OP_DIVIDE] = LEVEL_PRODUCT,
};

static bool has_level(const Expr *expr, Level level) {
  return expr->kind == EXPR_BINARY && levels[expr->op] == level;
}

/* Lines end before operators: a comment behind one is about what stands before it. */
static void pull_comment(Piece *operator) {
  if (!operator->behind || operator[-1].behind || operator->above) return;
  operator[-1].behind = operator->behind;
  operator->behind = NULL;
  operator->must_break = true;
  operator[1].must_break = operator[1].above;
}

static void lay_operator(Layout *layout, const Expr *expr, bool may_break) {
  Piece *piece = &layout->pieces[first_of(layout, expr->at)];
  piece->joins_left = piece->joins_right = false;
  piece->may_break = may_break;
  pull_comment(piece);
}

/* One word before the only operator stays with it: `1 - sum(...)`. */
static bool begins_with_word(const Layout *layout, const Expr *expr) {
  return begin_of(layout, expr->left) == end_of(layout, expr->left);
}

/* Operators of one level are laid alike: each of them begins a line, or none does. */
static void lay_chain(Layout *layout, const Expr *expr, int nest) {
  Level level = levels[expr->op];
  bool may_break = has_level(expr->left, level) || !begins_with_word(layout, expr);
  const Expr *left = expr;
  add_group(layout, begin_of(layout, expr), end_of(layout, expr), nest, false);
  for (; has_level(left, level); left = left->left) lay_operator(layout, left, may_break);
  lay_expr(layout, left, INDENT);
  for (; expr != left; expr = expr->left) lay_expr(layout, expr->right, INDENT);
}

static void lay_binary(Layout *layout, const Expr *expr, int nest) {
  if (expr->op != OP_POWER) {
    lay_chain(layout, expr, nest);
    return;
  }
  lay_expr(layout, expr->left, nest);
  lay_expr(layout, expr->right, nest);
}

static void lay_inner(Layout *layout, const Expr *expr, int nest) {
  lay_expr(layout, expr->left, expr->kind == EXPR_PAREN ? INDENT : nest);
}

static void lay_index(Layout *layout, const Expr *expr, int nest) {
  lay_expr(layout, expr->left, nest);
  lay_listed(layout, expr->args, false);
}

/* `for a in A for b in B if condition`, wherever it stands: one line, or one for each part. */
static void lay_clause(Layout *layout, const For *fors, const Expr *filter) {
  if (!fors) return;
  int first = first_of(layout, fors->variable.span) - 1, last = first;
  add_break(layout, first);
  for (const For *loop = fors; loop; loop = loop->next) {
    if (loop != fors) add_break(layout, first_of(layout, loop->variable.span) - 1);
    last = last_of(layout, loop->set.span);
  }
  if (filter) last = end_of(layout, filter);
  add_group(layout, first, last, 0, false);
  if (!filter) return;
  add_break(layout, begin_of(layout, filter) - 1);
  lay_expr(layout, filter, INDENT);
}

static int end_of_call(const Layout *layout, const Expr *call) {
  return end_of(layout, call) - 1; /* before its `)` */
}

/* The clause on a line of its own, below the expression; the default below it. */
static void lay_reduction(Layout *layout, const Expr *expr) {
  int first = begin_of(layout, expr->args);
  add_group(layout, first, end_of_call(layout, expr), INDENT, false);
  add_group(layout, first, end_of(layout, last_expr(expr->args)), 0, false);
  lay_list(layout, expr->args);
  lay_clause(layout, expr->fors, expr->filter);
  if (!expr->fallback) return;
  add_break(layout, begin_of(layout, expr->fallback) - 2);
  lay_expr(layout, expr->fallback, INDENT);
}

static void lay_call(Layout *layout, const Expr *expr, int nest) {
  layout->pieces[end_of(layout, expr->left) + 1].joins_left = true;
  lay_expr(layout, expr->left, nest);
  if (expr->fors)
    lay_reduction(layout, expr);
  else
    lay_listed(layout, expr->args, false);
}

/* `if`, `then` and `else` below one another; of several, each condition beside its value. */
static void lay_if(Layout *layout, const Expr *expr, int nest) {
  bool many = expr->third->kind == EXPR_IF;
  int arm = begin_of(layout, expr);
  add_group(layout, arm, end_of(layout, expr), nest, false);
  for (;; expr = expr->third) {
    int otherwise = begin_of(layout, expr->third) - 1;
    if (many) add_group(layout, arm, otherwise - 1, INDENT, false);
    add_break(layout, begin_of(layout, expr->right) - 1);
    add_break(layout, otherwise);
    lay_expr(layout, expr->left, INDENT);
    lay_expr(layout, expr->right, INDENT);
    if (expr->third->kind != EXPR_IF) break;
    arm = otherwise;
  }
  lay_expr(layout, expr->third, INDENT);
}

/* `nest`: indentation of lines that continue it, against those of what it stands in. */
static void lay_expr(Layout *layout, const Expr *expr, int nest) {
  static void (*const kinds[])(Layout *, const Expr *, int) = {
      [EXPR_MEMBER] = lay_inner, [EXPR_INDEX] = lay_index,   [EXPR_CALL] = lay_call,
      [EXPR_UNARY] = lay_inner,  [EXPR_BINARY] = lay_binary, [EXPR_IF] = lay_if,
      [EXPR_PAREN] = lay_inner};
  if (kinds[expr->kind]) kinds[expr->kind](layout, expr, nest);
}

/* ---- name[index] : TYPE in RANGE = VALUE "doc"; ---- */

/* A unit is written without blanks, labels with one behind each comma. */
static void lay_type(Layout *layout, const TypeExpr *type) {
  if (!type) return;
  if (type->labels) {
    lay_names(layout, type->labels);
    return;
  }
  for (int i = first_of(layout, type->span) + 1; i <= last_of(layout, type->span); i++)
    layout->pieces[i].joins_left = true;
}

static void lay_domain(Layout *layout, const DomainExpr *domain) {
  if (!domain) return;
  const Expr *const parts[] = {domain->low, domain->high, domain->step};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (parts[i]) lay_expr(layout, parts[i], INDENT);
  lay_listed(layout, domain->values, true);
}

/* A value that does not fit behind its `=` goes to the next line; its doc goes below it. */
static void lay_value(Layout *layout, const Item *item) {
  int equals = begin_of(layout, item->value) - 1, last = last_of(layout, item->span) - 1;
  if (is(layout, equals - 1, TOKEN_STRING)) { /* the doc stands before the `=`, as a function's */
    add_break(layout, equals);
    lay_expr(layout, item->value, INDENT);
    return;
  }
  while (is(layout, last, TOKEN_STRING)) last--;
  add_group(layout, first_of(layout, item->name.span), last, 0, true);
  add_break(layout, equals + 1);
  if (item->initially) add_break(layout, begin_of(layout, item->initially) - 1);
  if (item->type && !item->domain && !item->clauses) set_column(layout, equals, COLUMN_VALUE);
  lay_expr(layout, item->value, 0);
  if (item->initially) lay_expr(layout, item->initially, INDENT);
}

/* The clauses of a `solve` stay on its line while they fit; else each may begin one. */
static void lay_clauses(Layout *layout, const Clause *clauses) {
  for (const Clause *clause = clauses; clause; clause = clause->next) {
    add_break(layout, first_of(layout, clause->span));
    lay_expr(layout, clause->value, INDENT);
  }
}

static void lay_item(Layout *layout, const Item *item) {
  if (item->type) set_column(layout, first_of(layout, item->type->span) - 1, COLUMN_TYPE);
  if (item->value) lay_value(layout, item);
  lay_type(layout, item->type);
  lay_domain(layout, item->domain);
  lay_clauses(layout, item->clauses);
}

/* ---- statements ---- */

static void lay_in(Layout *layout, const Statement *statement) {
  lay_names(layout, statement->names);
}

static void lay_definition(Layout *layout, const Statement *statement) {
  lay_item(layout, statement->item);
}

static void lay_return(Layout *layout, const Statement *statement) {
  lay_expr(layout, statement->value, 0);
}

static void lay_vary(Layout *layout, const Statement *statement) {
  lay_expr(layout, statement->target, INDENT);
  lay_expr(layout, statement->value, 0);
}

static void lay_assert(Layout *layout, const Statement *statement) {
  lay_expr(layout, statement->value, 0);
  if (statement->within) lay_expr(layout, statement->within, INDENT);
  lay_clause(layout, statement->fors, statement->filter);
}

static void lay_statements(Layout *layout, const Statement *statements) {
  static void (*const kinds[])(Layout *, const Statement *) = {[STATEMENT_IN] = lay_in,
                                                               [STATEMENT_OUT] = lay_definition,
                                                               [STATEMENT_SOLVE] = lay_definition,
                                                               [STATEMENT_LET] = lay_definition,
                                                               [STATEMENT_RETURN] = lay_return,
                                                               [STATEMENT_VARY] = lay_vary,
                                                               [STATEMENT_ASSERT] = lay_assert};
  for (const Statement *statement = statements; statement; statement = statement->next)
    kinds[statement->kind](layout, statement);
}

/* ---- declarations ---- */

static void lay_items(Layout *layout, const Decl *decl) {
  for (const Item *item = decl->items; item; item = item->next) lay_item(layout, item);
}

static void lay_file(Layout *layout, const Decl *decl) {
  int file = first_of(layout, decl->name.span);
  while (!is(layout, file, TOKEN_STRING)) file++;
  layout->pieces[file].is_file = true;
}

static void lay_source(Layout *layout, const Decl *decl) {
  layout->pieces[last_of(layout, decl->source.span) + 1].joins_left = true;
  lay_listed(layout, decl->arguments, true);
}

static void lay_table(Layout *layout, const Decl *decl) {
  lay_domain(layout, decl->instants);
  if (decl->source.text) lay_source(layout, decl);
  if (decl->file) lay_file(layout, decl);
  lay_items(layout, decl);
}

static void lay_parameters(Layout *layout, const Item *parameters) {
  if (!parameters) return;
  int first = first_of(layout, parameters->name.span), last = first;
  for (const Item *item = parameters; item; item = item->next) {
    if (item != parameters) add_break(layout, first_of(layout, item->name.span));
    layout->pieces[first_of(layout, item->type->span) - 1].joins_left = true;
    last = last_of(layout, item->span);
  }
  add_group(layout, first, last, INDENT, true);
  for (const Item *item = parameters; item; item = item->next) {
    lay_type(layout, item->type);
    lay_domain(layout, item->domain);
  }
}

static void lay_function(Layout *layout, const Decl *decl) {
  layout->pieces[last_of(layout, decl->name.span) + 1].joins_left = true;
  lay_parameters(layout, decl->items);
  lay_type(layout, decl->result);
  lay_names(layout, decl->generics);
  if (decl->body) {
    add_break(layout, begin_of(layout, decl->body) - 1);
    lay_expr(layout, decl->body, INDENT);
  }
  lay_statements(layout, decl->statements);
}

static void lay_block(Layout *layout, const Decl *decl) {
  lay_statements(layout, decl->statements);
}

/* What it holds for goes to the next line, before the doc does. */
static void lay_expect(Layout *layout, const Decl *decl) {
  if (decl->fors)
    add_group(layout, first_of(layout, decl->span), first_of(layout, decl->fors->variable.span) - 2,
              0, false);
  lay_clause(layout, decl->fors, decl->filter);
  lay_statements(layout, decl->statements);
}

static void lay_objectives(Layout *layout, const Objective *objectives) {
  int first = first_of(layout, objectives->kpi.span) - 1, last = first;
  for (const Objective *objective = objectives; objective; objective = objective->next) {
    last = first_of(layout, objective->kpi.span);
    if (objective != objectives) add_break(layout, last - 1);
  }
  add_group(layout, first, last, INDENT, false);
}

/* `subject to` begins a line before its constraints do, one by one. */
static void lay_goal(Layout *layout, const Decl *decl) {
  lay_objectives(layout, decl->objectives);
  if (!decl->constraints) return;
  int first = begin_of(layout, decl->constraints);
  add_break(layout, first - 2);
  add_group(layout, first - 1, end_of(layout, last_expr(decl->constraints)), INDENT, false);
  add_break(layout, first);
  lay_list(layout, decl->constraints);
}

static void lay_declarations(Layout *layout, const Decl *decls) {
  static void (*const kinds[])(Layout *, const Decl *) = {
      [DECL_TABLE] = lay_table,       [DECL_INPUT] = lay_items, [DECL_POLICY] = lay_items,
      [DECL_DRAW] = lay_items,        [DECL_KPI] = lay_items,   [DECL_BLOCK] = lay_block,
      [DECL_FUNCTION] = lay_function, [DECL_GOAL] = lay_goal,   [DECL_EXPECT] = lay_expect};
  for (const Decl *decl = decls; decl; decl = decl->next)
    if (kinds[decl->kind]) kinds[decl->kind](layout, decl);
}

/* ---- everywhere ---- */

static bool is_doc(const Layout *layout, int piece) {
  return is(layout, piece, TOKEN_STRING) && !layout->pieces[piece].is_file;
}

/* A doc may begin a line; of one that was written in parts, each part does. */
static void lay_docs(Layout *layout) {
  for (int i = 1; i < layout->count; i++) {
    if (!is_doc(layout, i)) continue;
    add_break(layout, i);
    if (is_doc(layout, i - 1))
      layout->pieces[i - 1].must_break = layout->pieces[i].must_break = true;
  }
}

/* Where two tokens would mean something else without a blank between them: `9 m ^ 2`, `2 .x`. */
static void keep_apart(Layout *layout) {
  for (int i = 1; i < layout->count; i++) {
    Piece *piece = &layout->pieces[i];
    bool power = is(layout, i - 1, TOKEN_QUANTITY) && is(layout, i, '^');
    bool call = is(layout, i - 1, TOKEN_QUANTITY) && is(layout, i, '(');
    bool member = is(layout, i - 1, TOKEN_NUMBER) && is(layout, i, '.');
    if (power || call || member) piece->joins_left = false;
    if (power) piece->joins_right = false;
  }
}

void format_tree(Layout *layout, const Tree *tree) {
  lay_declarations(layout, tree->decls);
  lay_docs(layout);
  keep_apart(layout);
}
