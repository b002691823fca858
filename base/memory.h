/* memory.h -- how much of it data may take: the count behind weir.memory.limit.
 *
 * One count for the process, of what grows with data: blocks of arenas and segments of hash tables.
 * Who needs such memory reserves it first and treats a refusal like a malloc that failed. Any
 * thread.
 */
#pragma once
#include "base/base.h"

/* 0: no limit. */
void memory_set_limit(size_t bytes);
size_t memory_limit(void);
/* Count n bytes.  false: they would pass the limit, and are not counted. */
MUST_USE bool memory_reserve(size_t n);
/* Count them whatever the limit says: for SQL text and plans, whose size is bounded elsewhere. */
void memory_reserve_always(size_t n);
void memory_release(size_t n);
size_t memory_used(void);
/* Has a reservation been refused since the limit was set? */
bool memory_was_refused(void);
