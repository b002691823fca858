/* json_write.c -- the JSON encoder: rows to one object a line.
 *
 *   {"auction":17,"price":99.50,"ts":"2024-01-01 00:00:00.000","note":null}
 *
 * Keys come in the order of the columns.  Doubles are in their shortest form, NaN and the
 * infinities are null.  TIMESTAMP_LTZ is in UTC with a Z behind it; an interval is Flink's number
 * of months or milliseconds; BYTES are base64.  In strings only what RFC 8259 demands is escaped;
 * bytes that are not UTF-8 become U+FFFD, so that a line is always JSON.
 *
 * All but text has a greatest length, so a row reserves room once, and again for every text.
 * A constant column is printed once per batch.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/json_quote.h"
#include "exec/data/nested_text.h"
#include "exec/data/number_text.h"
#include "exec/data/value_text.h"
#include "exec/formats/base64.h"
#include "exec/formats/json.h"

/* Room for a value that is no text, with quotes and Z. */
enum { FIXED_MAX = VALUE_TEXT_MAX + VALUE_TEXT_SLACK + 3 };

typedef struct OutColumn {
  char *key; /* `"price":` */
  size_t key_len;
  Type type;
  ValueText text;
  StrBuf constant; /* its value in this batch, when the column is constant */
} OutColumn;

typedef struct JsonWriter {
  uint32_t n_cols;
  OutColumn *cols;
  size_t row_max; /* bytes of a row without its texts */
  bool ignore_null;
  bool with_kind;
  bool with_t; /* between date and time; else a blank */
} JsonWriter;

/* --- text ---------------------------------------------------------------------------- */

static void put_base64(StrBuf *out, Str bytes) {
  char *at = strbuf_reserve(out, base64_encoded_len(bytes.len) + 2);
  if (at == NULL) return;
  *at = '"';
  size_t n = 1 + base64_encode(bytes.ptr, bytes.len, at + 1);
  at[n++] = '"';
  out->len += n;
}

/* --- all else ------------------------------------------------------------------------ */

static char *print_null(char *out) {
  memcpy(out, "null", 4);
  return out + 4;
}

static bool is_finite(Type type, const void *data, uint32_t at) {
  if (type.kind == TYPE_DOUBLE) return isfinite(((const double *)data)[at]);
  return type.kind != TYPE_FLOAT || isfinite(((const float *)data)[at]);
}

/* Milliseconds, with a fraction where it is not zero. */
static char *print_interval_second(int64_t us, char *out) {
  if (us % MICROS_PER_MILLI == 0) return out + int_print(us / MICROS_PER_MILLI, out);
  return out + decimal_print(us, 3, out);
}

static char *print_datetime(const JsonWriter *w, OutColumn *c, const void *data, uint32_t at,
                            char *out) {
  *out++ = '"';
  size_t n = value_text_print(&c->text, data, at, out);
  if (w->with_t && type_is_timestamp(c->type)) {
    char *separator = memchr(out, ' ', n);
    *separator = 'T';
  }
  out += n;
  if (c->type.kind == TYPE_TIMESTAMP_LTZ) *out++ = 'Z';
  *out++ = '"';
  return out;
}

/* Value at, not NULL, of a type other than text; out has room for FIXED_MAX bytes. */
static char *print_fixed(const JsonWriter *w, OutColumn *c, const Vector *v, uint32_t at,
                         char *out) {
  const Type type = c->type;
  if (type.kind == TYPE_INTERVAL_MONTH) return out + int_print(((const int32_t *)v->data)[at], out);
  if (type.kind == TYPE_INTERVAL_SECOND) {
    return print_interval_second(((const int64_t *)v->data)[at], out);
  }
  if (type_is_datetime(type)) return print_datetime(w, c, v->data, at, out);
  if (UNLIKELY(!is_finite(type, v->data, at))) return print_null(out);
  return out + value_text_print(&c->text, v->data, at, out);
}

/* --- rows ---------------------------------------------------------------------------- */

static void put_nested(const OutColumn *c, Str value, StrBuf *out) {
  StrBuf text = {0};
  nested_print(c->type, value, c->text.zone, NESTED_SHOW, &text);
  json_put_string(out, (Str){text.data, text.len});
  if (strbuf_failed(&text)) out->failed = true;
  strbuf_deinit(&text);
}

static void put_text(const OutColumn *c, const TextRef *text, StrBuf *out) {
  if (type_is_nested(c->type)) {
    put_nested(c, text_str(text), out);
  } else if (type_is_binary(c->type)) {
    put_base64(out, text_str(text));
  } else {
    json_put_string(out, text_str(text));
  }
}

