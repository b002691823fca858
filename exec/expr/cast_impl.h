/* cast_impl.h -- the kernels of CAST, by what they read and write; cast.c chooses among them. */
#pragma once
#include "exec/expr/cast.h"
#include "exec/expr/func_num.h"

/* The value of this row has no place in the type: NULL under TRY_CAST, else the error
 *     VALUE is no TYPE in "CAST(...)" */
Code cast_bad(KernelCall *k, uint32_t row, Str value);

Code cast_null(KernelCall *k); /* a bare NULL of any type */

/* cast_num.c */
Code cast_plain(KernelCall *k); /* among integers, BOOLEAN, FLOAT, DOUBLE */
Code cast_num_to_boolean(KernelCall *k);
Code cast_exact_to_decimal(KernelCall *k); /* also BOOLEAN */
Code cast_float_to_decimal(KernelCall *k);
Code cast_decimal_to_int(KernelCall *k);
Code cast_decimal_to_float(KernelCall *k);
Code cast_interval_to_int(KernelCall *k);
Code cast_int_to_interval(KernelCall *k);

/* cast_time.c */
Code cast_datetime(KernelCall *k); /* among DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ */
/* us without the fraction digits beyond precision: toward the past. */
Micros cut_fraction(Micros us, unsigned precision);

/* cast_text.c: to text */
Code cast_value_to_text(KernelCall *k); /* any type that is no text */
Code cast_nested_to_text(KernelCall *k);
Code cast_text_to_text(KernelCall *k);  /* cut, pad */
Code cast_bytes_to_text(KernelCall *k); /* BINARY as UTF-8 */
Code cast_to_bytes(KernelCall *k);      /* text and BINARY to BINARY */

/* cast_nested.c: a nested type to another of its kind */
Code cast_nested(KernelCall *k);

/* cast_parse.c: from text */
Code cast_text_to_boolean(KernelCall *k);
Code cast_text_to_int(KernelCall *k);
Code cast_text_to_float(KernelCall *k);
Code cast_text_to_decimal(KernelCall *k);
Code cast_text_to_datetime(KernelCall *k);
