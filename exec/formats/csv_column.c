/* csv_column.c -- loops from text to columns, one per form of value.
 *
 * Each loop knows nothing of NULL, errors or batches: it tries, and notes the rows where that
 * did not work without a branch.  Digits are read eight at a time (word8.h): a word may be
 * loaded beyond the end of a field, never before its begin.  A plain run has no quotes and no
 * null-literal; the loops exist once for those and once for the others.
 */
#include "exec/formats/csv_column.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/data/digits.h"
#include "exec/data/text_padded.h"
#include "exec/data/timestamp.h"
#include "exec/data/word8.h"

#define INLINE static inline __attribute__((always_inline))

/* --- fields -------------------------------------------------------------------------- */

typedef struct Piece {
  const char *p;
  uint32_t len;
  bool odd; /* leave it to csv_value.c */
} Piece;

CsvField csv_run_field(const CsvDialect *d, const CsvRun *run, uint32_t i) {
  const uint32_t *at = run->sep + (size_t)i * run->stride;
  Str rest = {run->text + (uint32_t)(at[0] + 1), at[1] - at[0] - 1};
  if (run->last && rest.len > 0 && rest.ptr[rest.len - 1] == '\r') rest.len--;
  bool more = true;
  CsvField f;
  csv_field_next(d, &rest, &more, &f);
  assert(!more && !f.torn);
  return f;
}

INLINE Piece piece_at(const CsvDialect *d, const CsvRun *run, uint32_t i, bool plain) {
  const uint32_t *at = run->sep + (size_t)i * run->stride;
  Piece f = {.p = run->text + (uint32_t)(at[0] + 1), .len = at[1] - at[0] - 1};
  if (run->last && f.len > 0 && f.p[f.len - 1] == '\r') f.len--;
  if (plain) return f;
  if (run->quotes && f.len >= 2 && f.p[0] == d->quote) {
    f.p++;
    f.len -= 2;
    f.odd = f.len == 0 || memchr(f.p, d->quote, f.len) != NULL;
  } else if (d->null_literal.ptr != NULL && f.len == d->null_literal.len) {
    f.odd = memcmp(f.p, d->null_literal.ptr, f.len) == 0;
  }
  return f;
}

INLINE uint16_t load2(const char *p) {
  uint16_t w;
  memcpy(&w, p, 2);
  return w;
}

void csv_column_init(CsvColumn *c, const FormatField *field, const Zone *zone) {
  static const char epoch[] = "1970-01-01"; /* its instant is 0 */
  *c = (CsvColumn){.name = field->name,
                   .type = field->type,
                   .utc = zone_is_utc(zone),
                   .date_head = word8_load(epoch),
                   .date_tail = load2(epoch + 8)};
}

/* --- integers ------------------------------------------------------------------------ */

INLINE bool integer(const char *p, uint32_t len, int64_t *out) {
  uint32_t minus = *p == '-';
  p += minus;
  len -= minus;
  uint64_t v, digits;
  if (LIKELY(len - 1 < 8)) {
    digits = word8_last(word8_load_digits(p), len);
    v = word8_number(digits);
  } else if (len - 9 < 8) { /* the last eight, and those before */
    uint64_t low = word8_load_digits(p + len - 8);
    digits = word8_last(word8_load_digits(p), len - 8);
    v = word8_number(digits) * 100000000 + word8_number(low);
    if (!word8_all_digits(low)) return false;
  } else {
    return false; /* empty, or long */
  }
  *out = minus ? -(int64_t)v : (int64_t)v;
  return word8_all_digits(digits);
}

/* --- fractions and booleans ---------------------------------------------------------- */

/* [-]digits[.digits] with at most 18 of them: the digits as one number, and how many were behind
 * the point. */
INLINE bool fixed_point(const char *p, uint32_t len, bool *minus, uint64_t *digits,
                        uint32_t *scale) {
  *minus = *p == '-';
  uint32_t i = *minus, point = len;
  uint64_t v = 0;
  if (len - i - 1 >= 18) return false; /* empty, or long */
  for (; i < len; i++) {
    uint32_t digit = (uint32_t)(unsigned char)p[i] - '0';
    if (LIKELY(digit <= 9)) {
      v = v * 10 + digit;
    } else if (p[i] == '.' && point == len) {
      point = i;
    } else {
      return false;
    }
  }
  *digits = v;
  *scale = point < len ? len - point - 1 : 0;
  return point != *minus && (point == len || *scale > 0); /* digits on both sides */
}

