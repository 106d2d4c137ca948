/* Habits about many values at once: lists, slices, loops over numbers, generators and what stands
 * behind them, ranges. A blueprint has rows of tables, and reductions over them. */
#include "syntax/habits.h"

#include <string.h>

static Arena *arena_of(Driver *driver) {
  return &driver->parser.compiler->arena;
}

static bool is_word(const Token *token, const char *word) {
  return token->kind == TOKEN_NAME && strcmp(token->text, word) == 0;
}

static bool same_word(const Token *a, const Token *b) {
  return a->kind == TOKEN_NAME && b->kind == TOKEN_NAME && strcmp(a->text, b->text) == 0;
}

static Span before(const Token *token) {
  return (Span){token->span.start, token->span.start, token->span.source};
}

static void remove_span(hermes_fix *fix, uint32_t start, uint32_t end) {
  hermes_fix_edit(fix, start, end, "%s", "");
}

/* The innermost call that is open, by its bracket; NULL: none is. */
static const Token *open_call(const Driver *driver) {
  for (int i = driver->open_count; i-- > 0 && i < MAX_OPEN;)
    if (driver->open[i]->kind == '(' && (driver->open[i] - 1)->kind == TOKEN_NAME)
      return driver->open[i];
  return NULL;
}

/* ---- what is declared, as far as tokens tell ---- */

static bool is_table(const Driver *driver, const Token *name) {
  for (const Token *t = driver->first; t->kind != 0; t++)
    if (is_word(t, "table") && same_word(t + 1, name)) return true;
  return false;
}

/* The `[` of the indices of a declared value, or of a table with two of them; NULL: it has none. */
static const Token *declared_indices(const Driver *driver, const Token *name) {
  for (const Token *t = driver->first; t->kind != 0; t++) {
    if (!same_word(t, name) || t[1].kind != '[') continue;
    const Token *close = closing_token(t + 1);
    if (close && (close[1].kind == ':' || close[1].kind == '=' || is_word(close + 1, "from")))
      return t + 1;
  }
  return NULL;
}

/* The index at this position: its variable, which may be its set, and its set. */
static bool index_at(const Token *open, int position, const Token **variable, const Token **set) {
  const Token *t = open + 1;
  for (; position > 0 && t->kind != ']' && t->kind != 0; t++) position -= t->kind == ',';
  if (t->kind != TOKEN_NAME) return false;
  *variable = t;
  *set = t[1].kind == TOKEN_IN && t[2].kind == TOKEN_NAME ? t + 2 : t;
  return true;
}

/* The table that alone has a column of this name, by its name; NULL: none, or several. */
static const Token *table_with_column(const Driver *driver, const Token *column) {
  const Token *table = NULL, *found = NULL;
  for (const Token *t = driver->first; t->kind != 0; t++) {
    if (is_word(t, "table")) table = t + 1;
    if (t->kind == '}') table = NULL;
    if (!table || !same_word(t, column) || t[1].kind != ':') continue;
    if (found) return NULL;
    found = table;
  }
  return found;
}

/* ---- lists ---- */

static const Token *find_inside(const Token *open, const Token *close, int kind) {
  int depth = 0;
  for (const Token *t = open + 1; t < close; t++) {
    if (depth == 0 && t->kind == kind) return t;
    depth += opens(t) - closes(t);
  }
  return NULL;
}

static void skip(const Token *from, const Token *behind_last) {
  for (const Token *t = from; t < behind_last; t++) ((Token *)t)->as = READ_AS_NOTHING;
}

/* sum([a, b]) has no rows to run over: a + b. */
static void offer_sum(Driver *driver, hermes_diagnostic *d, const Token *open, const Token *close) {
  const Token *call = open - 1, *first = open + 1;
  const char *text = "";
  for (const Token *t = first; t <= close; t++) {
    if (t->kind != ',' && t != close) continue;
    text = arena_format(arena_of(driver), "%s%s%s", text, *text ? " + " : "",
                        text_between(driver, first, t));
    first = t + 1;
  }
  bool whole = call[-2].kind == '=' && (close[2].kind == ';' || close[2].kind == TOKEN_STRING);
  offer_fix(d, span_between(call - 1, close + 2),
            arena_format(arena_of(driver), whole ? "%s" : "(%s)", text), "as a sum");
}

