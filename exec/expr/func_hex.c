/* func_hex.c -- HEX, BIN, UNHEX: numbers and bytes as digits. */
#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/func_rows.h"

static const char digits[] = "0123456789ABCDEF";

Code bind_hex(FuncBind *b) {
  Type is = b->call->args[0]->type;
  bool number = type_is_integer(is);
  return bind_shape(b, number ? "l" : "y", type_string(), "an integer, a string or bytes");
}

Code bind_bin(FuncBind *b) { return bind_shape(b, "l", type_string(), "an integer"); }

Code bind_unhex(FuncBind *b) {
  return bind_shape(b, "t", type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX), "a string");
}

/* The number in two's complement, without leading zeros, shift bits to a digit. */
static Code put_digits(KernelCall *k, uint32_t row, uint64_t v, unsigned shift) {
  char text[64], *at = text + sizeof text;
  do {
    *--at = digits[v & ((1u << shift) - 1)];
    v >>= shift;
  } while (v != 0);
  bool stored = func_put_text(k, row, at, (size_t)(text + sizeof text - at));
  return stored ? OK : func_no_memory(k);
}

static uint64_t long_at(const KernelCall *k, uint32_t row) {
  return (uint64_t)((const int64_t *)k->args[0].data)[vector_at(&k->args[0], row)];
}

static Str bytes_at(const KernelCall *k, uint32_t row) {
  return text_str(&((const TextRef *)k->args[0].data)[vector_at(&k->args[0], row)]);
}

static Code hex_bytes(KernelCall *k, uint32_t row, Str bytes) {
  TextRoom room;
  TRY(text_room(k, 2 * bytes.len, &room));
  for (size_t i = 0; i < bytes.len; i++) {
    room.at[2 * i] = digits[(unsigned char)bytes.ptr[i] >> 4];
    room.at[2 * i + 1] = digits[(unsigned char)bytes.ptr[i] & 15];
  }
  put_text(k, row, (Str){room.at, 2 * bytes.len});
  return OK;
}

Code kernel_hex(KernelCall *k) {
  bool number = type_is_integer(k->expr->args[0]->type);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    TRY(number ? put_digits(k, row, long_at(k, row), 4) : hex_bytes(k, row, bytes_at(k, row)));
  }
  return OK;
}

Code kernel_bin(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (row_valid(k, row)) TRY(put_digits(k, row, long_at(k, row), 1));
  }
  return OK;
}

static int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* As in Flink the first of an odd number of digits becomes a byte 00, whatever it is; what is no
 * digit makes NULL. */
static Code unhex(KernelCall *k, uint32_t row, Str text) {
  size_t len = (text.len + 1) / 2, odd = text.len % 2;
  TextRoom room;
  TRY(text_room(k, len, &room));
  char *out = room.at;
  if (odd == 1) out[0] = '\0';
  for (size_t i = odd; i < len; i++) {
    int high = nibble(text.ptr[2 * i - odd]), low = nibble(text.ptr[2 * i + 1 - odd]);
    if (high < 0 || low < 0) {
      row_set_null(k, row);
      return OK;
    }
    out[i] = (char)(high << 4 | low);
  }
  put_text(k, row, (Str){out, len});
  return OK;
}

Code kernel_unhex(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (row_valid(k, row)) TRY(unhex(k, row, bytes_at(k, row)));
  }
  return OK;
}
