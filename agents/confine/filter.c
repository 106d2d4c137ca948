#define _GNU_SOURCE /* CLONE_THREAD */
/* The system calls that a child may make: those that read, write, compute and run threads. All
 * others fail with EPERM: sockets, processes, signals to others, and whatever a kernel learns
 * later. */
#include "confine/layers.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  A_THREAD = CLONE_THREAD | CLONE_VM,
  NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
               CLONE_NEWPID | CLONE_NEWNET,
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Which files they reach is Landlock's business. What Landlock does not hold is not here: modes,
 * owners, times, attributes, links. */
static const char *const plain[] = {
    /* files */
    "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev",
    "pwritev2", "close", "close_range", "dup", "dup2", "dup3", "flock", "lseek", "_llseek", "stat",
    "stat64", "lstat", "lstat64", "fstat", "fstat64", "newfstatat", "fstatat64", "statx", "statfs",
    "statfs64", "fstatfs", "fstatfs64", "access", "faccessat", "faccessat2", "readlink",
    "readlinkat", "getdents", "getdents64", "getcwd", "chdir", "fchdir", "creat", "rename",
    "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "ftruncate",
    "ftruncate64", "fallocate", "fsync", "fdatasync", "fadvise64", "copy_file_range", "sendfile",
    "umask", "pipe", "pipe2", "poll", "ppoll", "select", "_newselect", "pselect6", "epoll_create",
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd", "eventfd2",
    /* memory */
    "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "msync", "mincore",
    "membarrier",
    /* threads, time, itself */
    "futex", "futex_time64", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
    "exit", "exit_group", "restart_syscall", "sched_yield", "sched_getaffinity", "sched_getparam",
    "sched_getscheduler", "getcpu", "getrandom", "arch_prctl", "set_thread_area", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigpending", "rt_sigtimedwait",
    "rt_sigsuspend", "sigaltstack", "pause", "alarm", "setitimer", "getitimer", "clock_gettime",
    "clock_gettime64", "clock_getres", "clock_nanosleep", "clock_nanosleep_time64", "nanosleep",
    "gettimeofday", "time", "times", "uname", "sysinfo", "getrusage", "getrlimit", "ugetrlimit",
    "getpid", "getppid", "gettid", "getpgrp", "getpgid", "getsid", "getuid", "getuid32", "geteuid",
    "geteuid32", "getgid", "getgid32", "getegid", "getegid32", "getresuid", "getresgid",
    "getgroups", "wait4", "waitid",
    /* the program itself, and its own fence */
    "execve", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"};

/* Those that depend on one argument. `mask` 0: the whole of it. */
typedef struct Condition {
  const char *call;
  unsigned argument;
  uint64_t mask, value;
} Condition;

static const Condition conditions[] = {
    {"clone", 0, A_THREAD | NAMESPACES, A_THREAD},
    /* Before Landlock's version 3 a file that may be read may be emptied. */
    {"open", 1, O_TRUNC, 0},
    {"open", 1, O_ACCMODE, O_WRONLY},
    {"open", 1, O_ACCMODE, O_RDWR},
    {"openat", 2, O_TRUNC, 0},
    {"openat", 2, O_ACCMODE, O_WRONLY},
    {"openat", 2, O_ACCMODE, O_RDWR},
    /* Without owners of a file's signals: those may be anybody. */
    {"fcntl", 1, 0, F_DUPFD},
    {"fcntl", 1, 0, F_DUPFD_CLOEXEC},
    {"fcntl", 1, 0, F_GETFD},
    {"fcntl", 1, 0, F_SETFD},
    {"fcntl", 1, 0, F_GETFL},
    {"fcntl", 1, 0, F_SETFL},
    {"fcntl", 1, 0, F_GETLK},
    {"fcntl", 1, 0, F_SETLK},
    {"fcntl", 1, 0, F_SETLKW},
    {"prlimit64", 2, 0, 0}, /* looking, not setting */
    {"prctl", 0, 0, PR_SET_NAME},
    {"prctl", 0, 0, PR_GET_NAME},
    {"prctl", 0, 0, PR_CAPBSET_READ},
    {"prctl", 0, 0, PR_GET_DUMPABLE},
    {"prctl", 0, 0, PR_SET_NO_NEW_PRIVS},
    {"prctl", 0, 0, PR_SET_VMA},
    {"ioctl", 1, 0, TCGETS},
    {"ioctl", 1, 0, TIOCGWINSZ},
    {"ioctl", 1, 0, FIONREAD},
    {"ioctl", 1, 0, FIOCLEX},
    {"ioctl", 1, 0, FIONCLEX},
};

static bool allow_if(scmp_filter_ctx filter, const Condition *condition) {
  int call = seccomp_syscall_resolve_name(condition->call);
  if (call == __NR_SCMP_ERROR || call < 0) return true; /* not on this machine */
  struct scmp_arg_cmp test = {condition->argument, SCMP_CMP_EQ, condition->value, 0};
  if (condition->mask)
    test = (struct scmp_arg_cmp){condition->argument, SCMP_CMP_MASKED_EQ, condition->mask,
                                 condition->value};
  return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &test) == 0;
}

static bool allow_plain(scmp_filter_ctx filter, const char *name) {
  int call = seccomp_syscall_resolve_name(name);
  if (call == __NR_SCMP_ERROR || call < 0) return true;
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

static bool allow_all(scmp_filter_ctx filter, pid_t process) {
  const Condition to_itself[] = {{"kill", 0, 0, (uint64_t)process},
                                 {"tgkill", 0, 0, (uint64_t)process}};
  for (size_t i = 0; i < COUNT(plain); i++)
    if (!allow_plain(filter, plain[i])) return false;
  for (size_t i = 0; i < COUNT(conditions); i++)
    if (!allow_if(filter, &conditions[i])) return false;
  for (size_t i = 0; i < COUNT(to_itself); i++)
    if (!allow_if(filter, &to_itself[i])) return false;
  /* The C library falls back to clone, whose flags a filter can read. */
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

bool filter_available(void) {
  const uint32_t action = SECCOMP_RET_ERRNO;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

bool filter_write(pid_t process, int file) {
  scmp_filter_ctx filter = filter_available() ? seccomp_init(SCMP_ACT_ERRNO(EPERM)) : NULL;
  if (!filter) return false;
  bool written = allow_all(filter, process) && seccomp_export_bpf(filter, file) == 0;
  seccomp_release(filter);
  return written;
}

bool filter_enter(int file) {
  struct sock_filter instructions[MOST_INSTRUCTIONS];
  size_t size = 0;
  ssize_t got;
  while (size < sizeof instructions &&
         (got = read(file, (char *)instructions + size, sizeof instructions - size)) > 0)
    size += (size_t)got;
  struct sock_fprog program = {(unsigned short)(size / sizeof *instructions), instructions};
  return program.len > 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
