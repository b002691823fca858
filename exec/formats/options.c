/* options.c -- the 'key' = 'value' pairs: checked once with positions, read often without.
 *
 * A reader takes the value the user gave, or else the default of the definition.  A given value
 * that is not of its kind counts as not given: options_check has refused it before, unless
 * nobody asked.
 */
#include "exec/formats/options.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"

/* --- finding ------------------------------------------------------------------------- */

const Option *options_find(Options given, const char *key) {
  for (uint32_t i = given.n; i > 0; i--) { /* the last one wins */
    if (strcmp(given.items[i - 1].key, key) == 0) return &given.items[i - 1];
  }
  return NULL;
}

/* Does the key, without its prefix, belong to this definition? */
static bool key_matches(const char *def, const char *key) {
  const char *any = strchr(def, '#');
  if (any == NULL) return strcmp(def, key) == 0;
  size_t head = (size_t)(any - def), tail = strlen(any + 1), len = strlen(key);
  return len > head + tail && memcmp(def, key, head) == 0 && strcmp(any + 1, key + len - tail) == 0;
}

static const OptionDef *def_of(OptionList list, const char *prefix, const char *key) {
  size_t head = strlen(prefix);
  if (strncmp(key, prefix, head) != 0) return NULL;
  for (uint32_t i = 0; i < list.n; i++) {
    if (key_matches(list.defs[i].key, key + head)) return &list.defs[i];
  }
  return NULL;
}

/* --- values -------------------------------------------------------------------------- */

static bool parse_bool(const char *text, bool *out) {
  *out = text_eq_nocase(text, "true");
  return *out || text_eq_nocase(text, "false");
}

/* The power of 1024 that a unit of size stands for, -1 when it is none. */
static int size_unit(Str unit) {
  static const char *const names[][3] = {
      {"", "b", "bytes"},       {"k", "kb", "kibibytes"}, {"m", "mb", "mebibytes"},
      {"g", "gb", "gibibytes"}, {"t", "tb", "tebibytes"},
  };
  for (size_t power = 0; power < COUNT_OF(names); power++) {
    for (size_t i = 0; i < COUNT_OF(names[0]); i++) {
      if (str_eq_nocase(unit, str_of(names[power][i]))) return (int)power;
    }
  }
  return -1;
}

bool size_parse(const char *text, uint64_t *out) {
  Str s = str_trim(str_of(text));
  size_t digits = 0;
  while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9') digits++;
  int64_t n;
  if (digits == 0 || !int_parse((Str){s.ptr, digits}, &n)) return false;
  int power = size_unit(str_trim((Str){s.ptr + digits, s.len - digits}));
  if (power < 0 || (uint64_t)n > UINT64_MAX >> (10 * power)) return false;
  *out = (uint64_t)n << (10 * power);
  return true;
}

/* The value of n hexadecimal digits, which must be all of text. */
static bool parse_hex(const char *text, size_t n, uint32_t *out) {
  uint32_t v = 0;
  for (size_t i = 0; i < n; i++) {
    char c = text[i];
    uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16;
    if (digit == 16) return false;
    v = v * 16 + digit;
  }
  *out = v;
  return text[n] == '\0';
}

/* One code point, or a backslash and what Java's literals have behind it.  A backslash
 * alone is itself. */
static bool parse_char(const char *text, uint32_t *out) {
  size_t len = strlen(text);
  if (len == 0) return false;
  if (text[0] != '\\' || len == 1) {
    return utf8_decode(text, len, out) == len && utf8_valid(text, len);
  }
  if (text[1] == 'u' && len == 6) return parse_hex(text + 2, 4, out);
  if (text[1] == 'x' && len == 4) return parse_hex(text + 2, 2, out);
  static const char letters[] = "tnrbf0\\'\"", meanings[] = "\t\n\r\b\f\0\\'\"";
  const char *at = len == 2 ? memchr(letters, text[1], sizeof letters - 1) : NULL;
  if (at != NULL) *out = (unsigned char)meanings[at - letters];
  return at != NULL;
}

