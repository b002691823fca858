/* connector.h -- rows and bytes from and to the world: what a connector is, and their list.
 *
 * A source is one of two sorts.  A *byte source* (filesystem, stdin) names its splits and
 * opens each as a ByteStream; exec/run reads it, cuts it into chunks and decodes them
 * with a format.  A *row source* (datagen) makes the rows of chunk i out of nothing but
 * i, so any worker can make any chunk.
 *
 * A sink takes ordered bytes that an encoder of its format made in the workers; only its
 * writer thread calls it.
 *
 * connectors.def lists them; docs/architecture.md has the recipe for one more.  How streams
 * are made is in byte_stream.h, the writer of stdout in out.h.
 */
#pragma once
#include "base/arena.h"
#include "exec/formats/format.h"
#include "exec/state/state_io.h"

/* --- byte streams ----------------------------------------------------------------------- */

/* An open split: plain, gzip (RFC 1952, also concatenated members) or zstd (RFC 8878). */
typedef struct ByteStream ByteStream;

/* Read up to n bytes (n > 0); *got = 0 means the end.  Blocks, and does not stop for a signal: who
 * has to stop polls a pipe before reading it.  ERR_IO names the path and what is wrong
 * ("truncated gzip"). */
MUST_USE Code stream_read(ByteStream *s, void *buf, size_t n, size_t *got, Error *err);
/* A descriptor to poll for more, -1 when reading never waits (regular files). */
int stream_poll_fd(const ByteStream *s);
/* Do bytes wait inside the stream (peeked or inflated), or is its end known, whatever poll says? */
bool stream_has_buffered(const ByteStream *s);
/* Go on at this byte.  Only where stream_can_seek: a regular file that is not compressed; others
 * are read up to there. */
bool stream_can_seek(const ByteStream *s);
MUST_USE Code stream_seek(ByteStream *s, uint64_t offset, Error *err);
void stream_close(ByteStream *s); /* NULL is allowed */

/* What a file is, as far as the system says; a hint, since all of it may change without the
 * contents, or the contents without it. */
typedef struct FileIdentity {
  uint64_t size; /* on disk */
  uint64_t device, inode;
  Micros modified_us; /* since 1970, UTC */
} FileIdentity;
MUST_USE Code stream_identity(const ByteStream *s, FileIdentity *out, Error *err);

typedef struct Split {
  const char *name; /* path, or "stdin": shown in messages, lives in the arena */
  bool bounded;     /* ends some day without a writer's doing: a regular file */
  bool replayable;  /* can be read again from any place: not a pipe */
  uint64_t bytes;   /* size on disk, 0 when unknown: for progress only */
} Split;

/* --- sources ------------------------------------------------------------------------------ */

typedef struct SourceSpec {
  const char *table; /* for messages */
  Options options;
  const FormatField *fields; /* all physical columns */
  uint32_t n_fields;
  const uint32_t *wanted; /* row sources: columns to make, in this order */
  uint32_t n_wanted;
  uint64_t seed;
  const Zone *zone; /* of the session, for DATE, TIME and TIMESTAMP that are "now"; NULL: UTC */
  Span span;        /* of the table's name in the query */
} SourceSpec;

typedef struct ByteSource {
  /* The splits in their order (bytewise by path), in the arena.  An empty directory has none;
   * ERR_IO when there is no such file, or none that matches. */
  Code (*splits)(const SourceSpec *spec, Arena *arena, Split **splits, uint32_t *n, Error *err);
  Code (*open)(const SourceSpec *spec, const Split *split, ByteStream **out, Error *err);
  bool opens_once; /* a stream that was closed is gone, though it may be a file: standard input */
  /* How often the splits are listed again, for new ones; 0, or NULL: never. */
  Micros (*monitor_us)(Options options);
} ByteSource;

typedef struct RowGenerator RowGenerator; /* each connector's own, immutable once open */

