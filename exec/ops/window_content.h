/* window_content.h -- what the windows of an aligned window function hold: slices, and the windows
 * made of them.
 *
 *   TUMBLE ........... the one slice itself
 *   HOP .............. what slides over the slices (exec/ops/sliding.h); for aggregates that cannot
 *                      slide, windows that do not overlap, and windows of two slices: the slices
 *                      merged
 *   CUMULATE ......... a running content, from the start of a round of windows to its end:
 *                      each step's slice is merged into it and freed
 *
 * One thread.
 */
#pragma once
#include "exec/ops/sliding.h"
#include "exec/ops/window.h"

typedef enum ContentKind { MERGED, SLIDING, RUNNING } ContentKind;

typedef struct WindowContent {
  ContentKind kind;
  bool only_on_update;
  const WindowsPassed *passed; /* the operator's, which moves it on */
  GroupLayout layout;
  Slices slices;
  Sliding sliding;
  Groups groups;   /* MERGED: of the window in hand; RUNNING; layout NULL: none */
  Micros round_us; /* RUNNING: start of the round */
  bool changed;    /* RUNNING: since it was given out */
} WindowContent;

/* input: the operator's input columns.  false: no memory. */
MUST_USE bool window_content_init(WindowContent *c, const WindowAggSpec *spec,
                                  const FormatField *input, uint32_t n_input,
                                  const WindowsPassed *passed);
void window_content_deinit(WindowContent *c);

/* Have the first windows of a slice fired?  Then rows that still come to it go into what those have
 * left behind. */
bool window_content_begun(const WindowContent *c, Micros slice_us);
/* Rows or partials of one slice that some window still needs; arrival as in AggInput.  false: no
 * memory. */
MUST_USE bool window_content_add(WindowContent *c, Micros slice_us, OpPort port, const Batch *in,
                                 uint64_t arrival, const uint16_t *rows, uint32_t n);

/* Forget what no window needs any more.  false: no memory. */
MUST_USE bool window_content_expire(WindowContent *c);
/* The end of the next window that has something to give and has not fired; MICROS_MAX: none. */
Micros window_content_next_end(const WindowContent *c);
/* The content of that window, which has just passed; it stays until window_content_done.  Only what
 * has changed is to be given out where the layout notes changes.  NULL: no memory. */
Groups *window_content_of(WindowContent *c, Micros end_us);
void window_content_done(WindowContent *c);

/* What windows that have not passed need; nothing is in hand.  false: no memory. */
MUST_USE bool window_content_save(WindowContent *c, StateSink *to);
/* A block of it.  false: no memory. */
MUST_USE bool window_content_load(WindowContent *c, StateIn *in);
/* All blocks are in.  false: no memory. */
MUST_USE bool window_content_loaded(WindowContent *c);

/* How many windows are open, and the next one. */
void window_content_pending(const WindowContent *c, OpPending *out);
