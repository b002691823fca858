/* json_put.h -- one value as JSON, at the top of a record or within a nested value.
 *
 *   BOOLEAN, numbers    as they are; NaN and the infinities are null
 *   CHAR, VARCHAR       strings
 *   BINARY, VARBINARY   base64
 *   dates and times     strings; TIMESTAMP_LTZ in UTC with a Z behind it
 *   INTERVAL            Flink's number of months or milliseconds
 *   ARRAY               an array
 *   ROW                 an object with the names of its fields
 *   MAP, MULTISET       an object; keys that are no text as the text of their JSON
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/data/value_text.h"
#include "exec/formats/options.h"

/* What becomes of NULL keys ('json.map-null-key.mode'). */
typedef enum JsonNullKeys { JSON_KEYS_FAIL, JSON_KEYS_DROP, JSON_KEYS_LITERAL } JsonNullKeys;

typedef struct JsonStyle {
  bool ignore_null; /* NULL fields are left out */
  bool with_t;      /* between date and time; else a blank */
  JsonNullKeys null_keys;
  Str null_key; /* their name, with JSON_KEYS_LITERAL */
} JsonStyle;

/* What a value is written with: made once per column, from its type. */
typedef struct JsonOut {
  char *key; /* of a column or a field of a ROW: `"price":`; NULL: it has no name */
  size_t key_len;
  ValueText text;        /* with the type; in UTC */
  struct JsonOut *parts; /* ARRAY: of its items; MAP, MULTISET: keys, values; ROW: fields */
} JsonOut;

/* name NULL: none.  false: no memory; json_out_deinit frees what is there. */
MUST_USE bool json_out_init(JsonOut *o, const char *name, Type type);
void json_out_deinit(JsonOut *o);

/* Room for a value that is no text, with quotes and Z. */
enum { JSON_FIXED_MAX = VALUE_TEXT_MAX + VALUE_TEXT_SLACK + 3 };

/* Print to out and return the end. */
char *json_print_null(char *out);
/* Value at of a column's data, not NULL, of a type other than text; out has room for
 * JSON_FIXED_MAX bytes.  text has the column's type. */
char *json_print_fixed(const JsonStyle *style, ValueText *text, const void *data, uint32_t at,
                       char *out);

/* Append a value, not NULL, of a type that is text in a column: also a nested one.  false: it has a
 * NULL key, which JSON_KEYS_FAIL refuses. */
MUST_USE bool json_put_text(const JsonStyle *style, JsonOut *o, const TextRef *value, StrBuf *out);
