/* json_read.h -- the JSON decoder: what its parts share.
 *
 *   json_read.c    the decoder's life, chunks and batches; records the strict way
 *   json_fast.c    a record the fast way
 *   json_nested.c  ARRAY, MAP, MULTISET and ROW the strict way
 *   json_object.c  fields and objects made from types
 *   json_keys.c    which key comes next
 *
 * A record is a line.  The fast way is tried first; what it will not decide is read again by
 * json_strict.c.  Whether a record is JSON never depends on the columns that are asked for;
 * whether its fields fit does.
 *
 * Between two values of a record stand a comma, a key and a colon, and in a file they are nearly
 * always the same bytes, blanks and all, as in the record before:
 *
 *     {"auction":17,"bidder":4,"price":99}\n
 *     ----------    ----------   --------- --
 *
 * Such a text between values is a JsonKey, and the brackets at the record's two ends belong to
 * them.  Every key remembers which one came behind it the last two times; so reading a
 * record is mostly one comparison of bytes per key.  An object that is a ROW is read the same way.
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/formats/format.h"
#include "exec/formats/json_scan.h"
#include "exec/formats/json_value.h"

/* What to do with the value behind a key. */
typedef enum JsonAct {
  JSON_SKIP, /* no column asks for it */
  JSON_END,  /* there is none: the object's closing bracket, and a record's newline */
  JSON_TO_INT32,
  JSON_TO_INT64,
  JSON_TO_DOUBLE,
  JSON_TO_DECIMAL, /* of at most 18 digits */
  JSON_TO_TEXT,
  JSON_TO_TIMESTAMP,
  JSON_TO_NESTED,
  JSON_TO_ANY /* by json_value_store, as is whatever the others do not expect */
} JsonAct;

enum {
  JSON_MINUTE = 16,       /* bytes of "2024-01-01 00:00" */
  JSON_KEY_TEXT = 64,     /* a longer key is looked up every time; at most CHUNK_PADDING */
  JSON_KEYS_MIN = 256,    /* known keys, beside two for every column of the table */
  JSON_ROW_KEYS_MIN = 16, /* beside two for every field of the ROW */
  JSON_NO_FIELD = -1
};
static_assert((int)JSON_KEY_TEXT <= (int)CHUNK_PADDING,
              "a key is compared where a newline may stand");

typedef struct JsonObject JsonObject;

/* What takes a value: a column, a field of a ROW, the items of an ARRAY, the values of a MAP. */
typedef struct JsonField {
  Str name; /* of a column or field */
  Type type;
  JsonAct act;
  void *data;    /* a column: of its vector */
  uint64_t seen; /* number of the last object that had it */
  /* The minute of the last timestamp, since the next one is mostly of the same. */
  char minute[JSON_MINUTE];
  Micros minute_us;
  struct JsonField *part; /* of an ARRAY, MAP, MULTISET: its items, its values */
  JsonObject *row;        /* of a ROW: its fields */
} JsonField;

typedef struct JsonKey {
  char text[JSON_KEY_TEXT];
  uint32_t want; /* a bit for each of the first 16 bytes that count; more: it matches nothing */
  uint32_t len;
  uint32_t act;                 /* JsonAct */
  int32_t field;                /* or JSON_NO_FIELD */
  struct JsonKey *next, *other; /* what came behind it; before that */
} JsonKey;

typedef struct JsonKeys {
  JsonKey start; /* before every object */
  JsonKey none;  /* matches nothing */
  JsonKey loose; /* one that is not kept */
  JsonKey *known;
  uint32_t n_known, cap;
  uint32_t *slots; /* hash of the text -> index in known + 1 */
  uint32_t slot_mask;
} JsonKeys;

/* What an object holds that is asked for: a record its columns, a ROW its fields. */
struct JsonObject {
  uint32_t n_fields;
  JsonField *fields;
  JsonValue *values; /* per field: of an object read the strict way */
  int32_t *names;    /* hash of a name -> field, or JSON_NO_FIELD */
  uint32_t name_mask;
  bool is_record;  /* a newline ends it */
  uint64_t serial; /* number of the object at hand, from 1 */
  JsonKeys keys;
};

