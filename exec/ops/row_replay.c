/* row_replay.c -- logged rows as batches again. */
#include "exec/ops/row_replay.h"

#include <string.h>

static void need_column(RowReplay *r, int32_t col) {
  if (col < 0) return;
  for (uint32_t i = 0; i < r->n_cols; i++) {
    if (r->cols[i] == (uint32_t)col) return;
  }
  r->cols[r->n_cols++] = (uint32_t)col;
}

bool row_replay_init(RowReplay *r, Arena *arena, const GroupLayout *layout,
                     const FormatField *input, uint32_t n_input) {
  *r = (RowReplay){0};
  r->cols = arena_try_alloc(arena, (2 * (size_t)layout->n_aggs + 1) * sizeof *r->cols, 8);
  Type *types = arena_try_alloc(arena, (n_input + 1) * sizeof *types, 8);
  Vector *cols = arena_try_alloc(arena, (n_input + 1) * sizeof *cols, 8);
  if (r->cols == NULL || types == NULL || cols == NULL) return false;
  for (uint32_t a = 0; a < layout->n_aggs; a++) {
    need_column(r, layout->aggs[a].arg);
    need_column(r, layout->aggs[a].filter);
  }
  for (uint32_t i = 0; i < r->n_cols; i++) types[i] = input[r->cols[i]].type;
  Vector *made = vectors_new(arena, types, r->n_cols);
  if (made == NULL) return false;
  memset(cols, 0, n_input * sizeof *cols);
  for (uint32_t i = 0; i < r->n_cols; i++) cols[r->cols[i]] = made[i];
  r->batch = (Batch){.n_cols = n_input, .cols = cols};
  return true;
}

bool row_replay_flush(RowReplay *r, Groups *groups) {
  uint16_t rows[BATCH_ROWS];
  uint32_t n = r->batch.rows;
  if (n == 0) return true;
  batch_rows(&r->batch, rows);
  bool ok = groups_fold(groups, &r->batch, r->replayed, rows, n, r->record);
  for (uint32_t c = 0; c < r->n_cols; c++) vectors_all_valid(&r->batch.cols[r->cols[c]], 1);
  r->replayed += n;
  r->batch.rows = 0;
  return ok;
}

bool row_replay(RowReplay *r, Groups *groups, const RowLog *log, void *record) {
  for (size_t at = log->begin; at < log->end;) {
    row_log_read(log, &at, r->cols, r->n_cols, r->batch.cols, r->batch.rows);
    r->record[r->batch.rows++] = record;
    if (r->batch.rows == BATCH_ROWS && !row_replay_flush(r, groups)) return false;
  }
  return true;
}
