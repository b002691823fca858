/* checkpoint_plan.c -- the settings of checkpoints, which have been checked one by one. */
#include "planner/checkpoint_plan.h"

#include "exec/connectors/file_list.h"

/* The local path of a setting, NULL when it is not set. */
static Code path_of(const Settings *s, SettingId id, Arena *arena, const char **out, Error *err) {
  const char *uri = settings_text(s, id), *path;
  *out = NULL;
  if (uri == NULL) return OK;
  TRY(file_path_of(uri, NO_SPAN, &path, err));
  *out = arena_strdup(arena, path);
  return OK;
}

/* What means nothing without a directory. */
static Code check_dir(const Settings *s, Span span, Error *err) {
  SettingId asked = SETTING_COUNT;
  if (settings_duration_us(s, SETTING_CHECKPOINT_INTERVAL) > 0) asked = SETTING_CHECKPOINT_INTERVAL;
  if (settings_int(s, SETTING_EVERY_EPOCHS) > 0) asked = SETTING_EVERY_EPOCHS;
  if (settings_bool(s, SETTING_RESUME)) asked = SETTING_RESUME;
  if (settings_is_latest(s)) asked = SETTING_RECOVERY_PATH;
  if (asked == SETTING_COUNT || settings_text(s, SETTING_CHECKPOINT_DIR) != NULL) return OK;
  FAIL(err, ERR_OPTION, span, "\"%s\" is set, but not \"%s\"", settings_key(asked),
       settings_key(SETTING_CHECKPOINT_DIR));
  error_hint(err, "SET '%s' = '/a/directory' says where checkpoints are kept",
             settings_key(SETTING_CHECKPOINT_DIR));
  return ERR_OPTION;
}

Code checkpoint_savepoint_dir(const Settings *s, Arena *arena, const char **out, Error *err) {
  return path_of(s, SETTING_SAVEPOINT_DIR, arena, out, err);
}

Code checkpoint_plan_make(const Settings *s, Arena *arena, Span span, CheckpointPlan *out,
                          Error *err) {
  bool latest = settings_is_latest(s);
  TRY(check_dir(s, span, err));
  *out = (CheckpointPlan){.interval_us = settings_duration_us(s, SETTING_CHECKPOINT_INTERVAL),
                          .min_pause_us = settings_duration_us(s, SETTING_CHECKPOINT_PAUSE),
                          .every_epochs = (uint32_t)settings_int(s, SETTING_EVERY_EPOCHS),
                          .retained = (uint32_t)settings_int(s, SETTING_CHECKPOINT_RETAINED),
                          .resume = latest || settings_bool(s, SETTING_RESUME),
                          .allow_non_restored = settings_bool(s, SETTING_RECOVERY_IGNORE)};
  TRY(path_of(s, SETTING_CHECKPOINT_DIR, arena, &out->dir, err));
  TRY(checkpoint_savepoint_dir(s, arena, &out->savepoint_dir, err));
  return latest ? OK : path_of(s, SETTING_RECOVERY_PATH, arena, &out->restore_from, err);
}
