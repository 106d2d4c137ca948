/* The map of the agents: the program `hermes`, from a task in words to a validated twin.
 *
 *   task + profile of the data ─► designer (design/): coarse, evaluator, fine, editor, refiner ─► plan
 *   plan ─► coder (coder/) ─► blueprint ─► gates, cheap ones first ─► twin, tests, record
 *              ▲                             │
 *              └───────── feedback ◄─────────┘
 *
 * Rooms: client/ speaks to a model; record/ keeps what was said, and plays it again; prompt/ fills
 * the texts of ../prompts and takes replies apart; confine/ runs what others wrote; repository/
 * keeps proven blueprints; data/ describes a directory of tables; ask/ answers questions with a
 * twin; mcp/ serves other agents; bench/ measures all of it. The compiler is a library here, called
 * in process (hermesc.h). One Session holds one run; there is no global state.
 */
#ifndef HERMES_AGENTS_H
#define HERMES_AGENTS_H

#include "hermesc.h"

#include "client/configure.h"
#include "options.h"

#include <cjson/cJSON.h>

/* Exit codes of every command. */
enum {
  EXIT_DONE = 0,
  EXIT_WRONG = 1,    /* errors: nothing that holds came out */
  EXIT_COMMAND = 2,  /* a command line that makes no sense */
  EXIT_MISSING = 3,  /* an honest end: the data or the task lack what is named */
  EXIT_STOPPED = 130 /* by Ctrl-C: what was there before is as it was */
};

typedef struct Session {
  Arena arena;
  hermes_diagnostics diagnostics;
  Settings settings;
  Configuration configuration;
  const char *home;    /* the prefix of what is installed (native/build.h) */
  const char *stdlib;  /* modules of the library */
  const char *prompts; /* the agents' prompts */
} Session;

/* The commands; each returns an exit code. */
int run_design(Session *session);     /* design/design.c */
int run_ask(Session *session);        /* ask/ask.c */
int run_profile(Session *session);    /* data/profile.c */
int run_bench(Session *session);      /* bench/bench.c */
int run_repository(Session *session); /* repository/command.c */
int run_trace(Session *session);      /* record/show.c */
int run_mcp(Session *session);        /* mcp/mcp.c */
int run_doctor(Session *session);     /* confine/doctor.c */

#endif
