/* memory.c -- one atomic count, touched once per block of memory and not per value. */
#include "base/memory.h"

#include <stdatomic.h>

static atomic_size_t used, limit;
static atomic_bool refused;

void memory_set_limit(size_t bytes) {
  atomic_store(&limit, bytes);
  atomic_store(&refused, false);
}

size_t memory_limit(void) { return atomic_load_explicit(&limit, memory_order_relaxed); }
size_t memory_used(void) { return atomic_load_explicit(&used, memory_order_relaxed); }
bool memory_was_refused(void) { return atomic_load_explicit(&refused, memory_order_relaxed); }

void memory_reserve_always(size_t n) { atomic_fetch_add_explicit(&used, n, memory_order_relaxed); }

bool memory_reserve(size_t n) {
  if (n > PTRDIFF_MAX) return false; /* malloc would refuse it as well, and the count stays sane */
  size_t before = atomic_fetch_add_explicit(&used, n, memory_order_relaxed), most = memory_limit();
  if (most == 0 || (n <= most && before <= most - n)) return true;
  memory_release(n);
  atomic_store_explicit(&refused, true, memory_order_relaxed);
  return false;
}

void memory_release(size_t n) {
  size_t before = atomic_fetch_sub_explicit(&used, n, memory_order_relaxed);
  assert(before >= n);
  (void)before;
}
