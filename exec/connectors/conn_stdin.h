/* conn_stdin.h -- for tests: a fresh standard input. */
#pragma once

/* Forget that standard input was peeked at or opened. */
void stdin_reset(void);
