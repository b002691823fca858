/* types.c -- what is asked of a Type: its physical form, its family, its name. */
#include "exec/data/types.h"

#include <string.h>

static const char *const kind_names[] = {
#define TYPE(kind, name, phys) name,
#include "exec/data/types.def"
#undef TYPE
};

static const uint8_t kind_phys[] = {
#define TYPE(kind, name, phys) PHYS_##phys,
#include "exec/data/types.def"
#undef TYPE
};
static_assert(COUNT_OF(kind_names) == TYPE_KIND_COUNT, "types.def is the only list");

enum { DECIMAL_WORD_DIGITS = 18 }; /* 10^18 - 1 is the widest row of nines in an int64 */

Phys type_phys(Type t) {
  assert(t.kind < TYPE_KIND_COUNT);
  if (t.kind == TYPE_DECIMAL && t.precision > DECIMAL_WORD_DIGITS) return PHYS_I128;
  return (Phys)kind_phys[t.kind];
}

size_t phys_size(Phys p) {
  static const uint8_t sizes[PHYS_COUNT] = {
      [PHYS_I8] = 1,    [PHYS_I16] = 2, [PHYS_I32] = 4, [PHYS_I64] = 8,
      [PHYS_I128] = 16, [PHYS_F32] = 4, [PHYS_F64] = 8, [PHYS_TEXT] = sizeof(TextRef),
  };
  assert(p < PHYS_COUNT);
  return sizes[p];
}

size_t type_slot_size(Type t) {
  Phys p = type_phys(t);
  return p == PHYS_TEXT ? sizeof(uint32_t) : phys_size(p);
}

static bool has_length(Type t) { return type_is_character(t) || type_is_binary(t); }
static bool has_fraction(Type t) { return t.kind == TYPE_TIME || type_is_timestamp(t); }

static bool same_shape(const TypeShape *a, const TypeShape *b) {
  if (a->n != b->n) return false;
  for (uint32_t i = 0; i < a->n; i++) {
    if (!type_same(a->types[i], b->types[i])) return false;
    if (a->names != NULL && strcmp(a->names[i], b->names[i]) != 0) return false;
  }
  return true;
}

bool type_same(Type a, Type b) {
  if (a.kind != b.kind) return false;
  if (has_length(a)) return a.length == b.length;
  if (has_fraction(a)) return a.precision == b.precision;
  if (a.kind == TYPE_DECIMAL) return a.precision == b.precision && a.scale == b.scale;
  return a.shape == b.shape || same_shape(a.shape, b.shape);
}

bool type_is_integer(Type t) { return t.kind >= TYPE_TINYINT && t.kind <= TYPE_BIGINT; }
bool type_is_exact(Type t) { return type_is_integer(t) || t.kind == TYPE_DECIMAL; }
bool type_is_numeric(Type t) {
  return type_is_exact(t) || t.kind == TYPE_FLOAT || t.kind == TYPE_DOUBLE;
}
bool type_is_character(Type t) { return t.kind == TYPE_CHAR || t.kind == TYPE_VARCHAR; }
bool type_is_binary(Type t) { return t.kind == TYPE_BINARY || t.kind == TYPE_VARBINARY; }
bool type_is_timestamp(Type t) { return t.kind == TYPE_TIMESTAMP || t.kind == TYPE_TIMESTAMP_LTZ; }
bool type_is_datetime(Type t) {
  return t.kind == TYPE_DATE || t.kind == TYPE_TIME || type_is_timestamp(t);
}
bool type_is_interval(Type t) {
  return t.kind == TYPE_INTERVAL_MONTH || t.kind == TYPE_INTERVAL_SECOND;
}

unsigned type_integer_digits(TypeKind kind) {
  static const uint8_t digits[] = {3, 5, 10, 19};
  assert(kind >= TYPE_TINYINT && kind <= TYPE_BIGINT);
  return digits[kind - TYPE_TINYINT];
}

static void print_field_name(const char *name, StrBuf *out) {
  strbuf_putc(out, '`');
  for (; *name != '\0'; name++) {
    if (*name == '`') strbuf_putc(out, '`');
    strbuf_putc(out, *name);
  }
  strbuf_puts(out, "` ");
}

static void print_shape(Type t, StrBuf *out) {
  uint32_t n = t.kind == TYPE_MULTISET ? 1 : t.shape->n; /* the count of a MULTISET is not shown */
  strbuf_putc(out, '<');
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    if (t.shape->names != NULL) print_field_name(t.shape->names[i], out);
    type_print_full(t.shape->types[i], out);
  }
  strbuf_putc(out, '>');
}

void type_print(Type t, StrBuf *out) {
  assert(t.kind < TYPE_KIND_COUNT);
  if (t.length == TYPE_LENGTH_MAX && t.kind == TYPE_VARCHAR) {
    strbuf_puts(out, "STRING");
    return;
  }
  if (t.length == TYPE_LENGTH_MAX && t.kind == TYPE_VARBINARY) {
    strbuf_puts(out, "BYTES");
    return;
  }
  strbuf_puts(out, kind_names[t.kind]);
  if (has_length(t)) strbuf_printf(out, "(%u)", t.length);
  if (has_fraction(t)) strbuf_printf(out, "(%u)", t.precision);
  if (t.kind == TYPE_DECIMAL) strbuf_printf(out, "(%u, %u)", t.precision, t.scale);
  if (t.shape != NULL) print_shape(t, out);
}

void type_print_full(Type t, StrBuf *out) {
  type_print(t, out);
  if (!t.nullable) strbuf_puts(out, " NOT NULL");
}

int text_compare(const TextRef *a, const TextRef *b) {
  size_t len = a->len < b->len ? a->len : b->len;
  int order = len > 0 ? memcmp(text_bytes(a), text_bytes(b), len) : 0;
  if (order != 0) return order;
  return (a->len > b->len) - (a->len < b->len);
}
