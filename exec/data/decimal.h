/* decimal.h -- arithmetic on unscaled decimals in 128 bits, with 256-bit intermediates.
 *
 * A DECIMAL(p, s) value v stands for v / 10^s, |v| < 10^p, p <= 38.  Rounding is half
 * up (away from zero), as Java's HALF_UP.  Every function returns false when the
 * result does not fit 38 digits, or on a zero divisor; *out is then untouched.
 */
#pragma once
#include "base/base.h"
#include "base/str.h"

Int128 decimal_pow10(unsigned n); /* n <= 38 */
bool decimal_fits(Int128 v, unsigned precision);

MUST_USE bool decimal_add(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out);
MUST_USE bool decimal_sub(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out);
MUST_USE bool decimal_mul(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out);
MUST_USE bool decimal_div(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out);
MUST_USE bool decimal_rem(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out);
/* Same value at another scale. */
MUST_USE bool decimal_rescale(Int128 v, unsigned from, unsigned to, Int128 *out);
int decimal_compare(Int128 a, unsigned sa, Int128 b, unsigned sb);

double decimal_to_double(Int128 v, unsigned scale);
MUST_USE bool decimal_from_double(double f, unsigned scale, Int128 *out);

/* [+-]digits[.digits][e[+-]digits], the whole text; more fraction digits than scale are
 * rounded.  false: no number, or too large for precision. */
MUST_USE bool decimal_parse(Str text, unsigned precision, unsigned scale, Int128 *out);
/* Plain digits, exactly scale of them behind the point.  out has room for
 * DECIMAL_TEXT_MAX; returns the length. */
enum { DECIMAL_TEXT_MAX = 42 };
size_t decimal_print(Int128 v, unsigned scale, char *out);
