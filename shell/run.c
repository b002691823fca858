/* run.c -- init file, scripts and -c texts in their order, up to the first that fails; the end. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/sys.h"
#include "shell/shell.h"
#include "shell/signals.h"

/* --- scripts */

/* Wait until standard input can be read.  false: a signal came first. */
static bool wait_for_stdin(void) {
  struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                          {.fd = signals_fd(), .events = POLLIN}};
  while (sys.poll(fds, COUNT_OF(fds), -1) < 0 && errno == EINTR && !signals_seen()) continue;
  return !signals_seen();
}

/* One read; 0 at the end, -1 and errno: EINTR when a signal asks to stop. */
static ssize_t read_part(StrBuf *text) {
  enum { READ_BYTES = 64 << 10 };
  char *room = strbuf_reserve(text, READ_BYTES);
  if (room == NULL) return errno = ENOMEM, -1;
  for (;;) {
    if (!wait_for_stdin()) return errno = EINTR, -1;
    ssize_t got = sys.read(STDIN_FILENO, room, READ_BYTES);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got > 0) text->len += (size_t)got;
    if (text->len > SQL_TEXT_MAX) return errno = EFBIG, -1;
    return got;
  }
}

/* All of standard input, malloc'ed, with a NUL behind.  NULL: errno says why, as above. */
static char *read_stdin(size_t *len) {
  StrBuf text;
  strbuf_init(&text, 0);
  ssize_t got;
  while ((got = read_part(&text)) > 0) continue;
  if (got < 0) {
    int why = errno;
    strbuf_deinit(&text);
    errno = why;
    return NULL;
  }
  text.data[text.len] = '\0'; /* read_part has made room */
  *len = text.len;
  return text.data;
}

static WeirStatus cannot_read(Shell *s, const char *path, bool is_stdin) {
  if (errno == EINTR && is_stdin) return WEIR_INTERRUPTED;
  bool no_file = errno == ENOENT, too_large = errno == EFBIG;
  display_system_error(&s->display, "read", path, errno);
  if (too_large && is_stdin) {
    display_message(&s->display,
                    "hint: standard input is taken for a script; to query it, use -c\n");
  } else if (no_file && strpbrk(path, " ;(*") != NULL) {
    display_message(&s->display, "hint: to run SQL, use -c\n");
  }
  return WEIR_FAILED;
}

/* A text that is read, without its byte order mark. */
static WeirStatus run_text(Shell *s, const char *name, const char *text, size_t len) {
  static const char mark[] = "\xEF\xBB\xBF";
  size_t skip = len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
  return weir_run(s->weir, name, text + skip, len - skip);
}

static WeirStatus run_file(Shell *s, const char *path, bool optional) {
  size_t len;
  bool is_stdin = strcmp(path, "-") == 0;
  const char *name = is_stdin ? "<stdin>" : path;
  char *text = is_stdin ? read_stdin(&len) : sys_read_file(path, SQL_TEXT_MAX, &len);
  if (text == NULL && optional && errno == ENOENT) return WEIR_OK;
  if (text == NULL) return cannot_read(s, name, is_stdin);
  WeirStatus status = run_text(s, name, text, len);
  free(text);
  return status;
}

WeirStatus shell_run_script(Shell *s, const char *path) { return run_file(s, path, false); }
WeirStatus shell_run_optional(Shell *s, const char *path) { return run_file(s, path, true); }

/* --- the beginning */

static bool color_wanted(const CommandLine *line) {
  const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
  bool refused = line->no_color || (no_color != NULL && no_color[0] != '\0');
  return !refused && term != NULL && strcmp(term, "dumb") != 0;
}

/* What a person at a terminal wants, then -s and -p.  false: told. */
static bool apply_settings(Shell *s) {
  const CommandLine *line = s->line;
  bool watched = isatty(STDERR_FILENO) == 1 && !line->quiet;
  if (watched && !weir_set(s->weir, "weir", "weir.waiting-notice", "5 s")) return false;
  for (uint32_t i = 0; i < line->n_sets; i++) {
    if (!weir_set(s->weir, "-s", line->sets[i].key, line->sets[i].value)) return false;
  }
  return line->parallelism == NULL ||
         weir_set(s->weir, "-p", "parallelism.default", line->parallelism);
}

