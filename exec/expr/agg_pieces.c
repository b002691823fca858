/* agg_pieces.c -- lists of pieces in blocks. */
#include "exec/expr/agg_pieces.h"

enum { ROOM_FIRST = 64, ROOM_MAX = 32 << 10 };

static PieceBlock *add_block(Pieces *p, size_t size, Arena *arena) {
  size_t room = p->last != NULL ? (size_t)p->last->room * 2 : ROOM_FIRST;
  if (room > ROOM_MAX) room = ROOM_MAX;
  if (room < size) room = size;
  if (room > UINT32_MAX) return NULL;
  PieceBlock *b = arena_try_alloc(arena, sizeof *b + room, 8);
  if (b == NULL) return NULL;
  *b = (PieceBlock){.room = (uint32_t)room};
  if (p->last != NULL) {
    p->last->next = b;
  } else {
    p->first = b;
  }
  p->last = b;
  return b;
}

void *pieces_append(Pieces *p, size_t size, Arena *arena) {
  size = (size + 7) & ~(size_t)7;
  PieceBlock *b = p->last;
  if (b == NULL || b->room - b->used < size) b = add_block(p, size, arena);
  if (b == NULL) return NULL;
  char *at = piece_block_bytes(b) + b->used;
  b->used += (uint32_t)size;
  return at;
}
