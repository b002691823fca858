/* op_materialize.c -- what is left of a changelog when bounded input has ended.
 *
 *   table ... row, encoded as a whole -> its places, the latest on top: equal rows are counted
 *   places .. in the order in which rows first came; -U followed by +U changes the row of a place
 *
 * A row of which nothing is left goes from the table at the end of its batch.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/groups.h"
#include "exec/ops/ops.h"
#include "exec/state/hash_table.h"

typedef struct Place Place;
struct Place {
  Place *before, *after; /* in the order of the result */
  Place *below;          /* of an equal row that came earlier */
  const TextRef *key;    /* the row, in the table; NULL: a -U has emptied the place */
  uint64_t number;       /* in a snapshot: in the order of the result */
};

/* Behind the key in the table. */
typedef struct Row {
  Place *top; /* NULL: the row is gone */
  bool noted; /* ... or was at a moment of this batch */
} Row;

typedef struct OpMaterialize {
  Op op;
  Type *types;
  uint32_t n_cols;
  HashTable table;
  Arena places;
  Place *first, *last, *unused;
  Place *emptied;        /* by the last row, which was -U; NULL: it was not */
  Row *gone[BATCH_ROWS]; /* rows of the batch in hand that went */
  uint64_t gone_hash[BATCH_ROWS];
  uint32_t n_gone;
  KeyBatch *keys;
  Vector *out;
  const Place *at;
  bool due;
  uint64_t n_loaded; /* places, a list by `after` that is in no order yet */
  Arena arena;
} OpMaterialize;

/* --- places -------------------------------------------------------------------------- */

static Place *place_new(OpMaterialize *self) {
  Place *p = self->unused;
  if (p != NULL) {
    self->unused = p->after;
  } else {
    p = arena_try_alloc(&self->places, sizeof *p, 8);
  }
  return p;
}

static void place_link(OpMaterialize *self, Place *p) {
  p->before = self->last;
  p->after = NULL;
  *(self->last != NULL ? &self->last->after : &self->first) = p;
  self->last = p;
}

static Place *place_append(OpMaterialize *self) {
  Place *p = place_new(self);
  if (p == NULL) return NULL;
  *p = (Place){0};
  place_link(self, p);
  return p;
}

static void place_drop(OpMaterialize *self, Place *p) {
  *(p->before != NULL ? &p->before->after : &self->first) = p->after;
  *(p->after != NULL ? &p->after->before : &self->last) = p->before;
  p->after = self->unused;
  self->unused = p;
}

/* Put a row of the table into a place. */
static void place_fill(Place *p, Row *row) {
  p->key = (const TextRef *)(const void *)((const char *)row - sizeof(TextRef));
  p->below = row->top;
  row->top = p;
}

static void forget_emptied(OpMaterialize *self) {
  if (self->emptied != NULL) place_drop(self, self->emptied);
  self->emptied = NULL;
}

/* --- the table ----------------------------------------------------------------------- */

static bool encode_rows(OpMaterialize *self, const Batch *in, uint32_t n) {
  KeyBatch *keys = self->keys;
  arena_reset(&keys->bytes);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = batch_row(in, i);
    size_t size = 0;
    for (uint32_t c = 0; c < self->n_cols; c++) size += value_encoded_size(&in->cols[c], row);
    char *bytes = arena_try_alloc(&keys->bytes, size, 1);
    if (bytes == NULL || size >= KEY_NULL_LEN) return false;
    char *at = bytes;
    for (uint32_t c = 0; c < self->n_cols; c++) at = value_encode(&in->cols[c], row, at);
    keys->u.text[i] = text_ref(bytes, size);
    keys->hash[i] = hash_bytes(bytes, size);
  }
  return true;
}

/* Remove those of a batch's rows that are gone. */
static void remove_gone(OpMaterialize *self) {
  for (uint32_t i = 0; i < self->n_gone; i++) {
    Row *row = self->gone[i];
    row->noted = false;
    if (row->top == NULL) hash_table_remove(&self->table, self->gone_hash[i], row);
  }
  self->n_gone = 0;
}

static void note_gone(OpMaterialize *self, Row *row, uint64_t hash) {
  if (row->noted) return;
  row->noted = true;
  self->gone[self->n_gone] = row;
  self->gone_hash[self->n_gone++] = hash;
}

