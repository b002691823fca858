/* time_format_items.h -- a compiled pattern: what time_format.c makes and time_format_parse.c
 * reads, too.  time_format_fixed.c has those
 * of fixed width.  For these three only. */
#pragma once
#include "exec/data/time_format.h"

/* What is printed or read at one place. */
typedef enum FormatField {
  FORMAT_LITERAL,
  FORMAT_OPTION_BEGIN, /* [: count is the number of items until behind its ] */
  FORMAT_OPTION_END,
  FORMAT_YEAR,
  FORMAT_QUARTER,
  FORMAT_MONTH,
  FORMAT_WEEK,
  FORMAT_DAY,
  FORMAT_DAY_OF_YEAR,
  FORMAT_DAY_OF_WEEK, /* e: a number, or a name from three letters on */
  FORMAT_DAY_NAME,    /* E */
  FORMAT_AM_PM,
  FORMAT_HOUR_0_23,
  FORMAT_HOUR_1_24,
  FORMAT_HOUR_0_11,
  FORMAT_HOUR_1_12,
  FORMAT_MINUTE,
  FORMAT_SECOND,
  FORMAT_FRACTION,
  FORMAT_NANO,
  FORMAT_OFFSET,           /* X x Z: letter tells which */
  FORMAT_OFFSET_LOCALIZED, /* O, ZZZZ: GMT+8, GMT+08:00 */
  FORMAT_ZONE_NAME,        /* z */
  FORMAT_ZONE_ID           /* VV */
} FormatField;

typedef struct FormatItem {
  FormatField field;
  char letter;
  uint32_t count;    /* letters */
  uint32_t reserved; /* digits that the numbers right behind this one need */
  Str literal;
} FormatItem;

/* What two digits of a text say. */
typedef enum FixedPart {
  FIXED_CENTURY,
  FIXED_YEAR, /* within its century */
  FIXED_MONTH,
  FIXED_DAY,
  FIXED_HOUR,
  FIXED_MINUTE,
  FIXED_SECOND,
  FIXED_PARTS
} FixedPart;

typedef struct FixedPair {
  uint8_t part, at;
} FixedPair;

enum { FIXED_WIDTH_MAX = 64 };

/* A pattern whose texts all have one width and each part at its place: time_format_fixed.c. */
typedef struct FixedFormat {
  uint8_t width; /* 0: it is no such */
  uint8_t n_pairs, parts;
  FixedPair pairs[FIXED_PARTS];
  uint8_t fraction_at, fraction_digits;
  char text[FIXED_WIDTH_MAX], is_literal[FIXED_WIDTH_MAX]; /* 0xFF where the text is so */
} FixedFormat;

struct TimeFormat {
  FormatItem *items;
  uint32_t n, cap;
  FixedFormat fixed;
};

/* Set f->fixed from its items. */
void fixed_format_compile(TimeFormat *f);
/* time_format_parse by it. */
bool fixed_format_parse(const FixedFormat *x, Str text, TimestampText *out);

extern const char *const format_months[12];  /* "January", ... */
extern const char *const format_weekdays[7]; /* "Monday", ... */
extern const char *const format_quarters[4]; /* "1st quarter", ... */

/* Whether an item of this kind and count is digits (else a name). */
bool format_is_number(const FormatItem *item);
