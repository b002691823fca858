/* json_fast.c -- a record the fast way, straight into the columns.
 *
 * One pass over the bytes: compare the key that is expected, read or skip the value behind it,
 * go on from there.  Each step begins where the one before ended, so what counts is the
 * length of that chain, not the number of instructions: ends are found with a word or a vector
 * at a time and without branches on the data.
 *
 * Nothing is decided here that json_strict.c would decide otherwise: whatever is unusual
 * (an escaped key, a key twice, a value that does not fit its column) returns NULL.
 */
#include "exec/data/decimal.h"
#include "exec/data/text_padded.h"
#include "exec/data/timestamp.h"
#include "exec/formats/json_read.h"

/* --- values -------------------------------------------------------------------------- */

static const char *read_double(const char *p, double *out) {
  bool negative;
  uint64_t digits;
  unsigned n_fraction;
  p = json_read_fixed(p, &negative, &digits, &n_fraction);
  double v;
  if (p == NULL || !digits_to_double(digits, n_fraction, &v)) return NULL;
  *out = negative ? -v : v;
  return p;
}

static const char *read_decimal(const char *p, Type type, int64_t *out) {
  bool negative;
  uint64_t digits;
  int64_t v;
  unsigned n_fraction;
  p = json_read_fixed(p, &negative, &digits, &n_fraction);
  if (p == NULL) return NULL;
  if (!digits_to_decimal(digits, n_fraction, type.precision, type.scale, &v)) return NULL;
  *out = negative ? -v : v;
  return p;
}

static inline const char *read_text(const char *p, TextRef *slot) {
  if (*p != '"') return NULL;
  const char *text = p + 1, *end = json_plain_end(text);
  if (UNLIKELY(*end != '"')) {
    bool escaped = false;
    end = json_string_end(text, end, &escaped);
    if (end == NULL || escaped) return NULL;
  }
  text_put_padded(slot, text, (size_t)(end - text));
  return end + 1;
}

/* --- timestamps ---------------------------------------------------------------------- */

/* ":ss" or ":ss.fff" behind the minute, as microseconds.  Both are read as the longer one, whose
 * missing digits count as zeros. */
static bool read_seconds(const char *p, size_t len, Micros *us) {
  enum { D = WORD8_DIGIT, S = WORD8_SAME };
  uint64_t v = word8_load(p) ^ WORD8(':', '0', '0', '.', '0', '0', '0', 0);
  v &= len == 3 ? UINT64_C(0xFFFFFF) : UINT64_C(0xFFFFFFFFFFFFFF);
  if (word8_beyond(v, WORD8(S, D, D, S, D, D, D, 0)) != 0) return false;
  uint32_t seconds = (uint32_t)((v >> 8 & 0xFF) * 10 + (v >> 16 & 0xFF));
  uint32_t millis = (uint32_t)((v >> 32 & 0xFF) * 100 + (v >> 40 & 0xFF) * 10 + (v >> 48 & 0xFF));
  *us = (Micros)seconds * MICROS_PER_SECOND + millis * MICROS_PER_MILLI;
  return seconds < 60;
}

/* text[0..len) without zone. */
static bool parse_timestamp(JsonColumn *c, JsonTimeForm form, const char *text, size_t len,
                            Micros *us) {
  const Micros minute = 60 * MICROS_PER_SECOND;
  const unsigned fraction = 20; /* where it begins */
  if (len > fraction && len - fraction > c->type.precision) return false;
  if (LIKELY((len == 23 || len == 19) && memcmp(text, c->minute, JSON_MINUTE) == 0)) {
    if (!read_seconds(text + JSON_MINUTE, len - JSON_MINUTE, us)) return false;
    *us += c->minute_us;
    return true;
  }
  if (!timestamp_parse_fast(text, len, us)) return false;
  if (!json_separator_fits(form, text[10])) return false;
  memcpy(c->minute, text, JSON_MINUTE);
  c->minute_us = *us - time_of_day(*us) % minute;
  return true;
}

