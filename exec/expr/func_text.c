/* func_text.c -- text: concatenation, length, single characters, and what all text functions
 * share.
 */
#include "exec/expr/func_text.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

/* --- shared (func_rows.h) ------------------------------------------------------------- */

Code text_room_long(KernelCall *k, size_t len, TextRoom *room) {
  if (len > TEXT_RESULT_MAX) {
    return FAIL(k->err, ERR_LIMIT, k->expr->span, "the result of %s is longer than %d bytes",
                k->expr->func->name, TEXT_RESULT_MAX);
  }
  room->at = arena_try_alloc(k->text, len, 1);
  return room->at != NULL ? OK : func_no_memory(k);
}

bool const_text(const Expr *call, uint32_t i, Str *out) {
  assert(i < call->n_args);
  const Expr *arg = call->args[i];
  if (!expr_is_const(arg) || arg->value.null || type_phys(arg->type) != PHYS_TEXT) return false;
  *out = text_str(&arg->value.as.text);
  return true;
}

size_t char_offset(Str s, uint64_t n) {
  if (n >= s.len) return s.len; /* a code point has at least one byte */
  size_t i = 0;
  while (i + 8 <= n && (bytes_load(s.ptr + i, 8) & UINT64_C(0x8080808080808080)) == 0) i += 8;
  while (i < n && (unsigned char)s.ptr[i] < 0x80) i++;
  return i == n ? i : i + utf8_offset(s.ptr + i, s.len - i, n - i);
}

/* --- binds ---------------------------------------------------------------------------- */

Code bind_text(FuncBind *b) { return bind_shape(b, "t*", type_string(), "strings"); }

Code bind_text_to_int(FuncBind *b) { return bind_shape(b, "t*", type_of(TYPE_INT), "strings"); }

Code bind_text_to_bool(FuncBind *b) {
  return bind_shape(b, "t*", type_of(TYPE_BOOLEAN), "strings");
}

Code bind_text_int(FuncBind *b) {
  return bind_shape(b, "tl", type_string(), "a string and an integer");
}

Code bind_chr(FuncBind *b) { return bind_shape(b, "l", type_string(), "an integer"); }

Code bind_concat(FuncBind *b) {
  const Expr *call = b->call;
  uint32_t n_binary = 0;
  for (uint32_t i = 0; i < call->n_args; i++) n_binary += type_is_binary(call->args[i]->type);
  if (n_binary == 0) return bind_text(b);
  Type bytes = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
  for (uint32_t i = 0; i < call->n_args; i++) bind_type_null(b, i, bytes);
  for (uint32_t i = 0; i < call->n_args; i++) {
    if (!type_is_binary(call->args[i]->type)) return func_bad_args(b, "strings, or only bytes");
  }
  b->call->type = bytes;
  return OK;
}

Code bind_concat_ws(FuncBind *b) {
  TRY(bind_text(b));
  b->call->type.nullable = b->call->args[0]->type.nullable;
  return OK;
}

/* --- kernels -------------------------------------------------------------------------- */

/* Two short ones that are short together: each is a number of twelve bytes with zeros above. */
static TextRef join_short(const TextRef *x, const TextRef *y) {
  UInt128 a = 0, b = 0;
  TextRef out = {.len = x->len + y->len};
  memcpy(&a, x->prefix, TEXT_INLINE_MAX); /* it runs on into rest */
  memcpy(&b, y->prefix, TEXT_INLINE_MAX);
  a |= b << x->len * 8;
  memcpy(out.prefix, &a, TEXT_INLINE_MAX);
  return out;
}

static Code concat_two(KernelCall *k) {
  TextArg first = text_arg(k, 0), second = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    const TextRef *x = &first.at[row * first.step], *y = &second.at[row * second.step];
    size_t len = (size_t)x->len + y->len;
    if (BYTES_ASCEND && len <= TEXT_INLINE_MAX) {
      ((TextRef *)k->out->data)[row] = join_short(x, y);
      continue;
    }
    TextRoom room;
    TRY(text_room(k, len, &room));
    bytes_copy(room.at, text_bytes(x), x->len);
    bytes_copy(room.at + x->len, text_bytes(y), y->len);
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

Code kernel_concat(KernelCall *k) {
  if (k->n_args == 2) return concat_two(k);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    size_t len = 0, at = 0;
    for (uint32_t a = 0; a < k->n_args; a++) len += text_at(text_arg(k, a), row).len;
    TextRoom room;
    TRY(text_room(k, len, &room));
    for (uint32_t a = 0; a < k->n_args; a++) {
      Str s = text_at(text_arg(k, a), row);
      bytes_copy(room.at + at, s.ptr, s.len);
      at += s.len;
    }
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

/* The items of a row that are not NULL, with the separator between them.  out NULL: count
 * only. */
static size_t join_row(const KernelCall *k, uint32_t row, char *out) {
  Str separator = text_at(text_arg(k, 0), row);
  size_t len = 0;
  bool first = true;
  for (uint32_t a = 1; a < k->n_args; a++) {
    if (!vector_valid(&k->args[a], row)) continue;
    Str s = text_at(text_arg(k, a), row);
    if (!first) {
      if (out != NULL) memcpy(out + len, separator.ptr, separator.len);
      len += separator.len;
    }
    if (out != NULL) memcpy(out + len, s.ptr, s.len);
    len += s.len;
    first = false;
  }
  return len;
}

Code kernel_concat_ws(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!vector_valid(&k->args[0], row)) {
      put_null(k, row);
      continue;
    }
    size_t len = join_row(k, row, NULL);
    TextRoom room;
    TRY(text_room(k, len, &room));
    join_row(k, row, room.at);
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

Code kernel_char_length(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    put_int(k, row, (int32_t)utf8_count(s.ptr, s.len));
  }
  return OK;
}

Code kernel_ascii(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    uint32_t cp = 0;
    if (s.len > 0) utf8_decode(s.ptr, s.len, &cp);
    put_int(k, row, (int32_t)cp);
  }
  return OK;
}

/* As Flink: the low byte of the number is the code point; nothing for a negative one. */
Code kernel_chr(KernelCall *k) {
  IntArg number = int_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int64_t n = int_at(number, row);
    char bytes[TEXT_INLINE_MAX];
    size_t len = n < 0 ? 0 : utf8_encode((uint32_t)(n & 0xFF), bytes);
    put_text(k, row, (Str){bytes, len}); /* short: copied */
  }
  return OK;
}