static void offer_without_brackets(hermes_diagnostic *d, const Token *open, const Token *close) {
  hermes_fix *fix = hermes_diagnostic_fix(d, "without brackets");
  remove_span(fix, open->span.start, open[1].span.start);
  remove_span(fix, close[-1].span.end, close->span.end);
}

/* `name : T = [e for x in X]` defines a value for every row. */
static void offer_index(Driver *driver, hermes_diagnostic *d, const Token *open,
                        const Token *close) {
  const Token *loop = find_inside(open, close, TOKEN_FOR), *name = open - 1;
  const char *indices = "";
  while (name > driver->first && name->kind != ';' && name->kind != '{' && name->kind != '}')
    name--;
  name += 2; /* behind `out` or `let` */
  if (find_inside(open, close, TOKEN_IF) || name[1].kind == '[' || name >= open) return;
  for (const Token *t = loop; t < close; t += 4) {
    if (t[0].kind != TOKEN_FOR || t[2].kind != TOKEN_IN) return;
    indices = arena_format(arena_of(driver), "%s%s%s in %s", indices, *indices ? ", " : "",
                           t[1].text, t[3].text);
  }
  hermes_fix *fix = hermes_diagnostic_fix(d, "as a value for every row");
  hermes_fix_edit(fix, name->span.end, name->span.end, "[%s]", indices);
  remove_span(fix, open->span.start, open[1].span.start);
  remove_span(fix, loop[-1].span.end, close->span.end);
}

bool mend_list(Driver *driver, Token *token) {
  const Token *close = closing_token(token), *previous = token - 1;
  bool branch = previous->kind == TOKEN_THEN || previous->kind == TOKEN_ELSE;
  if (is_operand(previous) || !close || close == token + 1 || expects(driver, token->kind) ||
      !expects(driver, '('))
    return false;
  const Token *loop = find_inside(token, close, TOKEN_FOR);
  bool several = find_inside(token, close, ',') != NULL;
  bool argument = (previous->kind == '(' || previous->kind == ',') &&
                  (close[1].kind == ')' || close[1].kind == ',');
  hermes_diagnostic *d =
      refuse(driver, token->span,
             branch ? "a choice reads `if c then a else b`"
             : loop && previous->kind == '='
                 ? "there are no lists: `out x[u in ue] : T = ...;` defines a value for every row"
                 : "there are no lists: a reduction reads `f(expr for x in T)`");
  driver->parser.failed = true;
  if (argument && several && !loop && is_word(previous - 1, "sum"))
    offer_sum(driver, d, token, close);
  else if (argument || (branch && !several))
    offer_without_brackets(d, token, close);
  else if (previous->kind == '=' && loop)
    offer_index(driver, d, token, close);
  skip(close, close + 1);
  if (loop && !argument) skip(loop, close);
  if (several && !argument) skip(find_inside(token, close, ','), close);
  return true;
}

/* ---- slices ---- */

static const char *const slice_rule =
    "rows have no numbers: a reduction runs over them, `f(x[c] for c in cell if condition)`";

/* A name for a variable that nothing in this statement has. */
static const char *fresh_variable(Driver *driver, const Token *token, const Token *variable,
                                  const Token *set) {
  const char *name =
      variable == set ? arena_format(arena_of(driver), "%c", *set->text) : variable->text;
  const Token *t = token;
  while (t > driver->first && t->kind != ';' && t->kind != '{') t--;
  for (; t->kind != ';' && t->kind != 0; t++)
    if (is_word(t, name)) return arena_format(arena_of(driver), "%s2", name);
  return name;
}

