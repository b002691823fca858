/* zone.c -- zones by name, kept for the life of the program; wall clock and instant.
 *
 * The list of loaded zones is the only state; a mutex guards it.  What is in it never
 * changes, so conversions need no lock.
 */
#include "exec/data/zone.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/sys.h"
#include "exec/data/zone_file.h"

enum { NAME_MAX_BYTES = 255, ZONE_FILE_MAX = 1 << 20, OFFSET_MAX_S = 18 * 3600 };

/* --- conversion -------------------------------------------------------------------- */

static const Str utc_name = {"UTC", 3};
static ZoneSpan utc_span = {.begin_us = MICROS_MIN};
static const Zone utc = {.name = (char[]){"UTC"},
                         .names = (char[]){"UTC"},
                         .spans = &utc_span,
                         .n_spans = 1,
                         .repeat_us = MICROS_MAX};

const Zone *zone_utc(void) { return &utc; }
const char *zone_name(const Zone *z) { return z->name; }
bool zone_is_utc(const Zone *z) { return z->n_spans == 1 && z->spans[0].offset_s == 0; }

/* a + b, held within the range. */
static Micros add_held(Micros a, Micros b) {
  Micros sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? MICROS_MIN : MICROS_MAX;
}

/* Take a far future time back by whole cycles; returns how far. */
static Micros take_back(const Zone *z, Micros *us) {
  if (LIKELY(*us < z->repeat_us) || z->repeat_us == MICROS_MAX) return 0;
  Micros back = ((*us - z->repeat_us) / ZONE_CYCLE_US + 1) * ZONE_CYCLE_US;
  *us -= back;
  return back;
}

/* The last span that begins at or before us.  Written so that it compiles to conditional
 * moves: the halves are equally likely. */
static uint32_t span_at(const Zone *z, Micros us) {
  const ZoneSpan *spans = z->spans;
  uint32_t base = 0, n = z->n_spans;
  while (n > 1) {
    uint32_t half = n / 2;
    base = spans[base + half].begin_us <= us ? base + half : base;
    n -= half;
  }
  return base;
}

static Micros span_offset(const Zone *z, uint32_t i) {
  return z->spans[i].offset_s * MICROS_PER_SECOND;
}

Micros zone_offset_at(const Zone *z, Micros utc_us) {
  take_back(z, &utc_us);
  return span_offset(z, span_at(z, utc_us));
}

Micros zone_offset_range(const Zone *z, Micros utc_us, Micros *from_us, Micros *until_us) {
  Micros back = take_back(z, &utc_us);
  uint32_t i = span_at(z, utc_us);
  *from_us = i > 0 ? z->spans[i].begin_us + back : MICROS_MIN;
  *until_us = i + 1 < z->n_spans ? add_held(z->spans[i + 1].begin_us, back) : MICROS_MAX;
  return span_offset(z, i);
}

const char *zone_abbreviation_at(const Zone *z, Micros utc_us) {
  take_back(z, &utc_us);
  return z->names + z->spans[span_at(z, utc_us)].abbreviation;
}

/* A span that begins after local_us on any clock, or the last one. */
static uint32_t span_after(const Zone *z, Micros local_us) {
  return span_at(z, add_held(local_us, 2 * MICROS_PER_DAY));
}

Micros zone_to_utc(const Zone *z, Micros local_us) {
  if (local_us == MICROS_MIN || local_us == MICROS_MAX) return local_us;
  Micros back = take_back(z, &local_us);
  uint32_t i = span_after(z, local_us);
  /* A change counts once the clock has passed it on both sides: in a gap and in an overlap
   * the offset before it is the one that java.time takes. */
  for (; i > 0; i--) {
    Micros before = span_offset(z, i - 1), after = span_offset(z, i);
    if (local_us >= z->spans[i].begin_us + (before > after ? before : after)) break;
  }
  return add_held(add_held(local_us, -span_offset(z, i)), back);
}

Micros zone_to_utc_late(const Zone *z, Micros local_us) {
  if (local_us == MICROS_MIN || local_us == MICROS_MAX) return local_us;
  Micros back = take_back(z, &local_us);
  uint32_t i = span_after(z, local_us);
  while (i > 0 && local_us < z->spans[i].begin_us + span_offset(z, i)) i--;
  Micros us = add_held(local_us, -span_offset(z, i));
  if (i + 1 < z->n_spans && us > z->spans[i + 1].begin_us) us = z->spans[i + 1].begin_us;
  return add_held(us, back);
}

