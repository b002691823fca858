/* func_array_test.c -- functions over arrays against slow models: random arrays of several types,
 * small and large, with NULLs; and casts of arrays longer than a batch.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exec/data/nested.h"
#include "exec/data/nested_text.h"
#include "exec/data/rng.h"
#include "exec/expr/program.h"

static Arena arena;
static uint64_t rng = 7;

/* A list of values, and the model's results. */
typedef struct List {
  Value *items;
  uint32_t n;
} List;

enum { LIST_MAX = 3000 };

static List list_new(void) { return (List){ARENA_ARRAY(&arena, Value, 2 * LIST_MAX), 0}; }

static void list_add(List *l, Value v) {
  CHECK(l->n < 2 * LIST_MAX);
  l->items[l->n++] = v;
}

/* --- random values ------------------------------------------------------------------------- */

static Value random_text(Type t, uint32_t range) {
  char *text = ARENA_ARRAY(&arena, char, 40);
  uint64_t x = rng_next(&rng) % range;
  int n = snprintf(text, 40, x % 3 == 0 ? "%llu" : "a longer text %llu", (unsigned long long)x);
  return value_text(t, (Str){text, x == 0 ? 0 : (size_t)n});
}

static Value random_value(Type t, uint32_t range) {
  int64_t x = (int64_t)(rng_next(&rng) % range) - range / 2;
  if (rng_next(&rng) % 8 == 0) return value_null(t);
  if (type_phys(t) == PHYS_TEXT) return random_text(t, range);
  if (type_phys(t) == PHYS_F64 || type_phys(t) == PHYS_F32) {
    if (x == 1) return value_double(t, __builtin_nan(""));
    return value_double(t, x == 0 && rng_next(&rng) % 2 ? -0.0 : (double)x / 2);
  }
  if (t.kind == TYPE_DECIMAL) return value_decimal(t, (Int128)x * (t.precision > 18 ? 1 << 30 : 1));
  return value_int(t, type_phys(t) == PHYS_I8 ? x % 2 != 0 : x);
}

static List random_list(Type t) {
  static const uint32_t sizes[] = {1, 3, 10, 70, LIST_MAX};
  List l = list_new();
  uint32_t n = (uint32_t)(rng_next(&rng) % sizes[rng_next(&rng) % COUNT_OF(sizes)]);
  uint32_t range = rng_next(&rng) % 2 ? 5 : 1 + n;
  for (uint32_t i = 0; i < n; i++) list_add(&l, random_value(t, range));
  return l;
}

/* --- the models ---------------------------------------------------------------------------- */

static bool same(const Value *a, const Value *b) {
  if (a->null || b->null) return a->null == b->null;
  return value_compare(a, b) == 0;
}

static bool has(const List *l, const Value *v) {
  for (uint32_t i = 0; i < l->n; i++) {
    if (same(&l->items[i], v)) return true;
  }
  return false;
}

static List model_union(const List *a, const List *b) {
  List out = list_new();
  for (uint32_t i = 0; i < a->n; i++) {
    if (!has(&out, &a->items[i])) list_add(&out, a->items[i]);
  }
  for (uint32_t i = 0; i < b->n; i++) {
    if (!has(&out, &b->items[i])) list_add(&out, b->items[i]);
  }
  return out;
}

static List model_pick(const List *a, const List *b, bool in_both) {
  List out = list_new();
  for (uint32_t i = 0; i < a->n; i++) {
    if (has(b, &a->items[i]) == in_both && !has(&out, &a->items[i])) list_add(&out, a->items[i]);
  }
  return out;
}

static List model_distinct(const List *a) { return model_union(a, &(List){0}); }

static List model_concat(const List *a, const List *b) {
  List out = list_new();
  for (uint32_t i = 0; i < a->n; i++) list_add(&out, a->items[i]);
  for (uint32_t i = 0; i < b->n; i++) list_add(&out, b->items[i]);
  return out;
}

static List model_reverse(const List *a) {
  List out = list_new();
  for (uint32_t i = a->n; i > 0; i--) list_add(&out, a->items[i - 1]);
  return out;
}

/* By selection: each time the least of what is left. */
static List model_sort(const List *a, bool nulls_first) {
  List out = list_new(), left = model_concat(a, &(List){0});
  while (left.n > 0) {
    uint32_t least = 0;
    for (uint32_t i = 1; i < left.n; i++) {
      const Value *x = &left.items[i], *y = &left.items[least];
      bool less = x->null || y->null ? (nulls_first ? x->null && !y->null : y->null && !x->null)
                                     : value_compare(x, y) < 0;
      if (less) least = i;
    }
    list_add(&out, left.items[least]);
    left.items[least] = left.items[--left.n];
  }
  return out;
}

/* --- calling ------------------------------------------------------------------------------- */

static Expr *array_expr(Type item, const List *l) {
  Value v = {.type = type_array(item)};
  CHECK(array_make(&arena, v.type, l->items, l->n, &v.as.text));
  return expr_const(&arena, v, NO_SPAN);
}

static Value call(const char *name, Expr *a, Expr *b) {
  Expr **args = ARENA_ARRAY(&arena, Expr *, 2), *e;
  ExprEnv env = {.zone = zone_utc()};
  Error err = {.code = OK};
  Value out;
  args[0] = a;
  args[1] = b;
  CHECK(func_call(&arena, &env, name, NO_SPAN, args, b != NULL ? 2 : 1, &e, &err) == OK);
  CHECK(expr_eval(&arena, e, &env, &out, &err) == OK);
  return out;
}

