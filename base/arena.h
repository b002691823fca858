/* arena.h -- memory by lifetime: allocate piecemeal, free all at once.
 *
 * A statement's tokens, AST and plan live in one arena, a batch's text in
 * another.  Nothing in an arena is freed alone.
 *
 * Two ways to run out of memory.  An arena for SQL (arena_init) ends the program
 * with a message: the text is capped at SQL_TEXT_MAX, so its size is bounded.
 * What grows with data uses arena_try_alloc, which returns NULL, also when
 * weir.memory.limit is reached, and leaves it to the caller to raise ERR_MEMORY.
 */
#pragma once
#include "base/base.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
  ArenaBlock *head;   /* block in use; older blocks behind it */
  char *at, *end;     /* free room of head */
  size_t total_bytes; /* of all blocks; what memory accounting counts */
} Arena;

/* A zeroed Arena is a valid empty one. */
void arena_init(Arena *a);
/* Free everything. The arena is empty and usable again. */
void arena_deinit(Arena *a);
/* Forget everything, but keep the newest block for reuse. */
void arena_reset(Arena *a);

/* size bytes aligned to 16, zeroed.  Never NULL: ends the program when memory is out. */
void *arena_alloc(Arena *a, size_t size);
/* The same, not zeroed, aligned to align (1, 2, 4, 8 or 16); NULL when memory is out. */
static inline void *arena_try_alloc(Arena *a, size_t size, size_t align);

/* A NUL-terminated copy of len bytes. */
char *arena_strndup(Arena *a, const char *text, size_t len);
char *arena_strdup(Arena *a, const char *text);
char *arena_printf(Arena *a, const char *fmt, ...) PRINTF(2, 3);
/* Room for one more in an arena-held array that doubles: returns items, possibly
 * moved.  n is the count in use, *cap the capacity (0 at first). */
void *arena_grow(Arena *a, void *items, uint32_t n, uint32_t *cap, size_t item_size);

void *arena_try_alloc_slow(Arena *a, size_t size, size_t align);
static inline void *arena_try_alloc(Arena *a, size_t size, size_t align) {
  size_t pad = (size_t)(-(uintptr_t)a->at & (align - 1)), room = (size_t)(a->end - a->at);
  if (UNLIKELY(room < pad || room - pad < size || a->at == NULL)) {
    return arena_try_alloc_slow(a, size, align);
  }
  char *p = a->at + pad;
  a->at = p + size;
  return p;
}

#define ARENA_NEW(a, T)      ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_alloc((a), sizeof(T) * (size_t)(n)))
/* items, n and cap are lvalues: ARENA_PUSH(a, list->items, list->n, list->cap, x). */
#define ARENA_PUSH(a, items, n, cap, x)                                                 \
  do {                                                                                  \
    if ((n) == (cap)) (items) = arena_grow((a), (items), (n), &(cap), sizeof *(items)); \
    (items)[(n)++] = (x);                                                               \
  } while (0)

/* Print "out of memory" on stderr and end the program with status 1. */
_Noreturn void out_of_memory(void);
