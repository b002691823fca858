/* restart_plan.h -- the settings restart-strategy.*: when a job that died is started again. */
#pragma once
#include "exec/run/job_plan.h"
#include "planner/settings.h"

typedef enum RestartKind {
  RESTART_NONE,
  RESTART_FIXED_DELAY,
  RESTART_EXPONENTIAL_DELAY,
  RESTART_FAILURE_RATE
} RestartKind;

#define RESTARTS_WITHOUT_END UINT32_MAX
enum { RESTART_FAILURES_MAX = 1000 }; /* of max-failures-per-interval */

typedef struct RestartPlan {
  RestartKind kind;
  uint32_t attempts; /* restarts; of EXPONENTIAL_DELAY: since the delay was reset */
  Micros delay_us;   /* before a restart; of EXPONENTIAL_DELAY: before the first */
  /* EXPONENTIAL_DELAY */
  Micros max_delay_us;
  double multiplier;
  Micros reset_us; /* a failure so long after the one before counts as the first */
  /* FAILURE_RATE: so many in any interval are put up with */
  uint32_t max_failures;
  Micros interval_us;
} RestartPlan;

/* ERR_OPTION: there is a strategy, and no directory for checkpoints to go on from. */
MUST_USE Code restart_plan_make(const Settings *s, Span span, const CheckpointPlan *checkpoints,
                                RestartPlan *out, Error *err);
