/* type_shape.c -- the shapes of nested types: one for equal types, kept until the program ends.
 *
 * So a Type stays a small value without an owner: it crosses arenas, plans and threads as it is.
 * What is kept is bounded by the different types that SQL texts and schemas name.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "exec/data/types.h"

/* A shape with its place in the list of all with the same hash. */
typedef struct Kept Kept;
struct Kept {
  TypeShape shape;
  uint64_t hash;
  Kept *next;
};

enum { LISTS = 1024 };
static Kept *lists[LISTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *memory(size_t size) {
  void *p = calloc(1, size);
  if (p == NULL) out_of_memory();
  return p;
}

/* --- equality ------------------------------------------------------------------------ */

/* Unlike type_same: nullability counts. */
static bool identical(Type a, Type b) {
  return a.kind == b.kind && a.nullable == b.nullable && a.precision == b.precision &&
         a.scale == b.scale && a.length == b.length && a.shape == b.shape;
}

static bool holds(const Kept *kept, const TypeShape *s) {
  const TypeShape *k = &kept->shape;
  if (k->n != s->n || (k->names == NULL) != (s->names == NULL)) return false;
  for (uint32_t i = 0; i < s->n; i++) {
    if (!identical(k->types[i], s->types[i])) return false;
    if (s->names != NULL && strcmp(k->names[i], s->names[i]) != 0) return false;
  }
  return true;
}

static uint64_t hash_of(const TypeShape *s) {
  uint64_t h = s->n;
  for (uint32_t i = 0; i < s->n; i++) {
    const Type t = s->types[i];
    const uint64_t words[] = {h,
                              (uint64_t)t.kind | (uint64_t)t.nullable << 8 |
                                  (uint64_t)t.precision << 16 | (uint64_t)t.scale << 24 |
                                  (uint64_t)t.length << 32,
                              (uint64_t)(uintptr_t)t.shape};
    h = hash_bytes(words, sizeof words);
    if (s->names != NULL) h ^= hash_bytes(s->names[i], strlen(s->names[i]));
  }
  return h;
}

/* --- a new one ----------------------------------------------------------------------- */

static const char *copy_name(const char *name) {
  size_t size = strlen(name) + 1;
  return memcpy(memory(size), name, size);
}

/* A ROW's value begins with the bits of its fields, and their slots follow. */
static void place_slots(TypeShape *s) {
  uint32_t *slots = memory(s->n * sizeof *slots), at = (s->n + 7) / 8;
  for (uint32_t i = 0; i < s->n; i++) {
    slots[i] = at;
    at += (uint32_t)type_slot_size(s->types[i]);
  }
  s->slots = slots;
  s->slots_end = at;
}

static Kept *keep(const TypeShape *s, uint64_t hash) {
  Kept *kept = memory(sizeof *kept);
  Type *types = memory(s->n * sizeof *types);
  memcpy(types, s->types, s->n * sizeof *types);
  kept->hash = hash;
  kept->shape = (TypeShape){.types = types, .n = s->n, .depth = 1};
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t depth = type_depth(types[i]) + 1;
    if (depth > kept->shape.depth) kept->shape.depth = depth;
  }
  if (s->names == NULL) return kept;
  const char **names = memory(s->n * sizeof *names);
  for (uint32_t i = 0; i < s->n; i++) names[i] = copy_name(s->names[i]);
  kept->shape.names = names;
  place_slots(&kept->shape);
  return kept;
}

static Type type_shaped(TypeKind kind, const TypeShape *s) {
  uint64_t hash = hash_of(s);
  Kept **list = &lists[hash % LISTS], *kept;
  pthread_mutex_lock(&lock);
  for (kept = *list; kept != NULL; kept = kept->next) {
    if (kept->hash == hash && holds(kept, s)) break;
  }
  if (kept == NULL) {
    kept = keep(s, hash);
    kept->next = *list;
    *list = kept;
  }
  pthread_mutex_unlock(&lock);
  assert(kept->shape.depth <= TYPE_DEPTH_MAX);
  Type t = type_of(kind);
  t.shape = &kept->shape;
  return t;
}

/* --- what others call ---------------------------------------------------------------- */

Type type_array(Type item) { return type_shaped(TYPE_ARRAY, &(TypeShape){.types = &item, .n = 1}); }

Type type_map(Type key, Type value) {
  const Type types[] = {key, value};
  return type_shaped(TYPE_MAP, &(TypeShape){.types = types, .n = 2});
}

Type type_multiset(Type item) {
  const Type types[] = {item, type_not_null(type_of(TYPE_INT))};
  return type_shaped(TYPE_MULTISET, &(TypeShape){.types = types, .n = 2});
}

Type type_row(const Type *types, const char *const *names, uint32_t n) {
  assert(n > 0 && names != NULL);
  return type_shaped(TYPE_ROW, &(TypeShape){.types = types, .names = names, .n = n});
}

Type type_like(Type t, const Type *types) {
  const TypeShape shape = {.types = types, .names = t.shape->names, .n = t.shape->n};
  return type_nullable(type_shaped((TypeKind)t.kind, &shape), t.nullable);
}

int32_t type_field(Type row, Str name) {
  assert(row.kind == TYPE_ROW);
  for (uint32_t i = 0; i < row.shape->n; i++) {
    if (str_eq(str_of(row.shape->names[i]), name)) return (int32_t)i;
  }
  return -1;
}
