/* flow.c -- parcels and their queues; the rest of flow.h is plain data. */
#include "exec/run/flow.h"

#include <stdlib.h>

Parcel *parcel_new(void) { return calloc(1, sizeof(Parcel)); }

void parcel_free(Parcel *p) {
  if (p == NULL) return;
  if (p->rows != NULL) batch_builder_free(p->rows);
  if (p->marked != NULL) batch_builder_free(p->marked);
  if (p->partials != NULL) batch_builder_free(p->partials);
  strbuf_deinit(&p->bytes);
  free(p->partition);
  free(p);
}

void parcel_queue_push(ParcelQueue *q, Parcel *p) {
  p->next = NULL;
  if (q->tail != NULL) {
    q->tail->next = p;
  } else {
    q->head = p;
  }
  q->tail = p;
  q->size_bytes += p->size_bytes;
}

Parcel *parcel_queue_pop(ParcelQueue *q) {
  Parcel *p = q->head;
  if (p == NULL) return NULL;
  q->head = p->next;
  if (q->head == NULL) q->tail = NULL;
  q->size_bytes -= p->size_bytes;
  p->next = NULL;
  return p;
}

void parcel_queue_free(ParcelQueue *q) {
  for (Parcel *p; (p = parcel_queue_pop(q)) != NULL;) parcel_free(p);
}
