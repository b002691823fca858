/* out_exchange.c -- the partitioner: every row to the worker that owns its key's hash.
 *
 * A row goes to one of three builders of its consumer: plain rows, rows with a mark (few), or
 * partials.  Marks are for windows only; where a window's aggregates depend on the order of rows,
 * all rows go the way of marked ones and so keep it.  The hash travels along.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/groups.h"
#include "exec/run/out_op.h"
#include "exec/state/key.h"

typedef enum Kind { ROWS, MARKED, PARTIALS, N_KINDS } Kind;

typedef struct OutExchange {
  Op op;
  Instance *instance;
  Edge *edge;
  uint32_t n_consumers; /* when it was made */
  OutHooks hooks;
  OrderTag tag;
  KeySpec key[2]; /* of rows, of partials */
  KeyBatch *keys;
  BatchShape shape[N_KINDS];
  BatchBuilder **open[N_KINDS]; /* [consumer], NULL: none */
  GroupLayout partial_layout;   /* only for the types of partials */
  bool has_partials;
  Arena arena;
} OutExchange;

/* --- life --------------------------------------------------------------------------- */

static bool shape_of_rows(OutExchange *self, const OpSpec *exchange) {
  uint32_t n = exchange->n_fields;
  Type *types = arena_try_alloc(&self->arena, (n + 1) * sizeof *types, 8);
  if (types == NULL) return false;
  for (uint32_t i = 0; i < n; i++) types[i] = exchange->fields[i].type;
  self->shape[ROWS] =
      (BatchShape){.types = types, .n_cols = n, .with_hash = true, .with_kind = exchange->updating};
  self->shape[MARKED] = self->shape[ROWS];
  self->shape[MARKED].with_mark = true;
  const ExchangeSpec *spec = &exchange->u.exchange;
  return key_spec_of_rows(&self->key[PORT_ROWS], &self->arena, types, spec->keys, spec->n_keys);
}

/* If a local aggregate feeds the exchange: the columns of its partials. */
static bool shape_of_partials(OutExchange *self, const OpSpec *exchange) {
  const OpSpec *local = exchange->inputs[0];
  const OpSpec *rows = local->n_inputs > 0 ? local->inputs[0] : NULL;
  if (local->id != OP_LOCAL_WINDOW_AGG && local->id != OP_LOCAL_GROUP_AGG) return true;
  OpGrouping g;
  op_grouping(local, &g);
  if (!group_layout_init(&self->partial_layout, g.keys, g.n_keys, g.aggs, g.n_aggs, rows->fields,
                         rows->n_fields, true)) {
    return false;
  }
  self->has_partials = true;
  self->shape[PARTIALS] = (BatchShape){.types = self->partial_layout.partial_types,
                                       .n_cols = self->partial_layout.n_partial_cols,
                                       .with_hash = true};
  self->key[PORT_PARTIALS] = self->partial_layout.partial_key;
  return true;
}

static Code exchange_open(Op *op) {
  OutExchange *self = (OutExchange *)op;
  self->keys = key_batch_new();
  bool ok = self->keys != NULL && shape_of_rows(self, self->edge->spec) &&
            shape_of_partials(self, self->edge->spec);
  for (int k = 0; ok && k < N_KINDS; k++) {
    self->open[k] = arena_try_alloc(&self->arena, self->n_consumers * sizeof **self->open, 8);
    ok = self->open[k] != NULL;
    if (ok) memset(self->open[k], 0, self->n_consumers * sizeof **self->open);
  }
  return ok ? OK : op_no_memory(op);
}

static void exchange_close(Op *op) {
  OutExchange *self = (OutExchange *)op;
  for (int k = 0; k < N_KINDS; k++) {
    for (uint32_t c = 0; self->open[k] != NULL && c < self->n_consumers; c++) {
      if (self->open[k][c] != NULL) batch_builder_free(self->open[k][c]);
    }
  }
  key_batch_free(self->keys);
  if (self->has_partials) group_layout_deinit(&self->partial_layout);
  arena_deinit(&self->arena);
}

/* --- sending ------------------------------------------------------------------------ */

static Code send(OutExchange *self, Kind kind, uint32_t consumer) {
  BatchBuilder *b = self->open[kind][consumer];
  if (b == NULL) return OK;
  Parcel *p = parcel_new();
  if (p == NULL) return op_no_memory(&self->op);
  self->open[kind][consumer] = NULL;
  p->tag = self->tag;
  p->port = self->edge->port;
  p->n_rows = b->batch.rows;
  p->size_bytes = batch_builder_bytes(b);
  if (kind == ROWS) p->rows = b;
  if (kind == MARKED) p->marked = b;
  if (kind == PARTIALS) p->partials = b;
  self->hooks.deliver(self->hooks.arg, self->instance, self->edge, consumer, p);
  return OK;
}

