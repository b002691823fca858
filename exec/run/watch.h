/* watch.h -- the files of a source: listed once, or again and again.
 *
 * 'source.monitor-interval' makes a table unbounded: what is found later is read later.  The
 * directory itself is then a split that is never read and never ends: it stands in for files that
 * are not there yet (watermark.h).  A path that was found is never taken again, whatever becomes of
 * the file.  The files that one listing finds become splits in bytewise order, all by one chunk of
 * kind CHUNK_JOIN, before any of them is read.
 *
 * All of it is the input thread's; Flow.lock is held at call and return where it says so.
 */
#pragma once
#include "exec/run/split_list.h"

typedef struct Job Job;
typedef struct Source Source;

typedef struct Watch {
  InputSplit *directory; /* NULL: the source is listed once */
  Micros interval_us;
  Micros next_us;     /* when to list again, by the monotonic clock */
  const char **known; /* paths; the splits own them */
  uint32_t n_known, cap;
  bool sorted;
} Watch;

/* List the splits of a byte source, or see that its directory can be listed. */
MUST_USE Code watch_open(Job *job, Source *src, Error *err);
/* A file of a watched directory that was known before a restore.  NULL: no memory. */
InputSplit *watch_restore(Job *job, Source *src, const Split *file);
void watch_close(Source *src);

/* List what is due and admit what is new (lock held, released between).  false: stop; a failure has
 * been told. */
MUST_USE bool watch_step(Job *job);
/* How long until something is to be listed, at most max_us. */
Micros watch_wait_us(const Job *job, Micros max_us);
/* Is there a directory that never ends? */
bool watch_any(const Job *job);
