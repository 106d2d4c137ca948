/* Where a hole lies: see site.h. The walk goes down to it by the tree, binds on its way what the
 * checker would bind, and works out which type each operand should have from those beside it. */
#include "editor/site.h"
#include "editor/hole.h"

#include <string.h>

static bool is_hole(Name name) {
  return name.text == hole_name;
}

/* What fills the gaps of an unfinished statement stands at the same place, behind the hole. */
static void found(Site *site, SiteKind kind) {
  if (site->kind == SITE_NOWHERE) site->kind = kind;
}

/* ---- does the hole lie in it? ---- */

static bool in_fors(const For *fors) {
  for (; fors; fors = fors->next)
    if (is_hole(fors->variable) || is_hole(fors->set)) return true;
  return false;
}

static bool in_list(const Expr *list);

static bool in_expr(const Expr *expr) {
  return expr && (is_hole(expr->name) || in_expr(expr->left) || in_expr(expr->right) ||
                  in_expr(expr->third) || in_list(expr->args) || in_fors(expr->fors) ||
                  in_expr(expr->filter) || in_expr(expr->fallback));
}

static bool in_list(const Expr *list) {
  for (; list; list = list->next)
    if (in_expr(list)) return true;
  return false;
}

static bool covers(const Site *site, Span span) {
  return span.start <= site->at && site->at <= span.end;
}

/* ---- what is wanted beside an operand ---- */

static Type type_of(Site *site, const Expr *expr) {
  return expr ? check_expr(&site->scope, expr, NULL)->type : type_error;
}

/* The dimension of a * b^power. */
static Type scaled(hermes_scale scale, const Type *a, const Type *b, int power) {
  Type type = type_real(scale, a->dimension);
  bool good = hermes_dimension_multiply(&a->dimension, &b->dimension, power * HERMES_POWER_ONE,
                                        &type.dimension);
  return good ? type : type_error;
}

static Type gain(void) {
  return type_real(HERMES_GAIN, (hermes_dimension){0});
}

static bool same_dimension(const Type *a, const Type *b) {
  return hermes_dimension_equal(&a->dimension, &b->dimension);
}

/* Beside a level: a gain, or what makes another level of it. */
static Type beside_level(Operator op, bool right, Type wanted, Type other) {
  bool known = wanted.kind == TYPE_REAL;
  if (known && wanted.scale == HERMES_GAIN) return other;
  if (!known || wanted.scale != HERMES_LEVEL)
    return op == OP_ADD ? gain() : known ? other : type_error;
  if (same_dimension(&wanted, &other) && (op == OP_ADD || right)) return gain();
  if (op == OP_ADD) return scaled(HERMES_LEVEL, &wanted, &other, -1);
  return right ? scaled(HERMES_LEVEL, &other, &wanted, -1)
               : scaled(HERMES_LEVEL, &wanted, &other, 1);
}

static Type wanted_in_sum(Operator op, bool right, Type wanted, Type other) {
  if (other.kind != TYPE_REAL) return wanted;
  switch (other.scale) {
  case HERMES_GAIN:
    return wanted.kind == TYPE_REAL && !(op == OP_SUBTRACT && right) ? wanted : other;
  case HERMES_LEVEL: return beside_level(op, right, wanted, other);
  case HERMES_POINT: return op == OP_ADD ? step_type(other) : type_error;
  default: return other;
  }
}

static Type wanted_in_product(Operator op, bool right, Type wanted, Type other) {
  if (wanted.kind != TYPE_REAL || other.kind != TYPE_REAL) return type_error;
  if (wanted.scale == HERMES_LEVEL || other.scale > HERMES_GAIN) return type_error;
  hermes_scale scale = wanted.scale == other.scale ? HERMES_LINEAR : wanted.scale;
  if (op == OP_DIVIDE && right) return scaled(other.scale, &other, &wanted, -1);
  return scaled(scale, &wanted, &other, op == OP_DIVIDE ? 1 : -1);
}

