/* collect.c -- rows as bytes that are values again: a format that is used for nothing else.
 *
 * A row is a byte, 1; then a value is a byte, 0 for NULL or 1, and behind that what its slot holds,
 * or the length of a text in four bytes and its bytes.
 */
#include "exec/run/collect.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/data/value.h"

/* --- rows to bytes ------------------------------------------------------------------- */

static Code encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  (void)spec;
  (void)err;
  *out = NULL; /* a batch knows its types */
  return OK;
}

static void encoder_free(Encoder *e) { (void)e; }

static void put_value(StrBuf *out, const Vector *v, uint32_t row) {
  if (!vector_valid(v, row)) {
    strbuf_putc(out, 0);
    return;
  }
  const Phys phys = type_phys(v->type);
  const char *slot = (const char *)v->data + vector_at(v, row) * phys_size(phys);
  strbuf_putc(out, 1);
  if (phys != PHYS_TEXT) {
    strbuf_put(out, slot, phys_size(phys));
    return;
  }
  TextRef t;
  memcpy(&t, slot, sizeof t);
  strbuf_put(out, (const char *)&t.len, sizeof t.len);
  strbuf_put(out, text_bytes(&t), t.len);
}

static Code encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  (void)e;
  (void)err;
  for (uint32_t i = 0, n = batch_count(batch); i < n; i++) {
    uint32_t row = batch_row(batch, i);
    strbuf_putc(out, 1);
    for (uint32_t c = 0; c < batch->n_cols; c++) put_value(out, &batch->cols[c], row);
  }
  return OK;
}

static const Format values_format = {
    .name = "values", .encoder_new = encoder_new, .encoder_free = encoder_free, .encode = encode};

/* --- keeping them -------------------------------------------------------------------- */

void collected_init(Collected *c, const FormatField *fields, uint32_t n_fields) {
  *c = (Collected){.fields = fields, .n_fields = n_fields};
}

void collected_deinit(Collected *c) {
  strbuf_deinit(&c->bytes);
  memory_release(c->reserved);
  c->reserved = 0;
}

static Code take(void *arg, const char *bytes, size_t n, Error *err) {
  Collected *c = arg;
  if (!memory_reserve(n)) {
    return FAIL(err, ERR_MEMORY, NO_SPAN, "the rows of a subquery are above weir.memory.limit");
  }
  c->reserved += n;
  strbuf_put(&c->bytes, bytes, n);
  if (!strbuf_failed(&c->bytes)) return OK;
  return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for the rows of a subquery");
}

JobResult collect_rows(Collected *c) {
  return (JobResult){.format = &values_format, .write = take, .arg = c};
}

/* --- bytes to rows ------------------------------------------------------------------- */

static const char *take_value(const char *at, Type type, Value *out) {
  char slot[sizeof(Int128)] __attribute__((aligned(16)));
  const Phys phys = type_phys(type);
  if (*at++ == 0) {
    *out = value_null(type);
    return at;
  }
  if (phys == PHYS_TEXT) {
    uint32_t len;
    memcpy(&len, at, sizeof len);
    *out = (Value){.type = type, .as.text = text_ref(at + sizeof len, len)};
    return at + sizeof len + len;
  }
  memcpy(slot, at, phys_size(phys));
  const Vector v = {.type = type, .constant = true, .data = slot};
  *out = value_of(&v, 0);
  return at + phys_size(phys);
}

bool collected_next(const Collected *c, size_t *at, Value *row) {
  if (*at >= c->bytes.len) return false;
  const char *from = c->bytes.data + *at + 1;
  for (uint32_t i = 0; i < c->n_fields; i++) from = take_value(from, c->fields[i].type, &row[i]);
  *at = (size_t)(from - c->bytes.data);
  return true;
}

uint64_t collected_count(const Collected *c) {
  uint64_t n = 0;
  const char *at = c->bytes.data, *end = c->bytes.len > 0 ? at + c->bytes.len : at;
  Value ignored;
  for (; at < end; n++) {
    at++;
    for (uint32_t i = 0; i < c->n_fields; i++) at = take_value(at, c->fields[i].type, &ignored);
  }
  return n;
}
