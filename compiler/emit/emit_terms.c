/* Terms -> C expressions, and the statements that must come before them. */
#include "emit/emit.h"

#include <hermes/compute.h>

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- types ---- */

const char *c_type(const Type *type) {
  static const char *const types[] = {
      [TYPE_ERROR] = "double", [TYPE_REAL] = "double", [TYPE_BOOL] = "int",
      [TYPE_ENUM] = "int",     [TYPE_REF] = "size_t",
  };
  return types[type->kind];
}

const char *c_storage(const Type *type) {
  return type->kind == TYPE_REAL ? "double" : "int32_t";
}

static bool is_real(const Term *term) {
  return term->type.kind == TYPE_REAL || term->type.kind == TYPE_ERROR;
}

/* ---- numbers ---- */

/* The fewest digits that read back as the same number, and a point or an exponent. */
static void shortest(double number, char *text, size_t size) {
  int digits = 15;
  do snprintf(text, size, "%.*g", digits, number);
  while (strtod(text, NULL) != number && ++digits <= 17);
  bool integer = strspn(text, "-0123456789") == strlen(text);
  if (integer) strncat(text, ".0", size - strlen(text) - 1);
  char *comma = strchr(text, ','); /* a program around may have set a locale */
  if (comma) *comma = '.';
}

void emit_number(Emitter *e, double number) {
  char text[40];
  if (isnan(number)) {
    emit_text(e, "__builtin_nan(\"\")");
    return;
  }
  if (isinf(number)) {
    emit_text(e, number < 0 ? "-__builtin_inf()" : "__builtin_inf()");
    return;
  }
  shortest(number, text, sizeof text);
  emit_text(e, "%s", text);
}

static void value_of_number(Emitter *e, const Term *term) {
  if (is_real(term))
    emit_number(e, term->number);
  else
    emit_text(e, "%.0f", term->number);
}

/* ---- slots ---- */

/* Only steps of its own component read it then, or whoever needs all instants to be there. */
bool in_window(const Emitter *e, int slot) {
  const Slot *at = &e->program->slots[slot];
  return at->window && e->component == at->component;
}

/* An index; in a window, the place of the instant. */
static void emit_row(Emitter *e, int slot, const Term *row, int index, Precedence precedence) {
  bool window = in_window(e, slot) && e->program->slots[slot].along == index;
  emit_value(e, row, window ? IN_PRODUCT : precedence);
  if (window) emit_text(e, " %% o%d", slot);
}

/* Row-major: ((r0 * n1 + r1) * n2 + r2). */
static void emit_rows(Emitter *e, int slot, Term *const *rows, int count) {
  const Slot *at = &e->program->slots[slot];
  if (count == 1) {
    emit_row(e, slot, rows[0], 0, at->rank == 1 ? IN_LIST : IN_PRODUCT);
    return;
  }
  bool inner = count > 2, window = in_window(e, slot) && at->along == count - 1;
  if (inner) emit_text(e, "(");
  emit_rows(e, slot, rows, count - 1);
  emit_text(e, "%s * %c%d + ", inner ? ")" : "", window ? 'o' : 'n',
            window ? slot : at->index[count - 1]);
  emit_row(e, slot, rows[count - 1], count - 1, IN_PRODUCT);
}

void emit_element(Emitter *e, int slot, Term *const *rows) {
  int rank = e->program->slots[slot].rank;
  if (rank == 0)
    emit_text(e, "0");
  else
    emit_rows(e, slot, rows, rank);
}

static void value_of_slot(Emitter *e, const Term *term) {
  bool is_row = e->program->slots[term->index].type.kind == TYPE_REF;
  bool before = term->before || e->unvaried;
  emit_text(e, "%s%c%d[", is_row ? "(size_t)" : "", before ? 'b' : 's', term->index);
  emit_element(e, term->index, term->args);
  emit_text(e, "]");
}

/* ---- operators ---- */

/* An operator in C: between or before its operands, each in its own precedence; or a function. */
typedef struct Form {
  const char *text;
  Precedence own, left, right; /* IN_LIST as `own`: a function */
} Form;

