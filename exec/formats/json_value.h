/* json_value.h -- one JSON value into one slot: every type that is not nested, every form, no
 * hurry.
 *
 *   type              takes
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

/* A value that is not null into a slot of this type, which is not nested.  Text that has to be
 * changed is kept in the arena, other long text stays where the value is.  A value that does not
 * fit leaves the slot as it was. */
MUST_USE ValueFit json_value_store(const JsonMeaning *m, const JsonValue *value, Type type,
                                   Arena *arena, void *slot);
