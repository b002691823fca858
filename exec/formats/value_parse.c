/* value_parse.c -- the parsers behind value_parse.h. */
#include "exec/formats/value_parse.h"

#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/formats/base64.h"

/* --- numbers ------------------------------------------------------------------------- */

static bool is_digits(Str s) {
  if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) s = (Str){s.ptr + 1, s.len - 1};
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
  }
  return s.len > 0;
}

ValueFit value_parse_integer(Str text, Phys phys, void *slot) {
  static const int64_t max[] = {
      [PHYS_I8] = INT8_MAX, [PHYS_I16] = INT16_MAX, [PHYS_I32] = INT32_MAX, [PHYS_I64] = INT64_MAX};
  int64_t v;
  assert(phys <= PHYS_I64);
  if (!int_parse(text, &v)) return is_digits(text) ? FIT_OUT_OF_RANGE : FIT_NOT_OF_TYPE;
  if (v > max[phys] || v < -max[phys] - 1) return FIT_OUT_OF_RANGE;
  if (phys == PHYS_I8) {
    *(int8_t *)slot = (int8_t)v;
  } else if (phys == PHYS_I16) {
    *(int16_t *)slot = (int16_t)v;
  } else if (phys == PHYS_I32) {
    *(int32_t *)slot = (int32_t)v;
  } else {
    *(int64_t *)slot = v;
  }
  return FIT_GOOD;
}

static ValueFit parse_decimal(Str text, Type type, void *slot) {
  Int128 v;
  if (!decimal_parse(text, type.precision, type.scale, &v)) return FIT_NOT_OF_TYPE;
  if (type_phys(type) == PHYS_I128) {
    memcpy(slot, &v, sizeof v);
  } else {
    *(int64_t *)slot = (int64_t)v;
  }
  return FIT_GOOD;
}

/* --- dates and times ----------------------------------------------------------------- */

/* Without the digits of the fraction that precision does not keep. */
static Micros cut_fraction(Micros us, unsigned precision) {
  static const Micros units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  Micros unit = units[precision], rest = us % unit;
  return us - (rest < 0 ? rest + unit : rest);
}

static ValueFit parse_timestamp(Str text, Type type, const Zone *zone, Micros *slot) {
  TimestampText t;
  if (!timestamp_parse(text, &t)) return FIT_NOT_OF_TYPE;
  Micros us = t.us;
  if (type.kind == TYPE_TIMESTAMP) {
    if (t.has_offset) return FIT_HAS_ZONE;
  } else {
    us = t.has_offset ? us - t.offset_us : zone_to_utc(zone, us);
  }
  us = cut_fraction(us, type.precision);
  if (us < TIMESTAMP_MIN || us > TIMESTAMP_MAX) return FIT_OUT_OF_RANGE;
  *slot = us;
  return FIT_GOOD;
}

static ValueFit parse_time(Str text, Type type, Micros *slot) {
  Micros us;
  if (!time_parse(text, &us)) return FIT_NOT_OF_TYPE;
  *slot = cut_fraction(us, type.precision);
  return FIT_GOOD;
}

/* --- all others ---------------------------------------------------------------------- */

static ValueFit parse_boolean(Str text, int8_t *slot) {
  bool yes = str_eq_nocase(text, STR("true"));
  if (!yes && !str_eq_nocase(text, STR("false"))) return FIT_NOT_OF_TYPE;
  *slot = yes;
  return FIT_GOOD;
}

static ValueFit parse_binary(Str text, Arena *arena, TextRef *slot) {
  char *bytes = arena_try_alloc(arena, base64_decoded_max(text.len) + 1, 1);
  size_t n;
  if (bytes == NULL) return FIT_NO_MEMORY;
  if (!base64_decode(text, bytes, &n)) return FIT_NOT_OF_TYPE;
  *slot = text_ref(bytes, n);
  return FIT_GOOD;
}

ValueFit value_parse(Str text, Type type, const Zone *zone, Arena *arena, void *slot) {
  Str trimmed = str_trim(text);
  switch ((TypeKind)type.kind) {
    case TYPE_BOOLEAN:
      return parse_boolean(trimmed, slot);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
      return value_parse_integer(trimmed, type_phys(type), slot);
    case TYPE_FLOAT:
      return float_parse(trimmed, slot) ? FIT_GOOD : FIT_NOT_OF_TYPE;
    case TYPE_DOUBLE:
      return double_parse(trimmed, slot) ? FIT_GOOD : FIT_NOT_OF_TYPE;
    case TYPE_DECIMAL:
      return parse_decimal(trimmed, type, slot);
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return parse_binary(text, arena, slot);
    case TYPE_DATE:
      return date_parse(trimmed, slot) ? FIT_GOOD : FIT_NOT_OF_TYPE;
    case TYPE_TIME:
      return parse_time(trimmed, type, slot);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return parse_timestamp(trimmed, type, zone, slot);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  assert(false && "the format's own affair, or refused by its check");
  return FIT_NOT_OF_TYPE;
}

/* --- NULL and reasons ---------------------------------------------------------------- */

ValueFit value_set_null(BatchBuilder *b, uint32_t col, uint32_t row) {
  const Vector *v = &b->batch.cols[col];
  memset(value_slot(v, row), 0, phys_size(type_phys(v->type)));
  if (!v->type.nullable) return FIT_IS_NULL;
  bit_clear(batch_builder_valid(b, col), row);
  return FIT_GOOD;
}

void value_fit_reason(ValueFit fit, const char *column, Str text, Type type, const char *null_words,
                      Reason *r) {
  switch (fit) {
    case FIT_NOT_OF_TYPE:
      reason_value(r, column, text, "is not", &type);
      return;
    case FIT_OUT_OF_RANGE:
      reason_value(r, column, text, "is out of the range of", &type);
      return;
    case FIT_NOT_UTF8:
      reason_value(r, column, text, "is not valid UTF-8", NULL);
      return;
    case FIT_HAS_ZONE:
      reason_value(r, column, text, "has a time zone, unlike", &type);
      return;
    case FIT_IS_NULL:
      reason_column(r, column, null_words);
      return;
    case FIT_IS_MISSING:
      reason_column(r, column, "is missing");
      return;
    case FIT_GOOD:
    case FIT_NO_MEMORY:
      break;
  }
  assert(false && "only malformed fields have a reason");
}
