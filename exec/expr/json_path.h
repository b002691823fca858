/* json_path.h -- paths into JSON documents: '$.a.b[0]'.
 *
 *   [lax|strict] $ step step ...      strict is the default, as in Flink
 *
 *   .key  ['key']  ["key"]  ."key"    a member of an object
 *   [2]  [-1]  [last]  [last - 1]     an element of an array, from its start or its end
 *   [0, 2]  [1 to 3]  [1:3]           several, in that order: a range with its end, or without it
 *   .*  [*]                           all members or elements
 *   ..                                in front of a step: the same in every value below, too
 *
 * A path of the steps in the first two lines is definite: it names at most one value.  Any other
 * names a list.  What a path finds follows the JsonPath library, which is what Flink uses:
 *
 *   strict   what a definite step does not find is an error
 *   lax      it is nothing
 *
 * Behind a step that is not definite a step passes over what it does not fit.  Of a key given twice
 * the last value counts.  Elements are never unwrapped: '$.a.b' does not look into an array $.a.
 *
 * Definite paths are followed by one walk over the text (json_path_walk); others need the document
 * taken apart (json_path_list over json_doc.h).
 */
#pragma once
#include "exec/data/json_strict.h"
#include "exec/expr/json_doc.h"

enum { JSON_PATH_STEPS_MAX = 128, JSON_KEY_ROOM = 16 };

/* Elements: a to b.  Below 0: from the end. */
typedef struct JsonSpan {
  enum { JSON_SPAN_ONE, JSON_SPAN_TO, JSON_SPAN_COLON } kind; /* [a], [a to b], [a:b] */
  bool has_from, has_to;                                      /* of a colon's: [:b], [a:] */
  int32_t from, to;
} JsonSpan;

typedef enum JsonStepKind {
  JSON_STEP_KEY,
  JSON_STEP_INDEX,
  JSON_STEP_SPANS,
  JSON_STEP_ALL
} JsonStepKind;

typedef struct JsonStep {
  JsonStepKind kind;
  bool deep; /* behind .. */
  Str key;   /* JSON_KEY_ROOM bytes are readable, whatever its length */
  int32_t index;
  JsonSpan *spans;
  uint32_t n_spans;
} JsonStep;

typedef struct JsonPath {
  bool lax, definite;
  JsonStep steps[JSON_PATH_STEPS_MAX];
  uint32_t n_steps;
  Arena arena; /* keys and spans */
} JsonPath;

typedef struct JsonPathFault {
  size_t at; /* offset in the path's text */
  const char *what;
} JsonPathFault;

typedef enum JsonPathCode { JSON_PATH_OK, JSON_PATH_BAD, JSON_PATH_NO_MEMORY } JsonPathCode;

/* path is empty (zeroed), or holds another path, which goes. */
JsonPathCode json_path_compile(JsonPath *path, Str text, JsonPathFault *fault);
void json_path_deinit(JsonPath *path);

typedef enum JsonFound {
  JSON_FOUND_MALFORMED, /* the document is no JSON */
  JSON_FOUND_NOTHING,   /* in strict mode an error, in lax mode none */
  JSON_FOUND_VALUE,
  JSON_FOUND_LIST,
  JSON_FOUND_NO_MEMORY,
  JSON_FOUND_TOO_MUCH /* a path of several .. that goes through a document too often */
} JsonFound;

/* A definite path over a text that ends at end, where JSON_PADDING zeros follow.  All of it is
 * checked, also what stands behind the value. */
JsonFound json_path_walk(const JsonPath *path, const char *text, const char *end, JsonValue *out);

/* A path that is not definite: the nodes it names, in order.  *nodes lies in doc's room until its
 * next list. */
JsonFound json_path_list(const JsonPath *path, JsonDoc *doc, const uint32_t **nodes, uint32_t *n);
