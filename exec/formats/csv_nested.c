/* csv_nested.c -- see csv_nested.h. */
#include "exec/formats/csv_nested.h"

#include <string.h>

#include "exec/data/value_text.h"
#include "exec/formats/base64.h"
#include "exec/formats/csv_value.h"

bool csv_type_fits(Type t) {
  if (!type_is_nested(t)) return true;
  return (t.kind == TYPE_ARRAY || t.kind == TYPE_ROW) && type_depth(t) == 1;
}

/* The type of part i. */
static Type part_type(Type t, uint32_t i) {
  return t.kind == TYPE_ARRAY ? type_item(t) : t.shape->types[i];
}

/* --- reading ------------------------------------------------------------------------- */

void csv_parts_deinit(CsvParts *p) {
  value_stack_deinit(&p->values);
  arena_deinit(&p->text);
}

static ValueFit misfit(CsvParts *p, ValueFit fit, uint32_t i, Str text, Type type) {
  p->is_part = true;
  p->bad = i;
  p->bad_text = text;
  p->bad_type = type;
  return fit;
}

static ValueFit read_part(const CsvMeaning *m, Str text, Type type, Value *out) {
  Int128 slot[1] = {0};
  const CsvField f = {.raw = text, .quoted = type_is_character(type) && text.len == 0};
  *out = value_null(type);
  if (csv_is_null(&m->dialect, &f, type)) return type.nullable ? FIT_GOOD : FIT_IS_NULL;
  ValueFit fit = csv_text_store(m, text, type, &m->parts->text, slot);
  if (fit == FIT_GOOD) {
    *out = value_of(&(Vector){.type = type, .constant = true, .data = slot}, 0);
  } else if (fit != FIT_NO_MEMORY && m->on_error == ON_ERROR_NULL && type.nullable) {
    fit = FIT_GOOD;
  }
  return fit;
}

/* Cut the next part off *rest; *more: there is one behind it. */
static Str take_part(Str *rest, char delimiter, bool *more) {
  const char *end = rest->len > 0 ? memchr(rest->ptr, delimiter, rest->len) : NULL;
  Str part = {rest->ptr, end != NULL ? (size_t)(end - rest->ptr) : rest->len};
  *more = end != NULL;
  if (*more) *rest = (Str){end + 1, rest->len - part.len - 1};
  return part;
}

/* All parts of text onto the stack; those that a ROW lacks are NULL where bad fields are. */
static ValueFit read_parts(const CsvMeaning *m, Str text, Type type) {
  CsvParts *p = m->parts;
  const uint32_t max = type.kind == TYPE_ROW ? type.shape->n : UINT32_MAX;
  bool more = type.kind == TYPE_ROW || text.len > 0;
  uint32_t i = 0;
  for (; more && i < max; i++) {
    Value v;
    Str part = take_part(&text, m->dialect.part_delimiter, &more);
    ValueFit fit = read_part(m, part, part_type(type, i), &v);
    if (fit == FIT_NO_MEMORY) return fit;
    if (fit != FIT_GOOD) return misfit(p, fit, i, part, part_type(type, i));
    if (!value_stack_push(&p->values, &v)) return FIT_NO_MEMORY;
  }
  if (type.kind == TYPE_ARRAY) return FIT_GOOD;
  if ((more || i < max) && m->on_error != ON_ERROR_NULL) return FIT_NOT_OF_TYPE;
  for (; i < max; i++) {
    const Value v = value_null(part_type(type, i));
    if (!v.type.nullable) return misfit(p, FIT_IS_MISSING, i, text, v.type);
    if (!value_stack_push(&p->values, &v)) return FIT_NO_MEMORY;
  }
  return FIT_GOOD;
}

ValueFit csv_nested_store(const CsvMeaning *m, Str text, Type type, Arena *arena, TextRef *slot) {
  CsvParts *p = m->parts;
  p->is_part = false;
  p->values.n = 0;
  arena_reset(&p->text);
  ValueFit fit = read_parts(m, text, type);
  if (fit != FIT_GOOD) return fit;
  bool made = type.kind == TYPE_ARRAY ? array_make(arena, type, p->values.items, p->values.n, slot)
                                      : row_make(arena, type, p->values.items, slot);
  return made ? FIT_GOOD : FIT_NO_MEMORY;
}

void csv_nested_reason(const CsvParts *p, ValueFit fit, const char *column, Str text, Type type,
                       Reason *r) {
  static const char null_words[] = "is empty, but NOT NULL";
  if (!p->is_part) {
    value_fit_reason(fit, column, text, type, null_words, r);
    return;
  }
  StrBuf name;
  strbuf_init(&name, 0);
  strbuf_puts(&name, column);
  if (type.kind == TYPE_ARRAY) {
    strbuf_printf(&name, "[%u]", p->bad + 1);
  } else {
    strbuf_printf(&name, ".%s", type.shape->names[p->bad]);
  }
  value_fit_reason(fit, strbuf_text(&name), p->bad_text, p->bad_type, null_words, r);
  strbuf_deinit(&name);
}

/* --- writing ------------------------------------------------------------------------- */

static void print_part(const Value *v, const Zone *zone, StrBuf *out) {
  if (type_is_binary(v->type)) {
    Str bytes = text_str(&v->as.text);
    char *at = strbuf_reserve(out, base64_encoded_len(bytes.len));
    if (at != NULL) out->len += base64_encode(bytes.ptr, bytes.len, at);
  } else if (value_is_text(v->type)) {
    strbuf_str(out, text_str(&v->as.text));
  } else {
    char *at = strbuf_reserve(out, VALUE_TEXT_MAX + VALUE_TEXT_SLACK);
    if (at != NULL) out->len += value_print(v, zone, false, at);
  }
}

bool csv_nested_print(char delimiter, Str null_text, const Zone *zone, Type type, Str value,
                      StrBuf *out) {
  const Items items = type.kind == TYPE_ARRAY ? array_items(type, value) : (Items){0};
  const uint32_t n = type.kind == TYPE_ARRAY ? items.n : type.shape->n;
  bool good = true;
  for (uint32_t i = 0; i < n; i++) {
    const Value v = type.kind == TYPE_ARRAY ? items_get(&items, i) : row_field(type, value, i);
    const size_t from = out->len;
    if (i > 0) strbuf_putc(out, delimiter);
    if (v.null) {
      strbuf_str(out, null_text);
      continue;
    }
    print_part(&v, zone, out);
    if (strbuf_failed(out)) return true;
    const size_t begin = from + (i > 0);
    const Str part = {out->data + begin, out->len - begin};
    if (part.len == 0) continue;
    good &= memchr(part.ptr, delimiter, part.len) == NULL && !str_eq(part, null_text);
  }
  return good;
}
