/* arena.c -- bump allocation in blocks that double up to a maximum. */
#include "base/arena.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST_BYTES = 256, BLOCK_MAX_BYTES = 1 << 20, BLOCK_ALIGN = 16 };

struct ArenaBlock {
  ArenaBlock *older;
  size_t size; /* of the room behind this header */
};
static_assert(sizeof(ArenaBlock) == BLOCK_ALIGN, "the room behind the header is aligned");

_Noreturn void out_of_memory(void) {
  fputs("weir: error: out of memory\n", stderr);
  exit(1);
}

void arena_init(Arena *a) { *a = (Arena){0}; }

static void free_blocks(ArenaBlock *block) {
  while (block != NULL) {
    ArenaBlock *older = block->older;
    memory_release(sizeof *block + block->size);
    free(block);
    block = older;
  }
}

void arena_deinit(Arena *a) {
  free_blocks(a->head);
  *a = (Arena){0};
}

void arena_reset(Arena *a) {
  if (a->head == NULL) return;
  free_blocks(a->head->older);
  a->head->older = NULL;
  a->at = (char *)(a->head + 1);
  a->end = a->at + a->head->size;
  a->total_bytes = a->head->size;
}

static bool add_block(Arena *a, size_t size, bool bounded) {
  size_t room = BLOCK_FIRST_BYTES;
  if (a->head != NULL) room = a->head->size * 2;
  if (room > BLOCK_MAX_BYTES) room = BLOCK_MAX_BYTES;
  if (room < size + BLOCK_ALIGN) room = size + BLOCK_ALIGN;
  if (room < size) return false; /* size wrapped */
  if (!bounded) {
    memory_reserve_always(sizeof(ArenaBlock) + room);
  } else if (!memory_reserve(sizeof(ArenaBlock) + room)) {
    return false;
  }
  ArenaBlock *block = malloc(sizeof *block + room);
  if (block == NULL) {
    memory_release(sizeof *block + room);
    return false;
  }
  *block = (ArenaBlock){.older = a->head, .size = room};
  a->head = block;
  a->at = (char *)(block + 1);
  a->end = a->at + room;
  a->total_bytes += room;
  return true;
}

static void *take(Arena *a, size_t size, size_t align, bool bounded) {
  assert(align > 0 && align <= BLOCK_ALIGN && (align & (align - 1)) == 0);
  size_t pad = (size_t)(-(uintptr_t)a->at & (align - 1));
  if (a->at == NULL || (size_t)(a->end - a->at) < pad || (size_t)(a->end - a->at) - pad < size) {
    if (!add_block(a, size, bounded)) return NULL;
    pad = 0;
  }
  char *p = a->at + pad;
  a->at = p + size;
  return p;
}

void *arena_try_alloc_slow(Arena *a, size_t size, size_t align) {
  return take(a, size, align, true);
}

void *arena_alloc(Arena *a, size_t size) {
  void *p = take(a, size, BLOCK_ALIGN, false);
  if (p == NULL) out_of_memory();
  return memset(p, 0, size);
}

char *arena_strndup(Arena *a, const char *text, size_t len) {
  char *copy = take(a, len + 1, 1, false);
  if (copy == NULL) out_of_memory();
  if (len > 0) memcpy(copy, text, len);
  copy[len] = '\0';
  return copy;
}

char *arena_strdup(Arena *a, const char *text) { return arena_strndup(a, text, strlen(text)); }

char *arena_printf(Arena *a, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  assert(n >= 0);
  char *text = arena_strndup(a, "", 0);
  if (n > 0) {
    text = take(a, (size_t)n + 1, 1, false);
    if (text == NULL) out_of_memory();
    vsnprintf(text, (size_t)n + 1, fmt, again);
  }
  va_end(again);
  return text;
}

void *arena_grow(Arena *a, void *items, uint32_t n, uint32_t *cap, size_t item_size) {
  if (n < *cap) return items;
  uint32_t wider = *cap > 0 ? *cap * 2 : 4;
  void *moved = arena_alloc(a, wider * item_size);
  if (n > 0) memcpy(moved, items, n * item_size);
  *cap = wider;
  return moved;
}
