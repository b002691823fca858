/* program.h -- expressions compiled to a flat list of vector operations.
 *
 * Registers are vectors of BATCH_ROWS values.  An instruction computes one register from
 * others, for the rows of one selection; AND, OR, CASE and COALESCE narrow the selection
 * for what they guard, so there are no jumps.  Common sub-expressions that are
 * deterministic are computed once.  A constant is a register filled at compile time.
 *
 * A Program owns its registers: one per worker, never shared.
 */
#pragma once
#include "exec/expr/func.h"

typedef struct Program Program;

/* Compile n expressions over an input of these column types. exprs stay with the caller
 * and must outlive the program; env is copied (its zone lives on). */
MUST_USE Code program_new(Expr *const *exprs, uint32_t n, const ExprEnv *env, Program **out,
                          Error *err);
void program_free(Program *p);

/* Evaluate all expressions over the selected rows of in.  out[i] is valid until the next run
 * and may share columns with in or be constant; rows outside the selection hold
 * something harmless. */
MUST_USE Code program_run(Program *p, const Batch *in, Micros now_us, Vector *out, Error *err);

/* For a program of one BOOLEAN expression: sel gets the selected rows of in for which it is
 * TRUE, *n their number.  sel has room for BATCH_ROWS and may not be in->sel. */
MUST_USE Code program_filter(Program *p, const Batch *in, Micros now_us, uint16_t *sel, uint32_t *n,
                             Error *err);

/* The value of an expression without columns, now: constant folding, options, VALUES.  Long text
 * goes to the arena. */
MUST_USE Code expr_eval(Arena *arena, Expr *e, const ExprEnv *env, Value *out, Error *err);
