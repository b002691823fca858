/* settings.h -- what SET changes: the keys of settings.def with their values. */
#pragma once
#include "base/arena.h"
#include "exec/formats/options.h"

typedef enum SettingId {
#define SETTING(id, key, kind, fallback, choices, effect, doc) SETTING_##id,
#include "planner/settings.def"
  SETTING_COUNT
} SettingId;

/* Zeroed: everything at its default. */
typedef struct Settings {
  char *values[SETTING_COUNT]; /* malloc'ed; NULL: default */
} Settings;

void settings_deinit(Settings *s);

/* ERR_OPTION for an unknown key (with the nearest) or a value of the wrong form;
 * ERR_UNSUPPORTED for what is known and not built. */
MUST_USE Code settings_set(Settings *s, const Option *option, Error *err);
MUST_USE Code settings_reset(Settings *s, const char *key, Span span, Error *err);
void settings_reset_all(Settings *s);

/* The value given or the default; NULL when there is neither. */
const char *settings_text(const Settings *s, SettingId id);
/* The same by key; NULL also when there is no such key. */
const char *settings_by_key(const Settings *s, const char *key);
bool settings_bool(const Settings *s, SettingId id); /* false where there is neither */
int64_t settings_int(const Settings *s, SettingId id);
double settings_double(const Settings *s, SettingId id);
Micros settings_duration_us(const Settings *s, SettingId id);

uint64_t settings_size_bytes(const Settings *s, SettingId id); /* 0: none given */

/* Is execution.state-recovery.path the word latest, which means weir.resume? */
bool settings_is_latest(const Settings *s);

const char *settings_key(SettingId id);
/* Does SET without arguments show it: it works, or was given? */
bool settings_is_listed(const Settings *s, SettingId id);
