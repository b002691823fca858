/* func_printf.c -- PRINTF: java.util.Formatter in the locale US.
 *
 *     %[index$][flags][width][.precision]conversion      flags: - # + blank 0 , ( <
 *
 *   b s          anything: true or false; the text
 *   d o x c      integers: decimal, octal, hexadecimal, the character of that number
 *   e f g        floating point and DECIMAL
 *   % n          a percent sign, the end of a line
 *
 * B S X E G C write in upper case.  A NULL argument is the text "null".  A format that Java would
 * refuse, or that does not fit its arguments, gives NULL.  Java's other conversions (h, a, t) are
 * refused by name.  Widths count code points.
 */
#include "exec/expr/func_printf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"

static const char flag_chars[] = "-#+ 0,(<";

/* --- reading a format -------------------------------------------------------------------- */

/* Digits at *at; false: none, or too many for an int of Java's. */
static bool take_number(Str s, size_t *at, int64_t *out) {
  size_t from = *at;
  *out = 0;
  for (; *at < s.len && isdigit((unsigned char)s.ptr[*at]); ++*at) {
    *out = *out * 10 + (s.ptr[*at] - '0');
    if (*out > INT32_MAX) return false;
  }
  return *at > from;
}

static bool take_flags(Str s, size_t *at, Spec *spec) {
  for (const char *hit; *at < s.len && s.ptr[*at] != '\0'; ++*at) {
    if ((hit = strchr(flag_chars, s.ptr[*at])) == NULL) return true;
    unsigned flag = 1u << (hit - flag_chars);
    if ((spec->flags & flag) != 0) return false;
    spec->flags |= flag;
  }
  return true;
}

/* What stands behind a '%' at *at, which moves behind it. */
static bool take_spec(Str s, size_t *at, Spec *spec) {
  *spec = (Spec){.index = -1, .width = -1, .precision = -1};
  size_t after = *at;
  int64_t number;
  if (take_number(s, &after, &number) && after < s.len && s.ptr[after] == '$') {
    if (number == 0) return false;
    spec->index = number;
    *at = after + 1;
  }
  if (!take_flags(s, at, spec)) return false;
  if (*at < s.len && isdigit((unsigned char)s.ptr[*at]) && !take_number(s, at, &spec->width)) {
    return false;
  }
  if (*at < s.len && s.ptr[*at] == '.') {
    ++*at;
    if (!take_number(s, at, &spec->precision)) return false;
  }
  if (*at == s.len) return false;
  char c = s.ptr[(*at)++];
  spec->upper = isupper((unsigned char)c) != 0;
  spec->conversion = (char)tolower((unsigned char)c);
  return strchr(spec->upper ? "BSXEGCHAT" : "bsdoxcefg%nhat", c) != NULL && c != '\0';
}

/* Do flags, width and precision fit the conversion, as Java checks? */
static bool spec_is_good(const Spec *spec) {
  unsigned bad = 0, flags = spec->flags;
  bool numeric = strchr("doxefg", spec->conversion) != NULL;
  switch (spec->conversion) {
    case 'n':
      return spec->width < 0 && spec->precision < 0 && flags == 0;
    case 'd':
      bad = ALTERNATE;
      break;
    case 'o':
    case 'x':
      bad = GROUP | PARENS | PLUS | BLANK;
      break;
    case 'e':
      bad = GROUP;
      break;
    case 'g':
      bad = ALTERNATE;
      break;
    case 'f':
      break;
    default: /* b s c % */
      bad = ALTERNATE | PLUS | BLANK | ZERO | GROUP | PARENS;
  }
  if (strchr("doxc%", spec->conversion) != NULL && spec->precision >= 0) return false;
  if ((flags & bad) != 0 || ((flags & (LEFT | ZERO)) != 0 && spec->width < 0)) return false;
  return !numeric ||
         ((flags & (PLUS | BLANK)) != (PLUS | BLANK) && (flags & (LEFT | ZERO)) != (LEFT | ZERO));
}

/* --- one row ----------------------------------------------------------------------------- */

/* The argument that a spec is about: NULL when there is none. */
static const Vector *argument_of(Row *r, const Spec *spec) {
  int64_t i = (spec->flags & SAME) != 0 ? r->last : spec->index > 0 ? spec->index : r->next++;
  if (i <= 0 || i >= (int64_t)r->k->n_args) return NULL;
  r->last = i;
  return &r->k->args[i];
}

/* *good: the format is one and fits its arguments. */
static Code print_row(Row *r, Str format, bool *good) {
  *good = false;
  for (size_t at = 0; at < format.len;) {
    Spec spec;
    const char *percent = memchr(format.ptr + at, '%', format.len - at);
    size_t end = percent != NULL ? (size_t)(percent - format.ptr) : format.len;
    strbuf_put(&r->p->out, format.ptr + at, end - at);
    if (percent == NULL) break;
    at = end + 1;
    if (!take_spec(format, &at, &spec)) return OK;
    if (strchr("hat", spec.conversion) != NULL) {
      return func_fail(r->k, "the conversion %%%c is not built", spec.conversion);
    }
    if (!spec_is_good(&spec)) return OK;
    if (spec.conversion == '%' || spec.conversion == 'n') {
      printf_put_padded(r, &spec, spec.conversion == 'n' ? STR("\n") : STR("%"));
      continue;
    }
    const Vector *arg = argument_of(r, &spec);
    if (arg == NULL || !printf_put(r, &spec, arg)) return OK;
  }
  *good = true;
  return OK;
}

/* --- the function ------------------------------------------------------------------------ */

Code bind_printf(FuncBind *b) {
  Expr *call = b->call;
  TRY(bind_shape(b, "ta*", type_string(), "a format and values"));
  for (uint32_t i = 1; i < call->n_args; i++) {
    bind_type_null(b, i, type_string());
    Expr *arg = call->args[i];
    Type type = arg->type;
    if (type_is_numeric(type) || type_is_character(type) || type.kind == TYPE_BOOLEAN) continue;
    TRY(expr_cast_explicit(b->arena, arg, type_string(), false, arg->span, &call->args[i], b->err));
    bind_fold(b, i);
  }
  return OK;
}

Code printf_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  Printf *p = calloc(1, sizeof *p);
  if (p == NULL) return FAIL(err, ERR_MEMORY, call->span, "out of memory");
  strbuf_init(&p->out, TEXT_RESULT_MAX);
  strbuf_init(&p->magnitude, TEXT_RESULT_MAX);
  strbuf_init(&p->body, TEXT_RESULT_MAX);
  *state = p;
  return OK;
}

void printf_close(void *state) {
  Printf *p = state;
  if (p == NULL) return;
  strbuf_deinit(&p->out);
  strbuf_deinit(&p->magnitude);
  strbuf_deinit(&p->body);
  free(p);
}

Code kernel_printf(KernelCall *k) {
  Printf *p = k->state;
  for (uint32_t i = 0; i < k->n; i++) {
    Row r = {.k = k, .p = p, .row = k->sel[i], .next = 1};
    bool good = false;
    strbuf_clear(&p->out);
    if (vector_valid(&k->args[0], r.row)) TRY(print_row(&r, text_at(text_arg(k, 0), r.row), &good));
    if (!good) {
      put_null(k, r.row);
    } else if (strbuf_failed(&p->out)) {
      return FAIL(k->err, ERR_LIMIT, k->expr->span,
                  "the result of PRINTF is longer than %d bytes, or memory is out",
                  TEXT_RESULT_MAX);
    } else if (!func_put_text(k, r.row, strbuf_text(&p->out), p->out.len)) {
      return func_no_memory(k);
    }
  }
  return OK;
}
