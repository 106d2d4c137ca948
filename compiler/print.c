/* The program as its types and stages are known, for people. */
#include "hermesc.h"

#include <string.h>

static const char *const roles[] = {
    [ROLE_COLUMN] = "column", [ROLE_INPUT] = "input",   [ROLE_POLICY] = "policy",
    [ROLE_OUT] = "out",       [ROLE_LET] = "let",       [ROLE_KPI] = "kpi",
    [ROLE_BOUND] = "bound",   [ROLE_DRAW] = "draw",     [ROLE_SAMPLE] = "sample",
    [ROLE_MEAN] = "mean",     [ROLE_HIDDEN] = "hidden",
};

const char *role_text(Role role) {
  return roles[role];
}

/* The passes leave a program const; making a text of a part of it only takes room in the arena. */
static Arena *arena_of(const Compiler *compiler) {
  return (Arena *)&compiler->arena;
}

/* ---- one slot ---- */

/* "path.rsrp[ue, cell]" */
static const char *slot_text(const Compiler *compiler, const Slot *slot) {
  Arena *arena = arena_of(compiler);
  const Table *tables = compiler->program.tables;
  const char *text = slot->name;
  if (slot->table >= 0) text = arena_format(arena, "%s.%s", tables[slot->table].name, text);
  for (int i = 0; i < slot->rank; i++)
    text = arena_format(arena, "%s%s%s", text, i == 0 ? "[" : ", ", tables[slot->index[i]].name);
  return slot->rank == 0 ? text : arena_format(arena, "%s]", text);
}

/* As it was declared, where it was: MHz, although a coherent frequency is in Hz. */
const char *slot_type_text(const Compiler *compiler, const Slot *slot) {
  if (slot->type.kind != TYPE_REAL) return type_text(compiler, &slot->type);
  if (slot->type.integer) return "int";
  bool written = slot->unit_text != NULL && *slot->unit_text != '\0';
  return written ? slot->unit_text : type_text(compiler, &slot->type);
}

static int longest(int a, const char *text) {
  int length = (int)strlen(text);
  return length > a ? length : a;
}

/* Column width of all slots' texts. */
static int widest_slot(const Compiler *compiler) {
  int width = 0;
  for (int i = 0; i < compiler->program.slot_count; i++)
    width = longest(width, slot_text(compiler, &compiler->program.slots[i]));
  return width;
}

/* ---- types ---- */

static void print_slot_type(const Compiler *compiler, const Slot *slot, int width, FILE *out) {
  fprintf(out, "%-6s  %-*s : %s", roles[slot->role], width, slot_text(compiler, slot),
          slot_type_text(compiler, slot));
  if (slot->block >= 0) fprintf(out, "  in %s", compiler->program.blocks[slot->block].name);
  fputc('\n', out);
}

static void print_function_type(const Compiler *compiler, const Function *function, FILE *out) {
  fprintf(out, "function %s(", function->name);
  for (int i = 0; i < function->parameter_count; i++)
    fprintf(out, "%s%s", i == 0 ? "" : ", ", type_text(compiler, &function->parameters[i]));
  fprintf(out, ") -> %s\n", type_text(compiler, &function->type));
}

/* needs: the program resolved. Every slot, and every function for the units that it is used with.
 */
void print_types(const Compiler *compiler, FILE *out) {
  const Program *program = &compiler->program;
  int width = widest_slot(compiler);
  for (int i = 0; i < program->slot_count; i++)
    print_slot_type(compiler, &program->slots[i], width, out);
  for (int i = 0; i < program->function_count; i++)
    print_function_type(compiler, &program->functions[i], out);
}

/* ---- stages ---- */

static const struct {
  unsigned stage;
  const char *name;
} stages[] = {{STAGE_DRAW, "draw"}, {STAGE_TIME, "time"}, {STAGE_POLICY, "policy"}, {STAGE_MEAN, "mean"}};

/* "twin" for the empty set: computed once for each twin. */
const char *stage_text(const Compiler *compiler, unsigned stage) {
  const char *text = NULL;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    if ((stage & stages[i].stage) == 0) continue;
    text = text == NULL ? stages[i].name
                        : arena_format(arena_of(compiler), "%s+%s", text, stages[i].name);
  }
  return text == NULL ? "twin" : text;
}

static void print_slot_stage(const Compiler *compiler, const Slot *slot, int width, FILE *out) {
  fprintf(out, "%-*s  %-6s  ", width, slot_text(compiler, slot), stage_text(compiler, slot->stage));
  if (slot->stage == 0)
    fputs("(depends on inputs only)\n", out);
  else if (slot->because < 0)
    fputc('\n', out);
  else
    fprintf(out, "because of `%s`\n", compiler->program.slots[slot->because].name);
}

/* needs: stages. Every computed value in the order of computation: the last column leads back,
 * value by value, to the policy that makes it depend on the policy. */
void print_stages(const Compiler *compiler, FILE *out) {
  const Program *program = &compiler->program;
  int width = 0;
  for (int i = 0; i < program->order_count; i++)
    width = longest(width, slot_text(compiler, &program->slots[program->order[i]]));
  for (int i = 0; i < program->order_count; i++)
    print_slot_stage(compiler, &program->slots[program->order[i]], width, out);
}
