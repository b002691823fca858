/* zone_file.h -- what a Zone is, and how it comes out of a file or a rule.  For zone.c. */
#pragma once
#include "base/error.h"
#include "exec/data/zone.h"

/* From begin_us until the begin of the next span the offset is this. */
typedef struct ZoneSpan {
  Micros begin_us;
  int32_t offset_s;
  uint16_t abbreviation; /* where in Zone.names */
} ZoneSpan;

/* Spans lie in order; the first begins at MICROS_MIN.  Gregorian dates repeat every 400
 * years, weekdays included, and so does every rule: the spans reach 400 years past the last
 * change that the file lists, and an instant from repeat_us on is taken back by whole
 * cycles.  So no rule is ever evaluated after loading. */
struct Zone {
  char *name;
  char *names; /* abbreviations, each with a NUL */
  ZoneSpan *spans;
  uint32_t n_spans;
  Micros repeat_us; /* MICROS_MAX: nothing repeats */
};

#define ZONE_CYCLE_US (INT64_C(146097) * MICROS_PER_DAY)

/* Each returns OK, ERR_MEMORY, or ERR_DATA for what is no zone file, no rule, or damaged. */
MUST_USE Code zone_read(Str file, const char *name, Zone **out);
MUST_USE Code zone_of_rule(Str rule, const char *name, Zone **out);
MUST_USE Code zone_of_offset(int32_t offset_s, const char *name, Zone **out);
/* Only of what zone.h has not given out: that stays. */
void zone_free(Zone *z);
