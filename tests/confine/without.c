/* Runs a program as an older kernel would: without Landlock, or without seccomp.
 * usage: without landlock|seccomp PROGRAM [ARGUMENT...] */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int deny(scmp_filter_ctx filter, const char *layer) {
  const struct scmp_arg_cmp of_prctl = {0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0};
  if (strcmp(layer, "landlock") == 0)
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0);
  if (strcmp(layer, "seccomp") != 0) return -1;
  int added = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0);
  return added ? added
               : seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                                        &of_prctl);
}

int main(int argc, char **argv) {
  scmp_filter_ctx filter = argc > 2 ? seccomp_init(SCMP_ACT_ALLOW) : NULL;
  if (!filter || deny(filter, argv[1]) != 0 || seccomp_load(filter) != 0) {
    fprintf(stderr, "usage: without landlock|seccomp PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  execv(argv[2], argv + 2);
  perror(argv[2]);
  return 2;
}
