/* Constructors of the tree: every node is made here, spanned, and checked against the limit of
 * nesting. */
#include "syntax/syntax.h"

#include <string.h>

static int depth_of(const Expr *expr) {
  return expr ? expr->depth : 0;
}

/* Takes the children's depth into the node's; beyond the limit the tree is not used. */
static Expr *deepen(Parser *parser, Expr *expr) {
  int depth = depth_of(expr->left);
  const Expr *children[] = {expr->right, expr->third, expr->filter, expr->fallback};
  for (size_t i = 0; i < sizeof children / sizeof *children; i++)
    if (depth_of(children[i]) > depth) depth = depth_of(children[i]);
  for (const Expr *arg = expr->args; arg; arg = arg->next)
    if (arg->depth > depth) depth = arg->depth;
  expr->depth = depth + 1;
  if (expr->depth == MAX_DEPTH + 1) syntax_too_deep(parser, expr->span);
  return expr;
}

Expr *expr_new(Parser *parser, ExprKind kind, Span span) {
  Expr *expr = ARENA_NEW(&parser->compiler->arena, Expr);
  expr->kind = kind;
  expr->span = expr->at = span;
  expr->depth = 1;
  return expr;
}

Expr *expr_literal(Parser *parser, ExprKind kind, Span span, const Token *token) {
  Expr *expr = expr_new(parser, kind, span);
  expr->number = token->number;
  expr->unit = kind == EXPR_QUANTITY ? token->unit : hermes_unit_one();
  return expr;
}

Expr *expr_name(Parser *parser, Name name) {
  Expr *expr = expr_new(parser, EXPR_NAME, name.span);
  expr->name = name;
  return expr;
}

/* OP_COUNT makes a bracketed expression. */
Expr *expr_unary(Parser *parser, Operator op, Span at, Expr *left, Span span) {
  Expr *expr = expr_new(parser, op == OP_COUNT ? EXPR_PAREN : EXPR_UNARY, span);
  expr->op = op;
  expr->at = at;
  expr->left = left;
  return deepen(parser, expr);
}

Expr *expr_binary(Parser *parser, Operator op, Span at, Expr *left, Expr *right) {
  Expr *expr = expr_new(parser, EXPR_BINARY, span_join(left->span, right->span));
  expr->op = op;
  expr->at = at;
  expr->left = left;
  expr->right = right;
  return deepen(parser, expr);
}

Expr *expr_member(Parser *parser, Expr *left, Name name) {
  Expr *expr = expr_new(parser, EXPR_MEMBER, span_join(left->span, name.span));
  expr->at = name.span;
  expr->left = left;
  expr->name = name;
  return deepen(parser, expr);
}

Expr *expr_index(Parser *parser, Expr *left, Expr *args, Span span) {
  Expr *expr = expr_new(parser, EXPR_INDEX, span);
  expr->at = left->span;
  expr->left = left;
  expr->args = args;
  return deepen(parser, expr);
}

Expr *expr_call(Parser *parser, Expr *left, Expr *call, Span span) {
  call->span = span;
  call->at = left->span;
  call->left = left;
  return deepen(parser, call);
}

Expr *expr_if(Parser *parser, Span span, Expr *condition, Expr *yes, Expr *no) {
  Expr *expr = expr_new(parser, EXPR_IF, span);
  expr->left = condition;
  expr->right = yes;
  expr->third = no;
  return deepen(parser, expr);
}

/* Adjacent doc strings join with one space, whether or not one was written. */
const char *doc_join(Parser *parser, const char *a, const char *b) {
  if (!*a) return b;
  if (!*b) return a;
  size_t length = strlen(a);
  if (length > MAX_STRING_BYTES) return a; /* which was said: what comes now is left out */
  if (length + 1 + strlen(b) > MAX_STRING_BYTES) {
    report(parser->compiler, HB0009, parser->current->span,
           "with this string, the doc is longer than %d bytes", MAX_STRING_BYTES);
    parser->failed = true;
  }
  const char *space = a[length - 1] == ' ' ? "" : " ";
  return arena_format(&parser->compiler->arena, "%s%s%s", a, space, b);
}

/* ---- --print=ast
 * ---------------------------------------------------------------------------------------------------
 */

static void print_expr(const Expr *expr, FILE *out);

static void print_list(const Expr *list, FILE *out) {
  for (; list; list = list->next) {
    fputc(' ', out);
    print_expr(list, out);
  }
}

static void print_fors(const For *fors, FILE *out) {
  for (; fors; fors = fors->next) fprintf(out, " (for %s %s)", fors->variable.text, fors->set.text);
}

static void print_part(const char *label, const Expr *expr, FILE *out) {
  if (!expr) return;
  fprintf(out, " (%s ", label);
  print_expr(expr, out);
  fputc(')', out);
}

static const char *const expr_labels[] = {
    [EXPR_TRUE] = "true", [EXPR_FALSE] = "false", [EXPR_INDEX] = "index",   [EXPR_CALL] = "call",
    [EXPR_IF] = "if",     [EXPR_PAREN] = "paren", [EXPR_MEMBER] = "member",
};

static void print_node(const Expr *expr, FILE *out) {
  bool has_operator = expr->kind == EXPR_UNARY || expr->kind == EXPR_BINARY;
  fprintf(out, "(%s", has_operator ? operator_spelling(expr->op) : expr_labels[expr->kind]);
  const Expr *children[] = {expr->left, expr->right, expr->third};
  for (size_t i = 0; i < 3; i++) {
    if (!children[i]) continue;
    fputc(' ', out);
    print_expr(children[i], out);
  }
  if (expr->kind == EXPR_MEMBER) fprintf(out, " %s", expr->name.text);
  print_list(expr->args, out);
  print_fors(expr->fors, out);
  print_part("if", expr->filter, out);
  print_part("default", expr->fallback, out);
  print_part("confidence", expr->certainty, out);
  fputc(')', out);
}

