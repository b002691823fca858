/* session_check.h -- for unit tests of sessions: columns, aggregates, and operators of them. */
#pragma once
#include "exec/ops/restore_check.h"

enum { MS = 1000 };
enum { COL_TS, COL_K, COL_NAME, COL_V, COL_TAKEN, COL_TEXT, COL_ID, COL_D, N_COLS };
static FormatField fields[N_COLS];

static inline void init_fields(void) {
  fields[COL_TS] = (FormatField){"ts", type_time(TYPE_TIMESTAMP, 3)};
  fields[COL_K] = (FormatField){"k", type_of(TYPE_BIGINT)};
  fields[COL_NAME] = (FormatField){"name", type_string()};
  fields[COL_V] = (FormatField){"v", type_of(TYPE_BIGINT)};
  fields[COL_TAKEN] = (FormatField){"taken", type_of(TYPE_BOOLEAN)};
  fields[COL_TEXT] = (FormatField){"text", type_string()};
  fields[COL_ID] = (FormatField){"id", type_of(TYPE_BIGINT)};
  fields[COL_D] = (FormatField){"d", type_of(TYPE_DOUBLE)};
}

/* Aggregates, each with its model in put_agg. */
typedef enum AggId {
  COUNT_ROWS,
  SUM_V,
  MIN_V_TAKEN,
  MAX_TEXT,
  COUNT_DISTINCT_V,
  SUM_DISTINCT_V_TAKEN,
  FIRST_V,
  LAST_V,
  LISTAGG_TEXT,
  LISTAGG_DISTINCT_TEXT,
  SUM_D, /* these two round, and have no model */
  SUM_DISTINCT_D,
  AGG_END
} AggId;

static inline AggCall call_of(AggId id) {
  static const struct {
    const char *name;
    int32_t arg, filter;
    bool distinct;
  } calls[] = {[COUNT_ROWS] = {"COUNT", -1, -1, false},
               [SUM_V] = {"SUM", COL_V, -1, false},
               [MIN_V_TAKEN] = {"MIN", COL_V, COL_TAKEN, false},
               [MAX_TEXT] = {"MAX", COL_TEXT, -1, false},
               [COUNT_DISTINCT_V] = {"COUNT", COL_V, -1, true},
               [SUM_DISTINCT_V_TAKEN] = {"SUM", COL_V, COL_TAKEN, true},
               [FIRST_V] = {"FIRST_VALUE", COL_V, -1, false},
               [LAST_V] = {"LAST_VALUE", COL_V, -1, false},
               [LISTAGG_TEXT] = {"LISTAGG", COL_TEXT, -1, false},
               [LISTAGG_DISTINCT_TEXT] = {"LISTAGG", COL_TEXT, -1, true},
               [SUM_D] = {"SUM", COL_D, -1, false},
               [SUM_DISTINCT_D] = {"SUM", COL_D, COL_TAKEN, true}};
  AggCall call = {.arg = calls[id].arg, .filter = calls[id].filter, .distinct = calls[id].distinct};
  Type type = call.arg >= 0 ? fields[call.arg].type : type_of(TYPE_NULL);
  Error err = {0};
  CHECK_INT(agg_bind(agg_find(str_of(calls[id].name)), &type, call.arg >= 0, NO_SPAN, &call, &err),
            OK);
  return call;
}

typedef struct SessionPlan {
  const WindowSpec *window;
  const uint32_t *keys;
  uint32_t n_keys;
  const AggId *aggs; /* NULL: the rows themselves */
} SessionPlan;

/* What an operator borrows. */
typedef struct Output {
  FormatField fields[N_COLS + 13];
  AggCall aggs[10];
  WindowAggSpec agg;
  SessionTvfSpec tvf;
} Output;

static inline Op *new_op(Bench *b, const SessionPlan *p, Output *o) {
  uint32_t n = 0, n_aggs = 0;
  const Type stamp = type_not_null(type_time(TYPE_TIMESTAMP, 3));
  if (p->aggs == NULL) {
    o->tvf.window = *p->window;
    o->tvf.window.partition = p->keys;
    o->tvf.window.n_partition = p->n_keys;
    return op_session_tvf_new(&o->tvf, fields, N_COLS, &b->ctx);
  }
  for (; n < p->n_keys; n++) o->fields[n] = fields[p->keys[n]];
  for (; p->aggs[n_aggs] != AGG_END; n_aggs++) {
    o->aggs[n_aggs] = call_of(p->aggs[n_aggs]);
    o->fields[n++] = (FormatField){"agg", o->aggs[n_aggs].result};
  }
  for (uint32_t i = 0; i < 3; i++) o->fields[n++] = (FormatField){"window", stamp};
  o->agg = (WindowAggSpec){.window = *p->window,
                           .keys = p->keys,
                           .n_keys = p->n_keys,
                           .aggs = o->aggs,
                           .n_aggs = n_aggs};
  return op_session_agg_new(&o->agg, fields, N_COLS, o->fields, &b->ctx);
}
