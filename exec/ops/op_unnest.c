/* op_unnest.c -- UNNEST: a row for each item of a collection, beside the row that it is of.
 *
 * Input columns are picked, items are taken from the value's bytes; both borrow their text, so that
 * nothing is kept beyond a push.  Rows come out in the order of the input, with its marks, kinds
 * and hashes, in batches that are full.
 *
 *   ARRAY<T>       item                 MAP<K, V>    key, value
 *   ARRAY<ROW>     the item's fields    MULTISET<T>  each item as often as it is in it
 *
 * An item that is a NULL ROW has no fields and gives no row, as in Flink.
 */
#include <string.h>

#include "exec/data/gather.h"
#include "exec/data/nested.h"
#include "exec/data/nested_parts.h"
#include "exec/expr/program.h"
#include "exec/ops/ops.h"

typedef struct OpUnnest {
  Op op;
  const UnnestSpec *spec;
  Type type;              /* of the collection */
  uint32_t n_in, n_items; /* columns of the input, and of an item, without its number */
  Program *program;
  Arena arena;
  ColumnRoom *rooms;
  Vector *cols; /* of the batch that goes out: input, item, number */
  const Batch *in;
  uint32_t n;                /* rows gathered */
  uint16_t rows[BATCH_ROWS]; /* of the input, for each row that goes out */
  uint8_t kind[BATCH_ROWS];
  Micros mark[BATCH_ROWS];
  uint64_t hash[BATCH_ROWS];
} OpUnnest;

/* --- columns ------------------------------------------------------------------------------- */

static bool is_row(Type t) { return t.kind == TYPE_ROW; }

uint32_t unnest_columns(Type collection, const Type **types) {
  const TypeShape *shape = collection.shape;
  bool of_rows = collection.kind != TYPE_MAP && is_row(shape->types[0]);
  if (of_rows) shape = shape->types[0].shape;
  *types = shape->types;
  return collection.kind == TYPE_MAP || of_rows ? shape->n : 1;
}

static Code unnest_open(Op *op) {
  OpUnnest *self = (OpUnnest *)op;
  const UnnestSpec *spec = self->spec;
  const Type *items;
  self->type = spec->value->type;
  self->n_items = unnest_columns(self->type, &items);
  uint32_t n = spec->n_columns;
  self->n_in = n - self->n_items - spec->ordinality;
  Type *types = arena_try_alloc(&self->arena, n * sizeof *types, 8);
  self->cols = arena_try_alloc(&self->arena, n * sizeof *self->cols, 8);
  if (types == NULL || self->cols == NULL) return op_no_memory(op);
  for (uint32_t i = 0; i < n; i++) types[i] = spec->columns[i].type;
  self->rooms = column_rooms_new(&self->arena, types, n);
  if (self->rooms == NULL) return op_no_memory(op);
  for (uint32_t i = self->n_in; i < n; i++) {
    self->cols[i] =
        (Vector){.type = types[i], .data = self->rooms[i].data, .valid = self->rooms[i].valid};
  }
  Expr *value = spec->value;
  return program_new(&value, 1, op->ctx->env, &self->program, op->ctx->err);
}

/* --- what goes out ------------------------------------------------------------------------- */

static Code flush(OpUnnest *self) {
  const Batch *in = self->in;
  Pick pick = pick_rows(self->rows, self->n);
  if (self->n == 0) return OK;
  for (uint32_t i = 0; i < self->n_in; i++) {
    self->cols[i] = gather_column(&self->rooms[i], &in->cols[i], pick);
  }
  Batch out = {.rows = self->n, .n_cols = self->spec->n_columns, .cols = self->cols};
  if (in->kind != NULL) gather(self->kind, in->kind, sizeof *self->kind, pick);
  if (in->mark != NULL) gather(self->mark, in->mark, sizeof *self->mark, pick);
  if (in->hash != NULL) gather(self->hash, in->hash, sizeof *self->hash, pick);
  out.kind = in->kind != NULL ? self->kind : NULL;
  out.mark = in->mark != NULL ? self->mark : NULL;
  out.hash = in->hash != NULL ? self->hash : NULL;
  self->n = 0;
  return op_emit(&self->op, PORT_ROWS, &out);
}

/* One more row that goes out, of this row of the input; its columns behind are all valid. */
static Code new_row(OpUnnest *self, uint32_t row, uint32_t *at) {
  if (self->n == BATCH_ROWS) TRY(flush(self));
  *at = self->n++;
  self->rows[*at] = (uint16_t)row;
  for (uint32_t i = self->n_in; i < self->spec->n_columns; i++) {
    bit_set(self->cols[i].valid, *at);
  }
  return OK;
}

