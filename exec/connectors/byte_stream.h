/* byte_stream.h -- how connectors make a ByteStream; reading one is in connector.h. */
#pragma once
#include "exec/connectors/connector.h"

typedef enum StreamForm {
  STREAM_PLAIN,
  STREAM_GZIP,
  STREAM_ZSTD,
  STREAM_SNIFF /* compressed if the first bytes say so, else plain */
} StreamForm;

/* By extension, case ignored: .gz, .zst. */
StreamForm stream_form_of(const char *path);

typedef struct StreamInit {
  int fd;
  bool take_fd;     /* stream_close closes it (also stream_new when it fails) */
  const char *name; /* for messages; copied */
  Span span;        /* for messages */
  StreamForm form;
} StreamInit;
MUST_USE Code stream_new(const StreamInit *init, ByteStream **out, Error *err);
/* Open a file; its extension says how it is compressed. */
MUST_USE Code stream_open_path(const char *path, Span span, ByteStream **out, Error *err);

/* Read until room bytes have come or the end. */
MUST_USE Code stream_fill(ByteStream *s, char *buf, size_t room, size_t *len, Error *err);

/* Give bytes back: they are read again first.  Once per stream, before the first stream_read that
 * is meant to see them; the bytes are copied. */
MUST_USE Code stream_unread(ByteStream *s, Str bytes, Error *err);

/* Is the descriptor a regular file: ends, and is read without waiting? */
bool stream_is_regular(const ByteStream *s);
