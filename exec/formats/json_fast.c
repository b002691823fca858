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
#include "exec/data/timestamp.h"
#include "exec/formats/json_read.h"

/* --- values -------------------------------------------------------------------------- */

/* Powers of ten that a double holds exactly: a quotient of two exact numbers is rounded once, as
 * it should be (Clinger, "How to read floating point numbers accurately", 1990). */
static const double exact_pow10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                     1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
static_assert(COUNT_OF(exact_pow10) == JSON_DIGITS_MAX + 1, "one for every length of a fraction");
#define EXACT_MAX (UINT64_C(1) << 53)

static const char *read_double(const char *p, double *out) {
  bool negative;
  uint64_t digits;
  unsigned n_fraction;
  p = json_read_fixed(p, &negative, &digits, &n_fraction);
  if (p == NULL || digits > EXACT_MAX) return NULL;
  double v = (double)digits / exact_pow10[n_fraction];
  *out = negative ? -v : v;
  return p;
}

static const char *read_decimal(const char *p, Type type, int64_t *out) {
  bool negative;
  uint64_t digits, v;
  unsigned n_fraction;
  p = json_read_fixed(p, &negative, &digits, &n_fraction);
  if (p == NULL || n_fraction > type.scale) return NULL;
  if (__builtin_mul_overflow(digits, json_pow10[type.scale - n_fraction], &v)) return NULL;
  if (v >= json_pow10[type.precision]) return NULL;
  *out = negative ? -(int64_t)v : (int64_t)v;
  return p;
}

/* A TextRef of bytes behind which at least 16 are readable. */
static inline void put_text(TextRef *slot, const char *bytes, size_t len) {
#ifdef __SSE2__
  static const uint8_t mask[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  if (LIKELY(len <= TEXT_INLINE_MAX)) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    v = _mm_and_si128(v, _mm_loadu_si128((const __m128i *)(const void *)(mask + 16 - len)));
    v = _mm_or_si128(_mm_slli_si128(v, 4), _mm_cvtsi32_si128((int)len));
    memcpy(slot, &v, sizeof v);
    return;
  }
#endif
  *slot = text_ref(bytes, len);
}

static inline const char *read_text(const char *p, TextRef *slot) {
  if (*p != '"') return NULL;
  const char *text = p + 1, *end = json_plain_end(text);
  if (UNLIKELY(*end != '"')) {
    bool escaped = false;
    end = json_string_end(text, end, &escaped);
    if (end == NULL || escaped) return NULL;
  }
  put_text(slot, text, (size_t)(end - text));
  return end + 1;
}

/* --- timestamps ---------------------------------------------------------------------- */

/* ":ss" or ":ss.fff" behind the minute, as microseconds.  Both are read as the longer one, whose
 * missing digits count as zeros. */
static bool read_seconds(const char *p, size_t len, Micros *us) {
  const uint64_t digit = 0x76, sign = 0x7F; /* add to too much, and the high bit shows */
  const uint64_t limits =
      sign | digit << 8 | digit << 16 | sign << 24 | digit << 32 | digit << 40 | digit << 48;
  const uint64_t pattern = UINT64_C(0x003030302E30303A); /* ":00.000" */
  uint64_t v = json_load8(p) ^ pattern;
  v &= len == 3 ? UINT64_C(0xFFFFFF) : UINT64_C(0xFFFFFFFFFFFFFF);
  if (((v | (v + limits)) & JSON_EACH(0x80)) != 0) return false;
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
      p = json_skip_value(p);
    }
    if (UNLIKELY(p == NULL)) return NULL;
  }
  if (UNLIKELY(p - record > RECORD_MAX)) return NULL;
  if (UNLIKELY(n_seen < j->n_cols) && !fill_missing(j, row)) return NULL;
  return p;
}
