/* bind_window.h -- for the files that bind windows: bind_window.c (functions in FROM),
 * bind_window_size.c (their times and sizes), bind_window_group.c (GROUP BY of windows),
 * bind_group_window.c (the older form, functions in GROUP BY). */
#pragma once
#include "planner/bind.h"

typedef enum WindowArg {
  ARG_DATA,
  ARG_TIMECOL,
  ARG_SLIDE,
  ARG_STEP,
  ARG_SIZE,
  ARG_ROWS,
  ARG_GAP,
  ARG_MAXSIZE,
  ARG_OFFSET,
  ARG_ON_UPDATE,
  ARG_COUNT
} WindowArg;

/* A window as it is written.  Arguments that are not given are NULL. */
typedef struct WindowCall {
  WindowKind kind;
  const char *name;
  const AstExpr *args[ARG_COUNT];
  const AstArg *more; /* columns of PARTITION BY beside those in DATA */
  uint32_t n_more;
  Span span;
} WindowCall;

const char *window_arg_name(WindowArg arg); /* "TIMECOL" */
/* Column c of rel is the window's time: becomes the time attribute of its sources, where it is not.
 * ERR_TYPE. */
MUST_USE Code bind_window_time(Binder *b, Relation *rel, uint32_t c, Span span, WindowSpec *spec);
/* Sizes and offset, checked against each other; spec->kind becomes that of the call. */
MUST_USE Code bind_window_sizes(Binder *b, const WindowCall *w, WindowSpec *spec);
/* Columns of input behind which those of the window come, named prefix + window_start ... */
Relation bind_window_relation(Binder *b, const Relation *input, const WindowSpec *spec,
                              const char *prefix, Span span);
