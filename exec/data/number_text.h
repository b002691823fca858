/* number_text.h -- numbers from and to text, exact and fast.
 *
 * Floating point goes through fast_float and dragonbox behind one C++ file without
 * run-time library (number_shim.cc); integers are ours.  Parsers take the whole text:
 * a sign, no blanks; anything left over is a failure.
 */
#pragma once
#include "base/base.h"
#include "base/str.h"

/* [+-]digits.  false: not a number, or out of int64's range. */
MUST_USE bool int_parse(Str text, int64_t *out);
/* Decimal, exponent, "NaN", "Infinity", "-Infinity" (case ignored, also "inf").  A finite
 * number that is too large to represent is a failure, not infinity. */
MUST_USE bool double_parse(Str text, double *out);
MUST_USE bool float_parse(Str text, float *out);

/* Digits to out, which has room; returns the length.  No NUL is written. */
enum { INT_TEXT_MAX = 20, INT128_TEXT_MAX = 40, DOUBLE_TEXT_MAX = 32 };
size_t int_print(int64_t v, char *out);
size_t int128_print(Int128 v, char *out);
/* Shortest text that reads back as the same number, laid out by the rules of Java's
 * Double.toString: 1.0, 0.001, 1.0E10, NaN, -Infinity. */
size_t double_print(double v, char *out);
size_t float_print(float v, char *out);
