/* The shape of a blueprint, and nothing else: actions only build the tree.
 *
 * A pure push parser: the driver (compiler/syntax/parse.c) asks it, word by word, whether a keyword is expected, and takes the
 * word as a name where it is not. Only `if then else and or not true false for in` are reserved.
 */
%define api.pure full
%define api.push-pull push
%define api.prefix {blueprint_}
%define api.token.prefix {TOKEN_}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {Parser *parser}

%code requires {
#include "syntax/syntax.h"
}

%code provides {
/* May this token stand next? */
int blueprint_expects(blueprint_pstate *state, int token);
/* What may stand next, as messages say it: "`;`", "a name". Fills at most `most` names; their number. */
int blueprint_following(blueprint_pstate *state, const char **names, int most);
}

%union {
  const Token *token;
  Name name;
  const char *doc;
  Expr *expr;
  For *fors;
  NameList *names;
  TypeExpr *type;
  DomainExpr *domain;
  Index *index;
  Item *item;
  Clause *clause;
  Statement *statement;
  Objective *objective;
  Decl *decl;
  bool flag;
  Span span;
}

%code {
#define YYLLOC_DEFAULT(Current, Rhs, N)                                                                                \
  do {                                                                                                                 \
    if (N) {                                                                                                           \
      (Current) = YYRHSLOC(Rhs, 1);                                                                                    \
      (Current).end = YYRHSLOC(Rhs, N).end;                                                                            \
    } else {                                                                                                           \
      (Current) = YYRHSLOC(Rhs, 0);                                                                                    \
      (Current).start = (Current).end;                                                                                 \
    }                                                                                                                  \
  } while (0)

static void yyerror(Span *span, Parser *parser, const char *message);

static Decl *decl_new(Parser *parser, DeclKind kind, Span span) {
  Decl *decl = ARENA_NEW(&parser->compiler->arena, Decl);
  decl->kind = kind;
  decl->span = span;
  decl->doc = "";
  return decl;
}
static Statement *statement_new(Parser *parser, StatementKind kind, Span span) {
  Statement *statement = ARENA_NEW(&parser->compiler->arena, Statement);
  statement->kind = kind;
  statement->span = span;
  return statement;
}
static NameList *name_list(Parser *parser, Name name) {
  NameList *list = ARENA_NEW(&parser->compiler->arena, NameList);
  list->name = name;
  return list;
}
static For *for_new(Parser *parser, Name variable, Name set) {
  For *loop = ARENA_NEW(&parser->compiler->arena, For);
  loop->variable = variable;
  loop->set = set;
  return loop;
}
static Index *index_new(Parser *parser, Name variable, Name set) {
  Index *index = ARENA_NEW(&parser->compiler->arena, Index);
  index->variable = variable;
  index->set = set;
  return index;
}
static TypeExpr *type_new(Parser *parser, Span span, NameList *labels) {
  TypeExpr *type = ARENA_NEW(&parser->compiler->arena, TypeExpr);
  type->span = span;
  type->labels = labels;
  return type;
}
static DomainExpr *domain_new(Parser *parser, Span span) {
  DomainExpr *domain = ARENA_NEW(&parser->compiler->arena, DomainExpr);
  domain->span = span;
  return domain;
}
static Item *item_new(Parser *parser, Name name, Index *indices, Span span) {
  Item *item = ARENA_NEW(&parser->compiler->arena, Item);
  item->name = name;
  item->indices = indices;
  item->doc = "";
  item->span = span;
  return item;
}
static Clause *clause_new(Parser *parser, ClauseKind kind, Expr *value, Span span) {
  Clause *clause = ARENA_NEW(&parser->compiler->arena, Clause);
  clause->kind = kind;
  clause->value = value;
  clause->span = span;
  return clause;
}
/* The item with the `;` that ends it. */
static Item *item_end(Item *item, Span end) {
  item->span.end = end.end;
  return item;
}
static Item *let_item(Parser *parser, Item *item, Expr *value, const char *doc) {
  item->value = value;
  item->doc = doc;
  item->type = parser->let_type; /* reported: a `let` has none of its own */
  parser->let_type = NULL;
  return item;
}
/* The name a.b spelt as one, for modules. */
static Name name_join(Parser *parser, Name a, Name b) {
  Name name = {arena_format(&parser->compiler->arena, "%s.%s", a.text, b.text), span_join(a.span, b.span)};
  return name;
}
static Name name_of(const Token *token) {
  Name name = {token->text, token->span};
  return name;
}
static Expr *generator(Parser *parser, Expr *args, For *fors, Expr *filter, Expr *fallback, Span span) {
  Expr *call = expr_new(parser, EXPR_CALL, span);
  call->args = args;
  call->fors = fors;
  call->filter = filter;
  call->fallback = fallback;
  return call;
}
}

