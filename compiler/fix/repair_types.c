/* Quantities that do not fit: which door, unit or declaration was meant. */
#include "fix/repairs.h"

#include <string.h>

/* ---- what is written ---- */

const char *source_text(const Checker *checker, Span span) {
  enum { LONGEST = 120 };
  const char *text = checker->compiler->sources[span.source]->text + span.start;
  size_t length = span.end - span.start, used = 0;
  char line[LONGEST + 4];
  for (size_t i = 0; i < length;) {
    size_t bytes = (size_t)utf8_length((const unsigned char *)text + i);
    bool blank = strchr(" \t\r\n\f", text[i]) != NULL;
    if (used + bytes > LONGEST)
      return arena_format(&checker->compiler->arena, "%.*s...", (int)used, line);
    if (!blank)
      memcpy(line + used, text + i, bytes), used += bytes;
    else if (used > 0 && line[used - 1] != ' ')
      line[used++] = ' ';
    i += bytes;
  }
  return arena_copy(&checker->compiler->arena, line, used);
}

bool is_literal(const Term *term) {
  if (term->kind == TERM_APPLY && term->op == OP_NEGATE) term = term->args[0];
  return term->kind == TERM_NUMBER;
}

/* Bytes of the number that a text begins with, its sign included. */
static size_t digits_length(const char *text) {
  static const char digits[] = "0123456789";
  size_t length = strspn(text, "+- ");
  length += strspn(text + length, digits);
  if (text[length] == '.') length += 1 + strspn(text + length + 1, digits);
  bool exponent = text[length] == 'e' || text[length] == 'E';
  size_t sign = exponent && strchr("+-", text[length + 1]) && text[length + 1] ? 2 : 1;
  if (exponent && strspn(text + length + sign, digits) > 0)
    length += sign + strspn(text + length + sign, digits);
  return length;
}

const char *digits_of(const Checker *checker, const Term *literal) {
  const char *text = source_text(checker, literal->span);
  return arena_copy(&checker->compiler->arena, text, digits_length(text));
}

const char *unit_of_literal(const Checker *checker, const Term *literal) {
  const char *text = source_text(checker, literal->span);
  text += digits_length(text);
  return text + strspn(text, " ");
}

/* The parts of a term that are of its own kind: what is added, chosen or reduced. */
static const Term *likeness(const Term *term) {
  bool sum = term->kind == TERM_APPLY &&
             (term->op == OP_ADD || term->op == OP_SUBTRACT || term->op == OP_NEGATE ||
              term->op == OP_MIN || term->op == OP_MAX);
  if (sum) return term->args[0];
  if (term->kind == TERM_IF) return term->args[1];
  return term->kind == TERM_REDUCE ? term->body : NULL;
}

const char *unit_like(const Checker *checker, const Term *term) {
  const Type *type = &term->type;
  for (const Term *t = term; t && type_equal(&t->type, type); t = likeness(t)) {
    if (t->kind == TERM_SLOT) return checker->program->slots[t->index].unit_text;
    if (is_literal(t) && *unit_of_literal(checker, t)) return unit_of_literal(checker, t);
  }
  return type_text(checker->compiler, type);
}

/* ---- units of literals ---- */

void offer_unit(const Checker *checker, hermes_diagnostic *d, const Term *literal,
                const char *unit) {
  const char *old = unit_of_literal(checker, literal);
  hermes_fix *fix = hermes_diagnostic_fix(d, "the number in %s", unit);
  hermes_fix_edit(fix, literal->span.end - strlen(old), literal->span.end, "%s%s", *old ? "" : " ",
                  unit);
}

/* ---- doors ---- */

static bool is_infix(const Term *term) {
  return (term->kind == TERM_APPLY && term->op >= OP_NEGATE && term->op <= OP_OR) ||
         term->kind == TERM_IF;
}

