/* cast_nested.c -- casts among ARRAYs, MAPs, MULTISETs and ROWs: part by part.
 *
 * The items of all rows of the batch are laid out as one column, which the kernel of their own
 * cast converts, a batch's rows at a time; then the values are made anew.  So every cast of an item
 * is the cast that stands alone, and a nested one comes back here.  The recursion goes as deep as
 * the types.
 *
 * TRY_CAST: an item that cannot be converted makes the whole value NULL.
 */
#include <string.h>

#include "exec/data/nested_slots.h"
#include "exec/expr/cast_impl.h"
#include "exec/expr/func_nested.h"

/* A column of any length. */
typedef struct Parts {
  Vector v;
  uint32_t n;
} Parts;

/* The cast of one part of the type: the items, the keys, a field. */
typedef struct PartCast {
  Parts from, to; /* to is from where no work is needed */
} PartCast;

typedef struct NestedCast {
  KernelCall *k;
  Arena scratch;
  Type from, to;
  PartCast *parts; /* as many as the shape has types */
  uint32_t *ends;  /* ARRAY, MAP, MULTISET: of the i-th selected row, where its items end */
} NestedCast;

static Str value_at(const KernelCall *k, uint32_t row) {
  const Vector *v = &k->args[0];
  return text_str(&((const TextRef *)v->data)[vector_at(v, row)]);
}

/* --- columns ------------------------------------------------------------------------------- */

static bool parts_init(NestedCast *c, Type type, uint32_t n, Parts *out) {
  size_t words = ((size_t)n + 63) / 64, size = phys_size(type_phys(type));
  uint64_t *valid = arena_try_alloc(&c->scratch, (words + 1) * sizeof *valid, 16);
  void *data = arena_try_alloc(&c->scratch, ((size_t)n + 1) * size, 16);
  if (valid == NULL || data == NULL) return false;
  memset(valid, 0, words * sizeof *valid);
  memset(data, 0, n * size);
  *out = (Parts){{.type = type, .data = data, .valid = valid}, n};
  return true;
}

static void put_items(const Items *items, Parts *out, uint32_t at) {
  size_t size = phys_size(type_phys(items->type));
  for (uint32_t i = 0; i < items->n; i++) {
    if (items_valid(items, i)) bit_set(out->v.valid, at + i);
  }
  if (type_phys(items->type) != PHYS_TEXT) {
    memcpy((char *)out->v.data + at * size, items->slots, items->n * size);
    return;
  }
  for (uint32_t i = 0; i < items->n; i++) {
    Str text = items_text(items, i);
    ((TextRef *)out->v.data)[at + i] = text_ref(text.ptr, text.len);
  }
}

static Items items_of_part(Type t, Str value, uint32_t part) {
  if (t.kind == TYPE_ARRAY) return array_items(t, value);
  return part == 0 ? map_keys(t, value) : map_values(t, value);
}

static Code no_memory(const NestedCast *c) { return func_no_memory(c->k); }

/* Where the items of each row end in the columns. */
static Code find_ends(NestedCast *c) {
  const KernelCall *k = c->k;
  uint64_t n = 0;
  c->ends = arena_try_alloc(&c->scratch, (k->n + 1) * sizeof *c->ends, 16);
  if (c->ends == NULL) return no_memory(c);
  for (uint32_t i = 0; i < k->n; i++) {
    if (row_valid(k, k->sel[i])) n += nested_count(c->from, value_at(k, k->sel[i]));
    if (n >= UINT32_MAX) return no_memory(c);
    c->ends[i] = (uint32_t)n;
  }
  return OK;
}

static Code gather_items(NestedCast *c) {
  const KernelCall *k = c->k;
  TRY(find_ends(c));
  for (uint32_t p = 0; p < c->from.shape->n; p++) {
    Parts *out = &c->parts[p].from;
    uint32_t at = 0;
    if (!parts_init(c, c->from.shape->types[p], c->ends[k->n - 1], out)) return no_memory(c);
    for (uint32_t i = 0; i < k->n; at = c->ends[i++]) {
      if (c->ends[i] == at) continue;
      Items items = items_of_part(c->from, value_at(k, k->sel[i]), p);
      put_items(&items, out, at);
    }
  }
  return OK;
}

/* Entry i of a column is of the i-th selected row. */
static void gather_field(NestedCast *c, uint32_t field, Parts *out) {
  const KernelCall *k = c->k;
  Phys phys = type_phys(out->v.type);
  size_t size = phys_size(phys);
  FieldPlace place = field_place(c->from.shape, field);
  for (uint32_t i = 0; i < k->n; i++) {
    if (!row_valid(k, k->sel[i])) continue;
    Str row = value_at(k, k->sel[i]);
    const char *slot = field_slot(&place, row);
    if (slot == NULL) continue;
    bit_set(out->v.valid, i);
    if (phys == PHYS_TEXT) {
      Str text = field_text(&place, row);
      ((TextRef *)out->v.data)[i] = text_ref(text.ptr, text.len);
    } else {
      memcpy((char *)out->v.data + i * size, slot, size);
    }
  }
}

static Code gather_fields(NestedCast *c) {
  for (uint32_t p = 0; p < c->from.shape->n; p++) {
    Parts *out = &c->parts[p].from;
    if (!parts_init(c, c->from.shape->types[p], c->k->n, out)) return no_memory(c);
    gather_field(c, p, out);
  }
  return OK;
}

/* --- converting ---------------------------------------------------------------------------- */

/* The cast of a part as an expression, for its kernel: of what the whole is a cast of. */
static Expr *part_expr(NestedCast *c, Type from, Type to) {
  const Expr *whole = c->k->expr;
  Expr *arg = expr_copy(&c->scratch, whole->args[0]);
  arg->type = from;
  Expr *e = expr_new(&c->scratch, EXPR_CAST, to, 1, whole->span);
  e->try_cast = whole->try_cast;
  e->args[0] = arg;
  return e;
}

