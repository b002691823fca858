/* row_replay.h -- rows read back from logs and folded into results, a batch at a time. */
#pragma once
#include "exec/ops/groups.h"
#include "exec/ops/row_log.h"

typedef struct RowReplay {
  uint32_t *cols; /* input columns that the aggregates of the layout need: what is logged */
  uint32_t n_cols;
  Batch batch; /* with all columns of the input; only those are there */
  void *record[BATCH_ROWS];
  uint64_t replayed; /* rows before the batch */
} RowReplay;

/* For folding into records of this layout.  Lives in the arena; false: no memory. */
MUST_USE bool row_replay_init(RowReplay *r, Arena *arena, const GroupLayout *layout,
                              const FormatField *input, uint32_t n_input);
/* Fold the rows of a log into a record, at the latest with the next flush; until then the log stays
 * as it is.  groups: as for groups_fold.  false: no memory. */
MUST_USE bool row_replay(RowReplay *r, Groups *groups, const RowLog *log, void *record);
MUST_USE bool row_replay_flush(RowReplay *r, Groups *groups);
