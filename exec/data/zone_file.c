/* zone_file.c -- TZif files (RFC 8536, versions 1 to 3) and the POSIX rule at their end.
 *
 * A file lists the changes that were; behind them stands a rule such as
 *     CET-1CEST,M3.5.0,M10.5.0/3
 * for all that will be.  Both are turned into one row of spans.
 * A file is not trusted: every count is checked against its size before it is used.
 * Zones that count leap seconds ("right/...") are refused: our time has none.
 */
#include "exec/data/zone_file.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/scan.h"
#include "exec/data/timestamp.h"

/* --- making a zone ----------------------------------------------------------------- */

enum {
  OFFSET_MAX_S = 26 * 3600,    /* RFC 8536 3.2 allows a little less */
  RULE_YEARS = 403,            /* a cycle, and a year more at each end */
  RULE_SPANS = 2 * RULE_YEARS, /* two changes a year */
  NAMES_MAX = 60000,           /* ZoneSpan.abbreviation has 16 bits */
  RULE_NAME_MAX = 32,          /* of an abbreviation in a rule */
};
#define INSTANT_MAX_S (INT64_C(1) << 42) /* 139,000 years: in microseconds still far inside */

void zone_free(Zone *z) {
  if (z == NULL) return;
  free(z->name);
  free(z->names);
  free(z->spans);
  free(z);
}

/* A zone with room, and its first span. */
static Zone *zone_new(const char *name, uint32_t spans_max, size_t names_size) {
  Zone *z = calloc(1, sizeof *z);
  if (z == NULL) return NULL;
  size_t name_size = strlen(name) + 1;
  z->name = malloc(name_size);
  z->names = calloc(names_size + 1, 1); /* ends with a NUL whatever the file says */
  z->spans = calloc(spans_max, sizeof *z->spans);
  if (z->name == NULL || z->names == NULL || z->spans == NULL) {
    zone_free(z);
    return NULL;
  }
  memcpy(z->name, name, name_size);
  z->n_spans = 1;
  z->spans[0].begin_us = MICROS_MIN;
  z->repeat_us = MICROS_MAX;
  return z;
}

static bool span_same(const Zone *z, const ZoneSpan *a, const ZoneSpan *b) {
  return a->offset_s == b->offset_s &&
         strcmp(z->names + a->abbreviation, z->names + b->abbreviation) == 0;
}

/* Changes come in order; of two at one instant the later counts, and a change to the same
 * is none.  (A rule for summer time all year ends and begins at the same instant.) */
static void add_span(Zone *z, ZoneSpan span) {
  while (z->n_spans > 1 && z->spans[z->n_spans - 1].begin_us >= span.begin_us) z->n_spans--;
  if (span_same(z, &z->spans[z->n_spans - 1], &span)) return;
  z->spans[z->n_spans++] = span;
}

Code zone_of_offset(int32_t offset_s, const char *name, Zone **out) {
  Zone *z = zone_new(name, 1, strlen(name));
  if (z == NULL) return ERR_MEMORY;
  z->spans[0].offset_s = offset_s;
  memcpy(z->names, name, strlen(name));
  *out = z;
  return OK;
}

/* --- the rule ---------------------------------------------------------------------- */

/* A day of the year: J1..J365 without leap days, 0..365 with them, or Mm.w.d. */
typedef struct RuleDay {
  char kind; /* 'J', '0' or 'M' */
  int32_t month, week, day;
  int32_t time_s; /* of the wall clock before the change; may lie days off */
} RuleDay;

typedef struct Rule {
  Str std_name, dst_name; /* no dst_name: one offset for ever */
  int32_t std_offset_s, dst_offset_s;
  RuleDay begin, end; /* of summer time */
} Rule;

