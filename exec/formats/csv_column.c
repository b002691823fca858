/* csv_column.c -- loops from text to columns, one per form of value.
 *
 * Each loop knows nothing of NULL, errors or batches: it tries, and notes the rows where that
 * did not work without a branch.  Digits are read eight at a time from one 64-bit word (the
 * method of "Faster Integer Parsing", Lemire 2018): a word may be loaded beyond the end of a field,
 * never before its begin.  A plain run has no quotes and no null-literal; the loops exist
 * once for those and once for the others.
 */
#include "exec/formats/csv_column.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/data/timestamp.h"

#define INLINE static inline __attribute__((always_inline))

/* --- words --------------------------------------------------------------------------- */

#define ZEROS UINT64_C(0x3030303030303030) /* "00000000" */
#define HIGHS UINT64_C(0xF0F0F0F0F0F0F0F0)

/* The first byte in the lowest bits. */
INLINE uint64_t load8(const char *p) {
  uint64_t w;
  memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  w = __builtin_bswap64(w);
#endif
  return w;
}

INLINE uint16_t load2(const char *p) {
  uint16_t w;
  memcpy(&w, p, 2);
  return w;
}

INLINE bool all_digits(uint64_t w) {
  return ((w & HIGHS) == ZEROS) & (((w + UINT64_C(0x0606060606060606)) & HIGHS) == ZEROS);
}

