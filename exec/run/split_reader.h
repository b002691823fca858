/* split_reader.h -- the bytes of one split, cut into chunks of whole records.
 *
 * Chunk i of a file is the records that start in [i*S, (i+1)*S) of its uncompressed bytes.
 * That grid does not depend on speed or workers, so neither does anything that comes of it.
 * A live pipe's chunk is what has come, at most about S.
 *
 * One thread (the input thread) reads all splits of a job.
 */
#pragma once
#include "exec/ops/op_spec.h"

typedef struct SplitReader {
  const ScanSpec *scan;
  const DecodeSpec *decode;
  const Split *split;
  size_t chunk_bytes; /* S */
  ByteStream *stream; /* NULL: not open */
  void *layout;       /* of the file, if the format has one; the reader's */
  bool begun;         /* BOM and header are behind us */
  bool at_end;        /* the stream has ended; bytes may be left in buf */
  bool done;          /* nothing is left */
  CutState cut;       /* at buf[0] */
  uint64_t offset;    /* of buf[0] in the uncompressed bytes, BOM not counted */
  char *buf;          /* read and not yet given out */
  size_t len, cap;
  size_t scanned;      /* bytes of buf that are known to end no record */
  CutState scan_state; /* behind them */
} SplitReader;

/* A chunk's bytes.  text is malloc'ed with CHUNK_PADDING readable bytes behind; whoever gets it
 * frees it. */
typedef struct ChunkText {
  char *text;
  size_t len;
  uint64_t first_line;
  uint64_t skipped_records; /* that never ended, before this chunk */
  uint64_t skipped_line;    /* of the first of them */
  const char *skipped_reason;
} ChunkText;

typedef enum ReadResult {
  READ_CHUNK, /* out is filled; reader->done says whether it was the last */
  READ_WAIT   /* a pipe has nothing more just now and what is there should wait */
} ReadResult;

/* Open the stream (again from the start). */
MUST_USE Code split_reader_open(SplitReader *r, Error *err);
/* The next chunk (len 0 only for the last).  A pipe is never waited for,
 * and gives less than a full chunk only if cut_short. */
MUST_USE Code split_reader_next(SplitReader *r, bool cut_short, ChunkText *out, ReadResult *result,
                                Error *err);
/* Only the first record, for its event time; the reader is closed and at its start again. */
MUST_USE Code split_reader_peek(SplitReader *r, ChunkText *out, Error *err);
/* Close the stream and forget what was read.  The layout stays. */
void split_reader_close(SplitReader *r);
/* Close, and free the layout. */
void split_reader_free(SplitReader *r);
