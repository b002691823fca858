/* row_log.c -- a buffer of rows, each behind its length; what is dropped makes room by moving. */
#include "exec/ops/row_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/state/key.h"

enum { LOG_BYTES_MIN = 64 };

void row_log_deinit(RowLog *log) {
  memory_release(log->cap);
  free(log->bytes);
  *log = (RowLog){0};
}

static bool widen(RowLog *log, size_t need) {
  size_t cap = log->cap > 0 ? log->cap * 2 : LOG_BYTES_MIN;
  while (cap < need) cap *= 2;
  if (!memory_reserve(cap - log->cap)) return false;
  char *wider = realloc(log->bytes, cap);
  if (wider == NULL) {
    memory_release(cap - log->cap);
    return false;
  }
  log->bytes = wider;
  log->cap = cap;
  return true;
}

static bool make_room(RowLog *log, size_t size) {
  if (log->cap - log->end >= size) return true;
  size_t used = log->end - log->begin;
  if (log->begin > used) { /* moved at most once for every byte dropped */
    memmove(log->bytes, log->bytes + log->begin, used);
    log->begin = 0;
    log->end = used;
  }
  return log->cap - log->end >= size || widen(log, log->end + size);
}

bool row_log_append(RowLog *log, const Batch *batch, const uint32_t *cols, uint32_t n_cols,
                    uint32_t row) {
  size_t size = 4;
  for (uint32_t c = 0; c < n_cols; c++) size += value_encoded_size(&batch->cols[cols[c]], row);
  if (size > UINT32_MAX || !make_room(log, size)) return false;
  char *at = log->bytes + log->end;
  uint32_t len = (uint32_t)size;
  memcpy(at, &len, 4);
  at += 4;
  for (uint32_t c = 0; c < n_cols; c++) at = value_encode(&batch->cols[cols[c]], row, at);
  log->end += size;
  return true;
}

static uint32_t length_at(const RowLog *log, size_t at) {
  uint32_t len;
  memcpy(&len, log->bytes + at, 4);
  return len;
}

void row_log_drop(RowLog *log, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    assert(log->begin < log->end);
    log->begin += length_at(log, log->begin);
  }
  if (log->begin == log->end) log->begin = log->end = 0;
}

void row_log_read(const RowLog *log, size_t *at, const uint32_t *cols, uint32_t n_cols, Vector *out,
                  uint32_t row) {
  const char *values = log->bytes + *at + 4;
  for (uint32_t c = 0; c < n_cols; c++) key_decode(&out[cols[c]], row, &values);
  *at += length_at(log, *at);
}
