/* func_time.h -- functions over dates and times: the binds and kernels that
 * funcs_text_time.def names.
 *
 * A TIMESTAMP_LTZ is an instant; its calendar is that of the session's zone (ExprEnv.zone).
 * Who does what:
 *
 *   func_time.c        parts of a time (EXTRACT, YEAR, ...), FLOOR and CEIL, the clocks
 *   func_time_math.c   TIMESTAMPADD, TIMESTAMPDIFF
 *   func_time_text.c   times from and to text: DATE_FORMAT, TO_TIMESTAMP, ...
 *
 * Not here: + and - with intervals (func_datetime.c), CAST (cast.h).
 */
#pragma once
#include "exec/expr/func.h"

Code bind_extract(FuncBind *b);
Code bind_time_part(FuncBind *b); /* YEAR(t), DAYOFWEEK(t), ...: the name says the unit */
Code bind_floor_time(FuncBind *b);
Code kernel_extract(KernelCall *k);
Code kernel_floor_time(KernelCall *k);
Code kernel_ceil_time(KernelCall *k);

Code bind_current_timestamp(FuncBind *b);
Code bind_local_timestamp(FuncBind *b);
Code bind_local_time(FuncBind *b);
Code bind_current_date(FuncBind *b);
Code kernel_current_timestamp(KernelCall *k);
Code kernel_local_timestamp(KernelCall *k);
Code kernel_local_time(KernelCall *k);
Code kernel_current_date(KernelCall *k);

Code bind_timestampadd(FuncBind *b);
Code bind_timestampdiff(FuncBind *b);
Code bind_span(FuncBind *b);
Code kernel_timestampadd(KernelCall *k);
Code kernel_timestampdiff(KernelCall *k);

Code bind_date_format(FuncBind *b);
Code bind_to_timestamp(FuncBind *b);
Code bind_to_timestamp_ltz(FuncBind *b);
Code bind_to_date(FuncBind *b);
Code bind_unix_timestamp(FuncBind *b);
Code bind_unix_timestamp_of(FuncBind *b);
Code bind_from_unixtime(FuncBind *b);
Code bind_convert_tz(FuncBind *b);
Code kernel_date_format(KernelCall *k);
Code kernel_to_timestamp(KernelCall *k);
Code kernel_to_timestamp_ltz(KernelCall *k);
Code kernel_to_date(KernelCall *k);
Code kernel_unix_timestamp(KernelCall *k);
Code kernel_unix_timestamp_of(KernelCall *k);
Code kernel_from_unixtime(KernelCall *k);
Code kernel_convert_tz(KernelCall *k);
Code time_format_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
Code convert_tz_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void time_format_close(void *state);
