/* repl.c -- the shell on a terminal: a plain loop that reads lines.
 *
 * A statement goes on over lines until its semicolon; a line that begins with a dot, where no
 * statement has begun, is for the shell itself (dot.c).  Ctrl-C gives up the statement that is
 * being typed, or stops the one that runs; Ctrl-D leaves.  Prompts go to stderr, so that results
 * can be piped.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "shell/shell.h"
#include "shell/signals.h"

typedef enum ReadResult { READ_LINE, READ_GIVEN_UP, READ_END } ReadResult;

typedef struct Reader {
  StrBuf input; /* what was typed, from byte at on not yet taken up */
  size_t at;
  StrBuf statement; /* the lines so far */
} Reader;

/* A whole line of what was typed. */
static bool take_typed(Reader *r, Str *line) {
  const char *begin = strbuf_text(&r->input) + r->at;
  const char *newline = memchr(begin, '\n', r->input.len - r->at);
  if (newline == NULL) return false;
  *line = (Str){begin, (size_t)(newline - begin) + 1};
  r->at += line->len;
  return true;
}

/* Wait for the terminal or a signal, and read.  READ_LINE: there may be a line now. */
static ReadResult read_more(Reader *r) {
  enum { READ_BYTES = 4096 };
  struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                          {.fd = signals_fd(), .events = POLLIN}};
  if (r->at > 0) {
    memmove(r->input.data, r->input.data + r->at, r->input.len - r->at);
    r->input.len -= r->at;
    r->at = 0;
  }
  sys.poll(fds, COUNT_OF(fds), -1);
  if (signals_seen()) return signals_end_asked() ? READ_END : READ_GIVEN_UP;
  if (fds[0].revents == 0) return READ_LINE;
  char *room = strbuf_reserve(&r->input, READ_BYTES);
  if (room == NULL) out_of_memory();
  ssize_t n = sys.read(STDIN_FILENO, room, READ_BYTES);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return READ_LINE;
  if (n <= 0) return READ_END; /* Ctrl-D, or the terminal has gone */
  r->input.len += (size_t)n;
  return READ_LINE;
}

/* One line, as READ_LINE. */
static ReadResult read_line(Reader *r, Str *line) {
  fputs(r->statement.len > 0 ? "   -> " : "weir> ", stderr);
  while (!take_typed(r, line)) {
    ReadResult result = read_more(r);
    if (result == READ_LINE) continue;
    strbuf_clear(&r->input);
    r->at = 0;
    signals_forget();
    fputc('\n', stderr);
    return result;
  }
  return READ_LINE;
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
static Str bare_word(Str line) {
  static const struct {
    const char *word, *command;
  } words[] = {{"quit", ".quit"}, {"exit", ".quit"}, {"help", ".help"}};
  line = str_trim(line);
  for (size_t i = 0; i < COUNT_OF(words); i++) {
    if (str_eq_nocase(line, str_of(words[i].word))) return str_of(words[i].command);
  }
  return STR("");
}

/* Take up one line: wait for more, or run what is complete. */
static WeirStatus take_line(Shell *s, Reader *r, Str line) {
  if (r->statement.len == 0) {
    Str command = line.ptr[0] == '.' ? line : bare_word(line);
    if (command.len > 0) return shell_dot_command(s, command);
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
  signals_forget();
  (void)weir_wait(s->weir); /* an interrupt that came just now has nothing to stop */
  tell_time(s, &before);
  return status != WEIR_QUIT && status != WEIR_CLOSED_PIPE && !signals_end_asked();
}

static void read_lines(Shell *s, Reader *r) {
  Str line;
  signals_at_prompt(true);
  for (bool more = true; more;) {
    switch (read_line(r, &line)) {
      case READ_LINE:
        more = run_line(s, r, line);
        break;
      case READ_GIVEN_UP:
        strbuf_clear(&r->statement);
        break;
      case READ_END:
        more = false;
        break;
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
  strbuf_init(&reader.input, 0);
  strbuf_init(&reader.statement, 0);
  read_lines(s, &reader);
  strbuf_deinit(&reader.input);
  strbuf_deinit(&reader.statement);
}
