/* json_strict.h -- JSON by RFC 8259, byte by byte: what is and what is not.
 *
 * This is the definition of the format; the fast way (json_scan.h) may only differ in speed.
 *
 *   JsonScan s = json_scan_of(text);
 *   if (json_open(&s) == JSON_OBJECT) {
 *     while (json_next_member(&s, &key, &value)) ...
 *     if (json_close(&s)) ...   text was one object and nothing else
 *   }
 *   ... s.fault.what           else why not
 *
 * Beyond the grammar: strings are UTF-8 (RFC 8259 section 8.1), \u surrogates come in pairs,
 * nesting goes to JSON_DEPTH_MAX, a byte order mark in front is passed over.
 * Nothing is allocated and nothing recurses.
 */
#pragma once
#include "base/limits.h"
#include "base/str.h"

typedef enum JsonKind {
  JSON_NONE, /* no value begins so */
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_OBJECT,
  JSON_ARRAY
} JsonKind;

/* A value where it stands.  Of a string, text is what stands between the quotes; of any
 * other value, all of it. */
typedef struct JsonValue {
  JsonKind kind;
  bool escaped; /* a string with escapes: json_unescape */
  Str text;
} JsonValue;

typedef struct JsonFault {
  size_t at;        /* offset in the text */
  const char *what; /* "a comma or a closing bracket is missing"; NULL: no fault */
} JsonFault;

/* Which brackets are open: a bit per level, set for objects. */
typedef struct JsonNesting {
  unsigned depth;
  uint64_t object[JSON_DEPTH_MAX / 64 + 1];
} JsonNesting;

/* One level deeper; false when that is too deep. */
static inline bool json_nest(JsonNesting *n, bool object) {
  if (n->depth >= JSON_DEPTH_MAX) return false;
  unsigned level = ++n->depth;
  uint64_t bit = UINT64_C(1) << level % 64, *word = &n->object[level / 64];
  *word = object ? *word | bit : *word & ~bit;
  return true;
}
static inline bool json_in_object(const JsonNesting *n) {
  return n->object[n->depth / 64] >> n->depth % 64 & 1;
}

/* What kind of value a first byte announces. */
static inline JsonKind json_kind_at(char c) {
  switch (c) {
    case '"':
      return JSON_STRING;
    case '{':
      return JSON_OBJECT;
    case '[':
      return JSON_ARRAY;
    case 't':
      return JSON_TRUE;
    case 'f':
      return JSON_FALSE;
    case 'n':
      return JSON_NULL;
    default:
      return c == '-' || (c >= '0' && c <= '9') ? JSON_NUMBER : JSON_NONE;
  }
}

typedef struct JsonScan {
  const char *begin, *at, *end;
  bool fresh; /* just behind the bracket that opened */
  JsonFault fault;
} JsonScan;

JsonScan json_scan_of(Str text);

/* Pass the opening bracket of an object or array.  Of any other value nothing is passed:
 * json_value reads it.  JSON_NONE: no value. */
JsonKind json_open(JsonScan *s);
/* The next member of the object, element of the array.  false: the closing bracket was there,
 * or a fault. */
bool json_next_member(JsonScan *s, JsonValue *key, JsonValue *value);
bool json_next_element(JsonScan *s, JsonValue *value);
/* A value of any kind. */
bool json_value(JsonScan *s, JsonValue *value);
/* No fault so far, and nothing but blanks to the end. */
bool json_close(JsonScan *s);

/* What an escaped string means.  out has room for text.len bytes; returns how many. text comes
 * from a JsonValue, so that it is well formed. */
size_t json_unescape(Str text, char *out);
