/* bind.c -- what all parts of the binder share: settings, spans, notes, limits. */
#include "planner/bind.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

Code binder_init(Binder *b, Planner *planner, Arena *arena, Notes *notes, Error *err) {
  const Settings *settings = &planner->settings;
  *b = (Binder){.planner = planner,
                .arena = arena,
                .err = err,
                .notes = notes,
                .database = catalog_current(planner->catalog)};
  const char *zone = settings_text(settings, SETTING_TIME_ZONE);
  b->env.zone =
      strcmp(zone, "default") == 0 ? zone_system() : zone_open(str_of(zone), NO_SPAN, err);
  if (b->env.zone == NULL) return err->code;
  b->env.wrap_on_overflow = text_eq_nocase(settings_text(settings, SETTING_OVERFLOW), "wrap");
  b->env.seed = (uint64_t)settings_int(settings, SETTING_SEED);
  return OK;
}

void bind_note(Binder *b, const char *fmt, ...) {
  char text[1024];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  for (uint32_t i = 0; i < b->notes->n; i++) {
    if (strcmp(b->notes->items[i], text) == 0) return; /* a view used twice says it once */
  }
  ARENA_PUSH(b->arena, b->notes->items, b->notes->n, b->notes->cap, arena_strdup(b->arena, text));
}

Code bind_not_built(Binder *b, Span span, const char *what) {
  return FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span), "%s is not built yet", what);
}

Code bind_enter(Binder *b, uint32_t depth, Span span) {
  b->depth += depth;
  if (b->depth <= BIND_DEPTH_MAX) return OK;
  return FAIL(b->err, ERR_LIMIT, bind_span(b, span),
              "views, common table expressions and functions nest more than %d levels",
              BIND_DEPTH_MAX);
}

void bind_leave(Binder *b, uint32_t depth) {
  assert(b->depth >= depth);
  b->depth -= depth;
}

Code bind_count_node(Binder *b, Span span) {
  if (++b->n_nodes > NODES_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, span),
                "the statement reads tables and queries more than %d times", NODES_MAX);
  }
  return bind_check_columns(b, span);
}

Code bind_check_columns(Binder *b, Span span) {
  if (b->n_columns <= RELATION_COLUMNS_MAX) return OK;
  return FAIL(b->err, ERR_LIMIT, bind_span(b, span),
              "the tables and queries of the statement have more than %d columns",
              RELATION_COLUMNS_MAX);
}

Code bind_shared(Binder *b, const Expr *e, uint32_t times) {
  uint32_t max = EXPR_NODES_MAX / times + 1;
  if (e->n_args == 0 || expr_size(e, max).nodes < max) return OK;
  return FAIL(b->err, ERR_LIMIT, e->span, "an expression has more than %d parts when written out",
              EXPR_NODES_MAX);
}

const char *bind_type_text(Binder *b, Type type) {
  StrBuf text;
  strbuf_init(&text, 0);
  type_print(type, &text);
  return strbuf_keep(&text, b->arena);
}

Option *options_copy(Arena *a, const Option *items, uint32_t n, Span span) {
  Option *copy = ARENA_ARRAY(a, Option, n);
  for (uint32_t i = 0; i < n; i++) {
    copy[i].key = arena_strdup(a, items[i].key);
    copy[i].value = arena_strdup(a, items[i].value);
    copy[i].key_span = copy[i].value_span = span;
  }
  return copy;
}
