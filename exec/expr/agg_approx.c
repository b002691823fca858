/* agg_approx.c -- APPROX_COUNT_DISTINCT: HyperLogLog with a sparse form for small sets.
 *
 * Sparse form and precisions are those of HyperLogLog++ (Heule, Nunkesser, Hall, "HyperLogLog in
 * Practice", EDBT 2013): up to SPARSE_MAX values a set of 25-bit indexes, nearly exact; then 2^14
 * registers, with a standard error of 0.8%.  In place of that paper's tables of measured bias
 * stands the estimator of Ertl ("New cardinality estimation algorithms for HyperLogLog sketches",
 * 2017), which has none and needs no switch between two ranges.
 *
 * A state is a function of the set of hashes alone: the order of rows and of merging leaves no
 * trace, nor does the form, which depends on the number of indexes.
 */
#include <math.h>
#include <string.h>

#include "exec/expr/agg_kernels.h"
#include "exec/state/key.h"

enum {
  DENSE_BITS = 14, /* of a hash: which register */
  DENSE_REGISTERS = 1 << DENSE_BITS,
  DENSE_RANK_MAX = 64 - DENSE_BITS + 1,
  SPARSE_BITS = 25,
  RANK_BITS = 6,       /* of a cell: the rank behind the index */
  CELLS_FIRST = 4,     /* 16 bytes */
  SPARSE_CELLS = 2048, /* 8 KiB: half of the dense form */
  SPARSE_MAX = 1536,   /* indexes in them */
  DENSE = -1           /* in place of the number of cells */
};

typedef struct ApproxState {
  union {
    uint32_t *cells;    /* sparse, open addressing: index << RANK_BITS | rank; 0: free */
    uint8_t *registers; /* dense: greatest rank of each */
  } u;
  uint32_t n; /* sparse: indexes */
  int32_t n_cells;
} ApproxState;

/* Zeros before the first one bit among the low `bits` bits, and one; bits + 1 where there is none.
 */
static unsigned rank_of(uint64_t word, unsigned bits) {
  word <<= 64 - bits;
  return word == 0 ? bits + 1 : (unsigned)__builtin_clzll(word) + 1;
}

static uint32_t cell_of(uint64_t hash) {
  uint32_t index = (uint32_t)(hash >> (64 - SPARSE_BITS));
  return index << RANK_BITS | rank_of(hash, 64 - SPARSE_BITS);
}

/* --- dense ------------------------------------------------------------------------------ */

static void raise(uint8_t *registers, uint32_t at, unsigned rank) {
  if (registers[at] < rank) registers[at] = (uint8_t)rank;
}

static void add_hash_dense(uint8_t *registers, uint64_t hash) {
  raise(registers, (uint32_t)(hash >> (64 - DENSE_BITS)), rank_of(hash, 64 - DENSE_BITS));
}

/* What the hash of a cell would do to the registers. */
static void add_cell_dense(uint8_t *registers, uint32_t cell) {
  const unsigned more = SPARSE_BITS - DENSE_BITS;
  uint32_t index = cell >> RANK_BITS;
  unsigned rank = rank_of(index, more);
  if (rank > more) rank = more + (cell & ((1 << RANK_BITS) - 1));
  raise(registers, index >> more, rank);
}

static bool make_dense(ApproxState *s, Arena *arena) {
  uint8_t *registers = arena_try_alloc(arena, DENSE_REGISTERS, 16);
  if (registers == NULL) return false;
  memset(registers, 0, DENSE_REGISTERS);
  for (int32_t i = 0; i < s->n_cells; i++) {
    if (s->u.cells[i] != 0) add_cell_dense(registers, s->u.cells[i]);
  }
  s->u.registers = registers;
  s->n_cells = DENSE;
  return true;
}

/* --- sparse ----------------------------------------------------------------------------- */

static uint32_t *find_cell(uint32_t *cells, uint32_t n_cells, uint32_t index) {
  for (uint32_t at = index * UINT32_C(0x9E3779B1) >> 16;; at++) {
    uint32_t *cell = &cells[at & (n_cells - 1)];
    if (*cell == 0 || *cell >> RANK_BITS == index) return cell;
  }
}

static bool widen(ApproxState *s, Arena *arena) {
  uint32_t n = s->n_cells > 0 ? (uint32_t)s->n_cells * 2 : CELLS_FIRST;
  uint32_t *cells = arena_try_alloc(arena, n * sizeof *cells, 8);
  if (cells == NULL) return false;
  memset(cells, 0, n * sizeof *cells);
  for (int32_t i = 0; i < s->n_cells; i++) {
    uint32_t cell = s->u.cells[i];
    if (cell != 0) *find_cell(cells, n, cell >> RANK_BITS) = cell;
  }
  s->u.cells = cells;
  s->n_cells = (int32_t)n;
  return true;
}

static bool add_cell(ApproxState *s, uint32_t cell, Arena *arena) {
  if (s->n_cells == DENSE) {
    add_cell_dense(s->u.registers, cell);
    return true;
  }
  if (s->n_cells == 0 && !widen(s, arena)) return false;
  uint32_t *at = find_cell(s->u.cells, (uint32_t)s->n_cells, cell >> RANK_BITS);
  if (*at != 0) {
    if (*at < cell) *at = cell;
    return true;
  }
  if (s->n == SPARSE_MAX) {
    if (!make_dense(s, arena)) return false;
    add_cell_dense(s->u.registers, cell);
    return true;
  }
  *at = cell;
  /* A quarter of the cells stays free, so that a search ends. */
  if (++s->n * 4 > (uint32_t)s->n_cells * 3 - 4 && s->n_cells < SPARSE_CELLS)
    return widen(s, arena);
  return true;
}

