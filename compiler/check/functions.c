/* Functions: found by name, settled for the units of one call, and checked once for each such
 * instance. A function that nobody calls is checked too, with its generic units taken as units of
 * their own. */
#include "check/checker.h"
#include "check/references.h"
#include "fix/repairs.h"

#include <string.h>

enum { MAX_GENERICS = 4, MAX_PARAMETERS = 16 };

typedef struct Generics {
  int count;
  Name names[MAX_GENERICS];
  bool bound[MAX_GENERICS];
  Type types[MAX_GENERICS];
  int base[MAX_GENERICS]; /* the place of its exponent in a pattern's dimension */
} Generics;

/* A parameter's or result's written type; generic units stand in its dimension as bases of their
 * own. */
typedef struct Pattern {
  Type type;
  bool bare; /* just `Q`: any quantity, levels and gains too */
} Pattern;

typedef struct Head {
  FunctionDecl *function;
  Generics generics;
  Pattern parameters[MAX_PARAMETERS], result;
  int count;
  hermes_unit_system units; /* with the generics */
} Head;

/* ---- finding ---- */

static bool in_sight(const Checker *checker, uint32_t from, uint32_t source) {
  return source == from || checker->imports[from][source];
}

/* How the functions in sight are called whose module is this one, or all where it is NULL. */
static size_t functions_in_sight(const Scope *scope, const char *module, const char **names,
                                 size_t capacity) {
  Checker *checker = scope->checker;
  size_t count = 0;
  for (int i = 0; i < checker->function_count && count < capacity; i++) {
    const FunctionDecl *f = &checker->functions[i];
    const char *own = checker->compiler->sources[f->source]->module;
    if (!in_sight(checker, scope->source, f->source)) continue;
    if (!module)
      names[count++] = f->decl->name.text;
    else if (own && strcmp(own, module) == 0)
      names[count++] = arena_format(&checker->compiler->arena, "%s.%s", own, f->decl->name.text);
  }
  return count;
}

/* Before the first declaration. */
static void offer_import(Scope *scope, hermes_diagnostic *d, const char *module) {
  Compiler *compiler = scope->checker->compiler;
  const Decl *first = compiler->trees[scope->source]->decls;
  const char *source = compiler->sources[scope->source]->text;
  uint32_t at = first ? first->span.start : 0;
  if (first) at += (uint32_t)strspn(source + at, " \t\r\n");
  bool line = at == 0 || source[at - 1] == '\n';
  const char *text = arena_format(&compiler->arena, line ? "import %s;\n" : "import %s; ", module);
  hermes_diagnostic_note(d, "`import %s;` brings it", module);
  if (first) offer_fix(d, (Span){at, at, scope->source}, text, "the import");
}

/* What a name is that is known, but is no function. */
static void explain_no_function(Scope *scope, hermes_diagnostic *d, const char *name) {
  enum { MAX_SEARCHES = 20 }; /* errors up to which the library is read */
  const char *module;
  int value = find_value(scope, name);
  if (find_bound(scope, name) || value >= 0)
    hermes_diagnostic_note(d,
                           value >= 0 && scope->checker->program->slots[value].rank > 0
                               ? "`%s` is a value: its elements are read with `[...]`"
                               : "`%s` is a value, and no function",
                           name);
  else if (!explain_idiom(d, IDIOM_FUNCTION, name) && !d->candidates &&
           scope->checker->compiler->diagnostics.errors <= MAX_SEARCHES &&
           (module = module_with(scope->checker->compiler, name)))
    offer_import(scope, d, module);
}

static void unknown_function(Scope *scope, Name name) {
  Checker *checker = scope->checker;
  const char *names[MAX_INSTANCES];
  size_t count = 0;
  if (checker->lacks_module[scope->source]) return;
  hermes_diagnostic *d = report(checker->compiler, HB0204, name.span,
                                "there is no function named `%s` here", name.text);
#define BUILTIN(n, least, most, op, rule, signature, meaning) names[count++] = #n;
#define REDUCTION(n, kind, rule, signature, meaning) names[count++] = #n;
#include "check/builtins.def"
  count += functions_in_sight(scope, NULL, names + count, MAX_INSTANCES - count);
  suggest(checker->compiler, d, name.text, names, count);
  explain_no_function(scope, d, name.text);
}

