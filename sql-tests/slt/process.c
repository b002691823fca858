/* process.c -- running a program with given input and taking what it writes.
 *
 * Input and both outputs are served by one poll loop, so that no pipe can fill up unseen.  The
 * program leads a process group of its own: the time limit, which only ends what hangs, takes its
 * children too.
 */
#include "sql-tests/slt/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { IN, OUT, ERR, STREAMS };

typedef struct Pipes {
  int ours[STREAMS], theirs[STREAMS];
} Pipes;

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static bool open_pipes(Pipes *p, bool input) {
  *p = (Pipes){{-1, -1, -1}, {-1, -1, -1}};
  for (int i = 0; i < STREAMS; i++) {
    int ends[2];
    if (i == IN && !input) {
      p->theirs[IN] = open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (p->theirs[IN] < 0) return false;
      continue;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    p->ours[i] = ends[i == IN ? 1 : 0];
    p->theirs[i] = ends[i == IN ? 0 : 1];
    /* A program that does not read must not hold us up. */
    if (i == IN) fcntl(p->ours[IN], F_SETFL, O_NONBLOCK);
  }
  return true;
}

static void close_pipes(Pipes *p) {
  for (int i = 0; i < STREAMS; i++) {
    close_fd(&p->ours[i]);
    close_fd(&p->theirs[i]);
  }
}

static int spawn(char *const argv[], const Pipes *p, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attr;
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < STREAMS; i++) {
    posix_spawn_file_actions_adddup2(&actions, p->theirs[i], i);
  }
  posix_spawnattr_init(&attr);
  posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attr, 0);
  posix_spawnattr_setsigdefault(&attr, &defaults);
  int rc = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attr);
  return rc;
}

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Write what fits; close at the end or when nobody reads. */
static void feed(int *fd, const Text *input, size_t *sent) {
  ssize_t n = write(*fd, text_of(input) + *sent, input->len - *sent);
  if (n > 0) *sent += (size_t)n;
  bool gone = n < 0 && errno != EAGAIN && errno != EINTR;
  if (gone || *sent == input->len) close_fd(fd);
}

static void take(int *fd, Text *to) {
  char buf[65536];
  ssize_t n = read(*fd, buf, sizeof buf);
  if (n > 0) text_add(to, buf, (size_t)n);
  if (n == 0 || (n < 0 && errno != EINTR)) close_fd(fd);
}

/* Serve the pipes until both outputs are closed. false: the time is up. */
static bool serve(Pipes *p, const Text *input, long long deadline_ms, Output *result) {
  size_t sent = 0;
  while (p->ours[OUT] >= 0 || p->ours[ERR] >= 0) {
    struct pollfd fds[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
      fds[i] = (struct pollfd){.fd = p->ours[i], .events = i == IN ? POLLOUT : POLLIN};
    }
    long long left = deadline_ms - now_ms();
    if (left <= 0) return false;
    if (poll(fds, STREAMS, (int)left) < 0 && errno != EINTR) return false;
    if (p->ours[IN] >= 0 && fds[IN].revents != 0) feed(&p->ours[IN], input, &sent);
    if (p->ours[OUT] >= 0 && fds[OUT].revents != 0) take(&p->ours[OUT], &result->out);
    if (p->ours[ERR] >= 0 && fds[ERR].revents != 0) take(&p->ours[ERR], &result->err);
  }
  return true;
}

bool process_run(char *const argv[], const Text *input, unsigned seconds, Output *result) {
  *result = (Output){0};
  Pipes p;
  pid_t pid = -1;
  bool opened = open_pipes(&p, input != NULL);
  int rc = opened ? spawn(argv, &p, &pid) : errno;
  for (int i = 0; i < STREAMS; i++) close_fd(&p.theirs[i]);
  if (rc != 0) {
    fprintf(stderr, "weir-slt: cannot run %s: %s\n", argv[0], strerror(rc));
    close_pipes(&p);
    return false;
  }
  if (input != NULL && input->len == 0) close_fd(&p.ours[IN]);
  result->hung = !serve(&p, input, now_ms() + (long long)seconds * 1000, result);
  /* What has closed its outputs and still runs counts as hung too, but is given its time. */
  if (result->hung) kill(-pid, SIGKILL);
  close_pipes(&p);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

void output_free(Output *o) {
  text_free(&o->out);
  text_free(&o->err);
}
