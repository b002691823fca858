/* json_nested_test.c -- ARRAY, MAP, MULTISET and ROW in json: by tables, and random values of
 * random types written and read back.
 */
#include "exec/data/nested.h"
#include "exec/formats/json_tests/json_both.h"
#include "exec/formats/json_tests/json_random.h"

static Arena arena;

static Type int_type(void) { return type_of(TYPE_INT); }

static Type row_of(const char *a, Type ta, const char *b, Type tb) {
  return type_row((const Type[]){ta, tb}, (const char *[]){a, b}, 2);
}

/* --- reading ------------------------------------------------------------------------- */

/* The value of a column v of this type; of one that is refused, the reason behind `column `. */
static void expect(Type type, const Option *option, const char *json, const char *shown) {
  const FormatField fields[] = {{"v", type}, {"w", int_type()}};
  static const uint32_t wanted[] = {0};
  const DecodeSpec spec = {.fields = fields,
                           .n_fields = 2,
                           .wanted = wanted,
                           .n_wanted = 1,
                           .options = {option, option != NULL},
                           .zone = zone_utc()};
  JsonBoth both;
  char line[1000];
  int n = snprintf(line, sizeof line, "{\"v\":%s,\"w\":1}\n", json);
  bool same = json_both_run(&both, &spec, line, (size_t)n);
  CHECK(same);
  if (!same) json_both_show(&both, line, (size_t)n);
  const char *bad = strbuf_text(&both.fast.bad);
  if (*bad != '\0') {
    char reason[1000];
    const char *at = strstr(bad, "column ");
    snprintf(reason, sizeof reason, "%s\n", shown);
    CHECK_STR(at != NULL ? at + strlen("column ") : bad, reason);
  } else {
    char row[1000];
    snprintf(row, sizeof row, "%s\n", shown);
    CHECK_STR(strbuf_text(&both.fast.rows), row);
  }
  json_both_free(&both);
}

static const Option ignore = {.key = "json.ignore-parse-errors", .value = "true"};
static const Option missing = {.key = "json.fail-on-missing-field", .value = "true"};

static void test_arrays(void) {
  const Type t = type_array(int_type());
  expect(t, NULL, "[1,-2,null,\"3\"]", "[1, -2, NULL, 3]");
  expect(t, NULL, " [ 1 , 2 ] ", "[1, 2]");
  expect(t, NULL, "[]", "[]");
  expect(t, NULL, "null", "~");
  expect(t, NULL, "{\"a\":1}", "\"v\": \"{\"a\":1}\" is not ARRAY<INT>");
  expect(t, NULL, "[1,\"x\"]", "\"v[2]\": \"x\" is not INT");
  expect(t, NULL, "[3000000000]", "\"v[1]\": \"3000000000\" is out of the range of INT");
  expect(t, &ignore, "[1,\"x\",[2]]", "[1, NULL, NULL]");
  expect(t, &ignore, "7", "~");
  expect(t, NULL, "\"[1]\"", "\"v\": \"[1]\" is not ARRAY<INT>");
  const Type not_null = type_array(type_not_null(int_type()));
  expect(not_null, NULL, "[1,null]", "\"v[2]\" is null, but NOT NULL");
  expect(not_null, &ignore, "[1,null]", "~");
  expect(type_array(not_null), &ignore, "[[1],[2,null]]", "[[1], NULL]");
  expect(type_array(type_string()), NULL, "[\"a\\n\",{\"x\": [1]},2.50,true]",
         "[a\n, {\"x\": [1]}, 2.50, true]");
  expect(type_array(type_time(TYPE_TIMESTAMP, 3)), NULL,
         "[\"2024-01-01 00:00:01\",\"2024-01-01 00:00:02.5\"]",
         "[2024-01-01 00:00:01.000, 2024-01-01 00:00:02.500]");
}

