/* func_bits.c -- integers as bits: BIT_AND, BIT_OR, BIT_XOR, BIT_NOT, the shifts; CONV. */
#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"

/* --- BIT_AND, BIT_OR, BIT_XOR, BIT_NOT ------------------------------------------------------ */

/* Integers of one type, which is that of the result: the sign's bit is like any other. */
Code bind_bits(FuncBind *b) {
  const char *takes = b->call->n_args == 1 ? "an integer" : "two integers";
  Type type;
  for (uint32_t i = 0; i < b->call->n_args; i++) {
    bind_type_null(b, i, type_of(TYPE_INT));
    if (!type_is_integer(b->call->args[i]->type)) return func_bad_args(b, takes);
  }
  TRY(bind_common(b, takes, &type));
  b->call->type = type;
  return OK;
}

typedef enum BitOp { BITS_AND, BITS_OR, BITS_XOR, BITS_NOT } BitOp;

static BitOp bit_op_of(const char *name) {
  static const char *const names[] = {"BIT_AND", "BIT_OR", "BIT_XOR", "BIT_NOT"};
  BitOp op = BITS_AND;
  while (strcmp(names[op], name) != 0) op++; /* funcs_more.def names only these */
  return op;
}

/* All rows, also those that do not count: nothing can fail. */
#define BITS_LOOP(type)                                          \
  do {                                                           \
    const type *x = a->data, *y = c->data;                       \
    type *out = k->out->data;                                    \
    uint32_t sx = a->constant ? 0 : 1, sy = c->constant ? 0 : 1; \
    for (uint32_t i = 0; i < k->rows; i++) {                     \
      type u = x[i * sx], v = y[i * sy];                         \
      out[i] = (type)(op == BITS_AND   ? u & v                   \
                      : op == BITS_OR  ? u | v                   \
                      : op == BITS_XOR ? u ^ v                   \
                                       : ~u);                    \
    }                                                            \
  } while (0)

Code kernel_bits(KernelCall *k) {
  BitOp op = bit_op_of(k->expr->func->name);
  const Vector *a = &k->args[0], *c = &k->args[k->n_args - 1];
  switch (phys_size(type_phys(k->out->type))) {
    case 1:
      BITS_LOOP(int8_t);
      break;
    case 2:
      BITS_LOOP(int16_t);
      break;
    case 4:
      BITS_LOOP(int32_t);
      break;
    default:
      BITS_LOOP(int64_t);
  }
  return OK;
}

/* --- BIT_LEFT_SHIFT, BIT_RIGHT_SHIFT -------------------------------------------------------- */

Code bind_shift(FuncBind *b) {
  return bind_shape(b, "ll", type_of(TYPE_BIGINT), "an integer and a number of bits");
}

/* By n modulo 64, as Java; to the right the sign is kept. */
Code kernel_shift(KernelCall *k) {
  bool left = k->expr->func->name[4] == 'L';
  IntArg number = int_arg(k, 0), bits = int_arg(k, 1);
  for (uint32_t i = 0; i < k->rows; i++) {
    unsigned n = (unsigned)(int_at(bits, i) & 63);
    int64_t x = int_at(number, i);
    put_long(k, i, left ? (int64_t)((uint64_t)x << n) : x >> n);
  }
  return OK;
}

/* --- CONV --------------------------------------------------------------------------------- */

Code bind_conv(FuncBind *b) {
  static const char takes[] = "a number as string or integer, and two bases";
  bool text = !type_is_integer(b->call->args[0]->type);
  TRY(bind_shape(b, text ? "tll" : "lll", type_string(), takes));
  if (!text) {
    TRY(expr_cast_explicit(b->arena, b->call->args[0], type_string(), false, b->call->span,
                           &b->call->args[0], b->err));
    bind_fold(b, 0);
  }
  return OK;
}

static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'z') return (unsigned)(c - 'a') + 10;
  if (c >= 'A' && c <= 'Z') return (unsigned)(c - 'A') + 10;
  return 99;
}

/* As Hive and MySQL: up to the first character that is no digit, modulo 2^64, the greatest number
 * if there are more digits. */
static uint64_t read_number(Str s, unsigned base) {
  bool negative = s.len > 0 && s.ptr[0] == '-';
  uint64_t number = 0;
  for (size_t i = negative; i < s.len && digit_value(s.ptr[i]) < base; i++) {
    bool over = __builtin_mul_overflow(number, (uint64_t)base, &number);
    over |= __builtin_add_overflow(number, (uint64_t)digit_value(s.ptr[i]), &number);
    if (over) return UINT64_MAX;
  }
  return negative ? 0 - number : number;
}

/* Digits of a number at the end of out[0..65); returns where they begin. */
static char *write_number(uint64_t number, int64_t to, char *end) {
  bool negative = to < 0 && (int64_t)number < 0;
  uint64_t base = (uint64_t)(to < 0 ? -to : to);
  if (negative) number = 0 - number;
  do {
    *--end = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % base];
    number /= base;
  } while (number != 0);
  if (negative) *--end = '-';
  return end;
}

Code kernel_conv(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  IntArg from_base = int_arg(k, 1), to_base = int_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int64_t from = int_at(from_base, row), to = int_at(to_base, row);
    bool good_to = (to >= 2 && to <= 36) || (to >= -36 && to <= -2);
    Str s = str_trim(text_at(text, row));
    if (from < 2 || from > 36 || !good_to || s.len == 0) {
      put_null(k, row);
      continue;
    }
    char room[65], *end = room + sizeof room;
    char *at = write_number(read_number(s, (unsigned)from), to, end);
    if (!func_put_text(k, row, at, (size_t)(end - at))) return func_no_memory(k);
  }
  return OK;
}
