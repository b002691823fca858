/* attached.h -- open windows that rows bring along in two columns, and what an operator keeps of
 * the rows of each: for joins and ranks.
 *
 *   open ...... not fired, sorted by (end, start)
 *   passed_us . the watermark at the last row of each port: a row is late whose window's last
 *               instant is not above it
 *
 * Windows stay open to the end of the chunk, when all that its marks completed fires: the two sides
 * of a join may come from the same chunk, one after the other, and what is late on one of them does
 * not close the window for rows of the other that stand before it in the stream.
 *
 * A snapshot has the rows of the windows that are open.  They are written bit by bit; a window that
 * fires meanwhile is freed when it has been written.
 *
 * One thread.
 */
#pragma once
#include "exec/ops/op.h"
#include "exec/ops/window.h"
#include "exec/state/rows.h"

enum { ATTACHED_PORTS = 2 }; /* PORT_ROWS, PORT_RIGHT */

/* First member of what an operator keeps. */
typedef struct AttachedWindow {
  Micros end_us, start_us; /* wall clock */
  Micros last_us;          /* event time of the last instant: it fires when the watermark is here */
  uint32_t n, at;          /* scratch of attached_push */
  bool saving, spent;      /* to be written; it has fired, and goes once it is written */
} AttachedWindow;

typedef struct AttachedKind {
  size_t bytes;                            /* of the operator's struct */
  void (*init)(Op *op, AttachedWindow *w); /* of a zeroed one; takes no memory */
  /* Rows rows[0..n) of the batch, in order, are of this window. */
  Code (*add)(Op *op, AttachedWindow *w, OpPort port, const Batch *in, const uint16_t *rows,
              uint32_t n);
  void (*deinit)(AttachedWindow *w);
  /* What rows of this port look like in memory; NULL: it takes none. */
  const RowLayout *(*layout)(Op *op, OpPort port);
  /* The rows of this port that the window keeps, which add will take again; they stay where they
   * are until they are let go (NULL: they always do).  false: no memory. */
  bool (*hold)(Op *op, AttachedWindow *w, OpPort port, RowsSave *rows);
  void (*let_go)(AttachedWindow *w);
} AttachedKind;

/* Those at first..end of the array; they are taken from the front. */
typedef struct AttachedList {
  AttachedWindow **items;
  uint32_t first, end, cap;
} AttachedList;

typedef struct AttachedSave AttachedSave;

typedef struct Attached {
  const AttachedKind *kind;
  WindowClock clock; /* only its zone counts: the windows are made */
  AttachedList open;
  Micros passed_us[ATTACHED_PORTS], due_us;
  AttachedSave *save; /* a snapshot that is being written; NULL: none */
} Attached;

/* time_type: of window_time. */
void attached_init(Attached *w, const AttachedKind *kind, Type time_type, const ExprEnv *env);
void attached_deinit(Attached *w);

/* Rows come in: those of open windows go to kind->add, late ones are dropped. start_col and
 * end_col are window_start and window_end. */
MUST_USE Code attached_push(Attached *w, Op *op, OpPort port, const Batch *in, uint32_t start_col,
                            uint32_t end_col);
/* For the operator's advance; MICROS_MAX for its finish. */
static inline void attached_advance(Attached *w, Micros watermark_us) { w->due_us = watermark_us; }
/* The next window to give out, which is now the caller's; NULL: none is due. */
AttachedWindow *attached_take(Attached *w);
void attached_free(const Attached *w, AttachedWindow *window);
void attached_pending(const Attached *w, OpPending *out);

/* For the operator's save, load and loaded: all that it keeps (attached_state.c). */
MUST_USE Code attached_save(Attached *w, Op *op, StateSink *to);
MUST_USE Code attached_load(Attached *w, Op *op, StateIn *in);
void attached_loaded(Attached *w, const Op *op);
/* Between attached.c and attached_state.c: what is being written is written to the end; the window
 * of these bounds, made where it is missing. */
void attached_end_save(Attached *w);
MUST_USE Code attached_open(Attached *w, Op *op, Micros end_us, Micros start_us,
                            AttachedWindow **out);
