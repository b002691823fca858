/* memory.h -- counts the allocations of weir, and refuses some of them.
 *
 * Counted are malloc, calloc, realloc, aligned_alloc, strdup and strndup, as weir's own objects
 * call them: the linker puts those of memory.c in their place (--wrap, meson.build).  Numbered from
 * 1 in the order in which they are made, over all threads.
 */
#pragma once
#include "base/base.h"

typedef struct MemoryPlan {
  uint64_t at;       /* the number of the allocation that fails; 0: none does */
  bool for_ever;     /* all later ones fail, too */
  const char *count; /* a file that gets the number of allocations at exit; NULL: none */
} MemoryPlan;

/* Count from here on.  Once, before anything else runs; the plan is kept. */
void memory_install(const MemoryPlan *plan);
