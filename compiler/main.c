/* hermesc, the program: one command line, one compilation, one exit code. */
#include "native/build.h"
#include "doc/doc.h"
#include "pages/explain.h"
#include "fix/fixes.h"
#include "pages/generate.h"
#include "grammar/grammar.h"
#include "editor/lsp.h"
#include "editor/next.h"
#include "options.h"
#include "pages/primer.h"

#include <hermes/twin.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_SOUND, EXIT_ERRORS, EXIT_USAGE };

typedef struct Session {
  Compiler compiler;
  Settings settings;
  char *form;       /* what would be printed, where a document stands instead; malloc'ed */
  bool twin_speaks; /* standard output and the exit code are the interpreted twin's */
} Session;

static const char *shown_path(const Session *session) {
  const char *path = session->settings.path;
  return path != NULL && strcmp(path, "-") == 0 ? "<standard input>" : path;
}

/* ---- reporting ---- */

static bool wants_colour(const Session *session) {
  const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
  if (session->settings.colour != COLOUR_AUTO) return session->settings.colour == COLOUR_ALWAYS;
  if (no_color != NULL && *no_color != '\0') return false;
  return isatty(STDERR_FILENO) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static void report_text(Session *session) {
  const hermes_diagnostics *list = &session->compiler.diagnostics;
  if (list->count > 0)
    hermes_diagnostics_print(list, stderr, wants_colour(session),
                             (size_t)session->settings.error_limit);
}

/* A file's name may be any bytes; the document is UTF-8 all the same. */
static void add_file(Session *session, cJSON *document) {
  const char *path = shown_path(session);
  if (path == NULL) {
    cJSON_AddNullToObject(document, "file");
    return;
  }
  char *text = arena_copy(&session->compiler.arena, path, strlen(path));
  for (char *at = text; *at != '\0';) {
    int length = utf8_length((unsigned char *)at);
    if (length == 0) *at = '?';
    at += length == 0 ? 1 : length;
  }
  cJSON_AddStringToObject(document, "file", text);
}

static void report_json(Session *session) {
  const hermes_diagnostics *list = &session->compiler.diagnostics;
  cJSON *document = cJSON_CreateObject();
  char *diagnostics = hermes_diagnostics_json(list);
  cJSON_AddStringToObject(document, "hermes", HERMES_VERSION);
  add_file(session, document);
  cJSON_AddStringToObject(document, "status", list->errors == 0 ? "ok" : "error");
  cJSON_AddNumberToObject(document, "errors", (double)list->errors);
  cJSON_AddNumberToObject(document, "warnings", (double)list->warnings);
  if (session->form != NULL) cJSON_AddStringToObject(document, "form", session->form);
  cJSON_AddRawToObject(document, "diagnostics", diagnostics);
  char *text = cJSON_PrintUnformatted(document);
  if (text != NULL) puts(text);
  free(text);
  free(diagnostics);
  cJSON_Delete(document);
}

static void report_sarif(Session *session) {
  char *text = hermes_diagnostics_sarif(&session->compiler.diagnostics, "hermesc", HERMES_VERSION,
                                        session->form);
  if (text != NULL) puts(text);
  free(text);
}

static void report_all(Session *session) {
  enum { FIXES_VERIFIED = 20 }; /* each costs a check */
  long limit = session->settings.error_limit;
  bool few = session->settings.error_format == FORMAT_TEXT && limit > 0 && limit < FIXES_VERIFIED;
  verify_fixes(&session->compiler, few ? (size_t)limit : FIXES_VERIFIED);
  static void (*const reporters[])(Session *) = {
      [FORMAT_TEXT] = report_text, [FORMAT_JSON] = report_json, [FORMAT_SARIF] = report_sarif};
  reporters[session->twin_speaks ? FORMAT_TEXT : session->settings.error_format](session);
}

/* Writes to standard output, or into the document that stands there. */
static void show(Session *session, bool (*write)(Session *session, FILE *out)) {
  size_t size;
  bool plain = session->settings.error_format == FORMAT_TEXT;
  FILE *out = plain ? stdout : open_memstream(&session->form, &size);
  bool good = out != NULL && write(session, out);
  if (!plain && out != NULL) fclose(out);
  if (good) return;
  free(session->form);
  session->form = NULL;
}

/* A full disk behind standard output must not look like success. */
static int flush_output(int code) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return code;
  hermes_diagnostics list = {0};
  hermes_report(&list, HB0602, NULL, "cannot write to standard output");
  hermes_diagnostics_print(&list, stderr, false, 0);
  hermes_diagnostics_free(&list);
  return code == EXIT_SOUND ? EXIT_ERRORS : code;
}