/* Where another `for` goes into a call: before its filter, its default, or its end. */
static const Token *end_of_fors(const Token *call) {
  const Token *close = closing_token(call),
              *loop = close ? find_inside(call, close, TOKEN_FOR) : NULL;
  while (loop && loop[1].kind == TOKEN_NAME && loop[2].kind == TOKEN_IN &&
         loop[3].kind == TOKEN_NAME) {
    if (loop[4].kind != TOKEN_FOR) return loop + 4;
    loop += 4;
  }
  return close;
}

static void offer_loop(Driver *driver, hermes_diagnostic *d, const Token *token) {
  const Token *open = innermost(driver), *call = open_call(driver), *variable, *set;
  int position = 0;
  for (const Token *t = open + 1; t < token; t++) position += t->kind == ',';
  const Token *name = open - 1;
  if (name > driver->first + 1 && name[-1].kind == '.') name -= 2;
  const Token *declared = declared_indices(driver, name);
  const Token *end = call ? end_of_fors(call) : NULL;
  if (!end || !declared || !index_at(declared, position, &variable, &set)) return;
  const char *row = fresh_variable(driver, token, variable, set);
  hermes_fix *fix = hermes_diagnostic_fix(d, "over the rows of `%s`", set->text);
  hermes_fix_edit(fix, token->span.start, token->span.end, "%s", row);
  hermes_fix_edit(fix, end[-1].span.end, end[-1].span.end, " for %s in %s", row, set->text);
}

/* x[u, :], x[0:3]; cell[1:] */
bool mend_slice(Driver *driver, Token *token) {
  static const Token some_row = {.kind = TOKEN_NAME, .text = ""};
  const Token *open = innermost(driver), *end = token;
  bool begins = token[-1].kind == '[' || token[-1].kind == ',';
  if (!open || open->kind != '[' || open[-1].kind != TOKEN_NAME) return false;
  if (token->kind != ':' && !begins) return false;
  if (!expects(driver, begins ? '(' : '+')) return false;
  if (expects(driver, token->kind)) return false;
  while (end->kind != ']' && end->kind != ',' && end->kind != ';' && end->kind != 0) end++;
  hermes_diagnostic *d = refuse(driver, token->span, slice_rule);
  if (begins && end == token + 1) offer_loop(driver, d, token);
  driver->parser.failed = true;
  if (begins) push(driver, TOKEN_NAME, &some_row);
  driver->skip_to = end;
  return true;
}

/* ---- loops ---- */

/* The table whose rows the variable of a loop is used as; NULL: nothing tells. */
static const Token *table_of_variable(const Driver *driver, const Token *variable) {
  const Token *call = open_call(driver), *close = call ? closing_token(call) : NULL;
  const Token *set, *unused;
  for (const Token *t = call; t && t < close; t++) {
    if (t == variable || !same_word(t, variable)) continue;
    if (t[1].kind == '.' && (set = table_with_column(driver, t + 2))) return set;
    const Token *open = t;
    int position = 0;
    while (open > call && open->kind != '[') position += (open--)->kind == ',';
    const Token *declared = open > call ? declared_indices(driver, open - 1) : NULL;
    if (declared && index_at(declared, position, &unused, &set)) return set;
  }
  return NULL;
}

static const Token *table_in(const Driver *driver, const Token *from, const Token *end) {
  for (const Token *t = from; t < end; t++)
    if (t->kind == TOKEN_NAME && is_table(driver, t)) return t;
  return NULL;
}

