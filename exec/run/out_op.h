/* out_op.h -- the ends of a stage: rows into parcels for another stage, or encoded for a sink.
 *
 * Both collect what is pushed and hand full parcels to the caller's deliver function; a parcel
 * holds rows of one order tag.  chunk_end hands over what is left.
 */
#pragma once
#include "exec/run/stage.h"

/* Takes the parcel.  consumer: instance of the edge's consumer. */
typedef void DeliverFn(void *arg, Instance *instance, Edge *edge, uint32_t consumer, Parcel *p);
typedef struct OutHooks {
  DeliverFn *deliver;
  void *arg;
} OutHooks;

/* Rows for a keyed or single stage. A local aggregate before the exchange sends partials too. */
Op *out_exchange_new(Instance *instance, Edge *edge, const OutHooks *hooks);
/* Text for a sink, by the encoder of format; format NULL: rows are only counted. */
Op *out_encode_new(Instance *instance, Edge *edge, const Format *format, const EncodeSpec *spec,
                   const OutHooks *hooks);
/* The same for one with PARTITIONED BY: a parcel is of one partition. */
Op *out_partition_new(Instance *instance, Edge *edge, const Format *format, const EncodeSpec *spec,
                      const OutHooks *hooks);

/* Is column i of the sink one that names the partition? */
bool sink_is_partition(const SinkOpSpec *sink, uint32_t i);