static bool is_choice(const OptionDef *def, const char *text) {
  for (uint32_t i = 0; def->choices[i] != NULL; i++) {
    if (text_eq_nocase(def->choices[i], text)) return true;
  }
  return false;
}

static bool value_fits(const OptionDef *def, const char *text) {
  bool b;
  int64_t i;
  double f;
  Micros us;
  uint64_t bytes;
  uint32_t cp;
  switch (def->kind) {
    case OPTION_TEXT:
      return true;
    case OPTION_BOOL:
      return parse_bool(text, &b);
    case OPTION_INT:
      return int_parse(str_of(text), &i);
    case OPTION_DOUBLE:
      return double_parse(str_of(text), &f);
    case OPTION_DURATION:
      return duration_parse(str_of(text), &us);
    case OPTION_SIZE:
      return size_parse(text, &bytes);
    case OPTION_CHAR:
      return parse_char(text, &cp);
    case OPTION_ENUM:
      return is_choice(def, text);
  }
  assert(false && "an option has a kind");
  return false;
}

/* --- checking ------------------------------------------------------------------------ */

static const char *kind_wants(OptionKind kind) {
  switch (kind) {
    case OPTION_TEXT:
      return "a text";
    case OPTION_BOOL:
      return "true or false";
    case OPTION_INT:
      return "a whole number";
    case OPTION_DOUBLE:
      return "a number";
    case OPTION_DURATION:
      return "a duration";
    case OPTION_SIZE:
      return "a size";
    case OPTION_CHAR:
      return "one character";
    case OPTION_ENUM:
      return "one of its choices";
  }
  return "";
}

/* Names one after the other, as many as a hint holds. */
typedef struct NameList {
  char text[200];
  size_t len;
  bool full;
} NameList;

static void name_list_add(NameList *l, const char *prefix, const char *name) {
  if (l->full) return;
  size_t room = sizeof l->text - l->len;
  int n = snprintf(l->text + l->len, room, "%s%s%s", l->len > 0 ? ", " : "", prefix, name);
  assert(n >= 0);
  if ((size_t)n + sizeof ", ..." > room) {
    snprintf(l->text + l->len, room, "%s", l->len > 0 ? ", ..." : "");
    l->full = true;
    return;
  }
  l->len += (size_t)n;
}

static Code wrong_value(const OptionDef *def, const Option *o, Error *err) {
  Code code = FAIL(err, ERR_OPTION, o->value_span, "option \"%s\" is \"%s\", not %s", o->key,
                   o->value, kind_wants(def->kind));
  if (def->kind == OPTION_ENUM) {
    const char *near = NULL;
    uint32_t distance = 0;
    NameList all = {.text = ""};
    for (uint32_t i = 0; def->choices[i] != NULL; i++) {
      nearest_name_offer(o->value, def->choices[i], &near, &distance);
      name_list_add(&all, "", def->choices[i]);
    }
    if (near != NULL) error_hint(err, "did you mean \"%s\"?", near);
    error_hint(err, "it can be: %s", all.text);
  } else if (def->kind == OPTION_DURATION) {
    error_hint(err, "a duration is written as '10 s', '5 min', '500 ms'");
  } else if (def->kind == OPTION_SIZE) {
    error_hint(err, "a size is written as '128 mb', '64 kb', '1024'");
  } else if (def->kind == OPTION_CHAR) {
    error_hint(err, "one character, or an escape: '\\t', '\\\\', '\\u0001'");
  }
  return code;
}

typedef struct Lists {
  const OptionList *lists;
  const char *const *prefixes;
  uint32_t n;
} Lists;