/* Where within a column a value stands that does not fit. */
typedef struct JsonStep {
  const JsonField *row_field; /* else an item or a value: */
  uint32_t item;              /* from 1; 0: of a MAP */
  Str key;
} JsonStep;

typedef struct JsonMisfit {
  JsonStep path[TYPE_DEPTH_MAX];
  uint32_t n; /* steps of the value that was refused last */
  Str text;
  Type type;
} JsonMisfit;

typedef struct Json {
  JsonMeaning meaning;
  OnError on_error;
  bool fail_on_missing;
  BatchBuilder *builder;
  JsonObject record;

  /* the chunk */
  const char *text;
  size_t len, at;
  size_t fast_end; /* behind its last newline */
  uint32_t *places;
  BadRowFn *bad;
  void *bad_arg;

  /* a record that is an array of rows, while in_array */
  bool in_array;
  JsonScan array;
  size_t array_at; /* where its line begins */

  /* the parts of a nested value, until it is made */
  ValueStack parts, keys; /* keys: of MAP and MULTISET */
  Arena parts_text;

  JsonMisfit misfit;
  Reason reason;
} Json;

/* --- json_object.c ------------------------------------------------------------------- */

/* Make fields of these names and types, each name once; keys: how many are kept beside two per
 * field of the table.  false: no memory; what was made is freed by json_object_deinit. */
MUST_USE bool json_object_init(JsonObject *o, const FormatField *fields, uint32_t n, uint32_t keys);
void json_object_deinit(JsonObject *o);
/* At the start of a chunk: json_keys_renew, here and in all rows below. */
void json_object_renew(JsonObject *o);
/* The field of a name, or JSON_NO_FIELD. */
int32_t json_field_find(const JsonObject *o, Str name);

/* --- json_nested.c ------------------------------------------------------------------- */

/* Set the slot of row in column col: its value and its validity.  On failure the slot is zero, and
 * a misfit within a nested value is told in j->misfit. */
MUST_USE ValueFit json_column_store(Json *j, const JsonValue *value, uint32_t col, uint32_t row);
/* Read the members of an object that s has opened into o->values; those that are missing have the
 * kind JSON_NONE.  Names with escapes are kept in the arena.  false: no memory. */
MUST_USE bool json_scan_members(JsonObject *o, JsonScan *s, Arena *arena);
/* Within a column of this name stands j->misfit: as "column.field[3]". */
void json_misfit_path(const JsonMisfit *misfit, Str column, StrBuf *out);

/* --- json_keys.c --------------------------------------------------------------------- */

bool json_keys_init(JsonKeys *keys, uint32_t cap); /* false: no memory */
void json_keys_deinit(JsonKeys *keys);
/* At the start of a chunk: forget all when there is no room for more. */
void json_keys_renew(JsonKeys *keys);
/* The key at p, which is not before->next; NULL: there is none, or only json_strict.c can tell.
 * Valid until the next call. */
JsonKey *json_keys_find(JsonObject *o, JsonKey *before, const char *p);

/* Does the key stand at p? */
static inline bool json_key_at(const JsonKey *key, const char *p) {
#ifdef __SSE2__
  __m128i here = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i text = _mm_loadu_si128((const __m128i *)(const void *)key->text);
  uint32_t same = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(here, text));
  if ((same & key->want) != key->want) return false;
  return key->len <= 16 || memcmp(p + 16, key->text + 16, key->len - 16) == 0;
#else
  return key->want != UINT32_MAX && memcmp(p, key->text, key->len) == 0;
#endif
}

/* --- json_fast.c --------------------------------------------------------------------- */

/* Read the record at p, whose newline is inside the chunk, into the slots of row.  Returns the
 * byte behind the newline, or NULL: the slots hold anything, and the record is for
 * json_strict.c. */
const char *json_read_fast(Json *j, const char *p, uint32_t row);
