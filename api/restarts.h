/* restarts.h -- may a job that failed be started again, and when: the rule of a RestartPlan. */
#pragma once
#include "planner/restart_plan.h"

typedef struct Restarts {
  const RestartPlan *plan;
  uint32_t n; /* restarts; of EXPONENTIAL_DELAY: since the delay was reset */
  /* EXPONENTIAL_DELAY */
  Micros delay_us;   /* before the next */
  Micros resumed_us; /* the last one, if n > 0 */
  Micros *failures;  /* FAILURE_RATE: the last of them, in a ring */
  uint32_t at;       /* the oldest, once it is full */
  bool full;
} Restarts;

/* The plan is borrowed.  ERR_MEMORY. */
MUST_USE Code restarts_init(Restarts *r, const RestartPlan *plan, Error *err);
void restarts_deinit(Restarts *r);
/* The job failed at now_us (monotonic clock).  true: it is to be started again after *delay_us. */
bool restarts_next(Restarts *r, Micros now_us, Micros *delay_us);