%token <token> NAME "a name" NUMBER "a number" QUANTITY "a quantity" STRING "a string"
%token OPEN_STRING UNKNOWN FOREIGN_COMMENT
%token IF "`if`" THEN "`then`" ELSE "`else`" AND "`and`" OR "`or`" NOT "`not`" TRUE "`true`" FALSE "`false`"
%token FOR "`for`" IN "`in`"
%token RANGE "`..`" UNTIL "`..<`" ARROW "`->`" EQUAL "`==`" NOT_EQUAL "`!=`" LESS_EQUAL "`<=`" GREATER_EQUAL "`>=`"
%token KW_BLUEPRINT "`blueprint`" KW_MODULE "`module`" KW_IMPORT "`import`" KW_UNIT "`unit`" KW_SPARSE "`sparse`"
%token KW_TABLE "`table`" KW_FROM "`from`" KW_INPUT "`input`" KW_POLICY "`policy`" KW_DRAW "`draw`" KW_FUNCTION "`function`"
%token KW_ANY "`any`" KW_OPERATIONAL "`operational`" KW_FUNCTIONAL "`functional`" KW_BLOCK "`block`" KW_OUT "`out`"
%token KW_LET "`let`" KW_RETURN "`return`" KW_KPI "`kpi`" KW_GOAL "`goal`" KW_MAXIMIZE "`maximize`"
%token KW_MINIMIZE "`minimize`" KW_SUBJECT "`subject`" KW_TO "`to`" KW_EXPECT "`expect`" KW_VARY "`vary`"
%token KW_BY "`by`" KW_ASSERT "`assert`" KW_WITHIN "`within`" KW_DEFAULT "`default`" KW_STEP "`step`"
%token KW_MISSING "`missing`" KW_WITH "`with`" KW_CONFIDENCE "`confidence`" KW_SOLVE "`solve`" KW_START "`start`" KW_TOLERANCE "`tolerance`"
%token KW_DAMPING "`damping`" KW_ITERATIONS "`iterations`"
%token KW_TIME "`time`" KW_INITIALLY "`initially`"
%token ';' "`;`" ':' "`:`" ',' "`,`" '.' "`.`" '(' "`(`" ')' "`)`" '[' "`[`" ']' "`]`" '{' "`{`" '}' "`}`" '=' "`=`"
%token '<' "`<`" '>' "`>`" '+' "`+`" '-' "`-`" '*' "`*`" '/' "`/`" '^' "`^`" '%' "`%`" '~' "`~`"

%type <name> name dotted
%type <doc> doc strings
%type <decl> decl function_head table_source
%type <names> names table_index generics labels
%type <item> items item draws drawn parameters parameter_list parameter definition solved
%type <clause> clauses clause
%type <index> indices index_list index
%type <type> type
%type <domain> domain range
%type <expr> expr or_expr and_expr not_expr comparison sum product unary power postfix primary args expr_list source_arguments filter step
%type <expr> constraints comparison_list constraint confidence within
%type <fors> fors for_list
%type <statement> block_statements block_statement function_statements function_statement expect_statements expect_statement
%type <objective> objectives objective
%type <flag> sparse block_kind

%start source

%%

source:
    header decls
  ;

