/* checkpoint_bench.c -- how fast state goes to disk and comes back, on one core.
 *
 *     checkpoint_bench [MILLIONS OF KEYS] [DIRECTORY]
 *
 * The state of a count and a sum by key: entries in the order of hashes, a BIGINT key, small
 * numbers. CPU time is of this process and so without the disk's; "wall" has that, and fsync, in
 * it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/run/checkpoint_format.h"

typedef struct Span2 {
  double cpu, wall;
} Span2;

static double cpu_seconds(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
         1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static Span2 now(void) { return (Span2){cpu_seconds(), 1e-6 * (double)sys.mono_us()}; }

static void tell(const char *what, Span2 from, uint64_t bytes) {
  Span2 to = now();
  double mb = (double)bytes / 1e6;
  printf("%-24s %7.0f MB/s of CPU   %7.0f MB/s wall\n", what, mb / (to.cpu - from.cpu),
         mb / (to.wall - from.wall));
}

static void must(Code code, const Error *err) {
  if (code == OK) return;
  fprintf(stderr, "checkpoint_bench: %s\n", err->msg);
  exit(1);
}

typedef struct Kept {
  StateSink sink;
  StateBlock *first, **last;
  uint64_t bytes;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  Kept *k = (Kept *)to;
  *k->last = block;
  k->last = &block->next;
  k->bytes += block->bytes.len;
  return true;
}

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static void fill(Kept *k, uint64_t keys) {
  StateOut out;
  k->sink.take = keep;
  k->last = &k->first;
  state_begin(&out, &k->sink, "slice", 1);
  for (uint64_t i = 0; i < keys; i++) {
    uint64_t r = mix(i);
    state_entry(&out, UINT64_MAX / keys * i + r % (UINT64_MAX / keys));
    state_put_u8(&out, 1);
    state_put_u64(&out, mix(r) % keys);
    state_put_u64(&out, 1 + r % 20);
    state_put_u64(&out, r % 5000);
    state_put_u64(&out, 0);
  }
  if (!state_end(&out)) must(ERR_MEMORY, &(Error){.msg = "no memory"});
}

static void write_all(const Kept *k, const char *dir, CheckpointInfo *info) {
  CheckpointWriter *w;
  Error err = {0};
  must(checkpoint_create(dir, 1, &w, &err), &err);
  for (StateBlock *b = k->first; b != NULL; b = b->next) must(checkpoint_add(w, 0, b, &err), &err);
  must(checkpoint_finish(w, info, &err), &err);
}

static void read_all(const char *path, uint64_t bytes) {
  CheckpointReader *r;
  StateBlock *b = NULL;
  Error err = {0};
  uint32_t owner;
  Span2 from = now();
  must(checkpoint_open(path, &r, &err), &err);
  tell("verify", from, bytes);
  Span2 next = now();
  do {
    state_block_free(b);
    must(checkpoint_next(r, &owner, &b, &err), &err);
  } while (b != NULL);
  tell("decompress", next, bytes);
  tell("restore, both", from, bytes);
  checkpoint_close(r);
}

int main(int argc, char **argv) {
  uint64_t keys = (argc > 1 ? strtoull(argv[1], NULL, 10) : 10) * 1000000;
  const char *dir = argc > 2 ? argv[2] : ".", *owner = "operator";
  Arena arena = {0};
  Error err = {0};
  Kept k = {0};
  fill(&k, keys > 0 ? keys : 1000);
  CheckpointInfo info = {.job = "bench", .owners = &owner, .n_owners = 1};
  const char *path = checkpoint_name(&arena, dir, 1);
  must(checkpoint_remove_dir(path, &err), &err);
  Span2 from = now();
  write_all(&k, dir, &info);
  tell("write", from, info.state_bytes);
  read_all(path, info.state_bytes);
  printf("%.1f MB of state, %.1f MB on disk (%.0f%%)\n", (double)info.state_bytes / 1e6,
         (double)info.file_bytes / 1e6, 100.0 * (double)info.file_bytes / (double)info.state_bytes);
  must(checkpoint_remove_dir(path, &err), &err);
  while (k.first != NULL) {
    StateBlock *b = k.first;
    k.first = b->next;
    state_block_free(b);
  }
  arena_deinit(&arena);
  return 0;
}
