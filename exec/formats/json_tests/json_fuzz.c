/* json_fuzz.c -- libFuzzer's way into the format json: the fast and the strict way must agree on
 * any text, and nothing may crash.
 *
 *     json_fuzz [-max_len=4096] [CORPUS]
 *
 * The first byte chooses columns and options, the rest is the text.
 */
#include "exec/formats/json_tests/json_both.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const FormatField fields[] = {
    {"a", {.kind = TYPE_BIGINT, .nullable = true}},
    {"b", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"c", {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}},
    {"d", {.kind = TYPE_DOUBLE, .nullable = true}},
    {"e", {.kind = TYPE_DECIMAL, .nullable = true, .precision = 10, .scale = 2}},
    {"f", {.kind = TYPE_BOOLEAN, .nullable = true}},
    {"g", {.kind = TYPE_TIMESTAMP_LTZ, .nullable = true, .precision = 6}},
    {"h", {.kind = TYPE_VARBINARY, .nullable = true, .length = TYPE_LENGTH_MAX}},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const uint32_t wanted[] = {1, 0, 2, 3, 4, 5, 6, 7};
  static const Option ignore = {.key = "json.ignore-parse-errors", .value = "true"};
  if (size == 0) return 0;
  const DecodeSpec spec = {.fields = fields,
                           .n_fields = COUNT_OF(fields),
                           .wanted = wanted,
                           .n_wanted = data[0] % (COUNT_OF(wanted) + 1),
                           .options = {&ignore, data[0] >> 7},
                           .zone = zone_utc()};
  JsonBoth both;
  bool same = json_both_run(&both, &spec, (const char *)data + 1, size - 1);
  if (!same) json_both_show(&both, (const char *)data + 1, size - 1);
  if (!same || check_failures > 0) __builtin_trap();
  json_both_free(&both);
  return 0;
}