header:
    KW_BLUEPRINT name doc ';' { parser->tree->name = $name; parser->tree->doc = $doc; }
  | KW_MODULE dotted doc ';'  { parser->tree->name = $dotted; parser->tree->doc = $doc; parser->tree->is_module = true; }
  | KW_BLUEPRINT error ';'
  | KW_MODULE error ';'
  ;

decls:
    %empty
  | decls decl  { if ($decl) LIST_APPEND(Decl, parser->tree->decls, $decl); }
  ;

decl:
    KW_IMPORT dotted ';'  { $$ = decl_new(parser, DECL_IMPORT, @$); $$->name = $dotted; }
  | KW_UNIT name doc ';'  { $$ = decl_new(parser, DECL_UNIT, @$); $$->name = $name; $$->doc = $doc; }
  | sparse KW_TABLE name table_index KW_FROM table_source doc '{' items '}'  {
      $$ = $table_source;
      $$->span = @$;
      $$->sparse = $sparse;
      $$->name = $name;
      $$->indices = $table_index;
      $$->doc = $doc;
      $$->items = $items;
    }
  | KW_TIME name IN range doc ';'  {
      $$ = decl_new(parser, DECL_TABLE, @$);
      $$->name = $name;
      $$->instants = $range;
      $$->source_span = @range;
      $$->doc = $doc;
    }
  | KW_INPUT doc '{' items '}'   { $$ = decl_new(parser, DECL_INPUT, @$); $$->doc = $doc; $$->items = $items; }
  | KW_POLICY doc '{' items '}'  { $$ = decl_new(parser, DECL_POLICY, @$); $$->doc = $doc; $$->items = $items; }
  | KW_DRAW doc '{' draws '}'      { $$ = decl_new(parser, DECL_DRAW, @$); $$->doc = $doc; $$->items = $draws; }
  | function_head '=' expr ';'   { $$ = $function_head; $$->body = $expr; $$->span = @$; }
  | function_head '{' function_statements '}'  { $$ = $function_head; $$->statements = $function_statements; $$->span = @$; }
  | block_kind KW_BLOCK name doc '{' block_statements '}'  {
      $$ = decl_new(parser, DECL_BLOCK, @$);
      $$->operational = $block_kind;
      $$->name = $name;
      $$->doc = $doc;
      $$->statements = $block_statements;
    }
  | KW_KPI item ';'  {
      $$ = decl_new(parser, DECL_KPI, @$);
      $$->name = $item->name;
      $$->items = item_end($item, @$);
    }
  | KW_GOAL objectives constraints doc ';'  {
      $$ = decl_new(parser, DECL_GOAL, @$);
      $$->objectives = $objectives;
      $$->constraints = $constraints;
      $$->doc = $doc;
    }
  | KW_EXPECT strings fors filter '{' expect_statements '}'  {
      $$ = decl_new(parser, DECL_EXPECT, @$);
      $$->doc = $strings;
      $$->fors = $fors;
      $$->filter = $filter;
      $$->statements = $expect_statements;
    }
  | error ';'  { $$ = NULL; }
  | error '}'  { $$ = NULL; }
  ;

/* ---- declarations ---- */

sparse:
    %empty     { $$ = false; }
  | KW_SPARSE  { $$ = true; }
  ;

table_index:
    %empty         { $$ = NULL; }
  | '[' names ']'  { $$ = $names; }
  ;

/* A file, or what makes the rows. */
table_source:
    STRING  { $$ = decl_new(parser, DECL_TABLE, @$); $$->file = $STRING->text; }
  | name '(' source_arguments ')'  {
      $$ = decl_new(parser, DECL_TABLE, @$);
      $$->source = $name;
      $$->arguments = $source_arguments;
      $$->source_span = @$;
    }
  | name '(' STRING ')'  {
      $$ = decl_new(parser, DECL_TABLE, @$);
      $$->source = $name;
      $$->file = $STRING->text;
      $$->source_span = @$;
    }
  ;

source_arguments:
    %empty     { $$ = NULL; }
  | expr_list
  ;

