/* repl.c -- the shell on a terminal: a plain loop that reads lines.
 *
 * A statement goes on over lines until its semicolon; a line that begins with a dot, where no
 * statement has begun, is for the shell itself (dot.c).  Ctrl-C gives up the statement that is
 * being typed, or stops the one that runs; Ctrl-D leaves.  Prompts go to stderr, so that results
 * can be piped.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell.h"
#include "shell/signals.h"

typedef enum ReadResult { READ_LINE, READ_GIVEN_UP, READ_END } ReadResult;

typedef struct Reader {
  char *line; /* of getline */
  size_t cap;
  StrBuf statement; /* the lines so far */
} Reader;

static ReadResult read_line(Reader *r, ssize_t *len) {
  fputs(r->statement.len > 0 ? "   -> " : "weir> ", stderr);
  errno = 0;
  *len = getline(&r->line, &r->cap, stdin);
  if (*len >= 0) return READ_LINE;
  bool by_signal = errno == EINTR && !signals_end_asked();
  clearerr(stdin);
  signals_forget();
  fputc('\n', stderr);
  return by_signal ? READ_GIVEN_UP : READ_END;
}

/* "3 rows (0.012 s)" after a statement that ran a job. */
static void tell_time(const Shell *s, const WeirStats *before) {
  const WeirStats *now = weir_stats(s->weir);
  if (s->display.quiet || now->elapsed_us == before->elapsed_us) return;
  uint64_t rows = now->rows_out - before->rows_out;
  fprintf(stderr, "%llu %s (%.3f s)\n", (unsigned long long)rows, rows == 1 ? "row" : "rows",
          (double)(now->elapsed_us - before->elapsed_us) / 1e6);
}

/* The words that leave or help also without a semicolon. */
static const char *bare_word(Str line) {
  static const struct {
    const char *word, *command;
  } words[] = {{"quit", ".quit"}, {"exit", ".quit"}, {"help", ".help"}};
  line = str_trim(line);
  for (size_t i = 0; i < COUNT_OF(words); i++) {
    if (str_eq_nocase(line, str_of(words[i].word))) return words[i].command;
  }
  return NULL;
}

/* Take up one line: wait for more, or run what is complete. */
static WeirStatus take_line(Shell *s, Reader *r, Str line) {
  if (r->statement.len == 0) {
    const char *command = line.ptr[0] == '.' ? line.ptr : bare_word(line);
    if (command != NULL) return shell_dot_command(s, command);
    if (str_trim(line).len == 0) return WEIR_OK;
  }
  strbuf_str(&r->statement, line);
  if (strbuf_failed(&r->statement)) out_of_memory();
  const char *text = strbuf_text(&r->statement);
  if (!weir_is_complete(text, r->statement.len)) return WEIR_OK;
  WeirStatus status = weir_run(s->weir, "<stdin>", text, r->statement.len);
  strbuf_clear(&r->statement);
  return status;
}

/* Take up a line and wait for all that it started.  false: the loop ends. */
static bool run_line(Shell *s, Reader *r, Str line) {
  const WeirStats before = *weir_stats(s->weir);
  signals_at_prompt(false);
  signals_forget();
  WeirStatus status = take_line(s, r, line);
  if (status != WEIR_QUIT && weir_wait(s->weir) == WEIR_CLOSED_PIPE) status = WEIR_CLOSED_PIPE;
  signals_at_prompt(true);
  (void)weir_wait(s->weir); /* an interrupt that came just now has nothing to stop */
  tell_time(s, &before);
  return status != WEIR_QUIT && status != WEIR_CLOSED_PIPE && !signals_end_asked();
}

static void read_lines(Shell *s, Reader *r) {
  ssize_t len;
  signals_at_prompt(true);
  for (bool more = true; more;) {
    switch (read_line(r, &len)) {
      case READ_LINE: more = run_line(s, r, (Str){r->line, (size_t)len}); break;
      case READ_GIVEN_UP: strbuf_clear(&r->statement); break;
      case READ_END: more = false; break;
    }
  }
  signals_at_prompt(false);
}

void shell_read_loop(Shell *s) {
  if (!s->display.quiet) {
    fprintf(stderr, "weir %s, statements end with a semicolon, .help helps, .quit leaves\n",
            weir_version());
  }
  Reader reader = {0};
  strbuf_init(&reader.statement, 0);
  read_lines(s, &reader);
  strbuf_deinit(&reader.statement);
  free(reader.line);
}
