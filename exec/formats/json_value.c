/* json_value.c -- what json has of its own: kinds of values, intervals, forms of timestamps. */
#include "exec/formats/json_value.h"

#include "exec/data/decimal.h"

/* Flink's milliseconds, with three digits behind the point for ours. */
static ValueFit store_interval_second(Str text, void *slot) {
  Int128 us;
  if (!decimal_parse(text, DECIMAL_PRECISION_MAX, 3, &us)) return FIT_NOT_OF_TYPE;
  if (us < INT64_MIN || us > INT64_MAX) return FIT_OUT_OF_RANGE;
  *(int64_t *)slot = (int64_t)us;
  return FIT_GOOD;
}

/* Does the text of a timestamp have what it has to between date and time? */
static bool time_form_fits(JsonTimeForm form, Str text) {
  enum { SEPARATOR = 10 }; /* behind yyyy-MM-dd */
  return text.len <= SEPARATOR || json_separator_fits(form, text.ptr[SEPARATOR]);
}

/* Is a number no DECIMAL because it is too large? */
static ValueFit decimal_misfit(Str text) {
  Int128 v;
  return decimal_parse(text, DECIMAL_PRECISION_MAX, 0, &v) ? FIT_OUT_OF_RANGE : FIT_NOT_OF_TYPE;
}

/* The text of a number, of a boolean, or of a string, unescaped; not into a column of text. */
static ValueFit store_text(const JsonMeaning *m, Str text, Type type, Arena *arena, void *slot) {
  if (type.kind == TYPE_INTERVAL_MONTH) return value_parse_integer(str_trim(text), PHYS_I32, slot);
  if (type.kind == TYPE_INTERVAL_SECOND) return store_interval_second(str_trim(text), slot);
  if (m->time_form != JSON_TIME_ANY && type_is_timestamp(type)) {
    if (!time_form_fits(m->time_form, str_trim(text))) return FIT_NOT_OF_TYPE;
  }
  ValueFit fit = value_parse(text, type, m->zone, arena, slot);
  bool misfit = fit == FIT_NOT_OF_TYPE && type.kind == TYPE_DECIMAL;
  return misfit ? decimal_misfit(str_trim(text)) : fit;
}

/* Can a value of this kind, which is no string, stand in a column that is not of text? */
static bool kind_fits(JsonKind kind, Type type) {
  if (kind == JSON_NUMBER) return type_is_numeric(type) || type_is_interval(type);
  return (kind == JSON_TRUE || kind == JSON_FALSE) && type.kind == TYPE_BOOLEAN;
}

ValueFit json_value_store(const JsonMeaning *m, const JsonValue *value, Type type, Arena *arena,
                          void *slot) {
  Str text = value->text;
  assert(value->kind != JSON_NONE && value->kind != JSON_NULL);
  if (value->escaped) {
    char *plain = arena_try_alloc(arena, text.len, 1);
    if (plain == NULL) return FIT_NO_MEMORY;
    text = (Str){plain, json_unescape(text, plain)};
  }
  if (type_is_character(type)) {
    *(TextRef *)slot = text_ref(text.ptr, text.len);
    return FIT_GOOD;
  }
  bool fits = value->kind == JSON_STRING || kind_fits(value->kind, type);
  return fits ? store_text(m, text, type, arena, slot) : FIT_NOT_OF_TYPE;
}