block_kind:
    KW_OPERATIONAL  { $$ = true; }
  | KW_FUNCTIONAL   { $$ = false; }
  ;

function_head:
    KW_FUNCTION name '(' parameters ')' ARROW type generics doc  {
      $$ = decl_new(parser, DECL_FUNCTION, @$);
      $$->name = $name;
      $$->items = $parameters;
      $$->result = $type;
      $$->generics = $generics;
      $$->doc = $doc;
    }
  ;

generics:
    %empty            { $$ = NULL; }
  | FOR KW_ANY names  { $$ = $names; }
  ;

parameters:
    %empty          { $$ = NULL; }
  | parameter_list
  ;

parameter_list:
    parameter
  | parameter_list ',' parameter  { $$ = $1; LIST_APPEND(Item, $$, $parameter); }
  ;

parameter:
    name ':' type domain  { $$ = item_new(parser, $name, NULL, @$); $$->type = $type; $$->domain = $domain; }
  ;

items:
    %empty           { $$ = NULL; }
  | items item ';'   { $$ = $1; LIST_APPEND(Item, $$, item_end($item, @3)); }
  | items error ';'  { $$ = $1; yyerrok; }
  ;

/* The one form of every declaration and definition. Its `;` stands where it is used: what may follow the `;` then
 * depends on the parser's state alone, as the lexer of the exported grammar needs it. */
item:
    name indices ':' type domain definition  {
      $$ = $definition;
      $$->name = $name;
      $$->indices = $indices;
      $$->type = $type;
      $$->domain = $domain;
      $$->span = @$;
    }
  ;

/* What depends on itself, and how it is found. */
solved:
    name indices ':' type domain clauses definition  {
      $$ = $definition;
      $$->name = $name;
      $$->indices = $indices;
      $$->type = $type;
      $$->domain = $domain;
      $$->clauses = $clauses;
      $$->span = @$;
    }
  ;

clauses:
    %empty          { $$ = NULL; }
  | clauses clause  { $$ = $1; LIST_APPEND(Clause, $$, $clause); }
  ;

clause:
    KW_START sum       { $$ = clause_new(parser, CLAUSE_START, $sum, @$); }
  | KW_TOLERANCE sum   { $$ = clause_new(parser, CLAUSE_TOLERANCE, $sum, @$); }
  | KW_DAMPING sum     { $$ = clause_new(parser, CLAUSE_DAMPING, $sum, @$); }
  | KW_ITERATIONS sum  { $$ = clause_new(parser, CLAUSE_ITERATIONS, $sum, @$); }
  ;

draws:
    %empty            { $$ = NULL; }
  | draws drawn ';'   { $$ = $1; LIST_APPEND(Item, $$, item_end($drawn, @3)); }
  | draws error ';'   { $$ = $1; yyerrok; }
  ;

/* The distribution is a call: which ones there are is the checker's to say. */
drawn:
    name indices ':' type doc[before] '~' expr doc[after]  {
      $$ = item_new(parser, $name, $indices, @$);
      $$->type = $type;
      $$->value = $expr;
      $$->is_drawn = true;
      $$->doc = doc_join(parser, $before, $after);
    }
  ;

definition:
    doc  { $$ = item_new(parser, (Name){0}, NULL, @$); $$->doc = $doc; }
  | doc[before] '=' expr doc[after]  {
      $$ = item_new(parser, (Name){0}, NULL, @$);
      $$->doc = doc_join(parser, $before, $after);
      $$->value = $expr;
    }
  | doc[before] '=' expr[value] KW_INITIALLY expr[first] doc[after]  {
      $$ = item_new(parser, (Name){0}, NULL, @$);
      $$->doc = doc_join(parser, $before, $after);
      $$->value = $value;
      $$->initially = $first;
    }
  | doc[before] '=' or_expr OR KW_MISSING doc[after]  {
      $$ = item_new(parser, (Name){0}, NULL, @$);
      $$->doc = doc_join(parser, $before, $after);
      $$->value = $or_expr;
      $$->or_missing = true;
    }
  ;