/* Rows at..at + n of a column, where at is a multiple of 64. */
static Vector slice(const Parts *parts, uint32_t at) {
  Vector v = parts->v;
  v.data = (char *)v.data + at * phys_size(type_phys(v.type));
  v.valid += at / 64;
  return v;
}

static Code convert_slice(NestedCast *c, CastKernel kernel, PartCast *part, const Expr *e,
                          uint32_t at) {
  const KernelCall *k = c->k;
  uint16_t sel[BATCH_ROWS];
  uint32_t n = part->from.n - at < BATCH_ROWS ? part->from.n - at : BATCH_ROWS;
  Vector in = slice(&part->from, at), out = slice(&part->to, at);
  for (uint32_t i = 0; i < n; i++) sel[i] = (uint16_t)i;
  memcpy(out.valid, in.valid, (n + 63) / 64 * sizeof *out.valid);
  KernelCall one = *k;
  one.args = &in;
  one.out = &out;
  one.sel = sel;
  one.n = one.rows = n;
  one.text = &c->scratch;
  one.expr = e;
  one.valid_room = out.valid;
  return kernel(&one);
}

static Code convert(NestedCast *c, uint32_t p) {
  PartCast *part = &c->parts[p];
  Type from = c->from.shape->types[p], to = c->to.shape->types[p];
  CastKernel kernel = cast_kernel(from, to);
  part->to = part->from;
  if (kernel == NULL) return OK;
  if (!parts_init(c, to, part->from.n, &part->to)) return no_memory(c);
  const Expr *e = part_expr(c, from, to);
  for (uint32_t at = 0; at < part->from.n; at += BATCH_ROWS) {
    TRY(convert_slice(c, kernel, part, e, at));
  }
  return OK;
}

/* --- making the values --------------------------------------------------------------------- */

/* Has TRY_CAST failed for one of the values from..to of a part?  A DECIMAL that has too many
 * digits is NULL without that. */
static bool has_failed(const NestedCast *c, uint32_t p, uint32_t from, uint32_t to) {
  const PartCast *part = &c->parts[p];
  if (!c->k->expr->try_cast) return false;
  if (!cast_may_fail(c->from.shape->types[p], c->to.shape->types[p])) return false;
  for (uint32_t i = from; i < to; i++) {
    if (bit_get(part->from.v.valid, i) && !bit_get(part->to.v.valid, i)) return true;
  }
  return false;
}

static Value part_value(const NestedCast *c, uint32_t p, uint32_t i) {
  Value v = value_of(&c->parts[p].to.v, i);
  v.type = c->to.shape->types[p];
  return v;
}

/* The value of the i-th selected row. */
static bool make_value(NestedCast *c, uint32_t i, Value *room, TextRef *out) {
  uint32_t n_parts = c->to.shape->n, from = i > 0 && c->ends != NULL ? c->ends[i - 1] : 0;
  if (c->to.kind == TYPE_ROW) {
    for (uint32_t p = 0; p < n_parts; p++) room[p] = part_value(c, p, i);
    return row_make(c->k->text, c->to, room, out);
  }
  uint32_t n = c->ends[i] - from;
  for (uint32_t p = 0; p < n_parts; p++) {
    for (uint32_t j = 0; j < n; j++) room[p * n + j] = part_value(c, p, from + j);
  }
  if (c->to.kind == TYPE_ARRAY) return array_make(c->k->text, c->to, room, n, out);
  return map_make(c->k->text, c->to, room, room + n, n, out);
}

static bool row_has_failed(const NestedCast *c, uint32_t i) {
  bool is_row = c->to.kind == TYPE_ROW;
  uint32_t from = is_row ? i : i > 0 ? c->ends[i - 1] : 0, to = is_row ? i + 1 : c->ends[i];
  for (uint32_t p = 0; p < c->to.shape->n; p++) {
    if (has_failed(c, p, from, to)) return true;
  }
  return false;
}

/* Values that the largest of the results is made of. */
static uint64_t values_max(const NestedCast *c) {
  uint64_t most = 1;
  if (c->to.kind == TYPE_ROW) return c->to.shape->n;
  for (uint32_t i = 0, from = 0; i < c->k->n; from = c->ends[i++]) {
    if (c->ends[i] - from > most) most = c->ends[i] - from;
  }
  return most * c->to.shape->n;
}

static Code make_values(NestedCast *c) {
  KernelCall *k = c->k;
  Value *room = arena_try_alloc(&c->scratch, values_max(c) * sizeof *room, sizeof(Int128));
  if (room == NULL) return no_memory(c);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    if (row_has_failed(c, i)) {
      row_set_null(k, row);
      continue;
    }
    TextRef value = {0};
    bool made = make_value(c, i, room, &value);
    TRY(put_nested(k, row, made, value));
  }
  return OK;
}

/* --- all of it ----------------------------------------------------------------------------- */

static Code cast_all(NestedCast *c) {
  uint32_t n_parts = c->to.shape->n;
  c->parts = arena_try_alloc(&c->scratch, n_parts * sizeof *c->parts, 16);
  if (c->parts == NULL) return no_memory(c);
  TRY(c->to.kind == TYPE_ROW ? gather_fields(c) : gather_items(c));
  for (uint32_t p = 0; p < n_parts; p++) TRY(convert(c, p));
  return make_values(c);
}

Code cast_nested(KernelCall *k) {
  if (k->n == 0) return OK;
  NestedCast c = {.k = k, .from = k->expr->args[0]->type, .to = k->expr->type};
  Code code = cast_all(&c);
  arena_deinit(&c.scratch);
  return code;
}
