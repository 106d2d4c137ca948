/* What may follow: the grammar says which tokens, the scope which names, the units which of these
 * fit. See next.h. */
#include "editor/next.h"
#include "check/references.h"
#include "check/terms.h"
#include "editor/hole.h"
#include "editor/site.h"

#include <stdlib.h>
#include <string.h>

typedef struct Gathering {
  Compiler *compiler;
  Checker *checker;
  const Hole *hole;
  Site *site;
  Following *following;
  bool *unsure;  /* by slot: its stage hangs on a value that is in error */
  bool *depends; /* by slot: on the one whose definition the hole is in, and through no solve */
} Gathering;

static const char *const kinds[] = {
    [FOLLOWER_ROW] = "row",           [FOLLOWER_LOCAL] = "local",
    [FOLLOWER_LABEL] = "label",       [FOLLOWER_COLUMN] = "column",
    [FOLLOWER_INPUT] = "input",       [FOLLOWER_POLICY] = "policy",
    [FOLLOWER_DRAW] = "draw",         [FOLLOWER_OUT] = "out",
    [FOLLOWER_LET] = "let",           [FOLLOWER_KPI] = "kpi",
    [FOLLOWER_TYPE] = "type",         [FOLLOWER_TABLE] = "table",
    [FOLLOWER_MODULE] = "module",     [FOLLOWER_UNIT] = "unit",
    [FOLLOWER_FUNCTION] = "function", [FOLLOWER_BUILTIN] = "builtin",
    [FOLLOWER_NEW_NAME] = "new_name", [FOLLOWER_LITERAL] = "literal",
    [FOLLOWER_KEYWORD] = "keyword",   [FOLLOWER_SIGN] = "sign",
    [FOLLOWER_END] = "end",
};

const char *follower_kind_text(FollowerKind kind) {
  return kinds[kind];
}

/* ---- adding ---- */

static bool begins_with_typed(const Gathering *g, const char *text) {
  return strncmp(text, g->hole->typed, strlen(g->hole->typed)) == 0;
}

static void add(Gathering *g, Follower follower) {
  Following *f = g->following;
  if (f->count == f->capacity) {
    int capacity = f->capacity ? f->capacity * 2 : 64;
    Follower *items = ARENA_ARRAY(&g->compiler->arena, Follower, capacity);
    if (f->count) memcpy(items, f->items, sizeof *items * (size_t)f->count);
    f->items = items;
    f->capacity = capacity;
  }
  f->items[f->count++] = follower;
}

static void add_name(Gathering *g, Follower follower) {
  if (*follower.text && begins_with_typed(g, follower.text)) add(g, follower);
}

static bool is_added(const Gathering *g, const char *text) {
  for (int i = 0; i < g->following->count; i++)
    if (strcmp(g->following->items[i].text, text) == 0) return true;
  return false;
}

static Fit fit_of(const Gathering *g, const Type *type) {
  const Type *wanted = &g->site->wanted;
  if (wanted->kind == TYPE_ERROR || type->kind == TYPE_ERROR) return FIT_UNKNOWN;
  return type_equal(wanted, type) ? FIT_YES : FIT_NO;
}

/* ---- tokens ---- */

static const struct {
  const char *name;
  FollowerKind kind;
} tokens[] = {{"a number", FOLLOWER_LITERAL},
              {"a quantity", FOLLOWER_LITERAL},
              {"a string", FOLLOWER_LITERAL},
              {"a name", FOLLOWER_NEW_NAME},
              {"end of file", FOLLOWER_END}};

/* "`then`" without its quotes is a keyword or a sign. */
static void add_spelt(Gathering *g, const char *name) {
  const char *text = arena_copy(&g->compiler->arena, name + 1, strlen(name) - 2);
  bool word = text[0] >= 'a' && text[0] <= 'z';
  if (!word && *g->hole->typed) return;
  add_name(g, (Follower){.text = text, .kind = word ? FOLLOWER_KEYWORD : FOLLOWER_SIGN});
}

