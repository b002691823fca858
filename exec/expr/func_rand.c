/* func_rand.c -- RAND, RAND_INTEGER, UUID: random, but the same in every run.
 *
 * Each call in a plan has a generator per program, started from its seed argument or from
 * weir.seed, its place in the SQL text and its number: the calls in a view are at one place.  Rows
 * take numbers in the order in which the program sees them: with one worker a run repeats exactly;
 * with several, each has the same sequence and which rows it gets decides.
 *
 * The generator is that of exec/data/rng.h.
 */
#include <stdlib.h>

#include "exec/data/rng.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"

typedef struct Rand {
  uint64_t state; /* of rng_next */
} Rand;

static uint64_t rand_next(const KernelCall *k) { return rng_next(&((Rand *)k->state)->state); }

/* The seed is a constant in args[0], if the function was given one. */
static Code bind_seed(FuncBind *b, bool seeded) {
  int64_t seed;
  if (!seeded || bind_const_int(b, 0, &seed)) return OK;
  return func_bad_args(b, "a constant integer as seed");
}

Code bind_rand(FuncBind *b) {
  TRY(bind_shape(b, "l", type_not_null(type_of(TYPE_DOUBLE)), "a constant integer as seed"));
  return bind_seed(b, b->call->n_args == 1);
}

Code bind_rand_integer(FuncBind *b) {
  static const char takes[] = "a bound, or a constant integer as seed and a bound";
  bool seeded = b->call->n_args == 2;
  TRY(bind_shape(b, seeded ? "li" : "i", type_of(TYPE_INT), takes));
  b->call->type.nullable = bind_any_nullable(b);
  return bind_seed(b, seeded);
}

Code bind_uuid(FuncBind *b) {
  b->call->type = type_not_null(type_text(TYPE_CHAR, 36));
  return OK;
}

static uint64_t seed_of(const Expr *call, const ExprEnv *env) {
  uint64_t others = call->number > 0 ? call->number - 1 : 0;
  return env->seed + call->span.at + (others << 32);
}

Code rand_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  Rand *r = malloc(sizeof *r);
  if (r == NULL) return FAIL(err, ERR_MEMORY, call->span, "out of memory");
  bool has_bound = call->func->name[4] == '_';
  bool seeded = call->n_args > (has_bound ? 1 : 0);
  r->state = seeded ? (uint64_t)call->args[0]->value.as.i : seed_of(call, env);
  *state = r;
  return OK;
}

void rand_close(void *state) { free(state); }

Code kernel_rand(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    ((double *)k->out->data)[k->sel[i]] = (double)(rand_next(k) >> 11) * 0x1p-53;
  }
  return OK;
}

Code kernel_rand_integer(KernelCall *k) {
  const Vector *bounds = &k->args[k->n_args - 1];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    uint64_t bits = rand_next(k) >> 32;
    if (!row_valid(k, row)) continue;
    int64_t bound = ((const int32_t *)bounds->data)[vector_at(bounds, row)];
    if (bound <= 0) return func_fail(k, "a bound of %lld", (long long)bound);
    ((int32_t *)k->out->data)[row] = (int32_t)(bits * (uint64_t)bound >> 32);
  }
  return OK;
}

/* RFC 9562, version 4. */
Code kernel_uuid(KernelCall *k) {
  static const char hex[] = "0123456789abcdef";
  for (uint32_t i = 0; i < k->n; i++) {
    uint64_t words[2] = {rand_next(k), rand_next(k)};
    words[0] = (words[0] & ~UINT64_C(0xf000)) | 0x4000;
    words[1] = words[1] >> 2 | UINT64_C(1) << 63;
    char text[36];
    uint32_t digit = 0;
    for (uint32_t j = 0; j < sizeof text; j++) {
      bool dash = j == 8 || j == 13 || j == 18 || j == 23;
      text[j] = dash ? '-' : hex[words[digit / 16] >> (60 - 4 * (digit % 16)) & 15];
      digit += !dash;
    }
    if (!func_put_text(k, k->sel[i], text, sizeof text)) return func_no_memory(k);
  }
  return OK;
}