/* --- rows in ------------------------------------------------------------------------- */

static Code add_row(OpMaterialize *self, Row *row, bool replaces) {
  Place *p = replaces ? self->emptied : NULL;
  if (p != NULL) {
    self->emptied = NULL;
  } else {
    forget_emptied(self);
    p = place_append(self);
    if (p == NULL) return op_no_memory(&self->op);
  }
  place_fill(p, row);
  return OK;
}

static Code take_row(OpMaterialize *self, Row *row, uint64_t hash, bool replaced) {
  forget_emptied(self);
  Place *p = row->top;
  if (p == NULL) {
    return FAIL(self->op.ctx->err, ERR_DATA, NO_SPAN,
                "operator %s: a row is taken back that is not there", self->op.table->name);
  }
  row->top = p->below;
  p->key = NULL;
  if (row->top == NULL) note_gone(self, row, hash);
  if (replaced) {
    self->emptied = p;
  } else {
    place_drop(self, p);
  }
  return OK;
}

static Code materialize_push(Op *op, OpPort port, const Batch *in) {
  OpMaterialize *self = (OpMaterialize *)op;
  assert(port == PORT_ROWS);
  void *records[BATCH_ROWS];
  uint32_t n = batch_count(in);
  if (!encode_rows(self, in, n)) return op_no_memory(op);
  if (!hash_table_get(&self->table, self->keys, n, records)) return op_no_memory(op);
  for (uint32_t i = 0; i < n; i++) {
    RowKind kind = batch_kind(in, batch_row(in, i));
    if (kind == ROW_INSERT || kind == ROW_UPDATE_AFTER) {
      TRY(add_row(self, records[i], kind == ROW_UPDATE_AFTER));
    } else {
      TRY(take_row(self, records[i], self->keys->hash[i], kind == ROW_UPDATE_BEFORE));
    }
  }
  remove_gone(self);
  return OK;
}

/* --- rows out ------------------------------------------------------------------------ */

static void materialize_finish(Op *op) {
  OpMaterialize *self = (OpMaterialize *)op;
  forget_emptied(self);
  self->at = self->first;
  self->due = true;
}

static Code materialize_fire(Op *op, bool *more) {
  OpMaterialize *self = (OpMaterialize *)op;
  if (!self->due || self->at == NULL) return OK;
  uint32_t n = 0;
  vectors_all_valid(self->out, self->n_cols);
  for (; self->at != NULL && n < BATCH_ROWS; self->at = self->at->after, n++) {
    const char *bytes = text_bytes(self->at->key);
    for (uint32_t c = 0; c < self->n_cols; c++) key_decode(&self->out[c], n, &bytes);
  }
  *more = self->at != NULL;
  return op_emit(op, PORT_ROWS, &(Batch){.rows = n, .n_cols = self->n_cols, .cols = self->out});
}

/* --- state --------------------------------------------------------------------------- */

enum { MATERIALIZE_STATE_VERSION = 1 };

static void save_row(const void *of, const void *record, StateOut *out) {
  (void)of;
  const Row *row = record;
  uint32_t n = 0;
  for (const Place *p = row->top; p != NULL; p = p->below) n++;
  state_put_u32(out, n);
  for (const Place *p = row->top; p != NULL; p = p->below) state_put_u64(out, p->number);
}

/* Entries are the rows, each with its places, the latest first.  Places go around the table, so
 * that nothing is deferred. */
static Code materialize_save(Op *op, StateSink *to) {
  OpMaterialize *self = (OpMaterialize *)op;
  StateOut out;
  uint64_t n = 0;
  for (Place *p = self->first; p != NULL; p = p->after) p->number = n++;
  state_begin(&out, to, "rows", MATERIALIZE_STATE_VERSION);
  state_put_u64(&out, self->emptied != NULL ? self->emptied->number : UINT64_MAX);
  bool ok = hash_table_save_now(&self->table, &out, (HashSave){save_row, NULL});
  return ok ? OK : op_no_memory(op);
}

