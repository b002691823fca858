/* func_printf_put.c -- values written by a spec of PRINTF's, as java.util.Formatter does. */
#include "exec/expr/func_printf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/expr/func_digits.h"
#include "exec/expr/func_num.h"
#include "exec/expr/func_rows.h"

/* --- laying out -------------------------------------------------------------------------- */

static void put_upper(StrBuf *out, Str s) {
  for (size_t i = 0, size; i < s.len; i += size) {
    uint32_t cp;
    char bytes[4];
    size = utf8_decode(s.ptr + i, s.len - i, &cp);
    strbuf_put(out, bytes, utf8_encode(utf8_upper(cp), bytes));
  }
}

void printf_put_padded(Row *r, const Spec *spec, Str s) {
  StrBuf *out = &r->p->out;
  int64_t chars = (int64_t)utf8_count(s.ptr, s.len);
  size_t blanks = spec->width > chars ? (size_t)(spec->width - chars) : 0;
  if ((spec->flags & LEFT) == 0) strbuf_fill(out, ' ', blanks);
  if (spec->upper) {
    put_upper(out, s);
  } else {
    strbuf_str(out, s);
  }
  if ((spec->flags & LEFT) != 0) strbuf_fill(out, ' ', blanks);
}

/* s cut to the precision. */
static void put_cut(Row *r, const Spec *spec, Str s) {
  if (spec->precision >= 0) s.len = utf8_offset(s.ptr, s.len, (size_t)spec->precision);
  printf_put_padded(r, spec, s);
}

static void put_body(Row *r, const Spec *spec) {
  const StrBuf *body = &r->p->body;
  if (strbuf_failed(body)) {
    r->p->out.failed = true;
  } else {
    printf_put_padded(r, spec, (Str){body->data, body->len});
  }
}

/* Begin a number of len characters with its sign or prefix, and zeros up to the width. */
static StrBuf *begin_body(Row *r, const Spec *spec, const char *prefix, size_t len) {
  StrBuf *body = &r->p->body;
  strbuf_clear(body);
  strbuf_puts(body, prefix);
  len += strlen(prefix);
  if ((spec->flags & ZERO) != 0 && spec->width > (int64_t)len) {
    strbuf_fill(body, '0', (size_t)spec->width - len);
  }
  return body;
}

static const char *sign_of(const Spec *spec, bool negative) {
  if (negative) return (spec->flags & PARENS) != 0 ? "(" : "-";
  return (spec->flags & PLUS) != 0 ? "+" : (spec->flags & BLANK) != 0 ? " " : "";
}

/* A number: its digits with sign, commas and zeros as the flags say, and what stands behind. */
static void put_number(Row *r, const Spec *spec, bool negative, Str digits, const char *tail) {
  size_t whole = 0;
  const char *closing = negative && (spec->flags & PARENS) != 0 ? ")" : "";
  while (whole < digits.len && digits.ptr[whole] != '.') whole++;
  size_t commas = (spec->flags & GROUP) != 0 && whole > 0 ? (whole - 1) / 3 : 0;
  size_t len = digits.len + commas + strlen(tail) + strlen(closing);
  StrBuf *body = begin_body(r, spec, sign_of(spec, negative), len);
  for (size_t i = 0; i < whole; i++) {
    if (commas > 0 && i > 0 && (whole - i) % 3 == 0) strbuf_putc(body, ',');
    strbuf_putc(body, digits.ptr[i]);
  }
  strbuf_str(body, str_part(digits, whole, digits.len));
  strbuf_printf(body, "%s%s", tail, closing);
  put_body(r, spec);
}

/* --- conversions ------------------------------------------------------------------------- */

static void put_integer(Row *r, const Spec *spec, int64_t v) {
  char text[INT_TEXT_MAX];
  size_t len = int_print(v, text), sign = v < 0;
  put_number(r, spec, v < 0, (Str){text + sign, len - sign}, "");
}

/* Octal or hexadecimal digits of the two's complement in the type's bytes. */
static void put_bits(Row *r, const Spec *spec, int64_t v, size_t bytes) {
  char text[24], *at = text + sizeof text;
  unsigned shift = spec->conversion == 'x' ? 4 : 3;
  uint64_t bits = (uint64_t)v & (UINT64_MAX >> (64 - 8 * bytes));
  do {
    *--at = "0123456789abcdef"[bits & ((1u << shift) - 1)];
    bits >>= shift;
  } while (bits != 0);
  Str digits = {at, (size_t)(text + sizeof text - at)};
  const char *prefix = (spec->flags & ALTERNATE) == 0 ? "" : shift == 4 ? "0x" : "0";
  strbuf_str(begin_body(r, spec, prefix, digits.len), digits);
  put_body(r, spec);
}