typedef struct RowSource {
  bool ends; /* always; otherwise it is opened when a query is planned, and asked for its chunks */
  Code (*open)(const SourceSpec *spec, RowGenerator **out, Error *err);
  void (*close)(RowGenerator *g);
  /* Number of chunks, UINT64_MAX when it never ends. */
  uint64_t (*chunks)(const RowGenerator *g);
  /* When chunk i may be made, in us after the start (rows-per-second); 0: at once. */
  Micros (*due_us)(const RowGenerator *g, uint64_t chunk);
  /* Fill a cleared builder with the rows of chunk i (at most BATCH_ROWS).  now_us is the processing
   * time of the chunk.  Thread-safe. */
  Code (*make)(const RowGenerator *g, uint64_t chunk, Micros now_us, BatchBuilder *out, Error *err);
  /* What a checkpoint keeps beside the number of the next chunk, so that the same chunks come after
   * a restore, and a check that they will: ERR_STATE when what is read has changed.  NULL: the
   * number is enough. */
  Code (*save)(const RowGenerator *g, uint64_t next_chunk, StateOut *out, Error *err);
  Code (*load)(RowGenerator *g, uint64_t next_chunk, StateIn *in, Error *err);
} RowSource;

/* What a byte source knows of a row beside its columns: `c STRING METADATA FROM 'file.path'`. */
typedef enum Metadata {
  META_FILE_PATH, /* as the split is named */
  META_FILE_NAME, /* what stands behind its last slash */
  META_FILE_SIZE, /* bytes on disk when it was opened */
  META_FILE_MODIFIED,
  META_FILE_LINE, /* on which the record begins, from 1; weir's own */
  META_COUNT
} Metadata;

const char *metadata_key(Metadata m);
Type metadata_type(Metadata m);

/* --- sinks ---------------------------------------------------------------------------------- */

typedef struct SinkSpec {
  const char *table;
  Options options;
  const FormatField *fields; /* all columns */
  uint32_t n_fields;
  const uint32_t
      *partition_by; /* columns whose values name the partition; not in what is written */
  uint32_t n_partition_by;
  const uint32_t *primary_key; /* columns; n 0: none */
  uint32_t n_primary_key;
  bool updating;      /* rows carry kinds */
  bool overwrite;     /* INSERT OVERWRITE */
  bool checkpointing; /* prepare and commit will be called */
  Str header;         /* of the format, for the beginning of every file; "": none */
  Span span;
} SinkSpec;

typedef struct Sink Sink; /* each connector's own */

/* Without checkpoints:  open { write | flush }* close(commit)
 *
 * With them:  open restore? prepare(0) commit(0)
 *             { { write | flush }* prepare(n) { write | flush }* commit(n) }* close
 *
 * prepare(n) makes durable what commit(n) will need, so that once the checkpoint is decided nothing
 * can keep its rows from appearing, not even a crash: then restore gets what prepare put, and
 * finishes the commit before it returns, also of a job that has finished.  Rows written after
 * prepare(n) belong to the next checkpoint, and so does what prepare(n) put when n is given up:
 * commit(n) is not called then.  The end of the input is a checkpoint like the others but told to
 * be the last, and close finds nothing left to commit.
 *
 * open looks and refuses; with checkpoints it changes nothing that restore may need. */
