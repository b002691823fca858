/* fmt_csv.c -- the format csv: its options, what they may be, and its table.
 *
 * The work is done in csv_cut.c, csv_read.c and csv_write.c; csv.h says what a CSV text is.
 *
 * Values: an unquoted empty field and an unquoted null-literal are NULL, `""` is the empty string
 * (and NULL for a column that is not text).  BYTES are base64.  ARRAY and ROW stand in one field:
 * csv_nested.h.  csv.write-bigdecimal-in-scientific-notation is taken as Flink has it, without
 * effect: decimals are written with plain digits.
 */
#include "exec/formats/csv.h"
#include "exec/formats/csv_nested.h"
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
     .kind = OPTION_CHAR,
     .fallback = ";",
     .doc = "The character between the items of an ARRAY and the fields of a ROW."},
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

/* Parts of a field are told apart by one byte, which is no mark of the record but perhaps the
 * delimiter (then the field is quoted). */
static Code check_part_delimiter(Options options, Span span, Error *err) {
  static const char key[] = "csv.array-element-delimiter";
  const CsvDialect d = csv_dialect(options);
  const uint32_t c = options_char(options, (OptionList){csv_options, csv_n_options}, "csv.", key);
  const Span at = option_span(options, key, span);
  if (c > 0x7F) return FAIL(err, ERR_OPTION, at, "\"%s\" is not an ASCII character", key);
  if (c == '\n' || c == '\r' || c == '\0') {
    return FAIL(err, ERR_OPTION, at, "\"%s\" is a line end or NUL", key);
  }
  bool mark = (d.has_quote && (char)c == d.quote) || (d.has_escape && (char)c == d.escape);
  if (!mark) return OK;
  return FAIL(err, ERR_OPTION, at, "\"%s\" is the quote or escape character", key);
}

static Code refuse_nested(const FormatField *f, Span span, Error *err) {
  StrBuf type;
  strbuf_init(&type, 0);
  type_print(f->type, &type);
  FAIL(err, ERR_TYPE, span, "column \"%s\": csv cannot hold %s", f->name, strbuf_text(&type));
  error_hint(err, "csv has ARRAY and ROW of types that are not nested; json has all types");
  strbuf_deinit(&type);
  return ERR_TYPE;
}

static Code csv_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                      Error *err) {
  for (uint32_t i = 0; i < n_fields; i++) {
    if (!csv_type_fits(fields[i].type)) return refuse_nested(&fields[i], span, err);
    if (fields[i].type.kind != TYPE_NULL) continue;
    return FAIL(err, ERR_TYPE, span, "column \"%s\" has no type", fields[i].name);
  }
  TRY(check_characters(options, span, err));
  return check_part_delimiter(options, span, err);
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
