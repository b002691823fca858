/* fmt_raw.c -- the format raw: a line is a value of the only column, STRING or BYTES.
 *
 * Lines end with LF or CR LF; an empty line is the empty string, not NULL.  Flink's other types are
 * for messages, which have a length of their own, and are refused here.  A NULL is written as an
 * empty line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "exec/formats/format.h"
#include "exec/formats/reason.h"

static const char *const charsets[] = {"UTF-8", NULL};
static const char *const endiannesses[] = {"big-endian", "little-endian", NULL};
static const OptionDef raw_options[] = {
    {.key = "charset",
     .kind = OPTION_ENUM,
     .fallback = "UTF-8",
     .choices = charsets,
     .doc = "Of STRING."},
    {.key = "endianness",
     .kind = OPTION_ENUM,
     .fallback = "big-endian",
     .choices = endiannesses,
     .doc = "Without effect: there are no numbers in lines."},
};

static Code raw_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                      Error *err) {
  (void)options;
  if (n_fields != 1) {
    FAIL(err, ERR_TYPE, span, "format \"raw\" has one column, not %u", n_fields);
    error_hint(err, "declare one column of type STRING or BYTES");
    return ERR_TYPE;
  }
  Type t = fields[0].type;
  if (type_is_character(t) || type_is_binary(t)) return OK;
  StrBuf name;
  strbuf_init(&name, 0);
  type_print(t, &name);
  Code code = FAIL(err, ERR_TYPE, span, "format \"raw\" cannot hold column \"%s\" of type %s",
                   fields[0].name, strbuf_text(&name));
  strbuf_deinit(&name);
  error_hint(err, "use STRING or BYTES, and CAST it in the query");
  return code;
}

/* --- decoder ------------------------------------------------------------------------- */

typedef struct RawDecoder {
  const char *name;
  bool wanted, check_utf8;
  const char *text;
  size_t len, at;
  uint32_t *places;
  BadRowFn *bad;
  void *bad_arg;
  Batch batch;
  Vector col;
  TextRef values[BATCH_ROWS];
  Reason reason;
} RawDecoder;

static Code raw_decoder_new(const DecodeSpec *spec, Decoder **out, Error *err) {
  assert(spec->n_fields == 1 && spec->n_wanted <= 1);
  RawDecoder *r = calloc(1, sizeof *r);
  if (r == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read lines");
  r->name = spec->fields[0].name;
  r->wanted = spec->n_wanted == 1;
  r->check_utf8 = r->wanted && type_is_character(spec->fields[0].type);
  r->col = (Vector){.type = spec->fields[0].type, .data = r->values};
  r->batch = (Batch){.n_cols = spec->n_wanted, .cols = &r->col};
  *out = (Decoder *)r;
  return OK;
}

static void raw_decoder_free(Decoder *d) { free(d); }

static void raw_decode_begin(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg) {
  RawDecoder *r = (RawDecoder *)d;
  r->text = chunk->text;
  r->len = chunk->len;
  r->at = 0;
  r->places = chunk->places;
  r->bad = bad;
  r->bad_arg = bad_arg;
}

/* The next line, without its end; *begin and r->at are where it stood. */
static Str next_line(RawDecoder *r, size_t *begin) {
  const char *p = r->text + r->at;
  const char *newline = memchr(p, '\n', r->len - r->at);
  size_t n = newline != NULL ? (size_t)(newline - p) : r->len - r->at;
  *begin = r->at;
  r->at += n + (newline != NULL);
  return (Str){p, n > 0 && p[n - 1] == '\r' ? n - 1 : n};
}

static bool usable(RawDecoder *r, Str line, size_t begin) {
  if (UNLIKELY(r->at - begin > RECORD_MAX)) {
    reason_text(&r->reason, "longer than %d bytes", RECORD_MAX);
  } else if (r->check_utf8 && UNLIKELY(!utf8_valid(line.ptr, line.len))) {
    reason_value(&r->reason, r->name, line, "is not valid UTF-8", NULL);
  } else {
    return true;
  }
  r->bad(r->bad_arg, begin, r->at - begin, r->reason.text);
  return false;
}

static Code raw_decode_next(Decoder *d, Batch **out, Error *err) {
  RawDecoder *r = (RawDecoder *)d;
  uint32_t n = 0;
  (void)err;
  while (r->at < r->len && n < BATCH_ROWS) {
    size_t begin;
    Str line = next_line(r, &begin);
    if (!usable(r, line, begin)) continue;
    if (r->wanted) r->values[n] = text_ref(line.ptr, line.len);
    if (r->places != NULL) r->places[n] = (uint32_t)begin;
    n++;
  }
  r->batch.rows = n;
  *out = &r->batch;
  return OK;
}

/* --- encoder ------------------------------------------------------------------------- */

typedef struct RawEncoder {
  Str null_text;
} RawEncoder;

static Code raw_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  RawEncoder *r = malloc(sizeof *r);
  if (r == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write lines");
  r->null_text = str_of(spec->null_text);
  *out = (Encoder *)r;
  return OK;
}

static void raw_encoder_free(Encoder *e) { free(e); }

static void raw_encode_header(Encoder *e, StrBuf *out) { (void)e, (void)out; }

static Code raw_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  const RawEncoder *r = (const RawEncoder *)e;
  const Vector *v = &batch->cols[0];
  assert(batch->n_cols == 1 && type_phys(v->type) == PHYS_TEXT);
  for (uint32_t i = 0; i < batch_count(batch); i++) {
    uint32_t row = batch_row(batch, i);
    const TextRef *value = (const TextRef *)v->data + vector_at(v, row);
    strbuf_str(out, vector_valid(v, row) ? text_str(value) : r->null_text);
    strbuf_putc(out, '\n');
  }
  if (strbuf_failed(out)) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory for output");
  return OK;
}

const Format format_raw = {
    .name = "raw",
    .options = {raw_options, COUNT_OF(raw_options)},
    .source = true,
    .sink = true,
    .check = raw_check,
    .first_end = newline_first_end,
    .last_end = newline_last_end,
    .advance = newline_advance,
    .decoder_new = raw_decoder_new,
    .decoder_free = raw_decoder_free,
    .decode_begin = raw_decode_begin,
    .decode_next = raw_decode_next,
    .encoder_new = raw_encoder_new,
    .encoder_free = raw_encoder_free,
    .encode_header = raw_encode_header,
    .encode = raw_encode,
};
