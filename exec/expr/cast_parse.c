/* cast_parse.c -- casts from text.
 *
 * Blanks around a value are ignored.  Numbers: a sign and digits; a fraction is cut off for
 * integers ('12.7' is 12), as Flink does.  BOOLEAN: true t yes y 1, false f no n 0.  Dates
 * and times as timestamp.h reads them loosely; a DATE also from the text of a timestamp.  A
 * timestamp with a zone is a TIMESTAMP_LTZ only.
 */
#include <string.h>

#include "base/limits.h"
#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/expr/cast_impl.h"

/* The text of a row without blanks around it. */
static Str trimmed_at(const KernelCall *k, uint32_t row) {
  const Vector *v = &k->args[0];
  Str s = text_str(&((const TextRef *)v->data)[vector_at(v, row)]);
  bool blank = s.len == 0 || s.ptr[0] <= ' ' || s.ptr[s.len - 1] <= ' '; /* perhaps */
  return blank ? str_trim(s) : s;
}

/* --- BOOLEAN ---------------------------------------------------------------------------------- */

static bool parse_boolean(Str text, int8_t *out) {
  static const char *const words[2][5] = {{"false", "f", "no", "n", "0"},
                                          {"true", "t", "yes", "y", "1"}};
  for (int8_t b = 0; b < 2; b++) {
    for (size_t i = 0; i < COUNT_OF(words[b]); i++) {
      if (str_eq_nocase(text, str_of(words[b][i]))) {
        *out = b;
        return true;
      }
    }
  }
  return false;
}

Code cast_text_to_boolean(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = trimmed_at(k, row);
    if (!parse_boolean(text, &((int8_t *)k->out->data)[row])) TRY(cast_bad(k, row, text));
  }
  return OK;
}

/* --- numbers ------------------------------------------------------------------------------------
 */

/* An integer, or the part of a plain decimal number before its point. */
static bool parse_int(Str text, int64_t *out) {
  if (int_parse(text, out)) return true;
  const char *point = memchr(text.ptr, '.', text.len);
  if (point == NULL) return false;
  size_t whole = (size_t)(point - text.ptr);
  for (size_t i = whole + 1; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
  }
  bool sign = whole == 1 && (text.ptr[0] == '-' || text.ptr[0] == '+');
  if (whole == 0 || sign) { /* ".5", but not "." */
    *out = 0;
    return text.len > whole + 1;
  }
  return int_parse((Str){text.ptr, whole}, out);
}

Code cast_text_to_int(KernelCall *k) {
  Phys to = type_phys(k->expr->type);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = trimmed_at(k, row);
    int64_t value;
    if (parse_int(text, &value) && num_fits(value, to)) {
      num_put(k->out->data, to, row, value);
    } else {
      TRY(cast_bad(k, row, text));
    }
  }
  return OK;
}

Code cast_text_to_float(KernelCall *k) {
  bool single = k->expr->type.kind == TYPE_FLOAT;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = trimmed_at(k, row);
    bool parsed = single ? float_parse(text, &((float *)k->out->data)[row])
                         : double_parse(text, &((double *)k->out->data)[row]);
    if (!parsed) TRY(cast_bad(k, row, text));
  }
  return OK;
}

/* Too large is an error here, while a number that is too large becomes NULL: as in Flink. */
Code cast_text_to_decimal(KernelCall *k) {
  Type to = k->expr->type;
  Phys phys = type_phys(to);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = trimmed_at(k, row);
    Int128 value;
    if (decimal_parse(text, to.precision, to.scale, &value)) {
      num_put(k->out->data, phys, row, value);
    } else {
      TRY(cast_bad(k, row, text));
    }
  }
  return OK;
}

/* --- dates and times ---------------------------------------------------------------- */

/* A whole timestamp; the usual form goes the fast way, which wants room behind the text. */
static bool parse_timestamp(Str text, TimestampText *out) {
  enum { FAST_ROOM = 32 };
  if (text.len < FAST_ROOM) {
    char copy[FAST_ROOM] = {0};
    memcpy(copy, text.ptr, text.len);
    *out = (TimestampText){.precision = TIMESTAMP_PRECISION_MAX};
    if (timestamp_parse_fast(copy, text.len, &out->us)) return true;
  }
  return timestamp_parse_loose(text, out);
}

static bool parse_datetime(const KernelCall *k, Str text, int64_t *out) {
  Type to = k->expr->type;
  TimestampText t;
  int32_t days;
  Micros us;
  if (to.kind == TYPE_DATE && date_parse_loose(text, &days)) {
    *out = days;
    return true;
  }
  if (to.kind == TYPE_TIME && time_parse_loose(text, &us)) {
    *out = cut_fraction(us, to.precision);
    return true;
  }
  if (!parse_timestamp(text, &t)) return false;
  if (to.kind == TYPE_TIMESTAMP_LTZ) {
    us = t.has_offset ? t.us - t.offset_us : zone_to_utc(k->env->zone, t.us);
    *out = cut_fraction(us, to.precision);
    return us >= TIMESTAMP_MIN && us <= TIMESTAMP_MAX;
  }
  if (t.has_offset) return false;
  if (to.kind == TYPE_DATE) {
    *out = days_of(t.us);
  } else {
    *out = cut_fraction(to.kind == TYPE_TIME ? time_of_day(t.us) : t.us, to.precision);
  }
  return true;
}

Code cast_text_to_datetime(KernelCall *k) {
  Phys phys = type_phys(k->expr->type);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = trimmed_at(k, row);
    int64_t value;
    if (parse_datetime(k, text, &value)) {
      num_put(k->out->data, phys, row, value);
    } else {
      TRY(cast_bad(k, row, text));
    }
  }
  return OK;
}
