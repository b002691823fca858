/* base.h -- the first include of every file in the tree.
 *
 * Fixed-width integers, bool, assert and the few compiler attributes the
 * project relies on.  Nothing here allocates or does I/O.  Every other system
 * header is included by the one .c file that needs it.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(a)  (sizeof(a) / sizeof((a)[0]))
#define LIKELY(x)    __builtin_expect(!!(x), 1)
#define UNLIKELY(x)  __builtin_expect(!!(x), 0)

/* A loop over plain arrays, compiled once per instruction set and chosen when
 * the program starts.  Empty under ThreadSanitizer, where the resolver would run
 * before the sanitizer does, and off x86-64. */
#if defined(__SANITIZE_THREAD__) || !defined(__x86_64__) || defined(__clang__)
#define KERNEL
#else
#define KERNEL __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

/* Event time and processing time: microseconds since 1970-01-01 00:00 UTC (or of
 * the wall clock, for TIMESTAMP without zone).  A name that holds one ends in
 * _us, so a slip of unit is visible at the call. */
typedef int64_t Micros;
#define MICROS_MIN        INT64_MIN
#define MICROS_MAX        INT64_MAX
#define MICROS_PER_MILLI  INT64_C(1000)
#define MICROS_PER_SECOND INT64_C(1000000)
#define MICROS_PER_DAY    INT64_C(86400000000)
