/* nested_column.h -- a column of nested values, printed: encoders see a column of text instead. */
#pragma once
#include "exec/data/nested_text.h"

/* Appends the text of one value that is not NULL. */
typedef void (*NestedPrint)(const void *arg, Type t, Str value, StrBuf *out);

typedef struct NestedColumn {
  Vector shown; /* of the batch: texts, valid where the values are */
  TextRef *texts;
  StrBuf bytes;
} NestedColumn;

/* For batches of up to BATCH_ROWS rows.  false: no memory. */
MUST_USE bool nested_column_init(NestedColumn *c);
void nested_column_deinit(NestedColumn *c);
/* Print the rows of b that count of its column col into c->shown, which holds until the next call
 * and shares the column's validity.  false: no memory. */
MUST_USE bool nested_column_show(NestedColumn *c, const Batch *b, uint32_t col, NestedPrint print,
                                 const void *arg);
