/* user_func_test.c -- aggregates of a library, folded at once and in parts, saved, loaded and
 * damaged, against models.
 *
 *     user_func_test sql-tests/udf/udf_module.so
 */
#include "exec/expr/user_func.h"

#include "exec/expr/agg_check.h"

static AggCall bind(const char *library, const char *symbol) {
  const UserFunc *f;
  Error err = {.code = OK};
  uint32_t n;
  CHECK_INT(user_func_load(symbol, library, symbol, NO_SPAN, &f, &err), OK);
  CHECK(user_func_scalar(f) == NULL);
  AggCall call = {.text = symbol};
  CHECK_INT(agg_bind(user_func_agg(f), user_func_args(f, &n), 1, NO_SPAN, &call, &err), OK);
  CHECK_INT(n, 1);
  return call;
}

/* --- models -------------------------------------------------------------------------- */

static void xor_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  int64_t all = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (vector_valid(v, i)) all ^= ((const int64_t *)v->data)[i];
  }
  batch_value_to_text(&(Vector){.type = call->result, .data = &all}, 0, out);
}

static Str item(const Vector *v, uint32_t i) {
  return vector_valid(v, i) ? text_str((const TextRef *)v->data + i) : STR("-");
}

static void run_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  uint32_t longest = 0;
  Str best = STR("");
  for (uint32_t i = 0; i < n; i++) {
    uint32_t end = i;
    while (end < n && str_eq(item(v, i), item(v, end))) end++;
    if (end - i > longest) {
      longest = end - i;
      best = item(v, i);
    }
  }
  StrBuf text = {0};
  strbuf_printf(&text, "%ux %.*s", longest, (int)best.len, best.ptr);
  TextRef ref = text_ref(strbuf_text(&text), text.len);
  batch_value_to_text(&(Vector){.type = call->result, .data = &ref}, 0, out);
  strbuf_deinit(&text);
}

/* --- checks -------------------------------------------------------------------------- */

static const char some_bytes[] = "a text that is longer than twelve bytes";

static void put_random(Vector *v, uint32_t row, uint64_t *seed) {
  uint64_t random = rng_next(seed);
  if (random % 5 == 0) return;
  bit_set(v->valid, row);
  if (type_phys(v->type) == PHYS_I64) {
    ((int64_t *)v->data)[row] = (int64_t)(random >> 8);
  } else {
    ((TextRef *)v->data)[row] = text_ref(some_bytes, random % 2 == 0 ? sizeof some_bytes - 1 : 3);
  }
}

static void check_random(const AggCall *call, Model *model) {
  static const uint32_t lengths[] = {0, 1, 2, 10, 65, 257, CHECK_ROWS_MAX};
  uint64_t seed = 11;
  for (size_t i = 0; i < COUNT_OF(lengths); i++) {
    Vector v = vector_new(call->arg_type, lengths[i]);
    for (uint32_t row = 0; row < lengths[i]; row++) put_random(&v, row, &seed);
    check_column(call, &v, lengths[i], model, &seed);
    if (lengths[i] > 0) check_constant(call, &v, 5);
    vector_free(&v);
  }
}

/* One function for one name; another name is another one, of the same identity. */
static void check_names(const char *library) {
  const UserFunc *f, *again, *other;
  Error err = {.code = OK};
  CHECK_INT(user_func_load("f", library, "answer", NO_SPAN, &f, &err), OK);
  CHECK_INT(user_func_load("f", library, "answer", NO_SPAN, &again, &err), OK);
  CHECK_INT(user_func_load("g", library, "answer", NO_SPAN, &other, &err), OK);
  CHECK(f == again && f != other);
  CHECK_STR(user_func_identity(f), "udf_module.so:answer");
  CHECK_STR(func_identity(user_func_scalar(other)), "udf_module.so:answer");
  CHECK(func_identity(func_find(STR("ABS"))) == NULL);
  CHECK_INT(user_func_load("f", library, "nothing", NO_SPAN, &f, &err), ERR_NAME);
}

int main(int argc, char **argv) {
  assert(argc == 2);
  (void)argc;
  AggCall all = bind(argv[1], "bit_xor"), run = bind(argv[1], "longest_run");
  check_random(&all, xor_model);
  check_random(&run, run_model);
  check_names(argv[1]);
  return check_done();
}
