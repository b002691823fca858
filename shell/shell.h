/* shell.h -- one run of the program: for the files of this folder. */
#pragma once
#include "shell/command_line.h"
#include "shell/display.h"
#include "shell/output.h"

/* Exit statuses; 128 + number after a second signal. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct Shell {
  const CommandLine *line;
  Weir *weir;
  Output out;
  Display display;
} Shell;

/* --- run.c */

/* Everything that the command line asks for; returns the exit status. */
int shell_run(const CommandLine *line);

/* Run a script; path "-" is standard input.  What cannot be read is told and fails. */
WeirStatus shell_run_script(Shell *s, const char *path);
/* The same, but a file that does not exist is no failure. */
WeirStatus shell_run_optional(Shell *s, const char *path);

/* --- repl.c */

/* Ask for statements until the user leaves.  Their errors are told and are none of the loop's. */
void shell_read_loop(Shell *s);

/* --- dot.c */

/* Carry out a dot command (the line begins with a dot).  WEIR_QUIT: the user wants to leave. */
WeirStatus shell_dot_command(Shell *s, Str line);

/* --- stats.c */

/* What --stats tells, on stderr. */
void stats_print(const WeirStats *stats);
