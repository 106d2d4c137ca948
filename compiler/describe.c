/* The program -> its description: the JSON of docs/description.md, in the order shown there. */
#include "check/order.h"

#include <cjson/cJSON.h>

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON that ends the program where memory is out, rather than leave a part out ---- */

static cJSON *made(cJSON *item) {
  if (item) return item;
  fputs("hermesc: out of memory\n", stderr);
  abort();
}

static cJSON *put(cJSON *object, const char *key, cJSON *item) {
  if (!cJSON_AddItemToObject(object, key, made(item))) made(NULL);
  return item;
}

static cJSON *append(cJSON *array, cJSON *item) {
  if (!cJSON_AddItemToArray(array, made(item))) made(NULL);
  return item;
}

static cJSON *put_array(cJSON *object, const char *key) {
  return put(object, key, cJSON_CreateArray());
}

static cJSON *text_item(const char *text) {
  return made(cJSON_CreateString(text ? text : ""));
}

static void put_text(cJSON *object, const char *key, const char *text) {
  put(object, key, text_item(text));
}

static void put_truth(cJSON *object, const char *key, bool truth) {
  put(object, key, cJSON_CreateBool(truth));
}

static void put_count(cJSON *object, const char *key, int number) {
  put(object, key, cJSON_CreateNumber(number));
}

/* The fewest digits that read back as the same number; cJSON is content with nearly the same. */
static cJSON *number_item(double number) {
  char text[64];
  int digits = 15;
  if (!isfinite(number)) return made(cJSON_CreateNull());
  do
    snprintf(text, sizeof text, "%.*g", digits, number);
  while (strtod(text, NULL) != number && ++digits <= 17);
  char *point = strchr(text, localeconv()->decimal_point[0]);
  if (point) *point = '.';
  return made(cJSON_CreateRaw(text));
}

static void put_number(cJSON *object, const char *key, double number) {
  put(object, key, number_item(number));
}

static void put_index(cJSON *object, const int *tables, int count) {
  put(object, "index", cJSON_CreateIntArray(tables, count));
}

static void put_texts(cJSON *object, const char *key, const char *const *texts, int count) {
  cJSON *array = put_array(object, key);
  for (int i = 0; i < count; i++)
    append(array, text_item(texts[i]));
}

/* ---- blueprint, tables, blocks ---- */

/* The file's name alone: a twin does not depend on where it was compiled. */
static const char *file_name(const Compiler *compiler) {
  if (compiler->source_count == 0) return "";
  const char *path = compiler->sources[0]->path;
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static cJSON *blueprint_json(const Compiler *compiler) {
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "name", compiler->program.name);
  put_text(json, "doc", compiler->program.doc);
  put_text(json, "file", file_name(compiler));
  put_text(json, "sha256", compiler->sha256);
  cJSON *units = put_array(json, "units");
  for (size_t i = 0; i < compiler->units.declared_count; i++)
    append(units, text_item(compiler->units.declared[i]));
  return json;
}

static cJSON *source_json(const Made *source) {
  if (!source->source) return made(cJSON_CreateNull());
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "name", source->source->name);
  put(json, "table", source->of < 0 ? cJSON_CreateNull() : cJSON_CreateNumber(source->of));
  if (source->file) put_text(json, "file", source->file);
  cJSON *arguments = put_array(json, "arguments");
  for (int i = 0; i < source->number_count; i++)
    append(arguments, number_item(source->numbers[i]));
  return json;
}

/* In the unit of its column. */
static cJSON *time_json(const Time *time, const Slot *instants) {
  if (time->count == 0) return made(cJSON_CreateNull());
  cJSON *json = made(cJSON_CreateObject());
  put_number(json, "low", hermes_written_number(&instants->unit, time->low));
  put_number(json, "step", time->step / instants->unit.factor);
  put_count(json, "count", time->count);
  return json;
}

static cJSON *table_json(const Table *table, int number, const Slot *slots) {
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "name", table->name);
  put_text(json, "doc", table->doc);
  put_text(json, "source", table->source);
  put(json, "made", source_json(&table->made));
  put(json, "time", time_json(&table->time, &slots[table->first_column]));
  put_index(json, table->rank == 1 ? &number : table->index, table->rank);
  put_truth(json, "sparse", table->sparse);
  cJSON *columns = put_array(json, "columns");
  for (int i = 0; i < table->column_count; i++)
    append(columns, cJSON_CreateNumber(table->first_column + i));
  return json;
}

