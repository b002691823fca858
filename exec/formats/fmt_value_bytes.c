/* fmt_value_bytes.c -- the encoder and the reader of value_bytes.h. */
#include "exec/formats/value_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/value_text.h"

enum { LENGTH_BYTES = 4, NUMBER_BYTES = 8 };

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they are");

/* --- writing ------------------------------------------------------------------------- */

typedef struct ValueEncoder {
  uint32_t n_cols;
  ValueText cols[];
} ValueEncoder;

static Code value_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  ValueEncoder *e = calloc(1, sizeof *e + spec->n_fields * sizeof e->cols[0]);
  if (e == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write rows");
  e->n_cols = spec->n_fields;
  for (uint32_t c = 0; c < e->n_cols; c++) {
    e->cols[c] = (ValueText){.type = spec->fields[c].type, .zone = spec->zone};
  }
  *out = (Encoder *)e;
  return OK;
}

static void value_encoder_free(Encoder *e) { free(e); }

static void value_encode_header(Encoder *e, StrBuf *out) { (void)e, (void)out; }

static void put_number(StrBuf *out, ValueTag tag, const void *number) {
  strbuf_putc(out, (char)tag);
  strbuf_put(out, number, NUMBER_BYTES);
}

static void put_bytes(StrBuf *out, ValueTag tag, Str bytes) {
  uint32_t len = (uint32_t)bytes.len;
  strbuf_putc(out, (char)tag);
  strbuf_put(out, (const char *)&len, LENGTH_BYTES);
  strbuf_str(out, bytes);
}

static void put_int(StrBuf *out, int64_t i) { put_number(out, VALUE_INT, &i); }
static void put_double(StrBuf *out, double f) { put_number(out, VALUE_DOUBLE, &f); }

/* Slot at, which is not NULL. */
static void put_value(ValueText *c, const Vector *v, uint32_t at, StrBuf *out) {
  switch ((TypeKind)v->type.kind) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
      put_int(out, ((const int8_t *)v->data)[at]);
      return;
    case TYPE_SMALLINT:
      put_int(out, ((const int16_t *)v->data)[at]);
      return;
    case TYPE_INT:
      put_int(out, ((const int32_t *)v->data)[at]);
      return;
    case TYPE_BIGINT:
      put_int(out, ((const int64_t *)v->data)[at]);
      return;
    case TYPE_FLOAT:
      put_double(out, (double)((const float *)v->data)[at]);
      return;
    case TYPE_DOUBLE:
      put_double(out, ((const double *)v->data)[at]);
      return;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      put_bytes(out, VALUE_TEXT, text_str((const TextRef *)v->data + at));
      return;
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      put_bytes(out, VALUE_BINARY, text_str((const TextRef *)v->data + at));
      return;
    case TYPE_NULL:
    case TYPE_DECIMAL:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
    case TYPE_KIND_COUNT:
      break;
  }
  char text[VALUE_TEXT_MAX + VALUE_TEXT_SLACK];
  put_bytes(out, VALUE_TEXT, (Str){text, value_text_print(c, v->data, at, text)});
}

static void put_row(ValueEncoder *e, const Batch *b, uint32_t row, StrBuf *out) {
  size_t begin = out->len;
  strbuf_fill(out, '\0', LENGTH_BYTES);
  strbuf_putc(out, (char)batch_kind(b, row));
  for (uint32_t c = 0; c < e->n_cols; c++) {
    const Vector *v = &b->cols[c];
    if (v->type.kind != TYPE_NULL && vector_valid(v, row)) {
      put_value(&e->cols[c], v, vector_at(v, row), out);
    } else {
      strbuf_putc(out, (char)VALUE_NULL);
    }
  }
  if (strbuf_failed(out)) return;
  uint32_t len = (uint32_t)(out->len - begin - LENGTH_BYTES);
  memcpy(out->data + begin, &len, LENGTH_BYTES);
}

static Code value_encode(Encoder *encoder, const Batch *batch, StrBuf *out, Error *err) {
  ValueEncoder *e = (ValueEncoder *)encoder;
  assert(batch->n_cols == e->n_cols);
  for (uint32_t i = 0, n = batch_count(batch); i < n; i++) {
    size_t begin = out->len;
    put_row(e, batch, batch_row(batch, i), out);
    if (strbuf_failed(out)) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory for output");
    if (out->len - begin > UINT32_MAX) {
      return FAIL(err, ERR_LIMIT, NO_SPAN, "a row of more than 4 GiB");
    }
  }
  return OK;
}

const Format format_value_bytes = {
    .name = "value-bytes",
    .encoder_new = value_encoder_new,
    .encoder_free = value_encoder_free,
    .encode_header = value_encode_header,
    .encode = value_encode,
};

/* --- reading ------------------------------------------------------------------------- */

static bool take(Str *from, size_t n, const char **out) {
  if (from->len < n) return false;
  *out = from->ptr;
  *from = (Str){from->ptr + n, from->len - n};
  return true;
}

static bool take_counted(Str *from, Str *out) {
  uint32_t len;
  const char *at;
  if (!take(from, LENGTH_BYTES, &at)) return false;
  memcpy(&len, at, LENGTH_BYTES);
  out->len = len;
  return take(from, len, &out->ptr);
}

bool value_bytes_row(Str *rows, Str *row) {
  Str rest = *rows;
  if (!take_counted(&rest, row)) return false;
  *rows = rest;
  return true;
}

bool value_bytes_kind(Str *row, RowKind *kind) {
  const char *at;
  if (!take(row, 1, &at) || (unsigned char)*at > ROW_DELETE) return false;
  *kind = (RowKind)*at;
  return true;
}

bool value_bytes_next(Str *row, TaggedValue *out) {
  const char *at;
  if (!take(row, 1, &at) || (unsigned char)*at > VALUE_BINARY) return false;
  *out = (TaggedValue){.tag = (ValueTag)*at};
  switch (out->tag) {
    case VALUE_NULL:
      return true;
    case VALUE_INT:
      if (take(row, NUMBER_BYTES, &at)) return memcpy(&out->i, at, NUMBER_BYTES);
      return false;
    case VALUE_DOUBLE:
      if (take(row, NUMBER_BYTES, &at)) return memcpy(&out->f, at, NUMBER_BYTES);
      return false;
    case VALUE_TEXT:
    case VALUE_BINARY:
      return take_counted(row, &out->bytes);
  }
  return false;
}
