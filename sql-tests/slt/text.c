/* text.c -- growing strings and lists of lines for the runner, and how values look in a test. */
#include "sql-tests/slt/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *grow(void *p, size_t size) {
  void *q = realloc(p, size);
  if (q == NULL) {
    fprintf(stderr, "weir-slt: out of memory\n");
    exit(2);
  }
  return q;
}

/* --- Text --- */

static void text_reserve(Text *t, size_t n) {
  if (t->len + n < t->cap) return;
  t->cap = (t->len + n + 64) * 2;
  t->s = grow(t->s, t->cap);
}

void text_add(Text *t, const char *s, size_t n) {
  text_reserve(t, n);
  if (n > 0) memcpy(t->s + t->len, s, n);
  t->len += n;
  t->s[t->len] = '\0';
}

void text_str(Text *t, const char *s) { text_add(t, s, strlen(s)); }

void text_printf(Text *t, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  text_reserve(t, (size_t)n);
  vsnprintf(t->s + t->len, (size_t)n + 1, fmt, again);
  va_end(again);
  t->len += (size_t)n;
}

void text_clear(Text *t) {
  t->len = 0;
  if (t->s != NULL) t->s[0] = '\0';
}

void text_free(Text *t) {
  free(t->s);
  *t = (Text){0};
}

const char *text_of(const Text *t) { return t->s == NULL ? "" : t->s; }

/* --- Lines --- */

void lines_add(Lines *l, const char *s, size_t n) {
  if (l->n == l->cap) {
    l->cap = l->cap * 2 + 16;
    l->at = grow(l->at, l->cap * sizeof *l->at);
  }
  char *copy = grow(NULL, n + 1);
  if (n > 0) memcpy(copy, s, n);
  copy[n] = '\0';
  l->at[l->n++] = copy;
}

void lines_clear(Lines *l) {
  for (size_t i = 0; i < l->n; i++) free(l->at[i]);
  l->n = 0;
}

void lines_free(Lines *l) {
  lines_clear(l);
  free(l->at);
  *l = (Lines){0};
}

void lines_split(Lines *l, const char *s, size_t n) {
  while (n > 0) {
    const char *nl = memchr(s, '\n', n);
    size_t len = nl == NULL ? n : (size_t)(nl - s);
    lines_add(l, s, len);
    if (nl == NULL) return;
    s += len + 1;
    n -= len + 1;
  }
}

/* --- values and output --- */

static void add_visible(Text *out, unsigned char c, bool tab_too) {
  if (c == '\n') {
    text_str(out, "\\n");
  } else if (c == '\r') {
    text_str(out, "\\r");
  } else if (c == '\t' && tab_too) {
    text_str(out, "\\t");
  } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
    text_printf(out, "\\x%02X", c);
  } else {
    text_add(out, (const char *)&c, 1);
  }
}

void text_value(Text *out, const char *s, size_t n) {
  if (s == NULL) {
    text_str(out, "NULL");
  } else if (n == 0) {
    text_str(out, "(empty)");
  }
  for (size_t i = 0; s != NULL && i < n; i++) add_visible(out, (unsigned char)s[i], true);
}

void lines_of_output(Lines *l, const char *s, size_t n) {
  Text line = {0};
  for (size_t i = 0; i < n; i++) {
    if (s[i] != '\n') {
      add_visible(&line, (unsigned char)s[i], false);
      continue;
    }
    if (line.len == 0) text_str(&line, "(empty)");
    lines_add(l, text_of(&line), line.len);
    text_clear(&line);
  }
  if (n > 0 && s[n - 1] != '\n') {
    lines_add(l, text_of(&line), line.len);
    lines_add(l, "(no newline)", strlen("(no newline)"));
  }
  text_free(&line);
}

/* --- what tests write --- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The byte behind a backslash; moves *p to its last character.  -1: no escape. */
static int escaped_byte(const char **p) {
  switch (**p) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '0':
      return 0;
    case '\\':
      return '\\';
    case 'x': {
      int high = hex_digit((*p)[1]);
      int low = high < 0 ? -1 : hex_digit((*p)[2]);
      if (low < 0) return -1;
      *p += 2;
      return high * 16 + low;
    }
    default:
      return -1;
  }
}

bool text_unescape(Text *out, const char *line) {
  for (const char *p = line; *p != '\0'; p++) {
    if (*p != '\\') {
      text_add(out, p, 1);
      continue;
    }
    p++;
    int byte = escaped_byte(&p);
    if (byte < 0) return false;
    char c = (char)byte;
    text_add(out, &c, 1);
  }
  return true;
}

/* One word from p on; NULL: a quote that is not closed. */
static const char *take_word(Text *word, const char *p) {
  char quote = 0;
  for (; *p != '\0'; p++) {
    if (quote == 0 && (*p == ' ' || *p == '\t' || *p == '\n')) break;
    if (*p == quote) {
      quote = 0;
    } else if (quote == 0 && (*p == '\'' || *p == '"')) {
      quote = *p;
    } else if (*p == '\\' && quote != '\'' && p[1] != '\0') {
      text_add(word, ++p, 1);
    } else {
      text_add(word, p, 1);
    }
  }
  return quote != 0 ? NULL : p;
}

bool words_split(Lines *words, const char *line) {
  Text word = {0};
  const char *p = line;
  for (;;) {
    while (*p == ' ' || *p == '\t' || *p == '\n') p++;
    if (*p == '\0') break;
    text_clear(&word);
    p = take_word(&word, p);
    if (p == NULL) break;
    lines_add(words, text_of(&word), word.len);
  }
  text_free(&word);
  return p != NULL;
}
