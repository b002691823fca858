/* datagen_fill.c -- the values of a generated column, row by row.
 *
 * Every row has a stream of draws of its own: number 0 decides about NULL, 1 is the value or a
 * text's length, those from 2 on are a text's bytes.
 */
#include <string.h>

#include "exec/connectors/datagen_field.h"
#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15) /* splitmix64's step: 2^64 / the golden ratio */

/* splitmix64's finalizer. */
static uint64_t mix(uint64_t z) {
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static uint64_t row_key(const DatagenField *f, uint64_t row) {
  return mix(f->key + (row + 1) * GOLDEN);
}
static uint64_t draw(uint64_t row_key_, uint32_t number) {
  return mix(row_key_ + (number + 1) * GOLDEN);
}

/* In [0, 1), a multiple of 2^-53. */
static double unit_of(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }

/* The upper half of a product of 256 bits. */
static UInt128 mul_high(UInt128 a, UInt128 b) {
  uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
  UInt128 p00 = (UInt128)a0 * b0, p01 = (UInt128)a0 * b1, p10 = (UInt128)a1 * b0;
  UInt128 middle = (p00 >> 64) + (uint64_t)p01 + (uint64_t)p10;
  return (UInt128)a1 * b1 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
}

/* 0 .. n-1, by multiplication (Lemire, "Fast random integer generation in an interval", 2019,
 * without its rejection: the bias is at most n / 2^64, for n above 2^64 n / 2^128). */
static UInt128 below(uint64_t key, UInt128 n) {
  if (n <= (UInt128)1 << 64) return (UInt128)draw(key, 1) * n >> 64;
  return mul_high((UInt128)draw(key, 1) << 64 | draw(key, 2), n);
}

static Micros floor_to(Micros us, unsigned precision) {
  Micros unit = 1;
  for (unsigned p = precision; p < TIMESTAMP_PRECISION_MAX; p++) unit *= 10;
  Micros rest = us % unit;
  return us - (rest < 0 ? rest + unit : rest);
}

static Micros wall(Micros us, const Zone *zone) {
  return zone != NULL ? zone_to_local(zone, us) : us;
}

/* --- one value ----------------------------------------------------------------------------- */

static void store_exact(Vector *v, uint32_t row, Int128 value) {
  switch (type_phys(v->type)) {
    case PHYS_I8:
      ((int8_t *)v->data)[row] = (int8_t)value;
      return;
    case PHYS_I16:
      ((int16_t *)v->data)[row] = (int16_t)value;
      return;
    case PHYS_I32:
      ((int32_t *)v->data)[row] = (int32_t)value;
      return;
    case PHYS_I64:
      ((int64_t *)v->data)[row] = (int64_t)value;
      return;
    case PHYS_I128:
      ((Int128 *)v->data)[row] = value;
      return;
    case PHYS_F32:
      ((float *)v->data)[row] = (float)(int64_t)value;
      return;
    case PHYS_F64:
      ((double *)v->data)[row] = (double)(int64_t)value;
      return;
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(false && "no exact value");
}

static void store_real(const DatagenField *f, Vector *v, uint32_t row, uint64_t key) {
  double u = unit_of(draw(key, 1));
  double real = f->real_min * (1 - u) + f->real_max * u;
  if (real < f->real_min) real = f->real_min;
  if (real > f->real_max) real = f->real_max;
  if (type_phys(v->type) == PHYS_F32) {
    ((float *)v->data)[row] = (float)real;
  } else {
    ((double *)v->data)[row] = real;
  }
}

/* Random bytes, or hexadecimal digits of them. */
static void random_text(const DatagenField *f, uint64_t key, char *out, uint32_t len) {
  static const char digits[] = "0123456789abcdef";
  bool bytes = f->how == DATAGEN_BYTES;
  uint64_t bits = 0;
  for (uint32_t i = 0, left = 0, number = 2; i < len; i++, left--) {
    if (left == 0) {
      bits = draw(key, number++);
      left = bytes ? 8 : 16;
    }
    out[i] = bytes ? (char)(unsigned char)bits : digits[bits & 15];
    bits >>= bytes ? 8 : 4;
  }
}

static bool store_random_text(const DatagenField *f, BatchBuilder *b, TextRef *slot, uint64_t key) {
  uint32_t len = f->length;
  if (f->var_len && len > 0) len = 1 + (uint32_t)below(key, len);
  if (len <= TEXT_INLINE_MAX) {
    char text[TEXT_INLINE_MAX];
    random_text(f, key, text, len);
    *slot = text_ref(text, len);
    return true;
  }
  char *text = arena_try_alloc(&b->text, len, 1);
  if (text == NULL) return false;
  random_text(f, key, text, len);
  *slot = text_ref(text, len);
  return true;
}

/* A number as text; CHAR(n) is filled up with blanks. */
static bool store_sequence_text(const DatagenField *f, BatchBuilder *b, TextRef *slot,
                                uint64_t row) {
  char number[INT_TEXT_MAX];
  size_t n = int_print((int64_t)((uint64_t)f->start + row), number);
  size_t len = f->type.kind == TYPE_CHAR ? f->type.length : n;
  if (len == n) return batch_builder_text(b, (Str){number, n}, slot);
  char *text = arena_try_alloc(&b->text, len, 1);
  if (text == NULL) return false;
  memcpy(text, number, n);
  memset(text + n, ' ', len - n);
  *slot = text_ref(text, len);
  return true;
}

static Int128 sequence_value(const DatagenField *f, uint64_t row) {
  Int128 v = (int64_t)((uint64_t)f->start + row);
  return f->type.kind == TYPE_DECIMAL ? v * decimal_pow10(f->type.scale) : v;
}

static Micros past_timestamp(const DatagenField *f, uint64_t key, Micros now_us, const Zone *zone) {
  Micros us = now_us;
  if (f->max_past_us > 0) us -= (Micros)below(key, (UInt128)f->max_past_us + 1);
  if (us < TIMESTAMP_MIN + MICROS_PER_DAY) us = TIMESTAMP_MIN + MICROS_PER_DAY;
  if (f->type.kind == TYPE_TIMESTAMP) us = wall(us, zone);
  return floor_to(us, f->type.precision);
}

/* --- a column ------------------------------------------------------------------------------ */

typedef struct Fill {
  BatchBuilder *b;
  Vector *v;
  Micros now_us;
  const Zone *zone;
} Fill;

/* false: memory is out. */
static bool store_value(const DatagenField *f, const Fill *fill, uint64_t row, uint64_t key,
                        uint32_t at) {
  Vector *v = fill->v;
  switch (f->how) {
    case DATAGEN_BOOLEAN:
      store_exact(v, at, (Int128)(draw(key, 1) >> 63));
      return true;
    case DATAGEN_INTEGER:
      store_exact(v, at, (Int128)((UInt128)f->min + below(key, f->values)));
      return true;
    case DATAGEN_REAL:
      store_real(f, v, at, key);
      return true;
    case DATAGEN_TEXT:
    case DATAGEN_BYTES:
      return store_random_text(f, fill->b, (TextRef *)v->data + at, key);
    case DATAGEN_TIMESTAMP:
      store_exact(v, at, past_timestamp(f, key, fill->now_us, fill->zone));
      return true;
    case DATAGEN_DATE:
      store_exact(v, at, days_of(wall(fill->now_us, fill->zone)));
      return true;
    case DATAGEN_TIME:
      store_exact(v, at, floor_to(time_of_day(wall(fill->now_us, fill->zone)), f->type.precision));
      return true;
    case DATAGEN_SEQUENCE:
      store_exact(v, at, sequence_value(f, row));
      return true;
    case DATAGEN_SEQUENCE_TEXT:
      return store_sequence_text(f, fill->b, (TextRef *)v->data + at, row);
  }
  assert(false && "a column is made somehow");
  return false;
}

Code datagen_field_fill(const DatagenField *f, uint64_t first_row, uint32_t n, Micros now_us,
                        const Zone *zone, BatchBuilder *out, uint32_t col, Error *err) {
  Fill fill = {out, &out->batch.cols[col], now_us, zone};
  size_t width = phys_size(type_phys(f->type));
  uint64_t *valid = NULL;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t row = first_row + i, key = row_key(f, row);
    if (f->null_rate > 0 && unit_of(draw(key, 0)) < f->null_rate) {
      if (valid == NULL) valid = batch_builder_valid(out, col);
      bit_clear(valid, i);
      memset((char *)fill.v->data + i * width, 0, width);
    } else if (!store_value(f, &fill, row, key, i)) {
      return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory for generated rows");
    }
  }
  return OK;
}