/* --- names ------------------------------------------------------------------------- */

static bool next_is_digit(Str s) { return s.len > 0 && s.ptr[0] >= '0' && s.ptr[0] <= '9'; }
static Str rest_of(Str s, size_t n) { return (Str){s.ptr + n, s.len - n}; }

/* Exactly so many digits. */
static bool take_number(Str *s, size_t digits, int32_t *out) {
  int32_t v = 0;
  for (size_t i = 0; i < digits; i++) {
    if (!next_is_digit(*s)) return false;
    v = v * 10 + (s->ptr[0] - '0');
    *s = rest_of(*s, 1);
  }
  *out = v;
  return true;
}

bool zone_offset_parse(Str s, int32_t *offset_s) {
  static const Str prefixes[] = {{"UTC", 3}, {"GMT", 3}, {"UT", 2}};
  for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
    if (!str_starts(s, prefixes[i])) continue;
    s = rest_of(s, prefixes[i].len);
    break;
  }
  if (s.len < 2 || (s.ptr[0] != '+' && s.ptr[0] != '-')) return false;
  bool negative = s.ptr[0] == '-';
  s = rest_of(s, 1);
  int32_t parts[3] = {0};
  bool two = s.len > 1 && s.ptr[1] >= '0' && s.ptr[1] <= '9';
  if (!take_number(&s, two ? 2 : 1, &parts[0])) return false;
  for (int i = 1; i < 3 && s.len > 0; i++) {
    if (s.ptr[0] == ':') s = rest_of(s, 1);
    if (!take_number(&s, 2, &parts[i]) || parts[i] > 59) return false;
  }
  int32_t total = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (s.len > 0 || total > OFFSET_MAX_S) return false;
  *offset_s = negative ? -total : total;
  return true;
}

static bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-';
}

/* Words with single slashes between: no way out of the zone directory, and no second way to
 * write a name, which would load the same again. */
static bool name_valid(Str name) {
  if (name.len == 0 || name.len > NAME_MAX_BYTES) return false;
  bool in_word = false;
  for (size_t i = 0; i < name.len; i++) {
    bool slash = name.ptr[i] == '/';
    if (slash ? !in_word : !is_name_char(name.ptr[i])) return false;
    in_word = !slash;
  }
  return in_word;
}

static const char *zone_directory(void) {
  const char *dir = getenv("TZDIR");
  return dir != NULL && dir[0] != '\0' ? dir : "/usr/share/zoneinfo";
}

/* The bytes of dir/name, to be freed; NULL and errno. */
static char *read_in_directory(const char *name, size_t *len) {
  char path[1024];
  int n = snprintf(path, sizeof path, "%s/%s", zone_directory(), name);
  if (n < 0 || (size_t)n >= sizeof path) {
    errno = ENAMETOOLONG;
    return NULL;
  }
  return sys_read_file(path, ZONE_FILE_MAX, len);
}

/* --- "did you mean" ---------------------------------------------------------------- */

/* "Berlin" for Europe/Berlin, or another case of the whole name. */
static bool says_the_same(const char *name, const char *candidate) {
  const char *slash = strrchr(candidate, '/');
  return text_eq_nocase(name, candidate) || (slash != NULL && text_eq_nocase(name, slash + 1));
}

/* The field-th word (from 0) of a line, NUL-terminated in place; NULL when there is none. */
static char *word_of(char *line, int field, const char *separators) {
  for (; field > 0; field--) {
    line += strcspn(line, separators);
    if (*line == '\0') return NULL;
    line++;
  }
  line[strcspn(line, separators)] = '\0';
  return line;
}

/* The zone name in a line of tzdata.zi ("Z name ...", "L target name") or of a .tab file
 * (third column). */
static char *name_in_line(char *line, bool compiled) {
  if (!compiled) return line[0] == '#' ? NULL : word_of(line, 2, "\t");
  if (line[0] == 'Z' && line[1] == ' ') return word_of(line, 1, " ");
  if (line[0] == 'L' && line[1] == ' ') return word_of(line, 2, " ");
  return NULL;
}