/* A name stands among the tokens only where one is made up: others are named one by one. */
static void add_tokens(Gathering *g) {
  for (int i = 0; i < g->hole->following_count; i++) {
    const char *name = g->hole->following[i];
    if (*name == '`') add_spelt(g, name);
    for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++) {
      bool made_up = tokens[t].kind == FOLLOWER_NEW_NAME;
      if (strcmp(tokens[t].name, name) != 0) continue;
      if (made_up ? g->site->kind == SITE_NEW_NAME || g->site->kind == SITE_NOWHERE
                  : !*g->hole->typed)
        add(g, (Follower){.text = name, .kind = tokens[t].kind});
    }
  }
}

/* ---- values ---- */

static const char *text_or_null(const char *text) {
  return text && *text ? text : NULL;
}

static FollowerKind kind_of(const Slot *slot) {
  static const FollowerKind of_role[] = {
      [ROLE_COLUMN] = FOLLOWER_COLUMN, [ROLE_INPUT] = FOLLOWER_INPUT,
      [ROLE_POLICY] = FOLLOWER_POLICY, [ROLE_OUT] = FOLLOWER_OUT,
      [ROLE_LET] = FOLLOWER_LET,       [ROLE_KPI] = FOLLOWER_KPI,
      [ROLE_BOUND] = FOLLOWER_KPI,     [ROLE_DRAW] = FOLLOWER_DRAW,
      [ROLE_SAMPLE] = FOLLOWER_LET,    [ROLE_MEAN] = FOLLOWER_LET,
      [ROLE_HIDDEN] = FOLLOWER_LET};
  return of_role[slot->role];
}

/* The only index variable in reach that runs over the table, or NULL. */
static const char *row_of(const Scope *scope, int table) {
  const char *row = NULL;
  for (int i = 0; i < scope->bound_count && !scope->locals; i++) {
    const Bound *bound = &scope->bound[i];
    if (bound->table != table || !bound->name || !*bound->name) continue;
    if (row) return NULL;
    row = bound->name;
  }
  return row;
}

static const char *table_of(const Gathering *g, int table) {
  return g->compiler->program.tables[table].name;
}

static bool is_time(const Gathering *g, int table) {
  return g->compiler->program.tables[table].time.count > 0;
}

static bool depends(const Gathering *g, const Slot *slot) {
  return g->depends[slot - g->compiler->program.slots];
}

/* Values of one time may depend on one another through earlier instants. */
static bool may_look_back(const Gathering *g, const Slot *slot) {
  const Slot *own = g->site->slot < 0 ? NULL : &g->compiler->program.slots[g->site->slot];
  for (int i = 0; own && i < slot->rank; i++)
    for (int j = 0; j < own->rank; j++)
      if (slot->index[i] == own->index[j] && is_time(g, slot->index[i])) return true;
  return false;
}

/* The indices of a value, as rows in reach or as tables; NULL where a row is not in reach. */
static const char *indices_of(Gathering *g, const Slot *slot, bool rows) {
  const char *text = NULL;
  for (int i = 0; i < slot->rank; i++) {
    const char *one = rows ? row_of(&g->site->scope, slot->index[i]) : table_of(g, slot->index[i]);
    if (!one) return NULL;
    if (rows && depends(g, slot) && is_time(g, slot->index[i]))
      one = arena_format(&g->compiler->arena, "%s - 1", one);
    text = text ? arena_format(&g->compiler->arena, "%s, %s", text, one) : one;
  }
  return text;
}

static const char *with_indices(Gathering *g, const Slot *slot) {
  const char *rows = indices_of(g, slot, true);
  return rows ? arena_format(&g->compiler->arena, "%s[%s]", slot->name, rows) : NULL;
}

static Follower follower_of(Gathering *g, const Slot *slot) {
  bool stage = slot->role != ROLE_COLUMN && slot->role != ROLE_INPUT &&
               !g->unsure[slot - g->compiler->program.slots];
  bool column = slot->role == ROLE_COLUMN && slot->rank == 1; /* read at a row, by its point */
  return (Follower){.text = slot->name,
                    .indices = column ? NULL : indices_of(g, slot, false),
                    .type =
                        slot->type.kind == TYPE_ERROR ? NULL : slot_type_text(g->compiler, slot),
                    .stage = stage ? stage_text(g->compiler, slot->stage) : NULL,
                    .doc = text_or_null(slot->doc),
                    .kind = kind_of(slot),
                    .fit = fit_of(g, &slot->type)};
}