INLINE bool decimal_double(const char *p, uint32_t len, double *out) {
  bool minus;
  uint64_t digits;
  uint32_t scale;
  double v;
  if (!fixed_point(p, len, &minus, &digits, &scale)) return false;
  if (!digits_to_double(digits, scale, &v)) return false;
  *out = minus ? -v : v;
  return true;
}

INLINE bool decimal_word(const char *p, uint32_t len, Type type, int64_t *out) {
  bool minus;
  uint64_t digits;
  uint32_t scale;
  int64_t v;
  if (!fixed_point(p, len, &minus, &digits, &scale)) return false;
  if (!digits_to_decimal(digits, scale, type.precision, type.scale, &v)) return false;
  *out = minus ? -v : v;
  return true;
}

INLINE bool boolean(const char *p, uint32_t len, int8_t *out) {
  bool yes = len == 4 && memcmp(p, "true", 4) == 0;
  *out = yes;
  return yes || (len == 5 && memcmp(p, "false", 5) == 0);
}

/* --- dates and times ----------------------------------------------------------------- */

/* The instant at which the date at p (ten bytes) begins, remembered from field to field. */
INLINE bool date_begin(CsvColumn *c, const char *p, Micros *us) {
  uint64_t head = word8_load(p);
  uint16_t tail = load2(p + 8);
  if (UNLIKELY((head ^ c->date_head) | (uint64_t)(tail ^ c->date_tail))) {
    int32_t days;
    if (!date_parse((Str){p, 10}, &days)) return false;
    c->date_head = head;
    c->date_tail = tail;
    c->date_us = days * MICROS_PER_DAY;
  }
  *us = c->date_us;
  return true;
}

/* HH:mm:ss in eight bytes. */
INLINE bool clock(const char *p, Micros *us) {
  enum { D = WORD8_DIGIT, S = WORD8_SAME };
  uint64_t w = word8_load(p) ^ WORD8('0', '0', ':', '0', '0', ':', '0', '0');
  bool good = word8_beyond(w, WORD8(D, D, S, D, D, S, D, D)) == 0;
  w = w * 10 + (w >> 8);
  uint32_t h = w & 0xFF, m = w >> 24 & 0xFF, s = w >> 48 & 0xFF;
  *us = (Micros)(h * 3600 + m * 60 + s) * MICROS_PER_SECOND;
  return good & (h < 24) & (m < 60) & (s < 60);
}

/* n (1..6) digits behind the point. */
INLINE bool fraction(const char *p, uint32_t n, uint32_t precision, Micros *us) {
  uint32_t v;
  bool good = word8_micros(p, n, &v);
  if (UNLIKELY(n > precision)) {
    static const uint32_t units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    v -= v % units[precision];
  }
  *us += (Micros)v;
  return good;
}

/* yyyy-MM-dd(blank|T)HH:mm:ss[.1-6 digits] */
INLINE bool timestamp(CsvColumn *c, const char *p, uint32_t len, Micros *out) {
  if (len < 19 || len > 26 || len == 20) return false;
  Micros day, time;
  if (!date_begin(c, p, &day) || (p[10] != ' ' && p[10] != 'T')) return false;
  bool good = clock(p + 11, &time);
  if (len > 19) good &= (p[19] == '.') & fraction(p + 20, len - 20, c->type.precision, &time);
  *out = day + time;
  return good;
}

/* Text without an offset is in the session's zone, with Z it is in UTC. */
INLINE bool instant(const CsvMeaning *m, CsvColumn *c, const char *p, uint32_t len, Micros *out) {
  bool zulu = len == 20 || len > 21 ? p[len - 1] == 'Z' : false;
  if (!timestamp(c, p, len - zulu, out)) return false;
  if (zulu || c->utc) return true;
  *out = zone_to_utc(m->zone, *out);
  return *out >= TIMESTAMP_MIN && *out <= TIMESTAMP_MAX;
}

INLINE bool date(CsvColumn *c, const char *p, uint32_t len, int32_t *out) {
  Micros us;
  if (len != 10 || !date_begin(c, p, &us)) return false;
  *out = (int32_t)(us / MICROS_PER_DAY);
  return true;
}

/* --- the loops over them ------------------------------------------------------------- */

