/* out_partition.c -- rows to bytes for a sink with PARTITIONED BY: each partition's by itself.
 *
 *     rows of a batch    a b a c b          by partition, in the order of rows
 *     groups             a: 0 2   b: 1 4   c: 3       in the order of first rows
 *
 * The order within a partition is that of the rows, which is all that its files show.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "exec/connectors/partition_path.h"
#include "exec/data/value_text.h"
#include "exec/run/out_op.h"

/* What has been encoded for a partition and not been sent. */
typedef struct Group {
  char *path;
  size_t path_len;
  uint64_t hash;
  StrBuf bytes;
  uint64_t rows;
  uint32_t n_batch, begin; /* rows of the batch in hand, and where they begin in `sorted` */
} Group;

typedef struct OutPartition {
  Op op;
  Instance *instance;
  Edge *edge;
  const Format *format;
  const EncodeSpec *spec;
  const SinkOpSpec *sink;
  OutHooks hooks;
  OrderTag tag;
  Encoder *encoder;
  const char *default_name;
  ValueText *text; /* of the partition columns */
  Vector *cols;    /* those that are encoded */
  StrBuf path;
  Group *groups;
  uint32_t n_groups, cap_groups;
  uint32_t *slots; /* hash table of groups, + 1; 0: free */
  uint32_t n_slots;
  size_t bytes;
  uint32_t group_of[BATCH_ROWS];
  uint16_t sorted[BATCH_ROWS];
} OutPartition;

bool sink_is_partition(const SinkOpSpec *sink, uint32_t i) {
  for (uint32_t k = 0; k < sink->n_partition_by; k++) {
    if (sink->partition_by[k] == i) return true;
  }
  return false;
}

static Code partition_open(Op *op) {
  OutPartition *self = (OutPartition *)op;
  const SinkOpSpec *sink = self->sink;
  self->default_name = partition_default_name(sink->options);
  self->text = calloc(sink->n_partition_by, sizeof *self->text);
  self->cols = calloc(sink->n_fields, sizeof *self->cols);
  if (self->text == NULL || self->cols == NULL) return op_no_memory(op);
  for (uint32_t i = 0; i < sink->n_partition_by; i++) {
    self->text[i].type = sink->fields[sink->partition_by[i]].type;
    self->text[i].zone = self->spec->zone;
  }
  return self->format->encoder_new(self->spec, &self->encoder, op->ctx->err);
}

/* --- groups --------------------------------------------------------------------------------- */

static void put_slot(OutPartition *self, uint32_t group) {
  uint32_t at = (uint32_t)self->groups[group].hash & (self->n_slots - 1);
  while (self->slots[at] != 0) at = (at + 1) & (self->n_slots - 1);
  self->slots[at] = group + 1;
}

/* Room for one more, with at least half of the slots free. */
static bool make_room(OutPartition *self) {
  if (self->n_groups < self->cap_groups) return true;
  uint32_t cap = self->cap_groups > 0 ? self->cap_groups * 2 : 8;
  Group *groups = realloc(self->groups, cap * sizeof *groups);
  if (groups == NULL) return false;
  self->groups = groups;
  uint32_t *slots = calloc(cap * 2, sizeof *slots);
  if (slots == NULL) return false;
  free(self->slots);
  self->slots = slots;
  self->n_slots = cap * 2;
  self->cap_groups = cap;
  for (uint32_t i = 0; i < self->n_groups; i++) put_slot(self, i);
  return true;
}

static bool group_add(OutPartition *self, uint64_t hash, uint32_t *out) {
  if (!make_room(self)) return false;
  char *path = strndup(self->path.data, self->path.len);
  if (path == NULL) return false;
  self->groups[self->n_groups] = (Group){.path = path, .path_len = self->path.len, .hash = hash};
  put_slot(self, self->n_groups);
  *out = self->n_groups++;
  return true;
}

/* The group of self->path.  false: no memory. */
static bool group_find(OutPartition *self, uint32_t *out) {
  uint64_t hash = hash_bytes(self->path.data, self->path.len);
  for (uint32_t at = (uint32_t)hash; self->n_slots > 0; at++) {
    uint32_t slot = self->slots[at & (self->n_slots - 1)];
    if (slot == 0) break;
    const Group *g = &self->groups[slot - 1];
    if (g->hash != hash || g->path_len != self->path.len) continue;
    if (memcmp(g->path, self->path.data, g->path_len) != 0) continue;
    *out = slot - 1;
    return true;
  }
  return group_add(self, hash, out);
}

static void put_value(OutPartition *self, uint32_t i, const Vector *v, uint32_t row) {
  char text[VALUE_TEXT_MAX + VALUE_TEXT_SLACK];
  const char *column = self->sink->fields[self->sink->partition_by[i]].name;
  uint32_t at = vector_at(v, row);
  Str value = {NULL, 0};
  if (vector_valid(v, row)) {
    if (value_is_text(v->type)) {
      const TextRef *t = &((const TextRef *)v->data)[at];
      value = text_str(t);
    } else {
      value = (Str){text, value_text_print(&self->text[i], v->data, at, text)};
    }
  }
  partition_path_put(&self->path, column, value, self->default_name);
}