/* What the block's contract does not list must be added there. */
static const char *note_of(const Gathering *g, const Slot *slot) {
  int number = g->site->scope.block;
  const Statement *contract = number < 0 ? NULL : g->compiler->program.blocks[number].contract;
  bool listable = slot->role == ROLE_INPUT || slot->role == ROLE_POLICY ||
                  slot->role == ROLE_DRAW || (slot->role == ROLE_OUT && slot->block != number);
  if (!contract || !listable) return NULL;
  for (const NameList *n = contract->names; n; n = n->next)
    if (strcmp(n->name.text, slot->name) == 0) return NULL;
  return "to be added to the block's `in`";
}

static void add_value(Gathering *g, const Slot *slot) {
  Follower follower = follower_of(g, slot);
  follower.write = with_indices(g, slot);
  follower.note = note_of(g, slot);
  add_name(g, follower);
}

/* `before`: in an expectation, values of the frame that was not varied, and no columns. */
static void add_values(Gathering *g) {
  Program *program = &g->compiler->program;
  Scope *scope = &g->site->scope;
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    bool cyclic = depends(g, slot) && !may_look_back(g, slot);
    bool hidden = slot->role == ROLE_COLUMN || slot->role >= ROLE_BOUND || cyclic ||
                  find_value(scope, slot->name) != i;
    if (!hidden && may_read(scope, slot, slot->span)) add_value(g, slot);
  }
}

static bool reads_marked(const bool *marks, const Term *term) {
  if (!term) return false;
  if (term->kind == TERM_SLOT && marks[term->index]) return true;
  for (int i = 0; i < term_part_count(term); i++)
    if (reads_marked(marks, term_part(term, i))) return true;
  return false;
}

static bool in_error(const Slot *slot) {
  bool computed = slot->role == ROLE_OUT || slot->role == ROLE_LET || slot->role == ROLE_KPI;
  return computed && (!slot->value || slot->value->type.kind == TYPE_ERROR);
}

/* needs: an order of the values. */
static void mark_slots(Gathering *g) {
  const Program *program = &g->compiler->program;
  g->unsure = ARENA_ARRAY(&g->compiler->arena, bool, program->slot_count + 1);
  g->depends = ARENA_ARRAY(&g->compiler->arena, bool, program->slot_count + 1);
  if (g->site->slot >= 0) g->depends[g->site->slot] = !program->slots[g->site->slot].solve;
  for (int i = 0; i < program->order_count; i++) {
    int slot = program->order[i];
    const Term *value = program->slots[slot].value;
    g->unsure[slot] = in_error(&program->slots[slot]) || reads_marked(g->unsure, value);
    g->depends[slot] |= !program->slots[slot].solve && reads_marked(g->depends, value);
  }
}

static void add_bound(Gathering *g) {
  const Scope *scope = &g->site->scope;
  for (int i = 0; i < scope->bound_count; i++) {
    const Bound *bound = &scope->bound[i];
    if (!bound->name || (!scope->locals && bound->table < 0)) continue;
    Type type = scope->locals ? bound->type : type_ref(bound->table);
    bool leads_on = !scope->locals && g->site->wanted.kind != TYPE_REF; /* to its columns */
    add_name(g, (Follower){.text = bound->name,
                           .type = type.kind == TYPE_ERROR ? NULL : type_text(g->compiler, &type),
                           .kind = scope->locals ? FOLLOWER_LOCAL : FOLLOWER_ROW,
                           .fit = leads_on ? FIT_UNKNOWN : fit_of(g, &type)});
  }
}

static void add_labels(Gathering *g) {
  const Type *wanted = &g->site->wanted;
  for (int i = 0; wanted->kind == TYPE_ENUM && i < wanted->labels->count; i++)
    add_name(g, (Follower){.text = wanted->labels->names[i],
                           .type = type_text(g->compiler, wanted),
                           .kind = FOLLOWER_LABEL,
                           .fit = FIT_YES});
}

/* ---- functions ---- */

static const struct {
  const char *name, *signature, *meaning;
} builtins[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning) {#name, signature, meaning},
#define REDUCTION(name, kind, rule, signature, meaning) {#name, signature, meaning},
#include "check/builtins.def"
};

