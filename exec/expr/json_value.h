/* json_value.h -- SQL values as JSON, and scalars of JSON as SQL values, as Flink converts them.
 *
 *   BOOLEAN              true          DATE          "2024-01-02"
 *   integers, DECIMAL    1.50          TIME          "01:02:03"
 *   FLOAT, DOUBLE        1.5, 1.0E+10  TIMESTAMP     "2024-01-02T03:04:05.12"
 *   CHAR, VARCHAR        "..."         TIMESTAMP_LTZ the same in UTC, with Z behind it
 *   BINARY, VARBINARY    base64        ARRAY         [...]
 *   NULL                 null          MAP, ROW      {...}, members by name; MULTISET: counts
 */
#pragma once
#include "exec/data/json_strict.h"
#include "exec/data/value.h"

/* Can values of this type be JSON?  No intervals; keys of maps are strings. */
bool json_type_fits(Type t);
/* Append.  out->failed: no memory. */
void json_put_value(StrBuf *out, const Value *value);

/* Can a scalar be asked for as this type: STRING, BOOLEAN, a number? */
bool json_scalar_type_fits(Type t);
/* A scalar that is not null; of a string, text is what it says.  Strings that spell a number or a
 * truth value are taken, a number's fraction is cut for an integer.  false: it is none of this
 * type. Text of the result is borrowed; a number's is as it stands. */
MUST_USE bool json_scalar_value(JsonKind kind, Str text, Type type, Value *out);
