/* agg_store.c -- results of aggregates into a column. */
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/expr/agg_kernels.h"

void agg_store_null(Vector *out, uint32_t row) {
  bit_clear(out->valid, row);
  size_t size = phys_size(type_phys(out->type));
  memset((char *)out->data + row * size, 0, size);
}

void agg_store_int(Vector *out, uint32_t row, Int128 v) {
  switch (type_phys(out->type)) {
    case PHYS_I8:
      ((int8_t *)out->data)[row] = (int8_t)v;
      return;
    case PHYS_I16:
      ((int16_t *)out->data)[row] = (int16_t)v;
      return;
    case PHYS_I32:
      ((int32_t *)out->data)[row] = (int32_t)v;
      return;
    case PHYS_I64:
      ((int64_t *)out->data)[row] = (int64_t)v;
      return;
    case PHYS_I128:
      ((Int128 *)out->data)[row] = v;
      return;
    case PHYS_F32:
    case PHYS_F64:
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(!"not an exact type");
}

bool agg_fits(Type type, Int128 v) {
  switch (type_phys(type)) {
    case PHYS_I8:
      return v == (int8_t)v;
    case PHYS_I16:
      return v == (int16_t)v;
    case PHYS_I32:
      return v == (int32_t)v;
    case PHYS_I64:
      if (type.kind == TYPE_DECIMAL) return decimal_fits(v, type.precision);
      return v == (int64_t)v;
    case PHYS_I128:
      return decimal_fits(v, type.precision);
    case PHYS_F32:
    case PHYS_F64:
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  return false;
}

Code agg_emit_exact(Vector *out, uint32_t row, Int128 v, const AggEmit *how) {
  if (LIKELY(agg_fits(out->type, v))) {
    agg_store_int(out, row, v);
  } else if (out->type.kind == TYPE_DECIMAL) {
    agg_store_null(out, row);
  } else if (how->wrap_on_overflow) {
    agg_store_int(out, row, v);
  } else {
    StrBuf type = {0};
    type_print(out->type, &type);
    FAIL(how->err, ERR_DATA, how->span, "%s overflow in %s", strbuf_text(&type), how->name);
    strbuf_deinit(&type);
    error_hint(how->err, "cast the argument to a wider type, or SET 'weir.overflow' = 'wrap'");
    return ERR_DATA;
  }
  return OK;
}

void agg_store_float(Vector *out, uint32_t row, double v) {
  if (out->type.kind == TYPE_FLOAT) {
    ((float *)out->data)[row] = (float)v;
  } else {
    ((double *)out->data)[row] = v;
  }
}

Code agg_no_memory(const AggEmit *how) {
  return FAIL(how->err, ERR_MEMORY, how->span, "out of memory in %s", how->name);
}

bool agg_make_room(char **bytes, uint32_t *room, size_t len, Arena *arena) {
  enum { ROOM_MIN = 16 };
  if (*room >= len) return true;
  if (len > UINT32_MAX) return false;
  size_t wanted = len > UINT32_MAX / 2 ? UINT32_MAX : len * 2;
  if (wanted < ROOM_MIN) wanted = ROOM_MIN;
  char *wider = arena_try_alloc(arena, wanted, 1);
  if (wider == NULL) return false;
  *bytes = wider;
  *room = (uint32_t)wanted;
  return true;
}

bool agg_keep_bytes(char **bytes, uint32_t *room, Str value, Arena *arena) {
  if (!agg_make_room(bytes, room, value.len, arena)) return false;
  if (value.len > 0) memmove(*bytes, value.ptr, value.len);
  return true;
}