/* Where there is a time. */
static void add_time_functions(Gathering *g) {
  const Program *program = &g->compiler->program;
  int table = 0;
  while (table < program->table_count && program->tables[table].time.count == 0) table++;
  if (table == program->table_count) return;
  add_name(g, (Follower){.text = "instant",
                         .type = "instant(t: row of a time) -> h",
                         .doc = "the time of an instant",
                         .kind = FOLLOWER_BUILTIN});
  add_name(g, (Follower){.text = "step",
                         .type = "step(T: a time) -> h",
                         .doc = "the step of a time",
                         .kind = FOLLOWER_BUILTIN});
}

static void add_builtins(Gathering *g) {
  add_time_functions(g);
  for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
    add_name(g, (Follower){.text = builtins[i].name,
                           .type = builtins[i].signature,
                           .doc = builtins[i].meaning,
                           .kind = FOLLOWER_BUILTIN});
}

/* Its head as written, on one line: "(width: Hz/Q) -> dBm/Q". */
static const char *head_of(Gathering *g, const Decl *decl) {
  const char *text = g->compiler->sources[decl->span.source]->text;
  uint32_t from = decl->name.span.end, end = decl->result->span.end;
  if (from >= end) return NULL;
  char *head = arena_copy(&g->compiler->arena, text + from, end - from), *to = head;
  for (const char *c = head; *c; c++) {
    bool blank = strchr(" \t\r\n\f", *c) != NULL;
    if (!blank || (to > head && to[-1] != ' ')) *to++ = blank ? ' ' : *c;
  }
  *to = '\0';
  return head;
}

static Fit fit_of_result(Gathering *g, const Decl *decl) {
  hermes_unit unit;
  const char *text;
  if (decl->generics) return FIT_UNKNOWN;
  Type type = read_type(g->checker, decl->result, &unit, &text);
  return fit_of(g, &type);
}

static void add_function(Gathering *g, const FunctionDecl *function) {
  const Decl *decl = function->decl;
  if (decl == g->site->decl) return; /* none calls itself */
  add_name(g, (Follower){.text = decl->name.text,
                         .type = head_of(g, decl),
                         .doc = text_or_null(decl->doc),
                         .kind = FOLLOWER_FUNCTION,
                         .fit = fit_of_result(g, decl)});
}

static bool is_own_module(const Gathering *g, const char *module) {
  const Tree *tree = g->compiler->trees[0];
  return tree->is_module && strcmp(tree->name.text, module) == 0;
}

/* A module of the library that is not imported: its functions come with an import. */
static void add_of_library(void *context, const char *module, const char *path) {
  Gathering *g = context;
  uint32_t source;
  if (module_is_read(g->compiler, module) || is_own_module(g, module) ||
      g->compiler->source_count == MAX_SOURCES ||
      !source_read(g->compiler, path, module, &source) || !parse_source(g->compiler, source))
    return;
  for (Decl *decl = g->compiler->trees[source]->decls; decl; decl = decl->next)
    if (decl->kind == DECL_FUNCTION)
      add_name(g,
               (Follower){.text = decl->name.text,
                          .type = head_of(g, decl),
                          .doc = text_or_null(decl->doc),
                          .module = module,
                          .note = arena_format(&g->compiler->arena, "needs `import %s;`", module),
                          .kind = FOLLOWER_FUNCTION,
                          .fit = fit_of_result(g, decl)});
}

static void add_functions(Gathering *g) {
  for (int i = 0; i < g->checker->function_count; i++) {
    const FunctionDecl *function = &g->checker->functions[i];
    if (function->source == 0 || g->checker->imports[0][function->source])
      add_function(g, function);
  }
  each_module(g->compiler, add_of_library, g);
  add_builtins(g);
}

/* ---- tables ---- */

static void add_tables(Gathering *g, int rank) {
  const Program *program = &g->compiler->program;
  for (int i = 0; i < program->table_count; i++) {
    const Table *table = &program->tables[i];
    if (table->rank == rank)
      add_name(
          g,
          (Follower){.text = table->name, .doc = text_or_null(table->doc), .kind = FOLLOWER_TABLE});
  }
}