static cJSON *block_json(const Compiler *compiler, const Block *block) {
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "name", block->name);
  put_text(json, "kind", block->operational ? "operational" : "functional");
  put_text(json, "doc", block->doc);
  put_count(json, "line", line_of(compiler, block->span));
  return json;
}

/* ---- slots ---- */

static const char *const KINDS[] = {
    [TYPE_ERROR] = "error", [TYPE_REAL] = "real", [TYPE_BOOL] = "bool",
    [TYPE_ENUM] = "enum",   [TYPE_REF] = "ref",
};

static void put_unit(cJSON *json, const char *unit) {
  put_text(json, "unit", unit && *unit ? unit : "1");
}

static void put_real(cJSON *json, const Slot *slot) {
  put_unit(json, slot->unit_text);
  put_truth(json, "integer", slot->type.integer);
}

static void put_labels(cJSON *json, const Slot *slot) {
  put_texts(json, "labels", slot->type.labels->names, slot->type.labels->count);
}

static void put_refers(cJSON *json, const Slot *slot) {
  put_count(json, "refers", slot->type.table);
}

/* What each kind needs to be understood. */
static void (*const PUT_KIND[])(cJSON *, const Slot *) = {
    [TYPE_REAL] = put_real,
    [TYPE_ENUM] = put_labels,
    [TYPE_REF] = put_refers,
};

static void put_kind(cJSON *json, const Slot *slot) {
  static const size_t kinds = sizeof PUT_KIND / sizeof *PUT_KIND;
  put_text(json, "kind", KINDS[slot->type.kind]);
  if (slot->type.kind < kinds && PUT_KIND[slot->type.kind]) PUT_KIND[slot->type.kind](json, slot);
}

static cJSON *domain_json(const Domain *domain) {
  if (!domain->present) return made(cJSON_CreateNull());
  cJSON *json = made(cJSON_CreateObject());
  if (domain->finite) {
    cJSON *values = put_array(json, "values");
    for (int i = 0; i < domain->count; i++)
      append(values, number_item(domain->values[i]));
    return json;
  }
  put_number(json, "low", domain->low); /* an infinite end becomes null */
  put_number(json, "high", domain->high);
  put_truth(json, "open", domain->open);
  put_number(json, "step", domain->step);
  return json;
}

static cJSON *default_json(const Slot *slot) {
  if (!slot->has_default) return made(cJSON_CreateNull());
  if (slot->type.kind == TYPE_BOOL) return made(cJSON_CreateBool(slot->default_number != 0));
  if (slot->type.kind != TYPE_REAL) return number_item(slot->default_number);
  return number_item(hermes_written_number(&slot->unit, slot->default_number));
}

static void put_column(cJSON *json, const Slot *slot) {
  put_count(json, "table", slot->table);
  put(json, "default", default_json(slot));
  put_truth(json, "or_missing", slot->or_missing);
  put(json, "domain", domain_json(&slot->domain));
}

/* A definition that is a literal: known without data, and so without a twin. */
static cJSON *literal_json(const Slot *slot) {
  if (!slot->value || slot->value->kind != TERM_NUMBER) return made(cJSON_CreateNull());
  Slot known = *slot;
  known.has_default = true;
  known.default_number = slot->value->number;
  return default_json(&known);
}

static void put_input(cJSON *json, const Slot *slot) {
  put_truth(json, "required", slot->value == NULL);
  put(json, "default", literal_json(slot));
  put(json, "domain", domain_json(&slot->domain));
}

static void put_policy(cJSON *json, const Slot *slot) {
  put(json, "default", literal_json(slot));
  put(json, "domain", domain_json(&slot->domain));
}

/* A tolerance is a difference: it has the unit's factor, but not its origin. */
static double difference(const hermes_unit *unit, double coherent) {
  return coherent / unit->factor;
}

static cJSON *solve_json(const Slot *slot) {
  cJSON *json = made(cJSON_CreateObject());
  put_number(json, "tolerance", difference(&slot->unit, slot->solve->tolerance));
  put_number(json, "damping", slot->solve->damping);
  put_count(json, "iterations", slot->solve->iterations);
  return json;
}

static cJSON *window_json(const Slot *slot) {
  cJSON *json = made(cJSON_CreateObject());
  put_count(json, "along", slot->along);
  put_count(json, "instants", slot->window);
  return json;
}

