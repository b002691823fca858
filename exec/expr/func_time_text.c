/* func_time_text.c -- times from and to text and numbers: DATE_FORMAT, TO_TIMESTAMP,
 * TO_TIMESTAMP_LTZ, TO_DATE, UNIX_TIMESTAMP, FROM_UNIXTIME, CONVERT_TZ.
 *
 * A text that is no time gives NULL, a pattern or a zone that is none is an error: at planning
 * where it is a constant, else at the row.  The state of a call keeps the pattern and the zones
 * last seen compiled, so that constants and runs of equal values cost a comparison.
 *
 * Results have milliseconds, as in Flink; further digits are cut.
 */
#include "exec/expr/func_time.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/time_format.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_time_rows.h"

#define DEFAULT_PATTERN STR("yyyy-MM-dd HH:mm:ss")

/* --- state ---------------------------------------------------------------------------- */

typedef struct ZoneSlot {
  const Zone *zone; /* NULL: none yet */
  StrBuf name;
} ZoneSlot;

typedef struct TimeTextState {
  Arena arena; /* of format */
  const TimeFormat *format;
  StrBuf pattern; /* of format */
  ZoneSlot zones[2];
  StrBuf out;
} TimeTextState;

static Code no_memory(Span span, Error *err) {
  return FAIL(err, ERR_MEMORY, span, "out of memory for a pattern");
}

static Code at_span(Span span, Error *err) {
  if (err->span.len == 0) err->span = span; /* raised below, where no position is known */
  return err->code;
}

/* Make pattern the current one. */
static Code use_pattern(TimeTextState *s, Str pattern, Span span, Error *err) {
  if (s->format != NULL && str_eq(pattern, (Str){s->pattern.data, s->pattern.len})) return OK;
  s->format = NULL;
  arena_reset(&s->arena);
  strbuf_clear(&s->pattern);
  strbuf_str(&s->pattern, pattern);
  if (strbuf_failed(&s->pattern)) return no_memory(span, err);
  s->format = time_format_compile(&s->arena, pattern, err);
  return s->format != NULL ? OK : at_span(span, err);
}

static Code use_zone(ZoneSlot *slot, Str name, Span span, Error *err) {
  if (slot->zone != NULL && str_eq(name, (Str){slot->name.data, slot->name.len})) return OK;
  strbuf_clear(&slot->name);
  strbuf_str(&slot->name, name);
  if (strbuf_failed(&slot->name)) return no_memory(span, err);
  slot->zone = zone_open(name, span, err);
  return slot->zone != NULL ? OK : at_span(span, err);
}

static TimeTextState *state_new(void) {
  TimeTextState *s = calloc(1, sizeof *s);
  if (s == NULL) return NULL;
  arena_init(&s->arena);
  strbuf_init(&s->pattern, 0);
  strbuf_init(&s->out, TEXT_RESULT_MAX);
  for (size_t i = 0; i < COUNT_OF(s->zones); i++) strbuf_init(&s->zones[i].name, 0);
  return s;
}

void time_format_close(void *state) {
  TimeTextState *s = state;
  if (s == NULL) return;
  arena_deinit(&s->arena);
  strbuf_deinit(&s->pattern);
  strbuf_deinit(&s->out);
  for (size_t i = 0; i < COUNT_OF(s->zones); i++) strbuf_deinit(&s->zones[i].name);
  free(s);
}

/* Prepare what is constant: a pattern in argument 1, a zone in argument 2. */
Code time_format_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  Str text;
  TimeTextState *s = state_new();
  if (s == NULL) return no_memory(call->span, err);
  Code code = OK;
  if (call->n_args < 2) code = use_pattern(s, DEFAULT_PATTERN, call->span, err);
  if (call->n_args >= 2 && const_text(call, 1, &text)) {
    code = use_pattern(s, text, call->args[1]->span, err);
  }
  if (code == OK && call->n_args >= 3 && const_text(call, 2, &text)) {
    code = use_zone(&s->zones[0], text, call->args[2]->span, err);
  }
  if (code == OK) {
    *state = s;
  } else {
    time_format_close(s);
  }
  return code;
}

