/* Programs that somebody else wrote, run under guard: a clean environment, limits, a deadline, and
 * no files or system calls but those they need, where the kernel can hold them to that.
 *
 * A child may start threads, and no processes; it may open no socket, and send signals to nobody
 * but itself. It reads `readable`, the system's programs and libraries (/usr, /lib), and nothing
 * else; it runs no program but its own, which is a binary: of a script, name the interpreter. */
#ifndef HERMES_CHILD_H
#define HERMES_CHILD_H

#include "hermesc.h"

#include <signal.h>

typedef struct Guard {
  const char *const
      *readable; /* directories and files, ended by NULL; besides what a program needs to start */
  const char *writable;        /* a directory, or NULL */
  const char *directory;       /* to run in, or NULL: here */
  double seconds;              /* of the clock, and on each processor; 0: no limit */
  size_t memory, file, output; /* bytes: of memory, of one file written, of each output kept; of
                                  the first two 0: no limit */
  const volatile sig_atomic_t *stop; /* ends it when it is raised (client/stop.h); or NULL */
  bool strict; /* must be confined by Landlock and by seccomp, or does not run */
} Guard;

typedef struct Child {
  bool started;  /* false: `problem` says why */
  int exit_code; /* -1 where a signal ended it */
  int signal;
  bool late;       /* its time was over */
  bool stopped;    /* by `stop` */
  bool cut;        /* it wrote more than is kept */
  char *out, *err; /* in the arena, terminated; each NUL in it is a `?` */
  double seconds;
  const char *problem;
} Child;

/* Runs `argv`, ended by NULL, to its end; an absolute path or a name on PATH. True where it ran and
 * its exit code is 0. Nothing of it is left afterwards. */
bool child_run(Arena *arena, const char *const *argv, const Guard *guard, Child *child);

/* What this machine can hold a child to; doctor.c tells people. */
typedef struct Layers {
  long landlock; /* version, 0: none */
  bool seccomp;
} Layers;
Layers confinement(void);

#endif
