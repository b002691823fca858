/* json_write.c -- the JSON encoder: rows to one object a line.
 *
 *   {"auction":17,"price":99.50,"ts":"2024-01-01 00:00:00.000","note":null}
 *
 * Keys come in the order of the columns; json_put.h tells how values look.  In strings only what
 * RFC 8259 demands is escaped; bytes that are not UTF-8 become U+FFFD, so that a line is always
 * JSON.
 *
 * All but text has a greatest length, so a row reserves room once, and again for every text.
 * A constant column is printed once per batch.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/data/json_quote.h"
#include "exec/formats/json.h"
#include "exec/formats/json_put.h"

typedef struct OutColumn {
  JsonOut out;
  StrBuf constant; /* its value in this batch, when the column is constant */
} OutColumn;

typedef struct JsonWriter {
  uint32_t n_cols;
  OutColumn *cols;
  size_t row_max; /* bytes of a row without its texts */
  JsonStyle style;
  bool with_kind;
  const OutColumn *refused; /* it had a NULL key */
} JsonWriter;

/* --- rows ---------------------------------------------------------------------------- */

static void put_text(JsonWriter *w, OutColumn *c, const TextRef *value, StrBuf *out) {
  if (!json_put_text(&w->style, &c->out, value, out)) w->refused = c;
}

/* The value of a constant column, as it will stand in every row. */
static void print_constant(JsonWriter *w, OutColumn *c, const Vector *v) {
  strbuf_clear(&c->constant);
  if (value_is_text(c->out.text.type) && vector_valid(v, 0)) {
    put_text(w, c, v->data, &c->constant);
    return;
  }
  char *at = strbuf_reserve(&c->constant, JSON_FIXED_MAX);
  if (at == NULL) return;
  char *end = vector_valid(v, 0) ? json_print_fixed(&w->style, &c->out.text, v->data, 0, at)
                                 : json_print_null(at);
  c->constant.len += (size_t)(end - at);
}

static char *put_kind(RowKind kind, char *at) {
  static const char frame[] = "{\"op\":\"+I\"";
  memcpy(at, frame, sizeof frame - 1);
  memcpy(at + sizeof frame - 4, row_kind_text[kind], 2);
  return at + sizeof frame - 1;
}

/* One row; false: no memory, for which out->failed says so too. */
static bool put_row(JsonWriter *w, const Batch *batch, uint32_t row, StrBuf *out) {
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
    if (!valid && w->style.ignore_null) continue;
    *at++ = before;
    before = ',';
    memcpy(at, c->out.key, c->out.key_len);
    at += c->out.key_len;
    if (v->constant || (valid && value_is_text(c->out.text.type))) {
      out->len = (size_t)(at - out->data);
      if (v->constant) {
        strbuf_put(out, c->constant.data, c->constant.len);
      } else {
        put_text(w, c, (const TextRef *)v->data + row, out);
      }
      at = strbuf_reserve(out, w->row_max);
      if (at == NULL) return false;
    } else {
      at =
          valid ? json_print_fixed(&w->style, &c->out.text, v->data, row, at) : json_print_null(at);
    }
  }
  if (before == '{') *at++ = '{';
  *at++ = '}';
  *at++ = '\n';
  out->len = (size_t)(at - out->data);
  return true;
}

static Code null_key_refused(const JsonWriter *w, Error *err) {
  const Str key = {w->refused->out.key, w->refused->out.key_len - 1}; /* without its colon */
  FAIL(err, ERR_DATA, NO_SPAN, "column %.*s: a NULL key of a MAP cannot be written as json",
       (int)key.len, key.ptr);
  error_hint(err, "'json.map-null-key.mode' can be DROP or LITERAL");
  return ERR_DATA;
}

Code json_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
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
  if (w->refused != NULL) return null_key_refused(w, err);
  if (!strbuf_failed(out) && n > 0) out->data[out->len] = '\0';
  return OK;
}

/* --- life ---------------------------------------------------------------------------- */

Code json_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  JsonWriter *w = calloc(1, sizeof *w);
  if (w == NULL) goto bad;
  w->cols = calloc(spec->n_fields + 1, sizeof *w->cols);
  if (w->cols == NULL) goto bad;
  w->row_max = sizeof "{}\n";
  while (w->n_cols < spec->n_fields) {
    OutColumn *c = &w->cols[w->n_cols];
    const FormatField *f = &spec->fields[w->n_cols++];
    if (!json_out_init(&c->out, f->name, f->type)) goto bad;
    w->row_max += 1 + c->out.key_len + JSON_FIXED_MAX;
  }
  w->with_kind = spec->with_kind;
  if (w->with_kind) w->row_max += sizeof "{\"op\":\"+I\"";
  w->style = json_style(spec->options);
  if (spec->shown) w->style.null_keys = JSON_KEYS_LITERAL;
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
    json_out_deinit(&w->cols[i].out);
    strbuf_deinit(&w->cols[i].constant);
  }
  free(w->cols);
  free(w);
}

void json_encode_header(Encoder *e, StrBuf *out) { (void)e, (void)out; }
