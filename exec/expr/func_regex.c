/* func_regex.c -- REGEXP, REGEXP_REPLACE, REGEXP_EXTRACT, REGEXP_COUNT, REGEXP_INSTR,
 * REGEXP_SUBSTR and SIMILAR TO over regex.h.
 *
 * As in Flink a pattern that is no regular expression gives NULL (REGEXP: FALSE), and the
 * replacement is plain text.  A match that exceeds the limits is an error: its outcome is
 * not known.  A bad SIMILAR TO pattern is an error too.
 *
 * The state of a call is one Regex; a constant pattern is compiled when the program is, any
 * other whenever it differs from the row's before.
 */
#include "exec/expr/func_regex.h"

#include <stdlib.h>
#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"
#include "exec/expr/func_text.h"

/* --- binds ---------------------------------------------------------------------------- */

Code bind_similar(FuncBind *b) { return bind_like(b); }

Code bind_regexp_replace(FuncBind *b) {
  return bind_shape(b, "ttt", type_string(), "a string, a pattern and a replacement");
}

Code bind_regexp_extract(FuncBind *b) {
  return bind_shape(b, b->call->n_args == 2 ? "tt" : "ttl", type_string(),
                    "a string, a pattern and the number of a group");
}

Code bind_regexp_to_int(FuncBind *b) {
  return bind_shape(b, "tt", type_of(TYPE_INT), "a string and a pattern");
}

/* --- state ---------------------------------------------------------------------------- */

/* OK also for a bad pattern of REGEXP and its kin: that is for the kernel to answer. */
static Code compile_constant(const RegexState *s, const Expr *call, Error *err) {
  Str pattern;
  if (!const_text(call, 1, &pattern)) return OK;
  RegexCode code = s->similar ? regex_compile_similar(s->regex, pattern, s->escape, true)
                              : regex_compile(s->regex, pattern, true);
  Span span = call->args[1]->span;
  if (code == REGEX_NO_MEMORY) return FAIL(err, ERR_MEMORY, span, "no memory for a pattern");
  if (code == REGEX_UNSUPPORTED || (code == REGEX_BAD && s->similar)) {
    return FAIL(err, code == REGEX_BAD ? ERR_DATA : ERR_UNSUPPORTED, span,
                "in the pattern of %s: %s", call->func->name, regex_message(s->regex));
  }
  return OK;
}

static Code open_state(const Expr *call, bool similar, void **state, Error *err) {
  Str escape;
  RegexState *s = calloc(1, sizeof *s);
  if (s != NULL) s->regex = regex_new();
  if (s == NULL || s->regex == NULL) {
    regex_close(s);
    return FAIL(err, ERR_MEMORY, call->span, "no memory for a pattern");
  }
  s->similar = similar;
  if (similar && call->n_args == 3 && const_text(call, 2, &escape)) {
    utf8_decode(escape.ptr, escape.len, &s->escape);
  }
  Code code = compile_constant(s, call, err);
  if (code != OK) {
    regex_close(s);
    return code;
  }
  *state = s;
  return OK;
}

Code regex_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  return open_state(call, false, state, err);
}

Code similar_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  return open_state(call, true, state, err);
}

void regex_close(void *state) {
  RegexState *s = state;
  if (s == NULL) return;
  regex_free(s->regex);
  free(s);
}

/* --- one row -------------------------------------------------------------------------- */

static Code pattern_outcome(KernelCall *k, const Regex *regex, RegexCode code, bool must_be) {
  if (code == REGEX_NO_MEMORY) return func_no_memory(k);
  if (code == REGEX_UNSUPPORTED || (code == REGEX_BAD && must_be)) {
    return func_fail(k, "in the pattern: %s", regex_message(regex));
  }
  return OK;
}

Code regex_use(KernelCall *k, Regex *regex, Str pattern, bool *good) {
  RegexCode code = regex_compile(regex, pattern, false);
  *good = code == REGEX_OK;
  return pattern_outcome(k, regex, code, false);
}

static Code use_pattern(KernelCall *k, Str pattern, bool *good) {
  RegexState *s = k->state;
  if (!s->similar) return regex_use(k, s->regex, pattern, good);
  RegexCode code = regex_compile_similar(s->regex, pattern, s->escape, false);
  *good = code == REGEX_OK;
  return pattern_outcome(k, s->regex, code, true);
}

Code regex_find(KernelCall *k, Regex *regex, Str text, size_t from, bool *hit) {
  RegexCode code = regex_match(regex, text, from);
  *hit = code == REGEX_OK;
  if (code == REGEX_NO_MEMORY) return func_no_memory(k);
  if (code == REGEX_LIMIT) {
    Code failed = func_fail(k, "matching a text of %zu bytes takes too many steps", text.len);
    error_hint(k->err, "write the pattern without a repetition within a repetition");
    return failed;
  }
  return OK;
}