/* Of module.name: is the module not imported, or the name not in it? */
static void unknown_qualified(Scope *scope, Name name) {
  Compiler *compiler = scope->checker->compiler;
  const char *names[MAX_INSTANCES];
  size_t length = (size_t)(strrchr(name.text, '.') - name.text);
  const char *module = arena_copy(&compiler->arena, name.text, length);
  if (scope->checker->lacks_module[scope->source]) return;
  hermes_diagnostic *d =
      report(compiler, HB0204, name.span, "there is no function named `%s` here", name.text);
  if (module_is_read(compiler, module))
    suggest(compiler, d, name.text, names, functions_in_sight(scope, module, names, MAX_INSTANCES));
  else if (is_builtin(name.text + length + 1) || function_template(name.text + length + 1)) {
    state_rule(d, "built-in functions belong to no module");
    offer_fix(d, name.span, name.text + length + 1, "without the module");
  } else
    hermes_diagnostic_note(d, "there is no `import %s;`", module);
}

static void ambiguous_function(Scope *scope, Name name, const FunctionDecl *a,
                               const FunctionDecl *b) {
  Compiler *compiler = scope->checker->compiler;
  hermes_diagnostic *d = report(compiler, HB0207, name.span, "two modules define `%s`", name.text);
  report_label(compiler, d, a->decl->name.span, "in %s", compiler->sources[a->source]->module);
  report_label(compiler, d, b->decl->name.span, "in %s", compiler->sources[b->source]->module);
  hermes_diagnostic_fact(&d->candidates, "%s.%s, %s.%s", compiler->sources[a->source]->module,
                         name.text, compiler->sources[b->source]->module, name.text);
}

/* module.name, with the module written out. */
static int find_qualified(Scope *scope, Name name) {
  Checker *checker = scope->checker;
  const char *last = strrchr(name.text, '.');
  size_t place = 0, length = (size_t)(last - name.text);
  for (int i; (i = map_next(&checker->function_names, last + 1, &place)) >= 0;) {
    const char *module = checker->compiler->sources[checker->functions[i].source]->module;
    if (module && strlen(module) == length && memcmp(module, name.text, length) == 0 &&
        in_sight(checker, scope->source, checker->functions[i].source))
      return i;
  }
  unknown_qualified(scope, name);
  return -1;
}

static int look_up_function(Scope *scope, Name name) {
  Checker *checker = scope->checker;
  size_t place = 0;
  int found = -1;
  if (strchr(name.text, '.')) return find_qualified(scope, name);
  for (int i; (i = map_next(&checker->function_names, name.text, &place)) >= 0;) {
    if (!in_sight(checker, scope->source, checker->functions[i].source)) continue;
    if (checker->functions[i].source == scope->source)
      return i; /* one's own comes before a module's */
    if (found >= 0)
      return ambiguous_function(scope, name, &checker->functions[found], &checker->functions[i]),
             -1;
    found = i;
  }
  if (found < 0) unknown_function(scope, name);
  return found;
}

int find_function(Scope *scope, Name name) {
  int found = look_up_function(scope, name);
  const char *dot = strrchr(name.text, '.');
  if (dot) name.span.start = name.span.end - (uint32_t)strlen(dot + 1);
  if (found >= 0) note_function(scope->checker, name.span, found);
  return found;
}

/* ---- heads ---- */

