/* hermes, the program: one command line, one run, one exit code. */
#include "hermes.h"

#include "native/build.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run_generate(Session *session) {
  static const struct {
    const char *name;
    hermes_manual_form *write;
  } forms[] = {{"man", hermes_manual_page},
               {"bash", hermes_manual_bash},
               {"zsh", hermes_manual_zsh},
               {"fish", hermes_manual_fish}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(forms[i].name, session->settings.words[0]) == 0) {
      forms[i].write(options_manual(&session->arena), stdout);
      return EXIT_DONE;
    }
  hermes_report(&session->diagnostics, HB0804, NULL, "there is no form `%s`",
                session->settings.words[0]);
  return EXIT_COMMAND;
}

static const struct {
  int (*run)(Session *session);
  bool configured; /* needs a configuration */
  bool looks;      /* reads the configuration itself, to tell what is wrong with it */
} commands[COMMANDS] = {
    [COMMAND_DESIGN] = {.run = run_design, .configured = true},
    [COMMAND_ASK] = {.run = run_ask, .configured = true},
    [COMMAND_PROFILE] = {.run = run_profile},
    [COMMAND_BENCH] = {.run = run_bench, .configured = true},
    [COMMAND_REPOSITORY] = {.run = run_repository},
    [COMMAND_TRACE] = {.run = run_trace},
    [COMMAND_MCP] = {.run = run_mcp},
    [COMMAND_DOCTOR] = {.run = run_doctor, .looks = true},
    [COMMAND_GENERATE] = {.run = run_generate},
};

static bool find_home(Session *session) {
  session->home = toolchain_home(&session->arena);
  if (!session->home) {
    hermes_report(&session->diagnostics, HB0603, NULL,
                  "hermes cannot find its library, headers and modules");
    return false;
  }
  session->stdlib = toolchain_stdlib(&session->arena, session->home);
  session->prompts = arena_format(&session->arena, "%s/share/hermes/prompts", session->home);
  return true;
}

/* A role that no prompt is for would be configured in vain. */
static void check_roles(Session *session) {
  const Configuration *configuration = &session->configuration;
  for (int i = 0; i < configuration->role_count; i++) {
    const char *role = configuration->roles[i].role;
    const char *path = arena_format(&session->arena, "%s/%s.md", session->prompts, role);
    if (strchr(role, '/') == NULL && access(path, R_OK) == 0) continue;
    hermes_diagnostic *d =
        hermes_report(&session->diagnostics, HB0902, NULL, "`roles` names no role: `%s`", role);
    hermes_diagnostic_note(d, "each role has its prompt: %s/ROLE.md", session->prompts);
  }
}

/* How long a chain is, where the command line says so: within the limits of the configuration. */
static void set_lengths(Session *session) {
  const Settings *settings = &session->settings;
  const struct {
    const char *key;
    long value;
  } lengths[] = {{"coarse", settings->coarse},
                 {"candidates", settings->candidates},
                 {"repairs", settings->repairs},
                 {"samples", settings->samples}};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    if (lengths[i].value)
      configure_count(&session->configuration, lengths[i].key, lengths[i].value,
                      &session->diagnostics);
}

/* What the command line says wins. */
static bool configure_session(Session *session) {
  const Settings *settings = &session->settings;
  Configuration *configuration = &session->configuration;
  if (!configure(&session->arena, settings->config, configuration, &session->diagnostics))
    return false;
  if (settings->command == COMMAND_DESIGN) set_lengths(session);
  check_roles(session);
  return session->diagnostics.errors == 0;
}

static int run(Session *session, int argc, char **argv) {
  Settings *settings = &session->settings;
  if (!read_options(&session->arena, &session->diagnostics, argc, argv, settings))
    return EXIT_COMMAND;
  if (settings->help) print_usage(settings, stdout);
  if (settings->version) printf("hermes %s\n", HERMES_VERSION);
  if (settings->help || settings->version) return EXIT_DONE;
  if (!find_home(session)) return EXIT_WRONG;
  if (!commands[settings->command].configured && !commands[settings->command].looks)
    forget_secrets();
  else if (commands[settings->command].configured && !configure_session(session))
    return EXIT_COMMAND;
  return commands[settings->command].run(session);
}

/* A full disk behind standard output must not look like success. */
static int finish(Session *session, int code) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    hermes_report(&session->diagnostics, HB0823, NULL, "cannot write to standard output");
    code = code == EXIT_DONE ? EXIT_WRONG : code;
  }
  const char *no_color = getenv("NO_COLOR");
  hermes_diagnostics_print(&session->diagnostics, stderr,
                           isatty(STDERR_FILENO) && !(no_color && *no_color), 0);
  return code;
}

int main(int argc, char **argv) {
  Session session = {0};
  signal(SIGCHLD, SIG_DFL); /* whoever started us may ignore it: then no child's end is seen */
  int code = finish(&session, run(&session, argc, argv));
  hermes_diagnostics_free(&session.diagnostics);
  arena_free(&session.arena);
  return code;
}
