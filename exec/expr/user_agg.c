/* user_agg.c -- aggregates of libraries.
 *
 * A state of ours is a pointer to memory in the groups' arena, where the function's own state lies
 * behind a word that says whose it is: a merge finds the function there.  A group without rows has
 * none; what such a group has as its result is that of a state of zeroes.
 */
#include <string.h>

#include "exec/data/gather.h"
#include "exec/expr/user_impl.h"

enum { CHUNK = 256 }; /* rows of a call: what the stack holds; a multiple of 64 */

typedef struct Held {
  _Alignas(16) const UserFunc *f;
  _Alignas(16) char state[];
} Held;

typedef struct HeldState {
  Held *held;
} HeldState;

static Held *held_new(const UserFunc *f, Arena *arena) {
  size_t size = sizeof(Held) + f->c->state_bytes;
  Held *h = arena_try_alloc(arena, size, 16);
  if (h == NULL) return NULL;
  memset(h, 0, size);
  h->f = f;
  return h;
}

/* The function's state, made where there is none.  NULL: no memory. */
static void *state_in(HeldState *s, const UserFunc *f, Arena *arena) {
  if (s->held == NULL) s->held = held_new(f, arena);
  return s->held != NULL ? s->held->state : NULL;
}

/* --- adding -------------------------------------------------------------------------- */

typedef struct Chunk {
  uint16_t rows[CHUNK];
  void *states[CHUNK];
  uint64_t arrival[CHUNK];
  _Alignas(16) char values[CHUNK * 16];
  uint64_t valid[BATCH_WORDS];
  uint32_t n;
} Chunk;

static bool update(const AggInput *in, const UserFunc *f, Chunk *c) {
  const ColumnRoom room = {c->values, c->valid};
  UserCall call = user_call(f, in->arena, in->arena);
  WeirArg arg;
  if (c->n == 0) return true;
  Vector column = gather_column(&room, in->values, pick_rows(c->rows, c->n));
  user_args(&column, 1, &arg);
  bool any_order = (f->c->flags & WEIR_ANY_ORDER) != 0;
  int failed = f->c->update(&call.to, c->states, &arg, c->n, any_order ? NULL : c->arrival);
  c->n = 0;
  return failed == 0 && !call.no_memory;
}

static bool add_user(const AggInput *in) {
  const UserFunc *f = in->params->user;
  bool strict = (f->c->flags & WEIR_STRICT) != 0;
  Chunk c;
  c.n = 0;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (strict && !vector_valid(in->values, row)) continue;
    void *state = state_in(in->states[i], f, in->arena);
    if (state == NULL) return false;
    c.rows[c.n] = (uint16_t)row;
    c.states[c.n] = state;
    c.arrival[c.n++] = in->arrival + row;
    if (c.n == CHUNK && !update(in, f, &c)) return false;
  }
  return update(in, f, &c);
}

static bool merge_chunk(const UserFunc *f, void *const *into, const void *const *from, uint32_t n,
                        Arena *arena) {
  UserCall call = user_call(f, arena, arena);
  return n == 0 || (f->c->merge(&call.to, into, from, n) == 0 && !call.no_memory);
}

static bool merge_user(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  void *to[CHUNK];
  const void *with[CHUNK];
  const UserFunc *f = NULL;
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    const HeldState *s = from[i];
    if (s->held == NULL) continue;
    f = s->held->f;
    to[m] = state_in(into[i], f, arena);
    if (to[m] == NULL) return false;
    with[m++] = s->held->state;
    if (m < CHUNK) continue;
    if (!merge_chunk(f, to, with, m, arena)) return false;
    m = 0;
  }
  return merge_chunk(f, to, with, m, arena);
}

/* --- results ------------------------------------------------------------------------- */

static Code value_chunk(const UserFunc *f, const void *const *states, uint32_t n, WeirResult *out,
                        const AggEmit *how) {
  UserCall call = user_call(f, how->arena, how->arena);
  int failed = f->c->value(&call.to, states, n, out);
  if (call.no_memory) return agg_no_memory(how);
  if (failed == 0 && user_check_result(f, out->values, out->valid, n, call.message)) return OK;
  return FAIL(how->err, ERR_DATA, how->span, "%s in %s",
              call.message[0] != '\0' ? call.message : "a failure", how->name);
}

static Code emit_user(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  const UserFunc *f = how->params->user;
  size_t size = phys_size(type_phys(f->result));
  const void *own[CHUNK];
  HeldState empty = {NULL};
  for (uint32_t at = 0; at < n; at += CHUNK) {
    uint32_t m = n - at < CHUNK ? n - at : CHUNK;
    for (uint32_t i = 0; i < m; i++) {
      const HeldState *s = states[at + i];
      own[i] = s->held != NULL ? s->held->state : state_in(&empty, f, how->arena);
      if (own[i] == NULL) return agg_no_memory(how);
    }
    WeirResult result = {(char *)out->data + at * size, out->valid + at / 64};
    user_clear_result(f, result.values, m);
    TRY(value_chunk(f, own, m, &result, how));
  }
  return OK;
}

/* --- snapshots ----------------------------------------------------------------------- */

static void save_user(const void *state, StateOut *out) {
  const HeldState *s = state;
  if (s->held == NULL) return;
  const UserFunc *f = s->held->f;
  if (f->c->save == NULL) {
    state_put(out, s->held->state, f->c->state_bytes);
    return;
  }
  Arena scratch = {0};
  UserCall call = user_call(f, &scratch, &scratch);
  call.save = out;
  if (f->c->save(&call.to, s->held->state) != 0 || call.no_memory) out->failed = true;
  arena_deinit(&scratch);
}

bool user_agg_load(const UserFunc *f, void *state, StateIn *in, Arena *arena) {
  size_t len = (size_t)(in->end - in->at);
  if (len == 0) return true;
  void *own = state_in(state, f, arena);
  if (own == NULL) return false;
  if (f->c->load == NULL) {
    if (len != f->c->state_bytes)
      state_bad(in);
    else
      memcpy(own, in->at, len);
  } else {
    UserCall call = user_call(f, arena, arena);
    int failed = f->c->load(&call.to, own, in->at, len);
    if (call.no_memory) return false;
    if (failed != 0) state_bad(in);
  }
  in->at = in->end;
  return true;
}

/* --- as an aggregate ------------------------------------------------------------------- */

void user_agg_init(UserFunc *f) {
  f->agg = (AggDef){
      .name = f->name, .least = 1, .most = 1, .param = PARAM_NONE, .doc = f->c->doc, .user = f};
  f->kernels = (AggKernels){.state_bytes = sizeof(HeldState),
                            .ordered = (f->c->flags & WEIR_ANY_ORDER) == 0,
                            .holistic = f->c->save != NULL,
                            .add = add_user,
                            .merge = merge_user,
                            .save = save_user,
                            .emit = emit_user};
}

void user_agg_bind(const UserFunc *f, AggCall *call) {
  call->params.user = f;
  call->kernels = &f->kernels;
  call->result = f->result;
}
