/* func_printf.h -- between func_printf.c, which reads formats, and func_printf_put.c, which writes
 * values by them.
 */
#pragma once
#include "exec/expr/func.h"

/* Flags, in the order in which they are read. */
enum {
  LEFT = 1,
  ALTERNATE = 2,
  PLUS = 4,
  BLANK = 8,
  ZERO = 16,
  GROUP = 32,
  PARENS = 64,
  SAME = 128
};
/* %[index$][flags][width][.precision]conversion */
typedef struct Spec {
  int64_t index, width, precision; /* -1: not given */
  unsigned flags;
  char conversion; /* lower case */
  bool upper;
} Spec;

typedef struct Printf {
  StrBuf out;             /* the row's text */
  StrBuf magnitude, body; /* one number: its digits, and with sign, commas and zeros */
} Printf;

typedef struct Row {
  KernelCall *k;
  Printf *p;
  uint32_t row;
  uint32_t next; /* the argument for a spec without index, from 1 */
  int64_t last;  /* the one used before; 0: none */
} Row;

/* One value by a spec that is good, to p->out; memory and the limit: p->out has failed.  false: it
 * is not of the conversion's kind. */
MUST_USE bool printf_put(Row *r, const Spec *spec, const Vector *v);
/* s with blanks up to the width. */
void printf_put_padded(Row *r, const Spec *spec, Str s);
