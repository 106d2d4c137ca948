/* Trees to program: declares every table, value and function, then checks every definition, the
 * goal and the expectations. Errors do not stop the pass: what is wrong has an error type, about
 * which nothing further is said. */
#include "check/references.h"
#include "fix/repairs.h"

#include <math.h>
#include <string.h>

static Compiler *compiler_of(Checker *checker) {
  return checker->compiler;
}

/* ---- declaring ---- */

static void duplicate(Checker *checker, Name name, Span other, const char *what) {
  hermes_diagnostic *d =
      report(compiler_of(checker), HB0202, name.span, "%s `%s` is defined twice", what, name.text);
  report_label(compiler_of(checker), d, other, "first here");
}

/* A new slot; NULL where there are too many. */
static Slot *add_slot(Checker *checker, Name name, Role role, const Item *item) {
  Program *program = checker->program;
  if (program->slot_count + program->solve_count >= MAX_SLOTS) { /* lowering adds one to each */
    if (!checker->slots_exceeded)
      report(compiler_of(checker), HB0014, name.span,
             "this blueprint has more than %d columns, inputs, policies and values", MAX_SLOTS);
    checker->slots_exceeded = true;
    return NULL;
  }
  checker->definitions[program->slot_count].item = item;
  Slot *slot = &program->slots[program->slot_count++];
  *slot = (Slot){.name = name.text,
                 .role = role,
                 .span = name.span,
                 .table = -1,
                 .block = -1,
                 .because = -1,
                 .mean_of = -1,
                 .unit = hermes_unit_one(),
                 .unit_text = "",
                 .type = type_error,
                 .doc = item ? item->doc : ""};
  for (int i = 0; i < MAX_RANK; i++) slot->variables[i] = i;
  if (item) note_slot(checker, name.span, program->slot_count - 1);
  return slot;
}

Slot *add_made_slot(Checker *checker, Name name, Role role) {
  return add_slot(checker, name, role, NULL);
}

static void read_indices(Checker *checker, Slot *slot, const Index *indices) {
  for (; indices; indices = indices->next) {
    if (slot->rank == MAX_RANK) {
      report(compiler_of(checker), HB0011, indices->set.span, "`%s` has more than %d indices",
             slot->name, MAX_RANK);
      return;
    }
    int table = index_set(checker, indices->set);
    slot->index[slot->rank++] = table < 0 ? 0 : table;
    if (table < 0) slot->type = type_error;
  }
}

/* Lets are seen in one block only, so that each block may have one of the same name; but no let has
 * the name of another value. */
static int other_of_name(const Checker *checker, const Slot *slot, const char *scoped) {
  int other = map_get(&checker->values, slot->name);
  if (other >= 0) return other;
  return slot->role == ROLE_LET ? map_get(&checker->lets, scoped)
                                : map_get(&checker->let_names, slot->name);
}

static void enter_value(Checker *checker, Slot *slot) {
  Compiler *compiler = compiler_of(checker);
  int number = (int)(slot - checker->program->slots);
  const char *scoped = slot->role == ROLE_LET ? scoped_name(compiler, slot->block, slot->name) : "";
  int other = other_of_name(checker, slot, scoped);
  if (other >= 0) {
    duplicate(checker, (Name){slot->name, slot->span}, checker->program->slots[other].span,
              "value");
    return;
  }
  if (slot->role != ROLE_LET) {
    map_put(compiler, &checker->values, slot->name, number);
    return;
  }
  map_put(compiler, &checker->lets, scoped, number);
  if (map_get(&checker->let_names, slot->name) < 0)
    map_put(compiler, &checker->let_names, slot->name, number);
}

static Slot *declare_value(Checker *checker, const Item *item, Role role, int block) {
  Slot *slot = add_slot(checker, item->name, role, item);
  if (!slot) return NULL;
  slot->block = block;
  if (item->type && role != ROLE_LET)
    slot->type = read_type(checker, item->type, &slot->unit, &slot->unit_text);
  read_indices(checker, slot, item->indices);
  enter_value(checker, slot);
  return slot;
}

/* ---- tables ---- */

static void refuse_unit_name(Checker *checker, Name name, const char *what) {
  if (hermes_unit_symbol(&compiler_of(checker)->units, name.text, strlen(name.text)))
    report(compiler_of(checker), HB0209, name.span, "`%s` is a unit, and cannot name a %s",
           name.text, what);
  else if (strcmp(name.text, "bool") == 0 || strcmp(name.text, "int") == 0)
    report(compiler_of(checker), HB0209, name.span, "`%s` is a type, and cannot name a %s",
           name.text, what);
}

static void declare_table(Checker *checker, const Decl *decl) {
  Program *program = checker->program;
  int other = find_table(checker, decl->name.text);
  if (other >= 0) {
    duplicate(checker, decl->name, program->tables[other].span, "table");
    return;
  }
  refuse_unit_name(checker, decl->name, "table");
  Table *table = &program->tables[program->table_count];
  *table = (Table){.name = decl->name.text,
                   .doc = decl->doc,
                   .source = decl->source.text || decl->instants ? source_text_of(checker, decl)
                                                                 : decl->file,
                   .made = {.of = -1},
                   .sparse = decl->sparse,
                   .span = decl->name.span};
  table->rank = decl->indices ? 2 : 1;
  table->index[0] = program->table_count;
  note_table(checker, decl->name.span, program->table_count);
  map_put(compiler_of(checker), &checker->tables, table->name, program->table_count++);
}

