/* csv_write.h -- rows as text with something between the values: csv, tsv, cells, print.
 *
 *   csv    RFC 4180 with as few quotes as possible, LF; "" is the empty string, nothing is NULL
 *   tsv    tabs between, \t \n \r \\ in text, \N is NULL
 *   cells  for the shell: per value its length (uint32, little-endian; UINT32_MAX is NULL) and
 *          its text, nothing between
 *   print  Flink's print connector: +I[a, b], -D[null, b]
 *
 * With EncodeSpec.with_kind the first value of all but print, whose rows always have it, is
 * the row's kind, named "op".
 */
#pragma once
#include "exec/formats/format.h"

typedef enum TextStyle { TEXT_CSV, TEXT_TSV, TEXT_CELLS, TEXT_PRINT } TextStyle;

Code text_encoder_new(const EncodeSpec *spec, TextStyle style, Encoder **out, Error *err);
void text_encoder_free(Encoder *e);

Code csv_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err);
void csv_encode_header(Encoder *e, StrBuf *out);
Code csv_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err);

Code tsv_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err);
void tsv_encode_header(Encoder *e, StrBuf *out);
Code tsv_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err);

Code cells_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err);
Code cells_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err);

Code print_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err);
Code print_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err);
