/* csv_nested_test.c -- ARRAY and ROW in a field of csv: random values written and read back. */
#include "exec/formats/csv_nested.h"

#include "base/check.h"
#include "exec/data/rng.h"
#include "exec/formats/decode_check.h"

static Arena arena;
static uint64_t state = 3;

static uint32_t below(uint32_t n) { return (uint32_t)(rng_next(&state) % n); }

/* --- values -------------------------------------------------------------------------- */

static Type random_scalar(void) {
  const Type types[] = {type_of(TYPE_BOOLEAN),
                        type_of(TYPE_SMALLINT),
                        type_of(TYPE_BIGINT),
                        type_of(TYPE_FLOAT),
                        type_of(TYPE_DOUBLE),
                        type_decimal(12, 4),
                        type_decimal(38, 10),
                        type_string(),
                        type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX),
                        type_of(TYPE_DATE),
                        type_time(TYPE_TIME, 6),
                        type_time(TYPE_TIMESTAMP, 6),
                        type_time(TYPE_TIMESTAMP_LTZ, 6),
                        type_of(TYPE_INTERVAL_MONTH),
                        type_of(TYPE_INTERVAL_SECOND)};
  return types[below(COUNT_OF(types))];
}

/* No text that cannot be told apart: see csv_nested.h. */
static Value random_part(Type type) {
  static const char *const texts[] = {"x",          "a,b",
                                      "say \"hi\"", "two\nlines",
                                      " blanks ",   "\xC3\xA4 and a longer one than twelve bytes"};
  int64_t bits = (int64_t)rng_next(&state) >> below(63);
  if (below(6) == 0) return value_null(type);
  if (type_phys(type) == PHYS_TEXT) return value_text(type, str_of(texts[below(COUNT_OF(texts))]));
  if (type.kind == TYPE_BOOLEAN) return value_int(type, bits & 1);
  if (type.kind == TYPE_SMALLINT) return value_int(type, bits % 32768);
  if (type.kind == TYPE_DATE) return value_int(type, bits % 700000);
  if (type.kind == TYPE_INTERVAL_MONTH) return value_int(type, bits % 1200);
  if (type.kind == TYPE_INTERVAL_SECOND) return value_int(type, bits % INT64_C(10000000000000));
  if (type.kind == TYPE_TIME) return value_int(type, (bits & INT64_MAX) % MICROS_PER_DAY);
  if (type_is_timestamp(type)) return value_int(type, bits % INT64_C(60000000000000000));
  if (type.kind == TYPE_FLOAT) return value_double(type, (double)(float)((double)bits / 1024));
  if (type.kind == TYPE_DOUBLE) return value_double(type, (double)bits / 3);
  if (type_phys(type) == PHYS_I128) return value_decimal(type, (Int128)bits * 1000000007);
  return value_int(type, type.kind == TYPE_DECIMAL ? bits % INT64_C(1000000000000) : bits);
}

static Type random_type(void) {
  static const char *const names[] = {"a", "b", "c", "d"};
  Type types[COUNT_OF(names)];
  if (below(2) == 0) return type_array(random_scalar());
  uint32_t n = 1 + below(COUNT_OF(names));
  for (uint32_t i = 0; i < n; i++) types[i] = random_scalar();
  return type_row(types, names, n);
}

/* Is the value one of those that csv cannot tell apart without a null-literal? */
static bool is_lost(Type type, const Value *parts, uint32_t n, bool null_literal) {
  bool lost = false;
  for (uint32_t i = 0; i < n; i++) {
    const bool text = type_is_character(parts[i].type);
    lost |= parts[i].null && !null_literal && (text || (type.kind == TYPE_ARRAY && n == 1));
  }
  return lost;
}