/* for i in range(0, n), for i in 0 .. 9, for c in cell[1:] */
bool mend_loop_over_numbers(Driver *driver, Token *token) {
  bool loop = token[-1].kind == TOKEN_IN && token[-2].kind == TOKEN_NAME &&
              (token[-3].kind == TOKEN_FOR || token[-3].kind == ',');
  bool cut = token->kind == '[' && token[-1].kind == TOKEN_NAME && token[-2].kind == TOKEN_IN &&
             token[-4].kind == TOKEN_FOR;
  bool called = token->kind == TOKEN_NAME && token[1].kind == '(';
  if (!cut && (!loop || (token->kind == TOKEN_NAME && !called))) return false;
  const Token *open = cut ? token : token + 1, *end;
  if (cut || called)
    end = closing_token(open) ? closing_token(open) + 1 : token + 1;
  else if ((end = behind_operand(token, LEVEL_SUM)) && end->kind == TOKEN_RANGE)
    end = behind_operand(end + 1, LEVEL_SUM);
  if (!end) return false;
  hermes_diagnostic *d =
      refuse(driver, span_between(token, end),
             "rows have no numbers: `for c in cell` runs over the rows of a table");
  const Token *table = cut ? NULL : called ? table_in(driver, open, end) : NULL;
  if (!table && !cut) table = table_of_variable(driver, token - 2);
  if (table) offer_fix(d, span_between(token, end), table->text, "the rows of the table");
  driver->parser.failed = true;
  if (!cut) push(driver, TOKEN_NAME, table ? table : token - 2);
  driver->skip_to = end;
  return true;
}

/* for u, c in path; for (u, c) in path */
bool mend_pair(Driver *driver, Token *token) {
  bool bracket = token->kind == '(';
  const Token *u = bracket ? token + 1 : token - 1, *c = bracket ? token + 3 : token + 1;
  const Token *table = c + (bracket ? 3 : 2), *loop = bracket ? token - 1 : token - 2;
  const Token *declared, *unused, *first, *second;
  if (loop->kind != TOKEN_FOR || u->kind != TOKEN_NAME || c[-1].kind != ',' ||
      c->kind != TOKEN_NAME || table[-1].kind != TOKEN_IN)
    return false;
  hermes_diagnostic *d =
      refuse(driver, token->span, "each `for` has one variable: `for u in ue for c in cell`");
  declared = declared_indices(driver, table);
  if (declared && index_at(declared, 0, &unused, &first) && index_at(declared, 1, &unused, &second))
    offer_fix(d, span_between(loop + 1, table + 1),
              arena_format(arena_of(driver), "%s in %s for %s in %s", u->text, first->text, c->text,
                           second->text),
              "as two loops");
  driver->parser.failed = true;
  if (bracket) push(driver, TOKEN_NAME, u);
  push(driver, TOKEN_IN, token);
  push(driver, TOKEN_NAME, table);
  driver->skip_to = table + 1;
  return true;
}

/* f(for u in ue: x) */
bool mend_loops_first(Driver *driver, Token *token) {
  const Token *open = token - 1, *end = token, *close = closing_token(open);
  while (end->kind == TOKEN_FOR && end[2].kind == TOKEN_IN) end += 4;
  bool sign = end->kind == ':' || end->kind == ',';
  const Token *body = end + sign, *last = close ? behind_operand(body, LEVEL_CHOICE) : NULL;
  if (open->kind != '(' || end == token || last != close || !last) return false;
  hermes_diagnostic *d =
      refuse(driver, token->span, "a reduction reads `f(expr for x in T if condition)`");
  offer_fix(d, span_between(token, close),
            arena_format(arena_of(driver), "%s %s", text_between(driver, body, close),
                         text_between(driver, token, end)),
            "the expression first");
  driver->parser.failed = true;
  driver->skip_to = body;
  return true;
}

/* for u in ue, c in cell */
bool mend_generators(Driver *driver, Token *token) {
  static const char *const rule = "each table has its own `for`: `for u in ue for c in cell`";
  const Token *next = token + 1;
  if (token->kind == ',' && mend_pair(driver, token)) return true;
  bool loop = next->kind == TOKEN_FOR || (next->kind == TOKEN_NAME && next[1].kind == TOKEN_IN);
  bool filters = token->kind == TOKEN_AND && !loop;
  if ((!loop && !filters) || !is_operand(token - 1) || !expects(driver, TOKEN_FOR)) return false;
  if (filters && !expects(driver, TOKEN_AND) && expects(driver, TOKEN_IF)) {
    offer_fix(refuse(driver, token->span, "a filter stands behind `if`"), token->span, "if",
              "as a filter");
    token->as = TOKEN_IF;
    push(driver, TOKEN_IF, token);
    return true;
  }
  if (filters || (token[-1].kind != TOKEN_NAME && token->kind != ':')) return false;
  if (next->kind == TOKEN_FOR) {
    offer_fix(refuse(driver, token->span, rule), token->span, "", "left out");
    return true;
  }
  offer_fix(refuse(driver, token->span, rule), token->span, token->kind == ',' ? " for" : "for",
            "as its own loop");
  token->as = TOKEN_FOR;
  push(driver, TOKEN_FOR, token);
  return true;
}