/* A column of type T.  try_ converts a field f to v, of type V, and says whether that worked. */
#define VALUE_LOOP(name, T, V, try_)                                                             \
  INLINE uint32_t name##_loop(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, T *out,      \
                              uint16_t *slow, bool plain) {                                      \
    uint32_t n_slow = 0;                                                                         \
    (void)c;                                                                                     \
    for (uint32_t i = 0; i < run->n; i++) {                                                      \
      Piece f = piece_at(&m->dialect, run, i, plain);                                            \
      V v = 0;                                                                                   \
      bool good = (try_) & !f.odd;                                                               \
      out[i] = (T)v;                                                                             \
      slow[n_slow] = (uint16_t)i;                                                                \
      n_slow += !good;                                                                           \
    }                                                                                            \
    return n_slow;                                                                               \
  }                                                                                              \
  static uint32_t name(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, bool plain, T *out, \
                       uint16_t *slow) {                                                         \
    return plain ? name##_loop(m, c, run, out, slow, true)                                       \
                 : name##_loop(m, c, run, out, slow, false);                                     \
  }
VALUE_LOOP(bytes, int8_t, int64_t, integer(f.p, f.len, &v) & (v >= INT8_MIN) & (v <= INT8_MAX))
VALUE_LOOP(shorts, int16_t, int64_t, integer(f.p, f.len, &v) & (v >= INT16_MIN) & (v <= INT16_MAX))
VALUE_LOOP(ints, int32_t, int64_t, integer(f.p, f.len, &v) & (v >= INT32_MIN) & (v <= INT32_MAX))
VALUE_LOOP(longs, int64_t, int64_t, integer(f.p, f.len, &v))
VALUE_LOOP(doubles, double, double, decimal_double(f.p, f.len, &v))
VALUE_LOOP(decimals, int64_t, int64_t, decimal_word(f.p, f.len, c->type, &v))
VALUE_LOOP(booleans, int8_t, int8_t, boolean(f.p, f.len, &v))
VALUE_LOOP(dates, int32_t, int32_t, date(c, f.p, f.len, &v))
VALUE_LOOP(timestamps, Micros, Micros, timestamp(c, f.p, f.len, &v))
VALUE_LOOP(instants, Micros, Micros, instant(m, c, f.p, f.len, &v))
#undef VALUE_LOOP

/* --- text ---------------------------------------------------------------------------- */

INLINE uint32_t texts_loop(const CsvDialect *d, const CsvRun *run, TextRef *out, uint16_t *slow,
                           bool plain) {
  uint32_t n_slow = 0;
  for (uint32_t i = 0; i < run->n; i++) {
    Piece f = piece_at(d, run, i, plain);
    bool good = (f.len > 0) & !f.odd;
    if (!plain && run->high) good = good && utf8_valid(f.p, f.len);
    text_put_padded(&out[i], f.p, f.len);
    slow[n_slow] = (uint16_t)i;
    n_slow += !good;
  }
  return n_slow;
}

/* --- the choice ---------------------------------------------------------------------- */

/* A type without a loop of its own. */
static uint32_t all_slow(uint32_t n, uint16_t *slow) {
  for (uint32_t i = 0; i < n; i++) slow[i] = (uint16_t)i;
  return n;
}

uint32_t csv_convert_run(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, void *data,
                         uint16_t *slow) {
  const CsvDialect *d = &m->dialect;
  const bool plain = !run->quotes && d->null_literal.ptr == NULL;
  switch ((TypeKind)c->type.kind) {
    case TYPE_TINYINT:
      return bytes(m, c, run, plain, data, slow);
    case TYPE_SMALLINT:
      return shorts(m, c, run, plain, data, slow);
    case TYPE_INT:
      return ints(m, c, run, plain, data, slow);
    case TYPE_BIGINT:
      return longs(m, c, run, plain, data, slow);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      return plain && !run->high ? texts_loop(d, run, data, slow, true)
                                 : texts_loop(d, run, data, slow, false);
    case TYPE_DATE:
      return dates(m, c, run, plain, data, slow);
    case TYPE_TIMESTAMP:
      return timestamps(m, c, run, plain, data, slow);
    case TYPE_TIMESTAMP_LTZ:
      return instants(m, c, run, plain, data, slow);
    case TYPE_BOOLEAN:
      return booleans(m, c, run, plain, data, slow);
    case TYPE_DOUBLE:
      return doubles(m, c, run, plain, data, slow);
    case TYPE_DECIMAL:
      return type_phys(c->type) == PHYS_I64 ? decimals(m, c, run, plain, data, slow)
                                            : all_slow(run->n, slow);
    case TYPE_FLOAT:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
    case TYPE_TIME:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
    case TYPE_ARRAY:
    case TYPE_ROW:
      return all_slow(run->n, slow);
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  assert(false && "csv_check has refused other types");
  return 0;
}