static void test_rows(void) {
  const Type t = row_of("x", int_type(), "a b", type_string());
  expect(t, NULL, "{\"x\":1,\"a b\":\"y\"}", "(1, y)");
  expect(t, NULL, "{\"a b\":\"y\",\"other\":{\"x\":[2]},\"x\":1}", "(1, y)");
  expect(t, NULL, "{\"x\":1,\"x\":2}", "(2, NULL)");
  expect(t, NULL, "{\"x\":\"bad\",\"x\":2}", "(2, NULL)");
  expect(t, NULL, "{\"\\u0078\":1}", "(1, NULL)");
  expect(t, NULL, "{}", "(NULL, NULL)");
  expect(t, NULL, "[1]", "\"v\": \"[1]\" is not ROW<`x` INT, `a b` STRING>");
  expect(t, NULL, "{\"x\":true}", "\"v.x\": \"true\" is not INT");
  expect(t, &ignore, "{\"x\":true,\"a b\":\"y\"}", "(NULL, y)");
  expect(t, &missing, "{\"x\":1}", "\"v.a b\" is missing");
  expect(t, &missing, "{\"x\":1,\"a b\":null}", "(1, NULL)");
  const Type deep = row_of("r", type_array(t), "n", type_not_null(int_type()));
  expect(deep, NULL, "{\"n\":1,\"r\":[{\"x\":1},{\"x\":2}]}", "([(1, NULL), (2, NULL)], 1)");
  expect(deep, NULL, "{\"n\":1,\"r\":[{},{\"x\":\"q\"}]}", "\"v.r[2].x\": \"q\" is not INT");
  expect(deep, NULL, "{\"r\":null}", "\"v.n\" is missing");
  expect(deep, &ignore, "{\"r\":null}", "~");
}

static void test_maps(void) {
  const Type t = type_map(type_string(), int_type());
  expect(t, NULL, "{\"k\":1,\"b\":null,\"\\u00e4\":3}", "{b=NULL, k=1, \xC3\xA4=3}");
  expect(t, NULL, "{\"k\":1,\"a\":0,\"k\":2}", "{a=0, k=2}");
  expect(t, NULL, "{}", "{}");
  expect(t, NULL, "[]", "\"v\": \"[]\" is not MAP<STRING, INT>");
  expect(t, NULL, "\"{}\"", "\"v\": \"{}\" is not MAP<STRING, INT>");
  expect(t, NULL, "{\"k\":\"x\"}", "\"v['k']\": \"x\" is not INT");
  expect(t, &ignore, "{\"k\":\"x\",\"l\":1}", "{k=NULL, l=1}");
  const Type counts = type_multiset(type_string());
  expect(counts, NULL, "{\"b\":2,\"a\":1}", "{a=1, b=2}");
  expect(counts, NULL, "{\"b\":0}", "\"v['b']\": \"0\" is out of the range of INT");
  expect(counts, NULL, "{\"b\":null}", "\"v['b']\" is null, but NOT NULL");
  expect(counts, &ignore, "{\"b\":-1}", "~");
}

/* JSON that is not well formed is refused as such wherever the fault is. */
static void test_faults(void) {
  static const char *const values[] = {
      "[1,]",      "[1 2]",       "[,1]",         "[1",   "{\"x\":}", "{\"x\"1}",
      "{x:1}",     "{\"x\":1,}",  "{\"x\":[1,2}", "[01]", "[nul]",    "[1]]",
      "{\"x\":1]", "[\"a\x01\"]", "[-]",          "{,}",  "[\"\\q\"]"};
  const Type types[] = {type_array(int_type()), type_map(type_string(), type_array(int_type())),
                        row_of("x", type_array(int_type()), "y", type_string())};
  for (size_t i = 0; i < COUNT_OF(values); i++) {
    for (size_t k = 0; k < COUNT_OF(types); k++) {
      const FormatField fields[] = {{"v", types[k]}};
      static const uint32_t wanted[] = {0};
      const DecodeSpec spec = {
          .fields = fields, .n_fields = 1, .wanted = wanted, .n_wanted = 1, .zone = zone_utc()};
      JsonBoth both;
      char line[100];
      int n = snprintf(line, sizeof line, "{\"v\":%s}\n", values[i]);
      CHECK(json_both_run(&both, &spec, line, (size_t)n));
      CHECK_INT(both.fast.n_rows, 0);
      CHECK(strstr(strbuf_text(&both.fast.bad), "not JSON") != NULL);
      json_both_free(&both);
    }
  }
}

