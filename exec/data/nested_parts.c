/* nested_parts.c -- see nested_parts.h. */
#include "exec/data/nested_parts.h"

#include "exec/data/nested.h"

Str part_of_value(const Vector *v, uint32_t row, double *room) {
  uint32_t at = vector_at(v, row);
  Phys phys = type_phys(v->type);
  if (v->type.kind == TYPE_NULL || !vector_valid(v, row)) return (Str){NULL, 0};
  if (phys == PHYS_TEXT) return text_str(&((const TextRef *)v->data)[at]);
  if (phys == PHYS_F64) {
    *room = nested_one_form(((const double *)v->data)[at]);
    return (Str){(const char *)room, sizeof *room};
  }
  if (phys == PHYS_F32) {
    float f = (float)nested_one_form((double)((const float *)v->data)[at]);
    memcpy(room, &f, sizeof f);
    return (Str){(const char *)room, sizeof f};
  }
  return (Str){(const char *)v->data + at * phys_size(phys), phys_size(phys)};
}

void part_store(Str part, Vector *v, uint32_t row) {
  if (type_phys(v->type) == PHYS_TEXT) {
    ((TextRef *)v->data)[row] = text_ref(part.ptr, part.len);
  } else {
    memcpy((char *)v->data + row * part.len, part.ptr, part.len);
  }
  if (v->valid != NULL) bit_set(v->valid, row);
}

/* --- order --------------------------------------------------------------------------- */

#define COMPARE_NUMBERS(name, T)  \
  static int name(Str a, Str b) { \
    T x, y;                       \
    memcpy(&x, a.ptr, sizeof x);  \
    memcpy(&y, b.ptr, sizeof y);  \
    return (x > y) - (x < y);     \
  }
/* NaN is above all numbers. */
#define COMPARE_FLOATS(name, T)                       \
  static int name(Str a, Str b) {                     \
    T x, y;                                           \
    memcpy(&x, a.ptr, sizeof x);                      \
    memcpy(&y, b.ptr, sizeof y);                      \
    if (x != x || y != y) return (x != x) - (y != y); \
    return (x > y) - (x < y);                         \
  }

COMPARE_NUMBERS(compare_i8, int8_t)
COMPARE_NUMBERS(compare_i16, int16_t)
COMPARE_NUMBERS(compare_i32, int32_t)
COMPARE_NUMBERS(compare_i64, int64_t)
COMPARE_NUMBERS(compare_i128, Int128)
COMPARE_FLOATS(compare_f32, float)
COMPARE_FLOATS(compare_f64, double)

static int compare_bytes(Str a, Str b) {
  size_t n = a.len < b.len ? a.len : b.len;
  int order = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

PartCompare part_compare(Type item) {
  static const PartCompare compares[PHYS_COUNT] = {
      [PHYS_I8] = compare_i8,   [PHYS_I16] = compare_i16,   [PHYS_I32] = compare_i32,
      [PHYS_I64] = compare_i64, [PHYS_I128] = compare_i128, [PHYS_F32] = compare_f32,
      [PHYS_F64] = compare_f64, [PHYS_TEXT] = compare_bytes};
  return type_is_nested(item) ? NULL : compares[type_phys(item)];
}

/* --- making -------------------------------------------------------------------------- */

static uint64_t heap_size(const Str *parts, uint32_t n) {
  uint64_t size = 0;
  for (uint32_t i = 0; i < n; i++) size += parts[i].len;
  return size;
}

/* Texts behind their slots, which tell where they end. */
static void write_texts(const Str *parts, uint32_t n, char *slots) {
  char *heap = slots + (size_t)n * sizeof(uint32_t);
  uint32_t end = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (parts[i].len > 0) memcpy(heap + end, parts[i].ptr, parts[i].len);
    end += (uint32_t)parts[i].len;
    memcpy(slots + (size_t)i * sizeof end, &end, sizeof end);
  }
}

bool parts_make(Arena *arena, size_t size, const Str *parts, uint32_t n, TextRef *out) {
  uint64_t head = 4 + ((uint64_t)n + 7) / 8;
  uint64_t total = head + (size > 0 ? n * (uint64_t)size : n * UINT64_C(4) + heap_size(parts, n));
  char *bytes = total <= NESTED_MAX ? arena_try_alloc(arena, total, 1) : NULL;
  if (bytes == NULL) return false;
  memset(bytes, 0, total);
  memcpy(bytes, &n, 4);
  for (uint32_t i = 0; i < n; i++) {
    if (parts[i].ptr == NULL) continue;
    bytes[4 + i / 8] = (char)(bytes[4 + i / 8] | 1 << (i % 8));
    if (size > 0) memcpy(bytes + head + i * size, parts[i].ptr, size);
  }
  if (size == 0) write_texts(parts, n, bytes + head);
  *out = text_ref(bytes, total);
  return true;
}