static void index_table(Checker *checker, const Decl *decl, Table *table) {
  int count = 0;
  for (const NameList *n = decl->indices; n; n = n->next, count++) {
    int set = index_set(checker, n->name);
    if (count < 2) table->index[count] = set < 0 ? 0 : set;
  }
  if (count != 0 && count != 2)
    report(compiler_of(checker), HB0512, decl->name.span, "table `%s` has %d %s", decl->name.text,
           count, count == 1 ? "index" : "indices");
  if (table->sparse && table->rank != 2)
    report(compiler_of(checker), HB0512, decl->name.span,
           "only a table with two indices is `sparse`");
}

static void declare_column(Checker *checker, int number, const Item *item) {
  Table *table = &checker->program->tables[number];
  int other = find_column(checker, number, item->name.text);
  if (other >= 0) {
    duplicate(checker, item->name, checker->program->slots[other].span, "column");
    return;
  }
  Slot *slot = add_slot(checker, item->name, ROLE_COLUMN, item);
  if (!slot) return;
  slot->table = number;
  slot->type = read_type(checker, item->type, &slot->unit, &slot->unit_text);
  slot->rank = table->rank;
  for (int i = 0; i < table->rank; i++) slot->index[i] = table->index[i];
  if (item->indices)
    report(compiler_of(checker), HB0312, item->indices->set.span,
           "a column has the index of its table, and none of its own");
  table->column_count++;
  int own = (int)(slot - checker->program->slots);
  map_put(compiler_of(checker), &checker->columns,
          scoped_name(compiler_of(checker), number, slot->name), own);
  if (map_get(&checker->column_names, slot->name) < 0)
    map_put(compiler_of(checker), &checker->column_names, slot->name, own);
}

static void declare_columns(Checker *checker, const Decl *decl) {
  int number = find_table(checker, decl->name.text);
  Table *table = &checker->program->tables[number];
  if (table->span.start != decl->name.span.start) return; /* the second of two tables of one name */
  index_table(checker, decl, table);
  if (decl->instants) {
    Slot *slot = add_slot(checker, (Name){"instant", decl->name.span}, ROLE_COLUMN, NULL);
    if (slot) declare_time(checker, decl, number, slot);
    return;
  }
  table->first_column = checker->program->slot_count;
  for (const Item *item = decl->items; item; item = item->next)
    declare_column(checker, number, item);
}

/* ---- blocks and functions ---- */

static void second_contract(Checker *checker, const Block *block, const Statement *second) {
  hermes_diagnostic *d = report(compiler_of(checker), HB0202, second->span,
                                "block `%s` has two `in` contracts", block->name);
  report_label(compiler_of(checker), d, block->contract->span, "first here");
}

static void declare_statement(Checker *checker, const Statement *s, int block) {
  Slot *slot =
      declare_value(checker, s->item, s->kind == STATEMENT_LET ? ROLE_LET : ROLE_OUT, block);
  if (!slot || s->kind != STATEMENT_SOLVE) return;
  slot->solve = solve_new(checker, s);
  checker->program->solve_count++;
}

static void declare_block(Checker *checker, const Decl *decl) {
  Program *program = checker->program;
  int number = program->block_count++, other = map_get(&checker->blocks, decl->name.text);
  if (other >= 0)
    duplicate(checker, decl->name, program->blocks[other].span, "block");
  else
    map_put(compiler_of(checker), &checker->blocks, decl->name.text, number);
  Block *block = &program->blocks[number];
  *block = (Block){.name = decl->name.text,
                   .doc = decl->doc,
                   .operational = decl->operational,
                   .span = decl->name.span};
  note_block(checker, number);
  for (Statement *s = decl->statements; s; s = s->next) {
    if (s->kind == STATEMENT_IN && block->contract) second_contract(checker, block, s);
    if (s->kind == STATEMENT_IN)
      block->contract = s;
    else
      declare_statement(checker, s, number);
  }
}

static void declare_function(Checker *checker, Decl *decl, uint32_t source) {
  if (is_builtin(decl->name.text))
    report(compiler_of(checker), HB0210, decl->name.span, "`%s` is built in", decl->name.text);
  size_t place = 0;
  for (int i; (i = map_next(&checker->function_names, decl->name.text, &place)) >= 0;) {
    if (checker->functions[i].source != source) continue;
    duplicate(checker, decl->name, checker->functions[i].decl->name.span, "function");
    return;
  }
  map_put(compiler_of(checker), &checker->function_names, decl->name.text, checker->function_count);
  checker->functions[checker->function_count++] = (FunctionDecl){.decl = decl, .source = source};
  note_function(checker, decl->name.span, checker->function_count - 1);
}

static void declare_items(Checker *checker, const Decl *decl, Role role) {
  for (const Item *item = decl->items; item; item = item->next)
    declare_value(checker, item, role, -1);
}

static void declare(Checker *checker, Decl *decl) {
  switch (decl->kind) {
  case DECL_TABLE: declare_columns(checker, decl); break;
  case DECL_INPUT: declare_items(checker, decl, ROLE_INPUT); break;
  case DECL_POLICY: declare_items(checker, decl, ROLE_POLICY); break;
  case DECL_DRAW: declare_items(checker, decl, ROLE_DRAW); break;
  case DECL_BLOCK: declare_block(checker, decl); break;
  case DECL_KPI: declare_items(checker, decl, ROLE_KPI); break;
  default: break;
  }
}

