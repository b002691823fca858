/* settings.c -- keys of SET: checking, keeping and reading their values. */
#include "planner/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "exec/connectors/file_list.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/data/zone.h"
#include "planner/restart_plan.h"

typedef enum SettingEffect { WORKS, HARMLESS, NOT_BUILT, USE_EMIT } SettingEffect;

typedef struct SettingDef {
  OptionDef option;
  SettingEffect effect;
} SettingDef;

static const char *const RUNTIME_MODES[] = {"STREAMING", "BATCH", "AUTOMATIC", NULL};
static const char *const RESULT_MODES[] = {"TABLE", "CHANGELOG", "TABLEAU", NULL};
static const char *const NULL_ROWTIMES[] = {"DROP", "FAIL", "SKIP_WATERMARK", NULL};
static const char *const OVERFLOWS[] = {"error", "wrap", NULL};
static const char *const ON_INTERRUPTS[] = {"discard", "flush", NULL};
static const char *const NOT_NULL_ENFORCERS[] = {"ERROR", "DROP", NULL};
static const char *const LENGTH_ENFORCERS[] = {"IGNORE", "TRIM_PAD", "ERROR", NULL};
static const char *const CHECKPOINT_MODES[] = {"EXACTLY_ONCE", "AT_LEAST_ONCE", NULL};
static const char *const RESTART_STRATEGIES[] = {"none", "fixed-delay", "exponential-delay",
                                                 "failure-rate", NULL};
static const char *const AGG_PHASES[] = {"AUTO", "ONE_PHASE", "TWO_PHASE", NULL};

static const SettingDef defs[SETTING_COUNT] = {
#define SETTING(id, key_, kind_, fallback_, choices_, effect_, doc_) \
  [SETTING_##id] = {{.key = (key_),                                  \
                     .kind = (kind_),                                \
                     .fallback = (fallback_),                        \
                     .choices = (choices_),                          \
                     .doc = (doc_)},                                 \
                    effect_},
#include "planner/settings.def"
};

typedef struct SettingAlias {
  const char *key;
  SettingId id;
} SettingAlias;

static const SettingAlias aliases[] = {
#define ALIAS(key, id) {key, SETTING_##id},
#include "planner/settings.def"
};

/* By key or alias; SETTING_COUNT: there is none. */
static SettingId look_up(const char *key) {
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    if (strcmp(defs[i].option.key, key) == 0) return (SettingId)i;
  }
  for (size_t i = 0; i < COUNT_OF(aliases); i++) {
    if (strcmp(aliases[i].key, key) == 0) return aliases[i].id;
  }
  return SETTING_COUNT;
}

static Code find_key(const char *key, Span span, SettingId *id, Error *err) {
  const char *near = NULL;
  uint32_t distance = 0;
  *id = look_up(key);
  if (*id != SETTING_COUNT) return OK;
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    nearest_name_offer(key, defs[i].option.key, &near, &distance);
  }
  for (size_t i = 0; i < COUNT_OF(aliases); i++) {
    nearest_name_offer(key, aliases[i].key, &near, &distance);
  }
  FAIL(err, ERR_OPTION, span, "no setting \"%s\"", key);
  if (near != NULL) {
    error_hint(err, "did you mean \"%s\"?", near);
  } else {
    error_hint(err, "SET without arguments lists the settings");
  }
  return ERR_OPTION;
}

/* A number in the value must be in [low, high]. */
static Code check_range(const Option *o, int64_t low, int64_t high, Error *err) {
  int64_t v;
  bool is_number = int_parse(str_of(o->value), &v);
  if (is_number && v >= low && v <= high) return OK;
  return FAIL(err, ERR_OPTION, o->value_span, "\"%s\" is %s, not between %lld and %lld", o->key,
              o->value, (long long)low, (long long)high);
}

static Code check_at_least_one(const Option *o, Error *err) {
  double v;
  if (double_parse(str_of(o->value), &v) && v >= 1) return OK;
  return FAIL(err, ERR_OPTION, o->value_span, "\"%s\" is %s, not 1 or more", o->key, o->value);
}

static Code only_choice(const Option *o, const char *built, Error *err) {
  if (text_eq_nocase(o->value, built)) return OK;
  FAIL(err, ERR_UNSUPPORTED, o->value_span, "\"%s\" = \"%s\" is not built yet", o->key, o->value);
  error_hint(err, "only '%s' is", built);
  return ERR_UNSUPPORTED;
}

static Code check_path(const Option *o, Error *err) {
  const char *path;
  if (o->value[0] != '\0') return file_path_of(o->value, o->value_span, &path, err);
  return FAIL(err, ERR_OPTION, o->value_span, "\"%s\" is empty", o->key);
}

