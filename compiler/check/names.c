/* Names: where each is found, and what is in reach of a misspelt one. Tables, values, blocks,
 * functions and units are separate namespaces; a `let` is seen in its own block only. */
#include "check/checker.h"
#include "fix/fixes.h"
#include "check/references.h"

#include <string.h>

/* ---- the map ---- */

static size_t hash_text(const char *text) {
  size_t hash = 1469598103934665603u;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
  return hash;
}

static void map_insert(NameMap *map, const char *text, int value) {
  size_t i = hash_text(text) & (map->capacity - 1);
  while (map->entries[i].text) i = (i + 1) & (map->capacity - 1);
  map->entries[i].text = text;
  map->entries[i].value = value;
  map->count++;
}

/* Growth keeps the order of equal spellings: old entries are met again in probe order from an empty
 * place on. */
static void map_grow(Compiler *compiler, NameMap *map) {
  NameMap old = *map;
  map->capacity = old.capacity ? old.capacity * 2 : 64;
  map->entries = arena_alloc(&compiler->arena, map->capacity * sizeof *map->entries);
  map->count = 0;
  size_t first = 0;
  while (first < old.capacity && old.entries[first].text) first++;
  for (size_t n = 0; n < old.capacity; n++) {
    size_t i = (first + n) & (old.capacity - 1);
    if (old.entries[i].text) map_insert(map, old.entries[i].text, old.entries[i].value);
  }
}

void map_put(Compiler *compiler, NameMap *map, const char *text, int value) {
  if ((map->count + 1) * 2 > map->capacity) map_grow(compiler, map);
  map_insert(map, text, value);
}

/* At most half of the places are taken, so that a search ends. */
int map_next(const NameMap *map, const char *text, size_t *place) {
  if (!map->capacity) return -1;
  for (size_t first = hash_text(text);;) {
    size_t i = (first + (*place)++) & (map->capacity - 1);
    if (!map->entries[i].text) return -1;
    if (strcmp(map->entries[i].text, text) == 0) return map->entries[i].value;
  }
}

int map_get(const NameMap *map, const char *text) {
  size_t place = 0;
  return map_next(map, text, &place);
}

const char *scoped_name(Compiler *compiler, int owner, const char *name) {
  return arena_format(&compiler->arena, "%d.%s", owner, name);
}

static int find_scoped(const NameMap *map, int owner, const char *name) {
  char key[MAX_NAME_BYTES + 16];
  snprintf(key, sizeof key, "%d.%s", owner, name);
  return map_get(map, key);
}

/* ---- scopes ---- */

Scope scope_new(Checker *checker, Place place, uint32_t source) {
  return (Scope){.checker = checker,
                 .place = place,
                 .block = -1,
                 .source = source,
                 .locals = place == IN_FUNCTION};
}

const Bound *find_bound(const Scope *scope, const char *name) {
  for (int i = scope->bound_count; i-- > 0;)
    if (scope->bound[i].name && strcmp(scope->bound[i].name, name) == 0) return &scope->bound[i];
  return NULL;
}

static void refuse_hiding(Scope *scope, Name name) {
  const Bound *other = name.text ? find_bound(scope, name.text) : NULL;
  if (!other) return;
  Compiler *compiler = scope->checker->compiler;
  hermes_diagnostic *d = report(compiler, HB0208, name.span, "`%s` is bound already", name.text);
  report_label(compiler, d, other->span, "here");
}

int bind_variable(Scope *scope, Name name, int table, Span set) {
  refuse_hiding(scope, name);
  if (scope->variable_count >= MAX_VARIABLES) {
    report(scope->checker->compiler, HB0012, name.span,
           "this definition has more than %d index variables", MAX_VARIABLES);
    if (scope->bound_count < MAX_VARIABLES * 2)
      scope->bound[scope->bound_count++] =
          (Bound){.name = name.text, .span = name.span, .table = -1};
    return 0;
  }
  scope->bound[scope->bound_count++] = (Bound){.name = name.text,
                                               .span = name.span,
                                               .number = scope->variable_count,
                                               .table = table,
                                               .set = set};
  if (name.text) note_bound(scope, &scope->bound[scope->bound_count - 1], name.span);
  return scope->variable_count++;
}

bool bind_local(Scope *scope, Name name, Type type) {
  refuse_hiding(scope, name);
  int capacity = (int)(sizeof scope->bound / sizeof *scope->bound);
  if (scope->bound_count >= capacity) {
    report(scope->checker->compiler, HB0012, name.span,
           "this function has more than %d parameters and lets", capacity);
    return false;
  }
  scope->bound[scope->bound_count] = (Bound){.name = name.text,
                                             .span = name.span,
                                             .number = scope->bound_count,
                                             .table = -1,
                                             .type = type};
  note_bound(scope, &scope->bound[scope->bound_count++], name.span);
  return true;
}