static Type wanted_operand(const Expr *expr, bool right, Type wanted, Type other) {
  if (expr->op == OP_AND || expr->op == OP_OR) return type_bool;
  if (expr->op == OP_ADD || expr->op == OP_SUBTRACT)
    return wanted_in_sum(expr->op, right, wanted, other);
  if (expr->op == OP_MULTIPLY || expr->op == OP_DIVIDE)
    return wanted_in_product(expr->op, right, wanted, other);
  if (expr->op == OP_POWER) return right ? type_number : type_error;
  return other; /* a comparison */
}

/* ---- what built-in functions want, by the rule of their row in builtins.def ---- */

typedef Type WantedRule(Type wanted);

static Type want_same(Type wanted) {
  return wanted;
}
static Type want_any(Type wanted) {
  return (void)wanted, type_error;
}
static Type want_number(Type wanted) {
  return (void)wanted, type_number;
}
static Type want_condition(Type wanted) {
  return (void)wanted, type_bool;
}
static Type want_angle(Type wanted) {
  hermes_unit rad;
  hermes_unit_system units = {0};
  (void)wanted;
  return hermes_unit_lookup(&units, "rad", 3, &rad) ? type_real(rad.scale, rad.dimension)
                                                    : type_error;
}
static Type want_logarithm(Type wanted) {
  bool ratio = hermes_dimension_is_one(&wanted.dimension);
  if (wanted.kind != TYPE_REAL || wanted.scale != HERMES_LINEAR) return type_error;
  return type_real(ratio ? HERMES_GAIN : HERMES_LEVEL, wanted.dimension);
}
static Type want_linear(Type wanted) {
  bool known = wanted.kind == TYPE_REAL && is_logarithmic(&wanted);
  return known ? type_real(HERMES_LINEAR, wanted.dimension) : type_error;
}
static Type want_square(Type wanted) {
  return wanted.kind == TYPE_REAL ? scaled(HERMES_LINEAR, &wanted, &wanted, 1) : type_error;
}

enum { /* which rule stands for which */
#define RULE(rule, want) RULE_##rule,
#define RULES                                                                                      \
  RULE(lin, logarithm)                                                                             \
  RULE(db, linear)                                                                                 \
  RULE(power_sum, same)                                                                            \
  RULE(power_mean, same)                                                                           \
  RULE(extreme, same)                                                                              \
  RULE(vector, same)                                                                               \
  RULE(sign, any)                                                                                  \
  RULE(root, square)                                                                               \
  RULE(same_linear, same)                                                                          \
  RULE(plain, number)                                                                              \
  RULE(trigonometric, angle)                                                                       \
  RULE(inverse, number)                                                                            \
  RULE(direction, any)                                                                             \
  RULE(expectation, same)                                                                          \
  RULE(probability, condition)                                                                     \
  RULE(linear_fold, same)                                                                          \
  RULE(plain_fold, number)                                                                         \
  RULE(extreme_fold, same)                                                                         \
  RULE(row_fold, any)                                                                              \
  RULE(power_fold, same)                                                                           \
  RULE(log_fold, same)                                                                             \
  RULE(condition_number, condition)                                                                \
  RULE(condition_fold, condition)                                                                  \
  RULE(percentile, same)                                                                           \
  RULE(median, same)
       RULES
#undef RULE
};

static WantedRule *const wanted_rules[] = {
#define RULE(rule, want) [RULE_##rule] = want_##want,
    RULES
#undef RULE
};

static const struct {
  const char *name;
  int rule;
} builtins[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning) {#name, RULE_##rule},
#define REDUCTION(name, kind, rule, signature, meaning) {#name, RULE_##rule},
#include "check/builtins.def"
};

/* The type of the parameter at this position, of a function without generics. */
static Type wanted_parameter(Site *site, const char *name, int position) {
  Checker *checker = site->checker;
  hermes_unit unit;
  const char *text;
  int number = map_get(&checker->function_names, name);
  if (number < 0 || checker->functions[number].decl->generics) return type_error;
  const Item *item = checker->functions[number].decl->items;
  while (item && position-- > 0) item = item->next;
  return item ? read_type(checker, item->type, &unit, &text) : type_error;
}

static Type wanted_argument(Site *site, const Expr *call, int position, Type wanted) {
  const char *name = call->left->kind == EXPR_NAME ? call->left->name.text : "";
  if (strcmp(name, "percentile") == 0 && position == 0) return type_number;
  for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
    if (strcmp(builtins[i].name, name) == 0) return wanted_rules[builtins[i].rule](wanted);
  return wanted_parameter(site, name, position);
}

