/* cast.c -- CAST: which kernel for which pair of types, and what may become of a value.
 *
 *   to \ from    numbers        text     BINARY   DATE, TIME, TIMESTAMPs   INTERVAL
 *   BOOLEAN      x <> 0         parsed
 *   integers     cut, checked   parsed                                     months, ms
 *   DECIMAL      NULL if wide   parsed
 *   FLOAT..      rounded        parsed
 *   CHAR..       printed        fitted   UTF-8    printed                  printed
 *   BINARY..                    fitted   fitted
 *   DATE..                      parsed            zone of the session
 *   INTERVAL     months, ms (integers)
 *
 * A nested type is converted to one of its kind, part by part.
 * The kernels are in cast_num.c, cast_time.c, cast_text.c, cast_parse.c and cast_nested.c.
 */
#include "exec/expr/cast.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/expr/cast_impl.h"

/* --- shared (cast_impl.h) ------------------------------------------------------------------- */

Code cast_bad(KernelCall *k, uint32_t row, Str value) {
  enum { SHOWN = 60 }; /* bytes of the value */
  if (k->expr->try_cast) {
    row_set_null(k, row);
    return OK;
  }
  bool cut = value.len > SHOWN;
  size_t len = utf8_valid_prefix(value.ptr, cut ? SHOWN : value.len);
  StrBuf type;
  strbuf_init(&type, 0);
  type_print(k->expr->type, &type);
  bool text = type_phys(k->expr->args[0]->type) == PHYS_TEXT;
  const char *quote = text ? "'" : "";
  Code code = func_fail(k, "%s%.*s%s%s is no %s", quote, (int)len, value.ptr, cut ? "..." : "",
                        quote, strbuf_text(&type));
  strbuf_deinit(&type);
  if (text) error_hint(k->err, "TRY_CAST gives NULL where a string is no such value");
  return code;
}

Code cast_null(KernelCall *k) {
  memset(func_out_valid(k), 0, (k->rows + 63) / 64 * sizeof(uint64_t));
  memset(k->out->data, 0, k->rows * phys_size(type_phys(k->expr->type)));
  return OK;
}

/* --- properties ------------------------------------------------------------------------------ */

/* Does what holds of two types hold of all parts of two nested ones?  Of any part? */
static bool all_parts(Type from, Type to, bool (*holds)(Type, Type)) {
  if (from.kind != to.kind) return false;
  for (uint32_t i = 0; i < from.shape->n; i++) {
    if (!holds(from.shape->types[i], to.shape->types[i])) return false;
  }
  return true;
}

static bool any_part(Type from, Type to, bool (*holds)(Type, Type)) {
  for (uint32_t i = 0; i < from.shape->n; i++) {
    if (holds(from.shape->types[i], to.shape->types[i])) return true;
  }
  return false;
}

bool cast_is_free(Type from, Type to) {
  if (type_same(from, to)) return true;
  switch ((TypeKind)to.kind) {
    case TYPE_VARCHAR:
      return type_is_character(from) && from.length <= to.length;
    case TYPE_VARBINARY:
      return type_is_binary(from) && from.length <= to.length;
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return from.kind == to.kind && from.precision <= to.precision;
    case TYPE_DECIMAL:
      return from.kind == to.kind && from.scale == to.scale && from.precision <= to.precision &&
             type_phys(from) == type_phys(to);
    case TYPE_NULL:
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_CHAR:
    case TYPE_BINARY:
    case TYPE_DATE:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
    case TYPE_KIND_COUNT:
      break;
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW: /* the slots lie the same, and keys in the same order */
      return all_parts(from, to, cast_is_free);
  }
  return false;
}

bool cast_may_fail(Type from, Type to) {
  if (from.kind == TYPE_NULL || cast_is_free(from, to)) return false;
  if (type_is_character(to) || type_is_binary(to)) return false;
  if (type_is_character(from)) return true;
  if (type_is_nested(to)) return any_part(from, to, cast_may_fail);
  if (type_is_integer(to)) {
    if (from.kind == TYPE_BOOLEAN) return false;
    if (type_is_integer(from)) return from.kind > to.kind;
    return to.kind != TYPE_BIGINT || !type_is_interval(from);
  }
  if (type_is_interval(to)) return from.kind == TYPE_BIGINT;
  bool crosses_zone = from.kind == TYPE_TIMESTAMP_LTZ || to.kind == TYPE_TIMESTAMP_LTZ;
  return type_is_datetime(from) && from.kind != to.kind && crosses_zone;
}

bool cast_gives_null(Type from, Type to) {
  if (to.kind != TYPE_DECIMAL || from.kind == TYPE_NULL) return from.kind == TYPE_NULL;
  unsigned room = to.precision - to.scale;
  if (type_is_integer(from)) return type_integer_digits((TypeKind)from.kind) > room;
  if (from.kind == TYPE_BOOLEAN) return room == 0;
  if (type_is_character(from)) return false; /* an error instead */
  if (from.kind != TYPE_DECIMAL) return true;
  /* one digit more where fraction digits are rounded away: 9.9 becomes 10 */
  unsigned digits = (unsigned)(from.precision - from.scale) + (from.scale > to.scale);
  return digits > room;
}

Type cast_result(Type from, Type to) {
  if (!type_is_nested(from) || !type_is_nested(to)) return to;
  Arena scratch = {0};
  Type *types = ARENA_ARRAY(&scratch, Type, to.shape->n);
  for (uint32_t i = 0; i < to.shape->n; i++) {
    Type part = from.shape->types[i];
    types[i] = cast_result(part, to.shape->types[i]);
    types[i].nullable |= part.nullable || cast_gives_null(part, types[i]);
  }
  Type result = type_like(to, types);
  arena_deinit(&scratch);
  return result;
}

/* --- choice ---------------------------------------------------------------------------------- */

static CastKernel to_int(Type from) {
  if (type_is_character(from)) return cast_text_to_int;
  if (from.kind == TYPE_DECIMAL) return cast_decimal_to_int;
  return type_is_interval(from) ? cast_interval_to_int : cast_plain;
}

static CastKernel to_float(Type from) {
  if (type_is_character(from)) return cast_text_to_float;
  return from.kind == TYPE_DECIMAL ? cast_decimal_to_float : cast_plain;
}

static CastKernel to_decimal(Type from) {
  if (type_is_character(from)) return cast_text_to_decimal;
  bool is_float = from.kind == TYPE_FLOAT || from.kind == TYPE_DOUBLE;
  return is_float ? cast_float_to_decimal : cast_exact_to_decimal;
}

static CastKernel to_text(Type from) {
  if (type_is_character(from)) return cast_text_to_text;
  if (type_is_nested(from)) return cast_nested_to_text;
  return type_is_binary(from) ? cast_bytes_to_text : cast_value_to_text;
}

CastKernel cast_kernel(Type from, Type to) {
  if (!type_castable(from, to) || cast_is_free(from, to)) return NULL;
  if (from.kind == TYPE_NULL) return cast_null;
  switch ((TypeKind)to.kind) {
    case TYPE_BOOLEAN:
      return type_is_character(from) ? cast_text_to_boolean : cast_num_to_boolean;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
      return to_int(from);
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
      return to_float(from);
    case TYPE_DECIMAL:
      return to_decimal(from);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      return to_text(from);
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return cast_to_bytes;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return type_is_character(from) ? cast_text_to_datetime : cast_datetime;
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
      return cast_int_to_interval;
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
      return cast_nested;
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  return NULL;
}
