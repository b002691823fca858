/* program.c -- weir, the program: a client of api/weir.h.
 *
 *     command_line.c  the arguments
 *     run.c           scripts and -c, exit statuses
 *     repl.c, dot.c   the shell on a terminal
 *     display.c       results, notes and errors to the user
 *     render_*.c      cells to tables and the like
 *     escape.c        nothing dangerous reaches a terminal
 *
 * Of the rest of the tree only base/ is used.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/sys.h"
#include "shell/program.h"
#include "shell/shell.h"
#include "shell/signals.h"

/* A descriptor below 3 that is closed would be given to the first file that is opened: to be read
 * as standard input, or to be written over with results.  Fill it with one that fails. */
static bool fill_closed_descriptors(void) {
  for (int fd = 0; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (sys.open("/dev/null", flags, 0) != fd) return false;
  }
  return true;
}

/* For --help and --version. */
static int print(StrBuf *text) {
  bool ok = !strbuf_failed(text) && sys_write_all(STDOUT_FILENO, strbuf_text(text), text->len);
  if (!ok && errno != EPIPE) {
    fprintf(stderr, "weir: cannot write the output: %s\n", strerror(errno));
  } else {
    ok = true; /* the reader has seen enough */
  }
  strbuf_deinit(text);
  return ok ? EXIT_DONE : EXIT_FAILED;
}

static int wrong_usage(StrBuf *problem) {
  StrBuf shown;
  strbuf_init(&shown, 0);
  escape_put(&shown, strbuf_text(problem), problem->len, KEEP_NEWLINE);
  fputs(strbuf_text(&shown), stderr);
  strbuf_deinit(&shown);
  strbuf_deinit(problem);
  return EXIT_USAGE;
}

static int run(int argc, char *const *argv, Arena *arena) {
  CommandLine line;
  StrBuf text;
  strbuf_init(&text, 0);
  if (!command_line_parse(argc, argv, arena, &line, &text)) return wrong_usage(&text);
  if (line.help) {
    command_line_help(&text);
    return print(&text);
  }
  if (line.version) {
    strbuf_printf(&text, "weir %s\n", weir_version());
    return print(&text);
  }
  return shell_run(&line);
}

int shell_main(int argc, char *argv[]) {
  if (!fill_closed_descriptors()) return EXIT_FAILED;
  signals_ignore_pipe();
  Arena arena;
  arena_init(&arena);
  int status = run(argc, argv, &arena);
  arena_deinit(&arena);
  return status;
}
