/* func_classify.c -- what kind of value is it: IS_ALPHA, IS_DIGIT, IS_DECIMAL, IS_NAN.
 *
 * Letters and digits are those of Unicode, code points outside of the BMP included.  A NULL is none
 * of these, and neither is the empty text.
 */
#include <math.h>
#include <utf8proc.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"

Code bind_classify(FuncBind *b) {
  bind_type_null(b, 0, type_string());
  return bind_shape(b, "a", type_of(TYPE_BOOLEAN), "a value");
}

static bool is_letter(utf8proc_category_t c) {
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}
static bool is_digit(utf8proc_category_t c) { return c == UTF8PROC_CATEGORY_ND; }

static bool all_are(Str s, bool (*is)(utf8proc_category_t)) {
  for (size_t i = 0, size; i < s.len; i += size) {
    uint32_t cp;
    size = utf8_decode(s.ptr + i, s.len - i, &cp);
    if (!is(utf8proc_category((utf8proc_int32_t)cp))) return false;
  }
  return s.len > 0;
}

/* --- numbers as Java's Double.parseDouble reads them ------------------------------------- */

static size_t skip_digits(Str s, size_t *i, bool hex) {
  size_t from = *i;
  for (; *i < s.len; ++*i) {
    char c = s.ptr[*i];
    bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!(c >= '0' && c <= '9') && !(hex && letter)) break;
  }
  return *i - from;
}

static bool skip_one_of(Str s, size_t *i, char a, char b) {
  bool there = *i < s.len && (s.ptr[*i] == a || s.ptr[*i] == b);
  *i += there;
  return there;
}

/* 12 1.5 .5 5. 1e9 0x1.8p1, a sign before and f or d behind it; NaN, Infinity. */
static bool is_number(Str s) {
  size_t i = 0;
  while (s.len > 0 && (unsigned char)s.ptr[0] <= ' ') s = str_part(s, 1, s.len);
  while (s.len > 0 && (unsigned char)s.ptr[s.len - 1] <= ' ') s.len--;
  skip_one_of(s, &i, '+', '-');
  Str rest = str_part(s, i, s.len);
  if (str_eq(rest, STR("NaN")) || str_eq(rest, STR("Infinity"))) return true;
  bool hex = str_starts(rest, STR("0x")) || str_starts(rest, STR("0X"));
  if (hex) i += 2;
  size_t digits = skip_digits(s, &i, hex);
  if (skip_one_of(s, &i, '.', '.')) digits += skip_digits(s, &i, hex);
  if (digits == 0) return false;
  if (skip_one_of(s, &i, hex ? 'p' : 'e', hex ? 'P' : 'E')) {
    skip_one_of(s, &i, '+', '-');
    if (skip_digits(s, &i, false) == 0) return false;
  } else if (hex) {
    return false;
  }
  if (!skip_one_of(s, &i, 'f', 'F')) skip_one_of(s, &i, 'd', 'D');
  return i == s.len;
}

/* --- kernels ----------------------------------------------------------------------------- */

static bool is_alpha_text(Str s) { return all_are(s, is_letter); }
static bool is_digit_text(Str s) { return all_are(s, is_digit); }
static bool is_number_text(Str s) { return is_number(s) || is_digit_text(s); }

/* Of a value that is no text its type tells. */
static Code classify(KernelCall *k, bool (*is)(Str), bool of_type) {
  bool is_text = type_is_character(k->args[0].type);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    bool there = vector_valid(&k->args[0], row);
    put_bool(k, row, there && (is_text ? is(text_at(text_arg(k, 0), row)) : of_type));
  }
  return OK;
}

Code kernel_is_alpha(KernelCall *k) { return classify(k, is_alpha_text, false); }
Code kernel_is_digit(KernelCall *k) {
  return classify(k, is_digit_text, type_is_integer(k->args[0].type));
}
Code kernel_is_decimal(KernelCall *k) {
  return classify(k, is_number_text, type_is_numeric(k->args[0].type));
}

Code bind_is_nan(FuncBind *b) { return bind_shape(b, "d", type_of(TYPE_BOOLEAN), "a number"); }

Code kernel_is_nan(KernelCall *k) {
  const Vector *v = &k->args[0];
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_bool(k, row, isnan(((const double *)v->data)[vector_at(v, row)]));
  }
  return OK;
}
