/* signals.c -- what the handlers do: count, and pass on what weir_interrupt can do safely. */
#include "shell/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

static Weir *target;
static int wake_fd = -1;
static atomic_int seen;
static atomic_bool at_prompt, end_asked;

static void wake(void) {
  int saved = errno;
  uint64_t one = 1;
  (void)!write(wake_fd, &one, sizeof one); /* a full counter is awake enough */
  errno = saved;
}

static void on_signal(int number) {
  if (number == SIGTERM) atomic_store(&end_asked, true);
  wake();
  if (atomic_fetch_add(&seen, 1) == 0) {
    if (!atomic_load(&at_prompt)) weir_interrupt(target);
  } else if (!atomic_load(&at_prompt)) {
    _exit(128 + number); /* whatever hangs, it ends now */
  }
}

bool signals_install(Weir *w) {
  target = w;
  wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) return false;
  struct sigaction stop = {.sa_handler = on_signal};
  sigemptyset(&stop.sa_mask);
  sigaddset(&stop.sa_mask, SIGINT);
  sigaddset(&stop.sa_mask, SIGTERM);
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
  return true;
}

void signals_ignore_pipe(void) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignore, NULL);
}

bool signals_seen(void) { return atomic_load(&seen) > 0; }
void signals_forget(void) {
  uint64_t count;
  (void)!read(wake_fd, &count, sizeof count); /* only to reset it */
  atomic_store(&seen, 0);
}
int signals_fd(void) { return wake_fd; }
void signals_at_prompt(bool yes) { atomic_store(&at_prompt, yes); }
bool signals_end_asked(void) { return atomic_load(&end_asked); }
