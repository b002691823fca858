/* json.h -- the parts of the format json, and its options. */
#pragma once
#include "exec/formats/format.h"
#include "exec/formats/json_put.h"
#include "exec/formats/json_value.h"

/* key with its prefix, for a boolean option */
bool json_option_bool(Options options, const char *key);
JsonTimeForm json_time_form(Options options);
JsonStyle json_style(Options options);

/* json_read.c: see Format */
Code json_decoder_new(const DecodeSpec *spec, Decoder **out, Error *err);
void json_decoder_free(Decoder *d);
void json_decode_begin(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg);
Code json_decode_next(Decoder *d, Batch **out, Error *err);

/* json_write.c */
Code json_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err);
void json_encoder_free(Encoder *e);
void json_encode_header(Encoder *e, StrBuf *out);
Code json_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err);