/* ---- printing forms ---- */

static bool read_form(Compiler *compiler, const char *path) {
  uint32_t blueprint;
  return source_read(compiler, path, NULL, &blueprint);
}

static bool parse_form(Compiler *compiler, const char *path) {
  return read_form(compiler, path) && parse_source(compiler, 0);
}

static bool resolve_form(Compiler *compiler, const char *path) {
  return parse_form(compiler, path) && load_modules(compiler) && resolve_program(compiler);
}

static bool lower_form(Compiler *compiler, const char *path) {
  if (!check_runnable(compiler, path)) return false;
  lower_program(compiler);
  return compiler->diagnostics.errors == 0;
}

static void print_first_tokens(const Compiler *compiler, FILE *out) {
  print_tokens(compiler, 0, out);
}

/* How far the passes must have come for each form. */
static const struct {
  bool (*prepare)(Compiler *compiler, const char *path);
  void (*print)(const Compiler *compiler, FILE *out);
} forms[] = {
    [FORM_TOKENS] = {read_form, print_first_tokens},
    [FORM_AST] = {parse_form, print_tree},
    [FORM_TYPES] = {resolve_form, print_types},
    [FORM_STAGES] = {check_blueprint, print_stages},
    [FORM_IR] = {lower_form, print_steps},
    [FORM_C] = {lower_form, emit_c},
};

static bool write_form(Session *session, FILE *out) {
  int form = session->settings.form;
  bool prepared = forms[form].prepare(&session->compiler, session->settings.path);
  if (prepared) forms[form].print(&session->compiler, out);
  return prepared;
}

static void print_form(Session *session) {
  show(session, write_form);
}

/* ---- documentation ---- */

static bool write_document(Session *session, FILE *out) {
  const Settings *settings = &session->settings;
  if (!check_blueprint(&session->compiler, settings->path)) return false;
  document_program(&session->compiler, (DocFormat)settings->doc_format, out);
  return true;
}

/* Nothing is written of a blueprint that is not sound, and never half a page. */
static void write_page(Session *session) {
  char *text = NULL;
  Bytes page = {0};
  FILE *out = open_memstream(&text, &page.size);
  bool good = out != NULL && write_document(session, out);
  if (out != NULL) good = fclose(out) == 0 && good;
  page.data = (unsigned char *)text;
  good = good && may_write(&session->compiler, session->settings.output);
  if (good && !file_write(AT_FDCWD, session->settings.output, 0666, &page, 1))
    hermes_report(&session->compiler.diagnostics, HB0602, NULL, "cannot write `%s`: %s",
                  session->settings.output, strerror(errno));
  free(text);
}

static void document(Session *session) {
  const char *output = session->settings.output;
  if (output == NULL || strcmp(output, "-") == 0)
    show(session, write_document);
  else
    write_page(session);
}

/* ---- what may follow ---- */

/* Text up to there would be no UTF-8. Sources are. */
static bool is_inside_character(const Source *source, size_t offset) {
  return offset < source->length && ((unsigned char)source->text[offset] & 0xC0) == 0x80;
}

/* Reports a place that the file does not have. A place inside of a character is the one before. */
static bool find_offset(Session *session, size_t *offset) {
  const Settings *settings = &session->settings;
  const Source *source = session->compiler.sources[0];
  bool good = settings->place_count == 2
                  ? offset_of(source, settings->place[0], settings->place[1], offset)
                  : (*offset = (size_t)settings->place[0]) <= source->length;
  while (good && is_inside_character(source, *offset)) --*offset;
  if (!good)
    hermes_diagnostic_fact(&hermes_report(&session->compiler.diagnostics, HB0601, NULL,
                                          "`%s` has no such place", source->path)
                                ->expected,
                           "at most %zu bytes, and %zu lines", source->length, source->line_count);
  return good;
}

