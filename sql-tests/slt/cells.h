/* cells.h -- the matrix: every test runs once in each of these cells, with the same bytes as
 * result.
 *
 * The first cell is the reference.  The others shake how rows are cut into chunks and batches and
 * who works on them.
 */
#pragma once

typedef struct Cell {
  const char *name;
  const char *parallelism, *chunk_bytes, *batch_rows; /* values of the settings */
} Cell;

enum { CELLS = 6 };
extern const Cell cells[CELLS];

/* Index of the cell with this name, -1: there is none. */
int cell_find(const char *name);
