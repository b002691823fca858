/* json_value.c -- the parsers behind json_value.h. */
#include "exec/formats/json_value.h"

#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/formats/base64.h"

static void *slot_of(const Vector *v, uint32_t row) {
  return (char *)v->data + row * phys_size(type_phys(v->type));
}

JsonFit json_value_null(BatchBuilder *b, uint32_t col, uint32_t row) {
  const Vector *v = &b->batch.cols[col];
  memset(slot_of(v, row), 0, phys_size(type_phys(v->type)));
  if (!v->type.nullable) return JSON_IS_NULL;
  bit_clear(batch_builder_valid(b, col), row);
  return JSON_GOOD;
}

/* --- numbers ------------------------------------------------------------------------- */

static bool is_digits(Str s) {
  if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) s = (Str){s.ptr + 1, s.len - 1};
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
  }
  return s.len > 0;
}

static JsonFit store_integer(Str text, Phys phys, void *slot) {
  static const int64_t max[] = {
      [PHYS_I8] = INT8_MAX, [PHYS_I16] = INT16_MAX, [PHYS_I32] = INT32_MAX, [PHYS_I64] = INT64_MAX};
  int64_t v;
  assert(phys <= PHYS_I64);
  if (!int_parse(text, &v)) return is_digits(text) ? JSON_OUT_OF_RANGE : JSON_NOT_OF_TYPE;
  if (v > max[phys] || v < -max[phys] - 1) return JSON_OUT_OF_RANGE;
  if (phys == PHYS_I8) {
    *(int8_t *)slot = (int8_t)v;
  } else if (phys == PHYS_I16) {
    *(int16_t *)slot = (int16_t)v;
  } else if (phys == PHYS_I32) {
    *(int32_t *)slot = (int32_t)v;
  } else {
    *(int64_t *)slot = v;
  }
  return JSON_GOOD;
}

static JsonFit store_decimal(Str text, Type type, void *slot) {
  Int128 v;
  if (!decimal_parse(text, type.precision, type.scale, &v)) {
    bool number = decimal_parse(text, DECIMAL_PRECISION_MAX, 0, &v);
    return number ? JSON_OUT_OF_RANGE : JSON_NOT_OF_TYPE;
  }
  if (type_phys(type) == PHYS_I128) {
    memcpy(slot, &v, sizeof v);
  } else {
    *(int64_t *)slot = (int64_t)v;
  }
  return JSON_GOOD;
}

/* Flink's milliseconds, with three digits behind the point for ours. */
static JsonFit store_interval_second(Str text, void *slot) {
  Int128 us;
  if (!decimal_parse(text, DECIMAL_PRECISION_MAX, 3, &us)) return JSON_NOT_OF_TYPE;
  if (us < INT64_MIN || us > INT64_MAX) return JSON_OUT_OF_RANGE;
  *(int64_t *)slot = (int64_t)us;
  return JSON_GOOD;
}

/* text: of a number or of a string. */
static JsonFit store_number(Str text, Type type, void *slot) {
  if (type.kind == TYPE_FLOAT) return float_parse(text, slot) ? JSON_GOOD : JSON_NOT_OF_TYPE;
  if (type.kind == TYPE_DOUBLE) return double_parse(text, slot) ? JSON_GOOD : JSON_NOT_OF_TYPE;
  if (type.kind == TYPE_DECIMAL) return store_decimal(text, type, slot);
  if (type.kind == TYPE_INTERVAL_SECOND) return store_interval_second(text, slot);
  return store_integer(text, type_phys(type), slot);
}

static bool takes_number(Type type) { return type_is_numeric(type) || type_is_interval(type); }

/* --- dates and times ----------------------------------------------------------------- */

/* Without the digits of the fraction that precision does not keep. */
static Micros cut_fraction(Micros us, unsigned precision) {
  static const Micros units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  Micros unit = units[precision], rest = us % unit;
  return us - (rest < 0 ? rest + unit : rest);
}

static JsonFit store_timestamp(const JsonMeaning *m, Str text, Type type, void *slot) {
  enum { SEPARATOR = 10 }; /* behind yyyy-MM-dd */
  TimestampText t;
  if (!timestamp_parse(text, &t)) return JSON_NOT_OF_TYPE;
  if (text.len > SEPARATOR && !json_separator_fits(m->time_form, text.ptr[SEPARATOR])) {
    return JSON_NOT_OF_TYPE;
  }
  Micros us = t.us;
  if (type.kind == TYPE_TIMESTAMP) {
    if (t.has_offset) return JSON_HAS_ZONE;
  } else {
    us = t.has_offset ? us - t.offset_us : zone_to_utc(m->zone, us);
  }
  us = cut_fraction(us, type.precision);
  if (us < TIMESTAMP_MIN || us > TIMESTAMP_MAX) return JSON_OUT_OF_RANGE;
  *(Micros *)slot = us;
  return JSON_GOOD;
}

