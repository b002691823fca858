/* conn_blackhole.c -- the sink "blackhole": takes every row and keeps none, for measurements. */
#include "exec/connectors/connector.h"

/* A sink without state still has to be told from none. */
static char nowhere;

static const Format *blackhole_format(const SinkSpec *spec) {
  (void)spec;
  return NULL;
}

static Code blackhole_open(const SinkSpec *spec, Sink **out, Error *err) {
  (void)spec;
  (void)err;
  *out = (Sink *)&nowhere;
  return OK;
}

static Code blackhole_write(Sink *s, Str partition, const char *bytes, size_t n, Error *err) {
  (void)partition;
  (void)s;
  (void)bytes;
  (void)n;
  (void)err;
  return OK;
}

static Code blackhole_flush(Sink *s, Error *err) {
  (void)s;
  (void)err;
  return OK;
}

static Code blackhole_close(Sink *s, bool commit, Error *err) {
  (void)s;
  (void)commit;
  (void)err;
  return OK;
}

static const SinkTable blackhole_sink = {.format = blackhole_format,
                                         .shows_changes = true,
                                         .open = blackhole_open,
                                         .write = blackhole_write,
                                         .flush = blackhole_flush,
                                         .close = blackhole_close};

const Connector conn_blackhole = {
    .name = "blackhole", .sink = &blackhole_sink, .doc = "Counts rows and forgets them."};