static Value random_value(Type type, bool null_literal) {
  Value parts[8], v = {.type = type};
  if (below(8) == 0) return value_null(type);
  const bool array = type.kind == TYPE_ARRAY;
  uint32_t n = array ? below(6) : type.shape->n;
  do {
    for (uint32_t i = 0; i < n; i++) {
      parts[i] = random_part(array ? type_item(type) : type.shape->types[i]);
    }
  } while (is_lost(type, parts, n, null_literal));
  CHECK(array ? array_make(&arena, type, parts, n, &v.as.text)
              : row_make(&arena, type, parts, &v.as.text));
  return v;
}

/* --- there and back ------------------------------------------------------------------ */

enum { ROWS = 40, COLUMNS = 3 };

static void check_read(const DecodeSpec *spec, const StrBuf *text, const Batch *was) {
  Decoded d;
  Batch *is;
  uint32_t row = 0;
  decoded_run(&d, &format_csv, spec, "", 0, 1); /* a decoder, no chunk yet */
  char *copy = malloc(text->len + CHUNK_PADDING);
  if (copy == NULL) out_of_memory();
  memcpy(copy, text->data, text->len);
  memset(copy + text->len, '7', CHUNK_PADDING);
  const Chunk chunk = {.text = copy, .len = text->len};
  format_csv.decode_begin(d.decoder, &chunk, decoded_bad, &d);
  while (format_csv.decode_next(d.decoder, &is, &d.err) == OK && batch_count(is) > 0) {
    for (uint32_t i = 0; i < is->rows; i++, row++) {
      for (uint32_t c = 0; c < COLUMNS; c++) {
        Value a = value_of(&is->cols[c], i), b = value_of(&was->cols[c], row);
        CHECK_INT(a.null, b.null);
        if (!a.null && !b.null) CHECK(text_equal(&a.as.text, &b.as.text));
      }
    }
  }
  CHECK_INT(row, ROWS);
  CHECK_STR(strbuf_text(&d.bad), "");
  free(copy);
  decoded_free(&d);
}

static void round_trip(void) {
  static const char *const names[] = {"a", "b", "c"};
  static const uint32_t wanted[] = {0, 1, 2};
  static const Option all[] = {{.key = "csv.null-literal", .value = "n/a"},
                               {.key = "csv.array-element-delimiter", .value = "|"}};
  const bool null_literal = below(2) == 0;
  const Options options = {null_literal ? all : all + 1, below(2) + null_literal};
  FormatField fields[COLUMNS];
  Type types[COLUMNS];
  for (uint32_t c = 0; c < COLUMNS; c++) {
    types[c] = random_type();
    fields[c] = (FormatField){names[c], types[c]};
  }
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = COLUMNS});
  if (b == NULL) out_of_memory();
  for (uint32_t row = 0; row < ROWS; row++, b->batch.rows++) {
    for (uint32_t c = 0; c < COLUMNS; c++) {
      Value v = random_value(types[c], null_literal);
      CHECK(batch_builder_put(b, c, row, &v));
    }
  }
  const EncodeSpec write = {
      .fields = fields, .n_fields = COLUMNS, .options = options, .zone = zone_utc()};
  const DecodeSpec read = {.fields = fields,
                           .n_fields = COLUMNS,
                           .wanted = wanted,
                           .n_wanted = COLUMNS,
                           .options = options,
                           .zone = zone_utc()};
  Error err = {0};
  Encoder *e;
  StrBuf out;
  strbuf_init(&out, 0);
  CHECK_INT(format_csv.encoder_new(&write, &e, &err), OK);
  CHECK_INT(format_csv.encode(e, &b->batch, &out, &err), OK);
  check_read(&read, &out, &b->batch);
  format_csv.encoder_free(e);
  strbuf_deinit(&out);
  batch_builder_free(b);
  arena_reset(&arena);
}

int main(int argc, char **argv) {
  uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 300;
  for (uint64_t i = 0; i < rounds && check_failures == 0; i++) round_trip();
  arena_deinit(&arena);
  return check_done();
}