static void print_expr(const Expr *expr, FILE *out) {
  switch (expr->kind) {
  case EXPR_NUMBER: fprintf(out, "%.17g", expr->number); break;
  case EXPR_QUANTITY:
    fprintf(out, "(quantity %.17g %u..%u)", expr->number, expr->span.start, expr->span.end);
    break;
  case EXPR_NAME: fputs(expr->name.text, out); break;
  default: print_node(expr, out);
  }
}

static void print_names(const char *label, const NameList *names, FILE *out) {
  if (names) fprintf(out, " (%s", label);
  for (const NameList *n = names; n; n = n->next) fprintf(out, " %s", n->name.text);
  if (names) fputc(')', out);
}

static void print_type_expr(const Compiler *compiler, const TypeExpr *type, FILE *out) {
  if (!type) return;
  const Source *source = compiler->sources[type->span.source];
  fprintf(out, " : %.*s", (int)(type->span.end - type->span.start),
          source->text + type->span.start);
}

static void print_clauses(const Clause *clauses, FILE *out) {
  static const char *const labels[] = {"start", "tolerance", "damping", "iterations"};
  for (; clauses; clauses = clauses->next) print_part(labels[clauses->kind], clauses->value, out);
}

static void print_item(const Compiler *compiler, const char *label, const Item *item, FILE *out) {
  fprintf(out, "  (%s %s", label, item->name.text);
  for (const Index *i = item->indices; i; i = i->next)
    fprintf(out, " [%s %s]", i->variable.text ? i->variable.text : "_", i->set.text);
  print_type_expr(compiler, item->type, out);
  if (item->domain) {
    print_part("from", item->domain->low, out);
    print_part(item->domain->open ? "below" : "to", item->domain->high, out);
    print_part("step", item->domain->step, out);
    if (item->domain->values)
      fputs(" (values", out), print_list(item->domain->values, out), fputc(')', out);
  }
  print_clauses(item->clauses, out);
  print_part(item->is_drawn ? "~" : "=", item->value, out);
  print_part("initially", item->initially, out);
  if (item->or_missing) fputs(" or-missing", out);
  fputs(")\n", out);
}

static void print_statement(const Compiler *compiler, const Statement *s, FILE *out) {
  static const char *const labels[] = {
      [STATEMENT_IN] = "in",   [STATEMENT_OUT] = "out",       [STATEMENT_SOLVE] = "solve",
      [STATEMENT_LET] = "let", [STATEMENT_RETURN] = "return", [STATEMENT_VARY] = "vary",
      [STATEMENT_ASSERT] = "assert"};
  if (s->item) {
    print_item(compiler, labels[s->kind], s->item, out);
    return;
  }
  fprintf(out, "  (%s", labels[s->kind]);
  for (const NameList *n = s->names; n; n = n->next) fprintf(out, " %s", n->name.text);
  print_part("target", s->target, out);
  print_part(s->kind == STATEMENT_VARY ? (s->by ? "by" : "to") : "value", s->value, out);
  print_part("within", s->within, out);
  print_fors(s->fors, out);
  print_part("if", s->filter, out);
  fputs(")\n", out);
}

static void print_decl(const Compiler *compiler, const Decl *decl, FILE *out) {
  static const char *const labels[] = {
      [DECL_ERROR] = "error",   [DECL_IMPORT] = "import",     [DECL_UNIT] = "unit",
      [DECL_TABLE] = "table",   [DECL_INPUT] = "input",       [DECL_POLICY] = "policy",
      [DECL_DRAW] = "draw",     [DECL_FUNCTION] = "function", [DECL_BLOCK] = "block",
      [DECL_KPI] = "kpi",       [DECL_GOAL] = "goal",         [DECL_EXPECT] = "expect"};
  fprintf(out, "(%s%s", decl->operational ? "operational " : "", labels[decl->kind]);
  if (decl->name.text) fprintf(out, " %s", decl->name.text);
  print_names("index", decl->indices, out);
  if (decl->source.text) {
    fprintf(out, " from (%s", decl->source.text);
    if (decl->file) fprintf(out, " \"%s\"", decl->file);
    print_list(decl->arguments, out);
    fputc(')', out);
  } else if (decl->file)
    fprintf(out, " from \"%s\"%s", decl->file, decl->sparse ? " sparse" : "");
  print_type_expr(compiler, decl->result, out);
  print_names("any", decl->generics, out);
  for (const Objective *o = decl->objectives; o; o = o->next)
    fprintf(out, " (%s %s)", o->maximize ? "maximize" : "minimize", o->kpi.text);
  if (decl->constraints)
    fputs(" (subject-to", out), print_list(decl->constraints, out), fputc(')', out);
  print_fors(decl->fors, out);
  print_part("if", decl->filter, out);
  print_part("=", decl->body, out);
  fputc('\n', out);
  for (const Item *item = decl->items; item; item = item->next)
    print_item(compiler, "item", item, out);
  for (const Statement *s = decl->statements; s; s = s->next) print_statement(compiler, s, out);
  fputs(")\n", out);
}

void print_tree(const Compiler *compiler, FILE *out) {
  for (uint32_t i = 0; i < compiler->source_count; i++) {
    const Tree *tree = compiler->trees[i];
    if (!tree) continue;
    fprintf(out, "(%s %s)\n", tree->is_module ? "module" : "blueprint", tree->name.text);
    for (const Decl *decl = tree->decls; decl; decl = decl->next) print_decl(compiler, decl, out);
  }
}