/* ---- going down ---- */

static void descend(Site *site, const Expr *expr, Type wanted);

static void descend_fors(Site *site, const For *fors) {
  for (; fors; fors = fors->next)
    if (is_hole(fors->variable) || is_hole(fors->set))
      found(site, is_hole(fors->set) ? SITE_ROWS : SITE_NEW_NAME);
}

static void descend_binary(Site *site, const Expr *expr, Type wanted) {
  bool right = in_expr(expr->right);
  const Expr *other = right ? expr->left : expr->right;
  descend(site, right ? expr->right : expr->left,
          wanted_operand(expr, right, wanted, type_of(site, other)));
}

static void descend_if(Site *site, const Expr *expr, Type wanted) {
  bool yes = in_expr(expr->right);
  if (in_expr(expr->left))
    descend(site, expr->left, type_bool);
  else if (wanted.kind != TYPE_ERROR)
    descend(site, yes ? expr->right : expr->third, wanted);
  else
    descend(site, yes ? expr->right : expr->third, type_of(site, yes ? expr->third : expr->right));
}

/* The value or column that an index belongs to, or NULL. */
static const Slot *indexed_slot(const Site *site, const Expr *left) {
  const Checker *checker = site->checker;
  bool member = left->kind == EXPR_MEMBER && left->left->kind == EXPR_NAME;
  int slot = -1;
  if (left->kind == EXPR_NAME) slot = find_value(&site->scope, left->name.text);
  if (member && strcmp(left->left->name.text, "before") == 0)
    slot = find_value(&site->scope, left->name.text);
  else if (member && find_table(checker, left->left->name.text) >= 0)
    slot = find_column(checker, find_table(checker, left->left->name.text), left->name.text);
  return slot < 0 ? NULL : &checker->program->slots[slot];
}

static void descend_index(Site *site, const Expr *expr, Type wanted) {
  int position = 0;
  const Slot *slot = indexed_slot(site, expr->left);
  if (in_expr(expr->left)) {
    descend(site, expr->left, wanted);
    return;
  }
  const Expr *arg = expr->args;
  for (; !in_expr(arg); arg = arg->next) position++;
  bool known = slot && position < slot->rank;
  descend(site, arg, known ? type_ref(slot->index[position]) : type_error);
}

/* step(slot) takes the time itself, unless a function of the blueprint has that name. */
static bool takes_time(const Site *site, const Expr *call) {
  return call->left->kind == EXPR_NAME && strcmp(call->left->name.text, "step") == 0 &&
         map_get(&site->checker->function_names, "step") < 0;
}

static void descend_call(Site *site, const Expr *expr, Type wanted) {
  Loop loops[MAX_RANK];
  int count, position = 0;
  if (in_expr(expr->left)) {
    descend(site, expr->left, wanted);
    return;
  }
  descend_fors(site, expr->fors);
  if (site->kind != SITE_NOWHERE) return;
  bind_fors(&site->scope, expr->fors, loops, &count, expr->span);
  if (in_expr(expr->filter)) {
    descend(site, expr->filter, type_bool);
  } else if (in_expr(expr->fallback)) {
    descend(site, expr->fallback, wanted);
  } else {
    const Expr *arg = expr->args;
    for (; !in_expr(arg); arg = arg->next) position++;
    if (takes_time(site, expr) && is_hole(arg->name)) found(site, SITE_ROWS);
    descend(site, arg, wanted_argument(site, expr, position, wanted));
  }
}

static void descend_member(Site *site, const Expr *expr, Type wanted) {
  if (is_hole(expr->name)) {
    found(site, SITE_MEMBER);
    site->wanted = wanted;
    site->left = expr->left;
  } else {
    descend(site, expr->left, type_error);
  }
}

