/* func_more.h -- functions of small subjects: the binds and kernels that funcs_more.def names.
 *
 *   func_printf.c    PRINTF
 *   func_charset.c   ENCODE, DECODE, IS_VALID_UTF8, MAKE_VALID_UTF8
 *   func_choose.c    ELT, FIELD
 *   func_classify.c  IS_ALPHA, IS_DIGIT, IS_DECIMAL, IS_NAN
 *   func_inet.c      INET_ATON, INET_NTOA
 *   func_bits.c      BIT_AND and its kin, CONV
 *   func_days.c      DATE_ADD, DATE_SUB, ADD_MONTHS, DATEDIFF
 */
#pragma once
#include "exec/expr/func.h"

Code bind_printf(FuncBind *b);
Code kernel_printf(KernelCall *k);
Code printf_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void printf_close(void *state);

Code bind_encode(FuncBind *b);
Code bind_decode(FuncBind *b);
Code bind_is_valid_utf8(FuncBind *b);
Code bind_make_valid_utf8(FuncBind *b);
Code kernel_encode(KernelCall *k);
Code kernel_decode(KernelCall *k);
Code kernel_is_valid_utf8(KernelCall *k);
Code kernel_make_valid_utf8(KernelCall *k);

Code bind_elt(FuncBind *b);
Code bind_place(FuncBind *b);
Code kernel_elt(KernelCall *k);

Code bind_classify(FuncBind *b);
Code bind_is_nan(FuncBind *b);
Code kernel_is_alpha(KernelCall *k);
Code kernel_is_digit(KernelCall *k);
Code kernel_is_decimal(KernelCall *k);
Code kernel_is_nan(KernelCall *k);

Code bind_inet_aton(FuncBind *b);
Code bind_inet_ntoa(FuncBind *b);
Code kernel_inet_aton(KernelCall *k);
Code kernel_inet_ntoa(KernelCall *k);

Code bind_bits(FuncBind *b);
Code bind_shift(FuncBind *b);
Code bind_conv(FuncBind *b);
Code kernel_bits(KernelCall *k);
Code kernel_shift(KernelCall *k);
Code kernel_conv(KernelCall *k);

Code bind_date_add(FuncBind *b);
Code bind_datediff(FuncBind *b);
Code kernel_date_add(KernelCall *k);
Code kernel_add_months(KernelCall *k);
Code kernel_datediff(KernelCall *k);