#define INFIX(text, own, left, right)                                                              \
  { text, own, left, right }
#define FUNCTION(text)                                                                             \
  { text "(", IN_LIST, IN_LIST, IN_LIST }

/* Comparisons are bracketed inside of each other, and `&&` inside of `||`: compilers and people
 * stumble there. */
static const Form FORMS[OP_COUNT] = {
    [OP_NEGATE] = INFIX("-", IN_UNARY, IN_PRIMARY, IN_LIST),
    [OP_NOT] = INFIX("!", IN_UNARY, IN_PRIMARY, IN_LIST),
    [OP_ADD] = INFIX(" + ", IN_SUM, IN_SUM, IN_PRODUCT),
    [OP_SUBTRACT] = INFIX(" - ", IN_SUM, IN_SUM, IN_PRODUCT),
    [OP_MULTIPLY] = INFIX(" * ", IN_PRODUCT, IN_PRODUCT, IN_UNARY),
    [OP_DIVIDE] = INFIX(" / ", IN_PRODUCT, IN_PRODUCT, IN_UNARY),
    [OP_LESS] = INFIX(" < ", IN_COMPARISON, IN_SUM, IN_SUM),
    [OP_LESS_EQUAL] = INFIX(" <= ", IN_COMPARISON, IN_SUM, IN_SUM),
    [OP_GREATER] = INFIX(" > ", IN_COMPARISON, IN_SUM, IN_SUM),
    [OP_GREATER_EQUAL] = INFIX(" >= ", IN_COMPARISON, IN_SUM, IN_SUM),
    [OP_EQUAL] = INFIX(" == ", IN_COMPARISON, IN_SUM, IN_SUM),
    [OP_NOT_EQUAL] = INFIX(" != ", IN_COMPARISON, IN_SUM, IN_SUM),
    [OP_AND] = INFIX(" && ", IN_LOGIC, IN_COMPARISON, IN_COMPARISON),
    [OP_OR] = INFIX(" || ", IN_LOGIC, IN_COMPARISON, IN_COMPARISON),
    [OP_POWER] = FUNCTION("m_pow"),
    [OP_MIN] = FUNCTION("hermes_min"),
    [OP_MAX] = FUNCTION("hermes_max"),
    [OP_ABS] = FUNCTION("fabs"),
    [OP_SQRT] = FUNCTION("sqrt"),
    [OP_EXP] = FUNCTION("m_exp"),
    [OP_LOG] = FUNCTION("m_log"),
    [OP_LOG10] = FUNCTION("m_log10"),
    [OP_LOG2] = FUNCTION("m_log2"),
    [OP_FLOOR] = FUNCTION("floor"),
    [OP_CEIL] = FUNCTION("ceil"),
    [OP_ROUND] = FUNCTION("hermes_round"),
    [OP_SIGN] = FUNCTION("hermes_sign"),
    [OP_SIN] = FUNCTION("m_sin"),
    [OP_COS] = FUNCTION("m_cos"),
    [OP_TAN] = FUNCTION("m_tan"),
    [OP_ASIN] = FUNCTION("m_asin"),
    [OP_ACOS] = FUNCTION("m_acos"),
    [OP_ATAN] = FUNCTION("m_atan"),
    [OP_BESSEL_J1] = FUNCTION("m_j1"),
    [OP_BESSEL_I0_SCALED] = FUNCTION("hermes_bessel_i0_scaled"),
    [OP_LOG_GAMMA] = FUNCTION("hermes_log_gamma"),
    [OP_GAMMA_P] = FUNCTION("hermes_gamma_p"),
    [OP_MARCUM_P] = FUNCTION("hermes_marcum_p"),
    [OP_ATAN2] = FUNCTION("m_atan2"),
    [OP_HYPOT] = FUNCTION("m_hypot"),
    [OP_MOD] = FUNCTION("hermes_mod"),
    [OP_LIN] = FUNCTION("hermes_lin"),
    [OP_DB] = FUNCTION("hermes_db"),
    [OP_LIN_FIELD] = FUNCTION("hermes_lin_field"),
    [OP_DB_FIELD] = FUNCTION("hermes_db_field"),
};