/* needs: the hole in the expression. */
static void descend(Site *site, const Expr *expr, Type wanted) {
  switch (expr->kind) {
  case EXPR_MEMBER: descend_member(site, expr, wanted); break;
  case EXPR_INDEX: descend_index(site, expr, wanted); break;
  case EXPR_CALL: descend_call(site, expr, wanted); break;
  case EXPR_UNARY: descend(site, expr->left, expr->op == OP_NOT ? type_bool : wanted); break;
  case EXPR_BINARY: descend_binary(site, expr, wanted); break;
  case EXPR_IF: descend_if(site, expr, wanted); break;
  case EXPR_PAREN: descend(site, expr->left, wanted); break;
  default: found(site, SITE_VALUE); site->wanted = wanted;
  }
}

static void declare_unit(Site *site, const Slot *slot) {
  if (!slot || slot->type.kind != TYPE_REAL) return;
  site->declared = slot->type;
  site->unit = slot->unit_text;
}

static bool enter(Site *site, const Expr *expr, Type wanted) {
  if (site->kind != SITE_NOWHERE || !in_expr(expr)) return false;
  descend(site, expr, wanted);
  return true;
}

/* ---- items ---- */

static void enter_type(Site *site, const TypeExpr *type) {
  if (!type || !covers(site, type->span)) return;
  found(site, type->labels ? SITE_NEW_NAME : SITE_TYPE);
}

static void enter_indices(Site *site, const Index *indices) {
  for (; indices; indices = indices->next) {
    if (indices->variable.text && is_hole(indices->variable)) found(site, SITE_NEW_NAME);
    if (is_hole(indices->set)) found(site, SITE_ROWS);
  }
}

static void enter_domain(Site *site, const DomainExpr *domain, Type type) {
  site->scope = scope_new(site->checker, IN_CONSTANT, 0);
  enter(site, domain->low, type);
  enter(site, domain->high, type);
  enter(site, domain->step, step_type(type));
  for (const Expr *value = domain->values; value; value = value->next) enter(site, value, type);
}

static int slot_of(const Checker *checker, const Item *item) {
  for (int i = 0; i < checker->program->slot_count; i++)
    if (checker->definitions[i].item == item) return i;
  return -1;
}

/* Of a solve: its start may read data at its rows, all else is constant. */
static void enter_clauses(Site *site, const Slot *slot, const Item *item) {
  const Type wanted[CLAUSE_KINDS] = {[CLAUSE_START] = slot->type,
                                     [CLAUSE_TOLERANCE] = step_type(slot->type),
                                     [CLAUSE_DAMPING] = type_number,
                                     [CLAUSE_ITERATIONS] = type_number};
  for (const Clause *clause = item->clauses; clause; clause = clause->next) {
    bool start = clause->kind == CLAUSE_START;
    site->scope = scope_new(site->checker, start ? IN_START : IN_CONSTANT, 0);
    if (start) bind_indices(&site->scope, slot, item->indices);
    if (enter(site, clause->value, wanted[clause->kind])) return;
  }
}

/* Behind `~`: a distribution, or one of its parameters. */
static void enter_drawn(Site *site, const Expr *value, Type type) {
  const Expr *name = value->kind == EXPR_CALL ? value->left : value, *arg = value->args;
  if (name->kind == EXPR_NAME && is_hole(name->name)) {
    found(site, SITE_DISTRIBUTION);
    site->wanted = type;
    return;
  }
  for (int position = 0; name != value && !value->fors && arg; arg = arg->next, position++)
    enter(site, arg, distribution_parameter(name->name.text, position, &type));
  enter(site, value, type);
}

static void enter_item(Site *site, const Item *item) {
  Checker *checker = site->checker;
  if (is_hole(item->name)) found(site, SITE_NEW_NAME);
  enter_indices(site, item->indices);
  enter_type(site, item->type);
  int number = slot_of(checker, item);
  if (number < 0 || site->kind != SITE_NOWHERE) return;
  const Slot *slot = &checker->program->slots[number];
  Type type = slot->role == ROLE_LET ? type_error : slot->type;
  if (item->domain) enter_domain(site, item->domain, type);
  if (site->kind == SITE_NOWHERE) enter_clauses(site, slot, item);
  if (slot->role != ROLE_LET) declare_unit(site, slot);
  site->slot = number;
  if (site->kind != SITE_NOWHERE) return;
  site->scope = definition_scope(checker, slot, item);
  if (item->is_drawn && item->value) enter_drawn(site, item->value, type);
  enter(site, item->value, type);
  enter(site, item->initially, type);
}

