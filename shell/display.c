/* display.c -- what the library hands over, on its way to the user.
 *
 * Encoded rows pass through untouched, unless the output is a terminal; cells go to the renderer of
 * the mode.  Rendered text is written in pieces of WRITE_BYTES and whenever the library flushes.
 */
#include "shell/display.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/sys.h"
#include "shell/signals.h"

enum { WRITE_BYTES = 32 << 10, MAX_WIDTH = 100000 };

static const WeirRows rows_of[MODE_COUNT] = {
#define MODE(id, name, rows, renderer, doc) rows,
#include "shell/modes.def"
#undef MODE
};

static void drop_renderer(Display *d) {
  if (d->renderer != NULL) renderer_of(d->mode)->free(d->renderer);
  d->renderer = NULL;
}

bool display_set_mode(Display *d, Weir *w, Mode mode) {
  drop_renderer(d);
  d->weir = w;
  d->mode = mode;
  return weir_set_rows(w, rows_of[mode], d->options.header, d->options.null_text);
}

void display_deinit(Display *d) {
  drop_renderer(d);
  strbuf_deinit(&d->text);
}

/* --- results */

static bool no_memory(void) {
  errno = ENOMEM;
  return false;
}

/* Write what was rendered when it is at least that much. */
static bool write_text(Display *d, size_t least) {
  if (strbuf_failed(&d->text)) return no_memory();
  if (d->text.len < least) return true;
  bool ok = output_write(d->out, strbuf_text(&d->text), d->text.len);
  strbuf_clear(&d->text);
  return ok;
}

/* Text that is made elsewhere: harmless for a terminal, as it is for anything else. */
static bool write_raw(Display *d, const char *bytes, size_t n) {
  if (!d->out->is_terminal) return output_write(d->out, bytes, n);
  escape_put(&d->text, bytes, n, KEEP_NEWLINE | KEEP_TAB);
  return write_text(d, 0);
}

/* Of a cell in mode tableau. */
static uint32_t max_width(const Display *d) {
  const char *text = weir_setting(d->weir, "table.display.max-column-width");
  unsigned long width = text != NULL ? strtoul(text, NULL, 10) : 0;
  return width < MAX_WIDTH ? (uint32_t)width : MAX_WIDTH;
}

static void on_begin(void *arg, const WeirColumn *columns, uint32_t n, bool live) {
  Display *d = arg;
  const RendererKind *kind = renderer_of(d->mode);
  strbuf_clear(&d->text);
  drop_renderer(d); /* of a result that failed */
  if (kind == NULL) return;
  d->options.max_width = max_width(d);
  d->renderer = kind->open(&d->options, columns, n, live);
  if (d->renderer != NULL) kind->begin(d->renderer, &d->text);
}

static bool on_row(void *arg, const WeirCell *cells, uint32_t n) {
  Display *d = arg;
  (void)n; /* as many as on_begin was told */
  if (d->renderer == NULL) return no_memory();
  if (!renderer_of(d->mode)->row(d->renderer, cells, &d->text)) return no_memory();
  return write_text(d, WRITE_BYTES);
}

static bool on_bytes(void *arg, const char *bytes, size_t n) { return write_raw(arg, bytes, n); }

static bool on_flush(void *arg) {
  Display *d = arg;
  if (d->renderer != NULL) renderer_of(d->mode)->flush(d->renderer, &d->text);
  return write_text(d, 1) && output_flush(d->out);
}

static bool on_end(void *arg) {
  Display *d = arg;
  const RendererKind *kind = renderer_of(d->mode);
  if (kind != NULL) {
    if (d->renderer == NULL) return no_memory();
    kind->end(d->renderer, signals_seen(), &d->text);
    drop_renderer(d);
  }
  return write_text(d, 1) && output_flush(d->out);
}

static bool on_text(void *arg, const char *text, size_t n) {
  Display *d = arg;
  if (d->mode == MODE_NONE) return true;
  return write_raw(d, text, n) && output_flush(d->out);
}

/* --- stderr */

static const char no_memory_text[] = "weir: error: out of memory\n";

static void to_stderr(StrBuf *text) {
  /* Nobody is left to be told of a failure here. */
  if (!strbuf_failed(text)) (void)!sys_write_all(STDERR_FILENO, strbuf_text(text), text->len);
  strbuf_deinit(text);
}

void display_note(const Display *d, const char *line) {
  if (d->quiet) return;
  StrBuf text;
  strbuf_init(&text, 0);
  escape_put(&text, line, strlen(line), 0);
  strbuf_putc(&text, '\n');
  to_stderr(&text);
}

/* The word "error:" of the first line stands out. */
static void color_error(const StrBuf *plain, StrBuf *out) {
  static const char word[] = " error: ";
  const char *text = strbuf_text(plain);
  const char *at = strstr(text, word), *line_end = strchr(text, '\n');
  if (at == NULL || (line_end != NULL && at > line_end)) {
    strbuf_puts(out, text);
    return;
  }
  strbuf_put(out, text, (size_t)(at - text));
  strbuf_puts(out, " \033[1;31merror:\033[0m ");
  strbuf_puts(out, at + sizeof word - 1);
}

void display_message(const Display *d, const char *text) {
  StrBuf plain, shown;
  strbuf_init(&plain, 0);
  strbuf_init(&shown, 0);
  escape_put_error(&plain, text);
  if (d->color_stderr) color_error(&plain, &shown);
  StrBuf *told = d->color_stderr ? &shown : &plain;
  if (strbuf_failed(&plain) || strbuf_failed(told)) {
    (void)!sys_write_all(STDERR_FILENO, no_memory_text, sizeof no_memory_text - 1);
  } else {
    (void)!sys_write_all(STDERR_FILENO, strbuf_text(told), told->len);
  }
  strbuf_deinit(&plain);
  strbuf_deinit(&shown);
}

void display_system_error(const Display *d, const char *verb, const char *name, int errnum) {
  StrBuf text;
  strbuf_init(&text, 0);
  const char *why = strerror(errnum);
  bool capital = why[0] >= 'A' && why[0] <= 'Z';
  strbuf_printf(&text, "weir: cannot %s \"%s\": %c%s\n", verb, name, why[0] + (capital ? 32 : 0),
                why + 1);
  display_message(d, strbuf_failed(&text) ? no_memory_text : strbuf_text(&text));
  strbuf_deinit(&text);
}

static void on_note(void *arg, const char *line) { display_note(arg, line); }
static void on_error(void *arg, const char *text) { display_message(arg, text); }

/* --- CLEAR and HELP */

static void on_clear(void *arg) {
  const Display *d = arg;
  if (d->out->is_terminal) (void)!output_write(d->out, "\033[H\033[2J", 7);
}

static void on_help(void *arg) {
  static const char text[] =
      "Statements end with a semicolon: SELECT, CREATE TABLE, INSERT INTO, EXPLAIN, SHOW, SET ...\n"
      "QUIT ends the program, `weir --help` tells its options.\n";
  if (on_text(arg, text, sizeof text - 1)) return;
}

WeirHandlers display_handlers(Display *d) {
  return (WeirHandlers){.arg = d,
                        .begin = on_begin,
                        .row = on_row,
                        .bytes = on_bytes,
                        .flush = on_flush,
                        .end = on_end,
                        .text = on_text,
                        .note = on_note,
                        .error = on_error,
                        .clear = on_clear,
                        .help = on_help};
}
