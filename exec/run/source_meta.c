/* source_meta.c -- what a source knows of a row beside its columns.
 *
 * What is of a file is a constant vector.  A line is counted from the chunk's first one up to where
 * the row's record begins, each byte once.
 */
#include "exec/run/source_meta.h"

#include <stdlib.h>
#include <string.h>

#include "exec/formats/newline.h"

SourceMeta *source_meta_new(const ScanSpec *scan, Code *code, Error *err) {
  *code = OK;
  if (scan->n_metadata == 0) return NULL;
  SourceMeta *m = calloc(1, sizeof *m);
  if (m == NULL) {
    *code = FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
    return NULL;
  }
  m->what = scan->metadata;
  m->n = scan->n_metadata;
  for (uint32_t i = 0; i < m->n; i++) m->with_lines |= m->what[i] == META_FILE_LINE;
  return m;
}

void source_meta_begin(SourceMeta *m, const char *text, uint64_t first_line, const char *split_name,
                       const FileIdentity *file) {
  const char *slash = strrchr(split_name, '/');
  const char *name = slash != NULL ? slash + 1 : split_name;
  m->path = text_ref(split_name, strlen(split_name));
  m->name = text_ref(name, strlen(name));
  m->size = (int64_t)file->size;
  /* to the millisecond, towards the past */
  Micros rest = file->modified_us % MICROS_PER_MILLI;
  m->modified_us = file->modified_us - (rest < 0 ? rest + MICROS_PER_MILLI : rest);
  m->text = text;
  m->at = 0;
  m->line = first_line;
}

static void count_lines(SourceMeta *m, uint32_t rows) {
  for (uint32_t i = 0; i < rows; i++) {
    assert(m->places[i] >= m->at);
    m->line += newline_count(m->text + m->at, m->places[i] - m->at);
    m->at = m->places[i];
    m->lines[i] = (int64_t)m->line;
  }
}

static void *data_of(SourceMeta *m, Metadata what) {
  switch (what) {
    case META_FILE_PATH:
      return &m->path;
    case META_FILE_NAME:
      return &m->name;
    case META_FILE_SIZE:
      return &m->size;
    case META_FILE_MODIFIED:
      return &m->modified_us;
    case META_FILE_LINE:
      return m->lines;
    case META_COUNT:
      break;
  }
  assert(false && "every key has a value");
  return NULL;
}

const Batch *source_meta_add(SourceMeta *m, const Batch *decoded) {
  const uint32_t n = decoded->n_cols;
  assert(n + m->n <= COLUMNS_MAX);
  if (m->with_lines) count_lines(m, decoded->rows);
  m->batch = *decoded;
  m->batch.cols = m->cols;
  m->batch.n_cols = n + m->n;
  if (n > 0) memcpy(m->cols, decoded->cols, n * sizeof *m->cols);
  for (uint32_t i = 0; i < m->n; i++) {
    m->cols[n + i] = (Vector){.type = metadata_type(m->what[i]),
                              .constant = m->what[i] != META_FILE_LINE,
                              .data = data_of(m, m->what[i])};
  }
  return &m->batch;
}