/* ---- filters ---- */

static const char *const filter_rule =
    "filters stand behind all `for`s: `f(x for a in A for b in B if condition)`";

static const char *as_condition(Driver *driver, const Token *from, const Token *end) {
  bool either = false;
  int depth = 0;
  for (const Token *t = from; t < end; t++) {
    either |= depth == 0 && t->kind == TOKEN_OR;
    depth += opens(t) - closes(t);
  }
  return arena_format(arena_of(driver), either ? "(%s)" : "%s", text_between(driver, from, end));
}

/* Moves the condition behind `filter` to where the `for`s from `loop` on end. */
static void offer_filter(Driver *driver, hermes_diagnostic *d, const Token *filter,
                         const Token *loop) {
  const Token *end = loop;
  while (end->kind == TOKEN_FOR && end[2].kind == TOKEN_IN) end += 4;
  hermes_fix *fix = hermes_diagnostic_fix(d, "behind the loops");
  remove_span(fix, filter[-1].span.end, loop[-1].span.end);
  uint32_t at = end->kind == TOKEN_IF ? end->span.end : end[-1].span.end;
  if (end->kind == TOKEN_IF)
    hermes_fix_edit(fix, at, at, " %s and", as_condition(driver, filter + 1, loop));
  else
    hermes_fix_edit(fix, at, at, " if %s", text_between(driver, filter + 1, loop));
}

/* f(x for a in A if condition for b in B) */
bool mend_late_filter(Driver *driver, Token *token) {
  const Token *condition =
      is_operand(token - 1) ? operand_before(driver, token, LEVEL_CHOICE) : NULL;
  if (!condition || condition[-1].kind != TOKEN_IF || token[2].kind != TOKEN_IN ||
      expects(driver, TOKEN_FOR))
    return false;
  offer_filter(driver, refuse(driver, token->span, filter_rule), condition - 1, token);
  driver->parser.failed = true;
  push(driver, TOKEN_AND, token);
  push(driver, TOKEN_NAME, token + 1);
  driver->skip_to = token + 4;
  return true;
}

/* f(x if condition for a in A) */
bool mend_early_filter(Driver *driver, Token *token) {
  if (!is_operand(token - 1) || expects(driver, TOKEN_IF)) return false;
  const Token *loop = behind_operand(token + 1, LEVEL_CHOICE);
  if (!loop || loop->kind != TOKEN_FOR) return false;
  offer_filter(driver, refuse(driver, token->span, filter_rule), token, loop);
  driver->parser.failed = true;
  push(driver, TOKEN_AND, token);
  return true;
}

/* ---- what stands behind a generator ---- */

static const char *const default_rule =
    "behind the loops stands only what holds where nothing remains: `default = value`";

/* percentile(x for u in ue, 5 %): the share stands first. */
static bool offer_share(Driver *driver, hermes_diagnostic *d, const Token *token,
                        const Token *end) {
  const Token *call = open_call(driver);
  bool named = token->kind == TOKEN_NAME && token[1].kind == '=';
  if (!call || !is_word(call - 1, "percentile")) return false;
  hermes_fix *fix = hermes_diagnostic_fix(d, "the share first");
  const Token *share = named ? token + 2 : token;
  bool hundredths = share->kind == TOKEN_NUMBER && share->number > 1 && share + 1 == end;
  hermes_fix_edit(fix, call->span.end, call->span.end, hundredths ? "%s %%, " : "%s, ",
                  text_between(driver, share, end));
  remove_span(fix, token[-2].span.end, end[-1].span.end);
  return true;
}

