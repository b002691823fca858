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

void stats_print(const WeirStats *s) {
  double seconds = (double)s->elapsed_us / 1e6;
  count("rows in", s->rows_in);
  count("rows out", s->rows_out);
  count("bytes in", s->bytes_in);
  count("malformed rows", s->bad_rows);
  count("late rows", s->late_rows);
  count("rows without event time", s->null_time_rows);
  fprintf(stderr, "peak memory: %.1f MiB\n", peak_mib());
  fprintf(stderr, "elapsed: %.3f s\n", seconds);
  fprintf(stderr, "rows/s: %.0f\n", seconds > 0 ? (double)s->rows_in / seconds : 0);
}