/* Both ways find the same depth too deep, in fields that nobody asks for and in those of STRING. */
static void test_depth(void) {
  const Type types[] = {row_of("x", int_type(), "y", int_type()), type_array(type_string()),
                        row_of("z", type_string(), "y", int_type())};
  static const char *const begin[] = {"{\"z\":", "[", "{\"z\":"}, *const end[] = {"}", "]", "}"};
  for (size_t k = 0; k < COUNT_OF(types); k++) {
    for (size_t levels = JSON_DEPTH_MAX - 6; levels < JSON_DEPTH_MAX + 6; levels++) {
      const FormatField fields[] = {{"v", types[k]}};
      static const uint32_t wanted[] = {0};
      const DecodeSpec spec = {
          .fields = fields, .n_fields = 1, .wanted = wanted, .n_wanted = 1, .zone = zone_utc()};
      StrBuf line;
      JsonBoth both;
      strbuf_init(&line, 0);
      strbuf_printf(&line, "{\"v\":%s", begin[k]);
      strbuf_fill(&line, '[', levels);
      strbuf_fill(&line, ']', levels);
      strbuf_printf(&line, "%s}\n", end[k]);
      CHECK(json_both_run(&both, &spec, line.data, line.len));
      CHECK_INT(both.fast.n_rows, levels + 2 <= JSON_DEPTH_MAX);
      json_both_free(&both);
      strbuf_deinit(&line);
    }
  }
}

/* --- writing ------------------------------------------------------------------------- */

static BatchBuilder *builder_of(Type type) {
  BatchBuilder *b = batch_builder_new((BatchShape){.types = &type, .n_cols = 1});
  if (b == NULL) out_of_memory();
  return b;
}

static Code encode(Type type, Options options, const Batch *batch, StrBuf *out) {
  const FormatField field = {"v", type};
  const EncodeSpec spec = {.fields = &field, .n_fields = 1, .options = options, .zone = zone_utc()};
  Error err = {0};
  Encoder *e = NULL;
  CHECK_INT(format_json.encoder_new(&spec, &e, &err), OK);
  Code code = format_json.encode(e, batch, out, &err);
  format_json.encoder_free(e);
  return code;
}

/* NULL: it is refused. */
static void expect_written(const Value *value, Options options, const char *line) {
  BatchBuilder *b = builder_of(value->type);
  CHECK(batch_builder_put(b, 0, 0, value));
  b->batch.rows = 1;
  for (int constant = 0; constant <= 1; constant++) {
    b->batch.cols[0].constant = constant != 0;
    StrBuf out;
    strbuf_init(&out, 0);
    CHECK_INT(encode(value->type, options, &b->batch, &out), line != NULL ? OK : ERR_DATA);
    if (line != NULL) CHECK_STR(strbuf_text(&out), line);
    strbuf_deinit(&out);
  }
  batch_builder_free(b);
}

static Value string_value(const char *text) { return value_text(type_string(), str_of(text)); }

static Value map_value(Type type, Value *keys, Value *values, uint32_t n) {
  Value v = {.type = type};
  CHECK(map_make(&arena, type, keys, values, n, &v.as.text));
  return v;
}

static void test_null_keys(void) {
  const Type type = type_map(type_string(), int_type());
  const Option drop[] = {{.key = "json.map-null-key.mode", .value = "drop"}};
  const Option literal[] = {{.key = "json.map-null-key.mode", .value = "LITERAL"},
                            {.key = "json.map-null-key.literal", .value = "none"}};
  Value keys[] = {value_null(type_string()), string_value("b\"")};
  Value values[] = {value_int(int_type(), 1), value_null(int_type())};
  Value v = map_value(type, keys, values, 2);
  expect_written(&v, (Options){0}, NULL);
  expect_written(&v, (Options){drop, 1}, "{\"v\":{\"b\\\"\":null}}\n");
  expect_written(&v, (Options){literal, 1}, "{\"v\":{\"null\":1,\"b\\\"\":null}}\n");
  expect_written(&v, (Options){literal, 2}, "{\"v\":{\"none\":1,\"b\\\"\":null}}\n");
  /* a key that is the literal counts, not the NULL */
  Value more[] = {value_null(type_string()), string_value("null")};
  v = map_value(type, more, values, 2);
  expect_written(&v, (Options){literal, 1}, "{\"v\":{\"null\":null}}\n");
}

