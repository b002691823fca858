/* agg_pieces.h -- what holistic aggregates keep: pieces of memory in the order of appending.
 *
 *     first block            next block             last block
 *     [piece piece piece] -> [piece piece piece] -> [piece      ]
 *
 * Blocks lie in an arena and grow twofold up to a limit, so that a group of one value costs little
 * and a large one wastes little; nothing moves.  All-zero bytes are the empty list.
 */
#pragma once
#include "base/arena.h"

typedef struct PieceBlock PieceBlock;
struct PieceBlock {
  PieceBlock *next;
  uint32_t used, room; /* bytes */
  /* the pieces follow, 8-byte aligned */
};

typedef struct Pieces {
  PieceBlock *first, *last;
} Pieces;

static inline char *piece_block_bytes(const PieceBlock *b) { return (char *)(uintptr_t)(b + 1); }

/* Room for a piece of size bytes behind the others, aligned to 8.  NULL: no memory. */
MUST_USE void *pieces_append(Pieces *p, size_t size, Arena *arena);