static void declare_generics(Checker *checker, Head *head) {
  Compiler *compiler = checker->compiler;
  for (const NameList *n = head->function->decl->generics; n; n = n->next) {
    Generics *g = &head->generics;
    if (g->count == MAX_GENERICS) {
      report(compiler, HB0413, n->name.span, "a function has at most %d generic units",
             MAX_GENERICS);
      return;
    }
    if (!hermes_unit_declare(&head->units, n->name.text)) {
      bool known = hermes_unit_symbol(&head->units, n->name.text, strlen(n->name.text));
      report(compiler, HB0209, n->name.span,
             known ? "`%s` is a unit, and cannot name a generic"
                   : "`%s` is one unit too many, or too long",
             n->name.text);
      continue;
    }
    g->base[g->count] = HERMES_BUILTIN_BASES + (int)head->units.declared_count - 1;
    g->names[g->count++] = n->name;
  }
}

static Pattern read_pattern(Checker *checker, Head *head, const TypeExpr *written) {
  hermes_unit unit;
  const char *text;
  hermes_unit_system outer = checker->compiler->units;
  checker->compiler->units = head->units;
  Pattern pattern = {.type = read_type(checker, written, &unit, &text)};
  checker->compiler->units = outer;
  for (int i = 0; i < head->generics.count; i++)
    pattern.bare |= strcmp(text, head->generics.names[i].text) == 0;
  if (pattern.type.kind == TYPE_REF) {
    report(checker->compiler, HB0312, written->span,
           "a function takes and gives numbers, booleans and labels, no rows");
    pattern.type = type_error;
  }
  return pattern;
}

/* The generics of the function that is checked without a call are units to the messages; but to the
 * functions that it calls they are none, which may name their own alike. Their bases stay taken. */
static void hide_open_generics(const Checker *checker, hermes_unit_system *units) {
  for (int i = 1; i <= checker->open_generics; i++)
    units->declared[units->declared_count - (size_t)i][0] = '\0';
}

static bool read_head(Checker *checker, FunctionDecl *function, Head *head) {
  *head = (Head){.function = function, .units = checker->compiler->units};
  hide_open_generics(checker, &head->units);
  size_t errors = checker->compiler->diagnostics.errors;
  declare_generics(checker, head);
  for (const Item *item = function->decl->items; item; item = item->next) {
    if (head->count == MAX_PARAMETERS) {
      report(checker->compiler, HB0305, item->span, "a function has at most %d parameters",
             MAX_PARAMETERS);
      break;
    }
    head->parameters[head->count++] = read_pattern(checker, head, item->type);
  }
  head->result = read_pattern(checker, head, function->decl->result);
  return checker->compiler->diagnostics.errors == errors;
}

/* ---- settling generic units ---- */

/* The only unbound generic in a pattern, or -1 where there is none or more than one. */
static int sole_unbound(const Generics *g, const Pattern *pattern) {
  int found = -1;
  if (pattern->type.kind != TYPE_REAL) return -1;
  for (int i = 0; i < g->count; i++) {
    if (g->bound[i] || pattern->type.dimension.power[g->base[i]] == 0) continue;
    if (found >= 0) return -1;
    found = i;
  }
  return found;
}

/* The pattern's dimension with what is bound put in; what is not bound stays out. */
static bool substitute_dimension(const Generics *g, const Pattern *pattern, hermes_dimension *out) {
  hermes_dimension result = pattern->type.dimension;
  for (int i = 0; i < g->count; i++) {
    int power = result.power[g->base[i]];
    result.power[g->base[i]] = 0;
    if (power && g->bound[i] &&
        !hermes_dimension_multiply(&result, &g->types[i].dimension, power, &result))
      return false;
  }
  *out = result;
  return true;
}

static bool root(const hermes_dimension *dimension, int power, hermes_dimension *out) {
  hermes_dimension one = {0};
  if (HERMES_POWER_ONE * HERMES_POWER_ONE % power != 0) return false;
  return hermes_dimension_multiply(&one, dimension, HERMES_POWER_ONE * HERMES_POWER_ONE / power,
                                   out);
}

