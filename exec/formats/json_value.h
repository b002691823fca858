/* json_value.h -- one JSON value into one slot of a column: every type, every form, no hurry.
 *
 *   column            takes
 *   any               null
 *   BOOLEAN           true, false, "true", "false" (case ignored)
 *   integers          numbers without point and exponent, in range; "12"
 *   FLOAT, DOUBLE     numbers; "1.5", "NaN", "Infinity"; not what is too large
 *   DECIMAL           numbers; "1.5"; further digits are rounded
 *   CHAR, VARCHAR     strings; of other values the text as it is written
 *   BINARY, VARBINARY strings, as base64
 *   DATE, TIME        strings
 *   TIMESTAMP         strings without zone
 *   TIMESTAMP_LTZ     strings; without zone they are of the session's
 *   INTERVAL          numbers of months, of milliseconds; "12"
 *
 * Blanks around a number, boolean, date or time in quotes are passed over, as in Flink.  Fraction
 * digits of a second beyond the precision of the column are cut, and lengths of CHAR(n) and
 * VARCHAR(n) not enforced, as in csv.
 */
#pragma once
#include "exec/data/batch.h"
#include "exec/data/zone.h"
#include "exec/formats/json_strict.h"
#include "exec/formats/reason.h"

typedef enum JsonFit {
  JSON_GOOD,
  JSON_NOT_OF_TYPE,
  JSON_OUT_OF_RANGE,
  JSON_HAS_ZONE,   /* a TIMESTAMP with an offset behind it */
  JSON_IS_NULL,    /* in a NOT NULL column */
  JSON_IS_MISSING, /* the record has no such field, and should */
  JSON_NO_MEMORY
} JsonFit;

/* What stands between date and time ('json.timestamp-format.standard'). */
typedef enum JsonTimeForm {
  JSON_TIME_ANY,   /* not given: either */
  JSON_TIME_BLANK, /* SQL */
  JSON_TIME_T      /* ISO-8601, ISO-8601-WITH-OFFSET */
} JsonTimeForm;

static inline bool json_separator_fits(JsonTimeForm form, char separator) {
  return form == JSON_TIME_ANY || separator == (form == JSON_TIME_BLANK ? ' ' : 'T');
}

/* What a value's meaning depends on, beside the column. */
typedef struct JsonMeaning {
  const Zone *zone;
  JsonTimeForm time_form;
} JsonMeaning;

/* Set the slot of row in column col of b: its value and its validity.  Text that has to be changed
 * is kept in b, other long text stays where the value is.  On failure the slot is zero. */
MUST_USE JsonFit json_value_store(const JsonMeaning *m, const JsonValue *value, BatchBuilder *b,
                                  uint32_t col, uint32_t row);
/* Set it to NULL; JSON_IS_NULL when the column is NOT NULL. */
MUST_USE JsonFit json_value_null(BatchBuilder *b, uint32_t col, uint32_t row);

/* The reason for a fit other than JSON_GOOD and JSON_NO_MEMORY. */
void json_fit_reason(JsonFit fit, const char *column, const JsonValue *value, Type type, Reason *r);
