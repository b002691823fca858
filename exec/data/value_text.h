/* value_text.h -- values as text, as they stand on screen and in files alike (design.md 9):
 * TIMESTAMP(p) with p digits and a blank, TIMESTAMP_LTZ in the session's zone, true and
 * false, floating point by Java's rules, bytes in base64.
 *
 * Text itself is not printed here: how it is quoted is the format's affair.
 */
#pragma once
#include "exec/data/value.h"
#include "exec/data/zone.h"

enum {
  VALUE_TEXT_MAX = 48,  /* of any value but character and binary ones */
  VALUE_TEXT_SLACK = 64 /* bytes behind the text that may be written, too */
};

/* A column to be printed; one per column and thread, so that runs of equal dates and times are
 * printed once. */
typedef struct ValueText {
  Type type;
  const Zone *zone;
  bool upper_booleans; /* TRUE, as CAST writes it, instead of true */
  bool known;          /* last and text hold something */
  uint32_t len;
  int64_t last;
  char text[VALUE_TEXT_MAX];
} ValueText;

static inline bool value_is_text(Type t) { return type_phys(t) == PHYS_TEXT; }

/* Print the value in slot at (which is not NULL and not PHYS_TEXT) of a column's data to out,
 * which has room for VALUE_TEXT_MAX + VALUE_TEXT_SLACK.  Returns the length. */
size_t value_text_print(ValueText *v, const void *data, uint32_t at, char *out);
/* The same for one value outside a column. */
size_t value_print(const Value *v, const Zone *zone, bool upper_booleans, char *out);

/* As SQL writes them: 'it''s', x'c0ff'. */
void literal_put_text(StrBuf *out, Str text);
void literal_put_bytes(StrBuf *out, Str bytes);
