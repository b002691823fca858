/* spare.h -- rooms in an arena that are given back and used again, by powers of two.
 *
 * For bytes of many lengths whose owners come and go one by one.  An arena frees nothing alone;
 * this keeps what is given back for the next of its size.  One thread.
 */
#pragma once
#include <string.h>

#include "base/arena.h"

typedef struct Spare {
  void *rooms[33]; /* [i]: a list of rooms of 2^i bytes */
} Spare;

enum { SPARE_BITS_MIN = 4 };

static inline unsigned spare_bits(uint32_t size) {
  if (size <= 1u << SPARE_BITS_MIN) return SPARE_BITS_MIN;
  return 32 - (unsigned)__builtin_clz(size - 1);
}

/* Lists of rooms of one size. */
static inline void *spare_pop(void **list) {
  void *room = *list;
  if (room != NULL) memcpy(list, room, sizeof *list);
  return room;
}

static inline void spare_push(void **list, void *room) {
  memcpy(room, list, sizeof *list);
  *list = room;
}

/* Room for size bytes, aligned to 8.  NULL: no memory. */
static inline void *spare_take(Spare *s, Arena *arena, uint32_t size) {
  unsigned bits = spare_bits(size);
  void *room = spare_pop(&s->rooms[bits]);
  return room != NULL ? room : arena_try_alloc(arena, (size_t)1 << bits, 8);
}

/* The room of size bytes that spare_take gave. */
static inline void spare_give(Spare *s, void *room, uint32_t size) {
  spare_push(&s->rooms[spare_bits(size)], room);
}
