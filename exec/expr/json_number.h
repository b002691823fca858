/* json_number.h -- numbers of JSON: the text that stands for one, and what it is as an integer.
 *
 * A number keeps its digits, however many: 2.50 stays 2.50.  Its text is that of Java's BigDecimal,
 * as in Flink: an exponent is applied where that needs few zeros, else written as 1E+3.
 */
#pragma once
#include "base/base.h"
#include "base/str.h"

/* Is it a number: [+-]digits[.digits][e[+-]digits]? */
bool json_number_valid(Str text);

/* number is one by JSON's grammar.  Is its text already what json_number_print would make of it? */
bool json_number_is_plain(Str number);
/* Prints to out, which has room for number.len + JSON_NUMBER_SLACK; returns the length. */
enum { JSON_NUMBER_SLACK = 24 };
size_t json_number_print(Str number, char *out);
void json_number_put(StrBuf *out, Str number);

/* Without its fraction.  false: no number, or not in 64 bits. */
MUST_USE bool json_number_to_int(Str number, int64_t *out);
