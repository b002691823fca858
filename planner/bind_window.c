/* bind_window.c -- window table functions: TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset]) and
 * HOP(TABLE t, DESCRIPTOR(ts), slide, size [, offset]), by position or by name. */
#include <string.h>

#include "planner/bind.h"

enum {
  WINDOWS_OF_A_ROW_MAX = 100000, /* size / slide: each is fired for itself */
  SLICES_OF_A_WINDOW_MAX = 1000000
};

/* Windows of 100,000 days or more are a slip of the unit; all arithmetic is far from overflow. */
#define WINDOW_SIZE_MAX (100000 * MICROS_PER_DAY)

typedef enum WindowArg {
  ARG_DATA,
  ARG_TIMECOL,
  ARG_SLIDE,
  ARG_SIZE,
  ARG_OFFSET,
  ARG_COUNT
} WindowArg;

static const char *const arg_names[ARG_COUNT] = {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"};

/* Which argument stands at which place. */
static const WindowArg tumble_args[] = {ARG_DATA, ARG_TIMECOL, ARG_SIZE, ARG_OFFSET};
static const WindowArg hop_args[] = {ARG_DATA, ARG_TIMECOL, ARG_SLIDE, ARG_SIZE, ARG_OFFSET};

typedef struct WindowCall {
  WindowKind kind;
  const char *name;
  const WindowArg *order;
  uint32_t n_order;
  const AstExpr *args[ARG_COUNT];
  Span span;
} WindowCall;

/* --- arguments ----------------------------------------------------------------------- */

static Code find_function(Binder *b, const AstCall *call, WindowCall *w) {
  static const char *const not_built[] = {"CUMULATE", "SESSION", "TUMBLE_ROWS", "HOP_ROWS"};
  static const char *const all[] = {"TUMBLE", "HOP", "CUMULATE", "SESSION"};
  const char *name = call->name.items[call->name.n - 1].text;
  for (size_t i = 0; i < COUNT_OF(not_built); i++) {
    if (text_eq_nocase(name, not_built[i])) return bind_not_built(b, call->name.span, not_built[i]);
  }
  if (text_eq_nocase(name, "TUMBLE")) {
    *w = (WindowCall){WINDOW_TUMBLE, "TUMBLE", tumble_args, COUNT_OF(tumble_args), {0}, {0}};
  } else if (text_eq_nocase(name, "HOP")) {
    *w = (WindowCall){WINDOW_HOP, "HOP", hop_args, COUNT_OF(hop_args), {0}, {0}};
  } else {
    FAIL(b->err, ERR_NAME, bind_span(b, call->name.span), "no table function \"%s\"", name);
    const char *near = nearest_name(name, all, COUNT_OF(all));
    if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
    return ERR_NAME;
  }
  return OK;
}

static Code place_named(Binder *b, const AstArg *arg, WindowCall *w) {
  const char *near = NULL;
  uint32_t distance = 0;
  for (uint32_t i = 0; i < w->n_order; i++) {
    WindowArg which = w->order[i];
    if (!text_eq_nocase(arg->name.text, arg_names[which])) {
      nearest_name_offer(arg->name.text, arg_names[which], &near, &distance);
      continue;
    }
    if (w->args[which] != NULL) {
      return FAIL(b->err, ERR_NAME, bind_span(b, arg->name.span), "%s is given twice",
                  arg_names[which]);
    }
    w->args[which] = arg->value;
    return OK;
  }
  FAIL(b->err, ERR_NAME, bind_span(b, arg->name.span), "%s has no argument \"%s\"", w->name,
       arg->name.text);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static Code place_args(Binder *b, const AstCall *call, WindowCall *w) {
  for (uint32_t i = 0; i < call->args.n; i++) {
    const AstArg *arg = &call->args.items[i];
    bool named = arg->name.text != NULL;
    if (named != (call->args.items[0].name.text != NULL)) {
      return FAIL(b->err, ERR_SYNTAX, bind_span(b, arg->value->span),
                  "named and positional arguments together");
    }
    if (named) {
      TRY(place_named(b, arg, w));
    } else if (i < w->n_order) {
      w->args[w->order[i]] = arg->value;
    } else {
      return FAIL(b->err, ERR_TYPE, bind_span(b, arg->value->span), "%s takes at most %u arguments",
                  w->name, w->n_order);
    }
  }
  for (uint32_t i = 0; i + 1 < w->n_order; i++) {
    if (w->args[w->order[i]] != NULL) continue;
    FAIL(b->err, ERR_TYPE, w->span, "%s needs %s", w->name, arg_names[w->order[i]]);
    error_hint(b->err, w->kind == WINDOW_TUMBLE
                           ? "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)"
                           : "HOP(TABLE t, DESCRIPTOR(ts), slide, size), both intervals");
    return ERR_TYPE;
  }
  return OK;
}

static Code bind_data(Binder *b, const WindowCall *w, Relation *rel) {
  const AstExpr *ast = w->args[ARG_DATA];
  if (ast->kind == AST_SUBQUERY) return bind_query(b, ast->query, rel);
  if (ast->kind != AST_TABLE_ARG) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "the first argument of %s is no table",
         w->name);
    error_hint(b->err, "write TABLE before its name");
    return ERR_TYPE;
  }
  const AstTableArg *arg = ast->table_arg;
  if (arg->partition_by.n > 0 || arg->order_by.n > 0) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s takes no PARTITION BY or ORDER BY",
         w->name);
    error_hint(b->err, "GROUP BY the columns together with window_start, window_end");
    return ERR_TYPE;
  }
  return bind_from(b, arg->table, rel);
}