static JsonFit store_time(Str text, Type type, void *slot) {
  Micros us;
  if (!time_parse(text, &us)) return JSON_NOT_OF_TYPE;
  *(Micros *)slot = cut_fraction(us, type.precision);
  return JSON_GOOD;
}

/* --- strings and booleans ------------------------------------------------------------ */

static JsonFit store_boolean(Str text, void *slot) {
  bool yes = str_eq_nocase(text, STR("true"));
  if (!yes && !str_eq_nocase(text, STR("false"))) return JSON_NOT_OF_TYPE;
  *(int8_t *)slot = yes;
  return JSON_GOOD;
}

static JsonFit store_binary(Str text, BatchBuilder *b, TextRef *slot) {
  char *bytes = arena_try_alloc(&b->text, base64_decoded_max(text.len) + 1, 1);
  size_t n;
  if (bytes == NULL) return JSON_NO_MEMORY;
  if (!base64_decode(text, bytes, &n)) return JSON_NOT_OF_TYPE;
  *slot = text_ref(bytes, n);
  return JSON_GOOD;
}

/* A string, unescaped. */
static JsonFit store_string(const JsonMeaning *m, Str text, BatchBuilder *b, Type type,
                            void *slot) {
  Str trimmed = str_trim(text);
  switch ((TypeKind)type.kind) {
    case TYPE_BOOLEAN:
      return store_boolean(trimmed, slot);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      *(TextRef *)slot = text_ref(text.ptr, text.len);
      return JSON_GOOD;
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return store_binary(text, b, slot);
    case TYPE_DATE:
      return date_parse(trimmed, slot) ? JSON_GOOD : JSON_NOT_OF_TYPE;
    case TYPE_TIME:
      return store_time(trimmed, type, slot);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return store_timestamp(m, trimmed, type, slot);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
      return store_number(trimmed, type, slot);
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  assert(false && "json_check has refused other types");
  return JSON_NOT_OF_TYPE;
}

static JsonFit store(const JsonMeaning *m, const JsonValue *value, BatchBuilder *b, Type type,
                     void *slot) {
  if (value->kind == JSON_STRING) {
    Str text = value->text;
    if (value->escaped) {
      char *plain = arena_try_alloc(&b->text, text.len, 1);
      if (plain == NULL) return JSON_NO_MEMORY;
      text = (Str){plain, json_unescape(text, plain)};
    }
    return store_string(m, text, b, type, slot);
  }
  if (type_is_character(type)) {
    *(TextRef *)slot = text_ref(value->text.ptr, value->text.len);
    return JSON_GOOD;
  }
  if (value->kind == JSON_NUMBER && takes_number(type)) {
    return store_number(value->text, type, slot);
  }
  bool boolean = value->kind == JSON_TRUE || value->kind == JSON_FALSE;
  if (boolean && type.kind == TYPE_BOOLEAN) return store_boolean(value->text, slot);
  return JSON_NOT_OF_TYPE;
}

JsonFit json_value_store(const JsonMeaning *m, const JsonValue *value, BatchBuilder *b,
                         uint32_t col, uint32_t row) {
  assert(value->kind != JSON_NONE);
  if (value->kind == JSON_NULL) return json_value_null(b, col, row);
  const Vector *v = &b->batch.cols[col];
  if (v->valid != NULL) bit_set(v->valid, row);
  void *slot = slot_of(v, row);
  JsonFit fit = store(m, value, b, v->type, slot);
  if (fit != JSON_GOOD) memset(slot, 0, phys_size(type_phys(v->type)));
  return fit;
}

void json_fit_reason(JsonFit fit, const char *column, const JsonValue *value, Type type,
                     Reason *r) {
  switch (fit) {
    case JSON_NOT_OF_TYPE:
      reason_value(r, column, value->text, "is not", &type);
      return;
    case JSON_OUT_OF_RANGE:
      reason_value(r, column, value->text, "is out of the range of", &type);
      return;
    case JSON_HAS_ZONE:
      reason_value(r, column, value->text, "has a time zone, unlike", &type);
      return;
    case JSON_IS_NULL:
      reason_column(r, column, "is null, but NOT NULL");
      return;
    case JSON_IS_MISSING:
      reason_column(r, column, "is missing");
      return;
    case JSON_GOOD:
    case JSON_NO_MEMORY:
      break;
  }
  assert(false && "only malformed fields have a reason");
}
