/* agg_order_test.c -- FIRST_VALUE, LAST_VALUE, LISTAGG with and without DISTINCT, BOOL_AND and
 * BOOL_OR against models that read the whole column in order.
 */
#include "exec/expr/agg_check.h"

static const Type some_types[] = {
    {.kind = TYPE_BOOLEAN, .nullable = true},
    {.kind = TYPE_TINYINT, .nullable = true},
    {.kind = TYPE_SMALLINT, .nullable = true},
    {.kind = TYPE_INT, .nullable = true},
    {.kind = TYPE_BIGINT, .nullable = true},
    {.kind = TYPE_FLOAT, .nullable = true},
    {.kind = TYPE_DOUBLE, .nullable = true},
    {.kind = TYPE_DATE, .nullable = true},
    {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3},
    {.kind = TYPE_DECIMAL, .nullable = true, .precision = 10, .scale = 2},
    {.kind = TYPE_DECIMAL, .nullable = true, .precision = 38, .scale = 2},
    {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX},
    {.kind = TYPE_VARBINARY, .nullable = true, .length = TYPE_LENGTH_MAX},
};

/* Strings of all lengths around the inline limit, and long ones. */
static TextRef some_text(Arena *arena, uint64_t *seed) {
  static const uint32_t lengths[] = {0, 1, 2, 3, 11, 12, 13, 14, 40, 5000};
  uint32_t len = lengths[rng_next(seed) % COUNT_OF(lengths)];
  char *bytes = arena_alloc(arena, len + 1);
  memset(bytes, 'a' + (int)(rng_next(seed) % 3), len);
  return text_ref(bytes, len);
}

static void put_random(Vector *v, uint32_t row, Arena *arena, uint64_t *seed) {
  if (rng_next(seed) % 4 == 0) return;
  bit_set(v->valid, row);
  int64_t i = (int64_t)(rng_next(seed) % 21) - 10;
  switch (type_phys(v->type)) {
    case PHYS_I8:
      ((int8_t *)v->data)[row] = (int8_t)(v->type.kind == TYPE_BOOLEAN ? i & 1 : i);
      return;
    case PHYS_I16:
      ((int16_t *)v->data)[row] = (int16_t)i;
      return;
    case PHYS_I32:
      ((int32_t *)v->data)[row] = (int32_t)i;
      return;
    case PHYS_I64:
      ((int64_t *)v->data)[row] = 1000 * i; /* whole milliseconds */
      return;
    case PHYS_I128:
      ((Int128 *)v->data)[row] = (Int128)i * ((Int128)1 << 80);
      return;
    case PHYS_F32:
      ((float *)v->data)[row] = (float)i / 4;
      return;
    case PHYS_F64:
      ((double *)v->data)[row] = (double)i / 4;
      return;
    case PHYS_TEXT:
      ((TextRef *)v->data)[row] = some_text(arena, seed);
      return;
    case PHYS_COUNT:
      return;
  }
}

/* --- models --------------------------------------------------------------------------------- */

static void first_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  (void)call;
  uint32_t row = 0;
  while (row < n && !vector_valid(v, row)) row++;
  if (row < n) {
    batch_value_to_text(v, row, out);
  } else {
    strbuf_puts(out, ".");
  }
}

/* Is there an equal value before this row? */
static bool seen_before(const Vector *v, uint32_t row) {
  StrBuf a = {0}, b = {0};
  bool seen = false;
  batch_value_to_text(v, row, &a);
  for (uint32_t i = 0; i < row && !seen; i++) {
    if (!vector_valid(v, i)) continue;
    strbuf_clear(&b);
    batch_value_to_text(v, i, &b);
    seen = strcmp(strbuf_text(&a), strbuf_text(&b)) == 0;
  }
  strbuf_deinit(&a);
  strbuf_deinit(&b);
  return seen;
}

static void last_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  for (uint32_t row = n; row-- > 0;) {
    if (!vector_valid(v, row) || (call->own_distinct && seen_before(v, row))) continue;
    batch_value_to_text(v, row, out);
    return;
  }
  strbuf_puts(out, ".");
}

static void list_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  StrBuf all = {0};
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    if (!vector_valid(v, i) || (call->own_distinct && seen_before(v, i))) continue;
    if (any) strbuf_str(&all, call->params.separator);
    strbuf_str(&all, text_str((const TextRef *)v->data + i));
    any = true;
  }
  TextRef text = text_ref(strbuf_text(&all), all.len);
  const Vector result = {.type = type_string(), .data = &text};
  if (any) {
    batch_value_to_text(&result, 0, out);
  } else {
    strbuf_puts(out, ".");
  }
  strbuf_deinit(&all);
}

