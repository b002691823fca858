/* stats.c -- the figures of --stats, one a line: "NAME: VALUE". */
#include <stdio.h>
#include <sys/resource.h>

#include "shell/shell.h"

static void count(const char *name, uint64_t n) {
  fprintf(stderr, "%s: %llu\n", name, (unsigned long long)n);
}

/* The most memory that the process ever held, or one that ran a job for it, in MiB. */
static double peak_mib(void) {
  struct rusage own, children;
  if (getrusage(RUSAGE_SELF, &own) != 0 || getrusage(RUSAGE_CHILDREN, &children) != 0) return 0;
  long most = own.ru_maxrss > children.ru_maxrss ? own.ru_maxrss : children.ru_maxrss;
  return (double)most / 1024;
}

static double per_us(uint64_t bytes, uint64_t us) {
  return us > 0 ? (double)bytes / (double)us : 0;
}

/* Of jobs that take checkpoints, go on from one, or change the number of their workers. */
static void durability(const WeirStats *s) {
  if (s->checkpoints > 0) {
    fprintf(stderr, "checkpoints: %llu, %.1f MB, %.0f MB/s, longest pause %.1f ms\n",
            (unsigned long long)s->checkpoints, (double)s->checkpoint_bytes / 1e6,
            per_us(s->checkpoint_bytes, s->checkpoint_us), (double)s->checkpoint_pause_us / 1e3);
  }
  if (s->restored_us > 0) {
    fprintf(stderr, "restored: %.1f MB, %.0f MB/s\n", (double)s->restored_bytes / 1e6,
            per_us(s->restored_bytes, s->restored_us));
  }
  if (s->rescales > 0) {
    fprintf(stderr, "changes of workers: %llu, longest %.1f ms\n", (unsigned long long)s->rescales,
            (double)s->rescale_us / 1e3);
  }
}

void stats_print(const WeirStats *s) {
  double seconds = (double)s->elapsed_us / 1e6;
  count("rows in", s->rows_in);
  count("rows out", s->rows_out);
  count("bytes in", s->bytes_in);
  count("malformed rows", s->bad_rows);
  count("late rows", s->late_rows);
  count("rows without event time", s->null_time_rows);
  durability(s);
  fprintf(stderr, "peak memory: %.1f MiB\n", peak_mib());
  fprintf(stderr, "elapsed: %.3f s\n", seconds);
  fprintf(stderr, "rows/s: %.0f\n", seconds > 0 ? (double)s->rows_in / seconds : 0);
}
