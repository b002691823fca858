/* agg_list.c -- LISTAGG: strings put together in the order of their arrival.
 *
 * Each string is kept with its arrival number, since slices of time are merged in another order.
 * The pieces are in order as long as rows are added alone; merging may mix them, and then they are
 * sorted when the result is made.  An empty string is a piece like any other.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/expr/agg_distinct.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/agg_pieces.h"
#include "exec/state/key.h"

typedef struct Piece {
  uint64_t arrival;
  uint32_t len;
  char bytes[];
} Piece;

typedef struct List {
  Pieces pieces;
  uint64_t n, bytes; /* pieces, and how long they are together */
  uint64_t newest;   /* greatest arrival */
  bool mixed;        /* not in order */
} List;

typedef struct ListState {
  List *list; /* in the arena; NULL: empty */
} ListState;

static size_t piece_size(uint32_t len) { return offsetof(Piece, bytes) + len; }

static bool append(ListState *s, uint64_t arrival, Str text, Arena *arena) {
  if (s->list == NULL) {
    s->list = arena_try_alloc(arena, sizeof *s->list, 8);
    if (s->list == NULL) return false;
    *s->list = (List){0};
  }
  List *list = s->list;
  Piece *p = pieces_append(&list->pieces, piece_size((uint32_t)text.len), arena);
  if (p == NULL) return false;
  p->arrival = arrival;
  p->len = (uint32_t)text.len;
  memcpy(p->bytes, text.ptr, text.len);
  list->mixed |= list->n > 0 && arrival < list->newest;
  if (list->n == 0 || arrival > list->newest) list->newest = arrival;
  list->n++;
  list->bytes += text.len;
  return true;
}

static bool add_pieces(const AggInput *in) {
  const TextRef *v = in->values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    Str text = text_str(&v[vector_at(in->values, row)]);
    if (!append(in->states[i], in->arrival + row, text, in->arena)) return false;
  }
  return true;
}

/* --- reading pieces --------------------------------------------------------------------- */

typedef struct PieceCursor {
  const PieceBlock *block;
  uint32_t at;
} PieceCursor;

static PieceCursor pieces_of(const List *list) {
  return (PieceCursor){list != NULL ? list->pieces.first : NULL, 0};
}

static const Piece *next_piece(PieceCursor *c) {
  while (c->block != NULL && c->at == c->block->used) *c = (PieceCursor){c->block->next, 0};
  if (c->block == NULL) return NULL;
  const Piece *p = (const Piece *)(const void *)(piece_block_bytes(c->block) + c->at);
  c->at += (uint32_t)((piece_size(p->len) + 7) & ~(size_t)7);
  return p;
}

static bool merge_lists(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    const ListState *b = from[i];
    PieceCursor c = pieces_of(b->list);
    for (const Piece *p; (p = next_piece(&c)) != NULL;) {
      if (!append(into[i], p->arrival, (Str){p->bytes, p->len}, arena)) return false;
    }
  }
  return true;
}

static void save_list(const void *state, StateOut *out) {
  const ListState *s = state;
  PieceCursor c = pieces_of(s->list);
  for (const Piece *p; (p = next_piece(&c)) != NULL;) {
    state_put_u64(out, p->arrival);
    state_put_str(out, (Str){p->bytes, p->len});
  }
}

static bool load_list(void *state, StateIn *in, Arena *arena) {
  while (in->at < in->end && !in->bad) {
    uint64_t arrival = state_get_u64(in);
    Str text = state_get_str(in);
    if (!append(state, arrival, text, arena)) return false;
  }
  return true;
}