static bool is_arithmetic(Operator op) {
  return op == OP_NEGATE || (op >= OP_ADD && op <= OP_DIVIDE);
}

/* All arithmetic is the interpreter's: of doubles, whatever the operand is kept as; but rows stay
 * rows. A chain of one operator needs no brackets on its left. */
static void emit_operand(Emitter *e, const Term *parent, const Term *operand, Precedence minimum) {
  bool chain = operand->kind == TERM_APPLY && operand->op == parent->op &&
               operand == parent->args[0] && FORMS[parent->op].own == IN_LOGIC;
  if (is_arithmetic(parent->op) && !is_real(operand) && !term_is_earlier(parent)) {
    emit_text(e, "(double)");
    minimum = IN_PRIMARY;
  }
  emit_value(e, operand, chain ? IN_LOGIC : minimum);
}

static void emit_special_power(Emitter *e, const Term *term) {
  double exponent = term->args[1]->number;
  const char *text = exponent == 2     ? "hermes_square("
                     : exponent == 0.5 ? "sqrt("
                     : exponent == -1  ? "(1.0 / ("
                                       : "(";
  if (exponent == 0.5) e->uses[OP_SQRT] = true;
  emit_text(e, "%s", text);
  emit_value(e, term->args[0], IN_LIST);
  emit_text(e, exponent == -1 ? "))" : ")");
}

static void value_of_function(Emitter *e, const Term *term) {
  e->uses[term->op] = true;
  emit_text(e, "%s", FORMS[term->op].text);
  for (int i = 0; i < term->arg_count; i++) {
    if (i > 0) emit_text(e, ", ");
    emit_value(e, term->args[i], IN_LIST);
  }
  emit_text(e, ")");
}

/* Might the C compiler find by itself that this is zero? */
static bool may_be_known_zero(const Term *term) {
  if (term->kind == TERM_NUMBER) return term->number == 0;
  if (term->kind != TERM_APPLY && term->kind != TERM_IF) return false;
  for (int i = 0; i < term->arg_count; i++)
    if (term->args[i]->kind != TERM_NUMBER && !may_be_known_zero(term->args[i])) return false;
  return true;
}

static void emit_difference(Emitter *e, const Term *term) {
  emit_text(e, "hermes_difference(");
  emit_value(e, term->args[0], IN_LIST);
  emit_text(e, ", ");
  emit_value(e, term->args[1], IN_LIST);
  emit_text(e, ")");
}

static void value_of_apply(Emitter *e, const Term *term) {
  const Form *form = &FORMS[term->op];
  if (term_is_special_power(term)) {
    emit_special_power(e, term);
  } else if (term->op == OP_SUBTRACT && may_be_known_zero(term->args[0])) {
    emit_difference(e, term);
  } else if (form->own == IN_LIST) {
    value_of_function(e, term);
  } else if (term->arg_count == 1) {
    emit_text(e, "%s", form->text);
    emit_operand(e, term, term->args[0], form->left);
  } else {
    emit_operand(e, term, term->args[0], form->left);
    emit_text(e, "%s", form->text);
    emit_operand(e, term, term->args[1], form->right);
  }
}

/* ---- the other terms ---- */

static void value_of_variable(Emitter *e, const Term *term) {
  emit_text(e, "v%d", term->index);
}

static void value_of_local(Emitter *e, const Term *term) {
  emit_text(e, "a%d", term->index);
}

static void value_of_choice(Emitter *e, const Term *term) {
  emit_value(e, term->args[0], IN_LOGIC);
  emit_text(e, " ? ");
  emit_value(e, term->args[1], IN_LOGIC);
  emit_text(e, " : ");
  emit_value(e, term->args[2], IN_LOGIC);
}

