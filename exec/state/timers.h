/* timers.h -- what falls due when, for things whose time is often put off.
 *
 * A timer's due_us may be raised at any time without a word: its place in the heap stays, and is
 * put right when it comes up.  So a session that is extended with every row costs nothing here, but
 * for one step each time its old end is passed.  A timer that is disarmed leaves its place behind
 * in the same way; its memory has to stay readable until the heap is gone, and may be a timer
 * again.
 *
 * A heap of four children a node, which keeps a node's children in one cache line.  One thread.
 */
#pragma once
#include "base/base.h"

typedef struct Timer {
  Micros due_us;
  Micros place_us; /* of its place in the heap; MICROS_MIN: not armed */
} Timer;

typedef struct TimerPlace TimerPlace;

typedef struct Timers {
  TimerPlace *places;
  size_t n, cap;
} Timers;

/* A zeroed Timers is a valid empty one. */
void timers_deinit(Timers *q);

static inline void timer_init(Timer *t) { t->place_us = MICROS_MIN; }
/* Put an initialized timer in; due_us > MICROS_MIN, and from now on only grows.  false: no memory.
 */
MUST_USE bool timers_arm(Timers *q, Timer *t);
static inline void timer_disarm(Timer *t) { t->place_us = MICROS_MIN; }

/* The timer that is due first; NULL: there is none. */
Timer *timers_first(Timers *q);
/* The same if it is due at until_us or before; it is disarmed.  NULL: there is none. */
Timer *timers_take(Timers *q, Micros until_us);
