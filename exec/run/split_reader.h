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
#include "exec/run/trail.h"

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
  bool has_bom;
  FileIdentity file; /* when it was opened */
  Trail trail;       /* the bytes before buf[0], of a split that can be read again */
  char *buf;         /* read and not yet given out */
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
  FileIdentity file;
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
/* Only the first record, for its event time.  The reader is at its start again, and closed if it
 * can be opened again. */
MUST_USE Code split_reader_peek(SplitReader *r, ChunkText *out, Error *err);
/* Close the stream and forget what was read, but for whether it was all.  The layout stays. */
void split_reader_close(SplitReader *r);
/* Close, and free the layout. */
void split_reader_free(SplitReader *r);

/* --- its parts, for split_place.c --------------------------------------------------------- */

enum { BOM_BYTES = 3 };
/* Behind the byte order mark and the header, whose layout is made unless there is one. */
MUST_USE Code split_begin(SplitReader *r, Error *err);
/* Read until the buffer has `want` bytes or the stream ends. */
MUST_USE Code split_fill(SplitReader *r, size_t want, Error *err);
/* Take the first n bytes out of the buffer. */
void split_drop(SplitReader *r, size_t n);

/* --- the place, for checkpoints (split_place.c) ------------------------------------------- */

/* The place behind the chunks given out so far, and what tells whether the file is still the same
 * one when it is read again.  A split that cannot be read again saves only whether it is done.
 * out is in the head or in an entry, which is the caller's. */
void split_reader_save(const SplitReader *r, StateOut *out);
/* Go on from a saved place: the chunks that come are those that would have come.  r is as before
 * the first chunk (a peek does no harm).  Opens the stream unless the split had not begun or is
 * done.  ERR_STATE when the bytes before the place are not there any more, or are others;
 * checkpoint is for the message. */
MUST_USE Code split_reader_restore(SplitReader *r, uint64_t checkpoint, StateIn *in, Error *err);