/* The zones of CONVERT_TZ in arguments 1 and 2; its pattern is the default one. */
Code convert_tz_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  TimeTextState *s = state_new();
  if (s == NULL) return no_memory(call->span, err);
  Code code = use_pattern(s, DEFAULT_PATTERN, call->span, err);
  for (uint32_t i = 0; i < 2 && code == OK; i++) {
    Str name;
    if (!const_text(call, i + 1, &name)) continue;
    code = use_zone(&s->zones[i], name, call->args[i + 1]->span, err);
  }
  if (code == OK) {
    *state = s;
  } else {
    time_format_close(s);
  }
  return code;
}

/* --- shared by the kernels -------------------------------------------------------------- */

/* The row's pattern: argument 1, or the default. */
static Code row_pattern(KernelCall *k, uint32_t row) {
  const TimeTextState *s = k->state;
  if (k->n_args < 2 || (expr_is_const(k->expr->args[1]) && s->format != NULL)) return OK;
  return use_pattern(k->state, text_at(text_arg(k, 1), row), k->expr->args[1]->span, k->err);
}

static Code row_zone(KernelCall *k, uint32_t arg, uint32_t slot, uint32_t row) {
  TimeTextState *s = k->state;
  return use_zone(&s->zones[slot], text_at(text_arg(k, arg), row), k->expr->args[arg]->span,
                  k->err);
}

/* A time as CAST reads it: a date, or a date and a time. */
static bool parse_plain(Str text, TimestampText *out) {
  enum { FAST_BYTES = 32 }; /* what timestamp_parse_fast may look at */
  char copy[FAST_BYTES] = {0};
  *out = (TimestampText){0};
  if (text.len < FAST_BYTES) {
    memcpy(copy, text.ptr, text.len);
    if (timestamp_parse_fast(copy, text.len, &out->us)) return true;
  }
  return timestamp_parse_loose(str_trim(text), out);
}

/* The text of argument 0 by argument 1's pattern, or plain without one. */
static bool row_time(const KernelCall *k, Str text, TimestampText *out) {
  if (k->n_args < 2) return parse_plain(text, out);
  return time_format_parse(((const TimeTextState *)k->state)->format, text, out);
}

/* The same; what does not fit the pattern may be plain, as Flink reads '2024-2-9' by
 * 'yyyy-MM-dd'. */
static bool row_time_loose(const KernelCall *k, Str text, TimestampText *out) {
  if (row_time(k, text, out)) return true;
  return k->n_args >= 2 && parse_plain(text, out) && !out->has_offset;
}

/* us (wall clock) by the current pattern. */
static Code put_formatted(KernelCall *k, uint32_t row, Micros us, const Zone *zone) {
  TimeTextState *s = k->state;
  size_t width = time_format_width(s->format);
  if (width > 0) {
    TextRoom room;
    TRY(text_room(k, width, &room));
    if (time_format_print_fixed(s->format, us, room.at)) {
      put_text(k, row, (Str){room.at, width});
      return OK;
    }
  }
  strbuf_clear(&s->out);
  time_format_print(s->format, us, zone, &s->out);
  if (strbuf_failed(&s->out) || !func_put_text(k, row, s->out.data, s->out.len)) {
    return func_no_memory(k);
  }
  return OK;
}

static bool in_range(Micros us) { return us >= TIMESTAMP_MIN && us <= TIMESTAMP_MAX; }

/* --- DATE_FORMAT ------------------------------------------------------------------------ */

Code bind_date_format(FuncBind *b) {
  static const char takes[] = "a timestamp, a date or a string, and a pattern";
  bind_type_null(b, 0, type_time(TYPE_TIMESTAMP, 3));
  Type type = b->call->args[0]->type;
  bool text = type_is_character(type);
  if (!text && type.kind != TYPE_DATE && !type_is_timestamp(type)) return func_bad_args(b, takes);
  TRY(bind_shape(b, "at", type_string(), takes));
  b->call->type.nullable = text || bind_any_nullable(b);
  return OK;
}

