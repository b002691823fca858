/* part_files.h -- the inside of a sink of part files: partitions, and the parts in them.
 *
 * A part is *open* (rows are added to it), *closed* (it is complete, and waits under its hidden
 * name for the moment when it may be seen) or seen, and then forgotten here.
 */
#pragma once
#include "exec/connectors/file_names.h"
#include "exec/connectors/file_sink.h"
#include "exec/connectors/out_file.h"

enum { PARTS_AWAKE_MAX = 64 }; /* descriptors and buffers that one sink holds */

typedef struct Part Part;
struct Part {
  Part *next; /* closed ones, by number */
  int64_t number;
  char *hidden;     /* its path until it is seen */
  OutFile file;     /* file.mark is of all of it once it is closed */
  uint64_t written; /* PartFiles.clock when it was written last: who has to rest */
  Micros begun_us, written_us;
  uint64_t checkpoint; /* closed: the first that has it; UINT64_MAX: none yet */
};

/* A directory of parts; the only one has the name "" where there is no PARTITIONED BY. */
typedef struct Partition Partition;
struct Partition {
  Partition *next;     /* in the order of their first rows */
  Partition *in_chain; /* of the same hash */
  char *name;
  char *dir;
  uint64_t hash;
  int64_t next_number;
  Part *open;
  Part *closed, *last_closed;
  bool unsynced;      /* names in dir have been made since the last checkpoint */
  bool uncommitted;   /* rows have come for which there is no success file yet ... */
  Micros since_us;    /* ... the first of them then, by the wall clock */
  uint64_t commit_in; /* the checkpoint that writes one; UINT64_MAX: none yet */
  bool written;       /* INSERT OVERWRITE: its old parts go */
};

struct PartFiles {
  FileTarget *target;
  const Format *format; /* finds the ends of rows */
  Options options;
  uint32_t depth; /* of partitions below the target */
  uint64_t roll_bytes;
  Micros rollover_us, inactivity_us, check_us;
  Micros checked_us;
  const char *success_name; /* of the file that says that a partition is complete; NULL: none */
  Micros commit_delay_us;
  Partition *first, *last;
  Partition **chains;
  size_t n_chains, n_partitions;
  Part *awake[PARTS_AWAKE_MAX];
  uint32_t n_awake;
  uint64_t clock; /* counts writes */
  bool begun;
  bool final; /* INSERT OVERWRITE: the last checkpoint is prepared, its commit renames all */
};

/* --- partitions.c ---------------------------------------------------------------------------- */

/* The partition, if there are rows for it already; else *out is NULL. */
void partition_find(const PartFiles *f, Str name, Partition **out);
/* One more, without a look at its directory. */
MUST_USE Code partition_add(PartFiles *f, Str name, Partition **out, Error *err);
/* Make its directory, and number parts behind those in it.  ERR_UNSUPPORTED when INSERT OVERWRITE
 * would leave something there. */
MUST_USE Code partition_look(PartFiles *f, Partition *p, Error *err);
/* Call fn for the path below the target of every directory on the disk that is a partition. */
typedef Code PartitionDirFn(PartFiles *f, Str name, void *arg, Error *err);
MUST_USE Code partition_walk(PartFiles *f, PartitionDirFn *fn, void *arg, Error *err);
void partitions_free(PartFiles *f);

/* --- part_files.c ---------------------------------------------------------------------------- */

static inline PartName part_name(const PartFiles *f, int64_t number, bool finished) {
  return (PartName){f->target->claim.number, number, finished};
}
/* A part of the number, not opened; NULL: no memory. */
Part *part_new(const PartFiles *f, const Partition *p, int64_t number);
void part_free(PartFiles *f, Part *part); /* drops what is not on the disk */
/* Open it again as its mark has it. */
MUST_USE Code part_go_back(PartFiles *f, Part *part, Error *err);
/* Make sure that its file is open. */
MUST_USE Code part_wake(PartFiles *f, Part *part, Error *err);
/* The open part is complete: sync and close it; it goes to the closed ones. */
MUST_USE Code part_close(PartFiles *f, Partition *p, Error *err);
void part_append_closed(Partition *p, Part *part);
/* The first closed part gets the name under which it is seen. */
MUST_USE Code part_publish_first(PartFiles *f, Partition *p, Error *err);
/* Close open parts that have become too old; at most every check-interval. */
MUST_USE Code parts_roll_by_time(PartFiles *f, Error *err);
/* Write the file that says that the partition is complete. */
MUST_USE Code partition_succeed(PartFiles *f, Partition *p, Error *err);
/* Remove what INSERT OVERWRITE has replaced in the partition. */
MUST_USE Code parts_remove_old(PartFiles *f, Partition *p, Error *err);