/* ---- look-up ---- */

int find_table(const Checker *checker, const char *name) {
  return map_get(&checker->tables, name);
}

int find_column(const Checker *checker, int table, const char *name) {
  return find_scoped(&checker->columns, table, name);
}

int find_value(const Scope *scope, const char *name) {
  int slot = map_get(&scope->checker->values, name);
  return slot >= 0 || scope->block < 0 ? slot
                                       : find_scoped(&scope->checker->lets, scope->block, name);
}

/* ---- candidates ---- */

/* Comparing each of many misspelt names with many known ones would take longer than all else: when
 * this much was spent, no more candidates are named. */
enum { MAX_SUGGESTING = 100000000 }; /* letters times letters */

void suggest(Compiler *compiler, hermes_diagnostic *d, const char *word, const char *const *names,
             size_t count) {
  size_t length = strlen(word);
  if (compiler->suggesting > MAX_SUGGESTING) return;
  compiler->suggesting += count * length * length;
  const char *nearest = hermes_nearest(word, names, count);
  if (!nearest) return;
  hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  Span place = {(uint32_t)d->place.start, (uint32_t)d->place.end, 0};
  offer_fix(d, place, nearest, "the name that is meant");
}

/* In paht.gain[u, c]: what a column is read of. */
static bool is_read_from(const Scope *scope, Name name) {
  const Source *source = scope->checker->compiler->sources[name.span.source];
  return name.span.end < source->length && source->text[name.span.end] == '.';
}

static size_t names_in_sight(const Scope *scope, Name unknown, const char **names,
                             size_t capacity) {
  const Program *program = scope->checker->program;
  size_t count = 0;
  for (int i = 0; i < program->table_count && is_read_from(scope, unknown); i++)
    if (program->tables[i].rank == 2) names[count++] = program->tables[i].name;
  for (int i = 0; i < scope->bound_count && count < capacity; i++)
    if (scope->bound[i].name) names[count++] = scope->bound[i].name;
  for (int i = 0; i < program->slot_count && count < capacity && scope->place != IN_FUNCTION; i++) {
    const Slot *slot = &program->slots[i];
    if (slot->role == ROLE_COLUMN || (slot->role == ROLE_LET && slot->block != scope->block))
      continue;
    names[count++] = slot->name;
  }
  return count;
}

/* How a column would be read here: `c.tx_power` where a variable runs over its table. */
static void explain_column(const Scope *scope, hermes_diagnostic *d, int column) {
  const Program *program = scope->checker->program;
  const Slot *slot = &program->slots[column];
  const Table *table = &program->tables[slot->table];
  const char *row = "row";
  if (table->rank == 2) {
    hermes_diagnostic_note(d, "`%s` is a column of table `%s`: read `%s.%s[%c, %c]`", slot->name,
                           table->name, table->name, slot->name,
                           program->tables[table->index[0]].name[0],
                           program->tables[table->index[1]].name[0]);
    return;
  }
  for (int i = 0; i < scope->bound_count && !scope->locals; i++)
    if (scope->bound[i].table == slot->table && scope->bound[i].name) row = scope->bound[i].name;
  hermes_diagnostic_note(d, "`%s` is a column of table `%s`: read it at a row, as in `%s.%s`",
                         slot->name, table->name, row, slot->name);
}

/* The first enumeration of a value or column that has this label, or -1. */
static int slot_with_label(const Program *program, const char *name) {
  for (int i = 0; i < program->slot_count; i++) {
    const Type *type = &program->slots[i].type;
    for (int l = 0; type->kind == TYPE_ENUM && l < type->labels->count; l++)
      if (strcmp(type->labels->names[l], name) == 0) return i;
  }
  return -1;
}

/* What a name is that is known, but is no value here. */
static bool explain_known(const Scope *scope, hermes_diagnostic *d, const char *name) {
  const Checker *checker = scope->checker;
  int table = find_table(checker, name), column = map_get(&checker->column_names, name);
  int labelled = slot_with_label(checker->program, name);
  if (table >= 0)
    hermes_diagnostic_note(
        d, "`%s` is a table: `for x in %s` runs over its rows, `x.column` reads one", name, name);
  else if (column >= 0)
    explain_column(scope, d, column);
  else if (map_get(&checker->let_names, name) >= 0)
    hermes_diagnostic_note(
        d, "a `let` of another block has this name; make it an `out` to read it here");
  else if (labelled >= 0)
    hermes_diagnostic_note(d, "`%s` is a label of `%s`, and is understood beside such a value",
                           name, checker->program->slots[labelled].name);
  else if (is_builtin(name) || map_get(&checker->function_names, name) >= 0)
    hermes_diagnostic_note(d, "`%s` is a function: it is called with `(...)`", name);
  else
    return false;
  return true;
}