static void declare_functions(Checker *checker, const Tree *tree) {
  for (Decl *decl = tree->decls; decl; decl = decl->next) {
    if (decl->kind == DECL_FUNCTION)
      declare_function(checker, decl, tree->source);
    else if (tree->is_module && decl->kind != DECL_IMPORT)
      report(compiler_of(checker), HB0212, decl->name.text ? decl->name.span : decl->span,
             "a module holds imports and functions only");
  }
}

/* ---- constants: defaults of columns, ranges ---- */

bool check_constant(Scope *scope, const Expr *expr, const Type *type, const char *unit,
                    const TypeExpr *written, const char *what, double *coherent) {
  Term *term = check_expr(scope, expr, type);
  if (term->type.kind == TYPE_ERROR ||
      !require_declared(scope->checker, term, type, written, unit, what))
    return false;
  if (term_constant(term, coherent) && isfinite(*coherent)) return true;
  report(compiler_of(scope->checker), HB0310, expr->span, "%s is not a finite constant", what);
  return false;
}

Type step_type(Type type) {
  if (type.scale == HERMES_LEVEL) return type_real(HERMES_GAIN, (hermes_dimension){0});
  if (type.scale == HERMES_POINT) return type_real(HERMES_LINEAR, type.dimension);
  return type;
}

const char *step_unit(const Type *type, const char *unit) {
  return type->scale == HERMES_LEVEL ? "dB" : type->scale == HERMES_POINT ? "K" : unit;
}

/* One end in the wrong unit is enough to say: the other is written alike. */
static void read_range(Scope *scope, Slot *slot, const DomainExpr *written, const TypeExpr *type) {
  Domain *domain = &slot->domain;
  Type step = step_type(slot->type);
  double low, high, by = 0;
  const char *unit = slot->unit_text, *unit_of_step = step_unit(&slot->type, unit);
  if (!check_constant(scope, written->low, &slot->type, unit, type, "the low end of a range",
                      &low) ||
      !check_constant(scope, written->high, &slot->type, unit, type, "the high end of a range",
                      &high) ||
      (written->step && !check_constant(scope, written->step, &step, unit_of_step, NULL,
                                        "the step of a range", &by)))
    return;
  if (low > high || (written->open && low == high)) {
    report(compiler_of(scope->checker), HB0505, written->span,
           low > high ? "this range is empty: its low end lies above its high end"
                      : "this range is empty: its one value is left out by `..<`");
    return;
  }
  if (written->step && by <= 0) {
    report(compiler_of(scope->checker), HB0505, written->step->span,
           "the step of a range is positive");
    return;
  }
  domain->present = true;
  domain->open = written->open;
  domain->low = hermes_written_number(&slot->unit, low);
  domain->high = hermes_written_number(&slot->unit, high);
  hermes_unit difference = slot->unit; /* a step is a difference: it has no origin */
  difference.offset = 0;
  domain->step = hermes_written_number(&difference, by);
}

static void read_values(Scope *scope, Slot *slot, const DomainExpr *written, const TypeExpr *type) {
  Domain *domain = &slot->domain;
  int count = 0;
  for (const Expr *value = written->values; value; value = value->next) count++;
  domain->values = ARENA_ARRAY(&compiler_of(scope->checker)->arena, double, count);
  for (const Expr *value = written->values; value; value = value->next) {
    double coherent;
    if (!check_constant(scope, value, &slot->type, slot->unit_text, type, "a value of a set",
                        &coherent))
      return;
    domain->values[domain->count++] = hermes_written_number(&slot->unit, coherent);
  }
  domain->present = domain->finite = true;
}

static void read_domain(Scope *scope, Slot *slot, const Item *item) {
  const DomainExpr *written = item->domain;
  if (!written || slot->type.kind == TYPE_ERROR) return;
  if (slot->type.kind != TYPE_REAL) {
    report(compiler_of(scope->checker), HB0312, written->span,
           "only numbers have a range: `%s` is %s", slot->name,
           type_phrase(compiler_of(scope->checker), &slot->type));
    return;
  }
  if (written->values)
    read_values(scope, slot, written, item->type);
  else
    read_range(scope, slot, written, item->type);
}

Range read_parameter_range(Checker *checker, uint32_t source, const Item *item) {
  Scope scope = scope_new(checker, IN_CONSTANT, source);
  Slot slot = {.name = item->name.text, .span = item->name.span};
  slot.type = read_type(checker, item->type, &slot.unit, &slot.unit_text);
  read_domain(&scope, &slot, item);
  if (!slot.domain.present) return (Range){0};
  if (slot.domain.finite || slot.domain.step != 0) {
    report(compiler_of(checker), HB0312, item->domain->span,
           "a parameter holds in a range without steps: `%s : %s in LOW .. HIGH`", slot.name,
           slot.unit_text);
    return (Range){0};
  }
  return (Range){.present = true,
                 .open = slot.domain.open,
                 .low = hermes_to_coherent(&slot.unit, slot.domain.low),
                 .high = hermes_to_coherent(&slot.unit, slot.domain.high),
                 .unit = slot.unit,
                 .unit_text = slot.unit_text,
                 .text = source_text(checker, item->domain->span)};
}

