/* cells.c -- the matrix: every test runs once in each of these cells, with the same bytes as
 * result. */
#include "sql-tests/slt/cells.h"

#include <string.h>

const Cell cells[CELLS] = {
    {"p1", "1", "262144", "2048", "0"},      {"p3", "3", "262144", "2048", "0"},
    {"p1-c64", "1", "64", "2048", "0"},      {"p3-c64", "3", "64", "2048", "0"},
    {"rows1", "1", "262144", "1", "0"},      {"p3-c64-rows7", "3", "64", "7", "0"},
    {"auto-c64", "auto", "64", "2048", "1"},
};

int cell_find(const char *name) {
  for (int i = 0; i < CELLS; i++) {
    if (strcmp(cells[i].name, name) == 0) return i;
  }
  return -1;
}