static void value_of_call(Emitter *e, const Term *term) {
  emit_text(e, "f%d(", term->index);
  for (int i = 0; i < term->arg_count; i++) {
    if (i > 0) emit_text(e, ", ");
    emit_value(e, term->args[i], IN_LIST);
  }
  emit_text(e, ")");
}

/* hermes_row_key(hermes_row_key(0, r2[v0]), r1[v1]) */
static void emit_row_key(Emitter *e, Term *const *keys, int count) {
  for (int i = 0; i < count; i++) emit_text(e, "hermes_row_key(");
  emit_text(e, "0");
  for (int i = 0; i < count; i++) {
    emit_text(e, ", r%d[", keys[i]->type.table);
    emit_value(e, keys[i], IN_LIST);
    emit_text(e, "])");
  }
}

static void value_of_draw(Emitter *e, const Term *term) {
  emit_text(e, "hermes_draw_%s((hermes_variate){frame, UINT64_C(%llu), ",
            variate_name(term->variate), (unsigned long long)hermes_text_key(e->program->slots[term->index].name));
  emit_row_key(e, term->args, term->key_count);
  emit_text(e, ", %d}", term->part);
  for (int i = term->key_count; i < term->arg_count; i++) {
    emit_text(e, ", ");
    emit_value(e, term->args[i], IN_LIST);
  }
  emit_text(e, ")");
}

/* Behind a fault the program does not go on; C wants a value there all the same. */
static void value_of_nothing(Emitter *e, const Term *term) {
  (void)term;
  emit_text(e, "0");
}

static void (*const VALUES[])(Emitter *, const Term *) = {
    [TERM_NUMBER] = value_of_number, [TERM_VARIABLE] = value_of_variable,
    [TERM_LOCAL] = value_of_local,   [TERM_SLOT] = value_of_slot,
    [TERM_APPLY] = value_of_apply,   [TERM_IF] = value_of_choice,
    [TERM_CALL] = value_of_call,     [TERM_REDUCE] = value_of_nothing,
    [TERM_FAULT] = value_of_nothing, [TERM_DRAW] = value_of_draw,
};

static Precedence precedence_of(const Emitter *e, const Term *term) {
  if (term->kind == TERM_IF) return IN_CHOICE;
  if (term->kind == TERM_NUMBER && signbit(term->number)) return IN_UNARY;
  if (term->kind == TERM_SLOT && e->program->slots[term->index].type.kind == TYPE_REF)
    return IN_UNARY; /* a cast */
  if (term->kind != TERM_APPLY || FORMS[term->op].own == IN_LIST) return IN_PRIMARY;
  return FORMS[term->op].own;
}

/* The three kinds that statements bind. Looking up every term would take time that grows with the
 * square of a long sum of reductions. */
static bool may_be_bound(const Term *term) {
  bool logic = term->kind == TERM_APPLY && (term->op == OP_AND || term->op == OP_OR);
  return term->kind == TERM_REDUCE || term->kind == TERM_IF || logic;
}

static const Binding *binding_of(const Emitter *e, const Term *term) {
  if (!may_be_bound(term)) return NULL;
  for (const Binding *binding = e->bound; binding; binding = binding->next)
    if (binding->term == term) return binding;
  return NULL;
}

static bool chooses_fault(const Term *term) {
  return term->kind == TERM_IF &&
         (term->args[1]->kind == TERM_FAULT || term->args[2]->kind == TERM_FAULT);
}

/* A choice between a fault and a value has faulted by now, or has that value. */
static const Term *without_fault(const Term *term) {
  while (chooses_fault(term)) term = term->args[term->args[1]->kind == TERM_FAULT ? 2 : 1];
  return term;
}

void emit_value(Emitter *e, const Term *term, Precedence precedence) {
  term = without_fault(term);
  const Binding *binding = binding_of(e, term);
  if (binding) {
    emit_text(e, "t%d", binding->number);
    return;
  }
  bool bracketed = precedence_of(e, term) < precedence;
  if (bracketed) emit_text(e, "(");
  VALUES[term->kind](e, term);
  if (bracketed) emit_text(e, ")");
}

