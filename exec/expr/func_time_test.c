/* func_time_test.c -- functions over dates and times, case by case, in UTC and in a zone that
 * changes its clock.
 */
#include "exec/expr/func_case.h"

#define T "t:2024-02-29 13:14:15.678"

static const FuncCase part_cases[] = {
    {"EXTRACT", "2024", {"S:YEAR", T}},
    {"EXTRACT", "1", {"S:quarter", T}},
    {"EXTRACT", "2", {"S:MONTH", T}},
    {"EXTRACT", "9", {"S:WEEK", T}},
    {"EXTRACT", "29", {"S:DAY", T}},
    {"EXTRACT", "60", {"S:DOY", T}},
    {"EXTRACT", "5", {"S:DOW", T}},
    {"EXTRACT", "4", {"S:ISODOW", T}},
    {"EXTRACT", "13", {"S:HOUR", T}},
    {"EXTRACT", "14", {"S:MINUTE", T}},
    {"EXTRACT", "15", {"S:SECOND", T}},
    {"EXTRACT", "1709212455", {"S:EPOCH", T}},
    {"EXTRACT", "29", {"S:DAY", "d:2024-02-29"}},
    {"EXTRACT", "0", {"S:HOUR", "d:2024-02-29"}},
    {"EXTRACT", "13", {"S:HOUR", "m:13:14:15.678"}},
    {"EXTRACT", "NULL", {"S:HOUR", "t!"}},
    {"EXTRACT", "0", {"S:YEAR", "d:0000-01-01"}},
    {"EXTRACT", "-1", {"S:EPOCH", "t:1969-12-31 23:59:59.500"}},
    {"EXTRACT", "error: does not take the unit DAY of TIME(3)", {"S:DAY", "m:13:14:15"}},
    {"EXTRACT", "error: no unit of time \"FORTNIGHT\"", {"S:FORTNIGHT", T}},
    {"EXTRACT", "error: does not take", {"S:DAY", "s:2024-02-29"}},
    {"EXTRACT", "error: does not take", {"s:DAY", "i:7"}},
    {"YEAR", "2024", {T}},
    {"QUARTER", "1", {T}},
    {"MONTH", "2", {T}},
    {"WEEK", "9", {"d:2024-02-29"}},
    {"DAYOFYEAR", "60", {T}},
    {"DAYOFMONTH", "29", {T}},
    {"DAYOFWEEK", "5", {T}},
    {"DAYOFWEEK", "1", {"d:2024-03-03"}}, /* a Sunday */
    {"HOUR", "13", {"m:13:14:15"}},
    {"MINUTE", "14", {T}},
    {"SECOND", "15", {T}},
    {"YEAR", "error: does not take", {"m:13:14:15"}},
};

static const FuncCase floor_cases[] = {
    {"_FLOOR_TIME", "2024-02-29 13:14:15.000", {T, "S:SECOND"}},
    {"_FLOOR_TIME", "2024-02-29 13:14:00.000", {T, "S:MINUTE"}},
    {"_FLOOR_TIME", "2024-02-29 13:00:00.000", {T, "S:hours"}},
    {"_FLOOR_TIME", "2024-02-29 00:00:00.000", {T, "S:DAY"}},
    {"_FLOOR_TIME", "2024-02-25 00:00:00.000", {T, "S:WEEK"}},
    {"_FLOOR_TIME", "2024-02-01 00:00:00.000", {T, "S:MONTH"}},
    {"_FLOOR_TIME", "2024-01-01 00:00:00.000", {T, "S:QUARTER"}},
    {"_FLOOR_TIME", "2024-01-01 00:00:00.000", {T, "S:YEAR"}},
    {"_FLOOR_TIME", "1969-12-31 23:00:00.000", {"t:1969-12-31 23:59:59.999", "S:HOUR"}},
    {"_FLOOR_TIME", "2024-02-01", {"d:2024-02-29", "S:MONTH"}},
    {"_FLOOR_TIME", "2024-02-29", {"d:2024-02-29", "S:HOUR"}},
    {"_FLOOR_TIME", "13:00:00.000", {"m:13:14:15.678", "S:HOUR"}},
    {"_FLOOR_TIME", "NULL", {"t!", "S:HOUR"}},
    {"_FLOOR_TIME", "error: does not take the unit EPOCH", {T, "S:EPOCH"}},
    {"_FLOOR_TIME", "error: does not take the unit DAY of TIME(3)", {"m:13:14:15", "S:DAY"}},
    {"_CEIL_TIME", "2024-02-29 14:00:00.000", {T, "S:HOUR"}},
    {"_CEIL_TIME", "2024-02-29 13:00:00.000", {"t:2024-02-29 13:00:00", "S:HOUR"}},
    {"_CEIL_TIME", "2024-03-01 00:00:00.000", {T, "S:MONTH"}},
    {"_CEIL_TIME", "2025-01-01", {"d:2024-02-29", "S:YEAR"}},
    {"_CEIL_TIME", "00:00:00.000", {"m:23:14:15.678", "S:HOUR"}},
    {"_CEIL_TIME", "1970-01-01 00:00:00.000", {"t:1969-12-31 23:59:59.999", "S:HOUR"}},
};