static bool row_group(OutPartition *self, const Batch *in, uint32_t row, uint32_t *out) {
  strbuf_clear(&self->path);
  for (uint32_t i = 0; i < self->sink->n_partition_by; i++) {
    put_value(self, i, &in->cols[self->sink->partition_by[i]], row);
  }
  return !strbuf_failed(&self->path) && group_find(self, out);
}

/* --- parcels -------------------------------------------------------------------------------- */

static Code send_group(OutPartition *self, Group *g) {
  Parcel *p = parcel_new();
  if (p == NULL) return op_no_memory(&self->op);
  p->tag = self->tag;
  p->n_rows = g->rows;
  p->bytes = g->bytes;
  p->partition = g->path;
  p->size_bytes = g->bytes.cap + g->path_len + 1 + sizeof *p;
  *g = (Group){0};
  self->hooks.deliver(self->hooks.arg, self->instance, self->edge, 0, p);
  return OK;
}

static void forget_groups(OutPartition *self) {
  for (uint32_t i = 0; i < self->n_groups; i++) {
    free(self->groups[i].path);
    strbuf_deinit(&self->groups[i].bytes);
  }
  if (self->n_groups > 0) memset(self->slots, 0, self->n_slots * sizeof *self->slots);
  self->n_groups = 0;
  self->bytes = 0;
}

static Code send(OutPartition *self) {
  Code code = OK;
  for (uint32_t i = 0; i < self->n_groups && code == OK; i++) {
    code = send_group(self, &self->groups[i]);
  }
  forget_groups(self);
  return code;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Find the rows of each group, in order: self->sorted. */
static bool sort_rows(OutPartition *self, const Batch *in) {
  uint32_t n = batch_count(in), begin = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!row_group(self, in, batch_row(in, i), &self->group_of[i])) return false;
    self->groups[self->group_of[i]].n_batch++;
  }
  for (uint32_t g = 0; g < self->n_groups; g++) {
    self->groups[g].begin = begin;
    begin += self->groups[g].n_batch;
    self->groups[g].n_batch = 0;
  }
  for (uint32_t i = 0; i < n; i++) {
    Group *g = &self->groups[self->group_of[i]];
    self->sorted[g->begin + g->n_batch++] = (uint16_t)batch_row(in, i);
  }
  return true;
}

static Code encode_group(OutPartition *self, const Batch *in, Group *g) {
  Batch own = *in;
  size_t before = g->bytes.len;
  own.cols = self->cols;
  own.n_cols = self->spec->n_fields;
  own.sel = self->sorted + g->begin;
  own.n_sel = g->n_batch;
  TRY(self->format->encode(self->encoder, &own, &g->bytes, self->op.ctx->err));
  if (strbuf_failed(&g->bytes)) return op_no_memory(&self->op);
  self->bytes += g->bytes.len - before;
  g->rows += g->n_batch;
  g->n_batch = 0;
  return OK;
}

static Code partition_push(Op *op, OpPort port, const Batch *in) {
  OutPartition *self = (OutPartition *)op;
  assert(port == PORT_ROWS);
  if (!order_tag_same(self->tag, op->ctx->tag)) {
    TRY(send(self));
    self->tag = op->ctx->tag;
  }
  if (!sort_rows(self, in)) return op_no_memory(op);
  for (uint32_t i = 0, n = 0; i < self->sink->n_fields; i++) {
    if (!sink_is_partition(self->sink, i)) self->cols[n++] = in->cols[i];
  }
  for (uint32_t i = 0; i < self->n_groups; i++) {
    if (self->groups[i].n_batch > 0) TRY(encode_group(self, in, &self->groups[i]));
  }
  return self->bytes >= PARCEL_BYTES ? send(self) : OK;
}

static Code partition_chunk_end(Op *op) { return send((OutPartition *)op); }

static void partition_close(Op *op) {
  OutPartition *self = (OutPartition *)op;
  if (self->encoder != NULL) self->format->encoder_free(self->encoder);
  forget_groups(self);
  free(self->groups);
  free(self->slots);
  free(self->text);
  free(self->cols);
  strbuf_deinit(&self->path);
}

static const OpTable partition_table = {.name = "Sink",
                                        .size = sizeof(OutPartition),
                                        .open = partition_open,
                                        .push = partition_push,
                                        .chunk_end = partition_chunk_end,
                                        .close = partition_close};

Op *out_partition_new(Instance *instance, Edge *edge, const Format *format, const EncodeSpec *spec,
                      const OutHooks *hooks) {
  OutPartition *self = (OutPartition *)op_new(&partition_table, &instance->ctx);
  if (self == NULL) return NULL;
  self->instance = instance;
  self->edge = edge;
  self->format = format;
  self->spec = spec;
  self->sink = &edge->spec->u.sink;
  self->hooks = *hooks;
  return &self->op;
}