static void enter_items(Site *site, const Item *items) {
  for (; items && site->kind == SITE_NOWHERE; items = items->next)
    if (covers(site, items->span)) enter_item(site, items);
}

static void enter_names(Site *site, const NameList *names, SiteKind kind) {
  for (; names; names = names->next)
    if (is_hole(names->name)) found(site, kind);
}

/* ---- functions ---- */

static Type read_quietly(Checker *checker, const TypeExpr *type) {
  hermes_unit unit;
  const char *text;
  return read_type(checker, type, &unit, &text);
}

/* Its range. */
static void enter_parameter(Site *site, const Item *item) {
  hermes_unit unit;
  site->declared = read_type(site->checker, item->type, &unit, &site->unit);
  enter_domain(site, item->domain, site->declared);
}

/* Parameters and the lets in front of the hole are bound. */
static void enter_function(Site *site, const Decl *decl) {
  Checker *checker = site->checker;
  enter_names(site, decl->generics, SITE_NEW_NAME);
  for (const NameList *n = decl->generics; n; n = n->next)
    hermes_unit_declare(&checker->compiler->units, n->name.text);
  for (const Item *item = decl->items; item; item = item->next) {
    if (is_hole(item->name)) found(site, SITE_NEW_NAME);
    enter_type(site, item->type);
    if (item->domain) enter_parameter(site, item);
  }
  enter_type(site, decl->result);
  if (site->kind != SITE_NOWHERE) return;
  site->scope = scope_new(checker, IN_FUNCTION, 0);
  for (const Item *item = decl->items; item; item = item->next)
    bind_local(&site->scope, item->name, read_quietly(checker, item->type));
  Type result = read_quietly(checker, decl->result);
  enter(site, decl->body, result);
  for (const Statement *s = decl->statements; s && site->kind == SITE_NOWHERE; s = s->next) {
    if (s->kind == STATEMENT_RETURN) {
      enter(site, s->value, result);
    } else if (is_hole(s->item->name)) {
      found(site, SITE_NEW_NAME);
    } else if (!enter(site, s->item->value, type_error)) {
      bind_local(&site->scope, s->item->name, type_of(site, s->item->value));
    }
  }
}

/* ---- the other declarations ---- */

static void enter_block(Site *site, const Decl *decl) {
  for (const Statement *s = decl->statements; s && site->kind == SITE_NOWHERE; s = s->next) {
    if (s->kind == STATEMENT_IN)
      enter_names(site, s->names, SITE_CONTRACT);
    else if (covers(site, s->span))
      enter_item(site, s->item);
  }
}

static void enter_constraint(Site *site, const Expr *constraint) {
  bool comparison = constraint->kind == EXPR_BINARY;
  const Expr *measured = comparison ? constraint->left : constraint;
  if (in_expr(measured)) {
    found(site, SITE_KPI);
    return;
  }
  site->scope = scope_new(site->checker, IN_GOAL, 0);
  const Slot *kpi = measured->kind == EXPR_NAME ? indexed_slot(site, measured) : NULL;
  declare_unit(site, kpi);
  if (comparison) enter(site, constraint->right, kpi ? kpi->type : type_error);
}

static void enter_goal(Site *site, const Decl *decl) {
  for (const Objective *o = decl->objectives; o; o = o->next)
    if (is_hole(o->kpi)) found(site, SITE_KPI);
  for (const Expr *c = decl->constraints; c; c = c->next)
    if (site->kind == SITE_NOWHERE && in_expr(c)) enter_constraint(site, c);
}

static void enter_vary(Site *site, const Statement *s) {
  if (is_hole(s->target->name)) {
    found(site, SITE_VARIED);
    return;
  }
  const Expr *name = s->target->kind == EXPR_INDEX ? s->target->left : s->target;
  const Slot *slot = indexed_slot(site, name);
  if (name != s->target && is_hole(name->name)) found(site, SITE_VARIED);
  enter(site, s->target, type_error);
  declare_unit(site, slot);
  enter(site, s->value, !slot ? type_error : s->by ? step_type(slot->type) : slot->type);
}