indices:
    %empty              { $$ = NULL; }
  | '[' index_list ']'  { $$ = $index_list; }
  ;

index_list:
    index
  | index_list ',' index  { $$ = $1; LIST_APPEND(Index, $$, $index); }
  ;

index:
    name                          { $$ = index_new(parser, (Name){0}, $name); }
  | name[variable] IN name[set]   { $$ = index_new(parser, $variable, $set); }
  ;

type:
    unit            { $$ = type_new(parser, @$, NULL); }
  | '{' labels '}'  { $$ = type_new(parser, @$, $labels); }
  ;

labels:
    names
  ;

/* A unit in a type: its text is read by the unit system. */
unit:
    unit_power
  | unit '/' unit_power
  | unit '*' unit_power
  ;

unit_power:
    unit_atom
  | unit_atom '^' exponent
  ;

unit_atom:
    name
  | name '(' unit ')'
  | NUMBER
  | '%'
  | '(' unit ')'
  ;

exponent:
    NUMBER
  | '-' NUMBER
  | '(' NUMBER '/' NUMBER ')'
  | '(' '-' NUMBER '/' NUMBER ')'
  ;

domain:
    %empty                  { $$ = NULL; }
  | IN range                { $$ = $range; }
  | IN '{' expr_list '}'    { $$ = domain_new(parser, @$); $$->values = $expr_list; }
  ;

range:
    sum[low] RANGE sum[high] step  {
      $$ = domain_new(parser, @$); $$->low = $low; $$->high = $high; $$->step = $step;
    }
  | sum[low] UNTIL sum[high] step  {
      $$ = domain_new(parser, @$); $$->low = $low; $$->high = $high; $$->step = $step; $$->open = true;
    }
  ;

step:
    %empty       { $$ = NULL; }
  | KW_STEP sum  { $$ = $sum; }
  ;

/* ---- blocks, functions, goals, expectations ---- */

block_statements:
    %empty                            { $$ = NULL; }
  | block_statements block_statement  { $$ = $1; LIST_APPEND(Statement, $$, $block_statement); }
  | block_statements error ';'        { $$ = $1; yyerrok; }
  ;

block_statement:
    IN names ';'  { $$ = statement_new(parser, STATEMENT_IN, @$); $$->names = $names; }
  | KW_OUT item ';'  { $$ = statement_new(parser, STATEMENT_OUT, @$); $$->item = item_end($item, @$); }
  | KW_SOLVE solved ';'  { $$ = statement_new(parser, STATEMENT_SOLVE, @$); $$->item = item_end($solved, @$); }
  | KW_LET name indices '=' expr doc ';'  {
      $$ = statement_new(parser, STATEMENT_LET, @$);
      $$->item = let_item(parser, item_new(parser, $name, $indices, @$), $expr, $doc);
    }
  | KW_LET name indices '=' expr[value] KW_INITIALLY expr[first] doc ';'  {
      $$ = statement_new(parser, STATEMENT_LET, @$);
      $$->item = let_item(parser, item_new(parser, $name, $indices, @$), $value, $doc);
      $$->item->initially = $first;
    }
  ;

function_statements:
    %empty                                  { $$ = NULL; }
  | function_statements function_statement  { $$ = $1; LIST_APPEND(Statement, $$, $function_statement); }
  | function_statements error ';'           { $$ = $1; yyerrok; }
  ;

function_statement:
    KW_LET name '=' expr doc ';'  {
      $$ = statement_new(parser, STATEMENT_LET, @$);
      $$->item = let_item(parser, item_new(parser, $name, NULL, @$), $expr, $doc);
    }
  | KW_RETURN expr ';'  { $$ = statement_new(parser, STATEMENT_RETURN, @$); $$->value = $expr; }
  ;

objectives:
    objective
  | objectives ',' objective  { $$ = $1; LIST_APPEND(Objective, $$, $objective); }
  ;

