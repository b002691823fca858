/* signals.h -- Ctrl-C and SIGTERM: the first stops what runs, a second ends the program. */
#pragma once
#include "api/weir.h"
#include "base/base.h"

/* A reader that goes away is an error of write, not the end of the program. */
void signals_ignore_pipe(void);
/* From now on the first SIGINT or SIGTERM interrupts w, the next one ends the program with status
 * 128 + its number.  System calls that wait return EINTR.  false: errno says why. */
MUST_USE bool signals_install(Weir *w);
/* Has one come since the last signals_forget? */
bool signals_seen(void);
void signals_forget(void);
/* A descriptor that can be read (by poll; nobody else reads it) while signals_seen is true, so that
 * no signal is missed between looking and waiting. */
int signals_fd(void);

/* At a prompt nothing runs: SIGINT there only gives up the line. */
void signals_at_prompt(bool at_prompt);
/* Has SIGTERM come? */
bool signals_end_asked(void);