/* Offer the names in one of the lists that tzdata carries; false when it is not there. */
static bool hint_from(const char *list, const char *name, Error *err) {
  size_t len;
  char *text = read_in_directory(list, &len);
  if (text == NULL) return false;
  const char *best = NULL, *same = NULL;
  uint32_t distance = 0;
  bool compiled = str_ends(str_of(list), STR(".zi"));
  for (char *line = text, *next; line < text + len; line = next) {
    size_t n = strcspn(line, "\n");
    next = line + n + 1;
    line[n] = '\0';
    const char *candidate = name_in_line(line, compiled);
    if (candidate == NULL) continue;
    if (same == NULL && says_the_same(name, candidate)) same = candidate;
    nearest_name_offer(name, candidate, &best, &distance);
  }
  if (same != NULL) best = same;
  if (best != NULL) error_hint(err, "did you mean \"%s\"?", best);
  free(text);
  return true;
}

static void hint_nearest(Str wanted, Error *err) {
  char name[NAME_MAX_BYTES + 1] = {0};
  memcpy(name, wanted.ptr, wanted.len);
  static const char *const lists[] = {"tzdata.zi", "zone1970.tab", "zone.tab"};
  static const char *const always[] = {"UTC", "GMT", "Z"};
  const char *near = nearest_name(name, always, COUNT_OF(always));
  if (near != NULL && text_eq_nocase(name, near)) error_hint(err, "did you mean \"%s\"?", near);
  for (size_t i = 0; i < COUNT_OF(lists); i++) {
    if (hint_from(lists[i], name, err)) break;
  }
  size_t len;
  char *any = read_in_directory("Europe/London", &len);
  if (any == NULL) {
    error_hint(err, "there are no zone files in %s: install the package tzdata", zone_directory());
  }
  free(any);
}

/* --- loading ----------------------------------------------------------------------- */

static Code load_file(const char *name, Zone **out) {
  size_t len;
  char *bytes = read_in_directory(name, &len);
  if (bytes == NULL) return errno == ENOMEM ? ERR_MEMORY : ERR_NAME;
  bool foreign = !str_starts((Str){bytes, len}, STR("TZif")); /* zone.tab and its like */
  Code code = foreign ? ERR_NAME : zone_read((Str){bytes, len}, name, out);
  free(bytes);
  return code;
}

static Code load(const char *name, Zone **out) {
  static const char *const zero[] = {"Z", "UTC", "GMT", "UT"};
  int32_t offset_s = 0;
  bool fixed = zone_offset_parse(str_of(name), &offset_s);
  for (size_t i = 0; i < COUNT_OF(zero) && !fixed; i++) fixed = strcmp(name, zero[i]) == 0;
  return fixed ? zone_of_offset(offset_s, name, out) : load_file(name, out);
}

typedef struct Loaded {
  const Zone *zone;
  struct Loaded *next;
} Loaded;

static pthread_mutex_t loaded_lock = PTHREAD_MUTEX_INITIALIZER;
static Loaded *loaded;

/* These two want the lock. */
static const Zone *find_loaded(const char *name) {
  for (const Loaded *l = loaded; l != NULL; l = l->next) {
    if (strcmp(l->zone->name, name) == 0) return l->zone;
  }
  return NULL;
}
static bool add_loaded(const Zone *z) {
  Loaded *entry = malloc(sizeof *entry);
  if (entry == NULL) return false;
  *entry = (Loaded){z, loaded};
  loaded = entry;
  return true;
}

static Code find_or_load(const char *name, const Zone **out) {
  *out = find_loaded(name);
  if (*out != NULL) return OK;
  Zone *z = NULL;
  Code code = load(name, &z);
  if (code != OK) return code;
  if (!add_loaded(z)) {
    zone_free(z);
    return ERR_MEMORY;
  }
  *out = z;
  return OK;
}

Code zone_find(Str name, const Zone **out) {
  int32_t offset_s;
  if (str_eq(name, utc_name)) {
    *out = &utc;
    return OK;
  }
  if (!name_valid(name) && !zone_offset_parse(name, &offset_s)) return ERR_NAME;
  char text[NAME_MAX_BYTES + 1] = {0}; /* an offset is shorter, too */
  memcpy(text, name.ptr, name.len);
  pthread_mutex_lock(&loaded_lock);
  Code code = find_or_load(text, out);
  pthread_mutex_unlock(&loaded_lock);
  return code;
}