static bool bind_generic(Generics *g, int i, const Pattern *pattern, const Type *arg) {
  hermes_dimension known, rest = {0};
  if (arg->kind != TYPE_REAL) return false;
  g->bound[i] = true;
  g->types[i] = *arg;
  if (pattern->bare) return true;
  g->bound[i] = false;
  bool good = arg->scale == pattern->type.scale && substitute_dimension(g, pattern, &known) &&
              hermes_dimension_multiply(&arg->dimension, &known, -HERMES_POWER_ONE, &rest) &&
              root(&rest, pattern->type.dimension.power[g->base[i]], &rest);
  g->types[i] = type_real(HERMES_LINEAR, rest);
  g->bound[i] = good;
  return good;
}

/* Settles what one argument settles, until no more is learnt. */
static void settle(Head *head, Term *const *args) {
  for (bool learnt = true; learnt;) {
    learnt = false;
    for (int i = 0; i < head->count; i++) {
      int g = sole_unbound(&head->generics, &head->parameters[i]);
      if (g >= 0 && bind_generic(&head->generics, g, &head->parameters[i], &args[i]->type))
        learnt = true;
    }
  }
}

static bool uses_logarithm(const Generics *g, const Pattern *pattern) {
  for (int i = 0; i < g->count; i++)
    if (pattern->type.dimension.power[g->base[i]] && g->bound[i] &&
        g->types[i].scale != HERMES_LINEAR)
      return true;
  return false;
}

/* The type that a pattern becomes; false where a generic in it is not settled, or makes no sense
 * there. */
static bool substitute(const Generics *g, const Pattern *pattern, Type *out) {
  *out = pattern->type;
  if (pattern->type.kind != TYPE_REAL) return true;
  for (int i = 0; i < g->count; i++) {
    if (!pattern->type.dimension.power[g->base[i]]) continue;
    if (!g->bound[i]) return false;
    if (pattern->bare) return *out = g->types[i], true;
  }
  return !uses_logarithm(g, pattern) && substitute_dimension(g, pattern, &out->dimension);
}

/* ---- instances ---- */

static int find_instance(const Checker *checker, const Decl *decl, const Type *parameters,
                         int count) {
  for (int i = 0; i < checker->program->function_count; i++) {
    const Function *f = &checker->program->functions[i];
    bool same = f->decl == decl;
    for (int p = 0; same && p < count; p++) same = type_equal(&f->parameters[p], &parameters[p]);
    if (same) return i;
  }
  return -1;
}

static Term *check_body(Scope *scope, const Decl *decl, Function *function) {
  if (decl->body) return check_expr(scope, decl->body, &function->type);
  Term *result = NULL;
  for (const Statement *s = decl->statements; s; s = s->next) {
    if (result || (s->kind == STATEMENT_RETURN) != (s->next == NULL)) break;
    if (s->kind == STATEMENT_RETURN) {
      result = check_expr(scope, s->value, &function->type);
      continue;
    }
    Term *let = check_expr(scope, s->item->value, NULL);
    check_let_type(scope->checker, s->item, let);
    function->lets[function->let_count++] = let;
    if (!bind_local(scope, s->item->name, let->type)) return NULL;
  }
  if (!result)
    report(scope->checker->compiler, HB0513, decl->name.span, "`%s` does not end in one `return`",
           decl->name.text);
  return result;
}

static int count_lets(const Decl *decl) {
  int count = 0;
  for (const Statement *s = decl->statements; s; s = s->next) count += s->kind == STATEMENT_LET;
  return count;
}

static void bind_parameters(Scope *scope, const Decl *decl, const Function *function) {
  int i = 0;
  for (const Item *item = decl->items; item && i < function->parameter_count; item = item->next)
    bind_local(scope, item->name, function->parameters[i++]);
}

