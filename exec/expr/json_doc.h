/* json_doc.h -- a JSON document taken apart: its values as a row of nodes, each before what it
 * holds.
 *
 *   {"a": [1, 2], "b": null}     0 object  1 "a"  2 array  3 1  4 2  5 "b"  6 null
 *
 * next is the node behind a value and all it holds, so that children are found by skipping.  The
 * members of an object are pairs of a key, a string, and a value.
 *
 * All texts point into a copy of the document with JSON_PADDING zeros behind it (json_skip.h),
 * which lasts until the next document.  A JsonDoc is used again and again: one for each worker's
 * call.
 */
#pragma once
#include "base/str.h"
#include "exec/data/json_strict.h"

typedef struct JsonNode {
  const char *at; /* of a string, what it says */
  uint32_t len;
  uint32_t next;
  uint8_t kind; /* JsonKind */
} JsonNode;

/* A member of an object; of several with one key there is the last value, in the place of the
 * first. */
typedef struct JsonMember {
  Str key;
  uint32_t value, order;
} JsonMember;

/* Members in d->members, which is a stack. */
typedef struct JsonMembers {
  size_t from;
  uint32_t n;
} JsonMembers;

typedef struct JsonDoc {
  StrBuf text;
  JsonNode *nodes;
  uint32_t n_nodes;
  size_t room; /* nodes */
  StrBuf members;
  StrBuf list; /* what json_path_list finds */
} JsonDoc;

void json_doc_init(JsonDoc *d);
void json_doc_deinit(JsonDoc *d);

/* Copy the text; *end is behind it, at the zeros.  NULL: no memory. */
const char *json_doc_text(JsonDoc *d, Str text, const char **end);

typedef enum JsonDocCode { JSON_DOC_OK, JSON_DOC_MALFORMED, JSON_DOC_NO_MEMORY } JsonDocCode;
/* Take apart text up to end, which lie in the copy: the escapes of its strings are undone there. */
JsonDocCode json_doc_parse(JsonDoc *d, const char *text, const char *end);

/* Length of the escape at the start of text, a surrogate with its other half; 0: it is none. */
size_t json_escape_length(const char *text, size_t len);
/* What a string says when its escapes are undone: is that the same as plain? */
bool json_text_is(Str text, Str plain);
/* Order of two keys, as Java's strings are ordered: by code units of UTF-16. */
int json_key_compare(Str a, Str b);

/* Put the members of an object on the stack, by key or in the order of the text.  false: no memory.
 * What was put last is taken off first. */
MUST_USE bool json_doc_members(JsonDoc *d, uint32_t object, bool by_key, JsonMembers *out);
JsonMember json_doc_member(const JsonDoc *d, JsonMembers members, uint32_t i);
void json_doc_members_end(JsonDoc *d, JsonMembers members);

/* Append a value as Flink writes it: without blanks, members by key, numbers by json_number.h, only
 * what has to be escaped escaped.  false: no memory. */
MUST_USE bool json_doc_write(JsonDoc *d, uint32_t node, StrBuf *out);
