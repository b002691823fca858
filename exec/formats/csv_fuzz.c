/* csv_fuzz.c -- libFuzzer entry: any bytes as CSV, in two cuts, and as a sample to guess from.
 *
 *     CC=clang meson setup -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
 *         -Dc_args=-fsanitize=fuzzer-no-link build-fuzz
 *     build-fuzz/exec/formats/csv_fuzz -max_len=4096
 *
 * The first byte chooses the columns, the second options, the third the size of the blocks; both
 * cuts must give the same rows and the same reasons.
 */
#include "exec/formats/decode_check.h"
#include "exec/formats/infer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const FormatField fields[] = {
    {"a", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"b", {.kind = TYPE_BIGINT, .nullable = true}},
    {"c", {.kind = TYPE_TIMESTAMP_LTZ, .nullable = true, .precision = 3}},
    {"d", {.kind = TYPE_DOUBLE, .nullable = true}},
    {"e", {.kind = TYPE_DECIMAL, .nullable = true, .precision = 20, .scale = 3}},
    {"f", {.kind = TYPE_VARBINARY, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"g", {.kind = TYPE_DATE}},
};

static uint32_t choose_options(uint8_t bits, Option *o) {
  static const Option all[] = {
      {"csv.allow-comments", "true", {0, 0}, {0, 0}},
      {"csv.escape-character", "\\", {0, 0}, {0, 0}},
      {"csv.disable-quote-character", "true", {0, 0}, {0, 0}},
      {"csv.null-literal", "NULL", {0, 0}, {0, 0}},
      {"csv.header", "true", {0, 0}, {0, 0}},
      {"csv.ignore-parse-errors", "true", {0, 0}, {0, 0}},
  };
  uint32_t n = 0;
  for (uint32_t i = 0; i < COUNT_OF(all); i++) {
    if (bits >> i & 1) o[n++] = all[i];
  }
  return n;
}

static void read_twice(const DecodeSpec *spec, Str text, size_t block) {
  Decoded one, two;
  decoded_run(&one, &format_csv, spec, text.ptr, text.len, SIZE_MAX);
  decoded_run(&two, &format_csv, spec, text.ptr, text.len, block);
  assert(one.code == two.code && one.n_rows == two.n_rows && one.n_bad == two.n_bad);
  assert(one.rows.len == two.rows.len && one.bad.len == two.bad.len);
  assert(one.rows.len == 0 || memcmp(one.rows.data, two.rows.data, one.rows.len) == 0);
  assert(strcmp(strbuf_text(&one.bad), strbuf_text(&two.bad)) == 0);
  assert(check_failures == 0);
  decoded_free(&one);
  decoded_free(&two);
}

static void guess(Str text, Options given) {
  Arena arena;
  Error err = {0};
  Inferred got;
  arena_init(&arena);
  Code code = infer_schema(&arena, text, text.len % 2 == 0, NULL, given, NO_SPAN, &got, &err);
  assert((code == OK) == (err.msg[0] == '\0'));
  arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const uint32_t wanted[] = {0, 1, 2, 3, 4, 5, 6};
  Option options[8];
  if (size < 3) return 0;
  DecodeSpec spec = {.fields = fields,
                     .n_fields = 1 + data[0] % COUNT_OF(fields),
                     .wanted = wanted,
                     .options = {options, choose_options(data[1], options)},
                     .zone = zone_utc()};
  spec.n_wanted = spec.n_fields;
  const Str text = {(const char *)data + 3, size - 3};
  read_twice(&spec, text, 1 + data[2]);
  guess(text, spec.options);
  return 0;
}
