/* zone.h -- time zones, read from the system's zone files (TZif, RFC 8536).
 *
 * The files stand in $TZDIR, else in /usr/share/zoneinfo.
 * Names are those of the IANA data base ("Europe/Berlin"), "UTC", "Z", or fixed
 * offsets ("+02:00", "UTC+8", "GMT+08:00").  A name with ".." or a leading "/" is
 * refused.  Loaded zones are kept until the program ends; a Zone is immutable and may be
 * shared between threads.
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

typedef struct Zone Zone;

/* NULL and a message with the nearest hint in err when there is no such zone. */
const Zone *zone_open(Str name, Span span, Error *err);
/* The same without a word: OK, ERR_NAME, ERR_DATA (a damaged file) or ERR_MEMORY.  For names
 * that come with the data. */
Code zone_find(Str name, const Zone **out);
/* [UTC|GMT|UT](+|-)h[h][[:]mm[[:]ss]], at most 18 hours, as java.time.ZoneId reads it. */
MUST_USE bool zone_offset_parse(Str text, int32_t *offset_s);
const Zone *zone_utc(void);
/* The zone of the machine: TZ (a name or a POSIX rule), else /etc/localtime, by the name in
 * /etc/timezone where that says the same, else as "localtime"; else UTC. */
const Zone *zone_system(void);
const char *zone_name(const Zone *z);
bool zone_is_utc(const Zone *z); /* a fixed offset of 0 */

/* Microseconds to add to an instant to get the wall clock. */
Micros zone_offset_at(const Zone *z, Micros utc_us);
/* The same, and the instants from which and before which it holds, so that a loop over
 * rows asks once for many.  MICROS_MIN and MICROS_MAX: for ever. */
Micros zone_offset_range(const Zone *z, Micros utc_us, Micros *from_us, Micros *until_us);
/* "CET", "CEST", "UTC", "+05:30": what the zone calls its time then. */
const char *zone_abbreviation_at(const Zone *z, Micros utc_us);

/* MICROS_MIN and MICROS_MAX, which stand for "never" and "the end", are the same on every
 * clock, and nothing overflows into or past them. */
static inline Micros zone_to_local(const Zone *z, Micros utc_us) {
  Micros local_us;
  if (utc_us == MICROS_MIN || utc_us == MICROS_MAX) return utc_us;
  Micros offset_us = zone_offset_at(z, utc_us);
  if (!__builtin_add_overflow(utc_us, offset_us, &local_us)) return local_us;
  return offset_us < 0 ? MICROS_MIN : MICROS_MAX;
}
/* Wall clock to instant as java.time does: a time in a gap is shifted forward by the
 * gap's length, in an overlap the earlier instant is meant. */
Micros zone_to_utc(const Zone *z, Micros local_us);
/* For the end of a window: a time in a gap is the instant of the change, in an overlap the
 * later instant is meant. */
Micros zone_to_utc_late(const Zone *z, Micros local_us);
