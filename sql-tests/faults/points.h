/* points.h -- counts the calls that change what is on the disk, and does something at some of them.
 *
 * Counted are: open with O_CREAT or O_TRUNC, write to a regular file, fsync, rename, unlink, mkdir,
 * rmdir, ftruncate.  Each is a point, numbered from 1 in the order in which they are made; the
 * number goes on in forked processes.  Standard output and error, pipes and devices are not
 * counted, reading is not.  Power is lost at the end when its point does not come before.
 */
#pragma once
#include "base/sys.h"

typedef enum CallKind {
  CALL_OPEN,
  CALL_WRITE,
  CALL_FSYNC,
  CALL_RENAME,
  CALL_UNLINK,
  CALL_MKDIR,
  CALL_RMDIR,
  CALL_FTRUNCATE,
} CallKind;

typedef enum FaultKind {
  FAULT_NONE,
  FAULT_KILL,
  FAULT_STOP, /* until SIGCONT */
  FAULT_ERROR,
  FAULT_POWER_LOSS
} FaultKind;
typedef enum FaultWhen { WHEN_BEFORE, WHEN_HALFWAY, WHEN_AFTER } FaultWhen;

enum { POINTS_MAX = 64 };

typedef struct FaultPlan {
  FaultKind kind;
  uint64_t at[POINTS_MAX]; /* numbers of points */
  uint32_t n_at;
  FaultWhen when;       /* of a kill; halfway: a write of half of the bytes, others as after */
  int error;            /* errno of a failure */
  bool for_ever;        /* all later calls of the same kind fail, too */
  uint64_t seed;        /* of a power loss */
  const char *trace;    /* a file that gets a line "number kind path" for each; NULL: none */
  const char *no_fsync; /* fsync of files whose path contains this does nothing; NULL: works */
} FaultPlan;

/* Replace the members of `sys`.  Once, before anything else runs; the plan is kept. */
void points_install(const FaultPlan *plan);

/* --- for calls that go around `sys`: those of SQLite, points_sqlite.c --------------------------
 */

typedef enum Fate { GO, FAIL_IT, DIE_HALFWAY, DIE_AFTER } Fate;

/* A call begins: what becomes of it.  Others wait until point_end, which returns rc. */
Fate point_begin(CallKind kind, const char *path);
long point_end(Fate fate, long rc);
/* Of a call that is to fail: -1, and errno. */
int point_fail(void);
/* What a descriptor is open for. */
const char *point_path(int fd, char path[4096]);

/* Count what SQLite changes, too.  (A simulated disk knows nothing of it.) */
void points_install_sqlite(void);