static void add_columns(Gathering *g, int table, bool indexed) {
  const Table *t = &g->compiler->program.tables[table];
  for (int i = 0; i < t->column_count; i++) {
    const Slot *slot = &g->compiler->program.slots[t->first_column + i];
    Follower follower = follower_of(g, slot);
    if (indexed) follower.write = with_indices(g, slot);
    add_name(g, follower);
  }
}

/* ---- by place ---- */

static void add_for_value(Gathering *g) {
  add_bound(g);
  add_labels(g);
  add_values(g);
  if (g->site->scope.place != IN_FUNCTION) add_tables(g, 2);
  if (g->site->scope.place == IN_EXPECT)
    add_name(g, (Follower){.text = "before",
                           .doc = "values as they were before `vary`: before.x",
                           .kind = FOLLOWER_TABLE});
  add_functions(g);
}

/* radio.noise in radio.noise.thermal_noise */
static void add_of_module(Gathering *g, const Expr *left) {
  Span span = left->span;
  const char *module = arena_copy(&g->compiler->arena, g->compiler->sources[0]->text + span.start,
                                  span.end - span.start);
  for (int i = 0; i < g->checker->function_count; i++) {
    const FunctionDecl *function = &g->checker->functions[i];
    const char *own = g->compiler->sources[function->source]->module;
    if (own && strcmp(own, module) == 0 && g->checker->imports[0][function->source])
      add_function(g, function);
  }
}

static void add_for_member(Gathering *g) {
  const Expr *left = g->site->left;
  Scope *scope = &g->site->scope;
  bool name = left->kind == EXPR_NAME && !find_bound(scope, left->name.text);
  int table = name ? find_table(g->checker, left->name.text) : -1;
  if (name && scope->place == IN_EXPECT && strcmp(left->name.text, "before") == 0) {
    add_values(g);
  } else if (table >= 0 && find_value(scope, left->name.text) < 0) {
    if (g->compiler->program.tables[table].rank == 2) add_columns(g, table, true);
  } else {
    Type row = check_expr(scope, left, NULL)->type;
    if (row.kind == TYPE_REF) add_columns(g, row.table, false);
    if (row.kind != TYPE_REF) add_of_module(g, left);
  }
}

static bool is_listed(const Statement *contract, const char *name) {
  for (const NameList *n = contract->names; n; n = n->next)
    if (strcmp(n->name.text, name) == 0) return true;
  return false;
}

static void add_for_contract(Gathering *g) {
  const Program *program = &g->compiler->program;
  const Block *block = NULL;
  int number = 0;
  for (int i = 0; i < program->block_count; i++)
    if (program->blocks[i].contract &&
        program->blocks[i].span.start == g->site->decl->name.span.start)
      block = &program->blocks[number = i];
  for (int i = 0; block && i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    bool listable = slot->role == ROLE_INPUT || (slot->role == ROLE_POLICY && block->operational) ||
                    slot->role == ROLE_DRAW || (slot->role == ROLE_OUT && slot->block != number);
    if (listable && !is_listed(block->contract, slot->name)) add_name(g, follower_of(g, slot));
  }
}

static void add_roles(Gathering *g, Role first, Role second) {
  const Program *program = &g->compiler->program;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == first || program->slots[i].role == second)
      add_value(g, &program->slots[i]);
}

static void add_for_kpi(Gathering *g) {
  add_roles(g, ROLE_KPI, ROLE_KPI);
}

static void add_for_varied(Gathering *g) {
  add_roles(g, ROLE_POLICY, ROLE_INPUT);
}

static void add_for_rows(Gathering *g) {
  add_tables(g, 1);
}

/* In a table that a source makes: columns that it offers, and that are not declared yet. */
static void add_for_new_name(Gathering *g) {
  const Decl *decl = g->site->decl;
  int number = decl && decl->kind == DECL_TABLE ? find_table(g->checker, decl->name.text) : -1;
  const Made *made = number < 0 ? NULL : &g->compiler->program.tables[number].made;
  int count = made && made->source ? hermes_source_column_count(made->source) : 0;
  for (int i = 0; i < count; i++) {
    const hermes_source_column *column = &made->source->columns[i];
    bool row = strcmp(column->unit, "row") == 0 && made->of >= 0;
    if (column->needs > made->number_count || find_column(g->checker, number, column->name) >= 0)
      continue;
    add_name(g, (Follower){.text = column->name,
                           .type = row ? table_of(g, made->of) : column->unit,
                           .doc = column->meaning,
                           .kind = FOLLOWER_COLUMN});
  }
}

