/* source_meta.h -- metadata columns behind those that a decoder made. */
#pragma once
#include "exec/run/split_reader.h"

typedef struct SourceMeta {
  const Metadata *what;
  uint32_t n;
  uint32_t places[BATCH_ROWS]; /* for Chunk.places, when lines are asked for */
  bool with_lines;

  /* the chunk */
  TextRef path, name;
  int64_t size, modified_us;
  const char *text;
  size_t at;     /* up to here lines are counted */
  uint64_t line; /* there */

  /* the batch */
  Batch batch;
  Vector cols[COLUMNS_MAX];
  int64_t lines[BATCH_ROWS];
} SourceMeta;

/* For what a scan asks.  NULL: it asks for nothing, or no memory; *code tells which. */
SourceMeta *source_meta_new(const ScanSpec *scan, Code *code, Error *err);
/* Start on a chunk, which outlives its batches; split_name likewise. */
void source_meta_begin(SourceMeta *m, const char *text, uint64_t first_line, const char *split_name,
                       const FileIdentity *file);
/* A decoded batch with the metadata behind its columns, good as long as that batch. */
const Batch *source_meta_add(SourceMeta *m, const Batch *decoded);
