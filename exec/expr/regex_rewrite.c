/* regex_rewrite.c -- patterns of Java and of SIMILAR TO, written for PCRE2 (regex.h).
 *
 * Not a parser of either: only what PCRE2 would read differently is looked at, the rest is
 * passed on for PCRE2 to judge.
 */
#include "exec/expr/regex.h"

#include <string.h>

#include "base/utf8.h"

/* A pattern on its way. */
typedef struct Rewrite {
  Str in;
  size_t at;
  StrBuf *out;
  uint32_t depth; /* of parentheses; SIMILAR TO only */
  const char *message;
} Rewrite;

static Str rest_of(const Rewrite *w) { return (Str){w->in.ptr + w->at, w->in.len - w->at}; }

static RegexCode refuse(Rewrite *w, RegexCode code, const char *message) {
  w->message = message;
  return code;
}

/* Copy n bytes of the pattern as they are. */
static void copy(Rewrite *w, size_t n) {
  strbuf_put(w->out, w->in.ptr + w->at, n);
  w->at += n;
}

static void copy_char(Rewrite *w) {
  uint32_t cp;
  Str rest = rest_of(w);
  copy(w, utf8_decode(rest.ptr, rest.len, &cp));
}

/* --- Java ----------------------------------------------------------------------------- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of \uXXXX at the start of s; false: there is none. */
static bool unicode_escape(Str s, uint32_t *unit) {
  if (s.len < 6 || s.ptr[0] != '\\' || s.ptr[1] != 'u') return false;
  *unit = 0;
  for (int i = 2; i < 6; i++) {
    int digit = hex_digit(s.ptr[i]);
    if (digit < 0) return false;
    *unit = *unit * 16 + (uint32_t)digit;
  }
  return true;
}

/* \uXXXX, or two of them that are a surrogate pair.  false: none here. */
static bool rewrite_unicode(Rewrite *w) {
  uint32_t high, low;
  if (!unicode_escape(rest_of(w), &high)) return false;
  w->at += 6;
  if (high >= 0xD800 && high <= 0xDBFF && unicode_escape(rest_of(w), &low) && low >= 0xDC00 &&
      low <= 0xDFFF) {
    w->at += 6;
    high = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }
  strbuf_printf(w->out, "\\x{%x}", high);
  return true;
}

/* \p{Alpha} and the like, which PCRE2 has as [:alpha:], and \p{IsHan} for its \p{Han}. */
static bool rewrite_property(Rewrite *w, bool in_class) {
  static const char *const posix[] = {"Lower", "Upper",  "ASCII", "Alpha", "Digit",
                                      "Alnum", "Punct",  "Graph", "Print", "Blank",
                                      "Cntrl", "XDigit", "Space"};
  Str s = rest_of(w);
  if (s.len < 4 || (s.ptr[1] != 'p' && s.ptr[1] != 'P') || s.ptr[2] != '{') return false;
  const char *end = memchr(s.ptr, '}', s.len);
  if (end == NULL) return false;
  Str name = {s.ptr + 3, (size_t)(end - s.ptr) - 3};
  const char *negated = s.ptr[1] == 'P' ? "^" : "";
  for (size_t i = 0; i < COUNT_OF(posix); i++) {
    if (!str_eq(name, str_of(posix[i]))) continue;
    strbuf_puts(w->out, in_class ? "[:" : "[[:");
    strbuf_puts(w->out, negated);
    for (const char *c = posix[i]; *c != '\0'; c++) strbuf_putc(w->out, (char)(*c | 0x20));
    strbuf_puts(w->out, in_class ? ":]" : ":]]");
    w->at += name.len + 4;
    return true;
  }
  if (!str_starts(name, STR("Is"))) return false;
  copy(w, 3);
  w->at += 2;
  return true;
}

/* \Q...\E is literal text: passed on whole. */
static void copy_quoted(Rewrite *w) {
  Str rest = rest_of(w);
  const char *end = memmem(rest.ptr, rest.len, "\\E", 2);
  copy(w, end != NULL ? (size_t)(end - rest.ptr) + 2 : rest.len);
}

static RegexCode rewrite_escape(Rewrite *w, bool in_class) {
  if (rewrite_unicode(w) || rewrite_property(w, in_class)) return REGEX_OK;
  Str rest = rest_of(w);
  char next = rest.len >= 2 ? rest.ptr[1] : '\0';
  /* Java has no \K, and with it a match could start before the last one's end. */
  if (next == 'K') return refuse(w, REGEX_BAD, "unknown escape sequence \\K");
  if (next == 'Q') {
    copy_quoted(w);
    return REGEX_OK;
  }
  copy(w, 1);
  if (w->at < w->in.len) copy_char(w);
  return REGEX_OK;
}

static RegexCode rewrite_java(Rewrite *w) {
  bool in_class = false;
  while (w->at < w->in.len) {
    Str rest = rest_of(w);
    char c = rest.ptr[0];
    if (c == '\\') {
      RegexCode code = rewrite_escape(w, in_class);
      if (code != REGEX_OK) return code;
      continue;
    }
    if (in_class && (c == '[' || str_starts(rest, STR("&&")))) {
      return refuse(w, REGEX_UNSUPPORTED, "a character class within a class is not supported");
    }
    if (c == '[' || c == ']') in_class = c == '[';
    copy_char(w);
    if (c == '[' && w->at < w->in.len && w->in.ptr[w->at] == '^') copy(w, 1);
  }
  return REGEX_OK;
}