static void add_for_source(Gathering *g) {
  enum { SIGNATURE = 256 };
  size_t count;
  const hermes_source *sources = hermes_sources(&count);
  for (size_t i = 0; i < count; i++) {
    char *signature = arena_alloc(&g->compiler->arena, SIGNATURE);
    hermes_source_signature(&sources[i], signature, SIGNATURE);
    add_name(g, (Follower){.text = sources[i].name,
                           .type = signature,
                           .doc = sources[i].meaning,
                           .kind = FOLLOWER_BUILTIN});
  }
}

static void add_for_distribution(Gathering *g) {
  const char *name;
  for (int i = 0; (name = distribution_name(i)) != NULL; i++) {
    bool fits = distribution_fits(name, &g->site->wanted);
    bool known = g->site->wanted.kind != TYPE_ERROR;
    add_name(g, (Follower){.text = name,
                           .type = distribution_signature(name),
                           .doc = distribution_meaning(name),
                           .kind = FOLLOWER_BUILTIN,
                           .fit = !known ? FIT_UNKNOWN
                                  : fits ? FIT_YES
                                         : FIT_NO});
  }
}

static void consider_module(void *context, const char *module, const char *path) {
  Gathering *g = context;
  Span span = g->site->decl->name.span;
  size_t length = g->site->at - span.start;
  const char *written = g->compiler->sources[0]->text + span.start; /* in front of the hole */
  (void)path;
  if (strncmp(module, written, length) == 0 && !module_is_read(g->compiler, module))
    add_name(g, (Follower){.text = module + length, .kind = FOLLOWER_MODULE});
}

static void add_for_module(Gathering *g) {
  each_module(g->compiler, consider_module, g);
}

/* ---- units ---- */

static void add_unit(Gathering *g, const char *text, const char *doc, bool must_fit) {
  hermes_unit unit;
  if (is_added(g, text) || !begins_with_typed(g, text) ||
      !hermes_unit_parse(&g->compiler->units, text, strlen(text), &unit, NULL, 0))
    return;
  Type type = type_real(unit.scale, unit.dimension);
  Fit fit = g->hole->takes_unit ? fit_of(g, &type) : FIT_UNKNOWN;
  if (!must_fit || fit == FIT_YES)
    add(g, (Follower){.text = text, .doc = doc, .kind = FOLLOWER_UNIT, .fit = fit});
}

static void add_symbol(void *context, const char *symbol, const char *meaning, bool prefixes) {
  (void)prefixes;
  add_unit(context, symbol, meaning, false);
}

/* Units with a prefix are many: where nothing is typed, only those are named that fit, and are
 * seen in practice. */
static void add_spelling(void *context, const char *symbol) {
  Gathering *g = context;
  if (!*g->hole->typed && strchr("PEZYfazy", *symbol)) return;
  add_unit(g, arena_copy(&g->compiler->arena, symbol, strlen(symbol)), NULL, !*g->hole->typed);
}

/* What is wanted, what the blueprint uses, and all others. */
static void add_units(Gathering *g) {
  const Program *program = &g->compiler->program;
  if (g->following->wanted && g->site->wanted.kind == TYPE_REAL)
    add_unit(g, g->following->wanted, "the unit that is wanted", false);
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role != ROLE_LET)
      add_unit(g, program->slots[i].unit_text, NULL, g->hole->takes_unit);
  for (size_t i = 0; i < g->compiler->units.declared_count; i++)
    add_unit(g, g->compiler->units.declared[i], NULL, false);
  hermes_unit_each(add_symbol, g);
  hermes_unit_each_spelling(&g->compiler->units, add_spelling, g);
}

static void add_for_type(Gathering *g) {
  static const Follower types[] = {{.text = "bool", .doc = "true or false", .kind = FOLLOWER_TYPE},
                                   {.text = "int", .doc = "a whole number", .kind = FOLLOWER_TYPE}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) add_name(g, types[i]);
  if (g->site->decl->kind != DECL_FUNCTION) add_tables(g, 1);
  add_units(g);
}