static void test_written(void) {
  const Option sparse[] = {{.key = "json.encode.ignore-null-fields", .value = "true"}};
  const Type day = type_of(TYPE_DATE), bytes = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
  Value keys[] = {value_int(day, 0), value_int(day, 1)};
  Value values[] = {value_text(bytes, STR("hello")), value_null(bytes)};
  Value v = map_value(type_map(day, bytes), keys, values, 2);
  expect_written(&v, (Options){0}, "{\"v\":{\"1970-01-01\":\"aGVsbG8=\",\"1970-01-02\":null}}\n");
  const Type row = row_of("n\n", type_of(TYPE_DOUBLE), "t", type_time(TYPE_TIMESTAMP_LTZ, 3));
  const Value fields[] = {value_double(row.shape->types[0], __builtin_nan("")),
                          value_null(row.shape->types[1])};
  v = (Value){.type = row};
  CHECK(row_make(&arena, row, fields, &v.as.text));
  expect_written(&v, (Options){0}, "{\"v\":{\"n\\n\":null,\"t\":null}}\n");
  expect_written(&v, (Options){sparse, 1}, "{\"v\":{\"n\\n\":null}}\n");
  /* keys that are nested themselves, as text */
  Value nested[] = {v};
  Value one[] = {value_int(int_type(), 1)};
  v = map_value(type_map(row, int_type()), nested, one, 1);
  expect_written(&v, (Options){0}, "{\"v\":{\"{\\\"n\\\\n\\\":null,\\\"t\\\":null}\":1}}\n");
}

/* --- there and back ------------------------------------------------------------------ */

