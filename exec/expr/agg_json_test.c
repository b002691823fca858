/* agg_json_test.c -- JSON_ARRAYAGG and JSON_OBJECTAGG against models that read the whole column. */
#include "exec/data/json_quote.h"
#include "exec/expr/agg_check.h"
#include "exec/expr/json_member.h"

enum { KEYS_MAX = CHECK_ROWS_MAX, KEY_BYTES = 24 };

/* Key i of n, in the order of keys: some are long, one is empty. */
static Str key_text(uint32_t i, char *out) {
  int len = i == 0 ? 0 : snprintf(out, KEY_BYTES, i % 2 == 0 ? "k%03u" : "k%03u-of-the-long", i);
  return (Str){out, (size_t)len};
}

static Str item_text(uint64_t random, char *out) {
  static const char *const items[] = {
      "1", "null", "\"a text of some length\"", "[1,2]", "{\"a\":\"b\"}", "-0.5", "\"\""};
  const char *item = items[random % COUNT_OF(items)];
  size_t len = strlen(item);
  memcpy(out, item, len);
  return (Str){out, len};
}

/* --- models ----------------------------------------------------------------------------- */

static void put_result(StrBuf *all, StrBuf *out) {
  TextRef text = text_ref(strbuf_text(all), all->len);
  const Vector result = {.type = type_string(), .data = &text};
  batch_value_to_text(&result, 0, out);
  strbuf_deinit(all);
}

static Str text_of(const Vector *v, uint32_t row) {
  return text_str((const TextRef *)v->data + row);
}

static void array_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  StrBuf all = {0};
  (void)call;
  strbuf_putc(&all, '[');
  for (uint32_t i = 0; i < n; i++) {
    if (!vector_valid(v, i)) continue;
    if (all.len > 1) strbuf_putc(&all, ',');
    strbuf_str(&all, text_of(v, i));
  }
  strbuf_putc(&all, ']');
  put_result(&all, out);
}

/* The member of a key; n: there is none. */
static uint32_t find_key(const Vector *v, uint32_t n, Str key, uint32_t from) {
  for (; from < n; from++) {
    if (vector_valid(v, from) && str_eq(json_member_key(text_of(v, from)), key)) break;
  }
  return from;
}

/* Goes through all keys in order, and not through the column. */
static void object_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  StrBuf all = {0};
  char bytes[KEY_BYTES];
  (void)call;
  strbuf_putc(&all, '{');
  for (uint32_t i = 0; i < KEYS_MAX; i++) {
    Str key = key_text(i, bytes);
    uint32_t at = find_key(v, n, key, 0);
    if (at == n) continue;
    if (find_key(v, n, key, at + 1) < n) {
      strbuf_printf(out, "error: the key '%.*s' comes more than once in JSON_OBJECTAGG",
                    (int)key.len, key.ptr);
      strbuf_deinit(&all);
      return;
    }
    if (all.len > 1) strbuf_putc(&all, ',');
    json_put_string(&all, key);
    strbuf_putc(&all, ':');
    strbuf_str(&all, json_member_value(text_of(v, at)));
  }
  strbuf_putc(&all, '}');
  put_result(&all, out);
}

/* --- columns ---------------------------------------------------------------------------- */

static void put_row(Vector *v, uint32_t row, Arena *arena, bool member, uint32_t key,
                    uint64_t *seed) {
  char bytes[JSON_MEMBER_HEAD + KEY_BYTES + 64];
  size_t len = 0;
  if (rng_next(seed) % 5 == 0) return;
  if (member) {
    Str text = key_text(key, bytes + JSON_MEMBER_HEAD);
    json_member_head(bytes, (uint32_t)text.len);
    len = JSON_MEMBER_HEAD + text.len;
  }
  len += item_text(rng_next(seed), bytes + len).len;
  bit_set(v->valid, row);
  ((TextRef *)v->data)[row] = text_ref(arena_strndup(arena, bytes, len), len);
}

/* Keys in random order; with_duplicate: one of them stands for two. */
static void check_random(const char *name, Model *model, bool with_duplicate) {
  static const uint32_t lengths[] = {0, 1, 2, 3, 10, 65, CHECK_ROWS_MAX};
  const bool member = strcmp(name, "JSON_OBJECTAGG") == 0;
  const Type type = member ? type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX) : type_string();
  AggCall call = check_bind(name, type, false);
  uint64_t seed = 11;
  for (size_t i = 0; i < COUNT_OF(lengths); i++) {
    const uint32_t n = lengths[i];
    uint32_t keys[CHECK_ROWS_MAX];
    Arena arena = {0};
    Vector v = vector_new(type, n);
    for (uint32_t row = 0; row < n; row++) keys[row] = row;
    for (uint32_t row = 1; row < n; row++) { /* shuffled */
      uint32_t other = (uint32_t)(rng_next(&seed) % (row + 1)), key = keys[row];
      keys[row] = keys[other];
      keys[other] = key;
    }
    if (with_duplicate && n > 1) keys[n / 2] = keys[n - 1];
    for (uint32_t row = 0; row < n; row++) put_row(&v, row, &arena, member, keys[row], &seed);
    check_column(&call, &v, n, model, &seed);
    vector_free(&v);
    arena_deinit(&arena);
  }
}

int main(void) {
  check_random("JSON_ARRAYAGG", array_model, false);
  check_random("JSON_OBJECTAGG", object_model, false);
  check_random("JSON_OBJECTAGG", object_model, true);
  return check_done();
}
