/* json_fuzz.c -- libFuzzer's way into the format json: the fast and the strict way must agree on
 * any text, and nothing may crash.
 *
 *     json_fuzz [-max_len=4096] [CORPUS]
 *
 * The first byte chooses columns and options, the rest is the text.
 */
#include "exec/formats/json_tests/json_both.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FormatField fields[12] = {
    {"a", {.kind = TYPE_BIGINT, .nullable = true}},
    {"b", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"c", {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}},
    {"d", {.kind = TYPE_DOUBLE, .nullable = true}},
    {"e", {.kind = TYPE_DECIMAL, .nullable = true, .precision = 10, .scale = 2}},
    {"f", {.kind = TYPE_BOOLEAN, .nullable = true}},
    {"g", {.kind = TYPE_TIMESTAMP_LTZ, .nullable = true, .precision = 6}},
    {"h", {.kind = TYPE_VARBINARY, .nullable = true, .length = TYPE_LENGTH_MAX}},
};

static void init_nested(void) {
  const char *const names[] = {"x", "y", "z"};
  const Type list = type_array(type_time(TYPE_TIMESTAMP, 3));
  const Type row = type_row((const Type[]){type_of(TYPE_INT), type_string(), list}, names, 3);
  fields[8] = (FormatField){"i", type_array(type_not_null(type_of(TYPE_INT)))};
  fields[9] = (FormatField){"j", row};
  fields[10] = (FormatField){"k", type_map(type_string(), type_array(row))};
  fields[11] = (FormatField){"l", type_multiset(type_string())};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const uint32_t wanted[] = {1, 9, 8, 10, 0, 2, 3, 4, 5, 6, 7, 11};
  if (fields[8].name == NULL) init_nested();
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