/* The number that eight digits spell, the first in the lowest byte. */
INLINE uint64_t eight_digits(uint64_t w) {
  w -= ZEROS;
  w = w * 10 + (w >> 8);
  return ((w & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
          (w >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
         32;
}

/* The first n (1..8) bytes of w as digits with zeros in front. */
INLINE uint64_t digits_word(uint64_t w, uint32_t n) {
  uint32_t shift = 64 - 8 * n;
  return w << shift | (ZEROS & ((UINT64_C(1) << shift) - 1));
}

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

void csv_column_init(CsvColumn *c, const FormatField *field) {
  static const char epoch[] = "1970-01-01"; /* its instant is 0 */
  *c = (CsvColumn){.name = field->name,
                   .type = field->type,
                   .date_head = load8(epoch),
                   .date_tail = load2(epoch + 8)};
}

/* --- integers ------------------------------------------------------------------------ */

INLINE bool integer(const char *p, uint32_t len, int64_t *out) {
  uint32_t minus = *p == '-';
  p += minus;
  len -= minus;
  uint64_t v, w;
  if (LIKELY(len - 1 < 8)) {
    w = digits_word(load8(p), len);
    v = eight_digits(w);
  } else if (len - 9 < 8) { /* the last eight, and those before */
    uint64_t low = load8(p + len - 8);
    w = digits_word(load8(p), len - 8);
    v = eight_digits(w) * 100000000 + eight_digits(low);
    if (!all_digits(low)) return false;
  } else {
    return false; /* empty, or long */
  }
  *out = minus ? -(int64_t)v : (int64_t)v;
  return all_digits(w);
}

#define INTEGER_LOOP(name, T, min, max)                                                          \
  INLINE uint32_t name##_loop(const CsvDialect *d, const CsvRun *run, T *out, uint16_t *slow,    \
                              bool plain) {                                                      \
    uint32_t n_slow = 0;                                                                         \
    for (uint32_t i = 0; i < run->n; i++) {                                                      \
      Piece f = piece_at(d, run, i, plain);                                                      \
      int64_t v = 0;                                                                             \
      bool good = integer(f.p, f.len, &v) & (v >= (min)) & (v <= (max)) & !f.odd;                \
      out[i] = (T)v;                                                                             \
      slow[n_slow] = (uint16_t)i;                                                                \
      n_slow += !good;                                                                           \
    }                                                                                            \
    return n_slow;                                                                               \
  }                                                                                              \
  static uint32_t name(const CsvDialect *d, const CsvRun *run, bool plain, T *out,               \
                       uint16_t *slow) {                                                         \
    return plain ? name##_loop(d, run, out, slow, true) : name##_loop(d, run, out, slow, false); \
  }
INTEGER_LOOP(integers_8, int8_t, INT8_MIN, INT8_MAX)
INTEGER_LOOP(integers_16, int16_t, INT16_MIN, INT16_MAX)
INTEGER_LOOP(integers_32, int32_t, INT32_MIN, INT32_MAX)
INTEGER_LOOP(integers_64, int64_t, INT64_MIN, INT64_MAX)
#undef INTEGER_LOOP

/* --- fractions and booleans ---------------------------------------------------------- */

/* [-]digits[.digits] with at most 18 of them: the digits as one number, and how many were behind
 * the point. */
INLINE bool fixed_point(const char *p, uint32_t len, bool *minus, int64_t *digits,
                        uint32_t *scale) {
  *minus = *p == '-';
  uint32_t i = *minus, point = len;
  int64_t v = 0;
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

/* Exact: both numbers are, and a division rounds once (Clinger, "How to read floating point
 * numbers accurately", 1990). */
INLINE bool decimal_double(const char *p, uint32_t len, double *out) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                  1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  bool minus;
  int64_t digits;
  uint32_t scale;
  if (!fixed_point(p, len, &minus, &digits, &scale) || digits >> 53 != 0) return false;
  double v = (double)digits / powers[scale];
  *out = minus ? -v : v;
  return true;
}

INLINE bool decimal_word(const char *p, uint32_t len, Type type, int64_t *out) {
  static const int64_t powers[] = {1,
                                   10,
                                   100,
                                   1000,
                                   10000,
                                   100000,
                                   1000000,
                                   10000000,
                                   100000000,
                                   1000000000,
                                   10000000000,
                                   100000000000,
                                   1000000000000,
                                   10000000000000,
                                   100000000000000,
                                   1000000000000000,
                                   10000000000000000,
                                   100000000000000000,
                                   1000000000000000000};
  bool minus;
  int64_t digits;
  uint32_t scale;
  if (!fixed_point(p, len, &minus, &digits, &scale) || scale > type.scale) return false;
  if (__builtin_mul_overflow(digits, powers[type.scale - scale], &digits)) return false;
  *out = minus ? -digits : digits;
  return digits < powers[type.precision];
}

INLINE bool boolean(const char *p, uint32_t len, int8_t *out) {
  bool yes = len == 4 && memcmp(p, "true", 4) == 0;
  *out = yes;
  return yes || (len == 5 && memcmp(p, "false", 5) == 0);
}

/* try_ converts a field f to v of type T. */
#define VALUE_LOOP(name, T, try_)                                                                 \
  INLINE uint32_t name##_loop(const CsvDialect *d, const CsvColumn *c, const CsvRun *run, T *out, \
                              uint16_t *slow, bool plain) {                                       \
    uint32_t n_slow = 0;                                                                          \
    (void)c;                                                                                      \
    for (uint32_t i = 0; i < run->n; i++) {                                                       \
      Piece f = piece_at(d, run, i, plain);                                                       \
      T v = 0;                                                                                    \
      bool good = !f.odd && (try_);                                                               \
      out[i] = v;                                                                                 \
      slow[n_slow] = (uint16_t)i;                                                                 \
      n_slow += !good;                                                                            \
    }                                                                                             \
    return n_slow;                                                                                \
  }                                                                                               \
  static uint32_t name(const CsvDialect *d, const CsvColumn *c, const CsvRun *run, bool plain,    \
                       T *out, uint16_t *slow) {                                                  \
    return plain ? name##_loop(d, c, run, out, slow, true)                                        \
                 : name##_loop(d, c, run, out, slow, false);                                      \
  }
VALUE_LOOP(doubles, double, decimal_double(f.p, f.len, &v))
VALUE_LOOP(decimals, int64_t, decimal_word(f.p, f.len, c->type, &v))
VALUE_LOOP(booleans, int8_t, boolean(f.p, f.len, &v))
#undef VALUE_LOOP

/* --- dates and times ----------------------------------------------------------------- */

/* The instant at which the date at p (ten bytes) begins, remembered from field to field. */
INLINE bool date_begin(CsvColumn *c, const char *p, Micros *us) {
  uint64_t head = load8(p);
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
INLINE bool clock(uint64_t w, Micros *us) {
  w ^= UINT64_C(0x00000A00000A0000); /* a colon in its place becomes a '0' */
  bool colons = (w & UINT64_C(0x0000FF0000FF0000)) == UINT64_C(0x0000300000300000);
  bool digits = all_digits(w);
  w -= ZEROS;
  w = w * 10 + (w >> 8);
  uint32_t h = w & 0xFF, m = w >> 24 & 0xFF, s = w >> 48 & 0xFF;
  *us = (Micros)(h * 3600 + m * 60 + s) * MICROS_PER_SECOND;
  return colons & digits & (h < 24) & (m < 60) & (s < 60);
}

/* n (1..6) digits behind the point. */
INLINE bool fraction(const char *p, uint32_t n, uint32_t precision, Micros *us) {
  uint64_t keep = (UINT64_C(1) << (8 * n)) - 1;
  uint64_t w = (load8(p) & keep) | (ZEROS & ~keep);
  uint64_t v = eight_digits(w) / 100;
  if (UNLIKELY(n > precision)) {
    static const uint32_t units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    v -= v % units[precision];
  }
  *us += (Micros)v;
  return all_digits(w);
}

/* yyyy-MM-dd(blank|T)HH:mm:ss[.1-6 digits] */
INLINE bool timestamp(CsvColumn *c, const char *p, uint32_t len, uint32_t precision, Micros *out) {
  if (len < 19 || len > 26 || len == 20) return false;
  Micros day, time;
  if (!date_begin(c, p, &day) || (p[10] != ' ' && p[10] != 'T')) return false;
  bool good = clock(load8(p + 11), &time);
  if (len > 19) good &= (p[19] == '.') & fraction(p + 20, len - 20, precision, &time);
  *out = day + time;
  return good;
}

INLINE uint32_t timestamps_loop(const CsvDialect *d, CsvColumn *c, const CsvRun *run, Micros *out,
                                uint16_t *slow, bool plain) {
  uint32_t n_slow = 0, precision = c->type.precision;
  for (uint32_t i = 0; i < run->n; i++) {
    Piece f = piece_at(d, run, i, plain);
    Micros us = 0;
    bool good = timestamp(c, f.p, f.len, precision, &us) & !f.odd;
    out[i] = us;
    slow[n_slow] = (uint16_t)i;
    n_slow += !good;
  }
  return n_slow;
}

/* Text without an offset is in the session's zone, with Z it is in UTC. */
INLINE uint32_t instants_loop(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, Micros *out,
                              uint16_t *slow, bool plain) {
  uint32_t n_slow = 0, precision = c->type.precision;
  const bool utc = zone_is_utc(m->zone);
  for (uint32_t i = 0; i < run->n; i++) {
    Piece f = piece_at(&m->dialect, run, i, plain);
    bool zulu = f.len == 20 || f.len > 21 ? f.p[f.len - 1] == 'Z' : false;
    Micros us = 0;
    bool good = timestamp(c, f.p, f.len - zulu, precision, &us) & !f.odd;
    if (!utc && !zulu && good) {
      us = zone_to_utc(m->zone, us);
      good = us >= TIMESTAMP_MIN && us <= TIMESTAMP_MAX;
    }
    out[i] = us;
    slow[n_slow] = (uint16_t)i;
    n_slow += !good;
  }
  return n_slow;
}

INLINE uint32_t dates_loop(const CsvDialect *d, CsvColumn *c, const CsvRun *run, int32_t *out,
                           uint16_t *slow, bool plain) {
  uint32_t n_slow = 0;
  for (uint32_t i = 0; i < run->n; i++) {
    Piece f = piece_at(d, run, i, plain);
    Micros us = 0;
    bool good = !f.odd && f.len == 10 && date_begin(c, f.p, &us);
    out[i] = (int32_t)(us / MICROS_PER_DAY);
    slow[n_slow] = (uint16_t)i;
    n_slow += !good;
  }
  return n_slow;
}

/* --- text ---------------------------------------------------------------------------- */

/* text_ref without a call: sixteen bytes at p are readable. */
INLINE TextRef text_at(const char *p, uint32_t len) {
  static const uint64_t keep_head[] = {0,          0xFF,         0xFFFF,         0xFFFFFF,
                                       0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF,
                                       UINT64_MAX, UINT64_MAX,   UINT64_MAX,     UINT64_MAX,
                                       UINT64_MAX};
  static const uint32_t keep_tail[] = {0, 0, 0,    0,      0,        0,         0,
                                       0, 0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF};
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return text_ref(p, len);
#endif
  TextRef t = {.len = len};
  if (LIKELY(len <= TEXT_INLINE_MAX)) {
    uint64_t head;
    uint32_t tail;
    memcpy(&head, p, 8);
    memcpy(&tail, p + 8, 4);
    head &= keep_head[len];
    tail &= keep_tail[len];
    memcpy((char *)&t + offsetof(TextRef, prefix), &head, 8);
    memcpy((char *)&t + offsetof(TextRef, prefix) + 8, &tail, 4);
  } else {
    memcpy(t.prefix, p, 4);
    t.u.ptr = p;
  }
  return t;
}

INLINE uint32_t texts_loop(const CsvDialect *d, const CsvRun *run, TextRef *out, uint16_t *slow,
                           bool plain) {
  uint32_t n_slow = 0;
  for (uint32_t i = 0; i < run->n; i++) {
    Piece f = piece_at(d, run, i, plain);
    bool good = (f.len > 0) & !f.odd;
    if (!plain && run->high) good = good && utf8_valid(f.p, f.len);
    out[i] = text_at(f.p, f.len);
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

static uint32_t timestamps(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, bool plain,
                           Micros *out, uint16_t *slow) {
  if (c->type.kind == TYPE_TIMESTAMP) {
    return plain ? timestamps_loop(&m->dialect, c, run, out, slow, true)
                 : timestamps_loop(&m->dialect, c, run, out, slow, false);
  }
  return plain ? instants_loop(m, c, run, out, slow, true)
               : instants_loop(m, c, run, out, slow, false);
}

uint32_t csv_convert_run(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, void *data,
                         uint16_t *slow) {
  const CsvDialect *d = &m->dialect;
  const bool plain = !run->quotes && d->null_literal.ptr == NULL;
  switch ((TypeKind)c->type.kind) {
    case TYPE_TINYINT:
      return integers_8(d, run, plain, data, slow);
    case TYPE_SMALLINT:
      return integers_16(d, run, plain, data, slow);
    case TYPE_INT:
      return integers_32(d, run, plain, data, slow);
    case TYPE_BIGINT:
      return integers_64(d, run, plain, data, slow);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      return plain && !run->high ? texts_loop(d, run, data, slow, true)
                                 : texts_loop(d, run, data, slow, false);
    case TYPE_DATE:
      return plain ? dates_loop(d, c, run, data, slow, true)
                   : dates_loop(d, c, run, data, slow, false);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return timestamps(m, c, run, plain, data, slow);
    case TYPE_BOOLEAN:
      return booleans(d, c, run, plain, data, slow);
    case TYPE_DOUBLE:
      return doubles(d, c, run, plain, data, slow);
    case TYPE_DECIMAL:
      return type_phys(c->type) == PHYS_I64 ? decimals(d, c, run, plain, data, slow)
                                            : all_slow(run->n, slow);
    case TYPE_FLOAT:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
    case TYPE_TIME:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
      return all_slow(run->n, slow);
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  assert(false && "csv_check has refused other types");
  return 0;
}