static void put_computed(cJSON *json, const Slot *slot) {
  static const struct {
    unsigned bit;
    const char *name;
  } stages[] = {
      {STAGE_DRAW, "draw"}, {STAGE_TIME, "time"}, {STAGE_POLICY, "policy"}, {STAGE_MEAN, "mean"}};
  if (slot->block >= 0) put_count(json, "block", slot->block);
  cJSON *stage = put_array(json, "stage");
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    if (slot->stage & stages[i].bit) append(stage, text_item(stages[i].name));
  if (slot->domain.present) put(json, "domain", domain_json(&slot->domain));
  if (slot->solve) put(json, "solve", solve_json(slot));
  if (slot->window) put(json, "window", window_json(slot));
}

static void put_bound(cJSON *json, const Slot *slot) {
  put_computed(json, slot);
  put(json, "default", literal_json(slot));
}

static void put_mean(cJSON *json, const Slot *slot) {
  put_computed(json, slot);
  put_count(json, "mean_of", slot->mean_of);
}

static const struct {
  const char *name;
  void (*put)(cJSON *, const Slot *);
} ROLES[] = {
    [ROLE_COLUMN] = {"column", put_column}, [ROLE_INPUT] = {"input", put_input},
    [ROLE_POLICY] = {"policy", put_policy}, [ROLE_OUT] = {"out", put_computed},
    [ROLE_LET] = {"let", put_computed},     [ROLE_KPI] = {"kpi", put_computed},
    [ROLE_BOUND] = {"bound", put_bound},    [ROLE_HIDDEN] = {"hidden", put_computed},
    [ROLE_DRAW] = {"draw", put_computed},   [ROLE_SAMPLE] = {"sample", put_computed},
    [ROLE_MEAN] = {"mean", put_mean},
};

static void find_reads(const Term *term, bool *read) {
  if (!term) return;
  if (term->kind == TERM_SLOT) read[term->index] = true;
  for (int i = 0; i < term->arg_count; i++)
    find_reads(term->args[i], read);
  find_reads(term->filter, read);
  find_reads(term->body, read);
  find_reads(term->fallback, read);
}

/* What a definition reads, as it was written: a reason is followed along it to where it began. */
static void put_reads(cJSON *json, const Program *program, const Slot *slot) {
  bool *read = calloc((size_t)program->slot_count, sizeof *read);
  if (!read) made(NULL);
  find_reads(slot->value, read);
  cJSON *reads = put_array(json, "reads");
  for (int i = 0; i < program->slot_count; i++)
    if (read[i]) append(reads, cJSON_CreateNumber(i));
  free(read);
}

static cJSON *slot_json(const Compiler *compiler, const Slot *slot) {
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "name", slot->name);
  put_text(json, "role", ROLES[slot->role].name);
  put_kind(json, slot);
  put_index(json, slot->index, slot->rank);
  put_text(json, "doc", slot->doc);
  put_count(json, "line", line_of(compiler, slot->span));
  ROLES[slot->role].put(json, slot);
  if (slot->value) put_reads(json, &compiler->program, slot);
  return json;
}

static void put_role(cJSON *json, const char *key, const Program *program, Role role) {
  cJSON *slots = put_array(json, key);
  for (int i = 0; i < program->slot_count; i++)
    if (program->slots[i].role == role) append(slots, cJSON_CreateNumber(i));
}

/* ---- goal ---- */

static int kpi_position(const Program *program, int slot) {
  int position = 0;
  for (int i = 0; i < slot; i++)
    position += program->slots[i].role == ROLE_KPI;
  return position;
}

static void put_objectives(cJSON *json, const Program *program) {
  cJSON *list = put_array(json, "objectives");
  for (int i = 0; i < program->goal.objective_count; i++) {
    cJSON *item = append(list, cJSON_CreateObject());
    put_count(item, "kpi", kpi_position(program, program->goal.objectives[i].kpi));
    put_text(item, "direction", program->goal.objectives[i].maximize ? "maximize" : "minimize");
  }
}

static void put_constraints(cJSON *json, const Program *program) {
  cJSON *list = put_array(json, "constraints");
  for (int i = 0; i < program->goal.constraint_count; i++) {
    cJSON *item = append(list, cJSON_CreateObject());
    put_count(item, "kpi", kpi_position(program, program->goal.constraints[i].kpi));
    put_text(item, "relation", operator_spelling(program->goal.constraints[i].relation));
    put_count(item, "bound", program->goal.constraints[i].bound);
    if (program->goal.constraints[i].confidence > 0)
      put_number(item, "confidence", program->goal.constraints[i].confidence);
  }
}

static cJSON *goal_json(const Program *program) {
  if (!program->goal.present) return made(cJSON_CreateNull());
  cJSON *json = made(cJSON_CreateObject());
  put_objectives(json, program);
  put_constraints(json, program);
  return json;
}

/* ---- expects ---- */