static bool write_following(Session *session, FILE *out) {
  Compiler *compiler = &session->compiler, work;
  uint32_t blueprint;
  size_t offset;
  Following following;
  if (!source_read(compiler, session->settings.path, NULL, &blueprint) ||
      !find_offset(session, &offset))
    return false;
  const Source *source = compiler->sources[0];
  compiler_init(&work, compiler->stdlib); /* its diagnostics are about a text with a hole */
  if (source_take(&work, source->path, source->text, source->length, &blueprint)) {
    find_following(&work, offset, &following);
    bool json = session->settings.next_format == FORMAT_JSON;
    (json ? print_following_json : print_following)(&work, &following, offset, out);
  }
  compiler_free(&work);
  return true;
}

static void next(Session *session) {
  show(session, write_following);
}

/* ---- about hermesc itself ---- */

static bool complain_of_code(Session *session, const char *word) {
  hermes_diagnostic *d = hermes_report(&session->compiler.diagnostics, HB0601, NULL,
                                       "there is no diagnostic `%s`", word);
  const char *nearest = explain_nearest(word);
  if (nearest != NULL) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
  hermes_diagnostic_note(d, "`hermesc explain` lists all of them");
  return false;
}

static bool write_explanation(Session *session, FILE *out) {
  const char *word = session->settings.words[0];
  hermes_code code = word == NULL ? HERMES_CODES : explain_find(word);
  if (word == NULL)
    explain_codes(out);
  else if (code == HERMES_CODES)
    return complain_of_code(session, word);
  else
    explain_code(code, out);
  return true;
}

static bool write_manual(Session *session, FILE *out) {
  const Settings *settings = &session->settings;
  return generate_manual(&session->compiler, settings->words[0], settings->words[1], out);
}

static bool write_grammar_of(Session *session, FILE *out) {
  write_grammar((GrammarFormat)session->settings.grammar_format, out);
  return true;
}

/* What needs neither modules nor library. */
static bool (*const tellers[])(Session *session, FILE *out) = {
    [COMMAND_EXPLAIN] = write_explanation,
    [COMMAND_GENERATE] = write_manual,
    [COMMAND_GRAMMAR] = write_grammar_of,
    [COMMAND_PRINT] = NULL, /* the last of all commands */
};

static bool tells(const Session *session) {
  return tellers[session->settings.command] != NULL;
}

/* All that can be wrong here is a word of the command line. */
static int tell(Session *session) {
  show(session, tellers[session->settings.command]);
  report_all(session);
  return session->compiler.diagnostics.errors == 0 ? EXIT_SOUND : EXIT_USAGE;
}

/* ---- the commands ---- */

static void check(Session *session) {
  check_blueprint(&session->compiler, session->settings.path);
}

static void build(Session *session) {
  const Settings *settings = &session->settings;
  BuildOptions options = {.output = settings->output,
                          .keep = settings->keep,
                          .use_cache = !settings->no_cache,
                          .verbose = settings->verbose};
  if (check_runnable(&session->compiler, settings->path)) build_twin(&session->compiler, &options);
}

/* The twin's own command line: what stands behind the blueprint, `run` where no command is named.
 */
static Words twin_words(Session *session) {
  Arena *arena = &session->compiler.arena;
  const Settings *settings = &session->settings;
  Words words = {0};
  words_add(arena, &words, arena_format(arena, "hermesc interpret %s", settings->path));
  if (settings->rest_count == 0) words_add(arena, &words, "run");
  for (int i = 0; i < settings->rest_count; i++) words_add(arena, &words, settings->rest[i]);
  return words;
}

