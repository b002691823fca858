/* value_text.c -- one switch over the types; dates and times are remembered. */
#include "exec/data/value_text.h"

#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"

static_assert((int)VALUE_TEXT_MAX >= (int)TIMESTAMP_TEXT_MAX, "room for a timestamp");
static_assert((int)VALUE_TEXT_MAX >= (int)DECIMAL_TEXT_MAX, "room for a decimal");
static_assert((int)VALUE_TEXT_MAX >= (int)DOUBLE_TEXT_MAX, "room for a double");

static size_t print_time(const ValueText *v, int64_t value, char *out) {
  const unsigned precision = v->type.precision;
  if (v->type.kind == TYPE_DATE) return date_print((int32_t)value, out);
  if (v->type.kind == TYPE_TIME) return time_print(value, precision, out);
  if (v->type.kind == TYPE_TIMESTAMP_LTZ) value = zone_to_local(v->zone, value);
  return timestamp_print(value, precision, ' ', out);
}

/* Neighbours are often equal: all rows of a window have its start. */
static inline size_t remembered(ValueText *v, int64_t value, char *out) {
  if (UNLIKELY(!v->known || v->last != value)) {
    v->len = (uint32_t)print_time(v, value, v->text);
    v->last = value;
    v->known = true;
  }
  memcpy(out, v->text, sizeof v->text);
  return v->len;
}

static size_t print_boolean(bool yes, bool upper, char *out) {
  static const char words[2][2][6] = {{"false", "true"}, {"FALSE", "TRUE"}};
  memcpy(out, words[upper][yes], 5);
  return yes ? 4 : 5;
}

size_t value_text_print(ValueText *v, const void *data, uint32_t at, char *out) {
  switch ((TypeKind)v->type.kind) {
    case TYPE_BOOLEAN:
      return print_boolean(((const int8_t *)data)[at] != 0, v->upper_booleans, out);
    case TYPE_TINYINT:
      return int_print(((const int8_t *)data)[at], out);
    case TYPE_SMALLINT:
      return int_print(((const int16_t *)data)[at], out);
    case TYPE_INT:
      return int_print(((const int32_t *)data)[at], out);
    case TYPE_BIGINT:
      return int_print(((const int64_t *)data)[at], out);
    case TYPE_FLOAT:
      return float_print(((const float *)data)[at], out);
    case TYPE_DOUBLE:
      return double_print(((const double *)data)[at], out);
    case TYPE_DECIMAL:
      return decimal_print(type_phys(v->type) == PHYS_I128 ? ((const Int128 *)data)[at]
                                                           : ((const int64_t *)data)[at],
                           v->type.scale, out);
    case TYPE_DATE:
      return remembered(v, ((const int32_t *)data)[at], out);
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return remembered(v, ((const int64_t *)data)[at], out);
    case TYPE_INTERVAL_MONTH:
      return interval_month_print(((const int32_t *)data)[at], out);
    case TYPE_INTERVAL_SECOND:
      return interval_second_print(((const int64_t *)data)[at], out);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  assert(false && "text is the caller's, and NULL has none");
  return 0;
}

size_t value_print(const Value *v, const Zone *zone, bool upper_booleans, char *out) {
  Int128 slot[1] = {0};
  Vector one = {.type = v->type, .constant = true, .data = slot};
  ValueText text = {.type = v->type, .zone = zone, .upper_booleans = upper_booleans};
  value_store(v, &one, 0);
  return value_text_print(&text, slot, 0, out);
}

/* --- literals --------------------------------------------------------------------- */

void literal_put_bytes(StrBuf *out, Str bytes) {
  strbuf_puts(out, "x'");
  for (size_t i = 0; i < bytes.len; i++) strbuf_printf(out, "%02x", (unsigned char)bytes.ptr[i]);
  strbuf_putc(out, '\'');
}

void literal_put_text(StrBuf *out, Str text) {
  strbuf_putc(out, '\'');
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == '\'') strbuf_putc(out, '\'');
    strbuf_putc(out, text.ptr[i]);
  }
  strbuf_putc(out, '\'');
}