static void put_loops(cJSON *json, const Loop *loops, const char *const *variables, int count) {
  int tables[MAX_RANK] = {0};
  for (int i = 0; i < count; i++)
    tables[i] = loops[i].table;
  put_texts(json, "variables", variables, count);
  put_index(json, tables, count);
}

static cJSON *within_json(const Assert *claim) {
  if (claim->within == 0) return made(cJSON_CreateNull());
  return number_item(difference(&claim->unit, claim->within));
}

static cJSON *assert_json(const Compiler *compiler, const Assert *claim) {
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "relation", claim->relation == OP_COUNT ? "" : operator_spelling(claim->relation));
  put_kind(json, &(Slot){.type = claim->left->type, .unit_text = claim->unit_text});
  put_loops(json, claim->loops, claim->variables, claim->loop_count);
  put_count(json, "line", line_of(compiler, claim->span));
  put(json, "within", within_json(claim));
  return json;
}

static bool varies_input(const Program *program, const Expect *expect) {
  for (int i = 0; i < expect->vary_count; i++)
    if (program->slots[expect->varies[i].slot].role == ROLE_INPUT) return true;
  return false;
}

static cJSON *expect_json(const Compiler *compiler, const Expect *expect) {
  cJSON *json = made(cJSON_CreateObject());
  put_text(json, "doc", expect->doc);
  put_truth(json, "range", expect->is_range);
  put_count(json, "line", line_of(compiler, expect->span));
  put_loops(json, expect->loops, expect->variables, expect->loop_count);
  put_truth(json, "varies", expect->vary_count > 0);
  put_truth(json, "varies_input", varies_input(&compiler->program, expect));
  cJSON *asserts = put_array(json, "asserts");
  for (int i = 0; i < expect->assert_count; i++)
    append(asserts, assert_json(compiler, &expect->asserts[i]));
  return json;
}

/* ---- work: how often each term is evaluated ---- */

/* Beyond this a number says no more than "too much"; it keeps a chain of functions, each of which
 * calls the next one twice, finite. */
#define MOST_OPERATIONS 1e300

enum { MAX_NEST = MAX_VARIABLES + MAX_RANK };

typedef struct Nest { /* the loops around a term */
  int table[MAX_NEST];
  int depth;
} Nest;

typedef struct Work {
  const double *functions; /* operations of one call of each */
  double times;            /* that all is computed: passes of a component */
  cJSON *list;
  int slot;
} Work;

static void enter(Nest *nest, int table) {
  assert(nest->depth < MAX_NEST); /* each loop has a variable of its own */
  nest->table[nest->depth++] = table;
}

static void put_work(Work *work, const Nest *nest, double operations) {
  cJSON *item = append(work->list, cJSON_CreateObject());
  put_count(item, "slot", work->slot);
  put_number(item, "operations", fmin(operations * work->times, MOST_OPERATIONS));
  put_index(item, nest->table, nest->depth);
}

static double operations_of(Work *work, const Term *term, const Nest *nest);

/* The inside of a reduction is a loop nest of its own: what it evaluates is an entry of its own. */
static void put_reduction(Work *work, const Term *term, const Nest *around) {
  Nest nest = *around;
  for (int i = 0; i < term->loop_count; i++)
    enter(&nest, term->loops[i].table);
  put_work(work, &nest,
           1 + operations_of(work, term->filter, &nest) + operations_of(work, term->body, &nest));
}

/* Of an `if`, one branch is evaluated: the dearer one counts. */
static double choice_operations(Work *work, const Term *term, const Nest *nest) {
  double first = operations_of(work, term->args[1], nest);
  double second = operations_of(work, term->args[2], nest);
  return 1 + operations_of(work, term->args[0], nest) + fmax(first, second);
}

/* Terms evaluated for one element of the nest, those inside of reductions apart. */
static double operations_of(Work *work, const Term *term, const Nest *nest) {
  if (!term) return 0;
  if (term->kind == TERM_IF) return choice_operations(work, term, nest);
  double operations = 1 + operations_of(work, term->fallback, nest);
  for (int i = 0; i < term->arg_count; i++)
    operations += operations_of(work, term->args[i], nest);
  if (term->kind == TERM_CALL) operations += work->functions[term->index];
  if (term->kind == TERM_REDUCE) put_reduction(work, term, nest);
  return operations;
}

static double function_operations(Work *work, const Function *function) {
  Nest nest = {{0}, 0};
  double operations = operations_of(work, function->result, &nest);
  for (int i = 0; i < function->let_count; i++)
    operations += operations_of(work, function->lets[i], &nest);
  return fmin(operations, MOST_OPERATIONS);
}

