/* fmt_json.c -- the format json: its options, what they may be, and its table.
 *
 * JSON lines: a record is a line that holds an object (RFC 8259), its fields found by name. Unknown
 * fields are ignored, missing ones are NULL, of a field given twice the last one counts.
 *
 *   json_read.h   how it is read: json_read.c, json_fast.c, json_keys.c, json_scan.h
 *   exec/data/json_strict.h what JSON is
 *   json_value.h  which values fit which columns; json_nested.c: nested ones
 *   json_write.c  how it is written; json_put.h: one value
 *
 * json.decode.json-parser.enabled is taken as Flink has it, without effect: there is one reader.
 * Decimals are always written with plain digits.
 */
#include "exec/formats/json.h"

static const char *const time_standards[] = {"SQL", "ISO-8601", "ISO-8601-WITH-OFFSET", NULL};
static const char *const null_key_modes[] = {"FAIL", "DROP", "LITERAL", NULL};

static const OptionDef json_options[] = {
    {.key = "fail-on-missing-field",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "A record without one of the fields asked for is malformed; else the field is NULL."},
    {.key = "ignore-parse-errors",
     .kind = OPTION_BOOL,
     .doc = "true: a bad field is NULL; false: the first bad record is an error; not given: bad "
            "records are skipped and counted."},
    {.key = "timestamp-format.standard",
     .kind = OPTION_ENUM,
     .fallback = "SQL",
     .choices = time_standards,
     .doc = "What stands between date and time: a blank (SQL) or T; when not given, both are read "
            "and a blank is written."},
    {.key = "map-null-key.mode",
     .kind = OPTION_ENUM,
     .fallback = "FAIL",
     .choices = null_key_modes,
     .doc = "What becomes of a NULL key of a MAP that is written: FAIL ends the statement, DROP "
            "leaves its entry out, LITERAL writes map-null-key.literal for it."},
    {.key = "map-null-key.literal",
     .kind = OPTION_TEXT,
     .fallback = "null",
     .doc = "The key that is written for NULL, with map-null-key.mode = LITERAL."},
    {.key = "encode.decimal-as-plain-number",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "Without effect: decimals are always written with plain digits."},
    {.key = "encode.ignore-null-fields",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "NULL fields are left out of the record."},
    {.key = "decode.json-parser.enabled",
     .kind = OPTION_BOOL,
     .fallback = "true",
     .doc = "Without effect: there is one parser."},
};
static const OptionList option_list = {json_options, COUNT_OF(json_options)};

bool json_option_bool(Options options, const char *key) {
  return options_bool(options, option_list, "json.", key);
}

JsonTimeForm json_time_form(Options options) {
  const Option *o = options_find(options, "json.timestamp-format.standard");
  if (o == NULL) return JSON_TIME_ANY;
  return text_eq_nocase(o->value, "SQL") ? JSON_TIME_BLANK : JSON_TIME_T;
}

JsonStyle json_style(Options options) {
  const char *mode = options_text(options, option_list, "json.", "json.map-null-key.mode");
  const char *literal = options_text(options, option_list, "json.", "json.map-null-key.literal");
  return (JsonStyle){
      .ignore_null = json_option_bool(options, "json.encode.ignore-null-fields"),
      .with_t = json_time_form(options) == JSON_TIME_T,
      .null_keys = text_eq_nocase(mode, "DROP")      ? JSON_KEYS_DROP
                   : text_eq_nocase(mode, "LITERAL") ? JSON_KEYS_LITERAL
                                                     : JSON_KEYS_FAIL,
      .null_key = str_of(literal),
  };
}

/* The MAP or MULTISET in a type whose keys are no text: the names in a JSON object are. */
static bool find_other_keys(Type t, Type *map) {
  if (!type_is_nested(t)) return false;
  if ((t.kind == TYPE_MAP || t.kind == TYPE_MULTISET) && !type_is_character(type_key(t))) {
    *map = t;
    return true;
  }
  for (uint32_t i = 0; i < t.shape->n; i++) {
    if (find_other_keys(t.shape->types[i], map)) return true;
  }
  return false;
}

static Code other_keys_refused(const FormatField *f, Type map, Span span, Error *err) {
  StrBuf type;
  strbuf_init(&type, 0);
  type_print(map, &type);
  FAIL(err, ERR_TYPE, span, "column \"%s\": %s has keys other than STRING, which json does not",
       f->name, strbuf_text(&type));
  strbuf_deinit(&type);
  return ERR_TYPE;
}

static Code json_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                       Error *err) {
  for (uint32_t i = 0; i < n_fields; i++) {
    Type map;
    if (find_other_keys(fields[i].type, &map))
      return other_keys_refused(&fields[i], map, span, err);
    if (fields[i].type.kind != TYPE_NULL) continue;
    return FAIL(err, ERR_TYPE, span, "column \"%s\" has no type", fields[i].name);
  }
  const Option *ignore = options_find(options, "json.ignore-parse-errors");
  if (ignore == NULL || !text_eq_nocase(ignore->value, "true")) return OK;
  if (!json_option_bool(options, "json.fail-on-missing-field")) return OK;
  FAIL(err, ERR_OPTION, ignore->value_span,
       "\"json.fail-on-missing-field\" and \"json.ignore-parse-errors\" are both true");
  error_hint(err, "leave one of them out");
  return ERR_OPTION;
}

const Format format_json = {
    .name = "json",
    .options = {json_options, COUNT_OF(json_options)},
    .source = true,
    .sink = true,
    .check = json_check,
    .first_end = newline_first_end,
    .last_end = newline_last_end,
    .advance = newline_advance,
    .decoder_new = json_decoder_new,
    .decoder_free = json_decoder_free,
    .decode_begin = json_decode_begin,
    .decode_next = json_decode_next,
    .encoder_new = json_encoder_new,
    .encoder_free = json_encoder_free,
    .encode_header = json_encode_header,
    .encode = json_encode,
};