/* --- kernels ---------------------------------------------------------------------------- */

static bool add_values(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    ApproxState *s = in->states[i];
    uint64_t hash = key_value_hash(in->values, row);
    if (s->n_cells == DENSE) {
      add_hash_dense(s->u.registers, hash);
    } else if (!add_cell(s, cell_of(hash), in->arena)) {
      return false;
    }
  }
  return true;
}

static bool merge_two(ApproxState *a, const ApproxState *b, Arena *arena) {
  if (b->n_cells != DENSE) {
    for (int32_t i = 0; i < b->n_cells; i++) {
      if (b->u.cells[i] != 0 && !add_cell(a, b->u.cells[i], arena)) return false;
    }
    return true;
  }
  if (a->n_cells != DENSE && !make_dense(a, arena)) return false;
  uint8_t *into = a->u.registers;
  const uint8_t *from = b->u.registers;
  for (uint32_t i = 0; i < DENSE_REGISTERS; i++) into[i] = into[i] > from[i] ? into[i] : from[i];
  return true;
}

static bool merge_approx(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    if (!merge_two(into[i], from[i], arena)) return false;
  }
  return true;
}

/* Dense: the registers, which are more bytes than cells can be.  Sparse: the cells in use. */
static_assert(DENSE_REGISTERS > SPARSE_MAX * sizeof(uint32_t), "the length tells the form");

static void save_approx(const void *state, StateOut *out) {
  const ApproxState *s = state;
  if (s->n_cells == DENSE) state_put(out, s->u.registers, DENSE_REGISTERS);
  for (int32_t i = 0; i < s->n_cells; i++) {
    if (s->u.cells[i] != 0) state_put_u32(out, s->u.cells[i]);
  }
}

static bool load_registers(ApproxState *s, StateIn *in, Arena *arena) {
  if (!make_dense(s, arena)) return false;
  state_get(in, s->u.registers, DENSE_REGISTERS);
  for (uint32_t i = 0; i < DENSE_REGISTERS; i++) {
    if (s->u.registers[i] <= DENSE_RANK_MAX) continue;
    s->u.registers[i] = 0;
    state_bad(in);
  }
  return true;
}

static bool load_approx(void *state, StateIn *in, Arena *arena) {
  const uint32_t rank_max = 64 - SPARSE_BITS + 1;
  if (in->end - in->at == DENSE_REGISTERS) return load_registers(state, in, arena);
  while (in->at < in->end && !in->bad) {
    uint32_t cell = state_get_u32(in), rank = cell & ((1 << RANK_BITS) - 1);
    if (rank == 0 || rank > rank_max || cell >> RANK_BITS >> SPARSE_BITS != 0) {
      state_bad(in);
    } else if (!add_cell(state, cell, arena)) {
      return false;
    }
  }
  return true;
}

/* Ertl's functions: what registers of rank 0, and of the greatest rank, add to the sum. */
static double sigma(double x) {
  double y = 1, z = x, before;
  if (x >= 1) return INFINITY;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z != before);
  return z;
}

static double tau(double x) {
  double y = 1, z = 1 - x, before;
  if (x <= 0 || x >= 1) return 0;
  do {
    x = sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  } while (z != before);
  return z / 3;
}

static double estimate_dense(const uint8_t *registers) {
  const double m = DENSE_REGISTERS;
  uint32_t with_rank[DENSE_RANK_MAX + 1] = {0};
  for (uint32_t i = 0; i < DENSE_REGISTERS; i++) with_rank[registers[i]]++;
  double z = m * tau(1 - with_rank[DENSE_RANK_MAX] / m);
  for (unsigned k = DENSE_RANK_MAX - 1; k > 0; k--) z = 0.5 * (z + with_rank[k]);
  z += m * sigma(with_rank[0] / m);
  return m * m / (2 * log(2) * z);
}

/* Linear counting: n of 2^25 indexes are taken. */
static double estimate_sparse(uint32_t n) {
  const double m = 1 << SPARSE_BITS;
  return -m * log1p(-(double)n / m);
}

static Code emit_approx(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  int64_t *counts = out->data;
  for (uint32_t i = 0; i < n; i++) {
    const ApproxState *s = states[i];
    counts[i] =
        llround(s->n_cells == DENSE ? estimate_dense(s->u.registers) : estimate_sparse(s->n));
  }
  return OK;
}

static const AggKernels approx_kernels = {.state_bytes = sizeof(ApproxState),
                                          .add = add_values,
                                          .merge = merge_approx,
                                          .save = save_approx,
                                          .load = load_approx,
                                          .emit = emit_approx};

Code agg_bind_APPROX_COUNT_DISTINCT(const Type *args, uint32_t n_args, Span span, AggCall *call,
                                    Error *err) {
  (void)args, (void)n_args, (void)span, (void)err;
  call->distinct = false;
  call->kernels = &approx_kernels;
  call->result = type_not_null(type_of(TYPE_BIGINT));
  return OK;
}