static Type random_type(JsonRandom *r, unsigned depth) {
  const Type scalars[] = {type_of(TYPE_BOOLEAN),
                          type_of(TYPE_TINYINT),
                          int_type(),
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
  static const char *const names[] = {"a", "b", "a name with \"quotes\"", "\xC3\xA4", "x\ny"};
  uint32_t kind = json_below(r, 8);
  if (depth > 0 && (depth > 4 || kind > 3)) return scalars[json_below(r, COUNT_OF(scalars))];
  if (kind == 0) return type_multiset(type_string());
  if (kind == 1) return type_map(type_string(), random_type(r, depth + 1));
  if (kind == 2) return type_array(random_type(r, depth + 1));
  Type types[COUNT_OF(names)];
  uint32_t n = 1 + json_below(r, COUNT_OF(names));
  for (uint32_t i = 0; i < n; i++) types[i] = random_type(r, depth + 1);
  return type_row(types, names, n);
}

static Value random_text(JsonRandom *r, Type type) {
  StrBuf text;
  strbuf_init(&text, 0);
  for (uint32_t n = json_below(r, 3); n > 0; n--) {
    static const char *const parts[] = {"x", "twelve bytes", "\n\"\\", "\xF0\x9F\x98\x80", "null"};
    strbuf_puts(&text, json_pick(r, parts, COUNT_OF(parts)));
  }
  const size_t len = text.len;
  return value_text(type, (Str){strbuf_keep(&text, &arena), len});
}

static Value random_number(JsonRandom *r, Type type) {
  const int64_t limits[] = {[PHYS_I8] = 128, [PHYS_I16] = 32768, [PHYS_I32] = INT64_C(1) << 31};
  int64_t bits = (int64_t)rng_next(&r->state) >> json_below(r, 63);
  if (type.kind == TYPE_BOOLEAN) return value_int(type, bits & 1);
  if (type.kind == TYPE_DATE) return value_int(type, bits % 700000);
  if (type.kind == TYPE_TIME) return value_int(type, (bits & INT64_MAX) % MICROS_PER_DAY);
  if (type_is_timestamp(type)) return value_int(type, bits % INT64_C(60000000000000000));
  if (type.kind == TYPE_FLOAT) return value_double(type, (double)(float)((double)bits / 1024));
  if (type.kind == TYPE_DOUBLE) return value_double(type, (double)bits / 3);
  if (type_phys(type) == PHYS_I128) return value_decimal(type, (Int128)bits * 1000000007);
  if (type.kind == TYPE_DECIMAL) return value_int(type, bits % INT64_C(1000000000000));
  return value_int(type, type_phys(type) <= PHYS_I32 ? bits % limits[type_phys(type)] : bits);
}

static Value random_value(JsonRandom *r, Type type);

static Value random_nested(JsonRandom *r, Type type) {
  Value parts[8], keys[8], v = {.type = type};
  uint32_t n = json_below(r, 5);
  if (type.kind == TYPE_ARRAY) {
    for (uint32_t i = 0; i < n; i++) parts[i] = random_value(r, type_item(type));
    CHECK(array_make(&arena, type, parts, n, &v.as.text));
  } else if (type.kind == TYPE_ROW) {
    for (uint32_t i = 0; i < type.shape->n; i++) parts[i] = random_value(r, type.shape->types[i]);
    CHECK(row_make(&arena, type, parts, &v.as.text));
  } else {
    for (uint32_t i = 0; i < n; i++) {
      keys[i] = random_text(r, type_key(type));
      parts[i] = type.kind == TYPE_MAP ? random_value(r, type_value(type))
                                       : value_int(type_value(type), 1 + json_below(r, 9));
    }
    CHECK(map_make(&arena, type, keys, parts, n, &v.as.text));
  }
  return v;
}

static Value random_value(JsonRandom *r, Type type) {
  if (json_one_in(r, 8)) return value_null(type);
  if (type_is_nested(type)) return random_nested(r, type);
  return type_phys(type) == PHYS_TEXT ? random_text(r, type) : random_number(r, type);
}

/* Is what is read from text, as one chunk, what is in b? */
static void check_read(const DecodeSpec *spec, const char *text, size_t len, const Batch *b,
                       uint32_t *row) {
  Decoded d;
  Batch *read;
  json_both_init(&d, spec);
  char *copy = malloc(len + CHUNK_PADDING);
  if (copy == NULL) out_of_memory();
  memcpy(copy, text, len);
  memset(copy + len, '7', CHUNK_PADDING);
  format_json.decode_begin(d.decoder, &(Chunk){.text = copy, .len = len}, decoded_bad, &d);
  while (format_json.decode_next(d.decoder, &read, &d.err) == OK && read->rows > 0) {
    for (uint32_t i = 0; i < read->rows; i++, ++*row) {
      Value is = value_of(&read->cols[0], i), was = value_of(&b->cols[0], *row);
      CHECK_INT(is.null, was.null);
      if (!is.null && !was.null) CHECK(text_equal(&is.as.text, &was.as.text));
    }
  }
  CHECK_STR(strbuf_text(&d.bad), "");
  free(copy);
  decoded_free(&d);
}

static void round_trip(JsonRandom *r) {
  const FormatField field = {"v", random_type(r, 0)};
  static const uint32_t wanted[] = {0};
  const DecodeSpec spec = {
      .fields = &field, .n_fields = 1, .wanted = wanted, .n_wanted = 1, .zone = zone_utc()};
  const Option sparse = {.key = "json.encode.ignore-null-fields", .value = "true"};
  BatchBuilder *b = builder_of(field.type);
  StrBuf out;
  strbuf_init(&out, 0);
  for (uint32_t row = 0; row < 20; row++, b->batch.rows++) {
    Value v = random_value(r, field.type);
    CHECK(batch_builder_put(b, 0, row, &v));
  }
  CHECK_INT(encode(field.type, (Options){&sparse, json_below(r, 2)}, &b->batch, &out), OK);
  uint32_t row = 0;
  check_read(&spec, out.data, out.len, &b->batch, &row);
  CHECK_INT(row, 20);
  row = 0;
  for (size_t at = 0; at < out.len;) { /* without its newline a line is read the strict way */
    const char *newline = memchr(out.data + at, '\n', out.len - at);
    size_t len = (size_t)(newline - out.data) - at;
    check_read(&spec, out.data + at, len, &b->batch, &row);
    at += len + 1;
  }
  CHECK_INT(row, 20);
  strbuf_deinit(&out);
  batch_builder_free(b);
  arena_reset(&arena);
}

int main(int argc, char **argv) {
  JsonRandom r = {.state = 11};
  test_arrays();
  test_rows();
  test_maps();
  test_faults();
  test_depth();
  test_null_keys();
  test_written();
  uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 300;
  for (uint64_t i = 0; i < rounds && check_failures == 0; i++) round_trip(&r);
  arena_deinit(&arena);
  return check_done();
}