static int by_arrival(const void *a, const void *b) {
  const Piece *x = *(Piece *const *)a, *y = *(Piece *const *)b;
  return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

/* The pieces by arrival; NULL: no memory. */
static const Piece **sorted_pieces(const List *list, Arena *arena) {
  const Piece **sorted = arena_try_alloc(arena, list->n * sizeof(Piece *), 8);
  if (sorted == NULL) return NULL;
  PieceCursor c = pieces_of(list);
  for (uint64_t i = 0; i < list->n; i++) sorted[i] = next_piece(&c);
  qsort(sorted, list->n, sizeof(Piece *), by_arrival);
  return sorted;
}

/* --- results ---------------------------------------------------------------------------- */

/* Where a result is written. */
typedef struct Joiner {
  Str separator;
  char *bytes, *at;
} Joiner;

/* Room for n strings of `bytes` bytes together. */
static Code joiner_init(Joiner *j, uint64_t n, uint64_t bytes, const AggEmit *how) {
  j->separator = how->params->separator;
  uint64_t total = bytes + (n - 1) * j->separator.len;
  if (total > TYPE_LENGTH_MAX) {
    return FAIL(how->err, ERR_LIMIT, how->span, "%s is longer than a STRING can be (%d bytes)",
                how->name, TYPE_LENGTH_MAX);
  }
  j->bytes = j->at = arena_try_alloc(how->arena, total + 1, 1);
  return j->bytes != NULL ? OK : agg_no_memory(how);
}

static void join(Joiner *j, Str text, bool first) {
  if (!first && j->separator.len > 0) {
    memcpy(j->at, j->separator.ptr, j->separator.len);
    j->at += j->separator.len;
  }
  if (text.len > 0) memcpy(j->at, text.ptr, text.len);
  j->at += text.len;
}

static TextRef joined(const Joiner *j) { return text_ref(j->bytes, (size_t)(j->at - j->bytes)); }

static Code emit_list(const List *list, const AggEmit *how, TextRef *out) {
  Joiner j = {0};
  const Piece **sorted = list->mixed ? sorted_pieces(list, how->arena) : NULL;
  if (list->mixed && sorted == NULL) return agg_no_memory(how);
  TRY(joiner_init(&j, list->n, list->bytes, how));
  PieceCursor c = pieces_of(list);
  for (uint64_t i = 0; i < list->n; i++) {
    const Piece *p = sorted != NULL ? sorted[i] : next_piece(&c);
    join(&j, (Str){p->bytes, p->len}, i == 0);
  }
  *out = joined(&j);
  return OK;
}

static Code emit_lists(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) {
    const ListState *s = states[i];
    if (s->list == NULL) {
      agg_store_null(out, i);
    } else {
      TRY(emit_list(s->list, how, (TextRef *)out->data + i));
    }
  }
  return OK;
}

/* --- DISTINCT ------------------------------------------------------------------------------- */

static Str decoded(const DistinctValue *v, TextRef *slot) {
  Vector one = {.type = type_string(), .data = slot};
  const char *at = v->bytes;
  key_decode(&one, 0, &at);
  return text_str(slot);
}

static Code emit_set(const DistinctValues *set, const AggEmit *how, TextRef *out) {
  const DistinctValue **sorted = agg_distinct_sorted(set, how->arena);
  if (sorted == NULL) return agg_no_memory(how);
  TextRef text;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < set->n; i++) bytes += decoded(sorted[i], &text).len;
  Joiner j = {0};
  TRY(joiner_init(&j, set->n, bytes, how));
  for (uint64_t i = 0; i < set->n; i++) join(&j, decoded(sorted[i], &text), i == 0);
  *out = joined(&j);
  return OK;
}

static Code emit_sets(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) {
    const DistinctState *s = states[i];
    if (s->set == NULL) {
      agg_store_null(out, i);
    } else {
      TRY(emit_set(s->set, how, (TextRef *)out->data + i));
    }
  }
  return OK;
}

static const AggKernels list_kernels = {.state_bytes = sizeof(ListState),
                                        .ordered = true,
                                        .holistic = true,
                                        .add = add_pieces,
                                        .merge = merge_lists,
                                        .save = save_list,
                                        .load = load_list,
                                        .emit = emit_lists};
static const AggKernels distinct_kernels = {.state_bytes = sizeof(DistinctState),
                                            .ordered = true,
                                            .holistic = true,
                                            .add = agg_distinct_add,
                                            .merge = agg_distinct_merge,
                                            .save = agg_distinct_save,
                                            .load = agg_distinct_load,
                                            .emit = emit_sets};

Code agg_bind_LISTAGG(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  if (!type_is_character(args[0])) {
    return agg_bad_type(call->name, args[0], "a STRING: CAST(x AS STRING)", span, err);
  }
  call->own_distinct = call->distinct;
  call->distinct = false;
  call->kernels = call->own_distinct ? &distinct_kernels : &list_kernels;
  call->result = type_string();
  return OK;
}
