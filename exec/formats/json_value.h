/* json_value.h -- one JSON value into one slot of a column: every type, every form, no hurry.
 *
 *   column            takes
 *   any               null
 *   BOOLEAN           true, false, "true", "false"
 *   numbers           numbers; integers without point and exponent; "12", "NaN"
 *   CHAR, VARCHAR     strings; of other values the text as it is written
 *   INTERVAL          numbers of months, of milliseconds; "12"
 *   all others        strings
 *
 * What stands in a string or number is read as value_parse.h has it; lengths of CHAR(n) and
 * VARCHAR(n) are not enforced, as in csv.
 */
#pragma once
#include "exec/data/json_strict.h"
#include "exec/formats/value_parse.h"

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
MUST_USE ValueFit json_value_store(const JsonMeaning *m, const JsonValue *value, BatchBuilder *b,
                                   uint32_t col, uint32_t row);