static void put_slot_work(Work *work, const Program *program, int slot, const Term *value) {
  Nest nest = {{0}, 0};
  work->slot = slot;
  for (int i = 0; i < program->slots[slot].rank; i++)
    enter(&nest, program->slots[slot].index[i]);
  put_work(work, &nest, operations_of(work, value, &nest));
}

static void put_group_work(Work *work, const Program *program, const Step *step) {
  const Slot *slot = &program->slots[step->slot];
  Nest nest = {{0}, 0};
  work->slot = step->slot;
  for (int i = 0; i < step->scan_count; i++)
    enter(&nest, step->scan[i].table);
  for (int i = 0; i < slot->rank; i++)
    if (i != step->grouped) enter(&nest, slot->index[i]);
  put_work(work, &nest,
           1 + operations_of(work, step->key, &nest) + operations_of(work, step->filter, &nest) +
               operations_of(work, step->value, &nest));
}

static double passes_of(const Program *program, int component) {
  return component ? component_iterations(program, component) : 1;
}

static void put_step_work(Work *work, const Program *program, const Step *step) {
  work->times = step->starts ? 1 : passes_of(program, step->component);
  if (step->kind == STEP_GROUP)
    put_group_work(work, program, step);
  else
    put_slot_work(work, program, step->slot, step->value);
}

static void put_default_work(Work *work, const Program *program) {
  for (int i = 0; i < program->slot_count; i++) {
    const Slot *slot = &program->slots[i];
    if ((slot->role == ROLE_INPUT || slot->role == ROLE_POLICY) && slot->value)
      put_slot_work(work, program, i, slot->value);
  }
}

/* Of the steps where the program was lowered, else of the definitions, as interpreted. */
static void put_all_work(Work *work, const Compiler *compiler) {
  const Program *program = &compiler->program;
  put_default_work(work, program);
  for (int i = 0; i < compiler->steps.count; i++)
    put_step_work(work, program, &compiler->steps.items[i]);
  for (int i = 0; compiler->steps.count == 0 && i < program->order_count; i++) {
    const Slot *slot = &program->slots[program->order[i]];
    work->times = passes_of(program, slot->component);
    put_slot_work(work, program, program->order[i], slot->value);
  }
}

static cJSON *work_json(const Compiler *compiler) {
  const Program *program = &compiler->program;
  double *functions = calloc((size_t)program->function_count + 1, sizeof *functions);
  if (!functions) made(NULL);
  Work work = {functions, 1, made(cJSON_CreateArray()), 0};
  for (int i = 0; i < program->function_count; i++)
    functions[i] = function_operations(&work, &program->functions[i]);
  put_all_work(&work, compiler);
  free(functions);
  return work.list;
}

/* ---- the whole ---- */

static void put_parts(cJSON *json, const Compiler *compiler) {
  const Program *program = &compiler->program;
  cJSON *tables = put_array(json, "tables");
  for (int i = 0; i < program->table_count; i++)
    append(tables, table_json(&program->tables[i], i, program->slots));
  cJSON *slots = put_array(json, "slots");
  for (int i = 0; i < program->slot_count; i++)
    append(slots, slot_json(compiler, &program->slots[i]));
  cJSON *blocks = put_array(json, "blocks");
  for (int i = 0; i < program->block_count; i++)
    append(blocks, block_json(compiler, &program->blocks[i]));
}

static void put_uses(cJSON *json, const Compiler *compiler) {
  const Program *program = &compiler->program;
  put_role(json, "inputs", program, ROLE_INPUT);
  put_role(json, "policies", program, ROLE_POLICY);
  put_role(json, "draws", program, ROLE_DRAW);
  put_role(json, "kpis", program, ROLE_KPI);
  put(json, "goal", goal_json(program));
  cJSON *expects = put_array(json, "expects");
  for (int i = 0; i < program->expect_count; i++)
    append(expects, expect_json(compiler, &program->expects[i]));
  put(json, "work", work_json(compiler));
}

/* needs: stages inferred; lowered for a native twin, not lowered for the interpreter. */
char *describe_program(const Compiler *compiler, size_t *size) {
  cJSON *json = made(cJSON_CreateObject());
  put_count(json, "abi", HERMES_ABI);
  put_text(json, "hermes", HERMES_VERSION);
  put(json, "blueprint", blueprint_json(compiler));
  put_parts(json, compiler);
  put_uses(json, compiler);
  char *text = cJSON_PrintUnformatted(json);
  if (!text) made(NULL);
  cJSON_Delete(json);
  *size = strlen(text);
  return text;
}