bool in_domain(const Domain *domain, double number) {
  if (!domain->present) return true;
  double slack = 1e-9 * (fabs(number) + domain->step);
  if (!domain->finite) {
    double steps = domain->step ? (number - domain->low) / domain->step : 0;
    return number >= domain->low - slack &&
           (domain->open ? number < domain->high : number <= domain->high + slack) &&
           fabs(steps - nearbyint(steps)) < 1e-6;
  }
  for (int i = 0; i < domain->count; i++)
    if (fabs(number - domain->values[i]) <= slack) return true;
  return false;
}

static void check_default_range(Checker *checker, const Slot *slot, double coherent,
                                const Item *item) {
  bool fits = slot->type.kind != TYPE_REAL ||
              in_domain(&slot->domain, hermes_written_number(&slot->unit, coherent));
  if (!fits) {
    hermes_diagnostic *d = report(compiler_of(checker), HB0506, item->value->span,
                                  "the default of `%s` is no value of its range", slot->name);
    report_label(compiler_of(checker), d, item->domain->span, "its range");
  } else if (slot->type.integer && coherent != floor(coherent)) {
    report(compiler_of(checker), HB0506, item->value->span,
           "the default of `%s` is no whole number", slot->name);
  }
}

/* ---- types that are not written ---- */

/* Completes what the parser reported. */
static void offer_missing_type(Checker *checker, const Item *item, const Term *value) {
  Compiler *compiler = compiler_of(checker);
  Span at = item->type->span;
  const char *text = compiler->sources[at.source]->text;
  hermes_diagnostic *d = diagnostic_at(compiler, HB0101, at.start);
  if (!d || value->type.kind == TYPE_ERROR) return;
  const char *type = type_of_value(checker, value);
  uint32_t before = at.start;
  while (before > 0 && strchr(" \t\r\n", text[before - 1])) before--;
  bool colon = text[before - 1] == ':', assigns = text[at.start] == ':';
  if (assigns) at.end += 2;
  offer_fix(d, at,
            arena_format(&compiler->arena, "%s%s%s%s", before == at.start ? " " : "",
                         colon ? "" : ": ", type, assigns ? " =" : " "),
            "with its type");
}

/* A `let` has the type of its value, as has what was declared without one. */
static void take_type(Checker *checker, Slot *slot, const Item *item) {
  slot->type = slot->value->type;
  if (slot->role != ROLE_LET) offer_missing_type(checker, item, slot->value);
  if (slot->type.kind != TYPE_REAL) return;
  slot->unit_text = unit_of_type(compiler_of(checker), &slot->type, &slot->unit);
}

/* The parser offered to leave the type out: not where that would hide a mistake. */
void check_let_type(Checker *checker, const Item *item, const Term *value) {
  Compiler *compiler = compiler_of(checker);
  if (!item->type || value->type.kind == TYPE_ERROR) return;
  Span at = item->type->span; /* from its colon on */
  const char *text = compiler->sources[at.source]->text + at.start + 1;
  size_t length = at.end - at.start - 1, blanks = strspn(text, " \t\r\n");
  text = arena_copy(&compiler->arena, text + blanks, length - blanks);
  hermes_unit unit;
  Type wanted = type_bool;
  if (hermes_unit_parse(&compiler->units, text, strlen(text), &unit, NULL, 0))
    wanted = type_real(unit.scale, unit.dimension);
  else if (strcmp(text, "bool") != 0 && *text != '{')
    return;
  hermes_diagnostic *d;
  if (*text == '{' ? value->type.kind == TYPE_ENUM
                   : require_in_unit(checker, value, &wanted, text,
                                     arena_format(&compiler->arena, "`%s`", item->name.text)))
    return;
  if (!(d = diagnostic_at(compiler, HB0101, at.start))) return;
  while (d->fix_count > 0) hermes_fix_free(&d->fixes[--d->fix_count]);
}

static void check_column(Checker *checker, Slot *slot, const Item *item) {
  Scope scope = scope_new(checker, IN_CONSTANT, 0);
  if (is_missing(item->type) && item->value) {
    slot->value = check_expr(&scope, item->value, NULL);
    take_type(checker, slot, item);
    slot->value = NULL;
  }
  read_domain(&scope, slot, item);
  if (!item->value) {
    if (checker->program->tables[slot->table].sparse)
      report(compiler_of(checker), HB0511, item->span,
             "column `%s` of a sparse table has no default", slot->name);
    return;
  }
  if (slot->type.kind == TYPE_REF) {
    report(compiler_of(checker), HB0312, item->value->span, "a column of rows has no default");
    return;
  }
  slot->or_missing = item->or_missing;
  slot->has_default = check_constant(&scope, item->value, &slot->type, slot->unit_text, item->type,
                                     "the default", &slot->default_number);
  if (slot->has_default) check_default_range(checker, slot, slot->default_number, item);
}

/* ---- definitions ---- */

void bind_indices(Scope *scope, const Slot *slot, const Index *indices) {
  for (int i = 0; i < slot->rank && indices; i++, indices = indices->next)
    bind_variable(scope, indices->variable, slot->index[i], indices->set.span);
}

Scope definition_scope(Checker *checker, const Slot *slot, const Item *item) {
  static const Place places[] = {
      [ROLE_COLUMN] = IN_CONSTANT, [ROLE_INPUT] = IN_INPUT, [ROLE_POLICY] = IN_DEFAULT,
      [ROLE_DRAW] = IN_DRAW,       [ROLE_OUT] = IN_BLOCK,   [ROLE_LET] = IN_BLOCK,
      [ROLE_KPI] = IN_KPI};
  Scope scope = scope_new(checker, places[slot->role], 0);
  scope.block = slot->block;
  scope.policies = slot->block >= 0 && checker->program->blocks[slot->block].operational;
  bind_indices(&scope, slot, item->indices);
  if (slot->block >= 0) scope.own = slot->rank;
  return scope;
}

