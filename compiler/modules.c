/* Modules: `import radio.noise;` reads radio/noise.hbp beneath the library's directory, once, and
 * what that imports. */
#include "check/checker.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

bool module_is_read(const Compiler *compiler, const char *module) {
  for (uint32_t i = 0; i < compiler->source_count; i++)
    if (compiler->sources[i]->module && strcmp(compiler->sources[i]->module, module) == 0)
      return true;
  return false;
}

static const char *path_of(Compiler *compiler, const char *module) {
  char *path =
      arena_format(&compiler->arena, "%s/%s.hbp", compiler->stdlib ? compiler->stdlib : "", module);
  for (char *c = path + strlen(path) - strlen(module) - strlen(".hbp"); *c; c++)
    if (*c == '.' && strcmp(c, ".hbp") != 0) *c = '/';
  return path;
}

static bool exists(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file) fclose(file);
  return file != NULL;
}

static bool is_module(Compiler *compiler, uint32_t source, Name name) {
  const Tree *tree = compiler->trees[source];
  if (tree->is_module && strcmp(tree->name.text, name.text) == 0) return true;
  hermes_diagnostic *d = report(compiler, HB0211, name.span, "this imports no module of that name");
  report_label(compiler, d, tree->name.span, "the file says `%s %s`",
               tree->is_module ? "module" : "blueprint", tree->name.text);
  return false;
}

enum { MAX_SUGGESTED = 512 }; /* modules compared with a misspelt one */

typedef struct ModuleNames {
  const char *items[MAX_SUGGESTED];
  size_t count;
} ModuleNames;

static void take_name(void *context, const char *module, const char *path) {
  ModuleNames *names = context;
  (void)path;
  if (names->count < MAX_SUGGESTED) names->items[names->count++] = module;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void suggest_module(Compiler *compiler, hermes_diagnostic *d, const char *module) {
  ModuleNames names = {.count = 0};
  each_module(compiler, take_name, &names);
  qsort(names.items, names.count, sizeof *names.items, by_text);
  suggest(compiler, d, module, names.items, names.count);
}

/* False only where a module was read and is no good: one that is missing leaves the rest to be
 * checked. */
static bool import(Compiler *compiler, Name name) {
  uint32_t source;
  if (module_is_read(compiler, name.text)) return true;
  const char *path = path_of(compiler, name.text);
  if (!compiler->stdlib || !exists(path)) {
    hermes_diagnostic *d =
        report(compiler, HB0206, name.span, "there is no module named `%s`", name.text);
    if (compiler->stdlib) {
      suggest_module(compiler, d, name.text);
      hermes_diagnostic_note(d, "the library is read from %s", compiler->stdlib);
    }
    return true;
  }
  if (compiler->source_count == MAX_SOURCES) {
    report(compiler, HB0006, name.span, "more than %d files in one compilation", MAX_SOURCES);
    return false;
  }
  return source_read(compiler, path, name.text, &source) && parse_source(compiler, source) &&
         is_module(compiler, source, name);
}

static bool import_all(Compiler *compiler, const Tree *tree) {
  bool good = true;
  for (const Decl *decl = tree->decls; decl; decl = decl->next)
    if (decl->kind == DECL_IMPORT) good &= import(compiler, decl->name);
  return good;
}

/* ---- which module has it? ---- */

enum { MAX_LIBRARY_DEPTH = 4, LINE_BYTES = 512 };

/* Leaves the line that defines the function. */
static bool defines(const char *path, const char *function, char line[LINE_BYTES]) {
  static const char head[] = "function ";
  bool found = false;
  size_t length = strlen(function);
  FILE *file = fopen(path, "r");
  while (file && !found && fgets(line, LINE_BYTES, file))
    found = strncmp(line, head, sizeof head - 1) == 0 &&
            strncmp(line + sizeof head - 1, function, length) == 0 &&
            strchr("( ", line[sizeof head - 1 + length]);
  if (file) fclose(file);
  return found;
}

typedef struct Walk { /* through the library */
  Compiler *compiler;
  void (*visit)(void *context, const char *module, const char *path);
  void *context;
} Walk;

static void walk_library(const Walk *walk, const char *directory, const char *prefix, int depth) {
  Arena *arena = &walk->compiler->arena;
  DIR *open = depth < MAX_LIBRARY_DEPTH ? opendir(directory) : NULL;
  for (struct dirent *entry; open && (entry = readdir(open));) {
    const char *name = entry->d_name, *dot = strrchr(name, '.');
    const char *path = arena_format(arena, "%s/%s", directory, name);
    if (dot && strcmp(dot, ".hbp") == 0)
      walk->visit(walk->context, arena_format(arena, "%s%.*s", prefix, (int)(dot - name), name),
                  path);
    else if (!dot)
      walk_library(walk, path, arena_format(arena, "%s%s.", prefix, name), depth + 1);
  }
  if (open) closedir(open);
}

void each_module(Compiler *compiler,
                 void (*visit)(void *context, const char *module, const char *path),
                 void *context) {
  Walk walk = {compiler, visit, context};
  if (compiler->stdlib) walk_library(&walk, compiler->stdlib, "", 0);
}

typedef struct Search {
  const char *function, *best;
  char line[LINE_BYTES];
} Search;

/* The first module by name, so that the answer does not depend on the order of a directory. */
static void consider_module(void *context, const char *module, const char *path) {
  Search *search = context;
  bool first = !search->best || strcmp(module, search->best) < 0;
  if (first && defines(path, search->function, search->line)) search->best = module;
}

const char *module_with(Compiler *compiler, const char *function) {
  Search search = {.function = function};
  each_module(compiler, consider_module, &search);
  return search.best;
}

const char *module_head(Compiler *compiler, const char *function) {
  char line[LINE_BYTES];
  const char *module = module_with(compiler, function);
  if (!module || !defines(path_of(compiler, module), function, line)) return NULL;
  return arena_copy(&compiler->arena, line, strcspn(line, "=\"{\n"));
}

/* needs: the blueprint parsed. leaves: every module that it reaches and that exists parsed, behind
 * it among the sources. */
bool load_modules(Compiler *compiler) {
  bool good = true;
  for (uint32_t i = 0; i < compiler->source_count && compiler->trees[i]; i++)
    good &= import_all(compiler, compiler->trees[i]);
  return good;
}