static void offer_default(Driver *driver, hermes_diagnostic *d, const Token *token,
                          const Token *end) {
  if (end && offer_share(driver, d, token, end)) return;
  if (token->kind == TOKEN_NAME && token[1].kind == '=') {
    offer_fix(d, token->span, "default", "as the default");
    return;
  }
  offer_fix(d, before(token), "default = ", "as the default");
  offer_fix(d, (Span){token[-1].span.start, token->span.start, token->span.source}, " if ",
            "as the filter");
}

/* f(x for a in A, 0) */
bool mend_trailing_argument(Driver *driver, Token *token) {
  bool named = token->kind == TOKEN_NAME && token[1].kind == '=';
  const Token *open = innermost(driver);
  if (token[-1].kind != ',' || !open || open->kind != '(' || is_word(token, "default") ||
      !expects(driver, TOKEN_KW_DEFAULT))
    return false;
  hermes_diagnostic *d = refuse(driver, token->span, default_rule);
  offer_default(driver, d, token, behind_operand(named ? token + 2 : token, LEVEL_CHOICE));
  token->as = named ? TOKEN_KW_DEFAULT : 0;
  push(driver, TOKEN_KW_DEFAULT, token);
  if (named) return driver->parser.failed = true;
  push(driver, '=', token);
  push(driver, token->kind, token);
  track_brackets(driver, token);
  return driver->parser.failed = true;
}

/* f(x for a in A, default 0), default: 0 */
bool mend_default_sign(Driver *driver, Token *token) {
  if (token[-1].as != TOKEN_KW_DEFAULT || !expects(driver, '=') || token->kind == '=') return false;
  hermes_diagnostic *d = refuse(driver, token->span, default_rule);
  if (token->kind == ':') {
    offer_fix(d, token->span, " =", "as the default");
    token->as = '=';
  } else
    offer_fix(d, before(token), "= ", "as the default");
  push(driver, '=', token);
  if (token->kind != ':') push(driver, token->kind, token);
  return true;
}

/* f(x for a in A else 0), f(x for a in A default = 0) */
bool mend_default_word(Driver *driver, Token *token) {
  bool other = token->kind == TOKEN_ELSE;
  if (token[-1].kind == ',' ? !other || !expects(driver, TOKEN_KW_DEFAULT)
                            : !expects(driver, ',') || expects(driver, token->kind))
    return false;
  if (!other && (token[1].kind != '=' || !is_word(token, "default"))) return false;
  hermes_diagnostic *d = refuse(driver, token->span, default_rule);
  const Token *left = token[-1].kind == ',' ? token - 2 : token - 1;
  offer_fix(d, (Span){left->span.end, token->span.end, token->span.source},
            other ? ", default =" : ", default", "as the default");
  if (token[-1].kind != ',') push(driver, ',', token);
  push(driver, TOKEN_KW_DEFAULT, token);
  if (other) push(driver, '=', token);
  token->as = TOKEN_KW_DEFAULT;
  return true;
}

/* f(x,) */
bool mend_last_comma(Driver *driver, Token *token) {
  if (token[-1].kind != ',' || expects(driver, token->kind)) return false;
  bool generator = expects(driver, TOKEN_KW_DEFAULT);
  if (!generator && !expects(driver, TOKEN_FALSE)) return false;
  hermes_diagnostic *d =
      refuse(driver, token[-1].span, "no comma stands before the closing bracket");
  offer_fix(d, token[-1].span, "", "left out");
  driver->parser.failed = true;
  if (generator) push(driver, TOKEN_KW_DEFAULT, token), push(driver, '=', token);
  push(driver, TOKEN_FALSE, token);
  push(driver, token->kind, token);
  track_brackets(driver, token);
  return true;
}

/* ---- ranges and sets of a policy or input ---- */

static const char *const range_rule = "a range reads `low .. high`, a set of values `{a, b}`";

