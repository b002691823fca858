/* timers_test.c -- the heap against a plain array: timers armed, put off, disarmed, armed anew. */
#include "exec/state/timers.h"

#include <stdlib.h>

#include "base/check.h"

enum { TIMERS = 300, ROUNDS = 100000 };

static uint64_t state = UINT64_C(88172645463325252);

static uint64_t draw(uint64_t n) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state % n;
}

static bool armed[TIMERS];
static Timer timers[TIMERS];

static Micros least(void) {
  Micros due = MICROS_MAX;
  for (int i = 0; i < TIMERS; i++) {
    if (armed[i] && timers[i].due_us < due) due = timers[i].due_us;
  }
  return due;
}

/* Take all that is due; each has to be due, and the earliest. */
static uint32_t take_until(Timers *q, Micros until) {
  uint32_t wrong = 0;
  Timer *t;
  while ((t = timers_take(q, until)) != NULL) {
    wrong += !armed[t - timers] || t->due_us > until || t->due_us != least();
    armed[t - timers] = false;
  }
  return wrong + (least() != MICROS_MAX && least() <= until);
}

int main(void) {
  Timers q = {0};
  Micros now = -50000;
  uint32_t wrong = 0;
  for (int i = 0; i < TIMERS; i++) timer_init(&timers[i]);
  CHECK(timers_first(&q) == NULL && timers_take(&q, MICROS_MAX) == NULL);
  for (uint32_t r = 0; r < ROUNDS; r++) {
    uint64_t i = draw(TIMERS);
    if (!armed[i]) {
      timers[i].due_us = now + 1 + (Micros)draw(100);
      CHECK(timers_arm(&q, &timers[i]));
      armed[i] = true;
    } else if (draw(10) == 0) {
      timer_disarm(&timers[i]);
      armed[i] = false;
    } else {
      timers[i].due_us += (Micros)draw(50);
    }
    if (draw(20) == 0) wrong += take_until(&q, now += (Micros)draw(30));
    if (draw(20) == 0) {
      const Timer *first = timers_first(&q);
      wrong += first != NULL ? first->due_us != least() : least() != MICROS_MAX;
    }
  }
  CHECK(q.n < 10 * TIMERS); /* places left behind do not gather */
  wrong += take_until(&q, MICROS_MAX);
  CHECK_INT(wrong, 0);
  CHECK(q.n == 0);
  timers_deinit(&q);
  return check_done();
}