/* A place that stood there; its row is under the link. */
static Place *load_place(OpMaterialize *self, uint64_t number, const TextRef *key) {
  Place *p = place_new(self);
  if (p == NULL) return NULL;
  *p = (Place){.after = self->first, .key = key, .number = number};
  self->first = p;
  self->n_loaded++;
  return p;
}

static bool load_row(OpMaterialize *self, Row *row, StateIn *in) {
  Place **link = &row->top;
  const TextRef *key = (const TextRef *)(const void *)((const char *)row - sizeof(TextRef));
  for (uint32_t n = state_get_u32(in); n > 0 && !in->bad; n--) {
    *link = load_place(self, state_get_u64(in), key);
    if (*link == NULL) return false;
    link = &(*link)->below;
  }
  if (row->top == NULL || in->at < in->end) state_bad(in);
  return true;
}

static bool load_rows(OpMaterialize *self, StateIn *in) {
  HashLoad l = {.keys = self->keys};
  do {
    if (!hash_table_load(&self->table, in, &l)) return false;
    for (uint32_t i = 0; i < l.n && !in->bad; i++) {
      hash_load_entry(&l, i, in);
      if (!load_row(self, l.records[i], in)) return false;
    }
  } while (l.n > 0 && !in->bad);
  return true;
}

static Code materialize_load(Op *op, StateIn *in) {
  OpMaterialize *self = (OpMaterialize *)op;
  bool known = strcmp(in->section, "rows") == 0 && in->version == MATERIALIZE_STATE_VERSION;
  if (!known) state_bad(in);
  uint64_t emptied = state_get_u64(in);
  if (in->bad) return OK;
  if (emptied != UINT64_MAX && self->emptied == NULL) {
    self->emptied = load_place(self, emptied, NULL);
    if (self->emptied == NULL) return op_no_memory(op);
  }
  return load_rows(self, in) ? OK : op_no_memory(op);
}

static int by_number(const void *a, const void *b) {
  const Place *const *x = a, *const *y = b;
  return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static Code materialize_loaded(Op *op) {
  OpMaterialize *self = (OpMaterialize *)op;
  Place **places = malloc((self->n_loaded + 1) * sizeof *places);
  if (places == NULL) return op_no_memory(op);
  uint64_t n = 0;
  for (Place *p = self->first; p != NULL; p = p->after) places[n++] = p;
  qsort(places, n, sizeof *places, by_number);
  self->first = NULL;
  for (uint64_t i = 0; i < n; i++) place_link(self, places[i]);
  free(places);
  return OK;
}

/* --- life ---------------------------------------------------------------------------- */

static Code materialize_open(Op *op) {
  OpMaterialize *self = (OpMaterialize *)op;
  hash_table_init(&self->table, KEY_BYTES, sizeof(Row), 0);
  self->keys = key_batch_new();
  self->out = vectors_new(&self->arena, self->types, self->n_cols);
  if (self->keys == NULL || self->out == NULL || !hash_table_reuse(&self->table)) {
    return op_no_memory(op);
  }
  self->keys->form = KEY_BYTES;
  return OK;
}

static void materialize_close(Op *op) {
  OpMaterialize *self = (OpMaterialize *)op;
  hash_table_deinit(&self->table);
  key_batch_free(self->keys);
  arena_deinit(&self->places);
  arena_deinit(&self->arena);
}

static const OpTable materialize_table = {.name = "Materialize",
                                          .size = sizeof(OpMaterialize),
                                          .open = materialize_open,
                                          .push = materialize_push,
                                          .fire = materialize_fire,
                                          .finish = materialize_finish,
                                          .save = materialize_save,
                                          .load = materialize_load,
                                          .loaded = materialize_loaded,
                                          .close = materialize_close};

Op *op_materialize_new(const FormatField *input, uint32_t n_input, OpContext *ctx) {
  OpMaterialize *self = (OpMaterialize *)op_new(&materialize_table, ctx);
  if (self == NULL) return NULL;
  self->n_cols = n_input;
  self->types = arena_try_alloc(&self->arena, (n_input + 1) * sizeof(Type), 8);
  if (self->types == NULL) {
    op_free(&self->op);
    return NULL;
  }
  for (uint32_t i = 0; i < n_input; i++) self->types[i] = input[i].type;
  return &self->op;
}