RegexCode regex_from_java(Str pattern, StrBuf *out, const char **message) {
  Rewrite w = {.in = pattern, .out = out, .message = ""};
  RegexCode code = rewrite_java(&w);
  *message = w.message;
  return code;
}

/* --- SIMILAR TO ------------------------------------------------------------------------- */

/* A character that stands for itself. */
static void put_literal(Rewrite *w) {
  char c = w->in.ptr[w->at];
  bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (!plain && (unsigned char)c < 0x80) strbuf_putc(w->out, '\\');
  copy_char(w);
}

/* Size of the escape character if one stands here, else 0. */
static size_t escape_here(const Rewrite *w, uint32_t escape) {
  uint32_t cp;
  Str rest = rest_of(w);
  size_t n = utf8_decode(rest.ptr, rest.len, &cp);
  return escape != 0 && cp == escape ? n : 0;
}

/* [:ALPHA:] and the like within a class. */
static RegexCode similar_named_class(Rewrite *w) {
  static const struct {
    Str sql, pcre;
  } names[] = {{{"[:ALPHA:]", 9}, {"[:alpha:]", 9}},      {{"[:UPPER:]", 9}, {"[:upper:]", 9}},
               {{"[:LOWER:]", 9}, {"[:lower:]", 9}},      {{"[:DIGIT:]", 9}, {"[:digit:]", 9}},
               {{"[:ALNUM:]", 9}, {"[:alnum:]", 9}},      {{"[:SPACE:]", 9}, {"\\x20", 4}},
               {{"[:WHITESPACE:]", 14}, {"[:space:]", 9}}};
  Str rest = rest_of(w);
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    Str name = names[i].sql;
    if (rest.len < name.len || !str_eq_nocase((Str){rest.ptr, name.len}, name)) continue;
    strbuf_str(w->out, names[i].pcre);
    w->at += name.len;
    return REGEX_OK;
  }
  return refuse(w, REGEX_BAD, "unknown character class");
}

static RegexCode similar_class(Rewrite *w, uint32_t escape) {
  copy(w, 1);
  if (w->at < w->in.len && w->in.ptr[w->at] == '^') copy(w, 1);
  for (size_t n_items = 0; w->at < w->in.len; n_items++) {
    size_t escaped = escape_here(w, escape);
    w->at += escaped;
    if (w->at == w->in.len) break;
    char c = w->in.ptr[w->at];
    if (escaped == 0 && c == ']') {
      if (n_items == 0) return refuse(w, REGEX_BAD, "empty character class");
      copy(w, 1);
      return REGEX_OK;
    }
    if (escaped == 0 && c == '[') {
      RegexCode code = similar_named_class(w);
      if (code != REGEX_OK) return code;
    } else if (escaped == 0 && c == '-') {
      copy(w, 1);
    } else {
      put_literal(w);
    }
  }
  return refuse(w, REGEX_BAD, "a character class is not closed");
}

/* {n}, {n,}, {n,m}: digits and a comma, which PCRE2 reads the same. */
static RegexCode similar_count(Rewrite *w) {
  Str rest = rest_of(w);
  size_t n = 1;
  while (n < rest.len && ((rest.ptr[n] >= '0' && rest.ptr[n] <= '9') || rest.ptr[n] == ',')) n++;
  if (n == rest.len || rest.ptr[n] != '}' || n == 1 || rest.ptr[1] == ',') {
    return refuse(w, REGEX_BAD, "a repetition is {n}, {n,} or {n,m}");
  }
  copy(w, n + 1);
  return REGEX_OK;
}

/* One element of the pattern.  *repeatable: may a repetition follow? */
static RegexCode similar_element(Rewrite *w, uint32_t escape, bool *repeatable) {
  size_t escaped = escape_here(w, escape);
  w->at += escaped;
  if (w->at == w->in.len) return refuse(w, REGEX_BAD, "nothing follows the escape character");
  char c = w->in.ptr[w->at];
  bool repetition = escaped == 0 && (c == '*' || c == '+' || c == '?' || c == '{');
  if (repetition && !*repeatable) return refuse(w, REGEX_BAD, "a repetition has nothing to repeat");
  *repeatable = !repetition && !(escaped == 0 && (c == '|' || c == '('));
  if (escaped == 0 && c == '(') w->depth++;
  if (escaped == 0 && c == ')' && w->depth-- == 0) {
    return refuse(w, REGEX_BAD, "a parenthesis is closed that was not opened");
  }
  if (escaped != 0) {
    put_literal(w);
  } else if (c == '{') {
    return similar_count(w);
  } else if (c == '[') {
    return similar_class(w, escape);
  } else if (c == '%' || c == '_' || c == '(') {
    strbuf_puts(w->out, c == '%' ? "(?:.*)" : c == '_' ? "." : "(?:");
    w->at++;
  } else if (c == '|' || c == ')' || repetition) {
    copy(w, 1);
  } else {
    put_literal(w);
  }
  return REGEX_OK;
}

RegexCode regex_from_similar(Str pattern, uint32_t escape, StrBuf *out, const char **message) {
  Rewrite w = {.in = pattern, .out = out, .message = ""};
  bool repeatable = false;
  strbuf_puts(out, "(?s)\\A(?:");
  while (w.at < pattern.len) {
    RegexCode code = similar_element(&w, escape, &repeatable);
    *message = w.message;
    if (code != REGEX_OK) return code;
  }
  strbuf_puts(out, ")\\z");
  if (w.depth == 0) return REGEX_OK;
  *message = "a parenthesis is not closed";
  return REGEX_BAD;
}
