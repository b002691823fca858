/* session.h -- a weir session whose results are kept as text, for comparison. */
#pragma once
#include <stdint.h>

#include "api/weir.h"
#include "sql-tests/slt/cells.h"
#include "sql-tests/slt/text.h"

/* What a run of SQL text gave. */
typedef struct Capture {
  size_t n_columns; /* of the last result; 0: there was none */
  bool *is_number;  /* one a column */
  Lines values;     /* of all results, row by row, as text_value writes them */
  bool mixed;       /* results with different numbers of columns */
  Lines notes;
  Text error; /* as rendered */
  WeirStatus status;
  WeirStats stats;
} Capture;

typedef struct Session {
  Weir *weir;
  Capture last;
} Session;

/* false: told on stderr. */
bool session_open(Session *s, const Cell *cell);
void session_close(Session *s);
/* Run and fill s->last. */
void session_run(Session *s, const char *sql, size_t len);
