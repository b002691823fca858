/* csv_value.c -- what csv has of its own: NULL, text, intervals. */
#include "exec/formats/csv_value.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/data/value_text.h"

bool csv_is_null(const CsvDialect *d, const CsvField *f, Type type) {
  bool text = value_is_text(type);
  if (f->raw.len == 0) return !f->quoted || !text;
  return !f->quoted && d->null_literal.ptr != NULL && str_eq(f->raw, d->null_literal);
}

static ValueFit store_interval(Str text, TypeKind kind, void *slot) {
  int64_t v;
  bool months = kind == TYPE_INTERVAL_MONTH;
  if (int_parse(text, &v)) {
    if (!months && __builtin_mul_overflow(v, MICROS_PER_MILLI, &v)) return FIT_OUT_OF_RANGE;
  } else if (!interval_parse(text, months ? UNIT_YEAR : UNIT_DAY, months ? UNIT_MONTH : UNIT_SECOND,
                             &v)) {
    return FIT_NOT_OF_TYPE;
  }
  if (months && (v < INT32_MIN || v > INT32_MAX)) return FIT_OUT_OF_RANGE;
  if (months) {
    *(int32_t *)slot = (int32_t)v;
  } else {
    *(int64_t *)slot = v;
  }
  return FIT_GOOD;
}

static ValueFit store_text(Str text, TextRef *slot) {
  if (!utf8_valid(text.ptr, text.len)) return FIT_NOT_UTF8;
  *slot = text_ref(text.ptr, text.len);
  return FIT_GOOD;
}

ValueFit csv_text_store(const CsvMeaning *m, Str text, Type type, Arena *arena, void *slot) {
  if (type_is_character(type)) return store_text(text, slot);
  if (type_is_interval(type)) return store_interval(str_trim(text), (TypeKind)type.kind, slot);
  return value_parse(text, type, m->zone, arena, slot);
}

ValueFit csv_value_store(const CsvMeaning *m, const CsvField *f, BatchBuilder *b, uint32_t col,
                         uint32_t row) {
  const Vector *v = &b->batch.cols[col];
  if (csv_is_null(&m->dialect, f, v->type)) return value_set_null(b, col, row);
  Str text = f->raw;
  if (f->escaped) {
    char *plain = arena_try_alloc(&b->text, text.len, 1);
    if (plain == NULL) return FIT_NO_MEMORY;
    text = (Str){plain, csv_unescape(&m->dialect, f, plain)};
  }
  if (v->valid != NULL) bit_set(v->valid, row);
  void *slot = value_slot(v, row);
  ValueFit fit = type_is_nested(v->type) ? csv_nested_store(m, text, v->type, &b->text, slot)
                                         : csv_text_store(m, text, v->type, &b->text, slot);
  if (fit != FIT_GOOD) memset(slot, 0, phys_size(type_phys(v->type)));
  return fit;
}
