/* nested_text.h -- ARRAY, MULTISET, MAP and ROW as text, as Flink casts and shows them:
 *
 *     ARRAY [1, 2]   MAP, MULTISET {k=v, l=w}   ROW (1, abc)   NULL within: NULL
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/data/zone.h"

typedef enum NestedStyle {
  NESTED_CAST, /* CAST: TRUE and FALSE */
  NESTED_SHOW, /* results: true and false */
  NESTED_PLAN  /* EXPLAIN: text in quotes, so that different values look different */
} NestedStyle;

/* Append the text of a value that is not NULL.  zone: of the session.  Character text stands as it
 * is, bytes as x'c0ff'. */
void nested_print(Type t, Str value, const Zone *zone, NestedStyle style, StrBuf *out);
