/* bind_window_size.c -- the time column of a window, and how long it is. */
#include "planner/bind_window.h"

#include <string.h>

#include "exec/data/number_text.h"

enum {
  WINDOWS_OF_A_ROW_MAX = 100000, /* size / slide: each is fired for itself */
  SLICES_OF_A_WINDOW_MAX = 1000000
};

/* Windows of 100,000 days or more are a slip of the unit; all arithmetic is far from overflow. */
#define WINDOW_SIZE_MAX (100000 * MICROS_PER_DAY)
#define WINDOW_ROWS_MAX 1000000000

const char *window_arg_name(WindowArg arg) {
  static const char *const names[ARG_COUNT] = {
      "DATA", "TIMECOL", "SLIDE",   "STEP",   "SIZE",
      "ROWS", "GAP",     "MAXSIZE", "OFFSET", "EMITONLYONUPDATE"};
  return names[arg];
}

/* --- time ---------------------------------------------------------------------------- */

static Code no_time_attribute(Binder *b, const RelColumn *c, Span span) {
  if (!type_is_timestamp(c->type)) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is %s, not a time attribute", c->name,
         bind_type_text(b, c->type));
    error_hint(b->err,
               "a computed column can make one: ts AS TO_TIMESTAMP(text), with a WATERMARK");
    return ERR_TYPE;
  }
  if (c->time.lost != NULL) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no time attribute: it was lost in %s",
         c->name, c->time.lost);
  } else if (c->window.part != PART_NONE) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no time attribute", c->name);
    error_hint(b->err, "window_time is: the last instant of the window");
    return ERR_TYPE;
  } else {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no time attribute: it is computed",
         c->name);
    error_hint(b->err, "the time of a window is a column of a table, or PROCTIME()");
    return ERR_TYPE;
  }
  error_hint(b->err, "the time of a window is a column of a table, passed on as it is");
  return ERR_TYPE;
}

/* Make the column the time attribute of its sources, where it is not. */
static Code claim_time(Binder *b, const RelColumn *c, Span span) {
  if (c->time.is_window_time || c->time.is_clock) return OK;
  if (c->time.origins == NULL) return no_time_attribute(b, c, span);
  for (const TimeOrigin *o = c->time.origins; o != NULL; o = o->next) {
    if (o->source->rowtime == (int32_t)o->column) continue;
    if (o->source->rowtime >= 0) {
      FAIL(b->err, ERR_TYPE, bind_span(b, span),
           "the time attribute of \"%s\" is \"%s\", not \"%s\"", o->source->table,
           o->source->columns[o->source->rowtime].field.name,
           o->source->columns[o->column].field.name);
      if (!o->source->declared) error_hint(b->err, "another window of this statement uses it");
      return ERR_TYPE;
    }
    TRY(bind_time_type(b, c->name, c->type, span));
    TRY(bind_default_watermark(b, o->source, o->column));
  }
  return OK;
}

/* Where rows without event time are passed on, no window has a place for them. */
static Code drop_null_times(Binder *b, Relation *rel, uint32_t column, Span span) {
  const char *mode = settings_text(&b->planner->settings, SETTING_NULL_ROWTIME);
  if (!text_eq_nocase(mode, "SKIP_WATERMARK") || !rel->cols[column].type.nullable) return OK;
  Expr **time = ARENA_ARRAY(b->arena, Expr *, 1), *known;
  time[0] = field_ref(b->arena, rel->node, column, span);
  TRY(bind_func(b, "IS NOT NULL", span, time, 1, &known));
  rel->node = node_filter(b->arena, rel->node, known);
  return OK;
}

Code bind_window_time(Binder *b, Relation *rel, uint32_t c, Span span, WindowSpec *spec) {
  const RelColumn *column = &rel->cols[c];
  TRY(claim_time(b, column, span));
  TRY(drop_null_times(b, rel, c, bind_span(b, span)));
  spec->time_col = c;
  spec->time_type = column->type;
  spec->processing_time = column->time.is_clock;
  return OK;
}

/* --- sizes --------------------------------------------------------------------------- */

static Code bind_length(Binder *b, const WindowCall *w, WindowArg which, Micros *out) {
  const char *what = arena_printf(b->arena, "%s of %s", window_arg_name(which), w->name);
  const Span span = bind_span(b, w->args[which]->span);
  TRY(bind_duration(b, w->args[which], what, out));
  if (which != ARG_OFFSET && *out <= 0) {
    return FAIL(b->err, ERR_TYPE, span, "%s is not above zero", what);
  }
  if (*out % MICROS_PER_MILLI != 0) {
    return FAIL(b->err, ERR_TYPE, span, "%s is no whole number of milliseconds", what);
  }
  if (*out > WINDOW_SIZE_MAX || *out < -WINDOW_SIZE_MAX) {
    return FAIL(b->err, ERR_LIMIT, span, "%s is above 100000 days", what);
  }
  return OK;
}