objective:
    KW_MAXIMIZE name  { $$ = ARENA_NEW(&parser->compiler->arena, Objective); $$->maximize = true; $$->kpi = $name; }
  | KW_MINIMIZE name  { $$ = ARENA_NEW(&parser->compiler->arena, Objective); $$->kpi = $name; }
  ;

constraints:
    %empty                            { $$ = NULL; }
  | KW_SUBJECT KW_TO comparison_list  { $$ = $comparison_list; }
  ;

comparison_list:
    constraint
  | comparison_list ',' constraint  { $$ = $1; LIST_APPEND(Expr, $$, $constraint); }
  ;

constraint:
    comparison confidence  { $$ = $comparison; $$->certainty = $confidence; }
  ;

confidence:
    %empty                     { $$ = NULL; }
  | KW_WITH KW_CONFIDENCE sum  { $$ = $sum; }
  ;

expect_statements:
    %empty                              { $$ = NULL; }
  | expect_statements expect_statement  { $$ = $1; LIST_APPEND(Statement, $$, $expect_statement); }
  | expect_statements error ';'         { $$ = $1; yyerrok; }
  ;

expect_statement:
    KW_VARY postfix KW_BY expr ';'  {
      $$ = statement_new(parser, STATEMENT_VARY, @$); $$->target = $postfix; $$->by = true; $$->value = $expr;
    }
  | KW_VARY postfix KW_TO expr ';'  {
      $$ = statement_new(parser, STATEMENT_VARY, @$); $$->target = $postfix; $$->value = $expr;
    }
  | KW_ASSERT expr within fors filter ';'  {
      $$ = statement_new(parser, STATEMENT_ASSERT, @$);
      $$->value = $expr;
      $$->within = $within;
      $$->fors = $fors;
      $$->filter = $filter;
    }
  ;

within:
    %empty         { $$ = NULL; }
  | KW_WITHIN sum  { $$ = $sum; }
  ;

/* ---- expressions ---- */

expr:
    or_expr
  | IF expr[condition] THEN expr[yes] ELSE expr[no]  { $$ = expr_if(parser, @$, $condition, $yes, $no); }
  ;

or_expr:
    and_expr
  | or_expr OR and_expr  { $$ = expr_binary(parser, OP_OR, @OR, $1, $3); }
  ;

and_expr:
    not_expr
  | and_expr AND not_expr  { $$ = expr_binary(parser, OP_AND, @AND, $1, $3); }
  ;

not_expr:
    comparison
  | NOT not_expr  { $$ = expr_unary(parser, OP_NOT, @NOT, $2, @$); }
  ;

comparison:
    sum
  | sum '<' sum            { $$ = expr_binary(parser, OP_LESS, @2, $1, $3); }
  | sum LESS_EQUAL sum     { $$ = expr_binary(parser, OP_LESS_EQUAL, @2, $1, $3); }
  | sum '>' sum            { $$ = expr_binary(parser, OP_GREATER, @2, $1, $3); }
  | sum GREATER_EQUAL sum  { $$ = expr_binary(parser, OP_GREATER_EQUAL, @2, $1, $3); }
  | sum EQUAL sum          { $$ = expr_binary(parser, OP_EQUAL, @2, $1, $3); }
  | sum NOT_EQUAL sum      { $$ = expr_binary(parser, OP_NOT_EQUAL, @2, $1, $3); }
  ;

sum:
    product
  | sum '+' product  { $$ = expr_binary(parser, OP_ADD, @2, $1, $3); }
  | sum '-' product  { $$ = expr_binary(parser, OP_SUBTRACT, @2, $1, $3); }
  ;

product:
    unary
  | product '*' unary  { $$ = expr_binary(parser, OP_MULTIPLY, @2, $1, $3); }
  | product '/' unary  { $$ = expr_binary(parser, OP_DIVIDE, @2, $1, $3); }
  ;

unary:
    power
  | '-' unary  { $$ = expr_unary(parser, OP_NEGATE, @1, $2, @$); }
  | '+' unary  { $$ = $2; }
  ;

power:
    postfix
  | postfix '^' unary  { $$ = expr_binary(parser, OP_POWER, @2, $1, $3); }
  ;