const Zone *zone_open(Str name, Span span, Error *err) {
  const Zone *z = NULL;
  Code code = zone_find(name, &z);
  int shown = name.len < NAME_MAX_BYTES ? (int)name.len : NAME_MAX_BYTES;
  const char *text = name.len > 0 ? name.ptr : "";
  if (code == ERR_NAME) {
    FAIL(err, code, span, "no time zone \"%.*s\"", shown, text);
    if (name_valid(name)) hint_nearest(name, err);
    error_hint(err, "a zone is written like \"Europe/Berlin\", \"UTC\" or \"+02:00\"");
  } else if (code == ERR_MEMORY) {
    FAIL(err, code, span, "out of memory");
  } else if (code != OK) {
    FAIL(err, code, span, "the file of time zone \"%.*s\" is damaged or counts leap seconds", shown,
         text);
  }
  return z;
}

/* --- the zone of the machine ------------------------------------------------------- */

/* A zone that came from elsewhere goes into the list, once; what is none means UTC. */
static const Zone *keep(Code code, Zone *z) {
  if (code == ERR_MEMORY) out_of_memory();
  if (code != OK) return &utc;
  pthread_mutex_lock(&loaded_lock);
  const Zone *known = find_loaded(z->name);
  if (known == NULL && !add_loaded(z)) out_of_memory();
  pthread_mutex_unlock(&loaded_lock);
  if (known == NULL) return z;
  zone_free(z);
  return known;
}

/* The value of TZ: "Europe/Berlin", ":Europe/Berlin", a path, or a rule, whose signs are
 * POSIX's ("UTC+3" lies west there and east everywhere else). */
static const Zone *zone_of_environment(Str tz) {
  if (str_starts(tz, STR(":"))) tz = rest_of(tz, 1);
  Str dir = str_of(zone_directory());
  if (str_starts(tz, dir) && tz.len > dir.len) tz = rest_of(tz, dir.len + 1);
  int32_t offset_s;
  if (tz.len == 0 || tz.len > NAME_MAX_BYTES) return &utc;
  if (!zone_offset_parse(tz, &offset_s)) {
    const Zone *z; /* none: then it may be a rule */
    if (zone_find(tz, &z) == OK) return z;
  }
  char text[NAME_MAX_BYTES + 1] = {0};
  memcpy(text, tz.ptr, tz.len);
  Zone *z = NULL;
  Code code = ERR_DATA;
  if (tz.ptr[0] == '/') {
    size_t len;
    char *bytes = sys_read_file(text, ZONE_FILE_MAX, &len);
    if (bytes != NULL) code = zone_read((Str){bytes, len}, text, &z);
    free(bytes);
  } else {
    code = zone_of_rule(tz, text, &z);
  }
  return keep(code, z);
}

/* The zone called name, if its file says what these bytes say. */
static const Zone *zone_with_bytes(Str name, Str bytes) {
  if (!name_valid(name)) return NULL;
  char text[NAME_MAX_BYTES + 1] = {0};
  memcpy(text, name.ptr, name.len);
  size_t len;
  char *own = read_in_directory(text, &len);
  bool same = own != NULL && str_eq((Str){own, len}, bytes);
  free(own);
  const Zone *z;
  return same && zone_find(name, &z) == OK ? z : NULL;
}

const Zone *zone_system(void) {
  const char *tz = getenv("TZ");
  if (tz != NULL) return zone_of_environment(str_of(tz));
  size_t len, name_len;
  char *bytes = sys_read_file("/etc/localtime", ZONE_FILE_MAX, &len);
  if (bytes == NULL) return &utc;
  char *name = sys_read_file("/etc/timezone", NAME_MAX_BYTES, &name_len);
  const Zone *z = NULL;
  if (name != NULL) z = zone_with_bytes(str_trim((Str){name, name_len}), (Str){bytes, len});
  if (z == NULL) {
    Zone *unnamed = NULL;
    Code code = zone_read((Str){bytes, len}, "localtime", &unnamed);
    z = keep(code, unnamed);
  }
  free(name);
  free(bytes);
  return z;
}
