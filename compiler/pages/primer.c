/* The primer is docs/primer.md, whose lists are filled in here from what the compiler itself goes
 * by: a line `<!-- primer: LIST -->` stands for one of the table below, or for the snippet of
 * docs/language.md whose fence bears that name (`primer=NAME`). Its other comments are left out. */
#include "pages/primer.h"
#include "check/checker.h"
#include "doc/doc.h"

#include <stdlib.h>
#include <string.h>

extern const unsigned char primer_page[], language_page[]; /* terminated */

static const char MARK[] = "<!-- ";
static const char INSERT[] = "<!-- primer: ";
static const char END[] = " -->";

typedef struct Primer {
  Compiler *compiler;
  FILE *out;
  hermes_scale scale; /* of the units that are being listed */
} Primer;

/* ---- lists ---- */

static void list_version(Primer *p) {
  fputs("This is the language of hermesc " HERMES_VERSION ".\n", p->out);
}

/* Whose meaning everyone knows, or the page tells in its own words: the signature says the rest. */
static bool is_familiar(const char *rule) {
  static const char *const rules[] = {"lin",
                                      "db",
                                      "extreme",
                                      "vector",
                                      "sign",
                                      "root",
                                      "same_linear",
                                      "direction",
                                      "plain",
                                      "inverse",
                                      "linear_fold",
                                      "plain_fold",
                                      "trigonometric",
                                      "extreme_fold",
                                      "row_fold",
                                      "power_sum",
                                      "power_mean",
                                      "power_fold",
                                      "log_fold",
                                      "condition_fold",
                                      "condition_number",
                                      "expectation",
                                      "probability"};
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (strcmp(rules[i], rule) == 0) return true;
  return false;
}

typedef struct Builtin {
  const char *rule, *signature, *meaning; /* of builtins.def */
} Builtin;

static const char *behind_name(const Builtin *row) {
  return strchr(row->signature, '(');
}

/* Of familiar ones that differ only in their names, the first: exp|log|log10(x: 1) -> 1. */
static void list_family(const Primer *p, const Builtin *row, const Builtin *end) {
  for (const Builtin *other = row; other < end; other++)
    if (is_familiar(other->rule) && strcmp(behind_name(other), behind_name(row)) == 0)
      fprintf(p->out, "%s%.*s", other == row ? "" : "|", (int)strcspn(other->signature, "("),
              other->signature);
  fputs(behind_name(row), p->out);
}

static bool is_first(const Builtin *rows, const Builtin *row) {
  for (const Builtin *other = rows; other < row; other++)
    if (is_familiar(other->rule) && strcmp(behind_name(other), behind_name(row)) == 0) return false;
  return true;
}

/* Those with a meaning first, one in each line; then the familiar ones in one. */
static void list_builtins(const Primer *p, const Builtin *rows, const Builtin *end) {
  const char *before = "- `";
  for (const Builtin *row = rows; row < end; row++)
    if (!is_familiar(row->rule)) fprintf(p->out, "- `%s`: %s\n", row->signature, row->meaning);
  for (const Builtin *row = rows; row < end; row++) {
    if (!is_familiar(row->rule) || !is_first(rows, row)) continue;
    fputs(before, p->out);
    list_family(p, row, end);
    before = "`, `";
  }
  fputs("`\n", p->out);
}

static void list_functions(Primer *p) {
  static const Builtin rows[] = {
#define BUILTIN(name, least, most, op, rule, signature, meaning) {#rule, signature, meaning},
#include "check/builtins.def"
  };
  list_builtins(p, rows, rows + sizeof rows / sizeof *rows);
}

static void list_reductions(Primer *p) {
  static const Builtin rows[] = {
#define REDUCTION(name, kind, rule, signature, meaning) {#rule, signature, meaning},
#include "check/builtins.def"
  };
  list_builtins(p, rows, rows + sizeof rows / sizeof *rows);
}

/* Their arguments: a wrong number of them is told the signature. */
static void list_sources(Primer *p) {
  size_t count;
  const hermes_source *sources = hermes_sources(&count);
  for (size_t i = 0; i < count; i++) fprintf(p->out, "%s%s", i == 0 ? "  `" : "|", sources[i].name);
  fputs("`; called without arguments, the message tells them.\n", p->out);
}

/* Without the types of their parameters: those follow from what is drawn. */
static void list_distributions(Primer *p) {
  const char *name;
  for (int i = 0; (name = distribution_name(i)) != NULL; i++) {
    fputs(i == 0 ? "`" : "`, `", p->out);
    for (const char *c = distribution_signature(name); *c; c++) {
      if (*c == ':') c += 2 + strcspn(c + 2, ",) ");
      fputc(*c, p->out);
    }
  }
  fputs("`.\n", p->out);
}

static void list_unit(void *context, const char *symbol, const char *meaning, bool prefixes) {
  const Primer *p = context;
  hermes_unit unit;
  (void)meaning;
  bool known = hermes_unit_lookup(&p->compiler->units, symbol, strlen(symbol), &unit);
  bool here = known && unit.scale == p->scale;
  if (here) fprintf(p->out, " %s%s", symbol, prefixes ? "*" : "");
}

static void list_units(Primer *p) {
  static const struct {
    hermes_scale scale;
    const char *name;
  } kinds[] = {{HERMES_LINEAR, "linear"},
               {HERMES_GAIN, "gains"},
               {HERMES_LEVEL, "levels"},
               {HERMES_POINT, "temperature on a scale"}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    fprintf(p->out, "- %s:", kinds[i].name);
    p->scale = kinds[i].scale;
    hermes_unit_each(list_unit, p);
    fputc('\n', p->out);
  }
}

