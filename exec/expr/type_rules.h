/* type_rules.h -- result types of DECIMAL arithmetic and what goes with them.
 *
 * The rules are Flink's (LogicalTypeMerging): a precision and scale from the operands', and
 * where that is above 38 digits the scale gives way, down to at most six digits.
 * Public rules over any types (type_common, ...) are declared in func.h. */
#pragma once
#include "exec/expr/func.h"

/* Precision p and scale s, reduced to 38 digits. */
Type decimal_adjusted(unsigned precision, unsigned scale);
/* DECIMAL for an exact number: an integer's digits with scale 0. */
Type decimal_of(Type exact);
/* The result of a op b for op of "+-*" "/" "%", both exact, at least one DECIMAL. */
Type decimal_result(char op, Type a, Type b);
