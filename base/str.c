/* str.c -- views and buffers of text, and the search for a name that looks alike. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Str str_of(const char *text) { return text != NULL ? (Str){text, strlen(text)} : (Str){"", 0}; }

bool str_eq(Str a, Str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool str_eq_nocase(Str a, Str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++) {
    if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) return false;
  }
  return true;
}

bool text_eq_nocase(const char *a, const char *b) { return str_eq_nocase(str_of(a), str_of(b)); }

bool str_starts(Str s, Str prefix) {
  return s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

bool str_ends(Str s, Str suffix) {
  return s.len >= suffix.len && memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

Str str_trim(Str s) {
  while (s.len > 0 && is_blank(s.ptr[0])) s.ptr++, s.len--;
  while (s.len > 0 && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

void strbuf_init(StrBuf *b, size_t max) { *b = (StrBuf){.max = max > 0 ? max : SIZE_MAX / 2}; }

void strbuf_deinit(StrBuf *b) {
  free(b->data);
  *b = (StrBuf){0};
}

void strbuf_clear(StrBuf *b) {
  b->len = 0;
  b->failed = false;
  if (b->data != NULL) b->data[0] = '\0';
}

bool strbuf_failed(const StrBuf *b) { return b->failed; }

char *strbuf_reserve(StrBuf *b, size_t n) {
  if (b->failed) return NULL;
  size_t max = b->max > 0 ? b->max : SIZE_MAX / 2; /* a zeroed buffer has no limit */
  if (UNLIKELY(n > max - b->len)) {
    b->failed = true;
    return NULL;
  }
  if (LIKELY(b->cap > b->len && b->cap - b->len > n)) return b->data + b->len;
  size_t cap = b->cap > 0 ? b->cap * 2 : 64;
  if (cap < b->len + n + 1) cap = b->len + n + 1;
  char *data = realloc(b->data, cap);
  if (data == NULL) {
    b->failed = true;
    return NULL;
  }
  b->data = data;
  b->cap = cap;
  return b->data + b->len;
}

void strbuf_put(StrBuf *b, const char *bytes, size_t n) {
  char *at = strbuf_reserve(b, n);
  if (at == NULL) return;
  if (n > 0) memcpy(at, bytes, n);
  b->len += n;
  b->data[b->len] = '\0';
}

void strbuf_puts(StrBuf *b, const char *text) { strbuf_put(b, text, strlen(text)); }
void strbuf_putc(StrBuf *b, char c) { strbuf_put(b, &c, 1); }
void strbuf_str(StrBuf *b, Str s) { strbuf_put(b, s.ptr, s.len); }

void strbuf_fill(StrBuf *b, char c, size_t n) {
  char *at = strbuf_reserve(b, n);
  if (at == NULL) return;
  memset(at, c, n);
  b->len += n;
  b->data[b->len] = '\0';
}

void strbuf_printf(StrBuf *b, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  assert(n >= 0);
  char *at = strbuf_reserve(b, (size_t)n);
  if (at != NULL) {
    vsnprintf(at, (size_t)n + 1, fmt, again);
    b->len += (size_t)n;
  }
  va_end(again);
}

const char *strbuf_text(const StrBuf *b) { return b->data != NULL ? b->data : ""; }

char *strbuf_keep(StrBuf *b, Arena *arena) {
  if (strbuf_failed(b)) out_of_memory();
  char *copy = arena_strndup(arena, strbuf_text(b), b->len);
  strbuf_deinit(b);
  return copy;
}

/* Damerau's distance restricted to neighbours (optimal string alignment), over two rows
 * of the matrix and the one before.  Names longer than the row are never near. */
static uint32_t edit_distance(const char *a, const char *b) {
  enum { NAME_MAX_ = 64 };
  size_t n = strlen(a), m = strlen(b);
  if (n > NAME_MAX_ || m > NAME_MAX_) return UINT32_MAX;
  uint32_t rows[3][NAME_MAX_ + 1];
  for (size_t j = 0; j <= m; j++) rows[0][j] = (uint32_t)j;
  for (size_t i = 1; i <= n; i++) {
    uint32_t *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
    now[0] = (uint32_t)i;
    for (size_t j = 1; j <= m; j++) {
      char x = ascii_lower(a[i - 1]), y = ascii_lower(b[j - 1]);
      uint32_t best = up[j - 1] + (x != y);
      if (up[j] + 1 < best) best = up[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      bool swapped = i > 1 && j > 1 && x == ascii_lower(b[j - 2]) && y == ascii_lower(a[i - 2]);
      if (swapped && up2[j - 2] + 1 < best) best = up2[j - 2] + 1;
      now[j] = best;
    }
  }
  return rows[n % 3][m];
}

void nearest_name_offer(const char *name, const char *candidate, const char **best,
                        uint32_t *distance) {
  uint32_t d = edit_distance(name, candidate);
  size_t len = strlen(name) > strlen(candidate) ? strlen(name) : strlen(candidate);
  if (d == UINT32_MAX || d > (len + 2) / 3 || d >= len) return;
  if (*best != NULL && d >= *distance) return;
  *best = candidate;
  *distance = d;
}

const char *nearest_name(const char *name, const char *const *candidates, size_t n) {
  const char *best = NULL;
  uint32_t distance = 0;
  for (size_t i = 0; i < n; i++) nearest_name_offer(name, candidates[i], &best, &distance);
  return best;
}