/* range(low, high, step) of Python leaves its end out. */
static const char *as_range(Driver *driver, const Token *name, const Token *close) {
  const char *part[3] = {NULL};
  int count = 0;
  const Token *from = name + 2;
  for (const Token *t = from; t <= close; t++) {
    if (t != close && t->kind != ',') continue;
    if (count == 3 || t == from) return NULL;
    part[count++] = text_between(driver, from, t);
    from = t + 1;
  }
  if (is_word(name, "range"))
    return arena_format(arena_of(driver), "%s ..< %s step %s", count > 1 ? part[0] : "0",
                        count > 1 ? part[1] : part[0], count > 2 ? part[2] : "1");
  return count == 2 ? arena_format(arena_of(driver), "%s .. %s", part[0], part[1]) : NULL;
}

static bool mend_range_call(Driver *driver, Token *token) {
  const Token *close = token[1].kind == '(' ? closing_token(token + 1) : NULL;
  if (!close) return false;
  const char *text = as_range(driver, token, close);
  hermes_diagnostic *d = refuse(driver, span_between(token, close + 1), range_rule);
  if (text) offer_fix(d, span_between(token, close + 1), text, "as a range");
  driver->parser.failed = true;
  push(driver, TOKEN_FALSE, token);
  push(driver, TOKEN_RANGE, token);
  push(driver, TOKEN_FALSE, token);
  driver->skip_to = close + 1;
  return true;
}

/* in [low, high], in [a, b, c], in (low, high), in [low .. high] */
bool mend_domain(Driver *driver, Token *token) {
  const Token *close = opens(token) ? closing_token(token) : NULL;
  if (token[-1].kind != TOKEN_IN || token->kind == '{' || !expects(driver, '{')) return false;
  if (token->kind == TOKEN_NAME) return mend_range_call(driver, token);
  const Token *comma = close ? find_inside(token, close, ',') : NULL;
  const Token *range = close ? find_inside(token, close, TOKEN_RANGE) : NULL;
  if (!comma && !range) return false;
  hermes_diagnostic *d = refuse(driver, token->span, range_rule);
  Span whole = span_between(token, close + 1);
  const char *inside = text_between(driver, token + 1, close);
  if (range) {
    offer_without_brackets(d, token, close);
    skip(close, close + 1);
    return true;
  }
  if (!find_inside(comma, close, ','))
    offer_fix(d, whole,
              arena_format(arena_of(driver), "%s .. %s", text_between(driver, token + 1, comma),
                           text_between(driver, comma + 1, close)),
              "as a range");
  if (token->kind == '[')
    offer_fix(d, whole, arena_format(arena_of(driver), "{%s}", inside), "as a set of values");
  driver->parser.failed = true;
  push(driver, '{', token);
  ((Token *)close)->as = '}';
  return true;
}

/* in 0:4, in {0 .. 4}, and `, step 1` */
bool mend_set(Driver *driver, Token *token) {
  const Token *open = innermost(driver);
  if (token->kind == ',') {
    if (!is_word(token + 1, "step") || !expects(driver, TOKEN_KW_STEP)) return false;
    offer_fix(refuse(driver, token->span, "a step follows its range without a comma"), token->span,
              "", "left out");
    return true;
  }
  if (token->kind == ':') {
    if (!is_operand(token - 1) || expects(driver, ':') || !expects(driver, TOKEN_RANGE))
      return false;
    offer_fix(refuse(driver, token->span, range_rule),
              (Span){token[-1].span.end, token[1].span.start, token->span.source}, " .. ",
              "as a range");
    token->as = TOKEN_RANGE;
    push(driver, TOKEN_RANGE, token);
    return true;
  }
  if (!open || open->kind != '{' || open[-1].kind != TOKEN_IN || expects(driver, token->kind) ||
      !expects(driver, ','))
    return false;
  const Token *close = closing_token(open);
  hermes_diagnostic *d = refuse(driver, token->span, range_rule);
  if (close) offer_without_brackets(d, open, close);
  driver->parser.failed = true;
  push(driver, ',', token);
  return true;
}