/* Up to the point of the first sentence; the two points of a range are none. */
static size_t first_sentence(const char *doc) {
  size_t length = strcspn(doc, ".");
  while (doc[length] != '\0' && doc[length + 1] != ' ' && doc[length + 1] != '\0') {
    length += strspn(doc + length, ".");
    length += strcspn(doc + length, ".");
  }
  return length;
}

/* A doc's first sentence says what the function gives, and what sets it apart from others like it;
 * valid ranges, sources and examples follow. */
static void list_signature(const Primer *p, const Compiler *module, const Decl *function) {
  fprintf(p->out, "  - `%s`: %.*s\n", function_signature(module, function),
          (int)first_sentence(function->doc), function->doc);
}

typedef struct Module {
  const char *name, *path;
} Module;

typedef struct Library {
  Arena *arena;
  Module *modules;
  size_t count;
} Library;

static void add_module(void *context, const char *name, const char *path) {
  Library *library = context;
  Module *modules = ARENA_ARRAY(library->arena, Module, library->count + 1);
  if (library->count > 0) memcpy(modules, library->modules, library->count * sizeof *modules);
  modules[library->count++] = (Module){name, path};
  library->modules = modules;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const Module *)a)->name, ((const Module *)b)->name);
}

static void list_signatures(const Primer *p, const Compiler *module, const Tree *tree) {
  for (const Decl *decl = tree->decls; decl != NULL; decl = decl->next)
    if (decl->kind == DECL_FUNCTION) list_signature(p, module, decl);
}

static bool list_module(const Primer *p, const Module *read) {
  uint32_t source;
  Compiler module;
  compiler_init(&module, p->compiler->stdlib);
  bool good =
      source_read(&module, read->path, read->name, &source) && parse_source(&module, source);
  if (good) {
    fprintf(p->out, "- `import %s;` %s\n", read->name, module.trees[source]->doc);
    list_signatures(p, &module, module.trees[source]);
  } else {
    hermes_report(&p->compiler->diagnostics, HB0603, NULL,
                  "the library's module `%s` cannot be read", read->name);
  }
  compiler_free(&module);
  return good;
}

/* In the order of their names, whatever that of the directories. */
static Library read_library(Compiler *compiler) {
  Library library = {.arena = &compiler->arena};
  each_module(compiler, add_module, &library);
  if (library.count > 0) qsort(library.modules, library.count, sizeof(Module), by_name);
  return library;
}

/* As long as what stands before their last points. */
static size_t shared_prefix(const char *name, const char *other) {
  const char *point = strrchr(name, '.');
  size_t length = point == NULL ? 0 : (size_t)(point + 1 - name);
  return strncmp(name, other, length) == 0 && strchr(other + length, '.') == NULL ? length : 0;
}

/* What they hold would be more than the rest of the page: each module has a page of its own. */
static void list_library(Primer *p) {
  Library library = read_library(p->compiler);
  for (size_t i = 0; i < library.count; i++) {
    const char *name = library.modules[i].name;
    size_t shared = i == 0 ? 0 : shared_prefix(library.modules[i - 1].name, name);
    fprintf(p->out, "%s%s", i == 0 ? "`" : shared ? "|" : "`, `", name + shared);
  }
  fputs("`.\n", p->out);
}

static const struct {
  const char *name;
  void (*write)(Primer *p);
} lists[] = {
    {"version", list_version},
    {"functions", list_functions},
    {"reductions", list_reductions},
    {"units", list_units},
    {"library", list_library},
    {"sources", list_sources},
    {"distributions", list_distributions},
};

/* ---- snippets of the reference ---- */

/* Its fence, without the mark. Where no fence bears the name, the comment stays: a test finds it.
 */
static void write_snippet(const Primer *p, const char *name) {
  const char *mark = arena_format(&p->compiler->arena, " primer=%s\n", name);
  const char *at = strstr((const char *)language_page, mark);
  if (at == NULL) {
    fprintf(p->out, "%s%s%s\n", INSERT, name, END);
    return;
  }
  const char *fence = at, *body = strchr(at, '\n'), *end = strstr(body, "\n```\n");
  while (fence[-1] != '\n') fence--;
  fprintf(p->out, "%.*s%.*s\n```\n", (int)(at - fence), fence, (int)(end - body), body);
}

/* ---- the page ---- */

static void insert(Primer *p, const char *line) {
  const char *name = line + sizeof INSERT - 1;
  name = arena_copy(&p->compiler->arena, name, (size_t)(strstr(name, END) - name));
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    if (strcmp(lists[i].name, name) == 0) {
      lists[i].write(p);
      return;
    }
  write_snippet(p, name);
}

/* Behind a comment and its line. */
static const char *skip_comment(const char *line) {
  const char *end = strstr(line, END);
  return end + strcspn(end, "\n") + 1;
}

void write_primer(Compiler *compiler, FILE *out) {
  Primer p = {.compiler = compiler, .out = out};
  const char *line = (const char *)primer_page;
  while (*line != '\0') {
    bool comment = strncmp(line, MARK, sizeof MARK - 1) == 0;
    if (comment && strncmp(line, INSERT, sizeof INSERT - 1) == 0) insert(&p, line);
    const char *next = comment ? skip_comment(line) : strchr(line, '\n') + 1;
    if (!comment) fwrite(line, 1, (size_t)(next - line), out);
    line = next;
  }
}

bool write_module_primer(Compiler *compiler, const char *name, FILE *out) {
  Primer p = {.compiler = compiler, .out = out};
  Library library = read_library(compiler);
  for (size_t i = 0; i < library.count; i++)
    if (strcmp(library.modules[i].name, name) == 0) return list_module(&p, &library.modules[i]);
  hermes_diagnostic *d =
      hermes_report(&compiler->diagnostics, HB0206, NULL, "there is no module named `%s`", name);
  suggest_module(compiler, d, name);
  return false;
}