static Code format_texts(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TimestampText parsed;
    TRY(row_pattern(k, row));
    if (parse_plain(text_at(text, row), &parsed)) {
      TRY(put_formatted(k, row, parsed.us, NULL));
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_date_format(KernelCall *k) {
  if (type_is_character(k->args[0].type)) return format_texts(k);
  TimeArg time = time_arg(k, 0);
  const Zone *zone = time.kind == TYPE_TIMESTAMP_LTZ ? k->env->zone : NULL;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TRY(row_pattern(k, row));
    TRY(put_formatted(k, row, time_local(&time, row), zone));
  }
  return OK;
}

/* --- TO_TIMESTAMP, TO_DATE -------------------------------------------------------------- */

Code bind_to_timestamp(FuncBind *b) {
  return bind_shape(b, "tt", type_time(TYPE_TIMESTAMP, 3), "a string and a pattern");
}

Code bind_to_date(FuncBind *b) {
  return bind_shape(b, "tt", type_of(TYPE_DATE), "a string and a pattern");
}

/* A zone in the pattern is read and does not count, as in Flink; without a pattern there can
 * be none. */
Code kernel_to_timestamp(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TimestampText parsed;
    TRY(row_pattern(k, row));
    bool good = row_time_loose(k, text_at(text, row), &parsed);
    if (good && (k->n_args > 1 || !parsed.has_offset)) {
      put_long(k, row, floor_to(parsed.us, MICROS_PER_MILLI));
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_to_date(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TimestampText parsed;
    int32_t days;
    TRY(row_pattern(k, row));
    if (row_time_loose(k, text_at(text, row), &parsed)) {
      put_int(k, row, (int32_t)days_of(parsed.us));
    } else if (date_parse_loose(str_trim(text_at(text, row)), &days)) { /* only a year or month */
      put_int(k, row, days);
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

/* --- TO_TIMESTAMP_LTZ ------------------------------------------------------------------- */

static const char takes_ltz[] =
    "a number and a precision of 0 (seconds), 3 (milliseconds), 6 or 9; or a string, a pattern and "
    "a zone";

/* What one unit of the number is: microseconds if positive, else that part of one. */
static const int32_t ltz_units[] = {[0] = 1000000, [3] = 1000, [6] = 1, [9] = -1000};

static Code bind_ltz_number(FuncBind *b) {
  int64_t precision = 3;
  Expr **args = b->call->args;
  if (b->call->n_args == 2) {
    bool constant = bind_const_int(b, 1, &precision);
    if (!constant || precision < 0 || precision > 9 || precision % 3 != 0) {
      return func_bad_args(b, takes_ltz);
    }
  }
  Type number = type_is_integer(args[0]->type) ? type_of(TYPE_BIGINT) : type_of(TYPE_DOUBLE);
  TRY(expr_cast_explicit(b->arena, args[0], number, false, args[0]->span, &args[0], b->err));
  bind_fold(b, 0);
  b->call->func_data = &ltz_units[precision];
  return OK;
}

/* NULL for what is no time and for what lies beyond the calendar. */
Code bind_to_timestamp_ltz(FuncBind *b) {
  bind_type_null(b, 0, type_of(TYPE_BIGINT));
  if (type_is_character(b->call->args[0]->type)) {
    TRY(bind_shape(b, "ttt", type_of(TYPE_NULL), takes_ltz));
  } else if (type_is_numeric(b->call->args[0]->type) && b->call->n_args <= 2) {
    TRY(bind_ltz_number(b));
  } else {
    return func_bad_args(b, takes_ltz);
  }
  b->call->type = type_time(TYPE_TIMESTAMP_LTZ, 3);
  return OK;
}

static Code ltz_of_integers(KernelCall *k, int32_t unit) {
  IntArg number = int_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int64_t n = int_at(number, row);
    Micros us = 0;
    bool fits = unit < 0 || !__builtin_mul_overflow(n, (int64_t)unit, &us);
    if (unit < 0) us = floor_to(n, -unit) / -unit;
    if (fits && in_range(us)) {
      put_long(k, row, floor_to(us, MICROS_PER_MILLI));
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

/* Whole milliseconds toward zero, as Flink casts them. */
static Code ltz_of_doubles(KernelCall *k, int32_t unit) {
  const Vector *arg = &k->args[0];
  double millis_per_unit = unit > 0 ? unit / 1e3 : 1e-3 / -unit;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    double millis = ((const double *)arg->data)[vector_at(arg, row)] * millis_per_unit;
    bool fits = millis >= (double)(TIMESTAMP_MIN / MICROS_PER_MILLI) &&
                millis <= (double)(TIMESTAMP_MAX / MICROS_PER_MILLI);
    if (fits) {
      put_long(k, row, (int64_t)millis * MICROS_PER_MILLI);
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

/* In the zone of argument 2, or UTC, unless the text names its own. */
static Code ltz_of_texts(KernelCall *k) {
  const TimeTextState *s = k->state;
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TimestampText parsed;
    const Zone *zone = zone_utc();
    TRY(row_pattern(k, row));
    if (k->n_args == 3) {
      TRY(row_zone(k, 2, 0, row));
      zone = s->zones[0].zone;
    }
    if (row_time_loose(k, text_at(text, row), &parsed)) {
      Micros us = parsed.has_offset ? parsed.us - parsed.offset_us : zone_to_utc(zone, parsed.us);
      put_long(k, row, floor_to(us, MICROS_PER_MILLI));
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_to_timestamp_ltz(KernelCall *k) {
  if (type_is_character(k->args[0].type)) return ltz_of_texts(k);
  int32_t unit = *(const int32_t *)k->expr->func_data;
  return type_is_integer(k->args[0].type) ? ltz_of_integers(k, unit) : ltz_of_doubles(k, unit);
}

/* --- UNIX_TIMESTAMP, FROM_UNIXTIME ------------------------------------------------------ */

/* Without arguments it is a clock, with them a plain function: another FuncDef, which may be
 * folded. */
Code bind_unix_timestamp(FuncBind *b) {
  b->call->type = type_not_null(type_of(TYPE_BIGINT));
  if (b->call->n_args == 0) return OK;
  b->call->func = func_find(STR("_UNIX_TIMESTAMP"));
  assert(b->call->func != NULL);
  return bind_unix_timestamp_of(b);
}

Code bind_unix_timestamp_of(FuncBind *b) {
  return bind_shape(b, "tt", type_of(TYPE_BIGINT), "nothing, or a string and a pattern");
}

Code bind_from_unixtime(FuncBind *b) {
  return bind_shape(b, "lt", type_string(), "an integer and a pattern");
}

Code kernel_unix_timestamp(KernelCall *k) {
  for (uint32_t row = 0; row < k->rows; row++) put_long(k, row, k->now_us / MICROS_PER_SECOND);
  return OK;
}

/* Long.MIN_VALUE for what is no time, as in Flink. */
Code kernel_unix_timestamp_of(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TimestampText parsed;
    int64_t seconds = INT64_MIN;
    TRY(row_pattern(k, row));
    if (row_time(k, text_at(text, row), &parsed)) {
      Micros us =
          parsed.has_offset ? parsed.us - parsed.offset_us : zone_to_utc(k->env->zone, parsed.us);
      seconds = us / MICROS_PER_SECOND;
    }
    put_long(k, row, seconds);
  }
  return OK;
}

Code kernel_from_unixtime(KernelCall *k) {
  IntArg number = int_arg(k, 0);
  WallClock clock = wall_clock(k->env->zone);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Micros us;
    TRY(row_pattern(k, row));
    if (__builtin_mul_overflow(int_at(number, row), MICROS_PER_SECOND, &us) || !in_range(us)) {
      put_null(k, row);
    } else {
      TRY(put_formatted(k, row, wall_clock_at(&clock, us), k->env->zone));
    }
  }
  return OK;
}

/* --- CONVERT_TZ ------------------------------------------------------------------------- */

Code bind_convert_tz(FuncBind *b) {
  return bind_shape(b, "ttt", type_string(), "a time as string and two zones");
}

Code kernel_convert_tz(KernelCall *k) {
  const TimeTextState *s = k->state;
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TimestampText parsed;
    TRY(row_zone(k, 1, 0, row));
    TRY(row_zone(k, 2, 1, row));
    if (!parse_plain(text_at(text, row), &parsed) || parsed.has_offset) {
      put_null(k, row);
      continue;
    }
    Micros us = zone_to_utc(s->zones[0].zone, parsed.us);
    TRY(put_formatted(k, row, zone_to_local(s->zones[1].zone, us), NULL));
  }
  return OK;
}
