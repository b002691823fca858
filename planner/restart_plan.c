/* restart_plan.c -- the settings of restarts, which have been checked one by one. */
#include "planner/restart_plan.h"

#include "base/str.h"

static uint32_t count_of(const Settings *s, SettingId id) {
  return settings_text(s, id) == NULL ? RESTARTS_WITHOUT_END : (uint32_t)settings_int(s, id);
}

static RestartPlan fixed_delay(const Settings *s) {
  return (RestartPlan){.kind = RESTART_FIXED_DELAY,
                       .attempts = count_of(s, SETTING_RESTART_ATTEMPTS),
                       .delay_us = settings_duration_us(s, SETTING_RESTART_DELAY)};
}

static RestartPlan exponential_delay(const Settings *s) {
  return (RestartPlan){.kind = RESTART_EXPONENTIAL_DELAY,
                       .attempts = count_of(s, SETTING_RESTART_BACKOFF_ATTEMPTS),
                       .delay_us = settings_duration_us(s, SETTING_RESTART_BACKOFF),
                       .max_delay_us = settings_duration_us(s, SETTING_RESTART_MAX_BACKOFF),
                       .multiplier = settings_double(s, SETTING_RESTART_MULTIPLIER),
                       .reset_us = settings_duration_us(s, SETTING_RESTART_RESET)};
}

static RestartPlan failure_rate(const Settings *s) {
  return (RestartPlan){.kind = RESTART_FAILURE_RATE,
                       .attempts = RESTARTS_WITHOUT_END,
                       .delay_us = settings_duration_us(s, SETTING_RESTART_RATE_DELAY),
                       .max_failures = count_of(s, SETTING_RESTART_MAX_FAILURES),
                       .interval_us = settings_duration_us(s, SETTING_RESTART_INTERVAL)};
}

Code restart_plan_make(const Settings *s, Span span, const CheckpointPlan *checkpoints,
                       RestartPlan *out, Error *err) {
  const char *type = settings_text(s, SETTING_RESTART_STRATEGY);
  *out = (RestartPlan){.kind = RESTART_NONE};
  if (text_eq_nocase(type, "fixed-delay")) *out = fixed_delay(s);
  if (text_eq_nocase(type, "exponential-delay")) *out = exponential_delay(s);
  if (text_eq_nocase(type, "failure-rate")) *out = failure_rate(s);
  if (out->kind == RESTART_NONE || checkpoints->dir != NULL) return OK;
  FAIL(err, ERR_OPTION, span, "\"%s\" is \"%s\", but \"%s\" is not set",
       settings_key(SETTING_RESTART_STRATEGY), type, settings_key(SETTING_CHECKPOINT_DIR));
  error_hint(err, "a job is restarted from its checkpoints: SET '%s' = '/a/directory'",
             settings_key(SETTING_CHECKPOINT_DIR));
  return ERR_OPTION;
}