postfix:
    primary
  | postfix '[' expr_list ']'  { $$ = expr_index(parser, $1, $expr_list, @$); }
  | postfix '.' name           { $$ = expr_member(parser, $1, $name); }
  | postfix '(' args ')'       { $$ = expr_call(parser, $1, $args, @$); }
  ;

primary:
    NUMBER        { $$ = expr_literal(parser, EXPR_NUMBER, @$, $1); }
  | QUANTITY      { $$ = expr_literal(parser, EXPR_QUANTITY, @$, $1); }
  | TRUE          { $$ = expr_new(parser, EXPR_TRUE, @$); }
  | FALSE         { $$ = expr_new(parser, EXPR_FALSE, @$); }
  | name          { $$ = expr_name(parser, $name); }
  | '(' expr ')'  { $$ = expr_unary(parser, OP_COUNT, @$, $expr, @$); }
  ;

args:
    %empty                                       { $$ = generator(parser, NULL, NULL, NULL, NULL, @$); }
  | expr_list                                    { $$ = generator(parser, $1, NULL, NULL, NULL, @$); }
  | expr_list for_list filter                    { $$ = generator(parser, $1, $for_list, $filter, NULL, @$); }
  | expr_list for_list filter ',' KW_DEFAULT '=' expr  { $$ = generator(parser, $1, $for_list, $filter, $expr, @$); }
  ;

expr_list:
    expr
  | expr_list ',' expr  { $$ = $1; LIST_APPEND(Expr, $$, $expr); }
  ;

fors:
    %empty    { $$ = NULL; }
  | for_list
  ;

for_list:
    FOR name[variable] IN name[set]           { $$ = for_new(parser, $variable, $set); }
  | for_list FOR name[variable] IN name[set]  { $$ = $1; LIST_APPEND(For, $$, for_new(parser, $variable, $set)); }
  ;

filter:
    %empty      { $$ = NULL; }
  | IF or_expr  { $$ = $or_expr; }
  ;

/* ---- names and docs ---- */

names:
    name            { $$ = name_list(parser, $name); }
  | names ',' name  { $$ = $1; LIST_APPEND(NameList, $$, name_list(parser, $name)); }
  ;

dotted:
    name
  | dotted '.' name  { $$ = name_join(parser, $1, $name); }
  ;

name:
    NAME  { $$ = name_of($NAME); }
  ;

doc:
    %empty   { $$ = ""; }
  | strings
  ;

strings:
    STRING          { $$ = $STRING->text; }
  | strings STRING  { $$ = doc_join(parser, $1, $STRING->text); }
  ;

%%

/* Says what was found and, where few things could stand here, what they are. */
static int yyreport_syntax_error(const yypcontext_t *context, Parser *parser) {
  enum { MOST = 6 };
  yysymbol_kind_t expected[MOST];
  int count = yypcontext_expected_tokens(context, expected, MOST);
  const char *names[MOST];
  for (int i = 0; i < count; i++) names[i] = yysymbol_name(expected[i]);
  syntax_error(parser, *yypcontext_location(context), names, count < 0 ? 0 : count);
  return 0;
}

static void yyerror(Span *span, Parser *parser, const char *message) {
  (void)message; /* bison's only own message: its stack is full */
  syntax_too_deep(parser, *span);
}

/* What yypstate_expected_tokens asks of every token, asked of one: it is asked many times for each token read. */
int blueprint_expects(blueprint_pstate *state, int token) {
  return yy_lac(state->yyesa, &state->yyes, &state->yyes_capacity, state->yyssp, YYTRANSLATE(token)) == 0;
}

int blueprint_following(blueprint_pstate *state, const char **names, int most) {
  yysymbol_kind_t expected[YYNTOKENS];
  int count = yypstate_expected_tokens(state, expected, YYNTOKENS);
  if (count > most) count = most;
  for (int i = 0; i < count; i++) names[i] = yysymbol_name(expected[i]);
  return count < 0 ? 0 : count;
}