static Range *read_ranges(Checker *checker, const Head *head) {
  Range *ranges = ARENA_ARRAY(&checker->compiler->arena, Range, head->count + 1);
  const Item *item = head->function->decl->items;
  for (int i = 0; i < head->count; i++, item = item->next) {
    if (!item->domain) continue;
    if (head->generics.count > 0)
      report(checker->compiler, HB0312, item->domain->span,
             "a function of generic units has no ranges: `%s` has no unit of its own",
             item->name.text);
    else
      ranges[i] = read_parameter_range(checker, head->function->source, item);
  }
  return ranges;
}

/* Checks the body for these types; the number of the new instance, or -1. */
static int make_instance(Checker *checker, Head *head, const Type *parameters, Type result) {
  Arena *arena = &checker->compiler->arena;
  Decl *decl = head->function->decl;
  Function function = {
      .name = decl->name.text, .decl = decl, .parameter_count = head->count, .type = result};
  function.parameters = ARENA_ARRAY(arena, Type, head->count + 1);
  memcpy(function.parameters, parameters, sizeof(Type) * (size_t)head->count);
  function.lets = ARENA_ARRAY(arena, Term *, count_lets(decl) + 1);
  Scope scope = scope_new(checker, IN_FUNCTION, head->function->source);
  size_t errors = checker->compiler->diagnostics.errors;
  function.ranges = read_ranges(checker, head);
  const Decl *outer = checker->function;
  checker->function = decl;
  bind_parameters(&scope, decl, &function);
  function.result = check_body(&scope, decl, &function);
  if (function.result)
    require_declared(checker, function.result, &result, decl->result, NULL,
                     arena_format(arena, "what `%s` returns", decl->name.text));
  checker->function = outer;
  function.local_count = function.parameter_count + function.let_count;
  if (checker->compiler->diagnostics.errors != errors) return -1;
  if (checker->program->function_count == MAX_INSTANCES) {
    if (!checker->instances_exceeded)
      report(checker->compiler, HB0015, decl->name.span, "more than %d instances of functions",
             MAX_INSTANCES);
    checker->instances_exceeded = true;
    return -1;
  }
  checker->program->functions[checker->program->function_count] = function;
  return checker->program->function_count++;
}

/* In a body's error, say for which units it arose. */
static void label_call(Checker *checker, const Head *head, size_t first, Span call) {
  hermes_diagnostics *list = &checker->compiler->diagnostics;
  bool called = call.start != head->function->decl->name.span.start ||
                call.source != head->function->decl->name.span.source;
  if (!head->generics.count || !called) return;
  const char *text = "";
  for (int i = 0; i < head->generics.count; i++)
    text = arena_format(&checker->compiler->arena, "%s%s%s = %s", text, i ? ", " : "",
                        head->generics.names[i].text,
                        type_text(checker->compiler, &head->generics.types[i]));
  for (size_t i = first; i < list->count; i++)
    report_label(checker->compiler, &list->items[i], call, "called here with %s", text);
}

static int instance(Checker *checker, Head *head, const Type *parameters, Type result, Span call) {
  int found = find_instance(checker, head->function->decl, parameters, head->count);
  if (found >= 0 || head->function->failed) return found;
  if (head->function->active) {
    report(checker->compiler, HB0504, call, "function `%s` calls itself: %s",
           head->function->decl->name.text, chain_from(checker, head->function->decl->name.text));
    return -1;
  }
  if (checker->chain == MAX_CHAIN) {
    too_long_chain(checker, call);
    return -1;
  }
  size_t first = checker->compiler->diagnostics.count;
  head->function->active = true;
  checker->links[checker->chain++] = head->function->decl->name.text;
  found = make_instance(checker, head, parameters, result);
  checker->chain--;
  head->function->active = false;
  head->function->failed = found < 0;
  if (found < 0) label_call(checker, head, first, call);
  return found;
}

/* ---- calls ---- */