/* --- time ---------------------------------------------------------------------------- */

static Code no_time_attribute(Binder *b, const RelColumn *c, Span span) {
  if (c->time.lost != NULL && strcmp(c->time.lost, "the clock") == 0) {
    return bind_not_built(b, span, "a window over processing time");
  }
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
  } else {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no time attribute: it is computed",
         c->name);
  }
  error_hint(b->err, "the time of a window is a column of a table, passed on as it is");
  return ERR_TYPE;
}

/* Make the column the time attribute of its sources, where it is not. */
static Code claim_time(Binder *b, const RelColumn *c, Span span) {
  if (c->time.is_window_time) return bind_not_built(b, span, "a window over window_time");
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

static Code bind_time_column(Binder *b, const WindowCall *w, const Relation *rel,
                             uint32_t *column) {
  const AstExpr *ast = w->args[ARG_TIMECOL];
  if (ast->kind != AST_DESCRIPTOR || ast->descriptor.n != 1) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span),
         "the time column of %s is one DESCRIPTOR(column)", w->name);
    return ERR_TYPE;
  }
  AstName name = ast->descriptor.items[0];
  const AstPath path = {.items = &name, .n = 1, .span = name.span};
  TRY(relation_find(b, rel, &path, column));
  return claim_time(b, &rel->cols[*column], name.span);
}

/* --- sizes --------------------------------------------------------------------------- */

static Code bind_length(Binder *b, const WindowCall *w, WindowArg which, Micros *out) {
  const char *what = arena_printf(b->arena, "%s of %s", arg_names[which], w->name);
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

static Micros gcd(Micros x, Micros y) {
  while (y != 0) {
    Micros rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

static Code bind_sizes(Binder *b, const WindowCall *w, WindowSpec *spec) {
  TRY(bind_length(b, w, ARG_SIZE, &spec->size_us));
  spec->slide_us = spec->size_us;
  if (w->kind == WINDOW_HOP) TRY(bind_length(b, w, ARG_SLIDE, &spec->slide_us));
  if (w->args[ARG_OFFSET] != NULL) TRY(bind_length(b, w, ARG_OFFSET, &spec->offset_us));
  spec->offset_us %= spec->slide_us;
  Micros windows = spec->size_us / spec->slide_us;
  Micros slices = spec->size_us / gcd(spec->size_us, spec->slide_us);
  if (windows <= WINDOWS_OF_A_ROW_MAX && slices <= SLICES_OF_A_WINDOW_MAX) return OK;
  FAIL(b->err, ERR_LIMIT, w->span, "a window of %lld slices, and a row in %lld windows",
       (long long)slices, (long long)windows);
  error_hint(b->err, "the limits are %d and %d: choose a longer slide", SLICES_OF_A_WINDOW_MAX,
             WINDOWS_OF_A_ROW_MAX);
  return ERR_LIMIT;
}

/* --- the call ------------------------------------------------------------------------ */

/* The window's own columns may not stand in the input already. */
static Code check_names(Binder *b, const WindowCall *w, const Relation *rel) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    for (uint32_t k = 0; k < WINDOW_COLUMNS; k++) {
      if (strcmp(rel->cols[i].name, window_field(k, type_of(TYPE_TIMESTAMP)).name) != 0) continue;
      FAIL(b->err, ERR_NAME, bind_span(b, w->args[ARG_DATA]->span),
           "the input of %s has a column \"%s\" already", w->name, rel->cols[i].name);
      error_hint(b->err, "give it an alias");
      return ERR_NAME;
    }
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

Code bind_window_call(Binder *b, const AstCall *call, Span span, Relation *out) {
  WindowCall w;
  Relation rel;
  WindowSpec spec = {0};
  TRY(find_function(b, call, &w));
  w.span = bind_span(b, span);
  TRY(place_args(b, call, &w));
  TRY(bind_data(b, &w, &rel));
  TRY(check_names(b, &w, &rel));
  TRY(bind_time_column(b, &w, &rel, &spec.time_col));
  TRY(drop_null_times(b, &rel, spec.time_col, w.span));
  TRY(bind_sizes(b, &w, &spec));
  spec.kind = w.kind;
  spec.time_type = rel.cols[spec.time_col].type;
  Node *node = node_window_tvf(b->arena, rel.node, spec, w.span);
  RelColumn *cols = ARENA_ARRAY(b->arena, RelColumn, rel.n_cols + WINDOW_COLUMNS);
  relation_lose_time(&rel, "a window function");
  memcpy(cols, rel.cols, rel.n_cols * sizeof *cols);
  for (uint32_t i = 0; i < rel.n_cols; i++) {
    cols[i].window = (WindowLineage){PART_NONE, NULL};
    cols[i].time.of_window = i == spec.time_col;
  }
  for (uint32_t i = 0; i < WINDOW_COLUMNS; i++) {
    FormatField field = window_field(i, spec.time_type);
    cols[rel.n_cols + i] = (RelColumn){.name = field.name, .type = field.type};
    cols[rel.n_cols + i].window = (WindowLineage){(WindowPart)(PART_START + i), &node->u.window};
    if (rel.n_cols > 0) cols[rel.n_cols + i].table = rel.cols[0].table;
  }
  cols[rel.n_cols + 2].time.is_window_time = true;
  *out = (Relation){node, cols, rel.n_cols + WINDOW_COLUMNS};
  return OK;
}