static const FuncCase math_cases[] = {
    {"TIMESTAMPADD", "2025-02-28 13:14:15.678", {"S:YEAR", "i:1", T}},
    {"TIMESTAMPADD", "2024-01-29 13:14:15.678", {"S:MONTH", "i:-1", T}},
    {"TIMESTAMPADD", "2024-02-29", {"S:MONTH", "i:1", "d:2024-01-31"}},
    {"TIMESTAMPADD", "2024-04-30", {"S:QUARTER", "i:1", "d:2024-01-31"}},
    {"TIMESTAMPADD", "2024-02-14", {"S:WEEK", "i:2", "d:2024-01-31"}},
    {"TIMESTAMPADD", "2024-03-01 13:14:15.678", {"S:DAY", "i:1", T}},
    {"TIMESTAMPADD", "2024-02-29 12:14:15.678", {"S:HOUR", "l:-1", T}},
    {"TIMESTAMPADD", "2024-01-31 01:00:00.000000", {"S:HOUR", "i:1", "d:2024-01-31"}},
    {"TIMESTAMPADD", "2024-02-29 13:14:15.678001", {"S:MICROSECOND", "i:1", T}},
    {"TIMESTAMPADD", "00:14:15.000", {"S:HOUR", "i:1", "m:23:14:15"}},
    {"TIMESTAMPADD", "23:14:15.000", {"S:HOUR", "i:-1", "m:00:14:15"}},
    {"TIMESTAMPADD", "NULL", {"S:HOUR", "i!", T}},
    {"TIMESTAMPADD", "error: beyond the years", {"S:YEAR", "i:9000", T}},
    {"TIMESTAMPADD", "error: beyond the years", {"S:DAY", "l:9223372036854775807", T}},
    {"TIMESTAMPADD",
     "error: beyond the years",
     {"S:YEAR", "l:-9223372036854775808", "d:2024-01-31"}},
    {"TIMESTAMPADD", "error: does not take", {"S:DAY", "i:1", "m:10:00:00"}},
    {"TIMESTAMPADD", "error: does not take", {"S:DOW", "i:1", T}},
    {"TIMESTAMPADD", "error: does not take", {"S:DAY", "f:1.5", T}},
    {"TIMESTAMPDIFF", "1", {"S:DAY", "d:2024-02-28", "d:2024-02-29"}},
    {"TIMESTAMPDIFF", "-1", {"S:DAY", "d:2024-02-29", "d:2024-02-28"}},
    {"TIMESTAMPDIFF", "0", {"S:DAY", "t:2024-02-28 13:00:00", "t:2024-02-29 12:59:59.999"}},
    {"TIMESTAMPDIFF", "0", {"S:DAY", "t:2024-02-29 12:59:59.999", "t:2024-02-28 13:00:00"}},
    {"TIMESTAMPDIFF", "86399", {"S:SECOND", "t:2024-02-28 13:00:00", "t:2024-02-29 12:59:59.999"}},
    {"TIMESTAMPDIFF", "24", {"S:HOUR", "d:2024-02-28", "t:2024-02-29 00:30:00"}},
    {"TIMESTAMPDIFF", "1", {"S:MONTH", "d:2024-01-31", "d:2024-02-29"}},
    {"TIMESTAMPDIFF", "0", {"S:MONTH", "d:2024-01-30", "d:2024-02-28"}},
    {"TIMESTAMPDIFF", "0", {"S:MONTH", "t:2024-01-31 12:00:00", "t:2024-02-29 10:00:00"}},
    {"TIMESTAMPDIFF", "-1", {"S:MONTH", "d:2024-03-31", "d:2024-02-29"}},
    {"TIMESTAMPDIFF", "12", {"S:MONTH", "d:2023-02-28", "d:2024-02-28"}},
    {"TIMESTAMPDIFF", "0", {"S:YEAR", "d:2023-03-01", "d:2024-02-29"}},
    {"TIMESTAMPDIFF", "1", {"S:YEAR", "d:2023-02-28", "d:2024-02-29"}},
    {"TIMESTAMPDIFF", "119999", {"S:MONTH", "d:0000-01-01", "d:9999-12-31"}},
    {"TIMESTAMPDIFF", "2", {"S:QUARTER", "d:2023-02-28", "d:2023-10-01"}},
    {"TIMESTAMPDIFF", "4", {"S:WEEK", "d:2024-02-01", "d:2024-02-29"}},
    {"TIMESTAMPDIFF", "90", {"S:MINUTE", "m:10:00:00", "m:11:30:00"}},
    {"TIMESTAMPDIFF", "NULL", {"S:DAY", "d:2024-02-28", "d!"}},
    {"TIMESTAMPDIFF", "error: integer overflow", {"S:SECOND", "d:1900-01-01", "d:2024-02-28"}},
    {"TIMESTAMPDIFF", "error: does not take", {"S:DAY", "m:10:00:00", "m:11:30:00"}},
    {"TIMESTAMPDIFF", "error: does not take", {"S:DAY", "d:2024-02-28", "s:x"}},
};

