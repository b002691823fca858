/* func_days.c -- dates counted in days and months, as Hive and MySQL write it: DATE_ADD, DATE_SUB,
 * ADD_MONTHS, DATEDIFF.
 *
 * A time or a string is taken by its date; a string that is none, and a result outside of the years
 * 0000 to 9999, give NULL.
 */
#include "exec/data/timestamp.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"

/* Argument i as a DATE. */
static Code bind_date(FuncBind *b, uint32_t i, const char *takes) {
  Expr **arg = &b->call->args[i];
  bind_type_null(b, i, type_of(TYPE_DATE));
  Type type = (*arg)->type;
  bool text = type_is_character(type);
  if (!text && type.kind != TYPE_DATE && !type_is_timestamp(type)) return func_bad_args(b, takes);
  if (text) { /* a date, or a date and a time */
    TRY(expr_cast_explicit(b->arena, *arg, type_time(TYPE_TIMESTAMP, 6), true, (*arg)->span, arg,
                           b->err));
    bind_fold(b, i);
  }
  TRY(expr_cast_explicit(b->arena, *arg, type_of(TYPE_DATE), false, (*arg)->span, arg, b->err));
  bind_fold(b, i);
  return OK;
}

Code bind_date_add(FuncBind *b) {
  static const char takes[] = "a date, a timestamp or a string, and an integer";
  TRY(bind_date(b, 0, takes));
  return bind_shape(b, "al", type_of(TYPE_DATE), takes);
}

Code bind_datediff(FuncBind *b) {
  static const char takes[] = "two dates, timestamps or strings";
  TRY(bind_date(b, 0, takes));
  TRY(bind_date(b, 1, takes));
  return bind_shape(b, "aa", type_of(TYPE_INT), takes);
}

static int32_t days_at(const KernelCall *k, uint32_t i, uint32_t row) {
  return ((const int32_t *)k->args[i].data)[vector_at(&k->args[i], row)];
}

/* DATE_ADD, DATE_SUB. */
Code kernel_date_add(KernelCall *k) {
  bool back = k->expr->func->name[5] == 'S';
  IntArg number = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int64_t days = days_at(k, 0, row), n = int_at(number, row), result;
    bool over =
        back ? __builtin_sub_overflow(days, n, &result) : __builtin_add_overflow(days, n, &result);
    if (over || result < DATE_MIN || result > DATE_MAX) {
      put_null(k, row);
    } else {
      put_int(k, row, (int32_t)result);
    }
  }
  return OK;
}

/* The day is clamped to the end of the month. */
Code kernel_add_months(KernelCall *k) {
  IntArg number = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int32_t days;
    if (date_add_months(days_at(k, 0, row), int_at(number, row), &days)) {
      put_int(k, row, days);
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

Code kernel_datediff(KernelCall *k) {
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_int(k, row, days_at(k, 0, row) - days_at(k, 1, row));
  }
  return OK;
}