/* ---- all together ---- */

static const struct {
  const char *name;
  void (*add)(Gathering *g);
} places[] = {
    [SITE_NOWHERE] = {"no_name", NULL},
    [SITE_NEW_NAME] = {"new_name", add_for_new_name},
    [SITE_VALUE] = {"value", add_for_value},
    [SITE_MEMBER] = {"column", add_for_member},
    [SITE_ROWS] = {"table", add_for_rows},
    [SITE_TYPE] = {"type", add_for_type},
    [SITE_CONTRACT] = {"contract", add_for_contract},
    [SITE_MODULE] = {"module", add_for_module},
    [SITE_KPI] = {"kpi", add_for_kpi},
    [SITE_VARIED] = {"varied", add_for_varied},
    [SITE_SOURCE] = {"source", add_for_source},
    [SITE_DISTRIBUTION] = {"distribution", add_for_distribution},
};

static const char *place_text(const Hole *hole, const Site *site) {
  return hole->in_comment   ? "comment"
         : hole->in_string  ? "string"
         : hole->takes_unit ? "unit"
                            : places[site->kind].name;
}

/* As it was declared, where the declared type is what is wanted. */
static const char *wanted_text(Gathering *g) {
  const Site *site = g->site;
  if (site->wanted.kind == TYPE_ERROR) return NULL;
  bool declared = site->unit && *site->unit && type_equal(&site->wanted, &site->declared);
  return declared ? site->unit : type_text(g->compiler, &site->wanted);
}

static int compare_texts(const char *a, const char *b) {
  return strcmp(a ? a : "", b ? b : "");
}

/* What fits, before the rest; what is at hand, before what must be imported or listed. */
static int better(const void *left, const void *right) {
  static const int rank[] = {[FIT_YES] = 0, [FIT_UNKNOWN] = 1, [FIT_NO] = 2};
  const Follower *a = left, *b = right;
  bool units = a->kind == FOLLOWER_UNIT;
  if (rank[a->fit] != rank[b->fit]) return rank[a->fit] - rank[b->fit];
  if (!a->module != !b->module) return a->module ? 1 : -1;
  if (a->kind != b->kind) return (int)a->kind - (int)b->kind;
  if (!a->note != !b->note) return a->note ? 1 : -1;
  int order = units ? 0 : compare_texts(a->text, b->text);
  if (order == 0) order = compare_texts(a->module, b->module);
  return order != 0 ? order : a->order - b->order;
}

static bool same_follower(const Follower *a, const Follower *b) {
  return a->kind == b->kind && strcmp(a->text, b->text) == 0 &&
         compare_texts(a->module, b->module) == 0;
}

/* Each once: min is a function and a reduction. */
static void sort(Following *f) {
  int kept = 0;
  for (int i = 0; i < f->count; i++) {
    bool seen = false;
    for (int k = 0; k < kept && !seen; k++) seen = same_follower(&f->items[k], &f->items[i]);
    f->items[i].order = i;
    if (!seen) f->items[kept++] = f->items[i];
  }
  f->count = kept;
  if (kept > 1) qsort(f->items, (size_t)kept, sizeof *f->items, better);
}

void find_following(Compiler *compiler, size_t offset, Following *following) {
  Hole hole;
  Checker checker;
  Site site = {.wanted = type_error, .slot = -1};
  Gathering g = {.compiler = compiler,
                 .checker = &checker,
                 .hole = &hole,
                 .site = &site,
                 .following = following};
  *following = (Following){.place = "no_name", .typed = ""};
  bool known = parse_around(compiler, offset, &hole) && know_program(compiler, &checker, true);
  following->word = hole.word;
  following->typed = hole.typed;
  following->unclear = hole.unclear;
  if (known && hole.in_tree) find_site(&checker, hole.word.start, &site);
  following->place = place_text(&hole, &site);
  mark_slots(&g);
  if (hole.in_comment || hole.in_string || !hole.typed) return;
  following->wanted = wanted_text(&g);
  if (hole.takes_unit && known)
    add_units(&g);
  else if (places[site.kind].add)
    places[site.kind].add(&g);
  if (site.kind != SITE_DISTRIBUTION) add_tokens(&g); /* the grammar takes any expression there */
  sort(following);
}
