/* func_text_find.c -- where a text is in another: POSITION, INSTR, LOCATE, STARTSWITH,
 * ENDSWITH.
 *
 * The search is bytewise (str_find), which cannot hit the middle of a code point where both
 * are UTF-8; only the position found is counted in code points.
 */
#include "exec/expr/func_text.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

Code bind_locate(FuncBind *b) {
  return bind_shape(b, b->call->n_args == 2 ? "tt" : "ttl", type_of(TYPE_INT),
                    "two strings and a position");
}

Code bind_startswith(FuncBind *b) {
  Expr **args = b->call->args;
  if (!type_is_binary(args[0]->type) && !type_is_binary(args[1]->type)) return bind_text_to_bool(b);
  Type bytes = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
  for (uint32_t i = 0; i < 2; i++) bind_type_null(b, i, bytes);
  if (!type_is_binary(args[0]->type) || !type_is_binary(args[1]->type)) {
    return func_bad_args(b, "two strings, or bytes twice");
  }
  b->call->type = type_of(TYPE_BOOLEAN);
  return OK;
}

/* Position of x in s at or behind position start, 0: none.  The empty text is at 1, wherever
 * the search starts, as in Flink. */
static int32_t position_of(Str x, Str s, int64_t start) {
  if (x.len == 0) return 1;
  size_t from = start > 1 ? char_offset(s, (uint64_t)start - 1) : 0;
  const char *hit = str_find(str_part(s, from, s.len), x);
  return hit != NULL ? (int32_t)utf8_count(s.ptr, (size_t)(hit - s.ptr)) + 1 : 0;
}

static Code position_rows(KernelCall *k, TextArg x, TextArg s) {
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_int(k, row, position_of(text_at(x, row), text_at(s, row), 1));
  }
  return OK;
}

Code kernel_position(KernelCall *k) { return position_rows(k, text_arg(k, 0), text_arg(k, 1)); }
Code kernel_instr(KernelCall *k) { return position_rows(k, text_arg(k, 1), text_arg(k, 0)); }

Code kernel_locate(KernelCall *k) {
  if (k->n_args == 2) return kernel_position(k);
  TextArg x = text_arg(k, 0), s = text_arg(k, 1);
  IntArg start = int_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_int(k, row, position_of(text_at(x, row), text_at(s, row), int_at(start, row)));
  }
  return OK;
}

Code kernel_startswith(KernelCall *k) {
  TextArg text = text_arg(k, 0), part = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_bool(k, row, str_starts(text_at(text, row), text_at(part, row)));
  }
  return OK;
}

Code kernel_endswith(KernelCall *k) {
  TextArg text = text_arg(k, 0), part = text_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_bool(k, row, str_ends(text_at(text, row), text_at(part, row)));
  }
  return OK;
}