static int interpret_twin(Session *session) {
  Words words = twin_words(session);
  hermes_model *model = interpreter_model(&session->compiler);
  if (!model) {
    fputs("error: calls nest too deeply to be interpreted; the compiled twin has no such limit\n",
          stderr);
    return EXIT_ERRORS;
  }
  hermes_interface interface = hermes_interface_of(model);
  int code = hermes_twin_main(&interface, (int)words.count, (char **)(void *)words.items);
  interpreter_free(model);
  return code;
}

/* The twin writes to standard output, so that what the compiler has to say comes before it, as
 * text. */
static int interpret(Session *session) {
  check_runnable(&session->compiler, session->settings.path);
  session->twin_speaks = session->compiler.diagnostics.errors == 0;
  report_all(session);
  return session->twin_speaks ? interpret_twin(session) : EXIT_ERRORS;
}

/* In a JSON document, what would go to standard output is its form. */
static int format(Session *session) {
  const Settings *settings = &session->settings;
  FormatOptions options = {settings->files, settings->file_count, settings->only_check};
  size_t size;
  bool json = settings->error_format != FORMAT_TEXT;
  FILE *out = json ? open_memstream(&session->form, &size) : stdout;
  bool good = out != NULL && format_files(&session->compiler, &options, out);
  if (json && out != NULL) fclose(out);
  report_all(session);
  return good && session->compiler.diagnostics.errors == 0 ? EXIT_SOUND : EXIT_ERRORS;
}

static bool write_mended(Session *session, FILE *out) {
  const Settings *settings = &session->settings;
  mend_blueprint(&session->compiler, settings->path, settings->dry_run, out);
  return true;
}

static void fix(Session *session) {
  show(session, write_mended);
}

static bool write_pages(Session *session, FILE *out) {
  const char *module = session->settings.words[0];
  if (module != NULL) return write_module_primer(&session->compiler, module, out);
  write_primer(&session->compiler, out);
  return true;
}

static void prime(Session *session) {
  show(session, write_pages);
}

static int run_quiet(Session *session, void (*run)(Session *)) {
  run(session);
  report_all(session);
  return session->compiler.diagnostics.errors == 0 ? EXIT_SOUND : EXIT_ERRORS;
}

static int run_command(Session *session) {
  static void (*const quiet[])(Session *) = {
      [COMMAND_BUILD] = build, [COMMAND_CHECK] = check,      [COMMAND_FIX] = fix,
      [COMMAND_NEXT] = next,   [COMMAND_PRINT] = print_form, [COMMAND_DOCUMENT] = document,
      [COMMAND_PRIMER] = prime};
  session->compiler.diagnostics.warnings_are_errors = session->settings.werror;
  Command command = session->settings.command;
  if (command == COMMAND_LSP) return serve_editor(stdin, stdout, session->compiler.stdlib);
  if (command == COMMAND_FORMAT) return format(session);
  return command == COMMAND_INTERPRET ? interpret(session) : run_quiet(session, quiet[command]);
}

/* ---- the program ---- */

static bool find_modules(Session *session) {
  Compiler *compiler = &session->compiler;
  const char *home = toolchain_home(&compiler->arena);
  if (home != NULL)
    compiler->stdlib = toolchain_stdlib(&compiler->arena, home);
  else
    hermes_report(&compiler->diagnostics, HB0603, NULL,
                  "hermesc cannot find its library, headers and modules");
  return home != NULL;
}

static int run(Session *session, int argc, char **argv) {
  Settings *settings = &session->settings;
  bool understood = read_command_line(&session->compiler, argc, argv, settings);
  if (understood && settings->help) {
    print_help(stdout);
  } else if (understood && settings->version) {
    puts("hermesc " HERMES_VERSION);
  } else if (understood && tells(session)) {
    return tell(session);
  } else if (understood && find_modules(session)) {
    return run_command(session);
  } else {
    report_all(session);
    return understood ? EXIT_ERRORS : EXIT_USAGE;
  }
  return EXIT_SOUND;
}

int main(int argc, char **argv) {
  Session session = {0};
  compiler_init(&session.compiler, "");
  int code = flush_output(run(&session, argc, argv));
  free(session.form);
  compiler_free(&session.compiler);
  return code;
}