static void enter_assert(Site *site, const Statement *s) {
  Loop loops[MAX_RANK];
  int count, outer = site->scope.bound_count;
  descend_fors(site, s->fors);
  bind_fors(&site->scope, s->fors, loops, &count, s->span);
  enter(site, s->filter, type_bool);
  enter(site, s->value, type_bool);
  if (in_expr(s->within)) {
    bool comparison = s->value->kind == EXPR_BINARY;
    enter(site, s->within, step_type(comparison ? type_of(site, s->value->left) : type_error));
  }
  if (site->kind == SITE_NOWHERE) site->scope.bound_count = outer;
}

static void enter_expect(Site *site, const Decl *decl) {
  Loop loops[MAX_RANK];
  int count;
  site->scope = scope_new(site->checker, IN_EXPECT, 0);
  descend_fors(site, decl->fors);
  bind_fors(&site->scope, decl->fors, loops, &count, decl->span);
  enter(site, decl->filter, type_bool);
  for (const Statement *s = decl->statements; s && site->kind == SITE_NOWHERE; s = s->next) {
    if (s->kind == STATEMENT_VARY)
      enter_vary(site, s);
    else
      enter_assert(site, s);
  }
}

/* Arguments of a source: the table that it is about, and numbers. */
static void enter_source(Site *site, const Decl *decl) {
  const hermes_source *source = hermes_source_find(decl->source.text);
  bool table = source && source->of_table;
  int number = 0;
  if (is_hole(decl->source)) found(site, SITE_SOURCE);
  site->scope = scope_new(site->checker, IN_CONSTANT, 0);
  for (const Expr *arg = decl->arguments; arg; arg = arg->next, number++) {
    if (table && !number && is_hole(arg->name)) found(site, SITE_ROWS);
    if (number - table < 0 || !in_expr(arg)) continue;
    const char *unit = source && number - table < hermes_source_most(source)
                           ? source->arguments[number - table].unit
                           : NULL;
    hermes_unit measure = hermes_source_unit(unit ? unit : "");
    if (unit) site->declared = type_real(measure.scale, measure.dimension);
    if (unit) site->unit = strcmp(unit, "int") == 0 ? "1" : unit;
    enter(site, arg, unit ? site->declared : type_error);
  }
}

static void enter_instants(Site *site, const DomainExpr *instants) {
  hermes_unit second = hermes_source_unit("s");
  enter_domain(site, instants, type_real(second.scale, second.dimension));
}

static void enter_table(Site *site, const Decl *decl) {
  if (decl->instants) enter_instants(site, decl->instants);
  if (decl->source.text) enter_source(site, decl);
  if (site->kind == SITE_NOWHERE) enter_items(site, decl->items);
}

static void enter_decl(Site *site, const Decl *decl) {
  if (decl->kind == DECL_IMPORT && covers(site, decl->name.span)) found(site, SITE_MODULE);
  if (decl->kind != DECL_KPI && is_hole(decl->name)) found(site, SITE_NEW_NAME);
  enter_names(site, decl->indices, SITE_ROWS);
  if (site->kind != SITE_NOWHERE) return;
  switch (decl->kind) {
  case DECL_TABLE: enter_table(site, decl); break;
  case DECL_FUNCTION: enter_function(site, decl); break;
  case DECL_BLOCK: enter_block(site, decl); break;
  case DECL_GOAL: enter_goal(site, decl); break;
  case DECL_EXPECT: enter_expect(site, decl); break;
  default: enter_items(site, decl->items);
  }
}

void find_site(Checker *checker, uint32_t at, Site *site) {
  const Tree *tree = checker->compiler->trees[0];
  *site = (Site){.checker = checker, .at = at, .wanted = type_error, .slot = -1};
  site->scope = scope_new(checker, IN_CONSTANT, 0);
  if (is_hole(tree->name)) found(site, SITE_NEW_NAME);
  for (const Decl *decl = tree->decls; decl && site->kind == SITE_NOWHERE; decl = decl->next) {
    if (!covers(site, decl->span)) continue;
    enter_decl(site, decl);
    if (site->kind != SITE_NOWHERE) site->decl = decl;
  }
}
