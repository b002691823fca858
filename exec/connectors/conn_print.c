/* conn_print.c -- the sink "print": rows on stdout or stderr.
 *
 * The format "print" makes lines like +I[1, a]; print puts 'print-identifier' in front of each:
 * `id> +I[1, a]`.  out.c keeps rows of several such tables apart.  What goes to a terminal is made
 * harmless for it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "exec/connectors/connector.h"
#include "exec/connectors/out.h"

static const OptionDef print_option_defs[] = {
    {.key = "print-identifier",
     .kind = OPTION_TEXT,
     .doc = "Text in front of every row, followed by \"> \"."},
    {.key = "standard-error",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "Print to standard error instead of standard output."},
};
static const OptionList print_options = {print_option_defs, COUNT_OF(print_option_defs)};

typedef struct PrintSink {
  const char *prefix; /* "id> ", NULL: none */
  bool to_stderr, to_terminal;
  Span span;
  StrBuf lines; /* with prefixes */
  StrBuf shown; /* of lines, for a terminal */
} PrintSink;

static const Format *print_format(const SinkSpec *spec) {
  (void)spec;
  return format_find("print");
}

static Code print_open(const SinkSpec *spec, Sink **out, Error *err) {
  const char *id = options_text(spec->options, print_options, "", "print-identifier");
  size_t room = id != NULL ? strlen(id) + sizeof "> " : 0;
  PrintSink *p = calloc(1, sizeof *p + room); /* the prefix stands behind it */
  if (p == NULL) return FAIL(err, ERR_MEMORY, spec->span, "no memory to print");
  if (id != NULL && *id != '\0') {
    char *prefix = (char *)(p + 1);
    memcpy(prefix, id, room - sizeof "> ");
    memcpy(prefix + room - sizeof "> ", "> ", sizeof "> ");
    p->prefix = prefix;
  }
  p->to_stderr = options_bool(spec->options, print_options, "", "standard-error");
  p->to_terminal = isatty(p->to_stderr ? STDERR_FILENO : STDOUT_FILENO) == 1;
  p->span = spec->span;
  *out = (Sink *)p;
  return OK;
}

/* The prefix in front of every line.  A line break inside a value begins a line too: better a
 * prefix too many than a line that seems to come from another table. */
static void add_prefixes(PrintSink *p, const char *bytes, size_t n) {
  strbuf_clear(&p->lines);
  const char *at = bytes, *end = bytes + n;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *next = newline != NULL ? newline + 1 : end;
    strbuf_puts(&p->lines, p->prefix);
    strbuf_put(&p->lines, at, (size_t)(next - at));
    at = next;
  }
}

/* What was made of the bytes takes their place. */
static Code take(const PrintSink *p, const StrBuf *made, const char **bytes, size_t *n,
                 Error *err) {
  if (strbuf_failed(made)) return FAIL(err, ERR_MEMORY, p->span, "no memory to print");
  *bytes = strbuf_text(made);
  *n = made->len;
  return OK;
}

static Code print_write(Sink *s, Str partition, const char *bytes, size_t n, Error *err) {
  (void)partition;
  PrintSink *p = (PrintSink *)s;
  if (p->prefix != NULL) {
    add_prefixes(p, bytes, n);
    TRY(take(p, &p->lines, &bytes, &n, err));
  }
  if (p->to_terminal) {
    strbuf_clear(&p->shown);
    escape_put(&p->shown, bytes, n, KEEP_NEWLINE | KEEP_TAB);
    TRY(take(p, &p->shown, &bytes, &n, err));
  }
  return p->to_stderr ? stderr_write(bytes, n, err) : stdout_write(bytes, n, err);
}

static Code print_flush(Sink *s, Error *err) {
  PrintSink *p = (PrintSink *)s;
  return p->to_stderr ? OK : stdout_flush(err);
}

static Code print_close(Sink *s, bool commit, Error *err) {
  PrintSink *p = (PrintSink *)s;
  (void)commit; /* what was printed was printed */
  Code code = print_flush(s, err);
  strbuf_deinit(&p->lines);
  strbuf_deinit(&p->shown);
  free(p);
  return code;
}

static const SinkTable print_sink = {.format = print_format,
                                     .shows_changes = true,
                                     .open = print_open,
                                     .write = print_write,
                                     .flush = print_flush,
                                     .close = print_close};

const Connector conn_print = {.name = "print",
                              .options = {print_option_defs, COUNT_OF(print_option_defs)},
                              .sink = &print_sink,
                              .doc = "Rows on standard output, with their kind: +I[1, a]."};