static const FuncCase text_cases[] = {
    {"DATE_FORMAT", "29.02.2024 13:14", {T, "s:dd.MM.yyyy HH:mm"}},
    {"DATE_FORMAT", "2024", {"d:2024-02-29", "s:yyyy"}},
    {"DATE_FORMAT", "13h", {"s:2024-02-29 13:14:15", "s:HH'h'"}},
    {"DATE_FORMAT", "20240229", {"s:2024-02-29", "s:yyyyMMdd"}},
    {"DATE_FORMAT", "NULL", {"s:no time", "s:yyyy"}},
    {"DATE_FORMAT", "NULL", {"t!", "s:yyyy"}},
    {"DATE_FORMAT", "NULL", {T, "s!"}},
    {"DATE_FORMAT", "error: ", {T, "s:yyyy-jj"}},
    {"DATE_FORMAT", "error: does not take", {"i:5", "s:yyyy"}},
    {"TO_TIMESTAMP", "2024-02-29 13:14:15.000", {"s:2024-02-29 13:14:15"}},
    {"TO_TIMESTAMP", "2024-02-29 13:14:15.678", {"s:2024-02-29 13:14:15.678901"}},
    {"TO_TIMESTAMP", "1969-12-31 23:59:59.999", {"s:1969-12-31 23:59:59.999999"}},
    {"TO_TIMESTAMP", "2024-02-29 13:14:15.000", {"s:2024-02-29T13:14:15"}},
    {"TO_TIMESTAMP", "2024-02-29 00:00:00.000", {"s:2024-02-29"}},
    {"TO_TIMESTAMP", "NULL", {"s:2023-02-29 13:14:15"}},
    {"TO_TIMESTAMP", "NULL", {"s:2024-02-29 13:14:15Z"}},
    {"TO_TIMESTAMP", "NULL", {"s:"}},
    {"TO_TIMESTAMP", "NULL", {"s!"}},
    {"TO_TIMESTAMP", "NULL", {"s:a text of more than thirty-two bytes, no time"}},
    {"TO_TIMESTAMP", "2024-02-29 13:14:00.000", {"s:29/02/2024 13.14", "s:dd/MM/yyyy HH.mm"}},
    {"TO_TIMESTAMP", "NULL", {"s:29.02.2024", "s:dd/MM/yyyy"}},
    {"TO_TIMESTAMP", "2024-02-09 00:00:00.000", {"s:2024-2-9", "s:yyyy-MM-dd"}},
    {"TO_TIMESTAMP", "NULL", {"s:2024-2-30", "s:yyyy-MM-dd"}},
    {"TO_TIMESTAMP", "error: ", {"s:2024-02-29", "s:yyyy'"}},
    {"TO_TIMESTAMP", "error: does not take", {"i:1"}},
    {"TO_DATE", "2024-02-29", {"s:2024-02-29"}},
    {"TO_DATE", "2024-02-29", {"s:2024-02-29 23:00:00"}},
    {"TO_DATE", "2024-02-29", {"s:29.02.24", "s:dd.MM.yy"}},
    {"TO_DATE", "NULL", {"s:2023-02-29"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.000", {"l:1709212455", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.678", {"l:1709212455678", "I:3"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.678", {"l:1709212455678"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.678", {"l:1709212455678901", "I:6"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.678", {"l:1709212455678901234", "I:9"}},
    {"TO_TIMESTAMP_LTZ", "1969-12-31 23:59:59.999", {"l:-1", "I:9"}},
    {"TO_TIMESTAMP_LTZ", "1970-01-01 00:00:07.000", {"i:7", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.500", {"f:1709212455.5", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "1969-12-31 23:59:59.999", {"f:-1.5", "I:3"}},
    {"TO_TIMESTAMP_LTZ", "NULL", {"f:NaN", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "NULL", {"f:1e300", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "NULL", {"l:9223372036854775807", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "NULL", {"l:253402300800", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "9999-12-31 23:59:59.000", {"l:253402300799", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "NULL", {"l!", "I:0"}},
    {"TO_TIMESTAMP_LTZ", "error: does not take", {"l:1", "I:4"}},
    {"TO_TIMESTAMP_LTZ", "error: does not take", {"l:1", "I:3", "S:UTC"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 13:14:15.000", {"s:2024-02-29 13:14:15"}},
    {"TO_TIMESTAMP_LTZ", "2024-02-29 11:14:15.000", {"s:2024-02-29T13:14:15+02:00"}},
    {"TO_TIMESTAMP_LTZ",
     "2024-02-29 12:14:00.000",
     {"s:29/02/2024 13:14", "s:dd/MM/yyyy HH:mm", "s:Europe/Berlin"}},
    {"TO_TIMESTAMP_LTZ", "error: ", {"s:2024", "s:yyyy", "s:Europe/Atlantis"}},
    {"TO_TIMESTAMP_LTZ", "NULL", {"s:x"}},
    {"UNIX_TIMESTAMP", "1709212455", {"s:2024-02-29 13:14:15"}},
    {"UNIX_TIMESTAMP", "1709208855", {"s:2024-02-29T13:14:15+01:00"}},
    {"UNIX_TIMESTAMP", "1709164800", {"s:29.02.2024", "s:dd.MM.yyyy"}},
    {"UNIX_TIMESTAMP", "-9223372036854775808", {"s:x"}},
    {"UNIX_TIMESTAMP", "NULL", {"s!"}},
    {"FROM_UNIXTIME", "2024-02-29 13:14:15", {"l:1709212455"}},
    {"FROM_UNIXTIME", "29.02.24", {"i:1709212455", "s:dd.MM.yy"}},
    {"FROM_UNIXTIME", "NULL", {"l:9223372036854775807"}},
    {"FROM_UNIXTIME", "NULL", {"l:-99999999999999"}},
    {"CONVERT_TZ", "2024-02-29 08:14:15", {"s:2024-02-29 13:14:15", "s:UTC", "s:America/New_York"}},
    {"CONVERT_TZ",
     "2024-07-01 12:00:00",
     {"s:2024-07-01 06:00:00", "s:America/New_York", "s:Europe/Berlin"}},
    {"CONVERT_TZ", "NULL", {"s:x", "s:UTC", "s:UTC"}},
    {"CONVERT_TZ", "error: ", {"s:2024-02-29 13:14:15", "s:UTC", "s:Nowhere/Land"}},
};

/* In Berlin the clock goes from 02:00 to 03:00 on 2024-03-31 at 01:00 UTC, and back from 03:00
 * to 02:00 on 2024-10-27 at 01:00 UTC. */
static const FuncCase berlin_cases[] = {
    {"EXTRACT", "15", {"S:HOUR", "z:2024-07-01 13:14:15"}},
    {"EXTRACT", "1719839655", {"S:EPOCH", "z:2024-07-01 13:14:15"}},
    {"DAYOFMONTH", "2", {"z:2024-07-01 22:30:00"}},
    {"HOUR", "13", {"t:2024-07-01 13:14:15"}},
    {"_FLOOR_TIME", "2024-06-30 22:00:00.000", {"z:2024-07-01 13:14:15", "S:DAY"}},
    {"_FLOOR_TIME", "2024-03-30 23:00:00.000", {"z:2024-03-31 13:14:15", "S:DAY"}},
    {"_CEIL_TIME", "2024-03-31 22:00:00.000", {"z:2024-03-31 13:14:15", "S:DAY"}},
    {"_FLOOR_TIME", "2024-10-27 00:00:00.000", {"z:2024-10-27 00:30:00", "S:HOUR"}},
    {"_FLOOR_TIME", "2024-10-27 01:00:00.000", {"z:2024-10-27 01:30:00", "S:HOUR"}},
    {"_CEIL_TIME", "2024-10-27 02:00:00.000", {"z:2024-10-27 01:30:00", "S:HOUR"}},
    {"_FLOOR_TIME", "2023-12-31 23:00:00.000", {"z:2024-10-27 01:30:00", "S:YEAR"}},
    {"TIMESTAMPADD", "2024-10-27 11:00:00.000", {"S:MONTH", "i:1", "z:2024-09-27 10:00:00"}},
    {"TIMESTAMPADD", "2024-10-28 10:00:00.000", {"S:DAY", "i:1", "z:2024-10-27 10:00:00"}},
    {"TIMESTAMPDIFF", "1", {"S:MONTH", "z:2024-09-26 22:00:00", "z:2024-10-26 22:00:00"}},
    {"TIMESTAMPDIFF", "2", {"S:HOUR", "z:2024-07-01 10:00:00", "t:2024-07-01 14:00:00"}},
    {"DATE_FORMAT", "2024-07-01 15:14", {"z:2024-07-01 13:14:15", "s:yyyy-MM-dd HH:mm"}},
    {"DATE_FORMAT", "2024-07-01 13:14", {"t:2024-07-01 13:14:15", "s:yyyy-MM-dd HH:mm"}},
    {"TO_TIMESTAMP_LTZ", "2024-07-01 13:14:15.000", {"s:2024-07-01 13:14:15"}},
    {"UNIX_TIMESTAMP", "1719839655", {"s:2024-07-01 15:14:15"}},
    {"FROM_UNIXTIME", "2024-07-01 15:14:15", {"l:1719839655"}},
    {"CURRENT_TIMESTAMP", "2024-07-01 22:30:15.123", {NULL}},
    {"NOW", "2024-07-01 22:30:15.123", {NULL}},
    {"CURRENT_ROW_TIMESTAMP", "2024-07-01 22:30:15.123", {NULL}},
    {"PROCTIME", "2024-07-01 22:30:15.123", {NULL}},
    {"LOCALTIMESTAMP", "2024-07-02 00:30:15.123", {NULL}},
    {"LOCALTIME", "00:30:15", {NULL}},
    {"CURRENT_TIME", "00:30:15", {NULL}},
    {"CURRENT_DATE", "2024-07-02", {NULL}},
    {"UNIX_TIMESTAMP", "1719873015", {NULL}},
};

enum { NOW_SECONDS = 1719873015 }; /* 2024-07-01 22:30:15 UTC */

static const FuncCase wrap_cases[] = {
    {"TIMESTAMPDIFF", "-376900096", {"S:SECOND", "d:1900-01-01", "d:2024-02-28"}},
};

/* What the planner goes by: which calls may be folded. */
static void test_flags(void) {
  Arena arena;
  Error err = {.code = OK};
  ExprEnv env = {.zone = zone_utc()};
  Expr *call;
  arena_init(&arena);
  CHECK(func_call(&arena, &env, "unix_timestamp", NO_SPAN, NULL, 0, &call, &err) == OK);
  CHECK(!expr_is_deterministic(call));
  CHECK(!call->type.nullable);
  Value text = value_text(type_not_null(type_string()), STR("1970-01-01 00:00:01"));
  Expr *arg = expr_const(&arena, text, NO_SPAN);
  CHECK(func_call(&arena, &env, "unix_timestamp", NO_SPAN, &arg, 1, &call, &err) == OK);
  CHECK(expr_is_deterministic(call));
  call = expr_fold(&arena, call, &env);
  CHECK(expr_is_const(call));
  CHECK_INT(call->value.as.i, 1);
  CHECK(func_call(&arena, &env, "proctime", NO_SPAN, NULL, 0, &call, &err) == OK);
  CHECK(!expr_is_deterministic(call) && !call->type.nullable);
  CHECK_INT(call->type.kind, TYPE_TIMESTAMP_LTZ);
  CHECK_INT(call->type.precision, 3);
  arena_deinit(&arena);
}

int main(void) {
  Micros now_us = NOW_SECONDS * MICROS_PER_SECOND + 123456;
  func_cases(part_cases, COUNT_OF(part_cases), "UTC", now_us);
  func_cases(floor_cases, COUNT_OF(floor_cases), "UTC", now_us);
  func_cases(math_cases, COUNT_OF(math_cases), "UTC", now_us);
  func_cases(text_cases, COUNT_OF(text_cases), "UTC", now_us);
  func_cases(berlin_cases, COUNT_OF(berlin_cases), "Europe/Berlin", now_us);
  ExprEnv wrapping = {.zone = zone_utc(), .wrap_on_overflow = true};
  for (size_t i = 0; i < COUNT_OF(wrap_cases); i++) {
    case_run(&wrap_cases[i], CASE_COLUMNS, &wrapping, now_us);
  }
  test_flags();
  return check_done();
}
