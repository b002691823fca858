/* identity_text.h -- for identity.c: texts of sources and sinks, and long ones cut. */
#pragma once
#include "exec/ops/op_spec.h"

/* A copy of *text in the arena, cut with a hash behind it where it is above max bytes; frees *text.
 */
const char *identity_take(Arena *arena, StrBuf *text, size_t max);

/* "filesystem(format=csv, path=bids.csv)": all that decides which rows a table gives. */
void identity_of_source(const ScanSpec *scan, StrBuf *out);
/* "filesystem(format=csv, path=out.csv)": where a table is written. */
void identity_of_sink(const SinkOpSpec *sink, StrBuf *out);
/* "price BIGINT" */
void identity_of_column(const char *definition, Type type, StrBuf *out);