static bool number(Scan *s, int32_t max, int32_t *out) {
  int32_t v = 0;
  if (!scan_at_digit(s)) return false;
  while (scan_at_digit(s)) {
    v = v * 10 + (*s->at++ - '0');
    if (v > max) return false;
  }
  *out = v;
  return true;
}

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* CET or <+0530>. */
static bool scan_name(Scan *s, Str *name) {
  bool quoted = scan_eat(s, '<');
  const char *begin = s->at;
  if (quoted) {
    while (s->at < s->end && *s->at != '>') s->at++;
  } else {
    while (s->at < s->end && is_alpha(*s->at)) s->at++;
  }
  *name = (Str){begin, (size_t)(s->at - begin)};
  if (quoted && !scan_eat(s, '>')) return false;
  return name->len >= 3 && name->len <= RULE_NAME_MAX; /* POSIX wants three */
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool scan_hms(Scan *s, int32_t hours_max, int32_t *out) {
  bool negative = scan_eat(s, '-');
  if (!negative) scan_eat(s, '+');
  int32_t h, m = 0, sec = 0;
  if (!number(s, hours_max, &h)) return false;
  if (scan_eat(s, ':') && !number(s, 59, &m)) return false;
  if (scan_eat(s, ':') && !number(s, 59, &sec)) return false;
  int32_t total = h * 3600 + m * 60 + sec;
  *out = negative ? -total : total;
  return true;
}

static bool scan_day(Scan *s, RuleDay *day) {
  *day = (RuleDay){.kind = '0', .time_s = 2 * 3600};
  bool good;
  if (scan_eat(s, 'M')) {
    day->kind = 'M';
    good = number(s, 12, &day->month) && day->month >= 1 && scan_eat(s, '.') &&
           number(s, 5, &day->week) && day->week >= 1 && scan_eat(s, '.') &&
           number(s, 6, &day->day);
  } else if (scan_eat(s, 'J')) {
    day->kind = 'J';
    good = number(s, 365, &day->day) && day->day >= 1;
  } else {
    good = number(s, 365, &day->day);
  }
  if (!good) return false;
  return !scan_eat(s, '/') || scan_hms(s, 167, &day->time_s); /* a week: RFC 8536 3.3.1 */
}

static bool scan_rule(Str text, Rule *rule) {
  Scan s = scan_of(text);
  *rule = (Rule){0};
  if (!scan_name(&s, &rule->std_name) || !scan_hms(&s, 24, &rule->std_offset_s)) return false;
  rule->std_offset_s = -rule->std_offset_s; /* POSIX counts to the west */
  if (s.at == s.end) return true;
  if (!scan_name(&s, &rule->dst_name)) return false;
  rule->dst_offset_s = rule->std_offset_s + 3600;
  if (s.at < s.end && *s.at != ',') {
    if (!scan_hms(&s, 24, &rule->dst_offset_s)) return false;
    rule->dst_offset_s = -rule->dst_offset_s;
  }
  if (s.at == s.end) { /* the system's choice, by POSIX: that of the United States */
    rule->begin = (RuleDay){.kind = 'M', .month = 3, .week = 2, .time_s = 2 * 3600};
    rule->end = (RuleDay){.kind = 'M', .month = 11, .week = 1, .time_s = 2 * 3600};
    return true;
  }
  return scan_eat(&s, ',') && scan_day(&s, &rule->begin) && scan_eat(&s, ',') &&
         scan_day(&s, &rule->end) && s.at == s.end;
}

/* Days since 1970 of a rule's day in a year. */
static int64_t rule_day(const RuleDay *r, int32_t year) {
  if (r->kind != 'M') {
    int64_t first = civil_to_days((Civil){year, 1, 1});
    bool leap = civil_days_in_month(year, 2) == 29;
    return r->kind == 'J' ? first + r->day - 1 + (leap && r->day >= 60) : first + r->day;
  }
  int64_t first = civil_to_days((Civil){year, (uint8_t)r->month, 1});
  int64_t weekday = ((first + 4) % 7 + 7) % 7; /* Sunday is 0 */
  int64_t day = (r->day - weekday + 7) % 7 + (r->week - 1) * 7;
  while (day >= civil_days_in_month(year, (unsigned)r->month)) day -= 7; /* week 5: the last */
  return first + day;
}

/* Append what the rule says from after_us on, until the cycle closes. */
static void add_rule(Zone *z, const Rule *rule, Micros after_us, uint16_t std, uint16_t dst) {
  if (rule->dst_name.len == 0) return;
  int32_t year = civil_from_days((int32_t)days_of(after_us)).year;
  for (int32_t y = year; y < year + RULE_YEARS; y++) {
    int64_t begin_s = rule_day(&rule->begin, y) * 86400 + rule->begin.time_s - rule->std_offset_s;
    int64_t end_s = rule_day(&rule->end, y) * 86400 + rule->end.time_s - rule->dst_offset_s;
    ZoneSpan changes[2] = {{begin_s * MICROS_PER_SECOND, rule->dst_offset_s, dst},
                           {end_s * MICROS_PER_SECOND, rule->std_offset_s, std}};
    int first = begin_s > end_s; /* south of the equator the year begins in summer */
    if (changes[first].begin_us > after_us) add_span(z, changes[first]);
    if (changes[!first].begin_us > after_us) add_span(z, changes[!first]);
  }
  z->repeat_us = after_us + ZONE_CYCLE_US + 366 * MICROS_PER_DAY;
}

static uint16_t put_name(Zone *z, size_t at, Str name) {
  if (name.len > 0) memcpy(z->names + at, name.ptr, name.len);
  return (uint16_t)at;
}

Code zone_of_rule(Str text, const char *name, Zone **out) {
  Rule rule;
  if (text.len == 0 || !scan_rule(text, &rule)) return ERR_DATA;
  Zone *z = zone_new(name, 1 + RULE_SPANS, 2 * (RULE_NAME_MAX + 1));
  if (z == NULL) return ERR_MEMORY;
  uint16_t std = put_name(z, 0, rule.std_name);
  uint16_t dst = put_name(z, RULE_NAME_MAX + 1, rule.dst_name);
  z->spans[0].offset_s = rule.std_offset_s;
  z->spans[0].abbreviation = std;
  add_rule(z, &rule, timestamp_of_days(DATE_MIN - 366), std, dst);
  *out = z;
  return OK;
}

/* --- the file ---------------------------------------------------------------------- */

enum { HEADER_BYTES = 44, TYPE_BYTES = 6 };

/* One of the one or two blocks of a file: where its tables stand. */
typedef struct Block {
  char version; /* 0, '2', '3', ... */
  uint32_t n_times, n_types, n_names, n_leaps;
  size_t time_size; /* 4 or 8 */
  const char *times, *indexes, *types, *names;
} Block;

static uint32_t get_u32(const char *p) {
  const unsigned char *b = (const unsigned char *)p;
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}
static int32_t get_i32(const char *p) { return (int32_t)get_u32(p); }
static int64_t get_i64(const char *p) {
  return (int64_t)((uint64_t)get_u32(p) << 32 | get_u32(p + 4));
}

static int64_t block_time(const Block *b, uint32_t i) {
  const char *p = b->times + i * b->time_size;
  return b->time_size == 8 ? get_i64(p) : get_i32(p);
}

/* Take the block at the head of *file off it. */
static bool take_block(Str *file, size_t time_size, Block *b) {
  if (file->len < HEADER_BYTES || memcmp(file->ptr, "TZif", 4) != 0) return false;
  const char *counts = file->ptr + 20;
  size_t n_ut = get_u32(counts), n_std = get_u32(counts + 4);
  *b = (Block){.version = file->ptr[4],
               .n_leaps = get_u32(counts + 8),
               .n_times = get_u32(counts + 12),
               .n_types = get_u32(counts + 16),
               .n_names = get_u32(counts + 20),
               .time_size = time_size};
  size_t bytes = HEADER_BYTES + b->n_times * (time_size + 1) + (size_t)b->n_types * TYPE_BYTES +
                 b->n_names + b->n_leaps * (time_size + 4) + n_std + n_ut;
  if (bytes > file->len) return false; /* 32-bit counts: the sum cannot wrap */
  b->times = file->ptr + HEADER_BYTES;
  b->indexes = b->times + b->n_times * time_size;
  b->types = b->indexes + b->n_times;
  b->names = b->types + (size_t)b->n_types * TYPE_BYTES;
  *file = (Str){file->ptr + bytes, file->len - bytes};
  return true;
}

/* Make every later access safe. */
static bool block_valid(const Block *b) {
  if (b->n_types == 0 || b->n_names == 0 || b->n_names > NAMES_MAX || b->n_leaps > 0) return false;
  for (uint32_t i = 0; i < b->n_types; i++) {
    const char *type = b->types + i * TYPE_BYTES;
    int32_t offset_s = get_i32(type);
    if (offset_s > OFFSET_MAX_S || offset_s < -OFFSET_MAX_S) return false;
    if ((unsigned char)type[5] >= b->n_names) return false;
  }
  for (uint32_t i = 0; i < b->n_times; i++) {
    if ((unsigned char)b->indexes[i] >= b->n_types) return false;
    if (i > 0 && block_time(b, i) <= block_time(b, i - 1)) return false;
  }
  return true;
}

static ZoneSpan block_span(const Block *b, uint32_t type, Micros begin_us) {
  const char *p = b->types + type * TYPE_BYTES;
  return (ZoneSpan){begin_us, get_i32(p), (unsigned char)p[5]};
}

/* The listed changes.  Those before any date we know only say how time begins. */
static void add_listed(Zone *z, const Block *b) {
  z->spans[0] = block_span(b, 0, MICROS_MIN);
  for (uint32_t i = 0; i < b->n_times; i++) {
    int64_t at_s = block_time(b, i);
    uint32_t type = (unsigned char)b->indexes[i];
    if (at_s > INSTANT_MAX_S) break;
    if (at_s < -INSTANT_MAX_S) {
      z->spans[0] = block_span(b, type, MICROS_MIN);
    } else {
      add_span(z, block_span(b, type, at_s * MICROS_PER_SECOND));
    }
  }
}

/* The rule stands between two newlines.  None, or an empty one: the last span lasts. */
static bool take_rule(Str footer, Rule *rule, bool *some) {
  *some = false;
  if (footer.len == 0) return true;
  if (footer.len < 2 || footer.ptr[0] != '\n') return false;
  const char *end = memchr(footer.ptr + 1, '\n', footer.len - 1);
  if (end == NULL) return false;
  Str text = {footer.ptr + 1, (size_t)(end - footer.ptr) - 1};
  *some = text.len > 0;
  return !*some || scan_rule(text, rule);
}

Code zone_read(Str file, const char *name, Zone **out) {
  Block b;
  Rule rule = {0};
  bool with_rule = false;
  if (!take_block(&file, 4, &b)) return ERR_DATA;
  if (b.version != 0) { /* version 2 or 3: the same again in 64 bits */
    if (!take_block(&file, 8, &b) || !take_rule(file, &rule, &with_rule)) return ERR_DATA;
  }
  if (!block_valid(&b)) return ERR_DATA;
  Zone *z = zone_new(name, 1 + b.n_times + RULE_SPANS, b.n_names + 1 + 2 * (RULE_NAME_MAX + 1));
  if (z == NULL) return ERR_MEMORY;
  memcpy(z->names, b.names, b.n_names);
  uint16_t std = put_name(z, b.n_names + 1, rule.std_name);
  uint16_t dst = put_name(z, (size_t)std + RULE_NAME_MAX + 1, rule.dst_name);
  add_listed(z, &b);
  if (with_rule && b.n_times == 0) { /* then it is for all time */
    z->spans[0] = (ZoneSpan){MICROS_MIN, rule.std_offset_s, std};
    add_rule(z, &rule, timestamp_of_days(DATE_MIN - 366), std, dst);
  } else if (with_rule) {
    int64_t last_s = block_time(&b, b.n_times - 1);
    int64_t first_rule_s = DATE_MIN * INT64_C(86400);
    if (last_s < first_rule_s) last_s = first_rule_s;
    if (last_s <= INSTANT_MAX_S) add_rule(z, &rule, last_s * MICROS_PER_SECOND, std, dst);
  }
  *out = z;
  return OK;
}