static Code find_match(KernelCall *k, Str text, size_t from, bool *hit) {
  return regex_find(k, ((RegexState *)k->state)->regex, text, from, hit);
}

Str regex_part(const Regex *regex, Str text, int64_t i) {
  Str group = {text.ptr, 0};
  regex_group(regex, text, i, &group);
  return group;
}

static Str group_of(const KernelCall *k, Str text, int64_t i) {
  return regex_part(((const RegexState *)k->state)->regex, text, i);
}

size_t regex_next(Str text, Str match) {
  size_t end = (size_t)(match.ptr - text.ptr) + match.len;
  if (match.len > 0) return end;
  return end < text.len ? end + char_size(text, end) : text.len + 1;
}

/* --- kernels -------------------------------------------------------------------------- */

static Code similar_rows(KernelCall *k, bool want) {
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    bool good, hit;
    TRY(use_pattern(k, text_at(pattern, row), &good));
    assert(good);
    TRY(find_match(k, text_at(text, row), 0, &hit));
    put_bool(k, row, hit == want);
  }
  return OK;
}

Code kernel_similar(KernelCall *k) { return similar_rows(k, true); }
Code kernel_not_similar(KernelCall *k) { return similar_rows(k, false); }

Code kernel_regexp(KernelCall *k) {
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str p = text_at(pattern, row);
    bool good = false, hit = false;
    if (p.len > 0) TRY(use_pattern(k, p, &good)); /* the empty one is FALSE, as in Flink */
    if (good) TRY(find_match(k, text_at(text, row), 0, &hit));
    put_bool(k, row, hit);
  }
  return OK;
}

/* Bytes of the text with all matches replaced; out NULL: measure only.  *n_hits counts them. */
static Code replace_all(KernelCall *k, Str s, Str with, char *out, size_t *len, size_t *n_hits) {
  size_t kept = 0; /* bytes of s that are dealt with */
  *len = *n_hits = 0;
  for (size_t from = 0; from <= s.len;) {
    bool hit;
    TRY(find_match(k, s, from, &hit));
    if (!hit) break;
    Str match = group_of(k, s, 0);
    size_t before = (size_t)(match.ptr - s.ptr) - kept;
    if (out != NULL) {
      memcpy(out + *len, s.ptr + kept, before);
      memcpy(out + *len + before, with.ptr, with.len);
    }
    *len += before + with.len;
    kept += before + match.len;
    ++*n_hits;
    from = regex_next(s, match);
  }
  if (out != NULL) memcpy(out + *len, s.ptr + kept, s.len - kept);
  *len += s.len - kept;
  return OK;
}

static Code replace_row(KernelCall *k, uint32_t row, Str s, Str with) {
  size_t len, n_hits;
  TRY(replace_all(k, s, with, NULL, &len, &n_hits));
  if (n_hits == 0) {
    put_text(k, row, s); /* borrowed from the argument */
    return OK;
  }
  TextRoom room;
  TRY(text_room(k, len, &room));
  TRY(replace_all(k, s, with, room.at, &len, &n_hits));
  put_text(k, row, (Str){room.at, len});
  return OK;
}

Code kernel_regexp_replace(KernelCall *k) {
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1), with = text_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    bool good;
    TRY(use_pattern(k, text_at(pattern, row), &good));
    if (good) {
      TRY(replace_row(k, row, text_at(text, row), text_at(with, row)));
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_regexp_extract(KernelCall *k) {
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1);
  IntArg group = {0};
  if (k->n_args == 3) group = int_arg(k, 2);
  const RegexState *state = k->state;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row), part;
    bool good, hit = false;
    TRY(use_pattern(k, text_at(pattern, row), &good));
    if (good) TRY(find_match(k, s, 0, &hit));
    if (hit && regex_group(state->regex, s, k->n_args == 3 ? int_at(group, row) : 0, &part)) {
      put_text(k, row, part); /* borrowed from the argument */
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_regexp_count(KernelCall *k) {
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    bool good;
    size_t len, n_hits;
    TRY(use_pattern(k, text_at(pattern, row), &good));
    if (good) {
      TRY(replace_all(k, text_at(text, row), STR(""), NULL, &len, &n_hits));
      put_int(k, row, (int32_t)n_hits);
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_regexp_instr(KernelCall *k) {
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    bool good, hit;
    TRY(use_pattern(k, text_at(pattern, row), &good));
    if (!good) {
      put_null(k, row);
      continue;
    }
    TRY(find_match(k, s, 0, &hit));
    size_t before = hit ? (size_t)(group_of(k, s, 0).ptr - s.ptr) : 0;
    put_int(k, row, hit ? (int32_t)utf8_count(s.ptr, before) + 1 : 0);
  }
  return OK;
}