/* `int` and dimension 1 mix, but a constant that is no whole number was meant otherwise. */
static void check_whole(Checker *checker, const Slot *slot) {
  double number;
  if (slot->type.integer && slot->value->type.kind == TYPE_REAL &&
      term_constant(slot->value, &number) && number != floor(number))
    report(compiler_of(checker), HB0407, slot->value->span,
           "`%s` is an `int`, and this is no whole number", slot->name);
}

static void check_value(Checker *checker, Slot *slot, const Item *item) {
  Scope scope = definition_scope(checker, slot, item);
  bool takes = slot->role == ROLE_LET || is_missing(item->type);
  slot->value = slot->role == ROLE_DRAW
                    ? check_draw(&scope, (int)(slot - checker->program->slots), item->value)
                    : check_expr(&scope, item->value, takes ? NULL : &slot->type);
  slot->value = check_initially(&scope, slot, item);
  slot->variable_count = scope.variable_count;
  if (slot->role == ROLE_LET) check_let_type(checker, item, slot->value);
  if (takes)
    take_type(checker, slot, item);
  else
    require_declared(checker, slot->value, &slot->type, item->type, slot->unit_text,
                     arena_format(&compiler_of(checker)->arena, "`%s`", slot->name));
  check_whole(checker, slot);
}

static void missing_value(Checker *checker, const Slot *slot, const Item *item) {
  static const char *const words[] = {"column", "input", "policy", "draw", "output", "let", "KPI"};
  if (slot->role == ROLE_INPUT) return; /* given at run time */
  hermes_diagnostic *d = report(compiler_of(checker), HB0507, item->span, "%s `%s` has no value",
                                words[slot->role], slot->name);
  hermes_diagnostic_note(d, slot->role == ROLE_POLICY
                                ? "a policy has a default, which says what is so today: `= ...`"
                                : "its definition follows behind `=`");
}

static void refuse_extras(Checker *checker, const Slot *slot, const Item *item) {
  if (item->or_missing)
    report(compiler_of(checker), HB0312, item->span, "only columns say `or missing`");
  if (item->domain && slot->role != ROLE_INPUT && slot->role != ROLE_POLICY && !slot->solve)
    report(compiler_of(checker), HB0312, item->domain->span,
           "only columns, inputs, policies and what is solved have a range");
  if (slot->role == ROLE_KPI && slot->rank)
    report(compiler_of(checker), HB0312, item->indices->set.span,
           "a KPI is one number, and has no index");
  if (slot->role == ROLE_KPI && (slot->type.kind == TYPE_ENUM || slot->type.kind == TYPE_REF))
    report(compiler_of(checker), HB0312, item->type->span, "a KPI is a number or a boolean");
}

static void check_slot(Checker *checker, Slot *slot, const Item *item) {
  Scope constants = scope_new(checker, IN_CONSTANT, 0);
  double coherent;
  if (slot->role == ROLE_COLUMN) {
    check_column(checker, slot, item);
    return;
  }
  bool missing = is_missing(item->type);
  refuse_extras(checker, slot, item);
  if (missing && item->value) check_value(checker, slot, item);
  if (slot->role == ROLE_INPUT || slot->role == ROLE_POLICY || slot->solve)
    read_domain(&constants, slot, item);
  if (!item->value)
    missing_value(checker, slot, item);
  else if (!missing)
    check_value(checker, slot, item);
  if (slot->solve) check_solve(checker, slot, item);
  if (slot->value && (slot->domain.present || slot->type.integer) &&
      (slot->role == ROLE_INPUT || slot->role == ROLE_POLICY) &&
      term_constant(slot->value, &coherent))
    check_default_range(checker, slot, coherent, item);
}

bool too_long_chain(Checker *checker, Span span) {
  report(compiler_of(checker), HB0017, span,
         "a chain of more than %d lets or functions, each of which needs the next", MAX_CHAIN);
  return false;
}

const char *chain_from(Checker *checker, const char *name) {
  int first = checker->chain;
  while (first > 0 && checker->links[first - 1] != name) first--;
  const char *path = name;
  for (int i = first; i < checker->chain; i++)
    path = arena_format(&compiler_of(checker)->arena, "%s -> %s", path, checker->links[i]);
  return arena_format(&compiler_of(checker)->arena, "%s -> %s", path, name);
}

/* Its type is known once its value is. */
static bool is_asked_for_type(const Checker *checker, int number) {
  const Slot *slot = &checker->program->slots[number];
  const Item *item = checker->definitions[number].item;
  return slot->role == ROLE_LET || (item && slot->role != ROLE_COLUMN && is_missing(item->type));
}

/* Only such a value can be asked for while it is being checked, and then it depends on itself. */
bool check_definition(Checker *checker, int number) {
  Slot *slot = &checker->program->slots[number];
  Definition *definition = &checker->definitions[number];
  if (!is_asked_for_type(checker, number) || definition->progress == CHECKED)
    return slot->type.kind != TYPE_ERROR;
  if (definition->progress == CHECKING) {
    report(compiler_of(checker), HB0504, slot->span, "`%s` depends on itself: %s", slot->name,
           chain_from(checker, slot->name));
    return false;
  }
  if (checker->chain == MAX_CHAIN) return too_long_chain(checker, slot->span);
  checker->links[checker->chain++] = slot->name;
  definition->progress = CHECKING;
  check_slot(checker, slot, definition->item);
  definition->progress = CHECKED;
  checker->chain--;
  return slot->type.kind != TYPE_ERROR;
}

