/* infer_parts.h -- what the parts of inference share: kinds of text seen in a column, and the list
 * of columns under way. */
#pragma once
#include "exec/formats/csv.h"
#include "exec/formats/infer.h"

/* What the values of a column looked like: a set.  Empty: nothing but NULL. */
typedef enum Seen {
  SEEN_INTEGER = 1,
  SEEN_FRACTION = 2, /* a number with a point or an exponent */
  SEEN_WORD = 4,     /* NaN, Infinity: a number if the others are */
  SEEN_BOOLEAN = 8,
  SEEN_DATE = 16,
  SEEN_TIMESTAMP = 32,
  SEEN_INSTANT = 64, /* a timestamp with Z or an offset */
  SEEN_TEXT = 128
} Seen;

/* What one text looks like. */
Seen seen_text(Str text);
Seen seen_number(Str text); /* known to be a number */
/* Is it a number or a time, so that it cannot be a header's? */
bool is_value_text(Str text);
/* The type that holds all that was seen. */
Type seen_type(unsigned seen);

/* Columns in the order in which they were met. */
typedef struct Guess {
  Arena *arena;
  const char **names;
  unsigned *seen;
  uint32_t n, cap, cap_seen;
} Guess;

/* false: there are COLUMNS_MAX already. */
bool guess_add(Guess *g, const char *name, uint32_t *index);
/* Can bytes be the name of a column? */
bool is_column_name(Str bytes);

/* The columns of csv with this dialect; header: the first record has the names. left_out becomes
 * the names that cannot be used, "" when there are none. */
Code infer_csv_columns(const CsvDialect *d, bool header, Str sample, bool complete, Guess *g,
                       StrBuf *left_out, Span span, Error *err);
/* Is the first record a header? */
bool infer_csv_header(const CsvDialect *d, Str sample, bool complete);
/* How evenly the dialect cuts the sample: the number of fields that nine records of ten have, 0
 * when they do not agree. */
uint32_t infer_csv_fields(const CsvDialect *d, Str sample, bool complete);

/* The columns of JSON lines, in the arena. */
Code infer_json_columns(Str sample, bool complete, Arena *arena, FormatField **fields, uint32_t *n,
                        Span span, Error *err);
