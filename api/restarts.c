/* restarts.c -- the three strategies, as Flink counts. */
#include "api/restarts.h"

#include <stdlib.h>

Code restarts_init(Restarts *r, const RestartPlan *plan, Error *err) {
  *r = (Restarts){.plan = plan, .delay_us = plan->delay_us};
  if (plan->kind != RESTART_FAILURE_RATE) return OK;
  r->failures = calloc(plan->max_failures, sizeof *r->failures);
  return r->failures != NULL ? OK : FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
}

void restarts_deinit(Restarts *r) { free(r->failures); }

static Micros grown(const RestartPlan *plan, Micros delay_us) {
  double next = (double)delay_us * plan->multiplier;
  return next < (double)plan->max_delay_us ? (Micros)next : plan->max_delay_us;
}

static bool next_exponential(Restarts *r, Micros now_us, Micros *delay_us) {
  const RestartPlan *plan = r->plan;
  if (r->n > 0 && now_us - r->resumed_us >= plan->reset_us) {
    r->n = 0;
    r->delay_us = plan->delay_us;
  }
  *delay_us = r->delay_us < plan->max_delay_us ? r->delay_us : plan->max_delay_us;
  r->resumed_us = now_us + *delay_us;
  r->delay_us = grown(plan, r->delay_us);
  return r->n++ < plan->attempts;
}

/* One more than max_failures within the interval is too many. */
static bool next_by_rate(Restarts *r, Micros now_us, Micros *delay_us) {
  const RestartPlan *plan = r->plan;
  Micros *oldest = &r->failures[r->at];
  if (r->full && now_us - *oldest <= plan->interval_us) return false;
  *oldest = now_us;
  if (++r->at == plan->max_failures) {
    r->at = 0;
    r->full = true;
  }
  *delay_us = plan->delay_us;
  return true;
}

bool restarts_next(Restarts *r, Micros now_us, Micros *delay_us) {
  switch (r->plan->kind) {
    case RESTART_NONE:
      return false;
    case RESTART_FIXED_DELAY:
      *delay_us = r->plan->delay_us;
      return r->n++ < r->plan->attempts;
    case RESTART_EXPONENTIAL_DELAY:
      return next_exponential(r, now_us, delay_us);
    case RESTART_FAILURE_RATE:
      return next_by_rate(r, now_us, delay_us);
  }
  assert(!"a kind of strategy");
  return false;
}