/* The value of a constant column, as it will stand in every row. */
static void print_constant(const JsonWriter *w, OutColumn *c, const Vector *v) {
  strbuf_clear(&c->constant);
  if (value_is_text(c->type) && vector_valid(v, 0)) {
    put_text(c, v->data, &c->constant);
    return;
  }
  char *at = strbuf_reserve(&c->constant, FIXED_MAX);
  if (at == NULL) return;
  char *end = vector_valid(v, 0) ? print_fixed(w, c, v, 0, at) : print_null(at);
  c->constant.len += (size_t)(end - at);
}

static char *put_kind(RowKind kind, char *at) {
  static const char frame[] = "{\"op\":\"+I\"";
  memcpy(at, frame, sizeof frame - 1);
  memcpy(at + sizeof frame - 4, row_kind_text[kind], 2);
  return at + sizeof frame - 1;
}

/* One row; false: no memory, for which out->failed says so too. */
static bool put_row(const JsonWriter *w, const Batch *batch, uint32_t row, StrBuf *out) {
  char *at = strbuf_reserve(out, w->row_max);
  if (at == NULL) return false;
  char before = '{';
  if (w->with_kind) {
    at = put_kind(batch_kind(batch, row), at);
    before = ',';
  }
  for (uint32_t i = 0; i < w->n_cols; i++) {
    OutColumn *c = &w->cols[i];
    const Vector *v = &batch->cols[i];
    bool valid = vector_valid(v, row);
    if (!valid && w->ignore_null) continue;
    *at++ = before;
    before = ',';
    memcpy(at, c->key, c->key_len);
    at += c->key_len;
    if (v->constant || (valid && value_is_text(c->type))) {
      out->len = (size_t)(at - out->data);
      if (v->constant) {
        strbuf_put(out, c->constant.data, c->constant.len);
      } else {
        put_text(c, (const TextRef *)v->data + row, out);
      }
      at = strbuf_reserve(out, w->row_max);
      if (at == NULL) return false;
    } else {
      at = valid ? print_fixed(w, c, v, row, at) : print_null(at);
    }
  }
  if (before == '{') *at++ = '{';
  *at++ = '}';
  *at++ = '\n';
  out->len = (size_t)(at - out->data);
  return true;
}

Code json_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  (void)err;
  JsonWriter *w = (JsonWriter *)e;
  assert(batch->n_cols == w->n_cols);
  for (uint32_t i = 0; i < w->n_cols; i++) {
    OutColumn *c = &w->cols[i];
    if (!batch->cols[i].constant) continue;
    print_constant(w, c, &batch->cols[i]);
    if (strbuf_failed(&c->constant)) out->failed = true;
  }
  uint32_t n = batch_count(batch);
  for (uint32_t i = 0; i < n; i++) {
    if (!put_row(w, batch, batch_row(batch, i), out)) return OK;
  }
  if (!strbuf_failed(out) && n > 0) out->data[out->len] = '\0';
  return OK;
}

/* --- life ---------------------------------------------------------------------------- */

static bool init_column(OutColumn *c, const FormatField *f) {
  StrBuf key;
  strbuf_init(&key, 0);
  json_put_string(&key, str_of(f->name));
  strbuf_putc(&key, ':');
  if (strbuf_failed(&key)) {
    strbuf_deinit(&key);
    return false;
  }
  *c = (OutColumn){.key = key.data,
                   .key_len = key.len,
                   .type = f->type,
                   .text = {.type = f->type, .zone = zone_utc()}};
  return true;
}

Code json_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  JsonWriter *w = calloc(1, sizeof *w);
  if (w == NULL) goto bad;
  w->cols = calloc(spec->n_fields + 1, sizeof *w->cols);
  if (w->cols == NULL) goto bad;
  w->row_max = sizeof "{}\n";
  for (; w->n_cols < spec->n_fields; w->n_cols++) {
    OutColumn *c = &w->cols[w->n_cols];
    if (!init_column(c, &spec->fields[w->n_cols])) goto bad;
    w->row_max += 1 + c->key_len + FIXED_MAX;
  }
  w->with_kind = spec->with_kind;
  if (w->with_kind) w->row_max += sizeof "{\"op\":\"+I\"";
  w->ignore_null = json_option_bool(spec->options, "json.encode.ignore-null-fields");
  w->with_t = json_time_form(spec->options) == JSON_TIME_T;
  *out = (Encoder *)w;
  return OK;
bad:
  json_encoder_free((Encoder *)w);
  return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write json");
}

void json_encoder_free(Encoder *e) {
  JsonWriter *w = (JsonWriter *)e;
  if (w == NULL) return;
  for (uint32_t i = 0; i < w->n_cols; i++) {
    free(w->cols[i].key);
    strbuf_deinit(&w->cols[i].constant);
  }
  free(w->cols);
  free(w);
}

void json_encode_header(Encoder *e, StrBuf *out) { (void)e, (void)out; }
