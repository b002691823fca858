/* nested_text.c -- see nested_text.h.  The recursion goes as deep as the type. */
#include "exec/data/nested_text.h"

#include "exec/data/value_text.h"

typedef struct Printer {
  const Zone *zone;
  NestedStyle style;
  StrBuf *out;
} Printer;

static void print_nested(const Printer *p, Type t, Str value);

static void print_text(const Printer *p, Type t, Str text) {
  if (type_is_nested(t)) {
    print_nested(p, t, text);
  } else if (type_is_binary(t)) {
    literal_put_bytes(p->out, text);
  } else if (p->style == NESTED_PLAN) {
    literal_put_text(p->out, text);
  } else {
    strbuf_str(p->out, text);
  }
}

static void print_value(const Printer *p, const Value *v) {
  if (v->null) {
    strbuf_puts(p->out, "NULL");
    return;
  }
  if (type_phys(v->type) == PHYS_TEXT) {
    print_text(p, v->type, text_str(&v->as.text));
    return;
  }
  char *at = strbuf_reserve(p->out, VALUE_TEXT_MAX + VALUE_TEXT_SLACK);
  if (at != NULL) p->out->len += value_print(v, p->zone, p->style == NESTED_CAST, at);
}

static void print_array(const Printer *p, Items items) {
  strbuf_putc(p->out, '[');
  for (uint32_t i = 0; i < items.n; i++) {
    const Value v = items_get(&items, i);
    if (i > 0) strbuf_puts(p->out, ", ");
    print_value(p, &v);
  }
  strbuf_putc(p->out, ']');
}

static void print_map(const Printer *p, Items keys, Items values) {
  strbuf_putc(p->out, '{');
  for (uint32_t i = 0; i < keys.n; i++) {
    const Value k = items_get(&keys, i), v = items_get(&values, i);
    if (i > 0) strbuf_puts(p->out, ", ");
    print_value(p, &k);
    strbuf_putc(p->out, '=');
    print_value(p, &v);
  }
  strbuf_putc(p->out, '}');
}

static void print_row(const Printer *p, Type t, Str row) {
  strbuf_putc(p->out, '(');
  for (uint32_t i = 0; i < t.shape->n; i++) {
    const Value v = row_field(t, row, i);
    if (i > 0) strbuf_puts(p->out, ", ");
    print_value(p, &v);
  }
  strbuf_putc(p->out, ')');
}

static void print_nested(const Printer *p, Type t, Str value) {
  if (t.kind == TYPE_ARRAY) {
    print_array(p, array_items(t, value));
  } else if (t.kind == TYPE_ROW) {
    print_row(p, t, value);
  } else {
    print_map(p, map_keys(t, value), map_values(t, value));
  }
}

void nested_print(Type t, Str value, const Zone *zone, NestedStyle style, StrBuf *out) {
  print_nested(&(Printer){zone, style, out}, t, value);
}