static const char *shown(Type t, Str value) {
  StrBuf b = {0};
  nested_print(t, value, zone_utc(), NESTED_CAST, &b);
  return strbuf_keep(&b, &arena);
}

/* The result is the model's list, in its one form. */
static void expect(const char *name, Type item, Value got, List want) {
  Type array = type_array(item);
  TextRef bytes;
  CHECK(array_make(&arena, array, want.items, want.n, &bytes));
  if (!got.null && text_equal(&bytes, &got.as.text)) return;
  printf("%s of %u items: ", name, want.n);
  CHECK_STR(got.null ? "NULL" : shown(array, text_str(&got.as.text)),
            shown(array, text_str(&bytes)));
}

static void expect_value(const char *name, Value got, const Value *want) {
  if (same(&got, want)) return;
  printf("%s\n", name);
  CHECK(false);
}

static void test_sets(Type t, const List *a, const List *b) {
  Expr *x = array_expr(t, a), *y = array_expr(t, b);
  expect("ARRAY_UNION", t, call("ARRAY_UNION", x, y), model_union(a, b));
  expect("ARRAY_EXCEPT", t, call("ARRAY_EXCEPT", x, y), model_pick(a, b, false));
  expect("ARRAY_INTERSECT", t, call("ARRAY_INTERSECT", x, y), model_pick(a, b, true));
  expect("ARRAY_DISTINCT", t, call("ARRAY_DISTINCT", x, NULL), model_distinct(a));
  expect("ARRAY_CONCAT", t, call("ARRAY_CONCAT", x, y), model_concat(a, b));
  expect("ARRAY_REVERSE", t, call("ARRAY_REVERSE", x, NULL), model_reverse(a));
}

static void test_order(Type t, const List *a) {
  Expr *x = array_expr(t, a);
  List up = model_sort(a, true), last = model_sort(a, false), down = model_reverse(&up);
  Expr *falsehood = expr_const(&arena, value_int(type_of(TYPE_BOOLEAN), 0), NO_SPAN);
  const Value none = value_null(t);
  expect("ARRAY_SORT", t, call("ARRAY_SORT", x, NULL), up);
  expect("ARRAY_SORT", t, call("ARRAY_SORT", x, falsehood), down);
  expect_value("ARRAY_MIN", call("ARRAY_MIN", x, NULL), last.n > 0 ? &last.items[0] : &none);
  expect_value("ARRAY_MAX", call("ARRAY_MAX", x, NULL), up.n > 0 ? &up.items[up.n - 1] : &none);
}

/* The first place of an item, by looking. */
static void test_search(Type t, const List *a) {
  Value v = random_value(t, 6);
  Expr *x = array_expr(t, a), *item = expr_const(&arena, v, NO_SPAN);
  List rest = list_new();
  int64_t at = 0;
  for (uint32_t i = 0; i < a->n; i++) {
    if (!same(&a->items[i], &v)) {
      list_add(&rest, a->items[i]);
    } else if (at == 0) {
      at = i + 1;
    }
  }
  CHECK((call("ARRAY_CONTAINS", x, item).as.i != 0) == (at > 0));
  Value got = call("ARRAY_POSITION", x, item);
  CHECK(v.null ? got.null : got.as.i == at);
  expect("ARRAY_REMOVE", t, call("ARRAY_REMOVE", x, item), rest);
  List more = model_concat(a, &(List){&v, 1}), before = model_concat(&(List){&v, 1}, a);
  expect("ARRAY_APPEND", t, call("ARRAY_APPEND", x, item), more);
  expect("ARRAY_PREPEND", t, call("ARRAY_PREPEND", x, item), before);
}

/* Every item is cast, however many batches' worth there are. */
static void test_cast(Type t, const List *a) {
  ExprEnv env = {.zone = zone_utc()};
  Error err = {.code = OK};
  Expr *strings, *back;
  Value out;
  Type text = type_array(type_string());
  CHECK(expr_cast_explicit(&arena, array_expr(t, a), text, false, NO_SPAN, &strings, &err) == OK);
  CHECK(expr_cast_explicit(&arena, strings, type_array(t), false, NO_SPAN, &back, &err) == OK);
  CHECK(expr_eval(&arena, back, &env, &out, &err) == OK);
  expect("CAST", t, out, *a);
}

int main(void) {
  const Type types[] = {type_of(TYPE_INT),      type_string(),          type_of(TYPE_DOUBLE),
                        type_decimal(30, 2),    type_of(TYPE_BIGINT),   type_of(TYPE_BOOLEAN),
                        type_of(TYPE_SMALLINT), type_of(TYPE_FLOAT),    type_decimal(9, 3),
                        type_of(TYPE_DATE),     type_time(TYPE_TIME, 0)};
  for (int round = 0; round < 300; round++) {
    Type t = types[(size_t)round % COUNT_OF(types)];
    List a = random_list(t), b = random_list(t);
    test_sets(t, &a, &b);
    if (a.n < 600) test_order(t, &a); /* the model's time grows with the square */
    test_search(t, &a);
    if (t.kind != TYPE_TIME && t.kind != TYPE_DATE) test_cast(t, &a);
    arena_reset(&arena);
  }
  arena_deinit(&arena);
  return check_done();
}