/* What the kind of an option does not tell. */
static Code check_value(SettingId id, const Option *o, Error *err) {
  if (id == SETTING_PARALLELISM && text_eq_nocase(o->value, "auto")) return OK;
  if (id == SETTING_PARALLELISM) return check_range(o, 1, WORKERS_MAX, err);
  if (id == SETTING_MAX_PARALLELISM) return check_range(o, KEY_GROUPS, KEY_GROUPS, err);
  if (id == SETTING_CHUNK_BYTES) return check_range(o, 1, RECORD_MAX, err);
  if (id == SETTING_BATCH_ROWS) return check_range(o, 1, BATCH_ROWS, err);
  if (id == SETTING_CHECKPOINT_RETAINED) return check_range(o, 1, INT32_MAX, err);
  if (id == SETTING_CHECKPOINT_DIR || id == SETTING_SAVEPOINT_DIR || id == SETTING_RECOVERY_PATH) {
    return check_path(o, err);
  }
  if (id == SETTING_EVERY_EPOCHS) return check_range(o, 0, INT32_MAX, err);
  if (id == SETTING_RESTART_ATTEMPTS || id == SETTING_RESTART_BACKOFF_ATTEMPTS) {
    return check_range(o, 0, INT32_MAX, err);
  }
  if (id == SETTING_RESTART_MAX_FAILURES) return check_range(o, 1, RESTART_FAILURES_MAX, err);
  if (id == SETTING_AUTOSCALE_EPOCHS) return check_range(o, 0, INT32_MAX, err);
  if (id == SETTING_AUTOSCALE_FACTOR) return check_at_least_one(o, err);
  if (id == SETTING_RESTART_MULTIPLIER) return check_at_least_one(o, err);
  if (id == SETTING_COLUMN_WIDTH) return check_range(o, 4, INT32_MAX, err);
  if (id == SETTING_NOT_NULL_ENFORCER) return only_choice(o, "ERROR", err);
  if (id == SETTING_LENGTH_ENFORCER) return only_choice(o, "IGNORE", err);
  if (id == SETTING_TIME_ZONE && strcmp(o->value, "default") != 0) {
    return zone_open(str_of(o->value), o->value_span, err) != NULL ? OK : err->code;
  }
  return OK;
}

static void store(char **slot, const char *value) {
  char *copy = strdup(value);
  if (copy == NULL) out_of_memory();
  free(*slot);
  *slot = copy;
}

Code settings_set(Settings *s, const Option *option, Error *err) {
  static const char *const no_prefix[] = {""};
  SettingId id;
  TRY(find_key(option->key, option->key_span, &id, err));
  const SettingDef *def = &defs[id];
  if (def->effect == NOT_BUILT) {
    return FAIL(err, ERR_UNSUPPORTED, option->key_span, "\"%s\" is not built yet", option->key);
  }
  if (def->effect == USE_EMIT) {
    FAIL(err, ERR_UNSUPPORTED, option->key_span, "\"%s\" has no effect in weir", option->key);
    error_hint(err,
               "write it behind GROUP BY: EMIT EVERY INTERVAL '1' MINUTE, "
               "ALLOWED LATENESS INTERVAL '1' HOUR");
    return ERR_UNSUPPORTED;
  }
  const Option named = {def->option.key, option->value, option->key_span, option->value_span};
  const OptionList one = {&def->option, 1};
  TRY(options_check((Options){&named, 1}, &one, no_prefix, 1, "SET", option->key_span, err));
  TRY(check_value(id, &named, err));
  store(&s->values[id], option->value);
  return OK;
}

Code settings_reset(Settings *s, const char *key, Span span, Error *err) {
  SettingId id;
  TRY(find_key(key, span, &id, err));
  free(s->values[id]);
  s->values[id] = NULL;
  return OK;
}

void settings_reset_all(Settings *s) {
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    free(s->values[i]);
    s->values[i] = NULL;
  }
}

void settings_deinit(Settings *s) { settings_reset_all(s); }

const char *settings_text(const Settings *s, SettingId id) {
  return s->values[id] != NULL ? s->values[id] : defs[id].option.fallback;
}

const char *settings_by_key(const Settings *s, const char *key) {
  SettingId id = look_up(key);
  return id != SETTING_COUNT ? settings_text(s, id) : NULL;
}

bool settings_bool(const Settings *s, SettingId id) {
  const char *text = settings_text(s, id);
  return text != NULL && text_eq_nocase(text, "true");
}

int64_t settings_int(const Settings *s, SettingId id) {
  const char *text = settings_text(s, id);
  int64_t v = 0;
  return text != NULL && int_parse(str_of(text), &v) ? v : 0;
}

double settings_double(const Settings *s, SettingId id) {
  const char *text = settings_text(s, id);
  double v = 0;
  return text != NULL && double_parse(str_of(text), &v) ? v : 0;
}

Micros settings_duration_us(const Settings *s, SettingId id) {
  const char *text = settings_text(s, id);
  Micros v = 0;
  return text != NULL && duration_parse(str_of(text), &v) ? v : 0;
}

uint64_t settings_size_bytes(const Settings *s, SettingId id) {
  const char *text = settings_text(s, id);
  uint64_t v = 0;
  return text != NULL && size_parse(text, &v) ? v : 0;
}

bool settings_is_latest(const Settings *s) {
  const char *from = settings_text(s, SETTING_RECOVERY_PATH);
  return from != NULL && text_eq_nocase(from, "latest");
}

const char *settings_key(SettingId id) { return defs[id].option.key; }

bool settings_is_listed(const Settings *s, SettingId id) {
  return defs[id].effect == WORKS || s->values[id] != NULL;
}