/* ---- statements ---- */

void emit_bind(Emitter *e, const Term *term, int number) {
  Binding *binding = ARENA_NEW(&e->arena, Binding);
  *binding = (Binding){term, number, e->bound};
  e->bound = binding;
}

void emit_leave(Emitter *e, const char *status) {
  if (!e->scratch) {
    emit_line(e, "return %s;", status);
    return;
  }
  emit_line(e, "status = %s;", status);
  emit_line(e, "goto done;");
}

void emit_fault(Emitter *e, const char *code) {
  emit_line(e, "frame->fault = (hermes_fault){%s, %d, %d, %s, 0};", code, e->slot, e->line,
            e->rows);
  emit_leave(e, e->unvaried ? "-1" : "1");
}

void emit_assigned(Emitter *e, const Term *value, const char *format, ...) {
  va_list arguments;
  emit_begin(e);
  va_start(arguments, format);
  vfprintf(e->out, format, arguments);
  va_end(arguments);
  emit_value(e, value, IN_LIST);
  emit_text(e, ";\n");
}

void emit_branch(Emitter *e, int number, const Term *term) {
  Binding *outside = e->bound;
  emit_open(e);
  emit_statements(e, term);
  emit_assigned(e, term, "t%d = ", number);
  emit_close(e);
  e->bound = outside;
}

static void emit_if(Emitter *e, const Term *condition, bool truth) {
  emit_begin(e);
  emit_text(e, truth ? "if (" : "if (!");
  emit_value(e, condition, truth ? IN_LIST : IN_PRIMARY);
  emit_text(e, ")");
}

/* if c then fault else x: x goes on behind the `if`. */
static void choice_of_fault(Emitter *e, const Term *term, int fault) {
  emit_if(e, term->args[0], fault == 1);
  emit_open(e);
  emit_statements(e, term->args[fault]);
  emit_close(e);
  emit_statements(e, term->args[fault == 1 ? 2 : 1]);
}

static void choice_statements(Emitter *e, const Term *term) {
  emit_statements(e, term->args[0]);
  if (chooses_fault(term)) {
    choice_of_fault(e, term, term->args[1]->kind == TERM_FAULT ? 1 : 2);
    return;
  }
  int number = e->temporaries++;
  emit_line(e, "%s t%d;", c_type(&term->type), number);
  emit_if(e, term->args[0], true);
  emit_branch(e, number, term->args[1]);
  emit_begin(e);
  emit_text(e, "else");
  emit_branch(e, number, term->args[2]);
  emit_bind(e, term, number);
}

static void logic_statements(Emitter *e, const Term *term) {
  emit_statements(e, term->args[0]);
  int number = e->temporaries++;
  emit_assigned(e, term->args[0], "int t%d = ", number);
  emit_begin(e);
  emit_text(e, term->op == OP_AND ? "if (t%d)" : "if (!t%d)", number);
  emit_branch(e, number, term->args[1]);
  emit_bind(e, term, number);
}

/* What is not evaluated in every case must not be computed before it is known to be. */
static bool is_lazy(const Term *term) {
  if (term->kind == TERM_IF)
    return term_is_statements(term->args[1]) || term_is_statements(term->args[2]);
  return term->kind == TERM_APPLY && (term->op == OP_AND || term->op == OP_OR) &&
         term_is_statements(term->args[1]);
}

void emit_statements(Emitter *e, const Term *term) {
  if (!term_is_statements(term)) return;
  if (term->kind == TERM_REDUCE) {
    emit_reduction(e, term);
  } else if (term->kind == TERM_FAULT) {
    emit_fault(e, term->index == HERMES_NO_DISTRIBUTION ? "HERMES_NO_DISTRIBUTION"
                                                        : "HERMES_EMPTY_REDUCTION");
  } else if (is_lazy(term)) {
    if (term->kind == TERM_IF)
      choice_statements(e, term);
    else
      logic_statements(e, term);
  } else {
    for (int i = 0; i < term->arg_count; i++) emit_statements(e, term->args[i]);
  }
}
