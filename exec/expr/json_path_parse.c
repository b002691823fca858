/* json_path_parse.c -- the text of a path into steps. */
#include <string.h>

#include "exec/data/json_quote.h"
#include "exec/expr/json_path.h"

typedef struct Reader {
  JsonPath *path;
  const char *begin, *at, *end;
  JsonPathFault *fault;
  bool no_memory;
} Reader;

static bool bad(Reader *r, const char *what) {
  if (r->fault->what == NULL) *r->fault = (JsonPathFault){(size_t)(r->at - r->begin), what};
  return false;
}

static bool no_memory(Reader *r) {
  r->no_memory = true;
  return false;
}

static char peek(const Reader *r) { return r->at < r->end ? *r->at : '\0'; }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void skip_blanks(Reader *r) {
  while (is_blank(peek(r))) r->at++;
}

static bool take(Reader *r, char c) {
  if (peek(r) != c || r->at == r->end) return false;
  r->at++;
  return true;
}

/* A word, and no letter behind it. */
static bool take_word(Reader *r, Str word) {
  size_t left = (size_t)(r->end - r->at);
  if (left < word.len || !str_eq_nocase((Str){r->at, word.len}, word)) return false;
  char next = left > word.len ? r->at[word.len] : '\0';
  if ((next | 0x20) >= 'a' && (next | 0x20) <= 'z') return false;
  r->at += word.len;
  return true;
}

/* --- steps --------------------------------------------------------------------------- */

static bool add_step(Reader *r, JsonStep step) {
  JsonPath *p = r->path;
  if (p->n_steps == JSON_PATH_STEPS_MAX) return bad(r, "more steps than a path may have");
  p->definite &= !step.deep && (step.kind == JSON_STEP_KEY || step.kind == JSON_STEP_INDEX);
  p->steps[p->n_steps++] = step;
  return true;
}

static bool add_key(Reader *r, Str key, bool deep) {
  JsonStep step = {.kind = JSON_STEP_KEY, .deep = deep, .key = {NULL, key.len}};
  char *copy = arena_try_alloc(&r->path->arena, key.len + JSON_KEY_ROOM, 1);
  if (copy == NULL) return no_memory(r);
  memcpy(copy, key.ptr, key.len);
  memset(copy + key.len, 0, JSON_KEY_ROOM);
  step.key.ptr = copy;
  return add_step(r, step);
}

/* \uXXXX, perhaps a pair of them, as UTF-8. */
static bool read_unit(Reader *r, StrBuf *out) {
  char utf8[4];
  size_t len = json_escape_length(r->at, (size_t)(r->end - r->at));
  if (len == 0) return bad(r, "an escape that is no character");
  strbuf_put(out, utf8, json_unescape((Str){r->at, len}, utf8));
  r->at += len;
  return true;
}

/* From behind the opening quote to behind the closing one. */
static bool read_quoted(Reader *r, char quote, StrBuf *out) {
  while (!take(r, quote)) {
    if (r->at == r->end) return bad(r, "a quote is missing");
    if (*r->at != '\\') {
      strbuf_putc(out, *r->at++);
    } else if (r->end - r->at < 2) {
      return bad(r, "a quote is missing");
    } else if (r->at[1] == 'u') {
      if (!read_unit(r, out)) return false;
    } else {
      strbuf_putc(out, json_unescaped(r->at[1]));
      r->at += 2;
    }
  }
  return true;
}

static bool quoted_key(Reader *r, char quote, bool deep) {
  StrBuf key;
  strbuf_init(&key, 0);
  bool good = read_quoted(r, quote, &key);
  if (good && strbuf_failed(&key)) good = no_memory(r);
  if (good) good = add_key(r, (Str){strbuf_text(&key), key.len}, deep);
  strbuf_deinit(&key);
  return good;
}

static bool plain_key(Reader *r, bool deep) {
  const char *from = r->at;
  while (r->at < r->end && strchr(".[]()'\"*? \t\r\n", *r->at) == NULL) r->at++;
  if (peek(r) == '(') return bad(r, "functions in paths are not built");
  if (r->at == from) return bad(r, "a key is missing");
  if (r->at < r->end && *r->at != '.' && *r->at != '[' && !is_blank(*r->at)) {
    return bad(r, "a key with such a character stands in quotes: ['a*b']");
  }
  return add_key(r, (Str){from, (size_t)(r->at - from)}, deep);
}

/* --- subscripts ---------------------------------------------------------------------- */

/* 12, -3 */
static bool read_int(Reader *r, int32_t *out) {
  bool negative = take(r, '-');
  int64_t v = 0;
  if (peek(r) < '0' || peek(r) > '9') return bad(r, "a number is missing");
  for (; peek(r) >= '0' && peek(r) <= '9'; r->at++) {
    v = v * 10 + (*r->at - '0');
    if (v > INT32_MAX) return bad(r, "a subscript above 2147483647");
  }
  *out = (int32_t)(negative ? -v : v);
  return true;
}

