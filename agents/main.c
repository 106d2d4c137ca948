/* hermes, the program: one command line, one run, one exit code. */
#include "hermes.h"

#include "native/build.h"

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
    [COMMAND_DESIGN] = {.configured = true},
    [COMMAND_ASK] = {.configured = true},
    [COMMAND_BENCH] = {.configured = true},
    [COMMAND_TRACE] = {.run = run_trace},
    [COMMAND_REPOSITORY] = {.run = run_repository},
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
  else if (commands[settings->command].configured &&
           !configure(&session->arena, settings->config, &session->configuration,
                      &session->diagnostics))
    return EXIT_COMMAND;
  if (!commands[settings->command].run) {
    hermes_report(&session->diagnostics, HB0801, NULL, "this command is not built yet");
    return EXIT_COMMAND;
  }
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
  int code = finish(&session, run(&session, argc, argv));
  hermes_diagnostics_free(&session.diagnostics);
  arena_free(&session.arena);
  return code;
}