static bool check_arguments(Scope *scope, const Expr *call, Head *head, Term **args) {
  Checker *checker = scope->checker;
  int written = 0;
  bool good = true;
  for (const Expr *arg = call->args; arg; arg = arg->next, written++) {
    if (written >= head->count) continue;
    args[written] = check_expr(scope, arg, &head->parameters[written].type);
    good &= args[written]->type.kind != TYPE_ERROR;
  }
  if (written == head->count) return good;
  hermes_diagnostic *d =
      report(checker->compiler, HB0305, call->span, "`%s` takes %d argument%s, and has %d",
             head->function->decl->name.text, head->count, head->count == 1 ? "" : "s", written);
  report_label(checker->compiler, d, head->function->decl->name.span, "defined here");
  return false;
}

static bool settle_types(Scope *scope, Head *head, Term **args, Type *types) {
  Checker *checker = scope->checker;
  settle(head, args);
  const Item *item = head->function->decl->items;
  for (int i = 0; i < head->count; i++, item = item->next) {
    if (!substitute(&head->generics, &head->parameters[i], &types[i])) {
      hermes_diagnostic *d =
          report(checker->compiler, HB0413, args[i]->span, "parameter `%s` of `%s` cannot be %s",
                 item->name.text, head->function->decl->name.text,
                 type_phrase(checker->compiler, &args[i]->type));
      report_label(checker->compiler, d, item->span, "declared here");
      return false;
    }
    if (type_equal(&args[i]->type, &types[i])) continue;
    const char *what = arena_format(&checker->compiler->arena, "parameter `%s` of `%s`",
                                    item->name.text, head->function->decl->name.text);
    bool settled = head->generics.count == 0;
    const char *unit =
        settled && types[i].kind == TYPE_REAL ? source_text(checker, item->type->span) : NULL;
    if (!require_declared(checker, args[i], &types[i], settled ? item->type : NULL, unit, what))
      return false;
  }
  return true;
}

Term *call_function(Scope *scope, const Expr *call, int number) {
  Checker *checker = scope->checker;
  FunctionDecl *function = &checker->functions[number];
  Head head;
  Term *args[MAX_PARAMETERS];
  Type types[MAX_PARAMETERS], result;
  function->used = true;
  if (function->failed || !read_head(checker, function, &head)) {
    function->failed = true;
    return term_error(checker, call->span);
  }
  if (!check_arguments(scope, call, &head, args) || !settle_types(scope, &head, args, types))
    return term_error(checker, call->span);
  if (!substitute(&head.generics, &head.result, &result)) {
    report(checker->compiler, HB0413, call->span, "the arguments do not settle what `%s` returns",
           function->decl->name.text);
    return term_error(checker, call->span);
  }
  int found = instance(checker, &head, types, result, call->span);
  if (found < 0) return term_error(checker, call->span);
  Term *term = term_new(checker, TERM_CALL, result, call->span, head.count);
  term->index = found;
  if (head.count > 0) memcpy(term->args, args, sizeof(Term *) * (size_t)head.count);
  return term;
}

/* Each generic stands for itself: a unit that is like no other. */
static void check_unused(Checker *checker, FunctionDecl *function) {
  Head head;
  Type types[MAX_PARAMETERS];
  if (!read_head(checker, function, &head)) return;
  for (int i = 0; i < head.count; i++) types[i] = head.parameters[i].type;
  hermes_unit_system outer = checker->compiler->units;
  checker->compiler->units = head.units; /* so that messages can spell the generics */
  checker->open_generics = head.generics.count;
  for (int i = 0; i < head.generics.count; i++) {
    hermes_dimension own = {0};
    own.power[head.generics.base[i]] = HERMES_POWER_ONE;
    head.generics.types[i] = type_real(HERMES_LINEAR, own);
  }
  instance(checker, &head, types, head.result.type, function->decl->name.span);
  checker->open_generics = 0;
  checker->compiler->units = outer;
}

void check_unused_functions(Checker *checker) {
  for (int i = 0; i < checker->function_count; i++)
    if (!checker->functions[i].used && checker->functions[i].source == 0)
      check_unused(checker, &checker->functions[i]);
}
