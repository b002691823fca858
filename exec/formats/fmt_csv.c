/* fmt_csv.c -- the format csv: its options, what they may be, and its table.
 *
 * The work is done in csv_cut.c, csv_read.c and csv_write.c; csv.h says what a CSV text is.
 *
 * Values: an unquoted empty field and an unquoted null-literal are NULL, `""` is the empty string
 * (and NULL for a column that is not text).  BYTES are base64.  csv.array-element-delimiter and
 * csv.write-bigdecimal-in-scientific-notation are taken as Flink has them, without effect:
 * there are no arrays, and decimals are written with plain digits.
 */
#include "exec/formats/csv.h"
#include "exec/formats/csv_write.h"

const OptionDef csv_options[] = {
    {.key = "field-delimiter",
     .kind = OPTION_CHAR,
     .fallback = ",",
     .doc = "The character between fields."},
    {.key = "disable-quote-character",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "Quotes mean nothing."},
    {.key = "quote-character",
     .kind = OPTION_CHAR,
     .fallback = "\"",
     .doc = "The character around fields that hold special ones."},
    {.key = "allow-comments",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "Lines that begin with # are skipped."},
    {.key = "ignore-parse-errors",
     .kind = OPTION_BOOL,
     .doc = "true: a bad field is NULL; false: the first bad record is an error; not given: bad "
            "records are skipped and counted."},
    {.key = "array-element-delimiter",
     .kind = OPTION_TEXT,
     .fallback = ";",
     .doc = "Without effect: there are no arrays."},
    {.key = "escape-character",
     .kind = OPTION_CHAR,
     .doc = "The character that makes the next one plain data."},
    {.key = "null-literal", .kind = OPTION_TEXT, .doc = "The text that stands for NULL."},
    {.key = "header",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "The first record names the columns, which are found by it (not in Flink)."},
    {.key = "write-bigdecimal-in-scientific-notation",
     .kind = OPTION_BOOL,
     .fallback = "true",
     .doc = "Without effect: decimals are written with plain digits."},
};
const uint32_t csv_n_options = COUNT_OF(csv_options);

static Span option_span(Options options, const char *key, Span otherwise) {
  const Option *o = options_find(options, key);
  return o != NULL ? o->value_span : otherwise;
}

/* The characters that shape a record are single bytes, and no two the same. */
static Code check_characters(Options options, Span span, Error *err) {
  static const char *const keys[] = {"csv.field-delimiter", "csv.quote-character",
                                     "csv.escape-character"};
  const OptionList list = {csv_options, csv_n_options};
  const bool no_quote = options_bool(options, list, "csv.", "csv.disable-quote-character");
  const bool used[] = {true, !no_quote, options_find(options, keys[2]) != NULL};
  for (size_t i = 0; i < COUNT_OF(keys); i++) {
    if (!used[i]) continue;
    uint32_t c = options_char(options, list, "csv.", keys[i]);
    Span at = option_span(options, keys[i], span);
    if (c > 0x7F) return FAIL(err, ERR_OPTION, at, "\"%s\" is not an ASCII character", keys[i]);
    bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
    if (c == '\n' || c == '\r' || c == '\0' || word) {
      return FAIL(err, ERR_OPTION, at, "\"%s\" is a letter, a digit, a line end or NUL", keys[i]);
    }
    for (size_t k = 0; k < i; k++) {
      if (!used[k] || c != options_char(options, list, "csv.", keys[k])) continue;
      return FAIL(err, ERR_OPTION, at, "\"%s\" and \"%s\" are the same character", keys[k],
                  keys[i]);
    }
  }
  return OK;
}

static Code csv_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                      Error *err) {
  for (uint32_t i = 0; i < n_fields; i++) {
    if (type_is_nested(fields[i].type)) {
      return FAIL(err, ERR_UNSUPPORTED, span,
                  "column \"%s\": nested types in files are not built yet", fields[i].name);
    }
    if (fields[i].type.kind != TYPE_NULL) continue;
    return FAIL(err, ERR_TYPE, span, "column \"%s\" has no type", fields[i].name);
  }
  return check_characters(options, span, err);
}

static uint32_t csv_header_records(Options options) { return csv_dialect(options).header; }

const Format format_csv = {
    .name = "csv",
    .options = {csv_options, COUNT_OF(csv_options)},
    .source = true,
    .sink = true,
    .check = csv_check,
    .first_end = csv_first_end,
    .last_end = csv_last_end,
    .advance = csv_advance,
    .resume = csv_resume,
    .header_records = csv_header_records,
    .layout_new = csv_layout_new,
    .layout_free = csv_layout_free,
    .decoder_new = csv_decoder_new,
    .decoder_free = csv_decoder_free,
    .decode_begin = csv_decode_begin,
    .decode_next = csv_decode_next,
    .encoder_new = csv_encoder_new,
    .encoder_free = text_encoder_free,
    .encode_header = csv_encode_header,
    .encode = csv_encode,
};
