/* restarts_test.c -- how often and when each strategy starts a job again. */
#include "api/restarts.h"

#include "base/check.h"

enum { S = 1000000 };

/* One failure at a second: the delay in seconds, -1 when there is no restart. */
static double at(Restarts *r, double seconds) {
  Micros delay_us = -1;
  bool again = restarts_next(r, (Micros)(seconds * S), &delay_us);
  return again ? (double)delay_us / S : -1;
}

static Restarts start(const RestartPlan *plan) {
  Restarts r;
  Error err = {0};
  CHECK(restarts_init(&r, plan, &err) == OK);
  return r;
}

static void test_none(void) {
  const RestartPlan plan = {.kind = RESTART_NONE};
  Restarts r = start(&plan);
  CHECK(at(&r, 0) == -1);
  restarts_deinit(&r);
}

static void test_fixed_delay(void) {
  const RestartPlan plan = {.kind = RESTART_FIXED_DELAY, .attempts = 2, .delay_us = 3 * S};
  Restarts r = start(&plan);
  CHECK(at(&r, 0) == 3);
  CHECK(at(&r, 1000) == 3);
  CHECK(at(&r, 1000000) == -1); /* time forgives nothing */
  restarts_deinit(&r);
}

static void test_exponential_delay(void) {
  RestartPlan plan = {.kind = RESTART_EXPONENTIAL_DELAY,
                      .attempts = RESTARTS_WITHOUT_END,
                      .delay_us = 1 * S,
                      .max_delay_us = 5 * S,
                      .multiplier = 2,
                      .reset_us = 100 * S};
  Restarts r = start(&plan);
  CHECK(at(&r, 0) == 1);
  CHECK(at(&r, 1) == 2);
  CHECK(at(&r, 2) == 4);
  CHECK(at(&r, 3) == 5);
  CHECK(at(&r, 4) == 5);
  CHECK(at(&r, 108) == 5); /* it ran for 99 s after the delay */
  CHECK(at(&r, 213) == 1);
  CHECK(at(&r, 214) == 2);
  restarts_deinit(&r);

  plan.attempts = 2;
  r = start(&plan);
  CHECK(at(&r, 0) == 1);
  CHECK(at(&r, 1) == 2);
  CHECK(at(&r, 200) == 1); /* counts anew with the delay */
  CHECK(at(&r, 201) == 2);
  CHECK(at(&r, 202) == -1);
  restarts_deinit(&r);
}

static void test_failure_rate(void) {
  const RestartPlan plan = {
      .kind = RESTART_FAILURE_RATE, .delay_us = 1 * S, .max_failures = 2, .interval_us = 10 * S};
  Restarts r = start(&plan);
  CHECK(at(&r, 0) == 1);
  CHECK(at(&r, 9) == 1);
  CHECK(at(&r, 11) == 1); /* the first is forgotten */
  CHECK(at(&r, 19) == -1);
  restarts_deinit(&r);
}

int main(void) {
  test_none();
  test_fixed_delay();
  test_exponential_delay();
  test_failure_rate();
  return check_done();
}