static bool put_character(Row *r, const Spec *spec, int64_t v) {
  if (v < 0 || v > 0x10FFFF) return false;
  char bytes[4];
  bool half = v >= 0xD800 && v <= 0xDFFF; /* a surrogate is no character: '?', as in Java */
  printf_put_padded(r, spec, (Str){bytes, utf8_encode(half ? '?' : (uint32_t)v, bytes)});
  return true;
}

static void put_real(Row *r, const Spec *spec, const Digits *x) {
  StrBuf *magnitude = &r->p->magnitude;
  uint32_t precision = spec->precision < 0 ? 6 : (uint32_t)spec->precision;
  int32_t exponent = 0;
  char tail[16] = "";
  bool wide = spec->conversion == 'e';
  if (spec->conversion == 'g') {
    if (precision == 0) precision = 1;
    wide = digits_are_wide(*x, precision, &exponent);
    precision = wide ? precision - 1 : (uint32_t)((int64_t)precision - (exponent + 1));
  }
  strbuf_clear(magnitude);
  if (wide) {
    digits_put_scientific(*x, precision, magnitude, &exponent);
    snprintf(tail, sizeof tail, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
  } else {
    digits_put_fixed(*x, precision, magnitude);
  }
  if (precision == 0 && (spec->flags & ALTERNATE) != 0) strbuf_putc(magnitude, '.');
  if (strbuf_failed(magnitude)) {
    r->p->out.failed = true;
    return;
  }
  put_number(r, spec, x->negative, (Str){magnitude->data, magnitude->len}, tail);
}

static void put_not_finite(Row *r, const Spec *spec, double x) {
  Spec plain = *spec;
  plain.flags &= ~(unsigned)(ZERO | GROUP);
  if (isnan(x)) plain.flags &= ~(unsigned)(PLUS | BLANK);
  put_number(r, &plain, !isnan(x) && x < 0, isnan(x) ? STR("NaN") : STR("Infinity"), "");
}

/* The argument as the text that CAST gives, but TRUE in lower case. */
static void put_as_text(Row *r, const Spec *spec, const Vector *v, uint32_t at) {
  char text[DECIMAL_TEXT_MAX + DOUBLE_TEXT_MAX];
  Phys phys = type_phys(v->type);
  size_t len;
  if (phys == PHYS_TEXT) {
    put_cut(r, spec, text_str(&((const TextRef *)v->data)[at]));
    return;
  }
  if (v->type.kind == TYPE_BOOLEAN) {
    put_cut(r, spec, str_of(((const int8_t *)v->data)[at] ? "true" : "false"));
    return;
  }
  if (v->type.kind == TYPE_DOUBLE) {
    len = double_print(((const double *)v->data)[at], text);
  } else if (v->type.kind == TYPE_FLOAT) {
    len = float_print(((const float *)v->data)[at], text);
  } else {
    unsigned scale = v->type.kind == TYPE_DECIMAL ? v->type.scale : 0;
    len = decimal_print(num_get(v, phys, at), scale, text);
  }
  put_cut(r, spec, (Str){text, len});
}

static bool put_integers(Row *r, const Spec *spec, const Vector *v, uint32_t at) {
  if (!type_is_integer(v->type)) return false;
  Phys phys = type_phys(v->type);
  int64_t value = (int64_t)num_get(v, phys, at);
  if (spec->conversion == 'c') return phys != PHYS_I64 && put_character(r, spec, value);
  if (spec->conversion == 'd') {
    put_integer(r, spec, value);
  } else {
    put_bits(r, spec, value, phys_size(phys));
  }
  return true;
}

static bool put_reals(Row *r, const Spec *spec, const Vector *v, uint32_t at) {
  Digits digits;
  if (v->type.kind == TYPE_DECIMAL) {
    digits = digits_of_decimal(num_get(v, type_phys(v->type), at), v->type.scale);
  } else if (v->type.kind == TYPE_DOUBLE || v->type.kind == TYPE_FLOAT) {
    bool single = v->type.kind == TYPE_FLOAT;
    double x = single ? (double)((const float *)v->data)[at] : ((const double *)v->data)[at];
    if (!isfinite(x)) {
      put_not_finite(r, spec, x);
      return true;
    }
    digits = digits_of_double(x);
  } else {
    return false;
  }
  put_real(r, spec, &digits);
  return true;
}

bool printf_put(Row *r, const Spec *spec, const Vector *v) {
  if (!vector_valid(v, r->row)) {
    put_cut(r, spec, spec->conversion == 'b' ? STR("false") : STR("null"));
    return true;
  }
  uint32_t at = vector_at(v, r->row);
  switch (spec->conversion) {
    case 'b':
      if (v->type.kind != TYPE_BOOLEAN) {
        put_cut(r, spec, STR("true"));
        return true;
      }
      put_as_text(r, spec, v, at);
      return true;
    case 's':
      put_as_text(r, spec, v, at);
      return true;
    case 'd':
    case 'o':
    case 'x':
    case 'c':
      return put_integers(r, spec, v, at);
    default:
      return put_reals(r, spec, v, at);
  }
}
