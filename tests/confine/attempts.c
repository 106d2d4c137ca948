#define _GNU_SOURCE
/* Tries one system call that a program under guard must not make, and tells its errno; 0: done.
 * usage: attempts NAME DIRECTORY   the directory holds a file `prey` of its own */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *prey, *other;

static long done_by(pid_t child) {
  if (child == 0) _exit(0);
  if (child > 0) waitpid(child, NULL, 0);
  return child;
}

static long do_fork(void) {
  return done_by(fork());
}
static long do_vfork(void) {
  pid_t child = vfork();
  if (child == 0) _exit(0);
  return done_by(child);
}
static long do_clone(void) {
  return done_by((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}
static int end(void *nothing) {
  (void)nothing;
  return 0;
}
static long do_thread_like(void) { /* shares memory, and is a process all the same */
  static char stack[1 << 16];
  return done_by(clone(end, stack + sizeof stack, SIGCHLD | CLONE_VM, NULL));
}
static long do_thread_apart(void) { /* a thread with a network of its own */
  static char stack[1 << 16];
  return clone(end, stack + sizeof stack, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWNET,
               NULL);
}
static long do_clone3(void) {
  unsigned long long arguments[8] = {0, 0, 0, 0, SIGCHLD};
  return done_by((pid_t)syscall(SYS_clone3, arguments, sizeof arguments));
}
static long do_socket(void) {
  return socket(AF_INET, SOCK_STREAM, 0);
}
static long do_socket_unix(void) {
  return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long do_socketpair(void) {
  int pair[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}
static long do_kill(void) {
  return kill(getppid(), 0);
}
static long do_kill_all(void) {
  return kill(0, 0);
}
static long do_tgkill(void) {
  return syscall(SYS_tgkill, getppid(), getppid(), 0);
}
static long do_tkill(void) {
  return syscall(SYS_tkill, getppid(), 0);
}
static long do_pidfd(void) {
  return syscall(SYS_pidfd_open, getppid(), 0);
}
static long do_owner(void) { /* signals through a file that somebody else is told of */
  int pair[2];
  return pipe(pair) != 0 ? -1 : fcntl(pair[0], F_SETOWN, getppid());
}
static long do_group(void) {
  return setpgid(0, 0) == 0 || errno != EPERM ? 0 : setsid();
}
static long do_chmod(void) {
  return chmod(prey, 0777);
}
static long do_chown(void) {
  return chown(prey, getuid(), getgid());
}
static long do_utime(void) {
  return utimensat(AT_FDCWD, prey, NULL, 0);
}
static long do_truncate(void) {
  return truncate(prey, 0);
}
static long do_empty(void) { /* opened for reading, emptied all the same */
  return open(prey, O_RDONLY | O_TRUNC);
}
static long do_append(void) {
  return open(prey, O_WRONLY | O_APPEND);
}
static long do_remove(void) {
  return unlink(prey);
}
static long do_rename(void) {
  return rename(prey, other);
}
static long do_link(void) {
  return link(prey, other);
}
static long do_symlink(void) {
  return symlink("/etc/passwd", other);
}
static long do_fifo(void) {
  return mkfifo(other, 0600);
}
static long do_make(void) {
  return open(other, O_WRONLY | O_CREAT, 0600);
}
static long do_memfd(void) {
  return syscall(SYS_memfd_create, "x", 0);
}
static long do_limit(void) {
  struct rlimit limit = {64, 64};
  return setrlimit(RLIMIT_NOFILE, &limit);
}
static long do_exec(void) {
  return execl("/bin/true", "true", (char *)NULL);
}
static long do_ptrace(void) {
  return ptrace(PTRACE_TRACEME, 0, 0, 0);
}
static long do_read_memory(void) {
  return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}
static long do_mount(void) {
  return mount("none", "/mnt", "tmpfs", 0, NULL);
}
static long do_module(void) {
  return syscall(SYS_init_module, NULL, 0, "");
}
static long do_bpf(void) {
  return syscall(SYS_bpf, 0, NULL, 0);
}
static long do_keyctl(void) {
  return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}
static long do_io_uring(void) {
  return syscall(SYS_io_uring_setup, 1, NULL);
}
static long do_userfaultfd(void) {
  return syscall(SYS_userfaultfd, 0);
}
static long do_unshare(void) {
  return unshare(CLONE_FILES);
}
static long do_setns(void) {
  return setns(0, 0);
}
static long do_perf(void) {
  return syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0);
}
static long do_chroot(void) {
  return chroot("/");
}
static long do_shared(void) {
  return syscall(SYS_shmget, 0, 4096, 0600);
}
static long do_undying(void) {
  return prctl(PR_SET_PDEATHSIG, 0);
}
static long do_terminal(void) {
  return syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x");
}
#ifdef __x86_64__
static long do_old_calls(void) { /* socket, by the numbers of 32 bits */
  long result, words[] = {AF_INET, SOCK_STREAM, 0};
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(359), "b"(words[0]), "c"(1), "d"(0) : "memory");
  return result < 0 ? (errno = (int)-result, -1) : result;
}
static long do_x32(void) { /* socket, by the numbers of x32 */
  return syscall(0x40000000 + SYS_socket, AF_INET, SOCK_STREAM, 0);
}
#endif

static const struct {
  const char *name;
  long (*attempt)(void);
} attempts[] = {
    {"fork", do_fork},
    {"vfork", do_vfork},
    {"clone", do_clone},
    {"thread-like", do_thread_like},
    {"thread-apart", do_thread_apart},
    {"clone3", do_clone3},
    {"socket", do_socket},
    {"socket-unix", do_socket_unix},
    {"socketpair", do_socketpair},
    {"kill", do_kill},
    {"kill-all", do_kill_all},
    {"tgkill", do_tgkill},
    {"tkill", do_tkill},
    {"pidfd", do_pidfd},
    {"owner", do_owner},
    {"group", do_group},
    {"chmod", do_chmod},
    {"chown", do_chown},
    {"utime", do_utime},
    {"truncate", do_truncate},
    {"empty", do_empty},
    {"append", do_append},
    {"remove", do_remove},
    {"rename", do_rename},
    {"link", do_link},
    {"symlink", do_symlink},
    {"fifo", do_fifo},
    {"make", do_make},
    {"memfd", do_memfd},
    {"limit", do_limit},
    {"exec", do_exec},
    {"ptrace", do_ptrace},
    {"read-memory", do_read_memory},
    {"mount", do_mount},
    {"module", do_module},
    {"bpf", do_bpf},
    {"keyctl", do_keyctl},
    {"io-uring", do_io_uring},
    {"userfaultfd", do_userfaultfd},
    {"unshare", do_unshare},
    {"setns", do_setns},
    {"perf", do_perf},
    {"chroot", do_chroot},
    {"shared", do_shared},
    {"undying", do_undying},
    {"terminal", do_terminal},
#ifdef __x86_64__
    {"old-calls", do_old_calls},
    {"x32", do_x32},
#endif
};

static char *in(const char *directory, const char *name) {
  size_t size = strlen(directory) + strlen(name) + 2;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/%s", directory, name);
  return path;
}

int main(int argc, char **argv) {
  if (argc < 2) { /* all names */
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) puts(attempts[i].name);
    return 0;
  }
  prey = in(argc > 2 ? argv[2] : ".", "prey");
  other = in(argc > 2 ? argv[2] : ".", "other");
  for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
    if (strcmp(attempts[i].name, argv[1]) != 0) continue;
    long result = attempts[i].attempt();
    printf("%d\n", result < 0 ? errno : 0);
    return 0;
  }
  return 2;
}