static void check_definitions(Checker *checker) {
  for (int i = 0; i < checker->program->slot_count; i++) {
    Slot *slot = &checker->program->slots[i];
    if (is_asked_for_type(checker, i))
      check_definition(checker, i);
    else if (checker->definitions[i].item)
      check_slot(checker, slot, checker->definitions[i].item);
  }
}

/* ---- the goal ---- */

static void unknown_kpi(Checker *checker, Name name, int value) {
  const char *names[MAX_SLOTS];
  size_t count = 0;
  const Program *program = checker->program;
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == ROLE_KPI) names[count++] = program->slots[i].name;
  hermes_diagnostic *d =
      report(compiler_of(checker), HB0508, name.span, "there is no KPI named `%s`", name.text);
  suggest(compiler_of(checker), d, name.text, names, count);
  if (value >= 0)
    hermes_diagnostic_note(d, "`%s` is a value: `kpi NAME : TYPE = ...;` makes a KPI of values",
                           name.text);
}

static int find_kpi(Checker *checker, Name name) {
  int slot = map_get(&checker->values, name.text);
  if (slot >= 0 && checker->program->slots[slot].role == ROLE_KPI)
    return note_slot(checker, name.span, slot), slot;
  unknown_kpi(checker, name, slot);
  return -1;
}

static bool require_number(Checker *checker, int kpi, Name name) {
  if (checker->program->slots[kpi].type.kind != TYPE_BOOL) return true;
  report(compiler_of(checker), HB0508, name.span,
         "only a number is maximized or minimized, and `%s` is a boolean", name.text);
  return false;
}

static void read_objectives(Checker *checker, Goal *goal, const Decl *decl) {
  int count = 0;
  for (const Objective *o = decl->objectives; o; o = o->next) count++;
  goal->objectives =
      arena_alloc(&compiler_of(checker)->arena, sizeof *goal->objectives * (size_t)count);
  bool *wanted = ARENA_ARRAY(&compiler_of(checker)->arena, bool, checker->program->slot_count + 1);
  for (const Objective *o = decl->objectives; o; o = o->next) {
    int kpi = find_kpi(checker, o->kpi);
    if (kpi < 0 || !require_number(checker, kpi, o->kpi)) continue;
    if (wanted[kpi]) {
      report(compiler_of(checker), HB0508, o->kpi.span, "`%s` is an objective already",
             o->kpi.text);
      continue;
    }
    wanted[kpi] = true;
    goal->objectives[goal->objective_count].kpi = kpi;
    goal->objectives[goal->objective_count++].maximize = o->maximize;
  }
}

/* 0 where none is written; false, reported, where it is none. */
static bool read_confidence(Checker *checker, const Expr *constraint, double *confidence) {
  const Expr *written = constraint->certainty;
  Scope scope = scope_new(checker, IN_CONSTANT, 0);
  *confidence = 0;
  if (!written) return true;
  if (!check_constant(&scope, written, &type_number, "%", NULL, "a confidence", confidence))
    return false;
  bool sided = constraint->op >= OP_LESS && constraint->op <= OP_GREATER_EQUAL;
  if (sided && *confidence >= 0.5 && *confidence < 1) return true;
  report(compiler_of(checker), HB0508, written->span,
         sided ? "a confidence is at least 50 %% and less than 100 %%"
               : "only a bound from one side is kept with confidence");
  return false;
}

static void read_constraint(Checker *checker, Goal *goal, const Expr *expr) {
  Compiler *compiler = compiler_of(checker);
  bool comparison = expr->kind == EXPR_BINARY && expr->op >= OP_LESS && expr->op <= OP_EQUAL;
  if (!comparison || expr->left->kind != EXPR_NAME) {
    hermes_diagnostic *d = report(
        compiler, HB0508, expr->span,
        "a constraint compares a KPI with its bound, the KPI on the left: `coverage >= 95 %%`");
    if (expr->kind == EXPR_NAME)
      hermes_diagnostic_note(d, "a condition holds where it is true: `%s == true`",
                             expr->name.text);
    return;
  }
  int kpi = find_kpi(checker, expr->left->name);
  if (kpi < 0) return;
  const Slot *measured = &checker->program->slots[kpi];
  Scope scope = scope_new(checker, IN_GOAL, 0);
  Term *bound = check_expr(&scope, expr->right, &measured->type);
  if (!require_in_unit(checker, bound, &measured->type, measured->unit_text,
                       arena_format(&compiler->arena, "the bound of `%s`", measured->name)))
    return;
  double confidence;
  if (!read_confidence(checker, expr, &confidence)) return;
  Slot *slot = add_slot(checker, expr->left->name, ROLE_BOUND, NULL);
  if (!slot) return;
  slot->type = measured->type;
  slot->unit = measured->unit;
  slot->unit_text = measured->unit_text;
  slot->value = bound;
  slot->variable_count = scope.variable_count;
  slot->span = expr->span;
  goal->constraints[goal->constraint_count].kpi = kpi;
  goal->constraints[goal->constraint_count].relation = expr->op;
  goal->constraints[goal->constraint_count].confidence = confidence;
  goal->constraints[goal->constraint_count++].bound = (int)(slot - checker->program->slots);
}

