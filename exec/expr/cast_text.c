/* cast_text.c -- casts to CHAR, VARCHAR, BINARY and VARBINARY.
 *
 *   BOOLEAN   TRUE, FALSE             DATE        2024-01-02
 *   DECIMAL   with its scale          TIME        03:04:05[.678]
 *   DOUBLE    1.0, 1.0E10, NaN        TIMESTAMP   2024-01-02 03:04:05.678, LTZ in the session's
 * zone INTERVAL  +1-02, +1 02:03:04.005  BINARY      its bytes as UTF-8, a bad one as U+FFFD
 *
 * CHAR(n) is padded with blanks, BINARY(n) with zero bytes; what is longer than n code points or
 * bytes is cut.  A result that is part of its argument borrows the argument's bytes.
 */
#include <string.h>

#include "base/utf8.h"
#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/expr/cast_impl.h"

enum { VALUE_TEXT_MAX = 64 }; /* of any value that is no text */
static_assert((int)VALUE_TEXT_MAX >= (int)DECIMAL_TEXT_MAX, "room for every text form");
static_assert((int)VALUE_TEXT_MAX >= (int)TIMESTAMP_TEXT_MAX, "room for every text form");
static_assert((int)VALUE_TEXT_MAX >= (int)DOUBLE_TEXT_MAX, "room for every text form");

/* --- lengths --------------------------------------------------------------------------------- */

/* text padded with fill to len bytes, in the batch's arena. */
static Code put_padded(KernelCall *k, uint32_t row, Str text, size_t len, char fill) {
  if (len > RECORD_MAX) {
    return FAIL(k->err, ERR_LIMIT, k->expr->span, "a value of %zu bytes is above the limit of %d",
                len, RECORD_MAX);
  }
  char few[TEXT_INLINE_MAX];
  char *out = len <= sizeof few ? few : arena_try_alloc(k->text, len, 1);
  if (out == NULL) return func_no_memory(k);
  memcpy(out, text.ptr, text.len);
  memset(out + text.len, fill, len - text.len);
  ((TextRef *)k->out->data)[row] = text_ref(out, len);
  return OK;
}

/* text, whose bytes live long enough, as CHAR(n) or VARCHAR(n). */
static Code put_fitted(KernelCall *k, uint32_t row, Str text) {
  Type type = k->expr->type;
  if (text.len > type.length) text.len = utf8_offset(text.ptr, text.len, type.length);
  if (type.kind == TYPE_CHAR) {
    size_t count = utf8_count(text.ptr, text.len);
    if (count < type.length) {
      return put_padded(k, row, text, text.len + (type.length - count), ' ');
    }
  }
  ((TextRef *)k->out->data)[row] = text_ref(text.ptr, text.len);
  return OK;
}

static Str text_at(const Vector *v, uint32_t row) {
  return text_str(&((const TextRef *)v->data)[vector_at(v, row)]);
}

Code cast_text_to_text(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (row_valid(k, row)) TRY(put_fitted(k, row, text_at(&k->args[0], row)));
  }
  return OK;
}

Code cast_to_bytes(KernelCall *k) {
  Type type = k->expr->type;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str bytes = text_at(&k->args[0], row);
    if (bytes.len > type.length) bytes.len = type.length;
    if (type.kind == TYPE_BINARY && bytes.len < type.length) {
      TRY(put_padded(k, row, bytes, type.length, '\0'));
    } else {
      ((TextRef *)k->out->data)[row] = text_ref(bytes.ptr, bytes.len);
    }
  }
  return OK;
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* bytes with U+FFFD for each bad one, in the batch's arena; false: no memory. */
static bool repaired(KernelCall *k, Str bytes, Str *out) {
  char *text = arena_try_alloc(k->text, 3 * bytes.len, 1);
  if (text == NULL) return false;
  size_t len = 0;
  for (size_t at = 0; at < bytes.len;) {
    uint32_t cp;
    at += utf8_decode(bytes.ptr + at, bytes.len - at, &cp);
    len += utf8_encode(cp, text + len); /* at most 3 bytes for one, 4 for four */
  }
  *out = (Str){text, len};
  return true;
}

Code cast_bytes_to_text(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = text_at(&k->args[0], row);
    if (!utf8_valid(text.ptr, text.len) && !repaired(k, text, &text)) return func_no_memory(k);
    TRY(put_fitted(k, row, text));
  }
  return OK;
}

/* --- everything else ---------------------------------------------------------------------------
 */

static size_t print_boolean(bool b, char *out) {
  memcpy(out, b ? "TRUE" : "FALSE", 5);
  return b ? 4 : 5;
}

/* The text of the value in slot at; returns its length. */
static size_t print_value(const KernelCall *k, uint32_t at, char *out) {
  const Vector *v = &k->args[0];
  Type type = k->expr->args[0]->type;
  Phys phys = type_phys(type);
  if (phys == PHYS_F32) return float_print(((const float *)v->data)[at], out);
  if (phys == PHYS_F64) return double_print(((const double *)v->data)[at], out);
  Int128 x = num_get(v, phys, at);
  switch ((TypeKind)type.kind) {
    case TYPE_BOOLEAN:
      return print_boolean(x != 0, out);
    case TYPE_DECIMAL:
      return decimal_print(x, type.scale, out);
    case TYPE_DATE:
      return date_print((int32_t)x, out);
    case TYPE_TIME:
      return time_print((Micros)x, type.precision, out);
    case TYPE_TIMESTAMP:
      return timestamp_print((Micros)x, type.precision, ' ', out);
    case TYPE_TIMESTAMP_LTZ:
      return timestamp_print(zone_to_local(k->env->zone, (Micros)x), type.precision, ' ', out);
    case TYPE_INTERVAL_MONTH:
      return interval_month_print((int32_t)x, out);
    case TYPE_INTERVAL_SECOND:
      return interval_second_print((Micros)x, out);
    case TYPE_NULL:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
    case TYPE_KIND_COUNT:
      break;
  }
  return int_print((int64_t)x, out);
}

Code cast_value_to_text(KernelCall *k) {
  Type type = k->expr->type;
  char text[VALUE_TEXT_MAX];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    size_t len = print_value(k, vector_at(&k->args[0], row), text);
    if (len > type.length) len = type.length;
    if (type.kind == TYPE_CHAR && len < type.length) {
      TRY(put_padded(k, row, (Str){text, len}, type.length, ' '));
    } else if (!func_put_text(k, row, text, len)) {
      return func_no_memory(k);
    }
  }
  return OK;
}
