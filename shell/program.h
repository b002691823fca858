/* program.h -- all of the program but main: for main.c, and for tests that put other system calls
 * below it. */
#pragma once

/* The exit status.  argv[0] is the name. */
int shell_main(int argc, char *argv[]);
