/* gather.h -- picking rows out of columns: the loops behind every copy of rows.
 *
 * What is picked comes out dense, in the order of the pick; a row may be picked more than once.
 */
#pragma once
#include "exec/data/batch.h"

/* The rows that are wanted, which are most often a run. */
typedef struct Pick {
  const uint16_t *rows; /* physical row numbers; borrowed */
  uint32_t n;
  bool run; /* rows[0], rows[0] + 1, ... */
} Pick;
Pick pick_rows(const uint16_t *rows, uint32_t n);

/* The picked values of a plain array, of width bytes each (1, 2, 4, 8 or 16). */
void gather(void *to, const void *from, size_t width, Pick pick);
/* The same value n times. */
void gather_same(void *to, const void *from, size_t width, uint32_t n);

/* The picked values of a column; text is borrowed from it. */
void gather_values(void *to, const Vector *from, Pick pick);
/* The same, long strings with a copy of their own in *room, which moves behind it;
 * gather_long_bytes says how much room that is. */
void gather_deep(void *to, const Vector *from, Pick pick, char **room);
size_t gather_long_bytes(const Vector *v, Pick pick);

bool gather_any_null(const Vector *v, Pick pick);
/* Clear the bits of the NULLs among the picked rows of a column that has validity, from bit base
 * on, a word at a time. */
void gather_nulls(uint64_t *bits, uint32_t base, const Vector *v, Pick pick);

/* Room for a column of up to BATCH_ROWS rows that is filled again for each batch. */
typedef struct ColumnRoom {
  void *data;
  uint64_t *valid;
} ColumnRoom;
/* One for each type, in the arena.  NULL: no memory. */
ColumnRoom *column_rooms_new(Arena *arena, const Type *types, uint32_t n);

/* The picked rows of a column, in room.  A constant column stays one; text is borrowed. */
Vector gather_column(const ColumnRoom *room, const Vector *from, Pick pick);
