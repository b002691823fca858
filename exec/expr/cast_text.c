/* cast_text.c -- casts to CHAR, VARCHAR, BINARY and VARBINARY.
 *
 *   BOOLEAN   TRUE, FALSE             DATE        2024-01-02
 *   DECIMAL   with its scale          TIME        03:04:05[.678]
 *   DOUBLE    1.0, 1.0E10, NaN        TIMESTAMP   2024-01-02 03:04:05.678
 *   INTERVAL  +1-02, +1 02:03:04.005  BINARY      its bytes as UTF-8, a bad one as U+FFFD
 *   ARRAY     [1, 2]                  MAP         {k=v}
 *   ROW       (1, abc)                LTZ         as TIMESTAMP, in the session's zone
 *
 * CHAR(n) is padded with blanks, BINARY(n) with zero bytes; what is longer than n code points or
 * bytes is cut.  A result that is part of its argument borrows the argument's bytes.
 */
#include <string.h>

#include "base/utf8.h"
#include "exec/data/nested_text.h"
#include "exec/data/value_text.h"
#include "exec/expr/cast_impl.h"

/* --- lengths --------------------------------------------------------------------------------- */

/* text padded with fill to len bytes, in the batch's arena. */
static Code put_padded(KernelCall *k, uint32_t row, Str text, size_t len, char fill) {
  if (len > RECORD_MAX) {
    return FAIL(k->err, ERR_LIMIT, k->expr->span, "a value of %zu bytes is above the limit of %d",
                len, RECORD_MAX);
  }
  char few[TEXT_INLINE_MAX];
  char *out = len <= sizeof few ? few : arena_try_alloc(k->text, len, 1);
  if (out == NULL) return func_no_memory(k);
  memcpy(out, text.ptr, text.len);
  memset(out + text.len, fill, len - text.len);
  ((TextRef *)k->out->data)[row] = text_ref(out, len);
  return OK;
}

/* text, whose bytes live long enough, as CHAR(n) or VARCHAR(n). */
static Code put_fitted(KernelCall *k, uint32_t row, Str text) {
  Type type = k->expr->type;
  if (text.len > type.length) text.len = utf8_offset(text.ptr, text.len, type.length);
  if (type.kind == TYPE_CHAR) {
    size_t count = utf8_count(text.ptr, text.len);
    if (count < type.length) {
      return put_padded(k, row, text, text.len + (type.length - count), ' ');
    }
  }
  ((TextRef *)k->out->data)[row] = text_ref(text.ptr, text.len);
  return OK;
}

static Str text_at(const Vector *v, uint32_t row) {
  return text_str(&((const TextRef *)v->data)[vector_at(v, row)]);
}

Code cast_text_to_text(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (row_valid(k, row)) TRY(put_fitted(k, row, text_at(&k->args[0], row)));
  }
  return OK;
}

Code cast_to_bytes(KernelCall *k) {
  Type type = k->expr->type;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str bytes = text_at(&k->args[0], row);
    if (bytes.len > type.length) bytes.len = type.length;
    if (type.kind == TYPE_BINARY && bytes.len < type.length) {
      TRY(put_padded(k, row, bytes, type.length, '\0'));
    } else {
      ((TextRef *)k->out->data)[row] = text_ref(bytes.ptr, bytes.len);
    }
  }
  return OK;
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* bytes with U+FFFD for each bad one, in the batch's arena; false: no memory. */
static bool repaired(KernelCall *k, Str bytes, Str *out) {
  char *text = arena_try_alloc(k->text, 3 * bytes.len, 1);
  if (text == NULL) return false;
  size_t len = 0;
  for (size_t at = 0; at < bytes.len;) {
    uint32_t cp;
    at += utf8_decode(bytes.ptr + at, bytes.len - at, &cp);
    len += utf8_encode(cp, text + len); /* at most 3 bytes for one, 4 for four */
  }
  *out = (Str){text, len};
  return true;
}

Code cast_bytes_to_text(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Str text = text_at(&k->args[0], row);
    if (!utf8_valid(text.ptr, text.len) && !repaired(k, text, &text)) return func_no_memory(k);
    TRY(put_fitted(k, row, text));
  }
  return OK;
}

/* --- everything else ---------------------------------------------------------------------- */

/* text as CHAR(n) or VARCHAR(n), which has at most VALUE_TEXT_MAX characters, all ASCII. */
static Code put_ascii(KernelCall *k, uint32_t row, const char *text, size_t len) {
  Type type = k->expr->type;
  if (len > type.length) len = type.length;
  if (type.kind == TYPE_CHAR && len < type.length) {
    return put_padded(k, row, (Str){text, len}, type.length, ' ');
  }
  return func_put_text(k, row, text, len) ? OK : func_no_memory(k);
}

Code cast_value_to_text(KernelCall *k) {
  ValueText printer = {
      .type = k->expr->args[0]->type, .zone = k->env->zone, .upper_booleans = true};
  char text[VALUE_TEXT_MAX + VALUE_TEXT_SLACK];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    uint32_t at = vector_at(&k->args[0], row);
    TRY(put_ascii(k, row, text, value_text_print(&printer, k->args[0].data, at, text)));
  }
  return OK;
}

static Code nested_to_text(KernelCall *k, StrBuf *text) {
  Type from = k->expr->args[0]->type;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    strbuf_clear(text);
    nested_print(from, text_at(&k->args[0], row), k->env->zone, NESTED_CAST, text);
    char *kept = strbuf_failed(text) ? NULL : arena_try_alloc(k->text, text->len, 1);
    if (kept == NULL) return func_no_memory(k);
    memcpy(kept, text->data, text->len);
    TRY(put_fitted(k, row, (Str){kept, text->len}));
  }
  return OK;
}

Code cast_nested_to_text(KernelCall *k) {
  StrBuf text;
  strbuf_init(&text, NESTED_MAX);
  Code code = nested_to_text(k, &text);
  strbuf_deinit(&text);
  return code;
}
