/* timers.c -- the heap; a place whose time is not its timer's is out of date. */
#include "exec/state/timers.h"

#include <stdlib.h>

#include "base/memory.h"

struct TimerPlace {
  Micros at_us;
  Timer *timer;
};

enum { CHILDREN = 4, CAP_FIRST = 16 };

void timers_deinit(Timers *q) {
  memory_release(q->cap * sizeof *q->places);
  free(q->places);
  *q = (Timers){0};
}

static bool grow(Timers *q) {
  size_t cap = q->cap > 0 ? q->cap * 2 : CAP_FIRST;
  size_t more = (cap - q->cap) * sizeof *q->places;
  if (!memory_reserve(more)) return false;
  TimerPlace *wider = realloc(q->places, cap * sizeof *wider);
  if (wider == NULL) {
    memory_release(more);
    return false;
  }
  q->places = wider;
  q->cap = cap;
  return true;
}

bool timers_arm(Timers *q, Timer *t) {
  assert(t->place_us == MICROS_MIN && t->due_us > MICROS_MIN);
  if (q->n == q->cap && !grow(q)) return false;
  t->place_us = t->due_us;
  size_t at = q->n++;
  while (at > 0) {
    size_t parent = (at - 1) / CHILDREN;
    if (q->places[parent].at_us <= t->due_us) break;
    q->places[at] = q->places[parent];
    at = parent;
  }
  q->places[at] = (TimerPlace){t->due_us, t};
  return true;
}

static size_t least_child(const Timers *q, size_t first) {
  size_t end = first + CHILDREN < q->n ? first + CHILDREN : q->n, least = first;
  for (size_t i = first + 1; i < end; i++) {
    if (q->places[i].at_us < q->places[least].at_us) least = i;
  }
  return least;
}

/* Put p where the first place is, and let it sink. */
static void replace_first(Timers *q, TimerPlace p) {
  size_t at = 0;
  for (;;) {
    size_t first = at * CHILDREN + 1;
    if (first >= q->n) break;
    size_t child = least_child(q, first);
    if (q->places[child].at_us >= p.at_us) break;
    q->places[at] = q->places[child];
    at = child;
  }
  q->places[at] = p;
}

static void drop_first(Timers *q) {
  q->n--;
  if (q->n > 0) replace_first(q, q->places[q->n]);
}

Timer *timers_first(Timers *q) {
  while (q->n > 0) {
    TimerPlace p = q->places[0];
    if (p.timer->place_us != p.at_us) {
      drop_first(q);
    } else if (p.timer->due_us != p.at_us) {
      p.timer->place_us = p.at_us = p.timer->due_us;
      replace_first(q, p);
    } else {
      return p.timer;
    }
  }
  return NULL;
}

Timer *timers_take(Timers *q, Micros until_us) {
  /* The first place is never late, so that nothing has to be put right before it is its turn. */
  if (q->n == 0 || q->places[0].at_us > until_us) return NULL;
  Timer *t = timers_first(q);
  if (t == NULL || t->due_us > until_us) return NULL;
  timer_disarm(t);
  drop_first(q);
  return t;
}
