/* csv_value.c -- the parsers behind csv_value.h.
 *
 * Numbers, dates and times may have blanks around them, as in Flink; text is taken as it is.
 * Lengths of CHAR(n) and VARCHAR(n) are not enforced, as in Flink.  Fraction digits of a second
 * beyond the precision of the column are cut.
 */
#include "exec/formats/csv_value.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/formats/base64.h"

/* --- NULL ---------------------------------------------------------------------------- */

bool csv_is_null(const CsvDialect *d, const CsvField *f, Type type) {
  bool text = type_is_character(type) || type_is_binary(type);
  if (f->raw.len == 0) return !f->quoted || !text;
  return !f->quoted && d->null_literal.ptr != NULL && str_eq(f->raw, d->null_literal);
}

static void *slot_of(const Vector *v, uint32_t row) {
  return (char *)v->data + row * phys_size(type_phys(v->type));
}

CsvFault csv_value_null(BatchBuilder *b, uint32_t col, uint32_t row) {
  const Vector *v = &b->batch.cols[col];
  memset(slot_of(v, row), 0, phys_size(type_phys(v->type)));
  if (!v->type.nullable) return CSV_IS_NULL;
  bit_clear(batch_builder_valid(b, col), row);
  return CSV_GOOD;
}

/* --- parsers: text to slot ----------------------------------------------------------- */

static bool is_digits(Str s) {
  if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) s = (Str){s.ptr + 1, s.len - 1};
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
  }
  return s.len > 0;
}

static CsvFault parse_integer(Str text, int64_t min, int64_t max, int64_t *out) {
  if (!int_parse(text, out)) return is_digits(text) ? CSV_OUT_OF_RANGE : CSV_NOT_OF_TYPE;
  return *out < min || *out > max ? CSV_OUT_OF_RANGE : CSV_GOOD;
}

static CsvFault store_integer(Str text, TypeKind kind, void *slot) {
  int64_t v = 0;
  CsvFault fault;
  if (kind == TYPE_TINYINT) {
    fault = parse_integer(text, INT8_MIN, INT8_MAX, &v);
    if (fault == CSV_GOOD) *(int8_t *)slot = (int8_t)v;
  } else if (kind == TYPE_SMALLINT) {
    fault = parse_integer(text, INT16_MIN, INT16_MAX, &v);
    if (fault == CSV_GOOD) *(int16_t *)slot = (int16_t)v;
  } else if (kind == TYPE_INT) {
    fault = parse_integer(text, INT32_MIN, INT32_MAX, &v);
    if (fault == CSV_GOOD) *(int32_t *)slot = (int32_t)v;
  } else {
    fault = parse_integer(text, INT64_MIN, INT64_MAX, &v);
    if (fault == CSV_GOOD) *(int64_t *)slot = v;
  }
  return fault;
}

static CsvFault store_boolean(Str text, void *slot) {
  bool yes = str_eq_nocase(text, STR("true"));
  if (!yes && !str_eq_nocase(text, STR("false"))) return CSV_NOT_OF_TYPE;
  *(int8_t *)slot = yes;
  return CSV_GOOD;
}

static CsvFault store_decimal(Str text, Type type, void *slot) {
  Int128 v;
  if (!decimal_parse(text, type.precision, type.scale, &v)) return CSV_NOT_OF_TYPE;
  if (type_phys(type) == PHYS_I128) {
    memcpy(slot, &v, sizeof v);
  } else {
    *(int64_t *)slot = (int64_t)v;
  }
  return CSV_GOOD;
}

/* Without the digits of the fraction that precision does not keep. */
static Micros cut_fraction(Micros us, unsigned precision) {
  static const Micros units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  Micros unit = units[precision], rest = us % unit;
  return us - (rest < 0 ? rest + unit : rest);
}

static CsvFault store_timestamp(const CsvMeaning *m, Str text, Type type, void *slot) {
  TimestampText t;
  if (!timestamp_parse(text, &t)) return CSV_NOT_OF_TYPE;
  Micros us = t.us;
  if (type.kind == TYPE_TIMESTAMP) {
    if (t.has_offset) return CSV_HAS_ZONE;
  } else {
    us = t.has_offset ? us - t.offset_us : zone_to_utc(m->zone, us);
  }
  us = cut_fraction(us, type.precision);
  if (us < TIMESTAMP_MIN || us > TIMESTAMP_MAX) return CSV_OUT_OF_RANGE;
  *(Micros *)slot = us;
  return CSV_GOOD;
}

static CsvFault store_time(Str text, Type type, void *slot) {
  Micros us;
  if (!time_parse(text, &us)) return CSV_NOT_OF_TYPE;
  *(Micros *)slot = cut_fraction(us, type.precision);
  return CSV_GOOD;
}