static void open_display(Shell *s, bool color) {
  s->display =
      (Display){.out = &s->out,
                .quiet = s->line->quiet,
                .color_stderr = color && isatty(STDERR_FILENO) == 1,
                .options = {.header = !s->line->no_header, .null_text = s->line->null_text}};
  strbuf_init(&s->display.text, 0);
}

/* The output is opened last: a mistake in the command line leaves the file as it was. */
static int open_shell(Shell *s) {
  bool color = color_wanted(s->line);
  open_display(s, color);
  WeirHandlers handlers = display_handlers(&s->display);
  s->weir = weir_open(&handlers);
  if (s->weir == NULL) out_of_memory();
  if (!signals_install(s->weir)) {
    display_system_error(&s->display, "make", "eventfd", errno);
    return EXIT_FAILED;
  }
  weir_allow_extensions(s->weir, s->line->allow_extensions);
  if (!apply_settings(s)) return EXIT_USAGE;
  if (!output_open(&s->out, s->line->output)) {
    display_system_error(&s->display, "open", s->line->output, errno);
    return EXIT_FAILED;
  }
  s->display.options.color = color && s->out.is_terminal;
  Mode mode = s->line->mode;
  if (mode == MODE_COUNT) mode = s->out.is_terminal ? MODE_TABLE : MODE_CSV;
  if (!display_set_mode(&s->display, s->weir, mode)) out_of_memory();
  return EXIT_DONE;
}

/* --- all inputs */

static WeirStatus run_init(Shell *s, bool interactive) {
  if (s->line->init != NULL) return shell_run_script(s, s->line->init);
  const char *home = getenv("HOME");
  if (!interactive || s->line->no_init || home == NULL) return WEIR_OK;
  StrBuf path;
  strbuf_init(&path, 0);
  strbuf_printf(&path, "%s/.weirrc", home);
  WeirStatus status = shell_run_optional(s, strbuf_text(&path));
  strbuf_deinit(&path);
  return status == WEIR_FAILED ? WEIR_OK : status; /* told; the shell is there to repair it */
}

static WeirStatus run_input(Shell *s, const Input *input) {
  if (signals_seen()) return WEIR_INTERRUPTED;
  if (!input->is_command) return shell_run_script(s, input->text);
  return weir_run(s->weir, "-c", input->text, strlen(input->text));
}

static bool stdin_is_script(const CommandLine *line) {
  for (uint32_t i = 0; i < line->n_inputs; i++) {
    if (!line->inputs[i].is_command && strcmp(line->inputs[i].text, "-") == 0) return true;
  }
  return line->n_inputs == 0;
}

static WeirStatus run_all(Shell *s) {
  const CommandLine *line = s->line;
  bool interactive = line->n_inputs == 0 && isatty(STDIN_FILENO) == 1;
  weir_stdin_is_script(s->weir, stdin_is_script(line));
  WeirStatus status = run_init(s, interactive);
  if (status != WEIR_OK) return status;
  if (interactive) {
    shell_read_loop(s);
    return WEIR_OK;
  }
  if (line->n_inputs == 0) return shell_run_script(s, "-");
  for (uint32_t i = 0; i < line->n_inputs && status == WEIR_OK; i++) {
    status = run_input(s, &line->inputs[i]);
  }
  return status;
}

/* --- the end */

static int exit_status(Shell *s, WeirStatus status) {
  bool failed = status == WEIR_FAILED;
  bool closed = output_close(&s->out);
  if (closed || status == WEIR_CLOSED_PIPE || errno == EPIPE) return failed;
  const char *path = s->line->output != NULL ? s->line->output : "standard output";
  if (!failed) display_system_error(&s->display, "write", path, errno);
  return EXIT_FAILED;
}

int shell_run(const CommandLine *line) {
  Shell s = {.line = line};
  int code = open_shell(&s);
  if (code == EXIT_DONE) {
    WeirStatus status = run_all(&s), waited = weir_wait(s.weir);
    if (status != WEIR_FAILED && waited != WEIR_OK) status = waited;
    if (line->stats) stats_print(weir_stats(s.weir));
    code = exit_status(&s, status);
  }
  weir_close(s.weir);
  display_deinit(&s.display);
  return code;
}
