/* memory.c -- the allocations that are counted, each a line around the real one. */
#include "sql-tests/faults/memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static MemoryPlan plan;
static atomic_ulong number;

/* The linker's names: what is called malloc elsewhere is __wrap_malloc here. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);

/* An allocation is made: is it refused? */
static bool refuse(void) {
  unsigned long n = atomic_fetch_add(&number, 1) + 1;
  if (plan.at == 0 || n < plan.at || (n > plan.at && !plan.for_ever)) return false;
  errno = ENOMEM;
  return true;
}

void *__wrap_malloc(size_t n) { return refuse() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return refuse() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *old, size_t n) { return refuse() ? NULL : __real_realloc(old, n); }
void *__wrap_aligned_alloc(size_t align, size_t n) {
  return refuse() ? NULL : __real_aligned_alloc(align, n);
}
char *__wrap_strdup(const char *text) { return refuse() ? NULL : __real_strdup(text); }
char *__wrap_strndup(const char *text, size_t most) {
  return refuse() ? NULL : __real_strndup(text, most);
}

static void tell_count(void) {
  unsigned long n = atomic_load(&number);
  FILE *f = fopen(plan.count, "w");
  if (f != NULL && fprintf(f, "%lu\n", n) > 0 && fclose(f) == 0) return;
  perror(plan.count);
  _exit(97);
}

void memory_install(const MemoryPlan *wanted) {
  plan = *wanted;
  atomic_store(&number, 0);
  if (plan.count != NULL && atexit(tell_count) != 0) _exit(97);
}
