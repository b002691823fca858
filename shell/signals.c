/* signals.c -- what the handlers do: count, and pass on what weir_interrupt can do safely. */
#include "shell/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static Weir *target;
static atomic_int seen;
static atomic_bool at_prompt, end_asked;

static void on_signal(int number) {
  if (number == SIGTERM) atomic_store(&end_asked, true);
  if (atomic_fetch_add(&seen, 1) == 0) {
    if (!atomic_load(&at_prompt)) weir_interrupt(target);
  } else if (!atomic_load(&at_prompt)) {
    _exit(128 + number); /* whatever hangs, it ends now */
  }
}

void signals_install(Weir *w) {
  target = w;
  struct sigaction stop = {.sa_handler = on_signal};
  sigemptyset(&stop.sa_mask);
  sigaddset(&stop.sa_mask, SIGINT);
  sigaddset(&stop.sa_mask, SIGTERM);
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
}

void signals_ignore_pipe(void) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignore, NULL);
}

bool signals_seen(void) { return atomic_load(&seen) > 0; }
void signals_forget(void) { atomic_store(&seen, 0); }
void signals_at_prompt(bool yes) { atomic_store(&at_prompt, yes); }
bool signals_end_asked(void) { return atomic_load(&end_asked); }