/* The same, or last, last - 2. */
static bool read_index(Reader *r, int32_t *out) {
  if (!take_word(r, STR("last"))) return read_int(r, out);
  *out = -1;
  skip_blanks(r);
  if (!take(r, '-')) return true;
  skip_blanks(r);
  if (peek(r) == '-') return bad(r, "a number is missing");
  if (!read_int(r, out)) return false;
  *out = *out == INT32_MAX ? INT32_MIN : -*out - 1;
  return true;
}

static bool read_span(Reader *r, JsonSpan *out) {
  *out = (JsonSpan){.kind = JSON_SPAN_ONE};
  skip_blanks(r);
  if (peek(r) != ':') {
    if (!read_index(r, &out->from)) return false;
    out->has_from = true;
  }
  skip_blanks(r);
  if (take_word(r, STR("to"))) {
    out->kind = JSON_SPAN_TO;
    out->has_to = true;
    skip_blanks(r);
    if (!read_index(r, &out->to)) return false;
  } else if (take(r, ':')) {
    out->kind = JSON_SPAN_COLON;
    skip_blanks(r);
    out->has_to = peek(r) != ']' && peek(r) != ',';
    if (!out->has_from && !out->has_to) return bad(r, "a number is missing");
    if (out->has_to && !read_index(r, &out->to)) return false;
  }
  skip_blanks(r);
  return true;
}

static bool subscripts(Reader *r, bool deep) {
  JsonSpan *spans = NULL, one;
  uint32_t n = 0, cap = 0;
  do {
    if (!read_span(r, &one)) return false;
    if (n == cap) {
      cap = cap == 0 ? 4 : cap * 2;
      JsonSpan *more = arena_try_alloc(&r->path->arena, cap * sizeof *more, 8);
      if (more == NULL) return no_memory(r);
      if (n > 0) memcpy(more, spans, n * sizeof *more);
      spans = more;
    }
    spans[n++] = one;
  } while (take(r, ','));
  if (peek(r) != ']') return bad(r, "a closing bracket is missing");
  if (n == 1 && one.kind == JSON_SPAN_ONE) {
    return add_step(r, (JsonStep){.kind = JSON_STEP_INDEX, .deep = deep, .index = one.from});
  }
  return add_step(r,
                  (JsonStep){.kind = JSON_STEP_SPANS, .deep = deep, .spans = spans, .n_spans = n});
}

/* What stands in brackets, from behind the opening one. */
static bool bracket(Reader *r, bool deep) {
  skip_blanks(r);
  char c = peek(r);
  bool good;
  if (c == '*') {
    r->at++;
    good = add_step(r, (JsonStep){.kind = JSON_STEP_ALL, .deep = deep});
  } else if (c == '\'' || c == '"') {
    r->at++;
    good = quoted_key(r, c, deep);
    skip_blanks(r);
    if (good && peek(r) == ',') return bad(r, "several keys in one step are not built");
  } else if (c == '?') {
    return bad(r, "filters in paths are not built");
  } else {
    good = subscripts(r, deep);
  }
  if (!good) return false;
  skip_blanks(r);
  return take(r, ']') || bad(r, "a closing bracket is missing");
}

/* .key, .*, ."key", .['key'], and the same behind .. */
static bool dotted(Reader *r) {
  bool deep = take(r, '.');
  if (take(r, '[')) return bracket(r, deep);
  if (take(r, '*')) return add_step(r, (JsonStep){.kind = JSON_STEP_ALL, .deep = deep});
  if (take(r, '"')) return quoted_key(r, '"', deep);
  return plain_key(r, deep);
}

/* --- the whole ----------------------------------------------------------------------- */

static bool read_mode(Reader *r) {
  const char *from = r->at;
  bool lax = take_word(r, STR("lax"));
  if (!lax && !take_word(r, STR("strict"))) return false;
  if (!is_blank(peek(r))) { /* lax.a: a key like any other */
    r->at = from;
    return false;
  }
  skip_blanks(r);
  return lax;
}

static bool read_path(Reader *r) {
  skip_blanks(r);
  r->path->lax = read_mode(r);
  if (r->at == r->end) return bad(r, "a path is missing: $.key");
  bool rooted = take(r, '$');
  if (!rooted && peek(r) == '[' ? !(r->at++, bracket(r, false)) : !rooted && !plain_key(r, false)) {
    return false;
  }
  for (;;) {
    if (take(r, '.')) {
      if (!dotted(r)) return false;
    } else if (take(r, '[')) {
      if (!bracket(r, false)) return false;
    } else {
      break;
    }
  }
  skip_blanks(r);
  return r->at == r->end || bad(r, "a dot or a bracket is missing");
}

JsonPathCode json_path_compile(JsonPath *path, Str text, JsonPathFault *fault) {
  Reader r = {
      .path = path, .begin = text.ptr, .at = text.ptr, .end = text.ptr + text.len, .fault = fault};
  arena_reset(&path->arena);
  path->n_steps = 0;
  path->definite = true;
  *fault = (JsonPathFault){0};
  if (read_path(&r)) return JSON_PATH_OK;
  return r.no_memory ? JSON_PATH_NO_MEMORY : JSON_PATH_BAD;
}

void json_path_deinit(JsonPath *path) { arena_deinit(&path->arena); }