/* As printed (+1-02, +1 02:03:04.005), or Flink's number of months or milliseconds. */
static CsvFault store_interval(Str text, TypeKind kind, void *slot) {
  int64_t v;
  bool months = kind == TYPE_INTERVAL_MONTH;
  if (int_parse(text, &v)) {
    if (!months && __builtin_mul_overflow(v, MICROS_PER_MILLI, &v)) return CSV_OUT_OF_RANGE;
  } else if (!interval_parse(text, months ? UNIT_YEAR : UNIT_DAY, months ? UNIT_MONTH : UNIT_SECOND,
                             &v)) {
    return CSV_NOT_OF_TYPE;
  }
  if (months && (v < INT32_MIN || v > INT32_MAX)) return CSV_OUT_OF_RANGE;
  if (months) {
    *(int32_t *)slot = (int32_t)v;
  } else {
    *(int64_t *)slot = v;
  }
  return CSV_GOOD;
}

static CsvFault store_binary(Str text, BatchBuilder *b, TextRef *slot) {
  char *bytes = arena_try_alloc(&b->text, base64_decoded_max(text.len) + 1, 1);
  size_t n;
  if (bytes == NULL) return CSV_NO_MEMORY;
  if (!base64_decode(text, bytes, &n)) return CSV_NOT_OF_TYPE;
  *slot = text_ref(bytes, n);
  return CSV_GOOD;
}

static CsvFault store_text(Str text, TextRef *slot) {
  if (!utf8_valid(text.ptr, text.len)) return CSV_NOT_UTF8;
  *slot = text_ref(text.ptr, text.len);
  return CSV_GOOD;
}

static CsvFault store(const CsvMeaning *m, Str text, BatchBuilder *b, Type type, void *slot) {
  Str trimmed = str_trim(text);
  switch ((TypeKind)type.kind) {
    case TYPE_BOOLEAN:
      return store_boolean(trimmed, slot);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
      return store_integer(trimmed, (TypeKind)type.kind, slot);
    case TYPE_FLOAT:
      return float_parse(trimmed, slot) ? CSV_GOOD : CSV_NOT_OF_TYPE;
    case TYPE_DOUBLE:
      return double_parse(trimmed, slot) ? CSV_GOOD : CSV_NOT_OF_TYPE;
    case TYPE_DECIMAL:
      return store_decimal(trimmed, type, slot);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      return store_text(text, slot);
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return store_binary(text, b, slot);
    case TYPE_DATE:
      return date_parse(trimmed, slot) ? CSV_GOOD : CSV_NOT_OF_TYPE;
    case TYPE_TIME:
      return store_time(trimmed, type, slot);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return store_timestamp(m, trimmed, type, slot);
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
      return store_interval(trimmed, (TypeKind)type.kind, slot);
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  assert(false && "csv_check has refused other types");
  return CSV_NOT_OF_TYPE;
}

CsvFault csv_value_store(const CsvMeaning *m, const CsvField *f, BatchBuilder *b, uint32_t col,
                         uint32_t row) {
  const Vector *v = &b->batch.cols[col];
  if (csv_is_null(&m->dialect, f, v->type)) return csv_value_null(b, col, row);
  Str text = f->raw;
  if (f->escaped) {
    char *plain = arena_try_alloc(&b->text, text.len, 1);
    if (plain == NULL) return CSV_NO_MEMORY;
    text = (Str){plain, csv_unescape(&m->dialect, f, plain)};
  }
  if (v->valid != NULL) bit_set(v->valid, row);
  void *slot = slot_of(v, row);
  CsvFault fault = store(m, text, b, v->type, slot);
  if (fault != CSV_GOOD) memset(slot, 0, phys_size(type_phys(v->type)));
  return fault;
}

void csv_fault_reason(CsvFault fault, const char *column, const CsvField *f, Type type, Reason *r) {
  switch (fault) {
    case CSV_NOT_OF_TYPE:
      reason_value(r, column, f->raw, "is not", &type);
      return;
    case CSV_OUT_OF_RANGE:
      reason_value(r, column, f->raw, "is out of the range of", &type);
      return;
    case CSV_NOT_UTF8:
      reason_value(r, column, f->raw, "is not valid UTF-8", NULL);
      return;
    case CSV_HAS_ZONE:
      reason_value(r, column, f->raw, "has a time zone, unlike", &type);
      return;
    case CSV_IS_NULL:
      reason_column(r, column, "is empty, but NOT NULL");
      return;
    case CSV_GOOD:
    case CSV_NO_MEMORY:
      break;
  }
  assert(false && "only malformed fields have a reason");
}
