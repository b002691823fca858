/* time_format.h -- dates and times by a pattern, as Java's DateTimeFormatter reads it.
 *
 * Letters: y u M L d D H h K k m s S n a E e D w Q q and the zone letters X x Z z VV O;
 * 'quoted text', '' for a quote, [optional part].  A pattern is compiled once; an unknown
 * letter is an error that names it.  English names; weeks (w, e) are ISO 8601's.
 *
 * Where we are stricter than Java: 30 February is no date (Java takes the 28th or 29th), and
 * 24:00 is no time.  Where we know less: z prints the abbreviation in the zone file and reads
 * names of zones ("UTC", "CET", "Europe/Berlin"); the long names of zzzz are refused.  y is the
 * same as u: there is no era.
 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/data/timestamp.h"
#include "exec/data/zone.h"

typedef struct TimeFormat TimeFormat;

/* Compile; the result lives in the arena.  NULL and a message in err (ERR_DATA) on an
 * unknown letter, too many of one, an unbalanced quote or bracket, more than 1,000 bytes. */
const TimeFormat *time_format_compile(Arena *arena, Str pattern, Error *err);
/* Append us (wall clock) to out.  zone: for the zone letters, may be NULL (UTC). */
void time_format_print(const TimeFormat *f, Micros us, const Zone *zone, StrBuf *out);
/* Bytes of what f prints where that is the same for every instant of the years 0000 to 9999 and
 * depends on no zone; 0: it is not. */
size_t time_format_width(const TimeFormat *f);
/* The same as time_format_print to so many bytes; false: another year, nothing is written. */
MUST_USE bool time_format_print_fixed(const TimeFormat *f, Micros us, char *out);
/* Read the whole text.  A field that the pattern lacks is taken from 1970-01-01 00:00; a
 * second opinion on the date (day of the week, quarter, ...) has to agree with it.  One letter
 * reads as many digits as there are, two or more read exactly as many as letters (yy: 2000 to
 * 2099); before fields without separator a number leaves them their digits.
 * false: does not match. */
MUST_USE bool time_format_parse(const TimeFormat *f, Str text, TimestampText *out);
