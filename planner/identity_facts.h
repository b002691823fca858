/* identity_facts.h -- for identity*.c: what comes out of an operator, while texts are made.
 *
 * Of every operator it is known which rows it gives, and what each column is made of.  Conditions
 * are kept apart from the rows, so that their order does not matter, until an operator makes other
 * rows of them. */
#pragma once
#include "exec/run/job_plan.h"
#include "planner/identity_text.h"
#include "planner/logical.h"

typedef struct Facts {
  const char *rows;
  const char **conditions; /* sorted, each once */
  uint32_t n_conditions;
  const char **cols;
  uint32_t n_cols;
  uint32_t n_windows; /* window functions so far: names of their columns */
} Facts;

typedef struct Identity {
  Arena *arena;
  const ExprEnv *env;
  Facts *facts; /* by OpSpec.index */
} Identity;

enum { IDENTITY_BYTES = 4000 };

const Facts *facts_of_input(const Identity *d, const OpSpec *op);
/* What is long is cut; frees *text. */
const char *facts_rows_text(const Identity *d, StrBuf *text);
const char *facts_column_text(const Identity *d, StrBuf *text);
/* An expression over the columns of from. */
const char *facts_expr_text(const Identity *d, const Expr *e, const Facts *from);
/* A column that is made of several, where these differ: "{a | b}". */
const char *facts_either(const Identity *d, const char *const *texts, uint32_t n);

/* --- what comes out ------------------------------------------------------------------ */

/* text becomes the rows, with whatever conditions there were in it; frees *text. */
void facts_set_rows(const Identity *d, Facts *f, StrBuf *text);
/* filter, taken apart at its ANDs, over the columns of from. */
void facts_add_filter(const Identity *d, Facts *f, const Facts *from, Expr *filter);
/* Room for n columns, to be filled. */
const char **facts_new_cols(const Identity *d, Facts *f, uint32_t n);
/* The input's columns, and room for what op puts behind them. */
void facts_extend_cols(const Identity *d, const OpSpec *op, const Facts *in, Facts *f);
/* window_start, window_end, window_time behind n columns; of a second window with its number. */
void facts_add_window_cols(const Identity *d, const OpSpec *op, Facts *f, uint32_t n);

/* --- parts of texts ------------------------------------------------------------------ */

void facts_put_rows(const Facts *f, StrBuf *out);
/* "input=[...])": the end of a text. */
void facts_put_input(const Facts *f, StrBuf *out);
/* Parts that end in ", "; fields are those of the columns. */
void facts_put_columns(const Facts *f, const FormatField *fields, StrBuf *out);
void facts_put_keys(const char *name, const Facts *f, const FormatField *fields,
                    const uint32_t *keys, uint32_t n, StrBuf *out); /* nothing without keys */
void facts_put_order(const Facts *f, const SortKey *keys, uint32_t n, StrBuf *out);
void facts_put_window(const Identity *d, const Facts *f, const WindowSpec *w, StrBuf *out);
/* The session's zone, where time is wall clock of it. */
void facts_put_zone(const Identity *d, Type time_type, StrBuf *out);

/* --- identity_keyed.c: set op->identity and *f, which is that of the input ------------- */

void identity_window_tvf(const Identity *d, OpSpec *op, Facts *f); /* and SESSION_TVF */
void identity_aggregate(const Identity *d, OpSpec *op, Facts *f);
void identity_window_topn(const Identity *d, OpSpec *op, Facts *f);
void identity_sort(const Identity *d, OpSpec *op, Facts *f);
void identity_materialize(const Identity *d, OpSpec *op, Facts *f);
void identity_window_join(const Identity *d, OpSpec *op, Facts *f);