bool offer_without_door(const Checker *checker, hermes_diagnostic *d, const Term *term) {
  const char *text = checker->compiler->sources[term->span.source]->text + term->span.start;
  bool lin = strncmp(text, "lin(", 4) == 0, db = strncmp(text, "db(", 3) == 0;
  if (term->kind != TERM_APPLY || term->arg_count != 1 || (!lin && !db)) return false;
  const Term *inner = term->args[0];
  hermes_fix *fix = hermes_diagnostic_fix(d, "without `%s`", lin ? "lin" : "db");
  uint32_t behind = term->span.start + (lin ? 3 : 2);
  if (is_infix(inner)) return hermes_fix_edit(fix, term->span.start, behind, "%s", ""), true;
  hermes_fix_edit(fix, term->span.start, inner->span.start, "%s", "");
  hermes_fix_edit(fix, inner->span.end, term->span.end, "%s", "");
  return true;
}

void offer_other_world(const Checker *checker, hermes_diagnostic *d, const Term *term) {
  bool linear = term->type.scale == HERMES_LINEAR;
  if (!offer_without_door(checker, d, term))
    offer_wrap(d, term->span, linear ? "db(" : "lin(", ")",
               linear ? "as a logarithm" : "as a linear quantity");
}

/* ---- declarations ---- */

const char *type_of_value(const Checker *checker, const Term *value) {
  const Type *type = &value->type;
  if (type->kind == TYPE_REF) return checker->program->tables[type->table].name;
  if (type->kind != TYPE_REAL) return type_text(checker->compiler, type);
  if (value->kind == TERM_REDUCE && value->reduction == REDUCE_SHARE) return "%";
  if (is_literal(value) && *unit_of_literal(checker, value)) return unit_of_literal(checker, value);
  return type->integer ? "int" : unit_like(checker, value);
}

void offer_type(const Checker *checker, hermes_diagnostic *d, const TypeExpr *written,
                const Term *value) {
  if (!written || value->type.kind == TYPE_ERROR || written->span.source != 0) return;
  offer_fix(d, written->span, type_of_value(checker, value), "declared as what it is");
}

/* Of a column, an input, a policy or a parameter, the numbers come from outside: only of a
 * logarithm is the unit known with its type. */
static bool tells_its_scale(const Checker *checker, const Term *term, const Type *want) {
  Role role = term->kind == TERM_SLOT ? checker->program->slots[term->index].role : ROLE_INPUT;
  return role == ROLE_OUT || role == ROLE_KPI || is_logarithmic(want);
}

/* The parameter of the function being checked that a local is, or NULL. */
static const Item *parameter_of(const Checker *checker, const Term *local) {
  const Item *item = checker->function ? checker->function->items : NULL;
  for (int i = 0; item && i < local->index; i++) item = item->next;
  return item;
}

static void declare_leaf(const Checker *checker, hermes_diagnostic *d, const Term *leaf,
                         const Type *want) {
  const Item *item = leaf->kind == TERM_SLOT ? checker->definitions[leaf->index].item
                                             : parameter_of(checker, leaf);
  if (!item || !item->type || item->type->span.source != 0) return;
  if (type_equal(&leaf->type, want) || !tells_its_scale(checker, leaf, want)) return;
  const char *unit = type_text(checker->compiler, want);
  hermes_fix *fix = hermes_diagnostic_fix(d, "`%s` declared in %s", item->name.text, unit);
  hermes_fix_edit(fix, item->type->span.start, item->type->span.end, "%s", unit);
}

void offer_declaration(const Checker *checker, hermes_diagnostic *d, const Term *term,
                       const Type *want) {
  if (want->kind != TYPE_REAL || term->type.kind != TYPE_REAL) return;
  if (term->kind == TERM_SLOT || term->kind == TERM_LOCAL) declare_leaf(checker, d, term, want);
  bool sum = term->kind == TERM_APPLY && (term->op == OP_ADD || term->op == OP_SUBTRACT);
  if (sum) offer_declaration(checker, d, term->args[1], want);
  if (likeness(term)) offer_declaration(checker, d, likeness(term), want);
}
