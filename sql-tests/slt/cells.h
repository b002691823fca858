/* cells.h -- the matrix: every test runs once in each of these cells, with the same bytes as
 * result.
 *
 * The first cell is the reference.  The others shake how rows are cut into chunks and batches and
 * who works on them; in the last all state moves between workers after every epoch.
 */
#pragma once

typedef struct Cell {
  const char *name;
  const char *parallelism, *chunk_bytes, *batch_rows; /* values of the settings */
  const char *autoscale_epochs; /* the number of workers changes after so many */
} Cell;

enum { CELLS = 7 };
extern const Cell cells[CELLS];

/* Index of the cell with this name, -1: there is none. */
int cell_find(const char *name);
