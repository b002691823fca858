/* nested_test.c -- nested values made, read, compared and printed; against damage. */
#include "exec/data/nested.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exec/data/nested_text.h"
#include "exec/data/rng.h"

static Arena arena;

static Type not_null(TypeKind kind) { return type_not_null(type_of(kind)); }

static const char *type_text_of(Type t) {
  StrBuf b = {0};
  type_print(t, &b);
  return strbuf_keep(&b, &arena);
}

static const char *text_of(Type t, TextRef v) {
  StrBuf b = {0};
  nested_print(t, text_str(&v), zone_utc(), NESTED_CAST, &b);
  return strbuf_keep(&b, &arena);
}

static Value int_value(int64_t i) { return value_int(type_of(TYPE_INT), i); }
static Value str_value(const char *s) { return value_text(type_string(), str_of(s)); }

static TextRef ints(const Value *items, uint32_t n) {
  TextRef out;
  CHECK(array_make(&arena, type_array(type_of(TYPE_INT)), items, n, &out));
  return out;
}

static void test_types(void) {
  const char *names[] = {"a", "b`c"};
  const Type fields[] = {type_of(TYPE_INT), type_array(type_string())};
  Type row = type_row(fields, names, 2);
  CHECK_STR(type_text_of(row), "ROW<`a` INT, `b``c` ARRAY<STRING>>");
  CHECK_STR(type_text_of(type_map(type_string(), not_null(TYPE_INT))), "MAP<STRING, INT NOT NULL>");
  CHECK_STR(type_text_of(type_multiset(type_string())), "MULTISET<STRING>");
  CHECK(row.shape == type_row(fields, names, 2).shape);
  CHECK(row.shape->depth == 2);
  CHECK(type_same(type_array(type_of(TYPE_INT)), type_array(not_null(TYPE_INT))));
  CHECK(type_array(type_of(TYPE_INT)).shape != type_array(not_null(TYPE_INT)).shape);
  CHECK(!type_same(type_array(type_of(TYPE_INT)), type_array(type_of(TYPE_BIGINT))));
  CHECK(!type_same(row, type_row(fields, (const char *[]){"a", "c"}, 2)));
  CHECK(type_field(row, STR("b`c")) == 1 && type_field(row, STR("x")) == -1);
}

static void test_array(void) {
  Type t = type_array(type_of(TYPE_INT));
  const Value items[] = {int_value(7), value_null(type_of(TYPE_INT)), int_value(-1)};
  TextRef v = ints(items, 3);
  Items read = array_items(t, text_str(&v));
  CHECK(read.n == 3 && items_get(&read, 0).as.i == 7 && items_get(&read, 1).null);
  CHECK(items_get(&read, 2).as.i == -1);
  CHECK_STR(text_of(t, v), "[7, NULL, -1]");
  CHECK_STR(text_of(t, ints(items, 0)), "[]");
}

static void test_map(void) {
  Type t = type_map(type_string(), type_of(TYPE_INT));
  Value keys[] = {str_value("b"), str_value("a long key of the map"), str_value("b")};
  Value values[] = {int_value(1), int_value(2), int_value(3)};
  TextRef v;
  CHECK(map_make(&arena, t, keys, values, 3, &v));
  CHECK_STR(text_of(t, v), "{a long key of the map=2, b=3}");
  Value found, b = str_value("b"), c = str_value("c");
  CHECK(map_find(t, text_str(&v), &b, &found) && found.as.i == 3);
  CHECK(!map_find(t, text_str(&v), &c, &found));
  CHECK(nested_count(t, text_str(&v)) == 2);
}

static Type sample_row(void) {
  const char *names[] = {"f", "s", "d", "in", "b"};
  const Type fields[] = {type_of(TYPE_DOUBLE), type_string(), type_decimal(30, 2),
                         type_array(type_of(TYPE_INT)), type_of(TYPE_BOOLEAN)};
  return type_row(fields, names, 5);
}

static void test_row(void) {
  Type t = sample_row();
  const Value one = int_value(1);
  TextRef inner = ints(&one, 1), v;
  Value fields[] = {value_double(type_of(TYPE_DOUBLE), 1.5), value_null(type_string()),
                    value_decimal(type_decimal(30, 2), 123),
                    value_text(t.shape->types[3], text_str(&inner)),
                    value_int(type_of(TYPE_BOOLEAN), 1)};
  CHECK(row_make(&arena, t, fields, &v));
  CHECK_STR(text_of(t, v), "(1.5, NULL, 1.23, [1], TRUE)");
  CHECK(row_field(t, text_str(&v), 1).null);
  CHECK(row_field(t, text_str(&v), 4).as.i == 1);
}

/* Equal values are equal bytes. */
static void test_one_form(void) {
  Type t = type_array(type_of(TYPE_DOUBLE));
  const Value a[] = {value_double(type_of(TYPE_DOUBLE), -0.0),
                     value_double(type_of(TYPE_DOUBLE), -__builtin_nan("7"))};
  const Value b[] = {value_double(type_of(TYPE_DOUBLE), 0.0),
                     value_double(type_of(TYPE_DOUBLE), __builtin_nan(""))};
  TextRef x, y;
  CHECK(array_make(&arena, t, a, 2, &x) && array_make(&arena, t, b, 2, &y));
  CHECK(text_equal(&x, &y));
}

static void test_order(void) {
  Type t = type_array(type_of(TYPE_INT));
  const Value items[] = {int_value(1), int_value(300), int_value(2), value_null(type_of(TYPE_INT))};
  TextRef low = ints(items, 1), longer = ints(items, 2), high = ints(items + 1, 1),
          null = ints(items + 3, 1);
  CHECK(nested_compare(t, text_str(&low), text_str(&longer)) < 0);
  CHECK(nested_compare(t, text_str(&longer), text_str(&high)) < 0);
  CHECK(nested_compare(t, text_str(&null), text_str(&low)) < 0);
  CHECK(nested_compare(t, text_str(&high), text_str(&high)) == 0);
}

/* Whatever the bytes are, reading stays within them (a sanitizer watches) and ends. */
static void test_damage(void) {
  const Type types[] = {sample_row(), type_array(sample_row()),
                        type_map(type_string(), type_array(type_of(TYPE_INT))),
                        type_multiset(type_string())};
  uint64_t rng = 42;
  for (int round = 0; round < 20000; round++) {
    Type t = types[rng_next(&rng) % COUNT_OF(types)];
    size_t len = rng_next(&rng) % 80;
    char *exact = malloc(len > 0 ? len : 1);
    CHECK(exact != NULL);
    for (size_t i = 0; i < len; i++) {
      uint64_t r = rng_next(&rng);
      exact[i] = (char)(r % 3 == 0 ? r >> 8 : r >> 8 & 3);
    }
    StrBuf out = {0};
    nested_print(t, (Str){exact, len}, zone_utc(), NESTED_SHOW, &out);
    CHECK(nested_compare(t, (Str){exact, len}, (Str){exact, len}) == 0);
    strbuf_deinit(&out);
    free(exact);
  }
}

int main(void) {
  test_types();
  test_array();
  test_map();
  test_row();
  test_one_form();
  test_order();
  test_damage();
  arena_deinit(&arena);
  return check_done();
}
