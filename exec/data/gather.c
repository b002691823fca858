/* gather.c -- loops over one column; gather.h says what they are for. */
#include "exec/data/gather.h"

#include <string.h>

static bool is_run(const uint16_t *rows, uint32_t n) {
  uint32_t off = 0; /* no early way out: this vectorizes */
  for (uint32_t i = 0; i < n; i++) off |= rows[i] ^ (rows[0] + i);
  return off == 0;
}

Pick pick_rows(const uint16_t *rows, uint32_t n) {
  return (Pick){.rows = rows, .n = n, .run = n > 0 && is_run(rows, n)};
}

/* One loop per width; memcpy of a constant is a plain move. */
#define GATHER(name, width)                                                            \
  static void name(char *restrict to, const char *restrict from, const uint16_t *rows, \
                   uint32_t n) {                                                       \
    for (uint32_t i = 0; i < n; i++) {                                                 \
      memcpy(to + (size_t)i * (width), from + (size_t)rows[i] * (width), (width));     \
    }                                                                                  \
  }                                                                                    \
  static void name##_same(char *restrict to, const char *restrict from, uint32_t n) {  \
    for (uint32_t i = 0; i < n; i++) memcpy(to + (size_t)i * (width), from, (width));  \
  }
GATHER(gather_1, 1)
GATHER(gather_2, 2)
GATHER(gather_4, 4)
GATHER(gather_8, 8)
GATHER(gather_16, 16)
#undef GATHER

void gather(void *to_, const void *from_, size_t width, Pick pick) {
  char *to = to_;
  const char *from = from_;
  if (pick.run) {
    memcpy(to, from + pick.rows[0] * width, pick.n * width);
  } else if (width == 1) {
    gather_1(to, from, pick.rows, pick.n);
  } else if (width == 2) {
    gather_2(to, from, pick.rows, pick.n);
  } else if (width == 4) {
    gather_4(to, from, pick.rows, pick.n);
  } else if (width == 8) {
    gather_8(to, from, pick.rows, pick.n);
  } else {
    assert(width == 16);
    gather_16(to, from, pick.rows, pick.n);
  }
}

void gather_same(void *to_, const void *from_, size_t width, uint32_t n) {
  char *to = to_;
  const char *from = from_;
  if (width == 1) {
    gather_1_same(to, from, n);
  } else if (width == 2) {
    gather_2_same(to, from, n);
  } else if (width == 4) {
    gather_4_same(to, from, n);
  } else if (width == 8) {
    gather_8_same(to, from, n);
  } else {
    assert(width == 16);
    gather_16_same(to, from, n);
  }
}

size_t gather_long_bytes(const Vector *v, Pick pick) {
  if (type_phys(v->type) != PHYS_TEXT) return 0;
  const TextRef *texts = v->data;
  size_t total = 0;
  if (v->constant) return texts[0].len > TEXT_INLINE_MAX ? texts[0].len : 0;
  for (uint32_t i = 0; i < pick.n; i++) {
    uint32_t len = texts[pick.rows[i]].len;
    total += len > TEXT_INLINE_MAX ? len : 0;
  }
  return total;
}

static void move_text(TextRef *text, char **room) {
  memcpy(*room, text->u.ptr, text->len);
  text->u.ptr = *room;
  *room += text->len;
}

/* Give the long strings among n new slots a copy of their own, in room. */
static void move_texts(TextRef *slots, uint32_t n, bool same, char **room) {
  if (same) {
    move_text(&slots[0], room);
    for (uint32_t i = 1; i < n; i++) slots[i] = slots[0];
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (slots[i].len > TEXT_INLINE_MAX) move_text(&slots[i], room);
  }
}

bool gather_any_null(const Vector *v, Pick pick) {
  if (v->valid == NULL) return false;
  if (v->constant) return !bit_get(v->valid, 0);
  uint64_t all = 1;
  for (uint32_t i = 0; i < pick.n; i++) all &= (uint64_t)bit_get(v->valid, pick.rows[i]);
  return all == 0;
}

void gather_nulls(uint64_t *bits, uint32_t base, const Vector *v, Pick pick) {
  for (uint32_t i = 0; i < pick.n;) {
    uint32_t shift = (base + i) % 64, take = 64 - shift;
    if (take > pick.n - i) take = pick.n - i;
    uint64_t nulls = 0;
    for (uint32_t k = 0; k < take; k++) {
      uint32_t row = v->constant ? 0 : pick.rows[i + k];
      nulls |= (uint64_t)!bit_get(v->valid, row) << (shift + k);
    }
    bits[(base + i) / 64] &= ~nulls;
    i += take;
  }
}

void gather_values(void *to, const Vector *from, Pick pick) {
  size_t width = phys_size(type_phys(from->type));
  if (from->constant) {
    gather_same(to, from->data, width, pick.n);
  } else {
    gather(to, from->data, width, pick);
  }
}

void gather_deep(void *to, const Vector *from, Pick pick, char **room) {
  size_t text_bytes = gather_long_bytes(from, pick);
  gather_values(to, from, pick);
  if (text_bytes > 0) move_texts(to, pick.n, from->constant, room);
}

ColumnRoom *column_rooms_new(Arena *arena, const Type *types, uint32_t n) {
  ColumnRoom *rooms = arena_try_alloc(arena, (n + 1) * sizeof *rooms, 8);
  if (rooms == NULL) return NULL;
  for (uint32_t i = 0; i < n; i++) {
    rooms[i].data = arena_try_alloc(arena, BATCH_ROWS * phys_size(type_phys(types[i])), 16);
    rooms[i].valid = arena_try_alloc(arena, BATCH_WORDS * sizeof *rooms[i].valid, 8);
    if (rooms[i].data == NULL || rooms[i].valid == NULL) return NULL;
  }
  return rooms;
}

Vector gather_column(const ColumnRoom *room, const Vector *from, Pick pick) {
  if (from->constant) return *from;
  Vector to = {.type = from->type, .data = room->data};
  gather_values(to.data, from, pick);
  if (!gather_any_null(from, pick)) return to;
  to.valid = room->valid;
  memset(to.valid, 0xFF, BATCH_WORDS * sizeof *to.valid);
  gather_nulls(to.valid, 0, from, pick);
  return to;
}