static void read_goal(Checker *checker, const Decl *decl) {
  Goal *goal = &checker->program->goal;
  if (goal->present) {
    duplicate(checker, (Name){"goal", decl->span}, goal->span, "the");
    return;
  }
  int count = 0;
  for (const Expr *c = decl->constraints; c; c = c->next) count++;
  goal->present = true;
  goal->span = decl->span;
  goal->constraints =
      arena_alloc(&compiler_of(checker)->arena, sizeof *goal->constraints * (size_t)(count + 1));
  read_objectives(checker, goal, decl);
  for (const Expr *c = decl->constraints; c; c = c->next) read_constraint(checker, goal, c);
}

/* ---- expectations ---- */

static const Expr *index_arguments(const Expr *target) {
  return target->kind == EXPR_INDEX ? target->args : NULL;
}

static void read_vary(Scope *scope, Expect *expect, const Statement *s) {
  Checker *checker = scope->checker;
  const Expr *name = s->target->kind == EXPR_INDEX ? s->target->left : s->target;
  int slot = name->kind == EXPR_NAME ? find_value(scope, name->name.text) : -1;
  if (name->kind == EXPR_NAME && slot < 0) {
    unknown_name(scope, name->name);
    return;
  }
  if (slot >= 0) note_slot(checker, name->name.span, slot);
  if (slot < 0 || (checker->program->slots[slot].role != ROLE_POLICY &&
                   checker->program->slots[slot].role != ROLE_INPUT)) {
    report(compiler_of(checker), HB0509, s->target->span,
           "`vary` changes one element of a policy or an input");
    return;
  }
  bool policies = scope->policies;
  scope->policies = true; /* it is named here, not read */
  Term *target = term_slot(scope, slot, index_arguments(s->target), s->target->span, false);
  scope->policies = policies;
  Type wanted = s->by ? step_type(target->type) : target->type;
  Term *amount = check_expr(scope, s->value, &wanted);
  if (target->type.kind == TYPE_ERROR ||
      !require_in_unit(checker, amount, &wanted,
                       s->by ? step_unit(&target->type, checker->program->slots[slot].unit_text)
                             : checker->program->slots[slot].unit_text,
                       s->by ? "the change" : "the new value"))
    return;
  if (s->by && target->type.kind != TYPE_REAL) {
    report(compiler_of(checker), HB0509, s->span,
           "only numbers vary `by` an amount: others vary `to` a value");
    return;
  }
  expect->varies[expect->vary_count++] =
      (Vary){.slot = slot, .rows = target->args, .by = s->by, .amount = amount};
}

static void take_unit(Checker *checker, Assert *assertion, const Type *type) {
  assertion->unit = hermes_unit_one();
  assertion->unit_text = "";
  if (type->kind != TYPE_REAL) return;
  assertion->unit_text = unit_of_type(compiler_of(checker), type, &assertion->unit);
}

/* Both sides are shown in the unit of the value on the left where it is one by itself. */
static void prefer_declared_unit(Checker *checker, Assert *assertion) {
  const Term *sides[] = {assertion->left, assertion->right};
  for (int i = 0; i < 2; i++) {
    if (!sides[i] || sides[i]->kind != TERM_SLOT || sides[i]->type.kind != TYPE_REAL) continue;
    assertion->unit = checker->program->slots[sides[i]->index].unit;
    assertion->unit_text = checker->program->slots[sides[i]->index].unit_text;
    return;
  }
}

static void split_comparison(Checker *checker, Assert *assertion, Term *condition) {
  bool comparison =
      condition->kind == TERM_APPLY && condition->op >= OP_LESS && condition->op <= OP_NOT_EQUAL;
  assertion->relation = comparison ? condition->op : OP_COUNT;
  assertion->left = comparison ? condition->args[0] : condition;
  assertion->right = comparison ? condition->args[1] : NULL;
  take_unit(checker, assertion, &assertion->left->type);
  prefer_declared_unit(checker, assertion);
}

static void read_within(Scope *scope, Assert *assertion, const Expr *within) {
  if (!within) return;
  if (!assertion->right || assertion->left->type.kind != TYPE_REAL) {
    report(compiler_of(scope->checker), HB0509, within->span,
           "`within` goes with a comparison of two numbers");
    return;
  }
  Type wanted = step_type(assertion->left->type);
  check_constant(scope, within, &wanted, step_unit(&assertion->left->type, assertion->unit_text),
                 NULL, "the tolerance", &assertion->within);
}

static void read_assert(Scope *scope, Expect *expect, const Statement *s) {
  Assert *assertion = &expect->asserts[expect->assert_count];
  *assertion = (Assert){.span = s->span};
  int outer = scope->bound_count;
  bool good = bind_fors(scope, s->fors, assertion->loops, &assertion->loop_count, s->span);
  int i = 0;
  for (const For *f = s->fors; f && i < MAX_RANK; f = f->next)
    assertion->variables[i++] = f->variable.text;
  if (s->filter) assertion->filter = check_condition(scope, s->filter);
  Term *condition = check_condition(scope, s->value);
  good &= condition->type.kind != TYPE_ERROR &&
          (!assertion->filter || assertion->filter->type.kind != TYPE_ERROR);
  if (good) {
    split_comparison(scope->checker, assertion, condition);
    read_within(scope, assertion, s->within);
    expect->assert_count++;
  }
  scope->bound_count = outer;
}