/* An index such as [cell], which names no row: the unknown name may have been meant for one. */
static const Bound *nameless_index(const Scope *scope) {
  for (int i = 0; i < scope->bound_count && !scope->locals; i++)
    if (!scope->bound[i].name && scope->bound[i].table >= 0) return &scope->bound[i];
  return NULL;
}

/* In 3 Mbit/sec: what stands right behind a unit and its slash. */
static bool follows_unit(const Scope *scope, Span at) {
  const char *text = scope->checker->compiler->sources[at.source]->text;
  return at.start > 0 && (text[at.start - 1] == '/' || text[at.start - 1] == '*');
}

static void explain_other_meaning(const Scope *scope, hermes_diagnostic *d, Name unknown) {
  const char *name = unknown.text;
  char nearest[HERMES_UNIT_TEXT];
  Span at = unknown.span;
  const Bound *nameless = nameless_index(scope);
  if (explain_known(scope, d, name) || explain_idiom(d, IDIOM_VALUE, name)) return;
  if (hermes_unit_symbol(&scope->checker->compiler->units, name, strlen(name)))
    hermes_diagnostic_note(
        d, "`%s` is a unit: it stands right behind its number, without other spaces, as in `20 %s`",
        name, name);
  else if (follows_unit(scope, at) && hermes_unit_suggest(&scope->checker->compiler->units, name,
                                                          strlen(name), nearest, sizeof nearest)) {
    hermes_diagnostic_fact(&d->candidates, "%s", nearest);
    hermes_diagnostic_note(d, "`%s` is no unit either", name);
    offer_fix(d, at, nearest, "the unit that is meant");
  } else if (nameless && !d->candidates)
    hermes_diagnostic_note(d, "the index over `%s` has no name: `[%s in %s]` gives it one",
                           scope->checker->program->tables[nameless->table].name, name,
                           scope->checker->program->tables[nameless->table].name);
}

void unknown_name(const Scope *scope, Name name) {
  const char *names[MAX_SLOTS];
  hermes_diagnostic *d = report(scope->checker->compiler, HB0201, name.span,
                                "there is no value named `%s` here", name.text);
  if (scope->checker->compiler->diagnostics.errors > HERMES_DIAGNOSTICS_KEPT) return;
  suggest(scope->checker->compiler, d, name.text, names,
          names_in_sight(scope, name, names, MAX_SLOTS));
  explain_other_meaning(scope, d, name);
}

void unknown_column(Checker *checker, int table, Name name) {
  const Table *t = &checker->program->tables[table];
  const char *names[MAX_SLOTS];
  for (int i = 0; i < t->column_count; i++)
    names[i] = checker->program->slots[t->first_column + i].name;
  hermes_diagnostic *d = report(checker->compiler, HB0205, name.span,
                                "table `%s` has no column `%s`", t->name, name.text);
  suggest(checker->compiler, d, name.text, names, (size_t)t->column_count);
}

/* What runs over rows instead of what was named. */
static void explain_no_index_set(const Checker *checker, hermes_diagnostic *d, const char *name) {
  const Program *program = checker->program;
  int table = find_table(checker, name), value = map_get(&checker->values, name);
  if (table >= 0 && program->tables[program->tables[table].index[0]].rank == 1 &&
      program->tables[program->tables[table].index[1]].rank == 1)
    hermes_diagnostic_note(d, "run over both of its indices: `for %c in %s for %c in %s`",
                           program->tables[program->tables[table].index[0]].name[0],
                           program->tables[program->tables[table].index[0]].name,
                           program->tables[program->tables[table].index[1]].name[0],
                           program->tables[program->tables[table].index[1]].name);
  else if (value >= 0 && program->slots[value].rank > 0 &&
           program->slots[value].type.kind != TYPE_ERROR) /* else its index may be no table */
    hermes_diagnostic_note(d,
                           "`%s` is a value: run over its index, `for %c in %s`, and read `%s[%c]`",
                           name, program->tables[program->slots[value].index[0]].name[0],
                           program->tables[program->slots[value].index[0]].name, name,
                           program->tables[program->slots[value].index[0]].name[0]);
}

int index_set(Checker *checker, Name name) {
  int table = find_table(checker, name.text);
  if (table >= 0 && checker->program->tables[table].rank == 1)
    return note_table(checker, name.span, table), table;
  hermes_diagnostic *d = report(checker->compiler, HB0203, name.span,
                                table < 0 ? "there is no table named `%s`"
                                          : "`%s` has two indices and is no index set",
                                name.text);
  const char *names[MAX_SLOTS];
  size_t count = 0;
  for (int i = 0; i < checker->program->table_count && count < MAX_SLOTS; i++)
    if (checker->program->tables[i].rank == 1) names[count++] = checker->program->tables[i].name;
  if (table < 0) suggest(checker->compiler, d, name.text, names, count);
  explain_no_index_set(checker, d, name.text);
  return -1;
}