static Code unknown_key(const Lists *l, const Option *o, const char *what, Error *err) {
  Code code = FAIL(err, ERR_OPTION, o->key_span, "unknown option \"%s\" for %s", o->key, what);
  NameList all = {.text = ""};
  char nearest[128] = "";
  const char *best = NULL;
  uint32_t distance = 0;
  for (uint32_t k = 0; k < l->n; k++) {
    for (uint32_t i = 0; i < l->lists[k].n; i++) {
      char full[128];
      const char *before = best;
      snprintf(full, sizeof full, "%s%s", l->prefixes[k], l->lists[k].defs[i].key);
      nearest_name_offer(o->key, full, &best, &distance);
      if (best == full) {
        memcpy(nearest, full, sizeof nearest);
        best = nearest;
      } else {
        assert(best == before);
      }
      name_list_add(&all, l->prefixes[k], l->lists[k].defs[i].key);
    }
  }
  if (best != NULL) error_hint(err, "did you mean \"%s\"?", best);
  if (all.len > 0) error_hint(err, "it has: %s", all.text);
  return code;
}

Code options_check(Options given, const OptionList *lists, const char *const *prefixes,
                   uint32_t n_lists, const char *what, Span span, Error *err) {
  const Lists all = {lists, prefixes, n_lists};
  for (uint32_t i = 0; i < given.n; i++) {
    const Option *o = &given.items[i];
    const OptionDef *def = NULL;
    for (uint32_t k = 0; k < n_lists && def == NULL; k++) {
      def = def_of(lists[k], prefixes[k], o->key);
    }
    if (def == NULL) return unknown_key(&all, o, what, err);
    if (!value_fits(def, o->value)) return wrong_value(def, o, err);
  }
  for (uint32_t k = 0; k < n_lists; k++) {
    for (uint32_t i = 0; i < lists[k].n; i++) {
      char full[128];
      const OptionDef *def = &lists[k].defs[i];
      if (!def->required) continue;
      snprintf(full, sizeof full, "%s%s", prefixes[k], def->key);
      if (options_find(given, full) != NULL) continue;
      return FAIL(err, ERR_OPTION, span, "%s needs the option \"%s\"", what, full);
    }
  }
  return OK;
}

/* --- reading ------------------------------------------------------------------------- */

/* The definition of key, and the value given if there is one. */
static const OptionDef *look_up(Options given, OptionList list, const char *prefix, const char *key,
                                const char **value) {
  const OptionDef *def = def_of(list, prefix, key);
  assert(def != NULL); /* only declared options are read */
  const Option *o = options_find(given, key);
  *value = o != NULL ? o->value : NULL;
  return def;
}

const char *options_text(Options given, OptionList list, const char *prefix, const char *key) {
  const char *value;
  const OptionDef *def = look_up(given, list, prefix, key, &value);
  return value != NULL && value_fits(def, value) ? value : def->fallback;
}

bool options_bool(Options given, OptionList list, const char *prefix, const char *key) {
  const char *text = options_text(given, list, prefix, key);
  bool v = false;
  return text != NULL && parse_bool(text, &v) && v;
}

int64_t options_int(Options given, OptionList list, const char *prefix, const char *key) {
  const char *text = options_text(given, list, prefix, key);
  int64_t v = 0;
  return text != NULL && int_parse(str_of(text), &v) ? v : 0;
}

double options_double(Options given, OptionList list, const char *prefix, const char *key) {
  const char *text = options_text(given, list, prefix, key);
  double v = 0;
  return text != NULL && double_parse(str_of(text), &v) ? v : 0;
}

Micros options_duration_us(Options given, OptionList list, const char *prefix, const char *key) {
  const char *text = options_text(given, list, prefix, key);
  Micros v = 0;
  return text != NULL && duration_parse(str_of(text), &v) ? v : 0;
}

uint64_t options_size_bytes(Options given, OptionList list, const char *prefix, const char *key) {
  const char *text = options_text(given, list, prefix, key);
  uint64_t v = 0;
  return text != NULL && size_parse(text, &v) ? v : 0;
}

uint32_t options_char(Options given, OptionList list, const char *prefix, const char *key) {
  const char *text = options_text(given, list, prefix, key);
  uint32_t v = 0;
  return text != NULL && parse_char(text, &v) ? v : 0;
}