static void read_expect(Checker *checker, const Decl *decl) {
  Arena *arena = &compiler_of(checker)->arena;
  Expect *expect = &checker->program->expects[checker->program->expect_count++];
  int count = 0;
  for (const Statement *s = decl->statements; s; s = s->next) count++;
  *expect = (Expect){.doc = decl->doc, .span = decl->span};
  expect->varies = ARENA_ARRAY(arena, Vary, count + 1);
  expect->asserts = ARENA_ARRAY(arena, Assert, count + 1);
  Scope scope = scope_new(checker, IN_EXPECT, 0);
  bind_fors(&scope, decl->fors, expect->loops, &expect->loop_count, decl->span);
  int i = 0;
  for (const For *f = decl->fors; f && i < MAX_RANK; f = f->next)
    expect->variables[i++] = f->variable.text;
  if (decl->filter) expect->filter = check_condition(&scope, decl->filter);
  for (const Statement *s = decl->statements; s; s = s->next) {
    if (s->kind == STATEMENT_VARY)
      read_vary(&scope, expect, s);
    else
      read_assert(&scope, expect, s);
  }
  expect->variable_count = scope.variable_count;
  if (!expect->assert_count && compiler_of(checker)->diagnostics.errors == 0)
    report(compiler_of(checker), HB0509, decl->span,
           "an expectation asserts something: `assert x >= y;`");
}

/* ---- the pass ---- */

static int count_decls(const Compiler *compiler, DeclKind kind) {
  int count = 0;
  for (uint32_t i = 0; i < compiler->source_count; i++)
    for (const Decl *decl = compiler->trees[i]->decls; decl; decl = decl->next)
      count += decl->kind == kind;
  return count;
}

static void allocate(Checker *checker) {
  Compiler *compiler = checker->compiler;
  Arena *arena = &compiler->arena;
  Program *program = checker->program;
  program->slots = ARENA_ARRAY(arena, Slot, MAX_SLOTS);
  program->tables = ARENA_ARRAY(arena, Table, count_decls(compiler, DECL_TABLE) + 1);
  program->blocks = ARENA_ARRAY(arena, Block, count_decls(compiler, DECL_BLOCK) + 1);
  program->expects = ARENA_ARRAY(arena, Expect, count_decls(compiler, DECL_EXPECT) + 1);
  program->functions = ARENA_ARRAY(arena, Function, MAX_INSTANCES);
  checker->definitions = ARENA_ARRAY(arena, Definition, MAX_SLOTS);
  checker->functions = ARENA_ARRAY(arena, FunctionDecl, count_decls(compiler, DECL_FUNCTION) + 1);
}

static void declare_all(Checker *checker) {
  Compiler *compiler = checker->compiler;
  for (uint32_t i = 0; i < compiler->source_count; i++)
    declare_functions(checker, compiler->trees[i]);
  for (const Decl *decl = compiler->trees[0]->decls; decl; decl = decl->next)
    if (decl->kind == DECL_TABLE) declare_table(checker, decl);
  for (Decl *decl = compiler->trees[0]->decls; decl; decl = decl->next) declare(checker, decl);
}

static void read_goals_and_expects(Checker *checker) {
  for (const Decl *decl = checker->compiler->trees[0]->decls; decl; decl = decl->next) {
    if (decl->kind == DECL_GOAL) read_goal(checker, decl);
    if (decl->kind == DECL_EXPECT) read_expect(checker, decl);
  }
}

static void require_kpi(Checker *checker, const Tree *tree) {
  if (tree->is_module || count_decls(checker->compiler, DECL_KPI) ||
      checker->compiler->diagnostics.errors)
    return;
  report(checker->compiler, HB0514, tree->name.span,
         "blueprint `%s` has no `kpi`: nothing comes out of it", tree->name.text);
}

/* Which modules each source imports, so that no call has to ask again. */
static void note_imports(Checker *checker) {
  const Compiler *compiler = checker->compiler;
  NameMap modules = {0};
  for (uint32_t i = 0; i < compiler->source_count; i++)
    if (compiler->sources[i]->module)
      map_put(checker->compiler, &modules, compiler->sources[i]->module, (int)i);
  for (uint32_t i = 0; i < compiler->source_count; i++)
    for (const Decl *decl = compiler->trees[i]->decls; decl; decl = decl->next) {
      int module = decl->kind == DECL_IMPORT ? map_get(&modules, decl->name.text) : -1;
      if (module >= 0) checker->imports[i][module] = true;
      if (module < 0 && decl->kind == DECL_IMPORT) checker->lacks_module[i] = true;
    }
}

void resolve_names(Checker *checker) {
  Compiler *compiler = checker->compiler;
  compiler->program.name = compiler->trees[0]->name.text;
  compiler->program.doc = compiler->trees[0]->doc;
  allocate(checker);
  note_imports(checker);
  declare_all(checker);
  check_sources(checker);
  check_definitions(checker);
  read_goals_and_expects(checker);
  check_unused_functions(checker);
  require_kpi(checker, compiler->trees[0]);
}

/* needs: every source parsed. leaves: program with names found, and every term typed and coherent.
 */
bool resolve_program(Compiler *compiler) {
  Checker checker = {.compiler = compiler, .program = &compiler->program};
  resolve_names(&checker);
  return compiler->diagnostics.errors == 0;
}