typedef struct SinkTable {
  /* The format that encodes for it; NULL: rows are only counted (blackhole). */
  const Format *(*format)(const SinkSpec *spec);
  bool shows_changes; /* rows of every kind are written one after the other */
  bool upserts;       /* they are applied, where the table has a PRIMARY KEY */
  Code (*open)(const SinkSpec *spec, Sink **out, Error *err);
  /* Whole rows, in order, of one partition ("dt=2024-05-01/hour=12", as a path; "" where there is
   * no PARTITIONED BY).  ERR_IO ("no space left on device"), ERR_CLOSED_PIPE. */
  Code (*write)(Sink *s, Str partition, const char *bytes, size_t n, Error *err);
  /* Let readers see what was written, where they may. */
  Code (*flush)(Sink *s, Error *err);
  /* The checkpoint's part of this sink; last: the input has ended, so nothing is written after it.
   * NULL: it has none.  The StateOut is in the head; entries under hash 0 may follow. */
  Code (*prepare)(Sink *s, uint64_t checkpoint, bool last, StateOut *out, Error *err);
  /* Checkpoint n is decided.  ERR_IO fails the job; a restore commits again. */
  Code (*commit)(Sink *s, uint64_t checkpoint, Error *err);
  /* Go back to what checkpoint n had prepared, and commit that; before the first write.  Called for
   * each block of prepare, in order; last: this is the last one. */
  Code (*restore)(Sink *s, uint64_t checkpoint, StateIn *in, bool last, Error *err);
  /* Finish and free, also when it fails.  commit: make the output final (sync, rename);
   * otherwise what INSERT INTO appended stays, up to its last whole row, and what INSERT
   * OVERWRITE prepared is removed.  With checkpoints, what is not committed is left to the
   * restore.  A failed close is a failed statement. */
  Code (*close)(Sink *s, bool commit, Error *err);
  /* What a checkpoint promises of this sink, for EXPLAIN and messages: "exactly once", "at least
   * once".  Looks at what is there; NULL: "at least once". */
  const char *(*guarantee)(const SinkSpec *spec);
} SinkTable;

typedef struct Connector {
  const char *name;
  OptionList options;
  const char *const *not_built; /* Flink's keys that are refused by name, NULL-terminated; one that
                                 * ends in '.' is a prefix; NULL: none */
  bool takes_format;            /* 'format' is required and its options allowed */
  bool partitions;              /* a table of it can be PARTITIONED BY columns */
  uint32_t metadata;            /* a bit for each that its rows have */
  bool has_tables;              /* 'path' holds many: 'table-name', or the own name, says which */
  /* Check what options_check cannot: values against columns.  NULL: nothing. */
  Code (*check)(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                Error *err);
  const ByteSource *bytes;
  const RowSource *rows;
  const SinkTable *sink;
  const char *doc;
} Connector;

const Connector *connector_find(const char *name);
/* The metadata of this key that its rows have; false: there is none. */
bool connector_metadata(const Connector *c, const char *key, Metadata *out);
const Connector *const *connector_list(uint32_t *n);

/* Keys that do not belong to one connector: 'format', those of every source ('scan.*'), of every
 * byte source ('weir.dead-letter.path'), of every sink.  For the readers of options.h, for
 * completion and documentation. */
OptionList format_option(void);
OptionList source_options(void);
OptionList byte_source_options(void);
OptionList sink_options(void);

/* Check the WITH options of a table against connector and format: 'connector' known, 'format' known
 * and allowed, every key valid for one of them.  Messages carry the nearest valid name. */
MUST_USE Code connector_check(Options options, const FormatField *fields, uint32_t n_fields,
                              Span table_span, const Connector **connector, const Format **format,
                              Error *err);

/* --- the first bytes ---------------------------------------------------------------------- */

/* The first bytes of a file or stdin for infer_schema, uncompressed, in the arena, at most
 * SNIFF_BYTES; *complete: that was all.  A directory or pattern shows its first file that is not
 * empty.  Those of stdin are kept and read again by the stream opened later (and by the next
 * peek); on a pipe the call waits for the first whole line and 100 ms more. */
MUST_USE Code source_peek_file(Arena *arena, const char *path, Span span, Str *sample,
                               bool *complete, Error *err);
MUST_USE Code source_peek_stdin(Arena *arena, Span span, Str *sample, bool *complete, Error *err);

/* Was weir asked to stop (a signal)?  Asked now and then by source_peek_stdin while it waits for a
 * pipe, which then returns ERR_CANCELLED.  NULL, the default: never. */
extern bool (*source_stop_asked)(void);