static Code exchange_chunk_end(Op *op) {
  OutExchange *self = (OutExchange *)op;
  for (uint32_t c = 0; c < self->n_consumers; c++) {
    for (Kind k = ROWS; k < N_KINDS; k++) TRY(send(self, k, c));
  }
  return OK;
}

/* Append rows of a batch to a consumer's builder, sending it whenever it is full. */
static Code append(OutExchange *self, Kind kind, uint32_t consumer, const Batch *in,
                   const uint16_t *rows, uint32_t n) {
  while (n > 0) {
    BatchBuilder **b = &self->open[kind][consumer];
    if (*b == NULL) *b = batch_builder_new(self->shape[kind]);
    if (*b == NULL) return op_no_memory(&self->op);
    uint32_t take = batch_builder_room(*b) < n ? batch_builder_room(*b) : n;
    if (!batch_builder_append(*b, in, rows, take)) return op_no_memory(&self->op);
    if (batch_builder_room(*b) == 0) TRY(send(self, kind, consumer));
    rows += take;
    n -= take;
  }
  return OK;
}

/* The instance that owns a hash: key groups are cut into contiguous runs, so owners have ascending
 * ranges of hashes (INV-4). */
static inline uint32_t owner_of(uint64_t hash, uint32_t n_consumers) {
  uint32_t group = (uint32_t)((UInt128)hash * KEY_GROUPS >> 64);
  return (uint32_t)((uint64_t)group * n_consumers / KEY_GROUPS);
}

/* Split rows by owner; those of an owner keep their order. */
static Code append_by_owner(OutExchange *self, Kind kind, const Batch *in, const uint16_t *rows,
                            uint32_t n) {
  uint32_t consumers = self->n_consumers;
  if (consumers == 1) return append(self, kind, 0, in, rows, n);
  uint16_t part[BATCH_ROWS];
  uint8_t owner[BATCH_ROWS];
  static_assert(WORKERS_MAX <= 256, "an owner is a byte");
  for (uint32_t i = 0; i < n; i++) owner[i] = (uint8_t)owner_of(in->hash[rows[i]], consumers);
  for (uint32_t c = 0; c < consumers; c++) {
    uint32_t m = 0;
    for (uint32_t i = 0; i < n; i++) {
      part[m] = rows[i];
      m += owner[i] == c;
    }
    if (m > 0) TRY(append(self, kind, c, in, part, m));
  }
  return OK;
}

static Code append_rows(OutExchange *self, const Batch *in, uint16_t *rows, uint32_t n) {
  if (self->edge->ordered) return append_by_owner(self, MARKED, in, rows, n);
  if (in->mark == NULL || !self->edge->marks) return append_by_owner(self, ROWS, in, rows, n);
  uint16_t marked[BATCH_ROWS];
  uint32_t m = 0, left = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (in->mark[rows[i]] != MICROS_MIN) {
      marked[m++] = rows[i];
    } else {
      rows[left++] = rows[i];
    }
  }
  TRY(append_by_owner(self, ROWS, in, rows, left));
  return append_by_owner(self, MARKED, in, marked, m);
}

static Code exchange_push(Op *op, OpPort port, const Batch *in) {
  OutExchange *self = (OutExchange *)op;
  if (!order_tag_same(self->tag, op->ctx->tag)) {
    TRY(exchange_chunk_end(op)); /* what is open has the old tag */
    self->tag = op->ctx->tag;
  }
  uint16_t rows[BATCH_ROWS];
  uint64_t packed[BATCH_ROWS], by_row[BATCH_ROWS];
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  Batch hashed = *in;
  hashed.hash = NULL;
  if (!key_hashes(self->keys, &self->key[port], &hashed, rows, n, packed)) return op_no_memory(op);
  for (uint32_t i = 0; i < n; i++) by_row[rows[i]] = packed[i];
  hashed.hash = by_row;
  if (port == PORT_PARTIALS) return append_by_owner(self, PARTIALS, &hashed, rows, n);
  return append_rows(self, &hashed, rows, n);
}

static const OpTable exchange_table = {.name = "Exchange",
                                       .size = sizeof(OutExchange),
                                       .open = exchange_open,
                                       .push = exchange_push,
                                       .chunk_end = exchange_chunk_end,
                                       .close = exchange_close};

Op *out_exchange_new(Instance *instance, Edge *edge, const OutHooks *hooks) {
  OutExchange *self = (OutExchange *)op_new(&exchange_table, &instance->ctx);
  if (self == NULL) return NULL;
  self->instance = instance;
  self->edge = edge;
  self->n_consumers = edge->n_consumers;
  self->hooks = *hooks;
  return &self->op;
}