static Code bind_rows(Binder *b, const WindowCall *w, WindowArg which, uint64_t *out) {
  const AstExpr *ast = w->args[which];
  int64_t v;
  bool literal = ast->kind == AST_LITERAL && ast->literal.kind == AST_LITERAL_INTEGER;
  if (!literal || !int_parse(str_of(ast->literal.text), &v) || v < 1 || v > WINDOW_ROWS_MAX) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s of %s is a number of rows, 1 to %d",
         window_arg_name(which), w->name, WINDOW_ROWS_MAX);
    if (ast->kind == AST_INTERVAL) {
      error_hint(b->err, "windows of time are %s and its like",
                 strcmp(w->name, "HOP_ROWS") == 0 ? "HOP" : "TUMBLE");
    }
    return ERR_TYPE;
  }
  *out = (uint64_t)v;
  return OK;
}

static int64_t gcd(int64_t x, int64_t y) {
  while (y != 0) {
    int64_t rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

/* A window of this size begins every slide. */
static Code check_count(Binder *b, const WindowCall *w, int64_t size, int64_t slide) {
  int64_t windows = size / slide, slices = size / gcd(size, slide);
  if (windows <= WINDOWS_OF_A_ROW_MAX && slices <= SLICES_OF_A_WINDOW_MAX) return OK;
  FAIL(b->err, ERR_LIMIT, w->span, "a window of %lld slices, and a row in %lld windows",
       (long long)slices, (long long)windows);
  error_hint(b->err, "the limits are %d and %d: choose a longer %s", SLICES_OF_A_WINDOW_MAX,
             WINDOWS_OF_A_ROW_MAX, w->kind == WINDOW_CUMULATE ? "step" : "slide");
  return ERR_LIMIT;
}

static Code check_steps(Binder *b, const WindowCall *w, const WindowSpec *spec) {
  if (spec->size_us % spec->slide_us == 0) return check_count(b, w, spec->size_us, spec->slide_us);
  StrBuf size = {0}, step = {0};
  duration_print(spec->size_us, &size);
  duration_print(spec->slide_us, &step);
  FAIL(b->err, ERR_TYPE, bind_span(b, w->args[ARG_STEP]->span),
       "SIZE of CUMULATE, %s, is no multiple of its STEP, %s", strbuf_text(&size),
       strbuf_text(&step));
  strbuf_deinit(&size);
  strbuf_deinit(&step);
  return ERR_TYPE;
}

static Code bind_session(Binder *b, const WindowCall *w, WindowSpec *spec) {
  TRY(bind_length(b, w, ARG_GAP, &spec->size_us));
  spec->slide_us = spec->size_us;
  if (w->args[ARG_MAXSIZE] == NULL) return OK;
  TRY(bind_length(b, w, ARG_MAXSIZE, &spec->cap_us));
  if (spec->cap_us >= spec->size_us) return OK;
  FAIL(b->err, ERR_TYPE, bind_span(b, w->args[ARG_MAXSIZE]->span),
       "MAXSIZE of SESSION is below its GAP");
  error_hint(b->err, "a session of one row is as long as the gap");
  return ERR_TYPE;
}

static Code bind_row_counts(Binder *b, const WindowCall *w, WindowSpec *spec) {
  TRY(bind_rows(b, w, ARG_ROWS, &spec->size_rows));
  spec->slide_rows = spec->size_rows;
  if (w->args[ARG_SLIDE] == NULL) return OK;
  TRY(bind_rows(b, w, ARG_SLIDE, &spec->slide_rows));
  return check_count(b, w, (int64_t)spec->size_rows, (int64_t)spec->slide_rows);
}

static Code bind_flag(Binder *b, const AstExpr *ast, const char *what, bool *out) {
  const ExprScope none = {.clause = what};
  Expr *e;
  TRY(bind_expr(b, &none, ast, &e));
  e = expr_fold(b->arena, e, &b->env);
  if (e->kind != EXPR_CONST || e->type.kind != TYPE_BOOLEAN || e->value.null) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s is TRUE or FALSE", what);
  }
  *out = e->value.as.i != 0;
  return OK;
}

Code bind_window_sizes(Binder *b, const WindowCall *w, WindowSpec *spec) {
  spec->kind = w->kind;
  if (w->kind == WINDOW_SESSION) return bind_session(b, w, spec);
  if (w->kind == WINDOW_ROWS) return bind_row_counts(b, w, spec);
  TRY(bind_length(b, w, ARG_SIZE, &spec->size_us));
  spec->slide_us = spec->size_us;
  if (w->kind == WINDOW_HOP) TRY(bind_length(b, w, ARG_SLIDE, &spec->slide_us));
  if (w->kind == WINDOW_CUMULATE) TRY(bind_length(b, w, ARG_STEP, &spec->slide_us));
  if (w->args[ARG_OFFSET] != NULL) TRY(bind_length(b, w, ARG_OFFSET, &spec->offset_us));
  spec->offset_us %= w->kind == WINDOW_CUMULATE ? spec->size_us : spec->slide_us;
  if (w->args[ARG_ON_UPDATE] != NULL) {
    TRY(bind_flag(b, w->args[ARG_ON_UPDATE], "EMITONLYONUPDATE", &spec->only_on_update));
  }
  if (w->kind == WINDOW_CUMULATE) return check_steps(b, w, spec);
  return check_count(b, w, spec->size_us, spec->slide_us);
}
