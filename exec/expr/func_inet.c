/* func_inet.c -- IPv4 addresses as numbers: INET_ATON, INET_NTOA.
 *
 * As MySQL and Flink: a.b is a.0.0.b and a.b.c is a.b.0.c, each part up to 255; a alone is the
 * number itself.  Leading zeros mean nothing.
 */
#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"

Code bind_inet_aton(FuncBind *b) { return bind_shape(b, "t", type_of(TYPE_BIGINT), "a string"); }

/* An INT is read without sign, as in Flink. */
Code bind_inet_ntoa(FuncBind *b) {
  bind_type_null(b, 0, type_of(TYPE_BIGINT));
  if (!type_is_integer(b->call->args[0]->type)) return func_bad_args(b, "an integer");
  bool wide = b->call->args[0]->type.kind == TYPE_BIGINT;
  return bind_shape(b, wide ? "l" : "i", type_string(), "an integer");
}

static bool parse_address(Str s, int64_t *out) {
  int64_t parts[4] = {0};
  uint32_t n = 0;
  bool digit = false;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (c == '.') {
      if (!digit || ++n == COUNT_OF(parts)) return false;
      digit = false;
      continue;
    }
    if (c < '0' || c > '9') return false;
    digit = true;
    parts[n] = parts[n] * 10 + (c - '0');
    if (parts[n] > UINT32_MAX) return false;
  }
  if (!digit) return false;
  *out = parts[n];
  if (n == 0) return true;
  for (uint32_t i = 0; i <= n; i++) {
    if (parts[i] > 255) return false;
    if (i < n) *out |= parts[i] << (24 - 8 * i);
  }
  return true;
}

Code kernel_inet_aton(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int64_t address;
    if (parse_address(text_at(text, row), &address)) {
      put_long(k, row, address);
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

static size_t print_address(uint32_t address, char *out) {
  char *at = out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    unsigned part = address >> shift & 255;
    if (part >= 100) *at++ = (char)('0' + part / 100);
    if (part >= 10) *at++ = (char)('0' + part / 10 % 10);
    *at++ = (char)('0' + part % 10);
    if (shift > 0) *at++ = '.';
  }
  return (size_t)(at - out);
}

Code kernel_inet_ntoa(KernelCall *k) {
  const Vector *v = &k->args[0];
  bool wide = type_phys(v->type) == PHYS_I64;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    uint32_t at = vector_at(v, row);
    int64_t address = wide ? ((const int64_t *)v->data)[at] : ((const uint32_t *)v->data)[at];
    char text[16];
    if (address < 0 || address > UINT32_MAX) {
      put_null(k, row);
    } else if (!func_put_text(k, row, text, print_address((uint32_t)address, text))) {
      return func_no_memory(k);
    }
  }
  return OK;
}