static const char *read_timestamp(const Json *j, JsonColumn *c, const char *p, Micros *us) {
  if (*p != '"') return NULL;
  const char *text = p + 1, *end = json_plain_end(text);
  if (*end != '"') return NULL;
  size_t len = (size_t)(end - text);
  if (c->type.kind == TYPE_TIMESTAMP_LTZ) {
    if (len > 0 && end[-1] == 'Z') {
      len--;
    } else if (!zone_is_utc(j->meaning.zone)) {
      return NULL;
    }
  }
  return parse_timestamp(c, j->meaning.time_form, text, len, us) ? end + 1 : NULL;
}

/* --- records ------------------------------------------------------------------------- */

/* Any value, by the rules for all. */
static const char *read_any(Json *j, uint32_t col, uint32_t row, const char *p) {
  JsonValue value;
  const char *end = json_scan_value(p, &value);
  if (end == NULL) return NULL;
  ValueFit fit = json_value_store(&j->meaning, &value, j->builder, col, row);
  return fit == FIT_GOOD ? end : NULL;
}

/* The value at p, by what its column most often gets; NULL: by the rules for all. */
static inline const char *read_expected(const Json *j, JsonColumn *c, uint32_t act, uint32_t row,
                                        const char *p) {
  int64_t v;
  switch ((JsonAct)act) {
    case JSON_TO_INT64:
      return json_read_int(p, (int64_t *)c->data + row);
    case JSON_TO_INT32:
      p = json_read_int(p, &v);
      if (p == NULL || v != (int32_t)v) return NULL;
      ((int32_t *)c->data)[row] = (int32_t)v;
      return p;
    case JSON_TO_DOUBLE:
      return read_double(p, (double *)c->data + row);
    case JSON_TO_DECIMAL:
      return read_decimal(p, c->type, (int64_t *)c->data + row);
    case JSON_TO_TEXT:
      return read_text(p, (TextRef *)c->data + row);
    case JSON_TO_TIMESTAMP:
      return read_timestamp(j, c, p, (Micros *)c->data + row);
    case JSON_TO_ANY:
    case JSON_SKIP:
    case JSON_END:
      break;
  }
  return NULL;
}

/* NULL for the columns that the record did not name. */
static bool fill_missing(Json *j, uint32_t row) {
  if (j->fail_on_missing) return false;
  for (uint32_t col = 0; col < j->n_cols; col++) {
    if (j->cols[col].seen == j->serial) continue;
    if (value_set_null(j->builder, col, row) != FIT_GOOD) return false;
  }
  return true;
}

const char *json_read_fast(Json *j, const char *p, uint32_t row) {
  const char *record = p;
  const uint64_t serial = ++j->serial;
  uint32_t n_seen = 0;
  JsonKey *key = &j->keys.start;
  for (;;) {
    JsonKey *next = key->next;
    if (UNLIKELY(!json_key_at(next, p))) {
      next = json_keys_find(j, key, p);
      if (next == NULL) return NULL;
    }
    key = next;
    p += key->len;
    if (key->col != JSON_NO_COLUMN) {
      JsonColumn *c = &j->cols[key->col];
      if (UNLIKELY(c->seen == serial)) return NULL; /* the last one wins: not known here */
      c->seen = serial;
      n_seen++;
      const char *end = read_expected(j, c, key->act, row, p);
      p = LIKELY(end != NULL) ? end : read_any(j, (uint32_t)key->col, row, p);
    } else if (key->act == JSON_END) {
      break;
    } else {
      p = json_skip_value(p, 1, false);
    }
    if (UNLIKELY(p == NULL)) return NULL;
  }
  if (UNLIKELY(p - record > RECORD_MAX)) return NULL;
  if (UNLIKELY(n_seen < j->n_cols) && !fill_missing(j, row)) return NULL;
  return p;
}
