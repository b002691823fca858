/* func_text_like.c -- LIKE and NOT LIKE over like.h.
 *
 * A constant pattern is compiled when the program is; another one whenever it differs from
 * the row's before.  The escape character is always a constant; without ESCAPE it is the
 * backslash.
 */
#include "exec/expr/func_text.h"

#include <stdlib.h>
#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"
#include "exec/expr/like.h"

typedef struct LikeState {
  LikePattern pattern;
  bool constant, compiled;
  uint32_t escape;
  StrBuf source; /* of what is compiled */
} LikeState;

static Code bad_escape(FuncBind *b) {
  FAIL(b->err, ERR_TYPE, b->call->args[2]->span, "ESCAPE takes a constant of one character");
  error_hint(b->err, "write it as in: LIKE '10!%%' ESCAPE '!'");
  return ERR_TYPE;
}

Code bind_like(FuncBind *b) {
  TRY(bind_text_to_bool(b));
  if (b->call->n_args < 3) return OK;
  Str escape;
  if (!const_text(b->call, 2, &escape)) return bad_escape(b);
  return escape.len > 0 && char_size(escape, 0) == escape.len ? OK : bad_escape(b);
}

Code like_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  LikeState *s = calloc(1, sizeof *s);
  if (s == NULL) return FAIL(err, ERR_MEMORY, call->span, "no memory for a LIKE pattern");
  *state = s;
  strbuf_init(&s->source, 0);
  s->escape = '\\';
  Str escape, pattern;
  if (call->n_args == 3 && const_text(call, 2, &escape)) {
    utf8_decode(escape.ptr, escape.len, &s->escape);
  }
  if (!const_text(call, 1, &pattern)) return OK;
  s->constant = true;
  if (like_compile(&s->pattern, pattern, s->escape)) return OK;
  like_close(s);
  *state = NULL;
  return FAIL(err, ERR_MEMORY, call->span, "no memory for a LIKE pattern");
}

void like_close(void *state) {
  LikeState *s = state;
  if (s == NULL) return;
  like_deinit(&s->pattern);
  strbuf_deinit(&s->source);
  free(s);
}

/* Make pattern the one that is compiled.  false: no memory. */
static bool like_use(LikeState *s, Str pattern) {
  if (s->compiled && str_eq(pattern, (Str){s->source.data, s->source.len})) return true;
  strbuf_clear(&s->source);
  strbuf_str(&s->source, pattern);
  s->compiled = !strbuf_failed(&s->source) && like_compile(&s->pattern, pattern, s->escape);
  return s->compiled;
}

/* Patterns abc% of up to the four bytes that every value has at hand: no row needs a branch. */
static void prefix_rows(KernelCall *k, Str prefix, bool want) {
  TextArg text = text_arg(k, 0);
  int8_t *out = k->out->data;
  uint32_t wanted = 0, mask = 0;
  memcpy(&wanted, prefix.ptr, prefix.len);
  memset(&mask, 0xFF, prefix.len);
  for (uint32_t row = 0; row < k->rows; row++) {
    const TextRef *t = &text.at[row * text.step];
    uint32_t begin;
    memcpy(&begin, t->prefix, sizeof begin);
    out[row] = ((begin & mask) == wanted && t->len >= prefix.len) == want;
  }
}

static Code like_rows(KernelCall *k, bool want) {
  LikeState *s = k->state;
  TextArg text = text_arg(k, 0), pattern = text_arg(k, 1);
  bool is_prefix = s->constant && s->pattern.shape == LIKE_STARTS;
  if (is_prefix && s->pattern.plain.len <= sizeof text.at->prefix) {
    prefix_rows(k, s->pattern.plain, want);
    return OK;
  }
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    if (!s->constant && !like_use(s, text_at(pattern, row))) return func_no_memory(k);
    put_bool(k, row, like_match(&s->pattern, text_at(text, row)) == want);
  }
  return OK;
}

Code kernel_like(KernelCall *k) { return like_rows(k, true); }
Code kernel_not_like(KernelCall *k) { return like_rows(k, false); }