static void bool_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  bool all = true, any = false, some = false;
  for (uint32_t i = 0; i < n; i++) {
    if (!vector_valid(v, i)) continue;
    bool truth = ((const int8_t *)v->data)[i] != 0;
    some = true;
    all &= truth;
    any |= truth;
  }
  bool result = strcmp(call->name, "BOOL_AND") == 0 ? all : any;
  strbuf_puts(out, !some ? "." : result ? "true" : "false");
}

/* --- checks --------------------------------------------------------------------------------- */

static void check_random(const AggCall *call, Model *model) {
  static const uint32_t lengths[] = {0, 1, 2, 3, 10, 65, CHECK_ROWS_MAX};
  uint64_t seed = 7;
  for (size_t i = 0; i < COUNT_OF(lengths); i++) {
    Arena arena = {0};
    Vector v = vector_new(call->arg_type, lengths[i]);
    for (uint32_t row = 0; row < lengths[i]; row++) put_random(&v, row, &arena, &seed);
    check_column(call, &v, lengths[i], model, &seed);
    if (lengths[i] > 0) check_constant(call, &v, 5);
    vector_free(&v);
    arena_deinit(&arena);
  }
}

static void check_first_last(void) {
  for (size_t t = 0; t < COUNT_OF(some_types); t++) {
    AggCall first = check_bind("FIRST_VALUE", some_types[t], false);
    AggCall same = check_bind("FIRST_VALUE", some_types[t], true);
    AggCall last = check_bind("LAST_VALUE", some_types[t], false);
    AggCall last_distinct = check_bind("LAST_VALUE", some_types[t], true);
    CHECK(first.kernels == same.kernels && last_distinct.own_distinct);
    check_random(&first, first_model);
    check_random(&last, last_model);
    check_random(&last_distinct, last_model);
  }
}

static void check_lists(void) {
  static const Str separators[] = {{",", 1}, {"", 0}, {" and then, much later, ", 23}};
  for (size_t i = 0; i < COUNT_OF(separators); i++) {
    AggCall list = check_bind("LISTAGG", type_string(), false);
    AggCall distinct = check_bind("STRING_AGG", type_string(), true);
    CHECK(str_eq(list.params.separator, separators[0]));
    list.params.separator = distinct.params.separator = separators[i];
    check_random(&list, list_model);
    check_random(&distinct, list_model);
  }
}

/* Room that a state has is used again: a column of alternating lengths does not grow it. */
static void check_room(const char *name) {
  AggCall call = check_bind(name, type_string(), false);
  TestState s = {{0}, {0}};
  Vector v = vector_new(type_string(), 2);
  static const uint16_t rows[] = {0, 1};
  v.valid[0] = 3;
  char bytes[64];
  for (unsigned i = 0; i < 100000; i++) {
    snprintf(bytes, 32, "%08u is a long text", 2 * i);
    ((TextRef *)v.data)[0] = text_ref(bytes, strlen(bytes));
    snprintf(bytes + 32, 32, "%08u", 2 * i + 1);
    ((TextRef *)v.data)[1] = text_ref(bytes + 32, 8);
    fold_rows(&call, &s, &v, rows, 2, (uint64_t)2 * i);
  }
  CHECK(s.arena.total_bytes <= 8192);
  arena_deinit(&s.arena);
  vector_free(&v);
}

/* A result of 64 MB: memory is a small multiple of it. */
static void check_large_list(void) {
  AggCall call = check_bind("LISTAGG", type_string(), false);
  TestState s = {{0}, {0}};
  Vector v = vector_new(type_string(), CHECK_ROWS_MAX);
  uint16_t rows[CHECK_ROWS_MAX];
  for (uint16_t i = 0; i < CHECK_ROWS_MAX; i++) {
    rows[i] = i;
    bit_set(v.valid, i);
    ((TextRef *)v.data)[i] = text_ref("seven..", 7);
  }
  const uint64_t n = (64 << 20) / 8 / CHECK_ROWS_MAX;
  for (uint64_t i = 0; i < n; i++) fold_rows(&call, &s, &v, rows, CHECK_ROWS_MAX, i * 1000);
  CHECK(s.arena.total_bytes < 4 * 64 << 20);
  StrBuf text = {0};
  emit_state(&call, &s, &text);
  CHECK_INT(text.len, n * CHECK_ROWS_MAX * 8 - 1);
  strbuf_deinit(&text);
  arena_deinit(&s.arena);
  vector_free(&v);
}

int main(void) {
  AggCall all = check_bind("BOOL_AND", type_of(TYPE_BOOLEAN), true);
  AggCall any = check_bind("BOOL_OR", type_of(TYPE_BOOLEAN), false);
  check_random(&all, bool_model);
  check_random(&any, bool_model);
  check_first_last();
  check_lists();
  check_room("LAST_VALUE");
  check_room("MAX");
  check_large_list();
  return check_done();
}