static void put_null(Vector *v, uint32_t at) {
  size_t size = phys_size(type_phys(v->type));
  bit_clear(v->valid, at);
  memset((char *)v->data + at * size, 0, size);
}

static void put_part(Vector *v, uint32_t at, Str part) {
  if (part.ptr == NULL) {
    put_null(v, at);
  } else {
    part_store(part, v, at);
  }
}

static void put_fields(OpUnnest *self, Type row, Str value, uint32_t at) {
  for (uint32_t i = 0; i < self->n_items; i++) {
    const Value field = row_field(row, value, i);
    value_store(&field, &self->cols[self->n_in + i], at);
  }
}

/* --- rows ---------------------------------------------------------------------------------- */

/* The entries of a collection: items, and for MAP and MULTISET what belongs to them. */
typedef struct Entries {
  Parts items, others;
} Entries;

static Entries entries_of(Type t, Str value) {
  const TypeShape *shape = t.shape;
  Entries e = {0};
  if (t.kind == TYPE_ARRAY) {
    e.items = parts_of(value, part_size(shape->types[0]));
    return e;
  }
  Str keys, values;
  map_halves(value, &keys, &values);
  e.items = parts_of(keys, part_size(shape->types[0]));
  e.others = parts_of(values, part_size(shape->types[1]));
  if (e.items.s.n != e.others.s.n) e.items.s.n = 0; /* damaged */
  return e;
}

static uint32_t times_of(Type t, const Entries *e, uint32_t i) {
  int32_t n = 1;
  if (t.kind != TYPE_MULTISET) return 1;
  Str part = part_at(&e->others, i);
  if (part.ptr != NULL) memcpy(&n, part.ptr, sizeof n);
  return n > 0 ? (uint32_t)n : 0;
}

/* Entry i, as row `number` of its collection. */
static Code put_entry(OpUnnest *self, uint32_t row, const Entries *e, uint32_t i, uint32_t number) {
  uint32_t at;
  Vector *cols = self->cols + self->n_in;
  Str part = part_at(&e->items, i);
  TRY(new_row(self, row, &at));
  if (self->type.kind != TYPE_MAP && is_row(self->type.shape->types[0])) {
    put_fields(self, self->type.shape->types[0], part, at);
  } else {
    put_part(&cols[0], at, part);
    if (self->type.kind == TYPE_MAP) put_part(&cols[1], at, part_at(&e->others, i));
  }
  if (self->spec->ordinality) ((int32_t *)cols[self->n_items].data)[at] = (int32_t)number;
  return OK;
}

static Code put_padded(OpUnnest *self, uint32_t row) {
  uint32_t at;
  TRY(new_row(self, row, &at));
  for (uint32_t i = self->n_in; i < self->spec->n_columns; i++) put_null(&self->cols[i], at);
  return OK;
}

static Code unnest_row(OpUnnest *self, uint32_t row, const Vector *values) {
  uint32_t number = 0;
  if (vector_valid(values, row)) {
    Str value = text_str(&((const TextRef *)values->data)[vector_at(values, row)]);
    Entries e = entries_of(self->type, value);
    bool of_rows = self->type.kind != TYPE_MAP && is_row(self->type.shape->types[0]);
    for (uint32_t i = 0; i < e.items.s.n; i++) {
      if (of_rows && !item_valid(&e.items.s, i)) continue;
      for (uint32_t k = times_of(self->type, &e, i); k > 0; k--) {
        TRY(put_entry(self, row, &e, i, ++number));
      }
    }
  }
  return number == 0 && self->spec->outer ? put_padded(self, row) : OK;
}

static Code unnest_push(Op *op, OpPort port, const Batch *in) {
  OpUnnest *self = (OpUnnest *)op;
  Vector values;
  assert(port == PORT_ROWS);
  TRY(program_run(self->program, in, op->ctx->now_us, &values, op->ctx->err));
  self->in = in;
  self->n = 0;
  for (uint32_t i = 0; i < batch_count(in); i++) TRY(unnest_row(self, batch_row(in, i), &values));
  return flush(self);
}

static void unnest_close(Op *op) {
  OpUnnest *self = (OpUnnest *)op;
  program_free(self->program);
  arena_deinit(&self->arena);
}

static const OpTable unnest_table = {.name = "Unnest",
                                     .size = sizeof(OpUnnest),
                                     .open = unnest_open,
                                     .push = unnest_push,
                                     .close = unnest_close};

Op *op_unnest_new(const UnnestSpec *spec, OpContext *ctx) {
  OpUnnest *self = (OpUnnest *)op_new(&unnest_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  return &self->op;
}
